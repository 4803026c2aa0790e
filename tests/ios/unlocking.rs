//! Encrypted backups that are opened with their password, and those that stay locked.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use aes::Aes256;
use aes_kw::{KeyInit as _, KwAes256};
use cbc::cipher::{Array, BlockModeEncrypt as _, KeyIvInit as _};
use pbkdf2::pbkdf2_hmac;
use plist::Value as P;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use spotcheck::evidence::{Evidence, Fact, Platform, Request, SourceError, Subject};
use spotcheck::ios::crypt::{Key, KeyBag, KeyError, Password, keys};
use spotcheck::ios::{self, Unlocker};

use crate::backup_builder::*;
use crate::bad_input::nothing_from_the_list;
use crate::common::{Expect, OnDisk, check, known, on_disk, request};

const PASSWORD: &str = "correct horse";
const ROUNDS: u32 = 10;
const CLASS: u32 = 3;

/// What differs from an ordinary encrypted backup.
#[derive(Default)]
struct Oddities {
    /// As before iOS 10.2: Manifest.db in clear, one derivation.
    old: bool,
    /// Files that lie there in clear, without a key in their record.
    keyless: &'static [&'static str],
    /// A file whose record states this length.
    stated_size: Option<(&'static str, i64)>,
    /// A file with so many bytes of zeros after it.
    longer: Option<(&'static str, usize)>,
    /// A file that was cut to so many bytes after it was encrypted.
    cut: Option<(&'static str, usize)>,
}

fn key(label: &str) -> [u8; 32] {
    Sha256::digest(format!("SYNTHETIC KEY {label}")).into()
}

fn wrap(with: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
    let mut out = vec![0; 40];
    KwAes256::new(with.into())
        .wrap_key(key, &mut out)
        .expect("a key of 32 bytes");
    out
}

fn wrapped(key_of: &str) -> Vec<u8> {
    let mut out = CLASS.to_le_bytes().to_vec();
    out.extend(wrap(&key("class"), &key(key_of)));
    out
}

fn encrypt(label: &str, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let count = 16 - bytes.len() % 16;
    bytes.resize(bytes.len() + count, count as u8);
    let (blocks, _) = bytes.as_chunks_mut::<16>();
    cbc::Encryptor::<Aes256>::new(&key(label).into(), &[0; 16].into())
        .encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    bytes
}

fn bag(old: bool) -> Vec<u8> {
    let mut secret = PASSWORD.as_bytes().to_vec();
    let mut out = Vec::new();
    let mut put = |tag: &[u8; 4], value: &[u8]| {
        out.extend_from_slice(tag);
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
        out.extend_from_slice(value);
    };
    put(b"VERS", &3u32.to_be_bytes());
    put(b"TYPE", &1u32.to_be_bytes());
    put(b"UUID", &[0x5a; 16]);
    put(b"WRAP", &1u32.to_be_bytes());
    put(b"SALT", &[1; 20]);
    put(b"ITER", &ROUNDS.to_be_bytes());
    if !old {
        put(b"DPIC", &ROUNDS.to_be_bytes());
        put(b"DPSL", &[2; 20]);
        let mut middle = [0; 32];
        pbkdf2_hmac::<Sha256>(&secret, &[2; 20], ROUNDS, &mut middle);
        secret = middle.to_vec();
    }
    let mut kek = [0; 32];
    pbkdf2_hmac::<Sha1>(&secret, &[1; 20], ROUNDS, &mut kek);
    put(b"UUID", &[3; 16]);
    put(b"CLAS", &CLASS.to_be_bytes());
    put(b"WRAP", &2u32.to_be_bytes());
    put(b"KTYP", &0u32.to_be_bytes());
    put(b"WPKY", &wrap(&kek, &key("class")));
    out
}

/// Encrypts a backup where it lies.
fn lock(dir: &Path, odd: &Oddities) {
    let list = dir.join("Manifest.db");
    let db = rusqlite::Connection::open(&list).expect("a database");
    let rows: Vec<(String, String, Vec<u8>)> = db
        .prepare("SELECT fileID, relativePath, file FROM Files")
        .and_then(|mut rows| {
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        })
        .expect("the records");
    for (id, path, record) in rows {
        let keyless = odd.keyless.iter().any(|name| path.ends_with(name));
        let mut record = P::from_reader(std::io::Cursor::new(record)).expect("a record");
        let objects = record
            .as_dictionary_mut()
            .and_then(|root| root.get_mut("$objects"))
            .and_then(P::as_array_mut)
            .expect("an archive");
        let next = objects.len() as u64;
        let file = objects[1].as_dictionary_mut().expect("a file");
        if let Some((name, size)) = odd.stated_size
            && path.ends_with(name)
        {
            file.insert("Size".into(), size.into());
        }
        if !keyless {
            file.insert("EncryptionKey".into(), uid(next));
            objects.push(dict([("NS.data", P::Data(wrapped(&id)))]));
        }
        db.execute(
            "UPDATE Files SET file = ?2 WHERE fileID = ?1",
            rusqlite::params![id, binary(&record)],
        )
        .expect("a record");
        let payload = dir.join(&id[..2]).join(&id);
        let mut bytes = fs::read(&payload).expect("a file");
        if let Some((name, more)) = odd.longer
            && path.ends_with(name)
        {
            bytes.resize(bytes.len() + more, 0);
        }
        if !keyless {
            bytes = encrypt(&id, &bytes);
        }
        if let Some((name, length)) = odd.cut
            && path.ends_with(name)
        {
            assert!(bytes.len() > length, "there is something to cut");
            bytes.truncate(length);
        }
        fs::write(payload, bytes).expect("a file");
    }
    drop(db);
    if !odd.old {
        let bytes = fs::read(&list).expect("the list");
        fs::write(&list, encrypt("Manifest.db", &bytes)).expect("the list");
    }
}

fn locked(backup: Backup, odd: &Oddities) -> OnDisk {
    let manifest_key = (!odd.old).then(|| P::Data(wrapped("Manifest.db")));
    let system = if odd.old { "10.1.1" } else { "18.7" };
    let here = on_disk(
        &backup
            .wal_mode(false)
            .system(system)
            .root_key("Manifest.plist", "IsEncrypted", Some(true.into()))
            .root_key(
                "Manifest.plist",
                "BackupKeyBag",
                Some(P::Data(bag(odd.old))),
            )
            .root_key("Manifest.plist", "ManifestKey", manifest_key),
    );
    lock(&here.path, odd);
    here
}

/// Knows this password, or none.
pub struct Says(pub Option<&'static str>);

impl Unlocker for Says {
    fn password(&mut self) -> Result<Option<Password>, SourceError> {
        Ok(self.0.map(Password::new))
    }

    fn derive(&mut self, bag: KeyBag, password: Password) -> Result<(KeyBag, Key), KeyError> {
        let key = keys::derive(&bag, &password, &mut |_| ControlFlow::Continue(()))?;
        Ok((bag, key))
    }
}

fn open(here: &OnDisk, password: Option<&'static str>) -> (Evidence, Option<SourceError>) {
    ios::read_with(&here.path, &request(), &mut Says(password)).expect("a backup")
}

fn opened(case: &str, backup: Backup, odd: &Oddities) -> Evidence {
    let (evidence, problem) = open(&locked(backup, odd), Some(PASSWORD));
    assert!(problem.is_none(), "{case}: {problem:?}");
    evidence
}

const OLD: Oddities = Oddities {
    old: true,
    keyless: &[],
    stated_size: None,
    longer: None,
    cut: None,
};

#[test]
fn the_password_opens_it() {
    for (case, odd) in [("since", Oddities::default()), ("before iOS 10.2", OLD)] {
        let evidence = opened(case, Backup::compliant(), &odd);
        for (fact, expect) in [
            (Fact::BackupEncrypted, known(true)),
            (Fact::BackupFinished, known(true)),
            (Fact::LockAutoLock, known(60)),
            (Fact::NotificationsPreviews, known("never")),
            (Fact::FindMy, known(true)),
            (Fact::MdmEnrolled, known(false)),
        ] {
            check(case, &evidence, fact, &Subject::Device, &expect);
        }
        check(
            case,
            &evidence,
            Fact::AppPhotos,
            &Subject::app("whatsapp"),
            &known("none"),
        );
        let locked = evidence.warnings.iter().any(|w| w.contains("password"));
        assert!(!locked, "{case}: {:?}", evidence.warnings);
    }
}

#[test]
fn without_its_password_only_the_property_lists_speak() {
    for (case, odd) in [
        ("since", Oddities::default()),
        ("before iOS 10.2", OLD),
        // Nothing in an encrypted backup is taken as it lies there.
        (
            "before iOS 10.2, all files in clear",
            Oddities {
                keyless: &[""],
                ..OLD
            },
        ),
    ] {
        let here = locked(Backup::compliant(), &odd);
        for (password, problem_says) in [(None, ""), (Some("wrong"), "does not open")] {
            let (evidence, problem) = open(&here, password);
            nothing_from_the_list(case, &evidence, "password");
            let problem = problem.map(|problem| problem.what);
            assert_eq!(problem.is_some(), password.is_some(), "{case}");
            assert!(problem.unwrap_or_default().contains(problem_says), "{case}");
            for (fact, expect) in [
                (Fact::LockCredential, known("set")),
                (Fact::BackupEncrypted, known(true)),
            ] {
                check(case, &evidence, fact, &Subject::Device, &expect);
            }
            let whatsapp = Subject::app("whatsapp");
            check(case, &evidence, Fact::AppInstalled, &whatsapp, &known(true));
            assert!(!evidence.warnings.is_empty(), "{case}");
        }
    }
}

#[test]
fn a_file_without_a_key_of_its_own_was_not_written_by_the_phone() {
    for old in [false, true] {
        let odd = |keyless: &'static [&'static str], stated_size| Oddities {
            old,
            keyless,
            stated_size,
            ..Oddities::default()
        };
        let evidence = opened(
            "settings",
            Backup::compliant(),
            &odd(&["EffectiveUserSettings.plist"], None),
        );
        check(
            "settings",
            &evidence,
            Fact::LockAutoLock,
            &Subject::Device,
            &Expect::Unreadable,
        );
        // A record that says "empty" is no way around it.
        let evidence = opened(
            "permissions",
            Backup::compliant(),
            &odd(&["TCC.db"], Some(("TCC.db", 0))),
        );
        check(
            "permissions",
            &evidence,
            Fact::AppPhotos,
            &Subject::app("whatsapp"),
            &Expect::Unreadable,
        );
        // An empty file has nothing to encrypt.
        let empty = Backup::compliant().file(HOME, TCC_WAL, Content::Raw(Vec::new()));
        let evidence = opened("empty log", empty, &odd(&["TCC.db-wal"], None));
        check(
            "empty log",
            &evidence,
            Fact::AppPhotos,
            &Subject::app("whatsapp"),
            &known("none"),
        );
    }
}

#[test]
fn the_length_in_the_record_is_no_measure_of_a_live_database() {
    let whatsapp = Subject::app("whatsapp");
    for size in [0, 100, 4096, 1 << 30] {
        let odd = Oddities {
            stated_size: Some(("TCC.db", size)),
            ..Oddities::default()
        };
        let evidence = opened("TCC.db", Backup::compliant(), &odd);
        let case = format!("{size} bytes");
        check(&case, &evidence, Fact::AppPhotos, &whatsapp, &known("none"));
    }
    // A settings file is written at once: there it is.
    let odd = Oddities {
        stated_size: Some(("EffectiveUserSettings.plist", 100)),
        ..Oddities::default()
    };
    check(
        "settings",
        &opened("settings", Backup::compliant(), &odd),
        Fact::LockAutoLock,
        &Subject::Device,
        &Expect::Unreadable,
    );
}

#[test]
fn a_file_that_was_cut_short_is_not_taken_for_whole() {
    let whatsapp = Subject::app("whatsapp");
    let backup = || {
        Backup::compliant().permissions(Permissions {
            in_log: vec![
                row("kTCCServicePhotos", "com.example.other", 2),
                row("kTCCServicePhotos", WHATSAPP, 2),
            ],
            ..Permissions::default()
        })
    };
    let whole = opened("whole", backup(), &Oddities::default());
    check("whole", &whole, Fact::AppPhotos, &whatsapp, &known("full"));
    // Its header and two of its frames: whole blocks, and by itself a sound log.
    let odd = Oddities {
        cut: Some(("TCC.db-wal", 32 + 2 * (24 + 4096))),
        ..Oddities::default()
    };
    let cut = opened("cut", backup(), &odd);
    check("cut", &cut, Fact::AppPhotos, &whatsapp, &Expect::Unreadable);
}

#[test]
fn a_file_of_absurd_size_is_not_decrypted() {
    let odd = Oddities {
        longer: Some(("TCC.db", 9 << 20)),
        ..Oddities::default()
    };
    let evidence = opened("huge", Backup::compliant(), &odd);
    let reading = evidence.get(Fact::AppPhotos, &Subject::app("whatsapp"));
    let why = reading.why_unknown().unwrap_or_default();
    assert!(why.contains("far larger"), "{reading:?}");
}

#[test]
fn the_password_is_asked_for_only_where_something_needs_it() {
    struct Never;
    impl Unlocker for Never {
        fn password(&mut self) -> Result<Option<Password>, SourceError> {
            panic!("nothing that was asked for needs the password")
        }

        fn derive(&mut self, _: KeyBag, _: Password) -> Result<(KeyBag, Key), KeyError> {
            Err(KeyError::Cancelled)
        }
    }
    let here = locked(Backup::compliant(), &Oddities::default());
    let narrow = Request::new([Fact::LockCredential], Vec::new(), Platform::Ios);
    let (evidence, problem) = ios::read_with(&here.path, &narrow, &mut Never).expect("a backup");
    assert!(problem.is_none());
    check(
        "narrow",
        &evidence,
        Fact::LockCredential,
        &Subject::Device,
        &known("set"),
    );
}

#[test]
fn a_list_that_goes_away_while_the_key_is_derived_opens_nothing() {
    struct Removes(PathBuf);
    impl Unlocker for Removes {
        fn password(&mut self) -> Result<Option<Password>, SourceError> {
            Says(Some(PASSWORD)).password()
        }

        fn derive(&mut self, bag: KeyBag, password: Password) -> Result<(KeyBag, Key), KeyError> {
            fs::remove_file(&self.0).expect("removed");
            Says(None).derive(bag, password)
        }
    }
    let here = locked(Backup::compliant(), &Oddities::default());
    let mut removes = Removes(here.path.join("Manifest.db"));
    let (evidence, problem) =
        ios::read_with(&here.path, &request(), &mut removes).expect("a backup");
    let problem = problem.map(|problem| problem.what);
    assert_eq!(
        problem.as_deref(),
        Some("The encrypted backup cannot be opened: it is missing.")
    );
    nothing_from_the_list("removed", &evidence, "it is missing");
}
