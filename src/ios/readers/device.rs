//! Model and system of the phone, from the two property lists that both state them, and supervision.

use super::{AppOnPhone, Line, Reader, Scope, missing, origin, yes_or_no};
use crate::evidence::{Fact, Origin, Reading, Subject, Value};
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

const STATED: &[Fact] = &[Fact::DeviceModel, Fact::DeviceMaker, Fact::DeviceOs];
const CLOUD_CONFIGURATION: Place = Place::File {
    domain: PROFILES_DOMAIN,
    path: "Library/ConfigurationProfiles/CloudConfigurationDetails.plist",
};
const SUPERVISED: &str = "IsSupervised";

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

    /// Product type, e.g. `iPhone14,5`, if it is known.
    pub fn model(&self) -> Option<&str> {
        self.model.text.as_deref().ok()
    }

    /// Major version of the system, if it is known.
    pub fn major(&self) -> Option<u32> {
        let version = self.version.text.as_deref().ok()?;
        version.split('.').next()?.parse().ok()
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
        let system = match self.model() {
            Some(model) if model.starts_with("iPad") => "iPadOS",
            _ => "iOS",
        };
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
    let in_info = look(info, &[info_key]);
    let in_manifest = look(manifest, &["Lockdown", manifest_key]);
    let info_origin = origin(Place::INFO, info_key);
    let manifest_origin = origin(Place::MANIFEST, &format!("Lockdown.{manifest_key}"));
    let both = vec![info_origin.clone(), manifest_origin.clone()];
    match (in_info, in_manifest) {
        (Ok(Ok(Some(a))), Ok(Ok(Some(b)))) if a == b => Stated {
            text: Ok(a),
            origins: both,
        },
        (Ok(Ok(Some(_))), Ok(Ok(Some(_)))) => Stated {
            text: Err(Reading::unreadable(
                "Info.plist and Manifest.plist contradict each other: the backup's files may be of different phones",
            )),
            origins: both,
        },
        (Ok(Ok(Some(text))), _) => Stated {
            text: Ok(text),
            origins: vec![info_origin],
        },
        (_, Ok(Ok(Some(text)))) => Stated {
            text: Ok(text),
            origins: vec![manifest_origin],
        },
        (Ok(Err(why)), _) | (_, Ok(Err(why))) => Stated {
            text: Err(Reading::unreadable(why)),
            origins: both,
        },
        (Err(Missing::Unreadable(why)), _) | (_, Err(Missing::Unreadable(why))) => Stated {
            text: Err(Reading::unreadable(why)),
            origins: both,
        },
        _ => Stated {
            text: Err(Reading::absent(
                "neither Info.plist nor Manifest.plist states it",
            )),
            origins: both,
        },
    }
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
