//! One summary of the results of several shards, and which of them are missing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::results::{input_of, profile_of, statuses};
use super::sameness::short;
use crate::audit;
use crate::report::saved;

/// The most shares that are told apart: a file that names more was not written by a batch, and listing those that are
/// missing would never end.
const MOST_SHARES: u64 = 10_000;

/// Counts over results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Inputs with a result.
    pub inputs: usize,
    /// Inputs that all shards together should have.
    pub expected: Option<u64>,
    /// Audits by overall result.
    pub overall: BTreeMap<String, u64>,
    /// Inputs that could not be read, or not whole.
    pub unreadable: u64,
    /// For each control: verdict to count of findings (set-aside and not-applicable ones left out).
    pub controls: BTreeMap<String, BTreeMap<String, u64>>,
    /// Exit statuses of all results.
    pub statuses: BTreeSet<u8>,
    /// Shards (of those that were meant) without any result.
    pub shards_without_results: Vec<String>,
    /// Shards that have results, but not of all their inputs.
    pub half_done: Vec<HalfDone>,
    /// Results that came twice and were counted once.
    pub doubled: u64,
    /// Results of inputs that were audited again, beside the first of each: all are counted.
    pub again: u64,
    /// Last lines that a crash left half-written.
    pub half_written: u64,
}

/// A share of which some inputs have no result yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfDone {
    /// The share, e.g. `2/3`.
    pub shard: String,
    /// Its inputs with a result.
    pub inputs: u64,
    /// All its inputs.
    pub expected: u64,
}

/// What to do about a file that no batch wrote.
const NO_RESULTS: &str = "Give files that `spotcheck batch` wrote.";
/// What to do about results that do not belong together.
const OTHER_BATCH: &str = "Merge the files of one batch at a time. To put several folders together, audit them in one batch: spotcheck batch FOLDER FOLDER. If the folder changed between the runs, begin with new files.";
/// What to do about two results that cannot both be right of one input.
const TWO_RESULTS: &str = "Two phones have the same place in two folders, or one was audited twice. Merge each file alone, and look at both results. To put folders together, audit them in one batch: spotcheck batch FOLDER FOLDER.";

/// The results of one input under one profile: what each says, and the texts in which it stands.
type Results = BTreeMap<String, BTreeSet<usize>>;

/// Adds up the results in several texts of JSON Lines.
///
/// # Errors
/// Names the text and the line that is no result of a batch, is of another batch, or says otherwise than another text
/// does of the same input; and what to do.
pub fn merge<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Summary, String> {
    let mut summary = Summary::default();
    let mut seen: BTreeMap<(String, String), Results> = BTreeMap::new();
    let mut inputs: BTreeSet<String> = BTreeSet::new();
    let mut unreadable: BTreeSet<String> = BTreeSet::new();
    // Of the first line: how many inputs its batch has, and what stands for them.
    let mut batch: Option<(Option<u64>, Option<String>)> = None;
    // Of each share: its inputs with a result, and how many there should be.
    let mut shards: BTreeMap<(u64, u64), (BTreeSet<String>, u64)> = BTreeMap::new();
    for (file, (name, text)) in texts.into_iter().enumerate() {
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if !line.ends_with('\n') {
                summary.half_written += 1;
                continue;
            }
            let wrong =
                |what: &str, next: &str| format!("{name}, line {}: {what}\n{next}", number + 1);
            let value: Value =
                serde_json::from_str(line).map_err(|_| wrong("no JSON", NO_RESULTS))?;
            let input = input_of(&value)
                .ok_or_else(|| wrong("no result of a batch", NO_RESULTS))?
                .to_owned();
            let of_batch = (
                value["batch"]["inputs"].as_u64(),
                value["batch"]["of_inputs"].as_str().map(str::to_owned),
            );
            if *batch.get_or_insert_with(|| of_batch.clone()) != of_batch {
                return Err(wrong(
                    "this result is of another batch: its inputs are others",
                    OTHER_BATCH,
                ));
            }
            let profile = profile_of(&value).unwrap_or_default().to_owned();
            let results = seen.entry((input.clone(), profile)).or_default();
            let first = results.is_empty();
            match results.entry(said(&value)) {
                Entry::Occupied(mut same) => {
                    same.get_mut().insert(file);
                    summary.doubled += 1;
                    continue;
                }
                Entry::Vacant(new) => new.insert([file].into()),
            };
            if !first {
                // A batch that goes on with its own file audits again what has changed. Two files know nothing of each
                // other: nobody can tell which of them is right.
                if !results.values().all(|files| files.contains(&file)) {
                    return Err(wrong(
                        "another file has another result of the same input",
                        TWO_RESULTS,
                    ));
                }
                summary.again += 1;
            }
            if value.get("overall").is_some() {
                saved::check_overall(&value).map_err(|why| wrong(&why, NO_RESULTS))?;
            }
            if value.get("error").is_some() {
                unreadable.insert(input.clone());
            }
            let number = |key: &str| value["batch"][key].as_u64();
            if let (Some(index), Some(of)) = (number("shard"), number("of")) {
                if index == 0 || index > of || of > MOST_SHARES {
                    return Err(wrong("it names a share that no batch has", NO_RESULTS));
                }
                let (with_result, expected) = shards.entry((index, of)).or_default();
                with_result.insert(input.clone());
                *expected = number("share_inputs").unwrap_or(0).max(*expected);
            }
            inputs.insert(input);
            count(&mut summary, &value);
        }
    }
    summary.inputs = inputs.len();
    summary.expected = batch.and_then(|(inputs, _)| inputs);
    summary.unreadable = unreadable.len() as u64;
    // A share that takes no input has no line either: where every input has a result, no share is missing.
    let all_there = summary
        .expected
        .is_some_and(|all| all <= inputs.len() as u64);
    let of = shards.keys().map(|(_, of)| *of).max().unwrap_or(1);
    summary.half_done = shards
        .iter()
        .map(|((index, of), (with_result, expected))| HalfDone {
            shard: format!("{index}/{of}"),
            inputs: with_result.len() as u64,
            expected: *expected,
        })
        .filter(|share| share.inputs < share.expected)
        .collect();
    summary.shards_without_results = (1..=of)
        .filter(|index| !shards.is_empty() && !all_there && !shards.contains_key(&(*index, of)))
        .map(|index| format!("{index}/{of}"))
        .collect();
    Ok(summary)
}

