//! Which blocks of the code the quick tests run: functions, branches, loops and arms.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use super::marks::{self, What};
use super::{PARTS, report};
use crate::tree::{self, copy, programs, test, write};
use crate::{ended_well, root};

/// The test programs that run besides the library's own, and which of their tests if not all: the quick ones of each part.
const TESTS: [(&str, &[&str]); 6] = [
    ("android_offline", &[]),
    (
        "android_readers",
        &["lock_facts::", "management_facts::", "preview_facts::"],
    ),
    ("cli", &[]),
    ("ios", &[]),
    ("profiles", &[]),
    (
        "register",
        &[
            "hostile::",
            "mistakes::",
            "purging::",
            "soundness::",
            "tampering::",
        ],
    ),
];

/// The tests of those that take long.
const LONG: [&str; 2] = ["manifest_db::", "keys::"];

/// The least share of the blocks of each part, in per cent. Some run only in tests that take longer, or on no computer
/// at hand.
const LEAST: usize = 70;

/// Holds each part to its share.
pub fn count() -> Result<()> {
    let mut counted: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut left = String::new();
    for mark in run(What::Blocks, &BTreeMap::from(TESTS), &LONG)? {
        let (run, all) = counted.entry(mark.part).or_default();
        *all += 1;
        match mark.ran {
            true => *run += 1,
            false => left += &format!("{}:{}\n", mark.file, mark.line),
        }
    }
    let file = tree::folder().join("blocks-left.txt");
    fs::write(&file, left)?;
    println!("Blocks that did not run are in {}", file.display());
    report("blocks", LEAST, &counted)
}

/// A mark in a copy of the project.
pub struct Mark {
    /// Which of [`PARTS`].
    pub part: &'static str,
    /// From the project's folder.
    pub file: String,
    pub line: usize,
    pub ran: bool,
}

/// Puts marks into a copy of the project, and runs the library's tests on it and those of `programs`: all of them, or those
/// whose name has one of the texts.
pub fn run(what: What, only: &BTreeMap<&str, &[&str]>, skipped: &[&str]) -> Result<Vec<Mark>> {
    let folder = tree::folder();
    let tree = folder.join("tree");
    let ran = folder.join("ran.txt");
    fs::create_dir_all(&tree).context("a folder for the figures cannot be made")?;
    fs::write(&ran, "").with_context(|| format!("{} cannot be written", ran.display()))?;
    copy(&tree)?;
    let mut marks = Vec::new();
    for part in PARTS {
        mark(what, &tree, &tree.join("src").join(part), part, &mut marks)?;
    }
    let lib = fs::read_to_string(root().join("src/lib.rs"))? + &teller(marks.len(), &ran);
    write(&tree.join("src/lib.rs"), lib.as_bytes())?;
    let mut asked: BTreeSet<&str> = only.keys().copied().collect();
    asked.insert("spotcheck");
    for (name, program) in programs(&tree, &asked)? {
        let started = Instant::now();
        let run = test(&tree, &program)
            .args(only.get(name.as_str()).copied().unwrap_or_default())
            // What a program opens is looked at without marks, which are written to a file.
            .args(["--skip", "traces"])
            .args(skipped.iter().flat_map(|name| ["--skip", name]))
            .output()?;
        if !run.status.success() {
            eprint!("{}", String::from_utf8_lossy(&run.stdout));
            eprint!("{}", String::from_utf8_lossy(&run.stderr));
        }
        ended_well(&format!("the tests in {name}"), run.status.success())?;
        println!("{name}: {:.1} s", started.elapsed().as_secs_f64());
    }
    for number in fs::read_to_string(&ran)?.lines() {
        if let Some(mark) = number.parse().ok().and_then(|at: usize| marks.get_mut(at)) {
            mark.ran = true;
        }
    }
    Ok(marks)
}

/// Puts marks into the files of a folder.
fn mark(
    what: What,
    tree: &Path,
    folder: &Path,
    part: &'static str,
    marks: &mut Vec<Mark>,
) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(tree)?.to_string_lossy().into_owned();
        if name.contains("tests") {
            continue;
        }
        if path.is_dir() {
            mark(what, tree, &path, part, marks)?;
        } else if name.ends_with(".rs") {
            let source = fs::read_to_string(root().join(&name))?;
            let (text, lines) =
                marks::weave(&source, marks.len(), what).with_context(|| name.clone())?;
            write(&path, text.as_bytes())?;
            marks.extend(lines.iter().map(|line| Mark {
                part,
                file: name.clone(),
                line: *line,
                ran: false,
            }));
        }
    }
    Ok(())
}

/// What `crate::ran` and `crate::made` are: the first time that a mark is met in a process, its number is added to the file.
fn teller(marks: usize, file: &Path) -> String {
    format!(
        r#"
pub(crate) fn ran(number: usize) {{
    use std::sync::atomic::{{AtomicBool, Ordering}};
    static RAN: [AtomicBool; {marks}] = [const {{ AtomicBool::new(false) }}; {marks}];
    if !RAN[number].swap(true, Ordering::Relaxed) {{
        let file = std::fs::OpenOptions::new().append(true).open({file:?});
        let _ = file.and_then(|mut it| std::io::Write::write_all(&mut it, format!("{{number}}\n").as_bytes()));
    }}
}}

pub(crate) fn made<T>(number: usize, it: T) -> T {{
    ran(number);
    it
}}
"#
    )
}
