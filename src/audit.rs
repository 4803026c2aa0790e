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
    Pass,
    Fail,
    /// Could not tell: someone has to look at the phone.
    Unresolved,
    NotApplicable,
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
}

/// The result over the mandatory controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    Pass,
    Fail,
    Incomplete,
}

impl Overall {
    /// What findings come to: a fail if any that counts fails; a pass only if something passed and nothing is open. A
    /// waived failure stays in sight and weighs nothing, one way or the other.
    pub fn of(findings: &[Finding]) -> Overall {
        let counted: Vec<Verdict> = findings
            .iter()
            .filter(|finding| !finding.set_aside && finding.waiver.is_none())
            .filter_map(|finding| finding.counted)
            .collect();
        let open = |v: &Verdict| matches!(v, Verdict::Unresolved | Verdict::Declined);
        if counted.contains(&Verdict::Fail) {
            Overall::Fail
        } else if counted.iter().any(open) || !counted.contains(&Verdict::Pass) {
            Overall::Incomplete
        } else {
            Overall::Pass
        }
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
    pub control: String,
    pub title: String,
    pub question: String,
    pub subject: Subject,
    /// Name of the subject for people, e.g. "WhatsApp (work profile)".
    pub subject_name: String,
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
    pub expected: String,
    /// What was found, or why it could not be told, in plain English.
    pub found: String,
    /// Facts shown beside the question, in plain English.
    pub beside: Vec<String>,
    /// Strength of the readings that decided; `None` where nothing was read.
    pub strength: Option<Strength>,
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
    pub reason: String,
    pub approver: String,
    /// The last day on which it counts.
    pub expires: Date,
}

/// Answers of people, counted apart from what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attested {
    pub yes: u32,
    pub no: u32,
    pub unanswered: u32,
    pub declined: u32,
}

/// Who and what the audit was about. Never a name, a number or a serial.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub struct About {
    pub staff_ref: Option<String>,
    /// Broad role, e.g. `nurse`.
    pub role: Option<String>,
    pub ownership: Option<Ownership>,
    pub auditor: Option<String>,
    pub site: Option<String>,
    pub campaign: Option<String>,
}

/// One phone, one profile, one moment.
#[derive(Debug, Clone)]
pub struct Audit {
    pub profile_id: String,
    pub profile_title: String,
    pub profile_sha256: String,
    pub profile_source: String,
    pub profile_as_of: String,
    pub platform: Platform,
    pub source: Source,
    pub device_model: Option<String>,
    pub device_os: Option<String>,
    /// The moment of judgement.
    pub audited_at: Timestamp,
    /// The moment of judgement was chosen (`--as-of`), not taken from the clock.
    pub moment_chosen: bool,
    /// The moment that the evidence describes.
    pub evidence_as_of: Option<Timestamp>,
    pub about: About,
    /// The day on which the person was given the privacy notice.
    pub notice_given: Option<Date>,
    /// The person declined the whole check: nothing was read, and no reason was asked for.
    pub declined: bool,
    pub parameters: Vec<Parameter>,
    pub overall: Overall,
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
    pub findings: Vec<Finding>,
    pub facts: BTreeMap<(Subject, Fact), Reading>,
    pub read_log: Vec<ReadLogEntry>,
    /// What a person should know about the evidence as a whole.
    pub warnings: Vec<String>,
    /// What a person should know about the phone, where nothing is wrong with it.
    pub notes: Vec<String>,
}

impl Audit {
    /// Findings that count towards the overall result; a waived failure is among them and weighs nothing.
    pub fn counted(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.counted.is_some() && !finding.set_aside)
    }
}
