//! Message previews on the locked phone: the setting for the whole phone, and each messaging app's own.

use ::plist::Value as Plist;

use super::{AppOnPhone, Line, Reader, Scope, alike, device, missing, origin};
use crate::evidence::{Fact, Origin, Reading, State, Strength, Subject, Value};
use crate::ios::archive::{Archive, Object};
use crate::ios::files::{Handle, Missing, Need, Place, Plain};
use crate::ios::models::{self, Biometrics};
use crate::ios::plist::{self, Damage, Keep};

const GLOBAL: Place = Place::home("Library/Preferences/com.apple.bulletinboard.plist");
const GLOBAL_KEY: &str = "BBContentPreviewsSetting";
const SECTIONS: Place = Place::home("Library/BulletinBoard/VersionedSectionInfo.plist");
const OLD_SECTIONS: Place = Place::home("Library/BulletinBoard/SectionInfo.plist");
/// The last system that is known to keep the old file.
const LAST_OLD_FORM: u32 = 11;
/// By these, a yes or no each, that system goes.
const OLD_KEYS: [&str; 3] = [
    "showsInLockScreen",
    "allowsNotifications",
    "showsInNotificationCenter",
];
const BY_SWIPE: &str =
    "the app is off the lock screen, but on in Notification Centre, which opens there with a swipe";
const VERSION_KEY: &str = "sectionInfoVersionNumber";
const SECTIONS_KEY: &str = "sectionInfo";
const APP_FACTS: [Fact; 3] = [
    Fact::AppNotificationsPreviews,
    Fact::AppNotificationsLockScreen,
    Fact::AppNotificationsAllowed,
];

const FACTS: &[Fact] = &[
    Fact::NotificationsPreviews,
    Fact::AppNotificationsPreviews,
    Fact::AppNotificationsLockScreen,
    Fact::AppNotificationsAllowed,
];

/// Reads what notifications show, for the phone and for each app.
pub struct Previews;

impl Reader for Previews {
    fn facts(&self) -> &'static [Fact] {
        FACTS
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                device::info(FACTS),
                device::manifest(FACTS),
                Need::read(
                    GLOBAL,
                    &[Fact::NotificationsPreviews],
                    "the key BBContentPreviewsSetting",
                ),
                Need::read(
                    SECTIONS,
                    &APP_FACTS,
                    "the notification settings of the messaging apps asked for",
                ),
                Need::read(
                    OLD_SECTIONS,
                    &APP_FACTS,
                    "the same; read only where VersionedSectionInfo.plist is not there",
                ),
            ]
        }
    }

    fn keeps(&self, list: Plain, _: &[AppOnPhone]) -> Option<Keep> {
        device::keeps(list)
    }

    fn read(&self, files: &mut Handle<'_, '_>, scope: &Scope<'_>) -> Vec<Line> {
        let mut lines = Vec::new();
        if scope.request.wants(&[Fact::NotificationsPreviews]) {
            let versions = device::Versions::of(files);
            let bytes = files.bytes(GLOBAL);
            let reading = global(
                bytes.as_deref().map(|bytes| bytes.as_slice()),
                versions.model(),
                versions.defaults(),
            );
            lines.push((Fact::NotificationsPreviews, Subject::Device, reading));
        }
        if scope.request.wants(&APP_FACTS) && !scope.apps.is_empty() {
            let mut place = SECTIONS;
            let mut sections = files.bytes(place);
            if matches!(sections, Err(Missing::Absent(_))) {
                let old = files.bytes(OLD_SECTIONS);
                if !matches!(old, Err(Missing::Absent(_))) {
                    (place, sections) = (OLD_SECTIONS, old);
                }
            }
            let mut found = per_app(
                sections.as_deref().map(|bytes| bytes.as_slice()),
                place == OLD_SECTIONS,
                scope.apps,
            );
            // A newer system leaves the old file behind and no longer writes it.
            if place == OLD_SECTIONS
                && device::Versions::of(files)
                    .major()
                    .is_none_or(|major| major > LAST_OLD_FORM)
            {
                for (_, _, reading) in &mut found {
                    reading.strength = Strength::Indicative;
                }
            }
            lines.extend(found);
        }
        lines
    }
}

