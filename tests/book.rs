//! The book: every page has its place, every link leads somewhere, every command is one, and every transcript holds.

#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;

#[cfg(unix)]
#[path = "support/adb_double.rs"]
mod adb_double;
#[cfg(unix)]
#[allow(dead_code, reason = "shared with other test programs")]
#[path = "support/android_samples.rs"]
mod android_samples;
#[cfg(unix)]
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[cfg(unix)]
#[path = "support/plugged.rs"]
mod plugged;
#[cfg(unix)]
#[path = "support/transcript.rs"]
mod transcript;

#[path = "book/commands.rs"]
mod commands;
#[path = "book/links.rs"]
mod links;
#[path = "book/pages.rs"]
mod pages;
#[path = "book/prose.rs"]
mod prose;
#[path = "book/shell.rs"]
mod shell;
#[cfg(unix)]
#[path = "book/transcripts.rs"]
mod transcripts;
