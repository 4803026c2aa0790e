//! What the double prints: a real shell's output in the protocol's clothes, with the faults that are asked for.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use super::{CLSE, Fault, Inner, Sink, WRTE};

/// The stream of one shell, towards the host.
pub(super) struct Out {
    pub(super) sink: Sink,
    pub(super) inner: Arc<Inner>,
    pub(super) ours: u32,
    pub(super) theirs: u32,
    pub(super) okays: Receiver<()>,
    pub(super) sent: usize,
    /// Messages that were ready to go.
    pub(super) messages: usize,
    /// A message that goes after the next one.
    pub(super) held: Option<Vec<u8>>,
}

/// The stream is over, because the host or a fault wants it so.
pub(super) struct Over;

impl Out {
    /// Sends bytes in messages, each after the OKAY for the one before.
    fn push(&mut self, bytes: &[u8]) -> Result<(), Over> {
        let inner = Arc::clone(&self.inner);
        let config = &inner.config;
        let size = config.fault(|f| match f {
            Fault::Tiny(size) => Some(*size),
            _ => None,
        });
        for chunk in bytes.chunks(size.unwrap_or(config.max_payload.min(64 * 1024))) {
            let limit = config.fault(|f| match f {
                Fault::CutAfter(n) | Fault::CloseAfter(n) | Fault::HangAfter(n) => Some(*n),
                _ => None,
            });
            let room = limit.map_or(usize::MAX, |n| n - self.sent);
            if chunk.len() >= room {
                self.write(&chunk[..room])?;
                return Err(self.end_by_fault());
            }
            self.message(chunk)?;
        }
        Ok(())
    }

    /// One message, with what the faults make of it.
    fn message(&mut self, chunk: &[u8]) -> Result<(), Over> {
        let inner = Arc::clone(&self.inner);
        let config = &inner.config;
        let number = self.messages;
        self.messages += 1;
        let mut chunk = chunk.to_vec();
        for fault in &config.faults {
            if let Fault::Garble(at, with) = fault
                && let Some(byte) = at.checked_sub(self.sent).and_then(|i| chunk.get_mut(i))
            {
                *byte = *with;
            }
        }
        if config.has(&Fault::Swap(number)) {
            self.held = Some(chunk);
            return Ok(());
        }
        if !config.has(&Fault::Lose(number)) {
            self.write(&chunk)?;
        }
        if config.has(&Fault::Twice) || config.has(&Fault::Repeat(number)) {
            self.write(&chunk)?;
        }
        if let Some(held) = self.held.take() {
            self.write(&held)?;
        }
        for fault in &config.faults {
            if let Fault::Pause(at, wait) = fault
                && *at == number
            {
                thread::sleep(*wait);
            }
        }
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), Over> {
        if chunk.is_empty() {
            return Ok(());
        }
        self.sink
            .send(WRTE, self.ours, self.theirs, chunk)
            .map_err(|_| Over)?;
        self.sent += chunk.len();
        self.inner
            .counters
            .sent
            .fetch_add(chunk.len(), Ordering::SeqCst);
        let crossed = &self.inner.counters.crossed;
        crossed.lock().expect("counters").extend_from_slice(chunk);
        // The other end of this channel goes when the host closes the stream or the link ends.
        self.okays.recv().map_err(|_| Over)
    }

    fn end_by_fault(&self) -> Over {
        for fault in &self.inner.config.faults {
            match fault {
                Fault::CutAfter(_) => self.sink.drop_link(),
                Fault::CloseAfter(_) => {
                    let _ = self.sink.send(CLSE, self.ours, self.theirs, &[]);
                }
                _ => {}
            }
        }
        Over
    }

