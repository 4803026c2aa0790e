//! What may be sent to a phone, and what never.

use super::shell::{self, Command};

/// Where the output of a program may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// Straight over the cable: it holds nothing personal.
    Free,
    /// Through a filter on the phone.
    Filtered,
    /// Into a variable or a condition, of which the script prints fixed words, numbers or nothing; or through a filter.
    Caught,
}
use Goes::{Caught, Filtered, Free};

/// Programs of the phone with their words: `#` is a user or a variable, `$` any one word, a word that ends in `*` any
/// with that beginning, a last `**` any further words.
const PHONE: &[(&str, Goes)] = &[
    ("getprop $q", Caught),
    ("getprop ro.build.version.sdk", Caught),
    ("getprop ro.product.manufacturer", Caught),
    ("getenforce", Caught),
    ("am get-current-user", Filtered),
    ("settings --user 0 list global", Caught),
    ("settings --user # list secure", Filtered),
    // `$U` is `--user 0`, or nothing on Android 8 and 9, which refuse it there.
    ("settings $U list secure", Filtered),
    ("settings $U list system", Filtered),
    ("settings $U list global", Filtered),
    ("settings --user 0 get secure $q", Caught),
    ("settings --user 0 get secure backup_transport", Caught),
    ("dumpsys lock_settings", Filtered),
    ("dumpsys trust", Filtered),
    ("dumpsys power", Filtered),
    ("dumpsys device_policy", Filtered),
    ("dumpsys account --checkin", Filtered),
    ("dumpsys safety_center data", Filtered),
    (
        "dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl",
        Filtered,
    ),
    (
        "dumpsys activity service com.android.systemui/.keyguard.KeyguardService",
        Filtered,
    ),
    (
        "dumpsys package check-permission android.permission.* $ #",
        Caught,
    ),
    ("dumpsys package $p", Filtered),
    ("dumpsys notification --package $p", Filtered),
    ("dpm list-owners", Filtered),
    ("pm list users", Filtered),
    ("pm list packages -3 --user 0", Caught),
    ("pm list packages --user #", Caught),
    ("pm list packages -u -3 --user #", Caught),
    ("pm path --user # $", Caught),
    (
        "cmd appops query-op --user 0 REQUEST_INSTALL_PACKAGES allow",
        Filtered,
    ),
    (
        "cmd appops get --user # $p MANAGE_EXTERNAL_STORAGE",
        Filtered,
    ),
    (
        "content query --user # --uri content://media/external/images/media --projection _id --where **",
        Caught,
    ),
    ("find $1 -maxdepth 1 -type f -mtime -30", Caught),
    // Whether a folder is there, and the numbers of WhatsApp's further accounts.
    ("ls $1/.nomedia", Caught),
    ("ls $R/Android", Caught),
    ("ls $A/$B/accounts", Caught),
    ("am start --user # -a android.settings.*", Free),
    (
        "am start --user # -a android.settings.APP_NOTIFICATION_SETTINGS --es android.provider.extra.APP_PACKAGE $",
        Free,
    ),
    (
        "am start --user # -a android.settings.APPLICATION_DETAILS_SETTINGS -d package:*",
        Free,
    ),
];

/// Properties of which the value is asked: of the system, never of the person or the phone's numbers.
const PROPERTIES: &[&str] = &[
    "ro.build.version.release",
    "ro.build.version.sdk",
    "ro.build.version.security_patch",
    "ro.vendor.build.security_patch",
    "ro.product.manufacturer",
    "ro.product.model",
    "ro.build.type",
    "ro.build.tags",
    "ro.build.display.id",
    "ro.build.flavor",
    "ro.build.fingerprint",
    "ro.debuggable",
    "ro.secure",
    "ro.boot.verifiedbootstate",
    "ro.boot.vbmeta.device_state",
    "ro.boot.flash.locked",
    "ro.boot.warranty_bit",
    "ro.warranty_bit",
    "sys.oem_unlock_allowed",
    "ro.crypto.state",
    "ro.kernel.qemu",
    "ro.lineage.version",
    "ro.lineage.device",
    "ro.crdroid.version",
    "ro.modversion",
];

/// Settings of which the script takes the value, to count what it holds.
const COUNTED: &[&str] = &[
    "enabled_notification_listeners",
    "enabled_accessibility_services",
    "enabled_input_methods",
];

