//! Lock-screen previews, as a table.

use super::*;
use Make::*;

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
            "two administrators hide content",
            admin(8)
                .admin(0, "com.b/.A", false)
                .last_admin(|a| a.keyguard_features = 8),
            "when-unlocked",
        ),
        (
            "an administrator hides content, another one other things",
            admin(8)
                .admin(0, "com.b/.A", false)
                .last_admin(|a| a.keyguard_features = 16),
            "when-unlocked",
        ),
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
            "lock screen shows nothing, settings show text",
            pixel().answers(
                DUMP,
                "  mCurrentUserId=0\n  mShowLockscreenNotifications=false\n",
                0,
            ),
            "unreadable",
        ),
        (
            "lock screen shows nothing, settings hide content",
            pixel().previews(1, 0).answers(
                DUMP,
                "  mCurrentUserId=0\n  mShowLockscreenNotifications=false\n",
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
            "~when-unlocked",
        ),
        (
            "Samsung edge lighting unset",
            samsung().no_setting(0, "system", "edge_lighting"),
            "~when-unlocked",
        ),
        (
            "Samsung front screen",
            samsung().secure("cover_screen_show_notification", "1"),
            "~when-unlocked",
        ),
        ("Samsung shown", samsung().previews(1, 1), "always"),
        (
            "Samsung, its other switches unread",
            samsung().answers("settings --user 0 list system", REFUSED, 255),
            "unreadable",
        ),
        // A maker that is not listed may or may not add a layer: that is not out of reach.
        (
            "an unlisted maker",
            Phone::stock(Vivo, 34).previews(1, 0),
            "~when-unlocked",
        ),
        (
            "an unlisted maker, all hidden",
            Phone::stock(Vivo, 30).previews(0, 0),
            "~never",
        ),
        (
            "an unlisted maker, shown",
            Phone::stock(Vivo, 34).previews(1, 1),
            "always",
        ),
    ];
    for make in [Xiaomi, Oneplus, Oppo, Motorola] {
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
