//! Adding up the records of a campaign. Of each audit only what counts is kept, so that a large campaign fits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::brief::{Brief, Word};
use super::places::{self, Audited, State};
use super::{GroupSummary, Summary};
use crate::register::entry::{Campaign, NotAudited, Outcome};
use crate::register::{Body, Problem, phones};
use crate::sampling::compare::Outcomes;

/// What a line came to on one phone, worst subject first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Failed,
    CouldNotTell,
    Declined,
    /// Failed, and someone answers for it: it has not failed, and it is not as it should be either.
    Waived,
    /// Not looked at, at one app at least.
    SetAside,
    Met,
    NotApplicable,
}

impl Came {
    /// Whether it says something of the phone.
    fn counts(self) -> bool {
        !matches!(self, Came::Waived | Came::NotApplicable | Came::SetAside)
    }

    /// What the same phone's line came to in two audits: what one of them did not look at, the other may have seen.
    fn or_seen_by(self, other: Came) -> Came {
        match (self, other) {
            (Came::SetAside, Came::Met) | (Came::Met, Came::SetAside) => Came::Met,
            _ => self.min(other),
        }
    }
}

/// A text that occurs again and again, as its number.
type Number = u32;

/// What is kept of an audit.
struct Audit {
    at: String,
    profile: Number,
    declined: bool,
    failed: bool,
    /// Neither passed nor failed.
    open: bool,
    /// Held to some lines of the checklist only (`--controls`).
    narrowed: bool,
    attested: [u32; 4],
    /// Line, what it came to, whether it was put right at once.
    lines: Vec<(Number, Came, bool)>,
}

impl Audit {
    fn day(&self) -> &str {
        self.at.get(..10).unwrap_or_default()
    }
}

/// Texts with their numbers.
#[derive(Default)]
struct Texts {
    numbers: HashMap<String, Number>,
    texts: Vec<String>,
}

impl Texts {
    fn number(&mut self, text: &str) -> Number {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = Number::try_from(self.texts.len()).unwrap_or(Number::MAX);
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: Number) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }
}

/// Takes in the records of one campaign, in any order.
#[derive(Default)]
pub struct Counter {
    /// With the moments at which they were recorded.
    begun: Vec<(String, Campaign)>,
    /// Each person's outcomes with the moments at which they were recorded.
    outcomes: BTreeMap<String, Vec<(String, Outcome)>>,
    audits: BTreeMap<String, Vec<Audit>>,
    nameless: Vec<Audit>,
    /// SHA-256 of the audits without a person: registers that were merged may hold the same one.
    nameless_seen: BTreeSet<String>,
    /// The phone's hash and the staff reference, of audits that have both.
    phones: Vec<(String, String)>,
    texts: Texts,
    profiles: BTreeSet<String>,
    hashes: BTreeSet<String>,
    platforms: BTreeSet<String>,
    limits_changed: BTreeSet<String>,
}

impl Counter {
    /// Takes in a record as the register holds it: its kind, the moment it was recorded, its JSON.
    ///
    /// # Errors
    /// [`Problem::Damaged`] where the record cannot be read.
    pub fn record(&mut self, kind: &str, at: &str, json: &str) -> Result<(), Problem> {
        if kind == "audit" {
            let brief: Brief = serde_json::from_str(json).map_err(|_| Problem::Damaged)?;
            self.audit(brief);
        } else {
            let body: Body = serde_json::from_str(json).map_err(|_| Problem::Damaged)?;
            self.add(at, &body);
        }
        Ok(())
    }

    /// Takes in a record.
    pub fn add(&mut self, at: &str, body: &Body) {
        match body {
            Body::Begin { .. } | Body::Merged { .. } => {}
            Body::Campaign(begun) => self.begun.push((at.to_owned(), begun.clone())),
            Body::Outcome(outcome) => self
                .outcomes
                .entry(outcome.staff_ref.clone())
                .or_default()
                .push((at.to_owned(), outcome.clone())),
            Body::Audit(entry) => self.audit(Brief::of(entry)),
        }
    }

