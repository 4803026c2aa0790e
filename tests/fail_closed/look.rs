//! Looking at a damaged phone: the same reading and judging as in the program, in this process.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use spotcheck::android::{capture::Capture, probe};
use spotcheck::apps;
use spotcheck::assess::{Context, assess};
use spotcheck::audit::{Audit, Overall, Verdict};
use spotcheck::evidence::{
    Evidence, Fact, Platform, Reading, Request, Source, SourceError, Subject, derive,
};
use spotcheck::ios::crypt::{Key, KeyBag, KeyError, Password, keys};
use spotcheck::ios::{self, Unlocker};
use tempfile::TempDir;

use super::android_samples::in_scope;
use super::world::{Body, Folder, Iphone, World};

/// When a look is judged: a few days after the samples were taken, and when they are too old for anything to pass.
const FRESH: &str = "2026-11-05T12:00:00Z";
const STALE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What lies at a path of a backup instead.
#[derive(Debug, Clone)]
pub enum Node {
    Gone,
    Bytes(Vec<u8>),
    Folder,
    /// A link to another file of the backup.
    Link(String),
}

/// What is different from the undamaged phone.
#[derive(Debug, Clone)]
pub enum Damage {
    /// Files of a backup, as they lie on the disk.
    Files(BTreeMap<String, Node>),
    /// What the phone answered, sealed anew as if it had answered so.
    Answer { nonce: String, bytes: Vec<u8> },
    /// The file of a capture, as it lies on the disk.
    CaptureFile(Vec<u8>),
}

impl Damage {
    pub fn none() -> Damage {
        Damage::Files(BTreeMap::new())
    }

    pub fn file(name: &str, node: Node) -> Damage {
        Damage::Files(BTreeMap::from([(name.to_owned(), node)]))
    }
}

/// Which finding: checklist, control, subject.
pub type Line = (String, String, String);

/// A finding, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub verdict: Verdict,
    pub set_aside: bool,
    /// Places and keys that it rests on.
    pub origins: Vec<(String, String)>,
    pub found: String,
}

impl Seen {
    /// The greater, the better for the phone's holder.
    pub fn rank(&self) -> u8 {
        match (self.verdict, self.set_aside) {
            (Verdict::Fail, _) => 0,
            (Verdict::Unresolved | Verdict::Declined, false) => 1,
            (Verdict::Unresolved | Verdict::Declined, true) => 2,
            (Verdict::NotApplicable, _) => 3,
            (Verdict::Pass, _) => 4,
        }
    }

    pub fn rests_on(&self, place: &str) -> bool {
        self.origins.iter().any(|(known, _)| known.contains(place))
    }

    /// The verdict in a word.
    pub fn word(&self) -> String {
        let aside = if self.set_aside { " (set aside)" } else { "" };
        format!("{}{aside}", self.verdict.id())
    }
}

/// What a look came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub lines: BTreeMap<Line, Seen>,
    pub overall: BTreeMap<String, Word>,
    /// Nothing was read at all: the program says why and ends.
    pub refused: bool,
}

/// An overall result, and what it should be by the findings alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    pub said: Overall,
    pub due: Overall,
}

impl Outcome {
    fn add(&mut self, what: &str, audit: &Audit) {
        let (mut fails, mut open, mut passes) = (false, false, false);
        for finding in &audit.findings {
            let seen = Seen {
                verdict: finding.verdict,
                set_aside: finding.set_aside,
                origins: finding
                    .origin
                    .iter()
                    .map(|o| (o.place.clone(), o.key.clone().unwrap_or_default()))
                    .collect(),
                found: finding.found.clone(),
            };
            if let Some(counted) = finding.counted.filter(|_| !finding.set_aside) {
                fails |= counted == Verdict::Fail;
                open |= matches!(counted, Verdict::Unresolved | Verdict::Declined);
                passes |= counted == Verdict::Pass;
            }
            let line = (
                what.to_owned(),
                finding.control.clone(),
                finding.subject.to_string(),
            );
            // Of two findings under one name the better one counts.
            self.lines
                .entry(line)
                .and_modify(|known| {
                    if seen.rank() > known.rank() {
                        *known = seen.clone();
                    }
                })
                .or_insert(seen);
        }
        let due = match (fails, open, passes) {
            (true, ..) => Overall::Fail,
            (false, false, true) => Overall::Pass,
            _ => Overall::Incomplete,
        };
        let said = audit.overall;
        self.overall.insert(what.to_owned(), Word { said, due });
    }

