//! What the checklist must say of a phone in a state: worked out from what is known of Android and of the makers, from
//! the state alone. Nothing here asks the program.

use spotcheck::audit::Verdict::{self, Fail, Pass, Unresolved};
use spotcheck::evidence::Subject;

use super::states::*;
use super::*;

/// The verdict of one line, and words that its reason must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub control: &'static str,
    pub subject: Subject,
    pub verdict: Verdict,
    pub reason: &'static str,
}

/// How far a screen lock is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Locked {
    No,
    /// Proved.
    Yes,
    /// A random id says that there probably is one.
    Likely,
    Unknown,
}

const LAYER: &str = "lock screen adds a layer that no cable reads";
const UNLISTED: &str = "lock screen adds a layer of its own is not known";

pub fn expected(state: &State) -> Vec<Expected> {
    let mut all = Vec::new();
    let mut device = |control, judged| {
        let (verdict, reason) = of_a_known_version(state, judged);
        all.push(Expected {
            control,
            subject: Subject::Device,
            verdict,
            reason,
        });
    };
    device("IM-03", others(state));
    device("IM-05a", lock(state));
    device("IM-05b", locks_itself(state));
    device("IM-05c", asks_at_once(state));
    device("IM-07", wipe(state));
    let copies = [Some((0, 0)), state.space.user(state.sdk)];
    for (user, _) in copies.into_iter().flatten() {
        // Without a list of users only the owner's copies are looked at.
        if user != 0 && state.gap == Gap::Users {
            continue;
        }
        // Nobody sees into a Secure Folder by a cable: that is no pass.
        let unseen = user != 0 && state.space == Space::SecureFolder;
        for (control, judged) in [
            ("IM-04", (Unresolved, "no cable")),
            ("IM-06", previews(state, user)),
            ("IM-12a", photos(state)),
            ("IM-12b", media(state, user)),
        ] {
            let hidden = (Unresolved, "does not let a cable see the apps of user 150");
            let judged = if unseen { hidden } else { judged };
            let (verdict, reason) = of_a_known_version(state, judged);
            all.push(Expected {
                control,
                subject: Subject::copy("whatsapp", user),
                verdict,
                reason,
            });
        }
    }
    all
}

