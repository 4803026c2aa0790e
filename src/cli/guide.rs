//! The guided look: questions at the terminal about what no cable shows, one at a time, each a line of text and a line
//! of answer, so that it works over SSH, in any Windows terminal and with a screen reader.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;

use super::Failure;
use crate::android::watch::Watched;
use crate::audit::Audit;
use crate::evidence::{
    Answer, AppSeen, Observation, Observations, Presence, ReadLogEntry, Subject, personal,
};
use crate::observe::{self, Kind, Question, answers};
use crate::profile::{Ownership, Profile};

/// Who is asked: a terminal, or a test.
pub(super) trait Ask {
    /// Shows text.
    fn say(&mut self, text: &str);

    /// Asks for one line. `None` where nobody answers any more.
    ///
    /// # Errors
    /// The terminal is gone.
    fn line(&mut self, prompt: &str) -> Result<Option<String>, Failure>;
}

/// Opens a page of the settings on the phone, for the person to look at.
pub(super) trait Pages {
    /// Whether there is a page for this control and subject.
    fn has(&self, control: &str, subject: &Subject) -> bool;

    /// Opens it.
    ///
    /// # Errors
    /// Why it did not open, in plain English.
    fn open(&mut self, control: &str, subject: &Subject) -> Result<(), String>;

    /// The lines that watching the power key can settle; none where something else tells it already.
    fn watch_for(&self) -> Vec<String>;

    /// How long watching takes, where `--timeout` does not leave it so long.
    fn too_short_to_watch(&self) -> Option<Duration>;

    /// What the watched test alone says of a line; `None` where more than that decides it.
    fn settled(&self, control: &str, watched: Watched) -> Option<bool>;

    /// Watches the phone while the person presses the power key.
    ///
    /// # Errors
    /// Why it cannot be told, in plain English.
    fn watch(&mut self) -> Result<Watched, String>;

    /// The commands that were run, for the read log.
    fn opened(&self) -> Vec<ReadLogEntry>;
}

/// What the auditor has answered so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub observations: Observations,
    pub ownership: Option<Ownership>,
}

impl Given {
    /// What earlier answers hold.
    pub fn from_answers(answers: &answers::Answers) -> Given {
        Given {
            observations: answers.observations.clone(),
            ownership: answers.of.ownership,
        }
    }
}

/// What was seen of a line and settles nothing alone: for people, beside what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noted {
    pub control: String,
    pub subject: Subject,
    pub text: String,
}

/// How the questions ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Every question was put.
    Done,
    /// Stopped before the last question.
    Stopped,
}

/// Puts the open questions of an audit.
pub(super) struct Guide<'a> {
    pub ask: &'a mut dyn Ask,
    pub pages: Option<Box<dyn Pages>>,
    /// Reference of the auditor.
    pub by: Option<String>,
    /// Judges the phone with what was answered so far.
    pub judge: &'a dyn Fn(&Given) -> Result<Vec<Audit>, Failure>,
    /// Keeps the answers so far.
    pub keep: &'a dyn Fn(&Given) -> Result<(), Failure>,
    pub noted: Vec<Noted>,
}

/// What became of an answer after what had to be asked about it.
enum Settled {
    Answer(Answer, Option<String>),
    /// The question is put again.
    Again,
    /// Stopped, with the answer that was given before.
    Stop(Option<(Answer, Option<String>)>),
}

/// What was typed at a question.
enum Typed {
    Answer(Answer, Option<String>),
    Back,
    Skip,
    Stop,
    Open,
    Help,
    Unknown(String),
}

