//! A whole programme: commit, draw, audit the samples as phones, one declined, one replaced, report, publish, purge, verify.

use crate::common::*;
use crate::run::{Ran, run, words};

const CONTINUES: &str = "--as-of evidence --no-input --format json";

fn all_right(ran: &Ran) {
    assert!(
        ran.status <= 3 && ran.status != 2,
        "{} {}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_whole_programme() {
    let folder = Folder::new();
    let list = folder.text("staff.csv");
    let ids: Vec<String> = (1..=40).map(|n| format!("S-{n:03}")).collect();
    std::fs::write(&list, format!("id\n{}\n", ids.join("\n"))).expect("written");
    let (register, commitment) = (folder.text("r.sqlite"), folder.text("commitment.toml"));
    let kept = ["--register", &register, "--keep-days", "730"];
    let with = |line: &str| run(words(line).iter().map(String::as_str).chain(kept));

    // The list is fixed before the seed is known.
    let committed = run([
        "draw",
        "commit",
        &list,
        "--seed-from",
        "a synthetic lottery",
        "-o",
        &commitment,
    ]);
    all_right(&committed);
    let drawn = run([
        "draw",
        &list,
        "--size",
        "5",
        "--seed",
        "03.11.19",
        "--commitment",
        &commitment,
        "--format",
        "json",
    ]);
    all_right(&drawn);
    let draw: serde_json::Value = serde_json::from_str(&drawn.out).expect("JSON");
    let people = |key: &str| -> Vec<String> {
        draw["groups"][0][key]
            .as_array()
            .expect("a list")
            .iter()
            .map(|id| id.as_str().expect("an id").to_owned())
            .collect()
    };
    let (people, reserves) = (people("drawn"), people("reserves"));
    assert_eq!(people.len(), 5);

    all_right(&with(
        "campaign new 2026-11 --population 40 --drawn 5 --seed 03.11.19",
    ));
    let again = with("campaign new 2026-11 --population 40 --drawn 5");
    assert_eq!(again.status, 2, "{}", again.err);

    // Three phones, one who declines, one for whom the check is not, and who stands in.
    for (person, sample) in [
        (&people[0], "ios sample-backups/ios-compliant"),
        (&people[1], "ios sample-backups/ios-failing"),
        (
            &people[2],
            "android --capture sample-backups/android-failing.capture",
        ),
        (
            &reserves[0],
            "android --capture sample-backups/android-compliant.capture",
        ),
    ] {
        let ran = with(&format!(
            "{sample} --profile nhs-england-quick --readable-only --campaign 2026-11 --staff-ref {person} {CONTINUES}"
        ));
        assert!(ran.err.contains("Kept in the register"), "{}", ran.err);
    }
    all_right(&with(&format!(
        "campaign outcome 2026-11 {} declined",
        people[3]
    )));
    let refused = with(&format!(
        "campaign outcome 2026-11 {} declined --replaced-by {}",
        people[3], reserves[1]
    ));
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("Nobody stands in"), "{}", refused.err);
    all_right(&with(&format!(
        "campaign outcome 2026-11 {} not-applicable --replaced-by {}",
        people[4], reserves[0]
    )));

    let report = run(["campaign", "report", "2026-11", "--register", &register]);
    assert_eq!(report.status, 0, "{}", report.err);
    insta::with_settings!({ filters => vec![(r"S-\d{3}", "S-NNN"), (r"[0-9a-f]{8}-\d+-[0-9a-f]{24}", "HEAD"), (r"Report made on [^.]+", "Report made on DAY")] }, {
        insta::assert_snapshot!("report", report.out);
    });
    assert!(report.out.contains("2 of 4 failed"), "{}", report.out);
    assert!(
        report.out.contains(people[1].as_str()),
        "to be checked again"
    );
    let published = run([
        "campaign",
        "report",
        "2026-11",
        "--publish",
        "--register",
        &register,
    ]);
    for person in people.iter().chain(&reserves) {
        assert!(
            !published.out.contains(person.as_str()),
            "{}",
            published.out
        );
    }
    assert!(!published.out.contains("2 of 4"), "{}", published.out);
    let nothing = run(["campaign", "report", "2020-01", "--register", &register]);
    assert_eq!(nothing.status, 2, "{}", nothing.out);

    let verify = run(["register", "verify", "--register", &register]);
    assert_eq!(verify.status, 0, "{}", verify.out);
    let purged = run(["register", "purge", "--register", &register]);
    assert!(purged.out.starts_with("0 records"), "{}", purged.out);
}
