//! `spotcheck foi`

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::ValueEnum;
use jiff::civil::Date;

use super::output::{self, ending, no_such_ending};
use super::register::PlaceArgs;
use super::whole::WholeFile;
use super::{Failure, notice, terminal};
use crate::evidence::{personal, text::clean};
use crate::foi::{Answers, Scope, answers};
use crate::report::foi;

/// Columns of a text that goes into a file.
const WIDTH_OF_A_FILE: usize = 80;

const AFTER_HELP: &str = "\
What the register does not hold is taken from spotcheck.toml, if it says so there, for example:

  [policy]
  name = \"Mobile messaging\"
  version = \"2.1\"
  date = 2026-01-15
  link = \"https://trust.example/messaging\"
  [dpia]
  reference = \"DPIA-12\"
  date = 2025-11-03
  [sops]
  reference = \"SOP-7\"
  leavers = \"SOP-9, section 2\"
  personal_accounts = \"SOP-9, section 3\"
  [[app]]
  id = \"whatsapp\"               ids: profiles/apps.toml
  approved = true
  approved_on = 2026-01-15
  under_review = false
  dpia = \"DPIA-13\"
  dpia_date = 2025-12-01
  [[incident]]                  one entry for each; the reference is never printed
  reference = \"INC-2026-004\"
  app = \"whatsapp\"
  year = 2026
  category = \"wrong group\"
  [[referral]]                  members of staff referred to HR, counted
  year = 2026
  app = \"whatsapp\"
  count = 6

Examples:
  spotcheck foi --register register.sqlite
  spotcheck foi --from 2026-01-01 --to 2026-12-31 -o answer.csv";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    place: PlaceArgs,
    /// First day of the period that was asked about
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day of the period that was asked about
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Only this round of spot checks
    #[arg(long, value_name = "CAMPAIGN", value_parser = plain)]
    campaign: Option<String>,
    /// Shape of what goes to the terminal
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Also write the answers to this file; its ending says how: .csv, .json or .txt
    #[arg(short, long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over a file that is there already (-o)
    #[arg(long)]
    force: bool,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// For people
    Table,
    /// For a spreadsheet
    Csv,
    /// For scripts: version 1
    Json,
}

impl Format {
    fn of(path: &Path) -> Result<Format, Failure> {
        match ending(path).as_deref() {
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            Some("txt") => Ok(Format::Table),
            _ => Err(no_such_ending(path, ".csv, .json or .txt")),
        }
    }

    fn render(self, answers: &Answers, width: usize) -> String {
        match self {
            Format::Table => foi::render(answers, width),
            Format::Csv => foi::csv(answers),
            Format::Json => foi::json(answers),
        }
    }
}

fn plain(given: &str) -> Result<String, String> {
    personal::check(given)?;
    Ok(clean(given))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && to < from
    {
        return Err(Failure::Usage(anyhow!(
            "The period ends ({to}) before it begins ({from}). Give --from DATE --to DATE in this order."
        )));
    }
    let place = args.place.open_to_read()?.ok_or_else(|| {
        Failure::Usage(anyhow!(
            "No register was named. Give --register FILE, or name one in spotcheck.toml: file in [register]."
        ))
    })?;
    place.is_sound()?;
    let file = args
        .output
        .as_deref()
        .map(|path| file(path, args.force))
        .transpose()?;
    let bodies = place.bodies(None)?;
    if let Some(id) = &args.campaign
        && !bodies.iter().any(|body| body.campaign() == Some(id))
    {
        return Err(place.has_no_campaign(id));
    }
    let scope = Scope {
        from: args.from,
        to: args.to,
        campaign: args.campaign.clone(),
    };
    let answers = answers(&bodies, place.has_purged()?, notice::trust(), &scope);
    if let Some((file, format)) = file {
        output::fill(file, &format.render(&answers, WIDTH_OF_A_FILE))?;
    }
    terminal::result(&args.format.render(&answers, terminal::width()))?;
    Ok(0)
}

/// Opens the file before anything is read.
fn file(path: &Path, force: bool) -> Result<(WholeFile, Format), Failure> {
    let format = Format::of(path)?;
    Ok((output::new_file(path, force)?, format))
}
