use std::collections::BTreeSet;

use super::text::without_number;
use super::{Fact, Platform, derive};
use crate::apps::App;

/// What an audit needs to know: readers read for these facts and apps and for nothing else.
#[derive(Debug, Clone)]
pub struct Request {
    /// Facts to read, with those that derived facts are made from; only what can be read on the platform.
    pub facts: BTreeSet<Fact>,
    /// Messaging apps to look at.
    pub apps: Vec<App>,
    /// Messaging apps of which nothing is read but whether they are there.
    pub besides: Vec<App>,
}

impl Request {
    /// A request for these facts, for what they are derived from, and for what every report states (model, system,
    /// backup, installed apps of the list).
    pub fn new(facts: impl IntoIterator<Item = Fact>, apps: Vec<App>, platform: Platform) -> Self {
        let mut wanted: BTreeSet<Fact> = [
            Fact::DeviceModel,
            Fact::DeviceMaker,
            Fact::DeviceOs,
            Fact::BackupEncrypted,
            Fact::BackupFinished,
            Fact::BackupHoldsMore,
        ]
        .into();
        for fact in facts {
            wanted.insert(fact);
            wanted.extend(derive::inputs(fact, platform));
        }
        if !apps.is_empty() {
            wanted.extend([Fact::AppInstalled, Fact::AppVersion, Fact::AppSpace]);
        }
        wanted.retain(|fact| fact.on().has(platform));
        Request {
            facts: wanted,
            apps,
            besides: Vec::new(),
        }
    }

    /// Looks whether these apps are there too, and for nothing else of them.
    pub fn noticing(mut self, besides: Vec<App>) -> Self {
        if !besides.is_empty() {
            self.facts.insert(Fact::AppInstalled);
        }
        self.besides = besides;
        self
    }

    /// A request for every fact.
    pub fn everything(apps: Vec<App>, platform: Platform) -> Self {
        Request::new(Fact::ALL.iter().copied(), apps, platform)
    }

    /// Whether any of these facts is wanted.
    pub fn wants(&self, facts: &[Fact]) -> bool {
        facts.iter().any(|fact| self.facts.contains(fact))
    }
}

/// One line of what an audit will read, from the declaration that does the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanItem {
    /// The file (domain and path) or the exact command with its filter.
    pub what: String,
    /// The same in short: the name by which origins call it.
    pub place: String,
    /// Ids of the facts it is read for.
    pub why: Vec<&'static str>,
    /// What of it is kept, in plain English.
    pub keeps: String,
}

/// A phone or backup that cannot be read at all, with what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}\n{next}")]
pub struct SourceError {
    /// Whether the command has to be changed (exit 2) rather than the phone or backup (exit 4).
    pub usage: bool,
    /// What happened and where, as a sentence.
    pub what: String,
    /// What to do next, as a sentence.
    pub next: String,
}

impl SourceError {
    /// The phone or backup is at fault.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        SourceError {
            usage: false,
            what: without_number(&what.into()),
            next: next.into(),
        }
    }

    /// The command is at fault.
    pub fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        SourceError {
            usage: true,
            ..SourceError::new(what, next)
        }
    }
}
