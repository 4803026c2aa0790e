//! Source files that hold many mutants at once, each switched on by its number.
//!
//! `a == b` becomes `(if crate::mutant(7) { (a) != (b) } else { a == b })`. So one build serves all of them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// One change to a source file, as cargo-mutants lists it.
#[derive(Debug, Clone)]
pub struct Mutant {
    pub number: usize,
    /// Where it is and what it does, in cargo-mutants' words.
    pub name: String,
    pub file: String,
    pub genre: Genre,
    /// It stands for what a function gives, whose type is some `impl Trait`.
    pub unnamed_type: bool,
    /// What stands in place of the bytes of `at`.
    pub replacement: String,
    pub at: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genre {
    /// The whole body of a function.
    FnValue,
    BinaryOperator,
    UnaryOperator,
    /// An arm is taken out.
    MatchArm,
    MatchArmGuard,
    /// A field is taken out of a struct that has others to fall back on.
    StructField,
}

impl Genre {
    pub fn named(name: &str) -> Option<Genre> {
        Some(match name {
            "FnValue" => Genre::FnValue,
            "BinaryOperator" => Genre::BinaryOperator,
            "UnaryOperator" => Genre::UnaryOperator,
            "MatchArm" => Genre::MatchArm,
            "MatchArmGuard" => Genre::MatchArmGuard,
            "StructField" => Genre::StructField,
            _ => return None,
        })
    }
}

/// Where a line and a column, both from 1 and the column in characters, are in a text.
pub fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let rest = text.get(start..)?;
    let within = rest.char_indices().nth(column.checked_sub(1)?);
    Some(start + within.map_or(rest.len(), |(at, _)| at))
}

/// A file with its mutants.
pub struct Woven {
    pub text: String,
    /// Which bytes of `text` are which mutant's.
    pub places: Vec<(Range<usize>, usize)>,
    /// Those that cannot be switched: each has to be compiled alone.
    pub alone: BTreeSet<usize>,
}

/// Puts mutants into a file. Mutants of other files must not be among them.
pub fn weave(source: &str, mutants: &[&Mutant]) -> Result<Woven> {
    let parsed = syn::parse_file(source).context("the file is no Rust")?;
    let mut places = Places::default();
    places.visit_file(&parsed);
    let mut woven = Weaver::default();
    let mut alone = BTreeSet::new();
    // What acts on the same expression is one insertion.
    let mut at_once: HashMap<(usize, usize), Vec<&Mutant>> = HashMap::new();
    for mutant in mutants {
        at_once
            .entry((mutant.at.start, mutant.at.end))
            .or_default()
            .push(mutant);
    }
    for ((start, end), group) in at_once {
        let done = match group[0].genre {
            Genre::FnValue => {
                woven.function(start, &group);
                true
            }
            Genre::MatchArmGuard => {
                woven.guard(start..end, &group);
                true
            }
            Genre::BinaryOperator => places
                .binary
                .get(&start)
                .map(|whole| woven.binary(source, whole.clone(), start..end, &group))
                .is_some(),
            Genre::UnaryOperator => places
                .unary
                .get(&start)
                .map(|whole| woven.unary(source, whole.clone(), end, &group))
                .is_some(),
            Genre::MatchArm => places
                .arms
                .get(&start)
                .map(|arm| woven.arm(arm, &group))
                .is_some(),
            Genre::StructField => false,
        };
        if !done {
            alone.extend(group.iter().map(|mutant| mutant.number));
        }
    }
    let (text, places) = woven.text(source);
    Ok(Woven {
        text,
        places,
        alone,
    })
}

/// One change to each operator of a file that can be switched, numbered on from those that are there already.
pub fn operators(file: &str, source: &str, mutants: &mut Vec<Mutant>) -> Result<()> {
    let parsed = syn::parse_file(source).context("the file is no Rust")?;
    let mut places = Places::default();
    places.visit_file(&parsed);
    let binary = places.binary.keys().map(|at| (*at, Genre::BinaryOperator));
    let unary = places.unary.keys().map(|at| (*at, Genre::UnaryOperator));
    let mut all: Vec<(usize, Genre)> = binary.chain(unary).collect();
    all.sort_by_key(|(at, _)| *at);
    for (at, genre) in all {
        let change = OPERATORS
            .iter()
            .find(|(old, _)| source[at..].starts_with(old))
            .filter(|(old, _)| (*old == "!") == (genre == Genre::UnaryOperator));
        let Some((old, new)) = change else {
            continue;
        };
        let line = source[..at].matches('\n').count() + 1;
        mutants.push(Mutant {
            number: mutants.len() + 1,
            name: format!("{file}:{line}: {old} becomes {new}"),
            file: file.to_owned(),
            genre,
            unnamed_type: false,
            replacement: (*new).to_owned(),
            at: at..at + old.len(),
        });
    }
    Ok(())
}

