//! The database: opening it, adding to it, reading from it, purging.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Rows, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::chain::{ChainId, Hash, Head, Record};
use super::entry::{Body, Entry, hex};
use super::reading;
pub use super::row::Columns;
use super::row::{COLUMNS, audit_key, insert, last, record, unchanged};
use super::schema::{self, Unfit};
use crate::database::{self, Whose};
use crate::evidence::PhoneId;
use crate::private;

/// How long a writer waits for the others.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How many records are looked at together.
const BATCH: usize = 256;

/// How long emptying the file waits for those who read it.
const PURGE_PATIENCE: Duration = Duration::from_secs(2);

/// The day until which records are kept that are about nobody.
pub(super) const FOREVER: &str = "9999-12-31";

/// What keeps a register from being used.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// An SQLite file that is no register.
    #[error("it is a database of another program")]
    Foreign,
    /// Its schema is of a later version than this program knows.
    #[error("it was made by a newer version of spotcheck")]
    Newer,
    /// SQLite cannot read it, or it does not hold what a register holds.
    #[error("it is damaged, or is no register")]
    Damaged,
    /// The file or its folder is closed to this account.
    #[error("this account may not write to it")]
    ReadOnly,
    /// A write-ahead log lies beside it, which this account may not write back.
    #[error("its last changes are not in the file yet, and this account may not put them there")]
    Unfinished,
    /// Nothing can be added until there is room.
    #[error("the disk is full")]
    Full,
    /// Another process held it for longer than a writer waits.
    #[error("other programs kept it busy for too long")]
    Busy,
    /// Something in it was changed or removed: what and where.
    #[error("{0}")]
    Changed(String),
    /// The records are gone from the table, but the file could not be emptied of them.
    #[error(
        "other programs have the register open: what was purged may still stand in its file; run purge again"
    )]
    PurgeUnfinished,
    /// Anything else, with its reason.
    #[error("{0}")]
    Other(String),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            AuthorizationForStatementDenied, CannotOpen, DatabaseBusy, DatabaseCorrupt,
            DatabaseLocked, DiskFull, NotADatabase, PermissionDenied, ReadOnly, TooBig, Unknown,
        };
        match error.sqlite_error_code() {
            Some(NotADatabase | DatabaseCorrupt) => Problem::Damaged,
            // What is asked is always the same: if it has no answer (no such table, a view in its place, a value of
            // another type, text that is none), the file is to blame.
            Some(Unknown | AuthorizationForStatementDenied | TooBig) | None => Problem::Damaged,
            Some(ReadOnly | PermissionDenied | CannotOpen) => Problem::ReadOnly,
            Some(DiskFull) => Problem::Full,
            Some(DatabaseBusy | DatabaseLocked) => Problem::Busy,
            _ => Problem::Other(error.to_string()),
        }
    }
}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Foreign => Problem::Foreign,
            Unfit::Newer => Problem::Newer,
            Unfit::Sqlite(error) => error.into(),
        }
    }
}

/// An open register.
pub struct Register {
    pub(super) db: Connection,
    chain: ChainId,
    pub(super) secret: Hash,
}

/// Whether a record was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was added just now, and is the head.
    Now(Head),
    /// The same audit stands in the register already, in the record that was the head then.
    Before(Head),
}

impl Added {
    /// The record of the audit, as the head that it is or was.
    pub fn head(self) -> Head {
        match self {
            Added::Now(head) | Added::Before(head) => head,
        }
    }
}

/// Makes writers write ahead. SQLite does not wait for others here, as it does elsewhere: two who open a new register at
/// the same moment would be told that it is busy.
fn write_ahead(db: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match db.execute_batch("PRAGMA journal_mode = WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                    && Instant::now() < until =>
            {
                thread::sleep(Duration::from_millis(20));
            }
            done => return done,
        }
    }
}

