//! `spotcheck ios`

use std::path::PathBuf;

use super::Failure;
use super::common::{AuditArgs, request};
use crate::evidence::Platform;
use crate::ios;

const AFTER_HELP: &str = "\
Examples:
  spotcheck ios ~/backups/phone-17
  spotcheck ios ~/backups/phone-17 --profile nhs-england-quick --readable-only --format json
  spotcheck ios ~/backups/phone-17/Manifest.plist      audits that folder";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Backup folder, or the Manifest.plist or Info.plist in one (alone, a plist gives only what it proves)
    #[arg(value_name = "PATH")]
    path: PathBuf,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    args.audit.judge.check()?;
    let profiles = args.audit.judge.profile.load()?;
    let request = request(&profiles, Platform::Ios);
    let evidence = ios::read(&args.path, &request)?;
    args.audit.conclude(evidence, &profiles)
}
