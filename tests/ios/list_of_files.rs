//! Manifest.db, in clear and encrypted: what is wrong in it is the reason for what it leaves unread.

use std::fs;

use rusqlite::Connection;
use spotcheck::evidence::{Evidence, Fact, Subject};
use spotcheck::ios;
use spotcheck::ios::backup::Backup as Folder;
use spotcheck::ios::files::{Files, Missing};
use spotcheck::ios::manifest::ClearList;

use crate::backup_builder::*;
use crate::bad_input::nothing_from_the_list;
use crate::common::{check, known, on_disk, request};
use crate::unlocking::Says;

const PASSWORD: &str = "correct horse";

/// The same backup in clear and encrypted, each with its list changed in the same way.
fn with_list(change: impl Fn(Vec<u8>) -> Vec<u8>) -> [(&'static str, Evidence); 2] {
    let clear = Backup::compliant().wal_mode(false);
    let encrypted = clear.clone().encrypted(PASSWORD);
    [("in clear", clear), ("encrypted", encrypted)].map(|(how, backup)| {
        let list = backup.sealed_list(&change(backup.list_in_clear()));
        let here = on_disk(&backup.database(list));
        let mut password = Says(Some(PASSWORD));
        let (evidence, problem) =
            ios::read_with(&here.path, &request(), &mut password).expect("a backup");
        assert!(problem.is_none(), "{how}: {problem:?}");
        (how, evidence)
    })
}

fn changed(list: &[u8], sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Manifest.db");
    fs::write(&path, list).expect("written");
    let db = Connection::open(&path).expect("opens");
    db.execute_batch(sql).expect(sql);
    drop(db);
    fs::read(&path).expect("read")
}

#[test]
fn a_row_that_is_not_as_the_phone_writes_it_is_refused_with_its_reason() {
    let (domain, rest) = FIND_MY.split_once('-').expect("a name with a hyphen");
    // The id is made of domain and path with a hyphen between: where the domain ends, it does not say.
    let other_name = format!("domain = '{domain}', relativePath = '{rest}-{FIND_MY_STATE}'");
    for (case, set, why) in [
        ("no change", "flags = 1", None),
        (
            "another name with the same id",
            &*other_name,
            Some("Manifest.db files another name under this file's id"),
        ),
        (
            "a folder",
            "flags = 2",
            Some("Manifest.db lists it as something other than a file"),
        ),
        (
            "no record",
            "file = NULL",
            Some("its record in Manifest.db is missing or oversized"),
        ),
        (
            "a damaged record",
            "file = x'00ff'",
            Some("its record in Manifest.db is damaged"),
        ),
    ] {
        let id = file_id(FIND_MY, FIND_MY_STATE);
        let sql = format!("UPDATE Files SET {set} WHERE fileID = '{id}'");
        for (how, evidence) in with_list(|list| changed(&list, &sql)) {
            let reading = evidence.get(Fact::FindMy, &Subject::Device);
            let told = why.map(|why| format!("FMIPStateInfo.plist cannot be read: {why}"));
            let reason = reading.why_unknown().map(str::to_owned);
            assert_eq!(reason, told, "{case}, {how}: {reading:?}");
            // The others are read.
            let case = format!("{case}, {how}");
            check(
                &case,
                &evidence,
                Fact::LockAutoLock,
                &Subject::Device,
                &known(60),
            );
        }
    }
}

#[test]
fn a_list_whose_rows_are_damaged_lists_nothing_and_lacks_nothing() {
    let signal = Subject::app("signal");
    let without_rows = |mut list: Vec<u8>| {
        // The first page holds the definitions, the others the rows and the index.
        list[4096..].fill(0);
        list
    };
    for (how, evidence) in with_list(without_rows) {
        nothing_from_the_list(how, &evidence, "damaged");
        // The lists of apps do not name it. Whether it left data, only Manifest.db could tell.
        let reading = evidence.get(Fact::AppInstalled, &signal);
        let why = reading.why_unknown().unwrap_or_default();
        let asked = "whether its data are there cannot be told: Manifest.db cannot be asked: ";
        assert!(
            why.contains(asked) && why.contains("damaged"),
            "{how}: {reading:?}"
        );
    }
    for (how, evidence) in with_list(|list| list) {
        check(how, &evidence, Fact::AppInstalled, &signal, &known(false));
    }
}

#[test]
fn without_a_list_no_file_is_there_and_none_is_absent() {
    let missing = on_disk(&Backup::compliant().no_database());
    let folder = on_disk(&Backup::compliant().no_database());
    fs::create_dir(folder.path.join("Manifest.db")).expect("made");
    for (here, why) in [
        (&missing, "it is missing"),
        (&folder, "it is not an ordinary file"),
    ] {
        let why = Missing::Unreadable(format!(
            "Manifest.db, the backup's list of files, cannot be used: {why}"
        ));
        let mut backup = Folder::locate(&here.path).expect("a backup");
        assert_eq!(backup.file(HOME, EFFECTIVE), Err(why.clone()));
        assert_eq!(backup.exists(HOME, EFFECTIVE), Err(why));
    }
    let nothing = ClearList::open(&missing.path.join("Manifest.db")).map(|_| ());
    assert_eq!(nothing, Err("the database cannot be opened".to_owned()));
}

#[test]
fn a_huge_record_is_not_looked_at() {
    let id = file_id(FIND_MY, FIND_MY_STATE);
    let sql = format!("UPDATE Files SET file = zeroblob(200000) WHERE fileID = '{id}'");
    let reasons = [
        "its record in Manifest.db is missing or oversized",
        "Manifest.db is damaged or hostile: a record of ",
    ];
    let read = with_list(|list| changed(&list, &sql));
    for ((how, evidence), why) in read.into_iter().zip(reasons) {
        let reading = evidence.get(Fact::FindMy, &Subject::Device);
        let told = format!("FMIPStateInfo.plist cannot be read: {why}");
        let reason = reading.why_unknown().unwrap_or_default();
        assert!(reason.starts_with(&told), "{how}: {reading:?}");
    }
}
