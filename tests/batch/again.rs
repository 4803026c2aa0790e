//! What was kept is never taken for something else: another phone, another backup, another checklist, another day.

use std::path::{Path, PathBuf};

use super::backup_builder::Backup;
use super::common::*;
use super::run::{Ran, run, spotcheck};

const QUICK: [&str; 3] = ["--profile", "nhs-england-quick", "--readable-only"];

/// A quick batch over these folders, judged as of the evidence.
fn batch(folder: &Folder, roots: &[&str], args: &[&str]) -> Ran {
    let mut command = spotcheck();
    command
        .arg("batch")
        .args(roots)
        .args(QUICK)
        .args(["--as-of", "evidence"])
        .args(args)
        .current_dir(folder.at(""));
    output(command)
}

fn merge(files: &[PathBuf]) -> Ran {
    run(std::iter::once("merge".into()).chain(files.iter().map(|f| f.as_os_str().to_owned())))
}

/// The same place in two folders: a phone that passes and one that fails.
fn wards(one: &str, two: &str) -> Folder {
    let folder = Folder::new();
    Backup::compliant().build(&folder.at(one).join("phone-1"));
    Backup::failing().build(&folder.at(two).join("phone-1"));
    folder
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

fn count(text: &str) -> usize {
    lines(text).len()
}

#[test]
fn phones_of_the_same_name_in_two_folders_are_two() {
    for [one, two] in [["wardA", "wardB"], ["x/ward", "y/ward"]] {
        let folder = wards(one, two);
        for roots in [[one, two], [two, one]] {
            let ran = batch(&folder, &roots, &["--resume", "both.jsonl", "-o", "both"]);
            assert_eq!(ran.status, 1, "{}", ran.err);
            let both = read(&folder.at("both.jsonl"));
            assert_eq!(sorted(&results(&both)), ["FAIL", "PASS"]);
            // A crash left the first line.
            let first = both.split_inclusive('\n').next().expect("a line");
            let crashed = folder.file("crashed.jsonl", first);
            let ran = batch(&folder, &roots, &["--resume", "crashed.jsonl"]);
            assert!(ran.err.contains("1 of 2 found were audited"), "{}", ran.err);
            assert_eq!(ran.status, 1, "{}", ran.err);
            assert_eq!(sorted(&results(&read(&crashed))), ["FAIL", "PASS"]);
            assert_eq!(files_in(&folder.at("both")), 2);
            assert_eq!(merge(&[folder.at("both.jsonl")]).status, 1);
            std::fs::remove_file(folder.at("both.jsonl")).expect("removed");
            std::fs::remove_dir_all(folder.at("both")).expect("removed");
        }
    }
}

#[test]
fn results_of_two_folders_are_never_merged_into_a_pass() {
    for ([one, two], why) in [
        (["wardA", "wardB"], "another batch"),
        (
            ["x/ward", "y/ward"],
            "another file has another result of the same input",
        ),
    ] {
        let folder = wards(one, two);
        let [a, b] = ["a.jsonl", "b.jsonl"].map(|name| folder.at(name));
        assert_eq!(batch(&folder, &[one], &["--resume", "a.jsonl"]).status, 0);
        assert_eq!(batch(&folder, &[two], &["--resume", "b.jsonl"]).status, 1);
        for files in [[a.clone(), b.clone()], [b.clone(), a.clone()]] {
            let ran = merge(&files);
            assert_eq!(ran.status, 4, "{}", ran.out);
            assert!(ran.err.contains(why), "{}", ran.err);
            assert!(
                ran.err.contains("spotcheck batch FOLDER FOLDER"),
                "{}",
                ran.err
            );
            assert!(ran.out.is_empty(), "{}", ran.out);
        }
    }
}

/// One file for two folders, one after the other, with the same names: whichever comes first, the failure stays.
#[test]
fn a_failure_stays_in_its_file() {
    for roots in [["x/ward", "y/ward"], ["y/ward", "x/ward"]] {
        let folder = wards("x/ward", "y/ward");
        for (n, root) in roots.iter().enumerate() {
            let ran = batch(&folder, &[root], &["--resume", "one.jsonl", "-o", "out"]);
            assert!(ran.err.contains("1 of 1 found were audited"), "{}", ran.err);
            assert_eq!(
                ran.err.contains("were audited again"),
                n == 1,
                "{}",
                ran.err
            );
            let failing_was_seen = n == 1 || *root == "y/ward";
            assert_eq!(ran.status == 1, failing_was_seen, "{}", ran.err);
        }
        let merged = merge(&[folder.at("one.jsonl")]);
        assert_eq!(merged.status, 1);
        assert!(merged.out.contains("audited again"), "{}", merged.out);
        // Neither is written over the other.
        assert_eq!(files_in(&folder.at("out")), 2);
    }
}

#[test]
fn a_backup_that_took_the_place_of_another_is_read() {
    let folder = Folder::new();
    let root = folder.at("phones");
    folder.backup("phone", &Backup::compliant());
    folder.capture("android/a.capture", "android-compliant.capture");
    let args = ["--resume", "results.jsonl", "-o", "out"];
    let first = batch(&folder, &["phones"], &args);
    let kept = read(&folder.at("results.jsonl"));
    assert_eq!((first.status, count(&kept)), (0, 2), "{}", first.err);
    // Nothing has changed: nothing is read, and nothing written.
    let again = batch(&folder, &["phones"], &args);
    assert_eq!(again.status, 0);
    assert!(again.err.contains("0 of 2 found"), "{}", again.err);
    assert!(!again.err.contains("were audited again"), "{}", again.err);
    assert_eq!(read(&folder.at("results.jsonl")), kept);

    std::fs::remove_dir_all(root.join("phone")).expect("removed");
    folder.backup("phone", &Backup::failing());
    let changed = batch(&folder, &["phones"], &args);
    assert_eq!(changed.status, 1, "{}", changed.err);
    assert!(changed.err.contains("1 of 2 found"), "{}", changed.err);
    assert!(
        changed.err.contains("1 were audited again"),
        "{}",
        changed.err
    );
    folder.capture("android/a.capture", "android-failing.capture");
    let changed = batch(&folder, &["phones"], &args);
    assert!(changed.err.contains("1 of 2 found"), "{}", changed.err);
    let page = batch(
        &folder,
        &["phones"],
        &[&args[..2], &["--html", "p.html"]].concat(),
    );
    assert_eq!(page.status, 1, "{}", page.err);
    let page = read(&folder.at("p.html"));
    assert!(page.contains("2 results are of backups that were audited again."));
    let now = read(&folder.at("results.jsonl"));
    assert!(now.starts_with(&kept), "a result was lost");
    assert_eq!(count(&now), 4);
    assert_eq!(files_in(&folder.at("out")), 4);
    nameless("results", &now);
    assert_eq!(merge(&[folder.at("results.jsonl")]).status, 1);
}

#[test]
fn another_question_is_asked_again() {
    let folder = Folder::new();
    folder.backup("phone", &Backup::compliant());
    folder.file(
        "waivers.toml",
        "[[waiver]]\ncontrol = \"IM-07\"\nownership = \"trust\"\nreason = \"Old\"\napprover = \"Head of IG\"\nexpires = 2027-01-31\n",
    );
    folder.file("about.toml", "ownership = \"trust\"\n");
    let run = |args: &[&str], results: &str| {
        let mut command = spotcheck();
        command
            .args(["batch", "phones", "--profile", "nhs-england-quick"])
            .args(args)
            .args(["--resume", results])
            .current_dir(folder.at(""));
        output(command)
    };
    let evidence = ["--as-of", "evidence"];
    let with = |more: &[&'static str]| [&evidence[..], more].concat();
    let runs = [
        with(&[]),
        with(&["--readable-only"]),
        with(&["--readable-only", "--set", "auto_lock_max=10m"]),
        with(&["--readable-only", "--set", "auto_lock_max=30s"]),
        with(&["--controls", "IM-05a"]),
        with(&["--controls", "IM-05b"]),
        with(&["--ownership", "trust"]),
        with(&["--about", "about.toml", "--role", "nurse"]),
        with(&["--ownership", "trust", "--waivers", "waivers.toml"]),
        vec!["--as-of", "2026-11-20"],
        vec!["--as-of", "2026-11-21"],
        vec![],
    ];
    for (n, args) in runs.iter().enumerate() {
        let ran = run(args, "results.jsonl");
        assert!(ran.err.contains("1 of 1 found"), "{args:?}: {}", ran.err);
        assert_eq!(count(&read(&folder.at("results.jsonl"))), n + 1, "{args:?}");
    }
    // All of them hold still, each for its own question.
    for args in &runs {
        let ran = run(args, "results.jsonl");
        assert!(ran.err.contains("0 of 1 found"), "{args:?}: {}", ran.err);
    }
    // A stricter limit fails, as it does on its own.
    let [loose, strict] = [&runs[2], &runs[3]];
    assert_eq!(run(loose, "limits.jsonl").status, 0);
    assert_eq!(run(strict, "limits.jsonl").status, 1);
    // A checklist of the same name, changed.
    let own = |limit: &str| {
        folder.file(
            "own.toml",
            format!(
                "id = \"own\"\ntitle = \"Own\"\nas_of = 2026-11-21\nsource = \"Ours\"\nextends = \"nhs-england-quick\"\n[parameters.auto_lock_max]\nvalue = \"{limit}\"\nsource = \"Ours\"\n"
            ),
        );
        let args = ["--profile", "own.toml", "--controls", "IM-05b"];
        batch(
            &folder,
            &["phones"],
            &[&args[..], &["--resume", "own.jsonl"]].concat(),
        )
    };
    assert_eq!(own("10m").status, 0);
    assert_eq!(own("30s").status, 1);
}

/// Lines of an earlier version, and those that time has overtaken.
#[test]
fn what_says_nothing_of_itself_or_has_run_out_is_audited_again() {
    let folder = Folder::new();
    folder.backup("phone", &Backup::compliant());
    let mut command = spotcheck();
    command
        .args(["batch", "phones", "--format", "jsonl"])
        .args(QUICK)
        .current_dir(folder.at(""));
    let line = lines(&output(command).out).remove(0);
    let without = |key: &str| {
        let mut line = line.clone();
        let place = line["batch"].as_object_mut().expect("a place");
        place.shift_remove(key).expect("was there");
        line
    };
    let with = |pointer: &str, key: &str, value: &str| {
        let mut line = line.clone();
        let into = line.pointer_mut(pointer).expect("there");
        into.as_object_mut()
            .expect("an object")
            .insert(key.into(), value.into());
        line
    };
    for (what, line, audited) in [
        ("as it was", line.clone(), false),
        ("no evidence", without("evidence"), true),
        ("no terms", without("terms"), true),
        (
            "run out",
            with("/batch", "good_until", "2020-01-01T00:00:00Z"),
            true,
        ),
        (
            "runs out later",
            with("/batch", "good_until", "9000-01-01T00:00:00Z"),
            false,
        ),
        (
            "judged later than now",
            with("", "audited_at", "9000-01-01T00:00:00Z"),
            true,
        ),
    ] {
        let path = folder.file("results.jsonl", format!("{line}\n"));
        let mut command = spotcheck();
        command
            .args(["batch", "phones", "--resume", "results.jsonl"])
            .args(QUICK)
            .current_dir(folder.at(""));
        let ran = output(command);
        let now = if audited {
            "1 of 1 found"
        } else {
            "0 of 1 found"
        };
        assert!(ran.err.contains(now), "{what}: {}", ran.err);
        assert_eq!(count(&read(&path)), if audited { 2 } else { 1 }, "{what}");
    }
}
