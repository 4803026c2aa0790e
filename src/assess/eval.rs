//! Criteria in three-valued (Kleene) logic. A missing, weak or unreadable fact is unknown; unknown is never true.

use crate::evidence::{Evidence, Fact, Reading, Scope, Strength, Subject};
use crate::profile::Criterion;

/// One fact that a verdict rests on, or that left it open.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub fact: Fact,
    pub reading: Reading,
}

impl Leaf {
    /// The reading of a fact for a subject: facts of the phone are read there, whatever the subject.
    pub fn read(evidence: &Evidence, fact: Fact, subject: &Subject) -> Leaf {
        // Another Android user has settings of its own.
        let of_another_user = matches!(subject, Subject::App(copy) if copy.user != 0);
        let reading = match fact.scope() {
            Scope::App => evidence.get(fact, subject),
            Scope::DeviceOrApp if of_another_user => evidence.get(fact, subject),
            Scope::Device | Scope::DeviceOrApp => evidence.get(fact, &Subject::Device),
        };
        Leaf { fact, reading }
    }
}

/// What a criterion came to: true, false or unknown, and the facts that made it so.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub truth: Option<bool>,
    pub leaves: Vec<Leaf>,
}

pub(super) fn evaluate(criterion: &Criterion, evidence: &Evidence, subject: &Subject) -> Outcome {
    match criterion {
        Criterion::Fact {
            fact,
            test,
            indicative,
        } => {
            let leaf = Leaf::read(evidence, *fact, subject);
            let truth = leaf
                .reading
                .value()
                .filter(|_| *indicative || leaf.reading.strength == Strength::Direct)
                .and_then(|value| test.holds(value));
            Outcome {
                truth,
                leaves: vec![leaf],
            }
        }
        Criterion::All(parts) => combine(parts, evidence, subject, false),
        Criterion::Any(parts) => combine(parts, evidence, subject, true),
        Criterion::Not(part) => {
            let inner = evaluate(part, evidence, subject);
            Outcome {
                truth: inner.truth.map(|t| !t),
                ..inner
            }
        }
    }
}

/// `all` is decided by a false part, `any` by a true one (`deciding`). The leaves kept are those of the parts that
/// decided, else of the parts that are unknown, else of all parts.
fn combine(parts: &[Criterion], evidence: &Evidence, subject: &Subject, deciding: bool) -> Outcome {
    let outcomes: Vec<Outcome> = parts
        .iter()
        .map(|part| evaluate(part, evidence, subject))
        .collect();
    let truth = if outcomes.iter().any(|o| o.truth == Some(deciding)) {
        Some(deciding)
    } else if outcomes.iter().any(|o| o.truth.is_none()) {
        None
    } else {
        Some(!deciding)
    };
    let leaves = outcomes
        .into_iter()
        .filter(|o| o.truth == truth)
        .map(|o| o.leaves)
        .fold(Vec::new(), joined);
    Outcome { truth, leaves }
}

/// Both, each fact once.
pub(super) fn joined(mut leaves: Vec<Leaf>, more: Vec<Leaf>) -> Vec<Leaf> {
    for leaf in more {
        if !leaves.iter().any(|kept| kept.fact == leaf.fact) {
            leaves.push(leaf);
        }
    }
    leaves
}
