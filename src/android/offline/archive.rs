//! A folder or a zip, opened by exact names and within bounds. Nothing is extracted and nothing is written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::evidence::{SourceError, text};

/// Most files that a zip may hold. An acquisition with copies of all apps and logs has some thousands.
const MAX_ENTRIES: u64 = 100_000;
/// Most bytes of a zip's list of files.
const MAX_DIRECTORY: u64 = 32 << 20;
/// Most bytes of one text. The largest bug reports are some hundred megabytes.
const MAX_TEXT: u64 = 1 << 30;
/// A text that shrank more than this many times is no dump of a phone: those shrink ten to thirty times.
const MAX_RATIO: u64 = 250;
/// Below this many bytes the ratio says nothing.
const RATIO_FROM: u64 = 4 << 20;
/// Most bytes of one line that are looked at.
const MAX_LINE: usize = 256 << 10;

/// Where the files are.
pub struct Archive {
    inner: Inner,
}

enum Inner {
    Folder(PathBuf),
    Zip {
        archive: ZipArchive<BufReader<File>>,
        names: BTreeMap<String, usize>,
    },
    /// One text, whatever name it is asked for by.
    Text(PathBuf),
}

/// What was read of a file.
pub struct Taken {
    pub sha256: String,
}

impl Archive {
    /// A folder, whose files are opened by name.
    pub fn folder(path: &Path) -> Self {
        Archive {
            inner: Inner::Folder(path.to_owned()),
        }
    }

    /// One text file.
    pub fn text_file(path: &Path) -> Self {
        Archive {
            inner: Inner::Text(path.to_owned()),
        }
    }

    /// A zip. Two files of one name are refused: which of them counts is anybody's guess.
    pub fn zip(path: &Path) -> Result<Self, SourceError> {
        let broken = |what: &str| {
            SourceError::new(
                format!("{} {what}.", path.display()),
                "Copy it again from where it was made, or make a new one.",
            )
        };
        let mut file = File::open(path).map_err(|e| cannot_read(path, &e))?;
        let listed = directory(&mut file)
            .map_err(|e| cannot_read(path, &e))?
            .map_err(&broken)?;
        let archive = ZipArchive::new(BufReader::new(file))
            .map_err(|_| broken("is damaged, cut short, or no zip file"))?;
        let mut names = BTreeMap::new();
        for name in archive.file_names() {
            if let Some(index) = archive.index_for_name(name) {
                names.insert(name.to_owned(), index);
            }
        }
        if names.len() as u64 != listed || archive.len() as u64 != listed {
            return Err(SourceError::new(
                format!(
                    "{} holds two files of the same name: which of them counts cannot be known.",
                    path.display()
                ),
                "Ask where it comes from, and make a new one.",
            ));
        }
        Ok(Archive {
            inner: Inner::Zip { archive, names },
        })
    }

    /// The names in a zip; a folder is not listed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = match &self.inner {
            Inner::Zip { names, .. } => Some(names.keys().map(String::as_str)),
            Inner::Folder(_) | Inner::Text(_) => None,
        };
        names.into_iter().flatten()
    }

    /// Hands over a text line by line, without line ends: each line and whether it is whole. `None` if there is no
    /// such file.
    pub fn lines(
        &mut self,
        name: &str,
        each: &mut dyn FnMut(&str, bool),
    ) -> Result<Option<Taken>, SourceError> {
        let shown = shown(name);
        let damaged = |why: String| {
            SourceError::new(
                format!("{shown} cannot be read: {why}."),
                "Copy it again from where it was made, or make a new one.",
            )
        };
        match &mut self.inner {
            Inner::Folder(folder) => {
                let path = folder.join(name);
                open_plain(&path, &shown)?
                    .map(|file| split(file, None, MAX_TEXT, each).map_err(damaged))
                    .transpose()
            }
            Inner::Text(path) => {
                let path = path.clone();
                open_plain(&path, &shown)?
                    .map(|file| split(file, None, MAX_TEXT, each).map_err(damaged))
                    .transpose()
            }
            Inner::Zip { archive, names } => {
                let Some(index) = names.get(name) else {
                    return Ok(None);
                };
                let encrypted = archive
                    .by_index_raw(*index)
                    .map_err(|e| damaged(zip_fault(&e)))?
                    .encrypted();
                if encrypted {
                    return Err(SourceError::new(
                        format!("{shown} is locked with a password."),
                        "Unpack the zip with its password into a folder, then name that (--folder), or make a new one without.",
                    ));
                }
                let entry = archive
                    .by_index(*index)
                    .map_err(|e| damaged(zip_fault(&e)))?;
                let packed = entry.compressed_size();
                split(entry, Some(packed), MAX_TEXT, each)
                    .map(Some)
                    .map_err(damaged)
            }
        }
    }

    /// A small text, whole.
    pub fn small(
        &mut self,
        name: &str,
        cap: usize,
    ) -> Result<Option<(String, Taken)>, SourceError> {
        let mut text = String::new();
        let mut fits = true;
        let taken = self.lines(name, &mut |line, whole| {
            fits &= whole && text.len() + line.len() < cap;
            if fits {
                text.push_str(line);
                text.push('\n');
            }
        })?;
        match taken {
            Some(_) if !fits => Err(SourceError::new(
                format!("{} is far larger than such a file can be.", shown(name)),
                "Check that this is what you meant to give.",
            )),
            taken => Ok(taken.map(|taken| (text, taken))),
        }
    }
}

