//! The audits that slips are made of in tests and examples: every sample, and made-up ones with people in them. All of
//! it is synthetic.

#![allow(dead_code, reason = "shared by tests and an example")]

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use spotcheck::android::{capture, probe};
use spotcheck::apps;
use spotcheck::assess::{Context, assess, waivers};
use spotcheck::audit::{About, Audit};
use spotcheck::evidence::{Evidence, Platform, Request, Source, derive};
use spotcheck::ios;
use spotcheck::observe::answers;
use spotcheck::profile::{self, Ownership, Profile};
use spotcheck::report::record::Kept;
use spotcheck::report::slip::Options;
use spotcheck::trust::{self, Trust};

/// One slip to be made.
pub struct Case {
    pub name: &'static str,
    pub audit: Audit,
    pub trust: Trust,
    pub options: Options,
}

/// Every sample backup and capture.
pub const SAMPLES: [&str; 7] = [
    "ios-compliant",
    "ios-failing",
    "ios-gaps",
    "ios-encrypted",
    "android-compliant.capture",
    "android-failing.capture",
    "android-gaps.capture",
];

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sample-backups")
        .join(name)
}

fn load(name: &str) -> Profile {
    profile::load(name, &[]).expect("a profile of the program")
}

/// The evidence of a sample, and the profile that it is judged by.
pub fn evidence(name: &str, profile: &Profile) -> Evidence {
    let path = sample(name);
    let platform = match name.starts_with("ios") {
        true => Platform::Ios,
        false => Platform::Android,
    };
    let besides = apps::besides(&profile.apps);
    let request =
        Request::new(profile.facts(platform), profile.apps.clone(), platform).noticing(besides);
    let mut evidence = match platform {
        Platform::Ios => ios::read(&path, &request).expect("a sample"),
        Platform::Android => {
            let capture = capture::read(&path).expect("a sample");
            let taken = Some(capture.taken_at);
            let source = Source::AndroidCapture;
            probe::evidence(&request, &capture.nonce, &capture.answer, source, taken)
        }
    };
    derive::apply(&mut evidence);
    evidence
}

/// A trust that has said all there is to say.
pub fn trust() -> Trust {
    trust::parse(
        "spotcheck.toml",
        r#"
        name = "A synthetic NHS trust"
        dpo = "the data protection officer, dpo@trust.example"
        contact = "the IG team, extension 1234"
        lawful_basis = "public task, UK GDPR Article 6(1)(e)"
        retention = "12 months"
        seen_by = "the IG team and, as numbers only, the board"
        if_declined = "we count it as declined; nothing else happens"
        draw = "on the intranet, under IG"
        complaints = "write to complaints@trust.example"
        marking = "official"
        recheck_days = 28
        retention_days = 365
        [policy]
        name = "Mobile messaging"
        version = "2.1"
        "#,
    )
    .expect("a trust")
}

fn about() -> About {
    About {
        staff_ref: Some("S-0417".into()),
        role: Some("nurse".into()),
        ownership: Some(Ownership::Personal),
        auditor: Some("IG-3".into()),
        site: Some("North site".into()),
        campaign: Some("Autumn round".into()),
    }
}

const ANSWERS: &str = r#"
by = "IG-3"
at = 2026-11-02T09:20:00Z

[[answer]]
control = "IM-04"
subject = "whatsapp"
seen = "as-it-should-be"

[[answer]]
control = "IM-06"
subject = "whatsapp"
seen = "fixed"

[[answer]]
control = "IM-05a"
subject = "device"
seen = "fixed"
note = "set at the ward desk"

[[answer]]
control = "IM-00"
subject = "device"
said = "yes"

[[answer]]
control = "IM-08"
subject = "device"
said = "yes"

[[answer]]
control = "IM-13"
subject = "device"
said = "no"
note = "has asked for the link"
"#;

const WAIVERS: &str = r#"
[[waiver]]
control = "IM-05b"
staff_ref = "S-0417"
reason = "Theatre phones stay on during operations"
approver = "Head of IG"
expires = 2126-01-31
"#;

/// A made-up check with people in it: looks, answers, something put right, a waiver.
pub fn guided() -> Case {
    let profile = load("nhs-england");
    let evidence = evidence("ios-failing", &profile);
    // A moment after the look.
    let mut context = Context::new("2026-11-02T09:30:00Z".parse().expect("a time"));
    context.about = about();
    context.notice_given = Some("2026-10-30".parse().expect("a day"));
    context.observations = answers::parse("answers.toml", ANSWERS)
        .expect("answers")
        .observations;
    context.waivers = waivers::parse("waivers.toml", WAIVERS).expect("waivers");
    let mut trust = trust();
    trust.names_on_slips = true;
    Case {
        name: "guided",
        audit: assess(&evidence, &profile, &context),
        trust,
        options: Options {
            name: Some("Siân Łukasiewicz-Nguyễn".into()),
            kept: Some(Kept(
                "9f3c01ab-1017-0011223344556677889900aa"
                    .parse()
                    .expect("a head"),
            )),
            ..Options::default()
        },
    }
}

/// Somebody who declined.
pub fn declined() -> Case {
    let at = "2026-11-02T09:14:00Z".parse().expect("a time");
    let nothing = Evidence::new(Platform::Ios, Source::Look, Some(at));
    let mut context = Context::new(at);
    context.about = about();
    context.declined = true;
    Case {
        name: "declined",
        audit: assess(&nothing, &load("nhs-england"), &context),
        trust: trust(),
        options: Options::default(),
    }
}

/// Texts that are as awkward as they can be.
pub fn hostile() -> Case {
    let mut case = guided();
    case.name = "hostile";
    let long = "Wardenkaufhausschild".repeat(40);
    case.audit.about.staff_ref = Some("S\u{202e}7140-\u{1b}[2J\u{7}".into());
    case.audit.about.site = Some(long.clone());
    case.audit.about.role = Some("护士 ممرضة нurse 🩺 x\u{301}\u{200d}".into());
    case.audit.device_model = Some("<b>#import</b> $x$ \\ ( ) %PDF- & \" '".into());
    case.trust.name = Some(format!("The {long}\nTrust\tof\r\nManyLines"));
    case.trust.slip_title = Some("Überprüfung für Ærøskøbing ".repeat(12));
    case.options.name = Some("Zażółć gęślą jaźń İıŞşĞğ ÞþÐð ŐőŰű ẸẹỌọ".into());
    for finding in &mut case.audit.findings {
        finding.found = format!("{} {}", finding.found, "\u{4e2d}".repeat(300));
        finding.put_right = "Do this. ".repeat(200);
    }
    case
}

fn at(evidence: &Evidence) -> Timestamp {
    evidence.as_of.expect("the samples have a date")
}

/// The slip of a sample: only what a cable or backup can show, a trust that has said nothing.
pub fn of_sample(name: &'static str) -> Case {
    let profile = load("nhs-england");
    let evidence = evidence(name, &profile);
    let mut context = Context::new(at(&evidence));
    context.readable_only = true;
    Case {
        name: name.trim_end_matches(".capture"),
        audit: assess(&evidence, &profile, &context),
        trust: Trust::default(),
        options: Options::default(),
    }
}

/// Every slip that is made.
pub fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = SAMPLES.into_iter().map(of_sample).collect();
    cases.extend([guided(), declined(), hostile()]);
    cases
}
