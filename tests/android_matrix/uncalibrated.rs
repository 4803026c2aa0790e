//! Sources of which nobody has shown on a real phone what they mean: whatever they say changes no verdict. Second
//! sources that are believed only where they agree may withhold a verdict, and never give one.

use spotcheck::assess::Context;
use spotcheck::audit::Verdict;
use spotcheck::evidence::{Fact, Platform};
use spotcheck::profile::Profile;

use super::run::{Bench, checklists, now};
use super::states::{self, Gap, Lock, NEVER, Owner, Previews, State};
use super::*;
use Make::*;

const SAFETY: &str = "dumpsys safety_center data";
const LOCK_SCREEN: &str = "dumpsys activity service com.android.systemui/.SystemUIService NotificationLockscreenUserManagerImpl";
const KEYGUARD: &str = "dumpsys activity service com.android.systemui/.keyguard.KeyguardService";

/// Phones on which each source is tried: good ones, bad ones, and some of which little is known.
fn phones() -> Vec<State> {
    let mut all = Vec::new();
    for make in [Pixel, Samsung, Xiaomi, Huawei] {
        for sdk in [28, 31, 33, 36] {
            let good = State::good(make, sdk);
            all.push(good);
            all.push(State {
                lock: Lock::None,
                timeout: NEVER,
                previews: Previews::Shown,
                accounts: states::ACCOUNTS[1],
                ..good
            });
            all.push(State {
                owner: Owner::Device,
                locked: true,
                ..good
            });
            all.push(State {
                gap: Gap::LockService,
                previews: Previews::Unset,
                accounts: states::ACCOUNTS[2],
                ..good
            });
        }
    }
    all
}

/// The verdict of every line of every checklist for every subject.
type Verdicts = Vec<(String, String, Verdict)>;

fn verdicts(bench: &Bench, lists: &[Profile], answer: &str) -> Verdicts {
    let mut all = Verdicts::new();
    for list in lists {
        let audit = bench.judge_by(answer, list, &Context::new(now()));
        for f in audit.findings {
            all.push((
                format!("{} {}", list.id, f.control),
                f.subject.to_string(),
                f.counted.unwrap_or(f.verdict),
            ));
        }
    }
    all
}

/// The checklists without the lines that one of these facts decides.
fn without(lists: &[Profile], facts: &[Fact]) -> Vec<Profile> {
    let mut lists = lists.to_vec();
    for list in &mut lists {
        list.controls.retain(|control| {
            let decided_by = control.decided_by(Platform::Android);
            !facts.iter().any(|fact| decided_by.contains(fact))
        });
    }
    lists
}

fn hub(phone: Phone, rest: &str) -> Phone {
    let dump = phone.dump(SAFETY);
    let line = format!(
        "\t[7] SafetySourceKey{{mSourceId='GoogleFindMyDevice', mUserId=0}} -> SafetySourceData{{mStatus=SafetySourceStatus{{mTitle=Find Hub, mSummary={EMAIL}, {rest}\n"
    );
    phone.answers(SAFETY, &(dump + &line), 0)
}

type Change = fn(Phone) -> Phone;

const CHANGES: &[(&str, Change)] = &[
    ("Find Hub in the Safety Center: no opinion", |p| {
        hub(p, "mSeverityLevel=100, mPendingIntent=null}, mIssues=[]}")
    }),
    ("Find Hub in the Safety Center: fine", |p| {
        hub(p, "mSeverityLevel=200, mPendingIntent=null}, mIssues=[]}")
    }),
    ("Find Hub in the Safety Center: recommendation", |p| {
        hub(
            p,
            "mSeverityLevel=300, mPendingIntent=null}, mIssues=[SafetySourceIssue{mId=FindMyDeviceOff, mSeverityLevel=300}]}",
        )
    }),
    ("Find Hub in the Safety Center: critical", |p| {
        hub(p, "mSeverityLevel=400, mPendingIntent=null}, mIssues=[]}")
    }),
    ("the power key does not lock at once", |mut p| {
        p.power_key_locks = false;
        p
    }),
    ("a placebo for the power key", |p| {
        p.secure("lockscreen.power_button_instantly_locks", "0")
    }),
    ("a placebo for the power key, on", |p| {
        p.secure("lockscreen.power_button_instantly_locks", "1")
    }),
    ("lockscreen.disabled", |p| {
        p.secure("lockscreen.disabled", "1")
    }),
    ("sys.locksecured", |p| p.prop("sys.locksecured", "false")),
    ("the quality of the password", |p| {
        if p.instead
            .iter()
            .any(|(line, ..)| line == "dumpsys lock_settings")
        {
            return p;
        }
        let dump = p.dump("dumpsys lock_settings");
        p.answers(
            "dumpsys lock_settings",
            &dump.replace("Quality: 0", "Quality: 196608"),
            0,
        )
    }),
    ("extending trust", |p| {
        p.secure("trust_agents_extend_unlock", "0")
            .secure("lock_screen_when_trust_lost", "1")
    }),
    ("Samsung's places", |p| {
        p.secure("trusted_locations_count", "3")
            .system("db_lockscreen_is_smart_lock", "1")
    }),
    ("Samsung's icons only", |p| {
        p.system("lockscreen_minimizing_notification", "1")
            .secure("lock_screen_show_notifications_on_keyguard", "0")
            .secure("lock_screen_allow_private_notifications_when_unsecure", "0")
    }),
    ("Samsung's finding, the other switches", |p| {
        p.secure("fmm_unlock_recovery", "1")
            .secure("fmm_community_finding", "1")
            .secure("send_last_location", "1")
    }),
    ("Samsung's finding, on", |p| p.system("remote_control", "1")),
    ("Samsung's finding, off", |p| {
        p.system("remote_control", "0")
    }),
    ("financed phone", |p| {
        p.prop("ro.boot.kg", "LOCKED")
            .prop("knox.kg.state", "Locked")
    }),
    ("apps from anywhere, dead since 8", |p| {
        p.secure("install_non_market_apps", "0")
    }),
    ("replies from the lock screen", |p| {
        p.secure("lock_screen_allow_remote_input", "1")
    }),
    ("location off", |p| p.secure("location_mode", "0")),
    ("the screen stays on while looked at", |p| {
        p.secure("adaptive_sleep", "1")
            .system("intelligent_sleep_mode", "1")
    }),
];

