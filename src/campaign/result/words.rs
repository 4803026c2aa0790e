//! The sentences that tell the figures.

use super::super::publish::FEW;
use super::{How, LineRow, Readers, Report, Way};
use crate::sampling::words::{count, in_100, number, would_fail};

impl Report {
    /// How those drawn are divided up, in a sentence.
    pub fn coverage_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some((people, drawn)) = self.list {
            words.push(format!(
                "{} of {} were drawn.",
                number(drawn),
                count(people, "person", "people")
            ));
        }
        if !self.coverage.is_empty() {
            let parts: Vec<String> = self
                .coverage
                .iter()
                .map(|(part, cell)| format!("{cell} {}", part.words()))
                .collect();
            words.push(format!("Of these: {}.", parts.join(", ")));
        }
        match self.replaced {
            Some(0) | None => {}
            Some(n) => words.push(format!(
                "{} replaced from the reserves, because the check was not for them.",
                count(n, "person was", "people were")
            )),
        }
        words
    }

    /// The rate of the phones as a whole, in sentences.
    pub fn whole_words(&self) -> Vec<String> {
        if self.whole.is_empty() {
            return vec![
                "The numbers are too small to be published: single people could be recognised."
                    .into(),
            ];
        }
        let publish = self.readers == Readers::Everybody;
        self.whole.iter().map(|way| way.words(publish)).collect()
    }
}

impl Way {
    fn words(&self, publish: bool) -> String {
        let of = number(self.of);
        let range = self.interval.map_or(String::new(), |interval| {
            let weighted = match self.weighted {
                Some(rate) => format!(" Weighted by group that is {}.", in_100(rate)),
                None => String::new(),
            };
            format!("{weighted} With 95% confidence, {}.", would_fail(interval))
        });
        match (self.how, self.failed) {
            (_, None) => format!(
                "Of the {of} people drawn, fewer than {} had a phone that failed.{range}",
                FEW + 1
            ),
            (_, Some(_)) if self.of == 0 => {
                format!("{}: none, so nothing can be said.", self.how.who())
            }
            (How::AtBest, Some(failed)) if publish => format!(
                "Of the {of} people drawn, {} had a phone that failed. If nobody else did of whom nothing is known:{}",
                number(failed),
                or_none(range)
            ),
            (How::AtWorstFew, Some(_)) => format!(
                "Nothing is known of fewer than {} people. If {FEW} of them failed:{}",
                FEW + 1,
                or_none(range)
            ),
            (how, Some(failed)) => {
                format!("{}, {} of {of} failed.{range}", how.who(), number(failed))
            }
        }
    }
}

/// A range after a colon.
fn or_none(range: String) -> String {
    match range.is_empty() {
        true => " no range is given.".into(),
        false => range.replacen(" With", " with", 1),
    }
}

impl LineRow {
    /// The line with its figures, in sentences.
    pub fn words(&self, publish: bool) -> String {
        let name = match self.title.as_str() {
            "" => self.id.clone(),
            title => format!("{} {title}", self.id),
        };
        if self.of == 0 {
            return format!("{name}: could be told of no phone.");
        }
        let range = self.interval.map_or(String::new(), |interval| {
            format!(" With 95% confidence, {}.", would_fail(interval))
        });
        let of = match publish {
            true => format!("the {} drawn", number(self.of)),
            false => number(self.of),
        };
        format!("{name}: {} of {of} failed.{range}", number(self.failed))
    }

    /// What else is known of it.
    pub fn more_words(&self) -> Option<String> {
        let [put_right, waived, could_not_tell] = self.more?;
        let parts: Vec<String> = [
            (put_right, "put right at once"),
            (waived, "more failed and are waived"),
            (could_not_tell, "could not be told"),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, words)| format!("{} {words}", number(n)))
        .collect();
        (!parts.is_empty()).then(|| format!("{}.", parts.join(", ")))
    }
}
