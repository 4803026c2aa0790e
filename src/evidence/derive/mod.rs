//! Derived facts: computed from readings by pure functions, once the readers are done. A derived fact joins the
//! origins of what it rests on, has their weakest strength, and is unknown when any input that matters is.

mod lock;
mod previews;
mod system;
#[cfg(test)]
mod tests;

use super::{Evidence, Fact, Platform, Reading, Strength};

/// The facts that a derived fact is computed from on this platform; empty where the fact is read as it is.
pub fn inputs(fact: Fact, platform: Platform) -> Vec<Fact> {
    match (fact, platform) {
        (Fact::LockAutoLock, Platform::Android) => lock::AUTO_LOCK_INPUTS.to_vec(),
        (Fact::LockGrace, Platform::Android) => lock::GRACE_INPUTS.to_vec(),
        (Fact::OsSupported, Platform::Android) => system::SYSTEM_INPUTS.to_vec(),
        (Fact::OsSupported | Fact::OsKnownFixes, _) => vec![Fact::DeviceOs],
        (Fact::OsPatchAge, _) => system::AGE_INPUTS.to_vec(),
        (Fact::AppPreviews, _) => previews::INPUTS.to_vec(),
        _ => Vec::new(),
    }
}

/// Adds the derived facts to the evidence.
pub fn apply(evidence: &mut Evidence) {
    if evidence.platform == Platform::Android {
        lock::apply(evidence);
    }
    previews::apply(evidence);
    system::apply(evidence);
}

/// Joins readings into one: all origins, the weakest strength. `best_possible` holds only where every weak input is
/// the best that can be had. The result is good for as long as each input is.
fn join(mut result: Reading, inputs: &[&Reading]) -> Reading {
    let weak = |r: &&&Reading| r.strength == Strength::Indicative;
    if inputs.iter().any(|r| r.strength == Strength::Indicative) {
        result.strength = Strength::Indicative;
        result.best_possible = inputs.iter().filter(weak).all(|r| r.best_possible);
    }
    result.good_until = inputs
        .iter()
        .filter_map(|r| r.good_until)
        .chain(result.good_until)
        .min();
    result.with_origins(inputs.iter().flat_map(|r| r.origin.iter().cloned()))
}

/// What a derived fact is when one of its inputs has no value: unknown for the same reason, and out of reach only
/// where the input is.
fn unknown_as(input: &Reading, label: &str) -> Reading {
    let why = format!("{label}: {}", input.why_unknown().unwrap_or("unknown"));
    match &input.state {
        super::State::NotReadable(_) => Reading::not_readable(why),
        super::State::Absent(_) => Reading::absent(why),
        super::State::Known(_) | super::State::Unreadable(_) => Reading::unreadable(why),
    }
    .with_origins(input.origin.iter().cloned())
}
