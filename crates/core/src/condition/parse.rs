//! Conditions in the words of users: an operator and a value.

use super::{Comparison, Condition, Expression, Side, Spread};
use crate::CoreError;
use crate::units::Unit;

/// Every operator and what its value looks like.
const OPERATORS: &str = "lessThan, lessThanOrEqualTo, greaterThan, greaterThanOrEqualTo, equalTo (a number), between (low,high), \
     hysteresisBelow, hysteresisAbove (seed,grow), anomalyEvent, anomalyAbove, anomalyBelow, anomalyBeyond (a number of \
     standard deviations), percentileAbove, percentileBelow, percentileBeyond (0..100), climatologyAbove, \
     climatologyBelow, climatologyBeyond (k or p90, with window= and base=), expression";

impl Condition {
    /// The units that the numbers of a value carry: those that [`Condition::parse`] converts.
    #[must_use]
    pub fn units_of(operator: &str, value: &str) -> Vec<Unit> {
        if operator.trim().eq_ignore_ascii_case("expression") {
            let expression = Expression::parse(value).ok();
            return expression.iter().flat_map(|e| e.units().into_iter().cloned()).collect();
        }
        let value = Value { operator, text: value, units: None };
        value.text.split(',').filter_map(|part| value.split(part).ok()?.1).collect()
    }

    /// Understands an operator (`lessThan`, `<`, `between`, `anomalyBeyond`, …; case does not matter) and its value (`235`,
    /// `235 K`, `230,235`, the text of an expression). A unit in the value is converted to `units`, those of the variable.
    /// With `compat`, `anomalyEvent` is TOS2CA's own formula.
    ///
    /// # Errors
    /// [`CoreError::Condition`] names the operator, the value and what was expected.
    ///
    /// ```
    /// use eventscape_core::Condition;
    ///
    /// let cold = Condition::parse("lessThan", "235 K", Some("K"), false)?;
    /// assert_eq!(cold.describe("Tb", Some("K")), "Tb < 235 K");
    /// assert!(Condition::parse("colderThan", "235", Some("K"), false).is_err());
    /// # Ok::<(), eventscape_core::CoreError>(())
    /// ```
    pub fn parse(operator: &str, value: &str, units: Option<&str>, compat: bool) -> Result<Self, CoreError> {
        let name = operator.trim().to_ascii_lowercase();
        let value = Value { operator: operator.trim(), text: value.trim(), units };
        if let Some(comparison) = comparison(&name) {
            return Ok(Self::Compare { comparison, threshold: value.quantity(value.text)? });
        }
        if let Some(side) = name.strip_prefix("anomaly").and_then(side) {
            return Ok(Self::Anomaly { side, spread: value.departure(value.text)? });
        }
        if let Some(side) = name.strip_prefix("percentile").and_then(side) {
            return Ok(Self::Anomaly { side, spread: Spread::Percentile(value.percentile(value.text, side)?) });
        }
        if let Some(side) = name.strip_prefix("climatology").and_then(side) {
            return value.climatology(side);
        }
        match name.as_str() {
            "anomalyevent" if compat => Ok(Self::Tos2caAnomaly { factor: value.number(value.text)? }),
            "anomalyevent" => Ok(Self::Anomaly { side: Side::Beyond, spread: value.departure(value.text)? }),
            "between" => {
                let (low, high) = value.pair("low,high")?;
                if low > high {
                    return Err(value.wrong(&format!("{low} is above {high}; write low,high")));
                }
                Ok(Self::Between { low, high })
            }
            "hysteresisbelow" | "hysteresisabove" => {
                let (seed, grow) = value.pair("seed,grow")?;
                let below = name.ends_with("below");
                if (below && seed > grow) || (!below && seed < grow) {
                    return Err(value.wrong("the seed must be stricter than the threshold of growth: write seed,grow"));
                }
                let comparison = if below { Comparison::LessThan } else { Comparison::GreaterThan };
                Ok(Self::Hysteresis { comparison, seed, grow })
            }
            "expression" => Ok(Self::Expression(Expression::parse(value.text)?)),
            _ => Err(CoreError::Condition(format!("the operator `{operator}` is not known; known are {OPERATORS}"))),
        }
    }
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "lessthan" | "lt" | "<" => Comparison::LessThan,
        "lessthanorequalto" | "lte" | "le" | "<=" => Comparison::LessThanOrEqualTo,
        "greaterthan" | "gt" | ">" => Comparison::GreaterThan,
        "greaterthanorequalto" | "gte" | "ge" | ">=" => Comparison::GreaterThanOrEqualTo,
        "equalto" | "eq" | "==" | "=" => Comparison::EqualTo,
        _ => return None,
    })
}

fn side(name: &str) -> Option<Side> {
    Some(match name {
        "above" => Side::Above,
        "below" => Side::Below,
        "beyond" => Side::Beyond,
        _ => return None,
    })
}

