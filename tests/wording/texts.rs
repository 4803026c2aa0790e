//! What the program says when a file that was named is not there, is a folder or is no text: run, and read.

use std::path::Path;
use std::process::Command;

use crate::errors::has_a_step;

/// Commands that read or write the file FILE.
const COMMANDS: &[&str] = &[
    "ios FILE",
    "ios sample-backups/ios-compliant --profile FILE",
    "ios sample-backups/ios-compliant --answers FILE",
    "ios sample-backups/ios-compliant --waivers FILE",
    "ios sample-backups/ios-compliant --about FILE",
    "ios sample-backups/ios-compliant --register FILE --keep-days 1",
    "ios sample-backups/ios-encrypted --password-file FILE",
    "ios sample-backups/ios-compliant -o FILE/audit.json",
    "android --capture FILE",
    "android --folder FILE",
    "android --bugreport FILE",
    "batch FILE",
    "batch sample-backups --passwords FILE",
    "batch sample-backups --resume FILE/results.jsonl",
    "merge FILE",
    "report FILE",
    "diff FILE FILE",
    "notice --trust FILE",
    "verify-slip SPOTCHECK1 --audit FILE",
    "draw FILE --size 3 --seed 1.2.3.4.5.6.7.8",
    "draw commit FILE --seed-from lottery -o FILE.out",
    "draw verify FILE",
    "register list --register FILE",
    "register import FILE --register FILE.out --keep-days 1",
    "register merge FILE --register FILE.out --keep-days 1",
    "campaign new x --draw FILE --register FILE.out --keep-days 1",
    "foi --register FILE",
    "profile check FILE",
    "profile show FILE",
];

fn said(command: &str, file: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_spotcheck"))
        .args(
            command
                .split(' ')
                .map(|word| word.replace("FILE", &file.display().to_string())),
        )
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("HOME", file.parent().unwrap_or(file))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program runs");
    let text = format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    (output.status.code(), text)
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_with_a_next_step() {
    let mut faults = Vec::new();
    for command in COMMANDS {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing");
        let inside = folder.path().join("folder");
        std::fs::create_dir(&inside).expect("a folder");
        let junk = folder.path().join("junk");
        std::fs::write(&junk, b"\xff\xfe\x00junk\x01\n\xff").expect("written");
        for (kind, file) in [("missing", &missing), ("folder", &inside), ("junk", &junk)] {
            let (status, text) = said(command, file);
            // A new place to write to is what some of these ask for.
            let makes = command.contains("--register FILE --keep-days");
            if matches!(status, Some(0 | 1 | 3))
                && (command.contains("FILE/") && kind == "folder" || makes && kind == "missing")
            {
                continue;
            }
            let ends_well = matches!(status, Some(2 | 4 | 5));
            let at_an_end = text.lines().any(|line| {
                let line = line.trim_end();
                line.ends_with('.') && has_a_step(line)
            });
            if !ends_well || !at_an_end {
                faults.push(format!(
                    "{command} ({kind}): exit {status:?}\n{}",
                    text.trim()
                ));
            }
        }
    }
    println!(
        "commands run on files that cannot be used: {}",
        3 * COMMANDS.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
