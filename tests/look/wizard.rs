//! `spotcheck` alone: on a terminal it asks, elsewhere it prints help.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use crate::at_terminal::go_through;
use crate::common::*;
use crate::run::{sample, spotcheck};
use crate::terminal::Terminal;

/// Alone in a folder of its own, on a computer without adb and without backups.
fn alone(folder: &Folder) -> Command {
    let program = spotcheck();
    // Tests that run in the background inherit an ignored SIGINT, which a person at a terminal never has.
    let mut command = Command::new("/usr/bin/env");
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
        .arg("--default-signal=INT")
        .arg(program.get_program())
        .current_dir(folder.at(""))
        .env("HOME", folder.at("home"))
        .env("XDG_CONFIG_HOME", folder.at("home"))
        .env("PATH", folder.at("no-programs"))
        .env("SPOTCHECK_LIMIT_EVIDENCE_MAX_AGE", "36500d");
    command
}

fn files(folder: &Folder) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder.at(""))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("text"))
        .collect();
    names.sort();
    names
}

/// What is typed at each question, up to the last.
fn way(backup: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Step 1 of 4", "i".into()),
        ("Step 2 of 4", format!("'{backup}'")),
        ("Step 3 of 4", "2".into()),
        ("Step 4 of 4", "paper.pdf".into()),
        ("Ready.", String::new()),
    ]
}

/// Waits for a question and the prompt below it.
fn asked(terminal: &mut Terminal, from: usize, question: &str) -> usize {
    let at = terminal.wait_for_any(from, &[question]).expect(question);
    terminal.wait_for_any(at, &["Answer: "]).expect("a prompt")
}

#[test]
fn from_nothing_to_the_slip() {
    let folder = Folder::new();
    let backup = sample("ios-compliant").display().to_string();
    let mut terminal = Terminal::run(alone(&folder));
    let mut at = 0;
    for (question, typed) in way(&backup) {
        at = asked(&mut terminal, at, question);
        terminal.send(&format!("{typed}\n"));
    }
    let (status, screen) = go_through(terminal, |heading| match heading.contains("Whose phone") {
        true => "o".into(),
        false => "y".into(),
    });
    assert_eq!(status.code(), Some(0), "{screen}");
    // Each step shows its command, whole and on one line.
    for line in [
        "  spotcheck devices\r\n".to_owned(),
        format!("  spotcheck ios {backup}\r\n"),
        format!("  spotcheck ios {backup} --profile nhs-england-quick\r\n"),
        format!("  spotcheck ios {backup} --profile nhs-england-quick -o paper.pdf\r\n"),
        "The slip is in paper.pdf".into(),
        "PASS".into(),
    ] {
        assert!(screen.contains(&line), "{line}: {screen}");
    }
    let slip = std::fs::read(folder.at("paper.pdf")).expect("the slip");
    assert!(slip.starts_with(b"%PDF"));
    assert_eq!(files(&folder), ["paper.pdf"]);
}

#[test]
fn stopped_at_any_question_nothing_is_left() {
    let backup = sample("ios-compliant").display().to_string();
    let way = way(&backup);
    for stop_at in 0..way.len() {
        // Ctrl-C ends the program at once; q and Ctrl-D are answers.
        for (key, code) in [("\u{3}", None), ("q\n", Some(3)), ("\u{4}\n", Some(3))] {
            let folder = Folder::new();
            let mut terminal = Terminal::run(alone(&folder));
            let mut at = 0;
            for (question, typed) in &way[..stop_at] {
                at = asked(&mut terminal, at, question);
                terminal.send(&format!("{typed}\n"));
            }
            asked(&mut terminal, at, way[stop_at].0);
            // Before a key is read the terminal itself would show it, and take Ctrl-D for an end.
            terminal.wait_for_hidden();
            match code {
                Some(_) => terminal.send(key),
                None => terminal.interrupt(),
            }
            terminal.wait_for_end();
            assert!(terminal.shows_what_is_typed(), "{}", terminal.shown());
            let (status, screen) = terminal.end();
            let stopped = screen.contains("Nothing was read and nothing is kept");
            match code {
                Some(code) => assert!(status.code() == Some(code) && stopped, "{screen}"),
                None => assert_eq!(status.signal(), Some(2), "{screen}"),
            }
            assert_eq!(files(&folder), [""; 0], "{key:?} at {}", way[stop_at].0);
        }
    }
    // In the middle of the audit, with the file of the slip already named.
    let folder = Folder::new();
    let mut terminal = Terminal::run(alone(&folder));
    let mut at = 0;
    for (question, typed) in &way {
        at = asked(&mut terminal, at, question);
        terminal.send(&format!("{typed}\n"));
    }
    asked(&mut terminal, at, "content to go on?");
    terminal.wait_for_hidden();
    terminal.interrupt();
    assert_eq!(terminal.end().0.signal(), Some(2));
    assert_eq!(files(&folder), [""; 0]);
}

