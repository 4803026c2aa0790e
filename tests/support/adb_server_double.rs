//! A stand-in for an adb server: for states of phones, and for answers, that a real one cannot be made to show.

#![allow(dead_code)]

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What it does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// OKAY and a text with its length.
    Text(Vec<u8>),
    /// OKAY, and the connection goes on (to the next request).
    Okay,
    /// FAIL and a text with its length.
    Fail(Vec<u8>),
    /// Exactly these bytes, and the connection ends.
    Raw(Vec<u8>),
    /// The same, a byte at a time with a pause after each.
    Dribble(Vec<u8>, Duration),
    /// OKAY, then what a real shell prints for the command: with exit packet.
    Shell,
    /// OKAY, then these bytes of the shell's stream, and the connection ends.
    Stream(Vec<u8>),
    /// Nothing, for ever.
    Hang,
}

type Script = dyn Fn(&str) -> Option<Reply> + Send + Sync;

/// A running double; it stops when dropped.
pub struct ServerDouble {
    addr: SocketAddrV4,
    requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl ServerDouble {
    /// A server of today with this list of phones, on which shells work.
    pub fn with_phones(list: &'static str) -> ServerDouble {
        ServerDouble::start(list, |_| None)
    }

    /// The same, where `script` has the first word on every request.
    pub fn start(
        list: &'static str,
        script: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    ) -> ServerDouble {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let SocketAddr::V4(addr) = listener.local_addr().expect("an address") else {
            unreachable!("it was bound to IPv4");
        };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let script: Arc<Script> = Arc::new(move |request| {
            script(request).or_else(|| match request {
                "host:version" => Some(Reply::Text(b"0029".to_vec())),
                "host:devices-l" => Some(Reply::Text(list.as_bytes().to_vec())),
                "host:features" => Some(Reply::Text(b"shell_v2,cmd".to_vec())),
                _ if request.starts_with("host:transport") => Some(Reply::Okay),
                _ if request.starts_with("shell") => Some(Reply::Shell),
                _ => None,
            })
        });
        let (log, stopped) = (Arc::clone(&requests), Arc::clone(&stop));
        let acceptor = thread::spawn(move || {
            for link in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(link) = link else { continue };
                let (log, script) = (Arc::clone(&log), Arc::clone(&script));
                thread::spawn(move || {
                    let _ = serve(link, &log, &*script);
                });
            }
        });
        ServerDouble {
            addr,
            requests,
            stop,
            acceptor: Some(acceptor),
        }
    }

    pub fn addr(&self) -> SocketAddrV4 {
        self.addr
    }

    /// All requests so far, in order.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("requests").clone()
    }
}

impl Drop for ServerDouble {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.addr);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn with_length(status: &str, text: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{status}{:04x}", text.len()).into_bytes();
    bytes.extend(text);
    bytes
}

fn serve(mut link: TcpStream, log: &Mutex<Vec<String>>, script: &Script) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        link.read_exact(&mut length)?;
        let length = std::str::from_utf8(&length)
            .ok()
            .and_then(|t| usize::from_str_radix(t, 16).ok());
        let mut request = vec![0; length.expect("the length of a request")];
        link.read_exact(&mut request)?;
        let request = String::from_utf8_lossy(&request).into_owned();
        log.lock().expect("requests").push(request.clone());
        match script(&request).unwrap_or_else(|| Reply::Fail(b"unknown host service".to_vec())) {
            Reply::Text(text) => return link.write_all(&with_length("OKAY", &text)),
            Reply::Fail(text) => return link.write_all(&with_length("FAIL", &text)),
            Reply::Raw(bytes) => return link.write_all(&bytes),
            Reply::Dribble(bytes, pause) => {
                for byte in bytes {
                    link.write_all(&[byte])?;
                    thread::sleep(pause);
                }
                return Ok(());
            }
            Reply::Okay => link.write_all(b"OKAY")?,
            Reply::Stream(bytes) => {
                link.write_all(b"OKAY")?;
                return link.write_all(&bytes);
            }
            Reply::Shell => {
                let command = request.split_once(':').map_or("", |(_, command)| command);
                let output = Command::new("sh").arg("-c").arg(command).output()?;
                link.write_all(b"OKAY")?;
                for (channel, bytes) in [
                    (1, output.stdout),
                    (2, output.stderr),
                    (3, vec![output.status.code().unwrap_or(255) as u8]),
                ] {
                    link.write_all(&[channel])?;
                    link.write_all(&(bytes.len() as u32).to_le_bytes())?;
                    link.write_all(&bytes)?;
                }
                return Ok(());
            }
            Reply::Hang => {
                let mut nothing = [0; 64];
                while matches!(link.read(&mut nothing), Ok(1..)) {}
                return Ok(());
            }
        }
    }
}
