//! Files that people write or hand on: checklists, answers, waivers, lists of staff, saved audits, slips.

use std::sync::LazyLock;

use jiff::Timestamp;
use spotcheck::android::{capture::Capture, probe};
use spotcheck::assess::{Context, assess, waivers};
use spotcheck::audit::About;
use spotcheck::batch::merge;
use spotcheck::batch::passwords::Rules;
use spotcheck::batch::results::{ResultsFile, Wanted};
use spotcheck::compare::compare;
use spotcheck::evidence::{Platform, Request, Source, personal, text as words};
use spotcheck::observe::answers;
use spotcheck::profile;
use spotcheck::register::chain::PrintedHead;
use spotcheck::report::record::Record;
use spotcheck::report::slip::{qr, reference, saved as slips};
use spotcheck::report::{csv, diff, html, json, junit, saved, slip, table};
use spotcheck::sampling::commitment::Commitment;
use spotcheck::sampling::population;
use spotcheck::{campaign, os_support, trust};

use super::{Target, fit_for_a_terminal, sample, text, twice, with_file};

pub const TARGETS: &[Target] = &[
    Target {
        name: "profile",
        run: profile_,
        seeds: profile_seeds,
        words: &[
            "extends = ",
            "[[control]]\n",
            "pass = {",
            "fact = ",
            "at_most = ",
            "all = [",
            "not = {",
            "[parameters.",
            "\"nhs-england\"",
            "$",
            "platforms = ",
            "only = ",
        ],
    },
    Target {
        name: "setting",
        run: setting,
        seeds: setting_seeds,
        words: &[
            "auto_lock_max",
            "=",
            "2m",
            "0s",
            "99999999999999999999h",
            "true",
            ",",
        ],
    },
    Target {
        name: "answers",
        run: answers_,
        seeds: answers_seeds,
        words: &[
            "[[answer]]\n",
            "control = ",
            "subject = ",
            "seen = ",
            "said = ",
            "at = 2026-11-22T10:15:00Z",
            "[apps]\n",
            "there",
            "otherwise",
            "whatsapp@95",
        ],
    },
    Target {
        name: "waivers",
        run: waivers_,
        seeds: waivers_seeds,
        words: &[
            "[[waiver]]\n",
            "control = ",
            "expires = 2027-01-01",
            "reason = ",
            "approver = ",
            "staff_ref = ",
        ],
    },
    Target {
        name: "spotcheck_toml",
        run: spotcheck_toml,
        seeds: spotcheck_toml_seeds,
        words: &[
            "[policy]\n",
            "[register]\n",
            "keep_days = ",
            "[[app]]\n",
            "[[incident]]\n",
            "[[referral]]\n",
            "date = 2026-11-22",
            "marking = ",
        ],
    },
    Target {
        name: "about",
        run: about,
        seeds: about_seeds,
        words: &[
            "staff_ref = ",
            "role = ",
            "ownership = \"trust\"",
            "campaign = ",
        ],
    },
    Target {
        name: "passwords",
        run: passwords,
        seeds: passwords_seeds,
        words: &["= { env = ", "= { file = ", "**", "[!a-z]", "*"],
    },
    Target {
        name: "population",
        run: population_,
        seeds: population_seeds,
        words: &[
            "id",
            "ward",
            ",",
            "\"\"",
            "\r\n",
            "\u{feff}",
            "=1+1",
            "AB123456C",
        ],
    },
    Target {
        name: "commitment",
        run: commitment,
        seeds: commitment_seeds,
        words: &[
            "people = ",
            "list = ",
            "by = ",
            "method = ",
            "\"sha256\"",
            "\"rfc3797\"",
        ],
    },
    Target {
        name: "draw_json",
        run: draw_json,
        seeds: draw_json_seeds,
        words: &[
            "\"version\":1",
            "\"people\":",
            "\"groups\":[",
            "\"drawn\":[",
            "\"reserves\":[",
            "null",
            "18446744073709551615",
        ],
    },
    Target {
        name: "saved_audit",
        run: saved_audit,
        seeds: saved_audit_seeds,
        words: JSON,
    },
    Target {
        name: "slip",
        run: slip_,
        seeds: slip_seeds,
        words: &[
            "SPOTCHECK1 ",
            "PASS",
            "FAIL",
            "INCOMPLETE",
            "0000-0000-0000",
            " ",
        ],
    },
    Target {
        name: "batch_results",
        run: batch_results,
        seeds: batch_results_seeds,
        words: JSON,
    },
];

