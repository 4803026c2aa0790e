//! Facts about the lock, as tables.

use super::*;
use Make::*;

const KEYGUARD: &str = "dumpsys activity service com.android.systemui/.keyguard.KeyguardService";

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
        ("a lock of nobody, and then another's", lock("Current lock settings service state:\n\nUser State:\n    SID: 0\n    CredentialType: NONE\n  User 10\n  User 0\n    SID: 5\n    CredentialType: PASSWORD\nStorage:\n"), "unreadable"),
        ("only in the list of files", lock("Current lock settings service state:\n\nUser State:\nStorage:\n  User 0\n    CredentialType: PIN\n"), "unreadable"),
        ("none, yet locked", pixel().no_lock().trust(|t| t.locked = true), "unreadable"),
        ("refused, but Android warns", pixel().no_lock().answers("dumpsys lock_settings", REFUSED, 0), "none"),
        ("set, but Android warns", {
            let warns = pixel().no_lock().dump("dumpsys safety_center data");
            pixel().answers("dumpsys safety_center data", &warns, 0)
        }, "unreadable"),
        ("no version, kind stated", pixel().no_prop("ro.build.version.sdk"), "~pin"),
        ("a version that is not known", Phone::stock(Pixel, 38), "~pin"),
        ("another user in front", pixel().user(10, 0x410, true).in_front(Some(10)), "unreadable"),
        ("no lock, another user in front", pixel().no_lock().user(10, 0x410, true).in_front(Some(10)), "unreadable"),
        ("nobody says who is in front", pixel().in_front(None), "unreadable"),
        ("two in front", pixel().answers("am get-current-user", "0\n10", 0), "unreadable"),
        ("nobody in front", pixel().answers("am get-current-user", "WARNING: linker: unused", 0), "unreadable"),
        ("the owner in front, and a warning", pixel().answers("am get-current-user", "WARNING: linker: 10 unused\n0", 0), "pin"),
        ("the owner in front of a work profile", pixel().user(10, 0x1030, true).in_front(Some(0)), "pin"),
        ("SID only, no version", Phone::stock(Pixel, 29).no_prop("ro.build.version.sdk"), "unreadable"),
        ("10, set", Phone::stock(Motorola, 29), "~set"),
        ("8, set", Phone::stock(Pixel, 26), "~set"),
        ("10, set and locked", Phone::stock(Motorola, 29).trust(|t| t.locked = true), "set"),
        ("9, none", Phone::stock(Motorola, 28).no_lock(), "none"),
        ("9, none yet locked", Phone::stock(Motorola, 28).no_lock().trust(|t| t.locked = true), "unreadable"),
        ("10, an odd SID", Phone::stock(Pixel, 29).answers("dumpsys lock_settings", "Current lock settings service state:\n    User 0\n        SID = unknown\n", 0), "unreadable"),
        ("10, two SIDs", Phone::stock(Pixel, 29).answers("dumpsys lock_settings", "Current lock settings service state:\n    User 0\n        SID = 0\n        SID = 1f\n", 0), "unreadable"),
        ("work profile", pixel().user(10, 0x1030, true).no_lock(), "none"),
        ("a PIN, but the lock's id is zero", block("    SID: 0\n    CredentialType: PIN\n"), "unreadable"),
        ("Samsung: a PIN, but its lock screen says swipe", Phone::stock(Samsung, 34).keyguard_says("swipe"), "unreadable"),
        ("Samsung: a PIN, but its lock screen says none", Phone::stock(Samsung, 34).keyguard_says("none"), "unreadable"),
        ("Samsung: no lock, but its lock screen says PIN", Phone::stock(Samsung, 34).no_lock().keyguard_says("pin, fingerprints"), "unreadable"),
        ("Samsung: its lock screen agrees", Phone::stock(Samsung, 34).keyguard_says("pin / canSkipBouncer=true"), "pin"),
        ("Samsung: its lock screen was stopped", Phone::stock(Samsung, 34).answers(KEYGUARD, "User 0*\n  lockTypeSummary=swipe\n", 137), "unreadable"),
        ("Android's advice was stopped", pixel().answers("dumpsys safety_center data", "", 137), "unreadable"),
        ("Android's advice was killed", pixel().answers("dumpsys safety_center data", "Killed", 0), "unreadable"),
        ("Android's advice took too long", pixel().answers("dumpsys safety_center data", "*** SERVICE 'safety_center' DUMP TIMEOUT (10000ms) EXPIRED ***", 0), "unreadable"),
        ("Android's advice died", pixel().answers("dumpsys safety_center data", "Error dumping service info: (DEAD_OBJECT)", 0), "unreadable"),
        ("Android's advice failed", pixel().answers("dumpsys safety_center data", "", 1), "unreadable"),
        ("Android has no advice", pixel().answers("dumpsys safety_center data", "Can't find service: safety_center", 0), "pin"),
        ("Samsung: its lock screen speaks in other words", Phone::stock(Samsung, 34).keyguard_says("rune"), "pin"),
        ("Samsung: its lock screen speaks of another user", Phone::stock(Samsung, 34).answers(KEYGUARD, "SERVICE x\nUser 150\n  lockTypeSummary=none\n", 0), "pin"),
        ("Samsung: its lock screen says two things", Phone::stock(Samsung, 34).answers(KEYGUARD, "User 0*\n  lockTypeSummary=pin\n  lockTypeSummary=none\n", 0), "unreadable"),
        ("Samsung: its lock screen says two things, the other way", Phone::stock(Samsung, 34).answers(KEYGUARD, "User 0*\n  lockTypeSummary=none\n  lockTypeSummary=pin\n", 0), "unreadable"),
        ("Samsung: its lock screen says one thing twice", Phone::stock(Samsung, 34).answers(KEYGUARD, "User 0*\n  lockTypeSummary=pin\n  lockTypeSummary=pin\n", 0), "pin"),
        ("Samsung: its lock screen is not asked", Phone::stock(Samsung, 34).answers(KEYGUARD, "No services match: KeyguardService", 0), "pin"),
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

