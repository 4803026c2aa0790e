//! How far a campaign is: who is still to be checked, who stands in for whom, what comes next.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::layout::wrap;
use crate::campaign::Summary;
use crate::campaign::places::{Place, State};
use crate::sampling::words::number;

/// The status as text, set to `width` columns.
pub fn render(id: &str, s: &Summary, width: usize) -> String {
    let mut out = format!("Campaign {id}\n\n");
    let open = s.open();
    let mut rows: Vec<(&str, u64)> = Vec::new();
    if let Some(begun) = &s.begun {
        rows.extend([("On the list", begun.population), ("Drawn", begun.drawn)]);
    }
    rows.push(("Checked", s.checked));
    rows.push(("Declined", s.declined));
    rows.push(("Could not be reached", s.unreachable));
    if s.to_replace > 0 {
        rows.push(("Not for them, nobody stands in", s.to_replace));
    }
    if let Some(open) = open {
        rows.push(("Still to be checked", open));
    }
    if s.replaced > 0 {
        rows.push(("Replaced from the reserves", s.replaced));
    }
    let names = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let numbers = rows.iter().map(|(_, n)| number(*n).len()).max();
    for (name, n) in &rows {
        let _ = writeln!(
            out,
            "  {name:<names$}  {:>width$}",
            number(*n),
            width = numbers.unwrap_or(0)
        );
    }
    let mut list = |heading: &str, lines: &[String]| {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{heading}");
            for line in lines {
                out += &wrap(line, width, "  ", "    ");
                out.push('\n');
            }
        }
    };
    list("Still to be checked", &open_by_group(s));
    let stand_ins: Vec<String> = stand_ins(s)
        .into_iter()
        .map(|(by, of)| format!("{by} for {of}"))
        .collect();
    list("Who stands in", &stand_ins);
    let recheck = match s.recheck.as_slice() {
        [] => Vec::new(),
        some => vec![some.join(", ")],
    };
    list(
        "To be checked again, because the last check failed",
        &recheck,
    );
    let look_again = match s.look_again.as_slice() {
        [] => Vec::new(),
        some => vec![some.join(", ")],
    };
    list("Could not be told: look again", &look_again);
    list("Notes", &s.warnings);
    list("Next", &[next(id, s)]);
    out
}

fn with(s: &Summary, state: State) -> impl Iterator<Item = &Place> {
    s.places.iter().filter(move |place| place.state == state)
}

fn group_name(s: &Summary, group: usize) -> Option<&str> {
    s.groups.get(group).and_then(|group| group.name.as_deref())
}

fn open_by_group(s: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for group in 0..s.groups.len() {
        let open: Vec<&str> = with(s, State::Open)
            .filter(|place| place.group == group)
            .map(Place::holder)
            .collect();
        if open.is_empty() {
            continue;
        }
        lines.push(match group_name(s, group) {
            Some(name) => format!("{name}: {}", open.join(", ")),
            None => open.join(", "),
        });
    }
    lines
}

fn stand_ins(s: &Summary) -> Vec<(&str, &str)> {
    s.places
        .iter()
        .flat_map(|place| place.called.windows(2))
        .filter_map(|pair| match pair {
            [of, by] => Some((by.as_str(), of.as_str())),
            _ => None,
        })
        .collect()
}

/// The command that comes next.
pub fn next(id: &str, s: &Summary) -> String {
    let check = |person: &str| {
        format!(
            "spotcheck ios BACKUP --campaign {id} --staff-ref {person} (or spotcheck android, spotcheck look)"
        )
    };
    if s.begun.is_none() {
        return format!("spotcheck campaign new {id} --draw DRAW.json");
    }
    if let Some(place) = with(s, State::Open).next() {
        return check(&quoted(place.holder()));
    }
    if s.places.is_empty() && s.open().unwrap_or(0) > 0 {
        return check("REFERENCE");
    }
    match s.recheck.first().or(s.look_again.first()) {
        Some(person) => check(&quoted(person)),
        None => format!("spotcheck campaign report {id}"),
    }
}

/// A reference as the shell takes it.
fn quoted(reference: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    match reference.chars().all(plain) {
        true => reference.to_owned(),
        false => format!("'{}'", reference.replace('\'', r"'\''")),
    }
}

/// The status for scripts.
pub fn json(id: &str, s: &Summary) -> String {
    let places: Vec<Value> = s
        .places
        .iter()
        .map(|place| {
            json!({
                "group": group_name(s, place.group),
                "called": place.called,
                "state": match place.state {
                    State::Open => "open",
                    State::Checked => "checked",
                    State::Declined => "declined",
                    State::Unreachable => "unreachable",
                    State::Empty => "no-stand-in",
                },
            })
        })
        .collect();
    let value = json!({
        "schema": 1,
        "kind": "campaign-status",
        "tool": { "name": "spotcheck", "version": env!("CARGO_PKG_VERSION") },
        "campaign": id,
        "population": s.population(),
        "drawn": s.begun.as_ref().map(|begun| begun.drawn),
        "checked": s.checked,
        "declined": s.declined,
        "unreachable": s.unreachable,
        "no_stand_in": s.to_replace,
        "still_to_do": s.open(),
        "replaced": s.replaced,
        "places": places,
        "recheck": s.recheck,
        "look_again": s.look_again,
        "notes": s.warnings,
        "next": next(id, s),
    });
    format!("{value:#}\n")
}
