//! Coordinates of time and place in CF files.

use eventscape_core::grid::{CellAreas, Coordinates, Mesh};
use eventscape_core::sphere::unwrapped;
use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Timestamp};

use super::metadata::{TIME_UNITS, seconds, wgs84};
use crate::ProductError;
use eventscape_formats::write::{Codec, Medium, NcFile, Variable};

/// Columns of one width give areas that depend on the row alone; float32 longitudes make widths differ by this much.
const EQUAL_WIDTHS: f64 = 2e-3;
const PACKED: Codec = Codec { shuffle: true, level: 4 };

/// The names of a grid's dimensions.
pub(crate) struct Axes {
    /// Rows and columns, or the cells of a mesh.
    pub(crate) dims: &'static [&'static str],
    /// Coordinates have all of the dimensions, not one each.
    of_cells: bool,
}

/// Writes the dimension and the coordinate of time.
pub(crate) fn write_time<W: Medium>(file: &mut NcFile<W>, times: &[Timestamp]) -> Result<(), ProductError> {
    file.dimension("time", times.len())?;
    let calendar = times.first().map_or(Calendar::Standard, |time| time.calendar());
    let values: Vec<f64> = times.iter().map(|&time| seconds(time)).collect();
    Ok(file.variable(time_variable("time", &["time"], calendar).with("axis", "T"), &values)?)
}

/// A variable of times.
pub(crate) fn time_variable(name: &str, dims: &[&str], calendar: Calendar) -> Variable {
    Variable::of::<f64>(name, dims)
        .with("standard_name", "time")
        .with("long_name", "time")
        .with("units", TIME_UNITS)
        .with("calendar", calendar.name())
        .with_some("units_metadata", leap_seconds(calendar))
}

/// What CF-1.11 §4.4 asks of calendars in which leap seconds can be; the input does not say whether it counts them.
fn leap_seconds(calendar: Calendar) -> Option<&'static str> {
    match calendar {
        Calendar::Standard | Calendar::ProlepticGregorian | Calendar::Julian => Some("leap_seconds: unknown"),
        Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360 => None,
    }
}

/// Writes `crs`, the ellipsoid that latitudes and longitudes refer to.
pub(crate) fn write_crs<W: Medium>(file: &mut NcFile<W>) -> Result<(), ProductError> {
    let crs = wgs84().into_iter().fold(Variable::of::<i32>("crs", &[]), |crs, (name, value)| crs.with(name, value));
    Ok(file.variable(crs, &[0i32])?)
}

impl Axes {
    pub(crate) fn of(grid: &Grid) -> Self {
        match grid.coordinates() {
            Coordinates::Rectilinear { .. } => Self { dims: &["lat", "lon"], of_cells: false },
            Coordinates::Curvilinear { .. } => Self { dims: &["y", "x"], of_cells: true },
            Coordinates::Mesh(_) => Self { dims: &["cell"], of_cells: true },
        }
    }

