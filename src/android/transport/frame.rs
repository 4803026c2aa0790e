//! The frame around a script and its answer: proof that an answer is whole.

use std::hash::{BuildHasher, Hasher};

use crate::evidence::SourceError;

/// Marks of one run. The nonce keeps an older answer, or text that looks like a mark, from being taken for this one's.
pub(super) struct Frame {
    begin: String,
    end: String,
}

/// Why an answer does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing came.
    Silent,
    /// The begin mark is not the first line.
    NoBegin,
    /// The end mark did not come.
    CutShort,
    /// Something came after the end mark.
    AfterEnd,
    /// A mark came twice.
    Doubled,
    /// The lines' numbers do not follow each other, or the two copies of a line differ.
    Disordered,
}

impl Frame {
    pub(super) fn new() -> Frame {
        Frame::with_nonce(nonce())
    }

    pub(super) fn with_nonce(nonce: u64) -> Frame {
        Frame {
            begin: format!("@{nonce:016x}@begin"),
            end: format!("@{nonce:016x}@end"),
        }
    }

    /// The command: the script in a subshell, so that an `exit` in it cannot skip the end mark. A syntax error in it
    /// leaves the whole command unrun, and so the answer without marks. No input, so that nothing waits for some.
    /// The empty `echo` keeps the end mark on a line of its own. The phone numbers the lines and says each twice (see
    /// [`whole_lines`]): a piece of the answer that is missing, doubled, out of order or changed on the way shows.
    pub(super) fn wrap(&self, script: &str) -> String {
        let Frame { begin, end } = self;
        format!(
            "{{\necho {begin}\n(\n{script}\n) </dev/null 2>&1\ns=$?\necho\necho {end} $s\n}} | sed -e = -e p -e '$='\n"
        )
    }

    /// Output and exit status of the script, from all that the phone sent.
    pub(super) fn unwrap(&self, raw: &[u8]) -> Result<(Vec<u8>, i32), Fault> {
        if raw.is_empty() {
            return Err(Fault::Silent);
        }
        let text = with_unix_lines(raw);
        let (lines, number, rest) = whole_lines(&text);
        let last = last_line(rest, number);
        let begin = [self.begin.as_bytes(), b"\n"].concat();
        let Some(body) = lines.strip_prefix(begin.as_slice()) else {
            return Err(match last {
                Some(line) if lines.is_empty() && line == self.begin.as_bytes() => Fault::CutShort,
                _ => Fault::NoBegin,
            });
        };
        let end = [self.end.as_bytes(), b" "].concat();
        let ended = body.split(|b| *b == b'\n').any(|l| l.starts_with(&end));
        match last {
            Some(line) if line.starts_with(&end) => {
                if ended || find(body, &begin).is_some() {
                    return Err(Fault::Doubled);
                }
                let status = std::str::from_utf8(&line[end.len()..])
                    .ok()
                    .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
                    .and_then(|digits| digits.parse::<u8>().ok())
                    .ok_or(Fault::CutShort)?;
                // The empty line before the end mark.
                let body = body.strip_suffix(b"\n").ok_or(Fault::CutShort)?;
                Ok((body.to_vec(), i32::from(status)))
            }
            _ if ended => Err(Fault::AfterEnd),
            // The shell's last word was another.
            Some(_) => Err(Fault::CutShort),
            None if is_beginning(rest, number) => Err(Fault::CutShort),
            None => match rest.windows(end.len()).filter(|w| *w == end).count() {
                0 => Err(Fault::Disordered),
                1 | 2 => Err(Fault::AfterEnd),
                _ => Err(Fault::Doubled),
            },
        }
    }

    /// Whether the last line is the end mark: the answer is probably whole, and little is worth waiting for.
    pub(super) fn has_ended(&self, raw: &[u8]) -> bool {
        let tail = with_unix_lines(&raw[raw.len().saturating_sub(160)..]);
        tail.strip_suffix(b"\n").is_some_and(|lines| {
            let mut lines = lines.rsplit(|b| *b == b'\n');
            // The mark, its number, the mark.
            let marks = [lines.next(), lines.nth(1)];
            marks
                .into_iter()
                .all(|line| line.is_some_and(|line| line.starts_with(self.end.as_bytes())))
        })
    }
}

/// A number that nobody can foresee.
pub(super) fn nonce() -> u64 {
    // The hasher's keys come from the system's randomness; no other source of it is needed here.
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish()
}

