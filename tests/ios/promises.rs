//! The promises to the person whose phone it is: nothing is written, and nothing personal comes out.

use spotcheck::evidence::{Platform, Request};
use spotcheck::{apps, ios};

use crate::backup_builder::*;
use crate::common::{on_disk, request};
use crate::fingerprint::fingerprint;

fn backups() -> Vec<(&'static str, Backup)> {
    vec![
        ("compliant, WAL mode", Backup::compliant().wal_mode(true)),
        (
            "compliant, ordinary mode",
            Backup::compliant().wal_mode(false),
        ),
        ("failing", Backup::failing()),
        ("gaps", Backup::gaps()),
        (
            "changes that only the log of TCC.db holds",
            Backup::compliant().permissions(Permissions {
                in_log: vec![row("kTCCServicePhotos", WHATSAPP, 2)],
                ..Permissions::default()
            }),
        ),
        (
            "leftover WAL",
            Backup::compliant().root_raw("Manifest.db-wal", "CANARY-MESSAGE-TEXT"),
        ),
        ("damaged list", Backup::compliant().database([0x5e; 5000])),
        (
            "managed",
            Backup::compliant().profile("canary.person@example.invalid", &["com.apple.mdm"]),
        ),
        (
            "hostile values",
            Backup::compliant()
                .root_key("Info.plist", "Product Type", Some("CANARYSERIAL01".into()))
                .root_key(
                    "Status.plist",
                    "SnapshotState",
                    Some("CANARYSERIAL01".into()),
                )
                .key(
                    HOME,
                    EFFECTIVE,
                    "restrictedValue",
                    Some("CANARYSERIAL01".into()),
                ),
        ),
    ]
}

#[test]
fn nothing_is_written_to_or_beside_the_backup() {
    for (case, backup) in backups() {
        let on_disk = on_disk(&backup);
        let outside = on_disk.path.parent().expect("a folder");
        let before = fingerprint(outside);
        for _ in 0..2 {
            ios::read(&on_disk.path, &request()).expect("a backup");
        }
        assert_eq!(fingerprint(outside), before, "{case}");
    }
}

#[test]
fn a_backup_that_may_not_be_written_is_read_all_the_same() {
    let on_disk = on_disk(&Backup::compliant());
    let mut open = vec![on_disk.path.clone()];
    while let Some(path) = open.pop() {
        let meta = path.metadata().expect("an entry");
        if meta.is_dir() {
            for entry in path.read_dir().expect("a folder") {
                open.push(entry.expect("an entry").path());
            }
        } else {
            let mut rights = meta.permissions();
            rights.set_readonly(true);
            std::fs::set_permissions(&path, rights).expect("rights");
        }
    }
    let evidence = ios::read(&on_disk.path, &request()).expect("a backup");
    assert!(evidence.warnings.is_empty());
}

#[test]
fn identifiers_and_other_apps_never_surface() {
    let apps: Vec<_> = apps::catalogue().apps.clone();
    let request = Request::everything(apps, Platform::Ios);
    for (case, backup) in backups() {
        let on_disk = on_disk(&backup);
        // The canaries are really there.
        let all: Vec<u8> = fingerprint(&on_disk.path)
            .keys()
            .filter(|p| p.is_file())
            .flat_map(|p| std::fs::read(p).expect("a file"))
            .collect();
        let has = |canary: &str| all.windows(canary.len()).any(|w| w == canary.as_bytes());
        assert!(CANARIES.iter().filter(|c| has(c)).count() > 5, "{case}");

        let evidence = ios::read(&on_disk.path, &request).expect("a backup");
        let text = format!("{evidence:?}");
        for canary in CANARIES {
            assert!(!text.contains(canary), "{case}: {canary}");
        }
        assert!(!text.contains("CANARY"), "{case}");
        // The folder's name is that of the phone.
        assert!(!text.contains("a backup, 100%"), "{case}");
    }
}

#[test]
fn what_a_reader_asks_of_a_property_list_never_holds_an_identifier() {
    for item in ios::plan(&request()) {
        for word in [
            "Serial",
            "IMEI",
            "Phone Number",
            "Device Name",
            "Unique",
            "ICCID",
        ] {
            assert!(!item.keeps.contains(word), "{}: {}", item.what, item.keeps);
        }
    }
}
