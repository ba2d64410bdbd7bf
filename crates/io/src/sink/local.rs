//! A folder of this machine.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::lock::{Holder, SinkLock};
use super::product::{Goal, ProductFile};
use super::{OURS, UNFINISHED, is_unfinished};
use crate::failure::write_failed;
use crate::{IoError, Result};

#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root).map_err(|e| write_failed(root, e))?;
        let folder = Self { root: root.to_owned() };
        drop(folder.temporary(root)?);
        Ok(folder)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A file beside those that it will replace, so that a rename suffices.
    fn temporary(&self, parent: &Path) -> Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(OURS).suffix(UNFINISHED);
        // products are for others to read, as far as the user's umask lets them
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(parent).map_err(|e| write_failed(parent, e))
    }

    pub(super) fn create(&self, name: &str) -> Result<ProductFile> {
        let path = self.path(name);
        let parent = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent).map_err(|e| write_failed(parent, e))?;
        let (file, temporary) = self.temporary(parent)?.into_parts();
        Ok(ProductFile::new(name, Goal::File(path, temporary), file))
    }

    pub(super) fn size(&self, name: &str) -> Result<Option<u64>> {
        let path = self.path(name);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Ok(None),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(read_failed(&path, e)),
        }
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.path(name);
        fs::read(&path).map_err(|e| match e.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                IoError::NotFound { location: path.display().to_string() }
            }
            _ => read_failed(&path, e),
        })
    }

    pub(super) fn remove(&self, name: &str) -> Result<()> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(()),
            Err(e) => Err(write_failed(&path, e)),
        }
    }

    pub(super) fn list(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for path in files_below(&self.root)? {
            let relative = path.strip_prefix(&self.root).unwrap_or(&path);
            if let Some(name) = relative.to_str() {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    pub(super) fn clear(&self, location: &str) -> Result<()> {
        let _lock = self.lock(location)?;
        fs::remove_dir_all(&self.root).map_err(|e| write_failed(&self.root, e))
    }

    pub(super) fn sync(&self) -> Result<()> {
        let paths = files_below(&self.root)?;
        // a rename is on the disk when its folder is
        let folders: std::collections::BTreeSet<PathBuf> =
            paths.iter().filter_map(|path| path.parent()).map(Path::to_owned).collect();
        // side by side, so that the disk can take them together
        wait_for_disk(&paths)?;
        wait_for_disk(&folders.into_iter().collect::<Vec<_>>())
    }

    pub(super) fn lock(&self, location: &str) -> Result<SinkLock> {
        let path = self.root.join(format!("{OURS}lock"));
        let failed = |e| write_failed(&path, e);
        let file =
            fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                let holder = Holder::this_process();
                file.set_len(0).map_err(failed)?;
                std::io::Write::write_all(&mut &file, holder.to_json().as_bytes()).map_err(failed)?;
                Ok(SinkLock::local(self.clone(), file))
            }
            Err(fs::TryLockError::WouldBlock) => {
                let told = fs::read(&path).unwrap_or_default();
                Err(IoError::Locked { location: location.to_owned(), holder: Holder::describe(&told) })
            }
            Err(fs::TryLockError::Error(e)) => Err(failed(e)),
        }
    }

    /// Removes what a run that crashed left unfinished. The caller has the lock, so nobody is writing.
    pub(super) fn remove_stale(&self) -> Result<usize> {
        let mut removed = 0;
        for path in files_below(&self.root)?.into_iter().filter(|path| is_unfinished(path)) {
            fs::remove_file(&path).map_err(|e| write_failed(&path, e))?;
            removed += 1;
        }
        Ok(removed)
    }
}

fn read_failed(path: &Path, source: std::io::Error) -> IoError {
    IoError::Io { action: "reading", location: path.display().to_string(), source }
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| read_failed(&folder, e))? {
            let entry = entry.map_err(|e| read_failed(&folder, e))?;
            let kind = entry.file_type().map_err(|e| read_failed(&folder, e))?;
            if kind.is_dir() {
                waiting.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}

/// Waits until files or folders are on the disk; those that are gone need no waiting.
fn wait_for_disk(paths: &[PathBuf]) -> Result<()> {
    const AT_ONCE: usize = 16;
    let share = paths.len().div_ceil(AT_ONCE).max(1);
    let one = |path: &PathBuf| match fs::File::open(path).and_then(|file| file.sync_all()) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(write_failed(path, e)),
        _ => Ok(()),
    };
    std::thread::scope(|scope| {
        let waiting: Vec<_> =
            paths.chunks(share).map(|part| scope.spawn(move || part.iter().try_for_each(one))).collect();
        waiting.into_iter().try_for_each(|thread| match thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}
