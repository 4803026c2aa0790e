//! `spotcheck register`

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Failure, notice, terminal};
use crate::campaign::Summary;
use crate::campaign::count::Counter;
use crate::evidence::{PhoneId, Value};
use crate::register::chain::{Head, PrintedHead};
use crate::register::entry::Outcome;
use crate::register::store::Added;
use crate::register::{Body, Entry, Problem, Register, exchange, verify};
use crate::report::slip::saved::Saved;

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
  spotcheck register export > north.jsonl      and on another computer:  spotcheck register merge north.jsonl";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    command: What,
}

/// Which register.
#[derive(clap::Args, Debug, Clone)]
pub(super) struct PlaceArgs {
    /// The register [default: the one that spotcheck.toml names]
    #[arg(long, value_name = "FILE", global = true)]
    register: Option<PathBuf>,
    /// How many days new entries are kept [default: what spotcheck.toml says]
    #[arg(long, value_name = "DAYS", global = true)]
    keep_days: Option<u32>,
}

#[derive(Subcommand)]
enum What {
    /// One line per audit
    List {
        /// Only of this campaign
        #[arg(long)]
        campaign: Option<String>,
    },
    /// One record, as JSON
    Show {
        /// Its number in this register's own chain
        number: u64,
    },
    /// Take in audits: JSON or JSON Lines of audits and batches
    Import {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// The whole register as JSON Lines, for merging elsewhere
    Export,
    /// Take in the exports of other registers
    Merge {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// A copy in a new file, while others write
    Backup {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Look for records that were changed, removed, moved or put in
    Verify {
        /// A head that was printed on a slip or report: it must be in the register
        #[arg(long, value_name = "HEAD")]
        head: Vec<PrintedHead>,
    },
    /// Remove what is due, and keep its place in the chain
    Purge,
}

/// A register and how long its entries are kept.
pub(super) struct Place {
    register: Register,
    keep_days: Option<u32>,
    path: PathBuf,
}

impl PlaceArgs {
    /// Opens the register that was named, or the one of the trust's file. `None` where neither names one.
    ///
    /// # Errors
    /// It cannot be used, or nobody said how long entries are kept.
    pub fn open(&self, trust: Option<&Path>) -> Result<Option<Place>, Failure> {
        let settings = notice::trust(trust)?.register;
        let Some(path) = self.register.clone().or(settings.file) else {
            return Ok(None);
        };
        let register = Register::open(&path, settings.keeper.as_deref())
            .map_err(|problem| unusable(&path, &problem))?;
        Ok(Some(Place {
            register,
            keep_days: self.keep_days.or(settings.keep_days),
            path,
        }))
    }

    /// As [`PlaceArgs::open`], to read from it: a register that is not there is not made.
    pub fn open_to_read(&self, trust: Option<&Path>) -> Result<Option<Place>, Failure> {
        let path = match &self.register {
            Some(path) => Some(path.clone()),
            None => notice::trust(trust)?.register.file,
        };
        let Some(path) = path else { return Ok(None) };
        if !path.exists() {
            return Err(Failure::Usage(anyhow!(
                "There is no register {}. Check the name, given with --register or in spotcheck.toml: file in [register].",
                path.display()
            )));
        }
        self.open(trust)
    }

    /// As [`PlaceArgs::open`], to add to it: nothing is found missing after the phone was touched.
    pub fn open_to_add(&self, trust: Option<&Path>) -> Result<Option<Place>, Failure> {
        let place = self.open(trust)?;
        if let Some(place) = &place {
            place.keep_days()?;
        }
        Ok(place)
    }
}

impl Place {
    fn keep_days(&self) -> Result<u32, Failure> {
        self.keep_days.ok_or_else(|| {
            Failure::Usage(anyhow!(
                "Nobody said how long entries of the register are kept. Say it with --keep-days, or in spotcheck.toml: keep_days in [register]."
            ))
        })
    }

    /// What the records of a campaign say, or of all.
    pub fn bodies(&self, campaign: Option<&str>) -> Result<Vec<Body>, Failure> {
        self.register
            .bodies(campaign)
            .map_err(|problem| unusable(&self.path, &problem))
    }

    /// Whether some records say nothing any more, because their time was over.
    pub fn has_purged(&self) -> Result<bool, Failure> {
        let mut purged = false;
        let read = self.register.each(|record, _| {
            purged |= record.said.is_none();
            Ok::<(), Problem>(())
        });
        read.map_err(|problem| unusable(&self.path, &problem))?;
        Ok(purged)
    }

    /// What it holds of a campaign, added up.
    pub fn campaign(&self, id: &str) -> Result<Summary, Failure> {
        Ok(self.counter(id)?.finish())
    }

    /// The outcome of each person of a campaign that was recorded last.
    pub fn outcomes(&self, id: &str) -> Result<BTreeMap<String, Outcome>, Failure> {
        Ok(self.counter(id)?.last_outcomes())
    }

    fn counter(&self, id: &str) -> Result<Counter, Failure> {
        let mut counter = Counter::default();
        self.register
            .each_of_campaign(id, |kind, at, json| counter.record(kind, at, json))
            .map_err(|problem| unusable(&self.path, &problem))?;
        Ok(counter)
    }

    /// The end of its own chain.
    pub fn head(&self) -> Result<Head, Failure> {
        self.register
            .head()
            .map_err(|problem| unusable(&self.path, &problem))
    }

    /// Adds a record that is no audit.
    pub fn record(&mut self, body: &Body) -> Result<(), Failure> {
        let keep_days = self.keep_days()?;
        self.register
            .add(body, keep_days)
            .map(|_| ())
            .map_err(|problem| unusable(&self.path, &problem))
    }

    /// The audits in it, to hold slips against.
    pub fn saved(&self) -> Result<Vec<Saved>, Failure> {
        Ok(self
            .bodies(None)?
            .into_iter()
            .filter_map(|body| match body {
                Body::Audit(entry) => Some(Saved {
                    digest: entry.audit_sha256,
                    overall: entry.overall,
                    audited_at: entry.audited_at,
                    staff_ref: entry.staff_ref,
                    declined: entry.declined,
                }),
                _ => None,
            })
            .collect())
    }

    /// What stands for a phone in this register.
    pub fn phone_hash(&self, phone: &PhoneId) -> String {
        self.register.phone_hash(phone)
    }

    /// When this phone was audited before, as a sentence. It tells apart a phone that comes back from one that is
    /// passed round.
    pub fn audited_before(
        &self,
        phone_hash: &str,
        staff_ref: Option<&str>,
    ) -> Result<Option<String>, Failure> {
        let earlier = self
            .register
            .audits_of_phone(phone_hash)
            .map_err(|problem| unusable(&self.path, &problem))?;
        let of_another = |(_, entry): &&(u64, Entry)| match (entry.staff_ref.as_deref(), staff_ref)
        {
            (Some(then), Some(now)) => then != now,
            _ => false,
        };
        let another = earlier.iter().rev().find(of_another);
        let Some((number, entry)) = another.or(earlier.last()) else {
            return Ok(None);
        };
        let day = entry.audited_at.parse().map_or_else(
            |_| entry.audited_at.clone(),
            |at| Value::Date(at).for_people(),
        );
        let under = match another {
            Some(_) => ", under another staff reference",
            None => "",
        };
        Ok(Some(format!(
            "This phone was audited before: record {number}, on {day}{under}.\n"
        )))
    }

    /// Adds an audit; `phone_hash` stands for its phone.
    pub fn add(&mut self, audit: &str, phone_hash: Option<&str>) -> Result<Added, Failure> {
        let mut entry = Entry::from_json(audit).map_err(|why| {
            Failure::Output(anyhow!("The audit cannot be kept in the register: {why}."))
        })?;
        entry.phone = phone_hash.map(str::to_owned);
        let keep_days = self.keep_days()?;
        self.register
            .add(&Body::Audit(Box::new(entry)), keep_days)
            .map_err(|problem| unusable(&self.path, &problem))
    }
}

fn unusable(path: &Path, problem: &Problem) -> Failure {
    let next = match problem {
        Problem::Foreign | Problem::Damaged => "Give the file of a register, or a new name.",
        Problem::Newer => "Use the newer version.",
        Problem::ReadOnly => "Choose a place where you may write.",
        Problem::Full => "Make room and run the same command again.",
        Problem::Busy => "Run the same command again in a moment.",
        Problem::Other(_) => "Check the file and its folder.",
    };
    Failure::Output(anyhow!(
        "The register {} cannot be used: {problem}.\n{next}",
        path.display()
    ))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut place = args.place.open(None)?.ok_or_else(|| {
        Failure::Usage(anyhow!(
            "No register was named. Give --register FILE, or name one in spotcheck.toml: file in [register]."
        ))
    })?;
    let path = place.path.clone();
    let failed = |problem: Problem| unusable(&path, &problem);
    match &args.command {
        What::List { campaign } => list(&place, campaign.as_deref()).map_err(failed)?,
        What::Show { number } => return show(&place, *number),
        What::Import { files } => return import(&mut place, files),
        What::Export => {
            let mut out = String::new();
            exchange::export(&place.register, |line| {
                out += line;
                out.push('\n');
                Ok::<(), Problem>(())
            })
            .map_err(failed)?;
            terminal::result(&out)?;
        }
        What::Merge { files } => return merge(&mut place, files),
        What::Backup { file } => {
            place
                .register
                .backup(file)
                .map_err(|problem| unusable(file, &problem))?;
            terminal::result(&format!("Copied to {}.\n", file.display()))?;
        }
        What::Verify { head } => {
            let verified = verify::verify(&place.register, today(), head).map_err(failed)?;
            terminal::result(&verified_text(&verified))?;
            return Ok(u8::from(!verified.wrong.is_empty()));
        }
        What::Purge => {
            let purged = place.register.purge(today()).map_err(failed)?;
            terminal::result(&format!("{purged} records were due and are purged.\n"))?;
        }
    }
    Ok(0)
}

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn list(place: &Place, campaign: Option<&str>) -> Result<(), Problem> {
    let mut out = String::new();
    let mut phones: HashMap<String, u64> = HashMap::new();
    place.register.each(|record, columns| {
        if campaign.is_some() && columns.campaign.as_deref() != campaign {
            return Ok(());
        }
        let Some(said) = &record.said else {
            if campaign.is_none() {
                let _ = writeln!(out, "{:>6}  purged", record.number);
            }
            return Ok(());
        };
        let body: Body = serde_json::from_str(&said.json).map_err(|_| Problem::Damaged)?;
        let text = match &body {
            Body::Begin { keeper, .. } => {
                format!(
                    "the register of {}",
                    keeper.as_deref().unwrap_or("nobody named")
                )
            }
            Body::Audit(entry) => format!(
                "{:<10}  {}  {}  {}  {}{}",
                entry.overall,
                entry.staff_ref.as_deref().unwrap_or("no staff reference"),
                entry.model.as_deref().unwrap_or("unknown model"),
                entry.profile,
                entry.campaign.as_deref().unwrap_or("no campaign"),
                match &entry.phone {
                    None => String::new(),
                    Some(phone) => match *phones.entry(phone.clone()).or_insert(record.number) {
                        first if first == record.number => String::new(),
                        first => format!("  (the phone of record {first})"),
                    },
                },
            ),
            Body::Campaign(campaign) => format!("campaign {} begins", campaign.id),
            Body::Outcome(outcome) => {
                format!(
                    "{:<10}  {}  not checked: {}",
                    "-",
                    outcome.staff_ref,
                    crate::campaign::count::words(outcome.what)
                )
            }
        };
        let _ = writeln!(out, "{:>6}  {}  {text}", record.number, record.at);
        Ok::<(), Problem>(())
    })?;
    let _ = writeln!(out, "Head: {}", place.register.head()?);
    terminal::result(&out).map_err(|_| Problem::Other("the list could not be written".into()))
}

fn show(place: &Place, number: u64) -> Result<u8, Failure> {
    let own = place.register.chain();
    let mut found = None;
    place
        .register
        .each(|record, _| {
            if record.chain == own && record.number == number {
                found = Some(record);
            }
            Ok::<(), Problem>(())
        })
        .map_err(|problem| unusable(&place.path, &problem))?;
    let record =
        found.ok_or_else(|| Failure::Usage(anyhow!("The register has no record {number}.")))?;
    let text = match record.said {
        None => format!("Record {number} was purged.\n"),
        Some(said) => {
            let value: serde_json::Value = serde_json::from_str(&said.json)
                .context("The record cannot be read. Run spotcheck register verify")
                .map_err(Failure::Source)?;
            format!("{value:#}\n")
        }
    };
    terminal::result(&text)?;
    Ok(0)
}

/// Each audit is safe on the disk before the next one is taken.
fn import(place: &mut Place, files: &[PathBuf]) -> Result<u8, Failure> {
    let keep_days = place.keep_days()?;
    let (mut added, mut known, mut passed_over) = (0u64, 0u64, 0u64);
    for path in files {
        let name = path.display();
        let file = std::fs::File::open(path)
            .with_context(|| format!("The file {name} cannot be read"))
            .map_err(Failure::Source)?;
        let mut reader = BufReader::new(file);
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
                        "{name}, line {number}: {why}.\nGive files that spotcheck wrote with --format json or jsonl. {added} audits were taken before it."
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
    let mut text = format!("{added} audits were added.\n");
    if known > 0 {
        let _ = writeln!(text, "{known} were in the register already.");
    }
    if passed_over > 0 {
        let _ = writeln!(
            text,
            "{passed_over} lines are of backups that could not be read; they hold no audit."
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
    for path in files {
        let name = path.display().to_string();
        let file = std::fs::File::open(path)
            .with_context(|| format!("The export {name} cannot be read"))
            .map_err(Failure::Source)?;
        let mut records = Vec::new();
        let mut reader = BufReader::new(file);
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
            .map_err(|problem| Failure::Source(anyhow!("{name} cannot be merged: {problem}.")))?;
        let _ = writeln!(
            text,
            "{name}: {} records added, {} known already, {} purged.",
            merged.added, merged.known, merged.purged
        );
    }
    terminal::result(&text)?;
    Ok(0)
}

fn verified_text(verified: &verify::Verified) -> String {
    let mut out = String::new();
    for (chain, keeper, records) in &verified.chains {
        let keeper = keeper.as_deref().unwrap_or("nobody named");
        let _ = writeln!(out, "Chain {chain} ({keeper}): {records} records");
    }
    if verified.purged > 0 {
        let _ = writeln!(
            out,
            "{} records were purged; their places stand.",
            verified.purged
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
