//! What people install, and how large and quick it is.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{cargo, command, ended_well, root};

/// The most that the program may take, in bytes.
const MOST: u64 = 25 << 20;

/// What a start may take.
const START: Duration = Duration::from_millis(10);

/// The program as it is published.
fn program() -> Result<PathBuf> {
    let name = format!("spotcheck{}", std::env::consts::EXE_SUFFIX);
    let program = root().join("target/release").join(name);
    if !program.exists() {
        bail!(
            "{} is not there; run cargo xtask release",
            program.display()
        );
    }
    Ok(program)
}

/// Manual pages and completions, in `target/manual`.
pub fn manual() -> Result<()> {
    let maker = "make_manual";
    if !root()
        .join("examples")
        .join(maker)
        .with_extension("rs")
        .exists()
    {
        bail!("examples/{maker}.rs, which makes the manual, is not there");
    }
    cargo(
        &["run", "--quiet", "--example", maker, "--", "target/manual"],
        &[],
    )
}

/// The Debian package of the program in `target/release`, in `target/debian`.
pub fn deb() -> Result<()> {
    program()?;
    manual()?;
    cargo(&["deb", "--no-build", "--no-strip"], &[])
}

/// Every transcript of the book, with the Debian package on a Debian that has nothing else. It needs debootstrap, root and
/// a mirror of Debian.
pub fn fresh() -> Result<()> {
    let system = root().join("target/fresh-debian");
    let processes = system.join("proc");
    let put_away = || {
        // First: nothing below it is to be removed.
        if processes.join("self").exists() {
            let status = command("umount").arg(&processes).status();
            ended_well("umount", status.is_ok_and(|it| it.success()))?;
        }
        match fs::remove_dir_all(&system) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e).context(format!(
                "{} could not be removed; remove it by hand",
                system.display()
            )),
            _ => Ok(()),
        }
    };
    put_away()?;
    let made = command("debootstrap")
        .args(["--variant=minbase", "--include=sudo", "bookworm"])
        .arg(&system)
        .stdout(Stdio::null())
        .status()
        .context("debootstrap could not be started; install the package debootstrap")?;
    ended_well("debootstrap (it must be run by root)", made.success())?;
    // Every system that runs has this: programs learn there where they are themselves.
    let mounted = command("mount")
        .args(["-t", "proc", "proc"])
        .arg(&processes)
        .status()
        .context("mount could not be started")?;
    ended_well("mount (it must be run by root)", mounted.success())?;
    let tested = command("cargo")
        .args(["test", "--test", "book", "transcript", "--", "--nocapture"])
        .env("SPOTCHECK_FRESH_DEBIAN", &system)
        .status();
    // Whatever came of it: nothing stays mounted.
    put_away()?;
    let tested = tested.context("cargo could not be started")?;
    ended_well("the book on a fresh Debian", tested.success())
}

/// How large the program is.
pub fn size() -> Result<()> {
    let program = program()?;
    let bytes = fs::metadata(&program).context("no program")?.len();
    let share = bytes * 100 / MOST;
    println!(
        "{}: {bytes} bytes, {:.1} MiB, {share}% of what it may take",
        program.display(),
        bytes as f64 / f64::from(1 << 20)
    );
    if bytes > MOST {
        bail!("the program is larger than {} MiB", MOST >> 20);
    }
    Ok(())
}

/// How long the program takes to start: prints it, and leaves it to people to judge, as other work on this computer
/// counts too.
pub fn speed() -> Result<()> {
    const RUNS: usize = 100;
    let program = program()?;
    println!(
        "of {RUNS} runs each, in milliseconds; {} is the aim",
        START.as_millis()
    );
    println!("{:<28}{:>8}{:>8}{:>8}", "", "best", "median", "worst");
    for arguments in [
        &["--version"][..],
        &["--help"],
        &["android", "--help"],
        &["explain", "IM-06"],
    ] {
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let start = Instant::now();
            let status = Command::new(&program)
                .args(arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .status()
                .context("the program could not be started")?;
            times.push(start.elapsed());
            ended_well(&arguments.join(" "), status.success())?;
        }
        times.sort();
        let shown = |at: usize| times[at].as_secs_f64() * 1000.0;
        println!(
            "{:<28}{:>8.1}{:>8.1}{:>8.1}",
            arguments.join(" "),
            shown(0),
            shown(RUNS / 2),
            shown(RUNS - 1)
        );
    }
    Ok(())
}

/// Whether a Windows program would be built of this: types are checked for Windows, nothing is linked. It needs that
/// system's standard library (`rustup target add x86_64-pc-windows-gnu`) and a C compiler for it (Debian:
/// gcc-mingw-w64-x86-64).
pub fn windows() -> Result<()> {
    let status = command("cargo")
        .args(["check", "--workspace", "--all-targets"])
        .args(["--target", "x86_64-pc-windows-gnu"])
        .status()
        .context("cargo could not be started")?;
    ended_well(
        "cargo check --target x86_64-pc-windows-gnu",
        status.success(),
    )
}
