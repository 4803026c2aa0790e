//! Small numbers are not published: with a number under 5 in a group, colleagues know who is meant. Where a total would
//! give a hidden number away, others are hidden with it.
//!
//! Every hidden number looks the same, whether it is small or hides a small one: a mark that told the two apart would
//! narrow the small one down.

use std::fmt;

/// Numbers below this are hidden, 0 too: that nobody in a group met a rule is as telling as that one person did not.
pub const SMALLEST: u64 = 5;

/// A number that may be published, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    /// It may be published.
    Shown(u64),
    /// It is small, or would give a small one away: printed as `*`.
    Hidden,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Shown(value) => f.write_str(&super::words::number(*value)),
            Cell::Hidden => f.write_str("*"),
        }
    }
}

/// What the mark means, for below a table.
pub const KEY: &str =
    "* is a number under 5, or one that is left out so that a number under 5 cannot be worked out.";

/// A number that stands alone.
pub fn alone(value: u64) -> Cell {
    match value {
        SMALLEST.. => Cell::Shown(value),
        _ => Cell::Hidden,
    }
}

/// Which numbers to hide where everybody knows their sum: the small ones, and the smallest of the others with them, ties
/// included.
///
/// Whoever knows this rule can try every list that looks the same. The hidden numbers may stand in any order: so of
/// every one of them it may be true that it is 5 or more, and that it is under 5. Where all are small, one of them may
/// be the whole sum, which says the same if the sum is 5 or more; a smaller sum must not be published, and nor may the
/// sum of a single small number.
pub fn hidden(values: &[u64]) -> Vec<bool> {
    if values.iter().all(|n| *n >= SMALLEST) {
        return vec![false; values.len()];
    }
    let large = values.iter().copied().filter(|n| *n >= SMALLEST);
    let up_to = large.min().unwrap_or(0);
    values
        .iter()
        .map(|n| *n < SMALLEST || *n == up_to)
        .collect()
}

/// Numbers whose sum is published where it is not small, as they may be shown: by [`hidden`].
pub fn list(values: &[u64]) -> Vec<Cell> {
    values
        .iter()
        .zip(hidden(values))
        .map(|(n, hidden)| match hidden {
            true => Cell::Hidden,
            false => Cell::Shown(*n),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_small_number_is_hidden_with_a_large_one() {
        for (values, expected) in [
            (vec![20, 10], "20 10"),
            (vec![20, 0], "* *"),
            (vec![9, 7, 3], "9 * *"),
            (vec![12, 30, 9], "12 30 9"),
            (vec![5, 4, 4], "* * *"),
            (vec![4, 4, 4, 5], "* * * *"),
            (vec![7, 7, 3, 9], "* * * 9"),
            (vec![4, 4], "* *"),
            (vec![7], "7"),
            (vec![3], "*"),
            (vec![], ""),
        ] {
            let cells: Vec<String> = list(&values).iter().map(Cell::to_string).collect();
            assert_eq!(cells.join(" "), expected);
        }
    }

    /// All lists of up to 5 numbers from 0 to 9: of those with the same sum that print the same, every hidden number is
    /// small in one and large in another.
    #[test]
    fn nobody_knows_of_a_hidden_number_whether_it_is_small() {
        for length in 2..=5u32 {
            // By what is seen: whether each number is hidden, has been small, has been large.
            type Seen = HashMap<(u64, Vec<Cell>), Vec<(bool, bool)>>;
            let mut seen = Seen::new();
            for code in 0..10u64.pow(length) {
                let values: Vec<u64> = (0..length).map(|i| code / 10u64.pow(i) % 10).collect();
                let sum: u64 = values.iter().sum();
                if sum < SMALLEST {
                    continue;
                }
                let known = seen
                    .entry((sum, list(&values)))
                    .or_insert_with(|| vec![(false, false); values.len()]);
                for (known, n) in known.iter_mut().zip(&values) {
                    known.0 |= *n < SMALLEST;
                    known.1 |= *n >= SMALLEST;
                }
            }
            assert!(seen.len() > 13, "{length}");
            for ((sum, cells), known) in seen {
                for (cell, known) in cells.iter().zip(known) {
                    let right = match cell {
                        Cell::Shown(_) => (false, true),
                        Cell::Hidden => (true, true),
                    };
                    assert_eq!(known, right, "{sum}: {cells:?}");
                }
            }
        }
    }
}
