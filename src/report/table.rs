//! The report for a person at a terminal: the result first, then a row per control and app, then what to do, then
//! what was not checked, then what was read.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::presets::UTF8_FULL;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table};
use jiff::Timestamp;

use super::layout::wrap;
use crate::apps;
use crate::audit::{Audit, Finding, Overall, Verdict};
use crate::evidence::{Platform, Subject, Value};

/// Below this many columns a table breaks words apart: a list is shown instead.
const NARROW: usize = 72;

/// The report, set to `width` columns. It holds colour escapes of its own making; the stream that it is written to
/// removes them where they do not belong.
pub fn render(audit: &Audit, width: usize) -> String {
    let mut out = Out {
        text: String::new(),
        width: width.clamp(20, 160),
    };
    out.head(audit);
    let judged: Vec<&Finding> = audit
        .findings
        .iter()
        .filter(|f| !f.set_aside && f.verdict != Verdict::NotApplicable && !waits_for_an_answer(f))
        .collect();
    if !judged.is_empty() {
        if out.width < NARROW {
            out.list(audit, &judged);
        } else {
            out.table(audit, &judged);
        }
    }
    out.advice(audit);
    out.open_questions(audit);
    out.not_checked(audit);
    out.read(audit);
    out.text
}

/// An asked-only line without an answer: nothing was found and nothing is wrong.
fn waits_for_an_answer(finding: &Finding) -> bool {
    finding.asked && finding.verdict == Verdict::Unresolved && finding.counted.is_none()
}

struct Out {
    text: String,
    width: usize,
}

impl Out {
    fn line(&mut self, text: &str) {
        self.text += text;
        self.text.push('\n');
    }

    fn paragraph(&mut self, text: &str, first: &str, indent: &str) {
        let wrapped = wrap(text, self.width, first, indent);
        self.line(&wrapped);
    }

    fn heading(&mut self, text: &str) {
        let bold = Style::new().bold();
        self.line(&format!("\n{bold}{text}{bold:#}"));
    }

    fn head(&mut self, audit: &Audit) {
        if audit.apps_found.is_empty() && !audit.apps_in_scope.is_empty() {
            self.paragraph(
                &format!(
                    "No messaging app of the checklist was found on this phone ({}). Other apps were not looked for.",
                    audit.apps_in_scope.join(", ")
                ),
                "",
                "",
            );
        }
        let colour = match audit.overall {
            Overall::Pass => AnsiColor::Green,
            Overall::Fail => AnsiColor::Red,
            Overall::Incomplete => AnsiColor::Yellow,
        };
        let style = Style::new().bold().fg_color(Some(colour.into()));
        let tail = if audit.readable_only {
            " (only the part that a cable or backup can decide)"
        } else {
            ""
        };
        self.line(&format!(
            "{style}{}{style:#}: {}{tail}",
            audit.overall,
            summary(audit)
        ));
        let mut about = vec![
            audit
                .device_model
                .clone()
                .unwrap_or_else(|| format!("{} of unknown model", audit.platform.name())),
            audit
                .device_os
                .clone()
                .unwrap_or_else(|| "unknown version".into()),
        ];
        about.push(match audit.evidence_as_of {
            None => "evidence of unknown date".into(),
            Some(t) => format!(
                "evidence of {} ({})",
                Value::Date(t).for_people(),
                age(t, audit.audited_at)
            ),
        });
        self.paragraph(&about.join(", "), "Phone:     ", "           ");
        self.paragraph(
            &format!("{} ({})", audit.profile_title, audit.profile_id),
            "Checklist: ",
            "           ",
        );
        if !audit.apps_found.is_empty() {
            self.paragraph(&audit.apps_found.join(", "), "Apps:      ", "           ");
        }
        let about = &audit.about;
        let who: Vec<String> = [
            ("staff reference", about.staff_ref.as_deref()),
            ("ownership", about.ownership.map(|o| o.id())),
            ("auditor", about.auditor.as_deref()),
            ("site", about.site.as_deref()),
            ("campaign", about.campaign.as_deref()),
        ]
        .into_iter()
        .filter_map(|(label, value)| value.map(|v| format!("{label} {v}")))
        .collect();
        if !who.is_empty() {
            self.paragraph(&who.join(", "), "About:     ", "           ");
        }
        if audit.moment_chosen {
            self.paragraph(
                &format!(
                    "as of {}, not as of today (--as-of)",
                    Value::Date(audit.audited_at).for_people()
                ),
                "Judged:    ",
                "           ",
            );
        }
        for warning in &audit.warnings {
            self.paragraph(warning, "Warning:   ", "           ");
        }
    }

