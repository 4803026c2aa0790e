//! The screen lock of the phone's owner, and of the other Android users that hold one of the apps.

use std::collections::BTreeSet;

use super::shared::{self, BASE, FRONT, LOCK, Maker, SAFETY, TRUST, USERS};
use super::{Out, Reader, View, settle, trust, users};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::Body;
use crate::evidence::{Fact, Origin, Reading, Value};

/// Samsung's lock screen.
static KEYGUARD: Section = Section {
    id: "keyguard",
    span: Span::Once,
    shell: Shell::Fixed(
        r"c getprop ro.product.manufacturer; case $v$K in 1|2|[sS]amsung) x dumpsys activity service com.android.systemui/.keyguard.KeyguardService | f -e '/^(User [0-9]+[* ]?$|  lockInstantlyWithPowerKey:|  lockTypeSummary=)/p';; *) echo skip; e;; esac",
    ),
    place: "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
    keeps: "on Samsung phones, the kind of lock and whether the power key locks at once; the history of unlocking does not leave the phone",
};

pub struct Lock;

impl Reader for Lock {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::LockCredential, Fact::LockPowerKey]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &FRONT, &USERS, &LOCK, &TRUST, &SAFETY, &KEYGUARD] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let at = |user: u32| view.origin(&LOCK).key(format!("User {user}"));
        let mut origins = vec![at(0)];
        let owner = settle(owners(view, &mut origins)).with_origins(origins);
        for copy in view.copies().iter().filter(|copy| copy.user != 0) {
            let mut origins = vec![at(copy.user)];
            let reading = settle(another_users(view, copy.user, &owner, &mut origins));
            out.copy(Fact::LockCredential, copy, reading.with_origins(origins));
        }
        out.device(Fact::LockCredential, owner);
        let reading =
            settle(power_key(view)).from(view.origin(&KEYGUARD).key("lockInstantlyWithPowerKey"));
        out.device(Fact::LockPowerKey, reading);
    }
}

/// What `dumpsys lock_settings` says of a user.
#[derive(Debug, Default, PartialEq)]
struct Block {
    kinds: Vec<String>,
    sids: Vec<bool>,
    /// `SeparateChallenge`: whether a profile has a lock of its own; `None` for a word that is not understood.
    separate: Vec<Option<bool>>,
}

impl Block {
    /// Whether this user has a lock of its own, if the phone says so.
    fn is_separate(&self) -> Result<bool, String> {
        match self.separate.as_slice() {
            [Some(first), rest @ ..] if rest.iter().all(|other| *other == Some(*first)) => {
                Ok(*first)
            }
            _ => {
                Err("the phone does not say whether this space has a screen lock of its own".into())
            }
        }
    }
}

/// The lock of user 0.
fn owners(view: &View<'_>, origins: &mut Vec<Origin>) -> Result<Reading, String> {
    // Every source must have come: one that is lost could be the one that contradicts.
    let locked = match trust::owner(view.once(&TRUST)?) {
        Ok(owner) => owner.locked,
        Err(_) => None,
    };
    let safety = view.once(&SAFETY)?;
    let block = match view.once(&LOCK)?.filtered(1).and_then(|l| block(l, 0)) {
        Ok(block) => block,
        Err(_) if advice(safety, 0)? && locked != Some(true) => {
            if keyguard(view, 0)? == Some(true) {
                return Err(CONTRADICTION.into());
            }
            origins.clear();
            origins.push(safety_origin(view));
            return Ok(Reading::known(Value::Word("none")));
        }
        Err(why) => return Err(why),
    };
    checked(view, 0, &block, locked, origins)
}

/// The lock in front of another user's apps: the owner's where the user is a profile that shares it, else the user's
/// own.
fn another_users(
    view: &View<'_>,
    user: u32,
    owner: &Reading,
    origins: &mut Vec<Origin>,
) -> Result<Reading, String> {
    let listed = users::listed(view)?;
    let listed = listed
        .iter()
        .find(|known| known.id == user)
        .ok_or("the phone's list of users does not hold this one")?;
    let maker = shared::base(view)?.maker;
    let block = block(view.once(&LOCK)?.filtered(1)?, user)?;
    if listed.is_profile(maker.as_ref()) {
        origins.push(view.origin(&USERS).key("flags"));
        // A profile that shares the owner's lock has a made-up password in its own block.
        if !block.is_separate()? {
            return Ok(owner.clone());
        }
    }
    checked(view, user, &block, None, origins)
}

