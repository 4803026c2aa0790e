//! Taking records to another register: every auditor keeps a chain of their own, and a merged register holds them all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::chain::{ChainId, Hash, Record, Said};
use super::entry::{Body, MergedHead, hex};
use super::row::{Columns, insert, last, put};
use super::store::{FOREVER, Problem, Register, now, today};

/// The version of the format. Since 2 an audit may say which phone it was; since 3 a record may say what was merged,
/// and only such a record is written as version 3.
const VERSION: u32 = 3;

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
    /// Records that were new here.
    pub added: u64,
    /// Records that this register had already.
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
    register.each(|record, columns| {
        let (salt, said) = match &record.said {
            Some(said) => (Some(hex(&said.salt)), Some(said.json.clone())),
            None => (None, None),
        };
        let line = Line {
            register: match columns.kind.as_deref() {
                Some("merged") => VERSION,
                _ => 2,
            },
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
    let day = record.delete_after.parse::<jiff::civil::Date>();
    if day.map(|day| day.to_string()).ok().as_ref() != Some(&record.delete_after)
        || !record.at.ends_with('Z')
        || record.at.parse::<jiff::Timestamp>().is_err()
    {
        return Err("it does not say its moment or its last day".into());
    }
    if let Some(said) = &record.said {
        if said.sha256() != record.said_sha256 {
            return Err("what it says was changed".into());
        }
        let body: Body = serde_json::from_str(&said.json)
            .map_err(|_| "what it says cannot be read".to_owned())?;
        body.check()?;
    }
    Ok(record)
}

fn bytes<const N: usize>(hex: &str) -> Result<[u8; N], String> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16)?).ok();
    let pairs = hex.as_bytes().chunks(2).map(|pair| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    let bytes: Option<Vec<u8>> = pairs.collect();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| "it holds no hash where one should be".to_owned())
}

impl Register {
    /// Takes in records of other registers, in their order. What is known already is passed over; a chain that parts
    /// from the one known here is refused whole. How far each chain goes then stands in the own chain.
    ///
    /// # Errors
    /// [`Problem`]; then nothing was taken in, unless it is [`Problem::PurgeUnfinished`].
    pub fn merge(&mut self, records: &[Record]) -> Result<Merged, Problem> {
        let own = self.chain();
        let today = today().to_string();
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
                // Nobody else says what goes from the own chain, and nothing goes before its day.
                Some((_, false))
                    if record.said.is_none()
                        && record.chain != own
                        && record.delete_after <= today =>
                {
                    change.execute(
                        "UPDATE record SET said = NULL, salt = NULL, kind = NULL, campaign = NULL, staff_ref = NULL, audit = NULL WHERE chain = ?1 AND number = ?2",
                        rusqlite::params![record.chain, i64::try_from(record.number).unwrap_or(-1)],
                    )?;
                    merged.purged += 1;
                }
                Some(_) => merged.known += 1,
                None if record.chain == own => {
                    return Err(Problem::Other(
                        "it holds records of this register's own chain that this register does not have: it was changed, or this register lost its end. Nothing was merged".into(),
                    ));
                }
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
                    let columns = Columns {
                        audit: None,
                        ..Columns::expected(&secret, body.as_ref())
                    };
                    put(&change, record, &columns)?;
                    merged.added += 1;
                }
            }
        }
        let others: BTreeSet<ChainId> = records.iter().map(|record| record.chain).collect();
        let mut chains = Vec::new();
        let told = merged_heads(&change, own)?;
        for chain in others.into_iter().filter(|chain| *chain != own) {
            if let Some(last) = last(&change, chain)? {
                chains.push(MergedHead::from(last.head()));
            }
        }
        chains.retain(|head| !told.contains(head));
        if !chains.is_empty() {
            let body = Body::Merged { chains };
            insert(&change, own, &secret, &body, now(), FOREVER)?;
        }
        change.commit()?;
        if merged.purged > 0 {
            self.finish_purge()?;
        }
        Ok(merged)
    }
}

/// How far other chains went when they were merged, as the own chain says.
fn merged_heads(db: &rusqlite::Connection, own: ChainId) -> Result<Vec<MergedHead>, Problem> {
    let mut statement = db.prepare(
        "SELECT said FROM record WHERE campaign IS NULL AND kind = 'merged' AND chain = ?1 AND said IS NOT NULL",
    )?;
    let rows = statement.query_map([own], |row| row.get::<_, String>(0))?;
    let mut heads = Vec::new();
    for json in rows {
        if let Ok(Body::Merged { chains }) = serde_json::from_str(&json?) {
            heads.extend(chains);
        }
    }
    Ok(heads)
}
