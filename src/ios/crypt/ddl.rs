//! As much of `CREATE TABLE` and `CREATE INDEX` as it takes to know where the columns of `Files` are and which index
//! holds the file ids. Whatever could change the meaning of a record or the order of an index is refused.

/// Where things are in a `CREATE TABLE`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// The columns' names, in the order of the record's values.
    pub columns: Vec<String>,
    /// The column that alone makes the table's only `PRIMARY KEY` or `UNIQUE` constraint: the one of the automatic
    /// index number 1.
    pub unique: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A bare word: a name or a keyword.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    Sign(char),
}

impl Token {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn name(&self) -> Option<&str> {
        match self {
            Token::Word(name) | Token::Quoted(name) => Some(name),
            Token::Sign(_) => None,
        }
    }
}

/// `None` where the text is not understood.
fn tokens(sql: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..)?;
        rest = match c {
            c if c.is_ascii_whitespace() => after,
            '-' if after.starts_with('-') => after.split_once('\n').map_or("", |(_, rest)| rest),
            '/' if after.starts_with('*') => after.get(1..)?.split_once("*/")?.1,
            '"' | '`' | '\'' | '[' => {
                let (name, rest) = quoted(after, if c == '[' { ']' } else { c })?;
                tokens.push(Token::Quoted(name));
                rest
            }
            c if in_word(c) => {
                let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
                let (word, rest) = rest.split_at_checked(end)?;
                tokens.push(Token::Word(word.to_owned()));
                rest
            }
            sign => {
                tokens.push(Token::Sign(sign));
                after
            }
        };
    }
    Some(tokens)
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// The name up to the closing mark, in which a doubled mark stands for one; then the rest.
fn quoted(text: &str, close: char) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once(close)?;
        name.push_str(part);
        match after.strip_prefix(close).filter(|_| close != ']') {
            Some(after) => {
                name.push(close);
                rest = after;
            }
            None => return Some((name, after)),
        }
    }
}

/// Reads the `CREATE TABLE` of an ordinary table.
///
/// # Errors
/// What about it is not supported.
pub(super) fn table(sql: &str) -> Result<Table, &'static str> {
    const UNREADABLE: &str = "the definition of its table Files";
    let tokens = tokens(sql).ok_or(UNREADABLE)?;
    let (start, rest) = tokens.split_at_checked(3).ok_or(UNREADABLE)?;
    let named = matches!(start, [create, table, name]
        if create.is("CREATE") && table.is("TABLE") && name.name().is_some());
    let (definitions, options) = bracketed(rest).ok_or(UNREADABLE)?;
    if !named {
        return Err(UNREADABLE);
    }
    if options.iter().any(|t| t.is("WITHOUT")) {
        return Err("a table Files without rowids");
    }
    if definitions.iter().any(|t| t.is("GENERATED") || t.is("AS")) {
        return Err("generated columns in its table Files");
    }

    // Indexes take over the collations of their columns, and would be in another order than that of the bytes.
    if definitions.iter().any(|t| t.is("COLLATE")) {
        return Err("a collation in its table Files");
    }

    let mut columns = Vec::new();
    let mut constraints = Vec::new();
    for definition in split_top_level(definitions) {
        let [first, rest @ ..] = definition else {
            return Err(UNREADABLE);
        };
        let about_table = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
        if about_table.iter().any(|k| first.is(k)) {
            constraints.extend(table_constraints(definition));
        } else {
            let name = first.name().ok_or(UNREADABLE)?;
            columns.push(name.to_owned());
            let plain = !rest.iter().any(|t| t.is("DESC"));
            let made = top_level(rest).filter(|t| t.is("PRIMARY") || t.is("UNIQUE"));
            constraints.extend(made.map(|_| plain.then(|| name.to_owned())));
        }
    }
    let unique = match constraints.as_slice() {
        [only] => only.clone(),
        _ => None,
    };
    Ok(Table { columns, unique })
}

/// For each `PRIMARY KEY (...)` and `UNIQUE (...)` its column, if that is a single one in ascending order.
fn table_constraints(definition: &[Token]) -> Vec<Option<String>> {
    let mut found = Vec::new();
    for (i, token) in definition.iter().enumerate() {
        let skip = match token {
            t if t.is("PRIMARY") => i + 2,
            t if t.is("UNIQUE") => i + 1,
            _ => continue,
        };
        let columns = definition.get(skip..).and_then(bracketed).map(|(c, _)| c);
        found.push(match columns {
            Some([name]) => name.name().map(str::to_owned),
            Some([name, asc]) if asc.is("ASC") => name.name().map(str::to_owned),
            _ => None,
        });
    }
    found
}

