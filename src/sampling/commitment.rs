//! Fixing a list before the seed of its draw is known: a hash that gives no reference away, and the check of a list
//! against it.

use jiff::civil::Date;
use serde::Deserialize;

use super::draw::Method;
use super::population::Population;
use super::words;
use crate::evidence::text;
use crate::span::TextError;

/// How the day is written.
const DAY: &str = "%-d %B %Y";

/// What is published before the draw.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// How many people are on the list.
    pub people: u64,
    /// SHA-256 of the salt, a line end, and the sorted references, each with a line end.
    pub list: String,
    /// The column that makes the groups, if there are groups.
    pub by: Option<String>,
    /// As `list`, with a tab and the group after each reference.
    pub groups: Option<String>,
    /// The method of the draw, by its word on the command line: who could choose it after the seed is known could choose
    /// between two draws.
    pub method: String,
    /// Where the seed will come from.
    pub seed_from: Option<String>,
    /// The day on which it was made, in words.
    pub made: String,
}

impl Commitment {
    /// Commits to a list.
    pub fn new(
        population: &Population,
        by: Option<&str>,
        method: Method,
        salt: &str,
        seed_from: Option<&str>,
        made: Date,
    ) -> Self {
        Commitment {
            people: population.len(),
            list: population.salted(salt),
            by: by.map(str::to_owned),
            groups: by.map(|_| population.salted_with_groups(salt)),
            method: method.id().to_owned(),
            seed_from: seed_from.map(str::to_owned),
            made: made.strftime(DAY).to_string(),
        }
    }

    /// The day on which it says that it was made, where that can be told.
    pub fn made_on(&self) -> Option<Date> {
        Date::strptime(DAY, &self.made).ok()
    }

    /// Reads a commitment as `spotcheck draw commit` writes it.
    ///
    /// # Errors
    /// Points at the line.
    pub fn parse(name: &str, text: &str) -> Result<Self, TextError> {
        toml::from_str(text).map_err(|e| TextError::of_toml(name, text, &e))
    }

    /// Whether this is still the list, and whether its groups were fixed with it (where the draw uses them).
    ///
    /// # Errors
    /// What has changed since, in sentences.
    pub fn check(
        &self,
        population: &Population,
        by: Option<&str>,
        method: Method,
        salt: &str,
    ) -> Result<bool, String> {
        if population.len() != self.people {
            return Err(format!(
                "The list has changed since the commitment: it had {} people then, and has {} now.",
                words::number(self.people),
                words::number(population.len())
            ));
        }
        if population.salted(salt) != self.list {
            return Err(
                "This is not the list of the commitment, or not its salt: the hash differs. Somebody was added, removed \
                 or given another reference since."
                    .into(),
            );
        }
        if method.id() != self.method {
            return Err(format!(
                "The commitment was made for another method: --method {}.",
                text::clean(&self.method)
            ));
        }
        if let Some(groups) = &self.by
            && by.is_none()
        {
            return Err(format!(
                "The commitment was made for a draw by groups: --by {}.",
                text::clean(groups)
            ));
        }
        match (by, &self.groups) {
            (Some(_), Some(groups)) if population.salted_with_groups(salt) != *groups => Err(
                "The people are those of the commitment, but their groups are not. Somebody was moved since, or --by \
                 names another column."
                    .into(),
            ),
            (Some(_), None) => Ok(false),
            _ => Ok(true),
        }
    }
}
