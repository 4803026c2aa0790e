//! Android phones: one shell script, filtered on the phone, and what its answer says.
//!
//! Every reader declares the sections of the script that it needs ([`section::Section`]); [`probe`] builds the script
//! and the plan from those declarations, [`transport`] takes the script to the phone and its answer back, [`stream`]
//! cuts the answer into sections, and each reader turns its own sections into readings.

pub mod capture;
pub mod debugging;
pub mod offline;
pub mod pages;
pub mod probe;
pub mod readers;
pub mod section;
pub mod stream;
pub mod transport;
pub mod watch;
