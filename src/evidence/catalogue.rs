//! The closed catalogue of facts: one line each, and nothing is a fact that is not here.

use std::fmt;

use super::Platform;
use super::value::Value;

/// The kind of values a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A whole number of things.
    Count,
    /// A length of time, or never.
    Duration,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Free text from the phone, cleaned, such as a model or a version.
    Text,
    /// A moment in UTC.
    Date,
}

impl Kind {
    /// Whether a value is of this kind.
    pub fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (Kind::Word(words), Value::Word(word)) => words.contains(word),
            (Kind::Bool, Value::Bool(_))
            | (Kind::Count, Value::Count(_))
            | (Kind::Duration, Value::Duration(_) | Value::Never)
            | (Kind::Text, Value::Text(_))
            | (Kind::Date, Value::Date(_)) => true,
            _ => false,
        }
    }

    /// The kind for people.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bool => "yes or no",
            Kind::Count => "a count",
            Kind::Duration => "a length of time",
            Kind::Word(_) => "one of a few words",
            Kind::Text => "text",
            Kind::Date => "a date",
        }
    }
}

/// On which platforms a cable or a backup can tell a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// iPhones and Android phones.
    Both,
    /// iPhones alone.
    Ios,
    /// Android phones alone.
    Android,
    /// Only a look at the screen tells it.
    Neither,
}

impl On {
    /// Whether a cable or a backup can tell the fact on this platform.
    pub fn has(self, platform: Platform) -> bool {
        matches!(
            (self, platform),
            (On::Both, _) | (On::Ios, Platform::Ios) | (On::Android, Platform::Android)
        )
    }
}

/// Whether a fact is about the phone or about each app copy on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// About the phone as a whole.
    Device,
    /// About one copy of a messaging app.
    App,
    /// About the phone, and about another Android user for the app copies in it.
    DeviceOrApp,
}

macro_rules! facts {
    ($( $name:ident $id:literal $scope:ident $on:ident $kind:expr, $label:literal, $meaning:literal; )+) => {
        /// One thing that can be known about a phone or about a messaging app on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact { $(#[doc = $meaning] $name,)+ }

        impl Fact {
            /// The whole catalogue, in its order.
            pub const ALL: &'static [Fact] = &[$(Fact::$name,)+];

            /// Stable id, e.g. `lock.credential`.
            pub const fn id(self) -> &'static str { match self { $(Fact::$name => $id,)+ } }

            /// The kind of its values.
            pub const fn kind(self) -> Kind { match self { $(Fact::$name => $kind,)+ } }

            /// Platforms on which a cable or a backup can tell it.
            pub const fn on(self) -> On { match self { $(Fact::$name => On::$on,)+ } }

            /// Whether it is about the phone or about an app on it.
            pub const fn scope(self) -> Scope { match self { $(Fact::$name => Scope::$scope,)+ } }

            /// A few words for tables.
            pub const fn label(self) -> &'static str { match self { $(Fact::$name => $label,)+ } }

            /// One line on what it means.
            pub const fn meaning(self) -> &'static str { match self { $(Fact::$name => $meaning,)+ } }
        }
    };
}

const PREVIEWS: Kind = Kind::Word(&["always", "when-unlocked", "never"]);
const ACCESS: Kind = Kind::Word(&["none", "limited", "add-only", "full"]);

