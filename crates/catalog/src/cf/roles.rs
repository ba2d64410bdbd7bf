//! Which variable is a latitude, a longitude, a time: by its attributes, then by its name.

use eventscape_core::units::Unit;
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

const LATITUDE_NAMES: [&str; 15] = [
    "lat",
    "latitude",
    "lats",
    "nav_lat",
    "xlat",
    "latitudes",
    "lat2d",
    "lat_2d",
    "geolat",
    "glat",
    "gridlat_0",
    "tlat",
    "ulat",
    "xlat_m",
    "clat",
];
const LONGITUDE_NAMES: [&str; 17] = [
    "lon",
    "longitude",
    "lons",
    "long",
    "nav_lon",
    "xlong",
    "xlon",
    "longitudes",
    "lon2d",
    "lon_2d",
    "geolon",
    "glon",
    "gridlon_0",
    "tlong",
    "ulong",
    "xlong_m",
    "clon",
];
/// Names of the axes of rotated grids, which are no latitudes and longitudes.
const ROTATED_NAMES: [&str; 4] = ["rlat", "rlon", "grid_latitude", "grid_longitude"];
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
    let name = variable.name().to_ascii_lowercase();
    if ROTATED_NAMES.contains(&name.as_str()) {
        return None;
    }
    let units = text(variable, "units").unwrap_or_default();
    let degrees = Degrees::of(units);
    match degrees {
        Some(Degrees::Latitude(_)) => return Some((Role::Latitude, Evidence::Units)),
        Some(Degrees::Longitude(_)) => return Some((Role::Longitude, Evidence::Units)),
        Some(Degrees::Plain) | None => {}
    }
    if units.to_ascii_lowercase().contains(" since ") || text(variable, "axis") == Some("T") {
        return Some((Role::Time, Evidence::Units));
    }
    // without units, or with `degrees`, the name decides
    let angle = degrees.is_some() || Unit::parse(units).factors_to(&Unit::parse("degree")).is_some();
    if is_nothing(units) || angle {
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
    // a `t` in kelvin is a temperature
    let unit = Unit::parse(units);
    let other = unit.is_known() && !unit.measures_the_same_as(&Unit::parse("s"));
    (TIME_NAMES.contains(&name.as_str()) && !other).then_some((Role::Time, Evidence::Name))
}

/// Units of degrees in the spellings of producers: `degrees_north`, `degrees N`, `degN`, `Degs`, `decimal degrees`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Degrees {
    /// Of latitude; `false` where it counts to the south.
    Latitude(bool),
    /// Of longitude; `false` where it counts to the west.
    Longitude(bool),
    /// Of either.
    Plain,
}

impl Degrees {
    fn of(units: &str) -> Option<Self> {
        let letters: String = units.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_ascii_lowercase();
        let signs = units.chars().all(|c| c.is_alphabetic() || c.is_whitespace() || matches!(c, '_' | '.' | '-' | '°'));
        let letters = letters.strip_prefix("decimal").unwrap_or(&letters);
        let rest = letters.strip_prefix("deg").filter(|_| signs)?;
        let rest = rest.strip_prefix("ree").unwrap_or(rest);
        let whole = |rest: &str| match rest {
            "" => Some(Self::Plain),
            "n" | "north" => Some(Self::Latitude(true)),
            "south" => Some(Self::Latitude(false)),
            "e" | "east" => Some(Self::Longitude(true)),
            "w" | "west" => Some(Self::Longitude(false)),
            _ => None,
        };
        whole(rest).or_else(|| whole(rest.strip_prefix('s')?))
    }
}

/// Texts that say that there are no units.
fn is_nothing(units: &str) -> bool {
    matches!(units.to_ascii_lowercase().as_str(), "" | "none" | "unitless" | "dimensionless" | "-" | "n/a")
}

/// By what values of these units are multiplied to be degrees; 1 where there are no units; `None` where they are no angles.
pub(crate) fn degrees_factor(units: Option<&str>) -> Option<f64> {
    let units = units.unwrap_or_default();
    match Degrees::of(units) {
        Some(Degrees::Latitude(positive) | Degrees::Longitude(positive)) => Some(if positive { 1.0 } else { -1.0 }),
        Some(Degrees::Plain) => Some(1.0),
        None if is_nothing(units) => Some(1.0),
        None => Unit::parse(units).factors_to(&Unit::parse("degree")).map(|(factor, _)| factor),
    }
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
        assert_eq!(role("t", &[("units", "K")]), None);
        assert_eq!(role("T", &[("units", "hours")]), Some(Role::Time));
        assert_eq!(role("rlat", &[("units", "degrees")]), None);
        assert_eq!(role("lat", &[("units", "radian")]), Some(Role::Latitude));
        assert_eq!(role("lat", &[("units", "K")]), None);
        for units in ["degrees north", "degrees N", "degN", "degree_N", "Degrees_north"] {
            assert_eq!(role("foo", &[("units", units)]), Some(Role::Latitude), "{units}");
        }
        for units in ["Degs", "decimal degrees", "deg", "degrees"] {
            assert_eq!(role("nav_lon", &[("units", units)]), Some(Role::Longitude), "{units}");
        }
        assert_eq!(role("Tb", &[("units", "K")]), None);
    }

    #[test]
    fn units_of_positions_are_read() {
        for (units, factor) in
            [("degrees_west", -1.0), ("degrees_south", -1.0), ("degrees E", 1.0), ("arcmin", 1.0 / 60.0), ("", 1.0)]
        {
            assert!((degrees_factor(Some(units)).unwrap() - factor).abs() < 1e-12, "{units}");
        }
        assert!((degrees_factor(Some("radian")).unwrap() * std::f64::consts::PI - 180.0).abs() < 1e-9);
        for units in ["m", "K", "degC", "1", "blob", "degrees since 2000"] {
            assert_eq!(degrees_factor(Some(units)), None, "{units}");
        }
    }
}
