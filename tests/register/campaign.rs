//! Campaigns with a list: beginning one from a draw, outcomes, status, the report in every shape. All data is synthetic.

use spotcheck::campaign::list::from_draw;
use spotcheck::register::Body;
use spotcheck::register::entry::{Campaign, Group, Line};

use crate::common::*;
use crate::run::{Ran, root, run};

const BY_GROUP: &str = "--by directorate --size 12 --at-least 2";

struct Round {
    folder: Folder,
    groups: Vec<Group>,
}

impl Round {
    /// A draw from a synthetic list of 120 in three groups.
    fn begin(draw: &str) -> Round {
        let folder = Folder::new();
        let list: String = (1..=120)
            .map(|n| {
                let group = match n {
                    1..=60 => "Surgery",
                    61..=110 => "Medicine",
                    _ => "Pharmacy",
                };
                format!("S-{n:03},{group}\n")
            })
            .collect();
        std::fs::write(folder.at("staff.csv"), format!("id,directorate\n{list}")).expect("written");
        let drawn = run(["draw", &folder.text("staff.csv")]
            .into_iter()
            .chain(draw.split(' '))
            .chain(["--seed", "03.11.19", "--format", "json"]));
        assert_eq!(drawn.status, 0, "{}", drawn.err);
        std::fs::write(folder.at("draw.json"), &drawn.out).expect("written");
        let groups = from_draw("c1", &drawn.out).expect("a draw").groups;
        let round = Round { folder, groups };
        let began = round.run(&["new", "c1", "--draw", &round.folder.text("draw.json")]);
        assert_eq!(began.status, 0, "{}", began.err);
        round
    }

    fn run(&self, args: &[&str]) -> Ran {
        let register = self.folder.text("r.sqlite");
        run(["campaign"].iter().chain(args).copied().chain([
            "--register",
            &register,
            "--keep-days",
            "730",
        ]))
    }

    /// Records a synthetic audit of one line or two.
    fn audit(&self, person: &str, day: u32, verdicts: &[(&str, &str)]) {
        let mut audit = entry(0);
        audit.audit_sha256 = format!("{person}{day}");
        audit.campaign = Some("c1".into());
        audit.staff_ref = Some(person.into());
        audit.audited_at = format!("2026-11-{day:02}T09:00:00Z");
        audit.overall = match verdicts.iter().any(|(_, verdict)| *verdict == "fail") {
            true => "FAIL".into(),
            false => "PASS".into(),
        };
        audit.findings = verdicts
            .iter()
            .map(|(control, verdict)| Line {
                control: (*control).into(),
                subject: "device".into(),
                verdict: (*verdict).into(),
                first_verdict: None,
                counted: Some((*verdict).into()),
                asked: false,
                waived: false,
                set_aside: false,
            })
            .collect();
        open(&self.folder.at("r.sqlite"))
            .add(&Body::Audit(Box::new(audit)), 730)
            .expect("added");
    }
}

/// The head differs from run to run, and the day.
fn settled(snapshot: impl FnOnce()) {
    insta::with_settings!({ filters => vec![(r"[0-9a-f]{8}-\d+-[0-9a-f]{24}", "HEAD"), (r"Report made on [^.]+", "Report made on DAY")] }, { snapshot() });
}

