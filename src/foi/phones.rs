//! Phones that were checked: one for each member of staff in each group ([`super::groups`]), however many audits there
//! are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Scope;
use super::groups::Published;
use crate::apps;
use crate::register::Body;
use crate::register::entry::Entry;

/// A phone as it was found at its first check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Phone {
    /// The first day of the month of the check.
    pub month: Date,
    /// The campaign whose report counts it; `None` where none does.
    pub group: Option<String>,
    /// Nothing says whose it is, so that it counts as a phone of its own.
    pub nameless: bool,
    /// Ids of the messaging apps that were found.
    pub apps: BTreeSet<&'static str>,
    pub ownership: Option<String>,
    pub platform: String,
    pub model: Option<String>,
    /// What the person said, by line of the checklist.
    pub said: BTreeMap<&'static str, Said>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Yes,
    No,
    NoAnswer,
}

/// Lines that questions are about.
pub(super) const CHAT_IS_NO_RECORD: &str = "IM-01";
pub(super) const CHATS_CAN_BE_ASKED_FOR: &str = "IM-02";

/// The checked phones.
///
/// `holders`: those who hold a place of the draw, where only they count. `without`: campaigns to leave out.
pub(super) fn phones(
    bodies: &[Body],
    scope: &Scope,
    holders: Option<&BTreeSet<&str>>,
    without: &BTreeSet<&str>,
    published: &Published<'_>,
) -> Vec<Phone> {
    type Checks<'a> = BTreeMap<String, Vec<(Date, &'a Entry)>>;
    let mut groups: BTreeMap<Option<&str>, Checks> = BTreeMap::new();
    // A merged register may hold an audit in two chains.
    let mut seen = BTreeSet::new();
    for body in bodies {
        let Body::Audit(entry) = body else { continue };
        let Some(day) = day(entry).filter(|day| scope.has(*day)) else {
            continue;
        };
        let person = entry.staff_ref.as_deref();
        let holds = holders.is_none_or(|all| person.is_some_and(|person| all.contains(person)));
        let campaign = entry.campaign.as_deref();
        let wanted = holds
            && (scope.campaign.is_none() || entry.campaign == scope.campaign)
            && campaign.is_none_or(|id| !without.contains(id));
        if entry.declined || !wanted || !seen.insert(&entry.audit_sha256) {
            continue;
        }
        let person = entry.staff_ref.clone();
        let person = person.unwrap_or_else(|| format!("\u{0}{}", entry.audit_sha256));
        let group = groups.entry(published.group(entry)).or_default();
        group.entry(person).or_default().push((day, entry));
    }
    // Who is counted in a campaign is nobody of those outside.
    let mut outside = groups.remove(&None).unwrap_or_default();
    outside.retain(|person, _| !groups.values().any(|group| group.contains_key(person)));
    groups.insert(None, outside);
    let checks = groups.into_iter().flat_map(|(group, people)| {
        let people = people.into_values();
        people.map(move |audits| (group, audits))
    });
    let phones = checks.filter_map(|(group, mut audits)| {
        // Registers of several sites are one after the other, not in the order of time.
        audits.sort_by(|a, b| a.1.audited_at.cmp(&b.1.audited_at));
        let first = audits.first()?.0;
        audits.retain(|(day, _)| *day == first);
        Some(Phone {
            group: group.map(str::to_owned),
            nameless: audits.iter().any(|(_, entry)| entry.staff_ref.is_none()),
            ..phone(first, &audits)
        })
    });
    phones.collect()
}

/// The day of an audit.
pub(super) fn day(entry: &Entry) -> Option<Date> {
    entry.audited_at.get(..10)?.parse().ok()
}

/// One phone under two checklists makes two audits on a day.
fn phone(day: Date, audits: &[(Date, &Entry)]) -> Phone {
    let mut phone = Phone {
        month: day.first_of_month(),
        ..Phone::default()
    };
    for (_, entry) in audits {
        phone
            .apps
            .extend(entry.apps.iter().filter_map(|name| app(name)));
        if phone.platform.is_empty() {
            phone.platform.clone_from(&entry.platform);
        }
        phone.ownership = phone.ownership.or_else(|| entry.ownership.clone());
        phone.model = phone.model.or_else(|| entry.model.clone());
        for control in [CHAT_IS_NO_RECORD, CHATS_CAN_BE_ASKED_FOR] {
            let line = entry.findings.iter().find(|line| line.control == control);
            if let Some(line) = line {
                let said = match line
                    .first_verdict
                    .as_ref()
                    .unwrap_or(&line.verdict)
                    .as_str()
                {
                    "pass" => Said::Yes,
                    "fail" => Said::No,
                    _ => Said::NoAnswer,
                };
                let known = phone.said.entry(control).or_insert(said);
                if *known == Said::NoAnswer {
                    *known = said;
                }
            }
        }
    }
    phone
}

/// The app of the catalogue that a register names: "WhatsApp", or "WhatsApp (work profile)".
fn app(name: &str) -> Option<&'static str> {
    apps::catalogue()
        .apps
        .iter()
        .filter(|app| {
            name.strip_prefix(app.name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
        })
        .max_by_key(|app| app.name.len())
        .map(|app| app.id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_an_app_are_that_app() {
        for (name, id) in [
            ("WhatsApp", Some("whatsapp")),
            ("WhatsApp (work profile)", Some("whatsapp")),
            ("WhatsApp Business", Some("whatsapp-business")),
            ("WhatsApp Business (guest)", Some("whatsapp-business")),
            ("WhatsAppy", None),
            ("", None),
        ] {
            assert_eq!(app(name), id, "{name}");
        }
    }
}
