//! Values that are not to be trusted, by the flags of their cells (CF 3.5).

use eventscape_formats::{Granule, Hyperslab, Variable};

use crate::cf::{SwathLayout, text};
use crate::{CatalogError, Result};

/// Which values of a swath count as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum QualityChoice {
    /// Those with a flag that the catalogue names for the collection; none without a collection.
    #[default]
    Catalogue,
    /// None.
    Any,
    /// Those with any of these flags, names among the `flag_meanings` of the granule's flags.
    Reject(Vec<String>),
}

/// The flags of a granule that make a value count as missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flags {
    path: String,
    tests: Vec<Test>,
}

/// A flag is set where the bits of `mask` are those of `value`, or any of them where there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Test {
    mask: i64,
    value: Option<i64>,
}

impl Test {
    fn is_set(&self, flags: i64) -> bool {
        match self.value {
            Some(value) => flags & self.mask == value,
            None => flags & self.mask != 0,
        }
    }
}

impl Flags {
    /// Finds the variable whose `flag_meanings` have all of the names, on the same cells as the data.
    pub(super) fn find(granule: &Granule, layout: &SwathLayout, reject: &[String]) -> Result<Option<Self>> {
        if reject.is_empty() {
            return Ok(None);
        }
        let mut known: Vec<String> = Vec::new();
        for variable in granule.variables() {
            let own: Vec<u64> = variable.shape().into_iter().filter(|n| *n > 1).collect();
            let Some(meanings) = text(variable, "flag_meanings").filter(|_| own == layout.shape) else { continue };
            let meanings: Vec<&str> = meanings.split_whitespace().collect();
            let place = |name: &String| meanings.iter().position(|m| m.eq_ignore_ascii_case(name));
            if let Some(places) = reject.iter().map(place).collect::<Option<Vec<_>>>() {
                let tests = places.into_iter().map(|at| test(variable, at)).collect::<Option<Vec<_>>>();
                let tests = tests.ok_or_else(|| {
                    let why = format!("`{}` has fewer flag_masks or flag_values than flag_meanings", variable.path);
                    CatalogError::granule(granule.location(), why)
                })?;
                return Ok(Some(Self { path: variable.path.clone(), tests }));
            }
            known.extend(meanings.iter().map(|m| format!("{}: {m}", variable.path)));
        }
        let there =
            if known.is_empty() { "there are no flags".to_owned() } else { format!("there are {}", known.join(", ")) };
        let message = format!("no variable has the quality flags {}; {there}", reject.join(", "));
        Err(CatalogError::Variable { location: granule.location().to_owned(), message })
    }

    /// For each cell, row-major, whether its value counts as missing. Cells without flags are not concerned.
    pub(super) fn rejected(&self, granule: &Granule) -> Result<Vec<bool>> {
        let variable = granule.variable(&self.path)?;
        let stored = granule.read(&self.path, &Hyperslab::all(&variable.shape()))?;
        let flags = stored.data.to_i64().ok_or_else(|| {
            CatalogError::granule(granule.location(), format!("the flags `{}` are no integers", self.path))
        })?;
        let fill: Vec<i64> = ["_FillValue", "missing_value"]
            .iter()
            .filter_map(|name| variable.attribute(name)?.number())
            .map(|x| x as i64)
            .collect();
        let is_bad = |flags: &i64| !fill.contains(flags) && self.tests.iter().any(|test| test.is_set(*flags));
        Ok(flags.iter().map(is_bad).collect())
    }
}

fn test(variable: &Variable, at: usize) -> Option<Test> {
    let numbers = |name: &str| variable.attribute(name).map(|a| a.numbers());
    let pick = |numbers: Vec<f64>| numbers.get(at).map(|x| *x as i64);
    match (numbers("flag_masks"), numbers("flag_values")) {
        (Some(masks), None) => Some(Test { mask: pick(masks)?, value: None }),
        (Some(masks), Some(values)) => Some(Test { mask: pick(masks)?, value: Some(pick(values)?) }),
        (None, Some(values)) => Some(Test { mask: -1, value: Some(pick(values)?) }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Test;

    #[test]
    fn bits_and_values_tell_a_flag() {
        let bit = Test { mask: 0b100, value: None };
        assert!(bit.is_set(0b101) && !bit.is_set(0b011));
        let of_two_bits = Test { mask: 0b110, value: Some(0b010) };
        assert!(of_two_bits.is_set(0b011) && !of_two_bits.is_set(0b110) && !of_two_bits.is_set(0));
        let number = Test { mask: -1, value: Some(0) };
        assert!(number.is_set(0) && !number.is_set(4));
    }
}
