//! What the register keeps of an audit: verdicts and circumstances, no readings, no read log.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::chain::Head;
use crate::audit::Overall;
use crate::evidence::{personal, text};
use crate::report::{json, saved};

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
    /// One audit.
    Audit(Box<Entry>),
    /// A campaign begins.
    Campaign(Campaign),
    /// What became of somebody who was drawn and not audited.
    Outcome(Outcome),
    /// Records of other registers were taken in: how far each chain went then, so that none can go unseen.
    Merged {
        /// The end of each chain that was taken in.
        chains: Vec<MergedHead>,
    },
}

impl Body {
    /// The word in the database.
    pub fn kind(&self) -> &'static str {
        match self {
            Body::Begin { .. } => "begin",
            Body::Audit(_) => "audit",
            Body::Campaign(_) => "campaign",
            Body::Outcome(_) => "outcome",
            Body::Merged { .. } => "merged",
        }
    }

    /// The campaign that it belongs to.
    pub fn campaign(&self) -> Option<&str> {
        match self {
            Body::Begin { .. } | Body::Merged { .. } => None,
            Body::Audit(entry) => entry.campaign.as_deref(),
            Body::Campaign(campaign) => Some(&campaign.id),
            Body::Outcome(outcome) => Some(&outcome.campaign),
        }
    }

    /// The member of staff that it is about.
    pub fn staff_ref(&self) -> Option<&str> {
        match self {
            Body::Begin { .. } | Body::Campaign(_) | Body::Merged { .. } => None,
            Body::Audit(entry) => entry.staff_ref.as_deref(),
            Body::Outcome(outcome) => Some(&outcome.staff_ref),
        }
    }

    /// Whether what another register's record says may be kept here: its references and places point to no person, its
    /// hashes are hashes, its days are days, and no text deceives a terminal.
    ///
    /// # Errors
    /// Why not, as a phrase.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Body::Begin { key_sha256, keeper } => {
                hash(key_sha256)?;
                checked("keeper", keeper.as_deref(), personal::check)
            }
            Body::Audit(entry) => entry.check(),
            // References of a list are taken as the list has them, as they are when a campaign begins.
            Body::Campaign(campaign) => {
                checked("campaign", Some(&campaign.id), personal::check)?;
                let groups = campaign.groups.iter();
                let texts = groups.flat_map(|g| g.name.iter().chain(&g.drawn).chain(&g.reserves));
                let more = campaign.commitment.iter().chain(&campaign.seed);
                texts.chain(more).try_for_each(|text| plain("list", text))
            }
            Body::Outcome(outcome) => {
                let of = personal::check_reference;
                checked("campaign", Some(&outcome.campaign), personal::check)?;
                checked("staff reference", Some(&outcome.staff_ref), of)?;
                checked("staff reference", outcome.replaced_by.as_deref(), of)
            }
            Body::Merged { chains } => {
                let mut hashes = chains.iter().flat_map(|head| [&head.chain, &head.hash]);
                hashes.try_for_each(|text| hash(text))
            }
        }
    }
}

fn hash(text: &str) -> Result<(), String> {
    match !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => Ok(()),
        false => Err("it holds no hash where one should be".into()),
    }
}

fn plain(what: &str, text: &str) -> Result<(), String> {
    match text::is_plain(text) {
        true => Ok(()),
        false => Err(format!("its {what} holds control characters")),
    }
}

fn checked(
    what: &str,
    text: Option<&str>,
    check: fn(&str) -> Result<(), String>,
) -> Result<(), String> {
    let Some(text) = text else { return Ok(()) };
    plain(what, text)?;
    check(text).map_err(|why| format!("its {what} is not kept. {}", why.trim_end_matches('.')))
}

/// How far a chain went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergedHead {
    /// As hex.
    pub chain: String,
    /// Number of the last record that was taken in.
    pub number: u64,
    /// As hex.
    pub hash: String,
}

impl From<Head> for MergedHead {
    fn from(head: Head) -> Self {
        MergedHead {
            chain: hex(&head.chain),
            number: head.number,
            hash: hex(&head.hash),
        }
    }
}

