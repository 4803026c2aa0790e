//! Answers to Freedom of Information questions: what they say, and that no small number can be worked out from them.

use std::collections::BTreeMap;

use spotcheck::foi::{Answers, Scope, answers};
use spotcheck::register::entry::{Campaign, Group, Line, NotAudited, Outcome};
use spotcheck::register::{Body, Entry};
use spotcheck::report::foi;
use spotcheck::trust::{Trust, parse};

use crate::common::*;
use crate::run::{root, run, spotcheck};

/// What the synthetic trust says of itself.
const TRUST: &str = r#"
name = "A synthetic NHS trust"

[policy]
name = "Mobile messaging"
version = "2.1"
date = 2026-01-15
link = "https://trust.example/messaging"

[dpia]
reference = "DPIA-12"
date = 2025-11-03

[sops]
reference = "SOP-7"

[[app]]
id = "whatsapp"
approved = true
approved_on = 2026-01-15
dpia = "DPIA-13"
dpia_date = 2025-12-01

[[app]]
id = "telegram"
approved = false

[[app]]
id = "pando"
under_review = true

[[referral]]
year = 2025
app = "whatsapp"
count = 2

[[referral]]
year = 2026
app = "whatsapp"
count = 6
"#;

fn incident(n: usize, app: &str, year: i16, category: &str) -> String {
    format!(
        "[[incident]]\nreference = \"INC-{n}\"\napp = \"{app}\"\nyear = {year}\ncategory = \"{category}\"\n"
    )
}

fn trust(text: &str) -> Trust {
    parse("spotcheck.toml", text).expect("good")
}

/// A synthetic phone checked in a month.
pub(crate) fn phone(n: u64, month: u32, apps: &[&str]) -> Entry {
    Entry {
        audited_at: format!("2026-{month:02}-02T09:14:00Z"),
        staff_ref: Some(format!("CANARY-{n:05}")),
        apps: apps.iter().map(|app| (*app).to_owned()).collect(),
        findings: Vec::new(),
        ..entry(n)
    }
}

fn bodies(entries: Vec<Entry>) -> Vec<Body> {
    entries
        .into_iter()
        .map(|entry| Body::Audit(Box::new(entry)))
        .collect()
}

fn said(control: &str, verdict: &str) -> Line {
    Line {
        control: control.into(),
        verdict: verdict.into(),
        counted: None,
        ..entry(1).findings.remove(0)
    }
}

/// A synthetic trust's year: two months of one campaign with 41 phones.
fn a_year() -> Vec<Body> {
    let mut entries = Vec::new();
    for n in 0..41u64 {
        let mut apps = Vec::new();
        if n % 3 != 0 {
            apps.push("WhatsApp");
        }
        if n == 4 {
            apps.push("WhatsApp (work profile)");
        }
        if n % 20 == 1 {
            apps.push("Telegram");
        }
        let mut entry = phone(n, if n < 18 { 3 } else { 5 }, &apps);
        entry.ownership = Some(if n % 4 == 0 { "trust" } else { "personal" }.into());
        if n % 5 == 0 {
            entry.platform = "android".into();
            entry.model = Some("SM-A546B".into());
        } else if n % 7 == 0 {
            entry.model = Some("iPhone 12 mini (iPhone13,1)".into());
        }
        entry.findings = vec![
            said("IM-01", if n % 3 == 0 { "fail" } else { "pass" }),
            said("IM-02", if n < 6 { "unresolved" } else { "pass" }),
        ];
        entries.push(entry);
    }
    // The same phone under a second checklist, again later, and the same audit in a second chain.
    let mut second = entries[0].clone();
    second.audit_sha256 = "f".repeat(64);
    second.apps = vec!["Signal".into()];
    let mut later = entries[1].clone();
    later.audit_sha256 = "e".repeat(64);
    later.audited_at = "2026-09-01T09:00:00Z".into();
    let twice = entries[2].clone();
    let mut declined = phone(90, 3, &[]);
    declined.declined = true;
    entries.extend([second, later, twice, declined]);
    let mut all = bodies(entries);
    all.push(Body::Campaign(Campaign {
        groups: Vec::new(),
        id: "2026-11".into(),
        population: 500,
        drawn: 60,
        commitment: None,
        seed: None,
    }));
    for n in 0..8 {
        all.push(not_audited(n, NotAudited::Declined));
    }
    for n in 20..27 {
        all.push(not_audited(n, NotAudited::Unreachable));
    }
    all
}

