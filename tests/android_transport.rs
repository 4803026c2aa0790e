//! The way to the phone and back, against a daemon double (directly and through a real adb server) and against a
//! double of the adb server.

#[path = "support/adb_double.rs"]
mod adb_double;
#[path = "support/adb_server.rs"]
mod adb_server;
#[path = "support/adb_server_double.rs"]
mod adb_server_double;
#[path = "support/phone_kit.rs"]
mod phone_kit;

#[path = "android_transport/allowing.rs"]
mod allowing;
#[path = "android_transport/answers.rs"]
mod answers;
#[path = "android_transport/chaos.rs"]
mod chaos;
#[path = "android_transport/chaos_phone.rs"]
mod chaos_phone;
#[path = "android_transport/choosing.rs"]
mod choosing;
#[path = "android_transport/direct.rs"]
mod direct;
#[path = "android_transport/faults.rs"]
mod faults;
#[path = "android_transport/midway.rs"]
mod midway;
#[path = "android_transport/server.rs"]
mod server;
#[path = "android_transport/starting.rs"]
mod starting;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use adb_double::Double;
use adb_server::{AdbServer, have};
use spotcheck::android::transport::{Answer, KeyPlaces, Limits, Programs, Target, run_with};
use spotcheck::evidence::SourceError;

/// A home of the tests' own.
fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("adb-home")
}

/// The programs under test: the real helper, whatever program runs the tests, in a home of its own. Where adb is
/// there it makes a key for that home.
fn programs() -> Programs {
    static OWN: OnceLock<PathBuf> = OnceLock::new();
    let own = OWN.get_or_init(|| {
        let home = home();
        let key = home.join(".android/adbkey");
        fs::create_dir_all(home.join(".android")).expect("a home");
        if have("adb") && !key.exists() {
            let made = Command::new("adb")
                .arg("keygen")
                .arg(&key)
                .output()
                .expect("adb");
            assert!(made.status.success(), "adb keygen: {made:?}");
        }
        let own = home.join("spotcheck");
        let lines = format!(
            "#!/bin/sh\nunset ANDROID_USER_HOME\nHOME='{}' exec '{}' \"$@\"\n",
            home.display(),
            env!("CARGO_BIN_EXE_spotcheck")
        );
        write_program(&own, &lines);
        own
    });
    Programs {
        own: own.clone(),
        adb: PathBuf::from("adb"),
        keys: KeyPlaces {
            adb: Some(home().join(".android/adbkey")),
            own: Some(home().join("own/adbkey")),
        },
    }
}

/// A program of these lines. Another process writes it: a file that this one has had open for writing could not be
/// run while a child of another test, just forked, still has it open.
fn write_program(path: &Path, lines: &str) {
    let written = Command::new("sh")
        .args(["-c", "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .arg(lines)
        .status();
    assert!(
        written.is_ok_and(|status| status.success()),
        "a script at {}",
        path.display()
    );
}

/// Limits that keep a failing test short.
fn within(seconds: u64) -> Limits {
    Limits {
        deadline: Duration::from_secs(seconds),
        ..Limits::default()
    }
}

/// Long enough for any machine, where the answer does come.
fn patient() -> Limits {
    within(60)
}

/// How much longer than its deadline a run may take, to be started and to be ended.
const SLACK: Duration = Duration::from_secs(2);

/// Runs a script and proves that it did not hang. What took too long is run once more: the machine may have been busy.
fn ask(target: &Target, script: &str, limits: &Limits) -> Result<Answer, SourceError> {
    let run = || {
        let started = Instant::now();
        let answer = run_with(&programs(), target, script, limits);
        (answer, started.elapsed())
    };
    let (answer, took) = run();
    if took > limits.deadline + SLACK {
        let again = run().1;
        assert!(
            again <= limits.deadline + SLACK,
            "it took {took:?}, then {again:?}"
        );
    }
    answer
}

/// The two ways to a daemon double.
enum Way {
    Direct,
    Adb(AdbServer),
}

impl Way {
    /// Both ways, or only the direct one where adb is missing.
    fn all() -> Vec<Way> {
        let mut ways = vec![Way::Direct];
        ways.extend(AdbServer::start().map(Way::Adb));
        ways
    }

    fn name(&self) -> &'static str {
        match self {
            Way::Direct => "directly",
            Way::Adb(_) => "through adb",
        }
    }

    fn target(&self, double: &Double) -> Target {
        match self {
            Way::Direct => Target::Tcp(vec![double.addr()]),
            Way::Adb(server) => Target::Server {
                addr: server.addr(),
                serial: Some(server.connect(double.addr())),
            },
        }
    }
}

/// `Err` unless the error mentions one of these.
fn assert_mentions(error: &SourceError, any_of: &[&str], case: &str) {
    let text = error.to_string();
    assert!(
        any_of.iter().any(|part| text.contains(part)),
        "{case}: {text}"
    );
    assert!(
        error.what.ends_with(['.', ')']) || error.what.contains('\n'),
        "{case}: no sentence: {}",
        error.what
    );
    assert!(
        error.next.ends_with(['.', ')']),
        "{case}: no sentence: {}",
        error.next
    );
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "{case}: {text:?}"
    );
}
