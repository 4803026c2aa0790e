//! Results as files: which formats there are, opening them before anything is read, filling them at the end.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::whole::{Existing, WholeFile};
use super::{Failure, notice};
use crate::nearest::nearest;
use crate::report::record::Record;
use crate::report::{csv, html, json, junit, slip};
use crate::trust::{Marking, Trust};

/// Where `-o` puts the checklist's id into a name.
const PROFILE: &str = "{profile}";

/// Files to write besides what goes to the terminal.
#[derive(clap::Args, Debug, Clone, Default)]
pub(super) struct OutputArgs {
    /// Also write the result to this file; its ending says how: .json, .csv, .xml (JUnit), .html, .pdf or .txt (the
    /// slip). "{profile}" in the name stands for the checklist
    #[arg(short, long = "output", value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Write over files that are there already (-o)
    #[arg(long)]
    force: bool,
    /// Paper of the slip: an A4 or A6 page, or an 80 mm roll
    #[arg(long, value_name = "SIZE", value_enum, default_value_t = SlipSize::A4)]
    slip_size: SlipSize,
    /// Marking at the top and bottom of the slip, instead of the one in spotcheck.toml
    #[arg(long, value_enum)]
    marking: Option<SlipMarking>,
    /// Name for the person's own copy of the slip: printed, kept nowhere; only where spotcheck.toml allows it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(clap::ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
enum SlipSize {
    #[default]
    A4,
    A6,
    /// 80 mm wide, as long as it needs
    Roll,
}

#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum SlipMarking {
    None,
    Official,
    OfficialSensitive,
}

/// How slips are set, and what the trust says of itself on them.
#[derive(Default)]
struct SlipFrame {
    trust: Trust,
    options: slip::Options,
}

/// What the name of a file ends in, in small letters: it says how the file is written.
pub(super) fn ending(path: &Path) -> Option<String> {
    path.extension()
        .map(|ending| ending.to_string_lossy().to_ascii_lowercase())
}

/// A name whose ending says nothing; `endings` are those that do.
pub(super) fn no_such_ending(path: &Path, endings: &str) -> Failure {
    let given = ending(path).unwrap_or_default();
    let known = endings
        .split([' ', ','])
        .filter_map(|word| word.strip_prefix('.'));
    let near =
        nearest(&given, known).map_or_else(String::new, |near| format!(" Did you mean .{near}?"));
    Failure::Usage(anyhow!(
        "-o {}: the ending of the name says how the file is written.{near}\nEnd it in {endings}.",
        path.display()
    ))
}

/// The shape of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Json,
    Csv,
    JUnit,
    Html,
    SlipPdf,
    SlipText,
}

impl Shape {
    fn of(path: &Path) -> Result<Self, Failure> {
        match ending(path).as_deref() {
            Some("json") => Ok(Shape::Json),
            Some("csv") => Ok(Shape::Csv),
            Some("xml") => Ok(Shape::JUnit),
            Some("html" | "htm") => Ok(Shape::Html),
            Some("pdf") => Ok(Shape::SlipPdf),
            Some("txt") => Ok(Shape::SlipText),
            _ => Err(no_such_ending(
                path,
                ".json, .csv, .xml (JUnit), .html, .pdf or .txt (the slip)",
            )),
        }
    }

    /// Holds one audit and no more.
    fn holds_one(self) -> bool {
        match self {
            Shape::Json | Shape::SlipPdf | Shape::SlipText => true,
            Shape::Csv | Shape::JUnit | Shape::Html => false,
        }
    }

    fn render(self, records: &[Record], slips: &SlipFrame) -> Result<Vec<u8>, Failure> {
        Ok(match self {
            Shape::Json => records
                .iter()
                .map(|record| json::record_pretty(record) + "\n")
                .collect::<String>()
                .into_bytes(),
            Shape::Csv => csv::render(records).into_bytes(),
            Shape::JUnit => junit::render(records).into_bytes(),
            Shape::Html => html::render(records).into_bytes(),
            Shape::SlipPdf | Shape::SlipText => slip_of(self, records, slips)?,
        })
    }
}

/// The slip of the one audit in `records`.
fn slip_of(shape: Shape, records: &[Record], frame: &SlipFrame) -> Result<Vec<u8>, Failure> {
    let [record] = records else {
        return Err(Failure::Usage(anyhow!(
            "A slip is of one audit. Give --profile once, or write a page (.html) instead."
        )));
    };
    let Some(audit) = &record.audit else {
        return Err(Failure::Source(anyhow!(
            "The backup could not be read, so there is nothing to write on a slip.\nMake the backup again, or choose another one."
        )));
    };
    let options = slip::Options {
        kept: record.kept.clone(),
        ..frame.options.clone()
    };
    match shape {
        Shape::SlipText => Ok(slip::text(audit, &frame.trust, &options).into_bytes()),
        _ => slip::pdf(audit, &frame.trust, &options).map_err(|e| {
            Failure::Output(anyhow::Error::new(e).context(
                "The slip cannot be made. Write a page (.html) instead, and report this fault",
            ))
        }),
    }
}

/// One file to be, and the checklist whose audits it takes; `None` for all.
struct Output {
    file: WholeFile,
    shape: Shape,
    profile: Option<String>,
}

/// Files that are open and wait for the result.
pub(super) struct Outputs {
    files: Vec<Output>,
    slips: SlipFrame,
}

