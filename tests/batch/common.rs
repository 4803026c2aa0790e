//! What these tests share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::backup_builder::Backup;
use crate::run::{Ran, ran, sample, spotcheck};

/// Folder names are the phones' own identifiers.
pub const UDIDS: [&str; 4] = [
    "00008110-CANARYUDID000001",
    "00008120-CANARYUDID000002",
    "00008130-CANARYUDID000003",
    "aaaabbbbccccddddeeeeffff0000canaryudid04",
];

/// A folder of backups and captures, removed when dropped.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Where the backups are.
    pub fn root(&self) -> PathBuf {
        self.at("phones")
    }

    pub fn backup(&self, path: &str, backup: &Backup) -> PathBuf {
        backup.build(&self.root().join(path))
    }

    /// A sample capture, copied.
    pub fn capture(&self, path: &str, name: &str) {
        let target = self.root().join(path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        std::fs::copy(sample(name), target).expect("copied");
    }

    pub fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let target = self.at(path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        std::fs::write(&target, bytes).expect("written");
        target
    }

    /// A batch over all of it, judged as of the evidence.
    pub fn batch(&self, args: &[&str]) -> Command {
        let mut command = spotcheck();
        command
            .arg("batch")
            .arg(self.root())
            .args(["--as-of", "evidence"])
            .args(args)
            .current_dir(self.0.path());
        command
    }
}

/// Three layouts, a capture, a backup that is encrypted and one that is no backup any more.
pub fn mixed() -> Folder {
    let folder = Folder::new();
    let [mac, windows, libimobiledevice, broken] = UDIDS;
    folder.backup(
        &format!("Library/Application Support/MobileSync/Backup/{mac}"),
        &Backup::compliant(),
    );
    folder.backup(
        &format!("AppData/Roaming/Apple Computer/MobileSync/Backup/{windows}"),
        &Backup::failing(),
    );
    folder.backup(
        &format!("idevicebackup2/{libimobiledevice}"),
        &Backup::gaps(),
    );
    folder.backup(
        &format!("idevicebackup2/{broken}"),
        &Backup::compliant().database([0x5e; 5000]),
    );
    folder.capture("ward-7/a.capture", "android-failing.capture");
    folder.file(
        "phones/ward-7/cut-short.capture",
        "spotcheck-capture 1\nlabel",
    );
    folder
}

pub fn output(mut command: Command) -> Ran {
    ran(command.output().expect("the program starts"))
}

/// Every line as JSON. A line that is none is a failure.
pub fn lines(text: &str) -> Vec<Value> {
    assert!(
        text.is_empty() || text.ends_with('\n'),
        "a half-written line"
    );
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn input_of(line: &Value) -> String {
    let input = line["batch"]["input"].as_str();
    input
        .unwrap_or_else(|| panic!("no input: {line}"))
        .to_owned()
}

/// Result by input id: `PASS`, `FAIL`, `INCOMPLETE` or `NOT READ`, with the status of the error if there is one.
pub fn results(text: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for line in lines(text) {
        let mut result = line["overall"].as_str().unwrap_or("NOT READ").to_owned();
        if let Some(status) = line["error"]["status"].as_u64() {
            result += &format!(" {status}");
        }
        let again = all.insert(input_of(&line), result);
        assert!(again.is_none(), "two lines of one input");
    }
    all
}

pub fn sorted(results: &BTreeMap<String, String>) -> Vec<&str> {
    let mut all: Vec<&str> = results.values().map(String::as_str).collect();
    all.sort_unstable();
    all
}

/// No folder name, which is a phone's identifier, and no word of a person.
pub fn nameless(case: &str, text: &str) {
    for word in [
        "CANARY",
        "canary",
        "00008110-",
        "MobileSync",
        "idevicebackup2",
        "panicked",
    ] {
        assert!(!text.contains(word), "{case}: {word}: {text}");
    }
}
