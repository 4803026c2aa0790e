//! The power key, watched while somebody presses it: what the phone shows is recorded as seen.

use std::path::Path;

use crate::phone_kit::{Make, Phone, WHATSAPP};
use crate::plugged::Plugged;
use crate::run::spotcheck;
use crate::terminal::Terminal;

/// What the phone's dumps say from now on.
fn press(folder: &Path, locks: bool) {
    for file in std::fs::read_dir(folder.join("out")).expect("a folder") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let mut pressed = text.replace("mWakefulness=Awake", "mWakefulness=Asleep");
        if locks {
            pressed = pressed.replace("deviceLocked=0", "deviceLocked=1");
        }
        if pressed != text {
            std::fs::write(&path, pressed).expect("written");
        }
    }
}

fn watch(phone: &Phone, locks: Option<bool>, then: &[(&str, &str)]) -> Option<String> {
    let plugged = Plugged::in_(phone)?;
    let mut command = spotcheck();
    command
        .args(["android", "--tcp", &plugged.addr()])
        .args(["--controls", "IM-05c", "--notice-given", "2026-11-20"])
        .env("HOME", plugged.home());
    let mut terminal = Terminal::run(command);
    if let Some(locks) = locks {
        terminal.wait_for("The power key: nothing that a cable reads");
        terminal.wait_for("Answer: ");
        terminal.send("w\n");
        let polls = || plugged.log().matches("dumpsys trust").count();
        let before = polls();
        terminal.wait_for("Press the power key once, now.");
        // The phone has said that it is awake and open.
        while polls() < before + 2 {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        press(plugged.folder(), locks);
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
fn locked_at_once_is_recorded_as_seen() {
    let Some(screen) = watch(&pixel(), Some(true), &[]) else {
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

#[test]
fn a_phone_that_stays_open_fails_whatever_its_settings_say() {
    let Some(screen) = watch(&pixel(), Some(false), &[]) else {
        return;
    };
    for part in ["the phone was still open", "Recorded as seen", "FAIL"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
}

#[test]
fn nothing_is_offered_where_the_phone_tells_or_there_is_no_lock() {
    for (phone, then) in [
        (Phone::stock(Make::Samsung, 34).app(WHATSAPP, 0), &[][..]),
        (pixel().no_lock(), &[("s", "To put it right")][..]),
    ] {
        let Some(screen) = watch(&phone, None, then) else {
            return;
        };
        assert!(!screen.contains("The power key:"), "{screen}");
    }
}
