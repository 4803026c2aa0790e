//! The readings and verdicts of a saved dump against those of the phone that it was taken from.

use std::path::Path;

use spotcheck::android::probe;
use spotcheck::evidence::{Fact, Reading, Source, State, Strength, Subject};

use super::*;
use saved::{Files, LAYOUTS, Layout};

/// What the phone itself says.
pub fn live(phone: &Phone, tools: &Tools) -> Evidence {
    let folder = tempfile::tempdir().expect("a folder");
    let answer = phone
        .build(folder.path())
        .run(&probe::script(&everything(), NONCE), tools);
    probe::evidence(
        &everything(),
        NONCE,
        &answer,
        Source::AndroidAdb,
        Some(now()),
    )
}

fn short(reading: &Reading) -> String {
    match &reading.state {
        State::Known(value) => format!(
            "{}{value}",
            if reading.strength == Strength::Indicative {
                "~"
            } else {
                ""
            }
        ),
        State::Absent(_) => "absent".into(),
        State::Unreadable(_) => "unreadable".into(),
        State::NotReadable(_) => "not-readable".into(),
    }
}

/// Whatever is known from the dump is known of the phone, and no verdict is better.
fn never_better(name: &str, live: &Evidence, offline: &Evidence) {
    for (fact, subject, reading) in offline.readings() {
        if reading.value().is_some() {
            assert_eq!(
                short(reading),
                short(&live.get(fact, subject)),
                "{name}: {fact} of {subject}"
            );
        }
    }
    let (live, offline) = (judged(live), judged(offline));
    for finding in &offline.findings {
        let same = |f: &&spotcheck::audit::Finding| {
            f.control == finding.control && f.subject == finding.subject
        };
        let of_phone = live.findings.iter().find(same);
        match (of_phone.map(|f| f.verdict), finding.verdict) {
            (Some(of_phone), verdict) => assert!(
                verdict == of_phone || verdict == Verdict::Unresolved,
                "{name}: {} of {} is {verdict:?}, on the phone {of_phone:?} ({})",
                finding.control,
                finding.subject,
                finding.found,
            ),
            (None, verdict) => assert_ne!(verdict, Verdict::Pass, "{name}: {}", finding.control),
        }
    }
}

fn phones() -> Vec<(String, Phone)> {
    let mut phones = vec![
        ("compliant".to_owned(), Phone::compliant_pixel16()),
        (
            "a second person, an old lock".to_owned(),
            Phone::stock(Make::Nokia, 29)
                .user(10, 0x10, true)
                .trust(|t| t.locked = true)
                .app(WHATSAPP, 0)
                .grant("READ_EXTERNAL_STORAGE"),
        ),
        (
            "no lock".to_owned(),
            Phone::stock(Make::Motorola, 30)
                .no_lock()
                .app(WHATSAPP, 0)
                .app(TELEGRAM, 0),
        ),
        (
            "a screen that never sleeps, kept awake".to_owned(),
            Phone::stock(Make::Xiaomi, 31)
                .screen_timeout(2_147_483_647)
                .global("stay_on_while_plugged_in", "3")
                .user(999, 0x0080_0010, true)
                .app(WHATSAPP, 0)
                .app(WHATSAPP, 999)
                .grant("READ_CONTACTS"),
        ),
        (
            "nothing shown".to_owned(),
            Phone::stock(Make::Pixel, 31)
                .previews(0, 0)
                .app(WHATSAPP, 0)
                .grant("READ_CONTACTS"),
        ),
        (
            "a work profile".to_owned(),
            Phone::stock(Make::Samsung, 34)
                .user(10, 0x1030, true)
                .profile_owner(
                    10,
                    "com.microsoft.windowsintune.companyportal/.Receiver",
                    false,
                )
                .app(WHATSAPP, 10)
                .app(SIGNAL, 0),
        ),
        (
            "a guest runs, no account".to_owned(),
            Phone::stock(Make::Oneplus, 33)
                .user(10, 0x414, true)
                .account("com.google", 0)
                .trust(|t| t.managing = vec![true]),
        ),
        (
            "the phone gave up on some".to_owned(),
            Phone::stock(Make::Vivo, 30)
                .answers(
                    "dumpsys device_policy",
                    "\n*** SERVICE 'device_policy' DUMP TIMEOUT (10000ms) EXPIRED ***\n",
                    0,
                )
                .answers("dumpsys trust", "Permission Denial: can't dump", 0)
                .app(WHATSAPP, 0),
        ),
    ];
    for sdk in 26..=37 {
        phones.push((
            format!("stock, API {sdk}"),
            Phone::stock(Make::Pixel, sdk)
                .app(WHATSAPP, 0)
                .grant("READ_MEDIA_IMAGES")
                .grant("READ_EXTERNAL_STORAGE"),
        ));
    }
    phones
}

