//! Other messaging apps of the catalogue: whether they are there, and nothing else of them.

use super::*;
use Make::*;
use spotcheck::apps;
use spotcheck::evidence::Source;

const NO_CABLE: &str =
    "\nException occurred while executing 'list':\njava.lang.SecurityException: no\n";

/// Three apps to look at, and the presence of all others.
fn request() -> Request {
    everything().noticing(apps::besides(&super::apps()))
}

#[test]
fn found_where_the_id_is_known_and_asked_about_where_it_is_not() {
    let Some(tools) = Tools::find() else { return };
    let phone = Phone::stock(Samsung, 34)
        .user(95, 0x2000_1010, true)
        .forbidden_user(150, 0x1006_1030)
        .app(WHATSAPP, 0)
        .app("com.Slack", 0)
        .app("com.android.messaging", 0)
        .app("com.skype.raider", 95);
    let (answer, evidence) = phone.audit(&request(), &tools);
    no_canary("besides", &answer);
    for (subject, expected) in [
        (Subject::app("slack"), "true"),
        // Either of its packages will do.
        (Subject::app("android-sms"), "true"),
        (Subject::copy("skype", 95), "true"),
        (Subject::app("skype"), "false"),
        (Subject::app("discord"), "false"),
        (Subject::app("microsoft-copilot"), "false"),
        // There is no such app for Android.
        (Subject::app("apple-messages"), "false"),
        // A package that may be wrong proves nothing.
        (Subject::app("medic-bleep"), "~false!"),
        (Subject::app("pando"), "not-readable"),
        (Subject::app("vocera"), "not-readable"),
        (Subject::copy("slack", 150), "unreadable"),
    ] {
        assert_eq!(
            short(&evidence.get(Fact::AppInstalled, &subject)),
            expected,
            "{subject}"
        );
    }
    let copy = evidence.get(Fact::AppInstalled, &Subject::copy("skype", 95));
    assert_eq!(copy.origin[0].place, "pm list packages --user 95");
    assert!(!evidence.has(Fact::AppInstalled, &Subject::copy("slack", 95)));
    // Nothing else is read of them.
    for (fact, subject, _) in evidence.readings() {
        if *subject == Subject::app("slack") {
            assert_eq!(fact, Fact::AppInstalled);
        }
    }
    // A handset is no app.
    assert!(!evidence.has(Fact::AppInstalled, &Subject::app("ascom-myco")));
}

#[test]
fn a_refusal_is_not_taken_for_nothing_there() {
    let Some(tools) = Tools::find() else { return };
    let list = "pm list packages --user 0";
    for (case, output, status) in [
        ("refused", NO_CABLE, 0),
        ("silent", "", 0),
        ("no system", "package:com.x\n", 0),
        // What comes after is not known.
        ("stopped", "package:android\npackage:com.x\n", 143),
    ] {
        let phone = Phone::stock(Pixel, 36).answers(list, output, status);
        let (_, evidence) = phone.audit(&request(), &tools);
        let slack = evidence.get(Fact::AppInstalled, &Subject::app("slack"));
        assert_eq!(short(&slack), "unreadable", "{case}");
        // What was asked one by one is known none the less.
        let whatsapp = evidence.get(Fact::AppInstalled, &Subject::app("whatsapp"));
        assert_eq!(short(&whatsapp), "false", "{case}");
    }
    // Hidden or archived: not listed as installed, and yet there.
    let with_hidden = "pm list packages -u -3 --user 0";
    for (case, output, status) in [
        ("hidden", "package:com.x\npackage:com.Slack\n", 0),
        ("refused", NO_CABLE, 0),
        ("stopped", "", 143),
    ] {
        let phone = Phone::stock(Pixel, 36).answers(with_hidden, output, status);
        let (_, evidence) = phone.audit(&request(), &tools);
        let slack = evidence.get(Fact::AppInstalled, &Subject::app("slack"));
        assert_eq!(short(&slack), "unreadable", "{case}");
    }
    // A capture that was not asked.
    let (answer, _) = Phone::stock(Pixel, 36).audit(&everything(), &tools);
    let evidence =
        spotcheck::android::probe::evidence(&request(), NONCE, &answer, Source::AndroidAdb, None);
    let slack = evidence.get(Fact::AppInstalled, &Subject::app("slack"));
    assert_eq!(short(&slack), "unreadable");
}

