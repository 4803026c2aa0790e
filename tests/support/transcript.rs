//! A page of the docs with commands and what they print, run: `$ ` begins a command in a ```console block, and what
//! follows is what it prints, standard error with the rest.

#![allow(dead_code)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The moment of every transcript, as people and files write it.
const DAY: (&str, &str) = ("3 November 2026", "2026-11-03");

/// What could change what the program prints, and belongs to whoever runs the test.
const CALLERS: &[&str] = &[
    "ANDROID_ADB_SERVER_PORT",
    "ANDROID_SERIAL",
    "ANDROID_USER_HOME",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "NO_COLOR",
    "RUST_BACKTRACE",
    "XDG_CONFIG_HOME",
];

/// Where commands run.
pub enum Machine<'a> {
    /// This one, with this program first on the path.
    This(&'a Path),
    /// The system below this folder, with whatever is installed there. Only root may go there.
    Below(&'a Path),
}

impl Machine<'_> {
    /// A shell there, in this folder of this machine.
    fn shell(&self, folder: &Path) -> Command {
        match self {
            Machine::This(program) => {
                let here = program.parent().map(PathBuf::from);
                let paths = std::env::var_os("PATH").expect("a PATH");
                let path =
                    std::env::join_paths(here.into_iter().chain(std::env::split_paths(&paths)))
                        .expect("a PATH");
                let mut shell = Command::new("sh");
                let settings = std::env::vars_os()
                    .map(|(name, _)| name)
                    .filter(|name| name.to_string_lossy().starts_with("SPOTCHECK_"));
                for variable in settings.chain(CALLERS.iter().map(Into::into)) {
                    shell.env_remove(variable);
                }
                shell.env("PATH", path).env("HOME", folder);
                shell.current_dir(folder);
                shell
            }
            Machine::Below(system) => {
                let inside =
                    Path::new("/").join(folder.strip_prefix(system).expect("a folder there"));
                let mut home = OsString::from("HOME=");
                home.push(&inside);
                let mut shell = Command::new("chroot");
                shell.arg(system).args(["/usr/bin/env", "-i", "--chdir"]);
                shell.arg(inside).arg("LANG=C.UTF-8").arg(home);
                shell.arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
                shell.arg("sh");
                shell
            }
        }
    }
}

/// Runs all commands of a page in a folder, one after the other. With `SPOTCHECK_UPDATE_TRANSCRIPTS=1` the page is
/// written anew; without, it must say what the commands print. `instead`: what the page writes, such as a port, and
/// what stands for it in this run.
pub fn holds(page: &Path, folder: &Path, machine: &Machine, instead: &[(&str, String)]) {
    let text = std::fs::read_to_string(page).expect("the page");
    let mut made = String::new();
    let mut inside = false;
    for line in text.lines() {
        match (inside, line) {
            (false, "```console") => inside = true,
            (true, "```") => inside = false,
            (true, line) => {
                let Some(command) = line.strip_prefix("$ ") else {
                    continue;
                };
                let real = instead
                    .iter()
                    .fold(command.to_owned(), |text, (page, run)| {
                        text.replace(page, run)
                    });
                let printed = instead
                    .iter()
                    .fold(run(&real, folder, machine), |text, (page, run)| {
                        text.replace(run, page)
                    });
                made += &format!("{line}\n{printed}");
                continue;
            }
            (false, _) => {}
        }
        made += line;
        made.push('\n');
    }
    if std::env::var_os("SPOTCHECK_UPDATE_TRANSCRIPTS").is_some() {
        std::fs::write(page, &made).expect("written");
        return;
    }
    let differ = text.lines().zip(made.lines()).position(|(a, b)| a != b);
    let at = differ.unwrap_or_else(|| text.lines().count().min(made.lines().count()));
    assert!(
        text == made,
        "{} differs from line {}:\n  the page: {:?}\n  printed:  {:?}\nRun the test with SPOTCHECK_UPDATE_TRANSCRIPTS=1 and read what changed.",
        page.display(),
        at + 1,
        text.lines().nth(at),
        made.lines().nth(at),
    );
}

fn run(command: &str, folder: &Path, machine: &Machine) -> String {
    let output = machine
        .shell(folder)
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .stdin(std::process::Stdio::null())
        .output()
        .expect("a shell");
    let text = String::from_utf8(output.stdout).expect("text");
    let text = text.trim_matches('\n');
    match text {
        "" => String::new(),
        text => steady(text) + "\n",
    }
}

/// Every moment of the day is nine o'clock.
fn at_nine(text: &str) -> String {
    let mark = format!("{}T", DAY.1);
    let mut parts = text.split(&mark);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('Z').map_or("", |(_, rest)| rest);
        out += &format!("{}T09:00:00Z{rest}", DAY.1);
    }
    out
}

/// What is another each time: today's date, hashes, heads.
fn steady(text: &str) -> String {
    let today = jiff::Zoned::now().date();
    let words = format!("{} {}", today.day(), today.strftime("%B %Y"));
    let text = text
        .replace(&words, DAY.0)
        .replace(&today.to_string(), DAY.1);
    let text = at_nine(&text);
    let mut out = String::new();
    let mut run = String::new();
    let end = |run: &mut String, out: &mut String| {
        // Eight digits and more are no number of people, and no word is this long in these six letters. A hash can lack
        // the ten figures.
        let hex = run.len() >= 8;
        let steady: String = "0123456789abcdef".chars().cycle().take(run.len()).collect();
        *out += if hex { &steady } else { run };
        run.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() || ('a'..='f').contains(&c) {
            run.push(c);
        } else {
            end(&mut run, &mut out);
            out.push(c);
        }
    }
    end(&mut run, &mut out);
    out
}

#[test]
fn hashes_are_steady_whatever_their_digits() {
    for hash in ["01234567", "eccfecad", "12345678", "a1b2c3d4"] {
        assert_eq!(
            steady(&format!("Head: {hash}-8, deed")),
            "Head: 01234567-8, deed"
        );
    }
}