#[test]
fn never_a_better_verdict_than_the_phone() {
    let Some(tools) = Tools::find() else { return };
    for (name, phone) in phones() {
        let live = live(&phone, &tools);
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        for layout in [Layout::Folder, Layout::Zip] {
            let dump = read(
                &saved::acquisition(&phone, layout, folder),
                Kind::Acquisition,
            );
            assert_eq!(dump.source, Source::AndroidAcquisition);
            never_better(&format!("{name}, {layout:?}"), &live, &dump);
        }
        let dump = read(&saved::bugreport(&phone, folder), Kind::Bugreport);
        assert_eq!(dump.source, Source::AndroidBugreport);
        never_better(&format!("{name}, bug report"), &live, &dump);
    }
}

/// Dumps with the output of real phones in them.
#[test]
fn never_better_than_phones_of_the_corpus() {
    let Some(folder) = std::env::var_os("SPOTCHECK_CORPUS") else {
        skipped("SPOTCHECK_CORPUS does not name the folder of captures");
        return;
    };
    let Some(tools) = Tools::find() else { return };
    let folder = Path::new(&folder).join("android");
    let file = |path: &str| {
        std::fs::read_to_string(folder.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    };
    let (lock, trust, policy) = (
        "dumpsys lock_settings",
        "dumpsys trust",
        "dumpsys device_policy",
    );
    let mut known = 0;
    for (make, sdk, answers) in [
        (
            Make::Motorola,
            29,
            &[
                (lock, "motorola-api29-verikun/dumpsys_lock_settings.txt"),
                (trust, "appium-pr407-2019/dumpsys_trust.excerpt.txt"),
            ][..],
        ),
        (
            Make::Samsung,
            30,
            &[(
                lock,
                "wuseman-samsung-lock_settings/dumpsys_lock_settings.txt",
            )][..],
        ),
        (
            Make::Xiaomi,
            30,
            &[(trust, "xiaomi-mi9tpro-a11/dumpsys_trust.excerpt.txt")][..],
        ),
        (
            Make::Motorola,
            31,
            &[(
                policy,
                "motorola-a12-hmdm-device-owner/dumpsys_device_policy.txt",
            )][..],
        ),
        (
            Make::Samsung,
            34,
            &[(
                policy,
                "samsung-2026-securefolder-kgclient/dumpsys_device_policy.complete_parsing.txt",
            )][..],
        ),
        (
            Make::Pixel,
            37,
            &[
                (trust, "emulator-a17-pixel10-adbjsoncli/dumpsys_trust.txt"),
                (
                    "dumpsys power",
                    "emulator-a17-pixel10-adbjsoncli/dumpsys_power.truncated.txt",
                ),
                (
                    policy,
                    "emulator-a17-pixel10-adbjsoncli/dumpsys_device_policy.txt",
                ),
            ][..],
        ),
    ] {
        let mut phone = Phone::stock(make, sdk).app(WHATSAPP, 0);
        for (command, path) in answers {
            phone = phone.answers(command, &file(path), 0);
        }
        let live = live(&phone, &tools);
        let temp = tempfile::tempdir().expect("a folder");
        for (path, kind) in [
            (
                saved::acquisition(&phone, Layout::Zip, temp.path()),
                Kind::Acquisition,
            ),
            (saved::bugreport(&phone, temp.path()), Kind::Bugreport),
        ] {
            let dump = read(&path, kind);
            never_better(&format!("{make:?} {sdk} {kind:?}"), &live, &dump);
            known += dump
                .readings()
                .filter(|(.., r)| r.value().is_some())
                .count();
        }
    }
    assert!(known > 200, "{known}");
}

/// What has to be known from a dump, so that "unresolved" is not all that it ever says.
#[test]
fn what_a_dump_tells() {
    let phone = Phone::stock(Make::Pixel, 31)
        .user(10, 0x410, false)
        .previews(1, 0)
        .app(WHATSAPP, 0)
        .grant("READ_CONTACTS");
    let old = Phone::stock(Make::Nokia, 29)
        .trust(|t| t.locked = true)
        .app(WHATSAPP, 0)
        .revoke("READ_CONTACTS");
    let (device, whatsapp) = (Subject::Device, Subject::app("whatsapp"));
    let folder = tempfile::tempdir().expect("a folder");
    for kind in [Kind::Acquisition, Kind::Bugreport] {
        let read_one = |phone: &Phone| match kind {
            Kind::Acquisition => read(
                &saved::acquisition(phone, Layout::Folder, folder.path()),
                kind,
            ),
            Kind::Bugreport => read(&saved::bugreport(phone, folder.path()), kind),
        };
        let table = [
            (
                read_one(&phone),
                &[
                    (Fact::DeviceOs, &device, "Android 12"),
                    (Fact::OsPatch, &device, "2026-09-05T00:00:00Z"),
                    (Fact::BootVerified, &device, "green"),
                    (Fact::LockCredential, &device, "pin"),
                    (Fact::LockHeldOpen, &device, "false"),
                    (Fact::LockScreenTimeout, &device, "PT1M"),
                    (Fact::LockDelaySetting, &device, "PT5S"),
                    (Fact::LockStayAwake, &device, "false"),
                    (Fact::SecondPersons, &device, "1"),
                    (Fact::GuestRunning, &device, "false"),
                    (Fact::GoogleAccounts, &device, "1"),
                    (Fact::NotificationsPreviews, &device, "when-unlocked"),
                    (Fact::PlayProtect, &device, "true"),
                    (Fact::AppInstalled, &whatsapp, "true"),
                    (Fact::AppVersion, &whatsapp, "2.26.9.72"),
                    (Fact::AppContacts, &whatsapp, "full"),
                    // Asked by commands whose output no dump holds.
                    (Fact::ManagementOwner, &device, "unreadable"),
                    (Fact::RootSigns, &device, "unreadable"),
                    (Fact::SideloadApps, &device, "unreadable"),
                    (Fact::NotificationListeners, &device, "unreadable"),
                    (Fact::AppMediaSaved, &whatsapp, "unreadable"),
                    (Fact::AppNotificationsPreviews, &whatsapp, "unreadable"),
                ][..],
            ),
            (
                read_one(&old),
                &[
                    (Fact::LockCredential, &device, "set"),
                    (Fact::AppPhotos, &whatsapp, "none"),
                    (Fact::AppContacts, &whatsapp, "none"),
                    (Fact::ManagementOwner, &device, "none"),
                    (Fact::SecondPersons, &device, "0"),
                ][..],
            ),
        ];
        for (evidence, facts) in table {
            for (fact, subject, expected) in facts {
                let reading = evidence.get(*fact, subject);
                assert_eq!(short(&reading), *expected, "{kind:?}: {fact}: {reading:?}");
            }
        }
    }
}

/// What the phone prints only when it is asked by name: on a newer phone the lock cannot be confirmed.
#[test]
fn what_a_dump_cannot_tell_is_not_passed() {
    let folder = tempfile::tempdir().expect("a folder");
    let phone = Phone::compliant_pixel16();
    let evidence = read(
        &saved::acquisition(&phone, Layout::Zip, folder.path()),
        Kind::Acquisition,
    );
    let reading = evidence.get(Fact::LockCredential, &Subject::Device);
    assert_eq!(
        reading.why_unknown(),
        Some("the acquisition does not hold this")
    );
    let photos = |phone: &Phone| {
        let path = saved::acquisition(phone, Layout::Zip, folder.path());
        read(&path, Kind::Acquisition).get(Fact::AppPhotos, &Subject::app("whatsapp"))
    };
    assert_eq!(
        photos(&phone).why_unknown(),
        Some("the acquisition does not hold this")
    );
    // That it has them all is certain without knowing about all files.
    assert_eq!(short(&photos(&phone.grant("READ_MEDIA_IMAGES"))), "full");
}

#[test]
fn every_layout_says_the_same() {
    let phone = Phone::stock(Make::Pixel, 31).app(WHATSAPP, 0);
    let readings = |evidence: &Evidence| -> Vec<String> {
        evidence
            .readings()
            .map(|(fact, subject, reading)| format!("{fact} {subject} {reading:?}"))
            .collect()
    };
    let mut first: Option<Vec<String>> = None;
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().expect("a folder");
        let evidence = read(
            &saved::acquisition(&phone, *layout, folder.path()),
            Kind::Acquisition,
        );
        assert_eq!(
            evidence.as_of.map(|t| t.to_string()).as_deref(),
            Some(saved::STARTED),
            "{layout:?}"
        );
        let found = readings(&evidence);
        assert_eq!(
            &found,
            first.get_or_insert_with(|| found.clone()),
            "{layout:?}"
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let zip = read(&saved::bugreport(&phone, folder.path()), Kind::Bugreport);
    let text = folder.path().join("report.txt");
    std::fs::write(&text, saved::bugreport_text(&phone)).expect("a file");
    let flat = read(&text, Kind::Bugreport);
    assert_eq!(readings(&zip), readings(&flat));
    // Between winter and summer time: the clock of the phone names no zone.
    assert_eq!(
        zip.as_of.map(|t| t.to_string()).as_deref(),
        Some("2026-11-02T08:14:00Z")
    );
    assert_eq!(
        zip.newest.map(|t| t.to_string()).as_deref(),
        Some("2026-11-02T09:14:00Z")
    );
}

#[test]
fn evidence_without_a_date_or_too_old_passes_nothing() {
    let phone = Phone::stock(Make::Pixel, 31).app(WHATSAPP, 0);
    let passes = |started: Option<&str>| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = saved::acquisition(&phone, Layout::Folder, folder.path());
        let about = path.join("acquisition.json");
        match started {
            Some(started) => std::fs::write(&about, saved::about(started).1).expect("a file"),
            None => std::fs::remove_file(&about).expect("removed"),
        }
        let audit = judged(&read(&path, Kind::Acquisition));
        audit
            .findings
            .iter()
            .filter(|f| f.verdict == Verdict::Pass)
            .count()
    };
    assert!(passes(Some(saved::STARTED)) > 0);
    for started in [
        None,
        Some("0001-01-01T00:00:00Z"),
        Some("yesterday"),
        Some("2026-09-01T09:00:00Z"),
        Some("2026-11-03T09:00:00Z"),
    ] {
        assert_eq!(passes(started), 0, "{started:?}");
    }
}

/// Two lists of the same settings must agree; a list that nothing shows to be whole is not read.
#[test]
fn lists_of_settings() {
    let phone = Phone::stock(Make::Pixel, 31).app(WHATSAPP, 0);
    let delay = |change: &dyn Fn(&mut Files), spoil: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut files = saved::files(&phone);
        change(&mut files);
        let path = saved::acquisition_of(files, Layout::Folder, folder.path());
        spoil(&path);
        short(&read(&path, Kind::Acquisition).get(Fact::LockDelaySetting, &Subject::Device))
    };
    let nothing = |_: &mut Files| {};
    let drop = |name: &'static str| move |files: &mut Files| files.retain(|(n, _)| n != name);
    let add = |line: &'static str| {
        move |files: &mut Files| {
            let list = files.iter_mut().find(|(n, _)| n == "settings_secure.txt");
            list.expect("there").1.extend_from_slice(line.as_bytes());
        }
    };
    let fine = |_: &Path| {};
    let edit = |name: &'static str| {
        move |path: &Path| {
            let path = path.join(name);
            let text = std::fs::read_to_string(&path).expect("text");
            let cut = text.rsplit_once('\n').expect("lines").0;
            std::fs::write(&path, cut).expect("a file");
        }
    };
    let lose = |path: &Path| std::fs::remove_file(path.join("hashes.csv")).expect("removed");
    assert_eq!(delay(&nothing, &fine), "PT5S");
    assert_eq!(delay(&drop("settings_secure.txt"), &fine), "PT5S");
    // Without the dump nobody knows whose settings the list holds.
    assert_eq!(delay(&drop("dumpsys.txt"), &fine), "unreadable");
    assert_eq!(
        delay(&add("\nlock_screen_lock_after_timeout=0"), &fine),
        "unreadable"
    );
    assert_eq!(
        delay(&drop("dumpsys.txt"), &edit("settings_secure.txt")),
        "unreadable"
    );
    assert_eq!(delay(&drop("dumpsys.txt"), &lose), "unreadable");
    assert_eq!(delay(&nothing, &edit("dumpsys.txt")), "unreadable");
}

