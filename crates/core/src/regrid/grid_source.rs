//! Weights of a source that is a grid.

use super::axis::{Axis, Pair};
use super::cross::Cross;
use super::method::KM_PER_DEGREE;
use super::targets::{Cell, Targets};
use super::{Method, PointMethod, Weights, point_weights};
use crate::cells::{count, rows as by_rows};
use crate::grid::Coordinates;
use crate::sphere::unwrapped;
use crate::{CellRange, CoreError, Grid};

/// Linear values need at least half of their weight on corners with a value.
const LEAST_LINEAR: f64 = 0.5;

/// The weights that bring values of a grid (row-major) to cells of a mask.
///
/// A curvilinear source or a mesh is a set of points: `nearest` and `collocation` take the nearest centre, `linear` triangles, `mean` the
/// centres within the cell's radius; `conservative` needs cells with straight sides.
///
/// # Errors
/// [`CoreError::Grid`] for a method that the source or the mask's grid does not allow, or a cell outside the mask's grid.
pub fn grid_weights(
    source: &Grid,
    targets: &Targets<'_>,
    cells: &[CellRange],
    method: Method,
) -> Result<Weights, CoreError> {
    if method == Method::Conservative {
        targets.grid().need_rows_and_columns("the method `conservative`")?;
    }
    let (lat, lon) = match source.coordinates() {
        Coordinates::Rectilinear { lat, lon } => (lat, lon),
        of_cells => {
            return curvilinear(source, of_cells.latitudes(), of_cells.longitudes(), targets, cells, method);
        }
    };
    let (Some(lat_edges), Some(lon_edges)) = (source.lat_edges(), source.lon_edges()) else {
        return Err(CoreError::Grid("the source has no straight rows and columns".to_owned()));
    };
    let rows = Axis::latitudes(lat, &lat_edges);
    let columns = Axis::longitudes(&unwrapped(lon), &lon_edges, source.is_periodic());
    let nx = source.nx();
    match method {
        Method::Collocation | Method::Nearest => {
            let mut weights = Weights::with_capacity(count(cells) as usize, 1, 0.0);
            for cell in resolved(targets, cells) {
                let cell = cell?;
                if let (Some(row), Some(column)) = (rows.cell(cell.lat), columns.cell(cell.lon)) {
                    weights.push(row * nx + column, 1.0);
                }
                weights.end_target();
            }
            Ok(weights)
        }
        Method::Linear if targets.is_separable() => {
            let cross = cross(&rows, &columns, nx, targets, cells)?;
            Ok(Weights::cross(cross, LEAST_LINEAR))
        }
        Method::Linear => {
            let mut weights = Weights::with_capacity(count(cells) as usize, 4, LEAST_LINEAR);
            for cell in resolved(targets, cells) {
                let cell = cell?;
                if let (Some(row), Some(column)) = (rows.between(cell.lat), columns.between(cell.lon)) {
                    four(&row, &column, nx, &mut weights);
                }
                weights.end_target();
            }
            Ok(weights)
        }
        Method::Mean | Method::Conservative => {
            let whole = method == Method::Mean;
            let mut weights = Weights::with_capacity(count(cells) as usize, 4, 0.0);
            let heights: Vec<f64> = lat_edges.windows(2).map(|e| (sine(e[1]) - sine(e[0])).abs()).collect();
            let widths: Vec<f64> = lon_edges.windows(2).map(|e| e[1] - e[0]).collect();
            let along_rows = |cell: &Cell| {
                let mut parts: Vec<(usize, f64)> = Vec::new();
                rows.overlaps(cell.south, cell.north, !whole, |k, a, b| {
                    let own = if whole { heights.get(k).copied().unwrap_or(0.0) } else { sine(b) - sine(a) };
                    parts.push((k, own));
                });
                parts
            };
            let along_columns = |cell: &Cell| {
                let mut parts: Vec<(usize, f64)> = Vec::new();
                columns.overlaps(cell.west, cell.east, !whole, |k, a, b| {
                    let own = if whole { widths.get(k).copied().unwrap_or(0.0) } else { b - a };
                    match parts.iter_mut().find(|(known, _)| *known == k) {
                        // a wide cell meets a source's cell on both sides of the circle
                        Some((_, weight)) if !whole => *weight += own,
                        Some(_) => {}
                        None => parts.push((k, own)),
                    }
                });
                parts
            };
            let mut memory = Memory::new(targets, along_rows, along_columns);
            for (place, cell) in cells.iter().flat_map(|range| range.cells()).zip(resolved(targets, cells)) {
                let (place, cell) = (targets.grid().place_of(place), cell?);
                let area = (sine(cell.north) - sine(cell.south)) * (cell.east - cell.west);
                let (row_parts, column_parts) = memory.of(place, &cell);
                for (row, height) in row_parts {
                    for (column, width) in column_parts {
                        let weight = if whole { height * width } else { height * width / area };
                        weights.push(row * nx + column, weight);
                    }
                }
                if whole { weights.end_scaled() } else { weights.end_target() }
            }
            Ok(weights)
        }
    }
}

