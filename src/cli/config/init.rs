//! `spotcheck config init`

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};

use super::layers;
use crate::cli::whole::{Existing, WholeFile};
use crate::cli::{Failure, terminal};
use crate::trust;

/// Everything is a comment: a file that was only begun changes nothing.
const TEMPLATE: &str = include_str!("template.toml");

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  spotcheck config init            spotcheck.toml in the current folder
  spotcheck config init --user     in your config folder, for every folder that you work in")]
pub(super) struct Args {
    /// Write it into your config folder instead of the current one
    #[arg(long)]
    user: bool,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let path = match args.user {
        false => PathBuf::from(trust::FILE),
        true => layers::user_file().ok_or_else(|| {
            Failure::Usage(anyhow!(
                "This system does not say where your config folder is.\nLeave out --user, and the file is written into the current folder."
            ))
        })?,
    };
    let name = path.display();
    if path.symlink_metadata().is_ok() {
        return Err(Failure::Usage(anyhow!(
            "{name} is already there, and nothing was written.\nChange that file, or run this command in another folder."
        )));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| WholeFile::open(&path, Existing::Keep))
        .and_then(|file| file.fill(TEMPLATE.as_bytes()))
        .with_context(|| format!("{name} could not be written. Check the folder"))
        .map_err(Failure::Output)?;
    terminal::result(&format!(
        "Written: {name}. Everything in it is a comment: take away the # of a line to use it.\nThen run: spotcheck config show\n"
    ))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_nothing_until_it_is_changed_and_is_right_then() {
        let untouched = trust::parse("template", TEMPLATE).expect("right");
        assert_eq!(untouched, trust::Trust::default());
        // A comment that begins with "#" and a letter or bracket, without a space, is a line to use.
        let used: String = TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(line) if !line.starts_with([' ', '#']) => format!("{line}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let trust = trust::parse("template", &used).expect("right");
        assert_eq!(trust.defaults.profile, ["nhs-england"]);
        assert!(trust.name.is_some() && trust.register.file.is_some());
        assert!(!trust.limits.is_empty());
    }
}
