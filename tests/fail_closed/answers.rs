//! An Android phone's answer: every line and word of every section. The sections as a whole are next door.

use spotcheck::android::capture::Capture;

use super::dice::Dice;
use super::look::Damage;
use super::mutation::{Kind, Left, Mutation, Of, Others, Plan};
use super::world::World;

/// One section as it stands in the answer: its start mark, what it printed, its end mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub start: String,
    pub lines: Vec<String>,
    pub end: String,
}

impl Part {
    /// What the section is and whom it is about: its start mark without the nonce and the fingerprint.
    pub fn name(&self) -> String {
        let words: Vec<&str> = self.start.split(' ').collect();
        let mut name = words.get(1).copied().unwrap_or_default().to_owned();
        for word in words.iter().skip(3) {
            name = format!("{name} {word}");
        }
        name
    }

    /// The id of the section.
    pub fn id(&self) -> String {
        self.name().split(' ').next().unwrap_or_default().to_owned()
    }
}

/// An answer in parts: what comes before the first section, the sections, the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub head: Vec<String>,
    pub parts: Vec<Part>,
    pub tail: Vec<String>,
}

impl Answer {
    pub fn read(capture: &Capture) -> Answer {
        let text = std::str::from_utf8(&capture.answer).expect("UTF-8");
        let (start, end) = (
            format!("@{} ", capture.nonce),
            format!("@{}=", capture.nonce),
        );
        let mut answer = Answer {
            head: Vec::new(),
            parts: Vec::new(),
            tail: Vec::new(),
        };
        let mut open: Option<Part> = None;
        for line in text.lines() {
            if line == format!("{start}end") {
                answer.tail.push(line.to_owned());
            } else if line.starts_with(&start) {
                assert!(open.is_none(), "a section inside another");
                open = Some(Part {
                    start: line.to_owned(),
                    lines: Vec::new(),
                    end: String::new(),
                });
            } else if line.starts_with(&end) {
                let mut part = open.take().expect("a section");
                part.end = line.to_owned();
                answer.parts.push(part);
            } else if let Some(part) = &mut open {
                part.lines.push(line.to_owned());
            } else if let Some(last) = answer.parts.last_mut().filter(|_| line.is_empty()) {
                // The empty line by which a filter on the phone sees that the mark was whole.
                last.end.push('\n');
            } else if answer.parts.is_empty() {
                answer.head.push(line.to_owned());
            } else {
                answer.tail.push(line.to_owned());
            }
        }
        assert_eq!(answer.text(), text);
        answer
    }

    pub fn text(&self) -> String {
        let mut lines: Vec<&str> = self.head.iter().map(String::as_str).collect();
        for part in &self.parts {
            lines.push(&part.start);
            lines.extend(part.lines.iter().map(String::as_str));
            lines.push(&part.end);
        }
        lines.extend(self.tail.iter().map(String::as_str));
        let mut text = String::new();
        for line in lines {
            text += line;
            text.push('\n');
        }
        text
    }

    pub fn damage(&self, capture: &Capture) -> Damage {
        bytes(capture, self.text().into_bytes())
    }
}

fn bytes(capture: &Capture, bytes: Vec<u8>) -> Damage {
    Damage::Answer {
        nonce: capture.nonce.clone(),
        bytes,
    }
}

/// A word of a line: where it begins and ends, and whether it names what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    start: usize,
    end: usize,
    names: bool,
}

