//! Running the program and searching whatever comes out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::canaries::{Canary, Flock, Kind};
use super::run::{Ran, ran, spotcheck};
use super::search::{Finder, Hit, files};
use super::terminal::Terminal;

/// Where something came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Standard output and standard error.
    Terminal,
    File,
    Register,
    Cable,
}

/// What may be seen all the same.
pub struct Allowed {
    /// How the case's name begins.
    pub case: &'static str,
    pub way: Way,
    pub kind: Kind,
    pub place: &'static str,
    pub form: &'static str,
    pub why: &'static str,
}

#[derive(Default)]
struct Tally {
    bytes: BTreeMap<Way, (usize, usize)>,
    runs: BTreeMap<String, usize>,
    leaks: Vec<String>,
    used: BTreeSet<usize>,
}

pub struct Lab {
    folder: tempfile::TempDir,
    canaries: Vec<Canary>,
    pub finder: Finder,
    allowed: &'static [Allowed],
    number: AtomicUsize,
    tally: Mutex<Tally>,
}

/// One run, as it is put together.
pub struct Go<'a> {
    lab: &'a Lab,
    case: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    input: Option<String>,
    /// Where it runs and writes.
    pub at: PathBuf,
}

impl Lab {
    pub fn new(flock: &Flock, allowed: &'static [Allowed]) -> Lab {
        let canaries = flock.all();
        Lab {
            folder: tempfile::tempdir().expect("a folder"),
            finder: Finder::new(&canaries),
            canaries,
            allowed,
            number: AtomicUsize::new(0),
            tally: Mutex::default(),
        }
    }

    /// A folder for things that are put in, of which nothing is searched.
    pub fn input(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join("in").join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        path
    }

    /// A run with these words, in which `@/` stands for the folder of the run.
    pub fn go(&self, case: &str, words: &str) -> Go<'_> {
        let n = self.number.fetch_add(1, Ordering::SeqCst);
        let at = self.folder.path().join("out").join(n.to_string());
        std::fs::create_dir_all(&at).expect("a folder");
        Go {
            lab: self,
            case: case.into(),
            args: Vec::new(),
            env: Vec::new(),
            input: None,
            at,
        }
        .words(words)
    }

    /// Searches bytes that came out in some way, and keeps what is not allowed there.
    pub fn look(&self, case: &str, way: Way, name: &str, bytes: &[u8]) {
        let hits = match way {
            Way::Terminal | Way::Cable => self.finder.flat(name, bytes),
            Way::File | Way::Register => self.finder.file(name, bytes),
        };
        let mut tally = self.tally.lock().expect("no panic");
        let counted = tally.bytes.entry(way).or_default();
        counted.0 += 1;
        counted.1 += bytes.len();
        for hit in hits {
            self.judge(case, way, &hit, &mut tally);
        }
    }

    fn judge(&self, case: &str, way: Way, hit: &Hit, tally: &mut Tally) {
        let canary = &self.canaries[hit.canary];
        let allowed = self.allowed.iter().position(|a| {
            case.starts_with(a.case)
                && a.way == way
                && a.kind == canary.kind
                && canary.place.starts_with(a.place)
                && a.form == hit.form
        });
        match allowed {
            Some(n) => drop(tally.used.insert(n)),
            None => tally.leaks.push(format!(
                "{case}: {way:?} {} holds {canary}, {}: ...{}...",
                hit.part, hit.form, hit.around
            )),
        }
    }

    /// The register's own files, with whatever lies beside it.
    pub fn look_at_register(&self, case: &str, path: &Path) {
        for end in ["", "-wal", "-shm", "-journal"] {
            let name = format!("{}{end}", path.display());
            if let Ok(bytes) = std::fs::read(&name) {
                self.look(case, Way::Register, &format!("register{end}"), &bytes);
            }
        }
    }

    /// What was found; exceptions that nothing needs any more are found too.
    pub fn leaks(&self) -> Vec<String> {
        let tally = self.tally.lock().expect("no panic");
        let mut leaks = tally.leaks.clone();
        for (n, allowed) in self.allowed.iter().enumerate() {
            if !tally.used.contains(&n) {
                leaks.push(format!(
                    "the exception \"{}\" for {:?} of {} is not needed: take it out",
                    allowed.why, allowed.kind, allowed.place
                ));
            }
        }
        leaks
    }

    /// For people: how much was run and searched.
    pub fn told(&self) -> String {
        let tally = self.tally.lock().expect("no panic");
        let runs: usize = tally.runs.values().sum();
        let each: Vec<String> = tally
            .runs
            .iter()
            .map(|(command, n)| match command.as_str() {
                "" => format!("no command {n}"),
                command => format!("{command} {n}"),
            })
            .collect();
        let mut text = format!(
            "searched for: {} canaries in {} forms\nruns of the program: {runs} ({})\n",
            self.canaries.len(),
            self.finder.patterns(),
            each.join(", ")
        );
        for (way, (parts, bytes)) in &tally.bytes {
            let what = match way {
                Way::Terminal => "standard output and error",
                Way::File => "files written",
                Way::Register => "registers, with what lies beside them",
                Way::Cable => "answers over the cable",
            };
            text += &format!("searched: {what}: {parts}, {bytes} bytes\n");
        }
        for allowed in self.allowed {
            text += &format!(
                "shown on purpose: {:?} of {} ({:?}): {}\n",
                allowed.kind, allowed.place, allowed.way, allowed.why
            );
        }
        text
    }
}

