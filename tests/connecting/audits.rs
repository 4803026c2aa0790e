//! `spotcheck android`, with nothing said of how to reach the phone, and straight to it.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crate::adb_double::{Auth, Config, Double};
use crate::adb_server::AdbServer;
use crate::phone_kit::Phone;
use crate::plugged::Plugged;
use crate::terminal::Terminal;
use crate::{files, run, spotcheck};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a home")
}

fn waiting(auth: Auth) -> Double {
    Double::start(Config {
        auth,
        ..Config::default()
    })
}

#[test]
fn without_anything_it_says_how_to_begin() {
    if std::env::var_os("SPOTCHECK_HAS_PHONE").is_some() {
        return;
    }
    let home = home();
    let mut command = spotcheck(home.path());
    command.args(["android", "--no-input"]);
    let ran = run(command);
    assert_eq!(ran.status, 4, "{}", ran.err);
    for part in ["No Android phone was found", "adb"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    assert!(ran.out.is_empty());

    let mut command = spotcheck(home.path());
    command.args(["android", "--no-input", "--serial", "A1"]);
    let ran = run(command);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.contains("by its serial"), "{}", ran.err);
}

#[test]
fn a_server_that_runs_needs_no_word() {
    let Some(plugged) = Plugged::in_(&Phone::compliant_pixel16()) else {
        return;
    };
    let Some(server) = AdbServer::start() else {
        return;
    };
    let home = home();
    let audit = || {
        let mut command = spotcheck(home.path());
        command
            .args(["android", "--no-input", "--format", "json"])
            .env("ANDROID_ADB_SERVER_PORT", server.addr().port().to_string());
        run(command)
    };
    let none = audit();
    assert_eq!(none.status, 4);
    for part in [
        "No Android phone is connected",
        "Build number",
        "switch USB debugging off again",
    ] {
        assert!(none.err.contains(part), "{part}: {}", none.err);
    }
    server.connect(plugged.double.addr());
    let ran = audit();
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert_eq!(files(home.path()), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn the_key_is_kept_and_nothing_else_is() {
    let double = waiting(Auth::Tap(Duration::ZERO));
    let home = home();
    let addr = double.addr().to_string();
    for _ in 0..2 {
        let mut command = spotcheck(home.path());
        command.args([
            "android",
            "--no-input",
            "--tcp",
            &addr,
            "--controls",
            "IM-05a",
        ]);
        let ran = run(command);
        assert_eq!(ran.status, 3, "{}", ran.err);
        assert!(!ran.err.contains("Tap Allow"), "no terminal: {}", ran.err);
    }
    assert_eq!(
        double.counters().keys().len(),
        1,
        "asked once, known from then on"
    );
    let folder = home.path().join(match cfg!(target_os = "macos") {
        true => "Library/Application Support/spotcheck",
        false => ".config/spotcheck",
    });
    assert_eq!(files(home.path()), [folder.join("adbkey")]);
    for (path, mode) in [(folder.clone(), 0o700), (folder.join("adbkey"), 0o600)] {
        let there = path.metadata().expect("there").permissions().mode();
        assert_eq!(there & 0o777, mode, "{}", path.display());
    }

    std::fs::set_permissions(
        folder.join("adbkey"),
        std::fs::Permissions::from_mode(0o644),
    )
    .expect("set");
    let mut command = spotcheck(home.path());
    command.args(["android", "--no-input", "--tcp", &addr]);
    let ran = run(command);
    assert_eq!(ran.status, 4);
    assert!(ran.err.contains("chmod 600"), "{}", ran.err);
}

#[test]
fn a_tap_that_never_comes_ends_at_the_limit() {
    let home = home();
    // The key is made before, as it would have been long ago.
    let open = waiting(Auth::Open);
    let mut command = spotcheck(home.path());
    command.args(["android", "--no-input", "--tcp", &open.addr().to_string()]);
    assert_eq!(run(command).status, 3);

    let double = waiting(Auth::Never);
    let mut command = spotcheck(home.path());
    command.args(["android", "--no-input", "--timeout", "3"]);
    command.args(["--tcp", &double.addr().to_string()]);
    let started = Instant::now();
    let ran = run(command);
    let took = started.elapsed();
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.err.contains("tap Allow"), "{}", ran.err);
    assert!(
        !ran.err.contains("seconds left"),
        "no terminal: {}",
        ran.err
    );
    assert!(
        took > Duration::from_secs(2) && took < Duration::from_secs(6),
        "{took:?}"
    );
}

#[test]
fn a_terminal_shows_how_long_it_waits() {
    let Some(server) = AdbServer::start() else {
        return;
    };
    for through_adb in [true, false] {
        let home = home();
        let double = waiting(Auth::Tap(Duration::from_secs(5)));
        let mut command = spotcheck(home.path());
        command.args([
            "android",
            "--controls",
            "IM-05a",
            "--notice-given",
            "2026-11-20",
        ]);
        if through_adb {
            let serial = server.connect(double.addr());
            command.args(["--server", &server.addr().to_string(), "--serial", &serial]);
        } else {
            command.args(["--tcp", &double.addr().to_string()]);
        }
        let mut terminal = Terminal::run(command);
        terminal.wait_for("Tap Allow on the phone: ");
        terminal.wait_for(" seconds left");
        terminal.wait_for("Question 1 of 1");
        terminal.send("s\n");
        let (_, screen) = terminal.end();
        assert!(
            screen.matches("\rTap Allow on the phone: ").count() >= 2,
            "{screen}"
        );
        // Wiped before anything else comes.
        let wiped = format!("\r{:48}\r", "");
        assert!(screen.contains(&wiped), "{screen:?}");
    }
}

/// What a phone answers before it was unlocked for the first time: no app has run, what the person set may be closed, and
/// the gallery and its folders are.
fn never_unlocked(settings: Option<(&str, i32)>) -> Phone {
    let mut phone = Phone::compliant_pixel16().trust(|t| (t.locked, t.disabled) = (true, true));
    for namespace in ["secure", "system"] {
        if let Some((text, status)) = settings {
            phone = phone.answers(&format!("settings --user 0 list {namespace}"), text, status);
            phone = phone.answers(
                &format!("settings --user 0 get {namespace} *"),
                text,
                status,
            );
        }
    }
    phone.answers(
        "content query *",
        "Error while accessing provider:media\njava.lang.IllegalStateException: Could not find provider: media\n",
        1,
    )
}

#[test]
fn a_phone_that_was_not_unlocked_since_it_was_switched_on() {
    let closed = "Exception occurred while executing 'list':\njava.lang.IllegalStateException: SYNTHETIC: user 0 is locked\n";
    // The lines that must be open, and those that another source still proves.
    const ALL: &[&str] = &["IM-05b", "IM-05c", "IM-06", "IM-12b"];
    const NOT_THE_SETTINGS: &[&str] = &["IM-05c", "IM-12b"];
    for (name, settings, open) in [
        ("refused", Some((closed, 255)), ALL),
        ("refused, and the status lost", Some((closed, 0)), ALL),
        ("no answer", Some(("", 0)), ALL),
        ("as if nothing was ever set", Some(("a=1\nb=2\n", 0)), ALL),
        ("the settings answer", None, NOT_THE_SETTINGS),
    ] {
        let Some(plugged) = Plugged::in_(&never_unlocked(settings)) else {
            return;
        };
        let storage = plugged.folder().join("storage");
        std::fs::remove_dir_all(storage).expect("closed");
        let home = home();
        let mut command = spotcheck(home.path());
        command.args(["android", "--no-input", "--format", "json"]);
        command.args(["--profile", "nhs-england-quick"]);
        command.args(["--tcp", &plugged.addr()]);
        let ran = run(command);
        assert_eq!(ran.status, 3, "{name}: {}", ran.err);
        let audit: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let warnings = audit["warnings"].to_string();
        assert!(warnings.contains("Unlock it once"), "{name}: {warnings}");
        let of_phone =
            |f: &&serde_json::Value| f["subject"] == "device" || f["subject"] == "whatsapp";
        let findings = audit["findings"].as_array().expect("a list");
        for finding in findings.iter().filter(of_phone) {
            let control = finding["control"].as_str().expect("an id");
            if open.contains(&control) {
                assert_eq!(finding["verdict"], "unresolved", "{name}: {finding}");
            }
            // What was read still counts: the lock is there, whoever may have opened it.
            if control == "IM-05a" {
                assert_eq!(finding["verdict"], "pass", "{name}: {finding}");
            }
        }
    }
}

#[test]
fn another_user_in_front_of_the_phone() {
    // A second space with a passcode of its own, of which the checklist knows nothing.
    let cloner = |front| {
        Phone::compliant_pixel16()
            .prop("ro.product.manufacturer", "OnePlus")
            .user(10, 0x2000_0410, true)
            .in_front(front)
    };
    for (front, status, words) in [
        (Some(0), 0, &[][..]),
        (
            Some(10),
            3,
            &[
                "Another user of the phone is in front (user 10)",
                "Switch to the owner",
            ][..],
        ),
        (None, 3, &["which user of the phone is in front"][..]),
    ] {
        let Some(plugged) = Plugged::in_(&cloner(front)) else {
            return;
        };
        let home = home();
        let mut command = spotcheck(home.path());
        command.args(["android", "--no-input", "--readable-only"]);
        command.args(["--profile", "nhs-england-quick", "--format", "json"]);
        command.args(["--tcp", &plugged.addr()]);
        let ran = run(command);
        assert_eq!(ran.status, status, "{front:?}: {} {}", ran.err, ran.out);
        let audit: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let warnings = audit["warnings"].to_string();
        assert_eq!(
            warnings.contains("in front"),
            front != Some(0),
            "{warnings}"
        );
        for part in words {
            assert!(warnings.contains(part), "{part}: {warnings}");
        }
        for finding in audit["findings"].as_array().expect("a list") {
            let lock = finding["control"]
                .as_str()
                .is_some_and(|c| c.starts_with("IM-05"));
            if lock && front != Some(0) {
                assert_eq!(finding["verdict"], "unresolved", "{finding}");
            }
        }
    }
}
