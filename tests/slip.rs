//! The slip: its text, its PDF as other programs read it, its QR code, and checking a slip against a saved audit.

#[allow(dead_code, reason = "shared with other test programs")]
#[path = "support/phone_tools.rs"]
mod phone_tools;
#[path = "support/programs.rs"]
mod programs;
#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;
#[path = "support/slip_cases.rs"]
mod slip_cases;

#[path = "slip/common.rs"]
mod common;
#[path = "slip/paper.rs"]
mod paper;
#[path = "slip/verify.rs"]
mod verify;
#[path = "slip/words.rs"]
mod words;
