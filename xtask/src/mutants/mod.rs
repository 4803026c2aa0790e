//! Whether the tests notice when the code is changed: mutation testing of what verdicts come from.
//!
//! cargo-mutants says what to change. Compiling each of its mutants alone takes hours; here all of them are in one
//! build, each switched on by a number.

mod run;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::tree::{self, cargo, copy, programs, write};
use crate::{command, ended_well, root};
use source::{Genre, Mutant};

/// What is changed, and which test programs are asked about it, the quickest first. `spotcheck` is the library's own.
const PARTS: [(&str, &[&str]); 4] = [
    ("src/assess", &["spotcheck", "verdicts", "cli", "profiles"]),
    (
        "src/evidence/derive",
        &["spotcheck", "verdicts", "cli", "profiles"],
    ),
    (
        "src/android/readers",
        &["android_readers", "spotcheck", "cli"],
    ),
    ("src/ios/readers", &["ios", "spotcheck", "cli"]),
];

/// Who is asked about a mutant.
#[derive(Clone, Copy)]
enum Asked {
    /// All that [`PARTS`] names.
    All,
    /// The library's own tests.
    Library,
}

impl Asked {
    fn about(self, mutant: &Mutant) -> &'static [&'static str] {
        let part = PARTS.iter().find(|(part, _)| mutant.file.starts_with(part));
        match (self, part) {
            (Asked::All, Some((_, names))) => names,
            (Asked::All, None) => &[],
            (Asked::Library, _) => &["spotcheck"],
        }
    }

    /// Every test program that is asked about one of these, once.
    fn any(self, mutants: &[Mutant]) -> BTreeSet<&'static str> {
        let all = mutants.iter().flat_map(|mutant| self.about(mutant));
        all.copied().collect()
    }
}

/// Changes a tree of its own, runs the tests on each mutant, and prints how many were noticed. With a number, only so
/// many of them, evenly from all; with a text, only those whose name has it. With `short`, one change to each operator of
/// the parts that the library's own tests are asked about first: what can be done on every machine in a minute.
pub fn mutants(rest: &[String]) -> Result<()> {
    let folder = tree::folder();
    let tree = folder.join("tree");
    fs::create_dir_all(folder.join("answers")).context("a folder cannot be made")?;
    copy(&tree)?;
    let plain = plain(&tree)?;
    let asked = match rest.first().map(String::as_str) {
        Some("short") => Asked::Library,
        _ => Asked::All,
    };
    let mut all = match asked {
        Asked::Library => operators(&plain)?,
        Asked::All => listed(&tree, &plain)?,
    };
    if let (Asked::All, Some(text)) = (asked, rest.first()) {
        match text.parse::<usize>() {
            Ok(count) => {
                let every = (all.len() / count.max(1)).max(1);
                all = all.into_iter().step_by(every).collect();
            }
            Err(_) => all.retain(|mutant| mutant.name.contains(text)),
        }
    }
    let programs = asked.any(&all);
    let built = build(&tree, &plain, &all, &programs)?;
    let mut results = run::all(&tree, &built.programs, asked, &built.switched)?;
    let mut unfit = built.unfit;
    for mutant in &built.alone {
        match alone(&tree, &plain, mutant, asked, &programs)? {
            Some(noticed) => drop(results.insert(mutant.number, noticed)),
            None => drop(unfit.insert(mutant.number)),
        }
    }
    report(&folder, &all, &results, &unfit)
}

/// Sources of the parts by their names, without mutants.
type Plain = BTreeMap<String, String>;

fn plain(tree: &Path) -> Result<Plain> {
    let mut plain = Plain::new();
    for (part, _) in PARTS {
        for entry in fs::read_dir(tree.join(part))? {
            let file = entry?.path();
            let name = file.strip_prefix(tree)?.to_string_lossy().into_owned();
            if name.ends_with(".rs") {
                plain.insert(name, fs::read_to_string(&file)?);
            }
        }
    }
    Ok(plain)
}

