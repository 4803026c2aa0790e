//! Reaching the phone that is meant, and keeping the person company while it asks to be allowed.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddrV4;
use std::time::Duration;

use super::Failure;
use crate::android::transport::{self, Answer, Limits, Programs, Target};
use crate::evidence::SourceError;

/// The way that was asked for; whatever there is where none was.
pub(super) fn target(
    tcp: Option<&str>,
    usb: bool,
    server: Option<SocketAddrV4>,
    serial: Option<&str>,
    limits: &Limits,
) -> Result<Target, Failure> {
    let serial = serial.map(str::to_owned);
    Ok(match (tcp, usb, server) {
        (Some(host), _, _) => Target::tcp(host, limits.deadline)?,
        (None, true, _) => Target::Usb,
        (None, false, Some(_)) => Target::server(server, serial)?,
        (None, false, None) => Target::any(serial)?,
    })
}

/// The ADB server that was named.
pub(super) fn server(
    text: Option<&str>,
    limits: &Limits,
) -> Result<Option<SocketAddrV4>, SourceError> {
    text.map(|text| transport::server_addr(text, limits.deadline))
        .transpose()
}

/// Runs a script on the phone, made from the time that is left for it. At a terminal it says how long it still waits for someone to tap Allow.
pub(super) fn run(
    target: &Target,
    script: &dyn Fn(Duration) -> String,
    limits: &Limits,
) -> Result<Answer, SourceError> {
    let mut countdown = Countdown::new(io::stderr().is_terminal());
    let mut line = anstream::stderr();
    transport::run_telling(&Programs::find()?, target, script, limits, &mut |left| {
        // Nobody is left to tell where this cannot be written.
        let _ = line
            .write_all(countdown.turn(left).as_bytes())
            .and_then(|()| line.flush());
    })
}

/// One line that is written over again and again.
struct Countdown {
    on: bool,
    shown: Option<u64>,
}

impl Countdown {
    fn new(on: bool) -> Countdown {
        Countdown { on, shown: None }
    }

    /// What to write now.
    fn turn(&mut self, left: Option<Duration>) -> String {
        // Longer than any of the lines, and shorter than any terminal.
        const WIDTH: usize = 48;
        let seconds = left.map(|left| left.as_secs_f32().ceil() as u64);
        if !self.on || seconds == self.shown {
            return String::new();
        }
        self.shown = seconds;
        match seconds {
            None => format!("\r{:WIDTH$}\r", ""),
            Some(seconds) => {
                let word = if seconds == 1 { "second" } else { "seconds" };
                let text = format!("Tap Allow on the phone: {seconds} {word} left");
                format!("\r{text:WIDTH$}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_rewritten_and_wiped() {
        let mut countdown = Countdown::new(true);
        let mut turn = |left: Option<f32>| countdown.turn(left.map(Duration::from_secs_f32));
        assert_eq!(turn(None), "");
        assert_eq!(
            turn(Some(24.9)).trim_end(),
            "\rTap Allow on the phone: 25 seconds left"
        );
        assert_eq!(turn(Some(24.2)), "");
        assert_eq!(
            turn(Some(1.0)).trim_end(),
            "\rTap Allow on the phone: 1 second left"
        );
        assert!(turn(None).starts_with('\r'));
        assert_eq!(turn(None), "");
    }

    #[test]
    fn without_a_terminal_nothing_is_shown() {
        let mut countdown = Countdown::new(false);
        assert_eq!(countdown.turn(Some(Duration::from_secs(9))), "");
        assert_eq!(countdown.turn(None), "");
    }
}