impl Go<'_> {
    pub fn words(mut self, words: &str) -> Self {
        let at = format!("{}/", self.at.display());
        let words = words.split_whitespace().map(|word| word.replace("@/", &at));
        self.args.extend(words);
        self
    }

    pub fn path(mut self, path: &Path) -> Self {
        self.args.push(path.display().to_string());
        self
    }

    pub fn text(mut self, text: &str) -> Self {
        self.args.push(text.into());
        self
    }

    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    pub fn input(mut self, text: &str) -> Self {
        self.input = Some(text.into());
        self
    }

    /// The command, in a home of its own.
    pub fn command(&self) -> Command {
        let mut command = spotcheck();
        let home = self.at.join("home");
        std::fs::create_dir_all(home.join("tmp")).expect("a folder");
        command
            .args(&self.args)
            .current_dir(&self.at)
            .env("HOME", &home)
            .env("TMPDIR", home.join("tmp"))
            .env_remove("XDG_CONFIG_HOME")
            .envs(self.env.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs it, searches everything, and holds it to its exit status.
    pub fn ends(self, statuses: &[i32]) -> Ran {
        let mut command = self.command();
        if let Some(text) = &self.input {
            let mut file = tempfile::tempfile().expect("a file");
            file.write_all(text.as_bytes()).expect("written");
            file.rewind().expect("rewound");
            command.stdin(file);
        } else {
            command.stdin(std::process::Stdio::null());
        }
        let ran = ran(command.output().expect("the program starts"));
        if !statuses.contains(&ran.status) {
            let mut tally = self.lab.tally.lock().expect("no panic");
            tally.leaks.push(format!(
                "{}: ended with {}, not {statuses:?}\n{}\n{}",
                self.case, ran.status, ran.out, ran.err
            ));
        }
        self.searched(&ran);
        ran
    }

    /// The same twice: in the second run a panic or an error would print its backtrace.
    pub fn ends_traced(self, statuses: &[i32]) -> Ran {
        let again = Go {
            lab: self.lab,
            case: self.case.clone(),
            args: self.args.clone(),
            env: self.env.clone(),
            input: self.input.clone(),
            at: self.at.clone(),
        };
        let ran = self.ends(statuses);
        std::fs::remove_dir_all(&again.at).expect("removed");
        std::fs::create_dir_all(&again.at).expect("a folder");
        again.env("RUST_BACKTRACE", "1").ends(statuses);
        ran
    }

    /// Searches what a run came to, and all that lies in its folder.
    pub fn searched(&self, ran: &Ran) {
        for (name, text) in [("standard output", &ran.out), ("standard error", &ran.err)] {
            // What somebody typed may be told back to them.
            let mut typed: Vec<&String> = self.args.iter().filter(|a| a.contains('/')).collect();
            typed.sort_by_key(|arg| std::cmp::Reverse(arg.len()));
            let text = typed.iter().fold(text.clone(), |text, arg| {
                text.replace(arg.as_str(), "TYPED")
            });
            assert!(!text.contains("panicked"), "{}: {text}", self.case);
            self.lab
                .look(&self.case, Way::Terminal, name, text.as_bytes());
        }
        for (name, bytes) in files(&self.at) {
            self.lab
                .look(&self.case, Way::File, "the name of a file", name.as_bytes());
            self.lab.look(&self.case, Way::File, &name, &bytes);
        }
        let mut tally = self.lab.tally.lock().expect("no panic");
        let command = self.args.first().cloned().unwrap_or_default();
        *tally.runs.entry(command).or_default() += 1;
    }
}

impl Go<'_> {
    /// Runs it at a terminal, with somebody at the keyboard, and searches everything.
    pub fn shown(self, at_the_keyboard: impl FnOnce(&mut Terminal)) -> Ran {
        let mut terminal = Terminal::run(self.command());
        at_the_keyboard(&mut terminal);
        let (status, screen) = terminal.end();
        let ran = Ran {
            status: status.code().expect("an exit status"),
            out: screen,
            err: String::new(),
        };
        assert!(
            [0, 1, 3].contains(&ran.status),
            "{}: {}",
            self.case,
            ran.out
        );
        self.searched(&ran);
        ran
    }
}
