//! Errors in files that people write (profiles, answers, waivers), pointing at the line.

use std::ops::Range;

use crate::nearest::did_you_mean;

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

    /// What the TOML reader found wrong, with the right word where a wrong one is near it.
    pub(crate) fn of_toml(name: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = worded(error.message());
        match error.span() {
            Some(span) => TextError::at(name, text, span, message),
            None => TextError::whole(name, message),
        }
    }

    /// An error about the file as a whole.
    pub(crate) fn whole(name: &str, message: impl AsRef<str>) -> Self {
        TextError(format!("{name}: {}", message.as_ref()))
    }
}

/// The reader's message: of a word that is not known, the nearest, and all that are.
fn worded(message: &str) -> String {
    for (begins, what) in [
        ("unknown field `", "There is no"),
        ("unknown variant `", "It cannot be"),
    ] {
        let Some((given, rest)) = message
            .strip_prefix(begins)
            .and_then(|rest| rest.split_once('`'))
        else {
            continue;
        };
        // Every second piece between the marks is a word.
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let near = did_you_mean(given, known.iter().copied());
        return format!(
            "{what} \"{given}\" here.{near} There is: {}.",
            known.join(", ")
        );
    }
    message.to_owned()
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
    fn a_misspelt_word_is_told_with_the_right_one() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        #[allow(dead_code)]
        struct Shape {
            title: Option<String>,
            colour: Option<Colour>,
        }
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Colour {
            Red,
            Green,
        }
        for (text, message) in [
            (
                "\ntitel = 1",
                "f, line 2, column 1: There is no \"titel\" here. Did you mean \"title\"? There is: title, colour.",
            ),
            (
                "colour = \"gren\"",
                "f, line 1, column 10: It cannot be \"gren\" here. Did you mean \"green\"? There is: red, green.",
            ),
            ("zzz = 1", "There is: title, colour."),
            ("title = 1", "invalid type: integer `1`, expected a string"),
            ("title", "f, line 1"),
        ] {
            let error = toml::from_str::<Shape>(text).expect_err(text);
            let said = TextError::of_toml("f", text, &error).0;
            assert!(said.contains(message), "{text}: {said}");
        }
    }

    #[test]
    fn a_place_outside_the_text_does_no_harm() {
        for span in [0..0, 5..900, 900..901] {
            let _ = TextError::at("p", "\u{e9}", span, "m");
        }
    }
}
