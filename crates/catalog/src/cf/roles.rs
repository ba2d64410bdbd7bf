//! Which variable is a latitude, a longitude, a time: by its attributes, then by its name.

use eventscape_formats::{Attribute, Variable};

/// What a coordinate variable measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Latitude,
    Longitude,
    Time,
}

/// How sure a role is; more is surer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// The name alone is that of a plane coordinate (`x`, `y`), as in files without attributes.
    PlaneName,
    /// The name.
    Name,
    /// Units or axis.
    Units,
    /// The standard name.
    StandardName,
}

const NORTH: [&str; 6] = ["degrees_north", "degree_north", "degree_n", "degrees_n", "degreen", "degreesn"];
const EAST: [&str; 6] = ["degrees_east", "degree_east", "degree_e", "degrees_e", "degreee", "degreese"];
const LATITUDE_NAMES: [&str; 6] = ["lat", "latitude", "lats", "nav_lat", "xlat", "latitudes"];
const LONGITUDE_NAMES: [&str; 8] = ["lon", "longitude", "lons", "long", "nav_lon", "xlong", "xlon", "longitudes"];
const TIME_NAMES: [&str; 5] = ["time", "t", "times", "valid_time", "date"];

/// The text of an attribute, whose name may also be written with capitals (IMERG, HDF-EOS) and, of `units`, in the singular (JAXA).
pub(crate) fn text<'v>(variable: &'v Variable, name: &str) -> Option<&'v str> {
    let spelled = |wanted: &str| {
        variable.attributes.iter().find(|(own, _)| own.eq_ignore_ascii_case(wanted)).map(|(_, attribute)| attribute)
    };
    let found = variable.attribute(name).or_else(|| spelled(name));
    let found = found.or_else(|| (name == "units").then(|| spelled("unit")).flatten());
    found.and_then(Attribute::text).map(str::trim).filter(|t| !t.is_empty())
}

/// The role of a variable and how sure it is.
pub(crate) fn role_of(variable: &Variable) -> Option<(Role, Evidence)> {
    if !variable.scalar.is_numeric() {
        return None;
    }
    let standard_name = text(variable, "standard_name").unwrap_or_default();
    match standard_name {
        "latitude" => return Some((Role::Latitude, Evidence::StandardName)),
        "longitude" => return Some((Role::Longitude, Evidence::StandardName)),
        "time" => return Some((Role::Time, Evidence::StandardName)),
        // times and positions of something else
        "forecast_reference_time"
        | "forecast_period"
        | "grid_latitude"
        | "grid_longitude"
        | "projection_x_coordinate"
        | "projection_y_coordinate" => return None,
        _ => {}
    }
    let units = text(variable, "units").unwrap_or_default().to_ascii_lowercase();
    if NORTH.contains(&units.as_str()) {
        return Some((Role::Latitude, Evidence::Units));
    }
    if EAST.contains(&units.as_str()) {
        return Some((Role::Longitude, Evidence::Units));
    }
    if units.contains(" since ") || text(variable, "axis") == Some("T") {
        return Some((Role::Time, Evidence::Units));
    }
    let name = variable.name().to_ascii_lowercase();
    // without units, or with `degrees`, the name decides
    if units.is_empty() || units == "degrees" || units == "degree" || units == "deg" {
        if LATITUDE_NAMES.contains(&name.as_str()) {
            return Some((Role::Latitude, Evidence::Name));
        }
        if LONGITUDE_NAMES.contains(&name.as_str()) {
            return Some((Role::Longitude, Evidence::Name));
        }
        if name == "y" {
            return Some((Role::Latitude, Evidence::PlaneName));
        }
        if name == "x" {
            return Some((Role::Longitude, Evidence::PlaneName));
        }
    }
    TIME_NAMES.contains(&name.as_str()).then_some((Role::Time, Evidence::Name))
}

/// Whether the name of a dimension says that it is time.
pub(crate) fn is_time_name(name: &str) -> bool {
    TIME_NAMES.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventscape_formats::ScalarType;

    fn variable(name: &str, attributes: &[(&str, &str)]) -> Variable {
        Variable {
            path: name.to_owned(),
            scalar: ScalarType::F64,
            dims: Vec::new(),
            chunk: None,
            attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), Attribute::Text((*v).to_owned()))).collect(),
            fill: None,
        }
    }

    #[test]
    fn attributes_decide_before_names() {
        let role = |name: &str, attributes: &[(&str, &str)]| role_of(&variable(name, attributes)).map(|r| r.0);
        assert_eq!(role("foo", &[("units", "degrees_north")]), Some(Role::Latitude));
        assert_eq!(role("lat", &[("units", "degree_E")]), Some(Role::Longitude));
        assert_eq!(role("foo", &[("Units", "seconds since 1980-01-06 00:00:00 UTC")]), Some(Role::Time));
        assert_eq!(
            role("time", &[("standard_name", "forecast_reference_time"), ("units", "days since 2000-01-01")]),
            None
        );
        assert_eq!(role("rlat", &[("standard_name", "grid_latitude"), ("units", "degrees")]), None);
        assert_eq!(role("nav_lat", &[]), Some(Role::Latitude));
        assert_eq!(role("y", &[("units", "m")]), None);
        assert_eq!(role("y", &[]), Some(Role::Latitude));
        assert_eq!(role("Tb", &[("units", "K")]), None);
    }
}
