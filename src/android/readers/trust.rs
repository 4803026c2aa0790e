//! What holds the lock open: trust agents (Smart Lock, Extend Unlock, a watch).

use super::shared::{self, BASE, FRONT, Maker, TRUST};
use super::{Out, Reader, View, settle};
use crate::android::section::Section;
use crate::android::stream::Body;
use crate::evidence::{Fact, Reading, Value};

pub struct Trust;

impl Reader for Trust {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::LockHeldOpen]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &FRONT, &TRUST] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let owner = view.once(&TRUST).and_then(owner);
        if owner.as_ref().is_ok_and(|owner| owner.disabled) {
            out.warn("Apps cannot run yet on this phone. It was not unlocked since it was switched on, or is in safe mode. Unlock it once, then check it again.");
        }
        let reading = owner
            .and_then(held_open)
            .and_then(|reading| qualified(view, reading));
        out.device(
            Fact::LockHeldOpen,
            settle(reading).from(view.origin(&TRUST).key("user 0")),
        );
    }
}

/// Whether the list of trust agents names a user that is not among these. It need not name all.
pub fn names_another(body: &Body, users: &[u32]) -> Result<bool, String> {
    let mut named = body
        .filtered(1)?
        .iter()
        .filter_map(|line| line.strip_prefix("User "));
    Ok(named.any(|user| {
        !numbered(user)
            .0
            .parse()
            .is_ok_and(|user| users.contains(&user))
    }))
}

/// A user's number, and what is said of the user.
fn numbered(user: &str) -> (&str, &str) {
    user.split_once([' ', '(', ':']).unwrap_or((user, ""))
}

/// Some makers open the lock by a Bluetooth device without any trust agent: that none holds it open proves little there.
fn qualified(view: &View<'_>, reading: Reading) -> Result<Reading, String> {
    if reading.value() != Some(&Value::Bool(false)) {
        return Ok(reading);
    }
    let maker = shared::base(view)?
        .maker
        .ok_or("no trust agent holds the lock open, but the phone does not state its maker, who may have other ways")?;
    let because = |reading: Reading, why| {
        let maker = view.origin(&BASE).key("ro.product.manufacturer");
        reading.from(maker.note(why))
    };
    let seems = Reading::indicative(Value::Bool(false));
    Ok(match maker {
        Maker::Xiaomi => because(
            seems.at_its_best(),
            "this maker's phones can unlock by a Bluetooth device, without a trust agent, and no cable tells",
        ),
        Maker::Other(_) => because(
            seems,
            "whether this maker has ways of its own to unlock is not known",
        ),
        Maker::Google
        | Maker::Samsung
        | Maker::Sony
        | Maker::Hmd
        | Maker::Nothing
        | Maker::Fairphone
        | Maker::Oplus
        | Maker::Motorola => reading,
    })
}

/// What the dump says of user 0.
#[derive(Debug, Default)]
pub struct Owner {
    trusted: Option<Result<bool, String>>,
    managed: Option<bool>,
    pub locked: Option<bool>,
    active_unlock: Option<Result<bool, String>>,
    /// Each agent of this user: managing, trusted. `None` for a line that is not understood.
    agents: Vec<Option<(bool, bool)>>,
    disabled: bool,
}

/// The block of user 0.
pub fn owner(body: &Body) -> Result<Owner, String> {
    let lines = body.filtered(1)?;
    let mut owner: Option<Owner> = None;
    let mut inside = false;
    for line in lines {
        if let Some(rest) = line.strip_prefix("User ") {
            if rest == "?" {
                return Err("the phone lists its trust agents' users in an unfamiliar way".into());
            }
            let (id, rest) = numbered(rest);
            inside = id == "0";
            if inside && owner.is_some() {
                return Err("the phone lists its owner twice among the trust agents' users".into());
            }
            if inside {
                owner = Some(states(rest));
            }
            continue;
        }
        let Some(owner) = owner.as_mut().filter(|_| inside) else {
            continue;
        };
        match line.trim() {
            "disabled" => owner.disabled = true,
            other => {
                if let Some(agent) = other.strip_prefix("agent ") {
                    owner.agents.push(match agent {
                        "0 0" => Some((false, false)),
                        "0 1" => Some((false, true)),
                        "1 0" => Some((true, false)),
                        "1 1" => Some((true, true)),
                        _ => None,
                    });
                }
            }
        }
    }
    owner.ok_or_else(|| "the phone says nothing about trust agents of its owner".into())
}

