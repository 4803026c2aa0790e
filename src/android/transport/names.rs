//! Looking up the address of a computer. The system's own way has no time limit: a name server that is silent would hold
//! the person for longer than they were told.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::evidence::SourceError;
use crate::evidence::text::clean;

/// No name server answered in time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Late;

/// The addresses of `HOST:PORT`; none where it is not known.
pub(super) fn look_up(text: &str, within: Duration) -> Result<Vec<SocketAddr>, Late> {
    // Numbers need no name server.
    if let Ok(addr) = text.parse() {
        return Ok(vec![addr]);
    }
    let text = text.to_owned();
    look_up_by(within, move || {
        text.to_socket_addrs()
            .map(Iterator::collect)
            .unwrap_or_default()
    })
}

/// A thread that comes too late ends with the program.
fn look_up_by(
    within: Duration,
    look: impl FnOnce() -> Vec<SocketAddr> + Send + 'static,
) -> Result<Vec<SocketAddr>, Late> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(look()));
    told.recv_timeout(within).map_err(|_| Late)
}

pub(super) fn late(host: &str, within: Duration, next: &str) -> SourceError {
    SourceError::new(
        format!(
            "This computer did not find out within {} seconds where \"{}\" is: its name server does not answer.",
            within.as_secs_f32(),
            clean(host)
        ),
        next,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_name_server_is_not_waited_for() {
        let (never, silent) = mpsc::channel::<Vec<SocketAddr>>();
        let short = Duration::from_millis(20);
        assert_eq!(
            look_up_by(short, move || silent.recv().unwrap_or_default()),
            Err(Late)
        );
        drop(never);
        let text = late("ward\u{1b}-phone", short, "Next.").to_string();
        assert!(
            text.contains("ward-phone") && text.contains("name server"),
            "{text}"
        );
    }

    #[test]
    fn what_is_known() {
        let long = Duration::from_secs(60);
        for (text, known) in [
            ("192.0.2.7:80", true),
            ("[2001:db8::1]:80", true),
            ("localhost:80", true),
            ("localhost", false),
            ("", false),
            ("192.0.2.7:99999", false),
        ] {
            assert_eq!(
                look_up(text, long).map(|found| !found.is_empty()),
                Ok(known),
                "{text}"
            );
        }
    }
}
