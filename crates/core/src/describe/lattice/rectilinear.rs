//! Components on grids of latitudes by longitudes: every measure but the statistics costs a few operations a range.

use std::mem::MaybeUninit;

use crate::cells::RowCursor;
use crate::describe::bounds::Bounds;
use crate::describe::moments::Moments;
use crate::describe::statistics::{Portable, Statistics, Sums, add_range, origin};
use crate::describe::{EARTH_RADIUS_KM, Measurable, Measures, RangeValues};
use crate::grid::{CellAreas, Coordinates};
use crate::lanes::{Cell, GROUP, Isa};
use crate::{CellBox, CellRange, Grid};

/// Sums over columns are integers in units of 2^-58 rad: their differences are exact, however small the cells.
const UNIT: f64 = (1u64 << 58) as f64;

/// What a rectilinear grid's rows and columns contribute to the measures of their cells.
#[derive(Debug)]
pub(crate) struct Rectilinear {
    nx: usize,
    rows: Vec<Row>,
    /// Widths of the columns, rad, and of as many more as fill a group.
    widths: Vec<f64>,
    /// For each edge between columns, the sum of the widths before it.
    width_before: Vec<i64>,
    /// The same of the cubes of the widths, in units of the widest column's square: columns may be of unequal widths.
    cube_before: Vec<i64>,
    /// The same of width times cos(lon), sin(lon), cos²(lon), cos(lon) sin(lon), at the columns' centres.
    moments_before: Vec<[i64; 4]>,
    periodic: bool,
    lat_edges: Vec<f64>,
    lon_edges: Vec<f64>,
}

/// A row's factors: what its cells contribute is a factor times a sum over their columns.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// For x, y, xx, xy of [`Moments`], by the sums of [`Rectilinear::moments_before`].
    level: [f64; 4],
    /// For xz, yz (and nothing twice), by the same sums.
    tilted: [f64; 4],
    /// For area, z, xx + yy and the cells' extents to the north, by their width.
    width: [f64; 4],
    /// For the cells' extents to the east, by the sum of [`Rectilinear::cube_before`].
    east: f64,
    /// Length of both edges along parallels for a radian of longitude, km.
    parallels: f64,
    /// Twice the length of the northern edge (the edge to the row before it), for a radian of longitude, km.
    shared: f64,
    /// Length of an edge along a meridian, km.
    meridian: f64,
}

impl Rectilinear {
    /// `None` for a grid that is not rectilinear.
    pub(in crate::describe) fn new(grid: &Grid) -> Option<Self> {
        let (Coordinates::Rectilinear { lat, lon }, CellAreas::Separable { row: areas, .. }) =
            (grid.coordinates(), grid.areas())
        else {
            return None;
        };
        let (lat_edges, lon_edges) = (grid.lat_edges()?, grid.lon_edges()?);
        let mut widths: Vec<f64> = lon_edges.windows(2).map(|e| (e[1] - e[0]).abs().to_radians()).collect();
        let widest = widths.iter().copied().fold(0.0, f64::max);
        let parallels: Vec<f64> =
            lat_edges.iter().map(|lat| lat.to_radians().cos().max(0.0) * EARTH_RADIUS_KM).collect();
        let rows = lat
            .iter()
            .zip(&areas)
            .zip(lat_edges.windows(2).zip(parallels.windows(2)))
            .map(|((lat, area), (edges, parallels))| {
                let (sin, cos) = lat.to_radians().sin_cos();
                let height = (edges[1] - edges[0]).abs().to_radians();
                let area = area.to_degrees();
                let unit = area / UNIT;
                Row {
                    level: [unit * cos, unit * cos, unit * cos * cos, unit * cos * cos],
                    tilted: [unit * cos * sin, unit * cos * sin, 0.0, 0.0],
                    width: [area, area * sin, area * cos * cos, area * height * height / 12.0],
                    east: unit * cos * cos * widest * widest / 12.0,
                    parallels: parallels[0] + parallels[1],
                    shared: 2.0 * parallels[0],
                    meridian: height * EARTH_RADIUS_KM,
                }
            })
            .collect();
        let (mut width_before, mut cube_before, mut moments_before) = (vec![0i64], vec![0i64], vec![[0i64; 4]]);
        let (mut width_sum, mut cube_sum, mut moment_sums) = (0i64, 0i64, [0i64; 4]);
        for (width, lon) in widths.iter().zip(lon) {
            let (sin, cos) = lon.to_radians().sin_cos();
            width_sum = width_sum.wrapping_add((width * UNIT).round() as i64);
            width_before.push(width_sum);
            let share = if widest > 0.0 { width / widest } else { 0.0 };
            cube_sum = cube_sum.wrapping_add((width * share * share * UNIT).round() as i64);
            cube_before.push(cube_sum);
            for (sum, factor) in moment_sums.iter_mut().zip([cos, sin, cos * cos, cos * sin]) {
                *sum = sum.wrapping_add((width * factor * UNIT).round() as i64);
            }
            moments_before.push(moment_sums);
        }
        widths.resize(widths.len() + GROUP, 0.0);
        Some(Self {
            nx: lon.len(),
            rows,
            widths,
            width_before,
            cube_before,
            moments_before,
            periodic: grid.is_periodic(),
            lat_edges,
            lon_edges,
        })
    }

