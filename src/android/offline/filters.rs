//! What the filters of the script make of a command's output, done here: of a saved dump the same lines are kept, and
//! no others. A test holds each of them to the phone's own shell and `sed`.

use std::collections::BTreeSet;

use crate::android::readers::known_packages;
use crate::android::section::Section;

/// What the section's filter prints of a command's output, the number of lines last; `None` for a section whose command
/// no saved dump holds.
pub fn filter(section: &Section, raw: &[String]) -> Option<Vec<String>> {
    let text = section.text();
    if let Some(keys) = settings_keys(&text) {
        return Some(through(raw, |line| setting(line, &keys)));
    }
    Some(match section.id {
        "lock" => through(raw, lock),
        "trust" => through(raw, trust),
        "power" => through(raw, power),
        "policy" => policy(raw),
        "front" => through(raw, front),
        "users" => through(raw, user),
        "accounts" => through(raw, account),
        "package" => through(raw, package),
        _ => return None,
    })
}

/// The refusals that every filter lets through, then what this one keeps, then the number of lines. The number counts
/// the end mark and the empty line before it too.
fn through(raw: &[String], mut keeps: impl FnMut(&str) -> Option<String>) -> Vec<String> {
    let mut kept: Vec<String> = raw
        .iter()
        .filter_map(|line| refusal(line).or_else(|| keeps(line)))
        .collect();
    kept.push((raw.len() + 2).to_string());
    kept
}

const REFUSALS: &[&str] = &[
    "Permission Denial",
    "Security exception",
    "Exception",
    // "Can.t find service": the sign between them differs.
    "Can",
    "No services match",
    "Unknown command",
    "*** SERVICE",
    "Error",
    "Failure",
    "Failed",
    "Invalid user",
    "Aborted",
    "Killed",
    "cmd: ",
    "sh: ",
];

fn refusal(line: &str) -> Option<String> {
    let line = line.trim_start_matches(' ');
    for kind in REFUSALS {
        let Some(rest) = line.strip_prefix(kind) else {
            continue;
        };
        if *kind != "Can" {
            return Some(format!("!{kind}"));
        }
        let mut chars = rest.chars();
        if let Some(sign) = chars.next()
            && chars.as_str().starts_with("t find service")
        {
            return Some(format!("!Can{sign}t find service"));
        }
    }
    let thrown = line.starts_with("java.")
        || line.strip_prefix("android.").is_some_and(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '.');
            rest.get(..end.unwrap_or(rest.len()))
                .is_some_and(|name| name.contains("Exception"))
        });
    thrown.then(|| "!Exception".into())
}

/// Digits at the start, and the rest.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn all(text: &str, ok: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(ok)
}

fn in_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'.' || b == b'_'
}

/// The keys of a settings section: `... list secure | g 'a|b'`.
pub fn settings_keys(text: &str) -> Option<Vec<&str>> {
    let keys = text.split_once("| g '")?.1.strip_suffix('\'')?;
    Some(keys.split('|').collect())
}

/// The namespace of a settings section.
pub fn namespace(text: &str) -> Option<&str> {
    text.split_once(" list ")?.1.split(' ').next()
}

fn setting(line: &str, keys: &[&str]) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    keys.contains(&key).then(|| {
        let number = all(value.strip_prefix('-').unwrap_or(value), |b| {
            b.is_ascii_digit()
        });
        if number || value == "null" {
            line.to_owned()
        } else {
            format!("{key}=odd")
        }
    })
}

fn lock(line: &str) -> Option<String> {
    let bare = line.trim_start_matches(' ');
    if let Some(rest) = bare.strip_prefix("SID") {
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        if let Some(rest) = rest.strip_prefix([':', '=']) {
            let id = rest.strip_prefix(' ').unwrap_or(rest);
            let head = line.get(..line.len() - id.len()).unwrap_or_default();
            if all(id, |b| b == b'0') {
                return Some(format!("{head}zero"));
            }
            if all(id, |b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                return Some(format!("{head}set"));
            }
        }
    }
    let heading = [
        "Current lock settings",
        "SP Enabled",
        "User State:",
        "Storage:",
        "CredentialType:",
        "SeparateChallenge:",
    ];
    let user = bare
        .strip_prefix("User ")
        .and_then(digits)
        .is_some_and(|(_, rest)| rest.bytes().all(|b| b == b' '));
    (user || heading.iter().any(|h| bare.starts_with(h))).then(|| line.to_owned())
}

