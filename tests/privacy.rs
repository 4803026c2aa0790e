//! Nothing of a person's life comes out: a phone and a backup stuffed with canaries, every command run on them as a
//! process of its own, and all that comes out searched for each canary in every form; what is opened and connected to,
//! as the kernel saw it.

#[path = "support/adb_double.rs"]
mod adb_double;
#[path = "support/adb_server.rs"]
mod adb_server;
#[path = "support/adb_server_double.rs"]
mod adb_server_double;
#[path = "support/backup_builder.rs"]
mod backup_builder;
#[path = "support/fingerprint.rs"]
mod fingerprint;
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[path = "support/plugged.rs"]
mod plugged;
#[path = "support/programs.rs"]
mod programs;
#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;
#[allow(dead_code, reason = "shared with other test programs")]
#[path = "android_offline/saved.rs"]
mod saved;
#[path = "support/terminal.rs"]
mod terminal;
#[path = "support/trace.rs"]
mod trace;

#[path = "privacy/android.rs"]
mod android;
#[path = "privacy/backup.rs"]
mod backup;
#[path = "privacy/canaries.rs"]
mod canaries;
#[path = "privacy/everything.rs"]
mod everything;
#[path = "privacy/ios.rs"]
mod ios;
#[path = "privacy/kernel.rs"]
mod kernel;
#[path = "privacy/lab.rs"]
mod lab;
#[path = "privacy/phone.rs"]
mod phone;
#[path = "privacy/records.rs"]
mod records;
#[path = "privacy/search.rs"]
mod search;
#[path = "privacy/self_test.rs"]
mod self_test;

use phone_kit::*;
// `programs` says by it that a program is missing.
use phone_kit as phone_tools;

/// The checklists in the program.
const PROFILES: [&str; 9] = [
    "nhs-england",
    "nhs-england-quick",
    "teams-only",
    "cyber-essentials",
    "ncsc-android",
    "ncsc-ios",
    "cis-android",
    "cis-ios-byod",
    "exception-72h",
];
