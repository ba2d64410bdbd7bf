//! What the CF files of a job have in common: global attributes, axes of time and place.

use eventscape_core::grid::{CellAreas, Coordinates};
use eventscape_core::time::Calendar;
use eventscape_core::track::usual_step_seconds;
use eventscape_core::{Grid, Timestamp};

use crate::JobInfo;
use crate::read_back::expected::{Group, Value, Values, Variable};

/// What tells one file of a job from another.
pub(super) struct Kind {
    pub(super) title: &'static str,
    pub(super) id: &'static str,
    pub(super) comment: &'static str,
    /// Whether it is of a curation, not of a search for events.
    pub(super) curated: bool,
}

/// The global attributes, in any order.
pub(super) fn global_attributes(kind: &Kind, job: &JobInfo, grid: &Grid, times: &[Timestamp]) -> Values {
    let of = job.collection.as_ref().unwrap_or(&job.dataset_label);
    let source = format!("variable {} of {of}, {} granule(s)", job.variable.name, job.granules.len());
    let (source, level) = if kind.curated {
        (format!("{source}, gathered by Eventscape"), "derived: values brought to the cells and times of events")
    } else {
        let level = "derived: regions cut out of a gridded field by a condition and followed in time";
        (format!("{source}, found and followed by Eventscape"), level)
    };
    let json = serde_json::json!({
        "software": "Eventscape", "version": job.software_version, "command": job.command, "tracker": job.tracker,
        "options": job.options,
    });
    let acknowledgement = format!("{source}; please cite it as its provider asks");
    let mut all: Vec<(&str, Option<Value>)> = vec![
        ("Conventions", Some("CF-1.11, ACDD-1.3".into())),
        ("title", Some(format!("{} of: {}", kind.title, job.title).into())),
        ("summary", Some(job.summary.as_str().into())),
        ("keywords", Some(job.keywords.join(", ").into())),
        ("id", Some(format!("{}-{}", job.job_id, kind.id).into())),
        ("naming_authority", Some("eventscape".into())),
        ("history", Some(job.history.as_str().into())),
        ("source", Some(source.into())),
        ("comment", Some(kind.comment.into())),
        ("license", Some(job.license.as_str().into())),
        ("acknowledgement", Some(acknowledgement.into())),
        ("processing_level", Some(level.into())),
        ("date_created", job.created.clone().map(Value::Text)),
        ("creator_name", job.creator_name.clone().map(Value::Text)),
        ("creator_email", job.creator_email.clone().map(Value::Text)),
        ("creator_url", job.creator_url.clone().map(Value::Text)),
        ("publisher_name", job.creator_name.clone().map(Value::Text)),
        ("publisher_email", job.creator_email.clone().map(Value::Text)),
        ("publisher_url", job.creator_url.clone().map(Value::Text)),
        ("institution", job.institution.clone().map(Value::Text)),
        ("project", Some(job.project.as_deref().unwrap_or("Eventscape").into())),
        ("standard_name_vocabulary", Some("CF Standard Name Table v86".into())),
        ("product_version", Some(job.software_version.as_str().into())),
        ("references", Some("https://github.com/eventscape/eventscape".into())),
        ("job_id", Some((job.job_id as i64).into())),
        ("collection", job.collection.clone().map(Value::Text)),
        ("dataset", Some(job.dataset_label.as_str().into())),
        ("variable", Some(job.variable.name.as_str().into())),
        ("history_json", Some(json.to_string().into())),
    ];
    if !kind.curated {
        let threshold = job.threshold.map_or_else(|| job.threshold_text.as_str().into(), Value::from);
        all.extend([
            ("condition", Some(job.condition_text.as_str().into())),
            ("event_type", Some(job.event_type.as_str().into())),
            ("threshold", Some(threshold)),
            ("tracker", Some(job.tracker.as_str().into())),
        ]);
    }
    all.extend(place(grid));
    all.extend(span(times));
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn place(grid: &Grid) -> Vec<(&'static str, Option<Value>)> {
    let (mut lats, mut lons): (Vec<f64>, Vec<f64>) = grid.corners().into_iter().unzip();
    lats.sort_by(f64::total_cmp);
    lons.sort_by(f64::total_cmp);
    let ([south, .., north], [west, .., east]) = (&lats[..], &lons[..]) else { panic!("a grid has corners") };
    let mut east = *east;
    let mut resolution = (None, None);
    if let Coordinates::Rectilinear { lat, lon } = grid.coordinates() {
        let (straight, last) = (ascending(lon), lon[lon.len() - 1]);
        if east - west < 360.0 - 1e-6 {
            // a box across the seam of its convention has its west above its east
            east -= straight[lon.len() - 1] - last;
        }
        let step = |values: &[f64]| {
            let n = values.len() - 1;
            (n > 0).then(|| Value::Text(format!("{:.6} degrees", (values[n] - values[0]).abs() / n as f64)))
        };
        resolution = (step(lat), step(&straight));
    }
    let wkt = format!("POLYGON (({south} {west}, {south} {east}, {north} {east}, {north} {west}, {south} {west}))");
    vec![
        ("geospatial_bounds", Some(wkt.into())),
        ("geospatial_bounds_crs", Some("EPSG:4326".into())),
        ("geospatial_lat_min", Some((*south).into())),
        ("geospatial_lat_max", Some((*north).into())),
        ("geospatial_lat_units", Some("degrees_north".into())),
        ("geospatial_lon_min", Some((*west).into())),
        ("geospatial_lon_max", Some(east.into())),
        ("geospatial_lon_units", Some("degrees_east".into())),
        ("geospatial_lat_resolution", resolution.0),
        ("geospatial_lon_resolution", resolution.1),
    ]
}

/// Longitudes that go on past the seam of their convention.
fn ascending(lon: &[f64]) -> Vec<f64> {
    let seam = lon.windows(2).position(|pair| pair[1] < pair[0]).map_or(lon.len(), |at| at + 1);
    lon.iter().enumerate().map(|(k, x)| if k < seam { *x } else { x + 360.0 }).collect()
}

fn span(times: &[Timestamp]) -> Vec<(&'static str, Option<Value>)> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    let step = usual_step_seconds(times).map(|seconds| duration((seconds * 1e6).round() as i64));
    vec![
        ("time_coverage_start", Some(first.to_string().into())),
        ("time_coverage_end", Some(last.to_string().into())),
        ("time_coverage_duration", Some(duration(last.micros() - first.micros()).into())),
        ("time_coverage_resolution", step.map(Value::Text)),
    ]
}

/// ISO 8601, by whole numbers alone.
fn duration(micros: i64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let part = |n: i64, unit: &str| if n > 0 { format!("{n}{unit}") } else { String::new() };
    let mut clock = part(hours, "H") + &part(minutes, "M");
    if fraction > 0 {
        clock += &format!("{}S", format!("{seconds}.{fraction:06}").trim_end_matches('0'));
    } else {
        clock += &part(seconds, "S");
    }
    match (part(days, "D"), clock) {
        (days, clock) if days.is_empty() && clock.is_empty() => "PT0S".to_owned(),
        (days, clock) if clock.is_empty() => format!("P{days}"),
        (days, clock) => format!("P{days}T{clock}"),
    }
}

/// A variable of times.
pub(super) fn times(name: &str, dim: &str, long_name: &str, values: &[Timestamp], of: &[Timestamp]) -> Variable {
    let values: Vec<f64> = values.iter().map(|time| time.micros() as f64 / 1e6).collect();
    let calendar = of.first().map_or(Calendar::Standard, |time| time.calendar());
    let counts_leap_seconds = matches!(calendar, Calendar::Standard | Calendar::ProlepticGregorian | Calendar::Julian);
    Variable::of(name, &[dim], &values)
        .with("standard_name", "time")
        .with("long_name", long_name)
        .with("units", "seconds since 1970-01-01T00:00:00Z")
        .with("calendar", calendar.name())
        .with_some("units_metadata", counts_leap_seconds.then_some("leap_seconds: unknown"))
}

/// What TOS2CA's layouts say of a calendar that is not the usual one.
pub(super) fn unusual_calendar(root: &mut Group, times: &[Timestamp]) {
    let calendar = times.first().map_or(Calendar::Standard, |time| time.calendar());
    if !matches!(calendar, Calendar::Standard | Calendar::ProlepticGregorian) {
        root.attribute("calendar", calendar.name());
    }
}

/// The ellipsoid.
pub(super) fn crs() -> Variable {
    Variable::of("crs", &[], &[0i32])
        .with("grid_mapping_name", "latitude_longitude")
        .with("long_name", "WGS 84")
        .with("semi_major_axis", 6_378_137.0)
        .with("inverse_flattening", 298.257_223_563)
        .with("longitude_of_prime_meridian", 0.0)
}

/// The names of a grid's dimensions.
pub(super) fn grid_dims(grid: &Grid) -> [&'static str; 2] {
    match grid.coordinates() {
        Coordinates::Rectilinear { .. } => ["lat", "lon"],
        Coordinates::Curvilinear { .. } => ["y", "x"],
        Coordinates::Mesh(_) => unreachable!("no random grid is a mesh"),
    }
}

/// What ties a variable to the grid.
pub(super) fn on_grid(variable: Variable, grid: &Grid) -> Variable {
    let curvilinear = matches!(grid.coordinates(), Coordinates::Curvilinear { .. });
    variable.with("grid_mapping", "crs").with_some("coordinates", curvilinear.then_some("lat lon"))
}

/// Dimensions and coordinates of a grid, with the bounds of its cells.
pub(super) fn axes(group: &mut Group, grid: &Grid) {
    let [row, column] = grid_dims(grid);
    group.dimension(row, grid.ny());
    group.dimension(column, grid.nx());
    let lat = |dims: &[&str], values: &[f64]| coordinate("lat", "latitude", "degrees_north", dims, values);
    let lon = |dims: &[&str], values: &[f64]| coordinate("lon", "longitude", "degrees_east", dims, values);
    match grid.coordinates() {
        Coordinates::Rectilinear { lat: lats, lon: lons } => {
            group.dimension("nv", 2);
            let straight = ascending(lons);
            let crosses = straight != *lons;
            let note = crosses.then_some("goes on past the seam of the input's convention, so that it ascends");
            group.variables.push(lat(&["lat"], lats).with("axis", "Y"));
            group.variables.push(lon(&["lon"], &straight).with("axis", "X").with_some("comment", note));
            let pairs = |edges: Vec<f64>| (1..edges.len()).flat_map(|k| [edges[k - 1], edges[k]]).collect::<Vec<f64>>();
            let (lats, lons) = (pairs(grid.lat_edges().unwrap()), pairs(grid.lon_edges().unwrap()));
            group.variables.push(Variable::of("lat_bnds", &["lat", "nv"], &lats));
            group.variables.push(Variable::of("lon_bnds", &["lon", "nv"], &lons));
        }
        Coordinates::Curvilinear { lat: lats, lon: lons } => {
            group.dimension("nv", 4);
            group.variables.push(lat(&["y", "x"], lats));
            group.variables.push(lon(&["y", "x"], lons));
            // bounds are in the turn of the globe that the centre is in, whatever convention the input has
            let beside = |mut edge: f64, centre: f64| {
                while edge - centre >= 180.0 {
                    edge -= 360.0;
                }
                while edge - centre <= -180.0 {
                    edge += 360.0;
                }
                edge
            };
            let around = corners(grid).into_iter().zip(lons);
            let (lats, lons): (Vec<f64>, Vec<f64>) =
                around.flat_map(|(corners, centre)| corners.map(|(lat, lon)| (lat, beside(lon, *centre)))).unzip();
            group.variables.push(Variable::of("lat_bnds", &["y", "x", "nv"], &lats));
            group.variables.push(Variable::of("lon_bnds", &["y", "x", "nv"], &lons));
        }
        Coordinates::Mesh(_) => unreachable!("no random grid is a mesh"),
    }
}

/// The four corners of each cell (latitude, longitude), one after the other around it.
pub(super) fn corners(grid: &Grid) -> Vec<[(f64, f64); 4]> {
    let (corners, across) = (grid.corners(), grid.nx() + 1);
    let of = |row: usize, col: usize| {
        let [upper, lower] = [row, row + 1].map(|line| &corners[line * across + col..][..2]);
        [upper[0], upper[1], lower[1], lower[0]]
    };
    (0..grid.ny()).flat_map(|row| (0..grid.nx()).map(move |col| (row, col))).map(|(row, col)| of(row, col)).collect()
}

fn coordinate(name: &str, standard_name: &str, units: &str, dims: &[&str], values: &[f64]) -> Variable {
    Variable::of(name, dims, values)
        .with("standard_name", standard_name)
        .with("long_name", format!("{standard_name} of the cell's centre"))
        .with("units", units)
        .with("bounds", format!("{name}_bnds"))
}

/// `cell_area`, m²: one a row where all columns are equally wide.
pub(super) fn areas(grid: &Grid) -> Variable {
    let areas = grid.areas();
    let describe = |variable: Variable| {
        variable
            .with("standard_name", "cell_area")
            .with("long_name", "area of the cell on the WGS 84 ellipsoid")
            .with("units", "m2")
            .with("coverage_content_type", "auxiliaryInformation")
    };
    if let CellAreas::Separable { row, width } = &areas {
        let mean = width.iter().sum::<f64>() / width.len() as f64;
        if width.iter().all(|w| (w - mean).abs() <= 2e-3 * mean) {
            let values: Vec<f64> = row.iter().map(|row| row * mean * 1e6).collect();
            return describe(Variable::of("cell_area", &["lat"], &values));
        }
    }
    let cells = (0..grid.len()).map(|cell| areas.get(cell / grid.nx(), cell % grid.nx()) * 1e6);
    on_grid(describe(Variable::of("cell_area", &grid_dims(grid), &cells.collect::<Vec<f64>>())), grid)
}
