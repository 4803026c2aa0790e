//! Providers of a backup's bytes that cannot give all that a folder gives.

use std::fs;

use spotcheck::evidence::{Fact, Platform, Request, Subject};
use spotcheck::ios;
use spotcheck::ios::backup::Backup as Folder;
use spotcheck::ios::files::{Database, Files, Missing, Plain};

use crate::backup_builder::*;
use crate::bad_input::nothing_from_the_list;
use crate::common::{Expect, check, known, on_disk, request};
use crate::unlocking::Says;

const PASSWORD: &str = "correct horse";

/// A backup that does not lie in a folder here: it gives what every provider has to give, and no more.
struct Elsewhere(Folder);

impl Files for Elsewhere {
    fn plain(&mut self, which: Plain) -> Result<Vec<u8>, Missing> {
        self.0.plain(which)
    }

    fn database(&mut self) -> Database {
        self.0.database()
    }

    fn file(&mut self, domain: &str, path: &str) -> Result<Vec<u8>, Missing> {
        self.0.file(domain, path)
    }

    fn exists(&mut self, domain: &str, path: &str) -> Result<bool, Missing> {
        self.0.exists(domain, path)
    }

    fn database_bytes(&self) -> u64 {
        self.0.database_bytes()
    }
}

#[test]
fn what_a_provider_cannot_tell_stays_open() {
    let here = on_disk(&Backup::compliant());
    let mut elsewhere = Elsewhere(Folder::locate(&here.path).expect("a backup"));
    let evidence = ios::read_from(
        &mut elsewhere,
        &Request::everything(Vec::new(), Platform::Ios),
    );
    let holds_more = evidence.get(Fact::BackupHoldsMore, &Subject::Device);
    assert_eq!(
        holds_more.why_unknown(),
        Some("it cannot be told from here")
    );
    check(
        "the others",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &known(60),
    );
}

#[test]
fn what_a_provider_cannot_open_stays_locked() {
    let here = on_disk(&Backup::compliant().encrypted(PASSWORD));
    let mut elsewhere = Elsewhere(Folder::locate(&here.path).expect("a backup"));
    let mut password = Says(Some(PASSWORD));
    let (evidence, problem) =
        ios::read_from_with(&mut elsewhere, &request(), &mut password).expect("read");
    let problem = problem.map(|problem| problem.what);
    assert_eq!(
        problem.as_deref(),
        Some("The encrypted backup cannot be opened: it cannot be opened from here.")
    );
    nothing_from_the_list("elsewhere", &evidence, "it cannot be opened from here");
}

#[test]
fn without_a_password_an_encrypted_backup_stays_locked_wherever_it_lies() {
    let here = on_disk(&Backup::compliant().encrypted(PASSWORD));
    let mut elsewhere = Elsewhere(Folder::locate(&here.path).expect("a backup"));
    for evidence in [
        ios::read(&here.path, &request()).expect("a backup"),
        ios::read_from(&mut elsewhere, &request()),
    ] {
        nothing_from_the_list("locked", &evidence, "password needed");
        check(
            "locked",
            &evidence,
            Fact::LockCredential,
            &Subject::Device,
            &known("set"),
        );
    }
}

#[test]
fn beside_a_property_list_that_lies_alone_nothing_is_looked_for() {
    let here = on_disk(&Backup::compliant());
    let alone = tempfile::tempdir().expect("a folder");
    let list = alone.path().join("Manifest.plist");
    fs::copy(here.path.join("Manifest.plist"), &list).expect("a copy");
    for n in 0..=u8::MAX {
        fs::create_dir(alone.path().join(format!("{n:02x}"))).expect("a folder");
    }
    let mut folder = Folder::locate(&list).expect("a property list");
    let only_one = Missing::Unreadable("only one file of the backup was given".to_owned());
    assert_eq!(folder.folders_beyond(&[].into(), 9), Err(only_one));
    let evidence = ios::read(&list, &request()).expect("a property list");
    check(
        "alone",
        &evidence,
        Fact::BackupHoldsMore,
        &Subject::Device,
        &Expect::Unreadable,
    );
}
