//! The register with 100,000 audits: adding one by one with durability on, verifying, reading. Prints; judges nothing.

#[allow(dead_code)]
#[path = "../tests/register/common.rs"]
mod common;

use std::time::Instant;

use common::{Folder, audit, open, verified};
use spotcheck::campaign::count::Counter;
use spotcheck::campaign::result::{Readers, Report};
use spotcheck::register::Body;
use spotcheck::register::entry::Campaign;
use spotcheck::{profile, report};

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
    drop(bodies);
    let begun = Campaign {
        id: "2026-11".into(),
        population: 2 * AUDITS,
        drawn: AUDITS,
        ..Campaign::default()
    };
    register.add(&Body::Campaign(begun), 730).expect("added");
    drop(register);
    // As the command does it, from opening the file to the text.
    let start = Instant::now();
    let register = open(&path);
    let mut counter = Counter::default();
    register
        .each_of_campaign("2026-11", |kind, at, json| counter.record(kind, at, json))
        .expect("reads");
    let read = start.elapsed().as_secs_f64();
    let summary = counter.finish();
    let profiles: Vec<_> = profile::shipped_ids()
        .filter_map(|id| profile::load(id, &[]).ok())
        .collect();
    let head = register.head().expect("a head").to_string();
    let result = Report::new("2026-11", &summary, None, Readers::Team, head, &profiles);
    let text = report::campaign::render(&result, 100);
    println!(
        "campaign report:   {:>8.2} s ({read:.2} s of it reading), {} checked, {} lines of text",
        start.elapsed().as_secs_f64(),
        summary.checked,
        text.lines().count()
    );
}
