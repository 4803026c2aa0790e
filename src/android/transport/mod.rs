//! One shell script to the phone and its whole answer back: the only place that talks to a phone.
//!
//! What can go wrong on the way (a dropped link, a hang, a refusal, garbage) must never look like an answer. Three
//! things see to that:
//!
//! * The script is framed (see `frame`): only output that stands between our own marks, with nothing before or
//!   after them, is an answer. The exit status travels in the end mark, because shell v1 has none and the ADB
//!   library loses the one of shell v2.
//! * The ADB library runs in a child process of this same program (see `helper`), which is killed at the deadline.
//!   The library has no timeouts, takes a lost connection for the end of the output in one mode, and spins for ever
//!   on it in another; nothing but a process boundary ends all of that, and it holds its panics too.
//! * The answer is capped in bytes, in the child and here.
//!
//! The script travels as the command itself (`shell:SCRIPT`), not over standard input: without shell v2 the phone's
//! shell never sees the end of its input. That makes one service name of up to [`MAX_SCRIPT`] bytes. It fits in the
//! four hexadecimal digits of the ADB server's length field (64 KiB), in what phones since Android 7 accept in one
//! message (256 KiB) and in one argument of a Linux command (128 KiB). (Tried with adb 29: 65,350 bytes arrive, more
//! than 64 KiB is refused by the server.) ADB servers before 1.0.40 (2018) cut it at 4
//! or 1 KiB: they are refused with a message.

mod choose;
mod devices;
mod explain;
mod frame;
mod helper;
mod key;
mod names;
mod relay;
mod server;
mod supervise;

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::evidence::text::clean;
use crate::evidence::{PhoneId, SourceError};

pub use devices::{Device, DeviceState};
pub use helper::{Cable, helper};
pub use key::KeyPlaces;
pub use server::NoServer;

/// The longest script that is sent, in bytes.
pub const MAX_SCRIPT: usize = 32 * 1024;

/// The port where phones listen for ADB over TCP unless told otherwise.
const ADBD_PORT: u16 = 5555;

/// A fresh nonce for the marks of one script.
pub fn nonce() -> String {
    format!("{:016x}", frame::nonce())
}

/// Output and exit status of a script, from all that a phone sent, where the marks of its frame bear this nonce.
///
/// # Errors
/// The answer is not whole, or holds something else; in words for people.
pub fn framed(nonce: u64, raw: &[u8]) -> Result<(Vec<u8>, i32), SourceError> {
    frame::Frame::with_nonce(nonce)
        .unwrap(raw)
        .map_err(|fault| fault.explain(raw))
}

/// How to reach the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// However a phone can be reached: through the ADB server that runs, or that the adb program starts; where there is
    /// neither, or the program does not work, over the cable.
    Any {
        /// Where the ADB server listens.
        addr: SocketAddrV4,
        /// Which phone; may be left out where only one is connected.
        serial: Option<String>,
    },
    /// Through an ADB server, which must run.
    Server {
        /// Where the ADB server listens.
        addr: SocketAddrV4,
        /// Which phone; may be left out where only one is connected.
        serial: Option<String>,
    },
    /// Straight to the phone's ADB daemon over the network, at the first of these addresses that accepts a connection.
    Tcp(Vec<SocketAddr>),
    /// Straight over the cable.
    Usb,
    /// The very phone that answered before, whatever else is connected by now.
    Same(Phone),
}

/// A phone that answered, as far as it can be told from others. Never for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phone {
    /// Through an ADB server.
    Server {
        /// Where the server listens.
        addr: SocketAddrV4,
        /// The phone as the server listed it.
        device: Device,
    },
    /// Over the network, at this address.
    Tcp(SocketAddr),
    /// Over the cable.
    Usb(Cable),
}

impl Phone {
    /// Tells the phone from others for good, where the list of the ADB server does.
    pub fn id(&self) -> Option<PhoneId> {
        match self {
            Phone::Server { device, .. } => device.id(),
            Phone::Tcp(_) | Phone::Usb(_) => None,
        }
    }
}

impl Target {
    /// Whatever phone there is: with the server and the phone that adb itself would use.
    ///
    /// # Errors
    /// Those of [`Target::server`].
    pub fn any(serial: Option<String>) -> Result<Target, SourceError> {
        let (addr, serial) = usual(None, serial, environment)?;
        Ok(Target::Any { addr, serial })
    }