impl Fault {
    /// For people, with the phone's words where it refused.
    pub(super) fn explain(self, raw: &[u8]) -> SourceError {
        const AGAIN: &str =
            "Check the cable, keep the phone unlocked, and run the same command again.";
        match self {
            Fault::Silent => SourceError::new(
                "The phone opened a shell and closed it without any answer.",
                AGAIN,
            ),
            Fault::CutShort => SourceError::new(
                format!(
                    "The phone's answer was cut short: {} bytes came, without their end.",
                    raw.len()
                ),
                AGAIN,
            ),
            Fault::NoBegin => SourceError::new(
                match refusal(raw) {
                    Some(words) => {
                        format!("The phone answered something else than it was asked: \"{words}\".")
                    }
                    None => "The phone answered something else than it was asked.".to_owned(),
                },
                "Run the same command again. If it stays so, the phone's shell cannot be trusted to answer: look at \
                 the phone's screen instead.",
            ),
            Fault::AfterEnd => SourceError::new(
                "The phone went on sending after the end of its answer.",
                AGAIN,
            ),
            Fault::Doubled => SourceError::new("Parts of the phone's answer came twice.", AGAIN),
            Fault::Disordered => SourceError::new(
                "Parts of the phone's answer are missing, came twice, came out of order or were changed on the way.",
                AGAIN,
            ),
        }
    }
}

/// What a phone says when it does not run a command. Of all that came nothing else is repeated: it did not go through
/// the filters on the phone, and may be anybody's words.
fn refusal(raw: &[u8]) -> Option<&'static str> {
    let begin = String::from_utf8_lossy(&raw[..raw.len().min(300)]).to_lowercase();
    [
        "permission denied",
        "syntax error",
        "not found",
        "inaccessible",
        "unauthorized",
        "not allowed",
        "error: closed",
    ]
    .into_iter()
    .find(|words| begin.contains(words))
}

/// Without the carriage returns that a terminal between shell and daemon puts before line feeds.
fn with_unix_lines(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for &byte in raw {
        if byte == b'\n' {
            while out.last() == Some(&b'\r') {
                out.pop();
            }
        }
        out.push(byte);
    }
    out
}

/// The lines of which all came: `N`, line, line, in the order of their numbers. `sed` makes them so: `=` is the number
/// on a line of its own, `p` the line, and at its end it prints the line again. Also the number that is next, and what
/// follows: of the last line, `$=` puts the number before both.
fn whole_lines(text: &[u8]) -> (Vec<u8>, u64, &[u8]) {
    let mut lines = Vec::with_capacity(text.len());
    let (mut rest, mut number) = (text, 1);
    while let Some((line, after)) = one_line(rest, number)
        && let Some((again, after)) = cut(after)
        && line == again
    {
        lines.extend_from_slice(line);
        lines.push(b'\n');
        (rest, number) = (after, number + 1);
    }
    (lines, number, rest)
}

/// The last line, if all of it came and nothing after it.
fn last_line(rest: &[u8], number: u64) -> Option<&[u8]> {
    let (line, after) = one_line(rest, number)?;
    let (again, after) = one_line(after, number)?;
    (line == again && after.is_empty()).then_some(line)
}

/// Whether a rest can be the beginning of a line that was cut off.
fn is_beginning(rest: &[u8], number: u64) -> bool {
    let numbered = format!("{number}\n").into_bytes();
    let Some((line, after)) = one_line(rest, number) else {
        return numbered.starts_with(rest)
            || rest
                .strip_prefix(numbered.as_slice())
                .is_some_and(|line| find(line, b"\n").is_none());
    };
    let once = [line, b"\n"].concat();
    let last = [numbered.as_slice(), &once].concat();
    once.starts_with(after) || last.starts_with(after)
}

/// A line with its number before it, and what follows.
fn one_line(text: &[u8], number: u64) -> Option<(&[u8], &[u8])> {
    cut(text.strip_prefix(format!("{number}\n").as_bytes())?)
}

