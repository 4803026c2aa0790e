//! The files of a draw: the list, the commitment, the salt, the paper.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use rsa::rand_core::{OsRng, RngCore as _};
use sha2::{Digest, Sha256};

use crate::bounded;
use crate::cli::Failure;
use crate::evidence::text;
use crate::private;
use crate::sampling::commitment::Commitment;
use crate::sampling::population::{self, Population, hex};

/// The most that a commitment or a salt may hold, in bytes.
const MAX_SMALL: u64 = 16 << 10;

/// Reads the list of staff.
pub(super) fn list(path: &Path, id: &str, by: Option<&str>) -> Result<Population, Failure> {
    let name = path.display().to_string();
    let open = || {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a folder",
            ));
        }
        Ok(file)
    };
    let file = open()
        .with_context(|| format!("The list {name} cannot be read. Check the path"))
        .map_err(Failure::Usage)?;
    population::read(&name, BufReader::new(file), id, by).map_err(|e| Failure::Usage(e.into()))
}

/// Reads a commitment.
pub(super) fn commitment(path: &Path) -> Result<Commitment, Failure> {
    let name = path.display().to_string();
    let text = bounded::text(path, MAX_SMALL)
        .with_context(|| format!("The commitment {name} cannot be read"))
        .map_err(Failure::Usage)?;
    Commitment::parse(&name, &text).map_err(|e| Failure::Usage(e.into()))
}

/// The salt of a commitment.
#[derive(clap::Args)]
pub(super) struct SaltArgs {
    /// The file of the salt [default: the list's name with .salt after it]
    #[arg(long, value_name = "FILE", conflicts_with = "salt")]
    salt_file: Option<PathBuf>,
    /// The salt itself; others on this computer may see it
    #[arg(long, value_name = "TEXT")]
    salt: Option<String>,
}

impl SaltArgs {
    fn path(&self, list: &Path) -> PathBuf {
        self.salt_file.clone().unwrap_or_else(|| {
            let mut name = list.as_os_str().to_owned();
            name.push(".salt");
            name.into()
        })
    }

    /// The salt that was made with the commitment.
    pub fn read(&self, list: &Path) -> Result<String, Failure> {
        if let Some(salt) = &self.salt {
            return checked(salt);
        }
        let path = self.path(list);
        let text = bounded::text(&path, MAX_SMALL)
            .with_context(|| {
                format!(
                    "The salt of the commitment cannot be read from {}. Name its file with --salt-file",
                    path.display()
                )
            })
            .map_err(Failure::Usage)?;
        checked(text.trim_end_matches(['\r', '\n']))
    }

    /// The salt for a new commitment, and the file to which a new one was written.
    pub fn make(&self, list: &Path) -> Result<(String, Option<PathBuf>), Failure> {
        if let Some(salt) = &self.salt {
            return Ok((checked(salt)?, None));
        }
        let path = self.path(list);
        let salt = random();
        write_new(&path, format!("{salt}\n").as_bytes(), For::ThisUser)?;
        Ok((salt, Some(path)))
    }
}

fn checked(salt: &str) -> Result<String, Failure> {
    if salt.chars().count() < 16 || text::clean(salt) != salt {
        return Err(Failure::Usage(anyhow!(
            "The salt has to be plain text of 16 to 200 characters that nobody can guess.\nLeave --salt out, and one is made."
        )));
    }
    Ok(salt.to_owned())
}

/// A salt that nobody can guess, from the system's randomness.
fn random() -> String {
    let mut hasher = Sha256::new();
    // Every thread begins with keys of its own from the system: several make more than one could hold.
    for _ in 0..4 {
        let keyed = std::thread::spawn(|| std::hash::RandomState::new().build_hasher().finish());
        let part = keyed
            .join()
            .unwrap_or_else(|_| std::hash::RandomState::new().build_hasher().finish());
        hasher.update(part.to_le_bytes());
    }
    let mut bytes = [0; 32];
    // Where the system gives none, the keys above are enough by themselves.
    if OsRng.try_fill_bytes(&mut bytes).is_ok() {
        hasher.update(bytes);
    }
    hex(&hasher.finalize())
}

/// Who may read a new file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Everybody,
    ThisUser,
}

/// Refuses a file that is there already.
pub(super) fn is_new(path: &Path) -> Result<(), Failure> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(already_there(path));
    }
    Ok(())
}

fn already_there(path: &Path) -> Failure {
    Failure::Usage(anyhow!(
        "{} is already there, and the paper of a draw is never overwritten.\nChoose another name.",
        path.display()
    ))
}

/// Writes a new file, whole, and never over another.
pub(super) fn write_new(path: &Path, bytes: &[u8], readers: For) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    if readers == For::ThisUser {
        private::new_file(&mut options);
    }
    let failed = |e: io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => already_there(path),
        _ => Failure::Output(
            anyhow::Error::new(e).context(format!("{} cannot be written", path.display())),
        ),
    };
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|e| {
            // Half a salt or half a certificate would be worse than none.
            let _ = fs::remove_file(path);
            failed(e)
        })
}

/// Refuses a folder that holds anything already: letters of two draws must not get mixed up.
pub(super) fn is_empty(folder: &Path) -> Result<(), Failure> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::Usage(anyhow!(
            "The folder {} is not empty, and letters of two draws must not get mixed up.\nChoose another folder.",
            folder.display()
        )));
    }
    Ok(())
}

/// Writes letters into a folder, which is made if it is not there. Their names hold a number and nobody's reference.
pub(super) fn letters(folder: &Path, letters: &[String]) -> Result<(), Failure> {
    fs::create_dir_all(folder)
        .with_context(|| format!("The folder {} cannot be made", folder.display()))
        .map_err(Failure::Output)?;
    for (i, letter) in letters.iter().enumerate() {
        let name = format!("letter-{:03}.txt", i + 1);
        write_new(&folder.join(name), letter.as_bytes(), For::ThisUser)?;
    }
    Ok(())
}
