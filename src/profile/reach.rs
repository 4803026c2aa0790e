//! What a rule can come to at all: its criteria tried on every value that matters to them. Finds rules that no phone
//! can pass, that every phone would pass, or that nothing decides on a platform.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{Criterion, Otherwise, Rules, Test};
use crate::evidence::{Fact, Kind, Value};

/// The verdicts that some values of the facts lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Some values pass.
    pub pass: bool,
    /// Some values fail.
    pub fail: bool,
    /// Neither pass nor fail.
    pub open: bool,
}

/// The most combinations that are tried; a rule with more is taken to be sound.
const MOST: usize = 200_000;

/// What a rule can come to where only some facts can be known; `None` if it judges nothing or is too large to try.
pub fn reach(rules: &Rules, can_be_known: impl Fn(Fact) -> bool) -> Option<Reach> {
    let pass = rules.pass.as_ref()?;
    let criteria: Vec<&Criterion> = [Some(pass), rules.fail.as_ref()]
        .into_iter()
        .flatten()
        .collect();
    let mut facts = Vec::new();
    for criterion in &criteria {
        criterion.collect_facts(&mut facts);
    }
    let trials: Vec<(Fact, Vec<Option<Value>>)> = facts
        .into_iter()
        .map(|fact| {
            let values = if can_be_known(fact) {
                values(fact, &criteria).into_iter().map(Some).collect()
            } else {
                vec![None]
            };
            (fact, values)
        })
        .collect();
    let all = trials
        .iter()
        .try_fold(1usize, |n, (_, values)| n.checked_mul(values.len()))
        .filter(|n| *n <= MOST)?;
    let mut reach = Reach::default();
    for mut index in 0..all {
        let mut known: BTreeMap<Fact, &Value> = BTreeMap::new();
        for (fact, values) in &trials {
            if let Some(Some(value)) = values.get(index % values.len()) {
                known.insert(*fact, value);
            }
            index /= values.len();
        }
        let value = |fact: Fact| known.get(&fact).copied();
        let passes = pass.truth(&value);
        let fails = match (&rules.fail, rules.otherwise) {
            (Some(fail), _) => fail.truth(&value),
            (None, Otherwise::Fail) => passes.map(|t| !t),
            (None, Otherwise::Ask) => Some(false),
        };
        match (fails, passes) {
            (Some(true), _) => reach.fail = true,
            (_, Some(true)) => reach.pass = true,
            _ => reach.open = true,
        }
    }
    Some(reach)
}

/// The values of a fact that these criteria can tell apart.
pub fn values(fact: Fact, criteria: &[&Criterion]) -> Vec<Value> {
    let mut operands = Vec::new();
    for criterion in criteria {
        collect_operands(criterion, fact, &mut operands);
    }
    let mut values: Vec<Value> = match fact.kind() {
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Word(words) => words.iter().map(|word| Value::Word(word)).collect(),
        Kind::Count => vec![Value::Count(0)],
        Kind::Duration => vec![Value::seconds(0), Value::Never],
        Kind::Text => vec![Value::text("a text that no criterion names")],
        Kind::Date => Vec::new(),
    };
    for operand in operands {
        values.extend(around(&operand));
    }
    let mut distinct = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

fn collect_operands(criterion: &Criterion, wanted: Fact, into: &mut Vec<Value>) {
    match criterion {
        Criterion::Fact { fact, test, .. } if *fact == wanted => match test {
            Test::Is(v) | Test::AtMost(v) | Test::AtLeast(v) => into.push(v.clone()),
            Test::OneOf(values) => into.extend(values.iter().cloned()),
        },
        Criterion::Fact { .. } => {}
        Criterion::All(parts) | Criterion::Any(parts) => {
            for part in parts {
                collect_operands(part, wanted, into);
            }
        }
        Criterion::Not(part) => collect_operands(part, wanted, into),
    }
}

/// A limit, just below it and just above.
fn around(limit: &Value) -> Vec<Value> {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    const SECOND: std::time::Duration = std::time::Duration::from_secs(1);
    match limit {
        Value::Count(n) => vec![
            Value::Count(n.saturating_sub(1)),
            Value::Count(*n),
            Value::Count(n.saturating_add(1)),
        ],
        Value::Duration(d) => vec![
            Value::Duration(d.saturating_sub(SECOND)),
            Value::Duration(*d),
            Value::Duration(d.saturating_add(SECOND)),
        ],
        Value::Date(t) => [t.checked_sub(DAY), Ok(*t), t.checked_add(DAY)]
            .into_iter()
            .flatten()
            .map(Value::Date)
            .collect(),
        other => vec![other.clone()],
    }
}
