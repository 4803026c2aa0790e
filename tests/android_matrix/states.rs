//! The states that a phone can be in, told in plain terms: `table` chooses among them, `phones` makes the phone that
//! answers so, and `oracle` works out what the checklist must say of it.

use Make::*;

use super::*;

/// Name and API level.
pub const VERSIONS: [(&str, u32); 11] = [
    ("8", 26),
    ("9", 28),
    ("10", 29),
    ("11", 30),
    ("12", 31),
    ("12L", 32),
    ("13", 33),
    ("14", 34),
    ("15", 35),
    ("16", 36),
    ("17", 37),
];

pub const MAKES: [Make; 8] = [
    Pixel, Samsung, Xiaomi, Oppo, Oneplus, Motorola, Huawei, Vivo,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    None,
    /// As good as none, and named so by Samsung alone.
    Swipe,
    Pin,
    Pattern,
    Password,
}

pub const LOCKS: [Lock; 5] = [
    Lock::None,
    Lock::Swipe,
    Lock::Pin,
    Lock::Pattern,
    Lock::Password,
];

/// What no phone keeps: "never".
pub const NEVER: i64 = 2_147_483_647;

pub const DELAYS: [Option<i64>; 5] = [None, Some(0), Some(5_000), Some(30_000), Some(NEVER)];
pub const TIMEOUTS: [i64; 5] = [30_000, 60_000, 120_000, 600_000, NEVER];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previews {
    Shown,
    Hidden,
    /// No notifications on the lock screen.
    Nothing,
    /// Shown by the settings, hidden by an administrator.
    Redacted,
    /// Shown by the settings, and an administrator allows no notifications there.
    Silenced,
    /// The settings were never made.
    Unset,
    /// Only the setting for content was never made.
    ContentUnset,
}

pub const PREVIEWS: [Previews; 7] = [
    Previews::Shown,
    Previews::Hidden,
    Previews::Nothing,
    Previews::Redacted,
    Previews::Silenced,
    Previews::Unset,
    Previews::ContentUnset,
];

/// Where a Samsung phone shows text besides the lock screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glow {
    Off,
    Edge,
    EdgeUnset,
    FrontScreen,
}

pub const GLOWS: [Glow; 4] = [Glow::Off, Glow::Edge, Glow::EdgeUnset, Glow::FrontScreen];

/// What the notification settings of the app itself add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppSays {
    Nothing,
    /// The app's own line says private.
    Private,
    /// Samsung's own line of the app says hidden.
    SamsungHidden,
    EveryChannelHidden,
    /// The app may show nothing at all.
    Blocked,
}

pub const APP_SAYS: [AppSays; 5] = [
    AppSays::Nothing,
    AppSays::Private,
    AppSays::SamsungHidden,
    AppSays::EveryChannelHidden,
    AppSays::Blocked,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Photos {
    pub granted: &'static [&'static str],
    pub target: u32,
    pub all_files: bool,
}

/// Permissions as each version has them.
pub fn photos(sdk: u32) -> Vec<Photos> {
    const OLD: [&[&str]; 4] = [
        &[],
        &["READ_EXTERNAL_STORAGE"],
        &["WRITE_EXTERNAL_STORAGE"],
        &["READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE"],
    ];
    const NEW: [&[&str]; 3] = [
        &["READ_MEDIA_IMAGES"],
        &["READ_MEDIA_VIDEO"],
        &["READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO"],
    ];
    const CHOSEN: [&[&str]; 2] = [
        &["READ_MEDIA_VISUAL_USER_SELECTED"],
        &["READ_MEDIA_IMAGES", "READ_MEDIA_VISUAL_USER_SELECTED"],
    ];
    let mut sets: Vec<&'static [&'static str]> = OLD.to_vec();
    if sdk >= 33 {
        sets.extend(NEW);
    }
    // On 13 the third permission is not the system's own: it may be printed and means nothing.
    if sdk >= 33 {
        sets.extend(CHOSEN);
    }
    let mut all = Vec::new();
    for granted in sets {
        for target in [28, 32, 33, 36] {
            for all_files in [false, true] {
                // Before 11 there is no access to all files.
                if !all_files || (sdk >= 30 && matches!(target, 32 | 36)) {
                    all.push(Photos {
                        granted,
                        target,
                        all_files,
                    });
                }
            }
        }
    }
    all
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    None,
    Device,
    /// A device owner without the right to wipe.
    DeviceMayNotWipe,
    OrganisationsProfile,
    PersonalProfile,
    /// Samsung's Knox Guard, active with the right to wipe on phones that nobody manages.
    KnoxGuard,
    /// The same as the owner of a financed phone.
    KnoxGuardOwns,
    SecureFolderOwns,
    /// A person's own device owner.
    OwnMakesIt,
    /// A lender's device owner, of a package that is on no list.
    Lender,
    UnknownAdmin,
    MailAgent,
    FindHub,
}

