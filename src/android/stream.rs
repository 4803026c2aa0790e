//! Cutting the phone's answer back into sections, strictly: what is out of order, doubled, unfinished or framed
//! wrongly is not read.

use std::collections::{BTreeMap, BTreeSet};

use super::section::{Section, Span, is_package};

/// Answers beyond this size are cut: everything after it is unfinished.
pub const MAX_ANSWER: usize = 1 << 20;

/// Which run of which section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Id of the section.
    pub section: String,
    /// The Android user; `None` where the section runs once for the phone.
    pub user: Option<u32>,
    /// Package of the app copy; `None` where the section is not about one.
    pub package: Option<String>,
}

impl Key {
    /// The one run of a section that runs once.
    pub fn once(section: &Section) -> Self {
        Key {
            section: section.id.to_owned(),
            user: None,
            package: None,
        }
    }

    /// The run of a section for a user.
    pub fn user(section: &Section, user: u32) -> Self {
        Key {
            user: Some(user),
            ..Key::once(section)
        }
    }

    /// The run of a section for an app copy.
    pub fn copy(section: &Section, user: u32, package: &str) -> Self {
        Key {
            package: Some(package.to_owned()),
            ..Key::user(section, user)
        }
    }
}

/// How a command ends that ran out of its time: as `timeout` says it, and by the signals that it sends.
const STOPPED: [u32; 3] = [124, 137, 143];

/// Why nothing is known where a command was stopped, or not asked any more.
pub const TOO_LONG: &str = "the phone took too long to answer";

/// What one run of a section printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    lines: Vec<String>,
    /// Lines that the command printed before the filter, where the section filters.
    raw_lines: Option<u64>,
    status: u32,
    /// Bytes that came over the cable.
    pub bytes: u64,
}

impl Body {
    fn new(mut lines: Vec<String>, status: u32, bytes: u64) -> Self {
        lines.retain(|line| !line.trim().is_empty());
        // The count is the last thing that the filter prints. It includes the end mark and the empty line before it.
        let raw_lines = lines
            .last()
            .filter(|line| !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|line| line.parse::<u64>().ok());
        if raw_lines.is_some() {
            lines.pop();
        }
        Body {
            lines,
            raw_lines: raw_lines.map(|n| n.saturating_sub(2)),
            status,
            bytes,
        }
    }

    /// What a section printed that was not framed as a stream: made here of a saved dump.
    pub fn printed(lines: Vec<String>) -> Self {
        let bytes = lines.iter().map(|line| line.len() as u64 + 1).sum();
        Body::new(lines, 0, bytes)
    }

    /// The lines, if the command ran well and was not refused.
    pub fn lines(&self) -> Result<&[String], String> {
        if let Some(kind) = self.refusal() {
            return Err(refusal(kind).into());
        }
        if STOPPED.contains(&self.status) {
            return Err(TOO_LONG.into());
        }
        if self.status != 0 {
            return Err(format!(
                "the phone's command failed with status {}",
                self.status
            ));
        }
        Ok(&self.lines)
    }

    /// The lines, if the command ran well and printed at least `least` lines before the filter: fewer look like a
    /// command that did not work.
    pub fn filtered(&self, least: u64) -> Result<&[String], String> {
        let lines = self.lines()?;
        match self.raw_lines {
            Some(n) if n >= least => Ok(lines),
            Some(0) => Err("the phone's command answered nothing".into()),
            Some(n) => Err(format!(
                "the phone's command answered only {n} line{}",
                if n == 1 { "" } else { "s" }
            )),
            None => Err("the phone's filter did not count what it read".into()),
        }
    }

    /// The kind of refusal, if the command was refused.
    pub fn refusal(&self) -> Option<&str> {
        self.lines.iter().find_map(|line| line.strip_prefix('!'))
    }

    /// The lines of a source that other sources stand beside: `None` where this phone has none, or it tells nothing.
    ///
    /// # Errors
    /// Why it is lost, where the command was stopped or broke off: what it would have said could contradict the others.
    pub fn second(&self) -> Result<Option<&[String]>, String> {
        if self.skipped() {
            return Ok(None);
        }
        let lost = match self.refusal() {
            Some(kind) => matches!(
                kind,
                "*** SERVICE" | "Aborted" | "Killed" | "Error" | "Failure" | "Failed"
            ),
            None => self.status != 0,
        };
        match self.lines() {
            Ok(lines) => Ok(Some(lines)),
            Err(why) if lost => Err(why),
            Err(_) => Ok(None),
        }
    }

    /// Whether the script left the command out on this kind of phone.
    pub fn skipped(&self) -> bool {
        self.status == 0 && matches!(self.lines.as_slice(), [only] if only == "skip")
    }
}

