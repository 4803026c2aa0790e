//! Manifest.db: the backup's list of files. Asked for exact file ids only: its domain names say which apps a person
//! has, so it is never listed or searched.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sha1::{Digest, Sha1};

use super::archive::{Archive, Object};
use super::crypt::EncryptedManifest;
use super::sqlite;
use crate::database_file;

/// Largest record of a file that is looked at, in bytes.
const MAX_RECORD: u32 = 100 << 10;

/// Whether text consists of exactly `len` lower-case hexadecimal digits.
pub fn is_lower_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The id that a backup stores a file under: 40 lower-case hexadecimal digits and nothing else, ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(String);

impl FileId {
    /// The id of a file: the SHA-1 of `domain-path`.
    pub fn of(domain: &str, path: &str) -> FileId {
        let digest = Sha1::digest(format!("{domain}-{path}").as_bytes());
        FileId(hex(&digest))
    }

    /// An id from text, if it has the form of one.
    pub fn parse(text: &str) -> Option<FileId> {
        is_lower_hex(text, 40).then(|| FileId(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that holds the file: the id's first two digits.
    pub fn folder(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// What the list says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The file's own key, as it is wrapped; with one its bytes are encrypted.
    pub key: Option<Vec<u8>>,
    /// Its length in bytes, where the record tells.
    pub size: Option<u64>,
    /// Length of the record itself, in bytes.
    pub bytes: u64,
}

/// The list of files, in clear or decrypted page by page.
pub enum List {
    /// A database in clear.
    Clear(ClearList),
    /// A database whose pages are decrypted one by one, as they are needed.
    Encrypted(Box<EncryptedManifest>),
}

impl List {
    /// The record of a file; `None` if the backup does not list it.
    ///
    /// # Errors
    /// Text for people if the list or the record is damaged or contradicts itself.
    pub fn find(&mut self, domain: &str, path: &str) -> Result<Option<Record>, String> {
        match self {
            List::Clear(list) => list.find(domain, path),
            List::Encrypted(list) => {
                let row = list
                    .lookup(FileId::of(domain, path).as_str())
                    .map_err(|e| e.to_string())?;
                let Some(row) = row else {
                    return Ok(None);
                };
                if row.domain != domain || row.relative_path != path {
                    return Err(ANOTHER_NAME.into());
                }
                if row.flags != 1 {
                    return Err(NO_FILE.into());
                }
                if row.file.is_empty() || row.file.len() > MAX_RECORD as usize {
                    return Err(NO_RECORD.into());
                }
                Record::parse(&row.file).map(Some)
            }
        }
    }

    /// Whether the backup lists a file.
    ///
    /// # Errors
    /// Text for people if the list is damaged.
    pub fn has(&mut self, domain: &str, path: &str) -> Result<bool, String> {
        match self {
            List::Clear(list) => list.has(domain, path),
            List::Encrypted(list) => list
                .lookup(FileId::of(domain, path).as_str())
                .map(|row| row.is_some())
                .map_err(|e| e.to_string()),
        }
    }
}

const ANOTHER_NAME: &str = "Manifest.db files another name under this file's id";
const NO_RECORD: &str = "its record in Manifest.db is missing or oversized";
const NO_FILE: &str = "Manifest.db lists it as something other than a file";

/// A row of the list in clear.
struct Row {
    /// Whether it has the domain and the path that were asked for.
    named: Option<bool>,
    flags: Option<i64>,
    /// `None` where it is no record or a huge one.
    record: Option<Vec<u8>>,
}

/// The list in clear, asked through SQLite.
pub struct ClearList {
    connection: Connection,
}

impl ClearList {
    /// Opens Manifest.db in place, so that nothing is created or changed beside it.
    ///
    /// # Errors
    /// Text for people if it is cut short, damaged, or no list of files.
    pub fn open(path: &Path) -> Result<ClearList, String> {
        let uri = database_file::unchanging(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = sqlite::harden(Connection::open_with_flags(uri, flags))?;
        let list = ClearList { connection };
        sqlite::plain_table(
            &list.connection,
            "Files",
            &["fileID", "domain", "relativePath", "flags", "file"],
        )?;
        Ok(list)
    }

    /// The record of a file; `None` if the backup does not list it.
    ///
    /// # Errors
    /// Text for people if the list or the record is damaged or contradicts itself.
    pub fn find(&self, domain: &str, path: &str) -> Result<Option<Record>, String> {
        let rows = self
            .rows(domain, path)
            .map_err(|e| sqlite::plain_english(&e).to_owned())?;
        let Some((row, more)) = rows.split_first() else {
            return Ok(None);
        };
        if row.named != Some(true) {
            return Err(ANOTHER_NAME.into());
        }
        if row.flags != Some(1) {
            return Err(NO_FILE.into());
        }
        let Some(record) = &row.record else {
            return Err(NO_RECORD.into());
        };
        if !more.is_empty() {
            return Err("Manifest.db lists it twice".into());
        }
        Record::parse(record).map(Some)
    }

    /// The rows under a file's id, two at most.
    fn rows(&self, domain: &str, path: &str) -> rusqlite::Result<Vec<Row>> {
        let id = FileId::of(domain, path);
        self.connection
            .prepare_cached(
                "SELECT domain IS ?2 AND relativePath IS ?3, flags, \
                 CASE WHEN typeof(file) = 'blob' AND length(file) <= ?4 THEN file END \
                 FROM Files WHERE fileID = ?1 LIMIT 2",
            )?
            .query_map(params![id.as_str(), domain, path, MAX_RECORD], |row| {
                Ok(Row {
                    named: row.get(0)?,
                    flags: row.get(1)?,
                    record: row.get(2)?,
                })
            })?
            .collect()
    }

    /// Whether the backup lists a file.
    ///
    /// # Errors
    /// Text for people if the list is damaged.
    pub fn has(&self, domain: &str, path: &str) -> Result<bool, String> {
        self.connection
            .prepare_cached("SELECT 1 FROM Files WHERE fileID = ?1 LIMIT 1")
            .and_then(|mut statement| {
                statement
                    .query_row([FileId::of(domain, path).as_str()], |_| Ok(()))
                    .optional()
            })
            .map(|row| row.is_some())
            .map_err(|e| sqlite::plain_english(&e).to_owned())
    }
}

/// The file's wrapped key: an NSData object, or the bytes themselves.
fn encryption_key(root: &Object<'_>) -> Result<Option<Vec<u8>>, String> {
    let damaged = |_| "its record in Manifest.db is damaged".to_owned();
    if !root.has("EncryptionKey") {
        return Ok(None);
    }
    let inline = root.get("EncryptionKey").map_err(damaged)?;
    let data = match inline.and_then(|value| value.as_data()) {
        Some(data) => Some(data),
        None => root
            .object("EncryptionKey")
            .map_err(damaged)?
            .map(|object| object.get("NS.data").map_err(damaged))
            .transpose()?
            .flatten()
            .and_then(|value| value.as_data()),
    };
    match data {
        Some(data) => Ok(Some(data.to_vec())),
        // A key that cannot be understood must not make the file look unencrypted.
        None => Err("its record in Manifest.db holds a key of an unfamiliar form".into()),
    }
}

impl Record {
    /// Reads a record as Manifest.db holds it (an NSKeyedArchiver archive).
    ///
    /// # Errors
    /// Text for people if it is damaged.
    pub fn parse(bytes: &[u8]) -> Result<Record, String> {
        let damaged = |_| "its record in Manifest.db is damaged".to_owned();
        let archive = Archive::parse(bytes).map_err(damaged)?;
        let root = archive.root().map_err(damaged)?;
        Ok(Record {
            key: encryption_key(&root)?,
            size: root
                .integer("Size")
                .map_err(damaged)?
                .and_then(|size| u64::try_from(size).ok()),
            bytes: bytes.len() as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_real_backups() {
        for (domain, path, id) in [
            (
                "HomeDomain",
                "Library/TCC/TCC.db",
                "64d0019cb3d46bfc8cce545a8ba54b93e7ea9347",
            ),
            (
                "HomeDomain",
                "Library/Preferences/.GlobalPreferences.plist",
                "0dc926a1810f7aee4e8f38793ed788701f93bf9d",
            ),
        ] {
            assert_eq!(FileId::of(domain, path).as_str(), id);
            assert_eq!(FileId::of(domain, path).folder(), &id[..2]);
        }
    }

    #[test]
    fn hostile_ids_are_refused() {
        for text in [
            "",
            "..",
            "../../../../../../../../../../etc/passwd",
            "64d0019cb3d46bfc8cce545a8ba54b93e7ea934",
            "64d0019cb3d46bfc8cce545a8ba54b93e7ea93477",
            "64D0019CB3D46BFC8CCE545A8BA54B93E7EA9347",
            "64d0019cb3d46bfc8cce545a8ba54b93e7ea93/7",
            "64d0019cb3d46bfc8cce545a8ba54b93e7ea93\u{e9}",
            "/4d0019cb3d46bfc8cce545a8ba54b93e7ea9347",
        ] {
            assert_eq!(FileId::parse(text), None, "{text}");
        }
        assert!(FileId::parse("64d0019cb3d46bfc8cce545a8ba54b93e7ea9347").is_some());
    }
}
