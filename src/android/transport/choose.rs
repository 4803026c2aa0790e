//! Which way to take to which phone, where that was left open.

use std::net::SocketAddrV4;
use std::time::Instant;

use super::helper::Link;
use super::names;
use super::server::{self, NoServer, Server};
use super::supervise;
use super::{Connected, Limits, Phone, Programs, Target, Waiting};
use crate::evidence::SourceError;

/// The way that was chosen.
pub(super) struct Way {
    pub(super) link: Link,
    /// Nobody asked for the cable: there is no ADB server to be had, and why.
    pub(super) for_want_of_adb: Option<NoServer>,
}

impl From<Link> for Way {
    fn from(link: Link) -> Way {
        Way {
            link,
            for_want_of_adb: None,
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
            Server::None(why) if serial.is_some() => Err(SourceError::usage(
                format!(
                    "A phone cannot be chosen by its serial here. No ADB server runs, and {why}. Over the cable alone \
                     phones are not told apart."
                ),
                "Install Android platform-tools, which bring adb. Or plug in the one phone that is meant, leave out \
                 --serial (and unset ANDROID_SERIAL), and run the command again.",
            )),
            Server::None(why) => Ok(Way {
                link: Link::Usb {
                    key: programs.keys.ready(end)?,
                    only: None,
                },
                for_want_of_adb: Some(why),
            }),
            there => through(*addr, serial.as_deref(), there, end, waiting),
        },
        Target::Server { addr, serial } => {
            let there = server::ensure(*addr, end)?;
            through(*addr, serial.as_deref(), there, end, waiting)
        }
        Target::Tcp(addrs) => {
            let addr = names::first_that_accepts(addrs, end).ok_or_else(|| {
                SourceError::usage(
                    "No address of a phone is given.",
                    "Give one as HOST:PORT, for example --tcp 192.0.2.7:5555.",
                )
            })?;
            let key = programs.keys.ready(end)?;
            Ok(Way::from(Link::Tcp { addr, key }))
        }
        Target::Same(Phone::Tcp(addr)) => Ok(Way::from(Link::Tcp {
            addr: *addr,
            key: programs.keys.ready(end)?,
        })),
        Target::Usb => Ok(Way::from(Link::Usb {
            key: programs.keys.ready(end)?,
            only: None,
        })),
        Target::Same(Phone::Usb(cable)) => Ok(Way::from(Link::Usb {
            key: programs.keys.ready(end)?,
            only: Some(cable.clone()),
        })),
        Target::Same(Phone::Server { addr, device }) => Ok(Way::from(Link::Server {
            addr: *addr,
            device: server::again(*addr, device, end)?,
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

/// All phones of this server, or by the way that [`Target::Any`] takes.
pub(super) fn connected(
    programs: &Programs,
    named: Option<SocketAddrV4>,
    usual: SocketAddrV4,
    limits: &Limits,
) -> Result<Connected, SourceError> {
    let end = limits.end();
    let (addr, there) = match named {
        Some(addr) => (addr, server::ensure(addr, end)?),
        None => (usual, server::reach(programs, usual, end)?),
    };
    match there {
        Server::None(why) => supervise::cables(programs, Some(why.clone()), limits, end)
            .map(|cables| Connected::Cables(cables, why)),
        there => server::list(addr, there, end).map(|devices| Connected::Server(addr, devices)),
    }
}
