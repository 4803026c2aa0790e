//! What options are where the command line does not give them. Only what is the same for every phone that a team
//! checks: who owns a phone, whose it is and which failures are waived belongs to one audit and has no default.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::evidence::personal;
use crate::evidence::text::is_plain;

/// Values for options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// Checklists: names of those in the program, or files. One is written as a text, several as a list.
    #[serde(default, deserialize_with = "one_or_more")]
    pub profile: Vec<String>,
    /// Broad role of the people who are checked.
    #[serde(default, deserialize_with = "free_text")]
    pub role: Option<String>,
    /// Who audits: a reference, never a name.
    #[serde(default, deserialize_with = "reference")]
    pub auditor: Option<String>,
    /// Where.
    #[serde(default, deserialize_with = "free_text")]
    pub site: Option<String>,
    /// The round of spot checks.
    #[serde(default, deserialize_with = "campaign")]
    pub campaign: Option<String>,
    /// Seconds that a phone may take.
    #[serde(default, deserialize_with = "timeout")]
    pub timeout: Option<u64>,
    /// Shape of results at the terminal.
    pub format: Option<Format>,
    /// Paper of the slip.
    pub slip_size: Option<SlipSize>,
}

/// Shapes that every command with `--format` has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Table,
    Json,
}

impl Format {
    /// The word on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
        }
    }
}

/// Papers that a slip is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlipSize {
    A4,
    A6,
    Roll,
}

impl SlipSize {
    /// The word on the command line.
    pub fn id(self) -> &'static str {
        match self {
            SlipSize::A4 => "a4",
            SlipSize::A6 => "a6",
            SlipSize::Roll => "roll",
        }
    }
}

/// Another limit, as `--set` takes it: the checklist tells which kind of value it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit(pub String);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wrong = || {
            D::Error::custom(
                "a limit is a length of time (\"2m\"), a number, true or false, or a list of words",
            )
        };
        let text = match toml::Value::deserialize(from)? {
            toml::Value::String(text) => text,
            toml::Value::Integer(n) => n.to_string(),
            toml::Value::Boolean(b) => b.to_string(),
            toml::Value::Array(words) => words
                .iter()
                .map(|word| word.as_str().ok_or_else(wrong))
                .collect::<Result<Vec<&str>, _>>()?
                .join(","),
            _ => return Err(wrong()),
        };
        if text.trim().is_empty() || !is_plain(&text) {
            return Err(wrong());
        }
        Ok(Limit(text))
    }
}

fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let wrong = || D::Error::custom("name a checklist (\"nhs-england\") or a list of them");
    let names = match toml::Value::deserialize(from)? {
        toml::Value::String(name) => vec![name],
        toml::Value::Array(names) => names
            .into_iter()
            .map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect::<Result<_, _>>()?,
        _ => return Err(wrong()),
    };
    let good = |name: &String| !name.trim().is_empty() && is_plain(name);
    if names.is_empty() || !names.iter().all(good) {
        return Err(wrong());
    }
    Ok(names)
}

/// A text that goes into every audit is held to what the option is held to.
fn checked<'de, D: Deserializer<'de>>(
    from: D,
    check: fn(&str) -> Result<(), String>,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() || !is_plain(&text) {
        return Err(D::Error::custom(
            "write a text of one line, or leave it out",
        ));
    }
    check(&text).map_err(D::Error::custom)?;
    Ok(Some(text))
}

fn free_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, personal::check)
}

fn reference<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, personal::check_reference)
}

fn campaign<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, personal::check_campaign)
}

fn timeout<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let wrong = || D::Error::custom("give 1 to 600 seconds");
    match toml::Value::deserialize(from)? {
        toml::Value::Integer(n @ 1..=600) => u64::try_from(n).map(Some).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn defaults_and_limits_are_read() {
        let text = "[defaults]\nprofile = \"teams-only\"\nrole = \"nurse\"\nauditor = \"IG-3\"\nsite = \"north\"\n\
            campaign = \"2026-11\"\ntimeout = 60\nformat = \"json\"\nslip_size = \"a6\"\n\
            [limits]\nauto_lock_max = \"1m\"\ncount = 3\non = true\nwords = [\"none\", \"limited\"]\n";
        let trust = parse("spotcheck.toml", text).expect("good");
        assert_eq!(trust.defaults.profile, ["teams-only"]);
        assert_eq!(trust.defaults.timeout, Some(60));
        assert_eq!(trust.defaults.format, Some(Format::Json));
        assert_eq!(trust.defaults.slip_size, Some(SlipSize::A6));
        let limits: Vec<(&str, &str)> = trust
            .limits
            .iter()
            .map(|(name, limit)| (name.as_str(), limit.0.as_str()))
            .collect();
        assert_eq!(
            limits,
            [
                ("auto_lock_max", "1m"),
                ("count", "3"),
                ("on", "true"),
                ("words", "none,limited")
            ]
        );
        let two = parse("f", "[defaults]\nprofile = [\"a\", \"b.toml\"]\n").expect("good");
        assert_eq!(two.defaults.profile, ["a", "b.toml"]);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (wrong, why) in [
            ("[defaults]\nprofil = \"x\"", "Did you mean \"profile\"?"),
            ("[default]\nprofile = \"x\"", "Did you mean \"defaults\"?"),
            ("[defaults]\nprofile = []", "name a checklist"),
            ("[defaults]\nprofile = 3", "name a checklist"),
            ("[defaults]\nprofile = \"a\\nb\"", "name a checklist"),
            ("[defaults]\nauditor = \"Jane Smith\"", "looks like a name"),
            ("[defaults]\nsite = \"07700 900123\"", "a phone number"),
            ("[defaults]\nrole = \" \"", "leave it out"),
            ("[defaults]\ncampaign = \"a b\"", "A campaign is called"),
            ("[defaults]\ntimeout = 0", "1 to 600 seconds"),
            ("[defaults]\ntimeout = \"60\"", "1 to 600 seconds"),
            ("[defaults]\nformat = \"jsn\"", "Did you mean \"json\"?"),
            ("[defaults]\nslip_size = \"A4\"", "Did you mean \"a4\"?"),
            // They belong to one audit.
            (
                "[defaults]\nownership = \"trust\"",
                "There is no \"ownership\"",
            ),
            (
                "[defaults]\nstaff_ref = \"S-1\"",
                "There is no \"staff_ref\"",
            ),
            (
                "[defaults]\nwaivers = \"w.toml\"",
                "There is no \"waivers\"",
            ),
            ("[limits]\nauto_lock_max = 1.5", "a limit is"),
            ("[limits]\nauto_lock_max = [1]", "a limit is"),
            ("[limits]\nauto_lock_max = \"\"", "a limit is"),
        ] {
            let error = parse("spotcheck.toml", wrong).expect_err(wrong).0;
            assert!(error.contains(why), "{wrong}: {error}");
            assert!(error.contains("line "), "{wrong}: {error}");
        }
    }
}
