//! The command line: what can be typed, and one file per command.

mod android;
mod batch;
mod campaign;
mod common;
mod connect;
mod devices;
mod diff;
mod draw;
mod explain;
mod foi;
mod guide;
mod ios;
mod look;
mod merge;
mod notice;
mod on_phone;
mod output;
mod password;
mod plan;
mod profile;
mod register;
mod report;
mod session;
mod terminal;
mod verify_slip;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::evidence::SourceError;
use crate::profile::ProfileError;
use crate::whole;

const AFTER_HELP: &str = "\
Exit status: 0 pass, 1 fail, 2 usage or configuration error, 3 incomplete (look at the phone), 4 the phone or backup
could not be read, 5 the result could not be written.

Examples:
  spotcheck ios sample-backups/ios-compliant --profile nhs-england-quick --readable-only --as-of evidence
  spotcheck android
  spotcheck plan android
  spotcheck explain IM-06";

/// Spot checks of the messaging settings on a phone against the NHS England checklist. It reads settings only,
/// writes nothing to the phone or the backup, and talks to nobody else.
#[derive(Parser)]
#[command(name = "spotcheck", version, after_help = AFTER_HELP, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Audit an iPhone from its local backup
    Ios(ios::Args),
    /// Audit an Android phone over ADB, or a capture of one
    Android(android::Args),
    /// List the phones and backups that can be checked, and what to do about each
    Devices(devices::Args),
    /// Check a phone without cable or backup, by looking at its screen together
    Look(look::Args),
    /// Audit many backups and captures at once
    Batch(batch::Args),
    /// Make one summary of the results of several batches
    Merge(merge::Args),
    /// Draw whom to check at random, so that anybody can repeat it; how many to check
    Draw(draw::Args),
    /// Show a saved audit again, in any format
    Report(report::Args),
    /// What got better, worse or unknown between two audits of the same phone
    Diff(diff::Args),
    /// Print the short privacy notice for the member of staff
    Notice(notice::Args),
    /// Check what a scanner read from a slip against a saved audit
    VerifySlip(verify_slip::Args),
    /// Print exactly what an audit will read, before anything is touched
    Plan(plan::Args),
    /// Explain a control or a fact: what, why, how it is read, where to look, how to put it right
    Explain(explain::Args),
    /// A round of spot checks: begin it, record who was not audited, report what it came to
    Campaign(campaign::Args),
    /// Answers to Freedom of Information questions, from the register and spotcheck.toml
    Foi(foi::Args),
    /// The register of audits: list, import, export, merge, verify, purge
    Register(register::Args),
    /// The checklists: list them, show one, check one of your own, begin one
    Profile(profile::Args),
}

/// How a run ended short of a result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit 2.
    Usage(anyhow::Error),
    /// Exit 4.
    Source(anyhow::Error),
    /// Exit 5.
    Output(anyhow::Error),
}

impl Failure {
    fn into_error(self) -> anyhow::Error {
        match self {
            Failure::Usage(error) | Failure::Source(error) | Failure::Output(error) => error,
        }
    }

    /// The same with a sentence of its own after it.
    fn and_then(self, sentence: &str) -> Failure {
        let with = |error: anyhow::Error| anyhow::anyhow!("{error:#}\n{sentence}");
        match self {
            Failure::Usage(error) => Failure::Usage(with(error)),
            Failure::Source(error) => Failure::Source(with(error)),
            Failure::Output(error) => Failure::Output(with(error)),
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        if error.usage {
            Failure::Usage(error.into())
        } else {
            Failure::Source(error.into())
        }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        Failure::Usage(error.into())
    }
}

/// Runs the program: reads the command line and returns the exit status.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let status = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe is nobody's fault here: help was read as far as it was wanted.
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let result = match cli.command {
        Command::Ios(args) => ios::run(&args),
        Command::Android(args) => android::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Look(args) => look::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Draw(args) => draw::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Notice(args) => notice::run(&args),
        Command::VerifySlip(args) => verify_slip::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Campaign(args) => campaign::run(&args),
        Command::Foi(args) => foi::run(&args),
        Command::Register(args) => register::run(&args),
        Command::Profile(args) => profile::run(&args),
    };
    let (status, error) = match result {
        Ok(status) => return ExitCode::from(status),
        Err(Failure::Usage(error)) => (2, error),
        Err(Failure::Source(error)) => (4, error),
        Err(Failure::Output(error)) => (5, error),
    };
    terminal::complain(&error);
    ExitCode::from(status)
}
