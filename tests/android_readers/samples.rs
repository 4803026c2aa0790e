//! The samples in `sample-backups/` are what the builder makes, and say what they should.

use std::path::Path;

use spotcheck::android::{capture, probe};
use spotcheck::evidence::Source;

use super::*;

fn read(name: &str) -> Evidence {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sample-backups")
        .join(name);
    let sample = capture::read(&path).expect("a capture");
    assert!(sample.label.starts_with("SYNTHETIC"));
    no_canary(name, &sample.answer);
    let request = Request::everything(android_samples::in_scope(), Platform::Android);
    probe::evidence(
        &request,
        &sample.nonce,
        &sample.answer,
        Source::AndroidCapture,
        Some(sample.taken_at),
    )
}

#[test]
fn samples_are_reproducible() {
    let Some(tools) = Tools::find() else { return };
    for (name, label, phone) in android_samples::phones() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("sample-backups")
            .join(name);
        let made = android_samples::capture(label, &phone, &tools).to_bytes();
        assert!(
            std::fs::read(&path).expect("the sample") == made,
            "{name} is not what its builder makes: run `cargo run --example make_android_samples`"
        );
    }
}

#[test]
fn samples_say_what_they_should() {
    let device = |evidence: &Evidence, fact| short(&evidence.get(fact, &Subject::Device));
    let app = |evidence: &Evidence, fact| short(&evidence.get(fact, &Subject::app("whatsapp")));

    let compliant = read("android-compliant.capture");
    assert!(compliant.warnings.is_empty() && compliant.apps_unseen.is_empty());
    for (fact, value) in [
        (Fact::LockCredential, "pin"),
        (Fact::LockScreenTimeout, "PT1M"),
        (Fact::LockDelaySetting, "PT5S"),
        (Fact::LockPolicyMax, "never"),
        (Fact::LockStayAwake, "false"),
        (Fact::LockHeldOpen, "false"),
        (Fact::NotificationsPreviews, "when-unlocked"),
        (Fact::ManagementOwner, "device-owner"),
        (Fact::ManagementWipe, "true"),
        (Fact::SecondPersons, "0"),
    ] {
        assert_eq!(device(&compliant, fact), value, "{fact}");
    }
    for (fact, value) in [
        (Fact::AppInstalled, "true"),
        (Fact::AppPhotos, "none"),
        (Fact::AppContacts, "none"),
        (Fact::AppMediaSaved, "~false!"),
        (Fact::AppNotificationsAllowed, "true"),
        (Fact::AppNotificationsPreviews, "inherit"),
    ] {
        assert_eq!(app(&compliant, fact), value, "{fact}");
    }

    let failing = read("android-failing.capture");
    for (fact, value) in [
        (Fact::LockCredential, "none"),
        (Fact::LockScreenTimeout, "PT10M"),
        (Fact::LockDelaySetting, "PT30S"),
        (Fact::LockStayAwake, "true"),
        (Fact::NotificationsPreviews, "always"),
        (Fact::ManagementOwner, "none"),
        (Fact::ManagementWipe, "false"),
        (Fact::GoogleAccounts, "0"),
        (Fact::MakerAccounts, "0"),
        (Fact::SecondPersons, "1"),
    ] {
        assert_eq!(device(&failing, fact), value, "{fact}");
    }
    assert_eq!(app(&failing, Fact::AppPhotos), "full");
    assert_eq!(app(&failing, Fact::AppMediaSaved), "true");

    let gaps = read("android-gaps.capture");
    for (fact, value) in [
        (Fact::LockCredential, "unreadable"),
        (Fact::LockHeldOpen, "unreadable"),
        (Fact::LockPolicyMax, "unreadable"),
        (Fact::NotificationsPreviews, "~when-unlocked!"),
        (Fact::ManagementOwner, "unreadable"),
        (Fact::BootVerified, "absent"),
    ] {
        assert_eq!(device(&gaps, fact), value, "{fact}");
    }
    assert_eq!(app(&gaps, Fact::AppPhotos), "unreadable");
    assert_eq!(
        short(&gaps.get(Fact::AppInstalled, &Subject::copy("whatsapp", 999))),
        "unreadable"
    );
}
