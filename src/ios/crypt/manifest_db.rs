//! One row of `Manifest.db` by its file id, from a plain or an encrypted file, without SQLite.

use std::fmt;
use std::fs::File;
use std::ops::ControlFlow;

use sha1::{Digest, Sha1};
use thiserror::Error;

use super::btree::{Btrees, Found, MAX_COLUMNS};
use super::cbc::CbcSource;
use super::ddl;
use super::keys::Key;
use super::record::{Value, values};
use super::source::{FileSource, Source};

pub use super::btree::BtreeError;

/// The most pages, overflow pages aside, that one lookup visits (and [`MAX_PROBE_PAGES`] once it ends at an end of the
/// index).
const MAX_PAGES_PER_LOOKUP: u32 = 64;
/// How many rows of the table are looked for in the index when a lookup ends at an end of it.
const PROBES: usize = 32;
/// The most pages that are visited for those, twice.
const MAX_PROBE_PAGES: u32 = 512;
/// The most pages and bytes of the schema.
const MAX_SCHEMA_PAGES: u32 = 256;
const MAX_SCHEMA_BYTES: usize = 4 * 1024 * 1024;

/// Why a row could not be looked up. "Not there" is not among them: see [`ManifestDb::lookup`].
#[derive(Debug, Error)]
pub enum ManifestDbError {
    /// The file is damaged, cut short, hostile or unreadable.
    #[error(transparent)]
    Btree(#[from] BtreeError),
    /// The schema has no table `Files`.
    #[error("Manifest.db has no table Files")]
    NoFilesTable,
    /// The schema has no index that finds a file by its id.
    #[error("Manifest.db has no index of file ids")]
    NoIndex,
    /// `Files` lacks a column.
    #[error("Manifest.db: the table Files has no column {0}")]
    NoColumn(&'static str),
    /// What was asked for is not 40 lower-case hexadecimal digits.
    #[error("not a file id: 40 lower-case hexadecimal digits are expected")]
    BadId,
    /// A row that is not what the index, or its own domain and path, say.
    #[error("Manifest.db is damaged: {0}")]
    Contradiction(&'static str),
}

/// A row of `Files`. Its file id is the one that was asked for, and is the SHA-1 of `domain-relative_path`.
#[derive(Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The domain, such as `HomeDomain`.
    pub domain: String,
    /// The path in the domain.
    pub relative_path: String,
    /// 1 file, 2 directory, 4 symbolic link.
    pub flags: i64,
    /// The record of the file: a binary property list (NSKeyedArchiver). Empty where the database has NULL.
    pub file: Vec<u8>,
}

impl fmt::Debug for FileRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileRow")
            .field("domain", &self.domain)
            .field("relative_path", &self.relative_path)
            .field("flags", &self.flags)
            .field("file", &self.file.len())
            .finish()
    }
}

/// A `Manifest.db` in clear.
pub type PlainManifest = ManifestDb<FileSource>;
/// A `Manifest.db` that is decrypted page by page.
pub type EncryptedManifest = ManifestDb<CbcSource<FileSource>>;

/// An open `Manifest.db`.
pub struct ManifestDb<S> {
    trees: Btrees<S>,
    table: u32,
    index: u32,
    columns: Columns,
}

impl<S> fmt::Debug for ManifestDb<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManifestDb")
            .field("table", &self.table)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// Where the columns are in a record.
struct Columns {
    count: usize,
    file_id: usize,
    domain: usize,
    relative_path: usize,
    flags: usize,
    file: usize,
}

impl PlainManifest {
    /// Opens a `Manifest.db` in clear. The file is only ever read, and by position.
    ///
    /// # Errors
    /// As [`ManifestDb::open`].
    pub fn open_plain(file: File) -> Result<Self, ManifestDbError> {
        Self::open(FileSource::new(file).map_err(BtreeError::Read)?)
    }
}

impl EncryptedManifest {
    /// Opens an encrypted `Manifest.db` with the key from `ManifestKey`. A last block of padding may be there or not.
    ///
    /// # Errors
    /// As [`ManifestDb::open`]; a wrong key gives [`BtreeError::NotSqlite`].
    pub fn open_encrypted(file: File, key: &Key) -> Result<Self, ManifestDbError> {
        let file = FileSource::new(file).map_err(BtreeError::Read)?;
        Self::open(CbcSource::new(file, key))
    }
}

