//! Which of the apps of the catalogue are installed, and their versions. Other apps are skipped while the lists are
//! being read.

use super::{AppOnPhone, Line, Reader, Scope, missing, origin};
use crate::evidence::{Fact, Reading, Subject, Value};
use crate::ios::files::{self, Handle, Missing, Need, Parsed, Place, Plain, Use};
use crate::ios::plist::{self, Damage, Keep};

const INSTALLED: &str = "Installed Applications";
const APPLICATIONS: &str = "Applications";
const VERSION: &str = "CFBundleVersion";
/// A phone may have no apps of its own, and a tool may write a list that it never filled: the two look alike.
const EMPTY: &str = "the list of apps is empty, which proves nothing";

/// Reads which apps of the catalogue are installed.
pub struct InstalledApps;

impl Reader for InstalledApps {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::AppInstalled, Fact::AppVersion]
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                Need::read(
                    Place::INFO,
                    &[Fact::AppInstalled],
                    "which of the messaging apps asked for are in Installed Applications",
                ),
                Need::read(
                    Place::MANIFEST,
                    &[Fact::AppInstalled, Fact::AppVersion],
                    "which of the messaging apps asked for are in Applications, and their CFBundleVersion",
                ),
                Need {
                    place: Place::AppData,
                    usage: Use::Exists,
                    facts: &[Fact::AppInstalled],
                    keeps: "only whether Manifest.db lists data of a messaging app asked for that the lists of apps do not name; none is opened",
                },
            ]
        }
    }

    fn keeps(&self, list: Plain, apps: &[AppOnPhone]) -> Option<Keep> {
        let bundles = apps.iter().map(|app| app.bundle.clone());
        match list {
            Plain::Info => Some(Keep::path_to(&[INSTALLED], Keep::Listed(bundles.collect()))),
            Plain::Manifest => Some(Keep::path_to(
                &[APPLICATIONS],
                Keep::Entries(
                    bundles
                        .map(|bundle| (bundle, Keep::path(&[VERSION])))
                        .collect(),
                ),
            )),
            Plain::Status => None,
        }
    }

    fn read(&self, files: &mut Handle<'_, '_>, scope: &Scope<'_>) -> Vec<Line> {
        let (info, manifest) = (files.list(Plain::Info), files.list(Plain::Manifest));
        let mut lines = installed(&info, &manifest, scope.apps);
        for (fact, subject, reading) in &mut lines {
            let app = scope.apps.iter().find(|a| Subject::app(&a.id) == *subject);
            if let Some(app) = app
                && *fact == Fact::AppInstalled
                && reading.value() == Some(&Value::Bool(false))
                && let Some(data) = files.app_data(&app.bundle)
            {
                *reading = unless_it_left_data(reading.clone(), app, data);
            }
        }
        lines.extend(
            installed(&info, &manifest, scope.besides)
                .into_iter()
                .filter(|(fact, ..)| *fact == Fact::AppInstalled),
        );
        lines
    }
}

/// What one of the two lists says.
enum Listed<'l> {
    /// The list was read.
    Read(&'l plist::Value),
    /// There is no such list.
    None(Missing),
    /// It is there and cannot be read.
    Damaged(Damage),
}

/// An app that the lists do not name, by what Manifest.db says of its data. In an encrypted backup the lists stand in
/// clear, where anyone can change them, and Manifest.db does not.
pub fn unless_it_left_data(
    absent: Reading,
    app: &AppOnPhone,
    data: Result<bool, Missing>,
) -> Reading {
    let why = match data {
        Ok(false) => return absent,
        Ok(true) => {
            "the backup's lists do not name the app, but the backup holds data of it".to_owned()
        }
        Err(Missing::Absent(why) | Missing::Unreadable(why)) => {
            format!(
                "the backup's lists do not name the app, but whether its data are there cannot be told: {why}"
            )
        }
    };
    Reading::unreadable(why)
        .with_origins(absent.origin)
        .from(origin(Place::Database, &files::app_domain(&app.bundle)))
}

/// Which apps are installed, from Info.plist and Manifest.plist.
pub fn installed(info: &Parsed, manifest: &Parsed, apps: &[AppOnPhone]) -> Vec<Line> {
    let info = list(info, INSTALLED);
    let manifest = list(manifest, APPLICATIONS);
    let mut lines = Vec::new();
    for app in apps {
        let subject = Subject::app(&app.id);
        lines.push((
            Fact::AppInstalled,
            subject.clone(),
            app_installed(app, &info, &manifest),
        ));
        lines.push((Fact::AppVersion, subject, app_version(app, &manifest)));
    }
    lines
}

