//! The guided look as a person goes through it, on a real pseudo-terminal.

use std::process::ExitStatus;

use crate::common::*;
use crate::run::{run, sample, spotcheck};
use crate::terminal::Terminal;

/// What stands above each prompt.
const HEADINGS: &[&str] = &["\nQuestion ", "content to go on?", "Whose phone is this?"];

/// Starts an audit at a terminal.
pub fn start(args: &[&str]) -> Terminal {
    let mut command = spotcheck();
    command.args(args).args(NEVER_TOO_OLD);
    Terminal::run(command)
}

/// Answers every question with what `answer` says to its heading, until the program ends.
pub fn go_through(
    mut terminal: Terminal,
    mut answer: impl FnMut(&str) -> String,
) -> (ExitStatus, String) {
    let mut from = terminal.shown().len();
    loop {
        // The heading and the prompt below it; or the end.
        let Some(at) = terminal.wait_for_any(from, HEADINGS) else {
            return terminal.end();
        };
        let Some(prompt) = terminal.wait_for_any(at, &["Answer: "]) else {
            return terminal.end();
        };
        // The last heading before the prompt, and what stands below it.
        let shown = &terminal.shown()[from..prompt];
        let start = HEADINGS
            .iter()
            .filter_map(|heading| shown.rfind(heading))
            .max();
        let heading = shown[start.unwrap_or(0)..].trim_start().to_owned();
        for line in answer(&heading).lines() {
            terminal.send(&format!("{line}\n"));
        }
        from = prompt;
    }
}

/// The answers of a careful auditor: one thing is put right on the spot, one is not in order.
fn careful(heading: &str) -> String {
    if heading.contains("content to go on") {
        "y"
    } else if heading.contains("Whose phone") {
        "o"
    } else if heading.contains("IM-04") {
        "n was off\nf"
    } else if heading.contains("IM-10") {
        "n"
    } else if heading.contains("Failed: ") || heading.contains("IM-05a") {
        // What failed as read stays as it is; one line is left open.
        "s"
    } else {
        "y"
    }
    .to_owned()
}

fn json_on_screen(screen: &str) -> serde_json::Value {
    let at = screen.find("\n{\r\n").expect("JSON on the screen");
    json(&screen[at..])
}

/// What the two ways must agree on: everything but the moments.
fn same(audit: &serde_json::Value) -> serde_json::Value {
    let mut audit = audit.clone();
    for key in ["audited_at", "notice_given"] {
        audit[key] = serde_json::Value::Null;
    }
    for finding in audit["findings"].as_array_mut().expect("findings") {
        for key in ["observation", "statement"] {
            if finding[key].is_object() {
                finding[key]["at"] = serde_json::Value::Null;
            }
        }
    }
    audit
}

#[test]
fn the_whole_list_at_a_terminal_and_from_a_file_is_the_same() {
    for name in ["ios-compliant", "ios-failing", "ios-gaps"] {
        let folder = Folder::new();
        let answers = folder.at("answers.toml").display().to_string();
        let backup = sample(name).display().to_string();
        let terminal = start(&[
            "ios",
            &backup,
            "--save-answers",
            &answers,
            "--auditor",
            "IG-3",
            "--format",
            "json",
        ]);
        let mut asked = 0;
        let (status, screen) = go_through(terminal, |heading| {
            asked += 1;
            careful(heading)
        });
        let at_terminal = json_on_screen(&screen);
        assert!(asked > 10, "{name}: {asked} questions");
        assert_eq!(at_terminal["attested"]["unanswered"], 0, "{name}");
        assert_eq!(at_terminal["attested"]["no"], 1, "{name}");
        let two_step = finding(&at_terminal, "IM-04", "whatsapp");
        assert_eq!(two_step["verdict"], "pass");
        assert_eq!(two_step["first_verdict"], "fail");
        assert_eq!(two_step["observation"]["note"], "was off");

        let from_file = audit(name, &["--answers", &answers, "--auditor", "IG-3"]);
        assert_eq!(
            status.code(),
            Some(from_file.status),
            "{name}: {}",
            from_file.err
        );
        assert_eq!(same(&at_terminal), same(&json(&from_file.out)), "{name}");
        let expected = match name {
            "ios-failing" => "FAIL",
            // One line was left open.
            "ios-gaps" => "INCOMPLETE",
            _ => "PASS",
        };
        assert_eq!(at_terminal["overall"], expected, "{name}");
    }
}

