//! Source files whose blocks tell that they ran.
//!
//! `{ a }` becomes `{ crate::ran(7); a }`, and `A => a` becomes `A => { crate::ran(7); a }`.

use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The file with a mark in each block, numbered on from `first`, and the line of each.
pub fn weave(source: &str, first: usize) -> Result<(String, Vec<usize>)> {
    let parsed = syn::parse_file(source).context("the file is no Rust")?;
    let mut blocks = Blocks::default();
    blocks.visit_file(&parsed);
    let mut inserts = blocks.0;
    inserts.sort_by_key(|insert| insert.at);
    let (mut text, mut lines, mut done) = (String::new(), Vec::new(), 0);
    for Insert { at, side } in inserts {
        text += &source[done..at];
        done = at;
        if side == Side::Closes {
            text += " }";
            continue;
        }
        let bracket = if side == Side::Opens { "{ " } else { "" };
        text += &format!("{bracket}crate::ran({}); ", first + lines.len());
        lines.push(source[..at].matches('\n').count() + 1);
    }
    text += &source[done..];
    Ok((text, lines))
}

struct Insert {
    at: usize,
    side: Side,
}

#[derive(PartialEq, Eq)]
enum Side {
    /// A block that is there.
    Within,
    /// Brackets around an arm without.
    Opens,
    Closes,
}

#[derive(Default)]
struct Blocks(Vec<Insert>);

impl Blocks {
    fn push(&mut self, at: usize, side: Side) {
        self.0.push(Insert { at, side });
    }
}

/// Whether it is there on every system, and in the program: what stands behind a `cfg` is left alone.
fn always(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().all(|it| !it.path().is_ident("cfg"))
}

impl<'ast> Visit<'ast> for Blocks {
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
        self.push(it.brace_token.span.open().byte_range().end, Side::Within);
        visit::visit_block(self, it);
    }

    fn visit_arm(&mut self, it: &'ast syn::Arm) {
        if !matches!(*it.body, syn::Expr::Block(_)) {
            let body = it.body.span().byte_range();
            self.push(body.start, Side::Opens);
            self.push(body.end, Side::Closes);
        }
        visit::visit_arm(self, it);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_marks_stand() {
        let source = "const fn c() -> u8 { 1 }\n#[cfg(windows)]\nfn w() {}\nfn f() {\n if a { b } else if c { d }\n \
                      let Some(x) = y else { return };\n match x {\n A => 1,\n B => { match z { _ => 2 } }\n }\n}";
        let (text, lines) = weave(source, 5).expect("Rust");
        assert_eq!(
            text,
            "const fn c() -> u8 { 1 }\n#[cfg(windows)]\nfn w() {}\nfn f() {crate::ran(5); \n if a {crate::ran(6);  b } \
             else if c {crate::ran(7);  d }\n let Some(x) = y else {crate::ran(8);  return };\n match x {\n A => { \
             crate::ran(9); 1 },\n B => {crate::ran(10);  match z { _ => { crate::ran(11); 2 } } }\n }\n}"
        );
        assert_eq!(lines, [4, 5, 5, 6, 8, 9, 9]);
    }
}