impl Guide<'_> {
    /// Asks about everything that is still open.
    pub fn run(
        &mut self,
        profiles: &[Profile],
        ownership_known: bool,
        given: &mut Given,
    ) -> Result<End, Failure> {
        if !ownership_known && given.ownership.is_none() && observe::depends_on_ownership(profiles)
        {
            match self.ownership()? {
                Some(ownership) => {
                    given.ownership = ownership;
                    (self.keep)(given)?;
                }
                None => return Ok(End::Stopped),
            }
        }
        if self.apps(given)? == End::Stopped {
            return Ok(End::Stopped);
        }
        if self.watch(given)? == End::Stopped {
            return Ok(End::Stopped);
        }
        // What failed as read is asked about at the end, when the rest is settled.
        for put_right in [false, true] {
            let audits = (self.judge)(given)?;
            let questions: Vec<Question> = observe::questions(&audits)
                .into_iter()
                .filter(|question| (question.kind == Kind::PutRight) == put_right)
                .collect();
            if put_right && !questions.is_empty() {
                let lines = match questions.len() {
                    1 => "One line fails as it was read. It".to_owned(),
                    n => format!("Now the {n} lines that fail as they were read. Each"),
                };
                self.ask.say(&format!(
                    "\n{lines} can be put right at once, and is then told as put right.\n"
                ));
            }
            if self.questions(&questions, given)? == End::Stopped {
                return Ok(End::Stopped);
            }
        }
        Ok(End::Done)
    }

    /// Whose phone it is; the outer `None` stops.
    fn ownership(&mut self) -> Result<Option<Option<Ownership>>, Failure> {
        self.ask.say(
            "\nWhose phone is this?\n  o  the person's own   t  the trust's   s  skip   q  stop\n",
        );
        loop {
            match self.ask.line("Answer")?.as_deref().map(str::trim) {
                None | Some("q") => return Ok(None),
                Some("o") => return Ok(Some(Some(Ownership::Personal))),
                Some("t") => return Ok(Some(Some(Ownership::Trust))),
                Some("s") => return Ok(Some(None)),
                Some(_) => self.ask.say("Type o, t, s or q, then Enter.\n"),
            }
        }
    }

    fn apps(&mut self, given: &mut Given) -> Result<End, Failure> {
        let audits = (self.judge)(given)?;
        let apps = observe::apps_to_look_for(&audits, &given.observations);
        if apps.is_empty() {
            return Ok(End::Done);
        }
        self.ask.say(
            "\nWhich of these apps are on the phone? Look together at the home screens and the app list.\n  \
             y  it is there   n  it is not   c  cannot tell   d  the person declines\n  \
             b  back   s  skip   q  stop (you can keep the answers)\n",
        );
        let mut at = 0;
        while let Some(app) = apps.get(at) {
            let Some(typed) = self.ask.line(&app.name)? else {
                return Ok(End::Stopped);
            };
            let presence = match typed.trim() {
                "y" => Presence::There,
                "n" => Presence::NotThere,
                "c" => Presence::CannotTell,
                "d" => Presence::Declined,
                "b" => {
                    at = at.saturating_sub(1);
                    continue;
                }
                "s" => {
                    at += 1;
                    continue;
                }
                "q" => return Ok(End::Stopped),
                _ => {
                    self.ask.say("Type y, n, c, d, b, s or q, then Enter.\n");
                    continue;
                }
            };
            given.observations.record_app(AppSeen {
                app: app.id.clone(),
                presence,
                by: self.by.clone(),
                at: now(),
            });
            (self.keep)(given)?;
            at += 1;
        }
        Ok(End::Done)
    }

    fn questions(&mut self, questions: &[Question], given: &mut Given) -> Result<End, Failure> {
        let mut at = 0;
        // The letters are shown again where they are others.
        let mut keys_shown = None;
        while let Some(question) = questions.get(at) {
            self.ask.say(&shown(question, at + 1, questions.len()));
            let has_page = self
                .pages
                .as_ref()
                .is_some_and(|pages| pages.has(&question.control, &question.subject));
            if keys_shown != Some(question.kind) || question.kind == Kind::PutRight {
                self.ask.say(&keys(question.kind, has_page));
                keys_shown = Some(question.kind);
            } else {
                self.ask.say(short_keys(question.kind));
            }
            let earlier = given.observations.of(
                &question.control,
                &question.subject,
                question.kind.manner(),
                question.asked(),
            );
            if let Some(earlier) = earlier {
                let word = earlier.answer.id(earlier.manner).unwrap_or_default();
                self.ask
                    .say(&format!("  Your answer so far: {word}. s keeps it.\n"));
            }
            loop {
                let Some(line) = self.ask.line("Answer")? else {
                    return Ok(End::Stopped);
                };
                match typed(&line, question.kind) {
                    Typed::Answer(answer, note) => {
                        let (answer, note) = match self.settled(question, answer, note)? {
                            Settled::Answer(answer, note) => (answer, note),
                            Settled::Again => continue,
                            Settled::Stop(answered) => {
                                if let Some((answer, note)) = answered {
                                    self.record(question, answer, note, given)?;
                                }
                                return Ok(End::Stopped);
                            }
                        };
                        self.record(question, answer, note, given)?;
                        at += 1;
                    }
                    Typed::Skip => at += 1,
                    Typed::Back => at = at.saturating_sub(1),
                    // Nothing is open any more: what failed stays so.
                    Typed::Stop if question.kind == Kind::PutRight => return Ok(End::Done),
                    Typed::Stop => return Ok(End::Stopped),
                    Typed::Open if has_page => {
                        self.open(question);
                        continue;
                    }
                    Typed::Open => {
                        self.ask
                            .say("There is no page to open here. Use the path above.\n");
                        continue;
                    }
                    Typed::Help => {
                        self.ask.say(&keys(question.kind, has_page));
                        continue;
                    }
                    Typed::Unknown(why) => {
                        self.ask.say(&format!("{why}\n"));
                        continue;
                    }
                }
                break;
            }
        }
        Ok(End::Done)
    }

    /// What was seen otherwise may be put right at once; what does not apply needs a reason.
    fn settled(
        &mut self,
        question: &Question,
        answer: Answer,
        note: Option<String>,
    ) -> Result<Settled, Failure> {
        if answer == Answer::DoesNotApply && note.is_none() {
            return self.reason(question.kind);
        }
        if question.kind != Kind::Look
            || answer != Answer::Otherwise
            || question.put_right.is_empty()
        {
            return Ok(Settled::Answer(answer, note));
        }
        self.ask.say(&format!(
            "  To put it right: {}\n  f  it was put right just now, and I have seen it   Enter  it stays as it is   b  ask again   q  stop\n",
            question.put_right
        ));
        loop {
            match self.ask.line("Put right")?.as_deref().map(str::trim) {
                None | Some("q") => return Ok(Settled::Stop(Some((Answer::Otherwise, note)))),
                Some("") => return Ok(Settled::Answer(Answer::Otherwise, note)),
                Some("f") => return Ok(Settled::Answer(Answer::Fixed, note)),
                Some("b") => return Ok(Settled::Again),
                Some(_) => self.ask.say("Type f, b or q and Enter, or Enter alone.\n"),
            }
        }
    }

    /// Why a line does not apply.
    fn reason(&mut self, kind: Kind) -> Result<Settled, Failure> {
        loop {
            let Some(line) = self.ask.line("Why does it not apply? (b  ask again)")? else {
                return Ok(Settled::Stop(None));
            };
            let note = crate::evidence::text::clean(line.trim());
            if note == "b" {
                return Ok(Settled::Again);
            }
            if let Err(why) = personal::check(&note) {
                self.ask.say(&format!("Nothing was kept. {why}\n"));
            } else if !note.is_empty() {
                return Ok(Settled::Answer(Answer::DoesNotApply, Some(note)));
            } else if !answers::needs_note(kind.manner(), Answer::DoesNotApply) {
                return Ok(Settled::Answer(Answer::DoesNotApply, None));
            }
        }
    }

    fn record(
        &mut self,
        question: &Question,
        answer: Answer,
        note: Option<String>,
        given: &mut Given,
    ) -> Result<(), Failure> {
        given.observations.record(Observation {
            control: question.control.clone(),
            subject: question.subject.clone(),
            manner: question.kind.manner(),
            asked: Some(question.asked().to_owned()),
            answer,
            note,
            by: self.by.clone(),
            at: now(),
        });
        (self.keep)(given)
    }

    fn open(&mut self, question: &Question) {
        if let Some(pages) = self.pages.as_mut() {
            let text = match pages.open(&question.control, &question.subject) {
                Ok(()) => "The page is open on the phone. Nothing was changed.\n".to_owned(),
                Err(why) => format!("The page did not open: {why}. Use the path above.\n"),
            };
            self.ask.say(&text);
        }
    }
}

