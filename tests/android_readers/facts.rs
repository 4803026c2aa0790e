//! Facts about the phone, as tables.

use super::*;
use Make::*;

fn pixel() -> Phone {
    Phone::stock(Pixel, 36)
}

const REFUSED: &str =
    "Permission Denial: can't dump from pid=1, uid=2000 due to missing android.permission.DUMP";

#[test]
fn credential() {
    let lock = |text: &str| pixel().answers("dumpsys lock_settings", text, 0);
    let block = |text: &str| {
        lock(&format!(
            "Current lock settings service state:\n\nUser State:\n  User 0\n{text}\nStorage:\n  User 0 [/data]:\n    CredentialType: NONE\n"
        ))
    };
    let mut cases = vec![
        ("no lock", pixel().no_lock(), "none"),
        ("pattern", pixel().credential("Pattern"), "pattern"),
        ("password", pixel().credential("Password"), "password"),
        ("Samsung smart card", Phone::stock(Samsung, 34).credential("SMARTCARDNUMERIC"), "unreadable"),
        ("unknown number", Phone::stock(Samsung, 34).credential("UNKNOWN_6"), "unreadable"),
        ("unknown number, older", Phone::stock(Pixel, 31).credential("Unknown 7"), "unreadable"),
        ("refused", lock(REFUSED), "unreadable"),
        ("no service", lock("Can't find service: lock_settings"), "unreadable"),
        ("timed out", lock("\n*** SERVICE 'lock_settings' DUMP TIMEOUT (10000ms) EXPIRED ***"), "unreadable"),
        ("failed", pixel().answers("dumpsys lock_settings", "  User 0\n    CredentialType: PIN\n", 1), "unreadable"),
        ("empty", lock("\n"), "unreadable"),
        ("no kind", block("    SID: 3fffca7a75ee6c18\n"), "unreadable"),
        ("null", block("    CredentialType: null\n"), "unreadable"),
        ("one kind, twice", block("    CredentialType: PIN\n    CredentialType: PIN\n"), "pin"),
        ("two kinds", block("    CredentialType: PIN\n    CredentialType: NONE\n"), "unreadable"),
        ("two blocks", block("    CredentialType: PIN\n  User 0\n    CredentialType: NONE\n"), "unreadable"),
        ("another user's lock", block("  User 10\n    CredentialType: PASSWORD\n"), "unreadable"),
        ("only in the list of files", lock("Current lock settings service state:\n\nUser State:\nStorage:\n  User 0\n    CredentialType: PIN\n"), "unreadable"),
        ("none, yet locked", pixel().no_lock().trust(|t| t.locked = true), "unreadable"),
        ("refused, but Android warns", pixel().no_lock().answers("dumpsys lock_settings", REFUSED, 0), "none"),
        ("set, but Android warns", {
            let warns = pixel().no_lock().dump("dumpsys safety_center data");
            pixel().answers("dumpsys safety_center data", &warns, 0)
        }, "unreadable"),
        ("no version, kind stated", pixel().no_prop("ro.build.version.sdk"), "pin"),
        ("SID only, no version", Phone::stock(Pixel, 29).no_prop("ro.build.version.sdk"), "unreadable"),
        ("10, set", Phone::stock(Motorola, 29), "~set"),
        ("8, set", Phone::stock(Pixel, 26), "~set"),
        ("10, set and locked", Phone::stock(Motorola, 29).trust(|t| t.locked = true), "set"),
        ("9, none", Phone::stock(Motorola, 28).no_lock(), "none"),
        ("9, none yet locked", Phone::stock(Motorola, 28).no_lock().trust(|t| t.locked = true), "unreadable"),
        ("10, an odd SID", Phone::stock(Pixel, 29).answers("dumpsys lock_settings", "Current lock settings service state:\n    User 0\n        SID = unknown\n", 0), "unreadable"),
        ("10, two SIDs", Phone::stock(Pixel, 29).answers("dumpsys lock_settings", "Current lock settings service state:\n    User 0\n        SID = 0\n        SID = 1f\n", 0), "unreadable"),
        ("work profile", pixel().user(10, 0x1030, true).no_lock(), "none"),
    ];
    for sdk in [30, 31, 32, 33, 34, 35, 36, 37] {
        cases.push(("a PIN on every version", Phone::stock(Pixel, sdk), "pin"));
        cases.push(("a PIN on every Samsung", Phone::stock(Samsung, sdk), "pin"));
        cases.push((
            "none on every version",
            Phone::stock(Pixel, sdk).no_lock(),
            "none",
        ));
    }
    check(Fact::LockCredential, cases);
}

