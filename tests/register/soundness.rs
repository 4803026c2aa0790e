//! What other registers, other programs and imported lines may not do to a register.

use rusqlite::Connection;
use spotcheck::register::entry::Outcome;
use spotcheck::register::verify::verify;
use spotcheck::register::{Body, Problem, Record, Register, exchange};

use crate::common::*;
use crate::run::run;

fn lines(register: &Register) -> Vec<String> {
    let mut lines = Vec::new();
    exchange::export(register, |line| {
        lines.push(line.to_owned());
        Ok::<(), Problem>(())
    })
    .expect("exports");
    lines
}

fn exported(register: &Register) -> Vec<Record> {
    lines(register)
        .iter()
        .map(|line| exchange::parse(line).expect("a record"))
        .collect()
}

/// As the export of a register in which everything was purged.
fn emptied(records: &[Record]) -> Vec<Record> {
    let mut records = records.to_vec();
    for record in &mut records {
        record.said = None;
    }
    records
}

fn wrong(register: &Register) -> Vec<String> {
    verified(register).wrong
}

/// The next record of a chain, made without the register: its hash has no key.
fn forged(after: &Record) -> Record {
    let mut record = after.clone();
    record.number += 1;
    record.previous = after.hash;
    record.hash = record.expected_hash();
    record
}

#[test]
fn nobody_else_purges_what_is_not_due() {
    let folder = Folder::new();
    let mut north = filled(&folder.at("north.sqlite"));
    north.add(&audit(50), 0).expect("due today");
    let mut south = filled(&folder.at("south.sqlite"));
    let of_north = exported(&north);
    south.merge(&of_north).expect("merges");
    let own = exported(&south);

    // The own chain takes no purge from anybody, and of another chain only what is due goes.
    let merged = south.merge(&emptied(&own)).expect("merges");
    assert_eq!((merged.purged, merged.added), (1, 0));
    let purged: Vec<u64> = exported(&south)
        .iter()
        .filter(|record| record.said.is_none())
        .map(|record| record.number)
        .collect();
    assert_eq!(purged, [7], "the one that is due");
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let verified = verify(&south, now.date(), &[]).expect("reads");
    assert_eq!(verified.wrong, Vec::<String>::new());
}

#[test]
fn the_own_chain_goes_on_here_alone() {
    let folder = Folder::new();
    let mut register = filled(&folder.at("r.sqlite"));
    let mut records = exported(&register);
    records.push(forged(&records[5]));
    let refused = register.merge(&records).expect_err("refused").to_string();
    assert!(refused.contains("own chain"), "{refused}");
    assert_eq!(exported(&register).len(), 6);
    // Its own export is known, and says nothing new.
    assert_eq!(register.merge(&records[..6]).expect("merges").known, 6);
    assert_eq!(exported(&register).len(), 6);
}

#[test]
fn a_merged_chain_that_is_removed_or_cut_is_missed() {
    let north_of = |folder: &Folder| exported(&filled(&folder.at("north.sqlite")));
    for (what, change) in [
        (
            "whole",
            "DELETE FROM record WHERE chain <> (SELECT chain FROM register)",
        ),
        (
            "its end",
            "DELETE FROM record WHERE number = 6 AND chain <> (SELECT chain FROM register)",
        ),
    ] {
        let folder = Folder::new();
        let records = north_of(&folder);
        let mut south = filled(&folder.at("south.sqlite"));
        south.merge(&records).expect("merges");
        assert_eq!(wrong(&south), Vec::<String>::new());
        // Merging the same again says nothing new.
        let before = south.head().expect("a head");
        south.merge(&records).expect("merges");
        assert_eq!(south.head().expect("a head"), before);

        // Elsewhere the chains of south's merges are verified by those who have them alone.
        let mut east = open(&folder.at("east.sqlite"));
        let of_south = exported(&south);
        let alone: Vec<Record> = of_south
            .iter()
            .filter(|record| record.chain == south.chain())
            .cloned()
            .collect();
        east.merge(&alone).expect("merges");
        assert_eq!(wrong(&east), Vec::<String>::new());

        drop(south);
        let db = Connection::open(folder.at("south.sqlite")).expect("opens");
        db.execute_batch(change).expect("removed");
        drop(db);
        let wrong = wrong(&open(&folder.at("south.sqlite")));
        assert_eq!(wrong.len(), 1, "{what}: {wrong:?}");
        assert!(
            wrong[0].contains("was merged as far as record 6"),
            "{what}: {wrong:?}"
        );
    }
}

