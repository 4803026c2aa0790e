//! Every command on every page is one that the program has, with options that it has.

use crate::pages::{self, Page};
use crate::run::{root, run};
use crate::shell::calls;

/// The calls on a page, each with where it stands.
fn shown(page: &Page) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for block in page.blocks() {
        let script = match block.language {
            "sh" | "powershell" | "yaml" => block.text.clone(),
            "console" => block
                .text
                .lines()
                .filter_map(|line| line.strip_prefix("$ "))
                .collect::<Vec<_>>()
                .join("\n"),
            _ => continue,
        };
        let at = format!("{}:{}", page.path, block.line);
        found.extend(calls(&script).into_iter().map(|call| (at.clone(), call)));
    }
    found
}

/// A block in which nobody would look for commands.
#[test]
fn commands_stand_in_blocks_of_shell() {
    let mut faults = Vec::new();
    for page in pages::all() {
        let blocks = page.blocks();
        let nameless = blocks.iter().filter(|block| block.language.is_empty());
        let mut lines: Vec<&str> = nameless.flat_map(|block| block.text.lines()).collect();
        let prose = page.prose();
        lines.extend(prose.lines().filter_map(|line| line.strip_prefix("    ")));
        faults.extend(
            lines
                .iter()
                .filter(|line| line.starts_with("spotcheck "))
                .map(|line| format!("{}: {line}", page.path)),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_command_can_be_typed() {
    let mut parsed = 0;
    let mut faults = Vec::new();
    for (at, call) in pages::all().iter().flat_map(shown) {
        parsed += 1;
        // Alone it asks what to check.
        if call.len() == 1 {
            continue;
        }
        // GNU parallel puts the number of the share there.
        let words: Vec<String> = call.iter().map(|word| word.replace("{}", "1")).collect();
        if let Err(error) = spotcheck::cli::command().try_get_matches_from(&words)
            && error.use_stderr()
        {
            faults.push(format!("{at}: {}\n{error}", call.join(" ")));
        }
        for word in &call {
            let ours = word.starts_with("sample-backups/") || word.starts_with("docs/");
            if ours && !root().join(word).exists() {
                faults.push(format!("{at}: there is no {word}"));
            }
        }
    }
    println!("commands in blocks: {parsed}");
    assert!(parsed > 140, "only {parsed} commands were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Commands in the running text are often only a part of one: each word of it must be known.
#[test]
fn every_command_in_the_text_is_known() {
    let mut looked_at = 0;
    let mut faults = Vec::new();
    for page in pages::all() {
        let prose = page.prose();
        for code in prose.split('`').skip(1).step_by(2) {
            let Some(call) = calls(code).into_iter().next() else {
                continue;
            };
            looked_at += 1;
            if let Some(word) = unknown(&call) {
                faults.push(format!("{}: {code}: {word}", page.path));
            }
        }
    }
    println!("commands in the text: {looked_at}");
    assert!(looked_at > 50, "only {looked_at} commands were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The first word of a call that is neither a command nor an option where it stands.
fn unknown(call: &[String]) -> Option<String> {
    let mut command = spotcheck::cli::command();
    command.build();
    let mut words = call[1..].iter().peekable();
    while let Some(below) = words
        .peek()
        .and_then(|word| command.find_subcommand(word.as_str()))
        .cloned()
    {
        command = below;
        words.next();
    }
    let placeholder = |word: &str| word.chars().all(|c| c.is_uppercase() || c == '-');
    if let Some(word) = words.peek()
        && command.get_subcommands().next().is_some()
        && command.get_positionals().next().is_none()
        && !word.starts_with('-')
        && !placeholder(word)
    {
        return Some((*word).clone());
    }
    words
        .filter_map(|word| word.strip_prefix("--"))
        .map(|word| word.split('=').next().unwrap_or(word))
        .find(|word| {
            !command
                .get_arguments()
                .any(|arg| arg.get_long() == Some(*word))
        })
        .map(|word| format!("--{word}"))
}

/// Options that name a file to be made.
const WRITES: &[&str] = &["-o", "--register", "--save-answers", "--save-capture"];

/// Commands that need neither a phone nor a file of the reader's are run as they stand.
#[test]
fn what_needs_no_phone_can_be_run() {
    let mut ran = 0;
    for (at, call) in pages::all().iter().flat_map(shown) {
        // Transcripts are run with their folder.
        let words: Vec<&str> = call[1..].iter().map(String::as_str).collect();
        let alone = match words.as_slice() {
            ["plan", ..] | ["explain", ..] | ["profile", "list"] | ["draw", "size", ..] => true,
            ["profile", "show", name] => !name.contains('.'),
            ["notice"] => true,
            ["ios" | "android", rest @ ..] => {
                rest.iter().any(|word| word.starts_with("sample-backups/"))
                    && !rest.iter().any(|word| WRITES.contains(word))
            }
            _ => false,
        };
        if !alone || words.iter().any(|word| word.ends_with(".toml")) {
            continue;
        }
        ran += 1;
        let done = run(&words);
        assert!(
            [0, 1, 3].contains(&done.status),
            "{at}: {words:?} ended with {}: {}",
            done.status,
            done.err
        );
    }
    println!("commands run as they stand: {ran}");
    assert!(ran > 20, "only {ran} commands were run");
}

#[test]
fn a_fault_is_noticed() {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    for line in [
        "spotcheck foi --campain 2026-11",
        "spotcheck register lst",
        "spotcheck frobnicate",
    ] {
        assert!(unknown(&words(line)).is_some(), "{line}");
    }
    for line in [
        "spotcheck foi --campaign",
        "spotcheck register verify --head",
        "spotcheck",
        "spotcheck COMMAND --help",
    ] {
        assert_eq!(unknown(&words(line)), None, "{line}");
    }
}
