//! The power key, watched while somebody presses it: what the phone shows is recorded as seen.

use std::path::Path;
use std::process::Command;

use crate::phone_kit::{Make, Phone, WHATSAPP};
use crate::plugged::Plugged;
use crate::run::spotcheck;
use crate::terminal::Terminal;

/// The line of a checklist that nothing but the power key decides.
const POWER_KEY: &str = "1.5";

/// What the phone does when its power key is pressed: it goes dark.
#[derive(Clone, Copy)]
enum Key {
    Locks,
    /// It stays open for longer than counts as at once, and locks while it is watched.
    LocksLate,
    StaysOpen,
}

/// What the phone's dumps say from now on. Another process writes it: a command that this one has open could not be run
/// by the phone.
fn press(folder: &Path, locks: bool) {
    let mut sed = Command::new("sed");
    sed.args(["-i", "-e", "s/mWakefulness=Awake/mWakefulness=Asleep/"]);
    if locks {
        sed.args(["-e", "s/deviceLocked=0/deviceLocked=1/"]);
    }
    for holder in ["out", "bin"] {
        for file in std::fs::read_dir(folder.join(holder)).expect("a folder") {
            sed.arg(file.expect("a file").path());
        }
    }
    assert!(sed.status().is_ok_and(|status| status.success()), "{sed:?}");
}

fn watch(
    phone: &Phone,
    options: &[&str],
    key: Option<Key>,
    then: &[(&str, &str)],
) -> Option<String> {
    let plugged = Plugged::in_(phone)?;
    let mut command = spotcheck();
    command
        .args(["android", "--tcp", &plugged.addr()])
        .args(["--notice-given", "2026-11-20"])
        .args(options)
        .env("HOME", plugged.home());
    let mut terminal = Terminal::run(command);
    if let Some(key) = key {
        terminal.wait_for("The power key: nothing that a cable reads");
        terminal.wait_for("Answer: ");
        terminal.send("w\n");
        let polls = || plugged.log().matches("dumpsys trust").count();
        // The phone has said so often how it is; between two times it waits half a second.
        let looked_at = |times: usize| {
            let before = polls();
            while polls() < before + times {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        };
        terminal.wait_for("Press the power key once, now.");
        looked_at(2);
        press(plugged.folder(), matches!(key, Key::Locks));
        if let Key::LocksLate = key {
            looked_at(6);
            press(plugged.folder(), true);
        }
        terminal.wait_for("because the key was pressed?");
        terminal.wait_for("Answer: ");
        terminal.send("y\n");
    }
    for (line, reply) in then {
        terminal.wait_for(reply);
        terminal.send(&format!("{line}\n"));
    }
    let (_, screen) = terminal.end();
    Some(screen)
}

fn pixel() -> Phone {
    Phone::stock(Make::Pixel, 36).app(WHATSAPP, 0)
}

#[test]
fn locked_at_once_settles_the_line_of_the_key() {
    let Some(screen) = watch(
        &pixel(),
        &["--profile", "cis-android", "--controls", POWER_KEY],
        Some(Key::Locks),
        &[],
    ) else {
        return;
    };
    for part in [
        "the phone was locked at once",
        "Recorded as seen",
        "PASS",
        "watched: locked",
    ] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
}

/// The key says nothing of the delay and of what holds the lock open: kept as an answer it would pass the line again
/// where those were refused.
#[test]
fn locked_at_once_answers_no_line_that_more_decides() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("answers.toml").display().to_string();
    let Some(screen) = watch(
        &pixel(),
        &["--controls", "IM-05c", "--save-answers", &kept],
        Some(Key::Locks),
        &[],
    ) else {
        return;
    };
    assert!(screen.contains("alone it settles no line"), "{screen}");
    let shown = screen.replace("\r\n", " ").replace("    ", "");
    assert!(
        shown.contains("was watched. Seen: The screen went dark"),
        "{screen}"
    );
    // It stands beside the finding too.
    for part in ["; watched:", "locked at once after the power key"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    let answers = std::fs::read_to_string(&kept).unwrap_or_default();
    assert!(!answers.contains("IM-05c"), "{answers}");
    let refused = pixel()
        .answers("dumpsys trust", "Permission Denial: no", 0)
        .answers("settings --user 0 list secure", "Permission Denial: no", 0);
    let Some(plugged) = Plugged::in_(&refused) else {
        return;
    };
    let mut again = spotcheck();
    again
        .args(["android", "--tcp", &plugged.addr(), "--format", "json"])
        .args(["--controls", "IM-05c", "--no-input"])
        .env("HOME", plugged.home());
    if !answers.is_empty() {
        again.args(["--answers", &kept]);
    }
    let again = crate::run::ran(again.output().expect("runs"));
    assert_eq!(again.status, 3, "{}{}", again.out, again.err);
}

/// Dark at once and locked seconds later: neither the screen nor the note may call that at once.
#[test]
fn locked_seconds_later_is_noted_as_that() {
    let Some(screen) = watch(
        &pixel(),
        &["--controls", "IM-05c"],
        Some(Key::LocksLate),
        &[],
    ) else {
        return;
    };
    for part in [
        "seconds later at the most",
        "alone it settles no line",
        "; watched:",
        "power key pressed, locked ",
    ] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    assert!(!screen.contains("locked at once after"), "{screen}");
}

#[test]
fn a_phone_that_stays_open_fails_whatever_its_settings_say() {
    let Some(screen) = watch(
        &pixel(),
        &["--controls", "IM-05c"],
        Some(Key::StaysOpen),
        &[],
    ) else {
        return;
    };
    for part in ["the phone was still open", "Recorded as seen", "FAIL"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
}

#[test]
fn where_there_is_no_time_to_watch_it_says_so() {
    let short = &["--controls", "IM-05c", "--timeout", "29"];
    let Some(screen) = watch(&pixel(), short, None, &[]) else {
        return;
    };
    assert!(screen.contains("The power key is not watched"), "{screen}");
    assert!(screen.contains("--timeout 30 or more"), "{screen}");
}

/// What Samsung's lock screen says of the key has not been tried on phones: the key is watched there too.
#[test]
fn a_samsung_is_watched_whatever_its_lock_screen_says() {
    for says in [true, false] {
        let mut phone = Phone::stock(Make::Samsung, 34).app(WHATSAPP, 0);
        phone.power_key_locks = says;
        let line = ["--profile", "cis-android", "--controls", POWER_KEY];
        let Some(screen) = watch(&phone, &line, Some(Key::Locks), &[]) else {
            return;
        };
        for part in ["Recorded as seen", "PASS", "watched: locked"] {
            assert!(screen.contains(part), "{part}: {screen}");
        }
    }
}

#[test]
fn nothing_is_offered_where_there_is_no_lock() {
    let then = &[("s", "To put it right")];
    let Some(screen) = watch(&pixel().no_lock(), &["--controls", "IM-05c"], None, then) else {
        return;
    };
    assert!(!screen.contains("The power key:"), "{screen}");
}
