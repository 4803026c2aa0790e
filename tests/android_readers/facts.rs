//! Accounts, users and links, as tables.

use super::*;
use Make::*;

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
        ("only a work profile's", pixel().user(10, 0x1030, true).answers(LIST, "User UserInfo{0:Canary Person:4c13}:\n\nUser UserInfo{10:w:1030}:\n  com.google,1\n", 0), "0"),
        ("a name poses as an account", pixel().account("com.google", 0).named(0, "Canary Person:1}:\n  com.google,1\n User UserInfo{9:x"), "unreadable"),
        ("a name holds the end of a line", pixel().named(0, "Canary\nPerson"), "unreadable"),
        ("of a user that is not listed", pixel().answers(LIST, "User UserInfo{0:x:4c13}:\n  com.google,1\nUser UserInfo{9:w:1030}:\n", 0), "unreadable"),
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
                "vivo with an account of a known kind",
                Phone::stock(Vivo, 34).account("com.xiaomi", 1),
                "1",
            ),
            ("Huawei, one", Phone::stock(Huawei, 30), "1"),
            (
                "Huawei, none",
                Phone::stock(Huawei, 30).account("com.huawei.hwid", 0),
                "0",
            ),
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
                "administrator without the right to wipe",
                pixel().admin(0, hub, false),
                "not-readable",
            ),
            (
                "another administrator may wipe",
                pixel().admin(0, "com.airwatch.androidagent/.R", true),
                "not-readable",
            ),
            (
                "administrator of a work profile",
                pixel().user(10, 0x1030, true).admin(10, hub, true),
                "not-readable",
            ),
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
    let rated = |sdk: u32, numbers: &[&str]| {
        let line = |n: &&str| {
            format!(
                "\t[7] SafetySourceKey{{mSourceId='GoogleFindMyDevice', mUserId=0}} -> SafetySourceData{{mStatus=SafetySourceStatus{{mTitle=Find Hub, mSummary={EMAIL}, mSeverityLevel={n}, mPendingIntent=null}}, mIssues=[]}}\n"
            )
        };
        let lines: String = numbers.iter().map(line).collect();
        let phone = Phone::stock(Pixel, sdk);
        let dump = phone.dump("dumpsys safety_center data") + &lines;
        phone.answers("dumpsys safety_center data", &dump, 0)
    };
    check(
        Fact::FindHubAdvice,
        vec![
            ("no opinion", rated(36, &["100"]), "~no-opinion!"),
            ("fine", rated(33, &["200"]), "~fine!"),
            ("recommendation", rated(36, &["300"]), "~recommendation!"),
            ("critical", rated(36, &["400"]), "~critical!"),
            ("odd", rated(36, &["250"]), "unreadable"),
            ("twice", rated(36, &["200", "200"]), "~fine!"),
            (
                "twice, differently",
                rated(36, &["200", "300"]),
                "unreadable",
            ),
            ("not reported", rated(36, &[]), "absent"),
            ("before 13", rated(32, &["200"]), "not-readable"),
            (
                "no service",
                pixel().answers(
                    "dumpsys safety_center data",
                    "Can't find service: safety_center",
                    0,
                ),
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
            (
                "without the one in front",
                list("Users:\n\tUserInfo{0:x:4c13} running\n").in_front(Some(10)),
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
                "~0",
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
    // A name can hold the end of a line. What a user is must not be taken from it.
    let named = |make, user, flags, name: &str| {
        Phone::stock(make, 34)
            .user(user, flags, true)
            .named(user, name)
    };
    let person = |make, name: &str| named(make, 10, 0x410, name);
    check(
        Fact::SecondPersons,
        vec![
            ("a plain name", person(Pixel, "Canary Person"), "1"),
            (
                "the name poses as a work profile",
                person(Pixel, "Canary Person:1030}\n"),
                "unreadable",
            ),
            (
                "one that runs",
                person(Pixel, "Canary Person:1030} running\n"),
                "unreadable",
            ),
            (
                "and as words",
                person(Pixel, "Canary Person:1030}\nUsers:"),
                "unreadable",
            ),
            (
                "with an empty line",
                person(Pixel, "Canary Person:1030}\n\n"),
                "unreadable",
            ),
            (
                "only the end of a line",
                person(Pixel, "Canary\nPerson"),
                "unreadable",
            ),
            (
                "as a second user",
                person(Pixel, "Canary Person:1030} running\n\tUserInfo{11:x"),
                "unreadable",
            ),
            (
                "as itself",
                person(Pixel, "Canary Person:1030} running\n\tUserInfo{10:x"),
                "unreadable",
            ),
            (
                "as the owner",
                person(Pixel, "Canary Person:1030} running\n\tUserInfo{0:x"),
                "unreadable",
            ),
            (
                "as a second copy of apps",
                person(Samsung, "Canary Person:1030} running\n\tUserInfo{95:x"),
                "unreadable",
            ),
            (
                "as another's second copy of apps",
                person(Xiaomi, "Canary Person:1030} running\n\tUserInfo{999:x"),
                "unreadable",
            ),
            (
                "the same beside a true one",
                person(Samsung, "Canary Person:1030} running\n\tUserInfo{95:x").user(
                    95,
                    0x2000_1010,
                    true,
                ),
                "unreadable",
            ),
            (
                "the owner's name",
                person(Pixel, "Canary Person").named(0, "x:4c13} running\n\tUserInfo{11:x"),
                "unreadable",
            ),
            (
                "the owner's name takes in the next user's",
                person(Pixel, "Canary Person").named(0, "x:4c13} running\n"),
                "unreadable",
            ),
            (
                "words that are no list",
                list("WARNING: x\nUsers:\n\tUserInfo{0:x:4c13} running\n"),
                "unreadable",
            ),
            (
                "two lists differ",
                person(Pixel, "Canary Person").answers(
                    "dumpsys lock_settings",
                    "Current lock settings service state:\n  User 0\n  User 11\n",
                    0,
                ),
                "unreadable",
            ),
            (
                "the other list is refused",
                person(Pixel, "Canary Person").answers("dumpsys lock_settings", REFUSED, 0),
                "unreadable",
            ),
            (
                "the other list is refused, and the owner is alone",
                pixel().answers("dumpsys lock_settings", REFUSED, 0),
                "0",
            ),
        ],
    );
    check(
        Fact::GuestRunning,
        vec![
            (
                "poses as a work profile",
                named(Pixel, 11, 0x414, "Canary Person:1030}\n"),
                "unreadable",
            ),
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
            (
                "not on the list, but among those of the trust agents",
                pixel()
                    .user(11, 0x414, false)
                    .answers("pm list users", "Users:\n\tUserInfo{0:x:4c13} running\n", 0)
                    .answers("dumpsys lock_settings", REFUSED, 0),
                "unreadable",
            ),
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
