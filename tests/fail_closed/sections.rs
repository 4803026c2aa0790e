//! The sections of an Android phone's answer, and the stream that carries them: missing, doubled, moved, unfinished, of
//! another phone.

use super::answers::{Answer, Part, key_of, value_of};
use super::dice::Dice;
use super::look::Damage;
use super::mutation::{Kind, Left, Mutation, Of, Plan};
use super::world::World;

/// What can be done to the sections of an answer.
pub fn plans(sample: usize, answer: &Answer) -> Vec<Plan> {
    let mut plans = Vec::new();
    for (p, part) in answer.parts.iter().enumerate() {
        let name = part.name();
        for (kind, what) in SECTIONS {
            let site = format!("{name}: {what:?}");
            plans.push(Plan::new(
                sample,
                *kind,
                Of::Section,
                site,
                move |world, dice| section(world, sample, p, *what, dice),
            ));
        }
    }
    for (kind, what) in STREAM {
        for n in 0..20 {
            let site = format!("the stream: {what:?} {n}");
            plans.push(Plan::new(
                sample,
                *kind,
                Of::Section,
                site,
                move |world, dice| stream(world, sample, *what, dice),
            ));
        }
    }
    plans
}

#[derive(Debug, Clone, Copy)]
enum SectionDamage {
    Missing,
    Empty,
    Cut,
    Twice,
    TwiceOtherwise,
    OfAnotherPhone,
    BodiesExchanged,
    Moved,
    WithoutEnd,
    WithoutStart,
    OddStatus,
    OddStart,
    OddCount,
    Refused,
    StrayBefore,
    StrayInside,
}

const SECTIONS: &[(Kind, SectionDamage)] = &[
    (Kind::Drop, SectionDamage::Missing),
    (Kind::Cut, SectionDamage::Empty),
    (Kind::Cut, SectionDamage::Cut),
    (Kind::Double, SectionDamage::Twice),
    (Kind::Contradict, SectionDamage::TwiceOtherwise),
    (Kind::Replace, SectionDamage::OfAnotherPhone),
    (Kind::Swap, SectionDamage::BodiesExchanged),
    (Kind::Swap, SectionDamage::Moved),
    (Kind::Unfinished, SectionDamage::WithoutEnd),
    (Kind::Unfinished, SectionDamage::WithoutStart),
    (Kind::OutOfRange, SectionDamage::OddStatus),
    (Kind::Retype, SectionDamage::OddStart),
    (Kind::OutOfRange, SectionDamage::OddCount),
    (Kind::Replace, SectionDamage::Refused),
    (Kind::Contradict, SectionDamage::StrayBefore),
    (Kind::Contradict, SectionDamage::StrayInside),
];

