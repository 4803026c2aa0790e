//! Looking up the address of a computer. The system's own way has no time limit: a name server that is silent would hold
//! the person for longer than they were told.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::evidence::SourceError;
use crate::evidence::text::clean;

/// What was asked did not answer in time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Late;

/// The addresses of `HOST:PORT`; none where it is not known.
pub(super) fn look_up(text: &str, within: Duration) -> Result<Vec<SocketAddr>, Late> {
    // Numbers need no name server.
    if let Ok(addr) = text.parse() {
        return Ok(vec![addr]);
    }
    let text = text.to_owned();
    in_time(within, move || {
        text.to_socket_addrs()
            .map(Iterator::collect)
            .unwrap_or_default()
    })
}

/// What only the system's own way can find out, which has no time limit. A thread that comes too late ends with the
/// program.
pub(super) fn in_time<T: Send + 'static>(
    within: Duration,
    look: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Late> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(look()));
    told.recv_timeout(within).map_err(|_| Late)
}

/// The first of a name's addresses that accepts a connection, each tried for its share of the time. The last is not
/// tried: where no other answers, whoever connects to it tells what is wrong. None where there are none.
pub(super) fn first_that_accepts(addrs: &[SocketAddr], end: Instant) -> Option<SocketAddr> {
    let (last, others) = addrs.split_last()?;
    let accepts = |(before, addr): &(usize, &SocketAddr)| {
        let left = end.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addrs.len() - before).unwrap_or(u32::MAX);
        // No time at all would be an error of its own.
        TcpStream::connect_timeout(addr, share.max(Duration::from_millis(1))).is_ok()
    };
    let first = others.iter().enumerate().find(accepts);
    Some(first.map_or(*last, |(_, addr)| *addr))
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
            in_time(short, move || silent.recv().unwrap_or_default()),
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
    fn an_address_that_refuses_is_passed_over() {
        let open = |host: &str| std::net::TcpListener::bind((host, 0)).expect("a port");
        let (one, two) = (open("127.0.0.1"), open("127.0.0.1"));
        let at = |listener: &std::net::TcpListener| listener.local_addr().expect("an address");
        let (one, two) = ((at(&one), one), (at(&two), two));
        // Nothing listens on the first port of the computer.
        let closed: SocketAddr = "127.0.0.1:1".parse().expect("an address");
        let closed_v6: SocketAddr = "[::1]:1".parse().expect("an address");
        for (addrs, expected) in [
            (vec![], None),
            (vec![closed], Some(closed)),
            (vec![closed_v6, one.0], Some(one.0)),
            (vec![closed_v6, closed, one.0, two.0], Some(one.0)),
            (vec![two.0, closed_v6, one.0], Some(two.0)),
            (vec![closed_v6, closed], Some(closed)),
        ] {
            let end = Instant::now() + Duration::from_secs(60);
            assert_eq!(first_that_accepts(&addrs, end), expected, "{addrs:?}");
        }
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