/// The value of `key=value` among lines: `None` if no line has the key, an error if two lines disagree.
pub fn value<'a>(lines: &'a [String], key: &str) -> Result<Option<&'a str>, String> {
    let mut found: Option<&str> = None;
    for line in lines {
        let Some(value) = line
            .trim_start()
            .strip_prefix(key)
            .and_then(|rest| rest.strip_prefix('='))
        else {
            continue;
        };
        match found {
            Some(first) if first != value => {
                return Err(format!("the phone states {key} twice, differently"));
            }
            _ => found = Some(value),
        }
    }
    Ok(found)
}

/// The answer, cut into sections.
#[derive(Debug, Default)]
pub struct Answer {
    frames: BTreeMap<Key, Result<Body, String>>,
    /// Whether the script ran to its end.
    pub ended: bool,
}

impl Answer {
    /// An answer that is whole, of sections that were made one by one.
    pub fn of(frames: BTreeMap<Key, Result<Body, String>>) -> Self {
        Answer {
            frames,
            ended: true,
        }
    }

    /// What a run of a section printed, or why it cannot be read; `None` if the answer does not hold it.
    pub fn get(&self, key: &Key) -> Option<Result<&Body, &str>> {
        self.frames
            .get(key)
            .map(|frame| frame.as_ref().map_err(String::as_str))
    }

    /// All runs, with how many bytes of each were kept.
    pub fn runs(&self) -> impl Iterator<Item = (&Key, u64)> {
        self.frames
            .iter()
            .map(|(key, frame)| (key, frame.as_ref().map_or(0, |body| body.bytes)))
    }
}

struct Frame {
    key: Key,
    rank: Option<Rank>,
    body: Result<Body, String>,
}

type Rank = (usize, usize, usize, String, usize);

const STRAY: &str = "text outside the sections of the phone's answer makes this section doubtful";

