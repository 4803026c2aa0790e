use cbc::Encryptor;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};

use super::*;
use crate::ios::crypt::testing::Random;

const KEY: [u8; 32] = [0x42; 32];

fn encrypt(mut bytes: Vec<u8>) -> Vec<u8> {
    let (blocks, rest) = bytes.as_chunks_mut::<BLOCK>();
    assert!(rest.is_empty());
    Encryptor::<Aes256>::new((&KEY).into(), &[0; BLOCK].into())
        .encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    bytes
}

fn decrypt(clear: &[u8]) -> Payload {
    decrypt_payload(&Key::new(&KEY), encrypt(clear.to_vec())).unwrap()
}

#[test]
fn nist_vector() {
    // NIST SP 800-38A, F.2.6 (CBC-AES256.Decrypt), first block, its vector taken out by hand as ours is zero.
    let key = [
        0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d, 0x77,
        0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14,
        0xdf, 0xf4,
    ];
    let cipher_text = [
        0xf5, 0x8c, 0x4c, 0x04, 0xd6, 0xe5, 0xf1, 0xba, 0x77, 0x9e, 0xab, 0xfb, 0x5f, 0x7b, 0xfb,
        0xd6,
    ];
    let clear = [
        0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17,
        0x2a,
    ];
    let payload = decrypt_payload(&Key::new(&key), cipher_text.to_vec()).unwrap();
    let with_vector: Vec<u8> = payload
        .bytes
        .iter()
        .zip(0u8..)
        .map(|(b, i)| b ^ i)
        .collect();
    assert_eq!(with_vector, clear);
}

#[test]
fn padding_goes_when_it_is_valid_and_is_reported() {
    for clear_bytes in 0..50usize {
        let clear = vec![b'x'; clear_bytes];
        let count = 16 - clear_bytes % 16;
        let mut padded = clear.clone();
        padded.resize(clear_bytes + count, count as u8);
        let payload = decrypt(&padded);
        assert_eq!(*payload.bytes, clear);
        assert_eq!(payload.padding, Padding::Removed(count as u8));
    }
    for end in [[0; 16], [17; 16], [255; 16], *b"fifteen bytes..\x02"] {
        let payload = decrypt(&end);
        assert_eq!(
            (payload.bytes.as_slice(), payload.padding),
            (&end[..], Padding::Absent)
        );
    }
    let nothing = decrypt_payload(&Key::new(&KEY), Vec::new()).unwrap();
    assert_eq!((nothing.bytes.len(), nothing.padding), (0, Padding::Absent));
}

#[test]
fn wrong_sizes_are_errors() {
    let key = Key::new(&KEY);
    for size in [1, 15, 17, 31, 1000] {
        let error = decrypt_payload(&key, vec![0; size]).unwrap_err();
        assert_eq!(error, PayloadError::NotBlocks(size));
    }
    let size = MAX_PAYLOAD_BYTES + 16;
    assert_eq!(
        decrypt_payload(&key, vec![0; size]).unwrap_err(),
        PayloadError::TooLarge(size)
    );
}

#[test]
fn any_range_can_be_read() {
    let mut random = Random(2);
    let clear = random.bytes(16 * 500);
    let encrypted = encrypt(clear.clone());
    let mut source = CbcSource::new(encrypted.as_slice(), &Key::new(&KEY));
    assert_eq!(source.size(), clear.len() as u64);
    for case in 0..2000 {
        let mut from = random.below(clear.len() + 1);
        let mut to = from + random.below(clear.len() + 1 - from);
        if case % 2 == 0 {
            (from, to) = (from / 16 * 16, to / 16 * 16);
        }
        let mut buf = vec![0; to.saturating_sub(from)];
        source.read_at(from as u64, &mut buf).unwrap();
        assert_eq!(buf, clear[from..from + buf.len()], "{from}..{to}");
    }
    for (from, bytes) in [
        (7999, 2),
        (8000, 1),
        (u64::MAX, 1),
        (u64::MAX - 15, 16),
        (0, 8001),
    ] {
        let error = source.read_at(from, &mut vec![0; bytes]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}

#[test]
fn nothing_in_clear_is_shown() {
    let payload = decrypt(b"top secret words");
    assert_eq!(
        format!("{payload:?}"),
        "Payload { bytes: 16, padding: Absent }"
    );
    let source = CbcSource::new(&[][..], &Key::new(&KEY));
    assert_eq!(format!("{source:?}"), "CbcSource(hidden)");
}