/// The mutants that cargo-mutants knows.
fn listed(tree: &Path, plain: &Plain) -> Result<Vec<Mutant>> {
    let mut list = command("cargo");
    list.current_dir(tree).args(["mutants", "--list", "--json"]);
    for (part, _) in PARTS {
        list.arg("-f").arg(format!("{part}/*.rs"));
    }
    let out = list.stderr(Stdio::inherit()).output()?;
    ended_well(
        "cargo mutants --list (cargo install --locked cargo-mutants)",
        out.status.success(),
    )?;
    let list: Vec<Value> = serde_json::from_slice(&out.stdout).context("the list is no JSON")?;
    let mut mutants = Vec::new();
    for (at, entry) in list.iter().enumerate() {
        let word = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let file = word("file");
        let text = plain.get(&file).with_context(|| format!("{file} is new"))?;
        let place = |side: &str| {
            let number = |key: &str| entry["span"][side][key].as_u64().unwrap_or(0) as usize;
            source::offset(text, number("line"), number("column"))
        };
        let (Some(genre), Some(start), Some(end)) =
            (Genre::named(&word("genre")), place("start"), place("end"))
        else {
            bail!("a kind of mutant that is not known: {}", word("name"));
        };
        mutants.push(Mutant {
            number: at + 1,
            name: word("name"),
            file,
            genre,
            unnamed_type: genre == Genre::FnValue
                && entry["function"]["return_type"]
                    .as_str()
                    .is_some_and(|it| it.contains("impl ")),
            replacement: word("replacement"),
            at: start..end,
        });
    }
    Ok(mutants)
}

/// One change to each operator, without cargo-mutants.
fn operators(plain: &Plain) -> Result<Vec<Mutant>> {
    let own = PARTS
        .iter()
        .filter(|(_, names)| names.first() == Some(&"spotcheck"));
    let own: Vec<&str> = own.map(|(part, _)| *part).collect();
    let mut mutants = Vec::new();
    for (file, text) in plain {
        if own.iter().any(|part| file.starts_with(part)) && !file.contains("tests") {
            source::operators(file, text, &mut mutants)?;
        }
    }
    Ok(mutants)
}

struct Built<'a> {
    /// Test programs by their names.
    programs: BTreeMap<String, PathBuf>,
    switched: Vec<&'a Mutant>,
    /// The compiler refuses them.
    unfit: BTreeSet<usize>,
    alone: Vec<&'a Mutant>,
}

/// What `crate::mutant` is in the changed tree.
const SWITCH: &str = r#"
pub(crate) fn mutant(number: u32) -> bool {
    static CHOSEN: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    let chosen = || std::env::var("SPOTCHECK_MUTANT").ok()?.parse().ok();
    *CHOSEN.get_or_init(|| chosen().unwrap_or(0)) == number
}
"#;

/// Puts all mutants into the tree, takes out those that the compiler refuses, and compiles the test programs.
fn build<'a>(
    tree: &Path,
    plain: &Plain,
    all: &'a [Mutant],
    asked: &BTreeSet<&str>,
) -> Result<Built<'a>> {
    let lib = fs::read_to_string(root().join("src/lib.rs"))? + SWITCH;
    write(&tree.join("src/lib.rs"), lib.as_bytes())?;
    let mut unfit = BTreeSet::new();
    // A second value of a type that is not named would have to be of the same type.
    let unnamed = all.iter().filter(|mutant| mutant.unnamed_type);
    let mut alone: BTreeSet<usize> = unnamed.map(|mutant| mutant.number).collect();
    let files: BTreeSet<&String> = all.iter().map(|mutant| &mutant.file).collect();
    loop {
        let mut places = BTreeMap::new();
        for file in &files {
            let of_file: Vec<&Mutant> = all
                .iter()
                .filter(|it| {
                    it.file == **file && !unfit.contains(&it.number) && !alone.contains(&it.number)
                })
                .collect();
            let woven = source::weave(&plain[*file], &of_file).with_context(|| (*file).clone())?;
            write(&tree.join(file), woven.text.as_bytes())?;
            alone.extend(woven.alone);
            places.insert((*file).clone(), woven.places);
        }
        let refused = refused(tree, &["check", "--lib"], &places)?;
        if refused.is_empty() {
            break;
        }
        println!("the compiler refuses {} of them", refused.len());
        for (number, code) in refused {
            // Wrong types are wrong alone too; other refusals may come of being switched.
            let wrong_alone =
                ["E0308", "E0277", "E0599", "E0369", "E0604", "E0600"].contains(&code.as_str());
            match wrong_alone {
                true => unfit.insert(number),
                false => alone.insert(number),
            };
        }
    }
    let programs = programs(tree, asked)?;
    let (mut switched, mut rest) = (Vec::new(), Vec::new());
    for mutant in all.iter().filter(|it| !unfit.contains(&it.number)) {
        match alone.contains(&mutant.number) {
            true => rest.push(mutant),
            false => switched.push(mutant),
        }
    }
    Ok(Built {
        programs,
        switched,
        unfit,
        alone: rest,
    })
}

