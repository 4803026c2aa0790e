//! What the register keeps of an audit: verdicts and circumstances, no readings, no read log.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::report::json;

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Body {
    /// The first record of a chain: which register it is.
    Begin {
        /// SHA-256 over the register's secret key, as hex.
        key_sha256: String,
        /// Who keeps this register, e.g. `IG team, north site`; never a person's name.
        keeper: Option<String>,
    },
    Audit(Box<Entry>),
    /// A campaign begins.
    Campaign(Campaign),
    /// What became of somebody who was drawn and not audited.
    Outcome(Outcome),
}

impl Body {
    /// The word in the database.
    pub fn kind(&self) -> &'static str {
        match self {
            Body::Begin { .. } => "begin",
            Body::Audit(_) => "audit",
            Body::Campaign(_) => "campaign",
            Body::Outcome(_) => "outcome",
        }
    }

    /// The campaign that it belongs to.
    pub fn campaign(&self) -> Option<&str> {
        match self {
            Body::Begin { .. } => None,
            Body::Audit(entry) => entry.campaign.as_deref(),
            Body::Campaign(campaign) => Some(&campaign.id),
            Body::Outcome(outcome) => Some(&outcome.campaign),
        }
    }

    /// The member of staff that it is about.
    pub fn staff_ref(&self) -> Option<&str> {
        match self {
            Body::Begin { .. } | Body::Campaign(_) => None,
            Body::Audit(entry) => entry.staff_ref.as_deref(),
            Body::Outcome(outcome) => Some(&outcome.staff_ref),
        }
    }
}

/// One round of spot checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    pub id: String,
    /// People in the list that was drawn from.
    pub population: u64,
    /// People drawn, reserves not counted.
    pub drawn: u64,
    /// Hash that was published before the draw.
    pub commitment: Option<String>,
    pub seed: Option<String>,
    /// Who was drawn, group by group; empty where only the numbers were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// One group of the list, or the whole list where it has no groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many people it has.
    pub people: u64,
    /// References of those drawn, in their order.
    pub drawn: Vec<String>,
    /// References of those who stand in, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserves: Vec<String>,
}

/// Why somebody who was drawn was not audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub campaign: String,
    pub staff_ref: String,
    pub what: NotAudited,
    /// Who stands in, where somebody may.
    pub replaced_by: Option<String>,
}

/// Reasons, as auditing standards tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotAudited {
    /// It turned out that the check is not for this person: somebody else stands in.
    NotApplicable,
    /// Never replaced.
    Declined,
    /// Never replaced.
    Unreachable,
}

/// What is kept of one audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// SHA-256 over the audit as one line of JSON, as hex: it ties slip, report and register together.
    pub audit_sha256: String,
    pub tool_version: String,
    pub profile: String,
    pub profile_sha256: String,
    pub platform: String,
    pub source: String,
    pub model: Option<String>,
    pub os: Option<String>,
    pub audited_at: String,
    pub campaign: Option<String>,
    pub staff_ref: Option<String>,
    pub role: Option<String>,
    pub ownership: Option<String>,
    pub auditor: Option<String>,
    pub site: Option<String>,
    pub notice_given: Option<String>,
    pub declined: bool,
    pub readable_only: bool,
    pub overall: String,
    pub attested: [u32; 4],
    /// Names of the messaging apps of the checklist that were found.
    pub apps: Vec<String>,
    pub findings: Vec<Line>,
    /// Stands for the phone within one register, to recognise it: a hash with the register's secret, as hex. `None`
    /// where nothing told one phone from another, and in records of schema version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub control: String,
    pub subject: String,
    pub verdict: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_verdict: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set_aside: bool,
}

impl Entry {
    /// From an audit as JSON, schema version 1: one line, or the same made readable.
    ///
    /// # Errors
    /// What is missing, as a phrase.
    pub fn from_json(text: &str) -> Result<Entry, String> {
        let value: Value = serde_json::from_str(text).map_err(|_| "it is no JSON".to_owned())?;
        if value["schema"] != 1 {
            return Err("it is no audit of schema version 1".into());
        }
        let text = |place: &Value| place.as_str().map(str::to_owned);
        let must =
            |place: &Value, what: &str| text(place).ok_or_else(|| format!("it holds no {what}"));
        let number = |key: &str| {
            let count = value["attested"][key].as_u64();
            u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX)
        };
        let about = &value["about"];
        let findings = value["findings"]
            .as_array()
            .ok_or("it holds no findings")?
            .iter()
            .map(|f| {
                Ok(Line {
                    control: must(&f["control"], "control")?,
                    subject: must(&f["subject"], "subject")?,
                    verdict: must(&f["verdict"], "verdict")?,
                    first_verdict: text(&f["first_verdict"]),
                    counted: text(&f["counted"]),
                    asked: f["asked"] == true,
                    waived: f["waiver"].is_object(),
                    set_aside: f["set_aside"] == true,
                })
            })
            .collect::<Result<Vec<Line>, String>>()?;
        Ok(Entry {
            audit_sha256: json::digest_of_value(&value),
            tool_version: must(&value["tool"]["version"], "tool version")?,
            profile: must(&value["profile"]["id"], "profile")?,
            profile_sha256: must(&value["profile"]["sha256"], "profile hash")?,
            platform: must(&value["platform"], "platform")?,
            source: must(&value["source"], "source")?,
            model: text(&value["device"]["model"]),
            os: text(&value["device"]["os"]),
            audited_at: must(&value["audited_at"], "moment")?,
            campaign: text(&about["campaign"]),
            staff_ref: text(&about["staff_ref"]),
            role: text(&about["role"]),
            ownership: text(&about["ownership"]),
            auditor: text(&about["auditor"]),
            site: text(&about["site"]),
            notice_given: text(&value["notice_given"]),
            declined: value["declined"] == true,
            readable_only: value["readable_only"] == true,
            overall: must(&value["overall"], "overall result")?,
            attested: ["yes", "no", "unanswered", "declined"].map(number),
            apps: value["apps"]["found"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(text)
                .collect(),
            findings,
            phone: None,
        })
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
