//! Rates with their ranges.

use super::{How, Summary, Way};
use crate::campaign::places::State;
pub(super) use crate::campaign::publish::in_proportion;
use crate::sampling::compare::Outcomes;
use crate::sampling::intervals::{self, Interval, Stratum, stratified};
use crate::sampling::{Confidence, Tally};

/// The range of a rate, for a list of known length where it is known.
pub(super) fn range(failed: u64, of: u64, people: Option<u64>) -> Interval {
    let Some(tally) = Tally::new(failed, of) else {
        return Interval::ALL;
    };
    let exact = people.and_then(|people| intervals::finite(tally, people, Confidence::USUAL));
    exact.map_or_else(
        || intervals::clopper_pearson(tally, Confidence::USUAL),
        intervals::Counts::rates,
    )
}

/// `open`: those drawn of whom nothing is recorded yet. Nothing is known of them either.
fn tally(how: How, outcomes: &Outcomes, open: u64) -> (u64, u64) {
    let (failed, all) = (outcomes.not_met, outcomes.all() + open);
    match how {
        How::CheckedOnly => (failed, failed + outcomes.met),
        How::AtWorst => (failed + outcomes.unknown() + open, all),
        How::AtBest | How::AtWorstFew | How::AtWorstFewTold | How::Few => (failed, all),
    }
}

/// Of how many drawn nothing is recorded yet, in each group.
fn open_in_groups(s: &Summary) -> Vec<u64> {
    let mut open = vec![0; s.groups.len()];
    for place in s.places.iter().filter(|place| place.state == State::Open) {
        if let Some(open) = open.get_mut(place.group) {
            *open += 1;
        }
    }
    open
}

/// A rate with its range, weighted where there are groups; and the groups that have too few checks.
pub(super) fn way(how: How, s: &Summary) -> (Way, Vec<String>) {
    let (failed, of) = tally(how, &s.overall, s.open().unwrap_or(0));
    let mut way = Way {
        how,
        failed: Some(failed),
        of,
        weighted: None,
        interval: (of > 0).then(|| range(failed, of, s.population())),
    };
    if s.groups.len() < 2 || of == 0 {
        return (way, Vec::new());
    }
    let strata: Option<Vec<Stratum>> = s
        .groups
        .iter()
        .zip(open_in_groups(s))
        .map(|(group, open)| {
            let (failed, of) = tally(how, &group.overall, open);
            let tally = Tally::new(failed, of).filter(|_| of <= group.people)?;
            Some(Stratum {
                people: group.people,
                tally,
            })
        })
        .collect();
    let Some(strata) = strata else {
        way.interval = None;
        return (way, Vec::new());
    };
    if let Ok(estimate) = stratified(&strata, Confidence::USUAL) {
        way.weighted = Some(estimate.rate);
        way.interval = Some(estimate.interval());
        return (way, Vec::new());
    }
    let thin = strata
        .iter()
        .zip(&s.groups)
        .filter(|(stratum, _)| {
            let checked = stratum.tally.checked();
            checked < 2 && checked < stratum.people
        })
        .map(|(_, group)| group.name.clone().unwrap_or_default())
        .collect();
    way.interval = Some(bounds(&strata));
    (way, thin)
}

/// Where some groups have too few checks to estimate anything: the exact range of each group, wide enough that all hold
/// together, weighted by size. A group without checks may show anything.
fn bounds(strata: &[Stratum]) -> Interval {
    let people: u64 = strata.iter().map(|s| s.people).sum();
    let doubt = Confidence::USUAL.doubt() / strata.len().max(1) as f64;
    let Some(confidence) = Confidence::new(1.0 - doubt).filter(|_| people > 0) else {
        return Interval::ALL;
    };
    let (mut low, mut high) = (0.0, 0.0);
    for stratum in strata {
        let exact = intervals::finite(stratum.tally, stratum.people, confidence);
        let rates = exact.map_or(Interval::ALL, intervals::Counts::rates);
        let weight = stratum.people as f64 / people as f64;
        low += weight * rates.low;
        high += weight * rates.high;
    }
    Interval {
        low: low.max(0.0),
        high: high.min(1.0),
    }
}
