//! The vocabulary of evidence: what can be known about a phone ([`Fact`]), about what ([`Subject`]), and what was
//! found ([`Reading`]) with where it came from ([`Origin`]) and how far it can be trusted ([`Strength`]).
//!
//! Nothing here reads a phone and nothing here judges one.

mod catalogue;
pub mod derive;
mod observation;
pub mod personal;
mod phone_id;
mod reading;
mod request;
mod subject;
pub mod text;
mod value;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

pub use catalogue::{Fact, Kind, On, Scope};
pub use observation::{Answer, AppSeen, Manner, Observation, Observations, Presence};
pub use phone_id::PhoneId;
pub use reading::{Origin, Reading, Source, State, Strength};
pub use request::{PlanItem, Request, SourceError};
pub use subject::{AppCopy, Subject};
pub use value::Value;

/// The two families of phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// iPhones.
    Ios,
    /// Android phones of every maker.
    Android,
}

impl Platform {
    /// The word used in JSON, profiles and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Platform::Ios => "ios",
            Platform::Android => "android",
        }
    }

    /// The word used in sentences.
    pub fn name(self) -> &'static str {
        match self {
            Platform::Ios => "iPhone",
            Platform::Android => "Android",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// One thing that was read: a backup file opened or a section of the probe script run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLogEntry {
    /// The file (domain and path, never a folder of this computer) or the command.
    pub what: String,
    /// Ids of the facts it was read for.
    pub why: Vec<&'static str>,
    /// Bytes that entered the program and were parsed; 0 for a mere look whether something exists.
    pub bytes_kept: u64,
}

/// All that was read from one phone at one moment.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Kind of phone.
    pub platform: Platform,
    /// How it was taken: over a cable, from a backup, from a file, or by looking.
    pub source: Source,
    /// The moment the evidence describes (end of the backup, moment of the audit or of the capture); `None` if unknown.
    pub as_of: Option<Timestamp>,
    /// The newest moment that it states, where its dates disagree (`as_of` is the oldest then).
    pub newest: Option<Timestamp>,
    /// Every file opened and every command run, in the order of the reading.
    pub read_log: Vec<ReadLogEntry>,
    /// Why apps may have gone unseen (a user or an app list that could not be read). Where this is not empty no
    /// per-app control can pass for the phone as a whole.
    pub apps_unseen: Vec<String>,
    /// What a person should know about this evidence as a whole, in full sentences.
    pub warnings: Vec<String>,
    readings: BTreeMap<(Subject, Fact), Reading>,
}

impl Evidence {
    /// Evidence with nothing in it yet.
    pub fn new(platform: Platform, source: Source, as_of: Option<Timestamp>) -> Self {
        Evidence {
            platform,
            source,
            as_of,
            newest: None,
            read_log: Vec::new(),
            apps_unseen: Vec::new(),
            warnings: Vec::new(),
            readings: BTreeMap::new(),
        }
    }

    /// Records a reading. A value that is not of the fact's kind, or a second reading that contradicts the first,
    /// is a fault of a reader: it leaves the fact unreadable rather than trusted.
    pub fn set(&mut self, fact: Fact, subject: Subject, reading: Reading) {
        let reading = match &reading.state {
            State::Known(value) if !fact.kind().admits(value) => Reading::unreadable(format!(
                "{value} is not a value that {} can have",
                fact.id()
            ))
            .with_origins(reading.origin.clone()),
            _ => reading,
        };
        match self.readings.get_mut(&(subject.clone(), fact)) {
            None => {
                self.readings.insert((subject, fact), reading);
            }
            Some(first) if *first == reading => {}
            Some(first) => {
                let mut origin = first.origin.clone();
                origin.extend(reading.origin.iter().cloned());
                *first = Reading::unreadable("two readings of this fact contradict each other")
                    .with_origins(origin);
            }
        }
    }

    /// Puts a reading in the place of another: for what people saw of a fact that the readings do not settle.
    pub fn overrule(&mut self, fact: Fact, subject: Subject, reading: Reading) {
        self.readings.remove(&(subject.clone(), fact));
        self.set(fact, subject, reading);
    }

    /// The reading of a fact. What no reader reported is `NotReadable` where the catalogue says that the platform
    /// cannot tell, and otherwise `Unreadable`: silence is never an answer.
    pub fn get(&self, fact: Fact, subject: &Subject) -> Reading {
        if let Some(reading) = self.readings.get(&(subject.clone(), fact)) {
            return reading.clone();
        }
        if fact.on().has(self.platform) {
            Reading::unreadable("it was not read")
        } else {
            Reading::not_readable(match self.platform {
                Platform::Ios => "no backup tells this",
                Platform::Android => "no cable tells this",
            })
        }
    }

    /// Whether a reader reported anything about this fact.
    pub fn has(&self, fact: Fact, subject: &Subject) -> bool {
        self.readings.contains_key(&(subject.clone(), fact))
    }

    /// This evidence as it counts at a moment: a value that rests on data which is too old by then is unknown.
    pub fn at(&self, moment: Timestamp) -> Evidence {
        let mut evidence = self.clone();
        for reading in evidence.readings.values_mut() {
            if reading.good_until.is_some_and(|until| moment >= until) {
                *reading = Reading::unreadable(
                    "the table in this program that it rests on is too old: take a newer spotcheck",
                )
                .with_origins(std::mem::take(&mut reading.origin));
            }
        }
        evidence
    }

    /// All readings, in the order of subject and catalogue.
    pub fn readings(&self) -> impl Iterator<Item = (Fact, &Subject, &Reading)> {
        self.readings
            .iter()
            .map(|((subject, fact), reading)| (*fact, subject, reading))
    }

    /// The app copies that some reader spoke of, in order, whether installed or not.
    pub fn app_copies(&self) -> Vec<AppCopy> {
        let mut copies: Vec<AppCopy> = self
            .readings
            .keys()
            .filter_map(|(subject, fact)| match (subject, fact) {
                (Subject::App(copy), Fact::AppInstalled) => Some(copy.clone()),
                _ => None,
            })
            .collect();
        copies.dedup();
        copies
    }
}