    /// The names of the dimensions of a variable over time and the grid.
    pub(crate) fn with_time(&self) -> Vec<&'static str> {
        [&["time"][..], self.dims].concat()
    }

    /// A chunk of one time and so many rows and columns.
    pub(crate) fn chunk(&self, rows: usize, columns: usize) -> Vec<usize> {
        if self.dims.len() == 1 { vec![1, columns] } else { vec![1, rows, columns] }
    }

    /// Ties a variable over the grid to its coordinates.
    pub(crate) fn describe(&self, variable: Variable) -> Variable {
        let variable = variable.with("grid_mapping", "crs");
        if self.of_cells { variable.with("coordinates", "lat lon") } else { variable }
    }

    /// Writes dimensions, coordinates and the cells' bounds.
    pub(crate) fn write<W: Medium>(&self, file: &mut NcFile<W>, grid: &Grid) -> Result<(), ProductError> {
        let corners = match grid.coordinates() {
            Coordinates::Rectilinear { .. } => 2,
            Coordinates::Curvilinear { .. } => 4,
            Coordinates::Mesh(mesh) => mesh.most_corners(),
        };
        // a mesh has one dimension: its cells are one row
        let sizes = if grid.mesh().is_some() { vec![grid.nx()] } else { vec![grid.ny(), grid.nx()] };
        for (name, size) in self.dims.iter().zip(sizes) {
            file.dimension(name, size)?;
        }
        file.dimension("nv", corners)?;
        match grid.coordinates() {
            Coordinates::Rectilinear { lat, lon } => {
                let straight = unwrapped(lon);
                let crosses = straight.last() != lon.last();
                file.variable(latitude(&["lat"]).with("axis", "Y"), lat)?;
                let note = crosses.then_some("goes on past the seam of the input's convention, so that it ascends");
                file.variable(longitude(&["lon"]).with("axis", "X").with_some("comment", note), &straight)?;
                let pairs = |edges: Vec<f64>| edges.windows(2).flatten().copied().collect::<Vec<f64>>();
                let bounds = grid.lat_edges().zip(grid.lon_edges());
                if let Some((lat_edges, lon_edges)) = bounds {
                    file.variable(Variable::of::<f64>("lat_bnds", &["lat", "nv"]), &pairs(lat_edges))?;
                    file.variable(Variable::of::<f64>("lon_bnds", &["lon", "nv"]), &pairs(lon_edges))?;
                }
            }
            Coordinates::Curvilinear { lat, lon } => {
                file.compressed(latitude(&["y", "x"]), 64, PACKED, lat)?;
                file.compressed(longitude(&["y", "x"]), 64, PACKED, lon)?;
                // corners go on past the seam along a row, coordinates are as the input has them
                let (corners, middles) = (grid.corners(), lon);
                let across = grid.nx() + 1;
                let mut bounds = [Vec::with_capacity(4 * grid.len()), Vec::with_capacity(4 * grid.len())];
                for row in 0..grid.ny() {
                    for column in 0..grid.nx() {
                        let at = row * across + column;
                        let middle = middles.get(row * grid.nx() + column).copied().unwrap_or(f64::NAN);
                        for corner in [at, at + 1, at + across + 1, at + across] {
                            let (lat, lon) = corners.get(corner).copied().unwrap_or((f64::NAN, f64::NAN));
                            bounds[0].push(lat);
                            bounds[1].push(beside(lon, middle));
                        }
                    }
                }
                file.compressed(Variable::of::<f64>("lat_bnds", &["y", "x", "nv"]), 64, PACKED, &bounds[0])?;
                file.compressed(Variable::of::<f64>("lon_bnds", &["y", "x", "nv"]), 64, PACKED, &bounds[1])?;
            }
            Coordinates::Mesh(mesh) => {
                file.compressed(latitude(&["cell"]), 64, PACKED, mesh.lat())?;
                file.compressed(longitude(&["cell"]), 64, PACKED, mesh.lon())?;
                let (lat, lon) = mesh_bounds(mesh, corners);
                file.compressed(Variable::of::<f64>("lat_bnds", &["cell", "nv"]), 64, PACKED, &lat)?;
                file.compressed(Variable::of::<f64>("lon_bnds", &["cell", "nv"]), 64, PACKED, &lon)?;
            }
        }
        Ok(())
    }

    /// Writes `cell_area`, m²: by row where all columns have one width.
    pub(super) fn write_areas<W: Medium>(&self, file: &mut NcFile<W>, grid: &Grid) -> Result<(), ProductError> {
        let variable = |dims: &[&str]| {
            Variable::of::<f64>("cell_area", dims)
                .with("standard_name", "cell_area")
                .with("long_name", "area of the cell on the WGS 84 ellipsoid")
                .with("units", "m2")
                .with("coverage_content_type", "auxiliaryInformation")
        };
        let areas = grid.areas();
        if let CellAreas::Separable { row, width } = &areas {
            let mean = width.iter().sum::<f64>() / width.len().max(1) as f64;
            if width.iter().all(|w| (w - mean).abs() <= EQUAL_WIDTHS * mean) {
                let values: Vec<f64> = row.iter().map(|row| row * mean * 1e6).collect();
                return Ok(file.variable(variable(&["lat"]), &values)?);
            }
        }
        let values: Vec<f64> = (0..grid.ny())
            .flat_map(|row| (0..grid.nx()).map(move |column| (row, column)))
            .map(|(row, column)| areas.get(row, column) * 1e6)
            .collect();
        Ok(file.compressed(self.describe(variable(self.dims)), 64, PACKED, &values)?)
    }
}

/// A longitude, degrees, at most half a turn of the globe from another one; as it is where the other is missing.
fn beside(lon: f64, other: f64) -> f64 {
    let turns = ((lon - other) / 360.0).round();
    if turns.is_finite() { lon - 360.0 * turns } else { lon }
}

/// The corners of a mesh's cells, `nv` each, counterclockwise; where a cell has fewer, its last one is repeated. Longitudes lie
/// within half a turn of the centre's.
fn mesh_bounds(mesh: &Mesh, nv: usize) -> (Vec<f64>, Vec<f64>) {
    let mut bounds = (Vec::with_capacity(nv * mesh.len()), Vec::with_capacity(nv * mesh.len()));
    for (cell, centre) in mesh.lon().iter().enumerate() {
        let ring: Vec<(f64, f64)> = mesh.ring(cell as u32).collect();
        let last = ring.last().copied().unwrap_or((f64::NAN, f64::NAN));
        for (lat, lon) in ring.into_iter().chain(std::iter::repeat(last)).take(nv) {
            bounds.0.push(lat);
            bounds.1.push(beside(lon, *centre));
        }
    }
    bounds
}

fn latitude(dims: &[&str]) -> Variable {
    Variable::of::<f64>("lat", dims)
        .with("standard_name", "latitude")
        .with("long_name", "latitude of the cell's centre")
        .with("units", "degrees_north")
        .with("bounds", "lat_bnds")
}

fn longitude(dims: &[&str]) -> Variable {
    Variable::of::<f64>("lon", dims)
        .with("standard_name", "longitude")
        .with("long_name", "longitude of the cell's centre")
        .with("units", "degrees_east")
        .with("bounds", "lon_bnds")
}
