//! A backup folder on disk: what lies where, and nothing outside it. Links are not followed, nothing is written, and
//! no file larger than a settings file can be is read.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::crypt::{ClassKeys, EncryptedManifest, Padding, decrypt_payload};
use super::files::{Database, Files, Missing, Plain};
use super::manifest::{ClearList, FileId, List};
use super::sqlite;
use crate::evidence::{PhoneId, SourceError};

/// Largest property list in the root of a backup, in bytes: Info.plist may hold pictures of app icons.
pub const MAX_PLAIN: u64 = 64 << 20;
/// Largest settings file, in bytes; real ones are below 1 MB.
pub const MAX_PAYLOAD: u64 = 8 << 20;

/// How the names of databases and of what lies beside them end.
const DATABASES: [&str; 3] = [".db", ".db-wal", ".db-journal"];

/// The reason for everything that only a password could open.
pub const NEEDS_PASSWORD: &str = "the backup is encrypted: password needed";

/// A backup folder, or one property list of a backup that lies alone.
#[derive(Debug)]
pub struct Backup {
    root: PathBuf,
    alone: Option<Plain>,
    /// Opened at the first look-up.
    list: Option<Result<List, String>>,
    /// What the password opened.
    keys: Option<ClassKeys>,
    database_bytes: u64,
}

// The connection inside has no useful text of its own.
impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("List")
    }
}

impl Backup {
    /// Finds the backup that a path means: its folder, or the Manifest.plist or Info.plist in one.
    ///
    /// # Errors
    /// [`SourceError`] if there is no backup at the path.
    pub fn locate(path: &Path) -> Result<Backup, SourceError> {
        let (root, kind) = fs::canonicalize(path)
            .and_then(|root| fs::metadata(&root).map(|kind| (root, kind)))
            .map_err(|e| unreachable_path(&e))?;
        if kind.is_dir() {
            return Backup::folder(root);
        }
        let plain = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| Plain::ALL.into_iter().find(|plain| plain.name() == name));
        let (Some(plain), Some(parent)) = (plain, root.parent()) else {
            return Err(SourceError::new(
                "The path names a file that is no part of an iPhone backup that can be read by itself.",
                "Give the backup's folder, or the Manifest.plist or Info.plist in it.",
            ));
        };
        // Property lists that merely share a folder (a download folder, say) may be of different phones: only a list
        // of files makes the folder a backup.
        let beside = |name: &str| is_file(&parent.join(name));
        if root.file_name().and_then(|n| n.to_str()) == Some(plain.name())
            && (beside("Manifest.db") || beside("Manifest.mbdb"))
        {
            return Backup::folder(parent.to_owned());
        }
        Ok(Backup {
            root: parent.to_owned(),
            alone: Some(plain),
            list: None,
            keys: None,
            database_bytes: 0,
        })
    }

    /// Tells the phone from others, where the folder has the name that Apple's programs give it. A property list that
    /// lies alone may be of any phone.
    pub fn phone(&self) -> Option<PhoneId> {
        let name = self.root.file_name()?.to_str()?;
        self.alone
            .is_none()
            .then(|| PhoneId::from_backup_folder(name))?
    }

    fn folder(root: PathBuf) -> Result<Backup, SourceError> {
        let known = [
            "Manifest.plist",
            "Info.plist",
            "Manifest.db",
            "Manifest.mbdb",
        ];
        if known.iter().any(|name| exists(&root.join(name))) {
            return Ok(Backup {
                root,
                alone: None,
                list: None,
                keys: None,
                database_bytes: 0,
            });
        }
        let entries = fs::read_dir(&root).map_err(|e| unreachable_path(&e))?;
        let backups = entries
            .take(1000)
            .filter_map(Result::ok)
            .filter(|entry| {
                ["Manifest.plist", "Info.plist"]
                    .iter()
                    .any(|name| is_file(&entry.path().join(name)))
            })
            .count();
        // The names of the folders inside are device ids: they are counted, not repeated.
        Err(match backups {
            0 => SourceError::new(
                "The folder is no iPhone backup: it holds neither Manifest.plist nor Info.plist.",
                "Give the folder of one backup; its name is usually 40 or 24 letters and digits.",
            ),
            1 => SourceError::new(
                "The folder is not a backup itself, but there is one inside it.",
                "Give the folder of that backup.",
            ),
            n => SourceError::new(
                format!("The folder is not a backup itself, but there are {n} inside it."),
                "Give the folder of one of them.",
            ),
        })
    }

    fn payload_path(&self, id: &FileId) -> PathBuf {
        self.root.join(id.folder()).join(id.as_str())
    }

    fn list(&mut self) -> Result<&mut List, String> {
        let root = &self.root;
        let list = self.list.get_or_insert_with(|| {
            let path = root.join("Manifest.db");
            let (header, length) = read_head(&path).map_err(|unread| unread.why().to_owned())?;
            sqlite::check_header(&header, length)?;
            ClearList::open(&path).map(List::Clear)
        });
        list.as_mut().map_err(|why| why.clone())
    }
}

