//! Every cell, every row and the order of the rows: what was tampered with is found.

use rusqlite::Connection;
use rusqlite::types::Value;
use spotcheck::register::Register;
use spotcheck::register::verify::verify;

use crate::common::*;

/// What a register was after somebody changed its file, and whether that is found.
fn found(folder: &Folder, what: &str, change: impl FnOnce(&Connection)) {
    let path = folder.at("tampered.sqlite");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.at(&format!("tampered.sqlite{end}")));
    }
    std::fs::copy(folder.at("good.sqlite"), &path).expect("copied");
    let db = Connection::open(&path).expect("opens");
    db.execute_batch("PRAGMA ignore_check_constraints = ON; DROP INDEX IF EXISTS none;")
        .expect("set");
    change(&db);
    drop(db);
    let head = std::fs::read_to_string(folder.at("head")).expect("a head");
    match Register::open(&path, None) {
        Err(_) => {}
        Ok(register) => {
            let verified = verify(&register, today(), &[head.parse().expect("a head")]);
            let wrong = verified
                .map(|v| v.wrong)
                .unwrap_or_else(|_| vec!["damaged".into()]);
            assert!(!wrong.is_empty(), "not found: {what}");
        }
    }
}

fn good() -> Folder {
    let folder = Folder::new();
    let register = filled(&folder.at("good.sqlite"));
    assert_eq!(verified(&register).wrong, Vec::<String>::new());
    let head = register.head().expect("a head");
    std::fs::write(folder.at("head"), head.to_string()).expect("written");
    drop(register);
    let db = Connection::open(folder.at("good.sqlite")).expect("opens");
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
        .expect("one file");
    folder
}

/// One byte of a value turned.
fn turned(value: Value) -> Value {
    match value {
        Value::Null => Value::Text("x".into()),
        Value::Integer(n) => Value::Integer(n + 1),
        Value::Real(n) => Value::Real(n + 1.0),
        Value::Text(mut text) => {
            let last = text.pop().unwrap_or('x');
            text.push(if last == 'y' { 'z' } else { 'y' });
            Value::Text(text)
        }
        Value::Blob(mut bytes) => {
            if let Some(byte) = bytes.last_mut() {
                *byte ^= 1;
            }
            Value::Blob(bytes)
        }
    }
}

#[test]
fn a_changed_cell_is_found() {
    let folder = good();
    let db = Connection::open(folder.at("good.sqlite")).expect("opens");
    let mut cells: Vec<(&str, String, i64, Value)> = Vec::new();
    for (table, key) in [("register", "one"), ("record", "number")] {
        let mut columns = db
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .expect("columns");
        let columns: Vec<String> = columns
            .query_map([], |row| row.get(0))
            .expect("columns")
            .map(|name| name.expect("a name"))
            .collect();
        for column in columns {
            let mut rows = db
                .prepare(&format!("SELECT {key}, {column} FROM {table}"))
                .expect("rows");
            let rows = rows
                .query_map([], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, Value>(1)?))
                })
                .expect("rows");
            for row in rows {
                let (number, value) = row.expect("a row");
                cells.push((table, column.clone(), number, value));
            }
        }
    }
    drop(db);
    assert!(cells.len() > 6 * 13, "{}", cells.len());
    for (table, column, number, value) in cells {
        let key = if table == "record" { "number" } else { "one" };
        let what = format!("{table}.{column} of {number}");
        found(&folder, &what, |db| {
            let sql = format!("UPDATE {table} SET {column} = ?1 WHERE {key} = ?2");
            // What the tables themselves refuse cannot have been changed that way.
            let _ = db.execute(&sql, rusqlite::params![turned(value), number]);
            let changed: i64 = db
                .query_row("SELECT total_changes()", [], |row| row.get(0))
                .expect("a count");
            if changed == 0 {
                db.execute(&format!("DELETE FROM {table} WHERE {key} = ?1"), [number])
                    .expect("removed instead");
            }
        });
    }
}

#[test]
fn rows_that_were_removed_swapped_or_added_are_found() {
    let folder = good();
    for number in 1..=6 {
        found(&folder, &format!("removed {number}"), |db| {
            db.execute("DELETE FROM record WHERE number = ?1", [number])
                .expect("removed");
        });
        for other in number + 1..=6 {
            found(&folder, &format!("swapped {number} {other}"), |db| {
                for (from, to) in [(number, 1000), (other, number), (1000, other)] {
                    db.execute(
                        "UPDATE record SET number = ?2 WHERE number = ?1",
                        [from, to],
                    )
                    .expect("moved");
                }
            });
        }
    }
    found(&folder, "the register's own row removed", |db| {
        db.execute("DELETE FROM register", []).expect("removed");
    });
    found(&folder, "a second row of the register", |db| {
        db.execute_batch(
            "INSERT INTO register (one, chain, secret) VALUES (2, randomblob(16), randomblob(32))",
        )
        .expect("added");
    });
    for at in [0, 7, 1000] {
        found(&folder, &format!("a copy put in at {at}"), |db| {
            db.execute_batch(&format!(
                "INSERT INTO record SELECT chain, {at}, at, delete_after, salt, said, said_sha256, previous, randomblob(32), kind, campaign, staff_ref, randomblob(32) FROM record WHERE number = 3"
            ))
            .expect("added");
        });
    }
    found(&folder, "another table", |db| {
        db.execute_batch("CREATE TABLE notes (text TEXT)")
            .expect("added");
    });
    found(&folder, "a trigger", |db| {
        db.execute_batch("CREATE TRIGGER t AFTER INSERT ON record BEGIN SELECT 1; END")
            .expect("added");
    });
    found(
        &folder,
        "what a record said removed before its time",
        |db| {
            db.execute(
            "UPDATE record SET said = NULL, salt = NULL, kind = NULL, campaign = NULL, staff_ref = NULL, audit = NULL WHERE number = 3",
            [],
        )
        .expect("removed");
        },
    );
}

/// Somebody who knows the format writes the rest of the chain anew: a head on paper shows it.
#[test]
fn a_chain_that_was_written_anew_is_not_the_printed_one() {
    let folder = Folder::new();
    let register = filled(&folder.at("a.sqlite"));
    let head = register.head().expect("a head").to_string();
    assert_eq!(
        verify(&register, today(), &[head.parse().expect("a head")])
            .expect("reads")
            .wrong,
        Vec::<String>::new()
    );
    drop(register);
    let mut other = filled(&folder.at("b.sqlite"));
    other.add(&audit(99), 730).expect("added");
    let wrong = verify(&other, today(), &[head.parse().expect("a head")])
        .expect("reads")
        .wrong;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    for text in [
        "",
        "x",
        "9f3c01ab-17",
        "9f3c01ab-x-001122334455667788990011",
        "a-1-b-c",
    ] {
        assert!(
            text.parse::<spotcheck::register::chain::PrintedHead>()
                .is_err()
        );
    }
}
