//! The short privacy notice for the member of staff (UK GDPR, Article 13), filled in from the checklist and from what
//! the trust says of itself.

use std::fmt::Write as _;

use super::layout::wrap;
use crate::profile::Profile;
use crate::trust::Trust;

/// Title of the part that says how the person was chosen.
pub(super) const CHOSEN: &str = "How you were chosen";

/// One part of the notice: its title and its points.
pub(super) struct Section {
    pub title: &'static str,
    pub points: Vec<String>,
}

/// The notice as text, set to `width` columns. What the trust has not said is marked, so that nobody hands it out
/// unfinished without seeing it.
pub fn render(trust: &Trust, profiles: &[Profile], width: usize) -> String {
    let checklists: Vec<String> = profiles
        .iter()
        .map(|profile| format!("{} (as of {})", profile.title, profile.as_of))
        .collect();
    let mut out = String::new();
    for section in sections(trust, &checklists.join("; "), Gap::Marked) {
        let _ = writeln!(out, "\n{}", section.title);
        for point in section.points {
            out += &wrap(&point, width, "  ", "  ");
            out.push('\n');
        }
    }
    format!("Privacy notice: spot check of messaging settings\n{out}")
}

/// What stands where the trust has said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// A mark, so that whoever prepares the notice sees what is missing.
    Marked,
    /// A line to write on: the paper goes to the person as it is.
    Ruled,
}

impl Gap {
    /// What the trust has said, or what stands for it.
    pub fn or(self, given: Option<&String>, what: &str) -> String {
        match (given, self) {
            (Some(text), _) => text.trim().to_owned(),
            (None, Gap::Marked) => format!("{GAP}{what}]"),
            (None, Gap::Ruled) => "_".repeat(20),
        }
    }
}

/// Name and version of the policy, where the trust has named it.
pub(super) fn policy(trust: &Trust) -> Option<String> {
    let name = trust.policy.name.as_ref()?;
    Some(match &trust.policy.version {
        Some(version) => format!("{name}, version {version}"),
        None => name.clone(),
    })
}

/// The parts of the notice, in order.
pub(super) fn sections(trust: &Trust, checklists: &str, gaps: Gap) -> Vec<Section> {
    let gap = |given: &Option<String>, what: &str| gaps.or(given.as_ref(), what);
    let who = gap(&trust.name, "its name");
    let policy = gap(&policy(trust), "name and version of its policy");
    let mut sections = Vec::new();
    let mut section = |title: &'static str, points: &[String]| {
        sections.push(Section {
            title,
            points: points.to_vec(),
        });
    };
    let mut rights = vec![
        "You can ask to see what we hold, ask us to correct it, and object.".to_owned(),
        "If you are not content, tell the data protection officer. You can also complain to the Information Commissioner: ico.org.uk".into(),
    ];
    if let Some(route) = &trust.complaints {
        rights.insert(1, format!("How to complain to us: {}", route.trim()));
    }
    rights.push(format!(
        "Help with this check: {}",
        gap(&trust.contact, "whom to ask")
    ));
    section(
        "Who we are",
        &[
            format!("{who} checks how messaging is set up on phones that staff use for work."),
            format!(
                "Data protection officer: {}",
                gap(&trust.dpo, "how to reach its data protection officer")
            ),
        ],
    );
    section(
        "Why",
        &[
            "Patients must be able to trust that messages about them stay private. The law asks the trust to keep them safe.".into(),
            format!("The check follows: {checklists}."),
            format!("Our policy: {policy}."),
            format!("Lawful basis: {}", gap(&trust.lawful_basis, "the lawful basis of the check")),
        ],
    );
    section(
        "What we look at",
        &[
            "Settings only: the screen lock, what the lock screen shows, remote wipe, and the settings of messaging apps.".into(),
            "We look which messaging apps of a fixed list are on the phone, and name those in the result.".into(),
            "On an Android phone we count new picture files, accounts and apps with special rights. We open and name none of them.".into(),
            "We may ask about your habits. We write down your answers apart from what we see.".into(),
        ],
    );
    section(
        "What we never look at",
        &[
            "We open no message, contact, photo, call or place where you were. We ask for no passcode.".into(),
            "We name no app that is not on that list. We take no picture of your screen.".into(),
        ],
    );
    section(
        "How it works",
        &[
            "You keep the phone in your hand, or see what is done with it. A colleague may be with you.".into(),
            "You can ask us to look at the screen with you, with no cable and no backup.".into(),
            "An iPhone is read from a backup. That is a copy of the phone on our computer, and we read only settings in it.".into(),
            "We delete the backup after the check. You can ask for a look at the screen instead.".into(),
            "Do not delete anything to get ready for this check while a request or an investigation is open.".into(),
        ],
    );
    section(
        CHOSEN,
        &[
            "At random from a list of staff, unless we told you otherwise.".into(),
            match &trust.draw {
                Some(draw) => format!("You can check the draw: {}", draw.trim()),
                None => "Ask us how to check the draw.".into(),
            },
        ],
    );
    section(
        "Can you say no?",
        &[
            "Yes. You need not say why. We record that you declined, under your reference, and nothing about the phone.".into(),
            format!(
                "What happens then: {}",
                gap(&trust.if_declined, "what happens if somebody declines")
            ),
        ],
    );
    section(
        "Who sees the result, and how long we keep it",
        &[
            format!(
                "Who sees it: {}",
                gap(&trust.seen_by, "who sees the results")
            ),
            format!(
                "How long: {}",
                gap(&trust.retention, "how long results are kept")
            ),
            "The result holds a reference, not your name. You get a copy and can comment on it."
                .into(),
        ],
    );
    section("Your rights", &rights);
    sections
}

/// How a gap begins.
const GAP: &str = "[the trust fills in: ";

/// Whether the trust has yet to say something before the notice can be handed out.
pub fn is_unfinished(notice: &str) -> bool {
    notice.contains(GAP.trim_end_matches(": "))
}

/// What the trust has yet to say before the notice can be handed out, as phrases in the order of the notice.
pub fn gaps(trust: &Trust) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for point in sections(trust, "", Gap::Marked)
        .iter()
        .flat_map(|section| &section.points)
    {
        for part in point.split(GAP).skip(1) {
            let what = part.split(']').next().unwrap_or(part).to_owned();
            if !found.contains(&what) {
                found.push(what);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_told_until_they_are_filled() {
        let all = gaps(&Trust::default());
        assert!(all.contains(&"whom to ask".to_owned()), "{all:?}");
        let filled = Trust {
            contact: Some("the IG team".into()),
            ..Trust::default()
        };
        assert_eq!(gaps(&filled).len() + 1, all.len());
    }
}
