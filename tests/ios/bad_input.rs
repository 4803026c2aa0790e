//! Paths that are no backups, and backups that are not whole: an error or "could not be read", never a value.

use std::fs;

use spotcheck::evidence::{Evidence, Fact, State, Subject};
use spotcheck::ios;

use crate::backup_builder::*;
use crate::common::{Expect, check, known, on_disk, read, request};

/// Facts that rest on files found through Manifest.db.
const RESTING: &[(Fact, bool)] = &[
    (Fact::Supervised, false),
    (Fact::LockdownMode, false),
    (Fact::LockAutoLock, false),
    (Fact::LockGrace, false),
    (Fact::NotificationsPreviews, false),
    (Fact::FindMy, false),
    (Fact::MdmEnrolled, false),
    (Fact::CloudBackup, false),
    (Fact::AppNotificationsPreviews, true),
    (Fact::AppNotificationsLockScreen, true),
    (Fact::AppNotificationsAllowed, true),
    (Fact::AppPhotos, true),
    (Fact::AppPhotosAdd, true),
    (Fact::AppContacts, true),
];

#[track_caller]
pub fn nothing_from_the_list(case: &str, evidence: &Evidence, part_of_why: &str) {
    for (fact, per_app) in RESTING {
        let subject = if *per_app {
            Subject::app("whatsapp")
        } else {
            Subject::Device
        };
        let reading = evidence.get(*fact, &subject);
        let State::Unreadable(why) = &reading.state else {
            panic!("{case}: {fact}: {reading:?}");
        };
        assert!(why.contains(part_of_why), "{case}: {fact}: {why}");
    }
}

#[test]
fn what_leaves_everything_that_rests_on_the_list_unreadable() {
    let base = Backup::compliant;
    let status = |v: &str| base().root_key("Status.plist", "SnapshotState", Some(v.into()));
    let encrypted = || {
        base()
            .root_key("Manifest.plist", "IsEncrypted", Some(true.into()))
            .root_key(
                "Manifest.plist",
                "BackupKeyBag",
                Some(plist::Value::Data(key_bag(true))),
            )
            .root_key(
                "Manifest.plist",
                "ManifestKey",
                Some(plist::Value::Data(vec![3; 44])),
            )
            .database([0x5e; 8192])
    };
    let whole = {
        let on_disk = on_disk(&base());
        fs::read(on_disk.path.join("Manifest.db")).expect("the database")
    };
    for (case, backup, why) in [
        ("interrupted", status("uploading"), "interrupted"),
        (
            "no Status.plist",
            base().root_without("Status.plist"),
            "interrupted",
        ),
        (
            "Status.plist damaged",
            base().root_raw("Status.plist", "x"),
            "interrupted",
        ),
        (
            "leftover WAL",
            base().root_raw("Manifest.db-wal", "x"),
            "Manifest.db-wal",
        ),
        (
            "leftover journal",
            base().root_raw("Manifest.db-journal", "x"),
            "Manifest.db-journal",
        ),
        ("no Manifest.db", base().no_database(), "no Manifest.db"),
        ("Manifest.db empty", base().database(b""), "empty"),
        (
            "Manifest.db garbage",
            base().database([0x5e; 8192]),
            "damaged",
        ),
        (
            "Manifest.db cut short",
            base().database(&whole[..whole.len() / 2]),
            "cut short",
        ),
        (
            "Manifest.db one byte short",
            base().database(&whole[..whole.len() - 1]),
            "cut short",
        ),
        (
            "Manifest.db is only a header",
            base().database(&whole[..100]),
            "cut short",
        ),
        (
            "Manifest.db is garbage after its header",
            base().database([&whole[..100], &vec![0x5e; whole.len() - 100]].concat()),
            "damaged",
        ),
        (
            "iOS 9",
            base().no_database().root_raw("Manifest.mbdb", "mbdb\x05\0"),
            "iOS 9",
        ),
        ("encrypted", encrypted(), "password"),
        (
            "encrypted as before iOS 10.2",
            base()
                .system("10.1.1")
                .root_key("Manifest.plist", "IsEncrypted", Some(true.into())),
            "password",
        ),
        (
            "says that it is encrypted, and all is in clear",
            base().root_key("Manifest.plist", "IsEncrypted", Some(true.into())),
            "contradict",
        ),
        (
            "says that it is encrypted, the key bag too, and all is in clear",
            base()
                .root_key("Manifest.plist", "IsEncrypted", Some(true.into()))
                .root_key(
                    "Manifest.plist",
                    "BackupKeyBag",
                    Some(plist::Value::Data(key_bag(true))),
                ),
            "contradict",
        ),
        (
            "says nothing of encryption, and holds its key",
            base()
                .root_key("Manifest.plist", "IsEncrypted", None)
                .root_key(
                    "Manifest.plist",
                    "ManifestKey",
                    Some(plist::Value::Data(vec![3; 44])),
                ),
            "contradict",
        ),
        (
            "key bag damaged",
            base().root_key(
                "Manifest.plist",
                "BackupKeyBag",
                Some(plist::Value::Data(vec![1, 2, 3])),
            ),
            "key bag",
        ),
        (
            "whether it is encrypted is a number",
            base().root_key("Manifest.plist", "IsEncrypted", Some(0.into())),
            "IsEncrypted",
        ),
        (
            "encrypted without the key of its list",
            encrypted().root_key("Manifest.plist", "ManifestKey", None),
            "lacks the key",
        ),
    ] {
        let evidence = read(&backup);
        nothing_from_the_list(case, &evidence, why);
        assert!(!evidence.warnings.is_empty(), "{case}");
        // What the property lists prove, they still prove.
        check(
            case,
            &evidence,
            Fact::LockCredential,
            &Subject::Device,
            &known("set"),
        );
        check(
            case,
            &evidence,
            Fact::AppInstalled,
            &Subject::app("whatsapp"),
            &known(true),
        );
    }
}

