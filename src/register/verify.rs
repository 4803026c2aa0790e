//! Finding what was tampered with.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::chain::{ChainId, Hash, PrintedHead, Record};
use super::entry::{Body, MergedHead, hex};
use super::row::Columns;
use super::schema;
use super::store::{Problem, Register};

/// What verifying a register came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Of each chain: its first eight digits, its keeper, how many records it has.
    pub chains: Vec<(String, Option<String>, u64)>,
    /// Each head that was to be found, with the number of its record.
    pub heads: Vec<(PrintedHead, Option<u64>)>,
    /// How many records were purged.
    pub purged: u64,
    /// What is wrong, each with the record's place.
    pub wrong: Vec<String>,
}

struct Walk<'r> {
    register: &'r Register,
    today: Date,
    expected_number: u64,
    previous: Hash,
    chain: Option<ChainId>,
    own_chain_seen: bool,
    /// How far other chains went when they were merged, as the own chain says.
    merged: Vec<MergedHead>,
    verified: Verified,
}

/// Verifies every chain of a register, and that each of these heads (printed on slips and reports) is in it.
///
/// # Errors
/// [`Problem`] where the register cannot be read at all.
pub fn verify(
    register: &Register,
    today: Date,
    heads: &[PrintedHead],
) -> Result<Verified, Problem> {
    let mut walk = Walk {
        register,
        today,
        expected_number: 1,
        previous: [0; 32],
        chain: None,
        own_chain_seen: false,
        merged: Vec::new(),
        verified: Verified {
            heads: heads.iter().map(|head| (head.clone(), None)).collect(),
            ..Verified::default()
        },
    };
    let (foreign, missing) = schema::differences(&register.db)?;
    for name in foreign {
        walk.verified.wrong.push(format!(
            "the database holds an object that spotcheck did not make: {name}"
        ));
    }
    for name in missing {
        walk.verified
            .wrong
            .push(format!("the database lacks what spotcheck made: {name}"));
    }
    // The check of the pages would run what stands behind a virtual table, which is wrong already.
    if !schema::runs_something(&register.db)? {
        let sound: String = register
            .db
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if sound != "ok" {
            walk.verified
                .wrong
                .push("the database itself is damaged".into());
        }
    }
    register.each(|record, columns| {
        walk.record(&record, &columns);
        Ok::<(), Problem>(())
    })?;
    for head in std::mem::take(&mut walk.merged) {
        if !holds(register, &head)? {
            walk.verified.wrong.push(format!(
                "the chain {} was merged as far as record {}, and that record is missing or another one",
                head.chain.get(..8).unwrap_or_default(),
                head.number
            ));
        }
    }
    if !walk.own_chain_seen {
        walk.verified
            .wrong
            .push("the register's own chain is missing".into());
    }
    for (head, found) in &walk.verified.heads {
        if found.is_none() {
            walk.verified.wrong.push(format!(
                "the printed head {}-{}-{} is not in the register: its end was cut off, or it is another register's",
                head.chain, head.number, head.hash
            ));
        }
    }
    Ok(walk.verified)
}

/// Whether a record that was merged is still there.
fn holds(register: &Register, head: &MergedHead) -> Result<bool, Problem> {
    let found: i64 = register
        .db
        .prepare_cached(
            "SELECT count(*) FROM record WHERE chain = unhex(?1) AND number = ?2 AND hash = unhex(?3)",
        )?
        .query_row(
            rusqlite::params![head.chain, i64::try_from(head.number).unwrap_or(-1), head.hash],
            |row| row.get(0),
        )?;
    Ok(found == 1)
}

impl Walk<'_> {
    fn record(&mut self, record: &Record, columns: &Columns) {
        let chain = hex(&record.chain[..4]);
        if self.chain != Some(record.chain) {
            self.chain = Some(record.chain);
            self.expected_number = 1;
            self.previous = [0; 32];
            self.own_chain_seen |= record.chain == self.register.chain();
            self.verified.chains.push((chain.clone(), None, 0));
        }
        if let Some((.., count)) = self.verified.chains.last_mut() {
            *count += 1;
        }
        let place = format!("record {} of {chain}", record.number);
        let mut wrong = Vec::new();
        if record.number != self.expected_number {
            wrong.push(format!(
                "{place}: {} is missing before it",
                match record.number.saturating_sub(self.expected_number) {
                    1 => "one record".to_owned(),
                    n => format!("{n} records"),
                }
            ));
        } else if record.previous != self.previous {
            wrong.push(format!("{place}: it does not follow the record before it"));
        }
        if record.hash != record.expected_hash() {
            wrong.push(format!("{place}: it was changed"));
        }
        let body = match &record.said {
            None => {
                self.verified.purged += 1;
                if record.delete_after > self.today.to_string() {
                    wrong.push(format!(
                        "{place}: what it said was removed before {}",
                        record.delete_after
                    ));
                }
                None
            }
            Some(said) => {
                if said.sha256() != record.said_sha256 {
                    wrong.push(format!("{place}: what it says was changed"));
                }
                serde_json::from_str::<Body>(&said.json).ok()
            }
        };
        if record.said.is_some() && body.is_none() {
            wrong.push(format!("{place}: what it says cannot be read"));
        }
        if let Some(Body::Audit(entry)) = &body
            && let Err(why) = entry.check_overall()
        {
            wrong.push(format!("{place}: {why}"));
        }
        // The columns of other registers' audits were made with their secrets, so they have none here.
        let expected = Columns::expected(&self.register.secret, body.as_ref());
        let expected = match record.chain == self.register.chain() {
            true => expected,
            false => Columns {
                audit: None,
                ..expected
            },
        };
        if *columns != expected {
            wrong.push(format!("{place}: its columns do not say what it says"));
        }
        if let Some(Body::Merged { chains }) = &body
            && record.chain == self.register.chain()
        {
            self.merged.extend(chains.iter().cloned());
        }
        self.first(record, body.as_ref(), &place, &mut wrong);
        for (head, found) in &mut self.verified.heads {
            if head.chain == chain
                && (head.number == record.number || head.number == 0)
                && head.hash == hex(&record.hash[..12])
            {
                *found = Some(record.number);
            }
        }
        self.verified.wrong.append(&mut wrong);
        self.expected_number = record.number + 1;
        self.previous = record.hash;
    }

    fn first(
        &mut self,
        record: &Record,
        body: Option<&Body>,
        place: &str,
        wrong: &mut Vec<String>,
    ) {
        match (record.number, body) {
            (1, Some(Body::Begin { key_sha256, keeper })) => {
                if let Some((_, of, _)) = self.verified.chains.last_mut() {
                    of.clone_from(keeper);
                }
                let own = record.chain == self.register.chain();
                if own && *key_sha256 != hex(&Sha256::digest(self.register.secret)) {
                    wrong.push("the register's secret was changed".into());
                }
            }
            (1, _) => wrong.push(format!(
                "{place}: a chain begins with another kind of record"
            )),
            (_, Some(Body::Begin { .. })) => {
                wrong.push(format!("{place}: a chain begins in its middle"));
            }
            _ => {}
        }
    }
}
