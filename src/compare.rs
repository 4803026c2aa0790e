//! What changed between two audits of the same phone: a pure function of both.

use std::collections::BTreeSet;

use crate::audit::{Audit, Finding, Verdict};
use crate::evidence::Subject;

/// How a line of the checklist changed, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It fails now and did not before.
    Worse,
    /// It was known before and is not now: it may be anything.
    NoLongerKnown,
    /// Only the later audit has the line.
    New,
    /// Only the earlier audit has the line.
    Gone,
    /// It began or ceased to apply, and nothing was wrong with it.
    Otherwise,
    /// It failed or was not known before, and now passes or does not apply.
    Better,
    /// The same verdict, or still nobody knows.
    Same,
}

impl Change {
    /// All of them, worst first.
    pub const ALL: [Change; 7] = [
        Change::Worse,
        Change::NoLongerKnown,
        Change::New,
        Change::Gone,
        Change::Otherwise,
        Change::Better,
        Change::Same,
    ];

    /// The word used in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Change::Worse => "worse",
            Change::NoLongerKnown => "no-longer-known",
            Change::New => "new",
            Change::Gone => "gone",
            Change::Otherwise => "otherwise",
            Change::Better => "better",
            Change::Same => "same",
        }
    }
}

/// A line of the checklist for one subject, in both audits.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// What became of it.
    pub change: Change,
    /// `None` where only the later audit has the line.
    pub before: Option<&'a Finding>,
    /// `None` where only the earlier audit has the line.
    pub after: Option<&'a Finding>,
}

impl<'a> Line<'a> {
    /// The later finding, or the earlier one where there is no later.
    pub fn latest(&self) -> Option<&'a Finding> {
        self.after.or(self.before)
    }

    /// Whether the later audit is worse off for it: a line that is new is so if it fails or cannot be told.
    pub fn is_worse(&self) -> bool {
        let new = self.after.map_or(0, |f| badness(f.verdict));
        match self.change {
            Change::Worse | Change::NoLongerKnown => true,
            Change::New => new > badness(Verdict::NotApplicable),
            Change::Gone | Change::Otherwise | Change::Better | Change::Same => false,
        }
    }
}

/// Two audits side by side.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    /// The earlier audit, as given.
    pub before: &'a Audit,
    /// The later audit, as given.
    pub after: &'a Audit,
    /// Worst change first, then by the order of the checklist.
    pub lines: Vec<Line<'a>>,
    /// Why the two may not be comparable, as sentences.
    pub warnings: Vec<String>,
}

impl<'a> Comparison<'a> {
    /// The lines that changed in one way.
    pub fn with(&self, change: Change) -> impl Iterator<Item = &Line<'a>> {
        self.lines.iter().filter(move |line| line.change == change)
    }

    /// Whether anything got worse or is no longer known.
    pub fn is_worse(&self) -> bool {
        self.lines.iter().any(Line::is_worse)
    }
}

/// Compares two audits, the earlier first. Lines are matched by control and subject.
pub fn compare<'a>(before: &'a Audit, after: &'a Audit) -> Comparison<'a> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    let key = |finding: &'a Finding| (finding.control.as_str(), &finding.subject);
    for finding in &after.findings {
        let earlier = before.findings.iter().find(|f| key(f) == key(finding));
        lines.push(Line {
            change: earlier.map_or(Change::New, |earlier| change(earlier, finding)),
            before: earlier,
            after: Some(finding),
        });
    }
    let still: BTreeSet<(&str, &Subject)> = after.findings.iter().map(key).collect();
    for finding in &before.findings {
        if !still.contains(&key(finding)) {
            lines.push(Line {
                change: Change::Gone,
                before: Some(finding),
                after: None,
            });
        }
    }
    // Stable: within a change the order of the checklist stays, the worst verdict first.
    lines.sort_by_key(|line| {
        let latest = line.latest().map_or(0, |f| badness(f.verdict));
        (line.change, std::cmp::Reverse(latest))
    });
    Comparison {
        before,
        after,
        lines,
        warnings: warnings(before, after),
    }
}

fn change(before: &Finding, after: &Finding) -> Change {
    let known = |v: Verdict| !matches!(v, Verdict::Unresolved | Verdict::Declined);
    let (was, is) = (before.verdict, after.verdict);
    match (known(was), known(is)) {
        (true, false) => Change::NoLongerKnown,
        // Could not tell, or declined: still nobody knows.
        (false, false) => Change::Same,
        _ if was == is => Change::Same,
        (true, true) if was != Verdict::Fail && is != Verdict::Fail => Change::Otherwise,
        _ if badness(is) > badness(was) => Change::Worse,
        _ => Change::Better,
    }
}

fn badness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::NotApplicable => 1,
        Verdict::Declined => 2,
        Verdict::Unresolved => 3,
        Verdict::Fail => 4,
    }
}

