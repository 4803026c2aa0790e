//! The guide to a whole programme, run: commit, draw, check the samples as phones, one declined, one replaced, report,
//! Freedom of Information, purge, verify.

use std::path::Path;

use crate::run::{root, sample};
use crate::transcript;

#[test]
fn the_whole_programme_of_the_guide() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["staff.csv", "spotcheck.toml"] {
        let from = root().join("docs/examples").join(name);
        std::fs::copy(from, folder.path().join(name)).expect("copied");
    }
    let phones = folder.path().join("phones");
    std::fs::create_dir(&phones).expect("made");
    for name in [
        "ios-compliant",
        "ios-failing",
        "android-compliant.capture",
        "android-failing.capture",
    ] {
        std::os::unix::fs::symlink(sample(name), phones.join(name)).expect("linked");
    }
    transcript::holds(
        &root().join("docs/programme.md"),
        folder.path(),
        Path::new(env!("CARGO_BIN_EXE_spotcheck")),
    );
}
