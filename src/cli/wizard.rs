//! `spotcheck` alone on a terminal: a few questions, each with the command that would do the same, and then that command.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use jiff::Zoned;

use super::checklist::ProfileArgs;
use super::devices::{self, quoted};
use super::guide::Ask;
use super::whole::{Existing, WholeFile};
use super::{Failure, config, terminal};
use crate::android::debugging;
use crate::evidence::text::clean;
use crate::evidence::{Platform, personal};
use crate::ios::backup::Backup;
use crate::profile::{self, Profile};

/// How long the ADB server may take to list the phones, in seconds.
const PATIENCE: u64 = 30;

const WELCOME: &str = "\
This is spotcheck. It checks the messaging settings of one phone,
together with the person who holds it. It changes nothing.
Nothing of the phone is read before you both agree.

Type a letter or a number, then Enter. At every question: b  back   q  stop
";

/// Whether somebody sits there who can answer.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// What one question came to.
enum Step<T> {
    Answer(T),
    Back,
    Stop,
}

/// Where an answer to a line of the checklist comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Read(Platform),
    Look(Platform),
}

impl Way {
    fn platform(self) -> Platform {
        match self {
            Way::Read(platform) | Way::Look(platform) => platform,
        }
    }

    /// The words of its command.
    fn words(self) -> Vec<OsString> {
        let platform = self.platform().id().into();
        match self {
            Way::Read(_) => vec![platform],
            Way::Look(_) => vec!["look".into(), platform],
        }
    }
}

/// What was answered so far: the words of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    way: Way,
    /// The command with what it reads.
    source: Vec<OsString>,
    /// What the checklist adds.
    checklist: Vec<OsString>,
    /// What the slip adds.
    slip: Vec<OsString>,
    /// Whose phone it is and for which round, where a register keeps that.
    staff_ref: Vec<OsString>,
    campaign: Vec<OsString>,
}

