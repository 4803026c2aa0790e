//! Results as files: every format over every sample, saved audits shown again, two audits compared, the page in a real
//! browser.

#[path = "support/phone_tools.rs"]
#[allow(dead_code, reason = "shared with other test programs")]
mod phone_tools;
#[path = "cli/run.rs"]
#[allow(dead_code, reason = "shared with other test programs")]
mod run;

#[path = "outputs/common.rs"]
mod common;

#[path = "outputs/again.rs"]
mod again;
#[path = "outputs/browser.rs"]
mod browser;
#[path = "outputs/diff.rs"]
mod diff;
#[path = "outputs/files.rs"]
mod files;
#[path = "outputs/golden.rs"]
mod golden;
#[path = "outputs/parsers.rs"]
mod parsers;
#[path = "outputs/part.rs"]
mod part;
