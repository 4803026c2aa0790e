//! What is said beside a reading, as a table: why there is none, where it came from, and what must be known of it.

use super::*;
use Make::*;

/// A phone and a fact, then words that are said of it, and words that are not.
type Said = (
    &'static str,
    Phone,
    Fact,
    Subject,
    &'static [&'static str],
    &'static [&'static str],
);

#[test]
fn reasons_places_and_notes() {
    let Some(tools) = Tools::find() else { return };
    let pixel = || Phone::stock(Pixel, 36);
    let whatsapp = || Subject::app("whatsapp");
    let owner = |kind| pixel().device_owner("com.example.mdm/.R").owner_type(kind);
    // Nobody is told of a loan, nor can tell a lender's phone from any other kind.
    const OTHER: &str = "its device owner is of another kind than an organisation's";
    const LOAN: [&str; 5] = ["lender", "loan", "paid", "financ", "unfamiliar kind"];
    const UNSAID: &str = "does not say whether its device owner is an organisation's";
    const UNLISTED: &str = "an administrator that is on no list may wipe the phone";
    const LOCKED: &str = "locked, which only a secure lock can be";
    const EDGE: &str = "edge lighting is on";
    const NEWER: &str = "this is another version";
    const NO_VERSION: &str = "which Android version this is is not known";
    const DEFAULT: &str = "absent: documented default";
    const GALLERY: &str = "what its gallery lists";
    let cases: Vec<Said> = vec![
        (
            "the command is named with its user and its package",
            pixel().app(WHATSAPP, 0),
            Fact::AppInstalled,
            whatsapp(),
            &["\"pm path --user 0 com.whatsapp\""],
            &["PACKAGE", "USER"],
        ),
        (
            "a lender's",
            owner("1"),
            Fact::ManagementOwner,
            Subject::Device,
            &[OTHER],
            &LOAN,
        ),
        (
            "another kind",
            owner("2"),
            Fact::ManagementOwner,
            Subject::Device,
            &[OTHER],
            &LOAN,
        ),
        (
            "no kind",
            owner("?"),
            Fact::ManagementOwner,
            Subject::Device,
            &[UNSAID],
            &LOAN,
        ),
        (
            "an owner that is on no list may wipe",
            pixel().device_owner("com.canary.own/.R"),
            Fact::ManagementWipe,
            Subject::Device,
            &["com.canary.own is an owner", "ask the organisation's IT"],
            &[],
        ),
        (
            "an unlisted administrator may wipe",
            pixel().admin(0, "com.canary.clinicadmin/.R", true),
            Fact::ManagementWipe,
            Subject::Device,
            &[UNLISTED],
            &[],
        ),
        (
            "two unlisted administrators may wipe",
            pixel()
                .admin(0, "com.canary.clinicadmin/.R", true)
                .admin(0, "com.b/.R", true),
            Fact::ManagementWipe,
            Subject::Device,
            &[UNLISTED],
            &[],
        ),
        (
            "Find Hub is on a list",
            pixel().admin(0, "com.google.android.gms/.R", true),
            Fact::ManagementWipe,
            Subject::Device,
            &[],
            &[UNLISTED],
        ),
        (
            "a lock of no stated kind that is closed",
            Phone::stock(Motorola, 29).trust(|t| t.locked = true),
            Fact::LockCredential,
            Subject::Device,
            &[LOCKED],
            &[],
        ),
        (
            "a lock of no stated kind that is open",
            Phone::stock(Motorola, 29),
            Fact::LockCredential,
            Subject::Device,
            &[],
            &[LOCKED],
        ),
        (
            "a PIN needs no other proof",
            pixel().trust(|t| t.locked = true),
            Fact::LockCredential,
            Subject::Device,
            &[],
            &[LOCKED],
        ),
        (
            "why hidden channels may show on a Samsung",
            Phone::stock(Samsung, 34)
                .app(WHATSAPP, 0)
                .last_app(|c| c.channels = vec![0]),
            Fact::AppNotificationsPreviews,
            whatsapp(),
            &[EDGE],
            &[],
        ),
        (
            "not every channel is hidden: the doubt is another",
            Phone::stock(Samsung, 34)
                .app(WHATSAPP, 0)
                .last_app(|c| c.samsung_visibility = Some(0)),
            Fact::AppNotificationsPreviews,
            whatsapp(),
            &[],
            &[EDGE],
        ),
        (
            "unset, and the default is documented",
            pixel(),
            Fact::LockDelaySetting,
            Subject::Device,
            &[DEFAULT],
            &[],
        ),
        (
            "unset on a version whose default is not known",
            Phone::stock(Pixel, 38),
            Fact::LockDelaySetting,
            Subject::Device,
            &["the default of other versions"],
            &[DEFAULT],
        ),
        (
            "a newer version",
            Phone::stock(Pixel, 38),
            Fact::LockCredential,
            Subject::Device,
            &[NEWER],
            &[NO_VERSION],
        ),
        (
            "no version",
            pixel().no_prop("ro.build.version.sdk"),
            Fact::LockCredential,
            Subject::Device,
            &[NO_VERSION],
            &[NEWER],
        ),
        (
            "read while another user is in front",
            pixel().user(10, 0x410, true).in_front(Some(10)),
            Fact::LockCredential,
            Subject::Device,
            &["another user of the phone is in front (user 10)"],
            &[],
        ),
        (
            "the gallery refuses",
            pixel().app(WHATSAPP, 0).answers(
                "content query --user 0 *",
                "java.lang.SecurityException: no",
                1,
            ),
            Fact::AppMediaSaved,
            whatsapp(),
            &[GALLERY],
            &[],
        ),
    ];
    let mut wrong = Vec::new();
    for (name, phone, fact, subject, said, unsaid) in cases {
        let (_, evidence) = phone.audit(&only(fact), &tools);
        let reading = format!("{:?}", evidence.get(fact, &subject));
        let missing = said.iter().filter(|words| !reading.contains(**words));
        let besides = unsaid.iter().filter(|words| reading.contains(**words));
        if missing.chain(besides).next().is_some() {
            wrong.push(format!("{name}: {reading}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
