//! `spotcheck batch`

mod folder;

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::common::{JudgeArgs, People, request, status, worst};
use super::output::cannot_open;
use super::whole::{Existing, WholeFile};
use super::{Failure, terminal};
use crate::android::capture;
use crate::assess;
use crate::audit::{self, Audit, Verdict};
use crate::batch::results::{Done, ResultsFile, Wanted};
use crate::batch::sameness::{evidence, short};
use crate::batch::{self, Input, InputKind, Shard};
use crate::evidence::{Platform, Request, SourceError, Value, derive};
use crate::ios;
use crate::profile::Profile;
use crate::report::record::Record;
use crate::report::{self, csv, html, json};
use folder::OutputFolder;

const AFTER_HELP: &str = "\
Examples:
  spotcheck batch /srv/backups --profile nhs-england-quick --readable-only
  spotcheck batch /srv/backups --format jsonl > results.jsonl
  spotcheck batch /srv/backups --resume results.jsonl        goes on after a crash
  spotcheck batch /srv/backups --resume part-2.jsonl --shard 2/4
  spotcheck merge part-*.jsonl
  spotcheck batch /srv/backups --html overview.html          a page of the whole batch";

#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum BatchFormat {
    /// One line per backup and the totals
    Table,
    /// One audit object per line, as each ends
    Jsonl,
    /// One row per finding
    Csv,
}

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Folders to search for iPhone backups and Android captures
    #[arg(value_name = "PATH", required_unless_present = "default_locations")]
    paths: Vec<PathBuf>,
    /// Also search where Apple's programs keep backups on this computer
    #[arg(long)]
    default_locations: bool,
    /// How many at once [default: all cores]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Shape of the result
    #[arg(long, value_enum, default_value_t = BatchFormat::Table)]
    format: BatchFormat,
    /// Also write one JSON file per backup into this folder
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Also write a page of the whole batch: an overview, and a section for each backup
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write over the page if it is there already (--html)
    #[arg(long, requires = "html")]
    force: bool,
    /// Append JSON Lines to this file and skip what is in it and still holds
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    resume: Option<PathBuf>,
    /// Take only this share of the backups, e.g. 1/4
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    #[command(flatten)]
    passwords: super::password::BatchPasswordArgs,
    #[command(flatten)]
    judge: JudgeArgs,
}

/// What one input came to.
struct Outcome {
    /// Stands for the evidence as it was before it was read; `None` where that could not be told.
    evidence: Option<String>,
    /// In the order of the profiles; none where it could not be read.
    audits: Vec<Audit>,
    problem: Option<json::Problem>,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    args.judge.check()?;
    let profiles = args.judge.profile.load()?;
    args.judge.profile.say_what_settings_say(&profiles)?;
    let passwords = args.passwords.load()?;
    let mut paths = args.paths.clone();
    if args.default_locations {
        paths.extend(batch::discover::default_locations());
    }
    let batch::Found {
        inputs: all,
        unlisted,
    } = batch::discover(&paths)?;
    if all.is_empty() && unlisted.is_empty() {
        return Err(SourceError::new(
            "There is no iPhone backup and no Android capture below the given folders.",
            "Check the paths; a backup is a folder with a Manifest.plist in it.",
        )
        .into());
    }
    let shard = args.shard.unwrap_or(Shard { index: 1, of: 1 });
    let share_inputs = all.iter().filter(|input| shard.takes(&input.id)).count();
    let mut ids: Vec<&str> = all.iter().map(|input| input.id.as_str()).collect();
    ids.sort_unstable();
    let of_inputs = short(ids.join("\n").as_bytes());
    let place = |input: &Input| json::Place {
        input: input.id.clone(),
        of_inputs: Some(of_inputs.clone()),
        evidence: None,
        terms: None,
        good_until: None,
        shard: shard.index,
        of: shard.of,
        share_inputs,
        inputs: all.len(),
    };
    // A crash can come after a file in the folder (-o) was written and before its line was: it may be written again.
    let again = args.resume.as_ref().is_some_and(|path| path.exists());
    let page = open_page(args)?;
    let (resumed, done) = open_results(args)?;
    let wanted: Vec<Wanted> = profiles
        .iter()
        .zip(args.judge.terms(&profiles)?)
        .map(|(profile, terms)| Wanted {
            profile: profile.id.clone(),
            terms,
        })
        .collect();
    let now = Timestamp::now();
    let (mut before, mut again_for_change) = (0, 0);
    let mut inputs: Vec<Input> = Vec::new();
    for input in all.iter().filter(|input| shard.takes(&input.id)) {
        if let Some(held) = done.get(&input.id) {
            let evidence = evidence(input);
            let stands = |wanted: &&Wanted| held.stands(evidence.as_deref(), wanted, now);
            if wanted.iter().all(|wanted| stands(&wanted)) {
                before += 1;
                continue;
            }
            let changed = |wanted: &&Wanted| held.has(wanted) && !stands(wanted);
            again_for_change += usize::from(wanted.iter().any(|wanted| changed(&wanted)));
        }
        inputs.push(input.clone());
    }
    let folder = args
        .output
        .as_deref()
        .map(|dir| OutputFolder::open(dir, if again { &[] } else { &inputs }))
        .transpose()?;
    for error in &unlisted {
        terminal::complain(&anyhow!("{error:#}"));
    }
    let requests = [Platform::Ios, Platform::Android].map(|platform| request(&profiles, platform));

