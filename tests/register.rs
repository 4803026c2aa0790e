//! The register: what is kept, the chain, tampering, crashes, many writers, purging, merging.

#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;

#[path = "register/common.rs"]
mod common;

#[path = "register/commands.rs"]
mod commands;
#[path = "register/crashes.rs"]
mod crashes;
#[path = "register/programme.rs"]
mod programme;
#[path = "register/purging.rs"]
mod purging;
#[path = "register/tampering.rs"]
mod tampering;
