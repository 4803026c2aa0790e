//! What the auditor saw on the phone's screen, or the person said. An observation is never mixed up with a reading.

use jiff::Timestamp;

use super::Subject;

/// How something was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// The auditor saw it on the phone's screen.
    Seen,
    /// The person said so: an attestation.
    Stated,
}

impl Manner {
    /// The word used in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Manner::Seen => "seen",
            Manner::Stated => "stated",
        }
    }
}

/// What was seen or said of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// Seen as it should be; said: yes.
    AsItShouldBe,
    /// Seen otherwise; said: no.
    Otherwise,
    /// It was not as it should be, and was put right in front of the auditor.
    Fixed,
    /// Looked or asked, and still not known: the line stays open.
    CannotTell,
    /// The line is not about this phone or person.
    DoesNotApply,
    /// The person would not show it or say it.
    Declined,
}

impl Answer {
    /// All answers.
    pub const ALL: [Answer; 6] = [
        Answer::AsItShouldBe,
        Answer::Otherwise,
        Answer::Fixed,
        Answer::CannotTell,
        Answer::DoesNotApply,
        Answer::Declined,
    ];

    /// The word used in JSON and in answers files. What is said is a plain yes or no, and cannot be put right in front
    /// of anyone.
    pub fn id(self, manner: Manner) -> Option<&'static str> {
        Some(match (self, manner) {
            (Answer::AsItShouldBe, Manner::Seen) => "as-it-should-be",
            (Answer::AsItShouldBe, Manner::Stated) => "yes",
            (Answer::Otherwise, Manner::Seen) => "otherwise",
            (Answer::Otherwise, Manner::Stated) => "no",
            (Answer::Fixed, Manner::Seen) => "fixed",
            (Answer::Fixed, Manner::Stated) => return None,
            (Answer::CannotTell, _) => "cannot-tell",
            (Answer::DoesNotApply, _) => "does-not-apply",
            (Answer::Declined, _) => "declined",
        })
    }

    /// The answer with this word.
    pub fn from_id(id: &str, manner: Manner) -> Option<Answer> {
        Answer::ALL
            .into_iter()
            .find(|answer| answer.id(manner) == Some(id))
    }
}

/// What was seen or said of one control for one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Id of the control.
    pub control: String,
    /// The phone, or the copy of an app that it is about.
    pub subject: Subject,
    /// Seen by the auditor, or said by the person.
    pub manner: Manner,
    /// What was asked: what it should be, or the question to the person. It answers no other question. `None` where a
    /// file does not say; then it answers what the line asks.
    pub asked: Option<String>,
    /// What came of it.
    pub answer: Answer,
    /// A few words of the auditor; never names, numbers or anything about a patient.
    pub note: Option<String>,
    /// Who observed it: the auditor's reference.
    pub by: Option<String>,
    /// When it was observed; too old, it settles nothing.
    pub at: Timestamp,
}

/// Whether a messaging app was seen on the phone, where no reading tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Seen on the phone.
    There,
    /// Looked for and not seen.
    NotThere,
    /// Looked for, and still not known.
    CannotTell,
    /// The person would not show it.
    Declined,
}

impl Presence {
    /// All answers.
    pub const ALL: [Presence; 4] = [
        Presence::There,
        Presence::NotThere,
        Presence::CannotTell,
        Presence::Declined,
    ];

    /// The word used in answers files.
    pub fn id(self) -> &'static str {
        match self {
            Presence::There => "there",
            Presence::NotThere => "not-there",
            Presence::CannotTell => "cannot-tell",
            Presence::Declined => "declined",
        }
    }

    /// The answer with this word.
    pub fn from_id(id: &str) -> Option<Presence> {
        Presence::ALL.into_iter().find(|p| p.id() == id)
    }
}

/// Whether one app of the catalogue was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSeen {
    /// Id in the app catalogue.
    pub app: String,
    /// Whether it was there.
    pub presence: Presence,
    /// Who looked: the auditor's reference.
    pub by: Option<String>,
    /// When it was looked for.
    pub at: Timestamp,
}

/// All that was observed in one audit: at most one answer for each control, subject and manner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observations {
    list: Vec<Observation>,
    apps: Vec<AppSeen>,
}

impl Observations {
    /// What was observed of a control for a subject, as an answer to this question.
    pub fn of(
        &self,
        control: &str,
        subject: &Subject,
        manner: Manner,
        asked: &str,
    ) -> Option<&Observation> {
        self.list.iter().find(|o| {
            o.control.eq_ignore_ascii_case(control)
                && o.subject == *subject
                && o.manner == manner
                && o.asked.as_deref().is_none_or(|text| text == asked)
        })
    }

    /// Whether an app was seen on the phone.
    pub fn app(&self, id: &str) -> Option<&AppSeen> {
        self.apps.iter().find(|seen| seen.app == id)
    }

    /// Keeps an observation; an earlier one of the same thing goes.
    pub fn record(&mut self, observation: Observation) {
        self.list.retain(|o| {
            !(o.control.eq_ignore_ascii_case(&observation.control)
                && o.subject == observation.subject
                && o.manner == observation.manner
                && (o.asked.is_none() || o.asked == observation.asked))
        });
        self.list.push(observation);
    }

    /// Keeps whether an app was seen; an earlier answer goes.
    pub fn record_app(&mut self, seen: AppSeen) {
        self.apps.retain(|known| known.app != seen.app);
        self.apps.push(seen);
    }

    /// In the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Observation> {
        self.list.iter()
    }

    /// The apps that were looked for, in the order in which they were.
    pub fn apps(&self) -> impl Iterator<Item = &AppSeen> {
        self.apps.iter()
    }

    /// Nothing was observed.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.apps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_again() {
        for manner in [Manner::Seen, Manner::Stated] {
            for answer in Answer::ALL {
                if let Some(id) = answer.id(manner) {
                    assert_eq!(Answer::from_id(id, manner), Some(answer));
                }
            }
        }
        assert_eq!(Answer::from_id("fixed", Manner::Stated), None);
        assert_eq!(Answer::from_id("yes", Manner::Seen), None);
        for presence in Presence::ALL {
            assert_eq!(Presence::from_id(presence.id()), Some(presence));
        }
    }

    #[test]
    fn the_last_answer_stands() {
        let seen = |answer| Observation {
            control: "IM-04".into(),
            subject: Subject::app("whatsapp"),
            manner: Manner::Seen,
            asked: Some("it is on".into()),
            answer,
            note: None,
            by: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let mut all = Observations::default();
        all.record(seen(Answer::Otherwise));
        all.record(seen(Answer::Fixed));
        assert_eq!(all.iter().count(), 1);
        let whatsapp = Subject::app("whatsapp");
        let of = |subject, manner, asked| all.of("im-04", subject, manner, asked);
        let found = of(&whatsapp, Manner::Seen, "it is on");
        assert_eq!(found.map(|o| o.answer), Some(Answer::Fixed));
        assert_eq!(of(&whatsapp, Manner::Stated, "it is on"), None);
        assert_eq!(of(&Subject::Device, Manner::Seen, "it is on"), None);
        // An answer to one question is none to another.
        assert_eq!(of(&whatsapp, Manner::Seen, "it is off"), None);
    }
}
