//! Property lists and archives: every value and key of every one in a backup.

use std::collections::BTreeMap;

use plist::{Date, Uid, Value};

use super::dice::Dice;
use super::look::{Damage, Node};
use super::mutation::{Kind, Left, Mutation, Of, Others, Plan};
use super::tables;
use super::tree::{Path, Tree};
use super::world::{Iphone, World};

/// A backup in which a file has other bytes, sealed and listed as its own would be.
pub fn laid(iphone: &Iphone, file: &str, clear: Vec<u8>) -> Damage {
    let mut changes = BTreeMap::new();
    let seal = |name: &str, bytes: &[u8]| match &iphone.sealed {
        None => bytes.to_vec(),
        Some((backup, _)) if name == "Manifest.db" => backup.sealed_list(bytes),
        Some((backup, _)) => match iphone.names.get(name) {
            Some((domain, path)) => backup.sealed_file(domain, path, bytes),
            None => bytes.to_vec(),
        },
    };
    changes.insert(file.to_owned(), Node::Bytes(seal(file, &clear)));
    // A file of another length is found out at once, and what it holds is never read.
    let was = iphone.clear.get(file).map(Vec::len);
    if iphone.names.contains_key(file) && was != Some(clear.len()) {
        let list = tables::relisted(&iphone.clear["Manifest.db"], file, clear.len());
        let name = "Manifest.db";
        changes.insert(name.to_owned(), Node::Bytes(seal(name, &list)));
    }
    Damage::Files(changes)
}

fn is_list(bytes: &[u8]) -> bool {
    bytes.starts_with(b"bplist00") || bytes.starts_with(b"<?xml")
}

/// The bytes of a tree in the form that the file had.
fn written(tree: &Tree, was: &[u8]) -> Vec<u8> {
    if was.starts_with(b"<?xml") {
        tree.xml()
    } else {
        tree.binary()
    }
}

/// What can be done to the values of a backup's property lists.
pub fn plans(sample: usize, iphone: &Iphone) -> Vec<Plan> {
    let mut plans = Vec::new();
    for (file, bytes) in &iphone.clear {
        if !is_list(bytes) {
            continue;
        }
        let place = iphone.place(file);
        let tree = Tree::read(bytes);
        for (path, name) in tree.all() {
            let Some(value) = tree.at(&path) else {
                continue;
            };
            let mut kinds = vec![
                Kind::Drop,
                Kind::Double,
                Kind::Contradict,
                Kind::Retype,
                Kind::Unfinished,
            ];
            if let Tree::Leaf(leaf) = value {
                kinds.push(Kind::Swap);
                if !matches!(leaf, Value::Boolean(_)) {
                    kinds.push(Kind::OutOfRange);
                }
            }
            for kind in kinds {
                let spot = Spot {
                    sample,
                    file: file.clone(),
                    path: path.clone(),
                    name: name.clone(),
                };
                let site = format!("{place}: {name}");
                plans.push(Plan::new(
                    sample,
                    kind,
                    Of::Value,
                    site,
                    move |world, dice| spot.change(world, kind, dice),
                ));
            }
        }
    }
    plans
}

/// One value of a property list.
#[derive(Debug, Clone)]
struct Spot {
    sample: usize,
    file: String,
    path: Path,
    name: String,
}

