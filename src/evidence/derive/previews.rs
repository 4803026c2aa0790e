//! Whether message text of an app shows on the locked screen: the app's own setting over the phone's.

use super::{join, unknown_as};
use crate::evidence::{
    AppCopy, Evidence, Fact, Origin, Platform, Reading, Source, State, Strength, Subject, Value,
};

pub(super) const INPUTS: [Fact; 5] = [
    Fact::NotificationsPreviews,
    Fact::AppNotificationsPreviews,
    Fact::AppNotificationsLockScreen,
    Fact::AppNotificationsAllowed,
    Fact::LockCredential,
];

pub(super) fn apply(evidence: &mut Evidence) {
    for copy in evidence.app_copies() {
        let subject = Subject::App(copy.clone());
        let installed = evidence.get(Fact::AppInstalled, &subject);
        if installed.value() == Some(&Value::Bool(false)) {
            continue;
        }
        if INPUTS.iter().any(|f| evidence.has(*f, &subject)) {
            let reading = effective(evidence, &copy);
            evidence.set(Fact::AppPreviews, subject, reading);
        }
    }
}

fn is(reading: &Reading, wanted: bool) -> bool {
    reading.value() == Some(&Value::Bool(wanted))
}

fn effective(evidence: &Evidence, copy: &AppCopy) -> Reading {
    let subject = Subject::App(copy.clone());
    let allowed = evidence.get(Fact::AppNotificationsAllowed, &subject);
    let on_lock_screen = evidence.get(Fact::AppNotificationsLockScreen, &subject);
    let hidden = || Reading::known(Value::Word("hidden"));

    // An app that may show nothing hides its text, whatever else holds.
    for off in [&allowed, &on_lock_screen] {
        if is(off, false) && off.strength == Strength::Direct {
            return join(hidden(), &[off]);
        }
    }
    let setting = setting(evidence, copy);
    let Some(Value::Word(when)) = setting.value() else {
        return match &setting.state {
            // Nothing is stored for the app: what points to "no notifications" is all there is.
            State::Absent(_) if is(&allowed, false) => join(hidden(), &[&allowed]),
            _ => unknown_as(&setting, Fact::AppNotificationsPreviews.label()),
        };
    };
    if *when == "always" {
        return shown(evidence.platform, &setting, &allowed, &on_lock_screen);
    }
    let reading = match evidence.platform {
        Platform::Android => hidden_behind_a_lock(evidence, copy, &setting),
        Platform::Ios if *when == "when-unlocked" => hidden_when_locked(evidence, &setting),
        Platform::Ios => join(hidden(), &[&setting]),
    };
    if is(&allowed, false) {
        // Only indicative here: the app may hold no settings at all.
        return join(reading, &[&allowed]);
    }
    reading
}

/// The setting that counts for this app copy: its own, or the phone's (another Android user has its own phone-wide
/// setting).
fn setting(evidence: &Evidence, copy: &AppCopy) -> Reading {
    let subject = Subject::App(copy.clone());
    let own = evidence.get(Fact::AppNotificationsPreviews, &subject);
    let whole = match copy.user {
        0 => evidence.get(Fact::NotificationsPreviews, &Subject::Device),
        _ => evidence.get(Fact::NotificationsPreviews, &subject),
    };
    match own.value() {
        Some(Value::Word("inherit")) => match whole.value() {
            Some(value) => join(Reading::known(value.clone()), &[&own, &whole]),
            None => unknown_as(&whole, Fact::NotificationsPreviews.label()),
        },
        // An app that only seems to hide more does not weaken what the phone hides for all of them.
        Some(Value::Word(word))
            if evidence.platform == Platform::Android
                && *word != "always"
                && own.strength == Strength::Indicative
                && hides(&whole) =>
        {
            whole.with_origins(own.origin)
        }
        _ => own,
    }
}

/// Whether a setting is known to keep text off the locked screen.
fn hides(setting: &Reading) -> bool {
    matches!(setting.value(), Some(Value::Word(word)) if *word != "always")
}

fn shown(
    platform: Platform,
    setting: &Reading,
    allowed: &Reading,
    on_lock_screen: &Reading,
) -> Reading {
    let mut inputs = vec![setting, allowed];
    if platform == Platform::Ios {
        inputs.push(on_lock_screen);
    }
    for input in &inputs[1..] {
        if input.value().is_none() {
            return unknown_as(
                input,
                "The phone shows message text, but whether this app may",
            );
        }
        if is(input, false) {
            return join(Reading::known(Value::Word("hidden")), &inputs);
        }
    }
    join(Reading::known(Value::Word("shown")), &inputs)
}

