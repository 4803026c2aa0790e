//! What a campaign came to: a pure function of the register's records. People are counted, not audits; the first audit
//! of a person counts, as the phone was found, before anything was put right.

use std::collections::{BTreeMap, BTreeSet};

use crate::register::Body;
use crate::register::entry::{Campaign, Entry, NotAudited, Outcome};
use crate::sampling::compare::Outcomes;

/// What one round of spot checks came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How the campaign began; `None` where nobody recorded it.
    pub begun: Option<Campaign>,
    /// People whose phone was checked.
    pub checked: u64,
    /// People for whom the check was not, with somebody else in their place.
    pub replaced: u64,
    /// The same without anybody in their place yet.
    pub to_replace: u64,
    pub declined: u64,
    pub unreachable: u64,
    /// Of the phones as a whole.
    pub overall: Outcomes,
    /// Of each line that can be seen on the phone, by id.
    pub lines: BTreeMap<String, LineSummary>,
    /// Answers of people: yes, no, not answered, declined.
    pub attested: [u64; 4],
    /// References of those whose last audit failed.
    pub recheck: Vec<String>,
    /// What should be known about these numbers.
    pub warnings: Vec<String>,
}

/// One line of the checklist over all phones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineSummary {
    pub outcomes: Outcomes,
    /// Failed, and put right in front of the auditor.
    pub put_right: u64,
    /// Failed, and someone answers for it: counted in no outcome.
    pub waived: u64,
}

impl Summary {
    /// Those drawn of whom nothing is recorded yet.
    pub fn open(&self) -> Option<u64> {
        let begun = self.begun.as_ref()?;
        let done = self.checked + self.declined + self.unreachable + self.to_replace;
        Some(begun.drawn.saturating_sub(done))
    }

    /// People on the list, for intervals: `None` where that is not known.
    pub fn population(&self) -> Option<u64> {
        self.begun.as_ref().map(|begun| begun.population)
    }
}

/// Adds up what a register holds of a campaign.
pub fn summary(bodies: &[Body], id: &str) -> Summary {
    let mut summary = Summary::default();
    let mut audits: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    let mut outcomes: BTreeMap<&str, &Outcome> = BTreeMap::new();
    let (mut nameless, mut profiles) = (0u64, BTreeSet::new());
    for body in bodies.iter().filter(|body| body.campaign() == Some(id)) {
        match body {
            Body::Begin { .. } => {}
            Body::Campaign(begun) => summary.begun = Some(begun.clone()),
            Body::Outcome(outcome) => {
                outcomes.insert(&outcome.staff_ref, outcome);
            }
            Body::Audit(entry) => {
                profiles.insert(&entry.profile_sha256);
                let person = entry.staff_ref.clone().unwrap_or_else(|| {
                    nameless += 1;
                    format!("\u{0}{nameless}")
                });
                audits.entry(person).or_default().push(entry);
            }
        }
    }
    // One phone under two checklists makes two audits: then each line is looked at once, whichever has it.
    for (person, entries) in &audits {
        if entries.iter().all(|entry| entry.declined) {
            summary.declined += 1;
            continue;
        }
        summary.checked += 1;
        let done = first_of_the_day(entries);
        count(&mut summary, &done);
        let last = entries.iter().rev().take_while(|e| same_day(e, entries));
        if last.into_iter().any(|entry| entry.overall == "FAIL") && !person.starts_with('\u{0}') {
            summary.recheck.push(person.clone());
        }
    }
    for (person, outcome) in outcomes {
        if audits.contains_key(person) {
            summary.warnings.push(
                "Somebody is recorded as not audited and has an audit too; the audit counts."
                    .into(),
            );
            continue;
        }
        match (outcome.what, &outcome.replaced_by) {
            (NotAudited::NotApplicable, Some(_)) => summary.replaced += 1,
            (NotAudited::NotApplicable, None) => summary.to_replace += 1,
            (NotAudited::Declined, _) => summary.declined += 1,
            (NotAudited::Unreachable, _) => summary.unreachable += 1,
        }
    }
    summary.overall.declined = summary.declined;
    summary.overall.unreachable = summary.unreachable;
    for line in summary.lines.values_mut() {
        line.outcomes.declined += summary.declined;
        line.outcomes.unreachable += summary.unreachable;
    }
    let phones = crate::register::phones::warning(audits.values().flatten().copied());
    summary.warnings.extend(phones);
    if nameless > 0 {
        summary.warnings.push(format!(
            "{nameless} audits have no staff reference: each counts as a person of its own."
        ));
    }
    if profiles.len() > 1 {
        summary.warnings.push(
            "Not all audits were made with the same checklist: compare their lines with care."
                .into(),
        );
    }
    if summary.begun.is_none() {
        summary.warnings.push(
            "Nobody recorded how the campaign began (spotcheck campaign new), so it is not known how many were drawn."
                .into(),
        );
    }
    summary.warnings.sort();
    summary.warnings.dedup();
    summary
}

