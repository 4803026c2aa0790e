//! The guided look: which questions an audit leaves open, and the answers to them. The terminal itself is the command
//! line's business.

pub mod answers;

use crate::apps::{self, App};
use crate::audit::{Audit, Finding, Verdict};
use crate::evidence::{Answer, Manner, Observations, Platform, Presence, Source, Subject};
use crate::profile::Profile;

/// Why something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// No reading settles it: someone has to look.
    Look,
    /// Only the person can say.
    Ask,
    /// It failed as read: it may be put right now.
    PutRight,
}

impl Kind {
    /// How the answer will have been observed.
    pub fn manner(self) -> Manner {
        match self {
            Kind::Look | Kind::PutRight => Manner::Seen,
            Kind::Ask => Manner::Stated,
        }
    }
}

/// One question to the auditor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Why it is asked, and of whom.
    pub kind: Kind,
    /// Id of the control.
    pub control: String,
    /// A few words for tables, from the checklist.
    pub title: String,
    /// The question in plain English.
    pub text: String,
    /// The phone, or the copy of an app that it is about.
    pub subject: Subject,
    /// Name of the subject for people.
    pub subject_name: String,
    /// Where to look on this phone; may be empty.
    pub look: String,
    /// What it should be; empty where only the person can say.
    pub expected: String,
    /// What is known so far.
    pub so_far: String,
    /// How to put it right; empty where there is nothing to put right.
    pub put_right: String,
    /// Facts that help to answer.
    pub beside: Vec<String>,
}

impl Question {
    fn new(finding: &Finding, kind: Kind, source: Source) -> Question {
        Question {
            kind,
            control: finding.control.clone(),
            title: finding.title.clone(),
            text: finding.question.clone(),
            subject: finding.subject.clone(),
            subject_name: finding.subject_name.clone(),
            look: finding.look.clone(),
            expected: match kind {
                Kind::Ask => String::new(),
                _ => finding.expected.clone(),
            },
            so_far: match (kind, source) {
                // Nothing was read, and that need not be said at every question.
                (Kind::Ask, _) | (_, Source::Look) => String::new(),
                _ => finding.found.clone(),
            },
            put_right: finding.put_right.clone(),
            beside: finding.beside.clone(),
        }
    }

    /// What is asked, to tell this question from another of the same line.
    pub fn asked(&self) -> &str {
        match self.kind.manner() {
            Manner::Seen => &self.expected,
            Manner::Stated => &self.text,
        }
    }
}

/// What the audits leave open, each question once, in the order in which it is best asked: what is to be seen on the
/// phone, then app by app, then what only the person can say, then what failed and may be put right.
pub fn questions(audits: &[Audit]) -> Vec<Question> {
    let mut all: Vec<Question> = Vec::new();
    let mut add = |question: Question| {
        let known = all.iter().any(|q| {
            (q.kind.manner(), &q.control, &q.subject, q.asked())
                == (
                    question.kind.manner(),
                    &question.control,
                    &question.subject,
                    question.asked(),
                )
        });
        if !known {
            all.push(question);
        }
    };
    for audit in audits {
        for finding in &audit.findings {
            for kind in open(finding) {
                add(Question::new(finding, kind, audit.source));
            }
        }
    }
    // Stable: within a group the order of the checklist stays.
    all.sort_by_key(|q| {
        let per_app = match (&q.kind, &q.subject) {
            (Kind::Look | Kind::Ask, Subject::App(_)) => Some(q.subject.clone()),
            _ => None,
        };
        let group = match q.kind {
            Kind::Look | Kind::Ask if per_app.is_some() => 1,
            Kind::Look => 0,
            Kind::Ask => 2,
            Kind::PutRight => 3,
        };
        (group, per_app, q.kind)
    });
    all
}

fn open(finding: &Finding) -> Vec<Kind> {
    if finding.waiver.is_some() || finding.verdict == Verdict::NotApplicable {
        return Vec::new();
    }
    let mut kinds = Vec::new();
    // One that is too old to settle anything leaves the line open, and it is asked again.
    let settled = |answer: Answer| matches!(answer, Answer::CannotTell | Answer::Declined);
    let looked = finding
        .observation
        .as_ref()
        .is_some_and(|look| finding.seen != Some(Verdict::Unresolved) || settled(look.answer));
    if !looked {
        match finding.seen {
            Some(Verdict::Unresolved) => kinds.push(Kind::Look),
            Some(Verdict::Fail) => kinds.push(Kind::PutRight),
            _ => {}
        }
    }
    if finding.asked && finding.statement.is_none() && finding.verdict != Verdict::Declined {
        kinds.push(Kind::Ask);
    }
    kinds
}

/// The apps in scope of which no reading tells whether they are on the phone, and nobody has looked.
pub fn apps_to_look_for(audits: &[Audit], observations: &Observations) -> Vec<&'static App> {
    let mut unknown: Vec<&App> = Vec::new();
    for app in audits.iter().flat_map(|audit| &audit.apps_unknown) {
        if let Some(app) = apps::by_id(app)
            && observations
                .app(&app.id)
                .is_none_or(|seen| matches!(seen.presence, Presence::There | Presence::NotThere))
            && !unknown.contains(&app)
        {
            unknown.push(app);
        }
    }
    unknown
}

/// Whether a checklist has a line that depends on who owns the phone.
pub fn depends_on_ownership(profiles: &[Profile]) -> bool {
    profiles
        .iter()
        .flat_map(|profile| &profile.controls)
        .any(|control| control.ownership.is_some())
}

/// What the phone is called in sentences.
pub fn phone_word(platform: Platform) -> &'static str {
    match platform {
        Platform::Ios => "iPhone",
        Platform::Android => "Android phone",
    }
}