fn section(
    world: &World,
    sample: usize,
    p: usize,
    what: SectionDamage,
    dice: &mut Dice,
) -> Option<Mutation> {
    let capture = world.samples[sample].capture()?;
    let mut answer = Answer::read(capture);
    let parts = answer.parts.len();
    let part = answer.parts[p].clone();
    let name = part.name();
    // The same section of another phone, under this phone's mark.
    let mut theirs = || {
        let donors = world.donors(sample);
        let donor = *dice.pick(&donors)?;
        let other = world.samples[donor].capture()?;
        let of = Answer::read(other);
        let same = of.parts.iter().find(|other| other.name() == name);
        let same = same.or_else(|| of.parts.iter().find(|other| other.id() == part.id()))?;
        (same.lines != part.lines).then(|| {
            let changed = Part {
                lines: same.lines.clone(),
                ..part.clone()
            };
            (donor, changed)
        })
    };
    let mut left = Left::NoMore;
    let mut note = String::new();
    let mut donor = None;
    let mut other = None;
    let mut bodies: Vec<(String, Vec<String>)> = Vec::new();
    match what {
        SectionDamage::Missing => drop(answer.parts.remove(p)),
        SectionDamage::Empty => answer.parts[p].lines.clear(),
        SectionDamage::Cut => {
            let end = dice.below(part.lines.len());
            answer.parts[p].lines.truncate(end);
            answer.parts[p].end.clear();
        }
        SectionDamage::Twice => answer.parts.insert(p, part),
        SectionDamage::TwiceOtherwise => {
            let (from, second) = theirs()?;
            note = format!("of {}", world.samples[from].name);
            let mut alone = answer.clone();
            alone.parts[p] = second.clone();
            other = Some(alone.damage(capture));
            left = Left::TwoStatements;
            let at = if dice.coin() { p } else { p + 1 };
            answer.parts.insert(at, second);
        }
        SectionDamage::OfAnotherPhone => {
            let (from, second) = theirs()?;
            note = format!("of {}", world.samples[from].name);
            bodies.push((name.clone(), second.lines.clone()));
            answer.parts[p] = second;
            donor = Some(from);
        }
        SectionDamage::BodiesExchanged => {
            let q = dice.below(parts);
            let lines = answer.parts[q].lines.clone();
            if lines == part.lines {
                return None;
            }
            let other = answer.parts[q].name();
            note = format!("with {other}");
            // Nothing in a body says of whom it is.
            bodies.push((name.clone(), lines.clone()));
            bodies.push((other, part.lines.clone()));
            answer.parts[p].lines = lines;
            answer.parts[q].lines = part.lines;
        }
        SectionDamage::Moved => {
            let part = answer.parts.remove(p);
            let q = dice.below(parts);
            if q == p {
                return None;
            }
            answer.parts.insert(q, part);
        }
        SectionDamage::WithoutEnd => answer.parts[p].end.clear(),
        SectionDamage::WithoutStart => answer.parts[p].start.clear(),
        SectionDamage::OddStatus => {
            let odd = [
                "1",
                "124",
                "137",
                "255",
                "256",
                "-1",
                "",
                "x",
                "00",
                "4294967296",
                "0 0",
            ];
            let odd = dice.pick(&odd)?;
            note = format!("status {odd:?}");
            answer.parts[p].end = format!("@{}={odd}", capture.nonce);
        }
        SectionDamage::OddStart => {
            let words: Vec<&str> = part.start.split(' ').collect();
            let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            let i = dice.below(words.len());
            let word = words.get_mut(i)?;
            *word = match dice.below(4) {
                0 => String::new(),
                1 => format!("{word}0"),
                2 => word.chars().rev().collect(),
                _ => "00000".into(),
            };
            answer.parts[p].start = words.join(" ");
            note.clone_from(&answer.parts[p].start);
            if answer.parts[p].start == part.start {
                return None;
            }
        }
        SectionDamage::OddCount => {
            let last = answer.parts[p].lines.last_mut()?;
            last.parse::<u64>().ok()?;
            let odd = ["0", "1", "2", "-1", "x", "", "99999999999999999999999"];
            let odd = dice.pick(&odd)?;
            note = format!("count {odd:?}");
            *last = (*odd).to_owned();
        }
        SectionDamage::Refused => {
            let kinds = [
                "!Permission Denial",
                "!Exception",
                "!Can't find service",
                "!",
                "!*** SERVICE",
                "skip",
            ];
            let kind = (*dice.pick(&kinds)?).to_owned();
            note.clone_from(&kind);
            answer.parts[p].lines = vec![kind, "3".into()];
        }
        SectionDamage::StrayBefore => {
            let text = dice.pick(&["x", "Users:", "CredentialType: PIN", "\u{0}"])?;
            answer.parts[p].start = format!("{text}\n{}", part.start);
            // Before the first section the shell may still greet.
        }
        SectionDamage::StrayInside => {
            // A start mark of another section inside this one.
            let q = dice.below(parts);
            let mark = answer.parts[q].start.clone();
            let at = dice.below(part.lines.len() + 1);
            answer.parts[p].lines.insert(at, mark);
        }
    }
    let mut mutation = Mutation::new(answer.damage(capture), left).note(note);
    mutation.other = other;
    for (section, lines) in &bodies {
        for line in lines {
            mutation = mutation.now(section, key_of(line), Some(value_of(line).into()));
        }
    }
    if matches!(what, SectionDamage::Refused | SectionDamage::Empty) {
        mutation = mutation.now(&name, "the section", None);
    }
    Some(match donor {
        Some(from) => mutation.donor(from, &name),
        None => mutation,
    })
}

