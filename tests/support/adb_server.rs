//! Debian's (or anyone's) real adb server, on a port and in a home of its own.

#![allow(dead_code)]

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Whether a program is there. If not, the test that needs it says so and passes, unless `SPOTCHECK_STRICT=1`.
pub fn have(program: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    });
    if !found {
        assert!(
            std::env::var_os("SPOTCHECK_STRICT").is_none_or(|strict| strict != "1"),
            "{program} is not installed, and SPOTCHECK_STRICT=1 demands it"
        );
        eprintln!("SKIPPED: {program} is not installed");
    }
    found
}

/// A port that nothing listens on just now.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

/// A server that is killed when dropped. Nothing of the user's is touched.
pub struct AdbServer {
    port: u16,
    home: TempDir,
}

impl AdbServer {
    /// A server that runs; `None` without adb.
    pub fn start() -> Option<AdbServer> {
        let server = AdbServer::prepare()?;
        let output = server.adb(&["start-server"]);
        assert!(output.status.success(), "adb start-server: {output:?}");
        Some(server)
    }

    /// A place for a server that does not run yet; `None` without adb.
    pub fn prepare() -> Option<AdbServer> {
        have("adb").then(|| AdbServer {
            port: free_port(),
            home: TempDir::new().expect("a temporary folder"),
        })
    }

    pub fn addr(&self) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.port)
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Environment for every process that may start the server.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path().display().to_string();
        vec![
            ("HOME", home.clone()),
            ("TMPDIR", home.clone()),
            ("ANDROID_USER_HOME", format!("{home}/.android")),
            ("ANDROID_ADB_SERVER_PORT", self.port.to_string()),
            // No emulators of this computer, please.
            ("ADB_LOCAL_TRANSPORT_MAX_PORT", "5554".into()),
        ]
    }

    pub fn adb(&self, arguments: &[&str]) -> Output {
        Command::new("adb")
            .args(["-P", &self.port.to_string()])
            .args(arguments)
            .envs(self.environment())
            .env_remove("ADB_SERVER_SOCKET")
            .env_remove("ANDROID_SERIAL")
            .output()
            .expect("adb")
    }

    /// Connects a phone and gives its serial. A phone that restarted must be forgotten first, or adb says "already
    /// connected" of one that is offline.
    pub fn connect(&self, phone: SocketAddr) -> String {
        let serial = phone.to_string();
        self.adb(&["disconnect", &serial]);
        let output = self.adb(&["connect", &serial]);
        assert!(output.status.success(), "adb connect: {output:?}");
        serial
    }
}

impl Drop for AdbServer {
    fn drop(&mut self) {
        self.adb(&["kill-server"]);
    }
}