#[test]
fn a_campaign_that_has_not_begun_is_asked_about() {
    for (answer, goes_on) in [("y", true), ("n", false), ("", false)] {
        let folder = Folder::new();
        let backup = sample("ios-compliant").display().to_string();
        let register = folder.at("r.sqlite").display().to_string();
        let mut terminal = start(&[
            "ios",
            &backup,
            "--register",
            &register,
            "--keep-days",
            "9",
            "--campaign",
            "2026-11",
        ]);
        terminal.wait_for("Go on under 2026-11 all the same? y or n");
        terminal.send(&format!("{answer}\n"));
        if goes_on {
            terminal.wait_for("content to go on?");
            terminal.send("q\n");
        }
        let (status, screen) = terminal.end();
        assert_eq!(screen.contains("content to go on?"), goes_on, "{screen}");
        assert!(!status.success(), "{answer}: {screen}");
    }
}

#[test]
fn an_answer_stands_though_somebody_stops_at_the_question_after_it() {
    let folder = Folder::new();
    let answers = folder.at("answers.toml").display().to_string();
    let backup = sample("ios-compliant").display().to_string();
    let (status, screen) = go_through(
        start(&["ios", &backup, "--save-answers", &answers]),
        |heading| {
            match heading {
                _ if heading.contains("content to go on") => "y",
                _ if heading.contains("Whose phone") => "o",
                _ if heading.contains("IM-04") => "n\nq",
                _ => "s",
            }
            .to_owned()
        },
    );
    assert_eq!(status.code(), Some(1), "{screen}");
    let kept = std::fs::read_to_string(&answers).expect("the answers");
    assert!(kept.contains("\"otherwise\""), "{kept}");
}

#[test]
fn stopped_and_gone_on_with() {
    let folder = Folder::new();
    let answers = folder.at("answers.toml").display().to_string();
    let backup = sample("ios-gaps").display().to_string();
    let args = [
        "ios",
        &backup,
        "--save-answers",
        &answers,
        "--notice-given",
        "2026-11-20",
        "--format",
        "json",
    ];
    let title = |heading: &str| {
        let line = heading.lines().next()?;
        line.split_once(": ").map(|(_, title)| title.to_owned())
    };
    let mut answered = Vec::new();
    let (status, screen) = go_through(start(&args), |heading| {
        if answered.len() == 5 {
            return "q".into();
        }
        answered.push(title(heading));
        if heading.contains("Whose") { "o" } else { "y" }.into()
    });
    assert_eq!(status.code(), Some(3));
    assert!(screen.contains("The answers are kept in"), "{screen}");
    let mut gone_on = 0;
    let (status, screen) = go_through(start(&args), |heading| {
        gone_on += 1;
        assert!(!heading.contains("Whose phone"), "asked again");
        assert!(
            !answered.contains(&title(heading)),
            "asked again: {heading}"
        );
        "y".into()
    });
    assert!(gone_on > 5);
    assert_eq!(status.code(), Some(0), "{screen}");
    // Killed in the middle, nothing that was answered is lost.
    std::fs::remove_file(&answers).expect("removed");
    let mut count = 0;
    let mut terminal = start(&args);
    terminal.wait_for("Answer: ");
    terminal.send("o\n");
    terminal.wait_for("Question 1 of ");
    while count < 3 {
        count += 1;
        terminal.send("y\n");
        terminal.wait_for(&format!("Question {} of ", count + 1));
    }
    let kept = std::fs::read_to_string(&answers).expect("kept");
    assert_eq!(kept.matches("[[answer]]").count(), 3, "{kept}");
    assert!(kept.contains("ownership = \"personal\""));
}

#[test]
fn back_skip_help_and_mistakes() {
    let backup = sample("ios-failing").display().to_string();
    let mut terminal = start(&[
        "ios",
        &backup,
        "--profile",
        "nhs-england-quick",
        "--controls",
        "IM-04,IM-12b",
        "--notice-given",
        "2026-11-20",
        "--format",
        "json",
    ]);
    terminal.wait_for("Question 1 of 2: IM-04");
    // Nothing, nonsense, a note that is refused, a reason that is missing, help.
    for (typed, reply) in [
        ("", "Type a letter"),
        ("yes please", "That is none of the letters"),
        ("n call 07700 900123", "looks like a phone number"),
        ("o", "There is no page to open"),
        ("?", "these keys"),
    ] {
        terminal.send(&format!("{typed}\n"));
        terminal.wait_for(reply);
    }
    // A reason is asked for, and the question can be had again.
    terminal.send("a\n");
    terminal.wait_for("Why does it not apply?");
    terminal.send("b\n");
    terminal.wait_for_any(0, &["Why does it not apply? (b  ask again): b"]);
    terminal.send("n\n");
    terminal.wait_for("it stays as it is");
    terminal.send("\n");
    terminal.wait_for("Question 2 of 2: IM-12b");
    // Back shows the answer, and lets it be changed.
    terminal.send("b\n");
    let at = terminal.shown().len();
    terminal.wait_for_any(at, &["Your answer so far: otherwise"]);
    terminal.send("y\n");
    terminal.wait_for_any(at + 200, &["Question 2 of 2"]);
    terminal.send("s\n");
    let (status, screen) = terminal.end();
    let audit = json_on_screen(&screen);
    assert_eq!(finding(&audit, "IM-04", "whatsapp")["verdict"], "pass");
    assert_eq!(status.code(), Some(3), "{screen}");
}