impl Choice {
    fn words(&self) -> Vec<OsString> {
        [
            &self.source,
            &self.checklist,
            &self.slip,
            &self.staff_ref,
            &self.campaign,
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
    }

    /// The command as it can be copied.
    fn command(&self) -> String {
        let words = self.words();
        let words = words.iter().map(|word| quoted(&word.to_string_lossy()));
        std::iter::once("spotcheck".to_owned())
            .chain(words)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// What was chosen.
pub(super) struct Chosen {
    /// The words of the command after the program's name.
    pub words: Vec<OsString>,
    /// The file of the slip, where there is one.
    pub slip: Option<PathBuf>,
}

/// The four questions, two more where a register is named, and whether to begin. `None` where somebody stopped.
///
/// # Errors
/// The terminal is gone, or a setting is wrong.
pub(super) fn ask(ask: &mut dyn Ask) -> Result<Option<Chosen>, Failure> {
    ask.say(WELCOME);
    let mut choice = Choice {
        way: Way::Read(Platform::Android),
        source: Vec::new(),
        checklist: Vec::new(),
        slip: Vec::new(),
        staff_ref: Vec::new(),
        campaign: Vec::new(),
    };
    let keeps = config::current().trust.register.file.is_some();
    let mut step = 1;
    loop {
        let looks = matches!(choice.way, Way::Look(_));
        let done = match step {
            1 => which_phone(ask)?.map(|way| {
                choice.way = way;
                choice.source = way.words();
            }),
            // There is nothing to connect.
            2 if looks => Step::Answer(()),
            2 if choice.way == Way::Read(Platform::Ios) => backup(ask)?.map(|s| choice.source = s),
            2 => phone(ask)?.map(|source| choice.source = source),
            3 => checklist(ask, choice.way.platform())?.map(|words| choice.checklist = words),
            4 => slip(ask, &choice)?.map(|words| choice.slip = words),
            5 | 6 if !keeps => Step::Answer(()),
            5 => staff_ref(ask)?.map(|words| choice.staff_ref = words),
            6 => campaign(ask)?.map(|words| choice.campaign = words),
            _ => begin(ask, &choice)?,
        };
        match done {
            Step::Stop => {
                ask.say("\nStopped. Nothing was read and nothing is kept.\n");
                return Ok(None);
            }
            Step::Answer(()) if step == 7 => {
                return Ok(Some(Chosen {
                    words: choice.words(),
                    slip: choice.slip.last().map(PathBuf::from),
                }));
            }
            Step::Answer(()) => {
                // The command for a backup is whole only with its folder.
                let whole = step > 1 || choice.way != Way::Read(Platform::Ios);
                if step < 4 && whole && !(looks && step == 2) {
                    ask.say("\nAs a command, so far:\n");
                    show(&choice.command());
                }
                step += 1;
            }
            Step::Back => {
                step = match step {
                    3 if looks => 1,
                    7 if !keeps => 4,
                    step => step.max(2) - 1,
                };
                // What was answered from there on is open again.
                choice.campaign.clear();
                if step <= 5 {
                    choice.staff_ref.clear();
                }
                if step <= 4 {
                    choice.slip.clear();
                }
                if step <= 3 {
                    choice.checklist.clear();
                }
                if step <= 2 {
                    choice.source = choice.way.words();
                }
            }
        }
    }
}

impl<T> Step<T> {
    fn map<U>(self, with: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Step::Answer(answer) => Step::Answer(with(answer)),
            Step::Back => Step::Back,
            Step::Stop => Step::Stop,
        }
    }
}

/// Shows a command on one line of its own, however long it is.
fn show(command: &str) {
    // A line that is folded cannot be copied.
    let _ = terminal::note(&format!("  {command}\n"));
}

/// Puts a question until `with` takes the answer; what it says otherwise is told.
fn question<T>(
    ask: &mut dyn Ask,
    mut with: impl FnMut(&str) -> Result<T, String>,
) -> Result<Step<T>, Failure> {
    loop {
        let typed = match ask.line("Answer")? {
            None => return Ok(Step::Stop),
            Some(typed) => typed.trim().to_owned(),
        };
        match typed.as_str() {
            "q" | "Q" => return Ok(Step::Stop),
            "b" | "B" => return Ok(Step::Back),
            typed => match with(typed) {
                Ok(answer) => return Ok(Step::Answer(answer)),
                Err(why) => ask.say(&format!("{why}\n")),
            },
        }
    }
}

fn which_phone(ask: &mut dyn Ask) -> Result<Step<Way>, Failure> {
    ask.say(
        "\nStep 1 of 4: which phone?\n  \
         a  an Android phone, on a cable\n  \
         i  an iPhone, from a backup on this computer\n  \
         s  an Android phone without a cable: you look at its screen together\n  \
         t  an iPhone without a backup: you look at its screen together\n",
    );
    question(ask, |typed| match typed.to_lowercase().as_str() {
        "a" => Ok(Way::Read(Platform::Android)),
        "i" => Ok(Way::Read(Platform::Ios)),
        "s" => Ok(Way::Look(Platform::Android)),
        "t" => Ok(Way::Look(Platform::Ios)),
        _ => Err("Type a, i, s or t, then Enter. q stops.".into()),
    })
}

/// The phone on the cable, looked for as `spotcheck devices` does.
fn phone(ask: &mut dyn Ask) -> Result<Step<Vec<OsString>>, Failure> {
    loop {
        ask.say("\nStep 2 of 4: connect the phone\nPlug it in and unlock it. Looking for phones; as a command:\n");
        show("spotcheck devices");
        let (phones, problems) = devices::phones_now(PATIENCE)?;
        let mut text = String::from("\n");
        for problem in &problems {
            text += &format!("{problem}\n");
        }
        let ready: Vec<&devices::PhoneLine> = phones.iter().filter(|p| p.words.is_some()).collect();
        for phone in &phones {
            let model = phone.model.as_deref().unwrap_or("model unknown");
            let serial = phone.serial.as_deref().unwrap_or("no serial");
            let number = ready.iter().position(|other| std::ptr::eq(*other, phone));
            let number = number.map_or_else(|| "-".into(), |at| (at + 1).to_string());
            text += &format!("  {number}  {model}, {serial}: {}\n", phone.state_in_words);
            if let Some(advice) = &phone.advice {
                text += &format!("     {advice}\n");
            }
        }
        if phones.is_empty() && problems.is_empty() {
            text += &format!("No phone was found.\n{}\n", debugging::how_to_connect());
        }
        text += match ready.is_empty() {
            true => "Enter alone: look again\n",
            false => "Type the number of the phone. Enter alone: look again\n",
        };
        ask.say(&text);
        let chosen = question(ask, |typed| match typed {
            "" => Ok(None),
            typed => match numbered(typed, &ready) {
                Some(phone) => Ok(phone.words.clone()),
                None => Err("That is no number of a phone above. Enter alone looks again.".into()),
            },
        })?;
        match chosen {
            Step::Answer(None) => {}
            Step::Answer(Some(words)) => return Ok(Step::Answer(words)),
            Step::Back => return Ok(Step::Back),
            Step::Stop => return Ok(Step::Stop),
        }
    }
}

fn numbered<'a, T>(typed: &str, among: &'a [T]) -> Option<&'a T> {
    let number: usize = typed.parse().ok()?;
    among.get(number.checked_sub(1)?)
}

