//! The `BackupKeyBag` of `Manifest.plist`: which classes of files there are, the key of each wrapped with a key that
//! comes from the backup password, and how that one is derived.
//!
//! Form: a sequence of `tag (4 ASCII bytes) | length (u32, big-endian) | value`. The header runs up to the second
//! `UUID`; each `UUID` after the first begins a class. Every backup has a key bag, an unencrypted one too, so that its
//! presence decides nothing.

use std::collections::BTreeSet;

use thiserror::Error;

/// The most bytes that a key bag may have (real ones have less than 1.5 KiB).
pub const MAX_BYTES: usize = 64 * 1024;
/// The most rounds of PBKDF2-HMAC-SHA256 that a key bag may ask for (Apple asks for 10,000,000).
pub const MAX_DOUBLE_ROUNDS: u32 = 20_000_000;
/// The most rounds of PBKDF2-HMAC-SHA1 that a key bag may ask for (Apple asks for 10,000).
pub const MAX_ROUNDS: u32 = 1_000_000;
/// The sizes that a salt may have, in bytes (Apple's have 20).
pub const SALT_BYTES: std::ops::RangeInclusive<usize> = 8..=64;

/// The most classes, and the most fields of the header or of one class, that are read (real: 11, 10 and 6).
const MAX_CLASSES: usize = 64;
const MAX_FIELDS: usize = 64;
const WRAPPED_KEY_BYTES: usize = 40;
/// The bit of `WRAP` that says "wrapped with the key made from the password".
const WRAP_PASSCODE: u32 = 2;

/// Why a key bag was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyBagError {
    /// More than [`MAX_BYTES`].
    #[error("the key bag has {0} bytes; at most {MAX_BYTES} are accepted")]
    TooLarge(usize),
    /// The bytes end inside of a field, or a field's length points past the end.
    #[error("the key bag ends inside of the field at byte {offset}")]
    CutShort {
        /// Where the field begins.
        offset: usize,
    },
    /// A tag is not four capital letters or digits.
    #[error("the key bag has something that is not a tag at byte {offset}")]
    BadTag {
        /// Where the tag should be.
        offset: usize,
    },
    /// A field has a size that it never has.
    #[error("the key bag's {tag} has {bytes} bytes")]
    BadSize {
        /// The field.
        tag: Tag,
        /// Its size.
        bytes: usize,
    },
    /// A field that must be there is not.
    #[error("the key bag has no {0}")]
    Missing(Tag),
    /// A field comes twice in the header or in one class, or two classes have one number.
    #[error("the key bag has {0} twice")]
    Duplicate(Tag),
    /// More fields or classes than any real key bag has.
    #[error("the key bag has too many fields or classes")]
    TooMany,
    /// More rounds than are accepted: an attempt to burn processor time, or nonsense.
    #[error(
        "the key bag asks for {asked} rounds of key derivation ({tag}); at most {most} are accepted"
    )]
    TooManyRounds {
        /// The field that asks.
        tag: Tag,
        /// What it asks for.
        asked: u32,
        /// What is accepted.
        most: u32,
    },
    /// Zero rounds would make the key independent of the password.
    #[error("the key bag asks for no rounds of key derivation ({0})")]
    NoRounds(Tag),
}

/// The tag of a field. Shown as its four letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag([u8; 4]);

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

impl std::fmt::Debug for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

const CLAS: Tag = Tag(*b"CLAS");
const DPIC: Tag = Tag(*b"DPIC");
const DPSL: Tag = Tag(*b"DPSL");
const ITER: Tag = Tag(*b"ITER");
const SALT: Tag = Tag(*b"SALT");
const TYPE: Tag = Tag(*b"TYPE");
const UUID: Tag = Tag(*b"UUID");
const VERS: Tag = Tag(*b"VERS");
const WPKY: Tag = Tag(*b"WPKY");
const WRAP: Tag = Tag(*b"WRAP");

/// One salt and a number of rounds, both checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounds {
    /// The salt.
    pub salt: Vec<u8>,
    /// How many rounds, at least one.
    pub rounds: u32,
}

/// What a key bag says about the backup's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection<'a> {
    /// No second salt, and a header that says "wrapped with nothing": the key bag of an unencrypted backup.
    ///
    /// Before iOS 10.2 there was no second salt at all. Should such a backup's header also say 0, then the
    /// `EncryptionKey` in the files' records is what tells: [`super::unlock`] takes such a key bag too.
    NotEncrypted,
    /// Encrypted, before iOS 10.2: one derivation.
    Single {
        /// PBKDF2-HMAC-SHA1.
        only: &'a Rounds,
    },
    /// Encrypted, iOS 10.2 and later: two derivations.
    Double {
        /// PBKDF2-HMAC-SHA256 over the password.
        first: &'a Rounds,
        /// PBKDF2-HMAC-SHA1 over what the first gave.
        second: &'a Rounds,
    },
}

/// One class of files and its wrapped key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedClass {
    /// The class, 1 to 11 in real key bags.
    pub class: u32,
    /// Bit 2 (value 2): wrapped with the key from the password; bit 1 (value 1): with a key of the device.
    pub wrap: u32,
    /// The wrapped key (RFC 3394), where there is one.
    pub wrapped: Option<[u8; WRAPPED_KEY_BYTES]>,
}

impl WrappedClass {
    /// Whether the password opens this class.
    pub fn needs_password(&self) -> bool {
        self.wrap & WRAP_PASSCODE != 0
    }
}

/// A key bag that has passed all the checks. Holds nothing secret: its keys are wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBag {
    /// `VERS`: 3 to 5 in real ones.
    pub version: u32,
    /// `TYPE`: 1 is a backup's.
    pub kind: u32,
    /// The header's `WRAP`.
    pub wrap: u32,
    second: Rounds,
    first: Option<Rounds>,
    classes: Vec<WrappedClass>,
}

