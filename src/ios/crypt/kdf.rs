//! PBKDF2 with the 10,000,000 rounds that Apple asks for: almost all of the time of an encrypted audit.
//!
//! The inner loop is our own, over the compression function that `sha2` offers. It gives what the `pbkdf2` crate gives
//! (the tests compare them) in about 0.7 of its time, because a round is two calls and eight additions here, without
//! cloned, finished and wiped hasher objects; and the progress callback has a natural place. `benches/derive.rs`
//! measures both; `docs/key-derivation.md` has the ratios.

use std::ops::ControlFlow;

use pbkdf2::pbkdf2_hmac;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// How many rounds go by between two calls of the progress callback: some milliseconds.
pub(super) const ROUNDS_PER_REPORT: u32 = 1 << 16;

/// SHA-256's initial state (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// PBKDF2-HMAC-SHA256, one block of 32 bytes, as in RFC 8018. `report` hears the rounds done so far, about every
/// 2^16 rounds, and may stop the work.
///
/// # Errors
/// `None` when `report` broke off.
pub fn own_pbkdf2_sha256(
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    report: &mut dyn FnMut(u32) -> ControlFlow<()>,
) -> Option<Zeroizing<[u8; 32]>> {
    let (mut inner, mut outer) = hmac_states(password);
    let mut first = Zeroizing::new([0u8; 32]);
    pbkdf2_hmac::<Sha256>(password, salt, 1, first.as_mut_slice());

    // Both hashes of a round are over 64 bytes of key (already in the state) and 32 bytes of data: one block each,
    // with the same end: the bit 1, then the length in bits, 96 * 8.
    let mut block = Zeroizing::new([0u8; 64]);
    block[32] = 0x80;
    block[62..].copy_from_slice(&(96u16 * 8).to_be_bytes());
    let mut sum = Zeroizing::new(words(&first));
    let mut state = Zeroizing::new(*sum);

    let mut done = 1;
    let mut go_on = ControlFlow::Continue(());
    while done < rounds && go_on.is_continue() {
        let stop = rounds.min(done.saturating_add(ROUNDS_PER_REPORT));
        chain(
            &inner,
            &outer,
            &mut block,
            &mut state,
            &mut sum,
            stop - done,
        );
        done = stop;
        go_on = report(done);
    }
    inner.zeroize();
    outer.zeroize();
    let mut out = Zeroizing::new([0u8; 32]);
    put(&mut *out, &sum);
    go_on.is_continue().then_some(out)
}

/// `rounds` rounds of the chain. Its own function, so that nothing else keeps the optimiser from holding the states
/// in registers.
fn chain(
    inner: &[u32; 8],
    outer: &[u32; 8],
    block: &mut [u8; 64],
    state: &mut [u32; 8],
    sum: &mut [u32; 8],
    rounds: u32,
) {
    for _ in 0..rounds {
        put(block, state);
        *state = *inner;
        compress256(state, std::slice::from_ref(block));
        put(block, state);
        *state = *outer;
        compress256(state, std::slice::from_ref(block));
        for (s, u) in sum.iter_mut().zip(state.iter()) {
            *s ^= u;
        }
    }
}

/// The states of HMAC's two hashes after the key block.
fn hmac_states(key: &[u8]) -> ([u32; 8], [u32; 8]) {
    let mut block = Zeroizing::new([0u8; 64]);
    match block.get_mut(..key.len()) {
        Some(start) => start.copy_from_slice(key),
        None => {
            let mut short = Sha256::digest(key);
            block[..32].copy_from_slice(&short);
            short.as_mut_slice().zeroize();
        }
    }
    let state = |pad: u8| {
        let mut state = INITIAL;
        let padded = Zeroizing::new(block.map(|b| b ^ pad));
        compress256(&mut state, std::slice::from_ref(&*padded));
        state
    };
    (state(0x36), state(0x5c))
}

fn put(to: &mut [u8], words: &[u32; 8]) {
    for (bytes, word) in to.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *bytes = word.to_be_bytes();
    }
}

fn words(bytes: &[u8; 32]) -> [u32; 8] {
    let mut words = [0; 8];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}

/// The same by the `pbkdf2` crate: what the tests and the benchmark compare with.
pub fn rounds_by_crate(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let mut out = [0; 32];
    pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut out);
    out
}
