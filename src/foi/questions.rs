//! The questions in their order, and the answers that the register gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::groups::by_group;
use super::phones::{CHAT_IS_NO_RECORD, CHATS_CAN_BE_ASKED_FOR, Said};
use super::publish::{self, fold};
use super::{Answer, Held, Item, Source, Value, particulars};
use crate::apps;
use crate::campaign::publish::coverage;
use crate::campaign::{self, Summary};
use crate::profile;
use crate::sampling::intervals;
use crate::sampling::suppress::{Cell, SMALLEST, alone, list};
use crate::sampling::words;
use crate::sampling::{Confidence, Tally};

/// The checklist whose apps every answer is about.
const CHECKLIST: &str = "nhs-england";

/// All questions in their order.
pub(super) fn all(held: &Held) -> Vec<Answer> {
    vec![
        checks(held),
        apps_found(held),
        use_of_apps(),
        particulars::apps_allowed(held),
        particulars::apps_under_review(held),
        ownership(held),
        models(held),
        particulars::policy(held),
        particulars::dpia(held),
        requests(held),
        particulars::incidents(held),
        particulars::referrals(held),
        particulars::patient_data(held),
        particulars::leavers(held),
    ]
}

pub(super) fn answer(id: &'static str, question: &'static str, items: Vec<Item>) -> Answer {
    Answer {
        id,
        question,
        items,
        notes: Vec::new(),
    }
}

/// Where the numbers of a campaign come from.
const CAMPAIGNS: &str = "what was recorded of each campaign";

fn checks(held: &Held) -> Answer {
    let mut notes = Vec::new();
    let mut items = held.hardly_any().unwrap_or_else(|| {
        let mut items = vec![held.phones(
            "Phones checked",
            Value::Count(Cell::Shown(held.checked()), None),
        )];
        if held.months.len() > 1 {
            items.extend(held.months.iter().map(|months| {
                let phones = Value::Count(Cell::Shown(months.phones), None);
                held.phones(months.label(), phones).of("Phones checked")
            }));
        }
        items
    });
    let campaigns = held.campaigns();
    if campaigns.is_empty() {
        items.push(Item::not_recorded("Campaigns of spot checks"));
    } else {
        let names: Vec<&str> = campaigns.keys().copied().collect();
        items.push(Item {
            source: Source::Register(CAMPAIGNS.into()),
            ..Item::text("Campaigns of spot checks", names.join(", "))
        });
        items.extend(drawn(held, &campaigns, &mut notes));
    }
    if !held.withheld.is_empty() {
        let names: Vec<&str> = held.withheld.iter().copied().collect();
        notes.push(format!(
            "The phones of {} are in no number. How many were drawn is public, and fewer than 5 were checked or fewer than 5 were not.",
            names.join(", ")
        ));
    }
    if !held.cut.is_empty() {
        let names: Vec<&str> = held.cut.iter().map(String::as_str).collect();
        notes.push(format!(
            "The phones of {} are in no number. Fewer than 5 of them were checked in this period, or fewer than 5 were checked outside of it.",
            names.join(", ")
        ));
    }
    if held.few_outside {
        notes.push(
            "Phones that were checked outside these campaigns are in no number: there are fewer than 5, or none."
                .into(),
        );
    }
    if held.nameless && !held.too_few() {
        notes.push(
            "Some checks have no staff reference. Each of them counts as a phone of its own."
                .into(),
        );
    }
    if held.purged {
        notes.push(
            "Some records were deleted when their time was over. They are in no number here."
                .into(),
        );
    }
    if held.by_place {
        notes.push(
            "Those are counted who hold a place of the draw, as in the campaign's report. Other checks are left out."
                .into(),
        );
    }
    if held.held_back && held.checked() > 0 {
        // Of a part of a campaign more than those drawn is known.
        let told = match campaigns.values().all(|whole| *whole) {
            true => {
                "Those drawn are known. How many were checked would tell how many were not, so it is left out."
            }
            false => {
                "The campaign's report tells how many were checked. How many of them in this period would tell of the others, so it is left out."
            }
        };
        notes.push(told.into());
    }
    notes.push(
        match by_group(&held.phones).keys().flatten().count() {
            0 | 1 => "A phone counts once, as it was found at its first check in the period.",
            _ => "A phone counts once in each campaign, as it was found at its first check there in the period.",
        }
        .into(),
    );
    Answer {
        notes,
        ..answer(
            "checks",
            "Have staff phones been spot-checked, and how many?",
            items,
        )
    }
}

