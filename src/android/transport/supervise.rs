//! Starting the helper, listening to it until the answer is whole, and ending it whatever happens.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::choose::Way;
use super::explain::{Stage, Why};
use super::frame::Frame;
use super::helper::{ARGUMENT, Cable, Event, Fault, Job, Kind, Link};
use super::server::NoServer;
use super::{Limits, Phone, Programs, Waiting};
use crate::evidence::SourceError;

/// How long the helper may take to end once the end mark has come. The library can hang after a whole answer (when
/// the link drops just then); whatever comes within this time still counts, so that a longer answer is noticed.
const LINGER: Duration = Duration::from_millis(500);

/// The most that the helper may say of itself, in bytes.
const MAX_EVENTS: u64 = 8192;

enum Heard {
    Output(Vec<u8>),
    Event(Event),
    /// One of its two streams ended.
    End,
}

/// Ends the helper when it goes out of scope, on every path.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes the command from the time that is left for it.
pub(super) type Making<'a> = &'a dyn Fn(Duration) -> String;

/// How often those who wait are told so.
const TICK: Duration = Duration::from_millis(250);

/// Runs the helper and gives all output of the phone, which may still be incomplete, and the phone that it came from.
pub(super) fn run(
    programs: &Programs,
    way: &Way,
    command: Making<'_>,
    frame: &Frame,
    limits: &Limits,
    end: Instant,
    waiting: Waiting<'_>,
) -> Result<(Vec<u8>, Phone), SourceError> {
    let heard = help(programs, way, command, frame, limits, end, waiting)?;
    let phone = match &way.link {
        Link::Server { addr, device } => Phone::Server {
            addr: *addr,
            device: device.clone(),
        },
        Link::Tcp { addr, .. } => Phone::Tcp(*addr),
        Link::Usb { .. } | Link::Cables => match heard.cable {
            Some(cable) => Phone::Usb(cable),
            None => {
                return Err(trouble(
                    "The helper does not say which phone it reached.".into(),
                ));
            }
        },
    };
    Ok((heard.raw, phone))
}

/// The phones on cables.
pub(super) fn cables(
    programs: &Programs,
    for_want_of_adb: Option<NoServer>,
    limits: &Limits,
    end: Instant,
) -> Result<Vec<Cable>, SourceError> {
    let way = Way {
        link: Link::Cables,
        for_want_of_adb,
    };
    let frame = Frame::new();
    help(
        programs,
        &way,
        &|_| String::new(),
        &frame,
        limits,
        end,
        &mut |_| (),
    )?
    .cables
    .ok_or_else(|| trouble("The helper does not say which phones there are.".into()))
}

fn trouble(what: String) -> SourceError {
    SourceError::new(
        what,
        "Run the same command again. If it stays so, this is a fault of spotcheck: please report it.",
    )
}

fn help(
    programs: &Programs,
    way: &Way,
    command: Making<'_>,
    frame: &Frame,
    limits: &Limits,
    end: Instant,
    waiting: Waiting<'_>,
) -> Result<Told, SourceError> {
    let job = Job {
        link: way.link.clone(),
        max_bytes: limits.max_bytes,
        deadline: end.saturating_duration_since(Instant::now()),
    };
    let mut line = serde_json::to_vec(&job)
        .map_err(|e| trouble(format!("The helper's job cannot be written: {e}.")))?;
    line.push(b'\n');

    let child = Command::new(&programs.own)
        .arg(ARGUMENT)
        // The library sends TERM to the phone, unchecked, as part of the command; and it would write the keys of an
        // encrypted connection to this file.
        .env_remove("TERM")
        .env_remove("SSLKEYLOGFILE")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| {
            trouble(format!(
                "The helper that talks to the phone could not be started: {e}."
            ))
        })?;
    let mut child = Ended(child);
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) = (
        child.0.stdin.take(),
        child.0.stdout.take(),
        child.0.stderr.take(),
    ) else {
        return Err(trouble(
            "The helper that talks to the phone has no pipes.".into(),
        ));
    };

    // All three threads end when the helper does, as its pipes close then.
    let (heard, hear) = mpsc::channel();
    let (order, ordered) = mpsc::channel::<Vec<u8>>();
    thread::scope(|scope| {
        let child = child;
        // Kept open until all is over: the helper ends when it closes.
        let writer = scope.spawn(move || {
            let _ = stdin.write_all(&line);
            for line in ordered {
                let _ = stdin.write_all(&line);
            }
            stdin
        });
        let output = heard.clone();
        scope.spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(n @ 1..) = stdout.read(&mut buffer) {
                if output.send(Heard::Output(buffer[..n].to_vec())).is_err() {
                    return;
                }
            }
            let _ = output.send(Heard::End);
        });
        scope.spawn(move || {
            for line in BufReader::new(stderr.take(MAX_EVENTS)).split(b'\n') {
                // What is no event is a panic's message or the system's; the missing end mark says enough.
                let event = line
                    .ok()
                    .and_then(|line| serde_json::from_slice(&line).ok());
                if event.is_some_and(|event| heard.send(Heard::Event(event)).is_err()) {
                    return;
                }
            }
            let _ = heard.send(Heard::End);
        });
        let outcome = listen(&hear, frame, limits, end, waiting, &mut || {
            let left = end.saturating_duration_since(Instant::now());
            let mut line = serde_json::to_vec(&command(left)).unwrap_or_default();
            line.push(b'\n');
            let _ = order.send(line);
        });
        drop(child);
        drop(order);
        drop(writer.join());
        outcome.map_err(|why| why.explain(way, limits))
    })
}

