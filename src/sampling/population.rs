//! The list of staff that a draw is made from. It may come from anywhere, so nothing in it is taken for granted: every
//! fault names its line.

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;

use sha2::{Digest, Sha256};

use super::rows::{MAX_BYTES, Rows};
use crate::evidence::personal::{self, Personal};
use crate::evidence::text;

/// The most people on one list.
pub const MAX_PEOPLE: usize = 1_000_000;
/// The most groups that a column may make: more is no grouping.
pub const MAX_GROUPS: usize = 200;
/// The longest reference or name of a group, in characters.
const MAX_CHARS: usize = 100;

/// Why a list cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ListError(String);

impl ListError {
    fn at(name: &str, line: u64, what: &str) -> Self {
        ListError(format!("{name}, line {line}: {what}"))
    }
}

/// One person on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The reference.
    pub id: String,
    /// The number of the person's group in [`Population::groups`].
    pub group: usize,
}

/// A list of staff, sorted by reference: the order of its rows makes no difference to anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    people: Vec<Person>,
    groups: Vec<(String, u64)>,
    /// What a person should know before the draw, in sentences.
    pub warnings: Vec<String>,
}

impl Population {
    /// Everybody, sorted by the bytes of the reference.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The groups by name, each with its number of people. Without a grouping, one group without a name.
    pub fn groups(&self) -> &[(String, u64)] {
        &self.groups
    }

    /// How many people there are.
    pub fn len(&self) -> u64 {
        self.people.len() as u64
    }

    /// Never: a list without anybody is refused.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// SHA-256 of the sorted references, each with a line end: what `LC_ALL=C sort ids.txt | sha256sum` gives.
    pub fn fingerprint(&self) -> String {
        self.digest(&[], |_, _| {})
    }

    /// SHA-256 of a salt and a line end, and then the sorted references, each with a line end.
    pub fn salted(&self, salt: &str) -> String {
        self.digest(&[salt.as_bytes(), b"\n"], |_, _| {})
    }

    /// The same with a tab and the person's group after each reference.
    pub fn salted_with_groups(&self, salt: &str) -> String {
        self.digest(&[salt.as_bytes(), b"\n"], |hasher, person| {
            hasher.update(b"\t");
            hasher.update(self.groups[person.group].0.as_bytes());
        })
    }

