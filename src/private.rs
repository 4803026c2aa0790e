//! Files and folders that only this person may read.
//!
//! Unix keeps that in a file's mode. On Windows a new file takes the access list of its folder, and the folders of a
//! person's profile let in that person, the system and administrators alone. So nothing is set there: it would take
//! calls that are `unsafe`, and gain nothing in such a folder. `docs/windows.md` says so to whoever keeps files elsewhere.

use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// A file that these options make is closed to others.
pub(crate) fn new_file(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes a folder closed to others, and those above it that are not there yet.
///
/// # Errors
/// Whatever keeps it from being made.
pub(crate) fn new_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Whether the file's mode lets in others. On Windows the answer is no: what lets them in cannot be read here.
pub(crate) fn others_may_read(file: &Metadata) -> bool {
    #[cfg(unix)]
    let open = std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    let open = {
        let _ = file;
        false
    };
    open
}

/// Takes a file from everybody but its owner. Somebody else's file cannot be changed so, and stays as it is.
pub(crate) fn close(path: &Path) {
    #[cfg(unix)]
    if std::fs::metadata(path).is_ok_and(|file| others_may_read(&file)) {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        let _ = std::fs::set_permissions(path, mode);
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_closed_to_others() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("one/two");
        new_folder(&folder).expect("made");
        new_folder(&folder).expect("there already");
        let file = folder.join("file");
        let mut options = OpenOptions::new();
        new_file(options.write(true).create_new(true))
            .open(&file)
            .expect("made");
        for path in [&folder, &file] {
            let about = path.metadata().expect("there");
            assert!(!others_may_read(&about), "{}", path.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_open_file_is_closed() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().expect("a folder");
        let file = place.path().join("file");
        std::fs::write(&file, "").expect("written");
        for mode in [0o644, 0o640, 0o604] {
            let open = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&file, open).expect("set");
            assert!(others_may_read(&file.metadata().expect("there")));
            close(&file);
            assert!(!others_may_read(&file.metadata().expect("there")));
        }
        // Nothing is made, and nothing goes wrong, where there is none.
        close(&place.path().join("none"));
        assert!(!place.path().join("none").exists());
    }
}
