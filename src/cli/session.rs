//! Around one audit: the notice before anything is read, the answers from a file or from the guided look, and keeping
//! them.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::common::People;
use super::guide::{Ask, End, Given, Guide, Noted, Pages};
use super::register::{Place, PlaceArgs};
use super::whole::{Existing, WholeFile};
use super::{Failure, notice, terminal};
use crate::audit::{About, Audit, Finding};
use crate::bounded;
use crate::evidence::{PhoneId, ReadLogEntry};
use crate::observe::answers::{self, Answers, Of};
use crate::observe::{self, Kind};
use crate::profile::Profile;

/// The most that an answers file may hold, in bytes.
const MAX_ANSWERS: u64 = 1 << 20;

/// What people see and say, in one audit.
#[derive(clap::Args, Debug, Clone)]
pub(super) struct SessionArgs {
    /// Answers to what no cable shows, from a TOML file; nothing is asked then
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Print an answers file with the open questions instead of a result, to be filled in
    #[arg(long, conflicts_with_all = ["answers", "save_answers", "output"])]
    answers_template: bool,
    /// Keep the answers in this file as they are given; where it is there already, go on from it
    #[arg(long, value_name = "FILE", conflicts_with = "answers")]
    save_answers: Option<PathBuf>,
    /// Never ask anything
    #[arg(long)]
    no_input: bool,
    /// The day on which the person was given the privacy notice
    #[arg(long, value_name = "DATE")]
    notice_given: Option<Date>,
    /// Record that the person declined: nothing is read, no reason is kept
    #[arg(long)]
    declined: bool,
    #[command(flatten)]
    register: PlaceArgs,
}

/// What is about to happen, for the question before it.
pub(super) struct Opening<'a> {
    pub profiles: &'a [Profile],
    /// What will be read, as a sentence.
    pub reads: String,
    /// The circumstances as the options give them.
    pub about: &'a About,
}

/// One audit with the people in it.
pub(super) struct Session {
    people: People,
    /// The answers file, to be held to.
    answers: Option<Answers>,
    /// Which phone and person the answers from a file are about, and the file.
    earlier: Option<(PathBuf, Of)>,
    save: Option<PathBuf>,
    asks: bool,
    template: bool,
    /// Where the audit is to be kept.
    register: Option<Place>,
    /// Tells the phone from others, for the register.
    phone: Option<PhoneId>,
}

impl SessionArgs {
    /// Whether a password may be asked for.
    pub fn may_ask(&self) -> bool {
        !self.no_input
    }

    /// The person declined before anything was read.
    pub fn is_declined(&self) -> bool {
        self.declined
    }

    fn asks(&self) -> bool {
        !self.no_input
            && self.answers.is_none()
            && !self.answers_template
            && io::stdin().is_terminal()
            && io::stderr().is_terminal()
    }

    /// Reads the answers files, shows on a terminal what will be read, and asks whether to go on. `None`: nothing is to
    /// be done at all.
    pub fn begin(&self, opening: &Opening<'_>) -> Result<Option<Session>, Failure> {
        if let Some(day) = self.notice_given
            && day
                > Timestamp::now()
                    .to_zoned(TimeZone::UTC)
                    .date()
                    .tomorrow()
                    .unwrap_or(day)
        {
            return Err(Failure::Usage(anyhow!(
                "--notice-given {day} is in the future. Give the day on which the notice was given."
            )));
        }
        let mut session = Session {
            people: People {
                given: Given::default(),
                notice_given: self.notice_given,
                declined: self.declined,
            },
            answers: None,
            earlier: None,
            save: self.save_answers.clone(),
            asks: self.asks(),
            template: self.answers_template,
            // One that cannot be written is found before the phone is touched.
            register: match self.answers_template {
                true => None,
                false => self.register.open_to_add()?,
            },
            phone: None,
        };
        if let (Some(place), Some(campaign)) = (&session.register, &opening.about.campaign)
            && let Some(note) = place.will_not_count(campaign, opening.about.staff_ref.as_deref())
        {
            terminal::note(&note)?;
            if session.asks && !place.has_begun(campaign) && !go_on_under(campaign)? {
                return Ok(None);
            }
        }
        if let Some(path) = &self.answers {
            let answers = read(path)?;
            session.take_over(path, &answers);
            session.answers = Some(answers);
        }
        if let Some(path) = self.save_answers.as_ref().filter(|path| path.exists()) {
            let answers = read(path)?;
            let n = answers.observations.iter().count();
            session.take_over(path, &answers);
            terminal::note(&format!(
                "{n} answers are taken over from {}.\n",
                path.display()
            ))?;
        }
        if session.asks && !session.people.declined && session.people.notice_given.is_none() {
            match self.consent(opening)? {
                Consent::Yes => session.people.notice_given = Some(Zoned::now().date()),
                Consent::Declined => session.people.declined = true,
                Consent::Quit => return Ok(None),
            }
        }
        Ok(Some(session))
    }

