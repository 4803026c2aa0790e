//! What was found, in words.

use super::eval::Leaf;
use crate::apps;
use crate::evidence::{AppCopy, State, Strength};

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
