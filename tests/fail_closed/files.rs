//! Files of a backup and of a capture: missing, empty, cut, doubled, replaced, not a file at all; and flipped bits.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::lists::laid;
use super::look::{Damage, Node};
use super::mutation::{Kind, Left, Mutation, Of, Plan};
use super::world::{Iphone, Sample, World};

/// What can be done to the files of a backup.
pub fn plans(sample: usize, iphone: &Iphone) -> Vec<Plan> {
    let mut plans = Vec::new();
    for file in iphone.files.keys() {
        let place = iphone.place(file);
        for (kind, what) in [
            (Kind::Drop, What::Missing),
            (Kind::Drop, What::Unlisted),
            (Kind::Cut, What::Empty),
            (Kind::Cut, What::Cut),
            (Kind::Unfinished, What::CutAndListed),
            (Kind::Double, What::Twice),
            (Kind::Retype, What::Folder),
            (Kind::Retype, What::Link),
            (Kind::Retype, What::Noise),
            (Kind::Replace, What::AnotherFile),
            (Kind::Replace, What::AnotherPhone),
            (Kind::Swap, What::Exchanged),
            (Kind::BitFlip, What::Flipped),
        ] {
            let file = file.clone();
            let site = format!("{place}: {what:?}");
            plans.push(Plan::new(
                sample,
                kind,
                Of::File,
                site,
                move |world, dice| change(world, sample, &file, what, dice),
            ));
        }
    }
    for name in ["Manifest.db-wal", "Manifest.db-journal", "Manifest.mbdb"] {
        plans.push(Plan::new(
            sample,
            Kind::Contradict,
            Of::File,
            format!("{name} beside Manifest.db"),
            move |_, dice| {
                let bytes = (0..=dice.below(5000))
                    .map(|_| dice.below(256) as u8)
                    .collect();
                Some(Mutation::new(
                    Damage::file(name, Node::Bytes(bytes)),
                    Left::NoMore,
                ))
            },
        ));
    }
    plans
}

#[derive(Debug, Clone, Copy)]
enum What {
    Missing,
    Unlisted,
    Empty,
    Cut,
    CutAndListed,
    Twice,
    Folder,
    Link,
    Noise,
    AnotherFile,
    AnotherPhone,
    Exchanged,
    Flipped,
}

