//! What a reading and a look at the phone come to together.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

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

/// Combines them. `outranks`: the look is newer than the reading, which describes an earlier moment (a backup, a
/// capture); then the look decides. A live reading that the look contradicts fails.
pub(super) fn together(read: Verdict, look: Answer, outranks: bool) -> Together {
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
        (Unresolved | Fail, Answer::Fixed) => fixed,
        (Pass, Answer::Fixed) if outranks => Together {
            disagree: true,
            ..fixed
        },
        (Pass, Answer::AsItShouldBe) | (Fail, Answer::Otherwise) => plain(read),
        (Pass, Answer::Otherwise | Answer::Fixed) => disagree(Fail),
        (Fail, Answer::AsItShouldBe) => disagree(if outranks { Pass } else { Fail }),
        // What the reading showed stands where the look could not settle anything.
        (Pass | Fail, Answer::CannotTell | Answer::DoesNotApply | Answer::Declined) => plain(read),
        (NotApplicable | Declined, _) => plain(read),
    }
}

/// Whether a look at this moment stands above the readings: they describe an earlier one.
pub(super) fn outranks(look: Timestamp, evidence: &Evidence) -> bool {
    match evidence.source {
        Source::IosBackup | Source::AndroidCapture => {
            evidence.as_of.is_some_and(|as_of| look > as_of)
        }
        Source::AndroidAdb | Source::Derived | Source::Look => false,
    }
}

/// The evidence with the apps that were seen to be there or not, where the readings do not tell or are older. An app
/// that was seen is there whatever was read.
pub(super) fn with_seen_apps<'e>(
    evidence: &'e Evidence,
    context: &Context,
    max_age: Duration,
) -> Cow<'e, Evidence> {
    let mut with = Cow::Borrowed(evidence);
    for seen in context.observations.apps() {
        if !in_time(seen.at, context.at, max_age) {
            continue;
        }
        let subject = Subject::app(&seen.app);
        let read = installed(evidence, &subject);
        let there = match (seen.presence, read) {
            (Presence::There, _) => true,
            (Presence::NotThere, None) => false,
            (Presence::NotThere, Some(_)) if outranks(seen.at, evidence) => false,
            _ => continue,
        };
        let reading = Reading::known(Value::Bool(there))
            .from(Origin::new(Source::Look, "the phone's screen"));
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
        text += ". The look is too old, or dated in the future, to settle anything";
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
        // Reading, look; live: verdict, first verdict, disagreement; an earlier backup: the same.
        #[rustfmt::skip]
        let table = [
            (Pass, AsItShouldBe, (Pass, None, false), (Pass, None, false)),
            (Pass, Otherwise, (Fail, None, true), (Fail, None, true)),
            (Pass, Fixed, (Fail, None, true), (Pass, Some(Fail), true)),
            (Pass, CannotTell, (Pass, None, false), (Pass, None, false)),
            (Pass, DoesNotApply, (Pass, None, false), (Pass, None, false)),
            (Pass, Answer::Declined, (Pass, None, false), (Pass, None, false)),
            (Fail, AsItShouldBe, (Fail, None, true), (Pass, None, true)),
            (Fail, Otherwise, (Fail, None, false), (Fail, None, false)),
            (Fail, Fixed, (Pass, Some(Fail), false), (Pass, Some(Fail), false)),
            (Fail, CannotTell, (Fail, None, false), (Fail, None, false)),
            (Fail, DoesNotApply, (Fail, None, false), (Fail, None, false)),
            (Fail, Answer::Declined, (Fail, None, false), (Fail, None, false)),
            (Unresolved, AsItShouldBe, (Pass, None, false), (Pass, None, false)),
            (Unresolved, Otherwise, (Fail, None, false), (Fail, None, false)),
            (Unresolved, Fixed, (Pass, Some(Fail), false), (Pass, Some(Fail), false)),
            (Unresolved, CannotTell, (Unresolved, None, false), (Unresolved, None, false)),
            (Unresolved, DoesNotApply, (NotApplicable, None, false), (NotApplicable, None, false)),
            (Unresolved, Answer::Declined, (Verdict::Declined, None, false), (Verdict::Declined, None, false)),
        ];
        for (read, look, live, backup) in table {
            for (outranks, (verdict, first, disagree)) in [(false, live), (true, backup)] {
                let expected = Together {
                    verdict,
                    first,
                    disagree,
                };
                assert_eq!(
                    together(read, look, outranks),
                    expected,
                    "{read:?} {look:?} {outranks}"
                );
            }
        }
        for look in Answer::ALL {
            assert_eq!(together(NotApplicable, look, true).verdict, NotApplicable);
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
