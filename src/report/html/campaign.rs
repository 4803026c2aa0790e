//! A campaign's report as a page: words first, then the plot with its figures beside it.

use super::super::campaign as text;
use super::super::markup::html;
use super::plot::{self, Mark};
use super::{Page, document};
use crate::campaign::result::{Readers, Report, Way};
use crate::sampling::suppress;
use crate::sampling::words::{between, number};

/// The report of a campaign.
pub fn render(report: &Report) -> String {
    let publish = report.readers == Readers::Everybody;
    let mut page = Page::default();
    let title = format!("Campaign {}", report.id);
    page.heading(1, "", &format!("Spot checks: campaign {}", report.id));
    for words in report.frame_words() {
        page.paragraph(&words);
    }
    section(&mut page, "who", text::WHO, &report.coverage_words());
    section(&mut page, "whole", text::WHOLE, &report.whole_words());
    groups(&mut page, report);
    for words in report.assumed.iter().chain(&text::said_words(report)) {
        page.element("p", "class=\"inset\"", words);
    }
    if let Some(beside) = &report.beside {
        let heading = format!("Beside campaign {}", beside.id);
        section(&mut page, "beside", &heading, &beside.words);
        let figures = text::beside_figures(beside);
        if !figures.is_empty() {
            page.list(&figures);
        }
    }
    lines(&mut page, report, publish);
    if let Some(words) = report.not_looked_at_words() {
        section(&mut page, "not-looked-at", text::NOT_LOOKED_AT, &[words]);
    }
    advice(&mut page, report);
    if !report.recheck.is_empty() {
        section(
            &mut page,
            "again",
            text::RECHECK,
            &[report.recheck.join(", ")],
        );
    }
    if !report.look_again.is_empty() {
        let references = [report.look_again.join(", ")];
        section(&mut page, "look-again", text::LOOK_AGAIN, &references);
    }
    if !report.notes.is_empty() {
        page.heading(2, "notes", "Notes");
        page.list(&report.notes);
    }
    section(&mut page, "register", text::REGISTER, &[]);
    page.element("p", "class=\"hash\"", &text::head_words(report));
    if publish {
        page.paragraph(suppress::KEY);
    }
    document(&title, &page.out, env!("CARGO_PKG_VERSION"))
}

fn section(page: &mut Page, id: &str, heading: &str, texts: &[String]) {
    page.heading(2, id, heading);
    for text in texts {
        page.paragraph(text);
    }
}

fn groups(page: &mut Page, report: &Report) {
    if report.groups.is_empty() {
        return;
    }
    page.raw("<table class=\"figures\">\n<caption>By group</caption>\n<thead><tr><th scope=\"col\">Group</th><th scope=\"col\" class=\"n\">People</th><th scope=\"col\" class=\"n\">Drawn</th><th scope=\"col\" class=\"n\">Checked</th><th scope=\"col\" class=\"n\">Failed</th><th scope=\"col\" class=\"n\">Passed</th><th scope=\"col\" class=\"n\">Could not be told</th></tr></thead>\n<tbody>\n");
    for group in &report.groups {
        page.raw(&format!(
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            html(&group.name),
            number(group.people),
            number(group.drawn),
            number(group.known + group.could_not_tell),
            number(group.failed),
            number(group.known.saturating_sub(group.failed)),
            number(group.could_not_tell)
        ));
    }
    page.raw("</tbody>\n</table>\n");
}

/// A row of the plot and of the table beside it.
struct Row {
    label: String,
    failed: String,
    of: String,
    range: String,
}

fn lines(page: &mut Page, report: &Report, publish: bool) {
    if report.lines.is_empty() && report.hidden.is_empty() {
        return;
    }
    page.heading(2, "lines", text::LINES);
    let mut rows = Vec::new();
    let mut marks = Vec::new();
    if let Some(way) = report.whole.first() {
        let label = "All lines together".to_owned();
        marks.extend(whole_mark(way, &label));
        rows.push(Row {
            label,
            failed: way.failed.map_or_else(|| "*".into(), number),
            of: number(way.of),
            range: way.interval.map_or_else(String::new, between),
        });
    }
    for line in &report.lines {
        let label = format!("{} {}", line.id, line.title).trim_end().to_owned();
        if let Some(interval) = line.interval {
            marks.push(Mark {
                label: label.clone(),
                rate: line.failed as f64 / line.of.max(1) as f64,
                interval,
                is_whole: false,
            });
        }
        rows.push(Row {
            label,
            failed: number(line.failed),
            of: number(line.of),
            range: match (line.of, line.interval) {
                (0, _) => "could be told of no phone".into(),
                (_, Some(interval)) => between(interval),
                (_, None) => String::new(),
            },
        });
    }
    for (id, title) in &report.hidden {
        rows.push(Row {
            label: format!("{id} {title}").trim_end().to_owned(),
            failed: "*".into(),
            of: "*".into(),
            range: "*".into(),
        });
    }
    if !marks.is_empty() {
        page.raw(&plot::svg(&marks));
    }
    table(page, &rows, publish);
    let more: Vec<String> = report
        .lines
        .iter()
        .filter_map(|line| Some(format!("{}: {}", line.id, line.more_words()?)))
        .collect();
    if !more.is_empty() {
        page.list(&more);
    }
}

fn whole_mark(way: &Way, label: &str) -> Option<Mark> {
    let rate = match (way.weighted, way.failed) {
        (Some(rate), _) => rate,
        (None, Some(failed)) if way.of > 0 => failed as f64 / way.of as f64,
        _ => return None,
    };
    Some(Mark {
        label: label.to_owned(),
        rate,
        interval: way.interval?,
        is_whole: true,
    })
}

fn table(page: &mut Page, rows: &[Row], publish: bool) {
    let (of, range) = match publish {
        true => ("Of those drawn", "Would fail at least, with 95% confidence"),
        false => (
            "Of those that could be told",
            "Would fail, with 95% confidence",
        ),
    };
    page.raw(&format!(
        "<table class=\"figures\">\n<caption>The figures</caption>\n<thead><tr><th scope=\"col\">Line</th><th scope=\"col\" class=\"n\">Failed</th><th scope=\"col\" class=\"n\">{of}</th><th scope=\"col\">{range}</th></tr></thead>\n<tbody>\n"
    ));
    for row in rows {
        page.raw(&format!(
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
            html(&row.label),
            row.failed,
            row.of,
            html(&row.range)
        ));
    }
    page.raw("</tbody>\n</table>\n");
}

fn advice(page: &mut Page, report: &Report) {
    if report.advice.is_empty() {
        return;
    }
    page.heading(2, "advice", text::ADVICE);
    for advice in &report.advice {
        page.raw("<div class=\"card\">\n");
        page.heading(3, "", &text::name(advice));
        for words in text::advice_words(advice) {
            page.paragraph(&words);
        }
        page.raw("</div>\n");
    }
    for words in text::as_often_words(report)
        .into_iter()
        .chain(text::explain_words(report))
    {
        page.paragraph(&words);
    }
}
