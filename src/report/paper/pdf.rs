//! A document as a PDF: tagged, with title and language (PDF/UA-1), the fonts embedded, the same bytes each time.

use std::num::NonZeroU16;

use krilla::color::luma;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, BBox, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagKind, TagTree,
};
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use super::fonts::{self, Face};
use super::layout::{self, Laid, Piece, Role};
use super::squares::{Squares, squares};
use super::{Document as Content, LONGEST_TITLE, Size};

/// White squares around a QR code.
const QUIET: usize = 4;

/// Draws a document.
///
/// # Errors
/// What keeps the PDF from its standard.
pub fn render(content: &Content, size: Size) -> Result<Vec<u8>, String> {
    let laid = layout::lay(content, size);
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|e| format!("{e:?}"))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let code = match &content.code {
        Some(text) => Some(squares(text).ok_or("the QR code is full")?),
        None => None,
    };
    let mut parts: Vec<Part> = laid.elements.iter().map(|_| Part::default()).collect();
    for (number, page) in laid.pages.iter().enumerate() {
        let settings =
            PageSettings::from_wh(laid.width, page.height).ok_or("a page has no size")?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for piece in &page.pieces {
            draw(&mut surface, piece, number, code.as_ref(), &mut parts);
        }
        surface.finish();
        sheet.finish();
    }
    document.set_metadata(
        Metadata::new()
            .title(content.name.clone())
            .language("en-GB".into())
            .creator(concat!("spotcheck ", env!("CARGO_PKG_VERSION")).into()),
    );
    document.set_outline(outline(&laid));
    document.set_tag_tree(tree(content, &laid, parts));
    document.finish().map_err(|e| why(&e))
}

/// What the library says is wrong, in its own words.
fn why(error: &KrillaError) -> String {
    match error {
        KrillaError::Validation(errors) => {
            let errors: Vec<String> = errors.iter().map(|(e, _)| format!("{e:?}")).collect();
            errors.join(", ")
        }
        other => other.to_string(),
    }
}

/// What is on the pages of one element.
#[derive(Default)]
struct Part {
    content: Vec<Identifier>,
    /// The text of a heading, which stands in the tree too.
    text: String,
    bbox: Option<BBox>,
}

impl Part {
    fn title(&self) -> String {
        self.text.trim().chars().take(LONGEST_TITLE).collect()
    }
}

fn draw(
    surface: &mut Surface<'_>,
    piece: &Piece,
    page: usize,
    code: Option<&Squares>,
    parts: &mut [Part],
) {
    match piece {
        Piece::Text {
            element,
            x,
            baseline,
            size,
            runs,
        } => {
            let tag = match element {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
            };
            let id = surface.start_tagged(tag);
            text(surface, *x, *baseline, *size, runs);
            surface.end_tagged();
            if let Some(part) = element.and_then(|at| parts.get_mut(at)) {
                part.content.push(id);
                part.text.extend(runs.iter().map(|(_, text)| text.as_str()));
            }
        }
        Piece::Stroke { from, to, weight } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            let Some(path) = path.finish() else { return };
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(
                ArtifactType::Layout,
            )));
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: luma::Color::black().into(),
                width: *weight,
                ..Stroke::default()
            }));
            surface.draw_path(&path);
            surface.set_stroke(None);
            surface.end_tagged();
        }
        Piece::Code {
            element,
            x,
            y,
            side,
        } => {
            let Some(code) = code else { return };
            let square = side / (code.side + 2 * QUIET) as f32;
            let mut path = PathBuilder::new();
            for (at, _) in code.black.iter().enumerate().filter(|(_, black)| **black) {
                let left = x + (at % code.side + QUIET) as f32 * square;
                let top = y + (at / code.side + QUIET) as f32 * square;
                if let Some(rect) = Rect::from_xywh(left, top, square, square) {
                    path.push_rect(rect);
                }
            }
            let Some(path) = path.finish() else { return };
            let id = surface.start_tagged(ContentTag::Other);
            surface.set_fill(Some(Fill::default()));
            surface.draw_path(&path);
            surface.end_tagged();
            if let Some(part) = parts.get_mut(*element) {
                part.content.push(id);
                part.bbox = Rect::from_xywh(*x, *y, *side, *side).map(|rect| BBox::new(page, rect));
            }
        }
    }
}