    /// Whether any verdict differs.
    pub fn differs(&self, other: &Outcome) -> bool {
        let ranks = |outcome: &Outcome| -> Vec<(Line, u8)> {
            outcome
                .lines
                .iter()
                .map(|(line, seen)| (line.clone(), seen.rank()))
                .collect()
        };
        self.refused != other.refused || ranks(self) != ranks(other)
    }
}

/// Opens with one password, whose key is derived afresh each time.
struct Opener<'p>(Option<&'p str>);

impl Unlocker for Opener<'_> {
    fn password(&mut self) -> Result<Option<Password>, SourceError> {
        Ok(self.0.map(Password::new))
    }

    fn derive(&mut self, bag: KeyBag, password: Password) -> Result<(KeyBag, Key), KeyError> {
        // What a flipped bit can ask for is bounded by the program, but seconds of it prove nothing here.
        if keys::total_rounds(&bag) > 20_000 {
            return Err(KeyError::Cancelled);
        }
        let key = keys::derive(&bag, &password, &mut |_| ControlFlow::Continue(()))?;
        Ok((bag, key))
    }
}

/// Where looks are made: the backups on disk, damaged and mended in place.
pub struct Bench {
    folder: TempDir,
    laid: BTreeSet<usize>,
    /// What was read last.
    last: Option<Read>,
    requests: BTreeMap<Platform, Request>,
}

impl Bench {
    pub fn new() -> Bench {
        let request = |platform| {
            let apps = in_scope();
            let besides = apps::besides(&apps);
            Request::everything(apps, platform).noticing(besides)
        };
        Bench {
            folder: tempfile::tempdir().expect("a folder"),
            laid: BTreeSet::new(),
            last: None,
            requests: [Platform::Ios, Platform::Android]
                .map(|platform| (platform, request(platform)))
                .into(),
        }
    }

    /// What the program makes of a sample with this damage.
    pub fn look(&mut self, world: &World, sample: usize, damage: &Damage) -> Outcome {
        let of = &world.samples[sample];
        match (&of.body, damage) {
            (Body::Iphone(iphone), Damage::Files(changes)) => {
                let password = iphone
                    .sealed
                    .as_ref()
                    .map(|(_, password)| password.as_str());
                self.backup(world, sample, iphone, changes, password)
            }
            (Body::Android(capture), Damage::Answer { nonce, bytes }) => {
                let damaged = Capture {
                    nonce: nonce.clone(),
                    answer: bytes.clone(),
                    ..capture.clone()
                };
                self.capture(world, sample, &damaged.to_bytes())
            }
            (Body::Android(_), Damage::CaptureFile(bytes)) => self.capture(world, sample, bytes),
            (Body::Android(capture), Damage::Files(none)) if none.is_empty() => {
                self.capture(world, sample, &capture.to_bytes())
            }
            (body, damage) => panic!(
                "damage of another kind of phone: {} {damage:?}",
                matches!(body, Body::Iphone(_))
            ),
        }
    }

    /// The same of an encrypted backup, without its password.
    pub fn look_locked(&mut self, world: &World, sample: usize) -> Outcome {
        match &world.samples[sample].body {
            Body::Iphone(iphone) => self.backup(world, sample, iphone, &BTreeMap::new(), None),
            Body::Android(_) => Outcome::default(),
        }
    }

    fn backup(
        &mut self,
        world: &World,
        sample: usize,
        iphone: &Iphone,
        changes: &BTreeMap<String, Node>,
        password: Option<&str>,
    ) -> Outcome {
        let request = &self.requests[&Platform::Ios];
        let root = self.folder.path().join(sample.to_string());
        if self.laid.insert(sample) {
            lay(&root, &iphone.files);
        }
        let root = &root;
        for (name, node) in changes {
            place(root, name, node);
        }
        let read = ios::read_with(root, request, &mut Opener(password));
        let result = match read {
            Err(_) => refused(),
            Ok((evidence, _)) => self.judged(world, sample, evidence),
        };
        for name in changes.keys() {
            match iphone.files.get(name) {
                Some(bytes) => place(root, name, &Node::Bytes(bytes.clone())),
                None => place(root, name, &Node::Gone),
            }
        }
        result
    }

