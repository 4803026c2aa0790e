//! What the guided look can do on the Android phone that was just read: open a page of its settings, and watch its power
//! key.

use std::time::Duration;

use super::guide::Pages;
use crate::android::pages;
use crate::android::transport::{self, Limits, Phone, Target};
use crate::android::watch::{self, Watched};
use crate::evidence::{Evidence, Fact, Platform, ReadLogEntry, Request, Subject, Value};
use crate::profile::{Control, Profile};

/// The phone that was just read, and no other.
pub(super) struct OnPhone {
    target: Target,
    limits: Limits,
    controls: Vec<Control>,
    watch_for: Vec<String>,
    opened: Vec<ReadLogEntry>,
}

/// A request that also tells whether the power key has to be watched; no further command is needed for that.
pub(super) fn asking(mut request: Request) -> Request {
    if request.facts.contains(&Fact::LockCredential) {
        request.facts.insert(Fact::LockPowerKey);
    }
    request
}

impl OnPhone {
    pub fn new(phone: Phone, limits: Limits, profiles: &[Profile], evidence: &Evidence) -> OnPhone {
        let controls: Vec<Control> = profiles.iter().flat_map(|p| p.controls.clone()).collect();
        let reading = |fact| evidence.get(fact, &Subject::Device);
        let told = reading(Fact::LockPowerKey).proved().is_some();
        // Without a lock there is nothing to watch; where that is not known, the test tells.
        let open = reading(Fact::LockCredential).value() == Some(&Value::Word("none"));
        let watch_for = controls
            .iter()
            .filter(|_| !told && !open)
            .filter(|control| {
                let decided_by = control.decided_by(Platform::Android);
                [Fact::LockGrace, Fact::LockPowerKey]
                    .iter()
                    .any(|fact| decided_by.contains(fact))
            })
            .map(|control| control.id.clone())
            .collect();
        OnPhone {
            target: Target::Same(phone),
            limits,
            controls,
            watch_for,
            opened: Vec::new(),
        }
    }

    fn command(&self, control: &str, subject: &Subject) -> Option<String> {
        let control = self.controls.iter().find(|c| c.is(control))?;
        pages::command(control.decided_by(Platform::Android), subject)
    }

    /// Runs a command that stands in the read log under this name, with what of its answer is kept.
    fn run(
        &mut self,
        command: &str,
        what: &str,
        limits: &Limits,
    ) -> Result<transport::Answer, String> {
        let answer = transport::run(&self.target, command, limits);
        self.opened.push(ReadLogEntry {
            what: what.to_owned(),
            why: Vec::new(),
            bytes_kept: 0,
        });
        answer.map_err(|e| e.what.trim_end_matches('.').to_owned())
    }
}

impl Pages for OnPhone {
    fn has(&self, control: &str, subject: &Subject) -> bool {
        self.command(control, subject).is_some()
    }

    fn open(&mut self, control: &str, subject: &Subject) -> Result<(), String> {
        let command = self
            .command(control, subject)
            .ok_or("there is no page for this line")?;
        let answer = self.run(&command, &command, &self.limits.clone())?;
        pages::opened(answer.status, &answer.bytes)
    }

    fn watch_for(&self) -> Vec<String> {
        self.watch_for.clone()
    }

    /// Nothing may take longer than the person was told.
    fn too_short_to_watch(&self) -> Option<Duration> {
        (self.limits.deadline < watch::DEADLINE).then_some(watch::DEADLINE)
    }

    fn settled(&self, control: &str, watched: Watched) -> Option<bool> {
        let control = self.controls.iter().find(|c| c.is(control))?;
        control.settled_by(Platform::Android, &watched.shows())
    }

    fn watch(&mut self) -> Result<Watched, String> {
        let answer = self.run(&watch::script(), watch::PLACE, &self.limits.clone())?;
        let watched = watch::read(&answer.bytes);
        if let Some(entry) = self.opened.last_mut() {
            entry.why.push(Fact::LockPowerKey.id());
            entry.bytes_kept = answer.bytes.len() as u64;
            let seen = match &watched {
                Ok(watched) => watched.words(),
                Err(why) => format!("{why}."),
            };
            entry.what = format!("{}. Seen: {seen}", watch::PLACE);
        }
        watched
    }

    fn opened(&self) -> Vec<ReadLogEntry> {
        self.opened.clone()
    }
}
