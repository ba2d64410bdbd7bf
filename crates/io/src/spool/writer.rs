//! Takes scenes in order.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use eventscape_core::{SceneComponents, Timestamp};

use super::document::encode_document;
use super::file_format::{Entry, beginning, close_frame, end, open_frame};
use super::part_file::{open_locked, part_path, whole_scenes};
use super::reader::{Content, SpoolReader};
use super::record::{Encoded, Layout, encode};
use crate::failure::write_failed;
use crate::{IoError, Result};

/// The components of a job's scenes, being collected. One thread appends; [`Spool::finish`] makes it readable.
///
/// Dropped unfinished, a temporary spool leaves nothing; a persistent one leaves `<name>.part`, which
/// [`Spool::resume_file`] continues.
#[derive(Debug)]
pub struct Spool {
    target: Target,
    entries: Vec<Entry>,
    /// Where the next frame starts.
    position: u64,
    /// An earlier append failed half-way: nothing may follow.
    broken: bool,
    /// Reused from scene to scene.
    buffer: Vec<u8>,
}

#[derive(Debug)]
enum Target {
    Memory {
        frames: Vec<Box<[u8]>>,
        limit: usize,
        folder: Option<PathBuf>,
    },
    Temporary {
        file: File,
        folder: PathBuf,
    },
    Persistent {
        file: File,
        path: PathBuf,
        header: Vec<u8>,
    },
    /// In the form of a persistent one, without a name: to be sent elsewhere.
    Nameless {
        file: File,
        folder: PathBuf,
        header: Vec<u8>,
    },
}

impl Spool {
    /// A temporary spool: in memory up to `memory_bytes` (64 MiB is a good bound), then in a nameless file in `folder` (the
    /// system's folder for temporary files where it is `None`), which vanishes with the process.
    #[must_use]
    pub fn create(folder: Option<&Path>, memory_bytes: usize) -> Self {
        let folder = folder.map(Path::to_owned);
        Self::new(Target::Memory { frames: Vec::new(), limit: memory_bytes, folder }, Vec::new(), 0)
    }

    /// A persistent spool: compressed, and at `path` as soon as it is finished. `header` is a document of the caller
    /// that tells what it holds. An unfinished file of the same name is thrown away.
    ///
    /// # Errors
    /// [`IoError::Locked`] where another run writes it; a folder that cannot be written.
    pub fn create_file(path: &Path, header: &[u8]) -> Result<Self> {
        let file = open_locked(path)?;
        Self::start_file(file, path, header)
    }

    /// Continues an unfinished persistent spool after its last whole scene ([`Spool::scenes`] tells how many there
    /// are), or starts one where there is none, or none of this very header.
    ///
    /// # Errors
    /// As [`Spool::create_file`].
    pub fn resume_file(path: &Path, header: &[u8]) -> Result<Self> {
        let file = open_locked(path)?;
        let Some(entries) = whole_scenes(&file, &part_path(path), header)? else {
            return Self::start_file(file, path, header);
        };
        let begun = beginning(header).map_or(0, |bytes| bytes.len() as u64);
        let position = entries.last().map_or(begun, Entry::end);
        file.set_len(position).map_err(|e| write_failed(path, e))?;
        let target = Target::Persistent { file, path: path.to_owned(), header: header.to_owned() };
        Ok(Self::new(target, entries, position))
    }

