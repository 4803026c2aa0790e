//! `spotcheck draw commit`

use std::path::PathBuf;

use super::{DayArgs, ListArgs, MethodArg, files, plain};
use crate::cli::{Failure, terminal};
use crate::report::draw as paper;
use crate::sampling::commitment::Commitment;

const AFTER_HELP: &str = "\
The salt is a secret that keeps people from guessing references. It is written beside the list, for this user only, and
never to the commitment. Keep it with the list: without it nobody can show that the list is the same.

Examples:
  spotcheck draw commit staff.csv --by directorate -o commitment.toml
  spotcheck draw commit staff.csv --seed-from \"National Lottery, 18 November 2026\"";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    list: ListArgs,
    /// How the order will be made
    #[arg(long, value_enum, default_value_t = MethodArg::Sha256)]
    method: MethodArg,
    #[command(flatten)]
    salt: files::SaltArgs,
    /// Where the seed will come from, e.g. "National Lottery, 18 November 2026"
    #[arg(long, value_name = "TEXT", value_parser = plain)]
    seed_from: Option<String>,
    /// Write the commitment to this new file instead of the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    day: DayArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let path = args.list.path()?;
    let population = args.list.read()?;
    if let Some(output) = &args.output {
        files::is_new(output)?;
    }
    let (salt, written) = args.salt.make(path)?;
    let commitment = Commitment::new(
        &population,
        args.list.by(),
        args.method.into(),
        &salt,
        args.seed_from.as_deref(),
        args.day.day(),
    );
    let text = paper::commitment(&commitment);
    match &args.output {
        None => terminal::result(&text)?,
        Some(output) => files::write_new(output, text.as_bytes(), files::For::Everybody)?,
    }
    if let Some(written) = written {
        terminal::note(&format!(
            "The salt is in {}. Keep it with the list, and off the notice board.\n",
            written.display()
        ))?;
    }
    if args.seed_from.is_none() {
        terminal::note("Say where the seed will come from before it is known: --seed-from.\n")?;
    }
    Ok(0)
}
