//! Which password opens which backup: a TOML file of rules, the first that matches wins.
//!
//! ```toml
//! "00008110-*" = { env = "WARD_7_PASSWORD" }
//! "*" = { file = "passwords/default.txt" }
//! ```

use std::path::{Path, PathBuf};

use glob::Pattern;
use serde::Deserialize;
use toml::Spanned;

/// Where a password is kept. It is never an argument and never in the rules themselves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum PasswordSource {
    /// An environment variable.
    Env(String),
    /// The first line of a file.
    File(PathBuf),
}

/// Rules from a `--passwords` file.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<(Pattern, PasswordSource)>);

impl Rules {
    /// Reads the rules; paths in them are relative to the file's own folder.
    ///
    /// # Errors
    /// Says what is wrong and in which line. It never quotes the text: somebody may have put a password into it.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let wrong = |what: &'static str| {
            move |error: toml::de::Error| match error.span() {
                Some(span) => format!("line {}: {what}", line(span.start)),
                None => what.to_owned(),
            }
        };
        let table: toml::Table = toml::from_str(text).map_err(wrong("this is not TOML"))?;
        // A second reading with places: the plain table keeps the order of the file, the typed one the lines.
        let typed: std::collections::BTreeMap<Spanned<String>, Spanned<PasswordSource>> =
            toml::from_str(text).map_err(wrong(
                "a rule is \"folder name or glob\" = { env = \"NAME\" } or { file = \"PATH\" }",
            ))?;
        let mut rules = Vec::new();
        for name in table.keys() {
            let Some((key, source)) = typed.iter().find(|(key, _)| key.get_ref() == name) else {
                continue;
            };
            let pattern = Pattern::new(name).map_err(|e| {
                format!(
                    "line {}: \"{name}\" is no pattern: {e}",
                    line(key.span().start)
                )
            })?;
            let source = match source.get_ref() {
                PasswordSource::File(path) => PasswordSource::File(folder.join(path)),
                PasswordSource::Env(name) if name.is_empty() => {
                    return Err(format!(
                        "line {}: an environment variable needs a name",
                        line(source.span().start)
                    ));
                }
                PasswordSource::Env(name) => PasswordSource::Env(name.clone()),
            };
            rules.push((pattern, source));
        }
        Ok(Rules(rules))
    }

    /// The place of the password for a backup of this folder name.
    pub fn source_for(&self, name: &str) -> Option<&PasswordSource> {
        self.0
            .iter()
            .find(|(pattern, _)| pattern.matches(name))
            .map(|(_, source)| source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_match_wins() {
        let text = "\"zz-*\" = { env = \"Z\" }\n\"phone-1\" = { env = \"ONE\" }\n\"phone-*\" = { file = \"p.txt\" }\n";
        let rules = Rules::parse(text, Path::new("/rules")).expect("right");
        let env = |name: &str| Some(PasswordSource::Env(name.into()));
        for (name, expected) in [
            ("zz-1", env("Z")),
            ("phone-1", env("ONE")),
            ("phone-2", Some(PasswordSource::File("/rules/p.txt".into()))),
            ("other", None),
        ] {
            assert_eq!(rules.source_for(name).cloned(), expected, "{name}");
        }
    }

    #[test]
    fn wrong_rules_name_the_line() {
        for (text, part) in [
            (
                "\"a\" = { env = \"A\" }\n\"b\" = { password = \"secret\" }",
                "line 2",
            ),
            ("\"a\" = \"secret\"", "line 1"),
            ("\n\"[\" = { env = \"A\" }", "line 2"),
            ("\n\n\"a\" = { env = \"\" }", "line 3"),
            ("a = {", "line 1"),
        ] {
            let error = Rules::parse(text, Path::new("")).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
