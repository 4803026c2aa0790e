//! Reading small files that a person names: never more than such a file can hold, whatever the path is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

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
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text (UTF-8)"))
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
        #[cfg(unix)]
        assert!(text(Path::new("/dev/zero"), 1 << 20).is_err());
    }
}
