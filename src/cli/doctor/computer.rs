//! This computer: where backups lie, the terminal, the clock.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{Check, State};
use crate::cli::terminal;
use crate::os_support;
use crate::profile;
use crate::system::{self, System};

pub(super) fn checks() -> Vec<Check> {
    let mut checks = backups(
        System::here(),
        &system::backup_folders(&system::environment),
    );
    checks.push(screen());
    checks.push(clock(Timestamp::now(), made()));
    checks
}

/// Each place where Apple's programs keep backups, if it is there.
fn backups(system: System, folders: &[PathBuf]) -> Vec<Check> {
    let found: Vec<Check> = folders
        .iter()
        .filter_map(|folder| backup(system, folder))
        .collect();
    if !found.is_empty() {
        return found;
    }
    let make = match system {
        System::Mac => {
            "Make one with Finder: plug the iPhone in, choose it, \"Back up all of the data\"."
        }
        System::Windows => {
            "Make one with Apple Devices (or iTunes): plug the iPhone in, \"Back up now\"."
        }
        System::Other => {
            "Make one with idevicebackup2 backup FOLDER, then run spotcheck ios FOLDER."
        }
    };
    vec![
        Check::new(
            "backups",
            "iPhone backups",
            State::NotHere,
            "none where Apple's programs keep them",
        )
        .next(make),
    ]
}

fn backup(system: System, folder: &Path) -> Option<Check> {
    let check = |state, found: String| Check::new("backups", "iPhone backups", state, found);
    let name = folder.display();
    match std::fs::read_dir(folder) {
        Ok(_) => Some(
            check(State::Ok, format!("{name} can be read"))
                .next("spotcheck devices lists what is in it."),
        ),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => {
            let check = check(State::Attention, format!("{name} cannot be read: {e}"));
            Some(check.next(match system {
                System::Mac => {
                    "Give the terminal Full Disk Access: System Settings > Privacy & Security > Full Disk Access. Then \
                     close it and open it again."
                }
                _ => "Ask whoever owns the folder for the right to read it.",
            }))
        }
    }
}

fn screen() -> Check {
    let check = |state, found: String| Check::new("terminal", "terminal", state, found);
    if !std::io::stdout().is_terminal() {
        return check(
            State::NotHere,
            "the output goes to a file or another program".into(),
        );
    }
    let width = terminal::width();
    let colour = match anstream::stdout().current_choice() {
        anstream::ColorChoice::Never => "no colour (words say the same)",
        _ => "colour",
    };
    let found = format!("{width} columns, {colour}");
    if width < 60 {
        return check(
            State::Attention,
            format!("{found}: reports are hard to read"),
        )
        .next("Make the window wider: 80 columns are enough.");
    }
    match speaks_utf8(System::here(), &system::environment) {
        true => check(State::Ok, found),
        false => check(State::Attention, format!("{found}, not set to UTF-8")).next(
            "Signs such as ✓ may look wrong. Set LANG to a locale in UTF-8, e.g. en_GB.UTF-8.",
        ),
    }
}

/// As the first of the three variables that is set says. Windows is told by the program itself.
fn speaks_utf8(system: System, environment: system::Environment<'_>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(environment);
    match (system, set) {
        (System::Windows | System::Mac, None) | (System::Windows, _) => true,
        (_, None) => false,
        (_, Some(set)) => {
            let set = set.to_string_lossy().to_lowercase();
            set.contains("utf-8") || set.contains("utf8")
        }
    }
}

/// The newest day that this program knows of: it was made after that.
fn made() -> Timestamp {
    let table = os_support::table().made();
    let checklists = profile::shipped_ids()
        .filter_map(|id| profile::load(id, &[]).ok())
        .filter_map(|profile| format!("{}T00:00:00Z", profile.as_of).parse().ok());
    checklists.fold(table, Timestamp::max)
}

/// A clock that is wrong makes evidence look old or as if it came from the future, and neither passes.
fn clock(now: Timestamp, made: Timestamp) -> Check {
    const YEAR: i64 = 365 * 24;
    let check = |state, found: String| Check::new("clock", "clock", state, found);
    let shown = now.strftime("%-d %B %Y, %H:%M UTC").to_string();
    // The day of the data is a day somewhere on Earth.
    let grace = SignedDuration::from_hours(24);
    let since = now.duration_since(made);
    if since < -grace {
        return check(State::Blocks, format!("{shown}: before this program was made"))
            .next("Set the date of this computer. Evidence would look as if it came from the future, and nothing passes.");
    }
    if since > SignedDuration::from_hours(8 * YEAR) {
        return check(
            State::Attention,
            format!("{shown}: many years after this program was made"),
        )
        .next("Check the date of this computer. If it is right, take a newer spotcheck.");
    }
    check(State::Ok, shown)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn a_clock_is_plausible_or_not() {
        let made = "2026-11-21T00:00:00Z".parse().expect("a moment");
        for (now, state) in [
            ("1970-01-01T00:00:00Z", State::Blocks),
            ("2026-11-19T23:59:59Z", State::Blocks),
            ("2026-11-20T12:00:00Z", State::Ok),
            ("2027-11-20T12:00:00Z", State::Ok),
            ("2040-01-01T00:00:00Z", State::Attention),
        ] {
            assert_eq!(
                clock(now.parse().expect("a moment"), made).state,
                state,
                "{now}"
            );
        }
        assert!(super::made() >= made);
    }

    #[test]
    fn a_terminal_in_utf8_or_not() {
        for (system, name, value, expected) in [
            (System::Other, "LANG", "en_GB.UTF-8", true),
            (System::Other, "LANG", "C.utf8", true),
            (System::Other, "LC_ALL", "C", false),
            (System::Other, "OTHER", "", false),
            (System::Mac, "OTHER", "", true),
            (System::Windows, "LANG", "C", true),
        ] {
            let environment = |asked: &str| (asked == name).then(|| OsString::from(value));
            assert_eq!(
                speaks_utf8(system, &environment),
                expected,
                "{system:?} {name}={value}"
            );
        }
    }

    #[test]
    fn folders_of_backups() {
        let folder = tempfile::tempdir().expect("a folder");
        let (there, nowhere) = (folder.path().to_owned(), folder.path().join("nowhere"));
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("written");
        for (system, folders, states, advice) in [
            (
                System::Mac,
                vec![nowhere.clone()],
                vec![State::NotHere],
                "Finder",
            ),
            (
                System::Windows,
                vec![],
                vec![State::NotHere],
                "Apple Devices",
            ),
            (
                System::Other,
                vec![],
                vec![State::NotHere],
                "idevicebackup2",
            ),
            (
                System::Mac,
                vec![there.clone(), nowhere],
                vec![State::Ok],
                "spotcheck devices",
            ),
            (
                System::Mac,
                vec![file.clone()],
                vec![State::Attention],
                "Full Disk Access",
            ),
            (
                System::Windows,
                vec![there, file],
                vec![State::Ok, State::Attention],
                "",
            ),
        ] {
            let checks = backups(system, &folders);
            let found: Vec<State> = checks.iter().map(|check| check.state).collect();
            assert_eq!(found, states, "{system:?}");
            let next = checks[0].next.clone().unwrap_or_default();
            assert!(next.contains(advice), "{system:?}: {next}");
        }
    }
}
