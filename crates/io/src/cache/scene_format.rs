//! The bytes of a scene: versioned, compressed, checked.
//!
//! | part | bytes |
//! |---|---|
//! | magic `EVSCENE\0` | 8 |
//! | length of the header that follows, its checksum included | u32 |
//! | version (1), number of fields | u16, u16 |
//! | calendar, microseconds since 1970-01-01 of it | u8, i64 |
//! | rows, columns, rows of a block | u32, u32, u32 |
//! | for each field its type (0 float32, 1 float64) | u8 |
//! | for each field, for each block: codec (0 stored, 1 zstd), stored length, CRC-32 of the stored bytes | u8, u32, u32 |
//! | CRC-32 of all before | u32 |
//! | the blocks, by field, then by row | |
//!
//! A block holds some rows of one field with the bytes of its values shuffled (all lowest bytes first), so a part of the
//! rows is read without the others. All numbers are little-endian. Values keep their bits.

use std::ops::Range;

use eventscape_core::parallel::on_job_pool;
use eventscape_core::{Scene, Timestamp, Values};
use rayon::prelude::*;

use crate::encoding::{
    Codec, Cursor, FieldNumber, Number, calendar_code, calendar_of, compress, decompress, plausible,
};
use crate::{IoError, Result};

const MAGIC: &[u8; 8] = b"EVSCENE\0";
const VERSION: u16 = 1;
/// Bytes of a block before compression, about: large enough for zstd, small enough for all cores to have some.
const BLOCK_BYTES: usize = 256 << 10;
/// More cells than any scene has; a header that tells more is damaged.
const MAX_CELLS: u64 = 1 << 31;
const MAX_FIELDS: u16 = 1024;
/// Bytes of the header that tell how long it is.
pub(crate) const PREFIX: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F32,
    F64,
}

impl Kind {
    fn size(self) -> usize {
        match self {
            Self::F32 => f32::SIZE,
            Self::F64 => f64::SIZE,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Block {
    codec: Codec,
    start: u64,
    len: u32,
    crc: u32,
}

/// What the header of a stored scene tells: enough to know which bytes hold which rows.
#[derive(Clone, Debug)]
pub struct SceneHeader {
    time: Timestamp,
    rows: usize,
    columns: usize,
    block_rows: usize,
    fields: Vec<(Kind, Vec<Block>)>,
    end: u64,
}

/// Writes a scene whose fields have `columns` values a row. Blocks are compressed on all cores.
///
/// # Errors
/// [`IoError::Selection`] where there is no field, where fields differ in length or are not whole rows, or where the scene
/// is larger than the format holds.
pub fn encode(scene: &Scene, columns: usize) -> Result<Vec<u8>> {
    let unfit = |message: String| IoError::Selection { location: format!("the scene of {}", scene.time), message };
    let cells = scene.fields.first().map(Values::len).ok_or_else(|| unfit("there is no field".to_owned()))?;
    if scene.fields.iter().any(|field| field.len() != cells) {
        return Err(unfit("fields differ in length".to_owned()));
    }
    if columns == 0 || cells % columns != 0 {
        return Err(unfit(format!("{cells} values are not rows of {columns}")));
    }
    let rows = cells / columns;
    if cells as u64 > MAX_CELLS || columns as u64 > MAX_CELLS || scene.fields.len() > usize::from(MAX_FIELDS) {
        return Err(unfit(format!("{cells} cells in {} fields are more than the cache can hold", scene.fields.len())));
    }
    let widest = scene.fields.iter().map(|f| kind_of(f).size()).max().unwrap_or(f32::SIZE);
    let block_rows = (BLOCK_BYTES / (columns * widest)).clamp(1, rows.max(1));

    let mut header = Vec::with_capacity(64 + 9 * scene.fields.len() * rows.div_ceil(block_rows));
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&[0; 4]);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&(scene.fields.len() as u16).to_le_bytes());
    header.push(calendar_code(scene.time.calendar()));
    header.extend_from_slice(&scene.time.micros().to_le_bytes());
    for size in [rows, columns, block_rows] {
        header.extend_from_slice(&(size as u32).to_le_bytes());
    }
    header.extend(scene.fields.iter().map(|field| kind_of(field) as u8));

    let mut blocks = Vec::new();
    for field in &scene.fields {
        match field {
            Values::F32(values) => encode_field(values, block_rows * columns, &mut blocks)?,
            Values::F64(values) => encode_field(values, block_rows * columns, &mut blocks)?,
        }
    }
    for (codec, bytes) in &blocks {
        header.push(codec.code());
        header.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(bytes).to_le_bytes());
    }
    let told = (header.len() + 4 - PREFIX) as u32;
    if let Some(length) = header.get_mut(8..PREFIX) {
        length.copy_from_slice(&told.to_le_bytes());
    }
    let crc = crc32fast::hash(&header);
    header.extend_from_slice(&crc.to_le_bytes());
    header.reserve_exact(blocks.iter().map(|(_, bytes)| bytes.len()).sum());
    for (_, bytes) in &blocks {
        header.extend_from_slice(bytes);
    }
    Ok(header)
}

