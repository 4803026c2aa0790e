//! What one line comes to for one subject.

use super::{Case, OLD, app_line, is, line, word};
use crate::audit::Verdict::{self, Fail, NotApplicable, Pass, Unresolved};
use crate::evidence::Answer::{self, AsItShouldBe, CannotTell, DoesNotApply, Fixed, Otherwise};
use crate::evidence::{
    Fact, Manner, Observation, Origin, Platform, Reading, Source, Strength, Subject, Value,
};
use crate::profile::{Criterion, Ownership};

const SET: &str = "lock.credential=set";
const NONE: &str = "lock.credential=none";
const DAMAGED: &str = "lock.credential!";

/// A line about a fact that no iPhone backup tells.
fn beyond_reach() -> Case {
    line("").passing(is(Fact::StorageEncrypted, Value::Bool(true), false))
}

/// A line that trusts an indication; the best that can be had of it here.
fn best_indication(value: &str) -> Case {
    let set = Fact::LockCredential.word("set").expect("a word");
    line(&format!("lock.credential~~{value}")).passing(is(Fact::LockCredential, set, true))
}

#[test]
fn nothing_passes_by_what_settles_nothing() {
    let table: Vec<(&str, Case, Verdict)> = vec![
        (
            "a rule that tests nothing",
            line(SET).passing(Criterion::All(vec![])),
            Unresolved,
        ),
        (
            "a look that is too old",
            line(DAMAGED).observed(Manner::Seen, AsItShouldBe, OLD),
            Unresolved,
        ),
        (
            "a look dated in the future",
            line(DAMAGED).observed(Manner::Seen, AsItShouldBe, -1),
            Unresolved,
        ),
        (
            "an old look that it was put right",
            line(DAMAGED).observed(Manner::Seen, Fixed, OLD),
            Unresolved,
        ),
        (
            "an old look that it does not apply",
            line(DAMAGED)
                .optional()
                .observed(Manner::Seen, DoesNotApply, OLD),
            Unresolved,
        ),
        (
            "a look that showed otherwise, over a pass",
            line(SET).seen(Otherwise),
            Fail,
        ),
        (
            "the same, too old: it still says what was wrong",
            line(SET).observed(Manner::Seen, Otherwise, OLD),
            Fail,
        ),
        (
            "the same, where nothing was read",
            line(DAMAGED).observed(Manner::Seen, Otherwise, OLD),
            Fail,
        ),
        (
            "an old look over a failure",
            line(NONE).observed(Manner::Seen, AsItShouldBe, OLD),
            Fail,
        ),
        (
            "a line that counts for every phone is never beside the point",
            line(DAMAGED).seen(DoesNotApply),
            Unresolved,
        ),
        (
            "a yes of long ago",
            line(SET)
                .asked()
                .observed(Manner::Stated, AsItShouldBe, OLD),
            Unresolved,
        ),
        (
            "a yes from the future",
            line(SET).asked().observed(Manner::Stated, AsItShouldBe, -1),
            Unresolved,
        ),
        (
            "a yes to what could not be seen",
            line(DAMAGED).asked().said(AsItShouldBe),
            Unresolved,
        ),
        (
            "a yes to what was seen otherwise",
            line(NONE).asked().said(AsItShouldBe),
            Fail,
        ),
        (
            "what was seen, not asked yet",
            line(SET).asked(),
            Unresolved,
        ),
        (
            "looked at, not asked yet",
            line(DAMAGED).asked().seen(AsItShouldBe),
            Unresolved,
        ),
        (
            "a look at what only the person knows",
            line("").unread().asked().seen(AsItShouldBe),
            Unresolved,
        ),
        (
            "what the person said of what only a look shows",
            line(DAMAGED).said(AsItShouldBe),
            Unresolved,
        ),
        // What does settle it.
        ("read", line(SET), Pass),
        ("read otherwise", line(NONE), Fail),
        ("seen in time", line(DAMAGED).seen(AsItShouldBe), Pass),
        (
            "put right in front of the auditor",
            line(DAMAGED).seen(Fixed),
            Pass,
        ),
        (
            "a look at what nothing reads",
            line("").unread().seen(AsItShouldBe),
            Pass,
        ),
        ("seen, and said", line(SET).asked().said(AsItShouldBe), Pass),
        (
            "seen, and said otherwise",
            line(SET).asked().said(Otherwise),
            Fail,
        ),
        (
            "said, where only the person knows",
            line("").unread().asked().said(AsItShouldBe),
            Pass,
        ),
        (
            "the person would not show it",
            line(DAMAGED).seen(Answer::Declined),
            Verdict::Declined,
        ),
        (
            "beside the point, and counts for nothing",
            line(DAMAGED).optional().seen(DoesNotApply),
            NotApplicable,
        ),
    ];
    for (what, case, expected) in table {
        let finding = case.finding();
        assert_eq!(finding.verdict, expected, "{what}: {}", finding.found);
        let advice = match expected {
            Pass | NotApplicable => "",
            _ => "Put it right",
        };
        assert_eq!(finding.put_right, advice, "{what}");
    }
}

