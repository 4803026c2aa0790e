//! Help: examples on every command that are real command lines, manual pages, completions, the right word for a wrong
//! one.

#[path = "support/manual.rs"]
mod manual;
#[path = "cli/run.rs"]
#[allow(dead_code)]
mod run;

use std::path::Path;
use std::process::{Command, Output};

use run::{run, sample, words};

/// Every command with what is typed to reach it.
fn commands() -> Vec<(String, clap::Command)> {
    fn below(path: &str, command: &clap::Command, into: &mut Vec<(String, clap::Command)>) {
        into.push((path.to_owned(), command.clone()));
        for sub in command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
        {
            below(&format!("{path} {}", sub.get_name()), sub, into);
        }
    }
    let mut commands = Vec::new();
    let whole = spotcheck::cli::command();
    below("spotcheck", &whole, &mut commands);
    commands
}

/// The words of an example as a shell would take them, up to a pipe, a redirection or the note beside it.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut spaces) = (String::new(), false, 0);
    for c in line.chars().chain([' ']) {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                spaces += 1;
                match word.as_str() {
                    ">" | "|" => return words,
                    "" => {}
                    _ => words.push(std::mem::take(&mut word)),
                }
                // What stands further off is a note.
                if spaces == 3 {
                    return words;
                }
                continue;
            }
            c => word.push(c),
        }
        spaces = 0;
    }
    words
}

#[test]
fn every_command_has_examples_and_each_is_a_command_line() {
    let commands = commands();
    assert!(commands.len() > 35, "{}", commands.len());
    for (path, command) in commands {
        let help = command
            .get_after_help()
            .unwrap_or_else(|| panic!("{path} --help has no examples"))
            .to_string();
        let (_, examples) = help
            .split_once("Examples:\n")
            .unwrap_or_else(|| panic!("{path} --help has no examples"));
        let lines: Vec<&str> = examples
            .lines()
            .take_while(|line| line.starts_with("  spotcheck "))
            .collect();
        assert!(!lines.is_empty(), "{path} --help has no examples");
        let own = lines.iter().any(|line| line.trim().starts_with(&path));
        assert!(
            own,
            "{path} --help: none of the examples is of this command"
        );
        for line in lines {
            let words = shell_words(line);
            if let Err(error) = spotcheck::cli::command().try_get_matches_from(&words) {
                panic!("{path} --help: {line}\n{error}");
            }
        }
    }
}

#[test]
fn help_of_every_command_fits_and_says_what_it_is() {
    for (path, command) in commands() {
        assert!(
            command.get_about().is_some(),
            "{path} does not say what it is for"
        );
        let after = command.get_after_help().expect("help").to_string();
        for line in after.lines() {
            assert!(line.chars().count() <= 132, "{path}: {line}");
        }
    }
}

/// A line of a paragraph ends where the next word did not fit, and nowhere else.
#[test]
fn paragraphs_of_help_are_folded_at_the_width_of_the_terminal() {
    for width in [80, 100] {
        for (path, _) in commands() {
            let mut command = run::spotcheck();
            command
                .args(path.split(' ').skip(1))
                .arg("--help")
                .env("COLUMNS", width.to_string());
            let help = run::ran(command.output().expect("starts")).out;
            let lines: Vec<&str> = help.lines().collect();
            for pair in lines.windows(2) {
                let [line, next] = [pair[0], pair[1]];
                let word = next.split(' ').next().unwrap_or_default();
                if line.is_empty() || line.starts_with(' ') || word.is_empty() {
                    continue;
                }
                let with_it = line.chars().count() + 1 + word.chars().count();
                assert!(with_it > width, "{path} at {width}: {line}\n{next}");
            }
        }
    }
}

fn written() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in manual::files() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    folder
}

/// Runs a program that may not be there; the test says so, unless `SPOTCHECK_STRICT=1` demands it.
fn with(program: &str, args: &[&str], file: &Path, strictly: bool) -> Option<Output> {
    let output = Command::new(program)
        .args(args)
        .arg(file)
        .env("MANWIDTH", "100")
        .env("LC_ALL", "C.UTF-8")
        .output();
    match output {
        Ok(output) => Some(output),
        Err(e) => {
            let strict = std::env::var_os("SPOTCHECK_STRICT").is_some_and(|s| s == "1");
            assert!(
                !(strict && strictly),
                "{program}: {e}, and SPOTCHECK_STRICT=1 demands it"
            );
            eprintln!("SKIPPED: {program} is not installed");
            None
        }
    }
}