const JSON: &[&str] = &[
    "\"verdict\":",
    "\"pass\"",
    "\"unresolved\"",
    "\"overall\":",
    "\"batch\":{",
    "\"shard\":",
    "\"of\":",
    "\"error\":",
    "\"evidence\":",
    "\"terms\":",
    "\"good_until\":",
    "null",
    "[]",
    "{}",
    "1e999",
    "18446744073709551615",
    "-1",
    "\\u0000",
    "\\ud800",
    "\"schema\":1",
];

fn at() -> Timestamp {
    "2026-11-22T10:15:00Z".parse().expect("a moment")
}

/// A checklist that is taken is taken again, and a phone of which nothing is known does not pass it where anything on
/// it must hold.
fn profile_(bytes: &[u8]) {
    // What it extends would be looked for beside it: only the shipped ones are.
    with_file("fuzz.toml", bytes, |path| {
        let load = || profile::load(&path.display().to_string(), &[]);
        match load() {
            Err(error) => assert_eq!(load().err(), Some(error)),
            Ok(profile) => {
                assert_eq!(load().map(|again| again.sha256), Ok(profile.sha256.clone()));
                for platform in [Platform::Ios, Platform::Android] {
                    let nothing = spotcheck::evidence::Evidence::new(
                        platform,
                        Source::AndroidCapture,
                        Some(at()),
                    );
                    let audit = assess(&nothing, &profile, &Context::new(at()));
                    let line = json::line(&audit);
                    let read = saved::parse("fuzz", &line).expect("a saved audit is read back");
                    assert_eq!(read.len(), 1);
                    let decided = audit
                        .findings
                        .iter()
                        .any(|finding| finding.verdict == spotcheck::audit::Verdict::Pass);
                    assert!(!decided, "a line passed of which nothing was known");
                }
            }
        }
    });
}

fn profile_seeds() -> Vec<Vec<u8>> {
    let own = "id = \"own\"\ntitle = \"A synthetic list\"\nextends = \"nhs-england\"\n\n[parameters.auto_lock_max]\nvalue = \"1m\"\nsource = \"synthetic\"\n";
    let mut seeds: Vec<Vec<u8>> = profile::shipped_ids()
        .filter_map(profile::shipped)
        .map(|text| {
            // A shipped list may not be taken under its own id.
            text.replacen("id = \"", "id = \"own-", 1).into_bytes()
        })
        .filter(|text| text.len() < 20_000)
        .collect();
    seeds.push(own.into());
    seeds
}

/// A parameter from the command line: `NAME=VALUE`.
fn setting(bytes: &[u8]) {
    text(bytes, |text| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let given = [(name.to_owned(), value.to_owned())];
        let load = || profile::load("nhs-england-quick", &given).map(|profile| profile.sha256);
        let _ = twice(load);
    });
}

fn setting_seeds() -> Vec<Vec<u8>> {
    let profile = profile::load("nhs-england-quick", &[]).expect("the shipped checklist");
    let mut seeds: Vec<Vec<u8>> = profile
        .parameters
        .iter()
        .map(|parameter| format!("{}=2m", parameter.id).into_bytes())
        .collect();
    seeds.push(b"auto_lock_max=90s".to_vec());
    seeds
}

/// Answers that are read can be written, and are read the same.
fn answers_(bytes: &[u8]) {
    text(bytes, |text| {
        let Ok(read) = answers::parse("fuzz.toml", text) else {
            return;
        };
        let out = answers::to_text(&read.observations, &read.of, Some("IG-3"), at());
        let again = answers::parse("again.toml", &out).expect("what was written is read");
        assert_eq!(again.of, read.of);
        let second = answers::to_text(&again.observations, &again.of, Some("IG-3"), at());
        assert_eq!(second, out, "answers read differently once written");
    });
}

