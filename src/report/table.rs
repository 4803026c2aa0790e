//! The report for a person at a terminal: the result first, then a row per control and app, worst first, then what to
//! do, then what was not checked, then what was read, and the result once more where the eye rests.

use anstyle::{AnsiColor, Style};
use comfy_table::presets::UTF8_FULL;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table};

use super::layout::wrap;
use super::record::Kept;
use super::{parts, words};
use crate::audit::{Audit, Finding, Overall, Verdict};

/// Below this many columns a table breaks words apart: a list is shown instead.
const NARROW: usize = 96;
const MARGIN: &str = "            ";

/// The report, set to `width` columns. It holds colour escapes of its own making; the stream that it is written to
/// removes them where they do not belong. `kept`: where the audit is kept.
pub fn render(audit: &Audit, kept: Option<&Kept>, width: usize) -> String {
    let mut out = Out {
        text: String::new(),
        width: width.clamp(20, 160),
    };
    out.result(audit);
    out.about(audit, kept);
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
        if let Some(text) = parts::no_app(audit) {
            self.paragraph(&text, "", "");
        }
        let colour = match audit.overall {
            Overall::Pass => AnsiColor::Green,
            Overall::Fail => AnsiColor::Red,
            Overall::Incomplete => AnsiColor::Yellow,
        };
        let style = Style::new().bold().fg_color(Some(colour.into()));
        let word = audit.overall.to_string();
        let part = parts::only_part(audit).map(|part| format!(" ({part})"));
        let text = wrap(
            &format!(
                "{word}{}: {}",
                part.unwrap_or_default(),
                words::summary(audit)
            ),
            self.width,
            "",
            "",
        );
        let rest = text.strip_prefix(&word).unwrap_or(&text);
        self.line(&format!("{style}{word}{style:#}{rest}"));
    }

    fn about(&mut self, audit: &Audit, kept: Option<&Kept>) {
        let mut lines = parts::about(audit, kept);
        lines.extend(audit.warnings.iter().map(|w| ("Warning", w.clone())));
        lines.extend(audit.notes.iter().map(|n| ("Note", n.clone())));
        for (label, text) in lines {
            let label = format!("{label}:");
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
        for (finding, subjects) in words::rows_alike(findings, |a, b| a.beside == b.beside) {
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
                Cell::new(match also_seen(finding) {
                    Some(also) => format!("{}\n{also}", finding.found),
                    None => finding.found.clone(),
                }),
                Cell::new(&finding.expected),
                Cell::new(words::evidence(audit, finding)),
            ]);
        }
        let text = table.to_string();
        self.line("");
        self.line(&text);
    }

    fn list(&mut self, audit: &Audit, findings: &[&Finding]) {
        for (finding, subjects) in words::rows_alike(findings, |a, b| a.beside == b.beside) {
            self.heading(words::verdict(finding));
            let title = format!("{} {} ({subjects})", finding.control, finding.title);
            self.paragraph(&title, "  ", "  ");
            self.paragraph(&finding.found, "  Found: ", "    ");
            if let Some(also) = also_seen(finding) {
                self.paragraph(&also, "  ", "    ");
            }
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
        let waived = parts::waived(judged);
        if !waived.is_empty() {
            self.heading("Failed, and someone answers for it");
            for text in waived {
                self.item(&text);
            }
        }
    }

    /// What was said stands apart from what was seen.
    fn said(&mut self, audit: &Audit) {
        let Some(counts) = words::said(audit) else {
            return;
        };
        self.heading("What the person said (not seen, not counted in the result)");
        self.paragraph(&counts, "  ", "  ");
        for text in parts::notable_answers(audit) {
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
            let look = |f: &Finding| {
                format!(
                    "look at {} It should be: {}.",
                    words::stopped(&f.look),
                    f.expected
                )
            };
            for text in words::advice(&open, look) {
                self.item(&text);
            }
        }
    }

    fn not_checked(&mut self, audit: &Audit) {
        let parts::NotChecked {
            aside,
            asked,
            notes,
        } = parts::not_checked(audit);
        self.heading("What was not checked");
        for (title, list) in [
            (
                "  Set aside, because no cable or backup can decide it on this phone:",
                aside,
            ),
            ("  Only people can say (not answered in this run):", asked),
        ] {
            if !list.is_empty() {
                self.line(title);
            }
            for text in list {
                self.item(&text);
            }
        }
        for note in notes {
            self.paragraph(&note, "  ", "  ");
        }
    }

    fn read(&mut self, audit: &Audit) {
        if audit.read_log.is_empty() {
            return;
        }
        self.heading("What was read");
        for place in parts::places(audit) {
            let topics = match place.topics.as_slice() {
                [] => String::new(),
                topics => format!("; for {}", topics.join(", ")),
            };
            self.item(&format!("{} ({}{topics})", place.what, place.kept));
        }
        if let Some((heading, text)) = parts::afterwards(audit) {
            self.heading(heading);
            self.paragraph(&text, "  ", "  ");
        }
    }
}

/// What was seen beside what the verdict rests on. Of a line that waits for an answer it stands with the question.
fn also_seen(finding: &Finding) -> Option<String> {
    let decided = !words::waits_for_an_answer(finding) && !words::half_checked(finding);
    (decided && !finding.beside.is_empty())
        .then(|| format!("Also seen: {}", finding.beside.join("; ")))
}
