//! What a reading and a look at the phone come to together.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use super::freshness::Freshness;
use super::{Context, installed};
use crate::audit::Verdict;
use crate::evidence::{
    Answer, Evidence, Fact, Observation, Origin, Presence, Reading, Source, Subject, Value,
};

/// The verdict of a reading and a look together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Together {
    pub verdict: Verdict,
    /// What it was before it was put right in front of the auditor.
    pub first: Option<Verdict>,
    /// The reading and the look cannot both be right.
    pub disagree: bool,
}

/// Which came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The readings are newer than the look.
    LookFirst,
    /// A phone that was read now, while people looked at it; or it cannot be told.
    Together,
    /// The readings describe an earlier moment (a backup, a capture): the look decides.
    LookLast,
}

/// Combines them. A look decides over older readings; otherwise a reading and a look that contradict each other fail.
pub(super) fn together(read: Verdict, look: Answer, order: Order) -> Together {
    use Verdict::{Declined, Fail, NotApplicable, Pass, Unresolved};
    let plain = |verdict| Together {
        verdict,
        first: None,
        disagree: false,
    };
    let disagree = |verdict| Together {
        disagree: true,
        ..plain(verdict)
    };
    let fixed = Together {
        first: Some(Fail),
        ..plain(Pass)
    };
    match (read, look) {
        (Unresolved, Answer::AsItShouldBe) => plain(Pass),
        (Unresolved, Answer::Otherwise) => plain(Fail),
        (Unresolved, Answer::CannotTell) => plain(Unresolved),
        (Unresolved, Answer::DoesNotApply) => plain(NotApplicable),
        (Unresolved, Answer::Declined) => plain(Declined),
        (Unresolved, Answer::Fixed) => fixed,
        // It fails again, after it was put right.
        (Fail, Answer::Fixed) if order == Order::LookFirst => disagree(Fail),
        (Fail, Answer::Fixed) => fixed,
        (Pass, Answer::Fixed) if order == Order::LookFirst => fixed,
        (Pass, Answer::Fixed) if order == Order::LookLast => Together {
            disagree: true,
            ..fixed
        },
        (Pass, Answer::AsItShouldBe) | (Fail, Answer::Otherwise) => plain(read),
        (Pass, Answer::Otherwise | Answer::Fixed) => disagree(Fail),
        (Fail, Answer::AsItShouldBe) if order == Order::LookLast => disagree(Pass),
        (Fail, Answer::AsItShouldBe) => disagree(Fail),
        // What the reading showed stands where the look could not settle anything.
        (Pass | Fail, Answer::CannotTell | Answer::DoesNotApply | Answer::Declined) => plain(read),
        (NotApplicable | Declined, _) => plain(read),
    }
}

/// Which of a look at this moment and the readings came first. Where the dates in a backup disagree, the look has to be
/// newer than the newest of them.
pub(super) fn order(look: Timestamp, evidence: &Evidence) -> Order {
    // Looks are kept to the second.
    let look = look.as_second();
    let oldest = evidence.as_of.map(Timestamp::as_second);
    let newest = evidence.newest.map(Timestamp::as_second).or(oldest);
    match (oldest, newest, evidence.source) {
        (Some(oldest), ..) if look < oldest => Order::LookFirst,
        (
            _,
            Some(newest),
            Source::IosBackup
            | Source::AndroidCapture
            | Source::AndroidAcquisition
            | Source::AndroidBugreport,
        ) if look > newest => Order::LookLast,
        _ => Order::Together,
    }
}

