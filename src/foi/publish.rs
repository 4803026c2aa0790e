//! Counts as they may go out. What is shown is 5 or more, and so is every difference between what is shown: where the
//! groups are known beforehand a mark stands for a hidden number, where they come from the records small groups are put
//! together.
//!
//! Whoever knows these rules can try every register that gives the same answer. Therefore a small number is always
//! hidden together with a large one: the two could change places, and the answer would be the same.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::sampling::suppress::{Cell, SMALLEST, hidden};

/// Groups of 5 or more by name, largest first, and all others together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fold {
    pub named: Vec<(String, u64)>,
    /// 5 or more, or nothing at all.
    pub others: Option<u64>,
}

/// Puts small groups together, and the smallest large one with them. `None` where all of them together are too few.
pub(super) fn fold(counts: &BTreeMap<String, u64>) -> Option<Fold> {
    let counts: Vec<(&String, u64)> = counts
        .iter()
        .map(|(name, n)| (name, *n))
        .filter(|(_, n)| *n > 0)
        .collect();
    let values: Vec<u64> = counts.iter().map(|(_, n)| *n).collect();
    if values.iter().sum::<u64>() < SMALLEST {
        return None;
    }
    let mut named = Vec::new();
    let mut others = 0;
    for ((name, n), hidden) in counts.into_iter().zip(hidden(&values)) {
        match hidden {
            true => others += n,
            false => named.push((name.clone(), n)),
        }
    }
    named.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), name.clone()));
    Some(Fold {
        named,
        others: (others > 0).then_some(others),
    })
}

/// Months next to each other, with 5 phones or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Months {
    /// The first day of the first one.
    pub first: Date,
    /// The first day of the last one.
    pub last: Date,
    pub phones: u64,
}

impl Months {
    /// "March 2026", "March to May 2026", "December 2025 to January 2026".
    pub fn label(self) -> String {
        let last = self.last.strftime("%B %Y");
        if self.first == self.last {
            last.to_string()
        } else if self.first.year() == self.last.year() {
            format!("{} to {last}", self.first.strftime("%B"))
        } else {
            format!("{} to {last}", self.first.strftime("%B %Y"))
        }
    }
}

/// How many phones each group has.
type Groups<'a> = BTreeMap<Option<&'a str>, u64>;

/// Months with few phones are put together with those after them, and the last ones with those before. Nothing where
/// all together are too few.
///
/// A group of phones whose number is known besides has 5 phones or more in each, or none: of a month's phones somebody
/// could take those of a campaign that was in that month.
pub(super) fn months(phones: BTreeMap<Date, Groups<'_>>) -> Vec<Months> {
    fn join<'a>(first: (Months, Groups<'a>), then: (Months, Groups<'a>)) -> (Months, Groups<'a>) {
        let (months, mut groups) = first;
        for (group, n) in then.1 {
            *groups.entry(group).or_default() += n;
        }
        let months = Months {
            last: then.0.last,
            phones: months.phones + then.0.phones,
            ..months
        };
        (months, groups)
    }
    let fits = |groups: &Groups| groups.values().all(|n| *n >= SMALLEST);
    let mut out: Vec<(Months, Groups)> = Vec::new();
    let mut open: Option<(Months, Groups)> = None;
    for (month, groups) in phones {
        let one = Months {
            first: month,
            last: month,
            phones: groups.values().sum(),
        };
        let so_far = match open.take() {
            Some(before) => join(before, (one, groups)),
            None => (one, groups),
        };
        match fits(&so_far.1) {
            true => out.push(so_far),
            false => open = Some(so_far),
        }
    }
    while let Some(rest) = open.take() {
        let Some(before) = out.pop() else {
            let enough = rest.0.phones >= SMALLEST;
            out.extend(enough.then_some(rest));
            break;
        };
        let both = join(before, rest);
        match fits(&both.1) {
            true => out.push(both),
            false => open = Some(both),
        }
    }
    out.into_iter().map(|(months, _)| months).collect()
}

/// How many of the checked phones had something: the whole, and by month where that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Had {
    pub all: Cell,
    /// In the order of the months; empty where nothing can be told by month.
    pub by_month: Vec<Cell>,
}

