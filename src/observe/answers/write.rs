//! Writing answers files: those that were given, and forms to fill in.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Of, presences, words};
use crate::apps;
use crate::evidence::{Manner, Observations, Subject};
use crate::observe::Question;
use crate::profile::Ownership;

/// The answers as a file that [`super::parse`] reads.
pub fn to_text(observations: &Observations, of: &Of, by: Option<&str>, at: Timestamp) -> String {
    let mut out = head(of, by, at);
    if observations.apps().next().is_some() {
        out += "\n[apps]\n";
        for seen in observations.apps() {
            let by = seen
                .by
                .as_deref()
                .map_or_else(String::new, |by| format!(", by = {}", quoted(by)));
            let _ = writeln!(
                out,
                "{} = {{ is = \"{}\", at = {}{by} }}",
                key(&seen.app),
                seen.presence.id(),
                seconds(seen.at),
            );
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
        for (key, value) in [
            ("asked", &observation.asked),
            ("by", &observation.by),
            ("note", &observation.note),
        ] {
            if let Some(value) = value {
                let _ = writeln!(out, "{key} = {}", quoted(value));
            }
        }
    }
    out
}

/// An answers file with the open questions as comments, to be filled in.
pub fn template(
    questions: &[Question],
    apps_to_look_for: &[&apps::App],
    of: &Of,
    by: Option<&str>,
    at: Timestamp,
) -> String {
    let mut out = head(of, by, at);
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
            "[[answer]]\ncontrol = {} # {}\nsubject = {}\nasked = {}\n{word} = \"\" # {}\nnote = \"\"\n",
            quoted(&question.control),
            comment(&question.title),
            quoted(&question.subject.to_string()),
            quoted(question.asked()),
            words(manner),
        );
    }
    out
}

fn head(of: &Of, by: Option<&str>, at: Timestamp) -> String {
    let mut out = format!(
        "# Answers of a spot check. spotcheck reads them with --answers.\n\
         by = {} # reference of the auditor\n\
         at = {} # when this was seen\n\
         ownership = \"{}\" # personal or trust\n",
        quoted(by.unwrap_or_default()),
        seconds(at),
        of.ownership.map_or("", Ownership::id),
    );
    // They are taken for no other phone and no other person.
    if let Some(platform) = of.platform {
        let _ = writeln!(out, "platform = \"{}\"", platform.id());
    }
    for (key, value) in [("model", &of.model), ("staff_ref", &of.staff_ref)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {}", quoted(value));
        }
    }
    if let Some(day) = of.notice_given {
        let _ = writeln!(out, "notice_given = {day}");
    }
    out
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
