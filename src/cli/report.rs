//! `spotcheck report`

use std::path::PathBuf;

use anyhow::Context as _;

use super::common::{Format, worst};
use super::output::OutputArgs;
use super::{Failure, terminal};
use crate::bounded;
use crate::report::record::Record;
use crate::report::{json, saved, table};

const AFTER_HELP: &str = "\
It reads no phone and judges nothing anew: what was written with the audit is written again, byte for byte. The exit
status is that of the audit; of several, the worst.

Examples:
  spotcheck report audit-17.json
  spotcheck report audit-17.json -o audit-17.html -o audit-17.xml
  spotcheck report results.jsonl -o overview.html     the results of a batch";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Saved audits (JSON), or results of `spotcheck batch` (JSON Lines)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    /// Shape of what goes to the terminal
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut records = Vec::new();
    for path in &args.files {
        records.extend(read(path)?);
    }
    let profiles: Vec<&str> = records
        .iter()
        .map(|record| {
            record
                .audit
                .as_ref()
                .map_or("not-read", |audit| &audit.profile_id)
        })
        .collect();
    args.output.open(&profiles)?.fill(&records)?;
    terminal::result(&shown(&records, args.format))?;
    Ok(worst(records.iter().flat_map(Record::statuses)))
}

/// Reads saved audits back.
pub(super) fn read(path: &std::path::Path) -> Result<Vec<Record>, Failure> {
    let name = path.display().to_string();
    let text = bounded::text(path, saved::MAX_BYTES)
        .with_context(|| format!("The saved audit {name} cannot be read"))
        .map_err(Failure::Source)?;
    saved::parse(&name, &text).map_err(|e| Failure::Source(e.into()))
}

/// Records as they go to the terminal.
pub(super) fn shown(records: &[Record], format: Format) -> String {
    match format {
        Format::Table => {
            let width = terminal::width();
            let reports: Vec<String> = records
                .iter()
                .map(|record| match (&record.audit, &record.problem) {
                    (Some(audit), _) => table::render(audit, record.kept.as_ref(), width),
                    (None, Some(problem)) => format!(
                        "NOT READ ({}): {} {}\n",
                        record.input(),
                        problem.what,
                        problem.next
                    ),
                    (None, None) => String::new(),
                })
                .collect();
            reports.join("\n")
        }
        Format::Json => match records {
            [record] => json::record_pretty(record) + "\n",
            records => records
                .iter()
                .map(|record| json::record_line(record) + "\n")
                .collect(),
        },
    }
}