/// What stands instead of which operator; the longer are looked for first.
const OPERATORS: &[(&str, &str)] = &[
    ("==", "!="),
    ("!=", "=="),
    ("<=", ">"),
    (">=", "<"),
    ("&&", "||"),
    ("||", "&&"),
    ("<<", ">>"),
    (">>", "<<"),
    ("+=", "-="),
    ("<", ">="),
    (">", "<="),
    ("!", ""),
];

/// Where operators and arms are, by the first byte of the operator or of the arm.
#[derive(Default)]
struct Places {
    binary: HashMap<usize, Range<usize>>,
    unary: HashMap<usize, Range<usize>>,
    arms: HashMap<usize, Arm>,
}

struct Arm {
    pattern_ends: usize,
    guard: Option<Range<usize>>,
}

impl<'ast> Visit<'ast> for Places {
    // What stands in a constant cannot be switched, and tests are not what is tested.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_item_mod(&mut self, it: &'ast syn::ItemMod) {
        if it.ident != "tests" {
            visit::visit_item_mod(self, it);
        }
    }

    fn visit_expr_binary(&mut self, it: &'ast syn::ExprBinary) {
        // In a chain with `let` there is no expression that could be put into brackets.
        if !has_let(&it.left) && !has_let(&it.right) {
            let whole = it.span().byte_range();
            self.binary.insert(it.op.span().byte_range().start, whole);
        }
        visit::visit_expr_binary(self, it);
    }

    fn visit_expr_unary(&mut self, it: &'ast syn::ExprUnary) {
        let whole = it.span().byte_range();
        self.unary.insert(it.op.span().byte_range().start, whole);
        visit::visit_expr_unary(self, it);
    }

    fn visit_expr_match(&mut self, it: &'ast syn::ExprMatch) {
        // An arm with a guard covers nothing: another has to cover all.
        let covered = it.arms.last().is_some_and(|arm| match &arm.pat {
            syn::Pat::Wild(_) => arm.guard.is_none(),
            syn::Pat::Ident(name) => {
                let first = name.ident.to_string().chars().next();
                arm.guard.is_none() && first.is_some_and(char::is_lowercase)
            }
            _ => false,
        });
        for arm in it.arms.iter().filter(|arm| covered || arm.guard.is_some()) {
            let place = Arm {
                pattern_ends: arm.pat.span().byte_range().end,
                guard: arm.guard.as_ref().map(|(_, it)| it.span().byte_range()),
            };
            self.arms.insert(arm.span().byte_range().start, place);
        }
        visit::visit_expr_match(self, it);
    }
}

fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(it) => has_let(&it.left) || has_let(&it.right),
        _ => false,
    }
}

/// What is to be inserted; nothing is taken away.
#[derive(Default)]
struct Weaver {
    inserts: Vec<Insert>,
}

struct Insert {
    at: usize,
    /// Opens or closes what reaches to, or from, there.
    side: Side,
    /// Of two around the same bytes, the lower is outside.
    rank: u8,
    pieces: Vec<(Option<usize>, String)>,
}

enum Side {
    Opens { to: usize },
    Closes { from: usize },
}

impl Weaver {
    fn around(
        &mut self,
        bytes: Range<usize>,
        rank: u8,
        before: Vec<(Option<usize>, String)>,
        after: &str,
    ) {
        self.inserts.push(Insert {
            at: bytes.start,
            side: Side::Opens { to: bytes.end },
            rank,
            pieces: before,
        });
        self.inserts.push(Insert {
            at: bytes.end,
            side: Side::Closes { from: bytes.start },
            rank,
            pieces: vec![(None, after.to_owned())],
        });
    }

    fn before(&mut self, at: usize, to: usize, pieces: Vec<(Option<usize>, String)>) {
        self.inserts.push(Insert {
            at,
            side: Side::Opens { to },
            rank: 0,
            pieces,
        });
    }

    fn function(&mut self, start: usize, group: &[&Mutant]) {
        let pieces = group.iter().map(|mutant| {
            let Mutant {
                number,
                replacement,
                ..
            } = mutant;
            let text = format!("if crate::mutant({number}) {{ return {replacement}; }} ");
            (Some(*number), text)
        });
        self.before(start, usize::MAX, pieces.collect());
    }

    fn binary(&mut self, source: &str, whole: Range<usize>, op: Range<usize>, group: &[&Mutant]) {
        let (left, right) = (&source[whole.start..op.start], &source[op.end..whole.end]);
        self.instead(whole.clone(), group, |mutant| {
            format!("({left}) {} ({right})", mutant.replacement)
        });
    }

    fn unary(&mut self, source: &str, whole: Range<usize>, op_ends: usize, group: &[&Mutant]) {
        let rest = &source[op_ends..whole.end];
        self.instead(whole.clone(), group, |mutant| {
            format!("{}({rest})", mutant.replacement)
        });
    }