/// What a result says: all of it but when it was judged and which share it was in. Two lines of the same are one result.
fn said(value: &Value) -> String {
    let mut said = value.clone();
    let evidence = value["batch"]["evidence"].clone();
    if let Some(said) = said.as_object_mut() {
        said.shift_remove("audited_at");
        said.insert("batch".into(), evidence);
    }
    short(said.to_string().as_bytes())
}

fn count(summary: &mut Summary, value: &Value) {
    summary.statuses.extend(statuses(value));
    let Some(overall) = value["overall"].as_str() else {
        return;
    };
    let narrowed = value["narrowed_to"].as_array();
    let overall = audit::result(
        overall,
        value["readable_only"] == true || narrowed.is_some_and(|lines| !lines.is_empty()),
    );
    *summary.overall.entry(overall).or_default() += 1;
    for finding in value["findings"].as_array().into_iter().flatten() {
        let verdict = match finding["verdict"].as_str().unwrap_or("unresolved") {
            "fail" if finding["waiver"].is_object() => "waived",
            verdict => verdict,
        };
        if finding["set_aside"] == true || verdict == "not-applicable" {
            continue;
        }
        let control = finding["control"].as_str().unwrap_or_default().to_owned();
        *summary
            .controls
            .entry(control)
            .or_default()
            .entry(verdict.to_owned())
            .or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(input: &str, shard: u64, overall: &str) -> String {
        let counted = match overall {
            "INCOMPLETE" => "unresolved",
            _ => &overall.to_lowercase(),
        };
        format!(
            "{{\"batch\":{{\"input\":\"{input}\",\"shard\":{shard},\"of\":3,\"inputs\":4}},\"profile\":{{\"id\":\"p\"}},\"overall\":\"{overall}\",\
             \"findings\":[{{\"control\":\"IM-05a\",\"verdict\":\"pass\",\"counted\":\"{counted}\",\"set_aside\":false}},{{\"control\":\"IM-04\",\"verdict\":\"unresolved\",\"set_aside\":true}}]}}\n"
        )
    }

    #[test]
    fn shards_make_one_summary() {
        let failed = "{\"batch\":{\"input\":\"c\",\"shard\":1,\"of\":3,\"inputs\":4},\"error\":{\"status\":4}}\n";
        let one = line("a", 1, "PASS") + failed;
        let two = line("b", 2, "FAIL") + &line("a", 1, "PASS") + "{\"batch\":{\"inp";
        let summary = merge([("one", one.as_str()), ("two", two.as_str())]).expect("merges");
        assert_eq!((summary.inputs, summary.expected), (3, Some(4)));
        assert_eq!(
            summary.overall,
            [("FAIL".to_owned(), 1), ("PASS".to_owned(), 1)].into()
        );
        assert_eq!(
            (summary.unreadable, summary.doubled, summary.half_written),
            (1, 1, 1)
        );
        assert_eq!(summary.shards_without_results, ["3/3"]);
        assert_eq!(summary.statuses, [0, 1, 4].into());
        assert_eq!(summary.controls["IM-05a"]["pass"], 2);
        assert!(!summary.controls.contains_key("IM-04"));
    }

    #[test]
    fn a_share_without_inputs_is_not_missing() {
        let all = |inputs: u64| {
            let text = line("a", 1, "PASS") + &line("b", 3, "PASS");
            text.replace("\"inputs\":4", &format!("\"inputs\":{inputs}"))
        };
        let summary = merge([("all", all(2).as_str())]).expect("merges");
        assert!(summary.shards_without_results.is_empty());
        let summary = merge([("all", all(3).as_str())]).expect("merges");
        assert_eq!(summary.shards_without_results, ["2/3"]);
    }

    #[test]
    fn a_share_that_is_half_done_is_named() {
        let of_two =
            |input: &str| line(input, 2, "PASS").replace("\"of\":3", "\"of\":3,\"share_inputs\":2");
        let half = merge([("half", of_two("a").as_str())]).expect("merges");
        assert_eq!(
            half.half_done,
            [HalfDone {
                shard: "2/3".into(),
                inputs: 1,
                expected: 2
            }]
        );
        let whole = of_two("a") + &of_two("b") + &of_two("a");
        assert!(
            merge([("whole", whole.as_str())])
                .expect("merges")
                .half_done
                .is_empty()
        );
    }

    #[test]
    fn a_locked_backup_counts_as_audited_and_as_not_read_whole() {
        let locked = line("a", 1, "INCOMPLETE")
            .replace("\"findings\"", "\"error\":{\"status\":4},\"findings\"");
        let twice = locked.clone() + &locked.replace("\"id\":\"p\"", "\"id\":\"q\"");
        let summary = merge([("one", twice.as_str())]).expect("merges");
        assert_eq!((summary.inputs, summary.unreadable), (1, 1));
        assert_eq!(summary.overall, [("INCOMPLETE".to_owned(), 2)].into());
        assert_eq!(summary.statuses, [3, 4].into());
    }

    #[test]
    fn of_two_results_of_one_input_none_is_lost() {
        let (pass, fail) = (line("a", 1, "PASS"), line("a", 1, "FAIL"));
        // In two files, whichever comes first: nobody knows which is right.
        for (one, two) in [(&pass, &fail), (&fail, &pass)] {
            let error = merge([("one", one.as_str()), ("two", two.as_str())]).expect_err("refused");
            assert!(error.starts_with("two, line 1: another file"), "{error}");
            assert!(error.contains("Merge each file alone"), "{error}");
        }
        // In one file, as a batch that went on leaves it: both count.
        let both = pass.clone() + &fail + &fail;
        let summary = merge([("both", both.as_str())]).expect("merges");
        assert_eq!((summary.inputs, summary.doubled, summary.again), (1, 1, 1));
        assert_eq!(summary.statuses, [0, 1].into());
        assert_eq!(summary.controls["IM-05a"]["pass"], 2);
        // And an earlier copy of that file beside it, in either order.
        for texts in [[("1", &both), ("2", &pass)], [("1", &pass), ("2", &both)]] {
            let texts = texts.map(|(name, text)| (name, text.as_str()));
            let summary = merge(texts).expect("merges");
            assert_eq!((summary.again, summary.statuses.len()), (1, 2));
        }
        // The same result at another moment is the same; of other evidence it is not.
        let at = |moment: &str| {
            pass.replace(
                "\"overall\"",
                &format!("\"audited_at\":\"{moment}\",\"overall\""),
            )
        };
        let summary = merge([("1", at("then").as_str()), ("2", at("now").as_str())]);
        assert_eq!(summary.expect("merges").doubled, 1);
        let of = |evidence: &str| {
            pass.replace(
                "\"shard\"",
                &format!("\"evidence\":\"{evidence}\",\"shard\""),
            )
        };
        assert!(merge([("1", of("e").as_str()), ("2", of("f").as_str())]).is_err());
    }

    #[test]
    fn results_of_different_batches_are_refused() {
        let of = |inputs: &str| {
            line("a", 1, "PASS").replace("\"shard\"", &format!("\"of_inputs\":{inputs},\"shard\""))
        };
        let (one, two, none) = (of("\"1\""), of("\"2\""), line("b", 1, "PASS"));
        for texts in [[&one, &two], [&one, &none], [&none, &one]] {
            let both = texts[0].clone() + texts[1];
            for texts in [
                vec![("b", both.as_str())],
                vec![("a", texts[0].as_str()), ("b", texts[1].as_str())],
            ] {
                let error = merge(texts).expect_err("refused");
                assert!(error.starts_with("b, line "), "{error}");
                assert!(error.contains("another batch"), "{error}");
                assert!(error.contains("begin with new files"), "{error}");
            }
        }
    }

    #[test]
    fn what_is_no_result_is_refused() {
        for text in ["notes\n", "{}\n"] {
            let error = merge([("results.jsonl", text)]).expect_err("refused");
            assert!(error.starts_with("results.jsonl, line 1"), "{error}");
        }
        let other = line("z", 1, "PASS").replace("\"inputs\":4", "\"inputs\":9");
        assert!(merge([("a", line("a", 1, "PASS").as_str()), ("b", other.as_str())]).is_err());
        for (shard, of) in [("0", "3"), ("4", "3"), ("1", "18446744073709551615")] {
            let text = format!("{{\"batch\":{{\"input\":\"a\",\"shard\":{shard},\"of\":{of}}}}}\n");
            let error = merge([("r", text.as_str())]).expect_err("refused");
            assert!(error.contains("a share that no batch has"), "{error}");
        }
        assert_eq!(merge([]).expect("nothing"), Summary::default());
    }
}
