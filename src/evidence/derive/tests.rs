//! Derived facts row by row: what they come to, how far it carries, and what it rests on.

use super::{apply, inputs, join, unknown_as};
use crate::evidence::{
    Evidence, Fact, Origin, Platform, Reading, Source, State, Strength, Subject, Value,
};
use crate::shorthand::{self, now};
use Platform::{Android, Ios};

/// These readings, each from a place of its fact's name, and what follows from them.
fn evidence(platform: Platform, facts: &str) -> Evidence {
    let mut read = Evidence::new(platform, Source::IosBackup, Some(now()));
    for one in facts.split_whitespace() {
        // "iOS_26" has a space in it on a phone.
        let one = one.replace("iOS_", "iOS ").replace("Android_", "Android ");
        shorthand::set(&mut read, &one);
    }
    let mut evidence = read.clone();
    for (fact, subject, reading) in read.readings() {
        let place = Origin::new(Source::IosBackup, fact.id());
        evidence.overrule(fact, subject.clone(), reading.clone().from(place));
    }
    apply(&mut evidence);
    evidence
}

/// In shorthand: the value (`~` where it is only indicated, `~~` where no better can be had) or why there is none.
fn told(reading: &Reading) -> String {
    let weak = match (reading.strength, reading.best_possible) {
        (Strength::Direct, _) => "",
        (Strength::Indicative, false) => "~",
        (Strength::Indicative, true) => "~~",
    };
    match &reading.state {
        State::Known(value) => format!("{weak}{}", value.for_people()),
        State::Absent(_) => "absent".into(),
        State::Unreadable(_) => "unreadable".into(),
        State::NotReadable(_) => "not readable".into(),
    }
}