const CONTRADICTION: &str = "the phone states two different things about its screen lock";

/// What a block says, if no other source contradicts it.
fn checked(
    view: &View<'_>,
    user: u32,
    block: &Block,
    locked: Option<bool>,
    origins: &mut Vec<Origin>,
) -> Result<Reading, String> {
    let reading = judge(block, shared::base(view)?.sdk, locked)?;
    let set = reading.value() != Some(&Value::Word("none"));
    if let Some(keyguard) = keyguard(view, user)? {
        origins.push(view.origin(&KEYGUARD).key("lockTypeSummary"));
        if keyguard != set {
            return Err(CONTRADICTION.into());
        }
    }
    if set && advice(view.once(&SAFETY)?, user)? {
        origins.push(safety_origin(view));
        return Err("the phone states a screen lock and yet warns that none is set".into());
    }
    if !set && locked == Some(true) {
        origins.push(view.origin(&TRUST).key("deviceLocked"));
        return Err("the phone states no screen lock and yet is locked by one".into());
    }
    // Where no lock is set, the phone cannot be locked by one: see above.
    if block.kinds.is_empty() && locked == Some(true) {
        origins.push(
            view.origin(&TRUST)
                .key("deviceLocked")
                .note("locked, which only a secure lock can be"),
        );
    }
    Ok(reading)
}

/// Whether Android itself warns that this user has no screen lock. A second source, as [`keyguard`].
fn advice(safety: &Body, user: u32) -> Result<bool, String> {
    let lines = safety.second()?.unwrap_or_default();
    Ok(lines.contains(&format!("advice {user} 300 issue")))
}

fn safety_origin(view: &View<'_>) -> Origin {
    view.origin(&SAFETY)
        .key("AndroidLockScreen")
        .note("Android warns that no screen lock is set")
}

/// Whether Samsung's lock screen holds this user's lock to be secure. It is a second source: it may be silent, or
/// missing on other makers' phones, but its section must have come, and whole.
fn keyguard(view: &View<'_>, user: u32) -> Result<Option<bool>, String> {
    let Some(lines) = view.once(&KEYGUARD)?.second()? else {
        return Ok(None);
    };
    let mut secure: Option<bool> = None;
    for kind in summaries(lines, user) {
        let found = match kind {
            "pin" | "password" | "pattern" => true,
            "none" | "swipe" => false,
            _ => continue,
        };
        if secure.is_some_and(|first| first != found) {
            return Err(CONTRADICTION.into());
        }
        secure = Some(found);
    }
    Ok(secure)
}

/// The first words of `lockTypeSummary` of a user: "pin, fingerprints / canSkipBouncer=true".
fn summaries(lines: &[String], user: u32) -> Vec<&str> {
    values(lines, user, "lockTypeSummary=")
        .into_iter()
        .map(|kind| kind.split([',', ' ', '/']).next().unwrap_or_default())
        .collect()
}

/// What stands after a key in the blocks of a user in the dump of Samsung's lock screen.
fn values<'a>(lines: &'a [String], user: u32, key: &str) -> Vec<&'a str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in lines {
        if let Some(id) = line.strip_prefix("User ") {
            inside = id.trim_end_matches(['*', ' ']).parse() == Ok(user);
        } else if inside && let Some(value) = line.trim().strip_prefix(key) {
            found.push(value.trim());
        }
    }
    found
}

/// The users in the list of states, which holds no names.
pub fn users(body: &Body) -> Result<BTreeSet<u32>, String> {
    let lines = body.filtered(1)?;
    let mut users = BTreeSet::new();
    for line in lines.iter().map(|line| line.trim()) {
        if line.starts_with("Storage:") {
            break;
        }
        if let Some(id) = line.strip_prefix("User ") {
            // "User State:" is the heading of the list.
            users.extend(id.trim().parse::<u32>());
        }
    }
    Ok(users)
}

