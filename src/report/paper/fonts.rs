//! The embedded fonts: which characters they have, how wide they are, and making any text fit to be printed.

use std::sync::LazyLock;

use krilla::text::Font;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};
use unicode_normalization::UnicodeNormalization as _;

use crate::evidence::text::deceives;

/// Stands for a character that is in none of the fonts.
pub(in crate::report) const MARK: char = '\u{25a1}';

/// A weight of the text, or the font of the marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Face {
    Regular,
    Bold,
    /// All letters of one width: for what is copied letter for letter.
    Mono,
    Marks,
}

/// One embedded font.
pub(super) struct Loaded {
    /// For the PDF.
    pub font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    /// Units of an em.
    em: f32,
}

struct Fonts {
    regular: Loaded,
    bold: Loaded,
    mono: Loaded,
    marks: Loaded,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts {
    regular: load(include_bytes!(
        "../../../assets/fonts/NotoSans-Regular-Latin.ttf"
    )),
    bold: load(include_bytes!(
        "../../../assets/fonts/NotoSans-Bold-Latin.ttf"
    )),
    mono: load(include_bytes!(
        "../../../assets/fonts/NotoSansMono-Regular-Latin.ttf"
    )),
    marks: load(include_bytes!(
        "../../../assets/fonts/NotoSansSymbols2-Marks.ttf"
    )),
});

fn load(bytes: &'static [u8]) -> Loaded {
    let font = FontRef::new(bytes).expect("the embedded fonts are valid; a test loads them");
    let krilla =
        Font::new(bytes.into(), 0).expect("the embedded fonts are valid; a test loads them");
    Loaded {
        em: krilla.units_per_em(),
        font: krilla,
        charmap: font.charmap(),
        metrics: font.glyph_metrics(Size::unscaled(), LocationRef::default()),
    }
}

/// A font by its face.
pub(super) fn font(face: Face) -> &'static Loaded {
    match face {
        Face::Regular => &FONTS.regular,
        Face::Bold => &FONTS.bold,
        Face::Mono => &FONTS.mono,
        Face::Marks => &FONTS.marks,
    }
}

/// A character set in a font.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub face: Face,
    pub id: u32,
    /// Width in ems.
    pub advance: f32,
}

impl Loaded {
    fn glyph(&self, face: Face, c: char) -> Option<Glyph> {
        let id = self.charmap.map(c).filter(|id| id.to_u32() != 0)?;
        let advance = self.metrics.advance_width(id)? / self.em;
        Some(Glyph {
            face,
            id: id.to_u32(),
            advance,
        })
    }
}

/// How a character is set: in the face that was asked for, or in one that has it.
pub(super) fn glyph(face: Face, c: char) -> Option<Glyph> {
    [face, Face::Regular, Face::Marks]
        .into_iter()
        .find_map(|face| font(face).glyph(face, c))
}

/// Width of a text in ems.
pub(super) fn width(face: Face, text: &str) -> f32 {
    text.chars()
        .filter_map(|c| glyph(face, c))
        .map(|glyph| glyph.advance)
        .sum()
}

/// Makes a text fit to be printed: what deceives a reader goes, line ends become spaces, accents are joined to their
/// letters, and each character that no font has becomes [`MARK`]; those are added to `missing`.
pub(in crate::report) fn fit(text: &str, missing: &mut Vec<char>) -> String {
    let plain = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if deceives(c) => None,
        // Spaces of other widths do not break lines where they should.
        '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        c => Some(c),
    });
    plain
        .nfc()
        .map(|c| {
            if glyph(Face::Regular, c).is_some() && (c == MARK || glyph(Face::Bold, c).is_some()) {
                return c;
            }
            if !missing.contains(&c) {
                missing.push(c);
            }
            MARK
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latin_letter_and_every_mark_can_be_set() {
        for c in ('\u{20}'..='\u{7e}')
            .chain('\u{a0}'..='\u{24f}')
            .chain('\u{1e00}'..='\u{1eff}')
            .chain("–—‘’“”…€✓✗□".chars())
            .filter(|c| *c != '\u{ad}')
        {
            for face in [Face::Regular, Face::Bold, Face::Mono] {
                let glyph = glyph(face, c);
                assert!(glyph.is_some_and(|g| g.advance > 0.0), "{c} {face:?}");
            }
        }
    }

    #[test]
    fn text_is_made_fit_to_be_printed() {
        for (raw, fit_text, gone) in [
            ("Siân Ó Briain", "Siân Ó Briain", ""),
            ("Sia\u{302}n", "Siân", ""),
            ("Łódź, Nguyễn, Þór, ẞ", "Łódź, Nguyễn, Þór, ẞ", ""),
            ("gnp\u{202e}exe", "gnpexe", ""),
            ("a\u{1b}[2J\u{7}b\nc\td", "a[2Jb c d", ""),
            ("中 and 中 and \u{1f600}", "□ and □ and □", "中\u{1f600}"),
            ("x\u{301}", "x□", "\u{301}"),
            ("a\u{200b}b\u{feff}c\u{ad}", "abc", ""),
        ] {
            let mut missing = Vec::new();
            assert_eq!(fit(raw, &mut missing), fit_text);
            assert_eq!(String::from_iter(missing), gone, "{raw}");
        }
    }
}
