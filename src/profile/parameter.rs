//! Parameters: the numbers and lists of a checklist, each with its source, which a run may override.

use std::fmt;
use std::time::Duration;

use crate::evidence::{Fact, Kind, Value};
use crate::nearest::did_you_mean;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// A length of time.
    Duration(Duration),
    /// A number of things.
    Count(u64),
    /// Yes or no.
    Bool(bool),
    /// Words of a fact's vocabulary.
    Words(Vec<String>),
}

impl ParameterValue {
    pub(super) fn from_toml(value: &toml::Value) -> Result<Self, String> {
        match value {
            toml::Value::String(text) => parse_duration(text).map(ParameterValue::Duration),
            toml::Value::Integer(n) => u64::try_from(*n)
                .map(ParameterValue::Count)
                .map_err(|_| "a parameter cannot be negative".into()),
            toml::Value::Boolean(b) => Ok(ParameterValue::Bool(*b)),
            toml::Value::Array(items) => items
                .iter()
                .map(|item| {
                    item.as_str()
                        .map(str::to_owned)
                        .ok_or_else(|| "a list parameter holds words".to_owned())
                })
                .collect::<Result<_, _>>()
                .map(ParameterValue::Words),
            _ => Err("a parameter is a length of time (\"2m\"), a number, true or false, or a list of words".into()),
        }
    }

    /// Why this cannot stand in the place of a value of the checklist that is extended.
    pub(super) fn replaces(&self, before: &Self) -> Result<(), String> {
        let (ParameterValue::Words(words), ParameterValue::Words(known)) = (self, before) else {
            return match self.kind() == before.kind() {
                true => Ok(()),
                false => Err(before.how_to_write()),
            };
        };
        if words.is_empty() {
            return Err(before.how_to_write());
        }
        // The words of every fact that the list before could stand for.
        let vocabulary: Vec<&str> = Fact::ALL
            .iter()
            .filter_map(|fact| match fact.kind() {
                Kind::Word(words) if known.iter().all(|word| words.contains(&word.as_str())) => {
                    Some(words)
                }
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        match words
            .iter()
            .find(|word| !vocabulary.contains(&word.as_str()))
        {
            None => Ok(()),
            Some(word) => {
                let near = did_you_mean(word, vocabulary.iter().copied());
                let mut known = vocabulary;
                known.sort_unstable();
                known.dedup();
                Err(format!(
                    "\"{word}\" is none of the words that can stand here.{near} There is: {}",
                    known.join(", ")
                ))
            }
        }
    }

    /// What a value of this kind looks like in a file.
    pub(super) fn how_to_write(&self) -> String {
        match self {
            ParameterValue::Duration(_) => "this limit is a length of time such as \"2m\"".into(),
            ParameterValue::Count(_) => "this limit is a whole number such as 3".into(),
            ParameterValue::Bool(_) => {
                "this limit is true or false, without quotation marks".into()
            }
            ParameterValue::Words(words) => {
                format!("this limit is a list of words such as {words:?}")
            }
        }
    }

    /// A value of the same kind from the command line.
    pub(super) fn parse_like(&self, text: &str) -> Result<Self, String> {
        match self {
            ParameterValue::Duration(_) => parse_duration(text).map(ParameterValue::Duration),
            ParameterValue::Count(_) => text
                .parse()
                .map(ParameterValue::Count)
                .map_err(|_| format!("\"{text}\" is not a whole number")),
            ParameterValue::Bool(_) => text
                .parse()
                .map(ParameterValue::Bool)
                .map_err(|_| format!("\"{text}\" is neither true nor false")),
            ParameterValue::Words(_) => Ok(ParameterValue::Words(
                text.split(',').map(|w| w.trim().to_owned()).collect(),
            )),
        }
    }

    /// The word for its kind in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            ParameterValue::Duration(_) => "duration",
            ParameterValue::Count(_) => "count",
            ParameterValue::Bool(_) => "bool",
            ParameterValue::Words(_) => "words",
        }
    }

    /// The parameter for people: "2 minutes", "none or limited".
    pub fn for_people(&self) -> String {
        match self {
            ParameterValue::Duration(d) if d.is_zero() => "0 seconds".into(),
            ParameterValue::Duration(d) => match whole_days(*d) {
                Some(1) => "1 day".into(),
                Some(days) => format!("{days} days"),
                None => Value::Duration(*d).for_people(),
            },
            ParameterValue::Words(words) => words.join(" or "),
            other => other.to_string(),
        }
    }
}

/// For machines: ISO 8601 durations, lists joined by commas.
impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterValue::Duration(d) => match whole_days(*d) {
                Some(days) => write!(f, "P{days}D"),
                None => Value::Duration(*d).fmt(f),
            },
            ParameterValue::Count(n) => n.fmt(f),
            ParameterValue::Bool(b) => b.fmt(f),
            ParameterValue::Words(words) => f.write_str(&words.join(",")),
        }
    }
}

/// Days read better than hours from two days on, or where the time is whole days.
fn whole_days(d: Duration) -> Option<u64> {
    const DAY: u64 = 86_400;
    let s = d.as_secs();
    (s >= DAY && s.is_multiple_of(DAY) && d.subsec_nanos() == 0).then_some(s / DAY)
}

/// A parameter of a profile as a run uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the checklist, e.g. `auto_lock_max`.
    pub id: String,
    /// What the run uses, with `--set` and the trust's limits applied.
    pub value: ParameterValue,
    /// Where the number comes from.
    pub source: String,
    /// What the profile says, where the run changed it (`--set`).
    pub in_profile: Option<ParameterValue>,
}

impl Parameter {
    /// Whether the run changed it (`--set`).
    pub fn overridden(&self) -> bool {
        self.in_profile.is_some()
    }
}

/// Reads "500ms", "5s", "2m", "1h", "30d"; a bare "0" is allowed.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("\"{text}\" is not a length of time such as 5s, 2m, 1h or 30d");
    let n: u64 = number.parse().map_err(|_| wrong())?;
    let factor = match unit.trim() {
        "ms" => return Ok(Duration::from_millis(n)),
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        "" if n == 0 => 1,
        _ => return Err(wrong()),
    };
    n.checked_mul(factor)
        .filter(|seconds| *seconds <= 100 * 366 * 86_400)
        .map(Duration::from_secs)
        .ok_or_else(|| format!("\"{text}\" is longer than a hundred years"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("5s", Some(5)),
            ("2m", Some(120)),
            ("2 min", Some(120)),
            ("1h", Some(3600)),
            ("30d", Some(2_592_000)),
            ("0", Some(0)),
            ("5", None),
            ("-5s", None),
            ("m", None),
            ("5w", None),
            ("99999999999999d", None),
            ("", None),
        ] {
            assert_eq!(
                parse_duration(text).ok().map(|d| d.as_secs()),
                seconds,
                "{text}"
            );
        }
    }

    #[test]
    fn for_people_and_for_machines() {
        for (text, people, machine) in [
            ("2m", "2 minutes", "PT2M"),
            ("30d", "30 days", "P30D"),
            ("0", "0 seconds", "PT0S"),
            ("24h", "1 day", "P1D"),
            ("36h", "36 hours", "PT36H"),
        ] {
            let value = ParameterValue::Duration(parse_duration(text).expect("valid"));
            assert_eq!(
                (value.for_people().as_str(), value.to_string().as_str()),
                (people, machine)
            );
        }
    }
}
