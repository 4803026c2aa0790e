//! Whether evidence is new enough to let anything pass.

use std::time::Duration;

use jiff::Timestamp;

use crate::evidence::Evidence;
use crate::profile::{ParameterValue, Profile};

/// Whether the evidence may still let a control pass.
pub(super) enum Freshness {
    Fresh,
    /// Why nothing may pass, as a sentence.
    Stale(String),
}

/// How old evidence and looks may be.
pub(super) fn max_age(profile: &Profile) -> Duration {
    /// spotcheck's own number, for profiles that name none.
    const THIRTY_DAYS: Duration = Duration::from_secs(30 * 86_400);
    match profile.parameter("evidence_max_age").map(|p| &p.value) {
        Some(ParameterValue::Duration(d)) => *d,
        _ => THIRTY_DAYS,
    }
}

/// How new the evidence is at a moment.
pub(super) fn freshness(evidence: &Evidence, max: Duration, at: Timestamp) -> Freshness {
    let Some(as_of) = evidence.as_of else {
        return Freshness::Stale(
            "It is not known when this evidence was taken, so nothing in it can pass.".into(),
        );
    };
    let age = at.duration_since(as_of);
    if age.is_negative() {
        return Freshness::Stale(
            "The evidence is dated in the future, so nothing in it can pass. Check the clocks of this computer and of the phone.".into(),
        );
    }
    if age.unsigned_abs() > max {
        return Freshness::Stale(format!(
            "The evidence is too old (older than {}): nothing in it can pass. Take a new backup or connect the phone.",
            ParameterValue::Duration(max).for_people()
        ));
    }
    Freshness::Fresh
}
