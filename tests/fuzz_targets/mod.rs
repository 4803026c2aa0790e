//! What is fuzzed: one target for each parser that takes bytes from outside. `cargo fuzz` (with coverage, on nightly)
//! and `tests/fuzz_short.rs` (on stable) run the same bodies on the same seeds.
//!
//! A body returns for every input. It fails (panics) where the parser panics, where the same bytes give two different
//! results, or where a result breaks what the parser promises; each body says which promises it checks.

mod android;
mod ios;
mod papers;
mod registers;

use std::path::{Path, PathBuf};

/// One parser.
pub struct Target {
    /// Its name, also that of its folder of seeds.
    pub name: &'static str,
    /// What is fed.
    pub run: fn(&[u8]),
    /// Good inputs to begin with; all of them are synthetic.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of the format, for mutations.
    pub words: &'static [&'static str],
}

/// All targets.
pub fn all() -> Vec<Target> {
    let parts = [
        ios::TARGETS,
        android::TARGETS,
        papers::TARGETS,
        registers::TARGETS,
    ];
    parts.into_iter().flatten().map(Target::copy).collect()
}

impl Target {
    fn copy(&self) -> Target {
        Target { ..*self }
    }

    /// The seeds, and the inputs that once showed a fault.
    pub fn all_seeds(&self) -> Vec<Vec<u8>> {
        let mut seeds = (self.seeds)();
        let mut found: Vec<PathBuf> = std::fs::read_dir(
            root()
                .join("tests/fuzz_targets/regressions")
                .join(self.name),
        )
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
        found.sort();
        seeds.extend(found.iter().map(|path| read(path)));
        seeds
    }
}

/// The folder of the program, whichever of the two packages this is compiled into.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    match here.join("sample-backups").is_dir() {
        true => here.to_owned(),
        false => here.join(".."),
    }
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A file of the samples.
fn sample(name: &str) -> Vec<u8> {
    read(&root().join("sample-backups").join(name))
}

/// Hands text over, if it is text: a file that is none never gets as far as these parsers.
fn text(bytes: &[u8], run: impl Fn(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        run(text);
    }
}

/// Runs it twice: the same bytes give the same result.
fn twice<T: PartialEq + std::fmt::Debug>(run: impl Fn() -> T) -> T {
    let (first, second) = (run(), run());
    assert_eq!(first, second, "the same bytes gave two results");
    first
}

/// A file with these bytes, for what takes a path. It lies in memory where there is such a folder.
fn with_file<T>(name: &str, bytes: &[u8], run: impl Fn(&Path) -> T) -> T {
    let folder = folder();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    run(&path)
}

fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    }
    .expect("a folder")
}

/// Whether a text is fit for a terminal: nothing in it deceives or commands it. The colours of reports are the
/// program's own.
fn fit_for_a_terminal(text: &str) {
    let mut left = text;
    while let Some(at) = left.find(|c: char| c.is_control() && c != '\n') {
        let colour = left[at..]
            .strip_prefix("\u{1b}[")
            .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'))
            .and_then(|rest| rest.strip_prefix('m'));
        match colour {
            Some(rest) => left = rest,
            None => panic!("it would go to the terminal: {:?}", &left[at..]),
        }
    }
}
