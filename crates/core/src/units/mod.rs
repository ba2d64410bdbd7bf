//! Units of measure, as far as thresholds need them: understand, compare, convert.
//!
//! The way of a text: what producers write in words of their own ([`spelling`]) → UDUNITS' grammar ([`grammar`]) over UDUNITS' names
//! and those of producers ([`names`]) → what it measures ([`meaning`]).
//!
//! Differences from UDUNITS: angles are no plain numbers; `0.1 degC` keeps the zero of °C; `mb`, `mph`, `kn`, `C` and others mean what
//! producers of data mean by them.

mod grammar;
mod meaning;
mod names;
mod spelling;
#[cfg(test)]
mod tests;
mod water;

use crate::CoreError;
use meaning::Meaning;

/// How [`Unit::of_difference`] marks a unit in words.
const DIFFERENCE: &str = " (difference)";

/// A unit of measure: `value in base units = value * scale + offset`.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    text: String,
    /// What it measures, and how; `None` for a unit that is not known, which equals only itself.
    meaning: Option<Meaning>,
    /// Of temperatures: values are differences, whatever zero the scale has.
    difference: bool,
}

impl Unit {
    /// Understands a unit in the grammar and the names of UDUNITS and in the spellings of data producers: `K`, `deg C`, `m s-1`, `m/s`,
    /// `m s**-1`, `mm/hr`, `kg m-2 s-1`, `0.1 degC`, `K @ 273.15`, `1`, `%`; and the differences that [`Unit::of_difference`] writes.
    /// A unit that is not known is kept as text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        const LONGEST: usize = 200;
        let text = text.trim();
        if let Some(of) = text.strip_suffix(DIFFERENCE) {
            return Self::parse(of).of_difference();
        }
        let meaning =
            if text.is_empty() || text.len() > LONGEST { None } else { grammar::parse(&spelling::respelled(text)) };
        Self { text: text.to_owned(), meaning, difference: false }
    }

    /// No dimension, scale 1.
    #[must_use]
    pub fn one() -> Self {
        Self { text: "1".to_owned(), meaning: Some(Meaning::ONE), difference: false }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether its meaning is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.meaning.is_some()
    }

    /// Whether the two measure the same thing; `mm/h` and `kg m-2 s-1` do not, though water is converted ([`Unit::is_water_beside`]).
    #[must_use]
    pub fn measures_the_same_as(&self, other: &Self) -> bool {
        match (self.meaning, other.meaning) {
            (Some(a), Some(b)) => a.dimensions == b.dimensions,
            _ => self.text == other.text,
        }
    }

    /// A value of this unit in another one; a depth of water as its mass for each area, or the other way round.
    ///
    /// # Errors
    /// [`CoreError::Condition`] where the two measure different things, or where one is not known and they are not
    /// written alike.
    ///
    /// ```
    /// use eventscape_core::units::Unit;
    ///
    /// let cold = Unit::parse("degC").convert(-38.0, &Unit::parse("K"))?;
    /// assert!((cold - 235.15).abs() < 1e-9);
    /// assert!(Unit::parse("mm/h").convert(1.0, &Unit::parse("K")).is_err());
    /// # Ok::<(), eventscape_core::CoreError>(())
    /// ```
    pub fn convert(&self, value: f64, to: &Self) -> Result<f64, CoreError> {
        match (self.meaning_beside(to), to.meaning) {
            _ if self.text == to.text => Ok(value),
            (Some(a), Some(b)) if a.dimensions == b.dimensions => {
                if a == b {
                    return Ok(value);
                }
                Ok(decimal((value * a.scale + a.offset - b.offset) / b.scale))
            }
            (Some(a), Some(b)) => match water::factor(a, b) {
                Some(factor) => Ok(decimal(value * factor)),
                None => Err(CoreError::Condition(format!(
                    "`{}` and `{}` measure different things; give the value in `{}`, or as a plain number",
                    self.text, to.text, to.text
                ))),
            },
            (None, _) | (_, None) => {
                let unknown = if self.meaning.is_none() { &self.text } else { &to.text };
                Err(CoreError::Condition(format!(
                    "the unit `{unknown}` is not known, so `{}` cannot be converted to `{}`; give the value in `{}`, or as a plain \
                     number",
                    self.text, to.text, to.text
                )))
            }
        }
    }

    /// Whether its zero is not that of its dimension (`degC`, `degF`).
    #[must_use]
    pub fn has_own_zero(&self) -> bool {
        self.meaning.is_some_and(|m| m.offset != 0.0)
    }

    /// Whether it measures temperatures, or differences of them.
    #[must_use]
    pub fn is_temperature(&self) -> bool {
        self.meaning.is_some_and(|m| m.dimensions == meaning::TEMPERATURE)
    }

    /// Whether its values are differences of temperatures.
    #[must_use]
    pub fn is_difference(&self) -> bool {
        self.difference
    }

    /// The unit of a difference of two values of this unit: of temperatures the same without a zero of its own, of all else the same.
    #[must_use]
    pub fn of_difference(&self) -> Self {
        match self.meaning {
            Some(m) if self.is_temperature() && !self.difference => Self {
                text: format!("{}{DIFFERENCE}", self.text),
                meaning: Some(Meaning { offset: 0.0, ..m }),
                difference: true,
            },
            _ => self.clone(),
        }
    }

    /// Its meaning for values beside those of another unit: beside differences they are differences.
    fn meaning_beside(&self, other: &Self) -> Option<Meaning> {
        self.meaning.map(|m| if other.difference && self.is_temperature() { Meaning { offset: 0.0, ..m } } else { m })
    }

    /// Factor and summand that turn values of this unit into values of another one; `None` where [`Unit::convert`] would
    /// fail.
    #[must_use]
    pub fn factors_to(&self, to: &Self) -> Option<(f64, f64)> {
        match (self.meaning_beside(to), to.meaning) {
            _ if self.text == to.text => Some((1.0, 0.0)),
            (Some(a), Some(b)) if a == b => Some((1.0, 0.0)),
            (Some(a), Some(b)) if a.dimensions == b.dimensions => {
                Some((a.scale / b.scale, (a.offset - b.offset) / b.scale))
            }
            _ => None,
        }
    }

    /// The unit of the square root; `None` where there is none (`K`, an unknown unit).
    #[must_use]
    pub fn root(&self) -> Option<Self> {
        let own = self.meaning.filter(|m| m.offset == 0.0 && m.dimensions.iter().all(|d| d % 2 == 0))?;
        let meaning = Meaning { dimensions: own.dimensions.map(|d| d / 2), scale: own.scale.sqrt(), offset: 0.0 };
        Some(Self { text: format!("sqrt({})", self.text), meaning: Some(meaning), difference: false })
    }

    /// The product, or the quotient, of two units; `None` where one is not known.
    #[must_use]
    pub fn combined(&self, other: &Self, divide: bool) -> Option<Self> {
        let (a, b) = (self.meaning?, other.meaning?);
        let plain = |m: Meaning| Meaning { offset: 0.0, ..m };
        let meaning = plain(a).times(plain(b).power(if divide { -1 } else { 1 })?)?;
        let sign = if divide { "/" } else { " " };
        Some(Self { text: format!("{}{sign}{}", self.text, other.text), meaning: Some(meaning), difference: false })
    }
}

/// Decimal input should stay decimal: -38 degC is 235.15 K, not 235.14999999999998.
fn decimal(converted: f64) -> f64 {
    let rounded = (converted * 1e9).round() / 1e9;
    if (rounded - converted).abs() <= 4.0 * f64::EPSILON * converted.abs() { rounded } else { converted }
}