/// What a variable may stand for where `getprop $q` and `settings get $q` use it: the words of `for q in ...`.
fn looped(text: &str, wrong: &mut Vec<String>) {
    let asks = text.contains("getprop $q") || text.contains("get secure $q");
    for list in text.split("for q in ").skip(1).filter(|_| asks) {
        let list = list.split([';', '\n']).next().unwrap_or_default();
        // What the phone itself printed.
        if list.starts_with("$(") {
            continue;
        }
        for word in list.split(' ').filter(|word| !word.is_empty()) {
            // The other loops go over permissions and packages.
            let other = word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
                || word.contains('$')
                || word == "android";
            if !other && !PROPERTIES.contains(&word) && !COUNTED.contains(&word) {
                wrong.push(format!(
                    "not on the list of properties and settings: {word}"
                ));
            }
        }
    }
}

/// What a phone saw of the same commands when the variables were filled in.
const RAN: &[(&str, &str)] = &[
    (
        "settings --user 0 get secure $q",
        "settings --user 0 get secure enabled_*",
    ),
    ("dumpsys package $p", "dumpsys package com.whatsapp"),
    (
        "dumpsys package $p",
        "dumpsys package org.telegram.messenger",
    ),
    (
        "dumpsys package $p",
        "dumpsys package org.thoughtcrime.securesms",
    ),
    (
        "dumpsys notification --package $p",
        "dumpsys notification --package $",
    ),
    (
        "cmd appops get --user # $p MANAGE_EXTERNAL_STORAGE",
        "cmd appops get --user # $ MANAGE_EXTERNAL_STORAGE",
    ),
    (
        "find $1 -maxdepth 1 -type f -mtime -30",
        "find /storage/emulated/* **",
    ),
    ("ls $1/.nomedia", "ls /storage/emulated/* **"),
];

/// The shell's own words and the filters, with the beginning of what they may be given.
const TOOLS: &[&str] = &[
    "echo **",
    "read t r",
    "[ **",
    ": **",
    "set -f",
    "set +f",
    "exec",
    "exit 0",
    "exit 124",
    "return",
    "continue",
    "break",
    "sleep 0.5",
    "date +%s",
    "command -v su",
    "command -v timeout",
    "sed -nE **",
    "grep -oE $",
    "grep -c $",
    "head -n $",
    "uniq",
    "wc -l",
    // The positional parameters of `x` and `f`, whose calls are read by themselves.
    "$@",
];

const FILTERS: &[&str] = &["f", "g", "sed", "grep"];

/// What must never be sent, whatever else is allowed: words that follow each other at the beginning of a command.
const NEVER: &[&str] = &[
    // Counts as a wrong password, or changes the lock.
    "locksettings",
    "cmd lock_settings",
    "dpm set-",
    "dpm remove-",
    "dpm force-",
    "dpm mark-",
    // Changes the phone.
    "settings put",
    "settings delete",
    "settings reset",
    "settings --user $ put",
    "settings --user $ delete",
    "settings --user $ reset",
    "pm grant",
    "pm revoke",
    "pm clear",
    "pm install",
    "pm uninstall",
    "pm disable",
    "pm enable",
    "pm hide",
    "pm suspend",
    "pm set-",
    "pm reset-",
    "pm remove-",
    "pm create-",
    "pm trim-",
    "cmd package",
    "cmd settings",
    "cmd appops set",
    "cmd appops reset",
    "appops",
    "cmd notification",
    "cmd companiondevice",
    "cmd safety_center",
    "cmd user",
    "svc",
    "input",
    "wm",
    "ime",
    "monkey",
    "media",
    "service",
    "content insert",
    "content update",
    "content delete",
    "content call",
    "content read",
    "content write",
    "am force-stop",
    "am kill",
    "am broadcast",
    "am instrument",
    "am switch-user",
    "am startservice",
    "am start-service",
    "am start-foreground-service",
    "am stopservice",
    "reboot",
    "svc power",
    "setprop",
    "setenforce",
    "stop",
    "start",
    "kill",
    "mount",
    "wipe",
    "recovery",
    "su",
    "run-as",
    "eval",
    ".",
    "source",
    "rm",
    "mv",
    "cp",
    "dd",
    "tee",
    "touch",
    "mkdir",
    "rmdir",
    "chmod",
    "chown",
    "ln",
    "truncate",
    "cat",
    "tar",
    "nc",
    "curl",
    "wget",
    "screencap",
    "screenrecord",
    "uiautomator",
    // Personal, whole.
    "logcat",
    "bugreport",
    "bugreportz",
    "dumpstate",
    "dumpsys account user",
    "dumpsys user",
    "dumpsys batterystats",
    "dumpsys usagestats",
    "dumpsys telephony",
    "dumpsys accessibility",
    "dumpsys wifi",
    "dumpsys location",
    "dumpsys contacts",
    "dumpsys notification --noredact",
    "dumpsys activity activities",
];

/// What is wrong with a text that would go to a phone; `functions` are those that it may call.
pub fn check(text: &str) -> Vec<String> {
    let functions = functions(text);
    let found = match shell::commands(text) {
        Ok(found) => found,
        Err(why) => return vec![format!("cannot be read: {why}")],
    };
    let mut wrong = Vec::new();
    for command in &found {
        judge(command, &functions, &mut wrong);
    }
    looped(text, &mut wrong);
    wrong
}

