//! The lines of a batch: one per input and profile, whole or not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::Value;

use crate::bounded;
use crate::report::saved;

/// The most that one line may hold; an audit has some tens of kilobytes.
const MAX_LINE: u64 = 16 << 20;

/// A results file that is appended to, after a half-written last line was cut off.
#[derive(Debug)]
pub struct ResultsFile {
    file: File,
}

/// What a results file already holds, by input id.
pub type Done = BTreeMap<String, Held>;

/// What a results file already holds of one input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Ids of the profiles that it was judged by.
    pub profiles: BTreeSet<String>,
    /// It could not be read at all: one line stands for every profile.
    pub failed: bool,
    /// The exit statuses that belong to its lines.
    pub statuses: BTreeSet<u8>,
}

impl Held {
    /// Whether nothing is left to do. A crash can come between the lines of two profiles.
    pub fn complete<'a>(&self, mut profiles: impl Iterator<Item = &'a str>) -> bool {
        self.failed || profiles.all(|id| self.profiles.contains(id))
    }
}

impl ResultsFile {
    /// Opens or creates a results file, cuts off what a crash left half-written, and says what it holds.
    ///
    /// # Errors
    /// The file cannot be read or written, another run holds it, or a whole line in it is no result of a batch (then
    /// it is another file, and nothing is changed).
    pub fn open(path: &Path) -> io::Result<(Self, Done)> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.try_lock().map_err(|_| {
            io::Error::new(io::ErrorKind::WouldBlock, "another run is writing to it")
        })?;
        let (done, whole) = read(&file)?;
        if whole < file.metadata()?.len() {
            file.set_len(whole)?;
        }
        file.seek(SeekFrom::End(0))?;
        Ok((ResultsFile { file }, done))
    }

    /// Appends lines that belong together, in one write, and hands them to the disk.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn append(&mut self, lines: &str) -> io::Result<()> {
        self.file.write_all(lines.as_bytes())?;
        self.file.sync_data()
    }
}

/// Reads whole lines and says where the last of them ends.
fn read(file: &File) -> io::Result<(Done, u64)> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    bounded::check_not_utf16(reader.fill_buf()?)?;
    let mut done = Done::new();
    let mut whole = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = io::Read::take(&mut reader, MAX_LINE).read_until(b'\n', &mut line)?;
        if n == 0 || line.last() != Some(&b'\n') {
            return Ok((done, whole));
        }
        let value: Option<Value> = serde_json::from_slice(&line).ok();
        let input = value.as_ref().and_then(input_of).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "it holds lines that are no results of a batch",
            )
        })?;
        if let Some(audit) = value.as_ref().filter(|line| line.get("overall").is_some()) {
            saved::check_overall(audit).map_err(|why| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("it holds a line that was changed: {why}"),
                )
            })?;
        }
        let held = done.entry(input.to_owned()).or_default();
        held.statuses.extend(value.iter().flat_map(statuses));
        match value.as_ref().and_then(profile_of) {
            Some(id) => {
                held.profiles.insert(id.to_owned());
            }
            None => held.failed = true,
        }
        whole += n as u64;
    }
}

/// The profile id of a line; `None` where the input could not be read at all.
pub(super) fn profile_of(line: &Value) -> Option<&str> {
    line.get("profile")?.get("id")?.as_str()
}

/// The exit statuses that belong to a line: of its result, and of what kept the input from being read whole.
pub(super) fn statuses(line: &Value) -> Vec<u8> {
    let result = line.get("overall").map(|overall| match overall.as_str() {
        Some("PASS") => 0,
        Some("FAIL") => 1,
        _ => 3,
    });
    let problem = line.get("error").map(|error| {
        let status = error.get("status").and_then(Value::as_u64);
        status.and_then(|s| u8::try_from(s).ok()).unwrap_or(4)
    });
    result.into_iter().chain(problem).collect()
}

/// The input id of a line.
pub(super) fn input_of(line: &Value) -> Option<&str> {
    line.get("batch")?.get("input")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "{\"batch\":{\"input\":\"a\"}}\n";
    const B: &str = "{\"batch\":{\"input\":\"b\"}}\n";

    #[test]
    fn a_half_written_line_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.jsonl");
        for cut in 0..B.len() {
            std::fs::write(&path, format!("{A}{}", &B[..cut])).expect("written");
            let (mut results, done) = ResultsFile::open(&path).expect("opens");
            assert_eq!(done.keys().collect::<Vec<_>>(), ["a"]);
            results.append(B).expect("written");
            drop(results);
            assert_eq!(
                std::fs::read_to_string(&path).expect("read"),
                format!("{A}{B}")
            );
        }
    }

    #[test]
    fn what_is_held_of_an_input() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.jsonl");
        let text = "{\"batch\":{\"input\":\"a\"},\"profile\":{\"id\":\"p\"},\"overall\":\"FAIL\"}\n\
                    {\"batch\":{\"input\":\"b\"},\"error\":{\"status\":4}}\n\
                    {\"batch\":{\"input\":\"c\"},\"profile\":{\"id\":\"p\"},\"overall\":\"PASS\",\"error\":{\"status\":2}}\n";
        std::fs::write(&path, text).expect("written");
        let (_file, done) = ResultsFile::open(&path).expect("opens");
        let complete = |id: &str, profiles: &[&str]| done[id].complete(profiles.iter().copied());
        assert!(complete("a", &["p"]));
        assert!(!complete("a", &["p", "q"]));
        assert!(complete("b", &["p", "q"]));
        assert_eq!(done["a"].statuses, [1].into());
        assert_eq!(done["b"].statuses, [4].into());
        assert_eq!(done["c"].statuses, [0, 2].into());
    }

    #[test]
    fn another_file_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notes.txt");
        for text in ["my notes\n", "{}\n", "{\"batch\":{}}\nhalf"] {
            std::fs::write(&path, text).expect("written");
            assert!(ResultsFile::open(&path).is_err());
            assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
        }
    }

    #[test]
    fn two_runs_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.jsonl");
        let (_first, _) = ResultsFile::open(&path).expect("opens");
        assert!(ResultsFile::open(&path).is_err());
    }
}
