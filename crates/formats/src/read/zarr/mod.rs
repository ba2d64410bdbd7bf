//! Zarr version 2 and 3: metadata of our own reading, chunks through the same plan and decoder as HDF5's.

mod array;
mod blosc;
mod codecs;
mod json;
mod keys;
mod nodes;
mod numbers;
mod times;
mod version2;
mod version3;

use std::sync::Arc;

use super::chunks::{At, Chunked, Found, Layout, Origin, Piece, Pieces, Place, each_index, touched};
use super::{Dataset, Format, Hyperslab, OpenOptions, Opener};
use crate::source::DirectorySource;
use crate::{IoError, Result};

pub(crate) use blosc::blosc_within;
pub(crate) use codecs::{Codec, decode, zstd};
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

/// The format in the table.
pub(crate) static FORMAT: Format = Format { name: "Zarr", endings: &["zarr"], opener: Opener::Directory { open } };

fn open(source: &Arc<dyn DirectorySource>, options: &OpenOptions) -> Result<Option<Box<dyn Dataset>>> {
    let Some((version, nodes)) = nodes::find(source.as_ref())? else { return Ok(None) };
    let (zarr, found) = Zarr::of(Arc::clone(source), version, nodes, options)?;
    Ok(Some(Box::new(Chunked::new(zarr, found, options))))
}

/// An open store.
struct Zarr {
    source: Arc<dyn DirectorySource>,
    version: u8,
    texts: Vec<TextForm>,
}

impl Zarr {
    fn of(
        source: Arc<dyn DirectorySource>,
        version: u8,
        nodes: Vec<nodes::Node>,
        options: &OpenOptions,
    ) -> Result<(Self, Found)> {
        let mut all = Found::default();
        let contents = &mut all.contents;
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
                    all.stored.push(stored);
                }
            }
        }
        Ok((Self { source, version, texts }, all))
    }
}

impl Pieces for Zarr {
    fn format(&self) -> &str {
        if self.version == 2 { "Zarr 2" } else { "Zarr 3" }
    }

    fn origin(&self) -> Origin<'_> {
        Origin::Directory(self.source.as_ref())
    }

    /// Which of the chunks exist is found out when they are fetched.
    fn pieces(&self, At { path, stored, .. }: At<'_>, slab: &Hyperslab) -> Result<Vec<Piece>> {
        let Layout::Objects(keys) = &stored.layout else { return Ok(Vec::new()) };
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

    fn texts(&self, at: At<'_>, bytes: &[u8], size: usize) -> Result<Vec<String>> {
        let form = self.texts.get(at.index).copied().unwrap_or(TextForm::Bytes);
        Ok(bytes.chunks_exact(size.max(1)).map(|element| text(element, form)).collect())
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
