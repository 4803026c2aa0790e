//! The terminal: the hidden prompt, and stopping a key derivation that takes long.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::backup_builder::Backup;
use super::common::*;
use super::fingerprint::fingerprint;
use super::run::spotcheck;
use super::terminal::Terminal;

const PROMPT: &str = "Password of the backup";

fn on_terminal(on_disk: &OnDisk) -> Terminal {
    let mut command = spotcheck();
    command.arg("ios").arg(&on_disk.path).args([
        "--as-of",
        "evidence",
        "--notice-given",
        "2026-11-20",
    ]);
    Terminal::run(command)
}

#[test]
fn the_password_is_asked_for_and_not_shown() {
    let on_disk = OnDisk::new(&Backup::compliant().encrypted(PASSWORD));
    for (case, typed, status, part) in [
        ("right", PASSWORD, 3, "INCOMPLETE"),
        (
            "wrong",
            "Tr0ub4dor&3",
            4,
            "The password does not open this backup.",
        ),
        ("none", "", 3, "password needed"),
    ] {
        let mut terminal = on_terminal(&on_disk);
        terminal.wait_for(PROMPT);
        terminal.wait_for_hidden();
        terminal.send(&format!("{typed}\r"));
        if case == "wrong" {
            // Three times in all.
            for n in 1..3 {
                terminal.wait_for_times("That password does not open this backup.", n);
                terminal.wait_for_times(PROMPT, n + 1);
                terminal.wait_for_hidden();
                terminal.send(&format!("{typed}\r"));
            }
        }
        // A wrong password is told at once, before anything else is asked.
        if case != "wrong" {
            terminal.wait_for("Whose phone is this?");
            terminal.send("q\n");
        }
        let (ended, shown) = terminal.end();
        assert_eq!(ended.code(), Some(status), "{case}: {shown}");
        // A prompt that does not fit would be printed twice.
        let prompts = shown.lines().filter(|line| line.contains(PROMPT));
        for prompt in prompts {
            assert!(prompt.chars().count() <= 80, "{case}: {prompt}");
        }
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(part), "{case}: {flat}");
        for word in typed.split(' ').filter(|word| !word.is_empty()) {
            assert!(!shown.contains(word), "{case}: {shown}");
        }
    }
}

#[test]
fn a_key_derivation_can_be_interrupted() {
    // The most that is accepted, so that it cannot end by itself in the meantime.
    let on_disk = OnDisk::new(
        &Backup::compliant()
            .encrypted(PASSWORD)
            .bag_field(b"DPIC", Some(&20_000_000u32.to_be_bytes())),
    );
    let temporary = tempfile::tempdir().expect("a folder");
    let before = fingerprint(on_disk.folder());
    // Tests that run in the background inherit an ignored SIGINT, which a person at a terminal never has.
    let mut command = Command::new("env");
    command
        .arg("--default-signal=INT")
        .arg(spotcheck().get_program())
        .arg("ios")
        .arg(&on_disk.path)
        .args(["--password-env", VARIABLE, "--notice-given", "2026-11-20"])
        .env(VARIABLE, PASSWORD)
        .env("TMPDIR", temporary.path());
    let mut terminal = Terminal::run(command);
    // The progress bar: how far it is and how long it will take.
    terminal.wait_for("Opening the encrypted backup: ");
    terminal.wait_for(" left");
    let pid = Pid::from_child(terminal.child());
    let start = Instant::now();
    kill_process(pid, Signal::INT).expect("sent");
    let (status, shown) = terminal.end();
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    assert!(!status.success(), "{status}: {shown}");
    assert_eq!(fingerprint(on_disk.folder()), before);
    assert!(fingerprint(temporary.path()).is_empty());
    assert!(!shown.contains("panicked"), "{shown}");
}
