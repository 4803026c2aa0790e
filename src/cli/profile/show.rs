//! A profile in full, for people and for scripts.

use std::fmt::Write as _;

use serde::Serialize;

use crate::evidence::Platform;
use crate::profile::{Control, Otherwise, Profile};
use crate::report::wrap;

const INDENT: &str = "    ";

/// The profile for a person, set to a width.
pub(super) fn text(profile: &Profile, width: usize) -> String {
    let mut out = Out {
        text: String::new(),
        width: width.clamp(20, 110),
    };
    out.paragraph(&profile.title, "", "");
    out.field("Name", &profile.id);
    out.field("As of", &profile.as_of);
    out.field("Source", &profile.source);
    out.field("Phones", phones(profile));
    if let [.., base, _] = profile.written_in.as_slice() {
        out.field("Extends", base);
    }
    if !profile.apps.is_empty() {
        let apps: Vec<&str> = profile.apps.iter().map(|app| app.name.as_str()).collect();
        out.field("Apps", &apps.join(", "));
    }
    out.heading("Limits");
    for parameter in &profile.parameters {
        let text = format!(
            "{}: {} ({})",
            parameter.id,
            parameter.value.for_people(),
            parameter.source
        );
        out.paragraph(&text, "  ", INDENT);
    }
    out.heading("Lines");
    for control in &profile.controls {
        out.control(profile, control);
    }
    if !profile.not_covered.is_empty() {
        out.heading("Not covered: lines of the source that this checklist does not judge");
        for line in &profile.not_covered {
            let text = format!("{} {}: {}", line.id, line.title, line.why);
            out.paragraph(&text, "  ", INDENT);
        }
    }
    out.text
}

fn phones(profile: &Profile) -> &'static str {
    match profile.platforms.as_slice() {
        [Platform::Ios] => "iPhone only",
        [Platform::Android] => "Android only",
        _ => "iPhone and Android",
    }
}

struct Out {
    text: String,
    width: usize,
}

impl Out {
    fn paragraph(&mut self, text: &str, first: &str, indent: &str) {
        self.text += &wrap(text, self.width, first, indent);
        self.text.push('\n');
    }

    fn field(&mut self, label: &str, text: &str) {
        self.paragraph(text, &format!("{:<9}", format!("{label}:")), "         ");
    }

    fn heading(&mut self, text: &str) {
        let _ = writeln!(self.text, "\n{text}");
    }

    fn control(&mut self, profile: &Profile, control: &Control) {
        self.paragraph(&format!("{} {}", control.id, control.title), "  ", INDENT);
        self.paragraph(&control.question, INDENT, INDENT);
        let mut how: Vec<String> = Vec::new();
        if control.mandatory {
            how.push("counts".into());
        }
        if control.asked {
            how.push("the person is asked".into());
        }
        if let Some(ownership) = control.ownership {
            how.push(format!("{} phones only", ownership.id()));
        }
        if control.per_app {
            how.push(match control.apps.as_slice() {
                [] => "for each app".into(),
                apps => format!("for each app of: {}", apps.join(", ")),
            });
        }
        if control.installed_or_not {
            how.push("also where the app is not installed".into());
        }
        if !how.is_empty() {
            self.paragraph(&how.join("; "), INDENT, INDENT);
        }
        for platform in &profile.platforms {
            let rules = control.rules(*platform);
            if rules.pass.is_none() {
                continue;
            }
            let facts: Vec<String> = control
                .facts(*platform)
                .into_iter()
                .filter(|fact| !control.beside.contains(fact))
                .map(|fact| match fact.on().has(*platform) {
                    true => fact.id().to_owned(),
                    false => format!("{}: by a look at the phone", fact.id()),
                })
                .collect();
            let otherwise = match (rules.otherwise, &rules.fail) {
                (Otherwise::Ask, None) => "; otherwise someone asks",
                _ => "",
            };
            self.paragraph(
                &format!(
                    "{}: {}{otherwise} ({})",
                    platform.name(),
                    rules.expected,
                    facts.join(", ")
                ),
                INDENT,
                "      ",
            );
        }
        for (label, text) in [("Limits", &control.limits), ("Source", &control.source)] {
            if !text.is_empty() {
                self.paragraph(&format!("{label}: {text}"), INDENT, "      ");
            }
        }
    }
}