impl<S: Source> ManifestDb<S> {
    /// Checks the file header and finds the table and its index in the schema.
    ///
    /// # Errors
    /// [`ManifestDbError`].
    pub fn open(source: S) -> Result<Self, ManifestDbError> {
        let mut trees = Btrees::open(source)?;
        let mut schema = Vec::new();
        let mut bytes_left = MAX_SCHEMA_BYTES;
        trees.scan(1, MAX_SCHEMA_PAGES, &mut |record| {
            let left = bytes_left.checked_sub(record.len());
            bytes_left = left.ok_or(BtreeError::Unsupported("its schema is too large"))?;
            let row = SchemaRow::read(record);
            schema.extend(row.map_err(|flaw| BtreeError::Damaged { page: 1, flaw })?);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut tables = schema.iter().filter(|row| row.kind == "table");
        let table = tables.next().ok_or(ManifestDbError::NoFilesTable)?;
        if tables.next().is_some() {
            return Err(ManifestDbError::Contradiction("two tables Files"));
        }
        let definition = ddl::table(&table.sql).map_err(BtreeError::Unsupported)?;
        let columns = Columns::find(&definition.columns)?;

        let automatic = definition
            .unique
            .is_some_and(|column| column.eq_ignore_ascii_case("fileID"));
        let fits = |row: &&SchemaRow| {
            row.kind == "index"
                && match row.sql.is_empty() {
                    true => automatic && row.name.eq_ignore_ascii_case("sqlite_autoindex_Files_1"),
                    false => ddl::is_plain_index_on(&row.sql, "fileID"),
                }
        };
        let indexes = || schema.iter().filter(fits);
        let index = indexes()
            .find(|row| row.sql.is_empty())
            .or_else(|| indexes().next())
            .ok_or(ManifestDbError::NoIndex)?;
        Ok(Self {
            trees,
            table: table.root,
            index: index.root,
            columns,
        })
    }

    /// The row with this file id (40 lower-case hexadecimal digits).
    ///
    /// `None` only after every page on the way was found sound, its keys in order, and the two rows next to the wanted
    /// one the same in index and table; at an end of the index, also after a sample of the table was found in it.
    ///
    /// # Errors
    /// [`ManifestDbError`]: any doubt is an error and never `None`.
    pub fn lookup(&mut self, file_id: &str) -> Result<Option<FileRow>, ManifestDbError> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if file_id.len() != 40 || !file_id.bytes().all(hex) {
            return Err(ManifestDbError::BadId);
        }
        self.trees.begin(MAX_PAGES_PER_LOOKUP);
        match self.trees.find(self.index, file_id.as_bytes())? {
            Found::Row(rowid) => {
                let record = self.row_with_id(rowid, file_id.as_bytes())?;
                self.columns.file_row(&record, file_id).map(Some)
            }
            Found::Between(before, after) => {
                let at_an_end = before.is_none() || after.is_none();
                for (key, rowid) in [before, after].into_iter().flatten() {
                    self.row_with_id(rowid, &key)?;
                }
                if at_an_end {
                    self.probe_whole_index()?;
                }
                Ok(None)
            }
        }
    }

    /// A part of the index in the place of the whole (a wrong root page) would look sound, and all that is missing
    /// from it would seem to lie beyond its ends. File ids are spread evenly, so the first rows of the table are a fair
    /// sample of what the index must have: half an index would pass once in 2^32.
    fn probe_whole_index(&mut self) -> Result<(), ManifestDbError> {
        let mut records = Vec::with_capacity(PROBES);
        self.trees
            .scan(self.table, MAX_PROBE_PAGES, &mut |record| {
                records.push(record.to_vec());
                Ok(match records.len() < PROBES {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                })
            })?;
        self.trees.begin(MAX_PROBE_PAGES);
        for record in &records {
            let Value::Text(file_id) = self.columns.get(record, self.columns.file_id)? else {
                return Err(contradiction("a file id is not a text"));
            };
            if !matches!(self.trees.find(self.index, file_id)?, Found::Row(_)) {
                return Err(contradiction("its index lacks a row of its table"));
            }
        }
        Ok(())
    }

    /// How many pages were read, and decrypted, since the opening. Pages that were still at hand are not counted.
    pub fn pages_read(&self) -> u64 {
        self.trees.pages_read()
    }

    /// The record of a row that the index promises.
    fn row_with_id(&mut self, rowid: i64, file_id: &[u8]) -> Result<Vec<u8>, ManifestDbError> {
        let record = self.trees.row(self.table, rowid)?;
        let record = record.ok_or(contradiction("its index names a row that is not there"))?;
        match self.columns.get(&record, self.columns.file_id)? {
            Value::Text(text) if text == file_id => Ok(record),
            _ => Err(contradiction(
                "a row has another file id than its index says",
            )),
        }
    }
}

fn contradiction(what: &'static str) -> ManifestDbError {
    ManifestDbError::Contradiction(what)
}

impl Columns {
    fn find(names: &[String]) -> Result<Self, ManifestDbError> {
        let place = |wanted: &'static str| {
            let mut places = names.iter().enumerate();
            places
                .find(|(_, name)| name.eq_ignore_ascii_case(wanted))
                .map(|(i, _)| i)
                .ok_or(ManifestDbError::NoColumn(wanted))
        };
        Ok(Self {
            count: names.len().min(MAX_COLUMNS),
            file_id: place("fileID")?,
            domain: place("domain")?,
            relative_path: place("relativePath")?,
            flags: place("flags")?,
            file: place("file")?,
        })
    }

