//! The pages, and the parts of them that the tests look at.

use crate::run::root;

/// A page of Markdown.
pub struct Page {
    /// From the folder of the project: `docs/draw.md`.
    pub path: String,
    pub text: String,
}

/// A block of code: its language, where it begins, and its lines.
pub struct Block<'a> {
    pub language: &'a str,
    pub line: usize,
    pub text: String,
}

/// The pages of the book, its table of contents apart.
pub fn book() -> Vec<Page> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("docs"))
        .expect("the docs")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
        .collect();
    names.sort();
    names
        .iter()
        .map(|name| page(&format!("docs/{name}")))
        .collect()
}

/// The book and the README.
pub fn all() -> Vec<Page> {
    let mut all = book();
    all.push(page("README.md"));
    all
}

/// One page.
pub fn page(path: &str) -> Page {
    Page {
        path: path.to_owned(),
        text: std::fs::read_to_string(root().join(path)).expect("a page"),
    }
}

impl Page {
    /// Its blocks of code.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for (number, line) in self.text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), inside) {
                (Some(language), false) => {
                    blocks.push(Block {
                        language,
                        line: number + 1,
                        text: String::new(),
                    });
                    inside = true;
                }
                (Some(_), true) => inside = false,
                (None, true) => {
                    if let Some(block) = blocks.last_mut() {
                        block.text += line;
                        block.text.push('\n');
                    }
                }
                (None, false) => {}
            }
        }
        assert!(!inside, "{}: a block of code without an end", self.path);
        blocks
    }

    /// Its text without the blocks of code.
    pub fn prose(&self) -> String {
        let mut inside = false;
        let mut out = String::new();
        for line in self.text.lines() {
            if line.trim_start().starts_with("```") {
                inside = !inside;
            } else if !inside {
                out += line;
            }
            out.push('\n');
        }
        out
    }

    /// What can stand after `#` in a link to it, as mdBook and GitHub make it of the headings.
    pub fn anchors(&self) -> Vec<String> {
        self.prose()
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.trim_start_matches('#').trim())
            .map(|heading| {
                heading
                    .chars()
                    .filter_map(|c| match c {
                        ' ' => Some('-'),
                        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                        _ => None,
                    })
                    .flat_map(char::to_lowercase)
                    .collect()
            })
            .collect()
    }
}