impl KeyBag {
    /// Reads a key bag. Fields with other tags are skipped.
    ///
    /// # Errors
    /// [`KeyBagError`] says what was refused. Accepted key bags ask for at most [`MAX_DOUBLE_ROUNDS`] and
    /// [`MAX_ROUNDS`], which bounds the work of a derivation.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyBagError> {
        if bytes.len() > MAX_BYTES {
            return Err(KeyBagError::TooLarge(bytes.len()));
        }
        let mut sections = sections(bytes)?.into_iter();
        let header = sections.next().unwrap_or_default();
        let first = match (header.get(DPSL), header.get(DPIC)) {
            (None, None) => None,
            _ => Some(header.rounds(DPSL, DPIC, MAX_DOUBLE_ROUNDS)?),
        };
        let bag = KeyBag {
            version: header.number(VERS)?,
            kind: header.number(TYPE)?,
            wrap: header.number(WRAP)?,
            second: header.rounds(SALT, ITER, MAX_ROUNDS)?,
            first,
            classes: sections.map(|s| s.class()).collect::<Result<_, _>>()?,
        };
        if bag.classes.is_empty() {
            return Err(KeyBagError::Missing(CLAS));
        }
        let numbers: BTreeSet<u32> = bag.classes.iter().map(|c| c.class).collect();
        if numbers.len() != bag.classes.len() {
            return Err(KeyBagError::Duplicate(CLAS));
        }
        Ok(bag)
    }

    /// What the key bag says about a password. See [`Protection::NotEncrypted`] for what it cannot say.
    pub fn protection(&self) -> Protection<'_> {
        match &self.first {
            Some(first) => Protection::Double {
                first,
                second: &self.second,
            },
            None if self.wrap == 0 => Protection::NotEncrypted,
            None => Protection::Single { only: &self.second },
        }
    }

    /// The derivation before the last one, where there are two (iOS 10.2 and later).
    pub(super) fn first(&self) -> Option<&Rounds> {
        self.first.as_ref()
    }

    /// The last, or only, derivation.
    pub(super) fn second(&self) -> &Rounds {
        &self.second
    }

    /// The classes, in the key bag's order.
    pub fn classes(&self) -> &[WrappedClass] {
        &self.classes
    }
}

/// The fields of the header or of one class.
#[derive(Default)]
struct Section<'a>(Vec<(Tag, &'a [u8])>);

impl<'a> Section<'a> {
    fn get(&self, tag: Tag) -> Option<&'a [u8]> {
        self.0.iter().find(|(t, _)| *t == tag).map(|(_, v)| *v)
    }

    fn need(&self, tag: Tag) -> Result<&'a [u8], KeyBagError> {
        self.get(tag).ok_or(KeyBagError::Missing(tag))
    }

    fn number(&self, tag: Tag) -> Result<u32, KeyBagError> {
        let value = self.need(tag)?;
        let four = value.try_into().map_err(|_| KeyBagError::BadSize {
            tag,
            bytes: value.len(),
        })?;
        Ok(u32::from_be_bytes(four))
    }

    fn rounds(&self, salt: Tag, count: Tag, most: u32) -> Result<Rounds, KeyBagError> {
        let salt_bytes = self.need(salt)?;
        if !SALT_BYTES.contains(&salt_bytes.len()) {
            return Err(KeyBagError::BadSize {
                tag: salt,
                bytes: salt_bytes.len(),
            });
        }
        let rounds = self.number(count)?;
        match rounds {
            0 => Err(KeyBagError::NoRounds(count)),
            asked if asked > most => Err(KeyBagError::TooManyRounds {
                tag: count,
                asked,
                most,
            }),
            rounds => Ok(Rounds {
                salt: salt_bytes.to_vec(),
                rounds,
            }),
        }
    }

    fn class(&self) -> Result<WrappedClass, KeyBagError> {
        let wrapped = match self.get(WPKY) {
            None => None,
            Some(value) => Some(value.try_into().map_err(|_| KeyBagError::BadSize {
                tag: WPKY,
                bytes: value.len(),
            })?),
        };
        Ok(WrappedClass {
            class: self.number(CLAS)?,
            wrap: self.number(WRAP)?,
            wrapped,
        })
    }
}

/// Cuts the bytes into fields, and the fields into the header and the classes.
fn sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, KeyBagError> {
    let mut sections = vec![Section::default()];
    let mut uuids = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        let offset = bytes.len() - rest.len();
        let cut_short = KeyBagError::CutShort { offset };
        let (tag, after) = rest.split_first_chunk::<4>().ok_or(cut_short.clone())?;
        let (length, after) = after.split_first_chunk::<4>().ok_or(cut_short.clone())?;
        if !tag
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        {
            return Err(KeyBagError::BadTag { offset });
        }
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (value, after) = after.split_at_checked(length).ok_or(cut_short)?;
        rest = after;

        let tag = Tag(*tag);
        if tag == UUID {
            uuids += 1;
            if uuids > 1 {
                sections.push(Section::default());
            }
        }
        if sections.len() > MAX_CLASSES + 1 {
            return Err(KeyBagError::TooMany);
        }
        // There is always a last section: the vector begins with one and only grows.
        if let Some(section) = sections.last_mut() {
            if section.0.len() >= MAX_FIELDS {
                return Err(KeyBagError::TooMany);
            }
            if section.get(tag).is_some() {
                return Err(KeyBagError::Duplicate(tag));
            }
            section.0.push((tag, value));
        }
    }
    Ok(sections)
}

#[cfg(test)]
#[path = "keybag_tests.rs"]
mod tests;