/// One round of spot checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Word by which audits and outcomes name it.
    pub id: String,
    /// People in the list that was drawn from.
    pub population: u64,
    /// People drawn, reserves not counted.
    pub drawn: u64,
    /// Hash that was published before the draw.
    pub commitment: Option<String>,
    /// Seed of the draw, from which anybody can repeat it; `None` where none was given.
    pub seed: Option<String>,
    /// Who was drawn, group by group; empty where only the numbers were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// One group of the list, or the whole list where it has no groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// As the list calls it; `None` where the list has no groups.
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
    /// Id of the campaign.
    pub campaign: String,
    /// Reference of the person who was drawn.
    pub staff_ref: String,
    /// What became of them.
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
    /// Version of spotcheck that made the audit.
    pub tool_version: String,
    /// Id of the checklist.
    pub profile: String,
    /// SHA-256 over the checklist, as hex.
    pub profile_sha256: String,
    /// Kind of phone: `ios` or `android`.
    pub platform: String,
    /// How the evidence was taken, by its word in JSON.
    pub source: String,
    /// Model as the phone stated it; `None` where that was not read.
    pub model: Option<String>,
    /// Version of the system; `None` where that was not read.
    pub os: Option<String>,
    /// The moment of judgement, as RFC 3339 in UTC.
    pub audited_at: String,
    /// Id of the campaign; `None` where it belongs to none.
    pub campaign: Option<String>,
    /// Reference of the member of staff; never a name.
    pub staff_ref: Option<String>,
    /// Broad role, e.g. `nurse`.
    pub role: Option<String>,
    /// Who owns the phone: `personal` or `trust`.
    pub ownership: Option<String>,
    /// Reference of the auditor; never a name.
    pub auditor: Option<String>,
    /// Where the check took place.
    pub site: Option<String>,
    /// The day on which the person was given the privacy notice, as text.
    pub notice_given: Option<String>,
    /// The person declined the whole check: nothing was read.
    pub declined: bool,
    /// The run judged only what a cable or backup can decide.
    pub readable_only: bool,
    /// `PASS`, `FAIL` or `INCOMPLETE`.
    pub overall: String,
    /// Answers of people: yes, no, not answered, declined.
    pub attested: [u32; 4],
    /// Names of the messaging apps of the checklist that were found.
    pub apps: Vec<String>,
    /// In the order of the audit.
    pub findings: Vec<Line>,
    /// Stands for the phone within one register, to recognise it: a hash with the register's secret, as hex. `None`
    /// where nothing told one phone from another, and in records of schema version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The lines that the run was narrowed to (`--controls`); empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrowed_to: Vec<String>,
    /// Ids of the limits that were changed for the run (`--set`, or the trust's own).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits_changed: Vec<String>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Id of the control.
    pub control: String,
    /// `device`, or a copy of an app such as `whatsapp@95`.
    pub subject: String,
    /// The verdict, by its word in JSON.
    pub verdict: String,
    /// The verdict before it was put right in front of the auditor; `None` where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_verdict: Option<String>,
    /// What counts towards the overall result; `None` where nothing of it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<String>,
    /// The person is asked; the answer is counted apart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// It failed, and someone answers for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
    /// Left out by `--readable-only`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set_aside: bool,
}

impl Entry {
    /// Whether it is about a part of the checklist only.
    pub fn part_only(&self) -> bool {
        self.readable_only || !self.narrowed_to.is_empty()
    }

