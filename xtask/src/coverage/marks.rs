//! Source files whose blocks, or whose errors, tell that they ran.
//!
//! `{ a }` becomes `{ crate::ran(7); a }`, and `A => a` becomes `A => { crate::ran(7); a }`. `Err(a)` becomes
//! `crate::made(7, Err(a))`, and so does what `map_err`, `ok_or` and `ok_or_else` are given.

use std::ops::Range;

use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// What is marked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Functions, branches, loops and arms.
    Blocks,
    /// Each place where an error is made, or made into another.
    Errors,
}

/// The file with its marks, numbered on from `first`, and the line of each.
pub fn weave(source: &str, first: usize, what: What) -> Result<(String, Vec<usize>)> {
    let parsed = syn::parse_file(source).context("the file is no Rust")?;
    let mut visitor = Marks {
        what,
        edits: Vec::new(),
    };
    visitor.visit_file(&parsed);
    let mut edits = visitor.edits;
    edits.sort_by_key(|edit| edit.at.start);
    let (mut text, mut lines, mut done) = (String::new(), Vec::new(), 0);
    for Edit { at, to } in edits {
        text += &source[done..at.start];
        done = at.end;
        let number = (first + lines.len()).to_string();
        text += &to.replace('#', &number);
        if to.contains('#') {
            lines.push(source[..at.start].matches('\n').count() + 1);
        }
    }
    text += &source[done..];
    Ok((text, lines))
}

/// What comes in place of a part of the file; `#` is the mark's number.
struct Edit {
    at: Range<usize>,
    to: &'static str,
}

struct Marks {
    what: What,
    edits: Vec<Edit>,
}

impl Marks {
    fn put(&mut self, at: usize, to: &'static str) {
        self.edits.push(Edit { at: at..at, to });
    }

    fn wrap(&mut self, it: &impl Spanned, before: &'static str, after: &'static str) {
        let at = it.span().byte_range();
        self.put(at.start, before);
        self.put(at.end, after);
    }

    /// The error that a method makes of another, or of nothing.
    fn made_by(&mut self, call: &syn::ExprMethodCall) {
        let (Some(given), 1) = (call.args.first(), call.args.len()) else {
            return;
        };
        match (call.method.to_string().as_str(), given) {
            ("map_err" | "ok_or_else", syn::Expr::Closure(closure)) => {
                self.wrap(&closure.body, "crate::made(#, ", ")");
            }
            ("map_err", path) => self.wrap(path, "|it| crate::made(#, (", ")(it))"),
            ("ok_or_else", path) => self.wrap(path, "|| crate::made(#, (", ")())"),
            ("ok_or", value) => {
                self.edits.push(Edit {
                    at: call.method.span().byte_range(),
                    to: "ok_or_else",
                });
                self.wrap(value, "|| crate::made(#, ", ")");
            }
            _ => (),
        }
    }
}

/// Whether it is there on every system, and in the program: what stands behind a `cfg` is left alone.
fn always(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().all(|it| !it.path().is_ident("cfg"))
}

impl<'ast> Visit<'ast> for Marks {
    // What the compiler itself runs tells nothing.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}

    fn visit_item_mod(&mut self, it: &'ast syn::ItemMod) {
        if always(&it.attrs) {
            visit::visit_item_mod(self, it);
        }
    }

    fn visit_item_fn(&mut self, it: &'ast syn::ItemFn) {
        if always(&it.attrs) && it.sig.constness.is_none() {
            visit::visit_item_fn(self, it);
        }
    }

    fn visit_impl_item_fn(&mut self, it: &'ast syn::ImplItemFn) {
        if always(&it.attrs) && it.sig.constness.is_none() {
            visit::visit_impl_item_fn(self, it);
        }
    }

    fn visit_block(&mut self, it: &'ast syn::Block) {
        if self.what == What::Blocks {
            self.put(
                it.brace_token.span.open().byte_range().end,
                "crate::ran(#); ",
            );
        }
        visit::visit_block(self, it);
    }

    fn visit_arm(&mut self, it: &'ast syn::Arm) {
        if self.what == What::Blocks && !matches!(*it.body, syn::Expr::Block(_)) {
            self.wrap(&it.body, "{ crate::ran(#); ", " }");
        }
        visit::visit_arm(self, it);
    }

    fn visit_expr_call(&mut self, it: &'ast syn::ExprCall) {
        let called = matches!(&*it.func, syn::Expr::Path(path) if path.path.is_ident("Err"));
        if self.what == What::Errors && called {
            self.wrap(it, "crate::made(#, ", ")");
        }
        visit::visit_expr_call(self, it);
    }

    fn visit_expr_method_call(&mut self, it: &'ast syn::ExprMethodCall) {
        if self.what == What::Errors {
            self.made_by(it);
        }
        visit::visit_expr_method_call(self, it);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_marks_stand() {
        let source = "const fn c() -> u8 { 1 }\n#[cfg(windows)]\nfn w() {}\nfn f() {\n if a { b } else if c { d }\n \
                      let Some(x) = y else { return };\n match x {\n A => 1,\n B => { match z { _ => 2 } }\n }\n}";
        let (text, lines) = weave(source, 5, What::Blocks).expect("Rust");
        assert_eq!(
            text,
            "const fn c() -> u8 { 1 }\n#[cfg(windows)]\nfn w() {}\nfn f() {crate::ran(5); \n if a {crate::ran(6);  b } \
             else if c {crate::ran(7);  d }\n let Some(x) = y else {crate::ran(8);  return };\n match x {\n A => { \
             crate::ran(9); 1 },\n B => {crate::ran(10);  match z { _ => { crate::ran(11); 2 } } }\n }\n}"
        );
        assert_eq!(lines, [4, 5, 5, 6, 8, 9, 9]);
    }

    #[test]
    fn where_marks_of_errors_stand() {
        let source = "fn f() -> R {\n a.ok_or(B)?;\n c.ok_or_else(|| D::e(1))?;\n g.map_err(|_| B)?;\n \
                      h.map_err(B::from)?;\n if let Err(i) = j { return Err(i); }\n Ok(())\n}";
        let (text, lines) = weave(source, 3, What::Errors).expect("Rust");
        assert_eq!(
            text,
            "fn f() -> R {\n a.ok_or_else(|| crate::made(3, B))?;\n c.ok_or_else(|| crate::made(4, D::e(1)))?;\n \
             g.map_err(|_| crate::made(5, B))?;\n h.map_err(|it| crate::made(6, (B::from)(it)))?;\n \
             if let Err(i) = j { return crate::made(7, Err(i)); }\n Ok(())\n}"
        );
        assert_eq!(lines, [2, 3, 4, 5, 6]);
    }
}
