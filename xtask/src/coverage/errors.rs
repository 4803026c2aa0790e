//! Whether each place where an error is made runs in a test.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};

use super::blocks::{self, Mark};
use super::marks::What;
use super::{PARTS, TESTS};
use crate::root;

/// The test programs that run besides those that the lines are counted with.
const MORE: [&str; 6] = [
    "android_commands",
    "batch",
    "config",
    "fail_closed",
    "outputs",
    "slip",
];

/// The errors that no test can bring about, each with its reason.
const NEVER: &str = "xtask/src/coverage/never.txt";

/// Lists the places where an error is made that no test ran. Each has to be in [`NEVER`], and each there has to be one.
/// With `asked`, only these test programs run besides the library's own.
pub fn count(asked: &[String]) -> Result<()> {
    let mut programs: Vec<&str> = asked.iter().map(String::as_str).collect();
    if programs.is_empty() {
        programs = [TESTS, &MORE].concat();
    }
    let programs = programs.into_iter().map(|name| (name, &[][..])).collect();
    let marks = blocks::run(What::Errors, &programs, &[])?;
    let never = fs::read_to_string(root().join(NEVER)).with_context(|| NEVER.to_owned())?;
    // How many of each are excused yet.
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in never.lines().filter(|line| !line.starts_with('#')) {
        *left
            .entry(line.rsplit_once(" => ").map_or(line, |(place, _)| place))
            .or_default() += 1;
    }
    let mut wrong = Vec::new();
    println!("{:<12}{:>8}{:>8}{:>8}", "part", "errors", "tested", "never");
    for part in PARTS {
        let (mut all, mut ran, mut explained) = (0, 0, 0);
        for mark in marks.iter().filter(|mark| mark.part == part) {
            all += 1;
            let place = place(mark)?;
            match (mark.ran, left.get_mut(place.as_str())) {
                (true, _) => ran += 1,
                (false, Some(more @ 1..)) => {
                    *more -= 1;
                    explained += 1;
                }
                (false, _) => wrong.push(format!("no test: {place} (line {})", mark.line)),
            }
        }
        println!("{part:<12}{all:>8}{ran:>8}{explained:>8}");
    }
    let stale = left.iter().filter(|(_, more)| **more > 0);
    wrong.extend(stale.map(|(place, _)| format!("in {NEVER}, but tested or gone: {place}")));
    if !wrong.is_empty() {
        bail!("errors without a test:\n{}", wrong.join("\n"));
    }
    Ok(())
}

/// The file and the line's text, which stays the same when lines before it come or go.
fn place(mark: &Mark) -> Result<String> {
    let source = fs::read_to_string(root().join(&mark.file))?;
    let line = source.lines().nth(mark.line - 1).unwrap_or_default();
    Ok(format!("{}: {}", mark.file, line.trim()))
}
