//! CSV (RFC 4180) read strictly and as a stream, with the line of every row. What a lenient reader would guess at is
//! an error here: a row that is read wrongly is a person who cannot be drawn, or who is there twice.

use std::io::{self, BufRead};

use crate::bounded;

/// The most that a list may hold, in bytes.
pub(super) const MAX_BYTES: u64 = 64 << 20;
/// The most that one field may hold: what a spreadsheet's cell can.
const MAX_FIELD: usize = 32_767;
/// The most columns.
const MAX_COLUMNS: usize = 1_000;

/// A fault in a line.
#[derive(Debug)]
pub(super) struct Fault {
    /// Counted from 1.
    pub line: u64,
    pub what: String,
}

/// The rows of a CSV text.
pub(super) struct Rows<R> {
    input: R,
    line: u64,
    left: u64,
    /// A byte that was looked at and belongs to what follows.
    held: Option<u8>,
    started: bool,
}

/// Where in a field the reader is.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Start,
    Plain,
    Quoted { since: u64 },
    AfterQuote,
}

impl<R: BufRead> Rows<R> {
    /// Reads at most `cap` bytes.
    pub fn new(input: R, cap: u64) -> Self {
        Rows {
            input,
            line: 1,
            left: cap,
            held: None,
            started: false,
        }
    }

    /// Reads the next row that is not blank into `fields` and returns the line on which it begins; `None` at the end.
    pub fn next(&mut self, fields: &mut Vec<String>) -> Result<Option<u64>, Fault> {
        loop {
            let line = self.line;
            let mut raw: Vec<Vec<u8>> = Vec::new();
            if !self.read_row(&mut raw)? {
                return Ok(None);
            }
            fields.clear();
            for field in raw {
                fields.push(String::from_utf8(field).map_err(|_| {
                    Fault {
                    line,
                    what: "It holds letters that are not UTF-8. In a spreadsheet, save the list as \
                           \"CSV UTF-8 (comma delimited)\"."
                        .into(),
                }
                })?);
            }
            if fields.len() > 1 || fields.iter().any(|field| !field.trim().is_empty()) {
                return Ok(Some(line));
            }
        }
    }

    /// Reads one row, blank or not; `false` at the end of the text.
    fn read_row(&mut self, fields: &mut Vec<Vec<u8>>) -> Result<bool, Fault> {
        self.skip_mark()?;
        let mut field = Vec::new();
        let mut at = At::Start;
        let mut any = false;
        loop {
            let Some(byte) = self.byte()? else {
                if let At::Quoted { since } = at {
                    return Err(Fault {
                        line: since,
                        what: "A quotation mark is opened here and never closed.".into(),
                    });
                }
                if any {
                    fields.push(field);
                }
                return Ok(any);
            };
            any = true;
            match (at, byte) {
                (_, 0) => {
                    return self.fault(
                        "It holds a zero byte, as no CSV does. In a spreadsheet, save the list as \"CSV UTF-8 \
                         (comma delimited)\".",
                    );
                }
                (At::Quoted { .. }, b'"') => at = At::AfterQuote,
                (At::Quoted { .. }, _) => {
                    field.push(byte);
                    if byte == b'\n' {
                        self.line += 1;
                    }
                }
                (At::AfterQuote, b'"') => {
                    field.push(b'"');
                    at = At::Quoted { since: self.line };
                }
                (At::Start, b'"') => at = At::Quoted { since: self.line },
                (_, b',') => {
                    fields.push(std::mem::take(&mut field));
                    at = At::Start;
                }
                (_, b'\n') => {
                    self.line += 1;
                    fields.push(field);
                    return Ok(true);
                }
                (_, b'\r') => match self.byte()? {
                    Some(b'\n') => self.held = Some(b'\n'),
                    None => {}
                    Some(_) => {
                        return self.fault(
                            "A line ends in an old way (CR alone). Save the list as CSV again.",
                        );
                    }
                },
                (At::AfterQuote, _) => {
                    return self.fault(
                        "Something follows a closing quotation mark. Inside quotation marks, write each one twice.",
                    );
                }
                (At::Plain, b'"') => {
                    return self.fault(
                        "A quotation mark stands inside a field. Put the field in quotation marks and write the inner \
                         one twice.",
                    );
                }
                (At::Start | At::Plain, _) => {
                    field.push(byte);
                    at = At::Plain;
                }
            }
            if fields.len() > MAX_COLUMNS {
                return self.fault(
                    "This row has more than 1,000 columns. Check that it is a list of staff.",
                );
            }
            if field.len() > MAX_FIELD {
                let line = match at {
                    At::Quoted { since } => since,
                    _ => self.line,
                };
                return Err(Fault {
                    line,
                    what: format!(
                        "A field here is longer than {MAX_FIELD} bytes: perhaps a quotation mark is not closed."
                    ),
                });
            }
        }
    }

