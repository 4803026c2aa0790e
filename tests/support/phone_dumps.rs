//! What the commands of a synthetic phone print, whole, as the versions of Android print it.

use super::*;

type Answer = (String, String, i32);

/// What a command answers to arguments that it does not know.
pub fn otherwise(command: &str) -> &'static str {
    match command {
        "getprop" => "echo",
        "dumpsys" => {
            "case \"$*\" in *check-permission*) echo -1;; *) echo \"Can't find service: $1\";; esac"
        }
        "settings" => "case \"$*\" in *' get '*) echo null;; esac",
        "pm" => "exit 1",
        "cmd" => "echo 'No operations.'; echo 'Default mode: default'",
        "content" => "echo 'No result found.'",
        _ => "echo \"Error: unknown command $*\"; exit 255",
    }
}

pub fn commands(phone: &Phone) -> Vec<Answer> {
    let mut all: Vec<Answer> = Vec::new();
    let mut refused = Vec::new();
    let mut add = |command: &str, output: String| all.push((command.to_owned(), output, 0));
    for (key, value) in &phone.props {
        add(&format!("getprop {key}"), value.clone());
    }
    for user in &phone.users {
        for namespace in ["secure", "system", "global"] {
            let set = phone
                .settings
                .get(&(user.id, namespace))
                .or_else(|| phone.settings.get(&(0, namespace)));
            let mut list = String::new();
            for (key, value) in set.into_iter().flatten() {
                list += &format!("{key}={value}\n");
                add(
                    &format!("settings --user {} get {namespace} {key}", user.id),
                    value.clone(),
                );
            }
            for n in 0..30 {
                list += &format!("synthetic_{n}={MESSAGE} {OTHER_APP}\n");
            }
            // Android 8 and 9 list those of user 0 and nothing else.
            if phone.sdk < 29 {
                if user.id == 0 {
                    add(&format!("settings list {namespace}"), list);
                }
                refused.push(format!("settings --user {} list {namespace}", user.id));
            } else {
                add(
                    &format!("settings --user {} list {namespace}", user.id),
                    list,
                );
            }
        }
    }
    add("dumpsys lock_settings", lock_settings(phone));
    add("dumpsys trust", trust(phone));
    add("dumpsys power", power(phone));
    add("dumpsys device_policy", device_policy(phone));
    add("dumpsys account --checkin", accounts(phone));
    add("dumpsys safety_center data", safety_center(phone));
    add(
        "dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl",
        lock_screen(phone),
    );
    add(
        "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
        keyguard(phone),
    );
    add("getenforce", "Enforcing".into());
    add("dpm list-owners", owners(phone));
    add("pm list users", users(phone));
    add(
        "pm list packages -3 --user 0",
        format!("package:{WHATSAPP}\npackage:{OTHER_APP}\npackage:com.canary.band\n"),
    );
    add(
        "cmd appops query-op --user 0 REQUEST_INSTALL_PACKAGES allow",
        format!("{OTHER_APP}\ncom.android.chrome\n"),
    );
    for (bucket, rows) in &phone.rows {
        let output: String = (0..*rows).map(|n| format!("Row: {n} _id={n}\n")).collect();
        for user in &phone.users {
            add(
                &format!(
                    "content query --user {} --uri content://media/external/images/media --projection _id --where bucket_display_name='{bucket}' AND date_added>*",
                    user.id
                ),
                output.clone(),
            );
        }
    }
    let mut named: Vec<&str> = Vec::new();
    for copy in &phone.copies {
        add(
            &format!("pm path --user {} {}", copy.user, copy.package),
            format!(
                "package:/data/app/~~{SECRET_ID}==/{}/base.apk",
                copy.package
            ),
        );
        for permission in &copy.granted {
            add(
                &format!(
                    "dumpsys package check-permission android.permission.{permission} {} {}",
                    copy.package, copy.user
                ),
                "0".into(),
            );
        }
        if !named.contains(&copy.package.as_str()) {
            named.push(&copy.package);
            add(&format!("dumpsys package {}", copy.package), package(copy));
            add(
                &format!("dumpsys notification --package {}", copy.package),
                notification(phone, &copy.package),
            );
        }
    }
    all.push(match phone.in_front {
        Some(user) => ("am get-current-user".into(), user.to_string(), 0),
        None => (
            "am get-current-user".into(),
            "Security exception: Permission Denial: getCurrentUser() from pid=1, uid=2000 requires android.permission.INTERACT_ACROSS_USERS\n".into(),
            255,
        ),
    });
    for command in refused {
        let words = "--user not supported for delete and list.\n".to_owned();
        all.push((command, words, 255));
    }
    for user in &phone.users {
        let mut listed = format!("package:android\npackage:{OTHER_APP}\npackage:com.canary.band\n");
        for copy in phone.copies.iter().filter(|copy| copy.user == user.id) {
            listed += &format!("package:{}\n", copy.package);
        }
        let (listed, status) = if user.forbidden {
            (
                format!(
                    "\nException occurred while executing 'list':\njava.lang.SecurityException: Shell does not have permission to access user {}\n",
                    user.id
                ),
                255,
            )
        } else {
            (listed, 0)
        };
        all.push((
            format!("pm list packages -u -3 --user {}", user.id),
            listed.replace("package:android\n", ""),
            status,
        ));
        all.push((
            format!("pm list packages --user {}", user.id),
            listed,
            status,
        ));
        if user.forbidden {
            all.retain(|(command, ..)| {
                !command.starts_with(&format!("pm path --user {} ", user.id))
            });
            all.push((
                format!("pm path --user {} *", user.id),
                format!("\nException occurred while executing 'path':\njava.lang.SecurityException: Shell does not have permission to access user {}\n\tat com.android.server.pm.PackageManagerShellCommand.runPath\n", user.id),
                255,
            ));
        } else {
            all.push((
                format!("pm path --user {} android", user.id),
                "package:/system/framework/framework-res.apk".into(),
                0,
            ));
        }
    }
    all
}

