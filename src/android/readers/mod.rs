//! The readers: one per topic. Each declares the facts that it tells and the sections of the script that it needs,
//! and turns those sections, and no others, into readings.

mod apps;
mod contacts;
mod device;
mod find;
mod links;
mod lists;
mod lock;
mod management;
mod media;
mod notices;
mod photos;
mod posture;
mod previews;
pub mod reach;
mod screen;
pub mod shared;
#[cfg(test)]
mod tests;
mod trust;
mod users;

use std::collections::BTreeSet;

pub use self::lists::known_packages;
use self::reach::Reach;
use super::offline;
use super::section::{Section, Span, is_package};
use super::stream::{Answer, Body, Key};
use crate::apps::App;
use crate::evidence::{
    AppCopy, Evidence, Fact, Origin, Platform, Reading, Request, Source, Subject,
};

/// One topic: what it tells and how.
pub trait Reader: Sync {
    /// The facts that it tells. It reports every one of them, on every path, for the phone or for each app copy.
    fn facts(&self) -> &'static [Fact];
    /// The sections that it needs; it can see no others.
    fn sections(&self) -> &'static [&'static Section];
    /// Turns the sections into readings. Never panics, whatever the phone answered.
    fn read(&self, view: &View<'_>, out: &mut Out<'_>);
}

/// Every reader, in the order in which their sections run.
pub const READERS: &[&dyn Reader] = &[
    &device::Device,
    &posture::Posture,
    &users::Users,
    &lock::Lock,
    &trust::Trust,
    &screen::Screen,
    &management::Management,
    &find::Find,
    &links::Links,
    &previews::Previews,
    &apps::Apps,
    &notices::Notices,
    &photos::Photos,
    &contacts::Contacts,
    &media::Media,
];

/// The readers that tell something this request wants.
pub fn wanted(request: &Request) -> impl Iterator<Item = &'static dyn Reader> {
    READERS
        .iter()
        .copied()
        .filter(|reader| request.wants(reader.facts()))
}

/// The sections of these readers, each once, in the order in which they run: what runs once comes first.
pub fn sections(readers: impl Iterator<Item = &'static dyn Reader>) -> Vec<&'static Section> {
    let mut all: Vec<&'static Section> = Vec::new();
    for section in readers.flat_map(|reader| reader.sections()) {
        if !all.iter().any(|known| known.id == section.id) {
            all.push(section);
        }
    }
    // Other readers' sections use the variables that these leave.
    all.sort_by_key(|section| section.span);
    all
}

/// Every section of the program, in the order in which they run.
pub fn all_sections() -> Vec<&'static Section> {
    sections(READERS.iter().copied())
}

/// What one reader can see of the phone's answer: the sections that it declared.
pub struct View<'a> {
    reader: &'static dyn Reader,
    answer: &'a Answer,
    source: Source,
    apps: &'a [App],
    besides: &'a [App],
    copies: &'a [AppCopy],
}

impl<'a> View<'a> {
    /// The view of one reader.
    pub fn new(
        reader: &'static dyn Reader,
        answer: &'a Answer,
        source: Source,
        apps: &'a [App],
        copies: &'a [AppCopy],
    ) -> Self {
        View {
            reader,
            answer,
            source,
            apps,
            besides: &[],
            copies,
        }
    }

    /// The same view, with the apps of which only the presence is asked.
    pub fn noticing(self, besides: &'a [App]) -> Self {
        View { besides, ..self }
    }

