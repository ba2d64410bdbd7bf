//! The netCDF files of curation.

use std::path::{Path, PathBuf};

use eventscape_core::Timestamp;
use eventscape_formats::Attribute;

use super::common::{self, Kind};
use super::file;
use super::masks::navigation;
use crate::curation::{
    CuratedEvent, CuratedTime, CuratedVariable, FlatFile, FlatShape, Gathered, Places, StationaryFile,
};
use crate::read_back::expected::{Group, NetCdf, Value, Values, Variable};
use crate::read_back::jobs::RandomCuration;
use crate::tos2ca::{CuratedFile, InterpolatedFile};

fn root(job: &RandomCuration) -> Group {
    let (info, own) = (&job.info.job, &job.info);
    let list = |of: &dyn Fn(&CuratedVariable) -> String| own.variables.iter().map(of).collect::<Vec<_>>().join(",");
    let stated = |text: &Option<String>| text.clone().unwrap_or_else(|| "not stated".to_owned());
    let mut root = Group::default();
    root.attribute("Variable", list(&|v| v.name.clone()));
    root.attribute("Dataset", info.dataset_label.as_str());
    root.attribute("Units", list(&|v| v.units.clone().unwrap_or_else(|| "1".to_owned())));
    root.attribute("References", "https://github.com/eventscape/eventscape");
    root.attribute("Project", info.project.as_deref().unwrap_or("Eventscape"));
    root.attribute("Institution", stated(&info.institution));
    if info.created.is_some() {
        root.attribute("ProductionTime", "2026-01-02 03:04:05");
    }
    root.attribute("PhDefJobID", own.phdef_job as i64);
    root.attribute("JobID", info.job_id as i64);
    root.attribute("ProductInfo", stated(&own.product_info));
    root.attribute("FullName", own.full_name.as_ref().unwrap_or(&info.dataset_label).as_str());
    root.attribute("FileFormat", own.file_format.as_str());
    root.attribute("DataResolution", own.resolution.as_str());
    root.attribute("SpatialComparison", own.grids.as_str());
    root.attribute("TemporalComparison", own.steps.as_str());
    root.attribute("History", info.history.as_str());
    root.attribute("Software", format!("Eventscape {}", info.software_version));
    root
}

fn to_second(time: Timestamp) -> String {
    format!("{}{:02}", time.stamp(), time.civil().second)
}

/// `<job>-Curated-Data.nc4`.
pub(super) fn curated(job: &RandomCuration, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Curated-Data.nc4");
    let mut out = CuratedFile::begin(file(&path), &job.info, &job.grid).unwrap();
    let note = "The lat and lon are provided here to reconstruct the original global grid from the dataset that created the \
                masks.  They represent the centroid of the grid cell.";
    let mut groups = vec![root(job), navigation(&job.grid, Some(note))];
    for time in &job.curated {
        out.add(time).unwrap();
        groups.push(of_time(job, time));
        for event in &time.events {
            groups.push(of_event(job, time, event));
        }
    }
    out.end().unwrap();
    (path, NetCdf { groups })
}

fn of_time(job: &RandomCuration, time: &CuratedTime) -> Group {
    let mut group = Group::at(&time.name);
    group.attribute("MaskTime", time.mask_stamp.as_str());
    group.attribute("MaskFileName", format!("Anomaly masks from {}", job.info.mask_location));
    match &time.gathered {
        Gathered::Orbit { input, .. } => group.attribute("InputFiles", input.as_str()),
        Gathered::Steps { times, inputs } => {
            let mut names: Vec<&str> = inputs.iter().flatten().map(String::as_str).collect();
            names.dedup();
            group.attribute("InputFiles", names.join(","));
            let absent: Vec<String> = (0..3).filter(|k| inputs[*k].is_none()).map(|k| to_second(times[k])).collect();
            if !absent.is_empty() {
                group.attribute("MissingSteps", absent.join(","));
            }
        }
    }
    group
}

/// Latitude, longitude and place in the values of each place, on a grid column by column.
pub(super) fn in_order(places: &Places) -> Vec<(f64, f64, usize)> {
    match places {
        Places::Axes { lat, lon } => {
            let mut all = Vec::new();
            for (column, lon) in lon.iter().enumerate() {
                for row in 0..lat.len() {
                    all.push((lat[row], *lon, row * places.len() / lat.len() + column));
                }
            }
            all
        }
        Places::Points { lat, lon } | Places::Swath { lat, lon, .. } => {
            (0..lat.len()).map(|k| (lat[k], lon[k], k)).collect()
        }
    }
}

