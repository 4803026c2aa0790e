//! Running the test programs on a mutant.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::Asked;
use super::source::Mutant;

/// A mutant that never ends is noticed too.
const PATIENCE: Duration = Duration::from_secs(120);

/// Of these programs only the tests named so: those of what is changed, and of what rests on it.
const ONLY: &[(&str, &[&str])] = &[(
    "spotcheck",
    &[
        "assess::",
        "evidence::",
        "readers::",
        "profile::",
        "audit::",
    ],
)];

/// What takes long and judges nothing.
const SKIPPED: &[&str] = &[
    "hangs",
    "damage",
    "hostile",
    "unlocking",
    "sampling",
    "traces",
];

/// Which of these mutants the tests notice. The unchanged program has to pass them all.
pub fn all(
    tree: &Path,
    programs: &BTreeMap<String, PathBuf>,
    asked: Asked,
    mutants: &[&Mutant],
) -> Result<BTreeMap<usize, bool>> {
    for name in programs.keys() {
        let started = Instant::now();
        if !passes(tree, programs, name, 0)? {
            bail!("the tests in {name} fail without any mutant");
        }
        println!("{name}: {:.1} s", started.elapsed().as_secs_f64());
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                let noticed = noticed(tree, programs, asked, mutant, mutant.number)?;
                if !noticed {
                    println!("missed: {}", mutant.name);
                }
                let mut results = results.lock().unwrap_or_else(|e| e.into_inner());
                results.insert(mutant.number, noticed);
                if results.len() % 100 == 0 {
                    println!("{} of {}", results.len(), mutants.len());
                }
            }
            Ok(())
        };
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .try_for_each(|it| it.join().unwrap_or_else(|_| bail!("a worker ended early")))
    })?;
    Ok(results.into_inner().unwrap_or_else(|e| e.into_inner()))
}

/// Whether the tests notice a mutant that is compiled in.
pub fn one(
    tree: &Path,
    programs: &BTreeMap<String, PathBuf>,
    asked: Asked,
    mutant: &Mutant,
) -> Result<bool> {
    noticed(tree, programs, asked, mutant, 0)
}

fn noticed(
    tree: &Path,
    programs: &BTreeMap<String, PathBuf>,
    asked: Asked,
    mutant: &Mutant,
    number: usize,
) -> Result<bool> {
    for name in asked.about(mutant) {
        if !passes(tree, programs, name, number)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn passes(
    tree: &Path,
    programs: &BTreeMap<String, PathBuf>,
    name: &str,
    number: usize,
) -> Result<bool> {
    let Some(program) = programs.get(name) else {
        bail!("there is no test program {name}");
    };
    let mut run = crate::tree::test(tree, program);
    run.env("SPOTCHECK_MUTANT", number.to_string())
        .env("SPOTCHECK_KEPT_ANSWERS", tree.join("../answers"));
    if let Some((_, only)) = ONLY.iter().find(|(program, _)| *program == name) {
        run.args(*only);
    }
    for text in SKIPPED {
        run.args(["--skip", text]);
    }
    // A group of its own: what a test started ends with it.
    let mut child = run
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() > until {
            let group = format!("-{}", child.id());
            Command::new("kill")
                .args(["-KILL", "--", &group])
                .status()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