fn sine(degrees: f64) -> f64 {
    degrees.to_radians().sin()
}

fn four(rows: &Pair, columns: &Pair, nx: usize, weights: &mut Weights) {
    for (row, height) in rows {
        for (column, width) in columns {
            weights.push(row * nx + column, height * width);
        }
    }
}

/// The pairs of rows and columns around those of the mask that have a target; each is looked up once.
fn cross(
    rows: &Axis,
    columns: &Axis,
    nx: usize,
    targets: &Targets<'_>,
    cells: &[CellRange],
) -> Result<Cross, CoreError> {
    let Coordinates::Rectilinear { lat, lon } = targets.grid().coordinates() else {
        return Err(CoreError::Grid("the mask has no straight rows and columns".to_owned()));
    };
    let (mut used_rows, mut used_columns) = (vec![false; lat.len()], vec![false; lon.len()]);
    let mask_nx = targets.grid().nx() as u32;
    for row in by_rows(cells, mask_nx) {
        match used_rows.get_mut(row.row as usize) {
            Some(used) => *used = true,
            None => return Err(targets.outside(row.first)),
        }
        for columns in row.columns() {
            match used_columns.get_mut(columns.start as usize..columns.end as usize) {
                Some(used) => used.fill(true),
                None => return Err(targets.outside(row.first + columns.start)),
            }
        }
    }
    let pair = |axis: &Axis, (used, centre): (&bool, &f64)| used.then(|| axis.between(*centre)).flatten();
    let rows = used_rows.iter().zip(lat).map(|at| pair(rows, at)).collect();
    let columns = used_columns.iter().zip(lon).map(|at| pair(columns, at)).collect();
    Ok(Cross::new(rows, columns, nx, (cells, mask_nx)))
}

fn resolved<'t>(
    targets: &'t Targets<'_>,
    cells: &'t [CellRange],
) -> impl Iterator<Item = Result<Cell, CoreError>> + 't {
    let cells = cells.iter().flat_map(|range| range.cells());
    cells.map(|cell| targets.cell(cell).ok_or_else(|| targets.outside(cell)))
}

/// What was found along rows and columns, so that it is looked up once for each where the mask's grid is straight.
struct Memory<R, C, A, B> {
    separable: bool,
    rows: Vec<Option<A>>,
    columns: Vec<Option<B>>,
    find_row: R,
    find_column: C,
}

impl<A, B, R: Fn(&Cell) -> A, C: Fn(&Cell) -> B> Memory<R, C, A, B> {
    fn new(targets: &Targets<'_>, find_row: R, find_column: C) -> Self {
        let separable = targets.is_separable();
        Self { separable, rows: Vec::new(), columns: Vec::new(), find_row, find_column }
    }

    fn of(&mut self, place: (usize, usize), cell: &Cell) -> (&A, &B) {
        let (r, c) = if self.separable { place } else { (0, 0) };
        if !self.separable {
            self.rows.clear();
            self.columns.clear();
        }
        // the cell is on the grid, so these are no larger than it
        if self.rows.len() <= r {
            self.rows.resize_with(r + 1, || None);
        }
        if self.columns.len() <= c {
            self.columns.resize_with(c + 1, || None);
        }
        let row = self.rows[r].get_or_insert_with(|| (self.find_row)(cell));
        let column = self.columns[c].get_or_insert_with(|| (self.find_column)(cell));
        (row, column)
    }
}

fn curvilinear(
    source: &Grid,
    lat: &[f64],
    lon: &[f64],
    targets: &Targets<'_>,
    cells: &[CellRange],
    method: Method,
) -> Result<Weights, CoreError> {
    let (down, across) = super::spacing(source);
    let half_cell = 0.5 * KM_PER_DEGREE * down.hypot(across);
    let points = match method {
        Method::Collocation => PointMethod::Nearest { radius_km: half_cell },
        Method::Nearest => PointMethod::Nearest { radius_km: 2.0 * half_cell },
        Method::Linear => PointMethod::Linear { radius_km: None },
        Method::Mean => {
            let (mask_down, mask_across) = super::spacing(targets.grid());
            let own = 0.5 * KM_PER_DEGREE * mask_down.hypot(mask_across);
            PointMethod::Mean { radius_km: own.max(half_cell) }
        }
        Method::Conservative => {
            return Err(CoreError::Grid(
                "`conservative` needs a source with straight rows and columns; use mean or linear".to_owned(),
            ));
        }
    };
    point_weights(lat, lon, targets, cells, points)
}
