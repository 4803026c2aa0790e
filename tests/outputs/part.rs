//! A result that is about a part of the checklist only says so wherever its word stands.

use serde_json::Value;

use crate::common::*;

const WHOLE: &str = "ios sample-backups/ios-compliant --profile nhs-england-quick --as-of evidence";

/// The options of an audit, and what they leave.
const PARTS: [(&str, bool, &[&str], &str); 3] = [
    ("", false, &[], "INCOMPLETE"),
    ("--readable-only", true, &[], "PASS (part only)"),
    (
        "--controls IM-05a,IM-07",
        false,
        &["IM-05a", "IM-07"],
        "PASS (part only)",
    ),
];

fn read(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.at(name)).expect("a file")
}

#[test]
fn every_file_says_so() {
    for (options, readable_only, narrowed_to, result) in PARTS {
        let folder = Folder::new();
        files(
            &folder,
            "check",
            &format!("{WHOLE} {options}"),
            &["-o", &folder.text("check.txt")],
        );
        let word = result.split(' ').next().expect("a word");
        let part = result.contains("(part only)");

        let page = read(&folder, "check.html");
        assert!(page.contains(&format!("<title>{result}: ")), "{options}");

        let csv = read(&folder, "check.csv");
        for row in csv::Reader::from_reader(csv.as_bytes()).records() {
            let row = row.expect("a row");
            assert_eq!(&row[9], word);
            assert_eq!(
                (&row[20], &row[21]),
                (&*readable_only.to_string(), &*narrowed_to.join(" "))
            );
        }

        let junit = read(&folder, "check.xml");
        let has = |name: &str, value: &str| {
            junit.contains(&format!("<property name=\"{name}\" value=\"{value}\"/>"))
        };
        assert!(has("overall", word) && has("readable_only", &readable_only.to_string()));
        assert_eq!(junit.contains("\"narrowed_to\""), !narrowed_to.is_empty());
        assert!(narrowed_to.is_empty() || has("narrowed_to", &narrowed_to.join(" ")));

        // The slip, and what is said where somebody checks it.
        let slip = read(&folder, "check.txt");
        let code = slip.split("Code: ").nth(1).expect("a code");
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(slip.contains(&format!(" {result}\n")), "{slip}");
        assert_eq!(code.ends_with(" PART"), part, "{code}");
        let audit = folder.text("check.json");
        let known = with("verify-slip", &[&code, "--audit", &audit]);
        assert_eq!(known.status, 0, "{}{}", known.out, known.err);
        assert!(
            known.out.contains(&format!("of this audit: {result}, ")),
            "{}",
            known.out
        );
        // Whoever takes the word off hides nothing; whoever adds it is found out.
        let other = match code.strip_suffix(" PART") {
            Some(cut) => cut.to_owned(),
            None => format!("{code} PART"),
        };
        let ran = with("verify-slip", &[&other, "--audit", &audit]);
        assert_eq!(ran.status, i32::from(!part), "{}{}", ran.out, ran.err);
        assert!(!part || ran.out.contains(result), "{}", ran.out);
    }
}

#[test]
fn comparisons_lists_and_batches_say_so() {
    let folder = Folder::new();
    let register = ["--register", &folder.text("r.sqlite"), "--keep-days", "730"];
    for (name, (options, ..)) in ["whole", "readable", "lines"].iter().zip(PARTS) {
        let saved = folder.text(&format!("{name}.json"));
        let mut more = vec!["--no-input", "-o", &saved];
        more.extend(register);
        let ran = with(&format!("{WHOLE} {options}"), &more);
        assert!([0, 3].contains(&ran.status), "{}", ran.err);
    }
    let list = with("register list", &register[..2]).out;
    assert_eq!(list.matches("PASS (part only)").count(), 2, "{list}");
    assert!(list.contains("INCOMPLETE  "), "{list}");

    let [whole, part] = ["whole.json", "lines.json"].map(|name| folder.text(name));
    let table = with("diff", &[&whole, &part]).out;
    let first = table.split("Warning").next().expect("a beginning");
    let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        first.contains("INCOMPLETE before, PASS (part only) after."),
        "{first}"
    );
    assert!(
        first.contains("nhs-england-quick; only the lines asked for"),
        "{first}"
    );
    let json = with("diff", &[&whole, &part, "--format", "json"]).out;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["after"]["overall"], "PASS");
    assert_eq!(
        json["after"]["narrowed_to"],
        serde_json::json!(["IM-05a", "IM-07"])
    );
    assert_eq!(json["before"]["narrowed_to"], serde_json::json!([]));

    let batch = "batch sample-backups/ios-compliant --profile nhs-england-quick --readable-only --as-of evidence";
    let rows = with(batch, &[]).out;
    assert!(rows.starts_with("PASS (part only)  "), "{rows}");
    assert!(rows.contains("in this run, 1 PASS (part only)"), "{rows}");
    let lines = folder.file("lines.jsonl", &with(batch, &["--format", "jsonl"]).out);
    let merged = with("merge", &[&lines]).out;
    assert!(merged.contains("  PASS (part only): 1\n"), "{merged}");
}

/// Lines that were set aside or do not apply are on the page with the others.
#[test]
fn all_lines_stand_at_a_glance() {
    let folder = Folder::new();
    files(&folder, "check", &format!("{WHOLE} --readable-only"), &[]);
    let page = read(&folder, "check.html");
    let glance = page.split("id=\"glance\"").nth(1).expect("a table");
    let glance = glance.split("</table>").next().expect("its end");
    for row in [
        "<a href=\"#not-checked\">IM-04 Two-step verification is on</a></th><td>WhatsApp</td><td><strong class=\"tag other\">–\u{a0}set aside</strong>",
        "IM-04 Two-step verification is on</th><td>WhatsApp Business, ",
        "<strong class=\"tag other\">–\u{a0}not applicable</strong>",
    ] {
        assert!(glance.contains(row), "{row}: {glance}");
    }
}
