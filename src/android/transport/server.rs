//! The ADB server: starting it, asking it for its version and its phones. Written here rather than taken from the
//! ADB library, whose requests have no timeouts, start servers on the wrong port, and fail for every phone where one
//! has an unusual state.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::devices::{self, Device, DeviceState};
use super::{Programs, Waiting};
use crate::evidence::SourceError;
use crate::evidence::text::clean;

/// The first server version (1.0.40) that passes on commands longer than 4 KiB.
const OLDEST_VERSION: u32 = 40;

/// How long phones may take to appear on a server that was just started, and to get past a passing state.
const SETTLE: Duration = Duration::from_secs(5);

/// How long an adb that failed is listened to.
const WORDS: Duration = Duration::from_millis(500);

/// Why the server did not answer a request.
enum HostError {
    /// Nothing listens there.
    Refused,
    /// The deadline passed.
    TimedOut,
    /// It broke off, or the connection to it did not work.
    Io(std::io::Error),
    /// What answers there speaks another language.
    NotAdb,
    /// It refused, with its words.
    Failed(String),
}

impl From<std::io::Error> for HostError {
    fn from(e: std::io::Error) -> Self {
        match e.kind() {
            ErrorKind::ConnectionRefused => HostError::Refused,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => HostError::TimedOut,
            _ => HostError::Io(e),
        }
    }
}

/// Whose wish it was to ask at this address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The person named it.
    Named,
    /// It is where adb itself would look.
    Usual,
}

impl HostError {
    fn explain(self, addr: SocketAddrV4, asked: Asked) -> SourceError {
        const RESTART: &str =
            "Stop the ADB server with `adb kill-server` and run the same command again.";
        match self {
            HostError::Refused if asked == Asked::Named => SourceError::new(
                format!("No ADB server answers at {addr}."),
                "Leave out --server, and spotcheck looks for the phone itself; or correct it: an ADB server usually \
                 listens on 127.0.0.1:5037.",
            ),
            HostError::Refused => SourceError::new(
                format!("The ADB server at {addr} has ended."),
                "Run the same command again. Close other programs that stop or update adb.",
            ),
            HostError::TimedOut => SourceError::new(
                format!("The ADB server at {addr} does not answer."),
                RESTART,
            ),
            HostError::Io(e) => SourceError::new(
                format!("The connection to the ADB server at {addr} failed: {e}."),
                RESTART,
            ),
            HostError::NotAdb => SourceError::new(
                format!("What answers at {addr} is not an ADB server."),
                match asked {
                    Asked::Named => {
                        "Correct --server: an ADB server usually listens on 127.0.0.1:5037. Or leave it out."
                    }
                    Asked::Usual => {
                        "Close the program that uses this port and run the same command again. If \
                                     ANDROID_ADB_SERVER_PORT is set, correct it."
                    }
                },
            ),
            HostError::Failed(words) => SourceError::new(
                format!(
                    "The ADB server at {addr} refused to answer: {}.",
                    clean(&words)
                ),
                RESTART,
            ),
        }
    }
}

/// A connection that ends at a moment, however slowly the other side dribbles.
struct Timed {
    stream: TcpStream,
    end: Instant,
}

impl Timed {
    fn connect(addr: SocketAddrV4, end: Instant) -> std::io::Result<Timed> {
        let stream = TcpStream::connect_timeout(&SocketAddr::V4(addr), left(end)?)?;
        stream.set_nodelay(true)?;
        Ok(Timed { stream, end })
    }

    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.set_write_timeout(Some(left(self.end)?))?;
        self.stream.write_all(bytes)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> std::io::Result<()> {
        let mut have = 0;
        while have < buffer.len() {
            self.stream.set_read_timeout(Some(left(self.end)?))?;
            match self.stream.read(&mut buffer[have..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(n) => have += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Text after its length in four hexadecimal digits.
    fn read_text(&mut self) -> Result<Vec<u8>, HostError> {
        let mut digits = [0; 4];
        self.read_exact(&mut digits)?;
        let length = std::str::from_utf8(&digits)
            .ok()
            .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|text| usize::from_str_radix(text, 16).ok())
            .ok_or(HostError::NotAdb)?;
        let mut text = vec![0; length];
        self.read_exact(&mut text)?;
        Ok(text)
    }
}

/// Time left, never zero (which would mean "for ever" to a socket).
fn left(end: Instant) -> std::io::Result<Duration> {
    match end.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}

/// One request that only concerns the server.
fn ask(addr: SocketAddrV4, request: &str, end: Instant) -> Result<Vec<u8>, HostError> {
    let mut server = Timed::connect(addr, end)?;
    server.write_all(format!("{:04x}{request}", request.len()).as_bytes())?;
    let mut status = [0; 4];
    server.read_exact(&mut status)?;
    match &status {
        b"OKAY" => server.read_text(),
        b"FAIL" => {
            let words = server.read_text()?;
            Err(HostError::Failed(
                String::from_utf8_lossy(&words).into_owned(),
            ))
        }
        _ => Err(HostError::NotAdb),
    }
}

/// How a server came to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Server {
    Ran,
    /// Just now, so that phones may still be on their way to it.
    Started,
    /// There is none, and no adb program starts one.
    None(NoServer),
}

/// Why there is no ADB server to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoServer {
    /// There is no adb program.
    NoProgram,
    /// There is one that does not work, in its words.
    Broken(String),
}

impl std::fmt::Display for NoServer {
    /// As the end of a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoServer::NoProgram => f.write_str("the adb program was not found on this computer"),
            NoServer::Broken(why) => {
                write!(f, "the adb program on this computer does not work ({why})")
            }
        }
    }
}