pub const OWNERS: [Owner; 13] = [
    Owner::None,
    Owner::Device,
    Owner::DeviceMayNotWipe,
    Owner::OrganisationsProfile,
    Owner::PersonalProfile,
    Owner::KnoxGuard,
    Owner::KnoxGuardOwns,
    Owner::SecureFolderOwns,
    Owner::OwnMakesIt,
    Owner::Lender,
    Owner::UnknownAdmin,
    Owner::MailAgent,
    Owner::FindHub,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accounts {
    pub google: bool,
    pub maker: bool,
    /// Samsung's remote controls.
    pub remote: bool,
}

pub const ACCOUNTS: [Accounts; 4] = {
    const fn of(google: bool, maker: bool, remote: bool) -> Accounts {
        Accounts {
            google,
            maker,
            remote,
        }
    }
    [
        of(true, false, false),
        of(false, false, false),
        of(false, true, true),
        of(true, true, false),
    ]
};

/// Who or what else has a space on the phone. The app is installed in it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    None,
    Work,
    KnoxWork,
    /// A space for one more person, with or without a lock of its own.
    Person {
        locked: bool,
    },
    GuestRunning,
    GuestLeft,
    /// Forbids debugging: no cable sees into it.
    SecureFolder,
    DualMessenger,
    XiaomiDual,
    OplusDual,
    SystemCloner,
    /// Android's own private space (from 15).
    Private,
    /// A kind that is described nowhere.
    Unfamiliar,
}

pub const SPACES: [Space; 14] = [
    Space::None,
    Space::Work,
    Space::KnoxWork,
    Space::Person { locked: true },
    Space::Person { locked: false },
    Space::GuestRunning,
    Space::GuestLeft,
    Space::SecureFolder,
    Space::DualMessenger,
    Space::XiaomiDual,
    Space::OplusDual,
    Space::SystemCloner,
    Space::Private,
    Space::Unfamiliar,
];

impl Space {
    pub fn is_on(self, make: Make, sdk: u32) -> bool {
        match self {
            Space::KnoxWork | Space::SecureFolder | Space::DualMessenger => make == Samsung,
            Space::XiaomiDual => make == Xiaomi,
            Space::OplusDual | Space::SystemCloner => matches!(make, Oppo | Oneplus),
            Space::Private => sdk >= 35,
            Space::Unfamiliar => sdk >= 30,
            _ => true,
        }
    }

    /// Number and flags of its Android user. The bits for "full" and "profile" came with Android 11.
    pub fn user(self, sdk: u32) -> Option<(u32, u32)> {
        let new = |flags: u32| if sdk >= 30 { flags } else { 0 };
        Some(match self {
            Space::None => return None,
            Space::Work => (10, 0x30 | new(0x1000)),
            Space::KnoxWork => (10, 0x1010_0030 | new(0x1000)),
            Space::Person { .. } => (10, 0x10 | new(0x400)),
            Space::GuestRunning | Space::GuestLeft => (10, 0x14 | new(0x400)),
            Space::SecureFolder => (150, 0x1006_0030 | new(0x1000)),
            Space::DualMessenger => (95, 0x2000_0010 | new(0x1000)),
            Space::XiaomiDual => (999, 0x0080_0010),
            Space::OplusDual => (999, 0x10 | new(0x400)),
            Space::SystemCloner => (10, 0x2000_0010 | new(0x400)),
            Space::Private => (11, 0x1010),
            Space::Unfamiliar => (12, 0x10),
        })
    }
}

