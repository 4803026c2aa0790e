//! Assessment row by row: what each thing that can be missing, old, weak, seen or said makes of a line. The checklists
//! here have one line each, so that a row says all that its verdict rests on.

mod apps;
mod criteria;
mod judged;
mod lasting;
mod waived;
mod whole;
mod words;

use jiff::{SignedDuration, Timestamp};

use super::{Context, assess};
use crate::apps::{self as catalogue, App};
use crate::audit::{Audit, Finding};
use crate::evidence::{
    Answer, AppSeen, Evidence, Fact, Manner, Observation, Platform, Presence, Subject, Value,
};
use crate::profile::{Control, Criterion, Otherwise, Profile, Rules, Test};
use crate::shorthand::{self, now};

/// A phone, a checklist of one line, and what else the verdict depends on.
#[derive(Clone)]
struct Case {
    evidence: Evidence,
    control: Control,
    apps: Vec<App>,
    context: Context,
}

/// That a fact has this value; an indicative reading decides only where `indicative`.
fn is(fact: Fact, value: Value, indicative: bool) -> Criterion {
    Criterion::Fact {
        fact,
        test: Test::Is(value),
        indicative,
    }
}

/// That a fact is this word.
fn word(fact: Fact, word: &str) -> Criterion {
    is(fact, fact.word(word).expect("a word of the fact"), false)
}

/// A line about the phone that counts and passes where its lock is `set`.
fn line(facts: &str) -> Case {
    Case::new(Platform::Ios, facts)
}

/// A line about WhatsApp that counts and passes where the app has no access to photos.
fn app_line(platform: Platform, facts: &str) -> Case {
    Case::new(platform, facts)
        .passing(word(Fact::AppPhotos, "none"))
        .with(|case| {
            case.control.per_app = true;
            case.apps = vec![catalogue::by_id("whatsapp").expect("an app").clone()];
        })
}

fn hours_ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

/// Too long ago to settle anything.
const OLD: i64 = 24 * 31;

impl Case {
    fn new(platform: Platform, facts: &str) -> Case {
        let control = Control {
            id: "A".into(),
            title: "A line".into(),
            question: "Is it so?".into(),
            why: String::new(),
            limits: String::new(),
            source: "a test".into(),
            per_app: false,
            apps: Vec::new(),
            installed_or_not: false,
            mandatory: true,
            asked: false,
            ownership: None,
            beside: Vec::new(),
            written_in: "a test".into(),
            ios: Rules::default(),
            android: Rules::default(),
        };
        Case {
            evidence: shorthand::evidence(platform, facts),
            control,
            apps: Vec::new(),
            context: Context::new(now()),
        }
        .rules(|rules| {
            rules.expected = "it is so".into();
            rules.put_right = "Put it right".into();
        })
        .passing(word(Fact::LockCredential, "set"))
    }

    fn with(mut self, change: impl FnOnce(&mut Case)) -> Case {
        change(&mut self);
        self
    }

    fn rules(mut self, change: impl Fn(&mut Rules)) -> Case {
        change(&mut self.control.ios);
        change(&mut self.control.android);
        self
    }

    fn passing(self, pass: Criterion) -> Case {
        self.rules(|rules| rules.pass = Some(pass.clone()))
    }

    fn failing(self, fail: Criterion) -> Case {
        self.rules(|rules| rules.fail = Some(fail.clone()))
    }

    /// What is not as the line says can be right, too.
    fn else_ask(self) -> Case {
        self.rules(|rules| rules.otherwise = Otherwise::Ask)
    }

    /// No fact decides the line.
    fn unread(self) -> Case {
        self.rules(|rules| rules.pass = None)
    }

    /// The person is asked, too.
    fn asked(self) -> Case {
        self.with(|case| case.control.asked = true)
    }

    /// The line does not count.
    fn optional(self) -> Case {
        self.with(|case| case.control.mandatory = false)
    }

    fn readable_only(self) -> Case {
        self.with(|case| case.context.readable_only = true)
    }

    fn observed(self, manner: Manner, answer: Answer, hours: i64) -> Case {
        self.with(|case| {
            let app = case.apps.first().filter(|_| case.control.per_app);
            let subject = app.map_or(Subject::Device, |app| Subject::app(&app.id));
            case.context.observations.record(Observation {
                control: "A".into(),
                subject,
                manner,
                asked: None,
                answer,
                note: None,
                by: None,
                at: hours_ago(hours),
            });
        })
    }

    /// Someone looked at the phone an hour ago.
    fn seen(self, answer: Answer) -> Case {
        self.observed(Manner::Seen, answer, 1)
    }

    /// The person said so an hour ago.
    fn said(self, answer: Answer) -> Case {
        self.observed(Manner::Stated, answer, 1)
    }

    /// Someone looked for an app of the owner.
    fn looked_for(self, app: &str, presence: Presence, hours: i64) -> Case {
        self.with(|case| {
            case.context.observations.record_app(AppSeen {
                app: app.into(),
                presence,
                by: None,
                at: hours_ago(hours),
            });
        })
    }

    fn profile(&self) -> Profile {
        Profile {
            id: "one-line".into(),
            title: "One line".into(),
            as_of: "2026-11-21".into(),
            source: "a test".into(),
            written_in: Vec::new(),
            sha256: String::new(),
            platforms: vec![Platform::Ios, Platform::Android],
            apps: self.apps.clone(),
            parameters: Vec::new(),
            controls: vec![self.control.clone()],
            not_covered: Vec::new(),
        }
    }

    fn audit(&self) -> Audit {
        assess(&self.evidence, &self.profile(), &self.context)
    }

    /// The first finding: that of the phone, or of the owner's own app.
    fn finding(&self) -> Finding {
        self.audit().findings.remove(0)
    }
}
