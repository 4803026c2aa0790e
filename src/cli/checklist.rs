//! The checklists of a run with their limits: from the command line, else from the settings.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::anyhow;
use clap::Args;

use super::{Failure, config, terminal};
use crate::nearest::did_you_mean;
use crate::profile::{self, Profile};
use crate::trust::Limit;

/// The checklist of a run that names none.
const USUAL: &str = "nhs-england";

/// The checklist and its limits.
#[derive(Args, Debug, Clone, Default)]
pub(super) struct ProfileArgs {
    /// Checklist: the name of one in this program, or a file; given twice, it makes two audits
    /// [default: nhs-england, or what spotcheck.toml says]
    #[arg(long, value_name = "NAME|FILE")]
    profile: Vec<String>,
    /// Change a limit of the checklist for this run, e.g. auto_lock_max=5m
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_set)]
    set: Vec<(String, String)>,
    /// Only these lines of the checklist, e.g. IM-05a,IM-07
    #[arg(long, value_name = "IDS", value_delimiter = ',', value_parser = parse_id)]
    controls: Vec<String>,
}

impl ProfileArgs {
    /// Whether the run looks at a part of the checklist only.
    pub fn is_narrowed(&self) -> bool {
        !self.controls.is_empty()
    }

    /// The controls that the run was narrowed to, as the checklists call them; empty for all.
    pub fn narrowed_to(&self, profiles: &[Profile]) -> Vec<String> {
        let mut ids = Vec::new();
        if !self.controls.is_empty() {
            for control in profiles.iter().flat_map(|profile| &profile.controls) {
                if !ids.contains(&control.id) {
                    ids.push(control.id.clone());
                }
            }
        }
        ids
    }

    /// The checklists that the command line names.
    pub fn given(&self) -> Option<String> {
        (!self.profile.is_empty()).then(|| self.profile.join(", "))
    }

    /// Whether the command line sets this limit.
    pub fn sets(&self, limit: &str) -> bool {
        self.set.iter().any(|(id, _)| id == limit)
    }

    /// Says what an audit is judged by although the command line does not ask for it.
    pub fn say_what_settings_say(&self, profiles: &[Profile]) -> Result<(), Failure> {
        terminal::note(&self.said_by_settings(profiles))
    }

    fn said_by_settings(&self, profiles: &[Profile]) -> String {
        let config = config::current();
        let mut text = String::new();
        let mut say = |what: &str, key: &str| {
            if let Some(origin) = config.origin(key) {
                let _ = writeln!(text, "{what} ({origin})");
            }
        };
        if self.profile.is_empty() {
            let names = config.trust.defaults.profile.join(", ");
            say(&format!("Checklist: {names}"), "defaults.profile");
        }
        for (id, value) in self.configured_limits() {
            if !profiles.iter().any(|p| p.parameter(&id).is_some()) {
                continue;
            }
            say(&format!("Limit: {id}={value}"), &format!("limits.{id}"));
        }
        text
    }

    /// The names of the checklists: those of the command line, else those of the settings, else the usual one.
    fn names(&self) -> Vec<String> {
        let configured = &config::current().trust.defaults.profile;
        match (self.profile.is_empty(), configured.is_empty()) {
            (false, _) => self.profile.clone(),
            (true, false) => configured.clone(),
            (true, true) => vec![USUAL.to_owned()],
        }
    }

    /// Limits of the settings that the command line does not set otherwise.
    fn configured_limits(&self) -> Vec<(String, String)> {
        let limits = config::current().trust.limits.iter();
        limits
            .filter(|(id, _)| !self.sets(id))
            .map(|(id, Limit(value))| (id.clone(), value.clone()))
            .collect()
    }

