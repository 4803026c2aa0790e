//! Each fact about the phone, each way it can be: a value, absent, another type, an unknown value, a damaged file, a
//! missing file.

use plist::Value as P;
use spotcheck::evidence::{Fact, Subject, Value};

use crate::backup_builder::*;
use crate::common::{Expect, check, indicative, known, read};

type Case = (&'static str, Backup, Expect);

#[track_caller]
fn cases(fact: Fact, table: Vec<Case>) {
    for (case, backup, expect) in table {
        check(case, &read(&backup), fact, &Subject::Device, &expect);
    }
}

fn base() -> Backup {
    Backup::compliant()
}

fn garbage() -> Content {
    Content::Raw(b"bplist00 and then nothing that makes sense".to_vec())
}

fn text(t: &str) -> Option<P> {
    Some(P::from(t))
}

#[test]
fn passcode() {
    let set = |v: Option<P>| base().root_key("Manifest.plist", "WasPasscodeSet", v);
    cases(
        Fact::LockCredential,
        vec![
            ("set", base(), known("set")),
            ("not set", base().passcode(false), known("none")),
            ("no key", set(None), Expect::Absent),
            ("number", set(Some(1.into())), Expect::Unreadable),
            ("text", set(text("true")), Expect::Unreadable),
            ("fraction", set(Some(P::Real(1.0))), Expect::Unreadable),
            (
                "list",
                set(Some(P::Array(vec![true.into()]))),
                Expect::Unreadable,
            ),
            (
                "damaged",
                base().root_raw("Manifest.plist", "garbage"),
                Expect::Unreadable,
            ),
            (
                "missing",
                base().root_without("Manifest.plist"),
                Expect::Absent,
            ),
            (
                "Info.plist damaged",
                base().root_raw("Info.plist", "garbage"),
                known("set"),
            ),
            ("Manifest.db missing", base().no_database(), known("set")),
        ],
    );
}

#[test]
fn auto_lock() {
    let at = |v: Option<P>| base().key(HOME, EFFECTIVE, "restrictedValue.maxInactivity.value", v);
    let n = |v: i64| at(Some(v.into()));
    cases(
        Fact::LockAutoLock,
        vec![
            ("30 s", n(30), known(30)),
            ("2 min", n(120), known(120)),
            ("never", n(2_147_483_647), known(Value::Never)),
            ("beyond never", n(i64::MAX), known(Value::Never)),
            ("0", n(0), Expect::Unreadable),
            ("perhaps minutes", n(2), Expect::Unreadable),
            ("negative", n(-60), Expect::Unreadable),
            ("a week", n(604_800), Expect::Unreadable),
            ("fraction", at(Some(P::Real(60.0))), Expect::Unreadable),
            ("text", at(text("60")), Expect::Unreadable),
            ("yes", at(Some(true.into())), Expect::Unreadable),
            (
                "larger than any number",
                at(Some(P::from(u64::MAX))),
                Expect::Unreadable,
            ),
            ("no value", at(None), Expect::Absent),
            (
                "no feature",
                base().key(HOME, EFFECTIVE, "restrictedValue.maxInactivity", None),
                Expect::Absent,
            ),
            (
                "no restrictedValue",
                base().key(HOME, EFFECTIVE, "restrictedValue", None),
                Expect::Absent,
            ),
            (
                "restrictedValue is a list",
                base().key(HOME, EFFECTIVE, "restrictedValue", Some(P::Array(vec![]))),
                Expect::Unreadable,
            ),
            (
                "damaged, although the copy is whole",
                base().file(HOME, EFFECTIVE, garbage()),
                Expect::Unreadable,
            ),
            (
                "missing: the copy",
                base().without(HOME, EFFECTIVE).key(
                    HOME,
                    PUBLIC_EFFECTIVE,
                    "restrictedValue.maxInactivity.value",
                    Some(300.into()),
                ),
                known(300),
            ),
            (
                "missing, copy damaged",
                base()
                    .without(HOME, EFFECTIVE)
                    .file(HOME, PUBLIC_EFFECTIVE, garbage()),
                Expect::Unreadable,
            ),
            (
                "both missing",
                base()
                    .without(HOME, EFFECTIVE)
                    .without(HOME, PUBLIC_EFFECTIVE),
                Expect::Absent,
            ),
            (
                "listed but not there",
                base().unwritten(HOME, EFFECTIVE),
                Expect::Unreadable,
            ),
            (
                "there but not listed",
                base().unlisted(HOME, EFFECTIVE),
                Expect::Unreadable,
            ),
            (
                "encrypted by itself",
                base().keyed(HOME, EFFECTIVE),
                Expect::Unreadable,
            ),
            (
                "in XML",
                base().file(HOME, EFFECTIVE, Content::Xml(delays(240, 0))),
                known(240),
            ),
        ],
    );
}

#[test]
fn grace() {
    let n = |v: i64| {
        base().key(
            HOME,
            EFFECTIVE,
            "restrictedValue.maxGracePeriod.value",
            Some(v.into()),
        )
    };
    cases(
        Fact::LockGrace,
        vec![
            ("at once", n(0), known(0)),
            ("a minute", n(60), known(60)),
            ("four hours", n(14_400), known(14_400)),
            ("perhaps minutes", n(1), Expect::Unreadable),
            ("5", n(5), Expect::Unreadable),
            ("negative", n(-1), Expect::Unreadable),
            ("never", n(2_147_483_647), Expect::Unreadable),
            (
                "no key",
                base().key(HOME, EFFECTIVE, "restrictedValue.maxGracePeriod", None),
                Expect::Absent,
            ),
        ],
    );
}

#[test]
fn previews_of_the_whole_phone() {
    let key = "BBContentPreviewsSetting";
    let at = |v: Option<P>| base().key(HOME, BULLETINS, key, v);
    let n = |v: i64| at(Some(v.into()));
    let unset = || at(None);
    cases(
        Fact::NotificationsPreviews,
        vec![
            ("always", n(1), known("always")),
            ("when unlocked", n(2), known("when-unlocked")),
            ("never", n(3), known("never")),
            ("unknown", n(4), Expect::Unreadable),
            ("negative", n(-1), Expect::Unreadable),
            ("fraction", at(Some(P::Real(3.0))), Expect::Unreadable),
            ("text", at(text("3")), Expect::Unreadable),
            ("yes", at(Some(true.into())), Expect::Unreadable),
            ("default 0, Face ID", n(0), indicative("when-unlocked")),
            ("default, Face ID", unset(), indicative("when-unlocked")),
            (
                "default, Touch ID",
                unset().model("iPhone12,8"),
                known("always"),
            ),
            (
                "default 0, Touch ID",
                n(0).model("iPhone14,6"),
                known("always"),
            ),
            ("set, Touch ID", n(3).model("iPhone12,8"), known("never")),
            (
                "default, unknown model",
                unset().model("iPhone99,1"),
                Expect::Unreadable,
            ),
            (
                "default, models disagree",
                unset().root_key("Info.plist", "Product Type", text("iPhone12,8")),
                Expect::Unreadable,
            ),
            (
                "default, no model",
                unset()
                    .root_key("Info.plist", "Product Type", None)
                    .root_key("Manifest.plist", "Lockdown", None),
                Expect::Unreadable,
            ),
            (
                "no file, Touch ID",
                base().without(HOME, BULLETINS).model("iPhone9,3"),
                known("always"),
            ),
            (
                "no file, Face ID",
                base().without(HOME, BULLETINS),
                indicative("when-unlocked"),
            ),
            (
                "damaged",
                base().file(HOME, BULLETINS, garbage()),
                Expect::Unreadable,
            ),
        ],
    );
}

#[test]
fn find_my() {
    let at = |v: Option<P>| base().key(FIND_MY, FIND_MY_STATE, "fmipActive", v);
    let no_account = |b: Backup| b.without(FIND_MY, FIND_MY_ACCOUNTS);
    cases(
        Fact::FindMy,
        vec![
            ("on, account", base(), known(true)),
            ("on, no account file found", no_account(base()), known(true)),
            (
                "off, no account",
                no_account(at(Some(false.into()))),
                known(false),
            ),
            ("off, account", at(Some(false.into())), Expect::Unreadable),
            (
                "off, account elsewhere",
                no_account(at(Some(false.into()))).file(
                    "SysContainerDomain-com.apple.icloud.findmydeviced",
                    FIND_MY_ACCOUNTS,
                    Content::Raw(b"x".to_vec()),
                ),
                Expect::Unreadable,
            ),
            (
                "off, and an account file that is not listed",
                at(Some(false.into())).unlisted(FIND_MY, FIND_MY_ACCOUNTS),
                Expect::Unreadable,
            ),
            (
                "no state, no account",
                no_account(base().without(FIND_MY, FIND_MY_STATE)),
                Expect::Absent,
            ),
            (
                "no state, account",
                base().without(FIND_MY, FIND_MY_STATE),
                indicative(true),
            ),
            ("no key, no account", no_account(at(None)), Expect::Absent),
            ("number", at(Some(1.into())), Expect::Unreadable),
            ("text", at(text("true")), Expect::Unreadable),
            (
                "damaged",
                base().file(FIND_MY, FIND_MY_STATE, garbage()),
                Expect::Unreadable,
            ),
            (
                "cut short",
                base().file(
                    FIND_MY,
                    FIND_MY_STATE,
                    Content::Raw(xml(&dict([("fmipActive", true.into())]))[..200].to_vec()),
                ),
                Expect::Unreadable,
            ),
        ],
    );
}

#[test]
fn management() {
    let mdm = "com.apple.mdm";
    let wifi = "com.apple.wifi.managed";
    let named = |key: &str, v: Option<P>| base().key(PROFILES, PAYLOADS, key, v);
    let listed = |times: usize| {
        let id = "org.example.wifi";
        let ids = P::Array(vec![id.into(); times]);
        let backup = base().profile(id, &[wifi]);
        backup.key(PROFILES, PAYLOADS, "OrderedProfiles", Some(ids))
    };
    let stub = |content: Content| {
        base().profile("org.example.one", &[wifi]).file(
            PROFILES,
            &stub_path("org.example.one"),
            content,
        )
    };
    cases(
        Fact::MdmEnrolled,
        vec![
            ("no profile", base(), known(false)),
            (
                "MDM profile",
                base().profile("org.example.mdm", &[wifi, mdm]),
                known(true),
            ),
            (
                "other profile",
                base().profile("org.example.wifi", &[wifi]),
                known(false),
            ),
            (
                "MDM profile hidden",
                base()
                    .profile("org.example.mdm", &[mdm])
                    .key(
                        PROFILES,
                        PAYLOADS,
                        "OrderedProfiles",
                        Some(P::Array(vec![])),
                    )
                    .key(
                        PROFILES,
                        PAYLOADS,
                        "HiddenProfiles",
                        Some(P::Array(vec!["org.example.mdm".into()])),
                    ),
                known(true),
            ),
            (
                "one stub missing",
                base()
                    .profile("org.example.wifi", &[wifi])
                    .profile("org.example.gone", &[mdm])
                    .without(PROFILES, &stub_path("org.example.gone")),
                Expect::Unreadable,
            ),
            (
                "one stub missing, another is MDM",
                base()
                    .profile("org.example.gone", &[wifi])
                    .profile("org.example.mdm", &[mdm])
                    .without(PROFILES, &stub_path("org.example.gone")),
                known(true),
            ),
            ("stub damaged", stub(garbage()), Expect::Unreadable),
            (
                "stub without payloads",
                stub(Content::Binary(dict([]))),
                Expect::Unreadable,
            ),
            (
                "payload without type",
                stub(Content::Binary(dict([(
                    "PayloadContent",
                    vec![dict([])].into(),
                )]))),
                Expect::Unreadable,
            ),
            (
                "payloads no list",
                stub(Content::Binary(dict([("PayloadContent", dict([]))]))),
                Expect::Unreadable,
            ),
            (
                "MDM.plist alone",
                base().file(PROFILES, MDM, Content::Raw(b"never read".to_vec())),
                indicative(true),
            ),
            (
                "supervised is not managed",
                base().key(
                    PROFILES,
                    CLOUD_CONFIGURATION,
                    "IsSupervised",
                    Some(true.into()),
                ),
                known(false),
            ),
            (
                "no list",
                base().without(PROFILES, PAYLOADS),
                Expect::Absent,
            ),
            (
                "list damaged",
                base().file(PROFILES, PAYLOADS, garbage()),
                Expect::Unreadable,
            ),
            (
                "no HiddenProfiles",
                named("HiddenProfiles", None),
                Expect::Unreadable,
            ),
            (
                "text",
                named("OrderedProfiles", text("none")),
                Expect::Unreadable,
            ),
            (
                "no identifier",
                named("OrderedProfiles", Some(P::Array(vec![7.into()]))),
                Expect::Unreadable,
            ),
            (
                "hostile identifier",
                named(
                    "OrderedProfiles",
                    Some(P::Array(vec!["profile-../../../etc/passwd.stub".into()])),
                ),
                Expect::Unreadable,
            ),
            ("as many as a phone can have", listed(200), known(false)),
            ("one too many", listed(201), Expect::Unreadable),
            ("far too many", listed(500), Expect::Unreadable),
        ],
    );
}

#[test]
fn supervision_lockdown_and_cloud() {
    for (fact, domain, path, key, missing) in [
        (
            Fact::Supervised,
            PROFILES,
            CLOUD_CONFIGURATION,
            "IsSupervised",
            Expect::Absent,
        ),
        (
            Fact::LockdownMode,
            HOME,
            GLOBALS,
            "LDMGlobalEnabled",
            known(false),
        ),
        (
            Fact::CloudBackup,
            HOME,
            CLOUD_BACKUP,
            "CloudBackupEnabled",
            Expect::Absent,
        ),
    ] {
        let at = |v: Option<P>| base().key(domain, path, key, v);
        cases(
            fact,
            vec![
                ("yes", at(Some(true.into())), known(true)),
                ("no", at(Some(false.into())), known(false)),
                ("no key", at(None), missing),
                ("number", at(Some(0.into())), Expect::Unreadable),
                ("text", at(text("no")), Expect::Unreadable),
                ("no file", base().without(domain, path), Expect::Absent),
                (
                    "damaged",
                    base().file(domain, path, garbage()),
                    Expect::Unreadable,
                ),
                (
                    "empty",
                    base().file(domain, path, Content::Raw(vec![])),
                    Expect::Unreadable,
                ),
                (
                    "not a dictionary",
                    base().file(domain, path, Content::Binary(P::Array(vec![]))),
                    Expect::Unreadable,
                ),
            ],
        );
    }
    let unset = || base().key(HOME, GLOBALS, "LDMGlobalEnabled", None);
    cases(
        Fact::LockdownMode,
        vec![
            (
                "before it existed",
                unset().system("15.8.4"),
                Expect::Absent,
            ),
            ("the first with it", unset().system("16.0"), known(false)),
            (
                "on, whatever the version",
                base()
                    .system("15.0")
                    .key(HOME, GLOBALS, "LDMGlobalEnabled", Some(true.into())),
                known(true),
            ),
            (
                "version unknown",
                unset()
                    .root_key("Info.plist", "Product Version", None)
                    .root_key("Manifest.plist", "Lockdown", None),
                Expect::Absent,
            ),
        ],
    );
}
