//! The way to the phone and back, against a daemon double (directly and through a real adb server) and against a
//! double of the adb server.

#[path = "support/adb_double.rs"]
mod adb_double;
#[path = "support/adb_server.rs"]
mod adb_server;

#[path = "android_transport/direct.rs"]
mod direct;
#[path = "android_transport/through_adb.rs"]
mod through_adb;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use spotcheck::android::transport::{Answer, Limits, Programs, Target, run_with};
use spotcheck::evidence::SourceError;

/// The programs under test: the real helper, whatever program runs the tests.
pub fn programs() -> Programs {
    Programs {
        own: PathBuf::from(env!("CARGO_BIN_EXE_spotcheck")),
        adb: PathBuf::from("adb"),
    }
}

/// Limits that keep a failing test short.
pub fn within(seconds: u64) -> Limits {
    Limits {
        deadline: Duration::from_secs(seconds),
        ..Limits::default()
    }
}

/// Runs a script and proves that it did not hang.
pub fn ask(target: &Target, script: &str, limits: &Limits) -> Result<Answer, SourceError> {
    let started = Instant::now();
    let answer = run_with(&programs(), target, script, limits);
    let took = started.elapsed();
    assert!(
        took < limits.deadline + Duration::from_secs(10),
        "it took {took:?}"
    );
    answer
}
