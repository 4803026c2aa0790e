//! Permission databases that somebody made on purpose: nothing in them runs, and none of them lets a row go unseen.

use rusqlite::Connection;
use spotcheck::evidence::{Fact, Reading, Strength, Subject};
use spotcheck::ios::files::Missing;
use spotcheck::ios::readers::{AppOnPhone, photos_contacts};

use crate::common::{Expect, known, of};

/// What a database says of one app's photos.
fn photos(database: &[u8]) -> Expect {
    of(&reading(database))
}

fn reading(database: &[u8]) -> Reading {
    let app = AppOnPhone {
        id: "whatsapp".into(),
        bundle: "net.whatsapp.WhatsApp".into(),
    };
    let none = Missing::Absent(String::new());
    let lines = photos_contacts::permissions(
        Ok(database),
        Err(&none),
        Err(&none),
        Strength::Direct,
        &[app],
    );
    let whatsapp = Subject::app("whatsapp");
    let line = lines
        .into_iter()
        .find(|(fact, subject, _)| *fact == Fact::AppPhotos && *subject == whatsapp);
    line.expect("reported").2
}

/// A database in which the app may see all photos, changed.
fn database(sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("TCC.db");
    let db = Connection::open(&path).expect("opens");
    db.execute_batch(
        "CREATE TABLE access (service TEXT NOT NULL, client TEXT NOT NULL, client_type INTEGER NOT NULL, \
         auth_value INTEGER NOT NULL, csreq BLOB, PRIMARY KEY (service, client, client_type)); \
         INSERT INTO access VALUES ('kTCCServicePhotos', 'net.whatsapp.WhatsApp', 0, 2, NULL);",
    )
    .expect("made");
    db.execute_batch(sql).expect(sql);
    drop(db);
    std::fs::read(&path).expect("read")
}

const INSTEAD: &str = "ALTER TABLE access RENAME TO real; CREATE";

#[test]
fn what_stands_in_a_tables_place_or_beside_it_does_not_run() {
    let never_ends = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x";
    let columns = "AS service, x AS client, x AS client_type, x AS auth_value FROM c";
    let full = known("full");
    for (what, sql, expected) in [
        ("nothing", String::new(), full.clone()),
        (
            "a view in its place",
            format!(
                "{INSTEAD} VIEW access AS SELECT service, client, client_type, 0 AS auth_value FROM real"
            ),
            Expect::Unreadable,
        ),
        (
            "a view that never ends in its place",
            format!("{INSTEAD} VIEW access AS {never_ends} {columns}"),
            Expect::Unreadable,
        ),
        (
            "a virtual table in its place",
            format!(
                "{INSTEAD} VIRTUAL TABLE access USING fts5(service, client, client_type, auth_value)"
            ),
            Expect::Unreadable,
        ),
        (
            "a virtual table beside it",
            "CREATE VIRTUAL TABLE f USING rtree(a, b, c)".into(),
            Expect::Unreadable,
        ),
        (
            "a view that never ends beside it",
            format!("CREATE VIEW v AS {never_ends} FROM c"),
            full.clone(),
        ),
        (
            "a trigger",
            "CREATE TRIGGER t AFTER INSERT ON access BEGIN DELETE FROM access; END".into(),
            full.clone(),
        ),
        (
            "a computed column",
            "ALTER TABLE access ADD COLUMN evil AS (hex(zeroblob(400000000)))".into(),
            Expect::Unreadable,
        ),
        (
            "an index over much",
            "CREATE INDEX i ON access (length(hex(zeroblob(3000000))))".into(),
            Expect::Unreadable,
        ),
        (
            "a value of another type",
            "UPDATE access SET auth_value = 'x'".into(),
            Expect::Unreadable,
        ),
        (
            "much that is not looked at",
            "UPDATE access SET csreq = zeroblob(5000000)".into(),
            full.clone(),
        ),
        (
            "a name beyond the bound",
            "INSERT INTO access VALUES ('x', hex(zeroblob(3000000)), 0, 2, NULL)".into(),
            Expect::Unreadable,
        ),
        (
            "a definition that is no text",
            "PRAGMA writable_schema = 1; \
             UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'access'"
                .into(),
            Expect::Unreadable,
        ),
        (
            "columns beyond the bound",
            format!(
                "CREATE TABLE wide ({})",
                (0..200)
                    .map(|n| format!("c{n}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            Expect::Unreadable,
        ),
    ] {
        assert_eq!(photos(&database(&sql)), expected, "{what}");
    }
}

/// No index holds it, so that the check of the pages passes over it: it is met when the app's row is looked for.
#[test]
fn a_row_that_cannot_be_read_may_be_the_apps() {
    let reading = reading(&database(
        "DROP TABLE access; \
         CREATE TABLE access (service TEXT, client TEXT, client_type INTEGER, auth_value INTEGER); \
         INSERT INTO access VALUES ('kTCCServiceCamera', 'net.whatsapp.WhatsApp', 0, 2), \
         (hex(zeroblob(2200000)), hex(zeroblob(2200000)), 0, 2)",
    ));
    assert_eq!(
        reading.why_unknown(),
        Some("TCC.db: the database is damaged or of an unfamiliar form")
    );
    let looked_for = "access.auth_value of kTCCServicePhotos, net.whatsapp.WhatsApp";
    let keys: Vec<_> = reading.origin.iter().map(|o| o.key.as_deref()).collect();
    assert_eq!(keys, [Some(looked_for)]);
}

/// The table's own page or its index's, page by page and byte by byte: the row is seen, or nothing is told.
#[test]
fn a_damaged_page_never_hides_a_row() {
    let good = database("");
    for at in (100..good.len()).step_by(41) {
        for change in [0x01, 0x80, 0xff] {
            let mut damaged = good.clone();
            damaged[at] ^= change;
            // A flipped value can be a valid one; that the row is gone cannot be told.
            let found = photos(&damaged);
            assert_ne!(found, Expect::Absent, "{at}");
        }
    }
    for page in 0..good.len() / 4096 {
        let mut damaged = good.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0);
        assert_eq!(photos(&damaged), Expect::Unreadable, "page {page}");
    }
    for length in (0..good.len()).step_by(511) {
        assert_eq!(photos(&good[..length]), Expect::Unreadable, "{length}");
    }
}
