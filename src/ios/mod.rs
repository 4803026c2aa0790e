//! iPhone backups: from a folder (or one of its property lists) to evidence.
//!
//! [`read`] opens a backup in place, runs the readers that the request needs, and writes nothing. [`plan`] says, from
//! the same declarations, what it will open.
//!
//! * [`files`]: the provider of bytes ([`files::Files`]) and the restricted view that each reader has of it.
//! * [`backup`], [`manifest`], [`sqlite`], [`wal`]: the folder on disk, its list of files, databases in memory.
//! * [`plist`], [`archive`]: property lists and NSKeyedArchiver archives that nobody vouches for.
//! * [`readers`]: one file per topic.

pub mod archive;
pub mod backup;
pub mod crypt;
pub mod files;
pub mod manifest;
pub mod models;
pub mod plist;
pub mod readers;
pub mod sqlite;
pub mod wal;

use std::collections::BTreeMap;
use std::path::Path;

use crate::apps::{self, App, no_such_app};
use crate::evidence::{
    Evidence, Fact, PlanItem, Platform, ReadLogEntry, Reading, Request, Source, SourceError,
    Strength, Subject, Value,
};
use crypt::{ClassKeys, Key, KeyBag, KeyError, Password};
use files::{Database, Files, Place, Plain, Store};
use plist::Keep;
use readers::{
    AppOnPhone, Line, REGISTRY, Reader, Scope,
    backup_state::{BackupState, Lock, State},
    installed_apps::InstalledApps,
};

/// Reads the backup at `path`: its folder, or the Manifest.plist or Info.plist in one. A property list that lies alone
/// gives only what it proves.
///
/// # Errors
/// [`SourceError`] if there is no backup at the path. What is missing or damaged inside one is no error: it is stated
/// fact by fact in the evidence.
pub fn read(path: &Path, request: &Request) -> Result<Evidence, SourceError> {
    let mut backup = backup::Backup::locate(path)?;
    Ok(read_from(&mut backup, request))
}

/// Opens encrypted backups.
pub trait Unlocker {
    /// The password; asked for only if the backup needs one for what is to be read. `None` leaves the backup locked.
    ///
    /// # Errors
    /// A password that was promised and cannot be had.
    fn password(&mut self) -> Result<Option<Password>, SourceError>;

    /// Whether another password may be asked for, after one that did not open the backup.
    fn try_again(&mut self) -> bool {
        false
    }

    /// The key that the password stands for, with the key bag that was given: some seconds of work.
    ///
    /// # Errors
    /// [`KeyError`].
    fn derive(&mut self, bag: KeyBag, password: Password) -> Result<(KeyBag, Key), KeyError>;
}

/// As [`read`], for backups that may be encrypted. Where the password is wrong, or the key bag is not to be trusted,
/// that is told beside the evidence, which then holds what the property lists in clear prove.
///
/// # Errors
/// As [`read`]; also what [`Unlocker::password`] says.
pub fn read_with(
    path: &Path,
    request: &Request,
    unlocker: &mut dyn Unlocker,
) -> Result<(Evidence, Option<SourceError>), SourceError> {
    let mut backup = backup::Backup::locate(path)?;
    read_from_with(&mut backup, request, unlocker)
}

/// Reads a backup from any provider of its bytes, locked as it may be.
pub fn read_from(files: &mut dyn Files, request: &Request) -> Evidence {
    let (store, state) = examine(files, request);
    finish(store, state, request)
}

/// As [`read_with`], from any provider of a backup's bytes.
///
/// # Errors
/// What [`Unlocker::password`] says.
pub fn read_from_with(
    files: &mut dyn Files,
    request: &Request,
    unlocker: &mut dyn Unlocker,
) -> Result<(Evidence, Option<SourceError>), SourceError> {
    let (mut store, mut state) = examine(files, request);
    let problem = if needs_files(request) {
        unlock(&mut store, &mut state, unlocker)?
    } else {
        None
    };
    Ok((finish(store, state, request), problem))
}

