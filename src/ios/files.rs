//! Where the bytes of a backup come from, and the restricted view of it that each reader gets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use ::plist::Value;
use zeroize::Zeroizing;

use super::crypt::ClassKeys;
use super::plist::{self, Damage, Keep};
use crate::evidence::Fact;

/// The property lists that lie in clear in the root of every backup, encrypted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plain {
    /// `Info.plist`: model, versions, installed apps.
    Info,
    /// `Manifest.plist`: whether it is encrypted, and the locked keys.
    Manifest,
    /// `Status.plist`: whether the backup ran to its end.
    Status,
}

impl Plain {
    /// All of them.
    pub const ALL: [Plain; 3] = [Plain::Info, Plain::Manifest, Plain::Status];

    /// Its file name.
    pub fn name(self) -> &'static str {
        match self {
            Plain::Info => "Info.plist",
            Plain::Manifest => "Manifest.plist",
            Plain::Status => "Status.plist",
        }
    }
}

/// The container that profiles and management leave their files in.
pub const PROFILES_DOMAIN: &str =
    "SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles";
const PROFILES_FOLDER: &str = "Library/ConfigurationProfiles";

/// A place in a backup that a reader may declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A property list in the root of the backup.
    Plain(Plain),
    /// State of Manifest.db: its first bytes, and whether unfinished changes lie beside it.
    Database,
    /// A file of the phone, found by the exact id of its domain and path.
    File {
        /// Domain as Manifest.db has it, e.g. `HomeDomain`.
        domain: &'static str,
        /// Path within the domain.
        path: &'static str,
    },
    /// The profile stubs that PayloadManifest.plist names.
    ProfileStubs,
    /// What an app keeps of its own: whether Manifest.db lists its folder, or the settings file in it.
    AppData,
    /// The folders that hold the phone's files, named `00` to `ff` after the first letters of the files' ids.
    Folders,
}

impl Place {
    /// `Info.plist` in the root.
    pub const INFO: Place = Place::Plain(Plain::Info);
    /// `Manifest.plist` in the root.
    pub const MANIFEST: Place = Place::Plain(Plain::Manifest);
    /// `Status.plist` in the root.
    pub const STATUS: Place = Place::Plain(Plain::Status);

    /// A file in the phone's HomeDomain.
    pub const fn home(path: &'static str) -> Place {
        Place::File {
            domain: "HomeDomain",
            path,
        }
    }

    /// Whether it can be found only through Manifest.db, which a password has to open if the backup is encrypted. Data
    /// of an app only check the lists of apps, so nobody is asked for a password because of them.
    pub fn rests_on_database(self) -> bool {
        matches!(self, Place::File { .. } | Place::ProfileStubs)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Plain(plain) => f.write_str(plain.name()),
            Place::Database => f.write_str("Manifest.db"),
            Place::File { domain, path } => write!(f, "{domain}-{path}"),
            Place::ProfileStubs => {
                write!(f, "{PROFILES_DOMAIN}-{PROFILES_FOLDER}/profile-*.stub")
            }
            Place::AppData => f.write_str("AppDomain-*"),
            Place::Folders => f.write_str("the folders 00 to ff"),
        }
    }
}

/// The domain that Manifest.db files an app's own data under.
pub fn app_domain(bundle: &str) -> String {
    format!("AppDomain-{bundle}")
}

/// How a place is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Its bytes are read.
    Read,
    /// Only whether it is there is looked up.
    Exists,
}

/// One line of a reader's declaration.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Where it lies.
    pub place: Place,
    /// Whether it is read or only looked for.
    pub usage: Use,
    /// The facts that it is needed for: where none of them is wanted, it is left alone.
    pub facts: &'static [Fact],
    /// What of it is kept, in plain English.
    pub keeps: &'static str,
}

impl Need {
    /// A place whose bytes are read.
    pub const fn read(place: Place, facts: &'static [Fact], keeps: &'static str) -> Need {
        Need {
            place,
            usage: Use::Read,
            facts,
            keeps,
        }
    }