/// Cuts an answer into the sections that this program knows. `nonce` is what the script was given: a mark without it
/// is no mark.
pub fn split(sections: &[&'static Section], nonce: &str, answer: &[u8]) -> Answer {
    let cut = answer.len() > MAX_ANSWER;
    let answer = answer.get(..MAX_ANSWER).unwrap_or(answer);
    let mut frames: Vec<Frame> = Vec::new();
    let mut open: Option<(Key, bool, Vec<String>, u64)> = None;
    let mut stray_before_next = false;
    let mut ended = false;
    // The script runs each section once: an answer in which one begins twice is pieced together, perhaps from two
    // phones.
    let mut begun: BTreeSet<Key> = BTreeSet::new();
    let mut pieced_together = false;
    let start = format!("@{nonce} ");
    let end = format!("@{nonce}=");
    let unfinished = |key: Key| Frame {
        key,
        rank: None,
        body: Err("this section of the phone's answer is not finished".into()),
    };

    for raw in answer.split_inclusive(|b| *b == b'\n') {
        let whole = raw.ends_with(b"\n");
        let line = String::from_utf8_lossy(raw);
        let line = line.trim_end_matches(['\n', '\r']);
        if let Some(mark) = line.strip_prefix(&start) {
            if let Some((key, ..)) = open.take() {
                frames.push(unfinished(key));
            }
            if mark == "end" {
                ended = !cut;
            } else if whole && let Some((key, current)) = start_mark(sections, mark) {
                pieced_together |= !begun.insert(key.clone());
                open = Some((key, current, Vec::new(), 0));
            } else {
                stray_before_next = doubt(&mut frames);
            }
            if stray_before_next && let Some((key, ..)) = &open {
                frames.push(Frame {
                    key: key.clone(),
                    rank: None,
                    body: Err(STRAY.into()),
                });
                stray_before_next = false;
            }
        } else if let Some(status) = line.strip_prefix(&end) {
            match (open.take(), status.parse::<u32>()) {
                (Some((key, current, lines, bytes)), Ok(status)) if whole && status < 256 => {
                    let body = if current && is_anothers(sections, &key, &lines) {
                        Err("this section holds what another one asks for".into())
                    } else if current {
                        Ok(Body::new(lines, status, bytes))
                    } else {
                        Err(
                            "another version of this program asked for this section in another way"
                                .into(),
                        )
                    };
                    frames.push(Frame {
                        key,
                        rank: None,
                        body,
                    });
                }
                (Some((key, ..)), _) => frames.push(unfinished(key)),
                (None, _) => stray_before_next = doubt(&mut frames),
            }
        } else if let Some((_, _, lines, bytes)) = &mut open {
            *bytes += raw.len() as u64;
            lines.push(line.to_owned());
        } else if !line.trim().is_empty() && !frames.is_empty() {
            stray_before_next = doubt(&mut frames);
        }
    }
    if let Some((key, ..)) = open {
        frames.push(unfinished(key));
    }
    rank(sections, &mut frames);
    let mut frames = join(frames);
    if pieced_together {
        // Which of the rest belongs to which, nobody can tell.
        for body in frames.values_mut().filter(|body| body.is_ok()) {
            *body = Err("another section came twice in the phone's answer".into());
        }
    }
    Answer { frames, ended }
}

/// Whether a list of settings holds one that its section did not ask for: then the one that it did ask for may be
/// missing for another reason than that it is not set.
fn is_anothers(sections: &[&'static Section], key: &Key, lines: &[String]) -> bool {
    let section = sections.iter().find(|section| section.id == key.section);
    let Some(keys) = section.and_then(|section| section.settings()) else {
        return false;
    };
    lines
        .iter()
        .filter_map(|line| line.split_once('='))
        .any(|(name, _)| !keys.iter().any(|key| key == name))
}

/// Text outside any section: the section before it may have ended too early.
fn doubt(frames: &mut [Frame]) -> bool {
    if let Some(last) = frames.last_mut() {
        last.body = Err(STRAY.into());
    }
    true
}

/// The run that a start mark announces, and whether it was asked for as this program asks for it.
fn start_mark(sections: &[&'static Section], mark: &str) -> Option<(Key, bool)> {
    let words: Vec<&str> = mark.split(' ').collect();
    let (id, print, rest) = match words.as_slice() {
        [id, print, rest @ ..] => (*id, *print, rest),
        _ => return None,
    };
    let section = sections.iter().find(|section| section.id == id)?;
    let key = match (section.span, rest) {
        (Span::Once, []) => Key::once(section),
        (Span::Users | Span::OtherUsers, [user]) => Key::user(section, number(user)?),
        // It goes into the read log: what has not the form of a package's name is no mark.
        (Span::Copies, [user, package]) if is_package(package) => {
            Key::copy(section, number(user)?, package)
        }
        _ => return None,
    };
    Some((key, section.print() == print))
}

fn number(word: &str) -> Option<u32> {
    (word.bytes().all(|b| b.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
}

/// Marks every section that stands before one that the script runs earlier, or after one that it runs later.
fn rank(sections: &[&'static Section], frames: &mut [Frame]) {
    let mut users: Vec<u32> = Vec::new();
    for frame in frames.iter_mut() {
        if let Some(user) = frame.key.user
            && !users.contains(&user)
        {
            if users.len() > 64 {
                break;
            }
            users.push(user);
        }
    }
    for frame in frames.iter_mut() {
        let Some(index) = sections.iter().position(|s| s.id == frame.key.section) else {
            continue;
        };
        frame.rank = Some(match frame.key.user {
            None => (0, index, 0, String::new(), 0),
            Some(user) => (
                1,
                users.iter().position(|u| *u == user).unwrap_or(usize::MAX),
                usize::from(frame.key.package.is_some()),
                frame.key.package.clone().unwrap_or_default(),
                index,
            ),
        });
    }
    let order: Vec<Option<Rank>> = frames.iter().map(|f| f.rank.clone()).collect();
    let mut highest: Option<&Rank> = None;
    let mut wrong: BTreeSet<usize> = BTreeSet::new();
    for (i, rank) in order.iter().enumerate() {
        if let Some(rank) = rank {
            if highest.is_some_and(|h| rank < h) {
                wrong.insert(i);
            } else {
                highest = Some(rank);
            }
        }
    }
    let mut lowest: Option<&Rank> = None;
    for (i, rank) in order.iter().enumerate().rev() {
        if let Some(rank) = rank {
            if lowest.is_some_and(|l| rank > l) {
                wrong.insert(i);
            } else {
                lowest = Some(rank);
            }
        }
    }
    for i in wrong {
        if let Some(frame) = frames.get_mut(i) {
            frame.body = Err("this section of the phone's answer is out of its place".into());
        }
    }
}

/// One entry per run; a run that came twice cannot be trusted either time.
fn join(frames: Vec<Frame>) -> BTreeMap<Key, Result<Body, String>> {
    let mut joined: BTreeMap<Key, Result<Body, String>> = BTreeMap::new();
    for frame in frames {
        joined
            .entry(frame.key)
            .and_modify(|first| {
                *first = Err(match (&first, &frame.body) {
                    (Err(why), _) => (*why).clone(),
                    (_, Err(why)) => why.clone(),
                    _ => "this section came twice in the phone's answer".into(),
                });
            })
            .or_insert(frame.body);
    }
    joined
}

/// A refusal in plain words; `kind` is the part of it that the filter on the phone lets through. What it does not know
/// is not quoted: it could hold anything.
fn refusal(kind: &str) -> &'static str {
    match kind {
        "Permission Denial" | "Security exception" => "the phone did not permit it",
        "Can't find service" | "No services match" => "this phone has no such service",
        "Unknown command" => "this phone does not know the command",
        "*** SERVICE" => TOO_LONG,
        "Invalid user" => "the phone has no such user",
        "Aborted" | "Killed" => "the phone stopped the command",
        "Exception" | "Error" | "Failure" | "Failed" => "the phone's command failed",
        _ => "the phone refused",
    }
}
