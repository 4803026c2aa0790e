//! The program as people and scripts call it: results, exit statuses, messages.

#[path = "cli/run.rs"]
mod run;

#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/samples.rs"]
mod samples;
