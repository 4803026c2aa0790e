//! What an encrypted backup costs beyond its key derivation: `cargo bench --bench encrypted`. Apple's 10,000,000
//! rounds, and 1,000, 200,000 and 1,000,000 rows. Each run is a process of its own that first derives the key alone
//! and then audits the backup; so both times are of the same process, and the peak memory is that of the audit.
//!
//! Goals: the audit within 1.15 of the derivation alone, peak memory under 64 MiB.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use spotcheck::apps;
use spotcheck::evidence::{Fact, Platform, Request, SourceError, Subject};
use spotcheck::ios::crypt::{Job, Key, KeyBag, KeyError, Password, keys, own_pbkdf2_sha256};
use spotcheck::ios::{self, Unlocker};

#[path = "../tests/support/backup_builder.rs"]
mod backup_builder;

use backup_builder::{Backup, FEW_ROUNDS, REAL_LAST_ROUNDS, REAL_ROUNDS};

const CHILD: &str = "SPOTCHECK_BENCH_ENCRYPTED";
const PASSWORD: &str = "SYNTHETIC PASSWORD";
const RUNS: usize = 5;

fn main() {
    if let Some(path) = std::env::var_os(CHILD) {
        child(path.as_ref());
        return;
    }
    // `cargo test --benches` runs this too: then a small backup shows that it works.
    let real = std::env::args().any(|arg| arg == "--bench");
    let (sizes, rounds): (&[u64], _) = match real {
        true => (&[1_000, 200_000, 1_000_000], REAL_ROUNDS),
        false => (&[1_000], FEW_ROUNDS),
    };
    println!(
        "rows      Manifest.db   derivation   audit        ratio (all runs)       peak memory"
    );
    for rows in sizes {
        let dir = tempfile::tempdir().expect("a folder");
        let path = Backup::compliant()
            .filler(*rows)
            .encrypted(PASSWORD)
            .rounds(rounds, REAL_LAST_ROUNDS)
            .build(&dir.path().join("backup"));
        let size = path.join("Manifest.db").metadata().expect("the list").len();
        let mut runs: Vec<Run> = (0..RUNS).map(|_| measure(&path, rounds)).collect();
        runs.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        let median = &runs[RUNS / 2];
        println!(
            "{rows:<9} {:>7.1} MiB   {:>7.3} s    {:>7.3} s    {:.4} ({:.4} to {:.4})   {:>5.1} MiB",
            size as f64 / f64::from(1 << 20),
            median.derivation.as_secs_f64(),
            median.audit.as_secs_f64(),
            median.ratio(),
            runs[0].ratio(),
            runs[RUNS - 1].ratio(),
            runs.iter().map(|run| run.peak_kib).max().unwrap_or(0) as f64 / 1024.0
        );
    }
}

struct Run {
    derivation: Duration,
    audit: Duration,
    peak_kib: u64,
}

impl Run {
    fn ratio(&self) -> f64 {
        self.audit.as_secs_f64() / self.derivation.as_secs_f64()
    }
}

fn measure(path: &Path, rounds: u32) -> Run {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .env(CHILD, path)
        .arg(rounds.to_string())
        .output()
        .expect("a child process");
    let text = String::from_utf8(output.stdout).expect("three numbers");
    let numbers: Vec<u64> = text
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    match numbers.as_slice() {
        [derivation, audit, peak_kib] => Run {
            derivation: Duration::from_nanos(*derivation),
            audit: Duration::from_nanos(*audit),
            peak_kib: *peak_kib,
        },
        _ => panic!("{text}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

struct Given;

impl Unlocker for Given {
    fn password(&mut self) -> Result<Option<Password>, SourceError> {
        Ok(Some(Password::new(PASSWORD)))
    }

    fn derive(&mut self, bag: KeyBag, password: Password) -> Result<(KeyBag, Key), KeyError> {
        let key = keys::derive(&bag, &password, &mut |_| ControlFlow::Continue(()))?;
        Ok((bag, key))
    }
}

fn child(path: &Path) {
    let rounds = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let rounds = rounds.expect("a number of rounds");
    let start = Instant::now();
    let key = own_pbkdf2_sha256(
        &[Job {
            password: PASSWORD.as_bytes(),
            salt: &[0x5a; 20],
            rounds,
        }],
        &mut |_| ControlFlow::Continue(()),
    );
    std::hint::black_box(key).expect("not stopped");
    let derivation = start.elapsed();

    let app = apps::by_id("whatsapp").expect("in the catalogue").clone();
    let request = Request::everything(vec![app], Platform::Ios);
    let start = Instant::now();
    let (evidence, problem) = ios::read_with(path, &request, &mut Given).expect("a backup");
    let audit = start.elapsed();
    assert_eq!(problem, None);
    let photos = evidence.get(Fact::AppPhotos, &Subject::app("whatsapp"));
    assert!(photos.value().is_some(), "{photos:?}");
    println!(
        "{} {} {}",
        derivation.as_nanos(),
        audit.as_nanos(),
        peak_kib()
    );
}

/// 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