    /// What a section printed that runs once.
    pub fn once(&self, section: &'static Section) -> Result<&'a Body, String> {
        self.body(section, &Key::once(section))
    }

    /// What a section printed for an Android user.
    pub fn user(&self, section: &'static Section, user: u32) -> Result<&'a Body, String> {
        self.body(section, &Key::user(section, user))
    }

    /// What a section printed for an app copy.
    pub fn copy(&self, section: &'static Section, copy: &AppCopy) -> Result<&'a Body, String> {
        let packages = self.packages(&copy.app);
        let mut answered = packages
            .iter()
            .filter(|p| self.answer.get(&Key::copy(section, copy.user, p)).is_some());
        let package = answered.next().or(packages.first());
        let package = package.ok_or("no Android package of this app is known")?;
        if answered.next().is_some() {
            return Err("the phone has two apps that go by this name".into());
        }
        self.body(section, &Key::copy(section, copy.user, package))
    }

    fn body(&self, section: &'static Section, key: &Key) -> Result<&'a Body, String> {
        if !self.reader.sections().iter().any(|s| s.id == section.id) {
            return Err(format!(
                "a fault in this program: the reader did not declare the section {}",
                section.id
            ));
        }
        match (self.answer.get(key), self.source) {
            (Some(Ok(body)), _) => Ok(body),
            (Some(Err(why)), _) => Err(why.to_owned()),
            (None, Source::AndroidCapture) => Err("the capture does not hold this".into()),
            (None, Source::AndroidAcquisition) => Err("the acquisition does not hold this".into()),
            (None, Source::AndroidBugreport) => Err("the bug report does not hold this".into()),
            (None, _) => Err("the phone's answer does not hold this".into()),
        }
    }

    /// Where a reading from this section came from.
    pub fn origin(&self, section: &'static Section) -> Origin {
        Origin::new(
            self.source,
            offline::place(self.source, section).unwrap_or(section.place),
        )
    }

    /// Where a reading from this section came from, for an app copy.
    pub fn copy_origin(&self, section: &'static Section, copy: &AppCopy) -> Origin {
        let packages = self.packages(&copy.app).join(" or ");
        match offline::place(self.source, section) {
            Some(command) => {
                Origin::new(self.source, command).key(format!("{packages}, user {}", copy.user))
            }
            None => Origin::new(
                self.source,
                place(section, Some(copy.user), Some(&packages)),
            ),
        }
    }

    /// The apps of which only the presence is looked for.
    pub fn besides(&self) -> &'a [App] {
        self.besides
    }

    /// The apps that are looked for.
    pub fn apps(&self) -> &'a [App] {
        self.apps
    }

    /// The app copies that are installed, in every Android user that could be read.
    pub fn copies(&self) -> &'a [AppCopy] {
        self.copies
    }

    /// The Android packages of an app: one, but for a few apps.
    pub fn packages(&self, app: &str) -> Vec<&'a str> {
        self.apps
            .iter()
            .find(|a| a.id == app)
            .map(|app| packages_of(app).collect())
            .unwrap_or_default()
    }
}

/// The Android packages of an app that can stand in a shell script.
pub fn packages_of(app: &App) -> impl Iterator<Item = &str> {
    app.ids_on(Platform::Android)
        .filter(|package| is_package(package))
}

/// The command of a section as it ran, for origins and the read log.
pub fn place(section: &Section, user: Option<u32>, package: Option<&str>) -> String {
    let mut place = section.place.to_owned();
    if let Some(user) = user {
        place = place.replace("USER", &user.to_string());
    }
    if let Some(package) = package {
        place = place.replace("PACKAGE", package);
    }
    place
}

/// Where one reader puts its readings: only what it declared, and only what is wanted.
pub struct Out<'a> {
    facts: &'static [Fact],
    wanted: &'a BTreeSet<Fact>,
    reach: &'a Reach,
    evidence: &'a mut Evidence,
}

impl<'a> Out<'a> {
    /// The place for the readings of one reader, which count as far as the answer goes.
    pub fn new(
        reader: &'static dyn Reader,
        wanted: &'a BTreeSet<Fact>,
        reach: &'a Reach,
        evidence: &'a mut Evidence,
    ) -> Self {
        Out {
            facts: reader.facts(),
            wanted,
            reach,
            evidence,
        }
    }

    /// Reports a fact about the phone.
    pub fn device(&mut self, fact: Fact, reading: Reading) {
        self.put(fact, Subject::Device, reading);
    }

    /// Reports a fact about an app copy.
    pub fn copy(&mut self, fact: Fact, copy: &AppCopy, reading: Reading) {
        self.put(fact, Subject::App(copy.clone()), reading);
    }

    fn put(&mut self, fact: Fact, subject: Subject, reading: Reading) {
        debug_assert!(self.facts.contains(&fact), "{fact} was not declared");
        if self.facts.contains(&fact) && self.wanted.contains(&fact) {
            let (reading, warning) = self.reach.limit(fact, reading);
            self.evidence.set(fact, subject, reading);
            if let Some(warning) = warning {
                self.warn(warning);
            }
        }
    }

    /// Says that apps may have gone unseen.
    pub fn unseen(&mut self, why: impl Into<String>) {
        let why = why.into();
        if !self.evidence.apps_unseen.contains(&why) {
            self.evidence.apps_unseen.push(why);
        }
    }

    /// Says something about the evidence as a whole.
    pub fn warn(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.evidence.warnings.contains(&what) {
            self.evidence.warnings.push(what);
        }
    }
}

/// A reading, or the reason why there is none.
pub fn settle(result: Result<Reading, String>) -> Reading {
    result.unwrap_or_else(Reading::unreadable)
}

/// The installed copies that the answer speaks of, for the readers that run per copy.
pub fn installed(answer: &Answer, source: Source, apps: &[App]) -> Vec<AppCopy> {
    apps::installed(&View::new(&apps::Apps, answer, source, apps, &[]))
}

/// Whether a section looks for the apps of which only the presence is asked.
pub fn looks_besides(section: &Section) -> bool {
    section.id == apps::BESIDES.id
}

/// Whether a section runs for app copies or users only, and so not at all where no app is looked for.
pub fn needs_apps(section: &Section) -> bool {
    section.span != Span::Once
}
