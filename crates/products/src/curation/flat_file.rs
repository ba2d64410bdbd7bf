//! `<job>-Interpolated.nc`: the values on the events' cells, flat, by CF: every cell of every event and time is a point.

use eventscape_core::grid::Coordinates;
use eventscape_core::{Grid, Timestamp};

use eventscape_formats::write::{Codec, Element, Medium, NcFile, StreamId, Variable};

use super::{CIRCULAR, CurationInfo, InterpolatedTime, UNWEIGHTED};
use crate::ProductError;
use crate::netcdf::{FileKind, curation_attributes, on_scale, seconds, time_variable, write_crs};

const PACKED: Codec = Codec { shuffle: true, level: 1 };
/// Points of a chunk.
const ROWS: usize = 1 << 16;
const OBS: &[&str] = &["obs"];

/// How much a flat file will hold, which its beginning must tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlatShape {
    /// Cells of all events at all times.
    pub cells: usize,
}

/// The flat file being written.
pub struct FlatFile<W> {
    file: NcFile<W>,
    left: usize,
    nx: u32,
    track: Column<i32>,
    time: Column<f64>,
    row: Column<i32>,
    column: Column<i32>,
    lat: Column<f64>,
    lon: Column<f64>,
    area: Column<f32>,
    /// Value and coverage of each variable.
    variables: Vec<(Column<f64>, Column<f32>)>,
}

/// A variable over the points, whose chunks come as they fill.
struct Column<T> {
    stream: Option<StreamId>,
    held: Vec<T>,
    rows: usize,
}

impl<T: Element> Column<T> {
    fn begin<W: Medium>(file: &mut NcFile<W>, variable: Variable, cells: usize) -> Result<Self, ProductError> {
        let rows = ROWS.min(cells.max(1));
        let stream = if cells == 0 {
            file.variable::<T>(variable, &[])?;
            None
        } else {
            Some(file.start_chunks(variable, &[rows], PACKED)?)
        };
        Ok(Self { stream, held: Vec::with_capacity(rows), rows })
    }

    fn add<W: Medium>(&mut self, file: &mut NcFile<W>, values: impl Iterator<Item = T>) -> Result<(), ProductError> {
        for value in values {
            self.held.push(value);
            if self.held.len() == self.rows {
                self.flush(file)?;
            }
        }
        Ok(())
    }

    fn flush<W: Medium>(&mut self, file: &mut NcFile<W>) -> Result<(), ProductError> {
        if let Some(stream) = self.stream.filter(|_| !self.held.is_empty()) {
            let mut bytes = T::to_bytes(&self.held);
            bytes.resize(self.rows * size_of::<T>(), 0);
            file.chunk(stream, &PACKED.encode(&bytes, size_of::<T>())?)?;
            self.held.clear();
        }
        Ok(())
    }

    fn end<W: Medium>(mut self, file: &mut NcFile<W>) -> Result<(), ProductError> {
        self.flush(file)?;
        self.stream.map_or(Ok(()), |stream| Ok(file.finish_chunks(stream)?))
    }
}

