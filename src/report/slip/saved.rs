//! Audits that were saved as JSON, and whether a slip is of one of them.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::qr::Code;
use super::reference;
use crate::report::{json, saved};

/// An audit from a file.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Its hash, as it stands on the slip.
    pub digest: String,
    /// `PASS`, `FAIL` or `INCOMPLETE`, as the file says it.
    pub overall: String,
    /// The moment of judgement, as the file says it.
    pub audited_at: String,
    /// Reference of the member of staff; `None` where the audit names nobody.
    pub staff_ref: Option<String>,
    /// The person declined the check.
    pub declined: bool,
    /// The result is about a part of the checklist only.
    pub part_only: bool,
    /// Why the overall result is not that of the findings, as a phrase; `None` where it is.
    pub contradiction: Option<String>,
}

/// What came of the comparison.
#[derive(Debug, Clone)]
pub enum Match<'a> {
    /// The slip is of this audit.
    Of(&'a Saved),
    /// It is of none of them, and why, in a sentence.
    OfNone(String),
}

/// Reads the audits in a file: one, spread over lines or not, or one after the other. Spaces and line ends do not
/// matter; everything else does.
///
/// # Errors
/// Says in a sentence what is wrong with the file.
pub fn read(text: &str) -> Result<Vec<Saved>, String> {
    let mut audits = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    loop {
        match reader.end() {
            Ok(()) => break,
            Err(_) => match Once.deserialize(&mut reader) {
                Ok(value) => audits.push(audit(value)?),
                Err(e) => return Err(format!("It is not JSON as spotcheck writes it: {e}.")),
            },
        }
    }
    if audits.is_empty() {
        return Err("It is empty.".into());
    }
    Ok(audits)
}

fn audit(value: Value) -> Result<Saved, String> {
    let Value::Object(audit) = &value else {
        return Err("It holds no audit of spotcheck.".into());
    };
    let text = |key: &str| audit.get(key).and_then(Value::as_str).map(str::to_owned);
    let schema = audit.get("schema").and_then(Value::as_u64);
    let (Some(overall), Some(audited_at)) = (text("overall"), text("audited_at")) else {
        return Err("It holds no audit of spotcheck (a result with --format json).".into());
    };
    if schema != Some(u64::from(json::SCHEMA)) {
        return Err("It is of a version of spotcheck that this one does not know.".into());
    }
    let staff_ref = audit
        .get("about")
        .and_then(|about| about.get("staff_ref"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    let is = |key: &str| audit.get(key).and_then(Value::as_bool) == Some(true);
    let narrowed = audit.get("narrowed_to").and_then(Value::as_array);
    let part_only = is("readable_only") || narrowed.is_some_and(|lines| !lines.is_empty());
    let declined = is("declined");
    Ok(Saved {
        digest: json::digest_of_value(&value),
        overall,
        audited_at,
        staff_ref,
        declined,
        part_only,
        contradiction: saved::check_overall(&value).err(),
    })
}

/// Whether what a scanner read is of one of these audits.
pub fn compare<'a>(code: &Code, audits: &'a [Saved]) -> Match<'a> {
    if reference::of(&code.digest) != code.reference {
        return Match::OfNone(
            "Its reference does not belong to its hash, so spotcheck did not print it like this."
                .into(),
        );
    }
    let Some(audit) = audits.iter().find(|audit| audit.digest == code.digest) else {
        return Match::OfNone(match audits.len() {
            1 => "The file holds another audit, or it was changed after the slip was made.".into(),
            n => format!(
                "It is of none of the {n} audits in the file. Or that one was changed after the slip was made."
            ),
        });
    };
    if let Some(why) = &audit.contradiction {
        return Match::OfNone(format!(
            "The audit contradicts itself, so spotcheck did not make it like this: {why}."
        ));
    }
    if audit.overall != code.result {
        return Match::OfNone(format!(
            "The slip says {}, and the audit says {}.",
            code.result, audit.overall
        ));
    }
    if code.part_only && !audit.part_only {
        return Match::OfNone(
            "The slip says that only a part was checked, and the audit is of the whole checklist."
                .into(),
        );
    }
    Match::Of(audit)
}

/// JSON in which no key stands twice: of two, one program would show the first and another the last.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Once)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Once)?;
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key \"{key}\" stands twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