fn lock_settings(phone: &Phone) -> String {
    if phone.sdk <= 29 {
        let none = phone.credential.eq_ignore_ascii_case("none");
        let sid = if none { "0000000000000000" } else { SECRET_ID };
        let mut text = String::from("Current lock settings service state:\nSP Enabled = true\n");
        for user in &phone.users {
            text += &format!(
                "    User {}\n        SP Handle = {SECRET_ID}\n        SID = {sid}\n",
                user.id
            );
        }
        return text;
    }
    let mut text = String::from("Current lock settings service state:\n\nUser State:\n");
    for user in &phone.users {
        let (word, separate) = match (user.id, phone.locks.get(&user.id)) {
            (0, _) => (phone.credential.clone(), true),
            (_, Some((word, own))) => (word.clone(), *own),
            (_, None) => ("Password".to_owned(), false),
        };
        let sid = if word.eq_ignore_ascii_case("none") {
            "0"
        } else {
            SECRET_ID
        };
        let word = if phone.sdk >= 34 {
            word.to_uppercase()
        } else {
            word
        };
        let head = if phone.sdk >= 33 {
            format!(
                "    LSKF-based SP protector ID: {SECRET_ID}\n    LSKF last changed: 2026-07-28 20:22:36 ({SECRET_ID})\n"
            )
        } else {
            format!(
                "    SP Handle: {SECRET_ID}\n    Last changed: 2026-07-28 20:22:36 ({SECRET_ID})\n"
            )
        };
        text += &format!(
            "  User {}\n{head}    SID: {sid}\n    Quality: 0\n    CredentialType: {word}\n    SeparateChallenge: {separate}\n    Metrics: known\n",
            user.id
        );
    }
    text += "\nStorage:\n";
    for user in &phone.users {
        text += &format!(
            "  User {} [/data/system_de/{}/spblob]:\n       5 2026-07-28 20:22:36 {SECRET_ID}.weaver\n",
            user.id, user.id
        );
    }
    text + "\nStrongAuth:\n  PrimaryAuthFlags state:\n    userId=0, primaryAuthFlags=0\n"
}

