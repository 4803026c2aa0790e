//! The QR code of a slip: what it holds.

/// The first word of what the code holds; the number is the version of the form.
pub const MARK: &str = "SPOTCHECK1";

/// The last word of a code whose result is about a part of the checklist only. It is no hexadecimal number, so that it
/// cannot be taken for a piece of the hash.
const PART: &str = "PART";

/// What a code holds: `SPOTCHECK1 <reference> <result> <hash>`, and `PART` after it where the result is about a part of
/// the checklist only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// As it is printed, with its check character.
    pub reference: String,
    /// `PASS`, `FAIL` or `INCOMPLETE`.
    pub result: String,
    /// SHA-256 of the audit's line of JSON, in hex.
    pub digest: String,
    /// The result is about a part of the checklist only.
    pub part_only: bool,
}

impl Code {
    /// What a scanner reads.
    pub fn text(&self) -> String {
        let part = match self.part_only {
            true => format!(" {PART}"),
            false => String::new(),
        };
        format!(
            "{MARK} {} {} {}{part}",
            self.reference, self.result, self.digest
        )
    }

    /// What a scanner read.
    ///
    /// # Errors
    /// Says in a sentence what is wrong.
    pub fn parse(scanned: &str) -> Result<Code, String> {
        let words: Vec<&str> = scanned.split_whitespace().collect();
        // The hash may have been broken over lines.
        let [mark, reference, result, ref digest @ ..] = words[..] else {
            return Err(format!(
                "This is not the code of a slip: it has {} words, and a slip's code has 4.",
                words.len()
            ));
        };
        if mark != MARK {
            return Err(match mark.strip_prefix("SPOTCHECK") {
                Some(_) => format!(
                    "This code ({mark}) is of another version of spotcheck. This program reads {MARK}."
                ),
                None => "This is not the code of a slip.".into(),
            });
        }
        let (digest, part_only) = match digest {
            [digest @ .., last] if *last == PART => (digest, true),
            digest => (digest, false),
        };
        let digest = digest.concat();
        let reference = super::reference::parse(reference)?;
        if !["PASS", "FAIL", "INCOMPLETE"].contains(&result) {
            return Err("The code is not right: it holds no result.".into());
        }
        if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("The code is not right: its hash is not whole.".into());
        }
        Ok(Code {
            reference,
            result: result.into(),
            digest: digest.to_ascii_lowercase(),
            part_only,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_written() {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let code = Code {
            reference: super::super::reference::of(digest),
            result: "FAIL".into(),
            digest: digest.into(),
            part_only: false,
        };
        assert_eq!(
            Code::parse(&format!(" {}\r\n", code.text())),
            Ok(code.clone())
        );
        let part = Code {
            part_only: true,
            ..code.clone()
        };
        assert!(part.text().ends_with("0a08 PART"), "{}", part.text());
        assert_eq!(
            Code::parse(&part.text().replace("c15b", "c1\n  5b")),
            Ok(part)
        );
        assert_eq!(
            Code::parse(&code.text().replace("c15b", "c1\n  5b")),
            Ok(code.clone())
        );

        for (wrong, part) in [
            (code.text().replace("9f86", ""), "not whole"),
            (String::new(), "has 0 words"),
            ("https://example.org".into(), "has 1 words"),
            (
                code.text().replace("SPOTCHECK1", "SPOTCHECK2"),
                "another version",
            ),
            (
                code.text().replace("SPOTCHECK1", "HELLO"),
                "not the code of a slip",
            ),
            (code.text().replace("FAIL", "GOOD"), "no result"),
            (code.text().replace("0a08", "0a0"), "not whole"),
            (code.text().replace("0a08", "0a0g"), "not whole"),
            (code.text().replace(digest, "PART"), "not whole"),
            (code.text() + " PART PART", "not whole"),
        ] {
            let error = Code::parse(&wrong).expect_err(&wrong);
            assert!(error.contains(part), "{error}");
        }
    }
}
