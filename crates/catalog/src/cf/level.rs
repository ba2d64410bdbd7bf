//! Choosing one level of a variable with more than two dimensions.

use eventscape_core::units::Unit;
use eventscape_formats::Granule;

use super::layout::LevelAxis;
use super::numbers::coordinate_values;
use super::roles::text;
use crate::{CatalogError, Result};

/// Which level of a variable a job takes.
#[derive(Clone, Debug, PartialEq)]
pub enum LevelChoice {
    /// Its place in the file, from 1: `#1` is the first.
    Index(u64),
    /// Its value, with units where they differ from the file's: `850`, `850 hPa`.
    Value {
        /// The value.
        value: f64,
        /// Its units; the file's, if absent.
        units: Option<String>,
    },
}

impl LevelChoice {
    /// Reads `#3`, `850` or `850 hPa`.
    ///
    /// # Errors
    /// [`CatalogError::Request`] shows how a level is written.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            CatalogError::Request(format!(
                "`{text}` is not a level; write its value (850, \"850 hPa\") or its place (#1, #2, …)"
            ))
        };
        let trimmed = text.trim();
        if let Some(index) = trimmed.strip_prefix('#') {
            return match index.trim().parse() {
                Ok(index) if index > 0 => Ok(Self::Index(index)),
                _ => Err(wrong()),
            };
        }
        let (number, units) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let units = units.trim();
                Ok(Self::Value { value, units: (!units.is_empty()).then(|| units.to_owned()) })
            }
            _ => Err(wrong()),
        }
    }
}

impl std::fmt::Display for LevelChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Index(index) => write!(f, "#{index}"),
            Self::Value { value, units: Some(units) } => write!(f, "{value} {units}"),
            Self::Value { value, units: None } => write!(f, "{value}"),
        }
    }
}

/// A level that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChosenLevel {
    pub(crate) index: u64,
    /// Its value and units, or its place, for people.
    pub(crate) label: String,
}

/// Finds the level that a choice means.
pub(crate) fn choose(
    granule: &Granule,
    variable: &str,
    axis: &LevelAxis,
    choice: Option<&LevelChoice>,
) -> Result<ChosenLevel> {
    let (values, units) = match &axis.path {
        Some(path) => {
            let levels = granule.variable(path)?;
            (coordinate_values(granule, levels)?, text(levels, "units").unwrap_or_default().to_owned())
        }
        None => (Vec::new(), String::new()),
    };
    let label = |index: u64| match values.get(index as usize) {
        Some(value) => format!("{value} {units}").trim_end().to_owned(),
        None => format!("#{}", index + 1),
    };
    let refused = |message: String| CatalogError::Level {
        location: granule.location().to_owned(),
        variable: variable.to_owned(),
        levels: listed(axis, &values, &units),
        message,
    };
    let index = match choice {
        None => {
            return Err(refused(
                "choose one, by value (`--level \"850 hPa\"`) or by place (`--level '#1'`)".to_owned(),
            ));
        }
        Some(LevelChoice::Index(place)) => place
            .checked_sub(1)
            .filter(|i| *i < axis.len)
            .ok_or_else(|| refused(format!("there is no level #{place}")))?,
        Some(choice @ LevelChoice::Value { value, units: asked }) => {
            let wanted = match asked {
                Some(asked) => {
                    Unit::parse(asked).convert(*value, &Unit::parse(&units)).map_err(|e| refused(e.to_string()))?
                }
                None => *value,
            };
            let near = |v: f64| (v - wanted).abs() <= 1e-6 * wanted.abs().max(1e-9);
            let at =
                values.iter().position(|v| near(*v)).ok_or_else(|| refused(format!("none of them is {choice}")))?;
            at as u64
        }
    };
    Ok(ChosenLevel { index, label: label(index) })
}

/// The levels with their places, shortened in the middle.
fn listed(axis: &LevelAxis, values: &[f64], units: &str) -> String {
    const SHOWN: u64 = 40;
    let one = |i: u64| match values.get(i as usize) {
        Some(value) => format!("#{} = {value}", i + 1),
        None => format!("#{}", i + 1),
    };
    let mut parts: Vec<String> = (0..axis.len.min(SHOWN)).map(one).collect();
    if axis.len > SHOWN {
        parts.push("…".to_owned());
        parts.push(one(axis.len - 1));
    }
    let unit = if units.is_empty() { String::new() } else { format!(" {units}") };
    format!("{}{unit} along `{}`", parts.join(", "), axis.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_by_value_and_by_place() {
        assert_eq!(LevelChoice::parse("#3").unwrap(), LevelChoice::Index(3));
        let hpa = LevelChoice::Value { value: 850.0, units: Some("hPa".to_owned()) };
        assert_eq!(LevelChoice::parse(" 850  hPa ").unwrap(), hpa);
        assert_eq!(LevelChoice::parse("-10").unwrap(), LevelChoice::Value { value: -10.0, units: None });
        for wrong in ["", "#0", "#x", "hPa", "NaN", "inf"] {
            assert!(LevelChoice::parse(wrong).is_err(), "{wrong}");
        }
    }
}
