//! The cache of a machine: a folder that several processes share.

use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use eventscape_core::Scene;

use super::scene_format::{self, PREFIX, SceneHeader, decode_rows};
use super::{SceneCache, SceneKey, document};
use crate::failure::write_failed;
use crate::{IoError, Result};

/// Scenes in a folder, up to a bound of bytes; those that were used longest ago go first.
///
/// Each entry is one file, `<2 digits>/<key>.scene` or `.document`, written under another name and renamed, so that any
/// number of processes may share the folder: an entry is whole, or it is not there.
#[derive(Debug)]
pub struct DiskCache {
    folder: PathBuf,
    max_bytes: u64,
    /// What this process believes that the folder holds: counted at the start and at each eviction.
    bytes: AtomicU64,
    evicting: Mutex<()>,
}

/// A file that is being written; left behind only by a crash.
const UNFINISHED: &str = ".part";
/// An unfinished file of this age belongs to nobody.
const STALE: Duration = Duration::from_secs(3600);

impl DiskCache {
    /// Opens a folder, which is made where it is missing, as a cache of at most `max_bytes`.
    ///
    /// # Errors
    /// A folder that cannot be made, read or written.
    pub fn open(folder: &Path, max_bytes: u64) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| write_failed(folder, e))?;
        let cache = Self { folder: folder.to_owned(), max_bytes, bytes: AtomicU64::new(0), evicting: Mutex::new(()) };
        // fails now rather than after the first hour
        let probe =
            tempfile::Builder::new().prefix(".probe").tempfile_in(folder).map_err(|e| write_failed(folder, e))?;
        drop(probe);
        cache.evict()?;
        Ok(cache)
    }

    /// The bytes that the folder holds, as far as this process knows.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    fn path(&self, key: &SceneKey, kind: &str) -> PathBuf {
        let hex = key.hex();
        self.folder.join(hex.get(..2).unwrap_or("00")).join(format!("{hex}.{kind}"))
    }

    fn open_entry(path: &Path) -> Result<Option<File>> {
        match File::open(path) {
            Ok(file) => {
                // the time of change is the time of use, by which entries age; a folder that may only be read still serves
                let _ = file.set_modified(SystemTime::now());
                Ok(Some(file))
            }
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(read_failed(path, e)),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        if bytes.len() as u64 > self.max_bytes {
            tracing::debug!("an entry of {} bytes is larger than the cache `{}`", bytes.len(), self.folder.display());
            return Ok(());
        }
        let parent = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).map_err(|e| write_failed(parent, e))?;
        let mut file = tempfile::Builder::new()
            .prefix("entry-")
            .suffix(UNFINISHED)
            .tempfile_in(parent)
            .map_err(|e| write_failed(path, e))?;
        file.write_all(bytes).map_err(|e| write_failed(path, e))?;
        let replaced = fs::metadata(path).map_or(0, |m| m.len());
        file.persist(path).map_err(|e| write_failed(path, e.error))?;
        let added = (bytes.len() as u64).saturating_sub(replaced);
        if self.bytes.fetch_add(added, Relaxed) + added > self.max_bytes {
            self.evict()?;
        }
        Ok(())
    }

    /// Counts the folder and, above the bound, removes the entries that were used longest ago until a tenth is free.
    fn evict(&self) -> Result<()> {
        // one thread of a process is enough; the others go on
        let Ok(_guard) = self.evicting.try_lock() else { return Ok(()) };
        let now = SystemTime::now();
        let mut entries = Vec::new();
        let mut total = 0;
        for folder in subfolders(&self.folder)? {
            let Ok(listing) = fs::read_dir(&folder) else { continue };
            // another process may remove what is listed
            for entry in listing.flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let path = entry.path();
                if path.to_string_lossy().ends_with(UNFINISHED) {
                    if now.duration_since(modified).is_ok_and(|age| age > STALE) {
                        let _ = fs::remove_file(&path);
                    }
                    continue;
                }
                total += metadata.len();
                entries.push((modified, path, metadata.len()));
            }
        }
        if total > self.max_bytes {
            entries.sort();
            let wanted = self.max_bytes - self.max_bytes / 10;
            for (_, path, len) in entries {
                if total <= wanted {
                    break;
                }
                match fs::remove_file(&path) {
                    Ok(()) => total -= len,
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => total -= len,
                    Err(e) => return Err(write_failed(&path, e)),
                }
            }
        }
        self.bytes.store(total, Relaxed);
        Ok(())
    }

    /// A damaged entry is removed and absent.
    fn sound<T>(path: &Path, decoded: Result<T>) -> Result<Option<T>> {
        match decoded {
            Ok(decoded) => Ok(Some(decoded)),
            Err(error @ IoError::Damaged { .. }) => {
                tracing::warn!("{error}; it is removed and read from its source again");
                match fs::remove_file(path) {
                    Ok(()) => Ok(None),
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(e) => Err(write_failed(path, e)),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn whole(path: &Path) -> Result<Option<Vec<u8>>> {
        let Some(file) = Self::open_entry(path)? else { return Ok(None) };
        let len = file.metadata().map_err(|e| read_failed(path, e))?.len();
        read_at(&file, path, 0..len).map(Some)
    }
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = fs::read_dir(folder).map_err(|e| read_failed(folder, e))?;
    Ok(listing.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()).collect())
}

fn read_at(file: &File, path: &Path, range: Range<u64>) -> Result<Vec<u8>> {
    let mut bytes = vec![0; (range.end - range.start) as usize];
    file.read_exact_at(&mut bytes, range.start).map_err(|e| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            IoError::Damaged { location: path.display().to_string(), reason: "it is cut off".to_owned() }
        }
        _ => read_failed(path, e),
    })?;
    Ok(bytes)
}