/// An older spotcheck calls such a line newer, not damaged; the others it can still read.
#[test]
fn only_what_was_merged_needs_the_newer_format() {
    let folder = Folder::new();
    let north = filled(&folder.at("north.sqlite"));
    let mut south = filled(&folder.at("south.sqlite"));
    south.merge(&exported(&north)).expect("merges");
    for line in lines(&south) {
        let newer = line.starts_with("{\"register\":3,");
        assert_eq!(newer, line.contains("merged"), "{line}");
        assert!(newer || line.starts_with("{\"register\":2,"), "{line}");
    }
    let list = run([
        "register",
        "list",
        "--register",
        &folder.text("south.sqlite"),
    ]);
    assert_eq!(list.status, 0, "{}", list.err);
}

#[test]
fn whatever_spotcheck_did_not_make_is_found() {
    for (name, sql) in [
        (
            "trigger sqlitex",
            "CREATE TRIGGER sqlitex AFTER INSERT ON record BEGIN SELECT 1; END",
        ),
        ("view sqlite2", "CREATE VIEW sqlite2 AS SELECT 1"),
        ("table notes", "CREATE TABLE notes (x)"),
        (
            "index record_campaign",
            "DROP INDEX record_campaign; CREATE INDEX record_campaign ON record (campaign)",
        ),
        (
            "index record_campaign",
            "DROP INDEX record_campaign; CREATE UNIQUE INDEX record_campaign ON record (campaign, kind, chain, number)",
        ),
        (
            "table sqlite_stat2",
            "CREATE TABLE t (x); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'sqlite_stat2', tbl_name = 'sqlite_stat2', sql = 'CREATE TABLE sqlite_stat2 (x)' WHERE name = 't'",
        ),
    ] {
        let folder = Folder::new();
        drop(filled(&folder.at("r.sqlite")));
        let db = Connection::open(folder.at("r.sqlite")).expect("opens");
        db.execute_batch(sql).expect("made");
        drop(db);
        let wrong = wrong(&open(&folder.at("r.sqlite")));
        assert!(
            wrong
                .iter()
                .any(|w| w.contains("did not make") && w.ends_with(name)),
            "{name}: {wrong:?}"
        );
    }
    // What SQLite keeps for itself is none of that.
    let folder = Folder::new();
    drop(filled(&folder.at("r.sqlite")));
    let db = Connection::open(folder.at("r.sqlite")).expect("opens");
    db.execute_batch("ANALYZE").expect("analysed");
    drop(db);
    assert_eq!(wrong(&open(&folder.at("r.sqlite"))), Vec::<String>::new());
}

#[test]
fn a_record_that_does_not_stay_is_no_success() {
    for trigger in [
        "BEFORE INSERT ON record BEGIN SELECT RAISE(IGNORE); END",
        "AFTER INSERT ON record BEGIN DELETE FROM record WHERE hash = NEW.hash; END",
        "AFTER INSERT ON record BEGIN UPDATE record SET said = '{}' WHERE hash = NEW.hash; END",
    ] {
        let folder = Folder::new();
        let mut register = filled(&folder.at("r.sqlite"));
        let db = Connection::open(folder.at("r.sqlite")).expect("opens");
        db.execute_batch(&format!("CREATE TRIGGER t {trigger}"))
            .expect("made");
        assert!(register.add(&audit(99), 730).is_err(), "{trigger}");
        assert_eq!(exported(&register).len(), 6, "{trigger}");
    }
}

