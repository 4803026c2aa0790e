//! `spotcheck diff`

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::common::Format;
use super::{Failure, report, terminal};
use crate::audit::Audit;
use crate::compare::compare;
use crate::report::diff;

const AFTER_HELP: &str = "\
Exit status: 0 nothing is worse, 1 something is worse, no longer known, or new and not as it should be, 2 usage error,
4 an audit could not be read, 5 the result could not be written.

Examples:
  spotcheck diff june.json november.json";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The earlier audit (JSON)
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The later audit of the same phone (JSON)
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// Shape of the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let (before, after) = (one(&args.before)?, one(&args.after)?);
    let comparison = compare(&before, &after);
    terminal::result(&match args.format {
        Format::Table => diff::render(&comparison, terminal::width()),
        Format::Json => diff::json(&comparison),
    })?;
    Ok(u8::from(comparison.is_worse()))
}

/// The one audit of a file.
fn one(path: &Path) -> Result<Audit, Failure> {
    let name = path.display();
    let mut records = report::read(path)?;
    match (records.pop(), records.len()) {
        (Some(record), 0) => record.audit.ok_or_else(|| {
            Failure::Source(anyhow!(
                "{name} says that the backup could not be read: there is nothing to compare.\nRead that backup again first."
            ))
        }),
        (_, others) => Err(Failure::Usage(anyhow!(
            "{name} holds {} results, and one is compared with one.\nGive a file with a single audit.",
            others + 1
        ))),
    }
}