fn answers_seeds() -> Vec<Vec<u8>> {
    vec![
        b"by = \"IG-3\"\nat = 2026-11-22T10:15:00Z\nownership = \"personal\"\nplatform = \"android\"\n\n[apps]\nwhatsapp = \"there\"\nsignal = { is = \"not-there\", at = 2026-11-21 }\ntelegram = \"\"\n\n[[answer]]\ncontrol = \"IM-04\"\nsubject = \"whatsapp\"\nseen = \"otherwise\"\nnote = \"was off\"\n\n[[answer]]\ncontrol = \"IM-10\"\nsaid = \"yes\"\nat = 2026-11-21\n\n[[answer]]\ncontrol = \"IM-06\"\nsubject = \"whatsapp@95\"\nseen = \"\"\n".to_vec(),
    ]
}

fn waivers_(bytes: &[u8]) {
    text(bytes, |text| {
        let _ = twice(|| waivers::parse("fuzz.toml", text));
    });
}

fn waivers_seeds() -> Vec<Vec<u8>> {
    vec![b"[[waiver]]\ncontrol = \"IM-05b\"\napp = \"whatsapp\"\nstaff_ref = \"SYN-1\"\nreason = \"a synthetic reason\"\napprover = \"SIRO\"\nexpires = 2027-01-01\n\n[[waiver]]\ncontrol = \"IM-06\"\nrole = \"porter\"\nownership = \"trust\"\nreason = \"x\"\napprover = \"IG\"\nexpires = 2027-01-01T00:00:00Z\n".to_vec()]
}

fn spotcheck_toml(bytes: &[u8]) {
    text(bytes, |text| {
        if let Ok(trust) = twice(|| trust::parse("spotcheck.toml", text)) {
            trust.name.as_deref().map(fit_for_a_terminal);
            let notice = spotcheck::report::notice::render(&trust, &[], 80);
            fit_for_a_terminal(&notice);
        }
    });
}

fn spotcheck_toml_seeds() -> Vec<Vec<u8>> {
    vec![b"name = \"A synthetic trust\"\ndpo = \"dpo@example.invalid\"\nmarking = \"official-sensitive\"\nrecheck_days = 28\nretention_days = 365\nnames_on_slips = true\n\n[policy]\nname = \"Mobile messaging\"\nversion = \"2.1\"\ndate = 2026-01-01\n\n[register]\nfile = \"register.sqlite\"\nkeep_days = 730\nkeeper = \"IG team\"\n\n[[app]]\nid = \"whatsapp\"\n\n[[incident]]\nyear = 2026\ncount = 1\n".to_vec()]
}

fn about(bytes: &[u8]) {
    text(bytes, |text| {
        let _ = twice(|| toml::from_str::<About>(text).ok());
        // What stands in it is checked like this before it is kept.
        for line in text.lines().take(20) {
            let clean = words::clean(line);
            assert!(words::is_plain(&clean));
            assert_eq!(words::clean(&clean), clean);
            let _ = (personal::check(line), personal::check_reference(line));
            let _ = (
                os_support::version(line),
                line.parse::<spotcheck::batch::Shard>(),
            );
            if let Ok(head) = line.parse::<PrintedHead>() {
                assert_eq!(head.to_string().parse(), Ok(head));
            }
        }
    });
}

fn about_seeds() -> Vec<Vec<u8>> {
    vec![
        b"staff_ref = \"SYN-1\"\nrole = \"nurse\"\nownership = \"personal\"\nauditor = \"IG-3\"\nsite = \"North\"\ncampaign = \"2026-11\"\n".to_vec(),
        b"9f3c01ab-17-0011223344556677889900aa\n1/4\n18.7.1\nAB 12 34 56 C\n".to_vec(),
    ]
}

fn passwords(bytes: &[u8]) {
    text(bytes, |text| {
        let folder = std::path::Path::new("folder");
        if let Ok(rules) = Rules::parse(text, folder) {
            let _ = twice(|| rules.source_for("00008110-001122334455667A").cloned());
        }
    });
}

fn passwords_seeds() -> Vec<Vec<u8>> {
    vec![b"\"00008110-*\" = { env = \"WARD_7_PASSWORD\" }\n\"[a-f]?*\" = { file = \"passwords/default.txt\" }\n".to_vec()]
}

