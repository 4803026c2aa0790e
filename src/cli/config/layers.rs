//! Where settings come from, the weakest first: the file in the config folder, the file in the current folder,
//! variables. (Options stand over all of them.) They are laid over each other key by key.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::settings::{FILE_VARIABLE, Kind, LIMIT, PREFIX, SETTINGS};
use crate::bounded;
use crate::cli::{Failure, terminal};
use crate::profile;
use crate::system::{self, System};
use crate::trust::{self, Trust};

/// The most that a file of settings may hold, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Origin {
    File { path: PathBuf, line: usize },
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Origin::Variable(name) => f.write_str(name),
        }
    }
}

/// A place where a file of settings is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Place {
    pub path: PathBuf,
    pub found: bool,
}

/// All settings, as the files and the variables give them.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Config {
    pub trust: Trust,
    /// The strongest first.
    pub places: Vec<Place>,
    /// By place in the file ("defaults.profile"); what is not set is not here.
    pub set: BTreeMap<String, Set>,
}

/// A value that was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Set {
    /// As it is shown.
    pub value: String,
    pub origin: Origin,
}

impl Config {
    /// Where a setting was set.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.set.get(key).map(|set| &set.origin)
    }
}

/// Where settings are looked for, the strongest first: in the file that was named, or else in the current folder and
/// in the config folder.
pub(in crate::cli) fn places(named: Option<&Path>) -> Vec<PathBuf> {
    let named = named.map(Path::to_owned);
    let variable = || system::environment(FILE_VARIABLE).map(PathBuf::from);
    match named.or_else(variable) {
        Some(path) => vec![path],
        None => std::iter::once(PathBuf::from(trust::FILE))
            .chain(user_file())
            .collect(),
    }
}

/// The file in this person's config folder.
pub(super) fn user_file() -> Option<PathBuf> {
    system::config_folder(System::here(), &system::environment)
        .map(|folder| folder.join(trust::FILE))
}

/// Reads all settings.
///
/// # Errors
/// A file that was named and is not there, one that cannot be read, whatever is wrong in a file or a variable.
pub(in crate::cli) fn load(named: Option<&Path>) -> Result<Config, Failure> {
    let paths = places(named);
    let must_be_there = named.is_some() || system::environment(FILE_VARIABLE).is_some();
    let mut config = Config::default();
    let mut merged = Table::new();
    for path in paths.iter().rev() {
        let found = match read(path, must_be_there)? {
            None => false,
            Some(text) => {
                let name = path.display().to_string();
                // Each is right or wrong on its own, and its lines are its own.
                trust::parse(&name, &text).map_err(|e| Failure::Usage(e.into()))?;
                let (mut table, lines) = lines(&name, &text)?;
                beside(&mut table, path);
                config.note(&table, |key| Origin::File {
                    path: path.clone(),
                    line: lines.get(key).copied().unwrap_or(1),
                });
                lay_over(&mut merged, table);
                true
            }
        };
        let path = path.clone();
        config.places.insert(0, Place { path, found });
    }
    for (name, value) in own_variables() {
        let Some(table) = of_variable(&name, &value)? else {
            continue;
        };
        config.note(&table, |_| Origin::Variable(name.clone()));
        lay_over(&mut merged, table);
    }
    if !merged.is_empty() {
        config.trust = together(&merged).map_err(Failure::Usage)?;
    }
    Ok(config)
}

/// `None` where no file is.
fn read(path: &Path, must_be_there: bool) -> Result<Option<String>, Failure> {
    let error = match bounded::text(path, MAX_FILE) {
        Ok(text) => return Ok(Some(text)),
        Err(error) => error,
    };
    if !must_be_there {
        // A link to nowhere is a mistake, not a file that is missing.
        match path.symlink_metadata().map_err(|e| e.kind()) {
            Err(ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            // An account that runs with the home of another has no settings there; but somebody may think so.
            Err(ErrorKind::PermissionDenied) => {
                terminal::note(&format!(
                    "Note: Whether there are settings in {} cannot be told, so none are taken from there.\n",
                    path.display()
                ))?;
                return Ok(None);
            }
            _ => {}
        }
    }
    Err(Failure::Usage(anyhow::Error::new(error).context(format!(
        "The settings in {} cannot be read. Check the file, or name another with --config",
        path.display()
    ))))
}

/// The variables whose names begin like ours, as far as they hold anything, in the order of their names.
pub(in crate::cli) fn own_variables() -> Vec<(String, OsString)> {
    let mut own: Vec<(String, OsString)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty())
        .collect();
    own.sort();
    own
}