fn trust(phone: &Phone) -> String {
    let trust = &phone.trust;
    let flag = |on: bool| u8::from(on);
    let mut text = String::from("Trust manager state:\n");
    for user in &phone.users {
        let head = format!(
            " User \"{}\" (id={}, flags={:#x})",
            user.name, user.id, user.flags
        );
        let current = if phone.in_front.unwrap_or(0) == user.id {
            " (current)"
        } else {
            ""
        };
        if user.id != 0 && current.is_empty() {
            text += &format!(
                "{head}(managed profile)\n   disabled because switching to this user is not possible.\n"
            );
            continue;
        }
        let state = match (&trust.state, phone.sdk) {
            (Some(state), _) => state.clone(),
            (None, 34..) => "trustState=UNTRUSTED".into(),
            (None, _) => "trusted=0".into(),
        };
        let active = if phone.sdk >= 34 {
            format!(", isActiveUnlockRunning={}", flag(trust.active_unlock))
        } else {
            String::new()
        };
        text += &format!(
            "{head}{current}: {state}, trustManaged={}, deviceLocked={}{active}, strongAuthRequired=0x0\n",
            flag(trust.managed),
            flag(trust.locked)
        );
        if trust.disabled {
            text += "   disabled because third-party apps can't run yet.\n";
            continue;
        }
        text += "   Enabled agents:\n";
        for managing in &trust.managing {
            text += &format!(
                "    com.google.android.gms/.auth.trustagent.GoogleTrustAgent\n     bound=1, connected=1, managingTrust={}, trusted={}\n      message=\"{PLACE}\"\n",
                flag(*managing),
                flag(*managing)
            );
        }
        text += &format!(
            "   Events:\n    #0  11-20 10:00:00.000  GrantTrust: agent=GoogleTrustAgent, message=\"{PLACE}\", duration=0\n"
        );
    }
    text
}

fn power(phone: &Phone) -> String {
    let stay = phone
        .settings
        .get(&(0, "global"))
        .and_then(|list| list.get("stay_on_while_plugged_in"))
        .cloned()
        .unwrap_or_else(|| "0".into());
    let limit = phone
        .admins
        .iter()
        .filter(|admin| admin.user == 0 && admin.max_time_to_lock > 0)
        .map(|admin| admin.max_time_to_lock)
        .min();
    let enforced = match limit {
        Some(limit) => format!("{limit} (enforced=true)"),
        None => format!("{} (enforced=false)", i64::MAX),
    };
    let mut text = format!(
        "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n  mWakefulness=Awake\n  mStayOn=false\n\nSettings and Configuration:\n  mMaximumScreenOffTimeoutFromDeviceAdmin={enforced}\n  mStayOnWhilePluggedInSetting={stay}\n  mUserActivityTimeoutOverrideFromWindowManager={}\n\nSleep timeout: -1 ms\n",
        phone.window_override
    );
    if let Some(ms) = phone.screen_off_in_force {
        let ms = limit.map_or(ms, |limit| ms.min(limit));
        text += &format!("Screen off timeout: {ms} ms\nScreen dim duration: 7000 ms\n");
    }
    text + &format!(
        "\nWake Locks: size=1\n  PARTIAL_WAKE_LOCK 'player' ACQ=-1s (uid=10222 pid=1 pkg={OTHER_APP})\n"
    )
}

fn device_policy(phone: &Phone) -> String {
    let mut text = String::from(
        "Current Device Policy Manager state:\n  Immutable state:\n    mHasFeature=true\n    mIsWatch=false\n",
    );
    for (user, component, kind, organisation) in &phone.owners {
        let (package, class) = component.split_once('/').expect("a component");
        let flag = match phone.sdk {
            30.. => format!("    isOrganizationOwnedDevice={organisation}\n"),
            29 => format!("    canAccessDeviceIds={organisation}\n"),
            _ => String::new(),
        };
        if *kind == "DeviceOwner" {
            text += &format!(
                "  Device Owner:\n    admin=ComponentInfo{{{package}/{package}{class}}}\n    name={PERSON}\n    package={package}\n{flag}    User ID: {user}\n\n"
            );
        } else {
            text += &format!(
                "  Profile Owner (User {user}): \n    admin=ComponentInfo{{{package}/{package}{class}}}\n    name={PERSON}\n    package={package}\n{flag}\n"
            );
        }
    }
    for user in &phone.users {
        text += &format!(
            "\n  Enabled Device Admins (User {}, provisioningState: 0):\n",
            user.id
        );
        for admin in phone.admins.iter().filter(|admin| admin.user == user.id) {
            text += &format!(
                "    {}:\n      uid=10170\n      testOnlyAdmin=false\n      policies:\n",
                admin.component
            );
            if admin.wipe {
                text += "        wipe-data\n";
            }
            text += &format!(
                "        limit-password\n      passwordQuality=0x0\n      maximumTimeToUnlock={}\n      strongAuthUnlockTimeout=0\n      disabledKeyguardFeatures={}\n      isParent=false\n",
                admin.max_time_to_lock, admin.keyguard_features
            );
        }
        text += "\n    mPasswordOwner=-1\n    mAppsSuspended=false\n";
        text += &format!(
            "    PersonalAppsSuspensionHelper\n      Packages subject to suspension: 1 app\n        0: {OTHER_APP}\n"
        );
    }
    let kind = match (phone.owner_type, phone.sdk) {
        (_, ..=33) => String::new(),
        (Some(kind), _) => format!("  Device Owner Type: {kind}\n"),
        (None, _) => {
            let owned = phone
                .owners
                .iter()
                .any(|(_, _, kind, _)| *kind == "DeviceOwner");
            format!("  Device Owner Type: {}\n", if owned { "0" } else { "-1" })
        }
    };
    text + "\n  Constants:\n    DAS_DIED_SERVICE_RECONNECT_BACKOFF_SEC: 3600\n\nEncryption Status: per-user\n\nDevice policy cache:\n  Password quality: {0=0}\n\nDevice state cache:\n  Device provisioned: true\n"
        + &kind
}

