//! The synthetic phones behind the Android captures in `sample-backups/`.

use spotcheck::android::{capture::Capture, probe};
use spotcheck::apps::{self, App};
use spotcheck::evidence::{Platform, Request};

use crate::phone_kit::*;

/// File names of the samples, and the phones.
pub fn phones() -> Vec<(&'static str, &'static str, Phone)> {
    vec![
        (
            "android-compliant.capture",
            "SYNTHETIC: a Pixel with Android 16 that meets every line a cable can read",
            Phone::compliant_pixel16(),
        ),
        (
            "android-failing.capture",
            "SYNTHETIC: a Samsung phone with Android 14 that meets hardly a line",
            Phone::stock(Make::Samsung, 34)
                .no_lock()
                .screen_timeout(600_000)
                .secure("lock_screen_lock_after_timeout", "30000")
                .global("stay_on_while_plugged_in", "3")
                .account("com.google", 0)
                .user(10, 0x410, false)
                .app(WHATSAPP, 0)
                .grant("READ_MEDIA_IMAGES")
                .grant("READ_MEDIA_VIDEO")
                .grant("READ_CONTACTS")
                .gallery("WhatsApp Images", 12)
                .app(TELEGRAM, 0),
        ),
        (
            "android-gaps.capture",
            "SYNTHETIC: a Xiaomi phone with Android 13 that refuses, leaves out and hides",
            Phone::stock(Make::Xiaomi, 33)
                .previews(1, 0)
                .trust(|trust| trust.disabled = true)
                .answers("dumpsys lock_settings", "Can't find service: lock_settings", 0)
                .answers(
                    "dumpsys device_policy",
                    "\n*** SERVICE 'device_policy' DUMP TIMEOUT (10000ms) EXPIRED ***\n",
                    0,
                )
                .no_prop("ro.boot.verifiedbootstate")
                .forbidden_user(999, 0x0080_0010)
                .app(WHATSAPP, 0)
                .answers(
                    "dumpsys package check-permission android.permission.READ_MEDIA_IMAGES com.whatsapp 0",
                    "java.lang.SecurityException: refused",
                    0,
                ),
        ),
    ]
}

/// The apps that are in scope unless a profile says otherwise.
pub fn in_scope() -> Vec<App> {
    [
        "whatsapp",
        "whatsapp-business",
        "messenger",
        "telegram",
        "signal",
    ]
    .iter()
    .map(|id| apps::by_id(id).expect("in the catalogue").clone())
    .collect()
}

/// Asks a phone everything and keeps the answer: always the same bytes.
pub fn capture(label: &str, phone: &Phone, tools: &Tools) -> Capture {
    let request =
        Request::everything(in_scope(), Platform::Android).noticing(apps::besides(&in_scope()));
    let folder = tempfile::tempdir().expect("a folder");
    let answer = phone
        .build(folder.path())
        .run(&probe::script(&request, NONCE), tools);
    Capture {
        taken_at: "2026-11-02T09:14:00Z".parse().expect("a time"),
        tool: "spotcheck sample builder".into(),
        nonce: NONCE.into(),
        label: label.into(),
        answer,
    }
}
