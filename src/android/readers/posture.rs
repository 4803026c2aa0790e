//! The system itself: patches, genuine build, boot, encryption, root, other sources of apps.

use jiff::Timestamp;

use super::shared::{self, BASE, FRONT, Maker, setting};
use super::{Out, Reader, View, settle};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::{TOO_LONG, value};
use crate::evidence::{Fact, Origin, Reading, Value};

static PROPS: Section = Section {
    id: "prop.posture",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"x sh -c 'for q in ro.build.version.release ro.build.version.security_patch ro.vendor.build.security_patch ro.build.type ro.build.tags ro.build.display.id ro.build.flavor ro.build.fingerprint ro.debuggable ro.secure ro.boot.verifiedbootstate ro.boot.vbmeta.device_state ro.boot.flash.locked ro.boot.warranty_bit ro.warranty_bit sys.oem_unlock_allowed ro.crypto.state ro.kernel.qemu ro.lineage.version ro.lineage.device ro.crdroid.version ro.modversion; do echo "$q=$(getprop $q)"; done' | f -e p"#,
    ),
    place: "getprop",
    keeps: "the properties named in the command: patch levels, kind of build, state of boot, bootloader and encryption",
};

static ROOT: Section = Section {
    id: "root",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"command -v su >/dev/null&&echo su=1||echo su=0;c getenforce;case $v in Enforcing|Permissive|Disabled) ;;*) v=refused;;esac;echo enforce=$v;w 0 com.topjohnwu.magisk;e"#,
    ),
    place: "command -v su; getenforce; pm path --user 0 com.topjohnwu.magisk",
    keeps: "whether there is a su command, a root manager (Magisk), and whether SELinux enforces its rules",
};

static INSTALLERS: Section = Section {
    id: "installers",
    span: Span::Once,
    shell: Shell::Fixed(
        r"x cmd appops query-op --user 0 REQUEST_INSTALL_PACKAGES allow | f -e 's/^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+$/p/p;t' -e 's/^(No operations).*/\1/p;t' -e 's/.+/?/p'",
    ),
    place: "cmd appops query-op --user 0 REQUEST_INSTALL_PACKAGES allow",
    keeps: "one letter for each app that may install apps; their names do not leave the phone",
};

static GLOBAL: Section = Section {
    id: "global.posture",
    span: Span::Once,
    shell: Shell::Fixed(
        r"x settings $U list global | g 'adb_wifi_enabled|package_verifier_user_consent|package_verifier_enable'",
    ),
    place: "settings --user 0 list global",
    keeps: "wireless debugging and Play Protect",
};

pub struct Posture;

