//! From the password to the keys: the key-encrypting key, the class keys, and the keys of the manifest and the files.
//!
//! Passwords and keys are wiped when they are dropped, and nothing here prints them: their `Debug` is a placeholder.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

use aes_kw::{KeyInit, KwAes256};
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::kdf;
use super::keybag::{KeyBag, WrappedClass};

/// The size of a wrapped key with its class in front, as in `ManifestKey` and `EncryptionKey`, in bytes.
pub const CLASS_AND_WRAPPED_KEY_BYTES: usize = 44;

/// Why there are no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not one class key could be unwrapped. The format has no other check of the password.
    #[error("the backup password is wrong")]
    WrongPassword,
    /// The progress callback broke off.
    #[error("the key derivation was cancelled")]
    Cancelled,
    /// There is nothing in the key bag that a password could open.
    #[error("no class of the key bag is protected by a password")]
    NoPasswordClass,
    /// `ManifestKey` or `EncryptionKey` is not 44 bytes long.
    #[error("a wrapped key has {0} bytes instead of {CLASS_AND_WRAPPED_KEY_BYTES}")]
    BadSize(usize),
    /// The key bag has no such class.
    #[error("a key belongs to protection class {0}, which the key bag does not have")]
    NoSuchClass(u32),
    /// The class has no key that the password opens.
    #[error("a key belongs to protection class {0}, which the password does not open")]
    ClassNotOpen(u32),
    /// The class key is not the one that it was wrapped with, or the wrapped key is damaged.
    #[error("a key of protection class {0} cannot be unwrapped: it is damaged")]
    Damaged(u32),
}

/// A backup password. Wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Password(Vec<u8>);

impl Password {
    /// Takes the password's UTF-8 bytes. A `String` or `Vec` is taken over without a copy; what a `&str` was borrowed
    /// from is the caller's to wipe.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// An AES-256 key. Wiped when dropped; on the heap, so that moving it leaves no copy behind.
#[derive(Clone)]
pub struct Key(Box<Zeroizing<[u8; 32]>>);

impl Key {
    /// Copies a key. The caller wipes its own copy.
    pub fn new(bytes: &[u8; 32]) -> Self {
        let mut key = Self::blank();
        key.0.copy_from_slice(bytes);
        key
    }