#[test]
fn power_key() {
    let samsung = || Phone::stock(Samsung, 34);
    let mut slow = samsung();
    slow.power_key_locks = false;
    check(
        Fact::LockPowerKey,
        vec![
            ("at once", samsung(), "true"),
            ("later", slow, "false"),
            ("no lock", samsung().no_lock(), "absent"),
            (
                "no such service",
                samsung().answers(
                    "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
                    "No services match: com.android.systemui/.keyguard.KeyguardService",
                    0,
                ),
                "unreadable",
            ),
            ("Pixel", pixel(), "not-readable"),
            (
                "no maker",
                pixel().no_prop("ro.product.manufacturer"),
                "unreadable",
            ),
        ],
    );
}

#[test]
fn held_open() {
    let mut cases = vec![
        ("TRUSTED", pixel().trust(|t| t.state = Some("trustState=TRUSTED".into())), "true"),
        ("TRUSTABLE", pixel().trust(|t| t.state = Some("trustState=TRUSTABLE".into())), "true"),
        ("unknown word", pixel().trust(|t| t.state = Some("trustState=RUNE".into())), "unreadable"),
        ("trusted=1", Phone::stock(Pixel, 31).trust(|t| t.state = Some("trusted=1".into())), "true"),
        ("active unlock", pixel().trust(|t| t.active_unlock = true), "true"),
        ("bound, nothing set up", pixel().trust(|t| { t.managed = true; t.managing = vec![false]; }), "false"),
        ("managed by nobody", pixel().trust(|t| t.managed = true), "unreadable"),
        ("cannot run yet", pixel().trust(|t| t.disabled = true), "unreadable"),
        ("refused", pixel().answers("dumpsys trust", REFUSED, 0), "unreadable"),
        ("no line for the owner", pixel().answers("dumpsys trust", "Trust manager state:\n User \"x\" (id=10, flags=0x1030)(managed profile)\n", 0), "unreadable"),
        ("only of another user", pixel().user(10, 0x20000410, true), "false"),
        ("an odd agent", pixel().answers("dumpsys trust", "Trust manager state:\n User \"Canary Person\" (id=0, flags=0x13) (current): trusted=0, trustManaged=1, deviceLocked=0\n     bound=1, managingTrust=maybe, message=\"Canary Cottage\"\n", 0), "unreadable"),
        ("a name that looks like a line", pixel().answers("dumpsys trust", "Trust manager state:\n User \"x\" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1, \"y\" (id=10, flags=0x13): trusted=1\n", 0), "unreadable"),
    ];
    for sdk in [26, 28, 29, 30, 31, 33, 34, 35, 36, 37] {
        cases.push(("nothing set up", Phone::stock(Pixel, sdk), "false"));
        cases.push((
            "an agent manages",
            Phone::stock(Pixel, sdk).trust(|t| {
                t.managed = true;
                t.managing = vec![false, true];
            }),
            "true",
        ));
    }
    check(Fact::LockHeldOpen, cases);
}

#[test]
fn screen_timeout() {
    let power = |text: &str| pixel().answers("dumpsys power", text, 0);
    check(Fact::LockScreenTimeout, vec![
        ("one minute", pixel(), "PT1M"),
        ("ten minutes", pixel().screen_timeout(600_000), "PT10M"),
        ("half an hour", pixel().screen_timeout(1_800_000), "never"),
        ("never", pixel().screen_timeout(2_147_483_647), "never"),
        ("a window shortens it now", { let mut p = pixel().screen_timeout(10_000).system("screen_off_timeout", "600000"); p.window_override = 10_000; p }, "PT10M"),
        ("shorter for no known reason", pixel().screen_timeout(10_000).system("screen_off_timeout", "600000"), "PT10M"),
        ("an administrator shortens it", power("  mMaximumScreenOffTimeoutFromDeviceAdmin=60000 (enforced=true)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: 60000 ms\n").system("screen_off_timeout", "600000"), "PT1M"),
        ("in force longer than set", pixel().screen_timeout(900_000).system("screen_off_timeout", "30000"), "PT15M"),
        ("setting unset", pixel().no_setting(0, "system", "screen_off_timeout"), "PT1M"),
        ("setting unset, window in front", { let mut p = pixel().no_setting(0, "system", "screen_off_timeout"); p.window_override = 10_000; p }, "unreadable"),
        ("setting only", power(REFUSED), "PT1M"),
        ("nothing", power(REFUSED).no_setting(0, "system", "screen_off_timeout"), "unreadable"),
        ("the word null", power(REFUSED).system("screen_off_timeout", "null"), "unreadable"),
        ("negative", pixel().system("screen_off_timeout", "-1"), "unreadable"),
        ("garbage", pixel().system("screen_off_timeout", "60s"), "unreadable"),
        ("settings refused", pixel().answers("settings --user 0 list system", "java.lang.SecurityException: no", 255), "unreadable"),
        ("settings nearly empty", pixel().answers("settings --user 0 list system", "screen_off_timeout=60000", 0), "unreadable"),
    ]);
}

