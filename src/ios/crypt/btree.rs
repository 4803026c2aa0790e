//! Read-only lookups in the b-trees of a SQLite file.
//!
//! "Not there" can turn into a wrong pass, so it is said only when it is proved as far as the pages on the way can
//! prove it: each of them is checked whole, all of its keys are in order and inside of what its parents promise, and
//! the two entries on either side of the wanted key are the same in the index and in the table. Whatever does not fit
//! is an error. All work is bounded: depth, pages, overflow pages and record sizes.

use std::borrow::Cow;
use std::io;
use std::ops::ControlFlow;

use thiserror::Error;

use super::page::{Cell, Flaw, Kind, Local, Page};
use super::pager::{PageBytes, Pager};
use super::record::{Value, values};
use super::source::Source;

/// The deepest b-tree that is followed. A million files make four levels.
const MAX_DEPTH: usize = 20;
/// The largest record that is read, in bytes.
pub const MAX_RECORD_BYTES: usize = 100 * 1024;
/// The largest index entry that is read, in bytes. A file id makes 52 at most.
const MAX_ENTRY_BYTES: usize = 4096;
/// SQLite's own limit is 32,767; `Files` has five columns.
pub(super) const MAX_COLUMNS: usize = 64;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum BtreeError {
    /// The bytes could not be read.
    #[error("Manifest.db could not be read: {0}")]
    Read(#[from] io::Error),
    /// No "SQLite format 3" at the start: encrypted, decrypted with a wrong key, or not a database.
    #[error("Manifest.db is not a SQLite database, or it was decrypted with a wrong key")]
    NotSqlite,
    /// A kind of SQLite file, or a schema, that no backup has.
    #[error("Manifest.db is of an unsupported kind: {0}")]
    Unsupported(&'static str),
    /// The file is shorter than its header says.
    #[error("Manifest.db is cut short: {there} of {pages} pages are there")]
    CutShort {
        /// By the header.
        pages: u32,
        /// By the file's size.
        there: u64,
    },
    /// A pointer to a page that cannot be.
    #[error("Manifest.db is damaged: it points to page {0}, which it does not have")]
    NoSuchPage(u32),
    /// A page that contradicts itself, its parents or another page.
    #[error("Manifest.db is damaged at page {page}: {flaw}")]
    Damaged {
        /// The page's number, from 1.
        page: u32,
        /// What is wrong there.
        flaw: &'static str,
    },
    /// More pages than a lookup may visit, or a b-tree of more than 20 levels.
    #[error("Manifest.db is damaged: a lookup does not end")]
    TooDeep,
    /// A record of more than `MAX_RECORD_BYTES`.
    #[error("Manifest.db is damaged or hostile: a record of {0} bytes")]
    RecordTooLarge(usize),
}

/// An entry of an index: its key and the row it belongs to.
pub(super) type Entry<'a> = (Cow<'a, [u8]>, i64);

/// Hears of one record after the other, and says whether to go on.
pub(super) type EachRecord<'a> = dyn FnMut(&[u8]) -> Result<ControlFlow<()>, BtreeError> + 'a;

/// On which side of equal keys a search ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// The entries on either side of a place in an index.
struct Neighbours {
    before: Option<Entry<'static>>,
    after: Option<Entry<'static>>,
}

/// What an index says about a key.
pub(super) enum Found {
    /// The row with that key.
    Row(i64),
    /// Between these two entries; `None` at an end of the index.
    Between(Option<Entry<'static>>, Option<Entry<'static>>),
}

pub(super) struct Btrees<S> {
    pager: Pager<S>,
    visits_left: u32,
}

impl<S: Source> Btrees<S> {
    pub fn open(source: S) -> Result<Self, BtreeError> {
        Ok(Self {
            pager: Pager::open(source)?,
            visits_left: 0,
        })
    }

    pub fn pages_read(&self) -> u64 {
        self.pager.reads()
    }

    /// To be called before each lookup: how many pages it may visit.
    pub fn begin(&mut self, visits: u32) {
        self.visits_left = visits;
    }

    /// Reads page `number` of the b-tree with this root.
    fn visit(&mut self, number: u32) -> Result<PageBytes, BtreeError> {
        self.visits_left = self.visits_left.checked_sub(1).ok_or(BtreeError::TooDeep)?;
        self.pager.page(number)
    }

    fn parse<'a>(
        &self,
        number: u32,
        bytes: &'a PageBytes,
        kind: Kind,
        root: u32,
    ) -> Result<Page<'a>, BtreeError> {
        let page = Page::parse(number, bytes).map_err(at(number))?;
        if page.kind != kind {
            return Err(at(number)("a page of the wrong kind"));
        }
        if number != root && page.cells.is_empty() {
            return Err(at(number)("an empty page"));
        }
        Ok(page)
    }

    /// Looks a text key up in an index over (text, rowid). There must be at most one entry with that key.
    pub fn find(&mut self, root: u32, key: &[u8]) -> Result<Found, BtreeError> {
        let first = self.search(root, key, Side::Before)?;
        let rowid = match &first.after {
            Some((found, rowid)) if found.as_ref() == key => *rowid,
            _ => return Ok(Found::Between(first.before, first.after)),
        };
        match self.search(root, key, Side::After)?.before {
            Some((found, last)) if found.as_ref() == key && last == rowid => Ok(Found::Row(rowid)),
            _ => Err(at(root)("an index has one file id twice")),
        }
    }

    /// Goes down to where `key` is or would be.
    fn search(&mut self, root: u32, key: &[u8], side: Side) -> Result<Neighbours, BtreeError> {
        let mut around = Neighbours {
            before: None,
            after: None,
        };
        let mut number = root;
        for _ in 0..MAX_DEPTH {
            let bytes = self.visit(number)?;
            let page = self.parse(number, &bytes, Kind::Index, root)?;
            let child;
            (child, around) = self.narrow(number, &page, around, key, side)?;
            match child {
                None => return Ok(around),
                Some(child) => number = child,
            }
        }
        Err(BtreeError::TooDeep)
    }

    /// Checks the order of all the entries of a page; finds the two that enclose the key, and the child between them.
    fn narrow(
        &mut self,
        number: u32,
        page: &Page<'_>,
        outside: Neighbours,
        key: &[u8],
        side: Side,
    ) -> Result<(Option<u32>, Neighbours), BtreeError> {
        let mut entries = Vec::with_capacity(page.cells.len());
        for cell in &page.cells {
            entries.push(self.entry(number, cell)?);
        }
        let after_outside = |(a, b): (&Entry<'_>, &Entry<'_>)| a > b;
        let low_ok = entries
            .first()
            .zip(outside.before.as_ref())
            .is_none_or(after_outside);
        let high_ok = outside
            .after
            .as_ref()
            .zip(entries.last())
            .is_none_or(after_outside);
        if !low_ok || !high_ok || !entries.is_sorted_by(|a, b| a < b) {
            return Err(at(number)("an index is out of order"));
        }
        let split = entries.partition_point(|(k, _)| match side {
            Side::Before => k.as_ref() < key,
            Side::After => k.as_ref() <= key,
        });
        let own = |entry: &Entry<'_>| (Cow::Owned(entry.0.to_vec()), entry.1);
        let before = split.checked_sub(1).and_then(|i| entries.get(i)).map(own);
        let after = entries.get(split).map(own);
        let neighbours = Neighbours {
            before: before.or(outside.before),
            after: after.or(outside.after),
        };
        Ok((page.child(split), neighbours))
    }

    /// The key and the rowid of an index cell.
    fn entry<'a>(&mut self, number: u32, cell: &Cell<'a>) -> Result<Entry<'a>, BtreeError> {
        match self.record(number, cell.local, MAX_ENTRY_BYTES)? {
            Cow::Borrowed(record) => {
                let (key, rowid) = key_and_rowid(record).map_err(at(number))?;
                Ok((Cow::Borrowed(key), rowid))
            }
            Cow::Owned(record) => {
                let (key, rowid) = key_and_rowid(&record).map_err(at(number))?;
                Ok((Cow::Owned(key.to_vec()), rowid))
            }
        }
    }

    /// The record of a table's row, or `None` when the table has no such row.
    pub fn row(&mut self, root: u32, rowid: i64) -> Result<Option<Vec<u8>>, BtreeError> {
        let mut bounds = Bounds::default();
        let mut number = root;
        for _ in 0..MAX_DEPTH {
            let bytes = self.visit(number)?;
            let page = self.parse(number, &bytes, Kind::Table, root)?;
            bounds.check(&page).map_err(at(number))?;
            let split = page.cells.partition_point(|c| c.rowid < rowid);
            match page.child(split) {
                Some(child) => {
                    bounds = bounds.of_child(&page, split);
                    number = child;
                }
                None => {
                    let cell = page.cells.get(split).filter(|c| c.rowid == rowid);
                    let Some(cell) = cell else {
                        return Ok(None);
                    };
                    let record = self.record(number, cell.local, MAX_RECORD_BYTES)?;
                    return Ok(Some(record.into_owned()));
                }
            }
        }
        Err(BtreeError::TooDeep)
    }

    /// Passes the records of a table, in order of their rowids, to `each`, until it breaks off or the end of the
    /// table. At most `visits` pages are visited.
    pub fn scan(
        &mut self,
        root: u32,
        visits: u32,
        each: &mut EachRecord<'_>,
    ) -> Result<(), BtreeError> {
        self.visits_left = visits;
        let mut to_do = vec![(root, Bounds::default(), 0)];
        while let Some((number, bounds, depth)) = to_do.pop() {
            if depth == MAX_DEPTH {
                return Err(BtreeError::TooDeep);
            }
            let bytes = self.visit(number)?;
            let page = self.parse(number, &bytes, Kind::Table, root)?;
            bounds.check(&page).map_err(at(number))?;
            let leaf = page.right.is_none();
            for cell in page.cells.iter().filter(|_| leaf) {
                let record = self.record(number, cell.local, MAX_RECORD_BYTES)?;
                if each(&record)?.is_break() {
                    return Ok(());
                }
            }
            // The last child first, as the stack turns them round.
            for split in (0..=page.cells.len()).rev() {
                if let Some(child) = page.child(split) {
                    to_do.push((child, bounds.of_child(&page, split), depth + 1));
                }
            }
        }
        Ok(())
    }

    /// The whole record of a cell, with its overflow pages.
    fn record<'a>(
        &mut self,
        number: u32,
        local: Local<'a>,
        most: usize,
    ) -> Result<Cow<'a, [u8]>, BtreeError> {
        if local.total > most {
            return Err(BtreeError::RecordTooLarge(local.total));
        }
        let Some(mut next) = local.overflow else {
            return Ok(Cow::Borrowed(local.bytes));
        };
        // The size says how many pages there must be, so that a ring of pages ends too.
        let flaw = |flaw| Err(at(number)(flaw));
        let mut record = Vec::with_capacity(local.total);
        record.extend_from_slice(local.bytes);
        while record.len() < local.total {
            if next == 0 {
                return flaw("a chain of overflow pages that ends early");
            }
            let bytes = self.pager.page(next)?;
            let Some((after, data @ [_, ..])) = bytes.split_first_chunk() else {
                return flaw("an overflow page without room");
            };
            next = u32::from_be_bytes(*after);
            record.extend(data.iter().take(local.total - record.len()));
        }
        if next != 0 {
            return flaw("a chain of overflow pages that does not end");
        }
        Ok(Cow::Owned(record))
    }
}

