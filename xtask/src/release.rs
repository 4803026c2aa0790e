//! The program as it is published: the same bytes whoever builds it, with a list of its parts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{command, ended_well, root};

/// Builds the release of the checkout in `folder` so that nothing in it depends on where it is built, and says where
/// it lies. With `cargo-auditable` the program carries the list of its dependencies.
pub fn build(folder: &Path) -> Result<PathBuf> {
    let cargo_home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cargo"),
    };
    let mut build = Command::new("cargo");
    if auditable() {
        build.arg("auditable");
    }
    // Paths of this computer would get into the program through the places that panics name, from Rust and from C.
    let status = build
        .args(["build", "--release", "--locked", "--package", "spotcheck"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            format!(
                "--remap-path-prefix={}=/spotcheck\u{1f}--remap-path-prefix={}=/cargo",
                folder.display(),
                cargo_home.display()
            ),
        )
        .env(
            "CFLAGS",
            format!(
                "-ffile-prefix-map={}=/spotcheck -ffile-prefix-map={}=/cargo",
                folder.display(),
                cargo_home.display()
            ),
        )
        .status()
        .context("cargo could not be started")?;
    ended_well("cargo build --release", status.success())?;
    Ok(folder.join("target/release/spotcheck"))
}

fn auditable() -> bool {
    let there = Command::new("cargo-auditable")
        .arg("--version")
        .output()
        .is_ok();
    if !there {
        println!(
            "cargo-auditable is not installed: the program will not carry the list of its parts"
        );
    }
    there
}

/// Builds the committed state in two folders of different names and compares the programs.
pub fn reproducible() -> Result<()> {
    let place = root().join("target/reproducible");
    if place.exists() {
        fs::remove_dir_all(&place)
            .with_context(|| format!("{} cannot be removed", place.display()))?;
    }
    let mut programs = Vec::new();
    for name in ["one", "a-second-one/further-down"] {
        let folder = place.join(name);
        let status = command("git")
            .args(["clone", "--quiet", "--no-hardlinks", "."])
            .arg(&folder)
            .status()
            .context("git could not be started")?;
        ended_well("git clone", status.success())?;
        let program = build(&folder)?;
        let bytes =
            fs::read(&program).with_context(|| format!("{} cannot be read", program.display()))?;
        programs.push(bytes);
        fs::remove_dir_all(folder.join("target")).context("a build cannot be removed")?;
    }
    let [one, other] = &programs[..] else {
        bail!("two builds were to be compared");
    };
    if let Some(at) = one.iter().zip(other).position(|(a, b)| a != b) {
        bail!(
            "the two programs differ from byte {at} on ({} and {} bytes)",
            one.len(),
            other.len()
        );
    }
    if one.len() != other.len() {
        bail!(
            "the two programs are {} and {} bytes long",
            one.len(),
            other.len()
        );
    }
    for needle in [
        place.display().to_string(),
        std::env::var("HOME").unwrap_or_default(),
    ] {
        if needle.len() > 5
            && one
                .windows(needle.len())
                .any(|part| part == needle.as_bytes())
        {
            bail!("the program holds a path of this computer: {needle}");
        }
    }
    println!(
        "two builds in two folders: {} bytes each, the same",
        one.len()
    );
    Ok(())
}

/// Writes the CycloneDX list of parts to `target/spotcheck.cdx.json`, or to the file that is named.
pub fn sbom(rest: &[String]) -> Result<()> {
    let to = rest
        .first()
        .map_or_else(|| root().join("target/spotcheck.cdx.json"), PathBuf::from);
    let status = command("cargo")
        .args(["cyclonedx", "--format", "json", "--spec-version", "1.5"])
        .args(["--override-filename", "spotcheck.cdx"])
        .status()
        .context("cargo could not be started")?;
    ended_well("cargo cyclonedx", status.success())?;
    // It writes one beside each Cargo.toml; the program's own is the one that counts.
    let made = root().join("spotcheck.cdx.json");
    let text =
        fs::read_to_string(&made).with_context(|| format!("{} was not made", made.display()))?;
    fs::write(&to, &text).with_context(|| format!("{} cannot be written", to.display()))?;
    for left in [made, root().join("xtask/spotcheck.cdx.json")] {
        let _ = fs::remove_file(left);
    }
    let list: serde_json::Value =
        serde_json::from_str(&text).context("the list of parts is no JSON")?;
    let parts = list["components"].as_array().map_or(0, Vec::len);
    if parts == 0 {
        bail!("the list of parts is empty");
    }
    println!("{parts} parts: {}", to.display());
    Ok(())
}