/// The one block of a user in the list of states; the list of stored files, which names users too, comes after it.
fn block(lines: &[String], user: u32) -> Result<Block, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut inside, mut of_nobody) = (false, true);
    for line in lines {
        let line = line.trim();
        if line.starts_with("Storage:") {
            break;
        }
        if let Some(id) = line.strip_prefix("User ") {
            inside = id.trim().parse() == Ok(user);
            of_nobody = id.trim().parse::<u32>().is_err();
            if inside {
                blocks.push(Block::default());
            }
            continue;
        }
        // Where a user's number is gone, those that are left may stand before another's lock.
        if of_nobody
            && ["CredentialType:", "SeparateChallenge:", "SID"]
                .iter()
                .any(|key| line.starts_with(key))
        {
            return Err("the phone's list of screen locks has one of no user".into());
        }
        let Some(block) = blocks.last_mut().filter(|_| inside) else {
            continue;
        };
        if let Some(kind) = line.strip_prefix("CredentialType:") {
            block.kinds.push(kind.trim().to_ascii_lowercase());
        } else if let Some(own) = line.strip_prefix("SeparateChallenge:") {
            block.separate.push(own.trim().parse().ok());
        } else if line.starts_with("SID") {
            block.sids.push(line.ends_with("set"));
        }
    }
    let mut blocks = blocks.into_iter();
    let first = blocks
        .next()
        .ok_or("the phone's list of screen locks does not name this user")?;
    if blocks.any(|other| other != first) {
        return Err(CONTRADICTION.into());
    }
    Ok(first)
}

fn judge(block: &Block, sdk: Option<u32>, locked: Option<bool>) -> Result<Reading, String> {
    let direct = |word| Ok(Reading::known(Value::Word(word)));
    if let Some(kind) = block.kinds.first() {
        if block.kinds.iter().any(|other| other != kind) {
            return Err(CONTRADICTION.into());
        }
        let word = match kind.as_str() {
            "none" => return direct("none"),
            "pattern" => "pattern",
            "pin" => "pin",
            "password" => "password",
            _ => return Err("the phone names its screen lock in an unfamiliar word".into()),
        };
        // The lock's random id goes when the lock goes.
        if block.sids.contains(&false) {
            return Err(CONTRADICTION.into());
        }
        return direct(word);
    }
    match sdk {
        None => Err(
            "the phone states neither the kind of its screen lock nor its Android version".into(),
        ),
        Some(sdk) if sdk >= 30 => {
            Err("the phone does not state the kind of its screen lock".into())
        }
        Some(_) => match block.sids.as_slice() {
            [] => Err("the phone says nothing about its screen lock".into()),
            [first, rest @ ..] if rest.iter().any(|other| other != first) => {
                Err(CONTRADICTION.into())
            }
            [false, ..] => direct("none"),
            // Seen to go when the lock goes, but not on every version: only a lock that is closed proves it.
            [true, ..] if locked == Some(true) => direct("set"),
            [true, ..] => Ok(Reading::indicative(Value::Word("set"))),
        },
    }
}

fn power_key(view: &View<'_>) -> Result<Reading, String> {
    let maker = shared::base(view)?.maker;
    match maker {
        Some(Maker::Samsung) => instantly(view.once(&KEYGUARD)?),
        Some(_) => Ok(Reading::not_readable(
            "only Samsung phones say anything of it to a cable",
        )),
        None => Err("the phone does not state its maker".into()),
    }
}

fn instantly(body: &Body) -> Result<Reading, String> {
    let lines = body.filtered(1)?;
    let kinds = summaries(lines, 0);
    let answers = values(lines, 0, "lockInstantlyWithPowerKey:");
    match (kinds.as_slice(), answers.as_slice()) {
        // Nobody has shown on a phone that the line is right: it points one way. Without a lock it says true as well.
        (["pin" | "password" | "pattern"], ["true"]) => {
            Ok(Reading::indicative(Value::Bool(true)).at_its_best())
        }
        // What points to a fault is never set aside.
        (["pin" | "password" | "pattern"], ["false"]) => {
            Ok(Reading::indicative(Value::Bool(false)))
        }
        (["none" | "swipe"], [_]) => Ok(Reading::absent(
            "no secure lock is set that the power key could lock",
        )),
        _ => Err("the phone does not say whether its power key locks at once".into()),
    }
}