#[derive(Serialize)]
struct ProfileV1<'a> {
    schema: u32,
    id: &'a str,
    title: &'a str,
    as_of: &'a str,
    source: &'a str,
    sha256: &'a str,
    made_of: &'a [String],
    platforms: Vec<&'static str>,
    apps: Vec<&'a str>,
    parameters: Vec<ParameterV1<'a>>,
    controls: Vec<ControlV1<'a>>,
    not_covered: Vec<NotCoveredV1<'a>>,
}

#[derive(Serialize)]
struct ParameterV1<'a> {
    id: &'a str,
    value: String,
    source: &'a str,
}

#[derive(Serialize)]
struct ControlV1<'a> {
    id: &'a str,
    title: &'a str,
    question: &'a str,
    why: &'a str,
    limits: &'a str,
    source: &'a str,
    mandatory: bool,
    asked: bool,
    per_app: bool,
    apps: &'a [String],
    installed_or_not: bool,
    ownership: Option<&'static str>,
    rules: Vec<RulesV1<'a>>,
}

#[derive(Serialize)]
struct RulesV1<'a> {
    platform: &'static str,
    judged: bool,
    otherwise: &'static str,
    expected: &'a str,
    facts: Vec<&'static str>,
    look: &'a str,
    put_right: &'a str,
}

#[derive(Serialize)]
struct NotCoveredV1<'a> {
    id: &'a str,
    title: &'a str,
    why: &'a str,
}

/// The profile as JSON.
pub(super) fn json(profile: &Profile) -> String {
    let v1 = ProfileV1 {
        schema: 1,
        id: &profile.id,
        title: &profile.title,
        as_of: &profile.as_of,
        source: &profile.source,
        sha256: &profile.sha256,
        made_of: &profile.written_in,
        platforms: profile.platforms.iter().map(|p| p.id()).collect(),
        apps: profile.apps.iter().map(|app| app.id.as_str()).collect(),
        parameters: profile
            .parameters
            .iter()
            .map(|p| ParameterV1 {
                id: &p.id,
                value: p.value.to_string(),
                source: &p.source,
            })
            .collect(),
        controls: profile
            .controls
            .iter()
            .map(|control| control_v1(profile, control))
            .collect(),
        not_covered: profile
            .not_covered
            .iter()
            .map(|line| NotCoveredV1 {
                id: &line.id,
                title: &line.title,
                why: &line.why,
            })
            .collect(),
    };
    // These structs hold strings, numbers and lists only: serialising them cannot fail.
    serde_json::to_string_pretty(&v1).unwrap_or_default() + "\n"
}

fn control_v1<'a>(profile: &Profile, control: &'a Control) -> ControlV1<'a> {
    ControlV1 {
        id: &control.id,
        title: &control.title,
        question: &control.question,
        why: &control.why,
        limits: &control.limits,
        source: &control.source,
        mandatory: control.mandatory,
        asked: control.asked,
        per_app: control.per_app,
        apps: &control.apps,
        installed_or_not: control.installed_or_not,
        ownership: control.ownership.map(|o| o.id()),
        rules: profile
            .platforms
            .iter()
            .map(|platform| {
                let rules = control.rules(*platform);
                RulesV1 {
                    platform: platform.id(),
                    judged: rules.pass.is_some(),
                    otherwise: match (rules.otherwise, &rules.fail) {
                        (Otherwise::Ask, None) => "ask",
                        _ => "fail",
                    },
                    expected: &rules.expected,
                    facts: control
                        .facts(*platform)
                        .into_iter()
                        .map(|fact| fact.id())
                        .collect(),
                    look: &rules.look,
                    put_right: &rules.put_right,
                }
            })
            .collect(),
    }
}

/// One value as a line of JSON.
pub(super) fn one_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default() + "\n"
}
