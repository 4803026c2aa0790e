//! Waivers: failures that someone answers for. A waived failure stays a failure in sight.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use crate::audit::{About, Finding, Verdict, Waived};
use crate::evidence::{Subject, personal, text::clean};
use crate::profile::{Ownership, Profile};
use crate::span::TextError;

/// One waiver of a trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Id of the line whose failure is waived.
    pub control: String,
    /// App of the catalogue; without it, all.
    pub app: Option<String>,
    /// For this person only; `None` for everybody.
    pub staff_ref: Option<String>,
    /// For people of this role only; `None` for all roles.
    pub role: Option<String>,
    /// For phones of this ownership only; `None` for both.
    pub ownership: Option<Ownership>,
    /// Why the failure is accepted, shown beside it.
    pub reason: String,
    /// Who answers for it.
    pub approver: String,
    /// The last day on which it counts.
    pub expires: Date,
    /// Its place in the file, for messages: "waivers.toml, line 12".
    pub place: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    waiver: Vec<Spanned<RawWaiver>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWaiver {
    control: Spanned<String>,
    app: Option<Spanned<String>>,
    staff_ref: Option<Spanned<String>>,
    role: Option<Spanned<String>>,
    ownership: Option<Ownership>,
    reason: Spanned<String>,
    approver: Spanned<String>,
    expires: Spanned<toml::value::Datetime>,
}

/// Reads a file of waivers.
///
/// # Errors
/// Points at the line.
pub fn parse(name: &str, text: &str) -> Result<Vec<Waiver>, TextError> {
    let raw: RawFile = toml::from_str(text).map_err(|e| TextError::of_toml(name, text, &e))?;
    let error = |span: Range<usize>, message: &str| TextError::at(name, text, span, message);
    let mut waivers: Vec<Waiver> = Vec::new();
    let (mut line, mut counted) = (1, 0);
    // Its folder is this computer's business, and would go into results.
    let file = std::path::Path::new(name)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("the waivers")
        .to_owned();
    for raw in raw.waiver {
        let span = raw.span();
        // Counted on from the one before: a long file is gone through once.
        line += text
            .get(counted..span.start)
            .map_or(0, |between| between.matches('\n').count());
        counted = span.start.max(counted);
        let raw = raw.into_inner();
        for given in [&raw.reason, &raw.approver, &raw.control] {
            if given.get_ref().trim().is_empty() {
                return Err(error(given.span(), "this must not be empty"));
            }
        }
        // What points to a person is not printed back.
        let private = |span: Range<usize>, why: &str| TextError::near(name, text, span, why);
        for given in [Some(&raw.reason), Some(&raw.approver), raw.role.as_ref()]
            .into_iter()
            .flatten()
        {
            personal::check(given.get_ref()).map_err(|why| private(given.span(), &why))?;
        }
        if let Some(given) = &raw.staff_ref {
            personal::check_reference(given.get_ref())
                .map_err(|why| private(given.span(), &why))?;
        }
        if let Some(app) = &raw.app
            && crate::apps::by_id(app.get_ref()).is_none()
        {
            return Err(error(app.span(), "the app catalogue has no such app"));
        }
        if raw.staff_ref.is_none() && raw.role.is_none() && raw.ownership.is_none() {
            return Err(error(
                span,
                "a waiver says for whom it is: staff_ref, role or ownership",
            ));
        }
        let date = raw.expires.get_ref();
        let expires = date
            .to_string()
            .parse()
            .ok()
            .filter(|_| date.time.is_none())
            .ok_or_else(|| error(raw.expires.span(), "expected a date such as 2027-01-31"))?;
        let own = |given: Option<Spanned<String>>| given.map(|given| clean(given.get_ref()));
        waivers.push(Waiver {
            control: clean(raw.control.get_ref()),
            app: own(raw.app),
            staff_ref: own(raw.staff_ref),
            role: own(raw.role),
            ownership: raw.ownership,
            reason: clean(raw.reason.get_ref()),
            approver: clean(raw.approver.get_ref()),
            expires,
            place: format!("{file}, line {line}"),
        });
    }
    Ok(waivers)
}

impl Waiver {
    /// Whether it is for this person and phone. Whatever it names must be known and the same.
    pub fn is_for(&self, about: &About) -> bool {
        let same = |wanted: &Option<String>, is: &Option<String>| match wanted {
            None => true,
            Some(wanted) => is
                .as_ref()
                .is_some_and(|is| is.trim().eq_ignore_ascii_case(wanted.trim())),
        };
        same(&self.staff_ref, &about.staff_ref)
            && same(&self.role, &about.role)
            && (self.ownership.is_none() || self.ownership == about.ownership)
    }