impl Register {
    /// Opens a register to write, and makes it where there is none. Only this user may read the file.
    ///
    /// # Errors
    /// [`Problem`]; also where it cannot be written.
    pub fn open(path: &Path, keeper: Option<&str>) -> Result<Register, Problem> {
        let path = &reading::whole(path)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        private::new_file(&mut options);
        drop(options.open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::PermissionDenied => Problem::ReadOnly,
            std::io::ErrorKind::StorageFull => Problem::Full,
            _ => Problem::Other(e.to_string()),
        })?);
        make_private(path);
        let mut db = plain_file(path)?;
        db.busy_timeout(PATIENCE)?;
        write_ahead(&db)?;
        db.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;",
        )?;
        schema::migrate(&mut db)?;
        let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let own = own(&change)?;
        let (chain, secret) = match own {
            Some(own) => own,
            None => {
                // SQLite's generator is seeded by the system's.
                let (chain, secret): (ChainId, Hash) = change.query_row(
                    "INSERT INTO register (one, chain, secret) VALUES (1, randomblob(16), randomblob(32)) RETURNING chain, secret",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )?;
                let begin = Body::Begin {
                    key_sha256: hex(&Sha256::digest(secret)),
                    keeper: keeper.map(str::to_owned),
                };
                insert(&change, chain, &secret, &begin, now(), FOREVER)?;
                (chain, secret)
            }
        };
        change.commit()?;
        Ok(Register { db, chain, secret })
    }

    /// Opens a register to read. Nothing is made, brought up to date or written, so that an account that may only read
    /// it can.
    ///
    /// # Errors
    /// [`Problem`]; also where it is not there.
    pub fn open_to_read(path: &Path) -> Result<Register, Problem> {
        let db = reading::open(path)?;
        // Older tables hold a part of what newer ones hold, so they are read as they are.
        schema::fits(&db)?;
        let (chain, secret) = own(&db)?.ok_or(Problem::Damaged)?;
        Ok(Register { db, chain, secret })
    }

    /// How many records it holds.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn count(&self) -> Result<u64, Problem> {
        let n: i64 = self
            .db
            .query_row("SELECT count(*) FROM record", [], |row| row.get(0))?;
        Ok(n.unsigned_abs())
    }

    /// How many records are due to be purged on this day.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn due(&self, today: Date) -> Result<u64, Problem> {
        let n: i64 = self.db.query_row(
            "SELECT count(*) FROM record WHERE said IS NOT NULL AND delete_after <= ?1",
            [today.to_string()],
            |row| row.get(0),
        )?;
        Ok(n.unsigned_abs())
    }

    /// What the rounds of spot checks are called of which it holds something, in alphabetical order.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn campaigns(&self) -> Result<Vec<String>, Problem> {
        let mut statement = self.db.prepare(
            "SELECT DISTINCT campaign FROM record WHERE campaign IS NOT NULL ORDER BY campaign",
        )?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether records are missing before the end of a chain, told from their numbers alone.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn has_gaps(&self) -> Result<bool, Problem> {
        Ok(self.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM record GROUP BY chain HAVING count(*) <> max(number))",
            [],
            |row| row.get(0),
        )?)
    }

    /// The end of every chain, its own first, each with its keeper.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn heads(&self) -> Result<Vec<(Head, Option<String>)>, Problem> {
        let mut statement = self.db.prepare(
            "SELECT chain, (SELECT said FROM record AS first WHERE first.chain = c.chain AND number = 1) \
             FROM (SELECT DISTINCT chain FROM record) AS c ORDER BY chain <> ?1, chain",
        )?;
        let rows = statement.query_map([self.chain], |row| {
            Ok((row.get::<_, ChainId>(0)?, row.get::<_, Option<String>>(1)?))
        })?;
        let mut heads = Vec::new();
        for row in rows {
            let (chain, first) = row?;
            let keeper = match first.and_then(|json| serde_json::from_str(&json).ok()) {
                Some(Body::Begin { keeper, .. }) => keeper,
                _ => None,
            };
            if let Some(last) = last(&self.db, chain)? {
                heads.push((last.head(), keeper));
            }
        }
        Ok(heads)
    }

    /// This register's own chain.
    pub fn chain(&self) -> ChainId {
        self.chain
    }

    /// Adds a record to the register's own chain. Once it returns, a crash loses nothing of it.
    ///
    /// # Errors
    /// [`Problem`]; then nothing was added.
    pub fn add(&mut self, body: &Body, keep_days: u32) -> Result<Added, Problem> {
        let now = now();
        let delete_after = day_after(now, keep_days)?;
        let change = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(audit) = audit_key(&self.secret, body) {
            let known = change
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM record WHERE chain = ?1 AND audit = ?2"
                ))?
                .query_row(params![self.chain, audit], record)
                .optional()?;
            if let Some(known) = known {
                return Ok(Added::Before(known.head()));
            }
        }
        let head = insert(&change, self.chain, &self.secret, body, now, &delete_after)?;
        change.commit()?;
        Ok(Added::Now(head))
    }

    /// What stands for a phone in this register and in no other.
    pub fn phone_hash(&self, phone: &PhoneId) -> String {
        let mut hash = Sha256::new();
        hash.update(self.secret);
        // Ends the key: nothing else in the register is hashed with it like this.
        hash.update(b"\0phone\0");
        hash.update(phone.to_bytes());
        hex(&hash.finalize())
    }

    /// The audits of a phone in the register's own chain, each with its record's number, in order.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn audits_of_phone(&self, phone_hash: &str) -> Result<Vec<(u64, Entry)>, Problem> {
        // There is no index: it is looked up once an audit, and a hash that stands in an index is one more to purge.
        let mut statement = self.db.prepare(
            "SELECT number, said FROM record WHERE chain = ?1 AND kind = 'audit' AND instr(said, ?2) > 0 ORDER BY number",
        )?;
        let rows = statement.query_map(params![self.chain, phone_hash], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (number, json) = row?;
            match serde_json::from_str(&json).map_err(|_| Problem::Damaged)? {
                Body::Audit(entry) if entry.phone.as_deref() == Some(phone_hash) => {
                    found.push((number.unsigned_abs(), *entry));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// The end of the register's own chain.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn head(&self) -> Result<Head, Problem> {
        Ok(last(&self.db, self.chain)?.map_or(
            Head {
                chain: self.chain,
                number: 0,
                hash: [0; 32],
            },
            |record| record.head(),
        ))
    }

    /// Every record, chain by chain and in order, handed to `each`.
    ///
    /// # Errors
    /// [`Problem`], or what `each` says.
    pub fn each<E: From<Problem>>(
        &self,
        mut each: impl FnMut(Record, Columns) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut read = || -> Result<Result<(), E>, Problem> {
            let mut statement = self.db.prepare(&format!(
                "SELECT {COLUMNS}, kind, campaign, staff_ref, audit FROM record ORDER BY chain, number"
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let said = each(record(row)?, Columns::of(row)?);
                if said.is_err() {
                    return Ok(said);
                }
            }
            Ok(Ok(()))
        };
        read()?
    }

    /// What the records say, in the order in which they were recorded, whichever register's they are; those that were
    /// purged say nothing any more.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn bodies(&self, campaign: Option<&str>) -> Result<Vec<Body>, Problem> {
        let mut statement = self.db.prepare(&format!(
            "SELECT {COLUMNS} FROM record WHERE said IS NOT NULL AND (?1 IS NULL OR campaign = ?1) ORDER BY at, chain, number"
        ))?;
        let mut rows = statement.query([campaign])?;
        let mut bodies = Vec::new();
        while let Some(row) = rows.next()? {
            let said = unchanged(record(row)?)?;
            bodies.push(serde_json::from_str(&said.json).map_err(|_| Problem::Damaged)?);
        }
        Ok(bodies)
    }

    /// What the records of a campaign say, as they stand: kind, moment and JSON of each, without making anything of the
    /// JSON. A large campaign is gone through in a fraction of the time that [`Register::bodies`] takes.
    ///
    /// # Errors
    /// [`Problem`], or what `each` says.
    pub fn each_of_campaign(
        &self,
        campaign: &str,
        mut each: impl FnMut(&str, &str, &str) -> Result<(), Problem> + Send,
    ) -> Result<(), Problem> {
        let mut statement = self.db.prepare(&format!(
            // Without the index (`+`): looking each record up takes twice as long as reading through all.
            "SELECT {COLUMNS}, kind FROM record WHERE said IS NOT NULL AND +campaign = ?1 ORDER BY chain, number"
        ))?;
        let mut rows = statement.query([campaign])?;
        // One thread reads, another looks at what was read: of a large campaign either takes half the time.
        let (to_look_at, read) = mpsc::sync_channel::<Vec<(Record, String)>>(4);
        thread::scope(|scope| {
            let looking = scope.spawn(move || {
                for (record, kind) in read.into_iter().flatten() {
                    let at = record.at.clone();
                    each(&kind, &at, &unchanged(record)?.json)?;
                }
                Ok(())
            });
            let reading = send_in_batches(&mut rows, &to_look_at);
            drop(to_look_at);
            // Whatever came of the reading, the other thread has come to its end before this is left.
            let looked = looking
                .join()
                .unwrap_or_else(|_| Err(Problem::Other("reading it broke off".into())));
            reading.and(looked)
        })
    }

    /// Purges what is due on this day: what the records said goes, from the file too; their places stay.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn purge(&mut self, today: Date) -> Result<u64, Problem> {
        let change = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let purged = change.execute(
            "UPDATE record SET said = NULL, salt = NULL, kind = NULL, campaign = NULL, staff_ref = NULL, audit = NULL \
             WHERE said IS NOT NULL AND delete_after <= ?1",
            [today.to_string()],
        )?;
        change.commit()?;
        // An earlier purge may not have come to its end.
        let ever: bool = self.db.query_row(
            "SELECT EXISTS (SELECT 1 FROM record WHERE said IS NULL)",
            [],
            |row| row.get(0),
        )?;
        if ever {
            self.finish_purge()?;
        }
        Ok(purged as u64)
    }

    /// Empties log and free pages: what was overwritten may still stand there.
    pub(super) fn finish_purge(&self) -> Result<(), Problem> {
        let empty_log = || -> Result<(), Problem> {
            let busy: i64 = self
                .db
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            match busy {
                0 => Ok(()),
                _ => Err(Problem::PurgeUnfinished),
            }
        };
        self.db.busy_timeout(PURGE_PATIENCE)?;
        let done = empty_log()
            .and_then(|()| Ok(self.db.execute_batch("VACUUM")?))
            .and_then(|()| empty_log())
            .map_err(|problem| match problem {
                Problem::Busy => Problem::PurgeUnfinished,
                other => other,
            });
        self.db.busy_timeout(PATIENCE)?;
        done
    }

    /// A copy of the whole register in a new file, consistent while others write.
    ///
    /// # Errors
    /// [`Problem`]; also where the file is there already.
    pub fn backup(&self, path: &Path) -> Result<(), Problem> {
        let path = &reading::whole(path)?;
        let mut options = OpenOptions::new();
        private::new_file(options.write(true).create_new(true));
        drop(options.open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Problem::Other("the file is there already and is not overwritten".into())
            }
            _ => Problem::Other(e.to_string()),
        })?);
        let mut copy = plain_file(path)?;
        let backup = rusqlite::backup::Backup::new(&self.db, &mut copy)?;
        backup.run_to_completion(1000, Duration::ZERO, None)?;
        Ok(())
    }
}

