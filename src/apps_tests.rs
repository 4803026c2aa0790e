use super::*;
use std::collections::BTreeSet;

const PLATFORMS: [Platform; 2] = [Platform::Ios, Platform::Android];

#[test]
fn the_catalogue_is_sound() {
    let apps = &catalogue().apps;
    let ids: BTreeSet<_> = apps.iter().map(|a| &a.id).collect();
    assert_eq!(ids.len(), apps.len());
    let mut seen = BTreeSet::new();
    for app in apps {
        assert!(
            app.id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{}: the JSON format allows no other letters",
            app.id
        );
        for platform in PLATFORMS {
            for id in app.ids_on(platform) {
                // Ids go into a shell script and into SQL parameters: nothing but the letters that packages may have.
                assert!(
                    id.chars()
                        .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)),
                    "{id}"
                );
                assert!(seen.insert((platform, id)), "{id} is there twice");
                assert!(
                    app.exists_on(platform),
                    "{}: an id where it does not exist",
                    app.id
                );
            }
        }
        for (id, sure) in [(&app.android, app.ids.android), (&app.ios, app.ids.ios)] {
            assert_eq!(id.is_some(), sure.is_some(), "{}: how sure?", app.id);
        }
        assert_eq!(
            app.status == Status::Retired,
            app.since.is_some(),
            "{}: since when?",
            app.id
        );
        assert!(app.status != Status::Retired || app.status_sure.is_some());
        assert_eq!(
            app.kind == Kind::Handset,
            app.handset.is_some(),
            "{}",
            app.id
        );
        if let Some(like) = &app.like {
            let other = by_id(like).expect("in the catalogue");
            assert_eq!(other.like, None, "{}", app.id);
        }
        for (place, _) in PLACES {
            if let Some(fact) = app.fact(place) {
                assert!(
                    fact.default
                        .as_deref()
                        .is_none_or(|d| ["on", "off"].contains(&d)),
                    "{} {place}",
                    app.id
                );
            }
        }
    }
}

#[test]
fn every_app_is_looked_for_by_id_or_asked_about_by_name() {
    use Platform::{Android, Ios};
    for (id, platform, found_by, why) in [
        ("whatsapp", Ios, "net.whatsapp.WhatsApp", None),
        ("whatsapp", Android, "com.whatsapp", None),
        ("whatsapp-business", Android, "com.whatsapp.w4b", None),
        ("messenger", Ios, "com.facebook.Messenger", None),
        ("microsoft-teams", Android, "com.microsoft.teams", None),
        ("telegram", Ios, "ph.telegra.Telegraph", None),
        ("microsoft-copilot", Android, "com.microsoft.copilot", None),
        (
            "google-messages",
            Android,
            "com.google.android.apps.messaging",
            None,
        ),
        (
            "android-sms",
            Android,
            "com.android.mms com.android.messaging",
            None,
        ),
        (
            "apple-messages",
            Ios,
            "com.apple.MobileSMS",
            Some("take it as there"),
        ),
        (
            "skype-for-business",
            Ios,
            "com.microsoft.lync2013.iphone",
            None,
        ),
        ("siilo", Android, "com.siilo.android.registration", None),
        ("siilo", Ios, "", Some("ask whether it is there")),
        ("pando", Ios, "", Some("ask whether it is there")),
        ("pando", Android, "", Some("ask whether it is there")),
        ("medic-bleep", Android, "com.medicbleep.app", None),
        ("medic-bleep", Ios, "", Some("ask whether it is there")),
        ("vocera", Android, "", Some("ask whether it is there")),
        ("rainbow", Android, "com.ale.rainbow", None),
        ("rainbow", Ios, "", Some("ask whether it is there")),
        ("google-messages", Ios, "", None),
        ("ascom-myco", Android, "", None),
    ] {
        let app = by_id(id).unwrap_or_else(|| panic!("no row {id}"));
        let ids: Vec<_> = app.ids_on(platform).collect();
        assert_eq!(ids.join(" "), found_by, "{id} on {platform}");
        let said = app.not_looked_for(platform);
        match why {
            None => assert_eq!(said, None, "{id} on {platform}"),
            Some(why) => {
                assert!(
                    said.as_deref().is_some_and(|said| said.contains(why)),
                    "{id} on {platform}: {said:?}"
                );
            }
        }
    }
}

