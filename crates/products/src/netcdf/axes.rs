//! Coordinates of time and place in CF files.

use eventscape_core::grid::{CellAreas, Coordinates};
use eventscape_core::sphere::unwrapped;
use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Timestamp};

use super::metadata::{TIME_UNITS, seconds, wgs84};
use crate::ProductError;
use eventscape_formats::write::Medium;
use eventscape_formats::write::{Codec, NcFile, Variable};

/// Columns of one width give areas that depend on the row alone; float32 longitudes make widths differ by this much.
const EQUAL_WIDTHS: f64 = 2e-3;
const PACKED: Codec = Codec { shuffle: true, level: 4 };

/// The names of a grid's dimensions.
pub(crate) struct Axes {
    pub(crate) row: &'static str,
    pub(crate) column: &'static str,
    curvilinear: bool,
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
            Coordinates::Rectilinear { .. } => Self { row: "lat", column: "lon", curvilinear: false },
            Coordinates::Curvilinear { .. } => Self { row: "y", column: "x", curvilinear: true },
        }
    }

    /// Ties a variable over the grid to its coordinates.
    pub(crate) fn describe(&self, variable: Variable) -> Variable {
        let variable = variable.with("grid_mapping", "crs");
        if self.curvilinear { variable.with("coordinates", "lat lon") } else { variable }
    }

    /// Writes dimensions, coordinates and the cells' bounds.
    pub(crate) fn write<W: Medium>(&self, file: &mut NcFile<W>, grid: &Grid) -> Result<(), ProductError> {
        file.dimension(self.row, grid.ny())?;
        file.dimension(self.column, grid.nx())?;
        file.dimension("nv", if self.curvilinear { 4 } else { 2 })?;
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
        Ok(file.compressed(self.describe(variable(&[self.row, self.column])), 64, PACKED, &values)?)
    }
}

/// A longitude, degrees, at most half a turn of the globe from another one; as it is where the other is missing.
fn beside(lon: f64, other: f64) -> f64 {
    let turns = ((lon - other) / 360.0).round();
    if turns.is_finite() { lon - 360.0 * turns } else { lon }
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
