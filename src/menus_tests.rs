use super::*;
use std::collections::BTreeSet;

const PLATFORMS: [Platform; 2] = [Platform::Ios, Platform::Android];

fn android(maker: &str, version: u32) -> Phone {
    Phone {
        maker: Some(maker.into()),
        version: Some(version),
        ..Phone::any(Platform::Android)
    }
}

fn iphone(version: u32, unlock: Option<Unlock>) -> Phone {
    Phone {
        version: Some(version),
        unlock,
        ..Phone::any(Platform::Ios)
    }
}

#[test]
fn the_menus_are_sound() {
    let mut ids = BTreeSet::new();
    for place in &MENUS.place {
        assert!(ids.insert(&place.id), "{} is there twice", place.id);
        assert!(!place.what.is_empty());
        for platform in PLATFORMS {
            let of = || place.path.iter().filter(|r| r.platform == platform.id());
            let general = of().filter(|row| row.is_general()).count();
            assert_eq!(general, usize::from(of().count() > 0), "{}", place.id);
        }
        for row in &place.path {
            assert!(["ios", "android"].contains(&row.platform.as_str()));
            assert!(
                row.from
                    .is_none_or(|from| row.to.is_none_or(|to| from <= to))
            );
            for maker in &row.makers {
                assert!(MENUS.maker.iter().any(|m| m.id == *maker), "{maker}");
            }
        }
        // Of two rows that fit a phone equally well the answer would hang on their order.
        for maker in MENUS.maker.iter().flat_map(|m| &m.stated) {
            for version in 8..=30 {
                let phone = android(maker, version);
                let fits: Vec<u8> = place.path.iter().filter_map(|r| r.fit(&phone)).collect();
                let best = fits.iter().max();
                assert!(
                    fits.iter().filter(|fit| Some(*fit) == best).count() <= 1,
                    "{} on {maker} {version}",
                    place.id
                );
            }
        }
    }
}

#[test]
fn the_path_of_this_phone() {
    let face = Some(Unlock::FaceId);
    let touch = Some(Unlock::TouchId);
    for (place, phone, expected) in [
        (
            "users",
            android("samsung", 14),
            Some("Settings > Accounts and backup > Users"),
        ),
        (
            "users",
            android("Google", 16),
            Some("Settings > System > Multiple users"),
        ),
        (
            "users",
            android("Fairphone", 13),
            Some("Settings > System > Multiple users"),
        ),
        (
            "users",
            Phone::any(Platform::Android),
            Some("Settings > System > Multiple users"),
        ),
        ("users", iphone(18, face), None),
        (
            "lock-screen-notifications",
            android("Redmi", 13),
            Some("Settings > Notifications & status bar > Lock screen notifications"),
        ),
        (
            "lock-screen-notifications",
            android("motorola", 14),
            Some("Settings > Notifications > Notifications on lock screen"),
        ),
        (
            "screen-lock",
            android("samsung", 13),
            Some("Settings > Lock screen > Screen lock type"),
        ),
        (
            "screen-lock",
            android("samsung", 15),
            Some("Settings > Lock screen and AOD > Screen lock type"),
        ),
        (
            "screen-lock",
            android("samsung", 10),
            Some("Settings > Lock screen > Screen lock type"),
        ),
        (
            "screen-lock",
            android("Google", 11),
            Some("Settings > Security > Screen lock"),
        ),
        (
            "photos-permission",
            android("Google", 12),
            Some("Settings > Apps > {app} > Permissions > Files and media"),
        ),
        (
            "photos-permission",
            android("Google", 9),
            Some("Settings > Apps > {app} > Permissions > Storage"),
        ),
        (
            "passcode",
            iphone(18, face),
            Some("Settings > Face ID & Passcode"),
        ),
        (
            "passcode",
            iphone(15, touch),
            Some("Settings > Touch ID & Passcode"),
        ),
        (
            "passcode",
            iphone(15, None),
            Some("Settings > Face ID & Passcode (or Touch ID & Passcode)"),
        ),
        ("app-settings", iphone(17, None), Some("Settings > {app}")),
        (
            "app-settings",
            iphone(26, None),
            Some("Settings > Apps > {app}"),
        ),
        ("nowhere", iphone(26, None), None),
    ] {
        assert_eq!(path(place, &phone), expected, "{place} on {phone:?}");
    }
}

#[test]
fn texts_are_filled_in_for_phone_and_app() {
    let text = "{menu:users}. In {app}: {app:two-step}. {unknown:x} {";
    for (phone, app, expected) in [
        (
            android("samsung", 14),
            Some("whatsapp-business"),
            "Settings > Accounts and backup > Users. In {app}: three dots > Settings > Account > Two-step verification. {unknown:x} {",
        ),
        (
            android("Google", 14),
            Some("microsoft-teams"),
            "Settings > System > Multiple users. In {app}: the work account's own sign-in: ask the IT department. {unknown:x} {",
        ),
        (
            android("Google", 14),
            Some("vocera"),
            "Settings > System > Multiple users. In {app}: look for two-step verification in its settings. {unknown:x} {",
        ),
        (
            android("Google", 14),
            None,
            "Settings > System > Multiple users. In {app}: look for two-step verification in the app. {unknown:x} {",
        ),
    ] {
        assert_eq!(fill(text, &phone, app), expected);
    }
}

#[test]
fn texts_for_any_phone_name_what_differs() {
    let apps: Vec<App> = ["whatsapp", "whatsapp-business", "signal", "google-messages"]
        .iter()
        .map(|id| apps::by_id(id).expect("there").clone())
        .collect();
    assert_eq!(
        fill_in_general("{menu:users}", Platform::Android, &apps),
        "Settings > System > Multiple users (Samsung: Settings > Accounts and backup > Users)"
    );
    assert_eq!(
        fill_in_general("{app:two-step}", Platform::Ios, &apps),
        "WhatsApp: Settings > Account > Two-step verification; Signal: Settings > Account > Registration Lock"
    );
}

#[test]
fn wrong_places_are_named() {
    for (placeholder, platform, expected) in [
        ("menu:auto-lock", Platform::Ios, None),
        ("app:two-step", Platform::Android, None),
        (
            "menu:users",
            Platform::Ios,
            Some("no place {menu:users} on iPhone"),
        ),
        (
            "menu:auto-luck",
            Platform::Ios,
            Some("no place {menu:auto-luck}; they have screen-lock"),
        ),
        (
            "app:two-steps",
            Platform::Ios,
            Some("no place {app:two-steps}; it has end-to-end"),
        ),
    ] {
        let said = check(placeholder, platform).err();
        match expected {
            None => assert_eq!(said, None),
            Some(text) => assert!(
                said.as_deref().is_some_and(|s| s.contains(text)),
                "{said:?}"
            ),
        }
    }
}