/// The setting for the whole phone, from the notification preferences of this model, on which a documented default
/// carries so far.
pub fn global(bytes: Result<&[u8], &Missing>, model: Option<&str>, defaults: Strength) -> Reading {
    let origin = origin(GLOBAL, GLOBAL_KEY);
    let stored = match bytes {
        Ok(bytes) => plist::pick(bytes, &Keep::path(&[GLOBAL_KEY]))
            .and_then(|root| plist::integer(&root, &[GLOBAL_KEY])),
        // The file is written only once a setting differs from the default.
        Err(Missing::Absent(_)) => Ok(None),
        Err(why) => return missing(why).from(origin),
    };
    match stored {
        Ok(Some(1)) => Reading::known(Value::Word("always")).from(origin),
        Ok(Some(2)) => Reading::known(Value::Word("when-unlocked")).from(origin),
        Ok(Some(3)) => Reading::known(Value::Word("never")).from(origin),
        Ok(None | Some(0)) => by_default(model, origin).with_strength(defaults),
        Ok(Some(other)) => {
            Reading::unreadable(format!("{GLOBAL_KEY} is {other}, which is unfamiliar"))
                .from(origin)
        }
        Err(why) => Reading::unreadable(why).from(origin),
    }
}

// iOS stores 0, or nothing, for "as this phone does by default": when unlocked if a face is enrolled, else always.
fn by_default(model: Option<&str>, origin: Origin) -> Reading {
    match model.map(models::biometrics) {
        Some(Some(Biometrics::TouchId)) => Reading::known(Value::Word("always"))
            .from(origin.note("absent: documented default of a Touch ID iPhone")),
        Some(Some(Biometrics::FaceId)) => Reading::indicative(Value::Word("when-unlocked")).from(
            origin.note("absent: hidden only if Face ID is enrolled, which no backup says"),
        ),
        Some(None) => Reading::unreadable(
            "the default setting is in force, and what it means on this model is not known",
        )
        .from(origin),
        None => Reading::unreadable(
            "the default setting is in force; what it means depends on the model, which is not known",
        )
        .from(origin),
    }
}

/// The notification settings of each app, from the list of those that ever asked to notify.
pub fn per_app(
    sections: Result<&[u8], &Missing>,
    old_form: bool,
    apps: &[AppOnPhone],
) -> Vec<Line> {
    let place = if old_form { OLD_SECTIONS } else { SECTIONS };
    let root = sections
        .map_err(missing)
        .and_then(|bytes| open(bytes, old_form, apps).map_err(Reading::unreadable));
    let mut lines = Vec::new();
    for app in apps {
        let subject = Subject::app(&app.id);
        let path: &[&str] = if old_form {
            &[&app.bundle]
        } else {
            &[SECTIONS_KEY, &app.bundle]
        };
        let origin = |key: &str| origin(place, &format!("{}.{key}", path.join(".")));
        let entry = match &root {
            Err(reading) => Err(reading.clone()),
            Ok(root) => plist::data(root, path).map_err(Reading::unreadable),
        };
        match entry {
            Err(reading) => {
                let reading = reading.from(super::origin(place, &path.join(".")));
                lines.extend(alike(&APP_FACTS, &subject, &reading));
            }
            Ok(None) => {
                let none = Reading::absent(
                    "no notification settings are stored for the app: it never asked to notify, or hides from Settings",
                )
                .from(super::origin(place, &path.join(".")));
                let allowed = Reading::indicative(Value::Bool(false)).from(
                    super::origin(place, &path.join("."))
                        .note("no entry: the app never asked to notify, or hides from Settings"),
                );
                lines.extend(alike(&APP_FACTS[..2], &subject, &none));
                lines.push((Fact::AppNotificationsAllowed, subject, allowed));
            }
            Ok(Some(archive)) => match settings(archive, &app.bundle) {
                Err(why) => {
                    let reading =
                        Reading::unreadable(why).from(super::origin(place, &path.join(".")));
                    lines.extend(alike(&APP_FACTS, &subject, &reading));
                }
                Ok(found) => {
                    for (fact, setting) in APP_FACTS.into_iter().zip(found) {
                        let mut reading = setting.reading;
                        // What writes the newer file does not go by the older form.
                        if !old_form && setting.keys.iter().any(|key| OLD_KEYS.contains(key)) {
                            reading.strength = Strength::Indicative;
                        }
                        for key in setting.keys {
                            let origin = origin(key);
                            reading = reading.from(match setting.note {
                                Some(note) => origin.note(note),
                                None => origin,
                            });
                        }
                        lines.push((fact, subject.clone(), reading));
                    }
                }
            },
        }
    }
    lines
}

