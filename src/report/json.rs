//! JSON, schema version 1: structs of its own, frozen apart from the internal types. Fields may be added within
//! version 1, never changed or removed. Keys come in the order written here.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::record::{Kept, Record};
use crate::audit::{Audit, Finding};
use crate::evidence::{Observation, Origin, Reading, State, Value};

/// The version of the format.
pub const SCHEMA: u32 = 1;

/// The JSON Schema of version 1 (draft 2020-12).
pub const JSON_SCHEMA: &str = include_str!("../../docs/audit.schema.json");

#[derive(Serialize)]
struct AuditV1<'a> {
    schema: u32,
    tool: ToolV1<'a>,
    profile: ProfileV1<'a>,
    platform: &'static str,
    source: &'static str,
    device: DeviceV1<'a>,
    audited_at: String,
    moment_chosen: bool,
    evidence_as_of: Option<String>,
    about: AboutV1<'a>,
    notice_given: Option<String>,
    declined: bool,
    parameters: Vec<ParameterV1<'a>>,
    readable_only: bool,
    narrowed_to: &'a [String],
    apps: AppsV1<'a>,
    not_covered: Vec<NotCoveredV1<'a>>,
    overall: String,
    attested: AttestedV1,
    warnings: &'a [String],
    notes: &'a [String],
    findings: Vec<FindingV1<'a>>,
    facts: Vec<FactV1<'a>>,
    read_log: Vec<ReadV1<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<&'a Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Problem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<RegisterV1>,
}

/// What stands beside an audit and is no part of it: its hash leaves these keys out.
const BESIDE: [&str; 3] = ["batch", "error", "register"];

/// Where the audit stands in a register.
#[derive(Serialize)]
struct RegisterV1 {
    head: String,
    number: u64,
}

/// Where an audit stands in a batch.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// Stands for the backup's path (see `batch::Input`).
    pub input: String,
    /// This share and how many there are.
    pub shard: u32,
    /// How many shares there are.
    pub of: u32,
    /// Inputs of this share.
    pub share_inputs: usize,
    /// Inputs of all shares together.
    pub inputs: usize,
    /// Stands for the ids of all inputs: tells one batch from another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_inputs: Option<String>,
    /// Stands for the evidence that was judged (see `batch::sameness`); `None` where that could not be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Stands for all that decides a result beside the evidence: the checklist with its limits, and the circumstances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// From this moment on the same evidence could come to another result; `None` where it cannot.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "moment")]
    pub good_until: Option<Timestamp>,
}

fn moment<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    moment
        .map(|t| Value::Date(t).to_string())
        .serialize(serializer)
}

/// What kept a phone or backup from being read, or from being read whole.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The exit status that belongs to it.
    pub status: u8,
    /// What happened, as a sentence.
    pub what: String,
    /// What to do next, as a sentence.
    pub next: String,
}

#[derive(Serialize)]
struct FailureV1<'a> {
    schema: u32,
    tool: ToolV1<'a>,
    batch: Option<&'a Place>,
    error: Option<&'a Problem>,
}

#[derive(Serialize)]
struct ToolV1<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct ProfileV1<'a> {
    id: &'a str,
    sha256: &'a str,
    title: &'a str,
    as_of: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct DeviceV1<'a> {
    model: Option<&'a str>,
    os: Option<&'a str>,
    maker: Option<&'a str>,
}

#[derive(Serialize)]
struct AboutV1<'a> {
    staff_ref: Option<&'a str>,
    role: Option<&'a str>,
    ownership: Option<&'static str>,
    auditor: Option<&'a str>,
    site: Option<&'a str>,
    campaign: Option<&'a str>,
}

#[derive(Serialize)]
struct ParameterV1<'a> {
    id: &'a str,
    value: String,
    source: &'a str,
    overridden: bool,
    kind: &'static str,
    in_profile: Option<String>,
}

#[derive(Serialize)]
struct AppsV1<'a> {
    in_scope: &'a [String],
    found: Option<&'a [String]>,
    besides: Option<&'a [String]>,
    to_ask: &'a [String],
    unknown: &'a [String],
    none_there: bool,
}

#[derive(Serialize)]
struct NotCoveredV1<'a> {
    id: &'a str,
    title: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct AttestedV1 {
    yes: u32,
    no: u32,
    unanswered: u32,
    declined: u32,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    control: &'a str,
    subject: String,
    verdict: &'static str,
    expected: &'a str,
    found: &'a str,
    strength: Option<&'static str>,
    origin: Vec<OriginV1<'a>>,
    put_right: &'a str,
    set_aside: bool,
    first_verdict: Option<&'static str>,
    waiver: Option<WaivedV1<'a>>,
    observation: Option<ObservationV1<'a>>,
    /// What the person said, apart from what was seen.
    statement: Option<ObservationV1<'a>>,
    title: &'a str,
    question: &'a str,
    asked: bool,
    counted: Option<&'static str>,
    look: &'a str,
    beside: &'a [String],
    subject_name: &'a str,
    seen: Option<&'static str>,
}

