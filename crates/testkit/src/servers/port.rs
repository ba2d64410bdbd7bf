//! Ports that tests do not take from each other.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// The first port. Ports from here to `FIRST + 2 * PAIRS` lie below those that systems hand out by themselves (from 32768 on,
/// elsewhere from 49152 on), so no outgoing connection takes one.
const FIRST: u16 = 12_000;
/// How many pairs there are, of a port and its neighbour.
const PAIRS: u16 = 10_000;

/// A port on loopback that is given to no other test, in this process or another, while this is held.
///
/// A port that is found by binding port 0 and letting it go again is anybody's until the server has it, and again while the
/// server is down. So each port has a neighbour that stays bound for as long as the port is held.
pub struct Port {
    number: u16,
    /// Closed by the system however the process ends; programs that the process starts do not inherit it.
    _neighbour: TcpListener,
}

impl Port {
    /// Takes one to which nobody listens.
    ///
    /// # Panics
    /// If all are taken.
    #[must_use]
    pub fn take() -> Self {
        /// Spreads the processes, and the ports of a process.
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let begin = std::process::id().wrapping_mul(61).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let pair = |k: u16| FIRST + 2 * ((begin.wrapping_add(u32::from(k)) % u32::from(PAIRS)) as u16);
        let taken = (0..PAIRS).map(pair).find_map(|even| {
            let neighbour = listen(even).ok()?;
            // a program that is no test may be there
            listen(even + 1).ok().map(|_| Self { number: even + 1, _neighbour: neighbour })
        });
        taken.expect("a free port on 127.0.0.1")
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.number).into()
    }
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_port_that_is_held_is_given_to_nobody_else() {
        let ports: Vec<Port> = (0..300).map(|_| Port::take()).collect();
        let numbers: BTreeSet<u16> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), ports.len());
        // whoever looks for a port comes by all of them, also in another process
        for port in &ports {
            assert!(listen(port.number() - 1).is_err(), "{} is not guarded", port.number());
            listen(port.number()).unwrap();
        }
    }

    #[test]
    fn a_port_is_below_those_that_the_system_hands_out() {
        let Ok(range) = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range") else { return };
        let least: u16 = range.split_whitespace().next().unwrap().parse().unwrap();
        assert!(FIRST + 2 * PAIRS <= least, "outgoing connections have ports from {least} on");
    }
}
