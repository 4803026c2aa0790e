//! JUnit XML: one suite per audit, one case per finding, so that continuous integration shows a checklist as tests.
//! What could not be told is skipped, with the reason: it is never a test that passed.

use std::fmt::Write as _;

use super::markup::{xml, xml_text};
use super::record::{Kept, Record};
use super::{parts, words};
use crate::audit::{Audit, Finding, Verdict};
use crate::evidence::Value;

/// What becomes of a finding as a test case.
enum Case {
    Passed,
    Failed { kind: &'static str, why: String },
    Skipped { why: String },
}

/// All records in one document.
pub fn render(records: &[Record]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (id, record) in records.iter().enumerate() {
        match &record.audit {
            Some(audit) => suite(&mut out, id, record, audit),
            None => unread(&mut out, id, record),
        }
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, id: usize, record: &Record, audit: &Audit) {
    let cases: Vec<(&Finding, Case)> = audit.findings.iter().map(|f| (f, case(f))).collect();
    let count = |wanted: fn(&Case) -> bool| cases.iter().filter(|(_, case)| wanted(case)).count();
    let errors = usize::from(record.problem.is_some());
    let moment = Value::Date(audit.audited_at).to_string();
    open(
        out,
        &Suite {
            id,
            name: &name(record, &audit.profile_id),
            // The format has no time zone here; the moment is UTC.
            moment: moment.trim_end_matches('Z'),
            tests: cases.len() + errors,
            failures: count(|case| matches!(case, Case::Failed { .. })),
            errors,
            skipped: count(|case| matches!(case, Case::Skipped { .. })),
        },
    );
    properties(out, record, audit);
    for (finding, case) in &cases {
        let title = format!(
            "{} {} ({})",
            finding.control, finding.title, finding.subject_name
        );
        let class = name(record, &audit.profile_id);
        let _ = write!(
            out,
            "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"",
            xml(&title),
            xml(&class)
        );
        match case {
            Case::Passed => out.push_str("/>\n"),
            Case::Failed { kind, why } => {
                let _ = writeln!(
                    out,
                    ">\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n    </testcase>",
                    xml(why),
                    xml_text(&details(audit, finding))
                );
            }
            Case::Skipped { why } => {
                let _ = writeln!(
                    out,
                    ">\n      <skipped message=\"{}\"/>\n    </testcase>",
                    xml(why)
                );
            }
        }
    }
    problem(out, record);
    close(out);
}

/// A backup that could not be read is one case that is in error. The schema wants a time, and there is none.
fn unread(out: &mut String, id: usize, record: &Record) {
    open(
        out,
        &Suite {
            id,
            name: &name(record, "not-read"),
            moment: "1970-01-01T00:00:00",
            tests: 1,
            failures: 0,
            errors: 1,
            skipped: 0,
        },
    );
    out.push_str("    <properties/>\n");
    problem(out, record);
    close(out);
}

fn problem(out: &mut String, record: &Record) {
    if let Some(problem) = &record.problem {
        let _ = writeln!(
            out,
            "    <testcase name=\"The evidence can be read\" classname=\"{}\" time=\"0\">\n      <error type=\"status-{}\" message=\"{}\">{}</error>\n    </testcase>",
            xml(&name(record, "reading")),
            problem.status,
            xml(&problem.what),
            xml(&problem.next)
        );
    }
}

struct Suite<'a> {
    id: usize,
    name: &'a str,
    moment: &'a str,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn open(out: &mut String, suite: &Suite<'_>) {
    let Suite {
        id,
        name,
        moment,
        tests,
        failures,
        errors,
        skipped,
    } = suite;
    let name = xml(name);
    // The computer's name is nobody's business.
    let _ = writeln!(
        out,
        "  <testsuite id=\"{id}\" name=\"{name}\" package=\"spotcheck\" hostname=\"localhost\" timestamp=\"{moment}\" time=\"0\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">"
    );
}

/// The older of the two common schemas wants both elements, empty or not.
fn close(out: &mut String) {
    out.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n");
}

fn name(record: &Record, of: &str) -> String {
    match record.input() {
        "" => of.to_owned(),
        input => format!("{of}.{input}"),
    }
}

fn properties(out: &mut String, record: &Record, audit: &Audit) {
    out.push_str("    <properties>\n");
    let moment = |t| Value::Date(t).to_string();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    for (name, value) in [
        ("spotcheck", record.version.clone()),
        ("overall", audit.overall.to_string()),
        ("profile", audit.profile_id.clone()),
        ("profile.sha256", audit.profile_sha256.clone()),
        ("platform", audit.platform.id().to_owned()),
        ("model", text(&audit.device_model)),
        ("os", text(&audit.device_os)),
        ("audited_at", moment(audit.audited_at)),
        (
            "evidence_as_of",
            audit.evidence_as_of.map(moment).unwrap_or_default(),
        ),
        ("staff_ref", text(&audit.about.staff_ref)),
        ("input", record.input().to_owned()),
        (
            "register.head",
            record
                .kept
                .as_ref()
                .map(|Kept(head)| head.to_string())
                .unwrap_or_default(),
        ),
        ("readable_only", audit.readable_only.to_string()),
        ("narrowed_to", audit.narrowed_to.join(" ")),
    ] {
        if !value.is_empty() {
            let _ = writeln!(
                out,
                "      <property name=\"{name}\" value=\"{}\"/>",
                xml(&value)
            );
        }
    }
    out.push_str("    </properties>\n");
}

fn case(finding: &Finding) -> Case {
    let skipped = |word: &str| Case::Skipped {
        why: format!("{word}: {}", finding.found),
    };
    match finding.verdict {
        Verdict::Pass => Case::Passed,
        Verdict::Fail if finding.waiver.is_some() => Case::Skipped {
            why: format!(
                "FAILED, AND WAIVED: {} {}",
                words::stopped(&finding.found),
                parts::answered_for(finding)
            ),
        },
        Verdict::Fail => Case::Failed {
            // What counts for nothing in the overall result is a failure all the same, and says so.
            kind: match finding.counted {
                Some(_) if !finding.set_aside => "fail",
                _ => "fail-not-counted",
            },
            why: finding.found.clone(),
        },
        Verdict::Unresolved if finding.set_aside => skipped("set aside"),
        Verdict::Unresolved if words::waits_for_an_answer(finding) => Case::Skipped {
            why: finding.found.clone(),
        },
        Verdict::Unresolved => skipped("could not tell"),
        Verdict::NotApplicable => skipped("not applicable"),
        Verdict::Declined => skipped("declined"),
    }
}

fn details(audit: &Audit, finding: &Finding) -> String {
    let mut text = format!(
        "Question: {}\nFound: {}\nExpected: {}\nEvidence: {}\n",
        finding.question,
        finding.found,
        finding.expected,
        words::evidence(audit, finding)
    );
    for origin in &finding.origin {
        let _ = writeln!(text, "Read in: {}", parts::place(origin));
    }
    if !finding.put_right.is_empty() {
        let _ = writeln!(text, "What to do: {}", finding.put_right);
    }
    text
}
