//! Looking for canaries in bytes: as they are, and in every form that code may give to a text on its way out.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::canaries::Canary;
use super::programs::Program;

/// A canary that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which of the canaries.
    pub canary: usize,
    pub form: &'static str,
    /// In which part of what was searched.
    pub part: String,
    /// What stands around it.
    pub around: String,
}

struct Pattern {
    bytes: Vec<u8>,
    canary: usize,
    form: &'static str,
}

/// Finds any of many patterns in one go. Everything is compared in lower case.
pub struct Finder {
    patterns: Vec<Pattern>,
    /// By their first bytes.
    starts: HashMap<[u8; START], Vec<usize>>,
    /// Whether any pattern begins with bytes of this hash: almost every place is dismissed by it.
    may_start: Vec<bool>,
    pdftotext: Option<Program>,
    qpdf: Option<Program>,
}

const START: usize = 8;
const BITS: u32 = 20;

fn hash(bytes: &[u8]) -> usize {
    let word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    (word.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}

impl Finder {
    pub fn new(canaries: &[Canary]) -> Finder {
        let mut patterns: Vec<Pattern> = Vec::new();
        for (n, canary) in canaries.iter().enumerate() {
            for (form, bytes) in forms(canary) {
                let bytes = bytes.to_ascii_lowercase();
                assert!(
                    bytes.len() >= START,
                    "{canary}, {form}: too short to be told"
                );
                if !patterns
                    .iter()
                    .rev()
                    .take_while(|p| p.canary == n)
                    .any(|p| p.bytes == bytes)
                {
                    patterns.push(Pattern {
                        bytes,
                        canary: n,
                        form,
                    });
                }
            }
        }
        let mut starts: HashMap<[u8; START], Vec<usize>> = HashMap::new();
        let mut may_start = vec![false; 1 << BITS];
        for (n, pattern) in patterns.iter().enumerate() {
            let start = pattern.bytes[..START].try_into().expect("long enough");
            starts.entry(start).or_default().push(n);
            may_start[hash(&pattern.bytes)] = true;
        }
        Finder {
            patterns,
            starts,
            may_start,
            pdftotext: Program::find("pdftotext", "poppler-utils"),
            qpdf: Program::find("qpdf", "qpdf"),
        }
    }

    pub fn patterns(&self) -> usize {
        self.patterns.len()
    }

    /// In these bytes alone, and in them without whatever stands between letters and digits: spaces, line ends, rules of
    /// tables, marks that separate digits.
    pub fn flat(&self, part: &str, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let lower = bytes.to_ascii_lowercase();
        self.scan(part, &lower, &mut hits);
        let squeezed: Vec<u8> = lower
            .into_iter()
            .filter(u8::is_ascii_alphanumeric)
            .collect();
        self.scan(part, &squeezed, &mut hits);
        hits
    }

    fn scan(&self, part: &str, text: &[u8], hits: &mut Vec<Hit>) {
        for at in 0..text.len().saturating_sub(START - 1) {
            if !self.may_start[hash(&text[at..])] {
                continue;
            }
            let start: &[u8] = &text[at..at + START];
            let Some(found) = self.starts.get(start) else {
                continue;
            };
            for pattern in found.iter().map(|n| &self.patterns[*n]) {
                let known = |h: &Hit| h.canary == pattern.canary && h.form == pattern.form;
                if text[at..].starts_with(&pattern.bytes) && !hits.iter().any(known) {
                    let around = &text[at.saturating_sub(60)..text.len().min(at + 100)];
                    hits.push(Hit {
                        canary: pattern.canary,
                        form: pattern.form,
                        part: part.to_owned(),
                        around: String::from_utf8_lossy(around).into_owned(),
                    });
                }
            }
        }
    }

    /// In a file: its bytes, and whatever is packed in it.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = self.flat(name, bytes);
        for (part, inner) in unpacked(bytes) {
            hits.extend(self.file(&format!("{name} > {part}"), &inner));
        }
        if bytes.starts_with(b"%PDF") {
            for (part, text) in self.read_pdf(bytes) {
                hits.extend(self.flat(&format!("{name} > {part}"), &text));
            }
        }
        if bytes.starts_with(b"SQLite format 3\0") {
            for (part, cell) in cells(bytes) {
                hits.extend(self.file(&format!("{name} > {part}"), &cell));
            }
        }
        hits
    }

    fn read_pdf(&self, bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("it.pdf").display().to_string();
        std::fs::write(&path, bytes).expect("written");
        let mut parts = Vec::new();
        if let Some(program) = &self.pdftotext {
            let text = program.run(&["-enc", "UTF-8", &path, "-"]);
            parts.push(("text of the PDF", text.into_bytes()));
        }
        if let Some(program) = &self.qpdf {
            let plain = folder.path().join("plain.pdf").display().to_string();
            program.run(&["--qdf", "--object-streams=disable", &path, &plain]);
            parts.push((
                "the PDF unpacked",
                std::fs::read(&plain).expect("unpacked by qpdf"),
            ));
        }
        parts
    }
}

