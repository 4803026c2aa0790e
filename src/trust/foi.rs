//! What the trust holds outside the register, for answers under the Freedom of Information Act: decisions about apps,
//! assessments, procedures, incidents and referrals.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::Trust;
use crate::apps;
use crate::evidence::personal;
use crate::evidence::text::is_plain;
use crate::span::TextError;

/// What the trust decided about one app of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustApp {
    /// Its id in the catalogue.
    #[serde(deserialize_with = "app_id")]
    pub id: Spanned<String>,
    /// Whether staff may use it for work; `None` where that was not decided.
    pub approved: Option<bool>,
    /// The day of the approval; only where `approved` is true.
    #[serde(default, deserialize_with = "day")]
    pub approved_on: Option<Date>,
    /// A decision about the app is pending.
    #[serde(default)]
    pub under_review: bool,
    /// Reference of its own data protection impact assessment.
    #[serde(default, deserialize_with = "plain")]
    pub dpia: Option<String>,
    /// The day of that assessment.
    #[serde(default, deserialize_with = "day")]
    pub dpia_date: Option<Date>,
}

/// A data protection impact assessment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dpia {
    /// The trust's own reference.
    #[serde(default, deserialize_with = "plain")]
    pub reference: Option<String>,
    /// The day of the assessment.
    #[serde(default, deserialize_with = "day")]
    pub date: Option<Date>,
}

/// Standard operating procedures, by reference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sops {
    /// How messages are kept apart and found for a request.
    #[serde(default, deserialize_with = "plain")]
    pub reference: Option<String>,
    /// What becomes of messages when staff leave.
    #[serde(default, deserialize_with = "plain")]
    pub leavers: Option<String>,
    /// Personal accounts on the trust's phones.
    #[serde(default, deserialize_with = "plain")]
    pub personal_accounts: Option<String>,
}

/// One reported incident. Its reference keeps it from being counted twice, and is never printed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// The trust's own, unique in the file.
    #[serde(deserialize_with = "reference")]
    pub reference: Spanned<String>,
    /// Id in the catalogue; `None` where it is not known or not listed.
    #[serde(default, deserialize_with = "some_app_id")]
    pub app: Option<String>,
    /// The year that it counts for, from 2000 to 2100.
    #[serde(deserialize_with = "year")]
    pub year: i16,
    /// A few words to count by, such as `wrong group`; never about a person.
    #[serde(default, deserialize_with = "plain")]
    pub category: Option<String>,
}

/// Members of staff who were referred to HR, counted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referral {
    /// The year that they count for, from 2000 to 2100.
    #[serde(deserialize_with = "year")]
    pub year: i16,
    /// Id in the catalogue; `None` where it is not known or not listed.
    #[serde(default, deserialize_with = "some_app_id")]
    pub app: Option<String>,
    /// How many members of staff.
    #[serde(deserialize_with = "people")]
    pub count: u64,
}

/// A date as TOML has it.
pub(super) fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    let wrong = || D::Error::custom("write a date without quotes and without a time: 2026-11-02");
    let given = toml::value::Datetime::deserialize(from).map_err(|_| wrong())?;
    match (given.date, given.time, given.offset) {
        (Some(_), None, None) => given.to_string().parse().map(Some).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

fn plain<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    publishable(&text).map_err(D::Error::custom)?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Whether a text may go out.
fn publishable(text: &str) -> Result<(), String> {
    if is_plain(text) {
        personal::check(text)
    } else {
        Err("this text holds control characters or line breaks".into())
    }
}

fn reference<'de, D: Deserializer<'de>>(from: D) -> Result<Spanned<String>, D::Error> {
    let reference = Spanned::<String>::deserialize(from)?;
    publishable(reference.get_ref()).map_err(D::Error::custom)?;
    if reference.get_ref().trim().is_empty() {
        return Err(D::Error::custom("give the reference of the incident"));
    }
    Ok(reference)
}

fn year<'de, D: Deserializer<'de>>(from: D) -> Result<i16, D::Error> {
    let year = i16::deserialize(from)?;
    (2000..=2100)
        .contains(&year)
        .then_some(year)
        .ok_or_else(|| D::Error::custom("this is no year: write it like 2026"))
}

/// More than any trust employs would be a slip of the pen, and sums of such numbers would run over.
fn people<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let count = u64::deserialize(from)?;
    (count <= 1_000_000)
        .then_some(count)
        .ok_or_else(|| D::Error::custom("this number of people cannot be right"))
}

fn some_app_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(app_id(from)?.into_inner()))
}

fn app_id<'de, D: Deserializer<'de>>(from: D) -> Result<Spanned<String>, D::Error> {
    let id = Spanned::<String>::deserialize(from)?;
    if apps::by_id(id.get_ref()).is_some() {
        return Ok(id);
    }
    let nearest = nearest(id.get_ref()).map_or_else(
        || "profiles/apps.toml has them all".to_owned(),
        |near| format!("did you mean \"{near}\"?"),
    );
    Err(D::Error::custom(format!(
        "the catalogue has no app of this id: {nearest}"
    )))
}