    /// The ADB server that adb itself would use, and the phone that it would choose: the given ones, else those of
    /// `ANDROID_ADB_SERVER_PORT` and `ANDROID_SERIAL`, else 127.0.0.1:5037 and the only phone.
    ///
    /// # Errors
    /// A port that is none.
    pub fn server(
        addr: Option<SocketAddrV4>,
        serial: Option<String>,
    ) -> Result<Target, SourceError> {
        let (addr, serial) = usual(addr, serial, environment)?;
        Ok(Target::Server { addr, serial })
    }

    /// A phone on the network, given as `HOST` or `HOST:PORT` (port 5555 unless given; IPv6 in brackets). Looking up a
    /// name takes no longer than `within`.
    ///
    /// # Errors
    /// A host that cannot be found.
    pub fn tcp(host: &str, within: Duration) -> Result<Target, SourceError> {
        let has_port = host.rsplit_once(':').is_some_and(|(name, port)| {
            !name.is_empty()
                && port.parse::<u16>().is_ok()
                && (!name.contains(':') || name.ends_with(']'))
        });
        let found = if has_port {
            names::look_up(host, within)
        } else {
            let name = host.trim_start_matches('[').trim_end_matches(']');
            let port = match name.contains(':') {
                true => format!("[{name}]:{ADBD_PORT}"),
                false => format!("{name}:{ADBD_PORT}"),
            };
            names::look_up(&port, within)
        };
        const NEXT: &str =
            "Give the phone's address in numbers, as HOST:PORT, for example --tcp 192.0.2.7:5555.";
        match found {
            Ok(mut addrs) => {
                addrs.retain(|addr| addr.port() != 0);
                // A name may have an address of the newer kind to which no way leads from here, and the other works.
                addrs.sort_by_key(SocketAddr::is_ipv6);
                if !addrs.is_empty() {
                    return Ok(Target::Tcp(addrs));
                }
            }
            Err(names::Late) => return Err(names::late(host, within, NEXT)),
        }
        Err(SourceError::usage(
            format!(
                "There is no phone at \"{}\": the name or address is not known.",
                clean(host)
            ),
            NEXT,
        ))
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The server and the phone that adb itself would choose, see [`Target::server`].
fn usual(
    addr: Option<SocketAddrV4>,
    serial: Option<String>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<(SocketAddrV4, Option<String>), SourceError> {
    let variable = |name| environment(name).filter(|value| !value.is_empty());
    let addr = match (addr, variable("ANDROID_ADB_SERVER_PORT")) {
        (Some(addr), _) => addr,
        (None, None) => SocketAddrV4::new(Ipv4Addr::LOCALHOST, 5037),
        (None, Some(port)) => match port.parse() {
            Ok(port) if port != 0 => SocketAddrV4::new(Ipv4Addr::LOCALHOST, port),
            _ => {
                return Err(SourceError::usage(
                    format!(
                        "ANDROID_ADB_SERVER_PORT is \"{}\", which is not a port number.",
                        clean(&port)
                    ),
                    "Set it to the port of the ADB server (usually 5037), or unset it.",
                ));
            }
        },
    };
    let serial = serial.or_else(|| variable("ANDROID_SERIAL"));
    Ok((addr, serial))
}

/// The address of an ADB server, given as `HOST:PORT`; where a name has several, the first that accepts a connection.
/// That takes no longer than `within`.
///
/// # Errors
/// A name that cannot be found, or that has no IPv4 address.
pub fn server_addr(text: &str, within: Duration) -> Result<SocketAddrV4, SourceError> {
    const NEXT: &str =
        "Give the address in numbers, for example --server 127.0.0.1:5037, or leave --server out.";
    let end = Instant::now() + within;
    let mut found =
        names::look_up(text, within).map_err(|names::Late| names::late(text, within, NEXT))?;
    let known = !found.is_empty();
    found.retain(SocketAddr::is_ipv4);
    match names::first_that_accepts(&found, end) {
        Some(SocketAddr::V4(addr)) => Ok(addr),
        _ => Err(SourceError::usage(
            match known {
                false => format!("No computer is known as \"{}\".", clean(text)),
                true => format!(
                    "\"{}\" has no IPv4 address, which the ADB server needs.",
                    clean(text)
                ),
            },
            NEXT,
        )),
    }
}

/// What a run may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For everything together, from the first connection to the last byte.
    pub deadline: Duration,
    /// Bytes that the phone may send, marks included.
    pub max_bytes: usize,
    /// How much of the deadline is over before the first connection: looking up a name.
    pub spent: Duration,
}

impl Limits {
    fn end(&self) -> Instant {
        Instant::now() + self.deadline.saturating_sub(self.spent)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            deadline: Duration::from_secs(30),
            max_bytes: 1024 * 1024,
            spent: Duration::ZERO,
        }
    }
}

/// The programs that are started on this computer.
#[derive(Debug, Clone)]
pub struct Programs {
    /// spotcheck itself, as the helper that holds the connection.
    pub own: PathBuf,
    /// adb, which starts the ADB server.
    pub adb: PathBuf,
    /// Where the keys are by which phones know this computer.
    pub keys: KeyPlaces,
}

impl Programs {
    /// The running program, and adb from the `PATH`.
    ///
    /// # Errors
    /// The system does not say where the running program is.
    pub fn find() -> Result<Programs, SourceError> {
        let own = std::env::current_exe().map_err(|e| {
            SourceError::new(
                format!("The system does not say where this program is, so it cannot start its helper ({e})."),
                "Start spotcheck by its full path. On Linux, /proc has to be there.",
            )
        })?;
        Ok(Programs {
            own,
            adb: PathBuf::from("adb"),
            keys: KeyPlaces::here(),
        })
    }
}

/// The complete answer of the phone to a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the script printed (standard output and errors in their order), with line ends as `\n`.
    pub bytes: Vec<u8>,
    /// Exit status of the script, 0 to 255.
    pub status: i32,
    /// Bytes of the command that went to the phone, marks included.
    pub sent: usize,
    /// Bytes of output that came from the phone, marks included.
    pub received: usize,
    /// The phone that answered.
    pub phone: Phone,
}

