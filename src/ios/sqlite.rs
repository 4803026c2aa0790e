//! Opening databases that nobody vouches for: read-only, without side files, and with nothing in them that could run.

use rusqlite::{Connection, MAIN_DB, OptionalExtension};
use zeroize::Zeroizing;

use super::wal;
use crate::database::{self, Whose};

/// What every SQLite database begins with.
pub const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Length of the database header, in bytes.
pub const HEADER: usize = 100;

/// What went wrong, without quoting the database.
pub fn plain_english(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode;
    match error {
        rusqlite::Error::SqliteFailure(e, _) => match e.code {
            ErrorCode::NotADatabase => "the database is damaged: it is not in SQLite's format",
            ErrorCode::DatabaseCorrupt => "the database is damaged",
            ErrorCode::CannotOpen => "the database cannot be opened",
            ErrorCode::SystemIoFailure => "the database cannot be read, or is cut short",
            ErrorCode::PermissionDenied => "this account may not read the database",
            ErrorCode::OperationInterrupted => {
                "the database takes far longer to read than a real one"
            }
            _ => "the database is damaged or of an unfamiliar form",
        },
        _ => "the database holds a value of an unexpected type",
    }
}

/// Lets nothing be written, nothing in the schema run, and nothing take long. Before anything is asked of it. A database
/// with anything virtual in it is refused as a whole: the check of its pages would run what stands behind it.
///
/// # Errors
/// Text for people if the database was not opened or cannot be used.
pub fn harden(opened: rusqlite::Result<Connection>) -> Result<Connection, String> {
    let hardened = opened.and_then(|mut connection| {
        database::confine(&mut connection, Whose::Phone)?;
        connection.execute_batch("PRAGMA query_only = 1; PRAGMA cell_size_check = 1;")?;
        let runs_something = database::runs_something(&connection, Whose::Phone)?;
        Ok((connection, runs_something))
    });
    match hardened {
        Ok((connection, false)) => Ok(connection),
        Ok((_, true)) => {
            Err("the database is of an unfamiliar form: it has a virtual table".into())
        }
        Err(e) => Err(plain_english(&e).to_owned()),
    }
}

/// Makes sure that `table` is an ordinary table (no view, nothing computed that could run for ever) with these columns,
/// and returns all its columns. For a database that [`harden`] let through.
///
/// # Errors
/// Text for people if it is not.
pub fn plain_table(
    connection: &Connection,
    table: &str,
    columns: &[&str],
) -> Result<Vec<String>, String> {
    let found = columns_of(connection, table).map_err(|e| plain_english(&e).to_owned())?;
    let found = found
        .ok_or_else(|| format!("the database is of an unfamiliar form: it has no table {table}"))?;
    let whole = found.iter().all(|(_, hidden)| *hidden == 0)
        && columns
            .iter()
            .all(|column| found.iter().any(|(name, _)| name == column));
    if whole {
        Ok(found.into_iter().map(|(name, _)| name).collect())
    } else {
        Err(format!(
            "the database is of an unfamiliar form: its table {table} has other columns"
        ))
    }
}

/// The columns of an ordinary table, and whether something is odd about each; `None` if there is no such table.
fn columns_of(
    connection: &Connection,
    table: &str,
) -> rusqlite::Result<Option<Vec<(String, i64)>>> {
    let sql: Option<Option<String>> = connection
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1",
            [table],
            |row| row.get(0),
        )
        .optional()?;
    let ordinary = sql.flatten().is_some_and(|sql| {
        sql.get(..13)
            .is_some_and(|start| start.eq_ignore_ascii_case("CREATE TABLE "))
    });
    if !ordinary {
        return Ok(None);
    }
    connection
        .prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")?
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()
        .map(Some)
}

/// Checks a database's header against the length of its file, in bytes.
///
/// # Errors
/// Text for people if it is no database or is cut short.
pub fn check_header(header: &[u8], length: u64) -> Result<(), String> {
    let (page, pages) = geometry(header).ok_or("the database is damaged: its header is wrong")?;
    if length < u64::from(page) || length < u64::from(page) * u64::from(pages) {
        return Err("the database is cut short".into());
    }
    Ok(())
}

/// Page size in bytes and number of pages (0 if the header's number is not valid).
pub fn geometry(header: &[u8]) -> Option<(u32, u32)> {
    if header.get(..16)? != MAGIC {
        return None;
    }
    let page = match u16::from_be_bytes(header.get(16..18)?.try_into().ok()?) {
        1 => 65_536,
        n => u32::from(n),
    };
    if !(512..=65_536).contains(&page) || !page.is_power_of_two() {
        return None;
    }
    let changed = header.get(24..28)?;
    let valid_for = header.get(92..96)?;
    let pages = u32::from_be_bytes(header.get(28..32)?.try_into().ok()?);
    Some((page, if changed == valid_for { pages } else { 0 }))
}

/// Opens a database from memory, with the changes in its write-ahead log applied.
///
/// # Errors
/// Text for people if either is damaged or cut short.
pub fn open_in_memory(database: &[u8], wal: Option<&[u8]>) -> Result<Connection, String> {
    check_header(
        database.get(..HEADER).unwrap_or(database),
        database.len() as u64,
    )?;
    // The database may have come out of an encrypted backup.
    let mut image = Zeroizing::new(match wal {
        Some(wal) => wal::apply(database, wal)?,
        None => database.to_vec(),
    });
    // A database in WAL mode cannot be opened in memory: 1 and 1 say that it is in the ordinary mode.
    if let Some(mode) = image.get_mut(18..20) {
        mode.copy_from_slice(&[1, 1]);
    }
    harden(Connection::open_in_memory().and_then(|mut connection| {
        connection.deserialize_read_exact(MAIN_DB, image.as_slice(), image.len(), true)?;
        Ok(connection)
    }))
}

/// Makes sure that every page and index of a small database is sound, so that "no row" means that there is none.
///
/// # Errors
/// Text for people if it is not.
pub fn check_integrity(connection: &Connection) -> Result<(), String> {
    let verdict: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|e| plain_english(&e).to_owned())?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err("the database is damaged".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        assert!(check_header(b"", 0).is_err());
        assert!(check_header(b"SQLite format 3\0", 16).is_err());
        let mut header = [0u8; HEADER];
        header[..16].copy_from_slice(MAGIC);
        header[16..18].copy_from_slice(&4096u16.to_be_bytes());
        header[28..32].copy_from_slice(&3u32.to_be_bytes());
        assert!(check_header(&header, 3 * 4096).is_ok());
        assert!(check_header(&header, 3 * 4096 - 1).is_err());
        header[16..18].copy_from_slice(&1000u16.to_be_bytes());
        assert!(check_header(&header, 1 << 20).is_err());
    }
}
