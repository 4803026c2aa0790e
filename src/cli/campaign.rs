//! `spotcheck campaign`

use anyhow::anyhow;
use clap::{Subcommand, ValueEnum};

use super::register::{Place, PlaceArgs};
use super::{Failure, terminal};
use crate::campaign::{Summary, summary};
use crate::evidence::{personal, text::clean};
use crate::register::Body;
use crate::register::entry::{Campaign, NotAudited, Outcome};
use crate::report::campaign;

const AFTER_HELP: &str = "\
Examples:
  spotcheck campaign new 2026-11 --population 500 --drawn 60
  spotcheck ios BACKUP --campaign 2026-11 --staff-ref S-014
  spotcheck campaign outcome 2026-11 S-015 declined
  spotcheck campaign outcome 2026-11 S-016 not-applicable --replaced-by S-101
  spotcheck campaign report 2026-11 --against 2026-05
  spotcheck campaign report 2026-11 --publish";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Record that a campaign begins
    New {
        #[arg(value_name = "CAMPAIGN", value_parser = plain)]
        id: String,
        /// People on the list that was drawn from
        #[arg(long)]
        population: u64,
        /// People drawn, reserves not counted
        #[arg(long)]
        drawn: u64,
        /// The hash that was published before the draw
        #[arg(long, value_parser = plain)]
        commitment: Option<String>,
        /// The seed of the draw
        #[arg(long, value_parser = plain)]
        seed: Option<String>,
    },
    /// Record what became of somebody who was drawn and not audited
    Outcome {
        #[arg(value_name = "CAMPAIGN", value_parser = plain)]
        id: String,
        #[arg(value_name = "STAFF_REF", value_parser = reference)]
        staff_ref: String,
        #[arg(value_enum)]
        what: WhatBecame,
        /// Who stands in, from the reserves; only where the check is not for this person
        #[arg(long, value_name = "STAFF_REF", value_parser = reference)]
        replaced_by: Option<String>,
    },
    /// What the campaign came to, with honest intervals
    Report {
        #[arg(value_name = "CAMPAIGN", value_parser = plain)]
        id: String,
        /// Beside an earlier campaign
        #[arg(long, value_name = "CAMPAIGN", value_parser = plain)]
        against: Option<String>,
        /// For publication: no numbers under 5, nothing about single people
        #[arg(long)]
        publish: bool,
    },
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

fn plain(given: &str) -> Result<String, String> {
    personal::check(given)?;
    Ok(clean(given))
}

fn reference(given: &str) -> Result<String, String> {
    personal::check_reference(given)?;
    Ok(clean(given))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let named = |place: Option<Place>| {
        place.ok_or_else(|| {
            Failure::Usage(anyhow!(
                "No register was named. Give --register FILE, or name one in spotcheck.toml: file in [register]."
            ))
        })
    };
    match &args.command {
        What::New {
            id,
            population,
            drawn,
            commitment,
            seed,
        } => {
            if drawn > population {
                return Err(Failure::Usage(anyhow!(
                    "More people were drawn ({drawn}) than are on the list ({population}). Check the two numbers."
                )));
            }
            let mut place = named(args.place.open_to_add(None)?)?;
            if of(&place, id)?.begun.is_some() {
                return Err(Failure::Usage(anyhow!(
                    "Campaign {id} has begun already. Choose another name."
                )));
            }
            place.record(&Body::Campaign(Campaign {
                id: id.clone(),
                population: *population,
                drawn: *drawn,
                commitment: commitment.clone(),
                seed: seed.clone(),
            }))?;
            terminal::result(&format!("Campaign {id} begins.\n"))?;
        }
        What::Outcome {
            id,
            staff_ref,
            what,
            replaced_by,
        } => {
            if replaced_by.is_some() && *what != WhatBecame::NotApplicable {
                return Err(Failure::Usage(anyhow!(
                    "Nobody stands in for a person who declined or could not be reached: that would make the result look better than it is."
                )));
            }
            let mut place = named(args.place.open_to_add(None)?)?;
            place.record(&Body::Outcome(Outcome {
                campaign: id.clone(),
                staff_ref: staff_ref.clone(),
                what: match what {
                    WhatBecame::NotApplicable => NotAudited::NotApplicable,
                    WhatBecame::Declined => NotAudited::Declined,
                    WhatBecame::Unreachable => NotAudited::Unreachable,
                },
                replaced_by: replaced_by.clone(),
            }))?;
            terminal::result(&format!("Recorded for {staff_ref}.\n"))?;
        }
        What::Report {
            id,
            against,
            publish,
        } => {
            let place = named(args.place.open(None)?)?;
            let now = of(&place, id)?;
            if now == Summary::default() || (now.checked == 0 && now.begun.is_none()) {
                return Err(Failure::Usage(anyhow!(
                    "The register holds nothing of campaign {id}. spotcheck register list shows what it holds."
                )));
            }
            let before = match against {
                None => None,
                Some(other) => Some((other.as_str(), of(&place, other)?)),
            };
            let text = campaign::render(
                id,
                &now,
                before.as_ref().map(|(id, summary)| (*id, summary)),
                *publish,
                terminal::width(),
            );
            terminal::result(&text)?;
        }
    }
    Ok(0)
}

fn of(place: &Place, id: &str) -> Result<Summary, Failure> {
    Ok(summary(&place.bodies(Some(id))?, id))
}
