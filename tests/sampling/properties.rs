//! What holds of every draw: over many lists, made by a small generator with a fixed seed.

use std::collections::BTreeSet;

use spotcheck::sampling::allocate::{largest_remainder, with_at_least};
use spotcheck::sampling::draw::{Fate, Group, Method, draw, replace};
use spotcheck::sampling::intervals::{Stratum, clopper_pearson, finite, stratified, wilson};
use spotcheck::sampling::population::{self, Population};
use spotcheck::sampling::sizes::discovery;

use super::reference::{USUAL, tally};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

fn rows(random: &mut Random) -> Vec<String> {
    let groups = 1 + random.below(5);
    (0..1 + random.below(150))
        .map(|i| format!("S{i:04},group {}", random.below(groups)))
        .collect()
}

fn list(rows: &[String]) -> Population {
    let text = format!("id,group\n{}\n", rows.join("\n"));
    population::read("list", text.as_bytes(), "id", Some("group")).expect("a good list")
}

fn sizes(people: &Population, n: u64) -> Vec<u64> {
    let groups: Vec<(&str, u64)> = people
        .groups()
        .iter()
        .map(|(g, size)| (g.as_str(), *size))
        .collect();
    largest_remainder(&groups, n)
}

fn drawn(groups: &[Group]) -> Vec<String> {
    groups
        .iter()
        .flat_map(|g| g.drawn())
        .map(|id| (*id).to_owned())
        .collect()
}

const METHODS: [Method; 2] = [Method::Sha256, Method::Rfc3797];

#[test]
fn a_draw_never_repeats_adds_up_and_does_not_hang_on_the_order_of_rows() {
    let mut random = Random(1);
    for round in 0..200 {
        let mut rows = rows(&mut random);
        let people = list(&rows);
        let n = random.below(people.len() + 1);
        let seed = format!("seed {round}");
        for method in METHODS {
            let sizes = sizes(&people, n);
            let groups = draw(&people, &seed, method, &sizes).expect("few");
            let all: Vec<&str> = groups
                .iter()
                .flat_map(|g| [g.drawn(), g.reserves()].concat())
                .collect();
            assert_eq!(all.len() as u64, people.len());
            assert_eq!(
                all.iter().collect::<BTreeSet<_>>().len(),
                all.len(),
                "somebody is there twice"
            );
            assert_eq!(drawn(&groups).len() as u64, n);
            for (group, size) in groups.iter().zip(&sizes) {
                assert_eq!(group.drawn().len() as u64, *size);
            }
            random.shuffle(&mut rows);
            let shuffled = list(&rows);
            assert_eq!(shuffled, people);
            assert_eq!(draw(&shuffled, &seed, method, &sizes).expect("few"), groups);
        }
    }
}

#[test]
fn a_joiner_does_not_reshuffle_the_others() {
    let mut random = Random(2);
    for round in 0..100 {
        let mut rows = rows(&mut random);
        let seed = format!("seed {round}");
        let order = |people: &Population| -> Vec<Vec<String>> {
            let all = vec![u64::MAX; people.groups().len()];
            let groups = draw(people, &seed, Method::Sha256, &all).expect("few");
            groups
                .iter()
                .map(|g| g.drawn().iter().map(|id| (*id).to_owned()).collect())
                .collect()
        };
        let before = order(&list(&rows));
        let group = rows[0].split_once(',').expect("two columns").1.to_owned();
        rows.push(format!("JOINER,{group}"));
        let mut after = order(&list(&rows));
        for group in &mut after {
            group.retain(|id| id != "JOINER");
        }
        assert_eq!(after, before);
    }
}

#[test]
fn shares_add_up_and_stay_within_their_groups() {
    let mut random = Random(3);
    for _ in 0..500 {
        let sizes: Vec<(String, u64)> = (0..1 + random.below(8))
            .map(|i| (format!("g{i}"), random.below(300)))
            .collect();
        let groups: Vec<(&str, u64)> = sizes.iter().map(|(g, n)| (g.as_str(), *n)).collect();
        let people: u64 = groups.iter().map(|g| g.1).sum();
        let n = random.below(people + 1);
        let within = |shares: &[u64]| {
            shares
                .iter()
                .zip(&groups)
                .all(|(share, group)| *share <= group.1)
        };
        let shares = largest_remainder(&groups, n);
        assert!(within(&shares));
        assert_eq!(shares.iter().sum::<u64>(), if people == 0 { 0 } else { n });
        if let Some(shares) = with_at_least(&groups, n, 2) {
            assert!(within(&shares), "{groups:?} {n}: {shares:?}");
            assert_eq!(shares.iter().sum::<u64>(), n, "{groups:?}");
            assert!(
                shares
                    .iter()
                    .zip(&groups)
                    .all(|(share, group)| *share >= group.1.min(2))
            );
        }
    }
}