    /// As a persistent spool, in a nameless file of the system's folder for temporary files, which vanishes with the process:
    /// once finished, [`SpoolReader::send`] gives the bytes that it would have at a path.
    ///
    /// # Errors
    /// No room for it.
    pub fn create_nameless(header: &[u8]) -> Result<Self> {
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder).map_err(|e| write_failed(&folder, e))?;
        let bytes = begun(&folder, header)?;
        write_at(&file, &bytes, 0).map_err(|e| write_failed(&folder, e))?;
        let target = Target::Nameless { file, folder, header: header.to_owned() };
        Ok(Self::new(target, Vec::new(), bytes.len() as u64))
    }

    fn start_file(file: File, path: &Path, header: &[u8]) -> Result<Self> {
        let bytes = begun(path, header)?;
        let failed = |e| write_failed(path, e);
        file.set_len(0).map_err(failed)?;
        write_at(&file, &bytes, 0).map_err(failed)?;
        let target = Target::Persistent { file, path: path.to_owned(), header: header.to_owned() };
        Ok(Self::new(target, Vec::new(), bytes.len() as u64))
    }

    fn new(target: Target, entries: Vec<Entry>, position: u64) -> Self {
        Self { target, entries, position, broken: false, buffer: Vec::new() }
    }

    /// Number of scenes so far.
    #[must_use]
    pub fn scenes(&self) -> usize {
        self.entries.len()
    }

    /// The time of the last scene.
    #[must_use]
    pub fn last_time(&self) -> Option<Timestamp> {
        self.entries.last().map(|entry| entry.time)
    }

    /// Bytes held so far, in memory or in the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.position
    }

    /// Appends a scene.
    ///
    /// # Errors
    /// [`IoError::Full`] and other failures to write, after which nothing more can be appended.
    pub fn append(&mut self, scene: &SceneComponents) -> Result<()> {
        let layout = match self.target {
            Target::Persistent { .. } | Target::Nameless { .. } => Layout::Packed,
            Target::Memory { .. } | Target::Temporary { .. } => Layout::Plain,
        };
        self.frame(scene.time, |out| encode(scene, layout, out))
    }

    /// Appends a document of the caller in place of a scene: what else a job gathers time by time.
    ///
    /// # Errors
    /// As [`Spool::append`].
    pub fn append_document(&mut self, time: Timestamp, document: &[u8]) -> Result<()> {
        self.frame(time, |out| encode_document(time, document, out))
    }

    fn frame(&mut self, time: Timestamp, encode: impl FnOnce(&mut Vec<u8>) -> Encoded) -> Result<()> {
        if self.broken {
            return Err(self.failed(std::io::Error::other("an earlier scene could not be written")));
        }
        self.buffer.clear();
        let at = open_frame(&mut self.buffer);
        encode(&mut self.buffer)
            .map_err(|message| IoError::Selection { location: format!("the scene of {time}"), message })?;
        close_frame(&mut self.buffer, at);
        self.broken = true;
        self.store()?;
        self.broken = false;
        let len = self.buffer.len() as u64;
        let entry = Entry { start: self.position, len: len - super::file_format::FRAME as u64, time };
        self.position += len;
        self.entries.push(entry);
        Ok(())
    }

    fn store(&mut self) -> Result<()> {
        if let Target::Memory { frames, limit, folder } = &mut self.target {
            if self.position + self.buffer.len() as u64 <= *limit as u64 {
                frames.push(self.buffer.as_slice().into());
                return Ok(());
            }
            let folder = folder.clone().unwrap_or_else(std::env::temp_dir);
            let failed = |e| write_failed(&folder, e);
            let file = tempfile::tempfile_in(&folder).map_err(failed)?;
            for frame in frames.iter() {
                (&file).write_all(frame).map_err(failed)?;
            }
            self.target = Target::Temporary { file, folder };
        }
        match &self.target {
            Target::Temporary { file, .. } | Target::Persistent { file, .. } | Target::Nameless { file, .. } => {
                write_at(file, &self.buffer, self.position).map_err(|e| self.failed(e))
            }
            Target::Memory { .. } => Ok(()),
        }
    }

    fn failed(&self, error: std::io::Error) -> IoError {
        match &self.target {
            Target::Memory { .. } => write_failed(Path::new("the spool"), error),
            Target::Temporary { folder, .. } | Target::Nameless { folder, .. } => write_failed(folder, error),
            Target::Persistent { path, .. } => write_failed(path, error),
        }
    }

    /// Ends the collection. A persistent spool is now at its path.
    ///
    /// # Errors
    /// Failures to write or to rename.
    pub fn finish(self) -> Result<SpoolReader> {
        if self.broken {
            return Err(self.failed(std::io::Error::other("an earlier scene could not be written")));
        }
        let (entries, position) = (self.entries, self.position);
        match self.target {
            Target::Memory { frames, .. } => Ok(SpoolReader::new(Content::Memory(frames), entries, Vec::new())),
            Target::Temporary { file, folder } => {
                let location = format!("a temporary file in {}", folder.display());
                Ok(SpoolReader::new(Content::File { file, location }, entries, Vec::new()))
            }
            Target::Nameless { file, folder, header } => {
                write_at(&file, &end(&entries, position), position).map_err(|e| write_failed(&folder, e))?;
                let location = format!("a temporary file in {}", folder.display());
                Ok(SpoolReader::new(Content::File { file, location }, entries, header))
            }
            Target::Persistent { file, path, header } => {
                let failed = |e| write_failed(&path, e);
                write_at(&file, &end(&entries, position), position).map_err(failed)?;
                fs::rename(part_path(&path), &path).map_err(failed)?;
                file.unlock().map_err(failed)?;
                let location = path.display().to_string();
                Ok(SpoolReader::new(Content::File { file, location }, entries, header))
            }
        }
    }
}

/// The first bytes of a file of this header.
fn begun(place: &Path, header: &[u8]) -> Result<Vec<u8>> {
    beginning(header).ok_or_else(|| IoError::Selection {
        location: place.display().to_string(),
        message: "a header of more than 4 GiB cannot be kept".to_owned(),
    })
}

fn write_at(file: &File, bytes: &[u8], at: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(test)]
mod tests {
    use eventscape_core::{Cells, Values, time::Calendar};

    use super::*;

    #[test]
    fn a_full_disk_is_told_and_nothing_follows_the_broken_scene() {
        let full = || File::options().read(true).write(true).open("/dev/full").unwrap();
        let targets = [
            Target::Temporary { file: full(), folder: "work".into() },
            Target::Persistent { file: full(), path: "work/0.spool".into(), header: Vec::new() },
            Target::Nameless { file: full(), folder: "work".into(), header: Vec::new() },
        ];
        let scene = SceneComponents {
            time: Timestamp::from_micros(Calendar::Standard, 0),
            components: Vec::new(),
            ranges: Vec::new(),
            values: Values::F32(Vec::new()),
            missing: Cells::default(),
            detected: 0,
            valid_cells: 0,
        };
        for target in targets {
            let mut spool = Spool::new(target, Vec::new(), 0);
            let error = spool.append(&scene).unwrap_err();
            assert!(matches!(&error, IoError::Full { .. }) && error.to_string().contains("work"), "{error}");
            assert!(spool.append(&scene).is_err());
            assert_eq!(spool.scenes(), 0);
            assert!(spool.finish().is_err());
        }
    }
}