fn open(bytes: &[u8], old_form: bool, apps: &[AppOnPhone]) -> Result<Plist, Damage> {
    let entries = Keep::Keys(
        apps.iter()
            .map(|app| (app.bundle.clone(), Keep::All))
            .collect(),
    );
    if old_form {
        return plist::pick(bytes, &entries);
    }
    let keep = Keep::Keys(vec![
        (VERSION_KEY.into(), Keep::All),
        (SECTIONS_KEY.into(), entries),
    ]);
    let root = plist::pick(bytes, &keep)?;
    match plist::integer(&root, &[VERSION_KEY])? {
        Some(2) => {}
        Some(other) => return Err(format!("{VERSION_KEY} is {other}, which is unfamiliar")),
        None => return Err(format!("the file holds no {VERSION_KEY}")),
    }
    match plist::at(&root, &[SECTIONS_KEY])? {
        Some(Plist::Dictionary(_)) => Ok(root),
        Some(other) => Err(format!(
            "{SECTIONS_KEY} is {} where a dictionary belongs",
            plist::kind(other)
        )),
        None => Err(format!("the file holds no {SECTIONS_KEY}")),
    }
}

/// Previews, lock screen, allowed.
type Settings = [Setting; 3];

/// A setting, with the keys that it was taken from.
struct Setting {
    reading: Reading,
    keys: Vec<&'static str>,
    note: Option<&'static str>,
}

impl Setting {
    fn of(reading: Reading, key: &'static str) -> Setting {
        Setting {
            reading,
            keys: vec![key],
            note: None,
        }
    }
}

/// The settings in one app's archive.
fn settings(bytes: &[u8], bundle: &str) -> Result<Settings, Damage> {
    let archive = Archive::parse(bytes)?;
    let root = archive.root()?;
    familiar(root)?;
    if let Some(id) = root.string("sectionID")?
        && id != bundle
    {
        return Err("the entry's archive is that of another app".into());
    }
    let Some(own) = root.object("sectionInfoSettings")? else {
        return Err("the entry holds no sectionInfoSettings".into());
    };
    familiar(own)?;
    let managed = root.object("managedSectionInfoSettings")?;
    if let Some(managed) = managed {
        familiar(managed)?;
    }
    Ok([
        layered(managed, own, previews),
        layered(managed, own, lock_screen),
        layered(managed, own, allowed),
    ])
}

// Apple renamed the classes from BB... to UNC... without changing their fields.
fn familiar(object: Object<'_>) -> Result<(), Damage> {
    let class = object.class()?;
    if class.starts_with("BB") || class.starts_with("UNC") {
        Ok(())
    } else {
        Err("the entry's archive is of an unfamiliar class".into())
    }
}

