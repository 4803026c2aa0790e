//! The messaging-app catalogue: ids and names of the apps that may be looked for, as dated data.

use std::sync::LazyLock;

use serde::Deserialize;

/// A messaging app of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Stable id, e.g. `whatsapp`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Android package, where known.
    pub android: Option<String>,
    /// iOS bundle id, where known.
    pub ios: Option<String>,
}

/// The catalogue and the day it was last checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    pub as_of: toml::value::Datetime,
    #[serde(rename = "app")]
    pub apps: Vec<App>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    toml::from_str(include_str!("../profiles/apps.toml"))
        .expect("the embedded app catalogue is valid; a test parses it")
});

/// The catalogue that is built into the program.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The app with this id.
pub fn by_id(id: &str) -> Option<&'static App> {
    CATALOGUE.apps.iter().find(|app| app.id == id)
}

/// The app's name for people, or the id where the catalogue has none.
pub fn name(id: &str) -> &str {
    by_id(id).map_or(id, |app| app.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_catalogue_is_sound() {
        let apps = &catalogue().apps;
        let ids: BTreeSet<_> = apps.iter().map(|a| &a.id).collect();
        assert_eq!(ids.len(), apps.len());
        for app in apps {
            // Ids go into a shell script and into SQL parameters: nothing but the letters that packages may have.
            for id in [&app.android, &app.ios].into_iter().flatten() {
                assert!(
                    id.chars()
                        .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)),
                    "{id}"
                );
            }
        }
    }
}