/// The lock in front of a second copy of the app.
#[test]
fn credential_of_another_user() {
    let with = |make, sdk, user, flags| {
        Phone::stock(make, sdk)
            .user(user, flags, true)
            .app(WHATSAPP, user)
    };
    let person = || with(Pixel, 36, 10, 0x410);
    let work = || with(Pixel, 36, 10, 0x1030);
    let swipe = "User 0*\n  lockTypeSummary=pin\nUser 10\n  lockTypeSummary=swipe\n";
    let dump = |phone: Phone, text: &str| {
        phone.answers(
            "dumpsys lock_settings",
            &format!("Current lock settings service state:\n\nUser State:\n  User 0\n    SID: 3fffca7a75ee6c18\n    CredentialType: PIN\n{text}\nStorage:\n  User 10 [/data]:\n    CredentialType: PIN\n"),
            0,
        )
    };
    check_for(
        Fact::LockCredential,
        &Subject::copy("whatsapp", 10),
        vec![
            ("another person without a lock", person().lock_of(10, "None", false), "none"),
            ("another person with a lock", person().lock_of(10, "Pattern", false), "pattern"),
            ("another person's lock, the owner has none", person().no_lock().lock_of(10, "Pin", true), "pin"),
            ("another person's lock is not the owner's", person().lock_of(10, "None", true), "none"),
            ("another person who is not listed", dump(person(), ""), "unreadable"),
            ("another person's kind is not stated", dump(person(), "  User 10\n    SID: 1f\n"), "unreadable"),
            ("another person's lock has no id", dump(person(), "  User 10\n    SID: 0\n    CredentialType: PIN\n"), "unreadable"),
            ("another person's lock is unfamiliar", person().lock_of(10, "Unknown 7", true), "unreadable"),
            ("work profile that shares the lock", work(), "pin"),
            ("work profile that shares no lock", work().no_lock(), "none"),
            ("work profile with its own lock", work().lock_of(10, "Password", true), "password"),
            ("work profile with its own, but none set", work().lock_of(10, "None", true), "none"),
            ("work profile, sharing not stated", dump(work(), "  User 10\n    SID: 1f\n    CredentialType: PASSWORD\n"), "unreadable"),
            ("work profile, sharing in an odd word", dump(work(), "  User 10\n    CredentialType: PASSWORD\n    SeparateChallenge: maybe\n"), "unreadable"),
            ("work profile, sharing stated twice, differently", dump(work(), "  User 10\n    CredentialType: PASSWORD\n    SeparateChallenge: true\n    SeparateChallenge: false\n"), "unreadable"),
            ("work profile, sharing stated twice, once in an odd word", dump(work(), "  User 10\n    CredentialType: PASSWORD\n    SeparateChallenge: true\n    SeparateChallenge: maybe\n"), "unreadable"),
            ("work profile, sharing stated twice, alike", dump(work(), "  User 10\n    CredentialType: PASSWORD\n    SeparateChallenge: true\n    SeparateChallenge: true\n"), "password"),
            ("work profile, the owner's lock is doubtful", work().lock_of(10, "Password", false).trust(|t| t.locked = true).no_lock(), "unreadable"),
            ("refused", person().answers("dumpsys lock_settings", REFUSED, 0), "unreadable"),
            ("System Cloner", with(Oneplus, 34, 10, 0x2000_0410).lock_of(10, "None", false), "none"),
            ("Samsung: its lock screen says swipe", with(Samsung, 34, 10, 0x410).lock_of(10, "Pin", true).answers(KEYGUARD, swipe, 0), "unreadable"),
            ("10, another person, set", with(Pixel, 29, 10, 0x10).answers("dumpsys lock_settings", "Current lock settings service state:\n    User 0\n        SID = 1f\n    User 10\n        SID = 2e\n", 0), "~set"),
            ("10, another person, none", with(Pixel, 29, 10, 0x10).answers("dumpsys lock_settings", "Current lock settings service state:\n    User 0\n        SID = 1f\n    User 10\n        SID = 0\n", 0), "none"),
        ],
    );
    for (make, user, flags) in [
        (Samsung, 95, 0x2000_1010),
        (Samsung, 95, 0x410),
        (Xiaomi, 999, 0x0080_0010),
    ] {
        check_for(
            Fact::LockCredential,
            &Subject::copy("whatsapp", user),
            vec![
                (
                    "second copies share the lock",
                    with(make, 34, user, flags).lock_of(user, "None", false),
                    "pin",
                ),
                (
                    "and have none without it",
                    with(make, 34, user, flags).no_lock(),
                    "none",
                ),
            ],
        );
    }
}