/// What everything else depends on: the state of the backup.
fn examine<'f>(files: &'f mut dyn Files, request: &Request) -> (Store<'f>, State) {
    let apps = apps_on_phone(&request.apps);
    let besides = apps_on_phone(&request.besides);
    let mut store = Store::new(files, keeps(request, &apps, &besides));
    let state = BackupState::examine(&mut store.handle(BackupState.needs()));
    (store, state)
}

/// Runs the readers, on what the state of the backup leaves them.
fn finish(mut store: Store<'_>, mut state: State, request: &Request) -> Evidence {
    if let Some(why) = &state.gate
        && store_has_list(&mut store)
    {
        state.warnings.push(format!(
            "Most settings could not be read from this backup: {why}."
        ));
    }
    store.close(state.gate.clone());
    store.distrust(state.contradiction.clone());
    read_open(store, &state, request)
}

/// Whether this request asks for anything that only the settings files tell: a password opens nothing else.
fn needs_files(request: &Request) -> bool {
    plan_lines(request)
        .iter()
        .any(|(place, _)| place.rests_on_database())
}

/// The apps that can be looked for in an iPhone's lists of apps.
fn apps_on_phone(apps: &[App]) -> Vec<AppOnPhone> {
    apps.iter()
        .filter(|app| app.not_looked_for(Platform::Ios).is_none())
        .filter_map(|app| {
            Some(AppOnPhone {
                id: app.id.clone(),
                bundle: app.ios.clone()?,
            })
        })
        .collect()
}

/// What the readers of this request keep of the property lists in the root.
fn keeps(request: &Request, apps: &[AppOnPhone], besides: &[AppOnPhone]) -> BTreeMap<Plain, Keep> {
    let all: Vec<AppOnPhone> = apps.iter().chain(besides).cloned().collect();
    let of = |list: Plain| {
        active(request)
            .filter_map(|reader| {
                let lists_apps = reader.facts() == InstalledApps.facts();
                reader.keeps(list, if lists_apps { &all } else { apps })
            })
            .fold(Keep::nothing(), Keep::or)
    };
    Plain::ALL
        .into_iter()
        .map(|list| (list, of(list)))
        .collect()
}

/// Whether there was a whole backup to read, not one property list alone.
fn store_has_list(store: &mut Store<'_>) -> bool {
    store
        .handle(BackupState.needs())
        .database()
        .is_ok_and(|database| database != Database::NotGiven)
}

/// Opens an encrypted backup where there is a password. What keeps it locked becomes the reason for everything that
/// could not be read.
fn unlock(
    store: &mut Store<'_>,
    state: &mut State,
    unlocker: &mut dyn Unlocker,
) -> Result<Option<SourceError>, SourceError> {
    let Some(lock) = state.lock.take() else {
        return Ok(None);
    };
    let opened = loop {
        let Some(password) = unlocker.password()? else {
            return Ok(None);
        };
        match open(store, &lock, password, unlocker) {
            Err(Shut::WrongPassword) if unlocker.try_again() => {}
            other => break other,
        }
    };
    let (reason, what, next) = match opened {
        Ok(()) => {
            state.gate = None;
            return Ok(None);
        }
        Err(Shut::WrongPassword) => (
            "the password does not open it".to_owned(),
            "The password does not open this backup.".to_owned(),
            "Give the password that was set when the backup was encrypted; it is not the phone's passcode.",
        ),
        Err(Shut::Cancelled) => (
            "the key derivation was stopped".to_owned(),
            "The backup was not opened: the key derivation was stopped.".to_owned(),
            "Run the same command again and let it finish.",
        ),
        Err(Shut::Refused(why)) => (
            why.clone(),
            format!("The encrypted backup cannot be opened: {why}."),
            "Make the backup again, or look at the phone itself.",
        ),
    };
    state.gate = Some(format!("{} ({reason})", backup::NEEDS_PASSWORD));
    Ok(Some(SourceError::new(what, next)))
}

/// Why an encrypted backup stays locked.
enum Shut {
    WrongPassword,
    Cancelled,
    /// Damaged, hostile or of an unfamiliar form, with the reason.
    Refused(String),
}

impl From<KeyError> for Shut {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::WrongPassword => Shut::WrongPassword,
            KeyError::Cancelled => Shut::Cancelled,
            other => Shut::Refused(other.to_string()),
        }
    }
}

