//! Gives scenes back, in any order, to any number of threads.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

use eventscape_core::{EventSource, SceneComponents, SourceError, Timestamp};

use super::document::decode_document;
use super::file_format::{Entry, FRAME, PREFIX, TRAILER, beginning_len, entries_of, header_of, index_start, record_of};
use super::record::decode;
use crate::{IoError, Result};

/// A finished spool.
#[derive(Debug)]
pub struct SpoolReader {
    content: Content,
    entries: Vec<Entry>,
    header: Vec<u8>,
}

#[derive(Debug)]
pub(super) enum Content {
    /// A frame a scene.
    Memory(Vec<Box<[u8]>>),
    File {
        file: File,
        location: String,
    },
}

impl SpoolReader {
    pub(super) fn new(content: Content, entries: Vec<Entry>, header: Vec<u8>) -> Self {
        Self { content, entries, header }
    }

    /// Opens a persistent spool that was finished.
    ///
    /// # Errors
    /// [`IoError::NotFound`]; [`IoError::Damaged`] where it is not finished, or its beginning or its index is not sound
    /// (the scenes are checked as they are read).
    pub fn open(path: &Path) -> Result<Self> {
        let location = path.display().to_string();
        let file = File::open(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => IoError::NotFound { location: location.clone() },
            _ => IoError::Io { action: "reading", location: location.clone(), source },
        })?;
        Self::of_file(file, location)
    }

    /// As [`SpoolReader::open`]; `location` is for messages.
    pub(super) fn of_file(file: File, location: String) -> Result<Self> {
        let failed = |source| IoError::Io { action: "reading", location: location.clone(), source };
        let damaged = |reason: &str| IoError::Damaged { location: location.clone(), reason: reason.to_owned() };
        let len = file.metadata().map_err(failed)?.len();
        let read = |start: u64, end: u64| {
            let mut bytes = vec![0; end.saturating_sub(start) as usize];
            file.read_exact_at(&mut bytes, start).map(|()| bytes).map_err(failed)
        };
        if len < (PREFIX + TRAILER) as u64 {
            return Err(damaged("it is no finished spool"));
        }
        let first =
            beginning_len(&read(0, PREFIX as u64)?).ok_or_else(|| damaged("it is no spool of a known version"))?;
        let index =
            index_start(&read(len - TRAILER as u64, len)?, len).ok_or_else(|| damaged("it is no finished spool"))?;
        if first > index {
            return Err(damaged("its parts overlap"));
        }
        let beginning = read(0, first)?;
        let header = header_of(&beginning).ok_or_else(|| damaged("its header does not match its checksum"))?.to_vec();
        let entries = entries_of(&read(index, len)?, first, index)
            .ok_or_else(|| damaged("its index does not match its checksum"))?;
        Ok(Self::new(Content::File { file, location }, entries, header))
    }

    /// The document that the caller gave when the file was begun; empty for a temporary spool.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The times of the scenes, in order.
    #[must_use]
    pub fn times(&self) -> Vec<Timestamp> {
        self.entries.iter().map(|entry| entry.time).collect()
    }

    /// Bytes of all scenes as they are held.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.len).sum()
    }

    /// Writes all bytes of a spool that is kept in a file, as [`SpoolReader::open`] takes them.
    ///
    /// # Errors
    /// [`IoError::Unsupported`] for one in memory; failures to read, and those of `out` as [`std::io::Error`] inside.
    pub fn send(&self, out: &mut impl Write) -> Result<std::io::Result<()>> {
        let Content::File { file, location } = &self.content else {
            return Err(IoError::Unsupported {
                location: self.location().to_owned(),
                feature: "sending a spool that has no file".to_owned(),
            });
        };
        let failed = |source| IoError::Io { action: "reading", location: location.clone(), source };
        let (len, mut at, mut piece) = (file.metadata().map_err(failed)?.len(), 0, vec![0; 1 << 20]);
        while at < len {
            let read = file.read_at(&mut piece, at).map_err(failed)?;
            if read == 0 {
                return Err(failed(std::io::ErrorKind::UnexpectedEof.into()));
            }
            if let Err(error) = out.write_all(piece.get(..read).unwrap_or_default()) {
                return Ok(Err(error));
            }
            at += read as u64;
        }
        Ok(Ok(()))
    }

    fn location(&self) -> &str {
        match &self.content {
            Content::Memory(_) => "the spool in memory",
            Content::File { location, .. } => location,
        }
    }

    /// Reads scene `index`.
    ///
    /// # Errors
    /// [`IoError::Selection`] past the end, [`IoError::Damaged`], a failed read.
    pub fn scene(&self, index: usize) -> Result<SceneComponents> {
        self.decoded(index, decode)
    }

    /// Reads the document that was appended in place of scene `index`.
    ///
    /// # Errors
    /// As [`SpoolReader::scene`].
    pub fn document(&self, index: usize) -> Result<Vec<u8>> {
        self.decoded(index, decode_document)
    }

    fn decoded<T>(&self, index: usize, decode: impl Fn(&[u8]) -> std::result::Result<T, &'static str>) -> Result<T> {
        let entry = self.entries.get(index).ok_or_else(|| IoError::Selection {
            location: self.location().to_owned(),
            message: format!("there is no scene {index} among {}", self.entries.len()),
        })?;
        let decoded = match &self.content {
            Content::Memory(frames) => {
                // these bytes never left the process: their checksum need not be counted again
                frames.get(index).and_then(|frame| frame.get(FRAME..)).ok_or("it is missing").and_then(&decode)
            }
            Content::File { file, location } => {
                let mut frame = vec![0; FRAME + entry.len as usize];
                file.read_exact_at(&mut frame, entry.start).map_err(|source| IoError::Io {
                    action: "reading",
                    location: location.clone(),
                    source,
                })?;
                record_of(&frame).ok_or("it does not match its checksum").and_then(&decode)
            }
        };
        decoded.map_err(|reason| IoError::Damaged {
            location: self.location().to_owned(),
            reason: format!("scene {index} ({}): {reason}", entry.time),
        })
    }
}

impl EventSource for SpoolReader {
    fn scenes(&self) -> usize {
        self.entries.len()
    }

    fn read(&self, index: usize) -> std::result::Result<SceneComponents, SourceError> {
        Ok(self.scene(index)?)
    }
}
