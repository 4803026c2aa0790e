//! `spotcheck draw`

mod commit;
mod files;
mod numbers;
mod size;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::whole::WholeFile;
use super::{Failure, notice, output, terminal};
use crate::evidence::{personal, text};
use crate::report::draw as paper;
use crate::report::draw::Draw;
use crate::report::notice::is_unfinished;
use crate::sampling::allocate::with_at_least;
use crate::sampling::commitment::Commitment;
use crate::sampling::draw::{self, Fate, Group, Method};
use crate::sampling::population::Population;
use crate::sampling::words::{count, number};
use crate::trust::Trust;
use numbers::HowManyArgs;

const AFTER_HELP: &str = "\
A fair draw has two steps. First fix the list, before anybody can know the seed. Then draw with a
seed that nobody chose, such as the numbers of a lottery.

A list called commit, size or replace is given as ./commit.

Examples:
  spotcheck draw commit staff.csv --by directorate -o commitment.toml
  spotcheck draw staff.csv --by directorate --size 60 --seed 03.11.19 --commitment commitment.toml -o draw.json
  spotcheck draw size --people 1000 --find \"1 in 10\"
  spotcheck draw replace staff.csv --size 60 --seed 03.11.19 --not-applicable S014";

#[derive(ClapArgs)]
#[command(after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    draw: DrawArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Fix the list before the seed is known: the first step of a draw
    Commit(commit::Args),
    /// How many to check, and what that would tell, in words
    Size(size::Args),
    /// Who takes the places of those to whom the check does not apply
    Replace(ReplaceArgs),
}

/// The list.
#[derive(ClapArgs)]
struct ListArgs {
    /// The list of staff: CSV with a heading row
    #[arg(value_name = "POPULATION.csv")]
    list: Option<PathBuf>,
    /// The column of references
    #[arg(long, value_name = "COLUMN", default_value = "id")]
    id: String,
    /// The column of groups: of each group a share in proportion is drawn
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
}

impl ListArgs {
    fn path(&self) -> Result<&Path, Failure> {
        self.list.as_deref().ok_or_else(|| {
            Failure::Usage(anyhow!(
                "Name the list of staff, e.g. spotcheck draw staff.csv --size 60 --seed TEXT"
            ))
        })
    }

    fn by(&self) -> Option<&str> {
        self.by.as_deref().map(str::trim)
    }

    /// Reads the list and says what is odd about it.
    fn read(&self) -> Result<Population, Failure> {
        let population = files::list(self.path()?, &self.id, self.by.as_deref())?;
        for warning in &population.warnings {
            terminal::note(&format!("Note: {warning}\n"))?;
        }
        Ok(population)
    }
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum MethodArg {
    /// By SHA-256 of the seed and the reference: a joiner changes nobody else's place
    Sha256,
    /// By RFC 3797; the seed is its key, e.g. 9319./2.5.8.10.12./
    Rfc3797,
}

impl From<MethodArg> for Method {
    fn from(method: MethodArg) -> Self {
        match method {
            MethodArg::Sha256 => Method::Sha256,
            MethodArg::Rfc3797 => Method::Rfc3797,
        }
    }
}

/// What decides who is drawn.
#[derive(ClapArgs)]
struct CoreArgs {
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    how_many: HowManyArgs,
    /// At least so many of each group: 2, if the report is to estimate a rate over groups
    #[arg(long, value_name = "N", default_value_t = 0)]
    at_least: u64,
    /// What the draw hangs on: something that nobody chose and everybody can look up
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    /// How the order is made
    #[arg(long, value_enum, default_value_t = MethodArg::Sha256)]
    method: MethodArg,
}

impl CoreArgs {
    fn seed(&self) -> Result<&str, Failure> {
        let usage = |what: &str| Err(Failure::Usage(anyhow!("{what}")));
        let Some(seed) = self.seed.as_deref() else {
            return usage(
                "The draw needs a seed that nobody chose, e.g. the numbers of a lottery.\nGive it with --seed.",
            );
        };
        if seed.trim() != seed || seed.is_empty() || text::clean(seed) != seed {
            return usage(
                "The seed (--seed) has to be plain text of up to 200 characters, with no space at either end.",
            );
        }
        if self.method == MethodArg::Rfc3797 && !seed.ends_with('/') {
            return usage(
                "By RFC 3797 every source ends in a slash, and so does the key, e.g. --seed 9319./2.5.8.10.12./",
            );
        }
        Ok(seed)
    }

    fn method(&self) -> Method {
        self.method.into()
    }

    /// How many of each group, and why so many.
    fn sizes(&self, population: &Population) -> Result<(Vec<u64>, String), Failure> {
        let people = population.len();
        let (n, why) = self.how_many.need(Some(people))?;
        if n > people {
            return Err(Failure::Usage(anyhow!(
                "{} cannot be drawn from a list of {}.\nGive a smaller --size.",
                number(n),
                number(people)
            )));
        }
        let groups: Vec<(&str, u64)> = population
            .groups()
            .iter()
            .map(|(name, size)| (name.as_str(), *size))
            .collect();
        let sizes = with_at_least(&groups, n, self.at_least).ok_or_else(|| {
            Failure::Usage(anyhow!(
                "{} are too few for at least {} of each of {} groups.\nDraw more, or give a smaller --at-least.",
                number(n),
                number(self.at_least),
                number(groups.len() as u64)
            ))
        })?;
        Ok((sizes, why))
    }

