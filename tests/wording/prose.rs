//! Nothing claims too much, the spelling is British, and people can read it: over all texts of the program, the
//! checklists and other data, the README and the pages of `docs/`.

use std::path::Path;

use spotcheck::profile::reading_age;

use crate::source;

/// A text for people, and where it stands.
struct Prose {
    at: String,
    text: String,
}

/// What a program cannot know of a phone, or of itself.
const TOO_MUCH: &[&str] = &[
    "100% ",
    "absolutely",
    "airtight",
    "all risks",
    "bulletproof",
    "cannot be hacked",
    "completely safe",
    "completely secure",
    "fool-proof",
    "foolproof",
    "fully compliant",
    "fully secure",
    "guarantee",
    "hack-proof",
    "impossible to hack",
    "is compliant with",
    "is safe to use",
    "is secure",
    "is now secure",
    "are secure",
    "military-grade",
    "never fails",
    "perfectly",
    "phone is safe",
    "proves that the phone",
    "risk-free",
    "tamper-proof",
    "totally",
    "unbreakable",
    "unhackable",
    "zero risk",
    "bank-grade",
    "legally binding",
];

/// American forms, as the beginning of a word, with the British one.
const AMERICAN: &[(&str, &str)] = &[
    ("analyz", "analys"),
    ("apologiz", "apologis"),
    ("authoriz", "authoris"),
    ("behavior", "behaviour"),
    ("canceled", "cancelled"),
    ("canceling", "cancelling"),
    ("categoriz", "categoris"),
    ("center", "centre"),
    ("color", "colour"),
    ("customiz", "customis"),
    ("defense", "defence"),
    ("emphasiz", "emphasis"),
    ("favor", "favour"),
    ("finaliz", "finalis"),
    ("fulfill", "fulfil"),
    ("gray", "grey"),
    ("honor", "honour"),
    ("initializ", "initialis"),
    ("judgment", "judgement"),
    ("labeled", "labelled"),
    ("license ", "licence (noun)"),
    ("minimiz", "minimis"),
    ("modeled", "modelled"),
    ("neighbor", "neighbour"),
    ("normaliz", "normalis"),
    ("offense", "offence"),
    ("optimiz", "optimis"),
    ("organiz", "organis"),
    ("prioritiz", "prioritis"),
    ("randomiz", "randomis"),
    ("recogniz", "recognis"),
    ("specializ", "specialis"),
    ("standardiz", "standardis"),
    ("summariz", "summaris"),
    ("synchroniz", "synchronis"),
    ("traveled", "travelled"),
    ("unauthoriz", "unauthoris"),
    ("utiliz", "use"),
];

/// Words of other people's programs, files and formats, which are theirs to spell; each is taken out before looking.
const THEIRS: &[&str] = &[
    "unauthorized",
    "authorizing",
    "authorizationStatus",
    "NO_COLOR",
    "color:",
    "-color",
    "\"color",
    "License-MIT",
    "LICENSE",
    "license-",
    "deviceAuthorized",
    "Authorized",
    "color-scheme",
    "license = ",
    "`license`",
];

/// Whether it is a sentence for people: words with spaces, and an end.
fn is_prose(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(['.', '?', '!'])
        && text.split_whitespace().count() >= 4
        && text.starts_with(|c: char| c.is_uppercase() || c == '{' || c == '"')
        && !text.contains(['\\', '<', '$', ';'])
        && !text.contains("{{")
        // Help texts and lists are set in lines.
        && !text.contains("\n  ")
        && !text.contains(":\n")
}

/// Every string in the program.
fn program() -> Vec<Prose> {
    source::texts()
        .into_iter()
        .filter(|text| text.of != "doc")
        .map(|text| Prose {
            at: text.at,
            text: text.text,
        })
        .collect()
}