#[test]
fn manual_pages_are_set_without_a_warning() {
    let folder = written();
    let mut pages = 0;
    for entry in std::fs::read_dir(folder.path().join("man")).expect("pages") {
        let page = entry.expect("an entry").path();
        pages += 1;
        let args = ["--warnings", "-E", "UTF-8", "-l"];
        let Some(set) = with("man", &args, &page, false) else {
            continue;
        };
        let said = String::from_utf8_lossy(&set.stderr);
        assert!(
            set.status.success() && said.is_empty(),
            "{}: {said}",
            page.display()
        );
        let text = String::from_utf8_lossy(&set.stdout);
        // Each example stands on a line of its own, whole.
        assert!(
            text.lines()
                .any(|line| line.trim().starts_with("spotcheck ")),
            "{text}"
        );
    }
    assert_eq!(pages, commands().len());
}

#[test]
fn completions_are_scripts_of_their_shells() {
    let folder = written();
    for (shell, args, file) in [
        ("bash", &["-n"][..], "spotcheck.bash"),
        ("zsh", &["-n"], "_spotcheck"),
        ("fish", &["--no-execute"], "spotcheck.fish"),
    ] {
        let path = folder.path().join("completions").join(file);
        let text = std::fs::read_to_string(&path).expect("the script");
        for word in ["android", "readable-only", "doctor"] {
            assert!(text.contains(word), "{file} lacks {word}");
        }
        let Some(checked) = with(shell, args, &path, shell == "bash") else {
            continue;
        };
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(
            checked.status.success() && said.is_empty(),
            "{file}: {said}"
        );
    }
    let script = folder.path().join("completions/_spotcheck.ps1");
    assert!(
        std::fs::read_to_string(script)
            .expect("the script")
            .contains("Register-ArgumentCompleter")
    );
}

#[test]
fn a_wrong_word_is_told_with_the_right_one() {
    let backup = sample("ios-compliant").display().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let register = format!("--register {} --keep-days 30", at("r.sqlite"));
    let kept = run(words(&format!(
        "ios {backup} --no-input --as-of evidence --campaign 2026-11 {register}"
    )));
    assert_ne!(kept.status, 2, "{}", kept.err);
    std::fs::write(
        at("mine.toml"),
        "id = \"mine\"\nextends = \"nhs-england\"\n[apps]\nin_scope = [\"whatsap\"]\n",
    )
    .expect("written");
    for (line, part) in [
        ("andriod".to_owned(), "'android'"),
        (format!("ios {backup} --profle x"), "'--profile'"),
        (format!("ios {backup} --format jsn"), "'json'"),
        (
            format!("ios {backup} --profile nhs-englnd"),
            "Did you mean \"nhs-england\"?",
        ),
        (
            format!("ios {backup} --profile teams"),
            "Did you mean \"teams-only\"?",
        ),
        (
            format!("ios {backup} --profile {}", at("mine.toml")),
            "Did you mean \"whatsapp\"?",
        ),
        (
            format!("ios {backup} --set auto_lok_max=1m"),
            "Did you mean \"auto_lock_max\"?",
        ),
        (
            format!("ios {backup} --controls IM-5a"),
            "Did you mean \"IM-05a\"?",
        ),
        (format!("ios {backup} -o x.jsn"), "Did you mean .json?"),
        ("explain im-6".into(), "Did you mean \"IM-06\"?"),
        (
            "explain lock.autolock".into(),
            "Did you mean \"lock.auto_lock\"?",
        ),
        (
            format!("campaign status 2026-1 --register {}", at("r.sqlite")),
            "Did you mean \"2026-11\"?",
        ),
        (
            format!("foi --campaign 2026-12 --register {}", at("r.sqlite")),
            "Did you mean \"2026-11\"?",
        ),
    ] {
        let ran = run(words(&line));
        assert_eq!(ran.status, 2, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(part), "{line}: {}", ran.err);
    }
}
