//! The helper: this same program, started once more to hold the connection to a phone through the ADB library, so
//! that a deadline, a hang or a panic in there ends a process and nothing else.
//!
//! Its job comes as one line of JSON on standard input (a serial does not belong in a process list), and the command as
//! another one when the phone is connected, for it depends on the time that is left by then; the phone's
//! output leaves on standard output as it comes, and lines of JSON on standard error tell how it went. It judges
//! nothing: whether an answer is whole is decided by whoever started it.

use std::ffi::OsString;
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::{SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use adb_client::server_device::ADBServerDevice;
use adb_client::tcp::ADBTcpDevice;
use adb_client::{ADBDeviceExt, RustADBError};
use serde::{Deserialize, Serialize};

use super::devices::Device;
use super::relay;

/// First argument of the helper. Not for people.
pub(super) const ARGUMENT: &str = "__adb-helper";

/// How much longer the helper lives than its deadline, in case nobody is left to end it.
const GRACE: Duration = Duration::from_secs(2);

/// How to reach the phone, once it is chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Link {
    Server {
        addr: SocketAddrV4,
        device: Device,
    },
    Tcp {
        addr: SocketAddr,
        key: PathBuf,
    },
    Usb {
        key: PathBuf,
        /// The one that is meant, where it is known.
        only: Option<Cable>,
    },
    /// No phone: it only tells which there are on cables.
    Cables,
}

/// A phone on a cable, as it is told apart without asking it anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cable {
    /// Vendor id of the USB device.
    pub vendor: u16,
    /// Product id of the USB device.
    pub product: u16,
    /// What it calls itself, not cleaned; `None` where this computer does not let us look.
    pub name: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) link: Link,
    pub(super) max_bytes: usize,
    pub(super) deadline: Duration,
}

/// What the helper tells, one line each.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Event {
    /// The phone is there, and is asked whether it trusts this computer.
    Reached,
    /// Nobody tapped Allow so far. It is asked again.
    Untapped,
    /// The phone is connected and the command is awaited. A phone on a cable, with what it is.
    Connected(Option<Cable>),
    Cables(Vec<Cable>),
    Fault(Fault),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// The library's or the system's own words.
    pub(super) detail: String,
}

/// Faults that people can do something about, each in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Refused,
    Unreachable,
    /// The phone does not trust this computer.
    Unauthorized,
    /// The same, after the library's own wait for someone to tap Allow.
    Untapped,
    /// The other side does not speak ADB, or speaks it wrongly.
    Garbled,
    /// The connection broke off.
    Lost,
    /// The phone is connected and does not open a shell.
    NoShell,
    /// The ADB server refused, in its words.
    Server,
    TooMuch,
    /// The key of this computer cannot be read.
    Key,
    /// Encrypted wireless debugging, for which this computer was never paired.
    NotPaired,
    /// This computer has no USB that could be looked through.
    UsbUnusable,
    UsbBusy,
    UsbForbidden,
    UsbNone,
    /// The phone that is meant is not on a cable any more.
    UsbGone,
    UsbSeveral,
    UsbLeftOut,
    Other,
}

/// Runs as the helper if the arguments (the program's name first) ask for it; otherwise `None`. To be called before
/// anything else in `main`.
pub fn helper(mut args: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    (args.nth(1)? == ARGUMENT).then(|| match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tell(&Event::Fault(fault));
            ExitCode::FAILURE
        }
    })
}

fn tell(event: &Event) {
    if let Ok(line) = serde_json::to_string(event) {
        // Nobody to tell it to is no reason to fail.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// The most memory that the helper may take, in bytes of address space: the ADB library makes room for whatever length
/// a message announces.
#[cfg(unix)]
const MAX_MEMORY: u64 = 192 << 20;

fn serve() -> Result<(), Fault> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = Rlimit {
            current: Some(MAX_MEMORY),
            maximum: Some(MAX_MEMORY),
        };
        // Without the limit the deadline and the cap on output still hold.
        let _ = setrlimit(Resource::As, limit);
    }
    let mut line = String::new();
    let job: Job = io::stdin()
        .lock()
        .read_line(&mut line)
        .ok()
        .and_then(|_| serde_json::from_str(&line).ok())
        .ok_or_else(|| Fault::new(Kind::Other, "no job was given"))?;
    let command = end_with_parent(job.deadline);

    let mut out = Capped {
        left: job.max_bytes,
    };
    let end = Instant::now() + job.deadline;
    match &job.link {
        Link::Server { addr, device } => {
            let mut phone = match (device.transport_id, &device.serial) {
                (Some(id), _) => ADBServerDevice::new_with_transport_id(id, Some(*addr)),
                (None, Some(serial)) => ADBServerDevice::new(serial.clone(), Some(*addr)),
                (None, None) => ADBServerDevice::autodetect(Some(*addr)),
            };
            shell(&mut phone, None, &command, &mut out)?;
        }
        Link::Tcp { addr, key } => {
            let mut phone = patiently(|| tcp(*addr, key, end))?;
            shell(&mut phone, None, &command, &mut out)?;
        }
        Link::Usb { key, only } => usb(key, only.as_ref(), &command, &mut out)?,
        Link::Cables => tell(&Event::Cables(cables()?)),
    }
    Ok(())
}

