//! Taking records to another register: every auditor keeps a chain of their own, and a merged register holds them all.

use serde::{Deserialize, Serialize};

use super::chain::{Hash, Record, Said};
use super::entry::{Body, hex};
use super::store::{Columns, Problem, Register, last, put};

/// The version of the format. Since 2 an audit may say which phone it was.
const VERSION: u32 = 2;

/// A record as a line of JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    register: u32,
    chain: String,
    number: u64,
    at: String,
    delete_after: String,
    salt: Option<String>,
    said: Option<String>,
    said_sha256: String,
    previous: String,
    hash: String,
}

/// What merging came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merged {
    pub added: u64,
    pub known: u64,
    /// What the other register has purged and this one has not: purged here too.
    pub purged: u64,
}

/// The register as JSON Lines, one record a line.
///
/// # Errors
/// [`Problem`], or what `write` says.
pub fn export<E: From<Problem>>(
    register: &Register,
    mut write: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    register.each(|record, _| {
        let (salt, said) = match &record.said {
            Some(said) => (Some(hex(&said.salt)), Some(said.json.clone())),
            None => (None, None),
        };
        let line = Line {
            register: VERSION,
            chain: hex(&record.chain),
            number: record.number,
            at: record.at,
            delete_after: record.delete_after,
            salt,
            said,
            said_sha256: hex(&record.said_sha256),
            previous: hex(&record.previous),
            hash: hex(&record.hash),
        };
        let text = serde_json::to_string(&line).map_err(|e| Problem::Other(e.to_string()))?;
        write(&text)
    })
}

/// Reads one line of an export.
///
/// # Errors
/// What is wrong with it, as a phrase.
pub fn parse(line: &str) -> Result<Record, String> {
    let line: Line =
        serde_json::from_str(line).map_err(|_| "it is no record of a register".to_owned())?;
    if !(1..=VERSION).contains(&line.register) {
        return Err("it was written by a newer version of spotcheck".into());
    }
    let said = match (line.salt, line.said) {
        (Some(salt), Some(json)) => Some(Said {
            salt: bytes(&salt)?,
            json,
        }),
        (None, None) => None,
        _ => return Err("a part of it is missing".into()),
    };
    let record = Record {
        chain: bytes(&line.chain)?,
        number: line.number,
        at: line.at,
        delete_after: line.delete_after,
        said,
        said_sha256: bytes(&line.said_sha256)?,
        previous: bytes(&line.previous)?,
        hash: bytes(&line.hash)?,
    };
    if record.hash != record.expected_hash() {
        return Err("it was changed".into());
    }
    match &record.said {
        Some(said) if said.sha256() != record.said_sha256 => Err("what it says was changed".into()),
        Some(said) if serde_json::from_str::<Body>(&said.json).is_err() => {
            Err("what it says cannot be read".into())
        }
        _ => Ok(record),
    }
}

fn bytes<const N: usize>(hex: &str) -> Result<[u8; N], String> {
    let wrong = || "it holds no hash where one should be".to_owned();
    if hex.len() != 2 * N || !hex.is_ascii() {
        return Err(wrong());
    }
    let mut out = [0; N];
    for (byte, at) in out.iter_mut().zip((0..).step_by(2)) {
        let digits = hex.get(at..at + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(out)
}

impl Register {
    /// Takes in records of other registers, in their order. What is known already is passed over; a chain that parts
    /// from the one known here is refused whole.
    ///
    /// # Errors
    /// [`Problem`]; then nothing was taken in.
    pub fn merge(&mut self, records: &[Record]) -> Result<Merged, Problem> {
        let own = self.chain();
        let secret: Hash = self.secret;
        let change = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut merged = Merged::default();
        for record in records {
            let place = format!("record {} of {}", record.number, hex(&record.chain[..4]));
            let known: Option<(Hash, bool)> = {
                use rusqlite::OptionalExtension as _;
                change
                    .prepare_cached(
                        "SELECT hash, said IS NULL FROM record WHERE chain = ?1 AND number = ?2",
                    )?
                    .query_row(
                        rusqlite::params![record.chain, i64::try_from(record.number).unwrap_or(-1)],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .optional()?
            };
            match known {
                Some((hash, _)) if hash != record.hash => {
                    return Err(Problem::Other(format!(
                        "{place} is another one here: one of the two was changed. Nothing was merged"
                    )));
                }
                Some((_, false)) if record.said.is_none() => {
                    change.execute(
                        "UPDATE record SET said = NULL, salt = NULL, kind = NULL, campaign = NULL, staff_ref = NULL, audit = NULL WHERE chain = ?1 AND number = ?2",
                        rusqlite::params![record.chain, i64::try_from(record.number).unwrap_or(-1)],
                    )?;
                    merged.purged += 1;
                }
                Some(_) => merged.known += 1,
                None => {
                    let before = last(&change, record.chain)?;
                    let (number, hash) =
                        before.map_or((0, [0; 32]), |before| (before.number, before.hash));
                    if record.number != number + 1 || record.previous != hash {
                        return Err(Problem::Other(format!(
                            "{place} does not follow what is known here. Nothing was merged"
                        )));
                    }
                    let body = record
                        .said
                        .as_ref()
                        .and_then(|said| serde_json::from_str::<Body>(&said.json).ok());
                    let mut columns = Columns::expected(&secret, body.as_ref());
                    if record.chain != own {
                        columns.audit = None;
                    }
                    put(&change, record, &columns)?;
                    merged.added += 1;
                }
            }
        }
        change.commit()?;
        if merged.purged > 0 {
            self.db.execute_batch(
                "PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);",
            )?;
        }
        Ok(merged)
    }
}
