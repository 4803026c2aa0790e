//! What is sent, and that the check would notice what must not be.

use std::collections::BTreeSet;

use spotcheck::android::section::PROLOGUE;
use spotcheck::android::{pages, probe, readers, watch};
use spotcheck::apps::{self, App};
use spotcheck::evidence::{Fact, Platform, Request, Subject};

use super::allowed::{self, check};
use super::*;

/// Every app of the catalogue is looked at, and the presence of some is asked besides.
fn widest() -> Request {
    let all: Vec<App> = apps::catalogue().apps.clone();
    let besides = all.clone();
    Request::everything(all, Platform::Android).noticing(besides)
}

/// Every text that can go to a phone.
fn texts() -> Vec<(String, String)> {
    let mut all = vec![("the script".to_owned(), probe::script(&widest(), NONCE))];
    for section in readers::all_sections() {
        all.push((
            format!("the section {}", section.id),
            format!("{PROLOGUE}\n{}", section.text()),
        ));
    }
    all.push(("the watched test".to_owned(), watch::script()));
    let mut subjects = vec![Subject::Device];
    for app in &apps::catalogue().apps {
        for user in [0, 10, 95, 999] {
            subjects.push(Subject::copy(&app.id, user));
        }
    }
    for fact in Fact::ALL {
        for subject in &subjects {
            if let Some(command) = pages::command([*fact], subject) {
                all.push((format!("the page of {fact} for {subject}"), command));
            }
        }
    }
    all
}

#[test]
fn every_text_is_on_the_list() {
    let mut wrong = BTreeSet::new();
    let mut met = BTreeSet::new();
    let texts = texts();
    assert!(texts.len() > 60, "only {} texts", texts.len());
    for (name, text) in &texts {
        for what in check(text) {
            wrong.insert(format!("{name}: {what}"));
        }
        for command in shell::commands(text).unwrap_or_default() {
            met.extend(allowed::pattern_of(&command));
        }
    }
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The list holds nothing that is not sent.
    for pattern in allowed::patterns() {
        assert!(met.contains(pattern), "{pattern} is allowed and never sent");
    }
    assert!(allowed::variants_are_of_the_list());
}

#[test]
fn pages_are_opened_and_nothing_else() {
    for (name, text) in texts()
        .iter()
        .filter(|(name, _)| name.starts_with("the page"))
    {
        let commands = shell::commands(text).expect("plain");
        let [command] = commands.as_slice() else {
            panic!("{name} runs {commands:?}");
        };
        assert_eq!(command.words[..2], ["am", "start"], "{name}");
        assert!(
            !text.contains(['$', '`', ';', '&', '|', '<', '>', '"', '\'', '\n']),
            "{name}"
        );
    }
}

/// The same once more without reading the text as a shell does, in case that reading is wrong.
#[test]
fn forbidden_verbs_never_appear() {
    let script = probe::script(&widest(), NONCE);
    for verb in [
        "locksettings",
        "cmd lock_settings",
        "settings put",
        " put ",
        "settings delete",
        "pm grant",
        "pm revoke",
        "pm clear",
        "pm install",
        "uninstall",
        "am start",
        "am broadcast",
        "input ",
        "svc ",
        "reboot",
        "wipe ",
        "rm ",
        "mv ",
        "cp ",
        "touch ",
        "mkdir",
        "--noredact",
        "cmd notification",
        "logcat",
        "bugreport",
        "dumpsys account 2",
        "dumpsys notification 2",
        "content insert",
        "content update",
        "content delete",
        "appops set",
        "content://sms",
        "content://contacts",
    ] {
        assert!(!script.contains(verb), "{verb:?} is in the script");
    }
    // Nothing is written on the phone: the only redirections join or drop the error output.
    let rest = script
        .replace("2>&1", "")
        .replace(">/dev/null", "")
        .replace("date_added>", "")
        .replace("\\} -> SafetySourceData", "");
    assert!(!rest.contains('>'), "a redirection: {rest}");
}