/// A value on its way to a condition.
struct Value<'a> {
    operator: &'a str,
    text: &'a str,
    units: Option<&'a str>,
}

impl Value<'_> {
    fn wrong(&self, why: &str) -> CoreError {
        CoreError::Condition(format!("the value `{}` of the operator `{}`: {why}", self.text, self.operator))
    }

    fn number(&self, text: &str) -> Result<f64, CoreError> {
        match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.wrong(&format!("`{}` is not a finite number", text.trim()))),
        }
    }

    /// A number, or a number and a unit.
    fn quantity(&self, text: &str) -> Result<f64, CoreError> {
        let (number, unit) = self.split(text)?;
        match unit {
            Some(unit) => unit.convert(number, &self.own(&unit)?).map_err(|e| self.wrong(&e.to_string())),
            None => Ok(number),
        }
    }

    /// A number and the unit behind it.
    fn split(&self, text: &str) -> Result<(f64, Option<Unit>), CoreError> {
        let text = text.trim();
        let split = number_length(text);
        let (number, unit) = text.split_at(split);
        if unit.trim().is_empty() || split == 0 {
            return Ok((self.number(text)?, None));
        }
        Ok((self.number(number)?, Some(Unit::parse(unit))))
    }

    /// The variable's own units, for a number in `unit`.
    fn own(&self, unit: &Unit) -> Result<Unit, CoreError> {
        self.units.map(Unit::parse).ok_or_else(|| {
            self.wrong(&format!(
                "the variable has no units, so `{}` cannot be converted; give a plain number",
                unit.text()
            ))
        })
    }

    /// How far from the mean: a plain number counts standard deviations, one with a unit is a difference.
    fn departure(&self, text: &str) -> Result<Spread, CoreError> {
        let (number, unit) = self.split(text)?;
        let Some(unit) = unit else { return Ok(Spread::Sigmas(self.sigmas(text)?)) };
        if number < 0.0 {
            return Err(self.wrong("a difference is 0 or more; choose the side by the operator (anomalyBelow)"));
        }
        let own = self.own(&unit)?.of_difference();
        Ok(Spread::Amount(unit.convert(number, &own).map_err(|e| self.wrong(&e.to_string()))?))
    }

    fn pair(&self, what: &str) -> Result<(f64, f64), CoreError> {
        let parts: Vec<&str> = self.text.split(',').collect();
        let [first, second] = parts.as_slice() else {
            return Err(self.wrong(&format!("it takes two numbers, {what}")));
        };
        match (self.split(first)?, self.split(second)?) {
            // one unit behind both: `-60,-38 degC`
            ((number, None), (_, Some(unit))) => {
                let own = self.own(&unit)?;
                let number = unit.convert(number, &own).map_err(|e| self.wrong(&e.to_string()))?;
                Ok((number, self.quantity(second)?))
            }
            ((_, Some(unit)), (_, None)) => Err(self.wrong(&format!(
                "the unit `{}` stands behind the first number alone; write it behind both, or behind the last for both",
                unit.text()
            ))),
            _ => Ok((self.quantity(first)?, self.quantity(second)?)),
        }
    }

    fn sigmas(&self, text: &str) -> Result<f64, CoreError> {
        let k = self.number(text)?;
        if k < 0.0 {
            return Err(self.wrong(
                "a number of standard deviations is 0 or more; choose the side by the operator (anomalyBelow)",
            ));
        }
        Ok(k)
    }

    fn percentile(&self, text: &str, side: Side) -> Result<f64, CoreError> {
        let p = self.number(text)?;
        if !(0.0..=100.0).contains(&p) {
            return Err(self.wrong("a percentile lies between 0 and 100"));
        }
        if side == Side::Beyond && p < 50.0 {
            return Err(self.wrong("beyond takes the upper percentile (50..100); the lower one is 100 minus it"));
        }
        Ok(p)
    }

    fn climatology(&self, side: Side) -> Result<Condition, CoreError> {
        let mut parts = self.text.split(',').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let spread = match first.strip_prefix(['p', 'P']) {
            Some(p) => Spread::Percentile(self.percentile(p, side)?),
            None => self.departure(first)?,
        };
        let (mut window_days, mut base_years) = (11, None);
        for part in parts {
            match part.split_once('=').map(|(k, v)| (k.trim(), v.trim())) {
                Some(("window", days)) => {
                    window_days =
                        days.parse().ok().filter(|d| (1..=366).contains(d) && d % 2 == 1).ok_or_else(|| {
                            self.wrong(&format!("the window `{days}` is not an odd number of days from 1 to 365"))
                        })?;
                }
                Some(("base", years)) => {
                    let years =
                        years.split_once('-').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
                    base_years =
                        Some(years.filter(|(a, b): &(i32, i32)| a <= b).ok_or_else(|| {
                            self.wrong("the base period is first and last year, as in base=1991-2020")
                        })?);
                }
                _ => return Err(self.wrong(&format!("`{part}` is neither window=DAYS nor base=FIRST-LAST"))),
            }
        }
        Ok(Condition::Climatology { side, spread, window_days, base_years })
    }
}

