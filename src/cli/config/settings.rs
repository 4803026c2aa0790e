//! The settings that are options too: where each stands in spotcheck.toml, its option, its variable, what it is where
//! nobody says anything.

/// How all variables of this program begin.
pub(in crate::cli) const PREFIX: &str = "SPOTCHECK_";
/// How variables for limits begin: `SPOTCHECK_LIMIT_AUTO_LOCK_MAX=1m`.
pub(super) const LIMIT: &str = "SPOTCHECK_LIMIT_";
/// Names one file in place of the two that are looked for.
pub(super) const FILE_VARIABLE: &str = "SPOTCHECK_CONFIG";

/// Variables that only this program's own tests know.
const OF_TESTS: [&str; 9] = [
    "SPOTCHECK_CORPUS",
    "SPOTCHECK_FAULTS",
    "SPOTCHECK_HAS_PHONE",
    "SPOTCHECK_NODE_MODULES",
    "SPOTCHECK_NOT_SET",
    "SPOTCHECK_PRINT_VERDICTS",
    "SPOTCHECK_STRICT",
    "SPOTCHECK_TEST_",
    "SPOTCHECK_UPDATE_TRANSCRIPTS",
];

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Its place in spotcheck.toml: table and key.
    pub key: &'static str,
    /// Its option, without the hyphens.
    pub option: &'static str,
    pub kind: Kind,
    pub built_in: Option<&'static str>,
    /// The option has one meaning in all commands, so that the value becomes its default in each.
    pub everywhere: bool,
}

impl Setting {
    /// The variable that sets it.
    pub fn variable(&self) -> String {
        PREFIX.to_owned() + &self.option.to_uppercase().replace('-', "_")
    }
}

const fn text(key: &'static str, option: &'static str) -> Setting {
    Setting {
        key,
        option,
        kind: Kind::Text,
        built_in: None,
        everywhere: false,
    }
}

/// All of them, in the order in which they are shown.
pub(super) const SETTINGS: [Setting; 11] = [
    Setting {
        built_in: Some("nhs-england"),
        ..text("defaults.profile", "profile")
    },
    text("defaults.role", "role"),
    text("defaults.auditor", "auditor"),
    text("defaults.site", "site"),
    text("defaults.campaign", "campaign"),
    Setting {
        kind: Kind::Number,
        built_in: Some("30"),
        everywhere: true,
        ..text("defaults.timeout", "timeout")
    },
    Setting {
        built_in: Some("table"),
        everywhere: true,
        ..text("defaults.format", "format")
    },
    Setting {
        built_in: Some("a4"),
        everywhere: true,
        ..text("defaults.slip_size", "slip-size")
    },
    Setting {
        built_in: Some("none"),
        ..text("marking", "marking")
    },
    text("register.file", "register"),
    Setting {
        kind: Kind::Number,
        ..text("register.keep_days", "keep-days")
    },
];

/// Whether a variable means something to this program or its tests.
pub(in crate::cli) fn is_known(variable: &str) -> bool {
    variable == FILE_VARIABLE
        || variable.starts_with(LIMIT)
        || OF_TESTS.iter().any(|known| match known.ends_with('_') {
            true => variable.starts_with(known),
            false => variable == *known,
        })
        || SETTINGS
            .iter()
            .any(|setting| setting.variable() == variable)
}

/// The variables that a person may set, besides those for limits.
pub(in crate::cli) fn variables() -> Vec<String> {
    let of_settings = SETTINGS.iter().map(Setting::variable);
    std::iter::once(FILE_VARIABLE.to_owned())
        .chain(of_settings)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_the_docs() {
        let page = include_str!("../../../docs/configuration.md");
        for setting in &SETTINGS {
            let key = setting.key.rsplit('.').next().expect("a key");
            let row = format!("`{}`", setting.variable());
            let row = page
                .lines()
                .find(|line| line.contains(&row))
                .expect(setting.key);
            assert!(row.starts_with(&format!("| `{key}`")), "{row}");
            assert!(row.contains(&format!("`--{}`", setting.option)), "{row}");
        }
        assert!(page.contains(FILE_VARIABLE) && page.contains(LIMIT));
    }

    #[test]
    fn variables_are_known_or_not() {
        for (variable, known) in [
            ("SPOTCHECK_PROFILE", true),
            ("SPOTCHECK_SLIP_SIZE", true),
            ("SPOTCHECK_KEEP_DAYS", true),
            ("SPOTCHECK_CONFIG", true),
            ("SPOTCHECK_LIMIT_AUTO_LOCK_MAX", true),
            ("SPOTCHECK_CORPUS", true),
            ("SPOTCHECK_STRICT", true),
            ("SPOTCHECK_TEST_PASSWORD", true),
            ("SPOTCHECK_PROFIEL", false),
            ("SPOTCHECK_STRICTER", false),
            ("SPOTCHECK_STAFF_REF", false),
        ] {
            assert_eq!(is_known(variable), known, "{variable}");
        }
    }
}