/// Everybody has the same chance: over many seeds each of ten people is drawn about equally often.
#[test]
fn the_draw_is_fair() {
    let rows: Vec<String> = (0..10).map(|i| format!("S{i},all")).collect();
    let people = list(&rows);
    for method in METHODS {
        let mut times = [0u32; 10];
        for seed in 0..5_000 {
            let groups = draw(&people, &format!("seed {seed}"), method, &[3]).expect("few");
            for id in groups[0].drawn() {
                times[id[1..].parse::<usize>().expect("a digit")] += 1;
            }
        }
        // 1,500 each is expected, and 1,500 more or less 200 happens by chance less than once in a billion.
        assert!(
            times.iter().all(|n| (1_300..1_700).contains(n)),
            "{times:?}"
        );
    }
}

#[test]
fn only_those_to_whom_it_does_not_apply_are_replaced() {
    let mut random = Random(4);
    for round in 0..200 {
        let people = list(&rows(&mut random));
        let n = random.below(people.len() + 1);
        let groups = draw(
            &people,
            &format!("{round}"),
            Method::Sha256,
            &sizes(&people, n),
        )
        .expect("few");
        let mut fates = Vec::new();
        let mut names = drawn(&groups);
        names.extend(
            groups
                .iter()
                .flat_map(|g| g.reserves().first())
                .map(|id| (*id).to_owned()),
        );
        for id in &names {
            match random.below(6) {
                0 => fates.push((id.as_str(), Fate::NotApplicable)),
                1 => fates.push((id.as_str(), Fate::Declined)),
                2 => fates.push((id.as_str(), Fate::Unreachable)),
                _ => {}
            }
        }
        let Ok(places) = replace(&groups, &fates) else {
            // A reserve was named who has not been called up.
            continue;
        };
        let mut called = BTreeSet::new();
        for (group, places) in groups.iter().zip(&places) {
            assert_eq!(group.drawn().len(), places.len());
            let mut reserves = BTreeSet::new();
            for place in places {
                for (i, id) in place.called.iter().enumerate() {
                    assert!(called.insert(*id), "{id} has two places");
                    let fate = fates
                        .iter()
                        .find(|(name, _)| name == id)
                        .map(|(_, fate)| *fate);
                    if i + 1 < place.called.len() {
                        assert_eq!(fate, Some(Fate::NotApplicable));
                    } else {
                        assert_eq!(fate, place.fate);
                    }
                    if i > 0 {
                        reserves.insert(*id);
                    }
                }
            }
            // Reserves are taken from the first on, with none left out.
            let first: BTreeSet<&str> = group
                .reserves()
                .iter()
                .take(reserves.len())
                .copied()
                .collect();
            assert_eq!(reserves, first);
        }
    }
}

#[test]
fn intervals_hold_the_rate_and_narrow_with_the_list() {
    for n in [1, 2, 7, 29, 60] {
        for x in 0..=n {
            let rate = x as f64 / n as f64;
            let tally = tally(x, n);
            let exact = clopper_pearson(tally, USUAL);
            let score = wilson(tally, USUAL);
            assert!(exact.low <= rate && rate <= exact.high);
            assert!(score.low <= rate + 1e-12 && rate <= score.high + 1e-12);
            for people in [n, n + 1, 10 * n, 100_000] {
                let found = finite(tally, people, USUAL).expect("possible");
                assert!(found.low >= x && found.high <= people - n + x && found.low <= found.high);
            }
            let large = finite(tally, 1_000_000, USUAL).expect("possible").rates();
            assert!((large.low - exact.low).abs() < 1e-3 && (large.high - exact.high).abs() < 1e-3);
        }
    }
}

/// The exact interval does what it says: for every true count, counting over all samples, it holds the truth often
/// enough.
#[test]
fn the_exact_interval_covers() {
    let (people, n) = (40, 12);
    for truth in 0..=people {
        let chance =
            spotcheck::sampling::special::Hypergeometric::new(people, truth, n).expect("possible");
        let covered: f64 = (chance.lowest()..=chance.highest())
            .filter(|x| {
                let found = finite(tally(*x, n), people, USUAL).expect("possible");
                (found.low..=found.high).contains(&truth)
            })
            .map(|x| chance.ln_exactly(x).exp())
            .sum();
        assert!(covered >= 0.95 - 1e-9, "{truth}: {covered}");
    }
}

