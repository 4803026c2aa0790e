//! What these tests share.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::backup_builder::Backup;
use crate::run::{Ran, ran, spotcheck};

/// Not ASCII on purpose: the password's bytes are UTF-8.
pub const PASSWORD: &str = "correct-horse £5 bätterÿ";
pub const VARIABLE: &str = "SPOTCHECK_TEST_PASSWORD";

/// A backup on disk, removed when dropped.
pub struct OnDisk {
    dir: TempDir,
    pub path: PathBuf,
}

impl OnDisk {
    pub fn new(backup: &Backup) -> OnDisk {
        let dir = tempfile::tempdir().expect("a folder");
        let path = backup.build(&dir.path().join("00008110-CANARYUDID000001"));
        OnDisk { dir, path }
    }

    /// A file beside the backup.
    pub fn beside(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    pub fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// An audit of it as JSON, judged as of its own date, with a password.
    pub fn audit(&self, password: &str) -> Command {
        let mut command = self.locked_audit();
        command
            .env(VARIABLE, password)
            .args(["--password-env", VARIABLE]);
        command
    }

    /// The same without a password.
    pub fn locked_audit(&self) -> Command {
        let mut command = spotcheck();
        command.arg("ios").arg(&self.path).args([
            "--as-of",
            "evidence",
            "--format",
            "json",
            "--no-input",
        ]);
        command
    }
}

pub fn output(mut command: Command) -> Ran {
    ran(command.output().expect("the program starts"))
}

pub fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}{}", ran.out, ran.err))
}

/// The reading of a fact, the first where several apps have one.
pub fn fact<'a>(audit: &'a Value, id: &str) -> &'a Value {
    let facts = audit["facts"].as_array().expect("a list");
    facts
        .iter()
        .find(|fact| fact["fact"] == id)
        .unwrap_or_else(|| panic!("no fact {id}"))
}

/// Never a word of the password, nor a panic.
pub fn discreet(case: &str, ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        for word in PASSWORD.split(' ') {
            assert!(!text.contains(word), "{case}: {text}");
        }
        assert!(!text.contains("panicked"), "{case}: {text}");
    }
}