    fn is_about(&self, finding: &Finding) -> bool {
        finding.control.eq_ignore_ascii_case(&self.control)
            && match (&self.app, &finding.subject) {
                (None, _) => true,
                (Some(app), Subject::App(copy)) => *app == copy.app,
                (Some(_), Subject::Device) => false,
            }
    }
}

/// Marks the failures that are waived, and says which waivers of this person and phone came to nothing. Those of
/// other people are nobody's business here.
pub(super) fn apply(
    waivers: &[Waiver],
    about: &About,
    at: Timestamp,
    profile: &Profile,
    findings: &mut [Finding],
) -> Vec<String> {
    let today = at.to_zoned(TimeZone::UTC).date();
    let mut warnings = Vec::new();
    for waiver in waivers.iter().filter(|waiver| waiver.is_for(about)) {
        if !profile.controls.iter().any(|c| c.is(&waiver.control)) {
            warnings.push(format!(
                "A waiver is not used: the checklist has no line {} ({}).",
                waiver.control, waiver.place
            ));
            continue;
        }
        if waiver.expires < today {
            warnings.push(format!(
                "A waiver of {} has expired on {} and does not count ({}).",
                waiver.control, waiver.expires, waiver.place
            ));
            continue;
        }
        let mut used = false;
        for finding in findings.iter_mut() {
            // What was said is nobody's to waive.
            if waiver.is_about(finding) && finding.seen == Some(Verdict::Fail) {
                used = true;
                finding.waiver = Some(Waived {
                    reason: waiver.reason.clone(),
                    approver: waiver.approver.clone(),
                    expires: waiver.expires,
                });
            }
        }
        if !used {
            warnings.push(format!(
                "A waiver of {} is not used: nothing failed there ({}).",
                waiver.control, waiver.place
            ));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"[[waiver]]
control = "IM-05b"
ownership = "trust"
reason = "Theatre phones stay on during operations"
approver = "Head of IG"
expires = 2027-01-31
"#;

    #[test]
    fn a_good_file() {
        let waivers = parse("w.toml", GOOD).expect("good");
        assert_eq!(waivers.len(), 1);
        assert_eq!(waivers[0].expires.to_string(), "2027-01-31");
        assert_eq!(waivers[0].place, "w.toml, line 1");
        assert_eq!(parse("w.toml", "").expect("empty"), []);
        for whom in ["staff_ref = \"S-1042\"", "role = \"nurse\""] {
            let text = GOOD.replace("ownership = \"trust\"", whom);
            assert_eq!(parse("w.toml", &text).expect(whom).len(), 1);
        }
        // Each says where it stands, without the folder.
        let three = format!("# Ours\n\n{GOOD}\n{GOOD}{GOOD}");
        let waivers = parse("folder/w.toml", &three).expect("good");
        let places: Vec<&str> = waivers.iter().map(|w| w.place.as_str()).collect();
        assert_eq!(
            places,
            ["w.toml, line 3", "w.toml, line 10", "w.toml, line 16"]
        );
    }

    #[test]
    fn bad_files_point_at_the_line() {
        for (from, to, expected) in [
            (
                "ownership = \"trust\"\n",
                "",
                "line 1, column 1: a waiver says for whom",
            ),
            (
                "2027-01-31",
                "2027-01-31T10:00:00Z",
                "line 6, column 11: expected a date",
            ),
            (
                "2027-01-31",
                "2027-01-31T10:00:00",
                "line 6, column 11: expected a date",
            ),
            ("2027-01-31", "\"soon\"", "line 6"),
            ("\"trust\"", "\"theirs\"", "line 3"),
            ("reason =", "raison =", "line 4"),
            (
                "reason = \"Theatre phones stay on during operations\"\n",
                "",
                "missing field `reason`",
            ),
            (
                "Theatre phones",
                "Call 07700 900123:",
                "line 4: It holds something that looks like a phone number",
            ),
            (
                "\"Head of IG\"",
                "\" \"",
                "line 5, column 12: this must not be empty",
            ),
            (
                "ownership = \"trust\"",
                "staff_ref = \"Jane Smith\"",
                "line 3: It looks like a name",
            ),
            (
                "ownership =",
                "app = \"pigeon\"\nownership =",
                "line 3, column 7: the app catalogue has no such app",
            ),
        ] {
            let text = GOOD.replace(from, to);
            let error = parse("w.toml", &text).expect_err(to).0;
            assert!(error.contains(expected), "{error}");
            assert!(error.starts_with("w.toml"), "{error}");
        }
    }
}
