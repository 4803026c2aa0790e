//! Dumps that other programs took from a phone: the same readers, never a better verdict than the phone itself gives,
//! nothing personal kept, nothing written, hostile files refused.

#[path = "support/fingerprint.rs"]
mod fingerprint;
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[path = "cli/run.rs"]
mod run;

#[path = "android_offline/command.rs"]
mod command;
#[path = "android_offline/cuts.rs"]
mod cuts;
#[path = "android_offline/filters.rs"]
mod filters;
#[path = "android_offline/forms.rs"]
mod forms;
#[path = "android_offline/hostile.rs"]
mod hostile;
#[path = "android_offline/saved.rs"]
mod saved;
#[path = "android_offline/verdicts.rs"]
mod verdicts;

use jiff::Timestamp;
use phone_kit::*;
use spotcheck::android::offline::{self, Kind};
use spotcheck::assess::{Context, assess};
use spotcheck::audit::{Audit, Verdict};
use spotcheck::evidence::{Evidence, Platform, Request, derive};
use spotcheck::profile;

/// Everything that can be asked.
fn everything() -> Request {
    Request::everything(apps(), Platform::Android).noticing(spotcheck::apps::besides(&apps()))
}

fn now() -> Timestamp {
    "2026-11-02T12:00:00Z".parse().expect("a moment")
}

/// What the evidence comes to under a checklist.
fn judged(evidence: &Evidence) -> Audit {
    let mut evidence = evidence.clone();
    derive::apply(&mut evidence);
    let profile = profile::load("nhs-england", &[]).expect("a shipped profile");
    assess(&evidence, &profile, &Context::new(now()))
}

/// Reads a saved dump that has to be readable.
fn read(path: &std::path::Path, kind: Kind) -> Evidence {
    offline::read(path, kind, &everything()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// How good a verdict is.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Pass => 2,
        _ => 1,
    }
}
