//! Which way to take to which phone, where that was left open.

use std::net::SocketAddrV4;
use std::time::Instant;

use super::helper::Link;
use super::server::{self, Server};
use super::supervise;
use super::{Connected, Limits, Phone, Programs, Target, Waiting};
use crate::evidence::SourceError;

/// The way that was chosen.
pub(super) struct Way {
    pub(super) link: Link,
    /// Nobody asked for the cable: there was neither an ADB server nor the adb program.
    pub(super) for_want_of_adb: bool,
}

impl From<Link> for Way {
    fn from(link: Link) -> Way {
        Way {
            link,
            for_want_of_adb: false,
        }
    }
}

/// Chooses the way and the phone. A server that runs is always the way: it holds the phones on the cables.
pub(super) fn way(
    programs: &Programs,
    target: &Target,
    end: Instant,
    waiting: Waiting<'_>,
) -> Result<Way, SourceError> {
    match target {
        Target::Any { addr, serial } => match server::reach(programs, *addr, end)? {
            Server::NoProgram if serial.is_some() => Err(SourceError::usage(
                "A phone cannot be chosen by its serial here. No ADB server runs, and the adb program was not found on \
                 this computer. Over the cable alone phones are not told apart.",
                "Install Android platform-tools, which bring adb. Or plug in the one phone that is meant, leave out \
                 --serial (and unset ANDROID_SERIAL), and run the command again.",
            )),
            Server::NoProgram => Ok(Way {
                link: Link::Usb {
                    key: programs.keys.ready()?,
                    only: None,
                },
                for_want_of_adb: true,
            }),
            there => through(*addr, serial.as_deref(), there, end, waiting),
        },
        Target::Server { addr, serial } => {
            let there = server::ensure(programs, *addr, end)?;
            through(*addr, serial.as_deref(), there, end, waiting)
        }
        Target::Tcp(addr) | Target::Same(Phone::Tcp(addr)) => Ok(Way::from(Link::Tcp {
            addr: *addr,
            key: programs.keys.ready()?,
        })),
        Target::Usb => Ok(Way::from(Link::Usb {
            key: programs.keys.ready()?,
            only: None,
        })),
        Target::Same(Phone::Usb(cable)) => Ok(Way::from(Link::Usb {
            key: programs.keys.ready()?,
            only: Some(cable.clone()),
        })),
        Target::Same(Phone::Server { addr, device }) => Ok(Way::from(Link::Server {
            addr: *addr,
            device: server::again(programs, *addr, device, end)?,
        })),
    }
}

fn through(
    addr: SocketAddrV4,
    serial: Option<&str>,
    there: Server,
    end: Instant,
    waiting: Waiting<'_>,
) -> Result<Way, SourceError> {
    let device = server::choose(addr, serial, there, end, waiting)?;
    Ok(Way::from(Link::Server { addr, device }))
}

/// All phones, by the way that [`Target::Any`] takes.
pub(super) fn connected(
    programs: &Programs,
    addr: SocketAddrV4,
    limits: &Limits,
) -> Result<Connected, SourceError> {
    let end = Instant::now() + limits.deadline;
    match server::reach(programs, addr, end)? {
        Server::NoProgram => supervise::cables(programs, limits, end).map(Connected::Cables),
        there => server::list(addr, there, end).map(|devices| Connected::Server(addr, devices)),
    }
}
