//! The places of the program from which text goes to a phone. A new one has to be named here, and what it sends held
//! against the list in `sent`.

use std::path::{Path, PathBuf};

/// File, what is looked for, how often it stands there, and what it sends.
const PLACES: &[(&str, &str, usize, &str)] = &[
    (
        "src/cli/connect.rs",
        "transport::run",
        1,
        "the script of an audit",
    ),
    ("src/cli/connect.rs", "run_telling(", 1, "the same call"),
    (
        "src/cli/on_phone.rs",
        "transport::run",
        1,
        "the commands that open pages, and the watched test",
    ),
    (
        "src/android/transport/mod.rs",
        "run_with(",
        2,
        "the way to all of them",
    ),
    (
        "src/android/transport/mod.rs",
        "run_telling(",
        2,
        "the same, telling while it waits",
    ),
    (
        "src/android/transport/mod.rs",
        "supervise::run(",
        1,
        "hands the framed text to the helper",
    ),
    (
        "src/android/transport/helper.rs",
        ".shell_command(",
        1,
        "the one call that reaches a phone",
    ),
];

/// Ways to make a phone do something.
const WAYS: &[&str] = &[
    "transport::run",
    "run_with(",
    "run_telling(",
    "supervise::run(",
    ".shell_command(",
    "\"shell:",
    "\"shell,",
    "\"exec:",
    "\"sync:",
    "\"reboot:",
    "\"root:",
    "\"remount:",
    "\"tcpip:",
];

/// What else the ADB library can do to a phone: never.
const LIBRARY: &[&str] = &[
    ".shell(",
    ".exec(",
    ".push(",
    ".pull(",
    ".stat(",
    ".list(",
    ".install(",
    ".uninstall(",
    ".reboot(",
    ".remount(",
    ".root(",
    ".forward(",
    ".reverse(",
    ".framebuffer",
    ".run_activity(",
    ".enable_verity",
    ".disable_verity",
    ".tcpip(",
];

/// The one file that may use the ADB library.
const USES_LIBRARY: &str = "src/android/transport/helper.rs";

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn text_goes_to_a_phone_from_the_named_places_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let mut wrong = Vec::new();
    let mut met = vec![0; PLACES.len()];
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        let name = file
            .strip_prefix(root)
            .expect("below")
            .display()
            .to_string();
        for (n, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let library = code.contains("adb_client::");
            if library && name != USES_LIBRARY {
                wrong.push(format!("{name}:{}: uses the ADB library", n + 1));
            }
            for way in LIBRARY
                .iter()
                .filter(|way| name == USES_LIBRARY && code.contains(**way))
            {
                wrong.push(format!("{name}:{}: {way}", n + 1));
            }
            for way in WAYS.iter().filter(|way| code.contains(**way)) {
                match PLACES.iter().position(|(f, w, ..)| *f == name && w == way) {
                    Some(place) => met[place] += 1,
                    None => wrong.push(format!("{name}:{}: {way} is not named here", n + 1)),
                }
            }
        }
    }
    for ((file, way, times, sends), met) in PLACES.iter().zip(met) {
        if met != *times {
            wrong.push(format!(
                "{file}: {way} stands there {met} times, not {times} ({sends})"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
