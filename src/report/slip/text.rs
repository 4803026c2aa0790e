//! The slip as text.

use super::Size;
use crate::report::paper::{Block, Document};
use crate::report::wrap;

/// Columns for a size.
fn columns(size: Size) -> usize {
    match size {
        Size::A4 => 78,
        Size::A6 => 56,
        Size::Roll80 => 42,
    }
}

/// Sets a slip as text.
pub(super) fn render(slip: &Document, size: Size) -> String {
    let mut out = Out {
        text: String::new(),
        width: columns(size),
    };
    out.marking(slip);
    if !slip.from.is_empty() {
        out.set(&slip.from, "", "");
    }
    out.set(&slip.title, "", "");
    for (label, value) in &slip.head {
        out.set(&format!("{label}: {value}"), "", "  ");
    }
    if let Some((result, meaning)) = &slip.result {
        out.rule();
        out.set(result, "", "");
        for line in meaning {
            out.set(line, "", "");
        }
        out.rule();
    }
    for block in &slip.blocks {
        out.block(block);
    }
    out.text.push('\n');
    if let Some(code) = &slip.code {
        out.set(&format!("Code: {code}"), "", "  ");
    }
    out.marking(slip);
    out.text
}

struct Out {
    text: String,
    width: usize,
}

impl Out {
    fn set(&mut self, text: &str, first: &str, indent: &str) {
        self.text += &wrap(text, self.width, first, indent);
        self.text.push('\n');
    }

    /// A line as it is, broken only where it has to be.
    fn verbatim(&mut self, line: &str) {
        let chars: Vec<char> = line.chars().collect();
        for part in chars.chunks(self.width.saturating_sub(2).max(1)) {
            self.text += "  ";
            self.text.extend(part);
            self.text.push('\n');
        }
    }

    fn rule(&mut self) {
        self.text += &"=".repeat(self.width);
        self.text.push('\n');
    }

    fn marking(&mut self, slip: &Document) {
        if let Some(marking) = slip.marking {
            self.text += &format!("{marking:^0$}", self.width);
            let end = self.text.trim_end().len();
            self.text.truncate(end);
            self.text.push('\n');
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => {
                self.text.push('\n');
                self.set(text, "", "");
                let underline = text.chars().count().min(self.width);
                self.text += &"-".repeat(underline);
                self.text.push('\n');
            }
            Block::Paragraph(text) => self.set(text, "", ""),
            Block::Lead(text) => self.set(text, "", ""),
            Block::Row(label, value) => self.set(&format!("{label}: {value}"), "", "  "),
            Block::Item { mark, head, body } => {
                self.set(&format!("{mark}  {head}"), "", "  ");
                for (label, text) in body {
                    self.set(&format!("{label}: {text}"), "  ", "    ");
                }
            }
            Block::Verbatim(lines) => {
                for line in lines {
                    self.verbatim(line);
                }
            }
            Block::Table(heads, rows) => {
                for cells in std::iter::once(heads).chain(rows) {
                    self.set(&cells.join("  "), "  ", "    ");
                }
            }
            Block::Blanks(labels) => {
                let share = self.width / labels.len();
                for label in labels {
                    let room = share.saturating_sub(label.chars().count() + 2).max(6);
                    self.text += &format!("{label} {}", "_".repeat(room));
                    if Some(label) != labels.last() {
                        self.text.push(' ');
                    }
                }
                self.text.push('\n');
            }
            Block::Room(lines) => {
                for _ in 0..*lines {
                    self.text += &"_".repeat(self.width);
                    self.text.push('\n');
                }
            }
        }
    }
}
