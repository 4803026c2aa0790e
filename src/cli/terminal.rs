//! Writing to the terminal or the pipe.

use std::io::{self, IsTerminal, Write};

use super::Failure;
use crate::evidence::text::without_number;

/// Columns that a report is set to where there is no terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 110;

/// Columns of the terminal; of the one behind standard error where the result goes through a pipe to a pager.
pub(super) fn width() -> usize {
    let mut probe = comfy_table::Table::new();
    if !io::stdout().is_terminal() {
        probe.use_stderr();
    }
    columns(probe.width())
}

/// Columns to set text to, from what the terminal says. Some (a bare serial line, a console of Windows without a
/// window) say 0.
fn columns(told: Option<u16>) -> usize {
    let told = told.filter(|width| *width > 0);
    told.map_or(WIDTH_WITHOUT_TERMINAL, usize::from)
}

/// Writes a result to standard output. A reader that has seen enough (a closed pipe) is no error.
pub(super) fn result(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(
            anyhow::Error::new(e).context("The result could not be written to standard output"),
        )),
        _ => Ok(()),
    }
}

/// Writes an error to standard error.
pub(super) fn complain(error: &anyhow::Error) {
    let mut text = without_number(&format!("spotcheck: {error:#}"));
    if !text.contains('\n')
        && let Some(cause) = error
            .chain()
            .find_map(|cause| cause.downcast_ref::<io::Error>())
    {
        text = format!(
            "{}.\n{}",
            text.trim_end_matches('.'),
            next_step(cause.kind())
        );
    }
    let text = match comfy_table::Table::new().use_stderr().width() {
        Some(width) if io::stderr().is_terminal() => {
            textwrap::fill(&text, usize::from(width.max(20)))
        }
        _ => text,
    };
    // Nothing is left to do where even this cannot be written.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// What to do about a file or folder that the system refuses.
fn next_step(kind: io::ErrorKind) -> &'static str {
    use io::ErrorKind::{
        AlreadyExists, FileTooLarge, InvalidData, IsADirectory, NotADirectory, NotFound,
        PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    match kind {
        NotFound => "Check the name and the folder.",
        PermissionDenied => "Choose a place that is open to you, or ask whoever looks after it.",
        IsADirectory => "That is a folder. Name a file.",
        NotADirectory => "A part of the path is a file. Check the name.",
        AlreadyExists => "Choose another name.",
        StorageFull | QuotaExceeded => "Make room on the disk, or choose another place.",
        ReadOnlyFilesystem => "Choose a place that can be written to.",
        InvalidData => "Give a file of the kind that is asked for, as text in UTF-8.",
        FileTooLarge => "Give a file of the kind that is asked for.",
        _ => "Check the file and its folder, and run the same command again.",
    }
}

/// Writes progress for a person to standard error.
pub(super) fn note(text: &str) -> Result<(), Failure> {
    // Whoever closed standard error does not want to know.
    let _ = anstream::stderr().write_all(without_number(text).as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_terminal_and_of_none() {
        for (told, columns_then) in [
            (None, WIDTH_WITHOUT_TERMINAL),
            (Some(0), WIDTH_WITHOUT_TERMINAL),
            (Some(1), 1),
            (Some(80), 80),
            (Some(u16::MAX), 65_535),
        ] {
            assert_eq!(columns(told), columns_then, "{told:?}");
        }
    }

    #[test]
    fn what_the_system_refuses_has_a_next_step() {
        for kind in [io::ErrorKind::NotFound, io::ErrorKind::Other] {
            assert!(next_step(kind).ends_with('.'), "{kind}");
        }
    }
}
