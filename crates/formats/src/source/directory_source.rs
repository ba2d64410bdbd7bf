//! Random access to the files of a folder, local or remote: what a Zarr store is.

use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::byte_source::{ByteSource, LocalFile};
use crate::{IoError, Result};

/// What lies directly below a folder: names without the folder, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Children {
    /// Files.
    pub files: Vec<String>,
    /// Folders.
    pub folders: Vec<String>,
}

/// The files of a folder, by keys relative to it (parts joined by `/`), from any thread.
///
/// A key with an empty, `.` or `..` part is refused as [`IoError::Location`].
pub trait DirectorySource: Send + Sync {
    /// The folder as the user would write it, for messages.
    fn location(&self) -> &str;

    /// Whether a read costs a round trip over a network.
    fn is_remote(&self) -> bool;

    /// The bytes of a file, or `None` where there is no such file.
    ///
    /// # Errors
    /// A failed read; the absence of the file is not one.
    fn get(&self, key: &str) -> Result<Option<Bytes>>;

    /// The bytes of several files, in the order of the keys; a remote source fetches them concurrently.
    ///
    /// # Errors
    /// As [`DirectorySource::get`].
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Bytes>>> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// The length of a file in bytes, or `None` where there is no such file.
    ///
    /// # Errors
    /// As [`DirectorySource::get`].
    fn size(&self, key: &str) -> Result<Option<u64>>;

    /// Ranges of the bytes of a file, or `None` where there is no such file.
    ///
    /// # Errors
    /// As [`DirectorySource::get`]; a range past the end is [`IoError::Damaged`].
    fn get_ranges(&self, key: &str, ranges: &[Range<u64>]) -> Result<Option<Vec<Bytes>>>;

    /// What lies directly below `prefix` (empty: the folder itself); empty where there is no such folder.
    ///
    /// # Errors
    /// A failed listing.
    fn children(&self, prefix: &str) -> Result<Children>;

    /// A text that changes when the bytes of the key do (size and modification time, or the ETag); `None` where there is
    /// no such file.
    ///
    /// # Errors
    /// As [`DirectorySource::get`].
    fn version(&self, key: &str) -> Result<Option<String>>;
}

/// Refuses keys that would leave the folder.
pub fn check_key(location: &str, key: &str) -> Result<()> {
    let sound = !key.contains('\0') && !key.split('/').any(|part| matches!(part, "" | "." | ".."));
    if sound {
        Ok(())
    } else {
        Err(IoError::Location { location: location.to_owned(), reason: format!("`{key}` is not a key inside it") })
    }
}

/// A folder of this machine.
#[derive(Clone, Debug)]
pub struct LocalDirectory {
    root: PathBuf,
    location: String,
}

impl LocalDirectory {
    /// Opens a folder.
    ///
    /// # Errors
    /// [`IoError::NotFound`] where it is not there, [`IoError::Location`] where it is not a folder.
    pub fn open(root: &Path) -> Result<Self> {
        let location = root.display().to_string();
        if root.is_dir() {
            Ok(Self { root: root.to_owned(), location })
        } else if root.exists() {
            Err(IoError::Location { location, reason: "it is not a folder".to_owned() })
        } else {
            Err(IoError::NotFound { location })
        }
    }

    fn open_file(&self, key: &str) -> Result<Option<LocalFile>> {
        check_key(&self.location, key)?;
        let path = self.root.join(key);
        if path.is_dir() {
            return Ok(None);
        }
        match LocalFile::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(IoError::NotFound { .. }) => Ok(None),
            Err(IoError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotADirectory => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl DirectorySource for LocalDirectory {
    fn location(&self) -> &str {
        &self.location
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn get(&self, key: &str) -> Result<Option<Bytes>> {
        let Some(file) = self.open_file(key)? else { return Ok(None) };
        let mut buffer = Vec::new();
        file.read_into(0..file.len(), &mut buffer)?;
        Ok(Some(Bytes::from(buffer)))
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        Ok(self.open_file(key)?.map(|file| file.len()))
    }

    fn get_ranges(&self, key: &str, ranges: &[Range<u64>]) -> Result<Option<Vec<Bytes>>> {
        self.open_file(key)?.map(|file| file.read_ranges(ranges)).transpose()
    }

    fn children(&self, prefix: &str) -> Result<Children> {
        let prefix = prefix.trim_end_matches('/');
        let folder = if prefix.is_empty() {
            self.root.clone()
        } else {
            check_key(&self.location, prefix)?;
            self.root.join(prefix)
        };
        let failed = |source| IoError::Io { action: "reading", location: folder.display().to_string(), source };
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Ok(Children::default());
            }
            Err(source) => return Err(failed(source)),
        };
        let mut children = Children::default();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            // a name that is not Unicode cannot be a key
            let Ok(name) = entry.file_name().into_string() else { continue };
            if entry.path().is_dir() {
                children.folders.push(name);
            } else {
                children.files.push(name);
            }
        }
        children.files.sort();
        children.folders.sort();
        Ok(children)
    }

    fn version(&self, key: &str) -> Result<Option<String>> {
        Ok(self.open_file(key)?.map(|file| file.version()))
    }
}
