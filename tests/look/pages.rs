//! Pages of the settings open on the phone when the auditor says so, and only then.

use crate::adb_double::{Config, Double};
use crate::common::Folder;
use crate::phone_kit::{Make, Phone, Tools, WHATSAPP};
use crate::run::spotcheck;
use crate::terminal::Terminal;

const OPENS: &str = "am start --user 0 -a android.settings.APP_NOTIFICATION_SETTINGS --es android.provider.extra.APP_PACKAGE com.whatsapp";

/// A phone that shows message text on the lock screen, and what it says to `am start`.
fn look(says: &str, typed: &[(&str, &str)]) -> Option<(String, String)> {
    let tools = Tools::find()?;
    let phone = Phone::stock(Make::Pixel, 36)
        .app(WHATSAPP, 0)
        .previews(1, 1)
        .answers("am start*", says, 0);
    let folder = Folder::new();
    let built = phone.build(&folder.at("phone"));
    let path = format!(
        "{}:{}",
        built.bin().display(),
        tools.applets.path().display()
    );
    let double = Double::start(Config {
        shell: tools.shell.clone(),
        path: path.into(),
        ..Config::default()
    });
    let mut command = spotcheck();
    command
        .args(["android", "--tcp", &double.addr().to_string()])
        .args(["--controls", "IM-06", "--notice-given", "2026-11-20"])
        .env("HOME", folder.at("home"));
    let mut terminal = Terminal::run(command);
    terminal.wait_for("Question 1 of 1: IM-06");
    for (line, reply) in typed {
        terminal.wait_for("Answer: ");
        terminal.send(&format!("{line}\n"));
        terminal.wait_for(reply);
    }
    let (_, screen) = terminal.end();
    let log = std::fs::read_to_string(folder.at("phone").join("log")).unwrap_or_default();
    Some((screen, log))
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
