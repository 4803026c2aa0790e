//! Writes the sample backups: `cargo run --example make_samples`. The same program gives the same bytes; a test
//! compares them with those in `sample-backups/`.

use std::fs;
use std::path::Path;

#[path = "../tests/support/backup_builder.rs"]
mod backup_builder;
#[path = "../tests/support/samples.rs"]
mod samples;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-backups");
    for (name, backup) in samples::ios_samples() {
        let target = folder.join(name);
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        backup.build(&target);
    }
    Ok(())
}
