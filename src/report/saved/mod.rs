//! Reading saved audits (JSON, schema version 1) back, so that they can be shown and compared again. What reads like an
//! audit of another version, has an unknown word in it or does not add up is refused: a report is never a guess.

mod field;
mod values;

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{Place, Problem, SCHEMA};
use super::record::{Kept, Record};
use crate::audit::{About, Attested, Audit, Finding, Overall, Verdict, Waived};
use crate::evidence::{
    Answer, Fact, Manner, Observation, Origin, ReadLogEntry, Reading, State, Subject,
};
use crate::profile::{NotCovered, Parameter};
use field::{Field, Wrong};

/// The most that a file of saved audits may hold, in bytes: about a thousand of them.
pub const MAX_BYTES: u64 = 256 << 20;

/// Why saved audits cannot be shown again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// It is not JSON at all, or only half of it is there.
    #[error(
        "{name}, line {line}: this is no whole JSON.\nGive a file that spotcheck wrote with `-o FILE.json` or `--format json`."
    )]
    NotJson {
        /// The file, as it was given.
        name: String,
        /// Where reading ended, counted from 1.
        line: usize,
    },
    /// There is nothing in it.
    #[error(
        "{name} holds no audit.\nGive a file that spotcheck wrote with `-o FILE.json` or `--format json`."
    )]
    Empty {
        /// The file, as it was given.
        name: String,
    },
    /// It is of another version of the format.
    #[error(
        "{name}: this is schema version {found}, and this spotcheck reads version {SCHEMA}.\nTake the spotcheck that wrote it, or a newer one."
    )]
    Schema {
        /// The file, as it was given.
        name: String,
        /// The version that it states, or the start of what stands in its place.
        found: String,
    },
    /// A field is missing or holds what it cannot hold.
    #[error(
        "{name}: {path} {what}.\nThe file was changed, damaged, or written by a newer spotcheck. Take the original."
    )]
    Field {
        /// The file, as it was given.
        name: String,
        /// Where in the document, e.g. `findings[2].verdict`, with the number of the audit where there are several.
        path: String,
        /// What is wrong there, as a phrase.
        what: String,
    },
}

/// The records in a text: one JSON document, or several one after another (JSON Lines).
///
/// # Errors
/// Names the file and the line or the field that is wrong.
pub fn parse(name: &str, text: &str) -> Result<Vec<Record>, SavedError> {
    let mut records = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|e| SavedError::NotJson {
            name: name.to_owned(),
            line: e.line(),
        })?;
        if let Some(schema) = value.get("schema")
            && *schema != SCHEMA
        {
            return Err(SavedError::Schema {
                name: name.to_owned(),
                found: schema.to_string().chars().take(20).collect(),
            });
        }
        let several = records.len();
        records.push(record(&Field::root(&value)).map_err(|wrong| {
            let path = match several {
                0 => wrong.path,
                n => format!("audit {}, {}", n + 1, wrong.path),
            };
            SavedError::Field {
                name: name.to_owned(),
                path,
                what: wrong.what,
            }
        })?);
    }
    if records.is_empty() {
        return Err(SavedError::Empty {
            name: name.to_owned(),
        });
    }
    Ok(records)
}

/// Whether a saved audit states the overall result that its findings come to, for those who read no more of it; the
/// findings.
///
/// # Errors
/// Why not, as a phrase.
pub fn check_overall(audit: &Value) -> Result<&[Value], String> {
    let stated = audit["overall"].as_str();
    let stated = stated.ok_or("it holds no overall result")?;
    let findings = audit["findings"].as_array();
    let findings = findings.ok_or("it holds no findings")?;
    let weighing = findings
        .iter()
        .filter(|finding| finding["set_aside"] != true && !finding["waiver"].is_object());
    // What is no text is no known word.
    let counted = weighing
        .filter(|finding| !finding["counted"].is_null())
        .map(|finding| finding["counted"].as_str().unwrap_or_default());
    Overall::check_words(stated, counted).map_err(|what| format!("overall {what}"))?;
    Ok(findings)
}

fn record(root: &Field<'_>) -> Result<Record, Wrong> {
    root.get("schema")?.number()?;
    let tool = root.get("tool")?;
    tool.get("name")?
        .word(|name| (name == env!("CARGO_PKG_NAME")).then_some(()))?;
    let place = root.option("batch", place)?;
    let problem = root.option("error", problem)?;
    // A backup of a batch that could not be read has its place and what went wrong, and nothing else.
    let unread = place.is_some() && problem.is_some() && root.maybe("overall").is_none();
    Ok(Record {
        version: tool.get("version")?.string()?,
        place,
        problem,
        audit: if unread { None } else { Some(audit(root)?) },
        kept: root.option("register", kept)?,
    })
}

