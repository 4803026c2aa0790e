//! `spotcheck campaign status`

use super::{Failure, Place, held, plain, terminal};
use crate::cli::common::Format;
use crate::report::campaign::status;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck campaign status 2026-11
  spotcheck campaign status 2026-11 --format json")]
pub(super) struct Args {
    #[arg(value_name = "CAMPAIGN", value_parser = plain)]
    id: String,
    /// Shape of the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args, place: &Place) -> Result<u8, Failure> {
    let summary = held(place, &args.id)?;
    terminal::result(&match args.format {
        Format::Table => status::render(&args.id, &summary, terminal::width()),
        Format::Json => status::json(&args.id, &summary),
    })?;
    Ok(0)
}
