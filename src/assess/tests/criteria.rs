//! Criteria in three-valued logic: unknown is never true, and the facts kept are those that decided.

use super::{is, word};
use crate::assess::eval::{Leaf, evaluate, joined};
use crate::evidence::{Fact, Platform, Subject, Value};
use crate::profile::Criterion;
use crate::shorthand;

/// `credential` is set, `auto-lock` is one minute, Find My is on: each true, false or unknown by the readings.
fn parts() -> [Criterion; 3] {
    [
        word(Fact::LockCredential, "set"),
        is(Fact::LockAutoLock, Value::seconds(60), false),
        is(Fact::FindMy, Value::Bool(true), false),
    ]
}

#[test]
fn all_any_and_not() {
    const LOCK: &str = "lock.credential";
    const AUTO: &str = "lock.auto_lock";
    const FIND: &str = "remote_wipe.find_my";
    type Came<'a> = (Option<bool>, &'a [&'a str]);
    let table: [(&str, &str, Came, Came); 8] = [
        (
            "all true",
            "lock.credential=set lock.auto_lock=60 remote_wipe.find_my=yes",
            (Some(true), &[LOCK, AUTO, FIND]),
            (Some(true), &[LOCK, AUTO, FIND]),
        ),
        (
            "one false",
            "lock.credential=set lock.auto_lock=61 remote_wipe.find_my=yes",
            (Some(false), &[AUTO]),
            (Some(true), &[LOCK, FIND]),
        ),
        (
            "one unknown",
            "lock.credential=set lock.auto_lock! remote_wipe.find_my=yes",
            (None, &[AUTO]),
            (Some(true), &[LOCK, FIND]),
        ),
        (
            "one only indicated",
            "lock.credential=set lock.auto_lock~60 remote_wipe.find_my=yes",
            (None, &[AUTO]),
            (Some(true), &[LOCK, FIND]),
        ),
        (
            "one false, one unknown: for `all` the false one decides",
            "lock.credential=none lock.auto_lock! remote_wipe.find_my=yes",
            (Some(false), &[LOCK]),
            (Some(true), &[FIND]),
        ),
        (
            "false and unknown: for `any` the unknown one leaves it open",
            "lock.credential=none lock.auto_lock=61 remote_wipe.find_my-",
            (Some(false), &[LOCK, AUTO]),
            (None, &[FIND]),
        ),
        (
            "all false",
            "lock.credential=none lock.auto_lock=never remote_wipe.find_my=no",
            (Some(false), &[LOCK, AUTO, FIND]),
            (Some(false), &[LOCK, AUTO, FIND]),
        ),
        (
            "nothing read",
            "",
            (None, &[LOCK, AUTO, FIND]),
            (None, &[LOCK, AUTO, FIND]),
        ),
    ];
    for (what, facts, all, any) in table {
        let evidence = shorthand::evidence(Platform::Ios, facts);
        for (criterion, (truth, facts)) in [
            (Criterion::All(parts().to_vec()), all),
            (Criterion::Any(parts().to_vec()), any),
        ] {
            for (criterion, truth) in [
                (
                    Criterion::Not(Box::new(criterion.clone())),
                    truth.map(|t: bool| !t),
                ),
                (criterion, truth),
            ] {
                let outcome = evaluate(&criterion, &evidence, &Subject::Device);
                let kept: Vec<&str> = outcome.leaves.iter().map(|leaf| leaf.fact.id()).collect();
                assert_eq!(
                    (outcome.truth, &kept[..]),
                    (truth, facts),
                    "{what}: {criterion:?}"
                );
            }
        }
    }
}

#[test]
fn an_indication_decides_only_where_the_rule_trusts_it() {
    for (reading, trusted, expected) in [
        ("lock.auto_lock~60", false, None),
        ("lock.auto_lock~60", true, Some(true)),
        ("lock.auto_lock~61", true, Some(false)),
        ("lock.auto_lock=60", false, Some(true)),
        ("lock.auto_lock=60", true, Some(true)),
        ("lock.auto_lock!", true, None),
    ] {
        let evidence = shorthand::evidence(Platform::Ios, reading);
        let rule = is(Fact::LockAutoLock, Value::seconds(60), trusted);
        let outcome = evaluate(&rule, &evidence, &Subject::Device);
        assert_eq!(outcome.truth, expected, "{reading} {trusted}");
    }
}

/// Facts of the phone are read there, whatever the subject; another Android user has settings of its own.
#[test]
fn where_a_fact_is_read() {
    let facts = "lock.credential=set lock.auto_lock=60 whatsapp@95/lock.credential=none \
        whatsapp/app.photos.permission=none whatsapp@95/app.photos.permission=full";
    let evidence = shorthand::evidence(Platform::Ios, facts);
    let (device, own, copy) = (
        Subject::Device,
        Subject::app("whatsapp"),
        Subject::copy("whatsapp", 95),
    );
    for (fact, subject, expected) in [
        (Fact::LockAutoLock, &own, Some(Value::seconds(60))),
        (Fact::LockAutoLock, &copy, Some(Value::seconds(60))),
        (Fact::LockCredential, &device, Some(Value::Word("set"))),
        (Fact::LockCredential, &own, Some(Value::Word("set"))),
        (Fact::LockCredential, &copy, Some(Value::Word("none"))),
        (Fact::AppPhotos, &device, None),
        (Fact::AppPhotos, &own, Some(Value::Word("none"))),
        (Fact::AppPhotos, &copy, Some(Value::Word("full"))),
    ] {
        let leaf = Leaf::read(&evidence, fact, subject);
        assert_eq!(
            leaf.reading.value(),
            expected.as_ref(),
            "{fact} of {subject}"
        );
    }
}

#[test]
fn each_fact_is_kept_once() {
    let evidence = shorthand::evidence(Platform::Ios, "lock.credential=set");
    let leaves = |part: usize| evaluate(&parts()[part], &evidence, &Subject::Device).leaves;
    let kept = joined(joined(leaves(0), leaves(1)), joined(leaves(0), leaves(2)));
    let kept: Vec<&str> = kept.iter().map(|leaf| leaf.fact.id()).collect();
    assert_eq!(
        kept,
        ["lock.credential", "lock.auto_lock", "remote_wipe.find_my"]
    );
}