#[test]
fn it_costs_one_question_and_little_room() {
    let Some(tools) = Tools::find() else { return };
    let script = spotcheck::android::probe::script(&request(), NONCE);
    assert!(
        script.len() < 12_000,
        "the script has {} bytes",
        script.len()
    );
    let phone = Phone::compliant_pixel16().app(TELEGRAM, 0).app(SIGNAL, 0);
    let (with, _) = phone.audit(&request(), &tools);
    let (without, _) = phone.audit(&everything(), &tools);
    assert!(
        with.len() < without.len() + 2_000,
        "{} and {} bytes",
        with.len(),
        without.len()
    );
    assert_eq!(script.matches("pm list packages --user $u").count(), 1);
    println!(
        "script {} bytes, answer {} for {} bytes",
        script.len(),
        with.len(),
        without.len()
    );
}

#[test]
fn presence_can_be_asked_without_any_app_to_look_at() {
    let Some(tools) = Tools::find() else { return };
    let discord = apps::by_id("discord").expect("there").clone();
    let request =
        Request::new([Fact::LockCredential], Vec::new(), Platform::Android).noticing(vec![discord]);
    for (phone, expected) in [
        (Phone::stock(Pixel, 36).app("com.discord", 0), "true"),
        (Phone::stock(Pixel, 36), "false"),
    ] {
        let (_, evidence) = phone.audit(&request, &tools);
        let reading = evidence.get(Fact::AppInstalled, &Subject::app("discord"));
        assert_eq!(short(&reading), expected);
    }
}

#[test]
fn an_app_with_two_packages_is_looked_at_where_one_is_there() {
    let Some(tools) = Tools::find() else { return };
    let sms = vec![apps::by_id("android-sms").expect("there").clone()];
    let request = Request::everything(sms, Platform::Android);
    let both = ["com.android.mms", "com.android.messaging"];
    for (packages, version) in [
        (&both[..1], "2.26.9.72"),
        (&both[1..], "2.26.9.72"),
        // Whose would it be?
        (&both[..], "unreadable"),
    ] {
        let phone = packages
            .iter()
            .fold(Phone::stock(Pixel, 30), |phone, package| {
                phone.app(package, 0)
            });
        let (_, evidence) = phone.audit(&request, &tools);
        let subject = Subject::app("android-sms");
        assert_eq!(short(&evidence.get(Fact::AppInstalled, &subject)), "true");
        assert_eq!(short(&evidence.get(Fact::AppVersion, &subject)), version);
    }
}

#[test]
fn an_app_to_look_at_whose_package_is_not_known() {
    let Some(tools) = Tools::find() else { return };
    let pando = vec![apps::by_id("pando").expect("there").clone()];
    let request = Request::everything(pando, Platform::Android);
    let phone = Phone::stock(Pixel, 36).user(10, 0x1030, true);
    let (_, evidence) = phone.audit(&request, &tools);
    let of = |subject| short(&evidence.get(Fact::AppInstalled, &subject));
    assert_eq!(of(Subject::app("pando")), "not-readable");
    // Once is enough.
    assert!(!evidence.has(Fact::AppInstalled, &Subject::copy("pando", 10)));
}

#[test]
fn the_space_of_each_copy() {
    let Some(tools) = Tools::find() else { return };
    for (make, user, flags, space) in [
        (Samsung, 95, 0x2000_1010, "samsung-dual-messenger"),
        (Xiaomi, 999, 0x0080_0010, "xiaomi-dual-app"),
        (Pixel, 10, 0x1030, "work-profile"),
    ] {
        let phone = Phone::stock(make, 34)
            .user(user, flags, true)
            .app(WHATSAPP, 0)
            .app(WHATSAPP, user);
        let (_, evidence) = phone.audit(&everything(), &tools);
        let of = |subject| short(&evidence.get(Fact::AppSpace, &subject));
        assert_eq!(of(Subject::app("whatsapp")), "owner");
        assert_eq!(of(Subject::copy("whatsapp", user)), space);
    }
}