impl Spot {
    fn change(&self, world: &World, kind: Kind, dice: &mut Dice) -> Option<Mutation> {
        let iphone = world.samples[self.sample].iphone()?;
        let bytes = &iphone.clear[&self.file];
        let place = iphone.place(&self.file);
        let tree = Tree::read(bytes);
        let value = tree.at(&self.path)?.clone();
        let finish = |tree: &Tree| laid(iphone, &self.file, written(tree, bytes));
        let with = |to: Tree| {
            let mut changed = tree.clone();
            *changed.at_mut(&self.path)? = to;
            Some(finish(&changed))
        };
        match kind {
            Kind::Drop => {
                let mut changed = tree.clone();
                match self.parent(&mut changed)? {
                    (Tree::Dict(entries), at) => drop(entries.remove(at)),
                    (Tree::Array(items), at) => drop(items.remove(at)),
                    _ => return None,
                }
                Some(Mutation::new(finish(&changed), Left::NoMore).now(&place, &self.name, None))
            }
            Kind::Double | Kind::Contradict => {
                let other = match kind {
                    Kind::Double => value.clone(),
                    _ => dice.pick(&self.sound(world))?.clone(),
                };
                let first = dice.coin();
                let mut changed = tree.clone();
                let left = match self.parent(&mut changed)? {
                    (Tree::Dict(entries), at) => {
                        let key = entries.get(at)?.0.clone();
                        entries.insert(at + usize::from(first), (key, other.clone()));
                        Left::TwoStatements
                    }
                    // Two items of a list do not exclude each other.
                    (Tree::Array(items), at) => {
                        items.insert(at, other.clone());
                        Left::NoMore
                    }
                    _ => return None,
                };
                let mutation = Mutation::new(finish(&changed), left).note(format!(
                    "{} and {}",
                    value.said(),
                    other.said()
                ));
                Some(match kind {
                    Kind::Double => Mutation {
                        left: Left::NoMore,
                        ..mutation
                    },
                    _ => mutation
                        .now(&place, &self.name, Some(other.said()))
                        .other(with(other)?),
                })
            }
            Kind::Swap => {
                let all = tree.all();
                let same = |other: &Tree| match (&value, other) {
                    (Tree::Leaf(a), Tree::Leaf(b)) => {
                        std::mem::discriminant(a) == std::mem::discriminant(b) && a != b
                    }
                    _ => false,
                };
                let alike: Vec<&(Path, String)> = all
                    .iter()
                    .filter(|(path, _)| tree.at(path).is_some_and(same))
                    .collect();
                let other = match dice.below(4) {
                    0 => dice.pick(&all)?.clone(),
                    _ => (*dice.pick(&alike)?).clone(),
                };
                let (their_path, their_name) = other;
                let theirs = tree.at(&their_path)?.clone();
                let inside = |a: &Path, b: &Path| a.starts_with(b) || b.starts_with(a);
                if inside(&their_path, &self.path) || theirs == value {
                    return None;
                }
                let mut changed = tree.clone();
                *changed.at_mut(&self.path)? = theirs.clone();
                *changed.at_mut(&their_path)? = value.clone();
                Some(
                    Mutation::new(finish(&changed), Left::NoMore)
                        .note(format!(
                            "{} with {} of {their_name}",
                            value.said(),
                            theirs.said()
                        ))
                        .now(&place, &self.name, Some(theirs.said()))
                        .now(&place, &their_name, Some(value.said())),
                )
            }
            Kind::Retype | Kind::OutOfRange | Kind::Unfinished => {
                let choices = match kind {
                    Kind::Retype => retyped(&value),
                    Kind::OutOfRange => out_of_range(&value),
                    _ => cut(&value, dice),
                };
                let to = dice.pick(&choices)?.clone();
                if to == value {
                    return None;
                }
                let said = to.said();
                // Fewer items are no unsound ones.
                let left = match (kind, &value) {
                    (Kind::Unfinished, Tree::Dict(_) | Tree::Array(_)) => Left::NoMore,
                    _ => Left::Nothing,
                };
                let mutation = Mutation::new(with(to)?, left)
                    .note(format!(
                        "{} to {}",
                        value.said(),
                        said.chars().take(60).collect::<String>()
                    ))
                    .now(&place, &self.name, Some(said))
                    .others(self.others());
                Some(mutation)
            }
            _ => None,
        }
    }

    /// What holds the value, and its place in there.
    fn parent<'t>(&self, tree: &'t mut Tree) -> Option<(&'t mut Tree, usize)> {
        let (last, way) = self.path.split_last()?;
        Some((tree.at_mut(way)?, *last))
    }

    /// Other values that the phone could have written here: those of the other samples, and the plain opposites.
    fn sound(&self, world: &World) -> Vec<Tree> {
        let sample = &world.samples[self.sample];
        let Some(iphone) = sample.iphone() else {
            return Vec::new();
        };
        let own = Tree::read(&iphone.clear[&self.file]);
        let Some(value) = own.at(&self.path) else {
            return Vec::new();
        };
        let mut found: Vec<Tree> = Vec::new();
        for donor in world.donors(self.sample) {
            let theirs = world.samples[donor]
                .iphone()
                .and_then(|iphone| iphone.clear.get(&self.file))
                .filter(|bytes| is_list(bytes));
            if let Some(theirs) = theirs
                && let Some(other) = Tree::read(theirs).named(&self.name)
            {
                found.push(other.clone());
            }
        }
        match value {
            Tree::Leaf(Value::Boolean(v)) => found.push(Tree::Leaf((!v).into())),
            Tree::Leaf(Value::Integer(_)) => {
                for n in [0, 1, 2, 3, 60, 14_400, i64::from(i32::MAX)] {
                    found.push(Tree::Leaf(n.into()));
                }
            }
            Tree::Leaf(Value::Date(_)) => {
                for date in ["2026-01-01T00:00:00Z", "2027-01-02T00:00:00Z"] {
                    found.push(Tree::Leaf(Value::Date(
                        Date::from_xml_format(date).expect("a date"),
                    )));
                }
            }
            _ => {}
        }
        let mut once: Vec<Tree> = Vec::new();
        for other in found {
            if other != *value && !once.contains(&other) {
                once.push(other);
            }
        }
        once
    }

    fn others(&self) -> Others {
        let name = format!("{} {} {}", self.sample, self.file, self.name);
        let spot = self.clone();
        let make = move |world: &World| {
            let Some(iphone) = world.samples[spot.sample].iphone() else {
                return Vec::new();
            };
            let bytes = &iphone.clear[&spot.file];
            let tree = Tree::read(bytes);
            let with = |other: Tree| {
                let mut changed = tree.clone();
                *changed.at_mut(&spot.path)? = other;
                Some(laid(iphone, &spot.file, written(&changed, bytes)))
            };
            spot.sound(world).into_iter().filter_map(with).collect()
        };
        (name, Box::new(make))
    }
}

