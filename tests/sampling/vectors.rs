//! All numbers of the reference file, where it is at hand.

use serde_json::Value;
use spotcheck::sampling::allocate::{largest_remainder, neyman};
use spotcheck::sampling::compare::{fisher, odds_ratio};
use spotcheck::sampling::draw::{Method, draw, rank, rfc3797_order};
use spotcheck::sampling::intervals::*;
use spotcheck::sampling::population;
use spotcheck::sampling::sizes::*;

use super::reference::{USUAL, close, confidence, tally};

fn int(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value}"))
}

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value}"))
}

fn map(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("{value}"))
        .iter()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn all_reference_numbers() {
    let strict = std::env::var("SPOTCHECK_STRICT").is_ok_and(|v| v == "1");
    let path = std::env::var_os("SPOTCHECK_CORPUS")
        .map(|corpus| std::path::Path::new(&corpus).join("../reference/sampling-vectors.json"));
    let Some(text) = path.and_then(|path| std::fs::read_to_string(path).ok()) else {
        assert!(
            !strict || std::env::var_os("SPOTCHECK_CORPUS").is_none(),
            "sampling-vectors.json is missing"
        );
        eprintln!("SKIPPED: no sampling-vectors.json beside SPOTCHECK_CORPUS");
        return;
    };
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let mut seen = 0;
    for (name, value) in map(&all) {
        seen += 1;
        match name.as_str() {
            "clopper_pearson_95" => list(value).iter().for_each(binomial),
            "hypergeometric_exact" => list(value).iter().for_each(hypergeometric),
            "discovery" => {
                for (share, by_people) in map(value) {
                    for (people, by_rate) in map(by_people) {
                        let people = number(people) as u64;
                        for (rate, row) in map(by_rate) {
                            let rate = number(rate);
                            assert_eq!(people_at_rate(people, rate), int(&row["D"]));
                            let found = discovery(Some(people), rate, confidence(number(share)));
                            assert_eq!(found, int(&row["n"]), "{share} {people} {rate}");
                        }
                    }
                }
            }
            "discovery_infinite" => {
                for (share, by_rate) in map(value) {
                    for (rate, n) in map(by_rate) {
                        let found = discovery(None, number(rate), confidence(number(share)));
                        assert_eq!(found, int(n), "{share} {rate}");
                    }
                }
            }
            "proportion_fpc_p50" => {
                for (case, by_people) in map(value) {
                    let (share, margin) = case.split_once("%/\u{b1}").expect("share and margin");
                    for (people, n) in map(by_people) {
                        let people = (people != "inf").then(|| number(people) as u64);
                        let found = proportion(
                            people,
                            number(margin),
                            0.5,
                            confidence(number(share) / 100.0),
                        );
                        assert_eq!(found, int(n), "{case} {people:?}");
                    }
                }
            }
            "min_n_for_acceptance_number" => {
                for (rate, sizes) in map(value) {
                    for (allowed, n) in (0..).zip(list(sizes)) {
                        assert_eq!(
                            accepting(allowed, number(rate), USUAL),
                            int(n),
                            "{rate} {allowed}"
                        );
                    }
                }
            }
            "oc_curve" => {
                for row in list(value) {
                    let found =
                        chance_of_accepting(int(&row["n"]), int(&row["c"]), float(&row["p"]));
                    close(found, float(&row["P_accept"]));
                }
            }
            "stratified" => list(value).iter().for_each(over_groups),
            "largest_remainder" => {
                for case in list(value) {
                    let groups: Vec<(&str, u64)> = map(&case["sizes"])
                        .map(|(name, size)| (name.as_str(), int(size)))
                        .collect();
                    let found = largest_remainder(&groups, int(&case["n"]));
                    for ((name, _), found) in groups.iter().zip(found) {
                        assert_eq!(found, int(&case["alloc"][name]), "{name}");
                    }
                }
            }
            "neyman" => {
                let groups: Vec<(u64, f64)> = list(&value["N"])
                    .iter()
                    .map(int)
                    .zip(list(&value["p"]).iter().map(float))
                    .collect();
                for (found, expected) in neyman(&groups, int(&value["n"]))
                    .iter()
                    .zip(list(&value["alloc_real"]))
                {
                    close(*found, float(expected));
                }
            }
            "srs_normal_fpc" => {
                let (se, interval) = normal(
                    tally(int(&value["x"]), int(&value["n"])),
                    int(&value["N"]),
                    USUAL,
                )
                .expect("enough");
                close(se, float(&value["se"]));
                close(interval.low, float(&value["lo"]));
                close(interval.high, float(&value["hi"]));
            }
            "fisher" => {
                for case in list(value) {
                    let row = |i: usize| {
                        let row = &case["table"][i];
                        tally(int(&row[0]), int(&row[0]) + int(&row[1]))
                    };
                    close(fisher(row(0), row(1)), float(&case["p"]));
                    close(odds_ratio(row(0), row(1)), float(&case["odds"]));
                }
            }
            "rfc3797" => {
                let key = value["key"].as_str().expect("key");
                let order = rfc3797_order(key, int(&value["pool"])).expect("few");
                for (found, row) in order.iter().zip(list(&value["rows"])) {
                    assert_eq!(*found as u64 + 1, int(&row["selected"]));
                }
            }
            "sha256_rank" => ranked(value),
            other => panic!("the reference file has a part {other} that is not tested"),
        }
    }
    assert_eq!(seen, 14);
}

