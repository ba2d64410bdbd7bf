//! Units of measure, as far as thresholds need them: understand, compare, convert.

mod table;

use crate::CoreError;

/// Exponents of metre, kilogram, second, kelvin, mole and degree of angle.
type Dimensions = [i8; 6];

/// A unit of measure: `value in base units = value * scale + offset`.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    text: String,
    /// What it measures, and how; `None` for a unit that is not known, which equals only itself.
    meaning: Option<Meaning>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Meaning {
    dimensions: Dimensions,
    scale: f64,
    offset: f64,
}

impl Meaning {
    const ONE: Self = Self { dimensions: [0; 6], scale: 1.0, offset: 0.0 };

    fn power(self, exponent: i8) -> Option<Self> {
        let mut dimensions = [0i8; 6];
        for (d, own) in dimensions.iter_mut().zip(self.dimensions) {
            *d = own.checked_mul(exponent)?;
        }
        // a scale with an offset is an absolute temperature only by itself
        let offset = if exponent == 1 { self.offset } else { 0.0 };
        Some(Self { dimensions, scale: self.scale.powi(i32::from(exponent)), offset })
    }

    fn times(self, other: Self) -> Option<Self> {
        let mut dimensions = [0i8; 6];
        for (k, d) in dimensions.iter_mut().enumerate() {
            *d = self.dimensions[k].checked_add(other.dimensions[k])?;
        }
        let offset = match (self == Self::ONE, other == Self::ONE) {
            (true, _) => other.offset,
            (_, true) => self.offset,
            _ => 0.0,
        };
        Some(Self { dimensions, scale: self.scale * other.scale, offset })
    }
}

