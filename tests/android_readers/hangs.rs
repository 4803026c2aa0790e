//! A command that does not end costs what it was asked for, and nothing else.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use spotcheck::android::section::{Section, Span};
use spotcheck::android::stream::{self, Body, Key};
use spotcheck::android::{probe, readers};
use spotcheck::evidence::Source;

use super::*;
use crate::allowed;
use crate::shell;

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

/// Questions that come together, each of which takes less than it may.
#[test]
fn slow_commands_are_not_taken_for_one_that_hangs() {
    let Some(tools) = Tools::find() else { return };
    let whole = |phone: &Phone| all(&phone.audit(&everything(), &tools).1);
    let phone = || Phone::stock(Make::Samsung, 34).app(WHATSAPP, 0);
    for (slow, phone) in [
        ("pm path *", phone().user(10, 0x410, true).app(WHATSAPP, 10)),
        ("dumpsys package check-permission *", phone()),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        // So long that what a busy computer adds to each question is little beside it.
        let script = probe::script_within(&everything(), NONCE, 3 * PATIENT);
        let slowed = phone.clone().slow(slow, 1.8);
        let answer = slowed.build(folder.path()).run(&script, &tools);
        let evidence = probe::evidence(&everything(), NONCE, &answer, Source::AndroidAdb, None);
        assert_eq!(all(&evidence), whole(&phone), "{slow}");
    }
}

/// Nothing hangs, and all of it would take too long: what was said by then comes, and the rest says why it did not.
#[test]
fn a_phone_that_is_slow_throughout() {
    let Some(tools) = Tools::find() else { return };
    let programs = ["settings *", "dumpsys *", "pm *", "cmd *", "dpm *"];
    let phone = Phone::stock(Make::Samsung, 26).app(WHATSAPP, 0);
    let phone = programs
        .iter()
        .fold(phone, |phone, program| phone.slow(program, 0.4));
    let evidence = audit(&phone, &tools);
    assert!(evidence.warnings.iter().all(|w| !w.contains("ends early")));
    let device = |fact| evidence.get(fact, &Subject::Device);
    assert_eq!(short(&device(Fact::DeviceModel)), "SYNTHETIC-1");
    let last = evidence.get(Fact::AppInstalled, &Subject::app("whatsapp"));
    assert_eq!(last.why_unknown(), Some(stream::TOO_LONG));
}

/// What looks at its answers on the phone writes words of its own there: none of them is a refusal.
#[test]
fn what_was_stopped_was_not_refused() {
    let Some(tools) = Tools::find() else { return };
    let request = everything().noticing(spotcheck::apps::besides(&apps()));
    let (device, app) = (Subject::Device, Subject::app("whatsapp"));
    let copy = |id| Subject::copy(id, 10);
    let cases = [
        ("getenforce", Fact::RootSigns, device.clone()),
        (
            "pm path --user 0 com.topjohnwu.magisk",
            Fact::RootSigns,
            device.clone(),
        ),
        (
            "pm list packages -3 --user 0",
            Fact::Keyboards,
            device.clone(),
        ),
        (
            "settings --user 0 get secure enabled_accessibility_services",
            Fact::AccessibilityServices,
            device,
        ),
        ("pm path --user 0 android", Fact::AppInstalled, app.clone()),
        (
            "pm path --user 0 com.whatsapp",
            Fact::AppInstalled,
            app.clone(),
        ),
        ("pm path --user 10 *", Fact::AppInstalled, copy("whatsapp")),
        (
            "pm list packages --user 10",
            Fact::AppInstalled,
            copy("discord"),
        ),
        (
            "pm list packages -u -3 --user 10",
            Fact::AppInstalled,
            copy("telegram"),
        ),
        (
            "dumpsys package check-permission *",
            Fact::AppContacts,
            app.clone(),
        ),
        ("dumpsys package check-permission *", Fact::AppPhotos, app),
    ];
    std::thread::scope(|scope| {
        for (hangs, fact, subject) in &cases {
            let (tools, request) = (&tools, &request);
            scope.spawn(move || {
                let phone = Phone::stock(Make::Pixel, 34)
                    .user(10, 0x410, true)
                    .app(WHATSAPP, 0)
                    .app(WHATSAPP, 10)
                    .hangs(hangs);
                let folder = tempfile::tempdir().expect("a folder");
                let script = probe::script_within(request, NONCE, PATIENT);
                let answer = phone.build(folder.path()).run(&script, tools);
                let evidence = probe::evidence(request, NONCE, &answer, Source::AndroidAdb, None);
                let lost = evidence.get(*fact, subject);
                let why = lost.why_unknown();
                assert_eq!(why, Some(stream::TOO_LONG), "{hangs}: {fact} of {subject}");
            });
        }
    });
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

/// A command of the list as the pattern of what a phone sees: what a variable or the list leaves open is a `*`.
fn pattern(words: &str) -> String {
    let word = |word: &str| match word {
        "$U" => "--user 0".to_owned(),
        "#" | "**" => "*".to_owned(),
        word => word.split('/').map(variable).collect::<Vec<_>>().join("/"),
    };
    words.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn variable(part: &str) -> &str {
    if part.starts_with('$') { "*" } else { part }
}

/// Whether a text fits a pattern with `*`.
fn fits(text: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => text == pattern,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|left| {
            (0..=left.len())
                .filter(|at| left.is_char_boundary(*at))
                .any(|at| fits(&left[at..], rest))
        }),
    }
}

