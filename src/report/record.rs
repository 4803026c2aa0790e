//! What reports are made of: an audit with what stands beside it.

use std::fmt;

use super::json::{Place, Problem, VERSION};
use crate::audit::{Audit, Overall};
use crate::register::chain::PrintedHead;

/// Where an audit stands in a register: its record, as the head of the chain that it was then. It is printed with the
/// audit and is no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept(pub PrintedHead);

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kept(head) = self;
        // The head comes first: there it is never broken over two lines.
        write!(
            f,
            "{head} (record {}; check with: spotcheck register verify --head HEAD)",
            head.number
        )
    }
}

/// One audit, or what kept a backup from being read.
#[derive(Debug, Clone)]
pub struct Record {
    /// Version of the program that judged.
    pub version: String,
    /// Where it stands in a batch.
    pub place: Option<Place>,
    /// What kept the evidence from being read, or from being read whole.
    pub problem: Option<Problem>,
    /// Nothing where the evidence could not be read at all.
    pub audit: Option<Audit>,
    /// Where it is kept; nothing where it is in no register.
    pub kept: Option<Kept>,
}

impl Record {
    /// An audit of this program.
    pub fn of(audit: Audit) -> Self {
        Record {
            version: VERSION.into(),
            place: None,
            problem: None,
            audit: Some(audit),
            kept: None,
        }
    }

    /// One audit of a batch, or with none, what kept an input from being read at all.
    pub fn of_input(place: Place, problem: Option<&Problem>, audit: Option<Audit>) -> Self {
        Record {
            version: VERSION.into(),
            place: Some(place),
            problem: problem.cloned(),
            audit,
            kept: None,
        }
    }

    /// Id of the input in a batch; empty for a single audit.
    pub fn input(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.input)
    }

    /// The exit statuses that belong to it: of its result, and of what kept it from being read whole.
    pub fn statuses(&self) -> impl Iterator<Item = u8> {
        let result = self.audit.as_ref().map(|audit| match audit.overall {
            Overall::Pass => 0,
            Overall::Fail => 1,
            Overall::Incomplete => 3,
        });
        let problem = self.problem.as_ref().map(|problem| problem.status);
        result.into_iter().chain(problem)
    }
}
