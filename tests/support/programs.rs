//! Programs of other packages that read what was made.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::phone_tools::skipped;

/// A program of another package; a test that needs one is skipped aloud without it.
pub struct Program(PathBuf);

impl Program {
    pub fn find(name: &str, package: &str) -> Option<Program> {
        let found = ["/usr/bin", "/bin", "/usr/local/bin"]
            .iter()
            .map(|folder| Path::new(folder).join(name))
            .find(|path| path.exists());
        if found.is_none() {
            skipped(&format!(
                "{name} is needed to read PDFs (Debian: apt-get install {package})"
            ));
        }
        found.map(Program)
    }

    /// Runs it and returns what it printed.
    pub fn run(&self, args: &[&str]) -> String {
        let output = Command::new(&self.0)
            .args(args)
            .output()
            .expect("the program starts");
        assert!(
            output.status.success(),
            "{} {args:?}: {} {}",
            self.0.display(),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        // Some of these programs print the headings of a PDF as they stand in it, which is not UTF-8.
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
