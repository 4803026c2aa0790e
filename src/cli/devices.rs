//! `spotcheck devices`

use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use super::android::parse_server;
use super::common::{Format, print_list};
use super::{Failure, connect, terminal};
use crate::android::debugging;
use crate::android::transport::{self, Cable, Connected, Device, DeviceState, Limits, NoServer};
use crate::batch::discover::{InputKind, default_locations, discover};
use crate::evidence::text::clean;
use crate::evidence::{Fact, Platform, Request, Subject, Value};
use crate::ios;
use crate::ios::backup::Backup;
use crate::system::System;

const AFTER_HELP: &str = "\
Serials and folder names are shown here alone, to choose a phone; no report holds them.

Examples:
  spotcheck devices
  spotcheck devices --format json";

/// Where no iPhone backup was found.
pub(super) const MAKE_BACKUP: &str = "To check an iPhone, make a local backup. On a Mac use Finder, on Windows Apple Devices or \
    iTunes, on Linux `idevicebackup2 backup FOLDER`. A backup that lies elsewhere is checked with \
    `spotcheck ios FOLDER`.";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// ADB server [default: 127.0.0.1:5037, or the port in ANDROID_ADB_SERVER_PORT]
    #[arg(long, value_name = "HOST:PORT", value_parser = parse_server)]
    server: Option<String>,
    /// How long the ADB server or the cable may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// Shape of the list
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The list, and its JSON: fields may be added within a schema version, never changed or removed.
#[derive(Debug, Serialize)]
struct List {
    schema: u32,
    /// The ADB server that knows the phones; null where they were looked for on cables.
    server: Option<SocketAddrV4>,
    phones: Vec<PhoneLine>,
    /// Why phones could not be looked for is among the problems.
    #[serde(skip)]
    not_looked: bool,
    backups: Vec<BackupLine>,
    /// What could not be looked at, with what to do.
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct PhoneLine {
    pub serial: Option<String>,
    pub model: Option<String>,
    state: &'static str,
    pub state_in_words: String,
    /// What to do before it can be checked; null where it is ready.
    pub advice: Option<String>,
    /// The command that checks it.
    command: Option<String>,
    /// The words of that command after the program's name.
    #[serde(skip)]
    pub words: Option<Vec<OsString>>,
}

#[derive(Debug, Serialize)]
pub(super) struct BackupLine {
    path: String,
    /// The path as the system has it.
    #[serde(skip)]
    pub at: PathBuf,
    model: Option<String>,
    system: Option<String>,
    /// When the backup was made.
    #[serde(serialize_with = "moment")]
    made_at: Option<Timestamp>,
    encrypted: Option<bool>,
    /// Why nothing could be read of it.
    pub problem: Option<String>,
    command: String,
}

impl BackupLine {
    /// Of which phone it is, as far as that can be told.
    pub fn phone(&self) -> String {
        let model = self.model.as_deref().unwrap_or("model unknown");
        let system = self.system.as_deref().unwrap_or("system unknown");
        format!("{model}, {system}")
    }

    /// When it was made, and whether a password is needed.
    pub fn kind(&self) -> String {
        let made = match self.made_at {
            Some(moment) => moment.strftime("made %Y-%m-%d %H:%M UTC").to_string(),
            None => "date unknown".to_owned(),
        };
        let locked = match self.encrypted {
            Some(true) => "encrypted: its password is needed",
            Some(false) => "not encrypted",
            None => "whether it is encrypted is unknown",
        };
        format!("{made}; {locked}")
    }
}

fn moment<S: serde::Serializer>(moment: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => to.collect_str(moment),
        None => to.serialize_none(),
    }
}