/// A name can hold the end of a line, and pose as lines of a dump.
#[test]
fn names_that_pose_as_lines() {
    let persons = |make, name: &str| {
        let phone = Phone::stock(make, 31).user(10, 0x410, true).named(10, name);
        (phone, Fact::SecondPersons)
    };
    let managing = |name: &str| {
        let phone = Phone::stock(Make::Pixel, 31)
            .trust(|t| (t.managed, t.managing) = (true, vec![true]))
            .named(0, name);
        (phone, Fact::LockHeldOpen)
    };
    let accounts = |name: &str| {
        let phone = Phone::stock(Make::Pixel, 31).account("com.google", 0);
        (phone.named(0, name), Fact::GoogleAccounts)
    };
    use Make::{Pixel, Samsung};
    for (name, (phone, fact), expected) in [
        ("plain", persons(Pixel, "x"), "1"),
        (
            "a work profile, and then out of the list",
            persons(Pixel, "x:1030} serialNo=10\n    State: RUNNING_UNLOCKED\ny"),
            "unreadable",
        ),
        (
            "a work profile, and then another list",
            persons(Pixel, "x:1030} serialNo=10\n    State: -1\nOthers:\n  y"),
            "unreadable",
        ),
        (
            "a work profile, within the list",
            persons(Pixel, "x:1030} serialNo=10\n    State: -1\n    y"),
            "unreadable",
        ),
        (
            "a second copy of apps",
            persons(
                Samsung,
                "x:1030} serialNo=10\n    State: -1\n  UserInfo{95:y",
            ),
            "unreadable",
        ),
        (
            "itself",
            persons(
                Samsung,
                "x:1030} serialNo=10\n    State: -1\n  UserInfo{10:y",
            ),
            "unreadable",
        ),
        ("two lines", persons(Pixel, "x\ny"), "unreadable"),
        ("plain", managing("x"), "true"),
        (
            "the owner without an agent",
            managing(
                "x\" (id=0, flags=0): trusted=0, trustManaged=0\n User \"y\" (id=9, flags=0)\n",
            ),
            "unreadable",
        ),
        ("plain", accounts("x"), "0"),
        (
            "an account",
            accounts(
                "x:1}:\n  Accounts: 1\n    Account {name=y, type=com.google}\nUser UserInfo{9:x",
            ),
            "unreadable",
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, kind) in [
            (
                saved::acquisition(&phone, Layout::Folder, folder.path()),
                Kind::Acquisition,
            ),
            (saved::bugreport(&phone, folder.path()), Kind::Bugreport),
        ] {
            let reading = read(&path, kind).get(fact, &Subject::Device);
            assert_eq!(short(&reading), expected, "{name}: {kind:?}: {reading:?}");
        }
    }
}