#[test]
fn a_campaign_from_its_draw() {
    let round = Round::begin(BY_GROUP);
    let [medicine, pharmacy, surgery] = round.groups.as_slice() else {
        panic!("{:?}", round.groups)
    };
    let again = round.run(&["new", "c1", "--draw", &round.folder.text("draw.json")]);
    assert_eq!(again.status, 2, "{}", again.err);

    // The check is not for the first: the next reserve stands in, whoever is named.
    let first = &medicine.drawn[0];
    let wrong = round.run(&[
        "outcome",
        "c1",
        first,
        "not-applicable",
        "--replaced-by",
        &medicine.reserves[1],
    ]);
    assert_eq!(wrong.status, 2);
    assert!(
        wrong
            .err
            .contains(&format!("Medicine is {}", medicine.reserves[0])),
        "{}",
        wrong.err
    );
    let taken = round.run(&["outcome", "c1", first, "not-applicable"]);
    assert!(
        taken
            .out
            .contains(&format!("{} stands in", medicine.reserves[0])),
        "{}",
        taken.out
    );
    // Nor for the one who stands in: the chain goes on.
    let next = round.run(&[
        "outcome",
        "c1",
        &medicine.reserves[0],
        "not-applicable",
        "--replaced-by",
        &medicine.reserves[1],
    ]);
    assert_eq!(next.status, 0, "{}", next.err);
    // Recorded again, and differently: the last counts.
    let second = &medicine.drawn[1];
    assert_eq!(
        round.run(&["outcome", "c1", second, "unreachable"]).status,
        0
    );
    let changed = round.run(&["outcome", "c1", second, "declined"]);
    assert!(
        changed
            .out
            .contains("could not be reached. The last counts"),
        "{}",
        changed.out
    );
    for (person, why) in [
        ("S-999", "was not drawn"),
        (&medicine.reserves[3], "stands in for nobody"),
        (&first.to_lowercase(), "was not drawn"),
    ] {
        let refused = round.run(&["outcome", "c1", person, "declined"]);
        assert_eq!(refused.status, 2, "{person}");
        assert!(refused.err.contains(why), "{}", refused.err);
    }

    for (i, person) in surgery.drawn.iter().enumerate() {
        let verdict = if i < 3 { "fail" } else { "pass" };
        round.audit(person, 2, &[("IM-06", verdict), ("IM-05a", "pass")]);
    }
    round.audit(
        &medicine.reserves[1],
        3,
        &[("IM-06", "pass"), ("IM-05a", "pass")],
    );
    round.audit(
        &pharmacy.drawn[0],
        3,
        &[("IM-06", "fail"), ("IM-05a", "fail")],
    );
    // Put right since: counted as it was found, and no recheck is needed.
    round.audit(
        &surgery.drawn[0],
        9,
        &[("IM-06", "pass"), ("IM-05a", "pass")],
    );
    round.audit("X-099", 3, &[("IM-06", "fail")]);
    let late = round.run(&["outcome", "c1", &surgery.drawn[0], "declined"]);
    assert!(late.err.contains("was checked already"), "{}", late.err);

    let status = round.run(&["status", "c1"]);
    assert_eq!(status.status, 0, "{}", status.err);
    insta::assert_snapshot!("status", status.out);
    let report = round.run(&["report", "c1"]);
    settled(|| insta::assert_snapshot!("campaign", report.out));
    let json: serde_json::Value =
        serde_json::from_str(&round.run(&["status", "c1", "--format", "json"]).out).expect("JSON");
    assert_eq!(json["kind"], "campaign-status");
    assert_eq!(json["checked"], 7);
    assert_eq!(json["declined"], 1);
    assert_eq!(json["replaced"], 2);
    assert_eq!(json["still_to_do"], 4);
    assert_eq!(
        json["places"][0]["called"]
            .as_array()
            .expect("called")
            .len(),
        3
    );
    let recheck = json["recheck"].as_array().expect("a list");
    assert!(
        !recheck
            .iter()
            .any(|person| *person == surgery.drawn[0].as_str())
    );

    // Once they are checked there are enough in every group to weigh them.
    for person in medicine.drawn[2..].iter().chain(&pharmacy.drawn[1..]) {
        round.audit(person, 4, &[("IM-06", "pass"), ("IM-05a", "pass")]);
    }
    let json: serde_json::Value =
        serde_json::from_str(&round.run(&["report", "c1", "--format", "json"]).out).expect("JSON");
    // 0 of 4, 1 of 2 and 3 of 5, weighted by 50, 10 and 60 of 120.
    let rate = json["whole"][0]["weighted_rate"].as_f64().expect("a rate");
    assert!(
        (rate - (0.5 * 10.0 + 0.6 * 60.0) / 120.0).abs() < 1e-9,
        "{rate}"
    );
    assert_eq!(json["whole"][0]["failed"], 4);
    assert_eq!(json["whole"][0]["of"], 11);
}

