use jiff::Timestamp;

use super::text;
use super::value::Value;

/// Where evidence came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A local backup of an iPhone.
    IosBackup,
    /// A phone over ADB, now.
    AndroidAdb,
    /// A saved answer of a phone over ADB.
    AndroidCapture,
    /// A folder or zip of dumps that androidqf took from a phone.
    AndroidAcquisition,
    /// An Android bug report.
    AndroidBugreport,
    /// Computed from other readings.
    Derived,
    /// No cable and no backup: people looked at the phone's screen.
    Look,
}

impl Source {
    /// The word used in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Source::IosBackup => "ios-backup",
            Source::AndroidAdb => "adb",
            Source::AndroidCapture => "adb-capture",
            Source::AndroidAcquisition => "android-acquisition",
            Source::AndroidBugreport => "android-bugreport",
            Source::Derived => "derived",
            Source::Look => "look",
        }
    }
}

/// The place a reading was taken from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// How the place was read.
    pub source: Source,
    /// Backup file (domain and path) or command, as the person could repeat it.
    pub place: String,
    /// Key, column or line within the place.
    pub key: Option<String>,
    /// What must be known to understand the reading, e.g. "absent: documented default".
    pub note: Option<String>,
}

impl Origin {
    /// A place without a key or a note; both can be added.
    pub fn new(source: Source, place: impl Into<String>) -> Self {
        Origin {
            source,
            place: place.into(),
            key: None,
            note: None,
        }
    }

    /// The same with the key, column or line within the place.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The same with what must be known to understand the reading.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// How far a reading carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Points one way but does not prove it: decides no control by itself.
    Indicative,
    /// The setting itself.
    Direct,
}

impl Strength {
    /// The word used in JSON and in tables.
    pub fn id(self) -> &'static str {
        match self {
            Strength::Indicative => "indicative",
            Strength::Direct => "direct",
        }
    }
}

/// What is known of a fact. The texts say why in plain English, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The place holds a value of the fact's kind, or a documented default.
    Known(Value),
    /// The place was read and holds nothing, and no reference documents what that means.
    Absent(String),
    /// Missing, damaged, refused, of another type or with an unfamiliar value.
    Unreadable(String),
    /// There is no way to read it on this platform.
    NotReadable(String),
}

/// A fact's state on this phone, with where it came from and how far it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The value, or why there is none.
    pub state: State,
    /// Every place it rests on; several for a derived fact.
    pub origin: Vec<Origin>,
    /// Of a derived fact the weakest of what it rests on.
    pub strength: Strength,
    /// Only for indicative readings: no cable and no backup can do better on this platform, maker and version.
    pub best_possible: bool,
    /// The value rests on dated data in this program, and proves nothing from this moment on.
    pub good_until: Option<Timestamp>,
}

impl Reading {
    fn of(state: State) -> Self {
        Reading {
            state,
            origin: Vec::new(),
            strength: Strength::Direct,
            best_possible: false,
            good_until: None,
        }
    }

    /// The setting itself.
    pub fn known(value: Value) -> Self {
        Reading::of(State::Known(value))
    }

    /// Evidence that points one way.
    pub fn indicative(value: Value) -> Self {
        Reading {
            strength: Strength::Indicative,
            ..Reading::known(value)
        }
    }

    /// The place was read and holds nothing.
    pub fn absent(why: impl AsRef<str>) -> Self {
        Reading::of(State::Absent(text::clean(why.as_ref())))
    }

    /// Missing, damaged, refused or unfamiliar.
    pub fn unreadable(why: impl AsRef<str>) -> Self {
        let why = text::without_number(why.as_ref());
        Reading::of(State::Unreadable(text::clean(&why)))
    }

    /// No way to read it on this platform.
    pub fn not_readable(why: impl AsRef<str>) -> Self {
        Reading::of(State::NotReadable(text::clean(why.as_ref())))
    }

    /// Adds where it came from.
    pub fn from(mut self, origin: Origin) -> Self {
        self.origin.push(origin);
        self
    }

    /// Adds several places it came from, each once.
    pub fn with_origins(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        for origin in origins {
            if !self.origin.contains(&origin) {
                self.origin.push(origin);
            }
        }
        self
    }

    /// Marks an indicative reading as the best that this platform, maker and version can give.
    pub fn at_its_best(mut self) -> Self {
        self.best_possible = true;
        self
    }

    /// Says until when the value can be relied on.
    pub fn good_until(mut self, moment: Timestamp) -> Self {
        self.good_until = Some(moment);
        self
    }

    /// The value, if it is known (of whatever strength).
    pub fn value(&self) -> Option<&Value> {
        match &self.state {
            State::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The value, if it is known and proved by the setting itself.
    pub fn proved(&self) -> Option<&Value> {
        self.value().filter(|_| self.strength == Strength::Direct)
    }

    /// Why there is no value.
    pub fn why_unknown(&self) -> Option<&str> {
        match &self.state {
            State::Known(_) => None,
            State::Absent(why) | State::Unreadable(why) | State::NotReadable(why) => Some(why),
        }
    }

    /// Whether no cable or backup could settle this fact here, however good the evidence.
    pub fn beyond_reach(&self) -> bool {
        match &self.state {
            State::NotReadable(_) => true,
            State::Known(_) => self.strength == Strength::Indicative && self.best_possible,
            State::Absent(_) | State::Unreadable(_) => false,
        }
    }

    /// Lowers the strength to `strength` where it is greater.
    pub fn with_strength(mut self, strength: Strength) -> Self {
        self.strength = self.strength.min(strength);
        self
    }
}