/// Commands that must be noticed wherever they stand.
const FORBIDDEN: &[&str] = &[
    "locksettings get-disabled",
    "locksettings verify --old 1234",
    "cmd lock_settings get-disabled",
    "cmd lock_settings",
    "/system/bin/locksettings sp",
    "settings put secure lock_screen_show_notifications 0",
    "settings --user 0 put global adb_enabled 0",
    "settings delete secure x",
    "settings --user 0 delete secure x",
    "settings reset secure com.x",
    "settings list secure",
    "settings --user 0 list secure",
    "settings --user 0 get secure android_id",
    "settings --user 0 get secure bluetooth_name",
    "pm grant com.whatsapp android.permission.CAMERA",
    "pm revoke com.whatsapp android.permission.CAMERA",
    "pm clear com.whatsapp",
    "pm uninstall com.whatsapp",
    "pm install /data/local/tmp/x.apk",
    "pm disable-user com.whatsapp",
    "pm list packages",
    "pm list users",
    "svc power reboot",
    "svc wifi disable",
    "input keyevent 26",
    "input text 1234",
    "content insert --uri content://settings/secure --bind name:s:x",
    "content update --uri content://settings/secure --bind value:s:x",
    "content delete --uri content://sms",
    "content query --uri content://sms",
    "content query --user 0 --uri content://contacts/people --projection _id",
    "content query --user 0 --uri content://media/external/images/media",
    "am start -a android.intent.action.CALL -d tel:123",
    "am start --user 0 -n com.whatsapp/.Main",
    "am start --user 0 -a android.intent.action.FACTORY_RESET",
    "am broadcast -a android.intent.action.MASTER_CLEAR",
    "am force-stop com.whatsapp",
    "reboot",
    "reboot recovery",
    "setprop persist.x 1",
    "setenforce 0",
    "rm -rf /sdcard",
    "mv /sdcard/a /sdcard/b",
    "cp /sdcard/a /sdcard/b",
    "touch /sdcard/x",
    "mkdir /sdcard/x",
    "tee /sdcard/x",
    "dd of=/sdcard/x",
    "cat /sdcard/x",
    "echo x >/sdcard/x",
    "echo x >>/sdcard/x",
    "echo x 2>/sdcard/x",
    "read t r </sdcard/x",
    "getprop ro.serialno",
    "for q in ro.serialno; do echo \"$(getprop $q)\"; done",
    "for q in android_id; do v=$(settings --user 0 get secure $q); done",
    "dumpsys notification",
    "dumpsys notification --noredact",
    "dumpsys notification --package com.whatsapp",
    "dumpsys account",
    "dumpsys account --checkin",
    "dumpsys trust",
    "dumpsys user",
    "dumpsys device_policy",
    "dumpsys activity",
    "dumpsys activity service com.android.systemui/.SystemUIService",
    "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
    "dumpsys batterystats",
    "dumpsys usagestats",
    "dumpsys telephony.registry",
    "dumpsys accessibility",
    "dumpsys",
    "logcat -d",
    "bugreport",
    "cmd notification list",
    "cmd companiondevice list 0",
    "cmd appops get com.whatsapp",
    "cmd appops set com.whatsapp CAMERA deny",
    "cmd safety_center refresh",
    "dpm set-device-owner com.x/.R",
    "dpm remove-active-admin com.x/.R",
    "su -c id",
    "run-as com.whatsapp ls",
    "eval reboot",
    "sed -i s/a/b/ /sdcard/x",
    "sed -n -e 'w /sdcard/x' /sdcard/y",
    "find /sdcard -delete",
    "ls /sdcard",
    "ls $A/$B/accounts",
    "ls $R/Android",
    "timeout 5 reboot",
    "nohup reboot",
    "busybox reboot",
    "$q reboot",
    "`reboot`",
    "reboot &",
];

/// Places in a section where a command could stand.
const STANDS: &[&str] = &[
    "%",
    "echo a; %",
    "echo a && %",
    "echo a || %",
    "echo a\n%",
    "x %",
    "{ %; }",
    "( % )",
    "if %; then echo a; fi",
    "if [ $u = 0 ]; then %; fi",
    "if [ $u = 0 ]; then echo a; else %; fi",
    "while %; do echo a; done",
    "for q in $u; do %; done",
    "case $u in 0) %;; *) echo a;; esac",
    "case $u in 0) echo a;; *) %;; esac",
    "t(){ %; }",
    "V=1 %",
    "! %",
];

/// Places from which nothing goes over the cable: what changes the phone is noticed here too.
const INSIDE: &[&str] = &[
    "v=$(%)",
    "echo \"$(%)\"",
    "case \"$(%)\" in 0) echo a;; esac",
    "for q in $(%); do echo a; done",
    "% | grep -c '^a'",
    "x % | f -e '/^a/p'",
    "c %",
    "% >/dev/null",
    "echo a | %",
    "echo $(echo $(%))",
    "v=${v:-$(%)}",
    "v=$((1+$(%)))",
    "sh -c '%'",
];

/// What is allowed inside, where a filter or a variable takes it.
fn is_only_personal(command: &str) -> bool {
    [
        "settings --user 0 list",
        "pm list users",
        "dumpsys notification --package",
        "dumpsys account --checkin",
        "dumpsys trust",
        "dumpsys device_policy",
        "dumpsys activity service com.android.systemui/.keyguard",
        "ls $",
    ]
    .iter()
    .any(|start| command.starts_with(start))
}