    fn blank() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    /// The key's bytes. Never to be shown or kept.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// RFC 3394. `None` when the check value does not come out: another key, or damage.
    fn unwrap(&self, wrapped: &[u8; 40]) -> Option<Key> {
        let mut key = Self::blank();
        KwAes256::new(self.expose().into())
            .unwrap_key(wrapped, key.0.as_mut_slice())
            .ok()?;
        Some(key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

/// How far a derivation has come, in rounds of PBKDF2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// Done so far.
    pub done: u64,
    /// All of them.
    pub total: u64,
}

/// Called about every 2^16 rounds (some milliseconds) and at the end; `Break` cancels.
pub type Progress<'a> = dyn FnMut(Rounds) -> ControlFlow<()> + 'a;

/// The rounds that [`derive()`] takes for this key bag. The last derivation makes two blocks, so it counts twice.
pub fn total_rounds(bag: &KeyBag) -> u64 {
    let first = bag.first().map_or(0, |first| u64::from(first.rounds));
    first + 2 * u64::from(bag.second().rounds)
}

/// The key-encrypting key: PBKDF2-HMAC-SHA256 (iOS 10.2 and later), then PBKDF2-HMAC-SHA1, 32 bytes each.
///
/// # Errors
/// [`KeyError::Cancelled`].
pub fn derive(
    bag: &KeyBag,
    password: &Password,
    progress: &mut Progress<'_>,
) -> Result<Key, KeyError> {
    let mut keys = derive_all(&[(bag, password)], progress)?;
    keys.pop().ok_or(KeyError::Cancelled)
}

/// The key-encrypting keys of several backups, on this thread alone. Two at a time take about 1.5 times as long as
/// one, so a batch does best with two per core; more than two are done in pairs.
///
/// # Errors
/// [`KeyError::Cancelled`]: then there is none of the keys.
pub fn derive_all(
    backups: &[(&KeyBag, &Password)],
    progress: &mut Progress<'_>,
) -> Result<Vec<Key>, KeyError> {
    let total = backups.iter().map(|(bag, _)| total_rounds(bag)).sum();
    let jobs: Vec<_> = backups
        .iter()
        .filter_map(|(bag, password)| {
            bag.first().map(|first| kdf::Job {
                password: &password.0,
                salt: &first.salt,
                rounds: first.rounds,
            })
        })
        .collect();
    let middles = kdf::own_pbkdf2_sha256(&jobs, &mut |done| progress(Rounds { done, total }))
        .ok_or(KeyError::Cancelled)?;
    let mut done: u64 = jobs.iter().map(|job| u64::from(job.rounds)).sum();
    let mut middles = middles.iter();
    let mut keys = Vec::with_capacity(backups.len());
    for (bag, password) in backups {
        let secret = match bag.first() {
            None => password.0.as_slice(),
            // There is one for each job, in the same order.
            Some(_) => middles.next().ok_or(KeyError::Cancelled)?.as_slice(),
        };
        let second = bag.second();
        let mut kek = Key::blank();
        pbkdf2_hmac::<Sha1>(secret, &second.salt, second.rounds, kek.0.as_mut_slice());
        keys.push(kek);
        done += 2 * u64::from(second.rounds);
        if progress(Rounds { done, total }).is_break() {
            return Err(KeyError::Cancelled);
        }
    }
    Ok(keys)
}

/// Derives the key-encrypting key and unwraps the class keys.
///
/// One class that opens proves the password (an RFC 3394 check value comes out by chance once in 2^64); classes that
/// then stay shut are damaged, and only what they protect is lost.
///
/// # Errors
/// [`KeyError::WrongPassword`], [`KeyError::Cancelled`] or [`KeyError::NoPasswordClass`].
pub fn unlock(
    bag: &KeyBag,
    password: &Password,
    progress: &mut Progress<'_>,
) -> Result<ClassKeys, KeyError> {
    if !bag.classes().iter().any(opens_with_password) {
        return Err(KeyError::NoPasswordClass);
    }
    let kek = derive(bag, password, progress)?;
    ClassKeys::open(bag, &kek)
}

fn opens_with_password(class: &WrappedClass) -> bool {
    class.needs_password() && class.wrapped.is_some()
}

/// The class keys of one backup.
pub struct ClassKeys(BTreeMap<u32, Option<Key>>);

impl ClassKeys {
    /// Unwraps the class keys of a key bag with the key that [`derive()`] gave.
    ///
    /// # Errors
    /// [`KeyError::WrongPassword`] when not one opens.
    pub fn open(bag: &KeyBag, kek: &Key) -> Result<Self, KeyError> {
        let open = |class: &WrappedClass| {
            let wrapped = class.wrapped.filter(|_| class.needs_password())?;
            kek.unwrap(&wrapped)
        };
        let keys: BTreeMap<_, _> = bag.classes().iter().map(|c| (c.class, open(c))).collect();
        if keys.values().all(Option::is_none) {
            return Err(KeyError::WrongPassword);
        }
        Ok(Self(keys))
    }

    /// The key in `ManifestKey` or in a file's `EncryptionKey`: the class (u32, **little**-endian), then 40 bytes of
    /// wrapped key.
    ///
    /// # Errors
    /// [`KeyError::BadSize`], [`KeyError::NoSuchClass`], [`KeyError::ClassNotOpen`] or [`KeyError::Damaged`].
    pub fn unwrap_key(&self, class_and_key: &[u8]) -> Result<Key, KeyError> {
        let bad_size = || KeyError::BadSize(class_and_key.len());
        let (class, wrapped) = class_and_key
            .split_first_chunk::<4>()
            .ok_or_else(bad_size)?;
        let wrapped = wrapped.try_into().map_err(|_| bad_size())?;
        let class = u32::from_le_bytes(*class);
        self.class_key(class)?
            .unwrap(wrapped)
            .ok_or(KeyError::Damaged(class))
    }

    /// The key of one class.
    ///
    /// # Errors
    /// [`KeyError::NoSuchClass`] or [`KeyError::ClassNotOpen`].
    pub fn class_key(&self, class: u32) -> Result<&Key, KeyError> {
        match self.0.get(&class) {
            None => Err(KeyError::NoSuchClass(class)),
            Some(None) => Err(KeyError::ClassNotOpen(class)),
            Some(Some(key)) => Ok(key),
        }
    }
}

impl fmt::Debug for ClassKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClassKeys(hidden)")
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