#[test]
fn declined_at_the_terminal_nothing_is_read() {
    let backup = sample("ios-failing").display().to_string();
    let (status, screen) = go_through(start(&["ios", &backup]), |_| "d".into());
    assert_eq!(status.code(), Some(3), "{screen}");
    assert!(
        screen.contains("The person declined the check. Nothing was read"),
        "{screen}"
    );
    assert!(!screen.contains("What was read"), "{screen}");
    let (status, screen) = go_through(start(&["ios", &backup]), |_| "q".into());
    assert_eq!(status.code(), Some(3));
    assert!(!screen.contains("INCOMPLETE"), "{screen}");
    let mut terminal = start(&["ios", &backup]);
    terminal.wait_for("content to go on?");
    terminal.send("p\n");
    terminal.wait_for("Privacy notice: spot check");
    terminal.send("d\n");
    assert_eq!(terminal.end().0.code(), Some(3));
    // A wrong path is told before anybody is asked.
    let (status, screen) = start(&["ios", "no-such-folder"]).end();
    assert_eq!(status.code(), Some(4), "{screen}");
    assert!(!screen.contains("content to go on"), "{screen}");
}

/// Answers about one phone and person are taken for no other.
#[test]
fn the_answers_of_another_phone_are_refused() {
    let folder = Folder::new();
    let file = folder.at("answers.toml").display().to_string();
    let backup = sample("ios-failing").display().to_string();
    let keep = ["--save-answers", &file, "--notice-given", "2026-11-20"];
    let args: Vec<&str> = ["ios", &backup, "--staff-ref", "S-1"]
        .into_iter()
        .chain(keep)
        .collect();
    let mut count = 0;
    go_through(start(&args), |heading| {
        count += 1;
        match count {
            4 => "q".into(),
            _ if heading.contains("Whose") => "o".into(),
            _ => "y".into(),
        }
    });
    for (other, why) in [
        (
            vec!["look", "android", "--staff-ref", "S-1"],
            "another kind of phone",
        ),
        (vec!["ios", &backup, "--staff-ref", "S-2"], "another person"),
        (
            vec!["look", "ios", "--model", "iPhone 15", "--staff-ref", "S-1"],
            "another model of phone",
        ),
        (
            vec!["ios", &backup, "--ownership", "trust"],
            "another ownership",
        ),
    ] {
        let args: Vec<&str> = other.iter().copied().chain(keep).collect();
        let (status, screen) = start(&args).end();
        assert_eq!(status.code(), Some(2), "{why}: {screen}");
        assert!(screen.contains(why), "{why}: {screen}");
    }
}

/// In a corridor: no cable, no backup.
#[test]
fn a_look_without_any_cable() {
    for platform in ["ios", "android"] {
        let mut terminal = start(&["look", platform, "--ownership", "trust", "--format", "json"]);
        terminal.wait_for("content to go on?");
        terminal.send("y\n");
        terminal.wait_for("Which of these apps are on the phone?");
        for (app, answer) in [
            ("WhatsApp: ", "y"),
            ("WhatsApp Business: ", "n"),
            ("Messenger: ", "n"),
            ("Telegram: ", "n"),
            ("Signal: ", "n"),
        ] {
            terminal.wait_for(app);
            terminal.send(&format!("{answer}\n"));
        }
        let (status, screen) = go_through(terminal, |_| "y".into());
        let audit = json_on_screen(&screen);
        assert_eq!(audit["overall"], "PASS", "{platform}: {screen}");
        assert_eq!(status.code(), Some(0));
        assert_eq!(audit["source"], "look");
        assert_eq!(audit["apps"]["found"], serde_json::json!(["WhatsApp"]));
    }
}

/// Scripts are never asked.
#[test]
fn nothing_is_asked_where_nobody_answers() {
    let backup = sample("ios-compliant").display().to_string();
    let ran = run(["ios", &backup]);
    assert!(!ran.err.contains("content to go on"), "{}", ran.err);
    let mut command = spotcheck();
    command
        .args(["ios", &backup, "--no-input"])
        .args(NEVER_TOO_OLD);
    let (status, screen) = Terminal::run(command).end();
    assert_eq!(status.code(), Some(3));
    assert!(!screen.contains("Answer:"), "{screen}");
}
