//! A stand-in for a phone's ADB daemon: it speaks the device protocol over TCP and runs what it is asked to run with
//! a real shell of this computer. It can misbehave in every way that a phone, a cable or a network has been seen to.

#![allow(dead_code)]

#[path = "adb_double/key.rs"]
mod key;
#[path = "adb_double/shell.rs"]
mod shell;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use shell::{Out, Shell};

const CNXN: u32 = 0x4e58_4e43;
const AUTH: u32 = 0x4854_5541;
const OPEN: u32 = 0x4e45_504f;
const OKAY: u32 = 0x5941_4b4f;
const CLSE: u32 = 0x4553_4c43;
const WRTE: u32 = 0x4554_5257;

/// The first protocol version in which nobody looks at checksums any more.
const NO_CHECKSUMS: u32 = 0x0100_0001;

/// How the phone decides whether to trust the computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// It asks nothing (an emulator).
    Open,
    /// It knows the computer's key already.
    Known,
    /// Nobody ever taps Allow.
    Never,
    /// Somebody taps Allow after a while.
    After(Duration),
    /// Somebody taps Allow, and "Always allow from this computer", so long after the first key was shown; also for a
    /// link that ended since. The phone then knows that key by its signatures.
    Tap(Duration),
    /// Somebody taps Deny: the phone asks for a key again, at once.
    Denied,
}

/// One way to misbehave. Byte counts are of the shell's stream as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The link drops after so many bytes.
    CutAfter(usize),
    /// The daemon closes the stream after so many bytes.
    CloseAfter(usize),
    /// Nothing more comes after so many bytes, and the link stays.
    HangAfter(usize),
    /// It thinks for a while before its answer.
    Delay(Duration),
    /// The daemon prints this instead of running anything.
    Instead(Vec<u8>),
    /// It prints this before / after the shell's output.
    Before(Vec<u8>),
    After(Vec<u8>),
    /// It prints so many bytes instead of running anything.
    Flood(usize),
    /// Line ends as a terminal makes them.
    Crlf,
    /// Messages of at most so many bytes.
    Tiny(usize),
    /// It does not open any stream.
    RefuseOpen,
    /// Every message of output comes twice.
    Twice,
    /// One message of output, counted from 0, comes after the next one.
    Swap(usize),
    /// One message of output comes twice.
    Repeat(usize),
    /// One message of output does not come.
    Lose(usize),
    /// A pause after one message of output.
    Pause(usize, Duration),
    /// One byte of the stream, counted from 0, is another.
    Garble(usize, u8),
    /// A second CLSE, after a while.
    CloseTwice(Duration),
    /// The link drops right after the CLSE.
    DropAfterClose,
    /// Shell v2: a packet on a channel that does not exist.
    UnknownChannel,
    /// Shell v2: no exit packet.
    NoExit,
    /// Shell v2: the last packet is shorter than it says.
    ShortPacket,
    /// Bytes that are no message, instead of an answer to OPEN.
    NoMessage(Vec<u8>),
    /// The same, instead of an answer to CNXN.
    NoBanner(Vec<u8>),
    /// It accepts the connection and never says a word.
    Mute,
}

/// What kind of phone it is.
#[derive(Debug, Clone)]
pub struct Config {
    /// The shell that runs the commands.
    pub shell: PathBuf,
    /// `PATH` of that shell, stub programs first.
    pub path: OsString,
    /// The rest of its environment.
    pub env: Vec<(String, String)>,
    /// Features, as in the banner; with `shell_v2` it can do shell v2.
    pub features: &'static str,
    pub model: String,
    /// Protocol version: `0x0100_0000` (with checksums) or `0x0100_0001`.
    pub version: u32,
    pub max_payload: usize,
    pub auth: Auth,
    pub faults: Vec<Fault>,
    /// Where it listens on this computer; 0 is any free port.
    pub port: u16,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            shell: "sh".into(),
            path: "/usr/bin:/bin".into(),
            env: Vec::new(),
            features: "shell_v2,cmd,stat_v2",
            model: "Double".into(),
            version: 0x0100_0001,
            max_payload: 256 * 1024,
            auth: Auth::Open,
            faults: Vec::new(),
            port: 0,
        }
    }
}