fn read_failed(path: &Path, source: std::io::Error) -> IoError {
    IoError::Io { action: "reading", location: path.display().to_string(), source }
}

impl SceneCache for DiskCache {
    fn get(&self, key: &SceneKey) -> Result<Option<Scene>> {
        let path = self.path(key, "scene");
        let Some(bytes) = Self::whole(&path)? else { return Ok(None) };
        Self::sound(&path, scene_format::decode(&bytes, &path.display().to_string()))
    }

    fn get_rows(&self, key: &SceneKey, rows: Range<usize>) -> Result<Option<Scene>> {
        let path = self.path(key, "scene");
        let Some(file) = Self::open_entry(&path)? else { return Ok(None) };
        let location = path.display().to_string();
        let decode = || {
            let len = file.metadata().map_err(|e| read_failed(&path, e))?.len();
            let prefix = read_at(&file, &path, 0..len.min(PREFIX as u64))?;
            let header_len = SceneHeader::len_of(&prefix, &location)? as u64;
            let header = SceneHeader::parse(&read_at(&file, &path, 0..header_len.min(len))?, &location)?;
            if header.stored_bytes() != len {
                return Err(IoError::Damaged { location: location.clone(), reason: "it is cut off".to_owned() });
            }
            decode_rows(&header, rows, &location, &mut |range| read_at(&file, &path, range))
        };
        Self::sound(&path, decode())
    }

    fn put(&self, key: &SceneKey, scene: &Scene, columns: usize) -> Result<()> {
        self.write(&self.path(key, "scene"), &scene_format::encode(scene, columns)?)
    }

    fn contains(&self, key: &SceneKey) -> Result<bool> {
        Ok(self.path(key, "scene").is_file())
    }

    fn get_document(&self, key: &SceneKey) -> Result<Option<Vec<u8>>> {
        let path = self.path(key, "document");
        let Some(bytes) = Self::whole(&path)? else { return Ok(None) };
        Self::sound(&path, document::decode(&bytes, &path.display().to_string()))
    }

    fn put_document(&self, key: &SceneKey, bytes: &[u8]) -> Result<()> {
        let path = self.path(key, "document");
        self.write(&path, &document::encode(bytes, &path.display().to_string())?)
    }
}
