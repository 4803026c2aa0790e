//! Reports: what people and scripts are told. One file per format, each a function of the frozen [`Audit`].
//!
//! [`Audit`]: crate::audit::Audit

pub mod csv;
pub mod draw;
pub mod json;
mod layout;
pub mod notice;
pub mod slip;
pub mod table;
mod words;

pub(crate) use layout::wrap;