/// The audits of a person on the day of the first one, each checklist once.
fn first_of_the_day<'e>(entries: &[&'e Entry]) -> Vec<&'e Entry> {
    let mut seen = BTreeSet::new();
    let day = |entry: &Entry| entry.audited_at.get(..10).unwrap_or_default().to_owned();
    let first = entries.first().map(|entry| day(entry));
    entries
        .iter()
        .filter(|entry| !entry.declined && Some(day(entry)) == first)
        .filter(|entry| seen.insert(entry.profile.clone()))
        .copied()
        .collect()
}

fn same_day(entry: &Entry, entries: &[&Entry]) -> bool {
    let day = |entry: &Entry| entry.audited_at.get(..10).unwrap_or_default().to_owned();
    entries.last().is_some_and(|last| day(last) == day(entry))
}

/// What a line came to on one phone, worst subject first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Failed,
    CouldNotTell,
    Declined,
    Met,
    Waived,
}

fn count(summary: &mut Summary, entries: &[&Entry]) {
    let mut lines: BTreeMap<&str, (Came, bool)> = BTreeMap::new();
    for line in entries.iter().flat_map(|entry| &entry.findings) {
        let Some(counted) = line.counted.as_deref().filter(|_| !line.set_aside) else {
            continue;
        };
        let came = match line.first_verdict.as_deref().unwrap_or(counted) {
            "fail" if line.waived => Came::Waived,
            "fail" => Came::Failed,
            "pass" => Came::Met,
            "declined" => Came::Declined,
            "not-applicable" => continue,
            _ => Came::CouldNotTell,
        };
        let put_right = line.first_verdict.as_deref() == Some("fail") && line.verdict == "pass";
        let known = lines.entry(&line.control).or_insert((came, false));
        known.0 = known.0.min(came);
        known.1 |= put_right;
    }
    let mut worst = None;
    for (control, (came, put_right)) in lines {
        let line = summary.lines.entry(control.to_owned()).or_default();
        add(&mut line.outcomes, came);
        line.put_right += u64::from(put_right);
        line.waived += u64::from(came == Came::Waived);
        if came != Came::Waived {
            worst = Some(worst.map_or(came, |worst: Came| worst.min(came)));
        }
    }
    // A phone with nothing but waived or inapplicable lines shows nothing.
    add(&mut summary.overall, worst.unwrap_or(Came::CouldNotTell));
    for entry in entries {
        for (sum, n) in summary.attested.iter_mut().zip(entry.attested) {
            *sum += u64::from(n);
        }
    }
}

