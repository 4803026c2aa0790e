//! Who holds which place of a draw. If the check does not apply to somebody, the next reserve of the group takes the
//! place; nobody replaces a person who declined or could not be reached (ISA 530).

use std::collections::{BTreeMap, BTreeSet};

use crate::register::entry::{Campaign, Group, NotAudited, Outcome};

/// What is recorded of a person, apart from the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audited {
    /// There is an audit of their phone.
    Checked,
    /// The audit says that the person declined.
    Declined,
}

/// What became of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing is recorded of the person who holds it.
    Open,
    /// The phone of the person who holds it was checked.
    Checked,
    /// The person who holds it declined, and is not replaced.
    Declined,
    /// The person who holds it could not be reached, and is not replaced.
    Unreachable,
    /// The check was not for the person who held it, and nobody took it.
    Empty,
}

/// One place of the draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Number of its group, from 0.
    pub group: usize,
    /// Who was called up for it in turn: the last holds it.
    pub called: Vec<String>,
    /// Of the person who holds it now.
    pub state: State,
}

impl Place {
    /// The reference of the person who holds it.
    pub fn holder(&self) -> &str {
        self.called.last().map_or("", String::as_str)
    }
}

/// The places, group by group, with what is recorded of those who hold them.
pub fn places(
    campaign: &Campaign,
    audited: impl Fn(&str) -> Option<Audited>,
    outcomes: &BTreeMap<String, Outcome>,
) -> Vec<Place> {
    let mut called: BTreeSet<&str> = BTreeSet::new();
    let mut places = Vec::new();
    for (number, group) in campaign.groups.iter().enumerate() {
        for first in &group.drawn {
            let mut place = Place {
                group: number,
                called: vec![first.clone()],
                state: State::Open,
            };
            loop {
                let holder = place.holder();
                place.state = match (audited(holder), outcomes.get(holder)) {
                    (Some(Audited::Checked), _) => State::Checked,
                    (Some(Audited::Declined), _) => State::Declined,
                    (None, None) => State::Open,
                    (None, Some(outcome)) => match outcome.what {
                        NotAudited::Declined => State::Declined,
                        NotAudited::Unreachable => State::Unreachable,
                        NotAudited::NotApplicable => {
                            let by = outcome.replaced_by.as_deref();
                            // Nobody holds two places, and nobody comes from outside the group's reserves.
                            let next = group.reserves.iter().find(|reserve| {
                                Some(reserve.as_str()) == by && called.insert(reserve)
                            });
                            if let Some(next) = next {
                                place.called.push(next.clone());
                                continue;
                            }
                            State::Empty
                        }
                    },
                };
                break;
            }
            places.push(place);
        }
    }
    places
}

/// The group whose list the reference is on, drawn or reserve.
pub fn group_of<'c>(campaign: &'c Campaign, reference: &str) -> Option<(usize, &'c Group)> {
    campaign.groups.iter().enumerate().find(|(_, group)| {
        let mut all = group.drawn.iter().chain(&group.reserves);
        all.any(|known| known == reference)
    })
}

/// The next reserve of a group who stands in for nobody yet.
pub fn next_reserve<'c>(group: &'c Group, places: &[Place]) -> Option<&'c str> {
    let called: BTreeSet<&str> = places
        .iter()
        .flat_map(|place| place.called.iter().map(String::as_str))
        .collect();
    let mut reserves = group.reserves.iter().map(String::as_str);
    reserves.find(|reserve| !called.contains(reserve))
}
