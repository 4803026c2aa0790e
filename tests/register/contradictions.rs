//! An audit that says one thing overall and another in its findings is taken in by no command.

use serde_json::Value;
use spotcheck::register::{Body, exchange};
use spotcheck::report::{json, slip};

use crate::common::*;
use crate::run::{run, words};

/// The findings of a synthetic phone fail; the result is made a pass.
const FAILING: &str = "ios sample-backups/ios-failing --as-of evidence --format json";
const SAYS: &str = "overall says PASS, but the findings come to FAIL";

fn edited(mut audit: Value) -> Value {
    assert_eq!(audit["overall"], "FAIL");
    audit["overall"] = "PASS".into();
    audit
}

#[test]
fn every_command_refuses_it_in_the_same_words() {
    let folder = Folder::new();
    let good: Value = serde_json::from_str(&run(words(FAILING)).out).expect("an audit");
    let mut batch = run(words(
        "batch sample-backups/ios-failing --as-of evidence --format jsonl",
    ))
    .out;
    batch.truncate(batch.find('\n').expect("a line"));
    let line: Value = serde_json::from_str(&batch).expect("a line");
    for (name, audit) in [
        ("good.json", good.clone()),
        ("bad.json", edited(good)),
        ("line.jsonl", edited(line)),
    ] {
        std::fs::write(folder.at(name), format!("{audit}\n")).expect("written");
    }
    let (good, bad, line) = (
        folder.text("good.json"),
        folder.text("bad.json"),
        folder.text("line.jsonl"),
    );
    let register = folder.text("r.sqlite");
    // A slip that was made to go with it.
    let text = std::fs::read_to_string(folder.at("bad.json")).expect("read");
    let digest = json::digest_of_value(&serde_json::from_str(&text).expect("an audit"));
    let reference = slip::reference::of(&digest);
    let code = format!("SPOTCHECK1 {reference} PASS {digest}");
    for args in [
        vec![
            "register",
            "import",
            &bad,
            "--register",
            &register,
            "--keep-days",
            "9",
        ],
        vec![
            "register",
            "import",
            &line,
            "--register",
            &register,
            "--keep-days",
            "9",
        ],
        vec!["report", &bad],
        vec!["diff", &good, &bad],
        vec!["merge", &line],
        vec!["verify-slip", &code, "--audit", &bad],
        vec!["batch", "sample-backups/ios-failing", "--resume", &line],
    ] {
        let ran = run(&args);
        let said = format!("{}{}", ran.out, ran.err).replace("\n", " ");
        assert!(said.contains(SAYS), "{args:?}: {said}");
        assert!(
            [1, 2, 4, 5].contains(&ran.status),
            "{args:?}: {}",
            ran.status
        );
    }
    let kept = std::fs::read_to_string(folder.at("line.jsonl")).expect("read");
    assert_eq!(kept.lines().count(), 1, "{kept}");
    let list = run(["register", "list", "--register", &register]);
    assert!(!list.out.contains("PASS"), "{}", list.out);
}

/// A register that took one in when nothing held them against each other.
#[test]
fn a_register_that_holds_one_is_not_sound_and_taken_in_nowhere() {
    let folder = Folder::new();
    let mut register = open(&folder.at("r.sqlite"));
    let mut entry = entry(7);
    entry.overall = "PASS".into();
    register
        .add(&Body::Audit(Box::new(entry)), 730)
        .expect("added");
    let wrong = verified(&register).wrong;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].ends_with(SAYS), "{wrong:?}");
    let mut lines = Vec::new();
    exchange::export(&register, |line| {
        lines.push(line.to_owned());
        Ok::<(), spotcheck::register::Problem>(())
    })
    .expect("exports");
    let refused = exchange::parse(&lines[1]).expect_err("refused");
    assert_eq!(refused, SAYS);
}

/// What cannot be weighed is no pass either.
#[test]
fn a_word_that_nobody_knows_is_refused() {
    let good: Value = serde_json::from_str(&run(words(FAILING)).out).expect("an audit");
    for (place, word) in [
        ("/overall", Value::from("GOOD")),
        ("/overall", Value::Null),
        ("/findings", Value::Null),
    ] {
        let mut audit = good.clone();
        *audit.pointer_mut(place).expect("a place") = word.clone();
        assert!(
            spotcheck::register::Entry::from_json(&audit.to_string()).is_err(),
            "{place}"
        );
    }
    for word in [Value::from("fine"), Value::from(1)] {
        let mut audit = good.clone();
        for finding in audit["findings"].as_array_mut().expect("findings") {
            if finding["counted"] == "fail" {
                finding["counted"] = word.clone();
            }
        }
        let refused = spotcheck::register::Entry::from_json(&audit.to_string());
        let why = refused.expect_err("refused");
        assert!(why.contains("no known word"), "{why}");
    }
}
