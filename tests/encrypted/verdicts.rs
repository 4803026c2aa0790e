//! An encrypted backup gives what its twin in clear gives.

use serde_json::Value;

use super::backup_builder::*;
use super::common::*;

type Kind = (&'static str, fn(Backup) -> Backup);

const KINDS: &[Kind] = &[
    ("iOS 10.2 and later", |b| b.encrypted(PASSWORD)),
    ("before iOS 10.2", |b| b.encrypted(PASSWORD).before_10_2()),
    ("unpadded Manifest.db", |b| {
        b.encrypted(PASSWORD).unpadded_manifest()
    }),
    ("not in WAL mode", |b| b.wal_mode(false).encrypted(PASSWORD)),
    ("many files", |b| b.filler(5000).encrypted(PASSWORD)),
    ("odd rounds", |b| b.encrypted(PASSWORD).rounds(70_001, 1)),
    ("IsEncrypted missing", |b| {
        b.encrypted(PASSWORD)
            .root_key("Manifest.plist", "IsEncrypted", None)
    }),
];

/// The facts but the one that must differ, and the findings.
fn told(audit: &Value) -> (Vec<Value>, Vec<Value>) {
    let list = |key: &str| audit[key].as_array().expect("a list").clone();
    let facts = list("facts");
    let facts = facts
        .into_iter()
        .filter(|fact| fact["fact"] != "backup.encrypted");
    (facts.collect(), list("findings"))
}

#[test]
fn every_kind_gives_the_verdicts_of_its_twin_in_clear() {
    let log_only = Backup::compliant().permissions(Permissions {
        in_log: vec![row("kTCCServicePhotos", WHATSAPP, 2)],
        ..Permissions::default()
    });
    for (name, backup) in [
        ("compliant", Backup::compliant()),
        ("failing", Backup::failing()),
        ("gaps", Backup::gaps()),
        ("log only", log_only),
        (
            "managed",
            Backup::compliant().profile("org.example.one", &["com.apple.mdm"]),
        ),
    ] {
        let clear = output(OnDisk::new(&backup).locked_audit());
        assert!(clear.err.is_empty(), "{name}: {}", clear.err);
        let expected = told(&json(&clear));
        for (kind, encrypt) in KINDS {
            let case = format!("{name}, {kind}");
            let on_disk = OnDisk::new(&encrypt(backup.clone()));
            let ran = output(on_disk.audit(PASSWORD));
            let audit = json(&ran);
            assert_eq!(ran.status, clear.status, "{case}: {}", ran.err);
            assert_eq!(told(&audit), expected, "{case}");
            // Since iOS 10.2 the list itself proves the encryption; a missing IsEncrypted takes from that only where
            // nothing else tells.
            if *kind != "IsEncrypted missing" {
                assert_eq!(fact(&audit, "backup.encrypted")["value"], true, "{case}");
            }
            discreet(&case, &ran);
        }
    }
}

/// The lists in the root stand in clear, so that anyone can take an app off them. Its data in Manifest.db cannot be
/// taken away without the password.
#[test]
fn an_app_that_was_taken_off_the_lists_in_clear_is_not_believed_to_be_gone() {
    let off_the_lists = |backup: Backup| {
        backup
            .root_key(
                "Info.plist",
                "Installed Applications",
                Some(vec![plist::Value::from("com.example.other")].into()),
            )
            .root_key("Manifest.plist", &format!("Applications.{WHATSAPP}"), None)
    };
    let settings = format!("Library/Preferences/{WHATSAPP}.plist");
    let with_data = |path: &str| {
        Backup::compliant().file(
            &format!("AppDomain-{WHATSAPP}"),
            path,
            Content::Raw(vec![1]),
        )
    };
    let installed = |audit: &Value| {
        let facts = audit["facts"].as_array().expect("a list");
        let whatsapp = facts
            .iter()
            .find(|f| f["fact"] == "app.installed" && f["subject"] == "whatsapp");
        whatsapp.expect("WhatsApp")["state"].clone()
    };
    for (case, backup, state) in [
        ("its folder", with_data(""), "unreadable"),
        ("its settings", with_data(&settings), "unreadable"),
        ("no data of it", Backup::compliant(), "known"),
    ] {
        for backup in [
            off_the_lists(backup.clone()),
            off_the_lists(backup).encrypted(PASSWORD),
        ] {
            let on_disk = OnDisk::new(&backup);
            let mut audit = on_disk.audit(PASSWORD);
            audit.args(["--controls", "IM-06"]);
            let ran = output(audit);
            assert_eq!(installed(&json(&ran)), state, "{case}: {}", ran.out);
            discreet(case, &ran);
        }
        // Locked, Manifest.db cannot be asked: the lists are all there is.
        let backup = off_the_lists(with_data(&settings)).encrypted(PASSWORD);
        let on_disk = OnDisk::new(&backup);
        let ran = output(on_disk.locked_audit());
        assert_eq!(installed(&json(&ran)), "known", "{case}");
    }
}

#[test]
fn the_same_description_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let build = |name: &str| {
        let dir = Backup::compliant()
            .encrypted(PASSWORD)
            .build(&folder.path().join(name));
        let files = crate::fingerprint::fingerprint(&dir);
        files
            .into_keys()
            .filter(|path| path.is_file())
            .map(|path| {
                let name = path.strip_prefix(&dir).expect("below").to_owned();
                (name, std::fs::read(path).expect("a file"))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(build("a"), build("b"));
}

/// One file that cannot be opened costs what it would prove, and no more.
#[test]
fn a_file_without_its_key_costs_that_file_alone() {
    let base = || Backup::compliant().encrypted(PASSWORD);
    let clear = json(&output(OnDisk::new(&Backup::compliant()).locked_audit()));
    for (case, backup, part) in [
        (
            "no EncryptionKey",
            base().without_file_key(HOME, TCC),
            "key",
        ),
        (
            "another class",
            base().file_key_of_class(HOME, TCC, 5),
            "class 5",
        ),
        (
            "no such class",
            base().file_key_of_class(HOME, TCC, 99),
            "class 99",
        ),
        ("not there", base().unwritten(HOME, TCC), "missing"),
    ] {
        let ran = output(OnDisk::new(&backup).audit(PASSWORD));
        let audit = json(&ran);
        let mut lost = 0;
        let facts = audit["facts"].as_array().expect("a list");
        for (fact, twin) in facts.iter().zip(clear["facts"].as_array().expect("a list")) {
            assert_eq!(fact["fact"], twin["fact"], "{case}");
            if fact["state"] == twin["state"] {
                continue;
            }
            lost += 1;
            assert_eq!(fact["state"], "unreadable", "{case}: {fact}");
            let why = fact["why"].as_str().expect("a reason");
            assert!(
                why.contains("TCC.db") && why.contains(part),
                "{case}: {why}"
            );
        }
        assert!(lost > 0, "{case}");
        assert_eq!(fact(&audit, "lock.auto_lock")["state"], "known", "{case}");
        assert_eq!(ran.status, 3, "{case}: {}", ran.err);
        discreet(case, &ran);
    }
}
