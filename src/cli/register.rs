//! `spotcheck register`

mod place;
mod records;

use std::fmt::Write as _;
use std::io::{BufRead as _, Read as _};
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Failure, output, terminal};
use crate::bounded;
use crate::register::chain::{ChainId, PrintedHead};
use crate::register::store::Added;
use crate::register::{Body, Entry, Problem, exchange, verify};
use crate::sampling::words::count;
use place::unusable;
pub(super) use place::{Place, PlaceArgs};
use records::Which;

/// The most that one line of an import may hold; an audit has some tens of kilobytes.
const MAX_LINE: u64 = 16 << 20;

const AFTER_HELP: &str = "\
The register is one file. Say once in spotcheck.toml where it is and how long entries are kept:

  [register]
  file = \"register.sqlite\"
  keep_days = 730

Examples:
  spotcheck ios BACKUP --register register.sqlite
  spotcheck register list --campaign 2026-11
  spotcheck register verify --head 9f3c01ab-17-0011223344556677889900aa
  spotcheck register export -o north.jsonl
  spotcheck register merge north.jsonl         on another computer";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// One line per audit
    #[command(after_help = "\
Examples:
  spotcheck register list
  spotcheck register list --campaign 2026-11")]
    List {
        /// Only of this campaign
        #[arg(long)]
        campaign: Option<String>,
    },
    /// One record, as JSON
    #[command(after_help = "\
Examples:
  spotcheck register show 17
  spotcheck register show 9f3c01ab-17")]
    Show {
        /// Its number; of another register's chain as the list shows it, e.g. 9f3c01ab-17
        #[arg(value_name = "NUMBER|CHAIN-NUMBER")]
        number: Which,
    },
    /// Take in audits: JSON or JSON Lines of audits and batches
    #[command(after_help = "\
