//! What a job runs with besides its definition.

use std::sync::Arc;

use eventscape_io::cache::SceneCache;
use eventscape_io::sink::{Sink, SinkLock};
use eventscape_io::stores::Stores;

use super::progress::{Cancel, Observer};
use crate::doors::Doors;
use crate::error::Result;

/// What a job runs with besides its definition.
#[derive(Clone)]
#[non_exhaustive]
pub struct Environment<'a> {
    /// Hears of progress and notices.
    pub observer: &'a dyn Observer,
    /// Asks the job to stop.
    pub cancel: Cancel,
    /// The time now, ISO 8601 in UTC, for the products' attributes; `None` leaves it out.
    pub now: Option<String>,
    /// Files, buckets and web servers.
    pub stores: Stores,
    /// Where scenes are kept, whatever the job says of it; `None` leaves it to the job.
    pub cache: Option<Arc<dyn SceneCache>>,
    /// Whether whoever runs the job knows that nobody else does (a queue's claim): the lock that a dead run left in a bucket is
    /// then taken over at once.
    pub takes_over: bool,
    /// The kinds that the job can name.
    pub doors: Doors,
}

impl<'a> Environment<'a> {
    /// An environment without a clock or a cache of its own, with the kinds that are built in.
    #[must_use]
    pub fn new(observer: &'a dyn Observer) -> Self {
        Self {
            observer,
            cancel: Cancel::default(),
            now: None,
            stores: Stores::default(),
            cache: None,
            takes_over: false,
            doors: Doors::default(),
        }
    }

    pub(super) fn lock(&self, sink: &Sink) -> Result<SinkLock> {
        let lock = if self.takes_over { sink.take_over() } else { sink.lock() }?;
        lock.remove_stale()?;
        Ok(lock)
    }
}
