//! Running the program in a clean environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, with nothing of the caller's environment that could change what it prints.
pub fn spotcheck() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spotcheck"));
    command.current_dir(root());
    for variable in [
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "ANDROID_SERIAL",
        "ANDROID_ADB_SERVER_PORT",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(variable);
    }
    // Settings of whoever runs the tests.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SPOTCHECK_") {
            command.env_remove(name);
        }
    }
    command
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A sample in the project.
#[allow(dead_code)]
pub fn sample(name: &str) -> PathBuf {
    root().join("sample-backups").join(name)
}

/// What a run came to.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Runs the program with these arguments.
pub fn run<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    let output = spotcheck().args(args).output().expect("the program starts");
    ran(output)
}

/// The parts of a finished run.
pub fn ran(output: Output) -> Ran {
    Ran {
        status: output.status.code().expect("an exit status, not a signal"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Arguments written as one line.
pub fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}