#[test]
fn power_key() {
    let samsung = || Phone::stock(Samsung, 34);
    let mut slow = samsung();
    slow.power_key_locks = false;
    check(
        Fact::LockPowerKey,
        vec![
            ("at once", samsung(), "~true!"),
            // What points to a fault is never set aside.
            ("later", slow, "~false"),
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
        ("an agent that is not connected", pixel().answers("dumpsys trust", "Trust manager state:\n User \"Canary Person\" (id=0, flags=0x13) (current): trustState=UNTRUSTED, trustManaged=0, deviceLocked=0\n     bound=1, connected=0, managingTrust=0, trusted=0\n", 0), "unreadable"),
        ("an agent that is not bound", pixel().answers("dumpsys trust", "Trust manager state:\n User \"Canary Person\" (id=0, flags=0x13) (current): trustState=UNTRUSTED, trustManaged=0, deviceLocked=0\n     bound=0, connected=0, managingTrust=0, trusted=0\n", 0), "unreadable"),
        ("a name that looks like a line", pixel().answers("dumpsys trust", "Trust manager state:\n User \"x\" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1, \"y\" (id=10, flags=0x13): trusted=1\n", 0), "unreadable"),
    ];
    // A name can hold the end of a line, and pose as a line of the dump.
    let managing = |name: &str| {
        let phone = pixel().trust(|t| (t.managed, t.managing) = (true, vec![true]));
        phone.named(0, name)
    };
    cases.extend([
        ("a plain name", managing("Canary Person"), "true"),
        (
            "a name poses as the owner, and as another",
            managing("x\" (id=0, flags=0): trustState=UNTRUSTED, trustManaged=0\n User \"y\" (id=9, flags=0)\n"),
            "unreadable",
        ),
        (
            "a name poses as the owner, and as the beginning of another",
            managing("x\" (id=0, flags=0): trustState=UNTRUSTED, trustManaged=0\n User \"y"),
            "unreadable",
        ),
        (
            "a name poses as another",
            managing("x\" (id=9, flags=0)\n User \"y"),
            "true",
        ),
        ("a name of two lines", managing("Canary\nPerson"), "unreadable"),
    ]);
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
    let bound =
        |make| Phone::stock(make, 34).trust(|t| (t.managed, t.managing) = (true, vec![false]));
    for make in [Samsung, Oneplus, Oppo, Motorola, Nokia] {
        cases.push(("bound, nothing set up, by maker", bound(make), "false"));
    }
    cases.push((
        "Xiaomi's own unlocking",
        Phone::stock(Xiaomi, 34),
        "~false!",
    ));
    cases.push((
        "Xiaomi's own unlocking, an agent bound",
        bound(Xiaomi),
        "~false!",
    ));
    cases.push((
        "Xiaomi with an agent that manages",
        Phone::stock(Xiaomi, 34).trust(|t| (t.managed, t.managing) = (true, vec![true])),
        "true",
    ));
    for make in [Huawei, Vivo] {
        cases.push((
            "a maker of whose own unlocking nothing is known",
            Phone::stock(make, 30),
            "~false",
        ));
    }
    cases.push((
        "no maker",
        pixel().no_prop("ro.product.manufacturer"),
        "unreadable",
    ));
    check(Fact::LockHeldOpen, cases);
}

#[test]
fn screen_timeout() {
    let power = |text: &str| pixel().answers("dumpsys power", text, 0);
    // An administrator's limit, the setting, and what is in force.
    let limited = |limit: i64, set: &str, in_force: i64| {
        power(&format!("  mMaximumScreenOffTimeoutFromDeviceAdmin={limit} (enforced=true)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: {in_force} ms\n"))
            .system("screen_off_timeout", set)
            .admin(0, "com.example.mdm/.R", false)
            .last_admin(|admin| admin.max_time_to_lock = limit)
    };
    check(Fact::LockScreenTimeout, vec![
        ("one minute", pixel(), "PT1M"),
        ("ten minutes", pixel().screen_timeout(600_000), "PT10M"),
        ("half an hour", pixel().screen_timeout(1_800_000), "never"),
        ("never", pixel().screen_timeout(2_147_483_647), "never"),
        ("a window shortens it now", { let mut p = pixel().screen_timeout(10_000).system("screen_off_timeout", "600000"); p.window_override = 10_000; p }, "PT10M"),
        ("shorter for no known reason", pixel().screen_timeout(10_000).system("screen_off_timeout", "600000"), "PT10M"),
        ("an administrator shortens it", power("  mMaximumScreenOffTimeoutFromDeviceAdmin=60000 (enforced=true)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: 60000 ms\n").system("screen_off_timeout", "600000"), "PT1M"),
        ("a limit that is not enforced", power("  mMaximumScreenOffTimeoutFromDeviceAdmin=60000 (enforced=false)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: 60000 ms\n").system("screen_off_timeout", "600000"), "PT10M"),
        ("an app poses as an administrator", power("  mMaximumScreenOffTimeoutFromDeviceAdmin=9223372036854775807 (enforced=false)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: 60000 ms\n  PARTIAL_WAKE_LOCK 'x\nmMaximumScreenOffTimeoutFromDeviceAdmin=60000 (enforced=true)\n").system("screen_off_timeout", "600000"), "PT10M"),
        ("an app poses as a stricter administrator", power("  mMaximumScreenOffTimeoutFromDeviceAdmin=60000 (enforced=true)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: 60000 ms\n  PARTIAL_WAKE_LOCK 'x\nmMaximumScreenOffTimeoutFromDeviceAdmin=30000 (enforced=true)\n").system("screen_off_timeout", "600000"), "PT10M"),
        ("the same limit twice", power("  mMaximumScreenOffTimeoutFromDeviceAdmin=60000 (enforced=true)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: 60000 ms\n  PARTIAL_WAKE_LOCK 'x\nmMaximumScreenOffTimeoutFromDeviceAdmin=60000 (enforced=true)\n").system("screen_off_timeout", "600000"), "PT1M"),
        ("a limit of nothing limits nothing", power("  mMaximumScreenOffTimeoutFromDeviceAdmin=0 (enforced=true)\n  mUserActivityTimeoutOverrideFromWindowManager=-1\nScreen off timeout: 60000 ms\n").system("screen_off_timeout", "600000"), "PT10M"),
        ("longer than an administrator allows", limited(60_000, "1800000", 1_800_000), "unreadable"),
        ("an administrator allows more than is set, and the phone takes it", limited(120_000, "15000", 120_000), "unreadable"),
        ("an administrator allows more than is set", limited(120_000, "30000", 30_000), "PT30S"),
        ("the shortest that the phone keeps", limited(120_000, "10000", 15_000), "PT15S"),
        ("in force longer than set", pixel().screen_timeout(900_000).system("screen_off_timeout", "30000"), "PT15M"),
        ("setting unset", pixel().no_setting(0, "system", "screen_off_timeout"), "PT1M"),
        ("setting unset, window in front", { let mut p = pixel().no_setting(0, "system", "screen_off_timeout"); p.window_override = 10_000; p }, "unreadable"),
        ("setting only: what is in force was never seen", power(REFUSED), "unreadable"),
        ("setting only, the command failed", pixel().answers("dumpsys power", "Screen off timeout: 60000 ms\n", 1), "unreadable"),
        ("nothing in force stated", power("POWER MANAGER (dumpsys power)\n  mStayOn=false\n"), "unreadable"),
        ("zero", pixel().screen_timeout(0), "unreadable"),
        ("set to zero", pixel().system("screen_off_timeout", "0"), "unreadable"),
        ("set below what any phone offers", pixel().system("screen_off_timeout", "4999"), "unreadable"),
        ("in force below what any phone keeps", { let mut p = pixel(); p.screen_off_in_force = Some(1); p }, "unreadable"),
        ("five seconds", pixel().screen_timeout(5_000), "PT5S"),
        ("more than Android keeps", pixel().system("screen_off_timeout", "2147483648"), "unreadable"),
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
            ("unset on 17", Phone::stock(Pixel, 37), "PT5S"),
            (
                "unset on a version not described",
                Phone::stock(Pixel, 38),
                "~PT5S",
            ),
            (
                "unset on an unknown version",
                pixel().no_prop("ro.build.version.sdk"),
                "~PT5S",
            ),
            (
                "set on a version not described",
                Phone::stock(Pixel, 38).secure(key, "5000"),
                "~PT5S",
            ),
            (
                "an API level with a version that is none of the known",
                pixel().prop("ro.build.version.release", "20"),
                "unreadable",
            ),
            (
                "a version with an API level that is none of the known",
                pixel().prop("ro.build.version.sdk", "99"),
                "unreadable",
            ),
            (
                "an API level with another version",
                pixel().prop("ro.build.version.release", "15"),
                "unreadable",
            ),
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
    let rules = |user: u32, text: &str| {
        let none = if user == 0 {
            ""
        } else {
            "  Enabled Device Admins (User 0):\n"
        };
        pixel().answers(
            "dumpsys device_policy",
            &format!("Current Device Policy Manager state:\n  Immutable state:\n    mHasFeature=true\n{none}  Enabled Device Admins (User {user}):\n    com.b/.A:\n      uid=1\n      {text}\n"),
            0,
        )
    };
    check(Fact::LockPolicyMax, vec![
        ("no administrator", pixel(), "never"),
        ("no rule", admin(0), "never"),
        ("a minute", admin(60_000), "PT1M"),
        ("the shorter", admin(60_000).admin(0, "com.b/.A", false).last_admin(|a| a.max_time_to_lock = 30_000), "PT30S"),
        ("negative", admin(-1), "unreadable"),
        ("of another user", pixel().user(10, 0x1030, true).admin(10, "com.b/.A", false).last_admin(|a| a.max_time_to_lock = 30_000), "never"),
        ("two rules of one administrator", rules(0, "maximumTimeToUnlock=60000\n      maximumTimeToUnlock=30000\n      disabledKeyguardFeatures=0"), "unreadable"),
        ("two rules of one administrator for the lock screen", rules(0, "maximumTimeToUnlock=60000\n      disabledKeyguardFeatures=0\n      disabledKeyguardFeatures=8"), "unreadable"),
        ("one rule of one administrator, twice", rules(0, "maximumTimeToUnlock=60000\n      maximumTimeToUnlock=60000"), "PT1M"),
        ("two rules of a profile's administrator", rules(10, "maximumTimeToUnlock=60000\n      maximumTimeToUnlock=30000\n      disabledKeyguardFeatures=0\n      disabledKeyguardFeatures=8"), "never"),
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
                "unreadable",
            ),
            (
                "off, but whether it is kept awake was never seen",
                pixel().answers("dumpsys power", REFUSED, 0),
                "unreadable",
            ),
            (
                "off, but the phone does not say what is in force",
                pixel().answers(
                    "dumpsys power",
                    "POWER MANAGER\nScreen off timeout: 60000 ms\n",
                    0,
                ),
                "unreadable",
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
                "Samsung off, but Android's own is on",
                Phone::stock(Samsung, 34).secure("adaptive_sleep", "1"),
                "true",
            ),
            (
                "off, but Samsung's is on on another make",
                pixel().system("intelligent_sleep_mode", "1"),
                "true",
            ),
            (
                "Samsung unset",
                Phone::stock(Samsung, 34).no_setting(0, "system", "intelligent_sleep_mode"),
                "absent",
            ),
        ],
    );
}

#[test]
fn a_version_that_is_not_known_is_said_aloud() {
    let Some(tools) = Tools::find() else { return };
    for (phone, expected) in [
        (Phone::stock(Pixel, 26), None),
        (Phone::stock(Pixel, 37), None),
        (
            Phone::stock(Pixel, 38),
            Some("newer than this program knows"),
        ),
        (
            pixel().no_prop("ro.build.version.sdk"),
            Some("does not state its Android version"),
        ),
    ] {
        let (_, evidence) = phone.audit(&only(Fact::LockDelaySetting), &tools);
        match expected {
            None => assert!(evidence.warnings.is_empty(), "{:?}", evidence.warnings),
            Some(words) => assert!(
                evidence.warnings.iter().any(|w| w.contains(words)),
                "{:?}",
                evidence.warnings
            ),
        }
    }
}
