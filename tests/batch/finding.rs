//! What a batch finds, and that one bad input spoils nothing.

use super::backup_builder::Backup;
use super::common::*;
use super::run::spotcheck;

const QUICK: &[&str] = &[
    "--profile",
    "nhs-england-quick",
    "--readable-only",
    "--format",
    "jsonl",
];

#[test]
fn every_layout_and_captures_in_one_run() {
    let folder = mixed();
    let before = super::fingerprint::fingerprint(&folder.root());
    for jobs in ["1", "2", "7"] {
        let mut command = folder.batch(QUICK);
        command.args(["--jobs", jobs]);
        let ran = output(command);
        let results = results(&ran.out);
        assert_eq!(
            sorted(&results),
            [
                "FAIL",
                "FAIL",
                "INCOMPLETE",
                "INCOMPLETE",
                "NOT READ 4",
                "PASS"
            ],
            "{}",
            ran.err
        );
        assert_eq!(ran.status, 4, "the worst of all");
        nameless("standard output", &ran.out);
    }
    assert_eq!(super::fingerprint::fingerprint(&folder.root()), before);
}

#[test]
fn what_a_batch_says_is_what_an_audit_alone_says() {
    let folder = mixed();
    let backup = folder
        .root()
        .join("AppData/Roaming/Apple Computer/MobileSync/Backup")
        .join(UDIDS[1]);
    let mut command = spotcheck();
    command
        .arg("ios")
        .arg(&backup)
        .args(["--as-of", "evidence", "--format", "json"]);
    let mut alone: serde_json::Value = serde_json::from_str(&output(command).out).expect("JSON");
    // A folder that is itself a backup.
    let mut command = spotcheck();
    command
        .arg("batch")
        .arg(&backup)
        .args(["--as-of", "evidence", "--format", "jsonl"]);
    let ran = output(command);
    let [mut line] = <[_; 1]>::try_from(lines(&ran.out)).expect("one line");
    assert_eq!(line["batch"]["inputs"], 1);
    line.as_object_mut()
        .expect("an object")
        .shift_remove("batch");
    // The one thing that is of the moment.
    for audit in [&mut line, &mut alone] {
        audit["audited_at"] = "now".into();
    }
    assert_eq!(line, alone);
    assert_eq!(ran.status, 1);
    nameless("standard output", &ran.out);
}

#[test]
fn the_status_is_the_worst_of_all() {
    for (backups, status) in [
        (vec![Backup::compliant(), Backup::compliant()], 0),
        (vec![Backup::compliant(), Backup::gaps()], 3),
        (
            vec![Backup::gaps(), Backup::failing(), Backup::compliant()],
            1,
        ),
        (
            vec![Backup::failing(), Backup::compliant().encrypted("a")],
            1,
        ),
    ] {
        let folder = Folder::new();
        for (n, backup) in backups.iter().enumerate() {
            folder.backup(&format!("phone-{n}"), backup);
        }
        let ran = output(folder.batch(QUICK));
        assert_eq!(ran.status, status, "{}", ran.err);
        assert_eq!(lines(&ran.out).len(), backups.len());
    }
}

#[test]
fn default_locations_of_every_system() {
    let folder = mixed();
    let none = folder.at("none");
    for (variable, below) in [("HOME", ""), ("APPDATA", "AppData/Roaming")] {
        let mut command = spotcheck();
        command
            .args(["batch", "--default-locations", "--as-of", "evidence"])
            .args(QUICK)
            .env("HOME", &none)
            .env_remove("APPDATA")
            .env_remove("USERPROFILE")
            .env(variable, folder.root().join(below));
        let ran = output(command);
        assert_eq!(lines(&ran.out).len(), 1, "{variable}: {}", ran.err);
    }
}

#[test]
fn nothing_to_audit_and_wrong_paths_are_told() {
    let folder = Folder::new();
    folder.file("phones/notes.txt", "nothing");
    let ran = output(folder.batch(&[]));
    assert_eq!(ran.status, 4);
    assert!(ran.err.contains("no iPhone backup"), "{}", ran.err);
    let ran = output({
        let mut command = folder.batch(&[]);
        command.arg("no-such-folder");
        command
    });
    assert_eq!(ran.status, 4);
    assert!(ran.err.contains("no-such-folder"), "{}", ran.err);
    assert!(ran.out.is_empty());
}

/// A folder that may not be listed hides what it holds: that is told, and the rest is audited.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_listed_stops_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    folder.backup("phone-1", &Backup::compliant());
    let closed = folder.root().join("closed");
    std::fs::create_dir(&closed).expect("made");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("closed");
    if std::fs::read_dir(&closed).is_ok() {
        // The administrator may list everything: what is not allowed cannot be tried.
        return;
    }
    let ran = output(folder.batch(QUICK));
    assert_eq!(lines(&ran.out).len(), 1);
    assert!(ran.err.contains("cannot be listed"), "{}", ran.err);
    assert_eq!(ran.status, 4);
}
