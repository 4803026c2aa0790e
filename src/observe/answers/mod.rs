//! Answers files: what was seen and said, as TOML that a person or a script writes, or that the guided look saves.

mod write;

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use crate::apps;
use crate::audit::{Audit, Finding};
use crate::evidence::{
    Answer, AppCopy, AppSeen, Manner, Observation, Observations, Platform, Presence, Subject,
    personal, text::clean,
};
use crate::profile::Ownership;
use crate::span::TextError;

pub use write::{template, to_text};

/// An answers file, with the places of its answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// What was seen and said, each entry once.
    pub observations: Observations,
    /// The phone and person that the answers are about, as far as the file says.
    pub of: Of,
    name: String,
    text: String,
    /// Where each answer stands.
    places: Vec<(Key, Range<usize>)>,
}

/// Which phone and person a set of answers is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Of {
    /// Kind of phone; `None` where the file does not say, as in the fields below.
    pub platform: Option<Platform>,
    /// Model as the phone states it.
    pub model: Option<String>,
    /// Reference of the member of staff.
    pub staff_ref: Option<String>,
    /// Who owns the phone.
    pub ownership: Option<Ownership>,
    /// The day on which the person was given the privacy notice.
    pub notice_given: Option<Date>,
}

impl Of {
    /// Why answers about this phone and person cannot be about the other, as far as both are known.
    pub fn differs(&self, other: &Of) -> Option<&'static str> {
        fn apart<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
            a.is_some() && b.is_some() && a != b
        }
        if apart(&self.platform, &other.platform) {
            Some("another kind of phone")
        } else if apart(&self.model, &other.model) {
            Some("another model of phone")
        } else if apart(&self.staff_ref, &other.staff_ref) {
            Some("another person")
        } else if apart(&self.ownership, &other.ownership) {
            Some("a phone of another ownership")
        } else {
            None
        }
    }
}

/// What an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    App(String),
    Control(String, Subject, Manner, Option<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    by: Option<Spanned<String>>,
    at: Option<Spanned<toml::value::Datetime>>,
    platform: Option<Spanned<String>>,
    model: Option<String>,
    staff_ref: Option<Spanned<String>>,
    ownership: Option<Spanned<String>>,
    notice_given: Option<Spanned<toml::value::Datetime>>,
    #[serde(default)]
    apps: BTreeMap<String, Spanned<RawPresence>>,
    #[serde(default)]
    answer: Vec<Spanned<RawAnswer>>,
}

/// A word, or a word with when and by whom it was seen.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawPresence {
    Word(String),
    Dated {
        is: String,
        at: toml::value::Datetime,
        #[serde(default)]
        by: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    control: Spanned<String>,
    subject: Option<Spanned<String>>,
    seen: Option<Spanned<String>>,
    said: Option<Spanned<String>>,
    /// What was asked, as the guided look and the template write it.
    asked: Option<String>,
    by: Option<Spanned<String>>,
    note: Option<Spanned<String>>,
    at: Option<Spanned<toml::value::Datetime>>,
}

