//! Every verdict that each control's rule allows, on each platform, and no other: the readings of its facts in every
//! combination, against a table (`verdicts.toml`).

use std::collections::{BTreeMap, BTreeSet};

use spotcheck::audit::Overall;
use spotcheck::evidence::{Evidence, Fact, Platform, Reading, Source, Subject, Value};
use spotcheck::profile::reach;
use spotcheck::profile::{self, Control, Criterion, Ownership, Profile};

use super::shorthand::{judge_by, now};

const PLATFORMS: [Platform; 2] = [Platform::Ios, Platform::Android];

/// Readings of a fact: each value that matters, proved and as a hint, and one that could not be read.
fn readings(fact: Fact, criteria: &[&Criterion]) -> Vec<Reading> {
    let values: Vec<Value> = reach::values(fact, criteria);
    let proved = values.iter().cloned().map(Reading::known);
    let hinted = values.iter().cloned().map(Reading::indicative);
    let mut readings: Vec<Reading> = proved.chain(hinted).collect();
    readings.push(Reading::unreadable("damaged"));
    readings
}

/// The facts that decide a control on a platform.
fn deciding(control: &Control, platform: Platform) -> Vec<Fact> {
    let mut only = control.clone();
    only.beside.clear();
    only.facts(platform).into_iter().collect()
}

/// Every combination of readings of the facts that decide a control; what `keep` refuses is never read.
fn trials(
    control: &Control,
    profile: &Profile,
    platform: Platform,
    keep: impl Fn(Fact) -> bool,
) -> Vec<Evidence> {
    let rules = control.rules(platform);
    let criteria: Vec<&Criterion> = [&rules.pass, &rules.fail].into_iter().flatten().collect();
    let app = profile.apps.iter().find(|app| control.is_about(app));
    let mut facts = deciding(control, platform);
    if control.per_app && !facts.contains(&Fact::AppInstalled) {
        facts.push(Fact::AppInstalled);
    }
    facts.retain(|fact| keep(*fact));
    let choices: Vec<(Fact, Vec<Reading>)> = facts
        .into_iter()
        .map(|fact| (fact, readings(fact, &criteria)))
        .collect();
    let all: usize = choices.iter().map(|(_, readings)| readings.len()).product();
    assert!(
        all <= 60_000,
        "{} has too many combinations: {all}",
        control.id
    );
    (0..all)
        .map(|mut index| {
            let mut evidence = Evidence::new(platform, Source::IosBackup, Some(now()));
            for (fact, readings) in &choices {
                let reading = readings[index % readings.len()].clone();
                index /= readings.len();
                let subject = match app {
                    Some(app) if fact.is_per_app() => Subject::app(&app.id),
                    _ => Subject::Device,
                };
                evidence.set(*fact, subject, reading);
            }
            evidence
        })
        .collect()
}

/// The verdicts that a control came to over all this evidence, for its app or the phone.
fn verdicts(
    control: &Control,
    profile: &Profile,
    evidence: &[Evidence],
    ownership: Option<Ownership>,
) -> BTreeSet<&'static str> {
    let mut narrowed = profile.clone();
    narrowed
        .narrow(std::slice::from_ref(&control.id))
        .expect("there");
    narrowed.apps.retain(|app| control.is_about(app));
    narrowed.apps.truncate(1);
    evidence
        .iter()
        .flat_map(|evidence| judge_by(evidence, &narrowed, false, ownership).findings)
        .map(|finding| finding.verdict.id())
        .collect()
}

/// Each control where it was written, with the ownership that it applies to.
fn each_control(mut see: impl FnMut(&Profile, &Control, Platform)) {
    for id in profile::shipped_ids() {
        let profile = profile::load(id, &[]).expect("a shipped profile");
        for control in profile.controls.iter().filter(|c| c.written_in == id) {
            for platform in profile.platforms.clone() {
                see(&profile, control, platform);
            }
        }
    }
}

fn fitting(control: &Control) -> Option<Ownership> {
    Some(control.ownership.unwrap_or(Ownership::Personal))
}

#[test]
fn each_control_comes_to_every_verdict_of_its_rule_and_to_no_other() {
    let path = super::run::root().join("tests/profiles/verdicts.toml");
    let text = std::fs::read_to_string(path).expect("the table");
    let table: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&text).expect("TOML");
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    each_control(|profile, control, platform| {
        let evidence = trials(control, profile, platform, |_| true);
        let came_to = verdicts(control, profile, &evidence, fitting(control));
        let words = ["pass", "fail", "unresolved", "not-applicable", "declined"]
            .into_iter()
            .filter(|word| came_to.contains(word));
        found.entry(profile.id.clone()).or_default().insert(
            format!("{} {platform}", control.id),
            words.collect::<Vec<_>>().join(" "),
        );
    });
    if std::env::var_os("SPOTCHECK_PRINT_VERDICTS").is_some() {
        println!("{}", toml::to_string(&found).expect("TOML"));
    }
    for (profile, lines) in &found {
        for (line, verdicts) in lines {
            let expected = table.get(profile).and_then(|lines| lines.get(line));
            assert_eq!(Some(verdicts), expected, "{profile} {line}");
        }
        let written: BTreeSet<_> = table[profile].keys().collect();
        assert_eq!(written, lines.keys().collect(), "{profile}");
    }
}

