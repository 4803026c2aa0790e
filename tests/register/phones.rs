//! A phone is recognised again, by a keyed hash that tells nobody anything.

use std::path::Path;

use spotcheck::evidence::PhoneId;
use spotcheck::register::{Body, Entry, Problem, Register, exchange, phones};

use crate::adb_server_double::ServerDouble;
use crate::common::*;
use crate::run::{Ran, run, sample, words};

/// Made up.
const UDID: &str = "00008110-000A1B2C3D4E5F60";
/// Made up.
const SERIAL: &str = "R58M0CANARY9";

/// A synthetic backup in a folder of this name.
fn backup(folder: &Folder, name: &str) -> String {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).expect("made");
        for entry in std::fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            let to = to.join(entry.file_name());
            match entry.path().is_dir() {
                true => copy(&entry.path(), &to),
                false => drop(std::fs::copy(entry.path(), to).expect("copied")),
            }
        }
    }
    copy(&sample("ios-failing"), &folder.at(name));
    folder.text(name)
}

fn keep(folder: &Folder, register: &str, path: &str, more: &str) -> Ran {
    let register = folder.text(register);
    let common = "--as-of evidence --no-input --profile nhs-england-quick --keep-days 730";
    let args = words(&format!("{common} --register {register} {more}"));
    let ran = run(["ios".to_owned(), path.to_owned()].into_iter().chain(args));
    assert_eq!(ran.status, 1, "{}", ran.err);
    ran
}

fn entries(register: &Register) -> Vec<Entry> {
    register
        .bodies(None)
        .expect("reads")
        .into_iter()
        .filter_map(|body| match body {
            Body::Audit(entry) => Some(*entry),
            _ => None,
        })
        .collect()
}

