//! Streams that are open: so many of a user, and so many in all, as each keeps a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use super::problem::Problem;

/// The streams of this process.
#[derive(Clone)]
pub struct Streams(Arc<Open>);

struct Open {
    places: Arc<Semaphore>,
    of_one: usize,
    by_user: Mutex<HashMap<i64, usize>>,
}

/// The place of a stream, until it is dropped.
pub(super) struct Place {
    open: Arc<Open>,
    user: i64,
    _place: OwnedSemaphorePermit,
}

impl Streams {
    /// As many as the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let places = Arc::new(Semaphore::new(limits.streams.min(Semaphore::MAX_PERMITS)));
        Self(Arc::new(Open { places, of_one: limits.streams_per_user, by_user: Mutex::default() }))
    }

    /// Takes a place for a stream of a user, or tells why there is none.
    pub(super) fn take(&self, user: i64) -> Result<Place, Problem> {
        let mut by_user = self.0.by_user();
        let own = by_user.get(&user).copied().unwrap_or(0);
        if own >= self.0.of_one {
            let why = format!("{own} streams of yours are open, as many as a user may have; close one");
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, why));
        }
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| {
            let why = "too many streams are open; ask for the status of the job, or try again later";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, why)
        })?;
        by_user.insert(user, own + 1);
        Ok(Place { open: Arc::clone(&self.0), user, _place: place })
    }
}

impl Open {
    fn by_user(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.by_user.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_user = self.open.by_user();
        match by_user.get_mut(&self.user) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                by_user.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn streams_are_counted_by_user_and_in_all() {
        let streams = Streams::new(&Limits { streams: 3, streams_per_user: 2, ..Limits::default() });
        let code = |user| streams.take(user).map_or_else(|problem| problem.into_response().status().as_u16(), |_| 200);
        let first = streams.take(1).unwrap();
        let second = streams.take(1).unwrap();
        assert_eq!((code(1), code(2)), (429, 200));
        let third = streams.take(2).unwrap();
        assert_eq!((code(1), code(2), code(3)), (429, 503, 503));
        drop(first);
        assert_eq!((code(1), code(3)), (200, 200));
        drop((second, third));
        assert!(streams.0.by_user().is_empty());
    }
}
