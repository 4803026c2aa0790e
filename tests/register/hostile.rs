//! A register's file that somebody made on purpose: nothing in it runs, and what is wrong with it is said.

use rusqlite::Connection;
use spotcheck::register::{Problem, Register, exchange};

use crate::common::{Folder, audit, filled, verified};

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
    let folder = Folder::new();
    let path = changed(
        &folder,
        "PRAGMA ignore_check_constraints = 1; UPDATE record SET at = CAST(x'ff41' AS TEXT) WHERE number = 2",
    );
    let register = Register::open_to_read(&path).expect("opens");
    let problem = register.bodies(None).expect_err("damaged");
    assert!(matches!(problem, Problem::Damaged), "{problem}");
}
