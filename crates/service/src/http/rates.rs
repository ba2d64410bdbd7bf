//! How many requests a user may send.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::error::{Result, ServiceError};

/// Counts the requests of each user of this process: a minute's worth may come at once, then they come in at the rate.
#[derive(Clone)]
pub struct Rates(Option<Arc<RateLimiter<i64, HashMapStateStore<i64>, DefaultClock>>>);

impl Rates {
    /// So many a minute; 0 for no limit.
    #[must_use]
    pub fn per_minute(number: u32) -> Self {
        Self(NonZeroU32::new(number).map(|number| Arc::new(RateLimiter::hashmap(Quota::per_minute(number)))))
    }

    /// Counts a request of a user.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`], with when to come again.
    pub(super) fn count(&self, user: i64) -> Result<()> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(&user).map_err(|until| {
            let seconds = until.wait_time_from(DefaultClock::default().now()).as_secs_f64().ceil();
            ServiceError::TooMany(format!("too many requests; come again in {seconds:.0} s"))
        })
    }
}