fn not_audited(n: u64, what: NotAudited) -> Body {
    Body::Outcome(Outcome {
        campaign: "2026-11".into(),
        staff_ref: format!("CANARY-8{n:04}"),
        what,
        replaced_by: None,
    })
}

fn incidents() -> String {
    let kinds = [("whatsapp", "wrong group"), ("telegram", "lost phone")];
    (0..13)
        .map(|n| {
            let (app, category) = kinds[usize::from(n % 6 == 5)];
            incident(n, app, if n < 7 { 2025 } else { 2026 }, category)
        })
        .collect()
}

fn all_of(answers: &Answers) -> String {
    foi::render(answers, 80) + &foi::csv(answers) + &foi::json(answers)
}

#[test]
fn every_question_is_answered() {
    let trust = trust(&(TRUST.to_owned() + &incidents()));
    let answers = answers(&a_year(), true, &trust, &Scope::default());
    for width in [80, 100] {
        let text = foi::render(&answers, width);
        assert!(
            text.lines().all(|line| line.chars().count() <= width),
            "{text}"
        );
        insta::assert_snapshot!(format!("table_{width}"), text);
    }
    insta::assert_snapshot!("csv", foi::csv(&answers).replace("\r\n", "\n"));
    insta::assert_snapshot!("json", foi::json(&answers));
}

#[test]
fn what_is_not_held_is_said_to_be_not_recorded() {
    let answers = answers(&[], false, &Trust::default(), &Scope::default());
    insta::assert_snapshot!("nothing", foi::render(&answers, 80));
}

#[test]
fn the_period_and_the_campaign_narrow_the_answer() {
    let trust = Trust::default();
    let bodies = a_year();
    let answered = |scope: Scope| foi::csv(&answers(&bodies, false, &trust, &scope));
    let day = |text: &str| Some(text.parse().expect("a day"));
    let march = answered(Scope {
        from: day("2026-03-01"),
        to: day("2026-03-31"),
        campaign: None,
    });
    assert!(march.contains(",Phones checked,18,"), "{march}");
    // The rest of the campaign lies outside: nothing is said of the draw.
    assert!(!march.contains("People drawn"), "{march}");
    assert!(!march.contains("Estimate"), "{march}");
    let one_day = answered(Scope {
        from: day("2026-05-02"),
        to: day("2026-05-02"),
        campaign: Some("2026-11".into()),
    });
    assert!(one_day.contains(",Phones checked,23,"), "{one_day}");
    let other = answered(Scope {
        campaign: Some("2020-01".into()),
        ..Scope::default()
    });
    assert!(other.contains(",Phones checked,not recorded,"), "{other}");
    // Checked again in September: as found at the first check of the period.
    let autumn = answered(Scope {
        from: day("2026-08-01"),
        ..Scope::default()
    });
    assert!(autumn.contains(",Phones checked,*,"), "{autumn}");
}

