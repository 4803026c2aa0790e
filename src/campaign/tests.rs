//! What is counted, and how.

use super::*;
use crate::register::entry::{Entry, Line, NotAudited, Outcome};

fn line(control: &str, subject: &str, verdict: &str) -> Line {
    Line {
        control: control.into(),
        subject: subject.into(),
        verdict: verdict.into(),
        first_verdict: None,
        counted: Some(verdict.into()),
        asked: false,
        waived: false,
        set_aside: false,
    }
}

fn audit(person: &str, day: u32, findings: Vec<Line>) -> Body {
    let failed = findings.iter().any(|f| f.verdict == "fail" && !f.waived);
    Body::Audit(Box::new(Entry {
        audit_sha256: format!("{person}{day}"),
        tool_version: "0".into(),
        profile: "p".into(),
        profile_sha256: "0".into(),
        platform: "ios".into(),
        source: "ios-backup".into(),
        model: None,
        os: None,
        audited_at: format!("2026-11-{day:02}T09:00:00Z"),
        campaign: Some("c".into()),
        staff_ref: Some(person.into()),
        role: None,
        ownership: None,
        auditor: None,
        site: None,
        notice_given: None,
        declined: false,
        readable_only: false,
        overall: if failed { "FAIL" } else { "PASS" }.into(),
        attested: [1, 0, 0, 0],
        apps: Vec::new(),
        findings,
        phone: None,
        narrowed_to: Vec::new(),
        limits_changed: Vec::new(),
    }))
}

fn not_audited(person: &str, what: NotAudited, replaced_by: Option<&str>) -> Body {
    Body::Outcome(Outcome {
        campaign: "c".into(),
        staff_ref: person.into(),
        what,
        replaced_by: replaced_by.map(str::to_owned),
    })
}

#[test]
fn people_are_counted_as_their_phones_were_found() {
    let mut fixed = line("A", "device", "pass");
    fixed.first_verdict = Some("fail".into());
    let mut waived = line("A", "device", "fail");
    waived.waived = true;
    let bodies = vec![
        Body::Campaign(Campaign {
            id: "c".into(),
            population: 100,
            drawn: 9,
            commitment: None,
            seed: None,
            groups: Vec::new(),
        }),
        audit(
            "1",
            1,
            vec![
                line("A", "device", "pass"),
                line("B", "x", "pass"),
                line("B", "y", "fail"),
            ],
        ),
        // Checked again later: the first counts, the last says that no recheck is needed.
        audit("2", 1, vec![line("A", "device", "fail")]),
        audit("2", 9, vec![line("A", "device", "pass")]),
        audit("3", 2, vec![fixed]),
        audit("4", 2, vec![waived, line("B", "x", "pass")]),
        audit(
            "5",
            2,
            vec![
                line("A", "device", "unresolved"),
                line("B", "x", "not-applicable"),
            ],
        ),
        not_audited("6", NotAudited::Declined, None),
        not_audited("7", NotAudited::NotApplicable, Some("5")),
        not_audited("8", NotAudited::Unreachable, None),
        audit("9", 3, vec![line("A", "device", "pass")]),
    ];
    let s = summary(&bodies, "c");
    assert_eq!(
        (s.checked, s.declined, s.unreachable, s.replaced),
        (6, 1, 1, 1)
    );
    assert_eq!(s.open(), Some(1));
    assert_eq!(
        (s.overall.met, s.overall.not_met, s.overall.could_not_tell),
        (2, 3, 1)
    );
    let a = &s.lines["A"];
    assert_eq!(
        (a.outcomes.met, a.outcomes.not_met, a.put_right, a.waived),
        (2, 2, 1, 1)
    );
    assert_eq!(a.outcomes.declined, 1);
    let b = &s.lines["B"];
    assert_eq!((b.outcomes.met, b.outcomes.not_met), (1, 1));
    assert_eq!(s.recheck, ["1"]);
    assert_eq!(s.warnings, Vec::<String>::new());
    assert_eq!(summary(&bodies, "other").checked, 0);
}