/// Which Android user is in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    Owner,
    /// The one that has the other space of the phone.
    TheOther,
    /// One that the phone does not list.
    Unlisted,
    /// The phone refuses to say.
    Untold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    Quiet,
    /// An agent is bound and nothing is set up.
    Idle,
    Managing,
    Trusted,
    /// Could be trusted again without the passcode (from 14).
    Trustable,
    /// A watch or the like (from 14).
    ActiveUnlock,
    /// Not unlocked since the phone was switched on.
    CannotRunYet,
}

pub const AGENTS: [Agent; 7] = [
    Agent::Quiet,
    Agent::Idle,
    Agent::Managing,
    Agent::Trusted,
    Agent::Trustable,
    Agent::ActiveUnlock,
    Agent::CannotRunYet,
];

/// What the phone does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    None,
    LockService,
    Trust,
    Power,
    Policy,
    Owners,
    Accounts,
    Safety,
    Keyguard,
    LockScreen,
    Users,
    Secure,
    System,
    Global,
    Notices,
    Permissions,
    Gallery,
    Version,
    Maker,
}

pub const GAPS: [Gap; 18] = [
    Gap::LockService,
    Gap::Trust,
    Gap::Power,
    Gap::Policy,
    Gap::Owners,
    Gap::Accounts,
    Gap::Safety,
    Gap::Keyguard,
    Gap::LockScreen,
    Gap::Users,
    Gap::Secure,
    Gap::System,
    Gap::Global,
    Gap::Notices,
    Gap::Permissions,
    Gap::Gallery,
    Gap::Version,
    Gap::Maker,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    None,
    NewFile,
    InGallery,
}

/// One phone in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub make: Make,
    pub sdk: u32,
    pub lock: Lock,
    /// Locked at the moment of the audit.
    pub locked: bool,
    pub delay: Option<i64>,
    pub timeout: i64,
    pub awake: bool,
    /// The longest time to lock that an administrator allows.
    pub limit: Option<i64>,
    pub previews: Previews,
    pub glow: Glow,
    pub app: AppSays,
    pub photos: Photos,
    pub media: Media,
    pub owner: Owner,
    pub accounts: Accounts,
    pub space: Space,
    pub front: Front,
    pub agent: Agent,
    /// A custom system that states a locked bootloader and a green boot.
    pub rom: bool,
    pub gap: Gap,
}

impl State {
    /// Everything as the checklist wants it, as far as a person can set it.
    pub fn good(make: Make, sdk: u32) -> State {
        State {
            make,
            sdk,
            lock: Lock::Pin,
            locked: false,
            delay: None,
            timeout: 60_000,
            awake: false,
            limit: None,
            previews: Previews::Hidden,
            glow: Glow::Off,
            app: AppSays::Nothing,
            photos: Photos {
                granted: &[],
                target: 36,
                all_files: false,
            },
            media: Media::None,
            owner: Owner::None,
            accounts: ACCOUNTS[0],
            space: Space::None,
            front: Front::Owner,
            agent: Agent::Quiet,
            rom: false,
            gap: Gap::None,
        }
    }
}

macro_rules! differing {
    ($state:expr, $good:expr, $($field:ident)*) => {{
        let mut told = Vec::new();
        $(if $state.$field != $good.$field {
            told.push(format!("{}: {:?}", stringify!($field), $state.$field));
        })*
        told.join(", ")
    }};
}

impl State {
    /// The phone in a few words: what differs from a good one.
    pub fn told(&self) -> String {
        let good = State::good(self.make, self.sdk);
        format!(
            "{:?}, API {}: {}",
            self.make,
            self.sdk,
            differing!(self, good, lock locked delay timeout awake limit previews glow app photos media owner accounts space front agent rom gap)
        )
    }
}
