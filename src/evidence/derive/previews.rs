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
        Platform::Android => hidden_behind_a_lock(evidence, &setting),
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
        _ => own,
    }
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

/// On Android hiding counts only behind a lock: a swipe shows everything.
fn hidden_behind_a_lock(evidence: &Evidence, setting: &Reading) -> Reading {
    let lock = evidence.get(Fact::LockCredential, &Subject::Device);
    match lock.value() {
        Some(Value::Word("none")) => {
            let note = Origin::new(Source::Derived, Fact::AppPreviews.id())
                .note("the setting hides message text, but without a screen lock a swipe shows it");
            join(Reading::known(Value::Word("shown")), &[&lock, setting]).from(note)
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
