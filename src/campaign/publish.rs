//! What of a campaign's figures may be published. How many people were drawn, of how many, is known to everybody: it
//! stands on the certificate of the draw. Nobody may work out from what is published how many there are of anything
//! that fewer than 5 people have in common, not even who knows these rules.
//!
//! So that figures cannot be played off against each other, only these are published: how many failed, how many held
//! and of how many nothing is known, which make up those drawn; and how many failed each line. What is computed from
//! them is computed from what is shown alone. Figures of groups, of what was put right and of what was waived are not
//! published.

use super::Summary;
use crate::foi::marked;
use crate::sampling::compare::Outcomes;
use crate::sampling::suppress::{self, Cell, SMALLEST};

/// What may be said of the phones as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// Nothing but how many were drawn.
    Nothing,
    /// Fewer than 5 failed. `few_unknown`: and nothing is known of fewer than 5 others.
    Few { few_unknown: bool },
    /// How many failed. `few_unknown`: and nothing is known of fewer than 5 others.
    Failed { failed: u64, few_unknown: bool },
    /// All three numbers.
    Full {
        failed: u64,
        held: u64,
        unknown: u64,
    },
}

/// What may be published of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Those drawn: everybody knows how many.
    pub of: u64,
    pub whole: Whole,
    /// Could not be told, declined, could not be reached, not done: they make up the unknown.
    pub unknown: [Cell; 4],
    /// Lines with how many failed them, most first.
    pub lines: Vec<(String, u64)>,
    /// Lines of which nothing is published, by id.
    pub hidden: Vec<String>,
    /// Those who failed in each group, where a rate weighted by group may be published.
    pub groups: Option<Vec<u64>>,
}

/// The most that may stand behind a number under 5.
pub const FEW: u64 = SMALLEST - 1;

/// How many were checked, where everybody may know it: an answer to a Freedom of Information request tells it, and
/// those drawn are known. The report counts on it, so that the two cannot be played off against each other.
pub fn checked(summary: &Summary) -> Option<u64> {
    let of = drawn(summary);
    (summary.checked >= SMALLEST && of >= summary.checked + SMALLEST).then_some(summary.checked)
}

fn drawn(summary: &Summary) -> u64 {
    let begun = summary.begun.as_ref();
    begun.map_or_else(|| summary.done(), |begun| begun.drawn)
}

/// What may be published of a summary.
pub fn figures(summary: &Summary) -> Figures {
    let done = summary.done();
    let of = drawn(summary);
    let mut figures = Figures {
        of,
        whole: Whole::Nothing,
        unknown: [Cell::Hidden; 4],
        lines: Vec::new(),
        hidden: summary.lines.keys().cloned().collect(),
        groups: None,
    };
    if done > of {
        // More were recorded than drawn: no number can be trusted, or hidden behind the others.
        return figures;
    }
    let (failed, held) = (summary.overall.not_met, summary.overall.met);
    let unknown = of - failed - held;
    figures.whole = whole(failed, held, unknown);
    if let Some(checked) = checked(summary) {
        figures.whole = beside_checked(figures.whole, failed, checked, &summary.overall);
    }
    if figures.whole == Whole::Nothing {
        return figures;
    }
    if let Whole::Full { .. } = figures.whole {
        let could_not_tell = summary.overall.could_not_tell;
        let parts = [
            could_not_tell,
            summary.declined,
            summary.unreachable,
            unknown - could_not_tell - summary.declined - summary.unreachable,
        ];
        let cells = match checked(summary) {
            // Then how many could not be told is known as well, and is not small.
            Some(_) => [vec![Cell::Shown(could_not_tell)], marked(&parts[1..])].concat(),
            None => suppress::list(&parts).0,
        };
        for (cell, shown) in figures.unknown.iter_mut().zip(cells) {
            *cell = shown;
        }
    }
    lines(summary, failed, &mut figures);
    let fit = |failed: u64, drawn: u64| failed >= SMALLEST && drawn - failed >= SMALLEST;
    if matches!(figures.whole, Whole::Failed { .. } | Whole::Full { .. })
        && !summary.groups.is_empty()
        && summary
            .groups
            .iter()
            .all(|g| fit(g.overall.not_met, g.drawn))
    {
        let failed = summary.groups.iter().map(|group| group.overall.not_met);
        figures.groups = Some(failed.collect());
    }
    figures
}

/// What may be said of three numbers whose sum everybody knows.
fn whole(failed: u64, held: u64, unknown: u64) -> Whole {
    let of = failed + held + unknown;
    if of < 2 * SMALLEST || of - failed < SMALLEST {
        return Whole::Nothing;
    }
    // With fewer than 10 others, whether the held or the unknown are few would tell how many they are.
    let few_unknown = unknown < SMALLEST && of - failed >= 2 * SMALLEST;
    if failed < SMALLEST {
        return Whole::Few {
            few_unknown: few_unknown && of >= 4 * SMALLEST,
        };
    }
    if held >= SMALLEST && unknown >= SMALLEST {
        return Whole::Full {
            failed,
            held,
            unknown,
        };
    }
    Whole::Failed {
        failed,
        few_unknown,
    }
}

/// The same where it is known how many were checked: what is left of them is no small number either.
fn beside_checked(whole: Whole, failed: u64, checked: u64, overall: &Outcomes) -> Whole {
    if checked < 2 * SMALLEST || checked - failed < SMALLEST {
        return Whole::Nothing;
    }
    match whole {
        Whole::Full { failed, .. } if overall.could_not_tell < SMALLEST => Whole::Failed {
            failed,
            few_unknown: false,
        },
        whole => whole,
    }
}

/// The lines whose number is neither small nor gives one away.
fn lines(summary: &Summary, failed: u64, figures: &mut Figures) {
    let all = checked(summary).unwrap_or(figures.of);
    let may = |n: u64| n >= SMALLEST && all.saturating_sub(n) >= SMALLEST;
    let mut shown: Vec<(String, u64)> = summary
        .lines
        .iter()
        .map(|(id, line)| (id.clone(), line.outcomes.not_met))
        .filter(|(_, n)| may(*n))
        .collect();
    let hidden = (summary.lines.len() - shown.len()) as u64;
    // A phone that failed did so at some line at least. Where the shown lines do not account for all of them, the
    // hidden ones must, and would be known to be no smaller than that.
    let sum: u64 = shown.iter().map(|(_, n)| n).sum();
    let few_elsewhere = FEW * hidden.saturating_sub(1);
    if hidden > 0 && failed >= SMALLEST && failed > sum + few_elsewhere {
        return;
    }
    shown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    figures
        .hidden
        .retain(|id| !shown.iter().any(|(known, _)| known == id));
    figures.lines = shown;
}
