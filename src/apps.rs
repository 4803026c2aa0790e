//! The messaging-app catalogue: names and ids of the apps that may be looked for, and what is known of each, as
//! dated data. `docs/apps.md` describes every field.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::evidence::{Origin, Platform, Source};
use crate::os_support;

/// What an app is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Anybody's: private use in the first place.
    Consumer,
    /// A consumer app in an edition for small businesses.
    Business,
    /// Bought and managed by an organisation.
    Enterprise,
    /// Made for talk between health workers about patients.
    Clinical,
    /// Text messages that come with the phone.
    System,
    /// An AI assistant, no messaging app.
    Assistant,
    /// A device, not an app.
    Handset,
    /// A build of an app that its maker did not make.
    Unofficial,
}

/// Whether an app still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It can be used.
    Live,
    /// Closed by its maker.
    Retired,
    /// Nobody could find out: nothing is said about it.
    Unknown,
}

/// How sure a line of the catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sure {
    /// Read at its source.
    Verified,
    /// To be checked before anyone relies on it.
    #[serde(rename = "general knowledge")]
    General,
    /// A single hint.
    Weak,
}

/// One thing that is known of an app.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppFact {
    /// What is so, as a phrase; `None` where only its place or its default is known.
    pub value: Option<String>,
    /// What qualifies it, as a phrase.
    pub note: Option<String>,
    /// How the app comes: `on` or `off`.
    pub default: Option<String>,
    /// Where it is, where both platforms have it in the same place.
    path: Option<String>,
    ios: Option<String>,
    android: Option<String>,
    /// How far it can be relied on.
    pub sure: Sure,
    /// Where it was read.
    pub source: Option<String>,
}

impl AppFact {
    /// Where it is in the app on a platform.
    pub fn path(&self, platform: Platform) -> Option<&str> {
        match platform {
            Platform::Ios => self.ios.as_deref(),
            Platform::Android => self.android.as_deref(),
        }
        .or(self.path.as_deref())
    }
}

/// How sure the ids of an app are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ids {
    /// Of its Android packages.
    pub android: Option<Sure>,
    /// Of its iOS bundle id.
    pub ios: Option<Sure>,
    /// Where they were found.
    pub source: Option<String>,
}

/// How a handset is told by what the phone states of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handset {
    maker: String,
    model: String,
    /// How far these two words can be relied on.
    pub sure: Sure,
}

/// A messaging app of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Stable id, e.g. `whatsapp`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Other names that it goes or went by.
    #[serde(default)]
    pub also: Vec<String>,
    /// What it is made for.
    pub kind: Kind,
    /// Whether it still runs.
    pub status: Status,
    /// When a retired app was closed, for people.
    pub since: Option<String>,
    /// A retired app is closed only from this version of the system on.
    pub retired_from: Option<u32>,
    /// What to do about a retired app; else to remove it.
    pub then: Option<String>,
    /// How sure `status` is.
    pub status_sure: Option<Sure>,
    /// Where `status` was read.
    pub status_source: Option<String>,
    /// Android package, where known.
    pub android: Option<String>,
    /// More packages of the same app.
    #[serde(default)]
    pub android_also: Vec<String>,
    /// iOS bundle id, where known.
    pub ios: Option<String>,
    /// How sure its ids are.
    #[serde(default)]
    pub ids: Ids,
    /// The only platform that it exists on.
    #[serde(default, deserialize_with = "platform")]
    pub only: Option<Platform>,
    /// It comes with every phone of that platform and stands in no list of installed apps.
    #[serde(default)]
    pub built_in: bool,
    /// The app of whose facts it shares those that it has none of its own for.
    pub like: Option<String>,
    /// How the phone itself is told, where the entry is a device.
    pub handset: Option<Handset>,
    /// End-to-end encryption.
    pub end_to_end: Option<AppFact>,
    /// Two-step verification.
    pub two_step: Option<AppFact>,
    /// Saving of pictures to the photo library.
    pub media_saving: Option<AppFact>,
    /// A lock of the app itself.
    pub app_lock: Option<AppFact>,
    /// Backup of the chats.
    pub chat_backup: Option<AppFact>,
    /// Linked devices.
    pub linked_devices: Option<AppFact>,
}

fn platform<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Platform>, D::Error> {
    match String::deserialize(from)?.as_str() {
        "ios" => Ok(Some(Platform::Ios)),
        "android" => Ok(Some(Platform::Android)),
        other => Err(serde::de::Error::custom(format!(
            "{other} is no platform: ios or android"
        ))),
    }
}

/// What can be known of an app, by the names that profiles use (`{app:two-step}`), with how to ask for it.
pub const PLACES: [(&str, &str); 6] = [
    ("end-to-end", "end-to-end encryption"),
    ("two-step", "two-step verification"),
    ("media-saving", "saving of pictures to the photo library"),
    ("app-lock", "a lock of the app itself"),
    ("chat-backup", "backup of the chats"),
    ("linked-devices", "linked devices"),
];

