//! What the readings of a phone come to under the checklist: the verdict, and whether it is set aside as beyond the
//! reach of any cable.

use jiff::Timestamp;
use spotcheck::assess::{Context, assess};
use spotcheck::audit::{About, Verdict};
use spotcheck::evidence::{Source, derive};
use spotcheck::{android::probe, profile};

use super::*;
use Make::*;
use Verdict::{Fail, Pass, Unresolved};

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("a moment")
}

pub fn judged(answer: &[u8], control: &str, subject: &Subject) -> (Verdict, bool) {
    let mut evidence = probe::evidence(
        &everything(),
        NONCE,
        answer,
        Source::AndroidAdb,
        Some(now()),
    );
    derive::apply(&mut evidence);
    let context = Context {
        at: now(),
        moment_chosen: false,
        about: About::default(),
        readable_only: true,
        narrowed_to: Vec::new(),
        ..Context::new(now())
    };
    let profile = profile::load("nhs-england-quick", &[]).expect("a shipped profile");
    let audit = assess(&evidence, &profile, &context);
    let finding = audit
        .findings
        .iter()
        .find(|finding| finding.control == control && finding.subject == *subject)
        .unwrap_or_else(|| panic!("{control} of {subject} was not judged"));
    (finding.verdict, finding.set_aside)
}

#[test]
fn verdicts() {
    let Some(tools) = Tools::find() else { return };
    let good = Phone::compliant_pixel16;
    let hidden = |make| Phone::stock(make, 34).app(WHATSAPP, 0).previews(1, 0);
    let override_only = |make: Make| {
        Phone::stock(make, 34)
            .app(WHATSAPP, 0)
            .last_app(|copy| copy.visibility = Some("PRIVATE".into()))
    };
    let every_channel = |make: Make| {
        Phone::stock(make, 34)
            .app(WHATSAPP, 0)
            .last_app(|copy| copy.channels = vec![0, -1])
    };
    let (phone, whatsapp) = (Subject::Device, Subject::app("whatsapp"));
    let second = Subject::copy("whatsapp", 10);
    let cases = [
        (
            "a PIN that the lock screen denies",
            hidden(Samsung).keyguard_says("swipe"),
            "IM-05a",
            &phone,
            Unresolved,
            false,
        ),
        ("hidden", good(), "IM-06", &whatsapp, Pass, false),
        (
            "hidden under a layer that no cable reads",
            hidden(Xiaomi),
            "IM-06",
            &whatsapp,
            Unresolved,
            true,
        ),
        (
            "the same, and it seems hidden for the app",
            hidden(Xiaomi).last_app(|c| c.visibility = Some("PRIVATE".into())),
            "IM-06",
            &whatsapp,
            Unresolved,
            true,
        ),
        (
            "hidden, but edge lighting can be switched off",
            hidden(Samsung),
            "IM-06",
            &whatsapp,
            Unresolved,
            false,
        ),
        (
            "hidden, edge lighting unset",
            hidden(Samsung).no_setting(0, "system", "edge_lighting"),
            "IM-06",
            &whatsapp,
            Unresolved,
            false,
        ),
        (
            "hidden on an unlisted maker's phone",
            hidden(Vivo),
            "IM-06",
            &whatsapp,
            Unresolved,
            false,
        ),
        (
            "hidden without a lock, under a maker's layer",
            hidden(Xiaomi).no_lock(),
            "IM-06",
            &whatsapp,
            Fail,
            false,
        ),
        (
            "hidden on the phone and, as it seems, for the app",
            good().last_app(|c| c.visibility = Some("PRIVATE".into())),
            "IM-06",
            &whatsapp,
            Pass,
            false,
        ),
        (
            "hidden on the phone and for every channel",
            good().last_app(|c| c.channels = vec![0]),
            "IM-06",
            &whatsapp,
            Pass,
            false,
        ),
        (
            "shown, hidden for every channel",
            every_channel(Pixel),
            "IM-06",
            &whatsapp,
            Pass,
            false,
        ),
        (
            "shown, hidden for every channel under a maker's layer",
            every_channel(Xiaomi),
            "IM-06",
            &whatsapp,
            Unresolved,
            false,
        ),
        (
            "shown, hidden for the app as it seems",
            override_only(Pixel),
            "IM-06",
            &whatsapp,
            Unresolved,
            false,
        ),
        (
            "shown, hidden for the app as it seems, maker's layer",
            override_only(Xiaomi),
            "IM-06",
            &whatsapp,
            Unresolved,
            false,
        ),
        (
            "another person's copy without that person's lock",
            good()
                .user(10, 0x410, true)
                .lock_of(10, "None", false)
                .app(WHATSAPP, 10),
            "IM-06",
            &second,
            Fail,
            false,
        ),
        (
            "another person's copy behind that person's lock",
            good()
                .user(10, 0x410, true)
                .lock_of(10, "Pin", false)
                .app(WHATSAPP, 10),
            "IM-06",
            &second,
            Pass,
            false,
        ),
        (
            "another person's copy, their lock unknown",
            good()
                .user(10, 0x410, true)
                .lock_of(10, "Rune", false)
                .app(WHATSAPP, 10),
            "IM-06",
            &second,
            Unresolved,
            false,
        ),
        (
            "a work profile's copy behind the owner's lock",
            good().user(10, 0x1030, true).app(WHATSAPP, 10),
            "IM-06",
            &second,
            Pass,
            false,
        ),
        (
            "what is in force was not seen",
            good().answers("dumpsys power", "Permission Denial: no", 0),
            "IM-05b",
            &phone,
            Unresolved,
            false,
        ),
        (
            "a timeout that cannot be",
            good().screen_timeout(1),
            "IM-05b",
            &phone,
            Unresolved,
            false,
        ),
        ("an organisation's owner", good(), "IM-07", &phone, Pass, false),
        (
            "an owner that a person set, of an app that is on no list",
            Phone::stock(Pixel, 36).device_owner("com.canary.own/.R"),
            "IM-07",
            &phone,
            Unresolved,
            false,
        ),
        (
            "an owner's name that poses as lines about trust agents",
            good()
                .trust(|t| (t.managed, t.managing) = (true, vec![true]))
                .named(0, "x\" (id=0, flags=0): trustState=UNTRUSTED, trustManaged=0\n User \"y\" (id=9, flags=0)\n"),
            "IM-05c",
            &phone,
            Unresolved,
            false,
        ),
        (
            "a default of a version that is not known",
            Phone::stock(Pixel, 38),
            "IM-05c",
            &phone,
            Unresolved,
            false,
        ),
    ];
    let mut wrong = Vec::new();
    for (name, phone, control, subject, verdict, set_aside) in cases {
        let (answer, _) = phone.audit(&everything(), &tools);
        no_canary(name, &answer);
        let found = judged(&answer, control, subject);
        if found != (verdict, set_aside) {
            wrong.push(format!("{name}: {control} is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_passes_without_the_end_of_the_answer() {
    let Some(tools) = Tools::find() else { return };
    let (answer, _) = Phone::compliant_pixel16().audit(&everything(), &tools);
    let end = format!("@{NONCE} end\n");
    let cut = answer.strip_suffix(end.as_bytes()).expect("the end mark");
    for control in ["IM-05a", "IM-05b", "IM-05c", "IM-07"] {
        assert_eq!(judged(&answer, control, &Subject::Device).0, Pass);
        assert_eq!(judged(cut, control, &Subject::Device), (Unresolved, false));
    }
}