    fn audit(&mut self, brief: Brief) {
        let mut lines: Vec<(Number, Came, bool)> = Vec::new();
        for line in &brief.findings {
            let Some(counted) = line.counted.or(line.set_aside.then_some(line.verdict)) else {
                continue;
            };
            let came = match line.first_verdict.unwrap_or(counted) {
                _ if line.set_aside => Came::SetAside,
                Word::Fail if line.waived => Came::Waived,
                Word::Fail => Came::Failed,
                Word::Pass => Came::Met,
                Word::Declined => Came::Declined,
                Word::NotApplicable => Came::NotApplicable,
                Word::Unresolved => Came::CouldNotTell,
            };
            let put_right = !line.set_aside
                && line.first_verdict == Some(Word::Fail)
                && line.verdict == Word::Pass;
            add_line(
                &mut lines,
                (self.texts.number(&line.control), came, put_right),
                Came::min,
            );
        }
        for (set, text) in [
            (&mut self.profiles, &brief.profile),
            (&mut self.hashes, &brief.profile_sha256),
            (&mut self.platforms, &brief.platform),
        ] {
            // Of somebody who declined nothing was read.
            if !brief.declined && !set.contains(text.as_ref()) {
                set.insert(text.clone().into_owned());
            }
        }
        if !brief.declined {
            self.limits_changed.extend(brief.limits_changed);
        }
        let audit = Audit {
            at: brief.audited_at.into_owned(),
            profile: self.texts.number(&brief.profile),
            declined: brief.declined,
            failed: brief.overall == "FAIL",
            open: !matches!(brief.overall.as_ref(), "FAIL" | "PASS"),
            narrowed: !brief.narrowed_to.is_empty(),
            attested: brief.attested,
            lines,
        };
        if let (Some(phone), Some(person)) = (&brief.phone, &brief.staff_ref) {
            self.phones.push((phone.clone(), person.clone()));
        }
        match brief.staff_ref {
            Some(person) => self.audits.entry(person).or_default().push(audit),
            None if self.nameless_seen.insert(brief.audit_sha256.into_owned()) => {
                self.nameless.push(audit);
            }
            None => {}
        }
    }

    /// What it all comes to.
    pub fn finish(mut self) -> Summary {
        let mut summary = Summary {
            profiles: std::mem::take(&mut self.profiles),
            platforms: std::mem::take(&mut self.platforms),
            limits_changed: std::mem::take(&mut self.limits_changed),
            ..Summary::default()
        };
        for audits in self.audits.values_mut() {
            audits.sort_by(|a, b| a.at.cmp(&b.at));
        }
        self.begun.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.begin(&mut summary);
        let outcomes = self.last_outcomes();
        self.warn_of_outcomes(&outcomes, &mut summary);
        let begun = summary
            .begun
            .clone()
            .filter(|begun| !begun.groups.is_empty());
        match begun {
            Some(begun) => self.by_list(&mut summary, &begun, &outcomes),
            None => self.by_numbers(&mut summary, &outcomes),
        }
        for (person, audits) in &self.audits {
            let last = audits.iter().rev().find(|audit| !audit.declined);
            let failed = last.is_some_and(|last| {
                let mut same_day = audits.iter().filter(|audit| audit.day() == last.day());
                same_day.any(|audit| audit.failed && !audit.declined)
            });
            if failed {
                summary.recheck.push(person.clone());
            } else if last.is_some_and(|last| is_open(audits, last.day())) {
                summary.look_again.push(person.clone());
            }
        }
        // A line that no phone was held against is no line of this round.
        let (looked_at, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut summary.lines)
                .into_iter()
                .partition(|(_, line)| line.outcomes.all() + line.waived > 0);
        summary.lines = looked_at;
        let rest = rest.into_iter().filter(|(_, line)| line.set_aside > 0);
        summary.not_looked_at = rest.map(|(id, _)| id).collect();
        summary.overall.declined = summary.declined;
        summary.overall.unreachable = summary.unreachable;
        for line in summary.lines.values_mut() {
            line.outcomes.declined = summary.declined;
            line.outcomes.unreachable = summary.unreachable;
        }
        let phones = self.phones.iter();
        let phones = phones.map(|(phone, person)| (phone.as_str(), person.as_str()));
        summary.warnings.extend(phones::warning(phones));
        summary.warnings.extend(summary.limits_words());
        if self.hashes.len() > 1 {
            summary.warnings.push(
                "Not all audits were made with the same checklist: compare their lines with care."
                    .into(),
            );
        }
        summary
    }

    fn begin(&self, summary: &mut Summary) {
        // The first with a list says the most; several registers that were merged may each have begun it.
        let with_list = self
            .begun
            .iter()
            .find(|(_, begun)| !begun.groups.is_empty());
        let first = with_list.or(self.begun.first());
        summary.begun = first.map(|(_, begun)| begun.clone());
        match &summary.begun {
            None => summary.warnings.push(
                "Nobody recorded how the campaign began (spotcheck campaign new), so it is not known how many were drawn."
                    .into(),
            ),
            Some(begun) if self.begun.iter().any(|(_, other)| other != begun) => summary.warnings.push(
                "The campaign was begun more than once, and not with the same list or numbers. The first list counts."
                    .into(),
            ),
            Some(_) => {}
        }
    }

