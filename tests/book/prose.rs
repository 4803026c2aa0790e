//! The pages that people read from top to bottom have short sentences and easy words.

use spotcheck::profile::reading_age;

use crate::pages;

/// For people who audit, or were audited: no programmers.
const EASY: &[&str] = &[
    "docs/introduction.md",
    "docs/glossary.md",
    "docs/tutorial.md",
    "docs/guide-android-windows.md",
    "docs/guide-android-double.md",
    "docs/guide-campaign.md",
    "docs/guide-iphone-backup.md",
    "docs/guide-profile.md",
    "docs/privacy.md",
    "docs/statistics.md",
    "docs/what-can-be-known.md",
];

/// The sentences of a page: without code, links' addresses, tables and marks.
fn sentences(text: &str) -> String {
    let text: String = text
        .split("](")
        .enumerate()
        .map(|(at, part)| match (at, part.split_once(')')) {
            (0, _) | (_, None) => part,
            (_, Some((_, rest))) => rest,
        })
        .collect();
    let mut out = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('|') || line.starts_with('#') {
            continue;
        }
        // An item of a list, a paragraph: a sentence ends there.
        if line.is_empty()
            || line.starts_with(['*', '-', '>'])
            || line.contains(". ") && line.starts_with(|c: char| c.is_ascii_digit())
        {
            out += "\n\n";
        }
        out += line.trim_start_matches(['*', '-', '>', ' ']);
        out.push(' ');
    }
    out.replace(['*', '[', ']', '`'], "")
}

#[test]
fn pages_for_people_are_easy_to_read() {
    let mut faults = Vec::new();
    for name in EASY {
        let text = sentences(&pages::page(name).prose());
        let mut long = Vec::new();
        for paragraph in text.split("\n\n") {
            long.extend(reading_age::long_sentences(paragraph.trim()));
        }
        let age = reading_age::of(&text);
        println!(
            "{name}: reading age {age:.1}, long sentences {}",
            long.len()
        );
        if age > reading_age::HIGHEST {
            faults.push(format!("{name}: the reading age is {age:.1}"));
        }
        faults.extend(long.iter().map(|sentence| format!("{name}: {sentence}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
