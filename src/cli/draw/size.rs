//! `spotcheck draw size`

use std::fmt::Write as _;

use anyhow::anyhow;

use super::numbers::{HowManyArgs, sure};
use crate::cli::{Failure, terminal};
use crate::sampling::intervals::{self, Interval};
use crate::sampling::sizes::{self, RuledOut};
use crate::sampling::words::{between, count, fewer_than, number};
use crate::sampling::{Confidence, Tally};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck draw size
  spotcheck draw size --people 1000 --find \"1 in 10\"")]
pub(super) struct Args {
    /// How many people are on the list [default: so many that it makes no difference]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    people: Option<u64>,
    #[command(flatten)]
    how_many: HowManyArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let asked = &args.how_many;
    let confidence = asked.confidence;
    let mut out = String::new();
    if let Some(people) = args.people {
        let _ = writeln!(out, "Of a list of {}:\n", count(people, "person", "people"));
    }
    if asked.size.is_none() && asked.find.is_none() && asked.margin.is_none() {
        for rate in [0.2, 0.1, 0.05, 0.02, 0.01] {
            let n = sizes::discovery(args.people, rate, confidence);
            out += &none_fails(n, &fewer_than(rate), confidence);
        }
        terminal::result(&out)?;
        return Ok(0);
    }
    let (n, why) = asked.need(args.people)?;
    if args.people.is_some_and(|people| n > people) {
        return Err(Failure::Usage(anyhow!(
            "{} cannot be drawn from a list of {}.\nGive a smaller --size.",
            number(n),
            number(args.people.unwrap_or(0))
        )));
    }
    if asked.margin.is_some() {
        let _ = writeln!(out, "{}. {why}\n", count(n, "phone", "phones"));
    }
    if args.people == Some(n) {
        let _ = writeln!(
            out,
            "{}: that is everybody, and leaves nothing to chance.",
            count(n, "phone", "phones")
        );
    } else if let Some(ruled_out) = sizes::ruled_out(args.people, n, confidence) {
        // What was asked for is said in its own words; what else so many tell, as closely as they do.
        let words = match (asked.find, ruled_out) {
            (Some(rate), _) => fewer_than(rate),
            (None, RuledOut::Of(failing, people)) => fewer_than(failing as f64 / people as f64),
            (None, RuledOut::Rate(rate)) => fewer_than(rate),
        };
        out += &none_fails(n, &words, confidence);
        for failed in 1..=n.min(3) {
            let Some(tally) = Tally::new(failed, n) else {
                continue;
            };
            let interval: Interval = args
                .people
                .and_then(|people| intervals::finite(tally, people, confidence))
                .map_or_else(
                    || intervals::clopper_pearson(tally, confidence),
                    intervals::Counts::rates,
                );
            let _ = writeln!(
                out,
                "  If {} {}, {} would.",
                number(failed),
                if failed == 1 { "fails" } else { "fail" },
                between(interval)
            );
        }
    }
    terminal::result(&out)?;
    Ok(0)
}

/// "29 phones: if none fails, you can be 95% sure that fewer than 1 in 10 would".
fn none_fails(n: u64, fewer: &str, confidence: Confidence) -> String {
    let fails = if n == 1 {
        "it does not fail"
    } else {
        "none fails"
    };
    format!(
        "{}: if {fails}, you can be {} sure that {fewer} would\n",
        count(n, "phone", "phones"),
        sure(confidence)
    )
}
