//! PBKDF2 with the 10,000,000 rounds that Apple asks for: almost all of the time of an encrypted audit.
//!
//! The inner loop is our own, over the compression function that `sha2` offers. It gives what the `pbkdf2` crate gives
//! (the tests compare them) in about 0.65 of its time, because a round is two calls and eight additions here,
//! without cloned, finished and wiped hasher objects; and the progress callback has a natural place.
//!
//! One backup's rounds are a strict chain, which leaves a part of the processor idle. Two backups' chains, a step of
//! one and a step of the other, fill it: 1.3 to 1.4 times as many rounds per second and core, and more chains add nothing.
//! `benches/derive.rs` measures all this; `docs/key-derivation.md` says what else was tried.

use std::ops::ControlFlow;

use pbkdf2::pbkdf2_hmac;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

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

/// One derivation that is wanted.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The password.
    pub password: &'a [u8],
    /// The salt.
    pub salt: &'a [u8],
    /// How many rounds, at least one.
    pub rounds: u32,
}

/// PBKDF2-HMAC-SHA256, one block of 32 bytes for each job, as in RFC 8018. `report` hears the rounds done so far of all
/// jobs together, about every 2^16 rounds, and may stop the work: then there is no result.
pub fn own_pbkdf2_sha256(
    jobs: &[Job<'_>],
    report: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Option<Vec<Zeroizing<[u8; 32]>>> {
    let mut chains: Vec<Chain> = jobs.iter().map(Chain::new).collect();
    // The first round of each.
    let mut done = chains.len() as u64;
    loop {
        let mut unfinished = chains.iter_mut().filter(|chain| chain.left > 0);
        match (unfinished.next(), unfinished.next()) {
            (Some(a), Some(b)) => {
                let rounds = a.left.min(b.left).min(ROUNDS_PER_REPORT);
                Chain::advance([a, b], rounds);
                done += 2 * u64::from(rounds);
            }
            (Some(a), None) => {
                let rounds = a.left.min(ROUNDS_PER_REPORT);
                Chain::advance([a], rounds);
                done += u64::from(rounds);
            }
            (None, _) => return Some(chains.iter().map(Chain::result).collect()),
        }
        if report(done).is_break() {
            return None;
        }
    }
}

/// One derivation on its way. On the heap (in a vector), and wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Chain {
    /// The states of HMAC's two hashes after the key block.
    inner: [u32; 8],
    outer: [u32; 8],
    /// The block to be compressed next: the last hash, and the end that both hashes of a round have.
    block: [u8; 64],
    sum: [u32; 8],
    left: u32,
}

impl Chain {
    fn new(job: &Job<'_>) -> Self {
        let (inner, outer) = hmac_states(job.password);
        let mut chain = Self {
            inner,
            outer,
            block: [0; 64],
            sum: [0; 8],
            left: job.rounds.saturating_sub(1),
        };
        let mut first = Zeroizing::new([0u8; 32]);
        pbkdf2_hmac::<Sha256>(job.password, job.salt, 1, first.as_mut_slice());
        chain.block[..32].copy_from_slice(first.as_slice());
        chain.sum = words(&first);
        // Both hashes of a round are over 64 bytes of key (already in the state) and 32 bytes of data: one block each,
        // with the same end: the bit 1, then the length in bits.
        chain.block[32] = 0x80;
        chain.block[62..].copy_from_slice(&(96u16 * 8).to_be_bytes());
        chain
    }

    /// `rounds` rounds of each chain, which must have as many left. The chains take turns within a round, so that the
    /// processor can begin with the one while the other's result is still on its way.
    fn advance<const N: usize>(mut chains: [&mut Chain; N], rounds: u32) {
        for _ in 0..rounds {
            for chain in &mut chains {
                let mut state = chain.inner;
                compress256(&mut state, std::slice::from_ref(&chain.block));
                put(&mut chain.block, &state);
            }
            for chain in &mut chains {
                let mut state = chain.outer;
                compress256(&mut state, std::slice::from_ref(&chain.block));
                put(&mut chain.block, &state);
                for (s, u) in chain.sum.iter_mut().zip(&state) {
                    *s ^= u;
                }
            }
        }
        for chain in chains {
            chain.left = chain.left.saturating_sub(rounds);
        }
    }

    fn result(&self) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0u8; 32]);
        put(out.as_mut_slice(), &self.sum);
        out
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
pub fn rounds_by_crate(job: &Job<'_>) -> [u8; 32] {
    let mut out = [0; 32];
    pbkdf2_hmac::<Sha256>(job.password, job.salt, job.rounds, &mut out);
    out
}
