//! `spotcheck campaign`

mod new;
mod outcome;
mod report;
mod status;

use anyhow::anyhow;
use clap::Subcommand;

use super::register::{Place, PlaceArgs};
use super::{Failure, terminal};
use crate::campaign::Summary;
use crate::evidence::{personal, text::clean};

const AFTER_HELP: &str = "\
Examples:
  spotcheck draw staff.csv --by directorate --size 60 --seed 03.11.19 -o draw.json
  spotcheck campaign new 2026-11 --draw draw.json
  spotcheck campaign status 2026-11
  spotcheck ios BACKUP --campaign 2026-11 --staff-ref S-014
  spotcheck campaign outcome 2026-11 S-015 declined
  spotcheck campaign outcome 2026-11 S-016 not-applicable
  spotcheck campaign report 2026-11 --against 2026-05 -o report.html
  spotcheck campaign report 2026-11 --publish -o public.html";

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
    /// Record that a campaign begins, and who was drawn
    New(new::Args),
    /// Record what became of somebody who was drawn and not audited
    Outcome(outcome::Args),
    /// How far it is: who is still to be checked, who stands in, what comes next
    Status(status::Args),
    /// What the campaign came to, with honest intervals
    Report(report::Args),
}

fn plain(given: &str) -> Result<String, String> {
    personal::check(given)?;
    Ok(clean(given))
}

/// What a campaign that begins may be called: it is typed again and again, and stands in names of files.
fn new_id(given: &str) -> Result<String, String> {
    personal::check_campaign(given)?;
    plain(given)
}

fn reference(given: &str) -> Result<String, String> {
    personal::check_reference(given)?;
    Ok(clean(given))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    match &args.command {
        What::New(new) => new::run(new, || named(args.place.open_to_add()?)),
        What::Outcome(outcome) => outcome::run(outcome, named(args.place.open_to_change()?)?),
        What::Status(status) => status::run(status, &sound(args)?),
        What::Report(report) => report::run(report, &sound(args)?),
    }
}

/// The register to read from. Nothing is made of one that was tampered with.
fn sound(args: &Args) -> Result<Place, Failure> {
    let place = named(args.place.open_to_read()?)?;
    place.is_sound()?;
    Ok(place)
}

fn named(place: Option<Place>) -> Result<Place, Failure> {
    place.ok_or_else(|| {
        Failure::Usage(anyhow!(
            "No register was named. Give --register FILE, or name one in spotcheck.toml: file in [register]."
        ))
    })
}

/// What the register holds of a campaign; an error where that is nothing.
fn held(place: &Place, id: &str) -> Result<Summary, Failure> {
    let summary = place.campaign(id)?;
    if summary.is_empty() {
        return Err(place.has_no_campaign(id));
    }
    Ok(summary)
}
