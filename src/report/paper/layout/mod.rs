//! Setting a document on paper: lines, pages, and what stands where. Lengths are in points; y grows downwards.

mod lines;
mod pages;
mod tables;

use super::fonts::{self, Face};
use super::{Block, Document, Size};
use lines::{Line, broken};

const MM: f32 = 72.0 / 25.4;
/// A PDF page may be 14,400 points high at the most.
const LONGEST_PAGE: f32 = 14_000.0;
/// Height of a line of text, in sizes of its letters.
const LEADING: f32 = 1.32;

/// What a size of paper means for the letters on it.
struct Paper {
    width: f32,
    /// `None`: as long as it has to be.
    height: Option<f32>,
    margin: f32,
    body: f32,
    heading: f32,
    title: f32,
    result: f32,
    /// Side of the QR code with its white border.
    code: f32,
    /// Labels and verdicts stand in a column of their own.
    columns: bool,
}

fn paper(size: Size) -> Paper {
    match size {
        Size::A4 => Paper {
            width: 210.0 * MM,
            height: Some(297.0 * MM),
            margin: 17.0 * MM,
            body: 12.0,
            heading: 15.0,
            title: 19.0,
            result: 26.0,
            code: 38.0 * MM,
            columns: true,
        },
        Size::A6 => Paper {
            width: 105.0 * MM,
            height: Some(148.0 * MM),
            margin: 7.0 * MM,
            body: 9.0,
            heading: 11.0,
            title: 12.5,
            result: 18.0,
            code: 31.0 * MM,
            columns: false,
        },
        Size::Roll80 => Paper {
            width: 80.0 * MM,
            height: None,
            margin: 4.0 * MM,
            body: 10.0,
            heading: 12.0,
            title: 14.0,
            result: 20.0,
            code: 36.0 * MM,
            columns: false,
        },
    }
}

/// What a run of lines is to somebody who has it read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Heading,
    /// A line of the checklist, below a heading.
    Line,
    Text,
    Code,
    /// The heading of a column, in a table's row with this number.
    HeadCell {
        row: usize,
    },
    /// What names a row.
    NameCell {
        row: usize,
    },
    Cell {
        row: usize,
    },
}

/// Something drawn on a page.
pub(super) enum Piece {
    /// A line of text of an element; `None` for what repeats on every page.
    Text {
        element: Option<usize>,
        x: f32,
        baseline: f32,
        size: f32,
        runs: Vec<(Face, String)>,
    },
    /// A straight stroke.
    Stroke {
        from: (f32, f32),
        to: (f32, f32),
        weight: f32,
    },
    /// The QR code, with its white border.
    Code {
        element: usize,
        x: f32,
        y: f32,
        side: f32,
    },
}

impl Piece {
    fn moved(self, dx: f32, dy: f32) -> Piece {
        match self {
            Piece::Text {
                element,
                x,
                baseline,
                size,
                runs,
            } => Piece::Text {
                element,
                x: x + dx,
                baseline: baseline + dy,
                size,
                runs,
            },
            Piece::Stroke { from, to, weight } => Piece::Stroke {
                from: (from.0 + dx, from.1 + dy),
                to: (to.0 + dx, to.1 + dy),
                weight,
            },
            Piece::Code {
                element,
                x,
                y,
                side,
            } => Piece::Code {
                element,
                x: x + dx,
                y: y + dy,
                side,
            },
        }
    }
}

/// One page.
pub(super) struct Page {
    pub height: f32,
    pub pieces: Vec<Piece>,
}

/// A document on paper.
pub(super) struct Laid {
    pub width: f32,
    pub pages: Vec<Page>,
    /// The elements in reading order.
    pub elements: Vec<Role>,
    /// For the outline: heading, page, and height on it.
    pub outline: Vec<(String, usize, f32)>,
}

/// A strip across the page that is not divided.
struct Strip {
    /// White above it, but not at the top of a page.
    above: f32,
    height: f32,
    /// It must not be parted from the next one.
    keep: bool,
    heading: Option<String>,
    pieces: Vec<Piece>,
}

