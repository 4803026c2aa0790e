//! `spotcheck doctor`: what a check needs, what is there of it, and what to do about the rest. It looks and changes
//! nothing: no file is written, no server started, no phone asked anything.

mod computer;
mod connection;
mod programme;

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::common::{Format, print_list};
use super::{Failure, terminal};

const AFTER_HELP: &str = "\
It looks and changes nothing: no file is written, the ADB server is not started, no phone is asked anything.
Exit status: 0 nothing stands in the way of an audit, 2 something does.

Examples:
  spotcheck doctor
  spotcheck doctor --format json";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Shape of the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Ok,
    /// Audits work; something is to be looked at.
    Attention,
    /// It is not on this computer, and need not be.
    NotHere,
    /// No audit, or no audit that could pass, is possible until it is put right.
    Blocks,
}

impl State {
    fn words(self) -> &'static str {
        match self {
            State::Ok => "✓ OK",
            State::Attention => "! attention",
            State::NotHere => "- not here",
            State::Blocks => "✗ STOPS",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    id: &'static str,
    title: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do; null where there is nothing.
    next: Option<String>,
}

impl Check {
    fn new(id: &'static str, title: &'static str, state: State, found: impl Into<String>) -> Check {
        Check {
            id,
            title,
            state,
            found: found.into(),
            next: None,
        }
    }

    fn next(self, next: impl Into<String>) -> Check {
        Check {
            next: Some(next.into()),
            ..self
        }
    }
}

/// The list, and its JSON: fields may be added within a schema version, never changed or removed.
#[derive(Serialize)]
struct List {
    schema: u32,
    /// Something has to be put right before an audit.
    blocked: bool,
    checks: Vec<Check>,
}

/// Looks at everything; `loaded` are the settings, or what is wrong with them.
pub(super) fn run(
    args: &Args,
    named: Option<&Path>,
    loaded: Result<(), Failure>,
) -> Result<u8, Failure> {
    let mut checks = programme::settings(named, loaded);
    checks.extend(programme::checklists());
    checks.push(programme::notice());
    checks.push(programme::register());
    checks.extend(connection::checks());
    checks.extend(computer::checks());
    let blocked = checks.iter().any(|check| check.state == State::Blocks);
    let list = List {
        schema: 1,
        blocked,
        checks,
    };
    print_list(&list, args.format, |list| table(list, terminal::width()))?;
    Ok(if blocked { 2 } else { 0 })
}

fn table(list: &List, width: usize) -> String {
    let mut text = String::new();
    for check in &list.checks {
        let begin = format!("{:<12} {:<18} ", check.state.words(), check.title);
        let below = " ".repeat(32);
        put(&mut text, width, &begin, &below, &check.found);
        if let Some(next) = &check.next {
            for line in next.lines() {
                put(
                    &mut text,
                    width,
                    &format!("{below}> "),
                    &format!("{below}  "),
                    line,
                );
            }
        }
    }
    let stops = list
        .checks
        .iter()
        .filter(|c| c.state == State::Blocks)
        .count();
    let looks = list
        .checks
        .iter()
        .filter(|c| c.state == State::Attention)
        .count();
    let _ = match (stops, looks) {
        (0, 0) => writeln!(text, "\nNothing stands in the way of a check."),
        (0, 1) => writeln!(
            text,
            "\nNothing stands in the way of a check; 1 thing to look at."
        ),
        (0, n) => writeln!(
            text,
            "\nNothing stands in the way of a check; {n} things to look at."
        ),
        (1, _) => writeln!(text, "\n1 thing has to be put right before a check."),
        (n, _) => writeln!(text, "\n{n} things have to be put right before a check."),
    };
    text
}

/// A text behind its beginning, with the lines below it indented.
fn put(text: &mut String, width: usize, begin: &str, below: &str, words: &str) {
    let options = textwrap::Options::new(width.max(60))
        .initial_indent(begin)
        .subsequent_indent(below);
    *text += &textwrap::fill(words, options);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_told_in_words_and_with_what_to_do() {
        let check = |state| Check::new("x", "adb program", state, "found here").next("Do this.");
        let list = |states: &[State]| List {
            schema: 1,
            blocked: false,
            checks: states.iter().map(|state| check(*state)).collect(),
        };
        let text = table(
            &list(&[State::Ok, State::Attention, State::NotHere, State::Blocks]),
            80,
        );
        for part in [
            "✓ OK         adb program        found here",
            "! attention  ",
            "- not here   ",
            "✗ STOPS      ",
            "> Do this.",
            "1 thing has to be put right",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(
            table(&list(&[State::NotHere]), 80)
                .ends_with("\nNothing stands in the way of a check.\n")
        );
    }
}