    let bar = progress_bar(inputs.len());
    let mut sink = Sink {
        format: args.format,
        resumed,
        folder,
        page: (page.is_some() && args.resume.is_none()).then(Vec::new),
        totals: Totals::default(),
        // Of the whole batch the worst stands, whichever run it was in.
        statuses: done
            .values()
            .flat_map(|held| held.statuses.clone())
            .collect(),
        names: match args.resume {
            None => std::io::stdout().is_terminal(),
            Some(_) => std::io::stderr().is_terminal(),
        },
        done,
        wanted,
        now,
        width: audit::result("INCOMPLETE", args.judge.part_only()).len(),
        failed: None,
    };
    sink.statuses.extend(unlisted.iter().map(|_| 4));
    sink.begin()?;
    let jobs = args
        .jobs
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN);
    batch::run(
        &inputs,
        jobs,
        |input, seat| audit(input, seat, &requests, &profiles, &args.judge, &passwords),
        |input, outcome| {
            let result = bar.suspend(|| sink.take(input, &place(input), outcome));
            bar.inc(1);
            match result {
                Ok(()) => ControlFlow::Continue(()),
                Err(failure) => {
                    sink.failed = Some(failure);
                    ControlFlow::Break(())
                }
            }
        },
    );
    bar.finish_and_clear();
    if let Some(failure) = sink.failed {
        return Err(failure);
    }
    sink.end(&Counts {
        all: all.len(),
        now: inputs.len(),
        before,
        again: again_for_change,
    })?;
    if let Some(page) = page {
        // Not every system lets a file be read while it is held open for writing.
        drop(sink.resumed.take());
        let records = match &args.resume {
            // The file holds what earlier runs found, too.
            Some(results) => super::report::read(results)?,
            None => sink.page.take().unwrap_or_default(),
        };
        let missing = (!unlisted.is_empty()).then(|| {
            format!(
                "{} folders could not be listed. What is in them is missing here.",
                unlisted.len()
            )
        });
        let name = page.path().display().to_string();
        page.fill(html::overview(&records, missing.as_slice()).as_bytes())
            .with_context(|| format!("{name} (--html) cannot be written"))
            .map_err(Failure::Output)?;
    }
    Ok(worst(sink.statuses.into_iter()))
}

fn open_results(args: &Args) -> Result<(Option<ResultsFile>, Done), Failure> {
    let Some(path) = &args.resume else {
        return Ok((None, Done::new()));
    };
    let (file, done) = ResultsFile::open(path)
        .with_context(|| {
            format!(
                "The results file {} (--resume) cannot be used",
                path.display()
            )
        })
        .map_err(Failure::Output)?;
    Ok((Some(file), done))
}

fn open_page(args: &Args) -> Result<Option<WholeFile>, Failure> {
    let Some(path) = &args.html else {
        return Ok(None);
    };
    let existing = if args.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let file = WholeFile::open(path, existing);
    file.map(Some).map_err(|e| cannot_open("--html", path, e))
}