/// What is packed in these bytes: members of a zip, a gzip, streams of zlib wherever they begin.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut parts = Vec::new();
    if bytes.starts_with(b"PK\x03\x04")
        && let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes))
    {
        for n in 0..archive.len() {
            let mut member = archive.by_index(n).expect("a member");
            let mut inner = member.name().as_bytes().to_vec();
            inner.push(b'\n');
            member.read_to_end(&mut inner).expect("unpacked");
            parts.push((member.name().to_owned(), inner));
        }
        return parts;
    }
    let streams = (0..bytes.len().saturating_sub(2)).filter(|at| match bytes[*at] {
        0x1f => bytes[at + 1] == 0x8b && bytes[at + 2] == 8,
        // The header of zlib, which is a multiple of 31 and has no dictionary.
        0x78 => bytes[at + 1] & 0x20 == 0 && (0x7800 + u16::from(bytes[at + 1])) % 31 == 0,
        _ => false,
    });
    for at in streams {
        let mut inner = Vec::new();
        let end = match bytes[at] {
            0x1f => flate2::read::GzDecoder::new(&bytes[at..]).read_to_end(&mut inner),
            _ => flate2::read::ZlibDecoder::new(&bytes[at..]).read_to_end(&mut inner),
        };
        // What came before an error is looked at too: bytes that only look like a stream give a few.
        if end.is_ok() || inner.len() > 64 {
            parts.push((format!("stream at {at}"), inner));
        }
    }
    parts
}

/// Everything that the rows of a database hold: what lies on several pages is in one piece here.
fn cells(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("it.db");
    let mut bytes = bytes.to_vec();
    // Its log is searched by itself.
    bytes[18..20].copy_from_slice(&[1, 1]);
    std::fs::write(&path, bytes).expect("written");
    let db = rusqlite::Connection::open(&path).expect("a database");
    let names = |sql: &str| -> Vec<String> {
        let mut statement = db.prepare(sql).expect("SQL");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    };
    let mut parts = Vec::new();
    for table in names("SELECT name FROM sqlite_schema WHERE type = 'table'") {
        let Ok(mut statement) = db.prepare(&format!("SELECT * FROM \"{table}\"")) else {
            continue;
        };
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        let mut all = Vec::new();
        while let Ok(Some(row)) = rows.next() {
            for column in 0..columns {
                match row.get_ref(column).expect("a cell") {
                    rusqlite::types::ValueRef::Text(cell) => all.extend_from_slice(cell),
                    rusqlite::types::ValueRef::Blob(cell) => all.extend_from_slice(cell),
                    other => all.extend_from_slice(format!("{other:?}").as_bytes()),
                }
                all.push(b'\n');
            }
        }
        parts.push((format!("rows of {table}"), all));
    }
    parts
}

/// Every file below a folder, by its path there.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&at) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.is_file() {
                let name = path.strip_prefix(folder).expect("below").display();
                all.push((name.to_string(), std::fs::read(&path).unwrap_or_default()));
            }
        }
    }
    all.sort();
    all
}

/// Every form of a canary that is told from all else. Upper and lower case are compared alike, and whatever separates
/// letters and digits is left out of what is searched, so that neither has a form of its own.
fn forms(canary: &Canary) -> Vec<(&'static str, Vec<u8>)> {
    let core = &canary.core;
    let squeezed: String = core.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut all = vec![
        ("as it is", core.clone().into_bytes()),
        ("without separators", squeezed.into_bytes()),
    ];
    let cases = |text: &str| [text.to_owned(), text.to_lowercase(), text.to_uppercase()];
    all.push((
        "UTF-16",
        core.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ));
    all.push((
        "UTF-16",
        core.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ));
    for text in cases(core) {
        all.push(("hexadecimal", hex(text.as_bytes()).into_bytes()));
        // Whatever stands before it, the middle of it is encoded in one of three ways.
        for before in 0..3 {
            let padded = [&b"\0\0"[..before], text.as_bytes()].concat();
            let whole = padded.len() / 3 * 3;
            let encoded = base64(&padded[..whole]);
            let from = if before == 0 { 0 } else { 4 };
            all.push(("base64", encoded.as_bytes()[from..].to_vec()));
        }
    }
    for text in cases(&canary.text).into_iter().chain(cases(core)) {
        let digests = [
            ("SHA-1", Sha1::digest(text.as_bytes()).to_vec()),
            ("SHA-256", Sha256::digest(text.as_bytes()).to_vec()),
        ];
        for (form, digest) in digests {
            // Cut short they can be recognised all the same.
            all.push((form, hex(&digest[..6]).into_bytes()));
            all.push((form, base64(&digest[..9]).into_bytes()));
            all.push((form, base32(&digest[..10]).into_bytes()));
            all.push((form, digest[..8].to_vec()));
        }
    }
    all
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn digits(bytes: &[u8], bits: u32, alphabet: &[u8]) -> String {
    let (mut have, mut left) = (0u32, 0u32);
    let mut out = String::new();
    for byte in bytes {
        have = have << 8 | u32::from(*byte);
        left += 8;
        while left >= bits {
            left -= bits;
            out.push(char::from(
                alphabet[(have >> left) as usize & ((1 << bits) - 1)],
            ));
        }
        have &= (1 << left) - 1;
    }
    out
}

pub fn base64(bytes: &[u8]) -> String {
    digits(
        bytes,
        6,
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    )
}

/// As Crockford has it: without letters that look like digits.
fn base32(bytes: &[u8]) -> String {
    digits(bytes, 5, b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
}