fn change(
    world: &World,
    sample: usize,
    file: &str,
    what: What,
    dice: &mut Dice,
) -> Option<Mutation> {
    let iphone = world.samples[sample].iphone()?;
    let bytes = &iphone.files[file];
    let place = iphone.place(file);
    let node = match what {
        What::Missing => Node::Gone,
        What::Empty => Node::Bytes(Vec::new()),
        What::Cut => Node::Bytes(bytes[..dice.below(bytes.len())].to_vec()),
        What::Twice => Node::Bytes([bytes.as_slice(), bytes].concat()),
        What::Folder => Node::Folder,
        What::Link => {
            // Its own bytes through a link would be no damage.
            let others: Vec<&String> = iphone.files.keys().filter(|f| *f != file).collect();
            Node::Link((*dice.pick(&others)?).clone())
        }
        What::Noise => Node::Bytes(
            (0..bytes.len().max(1))
                .map(|_| dice.below(256) as u8)
                .collect(),
        ),
        What::Flipped => {
            let mut flipped = bytes.clone();
            for _ in 0..=dice.below(3) {
                let at = dice.below(flipped.len());
                *flipped.get_mut(at)? ^= 1 << dice.below(8);
            }
            return Some(Mutation::new(
                Damage::file(file, Node::Bytes(flipped)),
                Left::Anything,
            ));
        }
        What::AnotherFile => {
            let others: Vec<&Vec<u8>> = iphone
                .files
                .iter()
                .filter(|(other, theirs)| *other != file && *theirs != bytes)
                .map(|(_, theirs)| theirs)
                .collect();
            Node::Bytes((*dice.pick(&others)?).clone())
        }
        What::Exchanged => {
            let others: Vec<&String> = iphone
                .files
                .iter()
                .filter(|(other, theirs)| *other != file && *theirs != bytes)
                .map(|(other, _)| other)
                .collect();
            let other = (*dice.pick(&others)?).clone();
            let changes = BTreeMap::from([
                (file.to_owned(), Node::Bytes(iphone.files[&other].clone())),
                (other.clone(), Node::Bytes(bytes.clone())),
            ]);
            return Some(
                Mutation::new(Damage::Files(changes), Left::NoMore).note(format!("with {other}")),
            );
        }
        What::CutAndListed => {
            let clear = &iphone.clear[file];
            let cut = clear[..dice.below(clear.len())].to_vec();
            return Some(Mutation::new(laid(iphone, file, cut), Left::NoMore));
        }
        What::Unlisted => {
            iphone.names.get(file)?;
            // Gone from the list and from the disk: a phone that never had the file.
            let list = super::tables::without(&iphone.clear["Manifest.db"], file);
            let Damage::Files(mut changes) = laid(iphone, "Manifest.db", list) else {
                return None;
            };
            changes.insert(file.to_owned(), Node::Gone);
            return Some(
                Mutation::new(Damage::Files(changes), Left::NoMore).now(&place, "the file", None),
            );
        }
        What::AnotherPhone => {
            let donors = world.donors(sample);
            let donor = *dice.pick(&donors)?;
            let theirs = world.samples[donor].iphone()?.clear.get(file)?;
            if *theirs == iphone.clear[file] {
                return None;
            }
            // As it would lie there: another phone's list would not fit the files.
            let damage = match dice.coin() {
                true => laid(iphone, file, theirs.clone()),
                false => Damage::file(file, Node::Bytes(theirs.clone())),
            };
            return Some(
                Mutation::new(damage, Left::NoMore)
                    .note(format!("of {}", world.samples[donor].name))
                    .donor(donor, &place),
            );
        }
    };
    Some(Mutation::new(Damage::file(file, node), Left::NoMore))
}

/// What can be done to the file of a capture. Its seal covers every byte: nothing may be read once one is changed.
pub fn capture_plans(sample: usize, of: &Sample) -> Vec<Plan> {
    let mut plans = Vec::new();
    if of.capture().is_none() {
        return plans;
    }
    for (kind, what) in [
        (Kind::Cut, "cut"),
        (Kind::Cut, "empty"),
        (Kind::Double, "twice"),
        (Kind::BitFlip, "flipped"),
        (Kind::Replace, "with the head of another"),
        (Kind::Retype, "a byte"),
        (Kind::Drop, "a byte"),
    ] {
        // As often as the lines of the answer are damaged.
        for n in 0..20 {
            plans.push(Plan::new(
                sample,
                kind,
                Of::File,
                format!("the capture: {what} {n}"),
                move |world, dice| {
                    let bytes = world.samples[sample].capture()?.to_bytes();
                    let at = dice.below(bytes.len());
                    let mut damaged = bytes.clone();
                    match (kind, what) {
                        (Kind::Cut, "empty") => damaged.clear(),
                        (Kind::Cut, _) => damaged.truncate(at),
                        (Kind::Double, _) => damaged.extend_from_slice(&bytes),
                        (Kind::BitFlip, _) => damaged[at] ^= 1 << dice.below(8),
                        (Kind::Retype, _) => damaged[at] = dice.below(256) as u8,
                        (Kind::Drop, _) => drop(damaged.remove(at)),
                        _ => {
                            let donors = world.donors(sample);
                            let theirs = world.samples[*dice.pick(&donors)?].capture()?;
                            let own = world.samples[sample].capture()?.answer.len();
                            let head = theirs.to_bytes();
                            damaged = [
                                &head[..head.len() - theirs.answer.len()],
                                &bytes[bytes.len() - own..],
                            ]
                            .concat();
                        }
                    }
                    (damaged != bytes).then(|| {
                        Mutation::new(Damage::CaptureFile(damaged), Left::BrokenSeal)
                            .note(format!("at byte {at}"))
                    })
                },
            ));
        }
    }
    plans
}
