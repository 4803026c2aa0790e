//! Settings: spotcheck.toml, variables, what stands over what, and what a report says of it.

#[path = "cli/run.rs"]
#[allow(dead_code)]
mod run;

#[path = "config/desk.rs"]
mod desk;
#[path = "config/doctor.rs"]
mod doctor;
#[path = "config/show.rs"]
mod show;
#[path = "config/wrong.rs"]
mod wrong;
