//! Zarr version 2 and 3: metadata of our own reading, chunks through the same plan and decoder as HDF5's.

mod array;
mod blosc;
mod codecs;
mod json;
mod keys;
mod nodes;
mod version2;
mod version3;

use std::sync::Arc;

use super::contents::Contents;
use super::read::{Layout, Piece, Place, each_index, touched};
use super::{Hyperslab, OpenOptions};
use crate::stores::DirectorySource;
use crate::{IoError, Result};

pub(crate) use codecs::{Codec, decode};
pub(crate) use keys::Keys;

/// Text elements as they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextForm {
    /// No text.
    None,
    /// Bytes, padded with zeros.
    Bytes,
    /// UTF-32 in little-endian order, padded with zeros.
    Utf32,
    /// UTF-32 in big-endian order.
    Utf32BigEndian,
}

/// An open store.
pub(crate) struct Zarr {
    source: Arc<dyn DirectorySource>,
    texts: Vec<TextForm>,
}

impl Zarr {
    pub(crate) fn open(source: Arc<dyn DirectorySource>, options: &OpenOptions) -> Result<(Self, Contents)> {
        let (format, nodes) = nodes::find(source.as_ref())?;
        let mut contents = Contents::new(format);
        let mut texts = Vec::new();
        for node in nodes {
            let described = match node.version {
                2 => version2::describe(&node),
                _ => version3::describe(&node),
            };
            let described = described.map_err(|reason| damaged(source.as_ref(), &node.path, &reason))?;
            match described {
                nodes::Described::Group(attributes) => {
                    contents.groups.insert(node.path, attributes);
                }
                nodes::Described::Unreadable(reason) => {
                    contents.unreadable.insert(node.path, reason);
                }
                nodes::Described::Array(array) => {
                    texts.push(array.text);
                    let (variable, stored) = array
                        .into_variable(&node.path, options)
                        .map_err(|reason| damaged(source.as_ref(), &node.path, &reason))?;
                    contents.variables.push(variable);
                    contents.stored.push(stored);
                }
            }
        }
        Ok((Self { source, texts }, contents))
    }

    pub(crate) fn source(&self) -> &dyn DirectorySource {
        self.source.as_ref()
    }

    /// The chunks that a selection touches. Which of them exist is found out when they are fetched.
    pub(crate) fn pieces(&self, contents: &Contents, variable: usize, slab: &Hyperslab) -> Result<Vec<Piece>> {
        let stored = &contents.stored[variable];
        let Layout::Objects(keys) = &stored.layout else { return Ok(Vec::new()) };
        let path = &contents.variables[variable].path;
        if let Some(shards) = &keys.shards {
            return keys::sharded_pieces(self.source.as_ref(), keys, shards, path, stored, slab);
        }
        let mut pieces = Vec::new();
        let done: std::result::Result<(), std::convert::Infallible> =
            each_index(&touched(slab, &stored.chunk), |chunk| {
                pieces.push(Piece {
                    place: Place::Object { key: keys.key(chunk), range: None },
                    mask: 0,
                    origin: chunk.iter().zip(&stored.chunk).map(|(i, len)| i * len).collect(),
                    first: 0,
                    count: stored.chunk_elements().unwrap_or(0),
                });
                Ok(())
            });
        match done {
            Ok(()) => Ok(pieces),
            Err(never) => match never {},
        }
    }

    /// The texts of elements that were read as stored bytes.
    pub(crate) fn texts(&self, variable: usize, bytes: &[u8], size: usize) -> Vec<String> {
        let form = self.texts.get(variable).copied().unwrap_or(TextForm::Bytes);
        bytes.chunks_exact(size.max(1)).map(|element| text(element, form)).collect()
    }
}

fn text(element: &[u8], form: TextForm) -> String {
    match form {
        TextForm::None | TextForm::Bytes => {
            let end = element.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1);
            String::from_utf8_lossy(&element[..end]).into_owned()
        }
        TextForm::Utf32 | TextForm::Utf32BigEndian => element
            .as_chunks::<4>()
            .0
            .iter()
            .map(|b| if form == TextForm::Utf32 { u32::from_le_bytes(*b) } else { u32::from_be_bytes(*b) })
            .take_while(|code| *code != 0)
            .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    }
}

fn damaged(source: &dyn DirectorySource, path: &str, reason: &str) -> IoError {
    IoError::Damaged { location: source.location().to_owned(), reason: format!("`/{path}`: {reason}") }
}
