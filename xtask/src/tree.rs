//! A copy of the project that is changed on purpose, and its test programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{command, ended_well, root};

/// Where the copy and what is compiled of it lie. There is one for every purpose: cargo calls what it compiles of two
/// copies alike, and would take one for the other.
pub fn folder() -> PathBuf {
    root().join("target/changed")
}

/// The files of the project as they are now. What is the same already is left alone, so that it is not compiled again.
pub fn copy(tree: &Path) -> Result<()> {
    let out = command("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .context("git could not be started")?;
    ended_well("git ls-files", out.status.success())?;
    let names = String::from_utf8_lossy(&out.stdout).into_owned();
    let names: BTreeSet<&str> = names.split('\0').collect();
    forget(tree, &tree.join("src"), &names)?;
    for name in names {
        let from = root().join(name);
        if name.is_empty() || !from.is_file() {
            continue;
        }
        let bytes = fs::read(&from).with_context(|| format!("{name} cannot be read"))?;
        write(&tree.join(name), &bytes)?;
        let mode = fs::metadata(&from)?.permissions();
        fs::set_permissions(tree.join(name), mode)?;
    }
    Ok(())
}

/// Takes out what the project no longer has.
fn forget(tree: &Path, folder: &Path, names: &BTreeSet<&str>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.strip_prefix(tree)?.to_string_lossy().into_owned();
        if path.is_dir() {
            forget(tree, &path, names)?;
        } else if !names.contains(name.as_str()) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

pub fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

/// cargo in such a copy.
pub fn cargo(tree: &Path) -> Command {
    let mut cargo = command("cargo");
    cargo
        .current_dir(tree)
        // What is compiled of libraries is shared; the program is not, or it would take the place of the real one.
        .env("CARGO_BUILD_BUILD_DIR", root().join("target"))
        .env("CARGO_TARGET_DIR", tree.join("../build"))
        .env("CARGO_INCREMENTAL", "1")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .arg("--quiet")
        // Unlike any other build of the program, so that neither is taken for the other.
        .args([
            "--config",
            "profile.dev.package.spotcheck.codegen-units=255",
        ]);
    cargo
}

/// Compiles the test programs; where each is.
pub fn programs(tree: &Path, asked: &BTreeSet<&str>) -> Result<BTreeMap<String, PathBuf>> {
    let mut build = cargo(tree);
    build.args(["test", "--no-run", "--message-format=json", "--lib"]);
    for name in asked.iter().filter(|name| **name != "spotcheck") {
        build.args(["--test", name]);
    }
    let out = build.stderr(Stdio::inherit()).output()?;
    ended_well("cargo test --no-run", out.status.success())?;
    let mut programs = BTreeMap::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        let said: Value = serde_json::from_str(line)?;
        let test = said["profile"]["test"] == true;
        if let (true, Some(file), Some(name)) = (
            test,
            said["executable"].as_str(),
            said["target"]["name"].as_str(),
        ) {
            programs.insert(name.to_owned(), PathBuf::from(file));
        }
    }
    Ok(programs)
}

/// One of these test programs, as cargo would start it.
pub fn test(tree: &Path, program: &Path) -> Command {
    let mut run = Command::new(program);
    run.current_dir(tree)
        .env("CARGO_MANIFEST_DIR", tree)
        .env("INSTA_WORKSPACE_ROOT", tree)
        .env("INSTA_UPDATE", "no")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null());
    run
}
