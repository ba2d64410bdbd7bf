//! The variables of a job in one granule.

use eventscape_core::units::Unit;
use eventscape_formats::{Attribute, Granule, Number, Output, Packing, Remark, ScalarType, Unpacking, Variable};
use eventscape_io::IoError;
use serde::{Deserialize, Serialize};

use crate::cf::{ChosenLevel, Layout, LevelChoice, SwathLayout, choose, role_of, text};
use crate::{CatalogError, Entry, Result};

/// The type of a variable's values in scenes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// Float32.
    F32,
    /// Float64: integers, and what is unpacked by float64 factors.
    F64,
}

impl ValueType {
    /// Bytes of a value.
    #[must_use]
    pub fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// A variable of a subset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableMeta {
    /// Its name without groups.
    pub name: String,
    /// Its path in the granules.
    pub path: String,
    /// Its units in the granules' own words.
    pub units: Option<String>,
    /// The units of thresholds where they are others: differences of temperatures (`K (difference)`).
    #[serde(default)]
    pub difference: Option<String>,
    /// Its `long_name`; the catalogue's if the granules have none.
    pub long_name: Option<String>,
    /// Its CF standard name.
    pub standard_name: Option<String>,
    /// The level that was chosen, with its units.
    pub level: Option<String>,
    /// The type of its values.
    pub value_type: ValueType,
}

impl VariableMeta {
    /// The units of what its values are compared with.
    #[must_use]
    pub fn measure(&self) -> Option<&str> {
        self.difference.as_deref().or(self.units.as_deref())
    }

    /// Whether its values are directions in degrees, which begin anew at 360: by its units in any spelling and its standard name, or by
    /// its `long_name` where it has none that says anything.
    #[must_use]
    pub fn is_direction(&self) -> bool {
        const WORDS: [&str; 5] = ["direction", "azimuth", "heading", "bearing", "course"];
        // widths of distributions of directions, and components along them, do not begin anew
        const NOT: [&str; 4] = ["spread", "directional", "deviation", "width"];
        let units = self.units.as_deref().unwrap_or_default();
        let plain = units.trim().to_ascii_lowercase();
        let degrees = plain.starts_with("degrees clockwise")
            || plain.starts_with("degree clockwise")
            || plain.starts_with("degrees from")
            || Unit::parse(units).factors_to(&Unit::parse("degree")).is_some_and(|(factor, _)| factor == 1.0);
        let nothing = |name: &&str| !matches!(name.trim().to_ascii_lowercase().as_str(), "" | "unknown" | "none");
        let told = self.standard_name.as_deref().filter(nothing).or(self.long_name.as_deref()).unwrap_or_default();
        let told = told.to_ascii_lowercase();
        degrees && WORDS.iter().any(|word| told.contains(word)) && !NOT.iter().any(|word| told.contains(word))
    }
}

/// A variable of the job in an open granule.
pub(crate) struct OpenVariable {
    pub(crate) layout: Layout,
    pub(crate) packing: Packing,
    pub(crate) level: Option<ChosenLevel>,
    /// What the user should be told of its attributes.
    pub(crate) remarks: Vec<Remark>,
}

impl OpenVariable {
    pub(crate) fn find(
        granule: &Granule,
        name: &str,
        entry: Option<&Entry>,
        level: Option<&LevelChoice>,
    ) -> Result<Self> {
        let variable = find_variable(granule, name, entry)?;
        let layout = Layout::of(granule, variable, entry.map(|e| &e.axes))?;
        let level = layout.level.as_ref().map(|axis| choose(granule, &layout.path, axis, level)).transpose()?;
        let Unpacking { packing, remarks } = unpacking(granule, variable, entry)?;
        Ok(Self { packing, layout, level, remarks })
    }

    pub(crate) fn meta(&self, granule: &Granule, entry: Option<&Entry>) -> Result<VariableMeta> {
        let variable = granule.variable(&self.layout.path)?;
        let known = entry.and_then(|e| e.variables.get(variable.name()));
        let own = |name: &str| text(variable, name).map(str::to_owned);
        let units = own("units").or_else(|| known.and_then(|k| k.units.clone()));
        Ok(VariableMeta {
            name: variable.name().to_owned(),
            path: self.layout.path.clone(),
            difference: difference_units(variable, units.as_deref()),
            units,
            long_name: own("long_name").or_else(|| known.and_then(|k| k.long_name.clone())),
            standard_name: own("standard_name"),
            level: self.level.as_ref().map(|l| l.label.clone()),
            value_type: value_type(&self.packing),
        })
    }
}

/// The units of thresholds for a variable of differences of temperatures: by `units_metadata` of CF 1.11, else by its standard name or
/// its long name. `None` where they are the variable's own.
pub(crate) fn difference_units(variable: &Variable, units: Option<&str>) -> Option<String> {
    let unit = Unit::parse(units?);
    let of = |name: &str| text(variable, name).unwrap_or_default().to_ascii_lowercase();
    let metadata = of("units_metadata");
    let told = if metadata.contains("on_scale") {
        false
    } else {
        metadata.contains("difference") || ["standard_name", "long_name"].iter().any(|name| of(name).contains("anomal"))
    };
    (told && unit.is_temperature()).then(|| unit.of_difference().text().to_owned())
}

pub(crate) fn value_type(packing: &Packing) -> ValueType {
    match packing.output {
        Output::F32 => ValueType::F32,
        Output::F64 => ValueType::F64,
    }
}

