//! Opening the database only to read it, also where this account may not write.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::store::{PATIENCE, Problem};
use crate::database::{self, Whose};
use crate::database_file;

/// The whole name of a file: SQLite could read a relative one as an address.
///
/// # Errors
/// [`Problem`] where there is no name at all.
pub(super) fn whole(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path).map_err(|e| Problem::Other(e.to_string()))
}

/// Opens it. A file beside it, `-wal`, holds what writers have not put into it yet: then SQLite reads both. Without one
/// nobody writes to it, and it is read as a file that does not change: nothing needs to be made beside it.
///
/// # Errors
/// [`Problem`].
pub(super) fn open(path: &Path) -> Result<Connection, Problem> {
    let path = &whole(path)?;
    let plain = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if OpenOptions::new().read(true).write(true).open(path).is_ok()
        && let Ok(db) = ready(Connection::open_with_flags(
            path,
            plain | OpenFlags::SQLITE_OPEN_READ_WRITE,
        ))
    {
        return Ok(db);
    }
    std::fs::File::open(path).map_err(|e| Problem::Other(e.to_string()))?;
    let read_only = plain | OpenFlags::SQLITE_OPEN_READ_ONLY;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return ready(Connection::open_with_flags(path, read_only)).map_err(
            |problem| match problem {
                Problem::ReadOnly => Problem::Unfinished,
                other => other,
            },
        );
    }
    ready(Connection::open_with_flags(
        database_file::unchanging(path).map_err(Problem::Other)?,
        read_only | OpenFlags::SQLITE_OPEN_URI,
    ))
}

/// Reads something, since SQLite opens the file no earlier.
fn ready(db: rusqlite::Result<Connection>) -> Result<Connection, Problem> {
    let mut db = db?;
    database::confine(&mut db, Whose::RegisterToRead)?;
    db.busy_timeout(PATIENCE)?;
    db.execute_batch("PRAGMA query_only = ON;")?;
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(db)
}
