//! A synthetic phone as a folder of stub commands, and running a script on it.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::RwLock;

use super::{HANGS, MESSAGE, Phone, Tools, dumps};

impl Phone {
    /// Every command line that the phone knows, with its output and exit status; of two that are alike the first counts.
    pub fn commands(&self) -> Vec<(String, String, i32)> {
        let mut all = self.instead.clone();
        all.extend(dumps::commands(self));
        all
    }

    /// Builds the phone as a folder of commands.
    pub fn build(&self, folder: &Path) -> Built {
        let bin = folder.join("bin");
        let out = folder.join("out");
        fs::create_dir_all(&bin).expect("a folder");
        fs::create_dir_all(&out).expect("a folder");
        let root = folder.display().to_string();
        let mut answers: BTreeMap<String, Vec<(String, String, i32)>> = BTreeMap::new();
        for (line, output, status) in self.commands() {
            let (command, arguments) = line.split_once(' ').unwrap_or((&line, ""));
            answers
                .entry(command.into())
                .or_default()
                .push((arguments.into(), output, status));
        }
        for command in COMMANDS {
            answers.entry((*command).into()).or_default();
        }
        let mut files = 0;
        for (command, cases) in &answers {
            let mut stub =
                format!("#!/bin/sh\n# SYNTHETIC\necho \"{command} $*\" >>'{root}/log'\n");
            for (line, seconds) in &self.slow {
                if let Some(arguments) = line.strip_prefix(&format!("{command} ")) {
                    let pattern = pattern(arguments);
                    stub += &format!("case \"$*\" in {pattern}) /bin/sleep {seconds};; esac\n");
                }
            }
            stub += "case \"$*\" in\n";
            for (arguments, output, status) in cases {
                let pattern = pattern(arguments);
                if output == HANGS {
                    let wait = match command.as_str() {
                        "settings" | "pm" => "/bin/sleep 30; exit",
                        _ => "exec /bin/sleep 30",
                    };
                    stub += &format!("{pattern}) {wait};;\n");
                } else if output.len() < 200 && !output.contains('\n') && !output.is_empty() {
                    stub += &format!("{pattern}) echo {}; exit {status};;\n", quote(output));
                } else if output.len() < INLINE && !output.contains('\0') {
                    let printed = format!("printf %s {}", quote(output));
                    stub += &format!("{pattern}) {printed}; exit {status};;\n");
                } else {
                    files += 1;
                    fs::write(out.join(files.to_string()), output).expect("a file");
                    stub += &format!("{pattern}) /bin/cat '{root}/out/{files}'; exit {status};;\n");
                }
            }
            let otherwise = match command.as_str() {
                "ls" | "find" => format!(
                    "p=$1; shift; case \"$p\" in /storage/emulated*) p='{root}/storage'${{p#/storage/emulated}};; esac; exec /usr/bin/toybox {command} \"$p\" \"$@\""
                ),
                _ => dumps::otherwise(command).to_owned(),
            };
            stub += &format!("*) {otherwise};;\nesac\n");
            executable(&bin.join(command), &stub);
        }
        for user in &self.users {
            fs::create_dir_all(folder.join(format!("storage/{}/Android", user.id)))
                .expect("a folder");
        }
        for file in &self.files {
            let file = folder.join("storage").join(file);
            fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            fs::write(file, MESSAGE).expect("a file");
        }
        Built {
            folder: folder.to_owned(),
        }
    }
}

impl Phone {
    /// The answer of an earlier run to the same script, where [`KEPT`] names a folder for them.
    pub(super) fn kept(
        &self,
        script: &str,
        tools: &Tools,
        ask: impl FnOnce() -> Vec<u8>,
    ) -> Vec<u8> {
        let Some(folder) = std::env::var_os(KEPT).map(PathBuf::from) else {
            return ask();
        };
        let mut key = DefaultHasher::new();
        (script, &tools.shell, format!("{self:?}")).hash(&mut key);
        let file = folder.join(format!("{:016x}", key.finish()));
        if let Ok(answer) = fs::read(&file) {
            return answer;
        }
        let answer = ask();
        // Other tests may ask the same: what is there is always whole.
        let whole = tempfile::NamedTempFile::new_in(&folder).expect("a folder for answers");
        fs::write(whole.path(), &answer).expect("written");
        whole.persist(file).expect("kept");
        answer
    }
}

/// Names a folder where answers are kept: mutation testing asks the same phones again for every mutant.
const KEPT: &str = "SPOTCHECK_KEPT_ANSWERS";

/// Answers up to this length stand in the command: a shell says them without another process.
const INLINE: usize = 8192;

/// Arguments as the shell matches them: a `*` stands for anything.
fn pattern(arguments: &str) -> String {
    let parts: Vec<String> = arguments.split('*').map(quote).collect();
    parts.join("*")
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A program that is still open for writing cannot be run, and a process that is just being started holds what its
/// parent has open: no program is written while another thread starts one.
static WRITING: RwLock<()> = RwLock::new(());

fn executable(path: &Path, text: &str) {
    let _writing = WRITING.read();
    fs::write(path, text).expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }
}

/// A phone as a folder of commands.
pub struct Built {
    folder: PathBuf,
}

impl Built {
    /// The folder that must come first on the PATH.
    pub fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Every command line that was run, in order.
    pub fn log(&self) -> Vec<String> {
        fs::read_to_string(self.folder.join("log"))
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Runs a script as the phone would and returns what it prints.
    pub fn run(&self, script: &str, tools: &Tools) -> Vec<u8> {
        let path = format!(
            "{}:{}",
            self.bin().display(),
            tools.applets.path().display()
        );
        let starting = WRITING.write();
        let mut child = Command::new(&tools.shell)
            .arg("-s")
            .env_clear()
            .env("PATH", path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the shell starts");
        drop(starting);
        let mut stdin = child.stdin.take().expect("an input");
        // The shell may stop reading at `exit`.
        let _ = stdin.write_all(script.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("the shell ends").stdout
    }
}

/// The phone's own commands.
const COMMANDS: &[&str] = &[
    "am",
    "appops",
    "cmd",
    "content",
    "dpm",
    "dumpsys",
    "find",
    "getenforce",
    "getprop",
    "ls",
    "pm",
    "settings",
];
