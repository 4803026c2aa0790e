//! Who owns and administers a phone, as tables.

use super::*;
use Make::*;

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
    // Older phones print the name that whoever set an owner gave it, before its package.
    let owned_on_8 = |name: &str| {
        let phone = Phone::stock(Pixel, 26).device_owner("com.canary.own/.R");
        let dump = phone.dump("dumpsys device_policy");
        let dump = dump.replacen(&format!("name={PERSON}"), &format!("name={name}"), 1);
        phone.answers("dumpsys device_policy", &dump, 0)
    };
    let named_twice = || {
        let phone = pixel().device_owner("com.example.mdm/.R");
        let dump = phone.dump("dumpsys device_policy");
        let (one, two) = (
            "package=com.example.mdm",
            "package=com.airwatch.androidagent",
        );
        assert!(dump.contains(one), "{dump}");
        let dump = dump.replacen(one, &format!("{two}\n      {one}"), 1);
        phone.answers("dumpsys device_policy", &dump, 0)
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
                ["~device-owner", "com.example.mdm", "~true"],
            ),
            (
                "device owner, 9, perhaps a lender's",
                Phone::stock(Pixel, 28).device_owner("com.example.mdm/.R"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "device owner, 9",
                Phone::stock(Pixel, 28).device_owner("com.airwatch.androidagent/.R"),
                ["device-owner", "com.airwatch.androidagent", "true"],
            ),
            (
                "device owner of a person's own that is on no list",
                pixel().device_owner("com.canary.own/.R"),
                ["~device-owner", "com.canary.own", "~true"],
            ),
            (
                "the same, posing as a known agent",
                pixel()
                    .device_owner("com.canary.own/.R")
                    .admin(0, agent, true),
                ["~device-owner", "com.canary.own", "~true"],
            ),
            (
                "known by name to a person, posing as a known agent",
                pixel()
                    .device_owner("com.rosan.dhizuku/.R")
                    .admin(0, agent, true),
                ["none", "absent", "~true"],
            ),
            (
                "a work profile of nobody known",
                pixel()
                    .user(10, 0x1030, true)
                    .profile_owner(10, "com.canary.own/.R", true),
                ["~organisation-profile-owner", "com.canary.own", "~true"],
            ),
            (
                "8, whose name poses as a known package",
                owned_on_8("x\n    package=com.airwatch.androidagent"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "8, whose name poses as the end of the list",
                owned_on_8("x\n    package=com.airwatch.androidagent\n  Enabled Device Admins (User 9):"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "8, whose name poses as the whole list",
                owned_on_8("x\n    package=com.airwatch.androidagent\n  Enabled Device Admins (User 0):\n    com.airwatch.androidagent/.R:\n        wipe-data\n"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "an owner of two packages",
                named_twice(),
                ["~device-owner", "com.example.mdm", "unreadable"],
            ),
            (
                "device owner, no right to wipe",
                pixel()
                    .device_owner("com.example.mdm/.R")
                    .last_admin(|a| a.wipe = false),
                ["~device-owner", "com.example.mdm", "~false"],
            ),
            (
                "device owner of a person's own",
                pixel().device_owner("com.rosan.dhizuku/.R"),
                ["none", "absent", "false"],
            ),
            (
                "a lender's device owner",
                pixel()
                    .device_owner("com.example.lender/.R")
                    .owner_type("1"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "a lender's device owner, and a known agent",
                pixel()
                    .device_owner("com.example.lender/.R")
                    .owner_type("1")
                    .admin(0, agent, true),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "a device owner of another kind",
                pixel().device_owner("com.example.mdm/.R").owner_type("2"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "a device owner, and of no kind",
                pixel().device_owner("com.example.mdm/.R").owner_type("-1"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "a device owner of two kinds",
                pixel()
                    .device_owner("com.example.mdm/.R")
                    .owner_type("0\n  Device Owner Type: 1"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "a device owner of no stated kind, 16",
                pixel().device_owner("com.example.mdm/.R").owner_type("?"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "a device owner of no stated kind, 13",
                Phone::stock(Pixel, 33).device_owner("com.example.mdm/.R"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "a device owner of no stated kind that is known, 13",
                Phone::stock(Pixel, 33)
                    .device_owner("com.microsoft.windowsintune.companyportal/.R"),
                [
                    "device-owner",
                    "com.microsoft.windowsintune.companyportal",
                    "true",
                ],
            ),
            (
                "a device owner of no stated kind that is known, 14",
                Phone::stock(Pixel, 34)
                    .device_owner("com.microsoft.windowsintune.companyportal/.R")
                    .owner_type("?"),
                ["unreadable", "unreadable", "unreadable"],
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
                ["~device-owner", "com.example.mdm", "~true"],
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
                "known agent without the right, and a line of something else",
                pixel().answers(
                    "dumpsys device_policy",
                    "Current Device Policy Manager state:\n  Immutable state:\n    mHasFeature=true\n  Enabled Device Admins (User 0):\n    com.microsoft.windowsintune.companyportal/.R:\n      uid=1\n      User ID: 0\n      isOrganizationOwnedDevice=true\n",
                    0,
                ),
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
                ["~device-owner", "com.example.mdm", "unreadable"],
            ),
            (
                "policy refused, a work profile listed",
                policy(work(34, true)),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "policy refused, a person's own device owner listed",
                policy(pixel().device_owner("com.rosan.dhizuku/.R")),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "list refused, nobody in policy",
                listed(pixel(), "java.lang.SecurityException: no"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "list failed, owner in policy",
                listed(pixel().device_owner("com.example.mdm/.R"), "Error: no"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "list refused, owner in policy",
                listed(
                    pixel().device_owner("com.example.mdm/.R"),
                    "java.lang.SecurityException: no",
                ),
                ["~device-owner", "com.example.mdm", "~true"],
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
                "an owner of an unfamiliar kind, who is in policy",
                listed(
                    pixel().device_owner("com.example.mdm/.R"),
                    "1 owner:\nUser  0: admin=com.example.mdm/.R,OtherOwner",
                ),
                ["~device-owner", "com.example.mdm", "~true"],
            ),
            (
                "no owners, and their number",
                listed(pixel(), "no owners\n2 owners:"),
                ["unreadable", "unreadable", "unreadable"],
            ),
            (
                "their number, and no owners",
                listed(pixel(), "0 owners:"),
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
fn owners_that_no_organisation_sets_are_told() {
    let Some(tools) = Tools::find() else { return };
    let organisations = || pixel().device_owner("com.example.mdm/.R");
    let agents = || pixel().device_owner("com.airwatch.androidagent/.R");
    let own = || pixel().device_owner("com.rosan.dhizuku/.R");
    for (case, phone, told) in [
        ("nobody", pixel(), false),
        ("an organisation's", organisations(), false),
        ("an organisation's by a known agent", agents(), false),
        ("a person's own", own(), true),
    ] {
        let (_, evidence) = phone.audit(&only(Fact::ManagementOwner), &tools);
        let mut readings = evidence.readings();
        let (_, _, reading) = readings
            .find(|(fact, ..)| *fact == Fact::ManagementOwner)
            .expect("a reading");
        let notes = reading.origin.iter().filter_map(|it| it.note.as_ref());
        let notes: Vec<String> = notes.map(|note| note.to_string()).collect();
        assert_eq!(
            notes.iter().any(|note| note.contains("do not count")),
            told,
            "{case}: {notes:?}"
        );
    }
}
