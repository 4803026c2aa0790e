//! Every format over every sample, byte for byte. `INSTA_UPDATE=always cargo test --test outputs golden` writes them
//! anew; the change is to be read before it is kept.

use crate::common::*;

/// The version and the style sheet are not told again in every file.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let version = env!("CARGO_PKG_VERSION").replace('.', "\\.");
    settings.add_filter(
        &format!("\"version\": \"{version}\""),
        "\"version\": \"[version]\"",
    );
    settings.add_filter(
        &format!("name=\"spotcheck\" value=\"{version}\""),
        "name=\"spotcheck\" value=\"[version]\"",
    );
    settings.add_filter(&format!("spotcheck {version}"), "spotcheck [version]");
    settings.add_filter(&format!("<dd>{version}</dd>"), "<dd>[version]</dd>");
    settings.add_filter("(?s)<style>.*</style>", "<style>[style]</style>");
    settings.add_filter("\r\n", "\n");
    settings
}

#[test]
fn golden_files() {
    let folder = Folder::new();
    for (name, line) in SAMPLES {
        files(&folder, name, line, &["--as-of", "evidence"]);
        for ending in ENDINGS {
            let text = folder.read(&format!("{name}.{ending}"));
            settings().bind(|| insta::assert_snapshot!(format!("{name}.{ending}"), text));
        }
    }
}

#[test]
fn golden_batch() {
    let folder = Folder::new();
    let page = folder.text("batch.html");
    let ran = with(
        "batch sample-backups --as-of evidence --profile nhs-england-quick",
        &["--html", &page],
    );
    assert_eq!(ran.status, 1, "{}", ran.err);
    let text = folder.read("batch.html");
    settings().bind(|| insta::assert_snapshot!("batch.html", text));
}

#[test]
fn golden_diff() {
    let folder = Folder::new();
    for name in ["ios-compliant", "ios-failing"] {
        let line = format!("ios sample-backups/{name}");
        files(&folder, name, &line, &["--as-of", "evidence"]);
    }
    let (before, after) = (
        folder.text("ios-compliant.json"),
        folder.text("ios-failing.json"),
    );
    for format in ["table", "json"] {
        let ran = with("diff", &[&before, &after, "--format", format]);
        assert_eq!(ran.status, 1, "{}", ran.err);
        settings().bind(|| insta::assert_snapshot!(format!("diff.{format}"), ran.out));
    }
}
