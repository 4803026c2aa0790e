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

/// Every test program that is asked, once.
fn asked() -> impl Iterator<Item = &'static str> {
    let all: BTreeSet<&str> = PARTS
        .iter()
        .flat_map(|(_, names)| *names)
        .copied()
        .collect();
    all.into_iter()
}

/// Changes a tree of its own, runs the tests on each mutant, and prints how many were noticed. With a number, only so
/// many of them, evenly from all; with a text, only those whose name has it.
pub fn mutants(rest: &[String]) -> Result<()> {
    let folder = root().join("target/mutants");
    let tree = folder.join("tree");
    fs::create_dir_all(folder.join("answers")).context("a folder cannot be made")?;
    copy(&tree)?;
    let plain = plain(&tree)?;
    let mut all = listed(&tree, &plain)?;
    let (count, text) = match rest.first() {
        Some(it) => (it.parse::<usize>().ok(), Some(it.as_str())),
        None => (None, None),
    };
    match (count, text) {
        (Some(count), _) => {
            let every = (all.len() / count.max(1)).max(1);
            all = all.into_iter().step_by(every).collect();
        }
        (None, Some(text)) => all.retain(|mutant| mutant.name.contains(text)),
        (None, None) => {}
    }
    let built = build(&tree, &plain, &all)?;
    let mut results: BTreeMap<usize, bool> = run::all(&tree, &built.programs, &built.switched)?;
    let mut unfit = built.unfit;
    for mutant in &built.alone {
        match alone(&tree, &plain, mutant)? {
            Some(noticed) => drop(results.insert(mutant.number, noticed)),
            None => drop(unfit.insert(mutant.number)),
        }
    }
    report(&folder, &all, &results, &unfit)
}

/// The files of the project as they are now. What is the same already is left alone, so that it is not compiled again.
fn copy(tree: &Path) -> Result<()> {
    let out = command("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .context("git could not be started")?;
    ended_well("git ls-files", out.status.success())?;
    for name in String::from_utf8_lossy(&out.stdout).split('\0') {
        let from = root().join(name);
        if name.is_empty() || !from.is_file() {
            continue;
        }
        let bytes = fs::read(&from).with_context(|| format!("{name} cannot be read"))?;
        write(&tree.join(name), &bytes)?;
        let mode = fs::metadata(&from)?.permissions();
        fs::set_permissions(tree.join(name), mode)?;
    }
    Ok(())
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
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

/// The mutants that cargo-mutants knows, without those that `.cargo/mutants.toml` explains.
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
fn build<'a>(tree: &Path, plain: &Plain, all: &'a [Mutant]) -> Result<Built<'a>> {
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
    let programs = programs(tree)?;
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

fn cargo(tree: &Path) -> std::process::Command {
    let mut cargo = command("cargo");
    cargo
        .current_dir(tree)
        // What is compiled of libraries is shared; the program is not, or it would take the place of the real one.
        .env("CARGO_BUILD_BUILD_DIR", root().join("target"))
        .env("CARGO_TARGET_DIR", root().join("target/mutants/build"))
        .env("CARGO_INCREMENTAL", "1")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .arg("--quiet")
        // Unlike any other build of the program, so that neither is taken for the other.
        .args([
            "--config",
            "profile.dev.package.spotcheck.codegen-units=255",
        ]);
    cargo
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

/// Compiles the test programs; where each is.
fn programs(tree: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut build = cargo(tree);
    build.args(["test", "--no-run", "--message-format=json", "--lib"]);
    for name in asked().filter(|name| *name != "spotcheck") {
        build.args(["--test", name]);
    }
    let out = build.stderr(Stdio::inherit()).output()?;
    ended_well("cargo test --no-run", out.status.success())?;
    let mut programs = BTreeMap::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        let said: Value = serde_json::from_str(line)?;
        let test = said["profile"]["test"] == true;
        if let (true, Some(file), Some(name)) = (
            test,
            said["executable"].as_str(),
            said["target"]["name"].as_str(),
        ) {
            programs.insert(name.to_owned(), PathBuf::from(file));
        }
    }
    Ok(programs)
}

/// One mutant in a tree without others: whether the tests notice, or `None` if the compiler refuses it.
fn alone(tree: &Path, plain: &Plain, mutant: &Mutant) -> Result<Option<bool>> {
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
    let programs = programs(tree)?;
    Ok(Some(run::one(tree, &programs, mutant)?))
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
        row(part, &|mutant| mutant.file.starts_with(part));
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
