//! Small numbers are not published: with a number under 5 in a group, colleagues know who is meant. Where a total would
//! give a hidden number away, others are hidden with it.
//!
//! Every hidden number looks the same, whether it is small or hides a small one: a mark that told the two apart would
//! narrow the small one down.

use std::fmt;

/// Numbers below this are hidden, 0 too: that nobody in a group met a rule is as telling as that one person did not.
pub const SMALLEST: u64 = 5;

/// A number that may be published, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Shown(u64),
    Hidden,
}

impl Cell {
    fn hide_if_small(value: u64) -> Self {
        if value < SMALLEST {
            Cell::Hidden
        } else {
            Cell::Shown(value)
        }
    }
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

/// Numbers that add up to a total which is published as well: the numbers in their order, and the total.
pub fn list(values: &[u64]) -> (Vec<Cell>, Cell) {
    let sum: u64 = values.iter().sum();
    let mut cells: Vec<Cell> = values.iter().map(|v| Cell::hide_if_small(*v)).collect();
    let mut total = Cell::hide_if_small(sum);
    let all: Vec<usize> = (0..values.len()).collect();
    while total != Cell::Hidden && is_weak(&all, values, &cells) {
        match smallest_shown(&all, values, &cells) {
            Some(i) => cells[i] = Cell::Hidden,
            None => total = Cell::Hidden,
        }
    }
    (cells, total)
}

/// Whether a published total gives hidden numbers away: one alone, or several that are together so small that little
/// is left to guess.
fn is_weak(line: &[usize], values: &[u64], cells: &[Cell]) -> bool {
    let hidden: Vec<u64> = line
        .iter()
        .filter(|i| cells[**i] == Cell::Hidden)
        .map(|i| values[*i])
        .collect();
    hidden.len() == 1 || (!hidden.is_empty() && hidden.iter().sum::<u64>() < SMALLEST)
}

fn smallest_shown(line: &[usize], values: &[u64], cells: &[Cell]) -> Option<usize> {
    line.iter()
        .copied()
        .filter(|i| cells[*i] != Cell::Hidden)
        .min_by_key(|i| values[*i])
}

/// A table with its totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// One more row and one more column than the numbers had: the last of each holds the totals.
    pub rows: Vec<Vec<Cell>>,
}

/// A table whose row totals, column totals and grand total are published with it. All rows have the same length.
pub fn table(rows: &[Vec<u64>]) -> Table {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let at = |r: usize, c: usize| rows.get(r).and_then(|row| row.get(c)).copied().unwrap_or(0);
    // Totals are numbers like the others here. One row or one column is its own total, and is shown or hidden with it.
    let (wide, high) = (columns + 1, rows.len() + 1);
    let mut values = vec![0; wide * high];
    for r in 0..rows.len() {
        for c in 0..columns {
            values[r * wide + c] = at(r, c);
            values[r * wide + columns] += at(r, c);
            values[rows.len() * wide + c] += at(r, c);
            values[rows.len() * wide + columns] += at(r, c);
        }
    }
    let mut grid = Grid {
        cells: values.iter().map(|v| Cell::hide_if_small(*v)).collect(),
        values,
        wide,
        high,
    };
    while grid.hide_more() {}
    Table {
        rows: grid.cells.chunks(wide).map(<[Cell]>::to_vec).collect(),
    }
}

/// Numbers with their totals in the last row and column. In every row and column the last is the sum of the others.
struct Grid {
    values: Vec<u64>,
    cells: Vec<Cell>,
    wide: usize,
    high: usize,
}

impl Grid {
    /// Hides more where a hidden number can still be worked out; `false` where none can.
    fn hide_more(&mut self) -> bool {
        let path = (0..self.cells.len())
            .filter(|i| self.is_hidden(*i))
            .find_map(|i| self.way_round(i).filter(|way| !way.is_empty()));
        if let Some(way) = path {
            for i in way {
                self.cells[i] = Cell::Hidden;
            }
            return true;
        }
        // No number follows exactly. Several that are together small leave too little to guess, unless their total is
        // hidden as well.
        let rows = (0..self.high).map(|r| (0..self.wide).map(|c| r * self.wide + c).collect());
        let columns = (0..self.wide).map(|c| (0..self.high).map(|r| r * self.wide + c).collect());
        for line in rows.chain(columns) {
            let line: Vec<usize> = line;
            let Some((total, parts)) = line.split_last() else {
                continue;
            };
            if !self.is_hidden(*total) && is_weak(parts, &self.values, &self.cells) {
                let next = smallest_shown(parts, &self.values, &self.cells).unwrap_or(*total);
                self.cells[next] = Cell::Hidden;
                return true;
            }
        }
        false
    }

    fn is_hidden(&self, i: usize) -> bool {
        self.cells[i] == Cell::Hidden
    }

