//! The name under which SQLite opens a database that must stay as it is.

use std::path::Path;

use crate::system::System;

/// A `file:` address under which SQLite takes the file for one that does not change: it is read as it is, and no `-wal`
/// or `-shm` file is made beside it.
///
/// # Errors
/// Text for people where the path cannot be expressed.
pub fn unchanging(path: &Path) -> Result<String, String> {
    // A relative name could be read as that of a server.
    let path = std::path::absolute(path).map_err(|e| e.to_string())?;
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
    #[cfg(not(unix))]
    let bytes = path
        .to_str()
        .ok_or("the folder's name holds characters that cannot be used")?
        .as_bytes();
    Ok(address(System::here(), bytes))
}

/// The address of an absolute path, as SQLite of this system reads it: an empty server's name, then the path.
fn address(system: System, path: &[u8]) -> String {
    let mut shown = String::from("file://");
    let mut path = path;
    if system == System::Windows {
        // The marks of a path that Windows takes as it stands are no part of an address.
        if let Some(share) = path.strip_prefix(br"\\?\UNC\") {
            // SQLite has no server's name before the path: the share's server is its beginning.
            shown.push_str("//");
            path = share;
        } else {
            path = path.strip_prefix(br"\\?\").unwrap_or(path);
            // A drive letter follows a slash, which SQLite takes away again.
            if !path.starts_with(br"\") && !path.starts_with(b"/") {
                shown.push('/');
            }
        }
    }
    for byte in path {
        match byte {
            b'\\' if system == System::Windows => shown.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => shown.push(char::from(*byte)),
            b'/' | b'-' | b'.' | b'_' | b'~' | b':' => shown.push(char::from(*byte)),
            _ => shown.push_str(&format!("%{byte:02x}")),
        }
    }
    shown + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_each_system() {
        for (system, path, shown) in [
            (
                System::Other,
                "/a b/100%?/c#d/Manifest.db",
                "file:///a%20b/100%25%3f/c%23d/Manifest.db",
            ),
            (System::Mac, r"/a\b", "file:///a%5cb"),
            (System::Other, "//a/b", "file:////a/b"),
            (
                System::Windows,
                r"C:\Users\A B\Manifest.db",
                "file:///C:/Users/A%20B/Manifest.db",
            ),
            (System::Windows, "C:/Users/a", "file:///C:/Users/a"),
            (System::Windows, r"\\?\C:\a", "file:///C:/a"),
            (
                System::Windows,
                r"\\server\home$\a",
                "file:////server/home%24/a",
            ),
            (
                System::Windows,
                r"\\?\UNC\server\home$\a",
                "file:////server/home%24/a",
            ),
        ] {
            assert_eq!(
                address(system, path.as_bytes()),
                format!("{shown}?immutable=1"),
                "{system:?} {path}"
            );
        }
    }

    #[test]
    fn sqlite_opens_such_an_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let odd = folder.path().join("a b%20#?");
        // Windows knows no such name.
        let odd = if cfg!(windows) {
            folder.path().join("a b%20#")
        } else {
            odd
        };
        std::fs::create_dir(&odd).expect("made");
        let path = odd.join("x.db");
        let made = rusqlite::Connection::open(&path).expect("made");
        made.execute_batch(
            "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (7);",
        )
        .expect("filled");
        drop(made);
        let flags =
            rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_URI;
        let address = unchanging(&path).expect("an address");
        let read = rusqlite::Connection::open_with_flags(address, flags).expect("opened");
        let seven: i64 = read
            .query_row("SELECT a FROM t", [], |row| row.get(0))
            .expect("read");
        assert_eq!(seven, 7);
        let beside: Vec<_> = std::fs::read_dir(&odd).expect("listed").collect();
        assert_eq!(beside.len(), 1, "{beside:?}");
    }
}