#[test]
fn a_forbidden_command_is_noticed_wherever_it_stands() {
    let section = |text: &str| {
        format!("{PROLOGUE}\necho \"a=$(getprop ro.product.manufacturer)\"; {text}\ne")
    };
    // What is noticed below is the command, not the place.
    for place in STANDS {
        let fine = section(&place.replace('%', "echo a"));
        assert_eq!(check(&fine), Vec::<String>::new(), "{place}");
    }
    let mut missed = Vec::new();
    for command in FORBIDDEN {
        for place in STANDS {
            if check(&section(&place.replace('%', command))).is_empty() {
                missed.push(place.replace('%', command));
            }
        }
        for place in INSIDE.iter().filter(|_| !is_only_personal(command)) {
            // A quote inside a quote would end it.
            if place.contains('\'') && command.contains('\'') {
                continue;
            }
            if check(&section(&place.replace('%', command))).is_empty() {
                missed.push(place.replace('%', command));
            }
        }
    }
    assert!(missed.is_empty(), "not noticed:\n{}", missed.join("\n"));
}

#[test]
fn what_is_fine_stays_fine() {
    for text in [
        "x dumpsys trust | f -e '/^a/p'",
        "x settings --user 0 list secure | g 'a|b'",
        "r=$(pm path --user $1 $2 2>&1); case \"$?:$r\" in 0:package:*) r=yes;; *) r=no;; esac; echo \"$r\"",
        "x dumpsys account --checkin | f -e 's/a/b/p;t' | grep -oE '^a' | uniq",
        "am start --user 0 -a android.settings.USER_SETTINGS",
        "[ \"$(getenforce 2>&1)\" = Enforcing ] && echo a",
        "ls \"$R/Android\" >/dev/null 2>&1; echo \"root $?\"",
        "Z=; command -v timeout >/dev/null && Z=\"timeout $Y\"",
        r#"z(){ $Z sh -c '"$@" 2>&1; echo "@$0=$?"' $N "$@"; }"#,
        "c find \"$1\" -maxdepth 1 -type f -mtime -30; d=$r; c ls \"$1/.nomedia\"; case $r in 0) h=1;; esac",
        "n(){ read t r </proc/uptime || t=$(date +%s); s=${t%%.*}; }\nn; e=$((s+12)); k=\nwhile [ $s -lt $e ]; do\nw=$(dumpsys power | sed -nE 's/a/b/p' | head -n 1)\ncase $w in Asleep|Dozing) [ \"$l\" = 1 ] && break; [ \"$k\" ] || { k=1; e=$((s+9)); };; esac\nsleep 0.5\ndone 2>/dev/null\nexit 0",
    ] {
        assert_eq!(
            check(&format!("{PROLOGUE}\n{text}")),
            Vec::<String>::new(),
            "{text}"
        );
    }
}

#[test]
fn a_phone_sees_commands_of_the_list_only() {
    let Some(tools) = Tools::find() else { return };
    let three: Vec<App> = ["whatsapp", "telegram", "signal"]
        .iter()
        .map(|id| apps::by_id(id).expect("in the catalogue").clone())
        .collect();
    let besides = apps::besides(&three);
    let request = Request::everything(three, Platform::Android).noticing(besides);
    let mut seen = BTreeSet::new();
    for phone in [
        Phone::compliant_pixel16().app(TELEGRAM, 0).app(SIGNAL, 0),
        Phone::stock(Make::Samsung, 34)
            .user(95, 0x2000_1010, true)
            .app(WHATSAPP, 0)
            .app(WHATSAPP, 95),
        Phone::stock(Make::Motorola, 26).app(WHATSAPP, 0),
        Phone::stock(Make::Huawei, 29).app(WHATSAPP, 0),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let built = phone.build(folder.path());
        built.run(&probe::script(&request, NONCE), &tools);
        for line in built.log() {
            let line = line.trim().to_owned();
            // Where the list has `$U`, the phone sees what it stands for.
            let as_written = ["settings --user 0 list ", "settings list "]
                .iter()
                .find_map(|start| line.strip_prefix(start))
                .map_or_else(|| line.clone(), |list| format!("settings $U list {list}"));
            assert!(
                allowed::ran(&line) || allowed::ran(&as_written),
                "not on the list: {line}"
            );
            seen.insert(line);
        }
    }
    assert!(seen.len() > 60, "the phone was hardly asked: {seen:?}");
}
