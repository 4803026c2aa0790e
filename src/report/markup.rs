//! Making text fit to stand in XML and HTML.

/// Text for an element or a quoted attribute of XML. Characters that XML cannot hold become a replacement mark.
pub(super) fn xml(text: &str) -> String {
    // In an attribute a bare line break would be read as a space.
    xml_text(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// The same for an element alone, where a line break may stand as it is.
pub(super) fn xml_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text for an element or a quoted attribute of HTML.
pub(super) fn html(text: &str) -> String {
    xml_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        for (text, escaped) in [
            ("plain", "plain"),
            ("<script>", "&lt;script&gt;"),
            ("\" onload='x'", "&quot; onload=&#39;x&#39;"),
            ("a & b &amp; c", "a &amp; b &amp;amp; c"),
            ("]]>", "]]&gt;"),
            ("a\u{0}\u{1b}\u{85}b", "a\u{fffd}\u{fffd}\u{fffd}b"),
            ("two\nlines", "two&#10;lines"),
        ] {
            assert_eq!(xml(text), escaped);
        }
        assert_eq!(xml_text("two\nlines <"), "two\nlines &lt;");
    }
}