    /// The outcome of each person that was recorded last.
    pub fn last_outcomes(&self) -> BTreeMap<String, Outcome> {
        // Of two at the same moment the later in the register counts.
        let last = |recorded: &Vec<(String, Outcome)>| {
            let last = recorded.iter().max_by_key(|(at, _)| at);
            last.map(|(_, outcome)| outcome.clone())
        };
        self.outcomes
            .iter()
            .filter_map(|(person, recorded)| Some((person.clone(), last(recorded)?)))
            .collect()
    }

    fn warn_of_outcomes(&self, outcomes: &BTreeMap<String, Outcome>, summary: &mut Summary) {
        for (person, outcome) in outcomes {
            let recorded = self.outcomes.get(person).into_iter().flatten();
            if recorded
                .into_iter()
                .any(|(_, other)| other.what != outcome.what)
            {
                summary.warnings.push(format!(
                    "{person} was recorded more than once, and differently. The last counts: {}.",
                    words(outcome.what)
                ));
            }
            let was_read = |audits: &Vec<Audit>| audits.iter().any(|audit| !audit.declined);
            if self.audits.get(person).is_some_and(was_read) {
                summary.warnings.push(format!(
                    "{person} is recorded as not audited ({}) and has an audit too. The audit counts.",
                    words(outcome.what)
                ));
            }
        }
    }

    fn by_list(
        &self,
        summary: &mut Summary,
        begun: &Campaign,
        outcomes: &BTreeMap<String, Outcome>,
    ) {
        let audited = |person: &str| {
            let audits = self.audits.get(person)?;
            Some(match audits.iter().all(|audit| audit.declined) {
                true => Audited::Declined,
                false => Audited::Checked,
            })
        };
        summary.groups = begun
            .groups
            .iter()
            .map(|group| GroupSummary {
                name: group.name.clone(),
                people: group.people,
                drawn: group.drawn.len() as u64,
                overall: Outcomes::default(),
            })
            .collect();
        let places = places::places(begun, audited, outcomes);
        let mut called: BTreeSet<&str> = BTreeSet::new();
        for place in &places {
            called.extend(place.called.iter().map(String::as_str));
            summary.replaced += place.called.len() as u64 - 1;
            let mut own = Outcomes::default();
            match place.state {
                State::Open => {}
                State::Empty => summary.to_replace += 1,
                State::Declined => {
                    summary.declined += 1;
                    own.declined = 1;
                }
                State::Unreachable => {
                    summary.unreachable += 1;
                    own.unreachable = 1;
                }
                State::Checked => {
                    if let Some(audits) = self.audits.get(place.holder()) {
                        own = self.count(summary, audits);
                    }
                }
            }
            if let Some(GroupSummary { overall, .. }) = summary.groups.get_mut(place.group) {
                overall.met += own.met;
                overall.not_met += own.not_met;
                overall.could_not_tell += own.could_not_tell;
                overall.declined += own.declined;
                overall.unreachable += own.unreachable;
            }
            if place.state == State::Empty
                && let Some(by) = outcomes
                    .get(place.holder())
                    .and_then(|o| o.replaced_by.as_ref())
            {
                summary.warnings.push(format!(
                    "{by} cannot stand in for {}: no reserve of the group, or in another's place already.",
                    place.holder()
                ));
            }
        }
        for person in self.audits.keys().filter(|p| !called.contains(p.as_str())) {
            summary.warnings.push(format!(
                "{person} was checked and not drawn: not counted in the rates."
            ));
        }
        for person in outcomes.keys().filter(|p| !called.contains(p.as_str())) {
            if !self.audits.contains_key(person) {
                summary.warnings.push(format!(
                    "{person} is recorded as not audited and holds no place: not counted."
                ));
            }
        }
        if !self.nameless.is_empty() {
            summary.warnings.push(format!(
                "{} no staff reference, so nobody can tell whether the person was drawn: not counted in the rates.",
                crate::sampling::words::count(self.nameless.len() as u64, "audit has", "audits have")
            ));
        }
        summary.places = places;
    }

