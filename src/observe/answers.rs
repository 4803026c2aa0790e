//! Answers files: what was seen and said, as TOML that a person or a script writes, or that the guided look saves.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::Question;
use crate::apps;
use crate::audit::Audit;
use crate::evidence::{
    Answer, AppCopy, AppSeen, Manner, Observation, Observations, Presence, Subject, personal,
};
use crate::profile::Ownership;
use crate::span::TextError;

/// An answers file, with the places of its answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub observations: Observations,
    /// Who owns the phone, where the file says so.
    pub ownership: Option<Ownership>,
    name: String,
    text: String,
    /// Where each answer stands.
    places: Vec<(Key, Range<usize>)>,
}

/// What an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    App(String),
    Control(String, Subject, Manner),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    by: Option<Spanned<String>>,
    at: Option<Spanned<toml::value::Datetime>>,
    ownership: Option<Ownership>,
    #[serde(default)]
    apps: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    answer: Vec<Spanned<RawAnswer>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    control: Spanned<String>,
    subject: Option<Spanned<String>>,
    seen: Option<Spanned<String>>,
    said: Option<Spanned<String>>,
    note: Option<Spanned<String>>,
    at: Option<Spanned<toml::value::Datetime>>,
}

/// Reads an answers file. Answers that are left empty (`seen = ""`) are no answers yet.
///
/// # Errors
/// Points at the line.
pub fn parse(name: &str, text: &str) -> Result<Answers, TextError> {
    let raw: RawFile = toml::from_str(text)
        .map_err(|e| TextError(format!("{name}: {}", e.to_string().trim_end())))?;
    let error = |span: Range<usize>, message: &str| Err(TextError::at(name, text, span, message));
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
        return error(by.span(), &why);
    }
    let by = raw.by.map(Spanned::into_inner).filter(|by| !by.is_empty());
    let undated = "say when this was seen: at = 2026-11-22T10:15:00Z at the head of the file";
    let mut answers = Answers {
        name: name.to_owned(),
        text: text.to_owned(),
        ownership: raw.ownership,
        ..Answers::default()
    };
    for (id, word) in &raw.apps {
        let span = word.span();
        if apps::by_id(id).is_none() {
            return error(span, &format!("the app catalogue has no app \"{id}\""));
        }
        if word.get_ref().is_empty() {
            continue;
        }
        let Some(presence) = Presence::from_id(word.get_ref()) else {
            return error(span, &format!("expected one of: {}", presences()));
        };
        let Some(at) = at else {
            return error(span, undated);
        };
        answers.places.push((Key::App(id.clone()), span));
        answers.observations.record_app(AppSeen {
            app: id.clone(),
            presence,
            by: by.clone(),
            at,
        });
    }
    for raw in &raw.answer {
        let span = raw.span();
        let raw = raw.get_ref();
        let filled = |given: &'_ Option<Spanned<String>>| {
            given
                .clone()
                .filter(|text| !text.get_ref().trim().is_empty())
        };
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
            return error(note.span(), &why);
        }
        if needs_note(manner, answer) && note.is_none() {
            return error(word.span(), "say in a note why it does not apply");
        }
        let own = raw.at.as_ref().map(moment).transpose()?;
        let Some(at) = own.or(at) else {
            return error(span, undated);
        };
        let observation = Observation {
            control: raw.control.get_ref().clone(),
            subject,
            manner,
            answer,
            note: note.map(|note| note.into_inner().trim().to_owned()),
            by: by.clone(),
            at,
        };
        let key = Key::Control(
            observation.control.clone(),
            observation.subject.clone(),
            manner,
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
                Key::App(id) if scope.contains(id) => continue,
                Key::App(_) => "no checklist of this run has this app in its scope".to_owned(),
                Key::Control(control, subject, manner) => {
                    let mut findings = audits
                        .iter()
                        .flat_map(|audit| &audit.findings)
                        .filter(|finding| finding.control == *control)
                        .peekable();
                    if findings.peek().is_none() {
                        format!("no checklist of this run has the line {control}")
                    } else {
                        let mut of_subject = findings
                            .filter(|finding| finding.subject == *subject)
                            .peekable();
                        if of_subject.peek().is_none() {
                            format!("{control} is not asked about {subject} on this phone")
                        } else if of_subject.any(|finding| {
                            match manner {
                                Manner::Seen => &finding.observation,
                                Manner::Stated => &finding.statement,
                            }
                            .is_some()
                        }) {
                            continue;
                        } else {
                            match manner {
                                Manner::Seen => format!(
                                    "this answer is not used: {control} does not apply here, or only the person can say (said = ...)"
                                ),
                                Manner::Stated => format!(
                                    "this answer is not used: {control} does not apply here, is to be seen on the phone (seen = ...), or the answer is too old"
                                ),
                            }
                        }
                    }
                }
            };
            return Err(TextError::at(&self.name, &self.text, span.clone(), why));
        }
        Ok(())
    }
}