/// Makes sure that a server answers that is new enough. One that the person named is never started: a mistyped address
/// would leave a second server running.
pub(super) fn ensure(addr: SocketAddrV4, end: Instant) -> Result<Server, SourceError> {
    let version = ask(addr, "host:version", end);
    new_enough(version, addr, Asked::Named).map(|_| Server::Ran)
}

/// The server that adb itself would use, started where it does not run. That there is none is no error.
pub(super) fn reach(
    programs: &Programs,
    addr: SocketAddrV4,
    end: Instant,
) -> Result<Server, SourceError> {
    let (version, there) = match ask(addr, "host:version", end) {
        Err(HostError::Refused) if *addr.ip() == Ipv4Addr::LOCALHOST => {
            match start(programs, addr, end)? {
                Server::None(why) => return Ok(Server::None(why)),
                there => match ask(addr, "host:version", end) {
                    Err(HostError::Refused) => {
                        return Ok(broken("it started no ADB server"));
                    }
                    answer => (answer, there),
                },
            }
        }
        answer => (answer, Server::Ran),
    };
    new_enough(version, addr, Asked::Usual).map(|_| there)
}

/// The version of a server (41 is 1.0.41), unless it is too old.
fn new_enough(
    version: Result<Vec<u8>, HostError>,
    addr: SocketAddrV4,
    asked: Asked,
) -> Result<u32, SourceError> {
    let version = version.map_err(|e| e.explain(addr, asked))?;
    let version = std::str::from_utf8(&version)
        .ok()
        .and_then(|text| u32::from_str_radix(text.trim(), 16).ok())
        .ok_or_else(|| HostError::NotAdb.explain(addr, asked))?;
    if version < OLDEST_VERSION {
        return Err(SourceError::new(
            format!(
                "The ADB server at {addr} is too old (1.0.{version}): it cuts long commands short."
            ),
            "Update Android platform-tools (from developer.android.com or your system's packages). Stop the old \
             server with `adb kill-server`, and run the same command again.",
        ));
    }
    Ok(version)
}

/// The version and the phones of the server that runs; `None` where none does. Nothing is started.
pub(super) fn running(
    addr: SocketAddrV4,
    end: Instant,
) -> Result<Option<(u32, Vec<Device>)>, SourceError> {
    let version = match ask(addr, "host:version", end) {
        Err(HostError::Refused) => return Ok(None),
        answer => new_enough(answer, addr, Asked::Usual)?,
    };
    query(addr, end).map(|devices| Some((version, devices)))
}

fn broken(why: &str) -> Server {
    Server::None(NoServer::Broken(why.to_owned()))
}

/// Starts the server, with its output kept from ours.
fn start(programs: &Programs, addr: SocketAddrV4, end: Instant) -> Result<Server, SourceError> {
    let started = Command::new(&programs.adb)
        .args(["-P", &addr.port().to_string(), "start-server"])
        .env("ANDROID_ADB_SERVER_PORT", addr.port().to_string())
        // It would outrank the port.
        .env_remove("ADB_SERVER_SOCKET")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Ok(Server::None(NoServer::NoProgram));
        }
        Err(e) => return Ok(broken(&e.to_string())),
    };
    // The server that it leaves behind may keep the pipe open, so nothing here waits for the pipe to close.
    let (words, said) = mpsc::channel();
    if let Some(mut stderr) = child.stderr.take() {
        thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok(n @ 1..) = stderr.read(&mut buffer) {
                if words.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
    }
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(10)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
    };
    if status.is_some_and(|status| status.success()) {
        return Ok(Server::Started);
    }
    // Some go on writing.
    let enough = end.min(Instant::now() + WORDS);
    let mut text = Vec::new();
    while let Ok(more) = said.recv_timeout(enough.saturating_duration_since(Instant::now())) {
        text.extend(more);
        if text.len() > 4096 {
            break;
        }
    }
    let text = clean(&String::from_utf8_lossy(&text).replace('\n', " "));
    match status {
        Some(status) if text.trim().is_empty() => Ok(broken(&status.to_string())),
        Some(_) => Ok(broken(text.trim())),
        None => Err(SourceError::new(
            format!("The ADB server did not start in time. {text}").trim_end(),
            "Run the same command again. If it stays so, restart this computer.",
        )),
    }
}