/// A list is sorted, holds nobody twice, and its groups add up to it.
fn population_(bytes: &[u8]) {
    for by in [None, Some("ward")] {
        let Ok(list) = twice(|| population::read("fuzz.csv", bytes, "id", by)) else {
            continue;
        };
        let people = list.people();
        assert!(!people.is_empty() && people.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert_eq!(
            list.groups().iter().map(|(_, n)| n).sum::<u64>(),
            list.len()
        );
        assert!(
            people
                .iter()
                .all(|person| person.group < list.groups().len())
        );
        people
            .iter()
            .take(50)
            .for_each(|person| fit_for_a_terminal(&person.id));
    }
}

fn population_seeds() -> Vec<Vec<u8>> {
    vec![
        b"id,ward\nSYN-1,North\nSYN-2,South\n\"SYN-3\",\"No\"\"rth\"\n".to_vec(),
        b"\xef\xbb\xbfname;id;ward\r\nx;A1;a\r\ny;A2;\r\n".to_vec(),
    ]
}

fn commitment(bytes: &[u8]) {
    text(bytes, |text| {
        let Ok(commitment) = twice(|| Commitment::parse("fuzz.toml", text)) else {
            return;
        };
        let list = population::read("l", &b"id\nSYN-1\n"[..], "id", None).expect("a list");
        let method = spotcheck::sampling::draw::Method::Sha256;
        let _ = twice(|| commitment.check(&list, None, method, "salt"));
        let printed = spotcheck::report::draw::commitment(&commitment);
        assert_eq!(Commitment::parse("again", &printed), Ok(commitment));
    });
}

fn commitment_seeds() -> Vec<Vec<u8>> {
    let list = population::read("l", &b"id\nSYN-1\n"[..], "id", None).expect("a list");
    let method = spotcheck::sampling::draw::Method::Sha256;
    let made = Commitment::new(
        &list,
        None,
        method,
        "salt",
        Some("a lottery"),
        jiff::civil::date(2026, 11, 22),
    );
    vec![spotcheck::report::draw::commitment(&made).into_bytes()]
}

fn draw_json(bytes: &[u8]) {
    text(bytes, |text| {
        if let Ok(campaign) = twice(|| campaign::list::from_draw("2026-11", text)) {
            assert_eq!(
                campaign
                    .groups
                    .iter()
                    .map(|g| g.drawn.len() as u64)
                    .sum::<u64>(),
                campaign.drawn
            );
        }
    });
}

fn draw_json_seeds() -> Vec<Vec<u8>> {
    let seed = "a synthetic seed";
    let mut ids = ["SYN-1", "SYN-2", "SYN-3"];
    ids.sort_by_key(|id| spotcheck::sampling::draw::rank(seed, id));
    vec![
        serde_json::json!({
            "version": 1, "tool": "spotcheck 0.1.0", "people": 3, "drawn": 2, "by": null, "seed": seed, "method": "sha256",
            "commitment": {"list": "0".repeat(64)},
            "groups": [{"name": null, "people": 3, "drawn": [ids[0], ids[1]], "reserves": [ids[2]]}],
        })
        .to_string()
        .into_bytes(),
    ]
}

/// The sample phones, judged.
static AUDITS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let profile = profile::load("nhs-england-quick", &[]).expect("the shipped checklist");
    ["android-compliant.capture", "android-failing.capture"]
        .iter()
        .map(|name| {
            let capture = Capture::from_bytes(&sample(name)).expect("a sample");
            let request = Request::new(
                profile.facts(Platform::Android),
                profile.apps.clone(),
                Platform::Android,
            );
            let evidence = probe::evidence(
                &request,
                &capture.nonce,
                &capture.answer,
                Source::AndroidCapture,
                Some(at()),
            );
            json::line(&assess(&evidence, &profile, &Context::new(at())))
        })
        .collect()
});

/// What is read back is written as it was, reads the same again, and every report can be made of it.
fn saved_audit(bytes: &[u8]) {
    text(bytes, |text| {
        let Ok(records) = saved::parse("fuzz", text) else {
            return;
        };
        let lines: String = records
            .iter()
            .map(|record| json::record_line(record) + "\n")
            .collect();
        let again = saved::parse("again", &lines).expect("what was written is read");
        let second: String = again
            .iter()
            .map(|record| json::record_line(record) + "\n")
            .collect();
        assert_eq!(
            second, lines,
            "a saved audit reads differently once written"
        );
        let _ = (
            csv::render(&records),
            html::render(&records),
            junit::render(&records),
        );
        for audit in records.iter().filter_map(|record| record.audit.as_ref()) {
            let shown = table::render(audit, None, 80);
            fit_for_a_terminal(&shown);
            let paper = slip::text(audit, &trust::Trust::default(), &slip::Options::default());
            fit_for_a_terminal(&paper);
            fit_for_a_terminal(&diff::render(&compare(audit, audit), 80));
        }
        let _: Vec<u8> = records.iter().flat_map(Record::statuses).collect();
    });
}

