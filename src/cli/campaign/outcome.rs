//! `spotcheck campaign outcome`

use anyhow::anyhow;
use clap::ValueEnum;

use super::{Failure, Place, plain, reference, terminal};
use crate::campaign::Summary;
use crate::campaign::count::words;
use crate::campaign::places::{State, group_of, next_reserve};
use crate::register::Body;
use crate::register::entry::{Campaign, NotAudited, Outcome};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck campaign outcome 2026-11 S-015 declined
  spotcheck campaign outcome 2026-11 S-016 not-applicable --replaced-by S-099")]
pub(super) struct Args {
    #[arg(value_name = "CAMPAIGN", value_parser = plain)]
    id: String,
    #[arg(value_name = "STAFF_REF", value_parser = reference)]
    staff_ref: String,
    #[arg(value_enum)]
    what: WhatBecame,
    /// Who stands in, only where the check is not for this person [default: the next reserve of the group]
    #[arg(long, value_name = "STAFF_REF", value_parser = reference)]
    replaced_by: Option<String>,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum WhatBecame {
    /// The check is not for this person: somebody else stands in
    NotApplicable,
    /// Never replaced
    Declined,
    /// Never replaced
    Unreachable,
}

impl From<WhatBecame> for NotAudited {
    fn from(what: WhatBecame) -> Self {
        match what {
            WhatBecame::NotApplicable => NotAudited::NotApplicable,
            WhatBecame::Declined => NotAudited::Declined,
            WhatBecame::Unreachable => NotAudited::Unreachable,
        }
    }
}

pub(super) fn run(args: &Args, mut place: Place) -> Result<u8, Failure> {
    let (id, person) = (&args.id, &args.staff_ref);
    let what = NotAudited::from(args.what);
    if args.replaced_by.is_some() && what != NotAudited::NotApplicable {
        return Err(Failure::Usage(anyhow!(
            "Nobody stands in for a person who declined or could not be reached. That would make the result look better than it is.\nLeave out --replaced-by."
        )));
    }
    let before = last(&place, id, person)?;
    let summary = place.campaign(id)?;
    if summary.begun.is_none() {
        return Err(Failure::Usage(anyhow!(
            "No campaign {id} has begun. Begin it with spotcheck campaign new {id}, or check the name."
        )));
    }
    let list = summary
        .begun
        .as_ref()
        .filter(|begun| !begun.groups.is_empty());
    let (replaced_by, more) = match list {
        None => (args.replaced_by.clone(), String::new()),
        Some(list) => stand_in(args, what, &summary, list)?,
    };
    let mut text = format!("Recorded for {person}: {}.\n{more}", words(what));
    if let Some(before) = before.filter(|before| before.what != what) {
        text += &format!(
            "Before it was recorded that: {}. The last counts.\n",
            words(before.what)
        );
        if let Some(by) = &before.replaced_by {
            text += &format!("{by} no longer stands in.\n");
        }
    }
    place.record(&Body::Outcome(Outcome {
        campaign: id.clone(),
        staff_ref: person.clone(),
        what,
        replaced_by,
    }))?;
    terminal::result(&text)?;
    Ok(0)
}

/// What was recorded of the person before.
fn last(place: &Place, id: &str, person: &str) -> Result<Option<Outcome>, Failure> {
    Ok(place.outcomes(id)?.remove(person))
}

/// Who stands in, and what to say of it; an error where the person holds no place, or somebody else is next.
fn stand_in(
    args: &Args,
    what: NotAudited,
    summary: &Summary,
    list: &Campaign,
) -> Result<(Option<String>, String), Failure> {
    let (id, person) = (&args.id, &args.staff_ref);
    let refused = |text: String| Err(Failure::Usage(anyhow!("{text}")));
    let holds = summary
        .places
        .iter()
        .find(|place| place.called.contains(person));
    let Some((_, group)) = group_of(list, person) else {
        return refused(format!(
            "{person} was not drawn in campaign {id}. Check the reference: it has to be the same letter for letter.\nspotcheck campaign status {id} shows who was drawn."
        ));
    };
    let Some(holds) = holds else {
        return refused(format!(
            "{person} is a reserve and stands in for nobody. Nothing needs to be recorded.\nspotcheck campaign status {id} shows who holds a place."
        ));
    };
    if holds.holder() == person && holds.state == State::Checked {
        return refused(format!(
            "{person} was checked already: there is an audit in the register, and it counts."
        ));
    }
    if what != NotAudited::NotApplicable {
        return Ok((None, String::new()));
    }
    // Who was called up for this person before stays.
    let mut called = holds.called.iter().skip_while(|known| *known != person);
    let now = called.nth(1).map(String::as_str);
    let next = now.or_else(|| next_reserve(group, &summary.places));
    let of_group = match &group.name {
        Some(name) => format!(" of {name}"),
        None => String::new(),
    };
    match (next, &args.replaced_by) {
        (None, None) => Ok((
            None,
            format!("No reserve{of_group} is left: the place stays empty, and is reported.\n"),
        )),
        (None, Some(given)) => refused(format!(
            "{given} cannot stand in: no reserve{of_group} is left.\nLeave out --replaced-by: the place stays empty, and is reported."
        )),
        (Some(next), Some(given)) if given != next => refused(format!(
            "{given} cannot stand in: the next reserve{of_group} is {next}.\nGive --replaced-by {next}, or leave it out."
        )),
        (Some(next), _) => Ok((
            Some(next.to_owned()),
            format!("{next} stands in: the next reserve{of_group}.\n"),
        )),
    }
}
