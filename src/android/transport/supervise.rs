//! Starting the helper, listening to it until the answer is whole, and ending it whatever happens.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::frame::Frame;
use super::helper::{ARGUMENT, Event, Fault, Job, Kind, Link};
use super::{Limits, Programs, devices::DeviceState};
use crate::evidence::SourceError;
use crate::evidence::text::clean;

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

/// Runs the helper and gives all output of the phone, which may still be incomplete.
pub(super) fn run(
    programs: &Programs,
    link: Link,
    command: String,
    frame: &Frame,
    limits: &Limits,
    end: Instant,
) -> Result<Vec<u8>, SourceError> {
    let whom = describe(&link);
    let job = Job {
        link,
        command,
        max_bytes: limits.max_bytes,
        deadline: end.saturating_duration_since(Instant::now()),
    };
    let trouble = |what: String| {
        SourceError::new(
            what,
            "Run the same command again. If it stays so, this is a fault of spotcheck: please report it.",
        )
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
    thread::scope(|scope| {
        let child = child;
        // Kept open until all is over: the helper ends when it closes.
        let writer = scope.spawn(move || {
            let _ = stdin.write_all(&line);
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
        let outcome = listen(&hear, frame, limits, end);
        drop(child);
        drop(writer.join());
        outcome.map_err(|why| why.explain(&whom, limits))
    })
}

/// Why there is no output to look at.
enum Why {
    /// The deadline passed before (`false`) or after (`true`) the phone was connected, with so much output.
    Late(bool, usize),
    Fault(Fault),
}

fn listen(
    hear: &mpsc::Receiver<Heard>,
    frame: &Frame,
    limits: &Limits,
    end: Instant,
) -> Result<Vec<u8>, Why> {
    let mut raw = Vec::new();
    let mut until = end;
    let mut connected = false;
    let mut fault = None;
    let mut open_streams = 2;
    while open_streams > 0 {
        match hear.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Heard::Output(bytes)) => {
                raw.extend(bytes);
                if raw.len() > limits.max_bytes {
                    return Err(Why::Fault(Fault {
                        kind: Kind::TooMuch,
                        detail: String::new(),
                    }));
                }
                until = if frame.has_ended(&raw) {
                    end.min(Instant::now() + LINGER)
                } else {
                    end
                };
            }
            Ok(Heard::Event(Event::Connected)) => connected = true,
            Ok(Heard::Event(Event::Fault(why))) => fault = Some(why),
            Ok(Heard::End) => open_streams -= 1,
            Err(RecvTimeoutError::Timeout) if frame.has_ended(&raw) => break,
            Err(RecvTimeoutError::Timeout) => return Err(Why::Late(connected, raw.len())),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // With the end mark as its last line the answer is whole, whatever happened to the link afterwards.
    match fault {
        Some(fault) if !frame.has_ended(&raw) || fault.kind == Kind::TooMuch => {
            Err(Why::Fault(fault))
        }
        _ => Ok(raw),
    }
}

fn describe(link: &Link) -> String {
    match link {
        Link::Server { addr, .. } => format!("the phone (through the ADB server at {addr})"),
        Link::Tcp { addr } => format!("the phone at {addr}"),
        Link::Usb => "the phone on the cable".into(),
    }
}

impl Why {
    fn explain(self, whom: &str, limits: &Limits) -> SourceError {
        const TAP: &str = "Unlock the phone and tap Allow on the \"Allow USB debugging?\" message, then run the same \
                           command again.";
        const AGAIN: &str =
            "Check the cable or network, keep the phone unlocked, and run the same command again.";
        const ENABLE: &str = "Check that USB debugging is on (Settings > System > Developer options) and that the \
                              phone listens on the network at that address and port; then run the same command again.";
        let seconds = limits.deadline.as_secs_f32();
        let fault = match self {
            Why::Late(true, bytes) => {
                return SourceError::new(
                    format!(
                        "There was no complete answer from {whom} within {seconds} seconds ({bytes} bytes came)."
                    ),
                    AGAIN,
                );
            }
            Why::Late(false, _) => {
                return SourceError::new(
                    format!("The connection to {whom} was not complete within {seconds} seconds."),
                    "Unlock the phone; if it shows \"Allow USB debugging?\", tap Allow; then run the same command again.",
                );
            }
            Why::Fault(fault) => fault,
        };
        let detail = clean(&fault.detail);
        let (what, next) = match fault.kind {
            Kind::Refused => (format!("Nothing accepts a connection to {whom}."), ENABLE),
            Kind::Unreachable => (
                format!("There is no way to reach {whom} ({detail})."),
                ENABLE,
            ),
            Kind::Unauthorized => (format!("Access to {whom} was not allowed."), TAP),
            Kind::Garbled => (
                format!("The answer from {whom} makes no sense ({detail})."),
                AGAIN,
            ),
            Kind::Lost => (
                format!("The connection to {whom} was lost ({detail})."),
                AGAIN,
            ),
            Kind::NoShell => (
                format!("A shell was refused by {whom}."),
                "Restart the phone, unlock it once, and run the same command again. On a managed phone, ask the \
                 organisation whether it forbids the use of USB debugging.",
            ),
            Kind::Server => return explain_server(whom, &detail),
            Kind::TooMuch => (
                format!(
                    "More than {} bytes came from {whom}; nothing of that was used.",
                    limits.max_bytes
                ),
                "Restart the phone and run the same command again.",
            ),
            Kind::Key => (
                format!("This computer's ADB key cannot be read ({detail})."),
                "Repair or remove the file adbkey in the folder .android in your home folder, then run the same \
                 command again and tap Allow on the phone.",
            ),
            Kind::NotPaired => (
                format!(
                    "An encrypted connection is asked for by {whom}, and this computer is not paired with it."
                ),
                "Pair it with `adb pair`, connect with `adb connect`, and run the command without --tcp; or use the \
                 cable.",
            ),
            Kind::UsbUnusable => (
                format!("The cables of this computer cannot be looked through ({detail})."),
                "Leave out --usb to go through adb. In a virtual machine or container, first let it use the USB port.",
            ),
            Kind::UsbBusy => (
                format!("Another program holds {whom}: usually an ADB server."),
                "Leave out --usb to go through that server; or stop it with `adb kill-server` and run the same \
                 command again.",
            ),
            Kind::UsbForbidden => (
                format!("This computer does not let you use {whom}."),
                DeviceState::NoPermissions.advice().unwrap_or(AGAIN),
            ),
            Kind::UsbNone => (
                "No phone with USB debugging switched on was found on a cable.".into(),
                "Connect the phone with a data cable, unlock it, and switch USB debugging on: Settings > About phone \
                 > tap \"Build number\" seven times; then Settings > System > Developer options > USB debugging. Then \
                 run the same command again.",
            ),
            Kind::UsbSeveral => {
                return SourceError::usage(
                    format!("Several phones are on cables: {detail}."),
                    "Unplug all but the one that is meant; or leave out --usb and choose one with --serial.",
                );
            }
            Kind::UsbLeftOut => {
                return SourceError::usage(
                    "This spotcheck was built without --usb.",
                    "Leave out --usb to go through adb, or build spotcheck with its feature `usb`.",
                );
            }
            Kind::Other => (
                format!("The connection to {whom} failed ({detail})."),
                AGAIN,
            ),
        };
        SourceError::new(what, next)
    }
}

/// The ADB server's refusals, whose words say the state of the phone.
fn explain_server(whom: &str, words: &str) -> SourceError {
    let state = if words.contains("unauthorized") {
        Some(DeviceState::Unauthorized)
    } else if words.contains("offline") {
        Some(DeviceState::Offline)
    } else if words.contains("still authorizing") || words.contains("still connecting") {
        Some(DeviceState::Connecting)
    } else if words.contains("no permissions") || words.contains("insufficient permissions") {
        Some(DeviceState::NoPermissions)
    } else {
        None
    };
    let next = state.and_then(|state| state.advice()).unwrap_or(
        "Unplug the phone, plug it in again, keep it unlocked, and run the same command again.",
    );
    let what = if words == "closed" {
        format!("The connection was closed by {whom} before it answered.")
    } else {
        format!("The ADB server refused to reach {whom}: {words}.")
    };
    SourceError::new(what, next)
}
