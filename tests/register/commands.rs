//! The commands, as people and scripts use them.

use crate::common::*;
use crate::run::{run, words};

fn register(folder: &Folder, line: &str) -> crate::run::Ran {
    let path = folder.text("r.sqlite");
    run(words(line).into_iter().chain([
        "--register".into(),
        path,
        "--keep-days".into(),
        "730".into(),
    ]))
}

#[test]
fn audits_are_kept_listed_verified_and_taken_elsewhere() {
    let folder = Folder::new();
    for name in ["ios-compliant", "ios-failing", "ios-gaps"] {
        let ran = register(
            &folder,
            &format!(
                "ios sample-backups/{name} --as-of evidence --staff-ref S-{name} --campaign 2026-11 --format json"
            ),
        );
        assert!(
            ran.err.contains("Kept in the register. Head: "),
            "{}",
            ran.err
        );
    }
    // The same once more.
    let ran = register(
        &folder,
        "ios sample-backups/ios-gaps --as-of evidence --staff-ref S-ios-gaps --campaign 2026-11 --format json",
    );
    assert!(
        ran.err.contains("is in the register already"),
        "{}",
        ran.err
    );
    let list = register(&folder, "register list --campaign 2026-11");
    assert_eq!(list.out.matches("nhs-england").count(), 3, "{}", list.out);
    let verify = register(&folder, "register verify");
    assert_eq!(verify.status, 0, "{}", verify.out);
    assert!(verify.out.contains("4 records"), "{}", verify.out);
    let head = list
        .out
        .rsplit(' ')
        .next()
        .expect("a head")
        .trim()
        .to_owned();
    assert_eq!(
        register(&folder, &format!("register verify --head {head}")).status,
        0
    );
    let other = "00000000-4-000000000000000000000000";
    let wrong = register(&folder, &format!("register verify --head {other}"));
    assert_eq!(wrong.status, 1);
    assert!(wrong.out.contains("WRONG"), "{}", wrong.out);
    let shown = register(&folder, "register show 3");
    let value: serde_json::Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(value["overall"], "FAIL");
    assert_eq!(register(&folder, "register show 99").status, 2);

    // To another register, and back without doubles.
    let export = register(&folder, "register export");
    let file = folder.at("export.jsonl");
    std::fs::write(&file, &export.out).expect("written");
    let (file, other) = (file.display().to_string(), folder.text("other.sqlite"));
    let merged = run(["register", "merge", &file, "--register", &other]);
    assert!(
        merged.out.contains("4 records added, 0 known already"),
        "{} {}",
        merged.out,
        merged.err
    );
    let again = run(["register", "merge", &file, "--register", &other]);
    assert!(
        again.out.contains("0 records added, 4 known already"),
        "{}",
        again.out
    );
    assert_eq!(run(["register", "verify", "--register", &other]).status, 0);
    let bad = folder.at("bad.jsonl");
    std::fs::write(&bad, export.out.replace("ios-failing", "ios-fooling")).expect("written");
    let bad = bad.display().to_string();
    let refused = run(["register", "merge", &bad, "--register", &other]);
    assert_eq!(refused.status, 4);
    assert!(refused.err.contains("line 3"), "{}", refused.err);
}

/// A slip is held against the register as against a saved audit.
#[test]
fn a_slip_is_known_again_by_the_register() {
    let folder = Folder::new();
    let slip = folder.text("slip.txt");
    register(
        &folder,
        &format!("ios sample-backups/ios-failing --as-of evidence -o {slip}"),
    );
    register(&folder, "ios sample-backups/ios-gaps --as-of evidence");
    let text = std::fs::read_to_string(&slip).expect("the slip");
    let at = text.find("SPOTCHECK1").expect("the code");
    let code: String = text[at..]
        .split_whitespace()
        .take(5)
        .collect::<Vec<_>>()
        .join(" ");
    // The hash may be set over two lines.
    let (head, hash) = code.split_at(code.match_indices(' ').nth(2).expect("a hash").0 + 1);
    let hash: String = hash
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(64)
        .collect();
    let path = folder.text("r.sqlite");
    let verify = |scanned: &str| run(["verify-slip", scanned, "--register", &path]);
    let good = verify(&format!("{head}{hash}"));
    assert_eq!(good.status, 0, "{} {} {head}{hash}", good.out, good.err);
    let other = hash.replace(&hash[..1], if hash.starts_with('a') { "b" } else { "a" });
    assert_ne!(verify(&format!("{head}{other}")).status, 0);
    assert_eq!(run(["verify-slip", &format!("{head}{hash}")]).status, 2);
}

#[test]
fn batches_are_taken_in() {
    let folder = Folder::new();
    let batch = run(words(
        "batch sample-backups --profile nhs-england-quick --readable-only --as-of evidence --format jsonl",
    ));
    let lines = batch.out.lines().count();
    let file = folder.at("batch.jsonl");
    std::fs::write(&file, &batch.out).expect("written");
    let name = file.display().to_string();
    let first = register(&folder, &format!("register import {name}"));
    assert_eq!(first.status, 0, "{}", first.err);
    assert!(
        first.out.starts_with(&format!("{lines} audits were added")),
        "{}",
        first.out
    );
    let again = register(&folder, &format!("register import {name}"));
    assert!(
        again
            .out
            .contains(&format!("{lines} were in the register already")),
        "{}",
        again.out
    );
    // One audit made readable stands on many lines.
    let one = run(words(
        "ios sample-backups/ios-gaps --as-of evidence --format json",
    ));
    std::fs::write(&file, &one.out).expect("written");
    assert!(
        register(&folder, &format!("register import {name}"))
            .out
            .starts_with("1 audit was added")
    );
    // What is no audit is refused with its line.
    std::fs::write(
        &file,
        format!("{}\nmy notes\n", batch.out.lines().next().expect("a line")),
    )
    .expect("written");
    let refused = register(&folder, &format!("register import {name}"));
    assert_eq!(refused.status, 4);
    assert!(refused.err.contains("line 2"), "{}", refused.err);
}

/// A limit that was changed for a check stands in the campaign's report, for the team and for everybody.
#[test]
fn changed_limits_stand_in_the_report() {
    let folder = Folder::new();
    for (person, set) in [("S-1", ""), ("S-2", "--set auto_lock_max=10m")] {
        let reports = ["", "--publish"].map(|how| {
            register(
                &folder,
                &format!(
                    "ios sample-backups/ios-compliant --as-of 2026-11-02T10:00:00Z --no-input --staff-ref {person} --campaign 2026-11 {set}"
                ),
            );
            register(&folder, &format!("campaign report 2026-11 {how}")).out
        });
        for report in reports {
            let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(
                words.contains("LIMITS CHANGED: some checks were judged by other limits than the checklist's own (auto_lock_max)."),
                !set.is_empty(),
                "{report}"
            );
            // The day is the one as of which was judged, which is not today.
            assert!(!words.contains("made on 2 November"), "{report}");
        }
    }
    let report = register(&folder, "campaign report 2026-11").out;
    assert!(
        report.contains("All checks are as of 2 November 2026."),
        "{report}"
    );
}

/// No name, no serial, no reading: verdicts and circumstances alone.
#[test]
fn the_register_holds_no_reading() {
    let folder = Folder::new();
    register(&folder, "ios sample-backups/ios-failing --as-of evidence");
    let ran = register(&folder, "register export");
    for reading in [
        "CANARY",
        "origin",
        "found",
        "HomeDomain",
        "bytes_kept",
        "read_log",
    ] {
        assert!(!ran.out.contains(reading), "{reading}: {}", ran.out);
    }
}
