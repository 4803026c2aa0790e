//! When the screen goes dark and how soon after that the phone locks.

use super::shared::{self, BASE, FRONT, POLICY, POWER, setting, whole};
use super::{Out, Reader, View, management, settle};
use crate::android::section::{Section, Shell, Span};
use crate::evidence::{Fact, Reading, Value};

static SECURE: Section = Section {
    id: "secure.lock",
    span: Span::Once,
    shell: Shell::Fixed(
        r"x settings $U list secure | g 'lock_screen_lock_after_timeout|adaptive_sleep'",
    ),
    place: "settings --user 0 list secure",
    keeps: "the delay between dark screen and lock, and whether the screen stays on while looked at",
};

static SYSTEM: Section = Section {
    id: "system.screen",
    span: Span::Once,
    shell: Shell::Fixed(
        r"x settings $U list system | g 'screen_off_timeout|intelligent_sleep_mode'",
    ),
    place: "settings --user 0 list system",
    keeps: "the screen timeout, and whether the screen stays on while looked at (Samsung)",
};

static GLOBAL: Section = Section {
    id: "global.screen",
    span: Span::Once,
    shell: Shell::Fixed(r"x settings $U list global | g 'stay_on_while_plugged_in'"),
    place: "settings --user 0 list global",
    keeps: "whether the screen stays on while charging",
};

/// From this many milliseconds on a screen timeout counts as never.
const NEVER: i64 = 1_800_000;

/// No phone offers or keeps a shorter screen timeout than this many milliseconds: a shorter one is no answer.
const SHORTEST: i64 = 5_000;

/// Up to this a system may keep the screen on although the setting is shorter, in milliseconds.
const SHORTEST_IN_FORCE: i64 = 15_000;

pub struct Screen;

impl Reader for Screen {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::LockScreenTimeout,
            Fact::LockDelaySetting,
            Fact::LockPolicyMax,
            Fact::LockStayAwake,
            Fact::LockAttention,
        ]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &FRONT, &POWER, &POLICY, &SECURE, &SYSTEM, &GLOBAL] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let power = view.origin(&POWER);
        let timeout = settle(timeout(view))
            .from(power.clone().key("Screen off timeout"))
            .from(view.origin(&SYSTEM).key("screen_off_timeout"));
        out.device(Fact::LockScreenTimeout, timeout);
        out.device(Fact::LockDelaySetting, delay(view));
        let policy = settle(longest_by_policy(view).map(Reading::known))
            .from(view.origin(&POLICY).key("maximumTimeToUnlock"));
        out.device(Fact::LockPolicyMax, policy);
        let awake = settle(stay_awake(view))
            .from(view.origin(&GLOBAL).key("stay_on_while_plugged_in"))
            .from(power.key("mStayOnWhilePluggedInSetting"));
        out.device(Fact::LockStayAwake, awake);
        let attention = settle(attention(view))
            .from(view.origin(&SECURE).key("adaptive_sleep"))
            .from(view.origin(&SYSTEM).key("intelligent_sleep_mode"));
        out.device(Fact::LockAttention, attention);
    }
}

/// Lines of `dumpsys power`, all values of one key (there may be one per display).
fn power_values<'a>(lines: &'a [String], key: &str) -> Vec<&'a str> {
    lines
        .iter()
        .filter_map(|line| line.trim().strip_prefix(key))
        .map(str::trim)
        .collect()
}

fn timeout(view: &View<'_>) -> Result<Reading, String> {
    // The setting alone is not enough: what is in force can be longer.
    let lines = view.once(&POWER)?.filtered(1)?;
    let set = match setting(view.once(&SYSTEM)?, "screen_off_timeout")? {
        None => None,
        // Android keeps it in 32 bits.
        Some(value) => Some(
            whole(value)
                .filter(|ms| (SHORTEST..=i64::from(i32::MAX)).contains(ms))
                .ok_or("screen_off_timeout holds no possible time")?,
        ),
    };
    let (mut in_force, mut limit) = (None, None::<i64>);
    for value in power_values(lines, "Screen off timeout: ") {
        let ms = value
            .strip_suffix(" ms")
            .and_then(whole)
            .filter(|ms| *ms >= SHORTEST)
            .ok_or("the screen timeout in force is no possible time")?;
        in_force = in_force.max(Some(ms));
    }
    let limits = power_values(lines, "mMaximumScreenOffTimeoutFromDeviceAdmin=");
    // The names of wake locks stand in the same dump, and any app chooses its own: of two limits neither counts.
    if let [first, rest @ ..] = limits.as_slice()
        && rest.iter().all(|other| other == first)
    {
        let ms = first.strip_suffix(" (enforced=true)").and_then(whole);
        limit = ms.filter(|ms| *ms > 0);
    }
    if let (Some(in_force), Value::Duration(most)) = (in_force, longest_by_policy(view)?) {
        let most = i64::try_from(most.as_millis()).unwrap_or(i64::MAX);
        // Where an administrator limits it, how long the lock may wait after it hangs on the setting.
        let at_most = set.map_or(most, |set| most.min(set.max(SHORTEST_IN_FORCE)));
        if in_force > at_most {
            return Err("the phone keeps its screen on for longer than it is allowed to".into());
        }
    }
    // A window in front (the lock screen itself) shortens the timeout only while it is there.
    let values = power_values(lines, "mUserActivityTimeoutOverrideFromWindowManager=");
    let overridden = values.is_empty() || values.iter().any(|value| *value != "-1");
    let ms = match (set, in_force) {
        // What shortens the timeout for a moment must not hide the setting; what an administrator limits may.
        (Some(set), Some(in_force)) => in_force.max(limit.map_or(set, |limit| set.min(limit))),
        (None, Some(in_force)) if !overridden => in_force,
        (Some(_), None) => {
            return Err("the phone does not state the screen timeout in force".into());
        }
        (None, _) => return Err("the phone does not state its screen timeout".into()),
    };
    Ok(Reading::known(duration(ms, NEVER)))
}