#[test]
fn reports_keep_to_their_schema_in_every_shape() {
    let schema =
        std::fs::read_to_string(root().join("docs/campaign.schema.json")).expect("the schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let round = Round::begin("--size 30");
    for (i, person) in round
        .groups
        .iter()
        .flat_map(|group| &group.drawn)
        .enumerate()
    {
        let verdict = if i < 9 { "fail" } else { "pass" };
        let few = if i < 2 { "fail" } else { "pass" };
        round.audit(person, 2, &[("IM-06", verdict), ("<b>&\"", few)]);
    }
    for more in [
        &[][..],
        &["--publish"],
        &["--against", "c1"],
        &["--publish", "--against", "c1"],
    ] {
        let name = format!("report{}", more.concat());
        let (json, html) = (
            round.folder.text(&format!("{name}.json")),
            round.folder.text(&format!("{name}.html")),
        );
        let mut args = vec!["report", "c1", "-o", &json, "-o", &html];
        args.extend(more);
        let ran = round.run(&args);
        assert_eq!(ran.status, 0, "{}", ran.err);
        let text = std::fs::read_to_string(&json).expect("written");
        let value = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{more:?}: {errors:?}");
        assert_eq!(value["for_publication"], more.contains(&"--publish"));
        let page = std::fs::read_to_string(&html).expect("written");
        assert!(page.contains("<svg") && page.contains("<desc id=\"plot-desc\">"));
        assert!(
            !page.contains("<script") && !page.contains("<b>"),
            "{more:?}"
        );
        // The head is in every shape, and the register knows it again.
        let head = value["register_head"].as_str().expect("a head").to_owned();
        for shape in [&ran.out, &page] {
            assert!(shape.contains(&head), "{more:?}");
        }
        let known = run([
            "register",
            "verify",
            "--head",
            &head,
            "--register",
            &round.folder.text("r.sqlite"),
        ]);
        assert_eq!(known.status, 0, "{}", known.out);
        if more.contains(&"--publish") {
            assert!(head.contains("-0-"), "{head}");
            for person in round
                .groups
                .iter()
                .flat_map(|g| g.drawn.iter().chain(&g.reserves))
            {
                assert!(
                    ![&ran.out, &page, &text]
                        .iter()
                        .any(|shape| shape.contains(person.as_str()))
                );
            }
        }
        if *more == ["--publish"] {
            let main = page.split("<main").nth(1).expect("a main part");
            settled(|| insta::assert_snapshot!("published_page", main));
        }
    }
    let there = round.run(&["report", "c1", "-o", &round.folder.text("report.json")]);
    assert_eq!(there.status, 2, "{}", there.err);
    let unknown = round.run(&["report", "c1", "-o", &round.folder.text("report.docx")]);
    assert!(
        unknown.err.contains(".html, .json or .txt"),
        "{}",
        unknown.err
    );
}

#[test]
fn a_round_that_is_not_over_says_so() {
    let round = Round::begin("--size 12");
    let drawn = &round.groups[0].drawn;
    let empty = round.run(&["report", "c1"]);
    assert!(
        empty.out.contains("Nobody was checked yet"),
        "{}",
        empty.out
    );
    assert!(!empty.out.contains("Line by line"), "{}", empty.out);
    assert!(!empty.out.contains("At worst"), "{}", empty.out);
    let nothing = round.run(&["report", "c1", "--publish", "--interim"]);
    assert!(
        nothing.err.contains("nothing to publish"),
        "{}",
        nothing.err
    );
    let tied = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let lines = |verdict: &'static str| tied.map(|control| (control, verdict));
    round.audit(&drawn[0], 2, &lines("fail"));
    round.audit(&drawn[1], 2, &lines("pass"));
    let refused = round.run(&["report", "c1", "--publish"]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("--interim"), "{}", refused.err);
    for shape in ["table", "html", "json"] {
        let page = round.run(&["report", "c1", "--publish", "--interim", "--format", shape]);
        assert_eq!(page.status, 0, "{}", page.err);
        let says = match shape {
            "json" => "\"interim\": true",
            _ => "This round is not over",
        };
        assert!(page.out.contains(says), "{}", page.out);
    }
    let report = round.run(&["report", "c1"]).out;
    assert!(
        report.contains("2 phones were checked: 1 failed, 1 passed, 0 could not"),
        "{report}"
    );
    assert!(report.contains("And 2 more failed as often."), "{report}");
    for person in drawn {
        round.audit(person, 3, &lines("pass"));
    }
    let over = round.run(&["report", "c1", "--publish", "--interim"]);
    assert!(over.err.contains("Leave out --interim"), "{}", over.err);
}

#[test]
fn what_could_not_be_told_is_looked_at_again() {
    let round = Round::begin("--size 2");
    let drawn = &round.groups[0].drawn;
    let mut open_audit = entry(3);
    open_audit.campaign = Some("c1".into());
    open_audit.staff_ref = Some(drawn[0].clone());
    open_audit.overall = "INCOMPLETE".into();
    for line in &mut open_audit.findings {
        line.verdict = "unresolved".into();
        line.counted = Some("unresolved".into());
    }
    open(&round.folder.at("r.sqlite"))
        .add(&Body::Audit(Box::new(open_audit)), 730)
        .expect("added");
    round.audit(&drawn[1], 2, &[("IM-06", "pass")]);
    let status = round.run(&["status", "c1"]).out;
    assert!(status.contains("Could not be told: look again"), "{status}");
    assert!(
        status.contains(&format!("--staff-ref {}", drawn[0])),
        "{status}"
    );
    let report = round.run(&["report", "c1"]).out;
    assert!(report.contains("look again\n  "), "{report}");
    let page = round.run(&["report", "c1", "--publish"]).out;
    assert!(!page.contains("look again"), "{page}");
}

/// Who was checked and not drawn counts in neither the report nor the answer.
#[test]
fn an_answer_counts_as_the_report_does() {
    let round = Round::begin("--size 18");
    for person in &round.groups[0].drawn[..12] {
        round.audit(person, 2, &[("IM-06", "pass")]);
    }
    for person in ["X-001", "X-002", "X-003"] {
        round.audit(person, 2, &[("IM-06", "fail")]);
    }
    let register = round.folder.text("r.sqlite");
    let answer = run(["foi", "--campaign", "c1", "--register", &register]);
    let words: Vec<&str> = answer.out.split_whitespace().collect();
    assert!(
        words.join(" ").contains("Phones checked 12 "),
        "{}",
        answer.out
    );
    assert!(
        answer.out.contains("hold a place of the draw"),
        "{}",
        answer.out
    );
    assert!(round.run(&["report", "c1"]).out.contains("12 checked"));
}

#[test]
fn a_damaged_or_foreign_draw_begins_nothing() {
    let round = Round::begin(BY_GROUP);
    let good = std::fs::read_to_string(round.folder.at("draw.json")).expect("the draw");
    let (first, second) = (&round.groups[0].drawn[0], &round.groups[0].drawn[1]);
    let swap = |a: &str, b: &str| good.replace(a, "@").replace(b, a).replace('@', b);
    for (text, why) in [
        (good[..good.len() / 2].to_owned(), "cut off"),
        ("{}".into(), "no draw of spotcheck"),
        ("[1]".into(), "no draw of spotcheck"),
        (
            good.replace("\"version\": 1", "\"version\": 2"),
            "newer version",
        ),
        (
            good.replace("\"tool\": \"spotcheck", "\"tool\": \"other"),
            "no draw of spotcheck",
        ),
        (
            good.replace("\"people\": 120", "\"people\": 121"),
            "do not add up to its list",
        ),
        (
            good.replace("\"drawn\": 12,", "\"drawn\": 13,"),
            "do not add up to the number",
        ),
        (
            good.replace(&format!("\"{second}\""), &format!("\"{first}\"")),
            "twice",
        ),
        (
            swap(&format!("\"{first}\""), &format!("\"{second}\"")),
            "not where the seed puts it",
        ),
        (
            good.replace("03.11.19", "03.11.20"),
            "not where the seed puts it",
        ),
        (good.replace("\"sha256\"", "\"dice\""), "method"),
        (
            good.replace(&format!("\"{first}\""), "\"Anna Example\""),
            "looks like a name",
        ),
        (good.replace(&format!("\"{first}\""), "\"\""), "empty"),
        (good.replace("\"Medicine\"", "null"), "no name of its own"),
        (
            good.replace("\"Medicine\"", "\"Surgery\""),
            "no name of its own",
        ),
        (
            good.replace("\"people\": 50", "\"people\": 5")
                .replace("\"people\": 120", "\"people\": 75"),
            "more references",
        ),
    ] {
        assert_ne!(text, good, "{why}");
        let error = from_draw("c2", &text).expect_err(why);
        assert!(error.contains(why), "{why}: {error}");
        assert!(error.contains('\n'), "it says what to do: {error}");
        assert!(!error.contains("Anna"), "{error}");
    }
    let missing = round.run(&["new", "c2", "--draw", "/no/such/draw.json"]);
    assert_eq!(missing.status, 2, "{}", missing.err);
    let both = round.run(&[
        "new",
        "c2",
        "--draw",
        &round.folder.text("draw.json"),
        "--drawn",
        "3",
    ]);
    assert_eq!(both.status, 2, "{}", both.err);
}

#[test]
fn old_records_stay_as_they_were() {
    let old = r#"{"kind":"campaign","id":"2026-05","population":120,"drawn":29,"commitment":null,"seed":null}"#;
    let body: Body = serde_json::from_str(old).expect("reads");
    assert_eq!(serde_json::to_string(&body).expect("writes"), old);
    let Body::Campaign(campaign) = body else {
        panic!()
    };
    assert_eq!(campaign.groups, Vec::new());
}

#[test]
fn without_a_list_there_are_numbers_only() {
    let folder = Folder::new();
    let mut register = open(&folder.at("r.sqlite"));
    let campaign = Campaign {
        id: "2026-11".into(),
        population: 100,
        drawn: 9,
        ..Campaign::default()
    };
    register.add(&Body::Campaign(campaign), 730).expect("added");
    for n in 1..=4 {
        register.add(&audit(n), 730).expect("added");
    }
    drop(register);
    let ran = run([
        "campaign",
        "status",
        "2026-11",
        "--register",
        &folder.text("r.sqlite"),
    ]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(
        ran.out.contains("Still to be checked     5\n"),
        "{}",
        ran.out
    );
    let none = run([
        "campaign",
        "status",
        "2020-01",
        "--register",
        &folder.text("r.sqlite"),
    ]);
    assert_eq!(none.status, 2, "{}", none.out);
}

/// The quick way through the register comes to the same as the thorough one.
#[test]
fn both_ways_of_reading_agree() {
    let folder = Folder::new();
    let mut register = open(&folder.at("r.sqlite"));
    for body in bodies() {
        register.add(&body, 730).expect("added");
    }
    for n in 20..60 {
        let mut entry = entry(n);
        entry.staff_ref = (n % 5 != 0).then(|| format!("S \"{}\" \u{e9}", n / 2));
        entry.declined = n % 11 == 0;
        let verdicts = [
            "pass",
            "fail",
            "unresolved",
            "not-applicable",
            "declined",
            "new-word",
        ];
        for (i, line) in entry.findings.iter_mut().enumerate() {
            line.counted = Some(verdicts[(i + n as usize) % 6].into());
            line.first_verdict = n.is_multiple_of(4).then(|| "fail".into());
            line.waived = n.is_multiple_of(9);
        }
        register
            .add(&Body::Audit(Box::new(entry)), 730)
            .expect("added");
    }
    let mut counter = spotcheck::campaign::count::Counter::default();
    register
        .each_of_campaign("2026-11", |kind, at, json| counter.record(kind, at, json))
        .expect("reads");
    let thorough = register.bodies(Some("2026-11")).expect("reads");
    assert_eq!(
        counter.finish(),
        spotcheck::campaign::summary(&thorough, "2026-11")
    );
}