    fn digest(&self, before: &[&[u8]], more: impl Fn(&mut Sha256, &Person)) -> String {
        let mut hasher = Sha256::new();
        for part in before {
            hasher.update(part);
        }
        for person in &self.people {
            hasher.update(person.id.as_bytes());
            more(&mut hasher, person);
            hasher.update(b"\n");
        }
        hex(&hasher.finalize())
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Reads a list as CSV with a heading row. `id` names the column of references, `by` that of groups.
///
/// # Errors
/// Names the line and says what to do.
pub fn read(
    name: &str,
    input: impl BufRead,
    id: &str,
    by: Option<&str>,
) -> Result<Population, ListError> {
    let mut rows = Rows::new(input, MAX_BYTES);
    let mut fields = Vec::new();
    let mut next = |fields: &mut Vec<String>| {
        rows.next(fields)
            .map_err(|fault| ListError::at(name, fault.line, &fault.what))
    };
    let Some(line) = next(&mut fields)? else {
        return Err(ListError(format!(
            "{name}: the list is empty. It needs a heading row and one row for each person."
        )));
    };
    let heading = Heading::find(&fields, id, by).map_err(|e| ListError::at(name, line, &e))?;

    let mut reading = Reading::default();
    while let Some(line) = next(&mut fields)? {
        reading
            .take(&heading, &mut fields, line)
            .map_err(|e| ListError::at(name, line, &e))?;
    }
    reading.finish(name)
}

/// Where the columns are.
struct Heading {
    width: usize,
    id: usize,
    by: Option<usize>,
    id_name: String,
    by_name: String,
}

impl Heading {
    fn find(fields: &[String], id: &str, by: Option<&str>) -> Result<Self, String> {
        let find = |wanted: &str, option: &str| -> Result<usize, String> {
            let wanted = wanted.trim();
            let places = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
                (0..fields.len())
                    .filter(|i| same(fields[*i].trim()))
                    .collect()
            };
            let mut found = places(&|field| field == wanted);
            if found.is_empty() {
                found = places(&|field| field.eq_ignore_ascii_case(wanted));
            }
            match found.as_slice() {
                [one] => Ok(*one),
                [] => Err(missing(fields, wanted, option)),
                _ => Err(format!(
                    "Several columns are called {}. Give each column a name of its own.",
                    text::clean(wanted)
                )),
            }
        };
        Ok(Heading {
            width: fields.len(),
            id: find(id, "--id")?,
            by: by.map(|by| find(by, "--by")).transpose()?,
            id_name: text::clean(id),
            by_name: text::clean(by.unwrap_or_default()),
        })
    }
}

fn missing(fields: &[String], wanted: &str, option: &str) -> String {
    let wanted = text::clean(wanted);
    for (mark, called) in [(';', "semicolons"), ('\t', "tabs")] {
        if fields.len() == 1 && fields[0].contains(mark) {
            return format!(
                "The columns are parted by {called}. In a spreadsheet, save the list as \"CSV UTF-8 (comma delimited)\"."
            );
        }
    }
    let columns: Vec<String> = fields
        .iter()
        .take(20)
        .map(|f| text::clean(f.trim()))
        .collect();
    format!(
        "There is no column {wanted}. The columns are: {}. Name the right one with {option}.",
        columns.join(", ")
    )
}

#[derive(Default)]
struct Reading {
    people: Vec<(String, u64, usize)>,
    groups: HashMap<String, usize>,
    sizes: Vec<u64>,
    /// How many references look like something personal, and the line of the first.
    looks: BTreeMap<Personal, (u64, u64)>,
}

impl Reading {
    fn take(&mut self, heading: &Heading, fields: &mut [String], line: u64) -> Result<(), String> {
        if fields.len() != heading.width {
            return Err(format!(
                "This row has {} columns, and the heading has {}. A text with a comma in it needs quotation marks.",
                fields.len(),
                heading.width
            ));
        }
        let id = fields[heading.id].trim();
        if id.is_empty() {
            return Err(format!(
                "The column {} is empty. Give the person a reference, or delete the row.",
                heading.id_name
            ));
        }
        well_formed(id, "The reference")?;
        if is_rounded(id) {
            return Err(
                "A spreadsheet has rounded this reference (E+). Make the column text, and export the list again."
                    .into(),
            );
        }
        match personal::in_reference(id) {
            Some(Personal::Email) => {
                return Err(
                    "The reference looks like an e-mail address. The draw works on references that only the trust can turn into names."
                        .into(),
                );
            }
            Some(what) => self.looks.entry(what).or_insert((0, line)).0 += 1,
            None => {}
        }
        let group = match heading.by {
            None => "",
            Some(by) => fields[by].trim(),
        };
        if heading.by.is_some() {
            if group.is_empty() {
                return Err(format!(
                    "The column {} is empty. Everybody belongs to a group: write, for example, \"other\".",
                    heading.by_name
                ));
            }
            well_formed(group, "The name of the group")?;
        }
        let group = match self.groups.get(group) {
            Some(group) => *group,
            None if self.sizes.len() == MAX_GROUPS => {
                return Err(format!(
                    "The column {} makes more than {MAX_GROUPS} groups. Choose one with few values, e.g. directorate.",
                    heading.by_name
                ));
            }
            None => {
                self.groups.insert(group.to_owned(), self.sizes.len());
                self.sizes.push(0);
                self.sizes.len() - 1
            }
        };
        self.sizes[group] += 1;
        if self.people.len() == MAX_PEOPLE {
            return Err("The list has more than 1,000,000 people. Check the path.".into());
        }
        self.people
            .push((std::mem::take(&mut fields[heading.id]), line, group));
        if let Some((kept, _, _)) = self.people.last_mut() {
            *kept = kept.trim().to_owned();
        }
        Ok(())
    }

