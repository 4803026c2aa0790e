//! Which blocks of the code the quick tests run: functions, branches, loops and arms.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use super::{PARTS, marks, report};
use crate::tree::{self, copy, programs, test, write};
use crate::{ended_well, root};

/// The test programs that run besides the library's own, and which of their tests if not all: the quick ones of each part.
const TESTS: [(&str, &[&str]); 6] = [
    ("android_offline", &[]),
    ("android_readers", &["lock_facts::", "policy_facts::"]),
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

/// What a program opens is looked at without marks, which are written to a file; the others take long.
const SKIPPED: [&str; 3] = ["traces", "manifest_db::", "keys::"];

/// The least share of the blocks of each part, in per cent. Some run only in tests that take longer, or on no computer
/// at hand.
const LEAST: usize = 70;

/// Marks the blocks in a copy of the project, runs tests, and holds each part to its share.
pub fn count() -> Result<()> {
    let folder = tree::folder();
    let tree = folder.join("tree");
    let ran = folder.join("ran.txt");
    fs::create_dir_all(&tree).context("a folder for the figures cannot be made")?;
    fs::write(&ran, "").with_context(|| format!("{} cannot be written", ran.display()))?;
    copy(&tree)?;
    let mut blocks: Vec<(&str, String)> = Vec::new();
    for part in PARTS {
        mark(&tree, &tree.join("src").join(part), part, &mut blocks)?;
    }
    let lib = fs::read_to_string(root().join("src/lib.rs"))? + &teller(blocks.len(), &ran);
    write(&tree.join("src/lib.rs"), lib.as_bytes())?;
    let only = BTreeMap::from(TESTS);
    let mut asked: BTreeSet<&str> = only.keys().copied().collect();
    asked.insert("spotcheck");
    for (name, program) in programs(&tree, &asked)? {
        let started = Instant::now();
        let run = test(&tree, &program)
            .args(only.get(name.as_str()).copied().unwrap_or_default())
            .args(SKIPPED.iter().flat_map(|name| ["--skip", name]))
            .output()?;
        if !run.status.success() {
            eprint!("{}", String::from_utf8_lossy(&run.stdout));
            eprint!("{}", String::from_utf8_lossy(&run.stderr));
        }
        ended_well(&format!("the tests in {name}"), run.status.success())?;
        println!("{name}: {:.1} s", started.elapsed().as_secs_f64());
    }
    let numbers: BTreeSet<usize> = fs::read_to_string(&ran)?
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect();
    let mut counted: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut left = String::new();
    for (number, (part, place)) in blocks.iter().enumerate() {
        let (run, all) = counted.entry(part).or_default();
        *all += 1;
        match numbers.contains(&number) {
            true => *run += 1,
            false => left += &format!("{place}\n"),
        }
    }
    let file = folder.join("blocks-left.txt");
    fs::write(&file, left)?;
    println!("Blocks that did not run are in {}", file.display());
    report("blocks", LEAST, &counted)
}

/// Puts marks into the files of a folder.
fn mark<'a>(
    tree: &Path,
    folder: &Path,
    part: &'a str,
    blocks: &mut Vec<(&'a str, String)>,
) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(tree)?.to_string_lossy().into_owned();
        if name.contains("tests") {
            continue;
        }
        if path.is_dir() {
            mark(tree, &path, part, blocks)?;
        } else if name.ends_with(".rs") {
            let source = fs::read_to_string(root().join(&name))?;
            let (text, lines) =
                marks::weave(&source, blocks.len()).with_context(|| name.clone())?;
            write(&path, text.as_bytes())?;
            blocks.extend(lines.iter().map(|line| (part, format!("{name}:{line}"))));
        }
    }
    Ok(())
}

/// What `crate::ran` is: the first time that a block runs in a process, its number is added to the file.
fn teller(blocks: usize, file: &Path) -> String {
    format!(
        r#"
pub(crate) fn ran(number: usize) {{
    use std::sync::atomic::{{AtomicBool, Ordering}};
    static RAN: [AtomicBool; {blocks}] = [const {{ AtomicBool::new(false) }}; {blocks}];
    if !RAN[number].swap(true, Ordering::Relaxed) {{
        let file = std::fs::OpenOptions::new().append(true).open({file:?});
        let _ = file.and_then(|mut it| std::io::Write::write_all(&mut it, format!("{{number}}\n").as_bytes()));
    }}
}}
"#
    )
}
