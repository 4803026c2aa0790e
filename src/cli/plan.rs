//! `spotcheck plan`

use std::fmt::Write as _;

use super::checklist::ProfileArgs;
use super::common::request;
use super::{Failure, terminal};
use crate::evidence::{PlanItem, Platform};
use crate::{android, ios};

#[derive(clap::ValueEnum, Debug, Clone, Copy)]
pub(super) enum PlatformArg {
    Ios,
    Android,
}

impl From<PlatformArg> for Platform {
    fn from(given: PlatformArg) -> Self {
        match given {
            PlatformArg::Ios => Platform::Ios,
            PlatformArg::Android => Platform::Android,
        }
    }
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck plan android
  spotcheck plan ios --profile nhs-england-quick")]
pub(super) struct Args {
    #[arg(value_enum)]
    platform: PlatformArg,
    #[command(flatten)]
    profile: ProfileArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let profiles = args.profile.load()?;
    let (platform, items): (Platform, Vec<PlanItem>) = match args.platform {
        PlatformArg::Ios => (Platform::Ios, ios::plan(&request(&profiles, Platform::Ios))),
        PlatformArg::Android => (
            Platform::Android,
            android::probe::plan(&request(&profiles, Platform::Android)),
        ),
    };
    let mut text = match platform {
        Platform::Ios => "An audit of an iPhone backup opens these files and no others. It writes nothing.\n".to_owned(),
        Platform::Android => {
            "An audit of an Android phone runs these commands and no others. Each filter runs on the phone. It changes no setting.\nWhere the auditor types o at a question, it also opens a page of the settings (am start). That changes nothing.\n".to_owned()
        }
    };
    for item in items {
        let _ = writeln!(
            text,
            "\n{}\n  keeps: {}\n  for:   {}",
            item.what,
            item.keeps,
            item.why.join(", ")
        );
    }
    terminal::result(&text)?;
    Ok(0)
}
