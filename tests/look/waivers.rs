//! Waivers: a waived failure stays in sight, weighs nothing, and ends.

use crate::common::*;

const WAIVER: &str = "[[waiver]]
control = \"IM-05b\"
ownership = \"trust\"
reason = \"Theatre phones stay on during operations\"
approver = \"Head of IG\"
expires = 2126-01-31
";

fn with(text: &str, name: &str, options: &[&str]) -> (crate::run::Ran, serde_json::Value) {
    let folder = Folder::new();
    let path = folder.file("waivers.toml", text);
    let base = [
        "--profile",
        "nhs-england-quick",
        "--readable-only",
        "--waivers",
        &path,
    ];
    let options: Vec<&str> = base.into_iter().chain(options.iter().copied()).collect();
    let ran = audit(name, &options);
    let audit = if ran.out.is_empty() {
        serde_json::Value::Null
    } else {
        json(&ran.out)
    };
    (ran, audit)
}

#[test]
fn a_waived_failure_is_seen_and_weighs_nothing() {
    let narrow = ["--controls", "IM-05b,IM-05a", "--ownership", "trust"];
    // Only the auto-lock fails on this phone once its limit is made stricter.
    let strict = ["--set", "auto_lock_max=30s"];
    let options: Vec<&str> = narrow.into_iter().chain(strict).collect();
    let (ran, audit) = with(WAIVER, "ios-compliant", &options);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let waived = finding(&audit, "IM-05b", "device");
    assert_eq!(waived["verdict"], "fail");
    assert_eq!(
        waived["waiver"]["reason"],
        "Theatre phones stay on during operations"
    );
    assert_eq!(waived["waiver"]["expires"], "2126-01-31");
    assert_eq!(audit["warnings"], serde_json::json!([]));
    // Alone it is no pass.
    let alone = ["--controls", "IM-05b", "--ownership", "trust"];
    let options: Vec<&str> = alone.into_iter().chain(strict).collect();
    assert_eq!(
        with(WAIVER, "ios-compliant", &options).1["overall"],
        "INCOMPLETE"
    );
}

#[test]
fn a_waiver_that_does_not_count_is_told() {
    for (change, options, overall, warning) in [
        // Somebody else's: neither used nor spoken of.
        (None, vec!["--ownership", "personal"], "FAIL", None),
        (None, vec![], "FAIL", None),
        // Over.
        (
            Some(("2126-01-31", "2020-01-31")),
            vec!["--ownership", "trust"],
            "FAIL",
            Some("has expired on 2020-01-31"),
        ),
        // Of nothing that failed, or of no line.
        (
            Some(("IM-05b", "IM-77")),
            vec!["--ownership", "trust"],
            "FAIL",
            Some("the checklist has no line IM-77"),
        ),
        (
            Some(("IM-05b", "IM-04")),
            vec!["--ownership", "trust"],
            "FAIL",
            Some("nothing failed there"),
        ),
    ] {
        let text = match change {
            Some((from, to)) => WAIVER.replace(from, to),
            None => WAIVER.to_owned(),
        };
        let (_, audit) = with(&text, "ios-failing", &options);
        assert_eq!(audit["overall"], overall);
        let warnings = audit["warnings"].to_string();
        match warning {
            Some(warning) => assert!(warnings.contains(warning), "{warnings}"),
            None => assert!(!warnings.contains("waiver"), "{warnings}"),
        }
        assert_eq!(
            finding(&audit, "IM-05b", "device")["waiver"],
            serde_json::Value::Null
        );
    }
}

#[test]
fn waivers_may_be_for_one_person_or_role() {
    for (whose, option, value, waived) in [
        ("staff_ref = \"S-014\"", "--staff-ref", "s-014", true),
        ("staff_ref = \"S-014\"", "--staff-ref", "S-015", false),
        ("role = \"surgeon\"", "--role", "Surgeon", true),
        ("role = \"surgeon\"", "--role", "nurse", false),
        (
            "role = \"surgeon\"\nstaff_ref = \"S-014\"",
            "--role",
            "surgeon",
            false,
        ),
    ] {
        let text = WAIVER.replace("ownership = \"trust\"", whose);
        let (_, audit) = with(&text, "ios-failing", &[option, value]);
        let found = !finding(&audit, "IM-05b", "device")["waiver"].is_null();
        assert_eq!(found, waived, "{whose} {value}");
    }
}

#[test]
fn a_bad_waiver_file_points_at_the_line() {
    let (ran, _) = with(&WAIVER.replace("approver", "aprover"), "ios-failing", &[]);
    assert_eq!(ran.status, 2);
    let err = ran.err.replace('\n', " ");
    assert!(
        err.contains("waivers.toml") && err.contains("line 5"),
        "{err}"
    );
}
