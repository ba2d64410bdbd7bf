//! `<job>-Interpolated-Data.nc4`: the values on the events' own cells, in the layout of the reference.

use eventscape_core::Grid;

use eventscape_formats::write::{Codec, Medium, NcFile, Variable};

use super::curated_file::{navigation, root_attributes};
use super::text::statistic;
use crate::ProductError;
use crate::curation::{CuratedVariable, CurationInfo, InterpolatedTime, UNWEIGHTED};

const PACKED: Codec = Codec { shuffle: true, level: 4 };
/// What missing values are in the reference's file.
const FILL: f64 = -9999.0;

/// The interpolated file being written.
pub struct InterpolatedFile<W> {
    file: NcFile<W>,
    variables: Vec<CuratedVariable>,
    method: String,
    compat: bool,
}

impl<W: Medium> InterpolatedFile<W> {
    /// Starts the file.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(out: W, info: &CurationInfo, grid: &Grid) -> Result<Self, ProductError> {
        let mut file = NcFile::create(out, "the interpolated file")?;
        root_attributes(&mut file, info)?;
        file.attribute("Interpolation", info.method.as_str())?;
        file.attribute("Statistics", if info.weighted { "weighted by the area of the cells" } else { UNWEIGHTED })?;
        navigation(&mut file, grid, None)?;
        Ok(Self { file, variables: info.variables.clone(), method: info.method.clone(), compat: info.compat })
    }

    /// Adds a time. In an event's group each variable is float64 over `(observation, data_point)`: rows of latitude,
    /// longitude and value in the order of the mask; missing values are -9999. Without a value there are no statistics.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn add(&mut self, time: &InterpolatedTime) -> Result<(), ProductError> {
        self.file.open_group(&time.stamp);
        for event in &time.events {
            self.file.open_group(&event.id.to_string());
            self.file.dimension("observation", event.cells.count() as usize)?;
            self.file.dimension("data_point", 3)?;
            for (variable, found) in self.variables.iter().zip(&event.variables) {
                let mut described = Variable::of::<f64>(&variable.name, &["observation", "data_point"])
                    .with(
                        "Description",
                        format!(
                            "Each row is (lat,lon,{}); the lat and lon represent the coordinates of the anomaly",
                            variable.name
                        ),
                    )
                    .with("Time", time.stamp.as_str())
                    .with("LongName", variable.reference_name())
                    .with("Units", variable.units.as_deref().unwrap_or("1"))
                    .with("FillValue", "-9999.0");
                if let Some(statistics) = &found.statistics {
                    for (name, value) in statistics.named() {
                        described = described.with(name, statistic(value, self.compat));
                    }
                }
                if !self.compat {
                    let valid = found.values.iter().filter(|v| !v.is_nan()).count();
                    described = described
                        .with("Valid", valid as i64)
                        .with("Missing", (found.values.len() - valid) as i64)
                        .with("Method", self.method.as_str())
                        .with("TimeMethod", found.in_time);
                }
                let rows: Vec<f64> = event
                    .lat
                    .iter()
                    .zip(&event.lon)
                    .zip(&found.values)
                    .flat_map(|((lat, lon), value)| [*lat, *lon, if value.is_nan() { FILL } else { *value }])
                    .collect();
                self.file.compressed(described, usize::MAX, PACKED, &rows)?;
            }
            self.file.close_group()?;
        }
        Ok(self.file.close_group()?)
    }

    /// Ends the file; gives the output back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn end(self) -> Result<W, ProductError> {
        Ok(self.file.finish()?)
    }
}
