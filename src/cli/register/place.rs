//! Which register, and what the commands do with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::today;
use crate::campaign::Summary;
use crate::campaign::count::Counter;
use crate::campaign::places::group_of;
use crate::cli::{Failure, notice};
use crate::evidence::{PhoneId, Value};
use crate::nearest::did_you_mean;
use crate::register::chain::Head;
use crate::register::entry::Outcome;
use crate::register::store::Added;
use crate::register::{Body, Entry, Problem, Register, verify};
use crate::report::slip::saved::Saved;
use crate::trust::keep_days;

/// A register of up to so many records is verified whole before anything is made of it: that takes under a second.
const VERIFIED_WHOLE: u64 = 20_000;

/// Which register.
#[derive(clap::Args, Debug, Clone, Default)]
pub(in crate::cli) struct PlaceArgs {
    /// The register [default: the one that spotcheck.toml names]
    #[arg(long, value_name = "FILE", global = true)]
    register: Option<PathBuf>,
    /// How many days new entries are kept, 1 to 36500 [default: what spotcheck.toml says]
    #[arg(long, value_name = "DAYS", global = true, value_parser = days)]
    keep_days: Option<u32>,
}

/// A register and how long its entries are kept.
pub(in crate::cli) struct Place {
    pub(super) register: Register,
    keep_days: Option<u32>,
    pub(super) path: PathBuf,
}

impl PlaceArgs {
    /// Opens the register that was named, or the one of the trust's file, and makes it where it is not there. `None`
    /// where neither names one.
    ///
    /// # Errors
    /// It cannot be used.
    pub(in crate::cli) fn open_or_make(&self) -> Result<Option<Place>, Failure> {
        self.open(|path, keeper| Ok(Register::open(path, keeper)))
    }

    /// As [`PlaceArgs::open_or_make`], to add to it: nothing is found missing after the phone was touched, and
    /// no register is made that nothing may be added to.
    pub(in crate::cli) fn open_to_add(&self) -> Result<Option<Place>, Failure> {
        self.open(|path, keeper| {
            keep_days_of(self.keep_days.or(notice::trust().register.keep_days))?;
            Ok(Register::open(path, keeper))
        })
    }

    /// To change a register that has to be there.
    pub(in crate::cli) fn open_to_change(&self) -> Result<Option<Place>, Failure> {
        self.open(|path, keeper| {
            is_there(path)?;
            Ok(Register::open(path, keeper))
        })
    }

    /// To read: a register that is not there is not made, and one that is there is never written to.
    pub(in crate::cli) fn open_to_read(&self) -> Result<Option<Place>, Failure> {
        self.open(|path, _| {
            is_there(path)?;
            Ok(Register::open_to_read(path))
        })
    }

    /// Whether the register that is named is not there yet.
    pub(in crate::cli) fn is_missing(&self) -> bool {
        let settings = &notice::trust().register;
        let path = self.register.as_ref().or(settings.file.as_ref());
        path.is_some_and(|path| path.symlink_metadata().is_err())
    }

    fn open(
        &self,
        how: impl FnOnce(&Path, Option<&str>) -> Result<Result<Register, Problem>, Failure>,
    ) -> Result<Option<Place>, Failure> {
        let settings = &notice::trust().register;
        let Some(path) = self.register.clone().or_else(|| settings.file.clone()) else {
            return Ok(None);
        };
        let register =
            how(&path, settings.keeper.as_deref())?.map_err(|problem| unusable(&path, &problem))?;
        Ok(Some(Place {
            register,
            keep_days: self.keep_days.or(settings.keep_days),
            path,
        }))
    }
}

fn keep_days_of(given: Option<u32>) -> Result<u32, Failure> {
    given.ok_or_else(|| {
        Failure::Usage(anyhow!(
            "Nobody said how long entries of the register are kept. Say it with --keep-days, or in spotcheck.toml: keep_days in [register]."
        ))
    })
}

fn days(given: &str) -> Result<u32, String> {
    let days = given.parse().map_err(|_| keep_days::WRONG.to_owned())?;
    keep_days::check(days).map(|()| days)
}