    fn finish(mut self, name: &str) -> Result<Population, ListError> {
        if self.people.is_empty() {
            return Err(ListError(format!(
                "{name}: the list has a heading and nobody below it."
            )));
        }
        self.people.sort_unstable();
        let double = self
            .people
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] if a.0 == b.0 => Some((b.1, a.1)),
                _ => None,
            })
            .min();
        if let Some((line, first)) = double {
            return Err(ListError::at(
                name,
                line,
                &format!(
                    "This reference is in line {first} already. Everybody must be on the list once, or the draw is not fair."
                ),
            ));
        }
        let warnings = self.warnings(name)?;

        // Groups in the order of their names, whatever the order of the rows.
        let mut names: Vec<(String, usize)> = self.groups.into_iter().collect();
        names.sort_unstable();
        let mut place = vec![0; names.len()];
        for (new, (_, old)) in names.iter().enumerate() {
            place[*old] = new;
        }
        Ok(Population {
            people: self
                .people
                .into_iter()
                .map(|(id, _, group)| Person {
                    id,
                    group: place[group],
                })
                .collect(),
            groups: names
                .into_iter()
                .map(|(name, old)| (name, self.sizes[old]))
                .collect(),
            warnings,
        })
    }

    /// One reference in 11 of ten digits passes for an NHS number by accident: a few that look so are worth a word, a
    /// list of them is refused. Names are the trust's own affair; the draw works on them all the same.
    fn warnings(&self, name: &str) -> Result<Vec<String>, ListError> {
        let mut warnings = Vec::new();
        let numbers = [Personal::NhsNumber, Personal::PhoneNumber];
        let numbers: Vec<&(u64, u64)> = numbers.iter().filter_map(|n| self.looks.get(n)).collect();
        if let Some(line) = numbers.iter().map(|(_, line)| *line).min()
            && numbers.iter().map(|(count, _)| count).sum::<u64>() * 2 > self.people.len() as u64
        {
            return Err(ListError::at(
                name,
                line,
                "Most references look like NHS or phone numbers. Use references that only the trust can turn into \
                 names; if these are such, put a letter before each.",
            ));
        }
        for (what, (count, line)) in &self.looks {
            warnings.push(format!(
                "{} of the references look like {} (the first in line {line}). Better give those people another reference: \
                 an audit does not keep such a one.",
                super::words::number(*count),
                what.words()
            ));
        }
        let mut folded: Vec<String> = self.people.iter().map(|p| p.0.to_lowercase()).collect();
        folded.sort_unstable();
        if folded.windows(2).any(|pair| pair[0] == pair[1]) {
            warnings.push(
                "Some references differ only in capital letters. Make sure that they are different people.".into(),
            );
        }
        let mut folded: Vec<String> = self.groups.keys().map(|g| g.to_lowercase()).collect();
        folded.sort_unstable();
        if folded.windows(2).any(|pair| pair[0] == pair[1]) {
            warnings.push(
                "Some groups differ only in capital letters. Make sure that they are different groups.".into(),
            );
        }
        Ok(warnings)
    }
}

fn well_formed(field: &str, what: &str) -> Result<(), String> {
    if field.chars().count() > MAX_CHARS {
        return Err(format!("{what} is longer than {MAX_CHARS} characters."));
    }
    if text::clean(field) != field {
        return Err(format!(
            "{what} holds a character that cannot be seen (a line break, a tab or another mark). Type it again."
        ));
    }
    Ok(())
}

/// What a spreadsheet makes of a long number: 2.04188E+07.
fn is_rounded(id: &str) -> bool {
    let Some((number, power)) = id.split_once("E+") else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(power)
        && number
            .split_once('.')
            .is_some_and(|(a, b)| digits(a) && digits(b))
}