fn kept(field: &Field<'_>) -> Result<Kept, Wrong> {
    let head = field
        .get("head")?
        .canonical(|text| text.parse().ok(), "a head of a register")?;
    let kept = Kept(head);
    match field.get("number")?.number()? {
        number if number == kept.0.number => Ok(kept),
        _ => Err(field.get("number")?.wrong("is not that of the head")),
    }
}

fn place(field: &Field<'_>) -> Result<Place, Wrong> {
    Ok(Place {
        input: field.get("input")?.string()?,
        shard: field.get("shard")?.small()?,
        of: field.get("of")?.small()?,
        share_inputs: field.get("share_inputs")?.small()?,
        inputs: field.get("inputs")?.small()?,
        of_inputs: field.option("of_inputs", Field::string)?,
        evidence: field.option("evidence", Field::string)?,
        terms: field.option("terms", Field::string)?,
        good_until: field.option("good_until", values::moment)?,
    })
}

fn problem(field: &Field<'_>) -> Result<Problem, Wrong> {
    Ok(Problem {
        status: field.get("status")?.small()?,
        what: field.get("what")?.string()?,
        next: field.get("next")?.string()?,
    })
}

fn audit(root: &Field<'_>) -> Result<Audit, Wrong> {
    let profile = root.get("profile")?;
    let device = root.get("device")?;
    let apps = root.get("apps")?;
    let names = |key: &str| apps.list_or_none(key, Field::string);
    let some_names = |key: &str| apps.option(key, |field| field.list(Field::string));
    let text = |field: &Field<'_>, key: &str| -> Result<String, Wrong> {
        Ok(field.option(key, Field::string)?.unwrap_or_default())
    };
    let findings = root.get("findings")?.list(finding)?;
    let overall = root.get("overall")?.word(Overall::from_word)?;
    Overall::of(&findings)
        .is_stated_as(overall)
        .or_else(|what| Err(root.get("overall")?.wrong(what)))?;
    Ok(Audit {
        profile_id: profile.get("id")?.string()?,
        profile_title: text(&profile, "title")?,
        profile_sha256: values::sha256(&profile.get("sha256")?)?,
        profile_source: text(&profile, "source")?,
        profile_as_of: text(&profile, "as_of")?,
        platform: root.get("platform")?.word(values::platform)?,
        source: root.get("source")?.word(values::source)?,
        device_model: device.option("model", Field::string)?,
        device_os: device.option("os", Field::string)?,
        audited_at: values::moment(&root.get("audited_at")?)?,
        moment_chosen: root.flag("moment_chosen")?,
        evidence_as_of: root.option("evidence_as_of", values::moment)?,
        about: about(&root.get("about")?)?,
        notice_given: root.option("notice_given", values::day)?,
        declined: root.flag("declined")?,
        parameters: root.get("parameters")?.list(parameter)?,
        overall,
        attested: attested(&root.get("attested")?)?,
        readable_only: root.flag("readable_only")?,
        narrowed_to: root.list_or_none("narrowed_to", Field::string)?,
        apps_in_scope: names("in_scope")?,
        apps_unknown: names("unknown")?,
        apps_found: some_names("found")?,
        apps_besides: some_names("besides")?,
        apps_to_ask: names("to_ask")?,
        no_app_there: apps.flag("none_there")?,
        device_maker: device.option("maker", Field::string)?,
        not_covered: root.list_or_none("not_covered", not_covered)?,
        findings,
        facts: facts(root)?,
        read_log: root.get("read_log")?.list(read)?,
        warnings: root.list_or_none("warnings", Field::string)?,
        notes: root.list_or_none("notes", Field::string)?,
    })
}

fn about(field: &Field<'_>) -> Result<About, Wrong> {
    let text = |key: &str| field.option(key, Field::string);
    Ok(About {
        staff_ref: text("staff_ref")?,
        role: text("role")?,
        ownership: field.option("ownership", |f| f.word(values::ownership))?,
        auditor: text("auditor")?,
        site: text("site")?,
        campaign: text("campaign")?,
    })
}

fn attested(field: &Field<'_>) -> Result<Attested, Wrong> {
    Ok(Attested {
        yes: field.get("yes")?.small()?,
        no: field.get("no")?.small()?,
        unanswered: field.get("unanswered")?.small()?,
        declined: field.get("declined")?.small()?,
    })
}

fn parameter(field: &Field<'_>) -> Result<Parameter, Wrong> {
    let kind = field.option("kind", Field::text)?;
    Ok(Parameter {
        id: field.get("id")?.string()?,
        value: values::parameter(&field.get("value")?, kind)?,
        source: field.get("source")?.string()?,
        in_profile: field.option("in_profile", |f| values::parameter(f, kind))?,
    })
}

