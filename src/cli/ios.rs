//! `spotcheck ios`

use std::path::PathBuf;

use super::Failure;
use super::common::{AuditArgs, request, worst};
use super::password::PasswordArgs;
use super::terminal;
use crate::evidence::Platform;
use crate::ios;

const AFTER_HELP: &str = "\
Examples:
  spotcheck ios ~/backups/phone-17
  spotcheck ios ~/backups/phone-17 --profile nhs-england-quick --readable-only --format json
  spotcheck ios ~/backups/phone-17 --password-file -         an encrypted backup, its password on standard input
  spotcheck ios ~/backups/phone-17/Manifest.plist            audits that folder";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Backup folder, or the Manifest.plist or Info.plist in one (alone, a plist gives only what it proves)
    #[arg(value_name = "PATH")]
    path: PathBuf,
    #[command(flatten)]
    password: PasswordArgs,
    /// Never ask anything
    #[arg(long)]
    no_input: bool,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    args.audit.judge.check()?;
    let profiles = args.audit.judge.profile.load()?;
    let request = request(&profiles, Platform::Ios);
    let mut unlocker = args.password.unlocker(!args.no_input)?;
    let (evidence, problem) = ios::read_with(&args.path, &request, &mut unlocker)?;
    let status = args.audit.conclude(evidence, &profiles)?;
    // What the property lists in clear prove is told first; the exit status is that of the locked backup.
    Ok(match problem {
        None => status,
        Some(error) => {
            terminal::complain(&error.into());
            worst([status, 4].into_iter())
        }
    })
}