#[derive(Debug, Clone, Copy)]
enum StreamDamage {
    Cut,
    WithoutEnd,
    EndTwice,
    AfterTheEnd,
    AnotherNonce,
    Twice,
    TwoPhones,
    WindowsLines,
    OneLine,
    Bytes,
    Large,
}

const STREAM: &[(Kind, StreamDamage)] = &[
    (Kind::Cut, StreamDamage::Cut),
    (Kind::Cut, StreamDamage::Cut),
    (Kind::Unfinished, StreamDamage::WithoutEnd),
    (Kind::Double, StreamDamage::EndTwice),
    (Kind::Contradict, StreamDamage::AfterTheEnd),
    (Kind::Retype, StreamDamage::AnotherNonce),
    (Kind::Double, StreamDamage::Twice),
    (Kind::Contradict, StreamDamage::TwoPhones),
    (Kind::Retype, StreamDamage::WindowsLines),
    (Kind::Retype, StreamDamage::OneLine),
    (Kind::BitFlip, StreamDamage::Bytes),
    (Kind::OutOfRange, StreamDamage::Large),
];

fn stream(world: &World, sample: usize, what: StreamDamage, dice: &mut Dice) -> Option<Mutation> {
    let capture = world.samples[sample].capture()?;
    let answer = Answer::read(capture);
    let text = answer.text();
    let mut left = Left::NoMore;
    let mut nonce = capture.nonce.clone();
    let out: Vec<u8> = match what {
        StreamDamage::Cut => text.as_bytes()[..dice.below(text.len())].to_vec(),
        StreamDamage::WithoutEnd => text.replace(&format!("@{nonce} end\n"), "").into_bytes(),
        StreamDamage::EndTwice => format!("{text}@{nonce} end\n").into_bytes(),
        StreamDamage::AfterTheEnd => {
            let part = dice.pick(&answer.parts)?;
            let lines = part.lines.join("\n");
            format!("{text}{}\n{lines}\n{}\n", part.start, part.end).into_bytes()
        }
        StreamDamage::AnotherNonce => {
            nonce = ["", "0", "5907c4ec5907c4ed", "5907c4ec", "end"][dice.below(5)].to_owned();
            text.into_bytes()
        }
        StreamDamage::Twice => text.repeat(2).into_bytes(),
        StreamDamage::TwoPhones => {
            let donors = world.donors(sample);
            let other = world.samples[*dice.pick(&donors)?].capture()?;
            let theirs = Answer::read(other).text();
            let cut = dice.below(theirs.len());
            match dice.coin() {
                true => format!("{text}{theirs}").into_bytes(),
                false => [&theirs.as_bytes()[..cut], text.as_bytes()].concat(),
            }
        }
        StreamDamage::WindowsLines => match dice.coin() {
            true => text.replace('\n', "\r\n").into_bytes(),
            false => text.replace('\n', "\r").into_bytes(),
        },
        StreamDamage::OneLine => text.replace('\n', " ").into_bytes(),
        StreamDamage::Large => {
            let at = dice.below(text.len());
            let at = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let flood = "x".repeat(70_000 + dice.below(3 << 20));
            format!("{}{flood}\n{}", &text[..at], &text[at..]).into_bytes()
        }
        StreamDamage::Bytes => {
            left = Left::Anything;
            let mut bytes = text.into_bytes();
            for _ in 0..=dice.below(4) {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
            bytes
        }
    };
    Some(Mutation::new(Damage::Answer { nonce, bytes: out }, left))
}