/// The evidence with the apps that were seen to be there or not, where the readings do not tell. An app that was seen is
/// there whatever was read; one that was read is there whatever was seen, until it is read again. That an app is not
/// there is not taken from evidence that is too old: it may have come since.
pub(super) fn with_seen_apps<'e>(
    evidence: &'e Evidence,
    context: &Context,
    freshness: &Freshness,
    max_age: Duration,
) -> Cow<'e, Evidence> {
    let mut with = Cow::Borrowed(evidence);
    if let Freshness::Stale(_) = freshness {
        for copy in evidence.app_copies() {
            let subject = Subject::App(copy);
            if installed(evidence, &subject) == Some(false) {
                let origin = evidence.get(Fact::AppInstalled, &subject).origin;
                let reading = Reading::unreadable(
                    "it was not there when the evidence was taken, which is too long ago or not known",
                );
                with.to_mut()
                    .overrule(Fact::AppInstalled, subject, reading.with_origins(origin));
            }
        }
    }
    for seen in context.observations.apps() {
        if !in_time(seen.at, context.at, max_age) {
            continue;
        }
        let subject = Subject::app(&seen.app);
        let read = installed(&with, &subject);
        let there = match (seen.presence, read) {
            (Presence::There, _) => true,
            (Presence::NotThere, None) => false,
            _ => continue,
        };
        let reading = Reading::known(Value::Bool(there)).from(
            Origin::new(Source::Look, "the phone's screen").note("seen on the phone's screen"),
        );
        with.to_mut().overrule(Fact::AppInstalled, subject, reading);
    }
    with
}

/// Whether an answer of this moment may still settle something. One that may not lets nothing pass.
pub(super) fn in_time(answered: Timestamp, at: Timestamp, max_age: Duration) -> bool {
    let age = at.duration_since(answered);
    !age.is_negative() && age.unsigned_abs() <= max_age
}

/// The verdict of a control that is asked: what could be seen of it (`None` where nothing can be) and what was said.
pub(super) fn with_statement(seen: Option<Verdict>, said: Option<Answer>) -> Verdict {
    use Verdict::{Declined, Fail, NotApplicable, Pass, Unresolved};
    match (seen, said) {
        // What was seen is settled or open whatever is said; only a pass waits for the answer.
        (Some(seen), _) if seen != Pass => seen,
        (_, Some(Answer::AsItShouldBe)) => Pass,
        (_, Some(Answer::Otherwise | Answer::Fixed)) => Fail,
        (_, Some(Answer::Declined)) => Declined,
        (Some(seen), Some(Answer::DoesNotApply)) => seen,
        (None, Some(Answer::DoesNotApply)) => NotApplicable,
        (_, Some(Answer::CannotTell) | None) => Unresolved,
    }
}

/// What was found, with the look beside the reading where both say something.
pub(super) fn found(
    read: &str,
    verdict: Verdict,
    look: &Observation,
    both: Together,
    in_time: bool,
) -> String {
    let mut text = match verdict {
        // The reasons why nothing could be read help nobody once someone has looked.
        Verdict::Unresolved if both.verdict != Verdict::Unresolved => seen(look),
        _ => format!("{read}; {}", seen(look)),
    };
    if both.disagree {
        text += match both.verdict {
            Verdict::Pass => ". The reading is older, so the look decides",
            _ => ". The two contradict each other",
        };
    }
    if !in_time {
        text += match look.answer {
            // What was wrong once stays wrong until someone looks again.
            Answer::Otherwise => ". The look is old, or dated in the future: look again",
            _ => ". The look is too old, or dated in the future, to settle anything",
        };
    }
    text
}

/// The look in words: "seen on the phone: not as it should be (auditor's note)".
fn seen(observation: &Observation) -> String {
    let text = match observation.answer {
        Answer::AsItShouldBe => "seen on the phone: as it should be",
        Answer::Otherwise => "seen on the phone: not as it should be",
        Answer::Fixed => "it was not as it should be, and was put right in front of the auditor",
        Answer::CannotTell => "looked at on the phone, and it could not be told",
        Answer::DoesNotApply => "it does not apply",
        Answer::Declined => "the person declined to show it",
    };
    with_note(text, observation)
}

/// What was said, in words.
pub(super) fn stated(observation: &Observation) -> String {
    let text = match observation.answer {
        Answer::AsItShouldBe => "said: yes",
        Answer::Otherwise | Answer::Fixed => "said: no",
        Answer::CannotTell => "asked, and the person could not tell",
        Answer::DoesNotApply => "it does not apply",
        Answer::Declined => "the person declined to answer",
    };
    with_note(text, observation)
}

