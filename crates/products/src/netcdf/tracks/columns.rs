//! The variables of a track's observations.

use eventscape_core::track::Motion;
use eventscape_core::{Arrival, Component, Departure, Member, Timestamp};

use crate::JobInfo;
use crate::netcdf::metadata::seconds;
use eventscape_formats::write::{Attribute, Variable};

/// One event at one time.
pub(super) struct Observation<'a> {
    pub(super) time: Timestamp,
    pub(super) member: &'a Member,
    pub(super) component: &'a Component,
    pub(super) motion: Motion,
}

/// The type in which a column is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Byte,
    Int,
    Real,
}

/// A variable over the observations, and how to get its value.
pub(super) struct Column {
    pub(super) variable: Variable,
    pub(super) stored: Stored,
    pub(super) value: fn(&Observation<'_>) -> f64,
}

const OBS: &[&str] = &["obs"];

/// All columns but time, latitude and longitude, which come first in the file.
pub(super) fn columns(job: &JobInfo) -> Vec<Column> {
    let mut all = vec![
        int("scene", "index of the time in the job, from 0", |o| f64::from(o.member.scene)),
        int("component", "index of the component among those kept at its time, from 0", |o| {
            f64::from(o.member.component)
        }),
        int("cells", "number of cells", |o| f64::from(o.component.cells)),
        real("area", "km2", "area of the cells on the WGS 84 ellipsoid", |o| o.component.description.area_km2),
    ];
    all.extend(statistics(job));
    all.extend([
        real("perimeter", "km", "length of the outer and inner edges of the cells", |o| {
            o.component.description.perimeter_km
        }),
        real("major_axis", "km", "full length of the major axis of the ellipse with the same second moments", |o| {
            o.component.description.major_axis_km
        }),
        real("minor_axis", "km", "full length of the minor axis of that ellipse", |o| {
            o.component.description.minor_axis_km
        }),
        real("eccentricity", "1", "eccentricity of that ellipse, 0 for a circle", |o| {
            o.component.description.eccentricity
        }),
        real("orientation", "degree", "direction of the major axis, clockwise from north, 0 to 180", |o| {
            o.component.description.orientation_deg
        }),
        real("south_edge", "degrees_north", "southern edge of the cells", |o| o.component.description.south),
        real("north_edge", "degrees_north", "northern edge of the cells", |o| o.component.description.north),
        real("west_edge", "degrees_east", "western edge of the cells", |o| o.component.description.west),
        real("east_edge", "degrees_east", "eastern edge of the cells; below west_edge across the seam", |o| {
            o.component.description.east
        }),
        real("speed", "m s-1", "speed of the centroid along the great circle", |o| o.motion.speed_m_s),
        real("direction", "degree", "direction towards which the centroid moves, clockwise from north", |o| {
            o.motion.direction_deg
        }),
        real("growth", "km2 h-1", "growth of the area", |o| o.motion.growth_km2_h),
        flag("touches_edge", "whether a cell lies on the edge of the domain", &["no", "yes"], |o| {
            f64::from(u8::from(o.component.description.touches_edge))
        }),
        flag("arrival", "how the event came to this time", ARRIVALS, |o| f64::from(arrival(o.member.arrival))),
        flag("departure", "how the event ends here, if it does", DEPARTURES, |o| {
            f64::from(departure(o.member.departure))
        }),
    ]);
    all
}

/// Latitude, longitude and time: the coordinates.
pub(super) fn coordinates(time: Variable) -> Vec<Column> {
    let coordinate = |name: &str, standard: &str, long: &str, units: &str, axis: &str| {
        Variable::of::<f64>(name, OBS)
            .with("standard_name", standard)
            .with("long_name", long)
            .with("units", units)
            .with("axis", axis)
    };
    vec![
        Column { variable: time.with("axis", "T"), stored: Stored::Real, value: |o| seconds(o.time) },
        Column {
            variable: coordinate("lat", "latitude", "latitude of the area-weighted centroid", "degrees_north", "Y"),
            stored: Stored::Real,
            value: |o| o.component.description.centroid_lat,
        },
        Column {
            variable: coordinate("lon", "longitude", "longitude of the area-weighted centroid", "degrees_east", "X"),
            stored: Stored::Real,
            value: |o| o.component.description.centroid_lon,
        },
    ]
}

fn statistics(job: &JobInfo) -> Vec<Column> {
    // CF-1.11 §3.1.2
    const ON_SCALE: &str = "temperature: on_scale";
    const DIFFERENCE: &str = "temperature: difference";
    let is_temperature = job.variable.standard_name.as_ref().is_some_and(|name| name.contains("temperature"));
    let of = |name: &str, what: &str, method: &str, named: bool, value: fn(&Observation<'_>) -> f64| {
        let variable = Variable::of::<f64>(name, OBS)
            .fill(f64::NAN)
            .with("long_name", format!("{what} of {} in the event", job.variable.label()))
            .with_some("standard_name", job.variable.standard_name.as_deref().filter(|_| named))
            .with_some("units", job.variable.units.as_deref())
            .with_some("units_metadata", is_temperature.then_some(if named { ON_SCALE } else { DIFFERENCE }))
            .with("coordinates", "time lat lon")
            .with("cell_methods", method);
        Column { variable, stored: Stored::Real, value }
    };
    vec![
        of("value_min", "smallest value", "area: minimum", true, |o| o.component.description.min),
        of("value_mean", "area-weighted mean", "area: mean", true, |o| o.component.description.mean),
        of("value_max", "largest value", "area: maximum", true, |o| o.component.description.max),
        // the standard deviation of a temperature is a difference: no standard name of the value itself
        of("value_std", "area-weighted standard deviation", "area: standard_deviation", false, |o| {
            o.component.description.std_dev
        }),
    ]
}

fn real(name: &str, units: &str, long_name: &str, value: fn(&Observation<'_>) -> f64) -> Column {
    let variable = Variable::of::<f64>(name, OBS)
        .fill(f64::NAN)
        .with("long_name", long_name)
        .with("units", units)
        .with("coordinates", "time lat lon");
    Column { variable, stored: Stored::Real, value }
}

fn int(name: &str, long_name: &str, value: fn(&Observation<'_>) -> f64) -> Column {
    let variable = Variable::of::<i32>(name, OBS)
        .with("long_name", long_name)
        .with("units", "1")
        .with("coordinates", "time lat lon");
    Column { variable, stored: Stored::Int, value }
}

fn flag(name: &str, long_name: &str, meanings: &[&str], value: fn(&Observation<'_>) -> f64) -> Column {
    let variable = flags(name, OBS, long_name, meanings).with("coordinates", "time lat lon");
    Column { variable, stored: Stored::Byte, value }
}

/// A variable of numbered words.
pub(super) fn flags(name: &str, dims: &[&str], long_name: &str, meanings: &[&str]) -> Variable {
    let values: Vec<i8> = (0..meanings.len() as i8).collect();
    Variable::of::<i8>(name, dims)
        .with("long_name", long_name)
        .with("flag_values", Attribute::numbers(&values))
        .with("flag_meanings", meanings.join(" "))
}

const ARRIVALS: &[&str] =
    &["initiation", "initiation_split", "continuation", "continuation_merge", "continuation_split"];
const DEPARTURES: &[&str] = &["none", "dissipation", "dissipation_merge"];

fn arrival(arrival: Arrival) -> u8 {
    match arrival {
        Arrival::Initiation => 0,
        Arrival::InitiationSplit => 1,
        Arrival::Continuation => 2,
        Arrival::ContinuationMerge => 3,
        Arrival::ContinuationSplit => 4,
    }
}

fn departure(departure: Option<Departure>) -> u8 {
    match departure {
        None => 0,
        Some(Departure::Dissipation) => 1,
        Some(Departure::DissipationMerge) => 2,
    }
}