    /// Passes over the mark that spreadsheets put at the beginning of a text.
    fn skip_mark(&mut self) -> Result<(), Fault> {
        if std::mem::replace(&mut self.started, true) {
            return Ok(());
        }
        let (beginning, skipped): (&[u8], usize) = match self.input.fill_buf() {
            Ok(bytes) if bytes.starts_with(b"\xef\xbb\xbf") => (bytes, 3),
            Ok(bytes) => (bytes, 0),
            Err(e) => return Err(unreadable(1, &e)),
        };
        if bounded::is_utf16(beginning) {
            return self.fault(
                "This is UTF-16 (\"Unicode text\"). In a spreadsheet, save the list as \"CSV UTF-8 (comma delimited)\".",
            );
        }
        if beginning.starts_with(b"PK") {
            return self.fault(
                "This is a spreadsheet or an archive. Open it and save it as \"CSV UTF-8 (comma delimited)\".",
            );
        }
        self.input.consume(skipped);
        Ok(())
    }

    fn byte(&mut self) -> Result<Option<u8>, Fault> {
        if let Some(byte) = self.held.take() {
            return Ok(Some(byte));
        }
        let byte = match self.input.fill_buf() {
            Ok(bytes) => bytes.first().copied(),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return self.byte(),
            Err(e) => return Err(unreadable(self.line, &e)),
        };
        if byte.is_some() {
            self.input.consume(1);
            let Some(left) = self.left.checked_sub(1) else {
                return self.fault(&format!(
                    "The list is longer than {} MB, more than any list of staff. Leave out columns, or check the path.",
                    MAX_BYTES >> 20
                ));
            };
            self.left = left;
        }
        Ok(byte)
    }

    fn fault<T>(&self, what: &str) -> Result<T, Fault> {
        Err(Fault {
            line: self.line,
            what: what.into(),
        })
    }
}

fn unreadable(line: u64, error: &io::Error) -> Fault {
    Fault {
        line,
        what: format!("The list cannot be read any further: {error}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Vec<(u64, Vec<String>)>, Fault> {
        let mut rows = Rows::new(text, MAX_BYTES);
        let (mut all, mut fields) = (Vec::new(), Vec::new());
        while let Some(line) = rows.next(&mut fields)? {
            all.push((line, fields.clone()));
        }
        Ok(all)
    }

    #[test]
    fn rows_and_their_lines() {
        let text = b"\xef\xbb\xbfid,note\r\n\r\n1,\"a \"\"b\"\",\nc\"\r\n   \n2,\n3,x";
        let rows = read(text).expect("good");
        let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 6, 7]);
        assert_eq!(rows[1].1, ["1", "a \"b\",\nc"]);
        assert_eq!(rows[2].1, ["2", ""]);
        assert!(read(b"").expect("good").is_empty());
        assert!(read(b"\n\n").expect("good").is_empty());
    }

    #[test]
    fn what_a_writer_writes_is_read_back() {
        let mut state = 7u64;
        let mut random = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..200 {
            let rows: Vec<Vec<String>> = (0..1 + random(5))
                .map(|_| {
                    (0..3)
                        .map(|_| {
                            (0..random(6))
                                .map(|_| {
                                    ['a', ',', '"', '\n', '\r', ' ', '\u{e9}'][random(7) as usize]
                                })
                                .collect()
                        })
                        .collect()
                })
                .collect();
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("written");
            }
            let text = writer.into_inner().expect("whole");
            let back: Vec<Vec<String>> = read(&text)
                .expect("good")
                .into_iter()
                .map(|(_, row)| row)
                .collect();
            assert_eq!(back, rows, "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn faults_name_their_line() {
        for (text, line, part) in [
            (&b"id\na\n\"b\n\nc"[..], 3, "never closed"),
            (b"id\nab\"c\n", 2, "inside a field"),
            (b"id\n\"a\"b\n", 2, "follows a closing"),
            (b"id\n\"x\ny\",1\n\xe9\n", 4, "not UTF-8"),
            (b"id\na\0b\n", 2, "zero byte"),
            (b"id\ra\r", 1, "CR alone"),
            (b"\xff\xfei\0d\0", 1, "UTF-16"),
            (b"PK\x03\x04", 1, "spreadsheet"),
        ] {
            let fault = read(text).expect_err(part);
            assert!(fault.what.contains(part), "{}", fault.what);
            assert_eq!(fault.line, line, "{part}");
        }
        let long = format!("id\nok\n\"{}", "x\n".repeat(40_000));
        let fault = read(long.as_bytes()).expect_err("long");
        assert_eq!(fault.line, 3);
        let huge = io::BufReader::new(io::repeat(b'\n'));
        let mut rows = Rows::new(huge, 9_999);
        assert!(
            rows.next(&mut Vec::new())
                .expect_err("endless")
                .what
                .contains("64 MB")
        );
    }
}
