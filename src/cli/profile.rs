//! `spotcheck profile`

mod show;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::{Args as ClapArgs, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::common::Format;
use super::{Failure, terminal};
use crate::profile::check::{self, Age, Warning};
use crate::profile::{self, Profile};

const AFTER_HELP: &str = "\
Examples:
  spotcheck profile list
  spotcheck profile show cyber-essentials
  spotcheck profile new my-trust -o my-trust.toml
  spotcheck profile check my-trust.toml";

#[derive(ClapArgs)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The checklists in this program
    List(ListArgs),
    /// A checklist in full: limits with their sources, lines, what it does not cover
    Show(ShowArgs),
    /// What is wrong with a checklist (exit 2), and what to look at again
    Check(CheckArgs),
    /// A checklist of your own to begin with
    New(NewArgs),
}

#[derive(ClapArgs)]
struct Moment {
    /// Judge the age of sources as of another day, e.g. 2026-11-02
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

impl Moment {
    fn day(&self) -> Date {
        self.as_of
            .unwrap_or_else(|| jiff::Timestamp::now().to_zoned(TimeZone::UTC).date())
    }
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  spotcheck profile list
  spotcheck profile list --format json")]
struct ListArgs {
    #[command(flatten)]
    moment: Moment,
    /// Shape of the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  spotcheck profile show nhs-england
  spotcheck profile show my-trust.toml")]
struct ShowArgs {
    /// Name of a checklist in this program, or a file
    #[arg(value_name = "NAME|FILE")]
    profile: String,
    /// Shape of the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  spotcheck profile check my-trust.toml
  spotcheck profile check my-trust.toml --strict")]
struct CheckArgs {
    /// Names of checklists in this program, or files
    #[arg(value_name = "NAME|FILE", required = true)]
    profiles: Vec<String>,
    #[command(flatten)]
    moment: Moment,
    /// Exit 2 where there is something to look at again, too
    #[arg(long)]
    strict: bool,
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  spotcheck profile new my-trust -o my-trust.toml")]
struct NewArgs {
    /// Name of the new checklist: letters, digits and hyphens
    #[arg(value_name = "NAME")]
    id: String,
    /// Write it to a new file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    moment: Moment,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    match &args.command {
        Command::List(args) => list(args),
        Command::Show(args) => {
            let profile = profile::load(&args.profile, &[])?;
            let text = match args.format {
                Format::Table => show::text(&profile, terminal::width()),
                Format::Json => show::json(&profile),
            };
            terminal::result(&text)?;
            Ok(0)
        }
        Command::Check(args) => check(args),
        Command::New(args) => new(args),
    }
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    title: &'a str,
    as_of: &'a str,
    controls: usize,
    not_covered: usize,
    platforms: Vec<&'static str>,
    age: &'static str,
}

fn list(args: &ListArgs) -> Result<u8, Failure> {
    let day = args.moment.day();
    let profiles = profile::shipped_ids()
        .map(|id| profile::load(id, &[]))
        .collect::<Result<Vec<Profile>, _>>()?;
    let lines: Vec<Line<'_>> = profiles
        .iter()
        .map(|profile| Line {
            id: &profile.id,
            title: &profile.title,
            as_of: &profile.as_of,
            controls: profile.controls.len(),
            not_covered: profile.not_covered.len(),
            platforms: profile.platforms.iter().map(|p| p.id()).collect(),
            age: match check::age(profile, day) {
                Age::Current => "current",
                Age::Stale => "stale",
                Age::Future => "future",
                Age::Unknown => "unknown",
            },
        })
        .collect();
    let text = match args.format {
        Format::Json => lines.iter().map(show::one_line).collect(),
        Format::Table => listed(&lines),
    };
    terminal::result(&text)?;
    Ok(0)
}

fn listed(lines: &[Line<'_>]) -> String {
    let width = lines.iter().map(|line| line.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for line in lines {
        let phones = match line.platforms.as_slice() {
            ["ios"] => "iPhone",
            ["android"] => "Android",
            _ => "iPhone and Android",
        };
        let _ = write!(
            out,
            "{:width$}  {}\n{:width$}  {} lines, {phones}, as of {}",
            line.id, line.title, "", line.controls, line.as_of
        );
        if line.not_covered > 0 {
            let _ = write!(out, ", {} lines not covered", line.not_covered);
        }
        out += match line.age {
            "stale" => ": MORE THAN A YEAR OLD, read the sources again\n",
            "future" => ": dated in the future, check the clock\n",
            _ => "\n",
        };
    }
    out
}

fn check(args: &CheckArgs) -> Result<u8, Failure> {
    let day = args.moment.day();
    let mut text = String::new();
    let mut status = 0;
    for name in &args.profiles {
        let profile = match profile::load(name, &[]) {
            Ok(profile) => profile,
            Err(error) => {
                status = 2;
                terminal::complain(&error.into());
                continue;
            }
        };
        let warnings = check::check(&profile, day);
        if args.strict && !warnings.is_empty() {
            status = 2;
        }
        text += &checked(name, &profile, &warnings);
    }
    terminal::result(&text)?;
    Ok(status)
}

fn checked(name: &str, profile: &Profile, warnings: &[Warning]) -> String {
    let mut out = format!("{name}: no error, ");
    let _ = match warnings.len() {
        0 => writeln!(
            out,
            "nothing to look at again ({} lines)",
            profile.controls.len()
        ),
        1 => writeln!(out, "1 thing to look at again"),
        n => writeln!(out, "{n} things to look at again"),
    };
    for warning in warnings {
        let _ = writeln!(out, "  {}: {}", warning.place, warning.what);
    }
    out
}

fn new(args: &NewArgs) -> Result<u8, Failure> {
    let id = &args.id;
    let usage = |what: String| Err(Failure::Usage(anyhow!(what)));
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return usage(format!(
            "\"{id}\" cannot be the name of a checklist.\nUse letters, digits and hyphens, e.g. my-trust."
        ));
    }
    if profile::shipped(id).is_some() {
        return usage(format!(
            "This program has a checklist {id} already.\nChoose another name, e.g. my-{id}."
        ));
    }
    let text = beginning(id, args.moment.day());
    let Some(path) = &args.output else {
        terminal::result(&text)?;
        return Ok(0);
    };
    let name = path.display();
    if path.exists() {
        return usage(format!(
            "The file {name} is there already, and nothing was written.\nChoose another name."
        ));
    }
    write_new(path, &text)
        .with_context(|| format!("The checklist could not be written to {name}"))
        .map_err(Failure::Output)?;
    terminal::note(&format!(
        "Written: {name}. Change it, then run: spotcheck profile check {name}\n"
    ))?;
    Ok(0)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(text.as_bytes())
}

/// Ten lines that say what can be changed.
fn beginning(id: &str, today: Date) -> String {
    format!(
        r#"# A checklist of your own: all of nhs-england, and what you change here. `spotcheck profile check FILE` tells
# whether it is right, `spotcheck profile show nhs-england` which lines and limits there are.
id = "{id}"
title = "Our trust's checklist"
extends = "nhs-england"
as_of = {today} # the day on which you last read your sources
source = "NHS England, Using mobile messaging; our trust's policy on mobile devices"
[parameters.auto_lock_max] # another limit, with its source
value = "1m"
source = "Our policy on mobile devices [name the section]"
"#
    )
}
