//! The command line: what can be typed, and one file per command.

mod android;
mod batch;
mod campaign;
mod checklist;
mod common;
mod config;
mod connect;
mod devices;
mod diff;
mod doctor;
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
mod wizard;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::evidence::SourceError;
use crate::profile::ProfileError;
use crate::whole;

const AFTER_HELP: &str = "\
Exit status: 0 pass, 1 fail, 2 usage or configuration error, 3 incomplete (look at the phone), 4 the phone or backup
could not be read, 5 the result could not be written.

Examples:
  spotcheck ios sample-backups/ios-compliant --profile nhs-england-quick --readable-only --as-of evidence
  spotcheck android
  spotcheck doctor
  spotcheck plan android
  spotcheck explain IM-06";

/// Spot checks of the messaging settings on a phone against the NHS England checklist. It reads settings only,
/// writes nothing to the phone or the backup, and talks to nobody else. Alone on a terminal, it asks what to check.
#[derive(Parser)]
#[command(name = "spotcheck", version, after_help = AFTER_HELP, propagate_version = true)]
struct Cli {
    /// Take settings from this file, not from spotcheck.toml here and in the config folder
    #[arg(long, visible_alias = "trust", global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Audit an iPhone from its local backup
    #[command(alias = "iphone")]
    Ios(ios::Args),
    /// Audit an Android phone over ADB, or a capture of one
    Android(android::Args),
    /// List the phones and backups that can be checked, and what to do about each
    Devices(devices::Args),
    /// Check a phone without cable or backup, by looking at its screen together
    Look(look::Args),
    /// Audit many backups and captures at once
    Batch(batch::Args),
    /// Make one summary of the shares of a batch
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
    /// What a check needs, what is there of it, and what to do about the rest
    Doctor(doctor::Args),
    /// What is set where (spotcheck.toml, variables), and a file to begin with
    Config(config::Args),
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
    if std::env::args_os().len() == 1 && wizard::can_ask() {
        return ended(first_run());
    }
    // A mistake on the command line, and help, are told whatever the settings are.
    let matches = match folding().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return misused(&error),
    };
    let (result, loaded) = with_settings(matches);
    let result = result.map(|cli| run(&cli, loaded));
    match result {
        Err(error) => misused(&error),
        Ok(result) => ended(result),
    }
}

/// The exit status of a command; what went wrong is told.
fn ended(result: Result<u8, Failure>) -> ExitCode {
    let (status, error) = match result {
        Ok(status) => return ExitCode::from(status),
        Err(Failure::Usage(error)) => (2, error),
        Err(Failure::Source(error)) => (4, error),
        Err(Failure::Output(error)) => (5, error),
    };
    terminal::complain(&error);
    ExitCode::from(status)
}

/// Asks somebody who typed nothing what to check, and does it as the command that was shown would.
fn first_run() -> Result<u8, Failure> {
    let config = config::load(None)?;
    let command = config::with_defaults(&command(), &config).unwrap_or_else(command);
    config::take(config);
    let Some(chosen) = wizard::ask(&mut session::OnTerminal)? else {
        // Nothing was checked.
        return Ok(3);
    };
    let words = std::iter::once("spotcheck".into()).chain(chosen.words);
    let cli = command
        .try_get_matches_from(words)
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| Failure::Usage(error.into()))?;
    let status = run(&cli, Ok(()))?;
    if let Some(slip) = chosen.slip.filter(|slip| slip.is_file()) {
        terminal::note(&format!(
            "\nThe slip is in {}. Print it for the person.\n",
            slip.display()
        ))?;
    }
    Ok(status)
}

/// All that can be typed.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The same with the paragraphs below the options on one line each, for the terminal to fold: in the program's own
/// texts, and so on the pages that are made of them, lines end earlier.
fn folding() -> clap::Command {
    fn fold(command: clap::Command) -> clap::Command {
        let after = command
            .get_after_help()
            .map(|text| on_one_line(&text.to_string()));
        let command = command.mut_subcommands(fold);
        match after {
            Some(after) => command.after_help(after),
            None => command,
        }
    }
    fold(command())
}

