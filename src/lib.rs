//! spotcheck: spot checks of the messaging settings on a phone against a checklist.
//!
//! *Evidence* is read from a phone, a *profile* says what must hold, *assessment* compares the two, and *reports*
//! tell people. Each of the four knows only what stands before it in that sentence.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

// The shorthand for evidence is that of the tests in `tests/`, which call this crate by its name.
#[cfg(test)]
extern crate self as spotcheck;

pub mod android;
pub mod apps;
pub mod assess;
pub mod audit;
pub mod batch;
pub mod bounded;
pub mod campaign;
pub mod cli;
pub mod compare;
mod database;
pub mod database_file;
pub mod evidence;
pub mod foi;
pub mod ios;
pub mod menus;
pub mod nearest;
pub mod observe;
pub mod os_support;
mod private;
pub mod profile;
pub mod register;
pub mod report;
pub mod sampling;
#[cfg(test)]
#[allow(dead_code)]
#[path = "../tests/support/shorthand.rs"]
mod shorthand;
pub mod span;
pub mod system;
pub mod trust;
mod whole;
