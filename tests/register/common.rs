//! Registers in folders of their own, and synthetic entries.

#[path = "../support/folder.rs"]
mod folder;

use std::path::Path;

use jiff::civil::Date;
use spotcheck::register::entry::{Campaign, Line, NotAudited, Outcome};
use spotcheck::register::verify::{Verified, verify};
use spotcheck::register::{Body, Entry, Register};

pub use folder::Folder;

pub fn open(path: &Path) -> Register {
    Register::open(path, Some("a synthetic team")).expect("opens")
}

pub fn today() -> Date {
    "2026-11-22".parse().expect("a day")
}

pub fn verified(register: &Register) -> Verified {
    verify(register, today(), &[]).expect("reads")
}

/// A synthetic audit.
pub fn entry(n: u64) -> Entry {
    let text = |text: &str| Some(text.to_owned());
    Entry {
        audit_sha256: format!("{n:064x}"),
        tool_version: "0.1.0".into(),
        profile: "nhs-england-quick".into(),
        profile_sha256: "0".repeat(64),
        platform: "ios".into(),
        source: "ios-backup".into(),
        model: text("iPhone 13 (iPhone14,5)"),
        os: text("iOS 18.7"),
        audited_at: "2026-11-02T09:14:00Z".into(),
        campaign: text("2026-11"),
        staff_ref: Some(format!("CANARY-{n:05}")),
        role: text("nurse"),
        ownership: text("personal"),
        auditor: text("IG-3"),
        site: None,
        notice_given: text("2026-10-30"),
        declined: false,
        readable_only: true,
        overall: if n.is_multiple_of(7) { "FAIL" } else { "PASS" }.into(),
        attested: [3, 1, 0, 0],
        apps: vec!["WhatsApp".into()],
        findings: ["IM-04", "IM-05a", "IM-05b", "IM-06", "IM-07", "IM-12a"]
            .iter()
            .map(|control| Line {
                control: (*control).into(),
                subject: "device".into(),
                verdict: if n.is_multiple_of(7) { "fail" } else { "pass" }.into(),
                first_verdict: None,
                counted: text(if n.is_multiple_of(7) { "fail" } else { "pass" }),
                asked: false,
                waived: false,
                set_aside: false,
            })
            .collect(),
        phone: None,
        narrowed_to: Vec::new(),
        limits_changed: Vec::new(),
    }
}

pub fn audit(n: u64) -> Body {
    Body::Audit(Box::new(entry(n)))
}

/// One record of every kind.
pub fn bodies() -> Vec<Body> {
    vec![
        Body::Campaign(Campaign {
            id: "2026-11".into(),
            population: 120,
            drawn: 29,
            commitment: None,
            seed: Some("a synthetic seed".into()),
            groups: Vec::new(),
        }),
        audit(1),
        audit(7),
        Body::Outcome(Outcome {
            campaign: "2026-11".into(),
            staff_ref: "CANARY-90001".into(),
            what: NotAudited::NotApplicable,
            replaced_by: Some("CANARY-90002".into()),
        }),
        audit(8),
    ]
}

/// A register with one record of every kind.
pub fn filled(path: &Path) -> Register {
    let mut register = open(path);
    for body in bodies() {
        register.add(&body, 730).expect("added");
    }
    register
}