#[test]
fn lock_delay() {
    let key = "lock_screen_lock_after_timeout";
    check(
        Fact::LockDelaySetting,
        vec![
            ("unset: documented default", pixel(), "PT5S"),
            ("the word null", pixel().secure(key, "null"), "PT5S"),
            ("at once", pixel().secure(key, "0"), "PT0S"),
            ("half a minute", pixel().secure(key, "30000"), "PT30S"),
            ("never", pixel().secure(key, "2147483647"), "never"),
            ("negative", pixel().secure(key, "-5000"), "unreadable"),
            ("garbage", pixel().secure(key, "5000 "), "unreadable"),
            ("empty", pixel().secure(key, ""), "unreadable"),
            (
                "refused",
                pixel().answers(
                    "settings --user 0 list secure",
                    "Security exception: no",
                    255,
                ),
                "unreadable",
            ),
            (
                "refused, status lost",
                pixel().answers(
                    "settings --user 0 list secure",
                    "java.lang.SecurityException: no\n\tat a\n",
                    0,
                ),
                "unreadable",
            ),
            (
                "nothing",
                pixel().answers("settings --user 0 list secure", "", 0),
                "unreadable",
            ),
            (
                "stated twice",
                pixel().answers(
                    "settings --user 0 list secure",
                    &format!("{}{key}=1\n{key}=2\n", "a=b\n".repeat(20)),
                    0,
                ),
                "unreadable",
            ),
        ],
    );
    let mut delay = Phone::stock(Pixel, 33);
    delay = delay.secure(key, "5000");
    check(
        Fact::LockDelaySetting,
        vec![("five seconds on 13", delay, "PT5S")],
    );
}

#[test]
fn policy_max() {
    let admin = |ms| {
        pixel()
            .admin(0, "com.canary.clinicadmin/.A", false)
            .last_admin(|a| a.max_time_to_lock = ms)
    };
    check(Fact::LockPolicyMax, vec![
        ("no administrator", pixel(), "never"),
        ("no rule", admin(0), "never"),
        ("a minute", admin(60_000), "PT1M"),
        ("the shorter", admin(60_000).admin(0, "com.b/.A", false).last_admin(|a| a.max_time_to_lock = 30_000), "PT30S"),
        ("negative", admin(-1), "unreadable"),
        ("of another user", pixel().user(10, 0x1030, true).admin(10, "com.b/.A", false).last_admin(|a| a.max_time_to_lock = 30_000), "never"),
        ("refused", pixel().answers("dumpsys device_policy", REFUSED, 0), "unreadable"),
        ("cut short", pixel().answers("dumpsys device_policy", "Current Device Policy Manager state:\n  Immutable state:\n    mHasFeature=true\n a\n b\n", 0), "unreadable"),
    ]);
}

