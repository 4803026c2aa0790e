//! SQLite: every row and column of Manifest.db and TCC.db.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, MAIN_DB, params_from_iter};

use super::dice::Dice;
use super::lists;
use super::mutation::{Kind, Left, Mutation, Of, Others, Plan};
use super::tree::Tree;
use super::world::{Iphone, World};

/// A database of a backup, opened in memory to be changed.
struct Open(Connection);

impl Open {
    fn new(bytes: &[u8]) -> Open {
        let mut image = bytes.to_vec();
        image[18..20].copy_from_slice(&[1, 1]);
        let mut connection = Connection::open_in_memory().expect("a database");
        connection
            .deserialize_read_exact(MAIN_DB, image.as_slice(), image.len(), false)
            .expect("a database");
        Open(connection)
    }

    fn run(&self, sql: &str) {
        self.0
            .execute_batch(sql)
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// The same table without keys, types and indexes: it takes anything.
    fn loosen(&self, table: &str) {
        self.run(&format!(
            "CREATE TABLE loose AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE loose RENAME TO {table};"
        ));
    }

    fn bytes(mut self) -> Vec<u8> {
        let mut bytes = self.0.serialize(MAIN_DB).expect("serialised").to_vec();
        // As on a phone, it says that it has a write-ahead log.
        bytes[18..20].copy_from_slice(&[2, 2]);
        bytes
    }

    fn columns(&self, table: &str) -> Vec<String> {
        let mut statement = self
            .0
            .prepare("SELECT name FROM pragma_table_info(?1)")
            .expect("a statement");
        let names = statement
            .query_map([table], |row| row.get(0))
            .expect("columns");
        names.collect::<Result<_, _>>().expect("columns")
    }

    fn rows(&self, table: &str, columns: &[String]) -> Vec<(i64, Vec<Value>)> {
        let mut statement = self
            .0
            .prepare(&format!("SELECT rowid, * FROM {table} ORDER BY rowid"))
            .expect("a statement");
        let rows = statement
            .query_map([], |row| {
                let values = (1..=columns.len())
                    .map(|i| row.get(i))
                    .collect::<Result<_, _>>()?;
                Ok((row.get(0)?, values))
            })
            .expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }

    fn set(&self, table: &str, row: i64, column: &str, value: &Value) {
        let sql = format!("UPDATE {table} SET \"{column}\" = ?1 WHERE rowid = ?2");
        self.0.execute(&sql, (value, row)).expect("a changed row");
    }

    fn insert(&self, table: &str, values: &[Value]) {
        let marks = vec!["?"; values.len()].join(", ");
        self.0
            .execute(
                &format!("INSERT INTO {table} VALUES ({marks})"),
                params_from_iter(values),
            )
            .expect("a row");
    }
}

/// Where each file of the phone lies, and its domain and path.
pub fn names(list: &[u8]) -> BTreeMap<String, (String, String)> {
    let open = Open::new(list);
    let mut statement = open
        .0
        .prepare("SELECT fileID, domain, relativePath FROM Files")
        .expect("a statement");
    let rows = statement
        .query_map([], |row| {
            let id: String = row.get(0)?;
            Ok((format!("{}/{id}", &id[..2]), (row.get(1)?, row.get(2)?)))
        })
        .expect("rows");
    rows.collect::<Result<_, _>>().expect("rows")
}

/// Manifest.db after a file has got another length.
pub fn relisted(list: &[u8], file: &str, length: usize) -> Vec<u8> {
    with_record(list, file, |tree| {
        let (path, _) = tree
            .all()
            .into_iter()
            .find(|(_, name)| name == "$objects.1.Size")?;
        *tree.at_mut(&path)? = Tree::Leaf((length as u64).into());
        Some(())
    })
    .expect("a record with a size")
}

/// Manifest.db with another record of a file.
pub fn with_record(
    list: &[u8],
    file: &str,
    change: impl FnOnce(&mut Tree) -> Option<()>,
) -> Option<Vec<u8>> {
    let open = Open::new(list);
    let id = file.rsplit('/').next().unwrap_or(file);
    let record: Vec<u8> = open
        .0
        .query_row("SELECT file FROM Files WHERE fileID = ?1", [id], |row| {
            row.get(0)
        })
        .expect("a record");
    let mut tree = Tree::read(&record);
    change(&mut tree)?;
    open.0
        .execute(
            "UPDATE Files SET file = ?1 WHERE fileID = ?2",
            (tree.binary(), id),
        )
        .expect("a row");
    Some(open.bytes())
}

/// What can be done to the databases of a backup.
pub fn plans(sample: usize, iphone: &Iphone) -> Vec<Plan> {
    let mut plans = Vec::new();
    let of_names = |end: &str| {
        iphone
            .names
            .iter()
            .find(|(_, (_, path))| path.ends_with(end))
            .map(|(file, _)| file.clone())
    };
    let files = [
        Some(("Manifest.db".to_owned(), "Files")),
        of_names("/TCC.db").map(|file| (file, "access")),
    ];
    for (file, table) in files.into_iter().flatten() {
        let open = Open::new(&iphone.clear[&file]);
        let columns = open.columns(table);
        let rows = open.rows(table, &columns);
        let place = iphone.place(&file);
        for (row, values) in &rows {
            let name = match table {
                "access" => format!("{} {}", text(&values[0]), text(&values[1])),
                _ => format!("{}-{}", text(&values[1]), text(&values[2])),
            };
            for kind in [Kind::Drop, Kind::Double] {
                let (file, row, name) = (file.clone(), *row, name.clone());
                plans.push(Plan::new(
                    sample,
                    kind,
                    Of::Row,
                    format!("{place}: row {name}"),
                    {
                        move |world, _| {
                            let iphone = world.samples[sample].iphone()?;
                            let open = Open::new(&iphone.clear[&file]);
                            let place = iphone.place(&file);
                            if kind == Kind::Drop {
                                open.run(&format!("DELETE FROM {table} WHERE rowid = {row}"));
                            } else {
                                open.loosen(table);
                                open.run(&format!(
                                    "INSERT INTO {table} SELECT * FROM {table} WHERE rowid = {row}"
                                ));
                            }
                            let mutation = Mutation::new(
                                lists::laid(iphone, &file, open.bytes()),
                                Left::NoMore,
                            );
                            Some(match kind {
                                Kind::Drop => mutation.now(&place, &name, None),
                                _ => mutation,
                            })
                        }
                    },
                ));
            }
            for (c, column) in columns.iter().enumerate() {
                if values[c] == Value::Null {
                    continue;
                }
                for kind in [
                    Kind::Drop,
                    Kind::Retype,
                    Kind::OutOfRange,
                    Kind::Unfinished,
                    Kind::Swap,
                    Kind::Contradict,
                ] {
                    let cell = Cell {
                        file: file.clone(),
                        table,
                        row: *row,
                        name: name.clone(),
                        column: column.clone(),
                        at: c,
                        was: values[c].clone(),
                    };
                    let site = format!("{place}: {column} of {name}");
                    plans.push(Plan::new(
                        sample,
                        kind,
                        Of::Row,
                        site,
                        move |world, dice| cell.change(world, sample, kind, dice),
                    ));
                }
            }
        }
        for (i, column) in columns.iter().enumerate() {
            for (kind, sql) in [
                (
                    Kind::Drop,
                    format!("ALTER TABLE {table} DROP COLUMN \"{column}\""),
                ),
                (
                    Kind::Unfinished,
                    format!(
                        "ALTER TABLE {table} RENAME COLUMN \"{column}\" TO \"{}\"",
                        &column[1..]
                    ),
                ),
                (
                    Kind::Swap,
                    format!(
                        "ALTER TABLE {table} RENAME COLUMN \"{column}\" TO spare; \
                         ALTER TABLE {table} RENAME COLUMN \"{0}\" TO \"{column}\"; \
                         ALTER TABLE {table} RENAME COLUMN spare TO \"{0}\"",
                        columns[(i + 1) % columns.len()]
                    ),
                ),
                (
                    Kind::Retype,
                    format!("UPDATE {table} SET \"{column}\" = CAST(\"{column}\" AS BLOB)"),
                ),
            ] {
                let file = file.clone();
                let site = format!("{place}: column {column}");
                plans.push(Plan::new(sample, kind, Of::Row, site, move |world, _| {
                    let iphone = world.samples[sample].iphone()?;
                    let open = Open::new(&iphone.clear[&file]);
                    open.loosen(table);
                    open.run(&sql);
                    let mutation =
                        Mutation::new(lists::laid(iphone, &file, open.bytes()), Left::NoMore);
                    Some(if kind == Kind::Swap {
                        // Every row has another name then.
                        mutation.now(&iphone.place(&file), "all rows", None)
                    } else {
                        mutation
                    })
                }));
            }
        }
        for (kind, sql) in [
            (Kind::Drop, format!("DROP TABLE {table}")),
            (Kind::Drop, format!("DELETE FROM {table}")),
            (
                Kind::Unfinished,
                format!("ALTER TABLE {table} RENAME TO {}", &table[1..]),
            ),
            (
                Kind::Retype,
                format!("ALTER TABLE {table} RENAME TO t; CREATE VIEW {table} AS SELECT * FROM t"),
            ),
            (
                Kind::Retype,
                format!(
                    "ALTER TABLE {table} RENAME TO t; CREATE VIEW {table} AS WITH RECURSIVE n(i) AS \
                     (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT t.* FROM t, n"
                ),
            ),
            (
                Kind::Contradict,
                format!(
                    "CREATE TEMP TABLE copy AS SELECT * FROM {table}; INSERT INTO {table} SELECT * FROM copy"
                ),
            ),
        ] {
            let file = file.clone();
            let site = format!("{place}: table {table}");
            plans.push(Plan::new(sample, kind, Of::Row, site, move |world, _| {
                let iphone = world.samples[sample].iphone()?;
                let open = Open::new(&iphone.clear[&file]);
                if kind == Kind::Contradict {
                    open.loosen(table);
                }
                open.run(&sql);
                let place = iphone.place(&file);
                let mutation =
                    Mutation::new(lists::laid(iphone, &file, open.bytes()), Left::NoMore);
                Some(if sql.starts_with("DELETE") {
                    mutation.now(&place, "all rows", None)
                } else {
                    mutation
                })
            }));
        }
    }
    plans
}

/// One value of a database.
#[derive(Clone)]
struct Cell {
    file: String,
    table: &'static str,
    row: i64,
    /// What the row is about.
    name: String,
    column: String,
    at: usize,
    was: Value,
}

impl Cell {
    fn change(
        &self,
        world: &World,
        sample: usize,
        kind: Kind,
        dice: &mut Dice,
    ) -> Option<Mutation> {
        let iphone = world.samples[sample].iphone()?;
        let place = iphone.place(&self.file);
        let open = Open::new(&iphone.clear[&self.file]);
        let names_the_row = matches!(self.column.as_str(), "service" | "client" | "client_type");
        let finish = |open: Open| lists::laid(iphone, &self.file, open.bytes());
        match kind {
            Kind::Swap => {
                let columns = open.columns(self.table);
                let rows = open.rows(self.table, &columns);
                let (other, values) = dice.pick(&rows)?;
                let theirs = values.get(self.at)?;
                if *other == self.row || *theirs == self.was {
                    return None;
                }
                open.loosen(self.table);
                open.set(self.table, self.row, &self.column, theirs);
                open.set(self.table, *other, &self.column, &self.was);
                let their_name = format!("{} {}", text(&values[0]), text(&values[1]));
                let mutation = Mutation::new(finish(open), Left::NoMore)
                    .note(format!("with row {their_name}"));
                Some(if names_the_row {
                    mutation
                        .now(&place, &self.name, None)
                        .now(&place, &their_name, None)
                } else if self.column == "auth_value" || self.column == "allowed" {
                    mutation.now(&place, &self.name, Some(text(theirs))).now(
                        &place,
                        &their_name,
                        Some(text(&self.was)),
                    )
                } else {
                    mutation
                })
            }
            Kind::Contradict => {
                let other = dice.pick(&self.sound())?.clone();
                let columns = open.columns(self.table);
                let rows = open.rows(self.table, &columns);
                let (_, values) = rows.iter().find(|(row, _)| *row == self.row)?;
                let mut second = values.clone();
                *second.get_mut(self.at)? = other.clone();
                open.loosen(self.table);
                open.insert(self.table, &second);
                let alone = Open::new(&iphone.clear[&self.file]);
                alone.set(self.table, self.row, &self.column, &other);
                // Two files of another name, two rows of another app: they do not exclude each other.
                let exclude = matches!(
                    self.column.as_str(),
                    "auth_value" | "allowed" | "flags" | "file"
                );
                let left = if exclude {
                    Left::TwoStatements
                } else {
                    Left::NoMore
                };
                Some(
                    Mutation::new(finish(open), left)
                        .other(finish(alone))
                        .note(format!("and {}", text(&other))),
                )
            }
            _ => {
                let to = match kind {
                    Kind::Drop => Value::Null,
                    Kind::Retype => dice.pick(&self.retyped())?.clone(),
                    Kind::OutOfRange => dice.pick(&self.out_of_range())?.clone(),
                    _ => self.cut(dice)?,
                };
                open.loosen(self.table);
                open.set(self.table, self.row, &self.column, &to);
                let mutation =
                    Mutation::new(finish(open), Left::NoMore).note(format!("to {}", text(&to)));
                if names_the_row {
                    return Some(mutation.now(&place, &self.name, None));
                }
                let mut mutation = mutation.others(self.others(sample));
                mutation.left = Left::Nothing;
                Some(mutation)
            }
        }
    }

