//! The draw itself. Who is drawn follows from the list and a seed alone, by arithmetic that anybody can repeat: no
//! random-number library has a say, since their sampling changes between versions.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::md5::md5;
use super::population::{Population, hex};

/// How the order is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By SHA-256 of the seed, a line feed and the reference, smallest first. Somebody who joins or leaves the list
    /// changes nobody else's place.
    Sha256,
    /// By RFC 3797, over the sorted list numbered from 1.
    Rfc3797,
}

impl Method {
    /// The word on the command line and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Method::Sha256 => "sha256",
            Method::Rfc3797 => "rfc3797",
        }
    }
}

/// The most people that RFC 3797 can draw from: its index has 16 bits.
pub const RFC3797_MAX: u64 = 65_535;

/// What decides a person's place: SHA-256 of the seed, a line feed and the reference, in hexadecimal digits.
pub fn rank(seed: &str, id: &str) -> String {
    hex(&digest(seed, id))
}

fn digest(seed: &str, id: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(seed.as_bytes());
    hasher.update(b"\n");
    hasher.update(id.as_bytes());
    hasher.finalize().into()
}

/// The order in which RFC 3797 picks all of `people`, by their numbers from 0. The key is the text of the sources as
/// the RFC writes it, e.g. `9319./2.5.8.10.12./`. `None` where there are more people than it can number.
pub fn rfc3797_order(key: &str, people: u64) -> Option<Vec<usize>> {
    let mut left: Vec<u16> = (0..u16::try_from(people).ok()?).collect();
    let mut order = Vec::with_capacity(left.len());
    for i in 0..left.len() {
        let index = u16::try_from(i).ok()?.to_be_bytes();
        let message = [&index, key.as_bytes(), &index].concat();
        let number = u128::from_be_bytes(md5(&message));
        let at = usize::try_from(number % left.len() as u128).ok()?;
        order.push(usize::from(left.remove(at)));
    }
    Some(order)
}

/// Who is drawn of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    /// Empty where the list has no groups.
    pub name: &'a str,
    /// How many people it has.
    pub people: u64,
    /// Everybody of the group in the order of the draw.
    order: Vec<&'a str>,
    drawn: usize,
}

impl<'a> Group<'a> {
    /// Those drawn, in their order.
    pub fn drawn(&self) -> &[&'a str] {
        &self.order[..self.drawn]
    }

    /// The others, in the order in which they take the places of those to whom the check does not apply.
    pub fn reserves(&self) -> &[&'a str] {
        &self.order[self.drawn..]
    }
}

/// Draws `sizes` of the population's groups, in the order of [`Population::groups`]; a size above its group takes all.
/// `None` where the method cannot number so many people.
pub fn draw<'a>(
    population: &'a Population,
    seed: &str,
    method: Method,
    sizes: &[u64],
) -> Option<Vec<Group<'a>>> {
    let people = population.people();
    let order: Vec<usize> = match method {
        Method::Sha256 => {
            let mut ranked: Vec<([u8; 32], usize)> = people
                .iter()
                .enumerate()
                .map(|(i, person)| (digest(seed, &person.id), i))
                .collect();
            ranked.sort_unstable();
            ranked.into_iter().map(|(_, i)| i).collect()
        }
        Method::Rfc3797 => rfc3797_order(seed, population.len())?,
    };
    let mut groups: Vec<Group<'a>> = population
        .groups()
        .iter()
        .map(|(name, people)| Group {
            name,
            people: *people,
            order: Vec::new(),
            drawn: 0,
        })
        .collect();
    for i in order {
        groups[people[i].group].order.push(&people[i].id);
    }
    for (group, size) in groups.iter_mut().zip(sizes) {
        group.drawn = usize::try_from(*size)
            .unwrap_or(usize::MAX)
            .min(group.order.len());
    }
    Some(groups)
}

/// Why somebody who was drawn has not been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The check does not apply (has left, uses no phone for work): a reserve takes the place.
    NotApplicable,
    /// Never replaced, and reported: else those who decline would make the result look better than it is.
    Declined,
    /// Not reached in the time there was. Never replaced, and reported.
    Unreachable,
}

/// One of the places of a draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// Who was called up for it in turn: the last holds it, to the others the check did not apply.
    pub called: Vec<&'a str>,
    /// What became of the last, if it was not the check. Not applicable here means that no reserve is left.
    pub fate: Option<Fate>,
}

/// Fills the places of a draw by the rules of ISA 530, group by group. `fates` come in the order in which they became
/// known: the first to drop out gets the first reserve.
///
/// # Errors
/// The reference that holds no place: not drawn, not called up, or named twice.
pub fn replace<'a, 'b>(
    groups: &[Group<'a>],
    fates: &[(&'b str, Fate)],
) -> Result<Vec<Vec<Place<'a>>>, &'b str> {
    let mut places: Vec<Vec<Place>> = groups
        .iter()
        .map(|group| {
            let place = |id: &&'a str| Place {
                called: vec![*id],
                fate: None,
            };
            group.drawn().iter().map(place).collect()
        })
        .collect();
    let mut reserves: Vec<_> = groups.iter().map(|group| group.reserves().iter()).collect();
    let mut holds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (g, group) in places.iter().enumerate() {
        for (p, place) in group.iter().enumerate() {
            for id in &place.called {
                holds.insert(id, (g, p));
            }
        }
    }
    // Somebody may be named before the person in whose place they are called up.
    let mut waiting: Vec<(&str, Fate)> = fates.to_vec();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut still = Vec::new();
        for (id, fate) in waiting {
            let Some((g, p)) = holds.remove(id) else {
                still.push((id, fate));
                continue;
            };
            let place = &mut places[g][p];
            let next = match fate {
                Fate::NotApplicable => reserves[g].next(),
                Fate::Declined | Fate::Unreachable => None,
            };
            match next {
                Some(next) => {
                    place.called.push(next);
                    holds.insert(next, (g, p));
                }
                None => place.fate = Some(fate),
            }
        }
        if let ([(id, _), ..], true) = (still.as_slice(), still.len() == before) {
            return Err(id);
        }
        waiting = still;
    }
    Ok(places)
}