#[test]
fn an_empty_leftover_changes_nothing() {
    let evidence = read(&Backup::compliant().root_raw("Manifest.db-wal", ""));
    check(
        "empty WAL",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &known(60),
    );
}

#[test]
fn an_encrypted_file_in_a_backup_in_clear_is_not_read() {
    let evidence = read(&Backup::compliant().keyed(HOME, EFFECTIVE));
    let reading = evidence.get(Fact::LockAutoLock, &Subject::Device);
    assert!(
        reading
            .why_unknown()
            .is_some_and(|why| why.contains("is encrypted, which")),
        "{reading:?}"
    );
    check(
        "the others",
        &evidence,
        Fact::FindMy,
        &Subject::Device,
        &known(true),
    );
}

#[test]
fn garbage_in_one_property_list_does_not_stop_the_others() {
    let evidence = read(&Backup::compliant().root_raw("Info.plist", [0u8; 64]));
    check(
        "passcode",
        &evidence,
        Fact::LockCredential,
        &Subject::Device,
        &known("set"),
    );
    check(
        "auto-lock",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &known(60),
    );

    let evidence = read(&Backup::compliant().root_raw("Manifest.plist", [0u8; 64]));
    check(
        "passcode",
        &evidence,
        Fact::LockCredential,
        &Subject::Device,
        &Expect::Unreadable,
    );
    // Whether it is encrypted cannot be told, so neither can whose files these are.
    check(
        "auto-lock",
        &evidence,
        Fact::LockAutoLock,
        &Subject::Device,
        &Expect::Unreadable,
    );
}

#[test]
fn a_property_list_inside_a_backup_means_the_backup() {
    let on_disk = on_disk(&Backup::compliant());
    for name in ["Manifest.plist", "Info.plist"] {
        let evidence = ios::read(&on_disk.path.join(name), &request()).expect("a backup");
        check(
            name,
            &evidence,
            Fact::LockAutoLock,
            &Subject::Device,
            &known(60),
        );
    }
}

#[test]
fn a_property_list_alone_gives_only_what_it_proves() {
    let on_disk = on_disk(&Backup::compliant());
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["Manifest.plist", "Info.plist"] {
        fs::copy(on_disk.path.join(name), dir.path().join(name)).expect("a copy");
    }
    // The neighbour could be of another phone: it is not read.
    let manifest = ios::read(&dir.path().join("Manifest.plist"), &request()).expect("readable");
    nothing_from_the_list("alone", &manifest, "only one file");
    check(
        "alone",
        &manifest,
        Fact::LockCredential,
        &Subject::Device,
        &known("set"),
    );
    check(
        "alone",
        &manifest,
        Fact::BackupEncrypted,
        &Subject::Device,
        &known(false),
    );
    check(
        "alone",
        &manifest,
        Fact::AppInstalled,
        &Subject::app("whatsapp"),
        &known(true),
    );
    check(
        "alone",
        &manifest,
        Fact::AppInstalled,
        &Subject::app("signal"),
        &Expect::Unreadable,
    );
    assert_eq!(manifest.read_log.len(), 1);

    let info = ios::read(&dir.path().join("Info.plist"), &request()).expect("readable");
    nothing_from_the_list("alone", &info, "only one file");
    check(
        "alone",
        &info,
        Fact::LockCredential,
        &Subject::Device,
        &Expect::Unreadable,
    );
    check(
        "alone",
        &info,
        Fact::BackupEncrypted,
        &Subject::Device,
        &Expect::Unreadable,
    );
    check(
        "alone",
        &info,
        Fact::AppInstalled,
        &Subject::app("whatsapp"),
        &known(true),
    );
    assert_eq!(info.read_log.len(), 1);
}

#[test]
fn paths_that_are_no_backups() {
    let dir = tempfile::tempdir().expect("a folder");
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let file = dir.path().join("holiday.jpg");
    fs::write(&file, "x").expect("a file");
    let parent = dir.path().join("parent");
    for name in ["00008110-CANARYUDID000001", "two"] {
        Backup::compliant().build(&parent.join(name));
    }
    for (path, part) in [
        (dir.path().join("nothing"), "nothing at the path"),
        (empty, "no iPhone backup"),
        (file, "no part of an iPhone backup"),
        (parent, "there are 2 inside it"),
    ] {
        let error = ios::read(&path, &request()).expect_err("no backup");
        assert!(error.what.contains(part), "{error}");
        assert!(!error.next.is_empty() && !error.usage, "{error}");
        assert!(!error.to_string().contains("CANARY"), "{error}");
    }
}