/// What a section asks the phone's programs, as patterns.
fn asks(text: &str) -> Vec<String> {
    let mut asked = Vec::new();
    for command in shell::commands(text).expect("the script's own shell") {
        let words: Vec<&str> = command
            .words
            .iter()
            .map(String::as_str)
            .skip_while(|word| matches!(*word, "x" | "c"))
            .collect();
        match words.as_slice() {
            ["k", ..] => {
                asked.push("dumpsys package check-permission android.permission.* * *".into())
            }
            ["w", ..] => asked.push("pm path --user * *".into()),
            ["l"] => asked.push("pm list packages -u -3 --user *".into()),
            words => asked.push(pattern(&words.join(" "))),
        }
    }
    asked
}

/// Whether the section asks what hangs.
fn asks_for(section: &Section, hangs: &str) -> bool {
    asks(&section.text())
        .iter()
        .any(|asked| fits(asked, hangs) || fits(hangs, asked))
}

/// Whether a section may be lost where this hangs: it asks it, is of the kind of one that does, or depends on what it
/// says (the API level; the users; the apps that a user has).
fn may_be_lost(section: &Section, hangs: &str) -> bool {
    let kind = |section: &Section| section.id.split('.').next().unwrap_or_default().to_owned();
    let alike = readers::all_sections()
        .iter()
        .any(|other| kind(other) == kind(section) && asks_for(other, hangs));
    let depends = match section.span {
        Span::Once => false,
        Span::Users => hangs.starts_with("pm list users"),
        Span::OtherUsers | Span::Copies => {
            hangs.starts_with("pm list users")
                || hangs.starts_with("pm path")
                || hangs.contains("packages -u")
        }
    };
    let level = fits("getprop ro.build.version.sdk", hangs) && section.text().contains("$V");
    asks_for(section, hangs) || alike || depends || level
}

/// Two seconds for each command: a busy machine must not look like a phone that hangs.
const PATIENT: Duration = Duration::from_secs(12);

/// Where nothing hangs.
const UNHURRIED: Duration = Duration::from_secs(600);

/// What came of each section, by its run.
fn frames(phone: &Phone, tools: &Tools, deadline: Duration) -> (bool, BTreeMap<Key, Option<Body>>) {
    let folder = tempfile::tempdir().expect("a folder");
    let request = everything().noticing(spotcheck::apps::besides(&apps()));
    let script = probe::script_within(&request, NONCE, deadline);
    let answer = phone.build(folder.path()).run(&script, tools);
    let answer = stream::split(&readers::all_sections(), NONCE, &answer);
    let frames = answer
        .runs()
        .map(|(key, _)| {
            let body = answer.get(key).and_then(Result::ok).cloned();
            (key.clone(), body)
        })
        .collect();
    (answer.ended, frames)
}

