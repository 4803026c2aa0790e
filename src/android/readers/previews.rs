//! What the lock screen shows of notifications, before any setting of an app.

use super::shared::{self, BASE, FRONT, Maker, POLICY, setting, whole};
use super::{Out, Reader, View, management, settle};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::{Body, value};
use crate::evidence::{Fact, Origin, Reading, Value};

pub static SECURE: Section = Section {
    id: "secure.previews",
    span: Span::Once,
    shell: Shell::Fixed(
        r"x settings $U list secure | g 'lock_screen_show_notifications|lock_screen_allow_private_notifications|cover_screen_show_notification'",
    ),
    place: "settings --user 0 list secure",
    keeps: "whether the lock screen shows notifications and their content",
};

pub static EDGE: Section = Section {
    id: "system.previews",
    span: Span::Once,
    shell: Shell::Fixed(r"x settings $U list system | g 'edge_lighting'"),
    place: "settings --user 0 list system",
    keeps: "whether notifications light up the edge of a Samsung screen",
};

/// The lock screen's own view of the settings. The name keeps the rest of the system's interface, with the
/// notifications, out of the dump; before Android 13 the name is not known there, and the command is not run.
static LOCK_SCREEN: Section = Section {
    id: "lockscreen",
    span: Span::Once,
    shell: Shell::Fixed(
        r"if [ $V -ge 33 ]; then x dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl | f -e '/^ *(mCurrentUserId|mShowLockscreenNotifications|mUsersAllowingPrivateNotifications)=[-0-9a-z{}=, ]*$/p'; else echo skip; e; fi",
    ),
    place: "dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl",
    keeps: "what the lock screen itself holds these settings to be (from Android 13); no notification is in this output",
};

/// The same settings of the other users that hold one of the apps.
static OTHERS: Section = Section {
    id: "secure.user",
    span: Span::OtherUsers,
    shell: Shell::Fixed(
        r"x settings --user $u list secure | g 'lock_screen_show_notifications|lock_screen_allow_private_notifications'",
    ),
    place: "settings --user USER list secure",
    keeps: "whether the lock screen shows this user's notifications and their content",
};

const SHOW: &str = "lock_screen_show_notifications";
const PRIVATE: &str = "lock_screen_allow_private_notifications";
const NO_NOTIFICATIONS: i64 = 0x4;
const NO_CONTENT: i64 = 0x8;

pub struct Previews;

impl Reader for Previews {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::NotificationsPreviews]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const {
            &[
                &BASE,
                &FRONT,
                &POLICY,
                &SECURE,
                &EDGE,
                &LOCK_SCREEN,
                &OTHERS,
            ]
        }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let reading = settle(owner(view))
            .from(view.origin(&SECURE).key(SHOW))
            .from(view.origin(&SECURE).key(PRIVATE))
            .from(view.origin(&POLICY).key("disabledKeyguardFeatures"));
        out.device(Fact::NotificationsPreviews, reading);
        for copy in view.copies().iter().filter(|copy| copy.user != 0) {
            let reading = settle(
                view.user(&OTHERS, copy.user)
                    .and_then(|body| effective(view, body, copy.user))
                    .and_then(|word| qualified(view, word)),
            )
            .from(view.copy_origin(&OTHERS, copy).key(SHOW))
            .from(view.copy_origin(&OTHERS, copy).key(PRIVATE));
            out.copy(Fact::NotificationsPreviews, copy, reading);
        }
    }
}

fn owner(view: &View<'_>) -> Result<Reading, String> {
    let lock_screen = view.once(&LOCK_SCREEN)?;
    let word = effective(view, view.once(&SECURE)?, 0)?;
    agree(lock_screen, word)?;
    qualified(view, word)
}

/// What settings and administrators together make of it.
fn effective(view: &View<'_>, secure: &Body, user: u32) -> Result<&'static str, String> {
    let read = |key: &str| {
        setting(secure, key)?
            .map(|value| shared::switch(key, value))
            .transpose()
    };
    let policy = view.once(&POLICY)?;
    let features = management::policy(policy).and_then(|policy| {
        let mut features = 0;
        for admin in policy.admins.iter().filter(|admin| admin.user == user) {
            for value in &admin.keyguard_features {
                features |= bits(value).ok_or(
                    "an administrator's rules for the lock screen have an unfamiliar value",
                )?;
            }
        }
        Ok(features)
    });
    let by_admin = features.as_ref().copied().unwrap_or(0);
    match (read(SHOW)?, read(PRIVATE)?) {
        (Some(false), _) => Ok("never"),
        _ if by_admin & NO_NOTIFICATIONS != 0 => Ok("never"),
        (Some(true), Some(false)) => Ok("when-unlocked"),
        _ if by_admin & NO_CONTENT != 0 => Ok("when-unlocked"),
        (Some(true), Some(true)) => match features {
            Ok(_) => Ok("always"),
            // An administrator can only hide more: without its rules "shown" is not certain.
            Err(why) => Err(format!(
                "the settings show message text, and an administrator's rules could not be read: {why}"
            )),
        },
        (None, _) => Err(format!(
            "{SHOW} is not set, and what that means differs between versions"
        )),
        (Some(true), None) => Err(format!(
            "{PRIVATE} is not set, and what that means differs between versions"
        )),
    }
}

fn bits(value: &str) -> Option<i64> {
    match value.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => whole(value),
    }
}

