//! The paper of a draw: the commitment and the certificate for the notice board, which name nobody; the list of those
//! drawn; a letter for each.

mod certificate;

use std::fmt::Write as _;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::csv::harmless;
use super::layout::wrap;
use super::words::day;
use crate::sampling::commitment::Commitment;
use crate::sampling::draw::{Fate, Group, Method, Place};
use crate::sampling::words::{count, number};
use crate::trust::Trust;

pub use certificate::{certificate, certificate_pdf};

/// Columns of what goes on a notice board.
const WIDTH: usize = 78;

/// A draw with all that is needed to repeat it.
pub struct Draw<'a> {
    /// The day of the draw.
    pub on: Date,
    /// The heading of the column that makes the groups.
    pub by: Option<&'a str>,
    /// What the draw was made with: the same list and seed give the same people.
    pub seed: &'a str,
    /// How people were put in order.
    pub method: Method,
    /// The unsalted hash of the list.
    pub fingerprint: String,
    /// What was published before the draw; `None` where nothing was.
    pub commitment: Option<&'a Commitment>,
    /// Why so many, in a sentence.
    pub why: String,
    /// The groups with those drawn; one where the list has none.
    pub groups: &'a [Group<'a>],
    /// How many reserves of each group to list.
    pub reserves: Option<usize>,
}

impl Draw<'_> {
    fn people(&self) -> u64 {
        self.groups.iter().map(|group| group.people).sum()
    }

    fn drawn(&self) -> u64 {
        self.groups
            .iter()
            .map(|group| group.drawn().len() as u64)
            .sum()
    }

    fn reserves<'g>(&self, group: &'g Group) -> &'g [&'g str] {
        let most = self.reserves.unwrap_or(group.drawn().len());
        let all = group.reserves();
        &all[..most.min(all.len())]
    }
}

/// The commitment: a text for people that the program can read again.
pub fn commitment(commitment: &Commitment) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let mut out = format!(
        "# A list of staff, fixed before a random draw. Put this where staff can see it, before\n\
         # the seed of the draw is known. It gives nobody's name or reference away.\n\
         # list is the SHA-256 of a secret salt and the sorted references. After the draw, the\n\
         # IG team can show the salt to anybody who may see the list, and they can repeat it:\n\
         #   {{ cat list.salt; LC_ALL=C sort ids.txt; }} | sha256sum\n\
         made = {}\npeople = {}\nlist = {}\n",
        text(&commitment.made),
        commitment.people,
        text(&commitment.list)
    );
    for (name, value) in [
        ("method", &Some(commitment.method.clone())),
        ("by", &commitment.by),
        ("groups", &commitment.groups),
        ("seed_from", &commitment.seed_from),
    ] {
        if let Some(value) = value {
            let _ = writeln!(out, "{name} = {}", text(value));
        }
    }
    out
}

/// The list of those drawn and the reserves: for the IG team only.
pub fn list(draw: &Draw) -> String {
    let mut out = format!(
        "{} of {} drawn on {}. Keep this list with the IG team; the notice board gets the certificate.\n",
        number(draw.drawn()),
        count(draw.people(), "person", "people"),
        day(draw.on)
    );
    for group in draw.groups {
        let reserves = draw.reserves(group);
        if draw.by.is_some() {
            let _ = writeln!(
                out,
                "\n{}: {} of {}",
                group.name,
                number(group.drawn().len() as u64),
                number(group.people)
            );
        }
        for (title, ids) in [
            ("Drawn", group.drawn()),
            ("Reserves, in this order", reserves),
        ] {
            if ids.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n  {title}");
            for (i, id) in ids.iter().enumerate() {
                let _ = writeln!(out, "  {:>5}  {id}", number(i as u64 + 1));
            }
        }
    }
    out += "\nIf the check does not apply to somebody, the next reserve of the group takes the place. Nobody replaces those\n\
            who decline or cannot be reached: they are reported.\n";
    out
}

