//! Output of real phones, as found in public sources, through the real filters. The folder is named by
//! SPOTCHECK_CORPUS; each capture's PROVENANCE.md states what is true of its phone.

use std::path::PathBuf;

use Make::*;
use spotcheck::audit::Verdict::{self, Fail, Pass, Unresolved};

use super::*;

struct Corpus {
    folder: PathBuf,
    tools: Tools,
}

impl Corpus {
    fn open() -> Option<Corpus> {
        let Some(folder) = std::env::var_os("SPOTCHECK_CORPUS") else {
            skipped("SPOTCHECK_CORPUS does not name the folder of captures");
            return None;
        };
        Some(Corpus {
            folder: PathBuf::from(folder).join("android"),
            tools: Tools::find()?,
        })
    }

    fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// A phone's properties from `[key]: [value]` lines.
    fn props(&self, phone: Phone, path: &str) -> Phone {
        let mut phone = phone;
        phone.props.clear();
        for line in self.file(path).lines() {
            if let Some((key, value)) = line.split_once("]: [") {
                phone = phone.prop(key.trim_start_matches('['), value.trim_end_matches(']'));
            }
        }
        phone
    }

    fn holds(&self, name: &str, phone: &Phone, truths: &[(Fact, &str)]) -> Evidence {
        let (answer, evidence) = phone.audit(&everything(), &self.tools);
        for canary in [
            "Propri",
            "Usuario",
            "UserName",
            "com.amazon",
            "com.facebook.katana",
            "com.raju",
            "REDACTED",
        ] {
            assert!(
                !String::from_utf8_lossy(&answer).contains(canary),
                "{name}: {canary} crossed the cable"
            );
        }
        for (fact, truth) in truths {
            let reading = evidence.get(*fact, &Subject::Device);
            assert_eq!(short(&reading), *truth, "{name}: {fact} {reading:?}");
        }
        evidence
    }

    /// The verdicts that rest on what was captured.
    fn comes_to(&self, name: &str, phone: &Phone, verdicts: &[(&str, Verdict)]) {
        let (answer, _) = phone.audit(&everything(), &self.tools);
        for (control, verdict) in verdicts {
            let subject = match *control {
                "IM-06" => Subject::app("whatsapp"),
                _ => Subject::Device,
            };
            let (found, _) = verdicts::judged(&answer, control, &subject);
            assert_eq!(found, *verdict, "{name}: {control}");
        }
    }
}

#[test]
fn locks() {
    let Some(corpus) = Corpus::open() else { return };
    let lock =
        |phone: Phone, path: &str| phone.answers("dumpsys lock_settings", &corpus.file(path), 0);
    let api29 = lock(
        Phone::stock(Motorola, 29),
        "motorola-api29-verikun/dumpsys_lock_settings.txt",
    );
    corpus.holds(
        "Motorola, Android 10",
        &api29,
        &[(Fact::LockCredential, "~set")],
    );
    let unproved = [("IM-05a", Unresolved), ("IM-05c", Unresolved)];
    corpus.comes_to("Motorola, Android 10", &api29, &unproved);
    let locked = api29.answers(
        "dumpsys trust",
        &corpus.file("appium-pr407-2019/dumpsys_trust.excerpt.txt"),
        0,
    );
    corpus.holds(
        "and locked",
        &locked,
        &[(Fact::LockCredential, "set"), (Fact::LockHeldOpen, "false")],
    );
    corpus.comes_to("and locked", &locked, &[("IM-05a", Pass), ("IM-05c", Pass)]);
    let samsung = lock(
        Phone::stock(Samsung, 30),
        "wuseman-samsung-lock_settings/dumpsys_lock_settings.txt",
    );
    corpus.holds(
        "Samsung, Android 11",
        &samsung,
        &[(Fact::LockCredential, "pin")],
    );
    corpus.comes_to("Samsung, Android 11", &samsung, &[("IM-05a", Pass)]);
    for (file, truth) in [
        ("state_pin_fingerprint.txt", "pin"),
        ("state_no_secure_lock.txt", "none"),
    ] {
        // The author listed selected lines: they stand here in the block of user 0.
        let lines = corpus.file(&format!("samsung-sm-s948u1-a17-oneui9/{file}"));
        let block =
            format!("Current lock settings service state:\n\nUser State:\n  User 0\n{lines}\n");
        let safe =
            Phone::stock(Samsung, 37).credential(if truth == "none" { "None" } else { "Pin" });
        let phone = safe.answers("dumpsys lock_settings", &block, 0);
        corpus.holds(file, &phone, &[(Fact::LockCredential, truth)]);
        let verdict = if truth == "none" { Fail } else { Pass };
        corpus.comes_to(file, &phone, &[("IM-05a", verdict), ("IM-05c", verdict)]);
    }
}

