//! Starts many MariaDB servers at once, again and again, and says how many come up: `side_by_side SERVERS ROUNDS`.
//!
//! Tests of the service do this by chance; here it is done on purpose.

#![allow(clippy::expect_used)]

use std::time::Instant;

use eventscape_testkit::servers::MariaDb;

fn main() -> Result<(), std::num::ParseIntError> {
    let numbers = std::env::args().skip(1).map(|word| word.parse()).collect::<Result<Vec<usize>, _>>()?;
    let number = |at: usize, otherwise| numbers.get(at).copied().unwrap_or(otherwise);
    let (servers, rounds) = (number(0, 12), number(1, 5));
    let (begun, mut failed) = (Instant::now(), 0);
    for round in 1..=rounds {
        let starting: Vec<_> = (0..servers).map(|_| std::thread::spawn(MariaDb::start)).collect();
        // all stay until the last of the round is up
        let started: Vec<_> = starting.into_iter().filter_map(|one| one.join().ok()).collect();
        failed += servers - started.len();
        println!("round {round}: {} of {servers} servers are up", started.len());
    }
    println!("{failed} of {} did not start; {:.0?} in all", servers * rounds, begun.elapsed());
    std::process::exit(i32::from(failed > 0));
}
