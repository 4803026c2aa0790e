//! What is published gives no hidden number away. Whoever reads a report and knows the rules by which it is made can at
//! best find every campaign that would have given the same report. All small synthetic campaigns are made here; of those
//! with the same report, no two need agree on a number under 5.

use std::collections::BTreeMap;

use spotcheck::campaign::result::{Readers, Report};
use spotcheck::campaign::{self, GroupSummary, LineSummary, Summary};
use spotcheck::foi::{Scope, answers};
use spotcheck::register::Body;
use spotcheck::register::entry::{Campaign, NotAudited, Outcome};
use spotcheck::report::{campaign as text, html};
use spotcheck::sampling::compare::Outcomes;
use spotcheck::trust::Trust;

use crate::common::entry;

/// What became of one person drawn: at each line failed, held, or not told; or nothing at all.
#[derive(Clone, Copy)]
enum Kind {
    /// One letter for each line: F failed, h held, ? could not be told.
    Checked(&'static str),
    Declined,
    Unreachable,
    Open,
}

const LINES: [&str; 3] = ["IM-04", "IM-05a", "IM-06"];

/// A synthetic campaign with so many people of each kind.
fn campaign(kinds: &[(Kind, u64)], people: u64) -> Summary {
    let drawn = kinds.iter().map(|(_, n)| n).sum();
    let mut s = Summary {
        begun: Some(Campaign {
            id: "synthetic".into(),
            population: people,
            drawn,
            ..Campaign::default()
        }),
        ..Summary::default()
    };
    for (kind, n) in kinds {
        match kind {
            Kind::Declined => s.declined += n,
            Kind::Unreachable => s.unreachable += n,
            Kind::Open => {}
            Kind::Checked(marks) => {
                s.checked += n;
                for (mark, line) in marks.chars().zip(LINES) {
                    let line: &mut LineSummary = s.lines.entry(line.into()).or_default();
                    add(&mut line.outcomes, mark, *n);
                }
                let worst = ['F', '?', 'h']
                    .into_iter()
                    .find(|mark| marks.contains(*mark));
                add(&mut s.overall, worst.expect("a mark"), *n);
            }
        }
    }
    s.overall.declined = s.declined;
    s.overall.unreachable = s.unreachable;
    s
}

fn add(outcomes: &mut Outcomes, mark: char, n: u64) {
    match mark {
        'F' => outcomes.not_met += n,
        'h' => outcomes.met += n,
        _ => outcomes.could_not_tell += n,
    }
}

/// Every way to divide `all` up among `parts`.
fn divisions(all: u64, parts: usize) -> Vec<Vec<u64>> {
    if parts == 1 {
        return vec![vec![all]];
    }
    (0..=all)
        .flat_map(|first| {
            divisions(all - first, parts - 1)
                .into_iter()
                .map(move |mut rest| {
                    rest.push(first);
                    rest
                })
        })
        .collect()
}

fn published(now: &Summary, before: Option<&Summary>) -> Report {
    Report::new(
        "2026-11",
        now,
        before.map(|before| ("2026-05", before)),
        Readers::Everybody,
        "9f3c01ab-0-0011223344556677889900aa".into(),
        &[],
    )
}

/// Numbers that nobody may find out where they are under 5.
fn secrets(s: &Summary) -> Vec<u64> {
    let drawn = s.begun.as_ref().expect("begun").drawn;
    let o = &s.overall;
    let mut secrets = vec![
        o.not_met,
        drawn - o.not_met,
        o.met,
        drawn - o.met,
        o.could_not_tell,
        drawn - o.not_met - o.met,
        s.declined,
        s.unreachable,
        s.checked,
        drawn - s.checked,
        drawn - s.done(),
    ];
    for line in s.lines.values() {
        let o = &line.outcomes;
        secrets.extend([o.not_met, drawn - o.not_met, o.met, o.could_not_tell]);
    }
    for group in &s.groups {
        let o = &group.overall;
        secrets.extend([o.not_met, group.drawn - o.not_met, o.met, o.declined]);
    }
    secrets
}

/// Of all campaigns with the same report, the least and the most that each secret can be.
#[derive(Default)]
struct Attack {
    known: BTreeMap<String, Vec<(u64, u64)>>,
    shown: usize,
}

impl Attack {
    fn sees(&mut self, report: &Report, secrets: &[u64]) {
        self.sees_both(report, "", secrets);
    }