    fn consent(&self, opening: &Opening<'_>) -> Result<Consent, Failure> {
        let mut ask = OnTerminal;
        let text =
            crate::report::notice::render(notice::trust(), opening.profiles, terminal::width());
        if crate::report::notice::is_unfinished(&text) {
            ask.say("The privacy notice has gaps that the trust has yet to fill in (spotcheck.toml; see spotcheck notice --help).\n\n");
        }
        ask.say(&format!(
            "Before anything is read\n  {}\n  It reads no message, contact, picture or name, and changes nothing.\n\n\
             Has the person had the privacy notice, and are they content to go on?\n{CONSENT}",
            opening.reads
        ));
        loop {
            match ask.line("Answer")?.as_deref().map(str::trim) {
                Some("y") => return Ok(Consent::Yes),
                Some("p") => ask.say(&format!("\n{text}\n{CONSENT}")),
                Some("d") => return Ok(Consent::Declined),
                None | Some("q") => return Ok(Consent::Quit),
                Some(_) => ask.say("Type y, p, d or q, then Enter.\n"),
            }
        }
    }
}

/// Whether a person means the campaign that has not begun. Scripts are not asked: they go on after the note.
fn go_on_under(campaign: &str) -> Result<bool, Failure> {
    let answer = OnTerminal.line(&format!("Go on under {campaign} all the same? y or n"))?;
    Ok(answer.is_some_and(|answer| answer.trim() == "y"))
}

/// The letters at the question before anything is read.
const CONSENT: &str = "  y  yes, go on   p  show the privacy notice   d  the person declines   q  stop; nothing is recorded\n";

enum Consent {
    Yes,
    Declined,
    Quit,
}

/// How a session ended.
pub(super) enum Ended {
    /// These are the audits.
    Audits(Vec<Audit>),
    /// This is the answers file that was asked for.
    Template(String),
}

/// What the guided look has to know of the audit.
pub(super) struct Guided<'a> {
    pub profiles: &'a [Profile],
    /// The circumstances as the options give them.
    pub about: &'a About,
    /// Nothing is asked then: what no cable can decide is set aside.
    pub readable_only: bool,
}

impl Session {
    /// The person declined: nothing is to be read.
    pub fn declined(&self) -> bool {
        self.people.declined
    }

    /// Which phone is read, where anything tells one from another.
    pub fn is_about(&mut self, phone: Option<PhoneId>) {
        self.phone = phone;
    }

    /// The register in which the audit is to be kept, and which phone it is.
    pub fn take_register(&mut self) -> Option<(Place, Option<PhoneId>)> {
        Some((self.register.take()?, self.phone.take()))
    }

    /// Leaves out the guided look.
    pub fn ask_nothing(&mut self) {
        self.asks = false;
    }

    fn take_over(&mut self, path: &Path, answers: &Answers) {
        self.people.given = Given::from_answers(answers);
        self.people.notice_given = self.people.notice_given.or(answers.of.notice_given);
        self.earlier = Some((path.to_owned(), answers.of.clone()));
    }

    /// Which phone and person this is.
    fn of(&self, audits: &[Audit], guided: &Guided<'_>) -> Of {
        let audit = audits.first();
        Of {
            platform: audit.map(|audit| audit.platform),
            model: audit.and_then(|audit| audit.device_model.clone()),
            staff_ref: guided.about.staff_ref.clone(),
            ownership: guided.about.ownership.or(self.people.given.ownership),
            notice_given: self.people.notice_given,
        }
    }

    /// Answers about one phone and person are taken for no other.
    fn check_whose(&self, of: &Of) -> Result<(), Failure> {
        match &self.earlier {
            Some((path, earlier)) => match of.differs(earlier) {
                None => Ok(()),
                Some(why) => Err(Failure::Usage(anyhow!(
                    "The answers in {} are about {why}.\nGive this phone's answers, or another file for new ones.",
                    path.display()
                ))),
            },
            None => Ok(()),
        }
    }

    /// Judges the phone, asking first for what is still open.
    pub fn conclude(
        mut self,
        guided: &Guided<'_>,
        pages: Option<Box<dyn Pages>>,
        judge: impl Fn(&People) -> Result<Vec<Audit>, Failure>,
    ) -> Result<Ended, Failure> {
        let audits = judge(&self.people)?;
        let of = self.of(&audits, guided);
        self.check_whose(&of)?;
        if self.template {
            let apps = observe::apps_to_look_for(&audits, &self.people.given.observations);
            return Ok(Ended::Template(answers::template(
                &observe::questions(&audits),
                &apps,
                &of,
                guided.about.auditor.as_deref(),
                Timestamp::now(),
            )));
        }
        if !self.asks || self.people.declined || guided.readable_only {
            self.check_used(&audits, guided)?;
            return Ok(Ended::Audits(audits));
        }
        let (end, opened, noted) = self.ask(guided, of, pages, &judge)?;
        let mut audits = judge(&self.people)?;
        let open = observe::questions(&audits)
            .iter()
            .filter(|question| question.kind != Kind::PutRight)
            .count();
        for audit in &mut audits {
            audit.read_log.extend(opened.iter().cloned());
            for Noted {
                control,
                subject,
                text,
            } in &noted
            {
                let of = |f: &&mut Finding| f.control == *control && f.subject == *subject;
                if let Some(finding) = audit.findings.iter_mut().find(of) {
                    finding.found = format!("{}; {text}", finding.found);
                }
            }
            if end == End::Stopped {
                audit.warnings.insert(
                    0,
                    format!("STOPPED before the end: {open} questions are still open."),
                );
            }
        }
        Ok(Ended::Audits(audits))
    }

