//! Writes the manual pages and the completions of shells into a folder: `cargo run --example make_manual -- FOLDER`.

#[path = "../tests/support/manual.rs"]
mod manual;

fn main() {
    let folder = std::env::args_os().nth(1);
    let folder = std::path::PathBuf::from(folder.expect("usage: make_manual FOLDER"));
    for (path, bytes) in manual::files() {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        std::fs::write(path, bytes).expect("the file is written");
    }
}
