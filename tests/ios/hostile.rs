//! Input that somebody made on purpose: none of it crashes, hangs, fills the memory, or leads out of the folder.

use std::fs;
use std::io::Write as _;

use plist::Value as P;
use spotcheck::evidence::{Fact, Strength, Subject};
use spotcheck::ios;
use spotcheck::ios::manifest::FileId;
use spotcheck::ios::plist::{Keep, OTHERS, pick};
use spotcheck::ios::readers::{AppOnPhone, photos_contacts};

use crate::backup_builder::*;
use crate::common::{Expect, check, known, on_disk, read, request};

/// A binary property list from raw objects; the first is the root.
fn raw_plist(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"bplist00".to_vec();
    let mut offsets = Vec::new();
    for object in objects {
        offsets.push(out.len() as u32);
        out.extend_from_slice(object);
    }
    let table = out.len() as u64;
    for offset in &offsets {
        out.extend_from_slice(&offset.to_be_bytes());
    }
    out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 4, 4]);
    for n in [objects.len() as u64, 0, table] {
        out.extend_from_slice(&n.to_be_bytes());
    }
    out
}

fn refs(kind: u8, items: &[u32]) -> Vec<u8> {
    let mut out = vec![kind | 0x0f, 0x12];
    let count = if kind == 0xd0 {
        items.len() / 2
    } else {
        items.len()
    };
    out.extend_from_slice(&(count as u32).to_be_bytes());
    for item in items {
        out.extend_from_slice(&item.to_be_bytes());
    }
    out
}

