//! What lies in a folder, to be compared before and after.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Name, hash and date of every file, and every folder, below a folder.
pub fn fingerprint(dir: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let meta = fs::symlink_metadata(&path).expect("an entry");
            let what = if meta.is_dir() {
                open.push(path.clone());
                "folder".to_owned()
            } else if meta.is_file() {
                let bytes = fs::read(&path).expect("a file");
                format!("{:x?} {:?}", Sha256::digest(bytes), meta.modified().ok())
            } else {
                "other".to_owned()
            };
            all.insert(path, what);
        }
    }
    all
}