    fn close(&mut self) -> Result<(), Over> {
        if let Some(held) = self.held.take() {
            self.write(&held)?;
        }
        self.sink
            .send(CLSE, self.ours, self.theirs, &[])
            .map_err(|_| Over)?;
        for fault in &self.inner.config.faults {
            match fault {
                Fault::CloseTwice(after) => {
                    thread::sleep(*after);
                    self.sink
                        .send(CLSE, self.ours, self.theirs, &[])
                        .map_err(|_| Over)?;
                }
                Fault::DropAfterClose => self.sink.drop_link(),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A shell and the stream that carries what it prints.
pub(super) struct Shell {
    pub(super) out: Out,
    pub(super) v2: bool,
    pub(super) command: String,
}

const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const EXIT: u8 = 3;

impl Shell {
    pub(super) fn run(mut self) {
        let mut child = None;
        if self.talk(&mut child).is_ok() {
            let _ = self.out.close();
        }
        if let Some(mut child) = child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn talk(&mut self, child: &mut Option<Child>) -> Result<(), Over> {
        let inner = Arc::clone(&self.out.inner);
        let config = &inner.config;
        let mut instead = None;
        let mut after = Vec::new();
        // A limit of nothing is reached before the first byte.
        self.limit_zero()?;
        for fault in &config.faults {
            match fault {
                Fault::Delay(wait) => thread::sleep(*wait),
                Fault::Before(bytes) => self.print(STDOUT, bytes)?,
                Fault::After(bytes) => after.clone_from(bytes),
                Fault::Instead(bytes) => instead = Some(bytes.clone()),
                Fault::UnknownChannel if self.v2 => self.packet(9, b"?")?,
                Fault::Flood(bytes) => {
                    let line = [b"x".repeat(1023), b"\n".to_vec()].concat();
                    for _ in 0..bytes / 1024 / 32 {
                        self.print(STDOUT, &line.repeat(32))?;
                    }
                    instead = Some(Vec::new());
                }
                _ => {}
            }
        }
        let status = match instead {
            Some(bytes) => {
                self.print(STDOUT, &bytes)?;
                0
            }
            None => self.execute(child)?,
        };
        self.print(STDOUT, &after)?;
        if config.has(&Fault::ShortPacket) {
            return self.out.push(&[STDOUT, 100, 0, 0, 0, b'x']);
        }
        if self.v2 && !config.has(&Fault::NoExit) {
            self.packet(EXIT, &[status])?;
        }
        Ok(())
    }

    fn limit_zero(&mut self) -> Result<(), Over> {
        let zero = |f: &Fault| {
            matches!(
                f,
                Fault::CutAfter(0) | Fault::CloseAfter(0) | Fault::HangAfter(0)
            )
        };
        if self.out.inner.config.faults.iter().any(zero) {
            return Err(self.out.end_by_fault());
        }
        Ok(())
    }

    fn execute(&mut self, running: &mut Option<Child>) -> Result<u8, Over> {
        let config = self.out.inner.config.clone();
        let (stdout, out_writer) = io::pipe().map_err(|_| Over)?;
        let (stderr, err_writer) = io::pipe().map_err(|_| Over)?;
        let mut command = Command::new(&config.shell);
        command
            .arg("-c")
            .arg(&self.command)
            .env_clear()
            .env("PATH", &config.path)
            .envs(config.env.iter().cloned())
            // Open and silent, as on a phone: whatever reads its input waits for ever.
            .stdin(Stdio::piped())
            .stdout(out_writer.try_clone().map_err(|_| Over)?);
        // Shell v1 has one channel for both. The end that is not used must go, or its reader waits for ever.
        if self.v2 {
            drop(out_writer);
            command.stderr(err_writer);
        } else {
            drop(err_writer);
            command.stderr(out_writer);
        }
        let started = Instant::now();
        let child = running.insert(command.spawn().expect("the shell of the double"));
        let _stdin = child.stdin.take();
        // The command keeps its ends of the pipes until it goes.
        drop(command);
        let (heard, hear) = mpsc::channel();
        for (channel, mut pipe) in [(STDOUT, stdout), (STDERR, stderr)] {
            let heard = heard.clone();
            thread::spawn(move || {
                let mut buffer = vec![0; 32 * 1024];
                while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                    if heard.send((channel, buffer[..n].to_vec())).is_err() {
                        break;
                    }
                }
            });
        }
        drop(heard);
        for (channel, bytes) in hear {
            self.print(channel, &bytes)?;
        }
        let status = running.as_mut().and_then(|child| child.wait().ok());
        *self.out.inner.counters.busy.lock().map_err(|_| Over)? += started.elapsed();
        Ok(status.and_then(|status| status.code()).unwrap_or(255) as u8)
    }

    /// Output of the shell, in the protocol's clothes.
    fn print(&mut self, channel: u8, bytes: &[u8]) -> Result<(), Over> {
        if bytes.is_empty() {
            return Ok(());
        }
        let bytes = if self.out.inner.config.has(&Fault::Crlf) {
            let mut lines = Vec::new();
            for byte in bytes {
                if *byte == b'\n' {
                    lines.push(b'\r');
                }
                lines.push(*byte);
            }
            lines
        } else {
            bytes.to_vec()
        };
        if self.v2 {
            self.packet(channel, &bytes)
        } else {
            self.out.push(&bytes)
        }
    }

    fn packet(&mut self, channel: u8, bytes: &[u8]) -> Result<(), Over> {
        let mut packet = vec![channel];
        packet.extend((bytes.len() as u32).to_le_bytes());
        packet.extend(bytes);
        self.out.push(&packet)
    }
}
