//! The words and values of a saved audit.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::field::{Field, Wrong};
use crate::evidence::{Fact, Kind, Platform, Source, Strength, Subject, Value};
use crate::profile::{Ownership, ParameterValue};

pub(super) fn platform(word: &str) -> Option<Platform> {
    [Platform::Ios, Platform::Android]
        .into_iter()
        .find(|platform| platform.id() == word)
}

pub(super) fn source(word: &str) -> Option<Source> {
    [
        Source::IosBackup,
        Source::AndroidAdb,
        Source::AndroidCapture,
        Source::AndroidAcquisition,
        Source::AndroidBugreport,
        Source::Derived,
        Source::Look,
    ]
    .into_iter()
    .find(|source| source.id() == word)
}

pub(super) fn strength(word: &str) -> Option<Strength> {
    [Strength::Direct, Strength::Indicative]
        .into_iter()
        .find(|strength| strength.id() == word)
}

pub(super) fn ownership(word: &str) -> Option<Ownership> {
    [Ownership::Personal, Ownership::Trust]
        .into_iter()
        .find(|ownership| ownership.id() == word)
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256(field: &Field<'_>) -> Result<String, Wrong> {
    let text = field.text()?;
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if text.len() == 64 && text.bytes().all(hex) {
        Ok(text.to_owned())
    } else {
        Err(field.wrong("is no SHA-256"))
    }
}

/// A moment in UTC, in whole seconds.
pub(super) fn moment(field: &Field<'_>) -> Result<Timestamp, Wrong> {
    let read = |text: &str| text.parse().ok().map(Value::Date);
    match field.canonical(read, "a moment such as 2026-11-02T09:14:00Z")? {
        Value::Date(moment) => Ok(moment),
        _ => Err(field.wrong("is not a moment")),
    }
}

pub(super) fn day(field: &Field<'_>) -> Result<Date, Wrong> {
    field.canonical(|text| text.parse().ok(), "a day such as 2026-11-02")
}

/// `device`, an app's id, or `APP@USER`.
pub(super) fn subject(field: &Field<'_>) -> Result<Subject, Wrong> {
    let read = |text: &str| {
        if text == "device" {
            return Some(Subject::Device);
        }
        let (app, user) = text.split_once('@').unwrap_or((text, "0"));
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (!app.is_empty() && app.bytes().all(plain))
            .then(|| user.parse().ok())
            .flatten()
            .map(|user| Subject::copy(app, user))
    };
    field.canonical(read, "the phone or an app on it")
}

/// The value of a fact, of the kind that the catalogue says.
pub(super) fn value(field: &Field<'_>, fact: Fact) -> Result<Value, Wrong> {
    match fact.kind() {
        Kind::Bool => field.boolean().map(Value::Bool),
        Kind::Count => field.number().map(Value::Count),
        Kind::Duration if field.text()? == Value::Never.to_string() => Ok(Value::Never),
        Kind::Duration => {
            let read = |text: &str| duration(text).map(Value::Duration);
            field.canonical(read, "a length of time such as PT2M")
        }
        Kind::Word(_) => field.word(|word| fact.word(word)),
        Kind::Text => field.string().map(Value::Text),
        Kind::Date => moment(field).map(Value::Date),
    }
}

/// A limit; files without its kind are of the first spotcheck, and the value itself has to tell.
pub(super) fn parameter(field: &Field<'_>, kind: Option<&str>) -> Result<ParameterValue, Wrong> {
    let read = |text: &str| {
        let as_duration = || duration(text).map(ParameterValue::Duration);
        let as_count = || text.parse().ok().map(ParameterValue::Count);
        let as_bool = || text.parse().ok().map(ParameterValue::Bool);
        let as_words = || {
            let words = text.split(',').map(str::to_owned).collect();
            Some(ParameterValue::Words(words))
        };
        match kind {
            Some("duration") => as_duration(),
            Some("count") => as_count(),
            Some("bool") => as_bool(),
            Some("words") if text.is_empty() => Some(ParameterValue::Words(Vec::new())),
            Some("words") => as_words(),
            Some(_) => None,
            None => as_duration()
                .or_else(as_count)
                .or_else(as_bool)
                .or_else(as_words),
        }
    };
    field.canonical(read, "a limit of its kind")
}

/// An ISO 8601 duration of days, hours, minutes and seconds.
fn duration(text: &str) -> Option<Duration> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    let mut total = Duration::ZERO;
    let mut add = |part: &str, seconds: u64| -> Option<()> {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
        let millis: u32 = match fraction {
            "" => 0,
            digits if digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{digits:0<3}").parse().ok()?
            }
            _ => return None,
        };
        let whole: u64 = whole.parse().ok()?;
        let part = Duration::from_secs(whole.checked_mul(seconds)?)
            .checked_add(Duration::from_millis(u64::from(millis)))?;
        total = total.checked_add(part)?;
        Some(())
    };
    if !days.is_empty() {
        add(days.strip_suffix('D')?, 86_400)?;
    }
    let mut rest = time;
    for (unit, seconds) in [('H', 3_600), ('M', 60), ('S', 1)] {
        if let Some((part, after)) = rest.split_once(unit) {
            add(part, seconds)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_back() {
        for (text, millis) in [
            ("PT0S", Some(0)),
            ("PT2M", Some(120_000)),
            ("PT1M30S", Some(90_000)),
            ("PT1.5S", Some(1_500)),
            ("PT0.001S", Some(1)),
            ("P30D", Some(2_592_000_000)),
            ("PT2160H", Some(7_776_000_000)),
            ("2M", None),
            ("PT2", None),
            ("PTM", None),
            ("PT-1S", None),
            ("PT1S1M", None),
            ("PT99999999999999999999S", None),
            ("P18446744073709551615D", None),
        ] {
            let read = duration(text).map(|d| d.as_millis());
            assert_eq!(read, millis, "{text}");
        }
    }
}