/// An organisation's settings override the person's own; how they combine is not documented well enough to prove
/// anything, so whatever is known is then only indicative.
fn layered(
    managed: Option<Object<'_>>,
    own: Object<'_>,
    read: fn(Object<'_>) -> Setting,
) -> Setting {
    let Some(managed) = managed else {
        return read(own);
    };
    let first = read(managed);
    let mut setting = match first.reading.state {
        State::Absent(_) => read(own),
        _ => first,
    };
    setting.reading.strength = Strength::Indicative;
    setting
}

fn previews(settings: Object<'_>) -> Setting {
    let key = "contentPreviewSetting";
    let reading = number(settings, key, |n| match n {
        0 => Some(Value::Word("inherit")),
        1 => Some(Value::Word("always")),
        2 => Some(Value::Word("when-unlocked")),
        3 => Some(Value::Word("never")),
        _ => None,
    });
    Setting::of(reading, key)
}

/// Whether a locked phone shows the app at all. Notification Centre opens from the lock screen too, so an app that is
/// off the lock screen is out of sight only where it is off there as well. Whether this phone lets Notification Centre
/// be opened while it is locked is in no documented key: "on" there is a hint, and no proof.
fn lock_screen(settings: Object<'_>) -> Setting {
    // 0 says that the app has no such setting, not that it stays out of sight.
    let place = |key, old_key| {
        number_or_flag(settings, key, old_key, |n| match n {
            1 => Some(Value::Bool(false)),
            2 => Some(Value::Bool(true)),
            _ => None,
        })
    };
    let on_lock_screen = place("lockScreenSetting", OLD_KEYS[0]);
    if on_lock_screen.reading.value() != Some(&Value::Bool(false)) {
        return on_lock_screen;
    }
    let centre = place("notificationCenterSetting", OLD_KEYS[2]);
    let (reading, note) = match centre.reading.value() {
        Some(Value::Bool(false)) => (on_lock_screen.reading, None),
        Some(_) => (Reading::indicative(Value::Bool(true)), Some(BY_SWIPE)),
        None => {
            let why = format!(
                "the app is off the lock screen, but whether Notification Centre shows it is not known: {}",
                centre.reading.why_unknown().unwrap_or("it was not read")
            );
            (Reading::unreadable(why), None)
        }
    };
    Setting {
        reading,
        keys: [on_lock_screen.keys, centre.keys].concat(),
        note,
    }
}

fn allowed(settings: Object<'_>) -> Setting {
    number_or_flag(settings, "authorizationStatus", OLD_KEYS[1], |n| match n {
        0 | 1 => Some(Value::Bool(false)),
        2..=4 => Some(Value::Bool(true)),
        _ => None,
    })
}

/// A setting that is a number since iOS 12, and was a yes or no before.
fn number_or_flag(
    settings: Object<'_>,
    key: &'static str,
    old_key: &'static str,
    value: fn(i64) -> Option<Value>,
) -> Setting {
    let (new, old) = (number(settings, key, value), flag(settings, old_key));
    match (settings.has(key), settings.has(old_key)) {
        (false, true) => Setting::of(old, old_key),
        // Which of the two this system goes by is not known.
        (true, true) if new.value() != old.value() => {
            let why = format!("{key} and {old_key} contradict each other");
            Setting::of(Reading::unreadable(why), key)
        }
        _ => Setting::of(new, key),
    }
}

fn number(settings: Object<'_>, key: &str, value: fn(i64) -> Option<Value>) -> Reading {
    match settings.integer(key) {
        Err(why) => Reading::unreadable(why),
        Ok(None) => Reading::absent(format!("the entry holds no {key}")),
        Ok(Some(n)) => match value(n) {
            Some(value) => Reading::known(value),
            None => Reading::unreadable(format!("{key} is {n}, which is unfamiliar")),
        },
    }
}

fn flag(settings: Object<'_>, key: &str) -> Reading {
    match settings.boolean(key) {
        Err(why) => Reading::unreadable(why),
        Ok(None) => Reading::absent(format!("the entry holds no {key}")),
        Ok(Some(value)) => Reading::known(Value::Bool(value)),
    }
}
