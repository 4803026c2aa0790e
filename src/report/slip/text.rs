//! The slip as text.

use super::Size;
use super::compose::{Block, Slip};
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
pub(super) fn render(slip: &Slip, size: Size) -> String {
    let mut out = Out {
        text: String::new(),
        width: columns(size),
    };
    out.marking(slip);
    out.set(&slip.trust, "", "");
    out.set(&slip.title, "", "");
    for (label, value) in &slip.head {
        out.set(&format!("{label}: {value}"), "", "  ");
    }
    out.rule();
    out.set(&slip.result, "", "");
    for line in &slip.meaning {
        out.set(line, "", "");
    }
    out.rule();
    for block in &slip.blocks {
        out.block(block);
    }
    out.text.push('\n');
    out.set(&format!("Code: {}", slip.code), "", "  ");
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

    fn rule(&mut self) {
        self.text += &"=".repeat(self.width);
        self.text.push('\n');
    }

    fn marking(&mut self, slip: &Slip) {
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
