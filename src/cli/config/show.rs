//! `spotcheck config show` and `spotcheck config path`

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::layers::{Config, Origin};
use super::settings::SETTINGS;
use crate::cli::Failure;
use crate::cli::checklist::ProfileArgs;
use crate::cli::common::{CircumstancesArgs, Format, print_list};

#[derive(clap::Args)]
#[command(after_help = "\
Options show what they would change: give those of an audit, and see which value holds.

Examples:
  spotcheck config show
  spotcheck config show --profile teams-only --site north
  spotcheck config show --format json")]
pub(super) struct Args {
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    circumstances: CircumstancesArgs,
    /// Shape of the list
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The list, and its JSON: fields may be added within a schema version, never changed or removed.
#[derive(Serialize)]
struct List {
    schema: u32,
    files: Vec<File>,
    settings: Vec<Line>,
}

#[derive(Serialize)]
struct File {
    path: String,
    found: bool,
}

#[derive(Serialize)]
struct Line {
    key: String,
    /// Null where nothing is set.
    value: Option<String>,
    from: From,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum From {
    Option { name: String },
    Variable { name: String },
    File { path: String, line: usize },
    Checklist { id: String },
    BuiltIn,
    NotSet,
}

impl From {
    fn of(origin: &Origin) -> From {
        match origin {
            Origin::Variable(name) => From::Variable { name: name.clone() },
            Origin::File { path, line } => From::File {
                path: path.display().to_string(),
                line: *line,
            },
        }
    }

    fn option(name: &str) -> From {
        From::Option {
            name: format!("--{name}"),
        }
    }

    fn words(&self) -> String {
        match self {
            From::Option { name } => format!("option {name}"),
            From::Variable { name } => format!("variable {name}"),
            From::File { path, line } => format!("{path}, line {line}"),
            From::Checklist { id } => format!("checklist {id}"),
            From::BuiltIn => "built-in".into(),
            From::NotSet => "nothing is set".into(),
        }
    }
}

pub(super) fn run(args: &Args, config: &Config) -> Result<u8, Failure> {
    let list = List {
        schema: 1,
        files: config
            .places
            .iter()
            .map(|place| File {
                path: place.path.display().to_string(),
                found: place.found,
            })
            .collect(),
        settings: lines(args, config)?,
    };
    print_list(&list, args.format, table)?;
    Ok(0)
}

fn lines(args: &Args, config: &Config) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for setting in &SETTINGS {
        let given = match setting.option {
            "profile" => args.profile.given(),
            "role" => args.circumstances.role.clone(),
            "auditor" => args.circumstances.auditor.clone(),
            "site" => args.circumstances.site.clone(),
            "campaign" => args.circumstances.campaign.clone(),
            _ => None,
        };
        let (value, from) = match (given, config.set.get(setting.key), setting.built_in) {
            (Some(given), _, _) => (Some(given), From::option(setting.option)),
            (None, Some(set), _) => (Some(set.value.clone()), From::of(&set.origin)),
            (None, None, Some(value)) => (Some(value.to_owned()), From::BuiltIn),
            (None, None, None) => (None, From::NotSet),
        };
        lines.push(Line {
            key: setting.key.to_owned(),
            value,
            from,
        });
    }
    limits(args, config, &mut lines)?;
    for (key, set) in &config.set {
        let shown = SETTINGS.iter().any(|setting| setting.key == key);
        if !shown && !key.starts_with("limits.") {
            lines.push(Line {
                key: key.clone(),
                value: Some(set.value.clone()),
                from: From::of(&set.origin),
            });
        }
    }
    Ok(lines)
}

/// The limits as an audit by the chosen checklists would have them.
fn limits(args: &Args, config: &Config, lines: &mut Vec<Line>) -> Result<(), Failure> {
    for profile in args.profile.load()? {
        for parameter in &profile.parameters {
            let key = format!("limits.{}", parameter.id);
            let from = match config.set.get(&key) {
                _ if args.profile.sets(&parameter.id) => From::option("set"),
                Some(set) => From::of(&set.origin),
                None => From::Checklist {
                    id: profile.id.clone(),
                },
            };
            lines.push(Line {
                key,
                value: Some(parameter.value.for_people()),
                from,
            });
        }
    }
    Ok(())
}

fn table(list: &List) -> String {
    let value = |line: &Line| line.value.clone().unwrap_or_else(|| "-".into());
    let keys = list.settings.iter().map(|line| line.key.chars().count());
    let values = list.settings.iter().map(|line| value(line).chars().count());
    let (keys, values) = (keys.max().unwrap_or(0), values.max().unwrap_or(0).min(40));
    let mut text = String::new();
    for line in &list.settings {
        let (key, value) = (&line.key, value(line));
        let _ = writeln!(text, "{key:keys$}  {value:values$}  {}", line.from.words());
    }
    text.push('\n');
    for file in &list.files {
        text += &said(&file.path, file.found);
    }
    text
}

fn said(path: &str, found: bool) -> String {
    let found = if found { "read" } else { "not there" };
    format!("{path}: {found}\n")
}

/// The places, the strongest first, as they are on the disk.
pub(super) fn paths(places: &[PathBuf]) -> String {
    places
        .iter()
        .map(|path| {
            let found = path.symlink_metadata().is_ok();
            let found = if found { "there" } else { "not there" };
            format!("{}: {found}\n", path.display())
        })
        .collect()
}