Examples:
  spotcheck register import audit-17.json
  spotcheck register import results.jsonl --register register.sqlite --keep-days 730")]
    Import {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// The whole register as JSON Lines, for merging elsewhere
    #[command(after_help = "\
Examples:
  spotcheck register export -o north.jsonl
  spotcheck register export > north.jsonl")]
    Export {
        /// Write to this file instead of the terminal
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Write over a file that is there already (-o)
        #[arg(long)]
        force: bool,
    },
    /// Take in the exports of other registers
    #[command(after_help = "\
Examples:
  spotcheck register merge north.jsonl south.jsonl")]
    Merge {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// A copy in a new file, while others write
    #[command(after_help = "\
Examples:
  spotcheck register backup register-2026-11.sqlite")]
    Backup {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Look for records that were changed, removed, moved or put in
    #[command(after_help = "\
Examples:
  spotcheck register verify
  spotcheck register verify --head 9f3c01ab-17-0011223344556677889900aa")]
    Verify {
        /// A head that was printed on a slip or report: it must be in the register
        #[arg(long, value_name = "HEAD")]
        head: Vec<PrintedHead>,
    },
    /// Remove what is due, and keep its place in the chain
    #[command(after_help = "\
Examples:
  spotcheck register purge")]
    Purge,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let place = match &args.command {
        What::Import { .. } => args.place.open_to_add(),
        What::Merge { .. } => args.place.open_or_make(),
        What::Purge => args.place.open_to_change(),
        _ => args.place.open_to_read(),
    };
    let mut place = place?.ok_or_else(|| {
        Failure::Usage(anyhow!(
            "No register was named. Give --register FILE, or name one in spotcheck.toml: file in [register]."
        ))
    })?;
    let path = place.path.clone();
    let failed = |problem: Problem| unusable(&path, &problem);
    match &args.command {
        What::List { campaign } => records::list(&place, campaign.as_deref())?,
        What::Show { number } => return records::show(&place, number),
        What::Import { files } => return import(&mut place, files),
        What::Export { output, force } => {
            let file = output
                .as_deref()
                .map(|path| output::new_file(path, *force))
                .transpose()?;
            let mut out = String::new();
            exchange::export(&place.register, |line| {
                out += line;
                out.push('\n');
                Ok::<(), Problem>(())
            })
            .map_err(failed)?;
            match file {
                None => terminal::result(&out)?,
                Some(file) => output::fill(file, &out)?,
            }
            terminal::note(
                "Note: This holds staff references. Keep it as the register is kept, and delete it once it is merged.\n",
            )?;
        }
        What::Merge { files } => return merge(&mut place, files),
        What::Backup { file } => {
            if file.exists() {
                return Err(Failure::Usage(anyhow!(
                    "{} is there already and is not overwritten. Choose another name.",
                    file.display()
                )));
            }
            place
                .register
                .backup(file)
                .map_err(|problem| unusable(file, &problem))?;
            terminal::result(&format!("Copied to {}.\n", file.display()))?;
        }
        What::Verify { head } => {
            let verified = verify::verify(&place.register, today(), head).map_err(failed)?;
            // They are read apart: what is damaged may keep them from being told, and nothing else.
            let heads = place.register.heads().unwrap_or_default();
            let mut text = verified_text(&verified);
            text += &records::heads_text(&heads);
            terminal::result(&text)?;
            return Ok(u8::from(!verified.wrong.is_empty()));
        }
        What::Purge => {
            let purged = place.register.purge(today()).map_err(failed)?;
            terminal::result(&format!(
                "{} due and purged.\n",
                count(purged, "record was", "records were")
            ))?;
        }
    }
    Ok(0)
}

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Each audit is safe on the disk before the next one is taken.
fn import(place: &mut Place, files: &[PathBuf]) -> Result<u8, Failure> {
    let keep_days = place.keep_days()?;
    let (mut added, mut known, mut passed_over) = (0u64, 0u64, 0u64);
    for path in files {
        let name = path.display();
        let mut reader = bounded::lines(path)
            .with_context(|| format!("The file {name} cannot be read"))
            .map_err(Failure::Source)?;
        let mut first = true;
        let mut number = 0u64;
        loop {
            let mut line = String::new();
            number += 1;
            let n = std::io::Read::take(&mut reader, MAX_LINE)
                .read_line(&mut line)
                .with_context(|| format!("{name}, line {number}: cannot be read"))
                .map_err(Failure::Source)?;
            if n == 0 {
                break;
            }
            if line.trim().is_empty() {
                continue;
            }
            // One audit made readable stands on many lines.
            if first && serde_json::from_str::<serde_json::Value>(&line).is_err() {
                std::io::Read::take(&mut reader, MAX_LINE)
                    .read_to_string(&mut line)
                    .with_context(|| format!("{name}: cannot be read"))
                    .map_err(Failure::Source)?;
            }
            first = false;
            let entry = match Entry::from_json(&line) {
                Ok(entry) => entry,
                // A batch writes such a line for a backup that could not be read at all.
                Err(_) if is_failure(&line) => {
                    passed_over += 1;
                    continue;
                }
                Err(why) => {
                    return Err(Failure::Source(anyhow!(
                        "{name}, line {number}: {why}.\nGive files that spotcheck wrote with --format json or jsonl. {} taken before it.",
                        count(added, "audit was", "audits were")
                    )));
                }
            };
            let body = Body::Audit(Box::new(entry));
            match place
                .register
                .add(&body, keep_days)
                .map_err(|problem| unusable(&place.path, &problem))?
            {
                Added::Now(_) => added += 1,
                Added::Before(_) => known += 1,
            }
        }
    }
    let mut text = format!("{} added.\n", count(added, "audit was", "audits were"));
    if known > 0 {
        let was = count(known, "was", "were");
        let _ = writeln!(text, "{was} in the register already.");
    }
    if passed_over > 0 {
        let _ = writeln!(
            text,
            "{} could not be read, so there is no audit of it.",
            count(passed_over, "backup", "backups")
        );
    }
    let head = place
        .register
        .head()
        .map_err(|problem| unusable(&place.path, &problem))?;
    let _ = writeln!(text, "Head: {head}");
    terminal::result(&text)?;
    Ok(0)
}

fn is_failure(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line)
        .is_ok_and(|value| value["error"].is_object() && value["findings"].is_null())
}

fn merge(place: &mut Place, files: &[PathBuf]) -> Result<u8, Failure> {
    let mut text = String::new();
    let mut taken: Vec<ChainId> = Vec::new();
    for path in files {
        let name = path.display().to_string();
        let mut reader = bounded::lines(path)
            .with_context(|| format!("The export {name} cannot be read"))
            .map_err(Failure::Source)?;
        let mut records = Vec::new();
        for number in 1u64.. {
            let mut line = String::new();
            let n = std::io::Read::take(&mut reader, MAX_LINE)
                .read_line(&mut line)
                .with_context(|| format!("{name}, line {number}: cannot be read"))
                .map_err(Failure::Source)?;
            if n == 0 {
                break;
            }
            let record = exchange::parse(line.trim_end()).map_err(|why| {
                Failure::Source(anyhow!(
                    "{name}, line {number}: {why}.\nGive a file that spotcheck register export wrote. Nothing of it was taken."
                ))
            })?;
            records.push(record);
        }
        let merged = place
            .register
            .merge(&records)
            .map_err(|problem| match problem {
                // It is merged; only the file is not emptied yet.
                Problem::PurgeUnfinished => unusable(&place.path, &problem),
                _ => Failure::Source(anyhow!("{name} cannot be merged: {problem}.\nExport it again where it was made. Nothing of it was taken.")),
            })?;
        let _ = writeln!(
            text,
            "{name}: {} added, {} known already, {} purged.",
            count(merged.added, "record", "records"),
            merged.known,
            merged.purged
        );
        taken.extend(records.iter().map(|record| record.chain));
    }
    let mut heads = place
        .register
        .heads()
        .map_err(|problem| unusable(&place.path, &problem))?;
    heads.retain(|(head, _)| taken.contains(&head.chain));
    text += &records::named_heads_text(&heads);
    terminal::result(&text)?;
    Ok(0)
}

fn verified_text(verified: &verify::Verified) -> String {
    let mut out = String::new();
    for (chain, keeper, records) in &verified.chains {
        let keeper = keeper.as_deref().unwrap_or("nobody named");
        let records = count(*records, "record", "records");
        let _ = writeln!(out, "Chain {chain} ({keeper}): {records}");
    }
    if verified.purged > 0 {
        let _ = writeln!(
            out,
            "{} purged and still in place.",
            count(verified.purged, "record was", "records were")
        );
    }
    for (head, number) in &verified.heads {
        let Some(number) = number else { continue };
        let mut chains = verified.chains.iter();
        let keeper = chains
            .find(|(chain, ..)| *chain == head.chain)
            .and_then(|(_, keeper, _)| keeper.as_deref())
            .unwrap_or("nobody named");
        let _ = writeln!(
            out,
            "Head {head}: found, record {number} of the chain of {keeper}."
        );
    }
    if verified.wrong.is_empty() {
        out += "Every record follows from the one before it, and none was changed.\n";
    } else {
        let _ = writeln!(out, "WRONG:");
        for wrong in &verified.wrong {
            let _ = writeln!(out, "  - {wrong}");
        }
    }
    out
}
