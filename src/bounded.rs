//! Reading small files that a person names: never more than such a file can hold, whatever the path is.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

/// The mark that editors on Windows put before a text in UTF-8. It is no part of the text.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a file of at most `cap` bytes.
///
/// # Errors
/// It cannot be read, is longer, or is not UTF-8.
pub fn text(path: &Path, cap: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(cap + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > cap {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is longer than {cap} bytes, which is more than such a file can hold"),
        ));
    }
    check_not_utf16(&bytes)?;
    take_mark_off(&mut bytes);
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text (UTF-8)"))
}

/// Takes the mark of UTF-8 off a text.
pub fn take_mark_off(bytes: &mut Vec<u8>) {
    if bytes.starts_with(UTF_8_MARK) {
        bytes.drain(..UTF_8_MARK.len());
    }
}

/// A file that is read line by line.
///
/// # Errors
/// It cannot be opened, or begins with the mark of UTF-16.
pub fn lines(path: &Path) -> io::Result<BufReader<File>> {
    let mut reader = BufReader::new(File::open(path)?);
    let beginning = reader.fill_buf()?;
    check_not_utf16(beginning)?;
    if beginning.starts_with(UTF_8_MARK) {
        reader.consume(UTF_8_MARK.len());
    }
    Ok(reader)
}

/// What to say of a text in UTF-16.
const UTF_16: &str = "it is UTF-16 text, which `>` in Windows PowerShell writes; write it anew with -o FILE, or save it as UTF-8";

/// Whether a text begins with the mark of UTF-16.
pub fn is_utf16(beginning: &[u8]) -> bool {
    beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff")
}

/// Refuses a text that begins with the mark of UTF-16.
///
/// # Errors
/// What it is, and how to write it anew.
pub fn check_not_utf16(beginning: &[u8]) -> io::Result<()> {
    match is_utf16(beginning) {
        true => Err(io::Error::new(io::ErrorKind::InvalidData, UTF_16)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        std::fs::write(&path, "caf\u{e9}").expect("written");
        assert_eq!(text(&path, 5).expect("fits"), "caf\u{e9}");
        assert!(text(&path, 4).is_err());
        std::fs::write(&path, b"\xff").expect("written");
        assert!(text(&path, 4).is_err());
        std::fs::write(&path, "\u{feff}a\u{feff}\nb").expect("written");
        assert_eq!(text(&path, 20).expect("text"), "a\u{feff}\nb");
        let read: Vec<String> = lines(&path)
            .expect("text")
            .lines()
            .map(|line| line.expect("text"))
            .collect();
        assert_eq!(read, ["a\u{feff}", "b"]);
        for bytes in [b"\xff\xfea\0", b"\xfe\xff\0a"] {
            std::fs::write(&path, bytes).expect("written");
            let error = text(&path, 4).expect_err("UTF-16");
            assert!(error.to_string().contains("anew with -o FILE"), "{error}");
        }
        #[cfg(unix)]
        assert!(text(Path::new("/dev/zero"), 1 << 20).is_err());
    }
}
