//! The report for a person at a terminal: the result first, then a row per control and app, worst first, then what to
//! do, then what was not checked, then what was read, and the result once more where the eye rests.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::presets::UTF8_FULL;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table};

use super::layout::wrap;
use super::words::{self, stopped};
use crate::audit::{Audit, Finding, Overall, Verdict};
use crate::evidence::{Answer, Platform, Source, Value};
use crate::menus::{self, Phone};

/// Below this many columns a table breaks words apart: a list is shown instead.
const NARROW: usize = 96;
const MARGIN: &str = "            ";

/// The report, set to `width` columns. It holds colour escapes of its own making; the stream that it is written to
/// removes them where they do not belong.
pub fn render(audit: &Audit, width: usize) -> String {
    let mut out = Out {
        text: String::new(),
        width: width.clamp(20, 160),
    };
    out.result(audit);
    out.about(audit);
    if audit.declined {
        out.paragraph(
            "The person declined the check. Nothing was read, and no reason is kept.",
            "",
            "",
        );
        return out.text;
    }
    let judged = words::judged(audit);
    if !judged.is_empty() {
        if out.width < NARROW {
            out.list(audit, &judged);
        } else {
            out.table(audit, &judged);
        }
    }
    out.advice(&judged);
    out.waived(&judged);
    out.open_questions(&judged);
    out.said(audit);
    out.not_checked(audit);
    out.read(audit);
    out.line("");
    out.result(audit);
    out.text
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

    fn item(&mut self, text: &str) {
        self.paragraph(text, "  - ", "    ");
    }

    fn heading(&mut self, text: &str) {
        let bold = Style::new().bold();
        self.line(&format!("\n{bold}{text}{bold:#}"));
    }

    fn result(&mut self, audit: &Audit) {
        if audit.no_app_there {
            let scope = audit.apps_in_scope.join(", ");
            self.paragraph(
                &format!("No messaging app of the checklist was found on this phone ({scope})."),
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
        let word = audit.overall.to_string();
        let part = match (audit.readable_only, audit.narrowed_to.is_empty()) {
            (true, true) => " (only the part that a cable or backup can decide)",
            (true, false) => " (only the lines asked for, and what a cable or backup can decide)",
            (false, false) => " (only the lines asked for)",
            (false, true) => "",
        };
        let text = wrap(
            &format!("{word}{part}: {}", words::summary(audit)),
            self.width,
            "",
            "",
        );
        let rest = text.strip_prefix(&word).unwrap_or(&text);
        self.line(&format!("{style}{word}{style:#}{rest}"));
    }

    fn about(&mut self, audit: &Audit) {
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
        let moment = Value::Date(audit.audited_at).for_people();
        let mut lines = vec![
            (
                "Phone:",
                format!("{}, {system}, {evidence}", words::phone(audit)),
            ),
            (
                "Checklist:",
                format!("{} ({})", audit.profile_title, audit.profile_id),
            ),
        ];
        match &audit.apps_found {
            Some(found) if !found.is_empty() => lines.push(("Apps:", found.join(", "))),
            Some(_) => {}
            None => lines.push((
                "Apps:",
                "not looked for: no line of this run is about apps".into(),
            )),
        }
        if let Some(besides) = audit.apps_besides.as_ref().filter(|b| !b.is_empty()) {
            lines.push((
                "Also there:",
                format!("{} (not covered by this checklist)", besides.join(", ")),
            ));
        }
        if let Some(day) = audit.notice_given {
            lines.push(("Notice:", format!("given on {}", words::day(day))));
        }
        if !who.is_empty() {
            lines.push(("About:", who.join(", ")));
        }
        if audit.moment_chosen {
            lines.push((
                "Judged:",
                format!("as of {moment}, not as of today (--as-of)"),
            ));
        }
        if !changed.is_empty() {
            lines.push(("Limits:", format!("CHANGED: {}", changed.join("; "))));
        }
        for warning in &audit.warnings {
            lines.push(("Warning:", warning.clone()));
        }
        for note in &audit.notes {
            lines.push(("Note:", note.clone()));
        }
        for (label, text) in lines {
            self.paragraph(&text, &format!("{label:<12}"), MARGIN);
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
                ["Line", "About", "Verdict", "Found", "Expected", "Evidence"]
                    .map(|h| Cell::new(h).add_attribute(Attribute::Bold)),
            );
        for (finding, subjects) in words::rows(findings) {
            let mut cell = Cell::new(words::verdict(finding)).add_attribute(Attribute::Bold);
            let colour = match finding.verdict {
                Verdict::Pass => Some(Color::Green),
                Verdict::Fail => Some(Color::Red),
                Verdict::Unresolved => Some(Color::Yellow),
                Verdict::NotApplicable | Verdict::Declined => None,
            };
            if let Some(colour) = colour {
                cell = cell.fg(colour);
            }
            table.add_row([
                Cell::new(format!("{} {}", finding.control, finding.title)),
                Cell::new(subjects),
                cell,
                Cell::new(&finding.found),
                Cell::new(&finding.expected),
                Cell::new(words::evidence(audit, finding)),
            ]);
        }
        let text = table.to_string();
        self.line("");
        self.line(&text);
    }

    fn list(&mut self, audit: &Audit, findings: &[&Finding]) {
        for (finding, subjects) in words::rows(findings) {
            self.heading(words::verdict(finding));
            let title = format!("{} {} ({subjects})", finding.control, finding.title);
            self.paragraph(&title, "  ", "  ");
            self.paragraph(&finding.found, "  Found: ", "    ");
            self.paragraph(&finding.expected, "  Expected: ", "    ");
            self.paragraph(&words::evidence(audit, finding), "  Evidence: ", "    ");
        }
    }

    fn advice(&mut self, judged: &[&Finding]) {
        let failed: Vec<&Finding> = judged
            .iter()
            .filter(|f| f.verdict == Verdict::Fail && f.waiver.is_none() && !words::only_said(f))
            .copied()
            .collect();
        if !failed.is_empty() {
            self.heading("What to do");
            for text in words::advice(&failed, |f| f.put_right.clone()) {
                self.item(&text);
            }
        }
    }

    fn waived(&mut self, judged: &[&Finding]) {
        let waived: Vec<&Finding> = judged
            .iter()
            .filter(|f| f.waiver.is_some())
            .copied()
            .collect();
        if waived.is_empty() {
            return;
        }
        self.heading("Failed, and someone answers for it");
        let why = |f: &Finding| {
            f.waiver.as_ref().map_or_else(String::new, |waiver| {
                format!(
                    "{} Approved by {}, until {}.",
                    stopped(&waiver.reason),
                    waiver.approver,
                    words::day(waiver.expires)
                )
            })
        };
        for text in words::advice(&waived, why) {
            self.item(&text);
        }
    }

    /// What was said stands apart from what was seen.
    fn said(&mut self, audit: &Audit) {
        let Some(counts) = words::said(audit) else {
            return;
        };
        self.heading("What the person said (not seen, not counted in the result)");
        self.paragraph(&counts, "  ", "  ");
        let notable: Vec<&Finding> = audit
            .findings
            .iter()
            .filter(|f| {
                f.statement
                    .as_ref()
                    .is_some_and(|said| said.answer != Answer::AsItShouldBe || said.note.is_some())
            })
            .collect();
        for text in words::advice(&notable, |f| {
            format!(
                "{} {}",
                f.question,
                f.statement
                    .as_ref()
                    .map(words::statement)
                    .unwrap_or_default()
            )
        }) {
            self.item(&text);
        }
    }

    fn open_questions(&mut self, judged: &[&Finding]) {
        let open: Vec<&Finding> = judged
            .iter()
            .filter(|f| f.verdict == Verdict::Unresolved && !words::half_checked(f))
            .copied()
            .collect();
        if !open.is_empty() {
            self.heading("Could not tell: look at the phone");
            let look =
                |f: &Finding| format!("look at {} It should be: {}.", stopped(&f.look), f.expected);
            for text in words::advice(&open, look) {
                self.item(&text);
            }
        }
    }

    fn not_checked(&mut self, audit: &Audit) {
        let findings = &audit.findings;
        let asked: Vec<&Finding> = findings
            .iter()
            .filter(|f| words::waits_for_an_answer(f) || words::half_checked(f))
            .collect();
        let aside: Vec<&Finding> = findings
            .iter()
            .filter(|f| f.set_aside && !words::waits_for_an_answer(f) && !words::half_checked(f))
            .collect();
        self.heading("What was not checked");
        if !aside.is_empty() {
            self.line("  Set aside, because no cable or backup can decide it on this phone:");
            for text in words::advice(&aside, |f| format!("look at {}", stopped(&f.look))) {
                self.item(&text);
            }
        }
        if !asked.is_empty() {
            self.line("  Only people can say (not answered in this run):");
            let mut seen = Vec::new();
            for finding in asked {
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
                self.item(&text);
            }
        }
        let absent: Vec<&str> = audit
            .apps_in_scope
            .iter()
            .filter(|app| {
                let of_owner = |f: &&Finding| f.subject_name == **app;
                findings
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
                _ if audit.source == Source::Look => "Nothing was read from the phone: people looked at its screen.",
                Platform::Ios => "No message, contact or picture was opened, and no app outside the messaging catalogue was looked for.",
                Platform::Android => {
                    "No message, contact or picture was opened. New picture files and apps from outside the system were counted on the phone; no name of one left it."
                }
            }
            .into(),
        );
        notes.push("This is how the phone was set at that moment, not how it is used.".into());
        for note in notes {
            self.paragraph(&note, "  ", "  ");
        }
    }

    fn read(&mut self, audit: &Audit) {
        if audit.read_log.is_empty() {
            return;
        }
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
                0 if topics.is_empty() => {
                    self.item(&format!(
                        "{what} (opened a page for a look; nothing was read)"
                    ));
                    continue;
                }
                0 => "looked whether it is there".to_owned(),
                n => format!("{n} bytes"),
            };
            self.item(&format!("{what} ({kept}; for {})", topics.join(", ")));
        }
        if audit.source == Source::IosBackup {
            self.heading("After the check");
            self.paragraph(&words::delete_the_backup(audit), "  ", "  ");
        }
        if matches!(audit.source, Source::AndroidAdb | Source::AndroidCapture) {
            self.heading(match audit.source {
                Source::AndroidCapture => "If the phone is still at hand",
                _ => "Before you give the phone back",
            });
            let phone = Phone {
                maker: audit.device_maker.clone(),
                ..Phone::any(audit.platform)
            };
            let text = "In {menu:developer-options}, tap \"Revoke USB debugging authorisations\", which takes back this computer's permission. Then switch USB debugging off.";
            self.paragraph(&menus::fill(text, &phone, None), "  ", "  ");
        }
    }
}