/// How many were drawn and what became of those who were not checked.
fn drawn(held: &Held, campaigns: &BTreeMap<&str, bool>, notes: &mut Vec<String>) -> Vec<Item> {
    const LABELS: [&str; 3] = [
        "Declined",
        "Could not be reached",
        "Not checked for another reason",
    ];
    let group = "People drawn";
    if campaigns.values().any(|whole| !whole) {
        notes.push(
            "Part of a campaign lies outside the period, so who was drawn and who declined is not told. Ask for a longer period."
                .into(),
        );
        return Vec::new();
    }
    let summaries: Vec<Summary> = campaigns
        .keys()
        .map(|id| campaign::summary(held.bodies, id))
        .collect();
    let begun = summaries.iter().map(|s| Some(s.begun.as_ref()?.drawn));
    let drawn: Option<u64> = begun.sum();
    let cells = match summaries.as_slice() {
        [one] if drawn.is_none() => vec![alone(one.declined), alone(one.unreachable)],
        // From what is published of each campaign, and nothing else.
        _ => (0..LABELS.len())
            .map(|part| {
                let sum = summaries.iter().try_fold(0, |sum, s| {
                    match coverage(s).map(|coverage| coverage.parts[part]) {
                        Some(Cell::Shown(n)) => Some(sum + n),
                        _ => None,
                    }
                });
                sum.map_or(Cell::Hidden, Cell::Shown)
            })
            .collect(),
    };
    let cells = match held.held_back {
        true => vec![Cell::Hidden; cells.len()],
        false => cells,
    };
    let count = |label: &str, cell| Item {
        group: None,
        label: label.into(),
        value: Value::Count(cell, None),
        source: Source::Register(CAMPAIGNS.into()),
    };
    // Everybody knows how many were drawn: it is on the certificate of the draw. It is left out with the others all the
    // same, so that the answer alone does not tell of a small draw.
    let mut items = vec![match drawn {
        None => Item::not_recorded(group),
        Some(_) if held.too_few() => count(group, Cell::Hidden),
        Some(drawn) => count(group, Cell::Shown(drawn)),
    }];
    items.extend(
        LABELS
            .iter()
            .zip(cells)
            .map(|(label, cell)| count(label, cell).of(group)),
    );
    items
}

/// Every app that a question can be about, whatever the phones held: who is missing from the list tells nothing.
fn apps_asked_about(held: &Held) -> BTreeSet<&'static str> {
    static CHECKLIST_APPS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let apps = profile::load(CHECKLIST, &[]).map(|profile| profile.apps);
        apps.into_iter().flatten().map(|app| app.id).collect()
    });
    let ids = CHECKLIST_APPS.iter().map(String::as_str);
    ids.chain(held.trust.apps.iter().map(|app| app.id.get_ref().as_str()))
        .filter_map(|id| apps::by_id(id).map(|app| app.id.as_str()))
        .collect()
}

const ESTIMATE: &str = "Estimate for the whole list";

