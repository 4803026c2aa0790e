//! The phone that answers as a state of the table says.

use super::states::{
    Agent, AppSays, Front, Gap, Glow, Lock, Media, Owner, Photos, Previews, Space, State,
};
use super::*;
use Make::*;

fn photos_granting(photos: Photos) -> Vec<String> {
    photos.granted.iter().map(|p| (*p).to_owned()).collect()
}

const INTUNE: &str = "com.microsoft.windowsintune.companyportal/.R";

/// The phone that answers so.
pub fn phone(state: &State) -> Phone {
    let sdk = state.sdk;
    let mut phone = Phone::stock(state.make, sdk);
    phone = phone.credential(match state.lock {
        Lock::None | Lock::Swipe => "None",
        Lock::Pin => "Pin",
        Lock::Pattern => "Pattern",
        Lock::Password => "Password",
    });
    if state.make == Samsung && matches!(state.lock, Lock::None) {
        phone = phone.keyguard_says("none");
    }
    if let Some(ms) = state.delay {
        phone = phone.secure("lock_screen_lock_after_timeout", &ms.to_string());
    }
    phone = phone.screen_timeout(state.timeout).global(
        "stay_on_while_plugged_in",
        if state.awake { "3" } else { "0" },
    );
    let clinic = format!("{OTHER_ADMIN}/.R");
    if let Some(limit) = state.limit {
        phone = phone
            .admin(0, &clinic, false)
            .last_admin(|admin| admin.max_time_to_lock = limit);
    }
    phone = match state.previews {
        Previews::Hidden => phone.previews(1, 0),
        Previews::Nothing => phone.previews(0, 1),
        Previews::Shown | Previews::Redacted | Previews::Silenced => phone.previews(1, 1),
        Previews::Unset => phone
            .no_setting(0, "secure", "lock_screen_show_notifications")
            .no_setting(0, "secure", "lock_screen_allow_private_notifications"),
        Previews::ContentUnset => phone
            .secure("lock_screen_show_notifications", "1")
            .no_setting(0, "secure", "lock_screen_allow_private_notifications"),
    };
    let features = match state.previews {
        Previews::Redacted => 8,
        Previews::Silenced => 4,
        _ => 0,
    };
    if features != 0 {
        phone = phone
            .admin(0, &clinic, false)
            .last_admin(|admin| admin.keyguard_features = features);
    }
    if state.make == Samsung {
        phone = match state.glow {
            Glow::Off => phone.system("edge_lighting", "0"),
            Glow::Edge => phone.system("edge_lighting", "1"),
            Glow::EdgeUnset => phone.no_setting(0, "system", "edge_lighting"),
            Glow::FrontScreen => phone
                .system("edge_lighting", "0")
                .secure("cover_screen_show_notification", "1"),
        };
    }
    phone = owned(phone, state.owner, sdk);
    for (kind, there) in [
        ("com.google", state.accounts.google),
        (makers_account(state.make), state.accounts.maker),
    ] {
        phone = phone.account(kind, u32::from(there));
    }
    if state.accounts.remote {
        phone = phone.system("remote_control", "1");
    }
    let mut users = vec![0];
    if let Some((id, flags)) = state.space.user(sdk) {
        phone = match state.space {
            Space::SecureFolder => phone.forbidden_user(id, flags),
            Space::GuestLeft => phone.user(id, flags, false),
            _ => phone.user(id, flags, true),
        };
        if let Space::Person { locked } = state.space {
            phone = phone.lock_of(id, if locked { "Pin" } else { "None" }, false);
        }
        users.push(id);
        if state.front == Front::TheOther {
            phone = phone.in_front(Some(id));
        }
    }
    phone = match state.front {
        Front::Owner | Front::TheOther => phone,
        Front::Unlisted => phone.in_front(Some(13)),
        Front::Untold => phone.in_front(None),
    };
    for user in users {
        phone = phone.app(WHATSAPP, user).last_app(|copy| {
            copy.target = state.photos.target;
            copy.granted.extend(photos_granting(state.photos));
            match state.app {
                AppSays::Nothing => {}
                AppSays::Private => copy.visibility = Some("PRIVATE".into()),
                AppSays::SamsungHidden => copy.samsung_visibility = Some(0),
                AppSays::EveryChannelHidden => copy.channels = vec![0, 0],
                AppSays::Blocked => {
                    copy.importance = Some("NONE".into());
                    copy.granted.retain(|p| p != "POST_NOTIFICATIONS");
                }
            }
        });
        if state.photos.all_files {
            phone = phone.answers(
                &format!("cmd appops get --user {user} {WHATSAPP} MANAGE_EXTERNAL_STORAGE"),
                "MANAGE_EXTERNAL_STORAGE: allow; time=+3h7m0s0ms ago",
                0,
            );
        }
    }
    phone = match state.media {
        Media::None => phone,
        Media::NewFile => phone.file("0/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images"),
        Media::InGallery => phone.gallery("WhatsApp Images", 3),
    };
    phone = phone.trust(|trust| {
        trust.locked = state.locked;
        match state.agent {
            Agent::Quiet => {}
            Agent::Idle => (trust.managed, trust.managing) = (true, vec![false]),
            Agent::Managing => (trust.managed, trust.managing) = (true, vec![true]),
            Agent::Trusted => {
                let state = if sdk >= 34 {
                    "trustState=TRUSTED"
                } else {
                    "trusted=1"
                };
                trust.state = Some(state.into());
            }
            Agent::Trustable => trust.state = Some("trustState=TRUSTABLE".into()),
            Agent::ActiveUnlock => trust.active_unlock = true,
            Agent::CannotRunYet => trust.disabled = true,
        }
    });
    if state.rom {
        phone = phone
            .prop("ro.build.flavor", "lineage_synthetic-userdebug")
            .prop("ro.lineage.version", "22.1-SYNTHETIC");
    }
    gapped(phone, state.gap)
}