/// Sets a document on paper.
pub(super) fn lay(content: &Document, size: Size) -> Laid {
    let laid = scaled(content, size, 1.0);
    if !content.on_one_page || laid.pages.len() == 1 {
        return laid;
    }
    // No smaller than can be read on a wall.
    [0.96, 0.92, 0.88, 0.84]
        .into_iter()
        .map(|scale| scaled(content, size, scale))
        .find(|laid| laid.pages.len() == 1)
        .unwrap_or(laid)
}

/// The same with letters of another size.
fn scaled(content: &Document, size: Size, scale: f32) -> Laid {
    let mut paper = paper(size);
    for letters in [
        &mut paper.body,
        &mut paper.heading,
        &mut paper.title,
        &mut paper.result,
    ] {
        *letters *= scale;
    }
    let mut setter = Setter {
        inner: paper.width - 2.0 * paper.margin,
        side: side(content, &paper),
        strips: Vec::new(),
        elements: Vec::new(),
        rows: 0,
        paper,
    };
    setter.head(content);
    if let Some((result, meaning)) = &content.result {
        setter.result(result, meaning);
    }
    for block in &content.blocks {
        setter.block(block);
    }
    setter.pages(content)
}

/// Width of the column of verdicts: as wide as the widest of them.
fn side(content: &Document, paper: &Paper) -> f32 {
    if !paper.columns {
        return 0.0;
    }
    let marks = content.blocks.iter().filter_map(|block| match block {
        Block::Item { mark, .. } => Some(fonts::width(Face::Bold, mark) * paper.body),
        _ => None,
    });
    let widest = marks.fold(0.0, f32::max);
    (widest + paper.body).min(paper.width * 0.3)
}

struct Setter {
    paper: Paper,
    /// Width between the margins.
    inner: f32,
    side: f32,
    strips: Vec<Strip>,
    elements: Vec<Role>,
    /// Rows of tables so far.
    rows: usize,
}

impl Setter {
    fn element(&mut self, role: Role) -> usize {
        self.elements.push(role);
        self.elements.len() - 1
    }

    /// Text as strips: `above` is the white before the first, `x` where it begins.
    fn text(
        &mut self,
        role: Role,
        size: f32,
        above: f32,
        x: f32,
        width: f32,
        runs: &[(Face, &str)],
    ) {
        let element = self.element(role);
        for (i, line) in broken(runs, size, width).into_iter().enumerate() {
            self.strips.push(Strip {
                above: if i == 0 { above } else { 0.0 },
                height: size * LEADING,
                keep: false,
                heading: None,
                pieces: vec![text_at(Some(element), x, size, line)],
            });
        }
    }

    /// Keeps the strips from `first` on together, and with the next where `and_next` says so.
    fn keep_from(&mut self, first: usize, and_next: bool) {
        let last = self.strips.len().saturating_sub(1);
        for (i, strip) in self.strips.iter_mut().enumerate().skip(first) {
            strip.keep = i < last || and_next;
        }
    }

    fn head(&mut self, content: &Document) {
        let (body, title, code) = (self.paper.body, self.paper.title, self.paper.code);
        let beside = self.paper.height.is_some();
        let width = if beside && content.code.is_some() {
            self.inner - code - body * 0.5
        } else {
            self.inner
        };
        if !content.from.is_empty() {
            let runs = [(Face::Regular, content.from.as_str())];
            self.text(Role::Text, body, 0.0, 0.0, width, &runs);
        }
        self.text(
            Role::Title,
            title,
            0.0,
            0.0,
            width,
            &[(Face::Bold, &content.title)],
        );
        for (i, (label, value)) in content.head.iter().enumerate() {
            let above = if i == 0 { body * 0.5 } else { 0.0 };
            let label = format!("{label}: ");
            self.text(
                Role::Text,
                body,
                above,
                0.0,
                width,
                &[(Face::Bold, &label), (Face::Regular, value)],
            );
        }
        if content.code.is_none() {
            return;
        }
        let element = self.element(Role::Code);
        if beside {
            let piece = Piece::Code {
                element,
                x: self.inner - code,
                y: 0.0,
                side: code,
            };
            if let Some(first) = self.strips.first_mut() {
                first.pieces.push(piece);
            }
            let so_far: f32 = self.strips.iter().map(|s| s.above + s.height).sum();
            self.white((code - so_far).max(0.0) + body * 0.4);
        } else {
            self.strips.push(Strip {
                above: body * 0.4,
                height: code,
                keep: false,
                heading: None,
                pieces: vec![Piece::Code {
                    element,
                    x: (self.inner - code) / 2.0,
                    y: 0.0,
                    side: code,
                }],
            });
            self.white(body * 0.4);
        }
    }