/// A name from a zip as it may be shown: without its folder, and without what could deceive a terminal.
fn shown(name: &str) -> String {
    text::clean(name.rsplit('/').next().unwrap_or(name))
}

fn cannot_read(path: &Path, error: &io::Error) -> SourceError {
    SourceError::new(
        format!("{} cannot be read: {error}.", path.display()),
        "Check the name and that you may read it.",
    )
}

/// Opens a file that is one: a pipe or a device would hang.
fn open_plain(path: &Path, name: &str) -> Result<Option<File>, SourceError> {
    let failed = |error: &io::Error| {
        SourceError::new(
            format!("{name} cannot be read: {error}."),
            "Check that you may read it.",
        )
    };
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(&e)),
        Ok(about) if !about.is_file() => Err(SourceError::new(
            format!("{name} is not a plain file."),
            "Give the folder as it was made, without links.",
        )),
        Ok(_) => File::open(path).map(Some).map_err(|e| failed(&e)),
    }
}

fn zip_fault(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            "it is packed in a way that is not supported".into()
        }
        _ => "the zip is damaged or cut short".into(),
    }
}

/// Cuts a text of no more than `most` bytes into lines. `packed` is its size in a zip.
fn split(
    mut from: impl Read,
    packed: Option<u64>,
    most: u64,
    each: &mut dyn FnMut(&str, bool),
) -> Result<Taken, String> {
    let mut buffer = vec![0; 64 << 10];
    let mut line: Vec<u8> = Vec::new();
    let (mut whole, mut bytes) = (true, 0_u64);
    let mut sha = Sha256::new();
    let mut give = |line: &mut Vec<u8>, whole: &mut bool| {
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        each(&String::from_utf8_lossy(line), *whole);
        line.clear();
        *whole = true;
    };
    loop {
        let n = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) if packed.is_some() => return Err("the zip is damaged or cut short".into()),
            Err(e) => return Err(e.to_string()),
        };
        let chunk = buffer.get(..n).unwrap_or_default();
        bytes += n as u64;
        if bytes > most {
            return Err("it is far larger than such a text can be".into());
        }
        if packed.is_some_and(|p| bytes > RATIO_FROM && bytes / p.max(1) > MAX_RATIO) {
            return Err("it swells as no dump of a phone does (a zip bomb?)".into());
        }
        sha.update(chunk);
        for part in chunk.split_inclusive(|b| *b == b'\n') {
            let (text, ends) = match part.split_last() {
                Some((b'\n', text)) => (text, true),
                _ => (part, false),
            };
            let room = MAX_LINE.saturating_sub(line.len());
            whole &= text.len() <= room;
            line.extend_from_slice(text.get(..room.min(text.len())).unwrap_or_default());
            if ends {
                give(&mut line, &mut whole);
            }
        }
    }
    if !line.is_empty() {
        give(&mut line, &mut whole);
    }
    Ok(Taken {
        sha256: sha.finalize().iter().map(|b| format!("{b:02x}")).collect(),
    })
}

