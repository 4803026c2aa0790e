//! SciPy 1.17.1 reference values, and those of RFC 3797 and SHA-256.

use spotcheck::sampling::allocate::{largest_remainder, neyman};
use spotcheck::sampling::compare::fisher;
use spotcheck::sampling::draw::{Method, draw, rank, rfc3797_order};
use spotcheck::sampling::intervals::*;
use spotcheck::sampling::sizes::*;
use spotcheck::sampling::{Confidence, Tally, population};

pub const USUAL: Confidence = Confidence::USUAL;

pub fn tally(failed: u64, checked: u64) -> Tally {
    Tally::new(failed, checked).expect("possible")
}

pub fn confidence(share: f64) -> Confidence {
    Confidence::new(share).expect("a confidence")
}

#[track_caller]
pub fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn clopper_pearson_and_wilson() {
    for (x, n, low, high) in [
        (0, 29, 0.0, 0.119445),
        (0, 60, 0.0, 0.059629),
        (1, 10, 0.002529, 0.445016),
        (3, 40, 0.015742, 0.203865),
        (6, 60, 0.037591, 0.205058),
        (12, 100, 0.063569, 0.200236),
        (29, 30, 0.827831, 0.999156),
        (10, 10, 0.691503, 1.0),
    ] {
        let found = clopper_pearson(tally(x, n), USUAL);
        assert!(
            (found.low - low).abs() < 1e-6 && (found.high - high).abs() < 1e-6,
            "{x}/{n}: {found:?}"
        );
    }
    for (x, n, high) in [(0, 29, 0.098145), (0, 59, 0.049508), (1, 30, 0.148596)] {
        close(upper_limit(tally(x, n), USUAL), high);
    }
    for (x, n, low, high) in [(6, 60, 0.046643, 0.201495), (12, 100, 0.069994, 0.198121)] {
        let found = wilson(tally(x, n), USUAL);
        close(found.low, low);
        close(found.high, high);
    }
    assert_eq!(clopper_pearson(tally(0, 0), USUAL), Interval::ALL);
    assert_eq!(wilson(tally(0, 0), USUAL), Interval::ALL);
}

#[test]
fn lists_of_known_length() {
    for (people, n, x, low, high) in [
        (20, 5, 0, 0, 9),
        (50, 20, 3, 3, 16),
        (200, 50, 5, 9, 40),
        (500, 60, 6, 21, 99),
        (1000, 100, 12, 67, 196),
        (60, 60, 4, 4, 4),
    ] {
        let found = finite(tally(x, n), people, USUAL).expect("possible");
        assert_eq!((found.low, found.high), (low, high), "{people} {n} {x}");
    }
    assert_eq!(finite_upper_limit(tally(0, 60), 500, USUAL), Some(22));
    assert_eq!(finite_upper_limit(tally(0, 57), 1000, USUAL), Some(49));
    assert_eq!(finite(tally(0, 6), 5, USUAL), None);
}

#[test]
fn sizes() {
    for (people, rate, n) in [
        (Some(50), 0.01, 48),
        (Some(100), 0.01, 95),
        (Some(500), 0.1, 28),
        (Some(1000), 0.1, 29),
        (Some(1000), 0.05, 57),
        (None, 0.05, 59),
        (None, 0.01, 299),
    ] {
        assert_eq!(discovery(people, rate, USUAL), n, "{people:?} {rate}");
    }
    for (people, margin, share, n) in [
        (Some(500), 0.05, 0.95, 218),
        (Some(10_000), 0.1, 0.95, 96),
        (None, 0.1, 0.95, 97),
        (Some(500), 0.1, 0.9, 60),
    ] {
        assert_eq!(proportion(people, margin, 0.5, confidence(share)), n);
    }
    for (rate, expected) in [
        (0.05, [59, 93, 124, 153, 181, 208]),
        (0.1, [29, 46, 61, 76, 89, 103]),
    ] {
        for (allowed, n) in (0..).zip(expected) {
            assert_eq!(accepting(allowed, rate, USUAL), n);
        }
    }
    close(chance_of_accepting(50, 1, 0.01), 0.910565);
    close(drawn_twice(60, 1000), 0.0036);
    assert_eq!(
        ruled_out(Some(1000), 57, USUAL),
        Some(RuledOut::Of(50, 1000))
    );
    assert_eq!(people_at_rate(100, 0.07), 7);
}