fn not_covered(field: &Field<'_>) -> Result<NotCovered, Wrong> {
    Ok(NotCovered {
        id: field.get("id")?.string()?,
        title: field.get("title")?.string()?,
        why: field.get("why")?.string()?,
    })
}

fn finding(field: &Field<'_>) -> Result<Finding, Wrong> {
    let text = |key: &str| field.get(key)?.string();
    let verdict = |key: &str| field.option(key, |f| f.word(Verdict::from_id));
    let (control, subject) = (text("control")?, values::subject(&field.get("subject")?)?);
    let observed = |key: &str| field.option(key, |f| observation(f, &control, &subject));
    let is: Verdict = field.get("verdict")?.word(Verdict::from_id)?;
    Ok(Finding {
        title: text("title")?,
        question: text("question")?,
        subject_name: text("subject_name")?,
        verdict: is,
        first_verdict: verdict("first_verdict")?,
        seen: verdict("seen")?,
        counted: verdict("counted")?,
        asked: field.flag("asked")?,
        expected: text("expected")?,
        found: text("found")?,
        beside: field.list_or_none("beside", Field::string)?,
        strength: field.option("strength", |f| f.word(values::strength))?,
        origin: field.get("origin")?.list(origin)?,
        look: text("look")?,
        put_right: text("put_right")?,
        set_aside: field.get("set_aside")?.boolean()?,
        observation: observed("observation")?,
        statement: observed("statement")?,
        waiver: field.option("waiver", |f| {
            Ok(Waived {
                reason: f.get("reason")?.string()?,
                approver: f.get("approver")?.string()?,
                expires: values::day(&f.get("expires")?)?,
            })
        })?,
        control,
        subject,
    })
}

fn observation(field: &Field<'_>, control: &str, subject: &Subject) -> Result<Observation, Wrong> {
    let manner = field.get("manner")?.word(|word| {
        [Manner::Seen, Manner::Stated]
            .into_iter()
            .find(|manner| manner.id() == word)
    })?;
    Ok(Observation {
        control: control.to_owned(),
        subject: subject.clone(),
        manner,
        asked: field.option("asked", Field::string)?,
        answer: field.get("answer")?.word(|w| Answer::from_id(w, manner))?,
        note: field.option("note", Field::string)?,
        by: field.option("by", Field::string)?,
        at: values::moment(&field.get("at")?)?,
    })
}

fn origin(field: &Field<'_>) -> Result<Origin, Wrong> {
    Ok(Origin {
        source: field.get("source")?.word(values::source)?,
        place: field.get("where")?.string()?,
        key: field.option("key", Field::string)?,
        note: field.option("note", Field::string)?,
    })
}

fn facts(root: &Field<'_>) -> Result<BTreeMap<(Subject, Fact), Reading>, Wrong> {
    let list = root.get("facts")?.list(|field| {
        let fact = field.get("fact")?.word(Fact::from_id)?;
        let subject = values::subject(&field.get("subject")?)?;
        Ok(((subject, fact), reading(field, fact)?))
    })?;
    let length = list.len();
    let facts: BTreeMap<_, _> = list.into_iter().collect();
    if facts.len() < length {
        return Err(root.get("facts")?.wrong("holds a fact twice"));
    }
    Ok(facts)
}

fn reading(field: &Field<'_>, fact: Fact) -> Result<Reading, Wrong> {
    let why = || field.get("why")?.string();
    let state = match field.get("state")?.text()? {
        "known" => State::Known(values::value(&field.get("value")?, fact)?),
        "absent" => State::Absent(why()?),
        "unreadable" => State::Unreadable(why()?),
        "not-readable" => State::NotReadable(why()?),
        _ => return Err(field.get("state")?.wrong("is no state of a fact")),
    };
    let mut reading = Reading::unreadable("");
    reading.state = state;
    if let Some(strength) = field.option("strength", |f| f.word(values::strength))? {
        reading.strength = strength;
    }
    reading.origin = field.list_or_none("origin", origin)?;
    reading.best_possible = field.flag("best_possible")?;
    reading.good_until = field.option("good_until", values::moment)?;
    Ok(reading)
}

fn read(field: &Field<'_>) -> Result<ReadLogEntry, Wrong> {
    Ok(ReadLogEntry {
        what: field.get("what")?.string()?,
        why: field
            .get("why")?
            .list(|f| f.word(Fact::from_id).map(Fact::id))?,
        bytes_kept: field.get("bytes_kept")?.number()?,
    })
}
