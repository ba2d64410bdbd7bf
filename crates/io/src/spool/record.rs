//! One scene's components as bytes: the same sections either plain (in memory, fast) or packed (in files, small).
//!
//! | part | bytes |
//! |---|---|
//! | layout (0 plain, 1 packed), type of the values (0 float32, 1 float64) | u8, u8 |
//! | calendar, microseconds since 1970-01-01 of it | u8, i64 |
//! | components before small ones were dropped, cells with a value | u32, u64 |
//! | numbers of components, ranges of cells, ranges of missing cells, values | 4 × u32 |
//! | section of integers: for each component label, cells, ranges from..to, values from..to, its box (10 columns one after the other); then of the ranges, and of those of missing cells, how many cells (modulo 2³²) each begins after the end of the one before, and how many it has (two columns) | u32 |
//! | section of measures: 16 columns, in the order of [`Description`]'s fields | f64 |
//! | section of flags: touches the edge | u8 |
//! | section of values | f32 or f64 |
//!
//! A packed section has its bytes shuffled and is preceded by codec (u8) and stored length (u32).

use eventscape_core::{CellBox, CellRange, Cells, Component, Description, SceneComponents, Timestamp, Values};

use crate::encoding::{Codec, Cursor, FieldNumber, Number, calendar_code, calendar_of, compress, decompress};

/// How the sections are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Plain,
    Packed,
}

/// What encoding says: nothing, or which number is too large for the format.
pub(super) type Encoded = Result<(), String>;

const INTEGER_COLUMNS: usize = 10;
const RANGE_COLUMNS: usize = 2;
const MEASURES: usize = 16;

/// Appends a record to `out`.
///
/// # Errors
/// A text that says which number is too large for the format.
pub(super) fn encode(scene: &SceneComponents, layout: Layout, out: &mut Vec<u8>) -> Encoded {
    let counts = [scene.components.len(), scene.ranges.len(), scene.missing.len(), scene.values.len()];
    let mut integers = Vec::with_capacity(INTEGER_COLUMNS * counts[0] + RANGE_COLUMNS * (counts[1] + counts[2]));
    component_columns(&scene.components, &mut integers)?;
    range_columns(&scene.ranges, &mut integers);
    range_columns(&scene.missing, &mut integers);

    out.push(u8::from(layout == Layout::Packed));
    out.push(u8::from(matches!(scene.values, Values::F64(_))));
    out.push(calendar_code(scene.time.calendar()));
    out.extend_from_slice(&scene.time.micros().to_le_bytes());
    out.extend_from_slice(&scene.detected.to_le_bytes());
    out.extend_from_slice(&scene.valid_cells.to_le_bytes());
    for count in counts {
        out.extend_from_slice(&narrow(count)?.to_le_bytes());
    }

    let measures = measure_columns(&scene.components);
    let flags: Vec<u8> = scene.components.iter().map(|c| u8::from(c.description.touches_edge)).collect();
    section(&integers, layout, out)?;
    section(&measures, layout, out)?;
    match layout {
        Layout::Plain => out.extend_from_slice(&flags),
        Layout::Packed => packed(&flags, out)?,
    }
    match &scene.values {
        Values::F32(values) => section(values, layout, out),
        Values::F64(values) => section(values, layout, out),
    }
}

fn narrow(number: usize) -> Result<u32, String> {
    u32::try_from(number).map_err(|_| format!("{number} is more than a spool can hold in one scene"))
}

fn section<N: Number>(numbers: &[N], layout: Layout, out: &mut Vec<u8>) -> Result<(), String> {
    match layout {
        Layout::Plain => {
            N::write(numbers, out);
            Ok(())
        }
        Layout::Packed => {
            let mut planes = vec![0; numbers.len() * N::SIZE];
            N::shuffle(numbers, &mut planes);
            packed(&planes, out)
        }
    }
}

fn packed(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let at = out.len();
    out.extend_from_slice(&[0; 5]);
    let codec = compress(bytes, out).map_err(|e| format!("compression failed: {e}"))?;
    let len = narrow(out.len() - at - 5)?;
    if let Some(place) = out.get_mut(at..at + 5) {
        place[0] = codec.code();
        place[1..].copy_from_slice(&len.to_le_bytes());
    }
    Ok(())
}

