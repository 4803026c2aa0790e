//! `spotcheck look`

use jiff::Timestamp;

use super::Failure;
use super::common::AuditArgs;
use super::plan::PlatformArg;
use super::session::{Opening, SessionArgs};
use crate::evidence::{Evidence, Fact, Platform, Reading, Source, Subject, Value, personal, text};
use crate::observe;

const AFTER_HELP: &str = "\
It needs no cable and no backup: the person holds the phone, and you look at its screen together.

Examples:
  spotcheck look ios --profile nhs-england-quick
  spotcheck look android --model \"Galaxy A54\" --save-answers check-17.toml
  spotcheck look ios --answers-template > answers.toml";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[arg(value_enum)]
    platform: PlatformArg,
    /// Maker of the phone, as its settings say under About
    #[arg(long, value_name = "TEXT", value_parser = plain)]
    maker: Option<String>,
    /// Model of the phone, as its settings say under About
    #[arg(long, value_name = "TEXT", value_parser = plain)]
    model: Option<String>,
    /// Version of its system, e.g. 18.7 or 16
    #[arg(long, value_name = "TEXT", value_parser = plain)]
    os: Option<String>,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    audit: AuditArgs,
}

/// What people type of the phone is checked as every free text is.
fn plain(given: &str) -> Result<String, String> {
    personal::check(given)?;
    Ok(text::clean(given))
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    args.audit.judge.check()?;
    let profiles = args.audit.judge.profile.load()?;
    let outputs = args.audit.open(&profiles)?;
    let platform: Platform = args.platform.into();
    let about = args.audit.judge.about()?;
    let opening = Opening {
        profiles: &profiles,
        about: &about,
        reads: format!(
            "Nothing is read from the {}: you look at its screen together, and the person holds it.",
            observe::phone_word(platform)
        ),
    };
    let Some(session) = args.session.begin(&opening)? else {
        return Ok(3);
    };
    let mut evidence = Evidence::new(platform, Source::Look, Some(Timestamp::now()));
    for (fact, given) in [
        (Fact::DeviceMaker, &args.maker),
        (Fact::DeviceModel, &args.model),
        (Fact::DeviceOs, &args.os),
    ] {
        if let Some(given) = given {
            let system = match platform {
                Platform::Ios => "iOS",
                Platform::Android => "Android",
            };
            let named = given.starts_with(system) || fact != Fact::DeviceOs;
            let given = match named {
                true => given.clone(),
                false => format!("{system} {given}"),
            };
            // Typed by a person: good enough to find a menu, no evidence of anything.
            let reading = Reading::indicative(Value::text(&given));
            evidence.set(fact, Subject::Device, reading);
        }
    }
    args.audit
        .conclude(evidence, &profiles, session, None, outputs)
}