fn makers_account(make: Make) -> &'static str {
    match make {
        Samsung => "com.osp.app.signin",
        Xiaomi => "com.xiaomi",
        Oppo => "com.oppo.usercenter",
        Oneplus => "com.heytap.usercenter",
        Motorola => "com.motorola.account",
        Huawei => "com.huawei.hwid",
        // None is known.
        _ => "com.canary.maker",
    }
}

fn owned(phone: Phone, owner: Owner, sdk: u32) -> Phone {
    let guard = "com.samsung.android.kgclient/.agent.KGDeviceAdminReceiver";
    let profile = |phone: Phone| {
        let (id, flags) = Space::Work.user(sdk).expect("a user");
        phone.user(id, flags, true)
    };
    match owner {
        Owner::None => phone,
        Owner::Device => phone.device_owner(INTUNE),
        Owner::DeviceMayNotWipe => phone
            .device_owner(INTUNE)
            .last_admin(|admin| admin.wipe = false),
        Owner::OrganisationsProfile => profile(phone).profile_owner(10, INTUNE, true),
        Owner::PersonalProfile => profile(phone).profile_owner(10, INTUNE, false),
        Owner::KnoxGuard => phone.admin(0, guard, true),
        Owner::KnoxGuardOwns => phone.device_owner(guard),
        Owner::SecureFolderOwns => phone.user(150, 0x1006_1030, true).profile_owner(
            150,
            "com.samsung.knox.securefolder/.containeragent.detector.KnoxDeviceAdminReceiver",
            false,
        ),
        Owner::OwnMakesIt => phone.device_owner("com.rosan.dhizuku/.R"),
        Owner::Lender => phone.device_owner("com.canary.lender/.R").owner_type("1"),
        Owner::UnknownAdmin => phone.admin(0, &format!("{OTHER_ADMIN}/.R"), true),
        Owner::MailAgent => phone.admin(0, "com.microsoft.office.outlook/.R", true),
        Owner::FindHub => phone.admin(
            0,
            "com.google.android.gms/.mdm.receivers.MdmDeviceAdminReceiver",
            true,
        ),
    }
}

fn gapped(phone: Phone, gap: Gap) -> Phone {
    let dump = |phone: Phone, service: &str, arguments: &str| {
        phone.answers(
            &format!("dumpsys {service}{arguments}"),
            &format!("Can't find service: {service}"),
            0,
        )
    };
    let list = |phone: Phone, namespace: &str| {
        let user = if phone.sdk < 29 { "" } else { "--user 0 " };
        phone.answers(
            &format!("settings {user}list {namespace}"),
            "cmd: Can't find service: settings",
            20,
        )
    };
    match gap {
        Gap::None => phone,
        Gap::LockService => dump(phone, "lock_settings", ""),
        Gap::Trust => dump(phone, "trust", ""),
        Gap::Power => dump(phone, "power", ""),
        Gap::Policy => dump(phone, "device_policy", ""),
        Gap::Owners => phone.answers(
            "dpm list-owners",
            "java.lang.SecurityException: not allowed",
            255,
        ),
        Gap::Accounts => dump(phone, "account", " --checkin"),
        Gap::Safety => dump(phone, "safety_center", " data"),
        Gap::Keyguard => phone.answers(
            "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
            "No services match: com.android.systemui/.keyguard.KeyguardService",
            0,
        ),
        Gap::LockScreen => phone.answers(
            "dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl",
            "No services match: com.android.systemui/.SystemUIService",
            0,
        ),
        Gap::Users => phone.answers("pm list users", "cmd: Can't find service: package", 20),
        Gap::Secure => list(phone, "secure"),
        Gap::System => list(phone, "system"),
        Gap::Global => list(phone, "global"),
        Gap::Notices => dump(phone, "notification", &format!(" --package {WHATSAPP}")),
        Gap::Permissions => phone.answers(
            "dumpsys package check-permission *",
            "Can't find service: package",
            0,
        ),
        Gap::Gallery => phone.answers("content query *", "Error while accessing provider:media", 1),
        Gap::Version => phone.no_prop("ro.build.version.sdk"),
        Gap::Maker => phone.no_prop("ro.product.manufacturer"),
    }
}
