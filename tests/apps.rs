//! What a report says of apps: in scope and beside it, retired, unofficial, without a known id; and of systems that
//! get no more fixes. From readings alone.

use jiff::{SignedDuration, Timestamp};
use spotcheck::assess::{Context, assess};
use spotcheck::audit::{Audit, Verdict};
use spotcheck::evidence::{
    Evidence, Fact, Platform, Reading, Source, Strength, Subject, Value, derive,
};
use spotcheck::profile;
use spotcheck::report::{json, table};

const NOW: &str = "2026-11-21T12:00:00Z";

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

struct Phone(Evidence);

impl Phone {
    fn new(platform: Platform, at: &str) -> Phone {
        let as_of = moment(at) - SignedDuration::from_hours(24);
        Phone(Evidence::new(platform, Source::AndroidAdb, Some(as_of)))
    }

    fn android() -> Phone {
        Phone::new(Platform::Android, NOW)
            .text(Fact::DeviceMaker, "samsung")
            .text(Fact::DeviceModel, "SM-A528B")
            .text(Fact::DeviceOs, "Android 14")
    }

    fn text(mut self, fact: Fact, text: &str) -> Phone {
        let reading = Reading::known(Value::text(text));
        self.0.set(fact, Subject::Device, reading);
        self
    }

    fn set(mut self, fact: Fact, subject: Subject, reading: Reading) -> Phone {
        self.0.set(fact, subject, reading);
        self
    }

    fn app(self, id: &str, there: bool) -> Phone {
        let reading = Reading::known(Value::Bool(there));
        self.set(Fact::AppInstalled, Subject::app(id), reading)
    }

    fn judge(mut self, profile: &str, at: &str, readable_only: bool) -> Audit {
        derive::apply(&mut self.0);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("profile.toml");
        std::fs::write(&path, profile).expect("written");
        let profile = profile::load(&path.display().to_string(), &[]).expect("a profile");
        let context = Context {
            readable_only,
            ..Context::new(moment(at))
        };
        assess(&self.0, &profile, &context)
    }
}

fn scope(apps: &str) -> String {
    format!(
        r#"id = "mine"
title = "Mine"
extends = "nhs-england"
only = ["IM-12a"]
[apps]
in_scope = [{apps}]
"#
    )
}

#[test]
fn retired_and_unofficial_apps_are_pointed_out_whatever_the_scope() {
    let audit = Phone::android()
        .app("whatsapp", false)
        .app("gbwhatsapp", true)
        .app("hospify", true)
        .app("samsung-messages", true)
        .app("slack", true)
        .app("discord", false)
        .set(
            Fact::AppInstalled,
            Subject::copy("skype", 95),
            Reading::known(Value::Bool(true)),
        )
        .set(
            Fact::AppInstalled,
            Subject::app("vocera"),
            Reading::not_readable("its id is not known"),
        )
        .set(
            Fact::AppInstalled,
            Subject::app("medic-bleep"),
            Reading::indicative(Value::Bool(false)),
        )
        .judge(&scope("\"whatsapp\""), NOW, false);
    assert_eq!(audit.apps_to_ask, ["Medic Bleep", "Vocera"]);
    for sentence in [
        "Hospify is closed since 31 January 2022 and is still installed: remove it.",
        "Skype is closed since 5 May 2025 and is still installed: remove it.",
        "Samsung Messages is closed since July 2026 and is still installed: use another app for text messages.",
        "GBWhatsApp is an unofficial copy of WhatsApp and is installed: remove it. Its makers are unknown, and they can read the messages.",
    ] {
        assert!(
            audit.warnings.iter().any(|w| w == sentence),
            "{:?}",
            audit.warnings
        );
    }
    assert_eq!(audit.apps_besides, Some(vec!["Slack".to_owned()]));
    let value: serde_json::Value = serde_json::from_str(&json::line(&audit)).expect("JSON");
    assert_eq!(value["apps"]["besides"], serde_json::json!(["Slack"]));
    // Of apps beside the checklist only those that are there are told.
    let told = |id: &str| {
        let facts = value["facts"].as_array().expect("facts");
        facts.iter().any(|f| f["subject"] == id)
    };
    assert!(told("slack") && told("whatsapp") && !told("discord"));
    let text = table::render(&audit, None, 100);
    assert!(text.contains("whose ids on Android spotcheck does not know for sure: Medic"));
    assert!(
        text.contains("Also there: Slack (not covered by this checklist)"),
        "{text}"
    );
}

