//! Answers to what trusts are asked under the Freedom of Information Act, from the register and from what the trust says
//! of itself: a pure function. Nothing is guessed, and no number goes out that is about fewer than 5 people.

mod groups;
mod particulars;
mod phones;
mod publish;
mod questions;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::campaign;
use crate::campaign::Summary;
use crate::campaign::publish::{coverage, in_proportion};
use crate::register::Body;
use crate::sampling::suppress::{Cell, SMALLEST};
use crate::trust::Trust;
use groups::{Published, by_group, leave_out};
use phones::{Phone, phones};
use publish::Months;

/// What the question is about: audits outside are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    /// Only audits of this campaign; `None` for all audits.
    pub campaign: Option<String>,
}

impl Scope {
    fn has(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Incidents are recorded by year.
    fn has_year(&self, year: i16) -> bool {
        self.from.is_none_or(|from| from.year() <= year)
            && self.to.is_none_or(|to| year <= to.year())
    }
}

/// All answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Name of the trust.
    pub trust: Option<String>,
    /// The days and the campaign that they cover.
    pub scope: Scope,
    /// One for each question, always in the same order.
    pub answers: Vec<Answer>,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Stays the same from version to version.
    pub id: &'static str,
    /// As people tend to ask it.
    pub question: &'static str,
    /// What is held, one line each; what is not held is a line too.
    pub items: Vec<Item>,
    /// What should be known about it.
    pub notes: Vec<String>,
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is a part of.
    pub group: Option<String>,
    /// What the value says, in a few words.
    pub label: String,
    /// What is held, as far as it may be told.
    pub value: Value,
    /// Shown beside the value, so that it can be checked.
    pub source: Source,
}

impl Item {
    /// What it is called where it stands alone.
    pub fn name(&self) -> String {
        match &self.group {
            Some(group) => format!("{group}: {}", self.label),
            None => self.label.clone(),
        }
    }
}

/// What an item says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// As it stands in the trust's file, or as a date in words.
    Text(String),
    /// A number, and of how many where that says more.
    Count(Cell, Option<Cell>),
    /// Nothing is held.
    NotRecorded,
    /// Nothing is held, and nothing should be.
    Never,
}

/// Where an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Counted in the register; what the number rests on, in words.
    Register(String),
    /// Stated by the trust in `spotcheck.toml`.
    TrustFile,
    /// No file and no register holds it.
    Nowhere,
    /// It is meant not to be held.
    ByDesign,
}

/// What "not recorded by design" is called.
pub const NEVER: &str = "the register does not record this, and is not meant to";

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Register(what) => write!(f, "from the register: {what}"),
            Source::TrustFile => f.write_str("from spotcheck.toml"),
            Source::Nowhere => f.write_str("not recorded"),
            Source::ByDesign => f.write_str("by design"),
        }
    }
}

/// Where the number of checked phones is not told.
const HELD_BACK: &str = "how many phones were checked is not published";

/// What the register and the trust's file hold, ready for the questions.
struct Held<'a> {
    bodies: &'a [Body],
    trust: &'a Trust,
    scope: &'a Scope,
    /// Those that are in the numbers.
    phones: Vec<Phone>,
    /// How many were checked cannot be told beside what is published of the campaign.
    held_back: bool,
    /// Campaigns whose phones are in no number, because a small part of them lies in the period or outside of it.
    cut: BTreeSet<String>,
    /// Phones outside of the campaigns are in no number: there are fewer than 5, or none.
    few_outside: bool,
    /// Lines that a campaign's report counts.
    counted_elsewhere: BTreeSet<&'a str>,
    /// Only those who hold a place of the draw are counted.
    by_place: bool,
    /// Some checks name no member of staff.
    nameless: bool,
    /// Some records are gone because their time was over.
    purged: bool,
    months: Vec<Months>,
    /// Campaigns whose phones are in no number, because everybody knows how many were drawn: that fewer than 5 were
    /// checked, or fewer than 5 were not, must not be worked out.
    withheld: BTreeSet<&'a str>,
}

/// Answers every question. `purged`: some records of the register say nothing any more.
pub fn answers(bodies: &[Body], purged: bool, trust: &Trust, scope: &Scope) -> Answers {
    let chosen = scope.campaign.as_deref();
    let ids: BTreeSet<&str> = bodies.iter().filter_map(Body::campaign).collect();
    let summaries: BTreeMap<&str, Summary> = ids
        .into_iter()
        .filter(|id| chosen.is_none_or(|chosen| chosen == *id))
        .map(|id| (id, campaign::summary(bodies, id)))
        .collect();
    let campaign = chosen.and_then(|id| summaries.get(id));
    let holders: Option<BTreeSet<&str>> = campaign
        .filter(|summary| !summary.groups.is_empty())
        .map(|summary| summary.places.iter().map(|place| place.holder()).collect());
    let closed = |summary: &Summary| {
        summary.checked > 0 && summary.begun.is_some() && coverage(summary).is_none()
    };
    let withheld: BTreeSet<&str> = summaries
        .iter()
        .filter(|(_, summary)| chosen.is_none() && closed(summary))
        .map(|(id, _)| *id)
        .collect();
    let lines = summaries.values().flat_map(|summary| summary.lines.keys());
    let counted_elsewhere = lines.map(String::as_str).collect();
    let published = Published::of(&summaries);
    let mut phones = phones(bodies, scope, holders.as_ref(), &withheld, &published);
    let mut cut = published.cut(&phones);
    let held_back = campaign.is_some_and(closed) || (chosen.is_some() && !cut.is_empty());
    // Of a campaign that was asked about by name it is said that phones were checked, if not how many.
    let few_outside = match held_back {
        true => {
            cut.clear();
            false
        }
        false => leave_out(&mut phones, &cut),
    };
    let mut by_month: BTreeMap<Date, BTreeMap<Option<&str>, u64>> = BTreeMap::new();
    for phone in &phones {
        let groups = by_month.entry(phone.month).or_default();
        *groups.entry(phone.group.as_deref()).or_default() += 1;
    }
    let months = match held_back {
        true => Vec::new(),
        false => publish::months(by_month),
    };
    let held = Held {
        bodies,
        trust,
        scope,
        nameless: phones.iter().any(|phone| phone.nameless),
        purged,
        withheld,
        held_back,
        cut,
        few_outside,
        counted_elsewhere,
        by_place: holders.is_some(),
        months,
        phones,
    };
    Answers {
        trust: trust.name.clone(),
        scope: scope.clone(),
        answers: questions::all(&held),
    }
}

