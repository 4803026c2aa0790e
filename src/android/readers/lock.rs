//! The screen lock of the phone's owner.

use super::shared::{self, BASE, LOCK, Maker, TRUST};
use super::{Out, Reader, View, settle, trust};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::Body;
use crate::evidence::{Fact, Origin, Reading, Value, text};

/// Android's own advice about the lock.
static SAFETY: Section = Section {
    id: "safety",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"if [ $V -ge 33 ]; then x dumpsys safety_center data | f -e "s/^.*SafetySourceKey\{mSourceId='AndroidLockScreen', mUserId=([0-9]+)\} -> SafetySourceData\{mStatus=SafetySourceStatus\{[^{]*mSeverityLevel=([0-9]+).*mId=NoScreenLockIssue.*/advice \1 \2 issue/p;t" -e "s/^.*SafetySourceKey\{mSourceId='AndroidLockScreen', mUserId=([0-9]+)\} -> SafetySourceData\{mStatus=SafetySourceStatus\{[^{]*mSeverityLevel=([0-9]+).*/advice \1 \2/p"; else echo skip; e; fi"#,
    ),
    place: "dumpsys safety_center data",
    keeps: "whether Android itself warns that no screen lock is set (from Android 13)",
};

/// Samsung's lock screen.
static KEYGUARD: Section = Section {
    id: "keyguard",
    span: Span::Once,
    shell: Shell::Fixed(
        r"case $(getprop ro.product.manufacturer) in [sS]amsung) x dumpsys activity service com.android.systemui/.keyguard.KeyguardService | f -e '/^(User [0-9]+[* ]?$|  lockInstantlyWithPowerKey:|  lockTypeSummary=)/p';; *) echo skip; e;; esac",
    ),
    place: "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
    keeps: "on Samsung phones, the kind of lock and whether the power key locks at once; the history of unlocking does not leave the phone",
};

pub struct Lock;

impl Reader for Lock {
    fn name(&self) -> &'static str {
        "screen lock"
    }

    fn facts(&self) -> &'static [Fact] {
        &[Fact::LockCredential, Fact::LockPowerKey]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &LOCK, &TRUST, &SAFETY, &KEYGUARD] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let mut origins = vec![view.origin(&LOCK).key("User 0")];
        let reading = settle(credential(view, &mut origins)).with_origins(origins);
        out.device(Fact::LockCredential, reading);
        let reading =
            settle(power_key(view)).from(view.origin(&KEYGUARD).key("lockInstantlyWithPowerKey"));
        out.device(Fact::LockPowerKey, reading);
    }
}

/// What `dumpsys lock_settings` says of user 0.
#[derive(Debug, Default, PartialEq)]
struct Block {
    kinds: Vec<String>,
    sids: Vec<bool>,
}

fn credential(view: &View<'_>, origins: &mut Vec<Origin>) -> Result<Reading, String> {
    // Every source must have come: one that is lost could be the one that contradicts.
    let base = shared::base(view)?;
    let locked = match trust::owner(view.once(&TRUST)?) {
        Ok(owner) => owner.locked,
        Err(_) => None,
    };
    let safety = view.once(&SAFETY)?;
    let no_lock_advice = if safety.skipped() {
        false
    } else {
        safety
            .lines()
            .is_ok_and(|lines| lines.iter().any(|line| line == "advice 0 300 issue"))
    };
    let safety_origin = || {
        view.origin(&SAFETY)
            .key("AndroidLockScreen")
            .note("Android warns that no screen lock is set")
    };

    let block = match view.once(&LOCK)?.filtered(1).and_then(owner_block) {
        Ok(block) => block,
        Err(_) if no_lock_advice && locked != Some(true) => {
            origins.clear();
            origins.push(safety_origin());
            return Ok(Reading::known(Value::Word("none")));
        }
        Err(why) => return Err(why),
    };
    let reading = judge(&block, base.sdk, locked)?;
    let set = reading.value() != Some(&Value::Word("none"));
    if set && no_lock_advice {
        origins.push(safety_origin());
        return Err("the phone states a screen lock and yet warns that none is set".into());
    }
    if !set && locked == Some(true) {
        origins.push(view.origin(&TRUST).key("deviceLocked"));
        return Err("the phone states no screen lock and yet is locked by one".into());
    }
    if block.kinds.is_empty() && set && locked == Some(true) {
        origins.push(
            view.origin(&TRUST)
                .key("deviceLocked")
                .note("locked, which only a secure lock can be"),
        );
    }
    Ok(reading)
}

/// The one block of user 0 in the list of states; the list of stored files, which names users too, comes after it.
fn owner_block(lines: &[String]) -> Result<Block, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for line in lines {
        let line = line.trim();
        if line.starts_with("Storage:") {
            break;
        }
        if let Some(user) = line.strip_prefix("User ") {
            inside = user.trim() == "0";
            if inside {
                blocks.push(Block::default());
            }
            continue;
        }
        let Some(block) = blocks.last_mut().filter(|_| inside) else {
            continue;
        };
        if let Some(kind) = line.strip_prefix("CredentialType:") {
            block.kinds.push(kind.trim().to_ascii_lowercase());
        } else if line.starts_with("SID") {
            block.sids.push(line.ends_with("set"));
        }
    }
    let mut blocks = blocks.into_iter();
    let first = blocks
        .next()
        .ok_or("the phone's list of screen locks does not name its owner")?;
    if blocks.any(|other| other != first) {
        return Err("the phone states its owner's screen lock twice, differently".into());
    }
    Ok(first)
}

fn judge(block: &Block, sdk: Option<u32>, locked: Option<bool>) -> Result<Reading, String> {
    let direct = |word| Ok(Reading::known(Value::Word(word)));
    if let Some(kind) = block.kinds.first() {
        if block.kinds.iter().any(|other| other != kind) {
            return Err("the phone states its owner's screen lock twice, differently".into());
        }
        return match kind.as_str() {
            "none" => direct("none"),
            "pattern" => direct("pattern"),
            "pin" => direct("pin"),
            "password" => direct("password"),
            other => Err(format!(
                "the phone names the screen lock {:?}, an unfamiliar word",
                text::clean(other)
            )),
        };
    }
    match sdk {
        None => Err(
            "the phone states neither the kind of its screen lock nor its Android version".into(),
        ),
        Some(sdk) if sdk >= 30 => {
            Err("the phone does not state the kind of its screen lock".into())
        }
        Some(_) => match block.sids.as_slice() {
            [] => Err("the phone says nothing about its owner's screen lock".into()),
            [first, rest @ ..] if rest.iter().any(|other| other != first) => {
                Err("the phone states its owner's screen lock twice, differently".into())
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
            "only Samsung phones tell this to a cable",
        )),
        None => Err("the phone does not state its maker".into()),
    }
}

fn instantly(body: &Body) -> Result<Reading, String> {
    let lines = body.filtered(1)?;
    let mut inside = false;
    let mut kinds: Vec<&str> = Vec::new();
    let mut answers: Vec<&str> = Vec::new();
    for line in lines {
        if let Some(user) = line.strip_prefix("User ") {
            inside = user.trim_end_matches(['*', ' ']) == "0";
        } else if inside {
            if let Some(kind) = line.trim().strip_prefix("lockTypeSummary=") {
                kinds.push(kind.split([',', ' ', '/']).next().unwrap_or_default());
            } else if let Some(answer) = line.trim().strip_prefix("lockInstantlyWithPowerKey:") {
                answers.push(answer.trim());
            }
        }
    }
    match (kinds.as_slice(), answers.as_slice()) {
        // Without a lock the line says true as well.
        (["pin" | "password" | "pattern"], ["true"]) => Ok(Reading::known(Value::Bool(true))),
        (["pin" | "password" | "pattern"], ["false"]) => Ok(Reading::known(Value::Bool(false))),
        (["none" | "swipe"], [_]) => Ok(Reading::absent(
            "no secure lock is set that the power key could lock",
        )),
        _ => Err("the phone does not say whether its power key locks at once".into()),
    }
}
