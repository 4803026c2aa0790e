//! Sections that several readers need, and reading them.

use super::View;
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::{self, Body};
use crate::evidence::{Origin, Reading, Value};

/// Makes and versions.
pub static BASE: Section = Section {
    id: "prop.base",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"x sh -c 'for q in ro.build.version.release ro.build.version.sdk ro.product.manufacturer ro.product.model; do echo "$q=$(getprop $q)"; done'|f -e p"#,
    ),
    place: "getprop",
    keeps: "four properties: the Android version, its API level, the maker and the model",
};

/// The screen locks.
pub static LOCK: Section = Section {
    id: "lock",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"x dumpsys lock_settings|f -e 's/^( *SID ?[:=] ?)0+$/\1zero/p;t' -e 's/^( *SID ?[:=] ?)[0-9a-f]+$/\1set/p;t' -e '/^ *(Current lock settings|SP Enabled|User State:|Storage:|User [0-9]+ *$|CredentialType:|SeparateChallenge:)/p'"#,
    ),
    place: "dumpsys lock_settings",
    keeps: "for each Android user the kind of screen lock (none, pattern, PIN, password), whether it is the user's own, and whether the lock's random id is zero; the id itself does not leave the phone",
};

/// Android's own advice about the lock and about Find Hub.
pub static SAFETY: Section = Section {
    id: "safety",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"if [ $V -ge 33 ]; then A="s/^.*SafetySourceKey\{mSourceId='"; D="', mUserId=([0-9]+)\} -> SafetySourceData\{mStatus=SafetySourceStatus\{[^{]*mSeverityLevel=([0-9]+).*"
x dumpsys safety_center data|f -e "${A}AndroidLockScreen${D}mId=NoScreenLockIssue.*/advice \1 \2 issue/p;t" -e "${A}AndroidLockScreen$D/advice \1 \2/p" -e "${A}GoogleFindMyDevice$D/hub \1 \2/p"; else echo skip; e; fi"#,
    ),
    place: "dumpsys safety_center data",
    keeps: "whether Android itself warns that no screen lock is set, and the number by which it rates Find Hub (from Android 13)",
};

/// What holds the lock open. The name of a user can hold the end of a line: the rest of it, with the user's number, is
/// odd then.
pub static TRUST: Section = Section {
    id: "trust",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"x dumpsys trust|f -e 's/^ *User ".*" \(id=([0-9]+), flags=[^)]*\)/User \1/p;t' -e 's/.*" \(id=.*/User ?/p;t' -e 's/^ *bound=1, connected=1, managingTrust=([01]), trusted=([01]).*/agent \1 \2/p;t' -e 's/^ *bound=.*/agent ?/p;t' -e 's/^ *disabled because.*/disabled/p;t' -e '/^Trust manager state/p'"#,
    ),
    place: "dumpsys trust",
    keeps: "for each Android user whether the phone is locked and whether a trust agent manages the lock; names of users, agents and places do not leave the phone",
};

/// The screen and what keeps it on.
pub static POWER: Section = Section {
    id: "power",
    span: Span::Once,
    shell: Shell::Fixed(
        r"x dumpsys power|f -e '/^ *(Screen off timeout: |mStayOn=|mStayOnWhilePluggedInSetting=|mMaximumScreenOffTimeoutFromDeviceAdmin=|mUserActivityTimeoutOverrideFromWindowManager=)/p'",
    ),
    place: "dumpsys power",
    keeps: "the screen timeout in force, its limit by an administrator, and whether the screen is kept on while charging",
};

/// Owners, administrators and what they demand.
pub static POLICY: Section = Section {
    id: "policy",
    span: Span::Once,
    shell: Shell::Made(policy),
    place: "dumpsys device_policy",
    keeps: "packages and kind of owners and packages of known management apps, whether they may wipe the phone, and their rules for the lock; other administrators count as 'other', and the lists of installed apps do not leave the phone",
};

fn policy() -> String {
    // "com." stands before nearly all of them: it goes over the cable once.
    let (com, rest): (Vec<&str>, Vec<&str>) = super::lists::known_packages()
        .into_iter()
        .partition(|package| package.starts_with("com."));
    let com: Vec<&str> = com
        .iter()
        .filter_map(|it| it.strip_prefix("com."))
        .collect();
    let known = format!("com.({})|{}", com.join("|"), rest.join("|")).replace('.', "\\.");
    format!(
        r#"R='/^ *(Device Owner:|Profile Owner \()/,/^ *Enabled Device Admins/'
v=$(x dumpsys device_policy | sed -nE -e "/^@$N=/{{p;q;}}" -e "$R"'s/^ *package=([A-Za-z0-9_.]+)$/\1/p'); d; O=; for q in $v; do O="$q|$O"; done
x dumpsys device_policy|f -e "$R"'{{/^ *package=[A-Za-z0-9_.]+$/p;}}' -e "s/^ *(${{O}}{known})\/[A-Za-z0-9_.\$]+:\$/admin \1/p;t" -e 's/^ *[A-Za-z0-9_.]+\/[A-Za-z0-9_.$]+:$/admin other/p;t' -e 's/^ *(Current Device Policy|Device Owner:|Profile Owner \(User [0-9]+\)|Enabled Device Admins \(User [0-9]+).*/\1/p;t' -e '/^ *(User ID: [0-9]+|Device Owner Type: -?[0-9]+|isOrganizationOwnedDevice=[a-z]+|canAccessDeviceIds=[a-z]+|wipe-data|maximumTimeToUnlock=[-0-9]+|disabledKeyguardFeatures=[-0-9a-fx]+)$/p'"#
    )
}

/// The Android user in front: where it is another than user 0, what user 0 has set is not in force.
pub static FRONT: Section = Section {
    id: "front",
    span: Span::Once,
    shell: Shell::Fixed(r"x am get-current-user|f -e 's/^[0-9]+$/user &/p'"),
    place: "am get-current-user",
    keeps: "the number of the Android user in front",
};

/// Android users, without their names; a name can hold the end of a line, and so whatever is no whole line of the list
/// is odd. Leaves their ids in `US` for the sections that run per user.
pub static USERS: Section = Section {
    id: "users",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"L=$(x pm list users|f -e 's/^[[:space:]]*UserInfo\{([0-9]+):.*:([0-9a-f]+)\}( running)?$/\1 \2\3/p;t' -e 's/^Users:$/&/p;t' -e 's/.+/?/p'); echo "$L"
US=$(echo "$L" | sed -nE 's/^([0-9]+) [0-9a-f].*/\1/p' | head -n 12)"#,
    ),
    place: "pm list users",
    keeps: "number, kind and whether it runs, for each Android user; names of users do not leave the phone",
};

/// Kinds of accounts of user 0 and others.
pub static ACCOUNTS: Section = Section {
    id: "accounts",
    span: Span::Once,
    shell: Shell::Fixed(
        r"x dumpsys account --checkin|f -e 's/^ *User UserInfo\{([0-9]+):.*:[0-9a-f]+\}:$/User \1/p;t' -e 's/.*:[0-9a-f]+\}:$/?/p' -e '/^ *(com\.google|com\.osp\.app\.signin|com\.xiaomi|com\.huawei\.hwid|com\.oppo\.usercenter|com\.heytap[a-z.]*|com\.motorola\.account),[0-9]+$/p'",
    ),
    place: "dumpsys account --checkin",
    keeps: "how many Google and phone maker's accounts there are; account names and other kinds of account do not leave the phone",
};

/// Version and target of an app.
pub static PACKAGE: Section = Section {
    id: "package",
    span: Span::Copies,
    shell: Shell::Fixed(
        r"x dumpsys package $p|f -e 's/^ *versionName=/version=/p;t' -e 's/^ *versionCode=.* targetSdk=([0-9]+).*/target=\1/p;t' -e 's/^Hidden system packages:.*/hidden/p'",
    ),
    place: "dumpsys package PACKAGE",
    keeps: "the app's version and the API level it is made for",
};

/// API level and maker, as every reader that depends on them sees them.
pub struct Base {
    /// API level; `None` where the phone states none, or no number that can be one.
    pub sdk: Option<u32>,
    /// `None` where the phone states no maker, or only that it is unknown.
    pub maker: Option<Maker>,
}

/// Makers whose phones differ in what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maker {
    /// Pixel phones, with Google's own Android.
    Google,
    /// One UI: settings and a Secure Folder of its own.
    Samsung,
    /// Xperia phones.
    Sony,
    /// HMD Global, and phones sold as Nokia.
    Hmd,
    /// The maker of that name.
    Nothing,
    /// The maker of that name.
    Fairphone,
    /// Xiaomi, Redmi and Poco.
    Xiaomi,
    /// Oppo, OnePlus and realme, which share one system.
    Oplus,
    /// The maker of that name.
    Motorola,
    /// Any other, as the phone states it, cleaned.
    Other(String),
}