fn add(outcomes: &mut Outcomes, came: Came) {
    match came {
        Came::Failed => outcomes.not_met += 1,
        Came::Met => outcomes.met += 1,
        Came::CouldNotTell => outcomes.could_not_tell += 1,
        // A line that was not shown is as open as one that could not be told.
        Came::Declined => outcomes.could_not_tell += 1,
        Came::Waived => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::entry::Line;

    fn line(control: &str, subject: &str, verdict: &str) -> Line {
        Line {
            control: control.into(),
            subject: subject.into(),
            verdict: verdict.into(),
            first_verdict: None,
            counted: Some(verdict.into()),
            asked: false,
            waived: false,
            set_aside: false,
        }
    }

    fn audit(person: &str, day: u32, findings: Vec<Line>) -> Body {
        let failed = findings.iter().any(|f| f.verdict == "fail" && !f.waived);
        Body::Audit(Box::new(Entry {
            audit_sha256: format!("{person}{day}"),
            tool_version: "0".into(),
            profile: "p".into(),
            profile_sha256: "0".into(),
            platform: "ios".into(),
            source: "ios-backup".into(),
            model: None,
            os: None,
            audited_at: format!("2026-11-{day:02}T09:00:00Z"),
            campaign: Some("c".into()),
            staff_ref: Some(person.into()),
            role: None,
            ownership: None,
            auditor: None,
            site: None,
            notice_given: None,
            declined: false,
            readable_only: false,
            overall: if failed { "FAIL" } else { "PASS" }.into(),
            attested: [1, 0, 0, 0],
            apps: Vec::new(),
            findings,
            phone: None,
        }))
    }

    fn not_audited(person: &str, what: NotAudited, replaced_by: Option<&str>) -> Body {
        Body::Outcome(Outcome {
            campaign: "c".into(),
            staff_ref: person.into(),
            what,
            replaced_by: replaced_by.map(str::to_owned),
        })
    }

    #[test]
    fn people_are_counted_as_their_phones_were_found() {
        let mut fixed = line("A", "device", "pass");
        fixed.first_verdict = Some("fail".into());
        let mut waived = line("A", "device", "fail");
        waived.waived = true;
        let bodies = vec![
            Body::Campaign(Campaign {
                id: "c".into(),
                population: 100,
                drawn: 9,
                commitment: None,
                seed: None,
            }),
            audit(
                "1",
                1,
                vec![
                    line("A", "device", "pass"),
                    line("B", "x", "pass"),
                    line("B", "y", "fail"),
                ],
            ),
            // Checked again later: the first counts, the last says that no recheck is needed.
            audit("2", 1, vec![line("A", "device", "fail")]),
            audit("2", 9, vec![line("A", "device", "pass")]),
            audit("3", 2, vec![fixed]),
            audit("4", 2, vec![waived, line("B", "x", "pass")]),
            audit(
                "5",
                2,
                vec![
                    line("A", "device", "unresolved"),
                    line("B", "x", "not-applicable"),
                ],
            ),
            not_audited("6", NotAudited::Declined, None),
            not_audited("7", NotAudited::NotApplicable, Some("5")),
            not_audited("8", NotAudited::Unreachable, None),
            audit("9", 3, vec![line("A", "device", "pass")]),
        ];
        let s = summary(&bodies, "c");
        assert_eq!(
            (s.checked, s.declined, s.unreachable, s.replaced),
            (6, 1, 1, 1)
        );
        assert_eq!(s.open(), Some(1));
        assert_eq!(
            (s.overall.met, s.overall.not_met, s.overall.could_not_tell),
            (2, 3, 1)
        );
        let a = &s.lines["A"];
        assert_eq!(
            (a.outcomes.met, a.outcomes.not_met, a.put_right, a.waived),
            (2, 2, 1, 1)
        );
        assert_eq!(a.outcomes.declined, 1);
        let b = &s.lines["B"];
        assert_eq!((b.outcomes.met, b.outcomes.not_met), (1, 1));
        assert_eq!(s.recheck, ["1"]);
        assert_eq!(s.warnings, Vec::<String>::new());
        assert_eq!(summary(&bodies, "other").checked, 0);
    }
}
