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
    /// What was counted.
    pub tally: Tally,
    /// Where the true rate lies.
    pub interval: Interval,
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
    /// The earlier round.
    pub before: Estimate,
    /// The later round.
    pub after: Estimate,
    /// By [`fisher`].
    pub p: f64,
    /// Which way it went, where that is more than chance makes often.
    pub change: Change,
}

/// What two rounds say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Fewer failed, and chance alone seldom does that.
    Better,
    /// More failed, and chance alone seldom does that.
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
