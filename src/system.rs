//! Where this computer's system keeps the things of a person, from its environment. Nothing is looked at on the disk.

use std::ffi::OsString;
use std::path::PathBuf;

/// The systems that differ in where they keep things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// macOS.
    Mac,
    /// Windows.
    Windows,
    /// Linux and the other Unixes.
    Other,
}

impl System {
    /// The one that this program was built for.
    pub fn here() -> System {
        if cfg!(target_os = "macos") {
            System::Mac
        } else if cfg!(windows) {
            System::Windows
        } else {
            System::Other
        }
    }
}

/// Variables by name; what is not set, or empty, is `None`.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The environment of this process. `HOME` is the account's home folder where nobody set it.
pub fn environment(name: &str) -> Option<OsString> {
    let set = std::env::var_os(name).filter(|value| !value.is_empty());
    match set {
        None if name == "HOME" && cfg!(unix) => std::env::home_dir().map(PathBuf::into_os_string),
        set => set,
    }
}

/// The person's home folder.
pub fn home(system: System, environment: Environment<'_>) -> Option<PathBuf> {
    environment(match system {
        System::Windows => "USERPROFILE",
        System::Mac | System::Other => "HOME",
    })
    .map(PathBuf::from)
}

/// Where this program may keep what has to outlive a run.
pub fn config_folder(system: System, environment: Environment<'_>) -> Option<PathBuf> {
    let folder = match system {
        System::Mac => home(system, environment)?
            .join("Library")
            .join("Application Support"),
        System::Windows => PathBuf::from(environment("APPDATA")?),
        System::Other => environment("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            // A relative one is to be ignored, says the specification of these variables.
            .filter(|folder| folder.is_absolute())
            .or_else(|| Some(home(system, environment)?.join(".config")))?,
    };
    Some(folder.join("spotcheck"))
}

/// Where Apple's programs keep backups of iPhones: Finder and iTunes on a Mac, iTunes on Windows, Apple Devices and
/// the Store's iTunes on Windows. On other systems the person names a folder to the program that makes the backup.
pub fn backup_folders(environment: Environment<'_>) -> Vec<PathBuf> {
    let below = |name: &str, folders: &[&str]| {
        let start = environment(name).map(PathBuf::from)?;
        Some(folders.iter().fold(start, |path, folder| path.join(folder)))
    };
    [
        below(
            "HOME",
            &["Library", "Application Support", "MobileSync", "Backup"],
        ),
        below("APPDATA", &["Apple Computer", "MobileSync", "Backup"]),
        below("USERPROFILE", &["Apple", "MobileSync", "Backup"]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        |name| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(found.1))
        }
    }

    #[test]
    fn the_config_folder_of_each_system() {
        let home = ("HOME", "/home/a");
        for (system, variables, folder) in [
            (
                System::Other,
                &[home][..],
                Some("/home/a/.config/spotcheck"),
            ),
            (
                System::Other,
                &[home, ("XDG_CONFIG_HOME", "/else")],
                Some("/else/spotcheck"),
            ),
            (
                System::Other,
                &[home, ("XDG_CONFIG_HOME", "relative")],
                Some("/home/a/.config/spotcheck"),
            ),
            (System::Other, &[], None),
            (
                System::Mac,
                &[home, ("XDG_CONFIG_HOME", "/else")],
                Some("/home/a/Library/Application Support/spotcheck"),
            ),
            (
                System::Windows,
                &[home, ("APPDATA", "C:/Users/a/AppData/Roaming")],
                Some("C:/Users/a/AppData/Roaming/spotcheck"),
            ),
            (System::Windows, &[home], None),
        ] {
            assert_eq!(
                config_folder(system, &within(variables)),
                folder.map(PathBuf::from),
                "{system:?} {variables:?}"
            );
        }
    }

    #[test]
    fn backups_of_each_system() {
        for (variables, folders) in [
            (
                &[("HOME", "/Users/a")][..],
                &["/Users/a/Library/Application Support/MobileSync/Backup"][..],
            ),
            (
                &[
                    ("APPDATA", "C:/Users/a/AppData/Roaming"),
                    ("USERPROFILE", "C:/Users/a"),
                ],
                &[
                    "C:/Users/a/AppData/Roaming/Apple Computer/MobileSync/Backup",
                    "C:/Users/a/Apple/MobileSync/Backup",
                ],
            ),
            (&[], &[]),
        ] {
            let expected: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
            assert_eq!(backup_folders(&within(variables)), expected);
        }
    }
}
