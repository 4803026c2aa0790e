//! How long a result stands: at any moment before that, the same evidence comes to the same.

use jiff::{SignedDuration, Timestamp};

use super::waived::waiver;
use super::{Case, line};
use crate::assess::{Waiver, good_until};
use crate::audit::{Audit, Verdict};
use crate::evidence::{Fact, Subject};
use crate::profile::{Ownership, Parameter, ParameterValue};
use crate::shorthand::now;

const SET: &str = "lock.credential=set";
const NONE: &str = "lock.credential=none";

fn in_hours(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

fn taken(case: Case, hours: i64) -> Case {
    case.with(|case| case.evidence.as_of = Some(in_hours(hours)))
}

fn undated(case: Case) -> Case {
    case.with(|case| case.evidence.as_of = None)
}

fn chosen(case: Case) -> Case {
    case.with(|case| case.context.moment_chosen = true)
}

fn waived(case: Case) -> Case {
    case.with(|case| {
        case.context.about.ownership = Some(Ownership::Trust);
        case.context.waivers.push(Waiver {
            expires: "2026-11-23".parse().expect("a day"),
            ..waiver()
        });
    })
}

/// The reading rests on data that runs out.
fn runs_out(case: Case, hours: i64) -> Case {
    case.with(|case| {
        let reading = case
            .evidence
            .get(Fact::LockCredential, &Subject::Device)
            .good_until(in_hours(hours));
        case.evidence
            .overrule(Fact::LockCredential, Subject::Device, reading);
    })
}

fn at(case: &Case, at: Timestamp) -> Audit {
    case.clone().with(|case| case.context.at = at).audit()
}

#[test]
fn a_result_stands_until_the_moment_makes_a_difference() {
    let midnight: Timestamp = "2026-11-24T00:00:00Z".parse().expect("a moment");
    let thirty_days = 24 * 30;
    let rows: Vec<(&str, Case, Option<Timestamp>)> = vec![
        ("fresh", line(SET), Some(in_hours(thirty_days - 24))),
        (
            "fresh, and fails",
            line(NONE),
            Some(in_hours(thirty_days - 24)),
        ),
        (
            "taken at this moment",
            taken(line(SET), 0),
            Some(in_hours(thirty_days)),
        ),
        (
            "as old as it may be",
            taken(line(SET), -thirty_days),
            Some(now()),
        ),
        ("too old", taken(line(SET), -thirty_days - 1), None),
        ("in the future", taken(line(SET), 5), Some(in_hours(5))),
        ("undated", undated(line(SET)), None),
        ("chosen", chosen(line(SET)), None),
        ("data runs out", runs_out(line(SET), 3), Some(in_hours(3))),
        (
            "data has run out",
            runs_out(taken(line(SET), -thirty_days - 1), -3),
            None,
        ),
        (
            "data outlasts the evidence",
            runs_out(line(SET), 24 * 60),
            Some(in_hours(thirty_days - 24)),
        ),
        ("waived", waived(line(NONE)), Some(midnight)),
        (
            "a waiver that is not used",
            waived(line(SET)),
            Some(in_hours(thirty_days - 24)),
        ),
        (
            "undated and waived, as of the evidence",
            chosen(waived(undated(line(NONE)))),
            Some(midnight),
        ),
    ];
    for (what, case, expected) in rows {
        let audit = case.audit();
        assert_eq!(good_until(&audit), expected, "{what}");
        let last = match expected {
            Some(until) => until - SignedDuration::from_secs(1),
            None => in_hours(24 * 365 * 5),
        };
        if !case.context.moment_chosen || expected.is_some() {
            let later = at(&case, last);
            assert_eq!(later.findings, audit.findings, "{what}");
            assert_eq!(later.overall, audit.overall, "{what}");
        }
    }
}

/// The limit of the checklist counts, not a number of this place.
#[test]
fn the_checklist_says_how_long_evidence_is_new_enough() {
    let case = line(SET);
    let mut profile = case.profile();
    profile.parameters.push(Parameter {
        id: "evidence_max_age".into(),
        value: ParameterValue::Duration(std::time::Duration::from_secs(86_400 * 3)),
        source: "a test".into(),
        in_profile: None,
    });
    let audit = crate::assess::assess(&case.evidence, &profile, &case.context);
    assert_eq!(audit.findings[0].verdict, Verdict::Pass);
    assert_eq!(good_until(&audit), Some(in_hours(48)));
}
