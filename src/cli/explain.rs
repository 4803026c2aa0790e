//! `spotcheck explain`

use std::fmt::Write as _;

use anyhow::anyhow;

use super::checklist::ProfileArgs;
use super::{Failure, terminal};
use crate::apps;
use crate::evidence::{Fact, Kind, PlanItem, Platform, Request, derive};
use crate::nearest::did_you_mean;
use crate::profile::{Control, Profile};
use crate::{android, ios, menus};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck explain IM-06
  spotcheck explain lock.auto_lock
  spotcheck explain CE-LOCK --profile cyber-essentials")]
pub(super) struct Args {
    /// Id of a control (IM-06) or of a fact (lock.auto_lock)
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    profile: ProfileArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let profiles = args.profile.load()?;
    let control = profiles.iter().find_map(|profile| {
        profile
            .controls
            .iter()
            .find(|control| control.is(&args.id))
            .map(|control| (profile, control))
    });
    let text = match (control, Fact::from_id(&args.id.to_ascii_lowercase())) {
        (Some((profile, control)), _) => of_control(profile, control),
        (None, Some(fact)) => of_fact(fact),
        (None, None) => return Err(Failure::Usage(unknown(&args.id, &profiles))),
    };
    terminal::result(&text)?;
    Ok(0)
}

fn unknown(id: &str, profiles: &[Profile]) -> anyhow::Error {
    let controls: Vec<&str> = profiles
        .iter()
        .flat_map(|profile| &profile.controls)
        .map(|control| control.id.as_str())
        .collect();
    let facts: Vec<&str> = Fact::ALL.iter().map(|fact| fact.id()).collect();
    anyhow!(
        "There is no control and no fact called \"{id}\".{} Choose one of these.\nControls: {}.\nFacts: {}.",
        did_you_mean(id, controls.iter().chain(&facts).copied()),
        controls.join(", "),
        facts.join(", ")
    )
}

fn of_control(profile: &Profile, control: &Control) -> String {
    let mut out = format!("{} {}\n{}\n", control.id, control.title, control.question);
    let mut section = |heading: &str, text: &str| {
        if !text.is_empty() {
            let _ = write!(out, "\n{heading}\n  {text}\n");
        }
    };
    section("Why", &control.why);
    section("What it cannot show", &control.limits);
    section("Source", &control.source);
    if let Some(ownership) = control.ownership {
        section("Applies to", &format!("{} phones only", ownership.id()));
    }
    for platform in profile.platforms.iter().copied() {
        let rules = control.rules(platform);
        let name = platform.name();
        if rules.pass.is_none() {
            section(
                &format!("{name}: how it is settled"),
                "The person is asked. Nothing is read.",
            );
        } else {
            section(&format!("{name}: what is expected"), &rules.expected);
        }
        let facts: Vec<String> = control
            .facts(platform)
            .into_iter()
            .map(|fact| {
                let how = if fact.on().has(platform) {
                    ""
                } else {
                    " (not readable here)"
                };
                format!("{}: {}{how}", fact.id(), fact.meaning())
            })
            .collect();
        section(&format!("{name}: facts"), &facts.join("\n  "));
        let read: Vec<String> = plan_for(&control.facts(platform), platform)
            .into_iter()
            .map(|item| format!("{}: {}", item.place, item.keeps))
            .collect();
        section(&format!("{name}: what is read"), &read.join("\n  "));
        let general = |text: &str| menus::fill_in_general(text, platform, &profile.apps);
        section(
            &format!("{name}: how to look by hand"),
            &general(&rules.look),
        );
        section(
            &format!("{name}: how to put it right"),
            &general(&rules.put_right),
        );
    }
    let _ = write!(
        out,
        "\nChecklist\n  {} ({}), as of {}\n",
        profile.title, profile.id, profile.as_of
    );
    out
}

fn of_fact(fact: Fact) -> String {
    let mut out = format!(
        "{}\n{}\n\nKind\n  {}",
        fact.id(),
        fact.meaning(),
        fact.kind().name()
    );
    if let Kind::Word(words) = fact.kind() {
        let _ = write!(out, ": {}", words.join(", "));
    }
    out.push('\n');
    for platform in [Platform::Ios, Platform::Android] {
        let _ = write!(out, "\n{}\n", platform.name());
        let inputs = derive::inputs(fact, platform);
        if !fact.on().has(platform) {
            out += "  Cannot be read: someone has to look at the phone.\n";
            continue;
        }
        if !inputs.is_empty() {
            let ids: Vec<&str> = inputs.iter().map(|fact| fact.id()).collect();
            let _ = writeln!(out, "  Computed from {}.", ids.join(", "));
        }
        for item in plan_for(&[fact].into(), platform) {
            let _ = writeln!(out, "  {}\n    keeps: {}", item.place, item.keeps);
        }
    }
    let checklist: Vec<String> = crate::profile::load("nhs-england", &[])
        .map(|profile| {
            profile
                .controls
                .iter()
                .filter(|c| {
                    [Platform::Ios, Platform::Android]
                        .iter()
                        .any(|p| c.facts(*p).contains(&fact))
                })
                .map(|c| format!("{} {}", c.id, c.title))
                .collect()
        })
        .unwrap_or_default();
    if !checklist.is_empty() {
        let _ = write!(out, "\nUsed by\n  {}\n", checklist.join("\n  "));
    }
    out
}

/// What is read for these facts, without what every audit reads.
fn plan_for(facts: &std::collections::BTreeSet<Fact>, platform: Platform) -> Vec<PlanItem> {
    let apps = apps::catalogue()
        .apps
        .first()
        .cloned()
        .into_iter()
        .collect();
    let request = Request::new(facts.iter().copied(), apps, platform);
    let mut wanted: Vec<&str> = facts.iter().map(|fact| fact.id()).collect();
    for fact in facts {
        wanted.extend(derive::inputs(*fact, platform).iter().map(|f| f.id()));
    }
    let items = match platform {
        Platform::Ios => ios::plan(&request),
        Platform::Android => android::probe::plan(&request),
    };
    items
        .into_iter()
        .filter(|item| item.why.iter().any(|id| wanted.contains(id)))
        .collect()
}
