//! An Android bug report: the zip that a phone makes, or the text in it.
//!
//! From Android 7 on it is a zip whose `main_entry.txt` names the text (frameworks/native/cmds/dumpstate, format
//! version 2.0). Some makers' own tools leave `main_entry.txt` out. The text begins with the moment on the phone's
//! clock, without a time zone.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::archive::Archive;
use super::dumps::{Dumps, PROPERTIES};
use super::{Kind, Props, Raw, TIME_ZONE, Wanted, head, is_zip};
use crate::evidence::SourceError;

const MAIN: &str = "main_entry.txt";

pub fn open(path: &Path, wanted: &Wanted<'_>) -> Result<Raw, SourceError> {
    let nothing = || {
        SourceError::new(
            format!("{} is no Android bug report.", path.display()),
            "Name the zip that the phone made, or the text in it. For what androidqf made, use --folder.",
        )
    };
    if path.is_dir() {
        return Err(nothing());
    }
    let mut opened = Vec::new();
    let (mut archive, name) = if is_zip(&head(path)?) {
        let mut archive = Archive::zip(path)?;
        let name = main_text(&mut archive)?.ok_or_else(nothing)?;
        if archive.names().any(|n| n == MAIN) {
            opened.push((MAIN, name.len() as u64));
        }
        (archive, name)
    } else {
        (Archive::text_file(path), "The bug report".to_owned())
    };
    let mut dumps = Dumps::new(&wanted.services, &wanted.packages);
    // A text that is gone by now has no date either.
    archive.lines(&name, &mut |line, whole| dumps.line(line, whole))?;
    let mut found = dumps.finish();
    let Some(date) = found.date else {
        return Err(nothing());
    };
    let props = match found.services.remove(PROPERTIES) {
        None => Err("the bug report does not hold it".into()),
        Some(Err(why)) => Err(why),
        Some(Ok(lines)) if lines.iter().any(|line| line.starts_with("*** ")) => {
            Err("the phone's command failed".into())
        }
        Some(Ok(lines)) => Props::read(&lines, &wanted.properties),
    };
    let zone = props.as_ref().ok().and_then(|props| props.one(TIME_ZONE));
    opened.push(("bug report: its date", date.len() as u64));
    Ok(Raw {
        kind: Kind::Bugreport,
        props,
        settings: BTreeMap::new(),
        dumped: true,
        services: found.services,
        moments: moments(&date, zone.as_deref()),
        opened,
    })
}

/// The name of the text in a zip.
fn main_text(archive: &mut Archive) -> Result<Option<String>, SourceError> {
    if let Some((text, _)) = archive.small(MAIN, 4096)? {
        let name = text.trim();
        let there = archive.names().any(|n| n == name);
        return Ok(there.then(|| name.to_owned()));
    }
    let mut texts = archive.names().filter(|name| {
        (name.starts_with("bugreport") && name.ends_with(".txt"))
            || (name.starts_with("dumpState_") && name.ends_with(".log"))
    });
    let first = texts.next().map(str::to_owned);
    Ok(first.filter(|_| texts.next().is_none()))
}

/// The oldest and the newest moment that the phone's clock can mean: anywhere on earth, or in Britain where the phone
/// says that it is there.
fn moments(date: &str, zone: Option<&str>) -> Option<(Timestamp, Timestamp)> {
    let clock: DateTime = date.trim().replacen(' ', "T", 1).parse().ok()?;
    let at = clock.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let (ahead, behind) = match zone {
        Some("Europe/London" | "Europe/Belfast" | "GB") => (1, 0),
        Some("UTC" | "Etc/UTC" | "GMT" | "Etc/GMT") => (0, 0),
        _ => (14, 12),
    };
    Some((
        at.checked_sub(SignedDuration::from_hours(ahead)).ok()?,
        at.checked_add(SignedDuration::from_hours(behind)).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_without_a_zone_is_no_single_moment() {
        for (zone, oldest, newest) in [
            (None, "2026-11-01T19:14:00Z", "2026-11-02T21:14:00Z"),
            (
                Some("Asia/Tokyo"),
                "2026-11-01T19:14:00Z",
                "2026-11-02T21:14:00Z",
            ),
            (
                Some("Europe/London"),
                "2026-11-02T08:14:00Z",
                "2026-11-02T09:14:00Z",
            ),
        ] {
            let expected = (
                oldest.parse().expect("a moment"),
                newest.parse().expect("a moment"),
            );
            assert_eq!(
                moments("2026-11-02 09:14:00", zone),
                Some(expected),
                "{zone:?}"
            );
        }
        assert_eq!(moments("yesterday", None), None);
    }
}
