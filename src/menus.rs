//! Where a setting is: in the phone's own menus (`{menu:auto-lock}`) or in an app (`{app:two-step}`), for one phone
//! or in general. Dated data; nothing is read here.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::apps::{self, App, Sure};
use crate::evidence::Platform;

/// How an iPhone recognises its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unlock {
    /// With Face ID: no Home button.
    FaceId,
    /// With Touch ID: its menus bear that name.
    TouchId,
}

/// What decides which menus a phone has; what is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Kind of phone.
    pub platform: Platform,
    /// As the phone states it.
    pub maker: Option<String>,
    /// Major version of the system.
    pub version: Option<u32>,
    /// `None` on Android, and where the model is not known.
    pub unlock: Option<Unlock>,
}

impl Phone {
    /// A phone of which nothing but the platform is known.
    pub fn any(platform: Platform) -> Self {
        Phone {
            platform,
            maker: None,
            version: None,
            unlock: None,
        }
    }
}

/// A path, and the phones that have it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    platform: String,
    #[serde(default)]
    makers: Vec<String>,
    from: Option<u32>,
    to: Option<u32>,
    unlock: Option<Unlock>,
    path: String,
    #[allow(
        dead_code,
        reason = "for the people who keep the data; a test reads it"
    )]
    sure: Sure,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    id: String,
    #[allow(
        dead_code,
        reason = "for the people who keep the data; a test reads it"
    )]
    what: String,
    path: Vec<Row>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Maker {
    id: String,
    name: String,
    stated: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Menus {
    #[allow(
        dead_code,
        reason = "for the people who keep the data; a test reads it"
    )]
    as_of: toml::value::Datetime,
    place: Vec<Place>,
    maker: Vec<Maker>,
}

static MENUS: LazyLock<Menus> = LazyLock::new(|| {
    toml::from_str(include_str!("../profiles/menus.toml"))
        .expect("the embedded menus are valid; a test parses them")
});

impl Row {
    /// How closely the row fits a phone; `None` where it does not.
    fn fit(&self, phone: &Phone) -> Option<u8> {
        if self.platform != phone.platform.id() {
            return None;
        }
        let mut fit = 0;
        if !self.makers.is_empty() {
            let maker = phone.maker.as_deref().and_then(maker_id)?;
            if !self.makers.iter().any(|m| m == maker) {
                return None;
            }
            fit += 4;
        }
        if let Some(unlock) = self.unlock {
            if phone.unlock != Some(unlock) {
                return None;
            }
            fit += 2;
        }
        if self.from.is_some() || self.to.is_some() {
            let version = phone.version?;
            if self.from.is_some_and(|from| version < from)
                || self.to.is_some_and(|to| version > to)
            {
                return None;
            }
            fit += 1;
        }
        Some(fit)
    }

    #[cfg(test)]
    fn is_general(&self) -> bool {
        self.makers.is_empty() && self.unlock.is_none() && self.from.is_none() && self.to.is_none()
    }
}

fn maker_id(stated: &str) -> Option<&'static str> {
    let stated = stated.trim().to_ascii_lowercase();
    MENUS
        .maker
        .iter()
        .find(|maker| maker.stated.contains(&stated))
        .map(|maker| maker.id.as_str())
}

/// The path to a place in the menus of this phone: the row that fits best.
pub fn path(place: &str, phone: &Phone) -> Option<&'static str> {
    let place = MENUS.place.iter().find(|p| p.id == place)?;
    let fitting = |row: &'static Row| Some((row.fit(phone)?, row));
    place
        .path
        .iter()
        .filter_map(fitting)
        .max_by_key(|(fit, _)| *fit)
        .map(|(_, row)| row.path.as_str())
}

/// The general path to a place, with those of the makers that have another.
fn path_in_general(place: &str, platform: Platform) -> Option<String> {
    let mut text = path(place, &Phone::any(platform))?.to_owned();
    let others: Vec<String> = path_by_maker(place, platform)
        .into_iter()
        .map(|(maker, other)| format!("{maker}: {other}"))
        .collect();
    if !others.is_empty() {
        text += &format!(" ({})", others.join("; "));
    }
    Some(text)
}

