//! The system itself, as tables.

use super::*;
use Make::*;

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
                "blown, and whole by the other name",
                Phone::stock(Samsung, 34)
                    .prop("ro.boot.warranty_bit", "1")
                    .prop("ro.warranty_bit", "0"),
                "true",
            ),
            (
                "neither stated",
                Phone::stock(Samsung, 34).no_prop("ro.boot.warranty_bit"),
                "absent",
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
                "unset on a version not described",
                Phone::stock(Pixel, 38).no_setting(0, "global", "package_verifier_user_consent"),
                "~true",
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
                "on by both settings",
                pixel().global("package_verifier_enable", "1"),
                "true",
            ),
            (
                "a switch of an odd value",
                pixel().global("package_verifier_enable", "2"),
                "unreadable",
            ),
            (
                "a switch of an odd value, consent unset",
                pixel().global("package_verifier_enable", "2").no_setting(
                    0,
                    "global",
                    "package_verifier_user_consent",
                ),
                "unreadable",
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
                "on a version that is not known",
                Phone::stock(Pixel, 38),
                "SYNTHETIC-1",
            ),
            (
                "hostile",
                pixel().prop("ro.product.model", "a\u{1b}[2Jb"),
                "a[2Jb",
            ),
        ],
    );
    check(
        Fact::DeviceMaker,
        vec![
            ("maker", Phone::stock(Samsung, 34), "samsung"),
            (
                "on a version that is not known",
                Phone::stock(Samsung, 38),
                "samsung",
            ),
        ],
    );
}
