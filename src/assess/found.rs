//! What was found, in words.

use super::eval::Leaf;
use crate::apps;
use crate::evidence::{AppCopy, Evidence, Fact, State, Strength, Subject, Value};
use crate::ios::models;
use crate::menus::{self, Phone, Unlock};
use crate::os_support;

/// What is known of the phone that decides which menus it has.
pub(super) fn phone(evidence: &Evidence) -> Phone {
    let text = |fact| match evidence.get(fact, &Subject::Device).state {
        State::Known(Value::Text(text)) => Some(text),
        _ => None,
    };
    let model = text(Fact::DeviceModel);
    // "iPhone 13 (iPhone14,5)", or the product type alone.
    let product = model.as_deref().map(|model| {
        model
            .rsplit_once('(')
            .map_or(model, |(_, product)| product.trim_end_matches(')'))
    });
    Phone {
        platform: evidence.platform,
        maker: text(Fact::DeviceMaker),
        version: text(Fact::DeviceOs)
            .and_then(|system| os_support::version(&system)?.first().copied()),
        unlock: product.and_then(models::biometrics).map(|kind| match kind {
            models::Biometrics::FaceId => Unlock::FaceId,
            models::Biometrics::TouchId => Unlock::TouchId,
        }),
    }
}

/// Name of what a finding is about, for people.
pub(super) fn subject_name(evidence: &Evidence, subject: &Subject) -> String {
    match subject {
        Subject::Device => "the phone".to_owned(),
        Subject::App(copy) => app_name(evidence, copy),
    }
}

/// The app's name for people, with the space that holds it where that is not the owner's own.
pub(super) fn app_name(evidence: &Evidence, copy: &AppCopy) -> String {
    let name = apps::name(&copy.app);
    if copy.user == 0 {
        return name.to_owned();
    }
    let user = copy.user;
    let space = match evidence
        .get(Fact::AppSpace, &Subject::App(copy.clone()))
        .value()
    {
        Some(Value::Word("samsung-dual-messenger")) => {
            "second copy, Samsung Dual Messenger".to_owned()
        }
        Some(Value::Word("xiaomi-dual-app")) => "second copy, Xiaomi dual app".to_owned(),
        Some(Value::Word("app-clone")) => "second copy, cloned app".to_owned(),
        Some(Value::Word("work-profile")) => "work profile".to_owned(),
        Some(Value::Word("secure-folder")) => "second copy, Samsung Secure Folder".to_owned(),
        Some(Value::Word("system-clone")) => "second copy, System Cloner".to_owned(),
        Some(Value::Word("profile")) => format!("second copy, profile {user}"),
        Some(Value::Word("other-person")) => format!("another person's space, user {user}"),
        Some(Value::Word("guest")) => "guest".to_owned(),
        _ => format!("second copy, Android user {user}"),
    };
    format!("{name} ({space})")
}

