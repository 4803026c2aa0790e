//! Answers that no phone is known to give, and copies of apps that nobody listed: each is no reading, for its own reason.

use std::collections::BTreeSet;

use super::*;
use crate::apps;
use crate::evidence::State;

/// A section with what it printed.
type Printed = (&'static str, &'static [&'static str]);

const BASE: Printed = (
    "prop.base",
    &[
        "ro.build.version.release=16",
        "ro.build.version.sdk=36",
        "ro.product.manufacturer=samsung",
    ],
);
const FRONT: Printed = ("front", &["user 0", "9"]);
const USERS: Printed = ("users", &["Users:", "0 4c13 running", "9"]);
const LOCK: Printed = (
    "lock",
    &["Current lock settings service state:", "User State:", "9"],
);
const POLICY: Printed = (
    "policy",
    &[
        "Current Device Policy",
        "Enabled Device Admins (User 0",
        "9",
    ],
);
const NO_PHOTOS: Printed = (
    "perm.photos",
    &[
        "READ_MEDIA_IMAGES=-1",
        "READ_MEDIA_VIDEO=-1",
        "READ_MEDIA_VISUAL_USER_SELECTED=-1",
        "READ_EXTERNAL_STORAGE=-1",
        "WRITE_EXTERNAL_STORAGE=-1",
    ],
);

/// What a fact comes to when its reader sees these sections, for a copy of an app (its id and user).
fn told(fact: Fact, copy: Option<(&str, u32)>, printed: &[Printed]) -> Reading {
    let apps = [apps::by_id("whatsapp").expect("there").clone()];
    let copies: Vec<AppCopy> = copy
        .map(|(app, user)| AppCopy {
            app: app.to_owned(),
            user,
        })
        .into_iter()
        .collect();
    let frames = printed.iter().map(|(id, lines)| {
        let sections = all_sections();
        let section = sections.iter().find(|section| section.id == *id);
        let section = section.unwrap_or_else(|| panic!("no section {id}"));
        let key = match section.span {
            Span::Once => Key::once(section),
            Span::Users | Span::OtherUsers => Key::user(section, 0),
            Span::Copies => Key::copy(section, 0, "com.whatsapp"),
        };
        let lines = lines.iter().map(|line| (*line).to_owned());
        (key, Ok(Body::printed(lines.collect())))
    });
    let answer = Answer::of(frames.collect());
    let source = Source::AndroidAdb;
    let mut evidence = Evidence::new(Platform::Android, source, None);
    let reader = *READERS
        .iter()
        .find(|reader| reader.facts().contains(&fact))
        .expect("a reader");
    reader.read(
        &View::new(reader, &answer, source, &apps, &copies),
        &mut Out::new(
            reader,
            &BTreeSet::from([fact]),
            &Reach::of(&answer, source),
            &mut evidence,
        ),
    );
    let subject = copies
        .first()
        .map_or(Subject::Device, |copy| Subject::App(copy.clone()));
    evidence.get(fact, &subject)
}

/// Each is unreadable, for the reason in these words.
fn unreadable(fact: Fact, copy: Option<(&str, u32)>, cases: &[(&str, &[Printed])]) {
    for (words, printed) in cases {
        match told(fact, copy, printed).state {
            State::Unreadable(why) => assert!(why.contains(words), "{printed:?}: {why}"),
            other => panic!("{printed:?}: {fact} is {other:?}, not unreadable: {words}"),
        }
    }
}

#[test]
fn locks_that_cannot_be_told() {
    unreadable(
        Fact::LockCredential,
        None,
        &[(
            // Its own list names no lock of the owner: the advice says that there is none, the lock screen another.
            "the phone states two different things about its screen lock",
            &[
                BASE,
                LOCK,
                ("trust", &["Trust manager state:", "9"]),
                ("safety", &["advice 0 300 issue", "9"]),
                ("keyguard", &["User 0*", "  lockTypeSummary=pin", "9"]),
            ],
        )],
    );
    unreadable(
        Fact::LockCredential,
        Some(("whatsapp", 77)),
        &[(
            "the phone's list of users does not hold this one",
            &[BASE, FRONT, USERS, LOCK],
        )],
    );
    unreadable(
        Fact::LockHeldOpen,
        None,
        &[(
            "trusted is neither 0 nor 1",
            &[
                BASE,
                (
                    "trust",
                    &[
                        "Trust manager state:",
                        "User 0 (current): trusted=x, trustManaged=0",
                        "9",
                    ],
                ),
            ],
        )],
    );
}

#[test]
fn owners_accounts_and_previews_that_cannot_be_told() {
    unreadable(
        Fact::ManagementOwner,
        None,
        &[
            (
                "the phone was not asked for its list of owners",
                &[BASE, POLICY, ("owners", &["skip"])],
            ),
            (
                // A number that none can be.
                "the phone lists an owner of no user",
                &[
                    BASE,
                    POLICY,
                    (
                        "owners",
                        &[
                            "1 owner:",
                            "owner 99999999999 com.example.mdm DeviceOwner,Affiliated",
                            "9",
                        ],
                    ),
                ],
            ),
        ],
    );
    unreadable(
        Fact::GoogleAccounts,
        None,
        &[(
            "the phone lists its owner's accounts twice",
            &[
                BASE,
                FRONT,
                USERS,
                ("accounts", &["User 0", "com.google,1", "User 0", "9"]),
            ],
        )],
    );
    unreadable(
        Fact::NotificationsPreviews,
        None,
        &[(
            "an administrator's rules for the lock screen have an unfamiliar value",
            &[
                BASE,
                FRONT,
                (
                    "policy",
                    &[
                        "Current Device Policy",
                        "Enabled Device Admins (User 0",
                        "admin other",
                        "disabledKeyguardFeatures=0x",
                        "9",
                    ],
                ),
                (
                    "secure.previews",
                    &[
                        "lock_screen_show_notifications=1",
                        "lock_screen_allow_private_notifications=1",
                        "30",
                    ],
                ),
                ("lockscreen", &["skip"]),
            ],
        )],
    );
}

#[test]
fn photos_and_pictures_that_cannot_be_told() {
    let whatsapp = Some(("whatsapp", 0));
    const DENIED: Printed = ("allfiles", &["mode default", "9"]);
    const PACKAGE: Printed = ("package", &["version=1", "9"]);
    unreadable(
        Fact::AppPhotos,
        whatsapp,
        &[
            (
                "the phone does not state which Android version the app is made for",
                &[
                    BASE,
                    (
                        "perm.photos",
                        &[
                            "READ_MEDIA_IMAGES=-1",
                            "READ_MEDIA_VIDEO=-1",
                            "READ_MEDIA_VISUAL_USER_SELECTED=-1",
                            "READ_EXTERNAL_STORAGE=0",
                            "WRITE_EXTERNAL_STORAGE=-1",
                        ],
                    ),
                    DENIED,
                    PACKAGE,
                ],
            ),
            (
                "the phone does not say whether the app may use all files",
                &[BASE, NO_PHOTOS, ("allfiles", &["9"]), PACKAGE],
            ),
        ],
    );
    unreadable(
        Fact::AppPhotos,
        Some(("an-app-that-is-not-looked-for", 0)),
        &[(
            "no Android package of this app is known",
            &[BASE, NO_PHOTOS, DENIED, PACKAGE],
        )],
    );
    unreadable(
        Fact::AppMediaSaved,
        whatsapp,
        &[
            (
                "the phone counted its files in an unfamiliar way",
                &[BASE, ("media", &["root 0", "dir 0 many 0", "rows 0"])],
            ),
            (
                "the phone counted its files in an unfamiliar way",
                &[BASE, ("media", &["root 0", "dir 0 -1 0", "rows 0"])],
            ),
        ],
    );
}

#[test]
fn a_system_that_cannot_be_told() {
    unreadable(
        Fact::OsBuildTrusted,
        None,
        &[(
            "the build's fingerprint has an unfamiliar form",
            &[
                BASE,
                (
                    "prop.posture",
                    &[
                        "ro.build.version.release=16",
                        "ro.build.type=user",
                        "ro.build.tags=release-keys",
                        "ro.debuggable=0",
                        "ro.secure=1",
                        "ro.build.fingerprint=maker/product/device",
                    ],
                ),
            ],
        )],
    );
    unreadable(
        Fact::RootSigns,
        None,
        &[
            (
                "the phone was not asked for a su command",
                &[("root", &["enforce=Enforcing", "com.topjohnwu.magisk=no"])],
            ),
            (
                "the phone does not state its SELinux mode",
                &[("root", &["su=0", "com.topjohnwu.magisk=no"])],
            ),
            (
                "the phone was not asked for a root manager",
                &[("root", &["su=0", "enforce=Enforcing"])],
            ),
        ],
    );
    unreadable(
        Fact::SideloadApps,
        None,
        &[(
            "the phone did not say which apps may install apps",
            &[("installers", &["9"])],
        )],
    );
}
