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

fn project(file: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The names under every `[dependencies]`, `[dev-dependencies]` and their like for one system.
fn direct_dependencies() -> Vec<String> {
    let manifest: toml::Table = project("Cargo.toml").parse().expect("TOML");
    let mut names = Vec::new();
    let mut take = |table: &toml::Table| {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            if let Some(toml::Value::Table(list)) = table.get(kind) {
                names.extend(list.keys().cloned());
            }
        }
    };
    take(&manifest);
    for system in manifest["target"].as_table().expect("targets").values() {
        take(system.as_table().expect("a target"));
    }
    names
}

#[test]
fn every_direct_dependency_has_a_written_reason_and_no_other() {
    let page = project("docs/dependencies.md");
    let given: std::collections::BTreeSet<_> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter(|line| !line.starts_with("| `cargo "))
        .flat_map(|line| {
            let names = line.trim_start_matches("| ").split(" | ").next();
            names.unwrap_or_default().split('`').skip(1).step_by(2)
        })
        .map(String::from)
        .collect();
    let there: std::collections::BTreeSet<_> = direct_dependencies().into_iter().collect();
    assert_eq!(
        given, there,
        "docs/dependencies.md on the left, Cargo.toml on the right"
    );
}

#[test]
fn every_advisory_that_is_let_through_has_a_written_reason() {
    let policy: toml::Table = project("deny.toml").parse().expect("TOML");
    let page = project("docs/dependencies.md");
    for advisory in policy["advisories"]["ignore"].as_array().expect("a list") {
        let id = advisory["id"].as_str().expect("an id");
        let reason = advisory["reason"].as_str().expect("a reason");
        assert!(reason.len() > 40, "deny.toml gives no reason for {id}");
        assert!(
            page.contains(&format!("| {id} |")),
            "docs/dependencies.md does not tell of {id}"
        );
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    for file in ["src/lib.rs", "src/main.rs", "xtask/src/main.rs"] {
        assert!(
            project(file).contains("\n#![forbid(unsafe_code)]\n"),
            "{file} does not forbid unsafe code"
        );
    }
}
