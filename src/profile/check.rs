//! What can be wrong with a profile that loads: stale dates, limits without a source, lines that nothing can decide,
//! texts that are hard to read. What keeps a profile from loading at all is an error and points at its line.

use jiff::civil::Date;

use super::load::WITHOUT_SOURCE;
use super::{Control, Criterion, Profile, Rules, reach, reading_age};
use crate::evidence::{Fact, On, Platform};

/// Sources are to be read again after this many days.
const STALE_AFTER_DAYS: i32 = 365;

/// Something to look at again; the profile works as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is about: "profile", "parameter NAME", "control ID".
    pub place: String,
    /// What is the matter and what to do, in sentences.
    pub what: String,
}

/// How old the sources of a profile are on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Checked within the year before.
    Current,
    /// Checked more than a year before.
    Stale,
    /// Dated later than the day.
    Future,
    /// `as_of` is no date.
    Unknown,
}

/// How old a profile's `as_of` is on a day.
pub fn age(profile: &Profile, today: Date) -> Age {
    let Ok(as_of) = profile.as_of.parse::<Date>() else {
        return Age::Unknown;
    };
    let days = as_of.until(today).map_or(i32::MAX, |span| span.get_days());
    match days {
        ..0 => Age::Future,
        0..=STALE_AFTER_DAYS => Age::Current,
        _ => Age::Stale,
    }
}

/// Everything to look at again, on a day. What an extended profile says is left to that profile.
pub fn check(profile: &Profile, today: Date) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |place: &str, what: String| {
        found.push(Warning {
            place: place.to_owned(),
            what,
        });
    };
    match age(profile, today) {
        Age::Current => {}
        Age::Stale => warn(
            "profile",
            format!(
                "as_of {} is more than a year ago. Read the sources again and change the date.",
                profile.as_of
            ),
        ),
        Age::Future => warn(
            "profile",
            format!("as_of {} is in the future. Check the date.", profile.as_of),
        ),
        Age::Unknown => warn(
            "profile",
            format!("as_of {} is no date such as 2026-11-21.", profile.as_of),
        ),
    }
    for (field, text) in [("title", &profile.title), ("source", &profile.source)] {
        if let Some(gap) = gap(text) {
            warn("profile", to_fill_in(field, gap));
        }
    }
    for parameter in &profile.parameters {
        if let Some(gap) = gap(&parameter.source) {
            let place = format!("parameter {}", parameter.id);
            warn(&place, to_fill_in("source", gap));
        }
        if parameter.source.starts_with(WITHOUT_SOURCE) {
            warn(
                &format!("parameter {}", parameter.id),
                "it was changed without a source. Say where the number comes from.".into(),
            );
        }
    }
    let own = profile.written_in.last();
    for control in &profile.controls {
        if own != Some(&control.written_in) {
            continue;
        }
        let place = format!("control {}", control.id);
        for what in undecided(profile, control)
            .into_iter()
            .chain(hints(profile, control))
            .chain(without_advice(profile, control))
            .chain(hard_to_read(control))
            .chain(gaps(control))
        {
            warn(&place, what);
        }
    }
    for line in &profile.not_covered {
        for text in [&line.title, &line.why] {
            for sentence in reading_age::long_sentences(text) {
                warn(&format!("not covered {}", line.id), too_long(&sentence));
            }
        }
    }
    found
}

/// What somebody has yet to write: it stands in square brackets, as in `spotcheck profile new` and in notices.
fn gap(text: &str) -> Option<&str> {
    let from = text.find('[')?;
    let to = from + text[from..].find(']')?;
    text.get(from..=to)
}

fn to_fill_in(field: &str, gap: &str) -> String {
    format!("its {field} has a gap to fill in: {gap}.")
}

/// Gaps in the texts of a line.
fn gaps(control: &Control) -> Vec<String> {
    let mut texts = vec![
        ("title", &control.title),
        ("question", &control.question),
        ("why", &control.why),
        ("limits", &control.limits),
        ("source", &control.source),
    ];
    for rules in [&control.ios, &control.android] {
        texts.extend([
            ("expected", &rules.expected),
            ("look", &rules.look),
            ("put_right", &rules.put_right),
        ]);
    }
    let mut found: Vec<String> = texts
        .into_iter()
        .filter_map(|(field, text)| gap(text).map(|gap| to_fill_in(field, gap)))
        .collect();
    found.dedup();
    found
}

fn rules<'a>(
    profile: &'a Profile,
    control: &'a Control,
) -> impl Iterator<Item = (Platform, &'a Rules)> {
    profile
        .platforms
        .iter()
        .map(|platform| (*platform, control.rules(*platform)))
}

/// Judged lines that nothing decides on a platform. A fact that no cable and no backup tells anywhere is looked at on
/// the screen, where the line says so; one that only the other kind of phone tells is a mistake.
fn undecided(profile: &Profile, control: &Control) -> Vec<String> {
    let mut found = Vec::new();
    for (platform, rules) in rules(profile, control) {
        let looked_at = |fact: Fact| fact.on() == On::Neither && !rules.look.is_empty();
        let told = |fact: Fact| fact.on().has(platform) || looked_at(fact);
        let Some(reach) = reach::reach(rules, told) else {
            continue;
        };
        if !reach.pass && !reach.fail && !control.asked {
            let missing: Vec<&str> = control
                .facts(platform)
                .into_iter()
                .filter(|fact| !told(*fact))
                .map(Fact::id)
                .collect();
            found.push(format!(
                "nothing decides it on {}: {} cannot be read there. Someone has to look at each phone.",
                platform.name(),
                missing.join(", ")
            ));
        }
    }
    found
}

/// Lines that an indicative reading may decide, without a word on what that leaves open.
fn hints(profile: &Profile, control: &Control) -> Vec<String> {
    let trusts = rules(profile, control).any(|(_, rules)| {
        [&rules.pass, &rules.fail]
            .into_iter()
            .flatten()
            .any(Criterion::trusts_indications)
    });
    if trusts && control.limits.is_empty() {
        return vec![
            "evidence that only points one way may decide it. Say in `limits` why that is enough."
                .into(),
        ];
    }
    Vec::new()
}

fn without_advice(profile: &Profile, control: &Control) -> Vec<String> {
    let mut found = Vec::new();
    for (platform, rules) in rules(profile, control).filter(|(_, rules)| rules.pass.is_some()) {
        for (field, text) in [("look", &rules.look), ("put_right", &rules.put_right)] {
            if text.is_empty() {
                found.push(format!(
                    "it has no `{field}` for {}. The report cannot say what to do.",
                    platform.name()
                ));
            }
        }
    }
    found
}

fn hard_to_read(control: &Control) -> Vec<String> {
    let mut texts = vec![
        &control.title,
        &control.question,
        &control.why,
        &control.limits,
    ];
    for rules in [&control.ios, &control.android] {
        for text in [&rules.expected, &rules.look, &rules.put_right] {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    let mut found: Vec<String> = texts
        .into_iter()
        .flat_map(|text| reading_age::long_sentences(text))
        .map(|sentence| too_long(&sentence))
        .collect();
    let prose = [&control.question, &control.why, &control.limits].map(String::as_str);
    let age = reading_age::of(&prose.join(" "));
    if age > reading_age::HIGHEST {
        found.push(format!(
            "its question, why and limits need a reading age of {age:.0}; up to {:.0} is right. Use shorter words and sentences.",
            reading_age::HIGHEST
        ));
    }
    found
}

fn too_long(sentence: &str) -> String {
    format!(
        "a sentence has more than {} words: \"{sentence}\"",
        reading_age::LONGEST_SENTENCE
    )
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
