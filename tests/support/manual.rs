//! The manual pages and the completions of shells, made from the definitions of the command line.

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

/// The shells, each with the file that its completions are installed as.
const SHELLS: [(Shell, &str); 4] = [
    (Shell::Bash, "completions/spotcheck.bash"),
    (Shell::Zsh, "completions/_spotcheck"),
    (Shell::Fish, "completions/spotcheck.fish"),
    (Shell::PowerShell, "completions/_spotcheck.ps1"),
];

/// Every file, by its path below the folder of the manual.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut whole = spotcheck::cli::command().disable_help_subcommand(true);
    whole.build();
    pages(&whole, &mut files);
    for (shell, path) in SHELLS {
        let mut script = Vec::new();
        clap_complete::generate(
            shell,
            &mut spotcheck::cli::command(),
            "spotcheck",
            &mut script,
        );
        files.push((path.to_owned(), script));
    }
    files
}

fn pages(command: &Command, files: &mut Vec<(String, Vec<u8>)>) {
    let man = Man::new(command.clone())
        .source(format!("spotcheck {}", env!("CARGO_PKG_VERSION")))
        .manual("spotcheck");
    let mut page = Vec::new();
    man.render(&mut page).expect("memory takes it");
    let page = String::from_utf8(page).expect("text");
    files.push((
        format!("man/{}", man.get_filename()),
        examples_as_they_are(&page).into_bytes(),
    ));
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        pages(sub, files);
    }
}

/// What follows the options (examples, tables) is set as it was written; the formatter would run lines together.
fn examples_as_they_are(page: &str) -> String {
    const HEADING: &str = ".SH EXTRA\n";
    let Some((before, extra)) = page.split_once(HEADING) else {
        return page.to_owned();
    };
    let (extra, after) = match extra.find("\n.SH ") {
        Some(at) => extra.split_at(at),
        None => (extra.trim_end_matches('\n'), "\n"),
    };
    format!("{before}.SH NOTES AND EXAMPLES\n.nf\n{extra}\n.fi{after}")
}
