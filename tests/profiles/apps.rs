//! Apps that must not be there, and limits of the other checklists, from readings in shorthand.

use spotcheck::audit::{Overall, Verdict};
use spotcheck::evidence::Platform;
use spotcheck::profile::{self, Ownership};

use super::shorthand::{evidence, judge, judge_by, verdict};
use Platform::{Android, Ios};
use Verdict::{Fail, NotApplicable, Pass, Unresolved};

const PROHIBITED: [&str; 5] = [
    "whatsapp",
    "whatsapp-business",
    "messenger",
    "telegram",
    "signal",
];

/// None of the prohibited apps is there, but what `change` says.
fn phone(change: &str) -> String {
    let id = change.split(['=', '!', '-']).next().unwrap_or_default();
    PROHIBITED
        .iter()
        .map(|app| format!("{app}/app.installed=no"))
        .filter(|fact| id.is_empty() || !fact.starts_with(&format!("{id}=")))
        .chain([
            "microsoft-teams/app.installed=yes".to_owned(),
            change.to_owned(),
        ])
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn prohibited_apps_fail_on_a_work_phone_and_are_asked_about_on_a_persons_own() {
    const WORK_ACCOUNT: &str = "microsoft-teams/app.work_account=yes";
    for platform in [Ios, Android] {
        for app in PROHIBITED {
            for (state, on_trust, on_personal) in [
                ("=yes", Fail, Unresolved),
                ("=no", Pass, Pass),
                ("!", Unresolved, Unresolved),
                ("~yes", Unresolved, Unresolved),
                ("~no", Unresolved, Unresolved),
            ] {
                let mut facts = phone("");
                let own = format!("{app}/app.installed=no");
                facts = facts.replace(&own, &format!("{app}/app.installed{state}"));
                facts += &format!(" {WORK_ACCOUNT}");
                let e = evidence(platform, &facts);
                for readable_only in [false, true] {
                    let what = format!("{platform} {app}{state} {readable_only}");
                    let audit = judge(&e, "teams-only", readable_only, Some(Ownership::Trust));
                    assert_eq!(verdict(&audit, "TO-1", app), on_trust, "{what}");
                    assert_eq!(verdict(&audit, "TO-2", "device"), NotApplicable, "{what}");
                    let overall = match on_trust {
                        Pass => Overall::Pass,
                        Fail => Overall::Fail,
                        _ => Overall::Incomplete,
                    };
                    assert_eq!(audit.overall, overall, "{what}");

                    let audit = judge(&e, "teams-only", readable_only, Some(Ownership::Personal));
                    assert_eq!(verdict(&audit, "TO-2", app), on_personal, "{what}");
                    assert_eq!(verdict(&audit, "TO-1", "device"), NotApplicable, "{what}");
                    let overall = match on_personal {
                        Pass => Overall::Pass,
                        _ => Overall::Incomplete,
                    };
                    assert_eq!(audit.overall, overall, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_prohibited_app_in_another_android_user_counts() {
    for (user, expected) in [("yes", Fail), ("no", Pass)] {
        let facts = format!("{} whatsapp@95/app.installed={user}", phone(""));
        let audit = judge(
            &evidence(Android, &facts),
            "teams-only",
            false,
            Some(Ownership::Trust),
        );
        assert_eq!(verdict(&audit, "TO-1", "whatsapp@95"), expected);
    }
}

#[test]
fn apps_that_went_unseen_keep_a_work_phone_open() {
    let mut e = evidence(Android, &phone(""));
    e.apps_unseen
        .push("The phone's users could not be listed.".into());
    let audit = judge(&e, "teams-only", true, Some(Ownership::Trust));
    assert_eq!(verdict(&audit, "TO-1", "device"), Unresolved);
    assert_eq!(audit.overall, Overall::Incomplete);
}

#[test]
fn teams_itself_is_looked_at_where_it_is_there() {
    for (facts, expected) in [
        ("microsoft-teams/app.installed=no", NotApplicable),
        ("microsoft-teams/app.installed!", Unresolved),
        ("microsoft-teams/app.installed=yes", Unresolved),
        (
            "microsoft-teams/app.installed=yes microsoft-teams/app.work_account=yes",
            Pass,
        ),
        (
            "microsoft-teams/app.installed=yes microsoft-teams/app.work_account=no",
            Fail,
        ),
    ] {
        let audit = judge(
            &evidence(Ios, facts),
            "teams-only",
            false,
            Some(Ownership::Trust),
        );
        assert_eq!(
            verdict(&audit, "TO-3", "microsoft-teams"),
            expected,
            "{facts}"
        );
        let of_others = audit
            .findings
            .iter()
            .filter(|f| f.control == "TO-3")
            .count();
        assert_eq!(of_others, 1, "limited to Teams");
    }
}

#[test]
fn an_app_by_exception_is_asked_about() {
    for (state, expected, overall) in [
        ("=yes", Unresolved, Overall::Incomplete),
        ("=no", Pass, Overall::Pass),
        ("!", Unresolved, Overall::Incomplete),
    ] {
        let facts = format!("whatsapp/app.installed{state} whatsapp-business/app.installed=no");
        for readable_only in [false, true] {
            let audit = judge(&evidence(Ios, &facts), "exception-72h", readable_only, None);
            assert_eq!(verdict(&audit, "EX-1", "whatsapp"), expected, "{state}");
            assert_eq!(audit.overall, overall, "{state}");
        }
    }
    let profile = profile::load(
        "exception-72h",
        &[("record_transfer_hours".into(), "24".into())],
    )
    .expect("loads");
    assert!(profile.controls[2].question.contains("within 24 hours"));
}

#[test]
fn limits_of_each_checklist() {
    let (trust, personal) = (Some(Ownership::Trust), Some(Ownership::Personal));
    let cases = [
        (
            Ios,
            "cyber-essentials",
            "CE-LOCK",
            None,
            "lock.credential=set",
            Pass,
        ),
        (
            Ios,
            "cyber-essentials",
            "CE-LOCK",
            None,
            "lock.credential=none",
            Fail,
        ),
        (
            Android,
            "cyber-essentials",
            "CE-LOCK",
            None,
            "lock.credential=pin",
            Pass,
        ),
        (
            Android,
            "cyber-essentials",
            "CE-LOCK",
            None,
            "lock.credential=pattern",
            Unresolved,
        ),
        (
            Android,
            "cyber-essentials",
            "CE-LOCK",
            None,
            "lock.credential=set",
            Unresolved,
        ),
        (
            Android,
            "cyber-essentials",
            "CE-LOCK",
            None,
            "lock.credential=none",
            Fail,
        ),
        (
            Android,
            "cyber-essentials",
            "CE-APPS",
            None,
            "apps.may_install=0",
            Unresolved,
        ),
        (
            Android,
            "cyber-essentials",
            "CE-APPS",
            None,
            "apps.may_install=2",
            Unresolved,
        ),
        (Ios, "cyber-essentials", "CE-UPDATES", None, "", Unresolved),
        (
            Ios,
            "cyber-essentials",
            "CE-UPDATES",
            None,
            "os.update_waiting=no",
            Pass,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-GRACE",
            None,
            "lock.credential=set lock.grace=0",
            Pass,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-GRACE",
            None,
            "lock.credential=set lock.grace=1",
            Fail,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-GRACE",
            None,
            "lock.credential=none lock.grace=0",
            Fail,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-CLOUD",
            None,
            "links.cloud_backup=yes",
            Fail,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-CLOUD",
            None,
            "links.cloud_backup=no",
            Pass,
        ),
        // On a work phone the trust's own wipe stands in for Find My; on a person's own it does not have to.
        (
            Ios,
            "ncsc-ios",
            "NI-WIPE-T",
            trust,
            "remote_wipe.find_my=yes management.mdm_enrolled=no",
            Fail,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-WIPE-T",
            trust,
            "remote_wipe.find_my=no management.mdm_enrolled=yes",
            Pass,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-FINDMY",
            trust,
            "remote_wipe.find_my=yes",
            Fail,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-FINDMY",
            personal,
            "remote_wipe.find_my=yes",
            NotApplicable,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-WIPE-P",
            personal,
            "remote_wipe.find_my=yes management.mdm_enrolled=no",
            Pass,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-WIPE-P",
            personal,
            "remote_wipe.find_my=no management.mdm_enrolled=no",
            Fail,
        ),
        // Management of a person's own phone often cannot wipe it whole.
        (
            Ios,
            "ncsc-ios",
            "NI-WIPE-P",
            personal,
            "remote_wipe.find_my=no management.mdm_enrolled=yes",
            Unresolved,
        ),
        (
            Ios,
            "ncsc-ios",
            "NI-WIPE-P",
            trust,
            "remote_wipe.find_my=yes",
            NotApplicable,
        ),
        (
            Android,
            "ncsc-android",
            "NA-LOCK",
            None,
            "lock.credential=password",
            Pass,
        ),
        (
            Android,
            "ncsc-android",
            "NA-LOCK",
            None,
            "lock.credential=pin",
            Fail,
        ),
        (
            Android,
            "ncsc-android",
            "NA-LOCK",
            None,
            "lock.credential=set",
            Unresolved,
        ),
        (
            Android,
            "ncsc-android",
            "NA-SOURCES",
            None,
            "apps.may_install=1",
            Fail,
        ),
        (
            Android,
            "ncsc-android",
            "NA-WORK",
            None,
            "management.owner=profile-owner",
            Pass,
        ),
        (
            Android,
            "ncsc-android",
            "NA-WORK",
            None,
            "management.owner=none",
            Fail,
        ),
        (
            Android,
            "ncsc-android",
            "NA-USERS",
            trust,
            "users.second_persons=0 users.guest=yes",
            Fail,
        ),
        (
            Android,
            "ncsc-android",
            "NA-USERS",
            personal,
            "users.second_persons=1",
            NotApplicable,
        ),
        (
            Android,
            "ncsc-android",
            "NA-WIPE-T",
            trust,
            "management.can_wipe=no",
            Fail,
        ),
        (
            Android,
            "ncsc-android",
            "NA-WIPE-P",
            personal,
            "management.can_wipe=no accounts.google=1",
            Unresolved,
        ),
        (
            Ios,
            "cis-ios-byod",
            "2.4.4",
            None,
            "lock.auto_lock=120 lock.credential=set",
            Pass,
        ),
        (
            Ios,
            "cis-ios-byod",
            "2.4.4",
            None,
            "lock.auto_lock=120",
            Unresolved,
        ),
        (
            Ios,
            "cis-ios-byod",
            "2.4.4",
            None,
            "lock.auto_lock=121",
            Fail,
        ),
        (
            Ios,
            "cis-ios-byod",
            "2.2.1.4",
            None,
            "backup.encrypted=no",
            Fail,
        ),
        (
            Ios,
            "cis-ios-byod",
            "4.8",
            None,
            "remote_wipe.find_my~yes",
            Unresolved,
        ),
        (
            Android,
            "cis-android",
            "1.21",
            None,
            "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no lock.credential=pin",
            Pass,
        ),
        (
            Android,
            "cis-android",
            "1.21",
            None,
            "lock.screen_timeout=60 lock.policy_max=never lock.stay_awake=no lock.credential!",
            Unresolved,
        ),
        (
            Android,
            "cis-android",
            "1.21",
            None,
            "lock.screen_timeout=120 lock.policy_max=never lock.stay_awake=no",
            Fail,
        ),
        (
            Android,
            "cis-android",
            "1.4",
            None,
            "lock.credential=pin lock.delay_setting=0 lock.policy_max=never",
            Pass,
        ),
        (
            Android,
            "cis-android",
            "1.4",
            None,
            "lock.credential=pin lock.delay_setting=5 lock.policy_max=never",
            Fail,
        ),
        (
            Android,
            "cis-android",
            "2.1",
            None,
            "notifications.previews=never",
            Pass,
        ),
        (
            Android,
            "cis-android",
            "2.1",
            None,
            "notifications.previews=when-unlocked",
            Fail,
        ),
        (
            Android,
            "cis-android",
            "1.5",
            None,
            "lock.power_key_locks=no",
            Fail,
        ),
    ];
    for (platform, id, control, ownership, facts, expected) in cases {
        let audit = judge(&evidence(platform, facts), id, false, ownership);
        assert_eq!(
            verdict(&audit, control, "device"),
            expected,
            "{id} {control}: {facts}"
        );
    }
}

#[test]
fn an_app_that_is_in_scope_of_the_other_checklist_alone_is_not_reported() {
    let e = evidence(
        Ios,
        "microsoft-teams/app.installed=yes whatsapp/app.installed=yes",
    );
    let nhs = profile::load("nhs-england", &[]).expect("loads");
    let audit = judge_by(&e, &nhs, false, None);
    assert_eq!(audit.apps_found, Some(vec!["WhatsApp".to_owned()]));
}

#[test]
fn what_is_asked_about_says_so_and_is_never_set_aside() {
    let facts = "whatsapp/app.installed=yes whatsapp-business/app.installed!";
    let audit = judge(&evidence(Ios, facts), "exception-72h", true, None);
    let found = |app: &str| {
        let finding = audit
            .findings
            .iter()
            .find(|f| f.control == "EX-1" && f.subject.to_string() == app);
        let finding = finding.expect("there");
        assert!(!finding.set_aside);
        finding.found.clone()
    };
    assert_eq!(
        found("whatsapp"),
        "Installed: yes. That can be right: someone has to ask"
    );
    assert!(found("whatsapp-business").contains("could not tell (damaged)"));
}

#[test]
fn without_a_stated_ownership_each_line_says_so_once() {
    for readable_only in [false, true] {
        let audit = judge(
            &evidence(Ios, &phone("")),
            "teams-only",
            readable_only,
            None,
        );
        assert_eq!(audit.overall, Overall::Incomplete);
        for control in ["TO-1", "TO-2", "TO-3", "TO-4"] {
            let findings: Vec<_> = audit
                .findings
                .iter()
                .filter(|f| f.control == control)
                .collect();
            assert_eq!(findings.len(), 1, "{control}");
            assert_eq!(findings[0].verdict, Unresolved);
            assert!(findings[0].found.contains("--ownership"), "{control}");
        }
    }
}
