//! Files of different phones in one folder: nothing is taken from them, and the report says why.

use plist::Value as P;
use spotcheck::evidence::{Evidence, Fact, Subject};

use crate::backup_builder::*;
use crate::bad_input::nothing_from_the_list;
use crate::common::{Expect, check, known, read};

fn base() -> Backup {
    Backup::compliant()
}

/// Facts that the two property lists state.
const STATED: &[Fact] = &[
    Fact::DeviceModel,
    Fact::DeviceMaker,
    Fact::DeviceOs,
    Fact::LockCredential,
    Fact::BackupEncrypted,
];

fn warned(evidence: &Evidence) -> bool {
    evidence
        .warnings
        .iter()
        .any(|warning| warning.contains("contradict"))
}

#[test]
fn property_lists_of_different_phones_prove_nothing() {
    let info = |key: &str, value: P| base().root_key("Info.plist", key, Some(value));
    for (case, backup) in [
        ("model", info("Product Type", "iPhone12,8".into())),
        ("version", info("Product Version", "18.6".into())),
        ("a model of another form", info("Product Type", "?".into())),
        (
            "a version that is a number",
            info("Product Version", 18.into()),
        ),
        (
            "both",
            info("Product Type", "iPhone12,8".into()).root_key(
                "Info.plist",
                "Product Version",
                Some("15.0".into()),
            ),
        ),
        (
            "and encrypted",
            info("Product Type", "iPhone12,8".into())
                .root_key("Manifest.plist", "IsEncrypted", Some(true.into()))
                .root_key(
                    "Manifest.plist",
                    "BackupKeyBag",
                    Some(P::Data(key_bag(true))),
                )
                .root_key("Manifest.plist", "ManifestKey", Some(P::Data(vec![3; 44])))
                .database([0x5e; 8192]),
        ),
    ] {
        let evidence = read(&backup);
        nothing_from_the_list(case, &evidence, "contradict");
        for fact in STATED {
            check(
                case,
                &evidence,
                *fact,
                &Subject::Device,
                &Expect::Unreadable,
            );
        }
        for fact in [Fact::AppInstalled, Fact::AppVersion] {
            for app in ["whatsapp", "signal"] {
                check(
                    case,
                    &evidence,
                    fact,
                    &Subject::app(app),
                    &Expect::Unreadable,
                );
            }
        }
        assert!(warned(&evidence), "{case}: {:?}", evidence.warnings);
        assert!(!evidence.apps_unseen.is_empty(), "{case}");
    }
}

#[test]
fn one_property_list_contradicts_nothing() {
    for (case, backup) in [
        ("both agree", base()),
        ("no Info.plist", base().root_without("Info.plist")),
        ("Info.plist damaged", base().root_raw("Info.plist", "x")),
        (
            "only one states it",
            base()
                .root_key("Info.plist", "Product Type", None)
                .root_key("Manifest.plist", "Lockdown.ProductVersion", None),
        ),
    ] {
        let evidence = read(&backup);
        check(
            case,
            &evidence,
            Fact::LockAutoLock,
            &Subject::Device,
            &known(60),
        );
        check(
            case,
            &evidence,
            Fact::LockCredential,
            &Subject::Device,
            &known("set"),
        );
        assert!(!warned(&evidence), "{case}: {:?}", evidence.warnings);
    }
}