fn with_note(text: &str, observation: &Observation) -> String {
    match &observation.note {
        Some(note) => format!("{text} (note: {note})"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{AsItShouldBe, CannotTell, DoesNotApply, Fixed, Otherwise};
    use Verdict::{Fail, NotApplicable, Pass, Unresolved};

    #[test]
    fn every_pair() {
        // Reading, look; then verdict, first verdict, disagreement: looked before, at the same time, after.
        const NONE: Option<Verdict> = None;
        #[rustfmt::skip]
        let table = [
            (Pass, AsItShouldBe, [(Pass, NONE, false), (Pass, NONE, false), (Pass, NONE, false)]),
            (Pass, Otherwise, [(Fail, NONE, true), (Fail, NONE, true), (Fail, NONE, true)]),
            (Pass, Fixed, [(Pass, Some(Fail), false), (Fail, NONE, true), (Pass, Some(Fail), true)]),
            (Pass, CannotTell, [(Pass, NONE, false), (Pass, NONE, false), (Pass, NONE, false)]),
            (Pass, DoesNotApply, [(Pass, NONE, false), (Pass, NONE, false), (Pass, NONE, false)]),
            (Pass, Answer::Declined, [(Pass, NONE, false), (Pass, NONE, false), (Pass, NONE, false)]),
            (Fail, AsItShouldBe, [(Fail, NONE, true), (Fail, NONE, true), (Pass, NONE, true)]),
            (Fail, Otherwise, [(Fail, NONE, false), (Fail, NONE, false), (Fail, NONE, false)]),
            (Fail, Fixed, [(Fail, NONE, true), (Pass, Some(Fail), false), (Pass, Some(Fail), false)]),
            (Fail, CannotTell, [(Fail, NONE, false), (Fail, NONE, false), (Fail, NONE, false)]),
            (Fail, DoesNotApply, [(Fail, NONE, false), (Fail, NONE, false), (Fail, NONE, false)]),
            (Fail, Answer::Declined, [(Fail, NONE, false), (Fail, NONE, false), (Fail, NONE, false)]),
            (Unresolved, AsItShouldBe, [(Pass, NONE, false), (Pass, NONE, false), (Pass, NONE, false)]),
            (Unresolved, Otherwise, [(Fail, NONE, false), (Fail, NONE, false), (Fail, NONE, false)]),
            (Unresolved, Fixed, [(Pass, Some(Fail), false), (Pass, Some(Fail), false), (Pass, Some(Fail), false)]),
            (Unresolved, CannotTell, [(Unresolved, NONE, false), (Unresolved, NONE, false), (Unresolved, NONE, false)]),
            (Unresolved, DoesNotApply, [(NotApplicable, NONE, false), (NotApplicable, NONE, false), (NotApplicable, NONE, false)]),
            (Unresolved, Answer::Declined, [(Verdict::Declined, NONE, false), (Verdict::Declined, NONE, false), (Verdict::Declined, NONE, false)]),
        ];
        for (read, look, expected) in table {
            for (order, (verdict, first, disagree)) in
                [Order::LookFirst, Order::Together, Order::LookLast]
                    .into_iter()
                    .zip(expected)
            {
                let expected = Together {
                    verdict,
                    first,
                    disagree,
                };
                assert_eq!(
                    together(read, look, order),
                    expected,
                    "{read:?} {look:?} {order:?}"
                );
            }
        }
        for look in Answer::ALL {
            assert_eq!(
                together(NotApplicable, look, Order::LookLast).verdict,
                NotApplicable
            );
        }
    }

    #[test]
    fn what_is_said_never_outweighs_what_is_seen() {
        for said in Answer::ALL.map(Some).into_iter().chain([None]) {
            assert_eq!(with_statement(Some(Fail), said), Fail);
            assert_eq!(with_statement(Some(Unresolved), said), Unresolved);
        }
        for (seen, said, expected) in [
            (Some(Pass), Some(AsItShouldBe), Pass),
            (Some(Pass), Some(Otherwise), Fail),
            (Some(Pass), Some(CannotTell), Unresolved),
            (Some(Pass), Some(DoesNotApply), Pass),
            (Some(Pass), Some(Answer::Declined), Verdict::Declined),
            (Some(Pass), None, Unresolved),
            (None, Some(AsItShouldBe), Pass),
            (None, Some(Otherwise), Fail),
            (None, Some(DoesNotApply), NotApplicable),
            (None, None, Unresolved),
        ] {
            assert_eq!(with_statement(seen, said), expected, "{seen:?} {said:?}");
        }
    }
}