    fn draw<'a>(
        &self,
        population: &'a Population,
        sizes: &[u64],
    ) -> Result<Vec<Group<'a>>, Failure> {
        draw::draw(population, self.seed()?, self.method(), sizes).ok_or_else(|| {
            Failure::Usage(anyhow!(
                "RFC 3797 can number {} people, and the list has {}.\nUse the other method (--method sha256).",
                number(draw::RFC3797_MAX),
                number(population.len())
            ))
        })
    }
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// For a person at a terminal
    Table,
    /// One row for each person
    Csv,
    /// For scripts: version 1
    Json,
}

impl Format {
    /// What the ending of a file's name says.
    fn of(path: &Path) -> Result<Self, Failure> {
        match output::ending(path).as_deref() {
            Some("json") => Ok(Format::Json),
            Some("csv") => Ok(Format::Csv),
            Some("txt") => Ok(Format::Table),
            _ => Err(output::no_such_ending(path, ".json, .csv or .txt")),
        }
    }
}

#[derive(ClapArgs)]
struct DrawArgs {
    #[command(flatten)]
    core: CoreArgs,
    /// The commitment to the list: the draw is refused if the list has changed since
    #[arg(long, value_name = "FILE")]
    commitment: Option<PathBuf>,
    #[command(flatten)]
    salt: files::SaltArgs,
    /// How many reserves of each group to list [default: as many as are drawn]
    #[arg(long, value_name = "N")]
    reserves: Option<usize>,
    /// Write the certificate for the notice board, which names nobody: a PDF where the name ends in .pdf, else text
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Write a letter for each person drawn into this folder
    #[arg(long, value_name = "FOLDER")]
    letters: Option<PathBuf>,
    /// When and where the checks are, for the letters
    #[arg(long, value_name = "TEXT", value_parser = plain)]
    when: Option<String>,
    #[command(flatten)]
    day: DayArgs,
    /// Write the list to this new file instead of the terminal; its ending says how: .json, .csv or .txt
    #[arg(short, long, value_name = "FILE", conflicts_with = "format")]
    output: Option<PathBuf>,
    /// Shape of what goes to the terminal
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The day that is written on the paper.
#[derive(ClapArgs)]
struct DayArgs {
    /// The day to write on the paper, e.g. 2026-11-18 [default: today]
    #[arg(long, value_name = "DATE")]
    date: Option<Date>,
}

impl DayArgs {
    fn day(&self) -> Date {
        self.date
            .unwrap_or_else(|| jiff::Timestamp::now().to_zoned(TimeZone::UTC).date())
    }
}

/// What people type is checked as every free text is.
fn plain(given: &str) -> Result<String, String> {
    personal::check(given)?;
    Ok(text::clean(given))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    match &args.command {
        None => draw(&args.draw),
        Some(Command::Commit(args)) => commit::run(args),
        Some(Command::Size(args)) => size::run(args),
        Some(Command::Replace(args)) => replace(args),
    }
}

fn draw(args: &DrawArgs) -> Result<u8, Failure> {
    let core = &args.core;
    let seed = core.seed()?;
    // All that can be wrong is found before anything is written.
    let trust = notice::trust();
    if let Some(path) = &args.certificate {
        files::is_new(path)?;
    }
    let list = args.output.as_deref().map(list_file).transpose()?;
    if let Some(folder) = &args.letters {
        files::is_empty(folder)?;
    }
    let population = core.list.read()?;
    let commitment = committed(args, &population)?;
    let (sizes, why) = core.sizes(&population)?;
    let groups = core.draw(&population, &sizes)?;
    warn_of_groups(&groups, core.list.by(), core.at_least)?;
    let draw = Draw {
        on: args.day.day(),
        by: core.list.by(),
        seed,
        method: core.method(),
        fingerprint: population.fingerprint(),
        commitment: commitment.as_ref(),
        why,
        groups: &groups,
        reserves: args.reserves,
    };
    if let Some(path) = &args.certificate {
        files::write_new(
            path,
            &certificate(path, &draw, trust)?,
            files::For::Everybody,
        )?;
    }
    if let Some(folder) = &args.letters {
        let letters: Vec<String> = groups
            .iter()
            .flat_map(|group| group.drawn().iter().map(move |id| (group, id)))
            .map(|(group, id)| paper::letter(&draw, group, id, trust, args.when.as_deref()))
            .collect();
        files::letters(folder, &letters)?;
        if letters.first().is_some_and(|letter| is_unfinished(letter)) {
            terminal::note(
                "Note: The letters have gaps in square brackets. Fill them in spotcheck.toml (see spotcheck notice --help), and give --when.\n",
            )?;
        }
    }
    let render = |format| match format {
        Format::Table => paper::list(&draw),
        Format::Csv => paper::csv(&draw),
        Format::Json => paper::json(&draw),
    };
    match list {
        None => terminal::result(&render(args.format))?,
        Some((file, format)) => output::fill(file, &render(format))?,
    }
    Ok(0)
}

/// The file of the list, opened before anything is read.
fn list_file(path: &Path) -> Result<(WholeFile, Format), Failure> {
    files::is_new(path)?;
    let format = Format::of(path)?;
    Ok((output::new_file(path, false)?, format))
}

/// The certificate, as the ending of its name says.
fn certificate(path: &Path, draw: &Draw, trust: &Trust) -> Result<Vec<u8>, Failure> {
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    if ending.is_none_or(|ending| ending != "pdf") {
        return Ok(paper::certificate(draw, trust).into_bytes());
    }
    paper::certificate_pdf(draw, trust).map_err(|why| {
        Failure::Output(anyhow!(
            "The certificate could not be made as a PDF: {why}.\nMake it as text (a file that ends with .txt), and report this as a fault of spotcheck."
        ))
    })
}

/// The commitment, after the list was checked against it.
fn committed(args: &DrawArgs, population: &Population) -> Result<Option<Commitment>, Failure> {
    let Some(path) = &args.commitment else {
        return Ok(None);
    };
    let commitment = files::commitment(path)?;
    let list = &args.core.list;
    let salt = args.salt.read(list.path()?)?;
    let groups_are_fixed = commitment
        .check(population, list.by(), args.core.method(), &salt)
        .map_err(|why| {
            Failure::Usage(anyhow!(
                "{why}\nDraw from the list as it was, or commit to the new one and wait for a new seed."
            ))
        })?;
    if commitment
        .made_on()
        .is_some_and(|made| made >= args.day.day())
    {
        terminal::note(
            "Note: The commitment is not older than the draw. It cannot show that the list came before the seed. Commit at least a day before the seed is known.\n",
        )?;
    }
    if !groups_are_fixed {
        terminal::note(
            "Note: The commitment fixed the list and not its groups. Next time give --by to draw commit too.\n",
        )?;
    }
    Ok(Some(commitment))
}

fn warn_of_groups(groups: &[Group], by: Option<&str>, at_least: u64) -> Result<(), Failure> {
    if by.is_none() {
        return Ok(());
    }
    let none: Vec<&str> = groups
        .iter()
        .filter(|g| g.drawn().is_empty())
        .map(|g| g.name)
        .collect();
    if !none.is_empty() {
        terminal::note(&format!(
            "Note: Nobody is drawn of {}. To draw some of each group, give --at-least.\n",
            none.join(", ")
        ))?;
    }
    let small = groups.iter().filter(|g| g.people < 5).count() as u64;
    if small > 0 {
        terminal::note(&format!(
            "Note: {} fewer than 5 people, and the certificate shows it. Put small groups together.\n",
            count(small, "group has", "groups have")
        ))?;
    }
    if at_least > 0 {
        terminal::note(
            "Note: With --at-least, people in small groups are likelier to be drawn than others.\n",
        )?;
    }
    Ok(())
}

#[derive(ClapArgs)]
#[command(after_help = "\
Examples:
  spotcheck draw replace staff.csv --size 60 --seed 03.11.19 --not-applicable S014
  spotcheck draw replace staff.csv --size 60 --seed 03.11.19 --declined S021 --unreachable S033,S040")]
struct ReplaceArgs {
    #[command(flatten)]
    core: CoreArgs,
    /// References of those to whom the check does not apply (left, no phone for work), first to drop out first
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    not_applicable: Vec<String>,
    /// References of those who declined: never replaced
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    declined: Vec<String>,
    /// References of those who could not be reached in time: never replaced
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    unreachable: Vec<String>,
}

fn replace(args: &ReplaceArgs) -> Result<u8, Failure> {
    let core = &args.core;
    let seed = core.seed()?;
    let population = core.list.read()?;
    let (sizes, why) = core.sizes(&population)?;
    let groups = core.draw(&population, &sizes)?;
    let fates: Vec<(&str, Fate)> = [
        (&args.not_applicable, Fate::NotApplicable),
        (&args.declined, Fate::Declined),
        (&args.unreachable, Fate::Unreachable),
    ]
    .into_iter()
    .flat_map(|(ids, fate)| ids.iter().map(move |id| (id.trim(), fate)))
    .collect();
    let places = draw::replace(&groups, &fates).map_err(|id| {
        Failure::Usage(anyhow!(
            "{} has no place in this draw: not drawn, not called up, or named twice.\nCheck the reference, and that list, size and seed are those of the draw.",
            text::clean(id)
        ))
    })?;
    let draw = Draw {
        on: Date::default(),
        by: core.list.by(),
        seed,
        method: core.method(),
        fingerprint: population.fingerprint(),
        commitment: None,
        why,
        groups: &groups,
        reserves: None,
    };
    terminal::result(&paper::replaced(&draw, &places))?;
    Ok(0)
}
