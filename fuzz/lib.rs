//! The fuzz targets of `tests/fuzz_targets`, compiled once for all of `cargo fuzz`'s programs.

// The seeds are written by an example of the program.
#[allow(dead_code)]
#[path = "../tests/fuzz_targets/mod.rs"]
mod targets;

use std::sync::OnceLock;

static TARGET: OnceLock<targets::Target> = OnceLock::new();

/// Feeds the target of this name.
pub fn feed(name: &str, bytes: &[u8]) {
    let target = TARGET.get_or_init(|| {
        targets::all()
            .into_iter()
            .find(|target| target.name == name)
            .expect("a target of this name")
    });
    (target.run)(bytes);
}
