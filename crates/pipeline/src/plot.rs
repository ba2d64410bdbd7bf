//! Pictures of a single event from an interpolated file.

use std::collections::BTreeMap;

use eventscape_core::grid::Window;
use eventscape_core::time::Calendar;
use eventscape_core::{CellBox, Cells, Component, Description, Grid, SceneComponents, Values};
use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use eventscape_products::map::{Map, MapOptions, MapScene, Mapper, Raster, Series, SeriesPoint};
use eventscape_products::read::{EventValues, InterpolatedReader};
use eventscape_products::{JobInfo, VariableInfo};

use crate::error::{PipelineError, Result};

/// Cells around an event that its map shows.
const AROUND: usize = 4;
/// Pictures of a strip, at most: of longer lives some are left out, evenly.
const MOST_PICTURES: usize = 24;
const ACROSS: usize = 4;

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlotKind {
    /// One event at one time.
    Single,
    /// The whole life of a track, picture by picture.
    Strip,
    /// Its statistics over time.
    Series,
}

/// A picture that is asked for.
#[derive(Clone, Debug)]
pub struct PlotRequest {
    /// The interpolated file, ours (`<job>-Interpolated.nc`) or in TOS2CA's layout, or the folder of a curation job.
    pub interpolated: String,
    /// What to draw.
    pub kind: PlotKind,
    /// The time, `YYYYMMDDhhmm`; needed for a single picture.
    pub time: Option<String>,
    /// The track; the one that lives longest if absent.
    pub track: Option<u32>,
    /// The variable; the only one if absent.
    pub variable: Option<String>,
}

/// A picture.
pub struct Plot {
    /// Its pixels.
    pub raster: Raster,
    /// A good name for its file: the reference's for a single picture.
    pub name: String,
}

/// Draws a picture of an event.
///
/// # Errors
/// What is wrong with the file, or which times, anomalies and variables there are.
pub fn draw(request: &PlotRequest) -> Result<Plot> {
    let stores = Stores::default();
    let location = file_of(&request.interpolated, &stores)?;
    let granule = Granule::open(stores.open(&location)?, &OpenOptions::default())?;
    let file = InterpolatedReader::open(granule, Calendar::Standard)?;
    let variables = file.variables();
    let variable = match (&request.variable, variables.as_slice()) {
        (Some(name), _) => name.clone(),
        (None, [only]) => only.clone(),
        (None, several) => {
            let why = format!("the file has several, name one: {}", several.join(", "));
            return Err(PipelineError::job("variable", why));
        }
    };
    let job = file.attribute("JobID").or_else(|| location.name().split('-').next().map(str::to_owned));
    let job = job.unwrap_or_else(|| "1".to_owned());
    let id = match request.track {
        Some(id) => id,
        None => longest(&file)?,
    };
    match request.kind {
        PlotKind::Single => {
            let time = request
                .time
                .as_deref()
                .ok_or_else(|| PipelineError::job("time", "say which time to draw, e.g. --time 201508120030; or --strip for a whole life, --series for a chart"))?;
            let stamp: String = time.chars().filter(char::is_ascii_digit).collect();
            let values = file.event(&stamp, id, &variable)?;
            let raster =
                picture(&file, &variable, id, &values, window(&file, &[&values])?, extremes(&[&values]))?.raster();
            Ok(Plot { raster, name: format!("{job}_{stamp}_{id}_.png") })
        }
        PlotKind::Strip => {
            let life = life(&file, id, &variable)?;
            let pictures = strip(&file, &variable, id, &life)?;
            Ok(Plot { raster: Raster::tiled(&pictures, ACROSS), name: format!("{job}_{id}_strip.png") })
        }
        PlotKind::Series => {
            let life = life(&file, id, &variable)?;
            Ok(Plot {
                raster: series(&file, &variable, id, &life).map().raster(),
                name: format!("{job}_{id}_series.png"),
            })
        }
    }
}

/// The file itself, or that of a curation job's folder, ours before TOS2CA's.
fn file_of(given: &str, stores: &Stores) -> Result<Location> {
    let place = Location::parse(given)?;
    if !place.local_path().is_some_and(std::path::Path::is_dir) {
        return Ok(place);
    }
    let listed = stores.expand(&[given.to_owned()])?;
    let ending = |ending: &str| listed.iter().find(|file| file.name().ends_with(ending)).cloned();
    ending("-Interpolated.nc").or_else(|| ending("-Interpolated-Data.nc4")).ok_or_else(|| {
        let why = format!("`{given}` has no interpolated file; give the folder of a curation job");
        PipelineError::job("interpolated", why)
    })
}

