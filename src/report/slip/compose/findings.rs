//! The lines of the checklist on a slip: what was seen, and apart from it what was said.

use super::{Writer, sentence};
use crate::audit::{Finding, Verdict};
use crate::report::paper::Block;
use crate::report::words::{self, stopped};

impl Writer<'_> {
    /// The lines of the checklist that were judged, what is to be put right first.
    pub(super) fn lines(&mut self) {
        let judged = words::judged(self.audit);
        let (waived, judged): (Vec<&Finding>, Vec<&Finding>) =
            judged.into_iter().partition(|f| f.waiver.is_some());
        let of = |wanted: &dyn Fn(&Finding) -> bool| -> Vec<&Finding> {
            judged.iter().filter(|f| wanted(f)).copied().collect()
        };
        let failed = of(&|f| f.verdict == Verdict::Fail);
        if !failed.is_empty() {
            self.heading("Please put right");
            match self.after(self.trust.recheck_days) {
                Some(day) => self.lead(&format!(
                    "Please put this right by {}. We then look again.",
                    words::day(day)
                )),
                None => {
                    self.lead("Please put this right by the day below. We then look again.");
                    self.blocks.push(Block::Blanks(vec!["By"]));
                }
            }
            self.items(&failed);
        }
        let open = of(&|f| f.verdict == Verdict::Unresolved && !words::half_checked(f));
        if !open.is_empty() {
            self.heading("Still to be looked at");
            self.items(&open);
        }
        let aside: Vec<&Finding> = self
            .audit
            .findings
            .iter()
            .filter(|f| f.set_aside && !words::waits_for_an_answer(f) && !words::half_checked(f))
            .collect();
        if !aside.is_empty() {
            self.heading("Not looked at in this check");
            self.lead("No cable or backup can show these on your phone.");
            for (finding, subjects) in words::rows_alike(&aside, |a, b| a.look == b.look) {
                self.item(
                    "– not checked",
                    &line(finding, &subjects),
                    &[("To look", stopped(&finding.look))],
                );
            }
        }
        let declined = of(&|f| f.verdict == Verdict::Declined);
        if !declined.is_empty() {
            self.heading("You declined");
            self.items(&declined);
        }
        let passed = of(&|f| f.verdict == Verdict::Pass || words::half_checked(f));
        if !passed.is_empty() {
            self.heading("As it should be");
            self.items(&passed);
        }
        if !waived.is_empty() {
            self.heading("Not right, and someone answers for it");
            self.items(&waived);
        }
    }

    fn items(&mut self, findings: &[&Finding]) {
        let alike = |a: &Finding, b: &Finding| {
            a.put_right == b.put_right && a.look == b.look && a.first_verdict == b.first_verdict
        };
        for (finding, subjects) in words::rows_alike(findings, alike) {
            let body = body(finding);
            self.item(words::verdict(finding), &line(finding, &subjects), &body);
        }
    }

    /// What was said stands apart from what was seen.
    pub(super) fn told(&mut self) {
        let asked: Vec<&Finding> = self
            .audit
            .findings
            .iter()
            .filter(|f| f.asked && f.verdict != Verdict::NotApplicable)
            .collect();
        let said: Vec<&&Finding> = asked.iter().filter(|f| f.statement.is_some()).collect();
        let unasked = asked.len() - said.len();
        if asked.is_empty() {
            return;
        }
        self.heading("What you told us");
        if !said.is_empty() {
            self.lead("Your answers stand apart. They do not change the result.");
        }
        for finding in said {
            let Some(statement) = &finding.statement else {
                continue;
            };
            let answer = words::statement(&crate::evidence::Observation {
                note: None,
                ..statement.clone()
            });
            let subject = finding.subject_name.clone();
            let advice = match (finding.verdict, finding.seen) {
                (Verdict::Fail, None) => stopped(&finding.put_right),
                _ => String::new(),
            };
            let note = statement.note.as_deref().map(stopped).unwrap_or_default();
            self.item(
                &answer,
                &line(finding, &subject),
                &[("Note", note), ("What to do", advice)],
            );
        }
        match unasked {
            0 => {}
            1 => self.paragraph("1 question about your habits was not asked or not answered."),
            n => self.paragraph(&format!(
                "{n} questions about your habits were not asked or not answered."
            )),
        }
    }
}

/// A line of the checklist: id, question, and what it is about where that is not the phone.
fn line(finding: &Finding, subjects: &str) -> String {
    let line = format!("{} {}", finding.control, finding.question);
    if subjects.is_empty() || subjects == "the phone" {
        line
    } else {
        format!("{line} ({subjects})")
    }
}

/// What is to be said of a line.
fn body(finding: &Finding) -> Vec<(&'static str, String)> {
    // The label says already that it was seen.
    let found = finding.found.strip_prefix("seen on the phone: ");
    let found = stopped(&sentence(found.unwrap_or(&finding.found)));
    let limit = stopped(&sentence(&finding.expected));
    let mut body = match finding.verdict {
        Verdict::Fail if finding.waiver.is_some() => vec![("Seen", found), ("Should be", limit)],
        Verdict::Fail => vec![
            ("Seen", found),
            ("Should be", limit),
            ("What to do", stopped(&finding.put_right)),
        ],
        Verdict::Unresolved if words::half_checked(finding) => vec![
            ("Seen", found),
            ("Still open", "We have yet to ask you about this.".into()),
        ],
        Verdict::Unresolved => vec![
            ("Why", found),
            ("Should be", limit),
            ("To look", stopped(&finding.look)),
        ],
        Verdict::Declined | Verdict::NotApplicable => vec![("Why", found)],
        Verdict::Pass if finding.first_verdict.is_some() => vec![
            ("At first", found),
            ("Now", "You put it right today, and we saw it.".into()),
            ("Should be", limit),
        ],
        Verdict::Pass => vec![("Seen", found), ("Should be", limit)],
    };
    if let Some(waiver) = &finding.waiver {
        body.push(("Reason", stopped(&waiver.reason)));
        body.push((
            "Approved",
            format!(
                "by {}, until {}.",
                waiver.approver,
                words::day(waiver.expires)
            ),
        ));
    }
    body
}