/// The answers as a file that [`parse`] reads.
pub fn to_text(
    observations: &Observations,
    ownership: Option<Ownership>,
    by: Option<&str>,
    at: Timestamp,
) -> String {
    let mut out = head(by, at);
    if let Some(ownership) = ownership {
        let _ = writeln!(out, "ownership = \"{}\"", ownership.id());
    }
    if observations.apps().next().is_some() {
        out += "\n[apps]\n";
        for seen in observations.apps() {
            let _ = writeln!(out, "{} = \"{}\"", key(&seen.app), seen.presence.id());
        }
    }
    for observation in observations.iter() {
        let Some(word) = observation.answer.id(observation.manner) else {
            continue;
        };
        let manner = match observation.manner {
            Manner::Seen => "seen",
            Manner::Stated => "said",
        };
        let _ = write!(
            out,
            "\n[[answer]]\ncontrol = {}\nsubject = {}\n{manner} = \"{word}\"\nat = {}\n",
            quoted(&observation.control),
            quoted(&observation.subject.to_string()),
            seconds(observation.at),
        );
        if let Some(note) = &observation.note {
            let _ = writeln!(out, "note = {}", quoted(note));
        }
    }
    out
}

/// An answers file with the open questions as comments, to be filled in.
pub fn template(
    questions: &[Question],
    apps_to_look_for: &[&apps::App],
    by: Option<&str>,
    at: Timestamp,
) -> String {
    let mut out = head(by, at);
    out += "# Fill in the empty quotes. What stays empty counts as not answered. Notes are short and hold no names, numbers\n\
            # or anything about a patient.\n";
    if !apps_to_look_for.is_empty() {
        let _ = write!(
            out,
            "\n# Is the app on the phone? One of: {}\n[apps]\n",
            presences()
        );
        for app in apps_to_look_for {
            let _ = writeln!(out, "{} = \"\" # {}", key(&app.id), app.name);
        }
    }
    for question in questions {
        let manner = question.kind.manner();
        let word = match manner {
            Manner::Seen => "seen",
            Manner::Stated => "said",
        };
        let about = match &question.subject {
            Subject::Device => String::new(),
            Subject::App(_) => format!(" ({})", question.subject_name),
        };
        let _ = write!(out, "\n# {}{about}\n", comment(&question.text));
        for (label, text) in [
            ("Look at", &question.look),
            ("It should be", &question.expected),
            ("So far", &question.so_far),
        ] {
            if manner == Manner::Seen && !text.is_empty() {
                let _ = writeln!(out, "# {label}: {}", comment(text));
            }
        }
        let _ = write!(
            out,
            "[[answer]]\ncontrol = {} # {}\nsubject = {}\n{word} = \"\" # {}\nnote = \"\"\n",
            quoted(&question.control),
            comment(&question.title),
            quoted(&question.subject.to_string()),
            words(manner),
        );
    }
    out
}

fn head(by: Option<&str>, at: Timestamp) -> String {
    format!(
        "# Answers of a spot check. spotcheck reads them with --answers.\nby = {} # reference of the auditor\nat = {}\n",
        quoted(by.unwrap_or_default()),
        seconds(at)
    )
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

/// To the second, as TOML writes it.
fn seconds(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second())
        .unwrap_or(at)
        .to_string()
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.replace(['\n', '\r'], " ")).to_string()
}

fn key(id: &str) -> String {
    let bare = id
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { id.to_owned() } else { quoted(id) }
}

/// A comment is one line.
fn comment(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
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
            .of("IM-04", &Subject::app("whatsapp"), Manner::Seen)
            .expect("answered");
        assert_eq!(
            (off.answer, off.note.as_deref(), off.by.as_deref()),
            (Answer::Otherwise, Some("was off"), Some("IG-3"))
        );
        let said = all
            .of("IM-10", &Subject::Device, Manner::Stated)
            .expect("answered");
        assert_eq!(said.at.to_string(), "2026-11-21T00:00:00Z");
        assert_eq!(all.iter().count(), 2);

        let again = to_text(all, None, Some("IG-3"), off.at);
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
                "line 13, column 8: It holds something that looks like a phone number",
            ),
            (
                "\"IG-3\"",
                "\"Jane Smith\"",
                "line 1, column 6: It looks like a name",
            ),
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
