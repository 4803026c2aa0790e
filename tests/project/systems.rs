//! Windows and macOS: which files of the program differ there stands in docs/windows.md, with why; and the pages say
//! that nobody ran it there yet.

use crate::{files, text};

/// What tells one system from another.
const MARKS: &[&str] = &[
    "cfg(unix)",
    "cfg(not(unix))",
    "cfg(windows)",
    "cfg(target_os",
    "cfg(not(target_os",
    "cfg!(unix)",
    "cfg!(windows)",
    "cfg!(target_os",
    "std::os::",
    "rustix::",
    "System::Windows",
];

/// The program's text before its tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn the_page_names_every_file_that_knows_its_system_and_no_other() {
    let page = text("docs/windows.md");
    let named: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `src/"))
        .filter_map(|rest| rest.split_once('`'))
        .map(|(file, _)| format!("src/{file}"))
        .collect();
    let mut named = named;
    named.sort();
    let there: Vec<String> = files("src", ".rs")
        .into_iter()
        .filter(|file| !file.ends_with("_tests.rs"))
        .filter(|file| {
            let source = text(file);
            let code = without_tests(&source).lines();
            code.filter(|line| !line.trim_start().starts_with("//"))
                .any(|line| MARKS.iter().any(|mark| line.contains(mark)))
        })
        .collect();
    assert_eq!(
        named, there,
        "docs/windows.md on the left, src on the right"
    );
}

/// Until somebody did: then this test goes with the words.
#[test]
fn the_pages_say_that_nobody_ran_it_on_windows_yet() {
    for page in ["docs/windows.md", "docs/installation.md", "CHANGELOG.md"] {
        let text = text(page).to_lowercase();
        assert!(
            text.contains("not run on windows yet") || text.contains("windows](windows.md) first"),
            "{page}"
        );
    }
    assert!(text("docs/windows.md").contains("**Not run on Windows yet.**"));
}

#[test]
fn the_pages_name_folders_and_files_that_are_there() {
    for (page, name) in [
        ("docs/windows.md", r"%APPDATA%\spotcheck"),
        ("docs/windows.md", r"%USERPROFILE%\.android\adbkey"),
        ("docs/windows.md", r"%USERPROFILE%\Apple\MobileSync\Backup"),
        (
            "docs/windows.md",
            r"%APPDATA%\Apple Computer\MobileSync\Backup",
        ),
        (
            "docs/installation.md",
            "packaging/udev/51-spotcheck-android.rules",
        ),
        ("docs/installation.md", "spotcheck.cdx.json"),
    ] {
        assert!(text(page).contains(name), "{page}: {name}");
    }
    let rule = text("packaging/udev/51-spotcheck-android.rules");
    assert!(rule.contains("ENV{ID_USB_INTERFACES}==\"*:ff4201:*\", TAG+=\"uaccess\""));
}

#[test]
fn what_a_package_holds_is_there_and_is_what_the_pages_say() {
    let manifest: toml::Table = text("Cargo.toml").parse().expect("TOML");
    let package = &manifest["package"]["metadata"]["deb"];
    let page = text("docs/installation.md");
    for asset in package["assets"].as_array().expect("assets") {
        let from = asset[0].as_str().expect("a path");
        let to = asset[1].as_str().expect("a place");
        assert!(!to.starts_with('/'), "{to}");
        let fixed = from.split('*').next().unwrap_or_default();
        // What is built is not there before it is.
        if !from.starts_with("target/") {
            assert!(crate::root().join(fixed).exists(), "{from}");
        }
    }
    for place in [
        "/usr/share/man/man1/",
        "/usr/lib/udev/rules.d/51-spotcheck-android.rules",
    ] {
        assert!(page.contains(place), "{place}");
    }
    let version = manifest["package"]["version"].as_str().expect("a version");
    assert!(page.contains(&format!("spotcheck_{version}-1_amd64.deb")));
    // A release refuses a version that the change log does not know; until then there is the part for it.
    assert!(text("CHANGELOG.md").contains("\n## [Unreleased]\n"));
}

#[test]
fn workflows_say_what_they_may_do() {
    for file in files(".github/workflows", ".yml") {
        let workflow = text(&file);
        assert!(workflow.contains("\npermissions:\n"), "{file}");
        assert!(workflow.contains("timeout-minutes:"), "{file}");
        for line in workflow.lines().filter(|line| line.contains("uses: ")) {
            let action = line.split("uses: ").nth(1).unwrap_or_default();
            assert!(action.starts_with("actions/"), "{file}: {action}");
        }
        assert!(!workflow.contains("pull_request_target"), "{file}");
    }
}