/// To the second: what is finer would only make files longer.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn shown(question: &Question, number: usize, of: usize) -> String {
    let mut out = format!(
        "\nQuestion {number} of {of}: {} {} ({})\n",
        question.control, question.title, question.subject_name
    );
    let what = match question.kind {
        Kind::Look => "Look at the phone. ",
        Kind::Ask => "Ask the person. ",
        Kind::PutRight => "Failed: ",
    };
    let text = match question.kind {
        Kind::PutRight => &question.title,
        Kind::Look | Kind::Ask => &question.text,
    };
    let _ = writeln!(out, "  {what}{text}");
    for (label, text) in [
        ("Where", &question.look),
        ("Should be", &question.expected),
        ("So far", &question.so_far),
    ] {
        if !text.is_empty() {
            let _ = writeln!(out, "  {label}: {text}");
        }
    }
    if question.kind == Kind::PutRight && !question.put_right.is_empty() {
        let _ = writeln!(out, "  To put it right: {}", question.put_right);
    }
    if !question.beside.is_empty() {
        let _ = writeln!(out, "  Seen on the phone: {}", question.beside.join("; "));
    }
    out
}

fn keys(kind: Kind, has_page: bool) -> String {
    let mut out = match kind {
        Kind::Look => {
            "  y  as it should be   n  not as it should be   f  was not, and was put right just now\n  \
             c  cannot tell   a  does not apply   d  the person declines\n"
        }
        Kind::Ask => {
            "  y  yes   n  no   c  cannot tell   a  does not apply   d  the person declines\n"
        }
        Kind::PutRight => {
            "  f  it was put right just now, and I have seen it   s  it stays as it is\n  \
             r  it was right already, as I see now (the reading is older)\n"
        }
    }
    .to_owned();
    if has_page {
        out += "  o  open the page on the phone (it changes nothing)\n";
    }
    out += match kind {
        Kind::Look | Kind::Ask => {
            "  b  back   s  skip   q  stop, with the result so far (you can keep the answers)   ?  these keys\n"
        }
        Kind::PutRight => "  b  back   q  leave the rest as they are   ?  these keys\n",
    };
    out += "  A short note may follow the letter: n preview shows the name. No names, numbers or patients.\n";
    out
}