facts! {
    // The phone itself.
    DeviceModel "device.model" Device Both Kind::Text, "Model", "Model name or code of the phone";
    DeviceMaker "device.maker" Device Both Kind::Text, "Maker", "Maker of the phone";
    DeviceOs "device.os" Device Both Kind::Text, "System", "Operating system and version, e.g. iOS 18.7";
    OsSupported "os.supported" Device Both Kind::Bool, "System still gets fixes", "Derived: whether the maker of the system still gives fixes for this version, by a dated table in this program";
    OsKnownFixes "os.known_fixes" Device Ios Kind::Bool, "Has the fixes that are known", "Derived: whether the system is as new as the newest of its version in the same table; a newer one may be out";
    OsPatchAge "os.patch_age" Device Android Kind::Duration, "Age of the security patch", "Derived: how many days old the security patch was when the evidence was taken";
    OsPatch "os.security_patch" Device Android Kind::Date, "Security patch", "Date of the older of the two security patch levels that the phone states";
    OsBuildTrusted "os.build_looks_genuine" Device Android Kind::Bool, "Maker's own system", "Whether the build looks like the maker's own; a custom system can pretend to be one";
    BootVerified "boot.verified" Device Android Kind::Word(&["green", "yellow", "orange", "red"]), "Verified boot", "Verified boot state as the phone states it; a custom system can pretend";
    BootLocked "boot.locked" Device Android Kind::Bool, "Bootloader locked", "Whether the bootloader is locked, as the phone states it";
    BootUnlockAllowed "boot.unlock_allowed" Device Android Kind::Bool, "Bootloader may be unlocked", "Whether the developer option allows the bootloader to be unlocked";
    StorageEncrypted "storage.encrypted" Device Android Kind::Bool, "Storage encrypted", "Whether the phone's storage is encrypted";
    RootSigns "os.root_signs" Device Android Kind::Count, "Signs of root", "Signs of root access that were found; none is no proof that there is none";
    SideloadApps "apps.may_install" Device Android Kind::Count, "Apps that may install apps", "How many apps may install other apps (counted on the phone, not named)";
    PlayProtect "apps.play_protect" Device Android Kind::Bool, "Play Protect", "Whether Google Play Protect checks apps";
    WirelessDebugging "debugging.wireless" Device Android Kind::Bool, "Wireless debugging", "Whether debugging over Wi-Fi is on";
    KnoxFuse "knox.fuse_blown" Device Android Kind::Bool, "Knox fuse blown", "Whether a Samsung phone records that other software was once installed";
    LockdownMode "lockdown_mode" Device Ios Kind::Bool, "Lockdown Mode", "Whether Lockdown Mode is on";
    OsUpdateWaiting "os.update_waiting" Device Neither Kind::Bool, "Update waiting", "Whether an update of the system waits to be installed; no cable or backup tells";
    Supervised "device.supervised" Device Ios Kind::Bool, "Supervised", "Whether an organisation supervises the iPhone";

    // The backup.
    BackupEncrypted "backup.encrypted" Device Ios Kind::Bool, "Backup encrypted", "Whether the backup is encrypted";
    BackupFinished "backup.finished" Device Ios Kind::Bool, "Backup finished", "Whether the backup ran to its end";
    BackupHoldsMore "backup.holds_more" Device Ios Kind::Bool, "Backup holds more than settings", "Whether the backup holds files beyond the settings that spotcheck can need, told by which of its folders are there";

    // The lock.
    LockCredential "lock.credential" DeviceOrApp Both Kind::Word(&["none", "set", "pattern", "pin", "password"]), "Screen lock", "What unlocks the phone: none (or a swipe), or a pattern, PIN or password (`set` where the kind is not told)";
    LockAutoLock "lock.auto_lock" Device Both Kind::Duration, "Locks itself after", "How long the phone stays on unused before it locks or goes dark; on Android derived from screen timeout, policy and stay-awake";
    LockGrace "lock.grace" Device Both Kind::Duration, "Asks for the passcode", "How long after the screen goes off until the passcode is asked for; on Android derived under policy";
    LockHeldOpen "lock.held_open" Device Android Kind::Bool, "Kept unlocked by a trust agent", "Whether a trust agent (Smart Lock, Extend Unlock, a watch) manages the lock";
    LockPowerKey "lock.power_key_locks" Device Android Kind::Bool, "Power key locks at once", "Whether pressing the power key locks at once (only Samsung phones say anything of it, and that has not been tried on phones: it decides nothing)";
    LockScreenTimeout "lock.screen_timeout" Device Android Kind::Duration, "Screen timeout", "The screen timeout before policy is applied";
    LockDelaySetting "lock.delay_setting" Device Android Kind::Duration, "Lock delay", "The delay between dark screen and lock before policy is applied";
    LockPolicyMax "lock.policy_max" Device Android Kind::Duration, "Lock delay allowed by policy", "The longest time to lock that an administrator allows; never if none sets one";
    LockStayAwake "lock.stay_awake" Device Android Kind::Bool, "Kept awake while charging", "Whether the developer option keeps the screen on while charging";
    LockAttention "lock.attention" Device Android Kind::Bool, "Screen stays on while looked at", "Whether the phone stretches the screen timeout while someone looks at it";

    // Notifications.
    NotificationsPreviews "notifications.previews" DeviceOrApp Both PREVIEWS, "Lock-screen previews, whole phone", "When the phone shows message text on the lock screen, before any setting of the app";
    AppNotificationsPreviews "app.notifications.previews" App Both Kind::Word(&["inherit", "always", "when-unlocked", "never"]), "Lock-screen previews, this app", "The app's own preview setting; `inherit` follows the phone";
    AppNotificationsLockScreen "app.notifications.lock_screen" App Ios Kind::Bool, "Shown while locked", "Whether a locked phone shows the app's notifications at all, on the lock screen or in Notification Centre";
    AppNotificationsAllowed "app.notifications.allowed" App Both Kind::Bool, "Notifications allowed", "Whether the app may show notifications at all";
    AppPreviews "app.previews" App Both Kind::Word(&["hidden", "shown"]), "Message text on the lock screen", "Derived: whether this app's message text shows on the locked screen";

    // Remote wipe and management.
    FindMy "remote_wipe.find_my" Device Ios Kind::Bool, "Find My iPhone", "Whether Find My iPhone was on";
    MdmEnrolled "management.mdm_enrolled" Device Ios Kind::Bool, "Enrolled in management (MDM)", "Whether an organisation manages the iPhone";
    ManagementOwner "management.owner" Device Android Kind::Word(&["none", "device-owner", "organisation-profile-owner", "profile-owner"]), "Owner set by an organisation", "Which kind of owner an organisation has set; maker packages do not count, and a package that is on no list only points to an organisation";
    ManagementOwnerPackage "management.owner_package" Device Android Kind::Text, "Management app", "Package of the owner that an organisation has set";
    ManagementWipe "management.can_wipe" Device Android Kind::Bool, "Organisation can wipe the phone", "Whether an owner or an admin on the list of known management and mail agents may wipe the phone; an owner that is on no list only points to it";
    FindHub "remote_wipe.find_hub" Device Android Kind::Bool, "Google Find Hub may wipe", "Evidence that Google's Find Hub can wipe the phone";
    FindHubAdvice "remote_wipe.find_hub_advice" Device Android Kind::Word(&["no-opinion", "fine", "recommendation", "critical"]), "Android's own view of Find Hub", "How Android itself rates Find Hub on its security page; what the rating means has not been tried on phones, so it decides nothing";
    MakerFind "remote_wipe.maker" Device Android Kind::Bool, "Maker's service may wipe", "Evidence that the maker's own service (Samsung) can wipe the phone";
    GoogleAccounts "accounts.google" Device Android Kind::Count, "Google accounts", "How many Google accounts there are (names are not read)";
    MakerAccounts "accounts.maker" Device Android Kind::Count, "Maker accounts", "How many accounts of phone makers there are (names are not read)";
    LocationOn "location.on" Device Android Kind::Bool, "Location on", "Whether location is switched on, which finding a lost phone needs";

    // Other people, other apps.
    SecondPersons "users.second_persons" Device Android Kind::Count, "Other people's spaces", "How many other people have a space of their own on the phone";
    GuestRunning "users.guest_running" Device Android Kind::Bool, "Guest running", "Whether a guest is using the phone now";
    GuestExists "users.guest" Device Android Kind::Bool, "Guest left behind", "Whether a guest space exists";
    UsersFromLockScreen "users.add_when_locked" Device Android Kind::Bool, "Users from the lock screen", "Whether anyone at the lock screen can add a user";
    NotificationListeners "links.notification_listeners" Device Android Kind::Count, "Apps that read notifications", "How many apps from outside the system may read notifications (counted on the phone)";
    AccessibilityServices "links.accessibility_services" Device Android Kind::Count, "Apps that read the screen", "How many accessibility services from outside the system are on (counted on the phone)";
    Keyboards "links.keyboards" Device Android Kind::Count, "Keyboards added", "How many keyboards from outside the system are on (counted on the phone)";
    CloudBackup "links.cloud_backup" Device Both Kind::Bool, "Cloud backup of the phone", "Whether the phone backs itself up to Apple's or Google's cloud";

    // Each messaging app.
    AppInstalled "app.installed" App Both Kind::Bool, "Installed", "Whether the app is installed for this user";
    AppSpace "app.space" App Android Kind::Word(&["owner", "samsung-dual-messenger", "xiaomi-dual-app", "app-clone", "work-profile", "secure-folder", "system-clone", "profile", "other-person", "guest", "other"]), "Space that holds it", "In whose or which space of the phone this copy of the app is: the owner's, a work profile, a maker's second copies, another person's";
    AppVersion "app.version" App Both Kind::Text, "App version", "Version of the app";
    AppTwoStep "app.two_step" App Neither Kind::Bool, "Two-step verification", "Whether two-step verification is on in the app; no cable or backup tells";
    AppWorkAccount "app.work_account" App Neither Kind::Bool, "Signed in with the work account only", "Whether the app is signed in with the work account and no other; no cable or backup tells";
    AppPhotos "app.photos.permission" App Both ACCESS, "Access to photos", "What the app may do in the photo library";
    AppPhotosAdd "app.photos.add" App Ios Kind::Bool, "May add photos", "Whether the app may add pictures to the photo library";
    AppMediaSaved "app.media.saved_recently" App Android Kind::Bool, "Pictures reached the gallery", "Whether pictures of the app reached the gallery in the last 30 days";
    AppMediaSaving "app.media.saving" App Neither Kind::Bool, "Saves pictures to the library", "Whether the app's own switch saves received pictures to the photo library; no cable or backup tells";
    AppContacts "app.contacts.permission" App Both Kind::Word(&["none", "limited", "full"]), "Access to contacts", "What the app may do in the address book";
}

