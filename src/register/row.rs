//! A record as a row of its table: reading one, adding one at the end of a chain, holding one against its own hashes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::{Digest, Sha256};

use super::chain::{ChainId, Hash, Head, Record, Said};
use super::entry::{Body, hex};
use super::schema::runs_something;
use super::store::Problem;

/// The columns that repeat what a record says, for looking things up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    /// As [`Body::kind`]; `None` once purged, like the rest.
    pub kind: Option<String>,
    /// Id of the campaign, where the record is of one.
    pub campaign: Option<String>,
    /// Reference of the person, where the record is about one.
    pub staff_ref: Option<String>,
    /// Keyed hash by which the same audit is recognised; only for audits of this register, not for merged ones.
    pub audit: Option<Vec<u8>>,
}

impl Columns {
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Columns> {
        Ok(Columns {
            kind: row.get(9)?,
            campaign: row.get(10)?,
            staff_ref: row.get(11)?,
            audit: row.get(12)?,
        })
    }

    /// What they should be.
    pub(super) fn expected(secret: &Hash, body: Option<&Body>) -> Columns {
        body.map_or_else(Columns::default, |body| Columns {
            kind: Some(body.kind().to_owned()),
            campaign: body.campaign().map(str::to_owned),
            staff_ref: body.staff_ref().map(str::to_owned),
            audit: audit_key(secret, body).map(|key| key.to_vec()),
        })
    }
}

pub(super) const COLUMNS: &str =
    "chain, number, at, delete_after, salt, said, said_sha256, previous, hash";

pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let salt: Option<Hash> = row.get(4)?;
    let json: Option<String> = row.get(5)?;
    Ok(Record {
        chain: row.get(0)?,
        number: row.get::<_, i64>(1)?.unsigned_abs(),
        at: row.get(2)?,
        delete_after: row.get(3)?,
        said: salt.zip(json).map(|(salt, json)| Said { salt, json }),
        said_sha256: row.get(6)?,
        previous: row.get(7)?,
        hash: row.get(8)?,
    })
}

/// What a record says, once its own hashes were held against it.
pub(super) fn unchanged(record: Record) -> Result<Said, Problem> {
    let changed = record.hash != record.expected_hash();
    match record.said {
        Some(said) if !changed && said.sha256() == record.said_sha256 => Ok(said),
        _ => Err(Problem::Changed(format!(
            "record {} of {} was changed",
            record.number,
            hex(&record.chain[..4])
        ))),
    }
}

pub(super) fn last(db: &Connection, chain: ChainId) -> Result<Option<Record>, Problem> {
    Ok(db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM record WHERE chain = ?1 ORDER BY number DESC LIMIT 1"
        ))?
        .query_row([chain], record)
        .optional()?)
}

/// Adds a record at the end of a chain, within the caller's transaction.
pub(super) fn insert(
    db: &Connection,
    chain: ChainId,
    secret: &Hash,
    body: &Body,
    at: Timestamp,
    delete_after: &str,
) -> Result<Head, Problem> {
    let before = last(db, chain)?;
    let json = serde_json::to_string(body).map_err(|e| Problem::Other(e.to_string()))?;
    let salt: Hash = db.query_row("SELECT randomblob(32)", [], |row| row.get(0))?;
    let said = Said { salt, json };
    let mut record = Record {
        chain,
        number: before.as_ref().map_or(1, |record| record.number + 1),
        at: at.to_string(),
        delete_after: delete_after.to_owned(),
        said_sha256: said.sha256(),
        said: Some(said),
        previous: before.map_or([0; 32], |record| record.hash),
        hash: [0; 32],
    };
    record.hash = record.expected_hash();
    put(db, &record, &Columns::expected(secret, Some(body)))?;
    Ok(record.head())
}

/// Writes a record as it is, and sees to it that it is there.
pub(super) fn put(db: &Connection, record: &Record, columns: &Columns) -> Result<(), Problem> {
    let (salt, json) = match &record.said {
        Some(said) => (Some(said.salt), Some(said.json.as_str())),
        None => (None, None),
    };
    let number = i64::try_from(record.number).map_err(|_| Problem::Damaged)?;
    // Triggers do not run here. Where somebody put one in, the register is not the one that spotcheck made.
    if runs_something(db)? {
        return Err(Problem::Other(
            "it holds a trigger, a view or a virtual table, which spotcheck did not make. Run spotcheck register verify"
                .into(),
        ));
    }
    let added = db
        .prepare_cached(&format!(
            "INSERT INTO record ({COLUMNS}, kind, campaign, staff_ref, audit) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        ))?
        .execute(params![
            record.chain,
            number,
            record.at,
            record.delete_after,
            salt,
            json,
            record.said_sha256,
            record.previous,
            record.hash,
            columns.kind,
            columns.campaign,
            columns.staff_ref,
            columns.audit,
        ])?;
    // Whatever stands in the file, a record that does not stay is no success.
    let kept = added == 1
        && db
            .prepare_cached("SELECT hash, salt, said FROM record WHERE chain = ?1 AND number = ?2")?
            .query_row(params![record.chain, number], |row| {
                Ok(row.get::<_, Hash>(0)? == record.hash
                    && row.get::<_, Option<Hash>>(1)? == salt
                    && row.get_ref(2)?.as_str_or_null()? == json)
            })
            .optional()?
            .unwrap_or(false);
    if !kept {
        return Err(Problem::Other(
            "it does not keep what is written to it. Run spotcheck register verify".into(),
        ));
    }
    Ok(())
}

/// Stands for an audit within one register, to find it again; without the register's secret it tells nothing.
pub(super) fn audit_key(secret: &Hash, body: &Body) -> Option<Hash> {
    let Body::Audit(entry) = body else {
        return None;
    };
    let mut hash = Sha256::new();
    hash.update(secret);
    hash.update(entry.audit_sha256.as_bytes());
    Some(hash.finalize().into())
}
