//! Writes the slips of all samples, in all sizes, into a folder: `cargo run --example make_slips FOLDER`.

#[path = "../tests/support/slip_cases.rs"]
mod slip_cases;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use spotcheck::report::slip::{self, Options, Size};

fn main() -> anyhow::Result<()> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .context("Name a folder for the slips")?
        .into();
    std::fs::create_dir_all(&folder)?;
    for case in slip_cases::all() {
        for size in Size::ALL {
            let options = Options {
                size,
                ..case.options.clone()
            };
            let name = format!("{}_{}", case.name, size.id());
            let start = Instant::now();
            let pdf = slip::pdf(&case.audit, &case.trust, &options)?;
            println!("{name}: {} bytes, {:?}", pdf.len(), start.elapsed());
            std::fs::write(folder.join(format!("{name}.pdf")), pdf)?;
            let text = slip::text(&case.audit, &case.trust, &options);
            std::fs::write(folder.join(format!("{name}.txt")), text)?;
        }
    }
    Ok(())
}
