//! A relay inside the helper, between the ADB library and a phone on the network. The library cannot tell a dropped
//! link from silence (it reads nothing, for ever, with a whole processor), cannot limit how long a connection takes to
//! be made, and lets small messages wait for each other. The relay does those three things and looks at nothing.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Connects to the phone, and gives the address where the library finds it. `lost` is called when the phone's side
/// is gone and all that came from it has been passed on.
///
/// # Errors
/// The phone cannot be connected to within the time.
pub(super) fn connect(
    phone: SocketAddr,
    within: Duration,
    lost: impl FnOnce() + Send + 'static,
) -> io::Result<SocketAddr> {
    let phone = TcpStream::connect_timeout(&phone, within)?;
    phone.set_nodelay(true)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let near = listener.local_addr()?;
    thread::spawn(move || {
        if let Ok((library, _)) = listener.accept() {
            let _ = pass_on(library, phone);
        }
        lost();
    });
    Ok(near)
}

/// Copies both ways until the phone's side ends.
fn pass_on(library: TcpStream, phone: TcpStream) -> io::Result<()> {
    library.set_nodelay(true)?;
    let (outwards, to_phone) = (library.try_clone()?, phone.try_clone()?);
    thread::spawn(move || {
        copy(outwards, &to_phone);
        let _ = to_phone.shutdown(Shutdown::Write);
    });
    copy(phone, &library);
    Ok(())
}

fn copy(mut from: TcpStream, mut to: &TcpStream) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        acknowledge_at_once(&from);
        match from.read(&mut buffer) {
            Ok(n @ 1..) if to.write_all(&buffer[..n]).is_ok() => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

/// The library writes the head and the body of a message one after the other, and its system keeps the body back until
/// the head is acknowledged: 40 ms each time, unless that is done at once. The system forgets the wish, so it is said
/// before each reading. Without it all goes on, later.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(socket: &TcpStream) {
    let _ = rustix::net::sockopt::set_tcp_quickack(socket, true);
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) {}
