//! What reports for people tell besides the findings, in words: the terminal's report and the page say the same.

use std::fmt::Write as _;

use super::record::Kept;
use super::words::{self, stopped};
use crate::audit::{Audit, Finding, Verdict};
use crate::evidence::{Answer, Origin, Platform, Source, Value};
use crate::menus::{self, Phone};

/// What the audit is about, line by line: label and text. Warnings and notes are apart.
pub(super) fn about(audit: &Audit, kept: Option<&Kept>) -> Vec<(&'static str, String)> {
    let system = audit.device_os.as_deref().unwrap_or("unknown version");
    let evidence = match audit.evidence_as_of {
        None if audit.declined => "not read".into(),
        None if audit.source == Source::Look => "looked at without cable or backup".into(),
        None => "evidence of unknown date".into(),
        Some(t) => format!(
            "evidence of {} ({})",
            Value::Date(t).for_people(),
            words::age(t, audit.audited_at)
        ),
    };
    let evidence = match words::taken_by_others(audit.source) {
        Some(from) => format!("{evidence}, from {from}"),
        None => evidence,
    };
    let about = &audit.about;
    let who: Vec<String> = [
        ("staff reference", about.staff_ref.as_deref()),
        ("role", about.role.as_deref()),
        ("ownership", about.ownership.map(|o| o.id())),
        ("auditor", about.auditor.as_deref()),
        ("site", about.site.as_deref()),
        ("campaign", about.campaign.as_deref()),
    ]
    .into_iter()
    .filter_map(|(label, value)| value.map(|v| format!("{label} {v}")))
    .collect();
    let changed: Vec<String> = audit
        .parameters
        .iter()
        .filter_map(|p| {
            let before = p.in_profile.as_ref()?;
            Some(format!(
                "{} is {} for this run; the checklist says {}",
                p.id,
                p.value.for_people(),
                before.for_people()
            ))
        })
        .collect();
    let mut lines = vec![
        (
            "Phone",
            format!("{}, {system}, {evidence}", words::phone(audit)),
        ),
        (
            "Checklist",
            format!("{} ({})", audit.profile_title, audit.profile_id),
        ),
    ];
    match &audit.apps_found {
        Some(found) if !found.is_empty() => lines.push(("Apps", found.join(", "))),
        Some(_) => {}
        None => lines.push((
            "Apps",
            "not looked for: no line of this run is about apps".into(),
        )),
    }
    if let Some(besides) = audit.apps_besides.as_ref().filter(|b| !b.is_empty()) {
        lines.push((
            "Also there",
            format!("{} (not covered by this checklist)", besides.join(", ")),
        ));
    }
    if let Some(day) = audit.notice_given {
        lines.push(("Notice", format!("given on {}", words::day(day))));
    }
    if !who.is_empty() {
        lines.push(("About", who.join(", ")));
    }
    if audit.moment_chosen {
        let moment = Value::Date(audit.audited_at).for_people();
        lines.push((
            "Judged",
            format!("as of {moment}, not as of today (--as-of)"),
        ));
    }
    if !changed.is_empty() {
        lines.push(("Limits", format!("CHANGED: {}", changed.join("; "))));
    }
    if let Some(kept) = kept {
        lines.push(("Register", kept.to_string()));
    }
    lines
}

/// A sentence before the result, where no app of the checklist is on the phone.
pub(super) fn no_app(audit: &Audit) -> Option<String> {
    let scope = audit.apps_in_scope.join(", ");
    audit
        .no_app_there
        .then(|| format!("No messaging app of the checklist was found on this phone ({scope})."))
}

/// What the overall result is about, where it is not about the whole checklist.
pub(super) fn only_part(audit: &Audit) -> Option<&'static str> {
    match (audit.readable_only, audit.narrowed_to.is_empty()) {
        (true, true) => Some("only the part that a cable or backup can decide"),
        (true, false) => Some("only the lines asked for, and what a cable or backup can decide"),
        (false, false) => Some("only the lines asked for"),
        (false, true) => None,
    }
}

/// Failures that someone answers for, with who and until when.
pub(super) fn waived(judged: &[&Finding]) -> Vec<String> {
    let waived: Vec<&Finding> = judged
        .iter()
        .filter(|f| f.waiver.is_some())
        .copied()
        .collect();
    words::advice(&waived, answered_for)
}

/// Who answers for a failure, why and until when.
pub(super) fn answered_for(finding: &Finding) -> String {
    finding.waiver.as_ref().map_or_else(String::new, |waiver| {
        format!(
            "{} Approved by {}, until {}.",
            stopped(&waiver.reason),
            waiver.approver,
            words::day(waiver.expires)
        )
    })
}

/// Answers of the person that need a second look: anything but a plain yes.
pub(super) fn notable_answers(audit: &Audit) -> Vec<String> {
    let notable: Vec<&Finding> = audit
        .findings
        .iter()
        .filter(|f| {
            f.statement
                .as_ref()
                .is_some_and(|said| said.answer != Answer::AsItShouldBe || said.note.is_some())
        })
        .collect();
    words::advice(&notable, |f| {
        format!(
            "{} {}",
            f.question,
            f.statement
                .as_ref()
                .map(words::statement)
                .unwrap_or_default()
        )
    })
}

/// What the audit leaves open.
pub(super) struct NotChecked {
    /// Set aside, because no cable or backup can decide it: where to look.
    pub aside: Vec<String>,
    /// Questions that only people can answer.
    pub asked: Vec<String>,
    /// Sentences on the rest.
    pub notes: Vec<String>,
}

