//! The page in headless Chromium: at the width of a phone, of a desk and of paper, in light and dark, checked by
//! axe-core.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::*;
use crate::phone_tools::skipped;
use crate::run::root;

/// Chromium, and the folder with `axe-core` and `puppeteer-core`.
fn browser() -> Option<(PathBuf, PathBuf)> {
    let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists());
    let modules = std::env::var_os("SPOTCHECK_NODE_MODULES")
        .map(PathBuf::from)
        .filter(|modules| modules.join("axe-core").exists());
    if let (Some(chromium), Some(modules)) = (chromium, modules) {
        return Some((chromium, modules));
    }
    skipped(
        "Chromium, node and a folder with axe-core and puppeteer-core are needed (Debian: apt-get install chromium nodejs npm; npm install --prefix FOLDER axe-core puppeteer-core; SPOTCHECK_NODE_MODULES=FOLDER/node_modules)",
    );
    None
}

/// What the browser says of each page, by file name.
fn opened(folder: &Folder, names: &[String]) -> Option<Value> {
    let (chromium, modules) = browser()?;
    let output = Command::new("node")
        .arg(Path::new(root()).join("tests/outputs/browser.js"))
        .arg(modules)
        .arg(chromium)
        .args(names.iter().map(|name| folder.at(name)))
        .output()
        .expect("node starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn is_clean(name: &str, page: &Value) {
    for what in ["violations", "wide", "loaded", "errors", "elements"] {
        assert_eq!(page[what], serde_json::json!([]), "{name}: {what}");
    }
    assert_eq!(page["views"].as_array().map(Vec::len), Some(5), "{name}");
    assert!(page["paper"].as_u64() > Some(1), "{name}: {page}");
}

#[test]
fn pages_are_accessible_in_light_and_dark_on_phone_desk_and_paper() {
    let folder = Folder::new();
    let mut names = Vec::new();
    for (name, line) in SAMPLES {
        files(&folder, name, line, &["--as-of", "evidence"]);
        names.push(format!("{name}.html"));
    }
    // An old audit: warnings; two checklists in one page; a batch with one that cannot be read.
    let (old, two, batch) = (
        folder.text("old.html"),
        folder.text("two.html"),
        folder.text("batch.html"),
    );
    with(
        SAMPLES[1].1,
        &[
            "--no-input",
            "--set",
            "evidence_max_age=1d",
            "--as-of",
            "2026-11-20",
            "-o",
            &old,
        ],
    );
    with(
        SAMPLES[0].1,
        &[
            "--no-input",
            "--profile",
            "nhs-england",
            "--profile",
            "ncsc-ios",
            "-o",
            &two,
        ],
    );
    let phones = folder.at("phones");
    std::fs::create_dir(&phones).expect("made");
    std::fs::write(phones.join("broken.capture"), "no capture").expect("written");
    let ran = with(
        "batch sample-backups --as-of evidence --profile nhs-england-quick",
        &[&phones.display().to_string(), "--html", &batch],
    );
    assert_eq!(ran.status, 4, "{}", ran.err);
    // What a campaign came to.
    let (register, campaign) = (folder.text("r.sqlite"), folder.text("campaign.html"));
    let kept = ["--register", &register, "--keep-days", "730"];
    with("campaign new round --population 100 --drawn 9", &kept);
    for (n, (_, sample)) in SAMPLES.iter().enumerate() {
        let more =
            format!("{sample} --no-input --as-of evidence --campaign round --staff-ref S-{n}");
        with(&more, &kept);
    }
    let ran = with(
        "campaign report round",
        &["--register", &register, "-o", &campaign],
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    names.extend(["old.html", "two.html", "batch.html", "campaign.html"].map(str::to_owned));
    let Some(answer) = opened(&folder, &names) else {
        return;
    };
    for name in &names {
        is_clean(name, &answer[name.as_str()]);
    }
}

/// A page with one fault of each kind is not taken for a clean one.
#[test]
fn the_check_finds_faults() {
    let folder = Folder::new();
    folder.file(
        "bad.html",
        "<!DOCTYPE html><html><head><title>x</title></head><body style=\"color:#999;background:#fff\"><h3>Grey on white</h3>\
         <p style=\"width:3000px\">Grey on white, and too wide</p><img src=\"nothing.png\"><script>throw 1</script></body></html>",
    );
    if let Some(answer) = opened(&folder, &["bad.html".to_owned()]) {
        let page = &answer["bad.html"];
        let violations = page["violations"].to_string();
        for rule in ["color-contrast", "html-has-lang", "image-alt", "landmark"] {
            assert!(violations.contains(rule), "{rule}: {violations}");
        }
        for what in ["wide", "loaded", "errors", "elements"] {
            assert_ne!(page[what], serde_json::json!([]), "{what}");
        }
    }
}

/// What comes from outside is text, whatever is in it.
#[test]
fn nothing_from_outside_is_markup() {
    const NASTY: &str = "</dd></table><script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' &lt;b&gt; ]]>";
    let folder = Folder::new();
    let ran = with(
        "ios sample-backups/ios-failing --as-of evidence --no-input",
        &["--format", "json"],
    );
    let mut audit: Value = serde_json::from_str(&ran.out).expect("JSON");
    for at in [
        "/tool/version",
        "/profile/id",
        "/profile/title",
        "/profile/source",
        "/profile/as_of",
        "/device/model",
        "/device/os",
        "/device/maker",
        "/about/site",
        "/about/staff_ref",
        "/parameters/0/id",
        "/parameters/0/source",
        "/apps/in_scope/0",
        "/apps/found/0",
        "/apps/to_ask/0",
        "/read_log/0/what",
    ] {
        *audit.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = NASTY.into();
    }
    audit["warnings"] = serde_json::json!([NASTY]);
    audit["notes"] = serde_json::json!([NASTY]);
    audit["apps"]["besides"] = serde_json::json!([NASTY]);
    for finding in audit["findings"].as_array_mut().expect("findings") {
        for key in [
            "control",
            "title",
            "question",
            "subject_name",
            "expected",
            "found",
            "put_right",
            "look",
        ] {
            finding[key] = format!("{key} {NASTY}").into();
        }
        finding["beside"] = serde_json::json!([NASTY]);
        for origin in finding["origin"].as_array_mut().expect("origins") {
            for key in ["where", "key", "note"] {
                origin[key] = NASTY.into();
            }
        }
    }
    let saved = folder.file("saved.json", &audit.to_string());
    let batch =
        serde_json::json!({"input": NASTY, "shard": 1, "of": 1, "share_inputs": 2, "inputs": 2});
    audit["batch"] = batch.clone();
    audit["error"] = serde_json::json!({"status": 4, "what": NASTY, "next": NASTY});
    let failure = serde_json::json!({
        "schema": 1, "tool": audit["tool"], "batch": batch, "error": audit["error"],
    });
    let lines = folder.file("lines.jsonl", &format!("{audit}\n{failure}\n"));
    for (saved, name) in [(&saved, "one"), (&lines, "several")] {
        let (page, xml) = (
            folder.text(&format!("{name}.html")),
            folder.text(&format!("{name}.xml")),
        );
        let ran = with("report", &[saved, "-o", &page, "-o", &xml]);
        assert!([1, 4].contains(&ran.status), "{}", ran.err);
        let text = folder.read(&format!("{name}.html"));
        assert!(!text.contains("<script") && !text.contains("<img"));
        assert!(text.contains("&lt;script&gt;"));
        crate::parsers::validates(&folder.at(&format!("{name}.xml")));
    }
    let names = ["one.html", "several.html"].map(str::to_owned);
    if let Some(answer) = opened(&folder, &names) {
        for name in &names {
            for what in ["loaded", "errors", "elements"] {
                assert_eq!(answer[name.as_str()][what], serde_json::json!([]), "{name}");
            }
        }
    }
}