fn owners(phone: &Phone) -> String {
    if phone.owners.is_empty() {
        return "no owners".into();
    }
    let mut text = match phone.owners.len() {
        1 => "1 owner:\n".to_owned(),
        n => format!("{n} owners:\n"),
    };
    for (user, component, kind, _) in &phone.owners {
        let rest = if *kind == "DeviceOwner" {
            "DeviceOwner,Affiliated".to_owned()
        } else {
            format!("{kind},ManagedProfileOwner(parentUserId=0)")
        };
        text += &format!("User {user:>2}: admin={component},{rest}\n");
    }
    text
}

fn accounts(phone: &Phone) -> String {
    let mut text = String::new();
    for user in &phone.users {
        text += &format!(
            "User UserInfo{{{}:{}:{:x}}}:\n",
            user.id, user.name, user.flags
        );
        if user.id == 0 {
            for (kind, count) in &phone.accounts {
                text += &format!("  {kind},{count}\n");
            }
        }
        text += "\n";
    }
    text
}

fn safety_center(phone: &Phone) -> String {
    if phone.make == Make::Huawei {
        return "Can't find service: safety_center\n".into();
    }
    let none = phone.credential.eq_ignore_ascii_case("none");
    let (severity, issues) = if none {
        (
            300,
            "[SafetySourceIssue{mId=NoScreenLockIssuemTitle=Set a screen lock, mSubtitle=null, mSeverityLevel=300}]",
        )
    } else {
        (200, "[]")
    };
    format!(
        "SOURCE DATA\n\t[0] SafetySourceKey{{mSourceId='GooglePasswordCheckup', mUserId=0}} -> SafetySourceData{{mStatus=SafetySourceStatus{{mTitle=Password Checkup, mSummary={EMAIL}, mSeverityLevel=100, mPendingIntent=PendingIntent{{1: PendingIntentRecord{{2}}}}}}, mIssues=[]}}\n\t[1] SafetySourceKey{{mSourceId='AndroidLockScreen', mUserId=0}} -> SafetySourceData{{mStatus=SafetySourceStatus{{mTitle=Screen lock, mSummary=PIN, mSeverityLevel={severity}, mPendingIntent=PendingIntent{{3: PendingIntentRecord{{4}}}}}}, mIssues={issues}}}\n"
    )
}

fn lock_screen(phone: &Phone) -> String {
    if phone.make == Make::Huawei {
        return "No services match: com.android.systemui/.SystemUIService\n".into();
    }
    let on = |key: &str| {
        phone
            .settings
            .get(&(0, "secure"))
            .and_then(|list| list.get(key))
            .is_none_or(|value| value == "1")
    };
    let show = on("lock_screen_show_notifications")
        && !phone
            .admins
            .iter()
            .any(|a| a.user == 0 && a.keyguard_features & 4 != 0);
    format!(
        "SERVICE com.android.systemui/.SystemUIService {SECRET_ID} pid=1234\n  Client:\n    NotificationLockscreenUserManager state:\n      mCurrentUserId={}\n      mShowLockscreenNotifications={show}\n      mAllowLockscreenRemoteInput=false\n      mLockscreenPublicMode={{0=false}}\n      mUsersAllowingPrivateNotifications={}\n      mUsersAllowingNotifications={{}}\n      mText={MESSAGE}\n",
        phone.in_front.unwrap_or_default(),
        phone.lock_screen_map.clone().unwrap_or_else(|| "{}".into())
    )
}

