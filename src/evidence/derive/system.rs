//! Whether the system still gets fixes, from its version and the table of supported versions; and how old its
//! security patch was when the evidence was taken.

use std::time::Duration;

use crate::evidence::{
    Evidence, Fact, Origin, Platform, Reading, Source, Strength, Subject, Value,
};
use crate::os_support::{self, Release, Status, Table};

pub(super) const SYSTEM_INPUTS: [Fact; 2] = [Fact::DeviceOs, Fact::OsBuildTrusted];
pub(super) const AGE_INPUTS: [Fact; 2] = [Fact::OsPatch, Fact::OsBuildTrusted];

pub(super) fn apply(evidence: &mut Evidence) {
    let system = evidence.get(Fact::DeviceOs, &Subject::Device);
    let table = os_support::table();
    let platform = evidence.platform;
    let build = evidence.get(Fact::OsBuildTrusted, &Subject::Device);
    let reading = stated_by(platform, &build, supported(&system, platform, table));
    evidence.set(Fact::OsSupported, Subject::Device, reading);
    if platform == Platform::Ios {
        let reading = known_fixes(&system, table);
        evidence.set(Fact::OsKnownFixes, Subject::Device, reading);
    }
    if platform == Platform::Android {
        let patch = evidence.get(Fact::OsPatch, &Subject::Device);
        let reading = stated_by(platform, &build, patch_age(&patch, evidence.as_of));
        evidence.set(Fact::OsPatchAge, Subject::Device, reading);
    }
}

/// A system that shows itself not to be the maker's states what it likes of its version and patches; and so may one of
/// which that cannot be told, where what it states is to its credit.
fn stated_by(platform: Platform, build: &Reading, reading: Reading) -> Reading {
    if platform != Platform::Android {
        return reading;
    }
    match (build.value(), reading.value()) {
        (None, Some(value)) if *value != Value::Bool(false) => reading
            .with_strength(Strength::Indicative)
            .with_origins(build.origin.iter().cloned()),
        (Some(Value::Bool(false)), Some(_)) => Reading {
            best_possible: true,
            ..reading.with_strength(Strength::Indicative)
        }
        .with_origins(build.origin.iter().cloned()),
        _ => reading,
    }
}

/// The version and what the table says of it, or why that is not known.
fn look_up<'t>(
    system: &Reading,
    platform: Platform,
    table: &'t Table,
) -> Result<(Vec<u32>, &'t Release), Reading> {
    let Some(Value::Text(text)) = system.value() else {
        return Err(super::unknown_as(system, Fact::DeviceOs.label()));
    };
    let numbers = os_support::version(text);
    let major = numbers.as_ref().and_then(|numbers| numbers.first());
    match (
        &numbers,
        major.and_then(|major| table.release(platform, *major)),
    ) {
        (Some(numbers), Some(release)) => Ok((numbers.clone(), release)),
        _ => Err(Reading::unreadable(format!(
            "{text} is not in spotcheck's table of {}",
            table.day()
        ))
        .with_origins(system.origin.iter().cloned())),
    }
}

fn origin(table: &Table, note: &str) -> Origin {
    Origin::new(
        Source::Derived,
        format!("table of supported versions ({})", table.source),
    )
    .note(note)
}

fn supported(system: &Reading, platform: Platform, table: &Table) -> Reading {
    let (_, release) = match look_up(system, platform, table) {
        Ok(found) => found,
        Err(unknown) => return unknown,
    };
    let day = table.day();
    let (value, note) = match (release.status, release.ended()) {
        (Status::Supported, _) => (true, format!("as of {day}")),
        (Status::Occasional, _) => (
            false,
            format!("as of {day} fixes came only now and then, without a promise"),
        ),
        (Status::Ended, Some(ended)) => (false, format!("no more fixes since {ended}")),
        (Status::Ended, None) => (false, "no more fixes".to_owned()),
    };
    let reading =
        super::join(Reading::known(Value::Bool(value)), &[system]).from(origin(table, &note));
    // What has ended stays ended; what is supported does not stay so.
    if value {
        reading.good_until(table.good_until())
    } else {
        reading
    }
}

fn known_fixes(system: &Reading, table: &Table) -> Reading {
    let (numbers, release) = match look_up(system, Platform::Ios, table) {
        Ok(found) => found,
        Err(unknown) => return unknown,
    };
    let latest = release
        .latest
        .as_deref()
        .and_then(|latest| os_support::version(&format!("iOS {latest}")));
    let (Some(newest), Some(latest)) = (latest, &release.latest) else {
        return Reading::unreadable(format!(
            "spotcheck's table of {} holds no newest version of it",
            table.day()
        ))
        .with_origins(system.origin.iter().cloned());
    };
    let value = numbers >= newest;
    let note = format!("the newest of {} was {latest}", table.day());
    let reading =
        super::join(Reading::known(Value::Bool(value)), &[system]).from(origin(table, &note));
    if value {
        reading.good_until(table.good_until())
    } else {
        reading
    }
}