#[test]
fn what_follows_and_what_it_rests_on() {
    const TIMES: &str = "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no";
    const SHOWN: &str = "whatsapp/app.installed=yes notifications.previews=always";
    const OWN: &str = "whatsapp/app.notifications.previews=inherit";
    const HIDDEN: &str = "whatsapp/app.installed=yes whatsapp/app.notifications.previews=never";
    let lock = Fact::LockAutoLock;
    let grace = Fact::LockGrace;
    let text = Fact::AppPreviews;
    #[rustfmt::skip]
    let table: Vec<(&str, Platform, String, Fact, &str, &str)> = vec![
        ("each that matters", Android, TIMES.into(), lock, "1 minute", "lock.screen_timeout lock.policy_max lock.stay_awake"),
        ("awake, which alone decides", Android, "lock.stay_awake=yes lock.screen_timeout!".into(), lock, "never", "lock.stay_awake lock.auto_lock"),
        ("unknown as what it rests on", Android, "lock.stay_awake-".into(), lock, "absent", "lock.stay_awake"),
        ("damaged as what it rests on", Android, "lock.stay_awake!".into(), lock, "unreadable", "lock.stay_awake"),
        ("at once, whatever the policy", Android, "lock.delay_setting=0 lock.policy_max!".into(), grace, "at once", "lock.delay_setting"),
        ("after a delay, under a policy that nobody could read", Android, "lock.delay_setting=5 lock.policy_max!".into(), grace, "unreadable", "lock.policy_max"),
        ("a delay that is only indicated", Android, "lock.delay_setting~5 lock.policy_max=never".into(), grace, "~5 seconds", "lock.delay_setting lock.policy_max"),
        // An app that may only seem to show nothing.
        ("no notifications", Ios, format!("{SHOWN} whatsapp/app.notifications.previews! whatsapp/app.notifications.allowed=no"), text, "hidden", "app.notifications.allowed"),
        ("seems to have no notifications, settings damaged", Ios, format!("{SHOWN} whatsapp/app.notifications.previews! whatsapp/app.notifications.allowed~no"), text, "unreadable", "app.notifications.previews"),
        ("seems to have none, and hides text", Ios, format!("{HIDDEN} whatsapp/app.notifications.allowed~no"), text, "~hidden", "app.notifications.previews app.notifications.allowed"),
        ("shows text, but seems not to be on the lock screen", Ios, format!("{SHOWN} {OWN} whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen~no"), text, "~hidden", "app.notifications.previews notifications.previews app.notifications.allowed app.notifications.lock_screen"),
        ("off the lock screen, but in Notification Centre", Ios, format!("{SHOWN} {OWN} whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen~yes"), text, "~shown", "app.notifications.previews notifications.previews app.notifications.allowed app.notifications.lock_screen"),
        ("the same, where nobody knows of Notification Centre", Ios, format!("{SHOWN} {OWN} whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen!"), text, "unreadable", "app.notifications.lock_screen"),
        ("the same on an iPhone that hides text", Ios, format!("{HIDDEN} whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen~yes"), text, "hidden", "app.notifications.previews"),
        // An app that only seems to hide, or to show.
        ("an app seems to hide on an iPhone that hides", Ios, "whatsapp/app.installed=yes notifications.previews=never whatsapp/app.notifications.previews~never".into(), text, "~hidden", "app.notifications.previews"),
        ("an app seems to show on a phone that hides", Android, "whatsapp/app.installed=yes lock.credential=pin notifications.previews=never whatsapp/app.notifications.previews~always whatsapp/app.notifications.allowed=yes".into(), text, "~shown", "app.notifications.previews app.notifications.allowed"),
        ("hides only behind a passcode, which nobody proved", Ios, "whatsapp/app.installed=yes lock.credential! whatsapp/app.notifications.previews~~when-unlocked".into(), text, "~hidden", "app.notifications.previews app.previews"),
        // The system.
        ("a system that gets fixes", Ios, "device.os=iOS_26.6.1".into(), Fact::OsSupported, "yes", "device.os TABLE"),
        ("one of which no more is known", Ios, "device.os!".into(), Fact::OsSupported, "unreadable", "device.os"),
        ("the newest", Ios, "device.os=iOS_26.6.1".into(), Fact::OsKnownFixes, "yes", "device.os TABLE"),
        ("not the maker's own", Android, "device.os=Android_16 os.build_looks_genuine=no".into(), Fact::OsSupported, "~~yes", "device.os TABLE os.build_looks_genuine"),
        ("perhaps not the maker's own", Android, "device.os=Android_16 os.build_looks_genuine!".into(), Fact::OsSupported, "~yes", "device.os TABLE os.build_looks_genuine"),
        ("the maker's own", Android, "device.os=Android_16 os.build_looks_genuine=yes".into(), Fact::OsSupported, "yes", "device.os TABLE"),
    ];
    for (what, platform, facts, fact, expected, places) in table {
        let subject = match fact.is_per_app() {
            true => Subject::app("whatsapp"),
            false => Subject::Device,
        };
        let reading = evidence(platform, &facts).get(fact, &subject);
        assert_eq!(told(&reading), expected, "{what}: {reading:?}");
        let from: Vec<&str> = reading
            .origin
            .iter()
            .map(|origin| match origin.place.starts_with("table of") {
                true => "TABLE",
                false => origin.place.as_str(),
            })
            .collect();
        assert_eq!(from.join(" "), places, "{what}");
    }
}

/// Where nothing was read of a matter nothing is derived: what other readers say of it stands.
#[test]
fn what_is_derived_at_all() {
    let app = Subject::app("whatsapp");
    let device = Subject::Device;
    for (what, platform, facts, fact, subject, expected) in [
        (
            "no lock",
            Android,
            "device.os=x",
            Fact::LockAutoLock,
            &device,
            false,
        ),
        (
            "no lock",
            Android,
            "device.os=x",
            Fact::LockGrace,
            &device,
            false,
        ),
        (
            "a credential only",
            Android,
            "lock.credential=none",
            Fact::LockAutoLock,
            &device,
            true,
        ),
        (
            "a credential only",
            Android,
            "lock.credential=none",
            Fact::LockGrace,
            &device,
            false,
        ),
        (
            "a timeout",
            Android,
            "lock.screen_timeout=60",
            Fact::LockGrace,
            &device,
            true,
        ),
        (
            "an iPhone",
            Ios,
            "lock.screen_timeout=60",
            Fact::LockAutoLock,
            &device,
            false,
        ),
        (
            "no app",
            Ios,
            "notifications.previews=never",
            Fact::AppPreviews,
            &app,
            false,
        ),
        (
            "nothing of the app",
            Ios,
            "whatsapp/app.installed=yes",
            Fact::AppPreviews,
            &app,
            false,
        ),
        (
            "an app that is not there",
            Ios,
            "whatsapp/app.installed=no whatsapp/app.notifications.previews=never",
            Fact::AppPreviews,
            &app,
            false,
        ),
        (
            "an app that may be there",
            Ios,
            "whatsapp/app.installed! whatsapp/app.notifications.previews=never",
            Fact::AppPreviews,
            &app,
            true,
        ),
        (
            "fixes of an iPhone",
            Ios,
            "",
            Fact::OsKnownFixes,
            &device,
            true,
        ),
        (
            "fixes of an Android phone",
            Android,
            "",
            Fact::OsKnownFixes,
            &device,
            false,
        ),
        (
            "the patch of an iPhone",
            Ios,
            "",
            Fact::OsPatchAge,
            &device,
            false,
        ),
        (
            "the patch of an Android phone",
            Android,
            "",
            Fact::OsPatchAge,
            &device,
            true,
        ),
    ] {
        let has = evidence(platform, facts).has(fact, subject);
        assert_eq!(has, expected, "{what}: {fact} on {platform}");
    }
}

