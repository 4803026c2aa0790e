//! What of an audit counts in a campaign, read from its record without the rest.

use std::borrow::Cow;

use serde::Deserialize;

use crate::register::entry::Entry;

/// What counts of an audit, borrowed from its JSON as far as that goes.
#[derive(Deserialize)]
pub(super) struct Brief<'a> {
    #[serde(borrow)]
    pub(super) audit_sha256: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) profile: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) profile_sha256: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) platform: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) audited_at: Cow<'a, str>,
    pub(super) staff_ref: Option<String>,
    pub(super) declined: bool,
    #[serde(borrow)]
    pub(super) overall: Cow<'a, str>,
    pub(super) attested: [u32; 4],
    #[serde(borrow)]
    pub(super) findings: Vec<BriefLine<'a>>,
    #[serde(default)]
    pub(super) phone: Option<String>,
    #[serde(default)]
    pub(super) limits_changed: Vec<String>,
    #[serde(default)]
    pub(super) narrowed_to: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct BriefLine<'a> {
    #[serde(borrow)]
    pub(super) control: Cow<'a, str>,
    pub(super) verdict: Word,
    #[serde(default)]
    pub(super) first_verdict: Option<Word>,
    #[serde(default)]
    pub(super) counted: Option<Word>,
    #[serde(default)]
    pub(super) waived: bool,
    #[serde(default)]
    pub(super) set_aside: bool,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Word {
    Pass,
    Fail,
    Declined,
    NotApplicable,
    #[serde(other)]
    Unresolved,
}

impl Word {
    fn of(word: &str) -> Word {
        match word {
            "pass" => Word::Pass,
            "fail" => Word::Fail,
            "declined" => Word::Declined,
            "not-applicable" => Word::NotApplicable,
            _ => Word::Unresolved,
        }
    }
}

impl<'a> Brief<'a> {
    pub(super) fn of(entry: &'a Entry) -> Brief<'a> {
        let word = |word: &Option<String>| word.as_deref().map(Word::of);
        Brief {
            audit_sha256: Cow::Borrowed(&entry.audit_sha256),
            profile: Cow::Borrowed(&entry.profile),
            profile_sha256: Cow::Borrowed(&entry.profile_sha256),
            platform: Cow::Borrowed(&entry.platform),
            audited_at: Cow::Borrowed(&entry.audited_at),
            staff_ref: entry.staff_ref.clone(),
            declined: entry.declined,
            overall: Cow::Borrowed(&entry.overall),
            attested: entry.attested,
            findings: entry
                .findings
                .iter()
                .map(|line| BriefLine {
                    control: Cow::Borrowed(&line.control),
                    verdict: Word::of(&line.verdict),
                    first_verdict: word(&line.first_verdict),
                    counted: word(&line.counted),
                    waived: line.waived,
                    set_aside: line.set_aside,
                })
                .collect(),
            phone: entry.phone.clone(),
            limits_changed: entry.limits_changed.clone(),
            narrowed_to: entry.narrowed_to.clone(),
        }
    }
}