fn duration(ms: i64, never: i64) -> Value {
    match u64::try_from(ms) {
        Ok(ms) if ms < never.unsigned_abs() => Value::millis(ms),
        _ => Value::Never,
    }
}

fn delay(view: &View<'_>) -> Reading {
    let key = "lock_screen_lock_after_timeout";
    let origin = view.origin(&SECURE).key(key);
    let value = match view.once(&SECURE).and_then(|body| setting(body, key)) {
        Ok(value) => value,
        Err(why) => return Reading::unreadable(why).from(origin),
    };
    match value {
        None => shared::by_default(shared::base(view), Value::seconds(5), origin),
        Some(value) => match whole(value).filter(|ms| *ms >= 0) {
            Some(ms) => Reading::known(duration(ms, i64::from(i32::MAX))).from(origin),
            None => Reading::unreadable(format!("{key} holds no possible time")).from(origin),
        },
    }
}

/// The shortest time that an administrator allows until the phone locks.
fn longest_by_policy(view: &View<'_>) -> Result<Value, String> {
    let policy = management::policy(view.once(&POLICY)?)?;
    let mut shortest: Option<i64> = None;
    for admin in policy.admins.iter().filter(|admin| admin.user == 0) {
        for value in &admin.max_time_to_lock {
            let ms = whole(value)
                .filter(|ms| *ms >= 0)
                .ok_or("an administrator's longest time to lock is no possible time")?;
            if ms > 0 {
                shortest = Some(shortest.map_or(ms, |s| s.min(ms)));
            }
        }
    }
    Ok(match shortest {
        Some(ms) => duration(ms, i64::from(i32::MAX)),
        None => Value::Never,
    })
}

fn stay_awake(view: &View<'_>) -> Result<Reading, String> {
    let known = |awake| Ok(Reading::known(Value::Bool(awake)));
    let parse = |value: &str| {
        whole(value)
            .filter(|n| (0..=15).contains(n))
            .map(|n| n != 0)
            .ok_or_else(|| "\"stay awake\" has an unfamiliar value".to_owned())
    };
    let lines = view.once(&POWER)?.filtered(1)?;
    let global = setting(view.once(&GLOBAL)?, "stay_on_while_plugged_in")?
        .map(parse)
        .transpose()?;
    let mut in_force: Option<bool> = None;
    let now = power_values(lines, "mStayOn=");
    if now.contains(&"true") {
        return known(true);
    }
    if now.iter().any(|word| *word != "false") {
        return Err("the phone says in an unfamiliar way whether it is kept awake now".into());
    }
    for value in power_values(lines, "mStayOnWhilePluggedInSetting=") {
        let awake = parse(value)?;
        in_force = Some(in_force.unwrap_or(false) || awake);
    }
    if now.is_empty() && in_force.is_none() && global != Some(true) {
        return Err("the phone does not say whether it is kept awake now".into());
    }
    match (global, in_force) {
        (Some(a), Some(b)) if a != b => {
            Err("the phone states twice whether it stays awake while charging, differently".into())
        }
        (Some(awake), _) | (None, Some(awake)) => known(awake),
        (None, None) => Ok(Reading::absent(
            "the phone does not say whether it stays awake while charging",
        )),
    }
}

fn attention(view: &View<'_>) -> Result<Reading, String> {
    let maker = shared::base(view)?.maker;
    let key = "adaptive_sleep";
    let adaptive = setting(view.once(&SECURE)?, key)?
        .map(|value| shared::switch(key, value))
        .transpose()?;
    let key = "intelligent_sleep_mode";
    let samsung = setting(view.once(&SYSTEM)?, key)?
        .map(|value| shared::switch(key, value))
        .transpose()?;
    // On a Samsung phone its own setting decides, elsewhere Android's.
    let decides = match maker {
        Some(shared::Maker::Samsung) => samsung,
        Some(_) => adaptive,
        None => return Err("the phone does not state its maker".into()),
    };
    if adaptive == Some(true) || samsung == Some(true) {
        return Ok(Reading::known(Value::Bool(true)));
    }
    Ok(match decides {
        Some(on) => Reading::known(Value::Bool(on)),
        None => {
            Reading::absent("the phone does not say whether its screen stays on while looked at")
        }
    })
}