impl<W: Medium> FlatFile<W> {
    /// Starts the file. `times` are the mask's; they tell the span and the calendar.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(
        out: W,
        info: &CurationInfo,
        grid: &Grid,
        times: &[Timestamp],
        shape: FlatShape,
    ) -> Result<Self, ProductError> {
        let mut file = NcFile::create(out, "the flat file of interpolated values")?;
        let kind = FileKind {
            title: "Values inside events",
            id: "interpolated",
            comment:
                "Each point is a cell of an event at a mask time; the cells of an event at a time follow each other."
                    .to_owned(),
        };
        let mut attributes = curation_attributes(&kind, &info.job, grid, times);
        attributes.set("featureType", "point");
        attributes.set("phdef_job_id", i64::try_from(info.phdef_job).unwrap_or(i64::MAX));
        attributes.set("masks", info.mask_location.as_str());
        attributes.set("interpolation", info.method.as_str());
        let statistics = if info.weighted { "weighted by the area of the cells" } else { UNWEIGHTED };
        attributes.set("statistics", statistics);
        attributes.set("spatial_comparison", info.grids.as_str());
        attributes.set("temporal_comparison", info.steps.as_str());
        file.attributes(attributes)?;
        let cells = shape.cells;
        file.dimension("obs", cells)?;
        write_crs(&mut file)?;
        write_mask_grid(&mut file, grid)?;
        let calendar = times.first().map_or_else(Default::default, |time| time.calendar());
        let track = Variable::of::<i32>("track_id", OBS).with("long_name", "number of the track");
        let area = Variable::of::<f32>("cell_area", OBS)
            .with("standard_name", "cell_area")
            .with("long_name", "area of the cell")
            .with("units", "km2");
        let track = Column::begin(&mut file, track, cells)?;
        let time = Column::begin(&mut file, time_variable("time", OBS, calendar), cells)?;
        let row = Column::begin(&mut file, place("row"), cells)?;
        let column = Column::begin(&mut file, place("column"), cells)?;
        let lat = Column::begin(&mut file, degrees("lat", "latitude", "degrees_north"), cells)?;
        let lon = Column::begin(&mut file, degrees("lon", "longitude", "degrees_east"), cells)?;
        let area = Column::begin(&mut file, area, cells)?;
        let mut variables = Vec::new();
        for variable in &info.variables {
            let name = free_name(&variable.name);
            let units = variable.units.as_deref().filter(|u| !u.is_empty());
            let value = Variable::of::<f64>(&name, OBS)
                .with("long_name", variable.long_name.as_deref().map_or(variable.name.as_str(), str::trim))
                .with_some("standard_name", variable.standard_name.as_deref())
                .with_some("units_metadata", on_scale(variable.standard_name.as_deref()))
                .with("units", units.unwrap_or("1"))
                .with("coordinates", "time lat lon")
                .with("grid_mapping", "crs")
                .with("ancillary_variables", format!("{name}_coverage"))
                .with_some("statistics", (variable.is_direction && info.weighted).then_some(CIRCULAR))
                .fill(f64::NAN);
            let coverage = Variable::of::<f32>(&format!("{name}_coverage"), OBS)
                .with("long_name", format!("share of the cell that has data of {name}"))
                .with("units", "1")
                .with("coordinates", "time lat lon");
            variables.push((Column::begin(&mut file, value, cells)?, Column::begin(&mut file, coverage, cells)?));
        }
        Ok(Self { file, left: cells, nx: grid.nx() as u32, track, time, row, column, lat, lon, area, variables })
    }

    /// Adds a time.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses, [`ProductError::Mismatch`] for more cells than were announced.
    pub fn add(&mut self, time: &InterpolatedTime) -> Result<(), ProductError> {
        for event in &time.events {
            let n = event.cells.count() as usize;
            let fits = event.variables.iter().all(|v| v.values.len() == n && v.coverage.len() == n);
            self.left = self.left.checked_sub(n).filter(|_| fits).ok_or_else(|| {
                ProductError::Mismatch(format!(
                    "event {} at {} has other cells than were announced",
                    event.id, time.stamp
                ))
            })?;
            let file = &mut self.file;
            self.track.add(file, std::iter::repeat_n(event.id as i32, n))?;
            self.time.add(file, std::iter::repeat_n(seconds(time.time), n))?;
            self.row.add(file, event.cells.places(self.nx).map(|(row, _)| row as i32))?;
            self.column.add(file, event.cells.places(self.nx).map(|(_, column)| column as i32))?;
            self.lat.add(file, event.lat.iter().copied())?;
            self.lon.add(file, event.lon.iter().copied())?;
            self.area.add(file, event.area_km2.iter().map(|a| *a as f32))?;
            for ((value, coverage), found) in self.variables.iter_mut().zip(&event.variables) {
                value.add(file, found.values.iter().copied())?;
                coverage.add(file, found.coverage.iter().map(|c| *c as f32))?;
            }
        }
        Ok(())
    }

    /// Ends the file; gives the output back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses, [`ProductError::Mismatch`] for fewer cells than were announced.
    pub fn end(mut self) -> Result<W, ProductError> {
        if self.left > 0 {
            return Err(ProductError::Mismatch(format!("{} cells of the flat file did not come", self.left)));
        }
        let file = &mut self.file;
        self.track.end(file)?;
        self.time.end(file)?;
        self.row.end(file)?;
        self.column.end(file)?;
        self.lat.end(file)?;
        self.lon.end(file)?;
        self.area.end(file)?;
        for (value, coverage) in self.variables {
            value.end(file)?;
            coverage.end(file)?;
        }
        Ok(self.file.finish()?)
    }
}

/// The grid of the masks, which `row` and `column` count on.
fn write_mask_grid<W: Medium>(file: &mut NcFile<W>, grid: &Grid) -> Result<(), ProductError> {
    file.dimension("mask_row", grid.ny())?;
    file.dimension("mask_column", grid.nx())?;
    let (lat_dims, lon_dims, lat, lon): (&[&str], &[&str], &[f64], &[f64]) = match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => (&["mask_row"], &["mask_column"], lat, lon),
        // the cells of a mesh are one row
        of_cells => {
            let both: &[&str] = &["mask_row", "mask_column"];
            (both, both, of_cells.latitudes(), of_cells.longitudes())
        }
    };
    // without standard names: CF wants one latitude and one longitude beside a grid mapping, which are the cells' own
    let axis = |name: &str, dims: &[&str], of: &str, units: &str, axis: &str| {
        Variable::of::<f64>(name, dims)
            .with_some("axis", (dims.len() == 1).then_some(axis))
            .with("long_name", format!("{of} of the centres of the masks' cells"))
            .with("units", units)
    };
    file.compressed(axis("mask_lat", lat_dims, "latitude", "degrees_north", "Y"), 64, PACKED, lat)?;
    Ok(file.compressed(axis("mask_lon", lon_dims, "longitude", "degrees_east", "X"), 64, PACKED, lon)?)
}

fn place(name: &str) -> Variable {
    Variable::of::<i32>(name, OBS)
        .with("long_name", format!("{name} of the cell on the masks' grid, from 0"))
        .with("units", "1")
}

fn degrees(name: &str, standard_name: &str, units: &str) -> Variable {
    Variable::of::<f64>(name, OBS)
        .with("standard_name", standard_name)
        .with("long_name", format!("{standard_name} of the cell's centre"))
        .with("units", units)
}

/// A name that is not one of ours.
fn free_name(name: &str) -> String {
    match name {
        "track_id" | "time" | "row" | "column" | "lat" | "lon" | "mask_lat" | "mask_lon" | "cell_area" | "crs"
        | "obs" => {
            format!("{name}_value")
        }
        _ => name.to_owned(),
    }
}
