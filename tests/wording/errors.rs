//! Every error says what happened and what to do next.

use crate::source::{self, Text};

/// What a next step begins with, or holds: something that the reader does.
const STEPS: &[&str] = &[
    "Add", "Answer", "Ask", "Begin", "Check", "Choose", "Close", "Connect", "Copy", "Correct",
    "Decrypt", "Delete", "Draw", "Empty", "End", "Export", "Fix", "Free", "Get", "Give", "Install",
    "Leave", "Let", "Look", "Make", "Mend", "Move", "Name", "Open", "Pick", "Plug", "Press", "Put",
    "Read", "Remove", "Repair", "Repeat", "Report", "Restart", "Run", "Save", "Say", "Scan", "Set",
    "Show", "Start", "Switch", "Take", "Tap", "Try", "Turn", "Type", "Unlock", "Unpack", "Unplug",
    "Update", "Use", "Wait", "Write",
];

/// Whether some sentence, or what follows an "or" or a "then", tells the reader to do something.
pub fn has_a_step(text: &str) -> bool {
    text.split(['.', '\n', ':', ',', ';', '!', '?', '('])
        .map(str::trim)
        .map(|part| part.strip_prefix("please ").unwrap_or(part))
        .map(|part| part.strip_prefix("{}").unwrap_or(part).trim_start())
        .flat_map(|part| {
            let or = part.strip_prefix("or ").or(part.strip_prefix("then "));
            or.into_iter().chain([part])
        })
        .any(|part| {
            part.starts_with("spotcheck ")
                || STEPS.iter().any(|step| {
                    part.get(..step.len())
                        .is_some_and(|begins| begins.eq_ignore_ascii_case(step))
                        && (part.len() == step.len() || part[step.len()..].starts_with([' ', '-']))
                })
        })
}

/// Nothing but what is put in: the words come from elsewhere, where they are looked at.
fn only_passes_on(text: &str) -> bool {
    let mut depth = 0;
    !text.chars().any(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c.is_alphabetic()
    })
}

/// Errors whose next step comes with what is put in, and from where.
const ELSEWHERE: &[(&str, &str)] = &[
    ("{origin}, profile: {error}", "src/profile/chain.rs"),
    (
        "The draw {name} cannot be used. {why}",
        "src/campaign/list.rs",
    ),
    ("{option} is not kept. {why}", "src/evidence/personal.rs"),
    (
        "cannot be used: {problem}.\n{next}",
        "src/cli/register/place.rs",
    ),
];

/// Contexts of the system's own errors: `src/cli/terminal.rs` adds what to do by the kind of the error.
fn is_of_the_system(text: &str) -> bool {
    let file = ["cannot be", "could not be"];
    let done = [
        "read",
        "written",
        "written to {name}",
        "written to standard output",
        "opened",
        "made",
        "used",
        "kept in {}",
    ];
    file.iter().any(|file| {
        done.iter()
            .any(|done| text.ends_with(&format!("{file} {done}")))
    })
}

fn check(what: &str, texts: &[Text], step: impl Fn(&Text) -> bool) {
    let faults: Vec<String> = texts
        .iter()
        .filter(|text| !only_passes_on(&text.text))
        .filter(|text| !ELSEWHERE.iter().any(|(known, _)| text.text.contains(known)))
        .filter(|text| !step(text))
        .map(|text| format!("{}: {:?}", text.at, text.text))
        .collect();
    println!("{what}: {}", texts.len());
    assert!(
        !texts.is_empty(),
        "{what}: none was found, so none was looked at"
    );
    assert!(
        faults.is_empty(),
        "{what}: {} say nothing of what to do next:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn every_error_of_a_command_says_what_to_do_next() {
    let texts: Vec<Text> = source::texts()
        .into_iter()
        .filter(|text| ["anyhow", "bail"].contains(&text.of.as_str()) && text.argument == 0)
        .collect();
    check("errors of commands", &texts, |text| has_a_step(&text.text));
}

#[test]
fn every_phone_or_backup_that_cannot_be_read_comes_with_a_next_step() {
    let texts: Vec<Text> = source::texts()
        .into_iter()
        .filter(|text| text.of == "SourceError::new" && text.argument == 1)
        .collect();
    check(
        "next steps where a phone or backup cannot be read",
        &texts,
        |text| has_a_step(&text.text),
    );
}

#[test]
fn a_missing_step_is_noticed() {
    for (text, step) in [
        ("The folder is read, shown and set.", false),
        ("It is set; or set another.", true),
        ("The file is damaged.", false),
        ("The file is damaged.\nGive another one.", true),
        ("The file is damaged. Giveaway prices.", false),
        ("Nothing was found in the Settings.", false),
    ] {
        assert_eq!(has_a_step(text), step, "{text}");
    }
    assert!(only_passes_on("{what}\n{next}"));
    assert!(!only_passes_on("{what} is bad"));
}

#[test]
fn every_context_that_is_put_before_a_cause_says_what_to_do_next() {
    let contexts = ["context", "with_context"].map(String::from);
    let texts: Vec<Text> = source::texts()
        .into_iter()
        .filter(|text| {
            contexts.contains(&text.of)
                || (text.of == "format" && text.within.iter().any(|call| contexts.contains(call)))
        })
        .filter(|text| text.argument == 0)
        .collect();
    check("contexts", &texts, |text| {
        has_a_step(&text.text) || is_of_the_system(&text.text)
    });
}
