//! The netCDF files of curation in TOS2CA's layouts.

use std::path::{Path, PathBuf};

use eventscape_core::Timestamp;
use eventscape_formats::Attribute;

use super::common;
use super::file;
use super::masks::navigation;
use crate::curation::{CuratedEvent, CuratedTime, CuratedVariable, Gathered, Places};
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
    root.attribute("SpatialCoverage", own.coverage.as_str());
    root.attribute("FileFormat", own.file_format.as_str());
    root.attribute("DataResolution", own.resolution.as_str());
    root.attribute("SpatialComparison", own.grids.as_str());
    root.attribute("TemporalComparison", own.steps.as_str());
    root.attribute("History", info.history.as_str());
    root.attribute("Software", format!("Eventscape {}", info.software_version));
    common::unusual_calendar(&mut root, &job.times);
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
            // a time without events misses nothing
            if !absent.is_empty() && !time.events.is_empty() {
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
    groups[0].attribute("Statistics", weights(job));
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

/// How statistics are weighted.
pub(super) fn weights(job: &RandomCuration) -> &'static str {
    if job.info.weighted { "weighted by the area of the cells" } else { "unweighted" }
}