/// An empty file is no register either: it would become one by being opened.
fn is_there(path: &Path) -> Result<(), Failure> {
    let missing = match std::fs::metadata(path) {
        Ok(file) => file.is_file() && file.len() == 0,
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
    };
    if missing {
        return Err(Failure::Usage(anyhow!(
            "There is no register {}. Check the name; an audit with --register, or campaign new, makes one.",
            path.display()
        )));
    }
    Ok(())
}

impl Place {
    pub(super) fn keep_days(&self) -> Result<u32, Failure> {
        keep_days_of(self.keep_days)
    }

    /// Looks for tampering before anything is made of what the register says. In a large register only gaps are
    /// looked for, and each record that is read is looked at then.
    pub(in crate::cli) fn is_sound(&self) -> Result<(), Failure> {
        let failed = |problem: Problem| unusable(&self.path, &problem);
        if self.register.count().map_err(failed)? > VERIFIED_WHOLE {
            return match self.register.has_gaps().map_err(failed)? {
                true => Err(failed(Problem::Changed("records were removed".into()))),
                false => Ok(()),
            };
        }
        let verified = verify::verify(&self.register, today(), &[]).map_err(failed)?;
        match verified.wrong.into_iter().next() {
            None => Ok(()),
            Some(wrong) => Err(failed(Problem::Changed(wrong))),
        }
    }

    /// That it holds nothing of a campaign, with the name that was probably meant.
    pub(in crate::cli) fn has_no_campaign(&self, id: &str) -> Failure {
        // Names only help: without them the mistake is told all the same.
        let known = self.register.campaigns().unwrap_or_default();
        let near = did_you_mean(id, known.iter().map(String::as_str));
        Failure::Usage(anyhow!(
            "The register holds nothing of campaign {id}.{near}\nspotcheck register list shows what it holds."
        ))
    }

    /// How many records it holds, and how many of them are due to be purged.
    pub(in crate::cli) fn due(&self) -> Result<(u64, u64), Failure> {
        let failed = |problem: Problem| unusable(&self.path, &problem);
        let records = self.register.count().map_err(failed)?;
        let due = self.register.due(today()).map_err(failed)?;
        Ok((records, due))
    }

    /// The heads of the chains of other registers that were merged into it, each with its keeper.
    pub(in crate::cli) fn other_heads(&self) -> Result<Vec<(Head, Option<String>)>, Failure> {
        let heads = self.register.heads();
        let mut heads = heads.map_err(|problem| unusable(&self.path, &problem))?;
        heads.retain(|(head, _)| head.chain != self.register.chain());
        Ok(heads)
    }

    /// Whether a campaign was made with `campaign new`.
    pub(in crate::cli) fn has_begun(&self, id: &str) -> bool {
        self.campaign(id).is_ok_and(|held| held.begun.is_some())
    }

    /// Why an audit will not count in a campaign, as a note, where that can be told before the phone is read.
    pub(in crate::cli) fn will_not_count(
        &self,
        id: &str,
        staff_ref: Option<&str>,
    ) -> Option<String> {
        let Ok(summary) = self.campaign(id) else {
            return Some(format!(
                "Note: Whom campaign {id} drew could not be told. Run spotcheck register verify.\n"
            ));
        };
        let Some(begun) = &summary.begun else {
            let known = self.register.campaigns().unwrap_or_default();
            // An earlier slip of the same kind stands in the register too.
            let begun = |other: &&String| {
                self.campaign(other)
                    .is_ok_and(|campaign| campaign.begun.is_some())
            };
            let near = did_you_mean(id, known.iter().filter(begun).map(String::as_str));
            return Some(format!(
                "Note: No campaign {id} has begun in this register.{near} Begin it with spotcheck campaign new {id}, or check the name.\n"
            ));
        };
        if begun.groups.is_empty() {
            return None;
        }
        let why = match staff_ref {
            None => "There is no --staff-ref, so nobody can be found on the list".to_owned(),
            Some(person)
                if summary
                    .places
                    .iter()
                    .any(|p| p.called.iter().any(|c| c == person)) =>
            {
                return None;
            }
            Some(person) if group_of(begun, person).is_some() => {
                format!("{person} is a reserve and stands in for nobody in campaign {id}")
            }
            Some(person) => format!("{person} was not drawn in campaign {id}"),
        };
        Some(format!(
            "Note: {why}: this check will not count in its rates.\n"
        ))
    }

