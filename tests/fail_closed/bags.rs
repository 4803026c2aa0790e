//! The key bag and the wrapped keys. In an encrypted backup a damaged one must open nothing.

use plist::Value;

use super::dice::Dice;
use super::lists::laid;
use super::look::{Damage, Node};
use super::mutation::{Kind, Left, Mutation, Of, Plan};
use super::tables;
use super::tree::Tree;
use super::world::Iphone;

/// Name in [`super::mutation::Now`] of a field that was flipped.
pub const FLIPPED: &str = "flipped";

/// What can be done to the keys of a backup.
pub fn plans(sample: usize, iphone: &Iphone) -> Vec<Plan> {
    let mut plans = Vec::new();
    let sealed = iphone.sealed.is_some();
    let fields = fields(&bag(iphone));
    let mut class = "the header".to_owned();
    for (i, (tag, value)) in fields.iter().enumerate() {
        let tag = String::from_utf8_lossy(tag).into_owned();
        if let ("CLAS", Ok(n)) = (tag.as_str(), value.as_slice().try_into()) {
            class = format!("class {}", u32::from_be_bytes(n));
        }
        let name = format!("{tag} of {class}");
        for kind in [
            Kind::Drop,
            Kind::Double,
            Kind::Contradict,
            Kind::Swap,
            Kind::OutOfRange,
            Kind::Unfinished,
        ] {
            let site = format!("Manifest.plist: BackupKeyBag: {name}");
            plans.push(Plan::new(
                sample,
                kind,
                Of::Key,
                site,
                move |world, dice| {
                    let iphone = world.samples[sample].iphone()?;
                    let bag = changed(&bag(iphone), i, kind, dice)?;
                    Some(Mutation::new(with_bag(iphone, bag), Left::NoMore))
                },
            ));
        }
        if !sealed {
            continue;
        }
        // Each bit counts, so each field gets several throws.
        for n in 0..8 {
            let (tag, name) = (tag.clone(), name.clone());
            let site = format!("Manifest.plist: BackupKeyBag: {name}: bit {n}");
            plans.push(Plan::new(
                sample,
                Kind::BitFlip,
                Of::Key,
                site,
                move |world, dice| {
                    let iphone = world.samples[sample].iphone()?;
                    let mut fields = self::fields(&bag(iphone));
                    let value = &mut fields.get_mut(i)?.1;
                    let at = dice.below(value.len());
                    *value.get_mut(at)? ^= 1 << dice.below(8);
                    let field = format!("{tag} {name}");
                    Some(
                        Mutation::new(with_bag(iphone, joined(&fields)), Left::BrokenKey).now(
                            "",
                            FLIPPED,
                            Some(field),
                        ),
                    )
                },
            ));
        }
    }
    if sealed {
        for n in 0..40 {
            let site = format!("Manifest.plist: ManifestKey: bit {n}");
            plans.push(Plan::new(
                sample,
                Kind::BitFlip,
                Of::Key,
                site,
                move |world, dice| {
                    let iphone = world.samples[sample].iphone()?;
                    let mut tree = Tree::read(&iphone.clear["Manifest.plist"]);
                    let key = at(&mut tree, "ManifestKey")?;
                    flip(key, dice)?;
                    let damage = Damage::file("Manifest.plist", Node::Bytes(tree.binary()));
                    Some(Mutation::new(damage, Left::BrokenKey).now(
                        "",
                        FLIPPED,
                        Some("ManifestKey".into()),
                    ))
                },
            ));
        }
        for (file, (_, path)) in &iphone.names {
            for n in 0..4 {
                let file = file.clone();
                let site = format!("Manifest.db: EncryptionKey of {path}: bit {n}");
                plans.push(Plan::new(
                    sample,
                    Kind::BitFlip,
                    Of::Key,
                    site,
                    move |world, dice| {
                        let iphone = world.samples[sample].iphone()?;
                        let list =
                            tables::with_record(&iphone.clear["Manifest.db"], &file, |tree| {
                                let key = at(tree, "$objects.4.NS.data")?;
                                flip(key, dice)
                            })?;
                        let place = iphone.place(&file);
                        let damage = laid(iphone, "Manifest.db", list);
                        Some(Mutation::new(damage, Left::BrokenKey).now(
                            &place,
                            FLIPPED,
                            Some("EncryptionKey".into()),
                        ))
                    },
                ));
            }
        }
    }
    plans
}

