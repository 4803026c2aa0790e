//! AES-256-CBC with an initialisation vector of zeros, as every encrypted part of a backup has it: small files whole,
//! big ones anywhere.

use std::fmt;
use std::io;

use aes::Aes256;
use cbc::Decryptor;
use cbc::cipher::{Array, BlockModeDecrypt, InnerIvInit, KeyInit};
use thiserror::Error;
use zeroize::Zeroizing;

use super::keys::Key;
use super::source::Source;

/// The most bytes that are decrypted whole. Settings files have less than 1 MiB.
pub const MAX_PAYLOAD_BYTES: usize = 8 * 1024 * 1024;

const BLOCK: usize = 16;

/// Why a payload was not decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// Not a whole number of blocks: cut short, or not encrypted.
    #[error("an encrypted file has {0} bytes, which is not a whole number of 16-byte blocks")]
    NotBlocks(usize),
    /// More than [`MAX_PAYLOAD_BYTES`].
    #[error("an encrypted file has {0} bytes; at most {MAX_PAYLOAD_BYTES} are decrypted")]
    TooLarge(usize),
}

/// What was at the end of a decrypted payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// So many bytes of valid PKCS#7 padding (1 to 16), which were removed.
    Removed(u8),
    /// No valid padding: everything was kept. Some tools write none; a wrong key nearly always looks like this too.
    Absent,
}

/// A decrypted payload, wiped when dropped.
pub struct Payload {
    /// The contents in clear.
    pub bytes: Zeroizing<Vec<u8>>,
    /// What was at their end.
    pub padding: Padding,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("bytes", &self.bytes.len())
            .field("padding", &self.padding)
            .finish()
    }
}

/// Decrypts a whole payload. Its end is found by the padding alone, never by the record's `Size`.
///
/// # Errors
/// [`PayloadError`]. A wrong key is no error here: there is nothing in the format to tell it by.
pub fn decrypt_payload(key: &Key, encrypted: Vec<u8>) -> Result<Payload, PayloadError> {
    let mut bytes = Zeroizing::new(encrypted);
    if bytes.len() > MAX_PAYLOAD_BYTES {
        return Err(PayloadError::TooLarge(bytes.len()));
    }
    let size = bytes.len();
    let (blocks, []) = bytes.as_chunks_mut() else {
        return Err(PayloadError::NotBlocks(size));
    };
    decrypt_blocks(&cipher(key), &[0; BLOCK], blocks);
    let padding = match valid_padding(&bytes) {
        None => Padding::Absent,
        Some(count) => {
            bytes.truncate(size - usize::from(count));
            Padding::Removed(count)
        }
    };
    Ok(Payload { bytes, padding })
}

fn valid_padding(bytes: &[u8]) -> Option<u8> {
    let block = bytes.last_chunk::<BLOCK>()?;
    let count = *block.last()?;
    let from = BLOCK.checked_sub(usize::from(count))?;
    let valid = count > 0 && block.iter().skip(from).all(|b| *b == count);
    valid.then_some(count)
}

fn cipher(key: &Key) -> Aes256 {
    Aes256::new(key.expose().into())
}

fn decrypt_blocks(cipher: &Aes256, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
    Decryptor::<&Aes256>::inner_iv_init(cipher, iv.into())
        .decrypt_blocks(Array::cast_slice_from_core_mut(blocks));
}

/// An encrypted file, decrypted where it is read. In CBC a block needs only the encrypted block before it.
pub struct CbcSource<S> {
    encrypted: S,
    cipher: Aes256,
}

impl<S: Source> CbcSource<S> {
    /// Takes an encrypted file and its key. Padding at the end, if any, is left for the reader to see.
    pub fn new(encrypted: S, key: &Key) -> Self {
        Self {
            encrypted,
            cipher: cipher(key),
        }
    }
}

impl<S> fmt::Debug for CbcSource<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CbcSource(hidden)")
    }
}

impl<S: Source> Source for CbcSource<S> {
    /// The size of the whole blocks: what a cut-short last block held cannot be known.
    fn size(&self) -> u64 {
        self.encrypted.size() / BLOCK as u64 * BLOCK as u64
    }

    fn read_at(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        const WIDE: u64 = BLOCK as u64;
        offset
            .checked_add(buf.len() as u64)
            .filter(|end| *end <= self.size())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let first = offset / WIDE * WIDE;
        let mut iv = [0; BLOCK];
        if let Some(before) = first.checked_sub(WIDE) {
            self.encrypted.read_at(before, &mut iv)?;
        }
        if first == offset
            && let (blocks, []) = buf.as_chunks_mut()
        {
            self.encrypted.read_at(first, blocks.as_flattened_mut())?;
            decrypt_blocks(&self.cipher, &iv, blocks);
            return Ok(());
        }
        // Not on block boundaries (the 100-byte header): decrypt the blocks around it and copy.
        let skip = (offset - first) as usize;
        let count = (skip + buf.len()).div_ceil(BLOCK);
        let mut around = Zeroizing::new(vec![[0; BLOCK]; count]);
        self.encrypted.read_at(first, around.as_flattened_mut())?;
        decrypt_blocks(&self.cipher, &iv, &mut around);
        for (to, from) in buf.iter_mut().zip(around.as_flattened().iter().skip(skip)) {
            *to = *from;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "cbc_tests.rs"]
mod tests;
