//! Whether a kept result is still about the same thing: short hashes of the evidence and of what it is judged by.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};

use super::{Input, InputKind};

/// Files that are written anew with each backup, so that a glance at them tells one backup from the next.
const REWRITTEN: [&str; 6] = [
    "Info.plist",
    "Manifest.db",
    "Manifest.db-wal",
    "Manifest.mbdb",
    "Manifest.plist",
    "Status.plist",
];
/// Of these the bytes count, too: a copy can keep size and time. They hold dates, versions and keys, nothing of a life.
const SMALL: [&str; 2] = ["Manifest.plist", "Status.plist"];
/// The most that is read of one file; what is longer is told by its size and time alone.
const MOST: u64 = 16 << 20;

/// The first 16 hexadecimal digits of the SHA-256.
pub fn short(bytes: &[u8]) -> String {
    of_hash(Sha256::new_with_prefix(bytes))
}

fn of_hash(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What tells the evidence of an input from what lay there before: of a backup, size and time of the files that each
/// backup rewrites and the times of its folders; of a capture, its bytes. `None` where that cannot be told: then
/// nothing that was kept counts.
pub fn evidence(input: &Input) -> Option<String> {
    let mut hash = Sha256::new();
    match input.kind {
        InputKind::Backup => backup(&input.path, &mut hash),
        InputKind::Capture => contents(&input.path, &mut hash),
    }
    .ok()?;
    Some(of_hash(hash))
}

fn backup(folder: &Path, hash: &mut Sha256) -> io::Result<()> {
    for name in REWRITTEN {
        let path = folder.join(name);
        match fs::metadata(&path) {
            Ok(found) => {
                hash.update(format!("{name} {}\n", size_and_time(&found)?));
                if SMALL.contains(&name) && found.is_file() {
                    contents(&path, hash)?;
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => hash.update(format!("{name} -\n")),
            Err(e) => return Err(e),
        }
    }
    // A file that takes another's place changes the time of the folder that it lies in.
    hash.update(format!(". {}\n", time(&fs::metadata(folder)?)?));
    for n in 0..=u8::MAX {
        match fs::metadata(folder.join(format!("{n:02x}"))) {
            Ok(found) => hash.update(format!("{n:02x} {}\n", time(&found)?)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn contents(path: &Path, hash: &mut Sha256) -> io::Result<()> {
    let file = File::open(path)?;
    let found = file.metadata()?;
    if found.len() > MOST {
        hash.update(format!("long {}\n", size_and_time(&found)?));
        return Ok(());
    }
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    hash.update(format!("{}\n", bytes.len()));
    hash.update(&bytes);
    Ok(())
}

fn size_and_time(found: &Metadata) -> io::Result<String> {
    Ok(format!("{} {}", found.len(), time(found)?))
}

fn time(found: &Metadata) -> io::Result<String> {
    let modified = found.modified()?;
    Ok(match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => format!("{}", after.as_nanos()),
        Err(before) => format!("-{}", before.duration().as_nanos()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &Path, kind: InputKind) -> Input {
        Input {
            path: path.to_owned(),
            kind,
            id: String::new(),
        }
    }

    #[test]
    fn another_backup_in_the_same_folder_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("ab")).expect("made");
        for name in ["Manifest.plist", "Manifest.db", "Status.plist"] {
            fs::write(at(name), "first").expect("written");
        }
        let now = || evidence(&input(folder.path(), InputKind::Backup)).expect("told");
        let mut seen = vec![now()];
        assert_eq!(seen[0], now());
        assert_eq!(seen[0].len(), 16);
        let time = File::open(at("Status.plist"))
            .and_then(|file| file.metadata()?.modified())
            .expect("a time");
        // Size and time are kept, as some copies keep them: the bytes tell.
        fs::write(at("Status.plist"), "other").expect("written");
        File::options()
            .write(true)
            .open(at("Status.plist"))
            .and_then(|file| file.set_modified(time))
            .expect("set");
        seen.push(now());
        fs::write(at("Manifest.db"), "second").expect("written");
        seen.push(now());
        fs::remove_file(at("Manifest.db")).expect("removed");
        seen.push(now());
        fs::write(at("Info.plist"), "").expect("written");
        seen.push(now());
        for (n, one) in seen.iter().enumerate() {
            assert!(!seen[..n].contains(one), "{n}");
        }
    }

    #[test]
    fn a_capture_is_told_by_its_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a.capture", "b.capture"].map(|name| folder.path().join(name));
        let of = |path: &Path| evidence(&input(path, InputKind::Capture));
        fs::write(&a, "one").expect("written");
        fs::write(&b, "one").expect("written");
        assert_eq!(of(&a), of(&b));
        fs::write(&b, "two").expect("written");
        assert_ne!(of(&a), of(&b));
        assert_eq!(of(&folder.path().join("none")), None);
    }
}