fn progress_bar(inputs: usize) -> ProgressBar {
    let bar = ProgressBar::new(inputs as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos} of {len} audited, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn audit(
    input: &Input,
    seat: &super::password::DerivingSeat<'_>,
    requests: &[Request; 2],
    profiles: &[Profile],
    judge: &JudgeArgs,
    passwords: &super::password::BatchPasswords,
) -> Outcome {
    let [for_ios, for_android] = requests;
    // Before it is read: what changes meanwhile is audited again.
    let lies_there = evidence(input);
    let read = match input.kind {
        InputKind::Backup => passwords.open(input, seat, |password| {
            ios::read_with(&input.path, for_ios, password)
        }),
        InputKind::Capture => capture::read(&input.path)
            .map(|capture| (super::android::from_capture(&capture, for_android), None)),
    };
    let (mut evidence, problem) = match read {
        Ok(read) => read,
        Err(error) => return Outcome::failed(input, lies_there, &error),
    };
    derive::apply(&mut evidence);
    match judge.judge(&evidence, profiles, &People::default()) {
        Ok(audits) => Outcome {
            evidence: lies_there,
            audits,
            problem: problem.map(|error| as_problem(input, &error)),
        },
        Err(_) => Outcome::failed(
            input,
            lies_there,
            &SourceError::new(
                "The evidence could not be judged.",
                "Run the audit of this backup alone to see why.",
            ),
        ),
    }
}

impl Outcome {
    fn failed(input: &Input, evidence: Option<String>, error: &SourceError) -> Outcome {
        Outcome {
            evidence,
            audits: Vec::new(),
            problem: Some(as_problem(input, error)),
        }
    }
}

/// What went wrong, with the input's id in the place of its path: results hold no folder's name.
fn as_problem(input: &Input, error: &SourceError) -> json::Problem {
    let path = input.path.display().to_string();
    json::Problem {
        status: if error.usage { 2 } else { 4 },
        what: error.what.replace(&path, &input.id),
        next: error.next.replace(&path, &input.id),
    }
}

/// One line of JSON for each record.
fn lines(records: &[Record]) -> String {
    records
        .iter()
        .map(|record| json::record_line(record) + "\n")
        .collect()
}

/// Where results go, as they come.
struct Sink {
    format: BatchFormat,
    resumed: Option<ResultsFile>,
    folder: Option<OutputFolder>,
    /// What the page will show, where no file keeps it.
    page: Option<Vec<Record>>,
    /// What the results file held at the start.
    done: Done,
    /// The profiles of this run, and what each is judged by.
    wanted: Vec<Wanted>,
    /// When the run began.
    now: Timestamp,
    totals: Totals,
    statuses: Vec<u8>,
    /// Folder names are shown: a person is looking, and no file keeps them.
    names: bool,
    /// Columns of the longest result that there can be.
    width: usize,
    failed: Option<Failure>,
}

impl Sink {
    fn begin(&self) -> Result<(), Failure> {
        match self.format {
            BatchFormat::Csv if self.resumed.is_none() => terminal::result(&csv::heading()),
            _ => Ok(()),
        }
    }

    fn take(
        &mut self,
        input: &Input,
        place: &json::Place,
        outcome: Outcome,
    ) -> Result<(), Failure> {
        let Outcome {
            evidence,
            mut audits,
            problem,
        } = outcome;
        let mut records = self.records(place, evidence.as_deref(), problem.as_ref(), &audits);
        if let Some(folder) = &self.folder {
            folder.write(&records)?;
        }
        if let Some(page) = &mut self.page {
            page.extend(records.iter().cloned());
        }
        if let Some(held) = self.done.get(&input.id)
            && !audits.is_empty()
        {
            let stands = |wanted| held.stands(evidence.as_deref(), wanted, self.now);
            let mut new = self.wanted.iter().map(|wanted| !stands(wanted));
            records.retain(|_| new.next().unwrap_or(true));
            let mut new = self.wanted.iter().map(|wanted| !stands(wanted));
            audits.retain(|_| new.next().unwrap_or(true));
        }
        if let Some(problem) = &problem {
            self.statuses.push(problem.status);
        }
        self.statuses
            .extend(audits.iter().map(|audit| status(audit.overall)));
        self.totals.add(&audits, problem.is_some());
        let lines = lines(&records);
        if let Some(results) = &mut self.resumed {
            results
                .append(&lines)
                .context("The results file (--resume) cannot be written")
                .map_err(Failure::Output)?;
            return terminal::note(&self.line(input, &audits, problem.as_ref()));
        }
        match self.format {
            BatchFormat::Jsonl => terminal::result(&lines),
            BatchFormat::Csv => {
                let error = problem.map_or_else(String::new, |p| p.what);
                terminal::result(&if audits.is_empty() {
                    csv::failure(&input.id, &error)
                } else {
                    audits
                        .iter()
                        .map(|a| csv::rows(a, &input.id, &error))
                        .collect::<String>()
                })
            }
            BatchFormat::Table => terminal::result(&self.line(input, &audits, problem.as_ref())),
        }
    }

    /// What an input came to: a record for each profile, or one alone where it could not be read.
    fn records(
        &self,
        place: &json::Place,
        evidence: Option<&str>,
        problem: Option<&json::Problem>,
        audits: &[Audit],
    ) -> Vec<Record> {
        let mut place = place.clone();
        place.evidence = evidence.map(str::to_owned);
        if audits.is_empty() {
            return vec![Record::of_input(place, problem, None)];
        }
        audits
            .iter()
            .zip(&self.wanted)
            .map(|(audit, wanted)| {
                let mut place = place.clone();
                place.terms = Some(wanted.terms.clone());
                place.good_until = assess::good_until(audit);
                Record::of_input(place, problem, Some(audit.clone()))
            })
            .collect()
    }

    /// One line per audit: which folder and which phone where a person is looking; the result, what is wrong, how old.
    fn line(&self, input: &Input, audits: &[Audit], problem: Option<&json::Problem>) -> String {
        let name = if self.names {
            input.name()
        } else {
            input.id.clone()
        };
        let width = self.width;
        let mut out = String::new();
        for audit in audits {
            let with = |verdict: Verdict| {
                let mut ids: Vec<&str> = audit
                    .counted()
                    .filter(|f| f.counted == Some(verdict) && f.waiver.is_none())
                    .map(|f| f.control.as_str())
                    .collect();
                ids.dedup();
                ids.join(" ")
            };
            let (failed, open) = (with(Verdict::Fail), with(Verdict::Unresolved));
            let mut parts = Vec::new();
            if !failed.is_empty() {
                parts.push(format!("failed {failed}"));
            }
            let waived: BTreeSet<&str> = audit
                .counted()
                .filter(|f| f.waiver.is_some())
                .map(|f| f.control.as_str())
                .collect();
            if !waived.is_empty() {
                let ids: Vec<&str> = waived.into_iter().collect();
                parts.push(format!("failed, waived {}", ids.join(" ")));
            }
            if !open.is_empty() {
                parts.push(format!("could not tell {open}"));
            }
            if let Some(problem) = problem {
                parts.push(problem.what.clone());
            }
            let date = audit
                .evidence_as_of
                .map_or_else(|| "unknown date".into(), |t| Value::Date(t).for_people());
            let system = audit.device_os.as_deref().unwrap_or("unknown version");
            let phone = format!("{}, {system}", report::phone(audit));
            let result = audit.result();
            out += &match self.names {
                true => format!("{name}  {phone}  {result}, {date}"),
                false => format!("{result:<width$}  {name}  {phone}, {date}"),
            };
            for part in parts {
                out += &format!("; {part}");
            }
            out.push('\n');
        }
        if audits.is_empty() {
            let what = problem.map_or("", |p| p.what.as_str());
            let result = "NOT READ";
            out += &match self.names {
                true => format!("{name}  {result}  {what}\n"),
                false => format!("{result:<width$}  {name}  {what}\n"),
            };
        }
        out
    }

    fn end(&self, counts: &Counts) -> Result<(), Failure> {
        let text = self.totals.text(counts);
        if self.format == BatchFormat::Table && self.resumed.is_none() {
            terminal::result(&text)
        } else {
            terminal::note(&text)
        }
    }
}

/// How many inputs there are: of all shares, audited in this run, and of this share with results from earlier runs that
/// still hold; of those audited in this run, how many had a result that no longer holds.
struct Counts {
    all: usize,
    now: usize,
    before: usize,
    again: usize,
}

#[derive(Default)]
struct Totals {
    overall: BTreeMap<String, usize>,
    unreadable: usize,
    failed: BTreeMap<String, usize>,
}

impl Totals {
    fn add(&mut self, audits: &[Audit], problem: bool) {
        if problem {
            self.unreadable += 1;
        }
        for audit in audits {
            *self.overall.entry(audit.result()).or_default() += 1;
            let mut ids: Vec<&String> = audit
                .counted()
                .filter(|f| f.counted == Some(Verdict::Fail) && f.waiver.is_none())
                .map(|f| &f.control)
                .collect();
            ids.dedup();
            for id in ids {
                *self.failed.entry(id.clone()).or_default() += 1;
            }
        }
    }

    fn text(&self, counts: &Counts) -> String {
        let Counts {
            all,
            now,
            before,
            again,
        } = counts;
        let mut out = format!("\n{now} of {all} found were audited in this run");
        if *before > 0 {
            out += &format!(", {before} had a result already");
        }
        for (overall, n) in &self.overall {
            out += &format!(", {n} {overall}");
        }
        if self.unreadable > 0 {
            out += &format!(", {} not read whole", self.unreadable);
        }
        out.push('\n');
        if !self.failed.is_empty() {
            let lines: Vec<String> = self
                .failed
                .iter()
                .map(|(id, n)| format!("{id} {n}"))
                .collect();
            out += &format!(
                "Failed most often, by line of the checklist: {}\n",
                lines.join(", ")
            );
        }
        if *again > 0 {
            out += &format!(
                "{again} were audited again: the backup, the checklist or the day is another.\n\
                 Their old results stay in the file and count towards the exit status. Name a new file to leave them behind.\n"
            );
        }
        out
    }
}