/// For one app it can be beside the point, whether the line counts or not.
#[test]
fn a_line_about_apps_can_be_beside_the_point_for_one() {
    let facts = "whatsapp/app.installed=yes whatsapp/app.photos.permission!";
    for case in [
        app_line(Platform::Ios, facts),
        app_line(Platform::Ios, facts).optional(),
    ] {
        let finding = case.seen(DoesNotApply).finding();
        assert_eq!(finding.verdict, NotApplicable, "{}", finding.found);
    }
}

/// A line that is set aside weighs nothing: a failure or an open question that is set aside wrongly is a wrong pass.
#[test]
fn only_what_nothing_here_can_read_is_set_aside() {
    let unread = || line("").unread();
    let table: Vec<(&str, Case, bool)> = vec![
        ("damaged", line(DAMAGED), false),
        ("absent", line("lock.credential-"), false),
        ("a weak indication", line("lock.credential~set"), false),
        ("no rule", line(SET).passing(Criterion::All(vec![])), false),
        ("a failure", line(NONE), false),
        ("a pass", line(SET), false),
        (
            "a failure by the best that can be had",
            best_indication("none"),
            false,
        ),
        (
            "a pass by the best that can be had",
            best_indication("set"),
            false,
        ),
        (
            "one of two facts is damaged",
            line("lock.auto_lock!").passing(Criterion::All(vec![
                is(Fact::StorageEncrypted, Value::Bool(true), false),
                is(Fact::LockAutoLock, Value::seconds(60), false),
            ])),
            false,
        ),
        (
            "what would fail it is damaged, what would pass it is beyond reach",
            beyond_reach()
                .failing(word(Fact::LockCredential, "none"))
                .with(|case| crate::shorthand::set(&mut case.evidence, DAMAGED)),
            false,
        ),
        (
            "a pass by the best that can be had, too old",
            best_indication("set").with(|c| c.evidence.as_of = None),
            false,
        ),
        ("damaged, and not asked", line(DAMAGED).asked(), false),
        ("a failure, and not asked", line(NONE).asked(), false),
        (
            "seen as it should be, and not asked",
            line(DAMAGED).asked().seen(AsItShouldBe),
            false,
        ),
        (
            "read and looked at, and not asked",
            line(SET).asked().seen(AsItShouldBe),
            false,
        ),
        (
            "asked, and could not tell",
            line(SET).asked().said(CannotTell),
            false,
        ),
        (
            "asked, and said no",
            line(SET).asked().said(Otherwise),
            false,
        ),
        (
            "asked, and said yes",
            line(SET).asked().said(AsItShouldBe),
            false,
        ),
        ("looked at, in vain", beyond_reach().seen(CannotTell), false),
        ("looked at", beyond_reach().seen(Otherwise), false),
        (
            "said no, of what only the person knows",
            unread().asked().said(Otherwise),
            false,
        ),
        (
            "seen otherwise, of what nothing reads",
            unread().seen(Otherwise),
            false,
        ),
        // What is set aside.
        ("beyond reach", beyond_reach(), true),
        (
            "the best that can be had does not prove it",
            line("lock.credential~~set"),
            true,
        ),
        (
            "read, and the rest is the person's answer",
            line(SET).asked(),
            true,
        ),
        ("only the person knows", unread().asked(), true),
        ("nothing reads it", unread(), true),
    ];
    for (what, case, aside) in table {
        let finding = case.clone().readable_only().finding();
        assert_eq!(finding.set_aside, aside, "{what}: {}", finding.found);
        // Without the option nothing is.
        assert!(!case.finding().set_aside, "{what}");
    }
}

