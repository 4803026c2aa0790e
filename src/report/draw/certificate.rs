//! The certificate of a draw for the notice board, as text and as a PDF. It names nobody: it holds what anybody needs to
//! repeat the draw, and none of the references.

use std::fmt::Write as _;

use super::{Draw, WIDTH};
use crate::report::layout::wrap;
use crate::report::paper::{self, Block, Document, Size, fonts};
use crate::report::words::day;
use crate::sampling::draw::Method;
use crate::sampling::sizes::drawn_twice;
use crate::sampling::words::{count, number, one_in};
use crate::trust::Trust;

const TITLE: &str = "Draw certificate";
const SUBTITLE: &str = "Random spot check of messaging settings";
const WHAT: &str = "It says how people were drawn, so that anybody with the list can repeat it.";
const NOT_AS_IT_IS: &str = "This paper cannot show it as it is. The certificate as text can.";
/// The most characters that a line on A4 holds before it is broken.
const LONGEST_LINE: usize = 80;

/// A part of the certificate.
enum Part {
    /// Label and value.
    Row(&'static str, String),
    /// What has to be copied letter for letter, with its label.
    Copy(String, String),
    /// What should be known of what stands before it.
    Remark(String),
    /// A paragraph of its own.
    Note(String),
    Heading(String),
    Paragraph(String),
    Commands(Vec<String>),
    /// Headings, and rows of a name and numbers.
    Table([&'static str; 3], Vec<[String; 3]>),
}

/// The certificate as text.
pub fn certificate(draw: &Draw, trust: &Trust) -> String {
    let mut out = format!("{}\n{SUBTITLE}\n", TITLE.to_uppercase());
    if let Some(name) = &trust.name {
        let _ = writeln!(out, "{}", name.trim());
    }
    let _ = writeln!(out, "{WHAT}\n");
    for part in parts(draw) {
        let (text, first, indent) = match &part {
            Part::Row(label, value) => (value, format!("{label:<18}"), " ".repeat(18)),
            Part::Remark(text) | Part::Paragraph(text) => (text, "  ".into(), "  ".into()),
            Part::Note(text) | Part::Heading(text) => {
                out.push('\n');
                (text, String::new(), String::new())
            }
            Part::Copy(label, value) => {
                // However long it is, it stands on a line of its own.
                let _ = writeln!(out, "\n{label}\n  {value}");
                continue;
            }
            Part::Commands(lines) => {
                out.push('\n');
                for line in lines {
                    let _ = writeln!(out, "    {line}");
                }
                out.push('\n');
                continue;
            }
            Part::Table(heads, rows) => {
                let heads = heads.map(str::to_owned);
                let cells = || std::iter::once(&heads).chain(rows);
                let widest = cells().map(|row| row[0].chars().count()).max();
                let width = widest.unwrap_or(0);
                for [name, people, drawn] in cells() {
                    let _ = writeln!(out, "  {name:<width$}  {people:>9}  {drawn:>7}");
                }
                continue;
            }
        };
        out += &wrap(text, WIDTH, &first, &indent);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The certificate as a PDF: A4, on one page where that can be.
///
/// # Errors
/// What keeps the PDF from its standard.
pub fn certificate_pdf(draw: &Draw, trust: &Trust) -> Result<Vec<u8>, String> {
    let mut missing = Vec::new();
    let mut fit = |text: &str| fonts::fit(text, &mut missing);
    let mut blocks = vec![
        Block::Paragraph(SUBTITLE.into()),
        Block::Paragraph(WHAT.into()),
    ];
    for part in parts(draw) {
        match part {
            Part::Row(label, value) => blocks.push(Block::Row(label.into(), fit(&value))),
            Part::Copy(label, value) => {
                let shown = fit(&value);
                let remark = if shown != value {
                    Some(NOT_AS_IT_IS)
                } else if shown.chars().count() > LONGEST_LINE {
                    Some("It goes on from line to line, with nothing between.")
                } else {
                    None
                };
                blocks.push(Block::Row(fit(&label), remark.unwrap_or_default().into()));
                blocks.push(Block::Verbatim(vec![shown]));
            }
            Part::Remark(text) | Part::Note(text) | Part::Paragraph(text) => {
                blocks.push(Block::Paragraph(fit(&text)));
            }
            Part::Heading(text) => blocks.push(Block::Heading(fit(&text))),
            Part::Commands(lines) => {
                let shown: Vec<String> = lines.iter().map(|line| fit(line)).collect();
                if shown != lines {
                    blocks.push(Block::Row("The seed".into(), NOT_AS_IT_IS.into()));
                }
                blocks.push(Block::Verbatim(shown));
            }
            Part::Table(heads, rows) => blocks.push(Block::Table(
                heads.map(str::to_owned).to_vec(),
                rows.iter()
                    .map(|row| row.iter().map(|cell| fit(cell)).collect())
                    .collect(),
            )),
        }
    }
    let document = Document {
        name: format!("{TITLE}, {}", day(draw.on)),
        from: fit(trust.name.as_deref().unwrap_or_default().trim()),
        title: TITLE.into(),
        blocks,
        foot: format!("Draw of {}", day(draw.on)),
        on_one_page: true,
        ..Document::default()
    };
    paper::pdf(&document, Size::A4)
}

/// What stands on it, in order.
fn parts(draw: &Draw) -> Vec<Part> {
    let (people, drawn) = (draw.people(), draw.drawn());
    let mut parts = vec![
        Part::Row("Drawn on", day(draw.on)),
        Part::Row("On the list", count(people, "person", "people")),
        Part::Row("Drawn", format!("{} of {}", number(drawn), number(people))),
        Part::Row("Why so many", draw.why.clone()),
        Part::Row("Method", method(draw.method).into()),
        Part::Row(
            "Made by",
            format!("spotcheck {}", env!("CARGO_PKG_VERSION")),
        ),
        Part::Copy("Seed".into(), draw.seed.to_owned()),
        Part::Copy("The list (SHA-256)".into(), draw.fingerprint.clone()),
    ];
    fixed(draw, &mut parts);
    if let Some(by) = draw.by {
        parts.push(Part::Heading(format!("By {by}")));
        let rows = draw.groups.iter().map(|group| {
            let drawn = group.drawn().len() as u64;
            [group.name.to_owned(), number(group.people), number(drawn)]
        });
        parts.push(Part::Table(["Group", "People", "Drawn"], rows.collect()));
    }
    for (title, points) in [
        (
            "Were you drawn again?",
            [
                twice(draw).as_str(),
                "Being drawn twice is chance. It does not mean that somebody chose you.",
            ],
        ),
        (
            "What happens to places",
            [
                "If the check does not apply to somebody, the next reserve takes the place.",
                "Nobody replaces a person who declines or cannot be reached. They are counted and reported.",
            ],
        ),
    ] {
        parts.push(Part::Heading(title.into()));
        parts.extend(points.map(|point| Part::Paragraph(point.to_owned())));
    }
    repeat(draw, &mut parts);
    parts
}

/// Whether and how the list was fixed before the draw.
fn fixed(draw: &Draw, parts: &mut Vec<Part>) {
    let Some(fixed) = draw.commitment else {
        parts.push(Part::Note(
            "The list was not fixed before the draw. Nobody can check that the seed was not known when the list was made."
                .into(),
        ));
        return;
    };
    parts.push(Part::Copy(
        format!(
            "The list with a secret salt (SHA-256), fixed on {}",
            fixed.made
        ),
        fixed.list.clone(),
    ));
    if draw.by.is_some() && fixed.groups.is_none() {
        parts.push(Part::Remark("The groups were not fixed with it.".into()));
    }
    if let Some(from) = &fixed.seed_from {
        parts.push(Part::Remark(format!("The seed was to be: {from}")));
    }
}

/// The commands that repeat the draw with tools that every Linux and Mac has.
fn repeat(draw: &Draw, parts: &mut Vec<Part>) {
    let say = |text: &str| Part::Paragraph(text.into());
    let run = |line: &str| Part::Commands(vec![line.into()]);
    parts.extend([
        Part::Heading("How to repeat the draw".into()),
        say("ids.txt holds the references of the list, one on each line. This gives the SHA-256 of the list:"),
        run("LC_ALL=C sort ids.txt | sha256sum"),
    ]);
    if draw.commitment.is_some() {
        parts.extend([
            say("With the salt, which the IG team keeps, in list.salt:"),
            run("{ cat list.salt; LC_ALL=C sort ids.txt; } | sha256sum"),
        ]);
    }
    if draw.method == Method::Rfc3797 {
        parts.push(say(
            "Any program for RFC 3797 repeats the draw: the pool is the number of people, the key is the seed. Each number picked is a line of the sorted list.",
        ));
        if draw.by.is_some() {
            parts.push(say(
                "Pick all. Of each group, the first are drawn, as many as the table says.",
            ));
        }
        return;
    }
    parts.push(say(if draw.by.is_some() {
        "This gives those drawn of one group, in their order. Here ids.txt holds the references of that group, and N is its number in the table:"
    } else {
        "This gives those drawn, in their order; with a larger N also the reserves:"
    }));
    let first = draw.groups.first().map_or(0, |group| group.drawn().len());
    // No line is so long that paper breaks it.
    parts.push(Part::Commands(vec![
        format!("SEED='{}'", draw.seed.replace('\'', r"'\''")),
        format!("N={first}"),
        "while IFS= read -r id; do".into(),
        r#"  hash=$(printf '%s\n%s' "$SEED" "$id" | sha256sum | cut -c1-64)"#.into(),
        r#"  printf '%s %s\n' "$hash" "$id""#.into(),
        r#"done < ids.txt | LC_ALL=C sort | head -n "$N""#.into(),
    ]));
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Sha256 => {
            "Everybody has a number: the SHA-256 of the seed, a line feed and the reference. The smallest are drawn."
        }
        Method::Rfc3797 => {
            "RFC 3797, over the references in the order of their bytes, numbered from 1. The seed is its key."
        }
    }
}

fn twice(draw: &Draw) -> String {
    let chances: Vec<f64> = draw
        .groups
        .iter()
        .map(|group| drawn_twice(group.drawn().len() as u64, group.people))
        .filter(|chance| *chance > 0.0)
        .collect();
    let words = |chance: f64| one_in(chance).unwrap_or_else(|| "more than 1 in 2".into());
    let least = chances.iter().copied().fold(f64::INFINITY, f64::min);
    let most = chances.iter().copied().fold(0.0, f64::max);
    if chances.is_empty() {
        return "Nobody was drawn.".into();
    }
    let (least, most) = (words(least), words(most));
    if least == most {
        format!(
            "In two rounds like this, the chance that a person is drawn both times is about {most}."
        )
    } else {
        format!(
            "In two rounds like this, the chance that a person is drawn both times depends on the group. It is about {least} to {most}."
        )
    }
}
