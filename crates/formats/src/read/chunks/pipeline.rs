//! Pipelines of HDF5 beyond the usual ones: the registered filters zstd, Blosc and bzip2, the others by hdf5-reader.

use std::borrow::Cow;
use std::io::Read;

use hdf5_reader::filters::apply_pipeline_with_limit;
use hdf5_reader::messages::filter_pipeline::FilterDescription;

use crate::read::zarr;

const BZIP2: u16 = 307;
const BLOSC: u16 = 32_001;
const ZSTD: u16 = 32_015;
/// Those of HDF5 itself, and lz4.
const OF_THE_LIBRARY: [u16; 7] = [1, 2, 3, 4, 5, 6, 32_004];

/// Registered filters by the names that people know.
const NAMES: [(u16, &str); 16] = [
    (305, "LZO"),
    (BZIP2, "bzip2"),
    (32_000, "LZF"),
    (BLOSC, "Blosc"),
    (32_003, "Snappy"),
    (32_004, "LZ4"),
    (32_008, "bitshuffle"),
    (32_013, "ZFP"),
    (32_014, "FPZIP"),
    (ZSTD, "zstd"),
    (32_017, "SZ"),
    (32_018, "FCIDECOMP"),
    (32_019, "JPEG"),
    (32_022, "Granular BitRound"),
    (32_024, "SZ3"),
    (32_026, "Blosc2"),
];

/// A filter of the pipeline that cannot be undone, in words; `None` where all can.
pub(crate) fn unknown(filters: &[FilterDescription]) -> Option<String> {
    let known = |id: u16| OF_THE_LIBRARY.contains(&id) || [BZIP2, BLOSC, ZSTD].contains(&id);
    // rounding leaves nothing to undo
    let idle = |id: u16| id == 32_022;
    let filter = filters.iter().find(|f| !known(f.id) && !idle(f.id))?;
    let name = NAMES.iter().find(|(id, _)| *id == filter.id).map_or("", |(_, name)| name);
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    Some(format!(
        "the filter {}{name}, which is not read (rewrite it, for example with `nccopy -d 1` or `h5repack -f GZIP=1`),",
        filter.id
    ))
}

/// Undoes the filters of a chunk that holds `expected` bytes; those whose bit is set in `mask` were not applied.
pub(crate) fn undo(
    raw: &[u8],
    filters: &[FilterDescription],
    mask: u32,
    size: usize,
    expected: usize,
) -> Result<Vec<u8>, String> {
    let mut bytes = Cow::Borrowed(raw);
    for (position, filter) in filters.iter().enumerate().rev() {
        if position < 32 && mask & (1 << position) != 0 {
            continue;
        }
        // what is left to undo may have made it longer
        let room = if position == 0 { expected } else { expected.saturating_mul(2).saturating_add(1 << 16) };
        bytes = Cow::Owned(match filter.id {
            ZSTD => zarr::zstd(&bytes, room)?,
            BLOSC => zarr::blosc_within(&bytes, room)?,
            BZIP2 => bunzip2(&bytes, room)?,
            32_022 => bytes.into_owned(),
            _ => apply_pipeline_with_limit(
                &bytes,
                std::slice::from_ref(filter),
                0,
                size,
                None,
                Some(room.saturating_add(1)),
            )
            .map_err(|error| error.to_string())?,
        });
    }
    Ok(bytes.into_owned())
}

/// At most `room` bytes.
pub(crate) fn bunzip2(bytes: &[u8], room: usize) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let limit = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    bzip2::read::BzDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|e| format!("it is not bzip2 ({e})"))?;
    if out.len() > room { Err(format!("it holds more than {room} bytes")) } else { Ok(out) }
}
