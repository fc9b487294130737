//! The addresses that a sandbox listens on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// How often a free port of 127.0.0.1 may be one that another program has on `[::1]`.
const TRIES: u32 = 16;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Listen {
    pub(crate) port: u16,
    /// This machine's own two, unless told.
    pub(crate) address: Option<IpAddr>,
}

impl Listen {
    /// What to accept on. Call it in a runtime.
    pub(crate) fn bind(self) -> io::Result<Vec<TcpListener>> {
        if let Some(address) = self.address {
            return Ok(vec![listener((address, self.port).into())?]);
        }
        let mut tries = 1;
        loop {
            match loopback(self.port) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && self.port == 0 && tries < TRIES => tries += 1,
                other => return other,
            }
        }
    }

    /// The address to reach it at from this machine.
    pub(crate) fn base_url(self, port: u16) -> String {
        let address = match self.address {
            Some(address) if !address.is_unspecified() => address,
            _ => Ipv4Addr::LOCALHOST.into(),
        };
        format!("http://{}", SocketAddr::new(address, port))
    }
}

/// `localhost` is either of the two, so both have the same port. A machine without IPv6 has the first one alone.
fn loopback(port: u16) -> io::Result<Vec<TcpListener>> {
    let first = listener((Ipv4Addr::LOCALHOST, port).into())?;
    match listener((Ipv6Addr::LOCALHOST, first.local_addr()?.port()).into()) {
        Ok(second) => Ok(vec![first, second]),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        Err(_) => Ok(vec![first]),
    }
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows the same option would let two sandboxes share a port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_url_is_one_that_this_machine_can_use() {
        let url =
            |address: Option<&str>| Listen { port: 0, address: address.map(|it| it.parse().unwrap()) }.base_url(80);
        let due = [
            "http://127.0.0.1:80",
            "http://127.0.0.1:80",
            "http://127.0.0.1:80",
            "http://192.0.2.1:80",
            "http://[::1]:80",
        ];
        assert_eq!([None, Some("0.0.0.0"), Some("::"), Some("192.0.2.1"), Some("::1")].map(url), due);
    }
}