/// Connects again as long as nobody has tapped Allow: the library gives up after ten seconds, a person may need longer.
/// With the same key the phone goes on where it was. Whoever started this process ends it at the deadline.
fn patiently<T>(mut connect: impl FnMut() -> Result<T, Fault>) -> Result<T, Fault> {
    loop {
        match connect() {
            Err(fault) if fault.kind == Kind::Untapped => {
                tell(&Event::Untapped);
                thread::sleep(Duration::from_millis(200));
            }
            other => return other,
        }
    }
}

fn tcp(addr: SocketAddr, key: &Path, end: Instant) -> Result<ADBTcpDevice, Fault> {
    let within = end.saturating_duration_since(Instant::now());
    // The library itself drops the link of an attempt that it has given up.
    let over = Arc::new(AtomicBool::new(false));
    let given_up = Arc::clone(&over);
    let near = relay::connect(addr, within.max(Duration::from_millis(1)), move || {
        give_up(&given_up);
    })
    .map_err(|e| Fault::new(by_io(&e), &e.to_string()))?;
    tell(&Event::Reached);
    ADBTcpDevice::new_with_custom_private_key(near, key).map_err(|e| {
        over.store(true, Ordering::SeqCst);
        Fault::connecting(&e)
    })
}

fn shell(
    phone: &mut impl ADBDeviceExt,
    cable: Option<Cable>,
    command: &Receiver<String>,
    out: &mut Capped,
) -> Result<(), Fault> {
    tell(&Event::Connected(cable));
    let command = command
        .recv()
        .map_err(|_| Fault::new(Kind::Other, "no command was given"))?;
    // The status is ignored: the library loses it, and the end mark carries it.
    phone
        .shell_command(&command, Some(out), None)
        .map(|_| ())
        .map_err(Fault::answering)
}

#[cfg(feature = "usb")]
fn cables() -> Result<Vec<Cable>, Fault> {
    // The library's name for a phone that it may not open.
    const CLOSED: &str = "Unknown device";
    let found = adb_client::usb::find_all_connected_adb_devices()
        .map_err(|e| Fault::new(Kind::UsbUnusable, &e.to_string()))?;
    Ok(found
        .into_iter()
        .map(|phone| Cable {
            vendor: phone.vendor_id,
            product: phone.product_id,
            name: Some(phone.device_description).filter(|name| name != CLOSED),
        })
        .collect())
}

#[cfg(not(feature = "usb"))]
fn cables() -> Result<Vec<Cable>, Fault> {
    Err(Fault::new(Kind::UsbLeftOut, ""))
}

/// The one phone on a cable that is meant.
fn one_of(found: Vec<Cable>, only: Option<&Cable>) -> Result<Cable, Fault> {
    let none = match only {
        None => Kind::UsbNone,
        Some(_) => Kind::UsbGone,
    };
    let mut meant: Vec<Cable> = found
        .into_iter()
        .filter(|cable| only.is_none_or(|only| only == cable))
        .collect();
    match (meant.pop(), meant.as_slice()) {
        (None, _) => Err(Fault::new(none, "")),
        (Some(cable), []) => Ok(cable),
        (Some(last), rest) => {
            let names: Vec<&str> = rest
                .iter()
                .chain([&last])
                .map(|cable| cable.name.as_deref().unwrap_or("a phone without a name"))
                .collect();
            Err(Fault::new(Kind::UsbSeveral, &names.join(", ")))
        }
    }
}

#[cfg(feature = "usb")]
fn usb(
    key: &Path,
    only: Option<&Cable>,
    command: &Receiver<String>,
    out: &mut Capped,
) -> Result<(), Fault> {
    use adb_client::usb::ADBUSBDevice;

    let (mut phone, cable) = patiently(|| {
        let cable = one_of(cables()?, only)?;
        tell(&Event::Reached);
        let phone = ADBUSBDevice::new_with_custom_private_key(cable.vendor, cable.product, key)
            .map_err(|e| Fault::connecting(&e))?;
        Ok((phone, cable))
    })?;
    shell(&mut phone, Some(cable), command, out)
}

#[cfg(not(feature = "usb"))]
fn usb(_: &Path, only: Option<&Cable>, _: &Receiver<String>, _: &mut Capped) -> Result<(), Fault> {
    one_of(cables()?, only).map(|_| ())
}

/// Ends this process when whoever started it is gone (its end of standard input closes), or did not end it in time. Gives
/// the command, which comes the same way.
fn end_with_parent(deadline: Duration) -> Receiver<String> {
    let (command, awaited) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line).is_ok()
            && let Ok(text) = serde_json::from_str(&line)
        {
            let _ = command.send(text);
        }
        let mut nothing = [0; 64];
        while matches!(io::stdin().lock().read(&mut nothing), Ok(1..)) {}
        std::process::exit(1);
    });
    thread::spawn(move || {
        thread::sleep(deadline.saturating_add(GRACE));
        std::process::exit(1);
    });
    awaited
}

