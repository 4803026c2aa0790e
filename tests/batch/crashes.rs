//! `--resume`: killed at any moment, a batch loses at most what was in flight.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use super::backup_builder::Backup;
use super::common::*;

const KILLS: u32 = 20;
const BACKUPS: u32 = 12;
const SEED: u64 = 0x5eed_0003;

/// Reproducible pseudo-random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

fn folder() -> Folder {
    let folder = Folder::new();
    for n in 0..BACKUPS {
        let backup = match n % 4 {
            0 => Backup::compliant(),
            1 => Backup::failing(),
            2 => Backup::gaps(),
            _ => Backup::compliant().database([0x5e; 5000]),
        };
        let backup = match n % 3 {
            0 => backup.encrypted("secret").rounds(5000, 100),
            _ => backup,
        };
        folder.backup(&format!("phone-{n:02}"), &backup);
    }
    folder.file("phones/cut-short.capture", "spotcheck-capture 1\nlabel");
    folder
}

/// Each pair of input and profile in a results file, which must hold none twice. The last line may be half-written
/// where the run was killed.
fn held(text: &str, killed: bool) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for line in text.split_inclusive('\n') {
        if killed && !line.ends_with('\n') {
            continue;
        }
        let [value] = <[_; 1]>::try_from(lines(line)).expect("one line");
        let profile = value["profile"]["id"].as_str().unwrap_or_default();
        assert!(
            all.insert((input_of(&value), profile.to_owned())),
            "twice: {line}"
        );
    }
    all
}

#[test]
fn killed_at_any_moment_and_resumed() {
    let folder = folder();
    let args = [
        "--jobs",
        "2",
        "--profile",
        "nhs-england",
        "--profile",
        "nhs-england-quick",
        "--password-env",
        "SECRET",
    ];
    let batch = |extra: &[&str]| {
        let mut command = folder.batch(&args);
        command.args(extra).env("SECRET", "secret");
        command
    };
    let whole = output(batch(&["--format", "jsonl"]));
    let expected = held(&whole.out, false);
    // Two lines for each backup, one for the capture that is none.
    assert_eq!(expected.len(), BACKUPS as usize * 2 + 1);

    // As long as a whole run takes, so that the kills fall anywhere in it.
    let start = std::time::Instant::now();
    output(batch(&["--format", "jsonl"]));
    let most = start.elapsed().as_micros() as u64;
    let mut random = Random(SEED);
    let (mut round, mut cut_short) = (0, 0);
    let mut name = String::new();
    let mut known = BTreeSet::new();
    for kill in 0..KILLS {
        if name.is_empty() {
            name = format!("results-{round}");
            round += 1;
            known.clear();
        }
        let results = format!("{name}.jsonl");
        let mut child = batch(&["--resume", &results, "-o", &name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(Duration::from_micros(random.below(most)));
        let ended = child.try_wait().expect("asked").is_some();
        child.kill().expect("killed");
        child.wait().expect("ended");
        let text = std::fs::read_to_string(folder.at(&results)).unwrap_or_default();
        let now = held(&text, true);
        assert!(now.is_superset(&known), "kill {kill}: a result was lost");
        assert!(expected.is_superset(&now), "kill {kill}");
        if now.len() > known.len() && !ended {
            cut_short += 1;
        }
        known = now;
        if ended || kill == KILLS - 1 || known.len() == expected.len() {
            let ran = output(batch(&["--resume", &results, "-o", &name]));
            // The worst of the whole batch, whichever run it was in.
            assert_eq!(ran.status, whole.status, "{}", ran.err);
            let text = read(&folder.at(&results));
            assert_eq!(held(&text, false), expected, "kill {kill}");
            files_are_whole(&folder, &name, &text);
            name.clear();
        }
    }
    assert!(cut_short > 0, "no kill came in the middle of a run");
}

/// The folder of files holds what the results file holds, and nothing else.
fn files_are_whole(folder: &Folder, name: &str, results: &str) {
    let mut of_files = BTreeSet::new();
    for entry in std::fs::read_dir(folder.at(name)).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(
            path.extension().and_then(|e| e.to_str()),
            Some("json"),
            "{}",
            path.display()
        );
        of_files.extend(held(&read(&path), false));
    }
    assert_eq!(of_files, held(results, false));
}

/// The moments between two lines of one input, and inside of a line, made by hand.
#[test]
fn a_results_file_cut_anywhere_is_completed() {
    let folder = Folder::new();
    folder.backup("phone-1", &Backup::compliant());
    folder.backup("phone-2", &Backup::failing());
    folder.file("phones/cut-short.capture", "");
    let args = [
        "--jobs",
        "1",
        "--profile",
        "nhs-england",
        "--profile",
        "nhs-england-quick",
    ];
    let batch = |extra: &[&str]| {
        let mut command = folder.batch(&args);
        command.args(extra);
        output(command)
    };
    let first = batch(&["--resume", "whole.jsonl"]);
    let whole = read(&folder.at("whole.jsonl"));
    let expected = held(&whole, false);
    assert_eq!(expected.len(), 5);
    let ends: Vec<usize> = whole.match_indices('\n').map(|(at, _)| at + 1).collect();
    let middles = ends.iter().flat_map(|end| [end - 2, *end, end + 1]);
    for cut in [0, 1]
        .into_iter()
        .chain(middles)
        .filter(|cut| *cut <= whole.len())
    {
        let path = folder.file("cut.jsonl", &whole[..cut]);
        let ran = batch(&["--resume", "cut.jsonl"]);
        assert_eq!(ran.status, first.status, "cut at {cut}: {}", ran.err);
        assert_eq!(held(&read(&path), false), expected, "cut at {cut}");
    }
    // Nothing left to do: nothing is written, and the result is the same.
    let again = batch(&["--resume", "whole.jsonl"]);
    assert_eq!(again.status, first.status);
    assert_eq!(read(&folder.at("whole.jsonl")), whole);
    assert!(
        again.err.contains("3 had a result already"),
        "{}",
        again.err
    );
}
