//! Random draws and honest statistics: who is checked, how many, and what the result says about the rest.
//!
//! Nothing here knows a phone, a file or a terminal: lists and counts go in, lists and numbers come out.

pub mod allocate;
pub mod commitment;
pub mod compare;
pub mod draw;
pub mod intervals;
mod md5;
pub mod population;
mod rows;
pub mod sizes;
pub mod special;
pub mod suppress;
pub mod words;

/// How sure a statement is, as a share between 0.5 and 0.9999.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 95%, the usual one.
    pub const USUAL: Confidence = Confidence(0.95);

    /// `None` for what is no use as a confidence: under a half it says nothing, and certainty needs everybody.
    pub fn new(share: f64) -> Option<Self> {
        (0.5..=0.9999).contains(&share).then_some(Confidence(share))
    }

    /// As a share of 1.
    pub fn share(self) -> f64 {
        self.0
    }

    /// The chance of being wrong.
    pub fn doubt(self) -> f64 {
        1.0 - self.0
    }

    /// The two-sided normal quantile: 1.959964 for 95%.
    pub fn z(self) -> f64 {
        special::normal_quantile(1.0 - self.doubt() / 2.0)
    }
}

/// A count out of a number: `failed` of `checked`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    failed: u64,
    checked: u64,
}

impl Tally {
    /// `None` where more failed than were checked.
    pub fn new(failed: u64, checked: u64) -> Option<Self> {
        (failed <= checked).then_some(Tally { failed, checked })
    }

    /// How many failed; never more than were checked.
    pub fn failed(self) -> u64 {
        self.failed
    }

    /// How many were checked.
    pub fn checked(self) -> u64 {
        self.checked
    }

    /// The share that failed; `None` where nothing was checked.
    pub fn rate(self) -> Option<f64> {
        (self.checked > 0).then(|| self.failed as f64 / self.checked as f64)
    }
}