/// What the helper told before it ended.
#[derive(Default)]
struct Told {
    raw: Vec<u8>,
    cable: Option<Cable>,
    cables: Option<Vec<Cable>>,
}

fn listen(
    hear: &mpsc::Receiver<Heard>,
    frame: &Frame,
    limits: &Limits,
    end: Instant,
    waiting: Waiting<'_>,
    connected: &mut dyn FnMut(),
) -> Result<Told, Why> {
    let mut told = Told::default();
    let mut until = end;
    let mut stage = Stage::Begun;
    let mut fault = None;
    let mut open_streams = 2;
    let raw = &mut told.raw;
    while open_streams > 0 {
        let left = until.saturating_duration_since(Instant::now());
        let tick = match stage {
            Stage::Begun | Stage::Connected => left,
            Stage::Reached(_) | Stage::Untapped => left.min(TICK),
        };
        match hear.recv_timeout(tick) {
            Ok(Heard::Output(bytes)) => {
                raw.extend(bytes);
                if raw.len() > limits.max_bytes {
                    return Err(Why::Fault(Fault {
                        kind: Kind::TooMuch,
                        detail: String::new(),
                    }));
                }
                until = if frame.has_ended(raw) {
                    end.min(Instant::now() + LINGER)
                } else {
                    end
                };
            }
            Ok(Heard::Event(Event::Reached)) => {
                if stage == Stage::Begun {
                    stage = Stage::Reached(Instant::now());
                }
            }
            Ok(Heard::Event(Event::Untapped)) => stage = Stage::Untapped,
            Ok(Heard::Event(Event::Connected(cable))) => {
                if stage != Stage::Connected {
                    connected();
                }
                stage = Stage::Connected;
                told.cable = cable;
                waiting(None);
            }
            Ok(Heard::Event(Event::Cables(cables))) => told.cables = Some(cables),
            Ok(Heard::Event(Event::Fault(why))) => fault = Some(why),
            Ok(Heard::End) => open_streams -= 1,
            Err(RecvTimeoutError::Timeout) if Instant::now() < until => {
                if stage.waits() {
                    waiting(Some(end.saturating_duration_since(Instant::now())));
                }
            }
            Err(RecvTimeoutError::Timeout) if frame.has_ended(raw) => break,
            Err(RecvTimeoutError::Timeout) => return Err(Why::Late(stage, raw.len())),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // With the end mark as its last line the answer is whole, whatever happened to the link afterwards.
    match fault {
        Some(fault) if !frame.has_ended(raw) || fault.kind == Kind::TooMuch => {
            Err(Why::Fault(fault))
        }
        // The helper ends by itself where nobody did in time, as after a computer's sleep.
        None if Instant::now() >= end && !frame.has_ended(raw) && told.cables.is_none() => {
            Err(Why::Late(stage, raw.len()))
        }
        _ => Ok(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is made of an answer whose helper ended by itself, so long after the deadline.
    fn ended_by_itself(answer: &str, end: Instant) -> Result<Told, Why> {
        let (heard, hear) = mpsc::channel();
        for event in [
            Heard::Event(Event::Connected(None)),
            Heard::Output(answer.into()),
            Heard::End,
            Heard::End,
        ] {
            heard.send(event).expect("heard");
        }
        let frame = Frame::with_nonce(7);
        let limits = Limits::default();
        listen(&hear, &frame, &limits, end, &mut |_| (), &mut || ())
    }

    #[test]
    fn a_helper_that_outlived_the_deadline_was_late() {
        let late = Instant::now();
        let early = late + Duration::from_secs(60);
        let whole = format!("{0}\n0\n{0}\n", "@0000000000000007@end");
        for (answer, end, expected) in [
            ("", late, Err(0)),
            ("hello", late, Err(5)),
            (&whole, late, Ok(whole.len())),
            // It ended in time: the frame says what is missing.
            ("hello", early, Ok(5)),
        ] {
            let said = match ended_by_itself(answer, end) {
                Ok(told) => Ok(told.raw.len()),
                Err(Why::Late(Stage::Connected, bytes)) => Err(bytes),
                Err(_) => panic!("{answer}: another reason"),
            };
            assert_eq!(said, expected, "{answer}");
        }
    }
}
