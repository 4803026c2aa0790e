//! What was read and seen, in words; and which of the two came first.

use jiff::{SignedDuration, Timestamp};

use super::{OLD, line, now};
use crate::assess::eval::Leaf;
use crate::assess::found::{self, line as words};
use crate::assess::observed::{self, Order, order};
use crate::evidence::Answer::{self, AsItShouldBe, CannotTell, DoesNotApply, Fixed, Otherwise};
use crate::evidence::{
    AppCopy, Evidence, Fact, Manner, Origin, Platform, Reading, Source, Subject, Value,
};
use crate::shorthand;

#[test]
fn one_fact() {
    let note = |reading: Reading, notes: &[&str]| {
        reading.with_origins(
            notes
                .iter()
                .enumerate()
                .map(|(at, note)| Origin::new(Source::IosBackup, format!("file {at}")).note(*note)),
        )
    };
    let minute = || Value::seconds(60);
    for (reading, expected) in [
        (Reading::known(minute()), "Locks itself after: 1 minute"),
        (
            Reading::indicative(minute()),
            "Locks itself after: 1 minute (points that way, but does not prove it)",
        ),
        (
            Reading::absent("no entry"),
            "Locks itself after: could not tell (no entry)",
        ),
        (
            Reading::unreadable("damaged"),
            "Locks itself after: could not tell (damaged)",
        ),
        (
            Reading::not_readable("no backup tells"),
            "Locks itself after: not readable (no backup tells)",
        ),
        (
            note(Reading::known(minute()), &["a note"]),
            "Locks itself after: 1 minute (a note)",
        ),
        (
            note(Reading::known(minute()), &["a note", "a note", "another"]),
            "Locks itself after: 1 minute (a note; another)",
        ),
        (
            note(Reading::indicative(minute()), &["a note"]),
            "Locks itself after: 1 minute (points that way, but does not prove it; a note)",
        ),
        (
            note(Reading::unreadable("damaged"), &["a note"]),
            "Locks itself after: could not tell (damaged) (a note)",
        ),
        (
            Reading::unreadable("damaged").with_strength(crate::evidence::Strength::Indicative),
            "Locks itself after: could not tell (damaged)",
        ),
    ] {
        let leaf = Leaf {
            fact: Fact::LockAutoLock,
            reading,
        };
        assert_eq!(words(&leaf), expected);
    }
}

#[test]
fn every_space_has_its_name() {
    for (space, expected) in [
        ("guest", "Signal (guest)"),
        ("profile", "Signal (second copy, profile 12)"),
        ("system-clone", "Signal (second copy, System Cloner)"),
        ("other", "Signal (second copy, Android user 12)"),
    ] {
        let evidence =
            shorthand::evidence(Platform::Android, &format!("signal@12/app.space={space}"));
        let copy = AppCopy {
            app: "signal".into(),
            user: 12,
        };
        assert_eq!(found::app_name(&evidence, &copy), expected);
    }
    let evidence = shorthand::evidence(Platform::Android, "");
    assert_eq!(
        found::subject_name(&evidence, &Subject::Device),
        "the phone"
    );
}

#[test]
fn what_was_seen_and_said() {
    let told = || line("").unread().asked();
    let open = || line("lock.credential!");
    let set = || line("lock.credential=set");
    let none = || line("lock.credential=none");
    for (case, expected) in [
        (
            open().seen(AsItShouldBe),
            "seen on the phone: as it should be",
        ),
        (
            open().seen(Otherwise),
            "seen on the phone: not as it should be",
        ),
        (
            open().seen(Fixed),
            "it was not as it should be, and was put right in front of the auditor",
        ),
        (
            open().seen(CannotTell),
            "Screen lock: could not tell (damaged); looked at on the phone, and it could not be told",
        ),
        (open().optional().seen(DoesNotApply), "it does not apply"),
        (
            open().seen(Answer::Declined),
            "the person declined to show it",
        ),
        (told().said(AsItShouldBe), "said: yes"),
        (told().said(Otherwise), "said: no"),
        (told().said(Fixed), "said: no"),
        (
            told().said(CannotTell),
            "asked, and the person could not tell",
        ),
        (told().said(DoesNotApply), "it does not apply"),
        (
            told().said(Answer::Declined),
            "the person declined to answer",
        ),
        (
            set().seen(AsItShouldBe),
            "Screen lock: set; seen on the phone: as it should be",
        ),
        (
            set().seen(Otherwise),
            "Screen lock: set; seen on the phone: not as it should be. The two contradict each other",
        ),
        (
            none().seen(AsItShouldBe),
            "Screen lock: none; seen on the phone: as it should be. The reading is older, so the look decides",
        ),
        (
            none().observed(Manner::Seen, AsItShouldBe, 25),
            "Screen lock: none; seen on the phone: as it should be. The two contradict each other",
        ),
        // It fails by this look: nobody may read that it settles nothing.
        (
            open().observed(Manner::Seen, Otherwise, OLD),
            "seen on the phone: not as it should be. The look is old, or dated in the future: look again",
        ),
        (
            set().observed(Manner::Seen, Otherwise, -1),
            "Screen lock: set; seen on the phone: not as it should be. The two contradict each other. The look is \
             old, or dated in the future: look again",
        ),
        (
            set().observed(Manner::Seen, AsItShouldBe, OLD),
            "Screen lock: set; seen on the phone: as it should be. The look is too old, or dated in the future, to \
             settle anything",
        ),
    ] {
        assert_eq!(case.finding().found, expected);
    }
}

