//! One run at a time in a job's folder.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::local::Folder;
use super::object::Lease;
use crate::Result;

/// The right to write in a job's folder; it ends when this is dropped.
#[derive(Debug)]
pub struct SinkLock {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// The system releases the lock when the file is closed, by us or by the end of the process.
    Local { folder: Folder, _file: File },
    /// The object is removed on drop.
    Object { _lease: Box<Lease> },
}

impl SinkLock {
    pub(super) fn local(folder: Folder, file: File) -> Self {
        Self { kind: Kind::Local { folder, _file: file } }
    }

    pub(super) fn object(lease: Lease) -> Self {
        Self { kind: Kind::Object { _lease: Box::new(lease) } }
    }

    /// Removes what an earlier run left unfinished, and tells how many files that were. Call it before anything is created.
    /// In a bucket there is nothing: unfinished products are on the machine that made them.
    ///
    /// # Errors
    /// Failures to list or to remove.
    pub fn remove_stale(&self) -> Result<usize> {
        match &self.kind {
            Kind::Local { folder, .. } => folder.remove_stale(),
            Kind::Object { .. } => Ok(0),
        }
    }
}

/// Who holds a lock: what is written into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holder {
    /// Tells this lock from all others, of this process too.
    #[serde(default)]
    pub(super) id: String,
    pub(super) host: String,
    pub(super) pid: u32,
    /// Seconds since 1970, when it was taken or renewed.
    pub(super) since: u64,
}

impl Holder {
    pub(super) fn this_process() -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .ok()
            .or_else(|| std::env::var("HOSTNAME").ok())
            .map_or_else(|| "this machine".to_owned(), |name| name.trim().to_owned());
        static TAKEN: AtomicU64 = AtomicU64::new(0);
        let number = TAKEN.fetch_add(1, Ordering::Relaxed);
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        let pid = std::process::id();
        Self { id: format!("{host}:{pid}:{started:x}:{number}"), host, pid, since: now() }
    }

    /// The same holder, alive now.
    pub(super) fn renewed(&self) -> Self {
        Self { since: now(), ..self.clone() }
    }

    /// Whether the bytes are those of this very lock.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        Self::read(bytes).is_some_and(|holder| holder.id == self.id)
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// For messages.
    pub(super) fn describe(bytes: &[u8]) -> String {
        Self::read(bytes).map_or_else(
            || "it does not tell its name".to_owned(),
            |holder| format!("process {} on {}", holder.pid, holder.host),
        )
    }
}

pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
