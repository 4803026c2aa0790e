//! Every shipped profile, profiles of one's own, and the command that shows and checks them.

#[path = "cli/run.rs"]
mod run;
#[path = "support/shorthand.rs"]
mod shorthand;

#[path = "profiles/apps.rs"]
mod apps;
#[path = "profiles/command.rs"]
mod command;
#[path = "profiles/documents.rs"]
mod documents;
#[path = "profiles/extends.rs"]
mod extends;
#[path = "profiles/samples.rs"]
mod samples;
#[path = "profiles/verdicts.rs"]
mod verdicts;
