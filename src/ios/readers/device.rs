//! Model and system of the phone, from the two property lists that both state them, and supervision.

use super::{AppOnPhone, Line, Reader, Scope, missing, origin, yes_or_no};
use crate::evidence::{Fact, Origin, Reading, Strength, Subject, Value};
use crate::ios::files::{Handle, Missing, Need, PROFILES_DOMAIN, Parsed, Place, Plain};
use crate::ios::models;
use crate::ios::plist::{self, Keep, Looked};

/// For readers that need the model or the version, for these facts.
pub const fn info(facts: &'static [Fact]) -> Need {
    Need::read(Place::INFO, facts, "Product Type, Product Version")
}

/// For readers that need the model or the version, for these facts.
pub const fn manifest(facts: &'static [Fact]) -> Need {
    Need::read(
        Place::MANIFEST,
        facts,
        "ProductType and ProductVersion in Lockdown",
    )
}

/// What they keep for that of a property list in the root.
pub fn keeps(list: Plain) -> Option<Keep> {
    match list {
        Plain::Info => Some(Keep::keys(&["Product Type", "Product Version"])),
        Plain::Manifest => Some(Keep::path_to(
            &["Lockdown"],
            Keep::keys(&["ProductType", "ProductVersion"]),
        )),
        Plain::Status => None,
    }
}

/// The versions of iOS of which it is known what a missing setting means.
const FAMILIAR: std::ops::RangeInclusive<u32> = 12..=27;

const STATED: &[Fact] = &[Fact::DeviceModel, Fact::DeviceMaker, Fact::DeviceOs];
const CLOUD_CONFIGURATION: Place = Place::File {
    domain: PROFILES_DOMAIN,
    path: "Library/ConfigurationProfiles/CloudConfigurationDetails.plist",
};
const SUPERVISED: &str = "IsSupervised";

/// Reads what the phone states of itself (model, maker, system), and whether it is supervised.
pub struct Device;

impl Reader for Device {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::DeviceModel,
            Fact::DeviceMaker,
            Fact::DeviceOs,
            Fact::Supervised,
        ]
    }

    fn needs(&self) -> &'static [Need] {
        const {
            &[
                info(STATED),
                manifest(STATED),
                Need::read(
                    CLOUD_CONFIGURATION,
                    &[Fact::Supervised],
                    "the key IsSupervised",
                ),
            ]
        }
    }

    fn keeps(&self, list: Plain, _: &[AppOnPhone]) -> Option<Keep> {
        keeps(list)
    }

    fn read(&self, files: &mut Handle<'_, '_>, scope: &Scope<'_>) -> Vec<Line> {
        let versions = Versions::of(files);
        let mut lines = vec![
            (Fact::DeviceModel, versions.model_reading()),
            (Fact::DeviceMaker, versions.maker_reading()),
            (Fact::DeviceOs, versions.system_reading()),
        ];
        if scope.request.wants(&[Fact::Supervised]) {
            let bytes = files.bytes(CLOUD_CONFIGURATION);
            lines.push((
                Fact::Supervised,
                supervised(bytes.as_deref().map(|bytes| bytes.as_slice())),
            ));
        }
        lines
            .into_iter()
            .map(|(fact, reading)| (fact, Subject::Device, reading))
            .collect()
    }
}

/// Supervision, from the cloud configuration.
pub fn supervised(bytes: Result<&[u8], &Missing>) -> Reading {
    match bytes {
        Err(why) => missing(why),
        Ok(bytes) => yes_or_no(
            plist::pick(bytes, &Keep::path(&[SUPERVISED]))
                .and_then(|root| plist::boolean(&root, &[SUPERVISED])),
            SUPERVISED,
        ),
    }
    .from(origin(CLOUD_CONFIGURATION, SUPERVISED))
}

/// Model and version as Info.plist and Manifest.plist state them.
pub struct Versions {
    model: Stated,
    version: Stated,
}

/// One text that two files state.
struct Stated {
    text: Result<String, Reading>,
    /// Both files state something, and not the same.
    contradicted: bool,
    origins: Vec<Origin>,
}

impl Versions {
    /// Reads what both property lists state; the reader has to declare [`info`], [`manifest`] and [`keeps`].
    pub fn of(files: &mut Handle<'_, '_>) -> Versions {
        Versions::from_lists(&files.list(Plain::Info), &files.list(Plain::Manifest))
    }

    /// What both property lists state.
    pub fn from_lists(info: &Parsed, manifest: &Parsed) -> Self {
        Versions {
            model: state(info, "Product Type", manifest, "ProductType", is_model),
            version: state(
                info,
                "Product Version",
                manifest,
                "ProductVersion",
                is_version,
            ),
        }
    }

