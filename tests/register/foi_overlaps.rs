//! Answers under the Freedom of Information Act beside what else is published: no small number is left when one figure is
//! taken from another. The registers are synthetic, small, and all of their kind.

use std::collections::BTreeMap;

use spotcheck::campaign::{publish::coverage, summary};
use spotcheck::foi::{Answers, Scope, Value, answers};
use spotcheck::register::entry::{Campaign, Group, Line, NotAudited, Outcome};
use spotcheck::register::{Body, Entry};
use spotcheck::report::foi;
use spotcheck::sampling::suppress::Cell;
use spotcheck::trust::Trust;

use crate::common::*;
use crate::foi::{Attack, every, phone};
use crate::run::run;

/// A campaign in which 6 declined, 6 could not be reached and nothing is known of 6 more.
fn begun(id: &str, checked: u64) -> Vec<Body> {
    let mut bodies = vec![Body::Campaign(Campaign {
        id: id.into(),
        population: 500,
        drawn: checked + 18,
        ..Campaign::default()
    })];
    for n in 0..12 {
        bodies.push(Body::Outcome(Outcome {
            campaign: id.into(),
            staff_ref: format!("CANARY-{id}-8{n:03}"),
            what: match n % 2 {
                0 => NotAudited::Declined,
                _ => NotAudited::Unreachable,
            },
            replaced_by: None,
        }));
    }
    bodies
}

/// As many synthetic phones in a month, from the person of this number on.
fn phones(campaign: Option<&str>, month: u32, from: u64, n: u64) -> Vec<Body> {
    let phones = (from..from + n).map(|person| Entry {
        campaign: campaign.map(str::to_owned),
        // The same person may be checked again, in another campaign.
        audit_sha256: format!(
            "{person:032x}{month:016x}{:016x}",
            campaign.map_or(0, str::len)
        ),
        overall: "INCOMPLETE".into(),
        ..phone(person, month, &[])
    });
    phones.map(|entry| Body::Audit(Box::new(entry))).collect()
}

fn answered(bodies: &[Body], scope: &Scope) -> Answers {
    answers(bodies, false, &Trust::default(), scope)
}

/// An answer, and what the reports of these campaigns tell.
fn published(bodies: &[Body], scope: &Scope, campaigns: &[&str]) -> String {
    let mut shown = foi::csv(&answered(bodies, scope));
    for id in campaigns {
        shown += &format!("{:?}\n", coverage(&summary(bodies, id)));
    }
    shown
}

/// The number of an item, where it is shown.
fn number(answers: &Answers, name: &str) -> Option<u64> {
    let items = answers.answers.iter().flat_map(|answer| &answer.items);
    let item = items.into_iter().find(|item| item.name() == name)?;
    match item.value {
        Value::Count(Cell::Shown(n), _) => Some(n),
        _ => None,
    }
}

