//! Derived facts: computed from readings by pure functions, once the readers are done.

use super::{Evidence, Fact, Platform};

/// The facts that a derived fact is computed from on this platform.
pub fn inputs(_fact: Fact, _platform: Platform) -> Vec<Fact> {
    Vec::new()
}

/// Adds the derived facts to the evidence.
pub fn apply(_evidence: &mut Evidence) {}
