//! Property lists as trees that can hold what a sound one cannot: a key twice, a key that is no text. What the tests
//! write here is written by this file alone, not by the code that is tested.

use plist::{Integer, Value};

/// A value of a property list.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    Dict(Vec<(Tree, Tree)>),
    Array(Vec<Tree>),
    Leaf(Value),
    /// Data that is itself a property list: an archive.
    Archive(Box<Tree>),
}

/// The way to a value: at each level the place among the entries or items; an archive is one level of its own.
pub type Path = Vec<usize>;

impl Tree {
    /// Reads a sound property list.
    pub fn read(bytes: &[u8]) -> Tree {
        let value = Value::from_reader(std::io::Cursor::new(bytes)).expect("a property list");
        Tree::of(value)
    }

    fn of(value: Value) -> Tree {
        match value {
            Value::Dictionary(dict) => Tree::Dict(
                dict.into_iter()
                    .map(|(key, value)| (Tree::Leaf(key.into()), Tree::of(value)))
                    .collect(),
            ),
            Value::Array(items) => Tree::Array(items.into_iter().map(Tree::of).collect()),
            Value::Data(bytes) if bytes.starts_with(b"bplist00") => {
                Tree::Archive(Box::new(Tree::read(&bytes)))
            }
            other => Tree::Leaf(other),
        }
    }

    /// Every value below this one, with the way to it and its name in dots.
    pub fn all(&self) -> Vec<(Path, String)> {
        let mut found = Vec::new();
        self.walk(&mut Vec::new(), "", &mut found);
        found
    }

    fn walk(&self, path: &mut Path, name: &str, found: &mut Vec<(Path, String)>) {
        let children: Vec<(String, &Tree)> = match self {
            Tree::Dict(entries) => entries
                .iter()
                .map(|(key, value)| match key {
                    Tree::Leaf(Value::String(key)) => (format!("{name}.{key}"), value),
                    _ => (format!("{name}.?"), value),
                })
                .collect(),
            Tree::Array(items) => items
                .iter()
                .enumerate()
                .map(|(i, item)| (format!("{name}.{i}"), item))
                .collect(),
            Tree::Archive(inner) => vec![(name.to_owned(), inner.as_ref())],
            Tree::Leaf(_) => Vec::new(),
        };
        for (i, (name, child)) in children.into_iter().enumerate() {
            path.push(i);
            found.push((path.clone(), name.trim_start_matches('.').to_owned()));
            child.walk(path, &name, found);
            path.pop();
        }
    }

    /// The value at the end of a way.
    pub fn at(&self, path: &[usize]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, i| match tree {
            Tree::Dict(entries) => entries.get(*i).map(|(_, value)| value),
            Tree::Array(items) => items.get(*i),
            Tree::Archive(inner) => Some(inner.as_ref()),
            Tree::Leaf(_) => None,
        })
    }

    pub fn at_mut(&mut self, path: &[usize]) -> Option<&mut Tree> {
        path.iter().try_fold(self, |tree, i| match tree {
            Tree::Dict(entries) => entries.get_mut(*i).map(|(_, value)| value),
            Tree::Array(items) => items.get_mut(*i),
            Tree::Archive(inner) => Some(inner.as_mut()),
            Tree::Leaf(_) => None,
        })
    }

    /// The value of this name.
    pub fn named(&self, name: &str) -> Option<&Tree> {
        let (path, _) = self.all().into_iter().find(|(_, known)| known == name)?;
        self.at(&path)
    }

    /// The leaf, as text.
    pub fn said(&self) -> String {
        match self {
            Tree::Leaf(Value::Boolean(v)) => v.to_string(),
            Tree::Leaf(Value::Integer(v)) => v.to_string(),
            Tree::Leaf(Value::String(v)) => v.clone(),
            Tree::Leaf(Value::Uid(v)) => format!("-> {}", v.get()),
            Tree::Leaf(Value::Date(v)) => v.to_xml_format(),
            Tree::Leaf(Value::Real(v)) => format!("{v:?}"),
            Tree::Leaf(Value::Data(v)) => format!("{} bytes", v.len()),
            Tree::Leaf(_) => "?".into(),
            Tree::Dict(_) => "a dictionary".into(),
            Tree::Array(_) => "a list".into(),
            Tree::Archive(_) => "an archive".into(),
        }
    }

    pub fn xml(&self) -> Vec<u8> {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n",
        );
        self.element("key", &mut out);
        out += "</plist>\n";
        out.into_bytes()
    }

    fn element(&self, key: &str, out: &mut String) {
        match self {
            Tree::Dict(entries) => {
                *out += "<dict>\n";
                for (name, value) in entries {
                    match name {
                        Tree::Leaf(Value::String(text)) => {
                            *out += &format!("<{key}>{}</{key}>\n", escaped(text));
                        }
                        other => other.element(key, out),
                    }
                    value.element(key, out);
                }
                *out += "</dict>\n";
            }
            Tree::Array(items) => {
                *out += "<array>\n";
                for item in items {
                    item.element(key, out);
                }
                *out += "</array>\n";
            }
            Tree::Archive(inner) => Tree::Leaf(Value::Data(inner.binary())).element(key, out),
            Tree::Leaf(value) => {
                *out += &match value {
                    Value::Boolean(true) => "<true/>".to_owned(),
                    Value::Boolean(false) => "<false/>".to_owned(),
                    Value::Integer(n) => format!("<integer>{n}</integer>"),
                    Value::Real(n) => format!("<real>{n}</real>"),
                    Value::String(text) => format!("<string>{}</string>", escaped(text)),
                    Value::Date(date) => format!("<date>{}</date>", date.to_xml_format()),
                    Value::Data(bytes) => format!("<data>{}</data>", base64(bytes)),
                    Value::Uid(uid) => format!("<integer>{}</integer>", uid.get()),
                    _ => "<string/>".to_owned(),
                };
                *out += "\n";
            }
        }
    }

    pub fn binary(&self) -> Vec<u8> {
        let mut objects: Vec<Vec<u8>> = Vec::new();
        // Room for two bytes of each reference: no list here has more than 65,536 objects.
        self.object(&mut objects);
        let mut out = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in &objects {
            offsets.push(out.len() as u32);
            out.extend_from_slice(object);
        }
        let table = out.len() as u64;
        for offset in &offsets {
            out.extend_from_slice(&offset.to_be_bytes());
        }
        out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 4, 2]);
        for number in [objects.len() as u64, 0, table] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out
    }

    fn object(&self, objects: &mut Vec<Vec<u8>>) -> u16 {
        let own = objects.len();
        objects.push(Vec::new());
        let bytes = match self {
            Tree::Dict(entries) => {
                let mut bytes = marker(0xd0, entries.len());
                let keys: Vec<u16> = entries.iter().map(|(key, _)| key.object(objects)).collect();
                let values: Vec<u16> = entries.iter().map(|(_, v)| v.object(objects)).collect();
                for reference in keys.into_iter().chain(values) {
                    bytes.extend_from_slice(&reference.to_be_bytes());
                }
                bytes
            }
            Tree::Array(items) => {
                let mut bytes = marker(0xa0, items.len());
                for item in items {
                    let reference = item.object(objects);
                    bytes.extend_from_slice(&reference.to_be_bytes());
                }
                bytes
            }
            Tree::Archive(inner) => data(&inner.binary()),
            Tree::Leaf(value) => leaf(value),
        };
        objects[own] = bytes;
        u16::try_from(own).expect("a small property list")
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .enumerate()
            .fold(0u32, |word, (i, b)| word | u32::from(*b) << (16 - 8 * i));
        for i in 0..4 {
            out.push(if i <= chunk.len() {
                char::from(LETTERS[(word >> (18 - 6 * i) & 63) as usize])
            } else {
                '='
            });
        }
    }
    out
}

