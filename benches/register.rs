//! The register with 100,000 audits: adding one by one with durability on, verifying, reading. Prints; judges nothing.

#[allow(dead_code)]
#[path = "../tests/register/common.rs"]
mod common;

use std::time::Instant;

use common::{Folder, audit, open, verified};

const AUDITS: u64 = 100_000;

fn main() {
    let folder = Folder::new();
    let path = folder.at("register.sqlite");
    let mut register = open(&path);
    let start = Instant::now();
    for n in 0..AUDITS {
        register.add(&audit(n), 730).expect("added");
    }
    let adding = start.elapsed().as_secs_f64();
    println!(
        "added one by one:  {:>8.0} a second ({AUDITS} in {adding:.1} s)",
        AUDITS as f64 / adding
    );
    let bytes = std::fs::metadata(&path).map(|meta| meta.len()).unwrap_or(0);
    println!("size:              {:>8.1} MiB", bytes as f64 / 1_048_576.0);
    let start = Instant::now();
    let wrong = verified(&register).wrong;
    println!(
        "verified:          {:>8.2} s, {} wrong",
        start.elapsed().as_secs_f64(),
        wrong.len()
    );
    let start = Instant::now();
    let bodies = register.bodies(Some("2026-11")).expect("reads");
    println!(
        "read one campaign: {:>8.2} s, {} records",
        start.elapsed().as_secs_f64(),
        bodies.len()
    );
    let start = Instant::now();
    let found = register
        .audits_of_phone(&"0".repeat(63))
        .expect("reads")
        .len();
    println!(
        "phone looked up:   {:>8.2} s, {found} records",
        start.elapsed().as_secs_f64()
    );
}