    /// What is to be hidden so that number `i` does not follow from the shown ones: nothing, if it does not follow now.
    ///
    /// Take rows and columns for places and numbers for roads between them. A hidden number can be worked out exactly
    /// where no other way of hidden numbers joins the two ends of its road: the cheapest such way is made.
    fn way_round(&self, i: usize) -> Option<Vec<usize>> {
        let (from, to) = (i / self.wide, self.high + i % self.wide);
        let places = self.high + self.wide;
        let mut cost: Vec<Option<u64>> = vec![None; places];
        let mut came: Vec<Option<(usize, usize)>> = vec![None; places];
        let mut done = vec![false; places];
        cost[from] = Some(0);
        loop {
            let open = (0..places).filter(|p| !done[*p] && cost[*p].is_some());
            let place = open.min_by_key(|p| cost[*p])?;
            if place == to {
                break;
            }
            done[place] = true;
            let others = if place < self.high {
                self.high..places
            } else {
                0..self.high
            };
            for other in others {
                let road = place.min(other) * self.wide + place.max(other) - self.high;
                let total = cost[place].unwrap_or(0) + self.price(road);
                if road != i && cost[other].is_none_or(|known| total < known) {
                    cost[other] = Some(total);
                    came[other] = Some((place, road));
                }
            }
        }
        let (mut place, mut way) = (to, Vec::new());
        while let Some((before, road)) = came[place] {
            if !self.is_hidden(road) {
                way.push(road);
            }
            place = before;
        }
        Some(way)
    }

    /// What hiding a number costs: what the reader loses. Totals are what people look for, and are hidden last.
    fn price(&self, i: usize) -> u64 {
        if self.is_hidden(i) {
            return 0;
        }
        let is_total = i % self.wide == self.wide - 1 || i / self.wide == self.high - 1;
        let all = self.values.last().copied().unwrap_or(0);
        1 + self.values[i] + if is_total { 2 * all + 1_000 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &[Cell]) -> String {
        let words: Vec<String> = cells.iter().map(Cell::to_string).collect();
        words.join(" ")
    }

    #[test]
    fn a_total_gives_nothing_away() {
        for (values, expected) in [
            (vec![12, 30, 9], "12 30 9 = 51"),
            (vec![12, 3, 9], "12 * * = 24"),
            (vec![12, 0, 9], "12 * * = 21"),
            (vec![4, 4, 30], "* * 30 = 38"),
            // Two hidden numbers that make 1 together would leave little to guess.
            (vec![1, 0, 30, 40], "* * * 40 = 71"),
            (vec![3], "* = *"),
            (vec![1, 2], "* * = *"),
            (vec![4, 4], "* * = 8"),
            (vec![7], "7 = 7"),
            (vec![], " = *"),
        ] {
            let (cells, total) = list(&values);
            assert_eq!(
                format!("{} = {total}", text(&cells)),
                expected,
                "{values:?}"
            );
        }
    }

    #[test]
    fn tables_give_nothing_away() {
        for (rows, expected) in [
            (
                vec![vec![10, 20], vec![30, 40]],
                vec!["10 20 30", "30 40 70", "40 60 100"],
            ),
            (
                vec![vec![2, 20, 9], vec![30, 40, 8], vec![7, 6, 50]],
                vec!["* * 9 31", "30 40 8 78", "* * 50 63", "39 66 67 172"],
            ),
            // One column is its own total.
            (
                vec![vec![3], vec![20], vec![9]],
                vec!["* *", "20 20", "* *", "32 32"],
            ),
        ] {
            let table = table(&rows);
            let lines: Vec<String> = table.rows.iter().map(|row| text(row)).collect();
            assert_eq!(lines, expected);
        }
    }

    /// Of the tables that print the same, no two need agree on a hidden number.
    #[test]
    fn no_hidden_number_is_the_only_one_that_fits() {
        const MOST: u64 = 16;
        let mut state = 11u64;
        let mut random = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..100 {
            let truth: [u64; 4] = std::array::from_fn(|_| random(12));
            let printed = table(&[truth[..2].to_vec(), truth[2..].to_vec()]);
            let cells = printed.rows.concat();
            let mut certain: Vec<usize> = (0..4)
                .filter(|i| cells[i / 2 * 3 + i % 2] == Cell::Hidden)
                .collect();
            for code in 0..MOST.pow(4) {
                if certain.is_empty() {
                    break;
                }
                let guess: [u64; 4] = std::array::from_fn(|i| code / MOST.pow(i as u32) % MOST);
                if fits(guess, &cells) {
                    certain.retain(|i| guess[*i] == truth[*i]);
                }
            }
            assert!(
                certain.is_empty(),
                "{truth:?} gives {certain:?} away: {printed:?}"
            );
        }
    }

    fn fits([a, b, c, d]: [u64; 4], cells: &[Cell]) -> bool {
        let whole = [a, b, a + b, c, d, c + d, a + c, b + d, a + b + c + d];
        cells
            .iter()
            .zip(whole)
            .all(|(cell, value)| *cell == Cell::Hidden || *cell == Cell::Shown(value))
    }
}
