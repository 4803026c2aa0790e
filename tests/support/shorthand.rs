//! Evidence in shorthand, and its judgement.

use jiff::{SignedDuration, Timestamp};
use spotcheck::assess::{Context, assess};
use spotcheck::audit::{About, Audit, Verdict};
use spotcheck::evidence::{
    Evidence, Fact, Kind, Platform, Reading, Source, Subject, Value, derive,
};
use spotcheck::profile::{self, Ownership, Profile};

const NOW: &str = "2026-11-21T12:00:00Z";

/// The moment of judgement.
pub fn now() -> Timestamp {
    NOW.parse().expect("a moment")
}

/// One reading in shorthand: `fact=value`, `fact~value` (indicative), `fact~~value` (the best that can be had),
/// `fact!` (unreadable), `fact-` (absent); an app's fact is written `app/fact=value`.
pub fn set(evidence: &mut Evidence, shorthand: &str) {
    let (subject, rest) = match shorthand.split_once('/') {
        Some((copy, rest)) => match copy.split_once('@') {
            Some((app, user)) => (Subject::copy(app, user.parse().expect("a user")), rest),
            None => (Subject::app(copy), rest),
        },
        None => (Subject::Device, shorthand),
    };
    let end = rest.find(['=', '~', '!']).unwrap_or(rest.len() - 1);
    let (id, tail) = rest.split_at(end);
    let fact = Fact::from_id(id).unwrap_or_else(|| panic!("{id} in {shorthand}"));
    let value = |text: &str| match fact.kind() {
        Kind::Bool => Value::Bool(text == "yes"),
        Kind::Count => Value::Count(text.parse().expect("a count")),
        Kind::Duration if text == "never" => Value::Never,
        Kind::Duration => Value::seconds(text.parse().expect("seconds")),
        Kind::Word(_) => fact.word(text).unwrap_or_else(|| panic!("{text} of {id}")),
        Kind::Text => Value::text(text),
        Kind::Date => Value::Date(text.parse().expect("a moment")),
    };
    let reading = match tail {
        "!" => Reading::unreadable("damaged"),
        "-" => Reading::absent("nothing there"),
        _ if tail.starts_with("~~") => Reading::indicative(value(&tail[2..])).at_its_best(),
        _ if tail.starts_with('~') => Reading::indicative(value(&tail[1..])),
        _ => Reading::known(value(&tail[1..])),
    };
    evidence.set(fact, subject, reading);
}

/// Evidence a day old with these readings.
pub fn evidence(platform: Platform, shorthand: &str) -> Evidence {
    let mut evidence = Evidence::new(
        platform,
        Source::IosBackup,
        Some(now() - SignedDuration::from_hours(24)),
    );
    for reading in shorthand.split_whitespace() {
        set(&mut evidence, reading);
    }
    derive::apply(&mut evidence);
    evidence
}

/// The audit of this evidence under a shipped profile.
pub fn judge(
    evidence: &Evidence,
    profile: &str,
    readable_only: bool,
    ownership: Option<Ownership>,
) -> Audit {
    let profile = profile::load(profile, &[]).expect("a shipped profile");
    judge_by(evidence, &profile, readable_only, ownership)
}

/// The audit of this evidence under a profile.
pub fn judge_by(
    evidence: &Evidence,
    profile: &Profile,
    readable_only: bool,
    ownership: Option<Ownership>,
) -> Audit {
    let context = Context {
        at: now(),
        moment_chosen: false,
        about: About {
            ownership,
            ..About::default()
        },
        readable_only,
        narrowed_to: Vec::new(),
        ..Context::new(now())
    };
    assess(evidence, profile, &context)
}

/// The verdict of a control for a subject.
pub fn verdict(audit: &Audit, control: &str, subject: &str) -> Verdict {
    audit
        .findings
        .iter()
        .find(|f| f.control == control && f.subject.to_string() == subject)
        .unwrap_or_else(|| panic!("no finding {control} {subject}"))
        .verdict
}
