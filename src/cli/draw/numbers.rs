//! Rates, confidences and sizes as people type them.

use anyhow::anyhow;
use clap::Args;

use crate::cli::Failure;
use crate::sampling::Confidence;
use crate::sampling::sizes;
use crate::sampling::words::{fewer_than, number};

/// How many to draw.
#[derive(Args, Debug, Clone)]
pub(super) struct HowManyArgs {
    /// So many
    #[arg(long, value_name = "N", group = "how_many")]
    pub size: Option<u64>,
    /// Enough to meet a failure if so many fail: "1 in 10", 10%, 0.1
    #[arg(long, value_name = "RATE", group = "how_many", value_parser = rate)]
    pub find: Option<f64>,
    /// Enough to tell the rate within this: 10%, 0.1
    #[arg(long, value_name = "E", group = "how_many", value_parser = rate)]
    pub margin: Option<f64>,
    /// How sure, with --find and --margin
    #[arg(long, value_name = "C", default_value = "95%", value_parser = confidence)]
    pub confidence: Confidence,
}

impl HowManyArgs {
    /// How many of a list that is `people` long, and why, in a sentence.
    pub fn need(&self, people: Option<u64>) -> Result<(u64, String), Failure> {
        let sure = sure(self.confidence);
        if let Some(size) = self.size {
            if size == 0 {
                return Err(Failure::Usage(anyhow!(
                    "A draw of nobody tells nothing.\nGive a --size of 1 or more."
                )));
            }
            return Ok((size, format!("{} were asked for.", number(size))));
        }
        if let Some(rate) = self.find {
            let n = sizes::discovery(people, rate, self.confidence);
            return Ok((
                n,
                format!(
                    "If none fails, we can be {sure} sure that {} would.",
                    fewer_than(rate)
                ),
            ));
        }
        if let Some(margin) = self.margin {
            let n = sizes::proportion(people, margin, 0.5, self.confidence);
            let within = (margin * 1000.0).round() / 10.0;
            return Ok((
                n,
                format!(
                    "The rate can be told within {within} in 100 either way, and we can be {sure} sure of it."
                ),
            ));
        }
        Err(Failure::Usage(anyhow!(
            "How many are to be drawn? Give --size 60, --find \"1 in 10\" or --margin 10%.\nspotcheck draw size helps to choose."
        )))
    }
}

/// "95%", "99.5%".
pub(super) fn sure(confidence: Confidence) -> String {
    format!("{}%", (confidence.share() * 10_000.0).round() / 100.0)
}

/// A share above 0 and below 1: `0.1`, `10%`, `1 in 10`, `1/10`.
pub(super) fn rate(given: &str) -> Result<f64, String> {
    const EXPECTED: &str = "expected a share such as \"1 in 10\", 10% or 0.1";
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| EXPECTED.to_owned());
    let share = if let Some(percent) = given.trim().strip_suffix('%') {
        number(percent)? / 100.0
    } else if let Some((part, of)) = given.split_once(" in ").or_else(|| given.split_once('/')) {
        number(part)? / number(of)?
    } else {
        number(given)?
    };
    if (1e-6..1.0).contains(&share) {
        Ok(share)
    } else {
        Err(format!("{EXPECTED}, above 0 and below 1"))
    }
}

/// A confidence: `95`, `95%`, `0.95`.
fn confidence(given: &str) -> Result<Confidence, String> {
    const EXPECTED: &str = "expected a confidence such as 95%, from 50% to 99.99%";
    let text = given.trim();
    let value: f64 = text
        .strip_suffix('%')
        .unwrap_or(text)
        .trim()
        .parse()
        .map_err(|_| EXPECTED.to_owned())?;
    let percent = text.ends_with('%') || value > 1.0;
    Confidence::new(if percent { value / 100.0 } else { value }).ok_or_else(|| EXPECTED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_as_people_type_them() {
        for text in ["0.1", "10%", "10 %", "1 in 10", "1/10", "10 in 100"] {
            assert!((rate(text).expect(text) - 0.1).abs() < 1e-12, "{text}");
        }
        for text in [
            "", "10", "0", "0%", "100%", "1 in 0", "NaN", "inf", "-1%", "some", "1 in",
        ] {
            assert!(rate(text).is_err(), "{text}");
        }
        for text in ["95", "95%", "0.95"] {
            assert_eq!(sure(confidence(text).expect(text)), "95%");
        }
        for text in ["5", "100", "1", "0", "NaN", "sure"] {
            assert!(confidence(text).is_err(), "{text}");
        }
    }
}