#[test]
fn a_purge_that_others_hold_up_says_so_and_is_finished_later() {
    let folder = Folder::new();
    let mut register = filled(&folder.at("r.sqlite"));
    register.add(&audit(60), 0).expect("due today");
    let reader = Connection::open(folder.at("r.sqlite")).expect("opens");
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM record;")
        .expect("reads");
    let today = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let start = std::time::Instant::now();
    let problem = register.purge(today).expect_err("held up");
    assert!(matches!(problem, Problem::PurgeUnfinished), "{problem}");
    assert!(start.elapsed().as_secs() < 20);
    // Nothing is due any more, and still it is not done.
    assert!(register.purge(today).is_err());
    drop(reader);
    assert_eq!(register.purge(today).expect("done"), 0);
    let bytes = ["r.sqlite", "r.sqlite-wal"]
        .iter()
        .flat_map(|name| std::fs::read(folder.at(name)).unwrap_or_default())
        .collect::<Vec<u8>>();
    assert!(!bytes.windows(12).any(|part| part == b"CANARY-00060"));
}

const AUDIT: &str = r#"{"schema":1,"tool":{"version":"0.1.0"},"profile":{"id":"p","sha256":"0"},"platform":"ios","source":"s","device":{},"audited_at":"2026-11-02T10:14:00+01:00","about":ABOUT,"attested":{},"overall":"INCOMPLETE","apps":{"found":[]},"findings":[]}"#;