#[derive(Serialize)]
struct WaivedV1<'a> {
    reason: &'a str,
    approver: &'a str,
    expires: String,
}

#[derive(Serialize)]
struct ObservationV1<'a> {
    manner: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<&'a str>,
    answer: Option<&'static str>,
    note: Option<&'a str>,
    by: Option<&'a str>,
    at: String,
}

#[derive(Serialize)]
struct OriginV1<'a> {
    source: &'static str,
    #[serde(rename = "where")]
    place: &'a str,
    key: Option<&'a str>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct FactV1<'a> {
    fact: &'static str,
    subject: String,
    state: &'static str,
    value: Option<serde_json::Value>,
    strength: Option<&'static str>,
    why: Option<&'a str>,
    origin: Vec<OriginV1<'a>>,
    best_possible: bool,
    good_until: Option<String>,
}

#[derive(Serialize)]
struct ReadV1<'a> {
    what: &'a str,
    why: &'a [&'static str],
    bytes_kept: u64,
}

/// The audit as one line of JSON, without a newline.
pub fn line(audit: &Audit) -> String {
    one_line(&v1(audit, VERSION))
}

/// The audit's hash: SHA-256 of its [`line()`], in hex.
pub fn digest(audit: &Audit) -> String {
    digest_of_line(&line(audit))
}

