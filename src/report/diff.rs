//! What changed between two audits: for a person, worst first, and for scripts.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::layout::wrap;
use super::{parts, words};
use crate::audit::{Audit, Finding, Verdict};
use crate::compare::{Change, Comparison, Line};
use crate::evidence::Value;

/// The version of the JSON.
const SCHEMA: u32 = 1;

/// The comparison for a terminal of `width` columns.
pub fn render(comparison: &Comparison<'_>, width: usize) -> String {
    let width = width.clamp(20, 160);
    let mut out = String::new();
    let mut add = |text: &str, first: &str, indent: &str| {
        out += &wrap(text, width, first, indent);
        out.push('\n');
    };
    add(&summary(comparison), "", "");
    for (label, audit) in [
        ("Before:     ", comparison.before),
        ("After:      ", comparison.after),
    ] {
        add(&one(audit), label, "            ");
    }
    for warning in &comparison.warnings {
        add(warning, "Warning:    ", "            ");
    }
    for change in Change::ALL {
        if change == Change::Same {
            continue;
        }
        let mut lines = comparison.with(change).peekable();
        if lines.peek().is_some() {
            let style = style(change, Style::new().bold());
            out += &format!("\n{style}{}{style:#}\n", heading(change));
        }
        for line in lines {
            out += &text(line, width);
        }
    }
    // An app that is on neither phone has no line that could have changed.
    let applies = |line: &&Line<'_>| {
        line.latest()
            .is_some_and(|f| f.verdict != Verdict::NotApplicable)
    };
    let same = comparison.with(Change::Same).filter(applies).count();
    if same > 0 {
        let said = match same {
            1 => "1 line is as it was.".to_owned(),
            n => format!("{n} lines are as they were."),
        };
        out += &wrap(&said, width, "\n", "");
        out.push('\n');
    }
    out
}

fn style(change: Change, bold: Style) -> Style {
    match change {
        Change::Worse => bold.fg_color(Some(AnsiColor::Red.into())),
        Change::NoLongerKnown => bold.fg_color(Some(AnsiColor::Yellow.into())),
        Change::Better => bold.fg_color(Some(AnsiColor::Green.into())),
        Change::New | Change::Gone | Change::Otherwise | Change::Same => bold,
    }
}

fn heading(change: Change) -> &'static str {
    match change {
        Change::Worse => "✗ Worse",
        Change::NoLongerKnown => "? No longer known",
        Change::New => "+ New lines",
        Change::Gone => "– Lines that are gone",
        Change::Otherwise => "~ Began or ceased to apply",
        Change::Better => "✓ Better",
        Change::Same => "As they were",
    }
}

/// What it comes to: "2 worse, 1 no longer known, 3 better".
fn summary(comparison: &Comparison<'_>) -> String {
    let parts: Vec<String> = [
        (Change::Worse, "worse"),
        (Change::NoLongerKnown, "no longer known"),
        (Change::New, "new"),
        (Change::Gone, "gone"),
        (Change::Otherwise, "began or ceased to apply"),
        (Change::Better, "better"),
    ]
    .into_iter()
    .filter_map(|(change, word)| match comparison.with(change).count() {
        0 => None,
        n => Some(format!("{n} {word}")),
    })
    .collect();
    let overall = format!(
        "{} before, {} after",
        comparison.before.result(),
        comparison.after.result()
    );
    if parts.is_empty() {
        format!("Nothing changed: {overall}.")
    } else {
        format!("{}. {overall}.", parts.join(", "))
    }
}

/// One of the two audits: when, which phone, which checklist.
fn one(audit: &Audit) -> String {
    let evidence = match audit.evidence_as_of {
        Some(t) => format!("evidence of {}", Value::Date(t).for_people()),
        None => "evidence of unknown date".into(),
    };
    let part = parts::only_part(audit).map(|part| format!("; {part}"));
    format!(
        "{}, {evidence}; {}, {}; {}{}",
        Value::Date(audit.audited_at).for_people(),
        words::phone(audit),
        audit.device_os.as_deref().unwrap_or("unknown version"),
        audit.profile_id,
        part.unwrap_or_default()
    )
}

fn text(line: &Line<'_>, width: usize) -> String {
    let Some(latest) = line.latest() else {
        return String::new();
    };
    let mut out = String::new();
    let mut add = |text: String, first: &str, indent: &str| {
        out += &wrap(&text, width, first, indent);
        out.push('\n');
    };
    add(
        format!(
            "{} {} ({})",
            latest.control, latest.title, latest.subject_name
        ),
        "  - ",
        "    ",
    );
    for (label, finding) in [("Before: ", line.before), ("After: ", line.after)] {
        if let Some(finding) = finding {
            add(
                format!(
                    "{label}{}. {}",
                    words::verdict(finding),
                    words::stopped(&finding.found)
                ),
                "    ",
                "      ",
            );
        }
    }
    let what_to_do = match latest.verdict {
        Verdict::Fail => latest.put_right.clone(),
        Verdict::Unresolved if !latest.look.is_empty() => format!("look at {}", latest.look),
        _ => String::new(),
    };
    if line.is_worse() && !what_to_do.is_empty() {
        add(
            format!("What to do: {}", words::stopped(&what_to_do)),
            "    ",
            "      ",
        );
    }
    out
}

#[derive(Serialize)]
struct DiffV1<'a> {
    schema: u32,
    before: SideV1<'a>,
    after: SideV1<'a>,
    worse: bool,
    warnings: &'a [String],
    lines: Vec<LineV1<'a>>,
}

#[derive(Serialize)]
struct SideV1<'a> {
    profile: &'a str,
    profile_sha256: &'a str,
    platform: &'static str,
    model: Option<&'a str>,
    audited_at: String,
    evidence_as_of: Option<String>,
    overall: String,
    readable_only: bool,
    narrowed_to: &'a [String],
}

#[derive(Serialize)]
struct LineV1<'a> {
    change: &'static str,
    control: &'a str,
    subject: String,
    title: &'a str,
    before: Option<&'static str>,
    after: Option<&'static str>,
    found_before: Option<&'a str>,
    found_after: Option<&'a str>,
}

/// The comparison as JSON.
pub fn json(comparison: &Comparison<'_>) -> String {
    let verdict = |finding: Option<&Finding>| finding.map(|f| f.verdict.id());
    let lines = comparison
        .lines
        .iter()
        .filter_map(|line| {
            let latest = line.latest()?;
            Some(LineV1 {
                change: line.change.id(),
                control: &latest.control,
                subject: latest.subject.to_string(),
                title: &latest.title,
                before: verdict(line.before),
                after: verdict(line.after),
                found_before: line.before.map(|f| f.found.as_str()),
                found_after: line.after.map(|f| f.found.as_str()),
            })
        })
        .collect();
    let value = DiffV1 {
        schema: SCHEMA,
        before: side(comparison.before),
        after: side(comparison.after),
        worse: comparison.is_worse(),
        warnings: &comparison.warnings,
        lines,
    };
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn side(audit: &Audit) -> SideV1<'_> {
    let moment = |t| Value::Date(t).to_string();
    SideV1 {
        profile: &audit.profile_id,
        profile_sha256: &audit.profile_sha256,
        platform: audit.platform.id(),
        model: audit.device_model.as_deref(),
        audited_at: moment(audit.audited_at),
        evidence_as_of: audit.evidence_as_of.map(moment),
        overall: audit.overall.to_string(),
        readable_only: audit.readable_only,
        narrowed_to: &audit.narrowed_to,
    }
}