impl Held<'_> {
    fn checked(&self) -> u64 {
        self.phones.len() as u64
    }

    /// The phones of a campaign are in no number.
    fn left_out(&self) -> bool {
        !self.withheld.is_empty() || !self.cut.is_empty()
    }

    /// Nothing but "fewer than 5" may be said of the phones.
    fn too_few(&self) -> bool {
        self.checked() < SMALLEST || self.held_back
    }

    fn register(&self) -> Source {
        Source::Register(match (self.months.first(), self.months.last()) {
            (Some(first), Some(last)) => {
                let all = Months {
                    first: first.first,
                    last: last.last,
                    phones: self.checked(),
                };
                let label = all.label();
                match label.split_once(" to ") {
                    None => format!("{} phones checked in {label}", Cell::Shown(all.phones)),
                    Some(_) => format!("{} phones checked, {label}", Cell::Shown(all.phones)),
                }
            }
            _ if self.held_back => HELD_BACK.into(),
            _ if self.left_out() => "the number of phones checked is not shown".into(),
            _ => "fewer than 5 phones checked".into(),
        })
    }

    /// An item about phones.
    fn phones(&self, label: impl Into<String>, value: Value) -> Item {
        Item {
            group: None,
            label: label.into(),
            value,
            source: self.register(),
        }
    }

    /// What every answer about phones is where there are hardly any; `None` where there are enough.
    fn hardly_any(&self) -> Option<Vec<Item>> {
        match self.checked() {
            0 if !self.left_out() => Some(vec![Item::not_recorded("Phones checked")]),
            _ if self.too_few() => Some(vec![
                self.phones("Phones checked", Value::Count(Cell::Hidden, None)),
            ]),
            _ => None,
        }
    }

    /// Campaigns with a check in the period, and whether all of their checks are in it.
    fn campaigns(&self) -> BTreeMap<&str, bool> {
        let mut inside: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
        for body in self.bodies {
            let Some(id) = body.campaign() else { continue };
            if self
                .scope
                .campaign
                .as_deref()
                .is_some_and(|wanted| wanted != id)
            {
                continue;
            }
            let known = inside.entry(id).or_insert((false, false));
            if let Body::Audit(entry) = body {
                match phones::day(entry).filter(|day| self.scope.has(*day)) {
                    Some(_) => known.0 = true,
                    None => known.1 = true,
                }
            }
        }
        // Of a campaign without any check it is not known when it was.
        let undated = self.scope.from.is_none() && self.scope.to.is_none();
        inside
            .into_iter()
            .filter(|(_, (within, _))| *within || undated)
            .map(|(id, (_, outside))| (id, !outside))
            .collect()
    }

    /// The length of the list that the checked phones were drawn from, where there is one list for all of them and it
    /// gives no small number away.
    fn people_on_the_list(&self) -> Option<u64> {
        let groups = by_group(&self.phones);
        let mut groups = groups.keys();
        let (Some(Some(id)), None) = (groups.next(), groups.next()) else {
            return None;
        };
        if self.campaigns().get(id) != Some(&true) {
            return None;
        }
        let summary = campaign::summary(self.bodies, id);
        // Where groups were drawn in other shares, those checked do not stand for the list without weights.
        if summary.groups.len() > 1 && !in_proportion(&summary) {
            return None;
        }
        let people = summary.population()?;
        (people >= self.checked() + SMALLEST).then_some(people)
    }
}

impl Item {
    fn text(label: impl Into<String>, text: impl Into<String>) -> Item {
        Item {
            group: None,
            label: label.into(),
            value: Value::Text(text.into()),
            source: Source::TrustFile,
        }
    }

    /// What the trust's file says, or that it says nothing.
    fn said(label: &str, text: Option<String>) -> Item {
        match text {
            Some(text) => Item::text(label, text),
            None => Item::not_recorded(label),
        }
    }

    fn not_recorded(label: impl Into<String>) -> Item {
        Item {
            group: None,
            label: label.into(),
            value: Value::NotRecorded,
            source: Source::Nowhere,
        }
    }

    fn never(label: &str) -> Item {
        Item {
            value: Value::Never,
            source: Source::ByDesign,
            ..Item::not_recorded(label)
        }
    }

    fn of(self, group: impl Into<String>) -> Item {
        Item {
            group: Some(group.into()),
            ..self
        }
    }
}