fn kind_of(values: &Values) -> Kind {
    match values {
        Values::F32(_) => Kind::F32,
        Values::F64(_) => Kind::F64,
    }
}

fn encode_field<N: Number>(values: &[N], block: usize, blocks: &mut Vec<(Codec, Vec<u8>)>) -> Result<()> {
    let encode = |values: &[N]| {
        let mut planes = vec![0; values.len() * N::SIZE];
        N::shuffle(values, &mut planes);
        let mut out = Vec::new();
        let codec = compress(&planes, &mut out)?;
        Ok((codec, out))
    };
    let encoded: Vec<std::io::Result<(Codec, Vec<u8>)>> =
        on_job_pool(|| values.par_chunks(block).map(encode).collect());
    for block in encoded {
        let failed = |source| IoError::Io { action: "compressing", location: "a scene".to_owned(), source };
        blocks.push(block.map_err(failed)?);
    }
    Ok(())
}

/// Reads a whole scene.
///
/// # Errors
/// [`IoError::Damaged`], with `location` in its message.
pub fn decode(bytes: &[u8], location: &str) -> Result<Scene> {
    let header = SceneHeader::parse(bytes, location)?;
    if header.end != bytes.len() as u64 {
        let reason = format!("it has {} bytes, its header tells {}", bytes.len(), header.end);
        return Err(damaged(location, reason));
    }
    decode_rows(&header, 0..header.rows, location, &mut |range| {
        Ok(slice(bytes, range).ok_or_else(|| damaged(location, "it is cut off"))?.to_vec())
    })
}

/// Reads some rows of a scene: `fetch` is asked once for each field, for the bytes of all blocks that hold them.
///
/// # Errors
/// [`IoError::Selection`] for rows past the end, [`IoError::Damaged`], and what `fetch` says.
pub fn decode_rows(
    header: &SceneHeader,
    rows: Range<usize>,
    location: &str,
    fetch: &mut dyn FnMut(Range<u64>) -> Result<Vec<u8>>,
) -> Result<Scene> {
    if rows.start > rows.end || rows.end > header.rows {
        let message = format!("rows {}..{} are asked for, there are {}", rows.start, rows.end, header.rows);
        return Err(IoError::Selection { location: location.to_owned(), message });
    }
    let mut fields = Vec::with_capacity(header.fields.len());
    for (kind, blocks) in &header.fields {
        let touched =
            if rows.is_empty() { 0..0 } else { rows.start / header.block_rows..rows.end.div_ceil(header.block_rows) };
        let blocks = blocks.get(touched.clone()).unwrap_or_default();
        let bytes = match (blocks.first(), blocks.last()) {
            (Some(first), Some(last)) => fetch(first.start..last.start + u64::from(last.len))?,
            _ => Vec::new(),
        };
        fields.push(match kind {
            Kind::F32 => decode_field::<f32>(header, &rows, touched, blocks, &bytes, location)?,
            Kind::F64 => decode_field::<f64>(header, &rows, touched, blocks, &bytes, location)?,
        });
    }
    Ok(Scene { time: header.time, fields })
}

fn decode_field<N: FieldNumber>(
    header: &SceneHeader,
    rows: &Range<usize>,
    touched: Range<usize>,
    blocks: &[Block],
    bytes: &[u8],
    location: &str,
) -> Result<Values> {
    let wrong = || damaged(location, "a block does not match its checksum or its length");
    // whole blocks are decoded, then the rows before the first and after the last asked for are cut
    let first_row = touched.start * header.block_rows;
    let last_row = (touched.end * header.block_rows).min(header.rows);
    let cells = (last_row.saturating_sub(first_row)) * header.columns;
    let mut values: Vec<N> = Vec::new();
    values.try_reserve_exact(cells).map_err(|_| damaged(location, "it is too large for this machine's memory"))?;
    values.resize(cells, N::default());
    let base = blocks.first().map_or(0, |block| block.start);
    let decode = |(out, block): (&mut [N], &Block)| {
        let start = block.start - base;
        let stored = slice(bytes, start..start + u64::from(block.len))?;
        if crc32fast::hash(stored) != block.crc {
            return None;
        }
        let mut planes = Vec::new();
        decompress(block.codec, stored, out.len() * N::SIZE, &mut planes).then(|| N::unshuffle(&planes, out))
    };
    let cells = header.block_rows * header.columns;
    on_job_pool(|| values.par_chunks_mut(cells).zip(blocks.par_iter()).try_for_each(decode)).ok_or_else(wrong)?;
    values.truncate((rows.end - first_row.min(rows.end)) * header.columns);
    values.drain(..(rows.start.saturating_sub(first_row) * header.columns).min(values.len()));
    Ok(N::into_values(values))
}

