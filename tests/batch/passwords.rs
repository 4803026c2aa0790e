//! Which password opens which backup of a batch.

use std::process::Command;

use super::backup_builder::Backup;
use super::common::*;

const QUICK: &[&str] = &[
    "--profile",
    "nhs-england-quick",
    "--readable-only",
    "--format",
    "jsonl",
];

/// Four compliant backups, three of them encrypted with a password each.
fn folder() -> Folder {
    let folder = Folder::new();
    for (n, password) in ["first-secret", "second-secret", "third-secret"]
        .iter()
        .enumerate()
    {
        folder.backup(UDIDS[n], &Backup::compliant().encrypted(password));
    }
    folder.backup(UDIDS[3], &Backup::compliant());
    folder
}

fn run(folder: &Folder, rules: &str, env: &[(&str, &str)]) -> super::run::Ran {
    let rules = folder.file("rules/rules.toml", rules);
    let mut command: Command = folder.batch(QUICK);
    command.arg("--passwords").arg(rules).envs(env.to_vec());
    let ran = output(command);
    for text in [&ran.out, &ran.err] {
        assert!(!text.contains("-secret"), "{text}");
    }
    nameless("standard output", &ran.out);
    ran
}

#[test]
fn the_first_rule_that_matches_wins() {
    let folder = folder();
    folder.file("rules/second.txt", "second-secret\r\n");
    // The rule for all comes last; the one before it names one backup by its folder's name.
    let ran = run(
        &folder,
        &format!(
            "\"*10-CANARY*\" = {{ env = \"FIRST\" }}\n\"{}\" = {{ file = \"second.txt\" }}\n\"*\" = {{ env = \"THIRD\" }}\n\"00008110*\" = {{ env = \"NEVER\" }}\n",
            UDIDS[1]
        ),
        &[("FIRST", "first-secret"), ("THIRD", "third-secret")],
    );
    assert_eq!(sorted(&results(&ran.out)), ["PASS"; 4], "{}", ran.err);
    assert_eq!(ran.status, 0);
}

#[test]
fn a_missing_or_wrong_password_fails_that_backup_alone() {
    let folder = folder();
    let ran = run(
        &folder,
        "\"00008110*\" = { env = \"NOT_SET\" }\n\"00008120*\" = { env = \"WRONG\" }\n\"00008130*\" = { file = \"00008130-CANARYUDID.txt\" }\n",
        &[("WRONG", "not this")],
    );
    assert_eq!(
        sorted(&results(&ran.out)),
        ["INCOMPLETE 4", "INCOMPLETE 4", "INCOMPLETE 4", "PASS"]
    );
    assert_eq!(ran.status, 4);
    let said: Vec<String> = lines(&ran.out)
        .iter()
        .filter_map(|line| Some(line["error"]["what"].as_str()?.to_owned()))
        .collect();
    for part in [
        "The password does not open this backup",
        "NOT_SET is not set",
        "the file that its rule names cannot be used",
    ] {
        assert_eq!(
            said.iter().filter(|what| what.contains(part)).count(),
            1,
            "{part}: {said:?}"
        );
    }
    // What lies in clear is still told.
    for line in lines(&ran.out) {
        let facts = line["facts"].as_array().expect("facts");
        let lock = facts.iter().find(|fact| fact["fact"] == "lock.credential");
        assert_eq!(lock.expect("there")["value"], "set");
    }
}

#[test]
fn without_any_password_a_locked_backup_is_incomplete() {
    let folder = folder();
    let ran = output(folder.batch(QUICK));
    assert_eq!(
        sorted(&results(&ran.out)),
        ["INCOMPLETE", "INCOMPLETE", "INCOMPLETE", "PASS"]
    );
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.out.contains("password"));
}

#[test]
fn one_password_for_all_that_no_rule_names() {
    let folder = folder();
    let rules = folder.file("rules.toml", "\"00008120*\" = { env = \"SECOND\" }\n");
    let all = folder.file("all.txt", "first-secret");
    let mut command = folder.batch(QUICK);
    command
        .arg("--passwords")
        .arg(rules)
        .arg("--password-file")
        .arg(all)
        .env("SECOND", "second-secret");
    let ran = output(command);
    assert_eq!(
        sorted(&results(&ran.out)),
        ["INCOMPLETE 4", "PASS", "PASS", "PASS"],
        "{}",
        ran.err
    );
}

#[test]
fn wrong_rules_are_told_before_anything_is_read() {
    let folder = folder();
    for (rules, part) in [
        ("\"a\" = { password = \"top-secret\" }", "line 1"),
        ("\n\"[\" = { env = \"A\" }", "line 2"),
        ("\"a\" = \"top-secret\"", "line 1"),
        ("\"a\" = \"top-secret", "line 1"),
        ("\n\"a\" = top-secret", "line 2"),
    ] {
        let path = folder.file("rules.toml", rules);
        let mut command = folder.batch(QUICK);
        command.arg("--passwords").arg(path);
        let ran = output(command);
        assert_eq!(ran.status, 2, "{}", ran.err);
        assert!(ran.err.contains(part), "{}", ran.err);
        assert!(!ran.err.contains("top-secret"), "{}", ran.err);
        assert!(ran.out.is_empty());
    }
}
