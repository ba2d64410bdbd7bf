//! What went over the network.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts of requests and of received bytes, shared by all that one [`super::Stores`] opened.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: AtomicU64,
    bytes: AtomicU64,
}

/// A reading of [`Traffic`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrafficCount {
    /// Requests that were sent: those that were tried again and those that list count too.
    pub requests: u64,
    /// Bytes of objects that were received (without headers and listings).
    pub bytes: u64,
}

impl Traffic {
    pub(crate) fn add_request(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    pub(crate) fn add_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// The counts since the start.
    #[must_use]
    pub fn count(&self) -> TrafficCount {
        TrafficCount { requests: self.requests.load(Relaxed), bytes: self.bytes.load(Relaxed) }
    }
}

impl std::ops::Sub for TrafficCount {
    type Output = Self;

    /// What came between two readings.
    fn sub(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            bytes: self.bytes.saturating_sub(earlier.bytes),
        }
    }
}