/// The same as CSV: one row for each person, in order.
pub fn csv(draw: &Draw) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Writing to memory cannot fail, and every row has the same number of cells.
    let _ = writer.write_record(["status", "order", "group", "id"]);
    for group in draw.groups {
        for (status, ids) in [("drawn", group.drawn()), ("reserve", draw.reserves(group))] {
            for (i, id) in ids.iter().enumerate() {
                let order = (i + 1).to_string();
                let _ = writer.write_record([status, &order, &harmless(group.name), &harmless(id)]);
            }
        }
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// The same as JSON, with all that is on the certificate.
pub fn json(draw: &Draw) -> String {
    let groups: Vec<Value> = draw
        .groups
        .iter()
        .map(|group| {
            json!({
                "name": draw.by.map(|_| group.name),
                "people": group.people,
                "drawn": group.drawn(),
                "reserves": draw.reserves(group),
            })
        })
        .collect();
    let value = json!({
        "version": 1,
        "tool": format!("spotcheck {}", env!("CARGO_PKG_VERSION")),
        "drawn_on": draw.on.to_string(),
        "people": draw.people(),
        "drawn": draw.drawn(),
        "by": draw.by,
        "seed": draw.seed,
        "method": draw.method.id(),
        "list_sha256": draw.fingerprint,
        "commitment": draw.commitment.map(|c| json!({
            "made": c.made,
            "list": c.list,
            "groups": c.groups,
            "seed_from": c.seed_from,
        })),
        "why": draw.why,
        "groups": groups,
    });
    format!("{value:#}\n")
}

/// The letter to one person who was drawn.
pub fn letter(draw: &Draw, group: &Group, id: &str, trust: &Trust, when: Option<&str>) -> String {
    let gap = |given: Option<&str>, what: &str| match given {
        Some(text) => text.trim().to_owned(),
        None => format!("[the trust fills in: {what}]"),
    };
    let chance = group.drawn().len() as u64;
    let mut out = format!(
        "{}\n{}\n\nTo the member of staff with the reference {id}\n\nA spot check of messaging settings on your phone\n",
        gap(trust.name.as_deref(), "its name"),
        day(draw.on)
    );
    let mut section = |title: &str, points: &[String]| {
        let _ = writeln!(out, "\n{title}");
        for point in points {
            out += &wrap(point, WIDTH, "  ", "  ");
            out.push('\n');
        }
    };
    let of = if draw.by.is_some() {
        format!(" in your group ({})", group.name)
    } else {
        String::new()
    };
    section(
        "How you were chosen",
        &[
            "You were drawn at random. Nobody chose you, and nothing about you led to this.".into(),
            format!(
                "{} of {}{of} were drawn.",
                number(chance),
                count(group.people, "person", "people")
            ),
            match trust.draw.as_deref() {
                Some(place) => format!("You can check the draw: {}", place.trim()),
                None => {
                    "The certificate of the draw is on the notice board. It names nobody.".into()
                }
            },
        ],
    );
    section("When", &[gap(when, "when and where")]);
    section(
        "What we look at",
        &[
            "Settings only: the screen lock, what the lock screen shows, and the settings of messaging apps.".into(),
            "We never look at messages, contacts, photos or calls. You keep the phone in your hand.".into(),
            "Do not delete anything to get ready while a request or an investigation is open.".into(),
        ],
    );
    section(
        "Can you say no?",
        &[
            "Yes. You need not say why. We count that somebody declined, and nobody takes your place.".into(),
            format!(
                "What happens then: {}",
                gap(trust.if_declined.as_deref(), "what happens if somebody declines")
            ),
        ],
    );
    section(
        "Tell us",
        &[
            "If you use no phone for work, tell us: the check does not apply to you.".into(),
            format!("Help: {}", gap(trust.contact.as_deref(), "whom to ask")),
            format!(
                "Data protection officer: {}",
                gap(
                    trust.dpo.as_deref(),
                    "how to reach its data protection officer"
                )
            ),
        ],
    );
    out
}

/// Who is to be checked after some dropped out, and what is to be reported.
pub fn replaced(draw: &Draw, places: &[Vec<Place>]) -> String {
    let mut out = String::new();
    let all = || places.iter().flatten();
    let with = |fate| all().filter(|place| place.fate == fate).count() as u64;
    let new: u64 = all().map(|place| place.called.len() as u64 - 1).sum();
    let _ = writeln!(
        out,
        "{} to check (or checked): {} called up from the reserves.",
        count(with(None), "person", "people"),
        number(new)
    );
    for (group, places) in draw.groups.iter().zip(places) {
        if draw.by.is_some() {
            let _ = writeln!(out, "\n{}", group.name);
        } else {
            out.push('\n');
        }
        for (i, place) in places.iter().enumerate() {
            let who = place.called.join(", does not apply; replaced by ");
            let end = match place.fate {
                None => "",
                Some(Fate::Declined) => ", declined; not replaced",
                Some(Fate::Unreachable) => ", not reached; not replaced",
                Some(Fate::NotApplicable) => ", does not apply; no reserve is left",
            };
            let _ = writeln!(out, "  {:>5}  {who}{end}", number(i as u64 + 1));
        }
    }
    let _ = writeln!(
        out,
        "\nTo report: {} declined, {} not reached, {} without a reserve. They count in the rates that the report gives\n\
         (declined counted as not met; declined counted as met).",
        number(with(Some(Fate::Declined))),
        number(with(Some(Fate::Unreachable))),
        number(with(Some(Fate::NotApplicable)))
    );
    out
}