/// The link to the phone is gone. What came before gets a moment on its way out; the library would wait for ever.
/// Unless the library has let go of it by itself, and knows.
fn give_up(over: &AtomicBool) {
    thread::sleep(Duration::from_millis(300));
    if over.load(Ordering::SeqCst) {
        return;
    }
    tell(&Event::Fault(Fault::new(
        Kind::Lost,
        "the phone's side closed it",
    )));
    std::process::exit(1);
}

/// Standard output, up to a number of bytes.
struct Capped {
    left: usize,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.left {
            // An error would not end it: the library first reads all that the phone still sends.
            tell(&Event::Fault(Fault::new(Kind::TooMuch, "")));
            std::process::exit(1);
        }
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()?;
        self.left -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Fault {
    fn new(kind: Kind, detail: &str) -> Fault {
        Fault {
            kind,
            detail: detail.to_owned(),
        }
    }

    /// While the library and the phone's daemon agreed on a connection.
    fn connecting(e: &RustADBError) -> Fault {
        let kind = match e {
            RustADBError::IOError(io) => match io.kind() {
                // The only wait with an end: ten seconds for someone to tap Allow.
                ErrorKind::WouldBlock | ErrorKind::TimedOut => Kind::Untapped,
                // The key file, which only an encrypted connection cannot do without.
                ErrorKind::NotFound => Kind::NotPaired,
                _ => by_io(io),
            },
            RustADBError::WrongResponseReceived(a, b) if a == "AUTH" || b == "AUTH" => {
                Kind::Unauthorized
            }
            RustADBError::TLSError(_) | RustADBError::CertificateGenerationError(_) => {
                Kind::NotPaired
            }
            RustADBError::RsaPkcs8Error(_) | RustADBError::RSAError(_) => Kind::Key,
            _ => by_kind(e).unwrap_or(Kind::Garbled),
        };
        Fault::new(kind, &e.to_string())
    }

    /// While the phone was answering.
    fn answering(e: RustADBError) -> Fault {
        let kind = match &e {
            RustADBError::IOError(io) => by_io(io),
            RustADBError::ADBRequestFailed(words) if words.starts_with("Open session failed") => {
                Kind::NoShell
            }
            RustADBError::ADBRequestFailed(words) => {
                return Fault::new(Kind::Server, words);
            }
            _ => match by_kind(&e).unwrap_or(Kind::Garbled) {
                // Allow was tapped already.
                Kind::Untapped => Kind::Lost,
                kind => kind,
            },
        };
        Fault::new(kind, &e.to_string())
    }
}

fn by_io(e: &io::Error) -> Kind {
    match e.kind() {
        ErrorKind::ConnectionRefused => Kind::Refused,
        ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Kind::Unreachable
        }
        ErrorKind::InvalidData => Kind::Garbled,
        ErrorKind::UnexpectedEof
        | ErrorKind::BrokenPipe
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::NotConnected => Kind::Lost,
        _ => Kind::Other,
    }
}

/// Faults of the cable.
#[cfg(feature = "usb")]
fn by_kind(e: &RustADBError) -> Option<Kind> {
    // The USB library's own error type is not within reach, only its words.
    let words = e.to_string();
    match e {
        RustADBError::DeviceBusy => Some(Kind::UsbBusy),
        RustADBError::DeviceNotFound(_)
        | RustADBError::USBDeviceNotFound(..)
        | RustADBError::USBNoDescriptorFound => Some(Kind::UsbNone),
        RustADBError::UsbError(_) if words.contains("Access denied") => Some(Kind::UsbForbidden),
        // Windows, where another driver has the phone.
        RustADBError::UsbError(_) if words.contains("not supported") => Some(Kind::UsbForbidden),
        RustADBError::UsbError(_) if words.contains("timed out") => Some(Kind::Untapped),
        RustADBError::UsbError(_) if words.contains("busy") => Some(Kind::UsbBusy),
        RustADBError::UsbError(_) => Some(Kind::Lost),
        _ => None,
    }
}

#[cfg(not(feature = "usb"))]
fn by_kind(_: &RustADBError) -> Option<Kind> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cable(product: u16, name: Option<&str>) -> Cable {
        Cable {
            vendor: 0x18d1,
            product,
            name: name.map(str::to_owned),
        }
    }

    #[test]
    fn which_of_the_phones_on_cables_is_meant() {
        let (a, b) = (cable(1, Some("Phone A")), cable(2, None));
        for (found, only, meant) in [
            (vec![], None, Err((Kind::UsbNone, ""))),
            (vec![], Some(&a), Err((Kind::UsbGone, ""))),
            (vec![b.clone()], Some(&a), Err((Kind::UsbGone, ""))),
            (vec![a.clone()], None, Ok(a.clone())),
            (vec![a.clone(), b.clone()], Some(&a), Ok(a.clone())),
            (
                vec![a.clone(), b.clone()],
                None,
                Err((Kind::UsbSeveral, "Phone A, a phone without a name")),
            ),
        ] {
            let said = one_of(found, only).map_err(|fault| (fault.kind, fault.detail));
            assert_eq!(
                said,
                meant.map_err(|(kind, names)| (kind, names.to_owned()))
            );
        }
    }
}