#[test]
fn trust_agents() {
    let Some(corpus) = Corpus::open() else { return };
    let trust = |phone: Phone, path: &str| phone.answers("dumpsys trust", &corpus.file(path), 0);
    let xiaomi = trust(
        Phone::stock(Xiaomi, 30),
        "xiaomi-mi9tpro-a11/dumpsys_trust.excerpt.txt",
    );
    corpus.holds(
        "Xiaomi, Android 11",
        &xiaomi,
        &[
            (Fact::LockHeldOpen, "~false!"),
            (Fact::LockCredential, "pin"),
        ],
    );
    corpus.comes_to("Xiaomi, Android 11", &xiaomi, &[("IM-05c", Unresolved)]);
    // One line only: an agent is bound, and what it manages was not copied.
    let oneplus = trust(
        Phone::stock(Oneplus, 34),
        "oplus-system-clone/dumpsys_trust.excerpt.txt",
    )
    .screen_timeout(120_000)
    .global("stay_on_while_plugged_in", "0");
    corpus.holds(
        "OnePlus",
        &oneplus,
        &[
            (Fact::LockHeldOpen, "unreadable"),
            (Fact::LockScreenTimeout, "PT2M"),
            (Fact::LockStayAwake, "false"),
        ],
    );
    let verdicts = [("IM-05b", Pass), ("IM-05c", Unresolved)];
    corpus.comes_to("OnePlus", &oneplus, &verdicts);
}

#[test]
fn emulator_17() {
    let Some(corpus) = Corpus::open() else { return };
    let file = |name: &str| corpus.file(&format!("emulator-a17-pixel10-adbjsoncli/{name}"));
    let mut phone = Phone::stock(Pixel, 37);
    phone.props.clear();
    for line in file("getprop.excerpt.adbjson.txt").lines() {
        if let Some((key, value)) = line.trim().trim_end_matches(',').split_once("\": \"") {
            phone = phone.prop(key.trim_start_matches('"'), value.trim_end_matches('"'));
        }
    }
    // The tool that saved it had split each line at its first ": ".
    let safety: String = file("dumpsys_safety_center.source_data.adbjson.txt")
        .lines()
        .map(|line| {
            line.trim()
                .trim_start_matches('"')
                .replacen("\": \"", ": ", 1)
                + "\n"
        })
        .collect();
    let phone = phone
        .answers(
            "dumpsys lock_settings",
            "Can't find service: lock_settings",
            0,
        )
        .answers("dumpsys trust", &file("dumpsys_trust.txt"), 0)
        .answers("dumpsys power", &file("dumpsys_power.truncated.txt"), 0)
        .answers(
            "dumpsys device_policy",
            &file("dumpsys_device_policy.txt"),
            0,
        )
        .answers("dumpsys safety_center data", &safety, 0)
        .answers(
            "settings --user 0 list secure",
            &file("settings_list_secure.excerpt.txt"),
            0,
        )
        .answers(
            "settings --user 0 list global",
            &file("settings_list_global.excerpt.txt"),
            0,
        )
        .answers(
            "dumpsys account --checkin",
            "User UserInfo{0:Owner:4c13}:\n\n",
            0,
        )
        .answers(
            "dumpsys notification --package com.whatsapp",
            &file("dumpsys_notification.truncated.txt"),
            0,
        )
        .system("screen_off_timeout", "2147483647")
        .app(WHATSAPP, 0);
    let evidence = corpus.holds(
        "emulator",
        &phone,
        &[
            (Fact::LockCredential, "none"),
            (Fact::LockHeldOpen, "false"),
            (Fact::LockScreenTimeout, "never"),
            (Fact::LockDelaySetting, "PT5S"),
            (Fact::LockPolicyMax, "never"),
            (Fact::LockStayAwake, "true"),
            (Fact::LockAttention, "absent"),
            (Fact::NotificationsPreviews, "always"),
            (Fact::ManagementOwner, "none"),
            (Fact::ManagementWipe, "false"),
            (Fact::GoogleAccounts, "0"),
            (Fact::MakerAccounts, "0"),
            (Fact::FindHub, "not-readable"),
            (Fact::StorageEncrypted, "true"),
            (Fact::BootVerified, "absent"),
            (Fact::OsBuildTrusted, "false"),
            (Fact::OsPatch, "2026-04-05T00:00:00Z"),
            (Fact::LocationOn, "true"),
            (Fact::UsersFromLockScreen, "false"),
            (Fact::CloudBackup, "false"),
        ],
    );
    assert_eq!(
        short(&evidence.get(Fact::AppNotificationsPreviews, &Subject::app("whatsapp"))),
        "absent"
    );
    let verdicts = [
        ("IM-05a", Fail),
        ("IM-05b", Fail),
        ("IM-05c", Fail),
        ("IM-06", Unresolved),
        ("IM-07", Fail),
    ];
    corpus.comes_to("emulator", &phone, &verdicts);
}

