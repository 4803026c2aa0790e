//! The right word that was probably meant by a wrong one.

/// The candidate that is nearest to a word, if one is near enough to have been meant. Capitals do not count; of several
/// that are as near, the first in the alphabet is taken.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = letters(given);
    candidates
        .into_iter()
        .map(|candidate| (far(&letters, &candidate.to_lowercase()), candidate))
        .min()
        .filter(|(far, _)| near_enough(*far, &letters))
        .map(|(_, candidate)| candidate)
}

/// A sentence with the nearest candidate, to be put after another; empty where none is near.
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, candidates).map_or_else(String::new, |near| format!(" Did you mean \"{near}\"?"))
}

/// No word that is looked for is longer, and a whole file that is given instead of a word costs nothing.
fn letters(word: &str) -> Vec<char> {
    word.to_lowercase().chars().take(40).collect()
}

fn near_enough(far: usize, letters: &[char]) -> bool {
    far <= 1 + letters.len() / 3
}

/// How far a word is from another: the beginning of a word means that word.
fn far(from: &[char], to: &str) -> usize {
    let begins = from.len() >= 3 && from.iter().copied().eq(to.chars().take(from.len()));
    match distance(from, to) {
        far if begins => far.min(1),
        far => far,
    }
}

/// Letters to change, add or leave out to get from one to the other.
fn distance(from: &[char], to: &str) -> usize {
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (i, letter) in to.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for j in 0..from.len() {
            let swap = corner + usize::from(from[j] != letter);
            corner = row[j + 1];
            row[j + 1] = swap.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant() {
        let words = ["nhs-england", "nhs-england-quick", "teams-only", "IM-05a"];
        for (given, meant) in [
            ("nhs-englnd", Some("nhs-england")),
            ("NHS-England", Some("nhs-england")),
            ("teams", Some("teams-only")),
            ("te", None),
            ("teamsonly", Some("teams-only")),
            ("im-5a", Some("IM-05a")),
            ("carrier pigeon", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, words), meant, "{given}");
        }
        assert_eq!(
            did_you_mean("teem-only", words),
            " Did you mean \"teams-only\"?"
        );
        assert_eq!(did_you_mean("x", []), "");
        // A very long word costs no more than a short one.
        assert_eq!(nearest(&"x".repeat(1 << 20), words), None);
    }
}
