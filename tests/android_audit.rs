//! The whole way: the program, the wire, the script under a real shell, the verdict. Directly and through a real adb
//! server; over synthetic phones.

#[path = "support/adb_double.rs"]
mod adb_double;
#[path = "support/adb_server.rs"]
mod adb_server;
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[path = "support/plugged.rs"]
mod plugged;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use adb_server::AdbServer;
use phone_kit::{CANARIES, Make, Phone, SIGNAL, TELEGRAM, Tools, WHATSAPP};
use plugged::Plugged;
use spotcheck::android::capture::{self, Capture};

/// The program in a home of its own, which has no key of anybody.
fn spotcheck(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spotcheck"))
        .args(arguments)
        .env("HOME", home)
        .env_remove("ANDROID_SERIAL")
        .env_remove("ANDROID_ADB_SERVER_PORT")
        .env_remove("ANDROID_USER_HOME")
        .output()
        .expect("the program starts")
}

type Verdicts = BTreeMap<String, String>;

fn verdicts(json: &[u8]) -> Verdicts {
    let audit: serde_json::Value = serde_json::from_slice(json).expect("JSON");
    let text = |f: &serde_json::Value, key: &str| f[key].as_str().expect("text").to_owned();
    audit["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|f| f["verdict"] != "not-applicable")
        .map(|f| {
            (
                format!("{} {}", text(f, "control"), text(f, "subject")),
                text(f, "verdict"),
            )
        })
        .collect()
}

/// Judges a phone without the wire: the script's answer as a capture.
fn judge(phone: &Phone, tools: &Tools) -> Verdicts {
    let profile = spotcheck::profile::load("nhs-england", &[]).expect("loads");
    let platform = spotcheck::evidence::Platform::Android;
    let request =
        spotcheck::evidence::Request::new(profile.facts(platform), profile.apps.clone(), platform);
    let (answer, _) = phone.audit(&request, tools);
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("phone.capture");
    let capture = Capture {
        taken_at: jiff::Timestamp::now(),
        tool: "test".into(),
        nonce: phone_kit::NONCE.into(),
        label: "SYNTHETIC".into(),
        answer,
    };
    capture::write(&path, &capture).expect("written");
    let path = path.display().to_string();
    let out = spotcheck(
        home.path(),
        &["android", "--capture", &path, "--format", "json"],
    );
    assert!(
        matches!(out.status.code(), Some(0 | 1 | 3)),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    verdicts(&out.stdout)
}

/// Every verdict that the checklist allows on Android, each on a phone that has it.
#[test]
fn every_verdict_on_a_phone_that_has_it() {
    let Some(tools) = Tools::find() else { return };
    let good = Phone::compliant_pixel16;
    let samsung = || Phone::stock(Make::Samsung, 34).app(WHATSAPP, 0);
    let xiaomi = || Phone::stock(Make::Xiaomi, 33).app(WHATSAPP, 0);
    let nobody = || {
        let mut phone = Phone::stock(Make::Pixel, 36).app(WHATSAPP, 0);
        phone.accounts.clear();
        phone
    };
    let pixel = || Phone::stock(Make::Pixel, 36).app(WHATSAPP, 0);
    let cases: Vec<(&str, Phone, &str, &str)> = vec![
        (
            "a second person",
            good().user(10, 0x410, false),
            "IM-03 device",
            "fail",
        ),
        (
            "a guest that runs",
            good().user(11, 0x414, true),
            "IM-03 device",
            "fail",
        ),
        (
            "nobody else: still asked",
            good(),
            "IM-03 device",
            "unresolved",
        ),
        ("no cable tells", good(), "IM-04 whatsapp", "unresolved"),
        ("PIN", good(), "IM-05a device", "pass"),
        (
            "pattern",
            good().credential("PATTERN"),
            "IM-05a device",
            "pass",
        ),
        (
            "password",
            good().credential("Password"),
            "IM-05a device",
            "pass",
        ),
        ("none or swipe", good().no_lock(), "IM-05a device", "fail"),
        (
            "an unfamiliar kind of lock",
            good().credential("SMARTCARDNUMERIC"),
            "IM-05a device",
            "unresolved",
        ),
        (
            "refused",
            good().answers(
                "dumpsys lock_settings",
                "Permission Denial: can't dump\n",
                0,
            ),
            "IM-05a device",
            "unresolved",
        ),
        ("one minute", good(), "IM-05b device", "pass"),
        (
            "ten minutes",
            good()
                .screen_timeout(600_000)
                .system("screen_off_timeout", "600000"),
            "IM-05b device",
            "fail",
        ),
        (
            "never",
            good()
                .screen_timeout(2_147_483_647)
                .system("screen_off_timeout", "2147483647"),
            "IM-05b device",
            "fail",
        ),
        (
            "kept awake while charging",
            good().global("stay_on_while_plugged_in", "7"),
            "IM-05b device",
            "fail",
        ),
        ("five seconds by default", good(), "IM-05c device", "pass"),
        (
            "thirty seconds",
            good().secure("lock_screen_lock_after_timeout", "30000"),
            "IM-05c device",
            "fail",
        ),
        (
            "never asked again",
            good().secure("lock_screen_lock_after_timeout", "2147483647"),
            "IM-05c device",
            "fail",
        ),
        (
            "no lock to ask for",
            good().no_lock(),
            "IM-05c device",
            "fail",
        ),
        ("hidden", good(), "IM-06 whatsapp", "pass"),
        ("shown", good().previews(1, 1), "IM-06 whatsapp", "fail"),
        (
            "hidden without a lock",
            good().no_lock(),
            "IM-06 whatsapp",
            "fail",
        ),
        (
            "hidden on a Samsung",
            samsung().previews(1, 0).system("edge_lighting", "0"),
            "IM-06 whatsapp",
            "pass",
        ),
        (
            "hidden, but the edge may show it",
            samsung().previews(1, 0).system("edge_lighting", "1"),
            "IM-06 whatsapp",
            "unresolved",
        ),
        (
            "hidden under a maker's own lock screen",
            xiaomi().previews(1, 0),
            "IM-06 whatsapp",
            "unresolved",
        ),
        (
            "shown under it",
            xiaomi().previews(1, 1),
            "IM-06 whatsapp",
            "fail",
        ),
        (
            "hidden on a OnePlus",
            Phone::stock(Make::Oneplus, 34)
                .app(WHATSAPP, 0)
                .previews(0, 0),
            "IM-06 whatsapp",
            "unresolved",
        ),
        (
            "hidden on a Motorola",
            Phone::stock(Make::Motorola, 34)
                .app(WHATSAPP, 0)
                .previews(1, 0),
            "IM-06 whatsapp",
            "unresolved",
        ),
        (
            "the app may not notify",
            good().previews(1, 1).revoke("POST_NOTIFICATIONS"),
            "IM-06 whatsapp",
            "pass",
        ),
        ("an organisation can wipe", good(), "IM-07 device", "pass"),
        ("no account and no owner", nobody(), "IM-07 device", "fail"),
        (
            "a Google account and no owner",
            pixel(),
            "IM-07 device",
            "unresolved",
        ),
        (
            "full access to photos",
            good().grant("READ_MEDIA_IMAGES"),
            "IM-12a whatsapp",
            "fail",
        ),
        (
            "chosen photos",
            good().grant("READ_MEDIA_VISUAL_USER_SELECTED"),
            "IM-12a whatsapp",
            "pass",
        ),
        ("no access", good(), "IM-12a whatsapp", "pass"),
        (
            "pictures reached the gallery",
            good().gallery("WhatsApp Images", 3),
            "IM-12b whatsapp",
            "fail",
        ),
        ("no pictures did", good(), "IM-12b whatsapp", "unresolved"),
        (
            "a second copy of the app",
            samsung()
                .user(95, 0x2000_1010, true)
                .app(WHATSAPP, 95)
                .grant("READ_MEDIA_IMAGES"),
            "IM-12a whatsapp@95",
            "fail",
        ),
    ];
    for (name, phone, key, expected) in cases {
        let verdicts = judge(&phone, &tools);
        assert_eq!(
            verdicts.get(key).map(String::as_str),
            Some(expected),
            "{name}: {verdicts:#?}"
        );
    }
}

#[test]
fn directly_and_through_adb_alike() {
    let phone = Phone::compliant_pixel16().app(TELEGRAM, 0).app(SIGNAL, 0);
    let mut all = Vec::new();
    for features in ["shell_v2,cmd", ""] {
        let Some(plugged) = Plugged::in_with(&phone, features) else {
            return;
        };
        let home = tempfile::tempdir().expect("a folder");
        let addr = plugged.double.addr().to_string();
        let direct = spotcheck(
            home.path(),
            &["android", "--tcp", &addr, "--format", "json"],
        );
        assert_eq!(
            direct.status.code(),
            Some(3),
            "{}",
            String::from_utf8_lossy(&direct.stderr)
        );
        let counters = plugged.double.counters();
        assert_eq!(counters.shells(), 1);
        assert!(
            counters.received() < 12 * 1024,
            "sent {}",
            counters.received()
        );
        assert!(counters.sent() < 16 * 1024, "received {}", counters.sent());
        all.push(verdicts(&direct.stdout));

        let Some(server) = AdbServer::start() else {
            continue;
        };
        server.adb(&["connect", &addr]);
        let host = server.addr().to_string();
        let through = spotcheck(
            home.path(),
            &["android", "--server", &host, "--format", "json"],
        );
        assert_eq!(
            through.status.code(),
            Some(3),
            "{}",
            String::from_utf8_lossy(&through.stderr)
        );
        all.push(verdicts(&through.stdout));
    }
    for other in &all[1..] {
        assert_eq!(&all[0], other);
    }
}

#[test]
fn a_saved_capture_says_the_same_and_holds_no_personal_text() {
    let phone = Phone::compliant_pixel16().previews(1, 1).app(TELEGRAM, 0);
    let Some(plugged) = Plugged::in_with(&phone, "shell_v2,cmd") else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder");
    let addr = plugged.double.addr().to_string();
    let file = home.path().join("phone.capture").display().to_string();
    let live = spotcheck(
        home.path(),
        &[
            "android",
            "--tcp",
            &addr,
            "--save-capture",
            &file,
            "--format",
            "json",
        ],
    );
    assert_eq!(
        live.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&live.stderr)
    );
    let again = spotcheck(
        home.path(),
        &["android", "--capture", &file, "--format", "json"],
    );
    assert_eq!(verdicts(&live.stdout), verdicts(&again.stdout));
    let table = spotcheck(home.path(), &["android", "--capture", &file]);
    let saved = std::fs::read(&file).expect("the capture");
    for text in [
        &saved,
        &live.stdout,
        &again.stdout,
        &table.stdout,
        &live.stderr,
    ] {
        let text = String::from_utf8_lossy(text);
        for canary in CANARIES {
            assert!(!text.contains(canary), "{canary}");
        }
    }
    let overwrite = spotcheck(
        home.path(),
        &["android", "--tcp", &addr, "--save-capture", &file],
    );
    assert_eq!(overwrite.status.code(), Some(2));
    assert_eq!(
        plugged.double.counters().shells(),
        1,
        "a wrong file name is found before the phone is touched"
    );
}

#[test]
fn a_phone_without_any_app_of_the_list_says_so_first() {
    let Some(plugged) = Plugged::in_with(&Phone::stock(Make::Pixel, 36), "shell_v2,cmd") else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder");
    let addr = plugged.double.addr().to_string();
    let out = spotcheck(home.path(), &["android", "--tcp", &addr]);
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    assert!(
        text.starts_with("No messaging app of the checklist was found"),
        "{text}"
    );
    assert!(text.contains("switch USB debugging off"), "{text}");
}

#[test]
fn copies_and_other_messaging_apps_are_told_apart() {
    let phone = Phone::stock(Make::Samsung, 34)
        .user(10, 0x1030, true)
        .user(95, 0x2000_1010, true)
        .app(WHATSAPP, 0)
        .app(WHATSAPP, 10)
        .app(WHATSAPP, 95)
        .app("com.skype.raider", 0)
        .app("com.Slack", 0);
    let Some(plugged) = Plugged::in_with(&phone, "shell_v2,cmd") else {
        return;
    };
    let home = tempfile::tempdir().expect("a folder");
    let addr = plugged.double.addr().to_string();
    let out = spotcheck(
        home.path(),
        &["android", "--tcp", &addr, "--format", "json"],
    );
    let audit: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(
        audit["apps"]["found"],
        serde_json::json!([
            "WhatsApp",
            "WhatsApp (work profile)",
            "WhatsApp (second copy, Samsung Dual Messenger)"
        ])
    );
    assert_eq!(audit["apps"]["besides"], serde_json::json!(["Slack"]));
    let warnings = audit["warnings"].to_string();
    assert!(
        warnings.contains("Skype is closed since 5 May 2025"),
        "{warnings}"
    );
    for subject in ["whatsapp", "whatsapp@10", "whatsapp@95"] {
        let findings = audit["findings"].as_array().expect("findings");
        assert!(
            findings.iter().any(|f| f["subject"] == subject),
            "{subject}"
        );
    }
    assert!(!String::from_utf8_lossy(&out.stdout).contains("Android user"));

    // Where no line of the run is about apps, none is looked for.
    let narrow = spotcheck(
        home.path(),
        &[
            "android",
            "--tcp",
            &addr,
            "--controls",
            "IM-05a",
            "--format",
            "json",
        ],
    );
    let audit: serde_json::Value = serde_json::from_slice(&narrow.stdout).expect("JSON");
    assert_eq!(audit["apps"]["besides"], serde_json::Value::Null);
    assert!(
        !audit["read_log"]
            .to_string()
            .contains("pm list packages --user")
    );
}