fn binomial(row: &Value) {
    let tally = tally(int(&row["x"]), int(&row["n"]));
    let exact = clopper_pearson(tally, USUAL);
    close(exact.low, float(&row["lo"]));
    close(exact.high, float(&row["hi"]));
    let score = wilson(tally, USUAL);
    close(score.low, float(&row["wilson_lo"]));
    close(score.high, float(&row["wilson_hi"]));
    close(upper_limit(tally, USUAL), float(&row["one_sided_upper"]));
}

fn hypergeometric(row: &Value) {
    let (people, tally) = (int(&row["N"]), tally(int(&row["x"]), int(&row["n"])));
    let found = finite(tally, people, USUAL).expect("possible");
    assert_eq!(
        (found.low, found.high),
        (int(&row["K_lo"]), int(&row["K_hi"])),
        "{row}"
    );
    let upper = finite_upper_limit(tally, people, USUAL);
    assert_eq!(upper, Some(int(&row["K_upper_one_sided_95"])), "{row}");
}

fn over_groups(case: &Value) {
    let strata: Vec<Stratum> = map(&case["strata"])
        .map(|(_, s)| Stratum {
            people: int(&s["N"]),
            tally: tally(int(&s["x"]), int(&s["n"])),
        })
        .collect();
    let found = stratified(&strata, USUAL).expect("enough");
    for (found, name) in [
        (found.rate, "p"),
        (found.variance, "var"),
        (found.standard_error, "se"),
        (found.normal.low, "lo"),
        (found.normal.high, "hi"),
        (found.crude, "crude"),
    ] {
        close(found, float(&case[name]));
    }
}

fn ranked(value: &Value) {
    let texts = |name: &str| -> Vec<&str> {
        list(&value[name])
            .iter()
            .map(|id| id.as_str().expect("text"))
            .collect()
    };
    let seed = value["seed"].as_str().expect("text");
    let ids = texts("ids");
    let csv = format!("id\n{}\n", ids.join("\n"));
    let people = population::read("list", csv.as_bytes(), "id", None).expect("good");
    assert_eq!(people.fingerprint(), value["pool_sha256"]);
    let groups = draw(&people, seed, Method::Sha256, &[ids.len() as u64]).expect("few");
    assert_eq!(groups[0].drawn(), texts("order"));
    for pair in list(&value["first"]) {
        assert_eq!(rank(seed, pair[0].as_str().expect("text")), pair[1]);
    }
}
