//! The watched test of the power key, offered before the questions of the guided look.

use super::Failure;
use super::guide::{End, Given, Guide, Noted, now};
use crate::android::watch::Watched;
use crate::audit::{Finding, Verdict};
use crate::evidence::{Answer, Manner, Observation};

const KEYS: &str = "  w  watch   s  skip   q  stop (you can keep the answers)\n";

impl Guide<'_> {
    /// Offers the test where nothing else says whether the power key locks at once, and records what was seen.
    pub(super) fn watch(&mut self, given: &mut Given) -> Result<End, Failure> {
        let Some(controls) = self.pages.as_ref().map(|pages| pages.watch_for()) else {
            return Ok(End::Done);
        };
        let audits = (self.judge)(given)?;
        let findings: Vec<&Finding> = audits
            .iter()
            .flat_map(|audit| &audit.findings)
            .filter(|finding| controls.contains(&finding.control))
            .filter(|finding| is_open(finding))
            .collect();
        if findings.is_empty() {
            return Ok(End::Done);
        }
        if let Some(takes) = self.pages.as_ref().and_then(|p| p.too_short_to_watch()) {
            self.ask.say(&format!(
                "\nThe power key is not watched: that takes up to {0} seconds. It is offered with --timeout {0} or more.\n",
                takes.as_secs()
            ));
            return Ok(End::Done);
        }
        self.ask.say(&format!(
            "\nThe power key: nothing that a cable reads proves that it locks this phone at once.\n  \
             Unlock the phone and hold it. Type w and Enter, then press its power key once.\n{KEYS}"
        ));
        loop {
            match self.ask.line("Answer")?.as_deref().map(str::trim) {
                None | Some("q") => return Ok(End::Stopped),
                Some("s") => return Ok(End::Done),
                Some("w") => {}
                Some(_) => {
                    self.ask.say("Type w, s or q, then Enter.\n");
                    continue;
                }
            }
            self.ask.say(
                "Press the power key once, now. Then leave the phone alone for ten seconds.\n",
            );
            let watched = match self.pages.as_mut().map(|pages| pages.watch()) {
                Some(Ok(watched)) => watched,
                Some(Err(why)) => {
                    self.ask
                        .say(&format!("It could not be told: {why}. w tries again.\n"));
                    continue;
                }
                None => return Ok(End::Done),
            };
            self.ask.say(&format!("{}\n", watched.words()));
            match watched {
                Watched::LockedBefore | Watched::DarkBefore | Watched::NotPressed => continue,
                Watched::Locked(_) | Watched::StayedOpen(_) => {}
            }
            match self.pressed()? {
                None => return Ok(End::Stopped),
                Some(false) => continue,
                Some(true) => {}
            }
            let mut recorded = false;
            for finding in &findings {
                let settled = self
                    .pages
                    .as_ref()
                    .and_then(|pages| pages.settled(&finding.control, watched));
                // A line that more than the key decides is not answered, not even one that passes now: kept answers
                // would pass it again where the rest was refused. What was seen stands beside the finding.
                let answer = match settled {
                    Some(true) => Answer::AsItShouldBe,
                    Some(false) => Answer::Otherwise,
                    None => {
                        self.noted.push(Noted {
                            control: finding.control.clone(),
                            subject: finding.subject.clone(),
                            text: format!("watched: {}", note(watched)),
                        });
                        continue;
                    }
                };
                recorded = true;
                given.observations.record(Observation {
                    control: finding.control.clone(),
                    subject: finding.subject.clone(),
                    manner: Manner::Seen,
                    asked: Some(finding.expected.clone()),
                    answer,
                    note: Some(format!("watched: {}", note(watched))),
                    by: self.by.clone(),
                    at: now(),
                });
            }
            if recorded {
                (self.keep)(given)?;
            }
            self.ask.say(match recorded {
                true => "Recorded as seen. Unlock the phone again for what follows.\n",
                false => "Noted beside the line; alone it settles no line. Unlock the phone again for what follows.\n",
            });
            return Ok(End::Done);
        }
    }

    /// A screen that went dark by itself says nothing of the key.
    fn pressed(&mut self) -> Result<Option<bool>, Failure> {
        self.ask.say(
            "Did it go dark because the key was pressed?\n  y  yes   n  no, by itself: watch again   q  stop\n",
        );
        loop {
            match self.ask.line("Answer")?.as_deref().map(str::trim) {
                None | Some("q") => return Ok(None),
                Some("y") => return Ok(Some(true)),
                Some("n") => return Ok(Some(false)),
                Some(_) => self.ask.say("Type y, n or q, then Enter.\n"),
            }
        }
    }
}

/// A line on which somebody may still look.
fn is_open(finding: &Finding) -> bool {
    finding.waiver.is_none()
        && finding.observation.is_none()
        && !matches!(
            finding.verdict,
            Verdict::NotApplicable | Verdict::Declined | Verdict::Fail
        )
}

fn note(watched: Watched) -> String {
    match watched {
        Watched::StayedOpen(after) => format!(
            "still open {:.0} seconds after the power key",
            after.as_secs_f32()
        ),
        Watched::Locked(after) if watched.at_once() != Some(true) => format!(
            "power key pressed, locked {:.0} seconds later at the most",
            after.as_secs_f32().ceil()
        ),
        Watched::Locked(_) => "locked at once after the power key".into(),
        // Said on the screen and asked again; never noted.
        Watched::LockedBefore | Watched::DarkBefore | Watched::NotPressed => watched.words(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_note_calls_at_once_only_what_is() {
        let after = Duration::from_millis;
        for (watched, words) in [
            (
                Watched::Locked(after(2000)),
                "locked at once after the power key",
            ),
            (
                Watched::Locked(after(2001)),
                "power key pressed, locked 3 seconds later at the most",
            ),
            (
                Watched::Locked(after(6250)),
                "power key pressed, locked 7 seconds later at the most",
            ),
            (
                Watched::StayedOpen(after(8000)),
                "still open 8 seconds after the power key",
            ),
        ] {
            assert_eq!(note(watched), words);
            let at_once = words.contains("at once");
            assert_eq!(watched.at_once() == Some(true), at_once, "{words}");
        }
    }
}
