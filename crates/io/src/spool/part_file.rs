//! A persistent spool while it is written: `<name>.part`, locked, and continued after a crash.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::file_format::{Entry, FRAME, PREFIX, beginning_len, frame_of, header_of, record_of};
use super::record;
use crate::failure::write_failed;
use crate::{IoError, Result};

/// The name under which a spool is written.
pub(super) fn part_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Opens `<path>.part` for this process alone; its content is left as it is.
pub(super) fn open_locked(path: &Path) -> Result<File> {
    let part = part_path(path);
    let failed = |e| write_failed(&part, e);
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|e| write_failed(folder, e))?;
    }
    // another run may finish, and rename its file, between our opening and our locking of it
    for _ in 0..100 {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&part).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(IoError::Locked {
                    location: path.display().to_string(),
                    holder: "it is being written".to_owned(),
                });
            }
            Err(fs::TryLockError::Error(e)) => return Err(failed(e)),
        }
        let same = match (fs::metadata(&part), file.metadata()) {
            (Ok(named), Ok(opened)) => (named.dev(), named.ino()) == (opened.dev(), opened.ino()),
            _ => false,
        };
        if same {
            return Ok(file);
        }
    }
    Err(IoError::Locked { location: path.display().to_string(), holder: "other runs keep taking it".to_owned() })
}

/// The whole scenes of an unfinished file, if it has this header: all others make it worthless.
pub(super) fn whole_scenes(file: &File, path: &Path, header: &[u8]) -> Result<Option<Vec<Entry>>> {
    let failed = |source| IoError::Io { action: "reading", location: path.display().to_string(), source };
    let len = file.metadata().map_err(failed)?.len();
    let read = |start: u64, n: u64| {
        let mut bytes = vec![0; n as usize];
        file.read_exact_at(&mut bytes, start).map(|()| bytes).map_err(failed)
    };
    if len < PREFIX as u64 {
        return Ok(None);
    }
    let Some(first) = beginning_len(&read(0, PREFIX as u64)?).filter(|first| *first <= len) else { return Ok(None) };
    if header_of(&read(0, first)?) != Some(header) {
        return Ok(None);
    }
    let mut entries = Vec::new();
    let mut start = first;
    while len - start >= FRAME as u64 {
        let Some((_, record_len)) = frame_of(&read(start, FRAME as u64)?) else { break };
        let left = len - start - FRAME as u64;
        if record_len > left {
            break;
        }
        let frame = read(start, FRAME as u64 + record_len)?;
        let Some(time) = record_of(&frame).and_then(record::time_of) else { break };
        let entry = Entry { start, len: record_len, time };
        start = entry.end();
        entries.push(entry);
    }
    Ok(Some(entries))
}