    /// Why the two property lists cannot be of one backup, if they cannot. Where only one of them states something,
    /// there is nothing to contradict.
    pub fn contradiction(&self) -> Option<String> {
        let what = match (self.model.contradicted, self.version.contradicted) {
            (true, true) => "the phone's model and its version of iOS",
            (true, false) => "the phone's model",
            (false, true) => "the phone's version of iOS",
            (false, false) => return None,
        };
        Some(format!(
            "Info.plist and Manifest.plist contradict each other about {what}: the files in this folder may be of \
             different phones"
        ))
    }

    /// Product type, e.g. `iPhone14,5`, if it is known.
    pub fn model(&self) -> Option<&str> {
        self.model.text.as_deref().ok()
    }

    /// Whether the system may be older than this version; so it may if its version is not known.
    pub fn may_be_before(&self, version: [u32; 2]) -> bool {
        let Ok(text) = self.version.text.as_deref() else {
            return true;
        };
        let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
        [parts.next().unwrap_or(0), parts.next().unwrap_or(0)] < version
    }

    /// Major version of the system, if it is known.
    pub fn major(&self) -> Option<u32> {
        let version = self.version.text.as_deref().ok()?;
        version.split('.').next()?.parse().ok()
    }

    /// How far a documented default carries: on a version that nobody has looked at it is only a hint.
    pub fn defaults(&self) -> Strength {
        match self.major() {
            Some(major) if FAMILIAR.contains(&major) => Strength::Direct,
            _ => Strength::Indicative,
        }
    }

    /// What to say of a version that is not familiar.
    pub fn unfamiliar(&self) -> Option<String> {
        if self.defaults() == Strength::Direct {
            return None;
        }
        let (first, last) = (FAMILIAR.start(), FAMILIAR.end());
        let known = format!("the versions that this program knows ({first} to {last})");
        let so =
            "where a setting is not in the backup, what the phone does by default is only a hint";
        Some(match self.version.text.as_deref() {
            Ok(version) => {
                let system = self.system();
                format!("{system} {version} is not one of {known}: {so}.")
            }
            Err(_) => {
                format!("The phone's version of iOS is not known to be one of {known}: {so}.")
            }
        })
    }

    fn system(&self) -> &'static str {
        match self.model() {
            Some(model) if model.starts_with("iPad") => "iPadOS",
            _ => "iOS",
        }
    }

    fn model_reading(&self) -> Reading {
        self.model.reading(|model| {
            let text = match models::name(model) {
                Some(name) => format!("{name} ({model})"),
                None => model.to_owned(),
            };
            (Value::text(&text), None)
        })
    }

    fn maker_reading(&self) -> Reading {
        self.model.reading(|_| (Value::text("Apple"), None))
    }

    fn system_reading(&self) -> Reading {
        let system = self.system();
        self.version
            .reading(|version| (Value::text(&format!("{system} {version}")), None))
    }
}

impl Stated {
    fn reading(&self, value: impl Fn(&str) -> (Value, Option<String>)) -> Reading {
        let mut origins = self.origins.clone();
        match &self.text {
            Ok(text) => {
                let (value, note) = value(text);
                if let (Some(first), Some(note)) = (origins.first_mut(), note) {
                    first.note = Some(note);
                }
                Reading::known(value).with_origins(origins)
            }
            Err(reading) => reading.clone().with_origins(origins),
        }
    }
}

fn state(
    info: &Parsed,
    info_key: &str,
    manifest: &Parsed,
    manifest_key: &str,
    plausible: fn(&str) -> bool,
) -> Stated {
    let look = |parsed: &Parsed, path: &[&str]| -> Result<Looked<String>, Missing> {
        match parsed {
            Err(why) => Err(why.clone()),
            Ok(Err(damage)) => Ok(Err(damage.clone())),
            Ok(Ok(root)) => Ok(plist::string(root, path).and_then(|text| match text {
                Some(text) if plausible(text) => Ok(Some(text.to_owned())),
                Some(_) => Err(format!("{} has an unfamiliar form", path.join("."))),
                None => Ok(None),
            })),
        }
    };
    let path = ["Lockdown", manifest_key];
    let in_info = look(info, &[info_key]);
    let in_manifest = look(manifest, &path);
    // Whatever its form: two files of one backup say the same.
    let contradicted = match (held(info, &[info_key]), held(manifest, &path)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    };
    let info_origin = origin(Place::INFO, info_key);
    let manifest_origin = origin(Place::MANIFEST, &format!("Lockdown.{manifest_key}"));
    let both = vec![info_origin.clone(), manifest_origin.clone()];
    let (text, origins) = match (in_info, in_manifest) {
        _ if contradicted => (
            Err(Reading::unreadable(
                "Info.plist and Manifest.plist contradict each other",
            )),
            both,
        ),
        (Ok(Ok(Some(text))), Ok(Ok(Some(_)))) => (Ok(text), both),
        (Ok(Ok(Some(text))), _) => (Ok(text), vec![info_origin]),
        (_, Ok(Ok(Some(text)))) => (Ok(text), vec![manifest_origin]),
        (Ok(Err(why)), _)
        | (_, Ok(Err(why)))
        | (Err(Missing::Unreadable(why)), _)
        | (_, Err(Missing::Unreadable(why))) => (Err(Reading::unreadable(why)), both),
        _ => (
            Err(Reading::absent(
                "neither Info.plist nor Manifest.plist states it",
            )),
            both,
        ),
    };
    Stated {
        text,
        contradicted,
        origins,
    }
}

