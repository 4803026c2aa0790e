//! The register: a local SQLite database of audits and of what happened in a campaign, as a chain of records.
//!
//! Everything is a record: an audit, the beginning of a campaign, a person who declined. Each record's hash covers the
//! one before it, so that a record that was changed, removed, moved or put in later shows. What a record says can be
//! purged when its time is over; its place in the chain stays, and the chain still verifies.
//!
//! * [`entry`]: what is kept of an audit. Never a name, a serial or a phone number, and none of the readings.
//! * [`chain`]: the hash chain. * [`store`]: the database. * [`verify`]: finding what was tampered with.
//! * [`phones`]: a phone that stands for several people. * [`exchange`]: taking records to another register and back.

pub mod chain;
pub mod entry;
pub mod exchange;
pub mod phones;
mod reading;
mod row;
mod schema;
pub mod store;
pub mod verify;

pub use chain::{Head, Record};
pub use entry::{Body, Entry};
pub use store::{Problem, Register};
