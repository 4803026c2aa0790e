//! What was found, in words.

use super::eval::Leaf;
use crate::apps;
use crate::evidence::{AppCopy, State, Strength, Subject};

/// The app's name for people, with its Android user where that is not the owner.
pub(super) fn app_name(copy: &AppCopy) -> String {
    match copy.user {
        0 => apps::name(&copy.app).to_owned(),
        user => format!("{} (Android user {user})", apps::name(&copy.app)),
    }
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

/// Advice for this subject: `{app}` becomes its name, and of the parts that begin with an app's name ("WhatsApp: ...
/// Signal: ...") only its own stays, where it has one.
pub(super) fn advice(text: &str, subject: &Subject) -> String {
    let Subject::App(copy) = subject else {
        return text.replace("{app}", "the app");
    };
    let name = apps::name(&copy.app);
    let about = |part: &str| {
        apps::catalogue()
            .apps
            .iter()
            .find(|app| part.starts_with(&format!("{}: ", app.name)))
            .map(|app| app.name.as_str())
    };
    // Menus of the business app are those of the app itself.
    let alike = |other: &str| name == other || name.starts_with(&format!("{other} "));
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
            assert_eq!(advice(text, &subject), expected);
        }
    }
}
