//! The notice, and declining.

use crate::common::*;
use crate::run::{run, spotcheck};

#[test]
fn the_notice_is_filled_from_the_trusts_own_file() {
    let folder = Folder::new();
    let path = folder.file(
        "spotcheck.toml",
        "name = \"A synthetic trust\"\ndpo = \"dpo@trust.example\"\ncontact = \"the IG team\"\n\
         lawful_basis = \"public task\"\nretention = \"12 months\"\nseen_by = \"the IG team\"\n\
         if_declined = \"nothing\"\ndraw = \"on the intranet\"\n[policy]\nname = \"Mobile messaging\"\nversion = \"2.1\"\n",
    );
    let ran = run(["notice", "--trust", &path]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!("notice", ran.out);
    assert!(!ran.out.contains('['), "{}", ran.out);

    // The file in the current folder is taken by itself.
    let here = spotcheck()
        .current_dir(folder.at(""))
        .arg("notice")
        .output()
        .expect("runs");
    assert_eq!(String::from_utf8_lossy(&here.stdout), ran.out);

    // Without one, the gaps are plain to see.
    let empty = Folder::new();
    let ran = spotcheck()
        .current_dir(empty.at(""))
        .arg("notice")
        .output()
        .expect("runs");
    let out = String::from_utf8_lossy(&ran.stdout);
    assert!(out.contains("[the trust fills in: its name]"), "{out}");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("spotcheck.toml"));

    let wrong = folder.file("wrong.toml", "nmae = \"x\"\n");
    let ran = run(["notice", "--trust", &wrong]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("line 1"), "{}", ran.err);
}

/// Sentences of the notice are short: staff read it standing in a corridor.
#[test]
fn the_notice_is_easy_to_read() {
    let ran = run(["notice"]);
    let text = ran.out.replace('\n', " ");
    for sentence in text.split(['.', '?', ':']) {
        let words = sentence.split_whitespace().count();
        assert!(words <= 24, "{words} words: {sentence}");
    }
}

#[test]
fn declining_is_a_result() {
    for args in [
        vec!["ios", "no-such-folder"],
        vec!["look", "android"],
        vec!["android", "--tcp", "192.0.2.1:5555"],
    ] {
        let options = [
            "--declined",
            "--notice-given",
            "2026-11-20",
            "--staff-ref",
            "S-014",
        ];
        let ran = run(args
            .iter()
            .copied()
            .chain(options)
            .chain(["--format", "json"]));
        assert_eq!(ran.status, 3, "{args:?}: {}", ran.err);
        let audit = json(&ran.out);
        assert_eq!(audit["overall"], "INCOMPLETE");
        assert_eq!(audit["declined"], true);
        assert_eq!(audit["notice_given"], "2026-11-20");
        assert_eq!(audit["read_log"], serde_json::json!([]));
        assert_eq!(audit["warnings"], serde_json::json!([]));
        for (name, verdict) in findings(&audit, "verdict") {
            assert_eq!(verdict, "declined", "{name}");
        }
        let table = run(args.iter().copied().chain(options));
        assert!(
            table
                .out
                .contains("The person declined the check. Nothing was read")
        );
    }
}

#[test]
fn a_notice_of_tomorrow_is_refused() {
    let ran = audit("ios-compliant", &["--notice-given", "2126-01-01"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("is in the future"), "{}", ran.err);
}