#[test]
fn owners_and_administrators() {
    let Some(corpus) = Corpus::open() else { return };
    let motorola = Phone::stock(Motorola, 31)
        .answers(
            "dumpsys device_policy",
            &corpus.file("motorola-a12-hmdm-device-owner/dumpsys_device_policy.txt"),
            0,
        )
        .answers(
            "dpm list-owners",
            "1 owner:\nUser  0: admin=com.hmdm.launcher/.AdminReceiver,DeviceOwner,Affiliated",
            0,
        );
    corpus.holds(
        "Motorola with a device owner",
        &motorola,
        &[
            (Fact::ManagementOwner, "device-owner"),
            (Fact::ManagementOwnerPackage, "com.hmdm.launcher"),
            (Fact::ManagementWipe, "true"),
            (Fact::LockPolicyMax, "never"),
        ],
    );
    corpus.comes_to(
        "Motorola with a device owner",
        &motorola,
        &[("IM-07", Pass)],
    );
    for (file, sdk, package) in [
        ("avd-a13.txt", 33, "com.thraksha.guardian"),
        ("umidigi-a15.txt", 35, "com.rmsoft.launcher"),
    ] {
        let phone = Phone::stock(Pixel, sdk)
            .answers(
                "dumpsys device_policy",
                "Can't find service: device_policy",
                0,
            )
            .answers(
                "dpm list-owners",
                &corpus.file(&format!("dpm-list-owners/{file}")),
                0,
            );
        corpus.holds(
            file,
            &phone,
            &[
                (Fact::ManagementOwner, "~device-owner"),
                (Fact::ManagementOwnerPackage, package),
                (Fact::ManagementWipe, "unreadable"),
            ],
        );
        corpus.comes_to(file, &phone, &[("IM-07", Unresolved)]);
    }
    let samsung = Phone::stock(Samsung, 34)
        .user(150, 0x1030, true)
        .answers("dumpsys device_policy", &corpus.file("samsung-2026-securefolder-kgclient/dumpsys_device_policy.complete_parsing.txt"), 0)
        .answers("dpm list-owners", "1 owner:\nUser 150: admin=com.samsung.knox.securefolder/.containeragent.detector.KnoxDeviceAdminReceiver,ProfileOwner,ManagedProfileOwner(parentUserId=0)", 0)
        .answers("pm list users", &format!("Users:\n{}", corpus.file("samsung-pm-list-users/pm_list_users.cocool97-adb_client-99.txt")), 0);
    corpus.holds(
        "Samsung with Secure Folder",
        &samsung,
        &[
            (Fact::ManagementOwner, "none"),
            (Fact::ManagementWipe, "false"),
            (Fact::SecondPersons, "0"),
            (Fact::GuestExists, "false"),
        ],
    );
    corpus.comes_to(
        "Samsung with Secure Folder",
        &samsung,
        &[("IM-07", Unresolved)],
    );
    // Fragments of the same dump: none of them may give an organisation that can wipe.
    for part in [
        "device_admins",
        "multiple_users",
        "profile_owner",
        "local_policies",
        "personal_apps_suspension",
    ] {
        let text = corpus.file(&format!(
            "samsung-2026-securefolder-kgclient/dumpsys_device_policy.{part}.txt"
        ));
        let phone = samsung.clone();
        let phone = Phone {
            instead: Vec::new(),
            ..phone
        }
        .answers("dumpsys device_policy", &text, 0);
        let evidence = corpus.holds(part, &phone, &[]);
        assert_ne!(
            short(&evidence.get(Fact::ManagementWipe, &Subject::Device)),
            "true",
            "{part}"
        );
        corpus.comes_to(part, &phone, &[("IM-07", Unresolved)]);
    }
}