/// Reads an answers file. Answers that are left empty (`seen = ""`) are no answers yet.
///
/// # Errors
/// Points at the line.
pub fn parse(name: &str, text: &str) -> Result<Answers, TextError> {
    let raw: RawFile = toml::from_str(text).map_err(|e| TextError::of_toml(name, text, &e))?;
    let error = |span: Range<usize>, message: &str| Err(TextError::at(name, text, span, message));
    // What points to a person is not printed back.
    let private =
        |span: Range<usize>, message: &str| Err(TextError::near(name, text, span, message));
    let filled = |given: &Option<Spanned<String>>| {
        given
            .clone()
            .filter(|text| !text.get_ref().trim().is_empty())
    };
    let moment = |given: &Spanned<toml::value::Datetime>| {
        moment(given.get_ref()).ok_or_else(|| {
            TextError::at(
                name,
                text,
                given.span(),
                "expected a date such as 2026-11-22, or a time with its zone such as 2026-11-22T10:15:00Z",
            )
        })
    };
    let at = raw.at.as_ref().map(moment).transpose()?;
    if let Some(by) = &raw.by
        && let Err(why) = personal::check_reference(by.get_ref())
    {
        return private(by.span(), &why);
    }
    let by = filled(&raw.by).map(|by| clean(by.get_ref()));
    let mut of = Of {
        model: raw
            .model
            .map(|model| clean(&model))
            .filter(|model| !model.is_empty()),
        ..Of::default()
    };
    if let Some(given) = filled(&raw.platform) {
        of.platform = [Platform::Ios, Platform::Android]
            .into_iter()
            .find(|platform| platform.id() == given.get_ref());
        if of.platform.is_none() {
            return error(given.span(), "expected ios or android");
        }
    }
    if let Some(given) = filled(&raw.ownership) {
        of.ownership = [Ownership::Personal, Ownership::Trust]
            .into_iter()
            .find(|ownership| ownership.id() == given.get_ref());
        if of.ownership.is_none() {
            return error(given.span(), "expected personal or trust");
        }
    }
    if let Some(given) = filled(&raw.staff_ref) {
        if let Err(why) = personal::check_reference(given.get_ref()) {
            return private(given.span(), &why);
        }
        of.staff_ref = Some(clean(given.get_ref()));
    }
    if let Some(given) = &raw.notice_given {
        of.notice_given = given.get_ref().to_string().parse().ok();
        if of.notice_given.is_none() {
            return error(given.span(), "expected a date such as 2026-11-22");
        }
    }
    let undated = "say when this was seen: at = 2026-11-22T10:15:00Z at the head of the file";
    let mut answers = Answers {
        name: name.to_owned(),
        text: text.to_owned(),
        of,
        ..Answers::default()
    };
    for (id, raw) in &raw.apps {
        let span = raw.span();
        if apps::by_id(id).is_none() {
            return error(span, &format!("the app catalogue has no app \"{id}\""));
        }
        let (word, own) = match raw.get_ref() {
            RawPresence::Word(word) => (word, None),
            RawPresence::Dated { is, at, by } => (is, Some((at, by))),
        };
        if word.is_empty() {
            continue;
        }
        let Some(presence) = Presence::from_id(word) else {
            return error(span, &format!("expected one of: {}", presences()));
        };
        let (at, by) = match own {
            None => (at, by.clone()),
            Some((at, own_by)) => {
                if let Some(Err(why)) = own_by.as_deref().map(personal::check_reference) {
                    return private(span, &why);
                }
                let own_by = own_by.as_deref().map(clean);
                (self::moment(at), own_by.or_else(|| by.clone()))
            }
        };
        let Some(at) = at else {
            return error(span, undated);
        };
        answers.places.push((Key::App(id.clone()), span));
        answers.observations.record_app(AppSeen {
            app: id.clone(),
            presence,
            by,
            at,
        });
    }
    for raw in &raw.answer {
        let span = raw.span();
        let raw = raw.get_ref();
        let (manner, word) = match (filled(&raw.seen), filled(&raw.said)) {
            (None, None) => continue,
            (Some(_), Some(said)) => {
                return error(
                    said.span(),
                    "an answer is either seen on the phone or said by the person; write two",
                );
            }
            (Some(seen), None) => (Manner::Seen, seen),
            (None, Some(said)) => (Manner::Stated, said),
        };
        let Some(answer) = Answer::from_id(word.get_ref().trim(), manner) else {
            return error(word.span(), &format!("expected one of: {}", words(manner)));
        };
        let subject = match &raw.subject {
            None => Subject::Device,
            Some(given) => match subject(given.get_ref()) {
                Some(subject) => subject,
                None => {
                    return error(
                        given.span(),
                        "expected device, or an app of the catalogue such as whatsapp or whatsapp@95",
                    );
                }
            },
        };
        let note = filled(&raw.note);
        if let Some(note) = &note
            && let Err(why) = personal::check(note.get_ref())
        {
            return private(note.span(), &why);
        }
        if needs_note(manner, answer) && note.is_none() {
            return error(word.span(), "say in a note why it does not apply");
        }
        let own_by = filled(&raw.by);
        if let Some(given) = &own_by
            && let Err(why) = personal::check_reference(given.get_ref())
        {
            return private(given.span(), &why);
        }
        let own_by = own_by.map(|by| clean(by.get_ref()));
        let own = raw.at.as_ref().map(moment).transpose()?;
        let Some(at) = own.or(at) else {
            return error(span, undated);
        };
        let observation = Observation {
            control: clean(raw.control.get_ref()),
            subject,
            manner,
            asked: raw.asked.clone().filter(|asked| !asked.is_empty()),
            answer,
            note: note.map(|note| clean(note.get_ref().trim())),
            by: own_by.or_else(|| by.clone()),
            at,
        };
        let key = Key::Control(
            observation.control.clone(),
            observation.subject.clone(),
            manner,
            observation.asked.clone(),
        );
        if answers.places.iter().any(|(known, _)| *known == key) {
            return error(span, "this is answered twice");
        }
        answers.places.push((key, span));
        answers.observations.record(observation);
    }
    Ok(answers)
}