    /// Other values that the program would take.
    fn sound(&self) -> Vec<Value> {
        let found: Vec<Value> = match self.column.as_str() {
            "auth_value" => (0..=4).map(Value::Integer).collect(),
            "allowed" => (0..=1).map(Value::Integer).collect(),
            "flags" => [1, 2, 4].map(Value::Integer).to_vec(),
            _ => match &self.was {
                Value::Integer(n) => vec![Value::Integer(n + 1)],
                Value::Text(text) => vec![Value::Text(format!("{text}.other"))],
                Value::Blob(bytes) => {
                    let mut tree = Tree::read(bytes);
                    let way = tree.all().into_iter().find(|(_, n)| n == "$objects.1.Size");
                    if let Some(size) = way.and_then(|(path, _)| tree.at_mut(&path)) {
                        *size = Tree::Leaf(1_000_000.into());
                    }
                    vec![Value::Blob(tree.binary())]
                }
                _ => Vec::new(),
            },
        };
        found.into_iter().filter(|v| *v != self.was).collect()
    }

    fn others(&self, sample: usize) -> Others {
        let cell = self.clone();
        let make = move |world: &World| {
            let Some(iphone) = world.samples[sample].iphone() else {
                return Vec::new();
            };
            let with = |value: &Value| {
                let open = Open::new(&iphone.clear[&cell.file]);
                open.set(cell.table, cell.row, &cell.column, value);
                lists::laid(iphone, &cell.file, open.bytes())
            };
            cell.sound().iter().map(with).collect()
        };
        (
            format!("{sample} {} {} {}", self.file, self.row, self.column),
            Box::new(make),
        )
    }