#[test]
fn no_control_can_only_pass() {
    let path = super::run::root().join("tests/profiles/verdicts.toml");
    let text = std::fs::read_to_string(path).expect("the table");
    let table: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&text).expect("TOML");
    for (profile, lines) in &table {
        for (line, verdicts) in lines {
            assert!(
                verdicts.contains("unresolved"),
                "{profile} {line}: {verdicts}"
            );
        }
    }
    // And not by damage alone: evidence in which everything is proved can keep it from passing.
    each_control(|profile, control, platform| {
        let mut all = trials(control, profile, platform, |_| true);
        all.retain(|e| e.readings().all(|(_, _, r)| r.proved().is_some()));
        let came_to = verdicts(control, profile, &all, fitting(control));
        if came_to.contains("pass") {
            assert!(
                came_to.contains("fail") || came_to.contains("unresolved"),
                "{} {} {platform}",
                profile.id,
                control.id
            );
        }
    });
}

#[test]
fn what_only_a_look_tells_is_decided_by_no_cable() {
    each_control(|profile, control, platform| {
        let rules = control.rules(platform);
        let needs_a_look = deciding(control, platform)
            .iter()
            .any(|f| !f.on().has(platform));
        // With `any`, a fact that can be read may decide alone.
        if !needs_a_look || !matches!(rules.pass, Some(Criterion::Fact { .. })) {
            return;
        }
        let read = trials(control, profile, platform, |fact| fact.on().has(platform));
        let came_to = verdicts(control, profile, &read, fitting(control));
        assert!(!came_to.contains("pass"), "{} {}", profile.id, control.id);
        // A rule may name readings that are enough for a fail (a version that is known to lack fixes).
        if rules.fail.is_none() {
            assert!(!came_to.contains("fail"), "{} {}", profile.id, control.id);
        }
    });
}

#[test]
fn the_other_ownership_and_an_unstated_one() {
    each_control(|profile, control, platform| {
        let Some(own) = control.ownership else {
            return;
        };
        let other = match own {
            Ownership::Personal => Ownership::Trust,
            Ownership::Trust => Ownership::Personal,
        };
        let evidence = trials(control, profile, platform, |_| true);
        let what = format!("{} {} {platform}", profile.id, control.id);
        let came_to = verdicts(control, profile, &evidence, Some(other));
        assert_eq!(came_to, BTreeSet::from(["not-applicable"]), "{what}");
        let came_to = verdicts(control, profile, &evidence, None);
        assert!(came_to.contains("unresolved"), "{what}");
        assert!(
            !came_to.contains("pass") && !came_to.contains("fail"),
            "{what}: {came_to:?}"
        );
    });
}

#[test]
fn a_checklist_says_nothing_about_the_other_kind_of_phone() {
    let mut one_sided = 0;
    for id in profile::shipped_ids() {
        let profile = profile::load(id, &[]).expect("a shipped profile");
        for platform in PLATFORMS.into_iter().filter(|p| !profile.covers(*p)) {
            one_sided += 1;
            assert!(
                profile.facts(platform).is_empty(),
                "{id} would read something"
            );
            let mut evidence = Evidence::new(platform, Source::IosBackup, Some(now()));
            // Apps that nobody could see are no matter either.
            evidence
                .apps_unseen
                .push("The users could not be listed.".into());
            for readable_only in [false, true] {
                for ownership in [None, Some(Ownership::Trust), Some(Ownership::Personal)] {
                    let audit = judge_by(&evidence, &profile, readable_only, ownership);
                    assert_eq!(audit.overall, Overall::Incomplete, "{id}");
                    assert_eq!(audit.findings.len(), profile.controls.len(), "{id}");
                    for finding in &audit.findings {
                        assert_eq!(
                            finding.verdict.id(),
                            "not-applicable",
                            "{id} {}",
                            finding.control
                        );
                    }
                    let said = audit
                        .warnings
                        .iter()
                        .filter(|w| w.contains("says nothing about"));
                    assert_eq!(said.count(), 1, "{id}");
                }
            }
        }
    }
    assert_eq!(one_sided, 4);
}
