//! Every page stands in the table of contents, and every link leads somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use crate::pages::{self, Page};
use crate::run::root;

/// Where the links of a text lead, without what is code.
fn links(text: &str) -> Vec<String> {
    let outside: String = text.split('`').step_by(2).collect();
    outside
        .split("](")
        .skip(1)
        .filter_map(|part| part.split(')').next())
        .map(str::to_owned)
        .collect()
}

/// What is wrong with a link of a page.
fn fault(page: &Page, link: &str) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
    let target = match file {
        "" => page.path.clone(),
        file => folder.join(file).to_string_lossy().into_owned(),
    };
    if folder == Path::new("docs") && target.contains("..") {
        return Some("it leads out of the book, which has only what is in docs".into());
    }
    if !root().join(&target).exists() {
        return Some("there is no such file".into());
    }
    (!anchor.is_empty()
        && !pages::page(&target)
            .anchors()
            .iter()
            .any(|there| there == anchor))
    .then(|| "the page has no such heading".into())
}

#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let summary = pages::page("docs/SUMMARY.md");
    let mut listed = links(&summary.text);
    // Chapters that only head others, and pages that are still to be written.
    listed.retain(|link| !link.is_empty());
    let set: BTreeSet<String> = listed.iter().map(|link| format!("docs/{link}")).collect();
    assert_eq!(set.len(), listed.len(), "a page is listed twice");
    let there: BTreeSet<String> = pages::book().into_iter().map(|page| page.path).collect();
    assert_eq!(set, there, "docs/SUMMARY.md on the left, docs on the right");
}

#[test]
fn every_link_leads_somewhere() {
    let mut looked_at = 0;
    let mut faults = Vec::new();
    for page in pages::all() {
        for link in links(&page.prose()) {
            looked_at += 1;
            if let Some(fault) = fault(&page, &link) {
                faults.push(format!("{}: {link}: {fault}", page.path));
            }
        }
    }
    println!("links: {looked_at}");
    assert!(looked_at > 100, "only {looked_at} links were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_fault_is_noticed() {
    let page = pages::page("docs/introduction.md");
    for link in [
        "missing.md",
        "privacy.md#missing",
        "#missing",
        "../README.md",
    ] {
        assert!(fault(&page, link).is_some(), "{link}");
    }
    assert!(fault(&page, "privacy.md#what-is-read").is_none());
    assert_eq!(links("a [b](c.md) `[d](e)` [f\ng](h#i)"), ["c.md", "h#i"]);
}