    /// From an audit as JSON, schema version 1: one line, or the same made readable.
    ///
    /// # Errors
    /// What is missing, as a phrase.
    pub fn from_json(text: &str) -> Result<Entry, String> {
        let value: Value = serde_json::from_str(text).map_err(|_| "it is no JSON".to_owned())?;
        if value["schema"] != 1 {
            return Err("it is no audit of schema version 1".into());
        }
        let findings = saved::check_overall(&value)?;
        let text = |place: &Value| place.as_str().map(text::clean);
        let must =
            |place: &Value, what: &str| text(place).ok_or_else(|| format!("it holds no {what}"));
        let number = |key: &str| {
            let count = value["attested"][key].as_u64();
            u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX)
        };
        let about = &value["about"];
        let findings = findings
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
        let mut entry = Entry {
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
            narrowed_to: value["narrowed_to"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(text)
                .collect(),
            limits_changed: value["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|limit| limit["overridden"] == true)
                .filter_map(|limit| text(&limit["id"]))
                .collect(),
        };
        entry.audited_at = entry
            .audited_at
            .parse::<jiff::Timestamp>()
            .map_err(|_| "it does not say the moment of the audit".to_owned())?
            .to_string();
        entry.check()?;
        Ok(entry)
    }

    /// As [`Body::check`].
    fn check(&self) -> Result<(), String> {
        let references: fn(&str) -> _ = personal::check_reference;
        for (what, text, check) in [
            ("staff reference", &self.staff_ref, references),
            ("auditor", &self.auditor, references),
            ("role", &self.role, personal::check),
            ("site", &self.site, personal::check),
            ("campaign", &self.campaign, personal::check),
        ] {
            checked(what, text.as_deref(), check)?;
        }
        let shown = [
            &self.tool_version,
            &self.profile,
            &self.platform,
            &self.source,
            &self.overall,
        ];
        let known = self.model.iter().chain(&self.os).chain(&self.apps);
        let known = known.chain(&self.narrowed_to).chain(&self.limits_changed);
        shown
            .into_iter()
            .chain(known)
            .try_for_each(|text| plain("text", text))?;
        for line in &self.findings {
            let verdicts = line.first_verdict.iter().chain(&line.counted);
            [&line.control, &line.subject, &line.verdict]
                .into_iter()
                .chain(verdicts)
                .try_for_each(|text| plain("finding", text))?;
        }
        [&self.audit_sha256, &self.profile_sha256]
            .into_iter()
            .chain(&self.phone)
            .try_for_each(|text| hash(text))?;
        if !matches!(self.ownership.as_deref(), None | Some("personal" | "trust")) {
            return Err("it does not say who owns the phone in a known word".into());
        }
        let day = self.notice_given.as_deref();
        if day.is_some_and(|day| day.parse::<jiff::civil::Date>().is_err()) {
            return Err("the day of its privacy notice is no date".into());
        }
        self.check_overall()?;
        // Always in UTC, since moments are put in order as texts.
        match self.audited_at.parse::<jiff::Timestamp>() {
            Ok(_) if self.audited_at.ends_with('Z') => Ok(()),
            _ => Err("it does not say the moment of the audit".into()),
        }
    }
}

impl Entry {
    /// Whether the overall result is that of the findings: nobody's audit counts as a pass because it says so.
    ///
    /// # Errors
    /// Why not, as a phrase.
    pub(super) fn check_overall(&self) -> Result<(), String> {
        let weighing = self.findings.iter().filter(|f| !f.set_aside && !f.waived);
        let counted = weighing.filter_map(|finding| finding.counted.as_deref());
        Overall::check_words(&self.overall, counted).map_err(|what| format!("overall {what}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of_another_register(change: impl FnOnce(&mut serde_json::Value)) -> Result<(), String> {
        let hash = "0123456789abcdef";
        let mut entry = serde_json::json!({
            "audit_sha256": hash, "tool_version": "0.1.0", "profile": "p", "profile_sha256": hash,
            "platform": "ios", "source": "ios-backup", "model": null, "os": null,
            "audited_at": "2026-11-02T09:00:00Z", "campaign": null, "staff_ref": null, "role": null,
            "ownership": "trust", "auditor": null, "site": null, "notice_given": "2026-11-02",
            "declined": false, "readable_only": false, "overall": "PASS", "attested": [0, 0, 0, 0],
            "apps": [], "phone": hash, "narrowed_to": ["A"], "limits_changed": ["a"],
            "findings": [{"control": "A", "subject": "device", "verdict": "pass", "counted": "pass"}],
        });
        change(&mut entry);
        let entry: Entry = serde_json::from_value(entry).expect("an entry");
        Body::Audit(Box::new(entry)).check()
    }

    #[test]
    fn records_of_another_register_hold_what_their_places_are_for() {
        assert_eq!(of_another_register(|_| {}), Ok(()));
        for (place, text) in [
            ("/audit_sha256", ""),
            ("/profile_sha256", "Jane Doe"),
            ("/phone", "SERIAL-1"),
            ("/ownership", "Jane Doe"),
            ("/notice_given", "Jane Doe"),
            ("/tool_version", "\u{1b}[2J"),
            ("/findings/0/counted", "\u{1b}[2J"),
            ("/findings/0/verdict", "\u{1b}[2J"),
            ("/narrowed_to/0", "\u{1b}[2J"),
            ("/limits_changed/0", "\u{1b}[2J"),
        ] {
            let checked = of_another_register(|entry| {
                *entry.pointer_mut(place).expect("a place") = text.into();
            });
            assert!(checked.is_err(), "{place}: {text:?}");
        }
        let head = |chain: &str, hash: &str| {
            let (chain, hash) = (chain.to_owned(), hash.to_owned());
            let chains = vec![MergedHead {
                chain,
                number: 1,
                hash,
            }];
            Body::Merged { chains }.check()
        };
        assert_eq!(head("01ab", "23cd"), Ok(()));
        assert!(head("Jane Doe", "23cd").is_err() && head("01ab", "").is_err());
        let begin = Body::Begin {
            key_sha256: "Jane Doe".into(),
            keeper: None,
        };
        assert!(begin.check().is_err());
    }

    #[test]
    fn an_audit_that_lacks_something_is_not_kept() {
        let audit = serde_json::json!({
            "schema": 1, "tool": {"version": "0.1.0"}, "profile": {"id": "p", "sha256": "0"},
            "platform": "ios", "source": "ios-backup", "audited_at": "2026-11-02T09:00:00Z",
            "overall": "PASS",
            "findings": [{"control": "A", "subject": "device", "verdict": "pass", "counted": "pass"}],
        });
        let kept = |audit: &Value| Entry::from_json(&audit.to_string());
        assert_eq!(kept(&audit).expect("whole").findings.len(), 1);
        let number = Value::from(2);
        for (place, why) in [
            ("/schema", "it is no audit of schema version 1"),
            ("/tool/version", "it holds no tool version"),
            ("/profile/id", "it holds no profile"),
            ("/profile/sha256", "it holds no profile hash"),
            ("/platform", "it holds no platform"),
            ("/source", "it holds no source"),
            ("/audited_at", "it holds no moment"),
            ("/overall", "it holds no overall result"),
            ("/findings", "it holds no findings"),
            ("/findings/0/control", "it holds no control"),
            ("/findings/0/subject", "it holds no subject"),
            ("/findings/0/verdict", "it holds no verdict"),
        ] {
            for wrong in [&Value::Null, &number] {
                let mut audit = audit.clone();
                *audit.pointer_mut(place).expect("a place") = wrong.clone();
                assert_eq!(kept(&audit).expect_err(place), why, "{place}");
            }
        }
        assert_eq!(Entry::from_json("{").expect_err("refused"), "it is no JSON");
    }
}