impl OutputArgs {
    /// Opens every file, so that a bad path fails before the phone is touched. `profiles` are the ids of the
    /// checklists that results will come from, one for each.
    pub fn open(&self, profiles: &[&str]) -> Result<Outputs, Failure> {
        let existing = if self.force {
            Existing::Replace
        } else {
            Existing::Keep
        };
        let mut outputs = Vec::new();
        let mut paths = BTreeSet::new();
        let mut slips = SlipFrame::default();
        for given in &self.output {
            let shape = Shape::of(given)?;
            if matches!(shape, Shape::SlipPdf | Shape::SlipText) {
                slips = self.slips()?;
            }
            for (path, profile) in self.expanded(given, shape, profiles)? {
                if !paths.insert(path.clone()) {
                    return Err(Failure::Usage(anyhow!(
                        "-o {} is given twice. Give each file once.",
                        path.display()
                    )));
                }
                outputs.push(Output {
                    file: WholeFile::open(&path, existing)
                        .map_err(|e| cannot_open("-o", &path, e))?,
                    shape,
                    profile,
                });
            }
        }
        Ok(Outputs {
            files: outputs,
            slips,
        })
    }

    fn slips(&self) -> Result<SlipFrame, Failure> {
        let frame = SlipFrame {
            trust: notice::trust().clone(),
            options: slip::Options {
                size: match self.slip_size {
                    SlipSize::A4 => slip::Size::A4,
                    SlipSize::A6 => slip::Size::A6,
                    SlipSize::Roll => slip::Size::Roll80,
                },
                marking: self.marking.map(|marking| match marking {
                    SlipMarking::None => Marking::None,
                    SlipMarking::Official => Marking::Official,
                    SlipMarking::OfficialSensitive => Marking::OfficialSensitive,
                }),
                name: self.name.clone(),
                kept: None,
            },
        };
        slip::check(&frame.trust, &frame.options).map_err(|e| Failure::Usage(e.into()))?;
        Ok(frame)
    }

    /// The files that a name stands for, each with the checklist that it is for.
    fn expanded(
        &self,
        given: &Path,
        shape: Shape,
        profiles: &[&str],
    ) -> Result<Vec<(PathBuf, Option<String>)>, Failure> {
        let name = given.to_string_lossy();
        if name.contains(PROFILE) {
            let ids: BTreeSet<&str> = profiles.iter().copied().collect();
            if shape.holds_one() && ids.len() < profiles.len() {
                return Err(Failure::Usage(anyhow!(
                    "-o {}: two results are of the same checklist. Write one at a time.",
                    given.display()
                )));
            }
            return Ok(ids
                .into_iter()
                .map(|id| {
                    let name = name.replace(PROFILE, &plain(id));
                    (PathBuf::from(name), Some(id.to_owned()))
                })
                .collect());
        }
        if shape.holds_one() && profiles.len() > 1 {
            return Err(Failure::Usage(anyhow!(
                "-o {}: this kind of file holds one result, and there are {}.\nPut {PROFILE} into the name, and each checklist gets a file of its own.",
                given.display(),
                profiles.len()
            )));
        }
        Ok(vec![(given.to_owned(), None)])
    }
}

/// An id that comes from a file of the user is no path.
fn plain(id: &str) -> String {
    id.chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => c,
            _ => '_',
        })
        .collect()
}

/// Why a file that an option names cannot be written.
pub(super) fn cannot_open(option: &str, path: &Path, error: io::Error) -> Failure {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Usage(anyhow!(
            "{name} is already there ({option}).\nChoose another name, or write over it with --force."
        )),
        _ => Failure::Output(anyhow::Error::new(error).context(format!(
            "{name} ({option}) cannot be written. Check the folder; nothing was read yet"
        ))),
    }
}

/// Opens a file (-o) before anything is read.
pub(super) fn new_file(path: &Path, force: bool) -> Result<WholeFile, Failure> {
    let existing = match force {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    WholeFile::open(path, existing).map_err(|e| cannot_open("-o", path, e))
}

/// Fills a file (-o).
pub(super) fn fill(file: WholeFile, text: &str) -> Result<(), Failure> {
    let name = file.path().display().to_string();
    file.fill(text.as_bytes()).map_err(|e| {
        Failure::Output(anyhow::Error::new(e).context(format!("{name} (-o) cannot be written")))
    })
}

impl Outputs {
    /// Writes every file. Each is there whole or not at all.
    pub fn fill(self, records: &[Record]) -> Result<(), Failure> {
        for output in self.files {
            let Output {
                file,
                shape,
                profile,
            } = output;
            let of_profile = |record: &&Record| {
                profile.is_none()
                    || record.audit.as_ref().map(|a| &a.profile_id) == profile.as_ref()
            };
            let records: Vec<Record> = records.iter().filter(of_profile).cloned().collect();
            let bytes = shape.render(&records, &self.slips)?;
            let path = file.path().display().to_string();
            file.fill(&bytes).map_err(|e| {
                Failure::Output(
                    anyhow::Error::new(e).context(format!("{path} (-o) cannot be written")),
                )
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_shape() {
        for (name, shape) in [
            ("a.json", Some(Shape::Json)),
            ("a.JSON", Some(Shape::Json)),
            ("a.csv", Some(Shape::Csv)),
            ("a.xml", Some(Shape::JUnit)),
            ("a.html", Some(Shape::Html)),
            ("a.htm", Some(Shape::Html)),
            ("a.pdf", Some(Shape::SlipPdf)),
            ("a.txt", Some(Shape::SlipText)),
            ("a.docx", None),
            ("json", None),
            (".json", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(Shape::of(Path::new(name)).ok(), shape, "{name}");
        }
    }

    #[test]
    fn an_id_is_no_path() {
        assert_eq!(plain("nhs-england"), "nhs-england");
        assert_eq!(plain("../../etc/x.y"), "______etc_x_y");
    }
}