impl List {
    fn new() -> List {
        List {
            schema: 1,
            server: None,
            phones: Vec::new(),
            not_looked: false,
            backups: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// The phones that are connected now, and why there may be more.
pub(super) fn phones_now(timeout: u64) -> Result<(Vec<PhoneLine>, Vec<String>), Failure> {
    let mut list = List::new();
    look_for_phones(&mut list, None, timeout)?;
    Ok((list.phones, list.problems))
}

/// The backups where Apple's programs keep them, and why there may be more.
pub(super) fn backups_now() -> (Vec<BackupLine>, Vec<String>) {
    let mut list = List::new();
    for folder in default_locations() {
        backups(&folder, &mut list);
    }
    (list.backups, list.problems)
}

/// The backups that lie in a folder, for somebody who named the folder around them.
pub(super) fn backups_inside(folder: &Path) -> Vec<BackupLine> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir() && Backup::locate(path).is_ok())
        .collect();
    paths.sort();
    paths.iter().map(|path| backup(path, &request())).collect()
}

fn look_for_phones(list: &mut List, server: Option<&str>, timeout: u64) -> Result<(), Failure> {
    let mut limits = Limits {
        deadline: Duration::from_secs(timeout),
        ..Limits::default()
    };
    let started = Instant::now();
    let named = connect::server(server, &limits)?;
    limits.spent = started.elapsed();
    match transport::connected(named, &limits) {
        Ok(Connected::Server(addr, devices)) => {
            list.server = Some(addr);
            list.phones = phones(&devices, named);
        }
        Ok(Connected::Cables(cables, why)) => {
            list.phones = on_cables(&cables);
            if let NoServer::Broken(_) = why {
                list.problems.push(format!(
                    "Phones were looked for on the cables alone: no ADB server runs, and {why}."
                ));
            }
        }
        Err(error) => {
            list.not_looked = true;
            list.problems.push(error.to_string());
        }
    }
    Ok(())
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let mut list = List::new();
    look_for_phones(&mut list, args.server.as_deref(), args.timeout)?;
    for folder in default_locations() {
        backups(&folder, &mut list);
    }
    print_list(&list, args.format, |list| table(list, terminal::width()))?;
    let nothing = list.phones.is_empty() && list.backups.is_empty();
    Ok(if nothing && !list.problems.is_empty() {
        4
    } else {
        0
    })
}

fn phones(devices: &[Device], server: Option<SocketAddrV4>) -> Vec<PhoneLine> {
    let only = devices.len() == 1;
    let mut begin = "spotcheck android".to_owned();
    if let Some(server) = server
        && server != SocketAddrV4::new(Ipv4Addr::LOCALHOST, 5037)
    {
        let _ = write!(begin, " --server {server}");
    }
    devices
        .iter()
        .map(|device| {
            let ready = device.state == DeviceState::Ready;
            let command = match &device.serial {
                _ if only => Some(begin.clone()),
                Some(serial) => Some(format!("{begin} --serial {}", quoted(serial))),
                // It cannot be named: the others have to go.
                None => None,
            };
            let words = match &device.serial {
                _ if only => Some(vec!["android".into()]),
                Some(serial) => Some(vec!["android".into(), "--serial".into(), serial.into()]),
                None => None,
            };
            let advice = match &command {
                None if ready => Some("Unplug the other phones: this one states no serial.".into()),
                _ => device.state.advice().map(str::to_owned),
            };
            PhoneLine {
                serial: device.serial.as_deref().map(clean),
                model: device.model.clone(),
                state: device.state.id(),
                state_in_words: device.state.label().to_owned(),
                advice,
                command,
                words,
            }
        })
        .collect()
}

fn on_cables(cables: &[Cable]) -> Vec<PhoneLine> {
    cables
        .iter()
        .map(|cable| {
            let open = cable.name.is_some();
            let several = cables.len() > 1;
            let advice = match open {
                false => DeviceState::NoPermissions.advice().map(str::to_owned),
                true if several => Some(
                    "Unplug all but the one that is meant: without adb they cannot be told apart."
                        .into(),
                ),
                true => None,
            };
            PhoneLine {
                serial: None,
                model: cable.name.as_deref().map(clean),
                state: match open {
                    true => "on-cable",
                    false => DeviceState::NoPermissions.id(),
                },
                state_in_words: match open {
                    true => "on the cable; it is asked for access when it is checked".into(),
                    false => DeviceState::NoPermissions.label().to_owned(),
                },
                advice,
                command: (!several).then(|| "spotcheck android".to_owned()),
                words: (!several).then(|| vec!["android".into()]),
            }
        })
        .collect()
}

/// The backups below one of the default locations.
fn backups(folder: &Path, list: &mut List) {
    let found = match discover(&[folder.to_owned()]) {
        Ok(found) => found,
        Err(error) => {
            list.problems.push(error.to_string());
            return;
        }
    };
    let problems = found.unlisted.iter().map(ToString::to_string);
    list.problems.extend(problems);
    let request = request();
    for input in found.inputs {
        if input.kind == InputKind::Backup {
            list.backups.push(backup(&input.path, &request));
        }
    }
}

/// What tells backups apart.
fn request() -> Request {
    Request::new(
        [Fact::DeviceModel, Fact::DeviceOs, Fact::BackupEncrypted],
        Vec::new(),
        Platform::Ios,
    )
}

fn backup(path: &Path, request: &Request) -> BackupLine {
    let shown = path.display().to_string();
    let command = format!("spotcheck ios {}", quoted(&shown));
    let mut line = BackupLine {
        path: clean_path(&shown),
        at: path.to_owned(),
        model: None,
        system: None,
        made_at: None,
        encrypted: None,
        problem: None,
        command,
    };
    match ios::read(path, request) {
        Ok(evidence) => {
            let value = |fact| evidence.get(fact, &Subject::Device).value().cloned();
            line.model = value(Fact::DeviceModel).map(|model| model.to_string());
            line.system = value(Fact::DeviceOs).map(|system| system.to_string());
            line.encrypted = match value(Fact::BackupEncrypted) {
                Some(Value::Bool(encrypted)) => Some(encrypted),
                _ => None,
            };
            line.made_at = evidence.as_of;
        }
        Err(error) => line.problem = Some(error.to_string()),
    }
    line
}

/// A word for a command line, as the shell of this system takes it.
pub(super) fn quoted(word: &str) -> String {
    quoted_on(System::here(), word)
}

fn quoted_on(system: System, word: &str) -> String {
    let word = clean_path(word);
    let windows = system == System::Windows;
    let special = if windows { '%' } else { '\\' };
    let plain = |c: char| c != special && (c.is_ascii_alphanumeric() || "-_./:\\=@%+,".contains(c));
    if !word.is_empty() && word.chars().all(plain) {
        word
    } else if windows && word.contains(['$', '`']) {
        // PowerShell would run what stands between double marks; cmd knows no others, and then finds no such file.
        format!("'{}'", word.replace('\'', "''"))
    } else if windows {
        // A backslash before the closing mark would take its meaning away.
        let last = word.len() - word.trim_end_matches('\\').len();
        format!("\"{word}{}\"", "\\".repeat(last))
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Without what could deceive a terminal, and never cut short.
fn clean_path(path: &str) -> String {
    path.chars()
        .filter(|c| !crate::evidence::text::deceives(*c))
        .collect()
}

fn table(list: &List, width: usize) -> String {
    let mut text = match list.server {
        Some(server) => format!("Android phones (ADB server at {server})\n"),
        None => "Android phones\n".to_owned(),
    };
    for phone in &list.phones {
        let model = phone.model.as_deref().unwrap_or("model unknown");
        let serial = phone.serial.as_deref().unwrap_or("no serial");
        let _ = writeln!(text, "\n  {model}, {serial}");
        put(
            &mut text,
            width,
            &format!("State: {}.", phone.state_in_words),
        );
        if let Some(advice) = &phone.advice {
            put(&mut text, width, advice);
        }
        if let Some(command) = &phone.command {
            let _ = writeln!(text, "    Check it: {command}");
        }
    }
    if list.not_looked {
        text += "\n  They could not be looked for: see below.\n";
    } else if list.phones.is_empty() {
        text += "\n  None was found.\n";
        for line in debugging::how_to_connect().lines() {
            put(&mut text, width, line);
        }
    }
    text += "\niPhone backups on this computer\n";
    for backup in &list.backups {
        let _ = writeln!(text, "\n  {}", backup.phone());
        put(&mut text, width, &backup.kind());
        if let Some(problem) = &backup.problem {
            put(&mut text, width, problem);
        }
        let _ = writeln!(text, "    Check it: {}", backup.command);
    }
    if list.backups.is_empty() {
        text += "\n  None was found in the places where Apple's programs keep them.\n";
        put(&mut text, width, MAKE_BACKUP);
    }
    if !list.problems.is_empty() {
        text += "\nWhat could not be looked at\n\n";
        for problem in &list.problems {
            for line in problem.lines() {
                put(&mut text, width, line);
            }
        }
    }
    text
}

/// A paragraph below its heading, with its own indent kept.
fn put(text: &mut String, width: usize, paragraph: &str) {
    let words = paragraph.trim_start();
    let indent = " ".repeat(4 + paragraph.len() - words.len());
    let options = textwrap::Options::new(width.max(40))
        .initial_indent(&indent)
        .subsequent_indent(&indent);
    *text += &textwrap::fill(words, options);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(serial: Option<&str>, state: DeviceState) -> Device {
        Device {
            serial: serial.map(str::to_owned),
            state,
            model: Some("Pixel 7".into()),
            transport_id: Some(1),
        }
    }

    #[test]
    fn the_command_names_the_phone_only_where_it_must() {
        let elsewhere: SocketAddrV4 = "127.0.0.1:6000".parse().expect("an address");
        for (devices, server, commands) in [
            (
                vec![device(Some("A1"), DeviceState::Ready)],
                None,
                vec![Some("spotcheck android")],
            ),
            (
                vec![
                    device(Some("A 1"), DeviceState::Ready),
                    device(None, DeviceState::Ready),
                ],
                Some(elsewhere),
                vec![
                    Some("spotcheck android --server 127.0.0.1:6000 --serial 'A 1'"),
                    None,
                ],
            ),
        ] {
            let lines = phones(&devices, server);
            let found: Vec<Option<&str>> = lines.iter().map(|l| l.command.as_deref()).collect();
            if cfg!(unix) {
                assert_eq!(found, commands);
            }
            assert!(
                lines
                    .iter()
                    .all(|l| l.command.is_some() || l.advice.is_some())
            );
        }
    }

    #[test]
    fn phones_on_cables() {
        let cable = |name: Option<&str>| Cable {
            vendor: 1,
            product: 2,
            name: name.map(str::to_owned),
        };
        let [only] =
            <[_; 1]>::try_from(on_cables(&[cable(Some("Maker\u{1b} One"))])).expect("one line");
        assert_eq!(only.model.as_deref(), Some("Maker One"));
        assert_eq!(only.command.as_deref(), Some("spotcheck android"));
        assert_eq!(only.advice, None);
        let two = on_cables(&[cable(None), cable(Some("Maker Two"))]);
        assert_eq!(two[0].state, "no-permissions");
        assert!(two[0].advice.as_deref().is_some_and(|a| a.contains("udev")));
        assert!(two.iter().all(|line| line.command.is_none()));
    }

    #[test]
    fn words_for_a_shell() {
        for (word, unix, windows) in [
            ("/a/b-1", "/a/b-1", "/a/b-1"),
            ("/a b", "'/a b'", "\"/a b\""),
            ("it's", r"'it'\''s'", "\"it's\""),
            (r"C:\a", r"'C:\a'", r"C:\a"),
            (r"C:\a b\", r"'C:\a b\'", r#""C:\a b\\""#),
            ("50%", "50%", "\"50%\""),
            ("$(x)", "'$(x)'", "'$(x)'"),
            ("it's $x", r"'it'\''s $x'", "'it''s $x'"),
            ("", "''", "\"\""),
            ("a\u{1b}b", "ab", "ab"),
        ] {
            assert_eq!(quoted_on(System::Other, word), unix);
            assert_eq!(quoted_on(System::Mac, word), unix);
            assert_eq!(quoted_on(System::Windows, word), windows);
        }
    }
}