impl Reader for Posture {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::OsPatch,
            Fact::OsBuildTrusted,
            Fact::BootVerified,
            Fact::BootLocked,
            Fact::BootUnlockAllowed,
            Fact::StorageEncrypted,
            Fact::RootSigns,
            Fact::SideloadApps,
            Fact::PlayProtect,
            Fact::WirelessDebugging,
            Fact::KnoxFuse,
        ]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &FRONT, &PROPS, &ROOT, &INSTALLERS, &GLOBAL] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let props = Props(view.once(&PROPS).and_then(|body| body.lines()));
        let at = |keys: &[&str]| -> Vec<Origin> {
            keys.iter()
                .map(|key| view.origin(&PROPS).key(*key))
                .collect()
        };
        let patches = [
            "ro.build.version.security_patch",
            "ro.vendor.build.security_patch",
        ];
        out.device(
            Fact::OsPatch,
            settle(patch(&props, patches)).with_origins(at(&patches)),
        );

        let tells = tells(&props);
        let genuine = match &tells {
            Err(why) => Reading::unreadable(why),
            Ok(None) => Reading::indicative(Value::Bool(true)).at_its_best(),
            Ok(Some(_)) => Reading::known(Value::Bool(false)),
        };
        let mut origin = view.origin(&PROPS).key("ro.build.*");
        if let Ok(tell) = &tells {
            origin = origin.note(
                tell.clone()
                    .unwrap_or_else(|| "a custom system can pretend".into()),
            );
        }
        out.device(Fact::OsBuildTrusted, genuine.from(origin));

        // A system that shows itself not to be the maker's states what it likes.
        let spoofed = matches!(tells, Ok(Some(_)));
        let stated = |reading: Reading| match reading.value() {
            Some(value) if spoofed => Reading::indicative(value.clone()).at_its_best(),
            _ => reading,
        };
        let boot = ["ro.boot.verifiedbootstate"];
        out.device(
            Fact::BootVerified,
            stated(settle(verified(&props))).with_origins(at(&boot)),
        );
        let locked = ["ro.boot.vbmeta.device_state", "ro.boot.flash.locked"];
        out.device(
            Fact::BootLocked,
            stated(settle(bootloader(&props, locked))).with_origins(at(&locked)),
        );
        let unlock = "sys.oem_unlock_allowed";
        out.device(
            Fact::BootUnlockAllowed,
            stated(settle(props.switch(unlock))).with_origins(at(&[unlock])),
        );
        let crypto = "ro.crypto.state";
        out.device(
            Fact::StorageEncrypted,
            settle(encrypted(&props, crypto)).with_origins(at(&[crypto])),
        );
        let fuse = ["ro.boot.warranty_bit", "ro.warranty_bit"];
        out.device(
            Fact::KnoxFuse,
            settle(knox(view, &props, fuse)).with_origins(at(&fuse)),
        );

        out.device(
            Fact::RootSigns,
            settle(view.once(&ROOT).and_then(|body| root(body.lines()?))).from(view.origin(&ROOT)),
        );
        out.device(
            Fact::SideloadApps,
            settle(installers(view)).from(view.origin(&INSTALLERS)),
        );
        let global = |key| view.once(&GLOBAL).and_then(|body| setting(body, key));
        out.device(
            Fact::PlayProtect,
            play_protect(global, shared::base(view), view.origin(&GLOBAL)),
        );
        let key = "adb_wifi_enabled";
        let wireless = global(key).and_then(|value| match value {
            Some(value) => Ok(Reading::known(Value::Bool(shared::switch(key, value)?))),
            None => Ok(Reading::absent(
                "the phone does not say whether it can be debugged over Wi-Fi",
            )),
        });
        out.device(
            Fact::WirelessDebugging,
            settle(wireless).from(view.origin(&GLOBAL).key(key)),
        );
    }
}

struct Props<'a>(Result<&'a [String], String>);

impl Props<'_> {
    /// A property that is not empty.
    fn get(&self, key: &str) -> Result<Option<&str>, String> {
        let lines = self.0.as_ref().map_err(Clone::clone)?;
        Ok(value(lines, key)?.map(str::trim).filter(|v| !v.is_empty()))
    }

    fn switch(&self, key: &str) -> Result<Reading, String> {
        Ok(match self.get(key)? {
            Some(value) => Reading::known(Value::Bool(shared::switch(key, value)?)),
            None => Reading::absent("the phone does not state it"),
        })
    }
}

fn patch(props: &Props<'_>, keys: [&str; 2]) -> Result<Reading, String> {
    let mut older: Option<Timestamp> = None;
    for key in keys {
        if let Some(date) = props.get(key)? {
            let moment: Timestamp = format!("{date}T00:00:00Z")
                .parse()
                .map_err(|_| format!("{key} holds no date"))?;
            older = Some(older.map_or(moment, |first| first.min(moment)));
        }
    }
    Ok(match older {
        Some(date) => Reading::known(Value::Date(date)),
        None => Reading::absent("the phone does not state a security patch level"),
    })
}