/// A backup in one of the default places, or a folder that is typed.
fn backup(ask: &mut dyn Ask) -> Result<Step<Vec<OsString>>, Failure> {
    ask.say("\nStep 2 of 4: the backup\nLooking in the usual places; as a command:\n");
    show("spotcheck devices");
    let (mut backups, problems) = devices::backups_now();
    let mut text = String::from("\n");
    for problem in &problems {
        text += &format!("{problem}\n");
    }
    text += &listed(&backups);
    if backups.is_empty() {
        text += &format!(
            "None was found there. {}\nType the path of the backup's folder.\n",
            devices::MAKE_BACKUP
        );
    } else {
        text += "Type the number of a backup, or the path of another backup's folder.\n";
    }
    ask.say(&text);
    question(ask, |typed| {
        let path = match numbered(typed, &backups) {
            Some(backup) => backup.at.clone(),
            None if typed.is_empty() => {
                return Err("Type a number or a path. q stops.".into());
            }
            None => typed_path(typed),
        };
        // Nothing of the backup is read for that.
        if let Err(error) = Backup::locate(&path) {
            let inside = devices::backups_inside(&path);
            if inside.is_empty() {
                return Err(error.to_string());
            }
            let list = listed(&inside);
            backups = inside;
            return Err(format!(
                "That folder is no backup itself. These are in it:\n{list}Type the number of one, or another path."
            ));
        }
        Ok(vec!["ios".into(), path.into_os_string()])
    })
}

/// Backups with the numbers to type. Those that look alike bear their folder's name.
fn listed(backups: &[devices::BackupLine]) -> String {
    let looks: Vec<String> = backups
        .iter()
        .map(|backup| format!("{}, {}", backup.phone(), backup.kind()))
        .collect();
    let mut text = String::new();
    for (at, (backup, look)) in backups.iter().zip(&looks).enumerate() {
        text += &format!("  {}  {look}", at + 1);
        let alike = looks.iter().filter(|other| *other == look).count() > 1;
        if let Some(name) = backup.at.file_name().filter(|_| alike) {
            text += &format!(", in the folder {}", clean(&name.to_string_lossy()));
        }
        text += "\n";
        if let Some(problem) = &backup.problem {
            text += &format!("     {problem}\n");
        }
    }
    text
}

/// A path as people type it, or as a terminal puts it there when a folder is dropped on it.
fn typed_path(typed: &str) -> PathBuf {
    let bare = ['"', '\''].iter().find_map(|quote| {
        let inner = typed.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!inner.is_empty()).then(|| inner.to_owned())
    });
    let path = match bare {
        Some(inner) => inner,
        // A terminal of Unix puts a backslash before a space.
        None if cfg!(unix) => typed.replace("\\ ", " "),
        None => typed.to_owned(),
    };
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(path),
    }
}

fn checklist(ask: &mut dyn Ask, platform: Platform) -> Result<Step<Vec<OsString>>, Failure> {
    let usual = ProfileArgs::default().load()?;
    let shipped: Vec<Profile> = profile::shipped_ids()
        .map(|id| profile::load(id, &[]))
        .collect::<Result<_, _>>()?;
    let shipped: Vec<&Profile> = shipped.iter().filter(|p| p.covers(platform)).collect();
    let mut text = String::from("\nStep 3 of 4: which checklist?\n");
    for (at, profile) in shipped.iter().enumerate() {
        text += &format!("  {}  {} ({})\n", at + 1, profile.title, profile.id);
    }
    let names: Vec<&str> = usual.iter().map(|profile| profile.id.as_str()).collect();
    let from = match config::current().origin("defaults.profile") {
        Some(origin) => format!("{} ({origin})", names.join(", ")),
        None => names.join(", "),
    };
    text += &format!("Type its number. Enter alone: {}\n", clean(&from));
    ask.say(&text);
    question(ask, |typed| match (typed, numbered(typed, &shipped)) {
        ("", _) => Ok(Vec::new()),
        (_, Some(profile)) => Ok(vec!["--profile".into(), profile.id.clone().into()]),
        // One of the trust's own, by its name or file.
        (typed, None) => match profile::load(typed, &[]) {
            Ok(profile) if profile.covers(platform) => Ok(vec!["--profile".into(), typed.into()]),
            Ok(_) => Err("That checklist does not speak about this kind of phone.".into()),
            Err(error) => Err(format!("{error}\nType a number, or Enter alone.")),
        },
    })
}