    /// A place of which it is only asked whether it is there.
    pub const fn exists(place: Place, facts: &'static [Fact]) -> Need {
        Need {
            place,
            usage: Use::Exists,
            facts,
            keeps: "only whether the file is there; it is not opened",
        }
    }
}

/// Why there are no bytes, in plain English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The backup is whole and does not hold it.
    Absent(String),
    /// It may be there, but cannot be read.
    Unreadable(String),
}

impl Missing {
    /// It may be there, but cannot be read, and why.
    pub fn unreadable(why: impl Into<String>) -> Missing {
        Missing::Unreadable(why.into())
    }
}

/// The state of Manifest.db, the backup's list of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// An SQLite database in clear.
    Clear,
    /// Not an SQLite database: encrypted, or damaged.
    Opaque,
    /// There is none.
    Missing,
    /// There is none, but the list of iOS 9 and older (Manifest.mbdb).
    Old,
    /// Not looked at, as only one property list was given.
    NotGiven,
    /// It is there and cannot be used, with the reason.
    Unusable(String),
    /// Unfinished changes lie beside it, with the name of their file.
    Unfinished(&'static str),
}

/// A provider of a backup's bytes. It does no more than find, contain and (for encrypted backups) decrypt; what may
/// be asked for is decided by the readers' declarations.
pub trait Files {
    /// The bytes of a property list in the root of the backup.
    ///
    /// # Errors
    /// [`Missing`] with the reason.
    fn plain(&mut self, which: Plain) -> Result<Vec<u8>, Missing>;

    /// The state of Manifest.db.
    fn database(&mut self) -> Database;

    /// The bytes, in clear, of a file of the phone.
    ///
    /// # Errors
    /// [`Missing`] with the reason.
    fn file(&mut self, domain: &str, path: &str) -> Result<Vec<u8>, Missing>;

    /// Whether the backup lists a file of the phone; it is not opened.
    ///
    /// # Errors
    /// [`Missing`] with the reason why that cannot be told.
    fn exists(&mut self, domain: &str, path: &str) -> Result<bool, Missing>;

    /// How many of the folders `00` to `ff` are there besides these, counted up to `enough`. Nothing in them is looked
    /// at.
    ///
    /// # Errors
    /// [`Missing`] with the reason why that cannot be told.
    fn folders_beyond(
        &mut self,
        _known: &BTreeSet<String>,
        _enough: usize,
    ) -> Result<usize, Missing> {
        Err(Missing::unreadable("it cannot be told from here"))
    }

    /// Bytes of Manifest.db that were kept so far (records of the files looked up).
    fn database_bytes(&self) -> u64;

    /// Opens what is encrypted, with the class keys (and, since iOS 10.2, the wrapped key of Manifest.db).
    ///
    /// # Errors
    /// Why not, in plain English.
    fn unlock(&mut self, _keys: ClassKeys, _manifest_key: Option<&[u8]>) -> Result<(), String> {
        Err("it cannot be opened from here".into())
    }
}

/// The bytes of a file of the phone. They may have been encrypted, so they are wiped at the end of the run.
type Bytes = Result<Rc<Zeroizing<Vec<u8>>>, Missing>;

/// What is kept of a property list in the root.
pub type Parsed = Result<Result<Value, Damage>, Missing>;

/// One run over a backup: reads each file at most once, keeps the log, and holds back what an incomplete or locked
/// backup cannot prove.
pub struct Store<'f> {
    files: &'f mut dyn Files,
    /// What the readers of this run keep of each property list in the root. Info.plist can be large, so each list is
    /// parsed once, for all of them.
    keeps: BTreeMap<Plain, Keep>,
    lists: BTreeMap<Plain, Rc<Parsed>>,
    /// Why nothing that rests on Manifest.db can be read.
    gate: Option<String>,
    /// Why nothing counts that Info.plist and Manifest.plist say.
    distrust: Option<String>,
    cache: BTreeMap<String, Bytes>,
    log: Vec<(Place, u64)>,
}