fn saved_audit_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = AUDITS
        .iter()
        .map(|line| line.clone().into_bytes())
        .collect();
    seeds.push(batch_line().into_bytes());
    seeds
}

fn batch_line() -> String {
    "{\"schema\":1,\"tool\":{\"name\":\"spotcheck\",\"version\":\"0.1.0\"},\"batch\":{\"input\":\"c\",\"shard\":1,\"of\":3,\"share_inputs\":2,\"inputs\":4},\"error\":{\"status\":4,\"what\":\"x\",\"next\":\"y\"}}\n".into()
}

/// A slip's code and reference are read as they are printed, and in no other way; an audit's file is read for its hash.
fn slip_(bytes: &[u8]) {
    text(bytes, |text| {
        if let Ok(code) = twice(|| qr::Code::parse(text)) {
            assert_eq!(qr::Code::parse(&code.text()), Ok(code));
        }
        if let Ok(printed) = twice(|| reference::parse(text)) {
            assert_eq!(reference::parse(&printed), Ok(printed));
        }
        let _ = slips::read(text);
    });
}

fn slip_seeds() -> Vec<Vec<u8>> {
    let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let reference = reference::of(digest);
    let mut seeds = vec![
        format!("SPOTCHECK1 {reference} PASS {digest}").into_bytes(),
        reference.into_bytes(),
    ];
    seeds.extend(AUDITS.iter().take(1).map(|line| line.clone().into_bytes()));
    seeds
}

/// Counts add up; a file that is taken up again is not changed where it is whole.
fn batch_results(bytes: &[u8]) {
    text(bytes, |text| {
        if let Ok(summary) = twice(|| merge::merge([("fuzz", text), ("again", text)])) {
            assert!(summary.inputs <= text.lines().count());
        }
    });
    with_file("results.jsonl", bytes, |path| {
        let before = bytes.to_vec();
        let opened = ResultsFile::open(path);
        if let Ok((_, done)) = &opened {
            // Whatever a file says, nothing stands of evidence that nobody can tell.
            let wanted = Wanted {
                profile: "p".into(),
                terms: "89abcdef01234567".into(),
            };
            for held in done.values() {
                assert!(!held.stands(None, &wanted, at()));
                let stands = held.stands(Some("00112233445566aa"), &wanted, at());
                assert!(!stands || held.has(&wanted));
            }
        }
        let opened = opened.is_ok();
        let after = std::fs::read(path).expect("read");
        assert!(before.starts_with(&after), "a file was changed");
        assert!(
            opened || before == after,
            "a file that was refused was changed"
        );
    });
}

fn batch_results_seeds() -> Vec<Vec<u8>> {
    let line = |input: &str, shard: u64| {
        format!(
            "{{\"batch\":{{\"input\":\"{input}\",\"shard\":{shard},\"of\":3,\"share_inputs\":2,\"inputs\":4}},\"profile\":{{\"id\":\"p\"}},\"overall\":\"PASS\",\"findings\":[{{\"control\":\"IM-04\",\"verdict\":\"pass\",\"counted\":\"pass\",\"set_aside\":false}}]}}\n"
        )
    };
    // Lines that say until when and under what they hold, and an input that was audited again.
    let kept = |evidence: &str| {
        line("d", 1)
            .replace("\"shard\"", &format!("\"of_inputs\":\"0123456789abcdef\",\"evidence\":\"{evidence}\",\"terms\":\"89abcdef01234567\",\"good_until\":\"2026-12-20T12:00:00Z\",\"shard\""))
            .replace("\"overall\"", "\"audited_at\":\"2026-11-21T12:00:00Z\",\"moment_chosen\":false,\"overall\"")
    };
    vec![
        (line("a", 1) + &line("b", 2) + &batch_line() + "{\"batch\":{\"inp").into_bytes(),
        (kept("00112233445566aa") + &kept("00112233445566bb")).into_bytes(),
    ]
}

/// The sample phones, judged, as JSON.
pub fn audits() -> Vec<Vec<u8>> {
    AUDITS
        .iter()
        .map(|line| line.clone().into_bytes())
        .collect()
}
