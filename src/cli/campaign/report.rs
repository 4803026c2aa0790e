//! `spotcheck campaign report`

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::ValueEnum;

use super::super::output::{ending, no_such_ending};
use super::{Failure, Place, held, plain, terminal};
use crate::campaign::Summary;
use crate::campaign::result::{Frame, Readers, Report};
use crate::cli::{notice, output};
use crate::profile::{self, Profile};
use crate::report::campaign;
use crate::report::html;

/// Columns of a report that is written to a file.
const WIDTH: usize = 100;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck campaign report 2026-11
  spotcheck campaign report 2026-11 --against 2026-05 -o report.html
  spotcheck campaign report 2026-11 --publish -o public.html")]
pub(super) struct Args {
    #[arg(value_name = "CAMPAIGN", value_parser = plain)]
    id: String,
    /// Beside an earlier campaign
    #[arg(long, value_name = "CAMPAIGN", value_parser = plain)]
    against: Option<String>,
    /// For publication: no numbers under 5, nothing about single people
    #[arg(long)]
    publish: bool,
    /// With --publish: although people are still to be checked; the page says so
    #[arg(long, requires = "publish")]
    interim: bool,
    /// Shape of the result
    #[arg(long, value_enum, default_value_t = Shape::Table)]
    format: Shape,
    /// Also write the report to this file; its ending says how: .html, .json or .txt
    #[arg(short, long = "output", value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Write over files that are there already (-o)
    #[arg(long)]
    force: bool,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// For a person at a terminal
    Table,
    /// A page to read, print and file
    Html,
    /// For scripts: schema version 1
    Json,
}

impl Shape {
    fn of(path: &Path) -> Result<Self, Failure> {
        match ending(path).as_deref() {
            Some("html" | "htm") => Ok(Shape::Html),
            Some("json") => Ok(Shape::Json),
            Some("txt") => Ok(Shape::Table),
            _ => Err(no_such_ending(path, ".html, .json or .txt")),
        }
    }

    fn render(self, report: &Report, width: usize) -> String {
        match self {
            Shape::Table => campaign::render(report, width),
            Shape::Html => html::campaign(report),
            Shape::Json => campaign::json::render(report),
        }
    }
}

pub(super) fn run(args: &Args, place: &Place) -> Result<u8, Failure> {
    let summary = held(place, &args.id)?;
    let trust = notice::trust().name.clone();
    if args.publish {
        may_be_published(args, &summary)?;
    }
    let mut files = Vec::new();
    for path in &args.output {
        let shape = Shape::of(path)?;
        files.push((output::new_file(path, args.force)?, shape));
    }
    let before = match &args.against {
        None => None,
        Some(other) => Some((other.as_str(), held(place, other)?)),
    };
    let before = before.as_ref().map(|(id, summary)| (*id, summary));
    let head = place.head()?;
    let (readers, head) = match args.publish {
        true => (Readers::Everybody, head.without_number()),
        false => (Readers::Team, head.to_string()),
    };
    let report = Report::new(
        &args.id,
        &summary,
        before,
        readers,
        head,
        &profiles(&summary),
    )
    .framed(Frame {
        made: Some(jiff::Zoned::now().date()),
        trust,
        interim: args.interim,
    });
    terminal::result(&args.format.render(&report, terminal::width()))?;
    for (file, shape) in files {
        output::fill(file, &shape.render(&report, WIDTH))?;
    }
    if !args.publish {
        for (head, keeper) in place.other_heads()? {
            let keeper = keeper.as_deref().unwrap_or("nobody named");
            terminal::note(&format!("Head of the chain of {keeper}: {head}\n"))?;
        }
    }
    if args.interim {
        terminal::note(
            "Note: Publish once, at the end: two reports of one campaign show together what changed between them.\n",
        )?;
    }
    Ok(0)
}

/// A page for everybody is made once, at the end, or says that it is not the end.
fn may_be_published(args: &Args, summary: &Summary) -> Result<(), Failure> {
    let open = summary.open().unwrap_or(0);
    if summary.checked == 0 {
        return Err(Failure::Usage(anyhow!(
            "Nobody was checked in campaign {0}: there is nothing to publish.\nspotcheck campaign status {0} says what comes next.",
            args.id
        )));
    }
    match (open, args.interim) {
        (0, false) | (1.., true) => Ok(()),
        (0, true) => Err(Failure::Usage(anyhow!(
            "Nobody is still to be checked: the round is over. Leave out --interim."
        ))),
        (_, false) => Err(Failure::Usage(anyhow!(
            "People are still to be checked ({open}), so the round is not over. Publish once, at the end.\nspotcheck campaign status {} shows who they are. To publish now: --interim. The page then says that the round is not over.",
            args.id
        ))),
    }
}

/// The shipped checklists, those of the audits first.
fn profiles(summary: &Summary) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = profile::shipped_ids()
        .filter_map(|id| profile::load(id, &[]).ok())
        .collect();
    profiles.sort_by_key(|profile| !summary.profiles.contains(&profile.id));
    profiles
}
