//! A place in a JSON value that knows its own path, so that every error can name it.

use serde_json::Value;

use crate::evidence::text::deceives;

/// What is wrong with a saved audit, and in which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub path: String,
    pub what: String,
}

/// A value within a document.
pub(super) struct Field<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Field<'a> {
    pub fn root(value: &'a Value) -> Self {
        Field {
            value,
            path: String::new(),
        }
    }

    pub fn wrong(&self, what: impl Into<String>) -> Wrong {
        Wrong {
            path: if self.path.is_empty() {
                "the document".into()
            } else {
                self.path.clone()
            },
            what: what.into(),
        }
    }

    fn below(&self, key: &str, value: &'a Value) -> Field<'a> {
        let path = match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        Field { value, path }
    }

    /// A field that must be there.
    pub fn get(&self, key: &str) -> Result<Field<'a>, Wrong> {
        let object = self
            .value
            .as_object()
            .ok_or_else(|| self.wrong("is not an object"))?;
        match object.get(key) {
            Some(value) => Ok(self.below(key, value)),
            None => Err(self.below(key, self.value).wrong("is missing")),
        }
    }

    /// A field that may be null or missing.
    pub fn maybe(&self, key: &str) -> Option<Field<'a>> {
        let value = self.value.as_object()?.get(key)?;
        (!value.is_null()).then(|| self.below(key, value))
    }

    /// What `read` makes of a field that may be null or missing.
    pub fn option<T>(
        &self,
        key: &str,
        read: impl Fn(&Field<'a>) -> Result<T, Wrong>,
    ) -> Result<Option<T>, Wrong> {
        self.maybe(key).map(|field| read(&field)).transpose()
    }

    /// What `read` makes of each item of a list.
    pub fn list<T>(&self, read: impl Fn(&Field<'a>) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        let items = self
            .value
            .as_array()
            .ok_or_else(|| self.wrong("is not a list"))?;
        items
            .iter()
            .enumerate()
            .map(|(at, value)| {
                read(&Field {
                    value,
                    path: format!("{}[{at}]", self.path),
                })
            })
            .collect()
    }

    /// What `read` makes of a list that may be missing.
    pub fn list_or_none<T>(
        &self,
        key: &str,
        read: impl Fn(&Field<'a>) -> Result<T, Wrong>,
    ) -> Result<Vec<T>, Wrong> {
        self.maybe(key)
            .map_or_else(|| Ok(Vec::new()), |field| field.list(read))
    }

    /// Text without characters that could deceive a reader or a terminal: it may have been changed by anybody.
    pub fn text(&self) -> Result<&'a str, Wrong> {
        let text = self
            .value
            .as_str()
            .ok_or_else(|| self.wrong("is not text"))?;
        if text
            .chars()
            .any(|c| deceives(c) && !matches!(c, '\n' | '\t'))
        {
            return Err(self.wrong("holds characters that no report holds"));
        }
        Ok(text)
    }

    /// Text of its own.
    pub fn string(&self) -> Result<String, Wrong> {
        self.text().map(str::to_owned)
    }

    pub fn boolean(&self) -> Result<bool, Wrong> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong("is neither true nor false"))
    }

    /// A field of true or false that may be missing: then it is false.
    pub fn flag(&self, key: &str) -> Result<bool, Wrong> {
        Ok(self.option(key, Field::boolean)?.unwrap_or(false))
    }

    pub fn number(&self) -> Result<u64, Wrong> {
        self.value
            .as_u64()
            .ok_or_else(|| self.wrong("is not a whole number"))
    }

    pub fn small<T: TryFrom<u64>>(&self) -> Result<T, Wrong> {
        T::try_from(self.number()?).map_err(|_| self.wrong("is too large"))
    }

    /// One of a closed list of words.
    pub fn word<T>(&self, find: impl Fn(&str) -> Option<T>) -> Result<T, Wrong> {
        let word = self.text()?;
        find(word).ok_or_else(|| {
            let shown: String = word.chars().take(40).collect();
            self.wrong(format!(
                "is \"{shown}\", which this spotcheck does not know"
            ))
        })
    }

    /// Text that `read` understands and that says the same when it is written again.
    pub fn canonical<T: ToString>(
        &self,
        read: impl Fn(&str) -> Option<T>,
        what: &str,
    ) -> Result<T, Wrong> {
        let text = self.text()?;
        read(text)
            .filter(|value| value.to_string() == text)
            .ok_or_else(|| self.wrong(format!("is not {what}")))
    }
}
