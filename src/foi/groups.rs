//! Groups of phones whose number is published besides: each campaign whose report tells how many were checked, and all
//! phones outside of these.
//!
//! An answer's numbers are of whole groups. Whoever takes the published number of a campaign from that of an answer is
//! left with other groups. Therefore each group has 5 phones or more, or is in no number; and of a campaign of which a
//! part lies in the period, so has the rest. What is left over outside the campaigns goes unsaid whether it is nothing
//! or a few.

use std::collections::{BTreeMap, BTreeSet};

use super::phones::Phone;
use crate::campaign::Summary;
use crate::campaign::publish::coverage;
use crate::register::entry::Entry;
use crate::sampling::suppress::SMALLEST;

/// Campaigns whose report tells how many were checked.
pub(super) struct Published<'a>(BTreeMap<&'a str, Campaign<'a>>);

struct Campaign<'a> {
    /// As it is published.
    checked: u64,
    /// Those who hold a place of the draw; `None` where no list was given, and everybody counts.
    holders: Option<BTreeSet<&'a str>>,
}

impl<'a> Published<'a> {
    /// Of what was recorded of each campaign.
    pub fn of(summaries: &'a BTreeMap<&'a str, Summary>) -> Self {
        let published = summaries.iter().filter_map(|(id, summary)| {
            let holders = summary.places.iter().map(|place| place.holder());
            let campaign = Campaign {
                checked: coverage(summary)?.checked,
                holders: (!summary.groups.is_empty()).then(|| holders.collect()),
            };
            Some((*id, campaign))
        });
        Published(published.collect())
    }

    /// The campaign whose report counts this audit.
    pub fn group(&self, entry: &Entry) -> Option<&'a str> {
        let (id, campaign) = self.0.get_key_value(entry.campaign.as_deref()?)?;
        let person = entry.staff_ref.as_deref();
        let counts = |all: &BTreeSet<&str>| person.is_some_and(|person| all.contains(person));
        campaign.holders.as_ref().is_none_or(counts).then_some(*id)
    }

    /// Campaigns of which fewer than 5 phones lie in the period, or all but fewer than 5.
    pub fn cut(&self, phones: &[Phone]) -> BTreeSet<String> {
        let groups = by_group(phones);
        let cut = self.0.iter().filter(|(id, campaign)| {
            let inside = groups.get(&Some(**id)).copied().unwrap_or_default();
            let rest = campaign.checked.abs_diff(inside);
            inside > 0 && (inside < SMALLEST || (1..SMALLEST).contains(&rest))
        });
        cut.map(|(id, _)| (*id).to_owned()).collect()
    }
}

/// Takes away the phones of these campaigns, and those outside of all where they are few. Whether there were fewer than
/// 5 of these, or none, beside those of a campaign.
pub(super) fn leave_out(phones: &mut Vec<Phone>, cut: &BTreeSet<String>) -> bool {
    phones.retain(|phone| phone.group.as_ref().is_none_or(|id| !cut.contains(id)));
    let groups = by_group(phones);
    let outside = groups.get(&None).copied().unwrap_or_default();
    let few = outside < SMALLEST && groups.keys().any(Option::is_some);
    if few {
        phones.retain(|phone| phone.group.is_some());
    }
    few
}

/// How many phones each group has.
pub(super) fn by_group(phones: &[Phone]) -> BTreeMap<Option<&str>, u64> {
    let mut groups = BTreeMap::new();
    for phone in phones {
        *groups.entry(phone.group.as_deref()).or_default() += 1;
    }
    groups
}
