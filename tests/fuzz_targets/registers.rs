//! The register: what is imported and merged, and its own file, which somebody may have changed.

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use spotcheck::campaign;
use spotcheck::foi;
use spotcheck::register::chain::Said;
use spotcheck::register::entry::{Campaign, NotAudited, Outcome};
use spotcheck::register::{Body, Entry, Problem, Record, Register, exchange, verify};
use spotcheck::trust::Trust;

use super::{Target, folder, text, twice, with_file};

pub const TARGETS: &[Target] = &[
    Target {
        name: "register_import",
        run: import,
        seeds: import_seeds,
        words: &[
            "\"schema\":1",
            "\"findings\":[",
            "\"attested\":",
            "\"about\":{",
            "\"staff_ref\":",
            "null",
        ],
    },
    Target {
        name: "register_line",
        run: line,
        seeds: line_seeds,
        words: &[
            "\"register\":1",
            "\"said\":null",
            "\"salt\":null",
            "9999-12-31",
        ],
    },
    Target {
        name: "register_body",
        run: body,
        seeds: body_seeds,
        words: &[
            "\"kind\":\"audit\"",
            "\"kind\":\"campaign\"",
            "\"kind\":\"outcome\"",
            "\"kind\":\"merged\"",
            "not-applicable",
            "\"replaced_by\":",
            "18446744073709551615",
            "\"groups\":[",
        ],
    },
    Target {
        name: "register_file",
        run: file,
        seeds: file_seeds,
        words: &[
            "CREATE TABLE ",
            "CREATE VIEW ",
            "CREATE TRIGGER ",
            "record",
            "spck",
        ],
    },
];

fn day() -> Date {
    "2026-11-22".parse().expect("a day")
}

/// An audit that is taken in can be kept, and what is kept is read the same.
fn import(bytes: &[u8]) {
    text(bytes, |text| {
        let Ok(entry) = twice(|| Entry::from_json(text)) else {
            return;
        };
        let body = Body::Audit(Box::new(entry));
        let kept = serde_json::to_string(&body).expect("JSON");
        let again: Body = serde_json::from_str(&kept).expect("what was kept is read");
        assert_eq!(again, body);
        parsed(&kept);
    });
}

fn import_seeds() -> Vec<Vec<u8>> {
    super::papers::audits()
}