/// A line of `dumpsys trust`.
pub fn trust(line: &str) -> Option<String> {
    let bare = line.trim_start_matches(' ');
    if let Some(rest) = bare.strip_prefix("User \"") {
        // The last such mark: a name can hold one too.
        let id = rest.rmatch_indices("\" (id=").find_map(|(at, mark)| {
            let (id, rest) = digits(rest.get(at + mark.len()..)?)?;
            let flags = rest.strip_prefix(", flags=")?;
            Some((id, flags.split_once(')')?.1))
        });
        if let Some((id, rest)) = id {
            return Some(format!("User {id}{rest}"));
        }
    }
    // The end of a user's line, of which a name with the end of a line in it has taken the beginning.
    if line.contains("\" (id=") {
        return Some("User ?".into());
    }
    if let Some(rest) = bare.strip_prefix("bound=") {
        // An agent that is not connected says nothing of what it would do.
        let flags = rest.strip_prefix("1, connected=1, managingTrust=");
        let flags = flags.and_then(|rest| {
            let (managing, rest) = rest.split_at_checked(1)?;
            let trusted = rest.strip_prefix(", trusted=")?.get(..1)?;
            let flag = |f| matches!(f, "0" | "1");
            (flag(managing) && flag(trusted)).then_some((managing, trusted))
        });
        return Some(match flags {
            Some((managing, trusted)) => format!("agent {managing} {trusted}"),
            None => "agent ?".into(),
        });
    }
    if bare.starts_with("disabled because") {
        return Some("disabled".into());
    }
    line.starts_with("Trust manager state")
        .then(|| line.to_owned())
}

fn power(line: &str) -> Option<String> {
    let bare = line.trim_start_matches(' ');
    [
        "Screen off timeout: ",
        "mStayOn=",
        "mStayOnWhilePluggedInSetting=",
        "mMaximumScreenOffTimeoutFromDeviceAdmin=",
        "mUserActivityTimeoutOverrideFromWindowManager=",
    ]
    .iter()
    .any(|key| bare.starts_with(key))
    .then(|| line.to_owned())
}

/// Where in the dump owners are named: from one of these lines to the list of administrators.
#[derive(Default)]
struct Owners {
    inside: bool,
}

impl Owners {
    fn at(&mut self, bare: &str) -> bool {
        let was = self.inside;
        if !was {
            self.inside = bare.starts_with("Device Owner:") || bare.starts_with("Profile Owner (");
            return self.inside;
        }
        self.inside = !bare.starts_with("Enabled Device Admins");
        true
    }
}

fn owners_package(bare: &str) -> Option<&str> {
    bare.strip_prefix("package=").filter(|p| all(p, in_name))
}