#[test]
fn a_longer_list_never_needs_fewer() {
    for rate in [0.01, 0.05, 0.1, 0.5] {
        let endless = discovery(None, rate, USUAL);
        for people in [1, 2, 10, 100, 1_000, 30_000] {
            let n = discovery(Some(people), rate, USUAL);
            assert!(n <= people && n <= endless + 1, "{people} {rate}: {n}");
        }
    }
}

/// The same where groups were drawn: for every true state of small groups, counting over all samples, or where that is
/// too many over some of a fixed seed.
#[test]
fn the_interval_over_groups_covers() {
    // How many people each group has, and how many of them are checked.
    let cases: [&[(u64, u64)]; 10] = [
        &[(30, 12)],
        &[(30, 12), (20, 10)],
        &[(40, 15), (15, 12)],
        &[(25, 14), (25, 14)],
        // One group is wholly checked.
        &[(50, 20), (10, 10)],
        &[(40, 14), (10, 4)],
        &[(60, 36), (40, 24)],
        &[(100, 10), (10, 10)],
        &[(12, 6), (10, 5), (8, 4)],
        &[(24, 12), (20, 11), (16, 10)],
    ];
    let mut joined = 0;
    for groups in cases {
        let people: u64 = groups.iter().map(|(people, _)| people).sum();
        let samples = combinations(groups, |(_, n)| n);
        let reported: Vec<(Vec<u64>, f64, f64)> = samples
            .into_iter()
            .map(|failed| {
                let strata: Vec<Stratum> = groups
                    .iter()
                    .zip(&failed)
                    .map(|((people, n), x)| Stratum {
                        people: *people,
                        tally: tally(*x, *n),
                    })
                    .collect();
                let found = stratified(&strata, USUAL).expect("enough");
                joined += usize::from(found.joined_is_fit && groups.len() > 1);
                let interval = found.interval();
                (failed, interval.low - 1e-9, interval.high + 1e-9)
            })
            .collect();
        let mut random = Random(5);
        for truth in combinations(groups, |(people, _)| people) {
            let edge = truth.iter().filter(|m| **m < 2).count() + 1 == groups.len();
            if groups.len() > 2 && !edge && random.below(12) > 0 {
                continue;
            }
            let rate = truth.iter().sum::<u64>() as f64 / people as f64;
            let chances: Vec<Vec<f64>> = groups
                .iter()
                .zip(&truth)
                .map(|((people, n), m)| (0..=*n).map(|x| chance(*people, *m, *n, x)).collect())
                .collect();
            let covered: f64 = reported
                .iter()
                .filter(|(_, low, high)| (*low..=*high).contains(&rate))
                .map(|(failed, _, _)| {
                    let each = failed.iter().zip(&chances);
                    each.map(|(x, chances)| chances[*x as usize])
                        .product::<f64>()
                })
                .sum();
            assert!(covered >= 0.95 - 1e-9, "{groups:?} {truth:?}: {covered}");
        }
    }
    assert!(joined > 100, "{joined}");
}

/// Every way to choose a number from 0 to a limit in each group.
fn combinations(groups: &[(u64, u64)], limit: impl Fn((u64, u64)) -> u64) -> Vec<Vec<u64>> {
    groups.iter().fold(vec![Vec::new()], |all, group| {
        all.iter()
            .flat_map(|first| (0..=limit(*group)).map(move |n| [first.clone(), vec![n]].concat()))
            .collect()
    })
}

/// The chance of `x` failures among `n` checked of `people`, `m` of whom would fail.
fn chance(people: u64, m: u64, n: u64, x: u64) -> f64 {
    let choose = |n: u64, k: u64| -> f64 {
        if k > n {
            return 0.0;
        }
        (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64)
    };
    if x > n || x > m {
        return 0.0;
    }
    choose(m, x) * choose(people - m, n - x) / choose(people, n)
}

/// Groups in which all fail, or none, are not sure ones.
#[test]
fn groups_without_failures_leave_doubt() {
    for (groups, low, high) in [
        ([(190, 10, 0), (10, 10, 10)], 0.05, 0.30),
        ([(100, 2, 0), (100, 20, 10)], 0.2, 0.8),
    ] {
        let strata = groups.map(|(people, n, x)| Stratum {
            people,
            tally: tally(x, n),
        });
        let found = stratified(&strata, USUAL).expect("enough").interval();
        assert!(
            found.low <= low && found.high >= high,
            "{groups:?}: {found:?}"
        );
    }
}
