//! The script itself: its size, the plan, and that readers see only what they declared. The commands that it runs are
//! held against a list in `android_commands`.

use std::collections::BTreeSet;

use spotcheck::android::probe;
use spotcheck::android::readers::{self, READERS, View, shared};
use spotcheck::android::stream;
use spotcheck::evidence::Source;

use super::*;

#[test]
fn sizes_for_three_apps() {
    let Some(tools) = Tools::find() else { return };
    let script = probe::script(&everything(), NONCE);
    assert!(
        script.len() < 12_000,
        "the script has {} bytes",
        script.len()
    );
    let phone = Phone::stock(Make::Samsung, 34)
        .user(95, 0x20001010, true)
        .app(WHATSAPP, 0)
        .app(TELEGRAM, 0)
        .app(SIGNAL, 0)
        .app(WHATSAPP, 95)
        .last_app(|copy| copy.channels = vec![-1000; 300]);
    let (answer, _) = phone.audit(&everything(), &tools);
    assert!(
        answer.len() < 16_000,
        "the answer has {} bytes",
        answer.len()
    );
    let (usual, _) = Phone::compliant_pixel16()
        .app(TELEGRAM, 0)
        .app(SIGNAL, 0)
        .audit(&everything(), &tools);
    println!(
        "script {} bytes, answer {} bytes for three apps, {} with a copy",
        script.len(),
        usual.len(),
        answer.len()
    );
}

#[test]
fn every_shell_gives_the_same_answer() {
    let (Some(mksh), Some(sh)) = (Tools::find(), Tools::with_shell("dash")) else {
        return;
    };
    let phone = Phone::compliant_pixel16()
        .user(10, 0x1030, true)
        .app(TELEGRAM, 10);
    let (first, _) = phone.audit(&everything(), &mksh);
    let (second, _) = phone.audit(&everything(), &sh);
    assert_eq!(
        String::from_utf8_lossy(&first),
        String::from_utf8_lossy(&second)
    );
}

#[test]
fn a_script_cut_short_does_nothing() {
    let Some(tools) = Tools::find() else { return };
    let script = probe::script(&everything(), NONCE);
    let end = script.find("m </dev/null").expect("the call");
    for cut in [end / 3, end / 2, end - 3] {
        let folder = tempfile::tempdir().expect("a folder");
        let built = Phone::compliant_pixel16().build(folder.path());
        built.run(&script[..cut], &tools);
        let ran: Vec<String> = built.log();
        assert!(ran.len() <= 1, "{ran:?}");
    }
}

#[test]
fn a_narrow_request_reads_little() {
    let lock = Request::new([Fact::LockCredential], Vec::new(), Platform::Android);
    let script = probe::script(&lock, NONCE);
    for other in [
        "device_policy",
        "account",
        "\ns apps ",
        "notification --package",
        "list secure",
    ] {
        assert!(
            !script.contains(other),
            "{other} is read for the lock alone"
        );
    }
    // Without an app, nothing runs for users and copies of apps.
    for item in probe::plan(&Request::everything(Vec::new(), Platform::Android)) {
        let runs_often = item.keeps.contains("($u)");
        assert!(!runs_often, "{} is asked without an app", item.place);
    }
    let script = probe::script(&only(Fact::AppContacts), NONCE);
    assert!(!script.contains("dumpsys trust"));
}

#[test]
fn the_plan_is_the_script() {
    for request in [everything(), only(Fact::NotificationsPreviews)] {
        let script = probe::script(&request, NONCE);
        let plan = probe::plan(&request);
        let ids: BTreeSet<&str> = Fact::ALL.iter().map(|fact| fact.id()).collect();
        for item in &plan {
            assert!(
                script.contains(&item.what),
                "the plan states what is not run: {}",
                item.what
            );
            assert!(!item.keeps.is_empty());
            assert!(item.why.iter().all(|id| ids.contains(id)));
        }
        let marks = script.lines().filter(|line| line.starts_with("s ")).count();
        assert_eq!(
            plan.len(),
            marks,
            "one item per section, the prologue for the end mark"
        );
    }
}

#[test]
fn readers_see_only_what_they_declared() {
    let answer = stream::Answer::default();
    for reader in READERS {
        let view = View::new(*reader, &answer, Source::AndroidAdb, &[], &[]);
        for section in readers::all_sections() {
            if section.span != spotcheck::android::section::Span::Once {
                continue;
            }
            let declared = reader.sections().iter().any(|s| s.id == section.id);
            let refused = view
                .once(section)
                .expect_err("an empty answer holds nothing")
                .contains("did not declare");
            assert_eq!(
                declared,
                !refused,
                "{:?} and {}",
                reader.facts(),
                section.id
            );
        }
    }
    let view = View::new(READERS[0], &answer, Source::AndroidAdb, &[], &[]);
    assert!(
        view.once(&shared::LOCK)
            .is_err_and(|why| why.contains("did not declare"))
    );
}

#[test]
fn section_ids_are_unique_and_each_fact_has_one_reader() {
    let mut facts = BTreeSet::new();
    for reader in READERS {
        for fact in reader.facts() {
            assert!(facts.insert(*fact), "{fact} has two readers");
        }
    }
    for fact in Fact::ALL {
        let derived = [
            Fact::LockAutoLock,
            Fact::LockGrace,
            Fact::AppPreviews,
            Fact::OsSupported,
            Fact::OsPatchAge,
        ]
        .contains(fact);
        assert_eq!(
            fact.on().has(Platform::Android) && !derived,
            facts.contains(fact),
            "{fact}"
        );
    }
    let mut sections: Vec<&str> = Vec::new();
    for reader in READERS {
        for section in reader.sections() {
            assert!(
                section
                    .id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'.')
            );
            let same = readers::all_sections()
                .into_iter()
                .find(|s| s.id == section.id)
                .expect("listed");
            assert!(
                std::ptr::eq(same, *section),
                "two sections are called {}",
                section.id
            );
            sections.push(section.id);
        }
    }
}

#[test]
fn every_fact_is_reported_whatever_the_phone_answers() {
    let request = everything();
    for answer in [
        &b""[..],
        b"garbage",
        b"@5907c4ec5907c4ec end\n",
        &[0xff; 100],
    ] {
        let evidence = probe::evidence(&request, NONCE, answer, Source::AndroidAdb, None);
        for reader in READERS {
            for fact in reader
                .facts()
                .iter()
                .filter(|f| f.scope() != spotcheck::evidence::Scope::App)
            {
                assert!(
                    evidence.has(*fact, &Subject::Device),
                    "{fact} was not reported"
                );
                assert!(
                    evidence.get(*fact, &Subject::Device).value().is_none(),
                    "{fact} out of nothing"
                );
            }
        }
        assert!(evidence.has(Fact::AppInstalled, &Subject::app("whatsapp")));
        assert_eq!(evidence.apps_unseen.len(), 1);
    }
}

#[test]
fn a_hostile_nonce_or_package_stays_out_of_the_script() {
    let mut app = apps().remove(0);
    app.android = Some("com.x; reboot".into());
    let request = Request::everything(vec![app], Platform::Android);
    let script = probe::script(&request, "a'; reboot; '");
    assert!(
        !script.contains("reboot;") && !script.contains("; reboot"),
        "{script}"
    );
    let evidence = probe::evidence(&request, "x", b"", Source::AndroidAdb, None);
    assert_eq!(
        short(&evidence.get(Fact::AppInstalled, &Subject::app("whatsapp"))),
        "unreadable"
    );
}