impl Files for Backup {
    fn plain(&mut self, which: Plain) -> Result<Vec<u8>, Missing> {
        if self.alone.is_some_and(|alone| alone != which) {
            return Err(Missing::unreadable(format!(
                "only one file of the backup was given, and it is not {}",
                which.name()
            )));
        }
        read_capped(&self.root.join(which.name()), MAX_PLAIN).map_err(|e| match e {
            Unread::NotThere => Missing::Absent(format!("the backup has no {}", which.name())),
            Unread::Refused(why) => {
                Missing::unreadable(format!("{} cannot be read: {why}", which.name()))
            }
        })
    }

    fn database(&mut self) -> Database {
        if self.alone.is_some() {
            return Database::NotGiven;
        }
        let path = self.root.join("Manifest.db");
        let meta = match fs::symlink_metadata(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return if exists(&self.root.join("Manifest.mbdb")) {
                    Database::Old
                } else {
                    Database::Missing
                };
            }
            Err(e) => return Database::Unusable(io_words(&e).into()),
            Ok(meta) => meta,
        };
        if !meta.is_file() {
            return Database::Unusable("it is a link or a folder, not a file".into());
        }
        for name in ["Manifest.db-wal", "Manifest.db-journal"] {
            // Anything but a missing or an empty file counts: what it holds could be the newer truth.
            match fs::symlink_metadata(self.root.join(name)) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Ok(meta) if meta.is_file() && meta.len() == 0 => {}
                _ => return Database::Unfinished(name),
            }
        }
        if meta.len() == 0 {
            return Database::Unusable("it is empty".into());
        }
        match read_head(&path) {
            // Opened at once: damage then closes the way to all files, with one reason, instead of file by file.
            Ok((head, _)) if head.starts_with(sqlite::MAGIC) => match self.list() {
                Ok(_) => Database::Clear,
                Err(why) => Database::Unusable(why),
            },
            Ok(_) => Database::Opaque,
            Err(unread) => Database::Unusable(unread.why().into()),
        }
    }

    fn file(&mut self, domain: &str, path: &str) -> Result<Vec<u8>, Missing> {
        let payload = self.payload_path(&FileId::of(domain, path));
        // The reading's origin names the whole place.
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some(record) = self
            .list()
            .map_err(unusable)?
            .find(domain, path)
            .map_err(|why| Missing::unreadable(format!("{name} cannot be read: {why}")))?
        else {
            // A file that lies there unlisted means that the list is not whole.
            return Err(if exists(&payload) {
                unlisted(name)
            } else {
                Missing::Absent(format!("the backup holds no {name}"))
            });
        };
        self.database_bytes += record.bytes;
        let key = match (&record.key, &self.keys) {
            (None, _) => None,
            // A backup that is known to be encrypted is not read before it is open.
            (Some(_), None) => {
                return Err(Missing::unreadable(format!(
                    "{name} is encrypted, which Manifest.plist does not say of the backup"
                )));
            }
            (Some(wrapped), Some(keys)) => Some(
                keys.unwrap_key(wrapped)
                    .map_err(|e| Missing::unreadable(format!("{name} cannot be decrypted: {e}")))?,
            ),
        };
        let cannot = |why: &str| Missing::unreadable(format!("{name} cannot be read: {why}"));
        let folder = payload.parent().unwrap_or(&self.root);
        match fs::symlink_metadata(folder) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return Err(cannot("its folder is a link, which is not followed")),
            Err(_) => return Err(cannot("the backup lists it, but the file is missing")),
        }
        let bytes = read_capped(&payload, MAX_PAYLOAD).map_err(|e| match e {
            Unread::NotThere => cannot("the backup lists it, but the file is missing"),
            Unread::Refused(why) => cannot(why),
        })?;
        let mut bytes = match key {
            // In an encrypted backup every file that holds anything has a key of its own. What the record says of the
            // length is no excuse: what lies there decides.
            None if self.keys.is_some() && !bytes.is_empty() => {
                return Err(cannot(
                    "it has no key of its own, as every file of an encrypted backup should",
                ));
            }
            None => Zeroizing::new(bytes),
            Some(key) => {
                let payload = decrypt_payload(&key, bytes).map_err(|e| cannot(&e.to_string()))?;
                // The phone pads every file. Without padding, blocks may be missing; only the length can rule that out.
                if payload.padding == Padding::Absent
                    && record.size != Some(payload.bytes.len() as u64)
                {
                    return Err(cannot("it is cut short, or was not written by the phone"));
                }
                payload.bytes
            }
        };
        // A database lives on while it is being copied, so the length in its record is no measure of it; it has one of
        // its own in its header.
        let is_database = DATABASES.iter().any(|end| path.ends_with(end));
        if !is_database && record.size.is_some_and(|size| size != bytes.len() as u64) {
            return Err(cannot("its length is not the one that the backup lists"));
        }
        // Moved out, not copied: from here the caller wipes them.
        Ok(std::mem::take(&mut *bytes))
    }

    fn exists(&mut self, domain: &str, path: &str) -> Result<bool, Missing> {
        let payload = self.payload_path(&FileId::of(domain, path));
        let listed = self
            .list()
            .map_err(unusable)?
            .has(domain, path)
            .map_err(|why| Missing::unreadable(format!("Manifest.db cannot be asked: {why}")))?;
        if !listed && exists(&payload) {
            return Err(unlisted(path.rsplit('/').next().unwrap_or(path)));
        }
        Ok(listed)
    }

    fn unlock(&mut self, keys: ClassKeys, manifest_key: Option<&[u8]>) -> Result<(), String> {
        if let Some(wrapped) = manifest_key {
            let key = keys.unwrap_key(wrapped).map_err(|e| e.to_string())?;
            let path = self.root.join("Manifest.db");
            let (file, _) = open_ordinary(&path).map_err(|unread| unread.why())?;
            let list = EncryptedManifest::open_encrypted(file, &key).map_err(|e| e.to_string())?;
            self.list = Some(Ok(List::Encrypted(Box::new(list))));
        }
        self.keys = Some(keys);
        Ok(())
    }

    fn folders_beyond(
        &mut self,
        known: &BTreeSet<String>,
        enough: usize,
    ) -> Result<usize, Missing> {
        if self.alone.is_some() {
            return Err(Missing::unreadable("only one file of the backup was given"));
        }
        Ok((0..=u8::MAX)
            .map(|n| format!("{n:02x}"))
            .filter(|name| !known.contains(name))
            .filter(|name| {
                fs::symlink_metadata(self.root.join(name)).is_ok_and(|meta| meta.is_dir())
            })
            .take(enough)
            .count())
    }

    fn database_bytes(&self) -> u64 {
        self.database_bytes
            + if self.list.is_some() {
                sqlite::HEADER as u64
            } else {
                0
            }
    }
}

