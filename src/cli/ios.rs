//! `spotcheck ios`

use std::path::PathBuf;

use jiff::Timestamp;

use super::Failure;
use super::common::{AuditArgs, request, worst};
use super::password::PasswordArgs;
use super::session::{Opening, SessionArgs};
use super::terminal;
use crate::evidence::{Evidence, Platform, Source};
use crate::ios::{self, backup::Backup};

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
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    args.audit.judge.check()?;
    let profiles = args.audit.judge.profile.load()?;
    let outputs = args.audit.open(&profiles)?;
    let request = request(&profiles, Platform::Ios);
    // A wrong path is told before anybody is asked for consent; nothing of the backup is read for that.
    let phone = match args.session.is_declined() {
        true => None,
        false => Backup::locate(&args.path)?.phone(),
    };
    let places = ios::plan(&request).len();
    let about = args.audit.judge.about()?;
    let opening = Opening {
        profiles: &profiles,
        about: &about,
        reads: format!(
            "This check reads settings from the backup: {places} places, which \"spotcheck plan ios\" names."
        ),
    };
    let Some(mut session) = args.session.begin(&opening)? else {
        return Ok(3);
    };
    if session.declined() {
        let nothing = Evidence::new(Platform::Ios, Source::Look, Some(Timestamp::now()));
        return args
            .audit
            .conclude(nothing, &profiles, session, None, outputs);
    }
    session.is_about(phone);
    let mut unlocker = args.password.unlocker(args.session.may_ask())?;
    let (evidence, problem) = ios::read_with(&args.path, &request, &mut unlocker)?;
    if problem.is_some() {
        // It is told at once, not after all the questions that a readable backup would have spared.
        session.ask_nothing();
    }
    let status = args
        .audit
        .conclude(evidence, &profiles, session, None, outputs)?;
    // What the property lists in clear prove is told first; the exit status is that of the locked backup.
    Ok(match problem {
        None => status,
        Some(error) => {
            terminal::complain(&error.into());
            worst([status, 4].into_iter())
        }
    })
}