/// The makers that have another path to a place than the general one, and theirs.
pub fn path_by_maker(place: &str, platform: Platform) -> Vec<(&'static str, &'static str)> {
    let general = path(place, &Phone::any(platform));
    MENUS
        .maker
        .iter()
        .filter_map(|maker| {
            let phone = Phone {
                maker: maker.stated.first().cloned(),
                ..Phone::any(platform)
            };
            let other = path(place, &phone).filter(|other| Some(*other) != general)?;
            Some((maker.name.as_str(), other))
        })
        .collect()
}

/// Whether a placeholder of a profile (`menu:auto-lock`, `app:two-step`) means something on a platform, and why not.
///
/// # Errors
/// The reason, for the profile's author.
pub fn check(placeholder: &str, platform: Platform) -> Result<(), String> {
    match placeholder.split_once(':') {
        Some(("menu", place)) if path(place, &Phone::any(platform)).is_some() => Ok(()),
        Some(("menu", place)) => Err(if MENUS.place.iter().any(|p| p.id == place) {
            format!(
                "the menus have no place {{{placeholder}}} on {}",
                platform.name()
            )
        } else {
            let known: Vec<&str> = MENUS.place.iter().map(|p| p.id.as_str()).collect();
            format!(
                "the menus have no place {{{placeholder}}}; they have {}",
                known.join(", ")
            )
        }),
        Some(("app", place)) if apps::PLACES.iter().any(|(id, _)| *id == place) => Ok(()),
        Some(("app", _)) => {
            let known: Vec<&str> = apps::PLACES.iter().map(|(id, _)| *id).collect();
            Err(format!(
                "the app catalogue has no place {{{placeholder}}}; it has {}",
                known.join(", ")
            ))
        }
        _ => Err(format!(
            "{{{placeholder}}} is neither {{menu:...}} nor {{app:...}}"
        )),
    }
}

/// Whether this is a placeholder for a place, whatever it names.
pub fn is_placeholder(name: &str) -> bool {
    name.starts_with("menu:") || name.starts_with("app:")
}

/// Fills the places of a text in, for this phone and, where the text is about one, this app; `{app}` stays.
pub fn fill(text: &str, phone: &Phone, app: Option<&str>) -> String {
    replace(text, |kind, place| match kind {
        "menu" => path(place, phone).map(str::to_owned),
        _ => Some(match app.and_then(apps::by_id) {
            Some(app) => in_app(app, place, phone.platform),
            None => format!("look for {} in the app", what(place)),
        }),
    })
}

/// Fills the places of a text in for any phone, with what differs by maker and by app.
pub fn fill_in_general(text: &str, platform: Platform, apps: &[App]) -> String {
    // Each path of an app comes with the app's name.
    let text = text.replace("{app}: {app:", "{app:");
    replace(&text, |kind, place| match kind {
        "menu" => path_in_general(place, platform),
        _ => {
            let each: Vec<String> = apps
                .iter()
                .filter(|app| app.exists_on(platform))
                .filter(|app| {
                    app.like
                        .as_ref()
                        .is_none_or(|like| !apps.iter().any(|a| a.id == *like))
                })
                .map(|app| format!("{}: {}", app.name, in_app(app, place, platform)))
                .collect();
            Some(each.join("; "))
        }
    })
    .replace("{app}", "the app")
}

/// Where an app has a place; where that is not known, what to look for.
fn in_app(app: &App, place: &str, platform: Platform) -> String {
    let fact = app.fact(place);
    match fact.and_then(|fact| fact.path(platform)) {
        Some(path) => path.to_owned(),
        None => match fact.and_then(|fact| fact.value.as_deref()) {
            Some(value) => value.to_owned(),
            None => format!("look for {} in its settings", what(place)),
        },
    }
}

fn what(place: &str) -> &str {
    apps::PLACES
        .iter()
        .find(|(id, _)| *id == place)
        .map_or(place, |(_, what)| what)
}

/// Replaces each `{kind:place}` by what `find` makes of it.
fn replace(text: &str, find: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        out += before;
        let found = name
            .split_once(':')
            .filter(|_| is_placeholder(name))
            .and_then(|(kind, place)| find(kind, place));
        match found {
            Some(path) => out += &path,
            None => {
                out.push('{');
                out += name;
                out.push('}');
            }
        }
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
#[path = "menus_tests.rs"]
mod tests;