    fn sees_both(&mut self, report: &Report, answer: &str, secrets: &[u64]) {
        // Every shape of the report is made from this alone.
        let seen = format!("{report:?} {answer}");
        self.shown += usize::from(!report.whole.is_empty() && !report.lines.is_empty());
        let known = self
            .known
            .entry(seen)
            .or_insert_with(|| secrets.iter().map(|n| (*n, *n)).collect());
        for ((least, most), n) in known.iter_mut().zip(secrets) {
            *least = (*least).min(*n);
            *most = (*most).max(*n);
        }
    }

    fn finds_nothing(&self, what: &str) {
        // What is the same in every campaign of this kind is known without any report.
        let varies = |i: usize| {
            let mut all = self.known.values().map(|known| known[i]);
            let first = all.next().expect("a campaign");
            first.0 != first.1 || all.any(|other| other != first)
        };
        let varying: Vec<bool> = (0..self.known.values().next().map_or(0, Vec::len))
            .map(varies)
            .collect();
        let found: Vec<String> = self
            .known
            .iter()
            .flat_map(|(report, known)| {
                known
                    .iter()
                    .enumerate()
                    .filter(|(i, (least, most))| varying[*i] && least == most && *most < 5)
                    .map(move |(i, (n, _))| format!("secret {i} is {n}: {report}"))
            })
            .collect();
        assert!(
            found.is_empty(),
            "{what}: {} numbers, such as {}",
            found.len(),
            found[0]
        );
    }
}

#[test]
fn nobody_can_work_a_small_number_out() {
    use Kind::{Checked, Declined, Open, Unreachable};
    let cases: [(&str, &[Kind], &[u64]); 4] = [
        (
            "one line",
            &[
                Checked("F"),
                Checked("h"),
                Checked("?"),
                Declined,
                Unreachable,
                Open,
            ],
            &[4, 9, 10, 11, 16],
        ),
        (
            "two lines",
            &[
                Checked("FF"),
                Checked("Fh"),
                Checked("hF"),
                Checked("hh"),
                Checked("?h"),
                Declined,
            ],
            &[10, 13, 17],
        ),
        (
            "three lines",
            &[
                Checked("Fhh"),
                Checked("hFh"),
                Checked("hhF"),
                Checked("FFh"),
                Checked("FhF"),
                Checked("hFF"),
                Checked("FFF"),
                Checked("hhh"),
            ],
            &[11, 14],
        ),
        (
            "many",
            &[Checked("F"), Checked("h"), Checked("?"), Declined],
            &[40],
        ),
    ];
    for (what, kinds, sizes) in cases {
        let mut shown = 0;
        for size in sizes {
            let mut attack = Attack::default();
            for counts in divisions(*size, kinds.len()) {
                let kinds: Vec<(Kind, u64)> = kinds.iter().copied().zip(counts).collect();
                let s = campaign(&kinds, 200);
                attack.sees(&published(&s, None), &secrets(&s));
            }
            attack.finds_nothing(&format!("{what}, {size} drawn"));
            shown += attack.shown;
        }
        assert!(shown > 0, "{what}: something is published");
    }
}

#[test]
fn groups_and_comparisons_give_nothing_away() {
    let kinds = |n: &[u64]| {
        [Kind::Checked("F"), Kind::Checked("h"), Kind::Declined]
            .into_iter()
            .zip(n.iter().copied())
            .collect::<Vec<_>>()
    };
    // Groups that were drawn in different shares.
    let mut attack = Attack::default();
    let mut weighted = 0;
    for first in divisions(12, 3) {
        for second in divisions(11, 3) {
            let sum: Vec<u64> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
            let mut s = campaign(&kinds(&sum), 300);
            s.groups = [(250, &first), (50, &second)]
                .into_iter()
                .map(|(people, n)| GroupSummary {
                    name: Some(format!("of {people}")),
                    people,
                    drawn: n.iter().sum(),
                    overall: Outcomes {
                        not_met: n[0],
                        met: n[1],
                        declined: n[2],
                        ..Outcomes::default()
                    },
                })
                .collect();
            let report = published(&s, None);
            weighted += usize::from(report.whole.iter().any(|way| way.weighted.is_some()));
            attack.sees(&report, &secrets(&s));
        }
    }
    assert!(weighted > 0);
    attack.finds_nothing("groups");
    let mut attack = Attack::default();
    for before in divisions(18, 3) {
        let before = campaign(&kinds(&before), 200);
        for now in divisions(20, 3) {
            let now = campaign(&kinds(&now), 200);
            let both = [secrets(&before), secrets(&now)].concat();
            attack.sees(&published(&now, Some(&before)), &both);
        }
    }
    attack.finds_nothing("two campaigns");
}

/// The people of a larger campaign.
const KINDS: [Kind; 6] = [
    Kind::Checked("F"),
    Kind::Checked("h"),
    Kind::Checked("?"),
    Kind::Declined,
    Kind::Unreachable,
    Kind::Open,
];

/// Everything that is in a register of a campaign with so many people of each of [`KINDS`].
fn register_of(counts: [u64; 6]) -> Vec<Body> {
    let mut bodies = vec![Body::Campaign(Campaign {
        id: "2026-11".into(),
        population: 400,
        drawn: counts.iter().sum(),
        ..Campaign::default()
    })];
    let mut person = 0;
    for (kind, n) in KINDS.into_iter().zip(counts) {
        for _ in 0..n {
            person += 1;
            let outcome = |what| {
                Body::Outcome(Outcome {
                    campaign: "2026-11".into(),
                    staff_ref: format!("CANARY-{person:05}"),
                    what,
                    replaced_by: None,
                })
            };
            bodies.push(match kind {
                Kind::Open => continue,
                Kind::Declined => outcome(NotAudited::Declined),
                Kind::Unreachable => outcome(NotAudited::Unreachable),
                Kind::Checked(mark) => {
                    let mut entry = entry(person);
                    let (verdict, overall) = match mark {
                        "F" => ("fail", "FAIL"),
                        "h" => ("pass", "PASS"),
                        _ => ("unresolved", "UNRESOLVED"),
                    };
                    entry.findings.truncate(1);
                    entry.findings[0].verdict = verdict.into();
                    entry.findings[0].counted = Some(verdict.into());
                    entry.overall = overall.into();
                    entry.phone = None;
                    Body::Audit(Box::new(entry))
                }
            });
        }
    }
    bodies
}

/// What the answers under the Freedom of Information Act say: of the campaign, and of all that the register holds.
fn asked_for(counts: [u64; 6]) -> String {
    let bodies = register_of(counts);
    let ask = |campaign: Option<&str>| {
        let scope = Scope {
            campaign: campaign.map(str::to_owned),
            ..Scope::default()
        };
        format!(
            "{:?}",
            answers(&bodies, false, &Trust::default(), &scope).answers
        )
    };
    ask(Some("2026-11")) + &ask(None)
}

fn summary_of(counts: [u64; 6]) -> Summary {
    let kinds: Vec<(Kind, u64)> = KINDS.into_iter().zip(counts).collect();
    campaign(&kinds, 400)
}

/// Campaigns that may look the same as this one: the same people drawn, and some of them of another kind.
fn others(counts: [u64; 6], random: &mut impl FnMut(u64) -> u64) -> Vec<[u64; 6]> {
    let moved = |mut counts: [u64; 6], from: usize, to: usize, n: u64| {
        let n = n.min(counts[from]);
        counts[from] -= n;
        counts[to] += n;
        counts
    };
    let mut all = Vec::new();
    for from in 0..6 {
        for to in 0..6 {
            all.extend((1..=counts[from]).map(|n| moved(counts, from, to, n)));
            let mut swapped = counts;
            swapped.swap(from, to);
            all.push(swapped);
            for third in 0..6 {
                let mut turned = swapped;
                turned.swap(to, third);
                all.push(turned);
            }
        }
    }
    // Several at once.
    for _ in 0..1_500 {
        let mut other = counts;
        for _ in 0..2 + random(3) {
            other = moved(other, random(6) as usize, random(6) as usize, 1 + random(8));
        }
        all.push(other);
    }
    all
}

#[test]
fn nobody_who_has_every_report_can_work_a_small_number_out() {
    let mut state = 29u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let mut samples = vec![
        [10, 10, 4, 4, 4, 5],
        [10, 10, 0, 8, 7, 4],
        [10, 10, 6, 5, 5, 0],
        [5, 5, 0, 5, 0, 0],
        [29, 0, 0, 0, 0, 0],
        [9, 20, 0, 0, 0, 0],
        [6, 12, 2, 9, 6, 5],
        [3, 20, 1, 4, 2, 0],
        [20, 4, 0, 6, 0, 0],
    ];
    while samples.len() < 60 {
        let counts: [u64; 6] = std::array::from_fn(|kind| match (kind, random(3)) {
            (0 | 1, 1..) => 3 + random(14),
            (_, 0) => random(5),
            _ => random(9),
        });
        if (8..=42).contains(&counts.iter().sum::<u64>()) {
            samples.push(counts);
        }
    }
    let mut shown = 0;
    for counts in samples {
        let s = summary_of(counts);
        let counted = campaign::summary(&register_of(counts), "2026-11");
        assert_eq!((counted.checked, counted.overall), (s.checked, s.overall));
        let (report, asked) = (published(&s, None), asked_for(counts));
        shown += usize::from(!report.coverage.is_empty());
        // Both show how many were checked, or neither does.
        let checked = asked.contains(&format!(
            "label: \"Phones checked\", value: Count(Shown({}), None)",
            s.checked
        ));
        assert_eq!(checked, !report.coverage.is_empty(), "{counts:?}: {asked}");
        let seen = format!("{report:?}");
        let secret = secrets(&s);
        let mut certain: Vec<usize> = (0..secret.len()).filter(|i| secret[*i] < 5).collect();
        // Where nobody was checked there is nothing to ask about.
        if s.checked == 0 {
            continue;
        }
        for other in others(counts, &mut random) {
            if certain.is_empty() {
                break;
            }
            let other_summary = summary_of(other);
            let known = secrets(&other_summary);
            if known.len() == secret.len()
                && certain.iter().any(|i| known[*i] != secret[*i])
                && format!("{:?}", published(&other_summary, None)) == seen
                && asked_for(other) == asked
            {
                certain.retain(|i| known[*i] == secret[*i]);
            }
        }
        assert!(
            certain.is_empty(),
            "{counts:?}: {certain:?} of {secret:?}: {seen}"
        );
    }
    assert!(shown > 15, "{shown}");
}

/// The numbers of a text, with what stands for them in a plot.
fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','))
        .map(|part| part.trim_matches(['.', ',']).to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// What a Freedom of Information answer tells of a campaign: how many were checked, and why others were not.
fn answer(s: &Summary) -> String {
    use spotcheck::foi::{Scope, answers};
    use spotcheck::register::entry::{NotAudited, Outcome};
    let begun = s.begun.clone().expect("begun");
    let mut bodies = vec![Body::Campaign(begun.clone())];
    for n in 0..s.checked {
        let mut entry = entry(n);
        entry.campaign = Some(begun.id.clone());
        bodies.push(Body::Audit(Box::new(entry)));
    }
    for (what, n) in [
        (NotAudited::Declined, s.declined),
        (NotAudited::Unreachable, s.unreachable),
    ] {
        bodies.extend((0..n).map(|n| {
            Body::Outcome(Outcome {
                campaign: begun.id.clone(),
                staff_ref: format!("{what:?}-{n}"),
                what,
                replaced_by: None,
            })
        }));
    }
    let scope = Scope {
        campaign: Some(begun.id),
        ..Scope::default()
    };
    let answers = answers(&bodies, false, &Trust::default(), &scope);
    format!("{:?}", answers.answers[0])
}

#[test]
fn report_and_answer_together_give_nothing_away() {
    use Kind::{Checked, Declined, Open, Unreachable};
    let cases: [(&[Kind], &[u64]); 3] = [
        (
            &[Checked("F"), Checked("h"), Checked("?"), Declined],
            &[11, 20, 26],
        ),
        (
            &[
                Checked("F"),
                Checked("h"),
                Checked("?"),
                Declined,
                Unreachable,
                Open,
            ],
            &[12, 17],
        ),
        (
            &[
                Checked("FF"),
                Checked("Fh"),
                Checked("hF"),
                Checked("hh"),
                Declined,
            ],
            &[19],
        ),
    ];
    for (kinds, sizes) in cases {
        for size in sizes {
            let mut attack = Attack::default();
            let mut answered: BTreeMap<[u64; 4], String> = BTreeMap::new();
            for counts in divisions(*size, kinds.len()) {
                let kinds: Vec<(Kind, u64)> = kinds.iter().copied().zip(counts).collect();
                let s = campaign(&kinds, 200);
                if s.checked == 0 {
                    continue;
                }
                let of = [s.checked, s.declined, s.unreachable, s.done()];
                let answer = answered.entry(of).or_insert_with(|| answer(&s));
                attack.sees_both(&published(&s, None), answer, &secrets(&s));
            }
            attack.finds_nothing(&format!("report and answer, {size} drawn"));
        }
    }
}

#[test]
fn every_shape_shows_the_same() {
    use Kind::{Checked, Declined, Open};
    // Two campaigns that must not be told apart: 2 or 3 failed at a line, 1 or 4 declined.
    let make = |few: u64, declined: u64| {
        let kinds = [
            (Checked("Fh"), 12 - few),
            (Checked("FF"), few),
            (Checked("hh"), 48 - declined),
            (Declined, declined),
            (Open, 0),
        ];
        let mut s = campaign(&kinds, 400);
        s.recheck = vec![format!("CANARY-{few}")];
        s.warnings = vec!["CANARY-7 was checked and not drawn.".into()];
        s.attested = [few, declined, 3, 1];
        s.replaced = few;
        for line in s.lines.values_mut() {
            line.put_right = few;
            line.waived = declined;
        }
        s
    };
    let (one, other) = (make(2, 1), make(3, 4));
    let shapes = |s: &Summary| {
        let report = published(s, None);
        [
            text::render(&report, 100),
            text::json::render(&report),
            html::campaign(&report),
        ]
    };
    for (one, other) in shapes(&one).iter().zip(shapes(&other)) {
        assert_eq!(*one, other);
        assert!(!one.contains("CANARY"), "{one}");
        assert!(numbers(one).contains(&"12".to_owned()), "{one}");
    }
}

/// Those who are still to be checked may all fail.
#[test]
fn the_worst_case_counts_those_still_to_be_checked() {
    let kinds = [
        (Kind::Checked("h"), 8),
        (Kind::Declined, 1),
        (Kind::Open, 11),
    ];
    let report = Report::new(
        "2026-11",
        &campaign(&kinds, 200),
        None,
        Readers::Team,
        String::new(),
        &[],
    );
    let whole: Vec<(&str, Option<u64>, u64)> = report
        .whole
        .iter()
        .map(|way| (way.how.id(), way.failed, way.of))
        .collect();
    let expected = [
        ("checked-only", Some(0), 8),
        ("at-worst", Some(12), 20),
        ("at-best", Some(0), 20),
    ];
    assert_eq!(whole, expected);
}
