//! `<job>-ForTraCC-TOC.json`: the tracks, each with its first and last time.

use std::io::Write;

use eventscape_core::Lineage;
use serde::Serialize;

use crate::ProductError;
use crate::names::scene_stamps;

#[derive(Serialize)]
struct Entry<'a> {
    name: String,
    start_date: &'a str,
    end_date: &'a str,
}

/// Writes the table of contents as the reference has it: `[{"name": "Anomaly 1", "start_date": "YYYYMMDDhhmm",
/// "end_date": "YYYYMMDDhhmm"}, …]`, by track id.
///
/// # Errors
/// [`ProductError::Write`] when the output refuses, [`ProductError::Mismatch`] for a track outside the job's times.
pub fn write_toc<W: Write>(mut out: W, lineage: &Lineage) -> Result<(), ProductError> {
    let stamps = scene_stamps(&lineage.times);
    let mut entries = Vec::with_capacity(lineage.tracks.len());
    for track in &lineage.tracks {
        let stamp = |member: Option<&eventscape_core::Member>| {
            member.and_then(|m| stamps.get(m.scene as usize)).map(String::as_str).ok_or_else(|| {
                ProductError::Mismatch(format!("track {} has no member, or one outside the job's times", track.id))
            })
        };
        entries.push(Entry {
            name: format!("Anomaly {}", track.id),
            start_date: stamp(track.members.first())?,
            end_date: stamp(track.members.last())?,
        });
    }
    let failed = |source| ProductError::Write { product: "the table of contents".to_owned(), source };
    serde_json::to_writer(&mut out, &entries).map_err(|e| failed(e.into()))?;
    out.write_all(b"\n").and_then(|()| out.flush()).map_err(failed)
}
