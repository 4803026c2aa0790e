//! Showing records: the list, one record.

use std::collections::HashMap;
use std::fmt::Write as _;

use anyhow::{Context as _, anyhow};

use super::place::{Place, unusable};
use crate::audit;
use crate::cli::{Failure, terminal};
use crate::register::chain::{ChainId, Head, PrintedHead};
use crate::register::{Body, Entry, Problem, Record};

const HEADING: [&str; 7] = [
    "number",
    "when",
    "result",
    "who",
    "phone",
    "checklist",
    "campaign",
];

/// A line of the list: its columns, and what stands after them.
type Row = ([String; 7], String);

/// Which record: its number, and where it is not of the register's own chain, the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Which {
    chain: Option<String>,
    number: u64,
}

impl std::str::FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (chain, number) = match text.rsplit_once('-') {
            None => (None, text),
            Some((chain, number)) => (Some(chain.to_ascii_lowercase()), number),
        };
        let is_chain =
            |chain: &String| chain.len() == 8 && chain.bytes().all(|b| b.is_ascii_hexdigit());
        match number.parse() {
            Ok(number) if chain.as_ref().is_none_or(is_chain) => Ok(Which { chain, number }),
            _ => Err("give a number such as 17, or with its chain such as 9f3c01ab-17".into()),
        }
    }
}

/// The first digits of a chain, as they are printed.
fn digits(chain: ChainId) -> String {
    let head = Head {
        chain,
        number: 0,
        hash: [0; 32],
    };
    PrintedHead::from(head).chain
}

pub(super) fn list(place: &Place, campaign: Option<&str>) -> Result<(), Failure> {
    let failed = |problem: Problem| unusable(&place.path, &problem);
    let heads = place.register.heads().map_err(failed)?;
    let several = heads.len() > 1;
    let mut rows: Vec<Row> = Vec::new();
    let mut phones: HashMap<String, String> = HashMap::new();
    let read = place.register.each(|record, columns| {
        if campaign.is_some() && columns.campaign.as_deref() != campaign {
            return Ok(());
        }
        let number = match several {
            true => format!("{}-{}", digits(record.chain), record.number),
            false => record.number.to_string(),
        };
        rows.push(row(&record, number, &mut phones)?);
        Ok::<(), Problem>(())
    });
    read.map_err(failed)?;
    let mut out = table(&rows);
    out += &heads_text(&heads);
    terminal::result(&out)
}

fn row(
    record: &Record,
    number: String,
    phones: &mut HashMap<String, String>,
) -> Result<Row, Problem> {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let mut columns: [String; 7] = std::array::from_fn(|_| "-".to_owned());
    columns[0].clone_from(&number);
    columns[1].clone_from(&record.at);
    let Some(said) = &record.said else {
        columns[2] = "purged".into();
        return Ok((columns, String::new()));
    };
    let body = serde_json::from_str(&said.json).map_err(|_| Problem::Damaged)?;
    let after = match body {
        Body::Begin { keeper, .. } => format!("the register of {}", keeper_text(keeper.as_deref())),
        Body::Audit(entry) => {
            let part_only = entry.part_only();
            let Entry {
                overall,
                staff_ref,
                model,
                profile,
                campaign,
                phone,
                ..
            } = *entry;
            columns[2] = audit::result(&overall, part_only);
            columns[3] = text(&staff_ref);
            columns[4] = text(&model);
            columns[5] = profile;
            columns[6] = text(&campaign);
            match phone.map(|phone| phones.entry(phone).or_insert(number.clone()).clone()) {
                Some(first) if first != number => format!("(the phone of record {first})"),
                _ => String::new(),
            }
        }
        Body::Merged { chains } => format!(
            "merged: {}",
            crate::sampling::words::count(
                chains.len() as u64,
                "chain of another register",
                "chains of other registers"
            )
        ),
        Body::Campaign(campaign) => {
            columns[6] = campaign.id;
            "the campaign begins".into()
        }
        Body::Outcome(outcome) => {
            columns[3] = outcome.staff_ref;
            columns[6] = outcome.campaign;
            format!(
                "not checked: {}",
                crate::campaign::count::words(outcome.what)
            )
        }
    };
    Ok((columns, after))
}

fn table(rows: &[Row]) -> String {
    let mut widths = HEADING.map(|word| word.chars().count());
    for (columns, _) in rows {
        for (width, column) in widths.iter_mut().zip(columns) {
            *width = (*width).max(column.chars().count());
        }
    }
    let heading = (HEADING.map(str::to_owned), String::new());
    let mut out = String::new();
    for (columns, after) in std::iter::once(&heading).chain(rows) {
        let mut line = String::new();
        for (at, (column, width)) in columns.iter().zip(widths).enumerate() {
            let gap = width - column.chars().count();
            let (before, behind) = if at == 0 { (gap, 0) } else { (0, gap) };
            let _ = write!(line, "{:before$}{column}{:behind$}  ", "", "");
        }
        line += after;
        out += line.trim_end();
        out.push('\n');
    }
    out
}

fn keeper_text(keeper: Option<&str>) -> &str {
    keeper.unwrap_or("nobody named")
}

/// The head of every chain of a register.
pub(super) fn heads_text(heads: &[(Head, Option<String>)]) -> String {
    match heads {
        [(head, _)] => format!("Head: {head}\n"),
        several => named_heads_text(several),
    }
}

/// Heads, each with the keeper of its chain.
pub(super) fn named_heads_text(heads: &[(Head, Option<String>)]) -> String {
    heads.iter().fold(String::new(), |mut out, (head, keeper)| {
        let _ = writeln!(
            out,
            "Head of the chain of {}: {head}",
            keeper_text(keeper.as_deref())
        );
        out
    })
}

pub(super) fn show(place: &Place, which: &Which) -> Result<u8, Failure> {
    let own = place.register.chain();
    let mut found = None;
    place
        .register
        .each(|record, _| {
            let is_chain = match &which.chain {
                None => record.chain == own,
                Some(chain) => digits(record.chain) == *chain,
            };
            if is_chain && record.number == which.number {
                found = Some(record);
            }
            Ok::<(), Problem>(())
        })
        .map_err(|problem| unusable(&place.path, &problem))?;
    let name = match &which.chain {
        None => which.number.to_string(),
        Some(chain) => format!("{chain}-{}", which.number),
    };
    let record = found.ok_or_else(|| {
        Failure::Usage(anyhow!(
            "The register has no record {name}. spotcheck register list shows what it holds."
        ))
    })?;
    let text = match record.said {
        None => format!("Record {name} was purged.\n"),
        Some(said) => {
            let value: serde_json::Value = serde_json::from_str(&said.json)
                .context("The record cannot be read. Run spotcheck register verify")
                .map_err(Failure::Source)?;
            format!("{value:#}\n")
        }
    };
    terminal::result(&text)?;
    Ok(0)
}