/// What an export says is taken only whole, and says what its hash says.
fn line(bytes: &[u8]) {
    text(bytes, |text| {
        if let Ok(record) = twice(|| exchange::parse(text)) {
            assert_eq!(record.hash, record.expected_hash());
            assert!(
                record
                    .said
                    .is_none_or(|said| said.sha256() == record.said_sha256)
            );
        }
    });
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A line of an export that says this.
fn sealed(json: &str) -> (Record, String) {
    let said = Said {
        salt: [7; 32],
        json: json.to_owned(),
    };
    let mut record = Record {
        chain: [3; 16],
        number: 1,
        at: "2026-11-22T10:15:00Z".into(),
        delete_after: "2028-11-22".into(),
        said_sha256: said.sha256(),
        said: Some(said),
        previous: [0; 32],
        hash: [0; 32],
    };
    record.hash = record.expected_hash();
    let line = serde_json::json!({
        "register": 3, "chain": hex(&record.chain), "number": 1, "at": record.at, "delete_after": record.delete_after,
        "salt": hex(&[7; 32]), "said": json, "said_sha256": hex(&record.said_sha256), "previous": hex(&[0; 32]),
        "hash": hex(&record.hash),
    });
    (record, line.to_string())
}

fn line_seeds() -> Vec<Vec<u8>> {
    bodies()
        .iter()
        .map(|json| sealed(json).1.into_bytes())
        .collect()
}

/// What a body comes to, if an import takes it.
fn parsed(json: &str) -> Option<Body> {
    let (record, line) = sealed(json);
    let read = exchange::parse(&line).ok()?;
    assert_eq!(
        read, record,
        "a record reads differently than it was written"
    );
    serde_json::from_str(json).ok()
}

/// What a record says goes as far as it can: into a register by a merge, and from there into a campaign's figures and
/// the answers to a request for information.
fn body(bytes: &[u8]) {
    text(bytes, |text| {
        let Some(body) = parsed(text) else { return };
        let (record, _) = sealed(text);
        let folder = folder();
        let mut register =
            Register::open(&folder.path().join("r.sqlite"), None).expect("a new register");
        register
            .merge(std::slice::from_ref(&record))
            .expect("a first record is merged");
        let again = register
            .merge(std::slice::from_ref(&record))
            .expect("known");
        assert_eq!((again.added, again.known), (0, 1));
        let found = verify::verify(&register, day(), &[]).expect("it is verified");
        let begins = matches!(body, Body::Begin { .. });
        assert!(!begins || found.wrong.is_empty(), "{:?}", found.wrong);
        let bodies = vec![body.clone(), body.clone()];
        let id = body.campaign().unwrap_or("none");
        let summary = twice(|| campaign::summary(&bodies, id));
        let _ = spotcheck::report::campaign::status::render(id, &summary, 80);
        let _ = spotcheck::report::campaign::status::json(id, &summary);
        let mut counter = campaign::count::Counter::default();
        let _ = counter.record(body.kind(), "2026-11-22T10:15:00Z", text);
        let answers = foi::answers(&bodies, false, &Trust::default(), &foi::Scope::default());
        let _ = spotcheck::report::foi::render(&answers, 80);
        let _ = spotcheck::report::foi::json(&answers);
    });
}

fn bodies() -> Vec<String> {
    let mut bodies = vec![
        Body::Begin {
            key_sha256: "0".repeat(64),
            keeper: Some("a synthetic team".into()),
        },
        Body::Campaign(Campaign {
            id: "2026-11".into(),
            population: 120,
            drawn: 29,
            commitment: None,
            seed: Some("a synthetic seed".into()),
            groups: Vec::new(),
        }),
        Body::Outcome(Outcome {
            campaign: "2026-11".into(),
            staff_ref: "SYN-1".into(),
            what: NotAudited::NotApplicable,
            replaced_by: Some("SYN-2".into()),
        }),
        Body::Merged { chains: Vec::new() },
    ];
    let audits = super::papers::audits();
    let entries = audits
        .iter()
        .filter_map(|json| Entry::from_json(std::str::from_utf8(json).ok()?).ok());
    bodies.extend(entries.map(|entry| Body::Audit(Box::new(entry))));
    bodies
        .iter()
        .filter_map(|body| serde_json::to_string(body).ok())
        .collect()
}

fn body_seeds() -> Vec<Vec<u8>> {
    bodies().into_iter().map(String::into_bytes).collect()
}

/// A register whose file anybody may have changed: everything that reads it ends, and nothing that was changed is
/// called unchanged. Then it is written to, which ends too.
fn file(bytes: &[u8]) {
    with_file("r.sqlite", bytes, |path| {
        if let Ok(register) = Register::open_to_read(path) {
            let _ = (
                register.count(),
                register.has_gaps(),
                register.heads(),
                register.head(),
            );
            let _ = verify::verify(&register, day(), &[]);
            let _ = register.bodies(None);
            let mut counter = campaign::count::Counter::default();
            let _ = register
                .each_of_campaign("2026-11", |kind, at, json| counter.record(kind, at, json));
            let mut lines = Vec::new();
            let exported = exchange::export(&register, |line| {
                lines.push(line.to_owned());
                Ok::<(), Problem>(())
            });
            // What verifies can be taken elsewhere, each record as it is.
            let sound =
                verify::verify(&register, day(), &[]).is_ok_and(|found| found.wrong.is_empty());
            if sound && exported.is_ok() {
                for line in &lines {
                    exchange::parse(line).expect("a sound register's export is read");
                }
            }
        }
        let after = std::fs::read(path).expect("read");
        assert_eq!(
            Sha256::digest(&after),
            Sha256::digest(bytes),
            "a register was changed by reading"
        );
        if let Ok(mut register) = Register::open(path, None) {
            let body = Body::Merged { chains: Vec::new() };
            if let Ok(added) = register.add(&body, 30) {
                // What was damaged before may keep it from being verified at all.
                if let Ok(found) = verify::verify(&register, day(), &[added.head().into()]) {
                    assert!(
                        found.heads.iter().all(|(_, at)| at.is_some()),
                        "what was added is not there"
                    );
                }
            }
            let _ = register.purge(day());
        }
    });
}

/// A register of a few records, and the same with something in it that spotcheck did not make.
fn file_seeds() -> Vec<Vec<u8>> {
    let folder = folder();
    let make = |name: &str, sql: &str| {
        let path = folder.path().join(name);
        let mut register = Register::open(&path, Some("a synthetic team")).expect("a register");
        for json in bodies().iter().skip(1) {
            let body: Body = serde_json::from_str(json).expect("a body");
            register.add(&body, 730).expect("added");
        }
        drop(register);
        let db = rusqlite::Connection::open(&path).expect("opens");
        db.execute_batch(&format!("{sql}; PRAGMA journal_mode = DELETE;"))
            .expect("changed");
        drop(db);
        std::fs::read(&path).expect("read")
    };
    vec![
        make("a", ""),
        make(
            "b",
            "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record; END",
        ),
        make(
            "c",
            "ALTER TABLE record RENAME TO old; CREATE VIEW record AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS chain FROM c",
        ),
    ]
}
