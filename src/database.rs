//! What no database may make SQLite do, whoever wrote it: a phone's and the register's are opened within these bounds.

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Out of a phone or a backup: a few tables are read, and nothing else is done.
    Phone,
    /// The register, only to read it.
    RegisterToRead,
    /// The register, to add to it.
    Register,
}

/// Most bytes of one row, text or blob of a phone's database. What is read of them has at most a hundred kilobytes.
const PHONE_ROW: i32 = 4 << 20;
/// Most bytes of one row of the register: a record has some tens of kilobytes, and an import takes lines of 16 MiB.
const REGISTER_ROW: i32 = 64 << 20;
/// Steps of SQLite's machine between two looks at how many there were.
const STEPS_AT_ONCE: i32 = 1_000;
/// Most times that so many steps may be made on one connection to a phone's database: some seconds of work. A row is
/// found in some hundred steps, and the check of a permission database takes some ten thousand.
const MOST_TIMES: u32 = 50_000;

/// Sets the bounds. To be called before anything is asked of the database: its schema is read with the first question.
///
/// # Errors
/// SQLite does not take one of them; then the database must not be used.
pub fn confine(connection: &mut Connection, whose: Whose) -> rusqlite::Result<()> {
    for (switch, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    ] {
        connection.set_db_config(switch, on)?;
    }
    // Emptying the register's file takes a temporary database, which is attached.
    let (row, attached) = match whose {
        Whose::Phone => (PHONE_ROW, 0),
        Whose::RegisterToRead => (REGISTER_ROW, 0),
        Whose::Register => (REGISTER_ROW, 1),
    };
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, row),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 64 << 10),
        (Limit::SQLITE_LIMIT_COLUMN, 128),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 64),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 4),
        (Limit::SQLITE_LIMIT_VDBE_OP, 50_000),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 16),
        (Limit::SQLITE_LIMIT_ATTACHED, attached),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 32),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, most)?;
    }
    connection.authorizer(Some(move |what: AuthContext<'_>| {
        match may(whose, what.action) {
            true => Authorization::Allow,
            false => Authorization::Deny,
        }
    }))?;
    if whose == Whose::Phone {
        let mut left = MOST_TIMES;
        connection.progress_handler(
            STEPS_AT_ONCE,
            Some(move || {
                left = left.saturating_sub(1);
                left == 0
            }),
        )?;
    }
    Ok(())
}

/// Whether a statement may do this. A name that stands in a hostile schema cannot widen it.
fn may(whose: Whose, action: AuthAction<'_>) -> bool {
    let reads = match action {
        AuthAction::Select | AuthAction::Read { .. } => true,
        AuthAction::Function { function_name } => !function_name
            .to_ascii_lowercase()
            .contains("load_extension"),
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => pragma(pragma_name, pragma_value),
        _ => false,
    };
    match whose {
        Whose::Phone => reads,
        Whose::RegisterToRead => reads || matches!(action, AuthAction::Transaction { .. }),
        // Its own tables are made and changed. What could run in it later, or reach another file, is not.
        Whose::Register => match action {
            AuthAction::Recursive
            | AuthAction::CreateTrigger { .. }
            | AuthAction::CreateTempTrigger { .. }
            | AuthAction::CreateView { .. }
            | AuthAction::CreateTempView { .. }
            | AuthAction::CreateVtable { .. }
            | AuthAction::DropVtable { .. }
            | AuthAction::Unknown { .. } => false,
            // The empty name is a temporary file of SQLite's own.
            AuthAction::Attach { filename } => filename.is_empty(),
            AuthAction::Function { .. } => reads,
            _ => true,
        },
    }
}

/// The settings that are asked for or made here, and what the check of a database asks for.
fn pragma(name: &str, value: Option<&str>) -> bool {
    match name {
        "table_xinfo" | "integrity_check" | "user_version" | "application_id" => true,
        // They only ever make it stricter.
        "query_only" | "cell_size_check" => matches!(value, Some("1" | "ON")),
        "trusted_schema" => matches!(value, Some("0" | "OFF")),
        _ => false,
    }
}

