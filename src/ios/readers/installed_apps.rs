//! Which of the apps of the catalogue are installed, and their versions. Other apps are skipped while the lists are
//! being read.

use super::{AppOnPhone, Line, Reader, Scope, missing, origin};
use crate::evidence::{Fact, Reading, Subject, Value};
use crate::ios::files::{Handle, Missing, Need, Parsed, Place, Plain};
use crate::ios::plist::{self, Damage, Keep};

const INSTALLED: &str = "Installed Applications";
const APPLICATIONS: &str = "Applications";
const VERSION: &str = "CFBundleVersion";

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
            ]
        }
    }

    fn keeps(&self, list: Plain, apps: &[AppOnPhone]) -> Option<Keep> {
        let bundles = apps.iter().map(|app| app.bundle.clone());
        match list {
            Plain::Info => Some(Keep::path_to(&[INSTALLED], Keep::Listed(bundles.collect()))),
            Plain::Manifest => Some(Keep::path_to(
                &[APPLICATIONS],
                Keep::Keys(
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
            // What is no text was kept as an empty one: a list of an unfamiliar form may name apps in another way.
            if items
                .iter()
                .any(|item| item.as_string().is_none_or(str::is_empty))
            {
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
            "Info.plist does not list it, and Manifest.plist cannot be read: {why}"
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