/// Up to the next line feed, and what follows it.
fn cut(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = find(text, b"\n")?;
    Some((&text[..at], &text[at + 1..]))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "@00000000000000ab@begin";
    const END: &str = "@00000000000000ab@end";

    #[test]
    fn only_a_whole_answer_counts() {
        let frame = Frame::with_nonce(0xab);
        let other = "@00000000000000ac@end";
        for (raw, expected) in [
            (format!("{BEGIN}\n\n{END} 0\n"), Ok(("", 0))),
            (format!("{BEGIN}\na\nb\n\n{END} 0\n"), Ok(("a\nb\n", 0))),
            (
                format!("{BEGIN}\nno newline\n{END} 7\n"),
                Ok(("no newline", 7)),
            ),
            (
                format!("{BEGIN}\r\na\r\n\r\n{END} 255\r\n"),
                Ok(("a\n", 255)),
            ),
            (
                format!("{BEGIN}\na\r\r\nb\rc\n\n{END} 0\n"),
                Ok(("a\nb\rc\n", 0)),
            ),
            (
                format!("{BEGIN}\n{other} 0\n\n{END} 0\n"),
                Ok(("@00000000000000ac@end 0\n", 0)),
            ),
            (String::new(), Err(Fault::Silent)),
            ("\n".into(), Err(Fault::NoBegin)),
            (
                "sh: syntax error: unexpected ')'\n".into(),
                Err(Fault::NoBegin),
            ),
            (format!("x\n{BEGIN}\na\n\n{END} 0\n"), Err(Fault::NoBegin)),
            (format!("{BEGIN}x\na\n\n{END} 0\n"), Err(Fault::NoBegin)),
            (BEGIN.into(), Err(Fault::NoBegin)),
            (format!("{BEGIN}\n"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na\n\n{other} 0\n"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na\n\n{END}"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na\n\n{END} 1"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na\n\n{END} \n"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na\n\n{END} 256\n"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na\n\n{END} +1\n"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na{END} 0\n"), Err(Fault::CutShort)),
            (format!("{BEGIN}\n{END} 0\n"), Err(Fault::CutShort)),
            (format!("{BEGIN}\na\n\n{END} 0\nx"), Err(Fault::AfterEnd)),
            (
                format!("{BEGIN}\na\n\n{END} 0\n\n{END} 0\n"),
                Err(Fault::Doubled),
            ),
            (
                format!("{BEGIN}\n{BEGIN}\n\n{END} 0\n"),
                Err(Fault::Doubled),
            ),
        ] {
            let expected = expected.map(|(bytes, status)| (bytes.as_bytes().to_vec(), status));
            assert_eq!(frame.unwrap(&number(&raw)), expected, "{raw:?}");
            assert!(
                frame.unwrap(raw.as_bytes()).is_err(),
                "{raw:?} without numbers"
            );
        }
    }

    /// As the phone does it.
    fn number(text: &str) -> Vec<u8> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut out = String::new();
        for (line, n) in lines.iter().zip(1..) {
            out += &format!("{n}\n{}\n", line.trim_end_matches('\n'));
            if n == lines.len() {
                out += &format!("{n}\n");
            }
            out += line;
        }
        out.into_bytes()
    }

    #[test]
    fn of_an_answer_that_went_through_no_filter_only_a_refusal_is_repeated() {
        for (raw, said) in [
            (&b"User \"Canary Person\" (id=0, flags=0x13)\n"[..], None),
            (
                b"/system/bin/sh: /data/Canary Person: Permission denied\n",
                Some("permission denied"),
            ),
            (b"error: closed\n", Some("error: closed")),
            (&[0xff; 3000], None),
        ] {
            let text = Fault::NoBegin.explain(raw).to_string();
            assert!(text.contains("something else than it was asked"), "{text}");
            assert!(!text.contains("Canary"), "{text}");
            assert!(said.is_none_or(|words| text.contains(words)), "{text}");
        }
    }

    #[test]
    fn what_is_missing_doubled_moved_or_changed_is_noticed() {
        let frame = Frame::with_nonce(0xab);
        let whole = number(&format!("{BEGIN}\na\na\nb\n12\n13\n\n{END} 0\n"));
        assert_eq!(frame.unwrap(&whole), Ok((b"a\na\nb\n12\n13\n".to_vec(), 0)));
        let bytes: Vec<&[u8]> = whole.chunks(1).collect();
        let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
        for (parts, longest) in [(&lines, lines.len() - 1), (&bytes, 6)] {
            for size in 1..=longest {
                for at in 0..=parts.len() - size {
                    let (before, rest) = parts.split_at(at);
                    let (piece, after) = rest.split_at(size);
                    let mut damaged = vec![
                        [before, after].concat(),
                        [before, piece, piece, after].concat(),
                    ];
                    for to in 0..after.len() {
                        damaged.push([before, &after[..=to], piece, &after[to + 1..]].concat());
                    }
                    for parts in damaged {
                        let raw = parts.concat();
                        assert!(
                            raw == whole || frame.unwrap(&raw).is_err(),
                            "{}",
                            String::from_utf8_lossy(&raw)
                        );
                    }
                }
            }
        }
        for at in 0..whole.len() {
            for byte in [0, b'\n', b'0', b'9', 0xff] {
                let mut raw = whole.clone();
                raw[at] = byte;
                assert!(
                    raw == whole || frame.unwrap(&raw).is_err(),
                    "{byte} at {at}"
                );
            }
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let frame = Frame::with_nonce(0xab);
        let whole = number(&format!("{BEGIN}\r\nsome\r\nlines 0\r\n\r\n{END} 10\r\n"));
        for n in 0..whole.len() {
            assert!(frame.unwrap(&whole[..n]).is_err(), "cut at {n}");
            assert!(!frame.has_ended(&whole[..n]), "cut at {n}");
            assert!(
                n == 0 || frame.unwrap(&whole[n..]).is_err(),
                "head lost up to {n}"
            );
        }
        assert!(frame.has_ended(&whole));
        assert_eq!(frame.unwrap(&whole), Ok((b"some\nlines 0\n".to_vec(), 10)));
    }

    #[test]
    fn an_echo_of_the_command_is_no_answer() {
        let frame = Frame::new();
        assert!(frame.unwrap(frame.wrap("true").as_bytes()).is_err());
        assert_ne!(Frame::new().end, frame.end);
    }
}