fn list<'l>(parsed: &'l Parsed, key: &str) -> Listed<'l> {
    match parsed {
        Err(why) => Listed::None(why.clone()),
        Ok(Err(damage)) => Listed::Damaged(damage.clone()),
        Ok(Ok(root)) => match plist::at(root, &[key]) {
            Ok(Some(_)) => Listed::Read(root),
            Ok(None) => Listed::None(Missing::Absent(format!("there is no list {key}"))),
            Err(damage) => Listed::Damaged(damage),
        },
    }
}

fn app_installed(app: &AppOnPhone, info: &Listed<'_>, manifest: &Listed<'_>) -> Reading {
    let in_info = match info {
        Listed::Read(root) => plist::array(root, &[INSTALLED]).and_then(|items| {
            let items = items.unwrap_or_default();
            if items.is_empty() {
                return Err(EMPTY.to_owned());
            }
            // What is no text was kept as an empty one: a list of an unfamiliar form may name apps in another way.
            // Other apps were kept as a yes.
            if items.iter().any(|item| {
                item.as_boolean() != Some(true) && item.as_string().is_none_or(str::is_empty)
            }) {
                return Err("the list holds something that is no bundle id".to_owned());
            }
            Ok(Some(
                items
                    .iter()
                    .any(|item| item.as_string() == Some(&app.bundle)),
            ))
        }),
        Listed::None(_) => Ok(None),
        Listed::Damaged(why) => Err(why.clone()),
    };
    let in_manifest = match manifest {
        Listed::Read(root) => match root.as_dictionary().and_then(|root| root.get(APPLICATIONS)) {
            Some(plist::Value::Dictionary(apps)) if apps.is_empty() => Err(EMPTY.to_owned()),
            Some(plist::Value::Dictionary(apps)) => Ok(Some(apps.contains_key(&app.bundle))),
            _ => Err("Applications in Manifest.plist is no dictionary".to_owned()),
        },
        Listed::None(_) => Ok(None),
        Listed::Damaged(why) => Err(why.clone()),
    };
    let info_origin = origin(Place::INFO, INSTALLED);
    let manifest_origin = origin(Place::MANIFEST, APPLICATIONS);
    match (in_info, in_manifest) {
        (Ok(Some(true)), Ok(Some(true))) => Reading::known(Value::Bool(true))
            .from(info_origin)
            .from(manifest_origin),
        (Ok(Some(true)), Ok(Some(false))) => Reading::known(Value::Bool(true))
            .from(info_origin.note("Manifest.plist does not list it")),
        (Ok(Some(true)), _) => Reading::known(Value::Bool(true)).from(info_origin),
        (Ok(Some(false)), Ok(Some(true))) => Reading::known(Value::Bool(true))
            .from(manifest_origin.note("Info.plist does not list it")),
        (_, Ok(Some(true))) => Reading::known(Value::Bool(true)).from(manifest_origin),
        (Ok(Some(false)), Ok(Some(false))) => Reading::known(Value::Bool(false))
            .from(info_origin)
            .from(manifest_origin),
        (Ok(Some(false)), Ok(None)) => Reading::known(Value::Bool(false)).from(info_origin),
        // Only the list in Info.plist is known to name every app; and a damaged list may have held it.
        (Ok(Some(false)), Err(why)) => Reading::unreadable(format!(
            "Info.plist does not list it, and Manifest.plist cannot be used: {why}"
        ))
        .from(info_origin)
        .from(manifest_origin),
        (Err(why), _) => Reading::unreadable(format!("Info.plist: {why}"))
            .from(info_origin)
            .from(manifest_origin),
        (Ok(None), Err(why)) => Reading::unreadable(format!("Manifest.plist: {why}"))
            .from(info_origin)
            .from(manifest_origin),
        (Ok(None), Ok(_)) => Reading::unreadable(format!(
            "there is no list of the installed apps to read: {}",
            match info {
                Listed::None(Missing::Absent(why) | Missing::Unreadable(why)) => why.as_str(),
                _ => "Info.plist holds none",
            }
        ))
        .from(info_origin)
        .from(manifest_origin),
    }
}

fn app_version(app: &AppOnPhone, manifest: &Listed<'_>) -> Reading {
    let key = format!("{APPLICATIONS}.{}.{VERSION}", app.bundle);
    let reading = match manifest {
        Listed::None(why) => missing(why),
        Listed::Damaged(why) => Reading::unreadable(why),
        Listed::Read(root) => match plist::string(root, &[APPLICATIONS, &app.bundle, VERSION]) {
            Ok(Some(version)) if !version.is_empty() => Reading::known(Value::text(version)),
            Ok(_) => Reading::absent("Manifest.plist does not state the app's version"),
            Err(why) => Reading::unreadable(why),
        },
    };
    reading.from(origin(Place::MANIFEST, &key))
}
