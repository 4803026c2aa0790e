//! A register's file that somebody made on purpose: nothing in it runs, and what is wrong with it is said.

use rusqlite::Connection;
use spotcheck::register::verify::verify;
use spotcheck::register::{Problem, Register, exchange};

use crate::common::{Folder, audit, filled, today, verified};
use crate::run::run;

const NEVER_ENDS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x";

fn changed(folder: &Folder, sql: &str) -> std::path::PathBuf {
    let path = folder.at("r.sqlite");
    drop(filled(&path));
    let db = Connection::open(&path).expect("opens");
    db.execute_batch(sql).expect(sql);
    path
}

#[test]
fn a_view_in_a_tables_place_is_not_read() {
    for (what, sql) in [
        (
            "records",
            format!(
                "ALTER TABLE record RENAME TO old; CREATE VIEW record AS {NEVER_ENDS} AS chain FROM c"
            ),
        ),
        (
            "the register",
            format!(
                "ALTER TABLE register RENAME TO old; CREATE VIEW register AS {NEVER_ENDS} AS chain, x AS secret FROM c"
            ),
        ),
        (
            "an honest look",
            "ALTER TABLE record RENAME TO old; CREATE VIEW record AS SELECT * FROM old".into(),
        ),
    ] {
        let folder = Folder::new();
        let path = changed(&folder, &sql);
        let all = || -> Result<(), Problem> {
            let register = Register::open_to_read(&path)?;
            register.count()?;
            register.bodies(None)?;
            exchange::export(&register, |_| Ok::<(), Problem>(()))
        };
        if what != "the register" {
            let register = Register::open_to_read(&path).expect("it can be looked at");
            let exported = exchange::export(&register, |_| Ok::<(), Problem>(()));
            assert!(matches!(exported, Err(Problem::Damaged)), "{what}");
        }
        let problem = all().expect_err(what);
        assert!(matches!(problem, Problem::Damaged), "{what}: {problem}");
        let written =
            Register::open(&path, None).and_then(|mut register| register.add(&audit(9), 30));
        assert!(written.is_err(), "{what}");
    }
}

#[test]
fn what_somebody_put_beside_the_tables_does_not_run() {
    for (sql, name) in [
        (
            "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record; END",
            "trigger t",
        ),
        (&format!("CREATE VIEW v AS {NEVER_ENDS} FROM c"), "view v"),
        ("CREATE VIRTUAL TABLE f USING fts5(x)", "table f"),
    ] {
        let folder = Folder::new();
        let path = changed(&folder, sql);
        let register = Register::open_to_read(&path).expect("it can be looked at");
        let wrong = verified(&register).wrong;
        assert!(wrong.iter().any(|w| w.ends_with(name)), "{wrong:?}");
        let before = register.count().expect("counted");
        drop(register);
        let mut register = Register::open(&path, None).expect("opens");
        let problem = register.add(&audit(9), 30).expect_err("refused");
        assert!(problem.to_string().contains("register verify"), "{problem}");
        assert_eq!(register.count().expect("counted"), before, "{name}");
    }
}

#[test]
fn a_value_of_another_type_is_damage() {
    for change in ["at = CAST(x'ff41' AS TEXT)", "kind = CAST(x'ff41' AS TEXT)"] {
        let folder = Folder::new();
        let path = changed(
            &folder,
            &format!(
                "PRAGMA ignore_check_constraints = 1; UPDATE record SET {change} WHERE number = 2"
            ),
        );
        let register = Register::open_to_read(&path).expect("opens");
        let mut lines = 0;
        let exported = exchange::export(&register, |_| {
            lines += 1;
            Ok::<(), Problem>(())
        });
        assert!(matches!(exported, Err(Problem::Damaged)), "{change}");
        assert_eq!(lines, 1, "{change}");
        assert!(verify(&register, today(), &[]).is_err(), "{change}");
        if change.starts_with("at") {
            let problem = register.bodies(None).expect_err("damaged");
            assert!(matches!(problem, Problem::Damaged), "{problem}");
        }
    }
}

#[test]
fn only_a_whole_register_of_this_version_is_opened() {
    for (sql, problem) in [
        (
            "PRAGMA application_id = 1",
            "it is a database of another program",
        ),
        (
            "PRAGMA user_version = 99",
            "it was made by a newer version of spotcheck",
        ),
    ] {
        let folder = Folder::new();
        let path = changed(&folder, sql);
        for refused in [Register::open_to_read(&path), Register::open(&path, None)] {
            let said = refused.err().map(|problem| problem.to_string());
            assert_eq!(said.as_deref(), Some(problem), "{sql}");
        }
        let ran = run(["register", "list", "--register", &folder.text("r.sqlite")]);
        assert!(ran.status != 0 && ran.out.is_empty(), "{}", ran.out);
        assert!(ran.err.contains(problem), "{}", ran.err);
    }
    // Without its own row nothing tells which chain is its own.
    let folder = Folder::new();
    let path = changed(&folder, "DELETE FROM register");
    let refused = Register::open_to_read(&path).err();
    assert!(matches!(refused, Some(Problem::Damaged)), "{refused:?}");
}