/// What was not checked, and why.
pub(super) fn not_checked(audit: &Audit) -> NotChecked {
    let findings = &audit.findings;
    let open = |f: &Finding| words::waits_for_an_answer(f) || words::half_checked(f);
    let aside: Vec<&Finding> = findings
        .iter()
        .filter(|f| f.set_aside && !open(f))
        .collect();
    let mut asked = Vec::new();
    let mut seen = Vec::new();
    for finding in findings.iter().filter(|f| open(f)) {
        if seen.contains(&&finding.control) {
            continue;
        }
        seen.push(&finding.control);
        let mut text = format!("{}: {}", finding.control, finding.question);
        if finding.found.contains("--ownership") {
            let _ = write!(text, " ({})", finding.found);
        }
        if !finding.beside.is_empty() {
            let _ = write!(text, " Seen on the phone: {}.", finding.beside.join("; "));
        }
        asked.push(text);
    }
    NotChecked {
        aside: words::advice(&aside, |f| format!("look at {}", stopped(&f.look))),
        asked,
        notes: not_checked_notes(audit),
    }
}

fn not_checked_notes(audit: &Audit) -> Vec<String> {
    let absent: Vec<&str> = audit
        .apps_in_scope
        .iter()
        .filter(|app| {
            let of_owner = |f: &&Finding| f.subject_name == **app;
            audit
                .findings
                .iter()
                .filter(of_owner)
                .any(|f| f.verdict == Verdict::NotApplicable)
                && !audit.apps_found.iter().flatten().any(|found| found == *app)
        })
        .map(String::as_str)
        .collect();
    let mut notes = Vec::new();
    if !absent.is_empty() {
        notes.push(format!(
            "Not installed, so not judged: {}.",
            absent.join(", ")
        ));
    }
    if !audit.apps_to_ask.is_empty() {
        notes.push(format!(
            "Ask whether one of these is there, whose ids on {} spotcheck does not know for sure: {}.",
            audit.platform.name(),
            audit.apps_to_ask.join(", ")
        ));
    }
    if !audit.not_covered.is_empty() {
        let ids: Vec<&str> = audit
            .not_covered
            .iter()
            .map(|line| line.id.as_str())
            .collect();
        notes.push(format!(
            "Not covered by this checklist: {} of its source's lines ({}). `spotcheck profile show` says why.",
            ids.len(),
            ids.join(", ")
        ));
    }
    if !audit.narrowed_to.is_empty() {
        notes.push(format!(
            "Every line of the checklist but these: {} (--controls).",
            audit.narrowed_to.join(", ")
        ));
    }
    notes.push(
        match audit.platform {
            _ if audit.declined => "The person declined the check. Nothing was read, and no reason is kept.",
            _ if audit.source == Source::Look => "Nothing was read from the phone: people looked at its screen.",
            Platform::Android if words::taken_by_others(audit.source).is_some() => "Of what had been taken from the phone, only the listed settings were looked at.",
            Platform::Ios => "No message, contact or picture was opened, and no app outside the messaging catalogue was looked for.",
            Platform::Android => {
                "No message, contact or picture was opened. New picture files and apps from outside the system were counted on the phone; no name of one left it."
            }
        }
        .into(),
    );
    notes.push("This is how the phone was set at that moment, not how it is used.".into());
    notes
}

/// One place that was read.
pub(super) struct Place<'a> {
    pub what: &'a str,
    /// What was kept of it.
    pub kept: String,
    /// Topics that it was read for.
    pub topics: Vec<&'a str>,
}

/// The places that were read, each once: one may have been read for several readers.
pub(super) fn places(audit: &Audit) -> Vec<Place<'_>> {
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
    places
        .into_iter()
        .map(|(what, bytes, topics)| Place {
            what,
            kept: match bytes {
                0 if topics.is_empty() => "opened a page for a look; nothing was read".into(),
                0 => "looked whether it is there".into(),
                n => format!("{n} bytes"),
            },
            topics,
        })
        .collect()
}

/// A place that was read, with the key in it and what must be known of it.
pub(super) fn place(origin: &Origin) -> String {
    let mut text = origin.place.clone();
    if let Some(key) = &origin.key {
        let _ = write!(text, ", {key}");
    }
    if let Some(note) = &origin.note {
        let _ = write!(text, " ({note})");
    }
    text
}

/// What is to be done after the check: heading and text.
pub(super) fn afterwards(audit: &Audit) -> Option<(&'static str, String)> {
    let heading = match audit.source {
        _ if audit.read_log.is_empty() => return None,
        Source::IosBackup => return Some(("After the check", words::delete_the_backup(audit))),
        Source::AndroidAcquisition | Source::AndroidBugreport => {
            let from = words::taken_by_others(audit.source).unwrap_or_default();
            return Some((
                "After the check",
                format!(
                    "Delete what was taken from the phone ({from}). It holds far more of the person's life than this check needs."
                ),
            ));
        }
        Source::AndroidCapture => "If the phone is still at hand",
        Source::AndroidAdb => "Before you give the phone back",
        Source::Derived | Source::Look => return None,
    };
    let phone = Phone {
        maker: audit.device_maker.clone(),
        ..Phone::any(audit.platform)
    };
    let text = "In {menu:developer-options}, tap \"Revoke USB debugging authorisations\", which takes back this computer's permission. Then switch USB debugging off.";
    Some((heading, menus::fill(text, &phone, None)))
}
