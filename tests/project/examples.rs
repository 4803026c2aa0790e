//! The four worked examples of CONTRIBUTING.md. What is to be added is added to a copy and tried; what is there already
//! is looked for.

use std::process::Command;

use spotcheck::apps::Catalogue;
use spotcheck::evidence::Platform;

use crate::{root, text};

/// A file of a diff, with its pieces: lines that belong together, each with its first character.
struct Patch {
    file: String,
    pieces: Vec<Vec<String>>,
}

/// The diff that stands after this mark.
fn example(mark: &str) -> Vec<Patch> {
    let page = text("CONTRIBUTING.md");
    let after = page
        .split_once(&format!("<!-- example: {mark} -->\n```diff\n"))
        .unwrap_or_else(|| panic!("no example: {mark}"))
        .1;
    let diff = after.split_once("\n```").expect("an end").0;
    let mut patches: Vec<Patch> = Vec::new();
    for line in diff.lines() {
        if let Some(file) = line.strip_prefix("--- a/") {
            patches.push(Patch {
                file: file.into(),
                pieces: vec![Vec::new()],
            });
            continue;
        }
        let patch = patches.last_mut().expect("a file first");
        if let Some(file) = line.strip_prefix("+++ b/") {
            assert_eq!(file, patch.file);
            continue;
        }
        assert!(line.starts_with([' ', '+']), "{mark}: {line}");
        patch.pieces.last_mut().expect("one").push(line.to_owned());
    }
    patches
}

/// The file with the lines added where the lines around them stand, which must be one place.
fn added(patch: &Patch) -> String {
    let file = text(&patch.file);
    let piece = patch.pieces.concat();
    let lines = |with: bool| {
        let kept = piece.iter().filter(|line| with || line.starts_with(' '));
        kept.map(|line| line[1..].to_owned() + "\n")
            .collect::<String>()
    };
    let (before, after) = (lines(false), lines(true));
    assert_eq!(file.matches(&before).count(), 1, "{}", patch.file);
    file.replace(&before, &after)
}

/// Every line stands in its file, in this order.
fn is_there(mark: &str) {
    let patches = example(mark);
    assert!(patches.len() >= 2, "{mark}");
    for patch in &patches {
        let file = text(&patch.file);
        let mut rest = file.lines();
        for line in patch.pieces.concat() {
            let wanted = &line[1..];
            assert!(
                wanted.is_empty() || rest.any(|found| found == wanted),
                "{} holds no such line (any more), or not in this place: {wanted}",
                patch.file
            );
        }
    }
}

#[test]
fn the_fact_and_the_report_are_there() {
    is_there("fact, there already");
    is_there("report, there already");
}

/// What the program prints, and its status.
fn spotcheck(arguments: &[&str]) -> (i32, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_spotcheck"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the program starts");
    let out = String::from_utf8(ran.stdout).expect("UTF-8");
    let err = String::from_utf8_lossy(&ran.stderr);
    (ran.status.code().expect("a status"), out + &err)
}

#[test]
fn the_control_can_be_added_and_judges() {
    let [patch] = &example("control, to be added")[..] else {
        panic!("one file");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my-trust.toml");
    std::fs::write(&path, added(patch)).expect("written");
    let path = path.display().to_string();
    let (status, out) = spotcheck(&["profile", "check", &path, "--as-of", "2026-11-22"]);
    assert_eq!(status, 0, "{out}");
    for (phone, verdict) in [
        (
            "android --capture sample-backups/android-compliant.capture",
            "pass",
        ),
        ("ios sample-backups/ios-compliant", "unresolved"),
    ] {
        let arguments: Vec<&str> = phone
            .split(' ')
            .chain(["--profile", &path, "--as-of", "evidence", "--no-input"])
            .chain(["--controls", "MT-AWAKE", "--format", "json"])
            .collect();
        let (_, out) = spotcheck(&arguments);
        let audit: serde_json::Value = serde_json::from_str(&out).expect(&out);
        let found = audit["findings"].as_array().expect("findings");
        let found: Vec<_> = found
            .iter()
            .map(|f| (&f["control"], &f["verdict"]))
            .collect();
        assert_eq!(found, [(&"MT-AWAKE".into(), &verdict.into())], "{phone}");
    }
}

#[test]
fn the_app_can_be_added() {
    let [patch] = &example("app, to be added")[..] else {
        panic!("one file");
    };
    let before: Catalogue = toml::from_str(&text("profiles/apps.toml")).expect("the catalogue");
    let after: Catalogue = toml::from_str(&added(patch)).expect("the catalogue with one more");
    assert_eq!(after.apps.len(), before.apps.len() + 1);
    let new: Vec<_> = after
        .apps
        .iter()
        .filter(|app| before.apps.iter().all(|old| old.id != app.id))
        .collect();
    let [app] = new[..] else {
        panic!("one new id");
    };
    let ids: Vec<_> = app.ids_on(Platform::Android).collect();
    assert_eq!(ids.len(), 1);
    assert!(
        before
            .apps
            .iter()
            .all(|old| old.ids_on(Platform::Android).all(|id| id != ids[0]))
    );
    assert!(
        !app.id_is_sure(Platform::Android),
        "only what was verified is sure"
    );
    assert!(!app.exists_on(Platform::Ios));
}
