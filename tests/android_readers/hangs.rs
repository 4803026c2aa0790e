//! A command that does not end costs what it was asked for, and nothing else.

use std::time::{Duration, Instant};

use spotcheck::android::probe;
use spotcheck::evidence::Source;

use super::*;

/// Each command gets a sixth of this: one second.
const DEADLINE: Duration = Duration::from_secs(6);

fn audit(phone: &Phone, tools: &Tools) -> Evidence {
    let folder = tempfile::tempdir().expect("a folder");
    let script = probe::script_within(&everything(), NONCE, DEADLINE);
    let answer = phone.build(folder.path()).run(&script, tools);
    probe::evidence(&everything(), NONCE, &answer, Source::AndroidAdb, None)
}

#[test]
fn a_command_that_hangs_costs_its_own_section() {
    let Some(tools) = Tools::find() else { return };
    let phone = || Phone::stock(Make::Samsung, 34).app(WHATSAPP, 0);
    let whole = all(&audit(&phone(), &tools));
    let (device, app) = (Subject::Device, Subject::app("whatsapp"));
    let cases = [
        ("dumpsys lock_settings", Fact::LockCredential, &device),
        ("dumpsys trust", Fact::LockHeldOpen, &device),
        ("dumpsys power", Fact::LockScreenTimeout, &device),
        (
            "settings --user 0 list secure",
            Fact::LockDelaySetting,
            &device,
        ),
        ("pm list users", Fact::SecondPersons, &device),
        ("dpm list-owners", Fact::ManagementOwner, &device),
        ("dumpsys account --checkin", Fact::GoogleAccounts, &device),
        (
            "cmd appops get --user 0 com.whatsapp MANAGE_EXTERNAL_STORAGE",
            Fact::AppPhotos,
            &app,
        ),
        (
            "dumpsys notification --package com.whatsapp",
            Fact::AppNotificationsPreviews,
            &app,
        ),
        (
            "dumpsys package check-permission android.permission.READ_CONTACTS com.whatsapp 0",
            Fact::AppContacts,
            &app,
        ),
    ];
    std::thread::scope(|scope| {
        for (command, fact, subject) in &cases {
            let (tools, whole) = (&tools, &whole);
            scope.spawn(move || {
                let evidence = audit(&phone().hangs(command), tools);
                let lost = evidence.get(*fact, subject);
                assert_eq!(short(&lost), "unreadable", "{command}");
                let found = all(&evidence);
                let same = found.iter().filter(|one| whole.contains(one)).count();
                assert!(
                    same * 2 > whole.len(),
                    "{command}: only {same} of {} stayed as they were",
                    whole.len()
                );
                for one in &found {
                    let (fact, subject, _) = one;
                    let known = evidence.get(*fact, subject).value().is_some();
                    assert!(
                        whole.contains(one) || !known || *fact == Fact::AppNotificationsPreviews,
                        "{command}: {fact} became {one:?}"
                    );
                }
            });
        }
    });
}

#[test]
fn the_reason_says_that_it_took_too_long() {
    let Some(tools) = Tools::find() else { return };
    let start = Instant::now();
    let phone = Phone::stock(Make::Pixel, 36).hangs("dumpsys lock_settings");
    let evidence = audit(&phone, &tools);
    let lost = evidence.get(Fact::LockCredential, &Subject::Device);
    assert_eq!(
        lost.why_unknown(),
        Some("the phone took too long to answer")
    );
    // Not a measurement: the stub alone waits five times as long.
    assert!(start.elapsed() < DEADLINE);
}

/// Android 8 is first asked whether it lists a user's settings.
#[test]
fn on_android_8_too() {
    let Some(tools) = Tools::find() else { return };
    for (hangs, timeout) in [
        // Then nobody knows whose the lists would be.
        ("settings --user 0 list global", "unreadable"),
        ("settings list secure", "PT1M"),
        ("pm path --user 0 com.whatsapp", "PT1M"),
    ] {
        let phone = Phone::stock(Make::Samsung, 26)
            .app(WHATSAPP, 0)
            .hangs(hangs);
        let evidence = audit(&phone, &tools);
        let screen = evidence.get(Fact::LockScreenTimeout, &Subject::Device);
        let users = evidence.get(Fact::SecondPersons, &Subject::Device);
        assert!(
            evidence.warnings.iter().all(|w| !w.contains("ends early")),
            "{hangs}"
        );
        assert_eq!(short(&users), "0", "{hangs}");
        assert_eq!(short(&screen), timeout, "{hangs}");
    }
}