/// The variable of a path or name: as it stands, then in the collection's group, then wherever only one has the name.
pub(crate) fn find_variable<'g>(granule: &'g Granule, name: &str, entry: Option<&Entry>) -> Result<&'g Variable> {
    let group = entry.map(|e| e.axes.group.as_str()).filter(|g| !g.is_empty());
    if let Some(inside) = group.and_then(|g| granule.variables().iter().find(|v| v.path == format!("{g}/{name}"))) {
        return Ok(inside);
    }
    match granule.variable(name) {
        Ok(variable) => return Ok(variable),
        // it is there, and its type or a filter cannot be read
        Err(unreadable @ IoError::Unsupported { .. }) => return Err(unreadable.into()),
        Err(_) => {}
    }
    let mut gridded = names_on_a_grid(granule, entry);
    if gridded.is_empty() {
        gridded = names_in_a_swath(granule, entry);
    }
    let same = granule.variables().iter().filter(|v| v.name().eq_ignore_ascii_case(name)).map(|v| v.path.clone());
    let mut like: Vec<String> = same.collect();
    let hint = if like.is_empty() {
        like = gridded;
        if like.is_empty() { "none lies on a grid" } else { "there are" }
    } else {
        "did you mean"
    };
    Err(CatalogError::Variable {
        location: granule.location().to_owned(),
        message: format!("there is no variable `{name}`; {hint} {}", super::notice::some_of(&like))
            .trim_end()
            .to_owned(),
    })
}

/// The paths of the variables that lie on a grid.
fn names_on_a_grid(granule: &Granule, entry: Option<&Entry>) -> Vec<String> {
    Layout::all(granule, entry.map(|e| &e.axes)).into_iter().map(|l| l.path).collect()
}

/// The paths of the variables that lie on the cells of a swath.
pub(crate) fn names_in_a_swath(granule: &Granule, entry: Option<&Entry>) -> Vec<String> {
    let hints = entry.map(|e| &e.axes);
    let lies = |v: &&Variable| role_of(v).is_none() && SwathLayout::of(granule, v, hints).is_ok();
    granule.variables().iter().filter(lies).map(|v| v.path.clone()).collect()
}

/// The names to read: those asked for, or the only one that lies on a grid.
pub(crate) fn names(granule: &Granule, asked: &[String], entry: Option<&Entry>) -> Result<Vec<String>> {
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let refused = |message: String| CatalogError::Variable { location: granule.location().to_owned(), message };
    let gridded = names_on_a_grid(granule, entry);
    match &gridded[..] {
        [_] => Ok(gridded),
        [] => {
            let all: Vec<&str> = granule.variables().iter().map(|v| v.path.as_str()).collect();
            // say why the likeliest one is not on a grid
            let reason = granule
                .variables()
                .iter()
                .filter(|v| v.dims.len() >= 2)
                .max_by_key(|v| v.dims.len())
                .and_then(|v| Layout::of(granule, v, entry.map(|e| &e.axes)).err())
                .map_or_else(String::new, |e| match e {
                    CatalogError::Variable { message, .. } => format!("; {message}"),
                    other => format!("; {other}"),
                });
            Err(refused(format!(
                "no variable lies on a grid of latitude and longitude; it has {}{reason}",
                super::notice::some_of(&all)
            )))
        }
        _ => Err(refused(format!("several variables lie on a grid, name one with --variable: {}", gridded.join(", ")))),
    }
}

/// The packing by the variable's attributes, with the catalogue's missing values where it tells none.
pub(crate) fn unpacking(granule: &Granule, variable: &Variable, entry: Option<&Entry>) -> Result<Unpacking> {
    let mut unpacking =
        Packing::from_attributes(variable).map_err(|e| CatalogError::granule(granule.location(), e.to_string()))?;
    let tells = |name: &str| variable.attribute(name).is_some_and(|a: &Attribute| !a.is_empty());
    if let Some(entry) = entry.filter(|_| !tells("_FillValue") && !tells("missing_value")) {
        unpacking.packing.missing.extend(entry.missing.iter().filter_map(|x| stored(*x, variable.scalar)));
    }
    Ok(unpacking)
}

/// A number as the type holds it.
fn stored(x: f64, scalar: ScalarType) -> Option<Number> {
    match scalar {
        ScalarType::F32 => Some(Number::Float32(x as f32)),
        ScalarType::F64 => Some(Number::Float(x)),
        ScalarType::Text | ScalarType::Char => None,
        _ => (x.fract() == 0.0 && x.abs() < 9e15).then_some(Number::Integer(x as i64)),
    }
}

/// A text that changes when the packing does, for keys of the cache.
pub(crate) fn packing_text(entry: Option<&Entry>) -> String {
    entry.map_or_else(String::new, |e| e.missing.iter().map(|x| x.to_string()).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_known_in_the_spellings_of_producers() {
        let is = |units: &str, standard: Option<&str>, long: &str| {
            VariableMeta {
                name: "d".to_owned(),
                path: "d".to_owned(),
                units: Some(units.to_owned()),
                difference: None,
                long_name: Some(long.to_owned()),
                standard_name: standard.map(str::to_owned),
                level: None,
                value_type: ValueType::F32,
            }
            .is_direction()
        };
        for units in [
            "Degree true",
            "degrees true",
            "degrees_true",
            "degrees_T",
            "degree",
            "deg",
            "°",
            "Degrees clockwise from North",
        ] {
            assert!(is(units, Some("unknown"), "Mean wave direction"), "{units}");
        }
        assert!(is("degree", Some("wind_from_direction"), ""));
        assert!(is("degree", Some("solar_azimuth_angle"), ""));
        assert!(!is("degree", Some("sea_surface_wave_directional_spread"), "spread of direction"));
        assert!(!is("degree", Some("latitude"), "direction"));
        assert!(!is("m s-1", None, "wind direction"));
        assert!(!is("radian", None, "wind direction"));
    }
}
