//! Global attributes after CF-1.11 and ACDD-1.3, the same for every CF file of a job.

use eventscape_core::grid::Coordinates;
use eventscape_core::sphere::unwrapped;
use eventscape_core::track::usual_step_seconds;
use eventscape_core::{Grid, Lineage, Timestamp};

use crate::JobInfo;
use eventscape_formats::write::{Attribute, Attributes};

/// Axis of time that all our files share.
pub(crate) const TIME_UNITS: &str = "seconds since 1970-01-01T00:00:00Z";

/// Seconds on that axis.
pub(crate) fn seconds(time: Timestamp) -> f64 {
    time.micros() as f64 / 1e6
}

/// CF-1.11 §3.1.2: temperatures are told apart from differences of temperatures.
pub(crate) fn on_scale(standard_name: Option<&str>) -> Option<&'static str> {
    standard_name.filter(|name| name.contains("temperature")).map(|_| "temperature: on_scale")
}

/// What a file is, beside its job.
pub(crate) struct FileKind {
    /// What the title says before the job's, e.g. `Masks`.
    pub(crate) title: &'static str,
    /// The last part of `id`.
    pub(crate) id: &'static str,
    /// How to read the file, for `comment`.
    pub(crate) comment: String,
}

/// The global attributes of a file of masks or tracks.
pub(super) fn global_attributes(kind: &FileKind, job: &JobInfo, grid: &Grid, lineage: &Lineage) -> Attributes {
    let origin = Origin {
        source: format!("{}, found and followed by Eventscape", source(job)),
        level: "derived: regions cut out of a gridded field by a condition and followed in time",
    };
    common_attributes(kind, job, grid, &lineage.times, &origin, |all| {
        all.set("condition", job.condition_text.as_str());
        all.set("event_type", job.event_type.as_str());
        match job.threshold {
            Some(threshold) => all.set("threshold", threshold),
            None => all.set("threshold", job.threshold_text.as_str()),
        }
        all.set("tracker", job.tracker.as_str());
    })
}

/// The global attributes of a file of values gathered around events.
pub(crate) fn curation_attributes(kind: &FileKind, job: &JobInfo, grid: &Grid, times: &[Timestamp]) -> Attributes {
    let origin = Origin {
        source: format!("{}, gathered by Eventscape", source(job)),
        level: "derived: values brought to the cells and times of events",
    };
    common_attributes(kind, job, grid, times, &origin, |_| {})
}

/// Where a file's content is from, and what was done to it.
struct Origin {
    source: String,
    level: &'static str,
}

fn common_attributes(
    kind: &FileKind,
    job: &JobInfo,
    grid: &Grid,
    times: &[Timestamp],
    origin: &Origin,
    own: impl FnOnce(&mut Attributes),
) -> Attributes {
    let mut all = Attributes::default();
    all.set("Conventions", "CF-1.11, ACDD-1.3");
    all.set("title", format!("{} of: {}", kind.title, job.title));
    all.set("summary", job.summary.as_str());
    all.set("keywords", job.keywords.join(", "));
    all.set("id", format!("{}-{}", job.job_id, kind.id));
    all.set("naming_authority", "eventscape");
    all.set("history", job.history.as_str());
    all.set("source", origin.source.as_str());
    all.set("comment", kind.comment.as_str());
    all.set("license", job.license.as_str());
    all.set("acknowledgement", format!("{}; please cite it as its provider asks", origin.source));
    all.set("processing_level", origin.level);
    all.set_some("date_created", job.created.as_deref());
    people(&mut all, job);
    all.set("standard_name_vocabulary", "CF Standard Name Table v86");
    space(&mut all, grid);
    time(&mut all, times);
    all.set("product_version", job.software_version.as_str());
    all.set("references", env!("CARGO_PKG_REPOSITORY"));
    all.set("job_id", i64::try_from(job.job_id).unwrap_or(i64::MAX));
    all.set_some("collection", job.collection.as_deref());
    all.set("dataset", job.dataset_label.as_str());
    all.set("variable", job.variable.name.as_str());
    own(&mut all);
    // machines read the options here; the manifest lists the granules
    all.set("history_json", history_json(job));
    all
}

fn people(all: &mut Attributes, job: &JobInfo) {
    for role in ["creator", "publisher"] {
        all.set_some(&format!("{role}_name"), job.creator_name.as_deref());
        all.set_some(&format!("{role}_email"), job.creator_email.as_deref());
        all.set_some(&format!("{role}_url"), job.creator_url.as_deref());
    }
    all.set_some("institution", job.institution.as_deref());
    all.set("project", job.project.as_deref().unwrap_or("Eventscape"));
}

fn source(job: &JobInfo) -> String {
    let of = job.collection.as_deref().unwrap_or(&job.dataset_label);
    format!("variable {} of {of}, {} granule(s)", job.variable.name, job.granules.len())
}

