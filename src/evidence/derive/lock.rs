//! How soon an Android phone locks, with policy and stay-awake taken in (AOSP KeyguardViewMediator: the delay is
//! `max(0, min(policy - screen timeout, lock delay))`).

use std::time::Duration;

use super::{join, unknown_as};
use crate::evidence::{Evidence, Fact, Origin, Reading, Source, Subject, Value};

pub(super) const AUTO_LOCK_INPUTS: [Fact; 5] = [
    Fact::LockScreenTimeout,
    Fact::LockPolicyMax,
    Fact::LockStayAwake,
    Fact::LockCredential,
    Fact::LockDelaySetting,
];
pub(super) const GRACE_INPUTS: [Fact; 3] = [
    Fact::LockDelaySetting,
    Fact::LockScreenTimeout,
    Fact::LockPolicyMax,
];

pub(super) fn apply(evidence: &mut Evidence) {
    let get = |fact| evidence.get(fact, &Subject::Device);
    let [timeout, policy, awake, delay] = [
        Fact::LockScreenTimeout,
        Fact::LockPolicyMax,
        Fact::LockStayAwake,
        Fact::LockDelaySetting,
    ]
    .map(get);
    let grace = grace(&delay, &timeout, &policy);
    let credential = get(Fact::LockCredential);
    let auto_lock =
        unlocked(&credential, &grace).unwrap_or_else(|| auto_lock(&timeout, &policy, &awake));
    if AUTO_LOCK_INPUTS
        .iter()
        .any(|f| evidence.has(*f, &Subject::Device))
    {
        evidence.set(Fact::LockAutoLock, Subject::Device, auto_lock);
    }
    if GRACE_INPUTS
        .iter()
        .any(|f| evidence.has(*f, &Subject::Device))
    {
        evidence.set(Fact::LockGrace, Subject::Device, grace);
    }
}

/// A length of time; `None` is "never".
fn span(reading: &Reading) -> Option<Option<Duration>> {
    match reading.value() {
        Some(Value::Duration(d)) => Some(Some(*d)),
        Some(Value::Never) => Some(None),
        _ => None,
    }
}

fn value(span: Option<Duration>) -> Value {
    span.map_or(Value::Never, Value::Duration)
}

