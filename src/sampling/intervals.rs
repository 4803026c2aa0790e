//! What a count says about the rest: intervals that hold the true rate as often as they claim to.

use super::special::{Hypergeometric, beta_inv};
use super::{Confidence, Tally};

/// The slack for two numbers that are equal but for rounding.
const ROUNDING: f64 = 1e-9;

/// A stretch of rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// From 0 to 1.
    pub low: f64,
    /// From 0 to 1, and no less than `low`.
    pub high: f64,
}

impl Interval {
    /// Nothing is known.
    pub const ALL: Interval = Interval {
        low: 0.0,
        high: 1.0,
    };
}

/// Clopper-Pearson: exact where the list is large or its size unknown. Never too narrow.
pub fn clopper_pearson(tally: Tally, confidence: Confidence) -> Interval {
    let tail = confidence.doubt() / 2.0;
    Interval {
        low: 1.0 - upper(tally.checked - tally.failed, tally.checked, tail),
        high: upper(tally.failed, tally.checked, tail),
    }
}

/// The one-sided upper limit: the rate is at most this, so surely as `confidence` says.
pub fn upper_limit(tally: Tally, confidence: Confidence) -> f64 {
    upper(tally.failed, tally.checked, confidence.doubt())
}

fn upper(failed: u64, checked: u64, tail: f64) -> f64 {
    if failed >= checked {
        return 1.0;
    }
    // The lower limit is the mirror image of this one, so that both ends are computed the same way.
    1.0 - beta_inv(tail, (checked - failed) as f64, failed as f64 + 1.0)
}

/// Wilson's score interval: narrower, and right on average only.
pub fn wilson(tally: Tally, confidence: Confidence) -> Interval {
    let Some(p) = tally.rate() else {
        return Interval::ALL;
    };
    let (n, z) = (tally.checked as f64, confidence.z());
    let scale = 1.0 + z * z / n;
    let centre = (p + z * z / (2.0 * n)) / scale;
    let half = z / scale * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Interval {
        low: (centre - half).max(0.0),
        high: (centre + half).min(1.0),
    }
}

/// The normal approximation with the finite population correction: standard error and interval. For comparison only:
/// near 0 and with few checks it claims too much. `None` with fewer than two checks or more than there are people.
pub fn normal(tally: Tally, people: u64, confidence: Confidence) -> Option<(f64, Interval)> {
    let stratum = Stratum { people, tally };
    stratum.variance().and_then(|variance| {
        let p = tally.rate()?;
        let se = variance.sqrt();
        Some((se, around(p, se, confidence)))
    })
}

fn around(p: f64, se: f64, confidence: Confidence) -> Interval {
    let half = confidence.z() * se;
    Interval {
        low: (p - half).max(0.0),
        high: (p + half).min(1.0),
    }
}

/// How many of a list of known length fail: at least and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// At least so many people.
    pub low: u64,
    /// At most so many people.
    pub high: u64,
    /// The length of the list.
    pub people: u64,
}

impl Counts {
    /// The same as rates.
    pub fn rates(self) -> Interval {
        if self.people == 0 {
            return Interval::ALL;
        }
        let people = self.people as f64;
        Interval {
            low: self.low as f64 / people,
            high: self.high as f64 / people,
        }
    }
}

/// Exact for a list of known length, by the hypergeometric distribution. Everybody checked leaves no doubt. `None`
/// where more were checked than the list holds.
pub fn finite(tally: Tally, people: u64, confidence: Confidence) -> Option<Counts> {
    finite_tail(tally, people, confidence.doubt() / 2.0)
}

fn finite_tail(tally: Tally, people: u64, tail: f64) -> Option<Counts> {
    let (least, most) = possible(tally, people)?;
    // The more fail, the likelier are `failed` or more: the first count that is not ruled out is the limit.
    let low = first(least, most, |marked| {
        Hypergeometric::new(people, marked, tally.checked)
            .is_some_and(|h| h.at_least(tally.failed) > tail * (1.0 + ROUNDING))
    });
    Some(Counts {
        low,
        high: finite_upper(tally, people, tail)?,
        people,
    })
}

/// The one-sided upper limit for a list of known length: at most so many fail.
pub fn finite_upper_limit(tally: Tally, people: u64, confidence: Confidence) -> Option<u64> {
    finite_upper(tally, people, confidence.doubt())
}

fn finite_upper(tally: Tally, people: u64, tail: f64) -> Option<u64> {
    let (least, most) = possible(tally, people)?;
    let beyond = first(least + 1, most + 1, |marked| {
        Hypergeometric::new(people, marked, tally.checked)
            .is_none_or(|h| h.at_most(tally.failed) <= tail * (1.0 + ROUNDING))
    });
    Some(beyond - 1)
}

