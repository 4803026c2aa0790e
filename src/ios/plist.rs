//! A property-list reader for untrusted bytes: bounded, without recursion, and blind to keys that were not asked for.
//!
//! The parser of the `plist` crate alone can be made to eat all memory (566 bytes of nested shared arrays) or to
//! overflow the stack (300,000 nested arrays). So its events are counted here, and only the keys in a [`Keep`] are
//! built into a value: serial numbers, names and other people's apps pass by without ever being stored.

use std::io::Cursor;

use ::plist::Dictionary;
pub use ::plist::Value;
use ::plist::stream::{BinaryReader, Event, XmlReader};
use jiff::Timestamp;

/// Most events (values, keys and ends of collections) of one file.
pub const MAX_EVENTS: u64 = 2_000_000;
/// Deepest nesting of collections.
pub const MAX_DEPTH: usize = 512;
/// Most bytes of strings and data of one file; shared objects count each time they are met.
pub const MAX_CONTENT: usize = 96 << 20;

/// What is kept of a property list; everything else is skipped while it is being read.
#[derive(Debug, Clone, PartialEq)]
pub enum Keep {
    /// The whole value.
    All,
    /// Of a dictionary, these keys.
    Keys(Vec<(String, Keep)>),
    /// Of an array, this part of each item.
    Items(Box<Keep>),
    /// Of a dictionary, these keys, and that there are others: see [`OTHERS`].
    Entries(Vec<(String, Keep)>),
    /// Of an array of strings, those of them that are in this list, and that there are others: one `true` for all.
    Listed(Vec<String>),
}

/// What stands for all entries of a dictionary that are not kept, so that it is not taken for an empty one.
pub const OTHERS: &str = "";

impl Keep {
    /// One value, reached by a path of keys.
    pub fn path(path: &[&str]) -> Keep {
        Keep::path_to(path, Keep::All)
    }

    /// Part of one value, reached by a path of keys.
    pub fn path_to(path: &[&str], end: Keep) -> Keep {
        path.iter().rev().fold(end, |inner, key| {
            Keep::Keys(vec![((*key).to_owned(), inner)])
        })
    }

    /// Several keys of one dictionary, whole.
    pub fn keys(keys: &[&str]) -> Keep {
        Keep::Keys(keys.iter().map(|k| ((*k).to_owned(), Keep::All)).collect())
    }

    /// Nothing of a dictionary.
    pub fn nothing() -> Keep {
        Keep::Keys(Vec::new())
    }

    /// What either of the two keeps.
    pub fn or(self, other: Keep) -> Keep {
        match (self, other) {
            (Keep::All, _) | (_, Keep::All) => Keep::All,
            (Keep::Keys(mut keys), Keep::Keys(more)) => {
                for (key, keep) in more {
                    match keys.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, known)) => {
                            *known = std::mem::replace(known, Keep::nothing()).or(keep);
                        }
                        None => keys.push((key, keep)),
                    }
                }
                Keep::Keys(keys)
            }
            (Keep::Items(one), Keep::Items(two)) => Keep::Items(Box::new(one.or(*two))),
            (Keep::Listed(mut list), Keep::Listed(more)) => {
                list.extend(more);
                Keep::Listed(list)
            }
            // Two forms of one value: that must not widen what is kept.
            (first, _) => first,
        }
    }
}

/// Why a property list cannot be used, in plain English; never quotes the file.
pub type Damage = String;

/// The kept part of a property list whose root is a dictionary.
///
/// # Errors
/// Text (for people) if the bytes are no property list, are cut short or damaged, name a wanted key twice, or exceed
/// the bounds.
pub fn pick(bytes: &[u8], keep: &Keep) -> Result<Value, Damage> {
    let value = if bytes.starts_with(b"bplist00") {
        build(BinaryReader::new(Cursor::new(bytes)), keep)?
    } else if looks_like_xml(bytes) {
        build(XmlReader::new(Cursor::new(bytes)), keep)?
    } else if bytes.is_empty() {
        return Err("the file is empty".into());
    } else {
        return Err("the file is not a property list".into());
    };
    match value {
        Value::Dictionary(_) => Ok(value),
        _ => Err("the property list is not a dictionary".into()),
    }
}

// The crate's own sniffing falls back to the old ASCII format, which no file of a backup uses and garbage resembles.
fn looks_like_xml(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = text.trim_ascii_start();
    [&b"<?xml"[..], b"<!DOCTYPE", b"<plist"]
        .iter()
        .any(|start| text.starts_with(start))
}

enum Frame<'k> {
    Dict {
        dict: Dictionary,
        keep: &'k Keep,
        key: Option<(String, &'k Keep)>,
    },
    Array {
        items: Vec<Value>,
        keep: &'k Keep,
    },
}

/// What to do with the value that comes next.
enum Next<'k> {
    Keep(&'k Keep),
    Skip,
}

struct Builder<'k> {
    frames: Vec<Frame<'k>>,
    /// Depth inside a value that is being skipped.
    skipping: usize,
    /// Whether the next value belongs to a key that nobody asked for.
    skip_next: bool,
    root: Option<Value>,
    root_keep: &'k Keep,
}

