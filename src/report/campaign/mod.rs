//! A campaign for people: what it came to, words first and figures after; and how far it is.

pub mod json;
pub mod status;

use std::fmt::Write as _;

use super::layout::wrap;
use crate::campaign::change::LineCompared;
use crate::campaign::result::{Advice, Beside, Readers, Report};
use crate::sampling::suppress;
use crate::sampling::words::{count, number};

/// The headings of a report, in their order.
pub(super) const WHO: &str = "Who was checked";
pub(super) const WHOLE: &str = "What the phones showed, as they were found";
pub(super) const LINES: &str = "Line by line, most failures first";
pub(super) const NOT_LOOKED_AT: &str = "Not looked at";
pub(super) const ADVICE: &str = "What failed most, and how staff put it right";
pub(super) const RECHECK: &str = "To be checked again";
pub(super) const LOOK_AGAIN: &str = "Could not be told: look again";
pub(super) const REGISTER: &str = "The register";

/// The report as text, set to `width` columns.
pub fn render(report: &Report, width: usize) -> String {
    let publish = report.readers == Readers::Everybody;
    let mut out = Text {
        text: format!("Campaign {}\n", report.id),
        width,
    };
    for text in report.frame_words() {
        out.set(&text, "");
    }
    out.section(WHO, &report.coverage_words());
    out.section(WHOLE, &report.whole_words());
    for group in &report.groups {
        out.line(&group_words(group));
    }
    for text in report.assumed.iter().chain(&said_words(report)) {
        out.line(text);
    }
    if let Some(beside) = &report.beside {
        out.section(&format!("Beside campaign {}", beside.id), &beside.words);
        for text in beside_figures(beside) {
            out.line(&text);
        }
    }
    if !report.lines.is_empty() || !report.hidden.is_empty() {
        out.heading(LINES);
    }
    for line in &report.lines {
        out.line(&line.words(publish));
        if let Some(more) = line.more_words() {
            out.deeper(&more);
        }
    }
    if let Some(text) = hidden_words(report) {
        out.line(&text);
    }
    if let Some(text) = report.not_looked_at_words() {
        out.section(NOT_LOOKED_AT, &[text]);
    }
    if !report.advice.is_empty() {
        out.heading(ADVICE);
        for advice in &report.advice {
            out.line(&name(advice));
            for text in advice_words(advice) {
                out.deeper(&text);
            }
        }
        for text in as_often_words(report)
            .into_iter()
            .chain(explain_words(report))
        {
            out.line(&text);
        }
    }
    if !report.recheck.is_empty() {
        out.section(RECHECK, &[report.recheck.join(", ")]);
    }
    if !report.look_again.is_empty() {
        out.section(LOOK_AGAIN, &[report.look_again.join(", ")]);
    }
    if !report.notes.is_empty() {
        out.heading("Notes");
    }
    for note in &report.notes {
        out.line(note);
    }
    out.heading(REGISTER);
    out.line(&head_words(report));
    if publish {
        out.text.push('\n');
        out.line(suppress::KEY);
    }
    out.text
}

pub(super) fn group_words(group: &crate::campaign::result::GroupRow) -> String {
    format!(
        "{}: {} of {} people drawn; {} checked: {} failed, {} passed, {} could not be told.",
        group.name,
        number(group.drawn),
        number(group.people),
        count(
            group.known + group.could_not_tell,
            "phone was",
            "phones were"
        ),
        number(group.failed),
        number(group.known.saturating_sub(group.failed)),
        number(group.could_not_tell)
    )
}

pub(super) fn said_words(report: &Report) -> Option<String> {
    let [yes, no, unanswered, declined] = report.attested?.map(number);
    Some(format!(
        "What people said is counted apart: {yes} yes, {no} no, {unanswered} not answered, {declined} declined."
    ))
}

pub(super) fn beside_figures(beside: &Beside) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(whole) = &beside.whole {
        texts.push(format!(
            "Before: {} of {}. Now: {} of {}. Fisher's exact test: p = {:.3}.",
            number(whole.before.failed()),
            number(whole.before.checked()),
            number(whole.now.failed()),
            number(whole.now.checked()),
            whole.p
        ));
    }
    for (title, line) in &beside.lines {
        texts.push(line_compared(title, line));
    }
    texts
}

fn line_compared(title: &str, line: &LineCompared) -> String {
    let compared = &line.compared;
    let more = match compared.now.rate() > compared.before.rate() {
        true => "more",
        false => "fewer",
    };
    format!(
        "{} {title}: {more} failed, {} of {} before and {} of {} now (p = {:.3}).",
        line.id,
        number(compared.before.failed()),
        number(compared.before.checked()),
        number(compared.now.failed()),
        number(compared.now.checked()),
        compared.p
    )
}

pub(super) fn hidden_words(report: &Report) -> Option<String> {
    let ids: Vec<&str> = report.hidden.iter().map(|(id, _)| id.as_str()).collect();
    (!ids.is_empty()).then(|| {
        format!(
            "Looked at, and the numbers are not published (*): {}.",
            ids.join(", ")
        )
    })
}

pub(super) fn name(advice: &Advice) -> String {
    format!("{} {}", advice.id, advice.title)
        .trim_end()
        .to_owned()
}

pub(super) fn advice_words(advice: &Advice) -> Vec<String> {
    advice
        .texts
        .iter()
        .map(|(kind, text)| match kind {
            Some(kind) => format!("{kind}: {text}"),
            None => text.clone(),
        })
        .collect()
}

pub(super) fn as_often_words(report: &Report) -> Option<String> {
    let more = report.as_often;
    (more > 0).then(|| format!("And {} more failed as often.", number(more)))
}

pub(super) fn explain_words(report: &Report) -> Option<String> {
    report.advice.first()?;
    let rest = report.without_advice();
    let others = match rest.as_slice() {
        [] => String::new(),
        some => format!(
            ", and for the other lines that failed ({})",
            some.join(", ")
        ),
    };
    Some(format!(
        "Menus differ by maker and app. For all of them{others}: {}, and so on.",
        report.explain
    ))
}

pub(super) fn head_words(report: &Report) -> String {
    format!(
        "Its head at this report: {}. If spotcheck register verify --head does not find it later, the end was cut off.",
        report.head
    )
}

struct Text {
    text: String,
    width: usize,
}

impl Text {
    fn heading(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    fn section(&mut self, heading: &str, texts: &[String]) {
        self.heading(heading);
        for text in texts {
            self.line(text);
        }
    }

    fn line(&mut self, text: &str) {
        self.set(text, "  ");
    }

    fn deeper(&mut self, text: &str) {
        self.set(text, "      ");
    }

    fn set(&mut self, text: &str, indent: &str) {
        self.text += &wrap(text, self.width, indent, indent);
        self.text.push('\n');
    }
}
