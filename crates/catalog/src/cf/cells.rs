//! The cells of time: the span that a mean or a sum belongs to.

use eventscape_formats::{Granule, Variable};

use super::roles::text;
use super::time::{decoded_as, units_of};
use crate::{CatalogError, Result};

/// What `cell_methods` says of a variable's times: `mean`, `sum`, …; `None` where it says nothing, or that they are instants.
pub(crate) fn method_in_time(variable: &Variable, time: &str) -> Option<String> {
    let said = text(variable, "cell_methods")?;
    let words: Vec<&str> =
        said.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).filter(|w| !w.is_empty()).collect();
    let at = words.iter().position(|word| {
        word.strip_suffix(':').is_some_and(|name| name == time || name.eq_ignore_ascii_case("time"))
    })?;
    // `lat: time: mean`: the method stands behind all names
    let method = words.iter().skip(at).find(|word| !word.ends_with(':'))?;
    (*method != "point").then(|| (*method).to_owned())
}

/// First and last instant of each time's cell, microseconds on the axis' calendar; `None` where the file has none.
pub(crate) fn cells(granule: &Granule, time: &str, count: usize) -> Result<Option<Vec<(i64, i64)>>> {
    let variable = granule.variable(time)?;
    let Some(name) = text(variable, "bounds") else { return Ok(None) };
    let path = if variable.group().is_empty() { name.to_owned() } else { format!("{}/{name}", variable.group()) };
    let Ok(bounds) = granule.variable(&path) else { return Ok(None) };
    if bounds.dims.last().map(|d| d.len) != Some(2)
        || bounds.dims.iter().map(|d| d.len).product::<u64>() != 2 * count as u64
    {
        return Ok(None);
    }
    // bounds have the units of their variable, whether they repeat them or not
    let units = if text(bounds, "units").is_some() { bounds } else { variable };
    let Some(units) = units_of(granule, units)? else { return Ok(None) };
    let ends = decoded_as(granule, bounds, &units)?;
    let cell = |pair: &[Option<eventscape_core::Timestamp>]| match pair {
        [Some(a), Some(b)] => Some((a.micros().min(b.micros()), a.micros().max(b.micros()))),
        _ => None,
    };
    let cells: Option<Vec<(i64, i64)>> = ends.chunks(2).map(cell).collect();
    cells.map(Some).ok_or_else(|| CatalogError::granule(granule.location(), format!("a value of `{path}` is missing")))
}

#[cfg(test)]
mod tests {
    use eventscape_formats::{Attribute, ScalarType};

    use super::*;

    #[test]
    fn methods_in_time_are_found_among_others() {
        let variable = |methods: &str| Variable {
            path: "x".to_owned(),
            scalar: ScalarType::F32,
            dims: Vec::new(),
            chunk: None,
            attributes: [("cell_methods".to_owned(), Attribute::Text(methods.to_owned()))].into(),
            fill: None,
        };
        for (methods, found) in [
            ("time: mean", Some("mean")),
            ("area: mean time: sum", Some("sum")),
            ("time: point", None),
            ("lat: lon: mean", None),
            ("time: maximum (interval: 1 hour)", Some("maximum")),
            ("valid_time: time: mean", Some("mean")),
            ("", None),
        ] {
            assert_eq!(method_in_time(&variable(methods), "time").as_deref(), found, "{methods}");
        }
    }
}