fn query(addr: SocketAddrV4, end: Instant) -> Result<Vec<Device>, SourceError> {
    ask(addr, "host:devices-l", end)
        .map(|list| Device::parse_list(&list))
        // It answered a moment ago.
        .map_err(|e| e.explain(addr, Asked::Usual))
}

/// All phones. On a server that was just started they get a moment to appear.
pub(super) fn list(
    addr: SocketAddrV4,
    there: Server,
    end: Instant,
) -> Result<Vec<Device>, SourceError> {
    let patience = patience(there, end);
    loop {
        let devices = query(addr, end)?;
        let unsettled = devices.is_empty() || devices.iter().any(in_passing);
        if !unsettled || !pause(patience) {
            return Ok(devices);
        }
    }
}

/// The one phone to ask, in a state in which it can be asked. Where it waits for someone to tap Allow, so does this.
pub(super) fn choose(
    addr: SocketAddrV4,
    serial: Option<&str>,
    there: Server,
    end: Instant,
    waiting: Waiting<'_>,
) -> Result<Device, SourceError> {
    let mut patience = patience(there, end);
    let mut last = None;
    let outcome = loop {
        let devices = match query(addr, end) {
            Ok(devices) => devices,
            // The time is over in the middle of a look: what was seen before it is the reason.
            Err(error) if Instant::now() >= end => break Err(last.unwrap_or(error)),
            Err(error) => break Err(error),
        };
        let device = match devices::choose(&devices, serial) {
            Ok(device) => device,
            // Around the tap a phone goes and comes back.
            Err(error) if error.usage || !pause(patience) => break Err(error),
            Err(_) => continue,
        };
        let awaited = match device.state {
            DeviceState::Ready => break Ok(device.clone()),
            DeviceState::Unauthorized | DeviceState::Connecting => {
                if device.state == DeviceState::Unauthorized {
                    waiting(Some(end.saturating_duration_since(Instant::now())));
                    patience = end.min(Instant::now() + SETTLE);
                }
                pause(end)
            }
            _ => in_passing(device) && pause(patience),
        };
        let ready = device.ready();
        if !awaited {
            break ready.map(|()| device.clone());
        }
        last = ready.err();
    };
    waiting(None);
    outcome
}

/// The phone that answered before, or none.
pub(super) fn again(
    addr: SocketAddrV4,
    device: &Device,
    end: Instant,
) -> Result<Device, SourceError> {
    let patience = Instant::now();
    loop {
        let devices = query(addr, end)?;
        let mut same = devices.iter().filter(|other| device.is_same(other));
        match (same.next(), same.next()) {
            (Some(found), None) if !in_passing(found) => {
                found.ready()?;
                return Ok(found.clone());
            }
            _ if pause(patience) => {}
            _ => {
                return Err(SourceError::new(
                    "The phone that was checked is no longer connected.",
                    "Plug that phone in again and unlock it, or use the path on the phone itself.",
                ));
            }
        }
    }
}

/// What became of the phone or the server, where that explains an error better than the error itself.
pub(super) fn aftermath(
    addr: SocketAddrV4,
    device: &Device,
    end: Instant,
    error: SourceError,
) -> SourceError {
    // Time that is over explains itself; and some phones of old servers have no name to look for.
    if Instant::now() >= end || device.serial.is_none() && device.transport_id.is_none() {
        return error;
    }
    match ask(addr, "host:devices-l", end) {
        Err(HostError::Refused) => SourceError::new(
            format!("The ADB server at {addr} ended in the middle of the check."),
            "Run the same command again: it starts the server anew. Close other programs that stop or update adb.",
        ),
        Err(_) => error,
        Ok(list) => {
            let devices = Device::parse_list(&list);
            match devices.iter().find(|other| device.is_called_like(other)) {
                None => SourceError::new(
                    "The connection to the phone was lost in the middle of the check: it was unplugged, or the link dropped.",
                    "Plug the phone in again, unlock it, leave the cable alone, and run the same command again.",
                ),
                Some(now) => match now.ready() {
                    Err(state) if error.what != state.what => {
                        SourceError::new(format!("{} {}", error.what, state.what), state.next)
                    }
                    _ => error,
                },
            }
        }
    }
}

/// States that a phone passes through when a server meets it.
fn in_passing(device: &Device) -> bool {
    matches!(device.state, DeviceState::Connecting | DeviceState::Offline)
}

/// Until when a server's phones may still appear.
fn patience(there: Server, end: Instant) -> Instant {
    match there {
        Server::Started => end.min(Instant::now() + SETTLE),
        Server::Ran | Server::None(_) => Instant::now(),
    }
}

/// Waits a little before the next look. `false`, at once, where that would be too late.
fn pause(until: Instant) -> bool {
    const PAUSE: Duration = Duration::from_millis(100);
    let in_time = Instant::now() + PAUSE < until;
    if in_time {
        thread::sleep(PAUSE);
    }
    in_time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_left_is_not_for_ever() {
        let over = left(Instant::now()).map_err(|error| error.kind());
        assert_eq!(over, Err(ErrorKind::TimedOut));
        assert!(left(Instant::now() + Duration::from_secs(60)).is_ok());
    }
}
