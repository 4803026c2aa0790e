//! Waivers: which failures they are about, for whom they count, and which came to nothing.

use super::{Case, app_line, line};
use crate::assess::{Waiver, assess};
use crate::audit::{Overall, Verdict};
use crate::evidence::Answer::{AsItShouldBe, Otherwise};
use crate::evidence::Platform;
use crate::profile::Ownership;

/// A waiver of the line for the trust's own phones.
pub(super) fn waiver() -> Waiver {
    Waiver {
        control: "A".into(),
        app: None,
        staff_ref: None,
        role: None,
        ownership: Some(Ownership::Trust),
        reason: "a reason".into(),
        approver: "Head of IG".into(),
        expires: "2027-01-31".parse().expect("a day"),
        place: "waivers.toml, line 1".into(),
    }
}

const NONE: &str = "lock.credential=none";

/// A phone of the trust, used by a nurse.
fn about(case: Case) -> Case {
    case.with(|case| {
        case.context.about.ownership = Some(Ownership::Trust);
        case.context.about.role = Some("nurse".into());
        case.context.about.staff_ref = Some("S-1".into());
    })
}

#[test]
fn which_failures_are_waived() {
    let photos = "whatsapp/app.installed=yes whatsapp/app.photos.permission=full";
    let app = || app_line(Platform::Ios, photos);
    const UNUSED: Option<&str> = Some("A waiver of A is not used: nothing failed there");
    type Change = fn(&mut Waiver);
    let table: Vec<(&str, Case, Change, bool, Option<&str>)> = vec![
        ("a failure", line(NONE), |_| (), true, None),
        (
            "its id in other letters",
            line(NONE),
            |w| w.control = "a".into(),
            true,
            None,
        ),
        (
            "on its last day",
            line(NONE),
            |w| w.expires = "2026-11-21".parse().expect("a day"),
            true,
            None,
        ),
        (
            "a day later",
            line(NONE),
            |w| w.expires = "2026-11-20".parse().expect("a day"),
            false,
            Some("A waiver of A has expired on 2026-11-20 and does not count"),
        ),
        (
            "another line",
            line(NONE),
            |w| w.control = "B".into(),
            false,
            Some("A waiver is not used: the checklist has no line B"),
        ),
        (
            "nothing failed",
            line("lock.credential=set"),
            |_| (),
            false,
            UNUSED,
        ),
        (
            "nothing is known",
            line("lock.credential!"),
            |_| (),
            false,
            UNUSED,
        ),
        (
            "seen to fail",
            line("lock.credential!").seen(Otherwise),
            |_| (),
            true,
            None,
        ),
        (
            "only said",
            line("").unread().asked().said(Otherwise),
            |_| (),
            false,
            UNUSED,
        ),
        (
            "said, and seen as it should be",
            line("lock.credential=set").asked().said(Otherwise),
            |_| (),
            false,
            UNUSED,
        ),
        (
            "seen to fail, whatever was said",
            line(NONE).asked().said(AsItShouldBe),
            |_| (),
            true,
            None,
        ),
        (
            "this app",
            app(),
            |w| w.app = Some("whatsapp".into()),
            true,
            None,
        ),
        ("any app", app(), |_| (), true, None),
        (
            "another app",
            app(),
            |w| w.app = Some("signal".into()),
            false,
            UNUSED,
        ),
        (
            "an app, of a line about the phone",
            line(NONE),
            |w| w.app = Some("whatsapp".into()),
            false,
            UNUSED,
        ),
        // For other people: nobody's business here, so that nothing is said of it.
        (
            "this person",
            line(NONE),
            |w| w.staff_ref = Some(" s-1".into()),
            true,
            None,
        ),
        (
            "another person",
            line(NONE),
            |w| w.staff_ref = Some("S-2".into()),
            false,
            None,
        ),
        (
            "this role",
            line(NONE),
            |w| w.role = Some("Nurse".into()),
            true,
            None,
        ),
        (
            "another role",
            line(NONE),
            |w| w.role = Some("porter".into()),
            false,
            None,
        ),
        (
            "another owner",
            line(NONE),
            |w| w.ownership = Some(Ownership::Personal),
            false,
            None,
        ),
        (
            "this role, whoever owns the phone",
            line(NONE),
            |w| (w.role, w.ownership) = (Some("nurse".into()), None),
            true,
            None,
        ),
    ];
    for (what, case, change, waived, warning) in table {
        let mut waiver = waiver();
        change(&mut waiver);
        let audit = about(case)
            .with(|case| case.context.waivers = vec![waiver])
            .audit();
        let finding = &audit.findings[0];
        assert_eq!(finding.waiver.is_some(), waived, "{what}");
        match warning {
            None => assert_eq!(audit.warnings, [""; 0], "{what}"),
            Some(text) => assert_eq!(
                audit.warnings,
                [format!("{text} (waivers.toml, line 1).")],
                "{what}"
            ),
        }
        if waived {
            // It stays a failure in sight, and nothing passed.
            assert_eq!(finding.seen, Some(Verdict::Fail), "{what}");
            assert_eq!(audit.overall, Overall::Incomplete, "{what}");
        }
    }
}

/// What a waiver names must be known of the person and phone.
#[test]
fn a_waiver_of_what_is_not_known_does_not_count() {
    type Change = fn(&mut Waiver);
    let table: [(&str, Change); 3] = [
        ("owner", |_| ()),
        ("role", |w| {
            (w.role, w.ownership) = (Some("nurse".into()), None)
        }),
        ("person", |w| {
            (w.staff_ref, w.ownership) = (Some("S-1".into()), None)
        }),
    ];
    for (what, change) in table {
        let mut waiver = waiver();
        change(&mut waiver);
        let case = line(NONE).with(|case| case.context.waivers = vec![waiver]);
        assert_eq!(case.finding().waiver, None, "{what}");
    }
}

/// A waiver of one line leaves the failures of the others as they are.
#[test]
fn a_waiver_is_of_its_own_line() {
    let case = about(line(NONE)).with(|case| case.context.waivers = vec![waiver()]);
    let mut profile = case.profile();
    let mut other = case.control.clone();
    other.id = "B".into();
    profile.controls.push(other);
    let audit = assess(&case.evidence, &profile, &case.context);
    let waived: Vec<bool> = audit.findings.iter().map(|f| f.waiver.is_some()).collect();
    assert_eq!(waived, [true, false]);
    assert_eq!(audit.overall, Overall::Fail);
}