/// An answer that takes a line out of the check needs a reason.
pub fn needs_note(manner: Manner, answer: Answer) -> bool {
    manner == Manner::Seen && answer == Answer::DoesNotApply
}

impl Answers {
    /// Checks that every answer was put to use in one of the audits.
    ///
    /// # Errors
    /// Points at the first that was not.
    pub fn check_used(&self, audits: &[Audit], scope: &[String]) -> Result<(), TextError> {
        for (key, span) in &self.places {
            let why = match key {
                Key::App(id) if scope.contains(id) => None,
                Key::App(_) => {
                    Some("no checklist of this run has this app in its scope".to_owned())
                }
                Key::Control(control, subject, manner, asked) => {
                    unused(audits, control, subject, *manner, asked.as_deref())
                }
            };
            if let Some(why) = why {
                return Err(TextError::at(&self.name, &self.text, span.clone(), why));
            }
        }
        Ok(())
    }
}

/// Why an answer came to nothing, or could have come to two things.
fn unused(
    audits: &[Audit],
    control: &str,
    subject: &Subject,
    manner: Manner,
    asked: Option<&str>,
) -> Option<String> {
    let of_line: Vec<&Finding> = audits
        .iter()
        .flat_map(|audit| &audit.findings)
        .filter(|finding| finding.control.eq_ignore_ascii_case(control))
        .collect();
    if of_line.is_empty() {
        return Some(format!("no checklist of this run has the line {control}"));
    }
    let of_subject: Vec<&Finding> = of_line
        .into_iter()
        .filter(|finding| finding.subject == *subject)
        .collect();
    if of_subject.is_empty() {
        return Some(format!(
            "{control} is not asked about {subject} on this phone"
        ));
    }
    let question = |finding: &Finding| match manner {
        Manner::Seen => finding.expected.clone(),
        Manner::Stated => finding.question.clone(),
    };
    let mut questions: Vec<String> = of_subject.iter().map(|f| question(f)).collect();
    questions.sort();
    questions.dedup();
    if asked.is_none() && questions.len() > 1 {
        return Some(format!(
            "the checklists of this run ask {control} differently: say which is meant (asked = \"{}\", or \"{}\")",
            questions[0], questions[1]
        ));
    }
    if asked.is_some_and(|asked| !questions.iter().any(|question| question == asked)) {
        return Some(format!("{control} asks something else here (asked = ...)"));
    }
    let used = of_subject.iter().any(|finding| {
        match manner {
            Manner::Seen => &finding.observation,
            Manner::Stated => &finding.statement,
        }
        .is_some()
    });
    (!used).then(|| match manner {
        Manner::Seen => format!(
            "this answer is not used: {control} does not apply here (does it depend on ownership?), or only the person can say (said = ...)"
        ),
        Manner::Stated => format!(
            "this answer is not used: {control} is to be seen on the phone (seen = ...), does not apply here (does it depend on ownership?), or the answer is too old"
        ),
    })
}

/// The words that answer in this manner, for messages.
fn words(manner: Manner) -> String {
    let words: Vec<&str> = Answer::ALL.iter().filter_map(|a| a.id(manner)).collect();
    words.join(", ")
}

fn presences() -> String {
    Presence::ALL.map(Presence::id).join(", ")
}

fn subject(text: &str) -> Option<Subject> {
    if text == "device" {
        return Some(Subject::Device);
    }
    let (app, user) = match text.split_once('@') {
        Some((app, user)) => (app, user.parse().ok()?),
        None => (text, 0),
    };
    apps::by_id(app).map(|app| {
        Subject::App(AppCopy {
            app: app.id.clone(),
            user,
        })
    })
}