impl Unit {
    /// Understands a unit in the spellings of udunits and of data producers: `K`, `degrees_C`, `m s-1`, `m/s`, `m s**-1`, `mm/hr`,
    /// `kg m-2 s-1`, `1`, `%`. A unit that is not known is kept as text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        Self { text: text.to_owned(), meaning: if text.len() <= 200 { parse(text) } else { None } }
    }

    /// No dimension, scale 1.
    #[must_use]
    pub fn one() -> Self {
        Self { text: "1".to_owned(), meaning: Some(Meaning::ONE) }
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

    /// Whether values of one can be converted to the other.
    #[must_use]
    pub fn measures_the_same_as(&self, other: &Self) -> bool {
        match (self.meaning, other.meaning) {
            (Some(a), Some(b)) => a.dimensions == b.dimensions,
            _ => self.text == other.text,
        }
    }

    /// A value of this unit in another one.
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
        match (self.meaning, to.meaning) {
            _ if self.text == to.text => Ok(value),
            (Some(a), Some(b)) if a.dimensions == b.dimensions => {
                if a == b {
                    return Ok(value);
                }
                let converted = (value * a.scale + a.offset - b.offset) / b.scale;
                // decimal input should stay decimal: -38 degC is 235.15 K, not 235.14999999999998
                let rounded = (converted * 1e9).round() / 1e9;
                Ok(if (rounded - converted).abs() <= 4.0 * f64::EPSILON * converted.abs() {
                    rounded
                } else {
                    converted
                })
            }
            (Some(_), Some(_)) => Err(CoreError::Condition(format!(
                "`{}` and `{}` measure different things; give the value in `{}`",
                self.text, to.text, to.text
            ))),
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

    /// The unit of a difference of two values of this unit: the same, without a zero of its own.
    #[must_use]
    pub fn of_difference(&self) -> Self {
        match self.meaning {
            Some(m) if m.offset != 0.0 => {
                Self { text: format!("{} (difference)", self.text), meaning: Some(Meaning { offset: 0.0, ..m }) }
            }
            _ => self.clone(),
        }
    }

    /// Factor and summand that turn values of this unit into values of another one; `None` where [`Unit::convert`] would
    /// fail.
    #[must_use]
    pub fn factors_to(&self, to: &Self) -> Option<(f64, f64)> {
        match (self.meaning, to.meaning) {
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
        Some(Self { text: format!("sqrt({})", self.text), meaning: Some(meaning) })
    }

    /// The product, or the quotient, of two units; `None` where one is not known.
    #[must_use]
    pub fn combined(&self, other: &Self, divide: bool) -> Option<Self> {
        let (a, b) = (self.meaning?, other.meaning?);
        let plain = |m: Meaning| Meaning { offset: 0.0, ..m };
        let meaning = plain(a).times(plain(b).power(if divide { -1 } else { 1 })?)?;
        let sign = if divide { "/" } else { " " };
        Some(Self { text: format!("{}{sign}{}", self.text, other.text), meaning: Some(meaning) })
    }
}

/// Products and quotients of powers: `kg m-2 s-1`, `m/s`, `10^3 m`.
fn parse(text: &str) -> Option<Meaning> {
    if text.is_empty() {
        return None;
    }
    if let Some(whole) = table::unit(text) {
        return Some(whole);
    }
    let mut product = Meaning::ONE;
    let mut divide = false;
    let spaced = text.replace("**", "^").replace('/', " / ").replace(" per ", " / ").replace(['*', '·'], " ");
    for word in spaced.split_whitespace() {
        if word == "/" {
            divide = !divide;
            continue;
        }
        for factor in split_dots(word) {
            let power = factor_of(factor)?;
            let signed = if divide { power.power(-1)? } else { power };
            product = product.times(signed)?;
        }
        divide = false;
    }
    Some(product)
}

/// `m.s-1` is a product, `0.001` is a number.
fn split_dots(word: &str) -> Vec<&str> {
    if word.parse::<f64>().is_ok() { vec![word] } else { word.split('.').filter(|p| !p.is_empty()).collect() }
}

/// `m`, `m2`, `s-1`, `s^-1`, `1e-3`, `10^3`.
fn factor_of(word: &str) -> Option<Meaning> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0);
    if let Some(scale) = number(word) {
        return Some(Meaning { scale, ..Meaning::ONE });
    }
    if let Some(unit) = table::unit(word) {
        return Some(unit);
    }
    let (base, exponent) = match word.split_once('^') {
        Some(parts) => parts,
        None => word.split_at(word.find(|c: char| c == '-' || c == '+' || c.is_ascii_digit())?),
    };
    let exponent: i8 = exponent.trim_matches(['(', ')', '{', '}']).parse().ok()?;
    match number(base) {
        Some(scale) => Some(Meaning { scale: scale.powi(i32::from(exponent)), ..Meaning::ONE }),
        None => table::unit(base)?.power(exponent),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn convert(value: f64, from: &str, to: &str) -> f64 {
        Unit::parse(from).convert(value, &Unit::parse(to)).unwrap()
    }

    #[test]
    fn units_are_converted_in_the_spellings_of_producers() {
        for (value, from, to, expected) in [
            (-38.0, "degC", "K", 235.15),
            (235.0, "K", "degrees_C", -38.15),
            (32.0, "degF", "celsius", 0.0),
            (36.0, "km/h", "m s-1", 10.0),
            (10.0, "m s**-1", "m/s", 10.0),
            (1.0, "knots", "m/s", 0.514_444_444_444),
            (24.0, "mm/day", "mm/hr", 1.0),
            (1.0, "hPa", "Pa", 100.0),
            (5.0, "g/kg", "kg kg-1", 0.005),
            (35.0, "psu", "1e-3", 35.0),
            (50.0, "%", "1", 0.5),
            (1.0, "kg m-2 s-1", "kg m^-2 s^-1", 1.0),
            (1.0, "W m-2", "J s-1 m-2", 1.0),
        ] {
            let got = convert(value, from, to);
            assert!((got - expected).abs() < 1e-9, "{value} {from} is {got} {to}, expected {expected}");
        }
        assert_eq!(convert(-38.0, "degC", "K"), 235.15, "decimal input stays decimal");
    }

    #[test]
    fn what_cannot_be_converted_says_why() {
        let error = |from: &str, to: &str| Unit::parse(from).convert(1.0, &Unit::parse(to)).unwrap_err().to_string();
        assert!(error("mm/h", "K").contains("different things"));
        assert!(error("blob", "K").contains("`blob` is not known"));
        assert_eq!(convert(3.0, "blob", "blob"), 3.0);
    }

    proptest! {
        #[test]
        fn any_text_is_a_unit_of_some_kind(text in "\\PC{0,30}") {
            let unit = Unit::parse(&text);
            prop_assert_eq!(unit.convert(2.5, &unit.clone()).unwrap(), 2.5);
        }

        #[test]
        fn conversion_there_and_back_is_the_identity(value in -1e6f64..1e6, which in 0usize..5) {
            let (a, b) = [("K", "degF"), ("m/s", "knots"), ("Pa", "mb"), ("mm/day", "m s-1"), ("%", "1")][which];
            let back = convert(convert(value, a, b), b, a);
            prop_assert!((back - value).abs() <= 1e-9 * value.abs().max(1.0), "{} {}", back, value);
        }
    }
}