/// `had` of `checked` phones, month by month. The numbers of checked phones are published beside it.
pub(super) fn had(had: &[u64], checked: &[u64]) -> Had {
    let without = |with: u64, all: u64| all.saturating_sub(with);
    let (with, all): (u64, u64) = (had.iter().sum(), checked.iter().sum());
    let is_large = |with: u64, all: u64| with >= SMALLEST && without(with, all) >= SMALLEST;
    if !is_large(with, all) {
        return Had {
            all: Cell::Hidden,
            by_month: Vec::new(),
        };
    }
    // All months or none: from some of them and the whole, others could be worked out.
    let every_month = had.len() > 1
        && had
            .iter()
            .zip(checked)
            .all(|(with, all)| is_large(*with, *all));
    Had {
        all: Cell::Shown(with),
        by_month: match every_month {
            true => had.iter().map(|n| Cell::Shown(*n)).collect(),
            false => Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_are_put_together() {
        for (counts, named, others) in [
            (vec![12, 30], vec![30, 12], None),
            (vec![12, 30, 3], vec![30], Some(15)),
            (vec![12, 30, 3, 2], vec![30], Some(17)),
            (vec![30, 12, 12, 2], vec![30], Some(26)),
            (vec![7, 1], vec![], Some(8)),
            (vec![1, 1, 1, 1, 1], vec![], Some(5)),
            (vec![0, 9], vec![9], None),
        ] {
            let counts = counts.iter().enumerate();
            let counts: BTreeMap<String, u64> = counts.map(|(i, n)| (i.to_string(), *n)).collect();
            let fold = fold(&counts).expect("enough");
            let values: Vec<u64> = fold.named.iter().map(|(_, n)| *n).collect();
            assert_eq!((values, fold.others), (named, others), "{counts:?}");
        }
        assert_eq!(fold(&BTreeMap::from([("a".into(), 4)])), None);
        assert_eq!(fold(&BTreeMap::new()), None);
    }

    #[test]
    fn an_app_is_told_by_month_where_every_month_allows_it() {
        for (with, all, whole, months) in [
            (vec![12, 15], vec![18, 23], "27", 2),
            (vec![12, 4], vec![18, 23], "16", 0),
            (vec![12, 20], vec![18, 23], "32", 0),
            (vec![2, 2], vec![18, 23], "*", 0),
            (vec![18, 20], vec![18, 23], "*", 0),
            (vec![9], vec![18], "9", 0),
        ] {
            let had = had(&with, &all);
            assert_eq!(
                (had.all.to_string().as_str(), had.by_month.len()),
                (whole, months)
            );
        }
    }

    #[test]
    fn months_with_few_phones_are_put_together() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        // Of phones outside a campaign, and in one.
        type Counts = (&'static str, u64, u64);
        let by_group: [(Vec<Counts>, &[&str]); 3] = [
            (
                vec![("2026-03-01", 3, 12), ("2026-04-01", 6, 0)],
                &["March to April 2026 21"],
            ),
            (
                vec![
                    ("2026-03-01", 6, 12),
                    ("2026-04-01", 9, 0),
                    ("2026-05-01", 0, 4),
                ],
                &["March to May 2026 31"],
            ),
            (
                vec![
                    ("2026-03-01", 6, 12),
                    ("2026-04-01", 9, 5),
                    ("2026-05-01", 0, 4),
                ],
                &["March 2026 18", "April to May 2026 18"],
            ),
        ];
        for (counts, expected) in by_group {
            let counts = counts.iter().map(|(at, outside, inside)| {
                let groups = [(None, *outside), (Some("a"), *inside)];
                let groups = groups.into_iter().filter(|(_, n)| *n > 0);
                (day(at), groups.collect())
            });
            let found = months(counts.collect()).into_iter();
            let labels: Vec<String> = found
                .map(|m| format!("{} {}", m.label(), m.phones))
                .collect();
            assert_eq!(labels, expected);
        }
        for (counts, expected) in [
            (vec![("2026-03-01", 9)], vec!["March 2026 9"]),
            (
                vec![("2026-03-01", 2), ("2026-05-01", 3), ("2026-06-01", 8)],
                vec!["March to May 2026 5", "June 2026 8"],
            ),
            (
                vec![("2025-11-01", 6), ("2025-12-01", 6), ("2026-01-01", 4)],
                vec!["November 2025 6", "December 2025 to January 2026 10"],
            ),
            (vec![("2026-03-01", 4)], vec![]),
        ] {
            let counts = counts.iter().map(|(at, n)| (day(at), [(None, *n)].into()));
            let labels: Vec<String> = months(counts.collect())
                .into_iter()
                .map(|m| format!("{} {}", m.label(), m.phones))
                .collect();
            assert_eq!(labels, expected);
        }
    }
}
