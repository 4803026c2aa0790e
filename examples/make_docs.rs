//! Writes the reference pages that come from the program's own declarations: docs/commands.md, docs/facts.md,
//! docs/controls.md and docs/profile.schema.json.
//! A test compares them with what is committed.

#[path = "../tests/support/reference.rs"]
mod reference;

fn main() -> std::io::Result<()> {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, text) in reference::pages() {
        std::fs::write(docs.join(name), text)?;
    }
    Ok(())
}