fn unusable(why: String) -> Missing {
    Missing::unreadable(format!(
        "Manifest.db, the backup's list of files, cannot be used: {why}"
    ))
}

fn unlisted(name: &str) -> Missing {
    Missing::unreadable(format!(
        "{name} lies in the backup, but Manifest.db does not list it"
    ))
}

#[derive(Debug, PartialEq, Eq)]
enum Unread {
    NotThere,
    Refused(&'static str),
}

impl Unread {
    fn why(&self) -> &'static str {
        match self {
            Unread::NotThere => "it is missing",
            Unread::Refused(why) => why,
        }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        match error.kind() {
            io::ErrorKind::NotFound => Unread::NotThere,
            _ => Unread::Refused(io_words(&error)),
        }
    }
}

/// Opens an ordinary file, never a link, a folder, a pipe or a device. Its length is told with it.
fn open_ordinary(path: &Path) -> Result<(File, u64), Unread> {
    let meta = fs::symlink_metadata(path)?;
    if meta.is_symlink() {
        return Err(Unread::Refused("it is a link, which is not followed"));
    }
    if !meta.is_file() {
        return Err(Unread::Refused("it is not an ordinary file"));
    }
    Ok((File::open(path)?, meta.len()))
}

/// Reads an ordinary file of at most `cap` bytes.
fn read_capped(path: &Path, cap: u64) -> Result<Vec<u8>, Unread> {
    let (file, length) = open_ordinary(path)?;
    read_at_most(file, length, cap)
}

