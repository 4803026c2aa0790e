//! What an audit says as a whole: answers counted, apps found, warnings and notes.

use std::time::Duration;

use super::{Case, app_line, hours_ago, line};
use crate::assess::assess;
use crate::audit::{Attested, Overall, Verdict};
use crate::evidence::Answer::{self, AsItShouldBe, CannotTell, DoesNotApply, Fixed, Otherwise};
use crate::evidence::{Fact, Platform, Presence, Reading, Source, Subject};
use crate::profile::{Ownership, Parameter, ParameterValue};

const DAMAGED: &str = "lock.credential!";
const SET: &str = "lock.credential=set";

#[test]
fn answers_are_counted_apart() {
    let told = || line("").unread().asked();
    let declined = |case: Case| case.with(|case| case.context.declined = true);
    let (yes, no, unanswered, refused) = ([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]);
    let nobody = [0; 4];
    let table: Vec<(&str, Case, [u32; 4])> = vec![
        ("yes", told().said(AsItShouldBe), yes),
        ("no", told().said(Otherwise), no),
        ("no, and put right", told().said(Fixed), no),
        ("would not say", told().said(Answer::Declined), refused),
        ("could not tell", told().said(CannotTell), unanswered),
        ("not asked", told(), unanswered),
        (
            "yes, to what could be seen",
            line(SET).asked().said(AsItShouldBe),
            yes,
        ),
        (
            "yes, to what could not be seen",
            line(DAMAGED).asked().said(AsItShouldBe),
            yes,
        ),
        ("it does not apply", told().said(DoesNotApply), nobody),
        (
            "it does not apply, and was seen",
            line(SET).asked().said(DoesNotApply),
            nobody,
        ),
        ("the whole check was declined", declined(told()), refused),
        (
            "would not show it: nobody asked",
            line(DAMAGED).asked().seen(Answer::Declined),
            unanswered,
        ),
        (
            "would not show it, but said yes",
            line(DAMAGED)
                .asked()
                .seen(Answer::Declined)
                .said(AsItShouldBe),
            yes,
        ),
        ("nothing to ask", line(SET), nobody),
        ("nothing to ask, and declined", declined(line(SET)), nobody),
        (
            "beside the point",
            told().with(|case| {
                case.control.ownership = Some(Ownership::Trust);
                case.context.about.ownership = Some(Ownership::Personal);
            }),
            nobody,
        ),
    ];
    for (what, case, [yes, no, unanswered, declined]) in table {
        let expected = Attested {
            yes,
            no,
            unanswered,
            declined,
        };
        assert_eq!(case.audit().attested, expected, "{what}");
    }
}

/// What is said of the apps: whether none is there, which were found, and of which it is not known.
#[test]
fn apps_found_and_not_found() {
    let android = |facts: &str| app_line(Platform::Android, facts);
    let no_line = |case: Case| case.with(|case| case.control.per_app = false);
    let declined = |case: Case| case.with(|case| case.context.declined = true);
    let unseen =
        |case: Case| case.with(|case| case.evidence.apps_unseen = vec!["not all read".into()]);
    let no = "whatsapp/app.installed=no";
    let damaged = "whatsapp/app.installed!";
    type Row<'a> = (&'a str, Case, bool, Option<&'a [&'a str]>, &'a [&'a str]);
    let table: Vec<Row> = vec![
        (
            "not known",
            android(damaged),
            false,
            Some(&[]),
            &["whatsapp"],
        ),
        ("not read", android(""), false, Some(&[]), &["whatsapp"]),
        (
            "uncertain",
            android("whatsapp/app.installed~no"),
            false,
            Some(&[]),
            &["whatsapp"],
        ),
        (
            "apps may have gone unseen",
            unseen(android(no)),
            false,
            Some(&[]),
            &[],
        ),
        (
            "a second copy is there",
            android(&format!("{no} whatsapp@95/app.installed=yes")),
            false,
            Some(&["WhatsApp (second copy, Android user 95)"]),
            &[],
        ),
        (
            "there",
            android("whatsapp/app.installed=yes"),
            false,
            Some(&["WhatsApp"]),
            &[],
        ),
        (
            "seen",
            android(damaged).looked_for("whatsapp", Presence::There, 1),
            false,
            Some(&["WhatsApp"]),
            &[],
        ),
        (
            "two copies of one name",
            android(
                "whatsapp/app.installed=no whatsapp@10/app.installed=yes whatsapp@10/app.space=work-profile \
                 whatsapp@11/app.installed=yes whatsapp@11/app.space=work-profile",
            ),
            false,
            Some(&["WhatsApp (work profile)"]),
            &[],
        ),
        (
            "no line is about apps",
            no_line(android(no)),
            false,
            None,
            &[],
        ),
        (
            "no line is about apps, and one is unknown",
            no_line(android(damaged)),
            false,
            None,
            &[],
        ),
        (
            "declined",
            declined(android(damaged)),
            false,
            Some(&[]),
            &[],
        ),
        ("not there", android(no), true, Some(&[]), &[]),
        (
            "seen not to be there",
            android(damaged).looked_for("whatsapp", Presence::NotThere, 1),
            true,
            Some(&[]),
            &[],
        ),
        (
            "not there, and a second copy is not either",
            android(&format!("{no} whatsapp@95/app.installed=no")),
            true,
            Some(&[]),
            &[],
        ),
        (
            "not there; another app is",
            android(&format!("{no} signal/app.installed=yes")),
            true,
            Some(&[]),
            &[],
        ),
    ];
    for (what, case, none_there, found, unknown) in table {
        let audit = case.audit();
        assert_eq!(audit.no_app_there, none_there, "{what}");
        let found = found.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(audit.apps_found, found, "{what}");
        assert_eq!(audit.apps_unknown, unknown, "{what}");
    }
}