    fn table(&mut self, audit: &Audit, findings: &[&Finding]) {
        let mut table = Table::new();
        table
            .load_style(UTF8_FULL.with_rounded_corners())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.width).unwrap_or(160))
            .enforce_styling()
            .set_header(
                ["Line", "About", "Verdict", "Found", "Expected", "Evidence"].map(|h| {
                    Cell::new(h)
                        .add_attribute(Attribute::Bold)
                        .set_alignment(CellAlignment::Left)
                }),
            );
        for (finding, subjects) in rows(findings) {
            let (word, colour) = verdict(finding);
            let mut cell = Cell::new(word).add_attribute(Attribute::Bold);
            if let Some(colour) = colour {
                cell = cell.fg(colour);
            }
            table.add_row([
                Cell::new(format!("{} {}", finding.control, finding.title)),
                Cell::new(subjects),
                cell,
                Cell::new(&finding.found),
                Cell::new(&finding.expected),
                Cell::new(evidence(audit, finding)),
            ]);
        }
        let text = table.to_string();
        self.line("");
        self.line(&text);
    }

    fn list(&mut self, audit: &Audit, findings: &[&Finding]) {
        for (finding, subjects) in rows(findings) {
            let (word, _) = verdict(finding);
            let bold = Style::new().bold();
            self.line("");
            self.line(&format!("{bold}{word}{bold:#}"));
            self.paragraph(
                &format!("{} {} ({subjects})", finding.control, finding.title),
                "  ",
                "  ",
            );
            self.paragraph(&finding.found, "  Found: ", "    ");
            self.paragraph(&finding.expected, "  Expected: ", "    ");
            self.paragraph(&evidence(audit, finding), "  Evidence: ", "    ");
        }
    }

    fn advice(&mut self, audit: &Audit) {
        let failed: Vec<&Finding> = audit
            .findings
            .iter()
            .filter(|f| f.verdict == Verdict::Fail)
            .collect();
        if failed.is_empty() {
            return;
        }
        self.heading("What to do");
        for (lines, subjects, put_right) in grouped(&failed, |f| f.put_right.clone()) {
            self.paragraph(
                &format!("{lines} ({subjects}): {put_right}"),
                "  - ",
                "    ",
            );
        }
    }

    fn open_questions(&mut self, audit: &Audit) {
        let open: Vec<&Finding> = audit
            .findings
            .iter()
            .filter(|f| f.verdict == Verdict::Unresolved && !f.set_aside && !waits_for_an_answer(f))
            .collect();
        if open.is_empty() {
            return;
        }
        self.heading("Could not tell: look at the phone");
        for (lines, subjects, look) in grouped(&open, |f| f.look.clone()) {
            self.paragraph(&format!("{lines} ({subjects}): {look}"), "  - ", "    ");
        }
    }

    fn not_checked(&mut self, audit: &Audit) {
        let asked: Vec<&Finding> = audit
            .findings
            .iter()
            .filter(|f| waits_for_an_answer(f) || seen_but_not_asked(f))
            .collect();
        let aside: Vec<&Finding> = audit
            .findings
            .iter()
            .filter(|f| f.set_aside && !waits_for_an_answer(f))
            .collect();
        let absent: Vec<&String> = audit
            .apps_in_scope
            .iter()
            .filter(|app| not_installed(audit, app))
            .collect();
        self.heading("What was not checked");
        if !aside.is_empty() {
            self.line("  Set aside, because no cable or backup can decide it on this phone:");
            for (lines, subjects, look) in grouped(&aside, |f| f.look.clone()) {
                self.paragraph(&format!("{lines} ({subjects}): {look}"), "  - ", "    ");
            }
        }
        if !asked.is_empty() {
            self.line("  Only the person can say (not asked in this run):");
            let mut seen = Vec::new();
            for finding in asked {
                if seen.contains(&&finding.control) {
                    continue;
                }
                seen.push(&finding.control);
                let mut text = format!("{}: {}", finding.control, finding.question);
                if !finding.beside.is_empty() {
                    let _ = write!(text, " Seen on the phone: {}.", finding.beside.join("; "));
                }
                self.paragraph(&text, "  - ", "    ");
            }
        }
        if !absent.is_empty() {
            let names: Vec<&str> = absent.iter().map(|s| s.as_str()).collect();
            self.paragraph(
                &format!("Not installed, so not judged: {}.", names.join(", ")),
                "  ",
                "  ",
            );
        }
        if !audit.narrowed_to.is_empty() {
            self.paragraph(
                &format!(
                    "Every line of the checklist but these: {} (--controls).",
                    audit.narrowed_to.join(", ")
                ),
                "  ",
                "  ",
            );
        }
        self.paragraph(
            "Other apps, messages, contacts and pictures were not looked at. What is seen here is how the phone was set at that moment, not how it is used.",
            "  ",
            "  ",
        );
        let changed: Vec<String> = audit
            .parameters
            .iter()
            .filter(|p| p.overridden)
            .map(|p| format!("{} = {}", p.id, p.value.for_people()))
            .collect();
        if !changed.is_empty() {
            self.heading("Limits changed for this run");
            self.paragraph(
                &format!("{}. The checklist says otherwise.", changed.join(", ")),
                "  ",
                "  ",
            );
        }
    }

    fn read(&mut self, audit: &Audit) {
        self.heading("What was read");
        // One place may be read for several readers: the person sees it once.
        let mut places: Vec<(&str, u64, Vec<&str>)> = Vec::new();
        for entry in &audit.read_log {
            let at = places.iter().position(|(what, ..)| *what == entry.what);
            let at = at.unwrap_or_else(|| {
                places.push((&entry.what, 0, Vec::new()));
                places.len() - 1
            });
            let (_, bytes, topics) = &mut places[at];
            *bytes += entry.bytes_kept;
            for id in &entry.why {
                let topic = id.split('.').next().unwrap_or(id);
                if !topics.contains(&topic) {
                    topics.push(topic);
                }
            }
        }
        for (what, bytes, topics) in places {
            let kept = match bytes {
                0 => "looked whether it is there".to_owned(),
                n => format!("{n} bytes"),
            };
            self.paragraph(
                &format!("{what} ({kept}; for {})", topics.join(", ")),
                "  - ",
                "    ",
            );
        }
        if audit.platform == Platform::Android {
            self.heading("Before you give the phone back");
            self.paragraph(
                "Switch USB debugging off: Settings > System > Developer options > USB debugging. To take back this computer's permission, tap \"Revoke USB debugging authorisations\" there first.",
                "  ",
                "  ",
            );
        }
    }
}

