//! Criteria over facts: few, named in plain words, in three-valued logic.

use crate::evidence::{Fact, Value};

/// What is asked of one fact's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Exactly this value.
    Is(Value),
    /// Any of these values.
    OneOf(Vec<Value>),
    /// No more than this: for counts, lengths of time and moments; never is longer than any time.
    AtMost(Value),
    /// No less than this, for the same kinds.
    AtLeast(Value),
}

impl Test {
    /// Whether a value passes. Values of kinds that cannot be compared are unknown, never true.
    pub fn holds(&self, value: &Value) -> Option<bool> {
        match self {
            Test::Is(wanted) => Some(value == wanted),
            Test::OneOf(wanted) => Some(wanted.contains(value)),
            Test::AtMost(limit) => compare(value, limit).map(|o| o.is_le()),
            Test::AtLeast(limit) => compare(value, limit).map(|o| o.is_ge()),
        }
    }
}

fn compare(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match (a, b) {
        (Value::Count(a), Value::Count(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Never, Value::Never) => Some(Equal),
        (Value::Never, Value::Duration(_)) => Some(Greater),
        (Value::Duration(_), Value::Never) => Some(Less),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// A rule over facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Criterion {
    /// A test of one fact.
    Fact {
        /// The fact that is tested.
        fact: Fact,
        /// What its value must be.
        test: Test,
        /// An indicative reading may decide this test.
        indicative: bool,
    },
    /// Every one holds; one that is false decides, whatever is unknown.
    All(Vec<Criterion>),
    /// At least one holds; one that is true decides, whatever is unknown.
    Any(Vec<Criterion>),
    /// It does not hold; unknown stays unknown.
    Not(Box<Criterion>),
}

impl Criterion {
    /// Whether it holds for these values of facts; a fact without a value leaves open what it decides.
    pub(super) fn truth<'v>(&self, value: &impl Fn(Fact) -> Option<&'v Value>) -> Option<bool> {
        match self {
            Criterion::Fact { fact, test, .. } => value(*fact).and_then(|v| test.holds(v)),
            Criterion::All(parts) => combined(parts, value, false),
            Criterion::Any(parts) => combined(parts, value, true),
            Criterion::Not(part) => part.truth(value).map(|t| !t),
        }
    }

    /// Whether an indicative reading may decide some part of it.
    pub(super) fn trusts_indications(&self) -> bool {
        match self {
            Criterion::Fact { indicative, .. } => *indicative,
            Criterion::All(parts) | Criterion::Any(parts) => {
                parts.iter().any(Criterion::trusts_indications)
            }
            Criterion::Not(part) => part.trusts_indications(),
        }
    }

    pub(super) fn collect_facts(&self, into: &mut Vec<Fact>) {
        match self {
            Criterion::Fact { fact, .. } => {
                if !into.contains(fact) {
                    into.push(*fact);
                }
            }
            Criterion::All(parts) | Criterion::Any(parts) => {
                for part in parts {
                    part.collect_facts(into);
                }
            }
            Criterion::Not(part) => part.collect_facts(into),
        }
    }
}

/// `all` is decided by a false part, `any` by a true one (`deciding`).
fn combined<'v>(
    parts: &[Criterion],
    value: &impl Fn(Fact) -> Option<&'v Value>,
    deciding: bool,
) -> Option<bool> {
    let truths: Vec<Option<bool>> = parts.iter().map(|part| part.truth(value)).collect();
    if truths.contains(&Some(deciding)) {
        Some(deciding)
    } else if truths.contains(&None) {
        None
    } else {
        Some(!deciding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_hold_or_do_not() {
        let two_minutes = Value::seconds(120);
        for (test, value, expected) in [
            (
                Test::AtMost(two_minutes.clone()),
                Value::seconds(120),
                Some(true),
            ),
            (
                Test::AtMost(two_minutes.clone()),
                Value::seconds(121),
                Some(false),
            ),
            (Test::AtMost(two_minutes.clone()), Value::Never, Some(false)),
            (Test::AtMost(two_minutes.clone()), Value::Count(1), None),
            (Test::AtLeast(two_minutes.clone()), Value::Never, Some(true)),
            (Test::AtLeast(Value::Count(2)), Value::Count(1), Some(false)),
            (Test::Is(Value::Bool(true)), Value::Bool(false), Some(false)),
            (
                Test::OneOf(vec![Value::Word("pin"), Value::Word("password")]),
                Value::Word("pin"),
                Some(true),
            ),
            (Test::OneOf(Vec::new()), Value::Word("pin"), Some(false)),
        ] {
            assert_eq!(test.holds(&value), expected, "{test:?} of {value:?}");
        }
    }
}