/// What a variable sets, as a file would set it. `None` for one that sets nothing.
fn of_variable(name: &str, value: &OsString) -> Result<Option<Table>, Failure> {
    let setting = SETTINGS.iter().find(|setting| setting.variable() == name);
    let key = match (setting, name.strip_prefix(LIMIT)) {
        (Some(setting), _) => setting.key.to_owned(),
        (None, Some(limit)) => format!("limits.{}", limit.to_lowercase()),
        (None, None) => return Ok(None),
    };
    let wrong = |why: &str| {
        Failure::Usage(anyhow!(
            "The variable {name} is not right: {why}. Correct it, or unset it."
        ))
    };
    let text = value.to_str().ok_or_else(|| wrong("it is not text"))?;
    let value = match setting.map(|setting| setting.kind) {
        Some(Kind::Number) => text
            .trim()
            .parse()
            .map(Value::Integer)
            .map_err(|_| wrong(&format!("\"{text}\" is not a whole number")))?,
        _ => Value::String(text.to_owned()),
    };
    let mut table = Table::new();
    match key.split_once('.') {
        Some((outer, inner)) => {
            let inner = Table::from_iter([(inner.to_owned(), value)]);
            table.insert(outer.to_owned(), Value::Table(inner));
        }
        None => {
            table.insert(key, value);
        }
    }
    together(&table).map_err(|error| {
        let said = error.to_string();
        let first = said.lines().next().unwrap_or_default();
        let reason = first.split_once(": ").map_or(first, |(_, reason)| reason);
        wrong(reason.trim_end_matches('.'))
    })?;
    Ok(Some(table))
}

/// Reads what was laid over each other.
fn together(table: &Table) -> anyhow::Result<Trust> {
    let text =
        toml::to_string(table).context("The settings cannot be put together. Report this fault")?;
    Ok(trust::parse("the settings together", &text)?)
}

fn lay_over(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

/// Files that a file of settings names lie beside it, wherever the program runs.
fn beside(table: &mut Table, path: &Path) {
    let folder = path.parent().unwrap_or(Path::new(""));
    let register = table.get_mut("register").and_then(|t| t.get_mut("file"));
    if let Some(Value::String(file)) = register {
        *file = folder.join(&*file).display().to_string();
    }
    let put = |name: &mut Value| {
        if let Value::String(name) = name
            && is_file_name(name)
        {
            *name = folder.join(&*name).display().to_string();
        }
    };
    match table.get_mut("defaults").and_then(|t| t.get_mut("profile")) {
        Some(Value::Array(names)) => names.iter_mut().for_each(put),
        Some(name) => put(name),
        None => {}
    }
}

/// Whether a checklist is named by a file.
fn is_file_name(profile: &str) -> bool {
    let looks = profile.ends_with(".toml") || profile.contains(['/', '\\']);
    looks && profile::shipped(profile).is_none()
}

/// A file as a table, and the line of each key.
fn lines(name: &str, text: &str) -> Result<(Table, BTreeMap<String, usize>), Failure> {
    let wrong = |e| Failure::Usage(crate::span::TextError::of_toml(name, text, &e).into());
    let table: Table = toml::from_str(text).map_err(wrong)?;
    let spanned = DeTable::parse(text).map_err(wrong)?;
    let mut lines = BTreeMap::new();
    find_lines(spanned.get_ref(), text, "", &mut lines);
    Ok((table, lines))
}

fn find_lines(table: &DeTable<'_>, text: &str, above: &str, into: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let path = format!("{above}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => find_lines(inner, text, &format!("{path}."), into),
            _ => {
                into.insert(path, line(text, key));
            }
        }
    }
}

fn line<T>(text: &str, at: &Spanned<T>) -> usize {
    let before = text.as_bytes().get(..at.span().start).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

impl Config {
    /// Notes every value of a table with where it was set.
    fn note(&mut self, table: &Table, origin: impl Fn(&str) -> Origin) {
        let mut leaves = Vec::new();
        find_leaves(table, "", &mut leaves);
        for (key, value) in leaves {
            let origin = origin(&key);
            self.set.insert(key, Set { value, origin });
        }
    }
}

fn find_leaves(table: &Table, above: &str, into: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let path = format!("{above}{key}");
        match value {
            Value::Table(inner) => find_leaves(inner, &format!("{path}."), into),
            value => into.push((path, shown(value))),
        }
    }
}

