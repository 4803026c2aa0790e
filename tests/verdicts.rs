//! Every verdict that a control's rule allows, on each platform where it can arise, from readings alone.

#[path = "support/shorthand.rs"]
mod shorthand;

use jiff::SignedDuration;
use shorthand::{evidence, judge, now, verdict};
use spotcheck::assess::{Context, assess};
use spotcheck::audit::{About, Overall, Verdict};
use spotcheck::evidence::{
    Evidence, Fact, Kind, Platform, Reading, Source, Strength, Subject, Value, derive,
};
use spotcheck::profile::{self, Ownership};

#[test]
fn every_verdict_of_every_rule() {
    use Platform::{Android, Ios};
    use Verdict::{Fail, NotApplicable, Pass, Unresolved};
    const LOCKED: &str = "lock.credential=pin";
    let app = |facts: &str| format!("whatsapp/app.installed=yes {facts}");
    let cases: Vec<(Platform, &str, &str, String, Verdict)> = vec![
        // A passcode is set.
        (Ios, "IM-05a", "device", "lock.credential=set".into(), Pass),
        (Ios, "IM-05a", "device", "lock.credential=none".into(), Fail),
        (Ios, "IM-05a", "device", "lock.credential-".into(), Unresolved),
        (Ios, "IM-05a", "device", "lock.credential!".into(), Unresolved),
        (Ios, "IM-05a", "device", String::new(), Unresolved),
        (Android, "IM-05a", "device", "lock.credential=pattern".into(), Pass),
        (Android, "IM-05a", "device", "lock.credential=pin".into(), Pass),
        (Android, "IM-05a", "device", "lock.credential=password".into(), Pass),
        (Android, "IM-05a", "device", "lock.credential=set".into(), Pass),
        (Android, "IM-05a", "device", "lock.credential~set".into(), Unresolved),
        (Android, "IM-05a", "device", "lock.credential=none".into(), Fail),
        (Android, "IM-05a", "device", "lock.credential~none".into(), Unresolved),
        // Locks itself.
        (Ios, "IM-05b", "device", "lock.auto_lock=30 lock.credential=set".into(), Pass),
        (Ios, "IM-05b", "device", "lock.auto_lock=120 lock.credential=set".into(), Pass),
        (Ios, "IM-05b", "device", "lock.auto_lock=30".into(), Unresolved),
        (Ios, "IM-05b", "device", "lock.auto_lock=30 lock.credential!".into(), Unresolved),
        (Ios, "IM-05b", "device", "lock.auto_lock=30 lock.credential-".into(), Unresolved),
        (Ios, "IM-05b", "device", "lock.auto_lock=30 lock.credential=none".into(), Fail),
        (Ios, "IM-05b", "device", "lock.auto_lock=180".into(), Fail),
        (Ios, "IM-05b", "device", "lock.auto_lock=never".into(), Fail),
        (Ios, "IM-05b", "device", "lock.auto_lock-".into(), Unresolved),
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no lock.credential=pin".into(), Pass),
        (Android, "IM-05b", "device", "lock.screen_timeout=600 lock.policy_max=60 lock.stay_awake=no lock.credential=pin".into(), Pass),
        (Android, "IM-05b", "device", "lock.screen_timeout=600 lock.policy_max=never lock.stay_awake=no".into(), Fail),
        (Android, "IM-05b", "device", "lock.screen_timeout=never lock.policy_max=never lock.stay_awake=no".into(), Fail),
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=yes".into(), Fail),
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake!".into(), Unresolved),
        // Where no lock is proved nothing is said to lock; what is too long fails all the same.
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no".into(), Unresolved),
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no lock.credential!".into(), Unresolved),
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no lock.credential-".into(), Unresolved),
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no lock.credential~set".into(), Unresolved),
        (Android, "IM-05b", "device", "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no lock.credential=none".into(), Fail),
        (Android, "IM-05b", "device", "lock.screen_timeout=600 lock.policy_max=never lock.stay_awake=no lock.credential!".into(), Fail),
        (Android, "IM-05b", "device", "lock.screen_timeout! lock.policy_max=never lock.stay_awake=no".into(), Unresolved),
        // Asks at once.
        (Ios, "IM-05c", "device", "lock.credential=set lock.grace=0".into(), Pass),
        (Ios, "IM-05c", "device", "lock.credential=set lock.grace=60".into(), Fail),
        (Ios, "IM-05c", "device", "lock.credential=none lock.grace=0".into(), Fail),
        (Ios, "IM-05c", "device", "lock.credential=set lock.grace-".into(), Unresolved),
        (Ios, "IM-05c", "device", "lock.credential- lock.grace=0".into(), Unresolved),
        (Android, "IM-05c", "device", format!("{LOCKED} lock.delay_setting=5 lock.policy_max=never lock.held_open=no"), Pass),
        (Android, "IM-05c", "device", format!("{LOCKED} lock.delay_setting=30 lock.policy_max=never lock.held_open=no"), Fail),
        (Android, "IM-05c", "device", format!("{LOCKED} lock.delay_setting=5 lock.policy_max=never lock.held_open=yes"), Fail),
        (Android, "IM-05c", "device", format!("{LOCKED} lock.delay_setting=5 lock.policy_max=never lock.held_open!"), Unresolved),
        (Android, "IM-05c", "device", "lock.credential=none lock.delay_setting=5 lock.policy_max=never lock.held_open=no".into(), Fail),
        // Message text on the lock screen.
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews=when-unlocked whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen=yes"), Pass),
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews=never whatsapp/app.notifications.previews=always whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen=yes"), Fail),
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews~when-unlocked whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen=yes"), Unresolved),
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews=always whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen=no"), Pass),
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews=always whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen~yes"), Unresolved),
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews=always whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen!"), Unresolved),
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews=always whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes whatsapp/app.notifications.lock_screen=yes"), Fail),
        (Ios, "IM-06", "whatsapp", app("lock.credential=set notifications.previews=never whatsapp/app.notifications.previews- whatsapp/app.notifications.allowed~no"), Unresolved),
        (Ios, "IM-06", "whatsapp", "whatsapp/app.installed=no".into(), NotApplicable),
        (Ios, "IM-06", "whatsapp", "whatsapp/app.installed!".into(), Unresolved),
        (Ios, "IM-06", "whatsapp", String::new(), Unresolved),
        (Android, "IM-06", "whatsapp", app("lock.credential=pin notifications.previews=when-unlocked whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes"), Pass),
        (Android, "IM-06", "whatsapp", app("lock.credential=none notifications.previews=when-unlocked whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes"), Fail),
        (Android, "IM-06", "whatsapp", app("lock.credential=pin notifications.previews=always whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes"), Fail),
        (Android, "IM-06", "whatsapp", app("lock.credential=pin notifications.previews~~when-unlocked whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes"), Unresolved),
        (Android, "IM-06", "whatsapp", app("lock.credential=none notifications.previews=always whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=no"), Pass),
        // A copy in another Android user follows that user's own settings.
        (Android, "IM-06", "whatsapp@95", "whatsapp@95/app.installed=yes lock.credential=pin notifications.previews=never whatsapp@95/notifications.previews=always whatsapp@95/app.notifications.previews=inherit whatsapp@95/app.notifications.allowed=yes".into(), Fail),
        (Android, "IM-06", "whatsapp@95", "whatsapp@95/app.installed=yes lock.credential=pin notifications.previews=never whatsapp@95/app.notifications.previews=inherit whatsapp@95/app.notifications.allowed=yes".into(), Unresolved),
        // Wiped from afar.
        (Ios, "IM-07", "device", "remote_wipe.find_my=yes".into(), Pass),
        (Ios, "IM-07", "device", "remote_wipe.find_my=no management.mdm_enrolled=yes".into(), Pass),
        (Ios, "IM-07", "device", "remote_wipe.find_my=no management.mdm_enrolled=no".into(), Fail),
        (Ios, "IM-07", "device", "remote_wipe.find_my=no management.mdm_enrolled!".into(), Unresolved),
        (Ios, "IM-07", "device", "remote_wipe.find_my- management.mdm_enrolled=no".into(), Unresolved),
        (Ios, "IM-07", "device", "remote_wipe.find_my=no management.mdm_enrolled~yes".into(), Unresolved),
        (Android, "IM-07", "device", "management.can_wipe=yes".into(), Pass),
        (Android, "IM-07", "device", "management.can_wipe=no management.owner=none accounts.google=0 accounts.maker=0".into(), Fail),
        (Android, "IM-07", "device", "management.can_wipe=no management.owner=none accounts.google=1 accounts.maker=0".into(), Unresolved),
        (Android, "IM-07", "device", "management.can_wipe=no management.owner=none accounts.google=1 accounts.maker=0 remote_wipe.find_hub~~yes".into(), Unresolved),
        (Android, "IM-07", "device", "management.can_wipe=no management.owner=none accounts.google! accounts.maker=0".into(), Unresolved),
        (Android, "IM-07", "device", "management.can_wipe=no management.owner=profile-owner accounts.google=0 accounts.maker=0".into(), Unresolved),
        // What keeps the fail open counts too: accounts that cannot be told are no "no cable can tell".
        (
            Android,
            "IM-07",
            "device",
            "management.can_wipe=no management.owner=none accounts.google=0 accounts.maker!".into(),
            Unresolved,
        ),
        // The photo library.
        (Ios, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission=none"), Pass),
        (Ios, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission=limited"), Pass),
        (Ios, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission=full"), Fail),
        (Ios, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission~add-only"), Unresolved),
        (Ios, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission!"), Unresolved),
        (Android, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission=none"), Pass),
        (Android, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission=full"), Fail),
        (Android, "IM-12a", "whatsapp", app("whatsapp/app.photos.permission!"), Unresolved),
        (Ios, "IM-12b", "whatsapp", app("whatsapp/app.photos.permission=none whatsapp/app.photos.add=no"), Pass),
        (Ios, "IM-12b", "whatsapp", app("whatsapp/app.photos.permission=none whatsapp/app.photos.add=yes"), Unresolved),
        (Ios, "IM-12b", "whatsapp", app("whatsapp/app.photos.permission=full whatsapp/app.photos.add=no"), Unresolved),
        (Ios, "IM-12b", "whatsapp", app("whatsapp/app.photos.permission! whatsapp/app.photos.add=no"), Unresolved),
        (Android, "IM-12b", "whatsapp", app("whatsapp/app.media.saved_recently=yes"), Fail),
        (Android, "IM-12b", "whatsapp", app("whatsapp/app.media.saved_recently~~no"), Unresolved),
        (Android, "IM-12b", "whatsapp", app(""), Unresolved),
        // Two-step verification: no cable tells.
        (Ios, "IM-04", "whatsapp", app(""), Unresolved),
        (Android, "IM-04", "whatsapp", app(""), Unresolved),
        (Android, "IM-04", "signal", "signal/app.installed=no".into(), NotApplicable),
        // Nobody else: the part that can be seen fails; the rest is asked.
        (Android, "IM-03", "device", "users.second_persons=1 users.guest_running=no".into(), Fail),
        (Android, "IM-03", "device", "users.second_persons=0 users.guest_running=yes".into(), Fail),
        (Android, "IM-03", "device", "users.second_persons=0 users.guest_running=no".into(), Unresolved),
        (Ios, "IM-03", "device", String::new(), Unresolved),
        (Ios, "IM-11", "whatsapp", app(""), Unresolved),
        (Ios, "IM-13", "device", String::new(), Unresolved),
    ];
    for (platform, control, subject, facts, expected) in cases {
        let audit = judge(&evidence(platform, &facts), "nhs-england", false, None);
        assert_eq!(
            verdict(&audit, control, subject),
            expected,
            "{platform} {control} {subject}: {facts}"
        );
    }
}

#[test]
fn a_control_of_one_ownership() {
    let e = evidence(Platform::Ios, "");
    for (ownership, expected) in [
        (Some(Ownership::Personal), Verdict::Unresolved),
        (Some(Ownership::Trust), Verdict::NotApplicable),
        (None, Verdict::Unresolved),
    ] {
        let audit = judge(&e, "nhs-england", false, ownership);
        assert_eq!(verdict(&audit, "IM-14", "device"), expected);
    }
}

const COMPLIANT_IPHONE: &str = "lock.credential=set lock.auto_lock=60 lock.grace=0 notifications.previews=never \
    remote_wipe.find_my=yes management.mdm_enrolled=no whatsapp/app.installed=yes whatsapp-business/app.installed=no \
    messenger/app.installed=no telegram/app.installed=no signal/app.installed=no \
    whatsapp/app.notifications.previews=inherit whatsapp/app.notifications.allowed=yes \
    whatsapp/app.notifications.lock_screen=yes whatsapp/app.photos.permission=none whatsapp/app.photos.add=no";

#[test]
fn the_overall_result() {
    for (change, readable_only, expected) in [
        ("", false, Overall::Incomplete),
        ("", true, Overall::Pass),
        ("lock.auto_lock=never", true, Overall::Fail),
        ("lock.auto_lock=never", false, Overall::Fail),
        ("lock.auto_lock!", true, Overall::Incomplete),
        ("whatsapp/app.photos.permission!", true, Overall::Incomplete),
        ("signal/app.installed!", true, Overall::Incomplete),
    ] {
        let id = change.split(['=', '!']).next().unwrap_or_default();
        let kept: Vec<&str> = COMPLIANT_IPHONE
            .split_whitespace()
            .filter(|s| id.is_empty() || !s.starts_with(id))
            .collect();
        let facts = format!("{} {change}", kept.join(" "));
        let audit = judge(
            &evidence(Platform::Ios, &facts),
            "nhs-england-quick",
            readable_only,
            None,
        );
        assert_eq!(audit.overall, expected, "{change} {readable_only}");
    }
}

#[test]
fn what_keeps_a_fail_open_is_not_set_aside() {
    for (facts, aside) in [
        ("accounts.google=1 accounts.maker=0", true),
        ("accounts.google=0 accounts.maker!", false),
        ("accounts.google! accounts.maker=0", false),
    ] {
        let facts = format!("management.can_wipe=no management.owner=none {facts}");
        let mut e = evidence(Platform::Android, &facts);
        // As the readers report them where no cable can tell.
        for fact in [Fact::FindHub, Fact::MakerFind] {
            e.set(
                fact,
                Subject::Device,
                Reading::not_readable("no cable tells"),
            );
        }
        let audit = judge(&e, "nhs-england-quick", true, None);
        let finding = audit
            .findings
            .iter()
            .find(|f| f.control == "IM-07")
            .expect("there");
        assert_eq!(
            (finding.verdict, finding.set_aside),
            (Verdict::Unresolved, aside),
            "{facts}"
        );
    }
}

#[test]
fn only_what_no_cable_can_decide_is_set_aside() {
    let facts = format!("{COMPLIANT_IPHONE} whatsapp/app.media.saved_recently!");
    let audit = judge(
        &evidence(Platform::Ios, &facts),
        "nhs-england",
        true,
        Some(Ownership::Personal),
    );
    for finding in &audit.findings {
        let asked_only = finding.counted.is_none() && finding.asked;
        let expected = match finding.verdict {
            Verdict::NotApplicable => false,
            _ => finding.control == "IM-04" || asked_only,
        };
        assert_eq!(
            finding.set_aside, expected,
            "{} {}",
            finding.control, finding.subject
        );
    }
    assert_eq!(audit.overall, Overall::Pass);
    assert_eq!(audit.attested.unanswered, 15);
}

#[test]
fn nothing_judged_is_no_pass() {
    for facts in [
        "",
        "whatsapp/app.installed=no whatsapp-business/app.installed=no messenger/app.installed=no telegram/app.installed=no signal/app.installed=no",
    ] {
        let mut profile = profile::load("nhs-england", &[]).expect("loads");
        profile
            .narrow(&["IM-06".to_owned(), "IM-13".to_owned()])
            .expect("there");
        let context = Context {
            at: now(),
            moment_chosen: false,
            about: About::default(),
            readable_only: true,
            narrowed_to: Vec::new(),
            ..Context::new(now())
        };
        let audit = assess(&evidence(Platform::Ios, facts), &profile, &context);
        assert_eq!(audit.overall, Overall::Incomplete, "{facts}");
    }
}

#[test]
fn stale_evidence_passes_nothing_but_may_fail() {
    let day = SignedDuration::from_hours(24);
    for (as_of, pass_is, overall) in [
        (Some(now()), Verdict::Pass, Overall::Pass),
        (Some(now() - day * 30), Verdict::Pass, Overall::Pass),
        (
            Some(now() - day * 31),
            Verdict::Unresolved,
            Overall::Incomplete,
        ),
        (Some(now() + day), Verdict::Unresolved, Overall::Incomplete),
        (
            Some(now() + SignedDuration::from_secs(1)),
            Verdict::Unresolved,
            Overall::Incomplete,
        ),
        (None, Verdict::Unresolved, Overall::Incomplete),
    ] {
        let mut e = evidence(Platform::Ios, COMPLIANT_IPHONE);
        e.as_of = as_of;
        let audit = judge(&e, "nhs-england-quick", true, None);
        assert_eq!(verdict(&audit, "IM-05a", "device"), pass_is, "{as_of:?}");
        assert_eq!(audit.overall, overall, "{as_of:?}");

        let mut e = evidence(Platform::Ios, "lock.credential=none");
        e.as_of = as_of;
        let audit = judge(&e, "nhs-england-quick", true, None);
        assert_eq!(
            verdict(&audit, "IM-05a", "device"),
            Verdict::Fail,
            "{as_of:?}"
        );
    }
}

#[test]
fn apps_that_went_unseen_leave_every_app_control_open() {
    let mut e = evidence(Platform::Android, COMPLIANT_IPHONE);
    e.apps_unseen
        .push("The phone's users could not be listed.".into());
    let audit = judge(&e, "nhs-england-quick", true, None);
    for control in ["IM-04", "IM-06", "IM-12a", "IM-12b"] {
        assert_eq!(verdict(&audit, control, "device"), Verdict::Unresolved);
    }
    assert_eq!(audit.overall, Overall::Incomplete);
}

/// Over every profile, control, platform and fact: evidence in which nothing is proved passes nothing.
#[test]
fn nothing_passes_without_proof() {
    type Weak = fn(Fact) -> Reading;
    let some_value = |fact: Fact| match fact.kind() {
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Count => vec![Value::Count(0), Value::Count(1)],
        Kind::Duration => vec![Value::seconds(0), Value::Never],
        Kind::Word(words) => words.iter().map(|w| Value::Word(w)).collect(),
        Kind::Text => vec![Value::text("x")],
        Kind::Date => vec![Value::Date(now())],
    };
    let weak: [Weak; 3] = [
        |_| Reading::unreadable("refused"),
        |_| Reading::absent("nothing"),
        |_| Reading::not_readable("no way"),
    ];
    for platform in [Platform::Ios, Platform::Android] {
        let mut all: Vec<Evidence> = Vec::new();
        for make in weak {
            all.push(filled(platform, |fact| vec![make(fact)]).remove(0));
        }
        all.extend(filled(platform, |fact| {
            some_value(fact)
                .into_iter()
                .map(|v| Reading {
                    strength: Strength::Indicative,
                    ..Reading::known(v)
                })
                .collect()
        }));
        for mut e in all {
            e.set(
                Fact::AppInstalled,
                Subject::app("whatsapp"),
                Reading::known(Value::Bool(true)),
            );
            derive::apply(&mut e);
            for profile in profile::shipped_ids() {
                for ownership in [Ownership::Personal, Ownership::Trust] {
                    let audit = judge(&e, profile, false, Some(ownership));
                    assert_ne!(audit.overall, Overall::Pass, "{profile} on {platform}");
                    for finding in &audit.findings {
                        let what = format!("{platform} {profile} {}", finding.control);
                        assert_ne!(finding.verdict, Verdict::Pass, "{what}: {}", finding.found);
                        assert_ne!(
                            finding.counted,
                            Some(Verdict::Pass),
                            "{what}: {}",
                            finding.found
                        );
                    }
                }
            }
        }
    }
}

/// Evidence in which every fact has the reading that `make` gives it, as many as the most it gives.
fn filled(platform: Platform, make: impl Fn(Fact) -> Vec<Reading>) -> Vec<Evidence> {
    let most = Fact::ALL.iter().map(|f| make(*f).len()).max().unwrap_or(1);
    (0..most)
        .map(|i| {
            let mut e = Evidence::new(platform, Source::IosBackup, Some(now()));
            for fact in Fact::ALL.iter().filter(|f| **f != Fact::AppInstalled) {
                let readings = make(*fact);
                let subject = if fact.is_per_app() {
                    Subject::app("whatsapp")
                } else {
                    Subject::Device
                };
                e.set(*fact, subject, readings[i % readings.len()].clone());
            }
            e
        })
        .collect()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let e = evidence(Platform::Ios, COMPLIANT_IPHONE);
    let json = || spotcheck::report::json::pretty(&judge(&e, "nhs-england", false, None));
    assert_eq!(json(), json());
    let schema: serde_json::Value =
        serde_json::from_str(spotcheck::report::json::JSON_SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let audit: serde_json::Value = serde_json::from_str(&json()).expect("JSON");
    let errors: Vec<String> = validator
        .iter_errors(&audit)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}
