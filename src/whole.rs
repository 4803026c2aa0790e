//! Files that are written whole or not at all: beside their place first, then moved there.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::private;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays as it is, and nothing is written.
    Keep,
    Replace,
}

/// A file to be. Until it is filled nothing of it is at its place.
#[derive(Debug)]
pub(crate) struct WholeFile {
    path: PathBuf,
    part: PathBuf,
    existing: Existing,
}

impl WholeFile {
    /// Finds out whether the file can be written, and leaves nothing behind: until it is filled a person may be asked
    /// many questions, and may stop at any of them.
    ///
    /// # Errors
    /// `AlreadyExists` where a file is there and is to be kept; or whatever keeps a file from being written there.
    pub fn open(path: &Path, existing: Existing) -> io::Result<Self> {
        // Two runs with the same file do not write into one part.
        WholeFile::with_part(path, &format!(".{}.part", std::process::id()), existing)
    }

    /// The same for a file that only one run writes at a time: what a killed run left of it is written over.
    ///
    /// # Errors
    /// Those of [`WholeFile::open`].
    pub fn open_again(path: &Path, existing: Existing) -> io::Result<Self> {
        WholeFile::with_part(path, ".part", existing)
    }

    fn with_part(path: &Path, ending: &str, existing: Existing) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "this is no name of a file")
        })?;
        match path.symlink_metadata() {
            Ok(there) if there.is_dir() => {
                return Err(io::Error::new(
                    io::ErrorKind::IsADirectory,
                    "a folder of this name is there",
                ));
            }
            Ok(_) if existing == Existing::Keep => return Err(already_there()),
            _ => {}
        }
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(ending);
        let file = WholeFile {
            path: path.to_owned(),
            part: path.with_file_name(part),
            existing,
        };
        drop(file.create()?);
        file.remove_part();
        Ok(file)
    }

    /// Only this user may read it. It is always a new file: a link that somebody put there is not followed.
    fn create(&self) -> io::Result<File> {
        self.remove_part();
        let mut options = OpenOptions::new();
        private::new_file(options.write(true).create_new(true));
        options.open(&self.part).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("{} is in the way", self.part.display()),
            ),
            _ => e,
        })
    }

    fn remove_part(&self) {
        // Where it cannot be removed, it is at least not at its place.
        let _ = std::fs::remove_file(&self.part);
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes it and puts it in its place.
    ///
    /// # Errors
    /// The disk is full or gone, or a file came there in the meantime.
    pub fn fill(self, bytes: &[u8]) -> io::Result<()> {
        let written = self.create().and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        let placed = written.and_then(|()| match self.existing {
            Existing::Replace => std::fs::rename(&self.part, &self.path),
            Existing::Keep => self.put_where_nothing_is(),
        });
        self.remove_part();
        placed
    }

    /// A rename would go over a file that another program put there since; a link does not. Not every disk has links.
    fn put_where_nothing_is(&self) -> io::Result<()> {
        match std::fs::hard_link(&self.part, &self.path) {
            // The file's other name is removed next.
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(already_there()),
            Err(_) if self.path.symlink_metadata().is_ok() => Err(already_there()),
            Err(_) => std::fs::rename(&self.part, &self.path),
        }
    }
}

fn already_there() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "a file is already there")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string())
            .map(|name| name.expect("UTF-8"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        let file = WholeFile::open(&path, Existing::Keep).expect("opens");
        assert!(names(folder.path()).is_empty(), "nothing came to fill it");
        file.fill(b"one").expect("written");
        assert_eq!(names(folder.path()), ["a.json"]);
        let error = WholeFile::open(&path, Existing::Keep).expect_err("it is there");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        let file = WholeFile::open(&path, Existing::Replace).expect("opens");
        assert_eq!(std::fs::read(&path).expect("read"), b"one");
        // Somebody who has it open keeps what was there.
        let mut held = File::open(&path).expect("opened");
        file.fill(b"two")
            .expect("written over the file that is there");
        assert_eq!(std::fs::read(&path).expect("read"), b"two");
        let mut before = String::new();
        io::Read::read_to_string(&mut held, &mut before).expect("read");
        assert_eq!(before, "one");
        assert_eq!(names(folder.path()), ["a.json"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = path.metadata().expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_a_killed_run_left_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        std::fs::write(folder.path().join(".a.json.part"), "half a fi").expect("written");
        let file = WholeFile::open_again(&path, Existing::Keep).expect("opens");
        file.fill(b"whole").expect("written");
        assert_eq!(std::fs::read(&path).expect("read"), b"whole");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_was_put_there_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("a.json"), folder.path().join("other"));
        std::fs::write(&other, "theirs").expect("written");
        let file = WholeFile::open_again(&path, Existing::Keep).expect("opens");
        std::os::unix::fs::symlink(&other, folder.path().join(".a.json.part")).expect("linked");
        file.fill(b"ours").expect("written");
        assert_eq!(std::fs::read(&other).expect("read"), b"theirs");
        assert_eq!(std::fs::read(&path).expect("read"), b"ours");
        // Nor is one at its place: it is there already.
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).expect("linked");
        assert!(WholeFile::open(&link, Existing::Keep).is_err());
    }

    #[test]
    fn a_file_that_came_in_the_meantime_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        let file = WholeFile::open(&path, Existing::Keep).expect("opens");
        std::fs::write(&path, "theirs").expect("written");
        let error = file.fill(b"ours").expect_err("it is there");
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).expect("read"), b"theirs");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn where_nothing_can_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [folder.path().join("no/such/a.json"), "..".into()] {
            assert!(WholeFile::open(&path, Existing::Keep).is_err(), "{path:?}");
        }
        for existing in [Existing::Keep, Existing::Replace] {
            let error = WholeFile::open(folder.path(), existing).expect_err("a folder");
            assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
        }
    }
}