fn digest_of_line(line: &str) -> String {
    Sha256::digest(line.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The hash of an audit that was saved as JSON, whatever stands beside it.
pub fn digest_of_value(saved: &serde_json::Value) -> String {
    let mut audit = saved.clone();
    if let Some(audit) = audit.as_object_mut() {
        // The other keys keep their order, so that this is the line that the program writes.
        audit.retain(|key, _| !BESIDE.contains(&key.as_str()));
    }
    digest_of_line(&audit.to_string())
}

/// The audit as JSON that a person can read.
pub fn pretty(audit: &Audit) -> String {
    serde_json::to_string_pretty(&v1(audit, VERSION)).unwrap_or_default()
}

/// A record as one line of JSON, without a newline.
pub fn record_line(record: &Record) -> String {
    match &record.audit {
        Some(audit) => one_line(&of_record(record, audit)),
        None => one_line(&failure(record)),
    }
}

/// A record as JSON that a person can read.
pub fn record_pretty(record: &Record) -> String {
    match &record.audit {
        Some(audit) => serde_json::to_string_pretty(&of_record(record, audit)),
        None => serde_json::to_string_pretty(&failure(record)),
    }
    .unwrap_or_default()
}

fn of_record<'a>(record: &'a Record, audit: &'a Audit) -> AuditV1<'a> {
    AuditV1 {
        batch: record.place.as_ref(),
        error: record.problem.as_ref(),
        register: record.kept.as_ref().map(|Kept(head)| RegisterV1 {
            head: head.to_string(),
            number: head.number,
        }),
        ..v1(audit, &record.version)
    }
}

fn failure(record: &Record) -> FailureV1<'_> {
    FailureV1 {
        schema: SCHEMA,
        tool: tool(&record.version),
        batch: record.place.as_ref(),
        error: record.problem.as_ref(),
    }
}

fn one_line(value: &impl Serialize) -> String {
    // These structs hold strings, numbers and lists only: serialising them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

fn tool(version: &str) -> ToolV1<'_> {
    ToolV1 {
        name: env!("CARGO_PKG_NAME"),
        version,
    }
}

fn v1<'a>(audit: &'a Audit, version: &'a str) -> AuditV1<'a> {
    let moment = |t| Value::Date(t).to_string();
    AuditV1 {
        schema: SCHEMA,
        tool: tool(version),
        profile: ProfileV1 {
            id: &audit.profile_id,
            sha256: &audit.profile_sha256,
            title: &audit.profile_title,
            as_of: &audit.profile_as_of,
            source: &audit.profile_source,
        },
        platform: audit.platform.id(),
        source: audit.source.id(),
        device: DeviceV1 {
            model: audit.device_model.as_deref(),
            os: audit.device_os.as_deref(),
            maker: audit.device_maker.as_deref(),
        },
        audited_at: moment(audit.audited_at),
        moment_chosen: audit.moment_chosen,
        evidence_as_of: audit.evidence_as_of.map(moment),
        about: AboutV1 {
            staff_ref: audit.about.staff_ref.as_deref(),
            role: audit.about.role.as_deref(),
            ownership: audit.about.ownership.map(|o| o.id()),
            auditor: audit.about.auditor.as_deref(),
            site: audit.about.site.as_deref(),
            campaign: audit.about.campaign.as_deref(),
        },
        notice_given: audit.notice_given.map(|day| day.to_string()),
        declined: audit.declined,
        parameters: audit
            .parameters
            .iter()
            .map(|p| ParameterV1 {
                id: &p.id,
                value: p.value.to_string(),
                source: &p.source,
                overridden: p.overridden(),
                kind: p.value.kind(),
                in_profile: p.in_profile.as_ref().map(ToString::to_string),
            })
            .collect(),
        readable_only: audit.readable_only,
        narrowed_to: &audit.narrowed_to,
        apps: AppsV1 {
            in_scope: &audit.apps_in_scope,
            found: audit.apps_found.as_deref(),
            besides: audit.apps_besides.as_deref(),
            to_ask: &audit.apps_to_ask,
            unknown: &audit.apps_unknown,
            none_there: audit.no_app_there,
        },
        not_covered: audit
            .not_covered
            .iter()
            .map(|line| NotCoveredV1 {
                id: &line.id,
                title: &line.title,
                why: &line.why,
            })
            .collect(),
        overall: audit.overall.to_string(),
        attested: AttestedV1 {
            yes: audit.attested.yes,
            no: audit.attested.no,
            unanswered: audit.attested.unanswered,
            declined: audit.attested.declined,
        },
        warnings: &audit.warnings,
        notes: &audit.notes,
        findings: audit.findings.iter().map(finding).collect(),
        facts: audit
            .facts
            .iter()
            .map(|((subject, fact), reading)| fact_v1(fact.id(), subject.to_string(), reading))
            .collect(),
        read_log: audit
            .read_log
            .iter()
            .map(|entry| ReadV1 {
                what: &entry.what,
                why: &entry.why,
                bytes_kept: entry.bytes_kept,
            })
            .collect(),
        batch: None,
        error: None,
        register: None,
    }
}

fn finding(finding: &Finding) -> FindingV1<'_> {
    FindingV1 {
        control: &finding.control,
        subject: finding.subject.to_string(),
        verdict: finding.verdict.id(),
        expected: &finding.expected,
        found: &finding.found,
        strength: finding.strength.map(|s| s.id()),
        origin: origins(&finding.origin),
        put_right: &finding.put_right,
        set_aside: finding.set_aside,
        first_verdict: finding.first_verdict.map(|v| v.id()),
        waiver: finding.waiver.as_ref().map(|waived| WaivedV1 {
            reason: &waived.reason,
            approver: &waived.approver,
            expires: waived.expires.to_string(),
        }),
        observation: finding.observation.as_ref().map(observation),
        statement: finding.statement.as_ref().map(observation),
        title: &finding.title,
        question: &finding.question,
        asked: finding.asked,
        counted: finding.counted.map(|v| v.id()),
        look: &finding.look,
        beside: &finding.beside,
        subject_name: &finding.subject_name,
        seen: finding.seen.map(|v| v.id()),
    }
}

fn observation(observation: &Observation) -> ObservationV1<'_> {
    ObservationV1 {
        manner: observation.manner.id(),
        asked: observation.asked.as_deref(),
        answer: observation.answer.id(observation.manner),
        note: observation.note.as_deref(),
        by: observation.by.as_deref(),
        at: Value::Date(observation.at).to_string(),
    }
}

fn origins(origins: &[Origin]) -> Vec<OriginV1<'_>> {
    origins
        .iter()
        .map(|origin| OriginV1 {
            source: origin.source.id(),
            place: &origin.place,
            key: origin.key.as_deref(),
            note: origin.note.as_deref(),
        })
        .collect()
}

fn fact_v1<'a>(fact: &'static str, subject: String, reading: &'a Reading) -> FactV1<'a> {
    let state = match &reading.state {
        State::Known(_) => "known",
        State::Absent(_) => "absent",
        State::Unreadable(_) => "unreadable",
        State::NotReadable(_) => "not-readable",
    };
    FactV1 {
        fact,
        subject,
        state,
        value: reading.value().map(|value| match value {
            Value::Bool(b) => (*b).into(),
            Value::Count(n) => (*n).into(),
            other => other.to_string().into(),
        }),
        strength: reading.value().map(|_| reading.strength.id()),
        why: reading.why_unknown(),
        origin: origins(&reading.origin),
        best_possible: reading.best_possible,
        good_until: reading.good_until.map(|t| Value::Date(t).to_string()),
    }
}