fn ascii(text: &str) -> Vec<u8> {
    let mut out = vec![0x5f, 0x11];
    out.extend_from_slice(&(text.len() as u16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    out
}

/// A dictionary whose one key holds arrays of the same array, 40 deep: a thousand billion values in a few bytes.
fn billion_laughs(key: &str) -> Vec<u8> {
    let mut objects = vec![refs(0xd0, &[1, 2]), ascii(key)];
    for n in 0..40u32 {
        objects.push(refs(0xa0, &[n + 3, n + 3]));
    }
    objects.push(refs(0xa0, &[]));
    raw_plist(&objects)
}

/// References to one array of a million items, shared at every level.
fn wide_and_shared() -> Vec<u8> {
    let mut objects = vec![refs(0xd0, &[1, 2]), ascii("k")];
    for n in 0..100u32 {
        objects.push(refs(0xa0, &vec![n + 3; 20_000]));
    }
    objects.push(refs(0xa0, &[]));
    raw_plist(&objects)
}

fn cyclic(key: &str) -> Vec<u8> {
    raw_plist(&[refs(0xd0, &[1, 2]), ascii(key), refs(0xa0, &[2])])
}

fn deep_binary() -> Vec<u8> {
    let mut objects = vec![refs(0xd0, &[1, 2]), ascii("k")];
    for n in 0..300_000u32 {
        objects.push(refs(0xa0, &[n + 3]));
    }
    objects.push(refs(0xa0, &[]));
    raw_plist(&objects)
}

fn deep_xml() -> Vec<u8> {
    let mut out = b"<?xml version=\"1.0\"?><plist><dict><key>k</key>".to_vec();
    out.extend_from_slice(&b"<array>".repeat(300_000));
    out.extend_from_slice(&b"</array>".repeat(300_000));
    out.extend_from_slice(b"</dict></plist>");
    out
}

fn hostile_plists() -> Vec<(&'static str, Vec<u8>)> {
    let good = binary(&dict([("k", true.into())]));
    vec![
        ("billion laughs", billion_laughs("k")),
        ("wide and shared", wide_and_shared()),
        ("cycle", cyclic("k")),
        ("deep, binary", deep_binary()),
        ("deep, XML", deep_xml()),
        ("a stump", b"bplist00".to_vec()),
        ("cut short", good[..good.len() - 1].to_vec()),
        ("absurd trailer", [b"bplist00".as_slice(), &[0xff; 64]].concat()),
        ("old ASCII form", b"{ k = 1; }".to_vec()),
        ("nothing", Vec::new()),
        ("XML without values", b"<?xml version=\"1.0\"?><plist></plist>".to_vec()),
        ("XML cut short", b"<?xml version=\"1.0\"?><plist><dict><key>k</key><true/>".to_vec()),
        (
            "XML entities",
            b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]><plist><dict><key>k</key><string>&a;".to_vec(),
        ),
        (
            "one key twice",
            b"<plist><dict><key>k</key><true/><key>k</key><false/></dict></plist>".to_vec(),
        ),
        ("a key that is no text", b"<plist><dict><true/><true/></dict></plist>".to_vec()),
        ("a key without a value", b"<plist><dict><key>k</key></dict></plist>".to_vec()),
        ("a skipped key without a value", b"<plist><dict><key>z</key></dict></plist>".to_vec()),
        ("two values", b"<plist><dict/><dict/></plist>".to_vec()),
        ("a list", b"<plist><array/></plist>".to_vec()),
    ]
}

#[test]
fn hostile_property_lists_are_errors() {
    for (case, bytes) in hostile_plists() {
        for keep in [Keep::All, Keep::keys(&["k"]), Keep::path(&["other", "x"])] {
            let result = pick(&bytes, &keep);
            if case == "one key twice" && keep == Keep::path(&["other", "x"]) {
                continue; // What is not asked for is not looked at.
            }
            assert!(result.is_err(), "{case}: {keep:?}: {result:?}");
        }
    }
}

#[test]
fn only_what_is_asked_for_is_kept() {
    let value = dict([
        ("Serial Number", "CANARYSERIAL01".into()),
        (
            "wanted",
            dict([("a", 1.into()), ("CANARY", "CANARY".into())]),
        ),
        (
            "list",
            vec![
                P::from("x"),
                "CANARY".into(),
                P::Array(vec!["CANARY".into()]),
            ]
            .into(),
        ),
        (
            "entries",
            dict([("x", 1.into()), ("CANARY", "CANARY".into())]),
        ),
        ("no entries", dict([])),
        ("empty list", P::Array(vec![])),
        ("shape", "CANARY".into()),
        (
            "nested",
            P::Array(vec![dict([("CANARY", P::Array(vec![dict([])]))]), 1.into()]),
        ),
    ]);
    let keep = Keep::Keys(vec![
        ("wanted".into(), Keep::path(&["a"])),
        ("list".into(), Keep::Listed(vec!["x".into()])),
        (
            "entries".into(),
            Keep::Entries(vec![("x".into(), Keep::All)]),
        ),
        ("no entries".into(), Keep::Entries(vec![])),
        ("empty list".into(), Keep::Listed(vec!["x".into()])),
        ("shape".into(), Keep::path(&["a"])),
        ("nested".into(), Keep::Items(Box::new(Keep::path(&["b"])))),
    ]);
    for bytes in [binary(&value), xml(&value)] {
        let kept = pick(&bytes, &keep).expect("a property list");
        assert!(!format!("{kept:?}").contains("CANARY"), "{kept:?}");
        assert_eq!(
            kept,
            dict([
                ("wanted", dict([("a", 1.into())])),
                // Others are one `true`, however many they are: a list of others is no empty one.
                (
                    "list",
                    vec![P::from("x"), true.into(), P::Array(vec![true.into()])].into()
                ),
                ("entries", dict([("x", 1.into()), (OTHERS, true.into())])),
                ("no entries", dict([])),
                ("empty list", P::Array(vec![])),
                ("shape", "".into()),
                ("nested", vec![dict([]), P::from("")].into()),
            ])
        );
    }
}

#[test]
fn hostile_property_lists_in_every_place_leave_facts_unreadable() {
    for (case, bytes) in hostile_plists() {
        if case == "nothing" || case == "one key twice" || case == "a skipped key without a value" {
            continue;
        }
        let evidence = read(
            &Backup::compliant()
                .file(HOME, EFFECTIVE, Content::Raw(bytes.clone()))
                .file(HOME, BULLETINS, Content::Raw(bytes.clone()))
                .file(FIND_MY, FIND_MY_STATE, Content::Raw(bytes.clone()))
                .section_raw(WHATSAPP, Some(bytes.clone())),
        );
        for fact in [
            Fact::LockAutoLock,
            Fact::NotificationsPreviews,
            Fact::FindMy,
        ] {
            check(case, &evidence, fact, &Subject::Device, &Expect::Unreadable);
        }
        check(
            case,
            &evidence,
            Fact::AppNotificationsPreviews,
            &Subject::app("whatsapp"),
            &Expect::Unreadable,
        );
    }
}

#[test]
fn ids_have_one_form_only() {
    for hostile in ["../../etc/passwd", "/etc/passwd", "A", "", "..", "%2e%2e"] {
        assert_eq!(FileId::parse(hostile), None);
    }
    // A record under the right id but with another name is not the file.
    let on_disk = on_disk(&Backup::compliant());
    let db = rusqlite::Connection::open(on_disk.path.join("Manifest.db")).expect("a database");
    db.execute_batch("PRAGMA journal_mode = DELETE")
        .expect("a database");
    db.execute(
        "UPDATE Files SET relativePath = '../../../../etc/passwd' WHERE fileID = ?1",
        [file_id(HOME, EFFECTIVE)],
    )
    .expect("an update");
    drop(db);
    let evidence = ios::read(&on_disk.path, &request()).expect("a backup");
    check(
        "renamed",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &Expect::Unreadable,
    );
    check(
        "others",
        &evidence,
        Fact::FindMy,
        &Subject::Device,
        &known(true),
    );
}

#[test]
fn a_list_that_is_no_ordinary_table_is_refused() {
    for (case, sql) in [
        (
            "a view that never ends",
            "ALTER TABLE Files RENAME TO Old; CREATE VIEW Files AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) \
             SELECT x AS fileID, x AS domain, x AS relativePath, x AS flags, x AS file FROM c;",
        ),
        ("no table", "ALTER TABLE Files RENAME TO Old;"),
        (
            "no column",
            "ALTER TABLE Files RENAME COLUMN file TO other;",
        ),
        (
            "computed",
            "ALTER TABLE Files ADD COLUMN evil GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL;",
        ),
    ] {
        let on_disk = on_disk(&Backup::compliant().wal_mode(false));
        let db = rusqlite::Connection::open(on_disk.path.join("Manifest.db")).expect("a database");
        db.execute_batch(sql).expect("a change");
        drop(db);
        let evidence = ios::read(&on_disk.path, &request()).expect("a backup");
        check(
            case,
            &evidence,
            Fact::FindMy,
            &Subject::Device,
            &Expect::Unreadable,
        );
    }
}

#[test]
fn odd_records_are_refused() {
    for (case, sql) in [
        ("a folder", "UPDATE Files SET flags = 2"),
        ("a link", "UPDATE Files SET flags = 4"),
        ("no record", "UPDATE Files SET file = NULL"),
        ("a text record", "UPDATE Files SET file = 'x'"),
        ("a damaged record", "UPDATE Files SET file = x'00ff'"),
        ("a huge record", "UPDATE Files SET file = zeroblob(200000)"),
        ("flags of another type", "UPDATE Files SET flags = 'one'"),
    ] {
        let on_disk = on_disk(&Backup::compliant().wal_mode(false));
        let db = rusqlite::Connection::open(on_disk.path.join("Manifest.db")).expect("a database");
        db.execute_batch(sql).expect("a change");
        drop(db);
        let evidence = ios::read(&on_disk.path, &request()).expect("a backup");
        check(
            case,
            &evidence,
            Fact::LockAutoLock,
            &Subject::Device,
            &Expect::Unreadable,
        );
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let elsewhere = on_disk(&Backup::compliant());
    let effective = payload_path(&elsewhere.path, HOME, EFFECTIVE);

    // A settings file that is a link.
    let here = on_disk(&Backup::compliant());
    let target = payload_path(&here.path, HOME, EFFECTIVE);
    fs::remove_file(&target).expect("removed");
    symlink(&effective, &target).expect("a link");
    // A folder that is a link.
    let folder = payload_path(&here.path, HOME, CLOUD_BACKUP)
        .parent()
        .expect("a folder")
        .to_owned();
    fs::remove_dir_all(&folder).expect("removed");
    symlink(
        payload_path(&elsewhere.path, HOME, CLOUD_BACKUP)
            .parent()
            .expect("a folder"),
        &folder,
    )
    .expect("a link");
    // A property list that is a link.
    fs::remove_file(here.path.join("Info.plist")).expect("removed");
    symlink(
        elsewhere.path.join("Info.plist"),
        here.path.join("Info.plist"),
    )
    .expect("a link");
    let evidence = ios::read(&here.path, &request()).expect("a backup");
    check(
        "file",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &Expect::Unreadable,
    );
    check(
        "folder",
        &evidence,
        Fact::CloudBackup,
        &Subject::Device,
        &Expect::Unreadable,
    );
    assert!(
        evidence
            .read_log
            .iter()
            .all(|entry| entry.what != "Info.plist")
    );

    // Manifest.db that is a link.
    let here = on_disk(&Backup::compliant().no_database());
    symlink(
        elsewhere.path.join("Manifest.db"),
        here.path.join("Manifest.db"),
    )
    .expect("a link");
    let evidence = ios::read(&here.path, &request()).expect("a backup");
    check(
        "list",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &Expect::Unreadable,
    );

    // The path itself may be a link: the person chose it.
    let link = tempfile::tempdir().expect("a folder");
    symlink(&elsewhere.path, link.path().join("link")).expect("a link");
    let evidence = ios::read(&link.path().join("link"), &request()).expect("a backup");
    check(
        "path",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &known(60),
    );
}

#[test]
fn huge_files_are_refused_without_being_read() {
    let here = on_disk(&Backup::compliant());
    for path in [
        payload_path(&here.path, HOME, EFFECTIVE),
        payload_path(&here.path, HOME, TCC),
        here.path.join("Info.plist"),
    ] {
        let mut file = fs::OpenOptions::new()
            .append(true)
            .open(path)
            .expect("a file");
        file.flush().expect("nothing to write");
        file.set_len(4 << 30).expect("a sparse file");
    }
    let evidence = ios::read(&here.path, &request()).expect("a backup");
    check(
        "settings",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &Expect::Unreadable,
    );
    check(
        "database",
        &evidence,
        Fact::AppPhotos,
        &Subject::app("whatsapp"),
        &Expect::Unreadable,
    );
    check(
        "passcode",
        &evidence,
        Fact::LockCredential,
        &Subject::Device,
        &known("set"),
    );
}

#[test]
fn a_database_with_any_one_page_damaged_never_turns_a_grant_into_none() {
    let backup = Backup::failing();
    let whole = on_disk(&backup);
    let bytes = fs::read(payload_path(&whole.path, HOME, TCC)).expect("TCC.db");
    for page in 0..bytes.len() / 4096 {
        let mut damaged = bytes.clone();
        for byte in &mut damaged[page * 4096 + 100..page * 4096 + 4096] {
            *byte = 0;
        }
        let evidence = read(&backup.clone().file(HOME, TCC, Content::Raw(damaged)));
        let reading = evidence.get(Fact::AppPhotos, &Subject::app("whatsapp"));
        assert_ne!(
            reading.value(),
            Some(&spotcheck::evidence::Value::Word("none")),
            "page {page}"
        );
    }
}

/// A TCC.db without the row that its log holds, and the log.
fn database_and_log() -> (Vec<u8>, Vec<u8>) {
    let on_disk = on_disk(&Backup::compliant().permissions(Permissions {
        in_log: vec![
            row("kTCCServiceCamera", WHATSAPP, 2),
            row("kTCCServicePhotos", WHATSAPP, 2),
        ],
        ..Permissions::default()
    }));
    let read = |path: &str| fs::read(payload_path(&on_disk.path, HOME, path)).expect("a file");
    (read(TCC), read(TCC_WAL))
}

#[test]
fn a_damaged_log_never_turns_a_grant_into_none() {
    let (database, log) = database_and_log();
    let whatsapp = Subject::app("whatsapp");
    let photos = |log: &[u8]| {
        let (id, bundle) = ("whatsapp".into(), WHATSAPP.into());
        let app = AppOnPhone { id, bundle };
        let lines =
            photos_contacts::permissions(Ok(&database), Ok(log), Ok(&[]), Strength::Direct, &[app]);
        let (_, _, reading) = lines
            .into_iter()
            .find(|(fact, subject, _)| *fact == Fact::AppPhotos && *subject == whatsapp)
            .expect("reported");
        crate::common::of(&reading)
    };
    assert_eq!(photos(&log), known("full"));
    assert_eq!(photos(&[]), known("none"), "the database alone");
    for at in (0..log.len()).step_by(7).chain(0..64) {
        let mut damaged = log.clone();
        damaged[at] ^= 0x10;
        let found = photos(&damaged);
        assert!(
            found == known("full") || found == Expect::Unreadable,
            "byte {at}: {found:?}"
        );
    }
    for length in 1..log.len() {
        if length % 13 == 0 || length < 100 {
            let found = photos(&log[..length]);
            // Cut exactly between two transactions, a log is whole.
            let between = (length - 32.min(length)) % (24 + 4096) == 0 && length >= 32;
            assert!(
                found == Expect::Unreadable || between,
                "length {length}: {found:?}"
            );
        }
    }
}

#[test]
fn frames_from_before_a_reset_are_left_out() {
    let (database, log) = database_and_log();
    let mut old = log.clone();
    let frame = old[32..32 + 24 + 4096].to_vec();
    old.extend_from_slice(&frame);
    let at = log.len() + 8;
    let salt = u32::from_be_bytes(old[at..at + 4].try_into().expect("four bytes"));
    old[at..at + 4].copy_from_slice(&salt.wrapping_sub(1).to_be_bytes());
    let apply = spotcheck::ios::wal::apply;
    assert_eq!(apply(&database, &old), apply(&database, &log));
    assert!(apply(&database, &log).is_ok());
    // A repeated salt, or one from the future, is no leftover.
    old[at..at + 4].copy_from_slice(&salt.wrapping_add(1).to_be_bytes());
    assert!(apply(&database, &old).is_err());
}

#[test]
fn bytes_flipped_anywhere_crash_nothing() {
    let on_disk = on_disk(&Backup::failing().profile("org.example.one", &["com.apple.mdm"]));
    let mut files: Vec<_> = crate::fingerprint::fingerprint(&on_disk.path)
        .into_keys()
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    // A fixed sequence (xorshift), so that a failure can be repeated.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..300 {
        let path = &files[next(files.len())];
        let whole = fs::read(path).expect("a file");
        if whole.is_empty() {
            continue;
        }
        let mut damaged = whole.clone();
        for _ in 0..=next(4) {
            let at = next(damaged.len());
            damaged[at] = next(256) as u8;
        }
        if next(4) == 0 {
            damaged.truncate(next(damaged.len()));
        }
        fs::write(path, damaged).expect("written");
        ios::read(&on_disk.path, &request()).expect("a backup");
        fs::write(path, whole).expect("written");
    }
}