/// On Android hiding counts only behind a lock: a swipe shows everything. Another Android user's apps are behind the
/// lock of that user.
fn hidden_behind_a_lock(evidence: &Evidence, copy: &AppCopy, setting: &Reading) -> Reading {
    let subject = match copy.user {
        0 => Subject::Device,
        _ => Subject::App(copy.clone()),
    };
    let lock = evidence.get(Fact::LockCredential, &subject);
    match lock.value() {
        Some(Value::Word("none")) => {
            let note = Origin::new(Source::Derived, Fact::AppPreviews.id())
                .note("the setting hides message text, but without a screen lock a swipe shows it");
            // What qualifies "hidden", such as a maker's lock screen, takes nothing from "shown".
            join(Reading::known(Value::Word("shown")), &[&lock])
                .with_origins(setting.origin.iter().cloned())
                .from(note)
        }
        Some(_) => join(Reading::known(Value::Word("hidden")), &[setting, &lock]),
        None => unknown_as(&lock, "Hiding counts only behind a screen lock"),
    }
}

/// "When Unlocked" hides nothing on a phone that is never locked, and no reference says what iOS shows then.
fn hidden_when_locked(evidence: &Evidence, setting: &Reading) -> Reading {
    let lock = evidence.get(Fact::LockCredential, &Subject::Device);
    let hidden = join(Reading::known(Value::Word("hidden")), &[setting]);
    match lock.proved() {
        Some(Value::Word(word)) if *word != "none" => join(hidden, &[&lock]),
        _ => {
            let note = Origin::new(Source::Derived, Fact::AppPreviews.id()).note(
                "\"When Unlocked\" hides text only behind a passcode, which is not proved here",
            );
            let mut hidden = hidden.with_strength(Strength::Indicative).from(note);
            hidden.best_possible = false;
            hidden
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(fact: Fact, w: &str) -> Reading {
        Reading::known(fact.word(w).expect("a word of the fact"))
    }

    /// What a case says of each input: the global setting, the app's own, allowed, on the lock screen, the lock.
    type Case = (
        &'static str,
        &'static str,
        Option<bool>,
        Option<bool>,
        &'static str,
    );

    fn derive(platform: Platform, (global, own, allowed, on_lock, lock): Case) -> Reading {
        let mut e = Evidence::new(platform, Source::IosBackup, None);
        let app = Subject::app("whatsapp");
        let put = |e: &mut Evidence, fact: Fact, subject: &Subject, w: &str| {
            let reading = match w {
                "?" => Reading::unreadable("damaged"),
                "absent" => Reading::absent("nothing stored"),
                weak if weak.starts_with('~') => Reading {
                    strength: Strength::Indicative,
                    ..word(fact, &weak[1..])
                },
                w => word(fact, w),
            };
            e.set(fact, subject.clone(), reading);
        };
        e.set(
            Fact::AppInstalled,
            app.clone(),
            Reading::known(Value::Bool(true)),
        );
        put(
            &mut e,
            Fact::NotificationsPreviews,
            &Subject::Device,
            global,
        );
        put(&mut e, Fact::AppNotificationsPreviews, &app, own);
        put(&mut e, Fact::LockCredential, &Subject::Device, lock);
        for (fact, value) in [
            (Fact::AppNotificationsAllowed, allowed),
            (Fact::AppNotificationsLockScreen, on_lock),
        ] {
            if let Some(value) = value {
                e.set(fact, app.clone(), Reading::known(Value::Bool(value)));
            }
        }
        super::apply(&mut e);
        e.get(Fact::AppPreviews, &app)
    }

    #[test]
    fn the_app_stands_over_the_phone() {
        use Platform::{Android, Ios};
        let yes = Some(true);
        let no = Some(false);
        for (platform, case, expected) in [
            (Ios, ("never", "inherit", yes, yes, "set"), "hidden"),
            (Ios, ("when-unlocked", "inherit", yes, yes, "set"), "hidden"),
            (
                Ios,
                ("when-unlocked", "inherit", yes, yes, "none"),
                "~hidden",
            ),
            (Ios, ("when-unlocked", "inherit", yes, yes, "?"), "~hidden"),
            (Ios, ("never", "inherit", yes, yes, "none"), "hidden"),
            (
                Ios,
                ("~when-unlocked", "inherit", yes, yes, "set"),
                "~hidden",
            ),
            (Ios, ("always", "inherit", yes, yes, "set"), "shown"),
            (Ios, ("always", "never", yes, yes, "set"), "hidden"),
            (Ios, ("never", "always", yes, yes, "set"), "shown"),
            (Ios, ("always", "inherit", no, yes, "set"), "hidden"),
            (Ios, ("always", "inherit", yes, no, "set"), "hidden"),
            (Ios, ("always", "inherit", None, yes, "set"), "?"),
            (Ios, ("always", "inherit", yes, None, "set"), "?"),
            (Ios, ("never", "?", yes, yes, "set"), "?"),
            (Ios, ("?", "inherit", yes, yes, "set"), "?"),
            (Ios, ("?", "never", yes, yes, "set"), "hidden"),
            (Ios, ("never", "absent", yes, yes, "set"), "?"),
            (Android, ("always", "inherit", yes, None, "pin"), "shown"),
            (
                Android,
                ("when-unlocked", "inherit", yes, None, "pin"),
                "hidden",
            ),
            (Android, ("never", "inherit", None, None, "pin"), "hidden"),
            (
                Android,
                ("when-unlocked", "inherit", yes, None, "none"),
                "shown",
            ),
            (Android, ("when-unlocked", "inherit", yes, None, "?"), "?"),
            (
                Android,
                ("when-unlocked", "inherit", yes, None, "~set"),
                "~hidden",
            ),
            (
                Android,
                ("~when-unlocked", "inherit", yes, None, "pin"),
                "~hidden",
            ),
            (Android, ("always", "inherit", no, None, "none"), "hidden"),
            (Android, ("always", "inherit", None, None, "pin"), "?"),
        ] {
            let reading = derive(platform, case);
            let got = match (reading.value(), reading.strength) {
                (Some(value), Strength::Direct) => value.to_string(),
                (Some(value), Strength::Indicative) => format!("~{value}"),
                (None, _) => "?".into(),
            };
            assert_eq!(got, expected, "{platform} {case:?}");
        }
    }

    /// What an Android phone's own setting, an app's override, and the lock come to.
    fn android(whole: Reading, own: Reading, lock: Reading) -> Reading {
        let mut e = Evidence::new(Platform::Android, Source::AndroidAdb, None);
        let app = Subject::app("whatsapp");
        for (fact, subject, reading) in [
            (Fact::AppInstalled, &app, Reading::known(Value::Bool(true))),
            (
                Fact::AppNotificationsAllowed,
                &app,
                Reading::known(Value::Bool(true)),
            ),
            (Fact::NotificationsPreviews, &Subject::Device, whole),
            (Fact::AppNotificationsPreviews, &app, own),
            (Fact::LockCredential, &Subject::Device, lock),
        ] {
            e.set(fact, subject.clone(), reading);
        }
        super::apply(&mut e);
        e.get(Fact::AppPreviews, &app)
    }

    fn weak(word: &'static str) -> Reading {
        Reading::indicative(Value::Word(word))
    }

    fn direct(word: &'static str) -> Reading {
        Reading::known(Value::Word(word))
    }

    #[test]
    fn an_override_that_hides_does_not_weaken_what_the_phone_hides() {
        for (name, whole, own, expected, strength, best) in [
            (
                "both hide",
                direct("when-unlocked"),
                weak("never"),
                Some("hidden"),
                Strength::Direct,
                false,
            ),
            (
                "both hide, more and less",
                direct("never"),
                weak("when-unlocked"),
                Some("hidden"),
                Strength::Direct,
                false,
            ),
            (
                "both hide, a maker's layer",
                weak("never").at_its_best(),
                weak("never"),
                Some("hidden"),
                Strength::Indicative,
                true,
            ),
            (
                "both hide, a switch is in doubt",
                weak("never"),
                weak("never"),
                Some("hidden"),
                Strength::Indicative,
                false,
            ),
            (
                "the app's own setting, a maker's layer",
                weak("never").at_its_best(),
                direct("never"),
                Some("hidden"),
                Strength::Direct,
                false,
            ),
            (
                "only the app hides, by its own setting",
                direct("always"),
                direct("never"),
                Some("hidden"),
                Strength::Direct,
                false,
            ),
            // Unresolved, and it counts.
            (
                "only the app seems to hide",
                direct("always"),
                weak("never"),
                Some("hidden"),
                Strength::Indicative,
                false,
            ),
            (
                "the phone's setting is unknown",
                Reading::unreadable("refused"),
                weak("never"),
                Some("hidden"),
                Strength::Indicative,
                false,
            ),
            (
                "the app shows",
                direct("never"),
                direct("always"),
                Some("shown"),
                Strength::Direct,
                false,
            ),
            (
                "the app's is unknown",
                direct("never"),
                Reading::unreadable("odd"),
                None,
                Strength::Direct,
                false,
            ),
        ] {
            let reading = android(whole, own, direct("pin"));
            let value = match reading.value() {
                Some(Value::Word(word)) => Some(*word),
                _ => None,
            };
            assert_eq!(
                (value, reading.strength, reading.best_possible),
                (expected, strength, best),
                "{name}: {reading:?}"
            );
        }
    }

    #[test]
    fn without_a_lock_a_makers_layer_changes_nothing() {
        for whole in [direct("never"), weak("never"), weak("never").at_its_best()] {
            let reading = android(whole, direct("inherit"), direct("none"));
            assert_eq!(reading.value(), Some(&Value::Word("shown")), "{reading:?}");
            assert_eq!(reading.strength, Strength::Direct, "{reading:?}");
        }
        let reading = android(direct("never"), direct("inherit"), weak("none"));
        assert_eq!(reading.strength, Strength::Indicative, "{reading:?}");
    }

    #[test]
    fn another_users_app_is_behind_that_users_lock() {
        let derive = |owners: &str, own: Option<&str>| {
            let mut e = Evidence::new(Platform::Android, Source::AndroidAdb, None);
            let copy = Subject::copy("whatsapp", 10);
            let yes = || Reading::known(Value::Bool(true));
            e.set(Fact::AppInstalled, copy.clone(), yes());
            e.set(Fact::AppNotificationsAllowed, copy.clone(), yes());
            e.set(
                Fact::NotificationsPreviews,
                copy.clone(),
                direct("when-unlocked"),
            );
            e.set(
                Fact::AppNotificationsPreviews,
                copy.clone(),
                direct("inherit"),
            );
            e.set(
                Fact::LockCredential,
                Subject::Device,
                word(Fact::LockCredential, owners),
            );
            if let Some(own) = own {
                e.set(
                    Fact::LockCredential,
                    copy.clone(),
                    word(Fact::LockCredential, own),
                );
            }
            super::apply(&mut e);
            let reading = e.get(Fact::AppPreviews, &copy);
            reading.value().map(ToString::to_string)
        };
        assert_eq!(derive("pin", Some("none")).as_deref(), Some("shown"));
        assert_eq!(derive("pin", None), None);
        assert_eq!(derive("none", Some("pin")).as_deref(), Some("hidden"));
        assert_eq!(derive("pin", Some("pattern")).as_deref(), Some("hidden"));
    }

    #[test]
    fn an_app_without_an_entry_is_only_indicative() {
        for global in ["never", "always", "when-unlocked"] {
            let mut e = Evidence::new(Platform::Ios, Source::IosBackup, None);
            let app = Subject::app("signal");
            e.set(
                Fact::AppInstalled,
                app.clone(),
                Reading::known(Value::Bool(true)),
            );
            e.set(
                Fact::LockCredential,
                Subject::Device,
                word(Fact::LockCredential, "set"),
            );
            e.set(
                Fact::NotificationsPreviews,
                Subject::Device,
                word(Fact::NotificationsPreviews, global),
            );
            e.set(
                Fact::AppNotificationsPreviews,
                app.clone(),
                Reading::absent("no entry"),
            );
            e.set(
                Fact::AppNotificationsAllowed,
                app.clone(),
                Reading::indicative(Value::Bool(false)),
            );
            super::apply(&mut e);
            let reading = e.get(Fact::AppPreviews, &app);
            assert_eq!(reading.value(), Some(&Value::Word("hidden")));
            assert_eq!(reading.strength, Strength::Indicative);
        }
    }
}