fn build<'e, I>(events: I, keep: &Keep) -> Result<Value, Damage>
where
    I: Iterator<Item = Result<Event<'e>, ::plist::Error>>,
{
    let mut builder = Builder {
        frames: Vec::new(),
        skipping: 0,
        skip_next: false,
        root: None,
        root_keep: keep,
    };
    let (mut count, mut content, mut depth) = (0u64, 0usize, 0usize);
    for event in events {
        let event = event.map_err(|_| "the property list is damaged or cut short".to_owned())?;
        count += 1;
        match &event {
            Event::StartArray(len) | Event::StartDictionary(len) => {
                depth += 1;
                // The items that a collection announces are held by the parser until they are read: they count at
                // once, or nested references to one huge array would fill the memory first.
                count = count.saturating_add(len.unwrap_or(0));
            }
            Event::EndCollection => depth = depth.saturating_sub(1),
            Event::Data(data) => content = content.saturating_add(data.len()),
            Event::String(text) => content = content.saturating_add(text.len()),
            _ => {}
        }
        if depth > MAX_DEPTH || count > MAX_EVENTS || content > MAX_CONTENT {
            return Err("the property list is larger or deeper than any real one".into());
        }
        builder.take(event)?;
    }
    if builder.frames.is_empty() && builder.skipping == 0 {
        builder
            .root
            .ok_or_else(|| "the property list holds nothing".into())
    } else {
        Err("the property list is cut short".into())
    }
}

impl<'k> Builder<'k> {
    fn take(&mut self, event: Event<'_>) -> Result<(), Damage> {
        if self.skipping > 0 {
            match event {
                Event::StartArray(_) | Event::StartDictionary(_) => self.skipping += 1,
                Event::EndCollection => self.skipping -= 1,
                _ => {}
            }
            return Ok(());
        }
        if matches!(event, Event::EndCollection) {
            return self.end();
        }
        if let Some(Frame::Dict { dict, keep, key }) = self.frames.last_mut()
            && key.is_none()
            && !self.skip_next
        {
            let Event::String(name) = event else {
                return Err("the property list has a key that is not text".into());
            };
            match wanted(keep, &name) {
                Some(inner) => {
                    if dict.contains_key(name.as_ref()) {
                        return Err("the property list names one key twice".into());
                    }
                    *key = Some((name.into_owned(), inner));
                }
                None => {
                    if matches!(keep, Keep::Entries(_)) {
                        dict.insert(OTHERS.to_owned(), Value::Boolean(true));
                    }
                    self.skip_next = true;
                }
            }
            return Ok(());
        }
        match self.next_keep() {
            Next::Skip => {
                self.skip_next = false;
                if matches!(event, Event::StartArray(_) | Event::StartDictionary(_)) {
                    self.skipping = 1;
                }
                Ok(())
            }
            Next::Keep(keep) => self.value(event, keep),
        }
    }

    fn next_keep(&self) -> Next<'k> {
        if self.skip_next {
            return Next::Skip;
        }
        match self.frames.last() {
            None => Next::Keep(self.root_keep),
            Some(Frame::Dict { key, .. }) => match key {
                Some((_, keep)) => Next::Keep(keep),
                None => Next::Skip,
            },
            Some(Frame::Array { keep, .. }) => match keep {
                Keep::Items(inner) => Next::Keep(inner),
                Keep::All | Keep::Listed(_) => Next::Keep(keep),
                Keep::Keys(_) | Keep::Entries(_) => Next::Skip,
            },
        }
    }

    fn value(&mut self, event: Event<'_>, keep: &'k Keep) -> Result<(), Damage> {
        match event {
            Event::StartDictionary(_) => {
                self.frames.push(Frame::Dict {
                    dict: Dictionary::new(),
                    keep,
                    key: None,
                });
                Ok(())
            }
            Event::StartArray(_) => {
                self.frames.push(Frame::Array {
                    items: Vec::new(),
                    keep,
                });
                Ok(())
            }
            scalar => {
                let value = match (&scalar, keep, self.frames.last()) {
                    (_, Keep::All, _) => scalar_value(scalar)?,
                    (Event::String(text), Keep::Listed(list), Some(Frame::Array { items, .. })) => {
                        if list.iter().any(|wanted| wanted == text.as_ref()) {
                            scalar_value(scalar)?
                        } else if items.contains(&Value::Boolean(true)) {
                            return Ok(());
                        } else {
                            Value::Boolean(true)
                        }
                    }
                    // Of another type than expected: the reader has to see that, but not what it says.
                    _ => Value::String(String::new()),
                };
                self.put(value)
            }
        }
    }

    fn end(&mut self) -> Result<(), Damage> {
        match self.frames.pop() {
            Some(Frame::Dict { key: Some(_), .. }) | None => {
                Err("the property list is damaged".into())
            }
            Some(Frame::Dict { .. }) if self.skip_next => {
                Err("the property list is damaged".into())
            }
            Some(Frame::Dict { dict, .. }) => self.put(Value::Dictionary(dict)),
            Some(Frame::Array { items, .. }) => self.put(Value::Array(items)),
        }
    }

    fn put(&mut self, value: Value) -> Result<(), Damage> {
        match self.frames.last_mut() {
            None if self.root.is_some() => Err("the property list holds two values".into()),
            None => {
                self.root = Some(value);
                Ok(())
            }
            Some(Frame::Array { items, .. }) => {
                items.push(value);
                Ok(())
            }
            Some(Frame::Dict { dict, key, .. }) => match key.take() {
                Some((name, _)) => {
                    dict.insert(name, value);
                    Ok(())
                }
                None => Err("the property list is damaged".into()),
            },
        }
    }
}

