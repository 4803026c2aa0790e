//! What an app's notification settings say, each way they can be.

use plist::Value as P;
use spotcheck::evidence::{Fact, Subject};

use crate::backup_builder::*;
use crate::common::{Expect, check, indicative, known, read};

fn base() -> Backup {
    Backup::compliant()
}

#[test]
fn notification_settings_of_an_app() {
    let whatsapp = |section: Section| base().section(WHATSAPP, section);
    let one = |key: &'static str, value: Option<P>| whatsapp(Section::inherits().field(key, value));
    let legacy = |allows: bool, shows: bool| Section {
        family: "BB",
        settings: vec![
            ("allowsNotifications", allows.into()),
            ("showsInLockScreen", shows.into()),
            ("showsInNotificationCenter", shows.into()),
            ("contentPreviewSetting", 0.into()),
        ],
        managed: None,
    };
    // Numbers as since iOS 12, and beside them yes or no as before.
    let both = |status: i64, allows: bool, lock_screen: i64, shows: bool| {
        let section = Section::new(status, 0, lock_screen)
            .field("allowsNotifications", Some(allows.into()))
            .field("showsInLockScreen", Some(shows.into()))
            .field("notificationCenterSetting", Some(lock_screen.into()))
            .field("showsInNotificationCenter", Some(shows.into()));
        whatsapp(section)
    };
    let off = |centre: Option<P>| {
        whatsapp(Section::new(2, 1, 1).field("notificationCenterSetting", centre))
    };
    let unreadable = || [Expect::Unreadable, Expect::Unreadable, Expect::Unreadable];
    // Previews, on the lock screen, allowed.
    #[rustfmt::skip]
    let table: Vec<(&str, Backup, [Expect; 3])> = vec![
        ("inherits", base(), [known("inherit"), known(true), known(true)]),
        ("UNC classes", whatsapp(Section::inherits().family("UNC")), [known("inherit"), known(true), known(true)]),
        ("always", whatsapp(Section::new(2, 1, 2)), [known("always"), known(true), known(true)]),
        ("when unlocked", whatsapp(Section::new(3, 2, 2)), [known("when-unlocked"), known(true), known(true)]),
        ("never", whatsapp(Section::new(4, 3, 2)), [known("never"), known(true), known(true)]),
        ("off the lock screen, on in Notification Centre", off(Some(2.into())), [known("always"), indicative(true), known(true)]),
        ("off in both", off(Some(1.into())), [known("always"), known(false), known(true)]),
        ("off the lock screen, no Notification Centre", off(Some(0.into())), [known("always"), Expect::Unreadable, known(true)]),
        ("off the lock screen, Notification Centre untold", off(None), [known("always"), Expect::Unreadable, known(true)]),
        ("off the lock screen, Notification Centre unfamiliar", off(Some(7.into())), [known("always"), Expect::Unreadable, known(true)]),
        ("off the lock screen, Notification Centre is text", off(Some("1".into())), [known("always"), Expect::Unreadable, known(true)]),
        ("off the lock screen, Notification Centre only as before iOS 12", whatsapp(Section::new(2, 1, 1).field("notificationCenterSetting", None).field("showsInNotificationCenter", Some(false.into()))), [known("always"), indicative(false), known(true)]),
        ("on the lock screen, off in Notification Centre", whatsapp(Section::new(2, 1, 2).field("notificationCenterSetting", Some(1.into()))), [known("always"), known(true), known(true)]),
        ("denied", whatsapp(Section::new(1, 0, 2)), [known("inherit"), known(true), known(false)]),
        ("not asked", whatsapp(Section::new(0, 0, 2)), [known("inherit"), known(true), known(false)]),
        ("not supported", whatsapp(Section::new(2, 0, 0)), [known("inherit"), Expect::Unreadable, known(true)]),
        ("unfamiliar", whatsapp(Section::new(9, 4, 3)), unreadable()),
        ("no preview key", one("contentPreviewSetting", None), [Expect::Absent, known(true), known(true)]),
        ("preview is text", one("contentPreviewSetting", Some("3".into())), [Expect::Unreadable, known(true), known(true)]),
        ("preview is a fraction", one("contentPreviewSetting", Some(P::Real(3.0))), [Expect::Unreadable, known(true), known(true)]),
        ("preview by reference", one("contentPreviewSetting", Some(uid(2))), [Expect::Unreadable, known(true), known(true)]),
        ("reference to nothing", one("contentPreviewSetting", Some(uid(999))), [Expect::Unreadable, known(true), known(true)]),
        ("as before iOS 12", whatsapp(legacy(true, true)), [known("inherit"), indicative(true), indicative(true)]),
        ("as before iOS 12, off", whatsapp(legacy(false, false)), [known("inherit"), indicative(false), indicative(false)]),
        ("both forms, which agree", both(2, true, 2, true), [known("inherit"), known(true), known(true)]),
        ("both forms, off", both(1, false, 1, false), [known("inherit"), known(false), known(false)]),
        ("off only by the newer form", both(1, true, 1, true), [known("inherit"), Expect::Unreadable, Expect::Unreadable]),
        ("off only by the older form", both(2, false, 2, false), [known("inherit"), Expect::Unreadable, Expect::Unreadable]),
        ("of no form", whatsapp(Section::inherits().field("authorizationStatus", None).field("lockScreenSetting", None)), [known("inherit"), Expect::Absent, Expect::Absent]),
        ("managed", whatsapp(Section::new(2, 1, 2).managed(vec![("contentPreviewSetting", 3.into())])), [indicative("never"), indicative(true), indicative(true)]),
        ("another class", whatsapp(Section::inherits().family("NS")), unreadable()),
        ("archive of another app", base().section_raw(WHATSAPP, Some(Section::inherits().archive("com.example.other"))), unreadable()),
        ("archive is garbage", base().section_raw(WHATSAPP, Some(vec![7; 99])), unreadable()),
        ("no entry", base().section_raw(WHATSAPP, None), [Expect::Absent, Expect::Absent, indicative(false)]),
        ("unknown version", base().section_version(Some(3.into())), unreadable()),
        ("no version", base().section_version(None), unreadable()),
        ("missing", base().without(HOME, SECTIONS), [Expect::Absent, Expect::Absent, Expect::Absent]),
        ("damaged", base().file(HOME, SECTIONS, Content::Raw(vec![7; 99])), unreadable()),
        ("no sections", base().file(HOME, SECTIONS, Content::Binary(dict([("sectionInfoVersionNumber", 2.into())]))), unreadable()),
        (
            "entry is no data",
            base().file(HOME, SECTIONS, Content::Binary(dict([
                ("sectionInfoVersionNumber", 2.into()),
                ("sectionInfo", dict([(WHATSAPP, "x".into())])),
            ]))),
            unreadable(),
        ),
        (
            "the file of iOS 11 and older",
            base().system("11.4.1").without(HOME, SECTIONS).file(HOME, OLD_SECTIONS, Content::Binary(dict([
                (WHATSAPP, P::Data(legacy(true, false).archive(WHATSAPP))),
            ]))),
            [known("inherit"), known(false), known(true)],
        ),
        (
            "the same on a newer system, which may have left it behind",
            base().without(HOME, SECTIONS).file(HOME, OLD_SECTIONS, Content::Binary(dict([
                (WHATSAPP, P::Data(legacy(true, false).archive(WHATSAPP))),
            ]))),
            [indicative("inherit"), indicative(false), indicative(true)],
        ),
        (
            "damaged, although the old file is whole",
            base().file(HOME, SECTIONS, Content::Raw(vec![7; 99])).file(HOME, OLD_SECTIONS, Content::Binary(dict([
                (WHATSAPP, P::Data(legacy(true, false).archive(WHATSAPP))),
            ]))),
            unreadable(),
        ),
    ];
    let facts = [
        Fact::AppNotificationsPreviews,
        Fact::AppNotificationsLockScreen,
        Fact::AppNotificationsAllowed,
    ];
    for (case, backup, expected) in table {
        let evidence = read(&backup);
        for (fact, expect) in facts.iter().zip(&expected) {
            check(case, &evidence, *fact, &Subject::app("whatsapp"), expect);
        }
    }
}