    /// Width of columns `start..end`, rad.
    #[inline(always)]
    fn width(&self, start: u32, end: u32) -> f64 {
        self.width_before[end as usize].wrapping_sub(self.width_before[start as usize]) as f64 * (1.0 / UNIT)
    }

    /// The edges of a box of cells.
    pub(in crate::describe) fn bounds(&self, cells: &CellBox) -> Bounds {
        let rows = [self.lat_edges[cells.row0 as usize], self.lat_edges[cells.row1 as usize]];
        let east = match (cells.col1 as usize).checked_sub(self.nx) {
            Some(past) if past > 0 => self.lon_edges[past] + 360.0,
            _ => self.lon_edges[cells.col1 as usize],
        };
        Bounds {
            south: rows[0].min(rows[1]),
            north: rows[0].max(rows[1]),
            west: self.lon_edges[cells.col0 as usize],
            east,
        }
    }

    /// Area of columns `start..end` of a row, km².
    pub(in crate::describe) fn area(&self, row: u32, start: u32, end: u32) -> f64 {
        self.rows[row as usize].width[0] * self.width(start, end)
    }
}

/// Measures one component and writes its values, in the order of its cells; `values` has room for a group more.
pub(in crate::describe) fn measure<T: Measurable>(
    isa: Isa,
    grid: &Rectilinear,
    ranges: &[CellRange],
    source: RangeValues<'_, T>,
    values: &mut [MaybeUninit<T>],
) -> Measures {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        fn wide<T: Measurable>(
            grid: &Rectilinear,
            ranges: &[CellRange],
            source: RangeValues<'_, T>,
            values: &mut [MaybeUninit<T>],
        ) -> Measures {
            measure_ranges::<T, T::Wide>(grid, ranges, source, values)
        }
        if let Isa::Avx2(_) = isa {
            // SAFETY: the witness says that the processor has all these features.
            return unsafe { wide(grid, ranges, source, values) };
        }
    }
    let _ = isa;
    measure_ranges::<T, Portable<T>>(grid, ranges, source, values)
}

