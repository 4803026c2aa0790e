//! The register: what is kept, the chain, tampering, crashes, many writers, purging, merging.

#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;

#[path = "support/adb_server_double.rs"]
mod adb_server_double;

#[path = "register/common.rs"]
mod common;

#[path = "register/campaign.rs"]
mod campaign;
#[path = "register/commands.rs"]
mod commands;
#[path = "register/contradictions.rs"]
mod contradictions;
#[path = "register/crashes.rs"]
mod crashes;
#[path = "register/foi.rs"]
mod foi;
#[path = "register/foi_overlaps.rs"]
mod foi_overlaps;
#[path = "register/heads.rs"]
mod heads;
#[path = "register/hostile.rs"]
mod hostile;
#[path = "register/mistakes.rs"]
mod mistakes;
#[path = "register/phones.rs"]
mod phones;
#[path = "register/programme.rs"]
mod programme;
#[path = "register/publishing.rs"]
mod publishing;
#[path = "register/purging.rs"]
mod purging;
#[path = "register/soundness.rs"]
mod soundness;
#[path = "register/tampering.rs"]
mod tampering;