fn text(surface: &mut Surface<'_>, x: f32, baseline: f32, size: f32, runs: &[(Face, String)]) {
    surface.set_fill(Some(Fill::default()));
    let mut x = x;
    for (face, text) in runs {
        // A run changes its font where a mark stands in it.
        let mut glyphs: Vec<KrillaGlyph> = Vec::new();
        let mut now = *face;
        let mut start = x;
        for (at, c) in text.char_indices() {
            let Some(glyph) = fonts::glyph(*face, c) else {
                continue;
            };
            if glyph.face != now {
                flush(
                    surface,
                    *face,
                    now,
                    (start, baseline),
                    size,
                    text,
                    &mut glyphs,
                );
                now = glyph.face;
                start = x;
            }
            glyphs.push(KrillaGlyph {
                glyph_id: GlyphId::new(glyph.id),
                text_range: at..at + c.len_utf8(),
                x_advance: glyph.advance,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            });
            x += glyph.advance * size;
        }
        flush(
            surface,
            *face,
            now,
            (start, baseline),
            size,
            text,
            &mut glyphs,
        );
    }
}

/// Draws what was gathered in the font `now`; `asked` is the face that the run asked for.
fn flush(
    surface: &mut Surface<'_>,
    asked: Face,
    now: Face,
    (x, baseline): (f32, f32),
    size: f32,
    text: &str,
    glyphs: &mut Vec<KrillaGlyph>,
) {
    if glyphs.is_empty() {
        return;
    }
    // There is no bold font of the marks: a stroke makes them as heavy as the words beside them.
    if asked == Face::Bold && now == Face::Marks {
        surface.set_stroke(Some(Stroke {
            width: size * 0.06,
            ..Stroke::default()
        }));
    }
    let font = fonts::font(now).font.clone();
    let at = Point::from_xy(x, baseline);
    surface.draw_glyphs(at, glyphs, font, text, size, false);
    surface.set_stroke(None);
    glyphs.clear();
}

fn outline(laid: &Laid) -> Outline {
    let mut outline = Outline::new();
    for (text, page, y) in &laid.outline {
        let place = XyzDestination::new(*page, Point::from_xy(0.0, *y));
        outline.push_child(OutlineNode::new(text.clone(), place));
    }
    outline
}

fn tree(content: &Content, laid: &Laid, parts: Vec<Part>) -> TagTree {
    let level = |n: u16| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    let mut tree = TagTree::new();
    let mut table = Table::default();
    for (role, part) in laid.elements.iter().zip(parts) {
        if part.content.is_empty() {
            continue;
        }
        let tag: TagKind = match role {
            Role::Title => Tag::Hn(level(1), Some(part.title())).into(),
            Role::Heading => Tag::Hn(level(2), Some(part.title())).into(),
            Role::Line => Tag::Hn(level(3), Some(part.title())).into(),
            Role::Text => Tag::P.into(),
            Role::Code => Tag::Figure(
                content
                    .code
                    .as_ref()
                    .map(|code| format!("QR code that holds: {code}")),
            )
            .with_bbox(part.bbox)
            .into(),
            Role::HeadCell { .. } => Tag::TH(TableHeaderScope::Column).into(),
            Role::NameCell { .. } => Tag::TH(TableHeaderScope::Row).into(),
            Role::Cell { .. } => Tag::TD.into(),
        };
        let content = part.content.into_iter().map(Node::Leaf).collect();
        let group = TagGroup::with_children(tag, content);
        match role {
            Role::HeadCell { row } | Role::NameCell { row } | Role::Cell { row } => {
                table.add(*row, group);
            }
            _ => {
                table.end(&mut tree);
                tree.push(group);
            }
        }
    }
    table.end(&mut tree);
    tree
}

/// The table that is being read: its rows, each with its number in the document.
#[derive(Default)]
struct Table(Vec<(usize, Vec<Node>)>);

impl Table {
    fn add(&mut self, row: usize, cell: TagGroup) {
        match self.0.last_mut() {
            Some((last, cells)) if *last == row => cells.push(cell.into()),
            _ => self.0.push((row, vec![cell.into()])),
        }
    }

    fn end(&mut self, tree: &mut TagTree) {
        let rows: Vec<Node> = std::mem::take(&mut self.0)
            .into_iter()
            .map(|(_, cells)| TagGroup::with_children(Tag::TR, cells).into())
            .collect();
        if !rows.is_empty() {
            tree.push(TagGroup::with_children(Tag::Table, rows));
        }
    }
}