/// Findings with the same advice together: (lines, subjects, advice).
fn grouped(
    findings: &[&Finding],
    advice: impl Fn(&Finding) -> String,
) -> Vec<(String, String, String)> {
    let mut groups: Vec<(String, Vec<String>, String)> = Vec::new();
    for finding in findings {
        let name = format!("{} {}", finding.control, finding.title);
        let text = advice(finding);
        let about = subject(&finding.subject);
        match groups.iter_mut().find(|(n, _, t)| *n == name && *t == text) {
            Some((_, subjects, _)) => {
                if !subjects.contains(&about) {
                    subjects.push(about);
                }
            }
            None => groups.push((name, vec![about], text)),
        }
    }
    groups
        .into_iter()
        .map(|(name, subjects, text)| (name, subjects.join(", "), text))
        .collect()
}

fn not_installed(audit: &Audit, app_name: &str) -> bool {
    !audit
        .apps_found
        .iter()
        .any(|found| found == app_name || found.starts_with(&format!("{app_name} (")))
        && audit.findings.iter().any(|finding| {
            finding.verdict == Verdict::NotApplicable && subject(&finding.subject) == app_name
        })
}

fn summary(audit: &Audit) -> String {
    let count = |wanted: Verdict| {
        audit
            .counted()
            .filter(|finding| finding.counted == Some(wanted))
            .count()
    };
    let total = audit
        .counted()
        .filter(|finding| finding.counted != Some(Verdict::NotApplicable))
        .count();
    let (passed, failed) = (count(Verdict::Pass), count(Verdict::Fail));
    let open = total - passed - failed;
    let mut parts = Vec::new();
    if total == 0 {
        return "nothing was found that could be judged".into();
    }
    if failed > 0 {
        parts.push(format!("{failed} of {total} checks failed"));
    }
    if open > 0 {
        parts.push(format!("{open} of {total} checks could not be settled"));
    }
    if parts.is_empty() {
        parts.push(format!("all {total} checks passed"));
    }
    parts.join(", ")
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Device => "the phone".into(),
        Subject::App(copy) if copy.user == 0 => apps::name(&copy.app).to_owned(),
        Subject::App(copy) => format!("{} (Android user {})", apps::name(&copy.app), copy.user),
    }
}