/// The track with the most times, the first of several.
fn longest(file: &InterpolatedReader) -> Result<u32> {
    let mut times: BTreeMap<u32, usize> = BTreeMap::new();
    for id in file.stamps().iter().flat_map(|stamp| file.events(stamp)) {
        *times.entry(id).or_default() += 1;
    }
    let most = times.iter().max_by_key(|(id, n)| (**n, std::cmp::Reverse(**id)));
    most.map(|(id, _)| *id).ok_or_else(|| PipelineError::State("the file has no event".to_owned()))
}

/// The values of an event at all its times.
fn life(file: &InterpolatedReader, id: u32, variable: &str) -> Result<Vec<EventValues>> {
    let stamps = file.stamps();
    let with_event = stamps.iter().filter(|stamp| file.events(stamp).contains(&id));
    let life = with_event.map(|stamp| Ok(file.event(stamp, id, variable)?)).collect::<Result<Vec<_>>>()?;
    if life.is_empty() {
        let last = stamps.iter().flat_map(|stamp| file.events(stamp)).max().unwrap_or(0);
        return Err(PipelineError::job("track", format!("the file has no track {id}; the last one is {last}")));
    }
    Ok(life)
}

/// The part of the grid around the cells of an event at some times.
fn window(file: &InterpolatedReader, life: &[&EventValues]) -> Result<Window> {
    let grid = file.grid();
    let places = || life.iter().flat_map(|values| values.cells.places(grid.nx() as u32));
    let rows = places().map(|(r, _)| r as usize);
    let mut columns: Vec<usize> = places().map(|(_, c)| c as usize).collect();
    let (Some(top), Some(bottom)) = (rows.clone().min(), rows.max()) else {
        return Err(PipelineError::State("the track has no cell at any time".to_owned()));
    };
    columns.sort_unstable();
    columns.dedup();
    let nx = grid.nx();
    let (first, last) = (columns.first().copied().unwrap_or(0), columns.last().copied().unwrap_or(0));
    let gap = columns.windows(2).map(|w| (w[1] - w[0], w[0], w[1])).max().unwrap_or((0, last, first));
    let rows = top.saturating_sub(AROUND)..(bottom + AROUND + 1).min(grid.ny());
    // an event across the seam of a grid that closes has its widest gap in the middle
    let columns = if grid.is_periodic() && gap.0 > first + nx - last {
        let (west, east) = (gap.2.saturating_sub(AROUND), (gap.1 + AROUND + 1).min(nx));
        if west < east { vec![0..nx] } else { vec![west..nx, 0..east] }
    } else {
        vec![first.saturating_sub(AROUND)..(last + AROUND + 1).min(nx)]
    };
    Ok(Window { rows, columns })
}

fn picture(
    file: &InterpolatedReader,
    variable: &str,
    id: u32,
    values: &EventValues,
    window: Window,
    range: Option<(f64, f64)>,
) -> Result<Map> {
    let grid = file.grid().window(&window)?;
    let place = |cell: u32| -> Option<usize> {
        let (row, column) = file.grid().place_of(cell);
        let mut before = 0;
        for part in &window.columns {
            if part.contains(&column) {
                let r = row.checked_sub(window.rows.start)?;
                return (r < window.rows.len()).then_some(r * grid.nx() + before + column - part.start);
            }
            before += part.len();
        }
        None
    };
    let mut field = vec![f64::NAN; grid.len()];
    let mut inside: Vec<u32> = Vec::new();
    for (cell, value) in values.cells.cells().zip(&values.values) {
        if let Some(at) = place(cell) {
            inside.push(at as u32);
            if let Some(slot) = field.get_mut(at) {
                *slot = *value;
            }
        }
    }
    let components = component(&grid, &Cells::of(inside, grid.nx() as u32), values);
    let info = info(file, variable, id, values, &grid);
    let mapper = Mapper::new(&info, &grid, MapOptions { range, diverging_about: None });
    let field = Values::F64(field);
    Ok(mapper.map(&MapScene { values: Some(&field), components: &components, track_ids: &[id], paths: &[] })?)
}