fn open(
    store: &mut Store<'_>,
    lock: &Lock,
    password: Password,
    unlocker: &mut dyn Unlocker,
) -> Result<(), Shut> {
    let bag = KeyBag::parse(&lock.key_bag).map_err(|e| Shut::Refused(e.to_string()))?;
    let (bag, key) = unlocker.derive(bag, password)?;
    let keys = ClassKeys::open(&bag, &key)?;
    store
        .unlock(keys, lock.manifest_key.as_deref())
        .map_err(Shut::Refused)
}

fn read_open(mut store: Store<'_>, state: &State, request: &Request) -> Evidence {
    let mut evidence = Evidence::new(Platform::Ios, Source::IosBackup, state.as_of);
    evidence.newest = state.newest;
    evidence.warnings.clone_from(&state.warnings);

    let all = apps_on_phone(&request.apps);
    let mut apps = all.clone();
    let besides = apps_on_phone(&request.besides);
    for reader in active(request) {
        let mut handle = store.handle(reader.needs());
        let scope = Scope {
            request,
            apps: &apps,
            besides: &besides,
        };
        let lines = complete(reader, reader.read(&mut handle, &scope), &apps);
        for (fact, subject, reading) in lines {
            let reading = unless_unsure(request, fact, &subject, reading);
            if fact == Fact::AppInstalled && apps.iter().any(|app| Subject::app(&app.id) == subject)
            {
                note_installed(&mut apps, &mut evidence, &subject, &reading);
            }
            if request.facts.contains(&fact) || reader.facts() == BackupState.facts() {
                evidence.set(fact, subject, reading);
            }
        }
    }
    not_looked_at(request, &all, &apps, &mut evidence);
    for app in request.apps.iter().chain(&request.besides) {
        without_id(app, &mut evidence);
    }

    let plan = plan_lines(request);
    evidence.read_log = store
        .into_log()
        .into_iter()
        .map(|(place, bytes_kept)| ReadLogEntry {
            what: place.to_string(),
            why: plan
                .iter()
                .find(|(planned, _)| *planned == place)
                .map(|(_, item)| item.why.clone())
                .unwrap_or_default(),
            bytes_kept,
        })
        .collect();
    evidence
}

/// What [`read`] will open for this request, from the readers' declarations; files that a backup does not hold are
/// passed over.
pub fn plan(request: &Request) -> Vec<PlanItem> {
    plan_lines(request)
        .into_iter()
        .map(|(_, item)| item)
        .collect()
}

/// The readers that a request needs. The state of the backup is always read: every other reading depends on it.
fn active(request: &Request) -> impl Iterator<Item = &'static dyn Reader> {
    REGISTRY
        .iter()
        .copied()
        .filter(|reader| reader.facts() == BackupState.facts() || request.wants(reader.facts()))
}

fn plan_lines(request: &Request) -> Vec<(Place, PlanItem)> {
    let mut lines: Vec<(Place, PlanItem)> = Vec::new();
    for reader in active(request) {
        let always = reader.facts() == BackupState.facts();
        for need in reader.needs() {
            let why: Vec<&'static str> = need
                .facts
                .iter()
                .filter(|fact| always || request.facts.contains(fact))
                .map(|fact| fact.id())
                .collect();
            if why.is_empty() {
                continue;
            }
            // A file found through Manifest.db is a reason to open Manifest.db too.
            let database = need.place.rests_on_database().then_some(Place::Database);
            for place in database.into_iter().chain([need.place]) {
                let keeps = if place == need.place { need.keeps } else { "" };
                merge(&mut lines, place, &why, keeps);
            }
        }
    }
    lines
}

