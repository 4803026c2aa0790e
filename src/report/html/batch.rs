//! Several audits: an overview with counts and bars, then one section each.

use std::collections::BTreeSet;

use super::super::markup::html;
use super::super::record::Record;
use super::super::words;
use super::one::Section;
use super::{NAME, Page, overall};
use crate::audit::{Audit, Overall, Verdict};
use crate::evidence::Value;

/// How many there are, and the word for them.
pub(super) fn counted(records: &[Record]) -> (usize, &'static str) {
    let in_batch = records.iter().all(|record| record.place.is_some());
    match (records.len(), in_batch) {
        (1, _) => (1, "result"),
        (n, true) => (n, "results of a batch"),
        (n, false) => (n, "results"),
    }
}

/// The overview, then every record, worst first.
pub(super) fn several(page: &mut Page, records: &[Record], warnings: &[String]) {
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by_key(|record| (rank(record), record.input().to_owned()));
    let (n, what) = counted(records);
    page.heading(1, "", &format!("{NAME}: {n} {what}"));
    let warnings: Vec<String> = warnings.iter().cloned().chain(missing(records)).collect();
    if !warnings.is_empty() {
        page.raw("<div class=\"callout\">\n");
        page.element("p", "class=\"todo\"", "Not everything is here");
        for warning in &warnings {
            page.paragraph(warning);
        }
        page.raw("</div>\n");
    }
    if let Some(again) = again(records) {
        page.paragraph(&again);
    }
    totals(page, &sorted);
    controls(page, &sorted);
    contents(page, &sorted);
    for (at, record) in sorted.iter().enumerate() {
        page.raw("<section class=\"backup\">\n");
        page.heading(2, &id(at), &name(record));
        match &record.audit {
            Some(audit) => Section {
                audit,
                record,
                level: 3,
                prefix: format!("{}-", id(at)),
            }
            .write(page),
            None => {
                if let Some(problem) = &record.problem {
                    page.raw("<div class=\"callout\">\n");
                    page.element("p", "class=\"todo\"", "This backup could not be read");
                    page.paragraph(&problem.what);
                    page.paragraph(&problem.next);
                    page.raw("</div>\n");
                }
            }
        }
        page.raw("</section>\n");
    }
}

/// How many of the batch's backups have no result here: other shares, or a run that was cut short.
fn missing(records: &[Record]) -> Option<String> {
    let places = || records.iter().filter_map(|record| record.place.as_ref());
    let all = places().map(|place| place.inputs).max()?;
    let here = places()
        .map(|place| &place.input)
        .collect::<BTreeSet<_>>()
        .len();
    (here < all).then(|| {
        format!("Of the {all} backups and captures of this batch, {here} have a result here.")
    })
}

/// How many results are of a backup that was audited again, with the old one beside it.
fn again(records: &[Record]) -> Option<String> {
    let mut seen = BTreeSet::new();
    let again = records
        .iter()
        .filter(|record| record.place.is_some())
        .filter_map(|record| Some((record.input(), record.audit.as_ref()?)))
        .filter(|(input, audit)| !seen.insert((*input, audit.profile_id.as_str())))
        .count();
    (again > 0).then(|| {
        format!("{again} results are of backups that were audited again. The old and the new are here; both are counted.")
    })
}

fn id(at: usize) -> String {
    format!("result-{}", at + 1)
}

/// What was not read comes before what passed: somebody has to see to it.
fn rank(record: &Record) -> u8 {
    match record.audit.as_ref().map(|audit| audit.overall) {
        Some(Overall::Fail) => 0,
        None => 1,
        Some(Overall::Incomplete) => 2,
        Some(Overall::Pass) => 3,
    }
}

fn name(record: &Record) -> String {
    match (&record.audit, record.input()) {
        (Some(audit), "") => format!("{}: {}", words::phone(audit), audit.profile_title),
        (Some(audit), input) => format!("{} ({input})", words::phone(audit)),
        (None, input) => format!("Not read ({input})"),
    }
}

