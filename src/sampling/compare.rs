//! One round told honestly, and two rounds side by side.

use super::intervals::{self, Interval};
use super::special::Hypergeometric;
use super::{Confidence, Tally};

/// How the people of a round ended up, for one line of the checklist or for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcomes {
    /// Checked, and as it should be.
    pub met: u64,
    /// Checked, and not as it should be. What was put right on the spot counts here: it was found wrong.
    pub not_met: u64,
    /// Drawn and declined.
    pub declined: u64,
    /// Drawn and not reached in the time there was.
    pub unreachable: u64,
    /// Checked, but it could not be told.
    pub could_not_tell: u64,
}

impl Outcomes {
    /// Those of whom nothing is known. They are never replaced, and no rate may pass over them in silence.
    pub fn unknown(&self) -> u64 {
        self.declined + self.unreachable + self.could_not_tell
    }

    /// Everybody who was drawn and to whom the check applied.
    pub fn all(&self) -> u64 {
        self.met + self.not_met + self.unknown()
    }
}

/// A rate of failing with what it says about the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub tally: Tally,
    /// Where the true rate lies.
    pub interval: Interval,
}

/// The rate of failing, three ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThreeWays {
    /// Of those checked only.
    pub checked_only: Estimate,
    /// All that is unknown counted as not met: the worst that is possible.
    pub unknown_as_not_met: Estimate,
    /// All that is unknown counted as met: the best that is possible.
    pub unknown_as_met: Estimate,
}

/// Tells the rate three ways. `people` is the length of the list where everybody on it could have been drawn and the
/// check applied to all; where that is not so, or the list is shorter than the round, the intervals take the list for
/// endless, which makes them wider and never too narrow.
pub fn three_ways(outcomes: &Outcomes, people: Option<u64>, confidence: Confidence) -> ThreeWays {
    let estimate = |failed: u64, checked: u64| {
        let tally = Tally { failed, checked };
        let exact = people.and_then(|people| intervals::finite(tally, people, confidence));
        Estimate {
            tally,
            interval: exact.map_or_else(
                || intervals::clopper_pearson(tally, confidence),
                intervals::Counts::rates,
            ),
        }
    };
    let known = outcomes.met + outcomes.not_met;
    ThreeWays {
        checked_only: estimate(outcomes.not_met, known),
        unknown_as_not_met: estimate(outcomes.not_met + outcomes.unknown(), outcomes.all()),
        unknown_as_met: estimate(outcomes.not_met, outcomes.all()),
    }
}

/// Fisher's exact test, two-sided: the chance of a difference at least as unlikely as this one if both rounds had the
/// same rate.
pub fn fisher(first: Tally, second: Tally) -> f64 {
    let failed = first.failed + second.failed;
    let checked = first.checked + second.checked;
    let Some(chance) = Hypergeometric::new(checked, failed, first.checked) else {
        return 1.0;
    };
    // Tables as likely as this one count, whatever rounding does to the last digits.
    let limit = chance.ln_exactly(first.failed) + 1e-7;
    let sum: f64 = (chance.lowest()..=chance.highest())
        .map(|k| chance.ln_exactly(k))
        .filter(|ln| *ln <= limit)
        .map(f64::exp)
        .sum();
    sum.min(1.0)
}

/// The odds of failing in the first round over those in the second. Infinite or not a number where a count is 0.
pub fn odds_ratio(first: Tally, second: Tally) -> f64 {
    let held = |t: Tally| (t.checked - t.failed) as f64;
    first.failed as f64 * held(second) / (held(first) * second.failed as f64)
}

/// Two rounds side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    pub before: Estimate,
    pub after: Estimate,
    /// By [`fisher`].
    pub p: f64,
    pub change: Change,
}

/// What two rounds say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Better,
    Worse,
    /// The difference is one that chance makes often. That does not show that nothing changed.
    MayBeChance,
    /// A round without a check says nothing.
    CannotTell,
}

/// Compares two rounds that were drawn apart.
pub fn compare(before: Tally, after: Tally, confidence: Confidence) -> Comparison {
    let estimate = |tally| Estimate {
        tally,
        interval: intervals::clopper_pearson(tally, confidence),
    };
    let p = fisher(before, after);
    let change = match (before.rate(), after.rate()) {
        (Some(_), Some(_)) if p > confidence.doubt() => Change::MayBeChance,
        (Some(old), Some(new)) if new < old => Change::Better,
        (Some(_), Some(_)) => Change::Worse,
        _ => Change::CannotTell,
    };
    Comparison {
        before: estimate(before),
        after: estimate(after),
        p,
        change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(failed: u64, checked: u64) -> Tally {
        Tally::new(failed, checked).expect("possible")
    }

    #[test]
    fn a_rate_is_told_three_ways() {
        let outcomes = Outcomes {
            met: 44,
            not_met: 6,
            declined: 7,
            unreachable: 2,
            could_not_tell: 1,
        };
        let three = three_ways(&outcomes, Some(500), Confidence::USUAL);
        assert_eq!(three.checked_only.tally, tally(6, 50));
        assert_eq!(three.unknown_as_not_met.tally, tally(16, 60));
        assert_eq!(three.unknown_as_met.tally, tally(6, 60));
        // 500 people, 6 of 60: 21 to 99 (SciPy 1.17.1 reference values).
        let interval = three.unknown_as_met.interval;
        assert_eq!((interval.low, interval.high), (21.0 / 500.0, 99.0 / 500.0));
        // Nobody checked: nothing is known.
        let nothing = three_ways(&Outcomes::default(), None, Confidence::USUAL);
        assert_eq!(nothing.checked_only.interval, Interval::ALL);
        assert_eq!(nothing.checked_only.tally.rate(), None);
    }

    #[test]
    fn two_rounds() {
        for (before, after, change) in [
            (tally(15, 60), tally(4, 60), Change::Better),
            (tally(4, 60), tally(15, 60), Change::Worse),
            (tally(12, 60), tally(4, 60), Change::MayBeChance),
            (tally(0, 60), tally(0, 60), Change::MayBeChance),
            (tally(0, 0), tally(4, 60), Change::CannotTell),
        ] {
            let comparison = compare(before, after, Confidence::USUAL);
            assert_eq!(comparison.change, change, "{comparison:?}");
        }
    }
}