    fn by_numbers(&self, summary: &mut Summary, outcomes: &BTreeMap<String, Outcome>) {
        let nameless = self.nameless.iter().map(std::slice::from_ref);
        let people = self.audits.values().map(Vec::as_slice).chain(nameless);
        for audits in people {
            if audits.iter().all(|audit| audit.declined) {
                summary.declined += 1;
            } else {
                self.count(summary, audits);
            }
        }
        for (person, outcome) in outcomes {
            if self.audits.contains_key(person) {
                continue;
            }
            match (outcome.what, &outcome.replaced_by) {
                (NotAudited::NotApplicable, Some(_)) => summary.replaced += 1,
                (NotAudited::NotApplicable, None) => summary.to_replace += 1,
                (NotAudited::Declined, _) => summary.declined += 1,
                (NotAudited::Unreachable, _) => summary.unreachable += 1,
            }
        }
        if !self.nameless.is_empty() {
            summary.warnings.push(format!(
                "{} no staff reference: each counts as a person of its own.",
                crate::sampling::words::count(
                    self.nameless.len() as u64,
                    "audit has",
                    "audits have"
                )
            ));
        }
        if let Some(begun) = &summary.begun
            && summary.done() > begun.drawn
        {
            summary.warnings.push(format!(
                "More people are recorded ({}) than were drawn ({}). Somebody was checked who was not drawn, or a number is wrong.",
                summary.done(),
                begun.drawn
            ));
        }
    }

    /// Counts one person: the audits on the day of the first one, each checklist once. One phone under two checklists
    /// makes two audits: then each line is looked at once, whichever has it.
    fn count(&self, summary: &mut Summary, audits: &[Audit]) -> Outcomes {
        let mut own = Outcomes::default();
        let Some(first) = audits.iter().find(|audit| !audit.declined) else {
            return own;
        };
        summary.checked += 1;
        let day = first.day();
        if !day.is_empty() {
            let (from, to) = summary
                .days
                .get_or_insert_with(|| (day.to_owned(), day.to_owned()));
            if day < from.as_str() {
                day.clone_into(from);
            }
            if day > to.as_str() {
                day.clone_into(to);
            }
        }
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        let mut in_part = false;
        for audit in audits {
            if audit.declined || audit.day() != first.day() || !seen.insert(audit.profile) {
                continue;
            }
            in_part |= audit.narrowed;
            for line in &audit.lines {
                add_line(&mut lines, *line, Came::or_seen_by);
            }
            for (sum, n) in summary.attested.iter_mut().zip(audit.attested) {
                *sum += u64::from(n);
            }
        }
        let mut worst = None;
        for (control, came, put_right) in lines {
            let control = self.texts.text(control);
            if !summary.lines.contains_key(control) {
                summary.lines.insert(control.to_owned(), Default::default());
            }
            if let Some(line) = summary.lines.get_mut(control) {
                add(&mut line.outcomes, came);
                line.put_right += u64::from(put_right);
                line.waived += u64::from(came == Came::Waived);
                line.set_aside += u64::from(came == Came::SetAside);
                line.not_applicable += u64::from(came == Came::NotApplicable);
            }
            in_part |= came == Came::SetAside;
            if came.counts() {
                worst = Some(worst.map_or(came, |worst: Came| worst.min(came)));
            }
        }
        // A phone with nothing but waived or inapplicable lines shows nothing.
        let worst = worst.unwrap_or(Came::CouldNotTell);
        summary.passed_in_part += u64::from(worst == Came::Met && in_part);
        add(&mut own, worst);
        add(&mut summary.overall, worst);
        own
    }
}

/// Whether something is open on this day: of each checklist the last audit says it.
fn is_open(audits: &[Audit], day: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut of_day = audits
        .iter()
        .rev()
        .filter(|audit| !audit.declined && audit.day() == day && seen.insert(audit.profile));
    of_day.any(|audit| audit.open)
}

/// Each line once, with what its subjects or audits came to together.
fn add_line(
    lines: &mut Vec<(Number, Came, bool)>,
    new: (Number, Came, bool),
    together: fn(Came, Came) -> Came,
) {
    match lines.iter_mut().find(|(control, ..)| *control == new.0) {
        Some((_, came, put_right)) => {
            *came = together(*came, new.1);
            *put_right |= new.2;
        }
        None => lines.push(new),
    }
}

fn add(outcomes: &mut Outcomes, came: Came) {
    match came {
        Came::Failed => outcomes.not_met += 1,
        Came::Met => outcomes.met += 1,
        Came::CouldNotTell => outcomes.could_not_tell += 1,
        // A line that was not shown is as open as one that could not be told.
        Came::Declined => outcomes.could_not_tell += 1,
        Came::Waived | Came::NotApplicable | Came::SetAside => {}
    }
}

/// What became of somebody, in words.
pub fn words(what: NotAudited) -> &'static str {
    match what {
        NotAudited::NotApplicable => "the check is not for this person",
        NotAudited::Declined => "declined",
        NotAudited::Unreachable => "could not be reached",
    }
}