#[test]
fn what_was_found_in_words() {
    let both = || line(&format!("{SET} lock.auto_lock=60"));
    let pin = || word(Fact::LockCredential, "pin");
    let never = || is(Fact::LockAutoLock, Value::Never, false);
    let table: Vec<(&str, Case, &str)> = vec![
        ("read", line(SET), "Screen lock: set"),
        (
            "damaged",
            line(DAMAGED),
            "Screen lock: could not tell (damaged)",
        ),
        (
            "a rule that tests nothing",
            line(SET).passing(Criterion::All(vec![])),
            "nothing was found that decides this",
        ),
        ("nothing reads it", line("").unread(), "not asked yet"),
        (
            "only the person knows",
            line("").unread().asked(),
            "not asked yet",
        ),
        (
            "said, of what only the person knows",
            line("").unread().asked().said(AsItShouldBe),
            "said: yes",
        ),
        (
            "read, not asked",
            line(SET).asked(),
            "Screen lock: set. Not asked yet",
        ),
        (
            "read otherwise, not asked",
            line(NONE).asked(),
            "Screen lock: none",
        ),
        (
            "damaged, not asked",
            line(DAMAGED).asked(),
            "Screen lock: could not tell (damaged)",
        ),
        (
            "read, and said",
            line(SET).asked().said(Otherwise),
            "Screen lock: set; said: no",
        ),
        (
            "can be right",
            line(NONE).else_ask(),
            "Screen lock: none. That can be right: someone has to ask",
        ),
        (
            "a pass needs no asking",
            line(SET).else_ask(),
            "Screen lock: set",
        ),
        (
            "damaged: nothing is known that can be right",
            line(DAMAGED).else_ask(),
            "Screen lock: could not tell (damaged)",
        ),
        (
            "neither pass nor fail",
            both().passing(pin()).failing(never()),
            "Locks itself after: 1 minute",
        ),
        (
            "seen, where nothing was read",
            line(DAMAGED).seen(AsItShouldBe),
            "seen on the phone: as it should be",
        ),
        (
            "seen too long ago",
            line(DAMAGED).observed(Manner::Seen, AsItShouldBe, OLD),
            "Screen lock: could not tell (damaged); seen on the phone: as it should be. The look is too old, or dated \
             in the future, to settle anything",
        ),
        (
            "not known when it was taken",
            line(SET).with(|case| case.evidence.as_of = None),
            "Screen lock: set. It is not known when this evidence was taken, so nothing in it can pass.",
        ),
        (
            "nobody said who owns the phone",
            line(SET).with(|case| case.control.ownership = Some(Ownership::Trust)),
            "it depends on who owns the phone, which was not stated (--ownership)",
        ),
    ];
    for (what, case, expected) in table {
        assert_eq!(case.finding().found, expected, "{what}");
    }
}

#[test]
fn what_a_finding_rests_on() {
    let origin = Origin::new(Source::IosBackup, "a file");
    let from = |case: Case| {
        case.with(|case| {
            for fact in [Fact::LockCredential, Fact::LockAutoLock] {
                let reading = case.evidence.get(fact, &Subject::Device);
                let reading = reading.with_origins([origin.clone()]);
                case.evidence.overrule(fact, Subject::Device, reading);
            }
        })
    };
    let two = Criterion::All(vec![
        word(Fact::LockCredential, "set"),
        is(Fact::LockAutoLock, Value::seconds(60), true),
    ]);
    let direct = Some(Strength::Direct);
    let weak = Some(Strength::Indicative);
    let table: Vec<(&str, Case, Option<Strength>)> = vec![
        ("the setting itself", from(line(SET)), direct),
        (
            "the weaker of two facts from one place",
            from(line(&format!("{SET} lock.auto_lock~60")).passing(two)),
            weak,
        ),
        ("a weak indication", from(line("lock.credential~set")), weak),
        (
            "a weak indication, and a look that settled it",
            from(line("lock.credential~set")).seen(AsItShouldBe),
            None,
        ),
        (
            "the setting, and a look",
            from(line(SET)).seen(AsItShouldBe),
            direct,
        ),
        ("damaged", from(line(DAMAGED)), None),
    ];
    for (what, case, strength) in table {
        let finding = case.finding();
        assert_eq!(finding.strength, strength, "{what}");
        assert_eq!(finding.origin, vec![origin.clone()], "{what}");
    }
}

