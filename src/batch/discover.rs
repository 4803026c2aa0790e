//! Finding backups and captures below a path.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::evidence::SourceError;
use crate::system;

/// Folders deeper than this below a given path are not entered.
const MAX_DEPTH: usize = 8;
/// More entries than this in one batch are refused: a wrong path, such as a whole disk.
const MAX_ENTRIES: usize = 2_000_000;

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputKind {
    /// The folder of an iPhone backup.
    Backup,
    /// A saved answer of an Android phone.
    Capture,
}

/// One thing to audit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// Folder of the backup, or file of the capture.
    pub path: PathBuf,
    /// What lies there.
    pub kind: InputKind,
    /// Stands for the path in results, which must not hold a folder's name (often the phone's own identifier): the
    /// first 16 hexadecimal digits of the SHA-256 of the path below the folder that was given.
    pub id: String,
}

impl Input {
    /// The name that the person sees on the terminal and that password rules match.
    pub fn name(&self) -> String {
        self.path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}

/// What lies below the given paths.
#[derive(Debug, Default)]
pub struct Found {
    /// What can be audited, sorted, each once.
    pub inputs: Vec<Input>,
    /// Folders that could not be listed: what they hold is not in the batch.
    pub unlisted: Vec<SourceError>,
}

/// Finds every backup and capture at and below the paths, sorted, each once. A backup is not entered, and a symbolic
/// link is not followed. A folder further down that cannot be listed does not stop the rest.
///
/// # Errors
/// A given path that is not there or cannot be listed, or that holds more than a batch can be.
pub fn discover(paths: &[PathBuf]) -> Result<Found, SourceError> {
    let mut found = BTreeSet::new();
    let mut unlisted = Vec::new();
    let mut seen = BTreeSet::new();
    let mut entries = 0;
    for root in paths {
        let base = fs::canonicalize(root).map_err(|e| unreadable(root, &e))?;
        let mut open = vec![(base.clone(), 0)];
        while let Some((path, depth)) = open.pop() {
            let Some(kind) = kind(&path) else {
                if path.is_dir() && depth < MAX_DEPTH {
                    let listing = match fs::read_dir(&path) {
                        Ok(listing) => listing,
                        Err(e) if depth == 0 => return Err(unreadable(&path, &e)),
                        Err(e) => {
                            unlisted.push(unreadable(&path, &e));
                            continue;
                        }
                    };
                    for entry in listing {
                        let entry = match entry {
                            Ok(entry) => entry,
                            Err(e) => {
                                unlisted.push(unreadable(&path, &e));
                                break;
                            }
                        };
                        entries += 1;
                        if entries > MAX_ENTRIES {
                            return Err(SourceError::usage(
                                format!(
                                    "There are more than {MAX_ENTRIES} files below {}.",
                                    root.display()
                                ),
                                "Name the folder that holds the backups.",
                            ));
                        }
                        if entry.file_type().is_ok_and(|t| !t.is_symlink()) {
                            open.push((entry.path(), depth + 1));
                        }
                    }
                }
                continue;
            };
            if seen.insert(path.clone()) {
                let id = id(&path, &base);
                found.insert(Input { path, kind, id });
            }
        }
    }
    Ok(Found {
        inputs: found.into_iter().collect(),
        unlisted,
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> SourceError {
    SourceError::new(
        format!("The folder {} cannot be listed: {error}.", path.display()),
        "Check the path and your rights to it (on macOS, give the terminal Full Disk Access).",
    )
}

fn kind(path: &Path) -> Option<InputKind> {
    if path.is_dir() {
        let has = |name: &str| path.join(name).is_file();
        let backup = has("Manifest.plist")
            || has("Manifest.db")
            || has("Manifest.mbdb")
            || has("Info.plist") && has("Status.plist");
        return backup.then_some(InputKind::Backup);
    }
    let capture = path.extension().is_some_and(|e| e == "capture") && path.is_file();
    capture.then_some(InputKind::Capture)
}

fn id(path: &Path, base: &Path) -> String {
    let below = path.strip_prefix(base).unwrap_or(path);
    let text = if below.as_os_str().is_empty() {
        path.file_name().unwrap_or_default().to_string_lossy()
    } else {
        below.to_string_lossy()
    };
    let digest = Sha256::digest(text.replace('\\', "/").as_bytes());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The folders where Apple's programs keep backups on this computer, as far as they are there. One that this program
/// may not look into counts as there: listing it tells why it cannot be read.
pub fn default_locations() -> Vec<PathBuf> {
    let there = |path: &PathBuf| match path.metadata() {
        Ok(found) => found.is_dir(),
        Err(e) => e.kind() == std::io::ErrorKind::PermissionDenied,
    };
    let mut folders = system::backup_folders(&system::environment);
    folders.retain(there);
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backups_are_found_wherever_they_lie() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        for (file, text) in [
            ("mac/UDID-1/Manifest.plist", ""),
            (
                "mac/UDID-1/ab/Manifest.plist",
                "inside a backup: not entered",
            ),
            ("windows/Apple/MobileSync/Backup/UDID-2/Manifest.db", ""),
            ("old/UDID-3/Manifest.mbdb", ""),
            ("half/UDID-4/Info.plist", ""),
            ("half/UDID-4/Status.plist", ""),
            ("not/Info.plist", "an app's own Info.plist"),
            ("captures/a.capture", ""),
            ("captures/a.txt", ""),
        ] {
            let path = at(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), at("mac/loop")).expect("linked");
        let inputs = discover(&[folder.path().to_owned(), at("mac"), at("mac/UDID-1")])
            .expect("found")
            .inputs;
        let names: Vec<_> = inputs.iter().map(|i| (i.name(), i.kind)).collect();
        let backup = |name: &str| (name.to_owned(), InputKind::Backup);
        assert_eq!(
            names,
            [
                ("a.capture".to_owned(), InputKind::Capture),
                backup("UDID-4"),
                backup("UDID-1"),
                backup("UDID-3"),
                backup("UDID-2"),
            ]
        );
        for input in &inputs {
            assert_eq!(input.id.len(), 16);
            assert!(!input.id.contains("UDID"));
        }
        assert!(discover(&[at("nowhere")]).is_err());
    }

    #[test]
    fn an_id_does_not_depend_on_where_the_folder_is_mounted() {
        let ids: Vec<String> = (0..2)
            .map(|_| {
                let folder = tempfile::tempdir().expect("a folder");
                fs::create_dir_all(folder.path().join("a/b")).expect("made");
                fs::write(folder.path().join("a/b/Manifest.db"), "").expect("written");
                discover(&[folder.path().to_owned()])
                    .expect("found")
                    .inputs
                    .remove(0)
                    .id
            })
            .collect();
        assert_eq!(ids[0], ids[1]);
    }
}
