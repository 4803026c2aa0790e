//! The result value: what assessment makes, what reports and the register read. Nothing else crosses.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::evidence::{
    Fact, Observation, Origin, Platform, ReadLogEntry, Reading, Source, Strength, Subject,
};
use crate::profile::{NotCovered, Ownership, Parameter};

/// A control's verdict for a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is as it should be.
    Pass,
    /// It is not as it should be.
    Fail,
    /// Could not tell: someone has to look at the phone.
    Unresolved,
    /// The line is not about this phone, platform or app.
    NotApplicable,
    /// The person would not show it, say it or be checked.
    Declined,
}

impl Verdict {
    /// The word used in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Unresolved => "unresolved",
            Verdict::NotApplicable => "not-applicable",
            Verdict::Declined => "declined",
        }
    }

    /// The verdict of a word in JSON.
    pub fn from_id(word: &str) -> Option<Verdict> {
        [
            Verdict::Pass,
            Verdict::Fail,
            Verdict::Unresolved,
            Verdict::NotApplicable,
            Verdict::Declined,
        ]
        .into_iter()
        .find(|verdict| verdict.id() == word)
    }
}

/// The result over the mandatory controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    /// No line that counts failed or is open, and one passed at least.
    Pass,
    /// A line that counts failed.
    Fail,
    /// No line that counts failed, but one is open or declined, or none passed.
    Incomplete,
}

impl Overall {
    /// What findings come to: a fail if any that counts fails; a pass only if something passed and nothing is open. A
    /// waived failure stays in sight and weighs nothing, one way or the other.
    pub fn of(findings: &[Finding]) -> Overall {
        let weighing = findings
            .iter()
            .filter(|finding| !finding.set_aside && finding.waiver.is_none());
        Overall::of_counted(&weighing.filter_map(|f| f.counted).collect::<Vec<_>>())
    }

    /// What the verdicts that count and weigh come to.
    fn of_counted(counted: &[Verdict]) -> Overall {
        let open = |v: &Verdict| matches!(v, Verdict::Unresolved | Verdict::Declined);
        if counted.contains(&Verdict::Fail) {
            Overall::Fail
        } else if counted.iter().any(open) || !counted.contains(&Verdict::Pass) {
            Overall::Incomplete
        } else {
            Overall::Pass
        }
    }

    /// The result of its word.
    pub fn from_word(word: &str) -> Option<Overall> {
        [Overall::Pass, Overall::Fail, Overall::Incomplete]
            .into_iter()
            .find(|overall| overall.to_string() == word)
    }

    /// Nobody is to read a pass where the findings of a saved audit come to something else.
    ///
    /// # Errors
    /// What is wrong with the result that it states, as a phrase that goes on after "overall".
    pub fn is_stated_as(self, stated: Overall) -> Result<(), String> {
        match self == stated {
            true => Ok(()),
            false => Err(format!("says {stated}, but the findings come to {self}")),
        }
    }

    /// The same of a saved audit's words. `counted`: of each finding that weighs, what of it counts.
    ///
    /// # Errors
    /// As [`Overall::is_stated_as`], or that a word is unknown.
    pub fn check_words<'a>(
        stated: &str,
        counted: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), String> {
        let stated = Overall::from_word(stated).ok_or("is no result that this spotcheck knows")?;
        let counted: Option<Vec<Verdict>> = counted.into_iter().map(Verdict::from_id).collect();
        let counted = counted.ok_or("rests on a finding whose verdict is no known word")?;
        Overall::of_counted(&counted).is_stated_as(stated)
    }
}

impl fmt::Display for Overall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Overall::Pass => "PASS",
            Overall::Fail => "FAIL",
            Overall::Incomplete => "INCOMPLETE",
        })
    }
}

/// What a control came to for one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the control, e.g. `IM-05b`.
    pub control: String,
    /// A few words for tables, from the checklist.
    pub title: String,
    /// What the line asks, in plain English.
    pub question: String,
    /// The phone, or one copy of an app on it.
    pub subject: Subject,
    /// Name of the subject for people, e.g. "WhatsApp (work profile)".
    pub subject_name: String,
    /// What it came to, after anything was put right in front of the auditor.
    pub verdict: Verdict,
    /// The verdict before it was put right in front of the auditor; statistics use it. `None` where nothing was.
    pub first_verdict: Option<Verdict>,
    /// What can be seen on the phone comes to this, by readings and looks together; `None` where only the person can
    /// speak.
    pub seen: Option<Verdict>,
    /// What counts towards the overall result: for a control that is also asked, the part that can be seen. `None`
    /// where nothing of it counts.
    pub counted: Option<Verdict>,
    /// The person is asked; the answer is counted apart.
    pub asked: bool,
    /// What should be found, as a phrase with the parameters filled in.
    pub expected: String,
    /// What was found, or why it could not be told, in plain English.
    pub found: String,
    /// Facts shown beside the question, in plain English.
    pub beside: Vec<String>,
    /// Strength of the readings that decided; `None` where nothing was read.
    pub strength: Option<Strength>,
    /// Where the readings come from that decided; empty where nothing was read.
    pub origin: Vec<Origin>,
    /// Where to look by hand.
    pub look: String,
    /// How to put it right; empty for a pass.
    pub put_right: String,
    /// Set aside by `--readable-only`: no cable or backup could decide it here.
    pub set_aside: bool,
    /// What the auditor saw on the phone's screen.
    pub observation: Option<Observation>,
    /// What the person said.
    pub statement: Option<Observation>,
    /// It failed, and someone answers for that.
    pub waiver: Option<Waived>,
}

