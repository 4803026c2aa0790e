//! The pages about the project itself say what is there: the examples in CONTRIBUTING.md, what differs on Windows, the
//! workflows, what goes into packages.

#[path = "project/examples.rs"]
mod examples;
#[path = "project/same_bytes.rs"]
mod same_bytes;
#[path = "project/systems.rs"]
mod systems;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every file below a folder of the project whose name ends so, by its path from the project's folder.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let below = path.strip_prefix(root()).expect("below it");
                found.push(below.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}