    fn get<'a>(&self, record: &'a [u8], column: usize) -> Result<Value<'a>, ManifestDbError> {
        let values = values(record, self.count).map_err(contradiction)?;
        values
            .get(column)
            .copied()
            .ok_or(contradiction("a row of Files is too short"))
    }

    fn file_row(&self, record: &[u8], file_id: &str) -> Result<FileRow, ManifestDbError> {
        let text = |column| match self.get(record, column)? {
            Value::Text(text) => String::from_utf8(text.to_vec())
                .map_err(|_| contradiction("a text of Files is not UTF-8")),
            _ => Err(contradiction("a column of Files is not a text")),
        };
        let row = FileRow {
            domain: text(self.domain)?,
            relative_path: text(self.relative_path)?,
            flags: match self.get(record, self.flags)? {
                Value::Integer(flags) => flags,
                _ => return Err(contradiction("the flags of a file are not a number")),
            },
            file: match self.get(record, self.file)? {
                Value::Blob(file) => file.to_vec(),
                Value::Null => Vec::new(),
                _ => return Err(contradiction("the record of a file is not a blob")),
            },
        };
        let digest = Sha1::new()
            .chain_update(&row.domain)
            .chain_update("-")
            .chain_update(&row.relative_path)
            .finalize();
        let hex = digest
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect::<String>();
        match hex == file_id {
            true => Ok(row),
            false => Err(contradiction(
                "a file id does not belong to its domain and path",
            )),
        }
    }
}

/// A row of the schema about `Files`.
struct SchemaRow {
    kind: String,
    name: String,
    root: u32,
    sql: String,
}

impl SchemaRow {
    /// `None` for what has nothing to do with `Files`.
    fn read(record: &[u8]) -> Result<Option<Self>, &'static str> {
        let values = values(record, 5)?;
        let [kind, name, table, root, sql] = values.as_slice() else {
            return Err("a malformed schema row");
        };
        let text = |value: &Value<'_>| match value {
            Value::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        };
        let (Some(kind), Some(name), Some(table)) = (text(kind), text(name), text(table)) else {
            return Err("a malformed schema row");
        };
        let relevant = matches!(kind.as_str(), "table" | "index");
        if !relevant || !table.eq_ignore_ascii_case("Files") {
            return Ok(None);
        }
        let root = match root {
            Value::Integer(root) => u32::try_from(*root).ok().filter(|root| *root > 1),
            _ => None,
        };
        Ok(Some(Self {
            kind,
            name,
            root: root.ok_or("a schema row without a root page")?,
            sql: text(sql).unwrap_or_default(),
        }))
    }
}

#[cfg(test)]
#[path = "manifest_db_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "manifest_db_damage_tests.rs"]
mod damage_tests;
