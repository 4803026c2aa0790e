//! The page of all commands, from what can be typed.

use std::fmt::Write as _;

use clap::{Arg, Command};

/// The page; `made` says by whom.
pub fn text(made: &str) -> String {
    let mut out = format!(
        "# Commands\n\n{made}\nEvery command and every option. `spotcheck COMMAND --help` says the same at the terminal. [Exit\nstatuses](exit-statuses.md) are on a page of their own.\n"
    );
    let mut all = spotcheck::cli::command();
    all.build();
    one(&all, &[], &mut out);
    let everywhere: Vec<&str> = all
        .get_arguments()
        .map(|arg| arg.get_id().as_str())
        .collect();
    below(&all, &everywhere, &mut out);
    out
}

/// The commands below this one, each with those below it; without the options that stand everywhere.
fn below(command: &Command, everywhere: &[&str], out: &mut String) {
    for sub in command.get_subcommands() {
        if sub.is_hide_set() || sub.get_name() == "help" {
            continue;
        }
        one(sub, everywhere, out);
        below(sub, everywhere, out);
    }
}

fn one(command: &Command, everywhere: &[&str], out: &mut String) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let _ = write!(
        out,
        "\n## `{name}`\n\n{}.\n\n```text\n{usage}\n```\n",
        about.trim_end_matches('.')
    );
    let args: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version"))
        .filter(|arg| !everywhere.contains(&arg.get_id().as_str()))
        .collect();
    if !args.is_empty() {
        out.push_str("\n| option | for |\n|---|---|\n");
    }
    for arg in args {
        let _ = writeln!(out, "| `{}` | {} |", cell(&written(arg)), cell(&help(arg)));
    }
    if let Some(after) = command
        .get_after_long_help()
        .or_else(|| command.get_after_help())
    {
        let _ = write!(out, "\n```text\n{}\n```\n", after.to_string().trim_end());
    }
}

/// An option as it is typed.
fn written(arg: &Arg) -> String {
    let values = || {
        let names = arg.get_value_names().unwrap_or_default();
        let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        names.join(" ")
    };
    let takes = arg.get_action().takes_values();
    match (arg.get_short(), arg.get_long()) {
        (_, None) => values(),
        (None, Some(long)) if takes => format!("--{long} {}", values()),
        (None, Some(long)) => format!("--{long}"),
        (Some(short), Some(long)) if takes => format!("-{short}, --{long} {}", values()),
        (Some(short), Some(long)) => format!("-{short}, --{long}"),
    }
}

fn help(arg: &Arg) -> String {
    let text = arg.get_long_help().or_else(|| arg.get_help());
    let mut text = text.map(ToString::to_string).unwrap_or_default();
    let possible: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if arg.get_action().takes_values() && !possible.is_empty() {
        let _ = write!(text, ": {}", possible.join(", "));
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if arg.get_action().takes_values() && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        let _ = write!(text, " (default: {})", defaults.join(", "));
    }
    text
}

/// What a table and Markdown would take for something else.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace("\n\n", " ")
        .replace('\n', " ")
}
