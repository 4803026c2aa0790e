//! The sentences that tell the figures.

use jiff::civil::Date;

use super::super::publish::FEW;
use super::{How, LineRow, Readers, Report, Way};
use crate::sampling::words::{count, in_100, number, would_fail};

/// At the top of what is published before the end.
const INTERIM: &str =
    "This round is not over: some are still to be checked, and the numbers will change.";

fn day(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

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

    /// When it was made and for whom, and what has to be known before anything else.
    pub fn frame_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.frame.trust.clone());
        let made = self.frame.made;
        words.extend(made.map(|made| format!("Report made on {}.", day(made))));
        if let Some((from, to)) = &self.days {
            let said = |text: &str| text.parse().map_or_else(|_| text.to_owned(), day);
            words.push(match from == to {
                // The day as of which was judged (--as-of), which need not be the day on which somebody checked.
                true => format!("All checks are as of {}.", said(from)),
                false => format!(
                    "The first check is as of {}, the last as of {}.",
                    said(from),
                    said(to)
                ),
            });
        }
        words.extend(match self.checklists.as_slice() {
            [] => None,
            [one] => Some(format!("The phones were held to the checklist {one}.")),
            several => Some(format!(
                "The phones were held to the checklists {}.",
                several.join(", ")
            )),
        });
        if self.frame.interim {
            words.push(INTERIM.into());
        }
        words
    }

    /// Lines that nobody looked at, in a sentence.
    pub fn not_looked_at_words(&self) -> Option<String> {
        let lines: Vec<String> = self
            .not_looked_at
            .iter()
            .map(|(id, title)| format!("{id} {title}").trim_end().to_owned())
            .collect();
        (!lines.is_empty()).then(|| {
            format!(
                "Not looked at in this round: {}. A pass says nothing about them.",
                lines.join("; ")
            )
        })
    }

    /// The rate of the phones as a whole, in sentences.
    pub fn whole_words(&self) -> Vec<String> {
        if self.phones.is_some() && self.whole.is_empty() {
            return vec!["Nobody was checked yet, so nothing can be said.".into()];
        }
        if self.whole.is_empty() {
            return vec![
                "The numbers are too small to be published: single people could be recognised."
                    .into(),
            ];
        }
        let publish = self.readers == Readers::Everybody;
        let phones = self.phones.map(|[failed, passed, open]| {
            format!(
                "{} checked: {} failed, {} passed{}, {} could not be told.",
                count(failed + passed + open, "phone was", "phones were"),
                number(failed),
                number(passed),
                match self.passed_in_part {
                    0 => String::new(),
                    n if n == passed => " (only in part: not every line was looked at)".into(),
                    n => format!(
                        " ({} of them only in part: not every line was looked at)",
                        number(n)
                    ),
                },
                number(open)
            )
        });
        let ways = self.whole.iter().map(|way| way.words(publish));
        phones.into_iter().chain(ways).collect()
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
            (How::AtWorstFewTold, Some(failed)) => format!(
                "Fewer than {} of the phones checked could not be told. If {FEW} of them failed, and everybody who was not checked, that is {} of {of}:{}",
                FEW + 1,
                number(failed),
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
        let more = self.more.as_ref()?;
        let parts: Vec<String> = [
            (more.put_right, "put right at once"),
            (more.waived, "more failed and are waived"),
            (more.could_not_tell, "could not be told"),
            (more.set_aside, "not looked at"),
            (more.not_applicable, "not applicable"),
            (more.not_asked, "under a checklist without this line"),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, words)| format!("{} {words}", number(n)))
        .collect();
        let no_range = match more.set_aside {
            0 => "",
            _ => " Where nobody looked only a failure shows, so no range is told.",
        };
        (!parts.is_empty()).then(|| format!("{}.{no_range}", parts.join(", ")))
    }
}