impl Fact {
    /// The fact with this id.
    pub fn from_id(id: &str) -> Option<Fact> {
        Fact::ALL.iter().copied().find(|fact| fact.id() == id)
    }

    /// The value `word` of this fact, if its vocabulary has that word.
    pub fn word(self, word: &str) -> Option<Value> {
        match self.kind() {
            Kind::Word(words) => words.iter().find(|w| **w == word).map(|w| Value::Word(w)),
            _ => None,
        }
    }

    /// Whether the fact can be about this kind of subject.
    pub fn is_per_app(self) -> bool {
        self.scope() == Scope::App
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_found_again() {
        let ids: BTreeSet<_> = Fact::ALL.iter().map(|f| f.id()).collect();
        assert_eq!(ids.len(), Fact::ALL.len());
        for fact in Fact::ALL {
            assert_eq!(Fact::from_id(fact.id()), Some(*fact));
        }
    }

    #[test]
    fn words_belong_to_their_fact() {
        assert_eq!(Fact::LockCredential.word("pin"), Some(Value::Word("pin")));
        assert_eq!(Fact::LockCredential.word("rune"), None);
        assert!(!Fact::LockCredential.kind().admits(&Value::Word("rune")));
        assert!(!Fact::LockAutoLock.kind().admits(&Value::Count(3)));
    }
}