    fn white(&mut self, height: f32) {
        self.strips.push(Strip {
            above: 0.0,
            height,
            keep: false,
            heading: None,
            pieces: Vec::new(),
        });
    }

    /// The result in a frame.
    fn result(&mut self, result: &str, meaning: &[String]) {
        let (body, inner) = (self.paper.body, self.inner);
        let first = self.strips.len();
        let pad = body * 0.7;
        self.white(pad * 0.6);
        self.text(
            Role::Heading,
            self.paper.result,
            0.0,
            pad,
            inner - 2.0 * pad,
            &[(Face::Bold, result)],
        );
        for line in meaning {
            self.text(
                Role::Text,
                body,
                body * 0.2,
                pad,
                inner - 2.0 * pad,
                &[(Face::Regular, line)],
            );
        }
        self.white(pad);
        self.keep_from(first, false);
        let last = self.strips.len() - 1;
        for (i, strip) in self.strips.iter_mut().enumerate().skip(first) {
            // The white above belongs to the frame too.
            let (top, bottom) = (-strip.above, strip.height);
            for x in [0.0, inner] {
                strip.pieces.push(stroke((x, top), (x, bottom), 1.5));
            }
            for (edge, y) in [(first, top), (last, bottom)] {
                if i == edge {
                    strip.pieces.push(stroke((0.0, y), (inner, y), 1.5));
                }
            }
        }
        self.white(body * 0.4);
    }

    fn block(&mut self, block: &Block) {
        let (body, inner) = (self.paper.body, self.inner);
        let first = self.strips.len();
        match block {
            Block::Heading(text) => {
                let size = self.paper.heading;
                self.text(
                    Role::Heading,
                    size,
                    size * 0.9,
                    0.0,
                    inner,
                    &[(Face::Bold, text)],
                );
                if let Some(strip) = self.strips.get_mut(first) {
                    strip.heading = Some(text.clone());
                }
                self.keep_from(first, true);
            }
            Block::Paragraph(text) => self.text(
                Role::Text,
                body,
                body * 0.25,
                0.0,
                inner,
                &[(Face::Regular, text)],
            ),
            Block::Lead(text) => {
                let runs = [(Face::Regular, text.as_str())];
                self.text(Role::Text, body, body * 0.4, 0.0, inner, &runs);
                self.keep_from(first, true);
            }
            Block::Row(label, value) => self.text(
                Role::Text,
                body,
                body * 0.15,
                0.0,
                inner,
                &[(Face::Bold, &format!("{label}: ")), (Face::Regular, value)],
            ),
            Block::Verbatim(lines) => self.verbatim(lines),
            Block::Table(heads, rows) => self.table(heads, rows),
            Block::Item {
                mark,
                head,
                body: said,
            } => self.item(mark, head, said),
            Block::Blanks(labels) => {
                self.blanks(labels);
                self.keep_from(first, true);
            }
            Block::Room(lines) => {
                let height = *lines as f32 * body * 1.9;
                let corners = [(0.0, 0.0), (inner, 0.0), (inner, height), (0.0, height)];
                let pieces = (0..4)
                    .map(|i| stroke(corners[i], corners[(i + 1) % 4], 0.75))
                    .collect();
                self.strips.push(Strip {
                    above: body * 0.4,
                    height,
                    keep: false,
                    heading: None,
                    pieces,
                });
            }
        }
    }

