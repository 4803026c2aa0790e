//! What the auditing commands share: the checklist, the circumstances, the result.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::checklist::ProfileArgs;
use super::guide::{Given, Pages};
use super::output::{OutputArgs, Outputs};
use super::register::Place;
use super::session::{Ended, Guided, Session};
use super::{Failure, config, report, terminal};
use crate::apps;
use crate::assess::{self, Context, Waiver};
use crate::audit::{About, Audit, Overall};
use crate::batch::sameness::short;
use crate::bounded;
use crate::evidence::{Evidence, PhoneId, Platform, Request, derive, personal};
use crate::profile::{Ownership, Profile};
use crate::register::store::Added;
use crate::report::json;
use crate::report::record::{Kept, Record};
use crate::span::TextError;

/// The most that a file of circumstances may hold, in bytes.
const MAX_ABOUT: u64 = 64 << 10;
/// The most that a file of waivers may hold, in bytes.
const MAX_WAIVERS: u64 = 1 << 20;

/// What an audit with these profiles has to read.
pub(super) fn request(profiles: &[Profile], platform: Platform) -> Request {
    let mut apps = Vec::new();
    for app in profiles.iter().flat_map(|profile| &profile.apps) {
        let wanted = profiles.iter().any(|p| p.looks_for(app, platform));
        if wanted && !apps.contains(app) {
            apps.push(app.clone());
        }
    }
    // Other messaging apps matter only where a line of the run is about apps.
    let besides = if apps.is_empty() {
        Vec::new()
    } else {
        apps::besides(&apps)
    };
    Request::new(
        profiles.iter().flat_map(|profile| profile.facts(platform)),
        apps,
        platform,
    )
    .noticing(besides)
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// For a person at a terminal
    Table,
    /// For scripts: schema version 1, one audit a line where there are several
    Json,
}