impl App {
    /// What is known of the app, by the name of the place; see [`PLACES`].
    pub fn fact(&self, place: &str) -> Option<&AppFact> {
        let own = match place {
            "end-to-end" => &self.end_to_end,
            "two-step" => &self.two_step,
            "media-saving" => &self.media_saving,
            "app-lock" => &self.app_lock,
            "chat-backup" => &self.chat_backup,
            "linked-devices" => &self.linked_devices,
            _ => return None,
        };
        // A test holds that what an app is like is like no other.
        own.as_ref()
            .or_else(|| by_id(self.like.as_deref()?)?.fact(place))
    }

    /// Whether the app exists for this platform.
    pub fn exists_on(&self, platform: Platform) -> bool {
        self.only.is_none_or(|only| only == platform)
    }

    /// Its ids on a platform.
    pub fn ids_on(&self, platform: Platform) -> impl Iterator<Item = &str> {
        let (first, more): (_, &[String]) = match platform {
            Platform::Ios => (&self.ios, &[]),
            Platform::Android => (&self.android, &self.android_also),
        };
        first.iter().chain(more).map(String::as_str)
    }

    /// Whether a search for its id that finds nothing proves that it is not there.
    pub fn id_is_sure(&self, platform: Platform) -> bool {
        let sure = match platform {
            Platform::Ios => self.ids.ios,
            Platform::Android => self.ids.android,
        };
        sure == Some(Sure::Verified)
    }

    /// Why the app cannot be looked for on a platform.
    pub fn not_looked_for(&self, platform: Platform) -> Option<String> {
        if !self.exists_on(platform) || self.kind == Kind::Handset {
            None
        } else if self.built_in {
            Some(format!(
                "it comes with every {} and stands in no list of apps: take it as there",
                platform.name()
            ))
        } else if self.ids_on(platform).next().is_none() {
            Some(format!(
                "spotcheck does not know this app's id on {}: ask whether it is there",
                platform.name()
            ))
        } else {
            None
        }
    }

    /// What to say where an app is installed that should not be: it is closed, or not its maker's.
    pub fn notice(&self, system: Option<u32>) -> Option<String> {
        let name = &self.name;
        match (self.status, self.kind) {
            (Status::Retired, _) => {
                // Of a system that is not known the person can still be told.
                if system.is_some_and(|system| self.retired_from.is_some_and(|from| system < from))
                {
                    return None;
                }
                let since = self.since.as_deref().unwrap_or("some time ago");
                let then = self.then.as_deref().unwrap_or("remove it");
                Some(format!(
                    "{name} is closed since {since} and is still installed: {then}."
                ))
            }
            (_, Kind::Unofficial) => Some(format!(
                "{name} is an unofficial copy of WhatsApp and is installed: remove it. Its makers are unknown, and they can read the messages."
            )),
            _ => None,
        }
    }
}

impl Handset {
    /// Whether a phone that states this of itself is the handset; `None` where it states too little.
    pub fn is(&self, maker: Option<&str>, model: Option<&str>) -> Option<bool> {
        let holds = |stated: Option<&str>, word: &str| {
            stated.map(|stated| stated.to_ascii_lowercase().contains(word))
        };
        match (holds(maker, &self.maker), holds(model, &self.model)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        }
    }
}

/// The catalogue and the day it was last checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The day on which it was last checked.
    pub as_of: toml::value::Datetime,
    /// Every app, in the order of the file.
    #[serde(rename = "app")]
    pub apps: Vec<App>,
}

impl Catalogue {
    /// What to say where the catalogue (and with it the menus) has grown old by a moment.
    pub fn is_old(&self, at: Timestamp) -> Option<String> {
        const HALF_A_YEAR: SignedDuration = SignedDuration::from_hours(24 * 180);
        let old = os_support::moment(&self.as_of)
            .is_none_or(|made| at.duration_since(made) >= HALF_A_YEAR);
        old.then(|| {
            format!(
                "spotcheck's list of apps and menus is of {}: apps and menus may have changed. Take a newer spotcheck.",
                os_support::day(&self.as_of)
            )
        })
    }
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    toml::from_str(include_str!("../profiles/apps.toml"))
        .expect("the embedded app catalogue is valid; a test parses it")
});

/// The catalogue that is built into the program.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The app with this id.
pub fn by_id(id: &str) -> Option<&'static App> {
    CATALOGUE.apps.iter().find(|app| app.id == id)
}

/// The app's name for people, or the id where the catalogue has none.
pub fn name(id: &str) -> &str {
    by_id(id).map_or(id, |app| app.name.as_str())
}

/// Where the knowledge comes from that there is no such app for a platform.
pub fn no_such_app(platform: Platform) -> Origin {
    Origin::new(Source::Derived, "app catalogue")
        .note(format!("there is no such app for {}", platform.name()))
}

/// The apps of the catalogue whose presence can be looked for, without those that are looked at anyway.
pub fn besides(looked_at: &[App]) -> Vec<App> {
    CATALOGUE
        .apps
        .iter()
        .filter(|app| app.kind != Kind::Handset && !looked_at.iter().any(|a| a.id == app.id))
        .cloned()
        .collect()
}

#[cfg(test)]
#[path = "apps_tests.rs"]
mod tests;