/// Is told, again and again, how much time is left for someone to tap Allow on the phone; `None` when that is over.
pub type Waiting<'a> = &'a mut dyn FnMut(Option<Duration>);

/// Runs a script in one shell on the phone. It gets no input, and its errors go where its output goes.
///
/// # Errors
/// Whatever leaves the answer incomplete or in doubt, and a phone that cannot be reached or chosen.
pub fn run(target: &Target, script: &str, limits: &Limits) -> Result<Answer, SourceError> {
    run_with(&Programs::find()?, target, script, limits)
}

/// As [`run`], with other programs (for tests).
///
/// # Errors
/// As [`run`].
pub fn run_with(
    programs: &Programs,
    target: &Target,
    script: &str,
    limits: &Limits,
) -> Result<Answer, SourceError> {
    let script = |_| script.to_owned();
    run_telling(programs, target, &script, limits, &mut |_| ())
}

/// As [`run_with`], and tells while it waits for someone to tap Allow. The script is made when the phone is
/// connected, from the time that is left then.
///
/// # Errors
/// As [`run`].
pub fn run_telling(
    programs: &Programs,
    target: &Target,
    script: &dyn Fn(Duration) -> String,
    limits: &Limits,
    waiting: Waiting<'_>,
) -> Result<Answer, SourceError> {
    let end = limits.end();
    let frame = frame::Frame::new();
    // What time is left changes a few digits of it: what is wrong with it shows before anything is connected.
    let command = frame.wrap(&script(limits.deadline));
    if command.len() > MAX_SCRIPT || command.contains('\0') {
        return Err(SourceError::new(
            format!(
                "The script for the phone is {} bytes long or holds a NUL; it cannot be sent.",
                command.len()
            ),
            "This is a fault of spotcheck: please report it.",
        ));
    }
    let sent = Cell::new(0);
    let command = |left| {
        let command = frame.wrap(&script(left));
        sent.set(command.len());
        command
    };
    let way = choose::way(programs, target, end, waiting)?;
    let ran = supervise::run(programs, &way, &command, &frame, limits, end, waiting);
    let whole = ran.and_then(|(raw, phone)| {
        let (bytes, status) = frame.unwrap(&raw).map_err(|fault| fault.explain(&raw))?;
        Ok(Answer {
            bytes,
            status,
            sent: sent.get(),
            received: raw.len(),
            phone,
        })
    });
    // Why an answer broke off is known best by looking once more at what is connected.
    whole.map_err(|error| match &way.link {
        helper::Link::Server { addr, device } => server::aftermath(*addr, device, end, error),
        _ => error,
    })
}

