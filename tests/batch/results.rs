//! The shapes of a batch's results.

use std::collections::BTreeMap;

use super::backup_builder::Backup;
use super::common::*;
use super::run::root;

const TWO: &[&str] = &["--profile", "nhs-england", "--profile", "nhs-england-quick"];

fn validator() -> jsonschema::Validator {
    let text = read(&root().join("docs/audit.schema.json"));
    let schema = serde_json::from_str(&text).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn every_line_keeps_to_the_schema() {
    let folder = mixed();
    folder.backup("locked", &Backup::compliant().encrypted("x"));
    let mut command = folder.batch(TWO);
    command
        .args(["--format", "jsonl", "--password-env", "WRONG"])
        .env("WRONG", "not this");
    let ran = output(command);
    let validator = validator();
    let mut kinds = BTreeMap::new();
    for line in lines(&ran.out) {
        let kind = if line.get("overall").is_some() {
            let errors: Vec<String> = validator
                .iter_errors(&line)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
            if line.get("error").is_some() {
                "not whole"
            } else {
                "audit"
            }
        } else {
            // A failure is no audit: it holds its place and what went wrong.
            let keys: Vec<&String> = line.as_object().expect("an object").keys().collect();
            assert_eq!(keys, ["schema", "tool", "batch", "error"]);
            for key in ["status", "what", "next"] {
                assert!(!line["error"][key].is_null(), "{line}");
            }
            "failure"
        };
        assert_eq!(line["batch"]["inputs"], 7);
        *kinds.entry(kind).or_insert(0) += 1;
    }
    // Seven inputs: one without any audit, one locked, five audited; by two profiles.
    assert_eq!(
        kinds,
        [("audit", 10), ("not whole", 2), ("failure", 1)].into()
    );
}

#[test]
fn one_row_per_finding() {
    let folder = mixed();
    let jsonl = output(folder.batch(&["--format", "jsonl"]));
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines(&jsonl.out) {
        let findings = line["findings"].as_array().map_or(1, Vec::len);
        expected.insert(input_of(&line), findings);
    }
    let csv = output(folder.batch(&["--format", "csv"]));
    assert_eq!(csv.status, jsonl.status);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    assert_eq!(&reader.headers().expect("headings")[0], "input");
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for row in reader.records() {
        let row = row.expect("a whole row");
        *rows.entry(row[0].to_owned()).or_default() += 1;
    }
    assert_eq!(rows, expected);
    nameless("csv", &csv.out);
}

#[test]
fn one_line_per_backup_and_the_totals() {
    let folder = mixed();
    let ran = output(folder.batch(&["--profile", "nhs-england-quick", "--readable-only"]));
    nameless("table", &ran.out);
    let lines: Vec<&str> = ran.out.lines().collect();
    for (word, count) in [
        ("PASS ", 1),
        ("FAIL ", 2),
        ("INCOMPLETE ", 2),
        ("NOT READ ", 1),
    ] {
        let with = lines.iter().filter(|line| line.starts_with(word)).count();
        assert_eq!(with, count, "{word}: {}", ran.out);
    }
    assert!(
        ran.out.contains(
            "6 of 6 found were audited in this run, 2 FAIL (part only), 2 INCOMPLETE (part only), 1 PASS (part only), 1 not read whole"
        ),
        "{}",
        ran.out
    );
}

/// Where a person is looking, a row begins with what tells one phone from another.
#[cfg(target_os = "linux")]
#[test]
fn rows_on_a_terminal_begin_with_the_phone() {
    let folder = Folder::new();
    folder.backup("ward-7", &Backup::compliant());
    folder.backup("ward-9", &Backup::failing());
    folder.file("phones/broken.capture", "no capture");
    let args = ["--profile", "nhs-england-quick", "--readable-only"];
    let (_, shown) = crate::terminal::Terminal::run(folder.batch(&args)).end();
    for row in [
        "ward-7  iPhone 13 (iPhone14,5), iOS 18.7  PASS (part only), ",
        "ward-9  iPhone 13 (iPhone14,5), iOS 18.7  FAIL (part only), ",
        "broken.capture  NOT READ  ",
    ] {
        assert!(shown.contains(row), "{row}: {shown}");
    }
}

#[test]
fn one_whole_file_per_backup() {
    let folder = mixed();
    let mut command = folder.batch(TWO);
    command.args(["--format", "jsonl", "-o", "out/deep"]);
    let ran = output(command);
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    for line in ran.out.lines() {
        let value = serde_json::from_str(line).expect("JSON");
        *expected.entry(input_of(&value)).or_default() += &format!("{line}\n");
    }
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder.at("out/deep")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let id = name
            .strip_suffix(".json")
            .unwrap_or_else(|| panic!("{name}"));
        files.insert(id.to_owned(), read(&path));
    }
    assert_eq!(files, expected);
    // No result is ever written over another.
    let again = output(folder.batch(&["-o", "out/deep"]));
    assert_eq!(again.status, 2);
    assert!(again.err.contains("already there"), "{}", again.err);
    assert_eq!(
        read(&folder.at(&format!(
            "out/deep/{}.json",
            files.keys().next().expect("one")
        ))),
        *files.values().next().expect("one")
    );
}

#[test]
fn results_that_cannot_be_written_are_status_5() {
    let folder = mixed();
    folder.file("a-file", "");
    let ran = output(folder.batch(&["-o", "a-file/below"]));
    assert_eq!(ran.status, 5, "{}", ran.err);
    // A file with other contents is not taken for results, and stays as it is.
    let notes = folder.file("notes.txt", "my notes\n");
    let ran = output(folder.batch(&["--resume", "notes.txt"]));
    assert_eq!(ran.status, 5, "{}", ran.err);
    assert_eq!(read(&notes), "my notes\n");
}

/// What went wrong with a file is told without its name, which a results file must not hold.
#[test]
fn errors_in_results_hold_no_path() {
    let folder = Folder::new();
    let path = folder.file("phones/00008110-CANARY.capture", "");
    // A sparse file that is larger than any capture.
    let file = std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("opens");
    file.set_len(4 << 30).expect("grows");
    let ran = output(folder.batch(&["--format", "jsonl"]));
    nameless("too large", &ran.out);
    assert!(!ran.out.contains("phones"), "{}", ran.out);
    assert_eq!(sorted(&results(&ran.out)), ["NOT READ 4"]);
}
