//! Whether evidence is new enough to let anything pass.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::audit::Audit;
use crate::evidence::Evidence;
use crate::profile::{Parameter, ParameterValue, Profile};

/// Whether the evidence may still let a control pass.
pub(super) enum Freshness {
    Fresh,
    /// Why nothing may pass, as a sentence.
    Stale(String),
}

/// How old evidence and looks may be.
pub(super) fn max_age(profile: &Profile) -> Duration {
    max_age_of(&profile.parameters)
}

fn max_age_of(parameters: &[Parameter]) -> Duration {
    /// spotcheck's own number, for profiles that name none.
    const THIRTY_DAYS: Duration = Duration::from_secs(30 * 86_400);
    let limit = parameters.iter().find(|p| p.id == "evidence_max_age");
    match limit.map(|limit| &limit.value) {
        Some(ParameterValue::Duration(d)) => *d,
        _ => THIRTY_DAYS,
    }
}

/// From this moment on, the same evidence under the same checklist could come to another result than it did: it turns
/// too old, it is no longer dated in the future, data that a reading rests on runs out, or a waiver does. `None` where
/// the moment changes nothing any more, or was chosen.
pub fn good_until(audit: &Audit) -> Option<Timestamp> {
    if audit.moment_chosen && audit.evidence_as_of.is_some() {
        return None;
    }
    let evidence = audit.evidence_as_of.and_then(|as_of| {
        let oldest = as_of.saturating_add(max_age_of(&audit.parameters)).ok()?;
        Some(if as_of > audit.audited_at {
            as_of
        } else {
            oldest
        })
    });
    let waivers = audit.findings.iter().filter_map(|finding| {
        let day_after = finding.waiver.as_ref()?.expires.tomorrow().ok()?;
        let midnight = day_after.to_zoned(TimeZone::UTC).ok()?;
        Some(midnight.timestamp())
    });
    let readings = audit.facts.values().filter_map(|r| r.good_until);
    waivers
        .chain(readings)
        .chain(evidence)
        // Evidence of the greatest age still counts, and no longer the moment after.
        .filter(|until| *until >= audit.audited_at)
        .min()
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