fn states(rest: &str) -> Owner {
    let mut owner = Owner::default();
    let flag = |value: &str| match value {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    };
    for part in rest.split([' ', ',', ':', '(', ')']) {
        match part.split_once('=') {
            Some(("trusted", value)) => {
                owner.trusted =
                    Some(flag(value).ok_or_else(|| "trusted is neither 0 nor 1".to_owned()));
            }
            Some(("trustState", value)) => {
                owner.trusted = Some(match value {
                    "UNTRUSTED" => Ok(false),
                    // The agent may open the lock again without the passcode.
                    "TRUSTED" | "TRUSTABLE" => Ok(true),
                    _ => Err("the trust state is an unfamiliar word".into()),
                });
            }
            Some(("trustManaged", value)) => owner.managed = flag(value),
            Some(("deviceLocked", value)) => owner.locked = flag(value),
            Some(("isActiveUnlockRunning", value)) => {
                owner.active_unlock =
                    Some(flag(value).ok_or_else(|| "active unlock is neither 0 nor 1".to_owned()));
            }
            _ => {}
        }
    }
    owner
}

fn held_open(owner: Owner) -> Result<Reading, String> {
    let trusted = owner
        .trusted
        .ok_or("the phone does not say whether a trust agent holds its lock open")?;
    let open = owner.active_unlock == Some(Ok(true))
        || trusted == Ok(true)
        || owner
            .agents
            .iter()
            .flatten()
            .any(|(managing, trusted)| *managing || *trusted);
    if open {
        return Ok(Reading::known(Value::Bool(true)));
    }
    trusted?;
    // Older phones do not speak of it; one that does must be understood.
    owner.active_unlock.transpose()?;
    if owner.disabled {
        return Err("trust agents cannot run yet: unlock the phone once after switching it on (not in safe mode), then audit again".into());
    }
    if owner.agents.contains(&None) {
        return Err("the phone describes a trust agent in an unfamiliar way".into());
    }
    match owner.managed {
        Some(false) => Ok(Reading::known(Value::Bool(false))),
        // Agents are bound on phones where nothing is set up; what they manage is in their own lines.
        Some(true) if !owner.agents.is_empty() => Ok(Reading::known(Value::Bool(false))),
        Some(true) => {
            Err("a trust agent is bound, and the phone does not say what it manages".into())
        }
        None => Err("the phone does not say whether a trust agent manages its lock".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_holds_no_lock_shut() {
        for (flags, expected) in [
            ("trustManaged=0, isActiveUnlockRunning=0", Some(false)),
            ("trustManaged=0", Some(false)),
            ("trustManaged=0, isActiveUnlockRunning=1", Some(true)),
            ("trustManaged=0, isActiveUnlockRunning=x", None),
            ("trustManaged=0, isActiveUnlockRunning=", None),
            ("trustManaged=x", None),
        ] {
            let lines = [
                "Trust manager state:".to_owned(),
                format!("User 0 (current): trustState=UNTRUSTED, {flags}"),
                "9".to_owned(),
            ];
            let owner = owner(&Body::printed(lines.into()));
            let open = settle(owner.and_then(held_open));
            let value = expected.map(Value::Bool);
            assert_eq!(open.value(), value.as_ref(), "{flags}: {open:?}");
        }
    }

    #[test]
    fn an_agent_that_manages_or_is_trusted_holds_the_lock_open() {
        for (managed, agents, expected) in [
            ("0", &[][..], Some(false)),
            ("1", &["agent 0 0"], Some(false)),
            ("1", &["agent 0 1"], Some(true)),
            ("1", &["agent 1 0"], Some(true)),
            ("1", &["agent 1 1"], Some(true)),
            ("1", &["agent 0 0", "agent 1 0"], Some(true)),
            // Whatever the phone says of all of them.
            ("0", &["agent 0 1"], Some(true)),
            ("1", &["agent ?"], None),
            ("1", &["agent ?", "agent 1 0"], Some(true)),
            ("1", &["agent 0 0", "agent 2 0"], None),
            ("1", &["User 10", "agent 0 0"], None),
            ("0", &["User 10", "agent 1 1"], Some(false)),
        ] {
            let mut lines = vec![
                "Trust manager state:".to_owned(),
                format!("User 0: trustState=UNTRUSTED, trustManaged={managed}"),
            ];
            lines.extend(agents.iter().map(|line| (*line).to_owned()));
            lines.push("9".to_owned());
            let owner = owner(&Body::printed(lines));
            let open = settle(owner.and_then(held_open));
            let value = expected.map(Value::Bool);
            assert_eq!(
                open.value(),
                value.as_ref(),
                "{managed}, {agents:?}: {open:?}"
            );
        }
    }
}
