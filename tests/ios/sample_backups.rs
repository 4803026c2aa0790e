//! The committed samples are what the builder makes, and read as they are meant to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use spotcheck::evidence::{Fact, Subject, Value};
use spotcheck::ios;

use crate::common::{Expect, check, indicative, known, request};
use crate::samples::ios_samples;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-backups")
}

fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("below").to_owned();
                all.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    all
}

#[test]
fn the_builder_makes_the_committed_samples_byte_for_byte() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, backup) in ios_samples() {
        let built = contents(&backup.build(&dir.path().join(name)));
        let committed = contents(&folder().join(name));
        assert!(
            built == committed,
            "{name} differs: run `cargo run --example make_samples` and look at the difference"
        );
    }
}

#[test]
fn the_samples_read_as_they_are_meant_to() {
    let whatsapp = Subject::app("whatsapp");
    let device = Subject::Device;
    #[rustfmt::skip]
    let table: [(Fact, &Subject, [Expect; 3]); 14] = [
        (Fact::LockCredential, &device, [known("set"), known("none"), Expect::Absent]),
        (Fact::LockAutoLock, &device, [known(60), known(Value::Never), Expect::Unreadable]),
        (Fact::LockGrace, &device, [known(0), known(14_400), Expect::Absent]),
        (Fact::NotificationsPreviews, &device, [known("never"), known("always"), indicative("when-unlocked")]),
        (Fact::AppNotificationsPreviews, &whatsapp, [known("inherit"), known("inherit"), known("inherit")]),
        (Fact::AppNotificationsLockScreen, &whatsapp, [known(true), known(true), known(true)]),
        (Fact::AppNotificationsAllowed, &whatsapp, [known(true), known(true), known(true)]),
        (Fact::FindMy, &device, [known(true), known(false), Expect::Absent]),
        (Fact::MdmEnrolled, &device, [known(false), known(false), Expect::Absent]),
        (Fact::AppPhotos, &whatsapp, [known("none"), known("full"), Expect::Unreadable]),
        (Fact::AppPhotosAdd, &whatsapp, [known(false), known(true), Expect::Unreadable]),
        (Fact::AppContacts, &whatsapp, [known("none"), known("full"), Expect::Unreadable]),
        (Fact::CloudBackup, &device, [known(false), known(true), Expect::Absent]),
        (Fact::AppInstalled, &whatsapp, [known(true), known(true), known(true)]),
    ];
    // The encrypted one is held to its verdicts, with and without its password, where the program is run.
    for (column, (name, _)) in ios_samples().iter().take(3).enumerate() {
        let evidence = ios::read(&folder().join(name), &request()).expect("a backup");
        for (fact, subject, expected) in &table {
            check(name, &evidence, *fact, subject, &expected[column]);
        }
        assert_eq!(
            evidence.as_of.map(|t| t.to_string()).as_deref(),
            Some("2026-11-02T09:14:00Z")
        );
        assert_eq!(evidence.warnings, Vec::<String>::new());
        assert_eq!(evidence.apps_unseen, Vec::<String>::new());
    }
}
