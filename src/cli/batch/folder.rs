//! The folder of a batch's files (-o).

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde_json::Value;

use super::super::Failure;
use super::super::whole::{Existing, WholeFile};
use crate::batch::Input;
use crate::bounded;
use crate::report::json;
use crate::report::record::Record;
use crate::report::saved;

/// A folder that takes one file per backup, each written whole or not at all, and none over another.
pub(super) struct OutputFolder(PathBuf);

impl OutputFolder {
    pub fn open(folder: &Path, inputs: &[Input]) -> Result<Self, Failure> {
        if let Some(ending @ ("json" | "jsonl" | "csv" | "xml" | "html" | "htm" | "pdf" | "txt")) =
            folder.extension().and_then(|ending| ending.to_str())
            && !folder.is_dir()
        {
            return Err(Failure::Usage(anyhow!(
                "-o {}: in a batch this names a folder, and .{ending} is the ending of a file.\nUse --html FILE for a page of the whole batch, and --format with a redirection for CSV or JSON Lines.",
                folder.display()
            )));
        }
        std::fs::create_dir_all(folder)
            .with_context(|| format!("The folder {} (-o) cannot be made", folder.display()))
            .map_err(Failure::Output)?;
        let this = OutputFolder(folder.to_owned());
        match inputs.iter().find(|input| this.file(&input.id).exists()) {
            None => Ok(this),
            Some(input) => Err(Failure::Usage(anyhow!(
                "{} is already there, and no result is ever overwritten.\nName an empty folder with -o.",
                this.file(&input.id).display()
            ))),
        }
    }

    fn file(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.json"))
    }

    /// Writes what an input came to. A crash can come after its file was written and before its line was: then that file
    /// is written again. A file of anything else, such as of an earlier backup of the phone, stays; the new one gets a
    /// number.
    pub fn write(&self, records: &[Record]) -> Result<(), Failure> {
        let id = records.first().map_or("", Record::input);
        let numbered = (2..).map(|n| self.file(&format!("{id}-{n}")));
        let free = std::iter::once(self.file(id))
            .chain(numbered)
            .find(|file| !file.exists() || is_of(file, records));
        let file = free.unwrap_or_else(|| self.file(id));
        let existing = match file.exists() {
            true => Existing::Replace,
            false => Existing::Keep,
        };
        let text: String = records
            .iter()
            .map(|record| json::record_line(record) + "\n")
            .collect();
        WholeFile::open_again(&file, existing)
            .and_then(|whole| whole.fill(text.as_bytes()))
            .with_context(|| format!("{} cannot be written", file.display()))
            .map_err(Failure::Output)
    }
}

/// Whether a file is of the same evidence under the same terms as what would be written into it.
fn is_of(file: &Path, records: &[Record]) -> bool {
    let text = bounded::text(file, saved::MAX_BYTES).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let there: Value = serde_json::from_str(first).unwrap_or_default();
    let Some(place) = records.first().and_then(|record| record.place.as_ref()) else {
        return false;
    };
    let same = |key: &str, own: &Option<String>| there["batch"][key].as_str() == own.as_deref();
    place.evidence.is_some()
        && same("input", &Some(place.input.clone()))
        && same("evidence", &place.evidence)
        && same("terms", &place.terms)
}
