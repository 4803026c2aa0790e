//! `spotcheck notice`

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::common::ProfileArgs;
use super::{Failure, terminal};
use crate::bounded;
use crate::report::notice;
use crate::trust::{self, Trust};

/// The most that a trust's particulars may hold, in bytes.
const MAX_TRUST: u64 = 64 << 10;

const AFTER_HELP: &str = "\
spotcheck.toml holds what the trust says of itself, for example:

  name = \"A synthetic NHS trust\"
  dpo = \"dpo@trust.example\"
  contact = \"the IG team, extension 1234\"
  lawful_basis = \"public task, UK GDPR Article 6(1)(e)\"
  retention = \"12 months\"
  seen_by = \"the IG team and, as numbers only, the board\"
  if_declined = \"we count it as declined; nothing else happens\"
  draw = \"on the intranet, under IG\"
  complaints = \"write to complaints@trust.example\"
  marking = \"official\"          paper: none, official or official-sensitive
  recheck_days = 28             paper: until a phone that failed is checked again
  retention_days = 365          paper: until the result is deleted
  slip_title = \"Spot check of messaging settings\"
  names_on_slips = false        true: a person's own copy may bear their name
  [policy]
  name = \"Mobile messaging\"
  version = \"2.1\"

It can hold more: [register] (spotcheck register --help), and decisions about apps, incidents and referrals (spotcheck
foi --help).";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The trust's own particulars [default: spotcheck.toml, if it is here]
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let profiles = args.profile.load()?;
    let trust = trust(args.trust.as_deref())?;
    let text = notice::render(&trust, &profiles, terminal::width());
    terminal::result(&text)?;
    if notice::is_unfinished(&text) {
        terminal::note(
            "\nThe trust has yet to fill in what stands in square brackets: in spotcheck.toml, see spotcheck notice --help.\n",
        )?;
    }
    Ok(0)
}

/// The trust's particulars: from the file that was named, or from the one in this folder if there is one.
pub(super) fn trust(named: Option<&Path>) -> Result<Trust, Failure> {
    let path = match named {
        Some(path) => path,
        None if Path::new(trust::FILE).exists() => Path::new(trust::FILE),
        None => return Ok(Trust::default()),
    };
    let name = path.display().to_string();
    let text = bounded::text(path, MAX_TRUST)
        .with_context(|| format!("The trust's particulars {name} cannot be read"))
        .map_err(Failure::Usage)?;
    trust::parse(&name, &text).map_err(|e| Failure::Usage(e.into()))
}
