//! The grid of CF files: centres, bounds and areas of the cells.

use eventscape_core::Grid;
use eventscape_core::grid::{CellAreas, Coordinates};

use super::Nc;
use crate::verify::facts::{Facts, GridFacts};
use crate::verify::finding::{Checked, Faults, Trouble};

/// Bounds are where they must be up to so many degrees.
const SAME_DEGREES: f64 = 1e-6;
/// Areas are what they must be up to this share.
const SAME_SHARE: f64 = 1e-6;
/// Widths of columns that count as one (float32 longitudes), as a share: what the writer allows.
const EQUAL_WIDTHS: f64 = 2e-3;

/// Reads the centres and looks at all that follows from them; notes the grid.
pub(super) fn check(nc: &Nc<'_>, facts: &mut Facts, faults: &mut Faults) -> Checked<Grid> {
    let shape = nc.variable("lat")?.shape();
    let (lat, lon) = (nc.reals("lat")?, nc.reals("lon")?);
    let grid = match shape[..] {
        [ny, nx] => Grid::curvilinear(ny as usize, nx as usize, lat, lon),
        _ => Grid::rectilinear(lat, lon),
    };
    let grid = grid.map_err(|error| {
        let text = error.to_string();
        Trouble::at(if text.starts_with("longitude") { "lon" } else { "lat" }, text)
    })?;
    facts.counts.extend([("rows", grid.ny() as u64), ("columns", grid.nx() as u64)]);
    facts.grid = Some(grid_facts(&grid));
    let grid = match grid.coordinates() {
        Coordinates::Rectilinear { .. } => edges(nc, grid, faults)?,
        _ => {
            corners(nc, &grid, faults)?;
            grid
        }
    };
    if nc.has("cell_area") {
        areas(nc, &grid, faults)?;
    }
    Ok(grid)
}

fn grid_facts(grid: &Grid) -> GridFacts {
    let narrow = |values: &[f64]| values.iter().map(|v| *v as f32).collect();
    match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => {
            GridFacts { is_curvilinear: false, lat: narrow(lat), lon: narrow(lon) }
        }
        of_cells => {
            GridFacts { is_curvilinear: true, lat: narrow(of_cells.latitudes()), lon: narrow(of_cells.longitudes()) }
        }
    }
}

/// Bounds of rows and columns: halfway to the neighbours. Whether the grid closes round the globe is told by them alone; gives
/// the grid that knows it.
fn edges(nc: &Nc<'_>, grid: Grid, faults: &mut Faults) -> Checked<Grid> {
    let lat = grid.lat_edges().unwrap_or_default();
    pairs(nc, "lat_bnds", &lat, faults)?;
    let closes = grid.is_periodic();
    let other = grid.clone().with_periodic(!closes);
    let bounds = nc.reals("lon_bnds")?;
    let fits = |grid: &Grid| first_off(&bounds, &grid.lon_edges().unwrap_or_default()).is_none();
    if !fits(&grid) && fits(&other) {
        return Ok(other);
    }
    pairs(nc, "lon_bnds", &grid.lon_edges().unwrap_or_default(), faults)?;
    Ok(grid)
}

fn pairs(nc: &Nc<'_>, path: &str, edges: &[f64], faults: &mut Faults) -> Checked<()> {
    let bounds = nc.reals(path)?;
    if bounds.len() != 2 * edges.len().saturating_sub(1) {
        return Err(Trouble::at(path, format!("it has {} values for {} cells", bounds.len(), edges.len() - 1)));
    }
    if let Some((at, known)) = first_off(&bounds, edges) {
        let why = format!("it is {}; the edge between the cells' centres is at {known}", bounds[at]);
        faults.add(format!("{path}[{}][{}]", at / 2, at % 2), why);
    }
    Ok(())
}

/// The first of the pairs of bounds that is not where its edge is, and where that is.
fn first_off(bounds: &[f64], edges: &[f64]) -> Option<(usize, f64)> {
    let known = edges.windows(2).flatten();
    let mut all = bounds.iter().zip(known).enumerate();
    all.find(|(_, (is, known))| (*is - *known).abs().is_nan() || (*is - *known).abs() > SAME_DEGREES)
        .map(|(at, (_, known))| (at, *known))
}