#[test]
fn an_imported_line_is_held_to_what_the_options_are() {
    let folder = Folder::new();
    let import = |about: &str, from: &str, to: &str| {
        let text = AUDIT.replace("ABOUT", about).replace(from, to);
        std::fs::write(folder.at("a.jsonl"), text + "\n").expect("written");
        run([
            "register",
            "import",
            &folder.text("a.jsonl"),
            "--register",
            &folder.text("r.sqlite"),
            "--keep-days",
            "730",
        ])
    };
    for (about, why) in [
        (r#"{"staff_ref":"Synthia Sample"}"#, "staff reference"),
        (r#"{"auditor":"Synthia Sample"}"#, "auditor"),
        (r#"{"role":"a@example.org"}"#, "role"),
        (r#"{"site":"07700 900123"}"#, "site"),
        (r#"{"campaign":"a@example.org"}"#, "campaign"),
    ] {
        let ran = import(about, "", "");
        assert_ne!(ran.status, 0, "{about}");
        assert!(
            ran.err.contains("line 1: its ") && ran.err.contains(why),
            "{}",
            ran.err
        );
        assert!(!ran.err.contains("example.org"), "{}", ran.err);
    }
    let ran = import("{}", "2026-11-02T10:14:00+01:00", "yesterday");
    assert!(ran.err.contains("moment of the audit"), "{}", ran.err);
    let ran = import(r#"{"staff_ref":"S-\u001b[2J014","role":"nurse"}"#, "", "");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let register = open(&folder.at("r.sqlite"));
    let kept = register.bodies(None).expect("reads");
    let Some(Body::Audit(entry)) = kept.last() else {
        panic!("no audit: {kept:?}")
    };
    assert_eq!(kept.len(), 2);
    assert_eq!(entry.staff_ref.as_deref(), Some("S-[2J014"));
    assert_eq!(entry.audited_at, "2026-11-02T09:14:00Z");
}

#[test]
fn a_merged_line_is_held_to_the_same() {
    let with = |change: &dyn Fn(&mut spotcheck::register::Entry)| {
        let mut entry = entry(1);
        change(&mut entry);
        Body::Audit(Box::new(entry))
    };
    let outcome = |person: &str| {
        Body::Outcome(Outcome {
            campaign: "2026-11".into(),
            staff_ref: person.into(),
            what: spotcheck::register::entry::NotAudited::Declined,
            replaced_by: None,
        })
    };
    for (body, why) in [
        (
            with(&|e| e.staff_ref = Some("Synthia Sample".into())),
            "staff reference",
        ),
        (
            with(&|e| e.auditor = Some("Synthia Sample".into())),
            "auditor",
        ),
        (with(&|e| e.site = Some("07700 900123".into())), "site"),
        (
            with(&|e| e.role = Some("a\u{1b}[2J".into())),
            "control characters",
        ),
        (
            with(&|e| e.model = Some("a\u{202e}b".into())),
            "control characters",
        ),
        (
            with(&|e| e.audited_at = "2026-11-02T10:14:00+01:00".into()),
            "moment",
        ),
        (with(&|e| e.audited_at = "yesterday".into()), "moment"),
        (with(&|e| e.phone = Some("a phone".into())), "hash"),
        (outcome("Synthia Sample"), "staff reference"),
    ] {
        let folder = Folder::new();
        let mut register = open(&folder.at("r.sqlite"));
        register.add(&body, 730).expect("added");
        let refused = exchange::parse(&lines(&register)[1]).expect_err(why);
        assert!(refused.contains(why), "{refused}");
    }
}

/// A line is refused for what is wrong with it, also where its hashes were made anew to fit.
#[test]
fn a_line_that_was_made_otherwise_is_refused() {
    use serde_json::{Value, json};
    let folder = Folder::new();
    let register = filled(&folder.at("r.sqlite"));
    let good = lines(&register)[2].clone();
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    // As a line of this record, all hashes of which fit.
    let line = |change: &dyn Fn(&mut Record)| {
        let mut record = exchange::parse(&good).expect("a record");
        change(&mut record);
        if let Some(said) = &record.said {
            record.said_sha256 = said.sha256();
        }
        record.hash = record.expected_hash();
        let mut line: Value = serde_json::from_str(&good).expect("JSON");
        line["at"] = record.at.clone().into();
        line["delete_after"] = record.delete_after.clone().into();
        line["said"] = record.said.map(|said| said.json).into();
        line["said_sha256"] = hex(&record.said_sha256).into();
        line["hash"] = hex(&record.hash).into();
        line.to_string()
    };
    let says = |json: &str| {
        let json = json.to_owned();
        move |record: &mut Record| {
            if let Some(said) = &mut record.said {
                said.json = json.clone();
            }
        }
    };
    exchange::parse(&line(&|_| ())).expect("the line itself is right");
    let dates = "it does not say its moment or its last day";
    let unread = "what it says cannot be read";
    for (line, why) in [
        (line(&|record| record.at = "yesterday".into()), dates),
        (
            line(&|record| record.at = "2026-11-02T10:14:00+01:00".into()),
            dates,
        ),
        (
            line(&|record| record.delete_after = "2026-02-30".into()),
            dates,
        ),
        (
            line(&|record| record.delete_after = "20261102".into()),
            dates,
        ),
        (line(&says("{}")), unread),
        (line(&says("")), unread),
        (line(&says(r#"{"kind":"another"}"#)), unread),
    ] {
        assert_eq!(exchange::parse(&line).expect_err(why), why, "{line}");
    }
    let no_hash = "it holds no hash where one should be";
    for (field, value, why) in [
        ("said", Value::Null, "a part of it is missing"),
        ("salt", Value::Null, "a part of it is missing"),
        ("salt", json!("00"), no_hash),
        ("chain", json!(""), no_hash),
        ("chain", json!("0".repeat(31)), no_hash),
        ("chain", json!("0".repeat(33)), no_hash),
        ("chain", json!("0".repeat(34)), no_hash),
        ("chain", json!(format!("+{}", "0".repeat(31))), no_hash),
        ("chain", json!("\u{e9}".repeat(16)), no_hash),
        ("previous", json!("g".repeat(64)), no_hash),
        ("said_sha256", json!("0x"), no_hash),
        ("hash", json!(" ".repeat(64)), no_hash),
        ("hash", json!("0".repeat(64)), "it was changed"),
        ("number", json!(9), "it was changed"),
        (
            "register",
            json!(4),
            "it was written by a newer version of spotcheck",
        ),
        ("register", json!("2"), "it is no record of a register"),
    ] {
        let mut line: Value = serde_json::from_str(&good).expect("JSON");
        line[field] = value.clone();
        let refused = exchange::parse(&line.to_string()).expect_err(field);
        assert_eq!(refused, why, "{field}: {value}");
    }
}

#[test]
fn of_two_records_in_one_place_neither_is_taken_for_the_other() {
    let folder = Folder::new();
    let north = exported(&filled(&folder.at("north.sqlite")));
    let mut south = open(&folder.at("south.sqlite"));
    south.merge(&north).expect("merges");
    let mut other = north.clone();
    other[5].delete_after = "2026-11-23".into();
    other[5].hash = other[5].expected_hash();
    other.push(forged(&other[5]));
    let before = exported(&south);
    let refused = south.merge(&other).expect_err("refused").to_string();
    let says = "is another one here: one of the two was changed. Nothing was merged";
    assert!(
        refused.starts_with("record 6 of ") && refused.ends_with(says),
        "{refused}"
    );
    assert_eq!(exported(&south), before);
}

#[cfg(unix)]
#[test]
fn an_old_file_is_taken_from_everybody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let held = filled(&folder.at("r.sqlite"));
    let ends = ["r.sqlite", "r.sqlite-wal", "r.sqlite-shm"];
    for name in ends {
        std::fs::set_permissions(folder.at(name), std::fs::Permissions::from_mode(0o664))
            .expect("opened up");
    }
    let _again = open(&folder.at("r.sqlite"));
    for name in ends {
        let meta = std::fs::metadata(folder.at(name)).expect("there");
        assert_eq!(meta.permissions().mode() & 0o777, 0o600, "{name}");
    }
    drop(held);
}

/// A name that SQLite could take for an address is a name.
#[cfg(unix)]
#[test]
fn a_name_with_options_in_it_is_a_name() {
    let folder = Folder::new();
    let within = |args: &[&str]| {
        let output = crate::run::spotcheck()
            .current_dir(folder.at("."))
            .args(args)
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{output:?}");
    };
    let name = "file:x?mode=memory";
    within(&[
        "campaign",
        "new",
        "c",
        "--population",
        "9",
        "--drawn",
        "2",
        "--register",
        name,
        "--keep-days",
        "9",
    ]);
    within(&[
        "register",
        "backup",
        "file:y?mode=memory",
        "--register",
        name,
    ]);
    for name in [name, "file:y?mode=memory"] {
        assert_eq!(exported(&open(&folder.at(name))).len(), 2, "{name}");
        assert!(std::fs::metadata(folder.at(name)).expect("there").len() > 0);
    }
    assert!(!folder.at("x").exists());
}

/// Two registers began the same campaign with different lists: the report and the answers to questions take the one that
/// was recorded first, whichever register has it.
#[test]
fn the_list_that_was_recorded_first_counts_everywhere() {
    let begun = |drawn| {
        Body::Campaign(spotcheck::register::entry::Campaign {
            id: "2026-11".into(),
            population: 100,
            drawn,
            ..spotcheck::register::entry::Campaign::default()
        })
    };
    // Which chain comes first in the table is chance.
    for first_is_north in [true, false] {
        let folder = Folder::new();
        let mut north = open(&folder.at("north.sqlite"));
        let mut south = open(&folder.at("south.sqlite"));
        let (first, second) = match first_is_north {
            true => (&mut north, &mut south),
            false => (&mut south, &mut north),
        };
        first.add(&begun(8), 730).expect("added");
        // Moments are kept to the second.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        second.add(&begun(9), 730).expect("added");
        south.merge(&exported(&north)).expect("merges");
        let mut counter = spotcheck::campaign::count::Counter::default();
        south
            .each_of_campaign("2026-11", |kind, at, json| counter.record(kind, at, json))
            .expect("reads");
        let bodies = south.bodies(Some("2026-11")).expect("reads");
        let answered = spotcheck::campaign::summary(&bodies, "2026-11");
        for summary in [counter.finish(), answered] {
            assert_eq!(summary.begun.map(|begun| begun.drawn), Some(8));
        }
    }
}