impl Config {
    /// A phone that misbehaves in this way.
    pub fn faulty(fault: Fault) -> Config {
        Config {
            faults: vec![fault],
            ..Config::default()
        }
    }

    /// A phone with shell v1 only.
    pub fn v1() -> Config {
        Config {
            features: "",
            ..Config::default()
        }
    }

    fn fault<T>(&self, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.faults.iter().find_map(pick)
    }

    fn has(&self, fault: &Fault) -> bool {
        self.faults.contains(fault)
    }
}

/// What went over the wire.
#[derive(Debug, Default)]
pub struct Counters {
    connections: AtomicUsize,
    shells: AtomicUsize,
    received: AtomicUsize,
    sent: AtomicUsize,
    bad_checksums: AtomicUsize,
    busy: Mutex<Duration>,
    commands: Mutex<Vec<String>>,
    keys: Mutex<Vec<String>>,
    crossed: Mutex<Vec<u8>>,
}

impl Counters {
    /// The public keys that the phone was shown because it did not know the computer, in order.
    pub fn keys(&self) -> Vec<String> {
        self.keys.lock().expect("counters").clone()
    }

    /// Links that were made.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Shells that were opened.
    pub fn shells(&self) -> usize {
        self.shells.load(Ordering::SeqCst)
    }

    /// Bytes of commands and input that came.
    pub fn received(&self) -> usize {
        self.received.load(Ordering::SeqCst)
    }

    /// Bytes of output that went back.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// Every byte of output that went back, of all shells.
    pub fn crossed(&self) -> Vec<u8> {
        self.crossed.lock().expect("counters").clone()
    }

    /// Messages of the host with a wrong checksum where one was due.
    pub fn bad_checksums(&self) -> usize {
        self.bad_checksums.load(Ordering::SeqCst)
    }

    /// How long the phone's shells ran, from their start until they were gone, all together.
    pub fn busy(&self) -> Duration {
        *self.busy.lock().expect("counters")
    }

    /// The services that were asked for, in order (`shell:...`).
    pub fn services(&self) -> Vec<String> {
        self.commands.lock().expect("counters").clone()
    }
}

/// A running double; it stops when dropped.
pub struct Double {
    addr: SocketAddr,
    inner: Arc<Inner>,
    acceptor: Option<JoinHandle<()>>,
}

struct Inner {
    config: Config,
    counters: Counters,
    stop: AtomicBool,
    links: Mutex<Vec<TcpStream>>,
    /// The key that somebody allows or has allowed, and when.
    allowed: Mutex<Option<(String, Instant)>>,
}

impl Inner {
    /// Whether one of the known keys made this signature.
    fn knows(&self, signature: &[u8]) -> bool {
        let allowed = self.allowed.lock().expect("keys").clone();
        allowed.is_some_and(|(key, since)| {
            Instant::now() >= since && key::made(&key, &key::TOKEN, signature)
        })
    }

    /// How long until somebody allows this key; `None` if that is never.
    fn allowed_in(&self, key: &str, wait: Duration) -> Option<Duration> {
        let mut allowed = self.allowed.lock().expect("keys");
        let (known, since) = allowed.get_or_insert_with(|| (key.into(), Instant::now() + wait));
        (known == key).then(|| since.saturating_duration_since(Instant::now()))
    }
}

impl Double {
    pub fn start(config: Config) -> Double {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let inner = Arc::new(Inner {
            config,
            counters: Counters::default(),
            stop: AtomicBool::new(false),
            links: Mutex::new(Vec::new()),
            allowed: Mutex::new(None),
        });
        let shared = Arc::clone(&inner);
        let acceptor = thread::spawn(move || {
            for link in listener.incoming() {
                if shared.stop.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(link) = link else { continue };
                let _ = link.set_nodelay(true);
                if let Ok(clone) = link.try_clone() {
                    shared.links.lock().expect("links").push(clone);
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.counters.connections.fetch_add(1, Ordering::SeqCst);
                    // A link that ends in an error is a link that ends.
                    let _ = Link::new(link, &shared).and_then(Link::serve);
                });
            }
        });
        Double {
            addr,
            inner,
            acceptor: Some(acceptor),
        }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.inner.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.addr);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        for link in self.inner.links.lock().expect("links").drain(..) {
            let _ = link.shutdown(Shutdown::Both);
        }
    }
}

