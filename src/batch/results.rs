//! The lines of a batch: one per input and profile, whole or not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;
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
    lines: BTreeSet<Line>,
    /// The exit statuses that belong to its lines, whether they still stand or not.
    pub statuses: BTreeSet<u8>,
}

/// What a line says of how long it stands. A line of an earlier version says nothing of it, and never stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    /// Id of the profile that it was judged by; `None` where the input could not be read at all: one line stands for
    /// every profile.
    profile: Option<String>,
    evidence: Option<String>,
    terms: Option<String>,
    /// Judged at this moment, by the clock.
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// One profile of a run: what a result of it must have been judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Id of the profile.
    pub profile: String,
    /// Stands for all that decides a result beside the evidence.
    pub terms: String,
}

impl Held {
    /// Whether a result still stands: the same evidence, judged by the same, at a moment that changes nothing.
    /// `evidence` is `None` where nobody can tell what lies there: then nothing stands.
    pub fn stands(&self, evidence: Option<&str>, wanted: &Wanted, now: Timestamp) -> bool {
        evidence.is_some()
            && self.lines.iter().any(|line| {
                let judged_so = match &line.profile {
                    None => true,
                    Some(profile) => {
                        *profile == wanted.profile
                            && line.terms.as_ref() == Some(&wanted.terms)
                            && line.from.is_none_or(|from| from <= now)
                            && line.until.is_none_or(|until| now < until)
                    }
                };
                judged_so && line.evidence.as_deref() == evidence
            })
    }

    /// Whether there is a result for this profile, whether it still stands or not.
    pub fn has(&self, wanted: &Wanted) -> bool {
        let of = |line: &Line| line.profile.as_ref().is_none_or(|p| *p == wanted.profile);
        self.lines.iter().any(of)
    }
}

impl Line {
    /// What a line says. What cannot be understood is as if the line were of other evidence.
    fn of(value: &Value) -> Line {
        let text = |key: &str| value["batch"][key].as_str().map(str::to_owned);
        let moment = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
        let until = &value["batch"]["good_until"];
        let by_the_clock = value["moment_chosen"] != true;
        let from = by_the_clock.then(|| moment(&value["audited_at"]));
        let judged = value.get("overall").is_some();
        let told = !judged || (until.is_null() || moment(until).is_some()) && from != Some(None);
        Line {
            profile: profile_of(value).map(str::to_owned),
            evidence: text("evidence").filter(|_| told),
            terms: text("terms"),
            from: from.flatten(),
            until: moment(until),
        }
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
        held.lines.extend(value.as_ref().map(Line::of));
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

    fn held(text: &str) -> Done {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.jsonl");
        std::fs::write(&path, text).expect("written");
        ResultsFile::open(&path).expect("opens").1
    }

    fn wanted(profile: &str) -> Wanted {
        Wanted {
            profile: profile.into(),
            terms: "t".into(),
        }
    }

    #[test]
    fn what_is_held_of_an_input() {
        let done = held(
            "{\"batch\":{\"input\":\"a\",\"evidence\":\"e\",\"terms\":\"t\"},\"profile\":{\"id\":\"p\"},\"moment_chosen\":true,\"overall\":\"FAIL\",\"findings\":[{\"counted\":\"fail\"}]}\n\
             {\"batch\":{\"input\":\"b\",\"evidence\":\"e\"},\"error\":{\"status\":4}}\n\
             {\"batch\":{\"input\":\"c\"},\"profile\":{\"id\":\"p\"},\"overall\":\"PASS\",\"findings\":[{\"counted\":\"pass\"}],\"error\":{\"status\":2}}\n\
             {\"batch\":{\"input\":\"d\"},\"error\":{\"status\":4}}\n",
        );
        let now = Timestamp::UNIX_EPOCH;
        let stands = |id: &str, profile| done[id].stands(Some("e"), &wanted(profile), now);
        assert!(stands("a", "p"));
        assert!(!stands("a", "q"));
        assert!(!done["a"].has(&wanted("q")));
        // It could not be read, whatever the profile.
        assert!(stands("b", "p") && stands("b", "q"));
        // Lines of an earlier version: nobody knows what they were about.
        assert!(!stands("c", "p") && !stands("d", "p"));
        assert!(done["c"].has(&wanted("p")) && done["d"].has(&wanted("p")));
        assert_eq!(done["a"].statuses, [1].into());
        assert_eq!(done["b"].statuses, [4].into());
        assert_eq!(done["c"].statuses, [0, 2].into());
    }

    #[test]
    fn a_result_stands_as_long_as_nothing_has_changed() {
        let line = |batch: &str, rest: &str| {
            format!(
                "{{\"batch\":{{\"input\":\"a\",{batch}}},\"profile\":{{\"id\":\"p\"}},\"overall\":\"PASS\",\"findings\":[{{\"counted\":\"pass\"}}]{rest}}}\n"
            )
        };
        let same = "\"evidence\":\"e\",\"terms\":\"t\"";
        let until = |moment: &str| format!("{same},\"good_until\":{moment}");
        let at = |moment: &str| format!(",\"audited_at\":{moment}");
        let earlier = at("\"2026-11-01T00:00:00Z\"");
        for (batch, rest, expected) in [
            (same, earlier.as_str(), true),
            ("\"evidence\":\"f\",\"terms\":\"t\"", &earlier, false),
            ("\"evidence\":\"e\",\"terms\":\"u\"", &earlier, false),
            ("\"evidence\":\"e\"", &earlier, false),
            ("\"terms\":\"t\"", &earlier, false),
            ("\"evidence\":5,\"terms\":\"t\"", &earlier, false),
            (&until("\"2026-11-02T00:00:01Z\""), &earlier, true),
            (&until("\"2026-11-02T00:00:00Z\""), &earlier, false),
            (&until("\"soon\""), &earlier, false),
            (&until("null"), &earlier, true),
            // The clock was wrong then or is now.
            (same, &at("\"2026-11-03T00:00:00Z\""), false),
            (same, &at("\"then\""), false),
            (same, "", false),
            (same, ",\"moment_chosen\":true", true),
        ] {
            let text = line(batch, rest);
            let now = "2026-11-02T00:00:00Z".parse().expect("a moment");
            let held = &held(&text)["a"];
            assert_eq!(
                held.stands(Some("e"), &wanted("p"), now),
                expected,
                "{text}"
            );
            // What lies there cannot be told.
            assert!(!held.stands(None, &wanted("p"), now), "{text}");
        }
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
