//! What audits rest on: the settings, the checklists with their age, the register.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Check, State};
use crate::cli::config::{self, settings};
use crate::cli::register::PlaceArgs;
use crate::cli::{Failure, checklist};
use crate::nearest::nearest;
use crate::os_support;
use crate::profile::Profile;
use crate::profile::check::{Age, age};
use crate::report::notice;
use crate::sampling::words::count;

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

pub(super) fn settings(named: Option<&Path>, loaded: Result<(), Failure>) -> Vec<Check> {
    let title = "settings";
    let file = match loaded {
        Err(failure) => {
            let said = format!("{:#}", failure.into_error());
            Check::new("settings", title, State::Blocks, said)
                .next("Put it right, then run spotcheck config show.")
        }
        Ok(()) => {
            let places = &config::current().places;
            let found: Vec<String> = places
                .iter()
                .filter(|place| place.found)
                .map(|place| place.path.display().to_string())
                .collect();
            match found.as_slice() {
                [] => {
                    let places: Vec<String> = config::places(named)
                        .iter()
                        .map(|path| path.display().to_string())
                        .collect();
                    Check::new(
                        "settings",
                        title,
                        State::NotHere,
                        format!("no {}", places.join(", no ")),
                    )
                    .next("spotcheck config init writes one to begin with.")
                }
                found => Check::new("settings", title, State::Ok, found.join(", ")),
            }
        }
    };
    let unknown: Vec<String> = config::own_variables()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !settings::is_known(name))
        .collect();
    let mut checks = vec![file];
    if !unknown.is_empty() {
        let known = settings::variables();
        let advice: Vec<String> = unknown
            .iter()
            .map(
                |name| match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => format!("{name}: did you mean {near}?"),
                    None => format!("{name}: unset it, unless it holds a password that you named."),
                },
            )
            .collect();
        checks.push(
            Check::new(
                "variables",
                "variables",
                State::Attention,
                format!(
                    "not known to spotcheck, so they do nothing: {}",
                    unknown.join(", ")
                ),
            )
            .next(advice.join("\n")),
        );
    }
    checks
}

/// What is told to a person before a check.
pub(super) fn notice() -> Check {
    let check = |state, found: String| Check::new("notice", "privacy notice", state, found);
    let gaps = notice::gaps(&config::current().trust);
    match gaps.is_empty() {
        true => check(State::Ok, "nothing is left to fill in".into()),
        false => check(
            State::Attention,
            format!("it has gaps: {}", gaps.join("; ")),
        )
        .next("Fill them in spotcheck.toml. spotcheck notice --help says how."),
    }
}

/// The checklists of an audit that names none, and the table of systems that still get fixes.
pub(super) fn checklists() -> Vec<Check> {
    let title = "checklist";
    let mut checks = match checklist::ProfileArgs::default().load() {
        Ok(profiles) => profiles.iter().map(|p| of_age(p, today())).collect(),
        Err(failure) => vec![
            Check::new(
                "checklist",
                title,
                State::Blocks,
                format!("{:#}", failure.into_error()),
            )
            .next("Put it right in spotcheck.toml, or name another with --profile."),
        ],
    };
    checks.push(systems(Timestamp::now()));
    checks
}

fn of_age(profile: &Profile, today: Date) -> Check {
    let found = format!("{}, as of {}", profile.id, profile.as_of);
    let check = |state, found: String| Check::new("checklist", "checklist", state, found);
    match age(profile, today) {
        Age::Current => check(State::Ok, found),
        Age::Stale => check(State::Attention, format!("{found}: more than a year old")).next(
            "Take a newer spotcheck, or read the sources of your own checklist again and change its date.",
        ),
        Age::Future => check(State::Attention, format!("{found}: in the future"))
            .next("Set the clock of this computer, or the date of your own checklist."),
        Age::Unknown => check(State::Attention, format!("{found}: no date"))
            .next("Give the checklist a date: as_of = 2026-11-21."),
    }
}

fn systems(now: Timestamp) -> Check {
    let table = os_support::table();
    let found = format!("which systems still get fixes: as of {}", table.day());
    match now < table.good_until() {
        true => Check::new("os-support", "phone systems", State::Ok, found),
        false => Check::new(
            "os-support",
            "phone systems",
            State::Attention,
            format!("{found}: too old, so no phone passes on the strength of it"),
        )
        .next("Take a newer spotcheck."),
    }
}

pub(super) fn register() -> Check {
    let check = |state, found: String| Check::new("register", "register", state, found);
    let args = PlaceArgs::default();
    let place = match args.open_to_read() {
        Ok(None) => {
            return check(State::NotHere, "none is named: audits are not kept".into()).next(
                "To keep them, name one in spotcheck.toml: file and keep_days in [register].",
            );
        }
        Ok(Some(place)) => place,
        // An audit makes it, as long as somebody said how long entries are kept.
        Err(Failure::Usage(_)) if args.is_missing() => {
            return keeps(check(
                State::NotHere,
                "it is named and not there yet: the first audit makes it".into(),
            ));
        }
        Err(failure) => {
            return check(State::Blocks, format!("{:#}", failure.into_error()));
        }
    };
    let told = place.is_sound().and_then(|()| place.due());
    match told {
        Err(failure) => check(State::Blocks, format!("{:#}", failure.into_error())),
        Ok((records, 0)) => keeps(check(
            State::Ok,
            format!("{}, in order", count(records, "record", "records")),
        )),
        Ok((records, due)) => check(
            State::Attention,
            format!(
                "{}, in order; {} due to be deleted",
                count(records, "record", "records"),
                count(due, "is", "are")
            ),
        )
        .next("Run spotcheck register purge."),
    }
}

/// Without a time for which entries are kept, no audit is.
fn keeps(check: Check) -> Check {
    match config::current().trust.register.keep_days {
        Some(_) => check,
        None => Check {
            state: State::Blocks,
            found: format!("{}; nobody said how long entries are kept", check.found),
            next: Some("Say it in spotcheck.toml: keep_days in [register].".into()),
            ..check
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile;

    #[test]
    fn old_data_is_told() {
        let profile = profile::load("nhs-england", &[]).expect("shipped");
        for (day, state) in [
            ("2026-11-21", State::Ok),
            ("2027-11-22", State::Attention),
            ("2026-11-20", State::Attention),
        ] {
            let check = of_age(&profile, day.parse().expect("a day"));
            assert_eq!(check.state, state, "{day}: {}", check.found);
            assert_eq!(check.next.is_some(), state != State::Ok);
        }
        for (moment, state) in [
            ("2027-02-17T23:59:59Z", State::Ok),
            ("2027-02-18T00:00:00Z", State::Attention),
        ] {
            assert_eq!(systems(moment.parse().expect("a moment")).state, state);
        }
    }
}
