//! The page: one HTML file without script, picture or network, for the screen and for paper, in light and dark. It
//! follows the NHS service manual in words, colours and contrast, and carries neither its logo nor its typeface.

mod batch;
mod campaign;
mod one;
mod plot;

pub use campaign::render as campaign;

use super::markup::html;
use super::record::Record;
use super::{parts, words};
use crate::audit::{Audit, Finding, Overall, Verdict};
use crate::evidence::Value;

const STYLE: &str = include_str!("style.css");

/// What the whole page is called.
const NAME: &str = "Spot check of messaging settings";

/// One audit as a page, or several with an overview before them.
pub fn render(records: &[Record]) -> String {
    let mut page = Page::default();
    let title = match records {
        [record] if record.audit.is_some() => {
            one::single(&mut page, record);
            record.audit.as_ref().map_or_else(String::new, |audit| {
                format!(
                    "{}: {}, {}",
                    audit.result(),
                    words::phone(audit),
                    Value::Date(audit.audited_at).for_people()
                )
            })
        }
        _ => return overview(records, &[]),
    };
    document(&title, &page.out, &versions(records))
}

/// An overview, then one section for each record; `warnings` are about the whole.
pub fn overview(records: &[Record], warnings: &[String]) -> String {
    let mut page = Page::default();
    batch::several(&mut page, records, warnings);
    let (n, what) = batch::counted(records);
    document(&format!("{n} {what}"), &page.out, &versions(records))
}

/// The versions of the program that the records are from.
fn versions(records: &[Record]) -> String {
    let mut versions: Vec<&str> = records.iter().map(|r| r.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    versions.join(", ")
}

fn document(title: &str, body: &str, version: &str) -> String {
    let (title, version) = (html(title), html(version));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title} - {NAME}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the result</a>\n\
         <header class=\"top\"><div class=\"wide\">spotcheck</div></header>\n\
         <main id=\"main\" class=\"wide\">\n{body}</main>\n\
         <footer><div class=\"wide\">Made by spotcheck {version}. It read settings only. This page holds no script and loads nothing.</div></footer>\n\
         </body>\n</html>\n"
    )
}

/// A page in the making. Everything that is not markup of this module is escaped on its way in.
#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    /// Markup as it is.
    fn raw(&mut self, markup: &str) {
        self.out += markup;
    }

    /// An element with text in it.
    fn element(&mut self, name: &str, attributes: &str, text: &str) {
        let space = if attributes.is_empty() { "" } else { " " };
        self.out += &format!("<{name}{space}{attributes}>{}</{name}>\n", html(text));
    }

    fn heading(&mut self, level: u8, id: &str, text: &str) {
        let attributes = match (id, level) {
            ("", 3) => "class=\"part\"".to_owned(),
            ("", _) => String::new(),
            (id, 3) => format!("id=\"{id}\" class=\"part\""),
            (id, _) => format!("id=\"{id}\""),
        };
        self.element(&format!("h{level}"), &attributes, text);
    }

    fn paragraph(&mut self, text: &str) {
        self.element("p", "", text);
    }

    fn list(&mut self, items: &[String]) {
        self.raw("<ul>\n");
        for item in items {
            self.element("li", "", item);
        }
        self.raw("</ul>\n");
    }

    /// A list of labels and texts.
    fn rows(&mut self, rows: &[(&str, String)]) {
        self.raw("<dl class=\"rows\">\n");
        for (label, text) in rows {
            self.row(label, "", text);
        }
        self.raw("</dl>\n");
    }

    fn row(&mut self, label: &str, class: &str, text: &str) {
        self.cells(label, class, &[text.to_owned()]);
    }

    /// One label with several texts below each other.
    fn cells(&mut self, label: &str, class: &str, texts: &[String]) {
        let class = match class {
            "" => String::new(),
            class => format!("class=\"{class}\""),
        };
        self.element("dt", "", label);
        for text in texts {
            self.element("dd", &class, text);
        }
    }

    /// A verdict as a tag: symbol, word and colour.
    fn tag(finding: &Finding) -> String {
        format!(
            "<strong class=\"tag {}\">{}</strong>",
            class(finding),
            html(&together(words::verdict(finding)))
        )
    }

    /// The overall result in a box.
    fn result(&mut self, audit: &Audit) {
        let (class, symbol) = overall(audit.overall);
        self.raw(&format!("<div class=\"result {class}\">\n"));
        self.element(
            "p",
            "class=\"word\"",
            &format!(
                "{symbol} {}",
                crate::audit::result(&audit.overall.to_string(), audit.part_only())
            ),
        );
        if let Some(text) = parts::no_app(audit) {
            self.paragraph(&text);
        }
        let summary = words::summary(audit);
        self.paragraph(&words::stopped(&capital(&match parts::only_part(audit) {
            Some(part) => format!("{part}: {summary}"),
            None => summary,
        })));
        self.raw("</div>\n");
    }
}

/// The class of colours for a finding.
fn class(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Unresolved if finding.set_aside => "other",
        Verdict::Pass => "pass",
        Verdict::Fail if finding.waiver.is_some() || words::only_said(finding) => "open",
        Verdict::Fail => "fail",
        Verdict::Unresolved => "open",
        Verdict::NotApplicable | Verdict::Declined => "other",
    }
}

/// The class of colours for a result, and its symbol.
fn overall(overall: Overall) -> (&'static str, &'static str) {
    match overall {
        Overall::Pass => ("pass", "✓"),
        Overall::Fail => ("fail", "✗"),
        Overall::Incomplete => ("open", "?"),
    }
}

/// A symbol and its word stay on one line.
fn together(text: &str) -> String {
    text.replacen(' ', "\u{a0}", 1)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
