//! The reference pages, from the declarations that do the reading and the judging.

#[path = "commands_page.rs"]
mod commands_page;
#[path = "profile_schema.rs"]
mod profile_schema;

use std::fmt::Write as _;

use spotcheck::apps;
use spotcheck::evidence::{Fact, Kind, PlanItem, Platform, Request, derive};
use spotcheck::{android, ios, menus, profile};

const MADE: &str = "<!-- Made by `cargo run --example make_docs` from the program's own declarations: do not edit. -->\n";
const PLATFORMS: [Platform; 2] = [Platform::Ios, Platform::Android];

/// File names and texts.
pub fn pages() -> [(&'static str, String); 4] {
    [
        ("commands.md", commands_page::text(MADE)),
        ("facts.md", facts()),
        ("controls.md", controls()),
        ("profile.schema.json", profile_schema::text()),
    ]
}

fn facts() -> String {
    let mut out = format!(
        "# Facts\n\n{MADE}\nWhat can be known about a phone or about a messaging app on it, and what is read for it. Nothing else is read.\n"
    );
    for fact in Fact::ALL {
        let _ = write!(
            out,
            "\n## `{}`\n\n{}.\n\nKind: {}",
            fact.id(),
            fact.meaning(),
            fact.kind().name()
        );
        if let Kind::Word(words) = fact.kind() {
            let _ = write!(out, " ({})", words.join(", "));
        }
        out += if fact.is_per_app() {
            "; for each messaging app.\n"
        } else {
            "; for the phone.\n"
        };
        for platform in PLATFORMS {
            let _ = write!(out, "\n* **{}**: ", platform.name());
            if !fact.on().has(platform) {
                out += "cannot be read; someone has to look at the phone.";
                continue;
            }
            let inputs = derive::inputs(*fact, platform);
            if !inputs.is_empty() {
                let ids: Vec<String> = inputs.iter().map(|f| format!("`{}`", f.id())).collect();
                let _ = write!(out, "computed from {}. ", ids.join(", "));
            }
            let read: Vec<String> = plan(*fact, platform)
                .iter()
                .map(|item| format!("`{}` ({})", item.place, item.keeps))
                .collect();
            out += &read.join("; ");
        }
        out.push('\n');
    }
    out
}

fn plan(fact: Fact, platform: Platform) -> Vec<PlanItem> {
    let apps = apps::catalogue()
        .apps
        .first()
        .cloned()
        .into_iter()
        .collect();
    let request = Request::new([fact], apps, platform);
    let items = match platform {
        Platform::Ios => ios::plan(&request),
        Platform::Android => android::probe::plan(&request),
    };
    let mut wanted = vec![fact.id()];
    wanted.extend(derive::inputs(fact, platform).iter().map(|f| f.id()));
    items
        .into_iter()
        .filter(|item| item.why.iter().any(|id| wanted.contains(id)))
        .collect()
}

fn controls() -> String {
    let profile = profile::load("nhs-england", &[]).expect("the shipped profile loads");
    let mut out = format!(
        "# Controls of `{}`\n\n{MADE}\n{}, as of {}.\n",
        profile.id, profile.title, profile.as_of
    );
    out += "\n## Limits\n\n| limit | value | source |\n|---|---|---|\n";
    for parameter in &profile.parameters {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} |",
            parameter.id,
            parameter.value.for_people(),
            parameter.source
        );
    }
    for control in &profile.controls {
        let _ = write!(
            out,
            "\n## {} {}\n\n{}\n",
            control.id, control.title, control.question
        );
        for (label, text) in [
            ("Why", &control.why),
            ("What it cannot show", &control.limits),
            ("Source", &control.source),
        ] {
            if !text.is_empty() {
                let _ = write!(out, "\n{label}: {text}\n");
            }
        }
        for platform in PLATFORMS {
            let rules = control.rules(platform);
            let _ = write!(out, "\n**{}**: ", platform.name());
            if rules.pass.is_none() {
                out += "the person is asked; nothing is read.\n";
                continue;
            }
            let _ = writeln!(out, "{}.\n", rules.expected);
            let facts: Vec<String> = control
                .facts(platform)
                .iter()
                .map(|f| format!("`{}`", f.id()))
                .collect();
            let _ = writeln!(out, "* facts: {}", facts.join(", "));
            let general = |text: &str| menus::fill_in_general(text, platform, &profile.apps);
            let _ = writeln!(out, "* where to look: {}", general(&rules.look));
            let _ = writeln!(out, "* how to put it right: {}", general(&rules.put_right));
        }
    }
    out
}