/// The letters that nearly everybody needs, where all were shown before.
fn short_keys(kind: Kind) -> &'static str {
    match kind {
        Kind::Look => "  y  as it should be   n  not as it should be   s  skip   ?  all keys\n",
        Kind::Ask => "  y  yes   n  no   s  skip   ?  all keys\n",
        Kind::PutRight => "",
    }
}

fn typed(line: &str, kind: Kind) -> Typed {
    let line = line.trim();
    let (key, note) = line
        .split_once(char::is_whitespace)
        .map_or((line, ""), |(key, note)| (key, note.trim()));
    let answer = match (key.to_ascii_lowercase().as_str(), kind) {
        ("b", _) => return Typed::Back,
        ("s", _) => return Typed::Skip,
        ("q", _) => return Typed::Stop,
        ("?" | "h", _) => return Typed::Help,
        ("o", _) => return Typed::Open,
        ("f", Kind::Look | Kind::PutRight) => Answer::Fixed,
        ("y", Kind::Look | Kind::Ask) | ("r", Kind::PutRight) => Answer::AsItShouldBe,
        ("n", Kind::Look | Kind::Ask) => Answer::Otherwise,
        ("c", Kind::Look | Kind::Ask) => Answer::CannotTell,
        ("a", Kind::Look | Kind::Ask) => Answer::DoesNotApply,
        ("d", Kind::Look | Kind::Ask) => Answer::Declined,
        ("", _) => return Typed::Unknown("Type a letter, then Enter. ? shows the letters.".into()),
        _ => {
            return Typed::Unknown(
                "That is none of the letters. ? shows them. A note comes after a letter and a space.".into(),
            );
        }
    };
    let note = crate::evidence::text::clean(note);
    if let Err(why) = personal::check(&note) {
        return Typed::Unknown(format!("Nothing was kept. {why} Answer again."));
    }
    let note = (!note.is_empty()).then_some(note);
    Typed::Answer(answer, note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_notes() {
        let text = |line: &str, kind| match typed(line, kind) {
            Typed::Answer(answer, note) => format!("{answer:?} {note:?}"),
            Typed::Back => "back".into(),
            Typed::Skip => "skip".into(),
            Typed::Stop => "stop".into(),
            Typed::Open => "open".into(),
            Typed::Help => "help".into(),
            Typed::Unknown(why) => why,
        };
        for (line, kind, expected) in [
            ("y", Kind::Look, "AsItShouldBe None"),
            (" Y ", Kind::Ask, "AsItShouldBe None"),
            (
                "n  shows the text",
                Kind::Look,
                "Otherwise Some(\"shows the text\")",
            ),
            ("f", Kind::Look, "Fixed None"),
            ("f", Kind::Ask, "That is none"),
            ("y", Kind::PutRight, "That is none"),
            ("r", Kind::PutRight, "AsItShouldBe None"),
            ("c", Kind::PutRight, "That is none"),
            ("f", Kind::PutRight, "Fixed None"),
            ("a", Kind::Look, "DoesNotApply None"),
            (
                "a no second user",
                Kind::Look,
                "DoesNotApply Some(\"no second user\")",
            ),
            ("a", Kind::Ask, "DoesNotApply None"),
            (
                "n call 07700 900123",
                Kind::Look,
                "Nothing was kept. It holds something that looks like a phone number",
            ),
            ("", Kind::Look, "Type a letter"),
            ("yes", Kind::Look, "That is none"),
            ("b", Kind::Ask, "back"),
            ("q", Kind::Look, "stop"),
        ] {
            assert!(
                text(line, kind).starts_with(expected),
                "{line}: {}",
                text(line, kind)
            );
        }
    }
}
