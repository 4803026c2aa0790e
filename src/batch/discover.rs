//! Finding backups and captures below a path.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::sameness::short;
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
    /// first 16 hexadecimal digits of the SHA-256 of the path, from the name of the folder that was given. No two inputs
    /// of one run have the same.
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
/// A given path that is not there or cannot be listed, or that holds more than a batch can be. Two inputs that results
/// could not tell apart.
pub fn discover(paths: &[PathBuf]) -> Result<Found, SourceError> {
    let mut found = BTreeSet::new();
    let mut unlisted = Vec::new();
    let mut seen = BTreeSet::new();
    let mut entries = 0;
    let bases = paths
        .iter()
        .map(|root| fs::canonicalize(root).map_err(|e| unreadable(root, &e)))
        .collect::<Result<Vec<PathBuf>, _>>()?;
    let labels = labels(&bases);
    for (root, base) in paths.iter().zip(&bases) {
        let label = labels.get(base.as_path()).map_or(&[][..], Vec::as_slice);
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
                let id = id(&path, base, label);
                found.insert(Input { path, kind, id });
            }
        }
    }
    let inputs: Vec<Input> = found.into_iter().collect();
    apart(&inputs)?;
    Ok(Found { inputs, unlisted })
}

/// Refuses inputs that results could not tell apart: one of them would be taken for the other.
fn apart(inputs: &[Input]) -> Result<(), SourceError> {
    let mut by_id: BTreeMap<&str, &Input> = BTreeMap::new();
    for input in inputs {
        if let Some(other) = by_id.insert(&input.id, input) {
            return Err(SourceError::usage(
                format!(
                    "Results could not tell {} from {}: their names come to the same input.",
                    other.path.display(),
                    input.path.display()
                ),
                "Name the one folder that holds both, or run a batch for each, with a results file of its own.",
            ));
        }
    }
    Ok(())
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

/// What each given folder is called in ids: its name; where another given folder has the same, with as many of the
/// folders above it as tell them apart. What is itself a backup or a capture is called as if the folder above were given.
fn labels(bases: &[PathBuf]) -> BTreeMap<&Path, Vec<u8>> {
    let mut upwards: Vec<(Vec<&[u8]>, &Path)> = bases
        .iter()
        .map(|base| {
            let parts = base.components().rev();
            let parts = parts.map(|part| part.as_os_str().as_encoded_bytes());
            (parts.collect(), base.as_path())
        })
        .collect();
    // In order, the one that has most in common is next to it.
    upwards.sort_unstable();
    upwards.dedup();
    let shared = |one: &[&[u8]], other: Option<usize>| {
        let other = other.and_then(|at| upwards.get(at));
        other.map_or(0, |(other, _)| {
            one.iter().zip(other).take_while(|(a, b)| a == b).count()
        })
    };
    upwards
        .iter()
        .enumerate()
        .map(|(at, (parts, base))| {
            let shared = shared(parts, at.checked_sub(1)).max(shared(parts, Some(at + 1)));
            // The folder of a backup is named by the phone's identifier: its hash must not stand there alone.
            let least = if kind(base).is_some() { 2 } else { 1 };
            let taken = parts.iter().take((shared + 1).max(least));
            let mut label: Vec<&[u8]> = taken.copied().collect();
            label.reverse();
            (*base, label.join(&b'/'))
        })
        .collect()
}

fn id(path: &Path, base: &Path, label: &[u8]) -> String {
    let below = path.strip_prefix(base).unwrap_or(path);
    let mut text = label.to_vec();
    for part in below.iter().map(OsStr::as_encoded_bytes) {
        text.push(b'/');
        text.extend(part);
    }
    short(&text)
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

    /// Ids by the path below a fresh folder, of a batch over the given folders.
    fn ids(files: &[&str], roots: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
        let roots: Vec<PathBuf> = roots.iter().map(|root| folder.path().join(root)).collect();
        let found = discover(&roots).expect("found");
        found.inputs.into_iter().map(|input| input.id).collect()
    }

    #[test]
    fn an_id_does_not_depend_on_where_the_folder_is_mounted() {
        let file = ["backups/a/b/Manifest.db"];
        assert_eq!(ids(&file, &["backups"]), ids(&file, &["backups"]));
        assert_eq!(ids(&file, &["backups"]), [short(b"backups/a/b")]);
        let file = ["mnt/disk/backups/a/b/Manifest.db"];
        assert_eq!(ids(&file, &["mnt/disk/backups"]), [short(b"backups/a/b")]);
        // As a shell gives them: what is itself a backup, by the folder that it lies in.
        assert_eq!(ids(&file, &["mnt/disk/backups/a"]), [short(b"a/b")]);
        assert_eq!(ids(&file, &["mnt/disk/backups/a/b"]), [short(b"a/b")]);
    }

    #[test]
    fn no_two_inputs_of_a_run_have_the_same_id() {
        let wards = ["wardA/phone-1/Manifest.db", "wardB/phone-1/Manifest.db"];
        let names = [short(b"wardA/phone-1"), short(b"wardB/phone-1")];
        // One by one, or together, or as a shell gives them: what is below differs from what is below the other.
        assert_eq!(ids(&wards, &["wardA", "wardB"]), names);
        assert_eq!(ids(&wards, &["wardA"]), names[..1]);
        assert_eq!(ids(&wards, &["wardB"]), names[1..]);
        assert_eq!(ids(&wards, &["wardA/phone-1", "wardB/phone-1"]), names);
        assert_eq!(ids(&wards, &["wardA/phone-1"]), names[..1]);
        assert_eq!(ids(&wards, &["wardA", "wardA"]), names[..1]);
        // Folders of the same name take the folder above them into theirs; others keep their own.
        let deep = [
            "x/ward/p/a.capture",
            "y/ward/p/a.capture",
            "z/other/a.capture",
        ];
        assert_eq!(
            ids(&deep, &["x/ward", "y/ward", "z/other"]),
            [
                short(b"x/ward/p/a.capture"),
                short(b"y/ward/p/a.capture"),
                short(b"other/a.capture")
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_told_apart() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        for name in [&b"\xff"[..], b"\xfe", b"a\\b"] {
            // Some systems take no such names: there, none can come.
            let _ =
                fs::create_dir_all(folder.path().join(OsStr::from_bytes(name))).and_then(|()| {
                    let below = folder.path().join(OsStr::from_bytes(name));
                    fs::write(below.join("Manifest.db"), "")
                });
        }
        fs::create_dir_all(folder.path().join("a/b")).expect("made");
        fs::write(folder.path().join("a/b/Manifest.db"), "").expect("written");
        let inputs = discover(&[folder.path().to_owned()]).expect("found").inputs;
        let ids: BTreeSet<&String> = inputs.iter().map(|input| &input.id).collect();
        assert_eq!(ids.len(), inputs.len());
    }

    #[test]
    fn inputs_that_could_not_be_told_apart_are_refused() {
        // Folders of which one lies in the other, and another of the same name: `y/z` once by name and once by place.
        let folder = tempfile::tempdir().expect("a folder");
        for file in ["p/x/y/z.capture", "q/x/y/z.capture", "r/y/z.capture"] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
        let roots = ["p/x", "q/x/y", "r/y"].map(|root| folder.path().join(root));
        let error = discover(&roots).expect_err("refused");
        assert!(error.usage);
        assert!(error.what.contains("could not tell"), "{}", error.what);
        assert!(error.next.contains("holds both"), "{}", error.next);
    }
}
