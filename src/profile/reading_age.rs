//! How hard a text is to read, by the Flesch-Kincaid formula: its school grade plus 5 is a reading age. The counting of
//! syllables is simple, so the result is a hint. Words that the readers know well (`profiles/words.txt`) count as short.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The NHS asks for sentences of up to 20 words.
pub const LONGEST_SENTENCE: usize = 20;
/// The NHS asks for a reading age of 9 to 11, and of up to 14 where that cannot be had.
pub const HIGHEST: f64 = 14.0;

static KNOWN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../profiles/words.txt")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// The reading age that a text needs; 0 for a text without words.
pub fn of(text: &str) -> f64 {
    let sentences: Vec<Vec<&str>> = sentences(text).into_iter().map(words).collect();
    let words: Vec<&str> = sentences.iter().flatten().copied().collect();
    let sentences = sentences.iter().filter(|words| !words.is_empty()).count();
    if sentences == 0 {
        return 0.0;
    }
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let (words, sentences, syllables) = (words.len() as f64, sentences as f64, syllables as f64);
    0.39 * words / sentences + 11.8 * syllables / words - 15.59 + 5.0
}

/// The sentences that have too many words.
pub fn long_sentences(text: &str) -> Vec<String> {
    sentences(text)
        .into_iter()
        .filter(|sentence| words(sentence).len() > LONGEST_SENTENCE)
        .map(|sentence| sentence.trim().to_owned())
        .collect()
}

/// Sentences end with a full stop, a question mark or an exclamation mark; each step of a menu path ("Settings >
/// Display > Auto-Lock") is read by itself too.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        let ends = match c {
            '.' | '!' | '?' => after.is_empty() || after.starts_with(char::is_whitespace),
            '>' => true,
            _ => false,
        };
        if ends {
            sentences.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    sentences.push(&text[start..]);
    sentences
}

fn words(sentence: &str) -> Vec<&str> {
    sentence
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Groups of vowels; a silent e at the end does not count.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    let word = word.strip_suffix("'s").unwrap_or(&word);
    if KNOWN.contains(word) {
        return 1;
    }
    if word.contains('-') {
        return word
            .split('-')
            .filter(|part| !part.is_empty())
            .map(syllables)
            .sum::<usize>()
            .max(1);
    }
    let vowel = |c: char| "aeiouy".contains(c);
    let mut groups = 0;
    let mut in_group = false;
    for c in word.chars() {
        if vowel(c) && !in_group {
            groups += 1;
        }
        in_group = vowel(c);
    }
    let silent = (word.ends_with('e') && !word.ends_with("le") && !word.ends_with("ee"))
        || (word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded"))
        || (word.ends_with("es")
            && !["ses", "ces", "ges", "zes", "xes", "shes", "ches"]
                .iter()
                .any(|end| word.ends_with(end)));
    if silent && groups > 1 {
        groups -= 1;
    }
    groups.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_of_common_words() {
        for (word, expected) in [
            ("phone", 1),
            ("the", 1),
            ("unlock", 2),
            ("pictures", 2),
            ("locked", 1),
            ("updated", 3),
            ("table", 2),
            ("services", 3),
            ("necessity", 4),
            ("organisation", 1),
            ("trust's", 1),
            ("sign-in", 2),
            ("14", 1),
        ] {
            assert_eq!(syllables(word), expected, "{word}");
        }
    }

    #[test]
    fn harder_texts_need_a_higher_age() {
        let easy = of("Does the phone lock itself after a short time?");
        let hard = of(
            "Is the aforementioned apparatus configured such that unattended inactivity necessarily precipitates authentication?",
        );
        assert!(easy < 11.0, "{easy}");
        assert!(hard > HIGHEST, "{hard}");
        assert_eq!(of(""), 0.0);
        assert_eq!(of("> ."), 0.0);
    }

    #[test]
    fn sentences_and_menu_paths() {
        let twenty = "w ".repeat(20);
        assert!(long_sentences(&twenty).is_empty());
        assert_eq!(long_sentences(&format!("{twenty} more.")).len(), 1);
        assert!(long_sentences(&format!("{twenty}. More.")).is_empty());
        assert!(long_sentences(&format!("{twenty}> step > step.")).is_empty());
        assert_eq!(
            sentences("Use iOS 18.7 now. Then stop"),
            ["Use iOS 18.7 now", " Then stop"]
        );
    }
}
