//! The report as JSON: version 1, by `docs/campaign.schema.json`.

use serde_json::{Value, json};

use crate::campaign::change::Compared;
use crate::campaign::result::{Readers, Report};
use crate::sampling::compare::Change;
use crate::sampling::intervals::Interval;
use crate::sampling::suppress::Cell;

/// The report for scripts.
pub fn render(report: &Report) -> String {
    let (population, drawn) = report.list.unzip();
    let coverage: serde_json::Map<String, Value> = report
        .coverage
        .iter()
        .map(|(part, cell)| (part.id().to_owned(), self::cell(*cell)))
        .collect();
    let whole: Vec<Value> = report
        .whole
        .iter()
        .map(|way| {
            json!({
                "how": way.how.id(),
                "failed": way.failed,
                "of": way.of,
                "weighted_rate": way.weighted,
                "interval_95": way.interval.map(interval),
            })
        })
        .collect();
    let groups: Vec<Value> = report
        .groups
        .iter()
        .map(|group| {
            json!({
                "name": group.name,
                "people": group.people,
                "drawn": group.drawn,
                "failed": group.failed,
                "known": group.known,
                "could_not_tell": group.could_not_tell,
            })
        })
        .collect();
    let shown = report.lines.iter().map(|line| {
        let mut value = json!({
            "control": line.id,
            "title": line.title,
            "failed": line.failed,
            "of": line.of,
            "interval_95": line.interval.map(interval),
        });
        if let Some(more) = &line.more {
            value["put_right"] = more.put_right.into();
            value["waived"] = more.waived.into();
            value["could_not_tell"] = more.could_not_tell.into();
            value["set_aside"] = more.set_aside.into();
            value["not_applicable"] = more.not_applicable.into();
            value["not_in_checklist"] = more.not_asked.into();
        }
        value
    });
    let hidden = report.hidden.iter().map(|(id, title)| {
        json!({ "control": id, "title": title, "failed": null, "of": null, "interval_95": null })
    });
    let lines: Vec<Value> = shown.chain(hidden).collect();
    let advice: Vec<Value> = report
        .advice
        .iter()
        .map(|advice| {
            let texts: Vec<Value> = advice
                .texts
                .iter()
                .map(|(kind, text)| json!({ "phones": kind, "text": text }))
                .collect();
            json!({ "control": advice.id, "put_right": texts })
        })
        .collect();
    let beside = report.beside.as_ref().map(|beside| {
        let lines: Vec<Value> = beside
            .lines
            .iter()
            .map(|(title, line)| {
                let mut value = compared(&line.compared);
                value["control"] = line.id.clone().into();
                value["title"] = title.clone().into();
                value
            })
            .collect();
        json!({
            "campaign": beside.id,
            "words": beside.words,
            "whole": beside.whole.as_ref().map(compared),
            "lines_compared": beside.looked_at,
            "lines": lines,
        })
    });
    let attested = report.attested.map(|[yes, no, unanswered, declined]| {
        json!({ "yes": yes, "no": no, "unanswered": unanswered, "declined": declined })
    });
    let days = report.days.clone().unzip();
    let phones = report.phones.map(|[failed, passed, could_not_tell]| {
        json!({
            "failed": failed,
            "passed": passed,
            "passed_in_part": report.passed_in_part,
            "could_not_tell": could_not_tell,
        })
    });
    let value = json!({
        "schema": 1,
        "kind": "campaign-report",
        "tool": { "name": "spotcheck", "version": env!("CARGO_PKG_VERSION") },
        "campaign": report.id,
        "trust": report.frame.trust,
        "made": report.frame.made.map(|made| made.to_string()),
        "first_check": days.0,
        "last_check": days.1,
        "for_publication": report.readers == Readers::Everybody,
        "interim": report.frame.interim,
        "population": population,
        "drawn": drawn,
        "coverage": coverage,
        "replaced": report.replaced,
        "words": report.whole_words(),
        "phones": phones,
        "whole": whole,
        "groups": groups,
        "assumed": report.assumed,
        "lines": lines,
        "checklists": report.checklists,
        "not_looked_at": report.not_looked_at.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        "advice": advice,
        "beside": beside,
        "attested": attested,
        "recheck": report.recheck,
        "look_again": report.look_again,
        "notes": report.notes,
        "register_head": report.head,
    });
    format!("{value:#}\n")
}

fn cell(cell: Cell) -> Value {
    match cell {
        Cell::Shown(n) => n.into(),
        Cell::Hidden => Value::Null,
    }
}

/// To six decimals: more would be noise.
fn interval(interval: Interval) -> Value {
    let round = |rate: f64| (rate * 1e6).round() / 1e6;
    json!([round(interval.low), round(interval.high)])
}

fn compared(compared: &Compared) -> Value {
    json!({
        "before": { "failed": compared.before.failed(), "of": compared.before.checked() },
        "now": { "failed": compared.now.failed(), "of": compared.now.checked() },
        "p": compared.p,
        "change": match compared.change {
            Change::Better => "better",
            Change::Worse => "worse",
            Change::MayBeChance => "may-be-chance",
            Change::CannotTell => "cannot-tell",
        },
    })
}