struct Message {
    command: u32,
    arg0: u32,
    arg1: u32,
    payload: Vec<u8>,
    checksum: u32,
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |sum: u32, b| sum.wrapping_add(u32::from(*b)))
}

/// The writing half of a link, shared by its streams.
#[derive(Clone)]
struct Sink {
    stream: Arc<Mutex<TcpStream>>,
    checksums: Arc<AtomicBool>,
}

impl Sink {
    fn send(&self, command: u32, arg0: u32, arg1: u32, payload: &[u8]) -> io::Result<()> {
        let sum = if self.checksums.load(Ordering::SeqCst) {
            checksum(payload)
        } else {
            0
        };
        let mut bytes = Vec::with_capacity(24 + payload.len());
        for word in [command, arg0, arg1, payload.len() as u32, sum, !command] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(payload);
        self.raw(&bytes)
    }

    fn raw(&self, bytes: &[u8]) -> io::Result<()> {
        self.stream.lock().expect("stream").write_all(bytes)
    }

    fn drop_link(&self) {
        let _ = self.stream.lock().expect("stream").shutdown(Shutdown::Both);
    }
}

/// One connection of a host.
struct Link {
    stream: TcpStream,
    sink: Sink,
    inner: Arc<Inner>,
    /// Where the OKAYs for each of our streams go.
    streams: HashMap<u32, Sender<()>>,
    next_id: u32,
}

impl Link {
    fn new(stream: TcpStream, inner: &Arc<Inner>) -> io::Result<Link> {
        let sink = Sink {
            stream: Arc::new(Mutex::new(stream.try_clone()?)),
            checksums: Arc::new(AtomicBool::new(true)),
        };
        Ok(Link {
            stream,
            sink,
            inner: Arc::clone(inner),
            streams: HashMap::new(),
            next_id: 1,
        })
    }

    fn read(&mut self) -> io::Result<Message> {
        let mut header = [0; 24];
        self.stream.read_exact(&mut header)?;
        let word =
            |n: usize| u32::from_le_bytes(header[n * 4..n * 4 + 4].try_into().expect("four bytes"));
        assert_eq!(word(5), !word(0), "the host's magic");
        assert!(
            word(3) <= 1024 * 1024,
            "the host's message is too long: {}",
            word(3)
        );
        let mut payload = vec![0; word(3) as usize];
        self.stream.read_exact(&mut payload)?;
        Ok(Message {
            command: word(0),
            arg0: word(1),
            arg1: word(2),
            payload,
            checksum: word(4),
        })
    }