/// The facts that decided, or that left it open.
pub(super) fn describe(leaves: &[Leaf]) -> String {
    if leaves.is_empty() {
        return "nothing was found that decides this".into();
    }
    leaves.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// One fact: "Auto-lock: 2 minutes".
pub(super) fn line(leaf: &Leaf) -> String {
    let label = leaf.fact.label();
    let mut text = match &leaf.reading.state {
        State::Known(value) => format!("{label}: {}", value.for_people()),
        State::Absent(why) | State::Unreadable(why) => format!("{label}: could not tell ({why})"),
        State::NotReadable(why) => format!("{label}: not readable ({why})"),
    };
    let weak = leaf.reading.value().is_some() && leaf.reading.strength == Strength::Indicative;
    let mut notes: Vec<&str> = Vec::new();
    if weak {
        notes.push("points that way, but does not prove it");
    }
    for note in leaf.reading.origin.iter().filter_map(|o| o.note.as_deref()) {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    if !notes.is_empty() {
        text += &format!(" ({})", notes.join("; "));
    }
    text
}

/// Advice for this subject on this phone: places in menus and apps become paths, `{app}` becomes its name, and of the
/// parts that begin with an app's name ("WhatsApp: ... Signal: ...") only its own stays, where it has one.
pub(super) fn advice(text: &str, subject: &Subject, phone: &Phone) -> String {
    let Subject::App(copy) = subject else {
        return menus::fill(text, phone, None).replace("{app}", "the app");
    };
    let text = &menus::fill(text, phone, Some(&copy.app));
    let name = apps::name(&copy.app);
    let about = |part: &str| {
        apps::catalogue()
            .apps
            .iter()
            .find(|app| {
                part.strip_prefix(app.name.as_str())
                    .is_some_and(|rest| rest.starts_with(": "))
            })
            .map(|app| app.name.as_str())
    };
    // Menus of the business app are those of the app itself.
    let like = apps::by_id(&copy.app).and_then(|app| app.like.as_deref());
    let alike = |other: &str| name == other || like.is_some_and(|id| apps::name(id) == other);
    let parts: Vec<&str> = text.split_inclusive(". ").collect();
    let own = parts.iter().any(|part| about(part).is_some_and(alike));
    let kept: String = parts
        .iter()
        .filter(|part| match about(part) {
            Some(other) => !own || alike(other),
            None => true,
        })
        .copied()
        .collect();
    kept.trim_end().replace("{app}", name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Platform, Reading, Source};

    #[test]
    fn second_copies_have_names_of_their_own() {
        let mut evidence = Evidence::new(Platform::Android, Source::AndroidAdb, None);
        for (user, space, name) in [
            (0, "owner", "WhatsApp"),
            (
                95,
                "samsung-dual-messenger",
                "WhatsApp (second copy, Samsung Dual Messenger)",
            ),
            (
                999,
                "xiaomi-dual-app",
                "WhatsApp (second copy, Xiaomi dual app)",
            ),
            (998, "app-clone", "WhatsApp (second copy, cloned app)"),
            (10, "work-profile", "WhatsApp (work profile)"),
            (
                150,
                "secure-folder",
                "WhatsApp (second copy, Samsung Secure Folder)",
            ),
            (
                11,
                "other-person",
                "WhatsApp (another person's space, user 11)",
            ),
            (12, "other", "WhatsApp (second copy, Android user 12)"),
        ] {
            let subject = Subject::copy("whatsapp", user);
            let word = Fact::AppSpace.word(space).expect("a word");
            evidence.set(Fact::AppSpace, subject.clone(), Reading::known(word));
            assert_eq!(subject_name(&evidence, &subject), name);
        }
        let unknown = subject_name(&evidence, &Subject::copy("signal", 95));
        assert_eq!(unknown, "Signal (second copy, Android user 95)");
    }

    #[test]
    fn the_phone_whose_menus_are_meant() {
        for (platform, maker, model, system, version, unlock) in [
            (
                Platform::Ios,
                "Apple",
                "iPhone 13 (iPhone14,5)",
                "iOS 18.7",
                Some(18),
                Some(Unlock::FaceId),
            ),
            (
                Platform::Ios,
                "Apple",
                "iPhone SE (3rd generation) (iPhone14,6)",
                "iOS 26",
                Some(26),
                Some(Unlock::TouchId),
            ),
            (Platform::Ios, "Apple", "iPhone99,1", "iOS x", None, None),
            (
                Platform::Android,
                "samsung",
                "SM-A528B",
                "Android 14",
                Some(14),
                None,
            ),
        ] {
            let mut evidence = Evidence::new(platform, Source::IosBackup, None);
            for (fact, text) in [
                (Fact::DeviceMaker, maker),
                (Fact::DeviceModel, model),
                (Fact::DeviceOs, system),
            ] {
                evidence.set(fact, Subject::Device, Reading::known(Value::text(text)));
            }
            let phone = phone(&evidence);
            assert_eq!(phone.maker.as_deref(), Some(maker));
            assert_eq!((phone.version, phone.unlock), (version, unlock), "{model}");
        }
    }

    #[test]
    fn advice_is_about_the_app_in_question() {
        let text = "WhatsApp: a > b. Signal: c. Then turn {app} off.";
        for (subject, expected) in [
            (
                Subject::app("whatsapp"),
                "WhatsApp: a > b. Then turn WhatsApp off.",
            ),
            (
                Subject::app("whatsapp-business"),
                "WhatsApp: a > b. Then turn WhatsApp Business off.",
            ),
            (
                Subject::copy("signal", 95),
                "Signal: c. Then turn Signal off.",
            ),
            (
                Subject::app("telegram"),
                "WhatsApp: a > b. Signal: c. Then turn Telegram off.",
            ),
            (
                Subject::Device,
                "WhatsApp: a > b. Signal: c. Then turn the app off.",
            ),
        ] {
            let phone = Phone::any(Platform::Ios);
            assert_eq!(advice(text, &subject, &phone), expected);
        }
    }
}
