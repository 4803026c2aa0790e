//! `spotcheck batch` and `spotcheck merge`: finding, passwords, results, crashes, shares, and what is audited again.

#[path = "support/backup_builder.rs"]
mod backup_builder;
#[path = "support/fingerprint.rs"]
mod fingerprint;
#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;

#[cfg(target_os = "linux")]
#[path = "support/terminal.rs"]
mod terminal;

#[path = "batch/common.rs"]
mod common;

#[path = "batch/again.rs"]
mod again;
#[path = "batch/crashes.rs"]
mod crashes;
#[path = "batch/finding.rs"]
mod finding;
#[path = "batch/passwords.rs"]
mod passwords;
#[path = "batch/results.rs"]
mod results;
#[path = "batch/shares.rs"]
mod shares;