/// Whether the `CREATE INDEX` is one of all rows, over `column` alone, in ascending binary order.
pub(super) fn is_plain_index_on(sql: &str, column: &str) -> bool {
    let Some(tokens) = tokens(sql) else {
        return false;
    };
    let Some(open) = tokens.iter().position(|t| *t == Token::Sign('(')) else {
        return false;
    };
    let Some((inner, [])) = tokens.get(open..).and_then(bracketed) else {
        return false;
    };
    let [name, order @ ..] = inner else {
        return false;
    };
    let ascending = matches!(order, []) || matches!(order, [asc] if asc.is("ASC"));
    ascending && name.name().is_some_and(|n| n.eq_ignore_ascii_case(column))
}

/// What is between the opening bracket that `tokens` begin with and its closing one, and what comes after.
fn bracketed(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            let after = tokens.get(i + 1..)?;
            return (i > 0).then_some((tokens.get(1..i)?, after));
        }
    }
    None
}

/// The tokens outside of all brackets.
fn top_level(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    let mut depth = 0i64;
    tokens.iter().filter(move |token| {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            _ => return depth == 0,
        }
        false
    })
}

/// Cuts at the commas outside of all brackets.
fn split_top_level(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0i64;
    tokens.split(move |token| {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            _ => {}
        }
        depth == 0 && *token == Token::Sign(',')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_as_apple_writes_them_and_as_others_might() {
        let expected = ["fileID", "domain", "relativePath", "flags", "file"];
        for sql in [
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)",
            "create table \"Files\"(\n\t[fileID] TEXT -- the name, of course\n PRIMARY KEY\n,`domain` TEXT,\r\n'relativePath' \
             VARCHAR(10, 2), \"flags\" INTEGER DEFAULT (1+(2)), file /* a, blob */ BLOB)",
            "CREATE TABLE Files(fileID, domain, relativePath, flags CHECK (flags IN (1, 2)), file, PRIMARY KEY(fileID))",
            "CREATE TABLE Files(fileID, domain, relativePath, flags, file, CONSTRAINT x UNIQUE (fileID ASC)) STRICT",
        ] {
            let table = table(sql).unwrap();
            assert_eq!(table.columns, expected, "{sql}");
            assert_eq!(table.unique.as_deref(), Some("fileID"), "{sql}");
        }
    }

    #[test]
    fn other_constraints_name_no_automatic_index() {
        for sql in [
            "CREATE TABLE Files(fileID TEXT)",
            "CREATE TABLE Files(fileID TEXT PRIMARY KEY DESC)",
            "CREATE TABLE Files(fileID TEXT PRIMARY KEY, domain UNIQUE)",
            "CREATE TABLE Files(fileID TEXT, domain, PRIMARY KEY (fileID, domain))",
            "CREATE TABLE Files(fileID TEXT, PRIMARY KEY (fileID DESC))",
        ] {
            assert_eq!(table(sql).unwrap().unique, None, "{sql}");
        }
    }

    #[test]
    fn what_changes_the_meaning_of_records_is_refused() {
        for sql in [
            "CREATE TABLE Files(fileID TEXT PRIMARY KEY) WITHOUT ROWID",
            "CREATE TABLE Files(fileID TEXT PRIMARY KEY, x GENERATED ALWAYS AS (1))",
            "CREATE TABLE Files(fileID TEXT PRIMARY KEY, x AS (1))",
            "CREATE TABLE Files(fileID TEXT COLLATE NOCASE, PRIMARY KEY (fileID))",
            "CREATE TABLE Files(fileID TEXT",
            "CREATE VIEW Files(fileID)",
            "CREATE TABLE Files()",
            "CREATE TABLE Files(\"fileID TEXT)",
            "",
        ] {
            assert!(table(sql).is_err(), "{sql}");
        }
    }

    #[test]
    fn plain_indexes_alone_are_taken() {
        for (sql, plain) in [
            ("CREATE INDEX i ON Files(fileID)", true),
            ("CREATE UNIQUE INDEX i ON Files (\"fileid\" asc)", true),
            ("CREATE INDEX i ON Files(fileID DESC)", false),
            ("CREATE INDEX i ON Files(fileID COLLATE NOCASE)", false),
            ("CREATE INDEX i ON Files(fileID) WHERE flags = 1", false),
            ("CREATE INDEX i ON Files(lower(fileID))", false),
            ("CREATE INDEX i ON Files(fileID, domain)", false),
            ("CREATE INDEX i ON Files(domain)", false),
        ] {
            assert_eq!(is_plain_index_on(sql, "fileID"), plain, "{sql}");
        }
    }
}
