//! Putting the strips on pages, with what repeats on each.

use super::{LEADING, LONGEST_PAGE, Laid, Page, Piece, Setter, text_at};
use crate::report::paper::Document;
use crate::report::paper::fonts::{self, Face};

impl Setter {
    /// Puts the strips on pages.
    pub(super) fn pages(self, content: &Document) -> Laid {
        let Setter {
            paper,
            inner,
            strips,
            elements,
            ..
        } = self;
        let line = paper.body * LEADING;
        let marking = if content.marking.is_some() { line } else { 0.0 };
        let top = paper.margin * 0.8 + marking + if marking > 0.0 { line * 0.3 } else { 0.0 };
        let foot = paper.margin * 0.8 + line * 1.4 + marking;
        let room = paper.height.unwrap_or(LONGEST_PAGE) - top - foot;
        let mut pages: Vec<Page> = Vec::new();
        let mut outline = Vec::new();
        let mut pieces = Vec::new();
        let mut y = 0.0;
        let chain = |i: usize| -> f32 {
            // No longer than it takes to see that it does not fit on any page.
            let mut height = 0.0;
            for strip in &strips[i..] {
                height += strip.above + strip.height;
                if !strip.keep || height > room {
                    break;
                }
            }
            height
        };
        let mut kept = false;
        let heights: Vec<f32> = (0..strips.len()).map(chain).collect();
        for (strip, together) in strips.into_iter().zip(heights) {
            let needed = if kept || together > room {
                strip.above + strip.height
            } else {
                together
            };
            if y > 0.0 && y + needed > room {
                pages.push(Page {
                    height: y,
                    pieces: std::mem::take(&mut pieces),
                });
                y = 0.0;
            }
            kept = strip.keep;
            if y > 0.0 {
                y += strip.above;
            }
            if let Some(text) = strip.heading {
                outline.push((text, pages.len(), top + y));
            }
            let moved = |piece: Piece| piece.moved(paper.margin, top + y);
            pieces.extend(strip.pieces.into_iter().map(moved));
            y += strip.height;
        }
        pages.push(Page { height: y, pieces });
        let count = pages.len();
        for (i, page) in pages.iter_mut().enumerate() {
            let height = paper.height.unwrap_or(page.height + top + foot);
            page.height = height;
            let mut repeated = |text: &str, face: Face, place: Place, y: f32| {
                let width = fonts::width(face, text) * paper.body;
                let x = match place {
                    Place::Left => 0.0,
                    Place::Middle => (inner - width) / 2.0,
                    Place::Right => inner - width,
                };
                let runs = vec![(face, text.to_owned())];
                let piece = text_at(None, x, paper.body, runs);
                page.pieces.push(piece.moved(paper.margin, y));
            };
            let last = height - paper.margin * 0.8 - line;
            if let Some(text) = content.marking {
                repeated(text, Face::Bold, Place::Middle, paper.margin * 0.8);
                repeated(text, Face::Bold, Place::Middle, last);
            }
            let above = last - marking;
            repeated(&content.foot, Face::Regular, Place::Left, above);
            let number = format!("Page {} of {count}", i + 1);
            repeated(&number, Face::Regular, Place::Right, above);
        }
        Laid {
            width: paper.width,
            pages,
            elements,
            outline,
        }
    }
}

enum Place {
    Left,
    Middle,
    Right,
}
