//! The readers: one small type per topic. Each declares the facts it yields and the places it needs, and turns bytes
//! into readings with a pure function. The plan, the read log and the documentation come from these declarations.

pub mod backup_state;
pub mod cloud_backup;
pub mod device;
pub mod find_my;
pub mod installed_apps;
pub mod lock;
pub mod lockdown_mode;
pub mod management;
pub mod photos_contacts;
pub mod previews;

use super::files::{Handle, Missing, Need, Place, Plain};
use super::plist::{Keep, Looked};
use crate::evidence::{Fact, Origin, Reading, Request, Source, Subject, Value};

/// A messaging app to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppOnPhone {
    /// Id in the catalogue.
    pub id: String,
    /// Bundle id on iPhones.
    pub bundle: String,
}

/// What a reader is asked for.
pub struct Scope<'a> {
    /// The facts and apps that the audit needs.
    pub request: &'a Request,
    /// The apps to look at: those of the request that are installed, or may be.
    pub apps: &'a [AppOnPhone],
    /// Apps of which only the presence is asked.
    pub besides: &'a [AppOnPhone],
}

/// One reading, of one fact, about one subject.
pub type Line = (Fact, Subject, Reading);

/// A reader of one topic.
pub trait Reader: Sync {
    /// The facts it yields; it reports each of them, for each subject, whatever it finds.
    fn facts(&self) -> &'static [Fact];

    /// The places it needs; it can reach no others.
    fn needs(&self) -> &'static [Need];

    /// What it keeps of a property list in the root, for these apps. Each list is parsed once for all readers; what
    /// none of them keeps is skipped.
    fn keeps(&self, _list: Plain, _apps: &[AppOnPhone]) -> Option<Keep> {
        None
    }

    /// Reads and reports.
    fn read(&self, files: &mut Handle<'_, '_>, scope: &Scope<'_>) -> Vec<Line>;
}

/// All readers, in the order in which they run. The first two tell the others what there is to read.
pub const REGISTRY: &[&dyn Reader] = &[
    &backup_state::BackupState,
    &installed_apps::InstalledApps,
    &device::Device,
    &lock::Lock,
    &previews::Previews,
    &photos_contacts::PhotosContacts,
    &find_my::FindMy,
    &management::Management,
    &lockdown_mode::LockdownMode,
    &cloud_backup::CloudBackup,
];

/// A key of a place as an origin.
pub(crate) fn origin(place: Place, key: &str) -> Origin {
    let origin = Origin::new(Source::IosBackup, place.to_string());
    if key.is_empty() {
        origin
    } else {
        origin.key(key)
    }
}

/// The reading for bytes that are not there.
pub(crate) fn missing(why: &Missing) -> Reading {
    match why {
        Missing::Absent(why) => Reading::absent(why),
        Missing::Unreadable(why) => Reading::unreadable(why),
    }
}

/// The reading of a key that holds a yes or no, and means nothing if it is not there.
pub(crate) fn yes_or_no(found: Looked<bool>, key: &str) -> Reading {
    match found {
        Ok(Some(value)) => Reading::known(Value::Bool(value)),
        Ok(None) => Reading::absent(format!("the file holds no {key}")),
        Err(why) => Reading::unreadable(why),
    }
}

/// Readings of all facts in `facts` for one subject, alike.
pub(crate) fn alike(facts: &[Fact], subject: &Subject, reading: &Reading) -> Vec<Line> {
    facts
        .iter()
        .map(|fact| (*fact, subject.clone(), reading.clone()))
        .collect()
}