/// Reads all of a file that was of this length when it was opened.
fn read_at_most(file: impl Read, length: u64, cap: u64) -> Result<Vec<u8>, Unread> {
    let too_large = Unread::Refused("it is far larger than such a file can be");
    if length > cap {
        return Err(too_large);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(cap + 1).read_to_end(&mut bytes)?;
    // It may have grown since.
    if bytes.len() as u64 > cap {
        return Err(too_large);
    }
    Ok(bytes)
}

/// The first bytes of an ordinary file, as many as a database's header has, and the file's length.
fn read_head(path: &Path) -> Result<(Vec<u8>, u64), Unread> {
    let (file, length) = open_ordinary(path)?;
    let mut head = Vec::with_capacity(sqlite::HEADER);
    file.take(sqlite::HEADER as u64).read_to_end(&mut head)?;
    Ok((head, length))
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}

fn io_words(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "this account may not read it",
        _ => "the disk gave an error",
    }
}

fn unreachable_path(error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound => SourceError::new(
            "There is nothing at the path of the backup.",
            "Check the path; a backup is a folder whose name is usually 40 or 24 letters and digits.",
        ),
        io::ErrorKind::PermissionDenied => SourceError::new(
            "This account may not read the backup.",
            "On a Mac, give the terminal Full Disk Access in System Settings > Privacy & Security; elsewhere, copy the backup to a folder of your own.",
        ),
        _ => SourceError::new(
            "The path of the backup cannot be read: the disk gave an error.",
            "Check that the disk is connected and try again.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        struct Fails(io::ErrorKind);
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
        }
        let too_large = Err(Unread::Refused("it is far larger than such a file can be"));
        for (case, length, bytes, read) in [
            ("as long as allowed", 4, "1234", Ok(b"1234".to_vec())),
            ("empty", 0, "", Ok(Vec::new())),
            ("too long", 5, "12345", too_large),
            (
                "longer than it was when it was opened",
                0,
                "12345",
                Err(Unread::Refused("it is far larger than such a file can be")),
            ),
        ] {
            assert_eq!(read_at_most(bytes.as_bytes(), length, 4), read, "{case}");
        }
        for (kind, why) in [
            (io::ErrorKind::Other, "the disk gave an error"),
            (
                io::ErrorKind::PermissionDenied,
                "this account may not read it",
            ),
            (io::ErrorKind::NotFound, "it is missing"),
        ] {
            let refused = read_at_most(Fails(kind), 4, 4).expect_err("not read");
            assert_eq!(refused.why(), why);
        }
    }

    #[test]
    fn what_is_no_ordinary_file_is_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let ordinary = Unread::Refused("it is not an ordinary file");
        assert_eq!(read_capped(folder.path(), 9), Err(ordinary));
        let nothing = folder.path().join("nothing");
        assert_eq!(read_capped(&nothing, 9), Err(Unread::NotThere));
        // No system takes such a name.
        let odd = folder.path().join("a\0b");
        let error = Unread::Refused("the disk gave an error");
        assert_eq!(read_capped(&odd, 9), Err(error));
    }

    #[test]
    fn a_folder_that_goes_away_while_it_is_looked_at_is_no_backup() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = Backup::folder(folder.path().join("gone")).expect_err("no backup");
        assert_eq!(gone.what, "There is nothing at the path of the backup.");
    }
}