/// How the definitions begin that may stand in a schema. SQLite writes them like this, whatever was typed.
const TABLES_AND_INDEXES: &str = "'CREATE TABLE ', 'CREATE INDEX ', 'CREATE UNIQUE'";

/// Whether something stands in the schema that could do more than hold rows. What an object calls itself is not asked:
/// SQLite goes by its definition, and so does this. In a phone's database views and triggers may stand; they are
/// switched off. Virtual tables may not: the check of a database's pages would run what stands behind them.
///
/// # Errors
/// The schema cannot be read.
pub fn runs_something(connection: &Connection, whose: Whose) -> rusqlite::Result<bool> {
    let begins = "upper(substr(sql, 1, 13))";
    let besides = match whose {
        Whose::Phone => {
            format!("AND substr({begins}, 1, 12) <> 'CREATE VIEW ' AND {begins} <> 'CREATE TRIGGE'")
        }
        Whose::RegisterToRead | Whose::Register => String::new(),
    };
    connection
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE sql IS NOT NULL AND {begins} NOT IN ({TABLES_AND_INDEXES}) {besides})"
        ))?
        .query_row([], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table as a phone has it, and what stands beside it or in its place.
    fn confined(whose: Whose, sql: &str) -> Connection {
        let mut db = Connection::open_in_memory().expect("opens");
        db.execute_batch("CREATE TABLE access (service TEXT, client TEXT); INSERT INTO access VALUES ('a', 'b');")
            .expect("made");
        db.execute_batch(sql).expect(sql);
        confine(&mut db, whose).expect("confined");
        db
    }

    fn count(db: &Connection, table: &str) -> rusqlite::Result<i64> {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
    }

    #[test]
    fn an_ordinary_database_is_read() {
        for whose in [Whose::Phone, Whose::RegisterToRead, Whose::Register] {
            let db = confined(whose, "CREATE UNIQUE INDEX i ON access (service); ANALYZE;");
            assert_eq!(count(&db, "access"), Ok(1), "{whose:?}");
            assert_eq!(runs_something(&db, whose), Ok(false), "{whose:?}");
        }
    }

    #[test]
    fn nothing_in_a_schema_runs() {
        for (what, sql, table) in [
            (
                "a view that never ends",
                "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c;",
                "v",
            ),
            (
                "a plain view",
                "CREATE VIEW v AS SELECT * FROM access;",
                "v",
            ),
            (
                "a column that is made of much",
                "CREATE TABLE t (a, b AS (hex(zeroblob(90000000)))); INSERT INTO t VALUES (1);",
                "t WHERE length(b) > 0",
            ),
            (
                "a full-text table's parts",
                "CREATE VIRTUAL TABLE f USING fts5(x);",
                "f WHERE f MATCH 'x'",
            ),
        ] {
            for whose in [Whose::Phone, Whose::RegisterToRead, Whose::Register] {
                let db = confined(whose, sql);
                let read = count(&db, table);
                let harmless = what.starts_with("a full") && read == Ok(0);
                assert!(read.is_err() || harmless, "{what}, {whose:?}");
                assert_eq!(count(&db, "access"), Ok(1), "{what}, {whose:?}");
            }
        }
    }

    #[test]
    fn what_could_run_is_found_by_its_definition() {
        for (sql, phone) in [
            ("CREATE VIEW v AS SELECT 1", false),
            (
                "CREATE TRIGGER t AFTER INSERT ON access BEGIN SELECT 1; END",
                false,
            ),
            ("CREATE VIRTUAL TABLE f USING fts5(x)", true),
            ("CREATE VIRTUAL TABLE f USING rtree(a, b, c)", true),
        ] {
            for (whose, expected) in [(Whose::Phone, phone), (Whose::Register, true)] {
                let db = confined(whose, sql);
                assert_eq!(runs_something(&db, whose), Ok(expected), "{sql}, {whose:?}");
            }
        }
        // One that says of itself that it is something else, and has a page like any table.
        let db = confined(
            Whose::Phone,
            "CREATE VIRTUAL TABLE f USING fts5(x); PRAGMA writable_schema = 1; \
             UPDATE sqlite_schema SET type = 'index', rootpage = 2, sql = 'create/**/virtual table f using fts5(x)' WHERE name = 'f';",
        );
        assert_eq!(runs_something(&db, Whose::Phone), Ok(true));
    }

    #[test]
    fn a_trigger_does_not_fire() {
        let db = confined(
            Whose::Register,
            "CREATE TRIGGER t AFTER INSERT ON access BEGIN DELETE FROM access; END",
        );
        db.execute("INSERT INTO access VALUES ('c', 'd')", [])
            .expect("added");
        assert_eq!(count(&db, "access"), Ok(2));
    }

    #[test]
    fn a_phones_database_is_only_read() {
        let db = confined(Whose::Phone, "");
        for sql in [
            "INSERT INTO access VALUES ('c', 'd')",
            "UPDATE access SET client = 'x'",
            "DELETE FROM access",
            "CREATE TABLE t (x)",
            "CREATE TEMP TABLE t (x)",
            "DROP TABLE access",
            "ATTACH ':memory:' AS other",
            "VACUUM INTO 'somewhere'",
            "PRAGMA writable_schema = 1",
            "PRAGMA journal_mode = OFF",
            "PRAGMA trusted_schema = 1",
            "PRAGMA mmap_size = 1000000",
            "SELECT load_extension('somewhere')",
            "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5",
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 9) SELECT * FROM c",
            "SELECT length(zeroblob(5000000))",
            "BEGIN",
        ] {
            let refused = db.prepare(sql).and_then(|mut statement| {
                let mut rows = statement.query([])?;
                while rows.next()?.is_some() {}
                Ok(())
            });
            assert!(refused.is_err(), "{sql}");
        }
        assert_eq!(count(&db, "access"), Ok(1));
    }

    #[test]
    fn a_registers_file_reaches_no_other() {
        let db = confined(Whose::Register, "");
        for sql in [
            "ATTACH 'somewhere.sqlite' AS other",
            "CREATE TRIGGER t AFTER INSERT ON access BEGIN SELECT 1; END",
            "CREATE VIEW v AS SELECT 1",
            "CREATE VIRTUAL TABLE f USING fts5(x)",
            "SELECT load_extension('somewhere')",
        ] {
            assert!(db.execute_batch(sql).is_err(), "{sql}");
        }
        db.execute_batch("VACUUM").expect("its file can be emptied");
    }

    #[test]
    fn work_on_a_phones_database_ends() {
        // Rows that meet rows that meet rows: without a bound some hours of work.
        let db = confined(
            Whose::Phone,
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 3000) INSERT INTO access SELECT x, x FROM c;",
        );
        let error = count(&db, "access AS a, access AS b, access AS c, access AS d WHERE a.client < b.client AND c.client < d.client")
            .expect_err("ends");
        assert_eq!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::OperationInterrupted)
        );
    }

    #[test]
    fn a_schema_beyond_the_bounds_is_refused() {
        let columns: Vec<String> = (0..200).map(|n| format!("c{n}")).collect();
        let deep = format!("{}1{}", "abs(".repeat(90), ")".repeat(90));
        for sql in [
            format!("CREATE TABLE wide ({})", columns.join(", ")),
            format!("CREATE TABLE deep (a, b DEFAULT ({deep}))"),
            format!("CREATE TABLE long (a /* {} */)", "x".repeat(70_000)),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("d.sqlite");
            let db = Connection::open(&path).expect("opens");
            db.execute_batch(&format!("CREATE TABLE access (x); {sql}"))
                .expect("made");
            drop(db);
            let mut db = Connection::open(&path).expect("opens");
            confine(&mut db, Whose::Phone).expect("confined");
            assert!(count(&db, "access").is_err(), "{}", &sql[..40]);
        }
    }
}