fn totals(page: &mut Page, records: &[&Record]) {
    let count = |wanted: u8| records.iter().filter(|r| rank(r) == wanted).count();
    let locked = records
        .iter()
        .filter(|r| r.audit.is_some() && r.problem.is_some())
        .count();
    page.heading(2, "overview", "Overview");
    page.raw("<table class=\"narrow\">\n<caption>Results</caption>\n<thead><tr><th scope=\"col\">Result</th><th scope=\"col\" class=\"n\">How many</th></tr></thead>\n<tbody>\n");
    for (wanted, word) in [
        (0, "✗ FAIL"),
        (1, "! NOT READ"),
        (2, "? INCOMPLETE"),
        (3, "✓ PASS"),
    ] {
        page.raw(&format!(
            "<tr><th scope=\"row\">{word}</th><td class=\"n\">{}</td></tr>\n",
            count(wanted)
        ));
    }
    page.raw("</tbody>\n</table>\n");
    if locked > 0 {
        page.paragraph(&format!(
            "Of these, {locked} could not be read whole: their sections say why."
        ));
    }
}

/// How the audits of one checklist fared at one of its lines.
struct Tally<'a> {
    profile: &'a str,
    control: &'a str,
    title: &'a str,
    failed: usize,
    open: usize,
    passed: usize,
    other: usize,
}

impl Tally<'_> {
    fn all(&self) -> usize {
        self.failed + self.open + self.passed + self.other
    }
}

/// What an audit comes to at one line: the worst of its subjects. What was set aside, or only the person can say, weighs
/// nothing.
fn worst(audit: &Audit, control: &str) -> Verdict {
    let verdicts = || {
        audit
            .findings
            .iter()
            .filter(|f| f.control == control && !f.set_aside && f.seen.is_some())
            .map(|f| f.verdict)
    };
    [
        Verdict::Fail,
        Verdict::Unresolved,
        Verdict::Declined,
        Verdict::Pass,
    ]
    .into_iter()
    .find(|wanted| verdicts().any(|verdict| verdict == *wanted))
    .unwrap_or(Verdict::NotApplicable)
}

/// The lines that could be judged in any of the audits of their checklist, with how each audit fared there.
fn tallies<'a>(records: &[&'a Record]) -> Vec<Tally<'a>> {
    let audits = || records.iter().filter_map(|record| record.audit.as_ref());
    let mut tallies: Vec<Tally<'a>> = Vec::new();
    for audit in audits() {
        for finding in audit.findings.iter().filter(|f| f.seen.is_some()) {
            let there = tallies
                .iter()
                .any(|t| t.profile == audit.profile_id && t.control == finding.control);
            if !there {
                tallies.push(Tally {
                    profile: &audit.profile_id,
                    control: &finding.control,
                    title: &finding.title,
                    failed: 0,
                    open: 0,
                    passed: 0,
                    other: 0,
                });
            }
        }
    }
    for tally in &mut tallies {
        for audit in audits().filter(|audit| audit.profile_id == tally.profile) {
            *match worst(audit, tally.control) {
                Verdict::Fail => &mut tally.failed,
                Verdict::Unresolved => &mut tally.open,
                Verdict::Pass => &mut tally.passed,
                Verdict::Declined | Verdict::NotApplicable => &mut tally.other,
            } += 1;
        }
    }
    tallies.sort_by_key(|t| (t.profile, t.control));
    tallies
}

