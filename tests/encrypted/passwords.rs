//! Where a password may come from, and what a missing or wrong one leaves.

use std::io::Write as _;
use std::process::Stdio;

use super::backup_builder::Backup;
use super::common::*;
use super::run::{Ran, ran};

fn encrypted() -> OnDisk {
    OnDisk::new(&Backup::compliant().encrypted(PASSWORD))
}

/// The facts of the three property lists in clear are told, the rest is open, with the reason.
#[track_caller]
fn locked(case: &str, ran: &Ran, reason: &str) {
    let audit = json(ran);
    assert_eq!(audit["overall"], "INCOMPLETE", "{case}");
    assert_eq!(audit["device"]["model"], "iPhone 13 (iPhone14,5)", "{case}");
    assert_eq!(audit["evidence_as_of"], "2026-11-02T09:14:00Z", "{case}");
    for (id, value) in [
        ("lock.credential", serde_json::json!("set")),
        ("backup.encrypted", true.into()),
        ("backup.finished", true.into()),
    ] {
        assert_eq!(fact(&audit, id)["value"], value, "{case}: {id}");
    }
    for id in [
        "lock.auto_lock",
        "notifications.previews",
        "remote_wipe.find_my",
    ] {
        let fact = fact(&audit, id);
        assert_eq!(fact["state"], "unreadable", "{case}: {id}");
        let why = fact["why"].as_str().expect("a reason");
        assert!(why.contains(reason), "{case}: {id}: {why}");
    }
    let open: Vec<_> = audit["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    let of = |id: &str| {
        let finding = open.iter().find(|f| f["control"] == id);
        finding.unwrap_or_else(|| panic!("{id}"))["verdict"].clone()
    };
    assert_eq!(of("IM-05a"), "pass", "{case}");
    assert_eq!(of("IM-05b"), "unresolved", "{case}");
    discreet(case, ran);
}

#[test]
fn every_place_that_a_password_may_come_from() {
    let on_disk = encrypted();
    for (case, bytes) in [
        ("alone", PASSWORD.to_owned()),
        ("a line", format!("{PASSWORD}\n")),
        ("a line of Windows", format!("{PASSWORD}\r\n")),
        ("more lines", format!("{PASSWORD}\nnot this\n")),
    ] {
        let file = on_disk.beside("password.txt", &bytes);
        let mut command = on_disk.locked_audit();
        command.arg("--password-file").arg(file);
        let from_file = output(command);

        let mut command = on_disk.locked_audit();
        let mut child = command
            .args(["--password-file", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(bytes.as_bytes()).expect("written");
        drop(stdin);
        let from_stdin = ran(child.wait_with_output().expect("ends"));

        for (place, ran) in [("file", from_file), ("stdin", from_stdin)] {
            let case = format!("{case}, {place}");
            assert!(ran.err.is_empty(), "{case}: {}", ran.err);
            assert_eq!(
                fact(&json(&ran), "lock.auto_lock")["state"],
                "known",
                "{case}"
            );
            discreet(&case, &ran);
        }
    }
    let ran = output(on_disk.audit(PASSWORD));
    assert_eq!(fact(&json(&ran), "lock.auto_lock")["state"], "known");
}

#[test]
fn a_wrong_password_is_one_sentence_and_status_4() {
    for (case, backup) in [
        ("since 10.2", Backup::compliant().encrypted(PASSWORD)),
        (
            "before 10.2",
            Backup::compliant().encrypted(PASSWORD).before_10_2(),
        ),
    ] {
        let ran = output(OnDisk::new(&backup).audit("Tr0ub4dor&3"));
        assert_eq!(ran.status, 4, "{case}");
        let said: Vec<&str> = ran.err.lines().collect();
        assert_eq!(
            said[0], "spotcheck: The password does not open this backup.",
            "{case}"
        );
        assert!(said.len() <= 2, "{case}: {}", ran.err);
        assert!(!format!("{}{}", ran.out, ran.err).contains("Tr0ub4dor"));
        locked(
            case,
            &ran,
            "password needed (the password does not open it)",
        );
    }
}

#[test]
fn without_a_password_the_result_counts() {
    for (case, backup) in [
        ("since 10.2", Backup::compliant().encrypted(PASSWORD)),
        (
            "before 10.2",
            Backup::compliant().encrypted(PASSWORD).before_10_2(),
        ),
    ] {
        let ran = output(OnDisk::new(&backup).locked_audit());
        assert_eq!(ran.status, 3, "{case}: {}", ran.err);
        assert!(ran.err.is_empty(), "{case}: {}", ran.err);
        locked(case, &ran, "password");
    }
    // Without a terminal nothing is asked either.
    let on_disk = encrypted();
    let mut command = super::run::spotcheck();
    command
        .arg("ios")
        .arg(&on_disk.path)
        .args(["--as-of", "evidence", "--format", "json"])
        .stdin(Stdio::null());
    let ran = output(command);
    assert_eq!(ran.status, 3, "{}", ran.err);
    locked("no terminal", &ran, "password");
}

#[test]
fn a_place_without_a_password_is_told_before_the_backup_is_read() {
    let on_disk = encrypted();
    let empty = on_disk.beside("empty.txt", "\nsecond line\n");
    let missing = on_disk.folder().join("missing.txt");
    let wide = on_disk.folder().join("wide.txt");
    std::fs::write(&wide, b"\xff\xfes\0e\0\r\0\n\0").expect("written");
    for (case, args, part) in [
        (
            "UTF-16",
            ["--password-file".into(), wide.display().to_string()],
            "save its file as UTF-8: it is UTF-16 text",
        ),
        (
            "no file",
            ["--password-file".into(), missing.display().to_string()],
            "missing.txt",
        ),
        (
            "empty",
            ["--password-file".into(), empty.display().to_string()],
            "empty",
        ),
        (
            "no variable",
            ["--password-env".into(), "SPOTCHECK_NOT_SET".into()],
            "SPOTCHECK_NOT_SET",
        ),
    ] {
        let mut command = on_disk.locked_audit();
        command.args(args);
        let ran = output(command);
        assert_eq!(ran.status, 2, "{case}: {}", ran.err);
        assert!(ran.err.contains(part), "{case}: {}", ran.err);
        assert!(ran.out.is_empty(), "{case}");
    }
}

/// Arguments can be seen by every user of the computer.
#[test]
fn no_argument_takes_a_password() {
    let on_disk = encrypted();
    for option in ["--password", "-p", "--pass"] {
        let mut command = on_disk.locked_audit();
        command.args([option, "secret"]);
        assert_eq!(output(command).status, 2, "{option}");
    }
    for command in ["ios", "batch"] {
        let help = super::run::run([command, "--help"]).out;
        for line in help
            .lines()
            .filter(|line| line.trim().starts_with("--pass"))
        {
            let words = [
                "--password-file <FILE>",
                "--password-env <NAME>",
                "--passwords <FILE>",
            ];
            assert!(words.iter().any(|w| line.contains(w)), "{line}");
        }
    }
}

/// A password that nothing needs is not even looked at.
#[test]
fn a_backup_in_clear_needs_no_password() {
    let on_disk = OnDisk::new(&Backup::compliant());
    let with = output(on_disk.audit(PASSWORD));
    assert!(with.err.is_empty(), "{}", with.err);
    assert_eq!(with.out, output(on_disk.locked_audit()).out);
}
