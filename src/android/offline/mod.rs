//! Evidence that was taken from an Android phone earlier, by other programs: an acquisition of androidqf, or a bug
//! report. Only the sections that the checklist needs are taken from them, the filters of the script are applied to
//! those ([`filters`]), and the same readers judge them.
//!
//! What such a dump does not hold is unreadable. Above all it holds no answer to the commands that the script runs
//! besides `dumpsys`, `getprop` and `settings list`, and none to a service that prints what is asked for only when it is
//! asked by name (`dumpsys safety_center data`): `dumpsys` alone hands `-a` to every service.

mod acquisition;
mod answers;
mod archive;
mod bugreport;
mod dumps;
pub mod filters;
mod packages;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use self::answers::Sections;
use self::dumps::Lines;
use crate::android::probe;
use crate::android::readers;
use crate::android::section::Section;
use crate::evidence::{Evidence, ReadLogEntry, Request, Source, SourceError};

/// What kind of dump it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder or zip that androidqf made.
    Acquisition,
    /// A bug report: the zip, or the text in it.
    Bugreport,
}

impl Kind {
    fn source(self) -> Source {
        match self {
            Kind::Acquisition => Source::AndroidAcquisition,
            Kind::Bugreport => Source::AndroidBugreport,
        }
    }
}

/// The texts of a dump, each whole or with the reason why it is not.
struct Raw {
    kind: Kind,
    props: Result<Props, String>,
    /// `settings list` by namespace, where the dump has such lists.
    settings: BTreeMap<&'static str, Lines>,
    /// Whether there is a text of `dumpsys`.
    dumped: bool,
    services: BTreeMap<String, Lines>,
    /// The oldest and the newest moment that it can be from; `None` if it states none.
    moments: Option<(Timestamp, Timestamp)>,
    /// Files opened besides those of the sections, with the bytes kept.
    opened: Vec<(&'static str, u64)>,
}

impl Raw {
    fn service(&self, name: &str) -> Result<&Lines, String> {
        self.services.get(name).ok_or_else(|| {
            match self.kind {
                Kind::Acquisition => "the acquisition does not hold it",
                Kind::Bugreport => "the bug report does not hold it",
            }
            .to_owned()
        })
    }

    /// The file of a section.
    fn file(&self, section: &Section) -> String {
        let text = section.text();
        match self.kind {
            Kind::Bugreport => "bug report".into(),
            Kind::Acquisition if matches!(section.id, "prop.base" | "prop.posture") => {
                "getprop.txt".into()
            }
            Kind::Acquisition => match filters::settings_keys(&text)
                .and_then(|_| filters::namespace(&text))
                .filter(|space| self.settings.contains_key(space))
            {
                Some(space) if self.dumped => format!("settings_{space}.txt, dumpsys.txt"),
                Some(space) => format!("settings_{space}.txt"),
                None => "dumpsys.txt".into(),
            },
        }
    }
}

/// What is looked for in a dump.
struct Wanted<'a> {
    services: Vec<&'static str>,
    packages: Vec<&'a str>,
    properties: BTreeSet<String>,
}

impl<'a> Wanted<'a> {
    fn of(request: &'a Request) -> Self {
        let sections = probe::wanted(request);
        let mut services: BTreeSet<&'static str> = BTreeSet::new();
        let mut properties = BTreeSet::from([TIME_ZONE.to_owned()]);
        for section in &sections {
            services.extend(service(section));
            if section.id == "front" {
                services.insert("trust");
            }
            if matches!(section.id, "prop.base" | "prop.posture") {
                let text = section.text();
                properties.extend(
                    text.split([' ', ';'])
                        .filter(|w| w.contains('.'))
                        .map(str::to_owned),
                );
            }
        }
        let mut packages = vec!["android"];
        packages.extend(probe::packages(&request.apps));
        packages.extend(probe::packages(&request.besides));
        Wanted {
            services: services.into_iter().collect(),
            packages,
            properties,
        }
    }
}

const TIME_ZONE: &str = "persist.sys.timezone";

/// The service whose dump answers a section.
fn service(section: &Section) -> Option<&'static str> {
    Some(match section.id {
        "lock" => "lock_settings",
        "trust" => "trust",
        "power" => "power",
        "policy" => "device_policy",
        "front" | "users" => "user",
        "accounts" => "account",
        "apps" | "besides" | "package" | "perm.photos" | "perm.contacts" | "perm.notify" => {
            "package"
        }
        _ if filters::settings_keys(&section.text()).is_some() => "settings",
        _ => return None,
    })
}

