//! Two campaigns side by side: as a whole, and line by line with what many comparisons need.

use super::Summary;
use crate::sampling::compare::{Change, compare};
use crate::sampling::{Confidence, Tally};

/// What two tallies say together.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Failed of those told in the earlier campaign.
    pub before: Tally,
    /// Failed of those told in the later one.
    pub now: Tally,
    /// By Fisher's exact test.
    pub p: f64,
    /// Which way it went, where that is more than chance makes often.
    pub change: Change,
}

/// One line of the checklist in two campaigns.
#[derive(Debug, Clone, PartialEq)]
pub struct LineCompared {
    /// Id of the control.
    pub id: String,
    /// Failures among the phones of which the line was told, then and now.
    pub compared: Compared,
    /// The difference stands when it is allowed for how many lines were compared (Holm).
    pub stands: bool,
}

/// Compares two tallies.
pub fn compared(before: Tally, now: Tally) -> Compared {
    let result = compare(before, now, Confidence::USUAL);
    Compared {
        before,
        now,
        p: result.p,
        change: result.change,
    }
}

/// Every line that was told of a phone in both campaigns, most striking first.
pub fn lines(before: &Summary, now: &Summary) -> Vec<LineCompared> {
    let mut lines: Vec<LineCompared> = now
        .lines
        .iter()
        .filter_map(|(id, line)| {
            let tally = |o: &crate::sampling::compare::Outcomes| {
                Tally::new(o.not_met, o.not_met + o.met).filter(|tally| tally.checked() > 0)
            };
            let old = tally(&before.lines.get(id)?.outcomes)?;
            Some(LineCompared {
                id: id.clone(),
                compared: compared(old, tally(&line.outcomes)?),
                stands: false,
            })
        })
        .collect();
    lines.sort_by(|a, b| {
        let by_p = a.compared.p.total_cmp(&b.compared.p);
        by_p.then_with(|| a.id.cmp(&b.id))
    });
    let ps: Vec<f64> = lines.iter().map(|line| line.compared.p).collect();
    let stand = holm(&ps, Confidence::USUAL.doubt());
    for (i, line) in lines.iter_mut().enumerate() {
        line.stands = i < stand;
    }
    lines
}

/// How many of these chances, smallest first, stand by Holm's step-down method at this doubt for all together.
pub fn holm(ascending: &[f64], doubt: f64) -> usize {
    let n = ascending.len();
    ascending
        .iter()
        .enumerate()
        .take_while(|(i, p)| **p <= doubt / (n - i) as f64)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_comparisons_need_more() {
        for (ps, stand) in [
            (vec![], 0),
            (vec![0.04], 1),
            (vec![0.04, 0.9], 0),
            (vec![0.02, 0.04], 2),
            // Holm (1979): 0.05 over 4, 3, 2, 1.
            (vec![0.005, 0.011, 0.02, 0.04], 4),
            (vec![0.01, 0.013, 0.03, 0.04], 2),
            (vec![0.013, 0.02, 0.02, 0.02], 0),
        ] {
            assert_eq!(holm(&ps, 0.05), stand, "{ps:?}");
        }
    }
}