    /// A checklist with limits of the settings and of the command line. What the settings get wrong is told with its
    /// place there.
    fn load_one(&self, name: &str, set: &[(String, String)]) -> Result<Profile, Failure> {
        let config = config::current();
        let limits = self.configured_limits();
        let plain = profile::load(name, set).map_err(|error| {
            let from_settings = self.profile.is_empty() && set.is_empty();
            match config.origin("defaults.profile").filter(|_| from_settings) {
                Some(origin) => Failure::Usage(anyhow!("{origin}, profile: {error}")),
                None => Failure::from(error),
            }
        })?;
        let here: Vec<(String, String)> = limits
            .into_iter()
            .filter(|(id, _)| plain.parameter(id).is_some())
            .collect();
        if here.is_empty() {
            return Ok(plain);
        }
        let all: Vec<(String, String)> = here.iter().chain(set).cloned().collect();
        profile::load(name, &all).map_err(|error| {
            // One of them is wrong by itself, or they do not go together.
            let wrong = here.iter().find_map(|limit| {
                let error = profile::load(name, std::slice::from_ref(limit)).err()?;
                Some((config.origin(&format!("limits.{}", limit.0))?, error))
            });
            match wrong {
                Some((origin, error)) => {
                    let said = error.0.replacen("--set ", "limit ", 1);
                    Failure::Usage(anyhow!("{origin}: {said}"))
                }
                None => Failure::from(error),
            }
        })
    }

    /// A limit of the settings may be one that the checklists of this run do not have, but not one that none has.
    fn check_limits(&self, plain: &[Profile]) -> Result<(), Failure> {
        for (id, _) in self.configured_limits() {
            if plain.iter().any(|profile| profile.parameter(&id).is_some()) {
                continue;
            }
            let shipped: Vec<Profile> = profile::shipped_ids()
                .map(|name| profile::load(name, &[]))
                .collect::<Result<_, _>>()?;
            let known: BTreeSet<&str> = plain
                .iter()
                .chain(&shipped)
                .flat_map(|profile| &profile.parameters)
                .map(|parameter| parameter.id.as_str())
                .collect();
            if !known.contains(id.as_str()) {
                let key = format!("limits.{id}");
                let at = config::current().origin(&key);
                let at = at.map_or_else(String::new, |origin| format!("{origin}: "));
                let near = did_you_mean(&id, known.iter().copied());
                let known: Vec<&str> = known.into_iter().collect();
                return Err(Failure::Usage(anyhow!(
                    "{at}no checklist has a limit \"{id}\".{near}\nGive one of these: {}.",
                    known.join(", ")
                )));
            }
        }
        Ok(())
    }

    /// Loads the checklists, narrowed as asked.
    pub fn load(&self) -> Result<Vec<Profile>, Failure> {
        let names = self.names();
        let plain = names
            .iter()
            .map(|name| self.load_one(name, &[]))
            .collect::<Result<Vec<Profile>, _>>()?;
        self.check_limits(&plain)?;
        // Of several checklists, a limit or a line need not be in each; one that is in none is an error in each.
        let in_some_limits = |id: &str| plain.iter().any(|p| p.parameter(id).is_some());
        let in_some_lines = |id: &str| plain.iter().any(|p| p.controls.iter().any(|c| c.is(id)));
        let mut profiles = Vec::new();
        for (name, plain) in names.iter().zip(&plain) {
            let set: Vec<(String, String)> = self
                .set
                .iter()
                .filter(|(id, _)| plain.parameter(id).is_some() || !in_some_limits(id))
                .cloned()
                .collect();
            let mut profile = self.load_one(name, &set)?;
            let lines: Vec<String> = self
                .controls
                .iter()
                .filter(|id| plain.controls.iter().any(|c| c.is(id)) || !in_some_lines(id))
                .cloned()
                .collect();
            if !self.controls.is_empty() {
                if lines.is_empty() {
                    return Err(Failure::Usage(anyhow!(
                        "profile {} has none of these lines: {}.\nLeave the profile out, or name one of its lines.",
                        profile.id,
                        self.controls.join(", ")
                    )));
                }
                profile
                    .narrow(&lines)
                    .map_err(|e| Failure::Usage(anyhow!(e)))?;
            }
            profiles.push(profile);
        }
        Ok(profiles)
    }
}

fn parse_id(text: &str) -> Result<String, String> {
    Ok(text.trim().to_owned())
}

fn parse_set(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, e.g. auto_lock_max=5m".into()),
    }
}