/// Every command of the list, one at a time: all other sections come as they were.
#[test]
fn whatever_hangs_the_other_sections_come() {
    let Some(tools) = Tools::find() else { return };
    let phone = || {
        Phone::stock(Make::Samsung, 34)
            .user(95, 0x2000_1010, true)
            .app(WHATSAPP, 0)
            .app(WHATSAPP, 95)
            .file("0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images")
    };
    let sections = readers::all_sections();
    let (ended, whole) = frames(&phone(), &tools, UNHURRIED);
    assert!(ended && whole.len() > 40, "only {} sections", whole.len());
    let mut patterns: Vec<String> = allowed::patterns()
        .filter(|words| !words.starts_with("am start"))
        .map(pattern)
        .collect();
    patterns.sort();
    patterns.dedup();
    assert!(patterns.len() > 30, "{patterns:?}");
    // What is not as it should be where this hangs.
    let wrong = |hangs: &str, deadline: Duration| -> Option<String> {
        let (ended, found) = frames(&phone().hangs(hangs), &tools, deadline);
        if !ended {
            return Some(format!("{hangs}: the answer does not end"));
        }
        let mut other = whole
            .iter()
            .filter(|(key, body)| found.get(*key) != Some(*body))
            .peekable();
        if other.peek().is_none() {
            return Some(format!("{hangs}: nothing hung"));
        }
        let lost = other.find(|(key, _)| {
            sections
                .iter()
                .find(|section| section.id == key.section)
                .is_none_or(|section| !may_be_lost(section, hangs))
        });
        lost.map(|(key, was)| format!("{hangs}: {key:?} was {was:?}, is {:?}", found.get(key)))
    };
    let next = AtomicUsize::new(0);
    let again = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(hangs) = patterns.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if wrong(hangs, PATIENT).is_some() {
                        again.lock().expect("a list").push(hangs);
                    }
                }
            });
        }
    });
    // The machine may have been busy: once more, alone and with more time for each command.
    let again = again.into_inner().expect("a list");
    let wrong: Vec<String> = again
        .iter()
        .filter_map(|hangs| wrong(hangs, 3 * PATIENT))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whole programs: what was asked before them still comes, and in time.
#[test]
fn whatever_hangs_the_answer_ends() {
    let Some(tools) = Tools::find() else { return };
    std::thread::scope(|scope| {
        for hangs in [
            "getprop *",
            "settings *",
            "dumpsys *",
            "pm *",
            "cmd *",
            "find *",
        ] {
            let tools = &tools;
            scope.spawn(move || {
                let phone = Phone::stock(Make::Samsung, 34)
                    .user(95, 0x2000_1010, true)
                    .app(WHATSAPP, 0)
                    .app(TELEGRAM, 0)
                    .app(SIGNAL, 0)
                    .app(WHATSAPP, 95)
                    .hangs(hangs);
                let start = Instant::now();
                let evidence = audit(&phone, tools);
                // Not a measurement: without an end to it the stubs would wait for minutes.
                assert!(start.elapsed() < 4 * DEADLINE, "{hangs}");
                assert!(
                    evidence.warnings.iter().all(|w| !w.contains("ends early")),
                    "{hangs}"
                );
                let model = evidence.get(Fact::DeviceModel, &Subject::Device);
                let expected = match hangs {
                    "getprop *" => "unreadable",
                    _ => "SYNTHETIC-1",
                };
                assert_eq!(short(&model), expected, "{hangs}");
            });
        }
    });
}

#[test]
fn without_a_time_limit_the_answer_is_the_same() {
    let Some(tools) = Tools::find() else { return };
    let phone = Phone::stock(Make::Samsung, 26).app(WHATSAPP, 0);
    let whole = frames(&phone, &tools, UNHURRIED);
    std::fs::remove_file(tools.applets.path().join("timeout")).expect("a link");
    assert!(whole.0 && frames(&phone, &tools, UNHURRIED) == whole);
}

/// That of Android 8 ends the shell that it started, and not what that shell runs.
#[test]
fn an_old_time_limit_leaves_the_command_behind() {
    let Some(tools) = Tools::find() else { return };
    let old = tools.applets.path().join("timeout");
    std::fs::remove_file(&old).expect("a link");
    let lines = "#!/bin/sh\nh=$2; s=$3; shift 3; \"$@\" & p=$!; (sleep $s; kill -$h $p) >/dev/null 2>&1 & wait $p\n";
    std::fs::write(&old, lines).expect("a program");
    std::fs::set_permissions(&old, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("permissions");
    let start = Instant::now();
    let phone = Phone::stock(Make::Pixel, 28)
        .app(WHATSAPP, 0)
        .hangs("dumpsys trust")
        .hangs("pm path *");
    let evidence = audit(&phone, &tools);
    // Not a measurement: what is left behind holds its pipe for longer.
    assert!(start.elapsed() < 4 * DEADLINE);
    for (fact, expected) in [
        (Fact::DeviceModel, "SYNTHETIC-1"),
        (Fact::LockScreenTimeout, "PT1M"),
    ] {
        let reading = evidence.get(fact, &Subject::Device);
        assert_eq!(short(&reading), expected, "{fact}");
    }
    assert!(evidence.warnings.iter().all(|w| !w.contains("ends early")));
}