impl<'f> Store<'f> {
    /// A run that keeps no more than this of the property lists in the root.
    pub fn new(files: &'f mut dyn Files, keeps: BTreeMap<Plain, Keep>) -> Store<'f> {
        Store {
            files,
            keeps,
            lists: BTreeMap::new(),
            gate: None,
            distrust: None,
            cache: BTreeMap::new(),
            log: Vec::new(),
        }
    }

    /// Closes the way to everything that rests on Manifest.db.
    pub fn close(&mut self, why: Option<String>) {
        self.gate = why;
    }

    /// Lets nothing count that Info.plist and Manifest.plist say.
    pub fn distrust(&mut self, why: Option<String>) {
        self.distrust = why;
    }

    /// Opens what is encrypted (see [`Files::unlock`]).
    ///
    /// # Errors
    /// Why not, in plain English.
    pub fn unlock(&mut self, keys: ClassKeys, manifest_key: Option<&[u8]>) -> Result<(), String> {
        self.files.unlock(keys, manifest_key)
    }

    /// The view of a reader that declared these needs.
    pub fn handle(&mut self, needs: &'static [Need]) -> Handle<'_, 'f> {
        Handle { store: self, needs }
    }

    /// The places that were read, in order, with the bytes kept.
    pub fn into_log(mut self) -> Vec<(Place, u64)> {
        let kept = self.files.database_bytes();
        if let Some(entry) = self.log.iter_mut().find(|(p, _)| *p == Place::Database) {
            entry.1 += kept;
        }
        self.log
    }

    fn note(&mut self, place: Place, bytes: u64) {
        match self.log.iter_mut().find(|(p, _)| *p == place) {
            Some(entry) => entry.1 += bytes,
            None => self.log.push((place, bytes)),
        }
    }

    fn gate(&self) -> Result<(), Missing> {
        match &self.gate {
            Some(why) => Err(Missing::unreadable(why.clone())),
            None => Ok(()),
        }
    }

    fn list(&mut self, which: Plain) -> Rc<Parsed> {
        if let Some(why) = &self.distrust
            && which != Plain::Status
        {
            return Rc::new(Err(Missing::unreadable(why.clone())));
        }
        if let Some(list) = self.lists.get(&which) {
            return Rc::clone(list);
        }
        let nothing = Keep::nothing();
        let parsed = self.files.plain(which).map(|bytes| {
            self.note(Place::Plain(which), bytes.len() as u64);
            plist::pick(&bytes, self.keeps.get(&which).unwrap_or(&nothing))
        });
        let list = Rc::new(parsed);
        self.lists.insert(which, Rc::clone(&list));
        list
    }

    fn fetch(&mut self, place: Place, domain: &str, path: &str) -> Bytes {
        self.gate()?;
        let name = format!("{domain}-{path}");
        if let Some(bytes) = self.cache.get(&name) {
            return bytes.clone();
        }
        let bytes = self
            .files
            .file(domain, path)
            .map(Zeroizing::new)
            .map(Rc::new);
        if let Ok(bytes) = &bytes {
            self.note(place, bytes.len() as u64);
        }
        self.cache.insert(name, bytes.clone());
        bytes
    }
}

/// What one reader may see of a backup: what it declared and nothing else.
pub struct Handle<'s, 'f> {
    store: &'s mut Store<'f>,
    needs: &'static [Need],
}

impl Handle<'_, '_> {
    fn declared(&self, place: Place, usage: Use) -> Result<(), Missing> {
        if self
            .needs
            .iter()
            .any(|need| need.place == place && need.usage == usage)
        {
            Ok(())
        } else {
            Err(Missing::unreadable(format!(
                "a fault in this program: the reader did not declare {place}"
            )))
        }
    }