/// How many files a zip lists, from its own directory, each entry walked: the library keeps one of each name. The inner
/// error says what the file is.
fn directory(file: &mut File) -> io::Result<Result<u64, &'static str>> {
    const NOT_A_ZIP: &str = "is cut short, or no zip file";
    const TOO_MANY: &str = "lists more files than any acquisition has";
    let length = file.seek(SeekFrom::End(0))?;
    let tail_length = length.min(65_557);
    file.seek(SeekFrom::Start(length - tail_length))?;
    let mut tail = Vec::new();
    file.take(tail_length).read_to_end(&mut tail)?;
    let Some(at) = (0..tail.len().saturating_sub(21)).rev().find(|at| {
        tail.get(*at..*at + 4) == Some(b"PK\x05\x06")
            && number(&tail, *at + 20, 2) == Some((tail.len() - at - 22) as u64)
    }) else {
        return Ok(Err(NOT_A_ZIP));
    };
    let field = |offset, size| number(&tail, at + offset, size).unwrap_or(u64::MAX);
    let (mut count, mut size, mut start) = (field(10, 2), field(12, 4), field(16, 4));
    if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff {
        // The larger form: its own end record, which a locator before this one points to.
        let locator = at.checked_sub(20);
        let Some(end) = locator
            .filter(|l| tail.get(*l..*l + 4) == Some(b"PK\x06\x07"))
            .and_then(|l| number(&tail, l + 8, 8))
            .filter(|end| *end < length)
        else {
            return Ok(Err(NOT_A_ZIP));
        };
        file.seek(SeekFrom::Start(end))?;
        let mut record = Vec::new();
        file.take(56).read_to_end(&mut record)?;
        if record.get(..4) != Some(b"PK\x06\x06") {
            return Ok(Err(NOT_A_ZIP));
        }
        let field = |offset| number(&record, offset, 8).unwrap_or(u64::MAX);
        (count, size, start) = (field(32), field(40), field(48));
    }
    if count > MAX_ENTRIES || size > MAX_DIRECTORY {
        return Ok(Err(TOO_MANY));
    }
    if start.checked_add(size).is_none_or(|end| end > length) {
        return Ok(Err(NOT_A_ZIP));
    }
    file.seek(SeekFrom::Start(start))?;
    let mut entries = Vec::new();
    file.take(size).read_to_end(&mut entries)?;
    let (mut at, mut walked) = (0, 0);
    while entries.get(at..at + 4) == Some(b"PK\x01\x02") {
        let field = |offset| number(&entries, at + offset, 2).unwrap_or(0);
        at += 46 + usize::try_from(field(28) + field(30) + field(32)).unwrap_or(0);
        walked += 1;
    }
    file.seek(SeekFrom::Start(0))?;
    if walked != count || at as u64 != size {
        return Ok(Err("is damaged: its list of files does not add up"));
    }
    Ok(Ok(count))
}

fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(size)?)?;
    Some(field.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file that must not count as one that is not there.
    fn refused(opened: &mut Archive, name: &str) -> String {
        match opened.lines(name, &mut |_, _| ()) {
            Err(error) => error.to_string(),
            Ok(taken) => panic!("{name} is {}", taken.map_or("missing", |_| "read")),
        }
    }

    #[test]
    fn a_text_has_a_bound() {
        let read = |most| split(&b"four\n"[..], None, most, &mut |_, _| ());
        assert!(read(5).is_ok());
        assert_eq!(
            read(4).err().as_deref(),
            Some("it is far larger than such a text can be")
        );
    }

    #[test]
    fn a_zip_that_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = Archive::zip(&folder.path().join("none.zip")).err();
        let error = error.expect("refused").to_string();
        assert!(error.contains("none.zip cannot be read"), "{error}");
    }

    /// Below a file there is no other: that is no file that is not there.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_became_a_file() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let said = refused(&mut Archive::folder(file.path()), "dumpsys.txt");
        assert!(said.contains("dumpsys.txt cannot be read"), "{said}");
    }

    /// Files of the kernel that are plain, and yet cannot be read from their beginning, or not opened at all.
    #[cfg(target_os = "linux")]
    #[test]
    fn files_that_cannot_be_read() {
        let memory = Path::new("/proc/self/mem");
        let error = Archive::zip(memory).err().expect("refused").to_string();
        assert!(error.contains("/proc/self/mem cannot be read"), "{error}");
        for opened in [
            &mut Archive::text_file(memory),
            &mut Archive::folder(Path::new("/proc/self")),
        ] {
            let said = refused(opened, "mem");
            assert!(said.contains("mem cannot be read"), "{said}");
        }
        let closed = Path::new("/sys/bus/platform");
        if closed.join("drivers_probe").is_file() {
            let said = refused(&mut Archive::folder(closed), "drivers_probe");
            assert!(said.contains("drivers_probe cannot be read"), "{said}");
        }
    }
}