fn merge(lines: &mut Vec<(Place, PlanItem)>, place: Place, why: &[&'static str], keeps: &str) {
    let index = match lines.iter().position(|(known, _)| *known == place) {
        Some(index) => index,
        None => {
            let item = PlanItem {
                what: place.to_string(),
                place: place.to_string(),
                why: Vec::new(),
                keeps: String::new(),
            };
            lines.push((place, item));
            lines.len() - 1
        }
    };
    if let Some((_, item)) = lines.get_mut(index) {
        for id in why {
            if !item.why.contains(id) {
                item.why.push(id);
            }
        }
        if !item.keeps.contains(keeps) {
            if !item.keeps.is_empty() {
                item.keeps.push_str("; ");
            }
            item.keeps.push_str(keeps);
        }
    }
}

/// A reader's lines, with an explicit "unreadable" for every fact and subject that it did not report.
fn complete(reader: &dyn Reader, mut lines: Vec<Line>, apps: &[AppOnPhone]) -> Vec<Line> {
    for fact in reader.facts() {
        let subjects: Vec<Subject> = if fact.is_per_app() {
            apps.iter().map(|app| Subject::app(&app.id)).collect()
        } else {
            vec![Subject::Device]
        };
        for subject in subjects {
            if !lines.iter().any(|(f, s, _)| f == fact && *s == subject) {
                lines.push((*fact, subject, Reading::unreadable("it was not read")));
            }
        }
    }
    lines
}

/// Leaves an app that is known not to be installed out of what follows, and says so where that cannot be told.
fn note_installed(
    apps: &mut Vec<AppOnPhone>,
    evidence: &mut Evidence,
    subject: &Subject,
    reading: &Reading,
) {
    match reading.value() {
        // Rows of an app that was removed can survive it: nothing is looked up for one that is not there.
        Some(Value::Bool(false)) => apps.retain(|app| Subject::app(&app.id) != *subject),
        Some(_) => {}
        None => {
            let why = format!(
                "It cannot be told which messaging apps are installed: {}.",
                reading.why_unknown().unwrap_or("the reason is not known")
            );
            if !evidence.apps_unseen.contains(&why) {
                evidence.apps_unseen.push(why);
            }
        }
    }
}

/// That an id is not listed is only a hint where the catalogue is not sure of the id.
fn unless_unsure(request: &Request, fact: Fact, subject: &Subject, reading: Reading) -> Reading {
    let not_there = fact == Fact::AppInstalled && reading.value() == Some(&Value::Bool(false));
    let sure = || {
        request
            .apps
            .iter()
            .chain(&request.besides)
            .filter(|app| Subject::app(&app.id) == *subject)
            .all(|app| app.id_is_sure(Platform::Ios))
    };
    if not_there && !sure() {
        reading.with_strength(Strength::Indicative).at_its_best()
    } else {
        reading
    }
}

/// Says of an app that cannot be looked for why: never "not installed", unless there is no such app for iPhones.
fn without_id(app: &App, evidence: &mut Evidence) {
    let subject = Subject::app(&app.id);
    if app.kind == apps::Kind::Handset || evidence.has(Fact::AppInstalled, &subject) {
        return;
    }
    let reading = if app.exists_on(Platform::Ios) {
        app.not_looked_for(Platform::Ios).map(Reading::not_readable)
    } else {
        Some(Reading::known(Value::Bool(false)).from(no_such_app(Platform::Ios)))
    };
    if let Some(reading) = reading {
        evidence.set(Fact::AppInstalled, subject, reading);
    }
}

/// Says of every app that was not looked at why: it is not installed, or has no iPhone version in the catalogue.
fn not_looked_at(
    request: &Request,
    all: &[AppOnPhone],
    looked_at: &[AppOnPhone],
    evidence: &mut Evidence,
) {
    let facts: Vec<Fact> = active(request)
        .flat_map(|reader| reader.facts())
        .copied()
        .filter(|fact| fact.is_per_app() && request.facts.contains(fact))
        .collect();
    for app in &request.apps {
        let subject = Subject::app(&app.id);
        if looked_at.iter().any(|known| known.id == app.id) {
            continue;
        }
        let known = all.iter().any(|known| known.id == app.id);
        for fact in &facts {
            // Whether it is there at all is said apart.
            if evidence.has(*fact, &subject) || *fact == Fact::AppInstalled && !known {
                continue;
            }
            let reading = if known {
                Reading::absent("the app is not installed")
            } else {
                match app.not_looked_for(Platform::Ios) {
                    Some(why) => Reading::not_readable(why),
                    None => Reading::absent("there is no such app for iPhones"),
                }
            };
            evidence.set(*fact, subject.clone(), reading);
        }
    }
}