/// The mutants in which the compiler finds errors, with the errors' codes. An error elsewhere ends the task.
fn refused(
    tree: &Path,
    arguments: &[&str],
    places: &BTreeMap<String, Vec<(std::ops::Range<usize>, usize)>>,
) -> Result<BTreeMap<usize, String>> {
    let out = cargo(tree)
        .args(arguments)
        .arg("--message-format=json")
        .stderr(Stdio::null())
        .output()?;
    let mut refused = BTreeMap::new();
    if out.status.success() {
        return Ok(refused);
    }
    let mut elsewhere = Vec::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        let Ok(said) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let message = &said["message"];
        if message["level"] != "error" {
            continue;
        }
        let code = message["code"]["code"].as_str().unwrap_or_default();
        let spans = message["spans"].as_array().into_iter().flatten();
        let mut blamed = false;
        for span in spans {
            let file = span["file_name"].as_str().unwrap_or_default();
            let at = span["byte_start"].as_u64().unwrap_or(0) as usize;
            let of_file = places.get(file).into_iter().flatten();
            for (_, number) in of_file.filter(|(place, _)| place.contains(&at)) {
                refused.insert(*number, code.to_owned());
                blamed = true;
            }
        }
        if !blamed && !message["spans"].as_array().is_none_or(Vec::is_empty) {
            elsewhere.push(message["rendered"].to_string());
        }
    }
    if refused.is_empty() {
        bail!(
            "the compiler refuses the changed tree: {}",
            elsewhere.join("\n")
        );
    }
    Ok(refused)
}

/// One mutant in a tree without others: whether the tests notice, or `None` if the compiler refuses it.
fn alone(
    tree: &Path,
    plain: &Plain,
    mutant: &Mutant,
    asked: Asked,
    programs: &BTreeSet<&str>,
) -> Result<Option<bool>> {
    for (file, text) in plain {
        write(&tree.join(file), text.as_bytes())?;
    }
    let text = &plain[&mutant.file];
    let (before, rest) = (&text[..mutant.at.start], &text[mutant.at.end..]);
    let replacement = &mutant.replacement;
    let text = format!("{before}{replacement}{rest}");
    write(&tree.join(&mutant.file), text.as_bytes())?;
    let fits = cargo(tree)
        .args(["check", "--lib"])
        .stderr(Stdio::null())
        .status()?;
    if !fits.success() {
        return Ok(None);
    }
    let programs = self::programs(tree, programs)?;
    Ok(Some(run::one(tree, &programs, asked, mutant)?))
}

fn report(
    folder: &Path,
    all: &[Mutant],
    results: &BTreeMap<usize, bool>,
    unfit: &BTreeSet<usize>,
) -> Result<()> {
    let mut missed = String::new();
    println!(
        "{:<22}{:>8}{:>9}{:>9}{:>8}{:>10}",
        "part", "mutants", "refused", "noticed", "missed", "per cent"
    );
    let row = |name: &str, of: &dyn Fn(&Mutant) -> bool| {
        let here: Vec<&Mutant> = all.iter().filter(|mutant| of(mutant)).collect();
        let refused = here.iter().filter(|it| unfit.contains(&it.number)).count();
        let noticed = here
            .iter()
            .filter(|it| results.get(&it.number) == Some(&true))
            .count();
        let lost = here.len() - refused - noticed;
        let share = 100.0 * noticed as f64 / (noticed + lost).max(1) as f64;
        println!(
            "{name:<22}{:>8}{refused:>9}{noticed:>9}{lost:>8}{share:>10.1}",
            here.len()
        );
        lost
    };
    for (part, _) in PARTS {
        if all.iter().any(|mutant| mutant.file.starts_with(part)) {
            row(part, &|mutant| mutant.file.starts_with(part));
        }
    }
    let lost = row("all", &|_| true);
    for mutant in all
        .iter()
        .filter(|it| results.get(&it.number) == Some(&false))
    {
        missed += &format!("{}\n", mutant.name);
    }
    let file = folder.join("missed.txt");
    fs::write(&file, &missed)?;
    if lost > 0 {
        bail!(
            "no test noticed these:\n{missed}They are in {}",
            file.display()
        );
    }
    Ok(())
}
