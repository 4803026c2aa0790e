//! The matrix itself.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use spotcheck::audit::{Audit, Finding, Verdict};
use spotcheck::evidence::{Fact, Strength, Subject, Value};

use super::oracle::{self, Expected};
use super::run::Bench;
use super::states::{MAKES, State, VERSIONS};
use super::*;

/// What was counted in one cell.
#[derive(Debug, Default, Clone, Copy)]
struct Cell {
    phones: usize,
    pass: usize,
    fail: usize,
    unresolved: usize,
}

/// One of so many phones is also asked by the whole script.
const SAMPLED: usize = 397;

/// Each state of each maker is tried on every so many of the versions that have it; with `SPOTCHECK_MATRIX=whole`, as in
/// .ci/full, on all of them.
const SHORT: usize = 3;

fn finding<'a>(audit: &'a Audit, control: &str, subject: &Subject) -> Option<&'a Finding> {
    audit
        .findings
        .iter()
        .find(|finding| finding.control == control && finding.subject == *subject)
}

/// What is wrong with one phone.
fn check(bench: &Bench, state: &State, sampled: bool, cell: &mut Cell) -> Vec<String> {
    let phone = phones::phone(state);
    let answer = bench.answer(&phone);
    let mut wrong = Vec::new();
    if sampled && bench.whole(&phone) != answer {
        wrong.push("the script as a whole answers otherwise than its sections do".to_owned());
    }
    for canary in CANARIES.iter().filter(|canary| answer.contains(**canary)) {
        wrong.push(format!("{canary:?} crossed the cable"));
    }
    let audit = bench.judge(&answer);
    cell.phones += 1;
    for expected in oracle::expected(state) {
        let Expected {
            control,
            subject,
            verdict,
            reason,
        } = expected;
        match verdict {
            Verdict::Pass => cell.pass += 1,
            Verdict::Fail => cell.fail += 1,
            _ => cell.unresolved += 1,
        }
        let Some(found) = finding(&audit, control, &subject) else {
            wrong.push(format!("{control} of {subject} was not judged"));
            continue;
        };
        // Of a line that is also asked, the part that can be seen.
        if found.counted != Some(verdict) {
            wrong.push(format!(
                "{control} of {subject} is {:?}, must be {verdict:?}: {}",
                found.counted, found.found
            ));
        } else if !found.found.contains(reason) {
            wrong.push(format!(
                "{control} of {subject}: the reason does not say {reason:?}: {}",
                found.found
            ));
        }
    }
    // Nothing else that counts may pass unforeseen.
    let foreseen = oracle::expected(state);
    for found in audit
        .findings
        .iter()
        .filter(|f| f.counted == Some(Verdict::Pass))
    {
        if !foreseen
            .iter()
            .any(|e| e.control == found.control && e.subject == found.subject)
        {
            wrong.push(format!(
                "{} of {} passes unforeseen",
                found.control, found.subject
            ));
        }
    }
    if state.rom {
        let fact = |fact| audit.facts.get(&(Subject::Device, fact)).expect("reported");
        if fact(Fact::OsBuildTrusted).proved() != Some(&Value::Bool(false)) {
            wrong.push("a custom system looks genuine".into());
        }
        for fact in [Fact::BootVerified, Fact::BootLocked].map(fact) {
            if fact.strength != Strength::Indicative {
                wrong.push(format!("what a custom system states is believed: {fact:?}"));
            }
        }
    }
    wrong
        .into_iter()
        .map(|what| format!("{}\n    {what}", state.told()))
        .collect()
}

/// The states to try, each with the row and column of the table where it counts.
fn work(every: usize) -> Vec<(usize, usize, State)> {
    let mut work = Vec::new();
    for (row, make) in MAKES.into_iter().enumerate() {
        let mut alike: Vec<(State, Vec<(usize, State)>)> = Vec::new();
        for (column, (_, sdk)) in VERSIONS.into_iter().enumerate() {
            for state in table::states(make, sdk) {
                let kind = State { sdk: 0, ..state };
                match alike.iter_mut().find(|(known, _)| *known == kind) {
                    Some((_, on)) => on.push((column, state)),
                    None => alike.push((kind, vec![(column, state)])),
                }
            }
        }
        for (n, (_, on)) in alike.into_iter().enumerate() {
            let first = n % every.min(on.len());
            let chosen = on.into_iter().skip(first).step_by(every);
            work.extend(chosen.map(|(column, state)| (row, column, state)));
        }
    }
    work
}

#[test]
fn every_combination_that_matters() {
    let Some(bench) = Bench::new() else { return };
    let started = Instant::now();
    let whole = std::env::var("SPOTCHECK_MATRIX").is_ok_and(|value| value == "whole");
    let work = work(if whole { 1 } else { SHORT });
    let next = AtomicUsize::new(0);
    let cells: Mutex<BTreeMap<(usize, usize), Cell>> = Mutex::default();
    let wrong: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((n, (row, column, state))) = {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    work.get(n).map(|item| (n, item))
                } {
                    let mut cell = Cell::default();
                    let found = check(&bench, state, n % SAMPLED == 0, &mut cell);
                    let mut cells = cells.lock().expect("no panic");
                    let sum = cells.entry((*row, *column)).or_default();
                    sum.phones += cell.phones;
                    sum.pass += cell.pass;
                    sum.fail += cell.fail;
                    sum.unresolved += cell.unresolved;
                    wrong.lock().expect("no panic").extend(found);
                }
            });
        }
    });
    let cells = cells.into_inner().expect("no panic");
    let covered = format!(
        "{}{} phones in {:.1} s{}\n",
        table_of(&cells),
        work.len(),
        started.elapsed().as_secs_f32(),
        if whole {
            ""
        } else {
            "; each state on every third version (all: SPOTCHECK_MATRIX=whole)"
        }
    );
    print!("{covered}");
    // The harness keeps what a passing test prints: .ci/run prints this file.
    let kept = concat!(env!("CARGO_TARGET_TMPDIR"), "/android-matrix.txt");
    std::fs::write(kept, &covered).expect("written");
    for (row, make) in MAKES.into_iter().enumerate() {
        for (column, (version, _)) in VERSIONS.into_iter().enumerate() {
            let cell = cells.get(&(row, column)).copied().unwrap_or_default();
            assert!(
                cell.phones > 0 && cell.pass > 0 && cell.fail > 0 && cell.unresolved > 0,
                "{make:?} with Android {version} is not covered: {cell:?}"
            );
        }
    }
    let wrong = wrong.into_inner().expect("no panic");
    assert!(
        wrong.is_empty(),
        "{} are wrong, the first:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(40)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}

fn table_of(cells: &BTreeMap<(usize, usize), Cell>) -> String {
    let mut head = format!("{:<9}", "");
    for (version, _) in VERSIONS {
        head += &format!("{version:>15}");
    }
    let mut text = format!(
        "SYNTHETIC phones by maker and Android version, and under each number the verdicts that they must get:\n\
         pass/fail/unresolved over all mandatory lines of the checklist.\n{head}\n"
    );
    for (row, make) in MAKES.into_iter().enumerate() {
        let cell = |column| cells.get(&(row, column)).copied().unwrap_or_default();
        let mut first = format!("{:<9}", format!("{make:?}"));
        let mut second = format!("{:<9}", "");
        for column in 0..VERSIONS.len() {
            let Cell {
                phones,
                pass,
                fail,
                unresolved,
            } = cell(column);
            first += &format!("{phones:>15}");
            second += &format!("{:>15}", format!("{pass}/{fail}/{unresolved}"));
        }
        text += &format!("{first}\n{second}\n");
    }
    text
}
