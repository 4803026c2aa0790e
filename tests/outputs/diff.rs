//! Two audits of one phone compared.

use serde_json::Value;

use crate::common::*;

const QUICK: &str = "--profile nhs-england-quick --as-of evidence --no-input --format json";

fn saved(folder: &Folder, sample: &str) -> (String, Value) {
    let ran = with(&format!("ios sample-backups/{sample} {QUICK}"), &[]);
    let path = folder.file(&format!("{sample}.json"), &ran.out);
    (path, serde_json::from_str(&ran.out).expect("JSON"))
}

#[test]
fn worse_is_status_1_and_comes_first() {
    let folder = Folder::new();
    let (good, _) = saved(&folder, "ios-compliant");
    let (bad, _) = saved(&folder, "ios-failing");
    for (before, after, status, first) in [
        (
            &good,
            &good,
            0,
            "Nothing changed: INCOMPLETE before, INCOMPLETE after.",
        ),
        (
            &good,
            &bad,
            1,
            "6 worse, 1 no longer known. INCOMPLETE before, FAIL after.",
        ),
        (&bad, &good, 0, "7 better. FAIL before, INCOMPLETE after."),
    ] {
        let ran = with("diff", &[before, after]);
        assert_eq!(ran.status, status, "{}{}", ran.out, ran.err);
        assert_eq!(ran.out.lines().next(), Some(first));
        let json = with("diff", &[before, after, "--format", "json"]);
        assert_eq!(json.status, status);
        let json: Value = serde_json::from_str(&json.out).expect("JSON");
        assert_eq!(json["worse"], status == 1);
    }
    let ran = with("diff", &[&good, &bad]);
    let place = |part: &str| {
        ran.out
            .find(part)
            .unwrap_or_else(|| panic!("{part}: {}", ran.out))
    };
    assert!(place("Worse") < place("No longer known"));
    assert!(place("No longer known") < place("1 line is as it was."));
    // Apps that are on neither phone are not among them.
    let applies = |line: &&Value| line["change"] == "same" && line["after"] != "not-applicable";
    let json = with("diff", &[&good, &bad, "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    let lines = json["lines"].as_array().expect("lines");
    let same = lines.iter().filter(|line| line["change"] == "same").count();
    assert_eq!((lines.iter().filter(applies).count(), same > 1), (1, true));
    // What cannot be told any more is to be looked at, not put right.
    assert!(ran.out[place("No longer known")..].contains("What to do: look at"));
}

#[test]
fn phones_and_checklists_that_differ_are_told() {
    let folder = Folder::new();
    let (path, audit) = saved(&folder, "ios-compliant");
    for (at, to, part) in [
        (
            "/device/model",
            "iPhone 15",
            "The model of the phone differs: iPhone 13 (iPhone14,5) before, iPhone 15 after.",
        ),
        ("/platform", "android", "The kind of phone differs"),
        (
            "/profile/id",
            "other",
            "The checklist differs: nhs-england-quick before, other after.",
        ),
        (
            "/profile/sha256",
            &"0".repeat(64),
            "The checklist nhs-england-quick was changed between the two.",
        ),
        ("/parameters/0/value", "PT30S", "The limits differ"),
        (
            "/audited_at",
            "2026-01-01T00:00:00Z",
            "The second audit is the earlier one",
        ),
        (
            "/evidence_as_of",
            "2026-01-01T00:00:00Z",
            "The evidence of the second audit is older",
        ),
    ] {
        let mut other = audit.clone();
        *other.pointer_mut(at).expect("there") = to.into();
        let other = folder.file("other.json", &other.to_string());
        let ran = with("diff", &[&path, &other]);
        assert_eq!(ran.status, 0, "{at}: {}{}", ran.out, ran.err);
        let out = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(&format!("Warning: {part}")), "{at}: {out}");
    }
}

#[test]
fn lines_that_come_and_go() {
    let folder = Folder::new();
    let (path, audit) = saved(&folder, "ios-failing");
    let mut fewer = audit.clone();
    let findings = fewer["findings"].as_array_mut().expect("findings");
    let gone = findings
        .iter()
        .position(|f| f["verdict"] == "fail")
        .expect("a fail");
    findings.remove(gone);
    let fewer = folder.file("fewer.json", &fewer.to_string());
    // A failure that is not looked at any more is no improvement, and a new one is worse.
    let ran = with("diff", &[&path, &fewer]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("1 gone."), "{}", ran.out);
    let ran = with("diff", &[&fewer, &path]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.starts_with("1 new."), "{}", ran.out);
}

#[test]
fn one_is_compared_with_one() {
    let folder = Folder::new();
    let (path, _) = saved(&folder, "ios-compliant");
    let (_, other) = saved(&folder, "ios-failing");
    let two = folder.file("two.jsonl", &format!("{other}\n{other}\n"));
    let ran = with("diff", &[&path, &two]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.contains("holds 2 results"), "{}", ran.err);
    for missing in [[&path, "nothing.json"], ["nothing.json", &path]] {
        assert_eq!(with("diff", &missing).status, 4);
    }
    assert_eq!(with("diff", &[&path]).status, 2);
}
