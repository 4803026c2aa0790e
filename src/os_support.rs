//! Which versions of iOS and Android still get security fixes: dated data, with the day from which it is too old to
//! let anything pass.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::evidence::{Platform, Value};

/// Whether a version still gets fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Fixes still come regularly.
    Supported,
    /// Fixes come now and then, without a promise: counts as not supported.
    Occasional,
    /// No more fixes come.
    Ended,
}

/// A major version of a system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    platform: String,
    version: u32,
    /// The row stands for all versions before it too.
    #[serde(default)]
    and_older: bool,
    /// Whether it still gets fixes.
    pub status: Status,
    ended: Option<toml::value::Datetime>,
    /// The newest version of it that is known.
    pub latest: Option<String>,
}

/// The table, when it was made and how long it can be relied on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    as_of: toml::value::Datetime,
    good_for_days: u32,
    /// Where the table was read.
    pub source: String,
    release: Vec<Release>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../profiles/os-support.toml"))
        .expect("the embedded table is valid; a test parses it")
});

/// The table that is built into the program.
pub fn table() -> &'static Table {
    &TABLE
}

impl Release {
    /// The day of its last fixes, for people.
    pub fn ended(&self) -> Option<String> {
        self.ended.as_ref().map(day)
    }
}

/// A day of the data at its start; `None` if it is no whole date.
pub(crate) fn moment(day: &toml::value::Datetime) -> Option<Timestamp> {
    format!("{day}T00:00:00Z").parse().ok()
}

/// A day of the data for people.
pub(crate) fn day(day: &toml::value::Datetime) -> String {
    moment(day).map_or_else(|| day.to_string(), |t| Value::Date(t).for_people())
}

impl Table {
    /// The row that speaks of a major version.
    pub fn release(&self, platform: Platform, version: u32) -> Option<&Release> {
        self.release.iter().find(|row| {
            row.platform == platform.id()
                && (row.version == version || row.and_older && version < row.version)
        })
    }

    /// The day that the table speaks of, for people.
    pub fn day(&self) -> String {
        day(&self.as_of)
    }

    /// When the table was made; without a right date long ago.
    pub fn made(&self) -> Timestamp {
        moment(&self.as_of).unwrap_or(Timestamp::MIN)
    }

    /// The moment from which nothing passes on the strength of this table. A table without a right date is too old
    /// at any time.
    pub fn good_until(&self) -> Timestamp {
        moment(&self.as_of)
            .and_then(|t| {
                t.checked_add(SignedDuration::from_hours(
                    24 * i64::from(self.good_for_days),
                ))
                .ok()
            })
            .unwrap_or(Timestamp::MIN)
    }
}

/// The major version in a system as evidence states it ("iOS 18.7", "Android 16"), and the rest of its numbers.
pub fn version(system: &str) -> Option<Vec<u32>> {
    let (_, numbers) = system.split_once(' ')?;
    // "8.1.0" and "16" are versions; "12L" or "Tiramisu" are not guessed at.
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    numbers
        .split('.')
        .map(|part| part.parse().ok().filter(|_| digits(part)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let table = table();
        assert_eq!(table.day(), "22 August 2026");
        assert_eq!(table.good_until().to_string(), "2027-02-18T00:00:00Z");
        for (i, row) in table.release.iter().enumerate() {
            assert!(["ios", "android"].contains(&row.platform.as_str()));
            assert!(row.ended.is_none() || row.status == Status::Ended);
            assert!(
                !table.release[..i]
                    .iter()
                    .any(|other| (&other.platform, other.version) == (&row.platform, row.version))
            );
            if let Some(latest) = &row.latest {
                let numbers = version(&format!("iOS {latest}")).expect("a version");
                assert_eq!(numbers.first(), Some(&row.version));
            }
        }
    }

    #[test]
    fn versions_as_phones_state_them() {
        for (system, numbers) in [
            ("iOS 18.7.10", Some(vec![18, 7, 10])),
            ("iPadOS 26", Some(vec![26])),
            ("Android 16", Some(vec![16])),
            ("Android 8.1.0", Some(vec![8, 1, 0])),
            ("Android Baklava", None),
            ("Android", None),
            ("Android ", None),
        ] {
            assert_eq!(version(system), numbers, "{system}");
        }
    }
}