fn controls(page: &mut Page, records: &[&Record]) {
    let tallies = tallies(records);
    let mut profiles: Vec<&str> = tallies.iter().map(|t| t.profile).collect();
    profiles.dedup();
    if profiles.is_empty() {
        return;
    }
    page.heading(2, "by-line", "By line of the checklist");
    page.paragraph("Each phone counts once in a line, with its worst app. \"Other\" is what was declined, was set aside, does not apply, or only the person can say.");
    legend(page);
    for profile in profiles {
        page.raw(&format!(
            "<table class=\"figures\">\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">Line</th><th scope=\"col\" class=\"n\">Failed</th><th scope=\"col\" class=\"n\">Could not tell</th><th scope=\"col\" class=\"n\">Passed</th><th scope=\"col\" class=\"n\">Other</th><th scope=\"col\" class=\"share\">Share</th></tr></thead>\n<tbody>\n",
            html(profile)
        ));
        for tally in tallies.iter().filter(|t| t.profile == profile) {
            page.raw(&format!(
                "<tr><th scope=\"row\">{} {}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"share\">{}</td></tr>\n",
                html(tally.control),
                html(tally.title),
                tally.failed,
                tally.open,
                tally.passed,
                tally.other,
                bar(tally)
            ));
        }
        page.raw("</tbody>\n</table>\n");
    }
}

/// What the parts of the bars stand for, in their order.
fn legend(page: &mut Page) {
    page.raw("<p class=\"legend share\">The bars, from left to right: ");
    for (class, word) in [
        ("f", "failed"),
        ("o", "could not tell"),
        ("p", "passed"),
        ("x", "other"),
    ] {
        page.raw(&format!(
            "<span><svg viewBox=\"0 0 100 100\" aria-hidden=\"true\" focusable=\"false\"><rect class=\"{class}\" width=\"100\" height=\"100\"/></svg>{word}</span> "
        ));
    }
    page.raw("</p>\n");
}

/// A bar beside the figures: it says nothing that they do not.
fn bar(tally: &Tally<'_>) -> String {
    const WIDTH: usize = 1000;
    let all = tally.all().max(1);
    let mut out = format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WIDTH} 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">"
    );
    let mut before = 0;
    for (class, n) in [
        ("f", tally.failed),
        ("o", tally.open),
        ("p", tally.passed),
        ("x", tally.other),
    ] {
        if n > 0 {
            let (from, to) = (before * WIDTH / all, (before + n) * WIDTH / all);
            // A gap between the parts, so that they are told apart without colour.
            let width = (to - from).saturating_sub(8).max(4);
            out += &format!(
                "<rect class=\"{class}\" x=\"{from}\" y=\"0\" width=\"{width}\" height=\"100\"/>"
            );
        }
        before += n;
    }
    out + "</svg>"
}

fn contents(page: &mut Page, records: &[&Record]) {
    page.heading(2, "results", "Every result, worst first");
    page.raw("<table class=\"figures\">\n<thead><tr><th scope=\"col\">Phone</th><th scope=\"col\">Result</th><th scope=\"col\" class=\"share\">Evidence of</th><th scope=\"col\">Failed lines</th></tr></thead>\n<tbody>\n");
    for (at, record) in records.iter().enumerate() {
        let (class, word, date, failed) = match &record.audit {
            None => (
                "other",
                "! NOT READ".to_owned(),
                String::new(),
                String::new(),
            ),
            Some(audit) => {
                let (class, symbol) = overall(audit.overall);
                let mut failed: Vec<&str> = audit
                    .counted()
                    .filter(|f| f.counted == Some(Verdict::Fail) && f.waiver.is_none())
                    .map(|f| f.control.as_str())
                    .collect();
                failed.dedup();
                // A hyphen in an id is no place to break a line.
                let failed: Vec<String> = failed
                    .iter()
                    .map(|id| format!("<span class=\"nb\">{}</span>", html(id)))
                    .collect();
                let date = audit
                    .evidence_as_of
                    .map_or_else(|| "unknown date".into(), |t| Value::Date(t).for_people());
                (
                    class,
                    format!("{symbol} {}", audit.result()),
                    date,
                    failed.join(", "),
                )
            }
        };
        page.raw(&format!(
            "<tr><th scope=\"row\" class=\"id\"><a href=\"#{}\">{}</a></th><td><strong class=\"tag {class}\">{}</strong></td><td class=\"share\">{}</td><td>{}</td></tr>\n",
            id(at),
            html(&name(record)),
            html(&super::together(&word)),
            html(&date),
            failed
        ));
    }
    page.raw("</tbody>\n</table>\n");
}
