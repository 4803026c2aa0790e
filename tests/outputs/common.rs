//! What the tests of files share.

#[path = "../support/folder.rs"]
mod folder;

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

pub use folder::Folder;

/// Runs a line of arguments, and more of them.
pub fn with(line: &str, more: &[&str]) -> Ran {
    let words = line.split_whitespace().chain(more.iter().copied());
    run(words)
}

/// Audits a sample as it stood when it was made, with every format as a file `NAME.ENDING`.
pub fn files(folder: &Folder, name: &str, line: &str, more: &[&str]) -> Ran {
    let paths = ENDINGS.map(|ending| folder.text(&format!("{name}.{ending}")));
    let mut args = vec!["--no-input"];
    args.extend(more);
    for path in &paths {
        args.extend(["-o", path]);
    }
    let ran = with(line, &args);
    assert!([0, 1, 3].contains(&ran.status), "{name}: {}", ran.err);
    ran
}
