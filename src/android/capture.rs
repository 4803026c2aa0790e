//! A saved answer of a phone: a small header and the answer as it came, so that it can be assessed again later.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::evidence::{SourceError, text};
use crate::private;

const FIRST_LINE: &str = "spotcheck android capture 1";
const SEAL: &str = "sha256: ";
const MAX_FILE: u64 = 2 << 20;

/// An answer of a phone, with what is needed to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// When the phone answered.
    pub taken_at: Timestamp,
    /// Version of the program that asked.
    pub tool: String,
    /// The nonce in the marks of the answer.
    pub nonce: String,
    /// What a person should know first, e.g. that the phone is synthetic. May be empty.
    pub label: String,
    /// The answer, as it came through the filters on the phone.
    pub answer: Vec<u8>,
}

impl Capture {
    /// The file's content.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = format!(
            "{FIRST_LINE}\nlabel: {}\ntaken-at: {}\ntool: {}\nnonce: {}\n",
            text::clean(&self.label),
            self.taken_at,
            text::clean(&self.tool),
            text::clean(&self.nonce),
        );
        let seal = digest(&head, &self.answer);
        let mut out = format!("{head}{SEAL}{seal}\n\n").into_bytes();
        out.extend_from_slice(&self.answer);
        out
    }

    /// Reads a file's content.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SourceError> {
        let refuse = |what: &str| {
            SourceError::new(
                what,
                "Take a new capture with `spotcheck android --save-capture FILE`.",
            )
        };
        let (header, answer) = split_header(bytes)
            .ok_or_else(|| refuse("This is not a capture of an Android phone."))?;
        let mut lines = header.split('\n');
        match lines.next() {
            Some(FIRST_LINE) => {}
            Some(line) if line.starts_with("spotcheck android capture ") => {
                return Err(refuse(
                    "This capture was made by another version of spotcheck, in a form that this one does not know.",
                ));
            }
            _ => return Err(refuse("This is not a capture of an Android phone.")),
        }
        let (mut label, mut taken_at, mut tool, mut nonce, mut sha256) =
            (None, None, None, None, None);
        for line in lines {
            let slot = match line
                .split_once(": ")
                .or_else(|| Some((line.strip_suffix(':')?, "")))
            {
                Some(("label", value)) => (&mut label, value),
                Some(("taken-at", value)) => (&mut taken_at, value),
                Some(("tool", value)) => (&mut tool, value),
                Some(("nonce", value)) => (&mut nonce, value),
                Some(("sha256", value)) => (&mut sha256, value),
                _ => return Err(refuse("The head of this capture is damaged.")),
            };
            if slot.0.replace(slot.1).is_some() {
                return Err(refuse(
                    "The head of this capture is damaged: a line came twice.",
                ));
            }
        }
        let (Some(taken_at), Some(tool), Some(nonce), Some(sha256)) =
            (taken_at, tool, nonce, sha256)
        else {
            return Err(refuse(
                "The head of this capture is damaged: a line is missing.",
            ));
        };
        // The seal is the last line, and covers every byte before it and after it.
        let sealed = header
            .strip_suffix(sha256)
            .and_then(|head| head.strip_suffix(SEAL));
        if sealed.is_none_or(|head| sha256 != digest(head, answer)) {
            return Err(refuse(
                "This capture was cut short or changed after it was saved.",
            ));
        }
        Ok(Capture {
            taken_at: taken_at
                .parse()
                .map_err(|_| refuse("The head of this capture holds no valid time."))?,
            tool: text::clean(tool),
            nonce: nonce.to_owned(),
            label: text::clean(label.unwrap_or_default()),
            answer: answer.to_vec(),
        })
    }
}

fn split_header(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes
        .windows(2)
        .take(4096)
        .position(|pair| pair == b"\n\n")?;
    let header = std::str::from_utf8(bytes.get(..end)?).ok()?;
    Some((header, bytes.get(end + 2..)?))
}

/// The seal of a capture: over its head and its answer, so that neither the date nor the nonce can change unseen.
/// It shows accidents and careless edits; whoever makes a new seal can pretend anything.
fn digest(head: &str, answer: &[u8]) -> String {
    Sha256::new()
        .chain_update(head)
        .chain_update(answer)
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Reads a capture file.
pub fn read(path: &Path) -> Result<Capture, SourceError> {
    let failed = |error: std::io::Error| {
        SourceError::new(
            format!("The capture {} could not be read: {error}.", path.display()),
            "Check the name of the file and that you may read it.",
        )
    };
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(SourceError::new(
            format!("{} is too large for a capture.", path.display()),
            "Check the name of the file.",
        ));
    }
    Capture::from_bytes(&bytes)
}

/// Writes a capture file that only its owner can read. A file that is there already stays as it is.
pub fn write(path: &Path, capture: &Capture) -> Result<(), SourceError> {
    let failed = |error: std::io::Error| {
        SourceError::new(
            format!(
                "The capture {} could not be written: {error}.",
                path.display()
            ),
            "Choose another name or folder; a file that is there already is not overwritten.",
        )
    };
    let mut options = fs::OpenOptions::new();
    private::new_file(options.write(true).create_new(true));
    let written = options.open(path).and_then(|mut file| {
        file.write_all(&capture.to_bytes())?;
        file.sync_all()
    });
    written.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A synthetic capture whose head has this line instead of its date, sealed as if all were well.
    fn sealed(line: &str) -> Result<Capture, SourceError> {
        let head = format!("{FIRST_LINE}\nlabel: synthetic\n{line}\ntool: 0.1.0\nnonce: 1\n");
        let seal = digest(&head, b"an answer");
        Capture::from_bytes(format!("{head}{SEAL}{seal}\n\nan answer").as_bytes())
    }

    #[test]
    fn heads_that_are_damaged_under_a_sound_seal() {
        assert!(sealed("taken-at: 2026-11-02T09:00:00Z").is_ok());
        for (line, what) in [
            (
                "taken-at: yesterday",
                "The head of this capture holds no valid time.",
            ),
            (
                "nonce: 2",
                "The head of this capture is damaged: a line came twice.",
            ),
            ("taken: 2026", "The head of this capture is damaged."),
            ("label", "The head of this capture is damaged."),
        ] {
            let error = sealed(line).expect_err(line);
            assert_eq!(error.what, what);
            assert!(error.next.contains("--save-capture"), "{error}");
        }
    }
}