#[test]
fn an_app_that_nobody_looked_at_is_not_hidden_by_another() {
    let set_aside = |subject| Line {
        set_aside: true,
        counted: None,
        ..line("A", subject, "unresolved")
    };
    let in_full = audit("1", 1, vec![line("A", "whatsapp", "pass")]);
    for (other, met, not_looked_at) in [
        (line("A", "signal", "not-applicable"), 0, 1),
        (line("A", "signal", "pass"), 0, 1),
        (line("A", "signal", "fail"), 0, 0),
    ] {
        let quick = audit(
            "1",
            1,
            vec![other, set_aside("whatsapp"), line("B", "d", "pass")],
        );
        let s = summary(std::slice::from_ref(&quick), "c");
        let counted = s
            .lines
            .get("A")
            .map_or((0, 0), |a| (a.outcomes.met, a.set_aside));
        assert_eq!(counted.0, met);
        assert_eq!(
            counted.1 + u64::from(s.not_looked_at.contains("A")),
            not_looked_at
        );
        // Another audit of the same phone and day looked at it.
        let mut both = in_full.clone();
        if let Body::Audit(entry) = &mut both {
            entry.profile = "full".into();
        }
        let s = summary(&[quick, both], "c");
        assert_eq!(
            (s.lines["A"].outcomes.met, s.lines["A"].set_aside),
            (not_looked_at, 0)
        );
    }
}

#[test]
fn what_was_not_looked_at_is_told_apart() {
    let set_aside = |control| Line {
        set_aside: true,
        ..line(control, "device", "unresolved")
    };
    let mut bodies = vec![
        audit(
            "1",
            1,
            vec![line("A", "d", "pass"), set_aside("B"), set_aside("C")],
        ),
        audit(
            "2",
            2,
            vec![
                line("A", "d", "not-applicable"),
                line("B", "d", "pass"),
                set_aside("C"),
            ],
        ),
        audit(
            "3",
            3,
            vec![
                line("A", "d", "unresolved"),
                line("D", "d", "not-applicable"),
            ],
        ),
    ];
    if let Some(Body::Audit(entry)) = bodies.last_mut() {
        entry.overall = "INCOMPLETE".into();
    }
    let s = summary(&bodies, "c");
    let a = &s.lines["A"];
    assert_eq!(
        (a.outcomes.met, a.not_applicable, a.outcomes.could_not_tell),
        (1, 1, 1)
    );
    assert_eq!((s.lines["B"].outcomes.met, s.lines["B"].set_aside), (1, 1));
    assert_eq!(s.not_looked_at, BTreeSet::from(["C".to_owned()]));
    assert_eq!((s.overall.met, s.passed_in_part), (2, 2));
    assert!(!s.lines.contains_key("D"), "it applied to nobody");
    assert_eq!((s.overall.met, s.overall.could_not_tell), (2, 1));
    assert_eq!(s.look_again, ["3"]);
    assert_eq!(s.days, Some(("2026-11-01".into(), "2026-11-03".into())));
    bodies.push(audit("3", 9, vec![line("A", "d", "pass")]));
    assert_eq!(summary(&bodies, "c").look_again, Vec::<String>::new());

    // A run that was narrowed to lines has no others to set aside.
    let mut narrowed = audit("4", 4, vec![line("A", "d", "pass")]);
    if let Body::Audit(entry) = &mut narrowed {
        entry.narrowed_to = vec!["A".into()];
    }
    let whole = audit("5", 5, vec![line("A", "d", "pass")]);
    let s = summary(&[narrowed, whole], "c");
    assert_eq!((s.overall.met, s.passed_in_part), (2, 1));
}