/// Settings of the owner count only where the dump says that the owner was in front.
#[test]
fn another_user_was_in_front() {
    let phone = |sdk, front| {
        Phone::stock(Make::Pixel, sdk)
            .user(10, if sdk < 30 { 0x10 } else { 0x410 }, true)
            .trust(|t| t.locked = true)
            .in_front(front)
            .app(WHATSAPP, 0)
    };
    let trust_of = |sdk, front| saved::answer(&phone(sdk, front), "dumpsys trust");
    let silent = |sdk: u32| {
        let text = trust_of(sdk, Some(0)).replace(" (current)", "");
        phone(sdk, None).answers("dumpsys trust", &text, 0)
    };
    let two_stories = phone(31, Some(0)).answers("dumpsys trust", &trust_of(31, Some(10)), 0);
    for (name, phone, known) in [
        ("the owner, 9", phone(28, Some(0)), true),
        ("the owner, 12", phone(31, Some(0)), true),
        ("another, 9", phone(28, Some(10)), false),
        ("another, 12", phone(31, Some(10)), false),
        ("nobody is named, 9", silent(28), false),
        ("nobody is named, 12", silent(31), false),
        ("two stories", two_stories, false),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        for (path, kind) in [
            (
                saved::acquisition(&phone, Layout::Folder, folder),
                Kind::Acquisition,
            ),
            (saved::bugreport(&phone, folder), Kind::Bugreport),
        ] {
            let offline = read(&path, kind);
            for fact in [Fact::LockCredential, Fact::LockHeldOpen] {
                let reading = offline.get(fact, &Subject::Device);
                assert_eq!(reading.value().is_some(), known, "{name}: {reading:?}");
                if !known {
                    let why = reading.why_unknown().unwrap_or_default();
                    assert!(why.contains("was in front"), "{name}: {why}");
                }
            }
            // What is the whole phone's stays known.
            let persons = offline.get(Fact::SecondPersons, &Subject::Device);
            assert!(persons.value().is_some(), "{name}: {persons:?}");
            let told = offline.warnings.iter().any(|w| w.contains("in front"));
            assert_eq!(told, !known, "{name}: {:?}", offline.warnings);
        }
    }
}