/// The command whose output a section was made from, where it is another than the script's.
pub fn place(source: Source, section: &Section) -> Option<&'static str> {
    if !matches!(
        source,
        Source::AndroidAcquisition | Source::AndroidBugreport
    ) {
        return None;
    }
    match service(section)? {
        "user" => Some("dumpsys user"),
        "account" => Some("dumpsys account"),
        "package" => Some("dumpsys package"),
        _ => None,
    }
}

/// Properties of the phone: only those that are asked for.
struct Props(Vec<(String, String)>);

impl Props {
    /// Reads `[key]: [value]` lines.
    fn read(lines: &[String], wanted: &BTreeSet<String>) -> Result<Self, String> {
        let mut props = Vec::new();
        for line in lines {
            let Some((key, value)) = line
                .strip_prefix('[')
                .and_then(|rest| rest.split_once("]: ["))
            else {
                continue;
            };
            if wanted.contains(key) {
                // The value may go on in the next line: none of those asked for does.
                let value = value
                    .strip_suffix(']')
                    .ok_or_else(|| format!("{key} has an unfamiliar form"))?;
                props.push((key.to_owned(), value.to_owned()));
            }
        }
        if props.is_empty() {
            return Err("its list of properties has an unfamiliar form".into());
        }
        Ok(Props(props))
    }

    /// Every different value of a property.
    fn all(&self, key: &str) -> Vec<&str> {
        let mut values: Vec<&str> = Vec::new();
        for (_, value) in self.0.iter().filter(|(k, _)| k == key) {
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        values
    }

    /// The one value of a property.
    fn one(&self, key: &str) -> Option<String> {
        match self.all(key).as_slice() {
            [value] => Some((*value).to_owned()),
            _ => None,
        }
    }
}

/// Reads a dump.
///
/// # Errors
/// It is not there, is no such dump, is damaged or hostile.
pub fn read(path: &Path, kind: Kind, request: &Request) -> Result<Evidence, SourceError> {
    let wanted = Wanted::of(request);
    let raw = match kind {
        Kind::Acquisition => acquisition::open(path, &wanted)?,
        Kind::Bugreport => bugreport::open(path, &wanted)?,
    };
    let answer = Sections::new(&raw).answer(request);
    let mut evidence = probe::read(
        request,
        &answer,
        kind.source(),
        raw.moments.map(|(oldest, _)| oldest),
    );
    evidence.newest = raw.moments.map(|(_, newest)| newest);
    for (file, bytes) in &raw.opened {
        evidence.read_log.push(ReadLogEntry {
            what: (*file).to_owned(),
            why: Vec::new(),
            bytes_kept: *bytes,
        });
    }
    for section in probe::wanted(request) {
        for (key, bytes) in answer.runs().filter(|(key, _)| key.section == section.id) {
            let read = answer
                .get(key)
                .is_some_and(|body| body.is_ok_and(|b| !b.skipped()));
            if read {
                let command = match (place(kind.source(), section), &key.package, key.user) {
                    (Some(command), Some(package), Some(user)) => {
                        format!("{command}, {package}, user {user}")
                    }
                    (Some(command), None, Some(user)) => format!("{command}, user {user}"),
                    (Some(command), ..) => command.to_owned(),
                    (None, package, user) => readers::place(section, user, package.as_deref()),
                };
                evidence.read_log.push(ReadLogEntry {
                    what: format!("{}: {command}", raw.file(section)),
                    why: probe::why(request, section),
                    bytes_kept: bytes,
                });
            }
        }
    }
    evidence.warnings.push(
        match kind {
            Kind::Acquisition => "This is what androidqf took from the phone, and not all that a check over the cable reads. Look at what it does not hold.",
            Kind::Bugreport => "This is a bug report, and not all that a check over the cable reads. Look at what it does not hold. Its date is that of the phone's own clock.",
        }
        .into(),
    );
    Ok(evidence)
}

/// Whether a file begins as a zip does; the first bytes, to tell what else it is.
fn head(path: &Path) -> Result<Vec<u8>, SourceError> {
    let failed = |e: std::io::Error| {
        SourceError::new(
            format!("{} cannot be read: {e}.", path.display()),
            "Check the name and that you may read it.",
        )
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(SourceError::new(
            format!("{} is no file.", path.display()),
            "Check the name.",
        ));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(64).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}