/// The functions that the text defines.
fn functions(text: &str) -> Vec<String> {
    text.split(['\n', ';', ' '])
        .filter_map(|word| word.split_once("(){"))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.bytes().all(|b| b.is_ascii_lowercase()))
        .collect()
}

fn judge(command: &Command, functions: &[String], wrong: &mut Vec<String>) {
    let mut words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    // `x` and `c` run the rest of their words, and `c` keeps what it prints; `$Z` is a time limit or nothing.
    let mut caught = command.caught;
    while matches!(words.first(), Some(&("x" | "c" | "$Z"))) && words.len() > 1 {
        caught |= words.remove(0) == "c";
    }
    let line = words.join(" ");
    // Its text comes as commands of its own.
    if let ["sh", "-c", _, rest @ ..] = words.as_slice() {
        if !rest.iter().all(|word| matches!(*word, "$N" | "$@")) {
            wrong.push(format!("words for another shell: {line}"));
        }
        return;
    }
    if let Some(never) = NEVER.iter().find(|never| begins(&words, never)) {
        wrong.push(format!("must never be sent ({never}): {line}"));
        return;
    }
    if let Some((pattern, goes)) = PHONE.iter().find(|(pattern, _)| is(&words, pattern)) {
        let filtered = command
            .into
            .as_deref()
            .is_some_and(|p| FILTERS.contains(&p));
        let fine = match goes {
            Free => true,
            Filtered => filtered,
            Caught => filtered || caught,
        };
        if !fine {
            wrong.push(format!("unfiltered ({pattern}): {line}"));
        }
        return;
    }
    let called = functions
        .iter()
        .any(|name| Some(&name.as_str()) == words.first());
    let tool = TOOLS.iter().any(|pattern| is(&words, pattern));
    if !called && !tool {
        wrong.push(format!("not on the list: {line}"));
    }
    // What a filter could write or run.
    if words.first() == Some(&"sed") || matches!(words.first(), Some(&("f" | "g"))) {
        for word in &words[1..] {
            let flags = word.starts_with('-') && !matches!(*word, "-nE" | "-e" | "-n" | "-E");
            let writes = word.contains("/w ") || word.starts_with("w ") || word.contains(";w ");
            let runs = word.ends_with("/e") || word.contains("/e;");
            if flags || writes || runs {
                wrong.push(format!("a filter that writes: {line}"));
            }
        }
    }
}

/// Whether a command line that a phone saw is on the list.
pub fn ran(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    if let ["getprop", key] = words.as_slice() {
        return PROPERTIES.contains(key);
    }
    !NEVER.iter().any(|never| begins(&words, never))
        && (PHONE.iter().any(|(pattern, _)| is(&words, pattern))
            || RAN.iter().any(|(_, pattern)| is(&words, pattern)))
}

/// Whether the variants name patterns that exist.
pub fn variants_are_of_the_list() -> bool {
    RAN.iter()
        .all(|(of, _)| PHONE.iter().any(|(pattern, _)| pattern == of))
}

/// Every pattern of the phone's programs, for saying which were met.
pub fn patterns() -> impl Iterator<Item = &'static str> {
    PHONE.iter().map(|(pattern, _)| *pattern)
}

/// The pattern that a command is on the list by.
pub fn pattern_of(command: &Command) -> Option<&'static str> {
    let words: Vec<&str> = command
        .words
        .iter()
        .map(String::as_str)
        .skip_while(|word| matches!(*word, "x" | "c" | "$Z"))
        .collect();
    patterns().find(|pattern| is(&words, pattern))
}

fn begins(words: &[&str], never: &str) -> bool {
    let mut words = words.iter();
    never.split(' ').all(|part| match (words.next(), part) {
        (None, _) => false,
        (Some(_), "$") => true,
        (Some(word), part) if part.ends_with('-') => word.starts_with(part),
        (Some(word), part) => *word == part || word.rsplit('/').next() == Some(part),
    })
}

fn is(words: &[&str], pattern: &str) -> bool {
    let mut words = words.iter();
    for part in pattern.split(' ') {
        if part == "**" {
            return true;
        }
        let Some(word) = words.next() else {
            return false;
        };
        let fits = match part {
            "#" => {
                matches!(*word, "$u" | "$1")
                    || (!word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()))
            }
            "$" => !word.is_empty() && !word.starts_with("--"),
            part => match part.strip_suffix('*') {
                Some(start) => word.starts_with(start),
                None => *word == part,
            },
        };
        if !fits {
            return false;
        }
    }
    words.next().is_none()
}
