//! What people see and say: the guided look on a real pseudo-terminal, answers files, the notice, declining, waivers,
//! opening settings pages.

#[cfg(unix)]
#[path = "support/adb_double.rs"]
mod adb_double;
#[cfg(unix)]
#[path = "support/adb_server.rs"]
mod adb_server;
#[cfg(unix)]
#[path = "support/phone_kit.rs"]
mod phone_kit;
#[cfg(unix)]
#[path = "support/plugged.rs"]
mod plugged;
#[allow(dead_code, reason = "shared with other test programs")]
#[path = "cli/run.rs"]
mod run;
#[cfg(unix)]
#[path = "support/terminal.rs"]
mod terminal;

#[path = "look/common.rs"]
mod common;

#[path = "look/answers.rs"]
mod answers;
#[cfg(unix)]
#[path = "look/terminal.rs"]
mod at_terminal;
#[path = "look/notice.rs"]
mod notice;
#[cfg(unix)]
#[path = "look/pages.rs"]
mod pages;
#[path = "look/waivers.rs"]
mod waivers;
#[cfg(unix)]
#[path = "look/watch.rs"]
mod watch;
#[cfg(unix)]
#[path = "look/wizard.rs"]
mod wizard;