/// The register's files, byte for byte, in lower case.
fn raw(folder: &Folder, name: &str) -> String {
    ["", "-wal", "-shm"]
        .iter()
        .flat_map(|end| std::fs::read(folder.at(&format!("{name}{end}"))).unwrap_or_default())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

#[test]
fn an_iphone_is_recognised_by_its_folder() {
    let folder = Folder::new();
    let path = backup(&folder, UDID);
    // While this one is open, the log stays beside the file.
    let open_all_the_while = open(&folder.at("r.sqlite"));
    let first = keep(&folder, "r.sqlite", &path, "--staff-ref S-001");
    assert!(!first.err.contains("before"), "{}", first.err);
    let again = keep(&folder, "r.sqlite", &path, "--staff-ref S-001");
    assert!(
        !again.err.contains("before"),
        "the same audit: {}",
        again.err
    );
    let same = keep(
        &folder,
        "r.sqlite",
        &path,
        "--staff-ref S-001 --campaign 2026-12",
    );
    assert!(
        same.err
            .contains("This phone was audited before: record 2, on 2 November 2026.\n"),
        "{}",
        same.err
    );
    // Another spelling of the same name, on another computer.
    let other_spelling = backup(&folder, &format!("b/{}", UDID.to_lowercase()));
    let other = keep(&folder, "r.sqlite", &other_spelling, "--staff-ref S-002");
    assert!(
        other.err.contains(
            "This phone was audited before: record 3, on 2 November 2026, under another staff reference.\n"
        ),
        "{}",
        other.err
    );
    // Two checklists at once are one check of one phone.
    let mut two = "--profile nhs-england --staff-ref S-002".to_owned();
    let (fresh, fresh_again) = ("fresh.sqlite", "fresh.sqlite");
    let ran = keep(&folder, fresh, &path, &two);
    assert!(!ran.err.contains("before"), "{}", ran.err);
    two += " --site North";
    assert!(
        keep(&folder, fresh_again, &path, &two)
            .err
            .contains("before: record 3")
    );

    let register = open(&folder.at("r.sqlite"));
    let hashes: Vec<String> = entries(&register)
        .into_iter()
        .filter_map(|e| e.phone)
        .collect();
    assert_eq!(hashes.len(), 3);
    assert!(
        hashes
            .iter()
            .all(|hash| *hash == hashes[0] && hash.len() == 64)
    );
    assert_eq!(verified(&register).wrong, Vec::<String>::new());
    let list = run(["register", "list", "--register", &folder.text("r.sqlite")]);
    assert_eq!(
        list.out.matches("(the phone of record 2)").count(),
        2,
        "{}",
        list.out
    );

    // Neither the name nor its parts are in the file or its log, nor the hash in what people get.
    let bytes = raw(&folder, "r.sqlite");
    assert!(bytes.contains(&hashes[0]), "the log was read too");
    for part in [
        UDID.to_lowercase(),
        UDID.to_lowercase().replace('-', ""),
        "000a1b2c3d4e5f60".into(),
    ] {
        assert!(!bytes.contains(&part), "{part}");
    }
    for ran in [&first, &same, &other, &list] {
        for secret in [&hashes[0], UDID, &UDID.to_lowercase()] {
            assert!(
                !ran.out.contains(secret) && !ran.err.contains(secret),
                "{secret}"
            );
        }
    }
    drop(open_all_the_while);
}

/// That an old record cannot be read keeps no new one out.
#[test]
fn a_damaged_record_of_the_phone_is_told_and_the_audit_kept() {
    let folder = Folder::new();
    let path = backup(&folder, UDID);
    keep(&folder, "r.sqlite", &path, "--staff-ref S-001");
    let db = rusqlite::Connection::open(folder.at("r.sqlite")).expect("opens");
    db.execute(
        "UPDATE record SET said = replace(said, '\"kind\"', '\"kin\"') WHERE number = 2",
        [],
    )
    .expect("damaged");
    drop(db);
    let ran = keep(&folder, "r.sqlite", &path, "--staff-ref S-002");
    for part in ["Kept in the register", "audited before could not be told"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[test]
fn what_people_get_holds_no_hash_of_the_phone() {
    let folder = Folder::new();
    let path = backup(&folder, UDID);
    let files: Vec<String> = ["json", "xml", "csv", "html", "txt"]
        .iter()
        .map(|ending| folder.text(&format!("a.{ending}")))
        .collect();
    let outputs: String = files.iter().map(|file| format!(" -o {file}")).collect();
    keep(&folder, "r.sqlite", &path, &outputs);
    let register = open(&folder.at("r.sqlite"));
    let hash = entries(&register)[0].phone.clone().expect("a phone");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("written");
        assert!(!text.contains(&hash) && !text.contains(UDID), "{file}");
    }
}

#[test]
fn a_renamed_folder_tells_no_phone() {
    let folder = Folder::new();
    let renamed = backup(&folder, "phone-17");
    let alone = backup(&folder, UDID);
    std::fs::remove_file(Path::new(&alone).join("Manifest.db")).expect("removed");
    keep_any(&folder, &renamed);
    keep_any(&folder, &format!("{alone}/Manifest.plist"));
    // A copy of the results tells none either.
    let saved = folder.text("a.json");
    keep(
        &folder,
        "other.sqlite",
        &backup(&folder, &UDID.to_lowercase()),
        &format!("-o {saved}"),
    );
    let register = folder.text("r.sqlite");
    let ran = run([
        "register",
        "import",
        &saved,
        "--register",
        &register,
        "--keep-days",
        "9",
    ]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let entries = entries(&open(&folder.at("r.sqlite")));
    assert_eq!(entries.len(), 3);
    assert!(entries.iter().all(|entry| entry.phone.is_none()));
}

fn keep_any(folder: &Folder, path: &str) {
    let line = format!(
        "ios {path} --as-of evidence --no-input --keep-days 730 --register {}",
        folder.text("r.sqlite")
    );
    let ran = run(words(&line));
    assert!(ran.err.contains("Kept in the register"), "{}", ran.err);
}

/// The adb server's list tells the phone, and only where it stands there with a serial.
#[test]
fn an_android_phone_is_recognised_by_its_serial_on_the_cable() {
    for (list, tells) in [
        (
            "R58M0CANARY9 device usb:1-4 model:SM_A525F transport_id:4\n",
            true,
        ),
        (
            "192.0.2.7:5555 device model:SM_A525F transport_id:4\n",
            false,
        ),
        (
            "adb-R58M0CANARY9-aB3xYz._adb-tls-connect._tcp device model:SM_A525F transport_id:4\n",
            false,
        ),
        (
            "(no serial number) device model:SM_A525F transport_id:4\n",
            false,
        ),
        (
            "0123456789ABCDEF device usb:1-4 model:X transport_id:4\n",
            false,
        ),
    ] {
        let folder = Folder::new();
        let open_all_the_while = open(&folder.at("r.sqlite"));
        let server = ServerDouble::with_phones(list);
        let audit = |person: &str| {
            run(words(&format!(
                "android --server {} --no-input --staff-ref {person} --register {} --keep-days 730 -o {}",
                server.addr(),
                folder.text("r.sqlite"),
                folder.text(&format!("{person}.json"))
            )))
        };
        let first = audit("S-001");
        assert!(
            first.err.contains("Kept in the register"),
            "{list}: {}",
            first.err
        );
        let second = audit("S-002");
        let said = second.err.contains("before: record 2, on")
            && second.err.contains("under another staff reference");
        assert_eq!(said, tells, "{list}: {}", second.err);
        let register = open(&folder.at("r.sqlite"));
        let entries = entries(&register);
        assert!(
            entries.iter().all(|entry| entry.phone.is_some() == tells),
            "{list}"
        );
        assert_eq!(
            phones::passed_round(held(&entries)).len(),
            usize::from(tells)
        );
        let serial = SERIAL.to_lowercase();
        assert!(!raw(&folder, "r.sqlite").contains(&serial), "{list}");
        for text in [&first.out, &first.err, &second.out, &second.err] {
            assert!(!text.to_lowercase().contains(&serial), "{list}: {text}");
        }
        let json = std::fs::read_to_string(folder.at("S-001.json")).expect("written");
        assert!(!json.to_lowercase().contains(&serial));
        drop(open_all_the_while);
    }
}

#[test]
fn another_register_knows_no_phone_of_this_one() {
    let folder = Folder::new();
    let (north, mut south) = (open(&folder.at("n.sqlite")), open(&folder.at("s.sqlite")));
    let phone = PhoneId::from_adb_serial(SERIAL).expect("a serial");
    let other = PhoneId::from_adb_serial("R58M0CANARY8").expect("a serial");
    assert_eq!(north.phone_hash(&phone), north.phone_hash(&phone));
    assert_ne!(north.phone_hash(&phone), north.phone_hash(&other));
    assert_ne!(north.phone_hash(&phone), south.phone_hash(&phone));
    drop(north);

    let path = backup(&folder, UDID);
    keep(&folder, "n.sqlite", &path, "--staff-ref S-001");
    keep(&folder, "s.sqlite", &path, "--staff-ref S-002");
    let mut records = Vec::new();
    exchange::export(&open(&folder.at("n.sqlite")), |line| {
        records.push(exchange::parse(line).expect("a record"));
        Ok::<(), Problem>(())
    })
    .expect("exports");
    south.merge(&records).expect("merged");
    assert_eq!(verified(&south).wrong, Vec::<String>::new());
    let entries = entries(&south);
    assert_eq!(entries.iter().filter(|e| e.phone.is_some()).count(), 2);
    assert!(phones::passed_round(held(&entries)).is_empty());
}

#[test]
fn a_phone_that_stands_for_several_people_is_told() {
    let of = |n: u64, phone: Option<&str>, person: &str| Entry {
        phone: phone.map(str::to_owned),
        staff_ref: Some(person.to_owned()),
        ..entry(n)
    };
    let entries = vec![
        of(1, Some("a"), "S-001"),
        of(2, Some("a"), "S-001"),
        of(3, Some("b"), "S-002"),
        of(4, None, "S-003"),
        of(5, None, "S-004"),
        Entry {
            staff_ref: None,
            ..of(6, Some("b"), "")
        },
    ];
    assert_eq!(phones::warning(held(&entries)), None);
    let mut entries = entries;
    entries.push(of(7, Some("b"), "S-005"));
    let people = ["S-002", "S-005"].into_iter().collect();
    assert_eq!(phones::passed_round(held(&entries)), [people]);
    let warning = phones::warning(held(&entries)).expect("a warning");
    assert!(
        warning.starts_with("The same phone stands for 2 people: "),
        "{warning}"
    );

    let bodies: Vec<Body> = entries
        .iter()
        .cloned()
        .map(|e| Body::Audit(Box::new(e)))
        .collect();
    assert!(
        spotcheck::campaign::summary(&bodies, "2026-11")
            .warnings
            .contains(&warning)
    );
    entries.push(of(8, Some("a"), "S-006"));
    let warning = phones::warning(held(&entries)).expect("a warning");
    assert!(
        warning.starts_with("2 phones stand for several people each: "),
        "{warning}"
    );
}

/// The tables of schema version 1, as they were written then.
const VERSION_1: &str = "
CREATE TABLE register (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    chain BLOB NOT NULL CHECK (length(chain) = 16),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;
CREATE TABLE record (
    chain BLOB NOT NULL CHECK (length(chain) = 16),
    number INTEGER NOT NULL CHECK (number > 0),
    at TEXT NOT NULL,
    delete_after TEXT NOT NULL,
    salt BLOB CHECK (salt IS NULL OR length(salt) = 32),
    said TEXT,
    said_sha256 BLOB NOT NULL CHECK (length(said_sha256) = 32),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    kind TEXT,
    campaign TEXT,
    staff_ref TEXT,
    audit BLOB,
    PRIMARY KEY (chain, number),
    CHECK ((salt IS NULL) = (said IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX record_campaign ON record (campaign, kind);
CREATE UNIQUE INDEX record_audit ON record (chain, audit) WHERE audit IS NOT NULL;
PRAGMA application_id = 0x7370636b;
PRAGMA user_version = 1;
";

#[test]
fn a_register_of_version_1_is_brought_up_to_date() {
    let folder = Folder::new();
    // Records without a phone are to the byte what version 1 wrote.
    let made = filled(&folder.at("made.sqlite"));
    let head = made.head().expect("a head");
    let old = rusqlite::Connection::open(folder.at("old.sqlite")).expect("opens");
    old.execute_batch(VERSION_1).expect("made");
    old.execute("ATTACH ?1 AS made", [folder.text("made.sqlite")])
        .expect("attached");
    old.execute_batch(
        "INSERT INTO main.register SELECT * FROM made.register; INSERT INTO main.record SELECT * FROM made.record;",
    )
    .expect("copied");
    let named: i64 = old
        .query_row(
            "SELECT count(*) FROM main.record WHERE instr(said, '\"phone\"')",
            [],
            |row| row.get(0),
        )
        .expect("counted");
    assert_eq!(named, 0);
    drop((old, made));

    let mut register = open(&folder.at("old.sqlite"));
    assert_eq!(register.head().expect("a head"), head);
    assert_eq!(verified(&register).wrong, Vec::<String>::new());
    assert_eq!(
        register.bodies(None).expect("reads").len(),
        1 + bodies().len()
    );
    let phone = PhoneId::from_adb_serial(SERIAL).expect("a serial");
    let hash = register.phone_hash(&phone);
    let with_phone = Entry {
        phone: Some(hash.clone()),
        ..entry(99)
    };
    register
        .add(&Body::Audit(Box::new(with_phone)), 730)
        .expect("added");
    assert_eq!(verified(&register).wrong, Vec::<String>::new());
    let found = register.audits_of_phone(&hash).expect("reads");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, head.number + 1);
    drop(register);

    // What a newer spotcheck made is called newer, never damaged.
    let db = rusqlite::Connection::open(folder.at("old.sqlite")).expect("opens");
    let version: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a version");
    assert!(version >= 2, "{version}");
    db.pragma_update(None, "user_version", version + 1)
        .expect("set");
    drop(db);
    let refused = Register::open(&folder.at("old.sqlite"), None).err();
    assert!(matches!(refused, Some(Problem::Newer)), "{refused:?}");
}

#[test]
fn exports_of_version_1_are_taken_in_and_newer_ones_called_newer() {
    let folder = Folder::new();
    let register = filled(&folder.at("r.sqlite"));
    exchange::export(&register, |line| {
        let with = |version: &str| line.replacen("{\"register\":2,", version, 1);
        assert_ne!(with(""), line);
        assert!(exchange::parse(&with("{\"register\":1,")).is_ok());
        let newer = exchange::parse(&with("{\"register\":4,")).expect_err("newer");
        assert!(newer.contains("newer version"), "{newer}");
        Ok::<(), Problem>(())
    })
    .expect("exports");
}

/// The phone and the person of each audit that has both.
fn held(entries: &[Entry]) -> impl Iterator<Item = (&str, &str)> {
    entries
        .iter()
        .filter_map(|entry| Some((entry.phone.as_deref()?, entry.staff_ref.as_deref()?)))
}
