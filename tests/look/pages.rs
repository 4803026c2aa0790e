//! Pages of the settings open on the phone when the auditor says so, and only then.

use crate::adb_server::AdbServer;
use crate::phone_kit::{Make, Phone, WHATSAPP};
use crate::plugged::Plugged;
use crate::run::spotcheck;
use crate::terminal::Terminal;

const OPENS: &str = "am start --user 0 -a android.settings.APP_NOTIFICATION_SETTINGS --es android.provider.extra.APP_PACKAGE com.whatsapp";

/// A phone that shows message text on the lock screen, and what it says to `am start`.
fn look(says: &str, typed: &[(&str, &str)]) -> Option<(String, String)> {
    let phone = Phone::stock(Make::Pixel, 36)
        .app(WHATSAPP, 0)
        .previews(1, 1)
        .answers("am start*", says, 0);
    let plugged = Plugged::in_(&phone)?;
    let mut command = spotcheck();
    command
        .args(["android", "--tcp", &plugged.addr()])
        .args(["--controls", "IM-06", "--notice-given", "2026-11-20"])
        .env("HOME", plugged.home());
    let mut terminal = Terminal::run(command);
    terminal.wait_for("Question 1 of 1: IM-06");
    for (line, reply) in typed {
        terminal.wait_for("Answer: ");
        terminal.send(&format!("{line}\n"));
        terminal.wait_for(reply);
    }
    let (_, screen) = terminal.end();
    Some((screen, plugged.log()))
}

#[test]
fn a_page_opens_when_the_auditor_says_so() {
    let opened = "Starting: Intent { act=android.settings.APP_NOTIFICATION_SETTINGS (has extras) }";
    let typed = [
        ("o", "The page is open on the phone. Nothing was changed."),
        ("f", "PASS"),
    ];
    let Some((screen, log)) = look(opened, &typed) else {
        return;
    };
    assert_eq!(log.matches("am start").count(), 1, "{log}");
    assert!(log.contains(OPENS), "{log}");
    // The read log has it.
    let shown = screen.replace("\r\n", " ").replace("    ", "");
    assert!(shown.contains("opened a page for a look"), "{screen}");

    let Some((_, log)) = look(opened, &[("s", "FAIL")]) else {
        return;
    };
    assert!(!log.contains("am start"), "{log}");
}

#[test]
fn where_a_page_does_not_open_the_path_stands() {
    for says in [
        "Error: Activity not started, unable to resolve Intent { act=x }",
        "java.lang.SecurityException: Permission Denial: starting Intent",
        "",
    ] {
        let typed = [("o", "The page did not open"), ("s", "FAIL")];
        let Some((screen, _)) = look(says, &typed) else {
            return;
        };
        assert!(screen.contains("Use the path above"), "{screen}");
        assert!(screen.contains("Where: "), "{screen}");
    }
}

/// Another phone that is plugged in during the look is left alone.
#[test]
fn pages_open_on_the_phone_that_was_checked() {
    let phone = || {
        let opened = "Starting: Intent { act=android.settings.APP_NOTIFICATION_SETTINGS }";
        let phone = Phone::stock(Make::Pixel, 36)
            .app(WHATSAPP, 0)
            .previews(1, 1)
            .answers("am start*", opened, 0);
        Plugged::in_(&phone)
    };
    let (Some(checked), Some(other)) = (phone(), phone()) else {
        return;
    };
    let Some(server) = AdbServer::start() else {
        return;
    };
    let serial = server.connect(checked.double.addr());
    let mut command = spotcheck();
    command
        .args(["android", "--server", &server.addr().to_string()])
        .args(["--controls", "IM-06", "--notice-given", "2026-11-20"])
        .env("HOME", checked.home());
    let mut terminal = Terminal::run(command);
    terminal.wait_for("Question 1 of 1: IM-06");
    terminal.wait_for("Answer: ");
    server.connect(other.double.addr());
    terminal.send("o\n");
    terminal.wait_for("The page is open on the phone");
    assert_eq!(checked.log().matches("am start").count(), 1);

    // Nor is it taken for the one that was checked when that is gone.
    server.adb(&["disconnect", &serial]);
    terminal.wait_for("Answer: ");
    terminal.send("o\n");
    terminal.wait_for("no longer connected");
    terminal.send("s\n");
    terminal.end();
    assert!(!other.log().contains("am start"), "{}", other.log());
    assert_eq!(other.double.counters().shells(), 0);
}
