//! `<job>-Stationary.nc`: variables over the whole domain of the masks, at all their times, by CF.

use eventscape_core::{Grid, Timestamp};

use eventscape_formats::write::{Codec, Element, Medium, NcFile, StreamId, Variable};

use super::CurationInfo;
use crate::ProductError;
use crate::netcdf::{Axes, FileKind, curation_attributes, on_scale, write_crs, write_time};

const PACKED: Codec = Codec { shuffle: true, level: 1 };
/// Cells of a chunk, about.
const CHUNK_CELLS: usize = 1 << 18;

/// The stationary file being written. Chunks hold whole rows of one time.
pub struct StationaryFile<W> {
    file: NcFile<W>,
    streams: Vec<StreamId>,
    layout: StationaryLayout,
}

/// How its values are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StationaryLayout {
    /// Rows of a chunk; the last one of a time has fewer that count.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Chunks of a time.
    pub chunks: usize,
}

impl StationaryLayout {
    /// The layout for a grid.
    #[must_use]
    pub fn of(grid: &Grid) -> Self {
        let rows = (CHUNK_CELLS / grid.nx().max(1)).clamp(1, grid.ny().max(1));
        Self { rows, columns: grid.nx(), chunks: grid.ny().div_ceil(rows) }
    }

    /// Compresses the values of a chunk: whole rows, row-major, NaN where missing.
    ///
    /// # Errors
    /// [`ProductError::Unrepresentable`] where zlib refuses.
    pub fn pack(&self, values: &[f32]) -> Result<Vec<u8>, ProductError> {
        let mut values = values.to_vec();
        values.resize(self.rows * self.columns, f32::NAN);
        Ok(PACKED.encode(&f32::to_bytes(&values), size_of::<f32>())?)
    }
}

impl<W: Medium> StationaryFile<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(out: W, info: &CurationInfo, grid: &Grid, times: &[Timestamp]) -> Result<Self, ProductError> {
        let mut file = NcFile::create(out, "the stationary file")?;
        let kind = FileKind {
            title: "Whole domain",
            id: "stationary",
            comment: "The variable on the masks' grid and times, inside of events and outside.".to_owned(),
        };
        let mut attributes = curation_attributes(&kind, &info.job, grid, times);
        attributes.set("phdef_job_id", i64::try_from(info.phdef_job).unwrap_or(i64::MAX));
        attributes.set("masks", info.mask_location.as_str());
        attributes.set("interpolation", info.method.as_str());
        file.attributes(attributes)?;
        write_time(&mut file, times)?;
        let axes = Axes::of(grid);
        axes.write(&mut file, grid)?;
        write_crs(&mut file)?;
        let layout = StationaryLayout::of(grid);
        let mut streams = Vec::new();
        for variable in &info.variables {
            let described = Variable::of::<f32>(&variable.name, &axes.with_time())
                .with("long_name", variable.long_name.as_deref().map_or(variable.name.as_str(), str::trim))
                .with_some("standard_name", variable.standard_name.as_deref())
                .with_some("units_metadata", on_scale(variable.standard_name.as_deref()))
                .with("units", variable.units.as_deref().unwrap_or("1"))
                .fill(f32::NAN);
            streams.push(file.start_chunks(
                axes.describe(described),
                &axes.chunk(layout.rows, layout.columns),
                PACKED,
            )?);
        }
        Ok(Self { file, streams, layout })
    }

    /// How its values are cut.
    #[must_use]
    pub fn layout(&self) -> StationaryLayout {
        self.layout
    }

    /// Adds the next chunk of a variable: times in order, rows in order.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn add(&mut self, variable: usize, packed: &[u8]) -> Result<(), ProductError> {
        let stream = self.streams.get(variable).copied();
        let stream = stream.ok_or_else(|| ProductError::Mismatch(format!("there is no variable {variable}")))?;
        Ok(self.file.chunk(stream, packed)?)
    }

    /// Ends the file; gives the output back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses, [`ProductError::Mismatch`] where chunks are missing.
    pub fn end(mut self) -> Result<W, ProductError> {
        for stream in std::mem::take(&mut self.streams) {
            self.file.finish_chunks(stream)?;
        }
        Ok(self.file.finish()?)
    }
}