/// Length of the number that a text begins with; an exponent counts only if digits follow (`3e5`, but not `3 eV`).
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    at = digits(at);
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if digits(sign) > sign {
            at = digits(sign);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(operator: &str, value: &str) -> Result<Condition, CoreError> {
        Condition::parse(operator, value, Some("K"), false)
    }

    #[test]
    fn the_operators_of_tos2ca_and_ours_are_understood() {
        let compare = |comparison, threshold| Condition::Compare { comparison, threshold };
        assert_eq!(parse("lessThan", "235").unwrap(), compare(Comparison::LessThan, 235.0));
        assert_eq!(parse("<=", "-38 degC").unwrap(), compare(Comparison::LessThanOrEqualTo, 235.15));
        assert_eq!(parse("GREATERTHAN", "2.5e2K").unwrap(), compare(Comparison::GreaterThan, 250.0));
        assert_eq!(parse("between", "230, 235 K").unwrap(), Condition::Between { low: 230.0, high: 235.0 });
        assert_eq!(parse("between", "-60,-38 degC").unwrap(), Condition::Between { low: 213.15, high: 235.15 });
        assert_eq!(parse("between", "230 K,-38 degC").unwrap(), Condition::Between { low: 230.0, high: 235.15 });
        let below = Comparison::LessThan;
        assert_eq!(
            parse("hysteresisBelow", "220,235").unwrap(),
            Condition::Hysteresis { comparison: below, seed: 220.0, grow: 235.0 }
        );
        let beyond = Condition::Anomaly { side: Side::Beyond, spread: Spread::Sigmas(2.0) };
        assert_eq!(parse("anomalyEvent", "2").unwrap(), beyond);
        assert_eq!(
            Condition::parse("anomalyEvent", "-2", None, true).unwrap(),
            Condition::Tos2caAnomaly { factor: -2.0 }
        );
        assert_eq!(
            parse("climatologyAbove", "p90, window=31, base=1991-2020").unwrap(),
            Condition::Climatology {
                side: Side::Above,
                spread: Spread::Percentile(90.0),
                window_days: 31,
                base_years: Some((1991, 2020))
            }
        );
    }

    #[test]
    fn a_number_with_a_unit_is_a_difference_from_the_mean() {
        let spread = Spread::Amount(1.0);
        assert_eq!(parse("anomalyAbove", "1 degC").unwrap(), Condition::Anomaly { side: Side::Above, spread });
        let window = Condition::Climatology { side: Side::Below, spread, window_days: 5, base_years: None };
        assert_eq!(parse("climatologyBelow", "1.8 degF, window=5").unwrap(), window);
        assert_eq!(window.describe("sst", Some("K")), "sst more than 1 K below the climatology (window of 5 days)");
    }

    #[test]
    fn thresholds_of_anomalies_are_differences() {
        let of_anomaly = |value| Condition::parse("greaterThan", value, Some("K (difference)"), false).unwrap();
        let one = Condition::Compare { comparison: Comparison::GreaterThan, threshold: 1.0 };
        assert_eq!(of_anomaly("1 degC"), one);
        assert_eq!(of_anomaly("1"), one);
    }

    #[test]
    fn a_wrong_value_names_the_operator_and_what_it_takes() {
        for (operator, value, part) in [
            ("lessThan", "", "not a finite number"),
            ("lessThan", "NaN", "not a finite number"),
            ("lessThan", "inf", "not a finite number"),
            ("lessThan", "cold", "not a finite number"),
            ("lessThan", "5 mm/h", "different things"),
            ("between", "5", "two numbers"),
            ("between", "-60 degC,-38", "behind both"),
            ("anomalyAbove", "-1 degC", "choose the side"),
            ("between", "6,5", "low,high"),
            ("hysteresisAbove", "5,6", "stricter"),
            ("percentileAbove", "101", "between 0 and 100"),
            ("percentileBeyond", "10", "upper percentile"),
            ("anomalyAbove", "-1", "choose the side"),
            ("climatologyAbove", "1,window=10", "odd number"),
            ("climatologyAbove", "1,base=2020-1991", "first and last year"),
            ("looksLike", "5", "known are lessThan"),
        ] {
            let error = parse(operator, value).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains(operator), "{operator} {value}: {error}");
        }
        let error = Condition::parse("lessThan", "5 K", None, false).unwrap_err().to_string();
        assert!(error.contains("no units"), "{error}");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(operator in "[a-zA-Z<>=]{0,20}", value in "\\PC{0,30}", which in 0usize..6) {
            let known = ["between", "climatologyAbove", "hysteresisBelow", "lessThan", "percentileBeyond", "expression"];
            let _ = parse(&operator, &value);
            let _ = parse(known[which], &value);
        }
    }
}
