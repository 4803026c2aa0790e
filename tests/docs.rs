//! The reference pages are those that the declarations make.

#[path = "support/reference.rs"]
mod reference;

#[test]
fn reference_pages_are_up_to_date() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, text) in reference::pages() {
        let committed = std::fs::read_to_string(docs.join(name)).expect("the page is there");
        assert!(
            committed == text,
            "docs/{name} is out of date: run `cargo run --example make_docs`"
        );
    }
}
