//! Turns a synthetic backup into an encrypted one, by the format and with the RustCrypto crates alone: none of the
//! code that it tests. The keys are made from labels, so that the same description gives the same bytes every time.

use std::collections::BTreeMap;

use aes::Aes256;
use aes_kw::{KeyInit as _, KwAes256};
use cbc::cipher::{Array, BlockModeEncrypt as _, KeyIvInit as _};
use pbkdf2::pbkdf2_hmac;
use plist::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{Backup, file_id};

/// Rounds of both derivations unless a test asks for others: Apple's 10,000,000 and 10,000 would take seconds.
pub const FEW_ROUNDS: u32 = 100;
/// What Apple asks for.
pub const REAL_ROUNDS: u32 = 10_000_000;
pub const REAL_LAST_ROUNDS: u32 = 10_000;

const MANIFEST_CLASS: u32 = 4;
const FILE_CLASS: u32 = 3;
const CLASSES: std::ops::RangeInclusive<u32> = 1..=11;

type Name = (String, String);
type Change = fn(Vec<u8>) -> Vec<u8>;

/// How a backup is encrypted.
#[derive(Debug, Clone)]
pub struct Encryption {
    password: String,
    /// The list of files is encrypted too, and there are two derivations.
    since_10_2: bool,
    double_rounds: u32,
    last_rounds: u32,
    padded_manifest: bool,
    manifest_class: u32,
    /// Class that a file's key claims, other than the one that it was wrapped with.
    file_classes: BTreeMap<Name, u32>,
    /// Files whose record has no key.
    keyless: Vec<Name>,
    /// Fields of the key bag's header, changed or (with `None`) removed.
    header: Vec<([u8; 4], Option<Vec<u8>>)>,
    change: Option<Change>,
}

impl Backup {
    /// Encrypts it as iOS 10.2 and later do. What is called after this changes how; properties of Manifest.plist that
    /// a test sets itself must come last.
    pub fn encrypted(mut self, password: &str) -> Backup {
        self.encryption = Some(Encryption {
            password: password.into(),
            since_10_2: true,
            double_rounds: FEW_ROUNDS,
            last_rounds: FEW_ROUNDS,
            padded_manifest: true,
            manifest_class: MANIFEST_CLASS,
            file_classes: BTreeMap::new(),
            keyless: Vec::new(),
            header: Vec::new(),
            change: None,
        });
        self.lock(|_| {})
    }

    /// Rounds of the first derivation (DPIC) and of the last (ITER).
    pub fn rounds(self, double: u32, last: u32) -> Backup {
        self.lock(|e| (e.double_rounds, e.last_rounds) = (double, last))
    }

    /// As before iOS 10.2: one derivation, Manifest.db in clear, a key for each file.
    pub fn before_10_2(self) -> Backup {
        self.lock(|e| e.since_10_2 = false)
    }

    /// Manifest.db without padding, as some tools write it back.
    pub fn unpadded_manifest(self) -> Backup {
        self.lock(|e| e.padded_manifest = false)
    }

    /// ManifestKey names a class that did not wrap it.
    pub fn manifest_key_of_class(self, class: u32) -> Backup {
        self.lock(|e| e.manifest_class = class)
    }

    /// A file's key names a class that did not wrap it.
    pub fn file_key_of_class(self, domain: &str, path: &str, class: u32) -> Backup {
        let name = (domain.into(), path.into());
        self.lock(move |e| {
            e.file_classes.insert(name, class);
        })
    }

    /// A file's record has no EncryptionKey, though the file is encrypted.
    pub fn without_file_key(self, domain: &str, path: &str) -> Backup {
        let name = (domain.into(), path.into());
        self.lock(move |e| e.keyless.push(name))
    }

    /// Changes (or with `None` removes) a field of the key bag's header.
    pub fn bag_field(self, tag: &[u8; 4], value: Option<&[u8]>) -> Backup {
        let field = (*tag, value.map(<[u8]>::to_vec));
        self.lock(move |e| e.header.push(field))
    }

    /// Changes the bytes of the key bag.
    pub fn bag(self, change: Change) -> Backup {
        self.lock(move |e| e.change = Some(change))
    }

    /// Sets what an encrypted backup's Manifest.plist holds in clear.
    fn lock(mut self, change: impl FnOnce(&mut Encryption)) -> Backup {
        let encryption = self.encryption.as_mut().expect("an encrypted backup");
        change(encryption);
        let bag = Value::Data(encryption.key_bag());
        let key = encryption
            .since_10_2
            .then(|| Value::Data(encryption.manifest_key()));
        self.root_key("Manifest.plist", "IsEncrypted", Some(true.into()))
            .root_key("Manifest.plist", "BackupKeyBag", Some(bag))
            .root_key("Manifest.plist", "ManifestKey", key)
    }
}

impl Encryption {
    /// The key of one class, a file or Manifest.db.
    fn key(label: &str) -> [u8; 32] {
        Sha256::digest(format!("SYNTHETIC KEY {label}")).into()
    }

    fn class_key(class: u32) -> [u8; 32] {
        Self::key(&format!("class {class}"))
    }