fn marker(kind: u8, length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(n) if n < 15 => vec![kind | n],
        _ => {
            let mut out = vec![kind | 15, 0x12];
            out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
            out
        }
    }
}

fn data(bytes: &[u8]) -> Vec<u8> {
    let mut out = marker(0x40, bytes.len());
    out.extend_from_slice(bytes);
    out
}

fn integer(n: &Integer) -> Vec<u8> {
    match (n.as_signed(), n.as_unsigned()) {
        (Some(n), _) => [&[0x13], n.to_be_bytes().as_slice()].concat(),
        // Beyond 63 bits a number has 16 bytes.
        (None, Some(n)) => [&[0x14], u128::from(n).to_be_bytes().as_slice()].concat(),
        (None, None) => vec![0x10, 0],
    }
}

fn leaf(value: &Value) -> Vec<u8> {
    match value {
        Value::Boolean(true) => vec![9],
        Value::Boolean(false) => vec![8],
        Value::Integer(n) => integer(n),
        Value::Real(n) => [&[0x23], n.to_be_bytes().as_slice()].concat(),
        Value::Date(date) => {
            let moment = std::time::SystemTime::from(*date);
            // Seconds since the first of January 2001.
            let since_1970 = match moment.duration_since(std::time::UNIX_EPOCH) {
                Ok(after) => after.as_secs_f64(),
                Err(before) => -before.duration().as_secs_f64(),
            };
            let seconds = since_1970 - 978_307_200.0;
            [&[0x33], seconds.to_be_bytes().as_slice()].concat()
        }
        Value::Data(bytes) => data(bytes),
        Value::String(text) if text.is_ascii() => {
            let mut out = marker(0x50, text.len());
            out.extend_from_slice(text.as_bytes());
            out
        }
        Value::String(text) => {
            let units: Vec<u16> = text.encode_utf16().collect();
            let mut out = marker(0x60, units.len());
            out.extend(units.iter().flat_map(|unit| unit.to_be_bytes()));
            out
        }
        Value::Uid(uid) => [
            &[0x83],
            u32::try_from(uid.get())
                .unwrap_or(u32::MAX)
                .to_be_bytes()
                .as_slice(),
        ]
        .concat(),
        _ => vec![0],
    }
}

#[test]
fn what_is_written_is_what_was_read() {
    for (name, backup) in super::samples_by_name() {
        for (file, bytes) in backup {
            if bytes.starts_with(b"bplist00") || bytes.starts_with(b"<?xml") {
                let tree = Tree::read(&bytes);
                assert_eq!(Tree::read(&tree.binary()), tree, "{name} {file}");
                // The other form has no references of its own.
                if bytes.starts_with(b"<?xml") {
                    assert_eq!(Tree::read(&tree.xml()), tree, "{name} {file}");
                }
            }
        }
    }
}
