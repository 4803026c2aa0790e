//! Files are opened before anything is read, written whole or not at all, and never over another unasked.

use crate::common::*;

const AUDIT: &str =
    "ios sample-backups/ios-compliant --profile nhs-england-quick --readable-only --as-of evidence";

#[test]
fn the_terminal_shows_the_result_all_the_same() {
    let folder = Folder::new();
    let plain = with(AUDIT, &[]);
    let ran = files(&folder, "a", AUDIT, &[]);
    assert_eq!((ran.status, &ran.out), (plain.status, &plain.out));
    assert_eq!(folder.names(), ["a.csv", "a.html", "a.json", "a.xml"]);
    let json = with(AUDIT, &["--format", "json"]);
    assert_eq!(folder.read("a.json"), json.out);
    assert!(folder.read("a.html").starts_with("<!DOCTYPE html>"));
    assert!(folder.read("a.csv").starts_with("input,profile,"));
}

/// The backup is missing in each of these: the wrong file is told, not the missing backup.
#[test]
fn a_bad_path_fails_before_anything_is_read() {
    let folder = Folder::new();
    let there = folder.file("there.json", "mine");
    std::fs::create_dir(folder.at("folder.html")).expect("made");
    let name = |name: &str| folder.text(name);
    for (outputs, status, part) in [
        (vec![there.clone()], 2, "already there"),
        (vec![name("no/such/folder/a.json")], 5, "cannot be written"),
        (
            vec![name("folder.html")],
            5,
            "a folder of this name is there",
        ),
        (vec![name("a.docx")], 2, "End it in .json, .csv, .xml"),
        (vec![name("a")], 2, "End it in .json"),
        (vec!["-".to_owned()], 2, "End it in .json"),
        (vec![name("a.html"), name("a.html")], 2, "given twice"),
        (vec![name("a.html"), there.clone()], 2, "already there"),
    ] {
        let mut args = vec!["ios", "no-such-backup"];
        for output in &outputs {
            args.extend(["-o", output]);
        }
        let ran = crate::run::run(&args);
        assert_eq!(ran.status, status, "{outputs:?}: {}", ran.err);
        assert!(ran.err.contains(part), "{outputs:?}: {}", ran.err);
        assert_eq!(
            folder.names(),
            ["folder.html", "there.json"],
            "nothing is left"
        );
        assert_eq!(folder.read("there.json"), "mine");
    }
    // Where the names are right and the backup cannot be read, nothing is left either.
    let ran = crate::run::run(["ios", "no-such-backup", "-o", &name("a.html")]);
    assert_eq!(ran.status, 4);
    assert_eq!(folder.names(), ["folder.html", "there.json"]);
}

#[test]
fn force_writes_over() {
    let folder = Folder::new();
    let path = folder.file("a.json", "mine");
    let ran = with(AUDIT, &["-o", &path, "--force"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(folder.read("a.json").starts_with("{\n  \"schema\": 1"));
    assert_eq!(folder.names(), ["a.json"]);
}

#[test]
fn two_checklists_share_a_file_or_have_one_each() {
    let two = "ios sample-backups/ios-compliant --profile nhs-england --profile nhs-england-quick --as-of evidence --no-input";
    let folder = Folder::new();
    let ran = with(two, &["-o", &folder.text("a.json")]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(
        ran.err.contains("Put {profile} into the name"),
        "{}",
        ran.err
    );
    assert!(folder.names().is_empty());
    let ran = with(
        two,
        &[
            "-o",
            &folder.text("a-{profile}.json"),
            "-o",
            &folder.text("a.csv"),
            "-o",
            &folder.text("a.html"),
            "-o",
            &folder.text("a.xml"),
        ],
    );
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert_eq!(
        folder.names(),
        [
            "a-nhs-england-quick.json",
            "a-nhs-england.json",
            "a.csv",
            "a.html",
            "a.xml"
        ]
    );
    for id in ["nhs-england", "nhs-england-quick"] {
        let one: serde_json::Value =
            serde_json::from_str(&folder.read(&format!("a-{id}.json"))).expect("JSON");
        assert_eq!(one["profile"]["id"], id);
    }
    assert_eq!(folder.read("a.xml").matches("<testsuite ").count(), 2);
    assert!(folder.read("a.html").contains("2 results"));
}

/// An overview of a part says that it is one.
#[test]
fn a_part_of_a_batch_says_so() {
    let folder = Folder::new();
    let batch = "batch sample-backups --as-of evidence --profile nhs-england-quick";
    for (name, shard, here) in [
        ("all.html", "1/1", None),
        ("part.html", "1/2", Some("Not everything is here")),
    ] {
        let ran = with(batch, &["--html", &folder.text(name), "--shard", shard]);
        assert!([0, 1, 3].contains(&ran.status), "{}", ran.err);
        let said = folder.read(name).contains("Not everything is here");
        assert_eq!(said, here.is_some(), "{name}");
    }
    assert!(
        folder
            .read("part.html")
            .contains("Of the 7 backups and captures of this batch")
    );
}

/// A questionnaire is no result: it goes to no file.
#[test]
fn a_template_has_no_files() {
    let folder = Folder::new();
    let ran = with(AUDIT, &["--answers-template", "-o", &folder.text("a.json")]);
    assert_eq!(ran.status, 2, "{}", ran.err);
}

#[test]
fn a_batch_has_a_folder_and_a_page() {
    let folder = Folder::new();
    let batch = "batch sample-backups --as-of evidence --profile nhs-england-quick";
    for name in ["a.json", "a.csv", "a.html"] {
        let ran = with(batch, &["-o", &folder.text(name)]);
        assert_eq!(ran.status, 2, "{}", ran.err);
        assert!(ran.err.contains("names a folder"), "{}", ran.err);
    }
    let page = folder.file("there.html", "mine");
    let ran = with(batch, &["--html", &page]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert_eq!(folder.read("there.html"), "mine");
    let ran = with(
        batch,
        &["--html", &page, "--force", "-o", &folder.text("out")],
    );
    assert_eq!(ran.status, 1, "{}", ran.err);
    let text = folder.read("there.html");
    // The sample with a gap, the locked one, and no folder's name.
    assert!(text.contains("7 results of a batch"));
    assert!(!text.contains("ios-failing"), "no name of a folder");
    assert_eq!(folder.names(), ["out", "there.html"]);
}