/// The first sign that this is not the maker's own system; `None` if there is none. What cannot be read is an error only
/// where nothing else gives the system away.
fn tells(props: &Props<'_>) -> Result<Option<String>, String> {
    let need = |key: &str| {
        props
            .get(key)?
            .ok_or_else(|| format!("the phone does not state {key}"))
    };
    let is = |tell: bool, text: String| Ok(tell.then_some(text));
    let mut found: Vec<Result<Option<String>, String>> = Vec::new();
    for (key, genuine) in [
        ("ro.build.type", "user"),
        ("ro.build.tags", "release-keys"),
        ("ro.debuggable", "0"),
        ("ro.secure", "1"),
    ] {
        found.push(
            need(key).and_then(|value| is(value != genuine, format!("{key} is not {genuine}"))),
        );
    }
    for key in [
        "ro.lineage.version",
        "ro.lineage.device",
        "ro.crdroid.version",
        "ro.modversion",
    ] {
        found.push(
            props
                .get(key)
                .and_then(|value| is(value.is_some(), format!("{key} is set"))),
        );
    }
    for key in ["ro.build.display.id", "ro.build.flavor"] {
        let custom = |value: &str| {
            let lower = value.to_ascii_lowercase();
            ["lineage", "userdebug", "crdroid", "-eng"]
                .iter()
                .any(|word| lower.contains(word))
        };
        found.push(props.get(key).and_then(|value| {
            is(
                value.is_some_and(custom),
                format!("{key} names a custom or a test build"),
            )
        }));
    }
    found.push(other_release(&need));
    found.push(
        props
            .get("ro.kernel.qemu")
            .and_then(|value| is(value == Some("1"), "an emulator".into())),
    );
    found.push(
        props
            .get("ro.boot.verifiedbootstate")
            .map(|state| match state {
                Some(state @ ("yellow" | "orange" | "red")) => {
                    Some(format!("verified boot is {state}"))
                }
                _ => None,
            }),
    );
    match found.iter().find_map(|tell| tell.clone().ok().flatten()) {
        Some(tell) => Ok(Some(tell)),
        None => found
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map(|_| None),
    }
}

/// Whether the build's fingerprint (`maker/product/device:RELEASE/id/...:user/release-keys`) is of another version.
fn other_release<'a>(
    need: &impl Fn(&str) -> Result<&'a str, String>,
) -> Result<Option<String>, String> {
    let release = need("ro.build.version.release")?;
    let fingerprint = need("ro.build.fingerprint")?;
    let stated = fingerprint
        .split(':')
        .nth(1)
        .and_then(|part| part.split('/').next());
    match stated {
        Some(stated) if stated.split('.').next() == release.split('.').next() => Ok(None),
        Some(_) => Ok(Some(
            "the build's fingerprint and the system state different versions of Android".into(),
        )),
        None => Err("the build's fingerprint has an unfamiliar form".into()),
    }
}

fn verified(props: &Props<'_>) -> Result<Reading, String> {
    Ok(match props.get("ro.boot.verifiedbootstate")? {
        None => Reading::absent("the phone does not state it"),
        Some(word) => match Fact::BootVerified.word(word) {
            Some(value) => Reading::known(value),
            None => return Err("verified boot is stated in an unfamiliar word".into()),
        },
    })
}

fn bootloader(props: &Props<'_>, [state, flash]: [&str; 2]) -> Result<Reading, String> {
    let state = match props.get(state)? {
        None => None,
        Some("locked") => Some(true),
        Some("unlocked") => Some(false),
        Some(_) => return Err("the bootloader's state is given in an unfamiliar word".into()),
    };
    let flash = props
        .get(flash)?
        .map(|value| shared::switch(flash, value))
        .transpose()?;
    match (state, flash) {
        (Some(a), Some(b)) if a != b => {
            Err("the phone states twice whether its bootloader is locked, differently".into())
        }
        (Some(locked), _) | (None, Some(locked)) => Ok(Reading::known(Value::Bool(locked))),
        (None, None) => Ok(Reading::absent("the phone does not state it")),
    }
}

fn encrypted(props: &Props<'_>, key: &str) -> Result<Reading, String> {
    match props.get(key)? {
        Some("encrypted") => Ok(Reading::known(Value::Bool(true))),
        Some("unencrypted") => Ok(Reading::known(Value::Bool(false))),
        Some(_) => Err(format!("{key} says neither encrypted nor not")),
        None => Ok(Reading::absent("the phone does not state it")),
    }
}

fn knox(view: &View<'_>, props: &Props<'_>, keys: [&str; 2]) -> Result<Reading, String> {
    match shared::base(view)?.maker {
        None => return Err("the phone does not state its maker".into()),
        Some(Maker::Samsung) => {}
        Some(_) => {
            return Ok(Reading::not_readable(
                "only Samsung phones have a Knox fuse",
            ));
        }
    }
    let mut blown: Option<bool> = None;
    for key in keys {
        if let Some(value) = props.get(key)? {
            blown = Some(blown.unwrap_or(false) || shared::switch(key, value)?);
        }
    }
    Ok(match blown {
        Some(blown) => Reading::known(Value::Bool(blown)),
        None => Reading::absent("the phone does not state it"),
    })
}

