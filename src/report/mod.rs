//! Reports: what people and scripts are told. One file per format, each a function of the frozen [`Audit`].
//!
//! [`Audit`]: crate::audit::Audit

pub mod campaign;
pub mod csv;
pub mod diff;
pub mod draw;
pub mod foi;
pub mod html;
pub mod json;
pub mod junit;
mod layout;
mod markup;
pub mod notice;
mod paper;
mod parts;
pub mod record;
pub mod saved;
pub mod slip;
pub mod table;
mod words;

pub(crate) use layout::wrap;
pub use words::phone;
