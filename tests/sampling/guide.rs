//! The guide, run.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::commands::ids;
use crate::run::{ran, root, spotcheck};

/// Every command that the guide shows, in its order, in a folder with the example list.
#[test]
fn the_guide_works_as_it_says() {
    let page = std::fs::read_to_string(root().join("docs/draw.md")).expect("the page");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(
        root().join("docs/examples/staff.csv"),
        folder.path().join("staff.csv"),
    )
    .expect("copied");
    let blocks: Vec<&str> = page
        .split("```sh\n")
        .skip(1)
        .filter_map(|part| part.split("```").next())
        .collect();
    assert_eq!(blocks.len(), 5);
    let program = Path::new(env!("CARGO_BIN_EXE_spotcheck"));
    let path = std::env::join_paths(program.parent().map(PathBuf::from).into_iter().chain(
        std::env::split_paths(&std::env::var_os("PATH").expect("a PATH")),
    ))
    .expect("a PATH");
    let mut last = String::new();
    for block in blocks {
        let output = Command::new("sh")
            .current_dir(folder.path())
            .env("PATH", &path)
            .args(["-ec", block])
            .output()
            .expect("a shell");
        let ran = ran(output);
        assert_eq!(ran.status, 0, "{block}: {}", ran.err);
        last = ran.out;
    }
    // By hand and by the program, the same people.
    let drawn = spotcheck()
        .current_dir(folder.path())
        .args([
            "draw",
            "staff.csv",
            "--size",
            "12",
            "--seed",
            "03.11.19.27.42.58",
            "--format",
            "csv",
        ])
        .output()
        .expect("runs");
    let drawn = ran(drawn).out;
    let by_hand: Vec<&str> = last.lines().map(|line| &line[66..]).collect();
    assert_eq!(ids(&drawn, "drawn,"), by_hand);
    assert_eq!(by_hand.len(), 12);
}
