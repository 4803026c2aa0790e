//! The report for everybody: from what may be published, and nothing else.

use super::super::change;
use super::super::publish::{self, FEW, Whole};
use super::beside::told;
use super::rates::{in_proportion, range};
use super::{Beside, How, LineRow, PLATFORMS, Part, Report, Summary, Way, title};
use crate::profile::Profile;
use crate::sampling::compare::Change;
use crate::sampling::intervals::{Interval, Stratum, stratified};
use crate::sampling::suppress::Cell;
use crate::sampling::{Confidence, Tally};

/// Of a campaign whose beginning was not recorded.
const NOT_BEGUN: &str = "Nobody recorded how the campaign began (spotcheck campaign new), so it is not known how many were drawn.";

impl Report {
    pub(super) fn for_everybody(
        mut self,
        s: &Summary,
        before: Option<(&str, &Summary)>,
        profiles: &[Profile],
    ) -> Report {
        let figures = publish::figures(s);
        let (of, people) = (figures.of, s.population());
        // Where people were not equally likely to be drawn, a range needs weights; known to everybody, as the draw is.
        let alike = s.groups.len() < 2 || in_proportion(s);
        let plain = |failed: u64, of: u64| alike.then(|| range(failed, of, people));
        let weighted = figures.groups.as_ref().filter(|_| s.groups.len() > 1);
        let weighted = weighted.and_then(|failed| weigh_published(s, failed));
        let mut add = |how, failed, of, interval: Option<Interval>| {
            let weighted = weighted.filter(|_| how == How::AtBest);
            self.whole.push(Way {
                how,
                failed,
                of,
                weighted: weighted.map(|(rate, _)| rate),
                interval: weighted.map(|(_, interval)| interval).or(interval),
            });
        };
        match figures.whole {
            Whole::Nothing => {}
            Whole::Few { few_unknown } => {
                let most = plain(if few_unknown { 2 * FEW } else { of }, of);
                let interval = most.filter(|_| few_unknown).map(|most| Interval {
                    low: 0.0,
                    high: most.high,
                });
                add(How::Few, None, of, interval);
            }
            Whole::Failed { failed, unknown } => {
                add(How::AtBest, Some(failed), of, plain(failed, of));
                if let Some(unknown) = unknown {
                    let how = match figures.coverage {
                        Some(_) => How::AtWorstFewTold,
                        None => How::AtWorstFew,
                    };
                    let worst = failed + unknown;
                    add(how, Some(worst), of, plain(worst, of));
                }
            }
            Whole::Full {
                failed,
                held,
                unknown,
            } => {
                let known = failed + held;
                add(How::CheckedOnly, Some(failed), known, plain(failed, known));
                let worst = failed + unknown;
                add(How::AtWorst, Some(worst), of, plain(worst, of));
                add(How::AtBest, Some(failed), of, plain(failed, of));
            }
        }
        if let Some(coverage) = figures.coverage {
            self.coverage = vec![(Part::Checked, Cell::Shown(coverage.checked))];
            if let Whole::Full { unknown, .. } = figures.whole {
                let could_not_tell = Cell::Shown(unknown - coverage.not_checked);
                self.coverage.push((Part::CouldNotTell, could_not_tell));
            }
            let parts = [Part::Declined, Part::Unreachable, Part::ToReplace];
            self.coverage.extend(parts.into_iter().zip(coverage.parts));
        }
        if s.groups.len() > 1 && self.whole.iter().any(|way| way.failed.is_some()) {
            self.assumed.push(
                match (alike, weighted.is_some()) {
                    (true, _) => "The ranges take everybody on the list as equally likely to be drawn. The shares of the groups bear that out.",
                    (false, true) => "The range of the whole counts each group by its size. Other figures have no range: groups were drawn in different shares.",
                    (false, false) => "No range is given: groups were drawn in different shares, and their numbers are too small to publish.",
                }
                .into(),
            );
        }
        if !figures.lines.is_empty() {
            self.assumed.push(
                "Line by line, those of whom nothing is known count as if they had not failed. The true rates may be higher."
                    .into(),
            );
        }
        self.lines = figures
            .lines
            .iter()
            .map(|(id, failed)| LineRow {
                id: id.clone(),
                title: title(id, profiles),
                failed: *failed,
                of,
                interval: plain(*failed, of),
                more: None,
            })
            .collect();
        self.hidden = figures
            .hidden
            .iter()
            .map(|id| (id.clone(), title(id, profiles)))
            .collect();
        self.advise(profiles, &PLATFORMS);
        if s.begun.is_none() {
            self.notes.push(NOT_BEGUN.into());
        }
        self.notes.extend(s.limits_words());
        self.beside = before.map(|(id, before)| beside_published(id, before, s));
        self
    }
}

fn weigh_published(s: &Summary, failed: &[u64]) -> Option<(f64, Interval)> {
    let strata: Option<Vec<Stratum>> = s
        .groups
        .iter()
        .zip(failed)
        .map(|(group, failed)| {
            Some(Stratum {
                people: group.people,
                tally: Tally::new(*failed, group.drawn)?,
            })
        })
        .collect();
    let estimate = stratified(&strata?, Confidence::USUAL).ok()?;
    Some((estimate.rate, estimate.interval()))
}

/// The comparison from what may be published of both, and nothing else.
fn beside_published(id: &str, before: &Summary, now: &Summary) -> Beside {
    let tallies = |s: &Summary| {
        let figures = publish::figures(s);
        match figures.whole {
            Whole::Full { failed, held, .. } => {
                Tally::new(failed, failed + held).into_iter().collect()
            }
            // Whatever the few showed, of all drawn; or of those checked, where it is known how many they are.
            Whole::Failed {
                failed,
                unknown: Some(unknown),
            } => [failed, failed + unknown]
                .into_iter()
                .filter_map(|n| Tally::new(n, figures.of))
                .collect(),
            _ => Vec::new(),
        }
    };
    let (old, new): (Vec<Tally>, Vec<Tally>) = (tallies(before), tallies(now));
    let mut changes = old
        .iter()
        .flat_map(|old| new.iter().map(|new| change::compared(*old, *new).change));
    let first = changes.next();
    let words = match first {
        None => "The numbers of one of the two are too small to be compared in public.",
        // Whatever the few showed of whom nothing is known.
        Some(first) if changes.all(|change| change == first) => told(first),
        Some(_) => told(Change::MayBeChance),
    };
    Beside {
        id: id.to_owned(),
        words: vec![words.to_owned()],
        whole: None,
        lines: Vec::new(),
        looked_at: 0,
    }
}