/// In whole days, at the moment that the evidence describes.
fn patch_age(patch: &Reading, as_of: Option<jiff::Timestamp>) -> Reading {
    let Some(Value::Date(date)) = patch.value() else {
        return super::unknown_as(patch, Fact::OsPatch.label());
    };
    let unknown = |why: &str| Reading::unreadable(why).with_origins(patch.origin.iter().cloned());
    let Some(as_of) = as_of else {
        return unknown("it is not known when this evidence was taken");
    };
    let age = as_of.duration_since(*date);
    match u64::try_from(age.as_hours() / 24) {
        Ok(days) if !age.is_negative() => super::join(
            Reading::known(Value::Duration(Duration::from_secs(days * 86_400))),
            &[patch],
        ),
        _ => unknown("the security patch is dated later than the evidence"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(system: &str) -> Reading {
        Reading::known(Value::text(system))
    }

    #[test]
    fn versions_that_still_get_fixes() {
        use Platform::{Android, Ios};
        for (platform, system, expected) in [
            (Ios, "iOS 26.6.1", Some(true)),
            (Ios, "iOS 18.0", Some(true)),
            (Ios, "iPadOS 18.7", Some(true)),
            (Ios, "iOS 17.7", Some(false)),
            (Ios, "iOS 16.7.16", Some(false)),
            (Ios, "iOS 15.8.8", Some(false)),
            (Ios, "iOS 14.8", Some(false)),
            (Ios, "iOS 9.3", Some(false)),
            (Ios, "iOS 27.0", None),
            (Ios, "iOS 19.0", None),
            (Android, "Android 17", Some(true)),
            (Android, "Android 14", Some(true)),
            (Android, "Android 13", Some(false)),
            (Android, "Android 8.1.0", Some(false)),
            (Android, "Android 18", None),
            (Android, "Android Baklava", None),
        ] {
            let reading = supported(&stated(system), platform, os_support::table());
            assert_eq!(
                reading.value(),
                expected.map(Value::Bool).as_ref(),
                "{system}"
            );
            // Only a version that is supported now may be so no longer.
            assert_eq!(
                reading.good_until.is_some(),
                expected == Some(true),
                "{system}"
            );
            if expected.is_none() {
                let why = reading.why_unknown().expect("unknown");
                assert!(
                    why.contains("not in spotcheck's table of 22 August 2026"),
                    "{why}"
                );
            }
        }
        let unknown = supported(&Reading::unreadable("x"), Ios, os_support::table());
        assert_eq!(unknown.value(), None);
        let weak = Reading::indicative(Value::text("Android 16"));
        assert_eq!(
            supported(&weak, Android, os_support::table()).proved(),
            None
        );
    }

    #[test]
    fn the_newest_fixes_that_the_table_knows() {
        for (system, expected) in [
            ("iOS 26.6.1", Some(true)),
            ("iOS 26.7", Some(true)),
            ("iOS 26.6", Some(false)),
            ("iOS 18.7.9", Some(false)),
            ("iOS 18.7.10", Some(true)),
            ("iOS 17.7", None),
            ("iOS 27", None),
        ] {
            let reading = known_fixes(&stated(system), os_support::table());
            assert_eq!(
                reading.value(),
                expected.map(Value::Bool).as_ref(),
                "{system}"
            );
            // A newer one may come out; what lacks a fix goes on lacking it.
            let ends = expected == Some(true);
            assert_eq!(reading.good_until.is_some(), ends, "{system}");
        }
    }

    /// What the table says, in words.
    #[test]
    fn how_the_table_is_cited() {
        let table = os_support::table();
        for (reading, expected) in [
            (
                supported(&stated("iOS 26.0"), Platform::Ios, table),
                "as of 22 August 2026",
            ),
            (
                supported(&stated("iOS 16.0"), Platform::Ios, table),
                "as of 22 August 2026 fixes came only now and then, without a promise",
            ),
            (
                supported(&stated("iOS 17.0"), Platform::Ios, table),
                "no more fixes since 13 May 2025",
            ),
            (
                supported(&stated("iOS 12.0"), Platform::Ios, table),
                "no more fixes",
            ),
            (
                known_fixes(&stated("iOS 26.0"), table),
                "the newest of 22 August 2026 was 26.6.1",
            ),
        ] {
            let last = reading.origin.last().expect("an origin");
            assert_eq!(last.note.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_custom_system_proves_nothing_of_itself() {
        for (genuine, good, bad) in [
            (Reading::known(Value::Bool(false)), false, false),
            (Reading::indicative(Value::Bool(true)), true, true),
            // It may be the one or the other: then only what speaks against it counts.
            (Reading::unreadable("x"), false, true),
        ] {
            for (stated, proved) in [(true, good), (false, bad)] {
                let stated = Reading::known(Value::Bool(stated));
                let reading = stated_by(Platform::Android, &genuine, stated.clone());
                assert_eq!(reading.proved().is_some(), proved, "{genuine:?} {stated:?}");
                assert!(
                    stated_by(Platform::Ios, &genuine, stated)
                        .proved()
                        .is_some()
                );
            }
        }
    }

    #[test]
    fn the_age_of_the_patch() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a moment");
        let patch = Reading::known(Value::Date(at("2026-08-01T00:00:00Z")));
        for (as_of, days) in [
            (Some("2026-08-01T12:00:00Z"), Some(0)),
            (Some("2026-10-30T23:00:00Z"), Some(90)),
            (Some("2026-10-31T00:00:00Z"), Some(91)),
            (Some("2026-07-31T23:59:59Z"), None),
            (None, None),
        ] {
            let expected = days.map(|days: u64| Value::seconds(days * 86_400));
            let age = patch_age(&patch, as_of.map(at));
            assert_eq!(age.value(), expected.as_ref(), "{as_of:?}");
        }
        let missing = patch_age(&Reading::absent("x"), Some(at("2026-08-01T00:00:00Z")));
        assert_eq!(missing.value(), None);
    }
}