fn root(lines: &[String]) -> Result<Reading, String> {
    let su = value(lines, "su")?.ok_or("the phone was not asked for a su command")?;
    let enforce = value(lines, "enforce")?.ok_or("the phone does not state its SELinux mode")?;
    let magisk = value(lines, "com.topjohnwu.magisk")?
        .ok_or("the phone was not asked for a root manager")?;
    // Last in its section: it is late too where the question before it was stopped.
    if magisk == "124" {
        return Err(TOO_LONG.into());
    }
    let mut signs = 0;
    signs += u64::from(shared::switch("su", su)?);
    signs += match enforce {
        "Enforcing" => 0,
        "Permissive" | "Disabled" => 1,
        _ => return Err("the phone refused to state its SELinux mode".into()),
    };
    signs += match magisk {
        "no" => 0,
        "yes" => 1,
        _ => return Err("the phone refused to say whether a root manager is installed".into()),
    };
    Ok(match signs {
        0 => Reading::indicative(Value::Count(0)).at_its_best(),
        signs => Reading::known(Value::Count(signs)),
    })
}

fn installers(view: &View<'_>) -> Result<Reading, String> {
    let lines = view.once(&INSTALLERS)?.filtered(1)?;
    // Of another section's lines none would be counted, and none is as good as can be.
    if lines
        .iter()
        .any(|line| line != "p" && !line.starts_with("No operations"))
    {
        return Err("the phone answered in an unfamiliar way".into());
    }
    let count = lines.iter().filter(|line| *line == "p").count();
    if count == 0 && !lines.iter().any(|line| line.starts_with("No operations")) {
        return Err("the phone did not say which apps may install apps".into());
    }
    Ok(Reading::known(Value::Count(count as u64)))
}

fn play_protect<'a>(
    global: impl Fn(&'static str) -> Result<Option<&'a str>, String>,
    base: Result<shared::Base, String>,
    origin: Origin,
) -> Reading {
    let consent = "package_verifier_user_consent";
    let enable = "package_verifier_enable";
    match (global(consent), global(enable)) {
        (Err(why), _) | (_, Err(why)) => Reading::unreadable(why).from(origin.key(consent)),
        (_, Ok(Some("0"))) => Reading::known(Value::Bool(false)).from(origin.key(enable)),
        (_, Ok(Some(enabled))) if enabled != "1" => {
            Reading::unreadable(format!("{enable} is neither 0 nor 1")).from(origin.key(enable))
        }
        (Ok(None), _) => shared::by_default(base, Value::Bool(true), origin.key(consent)),
        (Ok(Some("1")), _) => Reading::known(Value::Bool(true)).from(origin.key(consent)),
        // -1 is described as "not asked yet" and also known as the value that switches it off.
        (Ok(Some(_)), _) => {
            Reading::unreadable(format!("{consent} has a value that can mean on or off"))
                .from(origin.key(consent))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_root() {
        for (su, enforce, magisk, expected) in [
            ("0", "Enforcing", "no", Some(0)),
            ("1", "Enforcing", "no", Some(1)),
            ("0", "Permissive", "no", Some(1)),
            ("0", "Disabled", "no", Some(1)),
            ("0", "Enforcing", "yes", Some(1)),
            ("1", "Enforcing", "yes", Some(2)),
            ("1", "Disabled", "yes", Some(3)),
            ("x", "Enforcing", "no", None),
            ("0", "refused", "no", None),
            ("0", "Enforcing", "refused", None),
        ] {
            let lines = [
                format!("su={su}"),
                format!("enforce={enforce}"),
                format!("com.topjohnwu.magisk={magisk}"),
            ];
            let reading = settle(root(&lines));
            let value = expected.map(Value::Count);
            assert_eq!(reading.value(), value.as_ref(), "{lines:?}: {reading:?}");
            // That there is no sign proves little.
            let proves = reading.strength == crate::evidence::Strength::Direct;
            assert_eq!(proves, expected != Some(0), "{lines:?}: {reading:?}");
        }
        let slow = ["su=0", "enforce=refused", "com.topjohnwu.magisk=124"].map(str::to_owned);
        assert_eq!(root(&slow), Err(TOO_LONG.into()));
    }
}