    fn check_used(&self, audits: &[Audit], guided: &Guided<'_>) -> Result<(), Failure> {
        if let Some(answers) = &self.answers {
            let scope: Vec<String> = guided
                .profiles
                .iter()
                .flat_map(|profile| &profile.apps)
                .map(|app| app.id.clone())
                .collect();
            answers
                .check_used(audits, &scope)
                .map_err(|e| Failure::Usage(e.into()))?;
        }
        Ok(())
    }

    fn ask(
        &mut self,
        guided: &Guided<'_>,
        of: Of,
        pages: Option<Box<dyn Pages>>,
        judge: &impl Fn(&People) -> Result<Vec<Audit>, Failure>,
    ) -> Result<(End, Vec<ReadLogEntry>, Vec<Noted>), Failure> {
        let so_far = self.people.clone();
        let judge = |given: &Given| {
            judge(&People {
                given: given.clone(),
                ..so_far.clone()
            })
        };
        let save = self.save.clone();
        let keep = |given: &Given| match &save {
            Some(path) => write(path, given, &of, guided.about.auditor.as_deref()),
            None => Ok(()),
        };
        let mut ask = OnTerminal;
        let mut guide = Guide {
            ask: &mut ask,
            pages,
            by: guided.about.auditor.clone(),
            judge: &judge,
            keep: &keep,
            noted: Vec::new(),
        };
        let end = guide.run(
            guided.profiles,
            guided.about.ownership.is_some(),
            &mut self.people.given,
        )?;
        let opened = guide.pages.map_or_else(Vec::new, |pages| pages.opened());
        let noted = guide.noted;
        if end == End::Stopped {
            self.stopped(&mut ask, &of, guided.about.auditor.as_deref())?;
        }
        ask.say("\n");
        Ok((end, opened, noted))
    }

    /// Keeps the answers of a check that was broken off.
    fn stopped(&self, ask: &mut dyn Ask, of: &Of, by: Option<&str>) -> Result<(), Failure> {
        if self.people.given.observations.is_empty() {
            return Ok(());
        }
        let path = match &self.save {
            Some(path) => path.clone(),
            None => {
                let typed =
                    ask.line("File for the answers so far (Enter alone: do not keep them)")?;
                match typed.as_deref().map(str::trim) {
                    None | Some("") => return Ok(()),
                    Some(path) if Path::new(path).exists() => {
                        ask.say("That file is there already and is not overwritten.\n");
                        return Ok(());
                    }
                    Some(path) => PathBuf::from(path),
                }
            }
        };
        write(&path, &self.people.given, of, by)?;
        ask.say(&format!(
            "The answers are kept in {}. To go on, run the same command with --save-answers {}.\n",
            path.display(),
            path.display()
        ));
        Ok(())
    }
}

fn read(path: &Path) -> Result<Answers, Failure> {
    let name = path.display().to_string();
    let text = bounded::text(path, MAX_ANSWERS)
        .with_context(|| format!("The answers file {name} cannot be read"))
        .map_err(Failure::Usage)?;
    answers::parse(&name, &text).map_err(|e| Failure::Usage(e.into()))
}

/// Writes the answers: a crash leaves the old or the new file whole.
fn write(path: &Path, given: &Given, of: &Of, by: Option<&str>) -> Result<(), Failure> {
    let of = Of {
        ownership: of.ownership.or(given.ownership),
        ..of.clone()
    };
    let text = answers::to_text(&given.observations, &of, by, Timestamp::now());
    WholeFile::open_again(path, Existing::Replace)
        .and_then(|file| file.fill(text.as_bytes()))
        .with_context(|| format!("The answers cannot be kept in {}", path.display()))
        .map_err(Failure::Output)
}

/// Lines that are too long go on below their own indent.
fn set(text: &str, width: usize) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let below = " ".repeat(indent + 2);
            let options = textwrap::Options::new(width.max(20)).subsequent_indent(&below);
            let ends = if line.ends_with('\n') { "\n" } else { "" };
            textwrap::fill(line.trim_end_matches('\n'), options) + ends
        })
        .collect()
}

/// A person at a terminal.
pub(super) struct OnTerminal;

impl Ask for OnTerminal {
    fn say(&mut self, text: &str) {
        // Whoever closed standard error does not want to know.
        let _ = terminal::note(&set(text, terminal::width()));
    }

    fn line(&mut self, prompt: &str) -> Result<Option<String>, Failure> {
        let typed = dialoguer::Input::<String>::new()
            .with_prompt(prompt)
            .allow_empty(true)
            .interact()
            .context("The terminal could not be read. Run the same command again, or use --answers")
            .map_err(Failure::Usage)?;
        // Ctrl-D: nobody wants to answer any more.
        Ok((!typed.contains('\u{4}')).then_some(typed))
    }
}
