//! One product: its bytes, then what they hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use eventscape_io::IoError;
use eventscape_io::stores::{ByteReader, ByteSource};
use eventscape_products::read::{read_gif, read_png};
use eventscape_products::{Artifact, Manifest};
use ring::digest::{Context, SHA256};

use super::content::Content;
use super::facts::Facts;
use super::finding::{Checked, Fault, Faults, Trouble};
use super::folder::Folder;
use super::{lists, netcdf, polygons, statistics, tables};
use crate::error::{PipelineError, Result};
use crate::run::Cancel;

/// Bytes that are summed at a time.
const BLOCK: u64 = 1 << 20;

/// Asks whether to go on.
pub(super) struct Going<'a>(pub(super) &'a Cancel);

impl Going<'_> {
    pub(super) fn check(&self) -> Checked<()> {
        if self.0.is_cancelled() { Err(Trouble::Stopped) } else { Ok(()) }
    }
}

/// A product that is to be looked at.
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    pub(super) content: Content,
    pub(super) source: Arc<dyn ByteSource>,
    pub(super) manifest: &'a Manifest,
    pub(super) going: &'a Going<'a>,
}

/// How a product's bytes compare with what the manifest says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bytes {
    /// It is not there.
    Missing,
    /// They are others than were written.
    Changed,
    /// They are those that were written.
    AsWritten,
}

/// A product that was looked at.
pub(super) struct Looked {
    pub(super) bytes: Bytes,
    /// Bytes that were read.
    pub(super) size: u64,
    pub(super) faults: Vec<Fault>,
    /// What it says of its job; nothing where it has a fault.
    pub(super) facts: Facts,
}

impl Looked {
    fn missing(problem: &str) -> Self {
        let fault = Fault { place: String::new(), problem: problem.to_owned() };
        Self { bytes: Bytes::Missing, size: 0, faults: vec![fault], facts: Facts::default() }
    }
}

/// Looks at a product.
///
/// # Errors
/// The store does not answer or refuses; [`PipelineError::Unverified`] where nobody waits any more.
pub(super) fn look(folder: &Folder, file: &Artifact, manifest: &Manifest, going: &Going<'_>) -> Result<Looked> {
    if !is_plain(&file.name) {
        return Ok(Looked::missing("the manifest lists it, but it is not the name of a file in the job's folder"));
    }
    let source = match folder.fetch(&file.name) {
        Ok(source) => source,
        Err(IoError::NotFound { .. }) => return Ok(Looked::missing("it is not there")),
        Err(IoError::Location { .. }) => return Ok(Looked::missing("there is no file of its name")),
        Err(other) => return Err(other.into()),
    };
    let stopped = |trouble| match trouble {
        Trouble::Stopped => PipelineError::Unverified,
        Trouble::Fault(fault) => PipelineError::Internal(fault.problem),
    };
    let mut faults = Faults::default();
    let outcome = compare(file, &*source, going);
    let bytes = if faults.take(outcome).map_err(stopped)?.is_some() { Bytes::AsWritten } else { Bytes::Changed };
    let mut facts = Facts::default();
    if let Some(content) = Content::of_name(&file.name) {
        let asked = Asked { name: &file.name, content, source: source.clone(), manifest, going };
        let outcome = guarded(|| read(&asked, &mut faults));
        facts = faults.take(outcome).map_err(stopped)?.unwrap_or_default();
    }
    if !faults.is_empty() {
        facts = Facts::default();
    }
    Ok(Looked { bytes, size: source.len(), faults: faults.into_all(), facts })
}

/// Whether a name is one of a file directly in a folder, as manifests list them.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

/// Holds the bytes against the manifest.
fn compare(file: &Artifact, source: &dyn ByteSource, going: &Going<'_>) -> Checked<()> {
    if source.len() != file.size {
        return Err(Trouble::at("", format!("it has {} bytes, the manifest says {}", source.len(), file.size)));
    }
    let mut sum = Context::new(&SHA256);
    let mut block = Vec::new();
    let mut start = 0;
    while start < source.len() {
        going.check()?;
        let end = (start + BLOCK).min(source.len());
        source.read_into(start..end, &mut block)?;
        sum.update(&block);
        start = end;
    }
    let sum: String = sum.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    match sum == file.sha256 {
        true => Ok(()),
        false => Err(Trouble::at("", format!("its SHA-256 is {sum}, the manifest says {}", file.sha256))),
    }
}

/// Reads what a product holds.
fn read(asked: &Asked<'_>, faults: &mut Faults) -> Checked<Facts> {
    let file = || ByteReader::new(asked.source.clone());
    let picture = |problem| Trouble::at("", format!("it cannot be decoded: {problem}"));
    match asked.content {
        Content::Tos2caMasks
        | Content::Masks
        | Content::Tracks
        | Content::Curated
        | Content::Interpolated
        | Content::InterpolatedFlat
        | Content::Stationary => netcdf::check(asked, faults),
        Content::TracksTable => tables::tracks(asked, faults),
        Content::LineageTable => tables::lineage(asked),
        Content::CuratedTable => tables::curated(asked, faults),
        Content::Polygons => polygons::check(asked, faults),
        Content::Toc => lists::toc(asked),
        Content::Hierarchy => lists::hierarchy(asked),
        Content::CurationHierarchy => lists::curation(asked),
        Content::Statistics => statistics::check(asked, faults),
        Content::Map => {
            read_png(file()).map_err(picture)?;
            Ok(Facts::default())
        }
        Content::Animation => {
            read_gif(file()).map_err(picture)?;
            Ok(Facts::default())
        }
        Content::Drawing => {
            drawing(&asked.source)?;
            Ok(Facts::default())
        }
    }
}

/// An SVG of ours begins and ends with its element.
fn drawing(source: &Arc<dyn ByteSource>) -> Checked<()> {
    const ENDS: u64 = 256;
    let part = |range| -> Checked<String> {
        let mut bytes = Vec::new();
        source.read_into(range, &mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let length = source.len();
    let (head, tail) = (part(0..length.min(ENDS))?, part(length.saturating_sub(ENDS)..length)?);
    if head.contains("<svg") && tail.trim_end().ends_with("</svg>") {
        return Ok(());
    }
    Err(Trouble::at("", "it is no SVG, or not whole"))
}

/// Runs what parses a product; a panic of a library is a damaged product, since only such provoke one.
fn guarded<T>(work: impl FnOnce() -> Checked<T>) -> Checked<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Trouble::at("", "parsing it broke down")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_files_in_the_folder_are_opened() {
        for name in ["1-Masks.nc", "1-Series-3-T2M.png", "a b"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", ".", "..", "../2/2-Masks.nc", "/etc/passwd", "a/b", "a\0b", ".work"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
