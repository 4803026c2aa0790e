//! Random draws and statistics: reference numbers, properties, and the commands.

#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;

#[allow(dead_code, reason = "shared with other test programs")]
#[path = "support/phone_tools.rs"]
mod phone_tools;
#[path = "support/programs.rs"]
mod programs;

#[path = "sampling/certificate.rs"]
mod certificate;
#[path = "sampling/commands.rs"]
mod commands;
#[cfg(unix)]
#[path = "sampling/guide.rs"]
mod guide;
#[path = "sampling/lists.rs"]
mod lists;
#[path = "sampling/properties.rs"]
mod properties;
#[path = "sampling/reference.rs"]
mod reference;
#[path = "sampling/vectors.rs"]
mod vectors;