    fn serve(mut self) -> io::Result<()> {
        let config = self.inner.config.clone();
        let trusted = Arc::new(AtomicBool::new(config.auth == Auth::Open));
        loop {
            let message = self.read()?;
            if self.sink.checksums.load(Ordering::SeqCst)
                && checksum(&message.payload) != message.checksum
            {
                self.inner
                    .counters
                    .bad_checksums
                    .fetch_add(1, Ordering::SeqCst);
            }
            match message.command {
                CNXN => {
                    let checks = config.version.min(message.arg0) < NO_CHECKSUMS;
                    self.sink.checksums.store(checks, Ordering::SeqCst);
                    if config.has(&Fault::Mute) {
                        continue;
                    }
                    if let Some(bytes) = config.fault(|f| match f {
                        Fault::NoBanner(bytes) => Some(bytes.clone()),
                        _ => None,
                    }) {
                        self.sink.raw(&bytes)?;
                    } else if trusted.load(Ordering::SeqCst) {
                        self.banner()?;
                    } else {
                        self.sink.send(AUTH, 1, 0, &key::TOKEN)?;
                    }
                }
                AUTH if message.arg0 == 2 => {
                    let known = match config.auth {
                        Auth::Known => true,
                        Auth::Tap(_) => self.inner.knows(&message.payload),
                        _ => false,
                    };
                    if known {
                        trusted.store(true, Ordering::SeqCst);
                        self.banner()?;
                    } else {
                        self.sink.send(AUTH, 1, 0, &key::TOKEN)?;
                    }
                }
                AUTH if message.arg0 == 3 => {
                    let shown = String::from_utf8_lossy(&message.payload)
                        .trim_end_matches('\0')
                        .to_owned();
                    let keys = &self.inner.counters.keys;
                    keys.lock().expect("counters").push(shown.clone());
                    match config.auth {
                        Auth::After(wait) => {
                            thread::sleep(wait);
                            trusted.store(true, Ordering::SeqCst);
                            self.banner()?;
                        }
                        Auth::Tap(wait) => {
                            if let Some(wait) = self.inner.allowed_in(&shown, wait) {
                                let (trusted, sink) = (Arc::clone(&trusted), self.sink.clone());
                                let inner = Arc::clone(&self.inner);
                                thread::spawn(move || {
                                    thread::sleep(wait);
                                    trusted.store(true, Ordering::SeqCst);
                                    let _ = banner(&sink, &inner.config);
                                });
                            }
                        }
                        Auth::Denied => self.sink.send(AUTH, 1, 0, &key::TOKEN)?,
                        _ => {}
                    }
                }
                OPEN if trusted.load(Ordering::SeqCst) => self.open(message)?,
                WRTE => {
                    self.inner
                        .counters
                        .received
                        .fetch_add(message.payload.len(), Ordering::SeqCst);
                    self.sink.send(OKAY, message.arg1, message.arg0, &[])?;
                }
                OKAY => {
                    if let Some(stream) = self.streams.get(&message.arg1) {
                        let _ = stream.send(());
                    }
                }
                CLSE => {
                    self.streams.remove(&message.arg1);
                }
                _ => {}
            }
        }
    }

    fn banner(&self) -> io::Result<()> {
        banner(&self.sink, &self.inner.config)
    }

    fn open(&mut self, message: Message) -> io::Result<()> {
        let config = &self.inner.config;
        let theirs = message.arg0;
        let service = String::from_utf8_lossy(&message.payload)
            .trim_end_matches('\0')
            .to_owned();
        self.inner
            .counters
            .received
            .fetch_add(message.payload.len(), Ordering::SeqCst);
        self.inner
            .counters
            .commands
            .lock()
            .expect("counters")
            .push(service.clone());
        let shell = service
            .strip_prefix("shell")
            .and_then(|rest| rest.split_once(':'));
        let Some((arguments, command)) = shell else {
            return self.sink.send(CLSE, 0, theirs, &[]);
        };
        self.inner.counters.shells.fetch_add(1, Ordering::SeqCst);
        if config.has(&Fault::RefuseOpen) {
            return self.sink.send(CLSE, 0, theirs, &[]);
        }
        if let Some(bytes) = config.fault(|f| match f {
            Fault::NoMessage(bytes) => Some(bytes.clone()),
            _ => None,
        }) {
            return self.sink.raw(&bytes);
        }
        assert!(
            message.payload.len() <= config.max_payload,
            "OPEN is longer than this phone accepts"
        );
        let ours = self.next_id;
        self.next_id += 1;
        let (okay, okays) = mpsc::channel();
        self.streams.insert(ours, okay);
        self.sink.send(OKAY, ours, theirs, &[])?;
        let shell = Shell {
            out: Out {
                sink: self.sink.clone(),
                inner: Arc::clone(&self.inner),
                ours,
                theirs,
                okays,
                sent: 0,
                messages: 0,
                held: None,
            },
            v2: arguments.split(',').any(|word| word == "v2"),
            command: command.to_owned(),
        };
        thread::spawn(move || shell.run());
        Ok(())
    }
}

fn banner(sink: &Sink, config: &Config) -> io::Result<()> {
    let banner = format!(
        "device::ro.product.name=double;ro.product.model={};ro.product.device=double;features={}",
        config.model, config.features
    );
    sink.send(
        CNXN,
        config.version,
        config.max_payload as u32,
        banner.as_bytes(),
    )
}
