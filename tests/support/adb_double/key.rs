//! The computer's key as a phone sees it: a public key in Android's own form, and signatures by it.

use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};

/// What the phone asks to be signed. A real one takes new random bytes each time.
pub(super) const TOKEN: [u8; 20] = [7; 20];

/// Whether this key made this signature of these 20 bytes.
pub(super) fn made(key: &str, token: &[u8; 20], signature: &[u8]) -> bool {
    // What stands before a SHA-1 hash in a signature (RFC 8017, 9.2).
    const SHA1: [u8; 15] = [
        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
    ];
    let scheme = Pkcs1v15Sign {
        hash_len: Some(token.len()),
        prefix: Box::new(SHA1),
    };
    public(key).is_some_and(|key| key.verify(scheme, token, signature).is_ok())
}

/// Length in words, a number for the arithmetic, the modulus from its low end, another number, the exponent.
fn public(key: &str) -> Option<RsaPublicKey> {
    let bytes = base64(key.split(' ').next()?)?;
    let modulus = BigUint::from_bytes_le(bytes.get(8..8 + 256)?);
    let exponent = u32::from_le_bytes(bytes.get(8 + 512..8 + 516)?.try_into().ok()?);
    RsaPublicKey::new(modulus, exponent.into()).ok()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut have) = (0_u32, 0);
    for digit in text.bytes().filter(|digit| *digit != b'=') {
        let value = DIGITS.iter().position(|d| *d == digit)?;
        bits = bits << 6 | value as u32;
        have += 6;
        if have >= 8 {
            have -= 8;
            bytes.push((bits >> have) as u8);
        }
    }
    Some(bytes)
}