fn small(secrets: &[(&str, u64)]) -> BTreeMap<String, u64> {
    let secrets = secrets.iter().filter(|(_, n)| *n > 0);
    secrets.map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

fn march() -> Scope {
    let day = |text: &str| Some(text.parse().expect("a day"));
    Scope {
        from: day("2026-03-01"),
        to: day("2026-03-31"),
        campaign: None,
    }
}

/// 15 phones less the 12 that were checked of the 30 drawn would be the 3 outside.
#[test]
fn a_few_checks_outside_a_campaign_are_in_no_number() {
    let folder = Folder::new();
    let mut register = open(&folder.at("r.sqlite"));
    let mut bodies = begun("a", 12);
    bodies.extend(phones(Some("a"), 3, 1, 12));
    bodies.extend(phones(None, 3, 101, 3));
    for body in &bodies {
        register.add(body, 730).expect("added");
    }
    drop(register);
    let ran = run([
        "foi",
        "--format",
        "csv",
        "--register",
        &folder.text("r.sqlite"),
    ]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for line in [
        "checks,Phones checked,12,",
        "checks,People drawn,30,",
        "checks,People drawn: Declined,6,",
    ] {
        let line = line.trim_start_matches("checks");
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    assert!(!ran.out.contains(",15"), "{}", ran.out);
    // Enough of them are in every number.
    bodies.extend(phones(None, 3, 201, 2));
    let answers = answered(&bodies, &Scope::default());
    assert_eq!(number(&answers, "Phones checked"), Some(17));
}

/// Those who hold no place of the draw are in no report: with them it is the same.
#[test]
fn a_few_who_were_not_drawn_are_in_no_number() {
    for (more, expected) in [(0, 12), (4, 12), (5, 17)] {
        let mut bodies = begun("a", 12);
        let Some(Body::Campaign(campaign)) = bodies.first_mut() else {
            panic!("a campaign")
        };
        campaign.groups = vec![Group {
            people: 500,
            drawn: (1..=30).map(|n| format!("CANARY-{n:05}")).collect(),
            ..Group::default()
        }];
        bodies.extend(phones(Some("a"), 3, 1, 12));
        bodies.extend(phones(Some("a"), 3, 101, more));
        let answers = answered(&bodies, &Scope::default());
        assert_eq!(number(&answers, "Phones checked"), Some(expected), "{more}");
        let chosen = Scope {
            campaign: Some("a".into()),
            ..Scope::default()
        };
        let answers = answered(&bodies, &chosen);
        assert_eq!(number(&answers, "Phones checked"), Some(12), "{more}");
    }
}

/// Two campaigns that have people in common, and people outside of both. Whatever of the campaigns is taken from the
/// whole leaves 0, or 5 or more.
#[test]
fn no_campaign_taken_from_the_whole_leaves_a_few() {
    let mut attack = Attack::default();
    // What is in no sum that is told goes with each of the others.
    let sizes = (0..=9).flat_map(|one| (0..=9).map(move |two| (one, two)));
    let registers = sizes.flat_map(|(one, two): (u64, u64)| {
        let both = 0..=one.min(two);
        both.flat_map(move |both| (0..=6).map(move |outside| (one, two, both, outside)))
    });
    for (one, two, both, outside) in registers {
        let (only_one, only_two) = (one - both, two - both);
        let mut bodies = begun("a", one);
        bodies.extend(begun("bb", two));
        bodies.extend(phones(Some("a"), 3, 1, one));
        bodies.extend(phones(Some("bb"), 5, 1 + only_one, two));
        bodies.extend(phones(None, 5, 101, outside));
        // Somebody of the first campaign was looked at again outside of it: that is no further phone.
        if one >= 5 {
            bodies.extend(phones(None, 6, 1, 1));
        }
        let counts: Vec<u64> = [("a", one), ("bb", two)]
            .into_iter()
            .filter(|(id, _)| coverage(&summary(&bodies, id)).is_some())
            .map(|(_, n)| n)
            .collect();
        let answers = answered(&bodies, &Scope::default());
        if let (Some(all), false) = (number(&answers, "Phones checked"), counts.is_empty()) {
            for taken in 0..1 << counts.len() {
                let parts = counts.iter().enumerate();
                let parts = parts.filter(|(i, _)| taken & (1 << i) != 0);
                let rest = all.abs_diff(parts.map(|(_, n)| n).sum());
                assert!(!(1..5).contains(&rest), "{all} without {counts:?}: {rest}");
            }
        }
        let secrets = small(&[
            ("only one", only_one),
            ("both", both),
            ("only two", only_two),
        ]);
        let mut secrets = match counts.len() {
            2 => secrets,
            _ => BTreeMap::new(),
        };
        if !counts.is_empty() {
            secrets.insert("outside".into(), outside);
        }
        attack.add(published(&bodies, &Scope::default(), &["a", "bb"]), secrets);
    }
    assert_eq!(attack.found(), Vec::<String>::new());
}

/// In which months a campaign was, everybody may know.
#[test]
fn no_campaign_taken_from_a_month_leaves_a_few() {
    let mut attack = Attack::default();
    for [in_march, in_april, out_march, out_april] in every(16) {
        let mut bodies = begun("a", in_march + in_april);
        bodies.extend(phones(Some("a"), 3, 1, in_march));
        bodies.extend(phones(Some("a"), 4, 51, in_april));
        bodies.extend(phones(None, 3, 101, out_march));
        bodies.extend(phones(None, 4, 151, out_april));
        // Of a campaign of which nothing is published nobody knows more than that.
        if in_march + in_april < 5 {
            continue;
        }
        let known = published(&bodies, &Scope::default(), &["a"]);
        let known = format!("{in_march} and {in_april} in the campaign\n{known}");
        attack.add(
            known,
            small(&[("March outside", out_march), ("April outside", out_april)]),
        );
    }
    assert_eq!(attack.found(), Vec::<String>::new());
}

/// How many of a campaign lie in the period, and how many outside of it.
#[test]
fn no_part_of_a_campaign_in_a_period_leaves_a_few() {
    let (mut whole, mut chosen) = (Attack::default(), Attack::default());
    let registers = every(14).into_iter().flat_map(|[inside, later]| {
        let outside = 0..=6;
        outside.map(move |outside| (inside, later, outside))
    });
    for (inside, later, outside) in registers {
        let mut bodies = begun("a", inside + later);
        bodies.extend(phones(Some("a"), 3, 1, inside));
        bodies.extend(phones(Some("a"), 5, 51, later));
        bodies.extend(phones(None, 3, 101, outside));
        if inside + later < 5 {
            continue;
        }
        let secrets = [("inside", inside), ("later", later), ("outside", outside)];
        whole.add(published(&bodies, &march(), &["a"]), small(&secrets));
        if outside == 0 {
            let scope = Scope {
                campaign: Some("a".into()),
                ..march()
            };
            chosen.add(published(&bodies, &scope, &["a"]), small(&secrets));
        }
    }
    assert_eq!(whole.found(), Vec::<String>::new());
    assert_eq!(chosen.found(), Vec::<String>::new());
}

/// What a report counts of a line, and what an answer says of it, are about other phones.
#[test]
fn a_line_that_a_report_counts_is_told_once() {
    for (counted, told) in [(None, Some(12)), (Some("pass".to_owned()), None)] {
        let mut bodies = begun("a", 24);
        bodies.extend(phones(Some("a"), 3, 1, 24));
        for (n, body) in bodies.iter_mut().enumerate() {
            if let Body::Audit(audit) = body {
                audit.findings = vec![Line {
                    control: "IM-01".into(),
                    verdict: if n % 2 == 0 { "pass" } else { "fail" }.into(),
                    counted: counted.clone(),
                    ..entry(1).findings.remove(0)
                }];
            }
        }
        let answers = answered(&bodies, &Scope::default());
        let yes = "\"I move decisions to the patient record\" (IM-01): Yes";
        assert_eq!(number(&answers, yes), told, "{counted:?}");
    }
}