/// What has to be read for a derived fact; the plan that a person is shown rests on it.
#[test]
fn what_each_rests_on() {
    use Fact::*;
    for (fact, ios, android) in [
        (
            LockAutoLock,
            vec![],
            vec![
                LockScreenTimeout,
                LockPolicyMax,
                LockStayAwake,
                LockCredential,
                LockDelaySetting,
            ],
        ),
        (
            LockGrace,
            vec![],
            vec![LockDelaySetting, LockScreenTimeout, LockPolicyMax],
        ),
        (OsSupported, vec![DeviceOs], vec![DeviceOs, OsBuildTrusted]),
        (OsKnownFixes, vec![DeviceOs], vec![DeviceOs]),
        (
            OsPatchAge,
            vec![OsPatch, OsBuildTrusted],
            vec![OsPatch, OsBuildTrusted],
        ),
        (LockCredential, vec![], vec![]),
    ] {
        assert_eq!(inputs(fact, Ios), ios, "{fact}");
        assert_eq!(inputs(fact, Android), android, "{fact}");
    }
    for platform in [Ios, Android] {
        assert_eq!(inputs(AppPreviews, platform), super::previews::INPUTS);
    }
}

#[test]
fn what_is_joined() {
    let later = |days: i64| now() + jiff::SignedDuration::from_hours(24 * days);
    let yes = || Reading::known(Value::Bool(true));
    let weak = || Reading::indicative(Value::Bool(true));
    let until = |days| yes().good_until(later(days));
    for (what, own, parts, expected, good_until) in [
        ("nothing", yes(), vec![], "yes", None),
        ("direct", yes(), vec![yes(), yes()], "yes", None),
        ("one weak", yes(), vec![yes(), weak()], "~yes", None),
        (
            "the best that can be had",
            yes(),
            vec![yes(), weak().at_its_best()],
            "~~yes",
            None,
        ),
        (
            "one of two is not the best",
            yes(),
            vec![weak(), weak().at_its_best()],
            "~yes",
            None,
        ),
        (
            "good until the first ends",
            yes(),
            vec![until(2), until(1), yes()],
            "yes",
            Some(1),
        ),
        ("its own end", until(1), vec![until(2)], "yes", Some(1)),
        (
            "an end before its own",
            until(2),
            vec![until(1)],
            "yes",
            Some(1),
        ),
    ] {
        let parts: Vec<&Reading> = parts.iter().collect();
        let joined = join(own, &parts);
        assert_eq!(told(&joined), expected, "{what}");
        assert_eq!(joined.good_until, good_until.map(later), "{what}");
    }
}

#[test]
fn unknown_as_its_input_is() {
    for (input, expected, why) in [
        (Reading::absent("no entry"), "absent", "Label: no entry"),
        (
            Reading::unreadable("damaged"),
            "unreadable",
            "Label: damaged",
        ),
        (
            Reading::not_readable("no way"),
            "not readable",
            "Label: no way",
        ),
        (Reading::known(Value::Never), "unreadable", "Label: unknown"),
    ] {
        let unknown = unknown_as(&input, "Label");
        assert_eq!(told(&unknown), expected);
        assert_eq!(unknown.why_unknown(), Some(why));
    }
}
