//! Projected grids: what a variable's `grid_mapping` says, and the latitudes and longitudes that follow from it.
//!
//! The way of the data: the mapping that a variable names ([`Mapping::of`]) → its parameters ([`parameters`]) → an inverse projection
//! (`proj4rs`, or [`rotated`] for rotated poles) → positions of the cells ([`Mapping::positions`]).

mod parameters;
mod projections;
mod rotated;
#[cfg(test)]
mod tests;

use eventscape_core::units::Unit;
use eventscape_formats::{Granule, Variable};

use super::roles::{degrees_factor, text};
use parameters::Parameters;
use projections::Projected;
use rotated::Rotated;

/// The grid mappings that are read, for messages.
pub(crate) const READ: &str = "latitude_longitude, rotated_latitude_longitude, lambert_conformal_conic, polar_stereographic, stereographic, \
     mercator, transverse_mercator, albers_conical_equal_area, lambert_azimuthal_equal_area, lambert_cylindrical_equal_area, \
     azimuthal_equidistant, sinusoidal, orthographic, geostationary";

/// How x and y become latitude and longitude.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mapping {
    /// The variable that holds it.
    pub(crate) path: String,
    /// `grid_mapping_name`, or the name of the projection.
    pub(crate) name: String,
    way: Way,
}

#[derive(Clone, Debug, PartialEq)]
enum Way {
    Rotated(Rotated),
    Projected(Projected),
}

/// What a variable says of its mapping.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Named {
    /// Nothing, or that latitude and longitude are its axes.
    Geographic,
    Mapping(Mapping),
    /// One that cannot be read, and why.
    Refused(String),
}

impl Mapping {
    /// The mapping of a variable: the one that `grid_mapping` names.
    pub(crate) fn of(granule: &Granule, variable: &Variable) -> Named {
        let Some(said) = text(variable, "grid_mapping") else { return Named::Geographic };
        let names = names(said);
        let mut found = Named::Geographic;
        for name in &names {
            let Some(holder) = holder(granule, variable, name) else {
                let why = format!("its grid mapping `{name}` is not in the file; {}", way_out());
                found = if found == Named::Geographic { Named::Refused(why) } else { found };
                continue;
            };
            match Self::read(holder) {
                Named::Geographic => {}
                Named::Mapping(mapping) => return Named::Mapping(mapping),
                refused @ Named::Refused(_) => found = refused,
            }
        }
        found
    }

    fn read(holder: &Variable) -> Named {
        let parameters = Parameters::of(holder);
        let (path, name) = (holder.path.clone(), parameters.name());
        let refused = |why: String| Named::Refused(format!("its grid mapping `{path}` is `{name}`: {why}"));
        let way = match name.as_str() {
            "latitude_longitude" | "longlat" | "latlong" => return Named::Geographic,
            "rotated_latitude_longitude" => Rotated::of(&parameters).map(Way::Rotated),
            _ => Projected::of(&name, &parameters).map(Way::Projected),
        };
        match way {
            Ok(way) => Named::Mapping(Self { path: path.clone(), name: name.clone(), way }),
            Err(why) => refused(why),
        }
    }

    /// By what the values of an axis are multiplied to be what the projection takes: metres, or degrees of a rotated grid.
    pub(crate) fn factor(&self, axis: &Variable) -> Result<f64, String> {
        let units = text(axis, "units");
        let wrong = |what: &str| {
            let said = units.map_or_else(|| "has no units".to_owned(), |units| format!("has the units `{units}`"));
            format!(
                "its grid mapping `{}` is `{}`, and `{}` {said}, {what}; correct it, for example with `ncatted -a units,{},o,c,m FILE`",
                self.path,
                self.name,
                axis.path,
                axis.name()
            )
        };
        match &self.way {
            Way::Rotated(_) => degrees_factor(units).ok_or_else(|| wrong("which are no degrees")),
            Way::Projected(projected) => {
                let unit = Unit::parse(units.ok_or_else(|| wrong("so metres and kilometres cannot be told apart"))?);
                let metres = unit.factors_to(&Unit::parse("m")).map(|(factor, _)| factor);
                let angle = unit.factors_to(&Unit::parse("rad")).map(|(factor, _)| factor);
                metres
                    .or_else(|| Some(angle? * projected.height?))
                    .ok_or_else(|| wrong("which the projection does not take"))
            }
        }
    }

    /// Whether latitude depends on y alone and longitude on x alone.
    pub(crate) fn is_separable(&self) -> bool {
        matches!(&self.way, Way::Projected(projected) if projected.separable)
    }

    /// Latitude and longitude of the cells of a row: y of the row, x of each column, in what the projection takes. NaN where there is no
    /// such place on the Earth.
    pub(crate) fn row(&self, y: f64, x: &[f64]) -> Result<(Vec<f64>, Vec<f64>), String> {
        match &self.way {
            Way::Rotated(rotated) => Ok(x.iter().map(|x| rotated.place(*x, y)).unzip()),
            Way::Projected(projected) => projected.row(y, x),
        }
    }
}

/// The names in `grid_mapping`: `crs`, or `crs: x y osgb: lat lon`.
fn names(said: &str) -> Vec<&str> {
    if said.contains(':') {
        return said.split_whitespace().filter_map(|word| word.strip_suffix(':')).collect();
    }
    said.split_whitespace().take(1).collect()
}

/// The variable of a name, in the variable's own group or above it.
fn holder<'g>(granule: &'g Granule, variable: &Variable, name: &str) -> Option<&'g Variable> {
    let mut group = variable.group();
    let name = name.trim_start_matches('/');
    loop {
        let path = if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") };
        if let Some(found) = granule.variables().iter().find(|v| v.path == path) {
            return Some(found);
        }
        if group.is_empty() {
            return None;
        }
        group = group.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

/// What to do about a mapping that is not read.
pub(crate) fn way_out() -> String {
    format!(
        "read are {READ}; remap the data to latitude and longitude (cdo, gdalwarp), or add two-dimensional latitude and longitude and \
         name them in `coordinates`"
    )
}
