//! Real files, read from the folder that `SPOTCHECK_CORPUS` names; each against what is known of it. They are not
//! part of this project and are never copied into it.

use std::fs;
use std::path::PathBuf;

use spotcheck::evidence::{Fact, Subject};
use spotcheck::ios::manifest::{ClearList, FileId};
use spotcheck::ios::plist::{self, Keep, pick};
use spotcheck::ios::readers::{AppOnPhone, REGISTRY, previews};

use crate::backup_builder::*;
use crate::common::{Expect, check, known, of, read, skipped};

fn corpus(folder: &str) -> Option<PathBuf> {
    let path = std::env::var_os("SPOTCHECK_CORPUS")
        .map(|root| PathBuf::from(root).join("ios").join(folder))
        .filter(|path| path.is_dir());
    if path.is_none() {
        skipped(&format!(
            "SPOTCHECK_CORPUS names no folder with ios/{folder}"
        ));
    }
    path
}

#[test]
fn a_real_notification_archive_of_ios_11() {
    let Some(dir) = corpus("wix-bbsectioninfo-simulator") else {
        return;
    };
    let bundle = "com.LeoNatan.LNPopupControllerExample-";
    let archive = fs::read(dir.join("BBSectionInfo.nska.bplist")).expect("the archive");
    let app = AppOnPhone {
        id: "example".into(),
        bundle: bundle.into(),
    };
    let list = binary(&dict([(bundle, ::plist::Value::Data(archive))]));
    let lines = previews::per_app(Ok(&list), true, &[app]);
    let reading = |fact: Fact| {
        let (_, _, reading) = lines.iter().find(|(f, _, _)| *f == fact).expect("reported");
        of(reading)
    };
    assert_eq!(reading(Fact::AppNotificationsPreviews), known("inherit"));
    assert_eq!(reading(Fact::AppNotificationsLockScreen), known(true));
    assert_eq!(reading(Fact::AppNotificationsAllowed), known(true));
}

#[test]
fn a_real_key_bag_of_an_unencrypted_backup() {
    let Some(dir) = corpus("trollrestore-keybag") else {
        return;
    };
    let bag = fs::read(dir.join("BackupKeyBag.bin")).expect("the key bag");
    let backup = Backup::compliant().root_key(
        "Manifest.plist",
        "BackupKeyBag",
        Some(::plist::Value::Data(bag)),
    );
    check(
        "key bag",
        &read(&backup),
        Fact::BackupEncrypted,
        &Subject::Device,
        &known(false),
    );
    check(
        "key bag, Manifest.plist alone",
        &read(&backup.no_database()),
        Fact::BackupEncrypted,
        &Subject::Device,
        &known(false),
    );
}

#[test]
fn real_tables_and_keys_of_ios_6_to_11() {
    let Some(dir) = corpus("richinfante-schemas") else {
        return;
    };
    for version in ["10.3.3", "11.1.2", "11.2"] {
        let ddl =
            fs::read_to_string(dir.join(format!("manifestdb_{version}.sql"))).expect("the tables");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Manifest.db");
        let db = rusqlite::Connection::open(&path).expect("a database");
        db.execute_batch(&ddl).expect("the tables");
        db.execute(
            "INSERT INTO Files VALUES (?1, 'HomeDomain', ?2, 1, ?3)",
            rusqlite::params![file_id(HOME, TCC), TCC, file_record(TCC, 9, false)],
        )
        .expect("a row");
        drop(db);
        let list = ClearList::open(&path).expect("a list of files");
        assert!(
            list.find(HOME, TCC).expect("a record").is_some(),
            "{version}"
        );
        assert_eq!(list.find(HOME, EFFECTIVE), Ok(None), "{version}");
    }
    for version in ["6.1.6", "9.2.1", "9.3.5", "10.2", "10.3.3"] {
        let keys =
            fs::read_to_string(dir.join(format!("manifest_{version}.txt"))).expect("the keys");
        for key in [
            "WasPasscodeSet",
            "IsEncrypted",
            "BackupKeyBag",
            "Date",
            "Lockdown",
            "ProductType",
            "ProductVersion",
            "Applications",
            "CFBundleVersion",
        ] {
            assert!(
                keys.contains(&format!("<key>{key}</key>")),
                "{version}: {key}"
            );
        }
        assert!(!keys.contains("<key>ManifestKey</key>"), "{version}");
    }
}