#[test]
fn an_app_without_an_id_is_asked_about_by_name_and_never_passes() {
    let why = "spotcheck does not know this app's id on Android: ask whether it is there";
    let phone = || {
        Phone::android().app("whatsapp", true).set(
            Fact::AppInstalled,
            Subject::app("pando"),
            Reading::not_readable(why),
        )
    };
    let whole = phone().judge(&scope("\"pando\", \"whatsapp\""), NOW, false);
    let finding = &whole.findings[0];
    assert_eq!(finding.subject_name, "Pando (Forward)");
    assert_eq!(
        (finding.verdict, finding.found.as_str()),
        (Verdict::Unresolved, why)
    );
    assert!(!finding.set_aside);
    let part = phone().judge(&scope("\"pando\", \"whatsapp\""), NOW, true);
    assert!(part.findings[0].set_aside && !part.findings[1].set_aside);
}

#[test]
fn an_id_that_may_be_wrong_proves_nothing_when_it_is_not_found() {
    let unsure = Reading::known(Value::Bool(false)).with_strength(Strength::Indicative);
    let audit = Phone::android()
        .set(Fact::AppInstalled, Subject::app("medic-bleep"), unsure)
        .judge(&scope("\"medic-bleep\""), NOW, false);
    assert_eq!(audit.findings[0].verdict, Verdict::Unresolved);
    assert!(audit.findings[0].found.contains("not sure of its id"));
    assert!(!audit.no_app_there);
}

#[test]
fn an_app_of_the_other_platform_does_not_apply() {
    let audit = Phone::android().app("apple-messages", false).judge(
        &scope("\"apple-messages\""),
        NOW,
        false,
    );
    let finding = &audit.findings[0];
    assert_eq!(
        (finding.verdict, finding.found.as_str()),
        (Verdict::NotApplicable, "there is no such app for Android")
    );
}

#[test]
fn a_clinical_handset_is_recognised() {
    for (maker, model, verdict, noted) in [
        ("Ascom", "Myco 3", Verdict::Unresolved, true),
        ("samsung", "SM-A528B", Verdict::NotApplicable, false),
    ] {
        let audit = Phone::new(Platform::Android, NOW)
            .text(Fact::DeviceMaker, maker)
            .text(Fact::DeviceModel, model)
            .judge(&scope("\"ascom-myco\""), NOW, false);
        assert_eq!(audit.findings[0].verdict, verdict, "{maker}");
        let note = "This phone is an Ascom Myco handset: a clinical handset";
        assert_eq!(audit.notes.iter().any(|n| n.starts_with(note)), noted);
        assert_eq!(table::render(&audit, None, 160).contains(note), noted);
    }
    let unknown = Phone::new(Platform::Android, NOW).judge(&scope("\"ascom-myco\""), NOW, false);
    assert_eq!(unknown.findings[0].verdict, Verdict::Unresolved);
}

#[test]
fn advice_is_for_this_phone_and_this_app() {
    for (maker, system, look) in [
        (
            "samsung",
            "Android 14",
            "Settings > Apps > WhatsApp > Permissions > Photos and videos",
        ),
        (
            "Google",
            "Android 12",
            "Settings > Apps > WhatsApp > Permissions > Files and media",
        ),
        (
            "Google",
            "Android Baklava",
            "Settings > Apps > WhatsApp > Permissions > Photos and videos",
        ),
    ] {
        let audit = Phone::new(Platform::Android, NOW)
            .text(Fact::DeviceMaker, maker)
            .text(Fact::DeviceOs, system)
            .app("whatsapp", true)
            .judge(&scope("\"whatsapp\""), NOW, false);
        assert_eq!(audit.findings[0].look, look);
    }
    // No text of a shipped checklist reaches a person with a gap in it.
    for id in profile::shipped_ids() {
        for platform in [Platform::Ios, Platform::Android] {
            let profile = profile::load(id, &[]).expect("loads");
            let mut phone = Phone::new(platform, NOW);
            for app in &profile.apps {
                phone = phone.app(&app.id, true);
            }
            let text = format!("id = \"mine\"\ntitle = \"Mine\"\nextends = \"{id}\"\n");
            let audit = match profile::shipped(id).is_some_and(|t| t.contains("extends")) {
                true => continue,
                false => phone.judge(&text, NOW, false),
            };
            for finding in &audit.findings {
                for text in [&finding.look, &finding.put_right] {
                    assert!(!text.contains(['{', '}']), "{}: {text}", finding.control);
                }
            }
        }
    }
}

