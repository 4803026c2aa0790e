//! Who was drawn: taken from what `spotcheck draw -o draw.json` wrote, after everything in it was checked.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::evidence::{personal, text::clean};
use crate::register::entry::{Campaign, Group};
use crate::sampling::draw::{Method, rank};

/// The file as the draw writes it. Fields that are new to this version are passed over.
#[derive(Deserialize)]
struct Draw {
    version: u64,
    tool: String,
    people: u64,
    drawn: u64,
    by: Option<String>,
    seed: String,
    method: String,
    commitment: Option<Commitment>,
    groups: Vec<Drawn>,
}

#[derive(Deserialize)]
struct Commitment {
    list: String,
}

#[derive(Deserialize)]
struct Drawn {
    name: Option<String>,
    people: u64,
    drawn: Vec<String>,
    reserves: Vec<String>,
}

const AGAIN: &str =
    "Make the file again with spotcheck draw ... -o draw.json, and do not change it.";

/// The campaign that a draw begins.
///
/// # Errors
/// What is wrong with the file and what to do, as sentences. A reference that is refused is not repeated.
pub fn from_draw(id: &str, json: &str) -> Result<Campaign, String> {
    let value: serde_json::Value = serde_json::from_str(json).map_err(|e| {
        format!(
            "It is no JSON, or was cut off (line {}).\n{AGAIN}",
            e.line()
        )
    })?;
    if value
        .get("version")
        .and_then(serde_json::Value::as_u64)
        .is_some_and(|v| v > 1)
    {
        return Err("It was written by a newer version of spotcheck.\nUse that version.".into());
    }
    let draw: Draw = serde_json::from_value(value)
        .map_err(|e| format!("It is no draw of spotcheck ({e}).\n{AGAIN}"))?;
    let wrong = |what: &str| Err(format!("{what}\n{AGAIN}"));
    if draw.version != 1 || !draw.tool.starts_with("spotcheck ") {
        return wrong("It is no draw of spotcheck.");
    }
    let method = match [Method::Sha256, Method::Rfc3797]
        .into_iter()
        .find(|method| method.id() == draw.method)
    {
        Some(method) => method,
        None => return wrong("It was drawn by a method that this version does not know."),
    };
    if draw.seed.is_empty() || clean(&draw.seed) != draw.seed {
        return wrong("Its seed is no plain text.");
    }
    let commitment = draw.commitment.map(|commitment| commitment.list);
    if let Some(hash) = &commitment
        && (hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        return wrong("Its commitment is no SHA-256.");
    }
    let add = |of: fn(&Drawn) -> u64| {
        let mut each = draw.groups.iter().map(of);
        each.try_fold(0u64, u64::checked_add)
    };
    if add(|group| group.people) != Some(draw.people) {
        return wrong("The people of its groups do not add up to its list.");
    }
    if add(|group| group.drawn.len() as u64) != Some(draw.drawn) {
        return wrong("Those drawn of its groups do not add up to the number drawn.");
    }
    if draw.drawn == 0 {
        return wrong("Nobody was drawn.");
    }
    if draw.by.is_none() && draw.groups.len() != 1 {
        return wrong("It has several groups, and does not say by what.");
    }
    let (mut seen, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (number, group) in draw.groups.iter().enumerate() {
        check(group, number, method, &draw.seed, &mut seen)?;
        if group.name.is_some() != draw.by.is_some() || !names.insert(&group.name) {
            return wrong(&format!("Its group {} has no name of its own.", number + 1));
        }
    }
    Ok(Campaign {
        id: id.to_owned(),
        population: draw.people,
        drawn: draw.drawn,
        commitment,
        seed: Some(draw.seed),
        groups: draw
            .groups
            .into_iter()
            .map(|group| Group {
                name: group.name,
                people: group.people,
                drawn: group.drawn,
                reserves: group.reserves,
            })
            .collect(),
    })
}

fn check<'d>(
    group: &'d Drawn,
    number: usize,
    method: Method,
    seed: &str,
    seen: &mut BTreeSet<&'d str>,
) -> Result<(), String> {
    let place = format!("Group {}", number + 1);
    if let Some(name) = &group.name {
        personal::check(name).map_err(|why| {
            format!("{place}: its name cannot be kept. {why}\nGive the group another name in the list, and draw again.")
        })?;
        if name.is_empty() || clean(name) != *name {
            return Err(format!("{place}: its name is no plain text.\n{AGAIN}"));
        }
    }
    if (group.drawn.len() + group.reserves.len()) as u64 > group.people {
        return Err(format!(
            "{place}: it has more references than people.\n{AGAIN}"
        ));
    }
    let mut before: Option<String> = None;
    for (i, reference) in group.drawn.iter().chain(&group.reserves).enumerate() {
        let here = format!("{place}, reference {}", i + 1);
        personal::check_reference(reference).map_err(|why| {
            format!("{here}: it cannot be kept. {why}\nPut references in the list that point to nobody outside the trust, and draw again.")
        })?;
        if reference.is_empty() || clean(reference) != *reference {
            return Err(format!(
                "{here}: it is empty, too long, or holds signs that cannot be seen.\nCorrect the list, and draw again."
            ));
        }
        if !seen.insert(reference) {
            return Err(format!("{here}: {reference} is there twice.\n{AGAIN}"));
        }
        if method == Method::Sha256 {
            // The order follows from the seed: whoever moves or changes a reference breaks it.
            let rank = rank(seed, reference);
            if before.is_some_and(|before| before > rank) {
                return Err(format!(
                    "{here}: {reference} is not where the seed puts it: the file was changed.\n{AGAIN}"
                ));
            }
            before = Some(rank);
        }
    }
    Ok(())
}