    /// What is kept of a declared property list in the root.
    pub fn list(&mut self, which: Plain) -> Rc<Parsed> {
        match self.declared(Place::Plain(which), Use::Read) {
            Ok(()) => self.store.list(which),
            Err(why) => Rc::new(Err(why)),
        }
    }

    /// The bytes of a declared file of the phone.
    ///
    /// # Errors
    /// [`Missing`] with the reason; also if the place was not declared.
    pub fn bytes(&mut self, place: Place) -> Bytes {
        self.declared(place, Use::Read)?;
        match place {
            Place::File { domain, path } => self.store.fetch(place, domain, path),
            Place::Plain(_)
            | Place::Database
            | Place::ProfileStubs
            | Place::AppData
            | Place::Folders => Err(Missing::unreadable(
                "a fault in this program: this place has no bytes of its own",
            )),
        }
    }

    /// Whether the backup holds a declared file; it is not opened.
    ///
    /// # Errors
    /// [`Missing`] with the reason why that cannot be told; also if the place was not declared.
    pub fn exists(&mut self, place: Place) -> Result<bool, Missing> {
        self.declared(place, Use::Exists)?;
        let Place::File { domain, path } = place else {
            return Err(Missing::unreadable(
                "a fault in this program: only files of the phone can be looked up",
            ));
        };
        self.store.gate()?;
        let there = self.store.files.exists(domain, path)?;
        if there {
            self.store.note(place, 0);
        }
        Ok(there)
    }

    /// Whether the backup lists data of the app with this bundle id: its folder, or the settings file that apps have.
    /// Neither is opened, and no other name is asked for. `None` where Manifest.db is not to be asked (the backup is
    /// locked or not whole).
    pub fn app_data(&mut self, bundle: &str) -> Option<Result<bool, Missing>> {
        if let Err(why) = self.declared(Place::AppData, Use::Exists) {
            return Some(Err(why));
        }
        self.store.gate().ok()?;
        let domain = app_domain(bundle);
        let mut found = Ok(false);
        for path in [String::new(), format!("Library/Preferences/{bundle}.plist")] {
            if found == Ok(false) {
                found = self.store.files.exists(&domain, &path);
            }
        }
        if found == Ok(true) {
            self.store.note(Place::AppData, 0);
        }
        Some(found)
    }

    /// How many of the folders of the phone's files are there besides these, counted up to `enough`.
    ///
    /// # Errors
    /// [`Missing`] with the reason why that cannot be told; also if they were not declared.
    pub fn folders_beyond(
        &mut self,
        known: &BTreeSet<String>,
        enough: usize,
    ) -> Result<usize, Missing> {
        self.declared(Place::Folders, Use::Exists)?;
        let beyond = self.store.files.folders_beyond(known, enough)?;
        self.store.note(Place::Folders, 0);
        Ok(beyond)
    }

    /// The state of Manifest.db.
    ///
    /// # Errors
    /// [`Missing`] if it was not declared.
    pub fn database(&mut self) -> Result<Database, Missing> {
        self.declared(Place::Database, Use::Read)?;
        let state = self.store.files.database();
        if matches!(state, Database::Clear | Database::Opaque) {
            self.store.note(Place::Database, 0);
        }
        Ok(state)
    }

    /// The stub of the profile with this file name (`profile-<sha256>.stub`).
    ///
    /// # Errors
    /// [`Missing`] with the reason; also if the name is of another form or stubs were not declared.
    pub fn profile_stub(&mut self, name: &str) -> Bytes {
        self.declared(Place::ProfileStubs, Use::Read)?;
        let hash = name
            .strip_prefix("profile-")
            .and_then(|rest| rest.strip_suffix(".stub"));
        match hash {
            Some(hash) if super::manifest::is_lower_hex(hash, 64) => {
                let path = format!("{PROFILES_FOLDER}/{name}");
                self.store
                    .fetch(Place::ProfileStubs, PROFILES_DOMAIN, &path)
            }
            _ => Err(Missing::unreadable("a profile has an unfamiliar name")),
        }
    }
}