#[inline(always)]
fn measure_ranges<T: Cell, S: Sums<T>>(
    grid: &Rectilinear,
    ranges: &[CellRange],
    source: RangeValues<'_, T>,
    values: &mut [MaybeUninit<T>],
) -> Measures {
    let (mut index, mut at) = (0, 0);
    let origin = origin(source.first());
    let mut sums = S::starting_at(source.first(), origin);
    let (mut level, mut tilted, mut by_width) = ([0.0; 4], [0.0; 4], [0.0; 4]);
    let mut extent_east = 0.0;
    let mut perimeter = 0.0;
    let (mut west, mut east) = (u32::MAX, 0);
    let (mut above, mut above_row): (&[CellRange], u32) = (&[], u32::MAX);
    let mut rest = ranges;
    let mut cursor = RowCursor::new(grid.nx as u32);
    while let Some(head) = rest.first() {
        cursor.seek(head.start);
        let RowCursor { row, first, .. } = cursor;
        let factors = &grid.rows[row as usize];
        let mut column_sums = [0i64; 4];
        let (mut width, mut cubes) = (0i64, 0i64);
        let mut count = 0;
        for range in rest {
            if !cursor.has(range.start) {
                break;
            }
            let (start, end) = ((range.start - first) as usize, (range.end - first) as usize);
            let (from, to) = (&grid.moments_before[start], &grid.moments_before[end]);
            for k in 0..4 {
                column_sums[k] = column_sums[k].wrapping_add(to[k].wrapping_sub(from[k]));
            }
            width = width.wrapping_add(grid.width_before[end].wrapping_sub(grid.width_before[start]));
            cubes = cubes.wrapping_add(grid.cube_before[end].wrapping_sub(grid.cube_before[start]));
            source.prefetch(index + 8);
            add_range(&mut sums, end - start, source.of_range(index), &grid.widths[start..], &mut values[at..]);
            at += end - start;
            index += 1;
            count += 1;
        }
        let (here, below) = rest.split_at(count);
        rest = below;
        sums.end_row(factors.width[0]);

        let width = width as f64 * (1.0 / UNIT);
        let column_sums = column_sums.map(|sum| sum as f64);
        for k in 0..4 {
            level[k] += factors.level[k] * column_sums[k];
            tilted[k] += factors.tilted[k] * column_sums[k];
            by_width[k] += factors.width[k] * width;
        }
        extent_east += factors.east * cubes as f64;

        let nx = grid.nx as u32;
        let shared = match (above, here) {
            _ if above_row.wrapping_add(1) != row => 0.0,
            ([a], [b]) => {
                // the range above by the numbers of this row
                let (start, end) = ((a.start + nx).max(b.start), (a.end + nx).min(b.end));
                if start < end { grid.width(start - first, end - first) } else { 0.0 }
            }
            _ => shared_width(grid, above, here, first),
        };
        let (start, end) = (here[0].start - first, here[count - 1].end - first);
        west = west.min(start);
        east = east.max(end);
        let joined = grid.periodic && start == 0 && end == nx;
        let sides = 2 * count - 2 * usize::from(joined);
        perimeter += factors.parallels * width - factors.shared * shared + factors.meridian * sides as f64;
        (above, above_row) = (here, row);
    }
    let [x, y, xx, xy] = level;
    let [xz, yz, ..] = tilted;
    let [area, z, around, north] = by_width;
    let moments =
        Moments { area, x, y, z, xx, xy, yy: around - xx, xz, yz, zz: area - around, east: extent_east, north };
    let statistics = Statistics::of(&sums.by_place(), origin, area);
    Measures { moments, perimeter_km: perimeter.max(0.0), statistics, west, east }
}

/// Width of the columns that two rows of ranges share, rad; `first` is the number of the lower row's first cell.
#[inline(always)]
fn shared_width(grid: &Rectilinear, above: &[CellRange], here: &[CellRange], first: u32) -> f64 {
    let nx = grid.nx as u32;
    let (mut i, mut k) = (0, 0);
    let mut shared = 0i64;
    while i < above.len() && k < here.len() {
        let (a, b) = (above[i], here[k]);
        let a = CellRange { start: a.start + nx, end: a.end + nx };
        let (start, end) = (a.start.max(b.start), a.end.min(b.end));
        if start < end {
            let (start, end) = ((start - first) as usize, (end - first) as usize);
            shared = shared.wrapping_add(grid.width_before[end].wrapping_sub(grid.width_before[start]));
        }
        // The range that ends first has no more to share.
        let (next_i, next_k) = (a.end <= b.end, b.end <= a.end);
        i += usize::from(next_i);
        k += usize::from(next_k);
    }
    shared as f64 * (1.0 / UNIT)
}
