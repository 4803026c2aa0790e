//! Pages of a SQLite file by number: the file header, checked, and a small store of the pages seen last.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::btree::BtreeError;
use super::page::{FILE_HEADER_BYTES, u32_at};
use super::source::Source;

/// How many pages are kept. They are wiped when they leave.
const KEPT_PAGES: usize = 32;

pub(super) type PageBytes = Arc<Zeroizing<Vec<u8>>>;

pub(super) struct Pager<S> {
    source: S,
    page_size: usize,
    usable: usize,
    count: u32,
    /// Oldest first.
    kept: Vec<(u32, PageBytes)>,
    reads: u64,
}

impl<S: Source> Pager<S> {
    /// Reads and checks the file header.
    pub fn open(mut source: S) -> Result<Self, BtreeError> {
        let mut header = Zeroizing::new([0u8; FILE_HEADER_BYTES]);
        if source.size() < FILE_HEADER_BYTES as u64 {
            return Err(BtreeError::NotSqlite);
        }
        source.read_at(0, header.as_mut_slice())?;
        let header = header.as_slice();
        if !header.starts_with(b"SQLite format 3\0") {
            return Err(BtreeError::NotSqlite);
        }
        let byte = |at: usize| header.get(at).copied().unwrap_or_default();
        let word = |at: usize| u32_at(header, at).unwrap_or_default();
        let page_size = match usize::from(u16::from_be_bytes([byte(16), byte(17)])) {
            1 => 65_536,
            size if size.is_power_of_two() && (512..=32_768).contains(&size) => size,
            _ => return Err(BtreeError::Unsupported("its page size")),
        };
        // Below 480 the sums of cell sizes would no longer work out: SQLite refuses it too.
        let usable = page_size - usize::from(byte(20));
        if usable < 480 {
            return Err(BtreeError::Unsupported("its reserved bytes"));
        }
        if !matches!(byte(19), 1 | 2) {
            return Err(BtreeError::Unsupported("its file format version"));
        }
        if [byte(21), byte(22), byte(23)] != [64, 32, 32] {
            return Err(BtreeError::Unsupported("its payload fractions"));
        }
        if !(1..=4).contains(&word(44)) {
            return Err(BtreeError::Unsupported("its schema format"));
        }
        if word(56) != 1 {
            return Err(BtreeError::Unsupported("its text encoding"));
        }
        let there = source.size() / page_size as u64;
        // The header's own count holds only if the last writer knew of that field.
        let count = match word(28) {
            said if said != 0 && word(24) == word(92) => said,
            _ => u32::try_from(there).unwrap_or(u32::MAX),
        };
        if u64::from(count) > there {
            return Err(BtreeError::CutShort {
                pages: count,
                there,
            });
        }
        Ok(Self {
            source,
            page_size,
            usable,
            count,
            kept: Vec::with_capacity(KEPT_PAGES),
            reads: 0,
        })
    }

    /// How many pages were read, and decrypted, so far.
    pub fn reads(&self) -> u64 {
        self.reads
    }

    /// What of a page may hold data, without the reserved bytes at its end.
    pub fn page(&mut self, number: u32) -> Result<PageBytes, BtreeError> {
        if let Some(at) = self.kept.iter().position(|(kept, _)| *kept == number) {
            let page = self.kept.remove(at);
            let bytes = Arc::clone(&page.1);
            self.kept.push(page);
            return Ok(bytes);
        }
        if number == 0 || number > self.count {
            return Err(BtreeError::NoSuchPage(number));
        }
        let mut bytes = Zeroizing::new(vec![0; self.page_size]);
        let offset = u64::from(number - 1) * self.page_size as u64;
        self.source.read_at(offset, &mut bytes)?;
        bytes.truncate(self.usable);
        self.reads += 1;
        if self.kept.len() >= KEPT_PAGES {
            self.kept.remove(0);
        }
        let bytes = Arc::new(bytes);
        self.kept.push((number, Arc::clone(&bytes)));
        Ok(bytes)
    }
}
