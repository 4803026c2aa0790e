//! What would be wrong: see the head of the test program.

use std::collections::{BTreeMap, BTreeSet};

use spotcheck::audit::{Overall, Verdict};

use super::bags::FLIPPED;
use super::exceptions::{Case, EXCEPTIONS};
use super::look::{Line, Outcome, Seen};
use super::mutation::{Left, Mutation};
use super::world::World;

/// Why a mutation was not taken well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint(pub String);

/// How often each exception was needed.
pub type Needed = BTreeMap<&'static str, u64>;

/// What else the judgement needs: looks at other sound states of the same phone.
pub struct Compared {
    /// With the second of two statements alone.
    pub other: Option<Outcome>,
    /// Lines that fail with another sound value in the place that now says nothing.
    pub hangs_on_it: BTreeSet<Line>,
}

/// Everything that is wrong with what the program made of a mutation.
pub fn complaints(
    world: &World,
    sample: usize,
    mutation: &Mutation,
    after: &Outcome,
    compared: &Compared,
    needed: &mut Needed,
) -> Vec<Complaint> {
    let of = &world.samples[sample];
    let before = &of.whole;
    let mut wrong = Vec::new();
    for (profile, word) in &after.overall {
        if word.said != word.due {
            wrong.push(Complaint(format!(
                "{profile} is {} overall, and its findings come to {}",
                word.said, word.due
            )));
        }
    }
    match mutation.left {
        Left::Anything => return wrong,
        Left::BrokenSeal if !after.refused => {
            wrong.push(Complaint("the broken seal was not noticed".into()));
        }
        _ => {}
    }
    if after.refused {
        return wrong;
    }
    let mut excused: BTreeSet<String> = BTreeSet::new();
    let lines: BTreeSet<&Line> = before.lines.keys().chain(after.lines.keys()).collect();
    for line in lines {
        let (was, is) = (before.lines.get(line), after.lines.get(line));
        let reasons = [
            better(was, is).filter(|_| is.is_some() || !stands_for(line, after)),
            unsupported(line, is, mutation, compared),
            opened(line, was, is, mutation, of.locked.as_ref()),
        ];
        for why in reasons.into_iter().flatten() {
            let case = Case {
                world,
                sample,
                mutation,
                line,
                was,
                is,
            };
            match EXCEPTIONS.iter().find(|exception| (exception.holds)(&case)) {
                Some(exception) => {
                    *needed.entry(exception.id).or_default() += 1;
                    excused.insert(line.0.clone());
                }
                None => wrong.push(Complaint(format!(
                    "{} {} {}: {why}: {}",
                    line.0,
                    line.1,
                    line.2,
                    is.map_or("", |seen| seen.found.as_str())
                ))),
            }
        }
    }
    for (profile, word) in &after.overall {
        let was = before.overall.get(profile).map(|word| word.said);
        if word.said == Overall::Pass && was != Some(Overall::Pass) && !excused.contains(profile) {
            wrong.push(Complaint(format!("{profile} passes as a whole")));
        }
    }
    wrong
}

/// Why a finding is better than that of the undamaged phone.
fn better(was: Option<&Seen>, is: Option<&Seen>) -> Option<String> {
    let changed = |from: &str, to: &str| Some(format!("{from} became {to}"));
    match (was, is) {
        (None, None) => None,
        (None, Some(is)) => match is.verdict {
            Verdict::Pass => changed("nothing", "pass"),
            _ => None,
        },
        // A line that is no longer there is one that nobody asks about.
        (Some(was), None) => match was.verdict {
            Verdict::NotApplicable => None,
            _ => changed(&was.word(), "nothing"),
        },
        (Some(was), Some(is)) => {
            let better = match is.verdict {
                Verdict::Pass => was.verdict != Verdict::Pass,
                Verdict::NotApplicable => was.verdict != Verdict::NotApplicable,
                // Set aside, it no longer keeps the phone from passing as a whole.
                _ => is.set_aside && is.rank() > was.rank(),
            };
            better.then(|| changed(&was.word(), &is.word())).flatten()
        }
    }
}

/// Whether an open line about the phone as a whole, which says that apps may have gone unseen, stands for one about an app.
fn stands_for(line: &Line, after: &Outcome) -> bool {
    let whole = (line.0.clone(), line.1.clone(), "device".to_owned());
    after
        .lines
        .get(&whole)
        .is_some_and(|seen| seen.verdict == Verdict::Unresolved && !seen.set_aside)
}

/// Why a pass rests on what says nothing, or on one of two statements.
fn unsupported(
    line: &Line,
    is: Option<&Seen>,
    mutation: &Mutation,
    compared: &Compared,
) -> Option<String> {
    if is?.verdict != Verdict::Pass {
        return None;
    }
    match mutation.left {
        Left::Nothing if compared.hangs_on_it.contains(line) => {
            Some("pass, though the value that could make it fail says nothing".into())
        }
        Left::TwoStatements => {
            let other = compared.other.as_ref()?.lines.get(line)?;
            (other.verdict == Verdict::Fail)
                .then(|| "pass, though the second statement alone fails".into())
        }
        _ => None,
    }
}

/// Why a finding says more than a backup that stays locked, although a key is damaged.
fn opened(
    line: &Line,
    was: Option<&Seen>,
    is: Option<&Seen>,
    mutation: &Mutation,
    locked: Option<&Outcome>,
) -> Option<String> {
    if mutation.left != Left::BrokenKey {
        return None;
    }
    let flipped = mutation.now.iter().find(|now| now.key == FLIPPED)?;
    let (was, is) = (was?, is?);
    let told = is.verdict == Verdict::Pass || is.verdict == Verdict::Fail;
    if !told || !was.rests_on(&flipped.place) || !is.rests_on(&flipped.place) {
        return None;
    }
    // Without a place the whole backup is locked by the key, but for what lies in clear.
    if flipped.place.is_empty() && locked?.lines.get(line)?.rank() == is.rank() {
        return None;
    }
    Some(format!("{}, though a key is damaged", is.word()))
}
