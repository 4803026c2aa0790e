//! Where a better verdict is what the changed evidence says: each with its reason. One that is never needed is taken
//! out, which the long form of the test sees to.

use spotcheck::audit::Verdict;
use spotcheck::evidence::Platform;

use super::bags::FLIPPED;
use super::look::{Line, Seen};
use super::mutation::{Mutation, Now};
use super::world::World;

/// A finding that is better than before, or passes where it should not.
pub struct Case<'a> {
    pub world: &'a World,
    pub sample: usize,
    pub mutation: &'a Mutation,
    pub line: &'a Line,
    pub was: Option<&'a Seen>,
    pub is: Option<&'a Seen>,
}

pub struct Exception {
    pub id: &'static str,
    /// Why the verdict is right, and where that is written.
    pub reason: &'static str,
    pub holds: fn(&Case<'_>) -> bool,
}

impl Case<'_> {
    /// Whether the changed evidence says this in a place of this name.
    fn says(&self, place: &str, key: &str, what: impl Fn(Option<&str>) -> bool) -> bool {
        self.mutation.now.iter().any(|now: &Now| {
            now.place.contains(place) && now.key.contains(key) && what(now.says.as_deref())
        })
    }

    fn passes(&self) -> bool {
        self.is.is_some_and(|is| is.verdict == Verdict::Pass)
    }

    /// Whether this file or section is another phone's now.
    fn donated(&self, place: &str) -> bool {
        let donor = self.mutation.donor.as_ref();
        donor.is_some_and(|(_, known)| known == place)
    }

    /// Whether the mutation was made in this section.
    fn mutation_in(&self, section: &str) -> bool {
        self.mutation.site.starts_with(&format!("{section}: "))
    }

    fn is_android(&self) -> bool {
        self.world.samples[self.sample].platform() == Platform::Android
    }

    fn rests_on(&self, place: &str) -> bool {
        self.is.is_some_and(|is| is.rests_on(place))
    }
}

pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        id: "no row",
        reason: "no row of TCC.db for an app means no access (iPhone reference, section 5); a row of another name is one of another app",
        holds: |case| {
            case.passes()
                && case.rests_on("TCC.db")
                && (case.says("TCC.db", "kTCCServicePhotos", |says| says.is_none())
                    || case.says("TCC.db", "all rows", |says| says.is_none()))
        },
    },
    Exception {
        id: "another row's value",
        reason: "0 is no access and 3 chosen photos (iPhone reference, section 5), in whichever row they stand",
        holds: |case| {
            case.passes()
                && case.rests_on("TCC.db")
                && case.says("TCC.db", "kTCCServicePhotos", |says| {
                    matches!(says, Some("0" | "3"))
                })
        },
    },
    Exception {
        id: "passcode",
        reason: "WasPasscodeSet is true (iPhone reference, section 2)",
        holds: |case| {
            case.passes()
                && case.rests_on("Manifest.plist")
                && case.says("Manifest.plist", "WasPasscodeSet", |says| {
                    says == Some("true")
                })
        },
    },
    Exception {
        id: "listed app",
        reason: "an app that a list names is there, and one that none names is not (iPhone reference, section 7)",
        holds: |case| {
            let absent = |seen: Option<&Seen>| {
                seen.is_some_and(|seen| seen.verdict == Verdict::NotApplicable)
            };
            (absent(case.was) || absent(case.is))
                && (case.says("Info.plist", "Installed Applications", |_| true)
                    || case.donated("Info.plist"))
        },
    },
    Exception {
        id: "the app's switch",
        reason: "whether the app saves pictures is in the app alone, once it may add any (iPhone reference, section 5)",
        holds: |case| {
            case.is
                .is_some_and(|is| is.set_aside && is.found.contains("no backup tells this"))
                && case.mutation.site.contains("TCC.db")
        },
    },
    Exception {
        id: "hidden content",
        reason: "notifications or their content are switched off on the lock screen (Android reference, section 2)",
        holds: |case| {
            case.passes() && case.says("secure.", "lock_screen_", |says| says == Some("0"))
        },
    },
    Exception {
        id: "hidden channel",
        reason: "-1 is a channel that shows nothing on the lock screen (Android reference, section 2), and what is left of -1000 can be that",
        holds: |case| case.passes() && case.says("notify", "channel", |says| says == Some("-1")),
    },
    Exception {
        id: "previews",
        reason: "previews when unlocked or never, neither on the lock screen nor in Notification Centre, or not allowed to notify (iPhone reference, section 3)",
        holds: |case| {
            let previews = |says: Option<&str>| matches!(says, Some("2" | "3"));
            case.passes()
                && (case.rests_on("SectionInfo.plist")
                    && (case.says("SectionInfo.plist", "contentPreviewSetting", previews)
                        || case.says("SectionInfo.plist", "notificationCenterSetting", |s| {
                            s == Some("1")
                        })
                        || case.says("SectionInfo.plist", "authorizationStatus", |says| {
                            matches!(says, Some("0" | "1"))
                        }))
                    || case.rests_on("com.apple.bulletinboard.plist")
                        && case.says("bulletinboard.plist", "BBContentPreviewsSetting", previews))
        },
    },
    Exception {
        id: "another phone's file",
        reason: "a backup in clear carries no digest: a sound file of another phone says what it says there",
        holds: |case| {
            let Some((donor, place)) = &case.mutation.donor else {
                return false;
            };
            let there = case.world.samples[*donor].whole.lines.get(case.line);
            match (case.is, there) {
                (None, None) => true,
                (Some(is), Some(there)) => {
                    there.rank() >= is.rank()
                        && (is.rests_on(place) || case.is_android() || !case.passes())
                }
                _ => false,
            }
        },
    },
    Exception {
        id: "users",
        reason: "an Android user that the phone does not list is not there (Android reference, section 6)",
        holds: |case| !case.passes() && case.is_android() && case.says("users", "", |_| true),
    },
    Exception {
        id: "apps",
        reason: "an app of which the phone says no is not installed (Android reference, section 4)",
        holds: |case| {
            // A checklist that forbids the app passes then.
            case.is.is_none_or(|is| is.verdict != Verdict::Fail)
                && case.says("apps", "", |says| says == Some("no"))
        },
    },
    Exception {
        id: "permission",
        reason: "-1 is a permission that the app does not have (Android reference, section 4a)",
        holds: |case| case.passes() && case.says("perm.photos", "READ_", |says| says == Some("-1")),
    },
    Exception {
        id: "another maker",
        reason: "what a cable can tell hangs on the maker, who may have any name (Android reference, sections 1b and 2)",
        holds: |case| {
            (case.is.is_some_and(|is| is.set_aside) || case.donated("prop.base"))
                && case.says("prop.base", "ro.product.manufacturer", |says| {
                    says.is_some()
                })
        },
    },
    Exception {
        id: "lock delay",
        reason: "an unset lock delay is 5 s, and a shorter one is shorter (Android reference, section 1c)",
        holds: |case| {
            case.passes()
                && case.says("secure.lock", "lock_screen_lock_after_timeout", |says| {
                    says.is_none_or(|says| says.parse::<u32>().is_ok_and(|ms| ms <= 5_000))
                })
        },
    },
    Exception {
        id: "custom system",
        reason: "a system that shows itself not to be the maker's proves nothing of its version (Android reference, posture)",
        holds: |case| {
            // It says itself what gave the system away.
            let hint = "System still gets fixes: no (points that way, but does not prove it";
            case.is
                .is_some_and(|is| is.set_aside && is.found.contains(hint))
                && case.mutation_in("prop.posture")
        },
    },
    Exception {
        id: "no part of the key",
        reason: "each key proves itself by its check value (RFC 3394), and this field of the key bag is no part of any (iPhone reference, section 8)",
        holds: |case| {
            case.says("", FLIPPED, |says| {
                let tag = says.and_then(|says| says.split(' ').next());
                matches!(
                    tag,
                    Some("UUID" | "HMCK" | "VERS" | "TYPE" | "DPWT" | "KTYP" | "WRAP")
                )
            })
        },
    },
    Exception {
        id: "protects nothing",
        reason: "a class whose keys no file of the backup uses can be damaged without changing any (iPhone reference, section 8)",
        holds: |case| {
            case.says("", FLIPPED, |says| {
                says.is_some_and(|says| {
                    (says.starts_with("CLAS") || says.starts_with("WPKY"))
                        && !says.ends_with("class 3")
                        && !says.ends_with("class 4")
                })
            })
        },
    },
];
