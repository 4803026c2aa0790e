//! `spotcheck campaign report`

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::ValueEnum;

use super::{Failure, Place, held, plain, terminal};
use crate::campaign::Summary;
use crate::campaign::result::{Readers, Report};
use crate::cli::output::cannot_open;
use crate::cli::whole::{Existing, WholeFile};
use crate::profile::{self, Profile};
use crate::report::campaign;
use crate::report::html;

/// Columns of a report that is written to a file.
const WIDTH: usize = 100;

#[derive(clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "CAMPAIGN", value_parser = plain)]
    id: String,
    /// Beside an earlier campaign
    #[arg(long, value_name = "CAMPAIGN", value_parser = plain)]
    against: Option<String>,
    /// For publication: no numbers under 5, nothing about single people
    #[arg(long)]
    publish: bool,
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
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("html" | "htm") => Ok(Shape::Html),
            Some("json") => Ok(Shape::Json),
            Some("txt") => Ok(Shape::Table),
            _ => Err(Failure::Usage(anyhow!(
                "-o {}: the ending of the name says how the file is written.\nEnd it in .html, .json or .txt.",
                path.display()
            ))),
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
    let existing = match args.force {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    let mut files = Vec::new();
    for path in &args.output {
        let shape = Shape::of(path)?;
        let file = WholeFile::open(path, existing).map_err(|e| cannot_open("-o", path, e))?;
        files.push((file, shape));
    }
    let summary = held(place, &args.id)?;
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
    );
    terminal::result(&args.format.render(&report, terminal::width()))?;
    for (file, shape) in files {
        let path = file.path().display().to_string();
        file.fill(shape.render(&report, WIDTH).as_bytes())
            .map_err(|e| {
                Failure::Output(
                    anyhow::Error::new(e).context(format!("{path} (-o) cannot be written")),
                )
            })?;
    }
    if args.publish && summary.open().is_some_and(|open| open > 0) {
        terminal::note(
            "Note: Some are still to be checked. Publish once, at the end: two reports of one campaign show together what changed between them.\n",
        )?;
    }
    Ok(0)
}

/// The shipped checklists, those of the audits first.
fn profiles(summary: &Summary) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = profile::shipped_ids()
        .filter_map(|id| profile::load(id, &[]).ok())
        .collect();
    profiles.sort_by_key(|profile| !summary.profiles.contains(&profile.id));
    profiles
}
