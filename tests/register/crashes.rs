//! Killed at any moment, written by many at once: nothing that was acknowledged is lost.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use spotcheck::register::{Body, store::Added};

use crate::common::*;

/// How often the writer is killed.
const KILLS: u64 = 200;

/// This test program is also the writer that is killed: it says aloud what was acknowledged. Without its register it does
/// nothing.
#[test]
fn writer() {
    let Ok(path) = std::env::var("SPOTCHECK_TEST_REGISTER") else {
        return;
    };
    let from: u64 = std::env::var("SPOTCHECK_TEST_FROM")
        .ok()
        .and_then(|n| n.parse().ok())
        .expect("a number");
    let mut register = open(path.as_ref());
    for n in from.. {
        if let Added::Now(head) = register.add(&audit(n), 730).expect("added") {
            eprintln!("ACKNOWLEDGED {n} {head}");
        }
    }
}

#[test]
fn killed_at_any_moment() {
    let folder = Folder::new();
    let path = folder.at("r.sqlite");
    let mut acknowledged: Vec<u64> = Vec::new();
    let mut seed = 0x5eed_u64;
    for round in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "crashes::writer", "--nocapture"])
            .env("SPOTCHECK_TEST_REGISTER", &path)
            .env("SPOTCHECK_TEST_FROM", (round * 100_000).to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // Some are killed while they open the file, some in the middle of writing.
        std::thread::sleep(Duration::from_micros(seed >> 33 & 0x7fff));
        child.kill().expect("killed");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        for line in said.lines().map_while(Result::ok) {
            let mut words = line.split(' ');
            if words.next() == Some("ACKNOWLEDGED")
                && let (Some(n), Some(_)) = (words.next(), words.next())
            {
                acknowledged.extend(n.parse::<u64>());
            }
        }
        child.wait().expect("ended");
        if round % 20 == 19 {
            assert_eq!(
                verified(&open(&path)).wrong,
                Vec::<String>::new(),
                "{round}"
            );
        }
    }
    let register = open(&path);
    assert_eq!(verified(&register).wrong, Vec::<String>::new());
    let kept: std::collections::BTreeSet<String> = register
        .bodies(None)
        .expect("reads")
        .into_iter()
        .filter_map(|body| match body {
            Body::Audit(entry) => Some(entry.audit_sha256),
            _ => None,
        })
        .collect();
    assert!(
        acknowledged.len() > 100,
        "{} acknowledged",
        acknowledged.len()
    );
    for n in acknowledged {
        assert!(
            kept.contains(&format!("{n:064x}")),
            "{n} was acknowledged and is lost"
        );
    }
}

#[test]
fn eight_writers_lose_nothing() {
    const EACH: u64 = 50;
    let folder = Folder::new();
    let path = folder.at("r.sqlite");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let mut register = open(path);
                for n in 0..EACH {
                    register.add(&audit(writer * 1000 + n), 730).expect("added");
                }
            });
        }
    });
    let register = open(&path);
    let verified = verified(&register);
    assert_eq!(verified.wrong, Vec::<String>::new());
    assert_eq!(verified.chains.len(), 1);
    assert_eq!(verified.chains[0].2, 1 + 8 * EACH);
}

#[test]
fn a_new_register_is_made_by_many_at_once() {
    for _ in 0..20 {
        let folder = Folder::new();
        let path = folder.at("r.sqlite");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| drop(open(&path)));
            }
        });
        assert_eq!(verified(&open(&path)).wrong, Vec::<String>::new());
    }
}

/// A disk that is full, a file that may not be written: told before anything else.
#[cfg(unix)]
#[test]
fn a_register_that_cannot_be_written_is_found_before_the_phone_is_touched() {
    let folder = Folder::new();
    let missing = folder.text("no-such-folder/r.sqlite");
    let backup = crate::run::sample("ios-gaps").display().to_string();
    let ran = crate::run::run(["ios", &backup, "--register", &missing, "--keep-days", "730"]);
    assert_eq!(ran.status, 5, "{}", ran.err);
    assert!(ran.err.contains("The register"), "{}", ran.err);
    let good = folder.text("r.sqlite");
    let ran = crate::run::run(["ios", &backup, "--register", &good]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("--keep-days"), "{}", ran.err);
    // /dev/full is a disk that is always full.
    let ran = crate::run::run([
        "ios",
        &backup,
        "--register",
        "/dev/full",
        "--keep-days",
        "730",
    ]);
    assert_eq!(ran.status, 5, "{}", ran.err);
}
