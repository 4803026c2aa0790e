//! Lists in a form that no known version writes: nothing of them is read, and the reason says which list it is.

use spotcheck::evidence::{Fact, State, Subject};

use super::*;

#[test]
fn lists_in_an_unfamiliar_form() {
    let phone = Phone::stock(Make::Pixel, 31)
        .user(10, 0x410, false)
        .named(10, "x");
    let text = saved::bugreport_text(&phone);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.txt");
    let reading = |text: &str, fact| {
        std::fs::write(&path, text).expect("a file");
        read(&path, Kind::Bugreport).get(fact, &Subject::Device)
    };
    const USERS: &str = "its list of users has an unfamiliar form";
    const ACCOUNTS: &str = "its list of accounts has an unfamiliar form";
    for (fact, from, to, said) in [
        (
            Fact::SecondPersons,
            "UserInfo{10:x:410} serialNo=",
            "UserInfo{10:410} serialNo=",
            USERS,
        ),
        (
            Fact::SecondPersons,
            "    State: -1\n",
            "    State: RUNNING_FAST\n",
            USERS,
        ),
        (
            Fact::SecondPersons,
            "    State: -1\n",
            "    State: -1\n    State: -1\n",
            USERS,
        ),
        (
            Fact::SecondPersons,
            "\nUsers:\n",
            "\nUsers:\n    State: -1\n",
            USERS,
        ),
        (Fact::SecondPersons, "    State: -1\n", "", USERS),
        (
            Fact::GoogleAccounts,
            "  Accounts: 2\n",
            "  Accounts: many\n",
            ACCOUNTS,
        ),
        // More than are listed, and fewer.
        (
            Fact::GoogleAccounts,
            "  Accounts: 2\n",
            "  Accounts: 3\n",
            ACCOUNTS,
        ),
        (
            Fact::GoogleAccounts,
            "  Accounts: 2\n",
            "  Accounts: 1\n",
            ACCOUNTS,
        ),
        (
            Fact::LockDelaySetting,
            "SECURE SETTINGS (user 0)\n",
            "SECURE SETTINGS\n",
            "its list of secure settings is not there",
        ),
        (
            Fact::LockDelaySetting,
            "SECURE SETTINGS (user 0)\n",
            "SECURE SETTINGS (user 0)\nSECURE SETTINGS (user 0)\n",
            "its list of secure settings came twice",
        ),
        (
            Fact::LockDelaySetting,
            "_id:0 name:",
            "_id:0 key:",
            "its list of secure settings has an unfamiliar form",
        ),
        (
            Fact::DeviceOs,
            "[ro.build.version.sdk]: [31]\n",
            "[ro.build.version.sdk]: [31\n",
            "ro.build.version.sdk has an unfamiliar form",
        ),
        (
            Fact::DeviceOs,
            "]: [",
            "]=[",
            "its list of properties has an unfamiliar form",
        ),
        (
            Fact::DeviceOs,
            "------ SYSTEM PROPERTIES (getprop) ------\n",
            "------ SYSTEM PROPERTIES (getprop) ------\n*** command 'getprop' failed: exit code 1\n",
            "the phone's command failed",
        ),
    ] {
        assert!(text.contains(from), "{from:?} is in no such dump");
        let whole = reading(&text, fact);
        assert!(whole.value().is_some(), "{fact}: {whole:?}");
        match reading(&text.replace(from, to), fact).state {
            State::Unreadable(why) => assert_eq!(why, said, "{to:?}"),
            other => panic!("{to:?}: {fact} is {other:?}, not unreadable: {said}"),
        }
    }
}