#[test]
fn wrong_answers_are_told_and_asked_again() {
    let folder = Folder::new();
    std::fs::write(folder.at("taken.pdf"), "theirs").expect("written");
    let backup = sample("ios-compliant").display().to_string();
    let mut terminal = Terminal::run(alone(&folder));
    let mut at = 0;
    for (question, typed, reply) in [
        ("Step 1 of 4", "x", "Type a, i, s or t"),
        ("Type a, i, s or t", "", "Type a, i, s or t"),
        // There is nothing before the first question.
        ("Type a, i, s or t", "b", "Step 1 of 4"),
        ("Step 1 of 4", "i", "Step 2 of 4"),
        ("Step 2 of 4", "", "Type a number or a path"),
        (
            "Type a number or a path",
            "/no/such/folder",
            "/no/such/folder",
        ),
        ("Check the path", &backup, "Step 3 of 4"),
        ("Step 3 of 4", "99", "There is no profile \"99\""),
        (
            "Type a number, or Enter",
            "nhs-englnd",
            "Did you mean \"nhs-england\"?",
        ),
        (
            "Type a number, or Enter",
            "ncsc-android",
            "this kind of phone",
        ),
        ("this kind of phone", "", "Step 4 of 4"),
        ("Step 4 of 4", "slip.docx", "End the name in .pdf"),
        (
            "End the name in .pdf",
            "taken.pdf",
            "taken.pdf cannot be written",
        ),
        ("Type another name", "no/such/slip.pdf", "cannot be written"),
        ("Type another name", "b", "Step 3 of 4"),
        ("Step 3 of 4", "", "Step 4 of 4"),
        ("Step 4 of 4", "n", "Ready."),
        ("Ready.", "what", "Press Enter to begin"),
        ("Press Enter to begin", "b", "Step 4 of 4"),
        ("Step 4 of 4", "n", "Ready."),
    ] {
        let prompt = asked(&mut terminal, at, question);
        terminal.send(&format!("{typed}\n"));
        terminal
            .wait_for_any(prompt, &[reply])
            .unwrap_or_else(|| panic!("{typed}: no {reply}"));
        at = prompt;
    }
    asked(&mut terminal, at, "Ready.");
    terminal.send("q\n");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(3), "{screen}");
    assert_eq!(
        std::fs::read(folder.at("taken.pdf")).expect("there"),
        b"theirs"
    );
}

#[test]
fn a_folder_around_backups_shows_them_and_a_register_asks_for_two_things_more() {
    let folder = Folder::new();
    std::fs::write(
        folder.at("spotcheck.toml"),
        "[register]\nfile = \"r.sqlite\"\nkeep_days = 9\n",
    )
    .expect("written");
    let backup = sample("ios-compliant");
    let around = backup.parent().expect("a folder").display().to_string();
    let mut terminal = Terminal::run(alone(&folder));
    let mut at = asked(&mut terminal, 0, "Step 1 of 4");
    terminal.send("i\n");
    at = asked(&mut terminal, at, "Step 2 of 4");
    terminal.send(&format!("{around}\n"));
    let from = at;
    at = asked(&mut terminal, at, "Type the number of one");
    let list = &terminal.shown()[from..at];
    assert!(
        list.contains("no backup itself. These are in it:"),
        "{list}"
    );
    assert!(list.contains("  1  iPhone"), "{list}");
    for (typed, question) in [
        ("1", "Step 3 of 4"),
        ("", "Step 4 of 4"),
        ("n", "whose phone is it?"),
        ("Jane Bloggs", "It looks like a name"),
        ("S-014", "which round of spot checks (campaign)?"),
        ("a b", "1 to 40 letters"),
        ("b", "whose phone is it?"),
        ("S-014", "which round of spot checks (campaign)?"),
        ("2026-11", "Ready."),
    ] {
        terminal.send(&format!("{typed}\n"));
        at = asked(&mut terminal, at, question);
    }
    let shown = terminal.shown().to_owned();
    assert!(
        shown.contains(" --staff-ref=S-014 --campaign=2026-11\r\n"),
        "{shown}"
    );
    terminal.send("q\n");
    assert_eq!(terminal.end().0.code(), Some(3));
    assert_eq!(files(&folder), ["spotcheck.toml"]);
}

#[test]
fn a_look_without_any_cable_and_a_way_back() {
    let folder = Folder::new();
    let mut terminal = Terminal::run(alone(&folder));
    let mut at = 0;
    for (question, typed) in [
        ("Step 1 of 4", "s"),
        ("Step 3 of 4", "b"),
        ("Step 1 of 4", "t"),
        ("Step 3 of 4", ""),
        ("Step 4 of 4", "n"),
    ] {
        at = asked(&mut terminal, at, question);
        terminal.send(&format!("{typed}\n"));
    }
    at = asked(&mut terminal, at, "Ready.");
    assert!(
        terminal.shown().contains("  spotcheck look ios\r\n"),
        "{}",
        terminal.shown()
    );
    terminal.send("\n");
    asked(&mut terminal, at, "you look at its screen together");
    terminal.send("d\n");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(3), "{screen}");
    assert!(screen.contains("declined"), "{screen}");
}

#[test]
fn the_usual_checklist_and_mistakes_of_the_settings() {
    let folder = Folder::new();
    std::fs::write(
        folder.at("spotcheck.toml"),
        "[defaults]\nprofile = \"teams-only\"\n",
    )
    .expect("written");
    let mut terminal = Terminal::run(alone(&folder));
    terminal.wait_for("Answer: ");
    terminal.send("t\n");
    terminal.wait_for("Enter alone: teams-only (spotcheck.toml, line 2)");
    terminal.send("q\n");
    assert_eq!(terminal.end().0.code(), Some(3));
    std::fs::write(folder.at("spotcheck.toml"), "profil = 1\n").expect("written");
    let (status, screen) = Terminal::run(alone(&folder)).end();
    assert_eq!(status.code(), Some(2));
    assert!(!screen.contains("Step 1"), "{screen}");
}

#[test]
fn without_a_terminal_it_prints_help() {
    let folder = Folder::new();
    let output = alone(&folder)
        .stdin(Stdio::null())
        .output()
        .expect("starts");
    // As for any command line without a command.
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let help = String::from_utf8(output.stderr).expect("text");
    assert!(
        help.contains("Usage: spotcheck") && help.contains("Examples:"),
        "{help}"
    );
}
