//! The shell and the applets that a phone has, or the reason why a test is skipped.

use std::path::{Path, PathBuf};

/// The shell and applets that stand for a phone's.
pub struct Tools {
    pub shell: PathBuf,
    pub applets: tempfile::TempDir,
}

/// What the script may use besides the phone's own commands.
const APPLETS: &[&str] = &["sed", "grep", "head", "uniq", "date", "sleep", "timeout"];

impl Tools {
    /// mksh and toybox, as phones have them. `None`, said aloud, where one is missing; a failure in strict runs.
    pub fn find() -> Option<Tools> {
        Tools::with_shell("mksh")
    }

    /// Another shell with toybox.
    pub fn with_shell(shell: &str) -> Option<Tools> {
        let shell = which(shell);
        let toybox = which("toybox");
        let (Some(shell), Some(toybox)) = (shell, toybox) else {
            skipped(
                "mksh and toybox are needed to run the phone's script (Debian: apt-get install mksh toybox)",
            );
            return None;
        };
        let applets = tempfile::tempdir().expect("a folder");
        for applet in APPLETS {
            link(&toybox, &applets.path().join(applet));
        }
        link(&shell, &applets.path().join("sh"));
        Some(Tools { shell, applets })
    }
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) {
    std::os::unix::fs::symlink(to, at).expect("a link");
}

/// Not reached: neither shell nor applets are found there.
#[cfg(not(unix))]
fn link(_: &Path, _: &Path) {}

/// Says aloud that a test was skipped; fails in strict runs.
pub fn skipped(why: &str) {
    assert!(
        std::env::var_os("SPOTCHECK_STRICT").is_none_or(|v| v != "1"),
        "SPOTCHECK_STRICT: {why}"
    );
    eprintln!("SKIPPED: {why}");
}

fn which(command: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(command))
        .find(|path| path.exists())
}