/// Every string in the checklists and the other data.
fn data() -> Vec<Prose> {
    fn walk(value: &toml::Value, at: &str, found: &mut Vec<Prose>) {
        match value {
            toml::Value::String(text) => found.push(Prose {
                at: at.to_owned(),
                text: text.clone(),
            }),
            toml::Value::Array(list) => list.iter().for_each(|value| walk(value, at, found)),
            toml::Value::Table(table) => {
                for (key, value) in table {
                    walk(value, &format!("{at} {key}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (name, text) in files("profiles", "toml") {
        let table: toml::Table = text.parse().expect("TOML");
        walk(&toml::Value::Table(table), &name, &mut found);
    }
    found
}

/// The README and the pages of `docs/`, a line each, without what is code.
fn pages() -> Vec<Prose> {
    let mut found = Vec::new();
    for (name, text) in files("docs", "md").into_iter().chain(files(".", "md")) {
        let mut code = false;
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                code = !code;
            } else if !code {
                let outside: String = line.split('`').step_by(2).collect();
                found.push(Prose {
                    at: format!("{name}:{}", number + 1),
                    text: outside,
                });
            }
        }
    }
    found
}

fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<_> = std::fs::read_dir(&root)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("text");
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            (format!("{folder}/{name}"), text)
        })
        .collect();
    found.sort();
    found
}

fn all() -> Vec<Prose> {
    let all: Vec<Prose> = program().into_iter().chain(data()).chain(pages()).collect();
    assert!(all.len() > 3000, "only {} texts were found", all.len());
    all
}

fn claims(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    TOO_MUCH.iter().copied().find(|claim| text.contains(claim))
}

#[test]
fn nothing_claims_too_much() {
    let all = all();
    let faults: Vec<String> = all
        .iter()
        .filter_map(|prose| {
            Some(format!(
                "{}: {} ({:?})",
                prose.at,
                claims(&prose.text)?,
                prose.text
            ))
        })
        .collect();
    println!("texts looked at for claims: {}", all.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn american(text: &str) -> Option<(&'static str, &'static str)> {
    let mut text = text.to_owned();
    for theirs in THEIRS {
        text = text.replace(theirs, " ");
    }
    let text = text.to_lowercase() + " ";
    AMERICAN.iter().copied().find(|(word, _)| {
        text.match_indices(word).any(|(at, _)| {
            !text[..at].ends_with(|c: char| c.is_alphanumeric() || ['_', '-', '.'].contains(&c))
        })
    })
}

#[test]
fn the_spelling_is_british() {
    let faults: Vec<String> = all()
        .iter()
        .filter_map(|prose| {
            let (word, british) = american(&prose.text)?;
            Some(format!(
                "{}: {word}, not {british} ({:?})",
                prose.at, prose.text
            ))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_people_read_is_easy_to_read() {
    // What is put in counts as one word, unless it is a sentence of its own.
    let plain = |text: &str| {
        let mut depth = 0;
        let mut out = String::new();
        for c in text.chars() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            match c {
                '}' if out.ends_with(['.', '?', '!']) => out.push(' '),
                '}' => out.push('x'),
                _ if depth == 0 => out.push(c),
                _ => {}
            }
        }
        out
    };
    let sayings: Vec<Prose> = program()
        .into_iter()
        .chain(data())
        .filter(|prose| is_prose(&prose.text))
        .collect();
    assert!(
        sayings.len() > 600,
        "only {} sentences were found",
        sayings.len()
    );
    let long: Vec<String> = sayings
        .iter()
        .flat_map(|prose| {
            reading_age::long_sentences(&plain(&prose.text))
                .into_iter()
                .map(|sentence| format!("{}: {sentence}", prose.at))
        })
        .collect();
    let together: String = sayings
        .iter()
        .map(|prose| plain(&prose.text) + " ")
        .collect();
    let age = reading_age::of(&together);
    println!(
        "sentences for people: {}; reading age {age:.1}; longer than {} words: {}",
        sayings.len(),
        reading_age::LONGEST_SENTENCE,
        long.len()
    );
    assert!(age <= reading_age::HIGHEST, "the reading age is {age:.1}");
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn a_fault_is_noticed() {
    assert!(claims("Your phone is secure.").is_some());
    assert!(claims("The lock is set.").is_none());
    assert!(american("The color of it.").is_some());
    assert!(american("adb says unauthorized.").is_none());
    assert!(american("It was recognized.").is_some());
    assert!(american("its colour").is_none());
}