/// Prints a list of what is on this computer: as a table, or its fields as JSON.
pub(super) fn print_list<T: Serialize>(
    list: &T,
    format: Format,
    table: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    let text = match format {
        Format::Table => table(list),
        Format::Json => serde_json::to_string_pretty(list)
            .map(|json| json + "\n")
            .context(
                "The list cannot be written as JSON. Use --format table, and report this fault",
            )
            .map_err(Failure::Output)?,
    };
    terminal::result(&text)
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum OwnershipArg {
    /// The member of staff's own phone
    Personal,
    /// A phone that the trust issued
    Trust,
}

/// What is the same for many audits of a day.
#[derive(Args, Debug, Clone)]
pub(super) struct CircumstancesArgs {
    /// Broad role of the member of staff, e.g. nurse
    #[arg(long)]
    pub role: Option<String>,
    /// Who audits (a reference, not a name)
    #[arg(long, value_name = "REF")]
    pub auditor: Option<String>,
    /// Where
    #[arg(long)]
    pub site: Option<String>,
    /// Round of spot checks
    #[arg(long)]
    pub campaign: Option<String>,
}

/// The checklist, the moment and the circumstances of an audit.
#[derive(Args, Debug, Clone)]
pub(super) struct JudgeArgs {
    #[command(flatten)]
    pub profile: ProfileArgs,
    /// Judge as of another moment: a date (2026-11-02), a time, or "evidence" for when the evidence was taken
    #[arg(long, value_name = "DATE|evidence")]
    as_of: Option<String>,
    /// Set aside what no cable or backup can decide on this phone: listed, not counted
    #[arg(long)]
    readable_only: bool,
    /// Who owns the phone
    #[arg(long, value_enum)]
    ownership: Option<OwnershipArg>,
    /// Reference of the member of staff (never a name)
    #[arg(long, value_name = "REF")]
    staff_ref: Option<String>,
    #[command(flatten)]
    circumstances: CircumstancesArgs,
    /// Failures that someone answers for: TOML file of waivers
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// TOML file with staff_ref, role, ownership, auditor, site, campaign; the options above stand over it
    #[arg(long, value_name = "FILE")]
    about: Option<PathBuf>,
}

impl JudgeArgs {
    /// Whether only a part of the checklist is judged.
    pub fn part_only(&self) -> bool {
        self.readable_only || self.profile.is_narrowed()
    }

    /// The circumstances, as the file and the options give them.
    pub fn about(&self) -> Result<About, Failure> {
        let defaults = &config::current().trust.defaults;
        let mut about: About = match &self.about {
            None => About::default(),
            Some(path) => {
                let name = path.display();
                let text = bounded::text(path, MAX_ABOUT)
                    .with_context(|| format!("The file {name} (--about) cannot be read"))
                    .map_err(Failure::Usage)?;
                toml::from_str(&text).map_err(|e| {
                    let error = TextError::of_toml(&name.to_string(), &text, &e);
                    Failure::Usage(anyhow!("Correct the file given with --about.\n{error}"))
                })?
            }
        };
        // A file about this phone stands over what holds for all, and an option over both.
        let clean = |text: &Option<String>, into: &mut Option<String>, default: &Option<String>| {
            if let Some(text) = text {
                *into = Some(text.clone());
            } else if into.is_none() {
                into.clone_from(default);
            }
            if let Some(text) = into {
                *text = crate::evidence::text::clean(text);
            }
        };
        let given = &self.circumstances;
        let for_campaign = given.campaign.is_some() || about.campaign.is_some();
        clean(&self.staff_ref, &mut about.staff_ref, &None);
        clean(&given.role, &mut about.role, &defaults.role);
        clean(&given.auditor, &mut about.auditor, &defaults.auditor);
        clean(&given.site, &mut about.site, &defaults.site);
        clean(&given.campaign, &mut about.campaign, &defaults.campaign);
        for (option, text, checked) in [
            (
                "--staff-ref",
                &about.staff_ref,
                personal::check_reference as fn(&str) -> _,
            ),
            ("--auditor", &about.auditor, personal::check_reference),
            ("--role", &about.role, personal::check),
            ("--site", &about.site, personal::check),
            ("--campaign", &about.campaign, personal::check_campaign),
        ] {
            if let Some(text) = text {
                checked(text).map_err(|why: String| {
                    Failure::Usage(anyhow!("{option} is not kept. {why}"))
                })?;
            }
        }
        if about.campaign.is_some() && self.profile.is_narrowed() {
            if for_campaign {
                return Err(Failure::Usage(anyhow!(
                    "--controls looks at a part of the checklist, and a campaign counts whole ones. \
                     Leave out --controls, or --campaign"
                )));
            }
            about.campaign = None;
        }
        if let Some(ownership) = self.ownership {
            about.ownership = Some(match ownership {
                OwnershipArg::Personal => Ownership::Personal,
                OwnershipArg::Trust => Ownership::Trust,
            });
        }
        Ok(about)
    }

    fn moment(&self, evidence: &Evidence) -> Result<Timestamp, Failure> {
        match self.as_of.as_deref() {
            None => Ok(Timestamp::now()),
            Some("evidence") => Ok(evidence.as_of.unwrap_or_else(Timestamp::now)),
            Some(text) => parse_moment(text).map_err(Failure::Usage),
        }
    }

    /// What can be wrong with the command is found before the phone is touched.
    pub fn check(&self) -> Result<(), Failure> {
        self.about()?;
        self.waivers()?;
        match self.as_of.as_deref() {
            None | Some("evidence") => Ok(()),
            Some(text) => parse_moment(text).map(|_| ()).map_err(Failure::Usage),
        }
    }

    fn waivers(&self) -> Result<Vec<Waiver>, Failure> {
        let Some(path) = &self.waivers else {
            return Ok(Vec::new());
        };
        let name = path.display().to_string();
        let text = bounded::text(path, MAX_WAIVERS)
            .with_context(|| format!("The waivers {name} cannot be read"))
            .map_err(Failure::Usage)?;
        assess::waivers::parse(&name, &text).map_err(|e| Failure::Usage(e.into()))
    }

    /// What decides a result beside the evidence, as a short hash for each checklist.
    pub fn terms(&self, profiles: &[Profile]) -> Result<Vec<String>, Failure> {
        let moment = match self.as_of.as_deref() {
            None => "now".to_owned(),
            Some("evidence") => "evidence".to_owned(),
            Some(text) => parse_moment(text).map_err(Failure::Usage)?.to_string(),
        };
        let about = self.about()?;
        let mut waivers = self.waivers()?;
        // Those of other people are nobody's business here, not even as a hash.
        waivers.retain(|waiver| waiver.is_for(&about));
        let around = (
            json::VERSION,
            moment,
            self.readable_only,
            self.profile.narrowed_to(profiles),
            about,
            waivers,
        );
        let terms = profiles.iter().map(|profile| {
            let mut profile = profile.clone();
            // Where its file lies decides nothing.
            profile.written_in.clear();
            // All of both: what is added to them later is in it without anybody thinking of it.
            short(format!("{profile:?}{around:?}").as_bytes())
        });
        Ok(terms.collect())
    }

    /// Judges evidence with its derived facts under each checklist, as it is read, seen and said.
    pub fn judge(
        &self,
        evidence: &Evidence,
        profiles: &[Profile],
        people: &People,
    ) -> Result<Vec<Audit>, Failure> {
        let mut about = self.about()?;
        about.ownership = about.ownership.or(people.given.ownership);
        let context = Context {
            at: self.moment(evidence)?,
            moment_chosen: self.as_of.is_some(),
            about,
            readable_only: self.readable_only,
            narrowed_to: self.profile.narrowed_to(profiles),
            observations: people.given.observations.clone(),
            waivers: self.waivers()?,
            notice_given: people.notice_given,
            declined: people.declined,
        };
        Ok(profiles
            .iter()
            .map(|profile| assess::assess(evidence, profile, &context))
            .collect())
    }
}

/// What people had to do with an audit: nothing, in a batch.
#[derive(Debug, Clone, Default)]
pub(super) struct People {
    pub given: Given,
    pub notice_given: Option<Date>,
    pub declined: bool,
}

/// An audit of one phone and the shape of its result.
#[derive(Args, Debug, Clone)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    pub judge: JudgeArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// Shape of what goes to the terminal
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl AuditArgs {
    /// Opens the files that the result goes to, before the phone is touched.
    pub fn open(&self, profiles: &[Profile]) -> Result<Outputs, Failure> {
        self.judge.profile.say_what_settings_say(profiles)?;
        let ids: Vec<&str> = profiles.iter().map(|profile| profile.id.as_str()).collect();
        self.output.open(&ids)
    }

    /// Judges the evidence together with what people see and say, writes the result and returns the exit status.
    pub fn conclude(
        &self,
        mut evidence: Evidence,
        profiles: &[Profile],
        mut session: Session,
        pages: Option<Box<dyn Pages>>,
        outputs: Outputs,
    ) -> Result<u8, Failure> {
        derive::apply(&mut evidence);
        let about = self.judge.about()?;
        let guided = Guided {
            profiles,
            about: &about,
            readable_only: self.judge.readable_only,
        };
        let register = session.take_register();
        let judge = |people: &People| self.judge.judge(&evidence, profiles, people);
        let audits = match session.conclude(&guided, pages, judge)? {
            Ended::Audits(audits) => audits,
            Ended::Template(text) => {
                terminal::result(&text)?;
                return Ok(0);
            }
        };
        let mut records: Vec<Record> = audits.into_iter().map(Record::of).collect();
        // It is kept first, so that everything that is made of it can say where it stands.
        let mut said = String::new();
        let kept = match register {
            Some((mut register, phone)) => {
                keep(&mut register, phone.as_ref(), &mut records, &mut said)
            }
            None => Ok(()),
        };
        // The terminal comes before the files: whoever sits there loses nothing where one cannot be written.
        let written = terminal::result(&report::shown(&records, self.format))
            .and_then(|()| terminal::note(&said))
            .and_then(|()| outputs.fill(&records));
        match (kept, written) {
            (Ok(()), Ok(())) => Ok(worst(records.iter().flat_map(Record::statuses))),
            (Ok(()), Err(failure)) => Err(all_the_same(failure, &records)),
            (Err(failure), Ok(())) => Err(failure),
            (Err(failure), Err(other)) => {
                terminal::complain(&all_the_same(other, &records).into_error());
                Err(failure)
            }
        }
    }
}

/// Keeps the audits, one after the other, and notes where each stands. What cannot be kept has no place.
fn keep(
    register: &mut Place,
    phone: Option<&PhoneId>,
    records: &mut [Record],
    said: &mut String,
) -> Result<(), Failure> {
    let phone = phone.map(|phone| register.phone_hash(phone));
    // Asked first: the audits that are added now are of the same phone.
    let staff_ref = records
        .iter()
        .find_map(|record| record.audit.as_ref()?.about.staff_ref.as_deref());
    let before = phone.as_deref().and_then(|phone| {
        register
            .audited_before(phone, staff_ref)
            // That an old record cannot be read keeps no new one out.
            .unwrap_or_else(|_| {
                Some("Whether this phone was audited before could not be told: run spotcheck register verify.\n".into())
            })
    });
    let (mut is_new, mut is_told) = (false, false);
    for record in records {
        let Some(audit) = &record.audit else { continue };
        let added = register
            .add(&json::line(audit), phone.as_deref())
            .map_err(|failure| {
                failure.and_then(&format!(
                    "The audit by {} is NOT in the register. If you saved it with -o FILE.json, take it in later: spotcheck register import FILE.json",
                    audit.profile_id
                ))
            })?;
        record.kept = Some(Kept(added.head().into()));
        is_new |= matches!(added, Added::Now(_));
        *said += &match added {
            Added::Now(head) => {
                let why = match is_told {
                    true => "",
                    false => "Write the head down: it shows later that nothing was removed.\n",
                };
                is_told = true;
                format!("Kept in the register. Head: {head}\n{why}")
            }
            Added::Before(head) => {
                format!("This audit is in the register already. Head: {head}\n")
            }
        };
    }
    // The same audit once more says nothing new of its phone.
    if let Some(before) = before.filter(|_| is_new) {
        *said += &before;
    }
    Ok(())
}

/// A failure to write, with what is safe all the same.
fn all_the_same(failure: Failure, records: &[Record]) -> Failure {
    let heads: Vec<String> = records
        .iter()
        .filter_map(|record| record.kept.as_ref())
        .map(|Kept(head)| head.to_string())
        .collect();
    if heads.is_empty() {
        return failure;
    }
    failure.and_then(&format!(
        "The audit IS in the register all the same: {}. Only what could not be written is missing.",
        heads.join(", ")
    ))
}

/// The exit status of one audit.
pub(super) fn status(overall: Overall) -> u8 {
    match overall {
        Overall::Pass => 0,
        Overall::Fail => 1,
        Overall::Incomplete => 3,
    }
}

/// Of several audits the worst stands: 5, 2, 4, 1, 3, 0.
pub(super) fn worst(statuses: impl Iterator<Item = u8>) -> u8 {
    const WORST_FIRST: [u8; 6] = [5, 2, 4, 1, 3, 0];
    let rank = |status: &u8| WORST_FIRST.iter().position(|s| s == status);
    statuses.min_by_key(rank).unwrap_or(0)
}

/// A moment, or a day: the end of it, so that evidence of that day is not in its future.
fn parse_moment(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return not_in_future(text, moment);
    }
    let day: Date = text.parse().map_err(|_| {
        anyhow!("--as-of {text} is no date.\nGive a date such as 2026-11-02, a time such as 2026-11-02T09:14:00Z, or \"evidence\".")
    })?;
    day.at(23, 59, 59, 0)
        .to_zoned(TimeZone::UTC)
        .map(|zoned| zoned.timestamp())
        .with_context(|| format!("--as-of {text} is no moment. Give another date."))
        .and_then(|moment| not_in_future(text, moment))
}

/// A day of grace, for the end of today and for other time zones. Nobody can say what will hold later.
fn not_in_future(text: &str, moment: Timestamp) -> anyhow::Result<Timestamp> {
    const GRACE: SignedDuration = SignedDuration::from_hours(36);
    if moment.duration_since(Timestamp::now()) > GRACE {
        return Err(anyhow!(
            "--as-of {text} is in the future. Give the moment of the evidence or of the check."
        ));
    }
    Ok(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight() {
        let moment = parse_moment("2026-11-02").expect("a date");
        assert_eq!(moment.to_string(), "2026-11-02T23:59:59Z");
        assert_eq!(
            parse_moment("2026-11-02T09:14:00Z")
                .expect("a time")
                .to_string(),
            "2026-11-02T09:14:00Z"
        );
        assert!(parse_moment("yesterday").is_err());
    }

    #[test]
    fn the_worst_status_stands() {
        for (statuses, expected) in [
            (vec![0, 0], 0),
            (vec![0, 3], 3),
            (vec![3, 1, 0], 1),
            (vec![1, 4], 4),
            (vec![4, 2], 2),
            (vec![2, 5], 5),
        ] {
            assert_eq!(worst(statuses.into_iter()), expected);
        }
    }
}
