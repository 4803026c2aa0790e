//! `spotcheck merge`

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};

use super::common::worst;
use super::{Failure, terminal};
use crate::batch::merge::{Summary, merge};
use crate::bounded;

/// The most that one file of results may hold, in bytes: some ten thousand of them.
const MAX_RESULTS: u64 = 1 << 30;

const AFTER_HELP: &str = "\
Examples:
  spotcheck merge part-1.jsonl part-2.jsonl

It exits with the worst of all results. Where a part of the batch is missing, that is at least 3.";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Results of `spotcheck batch`, as JSON Lines
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut texts = Vec::new();
    for path in &args.files {
        let name = path.display().to_string();
        let text = bounded::text(path, MAX_RESULTS)
            .with_context(|| format!("The results {name} cannot be read"))
            .map_err(Failure::Source)?;
        texts.push((name, text));
    }
    let summary = merge(
        texts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
    .map_err(|what| Failure::Source(anyhow!(what)))?;
    terminal::result(&text(&summary))?;
    let incomplete = missing(&summary) > 0
        || !summary.half_done.is_empty()
        || !summary.shards_without_results.is_empty()
        || summary.half_written > 0
        || summary.inputs == 0;
    let floor = if incomplete { 3 } else { 0 };
    Ok(worst(summary.statuses.iter().copied().chain([floor])))
}

fn missing(summary: &Summary) -> u64 {
    summary
        .expected
        .map_or(0, |expected| expected.saturating_sub(summary.inputs as u64))
}

fn text(summary: &Summary) -> String {
    let mut out = format!("{} backups and captures with a result", summary.inputs);
    if let Some(expected) = summary.expected {
        let _ = write!(out, " of {expected} in the batch");
    }
    out.push('\n');
    for (overall, n) in &summary.overall {
        let _ = writeln!(out, "  {overall}: {n}");
    }
    if summary.unreadable > 0 {
        let _ = writeln!(out, "  not read, or not read whole: {}", summary.unreadable);
    }
    for (control, verdicts) in &summary.controls {
        let counts: Vec<String> = verdicts.iter().map(|(v, n)| format!("{v} {n}")).collect();
        let _ = writeln!(out, "{control}: {}", counts.join(", "));
    }
    if summary.doubled > 0 {
        let _ = writeln!(
            out,
            "{} results came twice and were counted once.",
            summary.doubled
        );
    }
    if summary.again > 0 {
        let _ = writeln!(
            out,
            "{} results are of backups that were audited again: the old and the new are counted.",
            summary.again
        );
    }
    if summary.half_written > 0 {
        let _ = writeln!(
            out,
            "{} last lines are half-written: run those shares again with --resume.",
            summary.half_written
        );
    }
    if missing(summary) > 0 {
        let _ = writeln!(out, "MISSING: {} have no result yet.", missing(summary));
    }
    for share in &summary.half_done {
        let _ = writeln!(
            out,
            "MISSING: share {} has {} of its {} results. Run it again with --resume.",
            share.shard, share.inputs, share.expected
        );
    }
    if !summary.shards_without_results.is_empty() {
        let _ = writeln!(
            out,
            "MISSING: no result at all of the shares {}.",
            summary.shards_without_results.join(", ")
        );
    }
    out
}