#[test]
fn stay_awake_and_attention() {
    let key = "stay_on_while_plugged_in";
    check(
        Fact::LockStayAwake,
        vec![
            ("off", pixel(), "false"),
            ("on", pixel().global(key, "1"), "true"),
            ("all kinds", pixel().global(key, "15"), "true"),
            ("unfamiliar", pixel().global(key, "16"), "unreadable"),
            (
                "kept on now",
                pixel().answers(
                    "dumpsys power",
                    "  mStayOn=true\n  mStayOnWhilePluggedInSetting=0\n",
                    0,
                ),
                "true",
            ),
            (
                "contradicting",
                pixel().answers(
                    "dumpsys power",
                    "  mStayOn=false\n  mStayOnWhilePluggedInSetting=3\n",
                    0,
                ),
                "unreadable",
            ),
            (
                "unset, power says on",
                pixel().no_setting(0, "global", key).answers(
                    "dumpsys power",
                    "  mStayOnWhilePluggedInSetting=3\n",
                    0,
                ),
                "true",
            ),
            (
                "unset, power silent",
                pixel()
                    .no_setting(0, "global", key)
                    .answers("dumpsys power", REFUSED, 0),
                "absent",
            ),
            (
                "refused",
                pixel().answers(
                    "settings --user 0 list global",
                    "Error while accessing settings provider",
                    1,
                ),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::LockAttention,
        vec![
            ("off", pixel(), "false"),
            ("on", pixel().secure("adaptive_sleep", "1"), "true"),
            (
                "unset",
                pixel().no_setting(0, "secure", "adaptive_sleep"),
                "absent",
            ),
            ("odd", pixel().secure("adaptive_sleep", "yes"), "unreadable"),
            (
                "Samsung on",
                Phone::stock(Samsung, 34).system("intelligent_sleep_mode", "1"),
                "true",
            ),
            ("Samsung off", Phone::stock(Samsung, 34), "false"),
            (
                "Samsung unset",
                Phone::stock(Samsung, 34).no_setting(0, "system", "intelligent_sleep_mode"),
                "absent",
            ),
        ],
    );
}

#[test]
fn previews() {
    const DUMP: &str = "dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl";
    let admin = |features| {
        pixel()
            .previews(1, 1)
            .admin(0, "com.canary.clinicadmin/.A", false)
            .last_admin(|a| a.keyguard_features = features)
    };
    let map = |phone: Phone, map: &str| {
        let mut p = phone;
        p.lock_screen_map = Some(map.into());
        p
    };
    let samsung = || {
        Phone::stock(Samsung, 34)
            .previews(1, 0)
            .system("edge_lighting", "0")
    };
    let mut cases = vec![
        ("shown", pixel(), "always"),
        ("content hidden", pixel().previews(1, 0), "when-unlocked"),
        ("nothing shown", pixel().previews(0, 1), "never"),
        (
            "nothing shown, second unset",
            pixel().previews(0, 0).no_setting(
                0,
                "secure",
                "lock_screen_allow_private_notifications",
            ),
            "never",
        ),
        (
            "second unset",
            pixel().no_setting(0, "secure", "lock_screen_allow_private_notifications"),
            "unreadable",
        ),
        (
            "second null",
            pixel().secure("lock_screen_allow_private_notifications", "null"),
            "unreadable",
        ),
        (
            "first unset",
            pixel()
                .previews(1, 0)
                .no_setting(0, "secure", "lock_screen_show_notifications"),
            "unreadable",
        ),
        (
            "odd",
            pixel().secure("lock_screen_allow_private_notifications", "2"),
            "unreadable",
        ),
        (
            "refused",
            pixel().answers(
                "settings --user 0 list secure",
                "java.lang.SecurityException: no",
                255,
            ),
            "unreadable",
        ),
        ("administrator hides all", admin(4), "never"),
        ("administrator hides content", admin(8), "when-unlocked"),
        ("administrator hides other things", admin(16), "always"),
        (
            "shown, administrator unknown",
            pixel().answers("dumpsys device_policy", REFUSED, 0),
            "unreadable",
        ),
        (
            "hidden, administrator unknown",
            pixel()
                .previews(1, 0)
                .answers("dumpsys device_policy", REFUSED, 0),
            "when-unlocked",
        ),
        (
            "lock screen agrees",
            map(pixel().previews(1, 0), "{0=false}"),
            "when-unlocked",
        ),
        (
            "lock screen contradicts",
            map(pixel().previews(1, 0), "{0=true}"),
            "unreadable",
        ),
        (
            "lock screen contradicts the other way",
            map(pixel(), "{0=false, 10=true}"),
            "unreadable",
        ),
        (
            "lock screen speaks of another user",
            map(pixel().previews(1, 0), "{10=true}"),
            "when-unlocked",
        ),
        (
            "lock screen shows after all",
            pixel().previews(0, 0).answers(
                DUMP,
                "  mCurrentUserId=0\n  mShowLockscreenNotifications=true\n",
                0,
            ),
            "unreadable",
        ),
        (
            "lock screen not asked",
            pixel().previews(1, 0).answers(
                DUMP,
                "No services match: com.android.systemui/.SystemUIService",
                0,
            ),
            "when-unlocked",
        ),
        (
            "maker unknown, hidden",
            pixel().previews(1, 0).no_prop("ro.product.manufacturer"),
            "unreadable",
        ),
        (
            "maker unknown, shown",
            pixel().no_prop("ro.product.manufacturer"),
            "always",
        ),
        ("Samsung hidden", samsung(), "when-unlocked"),
        (
            "Samsung edge lighting",
            samsung().system("edge_lighting", "1"),
            "~when-unlocked!",
        ),
        (
            "Samsung edge lighting unset",
            samsung().no_setting(0, "system", "edge_lighting"),
            "~when-unlocked!",
        ),
        (
            "Samsung front screen",
            samsung().secure("cover_screen_show_notification", "1"),
            "~when-unlocked!",
        ),
        ("Samsung shown", samsung().previews(1, 1), "always"),
    ];
    for make in [Xiaomi, Oneplus, Oppo, Motorola, Vivo] {
        cases.push((
            "a layer of the maker's",
            Phone::stock(make, 34).previews(1, 0),
            "~when-unlocked!",
        ));
        cases.push((
            "a layer of the maker's, all hidden",
            Phone::stock(make, 30).previews(0, 0),
            "~never!",
        ));
        cases.push((
            "a layer of the maker's, shown",
            Phone::stock(make, 34).previews(1, 1),
            "always",
        ));
    }
    for sdk in [26, 28, 29, 30, 31, 33, 34, 35, 36, 37] {
        cases.push((
            "every version",
            Phone::stock(Nokia, sdk).previews(1, 0),
            "when-unlocked",
        ));
    }
    check(Fact::NotificationsPreviews, cases);
}

#[test]
fn management() {
    let agent = "com.microsoft.windowsintune.companyportal/.Receiver";
    let samsung = || {
        Phone::stock(Samsung, 34)
            .forbidden_user(150, 0x10061030)
            .admin(
                0,
                "com.samsung.android.kgclient/.agent.KGDeviceAdminReceiver",
                true,
            )
            .profile_owner(
                150,
                "com.samsung.knox.securefolder/.containeragent.Receiver",
                false,
            )
    };
    let policy = |p: Phone| p.answers("dumpsys device_policy", REFUSED, 0);
    let listed = |p: Phone, text: &str| p.answers("dpm list-owners", text, 0);
    let work = |sdk, organisation| {
        Phone::stock(Pixel, sdk)
            .user(10, 0x1030, true)
            .profile_owner(10, agent, organisation)
    };
    let cases = || {
        vec![
            ("nobody", pixel(), ["none", "absent", "false"]),
            (
                "nobody, 8",
                Phone::stock(Pixel, 26),
                ["none", "absent", "false"],
            ),
            (
                "device owner",
                pixel().device_owner("com.example.mdm/.R"),
                ["device-owner", "com.example.mdm", "true"],
            ),
            (
                "device owner, 9",
                Phone::stock(Pixel, 28).device_owner("com.example.mdm/.R"),
                ["device-owner", "com.example.mdm", "true"],
            ),
            (
                "device owner, no right to wipe",
                pixel()
                    .device_owner("com.example.mdm/.R")
                    .last_admin(|a| a.wipe = false),
                ["device-owner", "com.example.mdm", "false"],
            ),
            (
                "device owner of a person's own",
                pixel().device_owner("com.rosan.dhizuku/.R"),
                ["none", "absent", "false"],
            ),
            (
                "work profile",
                work(34, false),
                [
                    "profile-owner",
                    "com.microsoft.windowsintune.companyportal",
                    "false",
                ],
            ),
            (
                "work profile of the organisation's phone",
                work(34, true),
                [
                    "organisation-profile-owner",
                    "com.microsoft.windowsintune.companyportal",
                    "true",
                ],
            ),
            (
                "the same on 10",
                work(29, true),
                [
                    "organisation-profile-owner",
                    "com.microsoft.windowsintune.companyportal",
                    "true",
                ],
            ),
            (
                "the same on 9, which cannot say",
                work(28, true),
                [
                    "profile-owner",
                    "com.microsoft.windowsintune.companyportal",
                    "false",
                ],
            ),
            ("Samsung, nobody", samsung(), ["none", "absent", "false"]),
            (
                "Samsung with an owner",
                samsung().device_owner("com.example.mdm/.R"),
                ["device-owner", "com.example.mdm", "true"],
            ),
            (
                "known agent",
                pixel().admin(0, agent, true),
                ["none", "absent", "true"],
            ),
            (
                "known agent without the right",
                pixel().admin(0, agent, false),
                ["none", "absent", "false"],
            ),
            (
                "unlisted administrator",
                pixel().admin(0, "com.canary.clinicadmin/.R", true),
                ["none", "absent", "false"],
            ),
            (
                "Find Hub is no organisation",
                pixel().admin(
                    0,
                    "com.google.android.gms/.mdm.receivers.MdmDeviceAdminReceiver",
                    true,
                ),
                ["none", "absent", "false"],
            ),
            (
                "policy refused",
                policy(pixel()),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "policy refused, owner listed",
                policy(pixel().device_owner("com.example.mdm/.R")),
                ["device-owner", "com.example.mdm", "unreadable"],
            ),
            (
                "list refused, nobody in policy",
                listed(pixel(), "java.lang.SecurityException: no"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "list refused, owner in policy",
                listed(pixel().device_owner("com.example.mdm/.R"), "Error: no"),
                ["device-owner", "com.example.mdm", "true"],
            ),
            (
                "two stories",
                listed(pixel().device_owner("com.example.mdm/.R"), "no owners"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "two stories, the other way",
                listed(pixel(), "1 owner:\nUser  0: admin=com.x.y/.R,DeviceOwner"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "fewer owners than stated",
                listed(pixel(), "2 owners:\nUser  0: admin=com.x.y/.R,DeviceOwner"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "an odd owner",
                listed(pixel(), "1 owner:\nUser  0: admin=com.x.y/.R"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "list empty",
                listed(pixel(), ""),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "no version",
                pixel().no_prop("ro.build.version.sdk"),
                ["unreadable", "unreadable", "unreadable"],
            ),
        ]
    };
    for (n, fact) in [
        Fact::ManagementOwner,
        Fact::ManagementOwnerPackage,
        Fact::ManagementWipe,
    ]
    .into_iter()
    .enumerate()
    {
        check(
            fact,
            cases()
                .into_iter()
                .map(|(name, phone, words)| (name, phone, words[n]))
                .collect(),
        );
    }
}

#[test]
fn accounts_and_finding() {
    const LIST: &str = "dumpsys account --checkin";
    let hub = "com.google.android.gms/.mdm.receivers.MdmDeviceAdminReceiver";
    check(Fact::GoogleAccounts, vec![
        ("one", pixel(), "1"),
        ("none", pixel().account("com.google", 0), "0"),
        ("three", pixel().account("com.google", 3), "3"),
        ("no heading", pixel().answers(LIST, "  com.google,1\n", 0), "unreadable"),
        ("silent", pixel().answers(LIST, "", 0), "unreadable"),
        ("refused", pixel().answers(LIST, REFUSED, 0), "unreadable"),
        ("only a work profile's", pixel().answers(LIST, "User UserInfo{0:Canary Person:4c13}:\n\nUser UserInfo{10:w:1030}:\n  com.google,1\n", 0), "0"),
        ("counted twice", pixel().answers(LIST, "User UserInfo{0:Canary Person:4c13}:\n  com.google,1\n  com.google,2\n", 0), "unreadable"),
    ]);
    check(
        Fact::MakerAccounts,
        vec![
            (
                "Samsung, one",
                Phone::stock(Samsung, 34).account("com.osp.app.signin", 1),
                "1",
            ),
            ("Samsung, none", Phone::stock(Samsung, 34), "0"),
            (
                "Xiaomi, one",
                Phone::stock(Xiaomi, 34).account("com.xiaomi", 1),
                "1",
            ),
            (
                "OnePlus, one",
                Phone::stock(Oneplus, 34).account("com.heytap.usercenter", 1),
                "1",
            ),
            ("vivo: unknown", Phone::stock(Vivo, 34), "unreadable"),
            (
                "no maker",
                pixel().no_prop("ro.product.manufacturer"),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::FindHub,
        vec![
            (
                "administrator and account",
                pixel().admin(0, hub, true),
                "~true!",
            ),
            (
                "administrator, no account",
                pixel().admin(0, hub, true).account("com.google", 0),
                "not-readable",
            ),
            ("no administrator", pixel(), "not-readable"),
            (
                "policy refused",
                pixel().answers("dumpsys device_policy", REFUSED, 0),
                "unreadable",
            ),
            (
                "accounts refused",
                pixel().admin(0, hub, true).answers(LIST, REFUSED, 0),
                "unreadable",
            ),
        ],
    );
    let samsung = || {
        Phone::stock(Samsung, 34)
            .system("remote_control", "1")
            .account("com.osp.app.signin", 1)
    };
    check(
        Fact::MakerFind,
        vec![
            ("on, account", samsung(), "~true!"),
            (
                "on, no account",
                samsung().account("com.osp.app.signin", 0),
                "not-readable",
            ),
            (
                "off",
                samsung().system("remote_control", "0"),
                "not-readable",
            ),
            (
                "unset",
                samsung().no_setting(0, "system", "remote_control"),
                "not-readable",
            ),
            ("odd", samsung().system("remote_control", "x"), "unreadable"),
            ("Pixel", pixel(), "not-readable"),
        ],
    );
    check(
        Fact::LocationOn,
        vec![
            ("on", pixel(), "true"),
            ("off", pixel().secure("location_mode", "0"), "false"),
            (
                "unset",
                pixel().no_setting(0, "secure", "location_mode"),
                "absent",
            ),
            ("odd", pixel().secure("location_mode", "7"), "unreadable"),
        ],
    );
}

#[test]
fn users() {
    let list = |text: &str| pixel().answers("pm list users", text, 0);
    check(
        Fact::SecondPersons,
        vec![
            ("the owner alone", pixel(), "0"),
            ("another person", pixel().user(10, 0x410, false), "1"),
            (
                "another person on 9",
                Phone::stock(Pixel, 28).user(10, 0x10, false),
                "1",
            ),
            (
                "restricted on 8",
                Phone::stock(Pixel, 26).user(10, 0x18, false),
                "1",
            ),
            ("work profile", pixel().user(10, 0x1030, true), "0"),
            (
                "work profile on 9",
                Phone::stock(Pixel, 28).user(10, 0x30, true),
                "0",
            ),
            ("guest", pixel().user(10, 0x414, false), "0"),
            (
                "Dual Messenger",
                Phone::stock(Samsung, 34).user(95, 0x20001010, true),
                "0",
            ),
            (
                "Dual Messenger, older",
                Phone::stock(Samsung, 30).user(95, 0x410, true),
                "0",
            ),
            ("user 95 elsewhere", pixel().user(95, 0x410, true), "1"),
            (
                "Secure Folder",
                Phone::stock(Samsung, 34).user(150, 0x10061030, true),
                "0",
            ),
            (
                "Secure Folder, other flags",
                Phone::stock(Samsung, 34).user(150, 0x61010, true),
                "0",
            ),
            (
                "XSpace",
                Phone::stock(Xiaomi, 33).user(999, 0x800010, true),
                "0",
            ),
            (
                "System Cloner",
                Phone::stock(Oneplus, 34).user(10, 0x20000410, true),
                "0",
            ),
            (
                "unfamiliar kind",
                pixel().user(12, 0x10, true),
                "unreadable",
            ),
            (
                "unfamiliar line",
                list("Users:\n\tUserInfo{0:Canary Person:4c13} running\n\tUserInfo{10:x}\n"),
                "unreadable",
            ),
            (
                "no owner",
                list("Users:\n\tUserInfo{10:x:410}\n"),
                "unreadable",
            ),
            ("empty", list(""), "unreadable"),
            (
                "refused",
                pixel().answers("pm list users", "java.lang.SecurityException: no", 255),
                "unreadable",
            ),
            (
                "no version, alone",
                pixel().no_prop("ro.build.version.sdk"),
                "0",
            ),
            (
                "no version, not alone",
                pixel()
                    .user(10, 0x410, true)
                    .no_prop("ro.build.version.sdk"),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::GuestRunning,
        vec![
            ("none", pixel(), "false"),
            ("running", pixel().user(11, 0x414, true), "true"),
            ("left behind", pixel().user(11, 0x414, false), "false"),
            ("refused", list("Error: no"), "unreadable"),
        ],
    );
    check(
        Fact::GuestExists,
        vec![
            ("none", pixel(), "false"),
            ("left behind", pixel().user(11, 0x414, false), "true"),
        ],
    );
    check(
        Fact::UsersFromLockScreen,
        vec![
            ("no", pixel(), "false"),
            ("yes", pixel().global("add_users_when_locked", "1"), "true"),
            (
                "unset",
                pixel().no_setting(0, "global", "add_users_when_locked"),
                "absent",
            ),
        ],
    );
}

#[test]
fn links() {
    let listeners = |value: &str| pixel().secure("enabled_notification_listeners", value);
    check(
        Fact::NotificationListeners,
        vec![
            ("the system's", pixel(), "0"),
            (
                "a band",
                listeners("com.google.android.as/.L:com.canary.band/com.canary.N$Listener"),
                "1",
            ),
            ("none", listeners("null"), "0"),
            (
                "two of one app",
                listeners("com.canary.band/.A:com.canary.dating/.B"),
                "2",
            ),
            ("a name within a name", listeners("com.canary/.A"), "0"),
            (
                "refused",
                pixel().answers(
                    "settings --user 0 get secure enabled_notification_listeners",
                    "java.lang.SecurityException: no\n\tat a/b\n",
                    255,
                ),
                "unreadable",
            ),
            ("odd", listeners("com.canary.band"), "unreadable"),
            (
                "list of apps refused",
                pixel().answers("pm list packages -3 --user 0", "Exception: no", 255),
                "unreadable",
            ),
            (
                "list of apps refused, status lost",
                pixel().answers("pm list packages -3 --user 0", "Failure: no", 0),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::AccessibilityServices,
        vec![
            ("none", pixel(), "0"),
            (
                "one",
                pixel().secure("enabled_accessibility_services", "com.canary.dating/.S"),
                "1",
            ),
        ],
    );
    check(
        Fact::Keyboards,
        vec![
            ("the maker's", pixel(), "0"),
            (
                "another",
                pixel().secure(
                    "enabled_input_methods",
                    "com.google.android.inputmethod.latin/.LatinIME;1;2:com.canary.band/.K",
                ),
                "1",
            ),
        ],
    );
    check(
        Fact::CloudBackup,
        vec![
            ("to Google", pixel(), "true"),
            ("off", pixel().secure("backup_enabled", "0"), "false"),
            (
                "elsewhere",
                pixel().secure("backup_transport", "com.canary.band/.T"),
                "unreadable",
            ),
            (
                "unset",
                pixel().no_setting(0, "secure", "backup_enabled"),
                "absent",
            ),
        ],
    );
}

#[test]
fn posture() {
    check(
        Fact::OsPatch,
        vec![
            ("the older", pixel(), "2026-09-05T00:00:00Z"),
            (
                "one only",
                pixel().no_prop("ro.vendor.build.security_patch"),
                "2026-10-05T00:00:00Z",
            ),
            (
                "garbage",
                pixel().prop("ro.vendor.build.security_patch", "soon"),
                "unreadable",
            ),
            (
                "none",
                pixel()
                    .no_prop("ro.vendor.build.security_patch")
                    .no_prop("ro.build.version.security_patch"),
                "absent",
            ),
        ],
    );
    check(
        Fact::OsBuildTrusted,
        vec![
            ("genuine, as far as can be seen", pixel(), "~true!"),
            (
                "debug build",
                pixel().prop("ro.build.type", "userdebug"),
                "false",
            ),
            (
                "test keys",
                pixel().prop("ro.build.tags", "test-keys"),
                "false",
            ),
            (
                "LineageOS",
                pixel().prop("ro.lineage.version", "22"),
                "false",
            ),
            (
                "flavour",
                pixel().prop("ro.build.flavor", "lineage_x-userdebug"),
                "false",
            ),
            (
                "another version's fingerprint",
                pixel().prop("ro.build.fingerprint", "a/b/c:14/d/e:user/release-keys"),
                "false",
            ),
            (
                "own keys",
                pixel().prop("ro.boot.verifiedbootstate", "yellow"),
                "false",
            ),
            ("silent", pixel().no_prop("ro.build.type"), "unreadable"),
        ],
    );
    check(
        Fact::BootVerified,
        vec![
            ("green", pixel(), "green"),
            (
                "orange",
                pixel().prop("ro.boot.verifiedbootstate", "orange"),
                "~orange!",
            ),
            (
                "green on a custom system",
                pixel().prop("ro.modversion", "x"),
                "~green!",
            ),
            (
                "unknown",
                pixel().prop("ro.boot.verifiedbootstate", "mauve"),
                "unreadable",
            ),
            (
                "silent",
                pixel().no_prop("ro.boot.verifiedbootstate"),
                "absent",
            ),
        ],
    );
    check(
        Fact::BootLocked,
        vec![
            ("locked", pixel(), "true"),
            (
                "unlocked",
                pixel()
                    .prop("ro.boot.flash.locked", "0")
                    .prop("ro.boot.vbmeta.device_state", "unlocked"),
                "false",
            ),
            (
                "contradicting",
                pixel().prop("ro.boot.flash.locked", "0"),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::BootUnlockAllowed,
        vec![
            ("no", pixel(), "false"),
            ("yes", pixel().prop("sys.oem_unlock_allowed", "1"), "true"),
        ],
    );
    check(
        Fact::StorageEncrypted,
        vec![
            ("yes", pixel(), "true"),
            (
                "no",
                pixel().prop("ro.crypto.state", "unencrypted"),
                "false",
            ),
            (
                "unsupported",
                pixel().prop("ro.crypto.state", "unsupported"),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::KnoxFuse,
        vec![
            ("whole", Phone::stock(Samsung, 34), "false"),
            (
                "blown",
                Phone::stock(Samsung, 34).prop("ro.warranty_bit", "1"),
                "true",
            ),
            (
                "no Samsung",
                pixel().prop("ro.boot.warranty_bit", "1"),
                "not-readable",
            ),
        ],
    );
    check(
        Fact::RootSigns,
        vec![
            ("none", pixel(), "~0!"),
            (
                "permissive",
                pixel().answers("getenforce", "Permissive", 0),
                "1",
            ),
            ("Magisk", pixel().app("com.topjohnwu.magisk", 0), "1"),
            (
                "refused",
                pixel().answers("getenforce", "", 1),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::SideloadApps,
        vec![
            ("two", pixel(), "2"),
            (
                "none",
                pixel().answers(
                    "cmd appops query-op --user 0 REQUEST_INSTALL_PACKAGES allow",
                    "No operations.",
                    0,
                ),
                "0",
            ),
            (
                "odd",
                pixel().answers(
                    "cmd appops query-op --user 0 REQUEST_INSTALL_PACKAGES allow",
                    "what is this",
                    0,
                ),
                "unreadable",
            ),
            (
                "empty",
                pixel().answers(
                    "cmd appops query-op --user 0 REQUEST_INSTALL_PACKAGES allow",
                    "",
                    0,
                ),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::PlayProtect,
        vec![
            ("on", pixel(), "true"),
            (
                "unset",
                pixel().no_setting(0, "global", "package_verifier_user_consent"),
                "true",
            ),
            (
                "-1 means two things",
                pixel().global("package_verifier_user_consent", "-1"),
                "unreadable",
            ),
            (
                "off",
                pixel().global("package_verifier_enable", "0"),
                "false",
            ),
            (
                "refused",
                pixel().answers(
                    "settings --user 0 list global",
                    "cmd: Can't find service: settings",
                    20,
                ),
                "unreadable",
            ),
        ],
    );
    check(
        Fact::WirelessDebugging,
        vec![
            ("off", pixel(), "false"),
            ("on", pixel().global("adb_wifi_enabled", "1"), "true"),
            (
                "unset",
                pixel().no_setting(0, "global", "adb_wifi_enabled"),
                "absent",
            ),
        ],
    );
    check(
        Fact::DeviceOs,
        vec![
            ("16", pixel(), "Android 16"),
            ("8", Phone::stock(Pixel, 26), "Android 8"),
            (
                "silent",
                pixel().no_prop("ro.build.version.release"),
                "absent",
            ),
        ],
    );
    check(
        Fact::DeviceModel,
        vec![
            ("model", pixel(), "SYNTHETIC-1"),
            (
                "hostile",
                pixel().prop("ro.product.model", "a\u{1b}[2Jb"),
                "a[2Jb",
            ),
        ],
    );
    check(
        Fact::DeviceMaker,
        vec![("maker", Phone::stock(Samsung, 34), "samsung")],
    );
}