    /// What the records of a campaign say, or of all.
    pub(in crate::cli) fn bodies(&self, campaign: Option<&str>) -> Result<Vec<Body>, Failure> {
        self.register
            .bodies(campaign)
            .map_err(|problem| unusable(&self.path, &problem))
    }

    /// Whether some records say nothing any more, because their time was over.
    pub(in crate::cli) fn has_purged(&self) -> Result<bool, Failure> {
        let mut purged = false;
        let read = self.register.each(|record, _| {
            purged |= record.said.is_none();
            Ok::<(), Problem>(())
        });
        read.map_err(|problem| unusable(&self.path, &problem))?;
        Ok(purged)
    }

    /// What it holds of a campaign, added up.
    pub(in crate::cli) fn campaign(&self, id: &str) -> Result<Summary, Failure> {
        Ok(self.counter(id)?.finish())
    }

    /// The outcome of each person of a campaign that was recorded last.
    pub(in crate::cli) fn outcomes(&self, id: &str) -> Result<BTreeMap<String, Outcome>, Failure> {
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
    pub(in crate::cli) fn head(&self) -> Result<Head, Failure> {
        self.register
            .head()
            .map_err(|problem| unusable(&self.path, &problem))
    }

    /// Adds a record that is no audit.
    pub(in crate::cli) fn record(&mut self, body: &Body) -> Result<(), Failure> {
        let keep_days = self.keep_days()?;
        self.register
            .add(body, keep_days)
            .map(|_| ())
            .map_err(|problem| unusable(&self.path, &problem))
    }

    /// The audits in it, to hold slips against.
    pub(in crate::cli) fn saved(&self) -> Result<Vec<Saved>, Failure> {
        Ok(self
            .bodies(None)?
            .into_iter()
            .filter_map(|body| match body {
                Body::Audit(entry) => Some(Saved {
                    part_only: entry.part_only(),
                    digest: entry.audit_sha256,
                    overall: entry.overall,
                    audited_at: entry.audited_at,
                    staff_ref: entry.staff_ref,
                    declined: entry.declined,
                    // A register that holds such a one is not sound, and was refused.
                    contradiction: None,
                }),
                _ => None,
            })
            .collect())
    }

    /// What stands for a phone in this register.
    pub(in crate::cli) fn phone_hash(&self, phone: &PhoneId) -> String {
        self.register.phone_hash(phone)
    }

    /// When this phone was audited before, as a sentence. It tells apart a phone that comes back from one that is
    /// passed round.
    pub(in crate::cli) fn audited_before(
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
    pub(in crate::cli) fn add(
        &mut self,
        audit: &str,
        phone_hash: Option<&str>,
    ) -> Result<Added, Failure> {
        let mut entry = Entry::from_json(audit).map_err(|why| {
            Failure::Output(anyhow!("The audit cannot be kept in the register: {why}.\nSave it with -o FILE. This is a fault of spotcheck: please report it."))
        })?;
        entry.phone = phone_hash.map(str::to_owned);
        let keep_days = self.keep_days()?;
        self.register
            .add(&Body::Audit(Box::new(entry)), keep_days)
            .map_err(|problem| unusable(&self.path, &problem))
    }
}

pub(super) fn unusable(path: &Path, problem: &Problem) -> Failure {
    let next = match problem {
        Problem::Foreign | Problem::Damaged => "Give the file of a register, or a new name.",
        Problem::Newer => "Use the newer version.",
        Problem::ReadOnly => "Choose a place where you may write.",
        Problem::Unfinished => "Ask whoever may write to it to run spotcheck register list.",
        Problem::Full => "Make room and run the same command again.",
        Problem::PurgeUnfinished => "Close them first.",
        Problem::Busy => "Run the same command again in a moment.",
        Problem::Changed(_) => "Run spotcheck register verify.",
        Problem::Other(_) => "Check the file and its folder.",
    };
    Failure::Output(anyhow!(
        "The register {} cannot be used: {problem}.\n{next}",
        path.display()
    ))
}