fn of_event(job: &RandomCuration, time: &CuratedTime, event: &CuratedEvent) -> Group {
    let mut group = Group::at(format!("{}/{}", time.name, event.id));
    group.dimension("observation", event.places.len());
    group.dimension("data_point", 3);
    let orbit = matches!(time.gathered, Gathered::Orbit { .. });
    if !orbit {
        group.dimension("time_step", 3);
    }
    let places = in_order(&event.places);
    for (variable, steps) in job.info.variables.iter().zip(&event.values) {
        let mut rows: Vec<f32> = Vec::new();
        for step in if orbit { &steps[1..2] } else { &steps[..] } {
            for (lat, lon, at) in &places {
                let value = step.as_ref().map_or(f64::NAN, |values| values.get(*at).unwrap());
                rows.extend([*lat as f32, *lon as f32, value as f32]);
            }
        }
        let dims: &[&str] =
            if orbit { &["observation", "data_point"] } else { &["time_step", "observation", "data_point"] };
        let mut wanted = Variable::of(&variable.name, dims, &rows);
        wanted.attributes = attributes(variable, time);
        group.variables.push(wanted);
    }
    if let (Gathered::Orbit { start, .. }, Places::Swath { micros, .. }) = (&time.gathered, &event.places) {
        let seconds: Vec<f64> = micros.iter().map(|m| *m as f64 / 1e6).collect();
        let seen = Variable::of("time", &["observation"], &seconds)
            .with("standard_name", "time")
            .with("long_name", "time at which the observation was made")
            .with("units", "seconds since 1970-01-01T00:00:00Z")
            .with("calendar", start.calendar().name());
        group.variables.push(seen);
    }
    group
}

