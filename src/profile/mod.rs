//! A profile: a checklist as data. Controls, the parameters they use (each with its own source), the apps in scope.

mod chain;
pub mod check;
mod criteria;
mod draft;
mod load;
mod parameter;
pub mod reach;
pub mod reading_age;
mod resolve;
mod schema;

use std::collections::BTreeSet;

use crate::apps::App;
use crate::evidence::{Fact, Platform};
use crate::nearest::did_you_mean;

pub use crate::span::TextError as ProfileError;
pub use chain::{shipped, shipped_ids};
pub use criteria::{Criterion, Test};
pub use load::{Overrides, load};
pub use parameter::{Parameter, ParameterValue};

/// Who owns the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ownership {
    /// The member of staff's own phone.
    Personal,
    /// A phone that the trust issued.
    Trust,
}

impl Ownership {
    /// The word used in JSON and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Ownership::Personal => "personal",
            Ownership::Trust => "trust",
        }
    }
}

/// What becomes of a line whose `pass` is known not to hold, where it has no `fail` of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// It fails.
    #[default]
    Fail,
    /// It is left open: what was found can be right, and someone has to ask.
    Ask,
}

/// What a control says about one platform; nothing where the checklist does not speak about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Both missing: nothing on this platform that a cable or a look at the settings decides; the person is asked.
    pub pass: Option<Criterion>,
    /// Left out, it is the negation of `pass`.
    pub fail: Option<Criterion>,
    /// What becomes of it where `pass` does not hold and `fail` was left out.
    pub otherwise: Otherwise,
    /// What is expected, as a phrase with the parameters filled in.
    pub expected: String,
    /// Where to look by hand. Places (`{menu:auto-lock}`) are filled in for a phone by [`crate::menus`].
    pub look: String,
    /// How to put it right, with places like `look`.
    pub put_right: String,
}

/// One line of a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Stable id, e.g. `IM-05b`.
    pub id: String,
    /// A few words for tables.
    pub title: String,
    /// Plain-English question.
    pub question: String,
    /// Why it matters, in a sentence or two.
    pub why: String,
    /// What the reading cannot show.
    pub limits: String,
    /// Where the line comes from.
    pub source: String,
    /// Judged for each app in scope that is installed.
    pub per_app: bool,
    /// Ids of the apps that it is limited to; empty for every app in scope.
    pub apps: Vec<String>,
    /// Judged by its criteria for an app that is not installed, too: for lines that say what must not be there.
    pub installed_or_not: bool,
    /// Counts towards the overall result (as far as it can be seen on the phone).
    pub mandatory: bool,
    /// The person is asked; the answer is an attestation, counted apart.
    pub asked: bool,
    /// Applies only to phones of this ownership.
    pub ownership: Option<Ownership>,
    /// Facts that are shown beside the question and decide nothing.
    pub beside: Vec<Fact>,
    /// The profile or file that last said something about it.
    pub written_in: String,
    /// What it says about iPhones.
    pub ios: Rules,
    /// What it says about Android phones.
    pub android: Rules,
}

impl Control {
    /// Whether this is the control's id, however its letters are written.
    pub fn is(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id)
    }

    /// What the control says about a platform.
    pub fn rules(&self, platform: Platform) -> &Rules {
        match platform {
            Platform::Ios => &self.ios,
            Platform::Android => &self.android,
        }
    }

    /// Whether the control is judged for this app.
    pub fn is_about(&self, app: &App) -> bool {
        self.per_app && (self.apps.is_empty() || self.apps.contains(&app.id))
    }

    /// The facts that the control looks at on a platform.
    pub fn facts(&self, platform: Platform) -> BTreeSet<Fact> {
        let decided_by = self.decided_by(platform);
        decided_by.into_iter().chain(self.beside.clone()).collect()
    }

    /// What the criteria come to where only these facts are known: `None` where others could change it.
    pub fn settled_by(
        &self,
        platform: Platform,
        known: &[(Fact, crate::evidence::Value)],
    ) -> Option<bool> {
        let value = |fact: Fact| known.iter().find(|(f, _)| *f == fact).map(|(_, v)| v);
        let rules = self.rules(platform);
        let truth = |rule: &Option<Criterion>| rule.as_ref().and_then(|rule| rule.truth(&value));
        match (truth(&rules.fail), truth(&rules.pass)) {
            (Some(true), _) => Some(false),
            (Some(false), pass) => pass,
            (None, pass) if rules.fail.is_none() => pass,
            (None, _) => None,
        }
    }

    /// The facts that decide it on a platform, each once, in the order in which the checklist names them.
    pub fn decided_by(&self, platform: Platform) -> Vec<Fact> {
        let rules = self.rules(platform);
        let mut facts = Vec::new();
        for criterion in [&rules.pass, &rules.fail].into_iter().flatten() {
            criterion.collect_facts(&mut facts);
        }
        facts
    }
}

/// A line of the source that the checklist does not judge, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCovered {
    /// Id of the line in the source.
    pub id: String,
    /// A few words for tables.
    pub title: String,
    /// Why it is not judged, for people.
    pub why: String,
}

/// A checklist, resolved: what it extends is merged in, parameters are filled in, every criterion is checked.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Id of the shipped checklist, or what a file says of itself.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// The day its sources were last checked.
    pub as_of: String,
    /// Where the checklist comes from.
    pub source: String,
    /// The profiles that it extends, the furthest first, and itself: ids of shipped ones, paths of files.
    pub written_in: Vec<String>,
    /// SHA-256 over the texts of all profiles it is made of, as lower-case hex.
    pub sha256: String,
    /// Kinds of phone that the checklist speaks about.
    pub platforms: Vec<Platform>,
    /// Messaging apps in scope, from the catalogue.
    pub apps: Vec<App>,
    /// Its limits, each with its own source.
    pub parameters: Vec<Parameter>,
    /// Its lines, in their order.
    pub controls: Vec<Control>,
    /// Lines of the source that it does not judge.
    pub not_covered: Vec<NotCovered>,
}

impl Profile {
    /// Whether the checklist speaks about this kind of phone.
    pub fn covers(&self, platform: Platform) -> bool {
        self.platforms.contains(&platform)
    }

    /// Whether an audit has to look for this app on a platform.
    pub fn looks_for(&self, app: &App, platform: Platform) -> bool {
        self.covers(platform)
            && self.apps.contains(app)
            && self.controls.iter().any(|control| control.is_about(app))
    }

    /// All facts that its controls look at on a platform; none where it does not speak about it.
    pub fn facts(&self, platform: Platform) -> BTreeSet<Fact> {
        let controls: &[Control] = if self.covers(platform) {
            &self.controls
        } else {
            &[]
        };
        controls
            .iter()
            .flat_map(|control| control.facts(platform))
            .collect()
    }

    /// The parameter with this id.
    pub fn parameter(&self, id: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.id == id)
    }

    /// Keeps only these controls.
    ///
    /// # Errors
    /// Names the first id that the profile does not have, with those that it has.
    pub fn narrow(&mut self, ids: &[String]) -> Result<(), String> {
        for id in ids {
            if !self.controls.iter().any(|control| control.is(id)) {
                let known: Vec<_> = self.controls.iter().map(|c| c.id.as_str()).collect();
                return Err(format!(
                    "profile {} has no control {id}.{} It has: {}.",
                    self.id,
                    did_you_mean(id, known.iter().copied()),
                    known.join(", ")
                ));
            }
        }
        self.controls
            .retain(|control| ids.iter().any(|id| control.is(id)));
        Ok(())
    }
}