type Judged = (Verdict, &'static str);

/// What the readings mean is described for Android 8 to 17: where the version is not stated nothing is decided.
fn of_a_known_version(state: &State, judged: Judged) -> Judged {
    match state.gap {
        Gap::Version if judged.0 != Unresolved => (Unresolved, ""),
        _ => judged,
    }
}

/// Settings of the owner are in force only while the owner is in front.
fn owner_is_in_front(state: &State) -> bool {
    state.front == Front::Owner
}

/// Section 6: a space for another person or a running guest fails; profiles and the makers' second spaces are the
/// same person's.
fn others(state: &State) -> Judged {
    if state.gap == Gap::Users {
        return (Unresolved, "");
    }
    // Which maker's or version's space it is cannot be told; a guest and a work profile tell themselves.
    let needs_maker = matches!(
        state.space,
        Space::XiaomiDual | Space::OplusDual | Space::SystemCloner
    );
    if state.front == Front::Unlisted {
        return (Unresolved, "does not hold the one in front");
    }
    match state.space {
        Space::Person { .. } | Space::GuestRunning => (Fail, ""),
        Space::Unfamiliar => (Unresolved, "unfamiliar kind"),
        _ if needs_maker && matches!(state.gap, Gap::Maker | Gap::Version) => {
            unreachable!("not in the table")
        }
        _ => (Pass, ""),
    }
}

fn secure(state: &State) -> bool {
    !matches!(state.lock, Lock::None | Lock::Swipe)
}

fn locked(state: &State) -> Locked {
    // From Android 13 on Android's own advice says that there is none, where the maker kept that service.
    let advised = state.sdk >= 33 && state.make != Make::Huawei && !secure(state);
    match state.gap {
        Gap::LockService if advised => return Locked::No,
        Gap::LockService => return Locked::Unknown,
        _ => {}
    }
    if state.sdk >= 30 {
        // The kind is stated.
        return if secure(state) {
            Locked::Yes
        } else {
            Locked::No
        };
    }
    match (secure(state), state.locked) {
        // What the random id means depends on the version.
        _ if state.gap == Gap::Version => Locked::Unknown,
        (false, _) => Locked::No,
        (true, true) if state.gap != Gap::Trust => Locked::Yes,
        (true, _) => Locked::Likely,
    }
}

/// Section 1a.
fn lock(state: &State) -> Judged {
    if !owner_is_in_front(state) {
        return (Unresolved, "in front");
    }
    match locked(state) {
        Locked::No => (Fail, ""),
        Locked::Yes => (Pass, ""),
        Locked::Likely => (Unresolved, "points that way"),
        Locked::Unknown => (Unresolved, "could not tell"),
    }
}

/// Sections 1c and 5: the screen timeout, shortened by an administrator, and not at all while kept awake. Our limit is
/// two minutes; half an hour and more count as never.
fn locks_itself(state: &State) -> Judged {
    // The screen goes dark, and nothing locks.
    let never_follows = state.delay == Some(i64::from(i32::MAX)) && state.limit.is_none();
    let delay_is_read = !matches!(state.gap, Gap::Secure | Gap::Policy);
    let unlocked = locked(state) == Locked::No || (never_follows && delay_is_read);
    if owner_is_in_front(state) && unlocked {
        return (Fail, "");
    }
    match state.gap {
        Gap::Power | Gap::Global => return (Unresolved, "could not tell"),
        _ if state.awake => return (Fail, "Stay awake"),
        _ if !owner_is_in_front(state) => return (Unresolved, "in front"),
        Gap::System | Gap::Policy => return (Unresolved, "could not tell"),
        _ => {}
    }
    let timeout = state
        .limit
        .map_or(state.timeout, |limit| state.timeout.min(limit));
    if timeout > 120_000 {
        return (Fail, "");
    }
    // Nothing locks without a lock.
    lock(state)
}

/// Section 1: a proved lock, a delay of at most five seconds (unset is five), and no trust agent. Some makers unlock by a
/// Bluetooth device without one.
fn asks_at_once(state: &State) -> Judged {
    if !owner_is_in_front(state) {
        return (Unresolved, "in front");
    }
    let own_ways = match (state.gap, state.make) {
        (Gap::Maker, _) => Some("does not state its maker"),
        (_, Make::Xiaomi) => Some("unlock by a Bluetooth device"),
        (_, Make::Huawei | Make::Vivo) => Some("ways of its own to unlock"),
        _ => None,
    };
    let delay = match (state.gap, state.delay) {
        (Gap::Secure, _) => None,
        // Unset means five seconds in the versions that are described.
        (Gap::Version, None) => None,
        // An administrator could only shorten it, but a rule that is lost is lost.
        (Gap::Policy, Some(ms)) if ms > 0 => None,
        (Gap::Policy, None) => None,
        (_, delay) => Some(delay.unwrap_or(5_000)),
    };
    // Both lengths together may not be longer than an administrator's limit.
    let delay = delay.map(|delay| match state.limit {
        Some(limit) => delay.min(limit - state.timeout).max(0),
        None => delay,
    });
    let held = match (state.gap, state.agent) {
        (Gap::Trust, _) => None,
        (_, Agent::Quiet | Agent::Idle) => Some(false),
        // Android names it as one that can open the lock again without the passcode.
        (_, Agent::Managing | Agent::Trusted | Agent::Trustable | Agent::ActiveUnlock) => {
            Some(true)
        }
        (_, Agent::CannotRunYet) => None,
    };
    let locked = locked(state);
    if locked == Locked::No || delay.is_some_and(|ms| ms > 5_000) || held == Some(true) {
        (Fail, "")
    } else if locked == Locked::Yes && delay.is_some() && held == Some(false) {
        match own_ways {
            Some(reason) => (Unresolved, reason),
            None => (Pass, ""),
        }
    } else {
        (Unresolved, "")
    }
}

/// Section 2.
fn previews(state: &State, user: u32) -> Judged {
    const CANNOT_TELL: Judged = (Unresolved, "could not tell");
    if state.gap == Gap::Notices {
        return CANNOT_TELL;
    }
    if state.app == AppSays::Blocked && !matches!(state.gap, Gap::Version | Gap::Permissions) {
        return (Pass, "");
    }
    if !owner_is_in_front(state) {
        return (Unresolved, "");
    }
    // Settings before administrators, an administrator over settings. An administrator of the owner rules the owner.
    let phone_wide = match state.previews {
        _ if state.gap == Gap::Secure && user == 0 => None,
        // Android 8 and 9 list the settings of nobody but user 0.
        _ if state.sdk < 29 && user != 0 => None,
        Previews::Hidden | Previews::Nothing => Some(true),
        Previews::Redacted | Previews::Silenced => Some(user == 0),
        // An administrator that was not read could hide it.
        Previews::Shown if state.gap == Gap::Policy => None,
        Previews::Shown => Some(false),
        Previews::Unset | Previews::ContentUnset => None,
    };
    let every_channel = state.app == AppSays::EveryChannelHidden;
    let seems = matches!(state.app, AppSays::Private | AppSays::SamsungHidden);
    match (phone_wide, every_channel, seems) {
        (Some(false), false, false) => {
            // That the app may notify at all must be known too.
            return match state.gap {
                Gap::Version => CANNOT_TELL,
                Gap::Permissions if state.sdk >= 33 => CANNOT_TELL,
                _ => (Fail, ""),
            };
        }
        (None, false, false) => return CANNOT_TELL,
        _ => {}
    }
    // Whose lock screen it is must be known before its settings count.
    if !(every_channel || seems) {
        match (state.gap, state.make) {
            (Gap::Maker, _) => return (Unresolved, "does not state its maker"),
            (Gap::System, Make::Samsung) => return CANNOT_TELL,
            _ => {}
        }
    }
    // Hidden, one way or another: that counts behind a lock only.
    match locks_copy(state, user) {
        Locked::No => return (Fail, "without a screen lock a swipe shows it"),
        Locked::Unknown => return CANNOT_TELL,
        Locked::Likely => return (Unresolved, "points that way"),
        Locked::Yes => {}
    }
    if seems && phone_wide != Some(true) {
        return (Unresolved, "points that way");
    }
    layer(state)
}

/// What the maker's phones add to a lock screen whose settings hide text.
fn layer(state: &State) -> Judged {
    if state.gap == Gap::Maker {
        return (Unresolved, "");
    }
    match state.make {
        Make::Pixel | Make::Nokia => (Pass, ""),
        Make::Samsung => match (state.gap, state.glow) {
            (Gap::Secure | Gap::System, _) => (Unresolved, ""),
            (_, Glow::Off) => (Pass, ""),
            (_, Glow::Edge | Glow::EdgeUnset) => (Unresolved, "edge lighting"),
            (_, Glow::FrontScreen) => (Unresolved, "front screen"),
        },
        Make::Xiaomi | Make::Oppo | Make::Oneplus | Make::Motorola => (Unresolved, LAYER),
        // Nothing is known of it.
        Make::Huawei | Make::Vivo => (Unresolved, UNLISTED),
    }
}

/// The lock in front of a copy: the owner's for profiles that share it, else that of the space.
fn locks_copy(state: &State, user: u32) -> Locked {
    if user == 0 {
        return locked(state);
    }
    if state.gap == Gap::LockService {
        return Locked::Unknown;
    }
    // The list of older versions says nothing of sharing: it tells of spaces with a lock of their own alone.
    if state.sdk < 30 {
        return match state.space {
            // That the phone is locked now says something of the owner alone.
            Space::Person { .. } | Space::GuestRunning | Space::GuestLeft | Space::SystemCloner => {
                match secure(state) {
                    // What the random id means depends on the version.
                    _ if state.gap == Gap::Version => Locked::Unknown,
                    true => Locked::Likely,
                    false => Locked::No,
                }
            }
            _ => Locked::Unknown,
        };
    }
    match state.space {
        Space::Person { locked: true } => Locked::Yes,
        Space::Person { locked: false } => Locked::No,
        // A space with a lock of its own, as the list of locks gives it.
        Space::SystemCloner | Space::GuestRunning | Space::GuestLeft | Space::Unfamiliar => {
            Locked::Yes
        }
        _ => locked(state),
    }
}

/// Section 4a.
fn photos(state: &State) -> Judged {
    let Photos {
        granted,
        target,
        all_files,
    } = state.photos;
    if matches!(state.gap, Gap::Version | Gap::Permissions) {
        return (Unresolved, "could not tell");
    }
    let any = |names: &[&str]| granted.iter().any(|name| names.contains(name));
    let old = any(&["READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE"]);
    let new = any(&["READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO"]);
    let full = match state.sdk {
        ..=32 => old,
        // The permissions of older versions say nothing of apps made for 13 or later.
        _ => new || (old && target < 33),
    };
    // Chosen photos only are a deliberate act and pass.
    if full || (all_files && state.sdk >= 30) {
        (Fail, "")
    } else {
        (Pass, "")
    }
}

/// Section 4b: no switch is readable, and traces prove one way only.
fn media(state: &State, user: u32) -> Judged {
    match (state.media, state.gap) {
        (Media::NewFile, _) if user == 0 => (Fail, ""),
        (Media::InGallery, gap) if gap != Gap::Gallery => (Fail, ""),
        _ => (Unresolved, ""),
    }
}

/// Section 5.
fn wipe(state: &State) -> Judged {
    let owner_is_read = state.gap != Gap::Policy && state.gap != Gap::Version;
    let pass = match state.owner {
        Owner::Device | Owner::MailAgent => true,
        // Whose phone it is, is told from Android 10 on.
        Owner::OrganisationsProfile => state.sdk >= 29,
        _ => false,
    };
    // From Android 12 on a second command must agree, unless the first shows the owner.
    let listed = state.gap != Gap::Owners
        || state.sdk < 31
        || matches!(
            state.owner,
            Owner::Device
                | Owner::DeviceMayNotWipe
                | Owner::OrganisationsProfile
                | Owner::PersonalProfile
                | Owner::KnoxGuardOwns
                | Owner::SecureFolderOwns
                | Owner::OwnMakesIt
                | Owner::Lender
        );
    if pass && owner_is_read && listed {
        return (Pass, "");
    }
    let nobody = !pass
        && !matches!(
            state.owner,
            Owner::DeviceMayNotWipe
                | Owner::OrganisationsProfile
                | Owner::PersonalProfile
                | Owner::Lender
        );
    // Google has no accounts of its own besides, and of an unlisted maker's nothing is known.
    let makers_account = state.accounts.maker && !matches!(state.make, Make::Pixel | Make::Vivo);
    let no_account = !state.accounts.google && !makers_account;
    let makers_known = state.make != Make::Vivo && state.gap != Gap::Maker;
    // Whose accounts they are is told by the list of users.
    let accounts_are_read =
        !matches!(state.gap, Gap::Accounts | Gap::Users) && owner_is_in_front(state);
    if nobody && no_account && makers_known && owner_is_read && listed && accounts_are_read {
        return (Fail, "");
    }
    let reason = match (state.gap, state.make) {
        _ if !owner_is_in_front(state) => "",
        (Gap::Maker, _) | (Gap::Accounts | Gap::Users, Make::Samsung) => "could not tell",
        (Gap::System, Make::Samsung) => "could not tell",
        (_, Make::Samsung) if state.accounts.remote && state.accounts.maker => "points that way",
        (_, Make::Samsung) => "Samsung's service",
        _ => "no switch of this maker's own service can be read",
    };
    (Unresolved, reason)
}
