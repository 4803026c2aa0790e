//! Passwords of encrypted backups: from a terminal, a file or an environment variable; never from an argument.

use std::io::{IsTerminal, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use zeroize::Zeroizing;

use super::Failure;
use crate::batch::Input;
use crate::batch::pairs::Seat;
use crate::batch::passwords::{PasswordSource, Rules};
use crate::evidence::{Evidence, SourceError};
use crate::ios::Unlocker;
use crate::ios::crypt::{Key, KeyBag, KeyError, Password, keys};

/// Longest password that is taken, in bytes.
const MAX_BYTES: u64 = 4096;

/// Where one password comes from.
#[derive(clap::Args, Debug, Clone)]
pub(super) struct PasswordArgs {
    /// File whose first line is the backup's password; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Environment variable that holds the backup's password
    #[arg(long, value_name = "NAME", conflicts_with = "password_file")]
    password_env: Option<String>,
}

impl PasswordArgs {
    fn source(&self) -> Option<PasswordSource> {
        let file = self.password_file.clone().map(PasswordSource::File);
        file.or_else(|| self.password_env.clone().map(PasswordSource::Env))
    }

    /// The password for one backup, asked for at the terminal where no other place was named and `ask` allows it.
    ///
    /// # Errors
    /// The place that was named holds none.
    pub fn unlocker(&self, ask: bool) -> Result<OneBackup, Failure> {
        let given = self
            .source()
            .map(|source| fetch(&source))
            .transpose()
            .map_err(Failure::Usage)?;
        let ask = ask && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Ok(OneBackup {
            given,
            ask,
            asked: 0,
        })
    }
}

/// The password of one backup, with a progress bar for the key derivation.
pub(super) struct OneBackup {
    given: Option<Password>,
    ask: bool,
    /// How often it was asked for.
    asked: u32,
}

impl Unlocker for OneBackup {
    fn password(&mut self) -> Result<Option<Password>, SourceError> {
        keep_out_of_core_dumps();
        if let Some(given) = self.given.take() {
            return Ok(Some(given));
        }
        if !self.ask {
            return Ok(None);
        }
        if self.asked == 0 {
            // A prompt that is longer than the terminal is wide would be printed twice.
            let _ = super::terminal::note(
                "This backup is encrypted. Nothing is shown as you type.\nEnter alone leaves it locked.\n",
            );
        }
        self.asked += 1;
        let typed = dialoguer::Password::new()
            .with_prompt("Password of the backup")
            .allow_empty_password(true)
            .interact()
            .map(Zeroizing::new)
            .map_err(|e| {
                SourceError::new(
                    format!("The password could not be read from the terminal: {e}."),
                    "Run the same command again, or name the password's place with --password-file or --password-env.",
                )
            })?;
        Ok((!typed.is_empty()).then(|| Password::new(typed.as_bytes())))
    }

    fn try_again(&mut self) -> bool {
        /// A slip of the finger is common; more than this is no slip.
        const TRIES: u32 = 3;
        let again = self.asked > 0 && self.asked < TRIES;
        if again {
            // Whoever closed standard error does not want to know.
            let _ = super::terminal::note(
                "That password does not open this backup. Try again, or press Enter alone.\n",
            );
        }
        again
    }

    fn derive(&mut self, bag: KeyBag, password: Password) -> Result<(KeyBag, Key), KeyError> {
        let bar = ProgressBar::new(keys::total_rounds(&bag));
        if let Ok(style) =
            ProgressStyle::with_template("Opening the encrypted backup: {percent}%, {eta} left")
        {
            bar.set_style(style);
        }
        let key = keys::derive(&bag, &password, &mut |rounds| {
            bar.set_position(rounds.done);
            ControlFlow::Continue(())
        });
        bar.finish_and_clear();
        Ok((bag, key?))
    }
}

/// Where the passwords of many backups come from.
#[derive(clap::Args, Debug, Clone)]
pub(super) struct BatchPasswordArgs {
    /// TOML file of rules, first match wins: "folder name or glob" = { env = "NAME" } or { file = "PATH" }
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
    #[command(flatten)]
    one: PasswordArgs,
}

impl BatchPasswordArgs {
    /// Reads the rules and the password for all that no rule names.
    pub fn load(&self) -> Result<BatchPasswords, Failure> {
        let rules = match &self.passwords {
            None => Rules::default(),
            Some(path) => rules(path).map_err(Failure::Usage)?,
        };
        let for_the_rest = self
            .one
            .source()
            .map(|source| read(&source))
            .transpose()
            .map_err(Failure::Usage)?;
        Ok(BatchPasswords {
            rules,
            for_the_rest,
        })
    }
}

fn rules(path: &Path) -> anyhow::Result<Rules> {
    let name = path.display();
    let text = crate::bounded::text(path, 1 << 20)
        .with_context(|| format!("The password rules {name} (--passwords) cannot be read"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Rules::parse(&text, folder)
        .map_err(|e| anyhow!("The password rules {name} (--passwords) are not right: {e}\nCorrect that line and run the same command again."))
}

/// The passwords of a batch.
pub(super) struct BatchPasswords {
    rules: Rules,
    for_the_rest: Option<Zeroizing<Vec<u8>>>,
}

impl BatchPasswords {
    /// Reads one backup with its password.
    pub fn open(
        &self,
        input: &Input,
        seat: &DerivingSeat<'_>,
        read: impl FnOnce(&mut dyn Unlocker) -> Result<(Evidence, Option<SourceError>), SourceError>,
    ) -> Result<(Evidence, Option<SourceError>), SourceError> {
        let mut unlocker = InBatch {
            passwords: self,
            name: input.name(),
            seat,
            missing: None,
        };
        let (evidence, problem) = read(&mut unlocker)?;
        Ok((evidence, problem.or(unlocker.missing)))
    }
}

struct InBatch<'a> {
    passwords: &'a BatchPasswords,
    name: String,
    seat: &'a DerivingSeat<'a>,
    /// Why a password that a rule promises is not there. The backup stays locked, and what lies in clear is still told.
    missing: Option<SourceError>,
}

/// A place beside another backup whose key is derived on the same core.
pub(super) type DerivingSeat<'a> = Seat<'a, (KeyBag, Password), Result<(KeyBag, Key), KeyError>>;

/// Derives the keys of one backup, or of two at once.
fn derive_together(asked: Vec<(KeyBag, Password)>) -> Vec<Result<(KeyBag, Key), KeyError>> {
    let jobs: Vec<_> = asked
        .iter()
        .map(|(bag, password)| (bag, password))
        .collect();
    let mut derived = keys::derive_all(&jobs, &mut |_| ControlFlow::Continue(()))
        .unwrap_or_default()
        .into_iter();
    asked
        .into_iter()
        .map(|(bag, _)| Ok((bag, derived.next().ok_or(KeyError::Cancelled)?)))
        .collect()
}

impl Unlocker for InBatch<'_> {
    fn password(&mut self) -> Result<Option<Password>, SourceError> {
        keep_out_of_core_dumps();
        match self.passwords.rules.source_for(&self.name) {
            Some(source) => match fetch(source) {
                Ok(password) => Ok(Some(password)),
                Err(error) => {
                    // The name of a password's file is often the phone's own, which must not get into results.
                    let why = match source {
                        PasswordSource::Env(_) => error.to_string(),
                        PasswordSource::File(_) => format!(
                            "the file that its rule names cannot be used ({})",
                            error.root_cause()
                        ),
                    };
                    self.missing = Some(SourceError::new(
                        format!("The password for this backup is missing: {why}."),
                        "Put it where the rule in --passwords says, or change the rule.",
                    ));
                    Ok(None)
                }
            },
            None => Ok(self
                .passwords
                .for_the_rest
                .as_ref()
                .map(|bytes| Password::new(bytes.as_slice()))),
        }
    }

    fn derive(&mut self, bag: KeyBag, password: Password) -> Result<(KeyBag, Key), KeyError> {
        self.seat
            .ask((bag, password), derive_together)
            .unwrap_or(Err(KeyError::Cancelled))
    }
}

fn fetch(source: &PasswordSource) -> anyhow::Result<Password> {
    read(source).map(|bytes| Password::new(bytes.as_slice()))
}

/// The bytes of a password. What went wrong never names the password.
fn read(source: &PasswordSource) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let bytes = match source {
        PasswordSource::Env(name) => {
            let value = std::env::var_os(name).ok_or_else(|| {
                anyhow!(
                    "the environment variable {name} is not set; set it, or use --password-file"
                )
            })?;
            Zeroizing::new(value.into_encoded_bytes())
        }
        PasswordSource::File(path) if path == Path::new("-") => first_line(std::io::stdin().lock())
            .context("no password came on standard input; write it there as one line")?,
        PasswordSource::File(path) => {
            let name = path.display();
            let file = std::fs::File::open(path)
                .with_context(|| format!("the password file {name} cannot be opened"))?;
            first_line(file).with_context(|| format!("the password file {name} cannot be read"))?
        }
    };
    crate::bounded::check_not_utf16(&bytes)
        .context("the password cannot be taken from there; save its file as UTF-8")?;
    if bytes.is_empty() {
        return Err(anyhow!(
            "the place that was named for the password is empty; put the password there and run the same command again"
        ));
    }
    Ok(bytes)
}

/// The first line, without its end.
fn first_line(from: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES as usize + 1));
    from.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let end = bytes
        .iter()
        .position(|b| *b == b'\n')
        .unwrap_or(bytes.len());
    bytes.truncate(end);
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    crate::bounded::take_mark_off(&mut bytes);
    Ok(bytes)
}

/// From here on this process holds a password and keys: the system must not write its memory to disk.
fn keep_out_of_core_dumps() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Where the system refuses, the keys are still wiped when they are no longer needed.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_password() {
        for (text, expected) in [
            ("secret\n", "secret"),
            ("secret\r\nmore\n", "secret"),
            ("\u{feff}secret\r\n", "secret"),
            ("secret", "secret"),
            (" spaces count \n", " spaces count "),
            ("", ""),
            ("\nsecond", ""),
        ] {
            let line = first_line(text.as_bytes()).expect("readable");
            assert_eq!(line.as_slice(), expected.as_bytes());
        }
    }
}
