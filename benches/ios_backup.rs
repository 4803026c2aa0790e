//! How long an audit of a backup takes, and how much memory, by the number of files in the backup:
//! `cargo bench --bench ios_backup`. Plain backups of 1,000, 200,000 and 1,000,000 rows are built in a temporary
//! folder; each is read in processes of its own, so that peak memory is that of the reading alone.
//!
//! Goals: 200,000 rows in under 100 ms and 32 MiB; from 1,000 to 1,000,000 rows no more than a fifth longer.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use spotcheck::apps;
use spotcheck::evidence::{Fact, Platform, Request, Subject};
use spotcheck::ios;

#[path = "../tests/support/backup_builder.rs"]
mod backup_builder;

const CHILD: &str = "SPOTCHECK_BENCH_BACKUP";
const RUNS: usize = 21;

fn main() {
    if let Some(path) = std::env::var_os(CHILD) {
        child(path.as_ref());
        return;
    }
    // `cargo test --benches` runs this too: then a small backup shows that it works.
    let sizes: &[u64] = if std::env::args().any(|arg| arg == "--bench") {
        &[1_000, 200_000, 1_000_000]
    } else {
        &[1_000]
    };
    println!("rows      Manifest.db   median     fastest    peak memory");
    let mut medians = Vec::new();
    for rows in sizes {
        let dir = tempfile::tempdir().expect("a folder");
        let path = backup_builder::Backup::compliant()
            .filler(*rows)
            .build(&dir.path().join("backup"));
        let size = path.join("Manifest.db").metadata().expect("the list").len();
        let mut runs: Vec<(Duration, u64)> = (0..RUNS).map(|_| measure(&path)).collect();
        runs.sort();
        let median = runs[RUNS / 2].0;
        let memory = runs.iter().map(|(_, kib)| *kib).max().unwrap_or(0);
        println!(
            "{rows:<9} {:>7.1} MiB   {:>6.2} ms  {:>6.2} ms  {:>6.1} MiB",
            size as f64 / f64::from(1 << 20),
            median.as_secs_f64() * 1e3,
            runs[0].0.as_secs_f64() * 1e3,
            memory as f64 / 1024.0
        );
        medians.push(median);
    }
    if let [small, middle, large] = medians.as_slice() {
        println!(
            "growth from 1,000 rows: x{:.2} at 200,000, x{:.2} at 1,000,000",
            middle.as_secs_f64() / small.as_secs_f64(),
            large.as_secs_f64() / small.as_secs_f64()
        );
    }
}

/// Reads the backup in a process of its own: time of the reading, and peak memory in KiB (0 where the system does not
/// tell).
fn measure(path: &Path) -> (Duration, u64) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .env(CHILD, path)
        .output()
        .expect("a child process");
    let text = String::from_utf8(output.stdout).expect("two numbers");
    let mut numbers = text.split_whitespace().map(|n| n.parse::<u64>());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(nanos)), Some(Ok(kib))) => (Duration::from_nanos(nanos), kib),
        _ => panic!("the child process said: {text}"),
    }
}

fn child(path: &Path) {
    let app = apps::by_id("whatsapp").expect("in the catalogue").clone();
    let request = Request::everything(vec![app], Platform::Ios);
    let start = Instant::now();
    let evidence = ios::read(path, &request).expect("a backup");
    let took = start.elapsed();
    assert!(
        evidence
            .get(Fact::AppPhotos, &Subject::app("whatsapp"))
            .value()
            .is_some()
    );
    let peak = std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .unwrap_or(0);
    println!("{} {peak}", took.as_nanos());
}