#[test]
fn a_name_without_a_file_opens_nothing() {
    let folder = Folder::new();
    let register = filled(&folder.at("r.sqlite"));
    let nowhere = std::path::Path::new("");
    for (what, refused) in [
        ("read", Register::open_to_read(nowhere).err()),
        ("written", Register::open(nowhere, None).err()),
        ("a copy", register.backup(nowhere).err()),
        (
            "not there",
            Register::open_to_read(&folder.at("none.sqlite")).err(),
        ),
    ] {
        assert!(
            matches!(refused, Some(Problem::Other(_))),
            "{what}: {refused:?}"
        );
    }
    assert!(!folder.at("none.sqlite").exists());
}

/// What lies beside a file as a log makes no register of it.
#[test]
fn a_log_beside_what_is_no_register_helps_nothing() {
    let folder = Folder::new();
    std::fs::create_dir(folder.at("folder")).expect("made");
    std::fs::write(folder.at("folder-wal"), "a log").expect("written");
    let refused = Register::open_to_read(&folder.at("folder")).err();
    assert!(matches!(refused, Some(Problem::Other(_))), "{refused:?}");
    assert_eq!(folder.names(), ["folder", "folder-wal"]);
}

#[test]
fn a_record_whose_hashes_fit_still_has_to_say_something() {
    let folder = Folder::new();
    let path = folder.at("r.sqlite");
    let register = filled(&path);
    let mut records = Vec::new();
    register
        .each(|record, _| {
            records.push(record);
            Ok::<(), Problem>(())
        })
        .expect("read");
    drop(register);
    let mut record = records.remove(2);
    if let Some(said) = &mut record.said {
        said.json = r#"{"kind":"another"}"#.into();
        record.said_sha256 = said.sha256();
    }
    record.hash = record.expected_hash();
    let db = Connection::open(&path).expect("opens");
    let json = record.said.as_ref().map(|said| said.json.clone());
    db.execute(
        "UPDATE record SET said = ?1, said_sha256 = ?2, hash = ?3 WHERE number = 3",
        rusqlite::params![json, record.said_sha256, record.hash],
    )
    .expect("changed");
    drop(db);
    let register = Register::open_to_read(&path).expect("opens");
    let problem = register.bodies(None).expect_err("damaged");
    assert!(matches!(problem, Problem::Damaged), "{problem}");
    let wrong = verified(&register).wrong;
    assert!(
        wrong
            .iter()
            .any(|w| w.ends_with("what it says cannot be read")),
        "{wrong:?}"
    );
}

#[test]
fn nothing_is_added_where_it_would_not_stay() {
    const COLUMNS: &str = "chain, number, at, delete_after, salt, said, said_sha256, previous, hash, kind, campaign, staff_ref, audit";
    let swallows = format!(
        "ALTER TABLE record RENAME TO old; CREATE TABLE record ({COLUMNS}, UNIQUE (kind) ON CONFLICT IGNORE); \
         INSERT INTO record ({COLUMNS}) SELECT {COLUMNS} FROM old; DROP TABLE old"
    );
    for (sql, says) in [
        (
            swallows.as_str(),
            "it does not keep what is written to it. Run spotcheck register verify",
        ),
        // No number comes after the last.
        (
            "UPDATE record SET number = 9223372036854775807 WHERE number = 6",
            "it is damaged, or is no register",
        ),
    ] {
        let folder = Folder::new();
        let path = changed(&folder, sql);
        let mut register = Register::open(&path, None).expect("opens");
        let before = register.count().expect("counted");
        let problem = register.add(&audit(9), 30).expect_err(sql).to_string();
        assert_eq!(problem, says, "{sql}");
        assert_eq!(register.count().expect("counted"), before, "{sql}");
        assert!(!verified(&register).wrong.is_empty(), "{sql}");
    }
}

#[test]
fn nothing_is_kept_beyond_the_calendar() {
    let folder = Folder::new();
    let mut register = filled(&folder.at("r.sqlite"));
    for days in [3_000_000, u32::MAX] {
        let problem = register.add(&audit(9), days).expect_err("refused");
        assert!(matches!(problem, Problem::Other(_)), "{problem}");
    }
    assert_eq!(register.count().expect("counted"), 6);
}

/// The other thread's fault is no end of the records.
#[test]
fn a_campaign_that_could_not_be_looked_at_is_not_read() {
    let folder = Folder::new();
    let register = filled(&folder.at("r.sqlite"));
    let refused = register
        .each_of_campaign("2026-11", |_, _, _| panic!("a synthetic fault"))
        .expect_err("refused");
    assert_eq!(refused.to_string(), "reading it broke off");
}
