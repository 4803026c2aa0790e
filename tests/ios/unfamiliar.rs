//! Versions of iOS that nobody has looked at: what stands there counts, what is missing is at best a hint.

use spotcheck::evidence::{Fact, Subject};

use crate::backup_builder::*;
use crate::common::{check, indicative, known, read};

/// Everything that a documented default could stand in for is missing.
fn bare(model: &str) -> Backup {
    Backup::compliant()
        .model(model)
        .whatsapp_may(&[])
        .without(HOME, BULLETINS)
        .key(HOME, GLOBALS, "LDMGlobalEnabled", None)
}

fn unstated(backup: Backup) -> Backup {
    backup
        .root_key("Info.plist", "Product Version", None)
        .root_key("Manifest.plist", "Lockdown.ProductVersion", None)
}

const WHATSAPP_PHOTOS: &[(Fact, bool)] = &[
    (Fact::AppPhotos, false),
    (Fact::AppContacts, false),
    (Fact::AppPhotosAdd, true),
];

#[test]
fn documented_defaults_are_only_hints_there() {
    const TOUCH_ID: &str = "iPhone12,8";
    let whatsapp = Subject::app("whatsapp");
    for (case, backup, familiar) in [
        ("the oldest known", bare(TOUCH_ID).system("12.0"), true),
        ("known", bare(TOUCH_ID).system("18.7"), true),
        ("the newest known", bare(TOUCH_ID).system("27.1"), true),
        ("newer", bare(TOUCH_ID).system("28.0"), false),
        ("far newer", bare(TOUCH_ID).system("99.0"), false),
        ("older", bare(TOUCH_ID).system("11.4.1"), false),
        ("far older", bare(TOUCH_ID).system("9.3"), false),
        ("not stated", unstated(bare(TOUCH_ID)), false),
        ("of another form", bare(TOUCH_ID).system("eighteen"), false),
    ] {
        let evidence = read(&backup);
        for (fact, yes_or_no) in WHATSAPP_PHOTOS {
            let expect = match (familiar, yes_or_no) {
                (true, true) => known(false),
                (false, true) => indicative(false),
                (true, false) => known("none"),
                (false, false) => indicative("none"),
            };
            check(case, &evidence, *fact, &whatsapp, &expect);
        }
        let always = if familiar {
            known("always")
        } else {
            indicative("always")
        };
        check(
            case,
            &evidence,
            Fact::NotificationsPreviews,
            &Subject::Device,
            &always,
        );
        // What is written down counts on any version.
        check(
            case,
            &evidence,
            Fact::LockAutoLock,
            &Subject::Device,
            &known(60),
        );
        let warned = evidence.warnings.iter().any(|w| w.contains("version"));
        assert_eq!(warned, !familiar, "{case}: {:?}", evidence.warnings);
    }
    for (version, expect) in [
        ("16.0", known(false)),
        ("27.9", known(false)),
        ("28.0", indicative(false)),
    ] {
        check(
            version,
            &read(&bare("iPhone14,5").system(version)),
            Fact::LockdownMode,
            &Subject::Device,
            &expect,
        );
    }
}

#[test]
fn what_stands_there_counts_on_any_version() {
    let whatsapp = Subject::app("whatsapp");
    let evidence = read(&Backup::compliant().system("99.0").whatsapp_may(&[
        ("kTCCServicePhotos", 0),
        ("kTCCServicePhotosAdd", 0),
        ("kTCCServiceAddressBook", 2),
    ]));
    for (fact, expect) in [
        (Fact::AppPhotos, known("none")),
        (Fact::AppPhotosAdd, known(false)),
        (Fact::AppContacts, known("full")),
    ] {
        check("99.0", &evidence, fact, &whatsapp, &expect);
    }
    for (fact, expect) in [
        (Fact::NotificationsPreviews, known("never")),
        (Fact::LockdownMode, known(false)),
        (Fact::FindMy, known(true)),
    ] {
        check("99.0", &evidence, fact, &Subject::Device, &expect);
    }
    // One row of two is missing: together they are as weak as the weaker one.
    let evidence = read(
        &Backup::compliant()
            .system("99.0")
            .whatsapp_may(&[("kTCCServicePhotos", 0)]),
    );
    check(
        "one row",
        &evidence,
        Fact::AppPhotosAdd,
        &whatsapp,
        &indicative(false),
    );
}

#[test]
fn nothing_is_said_of_the_version_where_nothing_rests_on_it() {
    let evidence = read(&Backup::compliant().system("99.0").no_database());
    assert!(
        !evidence.warnings.iter().any(|w| w.contains("version")),
        "{:?}",
        evidence.warnings
    );
}
