//! The comparison with an earlier campaign.

use super::super::change::{self, LineCompared};
use super::{Beside, Summary, title};
use crate::profile::Profile;
use crate::sampling::Tally;
use crate::sampling::compare::Change;
use crate::sampling::words::count;

/// What a change is called.
pub(super) fn told(change: Change) -> &'static str {
    match change {
        Change::Better => "Fewer phones failed than before, and chance alone seldom does that.",
        Change::Worse => "More phones failed than before, and chance alone seldom does that.",
        Change::MayBeChance => {
            "The difference may be chance. That does not show that nothing changed."
        }
        Change::CannotTell => "One of the two has no checked phone: nothing can be compared.",
    }
}

/// Two campaigns, for those who may know of single people.
pub(super) fn beside(id: &str, before: &Summary, now: &Summary, profiles: &[Profile]) -> Beside {
    let whole = |s: &Summary| Tally::new(s.overall.not_met, s.overall.not_met + s.overall.met);
    let compared = whole(before)
        .zip(whole(now))
        .map(|(old, new)| change::compared(old, new));
    let change = compared.as_ref().map_or(Change::CannotTell, |c| c.change);
    let mut words = vec![told(change).to_owned()];
    let lines = change::lines(before, now);
    let looked_at = lines.len() as u64;
    let standing: Vec<(String, LineCompared)> = lines
        .into_iter()
        .filter(|line| line.stands)
        .map(|line| (title(&line.id, profiles), line))
        .collect();
    if looked_at > 0 {
        words.push(format!(
            "{} compared as well. With many comparisons some differ by chance alone; Holm's method allows for that.",
            count(looked_at, "line was", "lines were")
        ));
        if standing.is_empty() {
            words.push("No line differs by more than that.".into());
        }
    }
    if now.groups.len() > 1 || before.groups.len() > 1 {
        words.push("All phones are taken together here, without weights for groups.".into());
    }
    Beside {
        id: id.to_owned(),
        words,
        whole: compared,
        lines: standing,
        looked_at,
    }
}
