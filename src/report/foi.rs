//! Answers to Freedom of Information questions: as a text for people, and for scripts.

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::csv::harmless;
use super::layout::wrap;
use super::words::day;
use crate::foi::{Answer, Answers, Item, NEVER, Scope, Source, Value};
use crate::sampling::suppress::{self, Cell};

/// The columns of the CSV, in their order.
pub const COLUMNS: [&str; 5] = ["question_id", "question", "item", "value", "source"];

/// Of what whoever asks has chosen.
const ASKED: &str = "the question";

const NOT_RECORDED: &str = "not recorded";

/// For whoever answers: general, and the same everywhere.
const WHEN_YOU_ANSWER: [&str; 6] = [
    "\"Not recorded\" is said of this register and of spotcheck.toml. Somebody else in the trust may hold it: ask.",
    "You have 20 working days (section 10). Help people to ask for what they need (section 16).",
    "You may refuse what would take more than 18 hours, or £450, to find (section 12). Say what you could find within that.",
    "Leave out personal data (section 40). For that reason there are no numbers under 5 here, and nothing about one person.",
    "Two answers can be put together. Give everybody the same period, in whole years where you can.",
    "A draw certificate or campaign report that is public as well can tell how many were drawn.",
];

/// The answers as text, set to `width` columns.
pub fn render(answers: &Answers, width: usize) -> String {
    let mut out =
        String::from("Freedom of Information: what we hold about spot checks of phones\n");
    if let Some(trust) = &answers.trust {
        out += &format!("{}\n", wrap(trust, width, "", ""));
    }
    out += &format!("{}\n", wrap(&asked_about(&answers.scope), width, "", ""));
    for (n, answer) in answers.answers.iter().enumerate() {
        out += &section(n + 1, answer, width);
    }
    out += &format!(
        "\n{}\n",
        wrap(
            &format!("{} 0 counts as a number under 5.", suppress::KEY),
            width,
            "",
            ""
        )
    );
    out += "\nWhen you answer (general information: check it with your FOI team)\n";
    for point in WHEN_YOU_ANSWER {
        out += &wrap(point, width, "  - ", "    ");
        out.push('\n');
    }
    out
}

/// The period, and the campaign if there is one.
fn asked_about(scope: &Scope) -> String {
    let period = period(scope);
    match &scope.campaign {
        Some(id) => format!("Period: {period}. Campaign: {id}."),
        None => format!("Period: {period}."),
    }
}

fn period(scope: &Scope) -> String {
    match (scope.from, scope.to) {
        (Some(from), Some(to)) => format!("{} to {}", day(from), day(to)),
        (Some(from), None) => format!("from {}", day(from)),
        (None, Some(to)) => format!("up to {}", day(to)),
        (None, None) => "all that the register holds".into(),
    }
}

fn section(n: usize, answer: &Answer, width: usize) -> String {
    let heading = format!("{n:>2}. ");
    let mut out = format!("\n{}\n", wrap(answer.question, width, &heading, "    "));
    let labels = answer
        .items
        .iter()
        .map(|item| indent(item) + item.label.chars().count());
    // A long label stands on lines of its own width, and the value beside its last.
    let column = labels.max().unwrap_or(0).min(width / 2) + 2;
    let mut group: Option<&str> = None;
    for item in &answer.items {
        let new = item.group.as_deref();
        if let Some(name) = new.filter(|name| group != Some(*name)) {
            out += &wrap(name, width, "    ", "    ");
            out.push('\n');
        }
        group = new.or(Some(&item.label));
        out += &row(item, column, width);
    }
    for source in sources(answer) {
        out += &wrap(&source, width, "    ", "    ");
        out.push('\n');
    }
    for note in &answer.notes {
        out += &wrap(&format!("Note: {note}"), width, "    ", "    ");
        out.push('\n');
    }
    out
}

fn indent(item: &Item) -> usize {
    if item.group.is_some() { 6 } else { 4 }
}

