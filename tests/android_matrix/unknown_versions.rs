//! Android versions that nobody has described to this program: nothing that they answer decides a line.

use spotcheck::assess::Context;
use spotcheck::audit::{Overall, Verdict};
use spotcheck::evidence::Fact;

use super::run::{Bench, checklists, now};
use super::states::{AppSays, Gap, Lock, MAKES, NEVER, Owner, Previews, State};
use super::*;

#[test]
fn a_version_that_is_not_described_decides_nothing() {
    let Some(bench) = Bench::new() else { return };
    let lists = checklists();
    let mut wrong = Vec::new();
    for make in MAKES {
        for sdk in [24, 25, 38, 40] {
            let good = State {
                locked: true,
                owner: Owner::Device,
                ..State::good(make, sdk)
            };
            let bad = State {
                lock: Lock::None,
                timeout: NEVER,
                previews: Previews::Shown,
                ..State::good(make, sdk)
            };
            let silent = State {
                app: AppSays::Blocked,
                gap: Gap::Secure,
                ..good
            };
            let custom = State { rom: true, ..good };
            for state in [good, bad, silent, custom] {
                // A version that is stated as none of those that are supported, or as one of them by mistake.
                for release in [None, Some("16")] {
                    let mut phone = phones::phone(&state);
                    if let Some(release) = release {
                        phone = phone.prop("ro.build.version.release", release);
                    }
                    let answer = bench.answer(&phone);
                    for list in &lists {
                        let context = Context {
                            readable_only: true,
                            ..Context::new(now())
                        };
                        let audit = bench.judge_by(&answer, list, &context);
                        if audit.overall == Overall::Pass {
                            wrong.push(format!("{} passes: {}", list.id, state.told()));
                        }
                        for f in &audit.findings {
                            if matches!(f.counted, Some(Verdict::Pass | Verdict::Fail)) {
                                wrong.push(format!(
                                    "{} {} of {} is {:?}: {} ({})",
                                    list.id,
                                    f.control,
                                    f.subject,
                                    f.counted,
                                    f.found,
                                    state.told()
                                ));
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong, the first:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(20)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}

/// The reason is there to read, and what the phone calls itself stays.
#[test]
fn it_says_why() {
    let Some(bench) = Bench::new() else { return };
    let answer = bench.answer(&phones::phone(&State::good(Make::Pixel, 40)));
    let audit = bench.judge(&answer);
    for control in ["IM-05a", "IM-05b", "IM-05c", "IM-06"] {
        let found = audit.findings.iter().find(|f| f.control == control);
        let found = &found.expect("judged").found;
        assert!(found.contains("Android 8 to 17"), "{control}: {found}");
    }
    assert_eq!(audit.device_model.as_deref(), Some("SYNTHETIC-1"));
    assert_eq!(audit.device_os.as_deref(), Some("Android 20"));
    let warned = bench.read(&answer).warnings;
    assert!(
        warned.iter().any(|w| w.contains("newer than")),
        "{warned:?}"
    );
    // An app that is not found may still be there.
    let none = Phone::stock(Make::Pixel, 40);
    let evidence = bench.read(&bench.answer(&none));
    let app = evidence.get(
        Fact::AppInstalled,
        &spotcheck::evidence::Subject::app("whatsapp"),
    );
    assert!(
        app.why_unknown().is_some_and(|why| why.contains("8 to 17")),
        "{app:?}"
    );
}
