//! The units of the parts of an expression.

use crate::units::Unit;

/// The unit of a part.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Measure {
    /// A number without a unit takes that of its surroundings.
    Bare,
    /// A quantity.
    Unit(Unit),
    /// A difference of two temperatures: `5 degC` means 5 K beside it.
    Difference(Unit),
    /// A temperature less a number, which may be meant as a temperature or as a difference: nothing with a zero of its own goes
    /// beside it.
    Unclear(Unit),
}

/// How values of one measure become those of another: `value * factor + summand`.
pub(super) type Factors = (f64, f64);

impl Measure {
    /// The units of a variable; one without units equals only others without.
    pub(super) fn of_variable(units: Option<&str>) -> Self {
        let unit = Unit::parse(units.unwrap_or(""));
        if unit.is_difference() { Self::Difference(unit) } else { Self::Unit(unit) }
    }

    pub(super) fn unit(&self) -> Option<&Unit> {
        match self {
            Self::Bare => None,
            Self::Unit(unit) | Self::Difference(unit) | Self::Unclear(unit) => Some(unit),
        }
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        match self.unit() {
            None => "a plain number".to_owned(),
            Some(unit) if unit.text().is_empty() => "no units".to_owned(),
            Some(unit) if matches!(self, Self::Unclear(_)) => {
                format!("a temperature or a difference in `{}` (which is not clear: give all in kelvin)", unit.text())
            }
            Some(unit) => format!("the units `{}`", unit.text()),
        }
    }

    /// How to bring values to `common`; `None` where the two do not go together.
    pub(super) fn factors_to(&self, common: &Self) -> Option<Factors> {
        match (self, common) {
            (Self::Bare, _) | (_, Self::Bare) => Some((1.0, 0.0)),
            (Self::Unclear(own), Self::Unit(to)) | (Self::Unit(own), Self::Unclear(to))
                if own.has_own_zero() || to.has_own_zero() =>
            {
                None
            }
            (Self::Unit(own) | Self::Difference(own) | Self::Unclear(own), Self::Difference(to)) => {
                own.of_difference().factors_to(to)
            }
            (Self::Unit(own) | Self::Difference(own) | Self::Unclear(own), Self::Unit(to) | Self::Unclear(to)) => {
                own.factors_to(to)
            }
        }
    }

    pub(super) fn is_temperature(&self) -> bool {
        self.unit().is_some_and(Unit::is_temperature)
    }

    pub(super) fn has_own_zero(&self) -> bool {
        matches!(self, Self::Unit(unit) if unit.has_own_zero())
    }

    /// The measure of a product or quotient; `None` where it has none: °C times anything but a number.
    pub(super) fn combined(&self, other: &Self, divide: bool) -> Option<Self> {
        let (own, by) = match (self, other) {
            (_, Self::Bare) => return Some(self.clone()),
            (Self::Bare, Self::Unit(_) | Self::Difference(_) | Self::Unclear(_)) if !divide => {
                return Some(other.clone());
            }
            (Self::Bare, _) => (Unit::one(), other.unit()?),
            _ => (self.unit()?.clone(), other.unit()?),
        };
        if own.has_own_zero() || by.has_own_zero() {
            return None;
        }
        // what is not known equals only what is written alike
        let unknown = || Unit::parse(&format!("<{}> {} <{}>", own.text(), if divide { "/" } else { "*" }, by.text()));
        Some(Self::Unit(own.combined(by, divide).unwrap_or_else(unknown)))
    }
}
