//! The frame around a script and its answer: proof that an answer is whole.

use std::hash::{BuildHasher, Hasher};

use crate::evidence::SourceError;
use crate::evidence::text::clean;

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
}

impl Frame {
    pub(super) fn new() -> Frame {
        Frame::with_nonce(nonce())
    }

    fn with_nonce(nonce: u64) -> Frame {
        Frame {
            begin: format!("@{nonce:016x}@begin"),
            end: format!("@{nonce:016x}@end"),
        }
    }

    /// The command: the script in a subshell, so that an `exit` in it cannot skip the end mark. A syntax error in it
    /// leaves the whole command unrun, and so the answer without marks. No input, so that nothing waits for some.
    /// The empty `echo` keeps the end mark on a line of its own.
    pub(super) fn wrap(&self, script: &str) -> String {
        let Frame { begin, end } = self;
        format!("echo {begin}\n(\n{script}\n) </dev/null 2>&1\ns=$?\necho\necho {end} $s\n")
    }

    /// Output and exit status of the script, from all that the phone sent.
    pub(super) fn unwrap(&self, raw: &[u8]) -> Result<(Vec<u8>, i32), Fault> {
        if raw.is_empty() {
            return Err(Fault::Silent);
        }
        let text = with_unix_lines(raw);
        let body = text
            .strip_prefix(self.begin.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"\n"))
            .ok_or(Fault::NoBegin)?;
        let end = format!("\n{} ", self.end).into_bytes();
        let at = find(body, &end).ok_or(Fault::CutShort)?;
        let (body, tail) = (&body[..at], &body[at + end.len()..]);
        // A cut inside the end mark's own line has not proved the status.
        let newline = find(tail, b"\n").ok_or(Fault::CutShort)?;
        let (status, after) = (&tail[..newline], &tail[newline + 1..]);
        if find(after, self.end.as_bytes()).is_some() || find(body, self.begin.as_bytes()).is_some()
        {
            return Err(Fault::Doubled);
        }
        if !after.is_empty() {
            return Err(Fault::AfterEnd);
        }
        let status = std::str::from_utf8(status)
            .ok()
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u8>().ok())
            .ok_or(Fault::CutShort)?;
        Ok((body.to_vec(), i32::from(status)))
    }

    /// Whether the last line is the end mark: the answer is probably whole, and little is worth waiting for.
    pub(super) fn has_ended(&self, raw: &[u8]) -> bool {
        let tail = with_unix_lines(&raw[raw.len().saturating_sub(64)..]);
        tail.strip_suffix(b"\n").is_some_and(|lines| {
            let last = lines.rsplit(|b| *b == b'\n').next().unwrap_or_default();
            last.starts_with(self.end.as_bytes())
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
    /// For people, with the beginning of what came where that helps.
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
                format!(
                    "The phone answered something else than it was asked: \"{}\".",
                    clean(&String::from_utf8_lossy(&raw[..raw.len().min(300)]))
                ),
                "Run the same command again. If it stays so, the phone's shell cannot be trusted to answer: look at \
                 the phone's screen instead.",
            ),
            Fault::AfterEnd => SourceError::new(
                "The phone went on sending after the end of its answer.",
                AGAIN,
            ),
            Fault::Doubled => SourceError::new("Parts of the phone's answer came twice.", AGAIN),
        }
    }
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
            assert_eq!(frame.unwrap(raw.as_bytes()), expected, "{raw:?}");
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let frame = Frame::with_nonce(0xab);
        let whole = format!("{BEGIN}\r\nsome\r\nlines 0\r\n\r\n{END} 10\r\n").into_bytes();
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