/// Findings that differ only in their subject make one row.
fn rows<'a>(findings: &[&'a Finding]) -> Vec<(&'a Finding, String)> {
    let mut rows: Vec<(&Finding, Vec<String>)> = Vec::new();
    for finding in findings {
        let same = |row: &Finding| {
            row.control == finding.control
                && row.verdict == finding.verdict
                && row.found == finding.found
                && row.strength == finding.strength
        };
        match rows.iter_mut().find(|(row, _)| same(row)) {
            Some((_, subjects)) => subjects.push(subject(&finding.subject)),
            None => rows.push((finding, vec![subject(&finding.subject)])),
        }
    }
    rows.into_iter()
        .map(|(row, subjects)| (row, subjects.join(", ")))
        .collect()
}

/// What could be seen is as it should be, and the person is still to be asked.
fn seen_but_not_asked(finding: &Finding) -> bool {
    finding.asked
        && finding.verdict == Verdict::Unresolved
        && finding.counted == Some(Verdict::Pass)
}

fn verdict(finding: &Finding) -> (&'static str, Option<Color>) {
    match finding.verdict {
        Verdict::Pass => ("✓ pass", Some(Color::Green)),
        Verdict::Fail => ("✗ FAIL", Some(Color::Red)),
        Verdict::Unresolved if seen_but_not_asked(finding) => {
            ("✓ as far as seen", Some(Color::Green))
        }
        Verdict::Unresolved => ("? could not tell", Some(Color::Yellow)),
        Verdict::NotApplicable => ("– not applicable", None),
        Verdict::Declined => ("– declined", None),
    }
}

fn evidence(audit: &Audit, finding: &Finding) -> String {
    let Some(strength) = finding.strength else {
        return "none".into();
    };
    let age = match audit.evidence_as_of {
        Some(t) => age(t, audit.audited_at),
        None => "age unknown".into(),
    };
    format!("{}, {age}", strength.id())
}

fn age(as_of: Timestamp, at: Timestamp) -> String {
    let seconds = at.duration_since(as_of).as_secs();
    match seconds {
        ..0 => "dated in the future".into(),
        0..3_600 => "new".into(),
        3_600..86_400 => "under a day old".into(),
        86_400..172_800 => "1 day old".into(),
        _ => format!("{} days old", seconds / 86_400),
    }
}
