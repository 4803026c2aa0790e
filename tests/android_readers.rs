//! The readers against synthetic phones: the real script runs under a phone's shell and applets, and every fact is
//! checked in each way it can be.

// The commands that may be sent.
#[allow(dead_code)]
#[path = "android_commands/allowed.rs"]
mod allowed;
#[path = "support/android_samples.rs"]
mod android_samples;
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[allow(dead_code)]
#[path = "android_commands/shell.rs"]
mod shell;

#[path = "android_readers/app_facts.rs"]
mod app_facts;
#[path = "android_readers/besides.rs"]
mod besides;
#[path = "android_readers/bytes.rs"]
mod bytes;
#[path = "android_readers/corpus.rs"]
mod corpus;
#[path = "android_readers/damage.rs"]
mod damage;
#[path = "android_readers/facts.rs"]
mod facts;
#[path = "android_readers/hangs.rs"]
mod hangs;
#[path = "android_readers/lock_facts.rs"]
mod lock_facts;
#[path = "android_readers/management_facts.rs"]
mod management_facts;
#[path = "android_readers/posture_facts.rs"]
mod posture_facts;
#[path = "android_readers/preview_facts.rs"]
mod preview_facts;
#[path = "android_readers/reasons.rs"]
mod reasons;
#[path = "android_readers/samples.rs"]
mod samples;
#[path = "android_readers/verdicts.rs"]
mod verdicts;

use phone_kit::*;
use spotcheck::evidence::{Evidence, Fact, Platform, Reading, Request, State, Strength, Subject};

/// What a command says that a phone refuses.
const REFUSED: &str =
    "Permission Denial: can't dump from pid=1, uid=2000 due to missing android.permission.DUMP";

fn pixel() -> Phone {
    Phone::stock(Make::Pixel, 36)
}

/// Everything that can be asked.
fn everything() -> Request {
    Request::everything(apps(), Platform::Android)
}

/// Only one fact, so that the script is short.
fn only(fact: Fact) -> Request {
    let mut request = Request::new([fact], Vec::new(), Platform::Android);
    if fact.scope() != spotcheck::evidence::Scope::Device {
        request = Request::new([fact], vec![apps().remove(0)], Platform::Android);
    }
    request
}

/// How a reading is written in the tables: the value, `~` before an indicative one, `!` after the best possible, or
/// `absent`, `unreadable`, `not-readable`.
fn short(reading: &Reading) -> String {
    match &reading.state {
        State::Known(value) => format!(
            "{}{value}{}",
            if reading.strength == Strength::Indicative {
                "~"
            } else {
                ""
            },
            if reading.best_possible { "!" } else { "" }
        ),
        State::Absent(_) => "absent".into(),
        State::Unreadable(_) => "unreadable".into(),
        State::NotReadable(_) => "not-readable".into(),
    }
}

/// One line of a table: what the phone is, and what the fact must be.
type Case = (&'static str, Phone, &'static str);

/// Runs a table for a fact about the phone.
fn check(fact: Fact, cases: Vec<Case>) {
    check_for(fact, &Subject::Device, cases);
}

fn check_for(fact: Fact, subject: &Subject, cases: Vec<Case>) {
    let Some(tools) = Tools::find() else { return };
    let mut wrong = Vec::new();
    let request = only(fact);
    for (name, phone, expected) in cases {
        let (answer, evidence) = phone.audit(&request, &tools);
        no_canary(name, &answer);
        let unasked = evidence
            .readings()
            .find(|(told, ..)| !request.wants(&[*told]));
        assert!(unasked.is_none(), "{name}: nobody asked for {unasked:?}");
        let reading = evidence.get(fact, subject);
        if short(&reading) != expected {
            wrong.push(format!(
                "{name}: {fact} is {reading:?}, expected {expected}"
            ));
        }
        assert!(
            evidence.has(fact, subject) || expected == "unreadable",
            "{name}: {fact} was not reported"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No personal text in what crossed the cable.
fn no_canary(name: &str, answer: &[u8]) {
    let text = String::from_utf8_lossy(answer);
    for canary in CANARIES {
        assert!(
            !text.contains(canary),
            "{name}: {canary:?} crossed the cable:\n{text}"
        );
    }
}

/// All readings, for comparing.
fn all(evidence: &Evidence) -> Vec<(Fact, Subject, String)> {
    evidence
        .readings()
        .map(|(fact, subject, reading)| (fact, subject.clone(), short(reading)))
        .collect()
}
