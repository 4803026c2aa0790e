//! Synthetic Android phones: folders of stub commands that print what the real ones print, whole and unfiltered, with
//! personal canaries that must never cross the cable. Nothing here comes from a person's phone.

#![allow(dead_code)]

#[path = "phone_build.rs"]
mod build;
#[path = "phone_dumps.rs"]
mod dumps;
#[path = "phone_tools.rs"]
mod tools;

use std::collections::BTreeMap;

use spotcheck::evidence::{Evidence, Request, Source};

#[allow(unused_imports)]
pub use build::Built;
// Not every program that builds phones skips tests.
#[allow(unused_imports)]
pub use tools::{Tools, skipped};

/// What must never be in an answer: names, places, addresses, other apps, messages, files, ids.
pub const CANARIES: &[&str] = &[
    PERSON,
    PLACE,
    EMAIL,
    OTHER_APP,
    OTHER_ADMIN,
    NUMBER,
    MESSAGE,
    FILE,
    SECRET_ID,
    CHANNEL,
];
pub const PERSON: &str = "Canary Person";
pub const PLACE: &str = "Canary Cottage";
pub const EMAIL: &str = "canary@example.invalid";
pub const OTHER_APP: &str = "com.canary.dating";
pub const OTHER_ADMIN: &str = "com.canary.clinicadmin";
pub const NUMBER: &str = "447700900123";
pub const MESSAGE: &str = "canary message text";
pub const FILE: &str = "IMG-20261101-WACANARY.jpg";
pub const SECRET_ID: &str = "3fffca7a75ee6c18";
pub const CHANNEL: &str = "Canary choir";

pub const WHATSAPP: &str = "com.whatsapp";
pub const TELEGRAM: &str = "org.telegram.messenger";
pub const SIGNAL: &str = "org.thoughtcrime.securesms";

/// The apps of the tests.
pub fn apps() -> Vec<spotcheck::apps::App> {
    ["whatsapp", "telegram", "signal"]
        .iter()
        .map(|id| {
            spotcheck::apps::by_id(id)
                .expect("in the catalogue")
                .clone()
        })
        .collect()
}

/// The marks' nonce in tests and samples.
pub const NONCE: &str = "5907c4ec5907c4ec";

/// Stands for an answer that never comes.
pub const HANGS: &str = "\u{0}";

/// Makers whose phones answer differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    Pixel,
    Samsung,
    Xiaomi,
    Oneplus,
    Oppo,
    Motorola,
    Nokia,
    /// EMUI and HarmonyOS, as far as they are known: without Google, without the newer services, and without settings
    /// that other phones have.
    Huawei,
    Vivo,
}

impl Make {
    pub fn manufacturer(self) -> &'static str {
        match self {
            Make::Pixel => "Google",
            Make::Samsung => "samsung",
            Make::Xiaomi => "Xiaomi",
            Make::Oneplus => "OnePlus",
            Make::Oppo => "OPPO",
            Make::Motorola => "motorola",
            Make::Nokia => "HMD Global",
            Make::Huawei => "HUAWEI",
            Make::Vivo => "vivo",
        }
    }
}

/// An Android user.
#[derive(Debug, Clone)]
pub struct User {
    pub id: u32,
    pub name: String,
    pub flags: u32,
    pub running: bool,
    /// A user that forbids debugging: package commands for it end in an exception.
    pub forbidden: bool,
}

/// An active administrator.
#[derive(Debug, Clone)]
pub struct Admin {
    pub user: u32,
    pub component: String,
    pub wipe: bool,
    pub max_time_to_lock: i64,
    pub keyguard_features: i64,
}

/// An app copy in one user.
#[derive(Debug, Clone)]
pub struct Copy {
    pub package: String,
    pub user: u32,
    pub granted: Vec<String>,
    pub target: u32,
    pub importance: Option<String>,
    pub visibility: Option<String>,
    pub samsung_visibility: Option<i32>,
    pub channels: Vec<i32>,
}

/// How the phone's trust dump describes user 0.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    pub locked: bool,
    pub state: Option<String>,
    pub managed: bool,
    pub managing: Vec<bool>,
    pub disabled: bool,
    pub active_unlock: bool,
}

type Settings = BTreeMap<String, String>;