/// Lines of a paragraph are joined; what is indented stays as it is.
fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_paragraph = false;
    for line in text.lines() {
        let goes_on = !line.is_empty() && !line.starts_with(' ');
        if !out.is_empty() {
            out.push(if in_paragraph && goes_on { ' ' } else { '\n' });
        }
        out += line;
        in_paragraph = goes_on;
    }
    out
}

/// Help that was asked for, or what is wrong with the command line.
fn misused(error: &clap::Error) -> ExitCode {
    let status = if error.use_stderr() { 2 } else { 0 };
    // A closed pipe is nobody's fault here: help was read as far as it was wanted.
    let _ = error.print();
    let hint = file_hint(error, std::env::args().nth(1).as_deref());
    if let Some(hint) = hint.or_else(|| password_hint(error)) {
        let _ = terminal::note(hint);
    }
    ExitCode::from(status)
}

/// Where a file was given to a command that takes it with an option alone.
fn file_hint(error: &clap::Error, command: Option<&str>) -> Option<&'static str> {
    let given = error.get(clap::error::ContextKind::InvalidArg)?.to_string();
    let stray = error.kind() == clap::error::ErrorKind::UnknownArgument && !given.starts_with('-');
    (stray && command == Some("android")).then_some(
        "\nTo check what was saved of a phone, name its kind: --capture FILE, --folder FOLDER or --bugreport FILE.\n",
    )
}

/// Where a password was typed into the command: others can read it there, and a shell keeps it.
fn password_hint(error: &clap::Error) -> Option<&'static str> {
    let given = error.get(clap::error::ContextKind::InvalidArg)?.to_string();
    (given == "--password").then_some(
        "\nNever type a password into a command: others can read it there. Leave the option out, and it is asked for. \
         Scripts name a file: --password-file FILE.\n",
    )
}

/// The command line as it is with the settings, and what is wrong with the settings.
fn with_settings(mut matches: ArgMatches) -> (Result<Cli, clap::Error>, Result<(), Failure>) {
    let loaded = match config::load(config::named(&matches)) {
        Ok(config) => {
            if let Some(command) = config::with_defaults(&folding(), &config) {
                matches = match command.try_get_matches() {
                    Ok(matches) => matches,
                    Err(error) => return (Err(error), Ok(())),
                };
            }
            config::take(config);
            Ok(())
        }
        Err(failure) => Err(failure),
    };
    (Cli::from_arg_matches(&matches), loaded)
}

/// Runs a command. Without right settings nothing runs but what tells about them.
fn run(cli: &Cli, loaded: Result<(), Failure>) -> Result<u8, Failure> {
    match (&cli.command, loaded) {
        (Command::Config(args), loaded) => config::run(args, cli.config.as_deref(), loaded),
        (Command::Doctor(args), loaded) => doctor::run(args, cli.config.as_deref(), loaded),
        (_, Err(failure)) => Err(failure),
        (Command::Ios(args), Ok(())) => ios::run(args),
        (Command::Android(args), Ok(())) => android::run(args),
        (Command::Devices(args), Ok(())) => devices::run(args),
        (Command::Look(args), Ok(())) => look::run(args),
        (Command::Batch(args), Ok(())) => batch::run(args),
        (Command::Merge(args), Ok(())) => merge::run(args),
        (Command::Draw(args), Ok(())) => draw::run(args),
        (Command::Report(args), Ok(())) => report::run(args),
        (Command::Diff(args), Ok(())) => diff::run(args),
        (Command::Notice(args), Ok(())) => notice::run(args),
        (Command::VerifySlip(args), Ok(())) => verify_slip::run(args),
        (Command::Plan(args), Ok(())) => plan::run(args),
        (Command::Explain(args), Ok(())) => explain::run(args),
        (Command::Campaign(args), Ok(())) => campaign::run(args),
        (Command::Foi(args), Ok(())) => foi::run(args),
        (Command::Register(args), Ok(())) => register::run(args),
        (Command::Profile(args), Ok(())) => profile::run(args),
    }
}