fn slip(ask: &mut dyn Ask, choice: &Choice) -> Result<Step<Vec<OsString>>, Failure> {
    let several = choice.checklist.is_empty() && config::current().trust.defaults.profile.len() > 1;
    let usual = usual_slip(several);
    ask.say(&format!(
        "\nStep 4 of 4: the slip\nThe person gets the result on paper. It is written to a file, to be printed.\n\
         Enter alone: {usual}. Or type another name that ends in .pdf or .txt.   n  no slip\n"
    ));
    question(ask, |typed| {
        let name = match typed {
            "n" | "N" => return Ok(Vec::new()),
            "" => usual.clone(),
            typed => typed_path(typed).display().to_string(),
        };
        let path = Path::new(&name);
        let ending = super::output::ending(path);
        if !matches!(ending.as_deref(), Some("pdf" | "txt")) {
            return Err("End the name in .pdf (to print) or .txt.".into());
        }
        if !name.contains("{profile}") {
            // It is found out now, and nothing is left there.
            WholeFile::open(path, Existing::Keep).map_err(|error| {
                format!("{name} cannot be written: {error}. Type another name.")
            })?;
        }
        Ok(vec!["-o".into(), name.into()])
    })
}

/// A name that is not taken, in the current folder. Several checklists have a slip each.
fn usual_slip(several: bool) -> String {
    let now = Zoned::now().strftime("slip-%Y-%m-%d-%H%M").to_string();
    let each = if several { "-{profile}" } else { "" };
    let name = |number: u32| match number {
        1 => format!("{now}{each}.pdf"),
        n => format!("{now}-{n}{each}.pdf"),
    };
    let free = |name: &String| Path::new(name).symlink_metadata().is_err();
    (1..100).map(name).find(free).unwrap_or_else(|| name(100))
}

fn staff_ref(ask: &mut dyn Ask) -> Result<Step<Vec<OsString>>, Failure> {
    ask.say(
        "\nFor the register: whose phone is it?\nType the person's reference, never a name. Enter alone: none\n",
    );
    question(ask, |typed| match typed {
        "" => Ok(Vec::new()),
        typed => {
            personal::check_reference(typed)?;
            Ok(vec![format!("--staff-ref={}", clean(typed)).into()])
        }
    })
}

fn campaign(ask: &mut dyn Ask) -> Result<Step<Vec<OsString>>, Failure> {
    let usual = config::current().trust.defaults.campaign.as_deref();
    ask.say(&format!(
        "\nFor the register: which round of spot checks (campaign)?\nType its name. Enter alone: {}\n",
        usual.unwrap_or("none")
    ));
    question(ask, |typed| match typed {
        "" => Ok(Vec::new()),
        typed => {
            personal::check_campaign(typed)?;
            Ok(vec![format!("--campaign={typed}").into()])
        }
    })
}

fn begin(ask: &mut dyn Ask, choice: &Choice) -> Result<Step<()>, Failure> {
    ask.say("\nReady. This command does the same without these questions:\n");
    show(&choice.command());
    ask.say("Enter alone: begin   b  back   q  stop\n");
    question(ask, |typed| match typed {
        "" | "y" | "Y" => Ok(()),
        _ => Err("Press Enter to begin, or type b or q.".into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_they_are_typed_or_dropped() {
        let home = std::env::home_dir().unwrap_or_default();
        for (typed, path) in [
            ("/a/b", PathBuf::from("/a/b")),
            ("'/a b/c'", "/a b/c".into()),
            ("\"/a b\"", "/a b".into()),
            ("\"", "\"".into()),
            ("~/backups", home.join("backups")),
        ] {
            assert_eq!(typed_path(typed), path, "{typed}");
        }
        if cfg!(unix) {
            assert_eq!(typed_path("/a\\ b"), PathBuf::from("/a b"));
        }
    }

    #[test]
    fn the_command_can_be_copied() {
        let choice = Choice {
            way: Way::Read(Platform::Ios),
            source: vec!["ios".into(), "/a b".into()],
            checklist: vec!["--profile".into(), "teams-only".into()],
            slip: vec!["-o".into(), "slip.pdf".into()],
            staff_ref: vec!["--staff-ref=S-014".into()],
            campaign: Vec::new(),
        };
        if cfg!(unix) {
            assert_eq!(
                choice.command(),
                "spotcheck ios '/a b' --profile teams-only -o slip.pdf --staff-ref=S-014"
            );
        }
    }
}
