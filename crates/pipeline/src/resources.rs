//! Threads and memory of a job.

use crate::error::{PipelineError, Result};
use crate::job::{Job, TextOrNumber, parse_bytes};

/// Scenes that are read ahead from a remote store, where latency and not the processor is the limit.
const REMOTE_READERS: usize = 8;
/// Memory for scenes in flight where the machine does not tell how much it has.
const FALLBACK_MEMORY: u64 = 1 << 30;

/// How much of the machine a job may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resources {
    pub(crate) threads: usize,
    pub(crate) memory: u64,
}

impl Resources {
    pub(crate) fn of(job: &Job) -> Result<Self> {
        Self::with(job.threads, job.memory_limit.as_ref())
    }

    /// Threads and memory as a job's keys say.
    pub(crate) fn with(threads: Option<u32>, memory_limit: Option<&TextOrNumber>) -> Result<Self> {
        let threads = match threads {
            Some(0) => return Err(PipelineError::job("threads", "0 threads cannot work; give 1 or more")),
            Some(n) => n as usize,
            None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        };
        let memory = match memory_limit {
            Some(text) => parse_bytes(&text.text()).map_err(|e| PipelineError::job("memory_limit", e))?,
            None => machine_memory().map_or(FALLBACK_MEMORY, |bytes| bytes / 4),
        };
        Ok(Self { threads: threads.min(1024), memory })
    }

    /// Scenes that may be in memory at once, and the threads that read them.
    ///
    /// # Errors
    /// A scene that alone is larger than the limit.
    pub(crate) fn readers(&self, scene_bytes: u64, is_remote: bool) -> Result<(usize, usize)> {
        // a scene, and what is made of it before it is let go
        let each = scene_bytes.saturating_mul(2).max(1);
        if each > self.memory {
            return Err(PipelineError::job(
                "memory_limit",
                format!(
                    "a scene takes {scene_bytes} bytes and as much again while it is worked on, the limit is {}; raise \
                     --memory-limit or ask for a smaller area",
                    self.memory
                ),
            ));
        }
        let workers = if is_remote { self.threads.max(REMOTE_READERS) } else { self.threads };
        let fit = usize::try_from(self.memory / each).unwrap_or(usize::MAX).max(1);
        let workers = workers.min(fit);
        Ok((workers, fit.min(2 * workers).max(1)))
    }
}

/// Memory of this machine, bytes.
fn machine_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("MemTotal:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