fn apps_found(held: &Held) -> Answer {
    let mut answer = answer(
        "apps-found",
        "Which messaging apps were found on staff phones, and on how many?",
        Vec::new(),
    );
    if let Some(items) = held.hardly_any() {
        answer.items = items;
        return answer;
    }
    let asked_about = apps_asked_about(held);
    let people = held.people_on_the_list();
    let checked: Vec<u64> = held.months.iter().map(|months| months.phones).collect();
    let all = Cell::Shown(held.checked());
    let mut apps: Vec<(u64, &str, publish::Had)> = apps::catalogue()
        .apps
        .iter()
        .map(|app| {
            let had: Vec<u64> = held
                .months
                .iter()
                .map(|months| {
                    let phones = held.phones.iter().filter(|phone| {
                        (months.first..=months.last).contains(&phone.month)
                            && phone.apps.contains(app.id.as_str())
                    });
                    phones.count() as u64
                })
                .collect();
            let shown = publish::had(&had, &checked);
            let n = match shown.all {
                Cell::Shown(n) => n,
                Cell::Hidden => 0,
            };
            (n, app.id.as_str(), shown)
        })
        .filter(|(n, id, _)| *n > 0 || asked_about.contains(id))
        .collect();
    apps.sort_by_key(|(n, id, _)| (std::cmp::Reverse(*n), *id));
    for (n, id, had) in apps {
        let name = apps::name(id);
        answer
            .items
            .push(held.phones(name, Value::Count(had.all, Some(all))));
        for (months, cell) in held.months.iter().zip(had.by_month) {
            let value = Value::Count(cell, Some(Cell::Shown(months.phones)));
            answer
                .items
                .push(held.phones(months.label(), value).of(name));
        }
        let estimate = people
            .filter(|_| had.all != Cell::Hidden)
            .and_then(|people| {
                let tally = Tally::new(n, held.checked())?;
                let rates = intervals::finite(tally, people, Confidence::USUAL)?.rates();
                Some(words::between(rates))
            });
        if let Some(words) = estimate {
            let value = Value::Text(format!("{words} phones"));
            answer.items.push(held.phones(ESTIMATE, value).of(name));
        }
    }
    answer.items.push(held.phones(
        "Any other messaging app",
        Value::Count(Cell::Hidden, Some(all)),
    ));
    answer.notes = vec![
        "The numbers are of the checked phones only. They are the least: an app that was not seen may still be there."
            .into(),
        "Found is not used: the register does not know whether anybody uses an app for work.".into(),
    ];
    let estimated = answer.items.iter().any(|item| item.label == ESTIMATE);
    if let Some(people) = people.filter(|_| estimated) {
        answer.notes.push(format!(
            "The estimate is what a check of all {} people on the list would find, with 95% confidence. It holds only if those checked were drawn at random, and it leaves out those who were not checked.",
            words::number(people)
        ));
    }
    answer
}

fn use_of_apps() -> Answer {
    answer(
        "use",
        "How often do staff use messaging apps, who does, and what do the messages say?",
        vec![
            Item::never("How often an app is used"),
            Item::never("Who uses an app"),
            Item::never("What messages say"),
            Item::not_recorded("What for: patients or staff matters"),
        ],
    )
}

fn ownership(held: &Held) -> Answer {
    let items = held.hardly_any().unwrap_or_else(|| {
        let owned = |by: &str| {
            let phones = held.phones.iter();
            phones
                .filter(|p| p.ownership.as_deref() == Some(by))
                .count() as u64
        };
        let (personal, trust) = (owned("personal"), owned("trust"));
        let unknown = held.checked() - personal - trust;
        let mut groups = vec![("Staff's own", personal), ("The trust's", trust)];
        // Nobody is told apart by it where there is none.
        if unknown > 0 {
            groups.push(("Owner not recorded", unknown));
        }
        if personal + trust == 0 {
            return vec![Item::not_recorded("Whose the phones are")];
        }
        // All or none: whether there is a third group at all is shown, and would help to work out the others.
        let all_are_large = groups.iter().all(|(_, n)| *n >= SMALLEST);
        let all = Cell::Shown(held.checked());
        let cell = |n| {
            if all_are_large {
                alone(n)
            } else {
                Cell::Hidden
            }
        };
        let groups = groups.iter();
        groups
            .map(|(label, n)| held.phones(*label, Value::Count(cell(*n), Some(all))))
            .collect()
    });
    answer(
        "ownership",
        "Are the phones the staff's own or the trust's?",
        items,
    )
}

