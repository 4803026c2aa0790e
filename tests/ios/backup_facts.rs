//! Model, system and the state of the backup, each way they can be.

use std::collections::BTreeSet;

use plist::Value as P;
use spotcheck::evidence::{Fact, Subject, Value};
use spotcheck::ios::files::Place;
use spotcheck::ios::readers::REGISTRY;

use crate::backup_builder::*;
use crate::common::{Expect, check, indicative, known, read};

type Case = (&'static str, Backup, Expect);

#[track_caller]
fn cases(fact: Fact, table: Vec<Case>) {
    for (case, backup, expect) in table {
        check(case, &read(&backup), fact, &Subject::Device, &expect);
    }
}

fn base() -> Backup {
    Backup::compliant()
}

fn text(t: &str) -> Option<P> {
    Some(P::from(t))
}

#[test]
fn model_and_system() {
    let t = |s: &str| known(Value::text(s));
    cases(
        Fact::DeviceModel,
        vec![
            ("both", base(), t("iPhone 13 (iPhone14,5)")),
            (
                "one",
                base().root_key("Info.plist", "Product Type", None),
                t("iPhone 13 (iPhone14,5)"),
            ),
            (
                "the other",
                base().root_without("Manifest.plist"),
                t("iPhone 13 (iPhone14,5)"),
            ),
            ("unknown model", base().model("iPhone99,7"), t("iPhone99,7")),
            (
                "contradiction",
                base().root_key("Info.plist", "Product Type", text("iPhone12,8")),
                Expect::Unreadable,
            ),
            (
                "hostile",
                base().model("iPhone\u{1b}[2J"),
                Expect::Unreadable,
            ),
            (
                "neither",
                base()
                    .root_without("Info.plist")
                    .root_without("Manifest.plist"),
                Expect::Absent,
            ),
        ],
    );
    cases(
        Fact::DeviceOs,
        vec![
            ("both", base(), t("iOS 18.7")),
            ("iPad", base().model("iPad13,1"), t("iPadOS 18.7")),
            (
                "garbage in one",
                base().root_raw("Info.plist", "garbage"),
                t("iOS 18.7"),
            ),
            ("unfamiliar", base().system("eighteen"), Expect::Unreadable),
            (
                "contradiction",
                base().root_key("Info.plist", "Product Version", text("17.0")),
                Expect::Unreadable,
            ),
        ],
    );
    cases(
        Fact::DeviceMaker,
        vec![
            ("iPhone", base(), t("Apple")),
            ("no model", base().model("?"), Expect::Unreadable),
        ],
    );
}

#[test]
fn finished() {
    let at = |v: Option<P>| base().root_key("Status.plist", "SnapshotState", v);
    cases(
        Fact::BackupFinished,
        vec![
            ("finished", base(), known(true)),
            ("interrupted", at(text("uploading")), known(false)),
            ("no key", at(None), Expect::Unreadable),
            ("number", at(Some(1.into())), Expect::Unreadable),
            (
                "no file",
                base().root_without("Status.plist"),
                Expect::Unreadable,
            ),
            (
                "damaged",
                base().root_raw("Status.plist", "x"),
                Expect::Unreadable,
            ),
        ],
    );
}

/// Every file that a reader asks for lies there, in more folders than the few that may hold something else.
fn all_that_readers_ask_for() -> Backup {
    let needs = REGISTRY.iter().flat_map(|reader| reader.needs());
    let files: BTreeSet<_> = needs
        .filter_map(|need| match need.place {
            Place::File { domain, path } => Some((domain, path)),
            _ => None,
        })
        .collect();
    let ids = files.iter().map(|(domain, path)| file_id(domain, path));
    let folders: BTreeSet<String> = ids.map(|id| id[..2].to_owned()).collect();
    assert!(folders.len() >= 16, "{} folders", folders.len());
    files.iter().fold(base(), |backup, (domain, path)| {
        backup.file(domain, path, Content::Raw(b"synthetic".to_vec()))
    })
}

#[test]
fn holds_more() {
    let with = |n: u32| {
        (0..n).fold(base(), |backup, n| {
            backup.file(
                "CameraRollDomain",
                &format!("Media/DCIM/{n}.JPG"),
                Content::Raw(b"synthetic".to_vec()),
            )
        })
    };
    cases(
        Fact::BackupHoldsMore,
        vec![
            ("settings only", base(), indicative(false)),
            ("a whole phone", with(1000), known(true)),
            (
                "a whole phone, encrypted",
                with(1000).encrypted("synthetic"),
                known(true),
            ),
            (
                "settings only, all that readers ask for",
                all_that_readers_ask_for(),
                indicative(false),
            ),
            (
                "without its list of files",
                with(1000).no_database(),
                Expect::Unreadable,
            ),
        ],
    );
}

#[test]
fn encrypted() {
    let says = |v: Option<P>| base().root_key("Manifest.plist", "IsEncrypted", v);
    let bag = |on: bool| Some(P::Data(key_bag(on)));
    let locked = || says(Some(true.into())).root_key("Manifest.plist", "BackupKeyBag", bag(true));
    cases(
        Fact::BackupEncrypted,
        vec![
            ("plain", base(), known(false)),
            ("encrypted", locked().database([0x5e; 4096]), known(true)),
            (
                "encrypted before iOS 10.2",
                says(Some(true.into())).system("10.1.1"),
                known(true),
            ),
            (
                "encrypted, of an unknown system",
                says(Some(true.into())).system("?"),
                known(true),
            ),
            (
                "says yes, key bag does not, list is in clear, since iOS 10.2",
                says(Some(true.into())),
                Expect::Unreadable,
            ),
            (
                "the same of iOS 10.2",
                says(Some(true.into())).system("10.2"),
                Expect::Unreadable,
            ),
            (
                "says nothing, key bag says yes, list is opaque",
                says(None)
                    .root_key("Manifest.plist", "BackupKeyBag", bag(true))
                    .database([0x5e; 4096]),
                known(true),
            ),
            (
                "says nothing, key bag says yes, list is in clear",
                says(None).root_key("Manifest.plist", "BackupKeyBag", bag(true)),
                Expect::Unreadable,
            ),
            (
                "says no, list is opaque",
                base().database([0x5e; 4096]),
                Expect::Unreadable,
            ),
            (
                "says yes, key bag does not, list is opaque",
                says(Some(true.into())).database([0x5e; 4096]),
                Expect::Unreadable,
            ),
            ("says yes, list is in clear", locked(), Expect::Unreadable),
            ("says nothing", says(None), Expect::Absent),
            ("number", says(Some(0.into())), Expect::Unreadable),
            (
                "key bag damaged",
                base().root_key(
                    "Manifest.plist",
                    "BackupKeyBag",
                    Some(P::Data(vec![1, 2, 3])),
                ),
                Expect::Unreadable,
            ),
            (
                "no list, both agree: encrypted",
                locked().no_database(),
                known(true),
            ),
            (
                "no list, both agree: plain",
                base().no_database(),
                known(false),
            ),
            (
                "no list, no key bag",
                base()
                    .no_database()
                    .root_key("Manifest.plist", "BackupKeyBag", None),
                indicative(false),
            ),
            (
                "no Manifest.plist",
                base().root_without("Manifest.plist"),
                Expect::Absent,
            ),
        ],
    );
}

#[test]
fn the_date_is_that_of_the_end_and_never_newer_than_the_evidence() {
    let at = |file: &str, key: &str, v: Option<&str>| base().root_key(file, key, v.map(date));
    for (case, backup, as_of, warned) in [
        ("all agree", base(), Some("2026-11-02T09:14:00Z"), false),
        (
            "hours apart: the end",
            at("Manifest.plist", "Date", Some("2026-11-02T07:00:00Z")),
            Some("2026-11-02T09:14:00Z"),
            false,
        ),
        (
            "no Status date",
            at("Status.plist", "Date", None).root_key(
                "Manifest.plist",
                "Date",
                Some(date("2026-11-02T07:00:00Z")),
            ),
            Some("2026-11-02T07:00:00Z"),
            false,
        ),
        (
            "two days apart: the end",
            at("Manifest.plist", "Date", Some("2026-10-31T09:14:00Z")),
            Some("2026-11-02T09:14:00Z"),
            false,
        ),
        (
            "a second more: the oldest",
            at("Manifest.plist", "Date", Some("2026-10-31T09:13:59Z")),
            Some("2026-10-31T09:13:59Z"),
            true,
        ),
        (
            "months apart: the oldest",
            at(
                "Info.plist",
                "Last Backup Date",
                Some("2025-01-01T00:00:00Z"),
            ),
            Some("2025-01-01T00:00:00Z"),
            true,
        ),
        (
            "a placeholder is no date",
            at("Status.plist", "Date", Some("1970-01-01T00:00:00Z")),
            Some("2026-11-02T09:14:00Z"),
            false,
        ),
        (
            "none",
            at("Status.plist", "Date", None)
                .root_key("Manifest.plist", "Date", None)
                .root_key("Info.plist", "Last Backup Date", Some("yesterday".into())),
            None,
            false,
        ),
    ] {
        let evidence = read(&backup);
        assert_eq!(
            evidence.as_of.map(|t| t.to_string()).as_deref(),
            as_of,
            "{case}"
        );
        assert_eq!(!evidence.warnings.is_empty(), warned, "{case}");
    }
}
