//! A short run of every fuzz target on stable: its seeds, and mutations of them that a number makes. `fuzz/` runs the
//! same bodies on the same seeds with `cargo fuzz`, which sees what is covered.
//!
//! * `SPOTCHECK_FUZZ_ROUNDS=N`: so many mutations of each target instead of the short number.
//! * `cargo test --test fuzz_short NAME`: only the targets whose names hold this word.
//! * `SPOTCHECK_FUZZ_ROUND=N cargo test --test fuzz_short NAME`: this one mutation again, and where to find its bytes.

#[path = "fuzz_targets/mod.rs"]
mod targets;

#[path = "support/mutator.rs"]
mod mutator;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use targets::Target;

/// Mutations of each target in a run that nobody gave a number.
const SHORT: u64 = 100;

struct Ran {
    name: &'static str,
    seeds: usize,
    rounds: u64,
    seconds: f64,
    faults: Vec<String>,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--list") {
        return ExitCode::SUCCESS;
    }
    let words: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|n| n.parse::<u64>().expect("a number"))
    };
    let rounds = number("SPOTCHECK_FUZZ_ROUNDS").unwrap_or(SHORT);
    let only = number("SPOTCHECK_FUZZ_ROUND");
    let all: Vec<Target> = targets::all()
        .into_iter()
        .filter(|target| {
            words.is_empty() || words.iter().any(|word| target.name.contains(word.as_str()))
        })
        .collect();
    if let Err(what) = known_to_cargo_fuzz() {
        eprintln!("{what}");
        return ExitCode::FAILURE;
    }
    let next = AtomicUsize::new(0);
    let ran = Mutex::new(Vec::new());
    // What a target panics with is told below, with how to repeat it.
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(target) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = run(target, rounds, only);
                    ran.lock().unwrap_or_else(|e| e.into_inner()).push(result);
                }
            });
        }
    });
    let mut ran = ran.into_inner().unwrap_or_else(|e| e.into_inner());
    ran.sort_by_key(|ran| ran.name);
    println!(
        "{:<18}{:>8}{:>12}{:>10}",
        "target", "seeds", "mutations", "seconds"
    );
    for ran in &ran {
        println!(
            "{:<18}{:>8}{:>12}{:>10.1}",
            ran.name, ran.seeds, ran.rounds, ran.seconds
        );
    }
    let faults: Vec<&String> = ran.iter().flat_map(|ran| &ran.faults).collect();
    for fault in &faults {
        eprintln!("{fault}");
    }
    println!("{} targets, {} faults", ran.len(), faults.len());
    match faults.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Every target is one of `cargo fuzz` too. (The published package has no `fuzz/`.)
fn known_to_cargo_fuzz() -> Result<(), String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/Cargo.toml");
    let Ok(text) = std::fs::read_to_string(path) else {
        return Ok(());
    };
    let bins = text.split("[[bin]]").skip(1);
    let listed: Vec<&str> = bins.filter_map(|bin| bin.split('"').nth(1)).collect();
    let all = targets::all();
    let names: Vec<&str> = all.iter().map(|target| target.name).collect();
    match names == listed {
        true => Ok(()),
        false => Err(format!(
            "fuzz/Cargo.toml has other targets than tests/fuzz_targets:\n  {listed:?}\n  {names:?}"
        )),
    }
}

fn run(target: &Target, rounds: u64, only: Option<u64>) -> Ran {
    let start = Instant::now();
    let seeds = target.all_seeds();
    let mut faults = Vec::new();
    let mut fed = |what: String, bytes: &[u8]| {
        // A stack that overflows ends the whole program: then the last line says where.
        if only.is_some() {
            eprintln!("{}: {what}, {} bytes", target.name, bytes.len());
        }
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))) else {
            return;
        };
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("a panic");
        let path = std::env::temp_dir().join(format!("spotcheck-fuzz-{}", target.name));
        let kept = match std::fs::write(&path, bytes) {
            Ok(()) => format!("its bytes: {}", path.display()),
            Err(e) => format!("its bytes could not be kept: {e}"),
        };
        let why: String = why.chars().take(600).collect();
        faults.push(format!(
            "FAULT in {}, {what}: {why}\n  again: {what_to_do} cargo test --test fuzz_short {}\n  {kept}",
            target.name,
            target.name,
            what_to_do = match what.strip_prefix("mutation ") {
                Some(n) => format!("SPOTCHECK_FUZZ_ROUND={n}"),
                None => "SPOTCHECK_FUZZ_ROUNDS=0".to_owned(),
            },
        ));
    };
    if only.is_none() {
        for (n, seed) in seeds.iter().enumerate() {
            fed(format!("seed {n}"), seed);
        }
    }
    let rounds = only.map_or(0..rounds, |only| only..only + 1);
    let done = rounds.end - rounds.start;
    for round in rounds {
        fed(
            format!("mutation {round}"),
            &mutator::mutation(target.name, round, &seeds, target.words),
        );
    }
    Ran {
        name: target.name,
        seeds: seeds.len(),
        rounds: done,
        seconds: start.elapsed().as_secs_f64(),
        faults,
    }
}
