//! `spotcheck verify-slip`

use spotcheck::report::{json, slip};

use crate::common::Folder;
use crate::run::{Ran, run};
use crate::slip_cases::{self, Case};

fn code(case: &Case) -> String {
    let digest = json::digest(&case.audit);
    let reference = slip::reference::of(&digest);
    format!("SPOTCHECK1 {reference} {} {digest}", case.audit.overall)
}

fn verify(scanned: &str, file: &str) -> Ran {
    run(["verify-slip", scanned, "--audit", file])
}

#[test]
fn a_slip_is_known_again_however_the_audit_was_saved() {
    let folder = Folder::new();
    let (case, other) = (slip_cases::guided(), slip_cases::declined());
    let line = json::line(&case.audit);
    let place = json::Place {
        input: "backup 1".into(),
        shard: 1,
        of: 1,
        share_inputs: 2,
        inputs: 2,
        of_inputs: Some("00".into()),
        evidence: None,
        terms: None,
        good_until: None,
    };
    let problem = json::Problem {
        status: 4,
        what: "Locked.".into(),
        next: "Give the password.".into(),
    };
    let in_batch = json::record_line(&spotcheck::report::record::Record::of_input(
        place,
        Some(&problem),
        Some(case.audit.clone()),
    ));
    for (name, text) in [
        ("pretty", json::pretty(&case.audit)),
        ("line", line.clone()),
        (
            "with line ends of Windows",
            json::pretty(&case.audit).replace('\n', "\r\n"),
        ),
        ("of a batch", in_batch),
        ("several", format!("{}\n{line}\n", json::line(&other.audit))),
    ] {
        let file = folder.file("audit.json", text);
        let ran = verify(&code(&case), &file);
        assert_eq!(
            (ran.status, ran.err.as_str()),
            (0, ""),
            "{name}: {}",
            ran.out
        );
        assert!(
            ran.out
                .contains("is of this audit: FAIL, 2 November 2026, staff reference S-0417."),
            "{name}: {}",
            ran.out
        );
    }
    let file = folder.file("declined.json", json::pretty(&other.audit));
    let ran = verify(&code(&other), &file);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("INCOMPLETE (declined)"), "{}", ran.out);
    // As scanners and people change it.
    let file = folder.file("audit.json", &line);
    for scanned in [
        format!(" {}\r\n", code(&case)),
        code(&case).replace('-', ""),
    ] {
        assert_eq!(verify(&scanned, &file).status, 0, "{scanned}");
    }
}

#[test]
fn a_slip_of_something_else_is_refused() {
    let folder = Folder::new();
    let (case, other) = (slip_cases::guided(), slip_cases::declined());
    let saved = json::pretty(&case.audit);
    let file = folder.file("audit.json", &saved);
    let good = code(&case);

    let ran = verify(&code(&other), &file);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("NOT of this audit") && ran.out.contains("another audit"));

    // The result on the paper was made better.
    let ran = verify(&good.replace(" FAIL ", " PASS "), &file);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains("says PASS, and the audit says FAIL"),
        "{}",
        ran.out
    );

    // The reference of another slip.
    let reference = |code: &str| code.split(' ').nth(1).expect("a reference").to_owned();
    let mixed = good.replace(&reference(&good), &reference(&code(&other)));
    let ran = verify(&mixed, &file);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains("does not belong to its hash"),
        "{}",
        ran.out
    );

    // The file was changed, in whatever place.
    for (from, to) in [
        ("\"overall\": \"FAIL\"", "\"overall\": \"PASS\""),
        ("\"staff_ref\": \"S-0417\"", "\"staff_ref\": \"S-0418\""),
        ("\"bytes_kept\": ", "\"bytes_kept\": 1"),
        ("\"verdict\": \"fail\"", "\"verdict\": \"pass\""),
    ] {
        let changed = saved.replacen(from, to, 1);
        assert_ne!(changed, saved, "{from}");
        let ran = verify(&good, &folder.file("changed.json", changed));
        assert_eq!(ran.status, 1, "{from}: {}", ran.out);
    }
}

#[test]
fn what_cannot_be_used_is_told() {
    let folder = Folder::new();
    let case = slip_cases::guided();
    let good = code(&case);
    let saved = json::line(&case.audit);
    let file = folder.file("audit.json", &saved);
    let reference = good.split(' ').nth(1).expect("a reference").to_owned();
    let last = reference.chars().last().expect("a check character");
    let wrong = if last == 'A' { 'B' } else { 'A' };
    let misread = good.replacen(&reference, &format!("{}{wrong}", &reference[..13]), 1);
    for (scanned, part) in [
        ("", "not the code of a slip"),
        ("https://example.org", "not the code of a slip"),
        (
            misread.as_str(),
            "its last character does not fit the others",
        ),
        (&good[..good.len() - 1], "its hash is not whole"),
    ] {
        let ran = verify(scanned, &file);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{scanned}");
        assert!(
            ran.err.contains(part) && ran.err.contains("Scan"),
            "{}",
            ran.err
        );
    }
    let twice = saved.replacen('{', "{\"overall\":\"PASS\",", 1);
    for (name, text, part) in [
        ("empty", String::new(), "empty"),
        ("text", "hello".into(), "not JSON"),
        ("cut", saved[..saved.len() / 2].into(), "not JSON"),
        ("list", "[1, 2]".into(), "no audit"),
        ("other", "{\"a\": 1}".into(), "no audit"),
        (
            "newer",
            saved.replacen("\"schema\":1", "\"schema\":2", 1),
            "version",
        ),
        ("twice", twice, "stands twice"),
        ("deep", "[".repeat(100_000), "not JSON"),
    ] {
        let file = folder.file("bad.json", text);
        let ran = verify(&good, &file);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{name}");
        assert!(ran.err.contains(part), "{name}: {}", ran.err);
    }
    let ran = verify(&good, &folder.at("missing.json"));
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("missing.json"), "{}", ran.err);
    assert_eq!(run(["verify-slip", good.as_str()]).status, 2);
}
