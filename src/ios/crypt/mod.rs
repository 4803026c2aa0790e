//! The primitives of encrypted iPhone backups, and the lookup of one row in `Manifest.db` that plain and encrypted
//! backups share.
//!
//! Password and key bag give the class keys ([`keybag`], [`keys`]); a class key opens the manifest's key and each
//! file's key; those decrypt with AES-256-CBC ([`cbc`]). [`manifest_db`] finds a row of `Manifest.db` by touching a
//! handful of pages, decrypted on demand, so that nothing in clear is ever written and little is held at once.
//! Everything here treats its input as hostile: sizes, counts and rounds are bounded, and no bytes may cause a panic.

mod btree;
pub mod cbc;
mod ddl;
mod kdf;
pub mod keybag;
pub mod keys;
pub mod manifest_db;
mod page;
mod pager;
mod record;
pub mod source;
#[cfg(test)]
mod testing;

pub use cbc::{CbcSource, Padding, Payload, decrypt_payload};
pub use keybag::{KeyBag, KeyBagError, Protection};
pub use keys::{ClassKeys, Key, KeyError, Password, Rounds, derive, derive_all, unlock};
pub use manifest_db::{EncryptedManifest, FileRow, ManifestDb, ManifestDbError, PlainManifest};
pub use source::{FileSource, Source};

#[doc(hidden)] // For benches/derive.rs alone: the two candidates, side by side.
pub use kdf::{Job, own_pbkdf2_sha256, rounds_by_crate};
