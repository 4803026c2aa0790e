//! What is due goes, from the raw file too, and the chain still verifies.

use spotcheck::register::{Register, exchange};

use crate::common::*;

fn raw(folder: &Folder, name: &str) -> Vec<u8> {
    ["", "-wal", "-shm"]
        .iter()
        .flat_map(|end| std::fs::read(folder.at(&format!("{name}{end}"))).unwrap_or_default())
        .collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn what_was_purged_is_in_the_file_no_more() {
    let folder = Folder::new();
    let path = folder.at("r.sqlite");
    let mut register = open(&path);
    for n in 0..300u64 {
        let keep = if n.is_multiple_of(2) { 10 } else { 4000 };
        register.add(&audit(n), keep).expect("added");
    }
    let due = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
        .checked_add(jiff::ToSpan::days(11))
        .expect("a day");
    assert!(holds(&raw(&folder, "r.sqlite"), "CANARY-00010"));
    assert_eq!(register.purge(due).expect("purged"), 150);
    let bytes = raw(&folder, "r.sqlite");
    for n in 0..300u64 {
        let kept = n % 2 == 1;
        assert_eq!(holds(&bytes, &format!("CANARY-{n:05}")), kept, "{n}");
    }
    assert_eq!(register.purge(due).expect("purged"), 0);
    let after = spotcheck::register::verify::verify(&register, due, &[]).expect("reads");
    assert_eq!(after.wrong, Vec::<String>::new());
    assert_eq!(after.purged, 150);
    // Before its day it would have been tampering.
    assert_eq!(verified(&register).wrong.len(), 150);
    register.add(&audit(1000), 10).expect("added");
    assert_eq!(register.bodies(None).expect("reads").len(), 1 + 150 + 1);
}

#[test]
fn registers_are_merged_and_verified_together() {
    let folder = Folder::new();
    let exported = |register: &Register| {
        let mut lines = Vec::new();
        exchange::export(register, |line| {
            lines.push(exchange::parse(line).expect("a record"));
            Ok::<(), spotcheck::register::Problem>(())
        })
        .expect("exports");
        lines
    };
    let mut north = filled(&folder.at("north.sqlite"));
    let mut south = open(&folder.at("south.sqlite"));
    south.add(&audit(500), 730).expect("added");
    let merged = south.merge(&exported(&north)).expect("merges");
    assert_eq!((merged.added, merged.known), (6, 0));
    assert_eq!(verified(&south).wrong, Vec::<String>::new());
    assert_eq!(verified(&south).chains.len(), 2);
    assert_eq!(verified(&south).chains.iter().map(|c| c.2).sum::<u64>(), 9);
    // Again: nothing twice. Then more of it.
    assert_eq!(south.merge(&exported(&north)).expect("merges").known, 6);
    north.add(&audit(77), 730).expect("added");
    let merged = south.merge(&exported(&north)).expect("merges");
    assert_eq!((merged.added, merged.known), (1, 6));
    // A gap, a changed record, a chain that parts: nothing is taken.
    north.add(&audit(78), 730).expect("added");
    north.add(&audit(79), 730).expect("added");
    let mut gap = exported(&north);
    gap.remove(7);
    assert!(south.merge(&gap).is_err());
    assert_eq!(verified(&south).chains.iter().map(|c| c.2).sum::<u64>(), 11);
    let mut lines = Vec::new();
    exchange::export(&north, |line| {
        lines.push(line.to_owned());
        Ok::<(), spotcheck::register::Problem>(())
    })
    .expect("exports");
    for (from, to) in [
        ("CANARY-00001", "CANARY-00002"),
        ("\"number\":2", "\"number\":3"),
    ] {
        let line = lines
            .iter()
            .find(|line| line.contains(from))
            .expect("there");
        assert!(exchange::parse(&line.replace(from, to)).is_err());
    }
    for line in ["", "{}", "[]", "{\"register\":1}", "not json"] {
        assert!(exchange::parse(line).is_err());
    }
}

#[test]
fn the_same_audit_is_kept_once() {
    let folder = Folder::new();
    let mut register = open(&folder.at("r.sqlite"));
    use spotcheck::register::store::Added;
    assert!(matches!(register.add(&audit(1), 10), Ok(Added::Now(_))));
    assert!(matches!(register.add(&audit(1), 10), Ok(Added::Before(_))));
    assert!(matches!(register.add(&audit(2), 10), Ok(Added::Now(_))));
    assert_eq!(register.bodies(None).expect("reads").len(), 3);
}

#[test]
fn files_that_are_no_register_are_left_alone() {
    let folder = Folder::new();
    let path = folder.at("other.sqlite");
    let db = rusqlite::Connection::open(&path).expect("opens");
    db.execute_batch("CREATE TABLE theirs (x)").expect("made");
    drop(db);
    let before = std::fs::read(&path).expect("read");
    assert!(Register::open(&path, None).is_err());
    let db = rusqlite::Connection::open(&path).expect("opens");
    let tables: i64 = db
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(tables, 1, "{} bytes before", before.len());
    let text = folder.at("notes.txt");
    std::fs::write(
        &text,
        "my notes, which are longer than a header of a database would ever be, I think, to be sure",
    )
    .expect("written");
    assert!(Register::open(&text, None).is_err());
    assert!(
        std::fs::read_to_string(&text)
            .expect("read")
            .starts_with("my notes")
    );
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let register = filled(&folder.at("r.sqlite"));
    register.backup(&folder.at("copy.sqlite")).expect("copied");
    assert!(register.backup(&folder.at("copy.sqlite")).is_err());
    for name in ["r.sqlite", "copy.sqlite"] {
        let mode = std::fs::metadata(folder.at(name))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(
        verified(&open(&folder.at("copy.sqlite"))).wrong,
        Vec::<String>::new()
    );
}
