//! Which packages are management agents and which only look like them: dated data.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[serde(rename = "as_of")]
    _as_of: toml::value::Datetime,
    /// Owners and admins that no organisation set.
    not_an_organisation: Vec<Entry>,
    /// Management and mail agents whose mere administrators may wipe the phone on the organisation's behalf.
    agent: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    package: String,
    #[serde(rename = "name")]
    _name: String,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../profiles/management.toml"))
        .expect("the embedded management lists are valid; a test parses them")
});

/// Package of Google Play services, whose administrator is Find Hub's.
pub const GOOGLE: &str = "com.google.android.gms";

/// Whether no organisation stands behind an owner or admin of this package.
pub fn no_organisation(package: &str) -> bool {
    LISTS
        .not_an_organisation
        .iter()
        .any(|entry| entry.package == package)
}

/// Whether this package is a known management or mail agent.
pub fn is_agent(package: &str) -> bool {
    LISTS.agent.iter().any(|entry| entry.package == package)
}

/// Packages of administrators whose names may leave the phone.
pub fn known_packages() -> Vec<&'static str> {
    LISTS
        .not_an_organisation
        .iter()
        .chain(&LISTS.agent)
        .map(|entry| entry.package.as_str())
        .chain([GOOGLE])
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sound() {
        for package in known_packages() {
            assert!(
                package
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_'),
                "{package} goes into a shell script"
            );
            assert!(
                !(no_organisation(package) && is_agent(package)),
                "{package} is on both lists"
            );
        }
    }
}
