//! The lock: whether a passcode is set, how soon the phone locks itself, how soon it asks for the passcode.

use super::{AppOnPhone, Line, Reader, Scope, missing, origin};
use crate::evidence::{Fact, Reading, Subject, Value};
use crate::ios::files::{Handle, Missing, Need, Parsed, Place, Plain};
use crate::ios::plist::{self, Keep};

const EFFECTIVE: Place =
    Place::home("Library/UserConfigurationProfiles/EffectiveUserSettings.plist");
const PUBLIC: Place =
    Place::home("Library/UserConfigurationProfiles/PublicInfo/PublicEffectiveUserSettings.plist");
const PASSCODE: &str = "WasPasscodeSet";
const AUTO_LOCK: [&str; 3] = ["restrictedValue", "maxInactivity", "value"];
const GRACE: [&str; 3] = ["restrictedValue", "maxGracePeriod", "value"];
/// The number that iOS writes for "Auto-Lock: Never".
const NEVER: i64 = i32::MAX as i64;
/// Shortest and longest settings that can be real, in seconds. A smaller number could be in another unit.
const AUTO_LOCK_RANGE: std::ops::RangeInclusive<i64> = 30..=86_400;
const GRACE_RANGE: std::ops::RangeInclusive<i64> = 60..=86_400;

const DELAYS: &[Fact] = &[Fact::LockAutoLock, Fact::LockGrace];

/// Reads whether a passcode is set, and after how long the phone locks itself and asks for it.
pub struct Lock;

impl Reader for Lock {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::LockCredential, Fact::LockAutoLock, Fact::LockGrace]
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                Need::read(Place::MANIFEST, &[Fact::LockCredential], "WasPasscodeSet"),
                Need::read(
                    EFFECTIVE,
                    DELAYS,
                    "restrictedValue.maxInactivity.value and restrictedValue.maxGracePeriod.value",
                ),
                Need::read(
                    PUBLIC,
                    DELAYS,
                    "the same two values; read only where EffectiveUserSettings.plist is not there",
                ),
            ]
        }
    }

    fn keeps(&self, list: Plain, _: &[AppOnPhone]) -> Option<Keep> {
        (list == Plain::Manifest).then(|| Keep::path(&[PASSCODE]))
    }

    fn read(&self, files: &mut Handle<'_, '_>, scope: &Scope<'_>) -> Vec<Line> {
        let credential = credential(&files.list(Plain::Manifest));
        let mut lines = vec![(Fact::LockCredential, Subject::Device, credential)];
        if scope.request.wants(DELAYS) {
            let mut place = EFFECTIVE;
            let mut settings = files.bytes(place);
            // A damaged file is no reason to look at the copy: only a missing one is.
            if matches!(settings, Err(Missing::Absent(_))) {
                let copy = files.bytes(PUBLIC);
                if !matches!(copy, Err(Missing::Absent(_))) {
                    (place, settings) = (PUBLIC, copy);
                }
            }
            let (auto_lock, grace) =
                delays(settings.as_deref().map(|bytes| bytes.as_slice()), place);
            lines.push((Fact::LockAutoLock, Subject::Device, auto_lock));
            lines.push((Fact::LockGrace, Subject::Device, grace));
        }
        lines
    }
}

/// Whether a passcode was set, from Manifest.plist.
pub fn credential(manifest: &Parsed) -> Reading {
    let reading = match manifest {
        Err(why) => missing(why),
        Ok(Err(why)) => Reading::unreadable(why),
        Ok(Ok(root)) => match plist::boolean(root, &[PASSCODE]) {
            Ok(Some(true)) => Reading::known(Value::Word("set")),
            Ok(Some(false)) => Reading::known(Value::Word("none")),
            Ok(None) => Reading::absent("Manifest.plist holds no WasPasscodeSet"),
            Err(why) => Reading::unreadable(why),
        },
    };
    reading.from(origin(Place::MANIFEST, PASSCODE))
}

/// Auto-Lock and the delay before the passcode is asked for, from the settings in force at this place.
pub fn delays(settings: Result<&[u8], &Missing>, place: Place) -> (Reading, Reading) {
    let keep = Keep::path_to(
        &["restrictedValue"],
        Keep::Keys(vec![
            ("maxInactivity".into(), Keep::path(&["value"])),
            ("maxGracePeriod".into(), Keep::path(&["value"])),
        ]),
    );
    let root = settings
        .map_err(missing)
        .and_then(|bytes| plist::pick(bytes, &keep).map_err(Reading::unreadable));
    let value = |path: [&str; 3], judge: fn(i64) -> Reading| {
        let reading = match &root {
            Err(reading) => reading.clone(),
            Ok(root) => match plist::integer(root, &path) {
                Ok(Some(seconds)) => judge(seconds),
                Ok(None) => Reading::absent(format!("the file holds no {}", path.join("."))),
                Err(why) => Reading::unreadable(why),
            },
        };
        reading.from(origin(place, &path.join(".")))
    };
    (value(AUTO_LOCK, auto_lock), value(GRACE, grace))
}

fn auto_lock(seconds: i64) -> Reading {
    match u64::try_from(seconds) {
        Ok(_) if seconds >= NEVER => Reading::known(Value::Never),
        Ok(s) if AUTO_LOCK_RANGE.contains(&seconds) => Reading::known(Value::seconds(s)),
        _ => unfamiliar(seconds),
    }
}

fn grace(seconds: i64) -> Reading {
    match u64::try_from(seconds) {
        Ok(0) => Reading::known(Value::seconds(0)),
        Ok(s) if GRACE_RANGE.contains(&seconds) => Reading::known(Value::seconds(s)),
        _ => unfamiliar(seconds),
    }
}

fn unfamiliar(seconds: i64) -> Reading {
    Reading::unreadable(format!(
        "{seconds} is not a number of seconds that this setting can have"
    ))
}
