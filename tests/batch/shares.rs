//! `--shard`, `merge` and GNU parallel.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use super::backup_builder::Backup;
use super::common::*;
use super::run::{ran, run};

fn folder() -> Folder {
    let folder = mixed();
    for n in 0..9 {
        let backup = match n % 3 {
            0 => Backup::compliant(),
            1 => Backup::failing(),
            _ => Backup::gaps(),
        };
        folder.backup(&format!("more/phone-{n}"), &backup);
    }
    folder
}

const INPUTS: usize = 15;

fn merge(files: &[PathBuf]) -> super::run::Ran {
    run(std::iter::once("merge".into()).chain(files.iter().map(|f| f.as_os_str().to_owned())))
}

#[test]
fn the_shares_make_the_whole() {
    let folder = folder();
    let whole = output(folder.batch(&["--resume", "whole.jsonl"]));
    let expected = results(&read(&folder.at("whole.jsonl")));
    assert_eq!(expected.len(), INPUTS);

    let mut parts = Vec::new();
    let mut all = std::collections::BTreeMap::new();
    for share in 1..=3 {
        let (name, shard) = (format!("part-{share}.jsonl"), format!("{share}/3"));
        output(folder.batch(&["--resume", &name, "--shard", &shard]));
        let part = results(&read(&folder.at(&name)));
        assert!(!part.is_empty(), "an even spread over {INPUTS} inputs");
        all.extend(part);
        parts.push(folder.at(&name));
    }
    assert_eq!(all, expected);

    let of_whole = merge(&[folder.at("whole.jsonl")]);
    let of_parts = merge(&parts);
    assert_eq!(of_parts.out, of_whole.out);
    assert_eq!(
        (of_parts.status, of_whole.status),
        (whole.status, whole.status)
    );
    assert!(!of_parts.out.contains("MISSING"), "{}", of_parts.out);
    nameless("merge", &of_parts.out);

    // The order and a file given twice change nothing but what is said of it.
    let turned = merge(&[parts[2].clone(), parts[0].clone(), parts[1].clone()]);
    assert_eq!(turned.out, of_whole.out);
    let doubled = merge(&[parts.clone(), vec![parts[0].clone()]].concat());
    assert!(doubled.out.contains("came twice"), "{}", doubled.out);

    // One share is not there.
    let short = merge(&parts[..2]);
    assert!(
        short
            .out
            .contains("MISSING: no result at all of the shares 3/3."),
        "{}",
        short.out
    );
    let missing = results(&read(&parts[2])).len();
    assert!(
        short
            .out
            .contains(&format!("MISSING: {missing} have no result yet.")),
        "{}",
        short.out
    );
    // Half of one: counted, and told what to do.
    let text = read(&parts[1]);
    let half = folder.file("half.jsonl", &text[..text.len() - 9]);
    let cut = merge(&[parts[0].clone(), half, parts[2].clone()]);
    assert!(cut.out.contains("half-written"), "{}", cut.out);
    assert!(
        cut.out.contains("MISSING: 1 have no result yet."),
        "{}",
        cut.out
    );
    assert_ne!(cut.status, 0);
    let whole = results(&text).len();
    if whole > 1 {
        let half_done = format!(
            "MISSING: share 2/3 has {} of its {whole} results.",
            whole - 1
        );
        assert!(cut.out.contains(&half_done), "{}", cut.out);
    }
}

#[test]
fn a_part_that_is_missing_is_never_a_pass() {
    let folder = Folder::new();
    for n in 0..6 {
        folder.backup(&format!("phone-{n}"), &Backup::compliant());
    }
    let args = [
        "--profile",
        "nhs-england-quick",
        "--readable-only",
        "--resume",
    ];
    let mut parts = Vec::new();
    for share in 1..=2 {
        let (name, shard) = (format!("{share}.jsonl"), format!("{share}/2"));
        let mut command = folder.batch(&args);
        command.args([&name, "--shard", &shard]);
        assert_eq!(output(command).status, 0);
        parts.push(folder.at(&name));
    }
    assert_eq!(merge(&parts).status, 0);
    assert_eq!(merge(&parts[..1]).status, 3);
    let empty = folder.file("empty.jsonl", "");
    assert_eq!(merge(&[empty]).status, 3);
    assert_eq!(merge(&[folder.at("no-such-file")]).status, 4);
    let notes = folder.file("notes.txt", "my notes\n");
    let wrong = merge(&[notes]);
    assert_eq!(wrong.status, 4);
    assert!(wrong.err.contains("line 1"), "{}", wrong.err);
}

#[test]
fn gnu_parallel_spreads_a_batch() {
    let version = Command::new("parallel").arg("--version").output();
    let gnu = version.is_ok_and(|v| String::from_utf8_lossy(&v.stdout).contains("GNU parallel"));
    if !gnu {
        let why = "GNU parallel is not installed (Debian: apt-get install parallel)";
        assert!(
            std::env::var_os("SPOTCHECK_STRICT").is_none_or(|v| v != "1"),
            "SPOTCHECK_STRICT=1, and {why}"
        );
        // Not `eprintln!`, which the test harness swallows when a test passes.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
        return;
    }
    let folder = folder();
    let whole = output(folder.batch(&["--resume", "whole.jsonl"]));
    // The command of docs/batches.md, with a job log to see that every share ran.
    let mut command = Command::new("parallel");
    command
        .args(["--will-cite", "--joblog", "log"])
        .arg("\"$SPOTCHECK\" batch phones --as-of evidence --jobs 1 --shard {}/4 --resume part-{}.jsonl")
        .args([":::", "1", "2", "3", "4"])
        .env("SPOTCHECK", env!("CARGO_BIN_EXE_spotcheck"))
        .env("HOME", folder.at(""))
        .env("SHELL", "/bin/sh")
        .current_dir(folder.at(""));
    let parallel = ran(command.output().expect("starts"));
    let log = read(&folder.at("log"));
    assert_eq!(log.lines().count(), 5, "{log}{}", parallel.err);
    let parts: Vec<PathBuf> = (1..=4)
        .map(|n| folder.at(&format!("part-{n}.jsonl")))
        .collect();
    let merged = merge(&parts);
    assert_eq!(
        merged.out,
        merge(&[folder.at("whole.jsonl")]).out,
        "{}",
        parallel.err
    );
    assert_eq!(merged.status, whole.status);
}
