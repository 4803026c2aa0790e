//! An acquisition of androidqf (mvt-project/androidqf), as a folder or as a zip.
//!
//! The file names are those of all its versions so far (2021 to 2026): `getprop.txt`, `settings_{system,secure,global}.txt`
//! (`cmd settings list`), `dumpsys.txt` (`dumpsys`), `acquisition.json` and `hashes.csv`. Versions up to 2025 make a
//! folder named by an id, with full paths in `hashes.csv`; later ones write a zip with the files at its top, and their
//! names in `hashes.csv`. Output is kept without spaces and line ends around it.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::archive::{Archive, Taken};
use super::dumps::{Dumps, Lines};
use super::{Kind, Props, Raw, Wanted, head, is_zip};
use crate::evidence::SourceError;

const DUMPSYS: &str = "dumpsys.txt";
const GETPROP: &str = "getprop.txt";
const ABOUT: &str = "acquisition.json";
const HASHES: &str = "hashes.csv";
const SETTINGS: &[(&str, &str)] = &[
    ("secure", "settings_secure.txt"),
    ("system", "settings_system.txt"),
    ("global", "settings_global.txt"),
];

/// Most bytes of a list of settings or properties.
const MAX_LIST: usize = 4 << 20;
const MAX_ABOUT: usize = 1 << 20;
const MAX_HASHES: usize = 16 << 20;

/// Only the moments: the rest names the folder and the phone.
#[derive(Deserialize)]
struct About {
    started: Option<String>,
    completed: Option<String>,
}

pub fn open(path: &Path, wanted: &Wanted<'_>) -> Result<Raw, SourceError> {
    let mut archive = archive(path)?;
    let top = top(&archive, path)?;
    let mut opened = Vec::new();

    let about = archive.small(&format!("{top}{ABOUT}"), MAX_ABOUT)?;
    let about = about.and_then(|(text, _)| serde_json::from_str::<About>(&text).ok());
    let moments = about.and_then(|about| {
        let stated = [about.started, about.completed];
        let kept = stated.iter().flatten().map(|m| m.len() as u64).sum();
        opened.push((ABOUT, kept));
        let [started, completed] = stated.map(|m| moment(m.as_deref()?));
        // Some versions state the end before it has come; none takes as long as a day.
        let completed =
            completed.or_else(|| started?.checked_add(SignedDuration::from_hours(24)).ok())?;
        let started = started.unwrap_or(completed);
        Some((started.min(completed), started.max(completed)))
    });

    let hashes = archive.small(&format!("{top}{HASHES}"), MAX_HASHES)?;
    let hashes = Hashes::read(hashes.map(|(text, _)| text).as_deref());
    if hashes.0.is_some() {
        opened.push((HASHES, hashes.kept()));
    }

    let mut list = |name: &str| -> Result<Option<Lines>, SourceError> {
        let text = archive.small(&format!("{top}{name}"), MAX_LIST)?;
        Ok(text.map(|(text, taken)| {
            // Nothing in such a list shows where it ends: only the hash does.
            hashes.check(name, &taken, true)?;
            Ok(text.lines().map(str::to_owned).collect())
        }))
    };
    let props = list(GETPROP)?;
    let mut settings = BTreeMap::new();
    if wanted.services.contains(&"settings") {
        for (space, name) in SETTINGS {
            if let Some(lines) = list(name)? {
                settings.insert(*space, lines);
            }
        }
    }

    let mut dumps = Dumps::new(&wanted.services, &wanted.packages);
    let taken = archive.lines(&format!("{top}{DUMPSYS}"), &mut |line, whole| {
        dumps.line(line, whole);
    })?;
    let mut services = dumps.finish().services;
    if let Some(Err(why)) = taken.as_ref().map(|t| hashes.check(DUMPSYS, t, false)) {
        for lines in services.values_mut() {
            *lines = Err(why.clone());
        }
    }
    if taken.is_none() && props.is_none() && settings.is_empty() {
        return Err(nothing(path));
    }
    let missing = || Err("the acquisition does not hold it".into());
    Ok(Raw {
        kind: Kind::Acquisition,
        props: props
            .unwrap_or_else(missing)
            .and_then(|lines| Props::read(&lines, &wanted.properties)),
        settings,
        dumped: taken.is_some(),
        services,
        moments,
        opened,
    })
}

