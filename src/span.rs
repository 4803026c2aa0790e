//! Errors in files that people write (profiles, answers, waivers), pointing at the line.

use std::ops::Range;

/// A file that cannot be used, pointing at the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TextError(pub String);

impl TextError {
    /// An error at a place in the file's text.
    pub(crate) fn at(name: &str, text: &str, span: Range<usize>, message: impl AsRef<str>) -> Self {
        let start = floor(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line_number = text[..start].matches('\n').count() + 1;
        let column = text[line_start..start].chars().count() + 1;
        let end = floor(text, span.end.clamp(start, line_end));
        let carets = "^".repeat(text[start..end].chars().count().max(1));
        let gutter = " ".repeat(line_number.to_string().len());
        TextError(format!(
            "{name}, line {line_number}, column {column}: {}\n{gutter} |\n{line_number} | {}\n{gutter} | {}{carets}",
            message.as_ref(),
            &text[line_start..line_end],
            " ".repeat(column - 1),
        ))
    }

    /// An error at a place whose text is not to be repeated.
    pub(crate) fn near(
        name: &str,
        text: &str,
        span: Range<usize>,
        message: impl AsRef<str>,
    ) -> Self {
        let start = floor(text, span.start);
        let line_number = text[..start].matches('\n').count() + 1;
        TextError(format!("{name}, line {line_number}: {}", message.as_ref()))
    }

    /// An error about the file as a whole.
    pub(crate) fn whole(name: &str, message: impl AsRef<str>) -> Self {
        TextError(format!("{name}: {}", message.as_ref()))
    }
}

fn floor(text: &str, mut i: usize) -> usize {
    i = i.min(text.len());
    while !text.is_char_boundary(i) {
        i -= 1;
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_the_line() {
        let text = "id = \"x\"\n\u{e9}a = b\n";
        let at = text.find("b").expect("there");
        let error = TextError::at("my.toml", text, at..at + 1, "no such fact");
        insta::assert_snapshot!(error.to_string(), @r"
        my.toml, line 2, column 6: no such fact
          |
        2 | éa = b
          |      ^
        ");
    }

    #[test]
    fn a_place_outside_the_text_does_no_harm() {
        for span in [0..0, 5..900, 900..901] {
            let _ = TextError::at("p", "\u{e9}", span, "m");
        }
    }
}