    fn salts(&self) -> ([u8; 20], [u8; 20]) {
        // Another password, other salts: no two backups of a batch share a derivation.
        let of = |label: &str| {
            let digest = Sha1::digest(format!("SYNTHETIC SALT {label} {}", self.password));
            digest.into()
        };
        (of("first"), of("last"))
    }

    fn key_encrypting_key(&self) -> [u8; 32] {
        let (first_salt, last_salt) = self.salts();
        let mut secret = self.password.as_bytes().to_vec();
        if self.since_10_2 {
            let mut middle = [0; 32];
            pbkdf2_hmac::<Sha256>(&secret, &first_salt, self.double_rounds, &mut middle);
            secret = middle.to_vec();
        }
        let mut key = [0; 32];
        pbkdf2_hmac::<Sha1>(&secret, &last_salt, self.last_rounds, &mut key);
        key
    }

    fn key_bag(&self) -> Vec<u8> {
        let (first_salt, last_salt) = self.salts();
        let number = |n: u32| n.to_be_bytes().to_vec();
        let mut header: Vec<([u8; 4], Vec<u8>)> = vec![
            (*b"VERS", number(if self.since_10_2 { 5 } else { 3 })),
            (*b"TYPE", number(1)),
            (*b"UUID", vec![0x5a; 16]),
            (*b"HMCK", vec![0x66; 40]),
            (*b"WRAP", number(1)),
            (*b"SALT", last_salt.to_vec()),
            (*b"ITER", number(self.last_rounds)),
        ];
        if self.since_10_2 {
            header.push((*b"DPWT", number(0)));
            header.push((*b"DPIC", number(self.double_rounds)));
            header.push((*b"DPSL", first_salt.to_vec()));
        }
        for (tag, value) in &self.header {
            header.retain(|(known, _)| known != tag);
            header.extend(value.clone().map(|value| (*tag, value)));
        }
        let mut out = Vec::new();
        let mut put = |tag: &[u8; 4], value: &[u8]| {
            out.extend_from_slice(tag);
            out.extend_from_slice(&(value.len() as u32).to_be_bytes());
            out.extend_from_slice(value);
        };
        for (tag, value) in &header {
            put(tag, value);
        }
        let key = self.key_encrypting_key();
        for class in CLASSES {
            put(b"UUID", &[class as u8; 16]);
            put(b"CLAS", &number(class));
            put(b"WRAP", &number(if class < 5 { 2 } else { 3 }));
            put(b"KTYP", &number(0));
            put(b"WPKY", &wrap(&key, &Self::class_key(class)));
        }
        match self.change {
            None => out,
            Some(change) => change(out),
        }
    }

    /// The class in front, little-endian, as Apple writes it.
    fn wrapped(key: &[u8; 32], class: u32, claimed: u32) -> Vec<u8> {
        let mut out = claimed.to_le_bytes().to_vec();
        out.extend(wrap(&Self::class_key(class), key));
        out
    }

    fn manifest_key(&self) -> Vec<u8> {
        Self::wrapped(
            &Self::key("Manifest.db"),
            MANIFEST_CLASS,
            self.manifest_class,
        )
    }

    fn file_key_bytes(domain: &str, path: &str) -> [u8; 32] {
        Self::key(&file_id(domain, path))
    }

    /// What the record of a file holds as EncryptionKey.
    pub(super) fn file_key(&self, domain: &str, path: &str) -> Option<Vec<u8>> {
        let name = (domain.to_owned(), path.to_owned());
        let claimed = self.file_classes.get(&name).copied();
        (!self.keyless.contains(&name)).then(|| {
            let key = Self::file_key_bytes(domain, path);
            Self::wrapped(&key, FILE_CLASS, claimed.unwrap_or(FILE_CLASS))
        })
    }

    /// A file of the phone as it lies in the backup.
    pub(super) fn payload(&self, domain: &str, path: &str, clear: &[u8]) -> Vec<u8> {
        let mut bytes = clear.to_vec();
        pad(&mut bytes);
        encrypt(&Self::file_key_bytes(domain, path), &mut bytes);
        bytes
    }

    /// Manifest.db as it lies in the backup.
    pub(super) fn manifest_db(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.since_10_2 {
            if self.padded_manifest {
                pad(&mut bytes);
            }
            encrypt(&Self::key("Manifest.db"), &mut bytes);
        }
        bytes
    }
}

/// PKCS#7.
fn pad(bytes: &mut Vec<u8>) {
    let count = 16 - bytes.len() % 16;
    bytes.resize(bytes.len() + count, count as u8);
}

fn encrypt(key: &[u8; 32], bytes: &mut [u8]) {
    let (blocks, rest) = bytes.as_chunks_mut::<16>();
    assert!(rest.is_empty(), "whole blocks");
    cbc::Encryptor::<Aes256>::new(key.into(), &[0; 16].into())
        .encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
}

/// RFC 3394.
fn wrap(with: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
    let mut wrapped = vec![0; 40];
    KwAes256::new(with.into())
        .wrap_key(key, &mut wrapped)
        .expect("a key of 32 bytes");
    wrapped
}