/// Whether the lock screen's own view agrees. It is a second source: silent is fine, contradicting is not.
fn agree(body: &Body, word: &str) -> Result<(), String> {
    let Some(lines) = body.second()? else {
        return Ok(());
    };
    if value(lines, "mCurrentUserId")? != Some("0") {
        return Ok(());
    }
    let contradiction =
        || Err("the settings and the lock screen itself contradict each other".into());
    match (value(lines, "mShowLockscreenNotifications")?, word) {
        (Some("true"), "never") => return contradiction(),
        (Some("false"), "always" | "when-unlocked") => return contradiction(),
        _ => {}
    }
    let private = value(lines, "mUsersAllowingPrivateNotifications")?
        .and_then(|map| map.strip_prefix('{')?.strip_suffix('}'))
        .and_then(|map| {
            map.split(',')
                .find_map(|entry| entry.trim().strip_prefix("0="))
        });
    match (private, word) {
        (Some("true"), "when-unlocked") | (Some("false"), "always") => contradiction(),
        _ => Ok(()),
    }
}

/// How far "hidden" carries on this maker's phones.
fn qualified(view: &View<'_>, word: &'static str) -> Result<Reading, String> {
    if word == "always" {
        return Ok(Reading::known(Value::Word(word)));
    }
    let Some(doubt) = doubt(view)? else {
        return Ok(Reading::known(Value::Word(word)));
    };
    let mut reading = Reading::indicative(Value::Word(word));
    if doubt.for_good {
        reading = reading.at_its_best();
    }
    Ok(reading.from(doubt.origin(view)))
}

/// Why text may show although the settings hide it.
pub struct Doubt {
    why: &'static str,
    /// Whether no cable can ever dispel it. A switch that the person can turn off, or a maker that this program does
    /// not know, is no such doubt: it must not be set aside.
    for_good: bool,
}

impl Doubt {
    /// The maker as the origin of the doubt.
    pub fn origin(&self, view: &View<'_>) -> Origin {
        view.origin(&BASE)
            .key("ro.product.manufacturer")
            .note(self.why)
    }
}

/// The doubt that this phone's maker leaves, if any. Needs [`BASE`], [`SECURE`] and [`EDGE`].
pub fn doubt(view: &View<'_>) -> Result<Option<Doubt>, String> {
    let maker = shared::base(view)?
        .maker
        .ok_or("the settings hide message text, but the phone does not state its maker, whose lock screen may add to them")?;
    let doubt = |for_good, why| Some(Doubt { why, for_good });
    Ok(match maker {
        Maker::Google | Maker::Sony | Maker::Hmd | Maker::Nothing | Maker::Fairphone => None,
        Maker::Samsung => samsung(view)?.and_then(|why| doubt(false, why)),
        Maker::Xiaomi | Maker::Oplus | Maker::Motorola => doubt(
            true,
            "this maker's lock screen adds a layer that no cable reads",
        ),
        Maker::Other(_) => doubt(
            false,
            "whether this maker's lock screen adds a layer of its own is not known",
        ),
    })
}

/// Places on a Samsung phone that can show text although its lock screen does not.
fn samsung(view: &View<'_>) -> Result<Option<&'static str>, String> {
    let cover = setting(view.once(&SECURE)?, "cover_screen_show_notification")?;
    let edge = setting(view.once(&EDGE)?, "edge_lighting")?;
    Ok(match (cover, edge) {
        (None | Some("0"), Some("0")) => None,
        (None | Some("0"), None) => {
            Some("the phone does not say whether edge lighting, which can show text, is on")
        }
        (None | Some("0"), Some(_)) => Some("edge lighting is on, and it can show text"),
        (Some(_), _) => Some("the front screen shows notifications"),
    })
}
