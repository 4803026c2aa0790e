//! Lockdown Mode: one key of the global preferences.

use super::{AppOnPhone, Line, Reader, Scope, device, missing, origin};
use crate::evidence::{Fact, Reading, Strength, Subject, Value};
use crate::ios::files::{Handle, Missing, Need, Place, Plain};
use crate::ios::plist::{self, Keep};

const PREFERENCES: Place = Place::home("Library/Preferences/.GlobalPreferences.plist");
const KEY: &str = "LDMGlobalEnabled";

/// Reads whether Lockdown Mode is on.
pub struct LockdownMode;

impl Reader for LockdownMode {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::LockdownMode]
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                device::info(&[Fact::LockdownMode]),
                device::manifest(&[Fact::LockdownMode]),
                Need::read(
                    PREFERENCES,
                    &[Fact::LockdownMode],
                    "the key LDMGlobalEnabled",
                ),
            ]
        }
    }

    fn keeps(&self, list: Plain, _: &[AppOnPhone]) -> Option<Keep> {
        device::keeps(list)
    }

    fn read(&self, files: &mut Handle<'_, '_>, _: &Scope<'_>) -> Vec<Line> {
        let bytes = files.bytes(PREFERENCES);
        let versions = device::Versions::of(files);
        let reading = lockdown_mode(
            bytes.as_deref().map(|bytes| bytes.as_slice()),
            versions.major(),
            versions.defaults(),
        );
        vec![(Fact::LockdownMode, Subject::Device, reading)]
    }
}

/// Lockdown Mode from the global preferences of a phone with this major version of iOS, on which a documented default
/// carries so far.
pub fn lockdown_mode(
    bytes: Result<&[u8], &Missing>,
    major: Option<u32>,
    defaults: Strength,
) -> Reading {
    let origin = origin(PREFERENCES, KEY);
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(why) => return missing(why).from(origin),
    };
    let found =
        plist::pick(bytes, &Keep::path(&[KEY])).and_then(|root| plist::boolean(&root, &[KEY]));
    match (found, major) {
        (Ok(Some(on)), _) => Reading::known(Value::Bool(on)).from(origin),
        (Ok(None), Some(16..)) => Reading::known(Value::Bool(false))
            .with_strength(defaults)
            .from(origin.note("absent: documented default")),
        (Ok(None), Some(_)) => {
            Reading::absent("Lockdown Mode came with iOS 16, which this phone does not have")
                .from(origin)
        }
        (Ok(None), None) => Reading::absent(
            "the file holds no LDMGlobalEnabled, which means off only from iOS 16; the version is not known",
        )
        .from(origin),
        (Err(why), _) => Reading::unreadable(why).from(origin),
    }
}