#[test]
fn nothing_of_one_person_goes_out() {
    let trust = trust(&(TRUST.to_owned() + &incidents()));
    let mut bodies = a_year();
    for body in &mut bodies {
        if let Body::Audit(entry) = body {
            entry.site = Some("CANARY site".into());
            entry.auditor = Some("CANARY auditor".into());
            entry.role = Some("CANARY role".into());
        }
    }
    let text = all_of(&answers(&bodies, false, &trust, &Scope::default()));
    for never in ["CANARY", "INC-", "SM-A546B (", "2026-03-02"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
}

#[test]
fn a_spreadsheet_takes_nothing_for_a_formula() {
    let trust = trust(
        "[policy]\nname = \"=1+1\"\n[sops]\nreference = \"@SUM(A1)\"\n[dpia]\nreference = \"-1,\\\"x\"\n",
    );
    let csv = foi::csv(&answers(&[], false, &trust, &Scope::default()));
    let mut reader = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
    let heading = reader.headers().expect("a heading").clone();
    assert_eq!(heading, csv::StringRecord::from(foi::COLUMNS.to_vec()));
    let mut text = String::new();
    for row in reader.records() {
        let row = row.expect("a row");
        assert_eq!(row.len(), 5);
        for cell in &row {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
            text += cell;
        }
    }
    assert!(
        text.contains("'=1+1") && text.contains("'@SUM(A1)"),
        "{text}"
    );
}

#[test]
fn mistakes_on_the_command_line_are_told() {
    let folder = Folder::new();
    let path = folder.text("r.sqlite");
    drop(filled(&folder.at("r.sqlite")));
    let foi = |more: &[&str]| {
        let mut args = vec!["foi", "--register", path.as_str()];
        args.extend(more);
        run(args)
    };
    let good = foi(&[]);
    assert_eq!((good.status, good.err.as_str()), (0, ""));
    let txt = folder.text("answer.txt");
    for (more, status, why) in [
        (
            vec!["--from", "2026-05-01", "--to", "2026-04-01"],
            2,
            "before it begins",
        ),
        (vec!["--from", "May"], 2, "--from"),
        (
            vec!["--campaign", "2020-01"],
            2,
            "nothing of campaign 2020-01",
        ),
        (vec!["-o", "answer.docx"], 2, ".csv, .json or .txt"),
        (
            vec!["-o", "no-such-folder/answer.csv"],
            5,
            "cannot be written",
        ),
        (vec!["-o", &txt], 0, ""),
        (vec!["-o", &txt], 2, "already there"),
        (vec!["-o", &txt, "--force"], 0, ""),
    ] {
        let ran = foi(&more);
        assert_eq!(ran.status, status, "{more:?}: {}", ran.err);
        assert!(ran.err.contains(why), "{more:?}: {}", ran.err);
    }
    assert!(
        std::fs::read_to_string(&txt)
            .expect("written")
            .contains("Freedom of Information")
    );
    // A register that is not there is not made.
    let missing = folder.text("missing.sqlite");
    let ran = run(["foi", "--register", &missing]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(!folder.at("missing.sqlite").exists());
    let before = std::fs::read(folder.at("r.sqlite")).expect("read");
    foi(&["--format", "json"]);
    assert_eq!(before, std::fs::read(folder.at("r.sqlite")).expect("read"));
}

/// Every command that the guide shows, with the file that it shows.
#[test]
fn the_guide_works_as_it_says() {
    let page = std::fs::read_to_string(root().join("docs/foi.md")).expect("the page");
    let blocks = |kind: &str| -> Vec<String> {
        let start = format!("```{kind}\n");
        page.split(&start)
            .skip(1)
            .filter_map(|part| part.split("```").next())
            .map(str::to_owned)
            .collect()
    };
    let folder = Folder::new();
    drop(filled(&folder.at("register.sqlite")));
    std::fs::write(folder.at("spotcheck.toml"), blocks("toml").concat()).expect("written");
    let lines = blocks("sh").concat();
    assert!(lines.lines().count() > 2, "{lines}");
    for line in lines.lines() {
        let command = line.split('#').next().unwrap_or_default();
        let mut args = crate::run::words(command);
        assert_eq!(args.remove(0), "spotcheck");
        let ran = spotcheck()
            .current_dir(folder.at(""))
            .args(args)
            .output()
            .expect("runs");
        let ran = crate::run::ran(ran);
        assert_eq!(ran.status, 0, "{line}: {}", ran.err);
    }
}

/// What somebody sees who has all of an answer, and the numbers behind it that are under 5. Whoever knows how the
/// program works can try every register: of those that give the same answer, no two may have the same hidden number in
/// all of them.
#[derive(Default)]
pub(crate) struct Attack(BTreeMap<String, Vec<BTreeMap<String, u64>>>);

impl Attack {
    pub(crate) fn add(&mut self, shown: String, secrets: BTreeMap<String, u64>) {
        self.0.entry(shown).or_default().push(secrets);
    }

    /// Small numbers that are the same in all registers that fit.
    pub(crate) fn found(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (shown, fitting) in &self.0 {
            for (name, n) in &fitting[0] {
                let certain = fitting.iter().all(|other| other.get(name) == Some(n));
                if *n < 5 && certain {
                    found.push(format!("{name} is {n}: {:?}\n{shown}", fitting[0]));
                }
            }
        }
        found
    }
}

fn secrets<const N: usize>(secrets: [(&str, u64); N]) -> BTreeMap<String, u64> {
    secrets
        .into_iter()
        .map(|(name, n)| (name.to_owned(), n))
        .collect()
}

/// As many synthetic phones as `counts` says, each made by `change` from its group's number.
fn register_of(counts: &[u64], change: impl Fn(usize, &mut Entry)) -> Vec<Body> {
    let groups = counts.iter().enumerate();
    let phones = groups.flat_map(|(group, n)| (0..*n).map(move |_| group));
    let entries = phones.zip(1u64..).map(|(group, n)| {
        let mut entry = phone(n, 3, &[]);
        change(group, &mut entry);
        entry
    });
    bodies(entries.collect())
}

/// Every list of numbers whose sum is not above `most`. An answer tells the sum, so that nothing that fits is missing.
pub(crate) fn every<const N: usize>(most: u64) -> Vec<[u64; N]> {
    let mut lists = vec![[0; N]];
    for place in 0..N {
        lists = lists
            .into_iter()
            .flat_map(|list: [u64; N]| {
                let left = most - list.iter().sum::<u64>();
                (0..=left).map(move |n| {
                    let mut list = list;
                    list[place] = n;
                    list
                })
            })
            .collect();
    }
    lists
}

/// An estimate takes everybody as equally likely to be drawn.
#[test]
fn groups_drawn_in_other_shares_have_no_estimate() {
    let refs = |from: u64| {
        (from..from + 20)
            .map(|n| format!("CANARY-{n:05}"))
            .collect()
    };
    for (sizes, estimated) in [([250, 50], false), ([150, 150], true)] {
        let mut bodies = vec![Body::Campaign(Campaign {
            id: "2026-11".into(),
            population: 300,
            drawn: 40,
            groups: [("north", 1), ("south", 21)]
                .into_iter()
                .zip(sizes)
                .map(|((name, from), people)| Group {
                    name: Some(name.into()),
                    people,
                    drawn: refs(from),
                    reserves: Vec::new(),
                })
                .collect(),
            ..Campaign::default()
        })];
        let checked = (1..=40).filter(|n| n % 4 != 0);
        bodies.extend(self::bodies(
            checked
                .map(|n| phone(n, 3, if n % 2 == 0 { &["WhatsApp"] } else { &[] }))
                .collect(),
        ));
        let text = attacked(&bodies, &Trust::default());
        assert!(text.contains(",Phones checked,30,"), "{text}");
        assert_eq!(
            text.contains("Estimate for the whole list"),
            estimated,
            "{text}"
        );
    }
}

fn attacked(bodies: &[Body], trust: &Trust) -> String {
    all_of(&answers(bodies, false, trust, &Scope::default()))
}

#[test]
fn no_small_number_of_apps_by_month_can_be_worked_out() {
    let trust = Trust::default();
    let mut attack = Attack::default();
    for [a, b, c, d] in every(21) {
        let bodies = register_of(&[a, b, c, d], |group, entry| {
            entry.audited_at = format!("2026-0{}-02T09:00:00Z", 3 + group / 2);
            if group % 2 == 1 {
                entry.apps.clear();
            } else {
                entry.apps = vec!["WhatsApp".into()];
            }
        });
        let small = [
            ("with in March", a, a + b),
            ("without in March", b, a + b),
            ("with in April", c, c + d),
            ("without in April", d, c + d),
            ("with", a + c, a + b + c + d),
            ("without", b + d, a + b + c + d),
        ];
        // Where nobody was checked there is nobody to tell anything about.
        let mut secrets: BTreeMap<String, u64> = small
            .iter()
            .filter(|(_, _, checked)| *checked > 0)
            .map(|(name, n, _)| ((*name).to_owned(), *n))
            .collect();
        for (name, checked) in [("in March", a + b), ("in April", c + d)] {
            if checked > 0 {
                secrets.insert(name.into(), checked);
            }
        }
        attack.add(attacked(&bodies, &trust), secrets);
    }
    assert_eq!(attack.found(), Vec::<String>::new());
}

#[test]
fn no_small_number_of_phones_can_be_worked_out() {
    let trust = Trust::default();
    let mut attack = Attack::default();
    let models = [
        ("ios", "iPhone 13"),
        ("ios", "iPhone 14"),
        ("android", "SM-A546B"),
        ("android", "Pixel 8"),
    ];
    for [a, b, c, d] in every(14) {
        let bodies = register_of(&[a, b, c, d], |group, entry| {
            entry.platform = models[group].0.into();
            entry.model = Some(models[group].1.into());
        });
        let all = [
            ("13", a),
            ("14", b),
            ("SM", c),
            ("Pixel", d),
            ("Apple", a + b),
            ("Android", c + d),
        ];
        // A model that nobody has is nobody's.
        let secrets = all.into_iter().filter(|(_, n)| *n > 0);
        attack.add(
            attacked(&bodies, &trust),
            secrets.map(|(name, n)| (name.to_owned(), n)).collect(),
        );
    }
    assert_eq!(attack.found(), Vec::<String>::new());
}

#[test]
fn no_small_number_of_owners_or_answers_can_be_worked_out() {
    let trust = Trust::default();
    let (mut owners, mut answered) = (Attack::default(), Attack::default());
    for [a, b, c] in every(18) {
        let bodies = register_of(&[a, b, c], |group, entry| {
            entry.ownership = [Some("personal"), Some("trust"), None][group].map(str::to_owned);
        });
        let mut all = secrets([("personal", a), ("trust", b)]);
        if c > 0 {
            all.insert("not recorded".into(), c);
        }
        // Where no owner was recorded, nothing is said of owners.
        if a + b > 0 {
            owners.add(attacked(&bodies, &trust), all);
        }
        let bodies = register_of(&[a, b, c], |group, entry| {
            entry.findings = vec![said("IM-01", ["pass", "fail", "unresolved"][group])];
        });
        if a + b + c > 0 {
            answered.add(
                attacked(&bodies, &trust),
                secrets([("yes", a), ("no", b), ("none", c)]),
            );
        }
    }
    assert_eq!(owners.found(), Vec::<String>::new());
    assert_eq!(answered.found(), Vec::<String>::new());
}

#[test]
fn no_small_number_of_a_campaign_can_be_worked_out() {
    let trust = Trust::default();
    let mut attack = Attack::default();
    // Everybody knows how many were drawn, so that nothing that fits is missing.
    for [checked, declined, unreachable, open] in every(14) {
        let mut bodies = register_of(&[checked], |_, _| {});
        bodies.push(Body::Campaign(Campaign {
            groups: Vec::new(),
            id: "2026-11".into(),
            population: 500,
            drawn: checked + declined + unreachable + open,
            commitment: None,
            seed: None,
        }));
        bodies.extend((0..declined).map(|n| not_audited(n, NotAudited::Declined)));
        bodies.extend((0..unreachable).map(|n| not_audited(100 + n, NotAudited::Unreachable)));
        let all = [
            ("declined", declined),
            ("unreachable", unreachable),
            ("open", open),
        ];
        let mut all = secrets(all);
        if checked > 0 {
            all.insert("checked".into(), checked);
        }
        attack.add(attacked(&bodies, &trust), all);
    }
    assert_eq!(attack.found(), Vec::<String>::new());
}

#[test]
fn no_small_number_of_incidents_can_be_worked_out() {
    let mut attack = Attack::default();
    for [a, b, c, d] in every(14) {
        let mut text = String::new();
        let kinds = [
            ("whatsapp", 2025),
            ("whatsapp", 2026),
            ("signal", 2025),
            ("signal", 2026),
        ];
        let all = [a, b, c, d];
        let mut n = 0;
        for ((app, year), count) in kinds.iter().zip(all) {
            for _ in 0..count {
                n += 1;
                text += &incident(n, app, *year, ["wrong group", "lost phone"][n % 2]);
            }
        }
        let small = [
            ("whatsapp 2025", a),
            ("whatsapp 2026", b),
            ("signal 2025", c),
            ("signal 2026", d),
            ("whatsapp", a + b),
            ("signal", c + d),
            ("2025", a + c),
            ("2026", b + d),
            ("all", a + b + c + d),
        ];
        let secrets = small.into_iter().filter(|(_, n)| *n > 0);
        attack.add(
            attacked(&[], &trust(&text)),
            secrets.map(|(name, n)| (name.to_owned(), n)).collect(),
        );
    }
    assert_eq!(attack.found(), Vec::<String>::new());
}