/// What a property list holds at a path, of whatever form.
fn held<'l>(list: &'l Parsed, path: &[&str]) -> Option<&'l plist::Value> {
    let root = list.as_ref().ok()?.as_ref().ok()?;
    plist::at(root, path).ok()?
}

fn is_model(text: &str) -> bool {
    ["iPhone", "iPad", "iPod"].iter().any(|family| {
        text.strip_prefix(family)
            .and_then(|rest| rest.split_once(','))
            .is_some_and(|(a, b)| is_short_number(a) && is_short_number(b))
    })
}

fn is_version(text: &str) -> bool {
    text.len() <= 16 && text.split('.').all(is_short_number)
}

fn is_short_number(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(&str, plist::Value)]) -> plist::Value {
        let entries = entries.iter().cloned();
        plist::Value::Dictionary(entries.map(|(k, v)| (k.to_owned(), v)).collect())
    }

    /// What the two lists make of a model and a version each.
    fn stated(info: [&str; 2], manifest: [&str; 2]) -> Versions {
        let [model, version] = info.map(plist::Value::from);
        let info = list(&[("Product Type", model), ("Product Version", version)]);
        let [model, version] = manifest.map(plist::Value::from);
        let lockdown = list(&[("ProductType", model), ("ProductVersion", version)]);
        Versions::from_lists(&Ok(Ok(info)), &Ok(Ok(list(&[("Lockdown", lockdown)]))))
    }

    #[test]
    fn two_lists_that_agree_are_both_named() {
        let phone = ["iPhone14,5", "18.7"];
        let versions = stated(phone, phone);
        assert_eq!(versions.contradiction(), None);
        assert_eq!(versions.model(), Some("iPhone14,5"));
        assert_eq!(versions.major(), Some(18));
        for reading in [versions.model_reading(), versions.system_reading()] {
            let places: Vec<&str> = reading.origin.iter().map(|o| o.place.as_str()).collect();
            assert_eq!(places, ["Info.plist", "Manifest.plist"]);
        }
    }

    #[test]
    fn of_two_lists_that_contradict_each_other_neither_counts() {
        let versions = stated(["iPhone14,5", "18.7"], ["iPhone12,8", "17.0"]);
        assert!(versions.contradiction().is_some());
        assert_eq!(versions.model(), None);
        assert_eq!(versions.major(), None);
        assert_eq!(versions.defaults(), Strength::Indicative);
        assert!(versions.may_be_before([10, 2]));
    }

    #[test]
    fn systems_before_another() {
        for (version, before) in [
            ("9.3.5", true),
            ("10", true),
            ("10.1.1", true),
            ("10.2", false),
            ("10.2.1", false),
            ("10.10", false),
            ("18.7", false),
            ("eighteen", true),
        ] {
            let phone = ["iPhone14,5", version];
            assert_eq!(
                stated(phone, phone).may_be_before([10, 2]),
                before,
                "{version}"
            );
        }
    }

    #[test]
    fn forms_of_models_and_versions() {
        for (text, model) in [
            ("iPhone14,5", true),
            ("iPad13,1", true),
            ("iPod9,1", true),
            ("iPhone1234,1234", true),
            ("iPhone", false),
            ("iPhone14", false),
            ("iPhone14,", false),
            ("iPhone,5", false),
            ("iPhonex,5", false),
            ("iPhone14,x", false),
            ("iPhone12345,5", false),
            ("iPhone14,12345", false),
            ("Mac14,5", false),
        ] {
            assert_eq!(is_model(text), model, "{text}");
        }
        for (text, version) in [
            ("18", true),
            ("18.7.1", true),
            ("1.2.3.4.5.6.7.88", true),
            ("1.2.3.4.5.6.7.8.9", false),
            ("18.", false),
            ("18.x", false),
            ("12345", false),
            ("", false),
        ] {
            assert_eq!(is_version(text), version, "{text}");
        }
    }
}