fn reference_name(variable: &CuratedVariable) -> String {
    let own = match variable.attributes.get("LongName") {
        Some(Attribute::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let names = [own, variable.standard_name.clone(), variable.long_name.clone(), Some(variable.name.clone())];
    names.into_iter().flatten().next().unwrap()
}

fn attributes(variable: &CuratedVariable, time: &CuratedTime) -> Values {
    let own = |name: &str| variable.attributes.get(name);
    let centre = if matches!(time.gathered, Gathered::Orbit { .. }) { "the swath's cell" } else { "the grid cell" };
    let description =
        format!("Each row is (lat,lon,{}); the lat and lon represent the centroid point of {centre}", variable.name);
    let mut all: Vec<(&str, Value)> = vec![("Description", description.into())];
    if let Gathered::Steps { times, .. } = &time.gathered {
        all.push(("Times", times.map(to_second).join(",").into()));
        all.push(("TimeIndexing", "index 0 = t-1; index 1 = t; index 2 = t+1".into()));
    }
    all.push(("LongName", reference_name(variable).into()));
    all.push(("Units", variable.units.as_deref().unwrap_or("1").into()));
    match (own("CodeMissingValue"), own("_FillValue")) {
        (Some(Attribute::Text(code)), _) => all.push(("CodeMissingValue", code.as_str().into())),
        (_, Some(Attribute::Floats32(fill))) => all.push(("FillValue", f64::from(fill[0]).into())),
        _ => all.push(("FillValue", (-9999.0).into())),
    }
    if own("fmissing_value").is_some() {
        let names =
            [("fmissing_value", "Fmissing_Value"), ("vmax", "Vmax"), ("vmin", "Vmin"), ("valid_range", "Valid_Range")];
        for (ours, theirs) in names {
            if let Some(attribute) = own(ours) {
                let narrow: Vec<f32> = attribute.numbers().iter().map(|n| *n as f32).collect();
                all.push((theirs, Value::numbers(&narrow)));
            }
        }
        all.extend(variable.long_name.as_deref().map(|name| ("Long_Name", name.into())));
    }
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// `<job>-Interpolated-Data.nc4`.
pub(super) fn interpolated(job: &RandomCuration, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Interpolated-Data.nc4");
    let info = &job.info;
    let mut out = InterpolatedFile::begin(file(&path), info, &job.grid).unwrap();
    let mut groups = vec![root(job), navigation(&job.grid, None)];
    groups[0].attribute("Interpolation", info.method.as_str());
    groups[0].attribute("Statistics", if info.weighted { "weighted by the area of the cells" } else { "unweighted" });
    for time in &job.interpolated {
        out.add(time).unwrap();
        groups.push(Group::at(&time.stamp));
        for event in &time.events {
            let mut group = Group::at(format!("{}/{}", time.stamp, event.id));
            group.dimension("observation", event.lat.len());
            group.dimension("data_point", 3);
            for (variable, found) in info.variables.iter().zip(&event.variables) {
                let rows: Vec<f64> = (0..event.lat.len())
                    .flat_map(|k| [event.lat[k], event.lon[k], found.values[k]])
                    .map(|number| if number.is_nan() { -9999.0 } else { number })
                    .collect();
                let name = &variable.name;
                let note =
                    format!("Each row is (lat,lon,{name}); the lat and lon represent the coordinates of the anomaly");
                let mut wanted = Variable::of(name, &["observation", "data_point"], &rows)
                    .with("Description", note)
                    .with("Time", time.stamp.as_str())
                    .with("LongName", reference_name(variable))
                    .with("Units", variable.units.as_deref().unwrap_or("1"))
                    .with("FillValue", "-9999.0");
                if let Some(s) = &found.statistics {
                    let [p10, p25, p50, p75, p90] = s.percentiles;
                    let named = [("Min", s.min), ("Max", s.max), ("Mean", s.mean), ("Std_dev", s.std_dev)];
                    let percentiles = [
                        ("percentile_10", p10),
                        ("percentile_25", p25),
                        ("percentile_50", p50),
                        ("percentile_75", p75),
                        ("percentile_90", p90),
                    ];
                    for (name, x) in named.into_iter().chain(percentiles) {
                        let exact = !info.compat && x.abs() < 1.0 && x != 0.0;
                        wanted = wanted.with(name, if exact { format!("{x:.5e}") } else { format!("{x:.3}") });
                    }
                }
                if !info.compat {
                    let missing = found.values.iter().filter(|v| v.is_nan()).count() as i64;
                    wanted = wanted
                        .with("Valid", found.values.len() as i64 - missing)
                        .with("Missing", missing)
                        .with("Method", info.method.as_str())
                        .with("TimeMethod", found.in_time);
                }
                group.variables.push(wanted);
            }
            groups.push(group);
        }
    }
    out.end().unwrap();
    (path, NetCdf { groups })
}

fn on_scale(variable: &CuratedVariable) -> Option<&'static str> {
    let temperature = variable.standard_name.as_deref() == Some("air_temperature");
    temperature.then_some("temperature: on_scale")
}

fn long_name(variable: &CuratedVariable) -> &str {
    variable.long_name.as_deref().map_or(&variable.name, str::trim)
}

fn flat_root(job: &RandomCuration, kind: &Kind) -> Group {
    let attributes = common::global_attributes(kind, &job.info.job, &job.grid, &job.times);
    let mut root = Group { attributes, ..Group::default() };
    root.attribute("phdef_job_id", job.info.phdef_job as i64);
    root.attribute("masks", job.info.mask_location.as_str());
    root.attribute("interpolation", job.info.method.as_str());
    root
}

/// `<job>-Interpolated.nc`.
pub(super) fn flat(job: &RandomCuration, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Interpolated.nc");
    let cells = job.interpolated.iter().flat_map(|time| &time.events).map(|event| event.lat.len()).sum();
    let mut out = FlatFile::begin(file(&path), &job.info, &job.grid, &job.times, FlatShape { cells }).unwrap();
    job.interpolated.iter().for_each(|time| out.add(time).unwrap());
    out.end().unwrap();
    let comment = "Each point is a cell of an event at a mask time; the cells of an event at a time follow each other.";
    let mut root = flat_root(job, &Kind { title: "Values inside events", id: "interpolated", comment, curated: true });
    root.attribute("featureType", "point");
    root.attribute("spatial_comparison", job.info.grids.as_str());
    root.attribute("temporal_comparison", job.info.steps.as_str());
    root.dimension("obs", cells);
    root.variables.push(common::crs());
    let events = || job.interpolated.iter().flat_map(|time| time.events.iter().map(move |event| (time.time, event)));
    let ids: Vec<i32> = events().flat_map(|(_, event)| vec![event.id as i32; event.lat.len()]).collect();
    let times: Vec<Timestamp> = events().flat_map(|(time, event)| vec![time; event.lat.len()]).collect();
    let lat: Vec<f64> = events().flat_map(|(_, event)| event.lat.clone()).collect();
    let lon: Vec<f64> = events().flat_map(|(_, event)| event.lon.clone()).collect();
    let area: Vec<f32> = events().flat_map(|(_, event)| event.area_km2.iter().map(|a| *a as f32)).collect();
    let place = |name: &str, standard_name: &str, units: &str, values: &[f64]| {
        Variable::of(name, &["obs"], values)
            .with("standard_name", standard_name)
            .with("long_name", format!("{standard_name} of the cell's centre"))
            .with("units", units)
    };
    root.variables.extend([
        Variable::of("event_id", &["obs"], &ids).with("long_name", "number of the event"),
        common::times("time", "obs", "time", &times, &job.times),
        place("lat", "latitude", "degrees_north", &lat),
        place("lon", "longitude", "degrees_east", &lon),
        Variable::of("cell_area", &["obs"], &area)
            .with("standard_name", "cell_area")
            .with("long_name", "area of the cell")
            .with("units", "km2"),
    ]);
    for (k, variable) in job.info.variables.iter().enumerate() {
        let name = &variable.name;
        let values: Vec<f64> = events().flat_map(|(_, event)| event.variables[k].values.clone()).collect();
        let coverage: Vec<f32> =
            events().flat_map(|(_, event)| event.variables[k].coverage.iter().map(|c| *c as f32)).collect();
        let value = Variable::of(name, &["obs"], &values)
            .with("long_name", long_name(variable))
            .with_some("standard_name", variable.standard_name.as_deref())
            .with_some("units_metadata", on_scale(variable))
            .with("units", variable.units.as_deref().unwrap_or("1"))
            .with("coordinates", "time lat lon")
            .with("grid_mapping", "crs")
            .with("ancillary_variables", format!("{name}_coverage"))
            .with("_FillValue", f64::NAN);
        let coverage = Variable::of(&format!("{name}_coverage"), &["obs"], &coverage)
            .with("long_name", format!("share of the cell that has data of {name}"))
            .with("units", "1")
            .with("coordinates", "time lat lon");
        root.variables.extend([value, coverage]);
    }
    (path, NetCdf { groups: vec![root] })
}

/// `<job>-Stationary.nc`.
pub(super) fn stationary(job: &RandomCuration, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Stationary.nc");
    let grid = &job.grid;
    let mut out = StationaryFile::begin(file(&path), &job.info, grid, &job.times).unwrap();
    let layout = out.layout();
    // variables in turn, as they are when several are gathered at once
    for time in 0..job.times.len() {
        for (variable, fields) in job.stationary.iter().enumerate() {
            for rows in fields[time].chunks(layout.rows * layout.columns) {
                out.add(variable, &layout.pack(rows).unwrap()).unwrap();
            }
        }
    }
    out.end().unwrap();
    let comment = "The variable on the masks' grid and times, inside of events and outside.";
    let mut root = flat_root(job, &Kind { title: "Whole domain", id: "stationary", comment, curated: true });
    root.dimension("time", job.times.len());
    root.variables.push(common::times("time", "time", "time", &job.times, &job.times).with("axis", "T"));
    common::axes(&mut root, grid);
    root.variables.push(common::crs());
    let [row, column] = common::grid_dims(grid);
    for (variable, fields) in job.info.variables.iter().zip(&job.stationary) {
        let described = Variable::of(&variable.name, &["time", row, column], &fields.concat())
            .with("long_name", long_name(variable))
            .with_some("standard_name", variable.standard_name.as_deref())
            .with_some("units_metadata", on_scale(variable))
            .with("units", variable.units.as_deref().unwrap_or("1"))
            .with("_FillValue", f32::NAN);
        root.variables.push(common::on_grid(described, grid));
    }
    (path, NetCdf { groups: vec![root] })
}