/// The fewest and the most that can fail, given those seen to fail and to hold.
fn possible(tally: Tally, people: u64) -> Option<(u64, u64)> {
    let most = people.checked_sub(tally.checked)? + tally.failed;
    Some((tally.failed, most))
}

/// The first number from `low` on, and at the latest `high`, for which `holds`; it holds for all after the first.
fn first(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// One group of a list that was drawn group by group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stratum {
    /// How many people it has.
    pub people: u64,
    /// What was counted in it.
    pub tally: Tally,
}

impl Stratum {
    /// The variance of its rate, with the finite population correction.
    fn variance(&self) -> Option<f64> {
        let p = self.tally.rate()?;
        let n = self.tally.checked;
        let left = self.people.checked_sub(n)?;
        if left == 0 {
            // Everybody was checked: nothing is left to chance, even in a group of one.
            return Some(0.0);
        }
        (n >= 2).then(|| left as f64 / self.people as f64 * p * (1.0 - p) / (n - 1) as f64)
    }
}

/// A rate over groups, each weighted by its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratified {
    /// The rate of the whole list.
    pub rate: f64,
    /// Failed by checked without any weights: wrong where groups were not checked in proportion.
    pub crude: f64,
    /// Of the weighted rate, with the finite population correction.
    pub variance: f64,
    /// The square root of `variance`.
    pub standard_error: f64,
    /// By the normal approximation.
    pub normal: Interval,
    /// From the exact interval of each group, each made wider so that all hold together. Never too narrow.
    pub bounds: Interval,
    /// From the exact interval of each group, added up as errors are that do not hang together: by their squares (Zou
    /// and Donner 2008), with a fifth of the doubt held back. Narrower than `bounds`; with few failures in a group it
    /// claims too much.
    pub joined: Interval,
    /// Whether `joined` may be used: every group that was not wholly checked has enough failures, and enough that hold.
    pub joined_is_fit: bool,
}

impl Stratified {
    /// The interval to report: never the normal one, which falls short even with 5 failures in each group.
    pub fn interval(&self) -> Interval {
        if self.joined_is_fit {
            self.joined
        } else {
            self.bounds
        }
    }
}

/// The estimate over groups.
///
/// # Errors
/// The number, from 0, of the first group that has too few checks to tell (fewer than two, unless that is everybody),
/// or more checks than people.
pub fn stratified(strata: &[Stratum], confidence: Confidence) -> Result<Stratified, usize> {
    /// Failures, and checks without one, that each group needs.
    const ENOUGH: u64 = 5;
    let people: u64 = strata.iter().map(|s| s.people).sum();
    let (mut rate, mut variance) = (0.0, 0.0);
    let mut bounds = Interval {
        low: 0.0,
        high: 0.0,
    };
    let (mut failed, mut checked) = (0, 0);
    let (mut below, mut above) = (0.0, 0.0);
    let open = |s: &&Stratum| s.people != s.tally.checked;
    // A group that was wholly checked leaves no doubt to share.
    let doubtful = strata.iter().filter(open).count().max(1);
    let tail = confidence.doubt() / 2.0 / doubtful as f64;
    // Without anything held back it falls short by a hair where much of small groups was checked.
    let alone = confidence.doubt() / 2.0 * 0.8;
    let mut joined_is_fit = doubtful > 1;
    for (i, stratum) in strata.iter().enumerate() {
        let weight = stratum.people as f64 / people as f64;
        let own = stratum.tally.rate().ok_or(i)?;
        rate += weight * own;
        variance += weight * weight * stratum.variance().ok_or(i)?;
        let exact = finite_tail(stratum.tally, stratum.people, tail)
            .ok_or(i)?
            .rates();
        bounds.low += weight * exact.low;
        bounds.high += weight * exact.high;
        let exact = finite_tail(stratum.tally, stratum.people, alone)
            .ok_or(i)?
            .rates();
        below += (weight * (own - exact.low)).powi(2);
        above += (weight * (exact.high - own)).powi(2);
        let Tally {
            failed: f,
            checked: n,
        } = stratum.tally;
        joined_is_fit &= !open(&stratum) || (f >= ENOUGH && n - f >= ENOUGH);
        failed += stratum.tally.failed;
        checked += stratum.tally.checked;
    }
    if checked == 0 {
        return Err(0);
    }
    let standard_error = variance.sqrt();
    Ok(Stratified {
        rate,
        crude: failed as f64 / checked as f64,
        variance,
        standard_error,
        normal: around(rate, standard_error, confidence),
        bounds,
        joined: Interval {
            low: (rate - below.sqrt()).max(0.0),
            high: (rate + above.sqrt()).min(1.0),
        },
        joined_is_fit,
    })
}