fn shorter(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Of a phone whose screen goes dark and that does not lock then: never.
fn unlocked(credential: &Reading, grace: &Reading) -> Option<Reading> {
    let (why, note) = if credential.value() == Some(&Value::Word("none")) {
        (
            credential,
            "no screen lock is set: the screen goes dark, and nothing locks",
        )
    } else if grace.value() == Some(&Value::Never) {
        (grace, "the screen goes dark, and the lock never follows")
    } else {
        return None;
    };
    let note = Origin::new(Source::Derived, Fact::LockAutoLock.id()).note(note);
    Some(join(Reading::known(Value::Never), &[why]).from(note))
}

fn auto_lock(timeout: &Reading, policy: &Reading, awake: &Reading) -> Reading {
    let Some(Value::Bool(awake_on)) = awake.value() else {
        return unknown_as(awake, Fact::LockStayAwake.label());
    };
    if *awake_on {
        let note = Origin::new(Source::Derived, Fact::LockAutoLock.id())
            .note("\"Stay awake\" is on: the phone does not lock itself while it charges");
        return join(Reading::known(Value::Never), &[awake]).from(note);
    }
    let Some(timeout_span) = span(timeout) else {
        return unknown_as(timeout, Fact::LockScreenTimeout.label());
    };
    let Some(policy_span) = span(policy) else {
        return unknown_as(policy, Fact::LockPolicyMax.label());
    };
    join(
        Reading::known(value(shorter(timeout_span, policy_span))),
        &[timeout, policy, awake],
    )
}

fn grace(delay: &Reading, timeout: &Reading, policy: &Reading) -> Reading {
    let Some(delay_span) = span(delay) else {
        return unknown_as(delay, Fact::LockDelaySetting.label());
    };
    if delay_span == Some(Duration::ZERO) {
        return join(Reading::known(value(delay_span)), &[delay]);
    }
    let Some(policy_span) = span(policy) else {
        return unknown_as(policy, Fact::LockPolicyMax.label());
    };
    let Some(policy_max) = policy_span else {
        return join(Reading::known(value(delay_span)), &[delay, policy]);
    };
    let Some(timeout_span) = span(timeout) else {
        return unknown_as(timeout, Fact::LockScreenTimeout.label());
    };
    // A screen that never goes dark by itself leaves nothing of the policy's time for a delay.
    let left = timeout_span.map_or(Duration::ZERO, |t| policy_max.saturating_sub(t));
    join(
        Reading::known(value(shorter(delay_span, Some(left)))),
        &[delay, timeout, policy],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Platform, Strength};

    /// What is read, and what follows from it.
    fn evidence(
        timeout: Option<u64>,
        delay: Option<u64>,
        policy: Option<u64>,
        awake: Option<bool>,
    ) -> Evidence {
        let mut e = readings(timeout, delay, policy, awake);
        super::apply(&mut e);
        e
    }

    fn readings(
        timeout: Option<u64>,
        delay: Option<u64>,
        policy: Option<u64>,
        awake: Option<bool>,
    ) -> Evidence {
        let mut e = Evidence::new(Platform::Android, Source::AndroidAdb, None);
        let span = |ms: u64| {
            if ms == u64::MAX {
                Value::Never
            } else {
                Value::millis(ms)
            }
        };
        let mut put = |fact, reading| e.set(fact, Subject::Device, reading);
        let read = |ms: Option<u64>| {
            ms.map_or_else(
                || Reading::unreadable("refused"),
                |ms| Reading::known(span(ms)),
            )
        };
        put(Fact::LockScreenTimeout, read(timeout));
        put(Fact::LockDelaySetting, read(delay));
        put(Fact::LockPolicyMax, read(policy));
        put(
            Fact::LockStayAwake,
            awake.map_or_else(
                || Reading::unreadable("refused"),
                |b| Reading::known(Value::Bool(b)),
            ),
        );
        e
    }

    const NEVER: u64 = u64::MAX;

    #[test]
    fn auto_lock_and_grace_under_policy() {
        // (timeout, delay, policy, stay awake) => (auto-lock, grace); None where an input that matters is unknown
        let ms = |v: u64| Some(Value::millis(v));
        for (given, auto_lock, grace) in [
            (
                (Some(60_000), Some(5_000), Some(NEVER), Some(false)),
                ms(60_000),
                ms(5_000),
            ),
            (
                (Some(60_000), Some(0), Some(NEVER), Some(false)),
                ms(60_000),
                ms(0),
            ),
            (
                (Some(600_000), Some(30_000), Some(300_000), Some(false)),
                ms(300_000),
                ms(0),
            ),
            (
                (Some(60_000), Some(30_000), Some(70_000), Some(false)),
                ms(60_000),
                ms(10_000),
            ),
            (
                (Some(NEVER), Some(5_000), Some(NEVER), Some(false)),
                Some(Value::Never),
                ms(5_000),
            ),
            (
                (Some(NEVER), Some(5_000), Some(60_000), Some(false)),
                ms(60_000),
                ms(0),
            ),
            (
                (Some(60_000), Some(NEVER), Some(NEVER), Some(false)),
                Some(Value::Never),
                Some(Value::Never),
            ),
            (
                (Some(60_000), Some(5_000), Some(NEVER), Some(true)),
                Some(Value::Never),
                ms(5_000),
            ),
            (
                (Some(60_000), Some(5_000), Some(NEVER), None),
                None,
                ms(5_000),
            ),
            ((Some(60_000), Some(5_000), None, Some(false)), None, None),
            (
                (None, Some(5_000), Some(NEVER), Some(false)),
                None,
                ms(5_000),
            ),
            (
                (Some(60_000), None, Some(NEVER), Some(false)),
                ms(60_000),
                None,
            ),
        ] {
            let e = evidence(given.0, given.1, given.2, given.3);
            assert_eq!(
                e.get(Fact::LockAutoLock, &Subject::Device).value(),
                auto_lock.as_ref(),
                "auto-lock of {given:?}"
            );
            assert_eq!(
                e.get(Fact::LockGrace, &Subject::Device).value(),
                grace.as_ref(),
                "grace of {given:?}"
            );
        }
    }

    #[test]
    fn a_screen_that_goes_dark_locks_nothing_by_itself() {
        for (credential, delay, expected) in [
            ("pin", 5_000, Value::seconds(60)),
            ("none", 5_000, Value::Never),
            ("pin", NEVER, Value::Never),
        ] {
            let mut e = readings(Some(60_000), Some(delay), Some(NEVER), Some(false));
            let credential = Reading::known(Value::Word(credential));
            e.set(Fact::LockCredential, Subject::Device, credential);
            super::apply(&mut e);
            let auto_lock = e.get(Fact::LockAutoLock, &Subject::Device);
            assert_eq!(auto_lock.value(), Some(&expected));
        }
        // Where an administrator limits both together, no delay is for ever.
        let e = evidence(Some(60_000), Some(NEVER), Some(120_000), Some(false));
        let auto_lock = e.get(Fact::LockAutoLock, &Subject::Device);
        assert_eq!(auto_lock.value(), Some(&Value::seconds(60)));
    }

    #[test]
    fn a_weak_input_makes_a_weak_result() {
        let mut e = Evidence::new(Platform::Android, Source::AndroidAdb, None);
        e.set(
            Fact::LockScreenTimeout,
            Subject::Device,
            Reading::indicative(Value::seconds(60)),
        );
        e.set(
            Fact::LockPolicyMax,
            Subject::Device,
            Reading::known(Value::Never),
        );
        e.set(
            Fact::LockStayAwake,
            Subject::Device,
            Reading::known(Value::Bool(false)),
        );
        super::apply(&mut e);
        let r = e.get(Fact::LockAutoLock, &Subject::Device);
        assert_eq!((r.strength, r.best_possible), (Strength::Indicative, false));
    }
}
