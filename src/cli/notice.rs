//! `spotcheck notice`

use super::checklist::ProfileArgs;
use super::{Failure, config, terminal};
use crate::report::notice;
use crate::trust::Trust;

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
  marking = \"official\"    paper: none, official or official-sensitive
  recheck_days = 28       paper: until a phone that failed is checked again
  retention_days = 365    paper: until the result is deleted
  slip_title = \"Spot check of messaging settings\"
  names_on_slips = false  true: a person's own copy may bear their name
  [policy]
  name = \"Mobile messaging\"
  version = \"2.1\"

It can hold more: [defaults] and [limits] (spotcheck config init), [register] (spotcheck register --help), and
decisions about apps, incidents and referrals (spotcheck foi --help).

Examples:
  spotcheck notice
  spotcheck notice --profile teams-only --config our-trust.toml";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    profile: ProfileArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let profiles = args.profile.load()?;
    let text = notice::render(trust(), &profiles, terminal::width());
    terminal::result(&text)?;
    if notice::is_unfinished(&text) {
        terminal::note(
            "\nThe trust has yet to fill in what stands in square brackets: in spotcheck.toml, see spotcheck notice --help.\n",
        )?;
    }
    Ok(0)
}

/// The trust's particulars, as the settings give them.
pub(super) fn trust() -> &'static Trust {
    &config::current().trust
}
