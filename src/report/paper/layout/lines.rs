//! Breaking text into lines.

use crate::report::paper::fonts::{self, Face};

/// A line of text, in runs of one face.
pub(super) type Line = Vec<(Face, String)>;

/// Breaks a text into lines: at spaces, and anywhere in what is too long for a line.
pub(super) fn broken(runs: &[(Face, &str)], size: f32, width: f32) -> Vec<Line> {
    let room = width / size;
    let chars: Vec<(Face, char, f32)> = runs
        .iter()
        .flat_map(|(face, text)| {
            text.chars().map(|c| {
                let advance = fonts::glyph(*face, c).map_or(0.0, |glyph| glyph.advance);
                (*face, c, advance)
            })
        })
        .collect();
    let mut lines = Vec::new();
    let (mut start, mut used, mut after_space) = (0, 0.0, None);
    let mut i = 0;
    while i < chars.len() {
        let (_, c, advance) = chars[i];
        if c != ' ' && used + advance > room && i > start {
            let end = after_space.unwrap_or(i);
            lines.push(joined(&chars[start..end]));
            start = end;
            used = chars[start..i].iter().map(|(_, _, advance)| advance).sum();
            after_space = None;
            continue;
        }
        used += advance;
        i += 1;
        if c == ' ' {
            after_space = Some(i);
        }
    }
    if start < chars.len() || lines.is_empty() {
        lines.push(joined(&chars[start..]));
    }
    lines
}

/// Cuts a text wherever the room ends, so that nothing of it is lost or added.
pub(super) fn cut(face: Face, text: &str, room: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for c in text.chars() {
        let advance = fonts::glyph(face, c).map_or(0.0, |glyph| glyph.advance);
        // A little more than nothing, for sums of lengths that were rounded.
        if used + advance > room + 0.001 && used > 0.0 {
            lines.push(String::new());
            used = 0.0;
        }
        used += advance;
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
    }
    lines
}

fn joined(chars: &[(Face, char, f32)]) -> Line {
    let mut line: Line = Vec::new();
    for (face, c, _) in chars {
        match line.last_mut() {
            Some((last, text)) if last == face => text.push(*c),
            _ => line.push((*face, c.to_string())),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_inside_what_is_too_long() {
        let text = |line: &Line| line.iter().map(|(_, t)| t.as_str()).collect::<String>();
        for width in [1.0, 30.0, 77.0, 200.0] {
            for words in [
                "",
                "a",
                "one two  three",
                &"x".repeat(300),
                "✓ pass, put right",
            ] {
                let runs = [(Face::Bold, "Label: "), (Face::Regular, words)];
                let lines = broken(&runs, 10.0, width);
                let again: String = lines.iter().map(text).collect();
                assert_eq!(again, format!("Label: {words}"), "nothing is lost");
                for line in &lines {
                    let shown: String = text(line).trim_end().to_owned();
                    let ems: f32 = line
                        .iter()
                        .map(|(f, t)| fonts::width(*f, t.trim_end()))
                        .sum();
                    let fits = ems * 10.0 <= width + 3.0;
                    assert!(fits || shown.chars().count() <= 1, "{shown} in {width}");
                }
            }
        }
        let lines = broken(&[(Face::Regular, "one two three")], 10.0, 45.0);
        let lines: Vec<String> = lines.iter().map(text).collect();
        assert_eq!(lines, ["one two ", "three"]);
    }
}