fn warnings(before: &Audit, after: &Audit) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut differ = |what: &str, a: Option<&str>, b: Option<&str>| {
        if let (Some(a), Some(b)) = (a, b)
            && a != b
        {
            warnings.push(format!("{what} differs: {a} before, {b} after."));
            return true;
        }
        false
    };
    differ(
        "The kind of phone",
        Some(before.platform.name()),
        Some(after.platform.name()),
    );
    differ(
        "The model of the phone",
        before.device_model.as_deref(),
        after.device_model.as_deref(),
    );
    differ(
        "The staff reference",
        before.about.staff_ref.as_deref(),
        after.about.staff_ref.as_deref(),
    );
    let other = differ(
        "The checklist",
        Some(&before.profile_id),
        Some(&after.profile_id),
    );
    if !other && before.profile_sha256 != after.profile_sha256 {
        warnings.push(format!(
            "The checklist {} was changed between the two.",
            after.profile_id
        ));
    }
    let limits = |audit: &Audit| -> Vec<(String, String)> {
        audit
            .parameters
            .iter()
            .map(|p| (p.id.clone(), p.value.to_string()))
            .collect()
    };
    if before.profile_sha256 == after.profile_sha256 && limits(before) != limits(after) {
        warnings.push("The limits differ: one of the two changed them for its run (--set).".into());
    }
    if before.readable_only != after.readable_only {
        warnings.push(
            "One of the two judged only what a cable or backup can decide (--readable-only)."
                .into(),
        );
    }
    if before.narrowed_to != after.narrowed_to {
        warnings.push("One of the two judged only some lines (--controls).".into());
    }
    if after.audited_at < before.audited_at {
        warnings.push(
            "The second audit is the earlier one: better and worse are the other way round.".into(),
        );
    }
    if let (Some(a), Some(b)) = (before.evidence_as_of, after.evidence_as_of)
        && b < a
        && after.audited_at >= before.audited_at
    {
        warnings.push("The evidence of the second audit is older than that of the first.".into());
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(verdict: Verdict) -> Finding {
        Finding {
            control: "IM-05a".into(),
            title: String::new(),
            question: String::new(),
            subject: Subject::Device,
            subject_name: String::new(),
            verdict,
            first_verdict: None,
            seen: None,
            counted: None,
            asked: false,
            expected: String::new(),
            found: String::new(),
            beside: Vec::new(),
            strength: None,
            origin: Vec::new(),
            look: String::new(),
            put_right: String::new(),
            set_aside: false,
            observation: None,
            statement: None,
            waiver: None,
        }
    }

    #[test]
    fn every_change_of_a_verdict() {
        use Verdict::{Declined, Fail, NotApplicable, Pass, Unresolved};
        for (was, is, expected) in [
            (Pass, Pass, Change::Same),
            (Pass, Fail, Change::Worse),
            (Pass, Unresolved, Change::NoLongerKnown),
            (Pass, Declined, Change::NoLongerKnown),
            (Pass, NotApplicable, Change::Otherwise),
            (Fail, Pass, Change::Better),
            (Fail, Fail, Change::Same),
            // Nobody saw that it was put right.
            (Fail, Unresolved, Change::NoLongerKnown),
            (Fail, Declined, Change::NoLongerKnown),
            (Fail, NotApplicable, Change::Better),
            (Unresolved, Pass, Change::Better),
            (Unresolved, Fail, Change::Worse),
            (Unresolved, Unresolved, Change::Same),
            (Unresolved, Declined, Change::Same),
            (Unresolved, NotApplicable, Change::Better),
            (Declined, Pass, Change::Better),
            (Declined, Fail, Change::Worse),
            (Declined, Unresolved, Change::Same),
            (Declined, Declined, Change::Same),
            (Declined, NotApplicable, Change::Better),
            (NotApplicable, Pass, Change::Otherwise),
            (NotApplicable, Fail, Change::Worse),
            (NotApplicable, Unresolved, Change::NoLongerKnown),
            (NotApplicable, Declined, Change::NoLongerKnown),
            (NotApplicable, NotApplicable, Change::Same),
        ] {
            assert_eq!(
                change(&finding(was), &finding(is)),
                expected,
                "{was:?} {is:?}"
            );
        }
    }

    #[test]
    fn a_new_line_is_worse_unless_it_holds() {
        for (verdict, worse) in [
            (Verdict::Pass, false),
            (Verdict::NotApplicable, false),
            (Verdict::Declined, true),
            (Verdict::Unresolved, true),
            (Verdict::Fail, true),
        ] {
            let after = finding(verdict);
            let line = Line {
                change: Change::New,
                before: None,
                after: Some(&after),
            };
            assert_eq!(line.is_worse(), worse, "{verdict:?}");
        }
    }
}