const BAD_ENTRY: Flaw = "an index entry that is not a text and a rowid";

fn key_and_rowid(record: &[u8]) -> Result<(&[u8], i64), Flaw> {
    match values(record, 2)?.as_slice() {
        [Value::Text(key), Value::Integer(rowid)] => Ok((key, *rowid)),
        _ => Err(BAD_ENTRY),
    }
}

/// Between which rowids a table page must lie: above the first, up to the second.
#[derive(Debug, Clone, Copy, Default)]
struct Bounds {
    above: Option<i64>,
    up_to: Option<i64>,
}

impl Bounds {
    fn check(self, page: &Page<'_>) -> Result<(), Flaw> {
        let first = page.cells.first().map(|c| c.rowid);
        let last = page.cells.last().map(|c| c.rowid);
        // The last key of an interior page has rows above it, so it must leave room for them.
        let room = i64::from(page.right.is_some());
        let low_ok = first
            .zip(self.above)
            .is_none_or(|(first, above)| first > above);
        let high_ok = last
            .zip(self.up_to)
            .is_none_or(|(last, up_to)| last.checked_add(room).is_some_and(|last| last <= up_to));
        if low_ok && high_ok && page.cells.is_sorted_by(|a, b| a.rowid < b.rowid) {
            Ok(())
        } else {
            Err("rows out of order")
        }
    }

    /// The bounds of the child before cell `split`, or after the last cell.
    fn of_child(self, page: &Page<'_>, split: usize) -> Self {
        let rowid = |i: usize| page.cells.get(i).map(|c| c.rowid);
        Self {
            above: split.checked_sub(1).and_then(rowid).or(self.above),
            up_to: rowid(split).or(self.up_to),
        }
    }
}

fn at(page: u32) -> impl Fn(Flaw) -> BtreeError {
    move |flaw| BtreeError::Damaged { page, flaw }
}

#[cfg(test)]
#[path = "btree_tests.rs"]
mod tests;
