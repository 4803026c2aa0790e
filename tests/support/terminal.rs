//! The program on a real pseudo-terminal.

#![allow(dead_code)]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// Far more than any step takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    keyboard: File,
    child: Child,
    screen: Receiver<Vec<u8>>,
    shown: String,
    /// The program's end of the terminal, held open: where all close it, the last that it showed can be lost.
    other: File,
    /// That the program has ended is written on its end, behind all that it showed.
    closing: bool,
    over: bool,
}

/// Stands behind all that a program showed.
const END: &str = "\u{1e}the program has ended\u{1e}";

impl Terminal {
    /// Starts a program with its input, output and errors on a new terminal, which is its controlling terminal as it is
    /// for people: the keys that interrupt reach it at any moment.
    pub fn run(command: Command) -> Terminal {
        let mut command = controlling(command);
        let main = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("a pseudo-terminal");
        grantpt(&main).expect("granted");
        unlockpt(&main).expect("unlocked");
        let size = Winsize {
            ws_col: 200,
            ws_row: 50,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&main, size).expect("sized");
        let name = ptsname(&main, Vec::new()).expect("a name");
        let name = name.to_str().expect("ASCII");
        let end = || {
            let end = File::options().read(true).write(true).open(name);
            end.expect("the terminal")
        };
        let other = end();
        let open = || Stdio::from(end());
        let child = command
            .stdin(open())
            .stdout(open())
            .stderr(open())
            .env("TERM", "xterm")
            .spawn()
            .expect("starts");
        let keyboard = File::from(main);
        let mut reader = keyboard.try_clone().expect("a second handle");
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Linux says EIO when nothing holds the other end any more.
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal {
            keyboard,
            child,
            screen,
            shown: String::new(),
            other,
            closing: false,
            over: false,
        }
    }

    /// Takes in what the screen shows next; `false` where the program has ended and all is shown.
    fn more(&mut self, until: Instant, for_what: &str) -> bool {
        while !self.over {
            match self.screen.recv_timeout(Duration::from_millis(20)) {
                Ok(bytes) => {
                    self.shown += &String::from_utf8_lossy(&bytes);
                    let Some(at) = self.shown.find(END) else {
                        return true;
                    };
                    self.shown.truncate(at);
                    self.over = true;
                    return true;
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    assert!(
                        Instant::now() < until,
                        "{for_what} on the screen: {}",
                        self.shown
                    );
                    if !self.closing && self.child.try_wait().expect("asked").is_some() {
                        self.other.write_all(END.as_bytes()).expect("written");
                        self.closing = true;
                    }
                }
            }
        }
        false
    }

    pub fn child(&self) -> &Child {
        &self.child
    }

    /// Waits until the screen has shown a text.
    pub fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.shown.contains(text) {
            let more = self.more(until, &format!("no \"{text}\""));
            assert!(more, "it ended, and no \"{text}\": {}", self.shown);
        }
    }

    /// Waits until the screen has shown a text so many times.
    pub fn wait_for_times(&mut self, text: &str, times: usize) {
        let mut from = 0;
        for _ in 0..times {
            from = self.wait_for_any(from, &[text]).expect("before its end");
        }
    }

    /// Waits until the screen has shown one of these texts after its first `from` bytes; where that text ends. `None`
    /// if the program ends without.
    pub fn wait_for_any(&mut self, from: usize, texts: &[&str]) -> Option<usize> {
        let until = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown.get(from..).unwrap_or_default();
            let found = texts
                .iter()
                .filter_map(|text| shown.find(text).map(|at| from + at + text.len()))
                .min();
            if found.is_some() {
                return found;
            }
            if !self.more(until, &format!("none of {texts:?}")) {
                return None;
            }
        }
    }

    /// All that the screen has shown so far.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Waits until the terminal no longer shows what is typed.
    pub fn wait_for_hidden(&self) {
        let until = Instant::now() + PATIENCE;
        let echo = || {
            let modes = tcgetattr(self.keyboard.as_fd()).expect("the terminal's modes");
            modes.local_modes.contains(LocalModes::ECHO)
        };
        while echo() {
            assert!(Instant::now() < until, "what is typed is shown");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the terminal shows what is typed, as it did before the program began.
    pub fn shows_what_is_typed(&self) -> bool {
        let modes = tcgetattr(self.keyboard.as_fd()).expect("the terminal's modes");
        modes
            .local_modes
            .contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    /// Waits for the end of the program.
    pub fn wait_for_end(&mut self) {
        self.ended();
    }

    /// Presses Ctrl-C, once, and waits for the end of the program.
    pub fn interrupt(&mut self) {
        self.send("\x03");
        self.wait_for_end();
    }

    fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("asked") {
                return status;
            }
            assert!(Instant::now() < until, "it goes on: {}", self.shown);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn send(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).expect("typed");
    }

    /// Waits for the end of the program; everything that the screen has shown.
    pub fn end(mut self) -> (ExitStatus, String) {
        let status = self.ended();
        while self.more(Instant::now() + PATIENCE, "no end") {}
        (status, std::mem::take(&mut self.shown))
    }
}

/// The same command in a session of its own, started by util-linux's `setsid`: to do that here would need `unsafe`.
fn controlling(command: Command) -> Command {
    // By its whole path: the command may be given a PATH of its own.
    let path = std::env::var_os("PATH").expect("a PATH");
    let setsid = std::env::split_paths(&path).map(|folder| folder.join("setsid"));
    // macOS has none: there keys interrupt the program only while it reads them.
    let Some(setsid) = setsid.into_iter().find(|file| file.is_file()) else {
        return command;
    };
    let mut session = Command::new(setsid);
    session
        .arg("--ctty")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => session.env(name, value),
            None => session.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        session.current_dir(folder);
    }
    session
}

impl Drop for Terminal {
    /// A program that a test leaves behind would hold what the test program has open.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
