//! `<job>-Curated-Data.nc4`: a group for each mask time, a group for each event, in the layout of the reference.

use eventscape_core::grid::Coordinates;
use eventscape_core::{Grid, Values};
use eventscape_formats::Attribute as Source;

use eventscape_formats::write::{Attribute, Codec, Medium, NcFile, Variable};

use super::stamps::calendar_attribute;
use super::text::stamp_to_second;
use crate::ProductError;
use crate::curation::{CuratedEvent, CuratedTime, CuratedVariable, CurationInfo, Gathered, Places, STEPS};

const PACKED: Codec = Codec { shuffle: true, level: 4 };
const NAVIGATION: &str = "The lat and lon are provided here to reconstruct the original global grid from the dataset that \
                          created the masks.  They represent the centroid of the grid cell.";
/// Fill values beyond this are the libraries' own, which the reference does not write.
const LARGEST_FILL: f64 = 1e9;

/// The curated file being written.
pub struct CuratedFile<W> {
    file: NcFile<W>,
    variables: Vec<CuratedVariable>,
    mask_location: String,
}

impl<W: Medium> CuratedFile<W> {
    /// Starts the file: root attributes and the mask's grid.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(out: W, info: &CurationInfo, grid: &Grid) -> Result<Self, ProductError> {
        let mut file = NcFile::create(out, "the curated file")?;
        root_attributes(&mut file, info)?;
        navigation(&mut file, grid, Some(NAVIGATION))?;
        Ok(Self { file, variables: info.variables.clone(), mask_location: info.mask_location.clone() })
    }

    /// Adds a time. In an event's group each variable is float32 over `(time_step, observation, data_point)`: rows of
    /// latitude, longitude and value, column by column, at t-1, t and t+1; missing values are NaN. Of an orbit it is over
    /// `(observation, data_point)`, in the orbit's order, and `time` tells when each was seen.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses; [`ProductError::Mismatch`] where an event lacks a variable.
    pub fn add(&mut self, time: &CuratedTime) -> Result<(), ProductError> {
        let file = &mut self.file;
        file.open_group(&time.name);
        file.attribute("MaskTime", time.mask_stamp.as_str())?;
        file.attribute("MaskFileName", format!("Anomaly masks from {}", self.mask_location))?;
        let inputs: Vec<&str> = match &time.gathered {
            Gathered::Steps { inputs, .. } => inputs.iter().flatten().map(String::as_str).collect(),
            Gathered::Orbit { input, .. } => vec![input],
        };
        let mut inputs_once = inputs.clone();
        inputs_once.dedup();
        file.attribute("InputFiles", inputs_once.join(","))?;
        if let Gathered::Steps { times, inputs } = &time.gathered {
            let absent: Vec<String> = times
                .iter()
                .zip(inputs)
                .filter(|(_, input)| input.is_none())
                .map(|(t, _)| stamp_to_second(*t))
                .collect();
            // a time without events misses nothing
            if !absent.is_empty() && !time.events.is_empty() {
                file.attribute("MissingSteps", absent.join(","))?;
            }
        }
        for event in &time.events {
            file.open_group(&event.id.to_string());
            file.dimension("observation", event.places.len())?;
            file.dimension("data_point", 3)?;
            if let Gathered::Steps { .. } = time.gathered {
                file.dimension("time_step", STEPS)?;
            }
            for (variable, values) in self.variables.iter().zip(&event.values) {
                let described = describe(variable, time);
                match &time.gathered {
                    Gathered::Steps { .. } => file.compressed(described, STEPS, PACKED, &rows(event, values)?)?,
                    Gathered::Orbit { .. } => {
                        let middle = values.get(1..2).unwrap_or_default();
                        file.compressed(described, usize::MAX, PACKED, &rows(event, middle)?)?;
                    }
                }
            }
            if let (Gathered::Orbit { start, .. }, Places::Swath { micros, .. }) = (&time.gathered, &event.places) {
                let seconds: Vec<f64> = micros.iter().map(|m| *m as f64 / 1e6).collect();
                let described = Variable::of::<f64>("time", &["observation"])
                    .with("standard_name", "time")
                    .with("long_name", "time at which the observation was made")
                    .with("units", "seconds since 1970-01-01T00:00:00Z")
                    .with("calendar", start.calendar().name());
                file.compressed(described, usize::MAX, PACKED, &seconds)?;
            }
            file.close_group()?;
        }
        Ok(file.close_group()?)
    }

    /// Ends the file; gives the output back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn end(self) -> Result<W, ProductError> {
        Ok(self.file.finish()?)
    }
}