/// The reading and the look both stay in sight: what counts, and what it was at first.
#[test]
fn what_counts_and_what_it_was_at_first() {
    let table: Vec<(&str, Case, Option<Verdict>, Option<Verdict>)> = vec![
        ("read", line(SET), Some(Pass), None),
        (
            "not asked: the part that can be seen counts",
            line(SET).asked(),
            Some(Pass),
            None,
        ),
        (
            "said otherwise: counted apart",
            line(SET).asked().said(Otherwise),
            Some(Pass),
            None,
        ),
        (
            "only the person knows",
            line("").unread().asked().said(Otherwise),
            None,
            None,
        ),
        ("it does not count", line(SET).optional(), None, None),
        ("put right", line(NONE).seen(Fixed), Some(Pass), Some(Fail)),
        (
            "put right, and it does not count",
            line(NONE).optional().seen(Fixed),
            None,
            Some(Fail),
        ),
    ];
    for (what, case, counted, first) in table {
        let finding = case.finding();
        assert_eq!(
            (finding.counted, finding.first_verdict),
            (counted, first),
            "{what}"
        );
    }
}

/// An answer to another question, about another line or subject, is no answer.
#[test]
fn an_answer_answers_its_own_question_only() {
    type Change = fn(&mut Observation);
    let table: [(&str, Change, Verdict); 5] = [
        ("nobody says what was asked", |_| (), Pass),
        ("another line", |it| it.control = "B".into(), Unresolved),
        (
            "an app",
            |it| it.subject = Subject::app("signal"),
            Unresolved,
        ),
        (
            "another question",
            |it| it.asked = Some("?".into()),
            Unresolved,
        ),
        (
            "the other manner",
            |it| {
                it.manner = match it.manner {
                    Manner::Seen => Manner::Stated,
                    Manner::Stated => Manner::Seen,
                }
            },
            Unresolved,
        ),
    ];
    for (manner, case, own) in [
        (Manner::Seen, line(DAMAGED), "it is so"),
        (Manner::Stated, line("").unread().asked(), "Is it so?"),
    ] {
        let told = case.clone().observed(manner, AsItShouldBe, 1);
        let answer = told.context.observations.iter().next().expect("one");
        let verdict = |change: &dyn Fn(&mut Observation)| {
            let (mut case, mut answer) = (case.clone(), answer.clone());
            change(&mut answer);
            case.context.observations.record(answer);
            case.finding().verdict
        };
        for (what, change, expected) in &table {
            assert_eq!(verdict(change), *expected, "{manner:?}: {what}");
        }
        assert_eq!(
            verdict(&|it| it.asked = Some(own.into())),
            Pass,
            "{manner:?}"
        );
    }
}

#[test]
fn facts_shown_beside_the_question() {
    let beside = vec![Fact::LockGrace, Fact::StorageEncrypted, Fact::MdmEnrolled];
    let finding = line(&format!("{SET} lock.grace=60"))
        .with(|case| case.control.beside = beside)
        .finding();
    // No backup tells whether an Android phone is encrypted: nothing is said of it.
    assert_eq!(
        finding.beside,
        [
            "Asks for the passcode: 1 minute",
            "Enrolled in management (MDM): could not tell (it was not read)",
        ]
    );
}

#[test]
fn a_fact_of_the_readings_stays_as_it_was_read() {
    // Nothing that was seen or said changes what the phone stated.
    let case = line(NONE).seen(AsItShouldBe);
    let audit = case.audit();
    let kept = &audit.facts[&(Subject::Device, Fact::LockCredential)];
    assert_eq!(kept, &Reading::known(Value::Word("none")));
}