#[test]
fn groups() {
    let strata = |rows: [(u64, u64, u64); 4]| {
        rows.map(|(people, n, x)| Stratum {
            people,
            tally: tally(x, n),
        })
    };
    let even = strata([(400, 20, 5), (300, 15, 2), (200, 10, 1), (100, 5, 0)]);
    let found = stratified(&even, USUAL).expect("enough");
    close(found.rate, 0.16);
    close(found.standard_error, 0.050850);
    close(found.normal.low, 0.060336);
    close(found.normal.high, 0.259664);
    assert!(found.bounds.low <= found.normal.low && found.bounds.high >= found.normal.high);
    let uneven = strata([(400, 30, 6), (300, 10, 2), (200, 10, 1), (100, 10, 0)]);
    let found = stratified(&uneven, USUAL).expect("enough");
    close(found.rate, 0.16);
    close(found.crude, 0.15);
    close(found.standard_error, 0.052376);

    // With no failure the normal approximation claims certainty: it is not what is reported.
    let none = strata([(400, 20, 0), (300, 15, 0), (200, 10, 0), (100, 5, 0)]);
    let found = stratified(&none, USUAL).expect("enough");
    assert_eq!(found.normal.high, 0.0);
    assert!(found.interval().high > 0.05, "{found:?}");
    // One check tells nothing about a group of many, and is all there is in a group of one.
    let one = [
        Stratum {
            people: 9,
            tally: tally(0, 3),
        },
        Stratum {
            people: 9,
            tally: tally(0, 1),
        },
    ];
    assert_eq!(stratified(&one, USUAL), Err(1));
    let one = [
        Stratum {
            people: 9,
            tally: tally(0, 3),
        },
        Stratum {
            people: 1,
            tally: tally(1, 1),
        },
    ];
    close(stratified(&one, USUAL).expect("enough").rate, 0.1);
    assert_eq!(stratified(&[], USUAL), Err(0));

    let (se, interval) = normal(tally(6, 60), 500, USUAL).expect("enough");
    close(se, 0.036638);
    close(interval.low, 0.028190);
    assert_eq!(
        largest_remainder(
            &[
                ("Medicine", 412),
                ("Surgery", 305),
                ("Community", 198),
                ("Corporate", 85)
            ],
            60
        ),
        [25, 18, 12, 5]
    );
    assert_eq!(
        largest_remainder(&[("C", 1), ("B", 1), ("A", 1)], 2),
        [0, 1, 1]
    );
    let found = neyman(&[(400, 0.2), (300, 0.1), (200, 0.05), (100, 0.02)], 60);
    for (found, expected) in found
        .into_iter()
        .zip([31.210480, 17.555895, 8.502708, 2.730917])
    {
        close(found, expected);
    }
}

#[test]
fn two_rounds() {
    close(fisher(tally(12, 60), tally(4, 60)), 0.057546);
    close(fisher(tally(15, 60), tally(4, 60)), 0.010902);
    close(fisher(tally(4, 60), tally(15, 60)), 0.010902);
    close(fisher(tally(0, 0), tally(4, 60)), 1.0);
}

#[test]
fn draws() {
    let order = rfc3797_order("9319./2.5.8.10.12./9.18.26.34.41.45./", 25).expect("few");
    let numbers: Vec<usize> = order.iter().take(10).map(|i| i + 1).collect();
    assert_eq!(numbers, [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]);
    assert_eq!(rfc3797_order("1./", 65_536), None);

    let seed = "SPOTCHECK/2026-11/NLOTTO-2026-11-18/03.11.19.27.42.58";
    let list: String = (1..=20).map(|i| format!("S{i:03}\n")).collect();
    let people =
        population::read("list", format!("id\n{list}").as_bytes(), "id", None).expect("good");
    assert_eq!(
        people.fingerprint(),
        "0d26eb91df6cb681a0b5a4f60d3fdc4836e9276153f4ab951b9c44d5ebaff3c4"
    );
    assert_eq!(
        rank(seed, "S009"),
        "0024123f847e1d03d0fac2944639345e36c38b37819f691b79c7a848fe73942d"
    );
    let groups = draw(&people, seed, Method::Sha256, &[8]).expect("few");
    assert_eq!(
        groups[0].drawn(),
        [
            "S009", "S005", "S006", "S007", "S002", "S014", "S020", "S018"
        ]
    );
    assert_eq!(groups[0].reserves().len(), 12);
}
