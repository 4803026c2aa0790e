//! Making strings that came from a phone or a backup fit to be kept and shown.

/// The most characters that are kept of one string from outside.
pub const MAX_CHARS: usize = 200;

/// Removes what could deceive a reader or a terminal (controls, escapes, bidirectional overrides, invisible marks)
/// and cuts at [`MAX_CHARS`].
pub fn clean(raw: &str) -> String {
    let mut out: String = raw
        .chars()
        .filter(|c| !deceives(*c))
        .take(MAX_CHARS)
        .collect();
    let trimmed = out.trim_end().len();
    out.truncate(trimmed);
    out
}

/// Whether a text holds nothing that could deceive a reader or a terminal.
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(deceives)
}

/// Whether a character could deceive a reader or a terminal.
pub fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// The system's words for what went wrong, without the number that it puts after them: "(os error 2)".
pub fn without_number(message: &str) -> String {
    let mut rest = message;
    let mut out = String::with_capacity(message.len());
    while let Some((before, after)) = rest.split_once(" (os error ") {
        match after.split_once(')') {
            Some((number, behind)) if number.parse::<i32>().is_ok() => {
                out += before;
                rest = behind;
            }
            _ => {
                out += before;
                out += " (os error ";
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_system_error_goes() {
        for (message, words) in [
            ("No such file (os error 2)", "No such file"),
            ("a (os error 2): b (os error -13).\nc", "a: b.\nc"),
            ("a (os error x) b", "a (os error x) b"),
            ("a (os error 2", "a (os error 2"),
            ("", ""),
        ] {
            assert_eq!(without_number(message), words);
        }
        let error = std::io::Error::from_raw_os_error(2).to_string();
        assert!(!without_number(&error).contains("os error"), "{error}");
    }

    #[test]
    fn removes_what_deceives_a_terminal() {
        for (raw, cleaned) in [
            ("iPhone 15", "iPhone 15"),
            ("a\u{1b}[2Jb", "a[2Jb"),
            ("gnp\u{202e}exe", "gnpexe"),
            ("tab\there\r\n", "tabhere"),
            ("caf\u{e9} \u{4e2d}", "caf\u{e9} \u{4e2d}"),
        ] {
            assert_eq!(clean(raw), cleaned);
        }
        assert_eq!(clean(&"x".repeat(5000)).len(), MAX_CHARS);
    }
}
