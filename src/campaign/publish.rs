//! What of a campaign's figures may be published. How many people were drawn, of how many, is known to everybody: it
//! stands on the certificate of the draw. Nobody may work out from what is published how many there are of anything
//! that fewer than 5 people have in common, not even who knows these rules.
//!
//! So that figures cannot be played off against each other, only these are published: how many were checked, where at
//! least 5 were and at least 5 were not; what became of the others; how many failed, held and could not be told; how
//! many failed each line. What is computed from them is computed from what is shown alone. Figures of groups, of what was
//! put right and of what was waived are not published. Answers under the Freedom of Information Act ([`crate::foi`]) take
//! their numbers of a campaign from here, so that both together say no more.

use super::Summary;
use crate::sampling::suppress::{self, Cell, SMALLEST};

/// What may be said of the phones as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// Nothing but how many were drawn, and how many were checked where that is shown.
    Nothing,
    /// Fewer than 5 failed.
    Few {
        /// And nothing is known of fewer than 5 others; false also where that may not be told.
        few_unknown: bool,
    },
    /// How many failed.
    Failed {
        /// Phones that failed; at least 5.
        failed: u64,
        /// Of how many others nothing is known at the most, where that may be told.
        unknown: Option<u64>,
    },
    /// All three numbers.
    Full {
        /// Phones that failed; at least 5.
        failed: u64,
        /// Phones that passed; at least 5.
        held: u64,
        /// Those drawn of whom nothing is known; at least 5.
        unknown: u64,
    },
}

/// How far a campaign came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// People whose phone was checked; at least 5.
    pub checked: u64,
    /// The others of those drawn; at least 5.
    pub not_checked: u64,
    /// Declined, could not be reached, not done: they make up those not checked.
    pub parts: [Cell; 3],
}

/// What may be published of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Those drawn: everybody knows how many.
    pub of: u64,
    /// What is told of the phones as a whole.
    pub whole: Whole,
    /// `None` where it would tell of fewer than 5 that they were checked, or that they were not.
    pub coverage: Option<Coverage>,
    /// Lines with how many failed them, most first.
    pub lines: Vec<(String, u64)>,
    /// Lines of which nothing is published, by id.
    pub hidden: Vec<String>,
    /// Those who failed in each group, where a rate weighted by group may be published.
    pub groups: Option<Vec<u64>>,
}

/// The most that may stand behind a number under 5.
pub const FEW: u64 = SMALLEST - 1;

/// How far a campaign came, where everybody may know it.
pub fn coverage(summary: &Summary) -> Option<Coverage> {
    let drawn = summary.begun.as_ref()?.drawn;
    let checked = summary.checked;
    let not_checked = drawn.checked_sub(checked)?;
    let open = not_checked.checked_sub(summary.declined + summary.unreachable)?;
    if summary.done() > drawn || checked < SMALLEST || not_checked < SMALLEST {
        return None;
    }
    let hidden = suppress::list(&[summary.declined, summary.unreachable, open]);
    let mut parts = [Cell::Hidden; 3];
    parts.copy_from_slice(&hidden);
    Some(Coverage {
        checked,
        not_checked,
        parts,
    })
}

/// What may be published of a summary.
pub fn figures(summary: &Summary) -> Figures {
    let done = summary.done();
    let of = summary.begun.as_ref().map_or(done, |begun| begun.drawn);
    let (failed, held) = (summary.overall.not_met, summary.overall.met);
    let mut figures = Figures {
        of,
        whole: Whole::Nothing,
        coverage: coverage(summary),
        lines: Vec::new(),
        hidden: summary.lines.keys().cloned().collect(),
        groups: None,
    };
    if summary.begun.is_none() || done > of || failed + held > summary.checked {
        // How many were drawn is not known, or more were recorded: no number can be trusted, or hidden behind the
        // others.
        figures.coverage = None;
        return figures;
    }
    figures.whole = match figures.coverage {
        None => whole(failed, held, of - failed - held),
        Some(coverage) => whole_of_checked(failed, held, &coverage),
    };
    if figures.whole == Whole::Nothing {
        return figures;
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

/// Whether each group was drawn in proportion to its size, to the nearest person.
pub fn in_proportion(s: &Summary) -> bool {
    let people: u64 = s.groups.iter().map(|group| group.people).sum();
    let drawn: u64 = s.groups.iter().map(|group| group.drawn).sum();
    s.groups.iter().all(|group| {
        let share = drawn as f64 * group.people as f64 / people.max(1) as f64;
        (share - group.drawn as f64).abs() < 1.0 - 1e-9
    })
}

/// What may be said where everybody knows how many were checked.
fn whole_of_checked(failed: u64, held: u64, coverage: &Coverage) -> Whole {
    let checked = coverage.checked;
    let others = checked - failed;
    let could_not_tell = others - held;
    if checked < 2 * SMALLEST || others < SMALLEST {
        return Whole::Nothing;
    }
    if failed < SMALLEST {
        return Whole::Few { few_unknown: false };
    }
    if held >= SMALLEST && could_not_tell >= SMALLEST {
        return Whole::Full {
            failed,
            held,
            unknown: could_not_tell + coverage.not_checked,
        };
    }
    // With fewer than 10 others, which of the two are few would tell how many they are.
    let few = could_not_tell < SMALLEST && others >= 2 * SMALLEST;
    Whole::Failed {
        failed,
        unknown: few.then_some(coverage.not_checked + FEW),
    }
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
        unknown: few_unknown.then_some(FEW),
    }
}

/// The lines whose number is neither small nor gives one away.
fn lines(summary: &Summary, failed: u64, figures: &mut Figures) {
    let of = figures.coverage.map_or(figures.of, |c| c.checked);
    let may = |n: u64| n >= SMALLEST && of.saturating_sub(n) >= SMALLEST;
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