fn component_columns(components: &[Component], out: &mut Vec<u32>) -> Result<(), String> {
    let columns: [fn(&Component) -> usize; 4] =
        [|c| c.ranges.start, |c| c.ranges.end, |c| c.values.start, |c| c.values.end];
    out.extend(components.iter().map(|c| c.label));
    out.extend(components.iter().map(|c| c.cells));
    for column in columns {
        for component in components {
            out.push(narrow(column(component))?);
        }
    }
    out.extend(components.iter().map(|c| c.cell_box.row0));
    out.extend(components.iter().map(|c| c.cell_box.col0));
    out.extend(components.iter().map(|c| c.cell_box.row1));
    out.extend(components.iter().map(|c| c.cell_box.col1));
    Ok(())
}

/// Gaps and lengths: small numbers, which pack well.
fn range_columns(ranges: &[CellRange], out: &mut Vec<u32>) {
    let mut before = 0;
    out.extend(ranges.iter().map(|range| range.start.wrapping_sub(std::mem::replace(&mut before, range.end))));
    out.extend(ranges.iter().map(|range| range.len()));
}

fn measure_columns(components: &[Component]) -> Vec<f64> {
    let columns: [fn(&Description) -> f64; MEASURES] = [
        |d| d.area_km2,
        |d| d.centroid_lat,
        |d| d.centroid_lon,
        |d| d.south,
        |d| d.north,
        |d| d.west,
        |d| d.east,
        |d| d.min,
        |d| d.mean,
        |d| d.max,
        |d| d.std_dev,
        |d| d.perimeter_km,
        |d| d.major_axis_km,
        |d| d.minor_axis_km,
        |d| d.eccentricity,
        |d| d.orientation_deg,
    ];
    columns.iter().flat_map(|column| components.iter().map(|c| column(&c.description))).collect()
}

/// The time of a record, without the rest.
pub(super) fn time_of(record: &[u8]) -> Option<Timestamp> {
    let mut cursor = Cursor::new(record.get(2..)?);
    let calendar = calendar_of(cursor.u8().ok()?)?;
    Some(Timestamp::from_micros(calendar, cursor.i64().ok()?))
}

/// Reads a record.
///
/// # Errors
/// A text that says what is wrong. What is returned is sound: no range of cells is empty, missing cells ascend, and what a component
/// has lies within the lists.
pub(super) fn decode(record: &[u8]) -> Result<SceneComponents, &'static str> {
    const SHORT: &str = "a scene is cut off";
    let mut cursor = Cursor::new(record);
    let mut head = || -> Option<_> {
        let (layout, kind) = (cursor.u8().ok()?, cursor.u8().ok()?);
        let calendar = calendar_of(cursor.u8().ok()?)?;
        let time = Timestamp::from_micros(calendar, cursor.i64().ok()?);
        let (detected, valid_cells) = (cursor.u32().ok()?, cursor.u64().ok()?);
        let counts = [cursor.u32().ok()?, cursor.u32().ok()?, cursor.u32().ok()?, cursor.u32().ok()?];
        Some((layout, kind, time, detected, valid_cells, counts.map(|n| n as usize)))
    };
    let (layout, kind, time, detected, valid_cells, counts) = head().ok_or(SHORT)?;
    let layout = match layout {
        0 => Layout::Plain,
        1 => Layout::Packed,
        _ => return Err("a scene has an unknown layout"),
    };
    let [n, n_ranges, n_missing, n_values] = counts;
    let integers: Vec<u32> =
        read_section(&mut cursor, layout, INTEGER_COLUMNS * n + RANGE_COLUMNS * (n_ranges + n_missing))?;
    let measures: Vec<f64> = read_section(&mut cursor, layout, MEASURES * n)?;
    let flags = match layout {
        Layout::Plain => cursor.take(n).map_err(|_| SHORT)?.to_vec(),
        Layout::Packed => read_packed(&mut cursor, n)?,
    };
    let values = match kind {
        0 => f32::into_values(read_section(&mut cursor, layout, n_values)?),
        1 => f64::into_values(read_section(&mut cursor, layout, n_values)?),
        _ => return Err("a scene has values of an unknown type"),
    };
    if cursor.left() > 0 {
        return Err("a scene has bytes after its end");
    }
    let (columns, ranges) = integers.split_at_checked(INTEGER_COLUMNS * n).ok_or(SHORT)?;
    let (kept, missing) = ranges.split_at_checked(RANGE_COLUMNS * n_ranges).ok_or(SHORT)?;
    Ok(SceneComponents {
        time,
        components: read_components(columns, &measures, &flags, n_ranges, n_values)?,
        ranges: read_ranges(kept)?,
        values,
        missing: Cells::from_ranges(read_ranges(missing)?).ok_or("the missing cells of a scene do not ascend")?,
        detected,
        valid_cells,
    })
}