    fn capture(&mut self, world: &World, sample: usize, bytes: &[u8]) -> Outcome {
        let Ok(capture) = Capture::from_bytes(bytes) else {
            return refused();
        };
        let evidence = probe::evidence(
            &self.requests[&Platform::Android],
            &capture.nonce,
            &capture.answer,
            Source::AndroidCapture,
            Some(capture.taken_at),
        );
        self.judged(world, sample, evidence)
    }

    /// The judgement is a pure function of what was read: of the same, the same.
    fn judged(&mut self, world: &World, sample: usize, evidence: Evidence) -> Outcome {
        let read = Read::of(&evidence);
        let of = &world.samples[sample];
        let outcome = match of.read.as_ref() == Some(&read) {
            true => of.whole.clone(),
            false => judge(world, evidence),
        };
        self.last = Some(read);
        outcome
    }

    /// What was read last.
    pub fn take_last(&mut self) -> Option<Read> {
        self.last.take()
    }

    /// Lays the backups anew at the next look: a look that broke off left them as it made them.
    pub fn reset(&mut self) {
        *self = Bench::new();
    }
}

/// Everything of the evidence that a judgement depends on.
#[derive(PartialEq)]
pub struct Read {
    readings: Vec<(Fact, Subject, Reading)>,
    as_of: Option<Timestamp>,
    newest: Option<Timestamp>,
    apps_unseen: Vec<String>,
}

impl Read {
    fn of(evidence: &Evidence) -> Read {
        Read {
            readings: evidence
                .readings()
                .map(|(fact, subject, reading)| (fact, subject.clone(), reading.clone()))
                .collect(),
            as_of: evidence.as_of,
            newest: evidence.newest,
            apps_unseen: evidence.apps_unseen.clone(),
        }
    }
}

fn refused() -> Outcome {
    Outcome {
        refused: true,
        ..Outcome::default()
    }
}

fn judge(world: &World, mut evidence: Evidence) -> Outcome {
    derive::apply(&mut evidence);
    let mut outcome = Outcome::default();
    let fresh: Timestamp = FRESH.parse().expect("a moment");
    for profile in world
        .profiles
        .iter()
        .filter(|p| p.covers(evidence.platform))
    {
        // The lines of the quick checklist are in the whole one too: it is for evidence that is too old.
        let stale = profile.id == "nhs-england-quick";
        let (at, name) = match stale {
            true => (fresh + STALE, "too old"),
            false => (fresh, profile.id.as_str()),
        };
        let context = Context {
            readable_only: !stale,
            ..Context::new(at)
        };
        outcome.add(name, &assess(&evidence, profile, &context));
    }
    outcome
}

fn lay(root: &Path, files: &Folder) {
    for (name, bytes) in files {
        place(root, name, &Node::Bytes(bytes.clone()));
    }
}

fn place(root: &Path, name: &str, node: &Node) {
    let path = root.join(name);
    if path.is_dir() && !path.is_symlink() {
        fs::remove_dir_all(&path).expect("removed");
    } else if path.symlink_metadata().is_ok() {
        fs::remove_file(&path).expect("removed");
    }
    let folder = path.parent().expect("a folder");
    // Where its folder has become something else, the folder comes back first.
    if folder.symlink_metadata().is_ok() && !folder.is_dir() {
        fs::remove_file(folder).expect("removed");
    }
    fs::create_dir_all(folder).expect("a folder");
    match node {
        Node::Gone => {}
        Node::Bytes(bytes) => fs::write(&path, bytes).expect("written"),
        Node::Folder => fs::create_dir(&path).expect("a folder"),
        Node::Link(to) => {
            #[cfg(unix)]
            std::os::unix::fs::symlink(root.join(to), &path).expect("a link");
            #[cfg(not(unix))]
            let _ = to;
        }
    }
}