impl Maker {
    fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        Some(match name.to_ascii_lowercase().as_str() {
            "" | "unknown" | "null" => return None,
            "google" => Maker::Google,
            "samsung" => Maker::Samsung,
            "sony" => Maker::Sony,
            "hmd global" | "hmd" | "nokia" => Maker::Hmd,
            "nothing" => Maker::Nothing,
            "fairphone" => Maker::Fairphone,
            "xiaomi" | "redmi" | "poco" => Maker::Xiaomi,
            "oppo" | "oneplus" | "realme" => Maker::Oplus,
            "motorola" => Maker::Motorola,
            _ => Maker::Other(crate::evidence::text::clean(name)),
        })
    }
}

impl Base {
    /// Whether what an unset setting means is described for this version of Android (8 to 17).
    pub fn documented(&self) -> bool {
        self.sdk.is_some_and(|sdk| (26..=37).contains(&sdk))
    }
}

/// A setting that is unset, and so has the value that is documented for it: weak where the version is not described.
pub fn by_default(base: Result<Base, String>, value: Value, origin: Origin) -> Reading {
    match base {
        Err(why) => Reading::unreadable(why).from(origin),
        Ok(base) if base.documented() => {
            Reading::known(value).from(origin.note("absent: documented default"))
        }
        Ok(_) => Reading::indicative(value)
            .from(origin.note("absent: the default of other versions, not known for this one")),
    }
}

