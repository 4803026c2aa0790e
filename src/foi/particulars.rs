//! Answers that the trust gives itself, in `spotcheck.toml`.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::publish::fold;
use super::questions::answer;
use super::{Answer, Held, Item, Value};
use crate::apps;
use crate::sampling::suppress::{Cell, SMALLEST};

/// A day for people: 6 August 2018.
fn day(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

fn dated(text: &str, at: Option<Date>) -> String {
    match at {
        Some(at) => format!("{text}, {}", day(at)),
        None => format!("{text} (date not recorded)"),
    }
}

pub(super) fn apps_allowed(held: &Held) -> Answer {
    let mut items: Vec<Item> = held
        .trust
        .apps
        .iter()
        .filter_map(|app| {
            let text = match (app.approved?, app.approved_on) {
                (true, on) => dated("approved", on),
                (false, _) => "not approved".into(),
            };
            Some(Item::text(apps::name(app.id.get_ref()), text))
        })
        .collect();
    if items.is_empty() {
        items.push(Item::not_recorded("Apps that staff may use for work"));
    } else {
        items.push(Item::not_recorded("Any other app"));
    }
    answer(
        "apps-allowed",
        "May staff use messaging apps for work, and which?",
        items,
    )
}

pub(super) fn apps_under_review(held: &Held) -> Answer {
    let apps = held.trust.apps.iter().filter(|app| app.under_review);
    let mut items: Vec<Item> = apps
        .map(|app| Item::text(apps::name(app.id.get_ref()), "under review"))
        .collect();
    if items.is_empty() {
        items.push(Item::not_recorded("Apps under review"));
    }
    answer(
        "apps-under-review",
        "Is the trust considering other apps?",
        items,
    )
}

pub(super) fn policy(held: &Held) -> Answer {
    let policy = &held.trust.policy;
    let on = policy.date.map(day);
    answer(
        "policy",
        "Is there a policy on messaging apps, and where is a copy?",
        vec![
            Item::said("Name", policy.name.clone()),
            Item::said("Version", policy.version.clone()),
            Item::said("Date", on),
            Item::said("Copy", policy.link.clone()),
        ],
    )
}

pub(super) fn dpia(held: &Held) -> Answer {
    let general = &held.trust.dpia;
    let text = |reference: &Option<String>, date: Option<Date>| {
        reference.as_ref().map(|reference| dated(reference, date))
    };
    let mut items = vec![Item::said(
        "For messaging in general",
        text(&general.reference, general.date),
    )];
    for app in &held.trust.apps {
        items.push(Item::said(
            &format!("For {}", apps::name(app.id.get_ref())),
            text(&app.dpia, app.dpia_date),
        ));
    }
    answer(
        "dpia",
        "Is there a data protection impact assessment (DPIA), in general and for each app?",
        items,
    )
}

/// Years, apps and so on, each with its total: what fewer than 5 share is put together.
fn margins(all: &str, margins: &[(&str, BTreeMap<String, u64>)]) -> Vec<Item> {
    let count = |label: String, cell| Item {
        value: Value::Count(cell, None),
        ..Item::text(label, "")
    };
    let total: u64 = margins
        .first()
        .map_or(0, |(_, counts)| counts.values().sum());
    if total < SMALLEST {
        return vec![count(all.into(), Cell::Hidden)];
    }
    let mut items = vec![count(all.into(), Cell::Shown(total))];
    for (group, counts) in margins {
        let Some(fold) = fold(counts) else { continue };
        let others = match fold.named.is_empty() {
            true => "Not told apart",
            false => "Others, not told apart",
        };
        // Years in their order, whatever their numbers.
        let mut named = fold.named;
        if *group == "By year" {
            named.sort();
        }
        let rows = named
            .into_iter()
            .chain(fold.others.map(|n| (others.into(), n)));
        items.extend(rows.map(|(label, n)| count(label, Cell::Shown(n)).of(*group)));
    }
    items
}

const NOT_SAID: &str = "not recorded";

fn app_name(id: Option<&String>) -> String {
    id.map_or(NOT_SAID, |id| apps::name(id)).to_owned()
}

pub(super) fn incidents(held: &Held) -> Answer {
    let incidents: Vec<_> = held
        .trust
        .incidents
        .iter()
        .filter(|incident| held.scope.has_year(incident.year))
        .collect();
    let by = |name: &dyn Fn(&crate::trust::Incident) -> String| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for incident in &incidents {
            *counts.entry(name(incident)).or_default() += 1;
        }
        counts
    };
    let items = if incidents.is_empty() {
        vec![Item::not_recorded("Incidents")]
    } else {
        margins(
            "Incidents",
            &[
                ("By year", by(&|i| i.year.to_string())),
                ("By app", by(&|i| app_name(i.app.as_ref()))),
                (
                    "By category",
                    by(&|i| i.category.clone().unwrap_or_else(|| NOT_SAID.into())),
                ),
            ],
        )
    };
    Answer {
        notes: whole_years(held),
        ..answer(
            "incidents",
            "Which incidents with messaging apps were reported, by year, app and category?",
            items,
        )
    }
}

fn whole_years(held: &Held) -> Vec<String> {
    match (held.scope.from, held.scope.to) {
        (None, None) => Vec::new(),
        _ => vec!["These are recorded by year: whole years are counted.".into()],
    }
}

pub(super) fn referrals(held: &Held) -> Answer {
    let referrals: Vec<_> = held
        .trust
        .referrals
        .iter()
        .filter(|referral| held.scope.has_year(referral.year))
        .collect();
    let (mut years, mut apps): (BTreeMap<_, u64>, BTreeMap<_, u64>) = Default::default();
    for referral in &referrals {
        *years.entry(referral.year.to_string()).or_default() += referral.count;
        *apps.entry(app_name(referral.app.as_ref())).or_default() += referral.count;
    }
    let mut items = if referrals.is_empty() {
        vec![Item::not_recorded("Staff referred to HR")]
    } else {
        margins(
            "Staff referred to HR",
            &[("By year", years), ("By app", apps)],
        )
    };
    items.push(Item::said(
        "Rules for staff",
        held.trust.policy.name.clone(),
    ));
    items.extend(
        ["Sanctions", "Roles of staff", "Whether patients were told"].map(Item::not_recorded),
    );
    let mut notes = whole_years(held);
    notes.push("HR holds the rest: ask there.".into());
    Answer {
        notes,
        ..answer(
            "referrals",
            "How many staff were investigated over messaging apps, and what came of it?",
            items,
        )
    }
}

pub(super) fn patient_data(held: &Held) -> Answer {
    Answer {
        notes: vec![
            "Which apps may be used at all, and their DPIAs: see those questions above.".into(),
        ],
        ..answer(
            "patient-data",
            "Which apps are used for patient information, and was the risk assessed first?",
            vec![
                Item::not_recorded("Apps for patient information"),
                Item::not_recorded("Risk assessment besides the DPIA"),
                Item::said("Procedure (SOP)", held.trust.sops.reference.clone()),
            ],
        )
    }
}

pub(super) fn leavers(held: &Held) -> Answer {
    let sops = &held.trust.sops;
    answer(
        "leavers",
        "What becomes of messages when staff leave, and of personal accounts on the trust's phones?",
        vec![
            Item::said("When staff leave", sops.leavers.clone()),
            Item::said("Personal accounts", sops.personal_accounts.clone()),
        ],
    )
}
