//! How far an answer goes: what holds of all its readings, whichever reader tells them.

use super::View;
use super::shared::{self, BASE, FRONT};
use super::users::{self, Users};
use crate::android::stream::Answer;
use crate::evidence::{Fact, Origin, Reading, Scope, Source, Strength, Value};

/// What holds of a whole answer.
#[derive(Debug)]
pub struct Reach {
    /// Whether it ran to its end: of one that did not nobody knows what is missing, and so nothing in it counts as known.
    ended: bool,
    /// The Android user in front.
    front: Result<u32, String>,
    /// Whether the phone is being read now.
    live: bool,
    /// Why nobody has described to this program what this version of Android answers, and where that was read.
    strange: Option<Origin>,
}

impl Reach {
    /// How far this answer goes.
    pub fn of(answer: &Answer, source: Source) -> Self {
        let view = View::new(&Users, answer, source, &[], &[]);
        let strange = match shared::base(&view) {
            Ok(base) if base.documented() => None,
            Ok(base) if base.sdk.is_some() => Some(STRANGE),
            _ => Some("which Android version this is is not known"),
        };
        Reach {
            ended: answer.ended,
            front: view.once(&FRONT).and_then(users::in_front),
            live: source == Source::AndroidAdb,
            strange: strange.map(|why| view.origin(&BASE).key("ro.build.version.sdk").note(why)),
        }
    }

    /// The reading as far as it counts, and what a person should know where that is not all of it.
    pub(super) fn limit(&self, fact: Fact, reading: Reading) -> (Reading, Option<String>) {
        if reading.value().is_none() {
            return (reading, None);
        }
        if !self.ended {
            return (instead(reading, "the answer ends early"), None);
        }
        let is = if self.live { "is" } else { "was" };
        match &self.front {
            _ if !is_of_one_user(fact) => (self.of_this_version(fact, reading), None),
            Ok(0) => (self.of_this_version(fact, reading), None),
            Ok(user) => {
                let again = if self.live {
                    "run this again"
                } else {
                    "take it again"
                };
                let why = format!("another user of the phone {is} in front (user {user})");
                let warning = format!(
                    "Another user of the phone {is} in front (user {user}): what its owner has set {is} not in force. \
                     Switch to the owner in Settings > System > Multiple users, unlock the phone, and {again}."
                );
                (instead(reading, &why), Some(warning))
            }
            Err(why) => {
                let again = if self.live {
                    "Make sure that its owner is, and run this again."
                } else {
                    "Check the phone itself, with its owner in front."
                };
                let warning = format!(
                    "It is not known which user of the phone {is} in front ({why}). \
                     What belongs to one user alone does not count. {again}"
                );
                let why = format!("it is not known which user of the phone {is} in front: {why}");
                (instead(reading, &why), Some(warning))
            }
        }
    }

    /// Of a version that nobody has described the answers may mean something else: they point to what they say on
    /// other versions, and better evidence may be had. What the phone calls itself means nothing else, nor does an app
    /// that is there; one that was not found may be.
    fn of_this_version(&self, fact: Fact, reading: Reading) -> Reading {
        let Some(strange) = &self.strange else {
            return reading;
        };
        match (fact, reading.value()) {
            (Fact::DeviceModel | Fact::DeviceMaker, _) => reading,
            (Fact::AppInstalled, Some(Value::Bool(true))) => reading,
            (Fact::AppInstalled, _) => {
                let why = strange.note.as_deref().unwrap_or(STRANGE);
                instead(reading, why)
            }
            _ => Reading {
                best_possible: false,
                ..reading.with_strength(Strength::Indicative)
            }
            .with_origins([strange.clone()]),
        }
    }
}

const STRANGE: &str = "spotcheck knows what Android 8 to 17 answer, and this is another version";

/// No reading, for this reason.
fn instead(reading: Reading, why: &str) -> Reading {
    Reading::unreadable(why).with_origins(reading.origin)
}

/// Facts that hold whoever uses the phone.
const OF_THE_PHONE: &[Fact] = &[
    Fact::DeviceModel,
    Fact::DeviceMaker,
    Fact::DeviceOs,
    Fact::OsPatch,
    Fact::OsBuildTrusted,
    Fact::BootVerified,
    Fact::BootLocked,
    Fact::BootUnlockAllowed,
    Fact::StorageEncrypted,
    Fact::RootSigns,
    Fact::PlayProtect,
    Fact::WirelessDebugging,
    Fact::KnoxFuse,
    Fact::LockStayAwake,
    Fact::ManagementOwner,
    Fact::ManagementOwnerPackage,
    Fact::ManagementWipe,
    Fact::SecondPersons,
    Fact::GuestRunning,
    Fact::GuestExists,
    Fact::UsersFromLockScreen,
];

/// Whether a fact is read of the owner, and says nothing of a phone that another user has in hand. What an app copy may
/// do is read of the user who has the copy, and stays so; what its lock screen shows is not.
pub fn is_of_one_user(fact: Fact) -> bool {
    fact.scope() != Scope::App && !OF_THE_PHONE.contains(&fact)
}

#[cfg(test)]
mod tests {
    use super::super::READERS;
    use super::*;

    #[test]
    fn every_reader_asks_for_the_version() {
        for reader in READERS {
            let asks = reader.sections().iter().any(|s| s.id == BASE.id);
            assert!(asks, "{:?}", reader.facts());
        }
    }

    #[test]
    fn on_a_version_that_nobody_described_better_evidence_may_be_had() {
        let reach = |strange| Reach {
            ended: true,
            front: Ok(0),
            live: true,
            strange,
        };
        let hint = || {
            let reading = Reading::indicative(Value::Bool(true));
            Reading {
                best_possible: true,
                ..reading
            }
        };
        let strange = Origin::new(Source::AndroidAdb, "getprop");
        for (strange, best_possible) in [(None, true), (Some(strange), false)] {
            let (limited, warning) = reach(strange).limit(Fact::PlayProtect, hint());
            assert_eq!(limited.best_possible, best_possible);
            assert_eq!(limited.strength, Strength::Indicative);
            assert_eq!(warning, None);
        }
    }

    #[test]
    fn who_tells_of_one_user_asks_who_is_in_front() {
        for reader in READERS {
            let of_one = reader.facts().iter().any(|fact| is_of_one_user(*fact));
            let asks = reader.sections().iter().any(|s| s.id == FRONT.id);
            assert!(asks || !of_one, "{:?}", reader.facts());
        }
        for fact in OF_THE_PHONE {
            assert_eq!(fact.scope(), Scope::Device, "{fact}");
            let told = READERS.iter().any(|reader| reader.facts().contains(fact));
            assert!(told, "{fact} is told by no reader");
        }
    }
}