fn read_section<N: Number>(cursor: &mut Cursor<'_>, layout: Layout, n: usize) -> Result<Vec<N>, &'static str> {
    let len = n.checked_mul(N::SIZE).ok_or("a scene is too large")?;
    match layout {
        Layout::Plain => Ok(N::read(cursor.take(len).map_err(|_| "a scene is cut off")?)),
        Layout::Packed => {
            let planes = read_packed(cursor, len)?;
            let mut numbers = vec![N::default(); n];
            N::unshuffle(&planes, &mut numbers);
            Ok(numbers)
        }
    }
}

fn read_packed(cursor: &mut Cursor<'_>, len: usize) -> Result<Vec<u8>, &'static str> {
    let mut stored = || {
        let codec = Codec::of(cursor.u8().ok()?)?;
        let stored = cursor.u32().ok()? as usize;
        Some((codec, cursor.take(stored).ok()?))
    };
    let (codec, stored) = stored().ok_or("a scene is cut off")?;
    let mut out = Vec::new();
    if decompress(codec, stored, len, &mut out) { Ok(out) } else { Err("a section of a scene is damaged") }
}

fn read_ranges(columns: &[u32]) -> Result<Vec<CellRange>, &'static str> {
    let (gaps, lengths) = columns.split_at(columns.len() / RANGE_COLUMNS);
    let mut before = 0u32;
    let range = |(gap, len): (&u32, &u32)| {
        let start = before.wrapping_add(*gap);
        before = start.wrapping_add(*len);
        CellRange { start, end: before }
    };
    let ranges: Vec<CellRange> = gaps.iter().zip(lengths).map(range).collect();
    if ranges.iter().any(|range| range.is_empty()) { Err("a scene has an empty range of cells") } else { Ok(ranges) }
}

fn read_components(
    columns: &[u32],
    measures: &[f64],
    flags: &[u8],
    n_ranges: usize,
    n_values: usize,
) -> Result<Vec<Component>, &'static str> {
    let n = flags.len();
    let column = |k: usize, i: usize| columns.get(k * n + i).copied().unwrap_or_default();
    let measure = |k: usize, i: usize| measures.get(k * n + i).copied().unwrap_or_default();
    let component = |(i, flag): (usize, &u8)| {
        let range = |k: usize, end: usize| {
            let range = column(k, i) as usize..column(k + 1, i) as usize;
            (range.start <= range.end && range.end <= end).then_some(range)
        };
        Some(Component {
            label: column(0, i),
            cells: column(1, i),
            ranges: range(2, n_ranges)?,
            values: range(4, n_values)?,
            cell_box: CellBox { row0: column(6, i), col0: column(7, i), row1: column(8, i), col1: column(9, i) },
            description: Description {
                area_km2: measure(0, i),
                centroid_lat: measure(1, i),
                centroid_lon: measure(2, i),
                south: measure(3, i),
                north: measure(4, i),
                west: measure(5, i),
                east: measure(6, i),
                min: measure(7, i),
                mean: measure(8, i),
                max: measure(9, i),
                std_dev: measure(10, i),
                perimeter_km: measure(11, i),
                major_axis_km: measure(12, i),
                minor_axis_km: measure(13, i),
                eccentricity: measure(14, i),
                orientation_deg: measure(15, i),
                touches_edge: match flag {
                    0 => false,
                    1 => true,
                    _ => return None,
                },
            },
        })
    };
    flags.iter().enumerate().map(component).collect::<Option<_>>().ok_or("a component of a scene contradicts itself")
}
