//! The everyday commands of whoever works on spotcheck: `cargo xtask` lists them.

#![forbid(unsafe_code)]

mod coverage;
mod mutants;
mod package;
mod release;
mod tree;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

/// A task: its name, what it is for, and what it does with the arguments after its name.
type Task = (&'static str, &'static str, fn(&[String]) -> Result<()>);

const TASKS: &[Task] = &[
    ("check", "formatting and lints", |_| check()),
    ("test", "all tests", |rest| cargo(&["test"], rest)),
    (
        "docs",
        "make the pages again that come from the code and from transcripts; read the difference",
        |_| docs(),
    ),
    (
        "samples",
        "make sample-backups/ again; read the difference",
        |_| samples(),
    ),
    (
        "deny",
        "licences, sources and advisories of every dependency; or only those named (cargo-deny)",
        |rest| cargo(&["deny", "check"], rest),
    ),
    (
        "sbom",
        "the list of all parts, as CycloneDX (cargo-cyclonedx)",
        release::sbom,
    ),
    (
        "release",
        "the program as it is published: target/release/spotcheck; --target T for another system",
        release::release,
    ),
    (
        "reproducible",
        "build the release in two folders and compare the bytes",
        |_| release::reproducible(),
    ),
    (
        "manual",
        "manual pages and completions of shells: target/manual",
        |_| package::manual(),
    ),
    (
        "deb",
        "the Debian package of the release (cargo-deb): target/debian",
        |_| package::deb(),
    ),
    (
        "fresh",
        "run every transcript of the book on a new Debian, with the package that deb made (debootstrap, root)",
        |_| package::fresh(),
    ),
    (
        "coverage",
        "how many lines the tests run of what verdicts come from (cargo-tarpaulin); short: how many blocks; errors: each of them",
        coverage::coverage,
    ),
    (
        "mutants",
        "whether the tests notice changes to what verdicts come from; N for so many, TEXT for those named (cargo-mutants); short",
        mutants::mutants,
    ),
    ("size", "how large the release is", |_| package::size()),
    (
        "speed",
        "how long the release takes to start, 100 times",
        |_| package::speed(),
    ),
    (
        "windows",
        "check the types for Windows, from another system",
        |_| package::windows(),
    ),
    ("ci", "what every change must pass", |_| {
        run("bash", &[".ci/run"])
    }),
    ("full", "the long form of every check", |_| {
        run("bash", &[".ci/full"])
    }),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let Some((_, _, task)) = TASKS.iter().find(|(known, ..)| *known == name) else {
        println!("cargo xtask TASK\n");
        for (name, what, _) in TASKS {
            println!("  {name:<14}{what}");
        }
        return ExitCode::from(if name.is_empty() { 0 } else { 2 });
    };
    match task(&rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    )
}

fn docs() -> Result<()> {
    cargo(&["run", "--quiet", "--example", "make_docs"], &[])?;
    let status = command("cargo")
        .args(["test", "--quiet", "--test", "book", "transcript"])
        .env("SPOTCHECK_UPDATE_TRANSCRIPTS", "1")
        .status()
        .context("cargo could not be started")?;
    ended_well("cargo test --test book transcript", status.success())
}

fn samples() -> Result<()> {
    cargo(&["run", "--quiet", "--example", "make_samples"], &[])?;
    cargo(
        &["run", "--quiet", "--example", "make_android_samples"],
        &[],
    )
}

/// The folder of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A program to be started in the folder of the project.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let status = command(program)
        .args(arguments)
        .status()
        .with_context(|| format!("{program} could not be started"))?;
    ended_well(
        &format!("{program} {}", arguments.join(" ")),
        status.success(),
    )
}

fn cargo(arguments: &[&str], rest: &[String]) -> Result<()> {
    let mut all = arguments.to_vec();
    all.extend(rest.iter().map(String::as_str));
    run("cargo", &all)
}

fn ended_well(what: &str, well: bool) -> Result<()> {
    if !well {
        bail!("`{what}` did not end well; what it printed above says why");
    }
    Ok(())
}