/// The version of Android that has this API level, where it is described.
fn release_of(sdk: u32) -> Option<i64> {
    Some(match sdk {
        26 | 27 => 8,
        28 => 9,
        29 => 10,
        30 => 11,
        31 | 32 => 12,
        33..=37 => i64::from(sdk) - 20,
        _ => return None,
    })
}

/// What stands before the first dot: 8 of "8.1.0".
fn first_number(release: &str) -> &str {
    release.trim().split('.').next().unwrap_or_default()
}

/// Reads [`BASE`].
pub fn base(view: &View<'_>) -> Result<Base, String> {
    let lines = view.once(&BASE)?.lines()?;
    let sdk = stream::value(lines, "ro.build.version.sdk")?
        .and_then(|v| v.trim().parse::<u32>().ok())
        .filter(|sdk| (1..1000).contains(sdk));
    // The meaning of nearly every answer hangs on the API level: one that the version contradicts is none.
    if let (Some(sdk), Some(release)) = (sdk, stream::value(lines, "ro.build.version.release")?) {
        let (known, stated) = (release_of(sdk), whole(first_number(release)));
        let described = known.is_some() || stated.is_some_and(|n| (8..=17).contains(&n));
        if described && known != stated {
            return Err(
                "the phone states an Android version and an API level that do not fit".into(),
            );
        }
    }
    let maker = stream::value(lines, "ro.product.manufacturer")?.and_then(Maker::named);
    Ok(Base { sdk, maker })
}

/// The API level, or why it is not known.
pub fn sdk(view: &View<'_>) -> Result<u32, String> {
    base(view)?
        .sdk
        .ok_or_else(|| "the phone does not state its Android version".into())
}

/// A key of a settings list: `Ok(None)` where the list was read and the key is unset (left out, or the word null).
pub fn setting<'a>(body: &'a Body, key: &str) -> Result<Option<&'a str>, String> {
    // Even a bare phone has dozens of settings: fewer lines look like a provider that did not answer.
    let lines = body.filtered(10)?;
    // A line that is no setting is no line of this list: then the key may be missing for another reason.
    if !lines.iter().all(|line| line.contains('=')) {
        return Err("the phone lists its settings in an unfamiliar way".into());
    }
    Ok(stream::value(lines, key)?.filter(|value| *value != "null"))
}

/// A whole number, written plainly.
pub fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    // Parsing alone takes a plus sign too.
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// A setting that is 0 or 1.
pub fn switch(key: &str, value: &str) -> Result<bool, String> {
    match value {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(format!("{key} is neither 0 nor 1")),
    }
}

/// The answer of a permission check.
pub fn granted(lines: &[String], permission: &str) -> Result<bool, String> {
    match stream::value(lines, permission)? {
        Some("0") => Ok(true),
        Some("-1") => Ok(false),
        Some("124") => Err(stream::TOO_LONG.into()),
        Some(_) => Err(format!("the phone refused to answer about {permission}")),
        None => Err(format!("the phone did not answer about {permission}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_by_the_names_that_phones_state() {
        for (maker, names) in [
            (Maker::Google, &["Google"][..]),
            (Maker::Samsung, &["samsung", " Samsung "]),
            (Maker::Sony, &["Sony"]),
            (Maker::Hmd, &["HMD Global", "HMD", "Nokia"]),
            (Maker::Nothing, &["Nothing"]),
            (Maker::Fairphone, &["Fairphone"]),
            (Maker::Xiaomi, &["Xiaomi", "Redmi", "POCO"]),
            (Maker::Oplus, &["OPPO", "OnePlus", "realme"]),
            (Maker::Motorola, &["motorola"]),
            (Maker::Other("vivo".into()), &["vivo"]),
            (Maker::Other("Samsung2".into()), &["Samsung2"]),
        ] {
            for name in names {
                assert_eq!(Maker::named(name).as_ref(), Some(&maker), "{name}");
            }
        }
        for name in ["", " ", "unknown", "null", "NULL"] {
            assert_eq!(Maker::named(name), None, "{name:?}");
        }
    }

    #[test]
    fn numbers_are_written_plainly() {
        for (text, number) in [
            ("0", Some(0)),
            ("60000", Some(60_000)),
            ("-5", Some(-5)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("+5", None),
            ("--5", None),
            ("-", None),
            ("", None),
            ("5 ", None),
            ("5s", None),
            ("0x5", None),
        ] {
            assert_eq!(whole(text), number, "{text:?}");
        }
    }
}