fn models(held: &Held) -> Answer {
    let make = |platform: &str| match platform {
        "ios" => "Apple",
        // What the register keeps of an Android phone is the model.
        "android" => "Android phones (make not recorded)",
        _ => "Make not recorded",
    };
    let count = |label: String, n| held.phones(label, Value::Count(Cell::Shown(n), None));
    // The models of a make only where the make itself can be told from the others.
    let of_make = |(name, n): (String, u64)| {
        let mut models: BTreeMap<String, u64> = BTreeMap::new();
        for phone in held.phones.iter().filter(|p| make(&p.platform) == name) {
            let model = phone.model.as_deref().unwrap_or("Model not recorded");
            *models.entry(model.to_owned()).or_default() += 1;
        }
        let mut items = vec![count(name.clone(), n)];
        if let Some(fold) = fold(&models) {
            let others = match fold.named.is_empty() {
                true => "Models not told apart",
                false => "Other models",
            };
            let others = fold.others.map(|n| (others.to_owned(), n));
            let rows = fold.named.into_iter().chain(others);
            items.extend(rows.map(|(model, n)| count(model, n).of(&name)));
        }
        items
    };
    let items = held.hardly_any().unwrap_or_else(|| {
        let mut makes: BTreeMap<String, u64> = BTreeMap::new();
        for phone in &held.phones {
            *makes.entry(make(&phone.platform).to_owned()).or_default() += 1;
        }
        let Some(fold) = fold(&makes) else {
            return Vec::new();
        };
        let others = match fold.named.is_empty() {
            true => "Makes and models not told apart",
            false => "Other makes",
        };
        let others = fold.others.map(|n| count(others.into(), n));
        fold.named
            .into_iter()
            .flat_map(of_make)
            .chain(others)
            .collect()
    });
    Answer {
        notes: vec![
            "Makes and models with fewer than 5 phones are not told apart from others.".into(),
        ],
        ..answer(
            "models",
            "Which makes and models of phone were found?",
            items,
        )
    }
}

fn requests(held: &Held) -> Answer {
    let mut notes = Vec::new();
    let mut items = vec![Item::said(
        "Procedure (SOP)",
        held.trust.sops.reference.clone(),
    )];
    for (control, label) in [
        (
            CHAT_IS_NO_RECORD,
            "\"I move decisions to the patient record\" (IM-01)",
        ),
        (
            CHATS_CAN_BE_ASKED_FOR,
            "\"I know that people can ask to see chats\" (IM-02)",
        ),
    ] {
        let said = |wanted| {
            let phones = held.phones.iter();
            phones
                .filter(|p| p.said.get(control) == Some(&wanted))
                .count() as u64
        };
        let (yes, no) = (said(Said::Yes), said(Said::No));
        if (!held.left_out() || held.checked() > 0)
            && held.phones.iter().all(|p| !p.said.contains_key(control))
        {
            items.push(Item::not_recorded(label));
            continue;
        }
        let elsewhere = held.counted_elsewhere.contains(control);
        if elsewhere && !held.too_few() {
            notes.push(format!(
                "Campaign reports count {control} as it was seen, so what people said of it is left out."
            ));
        }
        if elsewhere || held.too_few() {
            items.push(held.phones(label, Value::Count(Cell::Hidden, None)));
            continue;
        }
        // No answer is told apart from a no only where all three are many.
        let none = held.checked() - yes - no;
        let groups = match yes.min(no).min(none) {
            SMALLEST.. => vec![("Yes", yes), ("No", no), ("No answer, or not asked", none)],
            _ => vec![("Yes", yes), ("No, no answer, or not asked", no + none)],
        };
        let values: Vec<u64> = groups.iter().map(|(_, n)| *n).collect();
        let all = Cell::Shown(held.checked());
        for ((word, _), cell) in groups.iter().zip(list(&values)) {
            items.push(held.phones(*word, Value::Count(cell, Some(all))).of(label));
        }
    }
    Answer {
        notes,
        ..answer(
            "requests",
            "How are messages kept apart and found when patients, the police or staff ask for them?",
            items,
        )
    }
}