fn row(item: &Item, column: usize, width: usize) -> String {
    let indent = " ".repeat(indent(item));
    let label = wrap(&item.label, column - 2, &indent, &indent);
    let value = match &item.value {
        Value::Count(cell, Some(all)) => format!("{cell} of {all}"),
        _ => plain(&item.value),
    };
    let value = wrap(&value, width.saturating_sub(column), "", "");
    let (above, last) = label
        .rsplit_once('\n')
        .map_or(("", label.as_str()), |(a, l)| (a, l));
    let mut out = String::new();
    if !above.is_empty() {
        out += &format!("{above}\n");
    }
    for (n, line) in value.lines().enumerate() {
        let left = if n == 0 { last } else { "" };
        let gap = " ".repeat(column.saturating_sub(left.chars().count()));
        out += &format!("{left}{gap}{line}\n");
    }
    out
}

/// Where the answer comes from, a sentence each; what is not recorded comes from nowhere.
fn sources(answer: &Answer) -> Vec<String> {
    let sources = || answer.items.iter().map(|item| &item.source);
    let mut held: Vec<&str> = Vec::new();
    for source in sources() {
        if let Source::Register(what) = source
            && !held.contains(&what.as_str())
        {
            held.push(what);
        }
    }
    let mut out = Vec::new();
    if !held.is_empty() {
        out.push(format!("From the register: {}.", held.join("; ")));
    }
    if sources().any(|source| *source == Source::TrustFile) {
        out.push("From spotcheck.toml.".into());
    }
    out
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Count(cell, _) => cell.to_string(),
        Value::NotRecorded => NOT_RECORDED.into(),
        Value::Never => NEVER.into(),
    }
}

/// One row for each item (RFC 4180), safe to open in a spreadsheet. Numbers have no commas.
pub fn csv(answers: &Answers) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Writing to memory cannot fail, and every row has the same number of cells.
    let _ = writer.write_record(COLUMNS);
    for (item, value, source) in about(answers) {
        let cells = ["about", "What this file is about", item, &value, source];
        let _ = writer.write_record(cells.map(harmless));
    }
    for answer in &answers.answers {
        for item in &answer.items {
            let value = match &item.value {
                Value::Count(Cell::Shown(n), _) => n.to_string(),
                value => plain(value),
            };
            let cells = [
                answer.id,
                answer.question,
                &item.name(),
                &value,
                &item.source.to_string(),
            ];
            let _ = writer.write_record(cells.map(harmless));
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// What explains the file: item, value, source.
fn about(answers: &Answers) -> [(&'static str, String, &'static str); 4] {
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| NOT_RECORDED.into());
    let trust = match answers.trust {
        Some(_) => "from spotcheck.toml",
        None => NOT_RECORDED,
    };
    let scope = &answers.scope;
    let campaign = scope.campaign.clone().unwrap_or_else(|| "all".into());
    let means = format!("{} 0 counts as a number under 5.", suppress::KEY);
    [
        ("Trust", known(&answers.trust), trust),
        ("Period", period(scope), ASKED),
        ("Campaign", campaign, ASKED),
        ("Meaning of *", means, "spotcheck"),
    ]
}

/// The answers as JSON, version 1.
pub fn json(answers: &Answers) -> String {
    let date = |day: Option<Date>| day.map(|day| day.to_string());
    let items = |answer: &Answer| -> Vec<Json> {
        answer
            .items
            .iter()
            .map(|item| {
                let (count, of) = match &item.value {
                    Value::Count(cell, of) => (Some(*cell), *of),
                    _ => (None, None),
                };
                json!({
                    "item": item.name(),
                    "value": plain(&item.value),
                    "count": count.and_then(number),
                    "of": of.and_then(number),
                    "hidden": count == Some(Cell::Hidden),
                    "source": item.source.to_string(),
                })
            })
            .collect()
    };
    let questions: Vec<Json> = answers
        .answers
        .iter()
        .map(|answer| {
            json!({
                "id": answer.id,
                "question": answer.question,
                "items": items(answer),
                "notes": answer.notes,
            })
        })
        .collect();
    let value = json!({
        "schema": 1,
        "trust": answers.trust,
        "from": date(answers.scope.from),
        "to": date(answers.scope.to),
        "campaign": answers.scope.campaign,
        "questions": questions,
        "hidden_means": format!("{} 0 counts as a number under 5.", suppress::KEY),
    });
    format!("{value:#}\n")
}

fn number(cell: Cell) -> Option<u64> {
    match cell {
        Cell::Shown(n) => Some(n),
        Cell::Hidden => None,
    }
}