    fn retyped(&self) -> Vec<Value> {
        let text = text(&self.was);
        let all = [
            Value::Text(text.clone()),
            Value::Blob(text.clone().into_bytes()),
            Value::Real(0.5),
            Value::Integer(7_777),
            Value::Text(String::new()),
            Value::Text("yes".into()),
            Value::Blob(Vec::new()),
        ];
        all.into_iter()
            .filter(|value| std::mem::discriminant(value) != std::mem::discriminant(&self.was))
            .collect()
    }

    fn out_of_range(&self) -> Vec<Value> {
        match &self.was {
            Value::Integer(n) => [
                -1,
                -(1 << 40),
                i64::MIN,
                i64::MAX,
                (1 << 31) + n,
                (1 << 32) + n,
                256 + n,
                99,
            ]
            .map(Value::Integer)
            .to_vec(),
            Value::Text(text) => vec![
                Value::Text("x".repeat(200_000)),
                Value::Text(format!("{text}\0")),
                Value::Text(format!("{text} ")),
                Value::Text(text.to_uppercase()),
            ],
            Value::Blob(bytes) => vec![
                Value::Blob(vec![0; 200_000]),
                Value::Blob([bytes.as_slice(), bytes].concat()),
            ],
            _ => Vec::new(),
        }
    }

    fn cut(&self, dice: &mut Dice) -> Option<Value> {
        match &self.was {
            Value::Text(text) if !text.is_empty() => {
                Some(Value::Text(text[..dice.below(text.len())].to_owned()))
            }
            Value::Blob(bytes) if !bytes.is_empty() => {
                Some(Value::Blob(bytes[..dice.below(bytes.len())].to_vec()))
            }
            _ => None,
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Integer(n) => n.to_string(),
        Value::Real(n) => n.to_string(),
        Value::Text(text) if text.len() > 100 => format!("{} letters", text.len()),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// Manifest.db without a file.
pub fn without(list: &[u8], file: &str) -> Vec<u8> {
    let open = Open::new(list);
    let id = file.rsplit('/').next().unwrap_or(file);
    open.run(&format!("DELETE FROM Files WHERE fileID = '{id}'"));
    open.bytes()
}