fn slice(bytes: &[u8], range: Range<u64>) -> Option<&[u8]> {
    bytes.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
}

fn damaged(location: &str, reason: impl Into<String>) -> IoError {
    IoError::Damaged { location: location.to_owned(), reason: reason.into() }
}

impl SceneHeader {
    /// How many bytes the header has, told by the first twelve of the file.
    ///
    /// # Errors
    /// [`IoError::Damaged`] where they are not those of a scene.
    pub fn len_of(prefix: &[u8], location: &str) -> Result<usize> {
        let mut cursor = Cursor::new(prefix);
        let told = cursor.take(MAGIC.len()).and_then(|magic| Ok((magic, cursor.u32()?)));
        match told {
            Ok((magic, len)) if magic == MAGIC => Ok(PREFIX + len as usize),
            Ok(_) => Err(damaged(location, "it is not a stored scene")),
            Err(_) => Err(damaged(location, "it is cut off")),
        }
    }

    /// Reads the header at the start of `bytes`.
    ///
    /// # Errors
    /// [`IoError::Damaged`].
    pub fn parse(bytes: &[u8], location: &str) -> Result<Self> {
        let len = Self::len_of(bytes, location)?;
        let header = bytes.get(..len).ok_or_else(|| damaged(location, "it is cut off"))?;
        let (body, crc) = header.split_last_chunk::<4>().ok_or_else(|| damaged(location, "it is cut off"))?;
        if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
            return Err(damaged(location, "its header does not match its checksum"));
        }
        let mut cursor = Cursor::new(body.get(PREFIX..).unwrap_or_default());
        Self::read(&mut cursor, len as u64).ok_or_else(|| damaged(location, "its header contradicts itself"))
    }

    fn read(cursor: &mut Cursor<'_>, header_len: u64) -> Option<Self> {
        if cursor.u16().ok()? != VERSION {
            return None;
        }
        let fields = cursor.u16().ok()?;
        let calendar = calendar_of(cursor.u8().ok()?)?;
        let time = Timestamp::from_micros(calendar, cursor.i64().ok()?);
        let [rows, columns, block_rows] = [cursor.u32().ok()?, cursor.u32().ok()?, cursor.u32().ok()?];
        let cells = u64::from(rows) * u64::from(columns);
        if columns == 0 || block_rows == 0 || block_rows > rows.max(1) || cells > MAX_CELLS {
            return None;
        }
        let blocks_each = rows.div_ceil(block_rows);
        let table = u64::from(fields) * (1 + 9 * u64::from(blocks_each));
        if !(1..=MAX_FIELDS).contains(&fields) || cursor.left() as u64 != table {
            return None;
        }
        let kinds: Option<Vec<Kind>> = (0..fields)
            .map(|_| match cursor.u8().ok()? {
                0 => Some(Kind::F32),
                1 => Some(Kind::F64),
                _ => None,
            })
            .collect();
        let mut end = header_len;
        let mut tables = Vec::new();
        for kind in kinds? {
            let mut blocks = Vec::new();
            for k in 0..blocks_each {
                let codec = Codec::of(cursor.u8().ok()?)?;
                let (len, crc) = (cursor.u32().ok()?, cursor.u32().ok()?);
                let rows_here = block_rows.min(rows - k * block_rows);
                if !plausible(codec, len as usize, rows_here as usize * columns as usize * kind.size()) {
                    return None;
                }
                blocks.push(Block { codec, start: end, len, crc });
                end = end.checked_add(u64::from(len))?;
            }
            tables.push((kind, blocks));
        }
        let (rows, columns, block_rows) = (rows as usize, columns as usize, block_rows as usize);
        Some(Self { time, rows, columns, block_rows, fields: tables, end })
    }

    /// The time of the scene.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Length of the whole scene in bytes.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.end
    }
}