pub(super) fn root_attributes<W: Medium>(file: &mut NcFile<W>, info: &CurationInfo) -> Result<(), ProductError> {
    let job = &info.job;
    let names = |of: fn(&CuratedVariable) -> &str| info.variables.iter().map(of).collect::<Vec<_>>().join(",");
    file.attribute("Variable", names(|v| &v.name))?;
    file.attribute("Dataset", job.dataset_label.as_str())?;
    file.attribute("Units", names(|v| v.units.as_deref().unwrap_or("1")))?;
    file.attribute("References", env!("CARGO_PKG_REPOSITORY"))?;
    file.attribute("Project", job.project.as_deref().unwrap_or("Eventscape"))?;
    file.attribute("Institution", job.institution.as_deref().unwrap_or("not stated"))?;
    if let Some(created) = &job.created {
        file.attribute("ProductionTime", created.replace('T', " ").trim_end_matches('Z'))?;
    }
    file.attribute("PhDefJobID", i64::try_from(info.phdef_job).unwrap_or(i64::MAX))?;
    file.attribute("JobID", i64::try_from(job.job_id).unwrap_or(i64::MAX))?;
    file.attribute("ProductInfo", info.product_info.as_deref().unwrap_or("not stated"))?;
    file.attribute("FullName", info.full_name.as_deref().unwrap_or(&job.dataset_label))?;
    file.attribute("SpatialCoverage", info.coverage.as_str())?;
    file.attribute("FileFormat", info.file_format.as_str())?;
    file.attribute("DataResolution", info.resolution.as_str())?;
    file.attribute("SpatialComparison", info.grids.as_str())?;
    file.attribute("TemporalComparison", info.steps.as_str())?;
    file.attribute("History", job.history.as_str())?;
    if let Some((name, calendar)) = calendar_attribute(job.start.calendar()) {
        file.attribute(name, calendar)?;
    }
    Ok(file.attribute("Software", format!("Eventscape {}", job.software_version))?)
}

pub(super) fn navigation<W: Medium>(
    file: &mut NcFile<W>,
    grid: &Grid,
    description: Option<&str>,
) -> Result<(), ProductError> {
    file.open_group("navigation");
    if let Some(text) = description {
        file.attribute("Description", text)?;
    }
    let narrow = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
    let (lat_dims, lon_dims, lat, lon) = match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => {
            file.dimension("lat", lat.len())?;
            file.dimension("lon", lon.len())?;
            (&["lat"][..], &["lon"][..], lat, lon)
        }
        Coordinates::Curvilinear { lat, lon } => {
            file.dimension("y", grid.ny())?;
            file.dimension("x", grid.nx())?;
            (&["y", "x"][..], &["y", "x"][..], lat, lon)
        }
        Coordinates::Mesh(_) => return Err(ProductError::needs_lattice(grid, "TOS2CA's layout of curated data")),
    };
    let all = usize::MAX;
    file.compressed(Variable::of::<f32>("lat", lat_dims), all, PACKED, &narrow(lat))?;
    file.compressed(Variable::of::<f32>("lon", lon_dims), all, PACKED, &narrow(lon))?;
    Ok(file.close_group()?)
}

/// The rows of some steps.
fn rows(event: &CuratedEvent, values: &[Option<Values>]) -> Result<Vec<f32>, ProductError> {
    let places = event.places.in_order();
    let mut rows = Vec::with_capacity(3 * values.len() * places.len());
    for step in values {
        if step.as_ref().is_some_and(|v| v.len() != places.len()) {
            return Err(ProductError::Mismatch(format!("event {} has values for other places", event.id)));
        }
        for (lat, lon, at) in &places {
            let value = step.as_ref().and_then(|v| v.get(*at)).unwrap_or(f64::NAN);
            rows.extend_from_slice(&[*lat as f32, *lon as f32, value as f32]);
        }
    }
    Ok(rows)
}

/// The variable with the attributes that the reference's curators write, and those that its interpolator looks for.
fn describe(variable: &CuratedVariable, time: &CuratedTime) -> Variable {
    let own = |name: &str| variable.attributes.get(name);
    let text = |name: &str| own(name).and_then(Source::text).map(str::to_owned);
    let fill = own("_FillValue").and_then(Source::number).filter(|fill| fill.abs() < LARGEST_FILL).unwrap_or(-9999.0);
    let dims: &[&str] = match time.gathered {
        Gathered::Steps { .. } => &["time_step", "observation", "data_point"],
        Gathered::Orbit { .. } => &["observation", "data_point"],
    };
    let centre = match time.gathered {
        Gathered::Steps { .. } => "the grid cell",
        Gathered::Orbit { .. } => "the swath's cell",
    };
    let mut described = Variable::of::<f32>(&variable.name, dims).with(
        "Description",
        format!("Each row is (lat,lon,{}); the lat and lon represent the centroid point of {centre}", variable.name),
    );
    if let Gathered::Steps { times, .. } = &time.gathered {
        let times: Vec<String> = times.iter().map(|t| stamp_to_second(*t)).collect();
        described =
            described.with("Times", times.join(",")).with("TimeIndexing", "index 0 = t-1; index 1 = t; index 2 = t+1");
    }
    described =
        described.with("LongName", variable.reference_name()).with("Units", variable.units.as_deref().unwrap_or("1"));
    match text("CodeMissingValue") {
        Some(code) => described = described.with("CodeMissingValue", code),
        None => described = described.with("FillValue", fill),
    }
    // MERRA-2's own, under the names that its curator gives them
    for (ours, theirs) in
        [("fmissing_value", "Fmissing_Value"), ("vmax", "Vmax"), ("vmin", "Vmin"), ("valid_range", "Valid_Range")]
    {
        if let Some(numbers) = own("fmissing_value").and(own(ours)).map(Source::numbers) {
            let narrow: Vec<f32> = numbers.iter().map(|n| *n as f32).collect();
            described = described.with(theirs, Attribute::numbers(&narrow));
        }
    }
    if own("fmissing_value").is_some() {
        described = described.with_some("Long_Name", variable.long_name.as_deref());
    }
    described
}