fn wanted<'k>(keep: &'k Keep, name: &str) -> Option<&'k Keep> {
    match keep {
        Keep::All => Some(keep),
        Keep::Keys(keys) | Keep::Entries(keys) => {
            keys.iter().find(|(k, _)| k == name).map(|(_, inner)| inner)
        }
        Keep::Items(_) | Keep::Listed(_) => None,
    }
}

fn scalar_value(event: Event<'_>) -> Result<Value, Damage> {
    Ok(match event {
        Event::Boolean(v) => Value::Boolean(v),
        Event::Data(v) => Value::Data(v.into_owned()),
        Event::Date(v) => Value::Date(v),
        Event::Integer(v) => Value::Integer(v),
        Event::Real(v) => Value::Real(v),
        Event::String(v) => Value::String(v.into_owned()),
        Event::Uid(v) => Value::Uid(v),
        _ => return Err("the property list is damaged".into()),
    })
}

/// A looked-up value: there, not there, or (as text for people) of a type that it should not have.
pub type Looked<T> = Result<Option<T>, Damage>;

/// The value at a path of keys; `Ok(None)` if a key on the way is not there.
pub fn at<'v>(root: &'v Value, path: &[&str]) -> Looked<&'v Value> {
    let mut value = root;
    for (i, key) in path.iter().enumerate() {
        let Value::Dictionary(dict) = value else {
            let parent = path.get(..i).unwrap_or_default().join(".");
            return Err(format!(
                "{parent} is {} where a dictionary belongs",
                kind(value)
            ));
        };
        match dict.get(key) {
            Some(inner) => value = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

fn typed<'v, T>(
    root: &'v Value,
    path: &[&str],
    what: &str,
    convert: impl Fn(&'v Value) -> Option<T>,
) -> Looked<T> {
    match at(root, path)? {
        None => Ok(None),
        Some(value) => convert(value)
            .map(Some)
            .ok_or_else(|| format!("{} is {} where {what} belongs", path.join("."), kind(value))),
    }
}

/// A yes or no.
pub fn boolean(root: &Value, path: &[&str]) -> Looked<bool> {
    typed(root, path, "yes or no", Value::as_boolean)
}

/// A whole number.
pub fn integer(root: &Value, path: &[&str]) -> Looked<i64> {
    typed(root, path, "a whole number", Value::as_signed_integer)
}

/// Text.
pub fn string<'v>(root: &'v Value, path: &[&str]) -> Looked<&'v str> {
    typed(root, path, "text", Value::as_string)
}

/// Bytes.
pub fn data<'v>(root: &'v Value, path: &[&str]) -> Looked<&'v [u8]> {
    typed(root, path, "data", Value::as_data)
}

/// A list.
pub fn array<'v>(root: &'v Value, path: &[&str]) -> Looked<&'v [Value]> {
    typed(root, path, "a list", |v| v.as_array().map(Vec::as_slice))
}

/// A moment.
pub fn date(root: &Value, path: &[&str]) -> Looked<Timestamp> {
    typed(root, path, "a date", |v| {
        Timestamp::try_from(std::time::SystemTime::from(v.as_date()?)).ok()
    })
}

/// What a value is, for a sentence.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) => "a list",
        Value::Dictionary(_) => "a dictionary",
        Value::Boolean(_) => "yes or no",
        Value::Data(_) => "data",
        Value::Date(_) => "a date",
        Value::Real(_) => "a fraction",
        Value::Integer(_) => "a number",
        Value::String(_) => "text",
        Value::Uid(_) => "a reference",
        _ => "something unfamiliar",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parser that feeds the builder never does these; another one might.
    #[test]
    fn values_out_of_place_are_damage() {
        let damaged = Err("the property list is damaged".to_owned());
        for event in [
            Event::StartArray(None),
            Event::StartDictionary(None),
            Event::EndCollection,
        ] {
            assert_eq!(
                scalar_value(event.clone()).map(|_| ()),
                damaged,
                "{event:?}"
            );
        }
        let keep = Keep::All;
        let mut builder = Builder {
            frames: vec![Frame::Dict {
                dict: Dictionary::new(),
                keep: &keep,
                key: None,
            }],
            skipping: 0,
            skip_next: false,
            root: None,
            root_keep: &keep,
        };
        assert_eq!(builder.put(Value::Boolean(true)), damaged);
    }
}
