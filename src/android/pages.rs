//! Pages of the phone's settings, opened for the person to look at. Opening a page changes no setting.

use crate::apps;
use crate::evidence::{Fact, Subject};

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Phone,
    /// The app, named as an extra.
    AppNotifications,
    /// The app, named as data.
    AppDetails,
}

/// The page on which a fact can be seen. Facts that only an app's own settings show have none.
fn page(fact: Fact) -> Option<(&'static str, About)> {
    use About::{AppDetails, AppNotifications, Phone};
    Some(match fact {
        Fact::LockAutoLock | Fact::LockScreenTimeout | Fact::LockAttention => {
            ("android.settings.DISPLAY_SETTINGS", Phone)
        }
        Fact::LockCredential
        | Fact::LockGrace
        | Fact::LockHeldOpen
        | Fact::LockPowerKey
        | Fact::LockDelaySetting
        | Fact::FindHub
        | Fact::MakerFind
        | Fact::StorageEncrypted
        | Fact::PlayProtect => ("android.settings.SECURITY_SETTINGS", Phone),
        Fact::NotificationsPreviews => ("android.settings.NOTIFICATION_SETTINGS", Phone),
        Fact::AppPreviews | Fact::AppNotificationsPreviews | Fact::AppNotificationsAllowed => (
            "android.settings.APP_NOTIFICATION_SETTINGS",
            AppNotifications,
        ),
        Fact::AppPhotos | Fact::AppContacts => {
            ("android.settings.APPLICATION_DETAILS_SETTINGS", AppDetails)
        }
        Fact::SecondPersons
        | Fact::GuestRunning
        | Fact::GuestExists
        | Fact::UsersFromLockScreen => ("android.settings.USER_SETTINGS", Phone),
        Fact::NotificationListeners => (
            "android.settings.ACTION_NOTIFICATION_LISTENER_SETTINGS",
            Phone,
        ),
        Fact::AccessibilityServices => ("android.settings.ACCESSIBILITY_SETTINGS", Phone),
        Fact::Keyboards => ("android.settings.INPUT_METHOD_SETTINGS", Phone),
        Fact::SideloadApps => ("android.settings.MANAGE_UNKNOWN_APP_SOURCES", Phone),
        Fact::LocationOn => ("android.settings.LOCATION_SOURCE_SETTINGS", Phone),
        Fact::LockStayAwake | Fact::WirelessDebugging | Fact::BootUnlockAllowed => {
            ("android.settings.APPLICATION_DEVELOPMENT_SETTINGS", Phone)
        }
        Fact::OsPatch | Fact::OsBuildTrusted => ("android.settings.DEVICE_INFO_SETTINGS", Phone),
        _ => return None,
    })
}

/// The command that opens the page on which the first of these facts can be seen that has one; `None` where none has.
pub fn command(facts: impl IntoIterator<Item = Fact>, subject: &Subject) -> Option<String> {
    let (action, about) = facts.into_iter().find_map(page)?;
    let (package, user) = match subject {
        Subject::Device => (None, 0),
        Subject::App(copy) => (apps::by_id(&copy.app)?.android.as_deref(), copy.user),
    };
    // Named as a package is: nothing else goes into a command.
    let package = package.filter(|name| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))
    });
    let start = format!("am start --user {user} -a {action}");
    match (about, package) {
        (About::Phone, _) => Some(start),
        (About::AppNotifications, Some(package)) => Some(format!(
            "{start} --es android.provider.extra.APP_PACKAGE {package}"
        )),
        (About::AppDetails, Some(package)) => Some(format!("{start} -d package:{package}")),
        (_, None) => None,
    }
}

/// Whether the phone says that it opened the page.
///
/// # Errors
/// Why not, in plain English.
pub fn opened(status: i32, answer: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(answer);
    // Older phones exit with 0 whatever happens.
    let refused = [
        "Error",
        "Exception",
        "Permission Denial",
        "not found",
        "inaccessible",
    ]
    .iter()
    .any(|word| text.contains(word));
    if status == 0 && !refused && text.contains("Starting: Intent") {
        Ok(())
    } else {
        Err("this phone has no such page, or did not let a cable open it".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Platform;
    use crate::profile;

    #[test]
    fn each_line_opens_its_page() {
        let profile = profile::load("nhs-england", &[]).expect("loads");
        let command_of = |id: &str, subject: &Subject| {
            let control = profile.controls.iter().find(|c| c.is(id)).expect("there");
            command(control.decided_by(Platform::Android), subject)
        };
        let whatsapp = Subject::app("whatsapp");
        for (id, subject, expected) in [
            (
                "IM-03",
                &Subject::Device,
                Some("am start --user 0 -a android.settings.USER_SETTINGS"),
            ),
            ("IM-04", &whatsapp, None),
            (
                "IM-05a",
                &Subject::Device,
                Some("am start --user 0 -a android.settings.SECURITY_SETTINGS"),
            ),
            (
                "IM-05b",
                &Subject::Device,
                Some("am start --user 0 -a android.settings.DISPLAY_SETTINGS"),
            ),
            (
                "IM-06",
                &Subject::copy("whatsapp", 95),
                Some(
                    "am start --user 95 -a android.settings.APP_NOTIFICATION_SETTINGS --es android.provider.extra.APP_PACKAGE com.whatsapp",
                ),
            ),
            (
                "IM-12a",
                &whatsapp,
                Some(
                    "am start --user 0 -a android.settings.APPLICATION_DETAILS_SETTINGS -d package:com.whatsapp",
                ),
            ),
            ("IM-12b", &whatsapp, None),
            ("IM-13", &Subject::Device, None),
        ] {
            assert_eq!(command_of(id, subject).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn only_a_page_that_opened_is_open() {
        let good = b"Starting: Intent { act=android.settings.USER_SETTINGS }\n";
        assert_eq!(opened(0, good), Ok(()));
        for (status, answer) in [
            (1, &good[..]),
            (0, b""),
            (0, b"Starting: Intent { act=x }\nError: Activity not started, unable to resolve Intent"),
            (0, b"java.lang.SecurityException: Permission Denial"),
            (127, b"/system/bin/sh: am: inaccessible or not found"),
        ] {
            assert!(opened(status, answer).is_err());
        }
    }
}
