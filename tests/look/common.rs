//! What the tests of looks share.

#[path = "../support/folder.rs"]
mod folder;

use std::collections::BTreeMap;

use crate::run::{Ran, run, sample};

/// The samples are of one day: with this, a look of today may stand beside them.
pub const NEVER_TOO_OLD: [&str; 2] = ["--set", "evidence_max_age=36500d"];

pub use folder::Folder;

/// Audits an iPhone sample without a terminal.
pub fn audit(name: &str, options: &[&str]) -> Ran {
    let path = sample(name).display().to_string();
    let args = ["ios", &path, "--format", "json"]
        .into_iter()
        .chain(NEVER_TOO_OLD)
        .chain(options.iter().copied());
    run(args)
}

pub fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// `CONTROL SUBJECT` to a text of the finding.
pub fn findings(audit: &serde_json::Value, key: &str) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    audit["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| {
            let name = format!("{} {}", text(&f["control"]), text(&f["subject"]));
            (name, text(&f[key]))
        })
        .collect()
}

/// One finding.
pub fn finding<'a>(
    audit: &'a serde_json::Value,
    control: &str,
    subject: &str,
) -> &'a serde_json::Value {
    audit["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|f| f["control"] == control && f["subject"] == subject)
        .unwrap_or_else(|| panic!("no finding {control} {subject}"))
}

/// An answers file with these answers, seen a moment ago.
pub fn answers(list: &[(&str, &str, &str)]) -> String {
    let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).expect("now");
    let mut text = format!("by = \"IG-3\"\nat = {now}\n");
    for (control, subject, answer) in list {
        text +=
            &format!("\n[[answer]]\ncontrol = \"{control}\"\nsubject = \"{subject}\"\n{answer}\n");
    }
    text
}