#[test]
fn a_system_that_is_supported_passes_until_the_table_is_too_old() {
    const PROFILE: &str = r#"
id = "mine"
title = "Mine"
as_of = 2026-11-21
source = "a test"
[parameters.patch_age_max]
value = "90d"
source = "a test"
[[control]]
id = "OS"
title = "Supported"
question = "Is it supported?"
source = "a test"
mandatory = true
pass = { fact = "os.supported", is = true }
expected = "a system that still gets fixes"
[[control]]
id = "PATCH"
title = "Patched"
question = "Is it patched?"
source = "a test"
mandatory = true
expected = "a security patch at most {patch_age_max} old"
asked = true
[control.android]
pass = { fact = "os.patch_age", at_most = "$patch_age_max" }
"#;
    use Platform::{Android, Ios};
    use Verdict::{Fail, Pass, Unresolved};
    for (platform, system, at, verdict, found) in [
        (
            Ios,
            "iOS 26.1",
            NOW,
            Pass,
            "System still gets fixes: yes (as of 22 August 2026)",
        ),
        (
            Ios,
            "iOS 17.7",
            NOW,
            Fail,
            "no more fixes since 13 May 2025",
        ),
        (Ios, "iOS 16.7.16", NOW, Fail, "only now and then"),
        (
            Ios,
            "iOS 27.0",
            NOW,
            Unresolved,
            "iOS 27.0 is not in spotcheck's table of 22 August 2026",
        ),
        (Android, "Android 14", NOW, Pass, "yes"),
        (Android, "Android 14", "2027-02-17T23:59:59Z", Pass, "yes"),
        (
            Android,
            "Android 14",
            "2027-02-18T00:00:00Z",
            Unresolved,
            "too old: take a newer spotcheck",
        ),
        (
            Android,
            "Android 13",
            "2030-01-01T00:00:00Z",
            Fail,
            "no more fixes since 2 March 2026",
        ),
        (
            Android,
            "Android 18",
            NOW,
            Unresolved,
            "not in spotcheck's table",
        ),
    ] {
        // Of a system that may not be the maker's, nothing good counts.
        let genuine = Reading::indicative(Value::Bool(true));
        let audit = Phone::new(platform, at)
            .text(Fact::DeviceOs, system)
            .set(Fact::OsBuildTrusted, Subject::Device, genuine)
            .judge(PROFILE, at, false);
        let finding = &audit.findings[0];
        assert_eq!(
            finding.verdict, verdict,
            "{system} at {at}: {}",
            finding.found
        );
        assert!(finding.found.contains(found), "{system}: {}", finding.found);
    }
    for (patch, counted) in [
        ("2026-09-01T00:00:00Z", Some(Pass)),
        ("2026-08-01T00:00:00Z", Some(Fail)),
        ("2027-01-01T00:00:00Z", Some(Unresolved)),
    ] {
        let genuine = Reading::indicative(Value::Bool(true));
        let audit = Phone::new(Android, NOW)
            .set(Fact::OsBuildTrusted, Subject::Device, genuine)
            .set(
                Fact::OsPatch,
                Subject::Device,
                Reading::known(Value::Date(moment(patch))),
            )
            .judge(PROFILE, NOW, false);
        assert_eq!(audit.findings[1].counted, counted, "{patch}");
    }
}
