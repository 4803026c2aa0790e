//! What a run of the program opens, writes and connects to, as the kernel saw it.

#![allow(dead_code)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Says aloud that a test did nothing, or fails where that is not allowed.
pub fn skipped(why: &str) {
    assert!(
        std::env::var_os("SPOTCHECK_STRICT").is_none_or(|v| v != "1"),
        "SPOTCHECK_STRICT=1, and {why}"
    );
    // Not `eprintln!`, which the test harness swallows when a test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// What a traced run did.
pub struct Traced {
    pub output: Output,
    /// Every system call that made, opened for writing, renamed or removed something.
    pub changes: Vec<String>,
    /// Every system call that opened something.
    pub opened: Vec<String>,
    /// Every system call that made a socket or used one.
    pub network: Vec<String>,
}

/// Runs the program under strace, or `None`, said aloud, where that is not possible.
pub fn traced(program: &Command, folder: &Path) -> Option<Traced> {
    let trace = folder.join("trace");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-s", "4096", "-e"])
        .arg("trace=open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,symlink,symlinkat,truncate,openat2,%network")
        .arg("-o")
        .arg(&trace)
        .arg(program.get_program())
        .args(program.get_args());
    for (key, value) in program.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    if let Some(folder) = program.get_current_dir() {
        command.current_dir(folder);
    }
    let Ok(output) = command.output() else {
        skipped("strace is not installed (Debian: apt-get install strace)");
        return None;
    };
    let text = std::fs::read_to_string(&trace).unwrap_or_default();
    if !text.contains("open") {
        skipped("strace may not trace here");
        return None;
    }
    let calls = || text.lines().filter(|line| line.contains('('));
    let on_files = || calls().filter(|line| is_on_files(line) && !line.contains("= -1 "));
    Some(Traced {
        output,
        changes: on_files()
            .filter(|line| !opened_for_reading(line))
            .map(str::to_owned)
            .collect(),
        opened: on_files()
            .filter(|line| name(line).starts_with("open") || name(line) == "creat")
            .map(str::to_owned)
            .collect(),
        network: calls()
            .filter(|line| !is_on_files(line))
            .map(str::to_owned)
            .collect(),
    })
}

/// The system call of a line `PID name(...`, also of one that another thread's call interrupted.
fn name(line: &str) -> &str {
    let (_, call) = line.split_once(' ').unwrap_or(("", line));
    let call = call.trim_start().trim_start_matches("<... ");
    call.split(['(', ' ']).next().unwrap_or(call)
}

fn is_on_files(line: &str) -> bool {
    [
        "open", "creat", "rename", "unlink", "mkdir", "link", "symlink", "truncate",
    ]
    .iter()
    .any(|start| name(line).starts_with(start))
}

fn opened_for_reading(line: &str) -> bool {
    let reads = line.contains("O_RDONLY") && !line.contains("O_CREAT") && !line.contains("O_TRUNC");
    reads && line.contains("open")
        // The second half of a call that was interrupted by another thread's; the first half names the file.
        || line.contains("resumed>")
}

/// Fails on any change outside of these files and folders.
pub fn only_in(traced: &Traced, allowed: &[PathBuf]) {
    for line in &traced.changes {
        let mut paths = line.split('"').skip(1).step_by(2).peekable();
        assert!(paths.peek().is_some(), "a change without a path: {line}");
        for path in paths {
            assert!(
                path == "/dev/null" || allowed.iter().any(|a| Path::new(path).starts_with(a)),
                "written although nobody asked for it: {line}"
            );
        }
    }
}
