//! Encrypted backups through the program itself: the same verdicts as in clear, passwords from every place, hostile
//! key bags, and nothing in clear left behind.

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
#[path = "support/trace.rs"]
mod trace;

#[path = "encrypted/common.rs"]
mod common;

#[path = "encrypted/hostile.rs"]
mod hostile;
#[cfg(target_os = "linux")]
#[path = "encrypted/interruption.rs"]
mod interruption;
#[path = "encrypted/passwords.rs"]
mod passwords;
#[path = "encrypted/traces.rs"]
mod traces;
#[path = "encrypted/verdicts.rs"]
mod verdicts;
