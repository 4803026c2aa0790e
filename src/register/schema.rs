//! The tables, and how older ones become newer ones.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::database::{self, Whose};

/// "spck": says what the file is.
const APPLICATION_ID: i32 = 0x7370_636b;

/// One step for each version; the version is how many were taken.
const STEPS: &[&str] = &[
    "
CREATE TABLE register (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    chain BLOB NOT NULL CHECK (length(chain) = 16),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;
CREATE TABLE record (
    chain BLOB NOT NULL CHECK (length(chain) = 16),
    number INTEGER NOT NULL CHECK (number > 0),
    at TEXT NOT NULL,
    delete_after TEXT NOT NULL,
    salt BLOB CHECK (salt IS NULL OR length(salt) = 32),
    said TEXT,
    said_sha256 BLOB NOT NULL CHECK (length(said_sha256) = 32),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    kind TEXT,
    campaign TEXT,
    staff_ref TEXT,
    audit BLOB,
    PRIMARY KEY (chain, number),
    CHECK ((salt IS NULL) = (said IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX record_campaign ON record (campaign, kind);
CREATE UNIQUE INDEX record_audit ON record (chain, audit) WHERE audit IS NOT NULL;
",
    // Audits may say which phone it was. No table changes: the version tells an older spotcheck that it would not
    // understand such a record.
    "",
    // Records may say what was merged: the same again.
    "",
    // Audits may say which lines they were narrowed to and which limits were changed: the same again.
    "",
];

/// What keeps a file from being used as a register.
#[derive(Debug)]
pub(super) enum Unfit {
    /// Another program's database.
    Foreign,
    /// Made by a newer version of this program.
    Newer,
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        Unfit::Sqlite(error)
    }
}

/// Brings the tables up to date; says whether the file was new.
pub(super) fn migrate(db: &mut Connection) -> Result<bool, Unfit> {
    let steps = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // Two programs may open a new file at the same moment: only one of them makes the tables.
    let change = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let id: i32 = change.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        change.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version == 0 && tables == 0 {
        change.pragma_update(None, "application_id", APPLICATION_ID)?;
    } else if id != APPLICATION_ID {
        return Err(Unfit::Foreign);
    }
    if version > steps {
        return Err(Unfit::Newer);
    }
    for step in STEPS
        .iter()
        .skip(usize::try_from(version).unwrap_or(usize::MAX))
    {
        change.execute_batch(step)?;
    }
    if version < steps {
        change.pragma_update(None, "user_version", steps)?;
    }
    change.commit()?;
    Ok(version == 0)
}

/// Whether it is a register of this version or an older one, without changing anything.
pub(super) fn fits(db: &Connection) -> Result<(), Unfit> {
    let steps = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let id: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    match version {
        _ if id != APPLICATION_ID => Err(Unfit::Foreign),
        n if n > steps => Err(Unfit::Newer),
        _ => Ok(()),
    }
}

/// What stands in a database's schema: type, name, table, and the text that made it.
type Objects = BTreeSet<(String, String, String, Option<String>)>;

/// What SQLite itself may have added for its query planner.
const INTERNAL: [(&str, &str); 2] = [
    ("sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    (
        "sqlite_stat4",
        "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ),
];

fn objects(db: &Connection) -> rusqlite::Result<Objects> {
    db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect()
}

/// Names of what stands in the database and was not made by the steps above, or is missing, or was changed.
pub(super) fn differences(db: &Connection) -> rusqlite::Result<(Vec<String>, Vec<String>)> {
    let made = Connection::open_in_memory()?;
    for step in STEPS {
        made.execute_batch(step)?;
    }
    let (made, found) = (objects(&made)?, objects(db)?);
    let internal = |(kind, name, table, sql): &&(String, String, String, Option<String>)| {
        kind == "table"
            && name == table
            && INTERNAL.contains(&(name.as_str(), sql.as_deref().unwrap_or_default()))
    };
    let names = |of: &Objects, but: &Objects| {
        of.difference(but)
            .filter(|object| !internal(object))
            .map(|(kind, name, ..)| format!("{kind} {name}"))
            .collect()
    };
    Ok((names(&found, &made), names(&made, &found)))
}

/// Whether the database holds what could run by itself or stand in a table's place: no such thing is spotcheck's.
pub(super) fn runs_something(db: &Connection) -> rusqlite::Result<bool> {
    database::runs_something(db, Whose::Register)
}
