//! SQLite's write-ahead log, applied to a copy of its database in memory. A `TCC.db` read without its log can lack
//! the row that matters, and "no row" means "no access".
//!
//! Format: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.

use std::collections::BTreeMap;

use super::sqlite;

/// A log is made of words of four bytes, and its numbers are big-endian.
type Word = [u8; 4];

const WORD: usize = size_of::<Word>();
/// In words.
const FRAME_HEADER: usize = 6;
/// Largest result, in bytes.
const MAX_DATABASE: usize = 32 << 20;

/// The database with every committed change of the log in it.
///
/// # Errors
/// Text for people if the log is damaged, cut short, or of another database. Old frames from before the log was last
/// reset, and changes that were never committed, are left out as SQLite leaves them out.
pub fn apply(database: &[u8], wal: &[u8]) -> Result<Vec<u8>, String> {
    if wal.is_empty() {
        return Ok(database.to_vec());
    }
    let damaged = || "the database's write-ahead log is damaged or cut short".to_owned();
    let (words, cut) = wal.as_chunks::<WORD>();
    let (header, mut rest) = words
        .split_first_chunk::<8>()
        .filter(|_| cut.is_empty())
        .ok_or_else(damaged)?;
    let [magic, version, page, resets, salt @ .., sum_a, sum_b] = *header;
    let big_endian = match u32::from_be_bytes(magic) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return Err(damaged()),
    };
    let (database_page, _) = sqlite::geometry(database).ok_or_else(damaged)?;
    if u32::from_be_bytes(version) != 3_007_000 || u32::from_be_bytes(page) != database_page {
        return Err(damaged());
    }
    let [salt_a, salt_b] = salt;
    let summed = [magic, version, page, resets, salt_a, salt_b];
    let mut sum = checksum(big_endian, (0, 0), &summed);
    if (u32::from_be_bytes(sum_a), u32::from_be_bytes(sum_b)) != sum {
        return Err(damaged());
    }
    let page = database_page as usize;
    // Where so many pages end, in bytes.
    let end = |pages: Word| {
        usize::try_from(u64::from(u32::from_be_bytes(pages)) * u64::from(database_page))
            .ok()
            .filter(|end| (page..=MAX_DATABASE).contains(end))
            .ok_or_else(damaged)
    };

    let mut size = database.len();
    let mut committed = BTreeMap::new();
    let mut pending = BTreeMap::new();
    let mut first = true;
    while !rest.is_empty() {
        let (frame, after) = rest
            .split_first_chunk::<FRAME_HEADER>()
            .ok_or_else(damaged)?;
        let (body, after) = after.split_at_checked(page / WORD).ok_or_else(damaged)?;
        let [number, commit, frame_salt @ .., sum_a, sum_b] = *frame;
        if frame_salt != salt {
            // Left over from before the log was reset: it and all that follows is old. The first frame cannot be,
            // as it is written together with the header.
            if first || !left_over(salt_a, rest, page) {
                return Err(damaged());
            }
            break;
        }
        rest = after;
        first = false;
        sum = checksum(big_endian, sum, &[number, commit]);
        sum = checksum(big_endian, sum, body);
        if (u32::from_be_bytes(sum_a), u32::from_be_bytes(sum_b)) != sum {
            return Err(damaged());
        }
        pending.insert(end(number)? - page, body.as_flattened());
        if commit != [0; WORD] {
            size = end(commit)?;
            committed.append(&mut pending);
        }
    }
    let mut image = database.to_vec();
    image.resize(size, 0);
    for (at, place) in (0..).step_by(page).zip(image.chunks_exact_mut(page)) {
        if let Some(body) = committed.get(&at) {
            place.copy_from_slice(body);
        }
    }
    Ok(image)
}

/// Whether the frames from one with another salt on are all from before a reset. SQLite counts the salt's first half
/// up by one at each reset and draws the second half anew; anything else is damage.
fn left_over(salt: Word, frames: &[Word], page: usize) -> bool {
    const MOST_RESETS: u32 = 1 << 20;
    let now = u32::from_be_bytes(salt);
    let older = |frame: &[Word]| {
        frame.get(2).is_some_and(|then| {
            (1..=MOST_RESETS).contains(&now.wrapping_sub(u32::from_be_bytes(*then)))
        })
    };
    frames.chunks(FRAME_HEADER + page / WORD).all(older)
}

/// SQLite's running checksum over an even number of words.
fn checksum(big_endian: bool, start: (u32, u32), words: &[Word]) -> (u32, u32) {
    let number = match big_endian {
        true => u32::from_be_bytes,
        false => u32::from_le_bytes,
    };
    let (mut a, mut b) = start;
    for [x, y] in words.as_chunks::<2>().0 {
        a = a.wrapping_add(number(*x)).wrapping_add(b);
        b = b.wrapping_add(number(*y)).wrapping_add(a);
    }
    (a, b)
}

#[cfg(test)]
#[path = "wal_tests.rs"]
mod tests;
