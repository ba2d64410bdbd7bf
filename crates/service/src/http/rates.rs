//! How many requests a user may send.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::problem::Problem;

/// Counts the requests of each user of this process: a minute's worth may come at once, then they come in at the rate.
#[derive(Clone)]
pub struct Rates(Option<Arc<RateLimiter<i64, HashMapStateStore<i64>, DefaultClock>>>);

impl Rates {
    /// So many a minute; 0 for no limit.
    #[must_use]
    pub fn per_minute(number: u32) -> Self {
        Self(NonZeroU32::new(number).map(|number| Arc::new(RateLimiter::hashmap(Quota::per_minute(number)))))
    }

    /// Counts a request of a user; one too many is told when to come again.
    pub(super) fn count(&self, user: i64) -> Result<(), Problem> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(&user).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            let why = format!("too many requests; come again in {} s", seconds.max(1));
            Problem::new(StatusCode::TOO_MANY_REQUESTS, why).again_in(seconds)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn the_wait_is_that_of_the_limiter() {
        let rates = Rates::per_minute(1);
        rates.count(1).unwrap();
        rates.count(2).unwrap();
        let response = rates.count(1).unwrap_err().into_response();
        let wait: u64 = response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        // a minute, less what the test took
        assert!((6..=60).contains(&wait), "{wait}");
        Rates::per_minute(0).count(1).unwrap();
    }
}