/// Messaging apps that the checklist does not cover.
#[test]
fn other_apps() {
    let android = |facts: &str| app_line(Platform::Android, facts);
    let no = "whatsapp/app.installed=no";
    type Row<'a> = (&'a str, Case, Option<&'a [&'a str]>, &'a [&'a str], bool);
    let with = |facts: &str| android(&format!("{no} {facts}"));
    let no_id = |app: &'static str| {
        with("").with(move |case| {
            case.evidence.set(
                Fact::AppInstalled,
                Subject::app(app),
                Reading::not_readable("no id"),
            );
        })
    };
    let unseen =
        |case: Case| case.with(|case| case.evidence.apps_unseen = vec!["not all read".into()]);
    let table: Vec<Row> = vec![
        ("none was looked for", with(""), None, &[], false),
        (
            "none is there",
            with("signal/app.installed=no"),
            Some(&[]),
            &[],
            false,
        ),
        (
            "one is there",
            with("signal/app.installed=yes"),
            Some(&["Signal"]),
            &[],
            false,
        ),
        (
            "a hint that it is there",
            with("signal/app.installed~yes"),
            Some(&["Signal"]),
            &[],
            false,
        ),
        (
            "twice",
            with("signal/app.installed=yes signal@95/app.installed=yes"),
            Some(&["Signal", "Signal (second copy, Android user 95)"]),
            &[],
            false,
        ),
        (
            "could not be told",
            with("signal/app.installed!"),
            Some(&[]),
            &[],
            true,
        ),
        (
            "the same is said where apps went unseen",
            unseen(with("signal/app.installed!")),
            Some(&[]),
            &[],
            false,
        ),
        (
            "one of the checklist could not be told: its own line says so",
            android("whatsapp/app.installed!"),
            None,
            &[],
            false,
        ),
        (
            "an id that nobody is sure of",
            with("signal/app.installed~no"),
            Some(&[]),
            &["Signal"],
            false,
        ),
        (
            "the same in two spaces",
            with("signal/app.installed~no signal@95/app.installed~no"),
            Some(&[]),
            &["Signal"],
            false,
        ),
        (
            "no id is known",
            no_id("signal"),
            Some(&[]),
            &["Signal"],
            false,
        ),
        (
            "one that comes with every phone: nobody need ask",
            no_id("apple-messages"),
            Some(&[]),
            &[],
            false,
        ),
        (
            "one of the checklist is there, too",
            android("whatsapp/app.installed=yes signal/app.installed=yes"),
            Some(&["Signal"]),
            &[],
            false,
        ),
        (
            "an uncertain id of the checklist: its own line says so",
            android("whatsapp/app.installed~no"),
            None,
            &[],
            false,
        ),
        (
            "not in the catalogue",
            with("pigeon/app.installed=yes"),
            Some(&[]),
            &[],
            false,
        ),
    ];
    for (what, case, others, to_ask, untold) in table {
        let audit = case.audit();
        let others = others.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(audit.apps_besides, others, "{what}");
        assert_eq!(audit.apps_to_ask, to_ask, "{what}");
        let said = audit
            .notes
            .iter()
            .any(|note| note.contains("could not be told of the whole phone"));
        assert_eq!(said, untold, "{what}: {:?}", audit.notes);
    }
}