fn policy(raw: &[String]) -> Vec<String> {
    let mut known: BTreeSet<&str> = known_packages().into_iter().collect();
    let mut owners = Owners::default();
    for line in raw {
        let bare = line.trim_start_matches(' ');
        if owners.at(bare) {
            known.extend(owners_package(bare));
        }
    }
    let mut owners = Owners::default();
    through(raw, |line| {
        let bare = line.trim_start_matches(' ');
        let in_owners = owners.at(bare);
        if owners_package(bare).is_some() {
            return in_owners.then(|| line.to_owned());
        }
        if let Some((package, class)) = bare.strip_suffix(':').and_then(|b| b.split_once('/'))
            && all(package, in_name)
            && all(class, |b| in_name(b) || b == b'$')
        {
            return Some(if known.contains(package) {
                format!("admin {package}")
            } else {
                "admin other".into()
            });
        }
        for heading in ["Current Device Policy", "Device Owner:"] {
            if bare.starts_with(heading) {
                return Some(heading.to_owned());
            }
        }
        for (heading, closes) in [
            ("Profile Owner (User ", ")"),
            ("Enabled Device Admins (User ", ""),
        ] {
            if let Some((user, rest)) = bare.strip_prefix(heading).and_then(digits)
                && rest.starts_with(closes)
            {
                return Some(format!("{heading}{user}{closes}"));
            }
        }
        let field = match bare.split_once('=') {
            Some(("isOrganizationOwnedDevice" | "canAccessDeviceIds", v)) => {
                all(v, |b| b.is_ascii_lowercase())
            }
            Some(("maximumTimeToUnlock", v)) => all(v, |b| b.is_ascii_digit() || b == b'-'),
            Some(("disabledKeyguardFeatures", v)) => {
                all(v, |b| matches!(b, b'-' | b'0'..=b'9' | b'a'..=b'f' | b'x'))
            }
            _ => {
                bare == "wipe-data"
                    || bare
                        .strip_prefix("User ID: ")
                        .is_some_and(|v| all(v, |b| b.is_ascii_digit()))
                    || bare
                        .strip_prefix("Device Owner Type: ")
                        .map(|v| v.strip_prefix('-').unwrap_or(v))
                        .is_some_and(|v| all(v, |b| b.is_ascii_digit()))
            }
        };
        field.then(|| line.to_owned())
    })
}

/// A line of `am get-current-user`.
fn front(line: &str) -> Option<String> {
    all(line, |b| b.is_ascii_digit()).then(|| format!("user {line}"))
}

/// A line of `pm list users`.
fn user(line: &str) -> Option<String> {
    let bare = line.trim_start_matches([' ', '\t', '\r', '\u{b}', '\u{c}']);
    if let Some((id, rest)) = bare.strip_prefix("UserInfo{").and_then(digits)
        && let Some(rest) = rest.strip_prefix(':')
    {
        // The flags stand last: a name can look like them.
        let found = rest.rmatch_indices(':').find_map(|(at, _)| {
            let (flags, rest) = rest.get(at + 1..)?.split_once('}')?;
            let whole = all(flags, |b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
                && matches!(rest, "" | " running");
            whole.then_some((flags, rest))
        });
        if let Some((flags, running)) = found {
            return Some(format!("{id} {flags}{running}"));
        }
    }
    if line == "Users:" {
        return Some(line.to_owned());
    }
    (!line.is_empty()).then(|| "?".into())
}

/// A line of `dumpsys account --checkin`.
fn account(line: &str) -> Option<String> {
    let bare = line.trim_start_matches(' ');
    let end = line
        .strip_suffix("}:")
        .and_then(|head| head.rsplit_once(':'));
    if let Some((head, flags)) = end
        && all(flags, |b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    {
        let head = head.trim_start_matches(' ');
        let id = head.strip_prefix("User UserInfo{").and_then(digits);
        // The last colon can be the one in front of the name.
        return Some(match id {
            Some((id, name)) if name.starts_with(':') => format!("User {id}"),
            _ => "?".into(),
        });
    }
    let (kind, count) = bare.split_once(',')?;
    (is_known_account(kind) && all(count, |b| b.is_ascii_digit())).then(|| line.to_owned())
}

/// Whether accounts of this kind are counted.
pub fn is_known_account(kind: &str) -> bool {
    matches!(
        kind,
        "com.google"
            | "com.osp.app.signin"
            | "com.xiaomi"
            | "com.huawei.hwid"
            | "com.oppo.usercenter"
            | "com.motorola.account"
    ) || kind
        .strip_prefix("com.heytap")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'.'))
}

/// A line of `dumpsys package PACKAGE`.
fn package(line: &str) -> Option<String> {
    let bare = line.trim_start_matches(' ');
    if let Some(version) = bare.strip_prefix("versionName=") {
        return Some(format!("version={version}"));
    }
    if let Some(rest) = bare.strip_prefix("versionCode=") {
        let target = rest
            .rmatch_indices(" targetSdk=")
            .find_map(|(at, mark)| Some(digits(rest.get(at + mark.len()..)?)?.0));
        if let Some(target) = target {
            return Some(format!("target={target}"));
        }
    }
    line.starts_with("Hidden system packages:")
        .then(|| "hidden".into())
}