fn keyguard(phone: &Phone) -> String {
    if phone.make != Make::Samsung {
        return format!("SERVICE com.android.systemui/.keyguard.KeyguardService\n  {MESSAGE}\n");
    }
    let kind = match (
        &phone.keyguard_summary,
        phone.credential.to_lowercase().as_str(),
    ) {
        (Some(summary), _) => summary.clone(),
        (None, "none") => "swipe".to_owned(),
        (None, kind) => format!("{kind}, fingerprints"),
    };
    format!(
        "SERVICE com.android.systemui/.keyguard.KeyguardService {SECRET_ID} pid=1234\nUser 0*\n  lockTimeout: 5000\n  lockInstantlyWithPowerKey: {}\n  lockTypeSummary={kind}\nKeyguardUnlockInfo\n  11-20 08:00:00 unlocked by {PERSON}\n",
        phone.power_key_locks
    )
}

fn users(phone: &Phone) -> String {
    let mut text = String::from("Users:\n");
    for user in &phone.users {
        text += &format!(
            "\tUserInfo{{{}:{}:{:x}}}{}\n",
            user.id,
            user.name,
            user.flags,
            if user.running { " running" } else { "" }
        );
    }
    text
}

fn package(copy: &Copy) -> String {
    format!(
        "Activity Resolver Table:\n  Non-Data Actions:\n      android.intent.action.MAIN:\n        1a2b3c {0}/.Main filter 4d5e\n\nPackages:\n  Package [{0}] (4c87987):\n    appId=10411\n    codePath=/data/app/~~{SECRET_ID}==/{0}\n    versionCode=260907212 minSdk=21 targetSdk={1}\n    versionName=2.26.9.72\n    lastUpdateTime=2026-03-14 15:49:03\n    installerPackageName=com.android.vending\n    User 0: ceDataInode=1 installed=true\n\nQueries:\n  forceQueryable: []\n    {OTHER_APP}\n\nHidden system packages:\n  Package [{0}] (1):\n    versionCode=1 minSdk=21 targetSdk=30\n    versionName=1.0.0\n",
        copy.package, copy.target
    )
}

fn notification(phone: &Phone, package: &str) -> String {
    let mut text = format!(
        "Current Notification Manager state:\n  Notification List:\n    NotificationRecord(0x1: pkg={package} user=UserHandle{{0}} id=1 tag=null key=0|{package}|1|{NUMBER}@s.whatsapp.net|10411: Notification(channel=individual_chat vis=PRIVATE))\n      tickerText={MESSAGE}\n      effectiveNotificationChannel=NotificationChannel{{mId='individual_chat', mName={CHANNEL}, mLockscreenVisibility=1, mDeleted=false}}\n      mUserVisOverride=-1000\n\n  Ranking Config:\n    Per-package settings:\n"
    );
    for copy in phone.copies.iter().filter(|copy| copy.package == package) {
        text += &format!(
            "      AppSettings: {package} ({})",
            copy.user * 100_000 + 10_411
        );
        if let Some(importance) = &copy.importance {
            text += &format!(" importance={importance}");
        }
        if let Some(visibility) = &copy.visibility {
            text += &format!(" visibility={visibility}");
        }
        if let Some(visibility) = copy.samsung_visibility {
            text += &format!(" appLockScreenVisibility={visibility}");
        }
        text += " showBadge=true\n";
        for (n, visibility) in copy.channels.iter().enumerate() {
            text += &format!(
                "        NotificationChannel{{mId='{NUMBER}-{n}', mName={CHANNEL}, mDescription=, mImportance=4, mBypassDnd=false, mLockscreenVisibility={visibility}, mSound=content://settings/system/notification_sound, mDeleted=false, mConversationId={NUMBER}}}\n"
            );
        }
    }
    text
}