fn history_json(job: &JobInfo) -> String {
    serde_json::json!({
        "software": "Eventscape",
        "version": job.software_version,
        "command": job.command,
        "tracker": job.tracker,
        "options": job.options,
    })
    .to_string()
}

fn space(all: &mut Attributes, grid: &Grid) {
    let (south, north, west, east) = extent(grid);
    // a geospatial longitude lies within -180..=360; a box across the seam has its west above its east
    all.set("geospatial_bounds", box_wkt(south, north, west, east));
    all.set("geospatial_bounds_crs", "EPSG:4326");
    all.set("geospatial_lat_min", south);
    all.set("geospatial_lat_max", north);
    all.set("geospatial_lat_units", "degrees_north");
    all.set("geospatial_lon_min", west);
    all.set("geospatial_lon_max", east);
    all.set("geospatial_lon_units", "degrees_east");
    if let Coordinates::Rectilinear { lat, lon } = grid.coordinates() {
        let step = |values: &[f64]| match (values.first(), values.last()) {
            (Some(first), Some(last)) if values.len() > 1 => {
                Some(format!("{:.6} degrees", (last - first).abs() / (values.len() - 1) as f64))
            }
            _ => None,
        };
        all.set_some("geospatial_lat_resolution", step(lat));
        all.set_some("geospatial_lon_resolution", step(&unwrapped(lon)));
    }
}

/// Edges of the grid: south, north, west, east; `west > east` where the seam of the convention lies between.
fn extent(grid: &Grid) -> (f64, f64, f64, f64) {
    let extremes = |values: &mut dyn Iterator<Item = f64>| {
        values.filter(|value| value.is_finite()).fold((f64::NAN, f64::NAN), |(low, high), v| (v.min(low), v.max(high)))
    };
    match (grid.coordinates(), grid.lat_edges(), grid.lon_edges()) {
        (Coordinates::Rectilinear { lon, .. }, Some(lat), Some(lon_edges)) => {
            let (south, north) = extremes(&mut lat.into_iter());
            let (west, east) = extremes(&mut lon_edges.into_iter());
            // how far the last column lies past the seam of the convention
            let past = unwrapped(lon).last().zip(lon.last()).map_or(0.0, |(straight, own)| straight - own);
            let whole = east - west >= 360.0 - 1e-6;
            (south, north, west, if whole { east } else { east - past })
        }
        _ => {
            let corners = grid.corners();
            let (south, north) = extremes(&mut corners.iter().map(|corner| corner.0));
            let (west, east) = extremes(&mut corners.iter().map(|corner| corner.1));
            (south, north, west, east)
        }
    }
}

/// The box as EPSG:4326 has it, latitude first.
fn box_wkt(south: f64, north: f64, west: f64, east: f64) -> String {
    let corners = [(south, west), (south, east), (north, east), (north, west), (south, west)];
    let text: Vec<String> = corners.iter().map(|(lat, lon)| format!("{lat} {lon}")).collect();
    format!("POLYGON (({}))", text.join(", "))
}

fn time(all: &mut Attributes, times: &[Timestamp]) {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return };
    all.set("time_coverage_start", first.to_string());
    all.set("time_coverage_end", last.to_string());
    all.set("time_coverage_duration", duration(last.seconds_since(*first)));
    all.set_some("time_coverage_resolution", usual_step_seconds(times).map(duration));
}

/// ISO 8601, e.g. `P1DT6H`, `PT30M`.
fn duration(seconds: f64) -> String {
    // times are whole microseconds; a difference of seconds in binary has digits after them
    let micros = (seconds * 1e6).round() as i64;
    let (whole, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60);
    let part = |n: i64, unit: &str| if n == 0 { String::new() } else { format!("{n}{unit}") };
    let mut clock = part(hours, "H") + &part(minutes, "M");
    if fraction == 0 {
        clock += &part(rest, "S");
    } else {
        clock += format!("{rest}.{fraction:06}").trim_end_matches('0');
        clock += "S";
    }
    match (days, clock.is_empty()) {
        (0, true) => "PT0S".to_owned(),
        (_, true) => format!("P{days}D"),
        (0, false) => format!("PT{clock}"),
        (_, false) => format!("P{days}DT{clock}"),
    }
}

/// The `crs` variable's attributes.
pub(super) fn wgs84() -> Vec<(&'static str, Attribute)> {
    vec![
        ("grid_mapping_name", "latitude_longitude".into()),
        ("long_name", "WGS 84".into()),
        ("semi_major_axis", 6_378_137.0f64.into()),
        ("inverse_flattening", 298.257_223_563f64.into()),
        ("longitude_of_prime_meridian", 0.0f64.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_iso_8601() {
        for (seconds, text) in [
            (0.0, "PT0S"),
            (1800.0, "PT30M"),
            (108_000.0, "P1DT6H"),
            (86_400.0, "P1D"),
            (0.5, "PT0.5S"),
            (1.5e9 + 103_568.791_924 - 1.5e9, "P1DT4H46M8.791924S"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
