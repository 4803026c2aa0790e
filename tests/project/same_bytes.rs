//! Nothing in the program depends on where, when or by whom it is built. `cargo xtask reproducible` compares the bytes.

use crate::{files, root, text};

#[test]
fn nothing_depends_on_where_or_when_it_is_built() {
    assert!(!root().join("build.rs").exists(), "build.rs runs anything");
    assert!(
        !text("Cargo.toml").contains("\nbuild ="),
        "the manifest names a build script"
    );
    let sources = files("src", ".rs");
    assert!(sources.len() > 100, "{} sources", sources.len());
    for file in sources {
        let source = text(&file);
        for mark in ["file!()", "option_env!"] {
            assert!(!source.contains(mark), "{file} has {mark}");
        }
        for (at, _) in source.match_indices("env!(\"") {
            let name = source[at + 6..].split('"').next().unwrap_or_default();
            assert!(name.starts_with("CARGO_PKG_"), "{file} has {name}");
        }
    }
}
