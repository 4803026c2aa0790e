//! The compliance slip: what the person takes away, on paper. It is composed once, as blocks of text, and then set as a
//! PDF or as plain text.

mod compose;
pub mod qr;
pub mod reference;
pub mod saved;
mod text;

use super::paper;
use super::record::Kept;
use crate::audit::Audit;
use crate::trust::{Marking, Trust};

pub use super::paper::Size;

/// How a slip is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The paper it is laid out for.
    pub size: Size,
    /// Instead of the marking that the trust has set.
    pub marking: Option<Marking>,
    /// The person's name, for their own copy: printed and never kept. Only where the trust allows it.
    pub name: Option<String>,
    /// Where the audit is kept.
    pub kept: Option<Kept>,
}

/// A slip that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlipError {
    /// A name was given, and the trust's file does not allow names.
    #[error(
        "No name may stand on a slip here. Leave the name out, or set names_on_slips = true in spotcheck.toml."
    )]
    NameNotAllowed,
    /// The PDF could not be laid out; the reason, for a report of the fault.
    #[error(
        "The slip could not be made as a PDF: {0}. Make it as text (a file that ends with .txt), and report this as a fault of spotcheck."
    )]
    Pdf(String),
}

/// Whether a slip may be made like this.
///
/// # Errors
/// A name is given and the trust does not allow names.
pub fn check(trust: &Trust, options: &Options) -> Result<(), SlipError> {
    if options.name.is_some() && !trust.names_on_slips {
        return Err(SlipError::NameNotAllowed);
    }
    Ok(())
}

/// The slip as a PDF.
///
/// # Errors
/// A name is not allowed, or the PDF would not keep to its standard.
pub fn pdf(audit: &Audit, trust: &Trust, options: &Options) -> Result<Vec<u8>, SlipError> {
    check(trust, options)?;
    paper::pdf(&compose::compose(audit, trust, options), options.size).map_err(SlipError::Pdf)
}

/// The slip as text. A name that is not allowed is left out.
pub fn text(audit: &Audit, trust: &Trust, options: &Options) -> String {
    text::render(&compose::compose(audit, trust, options), options.size)
}
