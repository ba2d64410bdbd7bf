//! Threads and memory of a job.

use std::path::Path;

use crate::error::{PipelineError, Result};
use crate::job::{LimitKeys, parse_bytes};

/// Scenes that are read ahead from a remote store, where latency and not the processor is the limit.
const REMOTE_READERS: usize = 8;
/// Memory for scenes in flight where the machine does not tell how much it has.
const FALLBACK_MEMORY: u64 = 1 << 30;

/// How much of the machine a job may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) threads: usize,
    pub(crate) memory: u64,
}

impl Limits {
    /// Threads and memory as a job's keys say.
    ///
    /// # Errors
    /// A number of threads or a size that cannot be.
    pub(crate) fn of(keys: &LimitKeys) -> Result<Self> {
        let threads = match keys.threads {
            Some(0) => return Err(PipelineError::job("threads", "0 threads cannot work; give 1 or more")),
            Some(n) => n as usize,
            None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        };
        let memory = match &keys.memory_limit {
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

/// Memory that this process may have, bytes: the machine's, or the smaller limit of a container or a service.
fn machine_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("MemTotal:"))?;
    let all = line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)?;
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    Some(group_limit(Path::new("/sys/fs/cgroup"), &groups).map_or(all, |limit| limit.min(all)))
}

/// The least limit of the control groups that a process is in, of either version (cgroups(7)). `root` is where they are mounted,
/// `groups` what `/proc/self/cgroup` says.
fn group_limit(root: &Path, groups: &str) -> Option<u64> {
    let limits = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?.trim_start_matches('/'));
        let (mount, file) = match controllers {
            "" => (root.to_owned(), "memory.max"),
            list if list.split(',').any(|name| name == "memory") => (root.join("memory"), "memory.limit_in_bytes"),
            _ => return None,
        };
        // a container sees its own group as the root, whatever path it is told
        let groups = Path::new(path).ancestors().map(|group| mount.join(group).join(file));
        groups.filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse::<u64>().ok()).min()
    });
    limits.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_limit_of_the_groups_holds() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("memory.max", "max\n");
        write("system.slice/memory.max", "4000\n");
        write("system.slice/eventscape.service/memory.max", "max\n");
        write("memory/memory.limit_in_bytes", "9000\n");
        for (groups, known) in [
            ("0::/system.slice/eventscape.service\n", Some(4000)),
            ("0::/\n", None),
            ("12:cpu,memory:/docker/1\n3:pids:/docker/1\n", Some(9000)),
            ("12:memory:/\n0::/system.slice\n", Some(4000)),
            ("", None),
            ("what:is", None),
        ] {
            assert_eq!(group_limit(folder.path(), groups), known, "{groups}");
        }
        assert!(machine_memory().is_none_or(|bytes| bytes > 0));
    }
}