/// Why nothing may pass is said once, and not to someone who declined.
#[test]
fn what_is_said_of_old_evidence() {
    let days = |days: i64| line(SET).with(move |c| c.evidence.as_of = Some(hours_ago(24 * days)));
    let declined = |case: Case| case.with(|case| case.context.declined = true);
    let unknown = || line(SET).with(|case| case.evidence.as_of = None);
    for (what, case, warning, overall) in [
        ("new", days(0), None, Overall::Pass),
        ("just in time", days(30), None, Overall::Pass),
        (
            "old",
            days(31),
            Some("The evidence is too old (older than 30 days)"),
            Overall::Incomplete,
        ),
        (
            "not known",
            unknown(),
            Some("It is not known when"),
            Overall::Incomplete,
        ),
        (
            "the future",
            days(-1),
            Some("The evidence is dated in the future"),
            Overall::Incomplete,
        ),
        ("declined", declined(unknown()), None, Overall::Incomplete),
    ] {
        let audit = case.audit();
        match warning {
            None => assert_eq!(audit.warnings, [""; 0], "{what}"),
            Some(text) => {
                assert_eq!(audit.warnings.len(), 1, "{what}");
                assert!(
                    audit.warnings[0].starts_with(text),
                    "{what}: {}",
                    audit.warnings[0]
                );
            }
        }
        assert_eq!(audit.overall, overall, "{what}");
    }
}

#[test]
fn what_the_phone_states_of_itself() {
    let audit = line("device.model=iPhone14,5 device.maker~Apple device.os!").audit();
    assert_eq!(audit.device_model.as_deref(), Some("iPhone14,5"));
    assert_eq!(audit.device_maker.as_deref(), Some("Apple"));
    assert_eq!(audit.device_os, None);
}

/// The moment of a look stands beside what was seen; it is not the moment of any reading.
#[test]
fn the_moment_of_the_evidence() {
    for (source, stated) in [
        (Source::IosBackup, true),
        (Source::AndroidAdb, true),
        (Source::Look, false),
    ] {
        let case = line(SET).with(|case| case.evidence.source = source);
        let as_of = case.evidence.as_of.filter(|_| stated);
        assert_eq!(case.audit().evidence_as_of, as_of, "{source:?}");
    }
}

/// How old evidence may be is the checklist's own number, where it has one.
#[test]
fn the_checklist_says_how_old_evidence_may_be() {
    let case = line(SET);
    for (given, expected) in [
        (None, Overall::Pass),
        (Some(ParameterValue::Count(1)), Overall::Pass),
        (
            Some(ParameterValue::Duration(Duration::from_secs(86_400))),
            Overall::Pass,
        ),
        (
            Some(ParameterValue::Duration(Duration::from_secs(86_399))),
            Overall::Incomplete,
        ),
    ] {
        let mut profile = case.profile();
        profile
            .parameters
            .extend(given.clone().map(|value| Parameter {
                id: "evidence_max_age".into(),
                value,
                source: "a test".into(),
                in_profile: None,
            }));
        let audit = assess(&case.evidence, &profile, &case.context);
        assert_eq!(audit.overall, expected, "{given:?}");
    }
}

/// Of apps that the checklist does not cover only that they are there is kept.
#[test]
fn readings_that_are_kept() {
    let facts = "lock.credential=set whatsapp/app.installed=no signal/app.installed=yes telegram/app.installed=no";
    let audit = app_line(Platform::Android, facts).audit();
    let kept: Vec<String> = audit
        .facts
        .keys()
        .filter(|(_, fact)| matches!(fact, Fact::AppInstalled | Fact::LockCredential))
        .map(|(subject, fact)| format!("{subject} {fact}"))
        .collect();
    assert_eq!(
        kept,
        [
            "device lock.credential",
            "signal app.installed",
            "whatsapp app.installed"
        ]
    );
}

/// What counts of a line that nobody judged, because the person declined the whole check.
#[test]
fn what_counts_of_a_check_that_was_declined() {
    let declined = Some(Verdict::Declined);
    for (what, case, seen, counted) in [
        ("a line that counts", line(SET), declined, declined),
        ("one that does not", line(SET).optional(), declined, None),
        (
            "one of which only the person knows",
            line(SET).unread().asked(),
            None,
            None,
        ),
    ] {
        let finding = case.with(|case| case.context.declined = true).finding();
        assert_eq!(finding.verdict, Verdict::Declined, "{what}");
        assert_eq!((finding.seen, finding.counted), (seen, counted), "{what}");
    }
}

#[test]
fn a_checklist_that_says_nothing_of_this_kind_of_phone() {
    let case = line(SET);
    let mut profile = case.profile();
    for (platforms, overall, warned) in [
        (vec![Platform::Ios], Overall::Pass, false),
        (vec![Platform::Android], Overall::Incomplete, true),
    ] {
        profile.platforms = platforms;
        let audit = assess(&case.evidence, &profile, &case.context);
        assert_eq!(
            (audit.overall, !audit.warnings.is_empty()),
            (overall, warned)
        );
    }
}

/// Half a year after the catalogue was last checked a person is told.
#[test]
fn an_old_catalogue_is_told() {
    for (days, told) in [(0, false), (179, false), (181, true)] {
        let case = line(SET).with(|case| case.context.at = hours_ago(-24 * days));
        let notes = case.audit().notes;
        let said = notes
            .iter()
            .any(|note| note.contains("list of apps and menus"));
        assert_eq!(said, told, "after {days} days: {notes:?}");
    }
}