    fn item(&mut self, mark: &str, head: &str, said: &[(String, String)]) {
        let (body, inner) = (self.paper.body, self.inner);
        let first = self.strips.len();
        let fits = fonts::width(Face::Bold, mark) * body + body * 0.5 <= self.side;
        let (x, width) = (self.side, inner - self.side);
        if fits {
            // Verdict and line are one element, on one height.
            self.text(
                Role::Line,
                body,
                body * 0.7,
                x,
                width,
                &[(Face::Bold, head)],
            );
            let element = self.elements.len() - 1;
            if let Some(strip) = self.strips.get_mut(first) {
                let line = vec![(Face::Bold, format!("{mark} "))];
                strip
                    .pieces
                    .insert(0, text_at(Some(element), 0.0, body, line));
            }
        } else {
            let mark = format!("{mark} ");
            let element = self.element(Role::Line);
            let mut above = body * 0.7;
            for (text, width) in [(mark.as_str(), inner), (head, width)] {
                for line in broken(&[(Face::Bold, text)], body, width) {
                    let at = if text == head { x } else { 0.0 };
                    self.strips.push(Strip {
                        above,
                        height: body * LEADING,
                        keep: false,
                        heading: None,
                        pieces: vec![text_at(Some(element), at, body, line)],
                    });
                    above = 0.0;
                }
            }
        }
        for (label, text) in said {
            // What is to be done has to catch the eye.
            let face = match label.as_str() {
                "What to do" | "To look" => Face::Bold,
                _ => Face::Regular,
            };
            let label = format!("{label}: ");
            let runs = [(face, label.as_str()), (Face::Regular, text.as_str())];
            self.text(Role::Text, body, body * 0.1, x, width, &runs);
        }
        self.keep_from(first, false);
    }

    /// Labels, each with a line to write on.
    fn blanks(&mut self, labels: &[&str]) {
        let (body, inner) = (self.paper.body, self.inner);
        let gap = body * 0.5;
        let one_by_one: Vec<&[&str]> = if self.paper.height.is_some() {
            vec![labels]
        } else {
            labels.chunks(1).collect()
        };
        for labels in one_by_one {
            let shares: &[f32] = match labels.len() {
                1 => &[1.0],
                _ => &[0.62, 0.38],
            };
            let mut pieces = Vec::new();
            let height = body * 2.3;
            let mut left = 0.0;
            for (label, share) in labels.iter().zip(shares) {
                let width = inner * share;
                let text = fonts::width(Face::Regular, label) * body + gap;
                let element = self.element(Role::Text);
                let line = vec![(Face::Regular, format!("{label} "))];
                let right = left + width - if *share < 1.0 { gap } else { 0.0 };
                let y = height - body * 0.15;
                // A long label leaves too little room beside it: then one writes below.
                let below = text > width * 0.65;
                let raised = if below { body * 1.1 } else { 0.0 };
                pieces.push(Piece::Text {
                    element: Some(element),
                    x: left,
                    baseline: y - body * 0.1 - raised,
                    size: body,
                    runs: line,
                });
                let from = if below { left } else { left + text };
                pieces.push(stroke((from, y), (right, y), 0.75));
                left += width;
            }
            let below = pieces.iter().any(
                |p| matches!(p, Piece::Stroke { from, .. } if from.0 == 0.0 && labels.len() == 1),
            );
            self.strips.push(Strip {
                above: if below { body * 0.6 } else { 0.0 },
                height: height + body * 0.35,
                keep: false,
                heading: None,
                pieces,
            });
        }
    }
}

/// A line of text whose top is at 0.
fn text_at(element: Option<usize>, x: f32, size: f32, runs: Line) -> Piece {
    Piece::Text {
        element,
        x,
        baseline: size * 1.03,
        size,
        runs,
    }
}

fn stroke(from: (f32, f32), to: (f32, f32), weight: f32) -> Piece {
    Piece::Stroke { from, to, weight }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_on_a4_is_12_points_or_more() {
        let paper = paper(Size::A4);
        for size in [paper.body, paper.heading, paper.title, paper.result] {
            assert!(size >= 12.0);
        }
    }
}
