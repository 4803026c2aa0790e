//! What the commands print, and how they behave in a pipe.

use std::io::Read;
use std::process::Stdio;

use super::run::{ran, run, sample, spotcheck, words};

const AUDIT: &str = "ios sample-backups/ios-compliant --as-of evidence";

#[test]
fn two_profiles_give_two_audits_as_json_lines() {
    let ran = run(words(&format!(
        "{AUDIT} --profile nhs-england --profile nhs-england-quick --readable-only --format json"
    )));
    let lines: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let ids: Vec<_> = lines
        .iter()
        .map(|audit| audit["profile"]["id"].clone())
        .collect();
    assert_eq!(ids, ["nhs-england", "nhs-england-quick"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let json = || run(words(&format!("{AUDIT} --format json"))).out;
    assert_eq!(json(), json());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = spotcheck()
        .args(words(&format!("{AUDIT} --format json")))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let mut err = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut err)
        .expect("UTF-8");
    let status = child.wait().expect("ends").code();
    assert_eq!((status, err.as_str()), (Some(3), ""));
}

#[test]
fn no_escapes_in_a_pipe_or_with_no_color() {
    for set in [false, true] {
        let mut command = spotcheck();
        command.args(words(AUDIT));
        if set {
            command.env("NO_COLOR", "1").env("CLICOLOR", "1");
        }
        let ran = ran(command.output().expect("starts"));
        assert!(!ran.out.contains('\u{1b}'));
    }
}

#[test]
fn the_circumstances_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let about = folder.path().join("about.toml");
    std::fs::write(
        &about,
        "staff_ref = \"S-001\"\nownership = \"trust\"\nsite = \"North\"\n",
    )
    .expect("written");
    let ran = run(words(&format!(
        "{AUDIT} --about {} --ownership personal --set auto_lock_max=30s --controls IM-05b,IM-14 --format json",
        about.display()
    )));
    let audit: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(audit["about"]["staff_ref"], "S-001");
    assert_eq!(audit["about"]["ownership"], "personal");
    assert_eq!(audit["about"]["auditor"], serde_json::Value::Null);
    assert_eq!(audit["narrowed_to"], serde_json::json!(["IM-05b", "IM-14"]));
    let limit = audit["parameters"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|p| p["id"] == "auto_lock_max");
    let limit = limit.expect("there");
    assert_eq!(
        (&limit["value"], &limit["overridden"]),
        (&"PT30S".into(), &true.into())
    );
    assert_eq!(audit["findings"][0]["verdict"], "fail");
    assert_eq!(ran.status, 1);
}

#[test]
fn a_table_names_changed_limits_and_what_was_left_out() {
    let ran = run(words(&format!(
        "{AUDIT} --set auto_lock_max=5m --controls IM-05b"
    )));
    assert!(
        ran.out
            .contains("auto_lock_max is 5 minutes for this run; the checklist says 2 minutes"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("Every line of the checklist but these: IM-05b"),
        "{}",
        ran.out
    );
}

#[test]
fn a_run_that_is_not_about_apps_says_nothing_of_them() {
    let line = format!("{AUDIT} --controls im-05a,IM-05b");
    let table = run(words(&line)).out;
    assert!(!table.contains("No messaging app"), "{table}");
    let audit: serde_json::Value =
        serde_json::from_str(&run(words(&format!("{line} --format json"))).out).expect("JSON");
    assert_eq!(audit["apps"]["found"], serde_json::Value::Null);
    assert_eq!(
        audit["narrowed_to"],
        serde_json::json!(["IM-05a", "IM-05b"])
    );
}

#[test]
fn every_control_and_every_fact_is_explained() {
    let profile = spotcheck::profile::load("nhs-england", &[]).expect("loads");
    for control in &profile.controls {
        let ran = run(["explain", &control.id]);
        assert_eq!(ran.status, 0, "{}", control.id);
        assert!(ran.out.contains(&control.question), "{}", ran.out);
    }
    for fact in spotcheck::evidence::Fact::ALL {
        let ran = run(["explain", fact.id()]);
        assert_eq!(ran.status, 0, "{fact}");
        assert!(ran.out.contains(fact.meaning()), "{}", ran.out);
    }
}

#[test]
fn explanations_and_plans() {
    for (name, line) in [
        ("explain_control", "explain IM-05c"),
        ("explain_fact", "explain lock.auto_lock"),
        ("plan_ios", "plan ios"),
        ("plan_ios_quick", "plan ios --profile nhs-england-quick"),
        ("plan_android", "plan android"),
    ] {
        insta::assert_snapshot!(name, run(words(line)).out);
    }
}

#[test]
fn the_read_log_is_within_the_plan() {
    let plan = run(words("plan ios")).out;
    let ran = run(words(&format!("{AUDIT} --format json")));
    let audit: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    for entry in audit["read_log"].as_array().expect("a list") {
        let what = entry["what"].as_str().expect("text");
        assert!(
            plan.lines().any(|line| line == what),
            "{what} is not in the plan"
        );
    }
    assert!(sample("ios-compliant").exists());
}
