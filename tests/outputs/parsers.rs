//! Other programs' parsers: the JUnit schema of Jenkins, Python's CSV.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::*;
use crate::phone_tools::skipped;
use crate::run::root;

/// The file keeps to the schema. Without `xmllint` nothing is said, aloud.
pub fn validates(path: &Path) {
    let schema = root().join("tests/schemas/junit-10.xsd");
    let Ok(output) = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg(path)
        .output()
    else {
        skipped("xmllint is needed (Debian: apt-get install libxml2-utils)");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// How often a tag begins in a text.
fn count(text: &str, tag: &str) -> usize {
    text.matches(tag).count()
}

#[test]
fn junit_keeps_to_the_schema_and_counts_every_finding() {
    let folder = Folder::new();
    for (name, line) in SAMPLES {
        files(&folder, name, line, &["--as-of", "evidence"]);
        validates(&folder.at(&format!("{name}.xml")));
        let text = folder.read(&format!("{name}.xml"));
        let audit: Value =
            serde_json::from_str(&folder.read(&format!("{name}.json"))).expect("JSON");
        let findings = audit["findings"].as_array().expect("findings");
        let with = |verdict: &str| findings.iter().filter(|f| f["verdict"] == verdict).count();
        let (failed, passed) = (with("fail"), with("pass"));
        assert_eq!(count(&text, "<testcase "), findings.len(), "{name}");
        assert_eq!(count(&text, "<failure "), failed, "{name}");
        // What is no pass and no failure is skipped: nothing unknown is ever green.
        let skipped = findings.len() - failed - passed;
        assert_eq!(count(&text, "<skipped "), skipped, "{name}");
        let suite = format!(
            "tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\"",
            findings.len()
        );
        assert!(text.contains(&suite), "{name}: {suite}");
        // What the older common schema asks for besides: no attribute on the root, these elements in this order, and
        // a time without a zone.
        assert!(text.contains("<testsuites>\n"), "{name}");
        let places: Vec<usize> = [
            "<properties>",
            "<testcase ",
            "<system-out/>",
            "<system-err/>",
        ]
        .iter()
        .map(|part| text.find(part).unwrap_or_else(|| panic!("{name}: {part}")))
        .collect();
        assert!(places.is_sorted(), "{name}");
        assert!(text.contains("timestamp=\"2026-11-02T09:14:00\""), "{name}");
        assert!(text.contains("hostname=\"localhost\""), "{name}");
    }
}

#[test]
fn a_backup_that_cannot_be_read_is_a_case_in_error() {
    let folder = Folder::new();
    std::fs::create_dir(folder.at("phones")).expect("made");
    folder.file("phones/a.capture", "no capture");
    let lines = with("batch", &[&folder.text("phones"), "--format", "jsonl"]);
    let saved = folder.file("results.jsonl", &lines.out);
    let xml = folder.text("results.xml");
    let ran = with("report", &[&saved, "-o", &xml]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.out.starts_with("NOT READ"), "{}", ran.out);
    validates(&folder.at("results.xml"));
    let text = folder.read("results.xml");
    assert!(
        text.contains("errors=\"1\"") && text.contains("<error type=\"status-4\""),
        "{text}"
    );
}

/// Reads a CSV file with Python and gives its rows back, having written and read them once more.
const PYTHON: &str = r#"
import csv, io, json, sys
rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8"), strict=True))
out = io.StringIO(newline="")
csv.writer(out).writerows(rows)
again = list(csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True))
assert rows == again
json.dump(rows, sys.stdout)
"#;

#[test]
fn csv_survives_two_other_parsers() {
    let folder = Folder::new();
    let mut paths = Vec::new();
    for (name, line) in SAMPLES {
        files(&folder, name, line, &["--as-of", "evidence"]);
        paths.push(name.to_owned());
    }
    // Texts that a careless parser or a spreadsheet would trip over.
    let mut audit: Value = serde_json::from_str(&folder.read("ios-failing.json")).expect("JSON");
    for (at, text) in [
        "=HYPERLINK(\"x\")",
        "+1",
        "-1",
        "@x",
        "a, \"b\"\nc;d",
        "\"",
        "",
        " x ",
        "caf\u{e9} \u{1f4f1}",
    ]
    .iter()
    .enumerate()
    {
        audit["findings"][at]["found"] = (*text).into();
    }
    let saved = folder.file("nasty-in.json", &audit.to_string());
    let (csv, json) = (folder.text("nasty.csv"), folder.text("nasty.json"));
    with("report", &[&saved, "-o", &csv, "-o", &json]);
    paths.push("nasty".into());

    for name in paths {
        let path = folder.at(&format!("{name}.csv"));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_path(&path)
            .expect("opens");
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| {
                row.expect("a whole row")
                    .iter()
                    .map(str::to_owned)
                    .collect()
            })
            .collect();
        let audit: Value =
            serde_json::from_str(&folder.read(&format!("{name}.json"))).expect("JSON");
        let findings = audit["findings"].as_array().expect("findings");
        assert_eq!(rows.len(), findings.len() + 1, "{name}");
        for (row, finding) in rows[1..].iter().zip(findings) {
            let cells: BTreeMap<&str, &str> = rows[0]
                .iter()
                .map(String::as_str)
                .zip(row.iter().map(String::as_str))
                .collect();
            for key in [
                "control",
                "subject",
                "verdict",
                "title",
                "found",
                "expected",
                "put_right",
            ] {
                let text = finding[key].as_str().expect("text");
                let harmless = cells[key]
                    .strip_prefix('\'')
                    .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%']));
                assert_eq!(harmless.unwrap_or(cells[key]), text, "{name} {key}");
                assert!(
                    !cells[key].starts_with(['=', '+', '-', '@']),
                    "{name} {key}"
                );
            }
        }
        let Ok(python) = Command::new("python3")
            .args(["-c", PYTHON])
            .arg(&path)
            .output()
        else {
            skipped("python3 is needed");
            return;
        };
        let said = String::from_utf8_lossy(&python.stderr);
        assert!(python.status.success(), "{name}: {said}");
        let by_python: Vec<Vec<String>> =
            serde_json::from_slice(&python.stdout).expect("rows as JSON");
        assert_eq!(by_python, rows, "{name}");
    }
}
