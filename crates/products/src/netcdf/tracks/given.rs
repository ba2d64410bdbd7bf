//! Names of events that were given, as arrays of characters: CF has no other texts that all its readers know.

use eventscape_core::Lineage;

use super::{PACKED, ROWS};
use crate::{GivenTrack, JobInfo, ProductError};
use eventscape_formats::write::{Medium, TextByte};
use eventscape_formats::write::{NcFile, Variable};

/// Names are cut to so many bytes.
const LONGEST: usize = 128;

/// Writes what the events are called where they come from; nothing where they were found.
pub(super) fn write_given<W: Medium>(
    file: &mut NcFile<W>,
    job: &JobInfo,
    lineage: &Lineage,
) -> Result<(), ProductError> {
    if job.given.is_empty() {
        return Ok(());
    }
    let given: Vec<Option<&GivenTrack>> = lineage.tracks.iter().map(|track| job.given(track.id)).collect();
    let names: Vec<&str> = given.iter().map(|given| given.map_or("", GivenTrack::label)).collect();
    texts(file, "event_name", "name_length", "name of the event", &names)?;
    let ids: Vec<&str> = given.iter().map(|given| given.map_or("", |given| given.source_id.as_str())).collect();
    texts(file, "source_id", "source_id_length", "number or code of the event where its outline comes from", &ids)
}

fn texts<W: Medium>(
    file: &mut NcFile<W>,
    name: &str,
    dimension: &str,
    long_name: &str,
    texts: &[&str],
) -> Result<(), ProductError> {
    let texts: Vec<&str> = texts.iter().map(|text| cut(text)).collect();
    let length = texts.iter().map(|text| text.len()).max().unwrap_or(0).max(1);
    file.dimension(dimension, length)?;
    let mut bytes = vec![TextByte::default(); texts.len() * length];
    for (row, text) in bytes.chunks_exact_mut(length).zip(texts) {
        row.iter_mut().zip(text.bytes()).for_each(|(to, byte)| *to = TextByte(byte));
    }
    let variable =
        Variable::of::<TextByte>(name, &["event", dimension]).with("long_name", long_name).with("_Encoding", "utf-8");
    Ok(file.compressed(variable, ROWS, PACKED, &bytes)?)
}

/// As many whole characters as fit.
fn cut(text: &str) -> &str {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}
