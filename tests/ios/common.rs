//! What all these tests share.

use std::io::Write as _;
use std::path::PathBuf;

use spotcheck::apps;
use spotcheck::evidence::{
    Evidence, Fact, Platform, Reading, Request, State, Strength, Subject, Value,
};
use spotcheck::ios;
use tempfile::TempDir;

use crate::backup_builder::Backup;

/// A request for everything about WhatsApp and Signal.
pub fn request() -> Request {
    let apps = ["whatsapp", "signal"]
        .iter()
        .map(|id| apps::by_id(id).expect("in the catalogue").clone())
        .collect();
    Request::everything(apps, Platform::Ios)
}

/// A backup on disk, removed when dropped.
pub struct OnDisk {
    _dir: TempDir,
    pub path: PathBuf,
}

pub fn on_disk(backup: &Backup) -> OnDisk {
    let dir = tempfile::tempdir().expect("a folder");
    // Not ordinary on purpose: the address of Manifest.db has to be encoded.
    let path = backup.build(&dir.path().join("a backup, 100% #1?"));
    OnDisk { _dir: dir, path }
}

pub fn read(backup: &Backup) -> Evidence {
    ios::read(&on_disk(backup).path, &request()).expect("a backup")
}

/// What a test expects of a reading.
#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    Known(Value),
    Indicative(Value),
    Absent,
    Unreadable,
}

pub fn known(value: impl Into<V>) -> Expect {
    Expect::Known(value.into().0)
}

pub fn indicative(value: impl Into<V>) -> Expect {
    Expect::Indicative(value.into().0)
}

pub struct V(Value);

impl From<bool> for V {
    fn from(v: bool) -> V {
        V(Value::Bool(v))
    }
}

impl From<&'static str> for V {
    fn from(v: &'static str) -> V {
        V(Value::Word(v))
    }
}

impl From<u64> for V {
    fn from(v: u64) -> V {
        V(Value::seconds(v))
    }
}

impl From<Value> for V {
    fn from(v: Value) -> V {
        V(v)
    }
}

pub fn of(reading: &Reading) -> Expect {
    match (&reading.state, reading.strength) {
        (State::Known(value), Strength::Direct) => Expect::Known(value.clone()),
        (State::Known(value), Strength::Indicative) => Expect::Indicative(value.clone()),
        (State::Absent(_), _) => Expect::Absent,
        (State::Unreadable(_), _) => Expect::Unreadable,
        (State::NotReadable(_), _) => panic!("no reader of backups says this: {reading:?}"),
    }
}

/// Checks one fact, and that its reading says where it came from or why there is none.
#[track_caller]
pub fn check(case: &str, evidence: &Evidence, fact: Fact, subject: &Subject, expect: &Expect) {
    let reading = evidence.get(fact, subject);
    assert_eq!(of(&reading), *expect, "{case}: {fact}: {reading:?}");
    if let Some(why) = reading.why_unknown() {
        assert!(!why.is_empty(), "{case}: {fact} without a reason");
        assert!(!why.ends_with('.'), "{case}: {fact}: {why}");
    } else {
        assert!(
            !reading.origin.is_empty(),
            "{case}: {fact} without an origin"
        );
    }
}

/// Says aloud that a test did nothing, or fails where that is not allowed.
pub fn skipped(why: &str) {
    assert!(
        std::env::var_os("SPOTCHECK_STRICT").is_none_or(|v| v != "1"),
        "SPOTCHECK_STRICT=1, and {why}"
    );
    // Not `eprintln!`, which the test harness swallows when a test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}