/// The phones that are connected, and how they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connected {
    /// Those that an ADB server knows, in its order.
    Server(SocketAddrV4, Vec<Device>),
    /// Those on cables, where there is no server to be had, and why.
    Cables(Vec<Cable>, NoServer),
}

/// The version (41 is 1.0.41) and the phones of the ADB server that runs; `None` where none does. Nothing is started.
///
/// # Errors
/// A server that does not answer, or is too old.
pub fn of_server(
    addr: SocketAddrV4,
    limits: &Limits,
) -> Result<Option<(u32, Vec<Device>)>, SourceError> {
    server::running(addr, Instant::now() + limits.deadline)
}

/// The phones on cables. Nothing is started and no phone is asked anything.
///
/// # Errors
/// Cables that cannot be looked through.
pub fn on_cables(limits: &Limits) -> Result<Vec<Cable>, SourceError> {
    supervise::cables(
        &Programs::find()?,
        None,
        limits,
        Instant::now() + limits.deadline,
    )
}

/// The phones that this ADB server knows; where none is named, those that are found as [`Target::Any`] looks for them.
///
/// # Errors
/// No server that answers within the deadline; or cables that cannot be looked through.
pub fn connected(named: Option<SocketAddrV4>, limits: &Limits) -> Result<Connected, SourceError> {
    let (addr, _) = usual(None, None, environment)?;
    choose::connected(&Programs::find()?, named, addr, limits)
}

/// As [`connected`], with other programs and another usual server (for tests).
///
/// # Errors
/// As [`connected`].
pub fn connected_with(
    programs: &Programs,
    addr: SocketAddrV4,
    limits: &Limits,
) -> Result<Connected, SourceError> {
    choose::connected(programs, None, addr, limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_its_frame_is_none() {
        let error = framed(1, b"uid=2000\n").expect_err("no answer");
        let expected = frame::Fault::NoBegin.explain(b"uid=2000\n");
        assert_eq!(error, expected);
    }

    #[test]
    fn the_server_that_adb_would_use() {
        let own: SocketAddrV4 = "127.0.0.2:7".parse().expect("an address");
        for (addr, serial, port, variable, expected) in [
            (None, None, None, None, Ok(("127.0.0.1:5037", None))),
            (None, None, Some(""), Some(""), Ok(("127.0.0.1:5037", None))),
            (
                None,
                None,
                Some("6000"),
                Some("B"),
                Ok(("127.0.0.1:6000", Some("B"))),
            ),
            (
                Some(own),
                Some("A"),
                Some("6000"),
                Some("B"),
                Ok(("127.0.0.2:7", Some("A"))),
            ),
            (
                Some(own),
                None,
                Some("nonsense"),
                None,
                Ok(("127.0.0.2:7", None)),
            ),
            (None, None, Some("nonsense"), None, Err(())),
            (None, None, Some("0"), None, Err(())),
            (None, None, Some("65536"), None, Err(())),
        ] {
            let server = usual(addr, serial.map(str::to_owned), |name| match name {
                "ANDROID_ADB_SERVER_PORT" => port.map(str::to_owned),
                "ANDROID_SERIAL" => variable.map(str::to_owned),
                _ => None,
            });
            let expected = expected.map(|(addr, serial): (&str, Option<&str>)| {
                (addr.parse().expect("an address"), serial.map(str::to_owned))
            });
            assert_eq!(server.map_err(|e| assert!(e.usage)), expected);
        }
    }

    #[test]
    fn phones_on_the_network() {
        for (given, addr) in [
            ("192.0.2.7", Some("192.0.2.7:5555")),
            ("192.0.2.7:4444", Some("192.0.2.7:4444")),
            ("[2001:db8::1]:4444", Some("[2001:db8::1]:4444")),
            ("[2001:db8::1]", Some("[2001:db8::1]:5555")),
            ("2001:db8::1", Some("[2001:db8::1]:5555")),
            ("", None),
            (":5555", None),
            ("192.0.2.7:0", None),
            ("192.0.2.7:99999", None),
            ("192.0.2.7:", None),
        ] {
            let target = Target::tcp(given, Duration::from_secs(60))
                .map_err(|e| assert!(e.usage, "{given}"));
            let addr = addr.map(|addr| Target::Tcp(vec![addr.parse().expect("an address")]));
            assert_eq!(target.ok(), addr, "{given}");
        }
    }
}
