//! CSV: one row per finding (RFC 4180), safe to open in a spreadsheet.

use super::record::Record;
use crate::audit::{Audit, Finding};
use crate::evidence::Value;

/// The columns, in their order.
pub const COLUMNS: [&str; 22] = [
    "input",
    "profile",
    "platform",
    "model",
    "os",
    "audited_at",
    "evidence_as_of",
    "staff_ref",
    "ownership",
    "overall",
    "control",
    "subject",
    "verdict",
    "title",
    "found",
    "expected",
    "strength",
    "put_right",
    "set_aside",
    "error",
    "readable_only",
    "narrowed_to",
];

/// Where the column `error` is.
const ERROR: usize = 19;

/// The heading row.
pub fn heading() -> String {
    row(COLUMNS.map(str::to_owned))
}

/// A whole file: the heading and the rows of all records.
pub fn render(records: &[Record]) -> String {
    let mut out = heading();
    for record in records {
        let error = record.problem.as_ref().map_or("", |p| &p.what);
        out += &match &record.audit {
            Some(audit) => rows(audit, record.input(), error),
            None => failure(record.input(), error),
        };
    }
    out
}

/// The rows of one audit; `input` stands for the backup in a batch, `error` for what kept it from being read whole.
pub fn rows(audit: &Audit, input: &str, error: &str) -> String {
    audit
        .findings
        .iter()
        .map(|finding| row(cells(audit, finding, input, error)))
        .collect()
}

/// The row of an input that could not be read at all.
pub fn failure(input: &str, error: &str) -> String {
    let mut cells = COLUMNS.map(|_| String::new());
    cells[0] = input.to_owned();
    cells[ERROR] = error.to_owned();
    row(cells)
}

fn cells(audit: &Audit, finding: &Finding, input: &str, error: &str) -> [String; COLUMNS.len()] {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let moment = |t| Value::Date(t).to_string();
    [
        input.to_owned(),
        audit.profile_id.clone(),
        audit.platform.id().to_owned(),
        text(audit.device_model.as_deref()),
        text(audit.device_os.as_deref()),
        moment(audit.audited_at),
        audit.evidence_as_of.map(moment).unwrap_or_default(),
        text(audit.about.staff_ref.as_deref()),
        text(audit.about.ownership.map(|o| o.id())),
        audit.overall.to_string(),
        finding.control.clone(),
        finding.subject.to_string(),
        finding.verdict.id().to_owned(),
        finding.title.clone(),
        finding.found.clone(),
        finding.expected.clone(),
        text(finding.strength.map(|s| s.id())),
        finding.put_right.clone(),
        finding.set_aside.to_string(),
        error.to_owned(),
        audit.readable_only.to_string(),
        audit.narrowed_to.join(" "),
    ]
}

fn row(cells: [String; COLUMNS.len()]) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Writing to memory cannot fail, and every row has the same number of cells.
    let _ = writer.write_record(cells.iter().map(|cell| harmless(cell)));
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A spreadsheet takes a cell that begins so for a formula: an apostrophe makes it text.
pub(super) fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formulas() {
        let mut cells = COLUMNS.map(|_| String::new());
        cells[0] = "=1+1".into();
        cells[1] = "a \"quoted\", cell".into();
        cells[2] = "two\nlines".into();
        let text = row(cells);
        assert!(
            text.starts_with("'=1+1,\"a \"\"quoted\"\", cell\",\"two\nlines\","),
            "{text}"
        );
        assert!(text.ends_with("\r\n"));
        assert_eq!(heading().split(',').count(), COLUMNS.len());
        assert_eq!(COLUMNS[ERROR], "error");
    }
}