fn bag(iphone: &Iphone) -> Vec<u8> {
    match Tree::read(&iphone.clear["Manifest.plist"]).named("BackupKeyBag") {
        Some(Tree::Leaf(Value::Data(bytes))) => bytes.clone(),
        other => panic!("a key bag: {other:?}"),
    }
}

fn with_bag(iphone: &Iphone, bag: Vec<u8>) -> Damage {
    let mut tree = Tree::read(&iphone.clear["Manifest.plist"]);
    if let Some(place) = at(&mut tree, "BackupKeyBag") {
        *place = Tree::Leaf(Value::Data(bag));
    }
    Damage::file("Manifest.plist", Node::Bytes(tree.binary()))
}

fn at<'t>(tree: &'t mut Tree, name: &str) -> Option<&'t mut Tree> {
    let (path, _) = tree.all().into_iter().find(|(_, known)| known == name)?;
    tree.at_mut(&path)
}

fn flip(key: &mut Tree, dice: &mut Dice) -> Option<()> {
    let Tree::Leaf(Value::Data(bytes)) = key else {
        return None;
    };
    let at = dice.below(bytes.len());
    *bytes.get_mut(at)? ^= 1 << dice.below(8);
    Some(())
}

type Fields = Vec<([u8; 4], Vec<u8>)>;

/// `tag[4] length[4, big endian] value`, until the bytes end.
fn fields(mut bag: &[u8]) -> Fields {
    let mut found = Fields::new();
    while bag.len() >= 8 {
        let tag = bag[..4].try_into().expect("four bytes");
        let length = u32::from_be_bytes(bag[4..8].try_into().expect("four bytes")) as usize;
        found.push((tag, bag[8..8 + length].to_vec()));
        bag = &bag[8 + length..];
    }
    found
}

fn joined(fields: &Fields) -> Vec<u8> {
    let mut out = Vec::new();
    for (tag, value) in fields {
        out.extend_from_slice(tag);
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
        out.extend_from_slice(value);
    }
    out
}

fn changed(bag: &[u8], i: usize, kind: Kind, dice: &mut Dice) -> Option<Vec<u8>> {
    let mut fields = fields(bag);
    let field = fields.get(i)?.clone();
    let before = joined(&fields[..i].to_vec()).len();
    match kind {
        Kind::Drop => drop(fields.remove(i)),
        Kind::Double => fields.insert(i, field),
        Kind::Contradict => {
            let other = field.1.iter().map(|byte| !byte).collect();
            fields.insert(i, (field.0, other));
        }
        Kind::Swap => {
            let j = dice.below(fields.len());
            if fields.get(j)?.1 == field.1 {
                return None;
            }
            let theirs = std::mem::replace(&mut fields.get_mut(j)?.1, field.1);
            fields.get_mut(i)?.1 = theirs;
        }
        Kind::OutOfRange => {
            let mut bag = bag.to_vec();
            match dice.below(3) {
                // A length beyond the end, and a value beyond all sense.
                0 => bag.get_mut(before + 4..before + 8)?.fill(0xff),
                1 => bag
                    .get_mut(before + 8..before + 8 + field.1.len())?
                    .fill(0xff),
                _ => {
                    fields.get_mut(i)?.1 = vec![0; 70_000];
                    return Some(joined(&fields));
                }
            }
            return Some(bag);
        }
        _ => return Some(bag[..before + dice.below(8 + field.1.len())].to_vec()),
    }
    Some(joined(&fields))
}

#[test]
fn a_key_bag_is_cut_into_its_fields() {
    for encrypted in [false, true] {
        let bag = super::backup_builder::key_bag(encrypted);
        assert_eq!(joined(&fields(&bag)), bag);
    }
}