    fn instead(
        &mut self,
        whole: Range<usize>,
        group: &[&Mutant],
        text: impl Fn(&Mutant) -> String,
    ) {
        let mut pieces = vec![(None, "(".to_owned())];
        for mutant in group {
            let number = mutant.number;
            let text = text(mutant);
            let text = format!("if crate::mutant({number}) {{ {text} }} else ");
            pieces.push((Some(number), text));
        }
        pieces.push((None, "{ ".to_owned()));
        self.around(whole, 2, pieces, " })");
    }

    fn guard(&mut self, guard: Range<usize>, group: &[&Mutant]) {
        let mut text = "(".to_owned();
        for mutant in group.iter().filter(|it| it.replacement == "true") {
            text += &format!("crate::mutant({}) || ", mutant.number);
        }
        for mutant in group.iter().filter(|it| it.replacement == "false") {
            text += &format!("!crate::mutant({}) && ", mutant.number);
        }
        text += "(";
        self.around(guard, 1, vec![(Some(group[0].number), text)], "))");
    }

    fn arm(&mut self, arm: &Arm, group: &[&Mutant]) {
        let number = group[0].number;
        match &arm.guard {
            None => self.before(
                arm.pattern_ends,
                arm.pattern_ends,
                vec![(Some(number), format!(" if !crate::mutant({number})"))],
            ),
            Some(guard) => self.around(
                guard.clone(),
                0,
                vec![(Some(number), format!("!crate::mutant({number}) && ("))],
                ")",
            ),
        }
    }

    fn text(mut self, source: &str) -> (String, Vec<(Range<usize>, usize)>) {
        // What closes stands before what opens; of what closes, the inner first; of what opens, the outer.
        self.inserts.sort_by_key(|it| match it.side {
            Side::Closes { from } => (it.at, 0, usize::MAX - from, u8::MAX - it.rank),
            Side::Opens { to } => (it.at, 1, usize::MAX - to, it.rank),
        });
        let (mut text, mut places, mut done) = (String::new(), Vec::new(), 0);
        for insert in self.inserts {
            text += &source[done..insert.at];
            done = insert.at;
            for (number, piece) in insert.pieces {
                let start = text.len();
                text += &piece;
                places.extend(number.map(|number| (start..text.len(), number)));
            }
        }
        text += &source[done..];
        (text, places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn woven(source: &str, changes: &[(Genre, &str, &str)]) -> String {
        let mutants: Vec<Mutant> = changes
            .iter()
            .enumerate()
            .map(|(at, (genre, old, new))| {
                let start = source.find(old).expect("there");
                Mutant {
                    number: at + 1,
                    name: String::new(),
                    file: String::new(),
                    genre: *genre,
                    unnamed_type: false,
                    replacement: (*new).to_owned(),
                    at: start..start + old.len(),
                }
            })
            .collect();
        let mutants: Vec<&Mutant> = mutants.iter().collect();
        weave(source, &mutants).expect("Rust").text
    }

    #[test]
    fn what_each_becomes() {
        use Genre::*;
        for (source, changes, expected) in [
            (
                "fn f() -> u8 { 3 }",
                &[(FnValue, "3", "0")][..],
                "fn f() -> u8 { if crate::mutant(1) { return 0; } 3 }",
            ),
            (
                "fn f() -> bool { a == b && !c }",
                &[
                    (BinaryOperator, "&&", "||"),
                    (BinaryOperator, "==", "!="),
                    (UnaryOperator, "!", ""),
                ],
                "fn f() -> bool { (if crate::mutant(1) { (a == b ) || ( !c) } else { (if crate::mutant(2) { (a ) != ( b) } \
                 else { a == b }) && (if crate::mutant(3) { (c) } else { !c }) }) }",
            ),
            (
                "fn f() { match x { A if b => 1, B => 2, _ => 3 } }",
                &[
                    (MatchArmGuard, "b", "true"),
                    (MatchArmGuard, "b", "false"),
                    (MatchArm, "A if b => 1,", ""),
                    (MatchArm, "B => 2,", ""),
                ],
                "fn f() { match x { A if !crate::mutant(3) && ((crate::mutant(1) || !crate::mutant(2) && (b))) => 1, \
                 B if !crate::mutant(4) => 2, _ => 3 } }",
            ),
            (
                "fn f() { if a && let Some(x) = y && c < d {} }",
                &[(BinaryOperator, "<", ">")],
                "fn f() { if a && let Some(x) = y && (if crate::mutant(1) { (c ) > ( d) } else { c < d }) {} }",
            ),
        ] {
            assert_eq!(woven(source, changes), expected);
        }
    }

    #[test]
    fn which_operators_there_are() {
        let source = "const A: u8 = 1 << 2;\nfn f() -> bool { a == 1\n && !b }\nmod tests { fn g() -> bool { c == d } }";
        let mut mutants = Vec::new();
        operators("f.rs", source, &mut mutants).expect("Rust");
        let names: Vec<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "f.rs:2: == becomes !=",
                "f.rs:3: && becomes ||",
                "f.rs:3: ! becomes ",
            ]
        );
    }
}
