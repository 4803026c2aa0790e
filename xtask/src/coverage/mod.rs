//! How much of the code the tests run.

mod blocks;
mod errors;
mod marks;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::{command, ended_well, root};

/// Where verdicts come from: these parts of `src` are held to [`LEAST`].
const PARTS: [&str; 5] = ["assess", "ios", "android", "profile", "register"];

/// The least share of the lines of each part that tests must run, in per cent.
const LEAST: usize = 90;

/// The test programs that run. Those that only repeat what these do would take much longer.
const TESTS: &[&str] = &[
    "android_audit",
    "android_offline",
    "android_readers",
    "android_transport",
    "apps",
    "cli",
    "connecting",
    "encrypted",
    "ios",
    "look",
    "profiles",
    "register",
    "verdicts",
];

/// Of the lines, with `short` of the blocks, or with `errors` of the places where errors are made.
pub fn coverage(rest: &[String]) -> Result<()> {
    match rest.first().map(String::as_str) {
        Some("short") => blocks::count(),
        Some("errors") => errors::count(&rest[1..]),
        _ => lines(),
    }
}

/// Runs the tests in a build that counts which lines run (cargo-tarpaulin, which needs no part of rustup), and holds each
/// part to its share.
fn lines() -> Result<()> {
    let out = root().join("target/coverage");
    fs::create_dir_all(&out).context("a folder for the figures cannot be made")?;
    let mut run = command("cargo");
    run.args(["tarpaulin", "--engine", "llvm", "--skip-clean"])
        .args(["--follow-exec", "--implicit-test-threads"])
        .args(["--timeout", "900", "--out", "Json"])
        .arg("--output-dir")
        .arg(&out)
        .arg("--target-dir")
        .arg(out.join("build"));
    for part in PARTS {
        run.arg("--include-files").arg(format!("src/{part}/*"));
    }
    run.arg("--lib");
    for test in TESTS {
        run.args(["--test", test]);
    }
    // Counting writes files of its own: what the program opens is looked at without it.
    let status = run
        .args(["--", "--skip", "traces"])
        .status()
        .context("cargo could not be started")?;
    ended_well("cargo tarpaulin", status.success())?;
    let file = out.join("tarpaulin-report.json");
    let text =
        fs::read_to_string(&file).with_context(|| format!("{} was not made", file.display()))?;
    let figures: serde_json::Value =
        serde_json::from_str(&text).context("the figures are no JSON")?;
    let mut lines: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for source in figures["files"].as_array().into_iter().flatten() {
        let path = source["path"].as_array().into_iter().flatten();
        let names: Vec<&str> = path.filter_map(|name| name.as_str()).collect();
        let part = names
            .iter()
            .rposition(|name| *name == "src")
            .and_then(|at| names.get(at + 1))
            .and_then(|name| PARTS.iter().find(|part| *part == name));
        let number = |key: &str| source[key].as_u64().unwrap_or(0) as usize;
        if let Some(part) = part {
            let (run, all) = lines.entry(part).or_default();
            *run += number("covered");
            *all += number("coverable");
        }
    }
    report("lines", LEAST, &lines)
}

/// Prints, of each part, how many of its lines or blocks ran of how many; too few are an error.
fn report(of: &str, least: usize, counted: &BTreeMap<&str, (usize, usize)>) -> Result<()> {
    println!("{:<12}{of:>8}{:>8}{:>9}", "part", "run", "per cent");
    let mut short = Vec::new();
    for part in PARTS {
        let (run, all) = counted.get(part).copied().unwrap_or_default();
        let share = 100.0 * run as f64 / all.max(1) as f64;
        println!("{part:<12}{all:>8}{run:>8}{share:>9.1}");
        if run * 100 < all * least || all == 0 {
            short.push(part);
        }
    }
    if !short.is_empty() {
        bail!(
            "less than {least}% of the {of} run in: {}",
            short.join(", ")
        );
    }
    Ok(())
}