/// The event as a component of its scene, for its outline and number.
fn component(grid: &Grid, inside: &Cells, values: &EventValues) -> SceneComponents {
    let cells = inside.count();
    let middle = inside.cells().nth(cells as usize / 2).and_then(|cell| grid.centre_of(cell)).unwrap_or((0.0, 0.0));
    let description = Description { centroid_lat: middle.0, centroid_lon: middle.1, ..Description::default() };
    SceneComponents {
        time: values.time,
        components: vec![Component {
            label: 1,
            cells,
            ranges: 0..inside.len(),
            values: 0..0,
            cell_box: CellBox { row0: 0, col0: 0, row1: grid.ny() as u32, col1: grid.nx() as u32 },
            description,
        }],
        ranges: inside.to_vec(),
        values: Values::F64(Vec::new()),
        missing: Cells::default(),
        detected: 1,
        valid_cells: u64::from(cells),
    }
}

/// At most so many pictures of a life, one window and one range of colours for all.
fn strip(file: &InterpolatedReader, variable: &str, id: u32, life: &[EventValues]) -> Result<Vec<Raster>> {
    let all: Vec<&EventValues> = life.iter().collect();
    let window = window(file, &all)?;
    let range = extremes(&all);
    let shown = life.len().min(MOST_PICTURES);
    (0..shown)
        .map(|k| {
            let values = &life[if shown == 1 { 0 } else { k * (life.len() - 1) / (shown - 1) }];
            Ok(picture(file, variable, id, values, window.clone(), range)?.raster().reduced(2))
        })
        .collect()
}

fn series(file: &InterpolatedReader, variable: &str, id: u32, life: &[EventValues]) -> Series {
    let by_stamp: BTreeMap<i64, &EventValues> = life.iter().map(|values| (values.time.micros(), values)).collect();
    let points = by_stamp.values().map(|values| {
        let of = |name: &str| values.statistic(name);
        Some(SeriesPoint {
            time: values.time,
            mean: of("Mean")?,
            percentiles: [
                of("percentile_10")?,
                of("percentile_25")?,
                of("percentile_50")?,
                of("percentile_75")?,
                of("percentile_90")?,
            ],
        })
    });
    let (name, units) = quantity(variable, life.first());
    Series {
        title: format!("{name} inside track {id}"),
        subtitle: subtitle(file),
        axis: format!("{variable}, {units}"),
        points: points.collect(),
    }
}

fn quantity(variable: &str, values: Option<&EventValues>) -> (String, String) {
    let name = values.and_then(|v| v.long_name.clone()).unwrap_or_else(|| variable.to_owned());
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (name, values.and_then(|v| v.units.clone()).unwrap_or_else(|| "1".to_owned()))
}

/// The number of the file's own job; the reference's files tell that of PhDef alone.
fn job_of(file: &InterpolatedReader) -> u64 {
    let told = |name: &str| file.attribute(name).and_then(|text| text.parse().ok());
    told("JobID").or_else(|| told("PhDefJobID")).unwrap_or(0)
}

/// The colours go from the lowest value to the highest.
fn extremes(life: &[&EventValues]) -> Option<(f64, f64)> {
    let all = || life.iter().flat_map(|values| &values.values).copied().filter(|v| !v.is_nan());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    (low < high).then_some((low, high))
}

fn subtitle(file: &InterpolatedReader) -> String {
    let dataset = file.attribute("Dataset").unwrap_or_default();
    match file.attribute("PhDefJobID") {
        Some(job) => format!("{dataset}, tracks of job {job}"),
        None => dataset,
    }
}

/// What the map's title says.
fn info(file: &InterpolatedReader, variable: &str, id: u32, values: &EventValues, grid: &Grid) -> JobInfo {
    let (name, units) = quantity(variable, Some(values));
    let title = format!("{name} inside track {id}");
    JobInfo {
        dataset_label: subtitle(file),
        variable: VariableInfo {
            name: variable.to_owned(),
            units: Some(units),
            long_name: Some(name),
            standard_name: None,
        },
        condition_text: format!("track {id}"),
        ..JobInfo::titled(job_of(file), title, (values.time, values.time), crate::scope::bounds(grid))
    }
}
