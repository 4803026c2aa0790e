//! The texts that a profile is made of: its own and, where it extends another, that one's, and so on.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use toml::Spanned;

use super::ProfileError;
use super::schema::RawProfile;
use crate::bounded;
use crate::evidence::text::is_plain;
use crate::nearest::did_you_mean;

const SHIPPED: &[(&str, &str)] = &[
    (
        "nhs-england",
        include_str!("../../profiles/nhs-england.toml"),
    ),
    (
        "nhs-england-quick",
        include_str!("../../profiles/nhs-england-quick.toml"),
    ),
    ("teams-only", include_str!("../../profiles/teams-only.toml")),
    (
        "exception-72h",
        include_str!("../../profiles/exception-72h.toml"),
    ),
    (
        "cyber-essentials",
        include_str!("../../profiles/cyber-essentials.toml"),
    ),
    ("ncsc-ios", include_str!("../../profiles/ncsc-ios.toml")),
    (
        "ncsc-android",
        include_str!("../../profiles/ncsc-android.toml"),
    ),
    (
        "cis-ios-byod",
        include_str!("../../profiles/cis-ios-byod.toml"),
    ),
    (
        "cis-android",
        include_str!("../../profiles/cis-android.toml"),
    ),
];

/// The most a profile file may hold.
const MAX_BYTES: u64 = 1 << 20;
/// The most criteria that one file may hold: trying them all against each other takes time.
const MAX_CRITERIA: usize = 1000;
/// The deepest nesting of brackets.
const MAX_DEPTH: usize = 32;
/// The most profiles that may stand one upon the other.
const MAX_PROFILES: usize = 8;

/// Ids of the profiles that are built into the program.
pub fn shipped_ids() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(id, _)| *id)
}

/// The text of a profile that is built into the program.
pub fn shipped(id: &str) -> Option<&'static str> {
    SHIPPED
        .iter()
        .find(|(i, _)| *i == id)
        .map(|(_, text)| *text)
}

fn known() -> String {
    shipped_ids().collect::<Vec<_>>().join(", ")
}

/// The text of a profile: of a shipped one by its id, else of a file.
pub(super) fn text(id_or_path: &str) -> Result<String, ProfileError> {
    if let Some(text) = shipped(id_or_path) {
        return Ok(text.to_owned());
    }
    if !Path::new(id_or_path).exists() {
        return Err(ProfileError(format!(
            "There is no profile \"{id_or_path}\" in this program and no file of that name.{}\nGive one of these, or a file of your own: {}.",
            did_you_mean(id_or_path, shipped_ids()),
            known()
        )));
    }
    bounded::text(Path::new(id_or_path), MAX_BYTES).map_err(|e| {
        ProfileError::whole(
            id_or_path,
            format!(
                "cannot be read: {e}.\nGive a file that holds a checklist (TOML), or one of: {}.",
                known()
            ),
        )
    })
}

fn holds_only_plain_text(value: &toml::Value) -> bool {
    match value {
        toml::Value::String(text) => is_plain(text),
        toml::Value::Array(values) => values.iter().all(holds_only_plain_text),
        toml::Value::Table(table) => table
            .iter()
            .all(|(key, value)| is_plain(key) && holds_only_plain_text(value)),
        _ => true,
    }
}

/// A profile's text with the name it goes by in errors.
pub(super) struct File {
    pub name: String,
    text: String,
}

impl File {
    /// Whether a criterion or a sentence uses this limit.
    pub fn uses(&self, parameter: &str) -> bool {
        self.text.contains(&format!("${parameter}\""))
            || self.text.contains(&format!("{{{parameter}}}"))
    }

    pub fn error(&self, span: Range<usize>, message: impl AsRef<str>) -> ProfileError {
        ProfileError::at(&self.name, &self.text, span, message)
    }
}

pub(super) type Layer = (Arc<File>, RawProfile);

/// The profile's layers, the furthest first, and the hash over their texts.
pub(super) fn layers(name: &str, text: &str) -> Result<(Vec<Layer>, String), ProfileError> {
    let mut layers = vec![parse(name, text)?];
    let mut seen = vec![identity(name)];
    // The chain is followed from the profile itself to the one that extends nothing.
    while let Some((file, raw)) = layers.last()
        && let Some(base) = &raw.extends
    {
        if layers.len() == MAX_PROFILES {
            return Err(file.error(
                base.span(),
                format!("more than {MAX_PROFILES} profiles extend each other"),
            ));
        }
        let (base_name, base_text) = extended(file, base)?;
        let base_identity = identity(&base_name);
        if seen.contains(&base_identity) {
            return Err(file.error(
                base.span(),
                "these profiles extend each other in a circle; one of them has to stand alone",
            ));
        }
        seen.push(base_identity);
        layers.push(parse(&base_name, &base_text)?);
    }
    layers.reverse();
    let mut hash = Sha256::new();
    for (file, _) in &layers {
        hash.update(file.text.as_bytes());
    }
    let sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok((layers, sha256))
}

/// What tells two names of one profile.
fn identity(name: &str) -> PathBuf {
    if shipped(name).is_some() {
        return PathBuf::from(name);
    }
    std::fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name))
}

/// Name and text of the profile that `file` extends: a shipped one, else a file beside it.
fn extended(file: &File, base: &Spanned<String>) -> Result<(String, String), ProfileError> {
    if let Some(text) = shipped(base.get_ref()) {
        return Ok((base.get_ref().clone(), text.to_owned()));
    }
    let wrong = |what: String| {
        file.error(
            base.span(),
            format!(
                "{what}.{} A profile can extend one of these, or a file beside it: {}",
                did_you_mean(base.get_ref(), shipped_ids()),
                known()
            ),
        )
    };
    if shipped(&file.name).is_some() {
        return Err(wrong("there is no such profile".into()));
    }
    let folder = Path::new(&file.name).parent().unwrap_or(Path::new(""));
    let path = folder.join(base.get_ref());
    let name = path.display().to_string();
    if !path.is_file() {
        return Err(wrong(format!("there is no file {name}")));
    }
    let text = bounded::text(&path, MAX_BYTES)
        .map_err(|e| file.error(base.span(), format!("{name} cannot be read: {e}")))?;
    Ok((name, text))
}

fn parse(name: &str, text: &str) -> Result<Layer, ProfileError> {
    if text.matches("fact").count() > MAX_CRITERIA {
        return Err(ProfileError::whole(
            name,
            "it holds more criteria than a checklist can",
        ));
    }
    // Escapes in a string can hold what the file itself does not show.
    let plain = |value: &toml::Value| holds_only_plain_text(value);
    if toml::from_str::<toml::Value>(text).is_ok_and(|value| !plain(&value)) {
        return Err(ProfileError::whole(
            name,
            "a text in it holds control characters, which could deceive whoever reads it",
        ));
    }
    if depth(text) > MAX_DEPTH {
        return Err(ProfileError::whole(
            name,
            "nested deeper than a profile can be",
        ));
    }
    let raw = toml::from_str(text).map_err(|e| ProfileError::of_toml(name, text, &e))?;
    let file = File {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    Ok((Arc::new(file), raw))
}

/// The deepest nesting of brackets and braces, counted without regard to strings: enough to refuse what could
/// exhaust a parser that recurses.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for c in text.bytes() {
        match c {
            b'[' | b'{' => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}
