//! The texts in the source: string literals outside of tests, and where they stand.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A string literal.
#[derive(Debug, Clone)]
pub struct Text {
    /// File and line, as editors take them.
    pub at: String,
    pub text: String,
    /// The macro or function whose argument it is (`anyhow`, `new`), with the type before it if there is one
    /// (`SourceError::new`); for an attribute its name (`error`).
    pub of: String,
    /// Which argument it stands in, counted from 0.
    pub argument: usize,
    /// How many arguments that call has.
    pub arguments: usize,
    /// What it stands in further out, from the inside.
    pub within: Vec<String>,
}

/// All of `src/`, without what is only for tests.
pub fn texts() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for path in files(&root.join("src")) {
        let source = std::fs::read_to_string(&path).expect("a source file");
        let tokens: TokenStream = source.parse().expect("Rust");
        let file = path.strip_prefix(root).expect("below the root");
        let place = Call {
            file,
            calls: Vec::new(),
            arguments: 0,
        };
        walk(tokens, &place, &mut found);
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            found.extend(files(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" && !name.ends_with("_tests.rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

struct Call<'a> {
    file: &'a Path,
    /// From the outside.
    calls: Vec<String>,
    arguments: usize,
}

fn walk(tokens: TokenStream, call: &Call<'_>, found: &mut Vec<Text>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut argument = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(p) if p.as_char() == '#' => {
                // `#![...]` is of the whole file.
                if matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == '!') {
                    at += 2;
                    continue;
                }
                let Some(TokenTree::Group(attribute)) = tokens.get(at) else {
                    continue;
                };
                at += 1;
                if is_test(attribute) {
                    at = after_item(&tokens, at);
                } else if name(attribute) != "doc" {
                    inside(attribute, name(attribute), call, found);
                }
            }
            TokenTree::Punct(p) if p.as_char() == ',' => argument += 1,
            TokenTree::Group(group) => {
                let of = if group.delimiter() == Delimiter::Parenthesis {
                    before(&tokens[..at - 1])
                } else {
                    String::new()
                };
                inside(group, of, call, found);
            }
            TokenTree::Literal(literal) => {
                if let Ok(text) = litrs::StringLit::parse(literal.to_string()) {
                    let line = literal.span().start().line;
                    found.push(Text {
                        at: format!("{}:{line}", call.file.display()),
                        text: text.value().to_owned(),
                        of: call.calls.last().cloned().unwrap_or_default(),
                        argument,
                        arguments: call.arguments,
                        within: call.calls.iter().rev().skip(1).cloned().collect(),
                    });
                }
            }
            _ => {}
        }
    }
}

fn inside(group: &Group, of: String, around: &Call<'_>, found: &mut Vec<Text>) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let commas = |token: &&TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    let ends_in_comma = tokens.last().as_ref().is_some_and(commas);
    let commas = tokens.iter().filter(commas).count();
    let mut calls = around.calls.clone();
    if group.delimiter() != Delimiter::Brace || !of.is_empty() {
        calls.push(of);
    }
    let call = Call {
        file: around.file,
        calls,
        arguments: commas + 1 - usize::from(ends_in_comma),
    };
    walk(group.stream(), &call, found);
}

/// The name of an attribute.
fn name(attribute: &Group) -> String {
    attribute
        .stream()
        .into_iter()
        .next()
        .map(|token| token.to_string())
        .unwrap_or_default()
}

fn is_test(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    text == "test" || text.replace(' ', "") == "cfg(test)"
}

/// Where what an attribute stands on is over.
fn after_item(tokens: &[TokenTree], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(p) if p.as_char() == ';' => break,
            TokenTree::Group(g) if g.delimiter() == Delimiter::Brace => break,
            _ => {}
        }
    }
    at
}

/// The name of what is called: `anyhow` in `anyhow!(`, `SourceError::new` in `SourceError::new(`.
fn before(tokens: &[TokenTree]) -> String {
    let mut parts = Vec::new();
    for token in tokens.iter().rev() {
        match token {
            TokenTree::Punct(p) if p.as_char() == '!' && parts.is_empty() => {}
            TokenTree::Punct(p) if p.as_char() == ':' => {}
            TokenTree::Ident(ident)
                if parts.is_empty() || ident.to_string().starts_with(char::is_uppercase) =>
            {
                parts.push(ident.to_string());
                if parts.len() == 2 {
                    break;
                }
            }
            _ => break,
        }
    }
    parts.reverse();
    parts.join("::")
}

#[test]
fn the_reader_of_source_finds_what_it_should() {
    let source = r##"
        fn f() { Err(anyhow!("One {x}.\nTwo.", x = 1)) ; SourceError::new(format!("What {e}."), "Next.",) }
        #[error("typed: {0}")] struct E;
        /// help
        #[cfg(test)] mod tests { fn g() { anyhow!("not this") } }
    "##;
    let mut found = Vec::new();
    let call = Call {
        file: Path::new("x.rs"),
        calls: Vec::new(),
        arguments: 0,
    };
    walk(source.parse().expect("Rust"), &call, &mut found);
    let seen: Vec<_> = found
        .iter()
        .map(|t| (t.of.as_str(), t.argument, t.arguments, t.text.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("anyhow", 0, 2, "One {x}.\nTwo."),
            ("format", 0, 1, "What {e}."),
            ("SourceError::new", 1, 2, "Next."),
            ("error", 0, 1, "typed: {0}"),
        ]
    );
}