/// What some of these changes say by themselves: lines about nothing else may change.
fn means(change: &str) -> &'static [Fact] {
    match change {
        "location off" => &[Fact::LocationOn],
        "the screen stays on while looked at" => &[Fact::LockAttention],
        _ => &[],
    }
}

#[test]
fn what_nobody_has_calibrated_decides_nothing() {
    let Some(bench) = Bench::new() else { return };
    let lists = checklists();
    let about_the_key = lists.iter().flat_map(|list| &list.controls).any(|control| {
        control
            .decided_by(Platform::Android)
            .contains(&Fact::LockPowerKey)
    });
    assert!(about_the_key, "no checklist asks for the power key");
    let mut wrong = Vec::new();
    for state in phones() {
        let before = bench.answer(&phones::phone(&state));
        for (name, change) in CHANGES {
            let phone = change(phones::phone(&state));
            let answer = bench.answer(&phone);
            assert!(
                !answer.contains(EMAIL),
                "{name}: a summary crossed the cable"
            );
            if answer == before {
                continue;
            }
            let lists = without(&lists, means(name));
            let (old, new) = (
                verdicts(&bench, &lists, &before),
                verdicts(&bench, &lists, &answer),
            );
            for (old, new) in old.iter().zip(&new).filter(|(old, new)| old != new) {
                wrong.push(format!("{name}: {old:?} becomes {new:?}: {}", state.told()));
            }
            assert_eq!(old.len(), new.len(), "{name}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Samsung's own word on its power key decides no line, whichever it is.
#[test]
fn samsungs_lock_screen_gives_no_verdict_about_the_power_key() {
    let Some(bench) = Bench::new() else { return };
    let mut asked = 0;
    for at_once in [true, false] {
        let mut phone = phones::phone(&State::good(Samsung, 34));
        phone.power_key_locks = at_once;
        let answer = bench.answer(&phone);
        for list in checklists() {
            let audit = bench.judge_by(&answer, &list, &Context::new(now()));
            for control in &list.controls {
                let decided_by = control.decided_by(Platform::Android);
                if decided_by.len() != 1 || !decided_by.contains(&Fact::LockPowerKey) {
                    continue;
                }
                let finding = audit.findings.iter().find(|f| f.control == control.id);
                let finding = finding.expect("judged");
                assert_eq!(finding.verdict, Verdict::Unresolved, "{}", finding.found);
                asked += 1;
            }
        }
    }
    assert!(asked >= 2, "no checklist asks for it");
}

fn lock_screen(phone: Phone, show: &str, private: &str) -> Phone {
    phone.answers(
        LOCK_SCREEN,
        &format!(
            "SERVICE com.android.systemui/.SystemUIService pid=1\n  Client:\n      mCurrentUserId=0\n      mShowLockscreenNotifications={show}\n      mUsersAllowingPrivateNotifications={private}\n"
        ),
        0,
    )
}

fn keyguard(phone: Phone, summary: &str) -> Phone {
    phone.answers(
        KEYGUARD,
        &format!("SERVICE com.android.systemui/.keyguard.KeyguardService pid=1\nUser 0*\n  lockInstantlyWithPowerKey: true\n  lockTypeSummary={summary}\n"),
        0,
    )
}

const SECOND_SOURCES: &[(&str, Change)] = &[
    ("lock screen shows", |p| lock_screen(p, "true", "{0=true}")),
    ("lock screen hides", |p| lock_screen(p, "true", "{0=false}")),
    ("lock screen shows nothing", |p| {
        lock_screen(p, "false", "{0=false}")
    }),
    ("lock screen, odd", |p| {
        lock_screen(p, "perhaps", "{0=perhaps}")
    }),
    ("lock screen was not asked yet", |p| {
        lock_screen(p, "true", "{}")
    }),
    ("keyguard: PIN", |p| keyguard(p, "pin, fingerprints")),
    ("keyguard: PIN, held open", |p| {
        keyguard(p, "pin / canSkipBouncer=true")
    }),
    ("keyguard: swipe", |p| keyguard(p, "swipe")),
    ("keyguard: none", |p| keyguard(p, "none")),
    ("keyguard: odd", |p| keyguard(p, "rune")),
    ("Android's own advice: fine", |p| {
        p.answers(SAFETY, "SOURCE DATA\n\t[1] SafetySourceKey{mSourceId='AndroidLockScreen', mUserId=0} -> SafetySourceData{mStatus=SafetySourceStatus{mTitle=x, mSummary=y, mSeverityLevel=200, mPendingIntent=null}, mIssues=[]}\n", 0)
    }),
    ("Android's own advice without its issue", |p| {
        p.answers(SAFETY, "SOURCE DATA\n\t[1] SafetySourceKey{mSourceId='AndroidLockScreen', mUserId=0} -> SafetySourceData{mStatus=SafetySourceStatus{mTitle=x, mSummary=y, mSeverityLevel=300, mPendingIntent=null}, mIssues=[]}\n", 0)
    }),
    ("Android's own advice is silent", |p| {
        p.answers(SAFETY, "SOURCE DATA\n", 0)
    }),
];

/// It stretches the screen timeout only while someone looks: whoever reads the line must know, and it decides nothing.
#[test]
fn a_screen_that_stays_on_while_looked_at_is_shown_beside_the_line() {
    let Some(bench) = Bench::new() else { return };
    let good = State::good(Pixel, 36);
    let judged = |value: &str| {
        let phone = phones::phone(&good).secure("adaptive_sleep", value);
        let audit = bench.judge(&bench.answer(&phone));
        let locks = audit.findings.iter().find(|f| f.control == "IM-05b");
        let locks = locks.expect("judged").clone();
        (locks.verdict, locks.beside)
    };
    let ((off, without), (on, with)) = (judged("0"), judged("1"));
    assert_eq!(off, on);
    assert_ne!(without, with);
    for beside in [&without, &with] {
        assert_eq!(beside.len(), 1, "{beside:?}");
        assert!(beside[0].contains("looked at"), "{beside:?}");
    }
}

#[test]
fn the_rating_of_find_hub_is_shown_and_no_checklist_asks_for_it() {
    let Some(bench) = Bench::new() else { return };
    let phone = hub(
        phones::phone(&State::good(Pixel, 36)),
        "mSeverityLevel=200, mPendingIntent=null}, mIssues=[]}",
    );
    let audit = bench.judge(&bench.answer(&phone));
    let wipe = audit.findings.iter().find(|f| f.control == "IM-07");
    let beside = &wipe.expect("judged").beside;
    assert!(
        beside
            .iter()
            .any(|line| line.contains("Find Hub") && line.contains("decides nothing")),
        "{beside:?}"
    );
    for profile in checklists() {
        for control in &profile.controls {
            assert!(
                !control
                    .decided_by(Platform::Android)
                    .contains(&Fact::FindHubAdvice),
                "{}: {} is decided by it",
                profile.id,
                control.id
            );
        }
    }
}

#[test]
fn second_sources_may_withhold_and_never_give() {
    let Some(bench) = Bench::new() else { return };
    let lists = checklists();
    let mut wrong = Vec::new();
    let mut withheld = 0;
    for state in phones() {
        // What the verdicts are where no second source answers at all.
        let silent = phones::phone(&state)
            .answers(LOCK_SCREEN, "No services match: x", 0)
            .answers(KEYGUARD, "No services match: x", 0)
            .answers(SAFETY, "Can't find service: safety_center", 0);
        let before = verdicts(&bench, &lists, &bench.answer(&silent));
        for (name, change) in SECOND_SOURCES {
            let mut phone = change(silent.clone());
            // The answer given last is the one that counts.
            phone.instead.reverse();
            let answer = bench.answer(&phone);
            for (old, new) in before.iter().zip(verdicts(&bench, &lists, &answer)) {
                if *old == new {
                    continue;
                }
                withheld += 1;
                if new.2 != Verdict::Unresolved {
                    wrong.push(format!("{name}: {old:?} becomes {new:?}: {}", state.told()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(withheld > 0, "no second source was believed");
}
