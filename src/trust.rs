//! What a trust says of itself (`spotcheck.toml`): who checks, under which policy, on what legal basis. It fills the
//! privacy notice and the paper. The same file holds what options are taken to be where nobody gives them.

mod defaults;
mod foi;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::Deserialize;

pub use defaults::{Defaults, Limit};
pub use foi::{Dpia, Incident, Referral, Sops, TrustApp};

use crate::evidence::text::is_plain;
use crate::span::TextError;

/// The file that is looked for in the current folder and in the config folder.
pub const FILE: &str = "spotcheck.toml";

/// A trust's own particulars. What is left out is shown as still to be filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Name of the trust.
    pub name: Option<String>,
    /// How to reach its data protection officer.
    pub dpo: Option<String>,
    /// Help with the check itself.
    pub contact: Option<String>,
    /// The lawful basis of the check, in plain words.
    pub lawful_basis: Option<String>,
    /// How long results are kept, in plain words.
    pub retention: Option<String>,
    /// Who sees the results.
    pub seen_by: Option<String>,
    /// What happens if somebody declines.
    pub if_declined: Option<String>,
    /// Where the draw can be checked.
    pub draw: Option<String>,
    /// How to complain to the trust, in plain words.
    pub complaints: Option<String>,
    /// Title of the slip.
    pub slip_title: Option<String>,
    /// What is printed at the top and bottom of paper.
    #[serde(default)]
    pub marking: Marking,
    /// Days until a phone that failed is checked again.
    pub recheck_days: Option<u16>,
    /// Days until a result is deleted; it gives paper its date.
    pub retention_days: Option<u16>,
    /// A person's own copy may bear their name. The name is printed and never kept.
    #[serde(default)]
    pub names_on_slips: bool,
    /// The policy that the check rests on.
    #[serde(default)]
    pub policy: Policy,
    /// What options are where the command line does not give them.
    #[serde(default)]
    pub defaults: Defaults,
    /// Limits of the checklist that differ from it in every audit, as with `--set`.
    #[serde(default)]
    pub limits: BTreeMap<String, Limit>,
    /// Where audits are kept, and how long.
    #[serde(default)]
    pub register: RegisterSettings,
    /// What was decided about apps of the catalogue.
    #[serde(default, rename = "app")]
    pub apps: Vec<TrustApp>,
    /// The data protection impact assessment of messaging as a whole.
    #[serde(default)]
    pub dpia: Dpia,
    /// Standard operating procedures.
    #[serde(default)]
    pub sops: Sops,
    /// Reported incidents with messaging apps, for answers to requests.
    #[serde(default, rename = "incident")]
    pub incidents: Vec<Incident>,
    /// Referrals to HR, counted, for answers to requests.
    #[serde(default, rename = "referral")]
    pub referrals: Vec<Referral>,
}

/// The register of audits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterSettings {
    /// Where it is.
    pub file: Option<PathBuf>,
    /// How long entries are kept, in days. There is no default: somebody has to decide it.
    pub keep_days: Option<u32>,
    /// Who keeps it, e.g. `IG team, north site`; never a person's name.
    pub keeper: Option<String>,
}

/// The government's security marking, printed at the top and bottom of paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marking {
    /// No marking is printed.
    #[default]
    None,
    /// `OFFICIAL`.
    Official,
    /// `OFFICIAL-SENSITIVE`.
    OfficialSensitive,
}

impl Marking {
    /// As it is printed.
    pub fn text(self) -> Option<&'static str> {
        match self {
            Marking::None => None,
            Marking::Official => Some("OFFICIAL"),
            Marking::OfficialSensitive => Some("OFFICIAL-SENSITIVE"),
        }
    }
}

/// The policy that the check rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Its title.
    pub name: Option<String>,
    /// As the trust numbers it.
    pub version: Option<String>,
    /// The day from which this version holds.
    #[serde(default, deserialize_with = "foi::day")]
    pub date: Option<Date>,
    /// Where it can be read.
    pub link: Option<String>,
}

/// Reads a trust's particulars.
///
/// # Errors
/// Points at the line.
pub fn parse(name: &str, text: &str) -> Result<Trust, TextError> {
    let trust: Trust = toml::from_str(text).map_err(|e| TextError::of_toml(name, text, &e))?;
    foi::check(name, text, &trust)?;
    let texts = [
        &trust.name,
        &trust.dpo,
        &trust.contact,
        &trust.lawful_basis,
        &trust.retention,
        &trust.seen_by,
        &trust.if_declined,
        &trust.draw,
        &trust.policy.name,
        &trust.policy.version,
        &trust.policy.link,
        &trust.register.keeper,
    ];
    if texts.into_iter().flatten().any(|text| !is_plain(text)) {
        return Err(TextError::whole(
            name,
            "a text in it holds control characters or line breaks",
        ));
    }
    if let Some(days) = trust.register.keep_days {
        keep_days::check(days)
            .map_err(|why| TextError::whole(name, format!("keep_days in [register]: {why}")))?;
    }
    Ok(trust)
}

/// For how long entries of the register may be kept.
pub mod keep_days {
    /// What is wrong with a number that is not taken.
    pub const WRONG: &str = "give 1 to 36500 days. What is kept for no time is not kept, and 36500 days are a hundred years";

    /// Checks a number of days.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn check(days: u32) -> Result<(), String> {
        if (1..=36_500).contains(&days) {
            return Ok(());
        }
        Err(WRONG.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particulars_are_read() {
        let text = "name = \"A synthetic trust\"\n[policy]\nname = \"Mobile messaging\"\nversion = \"2.1\"\n";
        let trust = parse("spotcheck.toml", text).expect("good");
        assert_eq!(trust.name.as_deref(), Some("A synthetic trust"));
        assert_eq!(trust.policy.version.as_deref(), Some("2.1"));
        assert_eq!(
            (trust.marking, trust.names_on_slips),
            (Marking::None, false)
        );
        let paper = parse(
            "spotcheck.toml",
            "marking = \"official-sensitive\"\nrecheck_days = 28\nretention_days = 365\nnames_on_slips = true\n",
        )
        .expect("good");
        assert_eq!(paper.marking.text(), Some("OFFICIAL-SENSITIVE"));
        assert_eq!(
            (paper.recheck_days, paper.retention_days),
            (Some(28), Some(365))
        );
        for wrong in [
            "marking = \"secret\"",
            "recheck_days = -1",
            "recheck_days = \"soon\"",
        ] {
            let error = parse("spotcheck.toml", wrong).expect_err(wrong).0;
            assert!(error.contains("line 1"), "{error}");
        }
        let error = parse("spotcheck.toml", "nmae = \"x\"")
            .expect_err("misspelt")
            .0;
        assert!(
            error.contains("line 1") && error.contains("nmae"),
            "{error}"
        );
    }
}