#[test]
fn who_declined_has_no_audit_that_counts() {
    let mut declined = audit("1", 2, Vec::new());
    if let Body::Audit(entry) = &mut declined {
        entry.declined = true;
        entry.overall = "DECLINED".into();
        entry.profile_sha256 = "1".into();
    }
    let read = audit("2", 2, vec![line("A", "d", "pass")]);
    for what in [NotAudited::Declined, NotAudited::Unreachable] {
        let bodies = [not_audited("1", what, None), declined.clone(), read.clone()];
        let s = summary(&bodies, "c");
        assert_eq!((s.checked, s.declined), (1, 1));
        assert_eq!(
            s.warnings.len(),
            1,
            "only that it was not begun: {:?}",
            s.warnings
        );
    }
}

#[test]
fn a_phone_that_stands_for_two_people_is_named() {
    let with_phone = |person: &str, phone: &str| {
        let mut body = audit(person, 1, vec![line("A", "device", "pass")]);
        if let Body::Audit(entry) = &mut body {
            entry.phone = Some(phone.into());
        }
        body
    };
    let warned = |bodies: &[Body]| {
        let warnings = summary(bodies, "c").warnings;
        warnings
            .iter()
            .any(|w| w.contains("The same phone stands for 2 people"))
    };
    assert!(warned(&[with_phone("1", "p"), with_phone("2", "p")]));
    assert!(!warned(&[with_phone("1", "p"), with_phone("2", "q")]));
    assert!(!warned(&[with_phone("1", "p"), with_phone("1", "p")]));
}

#[test]
fn a_waived_line_is_not_met_and_an_audit_counts_once() {
    let mut waived = line("A", "whatsapp", "fail");
    waived.waived = true;
    let mut nameless = audit("x", 1, vec![waived, line("A", "telegram", "pass")]);
    if let Body::Audit(entry) = &mut nameless {
        entry.staff_ref = None;
    }
    // The same audit came from two registers.
    let s = summary(&[nameless.clone(), nameless], "c");
    let a = &s.lines["A"];
    assert_eq!((s.checked, a.waived), (1, 1));
    assert_eq!((a.outcomes.met, a.outcomes.not_met), (0, 0));
}

#[test]
fn the_list_that_was_recorded_first_counts() {
    let begun = |drawn| {
        Body::Campaign(Campaign {
            id: "c".into(),
            population: 100,
            drawn,
            ..Campaign::default()
        })
    };
    let mut counter = count::Counter::default();
    counter.add("2026-11-02T09:00:00Z", &begun(9));
    counter.add("2026-11-01T09:00:00Z", &begun(8));
    let drawn = counter.finish().begun.map(|begun| begun.drawn);
    assert_eq!(drawn, Some(8));
}

#[test]
fn changed_limits_leave_a_mark() {
    let changed = |person: &str, limits: &[&str], declined: bool| {
        let mut body = audit(person, 1, vec![line("A", "device", "pass")]);
        if let Body::Audit(entry) = &mut body {
            entry.limits_changed = limits.iter().map(|limit| (*limit).to_owned()).collect();
            entry.declined = declined;
        }
        body
    };
    let said = |bodies: &[Body]| {
        let s = summary(bodies, "c");
        let sentence = s.limits_words();
        let told = s
            .warnings
            .iter()
            .any(|warning| Some(warning) == sentence.as_ref());
        assert_eq!(told, sentence.is_some(), "{:?}", s.warnings);
        sentence
    };
    assert_eq!(said(&[changed("1", &[], false)]), None);
    // Nothing of somebody who declined was judged.
    assert_eq!(said(&[changed("1", &["auto_lock_max"], true)]), None);
    let sentence = said(&[
        changed("1", &["auto_lock_max"], false),
        changed("2", &["lock_delay_max", "auto_lock_max"], false),
        changed("3", &[], false),
    ]);
    assert!(sentence.is_some_and(|text| text.ends_with("(auto_lock_max, lock_delay_max).")),);
}
