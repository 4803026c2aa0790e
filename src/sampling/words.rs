//! Numbers in words that people understand at once: commas in thousands, "1 in 10" rather than 10%, no decimals.

use super::intervals::Interval;

/// A number with commas: 1,000.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 phone", "29 phones".
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// A rate as "1 in 10", rounded up to the next that is no lower: what holds for the rate holds for the words. `None`
/// for a half or more, where that would mislead, and for 0.
pub fn one_in(rate: f64) -> Option<String> {
    let k = (1.0 / rate * (1.0 + 1e-9)).floor();
    (rate > 0.0 && k >= 2.0 && k.is_finite()).then(|| format!("1 in {}", number(k as u64)))
}

/// "fewer than 1 in 10"; where the rate is over a half, "fewer than 78 in 100".
pub fn fewer_than(rate: f64) -> String {
    match one_in(rate) {
        Some(words) => format!("fewer than {words}"),
        None => format!("fewer than {} in 100", (rate * 100.0).ceil().min(100.0)),
    }
}

/// A rate to the nearest 1 in 100: "12 in 100".
pub fn in_100(rate: f64) -> String {
    format!("{} in 100", (rate * 100.0).round())
}

/// An interval: "between 4 and 21 in 100". The ends are rounded to the nearest; "all" is never said of what is less.
pub fn between(interval: Interval) -> String {
    let Interval { low, high } = interval;
    let per = if high < 0.02 { 1000.0 } else { 100.0 };
    let end = |rate: f64| (rate * per).round();
    let of = number(per as u64);
    if low <= 0.0 && high >= 1.0 {
        return "anything from none to all".into();
    }
    if low <= 0.0 && high <= 0.0 {
        return "none".into();
    }
    if low >= 1.0 {
        return "all".into();
    }
    if end(high) < 1.0 {
        return format!("fewer than 1 in {of}");
    }
    if end(low) >= per {
        return format!("more than {} in {of}", per - 1.0);
    }
    let last = if high < 1.0 && end(high) >= per {
        (per - 1.0).to_string()
    } else {
        end(high).to_string()
    };
    let first = end(low).to_string();
    if end(low) < 1.0 {
        format!("up to {last} in {of}")
    } else if first == last {
        format!("about {first} in {of}")
    } else {
        format!("between {first} and {last} in {of}")
    }
}

/// "between 4 and 21 in 100 phones would fail".
pub fn would_fail(interval: Interval) -> String {
    let words = between(interval);
    match words.strip_prefix("anything ") {
        Some(rest) => format!("anything {rest} of the phones would fail"),
        None if words == "none" || words == "all" => format!("{words} of the phones would fail"),
        None => format!("{words} phones would fail"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_in_words() {
        for (low, high, expected) in [
            (
                0.037591,
                0.205058,
                "between 4 and 21 in 100 phones would fail",
            ),
            (0.0, 0.119445, "up to 12 in 100 phones would fail"),
            (0.000844, 0.172169, "up to 17 in 100 phones would fail"),
            (0.0, 0.0123, "up to 12 in 1,000 phones would fail"),
            (0.0, 0.0001, "fewer than 1 in 1,000 phones would fail"),
            (
                0.827831,
                0.999156,
                "between 83 and 99 in 100 phones would fail",
            ),
            (0.997, 1.0, "more than 99 in 100 phones would fail"),
            (0.691503, 1.0, "between 69 and 100 in 100 phones would fail"),
            (
                0.0,
                1.0,
                "anything from none to all of the phones would fail",
            ),
            (0.0, 0.0, "none of the phones would fail"),
            (1.0, 1.0, "all of the phones would fail"),
            (0.1, 0.1, "about 10 in 100 phones would fail"),
        ] {
            assert_eq!(would_fail(Interval { low, high }), expected);
        }
    }

    #[test]
    fn numbers_in_words() {
        for (n, expected) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1234567, "1,234,567"),
        ] {
            assert_eq!(number(n), expected);
        }
        for (rate, expected) in [
            (0.1, "fewer than 1 in 10"),
            (0.0981, "fewer than 1 in 10"),
            (0.0909, "fewer than 1 in 11"),
            (0.05, "fewer than 1 in 20"),
            (0.5, "fewer than 1 in 2"),
            (0.776, "fewer than 78 in 100"),
        ] {
            assert_eq!(fewer_than(rate), expected);
        }
        assert_eq!(count(1, "phone", "phones"), "1 phone");
        assert_eq!(one_in(0.0), None);
    }
}
