//! The program as it is published: the same bytes whoever builds it, with a list of its parts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{command, ended_well, root};

/// Builds the release of this checkout: for this system, or with `--target T` for another.
pub fn release(rest: &[String]) -> Result<()> {
    let target = match rest {
        [] => None,
        [option, target] if option == "--target" => Some(target.as_str()),
        _ => bail!("cargo xtask release [--target TARGET]"),
    };
    let program = build(&root(), target)?;
    println!("{}", program.display());
    Ok(())
}

/// Builds the release of the checkout in `folder` so that nothing in it depends on where it is built, and says where
/// it lies. With `cargo-auditable` the program carries the list of its dependencies.
fn build(folder: &Path, target: Option<&str>) -> Result<PathBuf> {
    let cargo_home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir()
            .context("there is no home folder; set CARGO_HOME")?
            .join(".cargo"),
    };
    let windows = target.map_or(cfg!(windows), |target| target.contains("windows"));
    let msvc = target.map_or(cfg!(target_env = "msvc"), |target| target.ends_with("msvc"));

    let mut build = Command::new("cargo");
    if auditable() {
        build.arg("auditable");
    }
    build
        .args(["build", "--release", "--locked", "--package", "spotcheck"])
        .args(target.iter().flat_map(|target| ["--target", target]));
    // Paths of this computer would get into the program through the places that panics name, from Rust and from C. Our
    // own sources are named from this folder already. It must not stand in the flags: Cargo names the libraries' parts by
    // a hash of them, and by these names the optimisation at link time puts the parts in order.
    let mut flags = vec![format!(
        "--remap-path-prefix={}=/cargo",
        cargo_home.display()
    )];
    if msvc {
        // Nothing has to be installed beside the program. Microsoft's compiler writes no paths unless asked.
        flags.push("-Ctarget-feature=+crt-static".into());
    } else {
        let mut for_c = format!(
            "-ffile-prefix-map={}=/spotcheck -ffile-prefix-map={}=/cargo",
            folder.display(),
            cargo_home.display()
        );
        if target.is_some_and(|target| target.ends_with("-linux-musl")) {
            let headers = kernel_headers(folder)?;
            for_c += &format!(" -idirafter {}", headers.display());
        }
        build.env("CFLAGS", for_c);
    }
    let status = build
        .current_dir(folder)
        // libusb would be linked with this system's libudev where its headers are installed, and differ.
        .env("LIBUDEV_NO_PKG_CONFIG", "1")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .status()
        .context("cargo could not be started")?;
    ended_well("cargo build --release", status.success())?;
    Ok(folder
        .join("target")
        .join(target.unwrap_or_default())
        .join("release")
        .join(if windows {
            "spotcheck.exe"
        } else {
            "spotcheck"
        }))
}

/// A folder with the kernel's headers and no others: libusb wants them, and the C compiler for musl (Debian: musl-tools)
/// has none of its own.
fn kernel_headers(folder: &Path) -> Result<PathBuf> {
    let headers = folder.join("target/kernel-headers");
    fs::create_dir_all(&headers).context("a folder for headers cannot be made")?;
    #[cfg(unix)]
    for (name, from) in [
        ("linux", "/usr/include/linux"),
        ("asm-generic", "/usr/include/asm-generic"),
        ("asm", "/usr/include/x86_64-linux-gnu/asm"),
    ] {
        let link = headers.join(name);
        if link.symlink_metadata().is_err() {
            std::os::unix::fs::symlink(from, &link)
                .with_context(|| format!("{} cannot be made", link.display()))?;
        }
    }
    Ok(headers)
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
        let program = build(&folder, None)?;
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
