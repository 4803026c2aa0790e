//! What is to be copied from paper, and tables.

use super::lines::{broken, cut};
use super::{LEADING, Role, Setter, Strip, stroke, text_at};
use crate::report::paper::fonts::{self, Face};

impl Setter {
    /// Lines to be copied letter for letter, with a stroke beside them. Letters become smaller before a line is broken.
    pub(super) fn verbatim(&mut self, lines: &[String]) {
        let (body, first) = (self.paper.body, self.strips.len());
        if let Some(before) = self.strips.last_mut() {
            before.keep = true;
        }
        let indent = body * 0.7;
        let room = self.inner - indent;
        let widest = lines
            .iter()
            .map(|line| fonts::width(Face::Mono, line))
            .fold(0.0, f32::max);
        let size = (room / widest.max(1.0)).clamp(body * 0.75, body);
        for line in lines {
            let element = self.element(Role::Text);
            for part in cut(Face::Mono, line, room / size) {
                let runs = vec![(Face::Mono, part)];
                self.strips.push(Strip {
                    above: if self.strips.len() == first {
                        body * 0.25
                    } else {
                        0.0
                    },
                    height: size * LEADING,
                    keep: false,
                    heading: None,
                    pieces: vec![
                        text_at(Some(element), indent, size, runs),
                        stroke((0.0, 0.0), (0.0, size * LEADING), 1.5),
                    ],
                });
            }
        }
        self.keep_from(first, false);
    }

    /// The names of the rows on the left, the numbers in columns on the right.
    pub(super) fn table(&mut self, heads: &[String], rows: &[Vec<String>]) {
        let (body, first) = (self.paper.body, self.strips.len());
        let columns: Vec<f32> = (0..heads.len())
            .map(|at| {
                let cells = std::iter::once(heads).chain(rows.iter().map(Vec::as_slice));
                let widths = cells
                    .filter_map(|cells| cells.get(at))
                    .map(|cell| fonts::width(Face::Bold, cell) * body);
                widths.fold(0.0, f32::max) + body * 1.5
            })
            .collect();
        let numbers: f32 = columns.iter().skip(1).sum();
        let most = (self.inner - numbers).max(body * 6.0);
        let name = columns.first().copied().unwrap_or(0.0).min(most);
        for (i, cells) in std::iter::once(heads)
            .chain(rows.iter().map(Vec::as_slice))
            .enumerate()
        {
            let (row, face) = (self.rows, if i == 0 { Face::Bold } else { Face::Regular });
            self.rows += 1;
            let top = self.strips.len();
            let mut right = name;
            for (at, cell) in cells.iter().enumerate() {
                let element = self.element(match (i, at) {
                    (0, _) => Role::HeadCell { row },
                    (_, 0) => Role::NameCell { row },
                    _ => Role::Cell { row },
                });
                if at == 0 {
                    let runs = [(face, cell.as_str())];
                    for line in broken(&runs, body, name - body) {
                        let white = if i == 0 { body * 0.25 } else { 0.0 };
                        self.strips.push(Strip {
                            above: if self.strips.len() == top { white } else { 0.0 },
                            height: body * LEADING,
                            keep: false,
                            heading: None,
                            pieces: vec![text_at(Some(element), 0.0, body, line)],
                        });
                    }
                    continue;
                }
                right += columns.get(at).copied().unwrap_or(0.0);
                let x = right - fonts::width(face, cell) * body;
                let piece = text_at(Some(element), x, body, vec![(face, cell.clone())]);
                if let Some(strip) = self.strips.get_mut(top) {
                    strip.pieces.push(piece);
                }
            }
            self.keep_from(top, i == 0);
            if i == 0
                && let Some(strip) = self.strips.last_mut()
            {
                let y = strip.height;
                strip.pieces.push(stroke((0.0, y), (right, y), 0.75));
            }
        }
        // Its heading is not parted from it.
        if let Some(before) = first.checked_sub(1).and_then(|at| self.strips.get_mut(at)) {
            before.keep = true;
        }
    }
}