#[test]
fn only_an_id_that_was_verified_proves_that_an_app_is_not_there() {
    for (id, platform, sure) in [
        ("whatsapp", Platform::Android, true),
        ("medic-bleep", Platform::Android, false),
        ("microsoft-copilot", Platform::Ios, false),
        ("pando", Platform::Android, false),
    ] {
        assert_eq!(by_id(id).expect("there").id_is_sure(platform), sure, "{id}");
    }
}

#[test]
fn retired_and_unofficial_apps_are_pointed_out() {
    for (id, system, said) in [
        (
            "hospify",
            None,
            Some("Hospify is closed since 31 January 2022 and is still installed: remove it."),
        ),
        (
            "skype",
            Some(16),
            Some("Skype is closed since 5 May 2025 and is still installed: remove it."),
        ),
        (
            "samsung-messages",
            Some(14),
            Some(
                "Samsung Messages is closed since July 2026 and is still installed: use another app for text messages.",
            ),
        ),
        ("samsung-messages", Some(11), None),
        ("whatsapp", Some(16), None),
        ("medic-bleep", Some(16), None),
    ] {
        let notice = by_id(id).expect("there").notice(system);
        assert_eq!(notice.as_deref(), said, "{id}");
    }
    let unofficial = by_id("gbwhatsapp").and_then(|app| app.notice(None));
    assert!(unofficial.is_some_and(|text| text.contains("unofficial copy of WhatsApp")));
}

#[test]
fn facts_have_a_path_for_each_platform_and_are_shared_by_apps_that_are_alike() {
    use Platform::{Android, Ios};
    for (id, place, platform, path) in [
        (
            "whatsapp",
            "two-step",
            Ios,
            Some("Settings > Account > Two-step verification"),
        ),
        (
            "whatsapp-business",
            "two-step",
            Ios,
            Some("Settings > Account > Two-step verification"),
        ),
        (
            "telegram",
            "media-saving",
            Android,
            Some("Settings > Data and Storage > Save to Gallery"),
        ),
        (
            "telegram-x",
            "media-saving",
            Ios,
            Some("Settings > Data and Storage > Save to Photos"),
        ),
        ("microsoft-teams", "two-step", Ios, None),
        ("vocera", "two-step", Ios, None),
    ] {
        let app = by_id(id).expect("there");
        assert_eq!(app.fact(place).and_then(|f| f.path(platform)), path, "{id}");
    }
}

#[test]
fn a_handset_is_told_by_maker_or_model() {
    let myco = by_id("ascom-myco")
        .and_then(|app| app.handset.as_ref())
        .expect("there");
    for (maker, model, is) in [
        (Some("Ascom"), Some("SH2"), Some(true)),
        (Some("other"), Some("Ascom Myco 3"), Some(true)),
        (Some("samsung"), Some("SM-A528B"), Some(false)),
        (Some("samsung"), None, None),
        (None, None, None),
    ] {
        assert_eq!(myco.is(maker, model), is, "{maker:?} {model:?}");
    }
}

#[test]
fn an_old_catalogue_says_so() {
    for (at, old) in [
        ("2026-11-21T12:00:00Z", false),
        ("2027-05-19T23:59:59Z", false),
        ("2027-05-20T00:00:00Z", true),
        // Before it was made it is not old.
        ("2020-01-01T00:00:00Z", false),
    ] {
        let at = at.parse().expect("a moment");
        assert_eq!(catalogue().is_old(at).is_some(), old, "{at}");
    }
}
