//! Settings that hold for every run (`spotcheck.toml`, variables), and `spotcheck config`.

mod init;
mod layers;
pub(super) mod settings;
mod show;

use std::path::Path;
use std::sync::OnceLock;

use clap::{ArgMatches, Command, Subcommand};

use super::{Failure, terminal};
pub(super) use layers::{Config, load, own_variables, places};
use settings::SETTINGS;

static CURRENT: OnceLock<Config> = OnceLock::new();

/// The settings of this run.
pub(super) fn current() -> &'static Config {
    CURRENT.get_or_init(Config::default)
}

/// Takes settings for this run, once, before any command runs.
pub(super) fn take(config: Config) {
    // Nothing asks for them before, so that nothing is lost.
    let _ = CURRENT.set(config);
}

/// The command line with what the settings say in place of its own defaults; `None` where they say nothing of it.
pub(super) fn with_defaults(command: &Command, config: &Config) -> Option<Command> {
    let defaults: Vec<(&str, &'static str)> = SETTINGS
        .iter()
        .filter(|setting| setting.everywhere)
        .filter_map(|setting| {
            // A default has to live as long as the program, which soon ends.
            let value: &'static str = config.set.get(setting.key)?.value.clone().leak();
            Some((setting.option, value))
        })
        .collect();
    (!defaults.is_empty()).then(|| set_defaults(command.clone(), &defaults))
}

fn set_defaults(mut command: Command, defaults: &[(&str, &'static str)]) -> Command {
    for (option, value) in defaults {
        let takes = |arg: &clap::Arg| {
            let words = arg.get_possible_values();
            arg.get_long() == Some(option)
                && (words.is_empty() || words.iter().any(|word| word.matches(value, false)))
        };
        let id = command
            .get_arguments()
            .find(|arg| takes(arg))
            .map(|arg| arg.get_id().clone());
        if let Some(id) = id {
            command = command.mut_arg(id, |arg| arg.default_value(*value));
        }
    }
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| set_defaults(sub, defaults));
    }
    command
}

/// The file that the command line names.
pub(super) fn named(matches: &ArgMatches) -> Option<&Path> {
    matches
        .get_one::<std::path::PathBuf>("config")
        .map(std::path::PathBuf::as_path)
}

const AFTER_HELP: &str = "\
Settings are taken from, the strongest first: options; variables (SPOTCHECK_PROFILE and so on); spotcheck.toml in the
current folder; spotcheck.toml in the config folder. Key by key: each file need say only what it is about.

Examples:
  spotcheck config show
  spotcheck config show --set auto_lock_max=1m --format json
  spotcheck config path
  spotcheck config init";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Each setting, its value and where it came from
    Show(Box<show::Args>),
    /// Where settings are looked for, and which files are there
    #[command(after_help = "Examples:\n  spotcheck config path")]
    Path,
    /// Write a spotcheck.toml to begin with; never over one that is there
    Init(init::Args),
}

/// Runs the command; `loaded` are the settings, or what is wrong with them.
pub(super) fn run(
    args: &Args,
    named: Option<&Path>,
    loaded: Result<(), Failure>,
) -> Result<u8, Failure> {
    match &args.command {
        What::Show(args) => {
            loaded?;
            show::run(args, current())
        }
        What::Path => {
            terminal::result(&show::paths(&layers::places(named)))?;
            loaded.map(|()| 0)
        }
        What::Init(args) => init::run(args),
    }
}
