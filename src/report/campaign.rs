//! A campaign's result for people: words first, figures after.

use std::fmt::Write as _;

use super::layout::wrap;
use crate::campaign::{LineSummary, Summary};
use crate::profile::{self, Profile};
use crate::sampling::compare::{Change, Estimate, compare, three_ways};
use crate::sampling::suppress::{self, Cell};
use crate::sampling::words::{count, number, would_fail};
use crate::sampling::{Confidence, Tally};

/// The report as text, set to `width` columns. `before`: an earlier campaign to compare with. `publish` leaves out
/// numbers under 5 and everything about single people.
pub fn render(
    id: &str,
    summary: &Summary,
    before: Option<(&str, &Summary)>,
    publish: bool,
    width: usize,
) -> String {
    let mut out = Text {
        text: format!("Campaign {id}\n"),
        width,
    };
    out.coverage(summary, publish);
    out.overall(summary, publish);
    if let Some((other, before)) = before {
        out.comparison(other, before, summary, publish);
    }
    out.lines(summary, publish);
    if !publish && !summary.recheck.is_empty() {
        out.heading("To be checked again");
        out.line(&summary.recheck.join(", "));
    }
    for warning in &summary.warnings {
        out.line(&format!("Note: {warning}"));
    }
    if publish {
        out.line(suppress::KEY);
    }
    out.text
}

struct Text {
    text: String,
    width: usize,
}

impl Text {
    fn heading(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    fn line(&mut self, text: &str) {
        self.text += &wrap(text, self.width, "  ", "  ");
        self.text.push('\n');
    }

    fn coverage(&mut self, s: &Summary, publish: bool) {
        self.heading("Who was checked");
        let open = s.open().unwrap_or(0);
        let parts = [
            (s.checked, "checked"),
            (s.declined, "declined"),
            (s.unreachable, "could not be reached"),
            (
                s.to_replace,
                "to be replaced, because the check is not for them",
            ),
            (open, "not done yet"),
        ];
        let values: Vec<u64> = parts.iter().map(|(n, _)| *n).collect();
        let cells = match publish {
            true => suppress::list(&values).0,
            false => values.iter().map(|n| Cell::Shown(*n)).collect(),
        };
        if let Some(begun) = &s.begun {
            self.line(&format!(
                "{} of {} people were drawn.",
                number(begun.drawn),
                number(begun.population)
            ));
        }
        let told: Vec<String> = parts
            .iter()
            .zip(&cells)
            .filter(|((n, _), _)| *n > 0 || publish)
            .map(|((_, word), cell)| format!("{cell} {word}"))
            .collect();
        self.line(&format!("Of these: {}.", told.join(", ")));
        if s.replaced > 0 && !publish {
            self.line(&format!(
                "{} replaced from the reserves, because the check was not for them.",
                count(s.replaced, "person was", "people were")
            ));
        }
    }

    fn overall(&mut self, s: &Summary, publish: bool) {
        self.heading("What the phones showed, as they were found");
        let ways = three_ways(&s.overall, s.population(), Confidence::USUAL);
        self.rate(
            "Of the phones that were checked",
            &ways.checked_only,
            publish,
        );
        if s.overall.unknown() > 0 {
            self.rate(
                "At worst, if everybody of whom nothing is known failed",
                &ways.unknown_as_not_met,
                publish,
            );
            self.rate(
                "At best, if nobody of them did",
                &ways.unknown_as_met,
                publish,
            );
        }
        let [yes, no, unanswered, declined] = s.attested;
        if !publish && yes + no + declined > 0 {
            self.line(&format!(
                "What people said is counted apart: {yes} yes, {no} no, {unanswered} not answered, {declined} declined."
            ));
        }
    }

    fn rate(&mut self, who: &str, estimate: &Estimate, publish: bool) {
        let (failed, checked) = (estimate.tally.failed(), estimate.tally.checked());
        if checked == 0 {
            self.line(&format!("{who}: none, so nothing can be said."));
            return;
        }
        let cells = match publish {
            true => suppress::list(&[failed, checked - failed]),
            false => (vec![Cell::Shown(failed)], Cell::Shown(checked)),
        };
        let failed = cells.0.first().copied().unwrap_or(Cell::Hidden);
        let words = match failed {
            Cell::Hidden => String::new(),
            Cell::Shown(_) => format!(" With 95% confidence, {}.", would_fail(estimate.interval)),
        };
        self.line(&format!("{who}, {failed} of {} failed.{words}", cells.1));
    }

    fn comparison(&mut self, other: &str, before: &Summary, after: &Summary, publish: bool) {
        self.heading(&format!("Beside campaign {other}"));
        let tally = |s: &Summary| Tally::new(s.overall.not_met, s.overall.not_met + s.overall.met);
        let (Some(old), Some(new)) = (tally(before), tally(after)) else {
            return;
        };
        let compared = compare(old, new, Confidence::USUAL);
        let text = match compared.change {
            Change::Better => "Fewer phones failed than before, and chance alone seldom does that.",
            Change::Worse => "More phones failed than before, and chance alone seldom does that.",
            Change::MayBeChance => {
                "The difference may be chance. That does not show that nothing changed."
            }
            Change::CannotTell => "One of the two has no checked phone: nothing can be compared.",
        };
        self.line(text);
        if !publish {
            self.line(&format!(
                "Before: {} of {}. Now: {} of {}. Fisher's exact test: p = {:.3}.",
                old.failed(),
                old.checked(),
                new.failed(),
                new.checked(),
                compared.p
            ));
        }
    }

    fn lines(&mut self, s: &Summary, publish: bool) {
        self.heading("Line by line, most failures first");
        let profiles: Vec<Profile> = profile::shipped_ids()
            .filter_map(|id| profile::load(id, &[]).ok())
            .collect();
        let mut lines: Vec<(&String, &LineSummary)> = s.lines.iter().collect();
        lines.sort_by_key(|(id, line)| (std::cmp::Reverse(line.outcomes.not_met), (*id).clone()));
        for (id, line) in lines {
            let title = profiles
                .iter()
                .flat_map(|profile| &profile.controls)
                .find(|control| control.is(id))
                .map_or(String::new(), |control| format!(" {}", control.title));
            let ways = three_ways(&line.outcomes, s.population(), Confidence::USUAL);
            self.rate(&format!("{id}{title}"), &ways.checked_only, publish);
            let mut more = Vec::new();
            if line.put_right > 0 {
                more.push(format!("{} put right at once", line.put_right));
            }
            if line.waived > 0 {
                more.push(format!("{} more failed and are waived", line.waived));
            }
            if line.outcomes.could_not_tell > 0 {
                more.push(format!(
                    "{} could not be told",
                    line.outcomes.could_not_tell
                ));
            }
            if !publish && !more.is_empty() {
                self.line(&format!("    {}.", more.join(", ")));
            }
            if !publish && line.outcomes.not_met > 0 {
                self.line(&format!("    What to do: spotcheck explain {id}."));
            }
        }
    }
}