/// The auditor's few words stand beside what they are about.
#[test]
fn notes_of_the_auditor() {
    for (manner, case, expected) in [
        (
            Manner::Seen,
            line(""),
            "seen on the phone: as it should be (note: twice)",
        ),
        (
            Manner::Stated,
            line("").unread().asked(),
            "said: yes (note: twice)",
        ),
    ] {
        let case = case.observed(manner, AsItShouldBe, 1).with(|case| {
            let mut told = case
                .context
                .observations
                .iter()
                .next()
                .expect("one")
                .clone();
            told.note = Some("twice".into());
            case.context.observations.record(told);
        });
        assert_eq!(case.finding().found, expected);
    }
}

#[test]
fn which_came_first() {
    use Order::{LookFirst, LookLast, Together};
    let at = |seconds: i64| now() + SignedDuration::from_secs(seconds);
    let millis = |millis: i64| now() + SignedDuration::from_millis(millis);
    type Row<'a> = (
        &'a str,
        Timestamp,
        Option<Timestamp>,
        Option<Timestamp>,
        Source,
        Order,
    );
    let table: Vec<Row> = vec![
        (
            "before",
            at(-1),
            Some(now()),
            None,
            Source::IosBackup,
            LookFirst,
        ),
        (
            "before a phone that was read now",
            at(-1),
            Some(now()),
            None,
            Source::AndroidAdb,
            LookFirst,
        ),
        (
            "the same second",
            at(0),
            Some(now()),
            None,
            Source::IosBackup,
            Together,
        ),
        (
            "the same second, kept without its parts",
            at(0),
            Some(millis(900)),
            None,
            Source::IosBackup,
            Together,
        ),
        (
            "after a backup",
            at(1),
            Some(now()),
            None,
            Source::IosBackup,
            LookLast,
        ),
        (
            "after a capture",
            at(1),
            Some(now()),
            None,
            Source::AndroidCapture,
            LookLast,
        ),
        (
            "after an acquisition",
            at(1),
            Some(now()),
            None,
            Source::AndroidAcquisition,
            LookLast,
        ),
        (
            "after a bug report",
            at(1),
            Some(now()),
            None,
            Source::AndroidBugreport,
            LookLast,
        ),
        (
            "after a phone that was read now",
            at(1),
            Some(now()),
            None,
            Source::AndroidAdb,
            Together,
        ),
        (
            "not known when it was taken",
            at(1),
            None,
            None,
            Source::IosBackup,
            Together,
        ),
        (
            "between dates that disagree",
            at(1),
            Some(now()),
            Some(at(2)),
            Source::IosBackup,
            Together,
        ),
        (
            "the newest of dates that disagree",
            at(2),
            Some(now()),
            Some(at(2)),
            Source::IosBackup,
            Together,
        ),
        (
            "after dates that disagree",
            at(3),
            Some(now()),
            Some(at(2)),
            Source::IosBackup,
            LookLast,
        ),
        (
            "before dates that disagree",
            at(-1),
            Some(now()),
            Some(at(2)),
            Source::IosBackup,
            LookFirst,
        ),
    ];
    for (what, look, as_of, newest, source, expected) in table {
        let mut evidence = Evidence::new(Platform::Ios, source, as_of);
        evidence.newest = newest;
        assert_eq!(order(look, &evidence), expected, "{what}");
    }
}

#[test]
fn how_long_an_answer_counts() {
    let max = std::time::Duration::from_secs(60);
    for (seconds, expected) in [(-1, false), (0, true), (60, true), (61, false)] {
        let answered = now() - SignedDuration::from_secs(seconds);
        assert_eq!(
            observed::in_time(answered, now(), max),
            expected,
            "{seconds}"
        );
    }
}