fn archive(path: &Path) -> Result<Archive, SourceError> {
    if path.is_dir() {
        return Ok(Archive::folder(path));
    }
    let head = head(path)?;
    if is_zip(&head) {
        return Archive::zip(path);
    }
    if head.starts_with(b"age-encryption.org/") {
        return Err(SourceError::new(
            format!("{} is encrypted with age.", path.display()),
            "Decrypt it first (age --decrypt -i KEY -o acquisition.zip FILE), then name the zip.",
        ));
    }
    Err(nothing(path))
}

fn nothing(path: &Path) -> SourceError {
    SourceError::new(
        format!("{} is no acquisition of androidqf.", path.display()),
        "Name the folder or the zip that androidqf made: it holds acquisition.json and dumpsys.txt.",
    )
}

/// The folder in a zip where the files are: at its top, or in its one folder.
fn top(archive: &Archive, path: &Path) -> Result<String, SourceError> {
    let mut tops: Vec<&str> = Vec::new();
    let mut any = false;
    for name in archive.names() {
        any = true;
        let (folder, file) = match name.rsplit_once('/') {
            Some((_, file)) => name.split_at(name.len() - file.len()),
            None => ("", name),
        };
        let depth = folder.matches('/').count();
        if depth <= 1 && [ABOUT, DUMPSYS, GETPROP].contains(&file) && !tops.contains(&folder) {
            tops.push(folder);
        }
    }
    match tops.as_slice() {
        [] if any => Err(nothing(path)),
        [] => Ok(String::new()),
        [top] => Ok((*top).to_owned()),
        _ => Err(SourceError::new(
            format!("{} holds several acquisitions.", path.display()),
            "Unpack it, and name the folder of one phone.",
        )),
    }
}

/// A moment as Go writes it; its zero means that none was set.
fn moment(text: &str) -> Option<Timestamp> {
    let earliest: Timestamp = "2015-01-01T00:00:00Z".parse().ok()?;
    text.parse::<Timestamp>().ok().filter(|m| *m > earliest)
}

/// What `hashes.csv` says of the files that are read: name and hash.
struct Hashes(Option<Vec<(String, String)>>);

impl Hashes {
    fn read(text: Option<&str>) -> Self {
        Hashes(text.map(|text| {
            let known = |name: &str| {
                name == DUMPSYS || name == GETPROP || SETTINGS.iter().any(|(_, n)| *n == name)
            };
            csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes())
                .records()
                .filter_map(Result::ok)
                .filter_map(|row| {
                    let name = row.get(0)?.rsplit(['/', '\\']).next()?;
                    known(name).then(|| {
                        let hash = row.get(1).unwrap_or_default().to_ascii_lowercase();
                        (name.to_owned(), hash)
                    })
                })
                .collect()
        }))
    }

    fn kept(&self) -> u64 {
        let rows = self.0.iter().flatten();
        rows.map(|(name, hash)| (name.len() + hash.len()) as u64)
            .sum()
    }

    /// Whether a file is as it was made. One that is not listed cannot be shown to be so.
    fn check(&self, name: &str, taken: &Taken, must: bool) -> Result<(), String> {
        let mut listed = self
            .0
            .iter()
            .flatten()
            .filter(|(n, _)| n == name)
            .peekable();
        if listed.peek().is_none() {
            return if must {
                Err("nothing shows that this list is whole: hashes.csv does not name it".into())
            } else {
                Ok(())
            };
        }
        if listed.any(|(_, hash)| *hash == taken.sha256) {
            Ok(())
        } else {
            Err(format!(
                "{name} was changed or cut short after it was made: hashes.csv differs"
            ))
        }
    }
}