fn retyped(value: &Tree) -> Vec<Tree> {
    let said = value.said();
    let number = match value {
        Tree::Leaf(Value::Boolean(v)) => i64::from(*v),
        _ => said.parse().unwrap_or(1),
    };
    let all = [
        Tree::Leaf(Value::String(said.clone())),
        Tree::Leaf(Value::String(String::new())),
        Tree::Leaf(Value::Integer(number.into())),
        Tree::Leaf(Value::Real(number as f64)),
        Tree::Leaf(Value::Boolean(number == 1)),
        Tree::Leaf(Value::Data(said.clone().into_bytes())),
        Tree::Leaf(Value::Date(
            Date::from_xml_format("2026-11-02T09:14:00Z").expect("a date"),
        )),
        Tree::Leaf(Value::Uid(Uid::new(1))),
        Tree::Array(Vec::new()),
        Tree::Array(vec![value.clone()]),
        Tree::Dict(Vec::new()),
        Tree::Dict(vec![(Tree::Leaf("value".into()), value.clone())]),
    ];
    let kind = |tree: &Tree| match tree {
        Tree::Leaf(leaf) => format!("{:?}", std::mem::discriminant(leaf)),
        Tree::Dict(_) => "dict".into(),
        Tree::Array(_) => "array".into(),
        Tree::Archive(_) => format!("{:?}", std::mem::discriminant(&Value::Data(Vec::new()))),
    };
    all.into_iter()
        .filter(|other| kind(other) != kind(value))
        .collect()
}

fn out_of_range(value: &Tree) -> Vec<Tree> {
    match value {
        Tree::Leaf(Value::Integer(n)) => {
            let n = n.as_signed().unwrap_or(0);
            [
                -1,
                -n - 1,
                i64::MIN,
                i64::MAX,
                i64::from(i32::MAX) + 1 + n,
                (1 << 32) + n,
                (1 << 16) + 256 + n,
            ]
            .into_iter()
            .map(|n| Tree::Leaf(n.into()))
            .chain([Tree::Leaf(Value::Integer(u64::MAX.into()))])
            .collect()
        }
        Tree::Leaf(Value::String(text)) => [
            format!("{text}\u{1}"),
            format!("{text} "),
            format!(" {text}"),
            text.to_uppercase() + "\u{e9}",
            "x".repeat(100_000),
            format!("../../{text}"),
            "99999999999999999999".to_owned(),
        ]
        .into_iter()
        .map(|text| Tree::Leaf(text.into()))
        .collect(),
        Tree::Leaf(Value::Data(bytes)) => vec![
            Tree::Leaf(Value::Data([bytes.as_slice(), bytes].concat())),
            Tree::Leaf(Value::Data(vec![0xff; 100_000])),
        ],
        Tree::Leaf(Value::Date(_)) => [
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "2001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ]
        .into_iter()
        .filter_map(|date| Date::from_xml_format(date).ok())
        .map(|date| Tree::Leaf(Value::Date(date)))
        .collect(),
        Tree::Leaf(Value::Uid(_)) => [0, 999, u64::from(u32::MAX)]
            .map(|n| Tree::Leaf(Value::Uid(Uid::new(n))))
            .to_vec(),
        _ => Vec::new(),
    }
}

/// The value, broken off somewhere.
fn cut(value: &Tree, dice: &mut Dice) -> Vec<Tree> {
    match value {
        Tree::Leaf(Value::String(text)) if !text.is_empty() => {
            let end = (0..=dice.below(text.len()))
                .rev()
                .find(|end| text.is_char_boundary(*end))
                .unwrap_or(0);
            vec![Tree::Leaf(text[..end].into())]
        }
        Tree::Leaf(Value::Data(bytes)) if !bytes.is_empty() => {
            vec![Tree::Leaf(Value::Data(
                bytes[..dice.below(bytes.len())].to_vec(),
            ))]
        }
        Tree::Archive(inner) => {
            let bytes = inner.binary();
            let end = dice.below(bytes.len());
            vec![Tree::Leaf(Value::Data(bytes[..end].to_vec()))]
        }
        Tree::Dict(entries) if !entries.is_empty() => {
            vec![Tree::Dict(entries[..dice.below(entries.len())].to_vec())]
        }
        Tree::Array(items) if !items.is_empty() => {
            vec![Tree::Array(items[..dice.below(items.len())].to_vec())]
        }
        _ => Vec::new(),
    }
}
