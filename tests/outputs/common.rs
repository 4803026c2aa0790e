//! What the tests of files share.

use std::path::PathBuf;

use crate::run::{Ran, run};

/// Every sample, by name, with the arguments that audit it.
pub const SAMPLES: [(&str, &str); 7] = [
    ("ios-compliant", "ios sample-backups/ios-compliant"),
    ("ios-failing", "ios sample-backups/ios-failing"),
    ("ios-gaps", "ios sample-backups/ios-gaps"),
    (
        "ios-encrypted",
        "ios sample-backups/ios-encrypted --password-file sample-backups/ios-encrypted-password.txt",
    ),
    (
        "android-compliant",
        "android --capture sample-backups/android-compliant.capture",
    ),
    (
        "android-failing",
        "android --capture sample-backups/android-failing.capture",
    ),
    (
        "android-gaps",
        "android --capture sample-backups/android-gaps.capture",
    ),
];

/// The endings of the files that hold everything.
pub const ENDINGS: [&str; 4] = ["json", "csv", "xml", "html"];

/// A folder for the files of a test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The same as text.
    pub fn name(&self, name: &str) -> String {
        self.at(name).display().to_string()
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.at(name), text).expect("written");
        self.name(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The names in it, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.0.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string())
            .map(|name| name.expect("UTF-8"))
            .collect();
        names.sort();
        names
    }
}

/// Runs a line of arguments, and more of them.
pub fn with(line: &str, more: &[&str]) -> Ran {
    let words = line.split_whitespace().chain(more.iter().copied());
    run(words)
}

/// Audits a sample as it stood when it was made, with every format as a file `NAME.ENDING`.
pub fn files(folder: &Folder, name: &str, line: &str, more: &[&str]) -> Ran {
    let paths = ENDINGS.map(|ending| folder.name(&format!("{name}.{ending}")));
    let mut args = vec!["--no-input"];
    args.extend(more);
    for path in &paths {
        args.extend(["-o", path]);
    }
    let ran = with(line, &args);
    assert!([0, 1, 3].contains(&ran.status), "{name}: {}", ran.err);
    ran
}
