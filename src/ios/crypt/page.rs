//! One page of a SQLite b-tree, checked whole before anything on it is believed.
//!
//! Source: "Database File Format", <https://www.sqlite.org/fileformat2.html>, section 1.6. The accounting of every byte
//! is the one of `PRAGMA integrity_check`: cells, free blocks, fragments and the gap must fill the page without
//! overlap. So a wrong cell count or cell pointer is found, which a search would otherwise take for "not there".

use super::record::varint;

/// What is wrong with a page, in a few words.
pub(super) type Flaw = &'static str;

/// The file header in front of page 1's own header, in bytes.
pub(super) const FILE_HEADER_BYTES: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Index,
    Table,
}

/// The part of a cell that belongs to its record.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Local<'a> {
    /// The size of the whole record, in bytes.
    pub total: usize,
    /// What of it is on this page.
    pub bytes: &'a [u8],
    /// The first overflow page, when that is not all.
    pub overflow: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Cell<'a> {
    /// The page with what comes before this cell (interior pages).
    pub left: Option<u32>,
    /// The rowid (table pages; 0 on index pages).
    pub rowid: i64,
    /// The record (empty on interior table pages).
    pub local: Local<'a>,
}

#[derive(Debug)]
pub(super) struct Page<'a> {
    pub kind: Kind,
    /// In key order, if the page is sound: the reader checks that.
    pub cells: Vec<Cell<'a>>,
    /// The page with what comes after the last cell (interior pages).
    pub right: Option<u32>,
}

impl<'a> Page<'a> {
    /// Reads page `number`, all bytes of which may hold data.
    pub fn parse(number: u32, bytes: &'a [u8]) -> Result<Self, Flaw> {
        let usable = bytes.len();
        let start = if number == 1 { FILE_HEADER_BYTES } else { 0 };
        let header: Option<&[u8; 8]> = bytes.get(start..).and_then(<[u8]>::first_chunk);
        // No kind of page is 0, so what is too short for a header is none.
        let [
            kind,
            free_a,
            free_b,
            count_a,
            count_b,
            content_a,
            content_b,
            fragments,
        ] = header.copied().unwrap_or_default();
        let (kind, leaf) = match kind {
            2 => (Kind::Index, false),
            5 => (Kind::Table, false),
            10 => (Kind::Index, true),
            13 => (Kind::Table, true),
            _ => return Err("not a b-tree page"),
        };
        let first_free = usize::from(u16::from_be_bytes([free_a, free_b]));
        let count = usize::from(u16::from_be_bytes([count_a, count_b]));
        let content = match u16::from_be_bytes([content_a, content_b]) {
            0 => 65_536,
            content => usize::from(content),
        };
        let fragments = usize::from(fragments);
        let pointers = start + if leaf { 8 } else { 12 };
        let right = match leaf {
            true => None,
            false => Some(u32_at(bytes, start + 8)?),
        };
        if content > usable || pointers + 2 * count > content {
            return Err("its cell pointers reach into its cells");
        }

        let mut used = Vec::with_capacity(count + 8);
        let mut cells = Vec::with_capacity(count);
        for i in 0..count {
            let at = u16_at(bytes, pointers + 2 * i)?;
            if at < content {
                return Err("a cell lies outside of the cells' area");
            }
            let (cell, size) = cell(bytes, at, kind, leaf).ok_or("a malformed cell")?;
            used.push((at, at + size));
            cells.push(cell);
        }
        free_blocks(bytes, first_free, content, &mut used)?;
        account(used, content, usable, fragments)?;
        Ok(Page { kind, cells, right })
    }
}

impl Page<'_> {
    /// The child page before cell `split`, or after the last one; `None` on a leaf.
    pub fn child(&self, split: usize) -> Option<u32> {
        self.cells.get(split).map_or(self.right, |cell| cell.left)
    }
}

/// Adds the free blocks' ranges to `used`.
fn free_blocks(
    bytes: &[u8],
    first: usize,
    content: usize,
    used: &mut Vec<(usize, usize)>,
) -> Result<(), Flaw> {
    let mut at = first;
    while at != 0 {
        let size = u16_at(bytes, at + 2)?;
        if at < content || size < 4 {
            return Err("a malformed free block");
        }
        used.push((at, at + size));
        let next = u16_at(bytes, at)?;
        // Strictly rising, which also ends the loop.
        if next != 0 && next < at + size {
            return Err("free blocks out of order");
        }
        at = next;
    }
    Ok(())
}

/// Every byte from `content` on is used once, or is one of the counted fragments.
fn account(
    mut used: Vec<(usize, usize)>,
    content: usize,
    usable: usize,
    fragments: usize,
) -> Result<(), Flaw> {
    used.sort_unstable();
    let mut end = content;
    let mut gaps = 0;
    for (from, to) in used {
        gaps += from.checked_sub(end).ok_or("two cells overlap")?;
        end = to;
    }
    gaps += usable
        .checked_sub(end)
        .ok_or("a cell reaches past the page")?;
    if gaps != fragments {
        return Err("its free space does not add up");
    }
    Ok(())
}

/// The cell at `at` and its size in bytes.
fn cell(bytes: &[u8], at: usize, kind: Kind, leaf: bool) -> Option<(Cell<'_>, usize)> {
    let mut next = at;
    let left = match leaf {
        true => None,
        false => {
            let left = u32_at(bytes, next).ok()?;
            next += 4;
            Some(left)
        }
    };
    let mut rowid = 0;
    let mut local = Local::default();
    if kind == Kind::Table && !leaf {
        let (id, rest) = varint(bytes.get(next..)?)?;
        rowid = id.cast_signed();
        next = bytes.len() - rest.len();
    } else {
        let (total, mut rest) = varint(bytes.get(next..)?)?;
        if kind == Kind::Table {
            let id;
            (id, rest) = varint(rest)?;
            rowid = id.cast_signed();
        }
        next = bytes.len() - rest.len();
        let total = usize::try_from(total).ok()?;
        let here = local_bytes(total, bytes.len(), kind);
        let record = bytes.get(next..next.checked_add(here)?)?;
        next += here;
        let overflow = match here < total {
            false => None,
            true => {
                let first = u32_at(bytes, next).ok()?;
                next += 4;
                Some(first)
            }
        };
        local = Local {
            total,
            bytes: record,
            overflow,
        };
    }
    // A freed cell must be able to hold a free block's four bytes, so no cell is smaller.
    Some((Cell { left, rowid, local }, (next - at).max(4)))
}

/// How much of a record of `total` bytes is on the page itself (section 1.6, "P", "X", "M" and "K" there).
fn local_bytes(total: usize, usable: usize, kind: Kind) -> usize {
    let most = match kind {
        Kind::Table => usable - 35,
        Kind::Index => (usable - 12) * 64 / 255 - 23,
    };
    if total <= most {
        return total;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitting = least + (total - least) % (usable - 4);
    if fitting <= most { fitting } else { least }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize, Flaw> {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map(|b| usize::from(u16::from_be_bytes(*b)))
        .ok_or("cut short")
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Flaw> {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map(|b| u32::from_be_bytes(*b))
        .ok_or("cut short")
}