#[test]
fn systems() {
    let Some(corpus) = Corpus::open() else { return };
    corpus.holds(
        "OnePlus Nord",
        &corpus.props(
            Phone::stock(Oneplus, 30),
            "oneplus-billie-n10-a11/getprop.txt",
        ),
        &[
            (Fact::BootVerified, "green"),
            (Fact::BootUnlockAllowed, "true"),
            (Fact::StorageEncrypted, "true"),
            (Fact::OsPatch, "2023-07-05T00:00:00Z"),
            (Fact::OsBuildTrusted, "~true!"),
            (Fact::DeviceModel, "BE2028"),
            (Fact::DeviceOs, "Android 11"),
        ],
    );
    corpus.holds(
        "custom system that pretends",
        &corpus.props(
            Phone::stock(Xiaomi, 35),
            "xiaomi-poco-peridot-a15-rom/getprop.txt",
        ),
        &[
            (Fact::OsBuildTrusted, "false"),
            (Fact::BootVerified, "~green!"),
            (Fact::BootLocked, "~true!"),
            (Fact::OsPatch, "2025-02-01T00:00:00Z"),
            (Fact::KnoxFuse, "not-readable"),
        ],
    );
}

#[test]
fn settings_of_a_xiaomi() {
    let Some(corpus) = Corpus::open() else { return };
    let list = corpus.file("xiaomi-miui12-settings-secure/settings_list_secure.excerpt.txt");
    let listeners = list
        .lines()
        .find_map(|line| line.strip_prefix("enabled_notification_listeners="))
        .expect("the key");
    let phone = Phone::stock(Xiaomi, 30)
        .answers("settings --user 0 list secure", &list, 0)
        .answers(
            "settings --user 0 get secure enabled_notification_listeners",
            listeners,
            0,
        )
        .answers(
            "pm list packages -3 --user 0",
            "package:com.crrepa.band.hero\npackage:com.whatsapp\n",
            0,
        );
    corpus.holds(
        "Xiaomi",
        &phone,
        &[
            (Fact::NotificationsPreviews, "always"),
            (Fact::LockDelaySetting, "PT5S"),
            (Fact::NotificationListeners, "1"),
            (Fact::LocationOn, "false"),
        ],
    );
    let verdicts = [("IM-05c", Unresolved), ("IM-06", Fail)];
    corpus.comes_to("Xiaomi", &phone.app(WHATSAPP, 0), &verdicts);
}

#[test]
fn packages() {
    let Some(corpus) = Corpus::open() else { return };
    for (path, package, version) in [
        (
            "meta-preload-whatsapp-2026/dumpsys_package_com.whatsapp.excerpt.txt",
            "com.whatsapp",
            "2.26.9.72",
        ),
        (
            "samsung-package-sideload/dumpsys_package.com.bitchat.droid.txt",
            "com.bitchat.droid",
            "1.2.0",
        ),
        (
            "grapheneos-a14-multiuser/dumpsys_package_org.proninyaroslav.libretorrent.txt",
            "org.proninyaroslav.libretorrent",
            "3.5-beta01",
        ),
    ] {
        let app = spotcheck::apps::App {
            id: "an-app".into(),
            name: "An app".into(),
            android: Some(package.into()),
            ios: None,
            ..spotcheck::apps::by_id("signal")
                .expect("in the catalogue")
                .clone()
        };
        let request = Request::everything(vec![app], Platform::Android);
        // Of the last, the truth is that only user 11 has it.
        let user = if package.ends_with("libretorrent") {
            11
        } else {
            0
        };
        let phone = Phone::stock(Pixel, 34)
            .user(11, 0x410, false)
            .app(package, user)
            .answers(&format!("dumpsys package {package}"), &corpus.file(path), 0);
        let (_, evidence) = phone.audit(&request, &corpus.tools);
        let copy = Subject::copy("an-app", user);
        assert_eq!(short(&evidence.get(Fact::AppVersion, &copy)), version);
        assert_eq!(short(&evidence.get(Fact::AppInstalled, &copy)), "true");
        assert_eq!(short(&evidence.get(Fact::AppPhotos, &copy)), "none");
        let owner = short(&evidence.get(Fact::AppInstalled, &Subject::app("an-app")));
        assert_eq!(owner, if user == 0 { "true" } else { "false" });
    }
}