/// A value as it is shown. Entries of lists that are for answers under the Freedom of Information Act are counted.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_str) => {
            let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            words.join(", ")
        }
        Value::Array(items) => match items.len() {
            1 => "1 entry".into(),
            n => format!("{n} entries"),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_laid_over_each_other_key_by_key() {
        let table = |text: &str| text.parse::<Table>().expect("TOML");
        let mut below = table(
            "name = \"a\"\n[policy]\nname = \"b\"\nversion = \"1\"\n[[app]]\nid = \"signal\"\n",
        );
        let above = table("dpo = \"c\"\n[policy]\nversion = \"2\"\n[[app]]\nid = \"whatsapp\"\n");
        lay_over(&mut below, above);
        let expected = table(
            "name = \"a\"\ndpo = \"c\"\n[policy]\nname = \"b\"\nversion = \"2\"\n[[app]]\nid = \"whatsapp\"\n",
        );
        assert_eq!(below, expected);
    }

    #[test]
    fn every_key_has_its_line() {
        let text = "name = \"a\"\n\n[defaults]\n# a comment\nprofile = \"x\"\n[[app]]\nid = \"signal\"\n[[app]]\nid = \"whatsapp\"\n";
        let (table, lines) = lines("f", text).expect("TOML");
        assert_eq!(lines.get("name"), Some(&1));
        assert_eq!(lines.get("defaults.profile"), Some(&5));
        assert_eq!(lines.get("app"), Some(&6));
        let mut leaves = Vec::new();
        find_leaves(&table, "", &mut leaves);
        assert!(leaves.contains(&("app".into(), "2 entries".into())));
    }

    #[test]
    fn files_that_are_named_lie_beside_the_file_that_names_them() {
        for (text, at, key, expected) in [
            (
                "[register]\nfile = \"r.sqlite\"",
                "/c/spotcheck.toml",
                "register.file",
                "/c/r.sqlite",
            ),
            (
                "[register]\nfile = \"r.sqlite\"",
                "spotcheck.toml",
                "register.file",
                "r.sqlite",
            ),
            (
                "[register]\nfile = \"/r.sqlite\"",
                "/c/spotcheck.toml",
                "register.file",
                "/r.sqlite",
            ),
            (
                "[defaults]\nprofile = \"my.toml\"",
                "/c/spotcheck.toml",
                "defaults.profile",
                "/c/my.toml",
            ),
            (
                "[defaults]\nprofile = \"teams-only\"",
                "/c/spotcheck.toml",
                "defaults.profile",
                "teams-only",
            ),
            (
                "[defaults]\nprofile = [\"teams-only\", \"my.toml\"]",
                "/c/spotcheck.toml",
                "defaults.profile",
                "teams-only, /c/my.toml",
            ),
        ] {
            let mut table = text.parse::<Table>().expect("TOML");
            beside(&mut table, Path::new(at));
            let mut leaves = Vec::new();
            find_leaves(&table, "", &mut leaves);
            if cfg!(unix) {
                assert_eq!(leaves, [(key.to_owned(), expected.to_owned())], "{text}");
            }
        }
    }

    #[test]
    fn variables_are_held_to_what_a_file_is_held_to() {
        for (name, value, wrong) in [
            ("SPOTCHECK_PROFILE", "teams-only", None),
            ("SPOTCHECK_TIMEOUT", "60", None),
            (
                "SPOTCHECK_TIMEOUT",
                "soon",
                Some("\"soon\" is not a whole number"),
            ),
            ("SPOTCHECK_TIMEOUT", "0", Some("give 1 to 600 seconds")),
            ("SPOTCHECK_KEEP_DAYS", "0", Some("1 to 36500 days")),
            ("SPOTCHECK_FORMAT", "jsn", Some("Did you mean \"json\"?")),
            ("SPOTCHECK_AUDITOR", "Jane Smith", Some("looks like a name")),
            ("SPOTCHECK_MARKING", "official", None),
            ("SPOTCHECK_LIMIT_AUTO_LOCK_MAX", "1m", None),
            ("SPOTCHECK_LIMIT_AUTO_LOCK_MAX", " ", Some("a limit is")),
        ] {
            let said = of_variable(name, &value.into()).map_err(Failure::into_error);
            match wrong {
                None => assert!(said.expect("good").is_some(), "{name}={value}"),
                Some(why) => {
                    let said = said.expect_err(name).to_string();
                    assert!(said.contains(why) && said.contains(name), "{said}");
                }
            }
        }
        let none = of_variable("SPOTCHECK_CORPUS", &"x".into());
        assert!(none.expect("no setting").is_none());
    }
}
