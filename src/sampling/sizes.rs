//! How many to check. `people` is the length of the list; `None` stands for a list too long to matter.

use super::Confidence;
use super::special::{Hypergeometric, binomial_at_most};

/// The slack for two numbers that are equal but for rounding.
const ROUNDING: f64 = 1e-9;

/// The number of people that a rate comes to: the smallest whose share of the list is at least the rate.
pub fn people_at_rate(people: u64, rate: f64) -> u64 {
    ((rate * people as f64) * (1.0 - ROUNDING)).ceil().max(1.0) as u64
}

/// The fewest checks that would meet at least one failure, so surely as `confidence` says, if `rate` or more of the
/// phones fail. Put the other way: if none fails, the rate is lower than `rate`.
///
/// `rate` lies between 0 and 1, both left out.
pub fn discovery(people: Option<u64>, rate: f64, confidence: Confidence) -> u64 {
    let miss = confidence.doubt() * (1.0 + ROUNDING);
    let Some(people) = people else {
        let n = confidence.doubt().ln() / (-rate).ln_1p();
        return (n * (1.0 - ROUNDING)).ceil().max(1.0) as u64;
    };
    let failing = people_at_rate(people, rate).min(people);
    let enough = |n: u64| {
        Hypergeometric::new(people, failing, n).is_none_or(|h| h.ln_exactly(0).exp() <= miss)
    };
    smallest(1, people, enough)
}

/// What `checks` without a failure rule out: fewer than this many of the list fail, if it is so long; else fewer than
/// this rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RuledOut {
    /// This many or more of so many.
    Of(u64, u64),
    /// This rate or more.
    Rate(f64),
}

/// What is ruled out if none of `checks` fails. `None` where nothing is: no checks, or more than there are people.
pub fn ruled_out(people: Option<u64>, checks: u64, confidence: Confidence) -> Option<RuledOut> {
    if checks == 0 || people.is_some_and(|people| checks > people) {
        return None;
    }
    let miss = confidence.doubt() * (1.0 + ROUNDING);
    let Some(people) = people else {
        // 1 - doubt^(1/n), without losing digits where n is large.
        return Some(RuledOut::Rate(
            -(confidence.doubt().ln() / checks as f64).exp_m1(),
        ));
    };
    let failing = smallest(1, people, |failing| {
        Hypergeometric::new(people, failing, checks).is_none_or(|h| h.ln_exactly(0).exp() <= miss)
    });
    Some(RuledOut::Of(failing, people))
}

/// The checks that an estimate within `margin` needs, if the rate is about `rate` (a half where nothing is known).
pub fn proportion(people: Option<u64>, margin: f64, rate: f64, confidence: Confidence) -> u64 {
    let z = confidence.z();
    let many = z * z * rate * (1.0 - rate) / (margin * margin);
    let n = match people {
        None => many,
        Some(people) => many / (1.0 + (many - 1.0) / people as f64),
    };
    let n = (n * (1.0 - ROUNDING)).ceil().max(1.0) as u64;
    people.map_or(n, |people| n.min(people))
}

/// The fewest checks of which `allowed` may fail, and still `rate` or more is ruled out.
pub fn accepting(allowed: u64, rate: f64, confidence: Confidence) -> u64 {
    let miss = confidence.doubt() * (1.0 + ROUNDING);
    let enough = |n: u64| chance_of_accepting(n, allowed, rate) <= miss;
    let mut high = allowed + 1;
    while !enough(high) && high < 1 << 40 {
        high *= 2;
    }
    smallest(allowed + 1, high, enough)
}

/// The chance that at most `allowed` of `checks` fail if the true rate is `rate`.
pub fn chance_of_accepting(checks: u64, allowed: u64, rate: f64) -> f64 {
    binomial_at_most(allowed, checks, rate)
}

/// The chance that one person is drawn in both of two rounds of `drawn` of `people`.
pub fn drawn_twice(drawn: u64, people: u64) -> f64 {
    if people == 0 {
        return 0.0;
    }
    (drawn as f64 / people as f64).powi(2)
}

/// The smallest number that is enough; `high` is known to be, and so is all above the smallest.
fn smallest(mut low: u64, mut high: u64, enough: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