#[test]
fn the_files_asked_for_exist_on_real_phones() {
    let Some(dir) = corpus("ileapp-filepath-extract") else {
        return;
    };
    for image in [
        "josh-hickman-ios15",
        "magnet-mvs-2023-ios",
        "belkasoft-ctf6-ios-dev1",
    ] {
        let paths =
            fs::read_to_string(dir.join(format!("{image}.extract.txt"))).expect("the paths");
        for path in [
            TCC,
            SECTIONS,
            BULLETINS,
            FIND_MY_STATE,
            PAYLOADS,
            CLOUD_CONFIGURATION,
            CLOUD_BACKUP,
        ] {
            let name = path.rsplit('/').next().expect("a name");
            assert!(paths.contains(name), "{image}: {name}");
        }
        assert_eq!(
            paths.contains("FMIPAccounts.plist"),
            image.starts_with("josh"),
            "{image}"
        );
    }
}

#[test]
fn every_file_asked_for_is_one_that_apple_backs_up_in_clear() {
    let Some(dir) = corpus("traceloupe-domains") else {
        return;
    };
    let rules = fs::read_to_string(dir.join("ios-backup-domains.json")).expect("the rules");
    let rules: serde_json::Value = serde_json::from_str(&rules).expect("JSON");
    let text = rules.to_string();
    for need in REGISTRY.iter().flat_map(|reader| reader.needs()) {
        let spotcheck::ios::files::Place::File {
            domain: "HomeDomain",
            path,
        } = need.place
        else {
            continue;
        };
        let folder = path.split('/').take(2).collect::<Vec<_>>().join("/");
        assert!(text.contains(&folder), "{path}");
    }
}

#[test]
fn a_real_property_list_of_ios_15() {
    let Some(dir) = corpus("plaso-mobilebackup") else {
        return;
    };
    let bytes = fs::read(dir.join("com.apple.MobileBackup.plist")).expect("the file");
    let root = pick(&bytes, &Keep::keys(&["AccountEnabledDate"])).expect("a property list");
    let date = plist::date(&root, &["AccountEnabledDate"])
        .expect("a date")
        .expect("there");
    assert!(date.to_string().starts_with("2023-04-15"), "{date}");
    // No file of a backup; a reader that is handed it finds nothing in it.
    let lines = previews::per_app(
        Ok(&bytes),
        false,
        &[AppOnPhone {
            id: "whatsapp".into(),
            bundle: WHATSAPP.into(),
        }],
    );
    assert!(
        lines
            .iter()
            .all(|(_, _, reading)| of(reading) == Expect::Unreadable)
    );
}

#[test]
fn ids_are_those_of_a_real_backup() {
    // From the listing of a real backup of iOS 14.3.
    for (domain, path, id) in [
        (HOME, TCC, "64d0019cb3d46bfc8cce545a8ba54b93e7ea9347"),
        (HOME, SECTIONS, "064d76faeef55598c754d5f4af2f8903229ee889"),
        (
            HOME,
            OLD_SECTIONS,
            "3d8a6630ca29c3f835470e1c45a747e245ff8584",
        ),
        (HOME, BULLETINS, "0cce8dffaf0c108d17d791a193f39ad9da971083"),
        (HOME, EFFECTIVE, "6241b2b9da35bc7ac51266cce64774fc975ccf00"),
        (
            HOME,
            PUBLIC_EFFECTIVE,
            "3aef6f188cf22d663030b159b271f1f2591cf56a",
        ),
        (
            PROFILES,
            CLOUD_CONFIGURATION,
            "1e6c0783f9b33d00b152067a0661c8fc8841073f",
        ),
        (
            PROFILES,
            PAYLOADS,
            "8e7f26685d92296da2100cfaf98173f45da1ce88",
        ),
        (PROFILES, MDM, "1da473e9183a8afce90ad0110f07ef19397affff"),
        (
            FIND_MY,
            FIND_MY_STATE,
            "c3185b3feef52f1f32bf340e0185aa520be9735e",
        ),
        (
            HOME,
            FIND_MY_ACCOUNTS,
            "cb268d19ef64a3fab915151f3ae40853d7e7cd91",
        ),
        (
            FIND_MY,
            FIND_MY_ACCOUNTS,
            "054f83cb9b84268797a873aac72b6035fa89f280",
        ),
        (
            "SysContainerDomain-com.apple.icloud.findmydeviced",
            FIND_MY_ACCOUNTS,
            "d883d700d85c703d4e2a1fdd112a06f1cf3bfded",
        ),
        (HOME, GLOBALS, "0dc926a1810f7aee4e8f38793ed788701f93bf9d"),
        (
            HOME,
            CLOUD_BACKUP,
            "2f771621fd3c627d0db75fe173f3dae8ce50e98b",
        ),
    ] {
        assert_eq!(FileId::of(domain, path).as_str(), id, "{path}");
        assert!(
            REGISTRY
                .iter()
                .flat_map(|r| r.needs())
                .any(|need| need.place.to_string() == format!("{domain}-{path}")),
            "{path}"
        );
    }
}
