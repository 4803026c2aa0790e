//! Every shipped profile over every sample, by the program itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use spotcheck::profile;

use super::run::{root, run, sample, words};

/// Name and arguments of each sample.
fn samples() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(sample("expected.toml")).expect("expected.toml");
    let table: toml::Table = toml::from_str(&text).expect("TOML");
    let samples = table["sample"].as_table().expect("samples");
    samples
        .iter()
        .map(|(name, sample)| {
            let args = sample["args"].as_str().expect("arguments");
            (name.clone(), args.to_owned())
        })
        .collect()
}

fn json(args: &str) -> (i32, Vec<Value>) {
    let ran = run(words(args));
    let audits = match serde_json::from_str(&ran.out) {
        Ok(audit) => vec![audit],
        Err(_) => ran
            .out
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{args}: {e}: {}", ran.err))
            })
            .collect(),
    };
    (ran.status, audits)
}

#[test]
fn every_profile_runs_on_every_sample() {
    let schema =
        std::fs::read_to_string(root().join("docs/audit.schema.json")).expect("the schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let samples = samples();
    assert_eq!(samples.len(), 7);
    for (name, sample) in &samples {
        for id in profile::shipped_ids() {
            for more in [
                "",
                "--ownership trust --readable-only",
                "--ownership personal --readable-only",
            ] {
                let what = format!("{name} {id} {more}");
                let (status, audits) = json(&format!(
                    "{sample} --profile {id} {more} --as-of evidence --format json"
                ));
                let [audit] = audits.as_slice() else {
                    panic!("{what}: {} audits", audits.len());
                };
                let errors: Vec<String> = validator
                    .iter_errors(audit)
                    .map(|e| e.to_string())
                    .collect();
                assert!(errors.is_empty(), "{what}: {errors:?}");
                let expected = match audit["overall"].as_str() {
                    Some("PASS") => 0,
                    Some("FAIL") => 1,
                    Some("INCOMPLETE") => 3,
                    other => panic!("{what}: {other:?}"),
                };
                assert_eq!(status, expected, "{what}");
                let loaded = profile::load(id, &[]).expect("loads");
                assert_eq!(audit["profile"]["sha256"], loaded.sha256.as_str(), "{what}");
                let findings = audit["findings"].as_array().expect("findings");
                let judged: BTreeSet<&str> = findings
                    .iter()
                    .filter_map(|f| f["control"].as_str())
                    .collect();
                let controls: BTreeSet<&str> =
                    loaded.controls.iter().map(|c| c.id.as_str()).collect();
                assert_eq!(judged, controls, "{what}");
                let left_out = audit["not_covered"].as_array().expect("a list").len();
                assert_eq!(left_out, loaded.not_covered.len(), "{what}");
            }
        }
    }
}

#[test]
fn samples_with_gaps_pass_nothing_that_the_gaps_hide() {
    for (name, profile, never) in [
        ("ios-gaps", "ncsc-ios", "pass"),
        ("ios-gaps", "cis-ios-byod", "pass"),
        ("ios-gaps", "cyber-essentials", "pass"),
        ("android-gaps", "cyber-essentials", "pass"),
        ("ios-failing", "cis-ios-byod", "pass"),
        ("ios-compliant", "cyber-essentials", "fail"),
        ("android-compliant", "cyber-essentials", "fail"),
    ] {
        let sample = &samples()[name];
        let (_, audits) = json(&format!(
            "{sample} --profile {profile} --as-of evidence --format json"
        ));
        for finding in audits[0]["findings"].as_array().expect("findings") {
            // The version of the system is no gap of this sample.
            if name == "ios-gaps" && finding["control"] == "CE-SUPPORT" {
                continue;
            }
            assert_ne!(
                finding["verdict"], never,
                "{name} {profile} {}",
                finding["control"]
            );
        }
    }
}

#[test]
fn two_profiles_in_one_run_read_the_phone_once() {
    for (name, sample) in samples() {
        let log = |profiles: &str| -> Vec<(String, u64)> {
            let (_, audits) = json(&format!(
                "{sample} {profiles} --as-of evidence --format json"
            ));
            let logs: Vec<Vec<(String, u64)>> = audits
                .iter()
                .map(|audit| {
                    let log = audit["read_log"].as_array().expect("a log");
                    log.iter()
                        .map(|entry| {
                            (
                                entry["what"].as_str().expect("text").to_owned(),
                                entry["bytes_kept"].as_u64().expect("bytes"),
                            )
                        })
                        .collect()
                })
                .collect();
            // Both audits are made from one and the same reading.
            assert!(logs.iter().all(|log| *log == logs[0]), "{name} {profiles}");
            logs.into_iter().next().expect("an audit")
        };
        let both = log("--profile nhs-england --profile cyber-essentials");
        let first = log("--profile nhs-england");
        let second = log("--profile cyber-essentials");
        let twice = log("--profile nhs-england --profile nhs-england");
        assert_eq!(
            twice, first,
            "{name}: the same checklist twice reads the same"
        );
        let places = |log: &[(String, u64)]| -> BTreeSet<String> {
            log.iter().map(|(what, _)| what.clone()).collect()
        };
        let apart: BTreeSet<String> = &places(&first) | &places(&second);
        assert_eq!(
            places(&both),
            apart,
            "{name}: what the two read, and no more"
        );
        // A command may be run for several parts of its answer, each part for itself (told apart by its size): no part
        // is asked for more often than the checklist asks for that needs it.
        let times =
            |log: &[(String, u64)], part: &(String, u64)| log.iter().filter(|p| *p == part).count();
        for part in &both {
            let alone = times(&first, part).max(times(&second, part));
            assert_eq!(times(&both, part), alone, "{name}: {part:?}");
        }
        if name.starts_with("ios") {
            assert_eq!(places(&both).len(), both.len(), "{name}: each file once");
        }
    }
}

#[test]
fn two_profiles_exit_with_the_worse() {
    let sample = &samples()["ios-compliant"];
    let run = |profiles: &str| {
        json(&format!(
            "{sample} {profiles} --readable-only --as-of evidence --format json"
        ))
        .0
    };
    assert_eq!(run("--profile nhs-england-quick"), 0);
    assert_eq!(run("--profile nhs-england-quick --profile cis-ios-byod"), 1);
    assert_eq!(run("--profile nhs-england-quick --profile cis-android"), 3);
}

#[test]
fn the_report_says_what_is_not_covered_and_which_phones_a_checklist_is_about() {
    let ios = &samples()["ios-compliant"];
    let report = run(words(&format!(
        "{ios} --profile cis-android --as-of evidence"
    )))
    .out;
    let report: Vec<&str> = report.split_whitespace().collect();
    let report = report.join(" ");
    assert!(
        report.contains("This checklist says nothing about iPhones, so nothing was judged."),
        "{report}"
    );
    assert!(
        report.contains("Not covered by this checklist: 10 of its source's lines (1.3, 1.6,"),
        "{report}"
    );
    assert!(
        report.ends_with("INCOMPLETE: nothing was found that could be judged"),
        "{report}"
    );
}

#[test]
fn only_apps_of_the_checklist_are_looked_at_and_reported() {
    // Of the other messaging apps of the catalogue one question asks whether they are there, and nothing else is read.
    let parts = |profile: &str| -> (String, String) {
        let plan = run(words(&format!("plan android --profile {profile}"))).out;
        let (presence, rest): (Vec<&str>, Vec<&str>) = plan
            .split("\n\n")
            .partition(|part| part.contains("pm list packages --user $u"));
        assert!(presence.len() <= 1);
        (presence.concat(), rest.join("\n\n"))
    };
    let (presence, looked_at) = parts("nhs-england");
    assert!(presence.contains("com.microsoft.teams"));
    assert!(!looked_at.contains("com.microsoft.teams"));
    assert!(parts("teams-only").1.contains("com.microsoft.teams"));
    assert!(!parts("exception-72h").1.contains("org.telegram.messenger"));
    // Where no line is about apps none is looked for at all.
    let (presence, looked_at) = parts("cyber-essentials");
    assert!(presence.is_empty() && !looked_at.contains("com.whatsapp"));
    assert!(
        !parts("ncsc-ios").1.contains("lock_settings"),
        "not about Android phones"
    );
}

#[test]
fn of_two_profiles_a_limit_or_a_line_need_not_be_in_both() {
    let sample = &samples()["ios-compliant"];
    let two = "--profile nhs-england-quick --profile cyber-essentials --as-of evidence";
    for (more, status, said) in [
        ("--set auto_lock_max=30s", 1, ""),
        ("--set unlock_min_length=8", 3, ""),
        ("--set nonsense=1", 2, "no parameter of this name"),
        ("--set auto_lock_max=soon", 2, "not a length of time"),
        ("--controls IM-05a,CE-LOCK", 0, ""),
        (
            "--controls IM-05a",
            2,
            "cyber-essentials has none of these lines",
        ),
        ("--controls IM-05a,XX-1", 2, "has no control XX-1"),
    ] {
        let ran = run(words(&format!("{sample} {two} {more} --format json")));
        assert_eq!(ran.status, status, "{more}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{more}: {}", ran.err);
    }
}