/// A moment: with its zone, or the beginning of a day, so that a look never seems newer than it is.
fn moment(given: &toml::value::Datetime) -> Option<Timestamp> {
    let text = given.to_string();
    if given.offset.is_some() {
        return text.parse().ok();
    }
    if given.time.is_some() {
        return None;
    }
    let day: Date = text.parse().ok()?;
    let start = day.to_zoned(TimeZone::UTC).ok()?;
    Some(start.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"by = "IG-3"
at = 2026-11-22T10:15:00Z

[apps]
whatsapp = "there"
signal = "not-there"
telegram = ""

[[answer]]
control = "IM-04"
subject = "whatsapp"
seen = "otherwise"
note = "was off"

[[answer]]
control = "IM-10"
said = "yes"
at = 2026-11-21

[[answer]]
control = "IM-11"
subject = "whatsapp@95"
said = ""
"#;

    #[test]
    fn a_good_file_comes_back_as_it_was_written() {
        let answers = parse("a.toml", GOOD).expect("good");
        let all = &answers.observations;
        assert_eq!(
            all.app("whatsapp").map(|seen| seen.presence),
            Some(Presence::There)
        );
        assert_eq!(all.app("telegram"), None);
        let off = all
            .of("IM-04", &Subject::app("whatsapp"), Manner::Seen, "on")
            .expect("answered");
        assert_eq!(
            (off.answer, off.note.as_deref(), off.by.as_deref()),
            (Answer::Otherwise, Some("was off"), Some("IG-3"))
        );
        let said = all
            .of("IM-10", &Subject::Device, Manner::Stated, "apart?")
            .expect("answered");
        assert_eq!(said.at.to_string(), "2026-11-21T00:00:00Z");
        assert_eq!(all.iter().count(), 2);

        let again = to_text(all, &answers.of, Some("IG-3"), off.at);
        assert_eq!(
            parse("again.toml", &again).expect("reads").observations,
            *all
        );
    }

    #[test]
    fn mistakes_point_at_the_line() {
        for (from, to, expected) in [
            (
                "\"otherwise\"",
                "\"yes\"",
                "line 12, column 8: expected one of: as-it-should-be",
            ),
            (
                "said = \"yes\"",
                "said = \"fixed\"",
                "line 17, column 8: expected one of: yes, no",
            ),
            (
                "subject = \"whatsapp\"",
                "subject = \"pigeon\"",
                "line 11, column 11: expected device",
            ),
            ("subject = \"whatsapp@95\"", "subject = \"whatsapp@x\"", ""),
            (
                "\"was off\"",
                "\"call 07700 900123\"",
                "line 13: It holds something that looks like a phone number",
            ),
            ("\"IG-3\"", "\"Jane Smith\"", "line 1: It looks like a name"),
            ("at = 2026-11-22T10:15:00Z\n", "", "say when this was seen"),
            (
                "2026-11-22T10:15:00Z",
                "2026-11-22T10:15:00",
                "line 2, column 6: expected a date",
            ),
            (
                "signal = \"not-there\"",
                "pigeon = \"there\"",
                "has no app \"pigeon\"",
            ),
            (
                "\"not-there\"",
                "\"gone\"",
                "expected one of: there, not-there",
            ),
            (
                "control = \"IM-10\"\n",
                "control = \"IM-04\"\nsubject = \"whatsapp\"\nseen = \"fixed\"\n",
                "either seen on the phone or said",
            ),
            (
                "control = \"IM-10\"\nsaid = \"yes\"",
                "control = \"IM-04\"\nsubject = \"whatsapp\"\nseen = \"fixed\"",
                "answered twice",
            ),
            (
                "seen = \"otherwise\"\nnote = \"was off\"",
                "seen = \"does-not-apply\"",
                "say in a note why",
            ),
            ("control = \"IM-10\"", "controll = \"IM-10\"", "line 16"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            match parse("a.toml", &GOOD.replace(from, to)) {
                Err(error) => assert!(error.0.contains(expected), "{to}: {error}"),
                // An answer that is still empty is not looked at.
                Ok(_) => assert_eq!(expected, "", "{to}"),
            }
        }
    }
}