impl Finding {
    /// The verdict that statistics use: before anything was put right in front of the auditor.
    pub fn initial(&self) -> Verdict {
        self.first_verdict.unwrap_or(self.verdict)
    }
}

/// Who answers for a failure, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// Why the failure is accepted, from the waiver.
    pub reason: String,
    /// Who answers for it, from the waiver.
    pub approver: String,
    /// The last day on which it counts.
    pub expires: Date,
}

/// Answers of people, counted apart from what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attested {
    /// Said: it is as it should be.
    pub yes: u32,
    /// Said: it is not.
    pub no: u32,
    /// Not asked yet, or could not tell.
    pub unanswered: u32,
    /// Would not answer.
    pub declined: u32,
}

/// Who and what the audit was about. Never a name, a number or a serial.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub struct About {
    /// Reference of the member of staff, as the trust uses it.
    pub staff_ref: Option<String>,
    /// Broad role, e.g. `nurse`.
    pub role: Option<String>,
    /// Who owns the phone; `None` where nobody said, and lines that depend on it stay open.
    pub ownership: Option<Ownership>,
    /// Reference of the auditor.
    pub auditor: Option<String>,
    /// Where the check took place, e.g. a ward.
    pub site: Option<String>,
    /// Id of the round of checks that it belongs to.
    pub campaign: Option<String>,
}

/// Stands after a result that is about a part of the checklist only.
pub const PART_ONLY: &str = "(part only)";

/// A result in its word, with [`PART_ONLY`] after it where it is about a part of the checklist.
pub fn result(overall: &str, part_only: bool) -> String {
    match part_only {
        true => format!("{overall} {PART_ONLY}"),
        false => overall.to_owned(),
    }
}

/// One phone, one profile, one moment.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Id of the checklist.
    pub profile_id: String,
    /// The checklist's title for people.
    pub profile_title: String,
    /// SHA-256 over all texts of the checklist, as lower-case hex.
    pub profile_sha256: String,
    /// Where the checklist comes from.
    pub profile_source: String,
    /// The day its sources were last checked.
    pub profile_as_of: String,
    /// Kind of phone.
    pub platform: Platform,
    /// How the evidence was taken.
    pub source: Source,
    /// Model as the phone states it; `None` where that was not read.
    pub device_model: Option<String>,
    /// Version of the system; `None` where that was not read.
    pub device_os: Option<String>,
    /// The moment of judgement.
    pub audited_at: Timestamp,
    /// The moment of judgement was chosen (`--as-of`), not taken from the clock.
    pub moment_chosen: bool,
    /// The moment that the evidence describes.
    pub evidence_as_of: Option<Timestamp>,
    /// Who and what it was about.
    pub about: About,
    /// The day on which the person was given the privacy notice.
    pub notice_given: Option<Date>,
    /// The person declined the whole check: nothing was read, and no reason was asked for.
    pub declined: bool,
    /// The limits of the checklist as this run used them.
    pub parameters: Vec<Parameter>,
    /// The result over the mandatory controls.
    pub overall: Overall,
    /// Answers of people, which the result leaves out.
    pub attested: Attested,
    /// The run judged only what a cable or backup can decide.
    pub readable_only: bool,
    /// The controls that the run was narrowed to; empty for all.
    pub narrowed_to: Vec<String>,
    /// Names of the apps in scope.
    pub apps_in_scope: Vec<String>,
    /// Ids of those of which it is not known whether they are there, where a control of the run is about apps.
    pub apps_unknown: Vec<String>,
    /// Names of those that were found; `None` where no control of the run is about apps.
    pub apps_found: Option<Vec<String>>,
    /// Names of other messaging apps of the catalogue that were found; `None` where none was looked for.
    pub apps_besides: Option<Vec<String>>,
    /// Names of messaging apps of the catalogue whose ids are not known on this platform: someone has to ask.
    pub apps_to_ask: Vec<String>,
    /// Every app in scope is known not to be there.
    pub no_app_there: bool,
    /// Maker of the phone.
    pub device_maker: Option<String>,
    /// Lines of the checklist's source that it does not judge.
    pub not_covered: Vec<NotCovered>,
    /// In the order of the checklist; per app where a line is about apps.
    pub findings: Vec<Finding>,
    /// The readings that were judged, derived ones among them; of other apps only that they are there.
    pub facts: BTreeMap<(Subject, Fact), Reading>,
    /// Every command run and file opened, in their order.
    pub read_log: Vec<ReadLogEntry>,
    /// What a person should know about the evidence as a whole.
    pub warnings: Vec<String>,
    /// What a person should know about the phone, where nothing is wrong with it.
    pub notes: Vec<String>,
}

impl Audit {
    /// The overall result, with a mark where it is about a part of the checklist only.
    pub fn result(&self) -> String {
        result(&self.overall.to_string(), self.part_only())
    }

    /// Whether it judged only what a cable or backup can decide, or was narrowed to some lines.
    pub fn part_only(&self) -> bool {
        self.readable_only || !self.narrowed_to.is_empty()
    }

    /// Findings that count towards the overall result; a waived failure is among them and weighs nothing.
    pub fn counted(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.counted.is_some() && !finding.set_aside)
    }
}
