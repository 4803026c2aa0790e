//! What the tests of slips share.

use spotcheck::report::slip::{self, Options, Size};

pub use crate::programs::Program;
use crate::slip_cases::{self, Case};

/// One slip on one size of paper.
pub struct Made {
    pub name: String,
    pub case: Case,
    pub options: Options,
}

impl Made {
    pub fn text(&self) -> String {
        slip::text(&self.case.audit, &self.case.trust, &self.options)
    }

    pub fn pdf(&self) -> Vec<u8> {
        slip::pdf(&self.case.audit, &self.case.trust, &self.options)
            .unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    /// What the QR code should hold.
    pub fn code(&self) -> String {
        let digest = spotcheck::report::json::digest(&self.case.audit);
        let reference = slip::reference::of(&digest);
        let audit = &self.case.audit;
        let part = match audit.readable_only || !audit.narrowed_to.is_empty() {
            true => " PART",
            false => "",
        };
        format!("SPOTCHECK1 {reference} {} {digest}{part}", audit.overall)
    }
}

/// Every slip on every size of paper.
pub fn every_slip() -> Vec<Made> {
    let mut made = Vec::new();
    for size in Size::ALL {
        for case in slip_cases::all() {
            let options = Options {
                size,
                ..case.options.clone()
            };
            made.push(Made {
                name: format!("{}_{}", case.name, size.id()),
                case,
                options,
            });
        }
    }
    made
}

/// A folder for PDFs.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.at(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    pub fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}
