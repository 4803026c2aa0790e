//! The command: options, exit statuses, reports, and what must be in none of them.

use std::path::Path;

use super::*;
use fingerprint::fingerprint;
use run::{Ran, words};
use saved::{LAYOUTS, Layout};

const QUICK: &str = "--profile nhs-england-quick --as-of evidence";

fn android(option: &str, path: &Path, more: &str) -> Ran {
    let mut args = vec![
        "android".to_owned(),
        option.to_owned(),
        path.display().to_string(),
    ];
    args.extend(words(more));
    run::run(args)
}

fn phone() -> Phone {
    Phone::stock(Make::Pixel, 31)
        .user(10, 0x410, true)
        .app(WHATSAPP, 0)
        .grant("READ_CONTACTS")
}

fn clean(name: &str, ran: &Ran, also: &[&str]) {
    for text in [&ran.out, &ran.err] {
        for canary in CANARIES.iter().chain(also) {
            assert!(!text.contains(canary), "{name}: {canary} in\n{text}");
        }
    }
}

#[test]
fn nothing_personal_in_any_report_and_nothing_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let report = saved::bugreport(&phone(), folder);
    let text = folder.join("report.txt");
    std::fs::write(&text, saved::bugreport_text(&phone())).expect("a file");
    let mut dumps = vec![("--bugreport", report), ("--bugreport", text)];
    for layout in LAYOUTS {
        let folder = folder.join(format!("{layout:?}"));
        std::fs::create_dir(&folder).expect("a folder");
        dumps.push(("--folder", saved::acquisition(&phone(), *layout, &folder)));
    }
    let before = fingerprint(folder);
    for (option, path) in &dumps {
        for format in ["table", "json"] {
            let ran = android(option, path, &format!("{QUICK} --format {format}"));
            assert_eq!(ran.status, 3, "{}: {}", path.display(), ran.err);
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            clean(
                &format!("{option} {name} {format}"),
                &ran,
                &["/home/", "8c1f", "SYN1-2026"],
            );
        }
    }
    assert_eq!(fingerprint(folder), before);
}

#[test]
fn the_report_says_where_it_comes_from_and_what_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved::acquisition(&phone(), Layout::Zip, folder.path());
    let table = android("--folder", &path, QUICK);
    for said in [
        "from an acquisition made by androidqf",
        "Delete what was taken from the phone",
    ] {
        assert!(
            squeezed(&table.out).contains(said),
            "{said}:\n{}",
            table.out
        );
    }
    let json = android("--folder", &path, &format!("{QUICK} --format json"));
    let audit: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(audit["source"], "android-acquisition");
    assert!(json.out.contains("the acquisition does not hold this"));
    assert_eq!(audit["evidence_as_of"], "2026-11-02T09:00:00Z");
    let places: Vec<&str> = audit["read_log"]
        .as_array()
        .expect("a read log")
        .iter()
        .map(|entry| {
            assert!(
                entry["bytes_kept"].as_u64().expect("a number") > 0,
                "{entry}"
            );
            entry["what"].as_str().expect("text")
        })
        .collect();
    for place in [
        "acquisition.json",
        "hashes.csv",
        "getprop.txt: getprop",
        "dumpsys.txt: dumpsys trust",
        "dumpsys.txt: dumpsys user",
        "dumpsys.txt: dumpsys package, user 0",
        "settings_secure.txt, dumpsys.txt: settings --user 0 list secure",
    ] {
        assert!(places.contains(&place), "{place}: {places:#?}");
    }

    let report = saved::bugreport(&phone(), folder.path());
    let json = android("--bugreport", &report, &format!("{QUICK} --format json"));
    let audit: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(audit["source"], "android-bugreport");
    let table = android("--bugreport", &report, QUICK);
    assert!(
        squeezed(&table.out).contains("from a bug report of the phone"),
        "{}",
        table.out
    );
    let schema = std::fs::read_to_string(run::root().join("docs/audit.schema.json"));
    let schema = serde_json::from_str(&schema.expect("a schema")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<String> = schema.iter_errors(&audit).map(|e| e.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn old_evidence_passes_nothing_today() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = saved::files(&phone());
    files.push(saved::about("2020-03-01T09:00:00Z"));
    let path = saved::store(&files, Layout::Folder, folder.path());
    let ran = android(
        "--folder",
        &path,
        "--profile nhs-england-quick --format json",
    );
    let audit: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let findings = audit["findings"].as_array().expect("findings");
    assert!(findings.iter().all(|f| f["verdict"] != "pass"));
}

#[test]
fn exit_statuses() {
    let folder = tempfile::tempdir().expect("a folder");
    let none = folder.path().join("none");
    for option in ["--folder", "--bugreport"] {
        let ran = android(option, &none, QUICK);
        assert_eq!((ran.status, ran.out.as_str()), (4, ""), "{}", ran.err);
        for other in [
            "--usb",
            "--tcp 127.0.0.1:5555",
            "--serial x",
            "--capture x",
            "--save-capture x",
            "--timeout 5",
        ] {
            let ran = android(option, &none, other);
            assert_eq!(ran.status, 2, "{option} {other}: {}", ran.err);
        }
    }
    let ran = android("--folder", &none, "--bugreport x");
    assert_eq!(ran.status, 2);
}

/// What people saw stands beside a dump as it does beside a phone; of two that differ, the later look decides.
#[test]
fn answers_stand_beside_a_dump() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved::acquisition(
        &phone().screen_timeout(1_800_000),
        Layout::Folder,
        folder.path(),
    );
    let answers = folder.path().join("answers.toml");
    let answer = |control: &str, subject: &str| {
        format!(
            "\n[[answer]]\ncontrol = \"{control}\"\nsubject = \"{subject}\"\nseen = \"as-it-should-be\"\n"
        )
    };
    let text = format!(
        "by = \"IG-3\"\nat = 2026-11-02T11:00:00Z\n{}{}",
        answer("IM-04", "whatsapp"),
        answer("IM-05b", "device"),
    );
    std::fs::write(&answers, text).expect("a file");
    let quick = "--profile nhs-england-quick --as-of 2026-11-02T12:00:00Z --format json";
    let verdict = |more: &str, control: &str| {
        let ran = android("--folder", &path, &format!("{quick} {more}"));
        let audit: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}", ran.err));
        let findings = audit["findings"].as_array().expect("findings").clone();
        let finding = findings.into_iter().find(|f| f["control"] == control);
        finding.expect("judged")["verdict"]
            .as_str()
            .expect("a word")
            .to_owned()
    };
    let given = format!("--answers {}", answers.display());
    // Where it is not stated when the acquisition ended, the look may have come first.
    assert_eq!(verdict(&given, "IM-05b"), "fail");
    let about = r#"{"started": "2026-11-02T09:00:00Z", "completed": "2026-11-02T09:40:00Z"}"#;
    std::fs::write(path.join("acquisition.json"), about).expect("a file");
    assert_eq!(verdict("", "IM-04"), "unresolved");
    assert_eq!(verdict(&given, "IM-04"), "pass");
    assert_eq!(verdict("", "IM-05b"), "fail");
    assert_eq!(verdict(&given, "IM-05b"), "pass");
}
