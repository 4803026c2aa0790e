//! What a batch of encrypted backups costs beyond the key derivations: `cargo bench --bench batch`. Rate of
//! `spotcheck batch --jobs 2` over backups with Apple's 10,000,000 rounds, beside the rate of derivations alone on two
//! threads, in turns in the same run.
//!
//! Goal: 0.95 or more of the rate of two independent derivations.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use spotcheck::ios::crypt::{Job, own_pbkdf2_sha256};

#[path = "../tests/support/backup_builder.rs"]
mod backup_builder;

use backup_builder::{Backup, FEW_ROUNDS, REAL_LAST_ROUNDS, REAL_ROUNDS};

const PASSWORD: &str = "SYNTHETIC PASSWORD";
const VARIABLE: &str = "SPOTCHECK_BENCH_PASSWORD";
const CORES: usize = 2;

fn main() {
    // `cargo test --benches` runs this too: then a small batch shows that it works.
    let real = std::env::args().any(|arg| arg == "--bench");
    let (backups, rounds, turns) = match real {
        true => (8, REAL_ROUNDS, 5),
        false => (2, FEW_ROUNDS, 1),
    };
    let dir = tempfile::tempdir().expect("a folder");
    let backup = Backup::compliant()
        .filler(1_000)
        .encrypted(PASSWORD)
        .rounds(rounds, REAL_LAST_ROUNDS);
    for n in 0..backups {
        backup.build(&dir.path().join(format!("phone-{n}")));
    }
    println!("turn   derivations/s   backups/s   ratio    ratio of processor times");
    let mut ratios: Vec<f64> = (0..turns)
        .map(|turn| {
            // Each as much work as the other, in turns, so that a machine that grows warm slows both.
            let rate = |took: Duration| backups as f64 / took.as_secs_f64();
            let before = ticks();
            let derivations = rate(derive(backups, rounds));
            let between = ticks();
            let audits = rate(audit(dir.path(), backups));
            let processor = || {
                let (before, between, after) = (before?, between?, ticks()?);
                Some((between.0 - before.0) as f64 / (after.1 - between.1) as f64)
            };
            println!(
                "{turn:<6} {derivations:>12.3}   {audits:>9.3}   {:.4}   {:.4}",
                audits / derivations,
                processor().unwrap_or(f64::NAN)
            );
            audits / derivations
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.4}", ratios[ratios.len() / 2]);
}

/// Derivations alone, shared out evenly over the threads.
fn derive(count: usize, rounds: u32) -> Duration {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CORES {
            scope.spawn(|| {
                for _ in 0..count / CORES {
                    let key = own_pbkdf2_sha256(
                        &[Job {
                            password: PASSWORD.as_bytes(),
                            salt: &[0x5a; 20],
                            rounds,
                        }],
                        &mut |_| ControlFlow::Continue(()),
                    );
                    std::hint::black_box(key).expect("not stopped");
                }
            });
        }
    });
    start.elapsed()
}

/// The whole program: start, search, audits, results.
fn audit(folder: &Path, count: usize) -> Duration {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_spotcheck"))
        .arg("batch")
        .arg(folder)
        .args(["--jobs", "2", "--format", "jsonl", "--as-of", "evidence"])
        .args(["--profile", "nhs-england-quick", "--readable-only"])
        .args(["--password-env", VARIABLE])
        .env(VARIABLE, PASSWORD)
        .stderr(Stdio::null())
        .output()
        .expect("the program starts");
    let took = start.elapsed();
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_eq!(text.lines().count(), count);
    took
}

/// Processor time of this process and of its ended children, in ticks; nothing where the system does not tell. On a
/// machine that does other things too, it is the fairer measure.
fn ticks() -> Option<(u64, u64)> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name before the last bracket may hold spaces.
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()?
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|n| n.parse().ok())
        .collect();
    match fields.as_slice() {
        [user, system, children_user, children_system] => {
            Some((user + system, children_user + children_system))
        }
        _ => None,
    }
}