fn words(line: &str) -> Vec<Word> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let mut found = Vec::new();
    let mut start = None;
    for (i, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (start, is_word(c)) {
            (None, true) => start = Some(i),
            (Some(from), false) => {
                found.push(Word {
                    start: from,
                    end: i,
                    names: matches!(c, '=' | ':' | '{'),
                });
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// What a line is about: everything up to its `=` or `:`, or its first word.
pub fn key_of(line: &str) -> &str {
    let line = line.trim();
    match line.find(['=', ':']) {
        Some(end) => &line[..end],
        None => line.split(' ').next().unwrap_or(line),
    }
}

/// What a line says of that.
pub fn value_of(line: &str) -> &str {
    let line = line.trim();
    line.get(key_of(line).len()..)
        .unwrap_or_default()
        .trim_start_matches(['=', ':', ' '])
}

/// What can be done to an answer.
pub fn plans(sample: usize, capture: &Capture) -> Vec<Plan> {
    let mut plans = Vec::new();
    let answer = Answer::read(capture);
    for (p, part) in answer.parts.iter().enumerate() {
        let name = part.name();
        for (l, line) in part.lines.iter().enumerate() {
            if line.is_empty() {
                continue;
            }
            let site = format!("{name}: {}", key_of(line));
            for kind in [Kind::Drop, Kind::Double, Kind::Unfinished, Kind::Swap] {
                let spot = Spot { sample, p, l };
                plans.push(Plan::new(
                    sample,
                    kind,
                    Of::Value,
                    site.clone(),
                    move |world, dice| spot.line(world, kind, dice),
                ));
            }
            for (w, word) in words(line).into_iter().enumerate() {
                let mut kinds = vec![Kind::Drop, Kind::Retype, Kind::Unfinished];
                if !word.names {
                    kinds.extend([Kind::OutOfRange, Kind::Swap, Kind::Contradict, Kind::Double]);
                }
                for kind in kinds {
                    let spot = Spot { sample, p, l };
                    let site = format!("{site}: word {w}");
                    plans.push(Plan::new(
                        sample,
                        kind,
                        Of::Value,
                        site,
                        move |world, dice| spot.word(world, w, kind, dice),
                    ));
                }
            }
        }
    }
    plans
}

/// A line of an answer.
#[derive(Debug, Clone, Copy)]
struct Spot {
    sample: usize,
    p: usize,
    l: usize,
}

impl Spot {
    fn line(self, world: &World, kind: Kind, dice: &mut Dice) -> Option<Mutation> {
        let capture = world.samples[self.sample].capture()?;
        let mut answer = Answer::read(capture);
        let part = &mut answer.parts[self.p];
        let line = part.lines[self.l].clone();
        let (section, key) = (part.name(), key_of(&line).to_owned());
        match kind {
            Kind::Drop => {
                part.lines.remove(self.l);
                Some(Mutation::new(answer.damage(capture), Left::NoMore).now(&section, &key, None))
            }
            Kind::Double => {
                part.lines.insert(self.l, line);
                Some(Mutation::new(answer.damage(capture), Left::NoMore))
            }
            Kind::Unfinished => {
                let end = dice.below(line.len());
                part.lines[self.l] = line.get(..end)?.to_owned();
                // Cut before its value, it is a line like one that was never printed.
                let says = line.get(..end).map(|cut| value_of(cut).to_owned());
                let cut_key = key_of(line.get(..end)?) != key;
                Some(
                    Mutation::new(answer.damage(capture), Left::NoMore)
                        .note(format!("{:?}", line.get(..end)?))
                        .now(&section, &key, if cut_key { None } else { says }),
                )
            }
            _ => {
                let other = dice.below(part.lines.len());
                if part.lines[other] == line || part.lines[other].is_empty() {
                    return None;
                }
                part.lines.swap(self.l, other);
                Some(Mutation::new(answer.damage(capture), Left::NoMore))
            }
        }
    }

    fn word(self, world: &World, w: usize, kind: Kind, dice: &mut Dice) -> Option<Mutation> {
        let capture = world.samples[self.sample].capture()?;
        let answer = Answer::read(capture);
        let part = &answer.parts[self.p];
        let line = part.lines[self.l].clone();
        let word = *words(&line).get(w)?;
        let was = &line[word.start..word.end];
        let (section, key) = (part.name(), key_of(&line).to_owned());
        let with = |to: &str| format!("{}{to}{}", &line[..word.start], &line[word.end..]);
        let put = |line: String| {
            let mut changed = answer.clone();
            changed.parts[self.p].lines[self.l] = line;
            changed
        };
        match kind {
            Kind::Drop => Some(
                Mutation::new(put(with("")).damage(capture), Left::NoMore)
                    .note(format!("{:?}", with("")))
                    .now(
                        &section,
                        &key,
                        if word.names {
                            None
                        } else {
                            Some(value_of(&with("")).into())
                        },
                    ),
            ),
            Kind::Double => {
                let twice = with(&format!("{was} {was}"));
                Some(
                    Mutation::new(put(twice.clone()).damage(capture), Left::NoMore)
                        .note(format!("{twice:?}"))
                        .now(&section, &key, Some(value_of(&twice).into())),
                )
            }
            Kind::Swap => {
                let (l, theirs) = self.partner(&answer, was, dice)?;
                let their_line = &part.lines[l];
                let their_word = &their_line[theirs.start..theirs.end];
                let mut changed = put(with(their_word));
                let lines = &mut changed.parts[self.p].lines;
                lines[l] = format!(
                    "{}{was}{}",
                    &their_line[..theirs.start],
                    &their_line[theirs.end..]
                );
                let (mine, other) = (lines[self.l].clone(), lines[l].clone());
                Some(
                    Mutation::new(changed.damage(capture), Left::NoMore)
                        .note(format!("{mine:?} and {other:?}"))
                        .now(&section, &key, Some(value_of(&mine).into()))
                        .now(&section, key_of(&other), Some(value_of(&other).into())),
                )
            }
            Kind::Contradict => {
                let others = sound(was);
                let other = dice.pick(&others)?;
                let second = with(other);
                let mut changed = answer.clone();
                changed.parts[self.p]
                    .lines
                    .insert(self.l + usize::from(dice.coin()), second.clone());
                // Two lines exclude each other where they say two things under one name.
                let named =
                    line.trim().len() > key.len() && line[..word.start].contains(['=', ':']);
                let left = match named && key_of(&second) == key {
                    true => Left::TwoStatements,
                    false => Left::NoMore,
                };
                Some(
                    Mutation::new(changed.damage(capture), left)
                        .other(put(second.clone()).damage(capture))
                        .note(format!("{line:?} and {second:?}")),
                )
            }
            _ => {
                let choices = match kind {
                    Kind::Retype => retyped(was),
                    Kind::OutOfRange => out_of_range(was),
                    _ => vec![was[..dice.below(was.len())].to_owned()],
                };
                let to = dice.pick(&choices)?;
                if to == was {
                    return None;
                }
                let changed = with(to);
                let left = match (kind, word.names) {
                    // A cut word can be a whole one: 600000 and 60.
                    (Kind::Unfinished, _) | (_, true) => Left::NoMore,
                    _ => Left::Nothing,
                };
                let says = (!word.names).then(|| value_of(&changed).to_owned());
                Some(
                    Mutation::new(put(changed.clone()).damage(capture), left)
                        .note(format!(
                            "{:?}",
                            changed.chars().take(80).collect::<String>()
                        ))
                        .now(&section, &key, says)
                        .others(self.others(word)),
                )
            }
        }
    }

    /// Another word of the section to change places with: where there is one, of a line about something like it.
    fn partner(self, answer: &Answer, was: &str, dice: &mut Dice) -> Option<(usize, Word)> {
        let lines = &answer.parts[self.p].lines;
        let all: Vec<(usize, Word)> = lines
            .iter()
            .enumerate()
            .filter(|(l, _)| *l != self.l)
            .flat_map(|(l, line)| words(line).into_iter().map(move |word| (l, word)))
            .filter(|(l, word)| !word.names && &lines[*l][word.start..word.end] != was)
            .collect();
        dice.pick(&all).copied()
    }

    fn others(self, word: Word) -> Others {
        let name = format!("{} {} {} {}", self.sample, self.p, self.l, word.start);
        let make = move |world: &World| {
            let Some(capture) = world.samples[self.sample].capture() else {
                return Vec::new();
            };
            let answer = Answer::read(capture);
            let line = &answer.parts[self.p].lines[self.l];
            let with = |other: String| {
                let mut changed = answer.clone();
                changed.parts[self.p].lines[self.l] =
                    format!("{}{other}{}", &line[..word.start], &line[word.end..]);
                changed.damage(capture)
            };
            let was = &line[word.start..word.end];
            sound(was).into_iter().map(with).collect()
        };
        (name, Box::new(make))
    }
}

/// Other words that a phone could have said here.
fn sound(was: &str) -> Vec<String> {
    const NUMBERS: &[&str] = &["0", "1", "-1", "3", "14", "30000", "600000", "2147483647"];
    const PAIRS: &[&[&str]] = &[
        &["true", "false"],
        &["yes", "no"],
        &["None", "PIN", "Pattern"],
        &["UNTRUSTED", "TRUSTED", "TRUSTABLE"],
        &["green", "orange"],
        &["locked", "unlocked"],
        &["encrypted", "unencrypted"],
        &["Enforcing", "Permissive"],
        &["user", "userdebug"],
        &["release-keys", "test-keys"],
        &["default", "allow", "ignore"],
        &["NONE", "DEFAULT"],
        &["PUBLIC", "PRIVATE", "SECRET"],
        &["pin", "swipe"],
    ];
    let alike = PAIRS
        .iter()
        .find(|words| words.iter().any(|w| w.eq_ignore_ascii_case(was)));
    let words = match alike {
        Some(words) => words,
        None if was.parse::<i64>().is_ok() => NUMBERS,
        None => &["odd", "8"],
    };
    words
        .iter()
        .filter(|other| !other.eq_ignore_ascii_case(was))
        .map(|other| (*other).to_owned())
        .collect()
}

fn retyped(was: &str) -> Vec<String> {
    match was.parse::<i64>() {
        Ok(n) => vec![
            "yes".into(),
            "null".into(),
            format!("{n}x"),
            format!("0x{n}"),
            format!("{n}.0"),
            format!("{n}e3"),
            "\u{0661}".into(),
            format!("+{n}"),
            format!("\"{n}\""),
            "NaN".into(),
            format!("[{n}]"),
        ],
        Err(_) => vec![
            "7".into(),
            "-7".into(),
            "null".into(),
            format!("{was}{was}"),
            format!("\"{was}\""),
            format!("{was}\u{0}"),
            format!("{was}\u{fffd}"),
            "Exception".into(),
            was.chars().rev().collect(),
        ],
    }
}

fn out_of_range(was: &str) -> Vec<String> {
    match was.parse::<i128>() {
        Ok(n) => vec![
            "-2".into(),
            "-9999999999".into(),
            format!("{}", (1i128 << 31) + n),
            format!("{}", (1i128 << 32) + n),
            format!("{}", (1i128 << 63) + n),
            format!("{}", (1i128 << 64) + n),
            format!("{n}00000000000000000000"),
        ],
        Err(_) => vec![
            "x".repeat(5000),
            format!("{was}{}", "9".repeat(400)),
            "\u{7f}".repeat(3),
        ],
    }
}

#[test]
fn answers_come_apart_and_together() {
    for line in [
        "mStayOn=false",
        "  0 4c13 running",
        "owner 0 a.b DeviceOwner,Affiliated",
    ] {
        let parts: Vec<&str> = words(line).iter().map(|w| &line[w.start..w.end]).collect();
        assert!(parts.len() >= 2, "{parts:?}");
    }
    assert_eq!(key_of("  CredentialType: PIN"), "CredentialType");
    assert_eq!(value_of("  CredentialType: PIN"), "PIN");
    assert_eq!(key_of("rows 12"), "rows");
    assert_eq!(value_of("rows 12"), "12");
}