/// A synthetic phone.
#[derive(Debug, Clone)]
pub struct Phone {
    pub make: Make,
    pub sdk: u32,
    pub props: Settings,
    pub settings: BTreeMap<(u32, &'static str), Settings>,
    pub users: Vec<User>,
    /// The Android user in front; `None` where the phone refuses to say.
    pub in_front: Option<u32>,
    /// The word after `CredentialType:`; on Android 8 to 10 whether the SID is set.
    pub credential: String,
    /// The same word for another user, and whether its lock is its own. A user that is not here shares the owner's.
    pub locks: BTreeMap<u32, (String, bool)>,
    /// What Samsung's lock screen says of its kind, where that differs from the lock that is set.
    pub keyguard_summary: Option<String>,
    pub trust: Trust,
    pub screen_off_in_force: Option<i64>,
    pub window_override: i64,
    pub admins: Vec<Admin>,
    /// User, component, kind (`DeviceOwner` or `ProfileOwner`), whether the organisation owns the phone.
    pub owners: Vec<(u32, String, &'static str, bool)>,
    /// What the policy dump says of the kind of device owner, where it says so (from Android 14): an organisation's (0)
    /// if there is one, unless this says otherwise.
    pub owner_type: Option<&'static str>,
    pub accounts: Vec<(String, u32)>,
    pub copies: Vec<Copy>,
    /// Gallery rows of the last 30 days, by bucket.
    pub rows: BTreeMap<String, u32>,
    /// Files below `/storage/emulated`, new today.
    pub files: Vec<String>,
    pub lock_screen_map: Option<String>,
    pub power_key_locks: bool,
    /// Answers that replace those made from the fields: the whole command line, its output, its exit status.
    pub instead: Vec<(String, String, i32)>,
    /// Command lines that take so many seconds longer to answer.
    pub slow: Vec<(String, f32)>,
}

/// Android version by API level.
pub fn release(sdk: u32) -> u32 {
    match sdk {
        26 | 27 => 8,
        28 => 9,
        29 => 10,
        30 => 11,
        31 | 32 => 12,
        33.. => sdk - 20,
        _ => 7,
    }
}

impl Phone {
    /// A phone as its maker ships it, with a PIN: message text is shown on the lock screen.
    pub fn stock(make: Make, sdk: u32) -> Self {
        let maker = make.manufacturer();
        let release = release(sdk).to_string();
        let mut phone = Phone {
            make,
            sdk,
            props: Settings::new(),
            settings: BTreeMap::new(),
            users: Vec::new(),
            in_front: Some(0),
            credential: "Pin".into(),
            locks: BTreeMap::new(),
            keyguard_summary: None,
            trust: Trust::default(),
            screen_off_in_force: Some(60_000),
            window_override: -1,
            admins: Vec::new(),
            owners: Vec::new(),
            owner_type: None,
            accounts: vec![("com.google".into(), 1), (OTHER_APP.into(), 1)],
            copies: Vec::new(),
            rows: BTreeMap::new(),
            files: Vec::new(),
            lock_screen_map: Some("{}".into()),
            power_key_locks: true,
            instead: Vec::new(),
            slow: Vec::new(),
        };
        for (key, value) in [
            ("ro.build.version.release", release.as_str()),
            ("ro.build.version.sdk", &sdk.to_string()),
            ("ro.build.version.security_patch", "2026-10-05"),
            ("ro.vendor.build.security_patch", "2026-09-05"),
            ("ro.product.manufacturer", maker),
            ("ro.product.model", "SYNTHETIC-1"),
            ("ro.build.type", "user"),
            ("ro.build.tags", "release-keys"),
            ("ro.build.display.id", "SYN1.260905.001"),
            ("ro.build.flavor", "synthetic-user"),
            (
                "ro.build.fingerprint",
                &format!(
                    "{maker}/synthetic/synthetic:{release}/SYN1.260905.001/1:user/release-keys"
                ),
            ),
            ("ro.debuggable", "0"),
            ("ro.secure", "1"),
            ("ro.boot.verifiedbootstate", "green"),
            ("ro.boot.vbmeta.device_state", "locked"),
            ("ro.boot.flash.locked", "1"),
            ("ro.boot.warranty_bit", "0"),
            ("sys.oem_unlock_allowed", "0"),
            ("ro.crypto.state", "encrypted"),
            ("ro.serialno", SECRET_ID),
        ] {
            phone.props.insert(key.into(), value.into());
        }
        let owner_flags = match sdk {
            ..=29 => 0x13,
            30..=33 => 0xc13,
            _ => 0x4c13,
        };
        phone = phone.user(0, owner_flags, true);
        for (namespace, pairs) in [
            (
                "secure",
                &[
                    ("android_id", SECRET_ID),
                    ("bluetooth_name", PERSON),
                    ("lock_screen_show_notifications", "1"),
                    ("lock_screen_allow_private_notifications", "1"),
                    ("adaptive_sleep", "0"),
                    ("location_mode", "3"),
                    ("lockscreen.disabled", "0"),
                    ("lock_screen_owner_info", PERSON),
                    ("backup_enabled", "1"),
                    (
                        "backup_transport",
                        "com.google.android.gms/.backup.BackupTransportService",
                    ),
                    (
                        "enabled_notification_listeners",
                        "com.google.android.as/.Listener",
                    ),
                    (
                        "enabled_input_methods",
                        "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME;1594443099",
                    ),
                ][..],
            ),
            (
                "system",
                &[
                    ("screen_off_timeout", "60000"),
                    (
                        "ringtone",
                        "content://media/internal/audio/media/1?title=Canary Person",
                    ),
                    ("volume_ring", "5"),
                ][..],
            ),
            (
                "global",
                &[
                    ("device_name", PERSON),
                    ("adb_enabled", "1"),
                    ("adb_wifi_enabled", "0"),
                    ("stay_on_while_plugged_in", "0"),
                    ("package_verifier_user_consent", "1"),
                    ("add_users_when_locked", "0"),
                ][..],
            ),
        ] {
            for (key, value) in pairs {
                phone = phone.setting(0, namespace, key, value);
            }
        }
        if make == Make::Huawei {
            for key in [
                "lock_screen_show_notifications",
                "lock_screen_allow_private_notifications",
                "adaptive_sleep",
                "backup_transport",
            ] {
                phone = phone.no_setting(0, "secure", key);
            }
            phone.accounts.retain(|(kind, _)| kind != "com.google");
            phone = phone.account("com.huawei.hwid", 1);
        }
        if make == Make::Samsung {
            phone = phone.setting(0, "system", "edge_lighting", "1").setting(
                0,
                "system",
                "intelligent_sleep_mode",
                "0",
            );
        }
        phone
    }

    /// A Pixel with Android 16 that meets every line that a cable can read: PIN, nothing of messages on the lock
    /// screen, one minute until it goes dark, a management app that owns the device and may wipe it, WhatsApp
    /// without photos.
    pub fn compliant_pixel16() -> Self {
        Phone::stock(Make::Pixel, 36)
            .previews(1, 0)
            .device_owner(
                "com.google.android.apps.work.clouddpc/.receivers.CloudDeviceAdminReceiver",
            )
            .app(WHATSAPP, 0)
    }

    pub fn user(mut self, id: u32, flags: u32, running: bool) -> Self {
        let name = if id == 0 {
            PERSON.to_owned()
        } else {
            format!("{PERSON} {id}:13}} running")
        };
        self.users.push(User {
            id,
            name,
            flags,
            running,
            forbidden: false,
        });
        self
    }

    /// Another name for a user: people choose it, and Android prints it as it is.
    pub fn named(mut self, user: u32, name: &str) -> Self {
        for known in self.users.iter_mut().filter(|known| known.id == user) {
            name.clone_into(&mut known.name);
        }
        self
    }

    /// Another user is in front than the owner, or (`None`) the phone does not say who.
    pub fn in_front(mut self, user: Option<u32>) -> Self {
        self.in_front = user;
        self
    }

    /// A user whose apps a cable may not see (Secure Folder).
    pub fn forbidden_user(mut self, id: u32, flags: u32) -> Self {
        self = self.user(id, flags, true);
        if let Some(user) = self.users.last_mut() {
            user.forbidden = true;
        }
        self
    }

    pub fn prop(mut self, key: &str, value: &str) -> Self {
        self.props.insert(key.into(), value.into());
        self
    }

    pub fn no_prop(mut self, key: &str) -> Self {
        self.props.remove(key);
        self
    }

    pub fn setting(mut self, user: u32, namespace: &'static str, key: &str, value: &str) -> Self {
        self.settings
            .entry((user, namespace))
            .or_default()
            .insert(key.into(), value.into());
        self
    }

    pub fn no_setting(mut self, user: u32, namespace: &'static str, key: &str) -> Self {
        if let Some(list) = self.settings.get_mut(&(user, namespace)) {
            list.remove(key);
        }
        self
    }

    pub fn secure(self, key: &str, value: &str) -> Self {
        self.setting(0, "secure", key, value)
    }

    pub fn system(self, key: &str, value: &str) -> Self {
        self.setting(0, "system", key, value)
    }

    pub fn global(self, key: &str, value: &str) -> Self {
        self.setting(0, "global", key, value)
    }

    /// `lock_screen_show_notifications` and `lock_screen_allow_private_notifications` of the owner.
    pub fn previews(self, show: u32, private: u32) -> Self {
        self.secure("lock_screen_show_notifications", &show.to_string())
            .secure(
                "lock_screen_allow_private_notifications",
                &private.to_string(),
            )
    }

    /// The kind of lock, as Android writes it (`Pin`, `None`, ...).
    pub fn credential(mut self, word: &str) -> Self {
        self.credential = word.into();
        self
    }

    /// The lock of another user, and whether it is the user's own.
    pub fn lock_of(mut self, user: u32, word: &str, own: bool) -> Self {
        self.locks.insert(user, (word.into(), own));
        self
    }

    /// What Samsung's lock screen says of its kind, whatever is set.
    pub fn keyguard_says(mut self, summary: &str) -> Self {
        self.keyguard_summary = Some(summary.into());
        self
    }

    pub fn no_lock(self) -> Self {
        self.credential("None")
    }

    pub fn screen_timeout(mut self, ms: i64) -> Self {
        self.screen_off_in_force = Some(ms);
        self.system("screen_off_timeout", &ms.to_string())
    }

    pub fn trust(mut self, change: impl FnOnce(&mut Trust)) -> Self {
        change(&mut self.trust);
        self
    }

    pub fn admin(mut self, user: u32, component: &str, wipe: bool) -> Self {
        self.admins.push(Admin {
            user,
            component: component.into(),
            wipe,
            max_time_to_lock: 0,
            keyguard_features: 0,
        });
        self
    }

    pub fn last_admin(mut self, change: impl FnOnce(&mut Admin)) -> Self {
        change(self.admins.last_mut().expect("an administrator"));
        self
    }

    pub fn device_owner(mut self, component: &str) -> Self {
        self.owners.push((0, component.into(), "DeviceOwner", true));
        self.admin(0, component, true)
    }

    /// What the policy dump says of the kind of device owner.
    pub fn owner_type(mut self, kind: &'static str) -> Self {
        self.owner_type = Some(kind);
        self
    }

    pub fn profile_owner(mut self, user: u32, component: &str, organisation: bool) -> Self {
        self.owners
            .push((user, component.into(), "ProfileOwner", organisation));
        self.admin(user, component, true)
    }

    pub fn account(mut self, kind: &str, count: u32) -> Self {
        self.accounts.retain(|(k, _)| k != kind);
        if count > 0 {
            self.accounts.push((kind.into(), count));
        }
        self
    }

    /// Installs an app for a user, without any permission but to notify.
    pub fn app(mut self, package: &str, user: u32) -> Self {
        self.copies.push(Copy {
            package: package.into(),
            user,
            granted: vec!["POST_NOTIFICATIONS".into()],
            target: 36,
            importance: None,
            visibility: None,
            samsung_visibility: None,
            channels: vec![-1000, -1000],
        });
        self
    }

    /// Changes the app installed last.
    pub fn last_app(mut self, change: impl FnOnce(&mut Copy)) -> Self {
        change(self.copies.last_mut().expect("an app"));
        self
    }

    /// Grants the app installed last a permission.
    pub fn grant(self, permission: &str) -> Self {
        self.last_app(|copy| copy.granted.push(permission.into()))
    }

    pub fn revoke(self, permission: &str) -> Self {
        self.last_app(|copy| copy.granted.retain(|p| p != permission))
    }

    /// A new file, e.g. `0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/`.
    pub fn file(mut self, folder: &str) -> Self {
        self.files.push(format!("{folder}/{FILE}"));
        self
    }

    pub fn gallery(mut self, bucket: &str, rows: u32) -> Self {
        self.rows.insert(bucket.into(), rows);
        self
    }

    /// Replaces what one command line answers.
    pub fn answers(mut self, command: &str, output: &str, status: i32) -> Self {
        self.instead.push((command.into(), output.into(), status));
        self
    }

    /// One command line does not end. Those that are shell scripts on a phone leave another command behind.
    pub fn hangs(self, command: &str) -> Self {
        self.answers(command, HANGS, 0)
    }

    /// One command line takes so many seconds longer, and then answers as ever.
    pub fn slow(mut self, command: &str, seconds: f32) -> Self {
        self.slow.push((command.into(), seconds));
        self
    }

    /// The output of a command line that the fields make.
    pub fn dump(&self, command: &str) -> String {
        dumps::commands(self)
            .into_iter()
            .find(|(name, ..)| name == command)
            .map(|(_, output, _)| output)
            .unwrap_or_default()
    }

    /// Builds the phone, asks it everything that the request wants, and reads the answer.
    pub fn audit(&self, request: &Request, tools: &Tools) -> (Vec<u8>, Evidence) {
        let script = spotcheck::android::probe::script(request, NONCE);
        let answer = self.kept(&script, tools, || {
            let folder = tempfile::tempdir().expect("a folder");
            self.build(folder.path()).run(&script, tools)
        });
        let evidence =
            spotcheck::android::probe::evidence(request, NONCE, &answer, Source::AndroidAdb, None);
        (answer, evidence)
    }
}
