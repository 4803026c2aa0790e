//! SQLite's write-ahead log, applied to a copy of its database in memory. A `TCC.db` read without its log can lack
//! the row that matters, and "no row" means "no access".
//!
//! Format: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.

use super::sqlite;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
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
    let header = wal.get(..HEADER).ok_or_else(damaged)?;
    let word = |bytes: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
    };
    let big_endian = match word(header, 0) {
        Some(0x377f_0682) => false,
        Some(0x377f_0683) => true,
        _ => return Err(damaged()),
    };
    let page = word(header, 8).ok_or_else(damaged)?;
    let (database_page, _) = sqlite::geometry(database).ok_or_else(damaged)?;
    if word(header, 4) != Some(3_007_000) || page != database_page {
        return Err(damaged());
    }
    let page = usize::try_from(page).map_err(|_| damaged())?;
    let mut sum = checksum(big_endian, (0, 0), header.get(..24).ok_or_else(damaged)?);
    if (word(header, 24), word(header, 28)) != (Some(sum.0), Some(sum.1)) {
        return Err(damaged());
    }
    let salt = header.get(16..24).ok_or_else(damaged)?;

    let mut image = database.to_vec();
    let mut pending: Vec<(usize, &[u8])> = Vec::new();
    let mut rest = wal.get(HEADER..).ok_or_else(damaged)?;
    let mut first = true;
    while !rest.is_empty() {
        let frame = rest.get(..FRAME_HEADER).ok_or_else(damaged)?;
        let body = rest
            .get(FRAME_HEADER..FRAME_HEADER + page)
            .ok_or_else(damaged)?;
        rest = rest.get(FRAME_HEADER + page..).ok_or_else(damaged)?;
        if frame.get(8..16) != Some(salt) {
            // Left over from before the log was reset: it and all that follows is old. The first frame cannot be,
            // as it is written together with the header.
            if first || !left_over(salt, frame, rest, page) {
                return Err(damaged());
            }
            break;
        }
        first = false;
        sum = checksum(big_endian, sum, frame.get(..8).ok_or_else(damaged)?);
        sum = checksum(big_endian, sum, body);
        if (word(frame, 16), word(frame, 20)) != (Some(sum.0), Some(sum.1)) {
            return Err(damaged());
        }
        let number = word(frame, 0).ok_or_else(damaged)? as usize;
        let commit = word(frame, 4).ok_or_else(damaged)? as usize;
        let end = number.checked_mul(page).ok_or_else(damaged)?;
        if number == 0 || end > MAX_DATABASE {
            return Err(damaged());
        }
        pending.push((end - page, body));
        if commit > 0 {
            let size = commit
                .checked_mul(page)
                .filter(|size| *size <= MAX_DATABASE)
                .ok_or_else(damaged)?;
            for (at, body) in pending.drain(..) {
                if image.len() < at + page {
                    image.resize(at + page, 0);
                }
                image
                    .get_mut(at..at + page)
                    .ok_or_else(damaged)?
                    .copy_from_slice(body);
            }
            image.resize(size, 0);
        }
    }
    Ok(image)
}

/// Whether a frame with another salt, and all frames after it, are from before a reset. SQLite counts the salt's first
/// half up by one at each reset and draws the second half anew; anything else is damage.
fn left_over(salt: &[u8], frame: &[u8], rest: &[u8], page: usize) -> bool {
    const MOST_RESETS: u32 = 1 << 20;
    let count = |salt: Option<&[u8]>| -> Option<u32> {
        Some(u32::from_be_bytes(salt?.get(..4)?.try_into().ok()?))
    };
    let older = |frame: &[u8]| match (count(Some(salt)), count(frame.get(8..16))) {
        (Some(now), Some(then)) => (1..=MOST_RESETS).contains(&now.wrapping_sub(then)),
        _ => false,
    };
    let frames = rest.chunks(FRAME_HEADER + page);
    std::iter::once(frame).chain(frames).all(older)
}

/// SQLite's running checksum over a multiple of eight bytes.
fn checksum(big_endian: bool, start: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let (mut a, mut b) = start;
    for pair in bytes.chunks_exact(8) {
        let mut words = pair.chunks_exact(4).map(|word| {
            let word = <[u8; 4]>::try_from(word).unwrap_or_default();
            if big_endian {
                u32::from_be_bytes(word)
            } else {
                u32::from_le_bytes(word)
            }
        });
        let (x, y) = (words.next().unwrap_or(0), words.next().unwrap_or(0));
        a = a.wrapping_add(x).wrapping_add(b);
        b = b.wrapping_add(y).wrapping_add(a);
    }
    (a, b)
}