/// Hands on every record with its kind, many at once, until there is no more or nobody takes them.
fn send_in_batches(
    rows: &mut Rows<'_>,
    to: &mpsc::SyncSender<Vec<(Record, String)>>,
) -> Result<(), Problem> {
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(row) = rows.next()? {
        batch.push((record(row)?, row.get(9)?));
        if batch.len() == BATCH {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            // Whoever looks has found something wrong, and says so.
            if to.send(full).is_err() {
                return Ok(());
            }
        }
    }
    let _ = to.send(batch);
    Ok(())
}

/// Opens the file of this whole name.
fn plain_file(path: &Path) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    database::confine(&mut db, Whose::Register)?;
    Ok(db)
}

/// Takes the file, and what SQLite keeps beside it, from everybody but its owner. Somebody else's file cannot be changed
/// so, and is used as it is.
fn make_private(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        private::close(Path::new(&name));
    }
}

fn own(db: &Connection) -> Result<Option<(ChainId, Hash)>, Problem> {
    Ok(db
        .query_row("SELECT chain, secret FROM register", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?)
}

pub(super) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// To the second.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn day_after(at: Timestamp, days: u32) -> Result<String, Problem> {
    let day = at.to_zoned(TimeZone::UTC).date();
    let after = jiff::Span::new()
        .try_days(days)
        .and_then(|days| day.checked_add(days));
    Ok(after
        .map_err(|e| Problem::Other(e.to_string()))?
        .to_string())
}