/// Bounds of the cells of a curvilinear grid: the corners between the centres.
fn corners(nc: &Nc<'_>, grid: &Grid, faults: &mut Faults) -> Checked<()> {
    let corners = grid.corners();
    let Coordinates::Curvilinear { lon: middles, .. } = grid.coordinates() else { return Ok(()) };
    let across = grid.nx() + 1;
    for (path, is_lat) in [("lat_bnds", true), ("lon_bnds", false)] {
        let [ny, nx, 4] = nc.shape::<3>(path)? else {
            return Err(Trouble::at(path, "it does not have four corners a cell"));
        };
        if (ny, nx) != (grid.ny() as u64, grid.nx() as u64) {
            return Err(Trouble::at(path, "it is of a grid of another size"));
        }
        let mut is_right = true;
        nc.blocks(path, |slab, data| {
            let values = data.to_f64().unwrap_or_default();
            let mut values = values.iter();
            let [rows, columns, of_cell] = [0, 1, 2].map(|d| slab.0.get(d).cloned().unwrap_or_default());
            for (row, column) in rows.flat_map(|row| columns.clone().map(move |column| (row, column))) {
                let at = row as usize * across + column as usize;
                let middle = middles.get(row as usize * grid.nx() + column as usize).copied().unwrap_or(f64::NAN);
                for corner in of_cell.clone() {
                    let k = [at, at + 1, at + across + 1, at + across][corner as usize % 4];
                    let known = corners.get(k).copied().unwrap_or((f64::NAN, f64::NAN));
                    let is = values.next().copied().unwrap_or(f64::NAN);
                    let is_beside = is_lat || (is - middle).abs() <= 180.0 + SAME_DEGREES;
                    if is_right && !(is_corner(is, known, is_lat) && is_beside) {
                        is_right = false;
                        let known = if is_lat { known.0 } else { known.1 };
                        let why = match is_beside {
                            true => format!("it is {is}; the corner between the cells' centres is at {known}"),
                            false => {
                                format!("it is {is}, in another turn of the globe than the cell's centre at {middle}")
                            }
                        };
                        faults.add(format!("{path}[{row}][{column}][{corner}]"), why);
                    }
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Whether a latitude or longitude is that of a corner. Longitudes count in turns, and less the nearer the pole is.
fn is_corner(is: f64, (lat, lon): (f64, f64), is_lat: bool) -> bool {
    if is_lat {
        return (is - lat).abs() <= SAME_DEGREES;
    }
    let off = (is - lon + 180.0).rem_euclid(360.0) - 180.0;
    off.abs() * lat.to_radians().cos().max(0.0) <= SAME_DEGREES
}

/// Areas: by row where all columns have one width, else cell by cell.
fn areas(nc: &Nc<'_>, grid: &Grid, faults: &mut Faults) -> Checked<()> {
    let path = "cell_area";
    let areas = grid.areas();
    let shape = nc.variable(path)?.shape();
    let of_rows = match (&areas, &shape[..]) {
        (CellAreas::Separable { row, width }, [_]) => {
            let mean = width.iter().sum::<f64>() / width.len().max(1) as f64;
            if !width.iter().all(|w| (w - mean).abs() <= EQUAL_WIDTHS * mean) {
                return Err(Trouble::at(path, "it is told by row, and columns have different widths"));
            }
            Some(row.iter().map(|row| row * mean * 1e6).collect::<Vec<_>>())
        }
        _ => None,
    };
    let expected = |row: u64, column: u64| match &of_rows {
        Some(rows) => rows.get(row as usize).copied().unwrap_or(f64::NAN),
        None => areas.get(row as usize, column as usize) * 1e6,
    };
    let whole = if of_rows.is_some() { vec![grid.ny() as u64] } else { vec![grid.ny() as u64, grid.nx() as u64] };
    if shape != whole {
        return Err(Trouble::at(path, format!("it has the shape {shape:?}, the grid has {whole:?}")));
    }
    let mut is_right = true;
    nc.blocks(path, |slab, data| {
        let values = data.to_f64().unwrap_or_default();
        let mut values = values.iter();
        let (rows, columns) = (slab.0.first().cloned().unwrap_or_default(), slab.0.get(1).cloned().unwrap_or(0..1));
        for (row, column) in rows.flat_map(|row| columns.clone().map(move |column| (row, column))) {
            let (is, known) = (values.next().copied().unwrap_or(f64::NAN), expected(row, column));
            // at a fold of a grid cells may have no area
            let is_it = is >= 0.0 && (is - known).abs() <= SAME_SHARE * known.abs() + 1e-3;
            if is_right && !is_it {
                is_right = false;
                let place =
                    if of_rows.is_some() { format!("{path}[{row}]") } else { format!("{path}[{row}][{column}]") };
                faults.add(place, format!("it is {is} m²; the cell has {known} m²"));
            }
        }
        Ok(())
    })
}
