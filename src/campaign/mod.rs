//! What a campaign came to: a pure function of the register's records. People are counted, not audits; the first audit
//! of a person counts, as the phone was found, before anything was put right.
//!
//! * [`list`]: who was drawn, from the draw's JSON. * [`places`]: who holds which place, and who stands in.
//! * [`count`]: adding records up. * [`result`]: the figures of a report. * [`change`]: two campaigns side by side.
//! * [`publish`]: what of the figures may be published.

mod brief;
pub mod change;
pub mod count;
pub mod list;
pub mod places;
pub mod publish;
pub mod result;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::register::Body;
use crate::register::entry::Campaign;
use crate::sampling::compare::Outcomes;
use places::Place;

/// What one round of spot checks came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How the campaign began; `None` where nobody recorded it.
    pub begun: Option<Campaign>,
    /// People whose phone was checked.
    pub checked: u64,
    /// People for whom the check was not, with somebody else in their place.
    pub replaced: u64,
    /// The same without anybody in their place.
    pub to_replace: u64,
    /// People who declined the check; nobody takes their place.
    pub declined: u64,
    /// People who could not be reached; nobody takes their place.
    pub unreachable: u64,
    /// Of the phones as a whole.
    pub overall: Outcomes,
    /// Of the phones that passed, those of which not every line was looked at.
    pub passed_in_part: u64,
    /// Of each line that can be seen on the phone, by id.
    pub lines: BTreeMap<String, LineSummary>,
    /// Of each group of the list, in its order; empty where no list was given.
    pub groups: Vec<GroupSummary>,
    /// The places of the draw; empty where no list was given.
    pub places: Vec<Place>,
    /// Answers of people: yes, no, not answered, declined.
    pub attested: [u64; 4],
    /// References of those whose last audit failed.
    pub recheck: Vec<String>,
    /// References of those whose last audit left something open, and found no failure.
    pub look_again: Vec<String>,
    /// Lines that were set aside on all phones, by id.
    pub not_looked_at: BTreeSet<String>,
    /// The days of the first and of the last check that counts.
    pub days: Option<(String, String)>,
    /// Ids of the checklists that the audits were made with.
    pub profiles: BTreeSet<String>,
    /// Kinds of phone that were checked.
    pub platforms: BTreeSet<String>,
    /// Ids of the limits that were changed for at least one check.
    pub limits_changed: BTreeSet<String>,
    /// What should be known about these numbers.
    pub warnings: Vec<String>,
}

/// One line of the checklist over all phones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSummary {
    /// What was found, phone by phone.
    pub outcomes: Outcomes,
    /// Failed, and put right in front of the auditor.
    pub put_right: u64,
    /// Failed, and someone answers for it: counted in no outcome.
    pub waived: u64,
    /// Set aside, and not looked at.
    pub set_aside: u64,
    /// Phones to which the line does not apply.
    pub not_applicable: u64,
}

/// One group of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupSummary {
    /// `None` where the list has no groups.
    pub name: Option<String>,
    /// People of the group on the list.
    pub people: u64,
    /// Places drawn in it, reserves not counted.
    pub drawn: u64,
    /// Of those who hold its places.
    pub overall: Outcomes,
}

impl Summary {
    /// Those drawn of whom nothing is recorded yet.
    pub fn open(&self) -> Option<u64> {
        let begun = self.begun.as_ref()?;
        Some(begun.drawn.saturating_sub(self.done()))
    }

    /// Those of whom something is recorded.
    pub fn done(&self) -> u64 {
        self.checked + self.declined + self.unreachable + self.to_replace
    }

    /// People on the list, for intervals: `None` where that is not known.
    pub fn population(&self) -> Option<u64> {
        self.begun.as_ref().map(|begun| begun.population)
    }

    /// That not all was judged by the checklist's own limits, as a sentence.
    pub fn limits_words(&self) -> Option<String> {
        let changed: Vec<&str> = self.limits_changed.iter().map(String::as_str).collect();
        (!changed.is_empty()).then(|| {
            format!(
                "LIMITS CHANGED: some checks were judged by other limits than the checklist's own ({}).",
                changed.join(", ")
            )
        })
    }

    /// Whether the register holds anything of the campaign.
    pub fn is_empty(&self) -> bool {
        self.begun.is_none() && self.done() + self.replaced == 0
    }
}

/// Adds up what a register holds of a campaign, in the order in which it was recorded.
pub fn summary(bodies: &[Body], id: &str) -> Summary {
    let mut counter = count::Counter::default();
    for body in bodies.iter().filter(|body| body.campaign() == Some(id)) {
        counter.add("", body);
    }
    counter.finish()
}
