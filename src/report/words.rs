//! The words and the grouping that reports for people share.

use jiff::Timestamp;

use crate::audit::{Audit, Finding, Verdict};

/// An asked-only line without an answer: nothing was found and nothing is wrong.
pub(super) fn waits_for_an_answer(finding: &Finding) -> bool {
    finding.asked && finding.verdict == Verdict::Unresolved && finding.counted.is_none()
}

/// What could be seen is as it should be, and the person is still to be asked.
pub(super) fn half_checked(finding: &Finding) -> bool {
    finding.asked
        && finding.verdict == Verdict::Unresolved
        && finding.counted == Some(Verdict::Pass)
}

/// The findings that belong in the main part, worst first.
pub(super) fn judged(audit: &Audit) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = audit
        .findings
        .iter()
        .filter(|f| !f.set_aside && f.verdict != Verdict::NotApplicable && !waits_for_an_answer(f))
        .collect();
    findings.sort_by_key(|finding| match finding.verdict {
        Verdict::Fail => 0,
        Verdict::Unresolved if !half_checked(finding) => 1,
        Verdict::Declined => 2,
        Verdict::Unresolved => 3,
        Verdict::Pass | Verdict::NotApplicable => 4,
    });
    findings
}

/// Symbol and word of a verdict: never colour alone.
pub(super) fn verdict(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Pass => "✓ pass",
        Verdict::Fail => "✗ FAIL",
        Verdict::Unresolved if half_checked(finding) => "~ half checked",
        Verdict::Unresolved => "? could not tell",
        Verdict::NotApplicable => "– not applicable",
        Verdict::Declined => "– declined",
    }
}

/// The overall result in numbers: "2 failed, 1 could not be told, 5 passed".
pub(super) fn summary(audit: &Audit) -> String {
    let count = |wanted: Verdict| {
        audit
            .counted()
            .filter(|finding| finding.counted == Some(wanted))
            .count()
    };
    let parts: Vec<String> = [
        (Verdict::Fail, "failed"),
        (Verdict::Unresolved, "could not be told"),
        (Verdict::Declined, "declined"),
        (Verdict::Pass, "passed"),
    ]
    .into_iter()
    .filter_map(|(verdict, word)| match count(verdict) {
        0 => None,
        n => Some(format!("{n} {word}")),
    })
    .collect();
    let mut text = if parts.is_empty() {
        "nothing was found that could be judged".to_owned()
    } else {
        parts.join(", ")
    };
    let aside = audit
        .findings
        .iter()
        .filter(|f| f.set_aside && !f.asked)
        .count();
    if aside > 0 {
        text += &format!("; {aside} set aside for a look at the phone");
    }
    if audit.parameters.iter().any(|p| p.overridden()) {
        text += "; LIMITS CHANGED for this run";
    }
    text
}

/// Maker and model, as far as they are known.
pub(super) fn phone(audit: &Audit) -> String {
    let model = audit.device_model.clone();
    let maker = audit
        .device_maker
        .as_deref()
        .filter(|maker| *maker != "Apple");
    match (maker, model) {
        (Some(maker), Some(model)) => format!("{maker} {model}"),
        (None, Some(model)) => model,
        (Some(maker), None) => format!("{maker}, unknown model"),
        (None, None) => format!("{} of unknown model", audit.platform.name()),
    }
}

/// How old evidence is at a moment.
pub(super) fn age(as_of: Timestamp, at: Timestamp) -> String {
    let seconds = at.duration_since(as_of).as_secs();
    match seconds {
        ..0 => "dated in the future".into(),
        0..3_600 => "new".into(),
        3_600..86_400 => "under a day old".into(),
        86_400..172_800 => "1 day old".into(),
        _ => format!("{} days old", seconds / 86_400),
    }
}

/// How strong and how old the evidence of a finding is.
pub(super) fn evidence(audit: &Audit, finding: &Finding) -> String {
    let Some(strength) = finding.strength else {
        return "none".into();
    };
    let age = match audit.evidence_as_of {
        Some(t) => age(t, audit.audited_at),
        None => "age unknown".into(),
    };
    format!("{}, {age}", strength.id())
}

/// Findings that differ only in their subject make one row.
pub(super) fn rows<'a>(findings: &[&'a Finding]) -> Vec<(&'a Finding, String)> {
    let mut rows: Vec<(&Finding, Vec<String>)> = Vec::new();
    for finding in findings {
        let same = |row: &Finding| {
            row.control == finding.control
                && row.verdict == finding.verdict
                && row.found == finding.found
                && row.strength == finding.strength
        };
        match rows.iter_mut().find(|(row, _)| same(row)) {
            Some((_, subjects)) => subjects.push(finding.subject_name.clone()),
            None => rows.push((finding, vec![finding.subject_name.clone()])),
        }
    }
    rows.into_iter()
        .map(|(row, subjects)| (row, subjects.join(", ")))
        .collect()
}

/// Findings with the same advice together: "IM-06 title (subjects): advice".
pub(super) fn advice(findings: &[&Finding], advice: impl Fn(&Finding) -> String) -> Vec<String> {
    let mut groups: Vec<(String, Vec<String>, String)> = Vec::new();
    for finding in findings {
        let name = format!("{} {}", finding.control, finding.title);
        let text = advice(finding);
        let about = finding.subject_name.clone();
        match groups.iter_mut().find(|(n, _, t)| *n == name && *t == text) {
            Some((_, subjects, _)) => subjects.push(about),
            None => groups.push((name, vec![about], text)),
        }
    }
    groups
        .into_iter()
        .map(|(name, mut subjects, text)| {
            subjects.dedup();
            format!("{name} ({}): {text}", subjects.join(", "))
        })
        .collect()
}