/// The id of the catalogue that was probably meant, by id or by name.
fn nearest(given: &str) -> Option<&'static str> {
    let names = || {
        apps::catalogue().apps.iter().flat_map(|app| {
            let names = std::iter::once(&app.id).chain([&app.name]).chain(&app.also);
            names.map(|name| (name.as_str(), app.id.as_str()))
        })
    };
    let near = crate::nearest::nearest(given, names().map(|(name, _)| name))?;
    names().find(|(name, _)| *name == near).map(|(_, id)| id)
}

/// What no single entry shows.
pub(super) fn check(name: &str, text: &str, trust: &Trust) -> Result<(), TextError> {
    let wrong = |at: &Spanned<String>, why: &str| Err(TextError::near(name, text, at.span(), why));
    let mut ids = BTreeSet::new();
    for app in &trust.apps {
        if !ids.insert(app.id.get_ref()) {
            return wrong(&app.id, "this app has an [[app]] entry already: keep one");
        }
        if app.approved_on.is_some() && app.approved != Some(true) {
            return wrong(
                &app.id,
                "approved_on is the day of the approval, so it needs approved = true",
            );
        }
    }
    let mut references = BTreeSet::new();
    for incident in &trust.incidents {
        if !references.insert(incident.reference.get_ref().trim()) {
            return wrong(
                &incident.reference,
                "an earlier [[incident]] has this reference: it would count twice",
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    const GOOD: &str = r#"
[policy]
name = "Mobile messaging"
date = 2026-01-15
link = "https://trust.example/messaging"

[dpia]
reference = "DPIA-12"
date = 2025-11-03

[sops]
reference = "SOP-7"

[[app]]
id = "whatsapp"
approved = true
approved_on = 2026-01-15
dpia = "DPIA-13"
dpia_date = 2025-12-01

[[app]]
id = "telegram"
under_review = true

[[incident]]
reference = "INC-2026-004"
app = "whatsapp"
year = 2026
category = "wrong group"

[[referral]]
year = 2026
app = "whatsapp"
count = 6
"#;

    #[test]
    fn entries_are_read() {
        let trust = parse("spotcheck.toml", GOOD).expect("good");
        assert_eq!(
            trust.policy.date.map(|d| d.to_string()),
            Some("2026-01-15".into())
        );
        assert_eq!(trust.apps.len(), 2);
        assert_eq!(trust.apps[1].approved, None);
        assert_eq!(trust.incidents[0].category.as_deref(), Some("wrong group"));
        assert_eq!(trust.referrals[0].count, 6);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (wrong, why) in [
            ("[[app]]\nid = \"whatsap\"", "did you mean \"whatsapp\"?"),
            (
                "[[app]]\nid = \"WhatsApp Business\"",
                "did you mean \"whatsapp-business\"?",
            ),
            ("[[app]]\nid = \"carrier pigeon\"", "profiles/apps.toml"),
            ("[policy]\ndate = \"2026-01-15\"", "without quotes"),
            ("[dpia]\ndate = 2026-01-15T09:00:00Z", "without a time"),
            ("[dpia]\nrefrence = \"x\"", "refrence"),
            ("[[referral]]\nyear = 26\ncount = 1", "no year"),
            ("[[referral]]\nyear = 2026\ncount = -1", "line 3"),
            (
                "[[incident]]\nyear = 2026\nreference = \"NHS 943 476 5919\"",
                "an NHS number",
            ),
            (
                "[[incident]]\nyear = 2026\nreference = \"I-1\"\ncategory = \"Mrs Patel\"",
                "a name",
            ),
            (
                "[[incident]]\nyear = 2026\nreference = \"\"",
                "give the reference",
            ),
            (
                "[[incident]]\nyear = 2026\nreference = \"a\\nb\"",
                "line breaks",
            ),
        ] {
            let error = parse("spotcheck.toml", wrong).expect_err(wrong).0;
            assert!(error.contains(why), "{wrong}: {error}");
            assert!(error.contains("line "), "{wrong}: {error}");
        }
    }

    #[test]
    fn entries_that_contradict_each_other_are_refused() {
        for (wrong, why) in [
            (
                "[[app]]\nid = \"signal\"\n[[app]]\nid = \"signal\"",
                "line 4",
            ),
            (
                "[[app]]\nid = \"signal\"\napproved_on = 2026-01-01",
                "line 2",
            ),
            (
                "[[incident]]\nyear = 2026\nreference = \"a\"\n[[incident]]\nyear = 2025\nreference = \"a\"",
                "line 6",
            ),
        ] {
            let error = parse("spotcheck.toml", wrong).expect_err(wrong).0;
            assert!(error.contains(why), "{wrong}: {error}");
        }
    }
}
