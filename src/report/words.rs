//! The words and the grouping that reports for people share.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::audit::{Audit, Finding, Verdict};
use crate::evidence::{Answer, Fact, Observation, Reading, Source, Subject, Value};

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

/// What could be seen is as it should be, and the person said otherwise.
pub(super) fn only_said(finding: &Finding) -> bool {
    finding.verdict == Verdict::Fail && finding.seen == Some(Verdict::Pass)
}

/// The findings that belong in the main part, worst first.
pub(super) fn judged(audit: &Audit) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = audit
        .findings
        .iter()
        .filter(|f| !f.set_aside && f.seen.is_some())
        // What the auditor took out of the check stays in sight.
        .filter(|f| f.verdict != Verdict::NotApplicable || f.observation.is_some())
        .collect();
    findings.sort_by_key(|finding| match finding.verdict {
        Verdict::Fail if !only_said(finding) => 0,
        Verdict::Unresolved if !half_checked(finding) => 1,
        Verdict::Declined => 2,
        Verdict::Fail | Verdict::Unresolved => 3,
        Verdict::NotApplicable => 4,
        Verdict::Pass => 5,
    });
    findings
}

/// The findings that the main part leaves out although somebody could have seen them: set aside, or not applicable.
pub(super) fn left_out(audit: &Audit) -> impl Iterator<Item = &Finding> {
    audit.findings.iter().filter(|f| {
        f.seen.is_some()
            && (f.set_aside || (f.verdict == Verdict::NotApplicable && f.observation.is_none()))
    })
}

/// What the backup holds besides the settings that were needed.
pub(super) fn backup_holds(audit: &Audit) -> &'static str {
    let more = audit
        .facts
        .get(&(Subject::Device, Fact::BackupHoldsMore))
        .and_then(Reading::value);
    match more {
        Some(Value::Bool(true)) => {
            "It holds far more than the settings that were needed: as a rule messages, contacts and pictures."
        }
        Some(Value::Bool(false)) => {
            "It seems to hold little beyond settings, but it is still a copy of parts of the phone."
        }
        _ => {
            "Unless it was made with settings alone, it holds far more: as a rule messages, contacts and pictures."
        }
    }
}

/// What is to become of the backup after the check, and why.
pub(super) fn delete_the_backup(audit: &Audit) -> String {
    format!("Delete the backup. {}", backup_holds(audit))
}

/// Where evidence comes from that another program took earlier; `None` for what this program asked the phone itself.
pub(super) fn taken_by_others(source: Source) -> Option<&'static str> {
    match source {
        Source::AndroidAcquisition => Some("an acquisition made by androidqf"),
        Source::AndroidBugreport => Some("a bug report of the phone"),
        _ => None,
    }
}

/// Symbol and word of a verdict: never colour alone.
pub(super) fn verdict(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Unresolved if finding.set_aside => "– set aside",
        Verdict::Pass if finding.first_verdict.is_some() => "✓ pass, put right",
        Verdict::Pass => "✓ pass",
        Verdict::Fail if only_said(finding) => "~ seen well, said no",
        Verdict::Fail if finding.waiver.is_some() => "! failed, waived",
        Verdict::Fail => "✗ FAIL",
        Verdict::Unresolved if half_checked(finding) => "~ half checked",
        Verdict::Unresolved => "? could not tell",
        Verdict::NotApplicable if finding.observation.is_some() => "– said not to apply",
        Verdict::NotApplicable => "– not applicable",
        Verdict::Declined => "– declined",
    }
}

/// The overall result in numbers: "2 failed, 1 could not be told, 5 passed".
pub(super) fn summary(audit: &Audit) -> String {
    let count = |wanted: Verdict| {
        audit
            .counted()
            .filter(|finding| finding.waiver.is_none() && finding.counted == Some(wanted))
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
    let waived = audit.counted().filter(|f| f.waiver.is_some()).count();
    if waived > 0 {
        text += &format!("; {waived} FAILED BUT WAIVED");
    }
    let taken_out = audit
        .counted()
        .filter(|f| f.verdict == Verdict::NotApplicable && f.observation.is_some())
        .count();
    if taken_out > 0 {
        text += &format!("; {taken_out} SAID NOT TO APPLY");
    }
    let put_right = audit
        .counted()
        .filter(|f| f.first_verdict.is_some())
        .count();
    if put_right > 0 {
        text += &format!("; {put_right} of the passed put right in front of the auditor");
    }
    let aside = audit
        .findings
        .iter()
        .filter(|f| f.set_aside && !f.asked)
        .count();
    if aside > 0 {
        text += &format!("; {aside} set aside for a look at the phone");
    }
    if audit.attested.unanswered > 0 && !audit.readable_only {
        let n = audit.attested.unanswered;
        let questions = if n == 1 { "question" } else { "questions" };
        text += &format!("; {n} {questions} to the person not answered");
    }
    if audit.parameters.iter().any(|p| p.overridden()) {
        text += "; LIMITS CHANGED for this run";
    }
    text
}

/// With a full stop at its end.
pub(super) fn stopped(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() || text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// A day as people write it: 6 August 2018.
pub(super) fn day(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// An answer of the person, in words.
pub(super) fn statement(said: &Observation) -> String {
    let text = match said.answer {
        Answer::AsItShouldBe => "Yes",
        Answer::Otherwise | Answer::Fixed => "No",
        Answer::CannotTell => "Could not tell",
        Answer::DoesNotApply => "Does not apply",
        Answer::Declined => "Declined to answer",
    };
    match &said.note {
        Some(note) => format!("{text} (note: {note})"),
        None => text.into(),
    }
}

/// Maker and model, as far as they are known.
pub fn phone(audit: &Audit) -> String {
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
    // Whole seconds, as a saved audit keeps them: what is shown of it again must be the same.
    let seconds = at.as_second() - as_of.as_second();
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
    let seen = finding.observation.as_ref().map(|look| {
        let day = Value::Date(look.at).for_people();
        match &look.by {
            Some(by) => format!("seen by {by}, {day}"),
            None => format!("seen, {day}"),
        }
    });
    let Some(strength) = finding.strength else {
        return seen.unwrap_or_else(|| "none".into());
    };
    let age = match audit.evidence_as_of {
        Some(t) => age(t, audit.audited_at),
        None => "age unknown".into(),
    };
    match seen {
        Some(seen) => format!("{}, {age}; {seen}", strength.id()),
        None => format!("{}, {age}", strength.id()),
    }
}

/// What the person said, counted: "12 yes, 1 no, 2 not answered".
pub(super) fn said(audit: &Audit) -> Option<String> {
    let said = &audit.attested;
    let parts: Vec<String> = [
        (said.yes, "yes"),
        (said.no, "no"),
        (said.declined, "declined"),
        (said.unanswered, "not answered"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| format!("{n} {word}"))
    .collect();
    (said.yes + said.no + said.declined > 0).then(|| parts.join(", "))
}

/// Findings that differ only in their subject make one row, where they are `alike` to the eye of this report too.
pub(super) fn rows_alike<'a>(
    findings: &[&'a Finding],
    alike: impl Fn(&Finding, &Finding) -> bool,
) -> Vec<(&'a Finding, String)> {
    let mut rows: Vec<(&Finding, Vec<String>)> = Vec::new();
    for finding in findings {
        let same = |row: &Finding| {
            row.control == finding.control
                && row.verdict == finding.verdict
                && row.found == finding.found
                && row.waiver == finding.waiver
                && row.observation.is_some() == finding.observation.is_some()
                && row.strength == finding.strength
                && alike(row, finding)
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
