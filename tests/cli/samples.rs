//! Every sample has its expected result beside it (`expected.toml`), and every report of it is the same each time.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::run::{run, sample, words};

#[derive(Deserialize)]
struct Expected {
    sample: BTreeMap<String, Sample>,
}

#[derive(Deserialize)]
struct Sample {
    /// Arguments before the common ones.
    args: String,
    status: i32,
    overall: String,
    /// `CONTROL SUBJECT` to verdict, of the quick profile.
    verdicts: BTreeMap<String, String>,
}

fn expected() -> BTreeMap<String, Sample> {
    let text =
        std::fs::read_to_string(sample("expected.toml")).expect("sample-backups/expected.toml");
    toml::from_str::<Expected>(&text)
        .expect("valid TOML")
        .sample
}

const QUICK: &str = "--profile nhs-england-quick --readable-only --as-of evidence";

#[test]
fn each_sample_gives_its_expected_result() {
    for (name, sample) in expected() {
        let ran = run(words(&format!("{} {QUICK} --format json", sample.args)));
        assert_eq!(ran.status, sample.status, "{name}: {}", ran.err);
        let audit: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(audit["overall"], sample.overall.as_str(), "{name}");
        let verdicts: BTreeMap<String, String> = audit["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter(|f| f["verdict"] != "not-applicable")
            .map(|f| {
                let text = |key: &str| f[key].as_str().expect("text").to_owned();
                (
                    format!("{} {}", text("control"), text("subject")),
                    text("verdict"),
                )
            })
            .collect();
        assert_eq!(verdicts, sample.verdicts, "{name}");
    }
}

#[test]
fn json_keeps_to_its_schema() {
    let text = std::fs::read_to_string(super::run::root().join("docs/audit.schema.json"))
        .expect("the schema");
    let schema = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (name, sample) in expected() {
        for profile in ["nhs-england", "nhs-england-quick"] {
            let ran = run(words(&format!(
                "{} --profile {profile} --format json",
                sample.args
            )));
            let audit: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
            let errors: Vec<String> = validator
                .iter_errors(&audit)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{name} {profile}: {errors:?}");
        }
    }
}

#[test]
fn reports_of_the_samples() {
    for (name, sample) in expected() {
        for profile in ["nhs-england", "nhs-england-quick"] {
            let ran = run(words(&format!(
                "{} --profile {profile} --readable-only --as-of evidence",
                sample.args
            )));
            insta::assert_snapshot!(format!("{name}_{profile}"), ran.out);
        }
    }
}

#[test]
fn no_sample_passes_the_whole_list_without_asking() {
    for (name, sample) in expected() {
        let ran = run(words(&format!(
            "{} --as-of evidence --format json",
            sample.args
        )));
        assert_ne!(ran.status, 0, "{name}");
    }
}
